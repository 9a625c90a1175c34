-- assessment.sql: judgements, overrides and exemptions: what is taken, what is
-- refused, that rows are only added, and deptperf_assess.
BEGIN;
SELECT plan(57);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

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
INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (1, 'bureau', NULL), (2, 'unit', 'bureau');
-- one row, as an assessor writes it
CREATE FUNCTION pg_temp.add(item text, points numeric, reason text DEFAULT NULL, exempt boolean DEFAULT false, supersedes bigint DEFAULT NULL)
RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason, exempt, supersedes)
    VALUES (1, 2021, item, points, reason, exempt, supersedes) RETURNING assessment_id $$;
CREATE FUNCTION pg_temp.state(code text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', x.state, x.points::float8) FROM (
        SELECT item AS code, state, points FROM deptperf.item_score WHERE dept_id = 1 AND fiscal_year = 2021
        UNION ALL SELECT indicator, state, points FROM deptperf.indicator_score WHERE dept_id = 1 AND fiscal_year = 2021) x
    WHERE x.code = $1 $$;

-- 1. Taken.
SELECT lives_ok($$ SELECT pg_temp.add('A1.1.1', 1) $$, 'a judgement of the maximum needs no reason');
SELECT lives_ok($$ SELECT pg_temp.add('A1.1.2', 0.5, 'two projects share a fund') $$, 'one below it has a reason');
SELECT lives_ok($$ SELECT pg_temp.add('B3.2.1', 1, 'the register was wrong') $$, 'an override of an item');
SELECT lives_ok($$ SELECT pg_temp.add('B1.2', 2, 'as published') $$, 'an override of an indicator');
SELECT lives_ok($$ SELECT pg_temp.add('B1.3.1', NULL, 'classified', true) $$, 'an exemption');
SELECT is((SELECT array_agg(DISTINCT assessed_by) FROM deptperf.assessment), ARRAY[current_user::text], 'who');
SELECT is((SELECT array_agg(DISTINCT assessed_at) FROM deptperf.assessment), ARRAY[now()], 'and when are defaults');
SELECT is(ARRAY[pg_temp.state('A1.1.1'), pg_temp.state('A1.1.2'), pg_temp.state('B3.2.1'), pg_temp.state('B1.2'), pg_temp.state('B1.3.1')],
          '{judged 1,judged 0.5,overridden 1,overridden 2,exempt 1.5}'::text[], 'their states and points');
SELECT results_eq('SELECT dept_id, fiscal_year, inputs FROM deptperf.inputs',
                  $$ VALUES (1::bigint, 2021, '{"A1.1.1": 1, "A1.1.2": 0.5, "B3.2.1": 1, "B1.2": 2, "B1.3.1": "exempt"}'::jsonb) $$, 'inputs');
SELECT is((SELECT count(*) FROM deptperf.score WHERE dept_id = 2), 0::bigint, 'they are the bureau''s own');

-- 2. Refused, each with what it found and a way out.
SELECT is(pg_temp.error($$ SELECT pg_temp.add('A9.9', 1) $$),
          E'23503 "A9.9" is no item or indicator of framework "sz-2021"\nIt is the framework in force for department 1 in 2021. Its indicators: A1.1, A1.2, A2.1, A2.2, B1.1, B1.2, B1.3, B2.1, B2.2, B3.1, B3.2, B4.1, B4.2, B5.1, C1.1, C2.1, C2.2, C2.3, C3.1, C4.1, C4.2.\ndeptperf.framework_item and deptperf.framework_indicator have the codes.', 'an unknown code');
SELECT is(pg_temp.error($$ SELECT pg_temp.add('A1.1.3', 1.01) $$),
          E'22003 1.01 points for "A1.1.3" are outside 0 to 1\nFramework "sz-2021" gives "A1.1.3" at most 1 points.\nGive points within the maximum; an exemption has exempt true and no points.', 'more than the maximum');
SELECT throws_ok($$ SELECT pg_temp.add('A1.1.3', -0.01, 'x') $$, '22003', '-0.01 points for "A1.1.3" are outside 0 to 1', 'less than 0');
SELECT throws_ok($$ SELECT pg_temp.add('A1.1.3', 'NaN', 'x') $$, '22003', 'NaN points for "A1.1.3" are outside 0 to 1', 'NaN');
SELECT throws_ok($$ SELECT pg_temp.add('C3.1', 25.01, 'x') $$, '22003', '25.01 points for "C3.1" are outside 0 to 25', 'more than an indicator''s maximum');
SELECT is(pg_temp.error($$ SELECT pg_temp.add('A1.1.3', 0.99) $$),
          E'23514 the assessment of "A1.1.3" needs a reason\nDepartment 1, 2021: it is a judgement below the maximum (0.99 of 1).\nSay why in reason.', 'no reason below the maximum');
