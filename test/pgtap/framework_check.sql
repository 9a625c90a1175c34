-- framework_check.sql: what deptperf_framework_check finds in a framework of
-- one's own, a row a fault, with where, what it found and what it expected.
BEGIN;
SELECT plan(53);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

CREATE FUNCTION pg_temp.sums(document text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s: %s, %s for %s', s.at, s.fault, s.found, s.expected), '; ' ORDER BY s.at, s.fault) FROM deptperf_check_sums(document::jsonb) s $$;
CREATE FUNCTION pg_temp.grades(document text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(concat_ws(', ', s.at || ': ' || s.fault, s.found, s.expected), '; ' ORDER BY s.at, s.fault) FROM deptperf_check_grades(document::jsonb) s $$;
CREATE FUNCTION pg_temp.rule(rule text, points numeric) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s: %s; %s', r.fault, r.found, r.expected), E'\n') FROM deptperf_check_rule(rule, points) r $$;

-- 1. All is well.
SELECT is_empty($$ SELECT f.framework, c.* FROM deptperf.framework f, deptperf_framework_check(f.framework) c $$, 'nothing is at fault in the frameworks that come with the extension');

-- 2. Sums.  I1: 3 + 4 = 7 of 8.  G1: 8.  G: G1 8 + I2 2 = 10 of 12.  Total: 12 of 100.
SELECT is(pg_temp.sums($${
    "groups": [{"code": "G", "points": 12}, {"code": "G1", "parent": "G", "points": 8}],
    "indicators": [{"code": "I1", "group": "G1", "points": 8}, {"code": "I2", "group": "G", "points": 2}],
    "items": [{"code": "a", "indicator": "I1", "points": 3}, {"code": "b", "indicator": "I1", "points": 4}, {"code": "c", "indicator": "I2", "points": 2.00}]}$$),
    'group G: what is in it does not add up, 10 for 12; indicator I1: its items do not add up, 7 for 8; total: the points do not add up, 12 for 100', 'points at every level');
SELECT is(pg_temp.sums('{"options": {"full": 2}, "indicators": [{"code": "I", "points": 2}], "items": [{"code": "a", "indicator": "I", "points": 2}]}'), NULL, 'full is what the total has to be');
SELECT is(pg_temp.sums('{"options": {"missing": "leave out"}, "indicators": [{"code": "I", "points": 2}], "items": [{"code": "a", "indicator": "I", "points": 2}]}'), NULL, 'where what is missing is left out, the sum is scaled whatever it is');
SELECT is(pg_temp.sums('{"options": {"full": 3}, "indicators": [{"code": "I", "points": 2}, {"code": "J", "points": 1}], "items": [{"code": "a", "indicator": "I", "points": 2}]}'),
    'indicator J: its items do not add up, 0 for 1', 'an indicator without items');
SELECT is(pg_temp.sums('{"options": {"full": 0}, "groups": [{"code": "G", "points": 1}]}'), 'group G: what is in it does not add up, 0 for 1; total: the points do not add up, 1 for 0', 'a group of nothing');
-- Three groups of 100 with weights .2, .3, .5: the total is 20 + 30 + 50 = 100.
SELECT is(pg_temp.sums($${
    "groups": [{"code": "A", "points": 100, "weight": 0.2}, {"code": "B", "points": 100, "weight": 0.3}, {"code": "C", "points": 100, "weight": 0.5}],
    "indicators": [{"code": "I", "group": "A", "points": 100}, {"code": "J", "group": "B", "points": 100}, {"code": "K", "group": "C", "points": 100}],
    "items": [{"code": "a", "indicator": "I", "points": 100}, {"code": "b", "indicator": "J", "points": 100}, {"code": "c", "indicator": "K", "points": 100}]}$$), NULL, 'weights that add up to 1');
-- B below A: 60 × 0.5 = 30 of 60, and the weights in A are 0.5.
SELECT is(pg_temp.sums($${"options": {"full": 60},
    "groups": [{"code": "A", "points": 60}, {"code": "B", "parent": "A", "points": 60, "weight": 0.5}],
    "indicators": [{"code": "I", "group": "B", "points": 60}], "items": [{"code": "a", "indicator": "I", "points": 60}]}$$),
    'group A: the weights of the groups in it do not add up, 0.5 for 1; group A: what is in it does not add up, 30 for 60', 'weights of a nested group');
-- Items of 4 and 3: best 4, weakest 3, and half a point more 3.5, mean 3.5, table 3.
SELECT is(pg_temp.sums(format($${"options": {"full": 9},
    "indicators": [{"code": "I", "points": 9, "combine": "%s", "table": [{"items": [4, 4], "points": 3}, {"items": [1, 1], "points": 1}]}],
    "items": [{"code": "a", "indicator": "I", "points": 4}, {"code": "b", "indicator": "I", "points": 3}]}$$, combine)), format('indicator I: its %s, %s for 9', fault, found), combine)
FROM (VALUES ('best', 'items do not reach its points', '4'), ('weakest', 'items do not reach its points', '3'), ('weakest plus', 'items do not reach its points', '3.5'),
             ('mean', 'items do not reach its points', '3.5'), ('table', 'table does not reach its points', '3')) AS v(combine, fault, found);

-- 3. Rules that are sound and surprise.
SELECT is(pg_temp.rule(rule, 1), NULL, rule)
FROM (VALUES ('x >= 90%: 1, x >= 75%: 0.7, x >= 60%: 0.4, else 0'), ('x > 100%: invalid, x > 90%: 0.5, x >= 80%: 1, else 0'), ('x <= 10%: 1, else 1 - 0.1 per 1% over 10%'), ('x > 100%: 0, else 1 * x'),
             ('x = 0: 1, else 1 * x / 75%'), ('x < 0: invalid, x <= 3: 1, else 0')) AS v(rule);
-- At 0.95 both branch 1 and branch 2 hold: 0.5 for x < 1, though x > 0.9 says 1.
SELECT is(pg_temp.rule('x < 100%: 0.5, x > 90%: 1', 1),
    'an earlier branch hides a different result: where both hold, such as x = 0.95, branch 1 decides: x < 100%: 0.5; branch 2: x > 90%: 1', 'a branch that hides part of another from the other side');
SELECT is(pg_temp.rule('x <= 90%: 0.5, x >= 90%: 1', 1),
    'an earlier branch hides a different result: where both hold, such as x = 0.9, branch 1 decides: x <= 90%: 0.5; branch 2: x >= 90%: 1', 'at one point');
-- 0.8 from 60 %, 0.7 from 75 %, 1 from 90 %.  Looked at: … 0.6, 0.675, 0.75, 0.825, 0.9 …
SELECT is(pg_temp.rule('x >= 90%: 1, x >= 75%: 0.7, x >= 60%: 0.8, else 0', 1),
    'the points fall and rise again: x = 0.75 gives 0.7; not less than both sides: x = 0.675 gives 0.8, x = 0.9 gives 1', 'a band that gives less than both its neighbours');

-- 4. Bands, grades, levels.
SELECT is(pg_temp.grades('{"bands": [{"grade": "A", "from": 90}, {"grade": "B", "from": 60}]}'), 'bands: no grade reaches down to 0, the lowest is from 60, 0', 'no band from 0');
SELECT is(pg_temp.grades('{"bands": [{"grade": "A", "from": 60}, {"grade": "B", "from": 60.0}, {"grade": "C", "from": 0}, {"grade": "S", "from": 101}]}'),
    'band B: another band is from the same points, 60, bounds that differ; band S: no total reaches it, 101, at most 100', 'two from the same points, and one above the total');
SELECT is(pg_temp.grades('{"bands": [{"grade": "A", "from": 0}, {"grade": "N"}], "requirements": [{"code": "V", "grade": "M"}, {"code": "W"}]}'),
    'band N: nothing gives this grade, points to reach it from, or a requirement with this grade; requirement V: its grade is no band, M, A, N', 'a requirement''s grade that is no band, a grade that nothing gives');
SELECT is(pg_temp.grades('{"bands": [{"grade": "A", "from": 0}, {"grade": "N"}], "requirements": [{"code": "V", "grade": "N"}]}'), NULL, 'and both well');
-- B to 7 and A from 6 overlap; between C (to 3) and B (from 4) is a gap; 9 of 10.
SELECT is(pg_temp.grades($${"items": [{"code": "a", "points": 10, "levels": [{"level": "A", "from": 6, "to": 9}, {"level": "B", "from": 4, "to": 7}, {"level": "C", "from": 0, "to": 3}]}]}$$),
    'item a: no level reaches its points, 9, 10; level B of item a: it overlaps with A, 4 to 7, at most 6; level C of item a: points between it and B have no level, to 3, 4', 'levels that overlap, leave a gap, and do not reach the points');
SELECT is(pg_temp.grades($${"items": [{"code": "a", "points": 4, "levels": [{"level": "A", "from": 4, "to": 4}, {"level": "B", "from": 3, "to": 3}, {"level": "D", "from": 1, "to": 1}]},
                                      {"code": "b", "points": 10, "levels": [{"level": "A", "from": 5, "to": 10}, {"level": "B", "from": 0, "to": 5}]}]}$$), NULL, 'ordinal levels, and ranges that touch');
SELECT is(pg_temp.grades($${"items": [{"code": "a", "points": 4, "levels": [{"level": "A", "from": 4, "to": 4}, {"level": "B", "from": 4, "to": 4}]}]}$$), NULL, 'two levels of one point, as D and D*');

-- 5. Examples.  4 of 5 with 80 %: 4, and 2 judged: 6 of 7, which is B; with a violation 0 in I.
CREATE TEMP TABLE tried AS SELECT $${"framework": "tried", "options": {"full": 7},
    "groups": [{"code": "G", "points": 7}], "indicators": [{"code": "I", "group": "G", "points": 5}, {"code": "J", "group": "G", "points": 2}],
    "items": [{"code": "a", "indicator": "I", "points": 5, "formula": "paid_q1 / budget_adjusted", "rule": "5 * x", "empty": "missing"}, {"code": "b", "indicator": "J", "points": 2}],
    "requirements": [{"code": "V", "indicator": "I", "formula": "finding_violation", "rule": "x > 0: zero, else pass"}],
    "bands": [{"grade": "A", "from": 7}, {"grade": "B", "from": 0}]}$$::jsonb AS document;
CREATE FUNCTION pg_temp.examples(example text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(concat_ws(' | ', c.at, c.fault, c.found, c.expected), E'\n' ORDER BY c.at) FROM tried, deptperf_check_examples(document || jsonb_build_object('examples', jsonb_build_array(example::jsonb))) c $$;
SELECT is(pg_temp.examples('{"example": "80 %", "facts": {"paid_q1": 80, "budget_adjusted": 100}, "inputs": {"b": 2}, "expected": {"total": 6, "grade": "B", "a": 4.0, "I": 4, "G": 6, "b": "judged"}}'), NULL, 'an example that comes out as expected');
SELECT is(pg_temp.examples('{"example": "veto", "facts": {"paid_q1": 80, "budget_adjusted": 100, "finding_violation": 1}, "inputs": {"b": 2}, "expected": {"total": 6, "grade": "A", "I": "scored", "a": 4}}'),
    E'example veto, I | it gives another result | vetoed | scored\nexample veto, grade | it gives another result | B | A\nexample veto, total | it gives another result | 2.00 | 6', 'each difference is a row');
SELECT is(pg_temp.examples('{"example": "open", "facts": {"paid_q1": 80, "budget_adjusted": 100}, "expected": {"total": null, "grade": null, "b": null, "a": 4, "J": 0}}'),
    'example open, J | it gives another result | missing | 0', 'null is open');
SELECT is(pg_temp.examples('{"example": "names", "facts": {"paid_q2": 80}, "inputs": {"c": 1}, "expected": {"d": null}}'),
    E'example names, d | nothing has this code | open\nexample names, fact paid_q2 | no formula reads it | 80\nexample names, input c | no item or indicator has this code | 1', 'what the framework does not have');
SELECT is(deptperf_framework_import(document || '{"examples": [{"example": "80 %", "facts": {"paid_q1": 80, "budget_adjusted": 100}, "inputs": {"b": 2}, "expected": {"total": 6.5}}, {"example": "none"}]}'), 'tried', 'they come in with the document') FROM tried;
SELECT is(deptperf_framework_document('tried') -> 'examples', '[{"example": "80 %", "facts": {"paid_q1": 80, "budget_adjusted": 100}, "inputs": {"b": 2}, "expected": {"total": 6.5}}, {"example": "none", "facts": {}, "inputs": {}, "expected": {}}]', 'are part of it');
SELECT ok(NOT document ? 'examples', 'and not of what every score is computed from') FROM deptperf.framework_document WHERE framework = 'tried';
SELECT results_eq($$ SELECT * FROM deptperf_framework_check('tried') $$, $$ VALUES ('example 80 %, total', 'it gives another result', '6.00', '6.5') $$, 'and are run by the check');
SELECT is(deptperf_framework_copy('tried', 'tried 2') , 'tried 2', 'a copy');
SELECT is(deptperf_framework_document('tried 2') -> 'examples', deptperf_framework_document('tried') -> 'examples', 'has them too');
SELECT lives_ok('SELECT deptperf_framework_import(document) FROM tried', 'a document without examples');
SELECT is_empty($$ SELECT FROM deptperf.framework_example WHERE framework = 'tried' $$, 'takes them away');
SELECT throws_ok($$ SELECT deptperf_framework_import(document || '{"examples": {}}') FROM tried $$, '22023', 'framework document "tried" is not valid at examples', 'no list');
SELECT throws_ok($$ SELECT deptperf_framework_import(document || '{"examples": ["a"]}') FROM tried $$, '22023', 'framework document "tried" is not valid at examples', 'no objects');
SELECT throws_ok($$ SELECT deptperf_framework_import(document || '{"examples": [{"facts": {}}]}') FROM tried $$, '22023', 'framework document "tried" is not valid at examples', 'no name');
SELECT throws_ok($$ SELECT deptperf_framework_import(document || '{"examples": [{"example": "a", "fact": {}}]}') FROM tried $$, '22023', 'framework document "tried" has an unknown member "fact" in examples[0]', 'an unknown member');
SELECT throws_ok(format($$ INSERT INTO deptperf.framework_example (framework, example, %s, position) VALUES ('tried', 'x', '%s', 1) $$, col, value), '23514', NULL, what)
FROM (VALUES ('facts', '{"a": "1"}', 'a fact that is no number'), ('inputs', '{"a": "good"}', 'a judgement that is none'), ('expected', '{"a": [1]}', 'points that are none')) AS v(col, value, what);

-- 6. All of it together, on a framework in the workspace.
INSERT INTO deptperf.fact (fact) VALUES ('gone');
INSERT INTO deptperf.framework (framework, from_year, to_year, options) VALUES ('own', 2021, 2022, '{"missing": "leave out"}');
INSERT INTO deptperf.framework_indicator (framework, code, points, position) VALUES ('own', 'I', 4, 1);
INSERT INTO deptperf.framework_item (framework, code, indicator, points, formula, rule, empty, position) VALUES
    ('own', 'a', 'I', 2, 'gone / paid_q1', 'x > 1: 0, x >= 0.5: 2, else 1', 'full', 1), ('own', 'b', 'I', 1, 'paid_q1', 'x < 5: 0, x > 4: 1', 'full', 2);
INSERT INTO deptperf.framework_requirement (framework, code, indicator, formula, rule, position) VALUES ('own', 'V', 'I', 'gone', 'x > 0: pass, else pass', 1);
INSERT INTO deptperf.framework_band (framework, grade, from_points, position) VALUES ('own', 'A', 50, 1);
DELETE FROM deptperf.fact WHERE fact = 'gone';
INSERT INTO deptperf.department (dept_id, code, name) VALUES (1, 'd1', 'd1'), (2, 'd2', 'd2'), (3, 'd3', 'd3');
-- d1 in time; d2 too early and too long; d3 without an end
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2021, 'own'), (1, 2023, 'sz-2021'), (2, 2020, 'own'), (2, 2024, 'sz-2021'), (3, 2022, 'own');
SELECT results_eq($$ SELECT * FROM deptperf_framework_check('own') $$, $$ VALUES
    ('indicator I', 'its items do not add up', '3', '4'),
    ('item b', 'an earlier branch hides a different result', 'where both hold, such as x = 4.5, branch 1 decides: x < 5: 0', 'branch 2: x > 4: 1'),
    ('requirement V', 'nothing can fail it', 'x > 0: pass, else pass', 'a branch that gives zero or missing'),
    ('item a', 'it reads a fact that is not declared', 'gone', 'a row in deptperf.fact'),
    ('requirement V', 'it reads a fact that is not declared', 'gone', 'a row in deptperf.fact'),
    ('bands', 'no grade reaches down to 0', 'the lowest is from 50', '0'),
    ('department d2', 'it has this framework after the last year', 'to 2023', 'another framework from 2023'),
    ('department d2', 'it has this framework before the first year', 'from 2020', 'from 2021'),
    ('department d3', 'it has this framework after the last year', 'no later row', 'another framework from 2023') $$, 'each fault is a row');
SELECT throws_ok($$ SELECT * FROM deptperf_framework_check('none') $$, 'P0002', 'framework "none" is not known', 'an unknown framework');
SELECT is_empty('SELECT * FROM deptperf_framework_check(NULL)', 'NULL gives no rows');
-- A constraint that is gone lets a rule in that does not fit; the document is not renewed then.
ALTER TABLE deptperf.framework_item DROP CONSTRAINT framework_item_rule_valid;
ALTER TABLE deptperf.framework_document DISABLE TRIGGER ALL;
UPDATE deptperf.framework_document SET document = jsonb_set(document, '{items,0,rule}', '"x > 1: 0, else 1"') WHERE framework = 'own';
SELECT results_eq($$ SELECT * FROM deptperf_framework_check('own') WHERE at = 'item a' AND fault LIKE 'rule%' $$,
    $$ VALUES ('item a', 'rule "x > 1: 0, else 1" can''t give the 2 points of its item', 'x > 1: 0, else 1', 'The most that any x gives is 1.') $$, 'a rule that does not reach its points');

SELECT * FROM finish();
ROLLBACK;
