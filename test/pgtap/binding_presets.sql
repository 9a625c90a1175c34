-- The reference case through two shapes of other people's tables: examples/fixtures
-- makes them of its records, examples/bindings binds them.  Loaded plainly, as an
-- Excel sheet and as an integrated budget system it has the same facts in every
-- department and the same 21 scores; a number that is none spoils its own facts alone.
BEGIN;
SELECT plan(45);
SET LOCAL jit = off;       -- tables just made have no statistics, and data_issue is a long plan to compile

\cd examples/case
\i load.sql

-- What the reference says (case-sz-social-insurance-2021.md).
CREATE TEMP TABLE expected (indicator text, published numeric, strict numeric);
INSERT INTO expected VALUES
    ('A1.1', 5, 5), ('A1.2', 5, 5), ('A2.1', 3, 3), ('A2.2', 7, 7),
    ('B1.1', 1.76, 1.76), ('B1.2', 3, 2), ('B1.3', 3, 3), ('B2.1', 2, 2),
    ('B2.2', 2, 2), ('B3.1', 2, 2), ('B3.2', 0.7, 0.4), ('B4.1', 1, 1),
    ('B4.2', 0, 0), ('B5.1', 3, 3), ('C1.1', 6, 6), ('C2.1', 5.99, 5.99),
    ('C2.2', 8, 8), ('C2.3', 5, 5.47), ('C3.1', 25, 25), ('C4.1', 3, 3),
    ('C4.2', 6, 6);

CREATE TEMP VIEW bureau AS SELECT dept_id FROM deptperf.department WHERE name = '深圳市社会保险基金管理局';
CREATE TEMP VIEW unit AS
    SELECT c.dept_id FROM deptperf.department_closure c JOIN bureau b ON b.dept_id = c.ancestor_id;

-- The facts of every department of the case, one a row.  How many rows a source
-- has is the shape's own; whether it speaks is not.
CREATE TEMP VIEW fact_now AS
    SELECT f.dept_id, e.key, e.value FROM deptperf.facts f JOIN unit USING (dept_id), jsonb_each(f.facts) e
    WHERE f.fiscal_year = 2021 AND e.key !~ '_records$';
CREATE TEMP VIEW state_now AS
    SELECT i.dept_id, i.item, i.state, i.points FROM deptperf.item_score i JOIN unit USING (dept_id) WHERE i.fiscal_year = 2021;
CREATE TEMP VIEW score_now AS
    SELECT s.*, deptperf_total(s.dept_id, s.fiscal_year) AS point FROM deptperf.score s JOIN unit USING (dept_id) WHERE s.fiscal_year = 2021;
CREATE TEMP VIEW error_now AS
    SELECT d.division, d.code, i.fiscal_year, i.issue, i.source, i.found FROM deptperf.data_issue i LEFT JOIN deptperf.department d USING (dept_id)
    WHERE i.severity IN ('error', 'warning') AND i.source !~ 'stated_figure';     -- what the report contradicts, check.sql has
CREATE TEMP TABLE fact_loaded AS SELECT * FROM fact_now;
CREATE TEMP TABLE state_loaded AS SELECT * FROM state_now;
CREATE TEMP TABLE score_loaded AS SELECT * FROM score_now;

SELECT is((SELECT count(DISTINCT dept_id) FROM fact_loaded), 13::bigint, 'the case is loaded: facts of the bureau and its 12 units');
SELECT is((SELECT total FROM score_loaded JOIN bureau USING (dept_id)), 96.62, 'and its total is 96.62');
SAVEPOINT loaded;

-- ---- 1. sheets ----

\i ../fixtures/sheet.sql
SET LOCAL client_min_messages = warning;
SELECT is((SELECT count(*) FROM fact_now WHERE value <> '0' AND key !~ '_units$'), 0::bigint, 'the workspace has no record any more');
\o /dev/null
\i ../bindings/sheet.sql
SELECT DISTINCT source, deptperf_close(2021, source) FROM deptperf_bindings();
\o

SELECT set_eq('SELECT source FROM deptperf_bindings()',
    ARRAY['budget', 'execution', 'adjustment', 'procurement', 'fixed_asset', 'staffing', 'project', 'petition', 'disclosure'],
    'sheet: nine sources are bound');
SELECT set_eq('SELECT DISTINCT relation_type FROM (SELECT format_type(a.atttypid, NULL) AS relation_type FROM pg_attribute a
               WHERE a.attrelid IN (''sheet.资产台账''::regclass, ''sheet.预算执行表''::regclass, ''sheet.年度情况表''::regclass)
                 AND a.attnum > 0 AND a.attname <> ''行'') t', ARRAY['text'], 'sheet: all columns of the sheets are text');
