-- silence.sql: absent is not zero.  A source speaks as a whole; closing says
-- that its records are complete; a subtree never speaks silently.
BEGIN;
SELECT plan(52);
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
CREATE FUNCTION pg_temp.item(dept bigint, code text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', state, points::float8) FROM deptperf.item_score WHERE dept_id = dept AND fiscal_year = 2021 AND item = code $$;
-- a bureau of twelve units
INSERT INTO deptperf.department (dept_id, code, parent_code) SELECT i, 'u' || i, CASE WHEN i > 0 THEN 'u0' END FROM generate_series(0, 12) AS i;

-- 1. No record, not closed: no fact, no row.
SELECT is_empty('TABLE deptperf.unit_facts', 'no records, no facts');
SELECT is_empty('TABLE deptperf.score', 'and no scores');

-- 2. A record speaks for its source as a whole, and for no other.
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind) VALUES (1, 2021, 'violation');
SELECT results_eq('TABLE deptperf.unit_facts', $$ VALUES (1::bigint, 2021, '{"finding_violation": 1, "finding_budget_nonconformity": 0, "finding_target_nonconformity": 0, "finding_records": 1, "finding_units": 1}'::jsonb) $$, 'every fact of the source, nothing else');
SELECT is(pg_temp.item(1, 'A1.2.1'), 'scored 5', 'no non-conformity among the findings: full points');
SELECT is(pg_temp.item(1, 'C2.2.1'), 'missing', 'no record of key tasks: missing');
SELECT results_eq($$ SELECT state, points FROM deptperf.indicator_score WHERE dept_id = 1 AND indicator = 'B1.2' $$, $$ VALUES ('vetoed', 0::numeric) $$, 'a violation makes B1.2 zero, though its items are missing');
SELECT is(silent, 12::bigint, 'the bureau and eleven units do not speak on findings') FROM deptperf.score WHERE dept_id = 0;
SELECT is(silent, 0::bigint, 'a unit alone is never silent beside itself') FROM deptperf.score WHERE dept_id = 1;

-- 3. Closed.
SELECT is(deptperf_close(2021, 'finding', 'u2'), 1::bigint, 'closing one source of one department');
SELECT is(deptperf_close(2021, 'finding', 'u2'), 0::bigint, 'again does nothing');
SELECT is(deptperf_close(2021, 'finding', 2::smallint), 0::bigint, 'nor by id');
SELECT ok(closed_by = current_user AND closed_at = now(), 'who and when') FROM deptperf.closed;
SELECT is(facts, '{"finding_violation": 0, "finding_budget_nonconformity": 0, "finding_target_nonconformity": 0, "finding_records": 0, "finding_units": 1}', 'closed without a record: zeros')
FROM deptperf.unit_facts WHERE dept_id = 2;
SELECT is(pg_temp.item(2, 'A1.2.1'), 'scored 5', 'so nothing was found');
SELECT is(silent, 11::bigint, 'one silent unit less') FROM deptperf.score WHERE dept_id = 0;
SELECT is(facts -> 'finding_units', '2', 'two units speak') FROM deptperf.facts WHERE dept_id = 0;
SELECT is(deptperf_close(2021, 'finding', 'u1'), 1::bigint, 'closing where there are records');
SELECT is(facts, '{"finding_violation": 1, "finding_budget_nonconformity": 0, "finding_target_nonconformity": 0, "finding_records": 1, "finding_units": 1}', 'changes no fact')
FROM deptperf.unit_facts WHERE dept_id = 1;
SELECT is(deptperf_close(2021, 'finding', 'u0'), 1::bigint, 'closing the bureau');
SELECT is(silent, 10::bigint, 'closes none of its units') FROM deptperf.score WHERE dept_id = 0;
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count) VALUES (2, 2021, 'budget_nonconformity', 2);
SELECT is(pg_temp.item(2, 'A1.2.1'), 'scored 3', 'a record that comes later counts');
DELETE FROM deptperf.closed WHERE dept_id = 1;
SELECT is(silent, 10::bigint, 'deleting the row reopens; its record still speaks') FROM deptperf.score WHERE dept_id = 0;
DELETE FROM deptperf.finding WHERE dept_id = 1;
SELECT is(silent, 11::bigint, 'without it the unit is silent') FROM deptperf.score WHERE dept_id = 0;
SELECT is_empty('SELECT * FROM deptperf.unit_facts WHERE dept_id = 1', 'a deleted record leaves no zero behind');

