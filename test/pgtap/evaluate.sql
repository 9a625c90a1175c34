-- evaluate.sql: deptperf_evaluate and deptperf_evaluate_total on documents,
-- without a workspace: states, exact sums and the one rounding, groups, open
-- items, overrides, exemptions, requirements, "leave out"; junk among the facts
-- and inputs never raises, a faulty document always does.
BEGIN;
SELECT plan(28);

-- Facts and judgements that give 100 points.
CREATE TEMP TABLE given AS SELECT
  deptperf_framework_seed('sz-2021') AS doc,
  deptperf_framework_seed('sz-2021-records') AS records,
  '{"finding_budget_nonconformity": 0, "finding_target_nonconformity": 0, "finding_violation": 0,
    "procurement_actual": 100, "procurement_planned": 100, "adjusted_amount": 10, "budget_initial": 100,
    "budget_disclosure_level": 2, "budget_disclosure_due": 2,
    "final_accounts_disclosure_level": 2, "final_accounts_disclosure_due": 2,
    "assets_in_use": 90, "assets_total": 100,
    "staff_on_establishment": 100, "establishment": 100, "staff_external": 0,
    "three_public_paid": 0, "three_public_budget": 100, "public_paid": 0, "public_budget": 100,
    "paid_q1": 25, "paid_q2": 25, "paid_q3": 25, "paid_q4": 25, "budget_adjusted": 100,
    "key_tasks_missed": 0, "projects_on_time": 10, "projects_planned": 10,
    "benefit_earned": 100, "benefit_weight": 100,
    "benefit_social": 50, "benefit_economic": 30, "benefit_ecological": 20, "benefit_sustainable": 0,
    "petitions_answered": 10, "petitions_in_time": 10, "petitions_received": 10,
    "survey_satisfied": 95, "survey_respondents": 100}'::jsonb AS facts,
  '{"A1.1.1": 1, "A1.1.2": 1, "A1.1.3": 1, "A1.1.4": 1, "A1.1.5": 1,
    "A2.2.1": 2, "A2.2.2": 2, "A2.2.3": 1, "A2.2.4": 1, "A2.2.5": 1,
    "B1.1.2": 1, "B1.2.1": 1, "B1.2.3": 1, "B2.1.1": 1, "B2.1.2": 1, "B2.2.1": 1, "B2.2.2": 1,
    "B3.1.1": 1, "B3.1.2": 1, "B5.1.1": 0.5, "B5.1.2": 1.5, "B5.1.3": 1, "C4.1.1": 1}'::jsonb AS inputs;

-- 1. The whole.
SELECT results_eq(
  'SELECT t.* FROM given, deptperf_evaluate_total(doc, facts, inputs) AS t',
  $$ VALUES (100::numeric, '优', 100::numeric, 0::numeric, 0) $$, 'everything given: 100');

SELECT results_eq(
  $$ SELECT t.* FROM given, deptperf_evaluate_total(doc, '{}', '{}') AS t $$,
  $$ VALUES (NULL::numeric, NULL, 0::numeric, 100::numeric, 45) $$,
  'nothing given: no total, 0 known, 100 points and 45 items open');

SELECT results_eq(
  $$ SELECT level, count(*)::int FROM given, deptperf_evaluate(doc, facts, inputs) GROUP BY 1 ORDER BY 1 $$,
  $$ VALUES ('group', 14), ('indicator', 21), ('item', 45), ('total', 1) $$, 'one row per item, indicator, group and total');

SELECT results_eq(
  $$ SELECT code, points FROM given, deptperf_evaluate(doc, facts, inputs) WHERE level = 'group' ORDER BY code COLLATE "C" $$,
  $$ VALUES ('A', 20::numeric), ('A1', 10), ('A2', 10), ('B', 20), ('B1', 8), ('B2', 4), ('B3', 3), ('B4', 2), ('B5', 3),
            ('C', 60), ('C1', 6), ('C2', 20), ('C3', 25), ('C4', 9) $$, 'the points of the groups');

SELECT is_empty(
  $$ SELECT code, points FROM given, deptperf_evaluate(doc, facts - 'survey_satisfied', inputs)
     WHERE level = 'group' AND (points IS NULL) <> (code IN ('C', 'C4')) $$,
  'a group with an open indicator has no points, the others do');

