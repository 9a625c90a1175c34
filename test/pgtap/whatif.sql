-- whatif.sql: deptperf_missing and deptperf_what_if on the reference case.
BEGIN;
SELECT plan(24);
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
\cd examples/case
\i load.sql

-- ---- deptperf_missing ----

SELECT is_empty($$ SELECT * FROM deptperf_missing('440300-SI', 2021) $$, 'a department that has a total needs nothing');
CREATE TEMP TABLE needed AS SELECT * FROM deptperf_missing('440300-SI-02', 2021);
-- every open point of the branch, and as many items
SELECT is((SELECT format('%s %s', sum(m.open_points), count(*)) FROM needed m),
          (SELECT format('%s %s', sum(t.points), count(*)) FROM deptperf.item_score s JOIN deptperf.framework_item t ON t.framework = s.framework AND t.code = s.item JOIN deptperf.department d USING (dept_id)
           WHERE d.code = '440300-SI-02' AND s.fiscal_year = 2021 AND s.state IN ('missing', 'invalid')), 'a branch needs all items that are open');
SELECT results_eq($$ SELECT needs, count(*) FROM needed GROUP BY 1 ORDER BY 1 $$, $$ VALUES ('assessment', 23::bigint), ('records', 5) $$, 'judgements and records');
SELECT results_eq($$ SELECT item, open_points, facts, sources FROM needed WHERE item IN ('C2.2.1', 'C4.2.1') ORDER BY 1 $$,
  $$ VALUES ('C2.2.1', 8::numeric, '{key_tasks_missed}'::text[], '{key_task}'::text[]), ('C4.2.1', 6, '{survey_respondents,survey_satisfied}', '{satisfaction_survey}') $$, 'which facts of which source');
-- closed without a record the levels are 0/0, which is missing
SELECT results_eq($$ SELECT needs, facts FROM needed WHERE item = 'B1.3.1' $$, $$ VALUES ('records', '{budget_disclosure_due,budget_disclosure_level}'::text[]) $$, '0/0 needs the records that it is of');
INSERT INTO deptperf.key_task (dept_id, fiscal_year, assigned, missed) SELECT dept_id, 2021, 3, 0 FROM deptperf.department WHERE code = '440300-SI-02';
SELECT is_empty($$ SELECT item FROM deptperf_missing('440300-SI-02', 2021) WHERE item = 'C2.2.1' $$, 'what was brought is needed no more');
-- a requirement that is not known leaves the indicator open
SELECT deptperf_framework_import('{"framework": "req", "indicators": [{"code": "I", "points": 5}], "items": [{"code": "i", "indicator": "I", "points": 5}],
  "requirements": [{"code": "r", "indicator": "I", "formula": "benefit_social", "rule": "x > 0: pass, else missing"}]}');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) SELECT dept_id, 2021, 'req' FROM deptperf.department WHERE code = '440300-SI-02';
SELECT deptperf_assess('440300-SI-02', 2021, '{"i": 5}');
SELECT results_eq($$ SELECT indicator, item, state, open_points, needs, facts, sources FROM deptperf_missing('440300-SI-02', 2021) $$,
  $$ VALUES ('I', NULL, 'missing', 5::numeric, 'records', '{benefit_social}'::text[], '{performance_target}'::text[]) $$, 'and is named');

-- one that is known and not met, with what it reads; 0/0 of the item beside it
INSERT INTO deptperf.department (code) VALUES ('bare'), ('left');
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned) SELECT dept_id, 2021, a, 10, 9 FROM deptperf.department, unnest('{social,economic}'::text[]) a WHERE code = 'left';
INSERT INTO deptperf.closed (dept_id, fiscal_year, source) SELECT dept_id, 2021, 'performance_target' FROM deptperf.department WHERE code = 'bare';
SELECT results_eq($$ SELECT item, open_points, needs, facts FROM deptperf_missing('left', 2021) WHERE indicator = 'C3.1' $$,
  $$ VALUES (NULL, 25::numeric, 'records', '{benefit_ecological,benefit_economic,benefit_social,benefit_sustainable}'::text[]) $$, 'a requirement that is known and not met');
SELECT results_eq($$ SELECT item, open_points, needs, facts FROM deptperf_missing('bare', 2021) WHERE indicator = 'C3.1' $$,
  $$ VALUES ('C3.1.1', 25::numeric, 'records', '{benefit_earned,benefit_ecological,benefit_economic,benefit_social,benefit_sustainable,benefit_weight}'::text[]) $$, 'also beside an item that is open');
