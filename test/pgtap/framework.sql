-- framework.sql: frameworks as rows and as one document; which one is in force.
BEGIN;
SELECT plan(61);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

CREATE FUNCTION pg_temp.error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- 1. What comes with the extension.
SELECT set_eq('SELECT framework, from_year, to_year FROM deptperf.framework', $$ SELECT f, NULL::int AS a, NULL::int AS b FROM unnest('{sz-2021,sz-2021-records,hunan-dept,mof-project-2020,hubei-project,pefa-m1,us-part}'::text[]) f $$, 'seven, for any year');
SELECT is(deptperf_framework_document('sz-2021'), deptperf_framework_seed('sz-2021'), 'sz-2021 reads back as it came');
SELECT is(deptperf_framework_document('sz-2021-records'), deptperf_framework_seed('sz-2021-records'), 'so does sz-2021-records');
SELECT results_eq($$ SELECT code, points FROM deptperf.framework_indicator WHERE framework = 'sz-2021' ORDER BY position $$,
    $$ VALUES ('A1.1', 5::numeric), ('A1.2', 5), ('A2.1', 3), ('A2.2', 7), ('B1.1', 2), ('B1.2', 3), ('B1.3', 3), ('B2.1', 2), ('B2.2', 2), ('B3.1', 2), ('B3.2', 1),
              ('B4.1', 1), ('B4.2', 1), ('B5.1', 3), ('C1.1', 6), ('C2.1', 6), ('C2.2', 8), ('C2.3', 6), ('C3.1', 25), ('C4.1', 3), ('C4.2', 6) $$, 'the 21 indicators');
SELECT is_empty($$ SELECT i.code FROM deptperf.framework_indicator i JOIN deptperf.framework_item t ON t.framework = i.framework AND t.indicator = i.code
                   WHERE i.combine IS NULL GROUP BY i.framework, i.code, i.points HAVING sum(t.points) <> i.points $$, 'items add up to their indicator');
SELECT is_empty($$ SELECT g.framework, g.code FROM deptperf.framework_group g JOIN deptperf.framework_indicator i ON i.framework = g.framework AND i.code LIKE g.code || '%'
                   GROUP BY g.framework, g.code, g.points HAVING sum(i.points) <> g.points $$, 'indicators to their groups');
SELECT results_eq($$ SELECT framework, sum(points) FROM deptperf.framework_indicator GROUP BY 1 ORDER BY 1 $$, $$ VALUES ('hubei-project', 100::numeric), ('hunan-dept', 100), ('mof-project-2020', 100), ('pefa-m1', 4), ('sz-2021', 100), ('sz-2021-records', 50), ('us-part', 400) $$, 'their points');
SELECT results_eq($$ SELECT grade, from_points FROM deptperf.framework_band WHERE framework = 'sz-2021' ORDER BY position $$, $$ VALUES ('优', 90::numeric), ('良', 80), ('中', 60), ('差', 0) $$, 'grades');
SELECT is_empty($$ SELECT framework, code FROM (SELECT framework, code, label_zh, label_en FROM deptperf.framework_group UNION ALL SELECT framework, code, label_zh, label_en FROM deptperf.framework_indicator
                   UNION ALL SELECT framework, item || level, label_zh, label_en FROM deptperf.framework_level UNION ALL SELECT framework, code, label_zh, label_en FROM deptperf.framework_item UNION ALL SELECT framework, code, label_zh, label_en FROM deptperf.framework_requirement) x
                   WHERE coalesce(label_zh, '') = '' OR coalesce(label_en, '') = '' $$, 'labels in both languages');
SELECT is_empty($$ SELECT framework FROM deptperf.framework WHERE coalesce(label_zh, '') = '' OR coalesce(label_en, '') = '' OR coalesce(source, '') = '' $$, 'each with where it comes from');
CREATE TEMP TABLE shipped AS SELECT framework, document FROM deptperf.framework_document;
DO $$ BEGIN PERFORM deptperf_framework_import(document) FROM shipped; END $$;
SELECT is_empty('SELECT s.framework FROM shipped s LEFT JOIN deptperf.framework_document d USING (framework) WHERE s.document::text IS DISTINCT FROM d.document::text', 'and each reads back as imported');
SELECT is_empty($$ SELECT fact FROM deptperf.fact WHERE label_zh IS NULL OR label_en IS NULL $$, 'of facts too');
SELECT is((SELECT count(*) FROM deptperf.framework_item WHERE framework = 'sz-2021-records' AND (formula IS NULL OR code LIKE 'C3.1%')), 0::bigint, 'records alone: nothing judged, no C3.1');

