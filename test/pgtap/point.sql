-- point.sql: deptperf_total and deptperf_grade of one department and year: by id
-- and year of any integer type, by code of any text type, by 'division:code';
-- errors that name what is known; saved plans that follow every change.
BEGIN;
SELECT plan(34);

SELECT lives_ok('SELECT deptperf_setup(framework => ''sz-2021-records'')', 'the workspace is made');

-- A bureau with two units; the same code in two divisions; an id that looks
-- like another's code.
INSERT INTO deptperf.department (dept_id, division, code, name, parent_code) VALUES
  (1, '', 'bureau', 'Bureau', NULL), (2, '', 'unit one', 'Unit one', 'bureau'), (3, '', '0042', 'Unit two', 'bureau'),
  (4, '4403', 'office', 'Office of 4403', NULL), (5, '4404', 'office', 'Office of 4404', NULL),
  (70000, '4404', 'alone', 'Alone', NULL), (5000000000, '', 'big', 'An id beyond int', NULL);
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES
  (2, 2021, 90, true), (3, 2021, 10, false),             -- the bureau: 90 %
  (1, 2020, 50, true), (1, 2020, 50, false),             -- 50 %
  (4, 2021, 80, true), (4, 2021, 20, false), (5, 2021, 65, true), (5, 2021, 35, false),
  (70000, 2021, 1, true), (5000000000, 2021, 1, true);

