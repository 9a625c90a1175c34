-- framework_own.sql: a framework of one's own begins as a copy of another, is a draft,
-- comes into force, and is superseded.
-- Warnings go to the terminal alone, so a second psql runs this file's first part.
\if :{?child}
BEGIN;
SET client_min_messages = error;
SELECT deptperf_setup();
INSERT INTO deptperf.department (code) VALUES ('a');
SELECT deptperf_framework_copy('sz-2021', 'next');
SELECT deptperf_assess('a', y, '{"A1.1.1": 1, "A1.1.2": 1}') FROM generate_series(2021, 2023) y;
SELECT deptperf_assess('a', 2023, '{"A1.1.1": 0}', 'seen again');
SET client_min_messages = warning;
\echo from here
SELECT deptperf_framework_start('next', 2022, supersedes => 'sz-2021');
ROLLBACK;
\else
BEGIN;
\setenv PGDATABASE :DBNAME
\set said `psql -XqAt -v child=1 -f test/pgtap/framework_own.sql 2>&1 | sed '1,/^from here/d; s/^psql:[^ ]* //'`
SELECT plan(91);
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

-- 1. A copy.
SELECT is(deptperf_framework_copy('sz-2021', 'city-2022'), 'city-2022', 'a copy of sz-2021');
SELECT is(deptperf_framework_document('city-2022') - '{framework,label_zh,label_en,source,status}'::text[], deptperf_framework_document('sz-2021') - '{framework,label_zh,label_en,source}'::text[], 'it has everything that sz-2021 has');
SELECT results_eq($$ SELECT c.label_zh = o.label_zh || '（sz-2021 的副本）', c.label_en, c.source = 'Copied from sz-2021. ' || o.source
                     FROM deptperf.framework c, deptperf.framework o WHERE c.framework = 'city-2022' AND o.framework = 'sz-2021' $$,
    $$ VALUES (true, 'Shenzhen 2021, overall performance of departments (copy of sz-2021)', true) $$, 'its labels and source say what it was copied from');
SELECT is(pg_temp.error($$ SELECT deptperf_framework_copy('sz-2021', 'city-2022') $$), E'23505 framework "city-2022" is there already\nA copy takes the place of none.\n'
    'Give the copy another name, or delete that one first: DELETE FROM deptperf.framework WHERE framework = ''city-2022'';', 'a copy takes the place of none');
SELECT is(left(pg_temp.error($$ SELECT deptperf_framework_copy('none', 'x') $$), 36), 'P0002 framework "none" is not known' || E'\n', 'an unknown framework');
SELECT is(left(pg_temp.error($$ SELECT deptperf_framework_copy('sz-2021', ' ') $$), 43), '22023 the framework document has no name' || E'\nEx', 'no name');
SELECT is(deptperf_framework_copy(NULL, 'x'), NULL, 'NULL gives NULL');
INSERT INTO deptperf.framework (framework) VALUES ('bare');
SELECT is(deptperf_framework_copy('bare', 'bare 2'), 'bare 2', 'a framework without labels and source');
SELECT is((SELECT concat_ws('|', label_zh, label_en, source) FROM deptperf.framework WHERE framework = 'bare 2'), 'Copied from bare.', 'gets a source');

