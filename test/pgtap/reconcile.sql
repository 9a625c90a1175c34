-- reconcile.sql: the published scores of the reference case held against its records:
-- exactly the differences of the reference file, each with its reason.
BEGIN;
SELECT plan(25);
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
\cd examples/case
\i load.sql

SELECT columns_are('deptperf', 'reconciliation', '{dept_id,fiscal_year,indicator,published,recomputed,difference,why,direction,why_en}', 'the columns of the contract, and more at the end');
SELECT is((SELECT count(*) FROM deptperf.reconciliation), 22::bigint, 'a row for each published score');
-- case-sz-social-insurance-2021.md: B1.2 3 against 2, B3.2 0.7 against 0.4, C2.3 5 against 5.47; the total 97.45 - 1 - 0.3 + 0.47 = 96.62
SELECT results_eq($$ SELECT indicator, published, recomputed, difference, direction FROM deptperf.reconciliation WHERE difference <> 0 OR recomputed IS NULL ORDER BY indicator $$,
  $$ VALUES ('B1.2', 3::numeric, 2::numeric, 1::numeric, 'published higher'), ('B3.2', 0.7, 0.4, 0.3, 'published higher'), ('C2.3', 5, 5.47, -0.47, 'published lower'), (NULL, 97.45, 96.62, 0.83, 'published higher') $$,
  'exactly the differences of the reference');
-- the adjustment is 57.77 % of the initial budget; 68.70 % are in use; 5 is not 6 * n / 137 for any whole n
SELECT results_eq($$ SELECT indicator, why_en FROM deptperf.reconciliation WHERE difference <> 0 ORDER BY indicator $$, $$ VALUES
  ('B1.2', 'B1.2.2: the published points need "at most 10%: 1 point"; found 215434.15 / 372935.07 = 57.77 %'),
  ('B3.2', 'B3.2.1: the published points need "at least 75%: 0.7 points"; found 83402.62 / 121409.27 = 68.70 %'),
  ('C2.3', 'C2.3.1: no whole n gives the published points: 5 is not 6 * n / 137; found n = 125'),
  (NULL, 'see the differences of the indicators') $$, 'and why');
SELECT is((SELECT why FROM deptperf.reconciliation WHERE indicator = 'B3.2'), 'B3.2.1：公布的得分需要“不低于 75%：0.7 分”；实际为 83402.62 / 121409.27 = 68.70 %', 'in Chinese');
SELECT is_empty($$ SELECT indicator FROM deptperf.reconciliation WHERE difference = 0 AND (why IS NOT NULL OR direction IS NOT NULL) $$, 'where they agree nothing is to be said');

-- Single ones, on the documents themselves.
CREATE FUNCTION pg_temp.why(published numeric, facts text, rule text, unit text DEFAULT 'paid_q1 / paid_q2') RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', r.recomputed, r.why_en) FROM deptperf_reconcile(format('{"indicators": [{"code": "I", "points": 6}], "items": [{"code": "i", "indicator": "I", "points": 6, "formula": "%s", "rule": "%s", "empty": "missing"}]}', unit, rule)::jsonb,
    facts::jsonb, '{}', 'I', published) r
$$;
-- 6 * 60 / 137 = 2.63: 60 projects would have been needed
SELECT is(pg_temp.why(2.63, '{"projects_on_time": 125, "projects_planned": 137}', '6 * x', 'projects_on_time / projects_planned'), '5.47 | i: the published points need 60 / 137 = 43.80 %; found 125 / 137 = 91.24 %', 'a count that would have given them');
-- 6 * x = 3: x = 50 %
SELECT is(pg_temp.why(3, '{"paid_q1": 25, "paid_q2": 100}', '6 * x'), '1.50 | i: the published points need 50 / 100 = 50.00 %; found 25 / 100 = 25.00 %', 'an amount');
SELECT is(pg_temp.why(7, '{"paid_q1": 25, "paid_q2": 100}', '6 * x'), '1.50 | no possible score: the points are 0 to 6', 'more than the maximum');
SELECT is(pg_temp.why(3, '{"paid_q1": 25}', '6 * x'), 'not provable: i (paid_q2) is missing', 'a fact that is missing');
SELECT is(pg_temp.why(2, '{"paid_q1": 25, "paid_q2": 100}', 'x >= 50%: 6, else 0'), '0.00 | no value of what the records give has the published points; judged items would have to differ', 'no branch gives them');
SELECT is(pg_temp.why(1.5, '{"paid_q1": 25, "paid_q2": 100}', '6 * x'), '1.50', 'and where they agree');

