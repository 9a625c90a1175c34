-- attack.sql: the known tricks, which fail: temporary relations named like ours,
-- operators and functions in a schema that is searched first, a schema deptperf
-- that somebody else made first, things planted in it, and settings.
BEGIN;
SELECT plan(45);
SET LOCAL client_min_messages = error;
SET LOCAL jit = off;
DROP SCHEMA IF EXISTS deptperf CASCADE;

CREATE ROLE deptperf_test_owner;
CREATE ROLE deptperf_test_reader;
CREATE ROLE deptperf_test_assessor;
CREATE ROLE deptperf_test_evil;
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO deptperf_test_owner', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO deptperf_test_evil', current_database());
END $$;

-- What a statement gives a role: its value as text, or the error; with a search_path, if one is given.
CREATE FUNCTION pg_temp.gives(who name, statement text, path text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text; result text;
BEGIN
    PERFORM set_config('role', who, true);
    IF path IS NOT NULL THEN
        PERFORM set_config('search_path', path, true);
    END IF;
    EXECUTE statement INTO result;
    PERFORM pg_catalog.set_config('role', 'none', true), pg_catalog.set_config('search_path', 'public', true);
    RETURN result;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- ---- 1. a schema that somebody else made first ----

SET LOCAL ROLE deptperf_test_evil;
CREATE SCHEMA evil;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
CREATE TABLE evil.caught (who text, how text);
GRANT INSERT ON evil.caught TO PUBLIC;
CREATE FUNCTION evil.run(how text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO evil.caught VALUES (current_user, how);
    RETURN how;
END $$;
CREATE SCHEMA deptperf;
GRANT USAGE ON SCHEMA deptperf TO PUBLIC;
CREATE VIEW deptperf.workspace AS SELECT true AS one, 1 AS version, evil.run('workspace') AS default_framework, true AS row_security, evil.run('version') AS made_by;
CREATE VIEW deptperf.department AS SELECT 1::bigint AS dept_id, '' AS division, evil.run('department') AS code, '' AS name, NULL::bigint AS parent_id, NULL AS parent_code;
CREATE VIEW deptperf.fiscal_year AS SELECT 2021 AS fiscal_year, evil.run('year') AS year_text, date '2021-01-01' AS starts, date '2022-01-01' AS ends;
CREATE VIEW deptperf.framework AS SELECT evil.run('framework') AS framework, NULL AS label_zh, NULL AS label_en, NULL AS source, NULL::int AS from_year, NULL::int AS to_year, '{}'::jsonb AS options;
CREATE VIEW deptperf.framework_document AS SELECT evil.run('document') AS framework, gen_random_uuid() AS revision, '{}'::jsonb AS document;
CREATE VIEW deptperf.department_closure AS SELECT 1::bigint AS ancestor_id, 1::bigint AS dept_id, 0 AS depth WHERE evil.run('closure') > '';
CREATE VIEW deptperf.inputs AS SELECT 1::bigint AS dept_id, 2021 AS fiscal_year, '{}'::jsonb AS inputs WHERE evil.run('inputs') > '';
CREATE VIEW deptperf.unit_facts AS SELECT 1::bigint AS dept_id, 2021 AS fiscal_year, '{}'::jsonb AS facts WHERE evil.run('facts') > '';
CREATE VIEW deptperf.source AS SELECT evil.run('source') AS source, 1 AS position, '{}'::jsonb AS zeros;
CREATE VIEW deptperf.binding AS SELECT evil.run('binding') AS source, '{}'::jsonb AS spec, true AS by_code, '' AS bound_by, now() AS bound_at;
CREATE VIEW deptperf.access AS SELECT evil.run('access') AS role, '' AS what, NULL::bigint AS dept_id;
CREATE FUNCTION deptperf.framework_in_force(bigint, int) RETURNS TABLE (framework text) LANGUAGE sql AS $$ SELECT evil.run('in force') $$;
GRANT SELECT ON ALL TABLES IN SCHEMA deptperf TO PUBLIC;
RESET ROLE;
CREATE TEMP TABLE call (call text);
INSERT INTO call VALUES ('deptperf_version()'), ('deptperf_setup()'), ('deptperf_setup(row_security => true)'), ('deptperf_require_workspace()'),
    ('deptperf_total(1, 2021)'), ('deptperf_total(''x'', 2021)'), ('deptperf_grade(1, 2021)'), ('deptperf_grade(''x'', 2021)'), ('deptperf_scores(''{1}'', ''{2021}'')'),
    ('deptperf_scorecard(1, 2021)'), ('deptperf_scorecard(''x'', 2021)'),
    ('deptperf_monitor(1, 2021)'), ('deptperf_monitor(''x'', 2021)'), ('deptperf_monitor_all(2021)'), ('deptperf_monitor_rows(1, 2021, ''{}'', ''{}'', ''{}'', ''2021-08-31'')'),
    ('deptperf_department(1)'), ('deptperf_department(''x'')'), ('deptperf_department_near(''x'')'), ('deptperf_fiscal_year(2021)'),
    ('deptperf_framework_for(1, 2021)'), ('deptperf_framework_document(''sz-2021'')'), ('deptperf_framework_import(deptperf_framework_seed(''sz-2021''))'),
    ('deptperf_framework_copy(''sz-2021'', ''x'')'), ('deptperf_framework_check(''sz-2021'')'), ('deptperf_framework_start(''sz-2021'', 2021)'), ('deptperf_framework_sheet(''sz-2021'')'),
    ('deptperf_close(2021)'), ('deptperf_close(2021, ''budget'', 1)'), ('deptperf_close(2021, ''budget'', ''x'')'), ('deptperf_assess(1, 2021, ''{"A1.1.1": 1}'')'), ('deptperf_assess(''x'', 2021, ''{"A1.1.1": 1}'')'),
    ('deptperf_bind(''{"budget": {}}'')'), ('deptperf_bindings()'), ('deptperf_compare(2021)'), ('deptperf_finalize(1, 2021)'), ('deptperf_finalize(''x'', 2021)'), ('deptperf_reopen(1, ''x'')'), ('deptperf_verify(1)'), ('deptperf_headroom(1, 2021)'), ('deptperf_headroom(''x'', 2021)'), ('deptperf_records(1, 2021, ''assets_total'')'), ('deptperf_records(''x'', 2021, ''assets_total'')'), ('deptperf_basis(1, 2021)'), ('deptperf_missing(1, 2021)'), ('deptperf_missing(''x'', 2021)'), ('deptperf_what_if(1, 2021, ''{}'')'), ('deptperf_what_if(''x'', 2021, ''{}'')'), ('deptperf_reconcile(deptperf_framework_seed(''sz-2021''), ''{}'', ''{}'', NULL, 1)'), ('deptperf_explain(1, 2021)'), ('deptperf_check_published(deptperf_framework_seed(''sz-2021''), ''{}'', NULL)'), ('deptperf_possible_points(deptperf_framework_seed(''sz-2021''), ''A1.2'')'), ('deptperf_explain(''x'', 2021)'), ('deptperf_report(1, 2021)'), ('deptperf_report(''x'', 2021)'),
    ('deptperf_report_facts(deptperf_framework_seed(''sz-2021''), ''{}'', deptperf_report_words(''zh''))'), ('deptperf_report_issues(1, 2021, ''{}'', deptperf_report_words(''zh''))'), ('deptperf_report_judged(1, 2021, ''{}'', now())'), ('deptperf_report_missing(1, 2021, ''{}'', deptperf_report_words(''zh''))'), ('deptperf_report_reconciliation(1, 2021, deptperf_framework_seed(''sz-2021''), ''{}'', ''{}'', deptperf_report_words(''zh''))'), ('deptperf_unbind(''budget'')'),
    ('deptperf_target_pick(1, 2021, ''example-satisfaction'', 10, ''≥90%'')'), ('deptperf_target_pick(''x'', 2021, ''example-satisfaction'', 10, ''≥90%'')'),
    ('deptperf_target_check(1, 2021)'), ('deptperf_target_check(''x'', 2021)'),
    ('deptperf_grant(''deptperf_test_reader'', ''reader'')'), ('deptperf_grant(''deptperf_test_reader'', ''reader'', 1)'), ('deptperf_grant(''deptperf_test_reader'', ''reader'', ''x'')'),
    ('deptperf_track()'), ('deptperf_untrack()'), ('deptperf_check_tracking()'), ('deptperf_track_sources(NULL)'), ('deptperf_track_parts(''budget'')'), ('deptperf_track_query(''budget'', 1, ''x'')'),
    ('deptperf_track_statement(0, ''x'', ''insert'', ''budget'', ''1'')'), ('deptperf_track_again(0, ''insert'')'), ('deptperf_track_refusal(''budget'')'), ('deptperf_track_triggers(''budget'')'), ('deptperf_track_faults(''budget'')'),
    ('deptperf_track_keep(''{budget}'', ''{}'')'), ('deptperf_track_hold(''budget'')'), ('deptperf_track_off(''budget'')'), ('deptperf_track_map(''{budget}'')'), ('deptperf_track_view(''{budget}'')'), ('deptperf_track_table()'), ('deptperf_track_unit_views()'),
    ('deptperf_track_is_on(''budget'')'), ('deptperf_track_negation(''{budget}'', ''true'')'), ('deptperf_track_says(''{budget}'')'),
    ('deptperf_attach(''x'')'), ('deptperf_detach(''x'')'), ('deptperf_shard_asked(1)'), ('deptperf_shard_views()'), ('deptperf_shard_release(1, ''{}'')'), ('deptperf_shard_refuse(''{1}'', ''x'', ''x'')'), ('deptperf_shard_require(''{1}'', ''x'')'),
    ('deptperf_shard_faults(1, ''[]'')'), ('deptperf_shard_about_table(1, ''x'')'), ('deptperf_shard_facts_table(1, ''x'')');
SELECT is_empty($$ SELECT call, g FROM call, LATERAL (SELECT pg_temp.gives(current_user::name, 'SELECT ' || call || '::text') AS g) x WHERE g !~ '^42501 schema "deptperf" (is not trusted|belongs to deptperf_test_evil)' $$,
                'every function refuses a schema of somebody else''s to a superuser');
SELECT is_empty($$ SELECT call, g FROM call, LATERAL (SELECT pg_temp.gives('deptperf_test_owner', 'SELECT ' || call || '::text') AS g) x WHERE g !~ '^42501 schema "deptperf" (is not trusted|belongs to deptperf_test_evil)' $$,
                'and to the database''s owner');
SELECT is_empty('SELECT * FROM evil.caught', 'and nothing of it was run');
SELECT is_empty($$ SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'deptperf'
    WHERE p.prosrc ~ '\mdeptperf\.[a-z]' AND NOT EXISTS (SELECT FROM call WHERE call LIKE p.proname || '(%')
      AND p.proname !~ '^deptperf_(bind(ing)?_|close_departments|close_rows|close_complete|grant_rights|grant_departments|workspace_guard)' $$, 'no function that reads the workspace was left out');

-- What somebody else made doesn't become ours by taking the schema over.
SELECT lives_ok('ALTER SCHEMA deptperf OWNER TO deptperf_test_owner', 'the schema is taken over');
SELECT matches(pg_temp.gives('deptperf_test_owner', 'SELECT deptperf_setup()'), '^42501 a relation in schema "deptperf" is not yours', 'setup refuses the relations');
DO $$ DECLARE r regclass; BEGIN
    FOR r IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'deptperf'::regnamespace AND relkind = 'v' LOOP EXECUTE 'DROP VIEW ' || r; END LOOP;
END $$;
SELECT matches(pg_temp.gives('deptperf_test_owner', 'SELECT deptperf_setup()'), '^55000 schema "deptperf" holds what is not deptperf''s: function deptperf.framework_in_force', 'and a function, even one named like ours');
DROP FUNCTION deptperf.framework_in_force(bigint, int);
SELECT is(pg_temp.gives('deptperf_test_owner', 'SELECT deptperf_setup(''sz-2021-records'', true)'), 'framework sz-2021-records, row security on', 'when all is gone it makes the workspace');
SELECT is_empty('SELECT * FROM evil.caught', 'and nothing was run');

-- The extension's functions are made anew, never in place of planted ones.
SAVEPOINT extension;
DROP SCHEMA deptperf CASCADE;
DROP EXTENSION deptperf;
CREATE FUNCTION public.deptperf_department(text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
SELECT throws_ok('CREATE EXTENSION deptperf', '42723', NULL, 'CREATE EXTENSION does not take over a function that is there');
ROLLBACK TO extension;

-- ---- 2. the workspace ----

SET LOCAL ROLE deptperf_test_owner;
INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (1, 'city', NULL), (2, 'bureau', 'city'), (3, 'unit', 'bureau'), (4, 'other', 'city');
INSERT INTO deptperf.department_framework VALUES (1, 2021, 'sz-2021');
UPDATE deptperf.framework SET status = 'draft';       -- to be changed below
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (2, 2020, 80, true), (3, 2020, 20, false), (4, 2020, 5, true);
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (2, 2020, 10, 9), (3, 2020, 10, 8), (4, 2020, 10, 10);
DO $$ BEGIN
    PERFORM deptperf_close(2020, 'finding');
    PERFORM deptperf_grant('deptperf_test_reader', 'reader', 2), deptperf_grant('deptperf_test_assessor', 'assessor', 2);
END $$;
RESET ROLE;
-- what is asked, of the reader and of the owner; the answers before anybody did anything
CREATE TEMP TABLE question (who name, asks text, answer text);
INSERT INTO question SELECT 'deptperf_test_' || who, 'SELECT ' || asks FROM unnest('{reader,owner}'::text[]) AS who, unnest(ARRAY[
    'public.deptperf_total(2, 2020)', 'public.deptperf_total(''unit'', 2020)', 'public.deptperf_grade(2, 2020)', 'public.deptperf_department(''bureau'')',
    'string_agg(s::text, '';'' ORDER BY s::text) FROM public.deptperf_scores(ARRAY[1, 2, 3, 4]::pg_catalog.int8[], ARRAY[2020, 2021]) s',
    'string_agg(s::text, '';'' ORDER BY s::text) FROM public.deptperf_scorecard(''bureau'', 2020) s',
    'string_agg(s::text, '';'' ORDER BY s::text) FROM public.deptperf_monitor(''bureau'', 2020, ''2020-08-31'') s', 'string_agg(s::text, '';'' ORDER BY s::text) FROM deptperf.monitor s',
    'string_agg(s::text, '';'' ORDER BY s::text) FROM deptperf.score s', 'string_agg(s::text, '';'' ORDER BY s::text) FROM deptperf.item_score s',
    'string_agg(s::text, '';'' ORDER BY s::text) FROM deptperf.unit_facts s', 'string_agg(s::text, '';'' ORDER BY s::text) FROM deptperf.ranking s',
    'string_agg(s::text, '';'' ORDER BY s::text) FROM deptperf.trend s']) AS asks;
UPDATE question SET answer = pg_temp.gives(who, asks);
SELECT is_empty($$ SELECT * FROM question WHERE answer IS NULL OR answer ~ '^\w{5} ' $$, 'questions have answers');
SELECT is((SELECT count(DISTINCT answer) FROM question WHERE asks ~ 'deptperf\.score s'), 2::bigint, 'the owner sees more than the reader');

-- ---- 3. temporary relations named like ours ----

-- as anybody may make them, in the schema that is searched first
CREATE TEMP TABLE name AS SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'deptperf'::regnamespace AND relkind IN ('r', 'v');
CREATE FUNCTION pg_temp.plant() RETURNS void LANGUAGE plpgsql AS $$
DECLARE n text;
BEGIN
    FOR n IN SELECT name FROM name LOOP
        EXECUTE format('CREATE TEMP VIEW %I AS SELECT s.*, evil.run(%L) AS trap FROM deptperf.%I s', n, n, n);
        EXECUTE format('GRANT ALL ON %I TO PUBLIC', n);
    END LOOP;
END $$;
SELECT lives_ok('SELECT pg_temp.plant()', 'a temporary view of the name of every relation');
SELECT is_empty($$ SELECT q.*, g FROM question q, LATERAL (SELECT pg_temp.gives(who, asks) AS g) x WHERE answer IS DISTINCT FROM g $$, 'changes no answer');
SELECT is(pg_temp.gives('deptperf_test_assessor', $$ SELECT deptperf_assess(2, 2020, '{"B3.2.1": 1}', 'x', true) $$), '1', 'nor what is assessed');
SELECT is(pg_temp.gives('deptperf_test_owner', 'SELECT deptperf_setup()'), 'framework sz-2021-records, row security on', 'nor setup');
SELECT is(pg_temp.gives('deptperf_test_owner', $$ INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (5, 'new', 'other') RETURNING parent_id $$), NULL, 'nor the tree (its parent comes at the end of the statement)');
SELECT results_eq('SELECT ancestor_id FROM deptperf.department_closure WHERE dept_id = 5 ORDER BY depth', 'VALUES (5::bigint), (4), (1)', 'which is right');
SELECT is(pg_temp.gives('deptperf_test_owner', $$ UPDATE deptperf.framework_item SET label_en = 'x' WHERE code = 'B3.2.1' AND framework = 'sz-2021' RETURNING 1 $$), '1', 'nor a framework''s document');
SELECT is(pg_temp.gives('deptperf_test_owner', $$ SELECT deptperf_grant('deptperf_test_reader', 'reader', 3) $$), 'deptperf_test_reader: reader of department 3 and all below it', 'nor what is granted');
SELECT is(pg_temp.gives('deptperf_test_owner', 'SELECT deptperf_close(2020, ''petition'')'), '5', 'nor what is closed');
SAVEPOINT fresh;
DO $$ DECLARE n text; BEGIN
    FOR n IN SELECT name FROM name LOOP EXECUTE format('DROP VIEW pg_temp.%I', n); END LOOP;
    FOR n IN SELECT name FROM name LOOP EXECUTE format('CREATE TEMP TABLE %I (trap text)', n); EXECUTE format('GRANT ALL ON %I TO PUBLIC', n); END LOOP;
END $$;
SET LOCAL ROLE deptperf_test_owner;
DROP SCHEMA deptperf CASCADE;
RESET ROLE;
SELECT is(pg_temp.gives('deptperf_test_owner', 'SELECT deptperf_setup()'), 'framework sz-2021, row security off', 'setup from nothing, with temporary tables of every name');
SELECT set_eq($$ SELECT relname::text FROM pg_class WHERE relnamespace = 'deptperf'::regnamespace AND relkind IN ('r', 'v') $$, 'SELECT name FROM name', 'makes them all');
SELECT is_empty($$ SELECT c.oid::regclass FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class AND v.relnamespace = 'deptperf'::regnamespace
    JOIN pg_class c ON c.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass AND c.relnamespace <> 'deptperf'::regnamespace $$, 'and no view of it reads another');
ROLLBACK TO fresh;
DO $$ DECLARE n text; BEGIN FOR n IN SELECT name FROM name LOOP EXECUTE format('DROP VIEW pg_temp.%I', n); END LOOP; END $$;
SELECT is_empty('SELECT * FROM evil.caught', 'nothing of it was run');

-- ---- 4. operators and functions in a schema that is searched first ----

CREATE FUNCTION evil.sprung(what text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'sprung: %', what; END $$;
-- every operator of the types at hand, with exactly their arguments
DO $$
DECLARE
    planted record;
BEGIN
    FOR planted IN
        SELECT o.oprname, l.typname AS l, r.typname AS r
        FROM pg_operator o JOIN pg_type l ON l.oid = o.oprleft JOIN pg_type r ON r.oid = o.oprright
        WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND l.typname IN ('text', 'int4', 'int8', 'numeric', 'jsonb', 'bool', 'name', 'regclass', 'oid', '_int8', '_text', 'uuid', 'regrole', 'char')
          AND o.oprname IN ('=', '<>', '<', '<=', '>', '>=', '||', '->', '->>', '#>>', '?', '+', '-', '*', '/', '~', '!~')
    LOOP
        EXECUTE format('CREATE FUNCTION evil.%I(pg_catalog.%I, pg_catalog.%I) RETURNS pg_catalog.bool LANGUAGE plpgsql AS $f$ BEGIN PERFORM evil.sprung(%L); RETURN true; END $f$',
                       'op ' || planted.oprname, planted.l, planted.r, format('%s %s %s', planted.l, planted.oprname, planted.r));
        EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = pg_catalog.%I, RIGHTARG = pg_catalog.%I, FUNCTION = evil.%I)', planted.oprname, planted.l, planted.r, 'op ' || planted.oprname);
    END LOOP;
    FOR planted IN
        SELECT p.oid, p.proname, pg_get_function_identity_arguments(p.oid) AS args FROM pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.proname IN ('format', 'btrim', 'now', 'abs', 'strpos', 'left', 'substr', 'length', 'to_regclass', 'to_regnamespace', 'quote_ident',
            'current_setting', 'set_config', 'pg_advisory_xact_lock', 'jsonb_typeof', 'to_jsonb', 'cardinality', 'array_to_string', 'gen_random_uuid', 'pg_trigger_depth', 'has_table_privilege', 'pg_has_role', 'row_security_active', 'make_date')
          AND p.provariadic = 0
    LOOP
        EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS pg_catalog.bool LANGUAGE plpgsql AS $f$ BEGIN PERFORM evil.sprung(%L); RETURN true; END $f$', planted.proname, planted.args, planted.proname);
    END LOOP;
END $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA evil TO PUBLIC;
SELECT cmp_ok((SELECT count(*) FROM pg_operator WHERE oprnamespace = 'evil'::regnamespace), '>', 100::bigint, 'operators are planted');
SELECT matches(pg_temp.gives('deptperf_test_reader', 'SELECT 1 = 1', 'evil, pg_catalog'), 'sprung: int4 = int4', 'and spring');
CREATE TEMP TABLE path AS SELECT unnest('{"evil, pg_catalog, public","evil, deptperf, pg_catalog, public","pg_temp, evil, pg_catalog"}'::text[]) AS path;
SELECT is_empty($$ SELECT path, q.*, g FROM path, question q, LATERAL (SELECT pg_temp.gives(who, replace(replace(asks, '::text', '::pg_catalog.text'), 'string_agg', 'pg_catalog.string_agg'), path) AS g) x
    WHERE g IS DISTINCT FROM pg_temp.gives(who, asks) $$, 'but change no answer');
CREATE TEMP TABLE deed (who text, does text, gives text);
INSERT INTO deed VALUES
    ('owner', $$ SELECT public.deptperf_setup() $$, 'framework sz-2021-records, row security on'),
    ('owner', $$ SELECT public.deptperf_setup('sz-2021', false) $$, 'framework sz-2021, row security off'),
    ('owner', $$ SELECT public.deptperf_setup('sz-2021-records', true) $$, 'framework sz-2021-records, row security on'),
    ('owner', $$ SELECT public.deptperf_grant('deptperf_test_reader', 'reader', 3) $$, 'deptperf_test_reader: reader of department 3 and all below it'),
    ('owner', $$ SELECT public.deptperf_close(2020, 'finding') $$, '1'),
    ('owner', $$ SELECT workspace FROM public.deptperf_version() $$, (SELECT workspace FROM deptperf_version())),
    ('owner', $$ INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (6, 'last', 'other') RETURNING dept_id $$, '6'),
    ('owner', $$ UPDATE deptperf.department SET parent_code = 'bureau' RETURNING 1 $$, '23514 department "bureau" would lie below itself'),
    ('owner', $$ UPDATE deptperf.framework_item SET rule = 'x > 1: 1' RETURNING 1 $$, '22023 '),
    ('owner', $$ UPDATE deptperf.framework_item SET label_en = 'y' RETURNING 'changed' $$, 'changed'),
    ('owner', $$ SELECT public.deptperf_framework_import(public.deptperf_framework_seed('sz-2021')) $$, 'sz-2021'),
    ('assessor', $$ SELECT public.deptperf_assess('bureau', 2020, '{"B3.2.1": 0.5}', 'y', true) $$, '1'),
    ('assessor', $$ SELECT public.deptperf_assess(2, 2020, '{"B3.2.1": 1.5}', 'y', true) $$, '22003 1.5 points for "B3.2.1" are outside 0 to 1'),
    ('assessor', $$ INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason) VALUES (2, 2020, 'B1.1.1', 999, 'z') RETURNING 1 $$, '22003 999 points for "B1.1.1" are outside 0 to 1'),
    ('assessor', $$ INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points) VALUES (2, 2020, 'B1.1.1', 0) RETURNING 1 $$, '23514 the assessment of "B1.1.1" needs a reason'),
    ('assessor', $$ INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason) VALUES (4, 2020, 'B1.1.1', 1, 'z') RETURNING 1 $$, '42501 new row violates row-level security policy for table "assessment"');