-- 2. Draft, in force, retired.
SELECT results_eq('SELECT framework, status FROM deptperf.framework ORDER BY 1', $$ VALUES ('bare', 'draft'), ('bare 2', 'draft'), ('city-2022', 'draft'), ('hubei-project', 'in force'), ('hunan-dept', 'in force'), ('mof-project-2020', 'in force'), ('pefa-m1', 'in force'), ('sz-2021', 'in force'), ('sz-2021-records', 'in force'), ('us-part', 'in force') $$, 'those that come with the extension are in force, new ones are drafts');
SELECT is(deptperf_framework_import('{"framework": "imported", "options": {"full": 4, "missing": "leave out"}, "groups": [{"code": "G", "points": 4}], "indicators": [{"code": "I", "group": "G", "points": 4, "combine": "table", "table": [{"items": [4], "points": 4}]}],
    "items": [{"code": "a", "indicator": "I", "points": 4, "formula": "paid_q1", "rule": "x > 1: 4, else 0", "empty": "full", "levels": [{"level": "A", "from": 0, "to": 4}]}],
    "requirements": [{"code": "V", "indicator": "I", "formula": "finding_violation", "rule": "x > 0: zero, else pass"}], "bands": [{"grade": "A", "from": 0}]}'), 'imported', 'an import');
SELECT is((SELECT status FROM deptperf.framework WHERE framework = 'imported'), 'draft', 'is one too');
SELECT throws_ok($$ UPDATE deptperf.framework SET status = 'new' WHERE framework = 'imported' $$, '23514', NULL, 'another status');
CREATE TEMP TABLE change (change text);
INSERT INTO change VALUES ('UPDATE deptperf.framework SET label_en = ''x'' WHERE framework = ''imported'''), ('UPDATE deptperf.framework SET options = ''{}'' WHERE framework = ''imported'''),
    ('UPDATE deptperf.framework SET from_year = 2020 WHERE framework = ''imported'''), ('UPDATE deptperf.framework SET framework = ''other'' WHERE framework = ''imported'''),
    ('UPDATE deptperf.framework_threshold SET framework = ''imported'' WHERE false; DELETE FROM deptperf.framework WHERE framework = ''imported'''),
    ('UPDATE deptperf.framework_item SET framework = ''imported'', indicator = ''I'' WHERE framework = ''city-2022'' AND code = ''A1.1.1'''),
    ('UPDATE deptperf.framework_item SET framework = ''city-2022'', indicator = ''A1.1'' WHERE framework = ''imported''');
INSERT INTO change
SELECT format(c, t) FROM unnest('{group,indicator,item,requirement,band,level,conversion}'::text[]) AS t,
    unnest(ARRAY['UPDATE deptperf.framework_%1$s SET framework = framework WHERE framework = ''imported''', 'DELETE FROM deptperf.framework_%1$s WHERE framework = ''imported''',
                 'INSERT INTO deptperf.framework_%1$s SELECT * FROM deptperf.framework_%1$s WHERE framework = ''imported''']) AS c;
CREATE FUNCTION pg_temp.tried(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text := 'changed';
BEGIN
    EXECUTE change;
    RAISE EXCEPTION 'undone' USING ERRCODE = 'P0099';
EXCEPTION WHEN sqlstate 'P0099' THEN RETURN 'changed';
    WHEN others THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is_empty($$ SELECT change, t FROM change, pg_temp.tried(change) t WHERE t <> 'changed' AND t NOT LIKE '23505 %' $$, 'a draft is changed in every way');
-- An item without a position comes behind the last of its indicator; of two in one statement the second behind the first; where the indicator has none, behind all.
SAVEPOINT items;
CREATE TEMP TABLE place AS SELECT code, rank() OVER (ORDER BY position) AS place FROM deptperf.framework_item WHERE framework = 'city-2022';
SELECT lives_ok($$ INSERT INTO deptperf.framework_item (framework, code, indicator, points) VALUES ('city-2022', 'B1.1.10', 'B1.1', 1), ('city-2022', 'B1.1.3', 'B1.1', 1) $$, 'items without a position');
INSERT INTO deptperf.framework_indicator (framework, code, points, position) VALUES ('city-2022', 'Z', 1, 99);
INSERT INTO deptperf.framework_item (framework, code, indicator, points) VALUES ('city-2022', 'Z.1', 'Z', 1);
-- B1.1 ends with B1.1.2
SELECT results_eq($$ SELECT code FROM deptperf.framework_item WHERE framework = 'city-2022' ORDER BY position $$,
    $$ SELECT code FROM (SELECT code, place::numeric FROM place UNION ALL SELECT v.code, place + n / 10.0 FROM place, (VALUES ('B1.1.10', 1), ('B1.1.3', 2)) v(code, n) WHERE place.code = 'B1.1.2' UNION ALL SELECT 'Z.1', 1000) x ORDER BY place $$, 'are behind the others of their indicator');
SELECT is((SELECT count(DISTINCT position) FROM deptperf.framework_item WHERE framework = 'city-2022'), (SELECT count(*) + 3 FROM place), 'each in a place of its own');
SELECT is(pg_temp.error($$ INSERT INTO deptperf.framework_item (framework, code, indicator, points, formula, rule) VALUES ('city-2022', 'B1.1.4', 'B1.1', 1, 'finding_violation', '1 - 1 per 1') $$),
    E'23514 item B1.1.4 of framework "city-2022" is neither computed nor judged\nformula is finding_violation, rule 1 - 1 per 1, empty NULL, peer NULL.\n'
    'A computed item has formula, rule and empty, which says what 0/0 gives: full, missing, leave out, zero or peer mean. A judged one has no formula, rule and peer.', 'an item without empty: the error says what it may be');
ROLLBACK TO items;
-- put in force: 2020 in the year that the copy begins
SELECT is(deptperf_framework_start('imported', 2020), 'imported in force from 2020', 'a draft is put in force');
SELECT results_eq($$ SELECT status, from_year, to_year FROM deptperf.framework WHERE framework = 'imported' $$, $$ VALUES ('in force', 2020, NULL::int) $$, 'from a year on');
SELECT is_empty($$ SELECT change, t FROM change, pg_temp.tried(change) t WHERE change !~ 'from_year = 2020' AND t <> '55000 framework "imported" is in force' $$, 'then nothing of it is changed');
SELECT is(pg_temp.error($$ DELETE FROM deptperf.framework_band WHERE framework = 'imported' $$), E'55000 framework "imported" is in force\nDELETE of framework_band: only a draft can be changed.\n'
    'Change a copy and let it supersede this one: SELECT deptperf_framework_copy(''imported'', ''…''), then deptperf_framework_start(''…'', from_year, supersedes => ''imported''). '
    'Or, while nothing was assessed under it: UPDATE deptperf.framework SET status = ''draft'' WHERE framework = ''imported'';', 'the error says what to do instead');
SELECT throws_ok($$ SELECT deptperf_framework_import(jsonb_set(deptperf_framework_document('imported'), '{label_en}', '"x"')) $$, '55000', 'framework "imported" is in force', 'an import does not take its place');
SELECT is(deptperf_framework_import(deptperf_framework_document('imported')), 'imported', 'its own document is no change');
SELECT lives_ok($$ INSERT INTO deptperf.framework_example (framework, example, position) VALUES ('imported', 'none', 1) $$, 'an example may be added');
SELECT lives_ok($$ UPDATE deptperf.framework SET to_year = 2030 WHERE framework = 'imported' $$, 'and its last year be set');
SELECT is(pg_temp.error($$ SELECT deptperf_framework_start('imported', 2021) $$), E'55000 framework "imported" is in force already\nOnly a draft is put in force.\ndeptperf.department_framework says which departments have it from which year.', 'it is not put in force twice');

-- 3. What it takes the place of.  2021: sz-2021 is the default; top is a root, under it below has it by name.
INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (1, 'top', NULL), (2, 'below', 'top'), (3, 'records', 'top'), (4, 'late', 'top');
INSERT INTO deptperf.department_framework VALUES (2, 2019, 'sz-2021'), (3, 2019, 'sz-2021-records'), (4, 2025, 'sz-2021');
SELECT is(deptperf_framework_start('city-2022', 2022, supersedes => 'sz-2021'), 'city-2022 in force from 2022; sz-2021 to 2021', 'a successor');
SELECT results_eq('SELECT * FROM deptperf.department_framework ORDER BY dept_id, from_year', $$ VALUES (2::bigint, 2019, 'sz-2021'), (3, 2019, 'sz-2021-records'), (4, 2025, 'sz-2021') $$, 'what departments were given stays');
SELECT results_eq($$ SELECT d, y, deptperf_framework_for(d, y) FROM generate_series(1, 4) d, unnest('{2021,2022,2025}'::int[]) y ORDER BY 1, 2 $$,
    $$ VALUES (1, 2021, 'sz-2021'), (1, 2022, 'city-2022'), (1, 2025, 'city-2022'), (2, 2021, 'sz-2021'), (2, 2022, 'city-2022'), (2, 2025, 'city-2022'),
              (3, 2021, 'sz-2021-records'), (3, 2022, 'sz-2021-records'), (3, 2025, 'sz-2021-records'), (4, 2021, 'sz-2021'), (4, 2022, 'city-2022'), (4, 2025, 'city-2022') $$, 'each in its years');
SELECT is_empty($$ SELECT f.framework, c.* FROM deptperf.framework f, deptperf_framework_check(f.framework) c WHERE c.at LIKE 'department%' $$, 'no years overlap or are left out');
-- A department that comes later has no row: the default's successor is its framework too, in the views, one by one and of many.
INSERT INTO deptperf.department (dept_id, code) VALUES (5, 'new');
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) SELECT d, y, 100, 90, 16 FROM unnest('{3,5}'::bigint[]) d, generate_series(2021, 2023) y;
SELECT deptperf_framework_copy('sz-2021-records', 'records-2023'), deptperf_framework_start('records-2023', 2023, supersedes => 'sz-2021-records');
CREATE TEMP VIEW later AS SELECT dept_id, fiscal_year, framework FROM deptperf.score WHERE dept_id IN (3, 5);
CREATE TEMP TABLE expected AS SELECT * FROM (VALUES (3::bigint, 2021, 'sz-2021-records'), (3, 2022, 'sz-2021-records'), (3, 2023, 'records-2023'), (5, 2021, 'sz-2021'), (5, 2022, 'city-2022'), (5, 2023, 'city-2022')) v(dept_id, fiscal_year, framework);
SELECT bag_eq('TABLE later', 'TABLE expected', 'a department that comes later has the default''s successor');
SELECT bag_eq($$ SELECT dept_id, fiscal_year, framework FROM deptperf_scores('{3,5}', '{2021,2022,2023}') $$, 'TABLE expected', 'so says deptperf_scores');
SELECT is(deptperf_total(5, 2022), NULL, 'and deptperf_total finds one');
SELECT bag_eq('SELECT dept_id, fiscal_year, framework FROM deptperf.ranking', 'SELECT * FROM expected WHERE dept_id = 3', 'and ranking: of records alone there is a total');
-- The same where no department has one of its own, and a point asks for the default alone. 90 of 100 posts are 1 point of B4.1.1 up to
-- 100 %, and 0 up to 80 %; B4.2.1, the only other item with records, has 0 of 1, so that is 50 of 100.
SAVEPOINT alone;
DELETE FROM deptperf.department_framework;
SELECT deptperf_setup(framework => 'sz-2021-records'), deptperf_framework_copy('records-2023', 'records-2024');
UPDATE deptperf.framework_item SET rule = 'x < 0: invalid, x <= 80%: 1, else 0' WHERE framework = 'records-2024' AND code = 'B4.1.1';
SELECT deptperf_framework_start('records-2024', 2024, supersedes => 'records-2023');
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) VALUES (5, 2024, 100, 90, 16);
SELECT results_eq($$ SELECT fiscal_year, framework, deptperf_total(5, fiscal_year), deptperf_grade(5, fiscal_year) FROM deptperf.score WHERE dept_id = 5 ORDER BY 1 $$,
  $$ SELECT fiscal_year, framework, total, grade FROM deptperf.score WHERE dept_id = 5 ORDER BY 1 $$, 'deptperf_total by the default''s successor');
