-- known_failures.sql: what systems in use have got wrong, each by its name.
BEGIN;
SELECT plan(27);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

-- A document: of an item without an indicator it is "I", which has the items' points.
CREATE FUNCTION pg_temp.doc(items jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('framework', 'small',
    'indicators', (SELECT jsonb_build_array(jsonb_build_object('code', 'I', 'points', sum((i ->> 'points')::numeric))) FROM jsonb_array_elements(items) AS i),
    'items', (SELECT jsonb_agg('{"indicator": "I"}' || i ORDER BY n) FROM jsonb_array_elements(items) WITH ORDINALITY AS u(i, n))) || more
$$;
CREATE FUNCTION pg_temp.error(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
INSERT INTO deptperf.department (dept_id, code) VALUES (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four'), (5, 'five');
INSERT INTO deptperf.fact (fact) VALUES ('actual'), ('target'), ('late_rate');

-- A score of exactly 90 got no grade.  Bands were open on both sides.
CREATE TEMP TABLE grades AS SELECT pg_temp.doc('[{"code": "a", "points": 100}]',
  '{"framework": "grades", "bands": [{"grade": "优", "from": 90}, {"grade": "良", "from": 80}, {"grade": "中", "from": 60}, {"grade": "差", "from": 0}]}') AS document;
SELECT results_eq($$ SELECT a, t.grade FROM grades, unnest('{100,90,89.995,89.99,80,79.99,60,59.99,0}'::numeric[]) WITH ORDINALITY AS v (a, n), deptperf_evaluate_total(document, '{}', jsonb_build_object('a', a)) t ORDER BY n $$,
  $$ VALUES (100::numeric, '优'), (90, '优'), (89.995, '优'), (89.99, '良'), (80, '良'), (79.99, '中'), (60, '中'), (59.99, '差'), (0, '差') $$, 'a score of exactly 90 got no grade');
SELECT is_empty('SELECT x FROM generate_series(0, 10000) AS x WHERE deptperf_grade(x / 100.0) IS NULL', 'a score of exactly 90 got no grade: every hundredth has one');
-- 90 from thirds: three times 45 * 2/3
SELECT results_eq($$ SELECT t.total, t.grade FROM deptperf_evaluate_total(pg_temp.doc('[{"code": "a", "points": 45, "formula": "actual / target", "rule": "45 * x"}, {"code": "b", "points": 45, "formula": "actual / target", "rule": "45 * x"},
    {"code": "c", "points": 45, "formula": "actual / target", "rule": "45 * x"}]', '{"bands": [{"grade": "优", "from": 90}, {"grade": "良", "from": 0}]}'), '{"actual": 2, "target": 3}', '{}') t $$,
  $$ VALUES (90::numeric, '优') $$, 'a score of exactly 90 got no grade: from thirds');
DO $$ BEGIN PERFORM deptperf_framework_import(document) FROM grades; END $$;
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2021, 'grades');
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason) VALUES (1, 2021, 'a', 90, 'a test');
SELECT results_eq('SELECT total, grade, deptperf_total(1, 2021), deptperf_grade(1, 2021) FROM deptperf.score WHERE dept_id = 1', $$ VALUES (90::numeric, '优', 90::numeric, '优') $$, 'a score of exactly 90 got no grade: in the views and functions');

-- Division by zero for target 0.  n/0 lies above every bound, -n/0 below: bands decide, a share
-- of it is invalid; 0/0 is what the item says.
CREATE TEMP TABLE zero (rule text, above text, below text);
INSERT INTO zero VALUES
  ('x >= 100%: 10, else 0', 'scored 10', 'scored 0'), ('x <= 100%: 10, else 0', 'scored 0', 'scored 10'), ('10 * x', 'invalid', 'invalid'), ('10 * x / 50%', 'invalid', 'invalid'),
  ('x >= 100%: 10, else 10 * x', 'scored 10', 'invalid'), ('x <= 100%: 10, else 10 - 1 per 10% over 100%', 'invalid', 'scored 10'), ('x <= 100%: 10, x >= 200%: 0, else 10 - 1 per 10% over 100%', 'scored 0', 'scored 10'),
  ('x <= 100%: 10, else 10 - 1 per whole 10% over 100%', 'invalid', 'scored 10'), ('x > 100%: invalid, else 10 * x', 'invalid', 'invalid'), ('x = 100%: 10, else 0', 'scored 0', 'scored 0');
SELECT is_empty($$
  SELECT z.*, actual, got FROM zero z, LATERAL (SELECT pg_temp.doc(jsonb_build_array(jsonb_build_object('code', 'a', 'points', 10, 'formula', 'actual / target', 'rule', rule, 'empty', 'full'))) AS document) d,
    LATERAL (VALUES (5, above), (-5, below), (0, 'not_applicable 10')) AS v (actual, want),
    LATERAL (SELECT concat_ws(' ', state, trim_scale(points)) AS got FROM deptperf_evaluate(document, jsonb_build_object('actual', actual, 'target', 0), '{}') WHERE code = 'a') g
  WHERE got <> want $$, 'division by zero for target 0');
SELECT is_empty($$
  SELECT c, r, a, s FROM unnest('{>=,>,=,<=,<,between}'::text[]) c, unnest('{difference,quotient}'::text[]) r, unnest('{-1,0,1}'::numeric[]) a, deptperf_target_share(c, 0, 0, a, r) s
  WHERE s.denominator IS NULL OR s.denominator = 0 OR s.numerator <> s.denominator * CASE WHEN c = '>=' AND a >= 0 OR c = '>' AND a > 0 OR c IN ('=', '<=', '<') AND a <= 0 OR c = 'between' AND a = 0 THEN 1 ELSE 0 END $$,
  'division by zero for target 0: of a target''s share');
DO $$ BEGIN PERFORM deptperf_framework_import(pg_temp.doc('[{"code": "a", "points": 10, "formula": "actual / target", "rule": "10 * x", "empty": "full"}]', '{"framework": "zero"}')); END $$;
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (2, 2021, 'zero');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (2, 2021, 'actual', 5), (2, 2021, 'target', 0);
SELECT results_eq($$ SELECT m.numerator, m.denominator, m.value, i.state, s.total, s.provisional FROM deptperf.measure_value m JOIN deptperf.item_score i USING (dept_id, fiscal_year, item)
                       JOIN deptperf.score s USING (dept_id, fiscal_year) WHERE dept_id = 2 $$,
  $$ VALUES (5::numeric, 0::numeric, NULL::numeric, 'invalid', NULL::numeric, 0.00) $$, 'division by zero for target 0: in the views');

-- An execution score above its 10 points.  130 of 120 were paid, or somebody writes 10.01.
CREATE TEMP TABLE project AS SELECT deptperf_framework_document('mof-project-2020') AS document, '{"paid_q1": 100, "paid_q2": 30, "paid_q3": 0, "paid_q4": 0, "budget_adjusted": 120}'::jsonb AS facts;
SELECT results_eq($$ SELECT level, code, points FROM project, deptperf_evaluate(document, facts, '{}') WHERE code IN ('1', '1.1', '1.1.1') ORDER BY code $$,
  $$ VALUES ('group', '1', 10::numeric), ('indicator', '1.1', 10), ('item', '1.1.1', 10) $$, 'an execution score above its 10 points');
SELECT is_empty($$ SELECT e.* FROM project, deptperf_evaluate(document, facts, '{"1.1.1": 10.01}') e WHERE code IN ('1', '1.1', '1.1.1') AND points IS NOT NULL $$, 'an execution score above its 10 points: as an input');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (3, 2021, 'mof-project-2020');
SELECT is(pg_temp.error($$ SELECT deptperf_assess(3, 2021, '{"1.1.1": 10.01}', 'a test', override => true) $$), '22003 10.01 points for "1.1.1" are outside 0 to 10', 'an execution score above its 10 points: as an assessment');
UPDATE deptperf.framework SET status = 'draft' WHERE framework = 'mof-project-2020';
SELECT is(pg_temp.error($$ UPDATE deptperf.framework_item SET rule = 'x > 100%: 12, else 10 * x' WHERE framework = 'mof-project-2020' AND code = '1.1.1' $$) LIKE '%more than the 10 points%', true, 'an execution score above its 10 points: as a rule');

-- A qualitative comparison that never matched because of a trailing space.  A word is read
-- without the blanks around it, or refused; none is kept that nothing will match.
SELECT is_empty($$ SELECT w, t FROM unnest(ARRAY['显著', '显著 ', ' 显著', '显著　']) w, deptperf_target(w) t WHERE t.comparison <> 'qualitative' $$, 'a qualitative comparison that never matched because of a trailing space');
SELECT is_empty($$ SELECT w, t FROM unnest(ARRAY['≥95%', '≥95% ', ' ≥ 95 %', '≥95%　']) w, deptperf_target(w) t WHERE (t.comparison, t.target, t.unit) IS DISTINCT FROM ('>=', 0.95, '%') AND (t.comparison, t.target) IS DISTINCT FROM ('>=', 0.95) $$, 'a trailing space: in a target');
SELECT is(pg_temp.error($$ SELECT deptperf_target_share('qualitative ', NULL, NULL, 1) $$), '22023 comparison "qualitative " is not known', 'a trailing space: in a comparison');
SELECT is((SELECT array_agg(CASE WHEN pg_temp.error(format('SELECT deptperf_evaluate_total(%L, ''{}'', ''{}'')', d)) LIKE '22023 %' THEN 'refused' ELSE 'taken' END)
           FROM unnest(ARRAY[
             pg_temp.doc('[{"code": "a", "points": 1, "empty": "leave out "}]'), pg_temp.doc('[{"code": "a", "points": 1}]', '{"options": {"missing": "leave out "}}'),
             pg_temp.doc('[{"code": "a", "points": 1}]', '{"indicators": [{"code": "I", "points": 1, "combine": "mean "}]}'), pg_temp.doc('[{"code": "a", "points": 1, "indicator": "I "}]'),
             pg_temp.doc('[{"code": "a", "points": 1}]', '{"requirements": [{"code": "r", "grade": "优 ", "formula": "x", "rule": "x > 0: zero, else pass"}], "bands": [{"grade": "优", "from": 0}]}')]) AS d),
          '{refused,refused,refused,refused,refused}'::text[], 'a trailing space: in a document');
SELECT is(pg_temp.error($$ SELECT deptperf_assess(3, 2021, '{"3.1.1 ": 9}', 'a test') $$) LIKE '23503 %' OR pg_temp.error($$ SELECT deptperf_assess(3, 2021, '{"3.1.1 ": 9}', 'a test') $$) LIKE '22023 %', true, 'a trailing space: in a code');
SELECT is(pg_temp.error($$ SELECT deptperf_assess(3, 2021, '{"3.1.1": {"level": "达成 ", "points": 9}}', 'x') $$), '22003 9 points for "3.1.1" are on no level "达成 "', 'a trailing space: in a level');

-- Three different roundings in one path.  Two indicators of 0.3325 + 0.3325 are 0.665 each, so
-- 0.67 each and 1.34 in all, wherever it is asked; 0.66, 1.32 and 1.33 are what else was seen.
DO $$ BEGIN PERFORM deptperf_framework_import(pg_temp.doc('[{"code": "a", "indicator": "A", "points": 1, "formula": "actual / target", "rule": "1 * x", "empty": "missing"}, {"code": "b", "indicator": "A", "points": 1, "formula": "actual / target", "rule": "1 * x", "empty": "missing"},
                                 {"code": "c", "indicator": "C", "points": 1, "formula": "actual / target", "rule": "1 * x", "empty": "missing"}, {"code": "d", "indicator": "C", "points": 1, "formula": "actual / target", "rule": "1 * x", "empty": "missing"}]',
  '{"framework": "rounding", "groups": [{"code": "G", "points": 4}], "indicators": [{"code": "A", "group": "G", "points": 2}, {"code": "C", "group": "G", "points": 2}]}')); END $$;
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (4, 2021, 'rounding');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (4, 2021, 'actual', 3325), (4, 2021, 'target', 10000);
SELECT results_eq($$
  SELECT 'total', (SELECT total FROM deptperf.score WHERE dept_id = 4) UNION ALL SELECT 'provisional', (SELECT provisional FROM deptperf.score WHERE dept_id = 4)
  UNION ALL SELECT 'indicators', (SELECT sum(points) FROM deptperf.indicator_score WHERE dept_id = 4) UNION ALL SELECT 'deptperf_total', deptperf_total(4, 2021)
  UNION ALL SELECT 'card, ' || level, sum(points) FROM deptperf_scorecard(4, 2021) GROUP BY level
  UNION ALL SELECT 'evaluate, ' || level, sum(points) FROM deptperf.facts f, deptperf_evaluate(deptperf_framework_document('rounding'), f.facts, '{}') WHERE f.dept_id = 4 AND level <> 'item' GROUP BY level
  UNION ALL SELECT 'ranking', (SELECT total FROM deptperf.ranking WHERE dept_id = 4) ORDER BY 1 $$,
  $$ SELECT unnest('{"card, group","card, indicator","card, total",deptperf_total,"evaluate, group","evaluate, indicator","evaluate, total",indicators,provisional,ranking,total}'::text[]), 1.34::numeric $$,
  'three different roundings in one path');
SELECT results_eq($$ SELECT item, points FROM deptperf.item_score WHERE dept_id = 4 ORDER BY 1 $$, $$ VALUES ('a', 0.3325), ('b', 0.3325), ('c', 0.3325), ('d', 0.3325) $$, 'three different roundings in one path: items are not rounded before they are added');

-- Weights of 0.75 whose total is 97 by integer truncation: 24.75 three times and 25.75 were 24 + 24 + 24 + 25.
SELECT results_eq($$ SELECT t.total FROM deptperf_evaluate_total(pg_temp.doc('[{"code": "a", "points": 24.75}, {"code": "b", "points": 24.75}, {"code": "c", "points": 24.75}, {"code": "d", "points": 25.75}]'),
                       '{}', '{"a": 24.75, "b": 24.75, "c": 24.75, "d": 25.75}') t $$, 'VALUES (100::numeric)', 'weights of 0.75 whose total is 97');
SELECT results_eq($$ SELECT t.total FROM unnest('{0.75,1}'::numeric[]) w, deptperf_evaluate_total(pg_temp.doc('[{"code": "a", "points": 100, "indicator": "A"}, {"code": "b", "points": 100, "indicator": "B"}]',
      jsonb_build_object('groups', jsonb_build_array(jsonb_build_object('code', '1', 'points', 100, 'weight', w), jsonb_build_object('code', '2', 'points', 100, 'weight', 1 - w)),
                         'indicators', '[{"code": "A", "group": "1", "points": 100}, {"code": "B", "group": "2", "points": 100}]'::jsonb)), '{}', '{"a": 100, "b": 100}') t $$,
  'VALUES (100::numeric), (100)', 'weights of 0.75 whose total is 97: of groups');

-- Four times 25 % of 5 giving 5.2, because 1.25 was rounded to 1.3 before adding.
CREATE TEMP TABLE quarters AS SELECT o AS options, pg_temp.doc('[{"code": "a", "points": 1.25}, {"code": "b", "points": 1.25}, {"code": "c", "points": 1.25}, {"code": "d", "points": 1.25}]', jsonb_build_object('options', o)) AS document
  FROM unnest(ARRAY['{}', '{"decimals": 1}', '{"decimals": 0}', '{"decimals": 1, "round": "total"}', '{"decimals": 1, "round": "item"}', '{"decimals": 1, "round": "item", "rounding": "truncate"}']::jsonb[]) AS o;
-- only where a framework says that items are rounded down first do 1.2 four times give 4.8; 5.2 is never given
SELECT results_eq($$ SELECT trim_scale(t.total) FROM quarters, deptperf_evaluate_total(document, '{}', '{"a": 1.25, "b": 1.25, "c": 1.25, "d": 1.25}') t $$,
  'VALUES (5::numeric), (5), (5), (5), (5), (4.8)', 'four times 25 % of 5 giving 5.2');

-- 9 % stored as 0.0900000762939453.
SELECT is('X<=9.00%:1,else 0'::deptperf_rule::text, 'x <= 9%: 1, else 0', '9 % stored as 0.0900000762939453: in a rule');
SELECT results_eq($$ SELECT t.target::text FROM unnest(ARRAY['≤9%', '９％']) WITH ORDINALITY AS w (w, n), deptperf_target(w) t ORDER BY n $$, $$ VALUES ('0.09'), ('0.09') $$, '9 % stored as 0.0900000762939453: in a target');
DO $$ BEGIN PERFORM deptperf_framework_import(pg_temp.doc('[{"code": "a", "points": 1, "formula": "late_rate", "rule": "x <= 9%: 1, else 0", "empty": "missing"}]', '{"framework": "nine"}')); END $$;
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (5, 2021, 'nine');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (5, 2021, 'late_rate', 0.03), (5, 2021, 'late_rate', 0.06);
SELECT results_eq($$ SELECT f.facts ->> 'late_rate', s.total FROM deptperf.facts f JOIN deptperf.score s USING (dept_id, fiscal_year) WHERE dept_id = 5 $$, $$ VALUES ('0.09', 1.00) $$, '9 % stored as 0.0900000762939453: in a record');
CREATE TABLE theirs (code text, year int, rate real);
SELECT is(pg_temp.error($$ SELECT deptperf_bind('{"measurement": {"from": "theirs", "dept": "code", "year": "year", "fact": "''late_rate''", "amount": "rate"}}') $$) LIKE '42804 source "measurement", key "amount": "rate" is real%', true,
          '9 % stored as 0.0900000762939453: a float is not bound');

SELECT * FROM finish();
ROLLBACK;