-- 4. All departments; all sources.
SELECT is(deptperf_close(2021, 'finding'), 11::bigint, 'closing for every department that exists');
SELECT is(silent, 0::bigint, 'nobody is silent') FROM deptperf.score WHERE dept_id = 0;
SELECT is(deptperf_close(2021), (13 * 12)::bigint, 'every source: thirteen without measurement, one of them closed before');
SELECT is((SELECT count(DISTINCT source) FROM deptperf.closed), 13::bigint, 'not measurement');
INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (13, 'u13', 'u0');
SELECT is(silent, 13::bigint, 'a department that comes later is open, in every source') FROM deptperf.score WHERE dept_id = 0;
SELECT is(deptperf_close(2021::bigint, NULL, 13), 13::bigint, 'every source of one department');
SELECT is(silent, 0::bigint, 'all closed') FROM deptperf.score WHERE dept_id = 0;
SELECT is_empty($$ SELECT dept_id FROM deptperf.unit_facts, deptperf.source s WHERE facts @> s.zeros IS NOT TRUE AND dept_id NOT IN (2) AND s.zeros IS NOT NULL $$, 'zeros everywhere');

-- 5. What zeros mean, item by item (records.md §2): 0/0 full, 0/0 missing.
SELECT results_eq($$ SELECT item, state, points FROM deptperf.item_score WHERE dept_id = 3 AND fiscal_year = 2021 AND state NOT IN ('missing') ORDER BY item $$,
  $$ VALUES ('A1.2.1', 'scored', 5::numeric), ('A2.1.1', 'scored', 3), ('B1.1.1', 'not_applicable', 1), ('B3.2.1', 'not_applicable', 1), ('B4.1.1', 'not_applicable', 1),
            ('C1.1.1', 'not_applicable', 3), ('C1.1.2', 'not_applicable', 3), ('C2.2.1', 'scored', 8), ('C2.3.1', 'not_applicable', 6), ('C4.1.2', 'not_applicable', 1), ('C4.1.3', 'not_applicable', 1) $$,
  'a department that closed everything without a record');
SELECT results_eq('SELECT total, provisional, open, open_items FROM deptperf.score WHERE dept_id = 3',
-- known: A1.2 5, A2.1 3, B3.2 1, B4.1 1, C1.1 6, C2.2 8, C2.3 6 = 30; open: 70; open items: 23 judged, B1.2.2, B1.3.1, B1.3.2, B4.2.1, C2.1.1-5, C3.1.1, C4.2.1
  $$ VALUES (NULL::numeric, 30::numeric, 70::numeric, 34) $$, 'nothing is invented');
SELECT results_eq('SELECT numerator, denominator, value FROM deptperf.measure_value WHERE dept_id = 3 AND item IN (''B3.2.1'', ''A1.2.1'') ORDER BY item',
  $$ VALUES (0::numeric, NULL::numeric, 0::numeric), (0, 0, NULL) $$, 'the measures behind');

-- 6. measurement speaks for each fact by itself.
INSERT INTO deptperf.fact (fact) VALUES ('trees'), ('ponds');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (5, 2022, 'trees', 3);
SELECT is(facts, '{"trees": 3, "measurement_records": 1, "measurement_units": 1}', 'no zero for the other fact') FROM deptperf.unit_facts WHERE fiscal_year = 2022;
SELECT is(silent, 0::bigint, 'and silence in it is none') FROM deptperf.score WHERE dept_id = 0 AND fiscal_year = 2022;