SELECT is(deptperf_total(5, 2023) - deptperf_total(5, 2024), 50.00, 'whose rule is another');
ROLLBACK TO alone;
-- Naming the successor as the default takes no year from the one before it.
SELECT is(deptperf_setup(framework => 'city-2022'), 'framework city-2022, row security off', 'the successor as the default');
SELECT bag_eq('TABLE later', 'TABLE expected', 'has the years before it as they were');
SELECT lives_ok($$ UPDATE deptperf.framework SET to_year = 2030 WHERE framework = 'sz-2021' $$, 'a later last year of the one before');
SELECT bag_eq('TABLE later', 'TABLE expected', 'is none of the successor''s years');
SELECT is(deptperf_framework_copy('city-2022', 'next'), 'next', 'the next one');
-- What was frozen stays under its framework; what was judged is handed on with a warning.
SAVEPOINT used;
SELECT is(deptperf_assess(5, 2023, '{"A1.1.1": 1}') + deptperf_assess(2, 2024, '{"A1.1.1": 1}'), 2::bigint, 'judged under city-2022');
INSERT INTO deptperf.result (dept_id, fiscal_year, forced, reason) VALUES (5, 2021, true, 'x'), (5, 2022, true, 'x'), (5, 2023, true, 'x'), (2, 2023, true, 'x');
SELECT is(pg_temp.error($$ SELECT deptperf_framework_start('next', 2023, supersedes => 'city-2022') $$), E'55000 framework "city-2022" has frozen results from 2023 on\nFrozen results: 2, of 2023.\n'
    'Begin later: SELECT deptperf_framework_start(''next'', 2024, supersedes => ''city-2022''); or reopen them first: SELECT deptperf_reopen(result_id, ''…'') FROM deptperf.result WHERE framework = ''city-2022'' AND fiscal_year >= 2023 AND reopened_at IS NULL;', 'frozen results are in the way');
