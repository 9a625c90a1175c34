-- schema.sql: the extension in a schema of its own.  Who is given something gets
-- USAGE there, or a warning says who has to grant it; and it can't be in schema
-- deptperf, where the workspace is.
-- What is said goes to the terminal alone, so a second psql runs this file's first
-- half.
\if :{?child}
\set SHOW_CONTEXT never
BEGIN;
SET client_min_messages = warning;
DROP EXTENSION deptperf CASCADE;
CREATE ROLE deptperf_test_owner;
CREATE ROLE deptperf_test_reader;
CREATE ROLE "Deptperf_Test_Assessor";
CREATE ROLE deptperf_test_another;
CREATE ROLE deptperf_test_last;
SELECT format('ALTER DATABASE %I OWNER TO deptperf_test_owner', current_database()) \gexec
CREATE SCHEMA deptperf;
SAVEPOINT s;
\echo -- in schema deptperf
CREATE EXTENSION deptperf SCHEMA deptperf;
ROLLBACK TO s;
SET LOCAL search_path = deptperf;
CREATE EXTENSION deptperf;
ROLLBACK TO s;
DROP SCHEMA deptperf;
CREATE SCHEMA "Ext";
GRANT USAGE ON SCHEMA "Ext" TO deptperf_test_owner;
SET LOCAL search_path = "Ext", public;
CREATE EXTENSION deptperf SCHEMA "Ext";
SET LOCAL ROLE deptperf_test_owner;
DO $$ BEGIN PERFORM deptperf_setup(); END $$;
INSERT INTO deptperf.department (code) VALUES ('440300');
INSERT INTO deptperf.project (dept_id, fiscal_year, on_time) SELECT dept_id, 2021, 1 FROM deptperf.department;
\echo -- granted by who may not
SELECT deptperf_grant('deptperf_test_reader', 'reader');
SELECT deptperf_grant('Deptperf_Test_Assessor', 'assessor');
SELECT deptperf_grant('Deptperf_Test_Assessor', 'reader');
\echo -- setup
SELECT deptperf_setup() IS NULL;
SAVEPOINT s;
SET LOCAL ROLE deptperf_test_reader;
SELECT count(*) > 0 FROM deptperf.monitor;
ROLLBACK TO s;
RESET ROLE;
\echo -- granted as it was said
GRANT USAGE ON SCHEMA "Ext" TO deptperf_test_reader;
SET LOCAL ROLE deptperf_test_owner;
SELECT deptperf_grant('deptperf_test_reader', 'reader');
SET LOCAL ROLE deptperf_test_reader;
SELECT (SELECT count(*) > 0 FROM deptperf.monitor), deptperf_grade(95);
RESET ROLE;
\echo -- granted by who may
GRANT USAGE ON SCHEMA "Ext" TO deptperf_test_owner WITH GRANT OPTION;
SET LOCAL ROLE deptperf_test_owner;
SELECT deptperf_grant('deptperf_test_another', 'reader');
SELECT has_schema_privilege('deptperf_test_another', 'Ext', 'USAGE'), has_schema_privilege('Deptperf_Test_Assessor', 'Ext', 'USAGE');
SELECT deptperf_setup() IS NULL, has_schema_privilege('Deptperf_Test_Assessor', 'Ext', 'USAGE');
SET LOCAL ROLE deptperf_test_another;
SELECT (SELECT count(*) > 0 FROM deptperf.monitor), deptperf_grade(95);
RESET ROLE;
\echo -- whoever has it gets nothing more
GRANT USAGE ON SCHEMA "Ext" TO PUBLIC;
SET LOCAL ROLE deptperf_test_owner;
SELECT deptperf_grant('deptperf_test_last', 'reader');
SELECT count(*) FROM pg_namespace n, aclexplode(n.nspacl) g WHERE n.nspname = 'Ext' AND g.grantee = 'deptperf_test_last'::regrole;
\echo -- end
ROLLBACK;
\else
BEGIN;
\setenv PGDATABASE :DBNAME
\set said `psql -XqAt -v child=1 -f test/pgtap/schema.sql 2>&1 | sed 's/^psql:[^ ]* //; /^LOCATION:/d'`
SELECT plan(6);
CREATE TEMP TABLE said AS SELECT part[1] AS what, part[2] AS said FROM regexp_matches(:'said', '-- ([^\n]*?)\n(.*?)(?=-- )', 'gs') AS part;
CREATE FUNCTION pg_temp.said(what text) RETURNS text LANGUAGE sql AS $$ SELECT s.said FROM said s WHERE s.what = $1 $$;
-- The warning that roles lack USAGE; to_grant as they are named in SQL.
CREATE FUNCTION pg_temp.without(to_grant text) RETURNS text LANGUAGE sql AS $$
  SELECT format(E'WARNING:  without USAGE on schema "Ext" nothing of deptperf can be used by %1$s\n'
                'DETAIL:  Its functions, which the views call too, are there, and deptperf_test_owner may not grant it.\n'
                'HINT:  Let postgres run: GRANT USAGE ON SCHEMA "Ext" TO %1$s;\n', to_grant) $$;

SELECT is(pg_temp.said('in schema deptperf'), repeat($$ERROR:  the extension deptperf can't be in schema "deptperf"
DETAIL:  That is the schema of the workspace, which deptperf_setup() makes, and which holds nothing else.
HINT:  CREATE EXTENSION deptperf SCHEMA public; or another schema.
$$, 2), 'the workspace''s schema is refused, by name and by search_path');
SELECT is(pg_temp.said('granted by who may not'),
          pg_temp.without('deptperf_test_reader') || E'deptperf_test_reader: reader of every department\n'
          || pg_temp.without('"Deptperf_Test_Assessor"') || E'Deptperf_Test_Assessor: assessor of every department\n'
          || pg_temp.without('"Deptperf_Test_Assessor"') || E'Deptperf_Test_Assessor: reader of every department\n', 'who may not grant USAGE is told who has to, once a grant');
SELECT is(regexp_replace(pg_temp.said('setup'), 'LINE 1.*', ''), pg_temp.without('"Deptperf_Test_Assessor", deptperf_test_reader') || E'f\nERROR:  permission denied for schema Ext\n', 'and by setup once for all; a reader without it can do nothing');
SELECT is(pg_temp.said('granted as it was said'), E'deptperf_test_reader: reader of every department\nt|优\n', 'with the statement of the hint he reads, and nothing is said any more');
SELECT is(pg_temp.said('granted by who may'), E'deptperf_test_another: reader of every department\nt|f\nf|t\nt|优\n', 'who may grant USAGE does so, to the role named, and setup to all');
SELECT is(pg_temp.said('whoever has it gets nothing more'), E'deptperf_test_last: reader of every department\n0\n', 'a role that has it by PUBLIC gets nothing');
SELECT * FROM finish();
ROLLBACK;
\endif