SELECT is(pg_temp.error($$ SELECT pg_temp.add('B4.1.1', 1, ' ') $$),
          E'23514 the assessment of "B4.1.1" needs a reason\nDepartment 1, 2021: it is an override.\nSay why in reason.', 'for an override, even of the maximum');
SELECT throws_ok($$ SELECT pg_temp.add('A1.1', 5) $$, '23514', 'the assessment of "A1.1" needs a reason', 'for an override of an indicator');
SELECT is(pg_temp.error($$ SELECT pg_temp.add('A1.1.3', NULL, NULL, true) $$),
          E'23514 the assessment of "A1.1.3" needs a reason\nDepartment 1, 2021: it is an exemption.\nSay why in reason.', 'for an exemption');
SELECT is(pg_temp.error($$ SELECT pg_temp.add('A1.1.3', 1, 'x', true) $$),
          E'23514 the assessment of "A1.1.3" has points although it is an exemption\nDepartment 1, 2021: points 1, exempt t.\nGive points, or exempt true with points NULL.', 'points and exempt');
SELECT throws_ok($$ SELECT pg_temp.add('A1.1.3', NULL, 'x') $$, '23514', 'the assessment of "A1.1.3" has neither points nor exempt', 'neither');
SELECT matches(pg_temp.error($$ SELECT pg_temp.add('A1.1.1', 1) $$), '23505 "A1.1.1" of department 1 is assessed for 2021 already\nAssessment \d+ is the current one.\nGive supersedes => \d+, or use deptperf_assess', 'a second first row');
SELECT throws_ok($$ INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points) VALUES (9, 2021, 'A1.1.1', 1) $$, '23503', NULL, 'an unknown department');
SELECT throws_ok($$ INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points) VALUES (1, 1921, 'A1.1.1', 1) $$, 'P0002', 'fiscal year 1921 is not known', 'an unknown year');

-- 3. Rows are only added.
SELECT is(pg_temp.error('UPDATE deptperf.assessment SET points = 1'),
          E'23001 assessments are only added: UPDATE is refused\ndeptperf.assessment is the trail of who judged what, when and why.\nAdd a row that supersedes the one to change: SELECT deptperf_assess(dept, year, points, reason).', 'UPDATE');
SELECT throws_ok('DELETE FROM deptperf.assessment', '23001', 'assessments are only added: DELETE is refused', 'DELETE');
SELECT throws_ok('TRUNCATE deptperf.assessment', '23001', 'assessments are only added: TRUNCATE is refused', 'TRUNCATE');
CREATE TEMP TABLE first AS SELECT assessment_id AS id FROM deptperf.assessment WHERE item = 'A1.1.2';
SELECT lives_ok('SELECT pg_temp.add(''A1.1.2'', 0.8, ''one of them was closed'', false, (SELECT id FROM first))', 'a change supersedes');
SELECT is(pg_temp.state('A1.1.2'), 'judged 0.8', 'and counts');
SELECT results_eq($$ SELECT points, reason FROM deptperf.current_assessment WHERE item = 'A1.1.2' $$, $$ VALUES (0.8, 'one of them was closed') $$, 'current_assessment has the last one');
SELECT is((SELECT count(*) FROM deptperf.assessment WHERE item = 'A1.1.2'), 2::bigint, 'the trail has both');
SELECT throws_ok('SELECT pg_temp.add(''A1.1.2'', 0.9, ''again'', false, (SELECT id FROM first))', '23505', NULL, 'a row is superseded once');
SELECT throws_ok('SELECT pg_temp.add(''A1.1.3'', 0.9, ''other'', false, (SELECT max(assessment_id) FROM deptperf.assessment))', '23503', NULL, 'by its own item');