SELECT is_empty($$ SELECT does, g FROM deed, LATERAL (SELECT pg_temp.gives('deptperf_test_' || who, replace(does, 'RETURNING 1', 'RETURNING dept_id'), 'evil, pg_catalog, public') AS g) x WHERE does !~ 'framework_item' AND split_part(g, E'\n', 1) IS DISTINCT FROM gives AND NOT (gives = '22023 ' AND g LIKE '22%') $$,
                'nor what statements do');
SELECT is_empty($$ SELECT does, g FROM deed, LATERAL (SELECT pg_temp.gives('deptperf_test_' || who, does, 'evil, pg_catalog, public') AS g) x WHERE does ~ 'framework_item' AND split_part(g, E'\n', 1) IS DISTINCT FROM gives AND NOT (gives = '22023 ' AND g LIKE '22%') $$,
                'in frameworks too');

-- An assessor's own operators that find everything in order.
DO $$ BEGIN
    CREATE SCHEMA blind;
    GRANT USAGE ON SCHEMA blind TO PUBLIC;
    CREATE FUNCTION blind.never(numeric, numeric) RETURNS boolean LANGUAGE sql AS 'SELECT false';
    CREATE FUNCTION blind.always(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
    CREATE OPERATOR blind.> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = blind.never);
    CREATE OPERATOR blind.< (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = blind.never);
    CREATE OPERATOR blind.= (LEFTARG = text, RIGHTARG = text, FUNCTION = blind.always);
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA blind TO PUBLIC;
END $$;
SELECT matches(pg_temp.gives('deptperf_test_assessor', $$ INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points) VALUES (3, 2020, 'B1.1.1', 1.2) RETURNING dept_id $$, 'blind, pg_catalog'), '^22003 1\.2 points', 'are not asked by the checks of an assessment');
SELECT matches(pg_temp.gives('deptperf_test_owner', $$ UPDATE deptperf.framework_item SET formula = 'no_such_fact' WHERE code OPERATOR(pg_catalog.=) 'B3.2.1' RETURNING 1 $$, 'blind, pg_catalog'), '^23503 item B3\.2\.1 of framework "sz-2021(-records)?" reads a fact that is not declared', 'nor by those of a formula');