SELECT is_empty('SELECT dept_id, key, l.value AS loaded, n.value AS bound FROM fact_loaded l FULL JOIN fact_now n USING (dept_id, key) WHERE l.value IS DISTINCT FROM n.value',
    'sheet: every fact of every department is that of the records loaded plainly');
SELECT results_eq($$
  SELECT e.key, e.value::text::int FROM deptperf.facts f JOIN bureau USING (dept_id), jsonb_each(f.facts) e
  WHERE f.fiscal_year = 2021 AND e.key ~ '_records$' AND e.value <> '0' ORDER BY 1$$,
    $$VALUES ('adjustment_records', 1), ('budget_records', 48), ('disclosure_records', 2), ('execution_records', 194), ('fixed_asset_records', 133),
             ('petition_records', 12), ('procurement_records', 12), ('project_records', 12), ('staffing_records', 12)$$,
    'sheet: each row that has the numbers of a source is one record of it, and blank cells are none');
SELECT results_eq('SELECT i.indicator, i.points FROM deptperf.indicator_score i JOIN bureau USING (dept_id) WHERE i.fiscal_year = 2021 ORDER BY 1',
    'SELECT indicator, strict FROM expected ORDER BY 1', 'sheet: the 21 scores are those of the reference');
SELECT results_eq('SELECT total, grade, provisional, open, open_items::int, silent::int, point FROM score_now JOIN bureau USING (dept_id)',
    $$VALUES (96.62, '优', 96.62, 0::numeric, 0, 0, 96.62)$$, 'sheet: the total is 96.62, 优, on both paths');
SELECT set_eq('SELECT * FROM score_now', 'SELECT * FROM score_loaded', 'sheet: every department has the score it had');

-- A number that is none.  One of the branch's assets in use:
CREATE TEMP TABLE cell AS
    SELECT 行, 账面原值 FROM sheet.资产台账 WHERE 单位编码 = '440300-SI-02' AND 年度 = '2021' AND 使用状况 ~ '在用' ORDER BY 行 LIMIT 1;
CREATE TEMP VIEW spoilt AS
    SELECT d.code, key, n.value FROM fact_loaded l FULL JOIN fact_now n USING (dept_id, key) JOIN deptperf.department d USING (dept_id)
    WHERE l.value IS DISTINCT FROM n.value;
CREATE TEMP VIEW changed AS
    SELECT d.code, item, n.state FROM state_loaded l FULL JOIN state_now n USING (dept_id, item) JOIN deptperf.department d USING (dept_id)
    WHERE (l.state, l.points) IS DISTINCT FROM (n.state, n.points);
SELECT is_empty('SELECT * FROM error_now', 'sheet: no data issue');
SAVEPOINT clean;
UPDATE sheet.资产台账 a SET 账面原值 = '834,02.62' FROM cell WHERE a.行 = cell.行;
SELECT set_eq('SELECT * FROM spoilt',
    $$VALUES ('440300-SI-02', 'assets_in_use', '"NaN"'::jsonb), ('440300-SI-02', 'assets_total', '"NaN"'),
             ('440300-SI', 'assets_in_use', '"NaN"'), ('440300-SI', 'assets_total', '"NaN"')$$,
    '834,02.62 in a cell: the two facts of that unit and of the bureau above it are NaN, and no other fact of any department');
SELECT set_eq('SELECT * FROM changed', $$VALUES ('440300-SI-02', 'B3.2.1', 'invalid'), ('440300-SI', 'B3.2.1', 'invalid')$$,
    'one item of the two is invalid, and every other item of every department as it was');
SELECT results_eq('SELECT i.indicator, i.points FROM deptperf.indicator_score i JOIN bureau USING (dept_id) WHERE i.fiscal_year = 2021 ORDER BY 1',
    'SELECT indicator, CASE WHEN indicator <> ''B3.2'' THEN strict END FROM expected ORDER BY 1', '20 of the 21 scores are unchanged, B3.2 has none');
SELECT results_eq('SELECT total, grade, provisional, open, open_items::int, point FROM score_now JOIN bureau USING (dept_id)',
    $$VALUES (NULL::numeric, NULL::text, 96.22, 1::numeric, 1, NULL::numeric)$$, 'there is no total, and what is known is 96.22');
SELECT set_eq('SELECT s.* FROM score_now s JOIN deptperf.department d USING (dept_id) WHERE d.code NOT IN (''440300-SI'', ''440300-SI-02'')',
    'SELECT s.* FROM score_loaded s JOIN deptperf.department d USING (dept_id) WHERE d.code NOT IN (''440300-SI'', ''440300-SI-02'')',
    'the scores of the other units are what they were');