-- 4. deptperf_assess.
SELECT is(deptperf_assess(1, 2021, '{"A1.1.3": 1, "A1.1.4": 0.25}', 'late transfers'), 2::bigint, 'two judgements');
SELECT is(deptperf_assess('bureau', 2021::smallint, '{"A1.1.4": 0.5}', 'fewer than thought'), 1::bigint, 'by code; it supersedes by itself');
SELECT is(pg_temp.state('A1.1.4'), 'judged 0.5', 'and counts');
SELECT is(deptperf_assess('bureau', 2021, '{"B5.1": 3}'), 3::bigint, 'the maximum of an indicator whose items are all judged is that of each');
SELECT results_eq($$ SELECT item, points FROM deptperf.current_assessment WHERE item LIKE 'B5.1%' ORDER BY item $$, $$ VALUES ('B5.1.1', 0.5), ('B5.1.2', 1.5), ('B5.1.3', 1) $$, 'of each of them');
SELECT is(pg_temp.state('B5.1'), 'judged 3', 'the indicator');
SELECT is(pg_temp.error($$ SELECT deptperf_assess(1, 2021, '{"B5.1": 2.5}', 'x') $$),
          E'22023 indicator "B5.1" needs override\n2.5 is not its maximum, 3, so its items'' points do not follow.\nGive the points of its items, or override => true with a reason to replace everything below it.', 'any other number');
SELECT is(pg_temp.error($$ SELECT deptperf_assess(1, 2021, '{"B1.1": 2}', 'x') $$),
          E'22023 indicator "B1.1" needs override\nComputed of its items: B1.1.1.\nGive the points of its items, or override => true with a reason to replace everything below it.', 'an indicator with a computed item');
SELECT is(pg_temp.error($$ SELECT deptperf_assess(1, 2021, '{"A1.1.1": 0.5, "B4.2.1": 1}', 'x') $$),
          E'22023 item "B4.2.1" is computed\nIts formula is staff_external / (staff_on_establishment + staff_external), its rule x < 0: invalid, x < 5%: 1, x <= 10%: 0.5, x <= 100%: 0, else invalid.\noverride => true, with a reason, puts these points in place of what the records say.', 'a computed item');
SELECT is(pg_temp.state('A1.1.1'), 'judged 1', 'and nothing of that call is kept');
SELECT is(deptperf_assess(1, 2021, '{"B4.2.1": 1, "B5.1": 2.5}', 'as published', override => true), 2::bigint, 'with override');
SELECT is(ARRAY[pg_temp.state('B4.2.1'), pg_temp.state('B5.1'), pg_temp.state('B5.1.2')], '{overridden 1,overridden 2.5,judged 1.5}'::text[], 'they are overrides');
SELECT throws_ok($$ SELECT deptperf_assess(1, 2021, '{"B4.2.1": 0.5}', NULL, true) $$, '23514', 'the assessment of "B4.2.1" needs a reason', 'which need a reason');
SELECT is(deptperf_assess(1, 2021, '{"A2.2.1": "exempt"}', 'founded this year'), 1::bigint, '"exempt"');
SELECT is(pg_temp.state('A2.2.1'), 'exempt 2', 'gives full points');
SELECT matches(pg_temp.error($$ SELECT deptperf_assess(1, 2021, '{"A1.1.1": "1"}') $$), E'22023 the points of "A1.1.1" are "1"\nExpected a number, or "exempt".', 'a number in quotes');
SELECT throws_ok($$ SELECT deptperf_assess(1, 2021, '[1]') $$, '22023', 'points is array and not an object', 'no object');
SELECT throws_ok($$ SELECT deptperf_assess(1, 2021, NULL) $$, '22004', NULL, 'NULL');
SELECT throws_ok($$ SELECT deptperf_assess(1, 2021, '{"X": 1}') $$, '23503', '"X" is no item or indicator of framework "sz-2021"', 'an unknown code');
SELECT throws_ok($$ SELECT deptperf_assess('1', 2021, '{"A1.1.1": 1}') $$, 'P0002', 'department "1" is not known', 'a quoted id');

-- 5. What was published.
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points, grade) VALUES (1, 2021, 'A1.1', 5, NULL), (1, 2021, NULL, 97.45, '优秀');
SELECT throws_ok($$ INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, points) VALUES (1, 2021, 96) $$, '23505', NULL, 'one published total');
SELECT throws_ok($$ INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points) VALUES (1, 2021, 'A1.1', 4) $$, '23505', NULL, 'one published score an indicator');
SELECT throws_ok($$ INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points) VALUES (1, 2021, 'A1.2', 'NaN') $$, '23514', NULL, 'and no NaN');

SELECT * FROM finish();
ROLLBACK;