-- 2. One of our own.
INSERT INTO deptperf.framework (framework, label_zh, from_year, to_year) VALUES ('mine', '我的', 2020, 2022);
INSERT INTO deptperf.framework_group (framework, code, parent, points, position) VALUES ('mine', 'G', NULL, 10, 1), ('mine', 'G1', 'G', 4, 2);
INSERT INTO deptperf.framework_indicator (framework, code, group_code, key, points, position) VALUES ('mine', 'I1', 'G1', 'one', 4, 2), ('mine', 'I2', 'G', 'two', 6, 1);
INSERT INTO deptperf.framework_item (framework, code, indicator, points, formula, rule, empty, position) VALUES
    ('mine', 'I1.1', 'I1', 4, 'staff_external / establishment', 'x <= 5%: 4, else 4 - 1 per whole 5% over 5%', 'full', 1),
    ('mine', 'I2.1', 'I2', 6, NULL, NULL, NULL, 2);
INSERT INTO deptperf.framework_requirement (framework, code, indicator, formula, rule, position) VALUES ('mine', 'R', 'I2', 'finding_violation', 'x > 0: zero, else pass', 1);
INSERT INTO deptperf.framework_band (framework, grade, from_points, position) VALUES ('mine', '合格', 6, 1), ('mine', '不合格', 0, 2);
CREATE TEMP TABLE mine AS SELECT $${"framework": "mine", "label_zh": "我的", "label_en": null, "source": null, "from_year": 2020, "to_year": 2022, "options": {},
  "groups": [{"code": "G", "parent": null, "label_zh": null, "label_en": null, "points": 10}, {"code": "G1", "parent": "G", "label_zh": null, "label_en": null, "points": 4}],
  "indicators": [{"code": "I2", "group": "G", "key": "two", "label_zh": null, "label_en": null, "points": 6}, {"code": "I1", "group": "G1", "key": "one", "label_zh": null, "label_en": null, "points": 4}],
  "items": [{"code": "I1.1", "indicator": "I1", "label_zh": null, "label_en": null, "points": 4, "formula": "staff_external / establishment", "rule": "x <= 5%: 4, else 4 - 1 per whole 5% over 5%", "empty": "full"},
            {"code": "I2.1", "indicator": "I2", "label_zh": null, "label_en": null, "points": 6, "formula": null, "rule": null, "empty": null}],
  "requirements": [{"code": "R", "indicator": "I2", "label_zh": null, "label_en": null, "formula": "finding_violation", "rule": "x > 0: zero, else pass"}],
  "bands": [{"grade": "合格", "label_en": null, "from": 6}, {"grade": "不合格", "label_en": null, "from": 0}]}$$::jsonb AS document;
SELECT is(deptperf_framework_document('mine'), (SELECT document FROM mine), 'its document, in the official order');
CREATE TEMP TABLE revisions AS SELECT framework, revision FROM deptperf.framework_document;
UPDATE deptperf.framework_item SET points = 8 WHERE framework = 'mine' AND code = 'I2.1';
SELECT set_eq('SELECT d.framework FROM deptperf.framework_document d JOIN revisions USING (framework, revision)', $$ SELECT framework FROM deptperf.framework WHERE framework <> 'mine' $$, 'a change gives that one another revision');
SELECT is(deptperf_framework_import((SELECT document FROM mine)), 'mine', 'import replaces the rows');
SELECT is(deptperf_framework_document('mine'), (SELECT document FROM mine), 'and reads back as imported');
SELECT is(deptperf_framework_import((SELECT document || '{"framework": "yours"}' FROM mine)), 'yours', 'import under another name');
SELECT is(deptperf_framework_document('yours'), (SELECT document || '{"framework": "yours"}' FROM mine), 'adds one');
UPDATE deptperf.framework SET framework = 'theirs' WHERE framework = 'yours';
SELECT is(deptperf_framework_document('theirs'), (SELECT document || '{"framework": "theirs"}' FROM mine), 'renaming takes all of it along');
DELETE FROM deptperf.framework WHERE framework = 'theirs';
SELECT is((SELECT count(*) FROM (SELECT framework FROM deptperf.framework_group UNION ALL SELECT framework FROM deptperf.framework_indicator UNION ALL SELECT framework FROM deptperf.framework_item
           UNION ALL SELECT framework FROM deptperf.framework_requirement UNION ALL SELECT framework FROM deptperf.framework_band UNION ALL SELECT framework FROM deptperf.framework_document) x
           WHERE framework IN ('yours', 'theirs')), 0::bigint, 'deleting too');
