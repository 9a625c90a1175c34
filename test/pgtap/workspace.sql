-- workspace.sql: deptperf_setup: what it makes, that it may run again and brings
-- back what is missing, whom and what it refuses; and the functions that name
-- departments and years.
BEGIN;
SELECT plan(68);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;

CREATE FUNCTION pg_temp.error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- 1. What setup makes.
SELECT is(missing_step, 'SELECT deptperf_setup()', 'deptperf_version says that the workspace is not there') FROM deptperf_version();
SELECT is(deptperf_setup(), 'framework sz-2021, row security off', 'setup says what is set');
SELECT ok(library = sql AND sql = workspace AND missing_step IS NULL, 'and that all is well') FROM deptperf_version();
SELECT tables_are('deptperf', ARRAY[
    'department', 'department_closure', 'department_line', 'fiscal_year', 'source', 'fact', 'indicator_library',
    'budget', 'execution', 'adjustment', 'procurement', 'fixed_asset', 'staffing', 'project', 'key_task',
    'performance_target', 'petition', 'satisfaction_survey', 'disclosure', 'finding', 'measurement',
    'framework', 'framework_group', 'framework_indicator', 'framework_item', 'framework_requirement', 'framework_band', 'framework_threshold', 'framework_check', 'data_check', 'framework_example',
    'framework_level', 'framework_conversion', 'framework_document', 'framework_year', 'department_framework', 'peer_score', 'result', 'workspace', 'closed', 'binding', 'access', 'assessment', 'self_assessment', 'stated_figure',
    'shard', 'shard_department', 'shard_unit_facts', 'tracking_lock']);
SELECT is_empty($$
  SELECT v FROM unnest('{unit_facts,facts,measure_value,item_score,indicator_score,score,ranking,trend,monitor,reconciliation,score_state,inputs,current_assessment}'::text[]) AS v
  WHERE to_regclass('deptperf.' || v) IS NULL $$, 'the views of interface.md are there');
SELECT is_empty($$
  SELECT c.relname, c.reloptions FROM pg_class c
  WHERE c.relnamespace = 'deptperf'::regnamespace AND c.relkind = 'v' AND (c.relname = 'data_issue' OR c.relname !~ '_(source|sums|facts|issue)$')
    AND c.relname NOT IN ('given', 'framework_above', 'ranking_all') AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false) $$, 'everything above the grouped views runs with the reader''s rights');
SELECT is_empty($$
  SELECT c.relname, c.reloptions FROM pg_class c JOIN deptperf.source s ON c.relname = s.source || '_facts'
  WHERE c.relnamespace = 'deptperf'::regnamespace AND c.reloptions IS DISTINCT FROM '{security_barrier=true}' $$,
  'the grouped views are security barriers');
SELECT is((SELECT array_agg(s.source ORDER BY s.position) FROM deptperf.source s WHERE to_regclass('deptperf.' || s.source) IS NOT NULL
             AND to_regclass('deptperf.' || s.source || '_source') IS NOT NULL AND to_regclass('deptperf.' || s.source || '_facts') IS NOT NULL
             AND to_regprocedure('deptperf.' || s.source || '_rows()') IS NOT NULL),
          '{budget,execution,adjustment,procurement,fixed_asset,staffing,project,key_task,performance_target,petition,satisfaction_survey,disclosure,finding,measurement}'::text[],
          'a table, a source view, a grouped view and a function for each source');
SELECT is_empty($$
  SELECT c.relname, a.attname FROM pg_class c
    JOIN deptperf.source s ON c.relname = s.source JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum IN (1, 2)
  WHERE c.relnamespace = 'deptperf'::regnamespace
    AND (a.attnum, a.attname, a.atttypid, a.attnotnull) NOT IN ((1, 'dept_id', 'bigint'::regtype, true), (2, 'fiscal_year', 'int'::regtype, true)) $$,
  'every record table begins with dept_id, fiscal_year');
