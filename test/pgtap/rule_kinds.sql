-- rule_kinds.sql: the 20 kinds of rule that rubrics in use need, by their number
-- in the list that they were collected in, each in a small framework and at its
-- bounds.  What each should give is worked out beside it.
BEGIN;
SELECT plan(35);

-- A document: of an item without an indicator it is "I", which has the items' points.
CREATE FUNCTION pg_temp.doc(items jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('framework', 'small',
    'indicators', (SELECT jsonb_build_array(jsonb_build_object('code', 'I', 'points', sum((i ->> 'points')::numeric))) FROM jsonb_array_elements(items) AS i),
    'items', (SELECT jsonb_agg('{"indicator": "I", "empty": "missing"}' || i ORDER BY n) FROM jsonb_array_elements(items) WITH ORDINALITY AS u(i, n))) || more
$$;

-- Of an item, indicator or group its state and points; of "total" points and grade.
CREATE FUNCTION pg_temp.says(document jsonb, facts jsonb, inputs jsonb, code text) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN says.code = 'total' THEN
           (SELECT concat_ws(' ', coalesce(trim_scale(t.total)::text, 'open'), t.grade) FROM deptperf_evaluate_total(document, facts, inputs) AS t)
         ELSE (SELECT concat_ws(' ', e.state, trim_scale(e.points)) FROM deptperf_evaluate(document, facts, inputs) AS e WHERE e.code = says.code)
         END
$$;

CREATE TEMP TABLE framework (name text PRIMARY KEY, document jsonb NOT NULL);
CREATE TEMP TABLE expect (kind int, name text REFERENCES framework, facts jsonb, inputs jsonb, code text, want text);
CREATE TEMP VIEW wrong AS
  SELECT e.*, got FROM expect e JOIN framework USING (name), pg_temp.says(document, facts, inputs, code) AS got WHERE got IS DISTINCT FROM want;

-- 1. A checklist: yes, partly, no.  Three boxes of 2 points: 2 * (1 + 0.5 + 0) = 3.
-- Judged, it is points within the maximum.
INSERT INTO framework VALUES
  ('boxes', pg_temp.doc('[{"code": "a", "points": 6, "formula": "box_a + box_b + box_c", "rule": "2 * x"}]')),
  ('ticked', pg_temp.doc('[{"code": "a", "points": 3, "formula": "nonzero(box_a) + nonzero(box_b) + nonzero(box_c)", "rule": "x >= 3: 3, x >= 2: 1, else 0"}]')),
  ('list', pg_temp.doc('[{"code": "a", "points": 2}, {"code": "b", "points": 2}]'));
INSERT INTO expect VALUES
  (1, 'boxes', '{"box_a": 1, "box_b": 0.5, "box_c": 0}', '{}', 'a', 'scored 3'),
  (1, 'boxes', '{"box_a": 1, "box_b": 1, "box_c": 1}', '{}', 'a', 'scored 6'),
  (1, 'boxes', '{"box_a": 0, "box_b": 0, "box_c": 0}', '{}', 'a', 'scored 0'),
  (1, 'boxes', '{"box_a": 1, "box_b": 1}', '{}', 'a', 'missing'),
  (1, 'ticked', '{"box_a": 1, "box_b": 7, "box_c": 0}', '{}', 'a', 'scored 1'),
  (1, 'ticked', '{"box_a": 1, "box_b": 7, "box_c": 2}', '{}', 'a', 'scored 3'),
  (1, 'list', '{}', '{"a": 2, "b": 1}', 'I', 'judged 3'),
  (1, 'list', '{}', '{"a": 0, "b": 0}', 'I', 'judged 0'),
  (1, 'list', '{}', '{"a": 2.01, "b": 1}', 'a', 'invalid'),
  (1, 'list', '{}', '{"a": 2}', 'I', 'missing');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 1', '1 checklist: yes, no, partly');

-- 2. One less for each finding, never below 0.
INSERT INTO framework VALUES
  ('findings', pg_temp.doc('[{"code": "a", "points": 5, "formula": "findings", "rule": "5 - 1 per 1"}]'));
INSERT INTO expect VALUES
  (2, 'findings', '{"findings": 0}', '{}', 'a', 'scored 5'), (2, 'findings', '{"findings": 1}', '{}', 'a', 'scored 4'),
  (2, 'findings', '{"findings": 4}', '{}', 'a', 'scored 1'), (2, 'findings', '{"findings": 5}', '{}', 'a', 'scored 0'),
  (2, 'findings', '{"findings": 6}', '{}', 'a', 'scored 0'), (2, 'findings', '{}', '{}', 'a', 'missing');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 2', '2 deduct per finding, floor 0');

-- 3. Bands: above 90 % 4, from 80 % 3, exactly 75 % 2, above 60 % 1.
INSERT INTO framework VALUES
  ('bands', pg_temp.doc('[{"code": "a", "points": 4, "formula": "n / d", "rule": "x > 90%: 4, x >= 80%: 3, x = 75%: 2, x > 60%: 1, else 0"}]'));
INSERT INTO expect
SELECT 3, 'bands', jsonb_build_object('n', n, 'd', 100), '{}', 'a', 'scored ' || points
FROM (VALUES (100, 4), (90.01, 4), (90, 3), (80, 3), (79.99, 1), (75.01, 1), (75, 2), (74.99, 1), (60.01, 1), (60, 0), (0, 0)) AS v (n, points);
INSERT INTO expect VALUES (3, 'bands', '{"n": 899999999999999999999999999999, "d": 1000000000000000000000000000000}', '{}', 'a', 'scored 3');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 3', '3 bands, each bound inclusive or not, one of a single value');

-- 4. A share of the points: cut at all of them, or nothing when over.
INSERT INTO framework VALUES
  ('share', pg_temp.doc('[{"code": "cut", "points": 3, "formula": "n / d", "rule": "3 * x"},
                          {"code": "zero", "points": 3, "formula": "n / d", "rule": "x > 100%: 0, else 3 * x"}]'));
INSERT INTO expect VALUES
  (4, 'share', '{"n": 50, "d": 100}', '{}', 'cut', 'scored 1.5'), (4, 'share', '{"n": 50, "d": 100}', '{}', 'zero', 'scored 1.5'),
  (4, 'share', '{"n": 100, "d": 100}', '{}', 'cut', 'scored 3'), (4, 'share', '{"n": 100, "d": 100}', '{}', 'zero', 'scored 3'),
  (4, 'share', '{"n": 100.01, "d": 100}', '{}', 'cut', 'scored 3'), (4, 'share', '{"n": 100.01, "d": 100}', '{}', 'zero', 'scored 0'),
  (4, 'share', '{"n": -1, "d": 100}', '{}', 'cut', 'scored 0'), (4, 'share', '{"n": 1, "d": 3}', '{}', 'cut', 'scored 1');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 4', '4 ratio times points, with a cap, or zero when over');

-- 5. 10 % are allowed; then 1 less for each 5 %: of a part too, for whole ones, for
-- begun ones.  At 12 % 2/5 are over: 8 - 0.4, 8, 8 - 1.
INSERT INTO framework VALUES
  ('slope', pg_temp.doc('[{"code": "linear", "points": 8, "formula": "n / d", "rule": "x <= 10%: 8, else 8 - 1 per 5% over 10%"},
                          {"code": "whole", "points": 8, "formula": "n / d", "rule": "x <= 10%: 8, else 8 - 1 per whole 5% over 10%"},
                          {"code": "started", "points": 8, "formula": "n / d", "rule": "x <= 10%: 8, else 8 - 1 per started 5% over 10%"}]'));
INSERT INTO expect
SELECT 5, 'slope', jsonb_build_object('n', n, 'd', 100), '{}', code, 'scored ' || points
FROM (VALUES (9, 8, 8, 8), (10, 8, 8, 8), (12, 7.6, 8, 7), (15, 7, 7, 7), (15.01, 6.998, 7, 6), (50, 0, 0, 0), (49.99, 0.002, 1, 0), (60, 0, 0, 0)) AS v (n, linear, whole, started),
     LATERAL (VALUES ('linear', linear), ('whole', whole), ('started', started)) AS p (code, points);
SELECT is_empty('SELECT * FROM wrong WHERE kind = 5', '5 allowance, then a slope: linear, in whole steps, in started steps');

-- 6. Two ratios of 150 % and 50 %.  Parts with caps of their own: 2 + 1 = 3 of 4.
-- Their mean, each cut first: (100 % + 50 %) / 2 of 4 = 3; cut afterwards: (150 % + 50 %) / 2 of 4 = 4.
INSERT INTO framework VALUES
  ('parts', pg_temp.doc('[{"code": "a", "points": 2, "formula": "n / d", "rule": "2 * x"}, {"code": "b", "points": 2, "formula": "m / d", "rule": "2 * x"}]')),
  ('cut before', pg_temp.doc('[{"code": "a", "points": 4, "formula": "n / d", "rule": "4 * x"}, {"code": "b", "points": 4, "formula": "m / d", "rule": "4 * x"}]',
                             '{"indicators": [{"code": "I", "points": 4, "combine": "mean"}]}')),
  ('cut after', pg_temp.doc('[{"code": "a", "points": 4, "bonus": 4, "formula": "n / d", "rule": "4 * x"}, {"code": "b", "points": 4, "bonus": 4, "formula": "m / d", "rule": "4 * x"}]',
                            '{"indicators": [{"code": "I", "points": 4, "combine": "mean"}]}'));
INSERT INTO expect VALUES
  (6, 'parts', '{"n": 150, "m": 50, "d": 100}', '{}', 'I', 'scored 3'),
  (6, 'cut before', '{"n": 150, "m": 50, "d": 100}', '{}', 'I', 'scored 3'),
  (6, 'cut after', '{"n": 150, "m": 50, "d": 100}', '{}', 'I', 'scored 4'),
  (6, 'cut after', '{"n": 150, "m": 50, "d": 100}', '{}', 'a', 'scored 6'),
  (6, 'cut after', '{"n": 150, "m": 40, "d": 100}', '{}', 'I', 'scored 3.8'),    -- (6 + 1.6) / 2
  (6, 'cut after', '{"n": 150, "m": 100, "d": 100}', '{}', 'I', 'scored 4'),     -- 5, at most 4
  (6, 'cut after', '{"n": 150, "d": 100}', '{}', 'I', 'missing');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 6', '6 parts with caps of their own, a mean capped before or after averaging');

-- 7. A violation makes an indicator 0.  Or the grade at most 良: 95 points stay 95,
-- and 70 points stay 中, which is lower anyhow.  Or a grade outside the scale.
INSERT INTO framework VALUES
  ('veto', pg_temp.doc('[{"code": "a", "points": 3}, {"code": "b", "points": 7, "indicator": "J"}]',
     '{"indicators": [{"code": "I", "points": 3}, {"code": "J", "points": 7}],
       "requirements": [{"code": "v", "indicator": "I", "formula": "violations", "rule": "x > 0: zero, else pass"}]}')),
  ('grade veto', pg_temp.doc('[{"code": "a", "points": 100}]',
     '{"requirements": [{"code": "v", "indicator": null, "grade": "良", "formula": "violations", "rule": "x < 0: missing, x > 0: zero, else pass"},
                        {"code": "w", "grade": "不评", "formula": "unaudited", "rule": "x > 0: zero, else pass"}],
       "bands": [{"grade": "优", "from": 90}, {"grade": "良", "from": 80}, {"grade": "中", "from": 60}, {"grade": "差", "from": 0}, {"grade": "不评", "from": null}]}'));
INSERT INTO expect VALUES
  (7, 'veto', '{"violations": 0}', '{"a": 3, "b": 7}', 'total', '10'), (7, 'veto', '{"violations": 1}', '{"a": 3, "b": 7}', 'total', '7'),
  (7, 'veto', '{"violations": 1}', '{"a": 3, "b": 7}', 'I', 'vetoed 0'), (7, 'veto', '{"violations": 1}', '{"a": 3, "b": 7}', 'a', 'judged 3'),
  (7, 'grade veto', '{"violations": 0}', '{"a": 95}', 'total', '95 优'), (7, 'grade veto', '{"violations": 1}', '{"a": 95}', 'total', '95 良'),
  (7, 'grade veto', '{"violations": 1}', '{"a": 80}', 'total', '80 良'), (7, 'grade veto', '{"violations": 1}', '{"a": 79.99}', 'total', '79.99 中'),
  (7, 'grade veto', '{"violations": 2}', '{"a": 70}', 'total', '70 中'), (7, 'grade veto', '{"violations": 2}', '{"a": 0}', 'total', '0 差'),
  (7, 'grade veto', '{}', '{"a": 95}', 'total', '95'),                            -- it names missing: no grade, the number stays
  (7, 'grade veto', '{"violations": 0, "unaudited": 1}', '{"a": 95}', 'total', '95 不评'),
  (7, 'grade veto', '{"violations": 1, "unaudited": 1}', '{"a": 0}', 'total', '0 不评'),
  (7, 'grade veto', '{"violations": 0, "unaudited": 1}', '{}', 'total', 'open');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 7', '7 veto of an indicator, or of a grade');

-- 8. No cars, or 0/0: all 20 points, nothing, left out, or what the peers have.
-- Left out, 60 of the other 80 are 75 of 100; with it 15 + 60 = 75 of 100 too, by the sum.
INSERT INTO framework
SELECT 'cars ' || e, pg_temp.doc(jsonb_build_array(jsonb_build_object('code', 'a', 'points', 20, 'formula', 'n / d', 'rule', '20 * x', 'applies', 'cars', 'empty', e),
                                                   jsonb_build_object('code', 'b', 'points', 80)))
FROM unnest('{full,missing,leave out,zero,peer mean}'::text[]) AS e;
INSERT INTO expect
SELECT 8, 'cars ' || e, facts::jsonb, inputs::jsonb, code, want
FROM (VALUES
  ('full', '{"cars": 0}', '{"b": 60}', 'a', 'not_applicable 20'), ('full', '{"cars": 0}', '{"b": 60}', 'total', '80'),
  ('full', '{"cars": 2, "n": 0, "d": 0}', '{"b": 60}', 'a', 'not_applicable 20'), ('full', '{"cars": 2, "n": 3, "d": 4}', '{"b": 60}', 'a', 'scored 15'),
  ('full', '{"n": 3, "d": 4}', '{"b": 60}', 'a', 'missing'),                       -- whether there are cars is not known
  ('missing', '{"cars": 0}', '{"b": 60}', 'a', 'missing'), ('missing', '{"cars": 0}', '{"b": 60}', 'total', 'open'),
  ('zero', '{"cars": 0}', '{"b": 60}', 'a', 'not_applicable 0'), ('zero', '{"cars": 0}', '{"b": 60}', 'total', '60'),
  ('zero', '{"cars": 2, "n": 0, "d": 0}', '{"b": 60}', 'total', '60'),
  ('leave out', '{"cars": 0}', '{"b": 60}', 'a', 'left_out'), ('leave out', '{"cars": 0}', '{"b": 60}', 'total', '75'),
  ('leave out', '{"cars": 2, "n": 0, "d": 0}', '{"b": 60}', 'total', '75'), ('leave out', '{"cars": 2, "n": 3, "d": 4}', '{"b": 60}', 'total', '75'),
  ('leave out', '{"cars": 2, "n": 1, "d": 4}', '{"b": 60}', 'total', '65'), ('leave out', '{"cars": 2}', '{"b": 60}', 'total', 'open'),
  ('leave out', '{"cars": 2}', '{"b": 60, "a": "exempt"}', 'total', '75'), ('leave out', '{"cars": 0}', '{}', 'total', 'open'),
  ('peer mean', '{"cars": 0}', '{"b": 60}', 'a', 'not_compared'), ('peer mean', '{"cars": 0}', '{"b": 60, "a": {"peer": 12.5}}', 'a', 'compared 12.5'),
  ('peer mean', '{"cars": 0}', '{"b": 60, "a": {"peer": 12.5}}', 'total', '72.5'), ('peer mean', '{"cars": 2, "n": 3, "d": 4}', '{"b": 60, "a": {"peer": 12.5}}', 'a', 'scored 15'),
  ('full', '{"cars": 2}', '{"b": 60, "a": {"peer": 12.5}}', 'a', 'missing')) AS v (e, facts, inputs, code, want);
SELECT is_empty('SELECT * FROM wrong WHERE kind = 8', '8 not applicable: full, renormalised, the peers'' mean, none');

-- 9. Directions.  At least: actual / target.  At most, by difference: 36 against 30 is
-- 1 - 6/30 = 80 %; by quotient: 30/36 = 83.33 %.  Exactly: as at least,
-- here with nothing above it.
INSERT INTO framework VALUES
  ('direction', pg_temp.doc('[{"code": "ge", "points": 10, "formula": "actual / target", "rule": "x >= 100%: 10, else 10 * x", "empty": "full"},
                              {"code": "le", "points": 10, "formula": "actual / target", "rule": "x <= 100%: 10, x >= 200%: 0, else 10 - 0.1 per 1% over 100%", "empty": "full"},
                              {"code": "quotient", "points": 10, "formula": "target / actual", "rule": "x >= 100%: 10, else 10 * x", "empty": "full"},
                              {"code": "eq", "points": 10, "formula": "actual / target", "rule": "x > 100%: 0, else 10 * x", "empty": "full"}]'));
INSERT INTO expect
SELECT 9, 'direction', jsonb_build_object('actual', actual, 'target', target), '{}', code, want
FROM (VALUES
  (30, 30, 'scored 10', 'scored 10', 'scored 10', 'scored 10'), (36, 30, 'scored 10', 'scored 8', 'scored 8.333333', 'scored 0'),
  (27, 30, 'scored 9', 'scored 10', 'scored 10', 'scored 9'), (59.7, 30, 'scored 10', 'scored 0.1', 'scored 5.025126', 'scored 0'),
  (60, 30, 'scored 10', 'scored 0', 'scored 5', 'scored 0'), (90, 30, 'scored 10', 'scored 0', 'scored 3.333333', 'scored 0'),
  (0, 30, 'scored 0', 'scored 10', 'scored 10', 'scored 0'),                       -- nothing spent: below the limit
  (-3, 30, 'scored 0', 'scored 10', 'invalid', 'scored 0'),                        -- a negative denominator says nothing
  (0, 0, 'not_applicable 10', 'not_applicable 10', 'not_applicable 10', 'not_applicable 10'),
  (5, 0, 'scored 10', 'scored 0', 'scored 0', 'scored 0'))                         -- target 0: at least is met, at most is not
    AS v (actual, target, ge, le, quotient, eq),
  LATERAL (VALUES ('ge', ge), ('le', le), ('quotient', quotient), ('eq', eq)) AS p (code, want);
SELECT is_empty('SELECT * FROM wrong WHERE kind = 9', '9 directions, two reverse formulas, targets of 0, negative actuals');
-- Where the comparison belongs to each target and not to the rubric, its share says it.
SELECT is((SELECT array_agg(trim_scale(round(numerator / denominator, 6)) ORDER BY n)
           FROM (VALUES (1, '>=', 30, 27, 'difference'), (2, '<=', 30, 36, 'difference'), (3, '<=', 30, 36, 'quotient'), (4, '=', 30, 36, 'difference'),
                        (5, '=', 0, 0, 'difference'), (6, '=', 0, 5, 'difference'), (7, '<=', 0, 0, 'difference'), (8, '<=', 0, 5, 'quotient'),
                        (9, '>=', 0, 0, 'difference'), (10, '>=', 30, -3, 'difference'), (11, '<=', 30, 60, 'difference')) AS v (n, comparison, target, actual, reverse),
                deptperf_target_share(comparison, target, NULL, actual, reverse)),
          '{0.9,0.8,0.833333,1,1,0,1,0,1,0,0}'::numeric[], '9 the same for targets that each have their comparison');

-- 10. Qualitative bands of 10 points: in the workspace, below.  To evaluation they are points.

-- 11. Overshoot.  Cut: 10.  Flagged: over 130 % nothing counts until somebody judges it,
-- which needs a reason.  Bonus: 5 more or less for each whole 5 %, at most 120, at least 0.
INSERT INTO framework VALUES
  ('overshoot', pg_temp.doc('[{"code": "cut", "points": 10, "formula": "n / d", "rule": "10 * x"},
                              {"code": "flag", "points": 10, "formula": "n / d", "rule": "x > 130%: invalid, else 10 * x"}]')),
  ('bonus', pg_temp.doc('[{"code": "a", "points": 100, "bonus": 20, "formula": "n / d", "rule": "x >= 100%: 100 + 5 per whole 5% over 100%, else 100 - 5 per whole 5% under 100%"}]',
                        '{"indicators": [{"code": "I", "points": 100, "bonus": 20}]}')),
  ('no bonus above', pg_temp.doc('[{"code": "a", "points": 100, "bonus": 20, "formula": "n / d", "rule": "100 * x"}]'));
INSERT INTO expect
SELECT 11, 'bonus', jsonb_build_object('n', n, 'd', 100), '{}', 'total', points::text
FROM (VALUES (100, 100), (104.99, 100), (105, 105), (119.99, 115), (120, 120), (125, 120), (1000, 120), (95.01, 100), (95, 95), (94.99, 95), (50, 50), (4, 5), (0, 0), (-10, 0)) AS v (n, points);
INSERT INTO expect VALUES
  (11, 'overshoot', '{"n": 120, "d": 100}', '{}', 'cut', 'scored 10'), (11, 'overshoot', '{"n": 130, "d": 100}', '{}', 'flag', 'scored 10'),
  (11, 'overshoot', '{"n": 130.01, "d": 100}', '{}', 'flag', 'invalid'), (11, 'overshoot', '{"n": 130.01, "d": 100}', '{"flag": 10}', 'flag', 'overridden 10'),
  (11, 'no bonus above', '{"n": 110, "d": 100}', '{}', 'a', 'scored 110'), (11, 'no bonus above', '{"n": 110, "d": 100}', '{}', 'I', 'scored 100'),
  (11, 'bonus', '{"n": 100, "d": 100}', '{"a": 120}', 'total', '120'), (11, 'bonus', '{"n": 100, "d": 100}', '{"a": 120.01}', 'a', 'invalid');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 11', '11 overshoot: cut, flagged, rewarded up to 120');

-- 12. The better of a rate (full at 5 % and less, else 0.5 less for each 1 %) and its change
-- (full when it falls, else half); or the one that the department chose, by 1 or 0.
INSERT INTO framework VALUES
  ('best', pg_temp.doc('[{"code": "rate", "points": 4, "formula": "n / d", "rule": "x <= 5%: 4, else 4 - 0.5 per 1% over 5%"},
                         {"code": "change", "points": 4, "formula": "n - before", "rule": "x < 0: 4, else 2"}]', '{"indicators": [{"code": "I", "points": 4, "combine": "best"}]}')),
  ('chosen', pg_temp.doc('[{"code": "rate", "points": 4, "formula": "n / d", "rule": "x <= 5%: 4, else 4 - 0.5 per 1% over 5%", "applies": "rate_chosen", "empty": "leave out"},
                           {"code": "change", "points": 4, "formula": "n - before", "rule": "x < 0: 4, else 2", "applies": "change_chosen", "empty": "leave out"}]',
                         '{"indicators": [{"code": "I", "points": 4, "combine": "best"}]}'));
INSERT INTO expect VALUES
  (12, 'best', '{"n": 8, "d": 100, "before": 8}', '{}', 'I', 'scored 2.5'),      -- 4 - 1.5, against 2
  (12, 'best', '{"n": 12, "d": 100, "before": 8}', '{}', 'I', 'scored 2'),       -- 4 - 3.5, against 2
  (12, 'best', '{"n": 12, "d": 100, "before": 13}', '{}', 'I', 'scored 4'),
  (12, 'best', '{"n": 5, "d": 100}', '{}', 'I', 'scored 4'),                     -- nothing beats all points
  (12, 'best', '{"n": 8, "d": 100}', '{}', 'I', 'missing'),
  (12, 'chosen', '{"n": 12, "d": 100, "before": 8, "rate_chosen": 1, "change_chosen": 0}', '{}', 'I', 'scored 0.5'),
  (12, 'chosen', '{"n": 12, "d": 100, "before": 8, "rate_chosen": 0, "change_chosen": 1}', '{}', 'total', '2'),
  (12, 'chosen', '{"n": 12, "d": 100, "rate_chosen": 1, "change_chosen": 0}', '{}', 'total', '0.5'),
  (12, 'chosen', '{"n": 12, "d": 100, "before": 8, "rate_chosen": 0, "change_chosen": 0}', '{}', 'total', 'open');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 12', '12 the best of several, or the one that was chosen');

-- 13. Among peers: the number that the rule reads is a place or a share, which evaluation
-- does not know; points of a comparison come with the inputs, and an assessment wins.
INSERT INTO framework VALUES
  ('peers', pg_temp.doc('[{"code": "a", "points": 2, "formula": "n / d", "rule": "2 - 0.1 per 1 over 1", "peer": "rank from bottom", "better": "low"}]'));
INSERT INTO expect VALUES
  (13, 'peers', '{"n": 1, "d": 2}', '{}', 'a', 'not_compared'), (13, 'peers', '{"n": 1}', '{"a": {"peer": 1.9}}', 'a', 'missing'), (13, 'peers', '{"n": 1, "d": 2}', '{}', 'total', 'open'), (13, 'peers', '{"n": 1, "d": 2}', '{"a": {"peer": 1.9}}', 'a', 'compared 1.9'),
  (13, 'peers', '{"n": 1, "d": 2}', '{"a": 1.5}', 'a', 'overridden 1.5'), (13, 'peers', '{"n": 1, "d": 2}', '{"a": {"peer": 2.1}}', 'a', 'not_compared');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 13', '13 among peers: points of a comparison');
-- The rules of the four: last 2, the next 1.9 …; the share of the leader; of the mean; quartiles.
SELECT is((SELECT array_agg(trim_scale(deptperf_score(rule::deptperf_rule, x, 1, most)) ORDER BY n)
           FROM (VALUES (1, '2 - 0.1 per 1 over 1', 1, 2), (2, '2 - 0.1 per 1 over 1', 2, 2), (3, '2 - 0.1 per 1 over 1', 21, 2), (4, '2 - 0.1 per 1 over 1', 30, 2),
                        (5, '5 * x', 0.8, 5), (6, '5 * x', 1.3, 5), (7, 'x >= 75%: 4, x >= 50%: 3, x >= 25%: 2, else 1', 0.75, 4), (8, 'x <= 3: 2, else 1', 4, 2)) AS v (n, rule, x, most)),
          '{2,1.9,0,0,4,5,4,1}'::numeric[], '13 what the rules read: a place, a share, a percentile');

-- 14. Two parts of 50 %; the first of 75 + 25.  Leaf points times 50 %: (60 + 20) * 0.5 + 90 * 0.5 = 85.
-- The same nested: 80 of 100 with 75 %, and 80 of 100 with 25 %, of the first half: 80; 80 * 0.5 + 90 * 0.5.
INSERT INTO framework VALUES
  ('tree', pg_temp.doc('[{"code": "a", "points": 75, "indicator": "A"}, {"code": "b", "points": 25, "indicator": "B"}, {"code": "c", "points": 100, "indicator": "C"}]',
     '{"groups": [{"code": "1", "points": 100, "weight": 0.5}, {"code": "11", "parent": "1", "points": 75}, {"code": "12", "parent": "1", "points": 25}, {"code": "2", "points": 100, "weight": 0.5}],
       "indicators": [{"code": "A", "group": "11", "points": 75}, {"code": "B", "group": "12", "points": 25}, {"code": "C", "group": "2", "points": 100}]}')),
  ('nested', pg_temp.doc('[{"code": "a", "points": 100, "indicator": "A"}, {"code": "b", "points": 100, "indicator": "B"}, {"code": "c", "points": 100, "indicator": "C"}]',
     '{"groups": [{"code": "1", "points": 100, "weight": 0.5}, {"code": "11", "parent": "1", "points": 100, "weight": 0.75}, {"code": "12", "parent": "1", "points": 100, "weight": 0.25}, {"code": "2", "points": 100, "weight": 0.5}],
       "indicators": [{"code": "A", "group": "11", "points": 100}, {"code": "B", "group": "12", "points": 100}, {"code": "C", "group": "2", "points": 100}]}'));
INSERT INTO expect VALUES
  (14, 'tree', '{}', '{"a": 60, "b": 20, "c": 90}', 'total', '85'), (14, 'tree', '{}', '{"a": 60, "b": 20, "c": 90}', '1', 'scored 80'),
  (14, 'tree', '{}', '{"a": 75, "b": 25, "c": 100}', 'total', '100'), (14, 'tree', '{}', '{"a": 75, "b": 25}', 'total', 'open'),
  (14, 'nested', '{}', '{"a": 80, "b": 80, "c": 90}', 'total', '85'), (14, 'nested', '{}', '{"a": 100, "b": 0, "c": 0}', 'total', '37.5'),
  (14, 'nested', '{}', '{"a": 100, "b": 0, "c": 0}', '1', 'scored 75'), (14, 'nested', '{}', '{"a": 100, "b": 0, "c": 0}', '11', 'scored 100'),
  (14, 'nested', '{}', '{"a": 0, "b": 100, "c": 0}', 'total', '12.5'), (14, 'nested', '{}', '{"a": 100, "b": 100, "c": 100}', 'total', '100'),
  (14, 'nested', '{}', '{"a": 33.33, "b": 0, "c": 0}', 'total', '12.5');           -- 12.49875
SELECT is_empty('SELECT * FROM wrong WHERE kind = 14', '14 a tree of points, nested percentage weights');

-- 15. Three indicators of two items with 0.3325: 0.665 each, 1.995 in all.
INSERT INTO framework
SELECT 'round ' || o::text, pg_temp.doc('[{"code": "a1", "points": 1, "indicator": "A"}, {"code": "a2", "points": 1, "indicator": "A"}, {"code": "b1", "points": 1, "indicator": "B"},
                                    {"code": "b2", "points": 1, "indicator": "B"}, {"code": "c1", "points": 1, "indicator": "C"}, {"code": "c2", "points": 1, "indicator": "C"}]',
  jsonb_build_object('options', o, 'indicators', '[{"code": "A", "points": 2}, {"code": "B", "points": 2}, {"code": "C", "points": 2}]'::jsonb))
FROM unnest('{"{}","{\"round\": \"item\"}","{\"round\": \"total\"}","{\"rounding\": \"truncate\"}","{\"rounding\": \"truncate\", \"round\": \"item\"}","{\"rounding\": \"truncate\", \"round\": \"total\"}","{\"decimals\": 0}","{\"decimals\": 1, \"round\": \"item\"}","{\"decimals\": 6}"}'::jsonb[]) AS o;
INSERT INTO expect
SELECT 15, 'round ' || o::jsonb::text, '{}', '{"a1": 0.3325, "a2": 0.3325, "b1": 0.3325, "b2": 0.3325, "c1": 0.3325, "c2": 0.3325}', 'total', want
FROM (VALUES
  ('{}', '2.01'),                                              -- 0.67 three times
  ('{"round": "item"}', '1.98'),                               -- 0.33 six times
  ('{"round": "total"}', '2'),                                 -- 1.995, half up
  ('{"rounding": "truncate"}', '1.98'),                        -- 0.66 three times
  ('{"rounding": "truncate", "round": "item"}', '1.98'),
  ('{"rounding": "truncate", "round": "total"}', '1.99'),
  ('{"decimals": 0}', '3'),                                    -- 1 three times
  ('{"decimals": 1, "round": "item"}', '1.8'),                 -- 0.3 six times
  ('{"decimals": 6}', '1.995')) AS v (o, want);
SELECT is_empty('SELECT * FROM wrong WHERE kind = 15', '15 rounding: each indicator, each item or the total, half up or truncated');

-- 16. Grades: 90/80/60, 80/70/60, levels, none.  The grade is that of the total as shown:
-- 89.995 is shown as 90.00, 89.994 as 89.99.
INSERT INTO framework VALUES
  ('90/80/60', pg_temp.doc('[{"code": "a", "points": 100}]', '{"bands": [{"grade": "优", "from": 90}, {"grade": "良", "from": 80}, {"grade": "中", "from": 60}, {"grade": "差", "from": 0}]}')),
  ('80/70/60', pg_temp.doc('[{"code": "a", "points": 100}]', '{"bands": [{"grade": "D", "from": 0}, {"grade": "A", "from": 80}, {"grade": "C", "from": 60}, {"grade": "B", "from": 70}]}')),
  ('no grades', pg_temp.doc('[{"code": "a", "points": 100}]')),
  ('levels', pg_temp.doc('[{"code": "a", "points": 4}, {"code": "b", "points": 4}, {"code": "c", "points": 4}]',
     '{"options": {"full": 4}, "indicators": [{"code": "I", "points": 4, "combine": "weakest plus"}],
       "bands": [{"grade": "A", "from": 4}, {"grade": "B+", "from": 3.5}, {"grade": "B", "from": 3}, {"grade": "C+", "from": 2.5}, {"grade": "C", "from": 2}, {"grade": "D+", "from": 1.5}, {"grade": "D", "from": 0}]}')),
  ('table', pg_temp.doc('[{"code": "a", "points": 4}, {"code": "b", "points": 4}]',
     '{"indicators": [{"code": "I", "points": 4, "combine": "table", "table": [{"items": [4, 3], "points": 3.5}, {"items": [3, 4], "points": 3.5}, {"items": [1, 4], "points": 2.5}, {"items": [4], "points": 4}]}]}'));
INSERT INTO expect
SELECT 16, f, '{}', jsonb_build_object('a', a), 'total', concat_ws(' ', trim_scale(round(a, 2))::text, grade)
FROM (VALUES ('90/80/60', 100, '优'), ('90/80/60', 90, '优'), ('90/80/60', 89.995, '优'), ('90/80/60', 89.994, '良'), ('90/80/60', 80, '良'), ('90/80/60', 79.99, '中'),
             ('90/80/60', 60, '中'), ('90/80/60', 59.99, '差'), ('90/80/60', 0, '差'), ('80/70/60', 80, 'A'), ('80/70/60', 79.99, 'B'), ('80/70/60', 70, 'B'),
             ('80/70/60', 69.99, 'C'), ('80/70/60', 60, 'C'), ('80/70/60', 59.99, 'D'), ('no grades', 90, NULL)) AS v (f, a, grade);
INSERT INTO expect VALUES
  (16, 'levels', '{}', '{"a": 4, "b": 4, "c": 4}', 'total', '4 A'), (16, 'levels', '{}', '{"a": 4, "b": 3, "c": 3}', 'total', '3.5 B+'), (16, 'levels', '{}', '{"a": 3, "b": 3, "c": 3}', 'total', '3 B'),
  (16, 'levels', '{}', '{"a": 2, "b": 4, "c": 4}', 'total', '2.5 C+'), (16, 'levels', '{}', '{"a": 1, "b": 1, "c": 2}', 'total', '1.5 D+'), (16, 'levels', '{}', '{"a": 1, "b": 1, "c": 1}', 'total', '1 D'),
  (16, 'table', '{}', '{"a": 3, "b": 4}', 'total', '3.5'), (16, 'table', '{}', '{"a": 4, "b": 1}', 'total', '2.5'), (16, 'table', '{}', '{"a": 2, "b": 2}', 'total', 'open');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 16', '16 grades: 90/80/60, 80/70/60, none, ordinal');
-- no gap between them: every hundredth has a grade, and each bound the higher one
SELECT is((SELECT array_agg(g ORDER BY from_points) FROM (SELECT deptperf_grade(x / 100.0) AS g, min(x) AS from_points FROM generate_series(0, 10000) AS x GROUP BY 1) v), '{差,中,良,优}'::text[], '16 without gaps');

-- 17. Progress against time: paid / (month / 12), in June paid / 50 %: green from 80 % of it,
-- so from 40 %; red below 60 % of it, so below 30 %.  The whole has the worst colour.
INSERT INTO framework VALUES
  ('june', pg_temp.doc('[{"code": "paid", "points": 2, "formula": "12*paid / (6*budget)", "rule": "x >= 80%: 2, x >= 60%: 1, else 0"},
                         {"code": "targets", "points": 2, "formula": "12*done / (6*due)", "rule": "x >= 80%: 2, x >= 60%: 1, else 0"}]',
     '{"indicators": [{"code": "I", "points": 2, "combine": "weakest"}], "bands": [{"grade": "绿", "from": 2}, {"grade": "黄", "from": 1}, {"grade": "红", "from": 0}]}'));
INSERT INTO expect
SELECT 17, 'june', jsonb_build_object('paid', paid, 'budget', 100, 'done', done, 'due', 100), '{}', 'total', want
FROM (VALUES (40, 40, '2 绿'), (39.99, 40, '1 黄'), (40, 30, '1 黄'), (30, 30, '1 黄'), (29.99, 100, '0 红'), (100, 0, '0 红')) AS v (paid, done, want);
INSERT INTO expect VALUES (17, 'june', '{"paid": 50, "budget": 100}', '{}', 'total', 'open');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 17', '17 progress against time, the worst of the colours');

-- 18. Two units: 40 of 50 and 70 of 50 are 110 of 100, all the points; a rate of 90 % with
-- funds of 300 and one of 100 % with 100 are 370 / 400 = 92.5 %.
INSERT INTO framework VALUES
  ('roll up', pg_temp.doc('[{"code": "quantity", "points": 10, "formula": "actual / target", "rule": "10 * x"}, {"code": "rate", "points": 10, "formula": "rate_funds / funds", "rule": "10 * x"}]'));
INSERT INTO expect
SELECT 18, 'roll up', facts, '{}', code, want
FROM (SELECT deptperf_facts(u) AS facts FROM (VALUES ('{"actual": 40, "target": 50, "rate_funds": 270, "funds": 300}'::jsonb), ('{"actual": 70, "target": 50, "rate_funds": 100, "funds": 100}')) AS v (u)) f,
     (VALUES ('quantity', 'scored 10'), ('rate', 'scored 9.25')) AS p (code, want);
SELECT is_empty('SELECT * FROM wrong WHERE kind = 18', '18 rolling up: amounts are added, rates weighted by funds, then scored');

-- 20. What contradicts itself or can't be read is invalid, never a number.
INSERT INTO framework VALUES
  ('contradiction', pg_temp.doc('[{"code": "a", "points": 6, "formula": "in_use / total", "rule": "x > 100%: invalid, x < 0%: invalid, else 6 * x"}]'));
INSERT INTO expect VALUES
  (20, 'contradiction', '{"in_use": 100, "total": 100}', '{}', 'a', 'scored 6'), (20, 'contradiction', '{"in_use": 100.01, "total": 100}', '{}', 'a', 'invalid'),
  (20, 'contradiction', '{"in_use": -0.01, "total": 100}', '{}', 'a', 'invalid'), (20, 'contradiction', '{"in_use": "834,02.62", "total": 100}', '{}', 'a', 'invalid'),
  (20, 'contradiction', '{"in_use": "50", "total": 100}', '{}', 'a', 'invalid'), (20, 'contradiction', '{"in_use": 100.01, "total": 100}', '{}', 'total', 'open'),
  (20, 'contradiction', '{"in_use": 50, "total": 100}', '{"a": "3"}', 'a', 'invalid');
SELECT is_empty('SELECT * FROM wrong WHERE kind = 20', '20 contradictions and malformed numbers');
SELECT is(ARRAY[deptperf_number('834,02.62'), deptperf_number('83402.62'), deptperf_number('1.2E+05')], '{NaN,83402.62,NaN}'::numeric[], '20 malformed numbers are no number where they come in');

-- What needs the workspace: levels, versions, explanations, published against recomputed, peers.
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
INSERT INTO deptperf.fact (fact) VALUES ('n'), ('d'), ('cars');
INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (1, 'north', NULL), (2, 'n1', 'north'), (3, 'n2', 'north'), (4, 'n3', 'north'), (5, 'n4', 'north');
DO $$ BEGIN PERFORM deptperf_framework_import(pg_temp.doc(
  '[{"code": "q", "points": 10, "levels": [{"level": "达成", "from": 8, "to": 10}, {"level": "部分达成", "from": 6, "to": 8}, {"level": "未达成", "from": 0, "to": 6}]},
    {"code": "yes", "points": 2, "levels": [{"level": "是", "from": 2, "to": 2}, {"level": "部分", "from": 1, "to": 1}, {"level": "否", "from": 0, "to": 0}]}]',
  '{"framework": "levels", "from_year": 2021, "to_year": 2022, "bands": [{"grade": "合格", "from": 6}, {"grade": "不合格", "from": 0}]}')); END $$;
DO $$ BEGIN PERFORM deptperf_framework_import(pg_temp.doc(
  '[{"code": "bottom", "points": 2, "formula": "n / d", "rule": "2 - 0.1 per 1 over 1", "peer": "rank from bottom"}, {"code": "low", "points": 2, "formula": "n / d", "rule": "x <= 1: 2, else 1", "peer": "rank", "better": "low"},
    {"code": "leader", "points": 5, "formula": "n / d", "rule": "5 * x", "peer": "share of leader"}, {"code": "mean", "points": 5, "formula": "n / d", "rule": "5 * x", "peer": "share of mean"},
    {"code": "quartile", "points": 4, "formula": "n / d", "rule": "x >= 75%: 4, x >= 50%: 3, x >= 25%: 2, else 1", "peer": "percentile"},
    {"code": "cars", "points": 10, "formula": "n / d", "rule": "10 * x", "applies": "cars", "empty": "peer mean"}]', '{"framework": "peers"}')); END $$;
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2021, 'levels'), (1, 2023, 'sz-2021'), (2, 2022, 'sz-2021-records'), (1, 2030, 'peers'), (2, 2030, 'peers');

-- 19. Each year and region its version: from 2021 levels, for n1 from 2022 another; carried on until the next row.
SELECT results_eq($$ SELECT d, y, (SELECT framework FROM deptperf.framework_in_force(d, y)) FROM unnest('{2,3}'::bigint[]) d, unnest('{2020,2021,2022,2023,2029}'::int[]) y ORDER BY d, y $$,
  $$ VALUES (2::bigint, 2020, 'sz-2021'), (2, 2021, 'levels'), (2, 2022, 'sz-2021-records'), (2, 2023, 'sz-2021-records'), (2, 2029, 'sz-2021-records'),
            (3, 2020, 'sz-2021'), (3, 2021, 'levels'), (3, 2022, 'levels'), (3, 2023, 'sz-2021'), (3, 2029, 'sz-2021') $$, '19 versions by year and region, carried on');

-- 10. A score lies in its level, where two meet in the better one; a level of one value gives it.
CREATE FUNCTION pg_temp.judge(unit bigint, code text, level_named text, points_given numeric, why text DEFAULT 'seen') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM deptperf_assess(unit, 2021, jsonb_build_object(code, CASE WHEN points_given IS NULL THEN to_jsonb(level_named) ELSE jsonb_build_object('level', level_named, 'points', points_given) END), why);
    RETURN (SELECT concat_ws(' ', s.state, trim_scale(s.points)) FROM deptperf.item_score s WHERE s.dept_id = unit AND s.fiscal_year = 2021 AND s.item = code);
EXCEPTION WHEN others THEN
    RETURN SQLSTATE;
END $$;
SELECT is((SELECT array_agg(got ORDER BY n) FROM (VALUES (1, '达成', 7.99), (2, '达成', 10.01), (3, '部分达成', 5.99), (4, '部分达成', 8), (5, '未达成', 6), (6, '大部分', 7), (7, '部分达成', NULL), (8, '部分达成', 6)) AS v (n, l, p), pg_temp.judge(2, 'q', l, p) AS got),
          '{22003,22003,22003,22003,22003,22003,22023,"judged 6"}'::text[], '10 a score outside its level, an unknown level, and a level that says no points, are refused');
SELECT is(ARRAY[pg_temp.judge(3, 'q', '达成', 8), pg_temp.judge(4, 'q', '部分达成', 7.99), pg_temp.judge(5, 'q', '未达成', 0), pg_temp.judge(3, 'yes', '部分', NULL), pg_temp.judge(4, 'yes', '是', NULL), pg_temp.judge(5, 'yes', '否', NULL)],
          '{judged 8,judged 7.99,judged 0,judged 1,judged 2,judged 0}'::text[], '10 a score inside its level; a level of one value gives it by itself');

-- 20. Below the maximum a reason is due; what was published stands beside what is recomputed: 8 + 1 = 9.
SELECT is(pg_temp.judge(2, 'q', '达成', 9, NULL), '23514', '20 a judgement below the maximum needs a reason');
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, points, grade) VALUES (3, 2021, 11, '合格');
SELECT results_eq($$ SELECT p.points, s.total, s.total - p.points FROM deptperf.self_assessment p JOIN deptperf.score s USING (dept_id, fiscal_year) WHERE p.dept_id = 3 AND p.indicator IS NULL $$,
  $$ VALUES (11::numeric, 9::numeric, -2::numeric) $$, '20 published against recomputed');

-- 13. Four offices of 50, 80, 90 and 90 %.
--   bottom    places 1, 2, 3, 3 from the bottom: 2, 1.9, 1.8, 1.8
--   low       the lowest is best: 2, then 1
--   leader    of 90 %: 50/90 * 5 = 2.777778, 80/90 * 5 = 4.444444, 5, 5
--   mean      of 77.5 %: 50/77.5 * 5 = 3.225806, then more than 5
--   quartile  25, 50, 100, 100 % are not better: 2, 3, 4, 4
--   cars      the first has none: the mean of 8, 9 and 9
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount)
SELECT dept_id, 2030, fact, amount FROM (VALUES (2, 1, 2, 0), (3, 4, 5, 1), (4, 9, 10, 1), (5, 18, 20, 1)) AS v (dept_id, n, d, cars), LATERAL (VALUES ('n', n), ('d', d), ('cars', cars)) AS p (fact, amount);
SELECT results_eq($$ SELECT state, count(*) FROM deptperf.item_score WHERE fiscal_year = 2030 AND dept_id > 1 GROUP BY 1 ORDER BY 1 $$, $$ VALUES ('not_compared', 21::bigint), ('scored', 3) $$, '13 among peers: before the second pass');
SELECT is((SELECT count(*) FROM deptperf.score WHERE fiscal_year = 2030 AND total IS NOT NULL), 0::bigint, '13 among peers: no total without it');
-- five items of five departments, for the bureau above is compared too, and the cars of one
SELECT is(deptperf_compare(2030), 26::bigint, '13 among peers: the second pass');
SELECT results_eq($$ SELECT item, array_agg(trim_scale(points) ORDER BY dept_id) FROM deptperf.item_score WHERE fiscal_year = 2030 AND dept_id > 1 GROUP BY 1 ORDER BY 1 $$,
  $$ VALUES ('bottom', '{2,1.9,1.8,1.8}'::numeric[]), ('cars', '{8.666667,8,9,9}'), ('leader', '{2.777778,4.444444,5,5}'), ('low', '{2,1,1,1}'), ('mean', '{3.225806,5,5,5}'), ('quartile', '{2,3,4,4}') $$,
  '13 among peers: places from the bottom, the lowest, the leader, the mean, percentiles, the peers'' mean');
-- 2 + 2 + 2.777… + 3.225806… + 2 + 8.666… = 20.6702…
SELECT results_eq('SELECT total FROM deptperf.score WHERE fiscal_year = 2030 AND dept_id = 2', 'VALUES (20.67)', '13 among peers: the total');
SELECT is(deptperf_assess(2, 2030, '{"bottom": 0}', 'late records', override => true), 1::bigint, 'an override');
SELECT results_eq($$ SELECT state, points FROM deptperf.item_score WHERE fiscal_year = 2030 AND dept_id = 2 AND item = 'bottom' $$, $$ VALUES ('overridden', 0::numeric) $$, '13 among peers: an assessment wins');

SELECT * FROM finish();
ROLLBACK;
