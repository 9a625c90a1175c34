-- framework_pefa_m1.sql: pefa-m1, every pattern of its dimensions, and a country
-- worked out by hand.
BEGIN;
SELECT plan(11);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
CREATE TEMP TABLE given AS SELECT deptperf_framework_document('pefa-m1') AS document;

-- 1. The weakest dimension, and a + when another is better.
CREATE TEMP TABLE pattern (a text, b text, c text, points numeric, grade text);
INSERT INTO pattern VALUES
  ('4', '4', '4', 4, 'A'), ('3', '3', '3', 3, 'B'), ('2', '2', '2', 2, 'C'), ('1', '1', '1', 1, 'D'),
  ('4', '3', '3', 3.5, 'B+'), ('3', '4', '4', 3.5, 'B+'), ('2', '3', '2', 2.5, 'C+'), ('4', '4', '2', 2.5, 'C+'), ('1', '2', '4', 1.5, 'D+'), ('1', '1', '2', 1.5, 'D+'), ('4', '1', '4', 1.5, 'D+'),
  -- what is not applicable is left out, and the rest not scaled
  ('4', '"exempt"', '4', 4, 'A'), ('4', '"exempt"', '3', 3.5, 'B+'), ('"exempt"', '"exempt"', '2', 2, 'C'), ('"exempt"', '"exempt"', '"exempt"', NULL, NULL),
  -- what is not judged yet leaves it open
  ('4', 'null', '4', NULL, NULL), ('1', 'null', '"exempt"', NULL, NULL), ('4', '5', '4', NULL, NULL);
SELECT is_empty($$ SELECT p.*, t.total, t.grade FROM given, pattern p, deptperf_evaluate_total(document, '{}', jsonb_build_object('PI-2.1', a::jsonb, 'PI-2.2', b::jsonb, 'PI-2.3', c::jsonb)) t
                   WHERE (t.total, t.grade) IS DISTINCT FROM (p.points, p.grade) $$, 'every pattern');
-- Of all 64 patterns, by the definition: the weakest, half a point more unless all are alike.
SELECT is_empty($$ SELECT a, b, c, t.total FROM given, generate_series(1, 4) a, generate_series(1, 4) b, generate_series(1, 4) c,
                        deptperf_evaluate_total(document, '{}', jsonb_build_object('PI-2.1', a, 'PI-2.2', b, 'PI-2.3', c)) t
                   WHERE t.total <> least(a, b, c) + CASE WHEN greatest(a, b, c) > least(a, b, c) THEN 0.5 ELSE 0 END OR t.grade IS NULL $$, 'all 64');

-- 2. A country: A; D*, for lack of information, which counts as D; the third has no
-- such reserve.  1 + 0.5 = 1.5: D+.
INSERT INTO deptperf.department (dept_id, code, name, kind) VALUES (1, 'XX', '某国', 'government');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2020, 'pefa-m1');
SELECT is(deptperf_assess(1, 2021, '{"PI-2.1": "A", "PI-2.2": "D*", "PI-2.3": "exempt"}', 'no accounts by economic type, no contingency reserve'), 3::bigint, 'judged by levels');
SELECT results_eq('SELECT total, grade, open FROM deptperf.score WHERE dept_id = 1 AND fiscal_year = 2021', $$ VALUES (1.5, 'D+', 0::numeric) $$, 'D*, A and NA are D+');
SELECT results_eq($$ SELECT item, state, trim_scale(points) FROM deptperf.item_score WHERE dept_id = 1 AND fiscal_year = 2021 ORDER BY item $$,
  $$ VALUES ('PI-2.1', 'judged', 4::numeric), ('PI-2.2', 'judged', 1), ('PI-2.3', 'left_out', NULL) $$, 'a level gives its points');
SELECT results_eq($$ SELECT level, code, points, max_points, grade FROM deptperf_scorecard('XX', 2021) $$,
  $$ VALUES ('group', 'PI', 1.5, 4::numeric, NULL), ('indicator', 'PI-2', 1.5, 4, NULL), ('total', NULL, 1.5, 4, 'D+') $$, 'its scorecard');
-- the accounts were found: B.  The weakest is B, A is better: 3.5
SELECT is(deptperf_assess(1, 2021, '{"PI-2.2": "B"}', 'accounts found'), 1::bigint, 'judged again');
SELECT results_eq('SELECT total, grade FROM deptperf.score WHERE dept_id = 1 AND fiscal_year = 2021', $$ VALUES (3.5, 'B+') $$, 'B and A are B+');
SELECT throws_ok($$ SELECT deptperf_assess(1, 2022, '{"PI-2.1": {"level": "B", "points": 3.5}}', 'x') $$, '22003', NULL, 'a dimension has no +');
SELECT throws_ok($$ SELECT deptperf_assess(1, 2022, '{"PI-2.1": "B+"}', 'x') $$, '22023', NULL, 'nor a level of it');

SELECT * FROM finish();
ROLLBACK;