-- where what is open is left out, an item is open whatever state the others share; where the best counts, none is beside one that has all
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) SELECT dept_id, 2022, 'sz-2021-records' FROM deptperf.department WHERE code = 'left';
SELECT deptperf_assess('left', 2022, '{"C4.1.2": 1}', 'by letter', override => true);
SELECT results_eq($$ SELECT item, open_points FROM deptperf_missing('left', 2022) WHERE indicator = 'C4.1' $$, $$ VALUES ('C4.1.3', 1::numeric) $$, 'an item beside one that was overridden');
SELECT is((SELECT sum(open_points) FROM deptperf_missing('left', 2022)), (SELECT open FROM deptperf.score JOIN deptperf.department USING (dept_id) WHERE code = 'left' AND fiscal_year = 2022), 'all that is open');
SELECT deptperf_framework_import('{"framework": "best", "indicators": [{"code": "I", "points": 5, "combine": "best"}], "items": [{"code": "i", "indicator": "I", "points": 5}, {"code": "j", "indicator": "I", "points": 5}]}');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) SELECT dept_id, 2022, 'best' FROM deptperf.department WHERE code = 'bare';
SELECT deptperf_assess('bare', 2022, '{"i": 5}');
SELECT is_empty($$ SELECT * FROM deptperf_missing('bare', 2022) $$, 'nothing where the total is there');

-- ---- deptperf_what_if ----

-- 110000 of 121409.27 in use is 90.60 %: 1 point for 0.4; C2.3 judged 5 for 5.474453: 96.62 + 0.6 - 0.47 = 96.75
SELECT results_eq($$ SELECT level, code, points, points_then, change, grade, grade_then FROM deptperf_what_if('440300-SI', 2021, '{"assets_in_use": 110000, "C2.3.1": 5}') WHERE change <> 0 AND level IN ('indicator', 'total') $$,
  $$ VALUES ('indicator', 'B3.2', 0.4, 1.0, 0.6, NULL::text, NULL::text), ('indicator', 'C2.3', 5.47, 5, -0.47, NULL, NULL), ('total', NULL, 96.62, 96.75, 0.13, '优', '优') $$, 'a fact and a judgement changed');
SELECT is((SELECT format('%s %s', points_then, grade_then) FROM deptperf_what_if('440300-SI', 2021, '{"C3.1": 0}') WHERE level = 'total'), '71.62 中', '25 points less');
SELECT is((SELECT format('%s %s', state_then, coalesce(points_then::text, 'none')) FROM deptperf_what_if('440300-SI', 2021, '{"assets_in_use": null}') WHERE code = 'B3.2.1'), 'missing none', 'a fact that is not known');
SELECT is((SELECT state_then FROM deptperf_what_if('440300-SI', 2021, '{"C4.2.1": null, "C4.2": null}') WHERE code = 'C4.2.1'), 'missing', 'without a judgement');
SELECT is((SELECT state_then FROM deptperf_what_if('440300-SI', 2021, '{"B3.2.1": "exempt"}') WHERE code = 'B3.2.1'), 'exempt', 'an exemption');
SELECT is(deptperf_total('440300-SI', 2021), 96.62, 'and nothing is stored');
SELECT throws_ok($$ SELECT deptperf_what_if('440300-SI', 2021, '{"B9.9.9": 1}') $$, '22023', '"B9.9.9" is no fact, and no item or indicator of framework "sz-2021"', 'an unknown name');
SELECT throws_ok($$ SELECT deptperf_what_if('440300-SI', 2021, '{"B3.2.1": 2}') $$, '22023', 'the value of "B3.2.1" is 2', 'more than the points');
SELECT throws_ok($$ SELECT deptperf_what_if('440300-SI', 2021, '{"assets_in_use": "many"}') $$, '22023', 'the value of "assets_in_use" is "many"', 'no number');
SELECT throws_ok($$ SELECT deptperf_what_if('440300-SI', 2021, '[]') $$, '22023', 'changes is array and not an object', 'no object');
SELECT is_empty($$ SELECT deptperf_what_if('440300-SI', 2021, NULL) $$, 'NULL gives no rows');
SELECT is((SELECT count(*) FROM deptperf_what_if('440300-SI', 2021, '{}')), (SELECT count(*) FROM deptperf_evaluate(deptperf_framework_document('sz-2021'), '{}', '{}')), 'a row for each of the evaluation');

SELECT * FROM finish();
ROLLBACK;
