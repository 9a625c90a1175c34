-- framework_us_part.sql: us-part, a programme worked out by hand, the ratings at
-- their bounds, and results that are not demonstrated.
BEGIN;
SELECT plan(12);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
CREATE TEMP TABLE given AS SELECT deptperf_framework_document('us-part') AS document;
SELECT is((SELECT sum(points * weight) FROM deptperf.framework_group WHERE framework = 'us-part'), 100::numeric, '20, 10, 20 and 50 %');

-- 1. A programme.
--   1  yes, yes, no          200 / 3 = 66.666…   * 0.2 = 13.333…
--   2  yes, does not apply   100                 * 0.1 = 10
--   3  yes, yes, yes         100                 * 0.2 = 20
--   4  large, small, no      (67 + 33 + 0) / 3   * 0.5 = 16.666…
-- Total 60, exactly: adequate.
CREATE TEMP TABLE worked AS SELECT
  '{"demonstrated_measures": 3}'::jsonb AS facts,
  '{"1.1": 100, "1.2": 100, "1.3": 0, "2.1": 100, "2.2": "exempt", "3.1": 100, "3.2": 100, "3.3": 100, "4.1": 67, "4.2": 33, "4.3": 0}'::jsonb AS inputs;
SELECT results_eq('SELECT t.* FROM given, worked, deptperf_evaluate_total(document, facts, inputs) t', $$ VALUES (60::numeric, '尚可', 60::numeric, 0::numeric, 0) $$, 'the total');
SELECT results_eq($$ SELECT code, points FROM given, worked, deptperf_evaluate(document, facts, inputs) WHERE level = 'group' $$,
  $$ VALUES ('1', 66.67), ('2', 100), ('3', 100), ('4', 33.33) $$, 'the sections, 0 to 100');

-- 2. Ratings: with all else at 100, section 4 gives 50 + half of it.  69.98 gives 84.99, 69.99 gives
-- 84.995, which is shown as 85.00.
CREATE TEMP TABLE bound (inputs jsonb, facts jsonb, total numeric, grade text);
INSERT INTO bound VALUES
  ('{"S4": 100}', '{"demonstrated_measures": 1}', 100, '有效'), ('{"S4": 70}', '{"demonstrated_measures": 1}', 85, '有效'), ('{"S4": 69.99}', '{"demonstrated_measures": 1}', 85, '有效'),
  ('{"S4": 69.98}', '{"demonstrated_measures": 1}', 84.99, '较有效'), ('{"S4": 40}', '{"demonstrated_measures": 1}', 70, '较有效'), ('{"S4": 39.98}', '{"demonstrated_measures": 1}', 69.99, '尚可'),
  ('{"S4": 0}', '{"demonstrated_measures": 1}', 50, '尚可'), ('{"S4": 0, "S2": 99.9}', '{"demonstrated_measures": 1}', 49.99, '无效'), ('{"S1": 0, "S2": 0, "S3": 0, "S4": 0}', '{"demonstrated_measures": 1}', 0, '无效'),
  -- not demonstrated: the number stays, whatever it is
  ('{"S4": 100}', '{"demonstrated_measures": 0}', 100, '成效未证实'), ('{"S4": 0}', '{"demonstrated_measures": 0}', 50, '成效未证实'),
  -- not known, or impossible: no rating
  ('{"S4": 100}', '{}', 100, NULL), ('{"S4": 100}', '{"demonstrated_measures": -1}', 100, NULL), ('{"S4": 100}', '{"demonstrated_measures": "NaN"}', 100, NULL);
SELECT is_empty($$ SELECT b.*, t.total, t.grade FROM given, bound b, deptperf_evaluate_total(document, facts, '{"S1": 100, "S2": 100, "S3": 100}' || inputs) t
                   WHERE (t.total, t.grade) IS DISTINCT FROM (b.total, b.grade) $$, 'the ratings at their bounds');
-- a whole section does not apply: (13.333… + 20 + 16.666…) / 0.9 = 55.555…
SELECT results_eq($$ SELECT t.total, t.grade FROM given, worked, deptperf_evaluate_total(document, facts, inputs || '{"2.1": "exempt"}') t $$, $$ VALUES (55.56, '尚可') $$, 'a section that does not apply');
SELECT results_eq($$ SELECT t.total, t.open FROM given, worked, deptperf_evaluate_total(document, facts, inputs - '4.3') t $$, $$ VALUES (NULL::numeric, 50::numeric) $$, 'an open question leaves its section open');

-- 3. The same from answers.
INSERT INTO deptperf.department (dept_id, code, name, kind) VALUES (1, 'PRG', '某计划', 'programme');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2020, 'us-part');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (1, 2021, 'demonstrated_measures', 2), (1, 2021, 'demonstrated_measures', 1);
SELECT is(deptperf_assess(1, 2021, '{"1.1": "是", "1.2": "是", "1.3": "否", "2.1": "是", "2.2": "exempt", "3.1": "是", "3.2": "是", "3.3": "是", "4.1": "大部分", "4.2": "小部分", "4.3": "否"}', 'interview'), 11::bigint, 'answers');
SELECT results_eq('SELECT total, grade, open FROM deptperf.score WHERE dept_id = 1', $$ VALUES (60::numeric, '尚可', 0::numeric) $$, 'the answers give the same');
SELECT results_eq($$ SELECT points, max_points FROM deptperf_scorecard('PRG', 2021) WHERE level IN ('group', 'total') $$,
  $$ VALUES (66.67, 100::numeric), (100, 100), (100, 100), (33.33, 100), (60, 100) $$, 'its scorecard: sections of 100, and 100 in all');
DELETE FROM deptperf.measurement;
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (1, 2021, 'demonstrated_measures', 0);
SELECT results_eq('SELECT total, grade FROM deptperf.score WHERE dept_id = 1', $$ VALUES (60::numeric, '成效未证实') $$, 'results not demonstrated');
SELECT throws_ok($$ SELECT deptperf_assess(1, 2022, '{"1.1": "大部分"}', 'x') $$, '22023', NULL, 'a question of section 1 has no large extent');

SELECT * FROM finish();
ROLLBACK;
