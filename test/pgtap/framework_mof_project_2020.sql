-- framework_mof_project_2020.sql: mof-project-2020, a project worked out by hand,
-- and every rule at its bounds.
BEGIN;
SELECT plan(16);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
CREATE TEMP TABLE given AS SELECT deptperf_framework_document('mof-project-2020') AS document;

SELECT results_eq($$ SELECT g.code, g.points, sum(i.points) FROM deptperf.framework_group g JOIN deptperf.framework_indicator i ON i.framework = g.framework AND i.group_code = g.code
                     WHERE g.framework = 'mof-project-2020' GROUP BY g.code, g.points ORDER BY g.code $$,
  $$ VALUES ('1', 10::numeric, 10::numeric), ('2', 50, 50), ('3', 30, 30), ('4', 10, 10) $$, '10, 50, 30 and 10');

-- 1. Bounds.
CREATE TEMP TABLE bound (item text, facts jsonb, want text);
INSERT INTO bound VALUES
  -- never more than its 10 points
  ('1.1.1', '{"paid_q1": 100, "paid_q2": 0, "paid_q3": 0, "paid_q4": 0, "budget_adjusted": 100}', 'scored 10'), ('1.1.1', '{"paid_q1": 50, "paid_q2": 50, "paid_q3": 20, "paid_q4": -0.5, "budget_adjusted": 100}', 'scored 10'),
  ('1.1.1', '{"paid_q1": 10, "paid_q2": 20, "paid_q3": 30, "paid_q4": 33.3, "budget_adjusted": 100}', 'scored 9.33'), ('1.1.1', '{"paid_q1": 0, "paid_q2": 0, "paid_q3": 0, "paid_q4": 0, "budget_adjusted": 0}', 'missing'),
  -- at least: met is all, else its share; a target of 0 is met
  ('2.1.1', '{"output_quantity_actual": 50, "output_quantity_target": 50}', 'scored 20'), ('2.1.1', '{"output_quantity_actual": 49, "output_quantity_target": 50}', 'scored 19.6'),
  ('2.1.1', '{"output_quantity_actual": 80, "output_quantity_target": 50}', 'scored 20'), ('2.1.1', '{"output_quantity_actual": 0, "output_quantity_target": 50}', 'scored 0'),
  ('2.1.1', '{"output_quantity_actual": 0, "output_quantity_target": 0}', 'not_applicable 20'), ('2.1.1', '{"output_quantity_actual": 3, "output_quantity_target": 0}', 'scored 20'),
  ('2.2.1', '{"output_accepted": 60, "output_checked": 60}', 'scored 10'), ('2.2.1', '{"output_accepted": 61, "output_checked": 60}', 'invalid'), ('2.2.1', '{"output_accepted": 0, "output_checked": 0}', 'missing'),
  ('2.3.1', '{"output_in_time": 1, "output_due": 3}', 'scored 3.333333'), ('2.3.1', '{"output_in_time": 4, "output_due": 3}', 'invalid'),
  -- at most: (1 - (actual - target) / target) of 10, 0 from twice the target; a target of 0 is met by 0
  ('2.4.1', '{"output_cost_actual": 30, "output_cost_target": 30}', 'scored 10'), ('2.4.1', '{"output_cost_actual": 10, "output_cost_target": 30}', 'scored 10'),
  ('2.4.1', '{"output_cost_actual": 33, "output_cost_target": 30}', 'scored 9'), ('2.4.1', '{"output_cost_actual": 59.7, "output_cost_target": 30}', 'scored 0.1'),
  ('2.4.1', '{"output_cost_actual": 60, "output_cost_target": 30}', 'scored 0'), ('2.4.1', '{"output_cost_actual": 90, "output_cost_target": 30}', 'scored 0'),
  ('2.4.1', '{"output_cost_actual": 0, "output_cost_target": 0}', 'not_applicable 10'), ('2.4.1', '{"output_cost_actual": 1, "output_cost_target": 0}', 'scored 0'),
  -- 90 % is the target
  ('4.1.1', '{"survey_satisfied": 90, "survey_respondents": 100}', 'scored 10'), ('4.1.1', '{"survey_satisfied": 100, "survey_respondents": 100}', 'scored 10'),
  ('4.1.1', '{"survey_satisfied": 45, "survey_respondents": 100}', 'scored 5'), ('4.1.1', '{"survey_satisfied": 0, "survey_respondents": 0}', 'missing');
SELECT is_empty($$ SELECT b.*, concat_ws(' ', e.state, trim_scale(e.points)) AS got FROM given CROSS JOIN bound b LEFT JOIN LATERAL deptperf_evaluate(document, b.facts, '{}') e ON e.code = b.item
                   WHERE concat_ws(' ', e.state, trim_scale(e.points)) <> b.want $$, 'every rule at its bounds');