SELECT is(pg_temp.error($$ SELECT deptperf_framework_document('sz-2020') $$),
          E'P0002 framework "sz-2020" is not known\nKnown: hubei-project, hunan-dept, mine, mof-project-2020, pefa-m1, sz-2021, sz-2021-records, us-part.\ndeptperf.framework has the frameworks.', 'an unknown one');
INSERT INTO deptperf.framework_document SELECT 'mine', gen_random_uuid(), '{}';
SELECT is(deptperf_framework_document('mine'), (SELECT document FROM mine), 'documents are written by triggers alone: what a restore brings is dropped');

-- 3. Refused when stored.
SELECT is(pg_temp.error($$ UPDATE deptperf.framework_item SET formula = 'staff_extern / establishment' WHERE framework = 'mine' AND code = 'I1.1' $$),
          E'23503 item I1.1 of framework "mine" reads a fact that is not declared: staff_extern\nIts formula is staff_extern / establishment.\ndeptperf.fact has the declared names. A new one: INSERT INTO deptperf.fact (fact, label_zh, label_en) VALUES (''staff_extern'', ''…'', ''…'');',
          'a fact that is not declared');
SELECT throws_ok($$ UPDATE deptperf.framework_requirement SET formula = 'violations' WHERE framework = 'mine' $$, '23503', 'requirement R of framework "mine" reads a fact that is not declared: violations', 'in a requirement');
INSERT INTO deptperf.fact (fact) VALUES ('staff_extern');
SELECT lives_ok($$ UPDATE deptperf.framework_item SET formula = 'staff_extern / establishment' WHERE framework = 'mine' AND code = 'I1.1' $$, 'declared, it is taken');
SELECT throws_like($$ UPDATE deptperf.framework_item SET formula = 'staff_extern /' WHERE framework = 'mine' AND code = 'I1.1' $$, 'formula "staff\_extern /" %', 'a formula that is none');
SELECT throws_like($$ UPDATE deptperf.framework_item SET rule = 'x <= 5%: 4' WHERE framework = 'mine' AND code = 'I1.1' $$, 'rule "x <= 5\%: 4" %', 'a rule that leaves an x uncovered');
SELECT throws_like($$ UPDATE deptperf.framework_item SET rule = 'x <= 5%: 3, else 1' WHERE framework = 'mine' AND code = 'I1.1' $$, '%can''t give the 4 points%', 'a rule that does not reach its points');
SELECT throws_like($$ UPDATE deptperf.framework_item SET points = 3 WHERE framework = 'mine' AND code = 'I1.1' $$, '%more than the 3 points%', 'points that the rule goes beyond');
SELECT throws_like($$ UPDATE deptperf.framework_requirement SET rule = 'x > 0: 1, else 0' WHERE framework = 'mine' $$, '%x > 0: 1, else 0%', 'points in a requirement');
SELECT throws_ok($$ UPDATE deptperf.framework_item SET rule = NULL WHERE framework = 'mine' AND code = 'I1.1' $$, '23514', NULL, 'a formula without a rule');
SELECT throws_ok($$ UPDATE deptperf.framework_item SET empty = NULL WHERE framework = 'mine' AND code = 'I1.1' $$, '23514', NULL, 'or without what 0/0 gives');
SELECT throws_ok($$ UPDATE deptperf.framework_item SET peer = 'rank' WHERE framework = 'mine' AND code = 'I2.1' $$, '23514', NULL, 'a judged item that is compared');
SELECT throws_ok($$ INSERT INTO deptperf.framework_item (framework, code, indicator, points, position) VALUES ('mine', 'I1', 'I1', 1, 1) $$, '22023', 'framework document names the code "I1" twice', 'one code for an item and an indicator');
SELECT throws_ok($$ INSERT INTO deptperf.framework_item (framework, code, indicator, points, position) VALUES ('mine', 'I3.1', 'I3', 1, 1) $$, '23503', NULL, 'an unknown indicator');
SELECT throws_ok($$ UPDATE deptperf.framework SET options = '{"missing": "zero"}' WHERE framework = 'mine' $$, '23514', NULL, 'an unknown option');
SELECT is(pg_temp.error($$ SELECT deptperf_framework_import('{"framework": "x", "indicators": [{"code": "I", "points": 1}, {"code": "J", "maximum": 1}]}') $$),
          E'22023 framework document "x" has an unknown member "maximum" in indicators[1]\nKnown there: code, group, key, label_zh, label_en, points, combine, bonus, table.\nSELECT deptperf_framework_document(''sz-2021'') shows what a document looks like.', 'an unknown member');