SELECT is_empty($$
  SELECT c.relname FROM pg_class c
  WHERE c.relnamespace = 'deptperf'::regnamespace AND c.relkind IN ('r', 'v') AND obj_description(c.oid, 'pg_class') IS NULL $$,
  'every table and view has a comment');
SELECT is_empty($$ SELECT p.oid::regprocedure FROM pg_proc p
  WHERE p.pronamespace = 'deptperf'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL $$, 'every function has one');
SELECT is_empty($$
  SELECT p.oid::regprocedure FROM pg_proc p
  WHERE p.pronamespace = 'deptperf'::regnamespace AND p.prorettype <> 'trigger'::regtype AND p.proname <> 'check_is_on'
    AND (p.provolatile <> 's' OR p.proparallel <> 's' OR p.proisstrict OR p.prosecdef OR p.proconfig IS NOT NULL OR p.prosqlbody IS NOT NULL) $$,
  'the functions of the chain can be inlined and depend on nothing');
SELECT is_empty($$
  SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
    JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'deptperf'
  WHERE p.prosecdef OR p.proleakproof $$, 'no function of the extension is SECURITY DEFINER or LEAKPROOF');
SELECT is((SELECT nspacl FROM pg_namespace WHERE nspname = 'deptperf') IS NULL
          OR NOT EXISTS (SELECT FROM pg_namespace, aclexplode(nspacl) a WHERE nspname = 'deptperf' AND a.grantee = 0), true, 'PUBLIC gets nothing');

SELECT results_eq('SELECT count(*), min(fiscal_year), max(fiscal_year) FROM deptperf.fiscal_year', 'VALUES (152::bigint, 1949, 2100)', '1949 to 2100');
SELECT is_empty($$ SELECT y FROM deptperf.fiscal_year y WHERE year_text <> fiscal_year::text OR starts <> make_date(fiscal_year, 1, 1) OR ends <> make_date(fiscal_year + 1, 1, 1) $$,
                'ends is the day after the last');

-- 2. The facts of a source stand three times: declared, as zeros of a closed
-- source, and as zeros of the grouped view.  They are the same.
SELECT is_empty($$
  SELECT s.source FROM deptperf.source s
  WHERE s.zeros IS DISTINCT FROM (SELECT jsonb_object_agg(f.fact, 0) FROM deptperf.fact f
                                  WHERE f.source = s.source AND f.fact <> s.source || '_units' AND s.source <> 'measurement') $$,
  'zeros of a closed source are its declared facts and its records');
INSERT INTO deptperf.department (dept_id, code) VALUES (1, 'one');
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (1, 2021, 'other', 0);
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount) VALUES (1, 2021, 1, 'other', 0);
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) VALUES (1, 2021, 0);
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (1, 2021, 0, 0);
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (1, 2021, 0, false);
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) VALUES (1, 2021, 0, 0, 0);
INSERT INTO deptperf.project (dept_id, fiscal_year, planned, on_time) VALUES (1, 2021, 0, 0);
INSERT INTO deptperf.key_task (dept_id, fiscal_year, assigned, missed) VALUES (1, 2021, 0, 0);
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned) VALUES (1, 2021, 'output', 0, 0);
INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time) VALUES (1, 2021, 0, 0, 0);
INSERT INTO deptperf.satisfaction_survey (dept_id, fiscal_year, respondents, satisfied) VALUES (1, 2021, 0, 0);
INSERT INTO deptperf.disclosure (dept_id, fiscal_year, kind, level, due) VALUES (1, 2021, 'budget', 0, 0);
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count) VALUES (1, 2021, 'violation', 0);
CREATE FUNCTION pg_temp.spoken(source text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    result jsonb;
BEGIN
    EXECUTE format('SELECT facts FROM deptperf.%I', source || '_facts') INTO result;
    RETURN result;
END $$;
SELECT is_empty($$
  SELECT s.source, pg_temp.spoken(s.source) FROM deptperf.source s
  WHERE s.zeros IS NOT NULL AND pg_temp.spoken(s.source) IS DISTINCT FROM s.zeros || jsonb_build_object(s.source || '_records', 1) $$,
  'zeros of a grouped view are those of the closed source');

-- 3. Each record, in the facts of records.md §1 (worked out by hand).
INSERT INTO deptperf.department (dept_id, code) VALUES (2, 'two');
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial, adjusted) VALUES
    (2, 2021, 'public', true, 100, 90.5), (2, 2021, 'public', false, 10, NULL), (2, 2021, 'project', true, 1000, 1200), (2, 2021, 'personnel', false, -5, -6);
