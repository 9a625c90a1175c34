-- variant.sql: what a framework may say beyond sums of items: weights of groups, ways
-- to combine items, what does not apply, bonus, vetoes of the grade, rounding, levels,
-- comparison with peers. Every expected number is worked out in the comment above it.
BEGIN;
SELECT plan(82);
SET LOCAL client_min_messages = warning;

-- One number per question: the points of a code ('' is the total), or its state.
CREATE FUNCTION pg_temp.points(document text, facts text, inputs text, code text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(e.points::text, e.state) FROM deptperf_evaluate(document::jsonb, facts::jsonb, inputs::jsonb) e WHERE e.code IS NOT DISTINCT FROM $4
$$;
CREATE FUNCTION pg_temp.one(options text, indicator text, items text) RETURNS text LANGUAGE sql AS $$
    SELECT format('{"options": %s, "indicators": [{"code": "I", "points": 10%s}], "items": %s}', options, indicator, items)
$$;
CREATE FUNCTION pg_temp.judged(VARIADIC points numeric[]) RETURNS text LANGUAGE sql AS $$
    SELECT json_agg(json_build_object('code', 'i' || n, 'indicator', 'I', 'points', p))::text FROM unnest(points) WITH ORDINALITY AS u(p, n)
$$;

-- ---- weights of groups ----

-- 80 of 100 in A (20 %), 50 of 100 in B, of which B1 is 75 % and B2 25 %, and B is 80 %:
-- B = 0.75 * 40 + 0.25 * 60 = 45; total = 0.2 * 80 + 0.8 * 45 = 52
CREATE TEMP TABLE nested AS SELECT $${"groups": [{"code": "A", "points": 100, "weight": 0.2}, {"code": "B", "points": 100, "weight": 0.8},
    {"code": "B1", "parent": "B", "points": 100, "weight": 0.75}, {"code": "B2", "parent": "B", "points": 100, "weight": 0.25}],
  "indicators": [{"code": "a", "group": "A", "points": 100}, {"code": "b1", "group": "B1", "points": 100}, {"code": "b2", "group": "B2", "points": 100}],
  "items": [{"code": "a.1", "indicator": "a", "points": 100}, {"code": "b1.1", "indicator": "b1", "points": 100}, {"code": "b2.1", "indicator": "b2", "points": 100}],
  "bands": [{"grade": "good", "from": 50}]}$$::text AS d;
SELECT is(pg_temp.points(d, '{}', '{"a.1": 80, "b1.1": 40, "b2.1": 60}', c), p, 'weights: ' || coalesce(c, 'total'))
FROM nested, (VALUES ('A', '80.00'), ('B', '45.00'), ('B1', '40.00'), ('B2', '60.00'), (NULL, '52.00')) v(c, p);
SELECT is((SELECT format('%s %s %s', total, grade, open) FROM nested, deptperf_evaluate_total(d::jsonb, '{}', '{"a.1": 80, "b1.1": 40, "b2.1": 60}')), '52.00 good 0', 'weights: the total row');
-- open: 0.8 * 0.25 * 100 = 20; known: 16 + 0.8 * 0.75 * 40 = 40
SELECT is((SELECT format('%s %s', provisional, open::numeric(9,2)) FROM nested, deptperf_evaluate_total(d::jsonb, '{}', '{"a.1": 80, "b1.1": 40}')), '40.00 20.00', 'weights: what is open counts by weight too');

-- ---- ways to combine ----

SELECT is(pg_temp.points(pg_temp.one('{}', way, pg_temp.judged(10, 10, 10)), '{}', inputs, 'I'), expected, 'combine' || way || ': ' || inputs) FROM (VALUES
    (', "combine": "best"', '{"i1": 3, "i2": 7, "i3": 5}', '7.00'),
    (', "combine": "best"', '{"i1": 3, "i2": 7}', 'missing'),          -- the third may be better
    (', "combine": "best"', '{"i2": 10}', '10.00'),                    -- nothing can be
    (', "combine": "weakest"', '{"i1": 3, "i2": 7, "i3": 5}', '3.00'),
    (', "combine": "weakest plus"', '{"i1": 3, "i2": 7, "i3": 5}', '3.50'),
    (', "combine": "weakest plus"', '{"i1": 3, "i2": 3, "i3": 3}', '3.00'),
    (', "combine": "weakest"', '{"i1": 3, "i2": 7}', 'missing'),
    (', "combine": "mean"', '{"i1": 3, "i2": 7, "i3": 6}', '5.33'),    -- 16 / 3
    (', "combine": "table", "table": [{"items": [7, 5, 3], "points": 4.5}]', '{"i1": 3, "i2": 7, "i3": 5}', '4.50'),
    (', "combine": "table", "table": [{"items": [3, 5, 7.0], "points": 4.5}]', '{"i1": 3, "i2": 7, "i3": 5}', '4.50'),
    (', "combine": "table", "table": [{"items": [7, 5], "points": 4.5}]', '{"i1": 3, "i2": 7, "i3": 5}', 'missing'),
    ('', '{"i1": 3, "i2": 7, "i3": 5}', '10.00'),                      -- 15, and an indicator gives no more than its points
    (', "bonus": 2', '{"i1": 3, "i2": 7, "i3": 5}', '12.00')) v(way, inputs, expected);
-- a mean of ratios, each cut at its points: (10 + 4) / 2 = 7; with a bonus only their mean is: (15 + 4) / 2 = 9.5, (25 + 4) / 2 = 14.5, cut to 10
SELECT is(pg_temp.points(pg_temp.one('{}', ', "combine": "mean"', format('[{"code": "a", "indicator": "I", "points": 10%1$s, "formula": "0.1 * f", "rule": "10 * x", "empty": "missing"},
    {"code": "b", "indicator": "I", "points": 10%1$s, "formula": "0.1 * g", "rule": "10 * x", "empty": "missing"}]', bonus)), facts, '{}', 'I'), expected, 'ratios: ' || facts || bonus)
FROM (VALUES ('', '{"f": 15, "g": 4}', '7.00'), (', "bonus": 1000', '{"f": 15, "g": 4}', '9.50'), (', "bonus": 1000', '{"f": 25, "g": 4}', '10.00')) v(bonus, facts, expected);

-- ---- what does not apply ----

CREATE FUNCTION pg_temp.second(empty text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.one('{}', '', format('[{"code": "i1", "indicator": "I", "points": 6}, {"code": "i2", "indicator": "I", "points": 4, "formula": "done / planned", "rule": "4 * x", "applies": "has", "empty": "%s"}]', empty))
$$;
-- 3 of 6; the item that does not apply: full 7; zero 3; left out: 3 / 6 of 100
SELECT is((SELECT format('%s %s %s', pg_temp.points(pg_temp.second(empty), facts, '{"i1": 3}', 'i2'), total, open_items) FROM deptperf_evaluate_total(pg_temp.second(empty)::jsonb, facts::jsonb, '{"i1": 3}')), expected, format('applies, %s: %s', empty, facts))
FROM (VALUES
    ('full', '{"has": 0}', '4 7.00 0'), ('zero', '{"has": 0}', '0 3.00 0'), ('leave out', '{"has": 0}', 'left_out 50.00 0'), ('missing', '{"has": 0}', 'missing  1'),
    ('peer mean', '{"has": 0}', 'not_compared  1'),
    ('full', '{"done": 1, "planned": 2}', 'missing  1'),                       -- whether it applies is not known
    ('full', '{"has": "NaN", "done": 1, "planned": 2}', 'invalid  1'),
    ('leave out', '{"has": 1, "done": 1, "planned": 2}', '2 5.00 0'),   -- 4 * 1/2
    ('leave out', '{"has": 1, "done": 0, "planned": 0}', 'left_out 50.00 0')) v(empty, facts, expected);
SELECT is(pg_temp.points(pg_temp.second('peer mean'), '{"has": 0}', '{"i2": {"peer": 2.5}}', 'i2'), '2.5', 'the mean of peers comes with the inputs');
SELECT is(pg_temp.points(pg_temp.second('full'), '{"has": 1, "done": 1, "planned": 2}', '{"i2": {"peer": 2.5}}', 'i2'), '2', 'and replaces nothing');
-- an exemption of a judged item gives what its empty says: left out, 3 / 6 of 100
SELECT is((SELECT total::text FROM deptperf_evaluate_total(pg_temp.one('{}', '', '[{"code": "i1", "indicator": "I", "points": 6}, {"code": "i2", "indicator": "I", "points": 4, "empty": "leave out"}]')::jsonb, '{}', '{"i1": 3, "i2": "exempt"}')), '50.00', 'an exempt item is left out');
SELECT is((SELECT total::text FROM deptperf_evaluate_total(pg_temp.one('{"full": 20}', '', '[{"code": "i1", "indicator": "I", "points": 6}, {"code": "i2", "indicator": "I", "points": 4, "empty": "leave out"}]')::jsonb, '{}', '{"i1": 3, "i2": "exempt"}')), '10.00', 'and the rest scaled to what the framework calls full');

-- an exempt item whose empty is peer mean: not compared, then the mean
SELECT is(pg_temp.points(pg_temp.one('{}', '', '[{"code": "i1", "indicator": "I", "points": 10, "empty": "peer mean"}]'), '{}', inputs, 'i1'), expected, 'exempt, peer mean: ' || inputs)
FROM (VALUES ('{"i1": "exempt"}', 'not_compared'), ('{"i1": {"peer": 7, "exempt": true}}', '7'), ('{"i1": {"peer": 7}}', 'missing')) v(inputs, expected);
-- leave out: a mean of what there is, (3 + 7) / 2 of 10, scaled to 100
SELECT is((SELECT format('%s %s %s', total, open_items, pg_temp.points(pg_temp.one('{"missing": "leave out"}', ', "combine": "mean"', pg_temp.judged(10, 10, 10)), '{}', '{"i1": 3, "i2": 7}', 'I'))
           FROM deptperf_evaluate_total(pg_temp.one('{"missing": "leave out"}', ', "combine": "mean"', pg_temp.judged(10, 10, 10))::jsonb, '{}', '{"i1": 3, "i2": 7}')), '50.00 1 5.00', 'leave out: a mean of what there is');
SELECT throws_like($$ SELECT deptperf_evaluate_total('{"indicators": [{"code": "I", "points": 1}], "items": [{"code": "i", "indicator": "I", "points": 1, "peer": "rank"}]}', '{}', '{}') $$, '%items[0].formula%', 'a judged item is compared with nobody');

-- ---- rounding ----

-- four items of 1.25 each: 5; each rounded to one decimal before adding: 5.2; 1/3 of 10 truncated: 3.33
CREATE TEMP TABLE quarter AS SELECT '[' || string_agg(format('{"code": "q%1$s", "indicator": "I", "points": 1.25, "formula": "q", "rule": "1.25 * x", "empty": "missing"}', n), ',') || ']' AS items FROM generate_series(1, 4) n;
SELECT is((SELECT total::text FROM quarter, deptperf_evaluate_total(pg_temp.one(options, '', items)::jsonb, '{"q": 1}', '{}')), expected, 'rounding: ' || options)
FROM (VALUES ('{"decimals": 1}', '5.0'), ('{"decimals": 1, "round": "item"}', '5.2'), ('{"decimals": 1, "round": "total"}', '5.0'), ('{"decimals": 0, "round": "item"}', '4')) v(options, expected);
-- two thirds of 10: 6.67 half up, 6.66 truncated
SELECT is((SELECT total::text FROM deptperf_evaluate_total(pg_temp.one(options, '', '[{"code": "i", "indicator": "I", "points": 10, "formula": "f / g", "rule": "10 * x", "empty": "missing"}]')::jsonb, '{"f": 2, "g": 3}', '{}')), expected, 'rounding: ' || options)
FROM (VALUES ('{}', '6.67'), ('{"rounding": "truncate"}', '6.66'), ('{"decimals": 6}', '6.666667')) v(options, expected);

-- ---- vetoes of the grade ----

CREATE FUNCTION pg_temp.graded(facts text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', total, coalesce(grade, 'none')) FROM deptperf_evaluate_total($d${"indicators": [{"code": "I", "points": 100}], "items": [{"code": "i", "indicator": "I", "points": 100}],
      "requirements": [{"code": "r", "formula": "violations", "rule": "x > 0: zero, else pass", "grade": "good"}, {"code": "s", "formula": "shown", "rule": "x = 0: zero, else pass", "grade": "not shown"},
                       {"code": "m", "formula": "audited", "rule": "x < 0: missing, else pass", "grade": "good"}],
      "bands": [{"grade": "not shown"}, {"grade": "best", "from": 90}, {"grade": "good", "from": 70}, {"grade": "poor", "from": 0}]}$d$, facts::jsonb, '{"i": 95}')
$$;
SELECT is(pg_temp.graded(facts), expected, 'grade: ' || facts) FROM (VALUES
    ('{"audited": 1}', '95.00 best'), ('{"violations": 1, "audited": 1}', '95.00 good'), ('{"shown": 0, "violations": 1, "audited": 1}', '95.00 not shown'), ('{}', '95.00 none')) v(facts, expected);

-- ---- through the workspace: round trip, levels, peers ----

SELECT deptperf_setup();
INSERT INTO deptperf.fact (fact, label_en) VALUES ('f', 'f'), ('g', 'g'), ('has', 'has');
CREATE TEMP TABLE variant AS SELECT $${"framework": "variant", "label_en": "All of it", "options": {"decimals": 3, "full": 20},
  "groups": [{"code": "G", "points": 20, "weight": 1}],
  "indicators": [{"code": "I", "group": "G", "points": 10, "combine": "table", "bonus": 1, "table": [{"items": [4, 3], "points": 10}]}, {"code": "P", "group": "G", "points": 10}],
  "items": [{"code": "l1", "indicator": "I", "points": 5, "levels": [{"level": "A", "label_zh": "甲", "from": 4, "to": 4}, {"level": "B", "from": 3, "to": 3}, {"level": "partly", "from": 1, "to": 2.5}]},
            {"code": "l2", "indicator": "I", "points": 5, "bonus": 1, "empty": "leave out"},
            {"code": "p", "indicator": "P", "points": 2, "formula": "f / g", "rule": "2 - 0.1 per 1 over 1", "empty": "peer mean", "applies": "has", "peer": "rank from bottom", "better": "high"},
            {"code": "h", "indicator": "P", "points": 8, "formula": "f / g", "rule": "8 * x", "empty": "missing", "peer": "share of leader"}],
  "requirements": [{"code": "v", "formula": "finding_violation", "rule": "x > 0: zero, else pass", "grade": "poor"}],
  "bands": [{"grade": "good", "from": 10}, {"grade": "poor"}]}$$::jsonb AS d;
SELECT is(deptperf_framework_import(d), 'variant', 'a document with all of it is imported') FROM variant;
SELECT is(deptperf_framework_document('variant') @> d, true, 'and read back: all that it said')
FROM (SELECT d #- '{options}' #- '{requirements}' #- '{bands}' AS d FROM variant) v;
CREATE TEMP TABLE once AS SELECT deptperf_framework_document('variant') AS d;
SELECT is((SELECT deptperf_framework_import(d) FROM once), 'variant', 'what was read back is imported');
SELECT is(deptperf_framework_document('variant'), d, 'and is the same again') FROM once;

INSERT INTO deptperf.department (dept_id, code, parent_id) VALUES (1, 'top', NULL), (2, 'a', 1), (3, 'b', 1), (4, 'c', 1), (5, 'd', 1);
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2021, 'variant');
-- a 1/2, b 1/4, c 2/4, d does not apply
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) SELECT d, 2021, k, v FROM (VALUES (2, 'f', 1), (2, 'g', 2), (2, 'has', 1), (3, 'f', 1), (3, 'g', 4), (3, 'has', 1),
    (4, 'f', 2), (4, 'g', 4), (4, 'has', 1), (5, 'has', 0), (5, 'f', 1), (5, 'g', 1)) m(d, k, v);
SELECT is((SELECT string_agg(format('%s %s', dept_id, state), ', ' ORDER BY dept_id) FROM deptperf.item_score WHERE item = 'p'), '1 not_compared, 2 not_compared, 3 not_compared, 4 not_compared, 5 not_compared', 'before: not compared');
SELECT is(deptperf_compare(2021), 10::bigint, 'two items of five departments');
-- p: from the bottom b is 1st: 2; a and c share the 2nd place: 1.9; d has their mean (2 + 1.9 + 1.9) / 3 = 1.9333…; top is alone: 2
SELECT results_eq($$ SELECT dept_id, state, points FROM deptperf.item_score WHERE item = 'p' ORDER BY 1 $$,
  $$ VALUES (1::bigint, 'compared', 2::numeric), (2, 'compared', 1.9), (3, 'compared', 2), (4, 'compared', 1.9), (5, 'compared', 1.933333) $$, 'rank from the bottom, and the mean of those beside');
-- h: the leader is d with 1/1: a 8 * 1/2 = 4, b 2, c 4, d 8
SELECT results_eq($$ SELECT dept_id, points FROM deptperf.item_score WHERE item = 'h' AND dept_id > 1 ORDER BY 1 $$, $$ VALUES (2::bigint, 4::numeric), (3, 2), (4, 4), (5, 8) $$, 'share of the leader');
-- nobody has judged anything yet: a has 1.9 and 4 for p and h
SELECT results_eq('SELECT dept_id, provisional FROM deptperf_scores(''{2,3,4,5}'', ''{2021}'') ORDER BY 1', 'SELECT dept_id, provisional FROM deptperf.score WHERE dept_id > 1 ORDER BY 1', 'the point path too, where there is no assessment');
SELECT is(deptperf_assess(2, 2021, '{"l1": "A", "l2": 3, "p": 1}', 'seen', override => true), 3::bigint, 'a level that says its points; a comparison is overridden');
-- 4 and 3: the table gives 10; P = 1 + 4 = 5
SELECT is(deptperf_total(2, 2021)::text, '15.000', 'the total, three decimals');
SELECT is((SELECT format('%s %s %s', s.total, i.level, i.points) FROM deptperf.score s JOIN deptperf.current_assessment i USING (dept_id, fiscal_year) WHERE dept_id = 2 AND i.item = 'l1'), '15.000 A 4', 'in the view too, with the level');
SELECT throws_ok($$ SELECT deptperf_assess(3, 2021, '{"l1": "partly"}', 'x') $$, '22023', 'the points of "l1" are "partly"', 'a level that leaves room needs points');
SELECT throws_ok($$ SELECT deptperf_assess(3, 2021, '{"l1": {"level": "partly", "points": 3}}', 'x') $$, '22003', '3 points for "l1" are on no level "partly"', 'within the level');
SELECT throws_ok($$ SELECT deptperf_assess(3, 2021, '{"l1": 2.75}', 'x') $$, '22003', '2.75 points for "l1" are on no level', 'points between two levels');
SELECT is(deptperf_assess(3, 2021, '{"l1": {"level": "partly", "points": 2.5}}', 'x'), 1::bigint, 'and on its bound');
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, level, reason) VALUES (4, 2021, 'l1', 'B', 'x');
SELECT is((SELECT points FROM deptperf.current_assessment WHERE dept_id = 4 AND item = 'l1'), 3::numeric, 'a level that says its points, as a row');
-- exempt from p: the mean of those beside it, as d
SELECT deptperf_assess(4, 2021, '{"p": "exempt"}', 'merged', override => true);
SELECT deptperf_compare(2021);
-- it is not ranked: of the others a was judged 1 and b is the last with 2; d has no points to be averaged
SELECT is((SELECT format('%s %s', state, points) FROM deptperf.item_score WHERE item = 'p' AND dept_id = 4), 'compared 1.5', 'whoever is exempt gets the mean of the others');


-- An exemption given after the comparison counts at once; points of another framework don't.
SELECT deptperf_assess(3, 2021, '{"h": "exempt"}', 'law', override => true);
SELECT is((SELECT format('%s %s', state, points) FROM deptperf.item_score WHERE item = 'h' AND dept_id = 3), 'exempt 8', 'an exemption after a comparison');
SELECT is((SELECT state FROM deptperf.item_score WHERE item = 'p' AND dept_id = 5), 'compared', 'compared under this framework');
SELECT deptperf_framework_import((SELECT jsonb_set(d, '{framework}', '"other"') FROM once));
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (5, 2021, 'other');
SELECT is((SELECT format('%s %s', framework, state) FROM deptperf.item_score WHERE item = 'p' AND dept_id = 5), 'other not_compared', 'and not under another');
-- 7/0 is a contradiction, compared or not; a bad comparison is none
SELECT is(pg_temp.points(pg_temp.one('{}', '', '[{"code": "i", "indicator": "I", "points": 10, "formula": "f / g", "rule": "10 * x", "empty": "missing", "peer": "share of leader"}]'), '{"f": 7, "g": 0}', '{"i": {"peer": 3}}', 'i'), 'invalid', 'peers: n/0');
SELECT is(pg_temp.points(pg_temp.one('{}', '', '[{"code": "i", "indicator": "I", "points": 10, "formula": "f / g", "rule": "10 * x", "empty": "missing"}]'), '{"f": 7, "g": 10}', '{"i": {"peer": 30}}', 'i'), '7', 'peers: more than the points is nothing');
-- open beside left out: 10 of 10 known, 10 left out, 80 open: 10 * 100 / 90 = 11.11
SELECT is((SELECT format('%s %s %s', provisional, open, coalesce(total::text, 'none')) FROM deptperf_evaluate_total('{"indicators": [{"code": "A", "points": 10}, {"code": "B", "points": 10}, {"code": "C", "points": 80}],
  "items": [{"code": "a", "indicator": "A", "points": 10}, {"code": "b", "indicator": "B", "points": 10, "empty": "leave out"}, {"code": "c", "indicator": "C", "points": 80}]}', '{}', '{"a": 10, "b": "exempt"}')), '11.11 80 none', 'what is open stays a part of the whole');

-- A deep tree of groups is summed in one pass: 300 levels of weight 1 over 300 indicators of 1 point.
SELECT results_eq($$ SELECT count(*), min(points), max(points) FROM deptperf_evaluate((SELECT jsonb_build_object(
    'groups', jsonb_agg(jsonb_build_object('code', 'g' || n, 'parent', CASE WHEN n > 1 THEN 'g' || n - 1 END, 'points', 300) ORDER BY n),
    'indicators', jsonb_agg(jsonb_build_object('code', 'i' || n, 'group', 'g300', 'points', 1)), 'items', jsonb_agg(jsonb_build_object('code', 't' || n, 'indicator', 'i' || n, 'points', 1)))
  FROM generate_series(1, 300) n), '{}', (SELECT jsonb_object_agg('t' || n, 1) FROM generate_series(1, 300) n)) WHERE level = 'group' $$, 'VALUES (300::bigint, 300::numeric, 300::numeric)', 'deep groups');
-- all of it left out, but an item of bonus alone: 2 points count, of nothing, so there is no total to scale
SELECT is(pg_temp.points('{"indicators": [{"code": "I", "points": 5, "bonus": 2}], "items": [{"code": "a", "indicator": "I", "points": 5, "empty": "leave out"}, {"code": "b", "indicator": "I", "points": 0, "bonus": 2}]}', '{}', '{"a": "exempt", "b": 2}', 'I'), '2.00', 'a bonus beside what is left out');
-- leave out: items of 10 and 10 in an indicator of 10, full: 10 of 10, so 100
SELECT is((SELECT total::text FROM deptperf_evaluate_total('{"options": {"missing": "leave out"}, "indicators": [{"code": "I", "points": 10}], "items": [{"code": "a", "indicator": "I", "points": 10}, {"code": "b", "indicator": "I", "points": 10}]}', '{}', '{"a": 10, "b": 10}')), '100.00', 'no more is decided than an indicator has');
-- peers that are all 0 have no leader: 0/0 gives what empty says; and the mean of peers has no arithmetic
SELECT deptperf_framework_import((SELECT jsonb_set(jsonb_set(d, '{framework}', '"zero"'), '{items,3,empty}', '"full"') FROM once));
INSERT INTO deptperf.department (dept_id, code, parent_id) VALUES (20, 'z', NULL), (21, 'z1', 20), (22, 'z2', 20);
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (20, 2021, 'zero');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) SELECT d, 2021, f, v FROM unnest('{21,22}'::bigint[]) d, (VALUES ('f', 0), ('g', 3), ('has', 1)) m(f, v);
SELECT lives_ok('SELECT deptperf_compare(2021), deptperf_compare(2021)', 'compared, and again');
SELECT results_eq($$ SELECT dept_id, state, points FROM deptperf.item_score WHERE item = 'h' AND dept_id IN (21, 22) ORDER BY 1 $$, $$ VALUES (21::bigint, 'compared', 8::numeric), (22, 'compared', 8) $$, 'all of them 0');
SELECT results_eq($$ SELECT state, arithmetic, branch, points FROM deptperf_explain(4, 2021) WHERE item = 'p' $$, $$ VALUES ('compared', NULL::text, NULL::text, 1.5) $$, 'a mean is explained as one');

SELECT * FROM finish();
ROLLBACK;
