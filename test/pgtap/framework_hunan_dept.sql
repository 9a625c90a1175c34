-- framework_hunan_dept.sql: hunan-dept, a bureau with two offices worked out by
-- hand, and every rule at its bounds.
BEGIN;
SELECT plan(9);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
CREATE TEMP TABLE given AS SELECT deptperf_framework_document('hunan-dept') AS document;

SELECT results_eq($$ SELECT g.code, g.points, sum(i.points), (SELECT sum(t.points) FROM deptperf.framework_item t JOIN deptperf.framework_indicator j USING (framework)
                            WHERE t.framework = g.framework AND t.indicator = j.code AND j.group_code = g.code)
                     FROM deptperf.framework_group g JOIN deptperf.framework_indicator i ON i.framework = g.framework AND i.group_code = g.code
                     WHERE g.framework = 'hunan-dept' GROUP BY g.framework, g.code, g.points ORDER BY g.code $$,
  $$ VALUES ('A', 16::numeric, 16::numeric, 16::numeric), ('B', 44, 44, 44), ('C', 40, 40, 40) $$, 'items add up to indicators, these to groups, and these to 100');

-- 1. Bounds.
CREATE TEMP TABLE bound (item text, facts jsonb, want text);
INSERT INTO bound VALUES
  -- 8, and 0.5 less for each point over 100 %: 0 from 116 %
  ('A1.1', '{"staff_on_establishment": 99, "establishment": 100}', 'scored 8'), ('A1.1', '{"staff_on_establishment": 100, "establishment": 100}', 'scored 8'),
  ('A1.1', '{"staff_on_establishment": 101, "establishment": 100}', 'scored 7.5'), ('A1.1', '{"staff_on_establishment": 201, "establishment": 200}', 'scored 7.75'),
  ('A1.1', '{"staff_on_establishment": 115, "establishment": 100}', 'scored 0.5'), ('A1.1', '{"staff_on_establishment": 116, "establishment": 100}', 'scored 0'),
  ('A1.1', '{"staff_on_establishment": 300, "establishment": 100}', 'scored 0'), ('A1.1', '{"staff_on_establishment": 3, "establishment": 0}', 'scored 0'),
  ('A1.1', '{"staff_on_establishment": 0, "establishment": 0}', 'missing'), ('A1.1', '{"staff_on_establishment": 3}', 'missing'),
  -- 8, and 0.8 less for each point of growth: 0 from 10 %
  ('A1.2', '{"three_public_budget": 90, "three_public_budget_before": 100}', 'scored 8'), ('A1.2', '{"three_public_budget": 100, "three_public_budget_before": 100}', 'scored 8'),
  ('A1.2', '{"three_public_budget": 101, "three_public_budget_before": 100}', 'scored 7.2'), ('A1.2', '{"three_public_budget": 109.9, "three_public_budget_before": 100}', 'scored 0.08'),
  ('A1.2', '{"three_public_budget": 110, "three_public_budget_before": 100}', 'scored 0'), ('A1.2', '{"three_public_budget": 5, "three_public_budget_before": 0}', 'scored 0'),
  ('A1.2', '{"three_public_budget": 0, "three_public_budget_before": 0}', 'not_applicable 8'), ('A1.2', '{"three_public_budget": 90}', 'missing'),
  -- 8, and 2 less for each whole 5 % under 100 %; more than all, or less than nothing, can't be
  ('B1.1', '{"carry_over": 10, "budget_initial": 80, "budget_added": 10, "year_end_balance": 0}', 'scored 8'), ('B1.1', '{"carry_over": 10, "budget_initial": 80, "budget_added": 10, "year_end_balance": 4.99}', 'scored 8'),
  ('B1.1', '{"carry_over": 10, "budget_initial": 80, "budget_added": 10, "year_end_balance": 5}', 'scored 6'), ('B1.1', '{"carry_over": 10, "budget_initial": 80, "budget_added": 10, "year_end_balance": 9.99}', 'scored 6'),
  ('B1.1', '{"carry_over": 10, "budget_initial": 80, "budget_added": 10, "year_end_balance": 10}', 'scored 4'), ('B1.1', '{"carry_over": 10, "budget_initial": 80, "budget_added": 10, "year_end_balance": 19.99}', 'scored 2'),
  ('B1.1', '{"carry_over": 10, "budget_initial": 80, "budget_added": 10, "year_end_balance": 20}', 'scored 0'), ('B1.1', '{"carry_over": 10, "budget_initial": 80, "budget_added": 10, "year_end_balance": 100}', 'scored 0'),
  ('B1.1', '{"carry_over": 10, "budget_initial": 80, "budget_added": 10, "year_end_balance": -0.01}', 'invalid'), ('B1.1', '{"carry_over": 10, "budget_initial": 80, "budget_added": 10, "year_end_balance": 100.01}', 'invalid'),
  ('B1.1', '{"carry_over": 10, "budget_initial": 80, "year_end_balance": 0}', 'missing'),
  -- nothing added 8, up to 10 % 6, up to 20 % 4, up to 30 % 2, above 0
  ('B1.2', '{"budget_added": 0, "budget_initial": 100}', 'scored 8'), ('B1.2', '{"budget_added": -3, "budget_initial": 100}', 'scored 8'), ('B1.2', '{"budget_added": 0.01, "budget_initial": 100}', 'scored 6'),
  ('B1.2', '{"budget_added": 10, "budget_initial": 100}', 'scored 6'), ('B1.2', '{"budget_added": 10.01, "budget_initial": 100}', 'scored 4'), ('B1.2', '{"budget_added": 20, "budget_initial": 100}', 'scored 4'),
  ('B1.2', '{"budget_added": 20.01, "budget_initial": 100}', 'scored 2'), ('B1.2', '{"budget_added": 30, "budget_initial": 100}', 'scored 2'), ('B1.2', '{"budget_added": 30.01, "budget_initial": 100}', 'scored 0'),
  ('B1.2', '{"budget_added": 1, "budget_initial": 0}', 'scored 0'), ('B1.2', '{"budget_added": 0, "budget_initial": 0}', 'missing'),
  -- without building projects in full, whatever else is known
  ('B1.3', '{"building_projects": 0}', 'not_applicable 4'), ('B1.3', '{"building_projects": 0, "building_area_built": 200, "building_area_approved": 100}', 'not_applicable 4'),
  ('B1.3', '{"building_projects": 1, "building_area_built": 100, "building_area_approved": 100}', 'scored 4'), ('B1.3', '{"building_projects": 1, "building_area_built": 105, "building_area_approved": 100}', 'scored 2'),
  ('B1.3', '{"building_projects": 1, "building_area_built": 105.01, "building_area_approved": 100}', 'scored 0'), ('B1.3', '{"building_projects": 1, "building_area_built": 9, "building_area_approved": 0}', 'scored 0'),
  ('B1.3', '{"building_projects": 1}', 'missing'), ('B1.3', '{"building_area_built": 100, "building_area_approved": 100}', 'missing'), ('B1.3', '{}', 'missing');