SELECT is_empty(
  $$ SELECT doc.item, got.item
     FROM given,
       LATERAL (SELECT array_agg(x ->> 'code' ORDER BY n) AS item
                FROM jsonb_array_elements(given.doc -> 'items') WITH ORDINALITY AS u(x, n)) AS doc,
       LATERAL (SELECT array_agg(code ORDER BY n) AS item
                FROM deptperf_evaluate(given.doc, facts, inputs) WITH ORDINALITY
                     AS e(level, code, state, num, den, branch, pn, pd, points, n) WHERE level = 'item') AS got
     WHERE doc.item IS DISTINCT FROM got.item $$,
  'items come in the order of the document');

-- 2. One change to the whole at a time: what is added to facts and inputs
-- (null: taken away), which row is looked at, and what it should say.  known: an
-- indicator with points; whether it then takes its items' common state is free.
CREATE TEMP TABLE change (facts jsonb, inputs jsonb, code text, state text, points numeric, why text);
INSERT INTO change VALUES
  ('{}', '{}', 'A1.1.1', 'judged', 1, NULL),
  ('{}', '{}', 'A1.1', 'known', 5, NULL),
  ('{}', '{"A1.1.1": 0}', 'A1.1.1', 'judged', 0, NULL),
  ('{}', '{"A1.1.1": 0.333}', 'A1.1', 'known', 4.33, NULL),
  ('{}', '{"A1.1.1": 0.335}', 'A1.1', 'known', 4.34, 'half up'),
  ('{}', '{"A1.1.1": 0.001, "A1.1.2": 0.001, "A1.1.3": 0.001, "A1.1.4": 0.001, "A1.1.5": 0.001}', 'A1.1', 'known', 0.01, '0.005'),
  ('{}', '{"A1.1.1": null}', 'A1.1.1', 'missing', NULL, NULL),
  ('{}', '{"A1.1.1": null}', 'A1.1', 'missing', NULL, 'one item of five'),
  ('{}', '{"A1.1.1": "exempt"}', 'A1.1.1', 'exempt', 1, NULL),
  ('{}', '{"A1.1.1": 1.000001}', 'A1.1.1', 'invalid', NULL, 'above its points'),
  ('{}', '{"A1.1.1": -0.000001}', 'A1.1.1', 'invalid', NULL, 'below 0'),
  ('{}', '{"A1.1.1": 2}', 'A1.1', 'missing', NULL, 'while an item is invalid'),
  ('{}', '{"A1.1": 4}', 'A1.1', 'overridden', 4, NULL),
  ('{}', '{"A1.1": 4.125}', 'A1.1', 'overridden', 4.13, 'an indicator is rounded'),
  ('{}', '{"A1.1": "exempt", "A1.1.1": null}', 'A1.1', 'exempt', 5, NULL),
  ('{"finding_budget_nonconformity": 2}', '{}', 'A1.2.1', 'scored', 3, NULL),
  ('{"finding_budget_nonconformity": 7}', '{}', 'A1.2.1', 'scored', 0, 'never below 0'),
  ('{"procurement_actual": 5392.12, "procurement_planned": 7099.88}', '{}', 'B1.1', 'known', 1.76, '0.75946636… + 1'),
  ('{"procurement_actual": 0, "procurement_planned": 0}', '{}', 'B1.1.1', 'not_applicable', 1, '0/0: full'),
  ('{"procurement_actual": 0, "procurement_planned": 0}', '{"B1.1.1": 0.5}', 'B1.1.1', 'overridden', 0.5, NULL),
  ('{"procurement_actual": 0, "procurement_planned": 0}', '{}', 'B1.1', 'known', 2, NULL),
  ('{"procurement_actual": null}', '{}', 'B1.1.1', 'missing', NULL, NULL),
  ('{"procurement_planned": null}', '{}', 'B1.1.1', 'missing', NULL, NULL),
  ('{"procurement_actual": "NaN"}', '{}', 'B1.1.1', 'invalid', NULL, NULL),
  ('{"procurement_actual": "NaN"}', '{}', 'B1.1', 'missing', NULL, NULL),
  ('{"procurement_actual": "NaN"}', '{"B1.1.1": 1}', 'B1.1.1', 'overridden', 1, 'an override needs no facts'),
  ('{"procurement_actual": -1}', '{}', 'B1.1.1', 'invalid', NULL, NULL),
  ('{"adjusted_amount": 15}', '{}', 'B1.2.2', 'scored', 0.5, '1 - 0.1 * 5'),
  ('{"adjusted_amount": 0, "budget_initial": 0}', '{}', 'B1.2.2', 'missing', NULL, NULL),
  ('{"finding_violation": 1}', '{}', 'B1.2', 'vetoed', 0, NULL),
  ('{"finding_violation": 1}', '{}', 'B1.2.1', 'judged', 1, 'items keep their own state'),
  ('{"finding_violation": 1}', '{"B1.2.1": null}', 'B1.2', 'vetoed', 0, 'zero at once'),
  ('{"finding_violation": 1, "adjusted_amount": "NaN"}', '{}', 'B1.2', 'vetoed', 0, NULL),
  ('{"finding_violation": 1}', '{"B1.2": 1}', 'B1.2', 'overridden', 1, 'requirements included'),
  ('{"finding_violation": 1}', '{"B1.2": "exempt"}', 'B1.2', 'exempt', 3, NULL),
  ('{"finding_violation": null}', '{}', 'B1.2', 'known', 3, 'it does not name missing'),
  ('{"budget_disclosure_level": 1}', '{}', 'B1.3.1', 'scored', 1, NULL),
  ('{"budget_disclosure_level": 0}', '{}', 'B1.3', 'known', 1.5, NULL),
  ('{"assets_in_use": 68.70}', '{}', 'B3.2.1', 'scored', 0.4, NULL),
  ('{"assets_in_use": 101}', '{}', 'B3.2.1', 'invalid', NULL, NULL),
  ('{"assets_in_use": 101}', '{"B3.2": 0.7}', 'B3.2', 'overridden', 0.7, NULL),
  ('{"staff_external": 10, "staff_on_establishment": 90}', '{}', 'B4.2.1', 'scored', 0.5, NULL),
  ('{"three_public_paid": 95}', '{}', 'C1.1', 'known', 5, NULL),
  ('{"paid_q1": 1, "paid_q2": 0, "paid_q3": 0, "paid_q4": 0, "budget_adjusted": 3}', '{}', 'C2.1', 'known', 3.83,
     '1 + 1/3 ÷ 0.5 + 1/3 ÷ 0.75 + 1/3 + 2 * 25/36 = 138/36 = 3.8333…'),
  ('{"projects_on_time": 1, "projects_planned": 48}', '{}', 'C2.3', 'known', 0.13, '0.125'),
  ('{"benefit_economic": 0}', '{}', 'C3.1', 'missing', NULL, 'two aspects'),
  ('{"benefit_economic": 0}', '{}', 'C3.1.1', 'scored', 25, NULL),
  ('{"benefit_economic": null}', '{}', 'C3.1', 'missing', NULL, 'it names missing'),
  ('{"benefit_economic": 0}', '{"C3.1.1": 20}', 'C3.1', 'missing', NULL, 'an override of the item leaves the requirement'),
  ('{"benefit_economic": 0}', '{"C3.1": 20}', 'C3.1', 'overridden', 20, NULL),
  ('{"petitions_answered": 9}', '{}', 'C4.1', 'known', 2, NULL),
  ('{"survey_satisfied": 0}', '{}', 'C4.2.1', 'scored', 1, NULL),
  ('{"unheard_of": 1}', '{"Z9.9": 3, "": 1}', 'C4.2', 'known', 6, 'unknown names are ignored');