-- 2. A project.
--   1.1  (20 + 30 + 26 + 20) / 120 = 80 %        8
--   2.1  45 / 50 = 90 %                          18
--   2.2  57 / 60 = 95 %                          9.5
--   2.3  40 / 45 = 88.89 %                       8.888…, so 8.89
--   2.4  36 against 30: 1 - 6/30 = 80 %          8
--   3.1  economic benefit is none of its aims
--   3.2  reached, 9;  3.3  partly, 6.5           15.5
--   4.1  81 % of 90 % = 90 %                     9
-- With 8 of 10 for 3.1: 8 + 18 + 9.5 + 8.89 + 8 + 8 + 9 + 6.5 + 9 = 84.89: 良.
-- Without it 76.888… of 90 are 85.4320… of 100: 85.43.
CREATE TEMP TABLE worked AS SELECT
  '{"paid_q1": 20, "paid_q2": 30, "paid_q3": 26, "paid_q4": 20, "budget_adjusted": 120, "output_quantity_actual": 45, "output_quantity_target": 50, "output_accepted": 57, "output_checked": 60,
    "output_in_time": 40, "output_due": 45, "output_cost_actual": 36, "output_cost_target": 30, "survey_satisfied": 81, "survey_respondents": 100}'::jsonb AS facts,
  '{"3.1.1": 8, "3.2.1": 9, "3.3.1": 6.5}'::jsonb AS inputs;
SELECT results_eq('SELECT t.* FROM given, worked, deptperf_evaluate_total(document, facts, inputs) t', $$ VALUES (84.89::numeric, '良', 84.89::numeric, 0::numeric, 0) $$, 'the total');
SELECT results_eq($$ SELECT code, points FROM given, worked, deptperf_evaluate(document, facts, inputs) WHERE level = 'group' $$, $$ VALUES ('1', 8::numeric), ('2', 44.39), ('3', 23.5), ('4', 9) $$, 'the groups');
SELECT results_eq($$ SELECT t.* FROM given, worked, deptperf_evaluate_total(document, facts, inputs || '{"3.1.1": "exempt"}') t $$, $$ VALUES (85.43::numeric, '良', 85.43::numeric, 0::numeric, 0) $$,
                  'without what it does not aim at');
SELECT results_eq($$ SELECT t.total, t.open FROM given, worked, deptperf_evaluate_total(document, facts, inputs - '3.1.1') t $$, $$ VALUES (NULL::numeric, 10::numeric) $$, 'not judged is not the same');

-- The same from the records of a project, which is a row below its bureau.
INSERT INTO deptperf.department (dept_id, code, name, parent_code, kind) VALUES (1, 'B', '某局', NULL, DEFAULT), (2, 'B-P1', '公路养护项目', 'B', 'project');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (2, 2021, 'mof-project-2020');
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial, adjusted) VALUES (2, 2021, 'project', 100, 120);
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount) VALUES (2, 2021, 3, 'project', 20), (2, 2021, 5, 'project', 30), (2, 2021, 9, 'project', 26), (2, 2021, 12, 'project', 20);
INSERT INTO deptperf.satisfaction_survey (dept_id, fiscal_year, respondents, satisfied) VALUES (2, 2021, 100, 81);
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount)
SELECT 2, 2021, key, value::numeric FROM worked, jsonb_each_text(facts) WHERE key LIKE 'output\_%';
SELECT is(deptperf_assess(2, 2021, '{"3.1.1": "exempt", "3.2.1": {"level": "达成", "points": 9}, "3.3.1": {"level": "部分达成", "points": 6.5}}', '访谈'), 3::bigint, 'judged, and exempt');
SELECT results_eq('SELECT framework, total, grade FROM deptperf.score WHERE dept_id = 2', $$ VALUES ('mof-project-2020', 85.43::numeric, '良') $$, 'the records give the same');
SELECT results_eq('SELECT framework FROM deptperf.score WHERE dept_id = 1', $$ VALUES ('sz-2021') $$, 'the bureau keeps its own framework');
SELECT results_eq($$ SELECT code, points, state FROM deptperf_scorecard('B-P1', 2021) WHERE code IN ('3.1', '3.2', '3.3') $$,
  $$ VALUES ('3.1', NULL::numeric, 'left_out'), ('3.2', 9, 'judged'), ('3.3', 6.5, 'judged') $$, 'its benefit');

-- 3. A judgement lies in its level.
SELECT throws_ok(format($$ SELECT deptperf_assess(2, 2022, '{"3.2.1": {"level": "%s", "points": %s}}', 'x') $$, l, p), '22003', NULL, format('%s with %s', l, p))
FROM (VALUES ('达成', 7.99), ('部分达成', 8), ('部分达成', 5.99), ('未达成', 6)) AS v (l, p);
SELECT lives_ok($$ SELECT deptperf_assess(2, 2022, '{"3.2.1": {"level": "达成", "points": 8}, "3.1.1": {"level": "部分达成", "points": 7.99}, "3.3.1": {"level": "未达成", "points": 5.99}}', 'x') $$, 'the bounds of the levels');

SELECT * FROM finish();
ROLLBACK;
