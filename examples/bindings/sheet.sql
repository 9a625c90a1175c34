-- Binds what a department keeps in Excel: an asset ledger (资产台账), a sheet of
-- budget and payments (预算执行表, a row a unit and class of expense) and a sheet of
-- everything else (年度情况表, a row a unit).  Make the three tables as
-- examples/fixtures/sheet.sql does, every column of the sheet text; save each sheet
-- as CSV UTF-8 and load it as it is:
--
--     \copy sheet.资产台账 (单位编码, 单位名称, 年度, 资产编号, 资产名称, 使用状况, 账面原值) FROM '资产台账.csv' (FORMAT csv, HEADER)
--
-- and then, one command:
--
--     psql -1 -d DATABASE -f examples/bindings/sheet.sql
--
-- Run it again after an edit.  Loading a sheet again (TRUNCATE … RESTART IDENTITY,
-- \copy) needs nothing else: the views read the tables.
--
-- deptperf_number reads numbers as people write them (1,234.56, １２３４, 12.40- and
-- so on).  What is no number without a doubt, like 834,02.62, is NaN: it makes the
-- facts that the cell enters invalid, for that unit and those above it, and nothing
-- else.  deptperf.data_issue names row and column of each.
--
-- Check, before you trust a score:
--   1. The units are in deptperf.department, under the codes that the sheets have.
--      There is no INSERT here, for a sheet does not say which unit is below which:
--        INSERT INTO deptperf.department (code, name, parent_code)
--        SELECT DISTINCT ON (单位编码) 单位编码, 单位名称, '440300-SI' FROM sheet.年度情况表 WHERE 单位编码 ~ '[0-9]'
--        ON CONFLICT (division, code) DO NOTHING;
--   2. Totals and headings: rows without a digit in the unit code are left out.  A
--      subtotal that has the code of its bureau would be counted beside its units:
--      take such rows out.
--   3. Money: the ledger is in 元 ("factor": 0.0001), the other sheets in 万元.
--   4. Words: in use is 在用 alone, every other 使用状况 is not.  日常公用经费 is without
--      三公经费, which is a row of its own.  A NOTICE counts the rows that have another
--      word for 支出类别, and data_issue names them.
--   5. 预算调整额 is the sum of the year's adjustments without their signs.
--   6. A blank cell: a unit without 采购预算 has no procurement record, rather than one
--      of 0.  But when a row counts, a blank in it adds nothing.
--   7. The workspace's own tables of these nine sources are empty, or bind refuses.
-- Nothing is closed here.  When a year's records are complete, say so:
--     SELECT DISTINCT source, deptperf_close(2021, source) FROM deptperf_bindings();
-- and see what is wrong with them: SELECT * FROM deptperf.data_issue;
\set ON_ERROR_STOP on
\encoding UTF8
SET search_path = sheet, public;        -- your schema, and the one that has deptperf