-- The one item that is decided is scaled to 100.
CREATE FUNCTION pg_temp.gives(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; message text; detail text; hint text;
BEGIN
    EXECUTE 'SELECT (' || call || ')::text' INTO result;
    RETURN coalesce(result, 'null');
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN format('%s %s / %s / %s', SQLSTATE, message, detail, hint);
END $$;

-- 1. Names and types.
CREATE TEMP TABLE call (dept text, year text, total numeric, grade text);
INSERT INTO call VALUES
  ('1', '2021', 100, '优'), ('1::smallint', '2021::smallint', 100, '优'), ('1::int', '2021::bigint', 100, '优'), ('1::bigint', '2021::int', 100, '优'),
  ('1', '2020', 0, '差'), ('2', '2021', 100, '优'), ('3', '2021', 0, '差'), ('70000', '2021', 100, '优'), ('5000000000', '2021', 100, '优'),
  ('''bureau''', '2021', 100, '优'), ('''bureau''::text', '2021::smallint', 100, '优'), ('''bureau''::varchar', '2021', 100, '优'),
  ('''bureau''::varchar(20)', '2021::bigint', 100, '优'), ('''bureau''::char(6)', '2021', 100, '优'), ('''bureau''::char(20)', '2021', 100, '优'),
  ('''bureau''::name', '2021', 100, '优'),
  ('''0042''', '2021', 0, '差'), ('''unit one''', '2021', 100, '优'), ('''4403:office''', '2021', 70, '中'), ('''4404:office''', '2021', 40, '差'),
  ('''4404:office''::varchar(30)', '2021', 40, '差'), ('''4404:alone''', '2021', 100, '优'), ('''alone''', '2021', 100, '优');

SELECT is_empty($$
  SELECT call.*, t.got
  FROM call, pg_temp.gives(format('trim_scale(deptperf_total(%s, %s))', dept, year)) AS t(got)
  WHERE got <> total::text $$, 'deptperf_total by id and code, of every type');
SELECT is_empty($$
  SELECT call.*, t.got FROM call, pg_temp.gives(format('deptperf_grade(%s, %s)', dept, year)) AS t(got) WHERE got <> grade $$,
  'deptperf_grade by id and code, of every type');
SELECT results_eq(
  'SELECT deptperf_total(dept_id, fiscal_year), deptperf_grade(d.dept_id, fiscal_year), deptperf_total(d.code, fiscal_year)
   FROM deptperf.score JOIN deptperf.department d USING (dept_id) WHERE d.division = '''' ORDER BY dept_id, fiscal_year',
  'SELECT total, grade, total FROM deptperf.score JOIN deptperf.department d USING (dept_id) WHERE d.division = '''' ORDER BY dept_id, fiscal_year',
  'with the columns of the views as they are');

-- A formula that counts units: the bureau's two have assets, it has none itself; a unit is one.
SAVEPOINT counted;
SELECT deptperf_framework_import('{"framework": "counted", "groups": [{"code": "A", "points": 2}], "indicators": [{"code": "A1", "group": "A", "points": 2}],
    "items": [{"code": "A1.1", "indicator": "A1", "points": 2, "formula": "fixed_asset_units", "rule": "x >= 2: 2, x >= 1: 1, else 0", "empty": "full"}]}');
UPDATE deptperf.workspace SET default_framework = 'counted';
SELECT is((SELECT string_agg(concat_ws('/', trim_scale(deptperf_total(s.dept_id, 2021)), trim_scale(p.total), trim_scale(s.total)), ' ' ORDER BY s.dept_id)
           FROM deptperf.score s JOIN deptperf_scores('{1,2}', '{2021}') p USING (dept_id, fiscal_year)), '2/2/2 1/1/1', 'units that speak are counted alike, alone and together');
ROLLBACK TO counted;

SELECT is_empty($$
  SELECT call, got
  FROM unnest('{"deptperf_total(NULL::bigint, 2021)","deptperf_total(NULL::text, 2021)","deptperf_total(1, NULL)","deptperf_total(''bureau'', NULL)",
                "deptperf_total(NULL::int, NULL)","deptperf_grade(NULL::bigint, 2021)","deptperf_grade(NULL::text, 2021)","deptperf_grade(1, NULL)",
                "deptperf_grade(''bureau'', NULL)"}'::text[]) AS call, pg_temp.gives(call) AS got
  WHERE got <> 'null' $$, 'NULL in gives NULL');

SELECT is_empty($$
  SELECT call, got
  FROM unnest('{"deptperf_grade(dept => 1, year => 2021)","deptperf_grade(dept => ''bureau'', year => 2021)","deptperf_grade(score => deptperf_total(dept => 1, year => 2021))",
                "deptperf_grade(deptperf_total(dept => ''bureau'', year => 2021))"}'::text[]) AS call, pg_temp.gives(call) AS got
  WHERE got <> '优' $$, 'by the names of the arguments');

SELECT is(deptperf_total(1, 2050), NULL, 'a year without facts has no total');
SELECT is(deptperf_grade('bureau', 2050), NULL, 'and no grade');

SELECT is_empty($$
  SELECT oid::regprocedure, provolatile, proparallel, prosecdef FROM pg_proc
  WHERE proname IN ('deptperf_total', 'deptperf_grade', 'deptperf_scores') AND pronargs = 2
    AND (provolatile <> 's' OR proparallel = 's' OR prosecdef) $$,
  'they read tables: stable, not parallel safe, not security definer');

-- 2. Errors.  Each pattern is looked for in sqlstate, message, detail and hint.
CREATE TEMP TABLE refused (call text, pattern text, why text);
INSERT INTO refused VALUES
  ('deptperf_total(6, 2021)', '6', 'the id'),
  ('deptperf_total(6, 2021)', '/.*/', 'message, detail and hint'),
  ('deptperf_total(6, 2021)', '(dept_id|bureau|department).*/.*[0-9]', 'what is known'),
  ('deptperf_total(-1, 2021)', '-1', NULL),
  ('deptperf_total(9223372036854775807, 2021)', '9223372036854775807', NULL),
  ('deptperf_total(''nowhere'', 2021)', 'nowhere', 'the code'),
  ('deptperf_total(''nowhere'', 2021)', '/.*(bureau|unit one|0042|big)', 'a code that is known'),
  ('deptperf_total(''1'', 2021)', '"?1"?.*/.*/.*dept_id', 'a quoted id: was dept_id meant?'),
  ('deptperf_total(''70000'', 2021)', '70000.*/.*/.*dept_id', NULL),
  ('deptperf_total(''Bureau'', 2021)', 'Bureau', 'codes are exact'),
  ('deptperf_total('''', 2021)', 'department', NULL),
  ('deptperf_total(''office'', 2021)', 'office.*4403.*4404', 'two of that code: both named'),
  ('deptperf_total(''4405:office'', 2021)', '4405:office', NULL),
  ('deptperf_total(''4404:nowhere'', 2021)', '4404:nowhere', NULL),
  ('deptperf_grade(6, 2021)', '6', NULL),
  ('deptperf_grade(''1'', 2021)', '/.*/.*dept_id', NULL),
  ('deptperf_grade(''nowhere'', 2021)', 'nowhere.*/.*(bureau|unit one|0042|big)', NULL);
SELECT is_empty($$
  SELECT call, pattern AS "not in it", why, got FROM refused, pg_temp.gives(call) AS got
  WHERE got !~ '^[0-9A-Z]{5} ' OR got ~ '^XX' OR got !~ pattern $$,
  'an unknown department is an error that names what is known');

UPDATE deptperf.framework SET status = 'draft';       -- to be changed below
UPDATE deptperf.framework SET from_year = 2018, to_year = 2023 WHERE framework = 'sz-2021-records';
CREATE TEMP TABLE refused_year (call text, pattern text);
INSERT INTO refused_year VALUES
  ('deptperf_total(1, 2024)', '2024'), ('deptperf_total(1, 2024)', 'sz-2021-records'), ('deptperf_total(1, 2024)', '2023'),
  ('deptperf_total(1, 2017)', '2017'), ('deptperf_total(''bureau'', 2017)', '2017.*2018|2018.*2017'),
  ('deptperf_grade(1, 2024)', '2024'), ('deptperf_grade(''bureau'', 2017)', 'sz-2021-records'),
  ('deptperf_total(1, 20210)', '20210'), ('deptperf_total(1, 0)', ''), ('deptperf_total(1, -2021)', '-2021'), ('deptperf_total(1, 9999999999)', '9999999999');
SELECT is_empty($$
  SELECT call, pattern AS "not in it", got FROM refused_year, pg_temp.gives(call) AS got
  WHERE got !~ '^[0-9A-Z]{5} ' OR got ~ '^XX' OR got !~ pattern $$,
  'a year without a framework is an error that names what is known');
SELECT is(deptperf_total(1, 2018) IS NULL AND deptperf_total(1, 2023) IS NULL, true, 'the first and the last year of a framework belong to it');
SELECT is_empty($$ SELECT * FROM deptperf.score WHERE fiscal_year NOT BETWEEN 2018 AND 2023 $$, 'the views have no row there');
UPDATE deptperf.framework SET from_year = NULL, to_year = NULL WHERE framework = 'sz-2021-records';

-- 3. Saved plans and the parsed framework follow every change.
PREPARE total(bigint, bigint) AS SELECT deptperf_total($1, $2);
PREPARE view_total(bigint, bigint) AS SELECT total FROM deptperf.score WHERE dept_id = $1 AND fiscal_year = $2;
SELECT results_eq('EXECUTE total(1, 2021)', 'VALUES (100::numeric)', 'in a prepared statement');

UPDATE deptperf.framework_item SET rule = 'x > 100%: invalid, x > 90%: 1, x >= 75%: 0.7, x >= 0: 0, else invalid'
  WHERE framework = 'sz-2021-records' AND code = 'B3.2.1';
SELECT results_eq('EXECUTE total(1, 2021)', 'VALUES (70::numeric)', 'after a rule of the framework changed');
SELECT results_eq('EXECUTE view_total(1, 2021)', 'VALUES (70::numeric)', 'in the view too');

SAVEPOINT before;
UPDATE deptperf.framework_item SET formula = 'assets_total / assets_total' WHERE framework = 'sz-2021-records' AND code = 'B3.2.1';
SELECT results_eq('EXECUTE total(1, 2021)', 'VALUES (100::numeric)', 'after a formula changed');
ROLLBACK TO before;
SELECT results_eq('EXECUTE total(1, 2021)', 'VALUES (70::numeric)', 'and after that was rolled back');

UPDATE deptperf.framework_band SET from_points = 65 WHERE framework = 'sz-2021-records' AND grade = '优';
DELETE FROM deptperf.framework_band WHERE framework = 'sz-2021-records' AND grade IN ('良');
SELECT is(deptperf_grade(1, 2021), '优', 'after the bands changed');

INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (1, 2021, 900, true);
SELECT results_eq('EXECUTE total(1, 2021)', 'VALUES (100::numeric)', 'after a record came');

UPDATE deptperf.department SET parent_code = NULL, parent_id = NULL WHERE dept_id = 3;
DELETE FROM deptperf.fixed_asset WHERE dept_id = 1 AND fiscal_year = 2021;
SELECT results_eq('EXECUTE total(1, 2021)', 'VALUES (100::numeric)', 'after a unit left the bureau (90 of 90 in use)');

ALTER TABLE deptperf.fixed_asset RENAME TO asset_for_a_moment;
ALTER TABLE deptperf.asset_for_a_moment RENAME TO fixed_asset;
CREATE INDEX ON deptperf.fixed_asset (fiscal_year);
ANALYZE deptperf.fixed_asset, deptperf.department;
SELECT results_eq('EXECUTE total(1, 2021)', 'VALUES (100::numeric)', 'after tables were renamed, renamed back, indexed and analyzed');

-- The framework in force, call by call.  Department 4 has 80 of 100 in use: 70 by the
-- default, 100 by "own" (all from 80 % on), whose years end in 2022; 5 has 65: 0 by both.
DO $$ BEGIN PERFORM deptperf_framework_copy('sz-2021-records', 'own'); END $$;
UPDATE deptperf.framework SET to_year = 2022 WHERE framework = 'own';
UPDATE deptperf.framework_item SET rule = 'x >= 80%: 1, else 0' WHERE framework = 'own' AND code = 'B3.2.1';
CREATE TEMP TABLE step (n int, change text, dept bigint, year int, gives text);
INSERT INTO step VALUES
  (1, NULL, 4, 2021, '70'), (2, NULL, 5, 2021, '0'),
  (3, $$ INSERT INTO deptperf.department_framework VALUES (4, 2021, 'own') $$, 4, 2021, '100'), (4, NULL, 5, 2021, '0'), (5, NULL, 4, 2021, '100'),
  (6, $$ INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (4, 2020, 8, true), (4, 2020, 2, false), (4, 2023, 1, true) $$, 4, 2020, '70'),
  (7, NULL, 4, 2023, 'error'),              -- not its year, whatever the default admits
  (8, NULL, 4, 2021, '100'),
  (9, $$ UPDATE deptperf.framework_item SET rule = 'x >= 85%: 1, else 0' WHERE framework = 'own' AND code = 'B3.2.1' $$, 4, 2021, '0'),
  (10, $$ DELETE FROM deptperf.department_framework $$, 4, 2021, '70'), (11, NULL, 4, 2020, '70'), (12, NULL, 4, 2023, '100'),
  (13, $$ UPDATE deptperf.workspace SET default_framework = 'own' $$, 4, 2021, '0'), (14, NULL, 4, 2023, 'error'),
  (15, $$ UPDATE deptperf.framework_item SET rule = 'x >= 80%: 1, else 0' WHERE framework = 'own' AND code = 'B3.2.1' $$, 4, 2021, '100'),
  (16, $$ UPDATE deptperf.workspace SET default_framework = NULL $$, 4, 2021, 'error'),
  (17, $$ INSERT INTO deptperf.department_framework VALUES (4, 2021, 'sz-2021-records') $$, 4, 2021, '70'), (18, NULL, 5, 2021, 'error'),
  (19, $$ UPDATE deptperf.department SET parent_id = 4 WHERE dept_id = 5 $$, 5, 2021, '0'),      -- that of the one above
  (20, $$ UPDATE deptperf.workspace SET default_framework = 'sz-2021-records' $$, 5, 2020, 'null'),
  (21, $$ DELETE FROM deptperf.department_framework $$, 5, 2021, '0'), (22, NULL, 6, 2021, 'error'), (23, NULL, 5, 2021, '0'),
  (24, $$ DELETE FROM deptperf.fixed_asset WHERE fiscal_year IN (2020, 2023) $$, 2, 2023, 'null'),
  (25, $$ DELETE FROM deptperf.fiscal_year WHERE fiscal_year = 2023 $$, 2, 2023, 'error'), (26, NULL, 2, 2022, 'null'),
  (27, $$ UPDATE deptperf.department SET parent_id = NULL WHERE dept_id = 5 $$, 4, 2021, '70'),
  -- its judgements, in turns with what a comparison left: of 1 point, exempt (for the mean of peers, while there is none open), the mean
  (28, $$ UPDATE deptperf.framework_item SET empty = 'peer mean' WHERE framework = 'sz-2021-records' AND code = 'B3.2.1' $$, 4, 2021, '70'),
  (29, $$ SELECT deptperf_assess(4, 2021, '{"B3.2.1": 0.5}', 'judged', true) $$, 4, 2021, '50'),
  (30, $$ SELECT deptperf_assess(4, 2021, '{"B3.2.1": "exempt"}', 'exempt', true) $$, 4, 2021, 'null'),
  (31, $$ INSERT INTO deptperf.peer_score (dept_id, fiscal_year, item, framework, numerator, denominator, among, points, mean)
          VALUES (4, 2021, 'B3.2.1', 'sz-2021-records', 3, 1, 10, 0.3, true) $$, 4, 2021, '30'),
  (32, $$ SELECT deptperf_assess(4, 2021, '{"B3.2.1": 0.2}', 'judged', true) $$, 4, 2021, '20'),
  (33, $$ DELETE FROM deptperf.peer_score $$, 4, 2021, '20'), (34, NULL, 2, 2021, '100');
CREATE FUNCTION pg_temp.steps() RETURNS TABLE (n int, gives text, got text, of_view text) LANGUAGE plpgsql AS $$
DECLARE
    s record;
BEGIN
    FOR s IN SELECT * FROM step ORDER BY step.n LOOP
        IF s.change IS NOT NULL THEN
            EXECUTE s.change;
        END IF;
        n := s.n; gives := s.gives;
        of_view := (SELECT trim_scale(v.total) FROM deptperf.score v WHERE v.dept_id = s.dept AND v.fiscal_year = s.year);
        got := pg_temp.gives(format('trim_scale(deptperf_total(%s, %s))', s.dept, s.year));
        RETURN NEXT;
    END LOOP;
END $$;
SAVEPOINT before;
SELECT is_empty($$ SELECT * FROM pg_temp.steps()
  WHERE CASE gives WHEN 'error' THEN got !~ '^P0002' OR of_view IS NOT NULL ELSE got <> gives OR got <> coalesce(of_view, 'null') END $$,
  'the framework in force, its document and the judgements are those of each call, and of the view');
ROLLBACK TO before;
SELECT results_eq('EXECUTE total(4, 2021)', 'VALUES (70::numeric)', 'and after all that was rolled back');

-- More frameworks than are kept parsed: department 100 + n has 50 of 100 in use and a
-- framework of its own, by which that is 4 * n of 100.
DO $$ BEGIN
    FOR n IN 1..20 LOOP
        PERFORM deptperf_framework_copy('sz-2021-records', 'own ' || n);
        UPDATE deptperf.framework_item SET rule = format('x >= 90%%: 1, else %s', 0.04 * n) WHERE framework = 'own ' || n AND code = 'B3.2.1';
        INSERT INTO deptperf.department (dept_id, code) VALUES (100 + n, 'own ' || n);
        INSERT INTO deptperf.department_framework VALUES (100 + n, 2021, 'own ' || n);
        INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (100 + n, 2021, 5, true), (100 + n, 2021, 5, false);
    END LOOP;
END $$;
SELECT is_empty($$
  SELECT round, n, deptperf_total(100 + n, 2021) FROM generate_series(1, 2) AS round, generate_series(1, 20) AS n
  WHERE deptperf_total(100 + n, 2021) IS DISTINCT FROM 4 * n $$, 'twenty frameworks in turns');
SELECT results_eq(
  $$ SELECT dept_id - 100, framework, total FROM deptperf_scores(ARRAY(SELECT generate_series(101, 120)), '{2021}') ORDER BY dept_id $$,
  $$ SELECT n::bigint, 'own ' || n, 4.0 * n FROM generate_series(1, 20) AS n ORDER BY n $$, 'and at once');
DELETE FROM deptperf.department_framework;

-- One year is looked up, not looked for among all.
CREATE FUNCTION pg_temp.years_read() RETURNS bigint LANGUAGE sql AS
  'SELECT seq_tup_read FROM pg_stat_xact_all_tables WHERE relid = ''deptperf.fiscal_year''::regclass';
SELECT pg_temp.years_read() AS years_read \gset
SELECT results_eq('EXECUTE total(4, 2021)', 'VALUES (70::numeric)', 'a call');
SELECT is(pg_temp.years_read(), :years_read::bigint, 'which does not read all years');

-- 4. Whatever the caller's search_path is.
CREATE FUNCTION pg_temp.bare() RETURNS text SET search_path = '' LANGUAGE sql AS $$
  SELECT concat_ws(' ', pg_catalog.trim_scale(public.deptperf_total(1, 2021)), public.deptperf_grade('bureau', 2021), s.grade)
  FROM public.deptperf_scores('{1}', '{2021}') AS s
$$;
CREATE FUNCTION pg_temp.bare_error() RETURNS text SET search_path = '' LANGUAGE plpgsql AS $$
BEGIN
    RETURN public.deptperf_total('nowhere', 2021);
EXCEPTION WHEN others THEN
    RETURN SQLERRM;
END $$;
SELECT is(pg_temp.bare(), '100 优 优', 'with an empty search_path');
SELECT matches(pg_temp.bare_error(), 'nowhere', 'and so are the errors');

CREATE SCHEMA trap;
CREATE VIEW trap.unit_facts AS SELECT 1::bigint AS dept_id, 2021 AS fiscal_year, '{"assets_in_use": 0, "assets_total": 1}'::jsonb AS facts;
CREATE TABLE trap.department AS SELECT * FROM deptperf.department WHERE false;
CREATE TABLE trap.framework_document AS SELECT * FROM deptperf.framework_document WHERE false;
CREATE FUNCTION trap.equal(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR trap.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = trap.equal);
CREATE FUNCTION pg_temp.trapped() RETURNS text SET search_path = trap, pg_catalog, public LANGUAGE sql AS $$
  SELECT concat_ws(' ', trim_scale(deptperf_total(1, 2021)), deptperf_grade('bureau', 2021), deptperf_total('4404:office', 2021) IS NOT NULL)
$$;
SELECT is(pg_temp.trapped(), '100 优 t', 'with tables and operators of the same names in front');

-- 5. The session goes on with another workspace.
SET LOCAL client_min_messages = warning;
DROP SCHEMA deptperf CASCADE;
SELECT matches(pg_temp.gives('deptperf_total(1, 2021)'), 'workspace.*deptperf_setup', 'without a workspace the error says how to get one');
DO $$ BEGIN
    PERFORM deptperf_setup('sz-2021-records');
    INSERT INTO deptperf.department (dept_id, code) VALUES (1, 'another');
    INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (1, 2021, 75, true), (1, 2021, 25, false);
END $$;
SELECT results_eq('EXECUTE total(1, 2021)', 'VALUES (70::numeric)', 'saved plans and frameworks of the old one are not used for the new one');

SELECT * FROM finish();
ROLLBACK;