-- a slope has values between, and steps: 6 - 1 per 10% over 10%: 3 at 40 %; in whole steps of 10 % 4 at 30 %
SELECT is(pg_temp.why(3, '{"paid_q1": 25, "paid_q2": 100}', '6 - 1 per 10% over 10%'), '4.50 | i: the published points need 40 / 100 = 40.00 %; found 25 / 100 = 25.00 %', 'a slope');
SELECT is(pg_temp.why(4, '{"paid_q1": 55, "paid_q2": 100}', '6 - 1 per whole 10% over 10%'), '2.00 | i: the published points need 30 / 100 = 30.00 %; found 55 / 100 = 55.00 %', 'whole steps');
SELECT is(pg_temp.why(4.5, '{"paid_q1": 55, "paid_q2": 100}', '6 - 1 per whole 10% over 10%'), '2.00 | no value of what the records give has the published points; judged items would have to differ', 'between two steps there is nothing');
-- under a start: 6 - 2 per started 5% under 100%: 2 at 90 %
SELECT is(pg_temp.why(2, '{"paid_q1": 99, "paid_q2": 100}', '6 - 2 per started 5% under 100%'), '4.00 | i: the published points need 90 / 100 = 90.00 %; found 99 / 100 = 99.00 %', 'started steps under a bound');
-- odd ones: a share that a branch before it forbids, very large counts, decimals written 2.0
SELECT is(pg_temp.why(4, '{"paid_q1": 125, "paid_q2": 100}', 'x > 50%: 6, else 6 * x'), '6.00 | no value of what the records give has the published points; judged items would have to differ', 'a share that is cut off before');
SELECT is(pg_temp.why(3, '{"projects_on_time": 1, "projects_planned": 100000000000000000000}', '6 * x', 'projects_on_time / projects_planned'), '0.00 | no value of what the records give has the published points; judged items would have to differ', 'more than can be counted');
SELECT is((SELECT why_en FROM deptperf_reconcile('{"options": {"decimals": 2.0}, "indicators": [{"code": "I", "points": 1}], "items": [{"code": "i", "indicator": "I", "points": 1}]}', '{}', '{}', 'I', 1)), 'not provable: i is missing', 'decimals 2.0');
SELECT is((SELECT why_en FROM deptperf_reconcile('{"indicators": [{"code": "I", "points": 1}], "items": [{"code": "i", "indicator": "I", "points": 1}]}', '{}', '{}', 'X''"', 1)), 'the framework has no indicator X''"', 'an unknown indicator');

-- What its items would have needed is not why: a veto, an assessment of the whole, an item that is left out because it is open, items that are not added.
INSERT INTO deptperf.department (code) VALUES ('held'), ('silent');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) SELECT dept_id, 2021, 'sz-2021-records' FROM deptperf.department WHERE code = 'held';
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count) SELECT dept_id, 2021, 'violation', 2 FROM deptperf.department WHERE code = 'held';
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) SELECT dept_id, 2021, 'other', 100 FROM deptperf.department WHERE code = 'held';
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) SELECT dept_id, 2021, 5 FROM deptperf.department WHERE code = 'held';
INSERT INTO deptperf.disclosure (dept_id, fiscal_year, kind, level) SELECT dept_id, 2021, 'budget', 1 FROM deptperf.department WHERE code = 'held';
INSERT INTO deptperf.project (dept_id, fiscal_year, planned, on_time) SELECT dept_id, 2021, 2, 1 FROM deptperf.department WHERE code = 'held';
SELECT deptperf_assess('held', 2021, '{"C2.3": 4}', 'one was moved', override => true);
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points)
    SELECT dept_id, 2021, i, p FROM deptperf.department, (VALUES ('B1.2', 1), ('B1.3', 3), ('C2.3', 6)) v(i, p) WHERE code = 'held' UNION ALL SELECT dept_id, 2021, 'C2.3', 6 FROM deptperf.department WHERE code = 'silent';