SELECT results_eq($$SELECT code, fiscal_year, source, found ~ ('资产台账.*行=' || 行 || '\y.*original_value.*账面原值.*NaN') FROM error_now, cell$$,
    $$VALUES ('440300-SI-02', 2021, 'fixed_asset', true)$$, 'data_issue names row and column');
UPDATE sheet.资产台账 a SET 账面原值 = cell.账面原值 FROM cell WHERE a.行 = cell.行;
SELECT is_empty('SELECT * FROM spoilt', 'the cell put right, everything is as it was');
SELECT is_empty('SELECT * FROM error_now', 'and is no data issue');
-- one that is not in use, one of another sheet, one that enters two facts
UPDATE sheet.资产台账 SET 账面原值 = '834,02.62' WHERE 单位编码 = '440300-SI-02' AND 使用状况 !~ '在用';
SELECT set_eq('SELECT * FROM spoilt', $$VALUES ('440300-SI-02', 'assets_total', '"NaN"'::jsonb), ('440300-SI', 'assets_total', '"NaN"')$$,
    'of an asset that is not in use, the one fact');
ROLLBACK TO clean;
UPDATE sheet.年度情况表 SET 编制数 = '约30' WHERE 单位编码 = '440300-SI-05';
SELECT set_eq('SELECT * FROM changed', $$VALUES ('440300-SI-05', 'B4.1.1', 'invalid'), ('440300-SI', 'B4.1.1', 'invalid')$$,
    'of three numbers in a row, the one that is none');
SELECT results_eq($$SELECT code, source, found ~ ('年度情况表.*行=' || (SELECT 行 FROM sheet.年度情况表 WHERE 编制数 = '约30') || '\y.*establishment.*编制数.*NaN') FROM error_now$$,
    $$VALUES ('440300-SI-05', 'staffing', true)$$, 'and by its row and column');
ROLLBACK TO clean;
UPDATE sheet.预算执行表 SET 二季度支出 = '1.234,5' WHERE 单位编码 = '440300-SI-05' AND 支出类别 = '日常公用经费';
SELECT set_eq('SELECT * FROM spoilt',
    $$VALUES ('440300-SI-05', 'paid_q2', '"NaN"'::jsonb), ('440300-SI-05', 'public_paid', '"NaN"'),
             ('440300-SI', 'paid_q2', '"NaN"'), ('440300-SI', 'public_paid', '"NaN"')$$, 'of a payment, its quarter and its class');
ROLLBACK TO clean;
UPDATE sheet.预算执行表 SET 一季度支出 = ' ', 三季度支出 = NULL WHERE 单位编码 = '440300-SI-05' AND 支出类别 = '三公经费';
SELECT set_eq('SELECT DISTINCT code, key FROM spoilt',
    $$SELECT c, k FROM unnest(ARRAY['440300-SI-05', '440300-SI']) c, unnest(ARRAY['paid_q1', 'paid_q3', 'three_public_paid', 'public_paid']) k$$,
    'a blank cell adds nothing');
SELECT is_empty($$SELECT * FROM spoilt WHERE value = '"NaN"'$$, 'and is no wrong number');
ROLLBACK TO clean;

UPDATE sheet.预算执行表 SET 支出类别 = '其它' WHERE 单位编码 = '440300-SI-05' AND 支出类别 = '人员经费';
SELECT set_eq('SELECT code, source, found ~ ''预算执行表.*expense_class.*其它'' FROM error_now',
    $$VALUES ('440300-SI-05', 'budget', true), ('440300-SI-05', 'execution', true)$$, 'a word that nobody knows is a data issue');
ROLLBACK TO clean;

SELECT deptperf_assess('440300-SI', 2021, jsonb_build_object(code, points), reason, override => true) FROM case_override \g /dev/null
SELECT results_eq('SELECT i.indicator, i.points FROM deptperf.indicator_score i JOIN bureau USING (dept_id) WHERE i.fiscal_year = 2021 ORDER BY 1',
    'SELECT indicator, published FROM expected ORDER BY 1', 'sheet: with the overrides the 21 scores are the published ones');
SELECT results_eq('SELECT total, grade, point FROM score_now JOIN bureau USING (dept_id)', $$VALUES (97.45, '优', 97.45)$$,
    'sheet: and the total is the published 97.45');
ROLLBACK TO loaded;

-- ---- 2. an integrated budget system ----