-- 7. Refused.
SELECT is(pg_temp.error($$ SELECT deptperf_close(2021, 'measurement') $$),
          E'22023 source "measurement" can''t be closed\nTo be closed are budget, execution, adjustment, procurement, fixed_asset, staffing, project, key_task, performance_target, petition, satisfaction_survey, disclosure, finding; measurement speaks for each fact by itself.\nLeave the source out, or give NULL, to close every one of them.', 'measurement');
SELECT throws_ok($$ SELECT deptperf_close(2021, 'findings') $$, '22023', 'source "findings" is not known', 'an unknown source');
SELECT throws_ok($$ SELECT deptperf_close(1021) $$, 'P0002', 'fiscal year 1021 is not known', 'an unknown year');
SELECT throws_ok($$ SELECT deptperf_close(2021, 'finding', 'nobody') $$, 'P0002', 'department "nobody" is not known', 'an unknown department');
SELECT throws_ok($$ SELECT deptperf_close(2021, 'finding', 99) $$, 'P0002', 'department 99 is not known', 'by id too');
SELECT throws_ok($$ SELECT deptperf_close(2021, 'finding', NULL) $$, '22004', 'the department to close is NULL', 'a NULL department is not every department');
SELECT throws_ok($$ SELECT deptperf_close(NULL) $$, '22004', 'the year to close is NULL', 'a NULL year');
SELECT throws_ok($$ INSERT INTO deptperf.closed (dept_id, fiscal_year, source) VALUES (1, 2022, 'measurement') $$, '23514', NULL, 'nor by hand');

-- 8. Ranking and trend know what is not known.
SELECT lives_ok($$ SELECT deptperf_setup('sz-2021-records') $$, 'records alone');
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) VALUES (7, 2019, 100, 100, 4), (7, 2020, 100, 101, 4), (7, 2023, 100, 100, 7), (8, 2020, 100, 100, 7), (9, 2020, 10, 9, 0);
-- B4.1 1 or 0, B4.2 1 (under 5 %) or 0.5 (to 10 %): 2 of 2 is 100; 1 of 2 50; 1.5 of 2 75.
-- The bureau: 210 of 210 and 11 of 221, 4.98 %: 100, too.
SELECT results_eq('SELECT dept_id, total, rank, among FROM deptperf.ranking WHERE fiscal_year = 2020 AND dept_id > 0 ORDER BY dept_id',
  $$ VALUES (7::bigint, 50::numeric, 4::bigint, 4::bigint), (8, 75, 3, 4), (9, 100, 1, 4) $$, 'ranking: the bureau is among them');
SELECT results_eq('SELECT fiscal_year, total, previous, change FROM deptperf.trend WHERE dept_id = 7 AND fiscal_year <> 2021 ORDER BY fiscal_year',
  $$ VALUES (2019, 100::numeric, NULL::numeric, NULL::numeric), (2020, 50, 100, -50), (2023, 75, NULL, NULL) $$, 'trend: the year before, not the row before');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (9, 2020, 'sz-2021-records'), (9, 2022, 'sz-2021');
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) VALUES (9, 2021, 10, 9, 0), (9, 2022, 10, 9, 0);
SELECT results_eq('SELECT fiscal_year, total IS NULL, previous IS NULL, change IS NULL FROM deptperf.trend WHERE dept_id = 9 ORDER BY fiscal_year',
  'VALUES (2020, false, true, true), (2021, false, false, false), (2022, true, false, true)', 'another framework: no change');
SELECT is(silent, 11::bigint, 'in 2020 three of fourteen speak on staff, the bureau and ten units do not') FROM deptperf.score WHERE dept_id = 0 AND fiscal_year = 2020;
SELECT is((SELECT count(*) FROM deptperf.ranking r WHERE NOT EXISTS (SELECT FROM deptperf.score s WHERE (s.dept_id, s.fiscal_year, s.total) = (r.dept_id, r.fiscal_year, r.total))), 0::bigint, 'who has no total has no rank');

SELECT * FROM finish();
ROLLBACK;