-- A change put over the whole; a null takes the key away.
CREATE FUNCTION pg_temp.changed(whole jsonb, change jsonb) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_strip_nulls(whole || change) $$;

SELECT is_empty($$
  SELECT c.facts, c.inputs, c.code, c.state AS want, c.points, c.why, e.state AS got, e.points
  FROM given, change c LEFT JOIN LATERAL
       deptperf_evaluate(doc, pg_temp.changed(given.facts, c.facts), pg_temp.changed(given.inputs, c.inputs)) AS e
       ON e.code = c.code AND e.level IN ('item', 'indicator')
  WHERE e.points IS DISTINCT FROM c.points
     OR e.state IS DISTINCT FROM c.state AND NOT (c.state = 'known' AND e.state IN ('scored', 'judged', 'not_applicable', 'exempt')) $$,
  'states and points of items and indicators');

-- The total is the sum of the indicators as rounded, or NULL while one is open.
SELECT is_empty($$
  SELECT c.facts, c.inputs, t.*, r.*
  FROM given, change c,
       LATERAL (SELECT pg_temp.changed(given.facts, c.facts) AS facts, pg_temp.changed(given.inputs, c.inputs) AS inputs) AS x,
       deptperf_evaluate_total(doc, x.facts, x.inputs) AS t,
       LATERAL (SELECT sum(points) FILTER (WHERE level = 'indicator') AS known,
                       bool_or(points IS NULL) FILTER (WHERE level = 'indicator') AS is_open,
                       max(points) FILTER (WHERE level = 'total') AS total
                FROM deptperf_evaluate(doc, x.facts, x.inputs)) AS r
  WHERE t.total IS DISTINCT FROM CASE WHEN NOT is_open THEN known END
     OR t.total IS DISTINCT FROM r.total
     OR t.provisional IS DISTINCT FROM known
     OR t.grade IS DISTINCT FROM CASE WHEN NOT is_open THEN deptperf_grade(t.total) END
     OR (t.open > 0) <> is_open $$,
  'total = the sum of the rounded indicators = the row total; provisional = those known; grade = that of the total');

