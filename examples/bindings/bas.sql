-- Binds an integrated budget system (预算管理一体化) that is built as the ministry's
-- technical standard shapes it.  One command, in the database that has its tables:
--
--     psql -1 -d DATABASE -f examples/bindings/bas.sql
--
-- Nothing is copied and none of its tables is changed; two views are made beside
-- them.  Run it again after an edit: it replaces what was bound.  Every NOTICE is
-- worth reading.
--
-- Check, before you trust a score:
--   1. The schema: search_path below.  The tables may also be views or foreign tables.
--      The fields are the standard's; that the budget's adjustments, purchase plans
--      and staffing stand in tables named ba_bgt_adjsub, gov_pur_plan and
--      bas_agency_ext is not known of every system: put the names of yours.
--   2. Units: the key is (mof_div_code, agency_code), for each division has its own
--      agency codes.  parent_id is taken as the agency_code of the unit above, '0' or
--      blank at the top.  Where it is that unit's agency_id, join bas_agency_info to
--      itself.  A code that is missing above is an error that names it.
--   3. is_deleted: '1' is deleted and '2' is live, the standard's 是 and 否.  Elsewhere
--      it is 0 and 1.  SELECT is_deleted, count(*) FROM ba_bgt_info GROUP BY 1;
--   4. Amounts are in 元; "factor" makes 万元 of them, the unit of the workspace.
--   5. Budget: source_type_code '1' is the initial budget (年初预算).  Everything that
--      was added later is a row of another code, and dis_amt was taken off again,
--      so amount - dis_amt over all rows is the adjusted budget.  Where amount is
--      lowered itself, leave dis_amt out: SELECT source_type_code, sum(amount),
--      sum(dis_amt) FROM ba_bgt_info GROUP BY 1; against the final accounts.
--   6. Expense class: the ninth character of pro_code is 人员类 R, 运转类 Y or
--      特定目标类 T.  T is a project; of the others 301 and 303 are personnel, the rest
--      daily public expense.  Other 运转类 (其他运转类) counts as public here, too.
--   7. 三公: 30212 travel abroad, 30217 receptions, 30231 vehicles, 31013 their purchase.
--   8. Payments: xpay_amt, what was really paid, from the treasury (pay_voucher_bill)
--      and from the units' own funds (inc_cert).  Vouchers without xpay_date are not
--      paid yet.  The year is the budget's: what was paid in the days after its end
--      is December's.  Refunds must be in the tables as negative rows.
--   9. Procurement: planned is the plan's pur_amt, actual what was paid on lines with
--      is_gov_pur = '1'.  Vouchers may name their line in pay_voucher instead:
--      JOIN pay_voucher v USING (pay_cert_id) JOIN ba_bgt_info i ON i.bgt_id = v.bgt_id.
--  10. Staff: establishment is 行政 + 事业 + 工勤 posts, external whoever is there
--      beyond those on the establishment (actu_staf_num - actunow_staf_num).
--  11. The workspace's own tables of these five sources are empty, or bind refuses.
-- The tables of assets, projects, petitions, disclosure and surveys are not of this
-- standard: bind yours beside (examples/bindings/sheet.sql), or fill deptperf's.
-- Nothing is closed here.  When a year's records are complete, say so:
--     SELECT DISTINCT source, deptperf_close(2021, source) FROM deptperf_bindings();
-- and see what is wrong with them: SELECT * FROM deptperf.data_issue;
\set ON_ERROR_STOP on
\encoding UTF8
SET search_path = bas, public;          -- your schema, and the one that has deptperf

-- The units, each as its newest live row says.
INSERT INTO deptperf.department (division, code, name, parent_code)
SELECT DISTINCT ON (mof_div_code, agency_code)
       mof_div_code, agency_code, agency_name, nullif(nullif(btrim(parent_id), ''), '0')
FROM bas_agency_info
WHERE is_deleted = '2'
ORDER BY mof_div_code, agency_code, fiscal_year DESC
ON CONFLICT (division, code) DO UPDATE SET name = excluded.name, parent_code = excluded.parent_code;

