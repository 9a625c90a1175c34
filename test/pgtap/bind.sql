-- bind.sql: deptperf_bind lets sources read relations of the user's, as they are:
-- the statements of DESIGN §5, columns of every type by their own index, Chinese
-- names, filter and factor; what it found; each refusal; renames, a second
-- binding, a dropped table, and deptperf_unbind.
BEGIN;
SELECT plan(80);
SET LOCAL client_min_messages = warning;

SELECT lives_ok('SELECT deptperf_setup(framework => ''sz-2021-records'')', 'the workspace is made');

-- What a statement gives: its first value, or sqlstate, message, detail and hint.
CREATE FUNCTION pg_temp.gives(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; message text; detail text; hint text;
BEGIN
    EXECUTE statement INTO result;
    RETURN coalesce(result, 'null');
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN format('%s %s / %s / %s', SQLSTATE, message, detail, hint);
END $$;
CREATE FUNCTION pg_temp.bind(bindings text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.gives(format('SELECT string_agg(b::text, '' '' ORDER BY source) FROM deptperf_bind(%L) b', bindings))
$$;

-- ---- 1. the list of columns is the views', and the own views are kept for later ----

CREATE TEMP TABLE own AS SELECT source, pg_get_viewdef(format('deptperf.%I', source || '_source')::regclass) AS definition FROM deptperf.source;
SELECT set_eq($$
  SELECT s.source, a.attname::text, a.attnum - 2 FROM deptperf.source s
    JOIN pg_attribute a ON a.attrelid = format('deptperf.%I', s.source || '_source')::regclass AND a.attnum > 2 $$,
  'SELECT source, key, place FROM deptperf_bind_columns()', 'deptperf_bind_columns() has the columns of the source views, in their order');
SELECT set_eq($$
  SELECT s.source, a.attname::text FROM deptperf.source s
    JOIN deptperf_bind_columns() c USING (source)
    JOIN pg_attribute a ON a.attrelid = format('deptperf.%I', s.source)::regclass AND a.attname = c.key
  WHERE a.attnotnull AND NOT a.atthasdef OR (s.source, c.key) = ('performance_target', 'earned') $$,
  'SELECT source, key FROM deptperf_bind_columns() WHERE fallback IS NULL', 'required are those that the tables require, and what a target earned, which the own table may compute');

-- ---- 2. DESIGN §5: four sources in one call; the same records give the same ----

CREATE SCHEMA finance;
CREATE TABLE finance.unit (unit_code text, unit_name text, parent_code text);
INSERT INTO finance.unit VALUES ('4403', 'Bureau', NULL), ('440301', 'Office', '4403'), ('440302', 'Branch', '4403');
CREATE TABLE finance.budget (unit_code text, year int, class text, budget_amt numeric(18,2));
INSERT INTO finance.budget VALUES ('440301', 2021, 'public', 120), ('440301', 2021, 'project', 880.55), ('440302', 2021, 'personnel', 300), ('440302', 2020, 'public', 7);
CREATE TABLE finance.payment (unit_code text, pay_date date, class text, amount numeric(18,2));
INSERT INTO finance.payment VALUES ('440301', '2021-01-01', 'public', 30), ('440301', '2021-03-31', 'project', 200.05), ('440301', '2021-04-01', 'public', 40),
  ('440302', '2021-09-30', 'personnel', 150), ('440302', '2021-12-31', 'personnel', 140), ('440302', '2021-12-31', 'personnel', -2.5), ('440302', '2020-12-31', 'public', 6.5);
CREATE TABLE finance.gov_purchase (unit_code text, year int, plan_amt numeric(18,2), paid_amt numeric(18,2));
INSERT INTO finance.gov_purchase VALUES ('440301', 2021, 100, 76.5), ('440302', 2021, 50, 50);
CREATE TABLE finance.asset (unit_code text, year int, orig_value numeric(18,2), status text);
INSERT INTO finance.asset VALUES ('440301', 2021, 700.5, '在用'), ('440301', 2021, 300, '闲置'), ('440302', 2021, 90, '在用');
INSERT INTO deptperf.department (code, name, parent_code) SELECT unit_code, unit_name, parent_code FROM finance.unit;

INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial)
  SELECT d.dept_id, year, class, budget_amt FROM finance.budget JOIN deptperf.department d ON d.code = unit_code;
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount)
  SELECT d.dept_id, extract(year FROM pay_date), extract(month FROM pay_date), class, amount FROM finance.payment JOIN deptperf.department d ON d.code = unit_code;
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual)
  SELECT d.dept_id, year, plan_amt, paid_amt FROM finance.gov_purchase JOIN deptperf.department d ON d.code = unit_code;
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use)
  SELECT d.dept_id, year, orig_value, status = '在用' FROM finance.asset JOIN deptperf.department d ON d.code = unit_code;
CREATE TEMP TABLE facts_before AS SELECT * FROM deptperf.unit_facts;
CREATE TEMP TABLE score_before AS SELECT s.*, deptperf_total(dept_id, fiscal_year) AS point FROM deptperf.score s;
DELETE FROM deptperf.budget; DELETE FROM deptperf.execution; DELETE FROM deptperf.procurement; DELETE FROM deptperf.fixed_asset;
SELECT is((SELECT count(*) FROM deptperf.unit_facts), 0::bigint, 'no records, no facts');

SELECT results_eq($$
  SELECT * FROM deptperf_bind('{
      "budget":      {"from": "finance.budget", "dept": "unit_code", "year": "year", "expense_class": "class", "initial": "budget_amt"},
      "execution":   {"from": "finance.payment", "dept": "unit_code", "year": "pay_date", "month": "pay_date", "expense_class": "class", "amount": "amount"},
      "procurement": {"from": "finance.gov_purchase", "dept": "unit_code", "year": "year", "planned": "plan_amt", "actual": "paid_amt"},
      "fixed_asset": {"from": "finance.asset", "dept": "unit_code", "year": "year", "original_value": "orig_value", "in_use": "status = ''在用''"}}') ORDER BY source $$,
  $$ VALUES ('budget', 'finance.budget', 4::bigint, 4::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint), ('execution', 'finance.payment', 7, 7, 0, 0, 0, 0),
            ('fixed_asset', 'finance.asset', 3, 3, 0, 0, 0, 0), ('procurement', 'finance.gov_purchase', 2, 2, 0, 0, 0, 0) $$,
  'the call of DESIGN §5 says what it found');
