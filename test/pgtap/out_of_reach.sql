-- out_of_reach.sql: the mark "!" of units whose facts are not to be had (their shard
-- does not answer, test/t/shard.pl): a sum that it is in is no number, and nothing
-- is scored by the part that is there, whatever the framework does with what is open.
-- And what a shard sends is read as what it is.
BEGIN;
SELECT plan(23);

-- ---- sums ----

CREATE TEMP TABLE said (dept_id int, facts jsonb);
INSERT INTO said VALUES (1, '{"a": 1, "x_records": 2, "x_units": 1}'), (1, '{"b": 2.5}'), (2, '{"!": 1}'), (2, '{"a": 0, "x_records": 0}'), (3, '{"!": 1}'), (4, '{"a": 7, "x_records": 1, "x_units": 1}');
SELECT is(deptperf_unit_facts(facts), '{"a": 1, "b": 2.5, "x_units": 1, "x_records": 2}', 'without: as ever, and a unit that a shard says speaks once') FROM said WHERE dept_id = 1;
SELECT is(deptperf_unit_facts(facts), '{"!": 1, "a": "NaN", "x_units": "NaN", "x_records": "NaN"}', 'closed and out of reach: what closing says is no number') FROM said WHERE dept_id = 2;
SELECT is(deptperf_unit_facts(facts), '{"!": 1}', 'out of reach: nothing but the mark') FROM said WHERE dept_id = 3;
SELECT is(deptperf_facts(f), '{"!": 2, "a": "NaN", "b": "NaN", "x_units": "NaN", "x_records": "NaN"}', 'of units of which two are out of reach no fact is a number; the mark counts them')
FROM (SELECT deptperf_unit_facts(facts) AS f FROM said GROUP BY dept_id) u;
-- in parts, as workers do
CREATE TABLE many (g int, facts jsonb) WITH (parallel_workers = 2);
INSERT INTO many SELECT i % 2, CASE WHEN i % 2 = 0 AND i % 1000 = 0 THEN '{"!": 1}'::jsonb ELSE '{"a": 1}' END FROM generate_series(1, 20000) i;
ANALYZE many;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
SELECT results_eq('SELECT g, deptperf_facts(facts) FROM many GROUP BY g ORDER BY g', $$ VALUES (0, '{"!": 20, "a": "NaN"}'::jsonb), (1, '{"a": 10000}') $$, 'added up by workers');
SELECT is(deptperf_silent('{"!": 2, "x_units": "NaN"}', 5), 0::bigint, 'of a part nobody is said to be silent');

-- ---- as a shard sends them ----

CREATE TEMP TABLE written (text text);
INSERT INTO written VALUES ('{}'), ('{"a": 1}'), ('{"a": -0.05, "b": "NaN", "c_records": 12, "c_units": 1}'), ('{"a": 999999999999999999, "b": -99999999999999999.9}'),
    ('{"a": 1234567890123456789, "b": 0.00000000000000000001}'), ('{"!": 3, "a": "NaN"}'), ('{"a": null}'), ('{"a": "x"}'), ('{"a": {"b": [1, 2]}}'), ('[1, 2]'), ('1'),
    ('{"a": 1e5}'), ('{"a":1,"b":2}'), ('{"\u0061": 1}'), ('{"预算": 1.5}'), (format('{"%s": 1}', repeat('x', 70)));
SELECT is_empty('SELECT text, deptperf_shard_said(text) FROM written WHERE deptperf_shard_said(text) IS DISTINCT FROM text::jsonb OR deptperf_shard_said(text)::text <> text::jsonb::text', 'what a shard writes is read as the jsonb that it is');
SELECT is((SELECT deptperf_facts(deptperf_shard_said(t)) FROM unnest('{"{\"a\": 1.25, \"b\": \"NaN\"}","{\"a\": -2, \"c\": 1e3}","{\"a\": 0.75, \"b\": 1}"}'::text[]) t), '{"a": 0, "b": "NaN", "c": 1000}', 'and added up: 1.25 - 2 + 0.75 is 0');
SELECT throws_matching($$ SELECT deptperf_shard_said('{"a": 1') $$, 'invalid input syntax for type json', 'half of it is an error');
SELECT throws_matching($$ SELECT deptperf_shard_said('{"a": 1.}') $$, 'invalid input syntax for type json', 'so is no number');
SET LOCAL deptperf.force_numeric = on;
SELECT is_empty('SELECT text FROM written WHERE deptperf_shard_said(text) IS DISTINCT FROM text::jsonb', 'with numerics too');
RESET deptperf.force_numeric;

-- ---- scores ----