SELECT * FROM deptperf_bind($$ {
  "fixed_asset": {
    "from": "资产台账", "dept": "单位编码", "year": "年度", "factor": 0.0001,
    "filter": "单位编码 ~ '[0-9]'",
    "original_value": "deptperf_number(账面原值)", "in_use": "btrim(使用状况, ' 　') = '在用'"},
  "budget": {
    "from": "预算执行表", "dept": "单位编码", "year": "年度",
    "filter": "单位编码 ~ '[0-9]' AND btrim(concat(年初预算, 调整后预算)) <> ''",
    "expense_class": "CASE 支出类别 WHEN '人员经费' THEN 'personnel' WHEN '日常公用经费' THEN 'public' WHEN '三公经费' THEN 'public' WHEN '项目支出' THEN 'project' ELSE 支出类别 END",
    "three_public": "支出类别 = '三公经费'",
    "initial": "deptperf_number(年初预算)", "adjusted": "deptperf_number(调整后预算)"},
  "execution": [
    {"from": "预算执行表", "dept": "单位编码", "year": "年度",
     "filter": "单位编码 ~ '[0-9]' AND btrim(一季度支出) <> ''",
     "expense_class": "CASE 支出类别 WHEN '人员经费' THEN 'personnel' WHEN '日常公用经费' THEN 'public' WHEN '三公经费' THEN 'public' WHEN '项目支出' THEN 'project' ELSE 支出类别 END",
     "three_public": "支出类别 = '三公经费'", "month": "3", "amount": "deptperf_number(一季度支出)"},
    {"from": "预算执行表", "dept": "单位编码", "year": "年度",
     "filter": "单位编码 ~ '[0-9]' AND btrim(二季度支出) <> ''",
     "expense_class": "CASE 支出类别 WHEN '人员经费' THEN 'personnel' WHEN '日常公用经费' THEN 'public' WHEN '三公经费' THEN 'public' WHEN '项目支出' THEN 'project' ELSE 支出类别 END",
     "three_public": "支出类别 = '三公经费'", "month": "6", "amount": "deptperf_number(二季度支出)"},
    {"from": "预算执行表", "dept": "单位编码", "year": "年度",
     "filter": "单位编码 ~ '[0-9]' AND btrim(三季度支出) <> ''",
     "expense_class": "CASE 支出类别 WHEN '人员经费' THEN 'personnel' WHEN '日常公用经费' THEN 'public' WHEN '三公经费' THEN 'public' WHEN '项目支出' THEN 'project' ELSE 支出类别 END",
     "three_public": "支出类别 = '三公经费'", "month": "9", "amount": "deptperf_number(三季度支出)"},
    {"from": "预算执行表", "dept": "单位编码", "year": "年度",
     "filter": "单位编码 ~ '[0-9]' AND btrim(四季度支出) <> ''",
     "expense_class": "CASE 支出类别 WHEN '人员经费' THEN 'personnel' WHEN '日常公用经费' THEN 'public' WHEN '三公经费' THEN 'public' WHEN '项目支出' THEN 'project' ELSE 支出类别 END",
     "three_public": "支出类别 = '三公经费'", "month": "12", "amount": "deptperf_number(四季度支出)"}],
  "adjustment": {
    "from": "年度情况表", "dept": "单位编码", "year": "年度",
    "filter": "单位编码 ~ '[0-9]' AND btrim(预算调整额) <> ''",
    "amount": "deptperf_number(预算调整额)"},
  "procurement": {
    "from": "年度情况表", "dept": "单位编码", "year": "年度",
    "filter": "单位编码 ~ '[0-9]' AND btrim(采购预算) <> ''",
    "planned": "deptperf_number(采购预算)", "actual": "deptperf_number(采购支出)"},
  "staffing": {
    "from": "年度情况表", "dept": "单位编码", "year": "年度",
    "filter": "单位编码 ~ '[0-9]' AND btrim(编制数) <> ''",
    "establishment": "deptperf_number(编制数)", "on_establishment": "deptperf_number(在编人数)", "external": "deptperf_number(编外人数)"},
  "project": {
    "from": "年度情况表", "dept": "单位编码", "year": "年度",
    "filter": "单位编码 ~ '[0-9]' AND btrim(项目数) <> ''",
    "planned": "deptperf_number(项目数)", "on_time": "deptperf_number(按期完成数)"},
  "petition": {
    "from": "年度情况表", "dept": "单位编码", "year": "年度",
    "filter": "单位编码 ~ '[0-9]' AND btrim(信访件数) <> ''",
    "received": "deptperf_number(信访件数)", "answered": "deptperf_number(答复件数)", "answered_in_time": "deptperf_number(按期答复件数)"},
  "disclosure": [
    {"from": "年度情况表", "dept": "单位编码", "year": "年度",
     "filter": "单位编码 ~ '[0-9]' AND btrim(预算公开) <> ''",
     "kind": "'budget'::text", "level": "CASE 预算公开 WHEN '按要求公开' THEN 2 WHEN '公开不完整' THEN 1 WHEN '未公开' THEN 0 END"},
    {"from": "年度情况表", "dept": "单位编码", "year": "年度",
     "filter": "单位编码 ~ '[0-9]' AND btrim(决算公开) <> ''",
     "kind": "'final_accounts'::text", "level": "CASE 决算公开 WHEN '按要求公开' THEN 2 WHEN '公开不完整' THEN 1 WHEN '未公开' THEN 0 END"}]
} $$);

RESET search_path;