SELECT set_eq('SELECT dept_id, fiscal_year, facts::text FROM deptperf.unit_facts', 'SELECT dept_id, fiscal_year, facts::text FROM facts_before', 'bound records give the same facts, to the letter, as the same records in the own tables');
SELECT set_eq('SELECT s.*, deptperf_total(dept_id, fiscal_year) FROM deptperf.score s', 'SELECT * FROM score_before', 'and the same scores, by both paths');
SELECT isnt_empty('SELECT * FROM score_before WHERE total IS NOT NULL', 'which are scores');
SELECT lives_ok('SELECT deptperf_setup()', 'setup again');
SELECT set_eq('SELECT dept_id, fiscal_year, facts::text FROM deptperf.unit_facts', 'SELECT dept_id, fiscal_year, facts::text FROM facts_before', 'leaves bound sources as they are');
INSERT INTO finance.gov_purchase VALUES ('440301', 2021, 1, 1);
SELECT is((SELECT facts -> 'procurement_records' FROM deptperf.unit_facts u JOIN deptperf.department d USING (dept_id) WHERE d.code = '440301' AND fiscal_year = 2021), '2', 'a record that comes later counts');

SELECT results_eq('SELECT source, relation, spec ->> ''from'', bound_by = current_user FROM deptperf_bindings()',
  $$ SELECT v.*, true FROM (VALUES ('budget', 'finance.budget', 'finance.budget'), ('execution', 'finance.payment', 'finance.payment'),
            ('fixed_asset', 'finance.asset', 'finance.asset'), ('procurement', 'finance.gov_purchase', 'finance.gov_purchase')) AS v $$,
  'deptperf_bindings shows what is bound');

-- ---- 3. while a source is bound ----

SELECT matches(pg_temp.gives($$ INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) SELECT min(dept_id), 2021, 1, 1 FROM deptperf.department RETURNING 1 $$),
  '^55000 source "procurement" is bound, so its own table takes no rows / It was bound to finance.gov_purchase by \S+\. / SELECT deptperf_unbind\(''procurement''\);', 'its own table takes no rows');
SELECT is(pg_temp.gives('INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) SELECT 1, 2021, 1, 1 WHERE false RETURNING 1'), 'null', 'though a statement that brings none is fine');
SELECT is(pg_temp.gives($$ INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time) SELECT min(dept_id), 2021, 1, 1, 1 FROM deptperf.department RETURNING 'taken' $$), 'taken', 'other sources'' tables take rows');
SELECT matches(pg_temp.bind('{"petition": {"from": "finance.budget", "dept": "unit_code", "year": "year", "received": "1", "answered": "1", "answered_in_time": "1"}}'),
  '^55000 source "petition": its own table, deptperf.petition, has rows / .* / "keep": true .* DELETE FROM deptperf.petition;$', 'and a source whose table has rows is not bound');
DELETE FROM deptperf.petition;
SELECT matches(pg_temp.gives('INSERT INTO deptperf.department (division, code) VALUES (''other'', ''440301'')'),
  '^23505 department code "440301" would be in two divisions, and sources are bound by code alone / Divisions: "" and "other"; bound by code: budget, execution, fixed_asset, procurement\. / Bind', 'nor does a second department take the code of a first');

-- ---- 4. renames are followed ----

ALTER TABLE finance.gov_purchase RENAME TO "采购 表";
ALTER TABLE finance."采购 表" RENAME COLUMN plan_amt TO "计划";
ALTER SCHEMA finance RENAME TO "财务";
SELECT results_eq('SELECT relation, spec ->> ''from'', spec ->> ''planned'' FROM deptperf_bindings() WHERE source = ''procurement''',
  $$ VALUES ('"财务"."采购 表"', 'finance.gov_purchase', 'plan_amt') $$, 'a renamed relation has its name of today, the spec what was given');
SELECT is((SELECT sum((facts -> 'procurement_planned')::numeric) FROM deptperf.unit_facts), 151::numeric, 'and its records count');
ALTER SCHEMA "财务" RENAME TO finance;
ALTER TABLE finance."采购 表" RENAME COLUMN "计划" TO plan_amt;
ALTER TABLE finance."采购 表" RENAME TO gov_purchase;

-- ---- 5. a second binding takes the place of the first; a faulty one leaves all ----

CREATE TABLE finance.purchase_new AS SELECT unit_code, year::smallint AS yr, plan_amt * 2 AS planned, paid_amt * 2 AS actual FROM finance.gov_purchase;
CREATE VIEW finance.dashboard AS SELECT dept_id, planned, facts FROM deptperf.procurement_source JOIN deptperf.procurement_facts USING (dept_id, fiscal_year);
SELECT is(pg_temp.bind('{"procurement": {"from": "finance.purchase_new", "dept": "unit_code", "year": "yr", "planned": "planned", "actual": "actual"}}'),
  '(procurement,finance.purchase_new,3,3,0,0,0,0)', 'a second binding');
SELECT is((SELECT sum((facts -> 'procurement_planned')::numeric) FROM deptperf.unit_facts), 302::numeric, 'takes the place of the first');
SELECT matches(pg_temp.bind('{"adjustment":  {"from": "finance.payment", "dept": "unit_code", "year": "pay_date", "amount": "amount"},
                              "procurement": {"from": "finance.gov_purchase", "dept": "unit_code", "year": "year", "planned": "nonsense", "actual": "paid_amt"}}'),
  '^42703 source "procurement", key "planned": column "nonsense" does not exist / finance.gov_purchase has the columns unit_code, year, plan_amt, paid_amt. / A value is a column''s name, or', 'a fault in one');
SELECT results_eq('SELECT source, relation FROM deptperf_bindings() WHERE source IN (''adjustment'', ''procurement'')', $$ VALUES ('procurement', 'finance.purchase_new') $$, 'binds none');

-- ---- 6. unbind ----

SELECT is(deptperf_unbind('procurement'), 'finance.purchase_new', 'deptperf_unbind says what was bound');
SELECT is_empty('SELECT 1 FROM deptperf_bindings() WHERE source = ''procurement''', 'then it is not');
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) SELECT dept_id, 2021, 5, 4 FROM deptperf.department WHERE code = '440302';
SELECT results_eq('SELECT planned, facts -> ''procurement_actual'' FROM finance.dashboard', $$ VALUES (5::numeric, '4'::jsonb) $$,
  'the source reads its own table, through views of others too');