SELECT is_empty($$ SELECT b.*, concat_ws(' ', e.state, trim_scale(e.points)) AS got FROM given CROSS JOIN bound b LEFT JOIN LATERAL deptperf_evaluate(document, b.facts, '{}') e ON e.code = b.item
                   WHERE concat_ws(' ', e.state, trim_scale(e.points)) <> b.want $$, 'every rule at its bounds');

-- 2. A bureau with two offices.
--   A1.1  (82 + 41) / (80 + 40) = 102.5 %              8 - 0.5 * 2.5       = 6.75
--   A1.2  (60 + 44.5 - 100) / 100 = 4.5 %              8 - 0.8 * 4.5       = 4.40   A1 11.15
--   B1.1  (50 + 1000 + 150 - 143) / 1200 = 88.08 %     2 whole steps of 5 %: 4
--   B1.2  150 / 1000 = 15 %                            4
--   B1.3  no building projects                         4                            B1 12
--   B2    judged 7, 6 and 8                                                         B2 21
--   C1    judged 9                                                                  C1 9
--   C2    judged 13, 4 and 8.5                                                      C2 25.50
-- Total 11.15 + 12 + 21 + 9 + 25.5 = 78.65: 合格.
CREATE TEMP TABLE worked AS SELECT
  '{"staff_on_establishment": 123, "establishment": 120, "three_public_budget": 104.5, "three_public_budget_before": 100,
    "carry_over": 50, "budget_initial": 1000, "budget_added": 150, "year_end_balance": 143, "building_projects": 0}'::jsonb AS facts,
  '{"B2.1": 7, "B2.2": 6, "B2.3": 8, "C1.1": 9, "C2.1": 13, "C2.2": 4, "C2.3": 8.5}'::jsonb AS inputs;
