-- bind_several.sql: what a source can be made of: several relations, its own
-- table beside them, departments by division and code, stocks by two dates,
-- every kind of relation; what is complete; and what deptperf_repair brings back.
BEGIN;
SELECT plan(70);
SET LOCAL client_min_messages = warning;

SELECT lives_ok('SELECT deptperf_setup(framework => ''sz-2021-records'')', 'the workspace is made');
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
    SELECT pg_temp.gives(format('SELECT string_agg(b::text, '' '') FROM deptperf_bind(%L) b', bindings))
$$;
CREATE FUNCTION pg_temp.planned(year int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s:%s %s', d.division, d.code, u.facts ->> 'procurement_planned'), ', ' ORDER BY d.dept_id)
    FROM deptperf.unit_facts u JOIN deptperf.department d USING (dept_id) WHERE u.fiscal_year = year AND u.facts ? 'procurement_planned'
$$;
CREATE FUNCTION pg_temp.bound() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s', source, coalesce(relation, 'lost ' || (spec ->> 'from'))), ', ' ORDER BY source, n)
    FROM deptperf_bindings() WITH ORDINALITY AS b(source, relation, spec, bound_by, bound_at, n)
$$;

-- ---- 1. division and code together ----

INSERT INTO deptperf.department (dept_id, division, code) VALUES (1, '440300', '001'), (2, '440300', '002'), (3, '440305', '001');
CREATE SCHEMA finance;
CREATE TABLE finance.purchase (mof_div_code varchar(9), agency_code char(6), fiscal_year text, pur_amt numeric, paid numeric, id int PRIMARY KEY);
INSERT INTO finance.purchase VALUES ('440300', '001', '2021', 10, 9, 1), ('440305', '001', '2021', 20, 8, 2), ('440300', '002', '2021', 40, 7, 3), ('440305', '002', '2021', 80, 6, 4), (NULL, '001', '2021', 160, 5, 5);
CREATE TEMP TABLE spec AS SELECT '{"from": "finance.purchase", "dept": "agency_code", "division": "mof_div_code", "year": "fiscal_year", "planned": "pur_amt", "actual": "paid"}'::jsonb AS spec;
SELECT is(pg_temp.bind(jsonb_build_object('procurement', spec)::text), '(procurement,finance.purchase,5,3,1,0,0,1)', 'a code that several divisions have, with the division') FROM spec;
SELECT is(pg_temp.planned(2021), '440300:001 10, 440300:002 40, 440305:001 20', 'each department has its own');
SELECT lives_ok('INSERT INTO deptperf.department (dept_id, division, code) VALUES (4, ''440305'', ''002'')', 'a second department may take the code of a first');
SELECT is(pg_temp.planned(2021), '440300:001 10, 440300:002 40, 440305:001 20, 440305:002 80', 'and has its records then');
SELECT is(pg_temp.bind((jsonb_build_object('procurement', spec) || '{"finding": {"from": "finance.purchase", "dept": "agency_code", "year": "fiscal_year", "kind": "''violation''"}}')::text),
  '21000 source "finding", key "dept": agency_code is a code, and codes are in several divisions / Code "001" is in the divisions "440300", "440305"; its records would count for each. / Name the division too: "division": "…", or bind a view of your own that looks up the dept_id in deptperf.department.',
  'by code alone is refused') FROM spec;
SELECT is(pg_temp.bind(jsonb_build_object('procurement', spec || '{"division": "''440305''"}')::text), '(procurement,finance.purchase,5,5,0,0,0,0)', 'a division may be a constant') FROM spec;
SELECT is(pg_temp.planned(2021), '440305:001 190, 440305:002 120', 'for every record');
SELECT is(deptperf_bind_index('procurement', spec, 'finance.purchase'), 'CREATE INDEX ON finance.purchase (mof_div_code, agency_code, fiscal_year) INCLUDE (pur_amt, paid);', 'the index to make has the division') FROM spec;
CREATE INDEX ON finance.purchase (fiscal_year, agency_code, mof_div_code);
SELECT is(deptperf_bind_index('procurement', spec, 'finance.purchase'), NULL, 'in any order it serves') FROM spec;

-- ---- 2. several relations ----

CREATE TABLE finance.small (dept bigint, y int, p numeric, a numeric);
INSERT INTO finance.small VALUES (1, 2021, 0.5, 0.25), (2, 2020, 0.75, 0);
CREATE TEMP TABLE small AS SELECT '{"from": "finance.small", "dept": "dept", "year": "y", "planned": "p", "actual": "a"}'::jsonb AS spec;
SELECT is(pg_temp.bind(jsonb_build_object('procurement', jsonb_build_array(a.spec, b.spec))::text),
  '(procurement,finance.purchase,5,4,0,0,0,1) (procurement,finance.small,2,2,0,0,0,0)', 'several relations in one call, a row each') FROM spec a, small b;
SELECT is(pg_temp.planned(2021), '440300:001 10.5, 440300:002 40, 440305:001 20, 440305:002 80', 'their records add up');
SELECT is(pg_temp.bound(), 'procurement finance.purchase, procurement finance.small', 'deptperf_bindings shows them in order');
CREATE VIEW finance.dashboard AS SELECT dept_id, fiscal_year, planned FROM deptperf.procurement_source;
SELECT is(pg_temp.bind((SELECT jsonb_object_agg(source, specs) FROM (SELECT source, jsonb_agg(spec) AS specs FROM deptperf_bindings() GROUP BY source) AS b)::text),
  '(procurement,finance.purchase,5,4,0,0,0,1) (procurement,finance.small,2,2,0,0,0,0)', 'and binds them anew');
SELECT matches(pg_temp.gives('INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (1, 2021, 1, 1)'),
  '^55000 source "procurement" is bound.* / It was bound to finance.purchase, finance.small by ', 'the own table takes no rows');
SELECT matches(pg_temp.bind(jsonb_build_object('procurement', jsonb_build_array(a.spec, b.spec || '{"planned": "nothing"}'))::text),
  '^42703 source "procurement", key "planned": column "nothing" does not exist / In relation 2 of 2\. finance.small has the columns dept, y, p, a\. /', 'a fault says which') FROM spec a, small b;
SELECT is(deptperf_unbind('procurement', 'finance.purchase'), 'finance.purchase', 'one is unbound');
SELECT is(pg_temp.planned(2021), '440300:001 0.5', 'the other stays');
SELECT matches(pg_temp.gives('SELECT deptperf_unbind(''procurement'', ''finance.purchase'')'),
  '^22023 source "procurement": finance.purchase is not bound to it / Bound: finance.small\. / SELECT relation FROM deptperf_bindings', 'what is not bound is an error');
SELECT is(pg_temp.bind(jsonb_build_object('procurement', spec || '{"keep": true}')::text), '(procurement,finance.purchase,5,4,0,0,0,1)', 'keep adds a relation') FROM spec;
SELECT is(pg_temp.bound(), 'procurement finance.small, procurement finance.purchase', 'to what is bound');
ALTER TABLE finance.small RENAME TO "小 表";
SELECT is(pg_temp.bound(), 'procurement finance."小 表", procurement finance.purchase', 'each is known by its name of today');
SELECT is(pg_temp.bind('{"procurement": {"from": "deptperf.procurement", "keep": true}}'), 'null', 'the own table is added too');
SELECT lives_ok('INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (1, 2021, 1, 1)', 'then it takes rows');
SELECT is(pg_temp.planned(2021), '440300:001 11.5, 440300:002 40, 440305:001 20, 440305:002 80', 'which count beside the others');
SELECT matches(pg_temp.gives('SELECT deptperf_unbind(''procurement'', ''deptperf.procurement'')'), '^55000 source "procurement": its own table, deptperf.procurement, has rows /', 'and while it has any it is not taken away');
SELECT is(deptperf_unbind('procurement', 'finance.小 表'), 'finance."小 表"', 'unbound by the name of today');
SELECT is(deptperf_unbind('procurement', 'finance.purchase'), 'finance.purchase', 'when the last goes');
SELECT is(pg_temp.bound(), NULL, 'the source is not bound');
SELECT is(pg_temp.planned(2021), '440300:001 1', 'and reads its own table');
SELECT is(pg_temp.bind(jsonb_build_object('procurement', spec || '{"keep": true}')::text), '(procurement,finance.purchase,5,4,0,0,0,1)', 'keep of a source that is not bound') FROM spec;
SELECT is(pg_temp.bound() || ': ' || pg_temp.planned(2021), 'procurement deptperf.procurement, procurement finance.purchase: 440300:001 11, 440300:002 40, 440305:001 20, 440305:002 80', 'keeps its own table');
SELECT is((SELECT sum(planned) FROM finance.dashboard), 151::numeric, 'through all of this views of others stay');
DO $$ BEGIN PERFORM deptperf_unbind('procurement'); DELETE FROM deptperf.procurement; END $$;
-- a sheet with a column a class
CREATE TABLE finance.sheet (dept bigint, y int, staff numeric, office numeric, projects numeric);
INSERT INTO finance.sheet VALUES (1, 2021, 1, 2, 4);
SELECT is(pg_temp.bind('{"budget": [{"from": "finance.sheet", "dept": "dept", "year": "y", "expense_class": "''personnel''", "initial": "staff"},
                                    {"from": "finance.sheet", "dept": "dept", "year": "y", "expense_class": "''public''", "initial": "office"},
                                    {"from": "finance.sheet", "dept": "dept", "year": "y", "expense_class": "''project''", "initial": "projects"}]}'),
  '(budget,finance.sheet,1,1,0,0,0,0) (budget,finance.sheet,1,1,0,0,0,0) (budget,finance.sheet,1,1,0,0,0,0)', 'one relation three times, for a sheet that is wide');