SELECT results_eq($$ SELECT count(deptperf_reopen(result_id, '…')) FROM deptperf.result WHERE framework = 'city-2022' AND fiscal_year >= 2023 AND reopened_at IS NULL $$, 'VALUES (2::bigint)', 'reopened as the hint says');
SELECT is(deptperf_framework_start('next', 2023, supersedes => 'city-2022'), 'next in force from 2023; city-2022 to 2022', 'they are not, and assessments are no fault');
SELECT is((SELECT count(*) FROM deptperf.score_state WHERE state = 'frozen' AND framework = 'next'), 0::bigint, 'no frozen result is of another framework');
ROLLBACK TO used;
SELECT is(pg_temp.error($$ SELECT deptperf_framework_start('next', 2024, supersedes => 'sz-2021') $$),
    E'55000 framework "sz-2021" is superseded already\nBy "city-2022".\nSupersede that one: SELECT deptperf_framework_start(''next'', 2024, supersedes => ''city-2022'');', 'one framework has one successor');
SELECT is(deptperf_framework_start('next', 2024, supersedes => 'city-2022'), 'next in force from 2024; city-2022 to 2023', 'and that its own');
SELECT is((SELECT string_agg(deptperf_framework_for(5, y), ' ' ORDER BY y) FROM generate_series(2021, 2024) y), 'sz-2021 city-2022 city-2022 next', 'along the line');
SELECT throws_ok($$ UPDATE deptperf.framework SET supersedes = NULL WHERE framework = 'next' $$, '55000', 'framework "next" is in force', 'what is in force keeps its place');
-- Records of a year that none has.
SELECT results_eq($$ SELECT dept_id, fiscal_year, severity FROM deptperf.data_issue WHERE issue = 'no framework' $$, 'SELECT 0::bigint, 0, ''''::text WHERE false', 'each year with records has a framework');
SAVEPOINT ended;
UPDATE deptperf.framework SET to_year = 2022 WHERE framework = 'city-2022';
SELECT results_eq($$ SELECT dept_id, fiscal_year, severity FROM deptperf.data_issue WHERE issue = 'no framework' ORDER BY 1 $$, $$ VALUES (1::bigint, 2023, 'warning'), (5, 2023, 'warning') $$, 'data_issue names those that have none: top by the records of a unit');
ROLLBACK TO ended;
-- The way back, while nothing was judged.
SELECT lives_ok($$ UPDATE deptperf.framework SET status = 'draft', supersedes = NULL WHERE framework = 'next' $$, 'back to a draft that takes no place');
SELECT lives_ok($$ UPDATE deptperf.framework SET to_year = NULL WHERE framework = 'city-2022' $$, 'and the one before goes on');
SELECT is((SELECT string_agg(deptperf_framework_for(5, y), ' ' ORDER BY y) FROM generate_series(2021, 2024) y), 'sz-2021 city-2022 city-2022 city-2022', 'as it was');
SELECT bag_eq('SELECT framework, in_force, min(fiscal_year), max(fiscal_year) FROM deptperf.framework_year WHERE framework ~ ''2021$|city|next'' GROUP BY 1, 2',
    $$ VALUES ('next', 'next', 2024, 2100), ('sz-2021', 'sz-2021', 1949, 2021), ('sz-2021', 'city-2022', 2022, 2100), ('city-2022', 'sz-2021', 1949, 2021), ('city-2022', 'city-2022', 2022, 2100) $$, 'derived from the frameworks and years');
INSERT INTO deptperf.fiscal_year VALUES (2101, '2101', '2101-01-01', '2102-01-01');
SELECT is(deptperf_framework_for(5, 2101), 'city-2022', 'a year that comes later too');
SELECT is(split_part(pg_temp.error(format('SELECT deptperf_framework_start(%s)', call)), E'\n', 1), gives, call)
FROM (VALUES ('''next'', 2022, ''city-2022''', '22023 framework "city-2022" can''t be superseded from 2022 on'), ('''next'', 2023, ''next''', '22023 framework "next" can''t be superseded from 2023 on'),
             ('''next'', 2023, ''none''', 'P0002 framework "none" is not known'), ('''none'', 2023', 'P0002 framework "none" is not known'), ('''next'', 1', 'P0002 fiscal year 1 is not known'),
             ('NULL, 2023', '22004 framework and from_year must not be NULL'), ('''next'', NULL', '22004 framework and from_year must not be NULL')) AS v(call, gives);
CREATE FUNCTION pg_temp.faulty() RETURNS text LANGUAGE sql AS $$ SELECT deptperf_framework_import('{"framework": "faulty", "indicators": [{"code": "I", "points": 4}], "items": []}') $$;
SELECT is(pg_temp.faulty(), 'faulty', 'one with faults');
SELECT is(deptperf_framework_start('faulty', 2021), 'faulty in force from 2021', 'is put in force with a warning');

-- 4. Back and out.
SELECT lives_ok($$ UPDATE deptperf.framework SET status = 'draft' WHERE framework = 'faulty' $$, 'nothing was assessed under it: it is a draft again');
SELECT is(deptperf_assess('below', 2022, '{"A1.1.1": 1}'), 1::bigint, 'an assessment under city-2022');
SELECT is(pg_temp.error($$ UPDATE deptperf.framework SET status = 'draft' WHERE framework = 'city-2022' $$), E'55000 framework "city-2022" can''t be a draft again\nDepartments were assessed or compared under it, or have a frozen result.\nChange a copy: SELECT deptperf_framework_copy(''city-2022'', ''…'');', 'it stays as it is');
SELECT lives_ok($$ UPDATE deptperf.framework SET status = 'draft' WHERE framework = 'sz-2021' $$, 'sz-2021 was not used');
SELECT lives_ok($$ UPDATE deptperf.framework SET status = 'retired' WHERE framework = 'city-2022' $$, 'it is retired');
SELECT is(deptperf_framework_for(2, 2022), 'city-2022', 'who has it keeps it');
SELECT is(pg_temp.error($$ INSERT INTO deptperf.department_framework VALUES (3, 2023, 'city-2022') $$), E'55000 framework "city-2022" is retired\nNo department can be given it any more.\nOthers are bare, bare 2, faulty, hubei-project, hunan-dept, imported, mof-project-2020, next, pefa-m1, records-2023, sz-2021, sz-2021-records, us-part.', 'nobody is given it');
SELECT throws_ok($$ UPDATE deptperf.framework SET label_en = 'x' WHERE framework = 'city-2022' $$, '55000', 'framework "city-2022" is retired', 'nor is it changed');
SELECT throws_ok($$ UPDATE deptperf.framework SET status = 'draft' WHERE framework = 'city-2022' $$, '55000', 'framework "city-2022" can''t be a draft again', 'nor a draft');
SELECT lives_ok($$ DELETE FROM deptperf.framework WHERE framework = 'next' $$, 'a draft is deleted, with its parts');
-- setup leaves a status alone
SELECT lives_ok('SELECT deptperf_setup()', 'setup again');
SELECT is((SELECT status FROM deptperf.framework WHERE framework = 'sz-2021'), 'draft', 'leaves the status as it is');

-- TRUNCATE of any part, and a retired default.
SELECT throws_ok(format('TRUNCATE deptperf.%I CASCADE', t), '55000', NULL, 'TRUNCATE ' || t || ' is refused while one is in force')
FROM unnest('{framework,framework_group,framework_indicator,framework_item,framework_requirement,framework_band,framework_level,framework_conversion}'::text[]) t;
SELECT isnt_empty('SELECT FROM deptperf.framework_item', 'and nothing is lost');
SELECT deptperf_framework_copy('sz-2021-records', 'late''s');
UPDATE deptperf.framework SET status = 'retired' WHERE framework = 'late''s';
SELECT throws_ok($$ SELECT deptperf_setup(framework => 'late''s') $$, '55000', 'framework "late''s" is retired', 'a retired one is no default');

-- Assessments of those years: two in 2022 and two in 2023, one of them superseded by a later one.
SELECT is(:'said'::text, E'WARNING:  framework "next" takes over assessments made under "sz-2021"\nDETAIL:  Assessments: 4, of 2022, 2023. They count where it has an item or indicator of that code.\n'
    'HINT:  ROLLBACK is the way back: with them it can''t be a draft again.\nnext in force from 2022; sz-2021 to 2021', 'assessments that change hands are a warning');

SELECT * FROM finish();
ROLLBACK;
\endif