SELECT is(facts, '{"budget_initial": 1105, "budget_adjusted": 1294.5, "public_budget": 100.5, "three_public_budget": 1290.5, "budget_records": 4}', 'budget')
FROM deptperf.budget_facts WHERE dept_id = 2;
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount) VALUES
    (2, 2021, 1, 'public', true, 1), (2, 2021, 3, 'other', false, 2), (2, 2021, 4, 'public', false, 4), (2, 2021, 6, 'project', true, 8),
    (2, 2021, 7, 'personnel', false, 16), (2, 2021, 9, 'other', false, -32), (2, 2021, 10, 'other', false, 64), (2, 2021, 12, 'other', false, 128);
SELECT is(facts, '{"paid_q1": 3, "paid_q2": 12, "paid_q3": -16, "paid_q4": 192, "public_paid": 5, "three_public_paid": 9, "execution_records": 8}', 'execution')
FROM deptperf.execution_facts WHERE dept_id = 2;
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) VALUES (2, 2021, 3.5), (2, 2021, -1.5);
SELECT is(facts, '{"adjusted_amount": 5, "adjustment_records": 2}', 'adjustment, without sign') FROM deptperf.adjustment_facts WHERE dept_id = 2;
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (2, 2021, 10, true), (2, 2021, 5, false);
SELECT is(facts, '{"assets_total": 15, "assets_in_use": 10, "fixed_asset_records": 2}', 'fixed_asset') FROM deptperf.fixed_asset_facts WHERE dept_id = 2;
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) VALUES (2, 2021, 10, 9, 2);
SELECT is(facts, '{"establishment": 10, "staff_on_establishment": 9, "staff_external": 2, "staffing_records": 1}', 'staffing') FROM deptperf.staffing_facts WHERE dept_id = 2;
INSERT INTO deptperf.project (dept_id, fiscal_year, on_time) VALUES (2, 2021, 1), (2, 2021, 0);
SELECT is(facts, '{"projects_planned": 2, "projects_on_time": 1, "project_records": 2}', 'project, planned 1') FROM deptperf.project_facts WHERE dept_id = 2;
INSERT INTO deptperf.key_task (dept_id, fiscal_year, missed) VALUES (2, 2021, 1), (2, 2021, 0);
SELECT is(facts, '{"key_tasks_assigned": 2, "key_tasks_missed": 1, "key_task_records": 2}', 'key_task, assigned 1') FROM deptperf.key_task_facts WHERE dept_id = 2;
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned) VALUES (2, 2021, 'social', 5, 4), (2, 2021, 'economic', 6, 6),
    (2, 2021, 'ecological', 7, 0), (2, 2021, 'sustainable', 8, 7.5), (2, 2021, 'output', 100, 100), (2, 2021, 'satisfaction', 100, 100);
SELECT is(facts, '{"benefit_weight": 26, "benefit_earned": 17.5, "benefit_social": 5, "benefit_economic": 6, "benefit_ecological": 7, "benefit_sustainable": 8, "performance_target_records": 6}',
          'performance_target: the four aspects') FROM deptperf.performance_target_facts WHERE dept_id = 2;