SELECT is((SELECT facts FROM deptperf.unit_facts), '{"budget_initial": 7, "budget_adjusted": 7, "public_budget": 2, "three_public_budget": 0, "budget_records": 3, "budget_units": 1}', 'each column is a record');
SELECT is(deptperf_unbind('budget', 'finance.sheet'), 'finance.sheet, finance.sheet, finance.sheet', 'all go together');

-- ---- 3. in force from one date to another ----

CREATE TABLE finance.asset (dept bigint, v numeric, bought date, gone timestamp);
INSERT INTO finance.asset VALUES (1, 1, '2019-12-31', NULL), (1, 2, '2020-01-01', '2021-12-31'), (1, 4, '2021-12-31', '2022-01-01'), (1, 8, '2021-02-01', '2021-03-01'), (1, 16, NULL, NULL), (1, 32, '2999-01-01', NULL);
SELECT is(pg_temp.bind('{"fixed_asset": {"from": "finance.asset", "dept": "dept", "from_date": "bought", "to_date": "gone", "original_value": "v", "in_use": "v <> 1"}}'),
  '(fixed_asset,finance.asset,6,3,0,2,0,1)', 'stocks by two dates: 8 and 32 are in force at no year''s end, 16 has no date');
SELECT results_eq('SELECT fiscal_year, (facts ->> ''assets_total'')::int FROM deptperf.unit_facts WHERE fiscal_year <= 2023 ORDER BY 1',
  'VALUES (2019, 1), (2020, 3), (2021, 5), (2022, 1), (2023, 1)', 'a record counts for each year at whose end it is in force');