SELECT is((SELECT count(*) FROM deptperf_bind('{"project":     {"from": "finance.budget", "dept": "unit_code", "year": "year", "on_time": "1"},
     "staffing": {"from": "finance.budget", "dept": "unit_code", "year": "year", "establishment": "1", "on_establishment": "2", "external": "3"},
     "adjustment": {"from": "finance.budget", "dept": "unit_code", "year": "year", "amount": "-budget_amt"},
     "key_task": {"from": "finance.budget", "dept": "unit_code", "year": "year", "missed": "0"},
     "performance_target": {"from": "finance.budget", "dept": "unit_code", "year": "year", "aspect": "''social''", "weight": "10", "earned": "9.5"},
     "petition": {"from": "finance.budget", "dept": "unit_code", "year": "year", "received": "3", "answered": "2", "answered_in_time": "1"},
     "satisfaction_survey": {"from": "finance.budget", "dept": "unit_code", "year": "year", "respondents": "3", "satisfied": "2"},
     "disclosure": {"from": "finance.budget", "dept": "unit_code", "year": "year", "kind": "''budget''", "level": 1},
     "finding": {"from": "finance.budget", "dept": "unit_code", "year": "year", "kind": "''violation''"},
     "measurement": {"from": "finance.budget", "dept": "unit_code", "year": "year", "fact": "CASE class WHEN ''public'' THEN ''petition_records'' ELSE ''assets_in_use'' END", "amount": "7"}}')), 10::bigint, 'every other source is bound');
SELECT is((SELECT facts - '{budget_initial,budget_adjusted,public_budget,three_public_budget,budget_records,budget_units,paid_q1,paid_q2,paid_q3,paid_q4,public_paid,three_public_paid,execution_records,execution_units,fixed_asset_units,fixed_asset_records}'::text[]
           FROM deptperf.unit_facts u JOIN deptperf.department d USING (dept_id) WHERE d.code = '440301' AND fiscal_year = 2021),
  '{"adjusted_amount": 1000.55, "adjustment_records": 2, "adjustment_units": 1, "project_records": 2, "project_units": 1, "projects_planned": 2, "projects_on_time": 2,
    "staffing_records": 2, "staffing_units": 1, "establishment": 2, "staff_on_establishment": 4, "staff_external": 6, "key_task_records": 2, "key_task_units": 1, "key_tasks_assigned": 2, "key_tasks_missed": 0,
    "performance_target_records": 2, "performance_target_units": 1, "benefit_weight": 20, "benefit_earned": 19, "benefit_social": 20, "benefit_economic": 0, "benefit_ecological": 0, "benefit_sustainable": 0,
    "petition_records": 2, "petition_units": 1, "petitions_received": 6, "petitions_answered": 4, "petitions_in_time": 2,
    "satisfaction_survey_records": 2, "satisfaction_survey_units": 1, "survey_respondents": 6, "survey_satisfied": 4,
    "disclosure_records": 2, "disclosure_units": 1, "budget_disclosure_level": 2, "budget_disclosure_due": 4, "final_accounts_disclosure_level": 0, "final_accounts_disclosure_due": 0,
    "finding_records": 2, "finding_units": 1, "finding_violation": 2, "finding_budget_nonconformity": 0, "finding_target_nonconformity": 0,
    "measurement_records": 2, "measurement_units": 1, "assets_total": 1000.5, "assets_in_use": 707.5}'::jsonb,
  'with its defaults, and no measurement can count records or units');
SELECT is((SELECT count(deptperf_unbind(source)) FROM deptperf.source WHERE source <> 'procurement'), 13::bigint, 'all are unbound');
SELECT is_empty($$ SELECT source, definition, pg_get_viewdef(format('deptperf.%I', source || '_source')::regclass) FROM own
                   WHERE definition <> pg_get_viewdef(format('deptperf.%I', source || '_source')::regclass) $$, 'and every source view is what setup made');
SELECT is_empty('SELECT relname FROM pg_class WHERE relnamespace = ''deptperf''::regnamespace AND relname LIKE ''binding\_%'' AND relname <> ''binding_pkey''', 'nothing is left over');
SELECT matches(pg_temp.gives('SELECT deptperf_unbind(''budget'')'), '^22023 source "budget" is not bound / Bound: none\. / SELECT \* FROM deptperf_bindings\(\);$', 'what is not bound can''t be unbound');
DELETE FROM deptperf.procurement;

-- ---- 7. Chinese names, filter, factor, defaults, NULLs ----

CREATE SCHEMA "财务";
CREATE TABLE "财务"."部门预算（2021年）" ("单位编码" char(10), "年度" varchar(4), "支出类别" text, "年初预算（元）" numeric(20,2), "调整后预算（元）" numeric(20,2), "三公" boolean, "is deleted" int);
INSERT INTO "财务"."部门预算（2021年）" VALUES
  ('440301', '2021', '公用', 70998812.34, NULL, true, 0), ('440301', '2021', '项目', 0.01, 123456789012345.67, false, 0), ('440301', '2021', '公用', 9, 9, NULL, 1);
SELECT is(pg_temp.bind($$ {"budget": {"from": "财务.部门预算（2021年）", "dept": "单位编码", "year": "年度",
    "expense_class": "CASE 支出类别 WHEN '公用' THEN 'public' WHEN '项目' THEN 'project' END", "three_public": "三公",
    "initial": "年初预算（元）", "adjusted": "调整后预算（元）", "filter": "\"is deleted\" = 0", "factor": 0.0001}} $$),
  '(budget,"""财务"".""部门预算（2021年）""",2,2,0,0,0,0)', 'Chinese names need no quotes, and a filter chooses the records');
SELECT is((SELECT facts FROM deptperf.unit_facts),
  '{"budget_initial": 7099.881235, "budget_adjusted": 12345686001.115801, "public_budget": 7099.881234, "three_public_budget": 7099.881234, "budget_records": 2, "budget_units": 1}'::jsonb,
  '元 to 万元 is exact; no adjusted amount is the initial one');
SELECT is((SELECT count(*) FROM deptperf_bind('{"budget": {"from": "财务.部门预算（2021年）", "dept": "单位编码", "year": 2021, "expense_class": "''other''", "initial": "年初预算（元）"}}')
           WHERE rows = 3 AND nulls = 0), 1::bigint, 'constants are expressions, a year too');
SELECT is((SELECT facts FROM deptperf.unit_facts), '{"budget_initial": 70998821.35, "budget_adjusted": 70998821.35, "public_budget": 0, "three_public_budget": 0, "budget_records": 3, "budget_units": 1}'::jsonb,
  'left out: adjusted is the initial amount, three_public false');

-- ---- 8. what it found ----

CREATE TABLE finance.found (unit text, yr text, m int, class text, amt numeric);
INSERT INTO finance.found VALUES ('440301', '2021', 1, 'public', 1), ('nobody', '2021', 1, 'public', 1), ('440301', '21', 1, 'public', 1), ('nobody', '2021年', 13, 'public', 1),
  ('440301', '2021', 0, 'public', 1), ('440301', '2021', 12, '公用', 1), (NULL, '2021', 1, 'public', 1), ('440301', NULL, 1, 'public', 1), ('440301', '2021', NULL, 'public', 1), ('440301', '2021', 1, 'public', NULL),
  ('440302', '2021', 1, 'public', 'NaN');
SELECT results_eq($$ SELECT * FROM deptperf_bind('{"execution": {"from": "finance.found", "dept": "unit", "year": "yr", "month": "m", "expense_class": "class", "amount": "amt"}}') $$,
  $$ VALUES ('execution', 'finance.found', 11::bigint, 6::bigint, 2::bigint, 2::bigint, 4::bigint, 4::bigint) $$,
  'records of unknown departments and years, with unknown values, with NULLs are counted');
CREATE TABLE finance.found_date (unit int, day timestamp, amt bigint);
INSERT INTO finance.found_date SELECT dept_id, d, 1 FROM deptperf.department, unnest('{1948-12-31 23:59:59.999999,1949-01-01,2020-12-31 23:59:59.999999,2021-01-01,2100-12-31 23:59,2101-01-01,infinity}'::timestamp[]) AS d WHERE code = '440301' UNION ALL VALUES (-1, NULL::timestamp, 1), (-1, 'today', NULL);
SELECT results_eq($$ SELECT * FROM deptperf_bind('{"adjustment": {"from": "finance.found_date", "dept": "unit", "year": "day", "amount": "amt"}}') $$,
  $$ VALUES ('adjustment', 'finance.found_date', 9::bigint, 4::bigint, 2::bigint, 3::bigint, 0::bigint, 2::bigint) $$, 'by date too');
SELECT results_eq('SELECT fiscal_year, facts -> ''adjusted_amount'' FROM deptperf.adjustment_facts ORDER BY 1', $$ VALUES (1949, '1'::jsonb), (2020, '1'), (2021, '1'), (2100, '1') $$, 'a day belongs to the year in which it lies');
SELECT is((SELECT count(deptperf_unbind(source)) FROM deptperf_bindings()), 3::bigint, 'unbound');

-- ---- 9. columns of every type, by their own index ----

CREATE DOMAIN finance.code AS varchar(20);
CREATE DOMAIN finance.id AS int;
CREATE COLLATION finance.c FROM "C";
CREATE COLLATION finance.posix FROM "POSIX";
CREATE TEMP TABLE variant (n int, dept text, year text, value text, by_code boolean, found text, facts jsonb, total numeric, one text, several text, years text);
INSERT INTO variant (n, dept, year, value)
  SELECT row_number() OVER (), * FROM (
    SELECT dept, year, value
    FROM unnest('{smallint,int,bigint,numeric(10),finance.id,text,text COLLATE finance.c,text COLLATE finance.posix,varchar(20),char(12),char(12) COLLATE finance.c,finance.code}'::text[]) AS dept,
      (VALUES ('int', '2021')) AS year(year, value)
    UNION
    SELECT dept, year, value
    FROM unnest('{int,bigint,varchar(20)}'::text[]) AS dept,
      (VALUES ('smallint', '2021'), ('int', '2021'), ('bigint', '2021'), ('numeric(4)', '2021'), ('finance.id', '2021'), ('text', '2021'), ('text COLLATE finance.c', '2021'),
              ('varchar(4)', '2021'), ('char(4)', '2021'), ('char(8)', '2021'), ('date', '2021-12-31'), ('timestamp', '2021-12-31 23:59:59')) AS year(year, value)) AS v;
UPDATE variant SET by_code = dept ~ 'text|char|code';

-- The index conditions by which a table is read.
CREATE FUNCTION pg_temp.read_by(relation text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN (SELECT string_agg(concat_ws(' ', n ->> 'Node Type', n ->> 'Index Cond'), '; ')
            FROM jsonb_path_query(plan, 'strict $.**') AS n
            WHERE jsonb_typeof(n) = 'object' AND (n ->> 'Index Name' LIKE relation || '%' OR n ->> 'Relation Name' = relation));
END $$;
-- The tables that a query reads when it runs.
CREATE FUNCTION pg_temp.runs(query text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING off, FORMAT JSON) ' || query INTO plan;
    RETURN (SELECT array_agg(DISTINCT n ->> 'Relation Name')
            FROM jsonb_path_query(plan, 'strict $.**') AS n
            WHERE jsonb_typeof(n) = 'object' AND n ->> 'Relation Name' LIKE 'part\_%' AND (n ->> 'Actual Loops')::numeric > 0);
END $$;
INSERT INTO deptperf.department (dept_id, code) SELECT i, '5000' || i FROM generate_series(1001, 1200) AS i;
ANALYZE deptperf.department, deptperf.fiscal_year;
CREATE FUNCTION pg_temp.variants() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v record; t text; given text;
BEGIN
    FOR v IN SELECT * FROM variant ORDER BY n LOOP
        t := 'variant_' || v.n;
        EXECUTE format('CREATE TABLE finance.%I (unit %s, yr %s, a numeric(18,2), b int)', t, v.dept, v.year);
        EXECUTE format('INSERT INTO finance.%I SELECT %s, replace(%L, ''2021'', y::text)::%s, 10.25, 9 FROM generate_series(1001, 1200) AS i, generate_series(2012, 2021) AS y, generate_series(1, 2)',
                       t, CASE WHEN v.by_code THEN '''5000'' || i' ELSE 'i' END, v.value, v.year);
        EXECUTE format('CREATE INDEX ON finance.%I (unit, yr)', t);
        EXECUTE format('ANALYZE finance.%I', t);
        given := pg_temp.bind(format('{"procurement": {"from": "finance.%s", "dept": "unit", "year": "yr", "planned": "a", "actual": "b"}}', t));
        UPDATE variant SET found = given,
            facts = (SELECT u.facts FROM deptperf.unit_facts u WHERE u.dept_id = 1042 AND u.fiscal_year = 2021),
            total = deptperf_total(1042, 2021),
            one = pg_temp.read_by(t, 'SELECT * FROM deptperf.unit_facts WHERE dept_id = 1042 AND fiscal_year = 2021'),
            several = pg_temp.read_by(t, 'SELECT * FROM deptperf.unit_facts WHERE dept_id = ANY (''{1042,1043}''::bigint[]) AND fiscal_year = 2021'),
            years = pg_temp.read_by(t, 'SELECT * FROM deptperf.unit_facts WHERE dept_id = ANY (''{1042,1043}''::bigint[]) AND fiscal_year = ANY (''{2012,2021}'')')
        WHERE variant.n = v.n;
    END LOOP;
END $$;
DO $$ BEGIN PERFORM pg_temp.variants(); END $$;
SELECT is_empty($$ SELECT * FROM variant WHERE found <> format('(procurement,finance.variant_%s,4000,4000,0,0,0,0)', n) OR total IS NULL
                     OR facts IS DISTINCT FROM '{"procurement_planned": 20.5, "procurement_actual": 18, "procurement_records": 2, "procurement_units": 1}' $$,
  'departments of 12 types, years of 12 types are bound and give the same facts');
SELECT is_empty($$ SELECT dept, year, one FROM variant WHERE one IS NULL OR one !~ 'Index.*unit.*yr' OR one ~ 'Seq Scan' $$, 'for one department and year by the index, in both columns');
SELECT is_empty($$ SELECT dept, year, several FROM variant WHERE several IS NULL OR several !~ 'Index.*unit.*yr' OR several ~ 'Seq Scan' $$, 'and for some departments');
SELECT is_empty($$ SELECT dept, year, years FROM variant WHERE years IS NULL OR years !~ 'Index.*unit' OR years ~ 'Seq Scan' OR year = 'int' AND years !~ 'yr = ANY' OR dept = 'bigint' AND years !~ 'unit = ANY' $$, 'for some years too; an int year, a bigint department take the condition as it is');

CREATE TABLE finance.plain ("单位" varchar(12), "年" smallint, "计划" numeric(18,2), paid text, remarks text);
INSERT INTO finance.plain SELECT '5000' || i, y, 10.25, '9' FROM generate_series(1001, 1200) AS i, generate_series(2012, 2021) AS y, generate_series(1, 10);
CREATE TEMP TABLE plain AS SELECT '{"from": "finance.plain", "dept": "单位", "year": "年", "planned": "计划", "actual": "paid::numeric"}'::jsonb AS spec;
SELECT is(pg_temp.bind(jsonb_build_object('procurement', spec)::text), '(procurement,finance.plain,20000,20000,0,0,0,0)', 'a table without an index') FROM plain;
SELECT is(deptperf_bind_index('procurement', spec, 'finance.plain'), 'CREATE INDEX ON finance.plain ("单位", "年") INCLUDE ("计划", paid);', 'the index to make') FROM plain;
DO $$ BEGIN EXECUTE deptperf_bind_index('procurement', spec, 'finance.plain') FROM plain; END $$;
ANALYZE finance.plain;
SELECT matches(pg_temp.read_by('plain', 'SELECT * FROM deptperf.unit_facts WHERE dept_id = ANY (''{1042,1043}''::bigint[]) AND fiscal_year = 2021'), 'Index.*单位.*年', 'serves');
SELECT is(deptperf_bind_index('procurement', spec, 'finance.plain'), NULL, 'and then no other is needed') FROM plain;
CREATE TABLE finance.part ("单位" text, day date, a numeric) PARTITION BY RANGE (day);
CREATE TABLE finance.part_2020 PARTITION OF finance.part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE finance.part_2021 PARTITION OF finance.part FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE INDEX ON finance.part ("单位", day);
INSERT INTO finance.part SELECT '5000' || i, make_date(y, 1, 1) + d, 1 FROM generate_series(1001, 1200) AS i, generate_series(2020, 2021) AS y, generate_series(0, 360, 15) AS d;
ANALYZE finance.part;
SELECT is(pg_temp.bind('{"procurement": {"from": "finance.part", "dept": "单位", "year": "day", "planned": "a", "actual": "a"}}'), '(procurement,finance.part,10000,10000,0,0,0,0)', 'a partitioned table');
CREATE TEMP TABLE pruned AS SELECT pg_temp.runs('SELECT * FROM deptperf.procurement_facts WHERE dept_id = ANY (''{1042,1043}''::bigint[]) AND fiscal_year = 2021') AS partition;
SELECT set_eq('SELECT unnest(partition) FROM pruned', $$ VALUES ('part_2021') $$, 'of which one year''s partition is read');
SELECT matches(pg_temp.read_by('fiscal_year', 'SELECT * FROM deptperf.procurement_facts'), 'Index Scan .*starts <= .*ends > ', 'for all years each day is looked up, not compared with every year');

-- ---- 10. a dropped table ----

SELECT is(pg_temp.bind('{"procurement": {"from": "finance.variant_1", "dept": "unit", "year": "yr", "planned": "a", "actual": "b"}}'),
  '(procurement,finance.variant_1,4000,4000,0,0,0,0)', 'a bound table');
DROP TABLE finance.variant_1 CASCADE;
SELECT is(to_regclass('deptperf.procurement_facts'), NULL, 'with DROP TABLE CASCADE the source''s views go');
SELECT matches(pg_temp.gives('SELECT count(*) FROM deptperf.unit_facts'), '42P01 relation "deptperf.procurement_facts" does not exist', 'queries then say what is missing');
SELECT results_eq('SELECT source, relation, spec ->> ''from'' FROM deptperf_bindings()', $$ VALUES ('procurement', NULL::text, 'finance.variant_1') $$, 'deptperf_bindings knows what was bound');
SELECT is(pg_temp.bind('{"procurement": {"from": "finance.variant_2", "dept": "unit", "year": "yr", "planned": "a", "actual": "b"}}'),
  '(procurement,finance.variant_2,4000,4000,0,0,0,0)', 'binding anew brings the source back');
DROP TABLE finance.variant_2 CASCADE;
SELECT is(deptperf_unbind('procurement'), NULL, 'and so does deptperf_unbind');
SELECT is((SELECT count(*) FROM deptperf.unit_facts), 0::bigint, 'with its own table');

-- ---- 11. names are looked up once, by the caller's search_path ----

CREATE SCHEMA helper;
CREATE FUNCTION helper.tidy(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'public' $$;
CREATE FUNCTION public.tidy(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'other' $$;
-- what would take the place of the workspace's own names, if they were not in full
CREATE TABLE helper.department (LIKE deptperf.department);
CREATE FUNCTION helper.count(text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 99::bigint $$;
CREATE FUNCTION helper.num_nulls(text, int, text, numeric) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 99 $$;
CREATE FUNCTION helper.never(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT false $$;
CREATE OPERATOR helper.= (LEFTARG = text, RIGHTARG = text, FUNCTION = helper.never);
SET LOCAL search_path = helper, finance, pg_catalog, public;
CREATE TEMP TABLE looked_up AS
  SELECT b::text AS found FROM public.deptperf_bind('{"budget": {"from": "budget", "dept": "unit_code", "year": "year", "expense_class": "tidy(class)", "initial": "budget_amt"}}') AS b;
SET LOCAL search_path = public;
SELECT is(found, '(budget,finance.budget,4,4,0,0,0,0)', 'a relation and a function are found by the search_path of the caller') FROM looked_up;
SELECT is((SELECT sum((facts -> 'public_budget')::numeric) FROM deptperf.unit_facts), 1307.55::numeric, 'and stay what they were then, whatever the search_path of a query');

DO $$ BEGIN PERFORM deptperf_unbind('budget'); END $$;

-- ---- 12. refusals ----

CREATE TABLE finance.odd (code text, yr int, a numeric, f double precision, r real, st text, flag boolean, tz timestamptz, day date, m money);
CREATE SEQUENCE finance.seq;
CREATE TEMP TABLE temporary (code text, yr int, a numeric);
CREATE VIEW finance.loop AS SELECT code, fiscal_year AS yr, total AS a FROM deptperf.score JOIN deptperf.department USING (dept_id);
-- A change of a spec, and what it gives: sqlstate and the message's beginning, words of the detail, words of the hint.
CREATE TEMP TABLE base (source text, spec jsonb);
INSERT INTO base VALUES
  ('procurement', '{"from": "finance.odd", "dept": "code", "year": "yr", "planned": "a", "actual": "a"}'),
  ('execution',   '{"from": "finance.odd", "dept": "code", "year": "yr", "month": "1", "expense_class": "st", "amount": "a"}'),
  ('fixed_asset', '{"from": "finance.odd", "dept": "code", "year": "yr", "original_value": "a", "in_use": "flag"}'),
  ('project',     '{"from": "finance.odd", "dept": "code", "year": "yr", "on_time": "a"}');
CREATE TEMP TABLE refusal (source text, change jsonb, state text, message text, detail text, hint text);
INSERT INTO refusal VALUES
  -- keys
  ('procurement', '{"plan": "a"}', '22023', 'source "procurement": key "plan" is not known', 'Required: from, dept, year, planned, actual; may be left out: filter, factor, division, complete, keep.', 'need not be named'),
  ('project', '{"factor": 2}', '22023', 'source "project", key "factor": the source has no money column', 'project has on_time', 'Leave it out'),
  ('procurement', '{"factor": "2"}', '22023', 'source "procurement", key "factor": the value is "2"', 'Expected a number above 0', '"factor": 0.0001'),
  ('procurement', '{"factor": 0}', '22023', 'source "procurement", key "factor": the value is 0', 'Expected a number above 0', '"factor": 0.0001'),
  ('procurement', '{"division": "yr"}', '42804', 'source "procurement", key "division": "yr" is integer', 'Expected a text', '"division": "yr::text"'),
  ('procurement', '{"dept": "yr", "division": "st"}', '22023', 'source "procurement", key "division": yr is a dept_id, not a code', 'division and code do together', '"dept": "yr::text"'),
  ('procurement', '{"from_date": "day"}', '22023', 'source "procurement": year stands beside from_date or to_date', 'one year', 'Leave out year'),
  ('procurement', '{"to_date": "day"}', '22023', 'source "procurement": year stands beside from_date or to_date', 'one year', 'Leave out year'),
  ('procurement', '{"complete": "yes"}', '22023', 'source "procurement", key "complete": the value is "yes"', 'Expected true', '"complete": true'),
  ('procurement', '{"keep": 1}', '22023', 'source "procurement", key "keep": the value is 1', 'Expected true', '"keep": true'),
  ('procurement', '{"planned": null}', '22023', 'source "procurement", key "planned": the value is null', 'Expected a text', 'constant'),
  ('procurement', '{"planned": ["a"]}', '22023', 'source "procurement", key "planned": the value is ["a"]', 'Expected a text', 'constant'),
  ('procurement', '{"planned": " "}', '22023', 'source "procurement", key "planned": the value is " "', 'Expected a text', 'constant'),
  ('procurement', '{"filter": ""}', '22023', 'source "procurement", key "filter": the value is ""', 'Expected a text', 'Leave the key out'),
  -- relations
  ('procurement', '{"from": 7}', '22023', 'source "procurement", key "from": the value is 7', 'a relation''s name', 'finance.gov_purchase'),
  ('procurement', '{"from": "finance.nothing"}', '42P01', 'source "procurement", key "from": relation "finance.nothing" does not exist', 'Schema "finance" has asset, budget,', 'schema and name'),
  ('procurement', '{"from": "nothing"}', '42P01', 'source "procurement", key "from": relation "nothing" does not exist', 'search_path', 'schema and name'),
  ('procurement', '{"from": "a.b.c.d"}', '42P01', 'source "procurement", key "from": relation "a.b.c.d" does not exist', 'search_path', 'schema and name'),
  ('procurement', '{"from": "finance.seq"}', '42809', 'source "procurement", key "from": finance.seq has no records', 'Expected a table', 'Name the table'),
  ('procurement', '{"from": "temporary"}', '42809', 'source "procurement", key "from": pg_temp_', 'session', 'permanent'),
  ('procurement', '{"from": "deptperf.procurement"}', '22023', 'source "procurement", key "from": deptperf.procurement belongs to the workspace', 'own table', 'Leave the source out'),
  ('procurement', '{"from": "finance.loop"}', '22023', 'source "procurement", key "from": finance.loop reads deptperf.', 'from themselves', 'tables alone'),
  -- expressions
  ('procurement', '{"planned": "plan_amt"}', '42703', 'source "procurement", key "planned": column "plan_amt" does not exist', 'finance.odd has the columns code, yr, a, f,', 'A value is a column''s name, or one SQL expression'),
  ('procurement', '{"planned": "nothing(a)"}', '42883', 'source "procurement", key "planned": function nothing(numeric) does not exist', 'has the columns', 'No function matches'),
  ('procurement', '{"planned": "1/0"}', '22012', 'source "procurement", key "planned": division by zero', 'The value is "1/0".', 'every record'),
  ('procurement', '{"planned": "$1"}', '42P02', 'source "procurement", key "planned": there is no parameter $1', 'has the columns', 'one SQL expression'),
  ('procurement', '{"planned": "(SELECT max(a) FROM finance.odd)"}', '42601', 'source "procurement", key "planned": "(SELECT max(a) FROM finance.odd)" has a subquery', 'one value a record', 'a view of yours over finance.odd'),
  ('procurement', '{"filter": "EXISTS (SELECT FROM finance.odd)"}', '42601', 'source "procurement", key "filter": "EXISTS (SELECT FROM finance.odd)" has a subquery', 'one value a record', 'a view of yours'),
  ('procurement', '{"planned": "sum(a)"}', '42601', 'source "procurement", key "planned": "sum(a)" has an aggregate or window function', 'one value a record', 'a view of yours'),
  ('procurement', '{"planned": "sum(a) OVER ()"}', '42601', 'source "procurement", key "planned": "sum(a) OVER ()" has an aggregate or window function', 'one value a record', 'a view of yours'),
  ('procurement', '{"planned": "generate_series(1, 2)"}', '42601', 'source "procurement", key "planned": "generate_series(1, 2)" has a function that returns several rows', 'one value a record', 'a view of yours'),
  -- types
  ('procurement', '{"planned": "f"}', '42804', 'source "procurement", key "planned": "f" is double precision', 'a float is not exact', '"planned": "f::numeric(18,2)"'),
  ('procurement', '{"actual": "r"}', '42804', 'source "procurement", key "actual": "r" is real', 'a float is not exact', '"actual": "r::float8::numeric(18,2)"'),
  ('procurement', '{"actual": "a * f"}', '42804', 'source "procurement", key "actual": "a * f" is double precision', 'a float is not exact', '"actual": "(a * f)::numeric(18,2)"'),
  ('procurement', '{"planned": "st"}', '42804', 'source "procurement", key "planned": "st" is text', 'Expected an exact amount', '"planned": "deptperf_number(st)"'),
  ('procurement', '{"planned": "m"}', '42804', 'source "procurement", key "planned": "m" is money', 'Expected an exact amount', '"planned": "m::numeric(18,2)"'),
  ('procurement', '{"planned": "''NaN''"}', '42804', 'source "procurement", key "planned": "''NaN''" is text', 'Expected an exact amount', 'deptperf_number(''NaN'')'),
  ('project', '{"on_time": "flag"}', '42804', 'source "project", key "on_time": "flag" is boolean', 'Expected an exact amount', '"on_time": "flag::int"'),
  ('fixed_asset', '{"in_use": "st"}', '42804', 'source "fixed_asset", key "in_use": "st" is text', 'Expected a boolean', '"in_use": "st = '),
  ('fixed_asset', '{"in_use": "yr"}', '42804', 'source "fixed_asset", key "in_use": "yr" is integer', 'Expected a boolean', '"in_use": "yr = 1"'),
  ('procurement', '{"filter": "st"}', '42804', 'source "procurement", key "filter": "st" is text', 'Expected a boolean', '"filter": "st = '),
  ('execution', '{"month": "st"}', '42804', 'source "execution", key "month": "st" is text', 'Expected a number from 1 to 12, or a date', '"month": "deptperf_number(st)"'),
  ('execution', '{"month": "f"}', '42804', 'source "execution", key "month": "f" is double precision', 'Expected a number from 1 to 12', '"month": "f::numeric"'),
  ('execution', '{"month": "tz"}', '42804', 'source "execution", key "month": "tz" is timestamp with time zone', 'depends on the session', 'AT TIME ZONE'),
  ('execution', '{"expense_class": "yr"}', '42804', 'source "execution", key "expense_class": "yr" is integer', 'Expected a text', '"expense_class": "yr::text"'),
  ('procurement', '{"year": "tz"}', '42804', 'source "procurement", key "year": "tz" is timestamp with time zone', 'depends on the session', '"year": "tz AT TIME ZONE ''Asia/Shanghai''"'),
  ('procurement', '{"year": "f"}', '42804', 'source "procurement", key "year": "f" is double precision', 'Expected an integer, a text, or a date', '"year": "f::numeric"'),
  ('procurement', '{"dept": "day"}', '42804', 'source "procurement", key "dept": "day" is date', 'an integer, the dept_id, or a text', '"dept": "day::text"'),
  ('procurement', '{"dept": "f"}', '42804', 'source "procurement", key "dept": "f" is double precision', 'an integer, the dept_id', '"dept": "f::text"');
INSERT INTO refusal VALUES
  ('procurement', '{"actual": "r + r"}', '42804', 'source "procurement", key "actual": "r + r" is real', 'a float is not exact', '"actual": "(r + r)::float8::numeric(18,2)"'),
  ('execution', '{"month": "right(st, 2)"}', '42804', 'source "execution", key "month": "right(st, 2)" is text', 'Expected a number from 1 to 12', '"month": "deptperf_number(right(st, 2))"');
-- what is not one expression, or tries to be more than a value
INSERT INTO refusal
  SELECT 'procurement', jsonb_build_object('planned', e), '42601', format('source "procurement", key "planned": "%s" is not one expression', e), 'one value a record', 'one SQL expression'
  FROM unnest(ARRAY['a a', 'a +', 'a, a', 'a), (a', 'a) AS x, (a', 'a) + (a', 'a AS x', '*', 'odd.*', 'a /*', '''a', '"a', '$$a', 'SELECT a', 'a FROM finance.odd',
    '1; DROP TABLE finance.odd; SELECT a', 'a) AS value FROM finance.odd; DROP TABLE finance.odd; SELECT (a', 'a; ', '1) UNION ALL SELECT (2', '1 UNION ALL SELECT 2', 'a) FROM finance.odd WHERE (true',
    'a) AS value FROM finance.odd AS odd --', 'a ORDER BY a', 'a) ORDER BY (a', ')', '(', '--']) AS e;
CREATE TEMP TABLE refused AS
  SELECT r.*, g.got FROM refusal r JOIN base b USING (source), pg_temp.bind(jsonb_build_object(r.source, b.spec || r.change)::text) AS g(got);
SELECT is_empty($$ SELECT source, change, got FROM refused
                   WHERE starts_with(got, state || ' ' || message) IS NOT TRUE OR strpos(split_part(got, ' / ', -2), detail) = 0 OR strpos(split_part(got, ' / ', -1), hint) = 0 $$,
  'each fault is an error that names source, key and value, says what is expected, and a way out');
SELECT is((SELECT count(*) FROM refused), (SELECT count(*) FROM refusal), 'all of them');
SELECT is_empty('SELECT * FROM deptperf_bindings()', 'and none is bound');
SELECT is_empty($$ SELECT source, key, got FROM base, jsonb_object_keys(spec) AS key, pg_temp.bind(jsonb_build_object(source, spec - key)::text) AS g(got)
                   WHERE got NOT LIKE format('22023 source "%s": key "%s" is missing / Required: from, dept, year, %% / %%', source, key) $$, 'every required key is');
SELECT is_empty($$
  SELECT given, got FROM (VALUES
    (NULL, '22023 the bindings are NULL and not an object with a source / '), ('{}', '22023 the bindings are empty and not an object with a source / '),
    ('[]', '22023 the bindings are array and not an object with a source / '), ('"x"', '22023 the bindings are string and not an object with a source / '),
    ('{"purchase": {}}', '22023 source "purchase" is not known / Known: adjustment, budget, disclosure, execution, finding, fixed_asset, key_task, measurement, performance_target, petition, procurement, project, satisfaction_survey, staffing. / '),
    ('{"procurement": null}', '22023 source "procurement": its binding is null and not an object / '), ('{"procurement": []}', '22023 source "procurement": its binding is array and not an object / '),
    ('{"procurement": "finance.odd"}', '22023 source "procurement": its binding is string and not an object / ')) AS v(given, want),
    pg_temp.gives(format('SELECT deptperf_bind(%L)', given)) AS g(got)
  WHERE NOT starts_with(got, want) OR got !~ 'deptperf_bind\(' $$, 'what is no binding at all, with one to copy');
INSERT INTO finance.odd (code, yr, a, st) VALUES ('440301', 2021, 0, 'x');
SELECT matches(pg_temp.bind('{"procurement": {"from": "finance.odd", "dept": "code", "year": "yr", "planned": "1 / a", "actual": "a"}}'),
  '^22012 source "procurement": the records of finance.odd can''t be read: division by zero / .* / Every score would fail', 'an expression that fails for a record');
INSERT INTO deptperf.department (division, code) VALUES ('other', '440301');
SELECT matches(pg_temp.bind('{"procurement": {"from": "finance.odd", "dept": "code", "year": "yr", "planned": "a", "actual": "a"}}'),
  '^21000 source "procurement", key "dept": code is a code, and codes are in several divisions / Code "440301" is in the divisions "", "other"; .* / Name the division too', 'codes that two departments have');
DELETE FROM deptperf.department WHERE division = 'other';

-- ---- 13. who may ----

DROP SCHEMA deptperf CASCADE;
CREATE ROLE deptperf_test_owner;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO deptperf_test_owner', current_database()); END $$;
SELECT matches(pg_temp.bind('{"procurement": {}}'), 'SELECT deptperf_setup\(\);$', 'without a workspace');
CREATE TEMP TABLE spec AS SELECT '{"procurement": {"from": "finance.gov_purchase", "dept": "unit_code", "year": "year", "planned": "plan_amt", "actual": "paid_amt"}}'::text AS spec;
GRANT SELECT ON spec TO PUBLIC;
SET LOCAL ROLE deptperf_test_owner;
SELECT lives_ok('SELECT deptperf_setup()', 'a workspace of somebody else''s');
INSERT INTO deptperf.department (code) VALUES ('440301');
SELECT matches(pg_temp.bind(spec), '^42501 source "procurement", key "from": permission denied for schema finance / .* / GRANT USAGE ON SCHEMA', 'a schema that the owner may not use') FROM spec;
RESET ROLE;
GRANT USAGE ON SCHEMA finance TO deptperf_test_owner;
SET LOCAL ROLE deptperf_test_owner;
SELECT matches(pg_temp.bind(spec), '^42501 source "procurement", key "from": finance.gov_purchase can''t be read by deptperf_test_owner / .* / GRANT SELECT ON finance.gov_purchase TO deptperf_test_owner;$', 'a relation that the owner may not read') FROM spec;
RESET ROLE;
GRANT SELECT (unit_code, year, plan_amt) ON finance.gov_purchase TO deptperf_test_owner;
SET LOCAL ROLE deptperf_test_owner;
SELECT matches(pg_temp.bind(spec), '^42501 source "procurement", key "actual": permission denied for table gov_purchase / .* / GRANT SELECT ON finance.gov_purchase TO deptperf_test_owner;$', 'or not every column of it') FROM spec;
RESET ROLE;
GRANT SELECT (paid_amt) ON finance.gov_purchase TO deptperf_test_owner;
SET LOCAL ROLE deptperf_test_owner;
SELECT is(pg_temp.bind(spec), '(procurement,finance.gov_purchase,3,2,1,0,0,0)', 'rights on the columns are enough') FROM spec;
RESET ROLE;
CREATE VIEW finance.purchases WITH (security_invoker = true) AS SELECT * FROM finance.gov_purchase;
CREATE VIEW finance.purchases_of_all AS SELECT * FROM finance.gov_purchase;
GRANT SELECT ON finance.purchases, finance.purchases_of_all TO deptperf_test_owner;
ALTER TABLE finance.gov_purchase ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON finance.gov_purchase FOR SELECT USING (unit_code = '440302');
SET LOCAL ROLE deptperf_test_owner;
SELECT results_eq($$ SELECT source, found FROM deptperf.data_issue WHERE issue = 'row security' $$, $$ VALUES ('procurement', 'row security of finance.gov_purchase is active for deptperf_test_owner, and hides records') $$, 'row security turned on after binding is a data issue');
SELECT matches(pg_temp.bind(spec), '^55000 source "procurement", key "from": row security of finance.gov_purchase is active for deptperf_test_owner / .* / ALTER ROLE deptperf_test_owner BYPASSRLS; or bind a view', 'row security that is active for the owner') FROM spec;
SELECT matches(pg_temp.bind(replace(spec, 'finance.gov_purchase', 'finance.purchases')), '^55000 source "procurement", key "from": row security of finance.gov_purchase is active for deptperf_test_owner', 'below a view too') FROM spec;
SELECT is(pg_temp.bind(replace(spec, 'finance.gov_purchase', 'finance.purchases_of_all')), '(procurement,finance.purchases_of_all,3,2,1,0,0,0)', 'and not below a view of the table''s owner') FROM spec;
SELECT is_empty($$ SELECT source, found FROM deptperf.data_issue WHERE issue = 'row security' $$, 'so that it is no issue any more');
RESET ROLE;
SELECT matches(pg_temp.bind(spec), '^42501 schema "deptperf" belongs to deptperf_test_owner / ', 'only the workspace''s owner binds') FROM spec;
SELECT matches(pg_temp.gives('SELECT deptperf_unbind(''procurement'')'), '^42501 schema "deptperf" belongs to deptperf_test_owner / ', 'and unbinds');

SELECT * FROM finish();
ROLLBACK;