INSERT INTO deptperf.disclosure (dept_id, fiscal_year, kind, level) VALUES (2, 2021, 'budget', 2), (2, 2021, 'final_accounts', 1), (2, 2021, 'final_accounts', 2);
SELECT is(facts, '{"budget_disclosure_level": 2, "budget_disclosure_due": 2, "final_accounts_disclosure_level": 3, "final_accounts_disclosure_due": 4, "disclosure_records": 3}',
          'disclosure, due 2') FROM deptperf.disclosure_facts WHERE dept_id = 2;
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count) VALUES (2, 2021, 'budget_nonconformity', 2), (2, 2021, 'target_nonconformity', 3);
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind) VALUES (2, 2021, 'violation');
SELECT is(facts, '{"finding_budget_nonconformity": 2, "finding_target_nonconformity": 3, "finding_violation": 1, "finding_records": 3}', 'finding, count 1')
FROM deptperf.finding_facts WHERE dept_id = 2;
INSERT INTO deptperf.fact (fact) VALUES ('trees_planted');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (2, 2021, 'trees_planted', 7), (2, 2021, 'trees_planted', -1), (2, 2021, 'assets_total', 1);
SELECT is(facts, '{"trees_planted": 6, "assets_total": 1, "measurement_records": 3}', 'measurement') FROM deptperf.measurement_facts WHERE dept_id = 2;
SELECT is(facts -> 'assets_total', '16', 'a measurement adds to the fact of another source') FROM deptperf.unit_facts WHERE dept_id = 2;
SELECT throws_ok($$ INSERT INTO deptperf.fact (fact) VALUES ('trees_records') $$, '23514', NULL, 'names of counts of records are the sources'' own');
SELECT throws_ok($$ INSERT INTO deptperf.fact (fact) VALUES ('Trees') $$, '23514', NULL, 'a fact is a name in lower case');
SELECT throws_ok($$ INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (2, 2021, 'trees', 1) $$, '23503', NULL, 'a measurement names a declared fact');
SELECT throws_ok($$ INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (2, 2021, 'budget_records', 1) $$, '23514', NULL, 'and no count of records');

-- 4. The chain is inlined, and depends on names alone.
CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text; result text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP result := result || line || E'\n'; END LOOP;
    RETURN result;
END $$;
SELECT unalike(pg_temp.plan_of('SELECT * FROM deptperf.unit_facts WHERE dept_id = 1'), '%Function Scan%', 'no Function Scan in unit_facts');
SELECT is((SELECT count(*) FROM regexp_matches(pg_temp.plan_of('SELECT * FROM deptperf.unit_facts WHERE dept_id = ANY (''{1,2}'') AND fiscal_year = ANY (''{2021}'')'), 'fiscal_year = ANY', 'g')),
          15::bigint, 'a filter on the year reaches every source and closed');
CREATE VIEW dashboard AS SELECT dept_id, fiscal_year, total, provisional FROM deptperf.score;
CREATE TABLE theirs (unit text, yr int, plan numeric, paid numeric);
CREATE OR REPLACE VIEW deptperf.procurement_source AS
    SELECT d.dept_id, t.yr AS fiscal_year, t.plan AS planned, t.paid AS actual FROM theirs t JOIN deptperf.department d ON d.code = t.unit;
INSERT INTO theirs VALUES ('two', 2021, 10, 5);
SELECT is(deptperf_setup(), 'framework sz-2021, row security off', 'setup again');
SELECT is(facts, '{"procurement_planned": 10, "procurement_actual": 5, "procurement_records": 1}', 'it leaves another relation behind a source alone')
FROM deptperf.procurement_facts WHERE dept_id = 2;
DROP TABLE theirs CASCADE;
SELECT has_view('public', 'dashboard', 'DROP TABLE theirs CASCADE takes no dashboard');
SELECT matches(pg_temp.error('SELECT * FROM dashboard'), '42P01 relation "deptperf.procurement_facts" does not exist', 'a query says what is missing');
SELECT lives_ok('SELECT deptperf_setup()', 'setup brings it back');
SELECT is(provisional, (SELECT provisional FROM deptperf.score WHERE dept_id = 2), 'and the dashboard works') FROM dashboard WHERE dept_id = 2;
CREATE TEMP TABLE before AS SELECT dept_id, fiscal_year, total, grade, provisional, open, open_items, silent FROM deptperf.score;
CREATE TEMP TABLE documents AS SELECT * FROM deptperf.framework_document;