SELECT results_eq($$ SELECT d.code, indicator, recomputed, why_en FROM deptperf.reconciliation r JOIN deptperf.department d USING (dept_id) WHERE d.code IN ('held', 'silent') ORDER BY 1, 2 $$, $$ VALUES
    ('held', 'B1.2', 0.00, 'vetoed: finding_violation = 2, "above 0: vetoes"'),
    ('held', 'B1.3', 1.00, 'not provable: B1.3.2 (0 / 0) is missing'),
    ('held', 'C2.3', 4.00, 'an assessment of the whole indicator gives 4, in place of what the records give'),
    ('silent', 'C2.3', NULL, 'not provable: C2.3.1 (projects_on_time, projects_planned) is missing') $$, 'other reasons than a branch; without a record too');
-- a total that is not that of the published indicators
SELECT deptperf_framework_import('{"framework": "two", "indicators": [{"code": "I", "points": 5}, {"code": "J", "points": 5}], "items": [{"code": "i", "indicator": "I", "points": 5}, {"code": "j", "indicator": "J", "points": 5}]}');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) SELECT dept_id, 2022, 'two' FROM deptperf.department WHERE code = 'held';
SELECT deptperf_assess('held', 2022, '{"i": 4, "j": 3}', 'by the panel');
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points) SELECT dept_id, 2022, i, p FROM deptperf.department, (VALUES ('I', 4), ('J', 3), (NULL, 8)) v(i, p) WHERE code = 'held';
SELECT results_eq($$ SELECT indicator, difference, why_en FROM deptperf.reconciliation r JOIN deptperf.department d USING (dept_id) WHERE d.code = 'held' AND fiscal_year = 2022 ORDER BY 1 $$,
  $$ VALUES ('I', 0.00, NULL), ('J', 0.00, NULL), (NULL, 1.00, 'see the differences of the indicators; the published indicators add up to 7') $$, 'a total that was added up wrongly');
-- i is 3, the mean 4: 5 would need i 5, and not the 2 that a sum would have needed beside j
SELECT is((SELECT why_en FROM deptperf_reconcile('{"indicators": [{"code": "I", "points": 5, "combine": "mean"}], "items": [{"code": "i", "indicator": "I", "points": 5, "formula": "paid_q1 / paid_q2", "rule": "x >= 50%: 5, x >= 20%: 3, else 2"}, {"code": "j", "indicator": "I", "points": 5}]}',
    '{"paid_q1": 25, "paid_q2": 100}', '{"j": 5}', 'I', 5)), 'its items are not added but combined as "mean"; deptperf_explain has them', 'a mean');
-- 2.5 and 1.5 are 4; 2 and 1.5 would be 4 if they were rounded half up, and are truncated to 3
SELECT is((SELECT why_en FROM deptperf_reconcile('{"options": {"rounding": "truncate", "decimals": 0}, "indicators": [{"code": "I", "points": 9}], "items": [{"code": "i", "indicator": "I", "points": 6, "formula": "paid_q1 / paid_q2", "rule": "x >= 50%: 6, x >= 20%: 2.5, else 0"}, {"code": "j", "indicator": "I", "points": 3}]}',
    '{"paid_q1": 55, "paid_q2": 100}', '{"j": 1.5}', 'I', 4)), 'i: the published points need "at least 20%: 2.5 points"; found 55 / 100 = 55.00 %', 'what is named has been put back');
SELECT is((SELECT why_en FROM deptperf_reconcile('{"options": {"rounding": "truncate", "decimals": 0}, "indicators": [{"code": "I", "points": 9}], "items": [{"code": "i", "indicator": "I", "points": 6, "formula": "paid_q1 / paid_q2", "rule": "x >= 50%: 6, x >= 20%: 2, else 0"}, {"code": "j", "indicator": "I", "points": 3}]}',
    '{"paid_q1": 55, "paid_q2": 100}', '{"j": 1.5}', 'I', 4)), 'no value of what the records give has the published points; judged items would have to differ', 'and is not named where it gives others');

SELECT * FROM finish();
ROLLBACK;
