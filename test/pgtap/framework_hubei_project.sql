-- framework_hubei_project.sql: hubei-project, a project of two parts worked out by
-- hand, and every rule at its bounds.
BEGIN;
SELECT plan(10);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
CREATE TEMP TABLE given AS SELECT deptperf_framework_document('hubei-project') AS document;

SELECT results_eq($$ SELECT g.code, g.points, sum(i.points) FROM deptperf.framework_group g JOIN deptperf.framework_indicator i ON i.framework = g.framework AND i.group_code = g.code
                     WHERE g.framework = 'hubei-project' GROUP BY g.code, g.points ORDER BY g.code $$,
  $$ VALUES ('1', 20::numeric, 20::numeric), ('2', 40, 40), ('3', 40, 40) $$, '20, 40 and 40');

-- 1. Bounds.
CREATE TEMP TABLE bound (item text, facts jsonb, want text);
INSERT INTO bound VALUES
  -- of the adjusted budget with what was carried over
  ('1.1.1', '{"paid_q1": 45, "paid_q2": 0, "paid_q3": 0, "paid_q4": 0, "budget_adjusted": 50, "carry_over": 10}', 'scored 15'), ('1.1.1', '{"paid_q1": 60, "paid_q2": 0, "paid_q3": 0, "paid_q4": 0, "budget_adjusted": 50, "carry_over": 10}', 'scored 20'),
  ('1.1.1', '{"paid_q1": 61, "paid_q2": 0, "paid_q3": 0, "paid_q4": 0, "budget_adjusted": 50, "carry_over": 10}', 'scored 20'), ('1.1.1', '{"paid_q1": 45, "paid_q2": 0, "paid_q3": 0, "paid_q4": 0, "budget_adjusted": 50}', 'missing'),
  ('2.1.1', '{"output_quantity_actual": 49, "output_quantity_target": 50}', 'scored 14.7'), ('2.1.1', '{"output_quantity_actual": 50, "output_quantity_target": 50}', 'scored 15'),
  ('2.1.1', '{"output_quantity_actual": 80, "output_quantity_target": 50}', 'scored 15'), ('2.1.1', '{"output_quantity_actual": 3, "output_quantity_target": 0}', 'scored 15'), ('2.1.1', '{"output_quantity_actual": 0, "output_quantity_target": 0}', 'not_applicable 15'),
  ('2.2.1', '{"quality_rate_funds": 100, "project_funds": 100}', 'scored 15'), ('2.2.1', '{"quality_rate_funds": 100.01, "project_funds": 100}', 'invalid'),
  -- at most: target / actual of 10, which never gets to 0; no cost is within any target
  ('2.3.1', '{"output_cost_actual": 30, "output_cost_target": 30}', 'scored 10'), ('2.3.1', '{"output_cost_actual": 10, "output_cost_target": 30}', 'scored 10'), ('2.3.1', '{"output_cost_actual": 40, "output_cost_target": 30}', 'scored 7.5'),
  ('2.3.1', '{"output_cost_actual": 60, "output_cost_target": 30}', 'scored 5'), ('2.3.1', '{"output_cost_actual": 300, "output_cost_target": 30}', 'scored 1'), ('2.3.1', '{"output_cost_actual": 1, "output_cost_target": 0}', 'scored 0'),
  ('2.3.1', '{"output_cost_actual": 0, "output_cost_target": 30}', 'scored 10'), ('2.3.1', '{"output_cost_actual": 0, "output_cost_target": 0}', 'not_applicable 10'),
  ('3.3.1', '{"satisfaction_rate_funds": 84, "project_funds": 100}', 'scored 8.4'), ('3.3.1', '{"satisfaction_rate_funds": 0, "project_funds": 0}', 'missing');
SELECT is_empty($$ SELECT b.*, concat_ws(' ', e.state, trim_scale(e.points)) AS got FROM given CROSS JOIN bound b LEFT JOIN LATERAL deptperf_evaluate(document, b.facts, '{}') e ON e.code = b.item
                   WHERE concat_ws(' ', e.state, trim_scale(e.points)) <> b.want $$, 'every rule at its bounds');