\i ../fixtures/bas.sql
SET LOCAL client_min_messages = warning;
SELECT isnt((SELECT count(*) FROM bas.inc_cert WHERE is_deleted = '2'), 0::bigint, 'bas: some payments come from the units'' own funds');
SELECT isnt((SELECT count(*) FROM bas.pay_voucher_bill WHERE xpay_date >= '2022-01-01' AND fiscal_year = '2021'), 0::bigint, 'bas: some of December were paid in January');
SELECT isnt((SELECT count(*) FROM bas.ba_bgt_info WHERE dis_amt > 0), 0::bigint, 'bas: some budget was taken off again');
\o /dev/null
\i ../bindings/bas.sql
SELECT DISTINCT source, deptperf_close(2021, source) FROM deptperf_bindings();
\o

SELECT set_eq('SELECT source FROM deptperf_bindings()', ARRAY['budget', 'execution', 'adjustment', 'procurement', 'staffing'], 'bas: five sources are bound');
SELECT results_eq($$SELECT division, code, name, parent_code FROM deptperf.department WHERE code IN ('128', '128001') OR code = '128099' ORDER BY 1, 2$$,
    $$VALUES ('440300000', '128', '深圳市社会保险基金管理局', NULL::text), ('440300000', '128001', '局本级', '128'),
             ('440304000', '128', '福田区人力资源局', NULL), ('440304000', '128001', '福田区社会保险服务中心', '128')$$,
    'bas: the same codes in two divisions are two units, by their newest names; a deleted one is none');
SELECT is_empty('SELECT dept_id, key, l.value AS loaded, n.value AS bound FROM fact_loaded l FULL JOIN fact_now n USING (dept_id, key) WHERE l.value IS DISTINCT FROM n.value',
    'bas: every fact of every department is that of the records loaded plainly');
SELECT results_eq('SELECT i.indicator, i.points FROM deptperf.indicator_score i JOIN bureau USING (dept_id) WHERE i.fiscal_year = 2021 ORDER BY 1',
    'SELECT indicator, strict FROM expected ORDER BY 1', 'bas: the 21 scores are those of the reference');
SELECT results_eq('SELECT total, grade, provisional, open, open_items::int, silent::int, point FROM score_now JOIN bureau USING (dept_id)',
    $$VALUES (96.62, '优', 96.62, 0::numeric, 0, 0, 96.62)$$, 'bas: the total is 96.62, 优, on both paths');
SELECT is(deptperf_total('440300000:128', 2021), 96.62, 'bas: by division and code');
SELECT set_eq('SELECT * FROM score_now', 'SELECT * FROM score_loaded', 'bas: every department has the score it had');
SELECT results_eq($$
  SELECT f.facts -> 'budget_adjusted', f.facts -> 'adjusted_amount', f.facts -> 'paid_q2', f.facts -> 'procurement_actual', f.facts -> 'staff_external'
  FROM deptperf.facts f JOIN deptperf.department d USING (dept_id) WHERE d.division = '440304000' AND d.code = '128' AND f.fiscal_year = 2021$$,
    $$VALUES ('123'::jsonb, '5'::jsonb, '100'::jsonb, '100'::jsonb, '2'::jsonb)$$, 'bas: the district''s records are the district''s');
SELECT results_eq($$
  SELECT f.facts -> 'budget_initial', f.facts -> 'public_paid'
  FROM deptperf.facts f JOIN bureau USING (dept_id) WHERE f.fiscal_year = 2020$$,
    $$VALUES ('700'::jsonb, '600'::jsonb)$$, 'bas: and last year''s are last year''s');
SELECT results_eq('SELECT code, fiscal_year, source, found ~ ''pay_voucher_bill.*440300000:128099'' FROM error_now',
    $$VALUES (NULL::text, 2021, 'execution', true)$$, 'bas: the payment of a deleted unit is a data issue, and there is no other');

-- Run again it is the same.
CREATE TEMP TABLE department_once AS SELECT * FROM deptperf.department;
\o /dev/null
\i ../bindings/bas.sql
\o
SELECT set_eq('SELECT * FROM deptperf.department', 'SELECT * FROM department_once', 'bas: bound again, no unit is new or another');
SELECT set_eq('SELECT * FROM score_now', 'SELECT * FROM score_loaded', 'bas: and no score');

SELECT deptperf_assess('440300000:128', 2021, jsonb_build_object(code, points), reason, override => true) FROM case_override \g /dev/null
SELECT results_eq('SELECT i.indicator, i.points FROM deptperf.indicator_score i JOIN bureau USING (dept_id) WHERE i.fiscal_year = 2021 ORDER BY 1',
    'SELECT indicator, published FROM expected ORDER BY 1', 'bas: with the overrides the 21 scores are the published ones');
SELECT results_eq('SELECT total, grade, point FROM score_now JOIN bureau USING (dept_id)', $$VALUES (97.45, '优', 97.45)$$,
    'bas: and the total is the published 97.45');

SELECT * FROM finish();
ROLLBACK;