-- 5. Dropping the extension loses no row and no rule.
DROP EXTENSION deptperf CASCADE;
CREATE EXTENSION deptperf;
SELECT hasnt_view('deptperf', 'score', 'DROP EXTENSION … CASCADE takes the views');
SELECT lives_ok('SELECT deptperf_setup()', 'CREATE EXTENSION and setup');
SELECT bag_eq('SELECT dept_id, fiscal_year, total, grade, provisional, open, open_items, silent FROM deptperf.score', 'TABLE before', 'the scores are back');
SELECT bag_eq('TABLE deptperf.framework_document', 'TABLE documents', 'the frameworks never went');
UPDATE deptperf.framework SET status = 'draft';       -- to be changed below
SELECT throws_like($$ UPDATE deptperf.framework_item SET rule = 'x >= 90%: 1' WHERE code = 'B3.2.1' AND framework = 'sz-2021' $$, '%rule "x >= 90\%: 1"%', 'and rules are checked again');

-- 6. Settings.
SELECT is(deptperf_setup('sz-2021-records'), 'framework sz-2021-records, row security off', 'another framework');
SELECT is(deptperf_setup(), 'framework sz-2021-records, row security off', 'NULL leaves it');
SELECT is(pg_temp.error($$ SELECT deptperf_setup('sz-2020') $$),
          E'22023 framework "sz-2020" is not known\nKnown: hubei-project, hunan-dept, mof-project-2020, pefa-m1, sz-2021, sz-2021-records, us-part.\nBring in another one with deptperf_framework_import(document).', 'an unknown framework');
SELECT is(deptperf_setup(row_security => true), 'framework sz-2021-records, row security on', 'row security');
SELECT is(deptperf_setup('sz-2021', false), 'framework sz-2021, row security off', 'both settings');

-- 7. Departments, years and frameworks by name.
INSERT INTO deptperf.department (dept_id, division, code) VALUES (3, 'a', '0755'), (4, 'b', '0755'), (5, 'b', '2'), (6, '', 'x:y');
SELECT is(ARRAY[deptperf_department(2), deptperf_department(2::smallint), deptperf_department('two'), deptperf_department('two'::varchar), deptperf_department('two'::char(10)),
                deptperf_department('a:0755'), deptperf_department('b:0755'), deptperf_department('2'), deptperf_department('x:y')],
          '{2,2,2,2,2,3,4,5,6}'::bigint[], 'a department by id, code, and division and code');
SELECT is(pg_temp.error($$ SELECT deptperf_department(99) $$),
          E'P0002 department 99 is not known\n6 departments are known, with dept_id 1 to 6.\ndeptperf.department has the departments; a code is written with quotes.', 'an unknown id');
SELECT is(pg_temp.error($$ SELECT deptperf_department(755755) $$) LIKE 'P0002 department 755755 is not known%', true, 'another');
SELECT is(pg_temp.error($$ SELECT deptperf_department('3') $$),
          E'P0002 department "3" is not known\n6 departments are known, with codes such as "one", "two", "0755".\nWas dept_id 3 meant, the department with code ''0755''? Write it without quotes: 3.', 'a quoted id');
-- what differs in blanks (the last a full-width one) and case alone; 003 is no dept_id 3
SAVEPOINT near;
INSERT INTO deptperf.department (dept_id, division, code) VALUES (7, '', '003 '), (8, '', '00A'), (9, '', E'9\t'), (10, 'c', '00A'), (11, '', '　z');
SELECT results_eq($$ SELECT given, split_part(pg_temp.error(format('SELECT deptperf_department(%L)', given)), E'\n', 3) FROM unnest('{003,00a,9,"c:00a"," two",Z,03,11}'::text[]) AS given $$,
  $$ VALUES ('003', 'Was ''003 '' meant? Blanks and upper and lower case count.'), ('00a', 'Was ''00A'' or ''00A'' meant? Blanks and upper and lower case count.'), ('9', E'Was ''9\t'' meant? Blanks and upper and lower case count.'),
            ('c:00a', 'Was ''c:00A'' meant? Blanks and upper and lower case count.'), (' two', 'Was ''two'' meant? Blanks and upper and lower case count.'), ('Z', 'Was ''　z'' meant? Blanks and upper and lower case count.'),
            ('03', 'Give a code of deptperf.department, or ''division:code'' where a code is in several divisions.'), ('11', 'Was dept_id 11 meant, the department with code ''　z''? Write it without quotes: 11.') $$, 'codes that are almost the same come before ids');