-- An adjustment and a payment don't say all that is needed: what their budget line says.
CREATE OR REPLACE VIEW deptperf_adjustment AS
SELECT i.mof_div_code, i.agency_code, i.fiscal_year, a.add_amount, a.adj_date
FROM ba_bgt_adjsub a JOIN ba_bgt_info i USING (bgt_id)
WHERE a.is_deleted = '2' AND i.is_deleted = '2';

CREATE OR REPLACE VIEW deptperf_purchase_payment AS
SELECT p.mof_div_code, p.agency_code, p.fiscal_year, p.xpay_amt
FROM pay_voucher_bill p JOIN ba_bgt_info i USING (bgt_id)
WHERE p.is_deleted = '2' AND i.is_deleted = '2' AND i.is_gov_pur = '1' AND p.xpay_date IS NOT NULL;

SELECT * FROM deptperf_bind($$ {
  "budget": {
    "from": "ba_bgt_info", "division": "mof_div_code", "dept": "agency_code", "year": "fiscal_year",
    "filter": "is_deleted = '2'", "factor": 0.0001,
    "expense_class": "CASE WHEN substr(pro_code, 9, 1) = 'T' THEN 'project' WHEN dep_bgt_eco_code ~ '^30[13]' THEN 'personnel' ELSE 'public' END",
    "three_public": "dep_bgt_eco_code IN ('30212', '30217', '30231', '31013')",
    "initial": "CASE WHEN source_type_code = '1' THEN amount ELSE 0 END",
    "adjusted": "amount - coalesce(dis_amt, 0)"},
  "execution": [
    {"from": "pay_voucher_bill", "division": "mof_div_code", "dept": "agency_code", "year": "fiscal_year",
     "filter": "is_deleted = '2' AND xpay_date IS NOT NULL", "factor": 0.0001,
     "month": "CASE WHEN to_char(xpay_date, 'YYYY') > fiscal_year THEN 12 ELSE extract(month FROM xpay_date)::int END",
     "expense_class": "CASE WHEN substr(pro_code, 9, 1) = 'T' THEN 'project' WHEN dep_bgt_eco_code ~ '^30[13]' THEN 'personnel' ELSE 'public' END",
     "three_public": "dep_bgt_eco_code IN ('30212', '30217', '30231', '31013')",
     "amount": "xpay_amt"},
    {"from": "inc_cert", "division": "mof_div_code", "dept": "agency_code", "year": "fiscal_year",
     "filter": "is_deleted = '2' AND xpay_date IS NOT NULL", "factor": 0.0001,
     "month": "CASE WHEN to_char(xpay_date, 'YYYY') > fiscal_year THEN 12 ELSE extract(month FROM xpay_date)::int END",
     "expense_class": "CASE WHEN substr(pro_code, 9, 1) = 'T' THEN 'project' WHEN dep_bgt_eco_code ~ '^30[13]' THEN 'personnel' ELSE 'public' END",
     "three_public": "dep_bgt_eco_code IN ('30212', '30217', '30231', '31013')",
     "amount": "xpay_amt"}],
  "adjustment": {
    "from": "deptperf_adjustment", "division": "mof_div_code", "dept": "agency_code", "year": "fiscal_year", "factor": 0.0001,
    "amount": "add_amount"},
  "procurement": [
    {"from": "gov_pur_plan", "division": "mof_div_code", "dept": "agency_code", "year": "fiscal_year",
     "filter": "is_deleted = '2'", "factor": 0.0001, "planned": "pur_amt", "actual": "0"},
    {"from": "deptperf_purchase_payment", "division": "mof_div_code", "dept": "agency_code", "year": "fiscal_year",
     "factor": 0.0001, "planned": "0", "actual": "xpay_amt"}],
  "staffing": {
    "from": "bas_agency_ext", "division": "mof_div_code", "dept": "agency_code", "year": "fiscal_year", "filter": "is_deleted = '2'",
    "establishment": "admin_staf_num + inst_staf_num + worker_staf_num",
    "on_establishment": "actunow_staf_num",
    "external": "actu_staf_num - actunow_staf_num"}
} $$);

RESET search_path;