-- C is computed, J judged, P passes without violations; B takes the better of two.
CREATE FUNCTION pg_temp.framework(missing text) RETURNS jsonb LANGUAGE sql AS $$ SELECT format('{"options": {"missing": %s}, "bands": [{"grade": "good", "from": 0}],
    "indicators": [{"code": "C", "points": 4}, {"code": "J", "points": 6}, {"code": "P", "points": 2}, {"code": "B", "points": 3, "combine": "best"}],
    "items": [{"code": "C.1", "indicator": "C", "points": 4, "formula": "a / b", "rule": "4 * x"}, {"code": "J.1", "indicator": "J", "points": 6},
              {"code": "P.1", "indicator": "P", "points": 2},
              {"code": "B.1", "indicator": "B", "points": 3, "formula": "a", "rule": "x > 0: 3, else 0"}, {"code": "B.2", "indicator": "B", "points": 3}],
    "requirements": [{"indicator": "P", "formula": "c", "rule": "x > 0: zero, else pass"}]}', to_json(missing))::jsonb $$;
\set judged '''{"J.1": 3, "P.1": 2, "B.2": 2}'''
-- all is there: C 4 * 1/2 = 2, J 3, P 2, B the better of 3 and 2 = 3
SELECT is((SELECT t.total FROM deptperf_evaluate_total(pg_temp.framework('open'), '{"a": 1, "b": 2, "c": 0}', :judged) t), 10.00, 'all is there');
SELECT results_eq($$ SELECT level, code, state, points FROM deptperf_evaluate(pg_temp.framework('open'), '{"!": 1, "a": 1, "b": 2, "c": 0}', '{"J.1": 3, "P.1": 2, "B.2": 2}') WHERE level <> 'group' $$, $$ VALUES
    ('item'::text, 'C.1'::text, 'invalid'::text, NULL::numeric), ('indicator', 'C', 'missing', NULL), ('item', 'J.1', 'judged', 3.000000), ('indicator', 'J', 'judged', 3.00),
    ('item', 'P.1', 'judged', 2.000000), ('indicator', 'P', 'missing', NULL), ('item', 'B.1', 'invalid', NULL), ('item', 'B.2', 'judged', 2.000000), ('indicator', 'B', 'missing', NULL), ('total', NULL, 'missing', NULL) $$,
    'out of reach: what reads a fact is open, also a requirement, and the better of two of which one is not known; judgements stay');
-- open: C 4, P 2, B 3; known: J 3
SELECT is((SELECT t::text FROM deptperf_evaluate_total(pg_temp.framework('open'), '{"!": 1, "a": 1, "b": 2, "c": 0}', :judged) t), '(,,3.00,9,3)', 'its total');
-- A framework that leaves out what is open has a total of the judged part where facts are absent: of J and B, (3 + 2) / (6 + 3) * 100 = 55.56 …
SELECT is((SELECT t.total IS NOT NULL FROM deptperf_evaluate_total(pg_temp.framework('leave out'), '{}', :judged) t), true, 'leave out: absent facts leave a total');
SELECT is((SELECT t.total IS NULL AND t.grade IS NULL AND t.open_items > 0 FROM deptperf_evaluate_total(pg_temp.framework('leave out'), '{"!": 1}', :judged) t), true, 'out of reach they leave none');
SELECT is_empty($$ SELECT * FROM deptperf_evaluate(pg_temp.framework('leave out'), '{"!": 1}', '{"J.1": 3, "P.1": 2, "B.2": 2}') WHERE level = 'indicator' AND code <> 'J' AND state <> 'missing' $$, 'nor an indicator that a fact decides');
SELECT is((SELECT t::text FROM deptperf_evaluate_total(pg_temp.framework('leave out'), '{"!": 1}', '{"C": 4, "J": 6, "P": 2, "B": 3}') t), '(100.00,good,100.00,0,0)', 'what is judged whole needs no facts: it has its total');
-- a best one that has all its points is not bettered by what is not known
SELECT is((SELECT points FROM deptperf_evaluate(pg_temp.framework('open'), '{"!": 1}', '{"B.2": 3}') WHERE code = 'B'), 3.00, 'nothing is better than all points');
SELECT is((SELECT state FROM deptperf_evaluate(pg_temp.framework('open'), '{"!": 0}', '{}') WHERE code = 'C.1'), 'invalid', 'the mark alone counts, not its number');
SELECT is((SELECT state FROM deptperf_evaluate(pg_temp.framework('open'), '{"!": null, "a": 1, "b": 1}', '{}') WHERE code = 'C.1'), 'scored', 'NULL is none');
SELECT is((SELECT state FROM deptperf_evaluate(pg_temp.framework('open'), '{"?": 1, "a": 1, "b": 1}', '{}') WHERE code = 'C.1'), 'scored', 'nor another name');

-- ---- without a shard ----

SET LOCAL client_min_messages = error;
SELECT deptperf_setup();
INSERT INTO deptperf.department (dept_id, code) VALUES (1, 'd1');
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE l text; r text := ''; BEGIN FOR l IN EXECUTE 'EXPLAIN (VERBOSE) ' || query LOOP r := r || l || E'\n'; END LOOP; RETURN r; END $$;
SELECT is_empty($$ SELECT v FROM unnest('{unit_facts,facts,score,item_score,ranking,unit_sums,data_issue}'::text[]) v WHERE pg_temp.plan(format('SELECT * FROM deptperf.%I', v)) ~ 'shard' $$, 'without a shard there is nothing of it in any plan');
SELECT * FROM finish();
ROLLBACK;