-- 3. What a row shows.
SELECT results_eq($$
  SELECT numerator, denominator, branch, points_numerator / points_denominator
  FROM given, deptperf_evaluate(doc, facts || '{"assets_in_use": 83402.620, "assets_total": 121409.27}', inputs)
  WHERE code = 'B3.2.1' $$,
  $$ VALUES (83402.62, 121409.27, 'x >= 60%: 0.4', 0.4) $$,
  'an item shows numerator, denominator and the branch that decided');

SELECT results_eq($$
  SELECT branch, points_numerator * 3 = points_denominator, round(points, 6)
  FROM given, deptperf_evaluate(doc, facts || '{"procurement_actual": 1, "procurement_planned": 3}', inputs)
  WHERE code = 'B1.1.1' $$,
  $$ VALUES ('else 1 * x', true, 0.333333) $$,
  'and its exact fraction');

SELECT is_empty($$
  SELECT code, numerator, denominator, branch FROM given, deptperf_evaluate(doc, facts, inputs)
  WHERE level = 'item' AND state = 'judged' AND (numerator, denominator) IS DISTINCT FROM (NULL::numeric, NULL::numeric) $$,
  'a judged item has no ratio');

-- 4. Small documents: items of an indicator worth as many points as there are.
CREATE FUNCTION pg_temp.doc(items jsonb, requirements jsonb DEFAULT '[]', options jsonb DEFAULT '{}')
RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('framework', 'small', 'label_zh', '小', 'label_en', 'small', 'source', 'a test',
    'from_year', NULL, 'to_year', NULL, 'options', options,
    'groups', jsonb_build_array('{"code": "G", "parent": null, "label_zh": "组", "label_en": "group"}' || p),
    'indicators', jsonb_build_array('{"code": "G.1", "group": "G", "key": "one", "label_zh": "一", "label_en": "one"}' || p),
    'items', (SELECT jsonb_agg('{"indicator": "G.1", "label_zh": "项", "label_en": "item", "empty": "missing"}' || i ORDER BY n)
              FROM jsonb_array_elements(items) WITH ORDINALITY AS u(i, n)),
    'requirements', (SELECT coalesce(jsonb_agg('{"indicator": "G.1", "label_zh": "求", "label_en": "requirement"}' || r ORDER BY n), '[]')
                     FROM jsonb_array_elements(requirements) WITH ORDINALITY AS u(r, n)),
    'bands', '[]'::jsonb)
  FROM (SELECT jsonb_build_object('points', sum((i ->> 'points')::numeric)) AS p FROM jsonb_array_elements(items) AS i) AS x
$$;