-- 2. A project of two parts, with funds of 300 and 100.
--   1.1  (180 + 90) / (250 + 50 + 50 + 10) = 75 %                 15
--   2.1  (40 + 70) / (50 + 50) = 110 %                            15
--   2.2  (90 % * 300 + 100 % * 100) / 400 = 92.5 %                13.875, so 13.88
--   2.3  (80 + 20) / (100 + 25) = 80 %                            8
--   3.1  partly reached, 6;  3.2  reached, 17                     23
--   3.3  (80 % * 300 + 96 % * 100) / 400 = 84 %                   8.4
-- Total 15 + 15 + 13.88 + 8 + 23 + 8.4 = 83.28; it has no grades.
CREATE TEMP TABLE worked AS SELECT
  '{"paid_q1": 0, "paid_q2": 270, "paid_q3": 0, "paid_q4": 0, "budget_adjusted": 300, "carry_over": 60, "output_quantity_actual": 110, "output_quantity_target": 100,
    "quality_rate_funds": 370, "satisfaction_rate_funds": 336, "project_funds": 400, "output_cost_target": 100, "output_cost_actual": 125}'::jsonb AS facts,
  '{"3.1.1": 6, "3.2.1": 17}'::jsonb AS inputs;
SELECT results_eq('SELECT t.* FROM given, worked, deptperf_evaluate_total(document, facts, inputs) t', $$ VALUES (83.28::numeric, NULL, 83.28::numeric, 0::numeric, 0) $$, 'the total, without a grade');
SELECT results_eq($$ SELECT code, points FROM given, worked, deptperf_evaluate(document, facts, inputs) WHERE level = 'indicator' $$,
  $$ VALUES ('1.1', 15::numeric), ('2.1', 15), ('2.2', 13.88), ('2.3', 8), ('3.1', 6), ('3.2', 17), ('3.3', 8.4) $$, 'the indicators');

-- The same from the records of the two parts.
INSERT INTO deptperf.department (dept_id, code, name, parent_code, kind) VALUES (1, 'P', '农村饮水项目', NULL, 'project'), (2, 'P-1', '一期', 'P', 'project'), (3, 'P-2', '二期', 'P', 'project');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2020, 'hubei-project');
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial, adjusted) VALUES (2, 2021, 'project', 200, 250), (3, 2021, 'project', 50, NULL);
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount) VALUES (2, 2021, 4, 'project', 180), (3, 2021, 6, 'project', 90);
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES
    (2, 2021, 'carry_over', 50), (3, 2021, 'carry_over', 10), (2, 2021, 'output_quantity_target', 50), (3, 2021, 'output_quantity_target', 50), (2, 2021, 'output_quantity_actual', 40), (3, 2021, 'output_quantity_actual', 70),
    (2, 2021, 'project_funds', 300), (3, 2021, 'project_funds', 100), (2, 2021, 'quality_rate_funds', 0.9 * 300), (3, 2021, 'quality_rate_funds', 1 * 100),
    (2, 2021, 'satisfaction_rate_funds', 0.8 * 300), (3, 2021, 'satisfaction_rate_funds', 0.96 * 100), (2, 2021, 'output_cost_target', 80), (3, 2021, 'output_cost_target', 20),
    (2, 2021, 'output_cost_actual', 100), (3, 2021, 'output_cost_actual', 25);
SELECT is(deptperf_assess(1, 2021, '{"3.1.1": {"level": "部分达成", "points": 6}, "3.2.1": {"level": "全部或基本达成", "points": 17}}', '访谈'), 2::bigint, 'judged');
SELECT results_eq('SELECT framework, total, grade, open FROM deptperf.score WHERE dept_id = 1', $$ VALUES ('hubei-project', 83.28::numeric, NULL, 0::numeric) $$, 'the records give the same');
-- by themselves: 90 % and 100 % of 15; 40/50 and more of 15; 80/100 and 20/25 of 10; scores are not averaged
SELECT results_eq($$ SELECT dept_id, item, trim_scale(points) FROM deptperf.item_score WHERE dept_id IN (2, 3) AND item IN ('2.1.1', '2.2.1', '2.3.1') ORDER BY 1, 2 $$,
  $$ VALUES (2::bigint, '2.1.1', 12::numeric), (2, '2.2.1', 13.5), (2, '2.3.1', 8), (3, '2.1.1', 15), (3, '2.2.1', 15), (3, '2.3.1', 8) $$, 'each part by itself');

-- 3. A judgement lies in its level.
SELECT throws_ok($$ SELECT deptperf_assess(1, 2022, '{"3.2.1": {"level": "未达成", "points": 10}}', 'x') $$, '22003', NULL, 'half of the points is partly reached');
SELECT lives_ok($$ SELECT deptperf_assess(1, 2022, '{"3.2.1": {"level": "部分达成", "points": 10}, "3.1.1": {"level": "未达成", "points": 4.99}}', 'x') $$, 'the bounds of the levels');

SELECT * FROM finish();
ROLLBACK;