-- ---- 5. planted in the workspace ----

GRANT CREATE, USAGE ON SCHEMA deptperf TO deptperf_test_evil;
CREATE FUNCTION pg_temp.planted(thing text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    SET LOCAL ROLE deptperf_test_evil;
    EXECUTE thing;
    RESET ROLE;
    REVOKE CREATE ON SCHEMA deptperf FROM deptperf_test_evil;
    result := pg_temp.gives('deptperf_test_owner', 'SELECT deptperf_setup()');
    RAISE EXCEPTION 'undo' USING DETAIL = result, ERRCODE = 'ZZ001';
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
    GET STACKED DIAGNOSTICS result = PG_EXCEPTION_DETAIL;
    RETURN result;
END $$;
SELECT is_empty($$
  SELECT thing, g FROM unnest(ARRAY[
    'CREATE FUNCTION deptperf.count(text) RETURNS bigint LANGUAGE sql AS ''SELECT 1::bigint''', 'CREATE FUNCTION deptperf.sees_all(int) RETURNS boolean LANGUAGE sql AS ''SELECT true''',
    'CREATE FUNCTION deptperf.ranking_rows(text DEFAULT ''x'') RETURNS text LANGUAGE sql AS ''SELECT $1''', 'CREATE PROCEDURE deptperf.now() LANGUAGE sql AS ''SELECT 1''',
    'CREATE OPERATOR deptperf.= (LEFTARG = bigint, RIGHTARG = int, FUNCTION = evil."op ="(int8, int4))', 'CREATE TYPE deptperf.text AS ENUM (''x'')', 'CREATE DOMAIN deptperf.int4 AS int', 'CREATE TYPE deptperf.row_ AS (x int)',
    'CREATE TYPE deptperf.span AS RANGE (subtype = int)', 'CREATE COLLATION deptperf.other FROM "C"', 'CREATE TEXT SEARCH DICTIONARY deptperf.d (template = simple)',
    'CREATE TABLE deptperf.planted (x int)', 'CREATE VIEW deptperf.planted AS SELECT evil.run(''x'')', 'CREATE SEQUENCE deptperf.planted']) AS thing, LATERAL (SELECT pg_temp.planted(thing) AS g) x
  WHERE g !~ '^(55000 schema "deptperf" holds what is not deptperf''s|42501 a relation in schema "deptperf" is not yours)' $$, 'setup refuses whatever somebody planted');
SELECT matches(pg_temp.gives('deptperf_test_owner', 'SELECT deptperf_setup()'), '^42501 others may create objects in schema "deptperf"\nCREATE is granted to deptperf_test_evil\.\nREVOKE CREATE ON SCHEMA deptperf FROM deptperf_test_evil;', 'or may plant');
REVOKE CREATE, USAGE ON SCHEMA deptperf FROM deptperf_test_evil;
SELECT is_empty('SELECT * FROM evil.caught', 'nothing of all this was run');

-- ---- 6. one session, several roles ----

SELECT is(pg_temp.gives('deptperf_test_owner', 'SELECT deptperf_total(4, 2020) IS NOT NULL'), 'true', 'what the owner asked');
SELECT matches(pg_temp.gives('deptperf_test_reader', 'SELECT deptperf_total(4, 2020)'), '^P0002 department 4 is not known', 'a reader in the same session is not told, for all the saved plans');
SELECT is(pg_temp.gives('deptperf_test_reader', 'SELECT count(*) FROM deptperf_scores(''{1,4}'', ''{2020}'')'), '0', 'in no way');
SELECT is(pg_temp.gives('deptperf_test_owner', 'SELECT count(*) FROM deptperf_scores(''{1,4}'', ''{2020}'')'), '2', 'and the owner after him is');
SELECT is(pg_temp.gives('deptperf_test_evil', 'SELECT deptperf_total(2, 2020)'), '42501 permission denied for schema deptperf', 'who has no rights gets nothing');
PREPARE all_scores AS SELECT count(*) FROM deptperf.score;
SELECT is(pg_temp.gives('deptperf_test_owner', 'EXECUTE all_scores'), (SELECT count(*)::text FROM deptperf.score), 'a prepared statement of the owner''s');
SELECT is(pg_temp.gives('deptperf_test_reader', 'EXECUTE all_scores'), pg_temp.gives('deptperf_test_reader', 'SELECT count(*) FROM deptperf.score'), 'shows a reader his rows');
SET LOCAL row_security = off;
SELECT matches(pg_temp.gives('deptperf_test_reader', 'SELECT count(*) FROM deptperf.score'), '^42501 query would be affected by row-level security policy', 'row_security off is an error and shows nothing');
SELECT is(pg_temp.gives('deptperf_test_reader', 'SELECT count(*) FROM deptperf.procurement_facts'), '2', 'nor does it open the facts');
SET LOCAL row_security = on;
SET LOCAL ROLE deptperf_test_reader;
SELECT is_empty('SELECT FROM deptperf.given WHERE dept_id NOT IN (2, 3)', 'given is his');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