SELECT throws_ok($$ SELECT deptperf_framework_import('{"label_en": "x"}') $$, '22023', 'the framework document has no name', 'no name');
SELECT throws_ok($$ SELECT deptperf_framework_import('[]') $$, '22023', 'the framework document has no name', 'no object');
SELECT is(deptperf_framework_import(NULL), NULL, 'NULL gives NULL');

-- 4. In force: the nearest department's row, the latest that has begun; else the default.
INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (1, 'top', NULL), (2, 'bureau', 'top'), (3, 'unit', 'bureau'), (4, 'other', NULL);
SELECT is(deptperf_framework_for(3, 2021), 'sz-2021', 'the default');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2000, 'sz-2021-records'), (2, 2021, 'mine'), (3, 2023, 'sz-2021');
SELECT results_eq($$ SELECT d, y, (SELECT framework FROM deptperf.framework_in_force(d, y)) FROM unnest('{1,2,3,4}'::bigint[]) d, unnest('{1999,2020,2021,2022,2023}'::int[]) y ORDER BY d, y $$,
  $$ VALUES (1::bigint, 1999, 'sz-2021'), (1, 2020, 'sz-2021-records'), (1, 2021, 'sz-2021-records'), (1, 2022, 'sz-2021-records'), (1, 2023, 'sz-2021-records'),
            (2, 1999, 'sz-2021'), (2, 2020, 'sz-2021-records'), (2, 2021, 'mine'), (2, 2022, 'mine'), (2, 2023, NULL),
            (3, 1999, 'sz-2021'), (3, 2020, 'sz-2021-records'), (3, 2021, 'mine'), (3, 2022, 'mine'), (3, 2023, 'sz-2021'),
            (4, 1999, 'sz-2021'), (4, 2020, 'sz-2021'), (4, 2021, 'sz-2021'), (4, 2022, 'sz-2021'), (4, 2023, 'sz-2021') $$, 'inherited down the tree, within its own years');
SELECT is(pg_temp.error('SELECT deptperf_framework_for(2, 2023)'),
          E'P0002 no framework is in force for department 2 in 2023\nKnown: hubei-project (any year), hunan-dept (any year), mine (from 2020 to 2022), mof-project-2020 (any year), pefa-m1 (any year), sz-2021 (any year), sz-2021-records (any year), us-part (any year); default: sz-2021.\nINSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (2, 2023, …), or let a framework go on where another ends: SELECT deptperf_framework_start(…, 2023, supersedes => …).',
          'none is an error that names what is known');
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) SELECT 3, y, 100, 90, 16 FROM generate_series(2021, 2023) AS y;
SELECT is(deptperf_framework_import((SELECT document FROM mine)), 'mine', 'as it was');
SELECT is(deptperf_assess(2, 2021, '{"I2.1": 5}', 'one document is missing'), 1::bigint, 'judged');
SELECT is(deptperf_close(2021, 'finding', 2), 1::bigint, 'closed');
SELECT results_eq('SELECT dept_id, fiscal_year, framework FROM deptperf.score ORDER BY 1, 2',
  $$ VALUES (1::bigint, 2021, 'sz-2021-records'), (1, 2022, 'sz-2021-records'), (1, 2023, 'sz-2021-records'), (2, 2021, 'mine'), (2, 2022, 'mine'), (3, 2021, 'mine'), (3, 2022, 'mine'), (3, 2023, 'sz-2021') $$,
  'and in the views no row');