-- Of the only indicator in a small document: state and points.
CREATE FUNCTION pg_temp.says(doc jsonb, facts jsonb, inputs jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', state, trim_scale(points)) FROM deptperf_evaluate(doc, facts, inputs) WHERE code = 'G.1'
$$;

SELECT is(pg_temp.says(pg_temp.doc('[{"code": "G.1.1", "points": 1, "formula": "a / b", "rule": "1 * x"},
                                     {"code": "G.1.2", "points": 1, "formula": "a / b", "rule": "1 * x"},
                                     {"code": "G.1.3", "points": 1, "formula": "a / b", "rule": "1 * x"}]'),
                       '{"a": 0.325, "b": 3}'),
          'scored 0.33', 'three items of 0.325/3 are exactly 0.325, so 0.33');

SELECT is(pg_temp.says(pg_temp.doc('[{"code": "G.1.1", "points": 1, "formula": "a / b", "rule": "1 * x"},
                                     {"code": "G.1.2", "points": 1, "formula": "a / c", "rule": "1 * x"},
                                     {"code": "G.1.3", "points": 1, "formula": "a / d", "rule": "1 * x"}]'),
                       '{"a": 1, "b": 999999999999999999999999999999, "c": 7, "d": 1000000000000000000000000000057}'),
          'scored 0.14', 'denominators of 30 digits: 1/7 and next to nothing');

-- 0.0049999999999999999999999999999999 + 10^-34 reaches 0.005, without it it does not.
SELECT is(array_agg(pg_temp.says(pg_temp.doc('[{"code": "G.1.1", "points": 1, "formula": "a", "rule": "1 * x"},
                                               {"code": "G.1.2", "points": 1, "formula": "b", "rule": "1 * x"}]'),
                                 jsonb_build_object('a', 0.0049999999999999999999999999999999, 'b', b)) ORDER BY b),
          '{scored 0,scored 0.01}', 'no digit is lost before the rounding')
FROM unnest('{1e-35,1e-34}'::numeric[]) AS b;

CREATE TEMP TABLE required (facts jsonb, want text, why text);
INSERT INTO required VALUES
  ('{"a": 1, "v": 0, "w": 1}', 'scored 1', 'all pass'),
  ('{"a": 1, "v": 1, "w": 1}', 'vetoed 0', 'zero'),
  ('{"a": 1, "v": 0, "w": 0}', 'missing', NULL),
  ('{"a": 1, "v": 1, "w": 0}', 'vetoed 0', 'zero wins over missing'),
  ('{"a": 1, "v": 1}', 'vetoed 0', 'also over one that is missing for want of a fact'),
  ('{"v": 1, "w": 1}', 'vetoed 0', 'and over a missing item'),
  ('{"a": 1, "w": 1}', 'scored 1', 'a fact absent, the rule does not name missing: pass'),
  ('{"a": 1, "v": 0}', 'missing', 'a fact absent, the rule names missing');
SELECT is_empty($$
  SELECT facts, want, why, got
  FROM required, pg_temp.says(pg_temp.doc('[{"code": "G.1.1", "points": 1, "formula": "a", "rule": "1 * x"}]',
      '[{"code": "G.1.x", "formula": "w", "rule": "x >= 1: pass, else missing"},
        {"code": "G.1.y", "formula": "v", "rule": "x > 0: zero, else pass"}]'), facts) AS got
  WHERE got <> want $$, 'of several requirements zero wins over missing');

SELECT is(pg_temp.says(pg_temp.doc('[{"code": "G.1.1", "points": 1, "formula": "a", "rule": "x >= 1: 1, x > 0: missing, else 0"}]'), '{"a": 0.5}'),
          'missing', 'a rule may say missing');

SELECT is_empty($$
  SELECT a, want, got
  FROM (VALUES (0::numeric, 'scored 2'), (0.999, 'scored 2'), (1, 'scored 1'), (1.5, 'scored 1'), (2, 'scored 0'), (9, 'scored 0')) AS v(a, want),
       pg_temp.says(pg_temp.doc('[{"code": "G.1.1", "points": 2, "formula": "a", "rule": "2 - 1 per whole 1"}]'), jsonb_build_object('a', a)) AS got
  WHERE got <> want $$, 'whole steps');

SELECT is(array_agg(coalesce(grade, 'none') || ' ' || trim_scale(total)), '{none 1}', 'without bands there is no grade')
FROM deptperf_evaluate_total(pg_temp.doc('[{"code": "G.1.1", "points": 1, "formula": "a", "rule": "1 * x"}]'), '{"a": 1}', '{}');

-- 5. "leave out": sz-2021-records.
SELECT results_eq($$ SELECT t.* FROM given, deptperf_evaluate_total(records, facts, '{}') AS t $$,
  $$ VALUES (100::numeric, '优', 100::numeric, 0::numeric, 0) $$, 'sz-2021-records: all of its 50 points are 100');

SELECT results_eq($$
  SELECT count(*)::int, sum((i ->> 'points')::numeric) FROM given, jsonb_array_elements(records -> 'items') AS i $$,
  'VALUES (21, 50::numeric)', 'it has 21 items of 50 points');

SELECT is_empty($$
  SELECT facts, want, total, provisional, want_open, open
  FROM (VALUES ('{}'::jsonb, NULL::numeric, 50::numeric),
               ('{"procurement_actual": 1, "procurement_planned": 2}', 50, 49),                       -- 0.5 of 1
               ('{"procurement_actual": 1, "procurement_planned": 3}', 33.33, 49),
               ('{"procurement_actual": 1, "procurement_planned": 3, "projects_on_time": 1, "projects_planned": 7}', 17.01, 43),
                                                                        -- (1/3 + 6/7) / 7 = 25/147 = 17.0068… %; of 0.33 + 0.86 it would be 17.00
               ('{"budget_disclosure_level": 2, "budget_disclosure_due": 2}', 100, 48.5),             -- half of an indicator
               ('{"budget_disclosure_level": 1, "budget_disclosure_due": 2, "assets_in_use": 0, "assets_total": 9}', 40, 47.5)  -- 1 of 2.5
       ) AS v(facts, want, want_open), given g(doc, records, f, i),
       deptperf_evaluate_total(g.records, v.facts, '{}') AS t
  WHERE (total, provisional, open) IS DISTINCT FROM (want, coalesce(want, 0), want_open) $$,
  'a missing item is left out, what is decided is scaled to 100 and rounded once; open is what was left out');

SELECT results_eq($$
  SELECT e.state, total IS NULL, open_items > 0
  FROM given, LATERAL (SELECT '{"procurement_actual": 1, "procurement_planned": 2, "assets_in_use": 2, "assets_total": 1}'::jsonb AS facts) AS f,
       deptperf_evaluate(records, f.facts, '{}') AS e, deptperf_evaluate_total(records, f.facts, '{}') AS t
  WHERE e.code = 'B3.2.1' $$,
  $$ VALUES ('invalid', false, true) $$, 'an invalid item stays open; the total is NULL only when nothing is decided');

-- 6. NULL and what no data may do.
SELECT is_empty($$
  SELECT n, t.* FROM given,
    LATERAL (VALUES (1, NULL, facts, inputs), (2, doc, NULL::jsonb, inputs), (3, doc, facts, NULL::jsonb)) AS v(n, d, f, i),
    deptperf_evaluate_total(d, f, i) AS t
  WHERE n = 1 AND total IS NOT NULL $$, 'NULL for a document raises nothing');

CREATE FUNCTION pg_temp.error(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

CREATE TEMP TABLE junk (j jsonb);
INSERT INTO junk VALUES
  ('null'), ('1'), ('"text"'), ('true'), ('[]'), ('[1, "two", {"three": 3}]'), ('{}'), ('{"": ""}'), ('{"B3.2.1": "exempt "}'),
  ('{"B3.2.1": [1]}'), ('{"B3.2.1": {"points": 1}}'), ('{"B3.2.1": null}'), ('{"B3.2.1": true}'), ('{"B3.2.1": "1"}'),
  ('{"B3.2.1": 1e400}'), ('{"B3.2.1": -1e-400}'), ('{"B3.2.1": "NaN"}'), ('{"B3.2": "NaN"}'), ('{"B3.2": 99}'), ('{"B3.2": []}'), ('{"B3": 1}'),
  ('{"assets_total": "NaN"}'), ('{"assets_total": "nan"}'), ('{"assets_total": "Infinity"}'), ('{"assets_total": ""}'), ('{"assets_total": "12"}'),
  ('{"assets_total": null}'), ('{"assets_total": false}'), ('{"assets_total": []}'), ('{"assets_total": {"NaN": 1}}'),
  ('{"assets_total": 1e1000}'), ('{"assets_total": -1e1000}'), ('{"assets_total": 1e-1000}'), ('{"assets_total": 1e5000, "assets_in_use": 1e-5000}'),
  ('{"finding_violation": "NaN"}'), ('{"finding_violation": []}'), ('{"benefit_social": "NaN"}'), ('{"固定资产": 1}'),
  (jsonb_build_object(repeat('x', 100000), 1)), (jsonb_build_object('assets_total', repeat('9', 1000)::numeric));

SELECT is_empty($$
  SELECT left(j::text, 60) AS j, way, error
  FROM junk, unnest('{"j, inputs","facts, j","facts || j, inputs","facts, inputs || j","j, j"}'::text[]) AS way,
       unnest('{deptperf_evaluate,deptperf_evaluate_total}'::text[]) AS fn,
       pg_temp.error(format('SELECT count(*) FROM given, LATERAL (SELECT %L::jsonb AS j) AS junk, %s(doc, %s)', j, fn, way)) AS error
  WHERE error IS NOT NULL AND (way !~ '\|\|' OR jsonb_typeof(j) IN ('object')) $$,
  'junk among facts and inputs never raises');

SELECT is_empty($$
  SELECT left(j::text, 60) AS j, state, points
  FROM junk, given, deptperf_evaluate(doc, facts, inputs || j)
  WHERE jsonb_typeof(j) = 'object' AND j ? 'B3.2.1' AND code = 'B3.2.1'
    AND NOT (state = 'invalid' AND points IS NULL OR jsonb_typeof(j -> 'B3.2.1') = 'null' AND state = 'scored') $$,
  'junk for an item makes it invalid, it is never read as points');

-- 7. A faulty document raises: what is put over (or taken from) the seed.
CREATE FUNCTION pg_temp.put(doc jsonb, path text, value text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE WHEN value IS NULL THEN doc #- path::text[] ELSE jsonb_set(doc, path::text[], value::jsonb) END
$$;
CREATE TEMP TABLE fault (path text, value text);
INSERT INTO fault VALUES
  ('{items}', NULL), ('{items}', '"none"'), ('{items}', '[1]'), ('{indicators}', NULL), ('{indicators}', '{}'), ('{groups}', '3'),
  ('{items,0,code}', NULL), ('{items,0,code}', '7'), ('{items,0,points}', NULL), ('{items,0,points}', '"one"'), ('{items,0,points}', '-1'),
  ('{items,0,indicator}', NULL), ('{items,0,indicator}', '"Z9"'),
  ('{items,5,rule}', '"5 - 1 per"'), ('{items,5,rule}', '"x > 0: zero, else pass"'), ('{items,5,rule}', '5'), ('{items,5,rule}', NULL),
  ('{items,5,formula}', '"finding_budget_nonconformity /"'), ('{items,5,formula}', NULL), ('{items,5,formula}', '[]'),
  ('{items,12,empty}', '"maybe"'),
  ('{requirements,0,rule}', '"x > 0: 1, else 0"'), ('{requirements,0,rule}', '"x > 0 zero"'), ('{requirements,0,indicator}', '"Z9"'),
  ('{requirements}', '"none"'), ('{bands}', '{}'), ('{bands,0,from}', '"90"'),
  ('{indicators,0,group}', '"Z"'), ('{indicators,0,points}', '"five"'), ('{groups,1,parent}', '"Z"'),
  ('{options}', '{"missing": "guess"}'), ('{options}', '[]'),
  ('{items,1,code}', '"A1.1.1"'), ('{indicators,1,code}', '"A1.1"');
SELECT is_empty($$
  SELECT path, value, 'no error' AS got
  FROM fault, given,
       pg_temp.error(format('SELECT count(*) FROM deptperf_evaluate(%L, ''{}'', ''{}'')', pg_temp.put(doc, path, value))) AS error
  WHERE error IS NULL $$,
  'a fault in a document raises an error');

SELECT is_empty($$
  SELECT path, value, error
  FROM fault, given,
       pg_temp.error(format('SELECT count(*) FROM deptperf_evaluate_total(%L, ''{}'', ''{}'')', pg_temp.put(doc, path, value))) AS error
  WHERE error !~ '^22' OR error ~ 'XX000' $$,
  'of class 22, not an internal one');

SELECT is_empty($$
  SELECT d, error FROM unnest('{"null",1,"\"text\"",[],"{}","{\"framework\": \"x\"}"}'::text[]) AS d,
       pg_temp.error(format('SELECT count(*) FROM deptperf_evaluate(%L, ''{}'', ''{}'')', d)) AS error
  WHERE error IS NULL OR error !~ '^22' $$,
  'so does what is no document at all');

SELECT * FROM finish();
ROLLBACK;