SELECT is((SELECT max(fiscal_year)::numeric FROM deptperf.unit_facts), extract(year FROM current_date), 'that has begun');
SELECT is(deptperf_total(1, 2021) IS NOT NULL, deptperf_total(1, 2021) = (SELECT total FROM deptperf.score WHERE dept_id = 1 AND fiscal_year = 2021), 'point and set agree');
SELECT is(pg_temp.bind('{"fixed_asset": {"from": "finance.asset", "dept": "dept", "from_date": "bought", "original_value": "v", "in_use": "true"}}'),
  '(fixed_asset,finance.asset,6,4,0,1,0,1)', 'without to_date what was bought is there');
SELECT matches(pg_temp.bind('{"fixed_asset": {"from": "finance.asset", "dept": "dept", "from_date": "bought::text", "original_value": "v", "in_use": "true"}}'),
  '^42804 source "fixed_asset", key "from_date": "bought::text" is text / Expected a date or timestamp\. / Write an expression: "from_date": "to_date\(nullif\(bought::text, ''''\), ''YYYY-MM-DD''\)"\. It has to take every record to come: where it fails, every score does\.$', 'a text is none');
CREATE TABLE finance.text_asset (dept bigint, v numeric, bought text, gone text);
INSERT INTO finance.text_asset VALUES (1, 1, '2020-01-01', ''), (1, 2, '2020-01-01', '2021-06-30'), (1, 4, '', ''), (1, 8, '2021-12-31', NULL);
SELECT is(pg_temp.bind('{"fixed_asset": {"from": "finance.text_asset", "dept": "dept", "from_date": "to_date(nullif(bought, \u0027\u0027), \u0027YYYY-MM-DD\u0027)", "to_date": "to_date(nullif(gone, \u0027\u0027), \u0027YYYY-MM-DD\u0027)", "original_value": "v", "in_use": "true"}}'),
  '(fixed_asset,finance.text_asset,4,3,0,0,0,1)', 'dates in texts, as that hint has it: an empty one is none');
SELECT results_eq('SELECT fiscal_year, (facts ->> ''assets_total'')::int FROM deptperf.unit_facts WHERE fiscal_year <= 2021 ORDER BY 1',
  'VALUES (2020, 3), (2021, 9)', 'what has no date of its end is still there');
SELECT matches(pg_temp.bind('{"fixed_asset": {"from": "finance.asset", "dept": "dept", "to_date": "gone", "original_value": "v", "in_use": "true"}}'),
  '^22023 source "fixed_asset": key "from_date" is missing / Required: from, dept, from_date, original_value, in_use; may be left out: filter, factor, to_date, division, complete, keep\. /', 'to_date alone is not enough');
DO $$ BEGIN PERFORM deptperf_unbind('fixed_asset'); END $$;

-- ---- 4. every kind of relation ----

CREATE VIEW finance.as_view AS SELECT * FROM finance."小 表";
CREATE MATERIALIZED VIEW finance.as_matview AS SELECT * FROM finance."小 表";
CREATE MATERIALIZED VIEW finance.as_empty AS SELECT * FROM finance."小 表" WITH NO DATA;
CREATE TABLE finance.as_parts (LIKE finance."小 表") PARTITION BY LIST (y);
CREATE TABLE finance.as_part PARTITION OF finance.as_parts DEFAULT;
INSERT INTO finance.as_parts SELECT * FROM finance."小 表";
CREATE FUNCTION pg_temp.kind(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    given text := pg_temp.bind(format('{"procurement": {"from": "finance.%s", "dept": "dept", "year": "y", "planned": "p", "actual": "a"}}', name));
BEGIN
    RETURN given || CASE WHEN given LIKE '(%' THEN pg_temp.gives('SELECT pg_temp.planned(2021)') ELSE '' END;
END $$;
SELECT is_empty($$ SELECT name, given FROM unnest('{as_view,as_matview,as_parts,as_part}'::text[]) AS name, pg_temp.kind(name) AS given
                   WHERE given <> format('(procurement,finance.%s,2,2,0,0,0,0)440300:001 0.5', name) $$, 'views, materialized views, partitioned tables and partitions are bound');
SELECT matches(pg_temp.kind('as_empty'), '^55000 source "procurement", key "from": finance.as_empty has not been populated / .* / REFRESH MATERIALIZED VIEW finance.as_empty;$', 'a materialized view before its REFRESH can''t be read');
SELECT count(*) > 0 AS file_fdw FROM pg_available_extensions WHERE name = 'file_fdw' \gset
\if :file_fdw
CREATE EXTENSION file_fdw;
CREATE SERVER sheets FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE finance.as_foreign (dept bigint, y int, p numeric, a numeric) SERVER sheets OPTIONS (program 'echo 1,2021,0.5,NaN', format 'csv');
SELECT is(pg_temp.kind('as_foreign'), '(procurement,finance.as_foreign,1,1,0,0,1,0)440300:001 0.5', 'a foreign table is bound');
SELECT is((SELECT found FROM deptperf.data_issue WHERE severity = 'error'), 'finance.as_foreign a record: actual (a) is NaN', 'and its faults named, though its records have no name');
\else
SELECT skip('no file_fdw here', 2);
\endif

-- ---- 5. complete ----

SELECT is(pg_temp.bind(jsonb_build_object('procurement', jsonb_build_array(a.spec || '{"complete": true}', b.spec || '{"from": "finance.小 表"}'))::text),
  '(procurement,finance.purchase,5,4,0,0,0,1) (procurement,"finance.""小 表""",2,2,0,0,0,0)', 'a relation that is complete') FROM spec a, small b;
SELECT results_eq('SELECT fiscal_year, source, count(*), sum(records) FROM deptperf.closed GROUP BY 1, 2', $$ VALUES (2021, 'procurement', 4::bigint, 5::numeric) $$, 'closes the years in which it has a record, not those of another, for every department');
INSERT INTO finance.purchase SELECT '440300', '001', y::text, 1, 1, y FROM unnest(ARRAY[2019, extract(year FROM current_date)::int]) AS y;
SELECT is(deptperf_close(2018, 'finding'), 4::bigint, 'and again when anything is closed');
SELECT results_eq('SELECT fiscal_year, source, count(*) FROM deptperf.closed GROUP BY 1, 2 ORDER BY 1', $$ VALUES (2018, 'finding', 4::bigint), (2019, 'procurement', 4), (2021, 'procurement', 4) $$, 'the year before; the current one is not over');

-- ---- 6. what went with DROP … CASCADE, and deptperf_repair ----

SELECT is_empty('SELECT * FROM deptperf_repair()', 'nothing is to be repaired');
CREATE TEMP TABLE facts_before AS SELECT * FROM deptperf.unit_facts;
CREATE TABLE public.purchase_saved AS TABLE finance.purchase;
PREPARE seen AS SELECT count(*) FROM deptperf.unit_facts WHERE facts ? 'procurement_planned' AND (facts ->> 'procurement_records')::int > 0;
CREATE TEMP TABLE before AS EXECUTE seen;
DROP VIEW finance.dashboard;
-- closed in 2021: what it says then is not 0, though its relation is gone
CREATE TEMP VIEW speaks AS SELECT dept_id, fiscal_year FROM deptperf.unit_facts WHERE facts ? 'procurement_records';
SELECT isnt_empty('SELECT FROM speaks WHERE fiscal_year = 2021', 'the source speaks');
DROP TABLE finance.purchase CASCADE;
SELECT results_eq('SELECT source, relation, state, starts_with(found, ''it does not exist; the source does not speak until'') FROM deptperf_repair()', $$ VALUES ('procurement', 'finance.purchase', 'missing', true) $$, 'what is missing');
SELECT is_empty('TABLE speaks', 'the source does not speak: neither for the relation that is left nor where it is closed');
SELECT is((SELECT count(*) FROM deptperf.unit_sums WHERE facts ? 'procurement_records'), 0::bigint, 'nor to the ranking');
SAVEPOINT lost;
SELECT is(deptperf_unbind('procurement', 'finance."小 表"'), 'finance."小 表"', 'the relation that is left is given up');
SELECT is(pg_temp.bound(), 'procurement lost finance.purchase', 'so the lost one is the only one');
SELECT is_empty('TABLE speaks', 'and the source still does not speak');
SELECT is(deptperf_unbind('procurement'), NULL, 'the lost one too');
SELECT set_eq('TABLE speaks', $$ SELECT dept_id, fiscal_year FROM deptperf.closed WHERE source = 'procurement' $$, 'and the source reads its own table, which is empty, and what is closed');
ROLLBACK TO lost;
SELECT results_eq('SELECT source, issue FROM deptperf.data_issue WHERE severity = ''error''', $$ VALUES ('procurement', 'lost relation') $$, 'data_issue says so');
ALTER TABLE public.purchase_saved SET SCHEMA finance;
ALTER TABLE finance.purchase_saved RENAME TO purchase;
SELECT results_eq('SELECT source, relation, state, found FROM deptperf_repair()', $$ VALUES ('procurement', 'finance.purchase', 'bound', '6 of 7 records are of known departments and years'), ('procurement', 'finance."小 表"', 'bound', '2 of 2 records are of known departments and years') $$, 'when the relation is there again all are bound');
SELECT set_eq('SELECT dept_id, fiscal_year, facts::text FROM deptperf.unit_facts', 'SELECT dept_id, fiscal_year, facts::text FROM facts_before', 'and give what they gave');
CREATE TEMP TABLE after AS EXECUTE seen;
SELECT set_eq('TABLE after', 'TABLE before', 'through a statement that was prepared before');
ALTER TABLE finance.purchase RENAME COLUMN paid TO paid_amt;
DROP VIEW deptperf.procurement_bound_1 CASCADE;
DROP VIEW deptperf.finding_facts CASCADE;
SELECT results_eq('SELECT source, relation, state, found FROM deptperf_repair() ORDER BY source',
  $$ VALUES ('finding', 'deptperf.finding', 'restored', 'its views were missing'),
            ('procurement', 'finance.purchase, finance."小 表"', 'failed', 'source "procurement", key "actual": column "paid" does not exist. In relation 1 of 2. finance.purchase has the columns mof_div_code, agency_code, fiscal_year, pur_amt, paid_amt, id. The source does not speak.') $$,
  'what can''t be bound any more says why, and what was not bound is restored');
SELECT is(deptperf_unbind('procurement', 'finance.purchase'), NULL, 'one that is lost is given up');
SELECT is(pg_temp.bound(), 'procurement finance."小 表"', 'the other stays');

SELECT * FROM finish();
ROLLBACK;