SELECT set_eq($$ SELECT dept_id, fiscal_year, severity, source, found FROM deptperf.data_issue WHERE issue = 'blank around code' $$,
  $$ VALUES (7::bigint, NULL::int, 'warning', 'department', 'code ''003 '''), (9, NULL, 'warning', 'department', E'code ''9\t'''), (11, NULL, 'warning', 'department', 'code ''　z''') $$, 'data_issue names codes with a blank at an end');
ROLLBACK TO near;
SELECT is(pg_temp.error($$ SELECT deptperf_department('0755') $$),
          E'21000 department code "0755" is in several divisions\nDivisions: "a", "b".\nName the division too: ''b:0755''.', 'a code of two divisions');
SELECT is(pg_temp.error($$ SELECT deptperf_framework_for(1, 20210) $$),
          E'P0002 fiscal year 20210 is not known\ndeptperf.fiscal_year has 1949 to 2100.\nGive a year with four digits, or add the year to deptperf.fiscal_year.', 'an unknown year');

-- 8. Whom and what setup refuses.
CREATE FUNCTION deptperf.coalesce_zero(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT $1';
SELECT throws_ok('SELECT deptperf_setup()', '55000', 'schema "deptperf" holds what is not deptperf''s: function deptperf.coalesce_zero(numeric)', 'a function that is not ours');
DROP FUNCTION deptperf.coalesce_zero(numeric);
CREATE FUNCTION deptperf.budget_rows(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
SELECT throws_ok('SELECT deptperf_setup()', '55000', 'schema "deptperf" holds what is not deptperf''s: function deptperf.budget_rows(integer)', 'an overload of ours');
DROP FUNCTION deptperf.budget_rows(int);
CREATE FUNCTION public.planted(text, varchar) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR deptperf.= (LEFTARG = text, RIGHTARG = varchar, FUNCTION = public.planted);
SELECT throws_ok('SELECT deptperf_setup()', '55000', 'schema "deptperf" holds what is not deptperf''s: operator deptperf.=(text,character varying)', 'an operator');
DROP OPERATOR deptperf.= (text, varchar);
CREATE ROLE deptperf_test_other;
GRANT CREATE ON SCHEMA deptperf TO deptperf_test_other;
SELECT throws_ok('SELECT deptperf_setup()', '42501', 'others may create objects in schema "deptperf"', 'a schema where others may create');
REVOKE CREATE ON SCHEMA deptperf FROM deptperf_test_other;
ALTER TABLE deptperf.stated_figure OWNER TO deptperf_test_other;
SELECT is(pg_temp.error('SELECT deptperf_setup()'), E'42501 a relation in schema "deptperf" is not yours\ndeptperf.stated_figure belongs to deptperf_test_other.\nChange its owner, move it to another schema or drop it.', 'a relation of somebody else');
SET LOCAL ROLE deptperf_test_other;
SELECT matches(pg_temp.error('SELECT deptperf_setup()'), '42501 schema "deptperf" belongs to .*\nWhat changes the workspace works only for its owner, and was called by deptperf_test_other\.', 'a schema of somebody else');
RESET ROLE;

-- 9. Whoever may create a schema may have a workspace.
DROP SCHEMA deptperf CASCADE;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO deptperf_test_other', current_database()); END $$;
SET LOCAL ROLE deptperf_test_other;
SELECT is(deptperf_setup('sz-2021-records'), 'framework sz-2021-records, row security off', 'setup as no superuser');
SELECT is(deptperf_setup(), 'framework sz-2021-records, row security off', 'twice');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