-- staff_external / establishment = 16 %: 11 % over 5 % are two whole steps of 5 %: 4 - 2 = 2; with 5 judged the total is 7: 合格
SELECT results_eq('SELECT total, grade FROM deptperf.score WHERE dept_id = 2 AND fiscal_year = 2021', $$ VALUES (7::numeric, '合格') $$, 'its score');
SELECT results_eq($$ SELECT level, code, points, max_points, state, grade FROM deptperf_scorecard('bureau', 2021) $$,
  $$ VALUES ('group', 'G', 7::numeric, 10::numeric, 'scored', NULL), ('indicator', 'I2', 5, 6, 'judged', NULL), ('group', 'G1', 2, 4, 'scored', NULL),
            ('indicator', 'I1', 2, 4, 'scored', NULL), ('total', NULL, 7, 10, 'scored', '合格') $$, 'its scorecard');
SELECT results_eq($$ SELECT code FROM deptperf_scorecard('other', 2021) $$,
  $$ SELECT unnest('{A,A1,A1.1,A1.2,A2,A2.1,A2.2,B,B1,B1.1,B1.2,B1.3,B2,B2.1,B2.2,B3,B3.1,B3.2,B4,B4.1,B4.2,B5,B5.1,C,C1,C1.1,C2,C2.1,C2.2,C2.3,C3,C3.1,C4,C4.1,C4.2,NULL}'::text[]) $$,
  'the official form of sz-2021, in its order');
SELECT results_eq($$ SELECT label, points, state, grade FROM deptperf_scorecard('other', 2021) WHERE level = 'total' $$, $$ VALUES ('总分', NULL::numeric, 'missing', NULL::text) $$, 'an open total');
SELECT is((SELECT label FROM deptperf_scorecard(4, 2021, 'en') WHERE code = 'B3.2'), 'Utilization of fixed assets', 'in English');
SELECT throws_ok($$ SELECT * FROM deptperf_scorecard(4, 2021, 'fr') $$, '22023', 'language "fr" is not known', 'an unknown language');
UPDATE deptperf.workspace SET default_framework = NULL;
SELECT throws_ok('SELECT deptperf_framework_for(4, 2021)', 'P0002', 'no framework is in force for department 4 in 2021', 'without a default');

-- 5. The frameworks come once: one that was deleted stays away, one of that name stays.
UPDATE deptperf.framework SET status = 'draft' WHERE framework IN ('us-part', 'pefa-m1');
DELETE FROM deptperf.framework WHERE framework IN ('us-part', 'pefa-m1');
SELECT lives_ok('SELECT deptperf_setup()', 'setup again');
SELECT is((SELECT count(*) FROM deptperf.framework WHERE framework IN ('us-part', 'pefa-m1')), 0::bigint, 'what was deleted stays away');
-- a workspace from before, with a framework of its own that has one of the names
INSERT INTO deptperf.framework (framework, label_zh) VALUES ('pefa-m1', '本局');
UPDATE deptperf.workspace SET version = 2;
SELECT lives_ok('SELECT deptperf_setup()', 'setup of an older workspace');
SELECT set_eq($$ SELECT framework, label_zh FROM deptperf.framework WHERE framework IN ('us-part', 'pefa-m1') $$, $$ VALUES ('us-part', '美国项目评级工具（PART）'), ('pefa-m1', '本局') $$, 'it gets them, and keeps its own');
SELECT throws_ok($$ INSERT INTO deptperf.department (code, kind) VALUES ('x', ' ') $$, '23514', NULL, 'a department is of some kind');

SELECT * FROM finish();
ROLLBACK;