SELECT results_eq('SELECT t.* FROM given, worked, deptperf_evaluate_total(document, facts, inputs) t', $$ VALUES (78.65::numeric, '合格', 78.65::numeric, 0::numeric, 0) $$, 'the total');
SELECT results_eq($$ SELECT code, points FROM given, worked, deptperf_evaluate(document, facts, inputs) WHERE level = 'indicator' $$,
  $$ VALUES ('A1', 11.15), ('B1', 12), ('B2', 21), ('C1', 9), ('C2', 25.5) $$, 'the indicators');

-- The same from records of the two offices; nothing of them scores by itself.
INSERT INTO deptperf.department (dept_id, code, name, parent_code) VALUES (1, '430000', '省某厅', NULL), (2, '430001', '一处', '430000'), (3, '430002', '二处', '430000');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2021, 'hunan-dept');
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) VALUES (2, 2021, 80, 82, 3), (3, 2021, 40, 41, 0);
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial, adjusted) VALUES
    (2, 2021, 'public', true, 60, NULL), (2, 2021, 'project', false, 640, 790), (3, 2021, 'public', true, 44.5, NULL), (3, 2021, 'personnel', false, 255.5, NULL);
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES
    (2, 2021, 'three_public_budget_before', 55), (3, 2021, 'three_public_budget_before', 45), (2, 2021, 'carry_over', 50), (2, 2021, 'budget_added', 150),
    (2, 2021, 'year_end_balance', 123), (3, 2021, 'year_end_balance', 20), (1, 2021, 'building_projects', 0);
SELECT is(deptperf_assess(1, 2021, (SELECT inputs FROM worked), 'evaluated on the spot'), 7::bigint, 'seven items are judged');
SELECT results_eq('SELECT framework, total, grade, open FROM deptperf.score WHERE dept_id = 1', $$ VALUES ('hunan-dept', 78.65::numeric, '合格', 0::numeric) $$, 'the records give the same');
SELECT results_eq($$ SELECT code, points, state FROM deptperf_scorecard('430000', 2021) WHERE level <> 'indicator' $$,
  $$ VALUES ('A', 11.15::numeric, 'scored'), ('B', 33, 'scored'), ('C', 34.5, 'scored'), (NULL, 78.65, 'scored') $$, 'its groups');
-- office 1: 82 / 80 = 102.5 %; 5 / 55 = 9.0909 %: 8 - 0.8 * 9.0909 = 0.7273; what it has not said itself stays open
SELECT results_eq($$ SELECT item, state, round(points, 4) FROM deptperf.item_score WHERE dept_id = 2 AND item IN ('A1.1', 'A1.2', 'B1.3') ORDER BY item $$,
  $$ VALUES ('A1.1', 'scored', 6.75), ('A1.2', 'scored', 0.7273), ('B1.3', 'missing', NULL) $$, 'an office by itself');

SELECT * FROM finish();
ROLLBACK;
