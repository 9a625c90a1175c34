-- track_attack.sql: what the owner of a tracked table, or a writer of it, does to have
-- code run as the workspace's owner, or facts kept that its records do not say.
-- theirs.constant() is a function of an owner of a table who is not trusted: it
-- may be called as himself, and where it runs as the workspace's owner says so in public.ran.
BEGIN;
SELECT plan(14);
SET LOCAL client_min_messages = warning;
SET LOCAL deptperf.compact_every = 0;
DROP SCHEMA IF EXISTS deptperf CASCADE;
CREATE ROLE deptperf_test_owner;
CREATE ROLE deptperf_test_evil;
CREATE ROLE deptperf_test_writer;
CREATE TABLE ran (who text);
GRANT INSERT, SELECT ON ran TO PUBLIC;
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO deptperf_test_owner', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO deptperf_test_evil', current_database());
END $$;
CREATE FUNCTION pg_temp.error(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
-- Binds disclosure to a relation and tracks it, as the workspace's owner.
CREATE FUNCTION pg_temp.track(relation text, level text DEFAULT 'level', filter text DEFAULT 'true') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL ROLE deptperf_test_owner;
    PERFORM deptperf_bind(jsonb_build_object('disclosure', jsonb_build_object('from', relation, 'dept', 'unit', 'year', 'yr', 'kind', 'kind', 'level', level, 'filter', filter)));
    PERFORM deptperf_track('disclosure');
    RESET ROLE;
END $$;
-- Facts of disclosure that are not what its records say.
CREATE FUNCTION pg_temp.wrong() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result bigint;
BEGIN
    SELECT count(*) INTO result FROM deptperf.disclosure_sums s FULL JOIN deptperf.disclosure_computed c USING (dept_id, fiscal_year) WHERE s.facts IS DISTINCT FROM c.facts;
    RETURN result;
END $$;
SET LOCAL ROLE deptperf_test_owner;
SELECT deptperf_setup();
INSERT INTO deptperf.department (dept_id, code) VALUES (1, 'A'), (2, 'B'), (3, 'C');
RESET ROLE;
SET LOCAL ROLE deptperf_test_evil;
CREATE SCHEMA theirs;
GRANT USAGE ON SCHEMA theirs TO PUBLIC;
CREATE FUNCTION theirs.does(what text) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN INSERT INTO public.ran VALUES (what); RETURN 1; END';
CREATE FUNCTION theirs.constant(what text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN IF current_user = ''deptperf_test_owner'' THEN RETURN theirs.does(what); END IF; RETURN 1; END';
RESET ROLE;

-- ---- code ----

-- TRUNCATE counts the records of a partition that came later, and plans its siblings with it.
SAVEPOINT s;
SET LOCAL ROLE deptperf_test_evil;
CREATE TABLE theirs.disclosure (unit int, yr int, kind text, level int) PARTITION BY LIST (yr);
CREATE TABLE theirs.d2021 PARTITION OF theirs.disclosure FOR VALUES IN (2021);
GRANT SELECT, TRIGGER ON theirs.disclosure, theirs.d2021 TO deptperf_test_owner;
RESET ROLE;
SELECT pg_temp.track('theirs.disclosure');
SET LOCAL ROLE deptperf_test_evil;
CREATE TABLE theirs.d2022 PARTITION OF theirs.disclosure FOR VALUES IN (2022);
GRANT SELECT ON theirs.d2022 TO deptperf_test_owner;
INSERT INTO theirs.disclosure VALUES (1, 2021, 'budget', 2), (1, 2022, 'budget', 2);
ALTER TABLE theirs.d2021 DISABLE TRIGGER deptperf_disclosure_1_truncate;
CREATE INDEX ON theirs.d2021 ((level + theirs.constant('index of a sibling partition')));
SELECT is(pg_temp.error('TRUNCATE theirs.disclosure'), '42501 the records of theirs.d2021 can''t be counted before they go', 'an index of a sibling partition');
RESET ROLE;
ROLLBACK TO s;

-- A schema's name is given to another, with a view under the table's name.
SAVEPOINT s;
SET LOCAL ROLE deptperf_test_evil;
CREATE SCHEMA home;
GRANT USAGE ON SCHEMA home TO deptperf_test_owner;
CREATE TABLE home.disclosure (unit int, yr int, kind text, level int);
GRANT SELECT, TRIGGER ON home.disclosure TO deptperf_test_owner;
RESET ROLE;
SELECT pg_temp.track('home.disclosure');
SET LOCAL ROLE deptperf_test_evil;
TRUNCATE home.disclosure;
TRUNCATE home.disclosure;               -- in place: no message that the table is another
ALTER SCHEMA home RENAME TO moved;
CREATE SCHEMA home;
GRANT USAGE ON SCHEMA home TO deptperf_test_owner;
CREATE VIEW home.disclosure AS SELECT 1 AS unit, 2021 AS yr, 'budget'::text AS kind, theirs.constant('a view under the name of the table') AS level, '(0,1)'::tid AS ctid;
GRANT SELECT ON home.disclosure TO deptperf_test_owner;
INSERT INTO moved.disclosure VALUES (1, 2021, 'budget', 2);
SELECT is(pg_temp.error('TRUNCATE moved.disclosure'), 'no error', 'the table in its renamed schema is emptied');
RESET ROLE;
SELECT is(pg_temp.wrong(), 0::bigint, 'and by its own records, not by those of the view');
SELECT is((SELECT count(*) FROM deptperf.kept_sums), 0::bigint, 'of which none are left');
ROLLBACK TO s;

-- A domain in a schema that its owner gives another meaning, after the statement was planned.
SAVEPOINT s;
SET LOCAL ROLE deptperf_test_evil;
CREATE SCHEMA home;
GRANT USAGE, CREATE ON SCHEMA home TO PUBLIC;
CREATE TABLE theirs.disclosure (unit int, yr int, kind text, level int);
GRANT SELECT, TRIGGER ON theirs.disclosure TO deptperf_test_owner;
RESET ROLE;
CREATE DOMAIN home.small AS int CHECK (VALUE < 1000);
SELECT pg_temp.track('theirs.disclosure', 'level::home.small');
SET LOCAL ROLE deptperf_test_evil;
INSERT INTO theirs.disclosure VALUES (1, 2021, 'budget', 1);
ALTER SCHEMA home RENAME TO moved;
CREATE SCHEMA home;
GRANT USAGE ON SCHEMA home TO deptperf_test_owner;
CREATE FUNCTION theirs.good(int) RETURNS bool LANGUAGE sql AS $$ SELECT theirs.constant('the check of a domain') = 1 $$;
CREATE DOMAIN home.small AS int CHECK (theirs.good(VALUE));
SELECT is(pg_temp.error($$ INSERT INTO theirs.disclosure VALUES (1, 2021, 'budget', 1) $$), 'no error', 'a domain in a renamed schema is the one that was bound');
RESET ROLE;
SELECT is(pg_temp.wrong(), 0::bigint, 'and the record is kept');
ROLLBACK TO s;

-- A domain of the owner's over one of theirs, which can get a check at any time.
SAVEPOINT s;
SET LOCAL ROLE deptperf_test_evil;
CREATE TABLE theirs.disclosure (unit int, yr int, kind text, level int);
GRANT SELECT, TRIGGER ON theirs.disclosure TO deptperf_test_owner;
CREATE DOMAIN theirs.level AS int;
RESET ROLE;
CREATE SCHEMA ours AUTHORIZATION deptperf_test_owner;
GRANT USAGE ON SCHEMA ours TO PUBLIC;
SET LOCAL ROLE deptperf_test_owner;
CREATE DOMAIN ours.small AS theirs.level CHECK (VALUE < 1000);
RESET ROLE;
SELECT is(pg_temp.error($$ SELECT pg_temp.track('theirs.disclosure', 'level::ours.small') $$),
    '0A000 source "disclosure" can''t be tracked: it reads a value of type theirs.level, which belongs to deptperf_test_evil, who can make casts and checks that would run with the rights of deptperf_test_owner', 'a domain that one of the owner''s is made of');
ROLLBACK TO s;

-- A function that no statement names, and that was a superuser's.
SAVEPOINT s;
SET LOCAL ROLE deptperf_test_owner;
CREATE SCHEMA finance;
CREATE TABLE finance.disclosure (unit int, yr int, kind text, level int);
RESET ROLE;
CREATE FUNCTION public.good(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 < 1000; END';
CREATE DOMAIN public.small AS int CHECK (public.good(VALUE));
SELECT pg_temp.track('finance.disclosure', 'level::public.small');
INSERT INTO finance.disclosure VALUES (1, 2021, 'budget', 1);
ALTER FUNCTION public.good OWNER TO deptperf_test_evil;
SELECT is(pg_temp.error($$ INSERT INTO finance.disclosure VALUES (1, 2021, 'budget', 1) $$), '42501 function public.good(integer) is not called for tracking', 'what the check of a domain calls is looked at when it is called');
ROLLBACK TO s;

-- A view that came under a name between the derivation of a statement and its parsing.
SAVEPOINT s;
SET LOCAL ROLE deptperf_test_evil;
CREATE VIEW theirs.late AS SELECT deptperf_track_run('INSERT INTO public.ran VALUES (''run by a view'')')::text AS nothing;
GRANT SELECT ON theirs.late TO deptperf_test_owner;
SET LOCAL ROLE deptperf_test_owner;
SELECT is(pg_temp.error($q$ SELECT deptperf_track_run('SELECT v.nothing FROM (SELECT l.* FROM theirs.late l) v') $q$), '42501 view "late" is not read for tracking', 'nor a view of others');
RESET ROLE;
ROLLBACK TO s;

SELECT is_empty('SELECT who FROM ran', 'nothing of all that ran as the workspace''s owner');

-- ---- facts ----

-- Settings of a writer's session are not those by which his records are read.
SET LOCAL ROLE deptperf_test_evil;
CREATE TABLE theirs.disclosure (unit int, code bytea, yr int, kind text, level float8);
GRANT SELECT, TRIGGER ON theirs.disclosure TO deptperf_test_owner;
GRANT INSERT, DELETE ON theirs.disclosure TO deptperf_test_writer;
INSERT INTO theirs.disclosure VALUES (1, 'a', 2021, 'budget', 0.1::float8 + 0.2::float8);
RESET ROLE;
SET LOCAL extra_float_digits = 0;
SELECT pg_temp.track('theirs.disclosure', 'level::text::numeric * length(code::text) * length(quote_ident(kind))');
RESET extra_float_digits;
SET LOCAL ROLE deptperf_test_writer;
SET LOCAL bytea_output = escape;
SET LOCAL quote_all_identifiers = on;
INSERT INTO theirs.disclosure VALUES (2, 'b', 2021, 'budget', 1);
RESET bytea_output;
RESET quote_all_identifiers;
RESET ROLE;
-- 1 * length('\x62') * length('budget')
SELECT is((SELECT facts ->> 'budget_disclosure_level' FROM deptperf.disclosure_sums WHERE dept_id = 2)::numeric, 24::numeric, 'a record is read by fixed settings');
DELETE FROM theirs.disclosure;
SELECT is((SELECT deptperf_kept_sum(facts, NULL) FROM deptperf.kept), NULL, 'and counted at first as it is taken away later');

-- Triggers see NULL in a column that is computed when it is read.
SELECT current_setting('server_version_num')::int >= 180000 AS has_virtual \gset
\if :has_virtual
SET LOCAL ROLE deptperf_test_owner;
CREATE SCHEMA finance;
CREATE TABLE finance.disclosure (unit int, yr int, kind text, half int, level int GENERATED ALWAYS AS (half * 2) VIRTUAL, note text GENERATED ALWAYS AS (kind || '!') VIRTUAL);
SELECT deptperf_untrack('disclosure');
SELECT is(pg_temp.error($$ SELECT pg_temp.track('finance.disclosure') $$), '0A000 source "disclosure" can''t be tracked: column level of finance.disclosure is computed when it is read, which triggers do not see', 'a virtual column');
SELECT pg_temp.track('finance.disclosure', 'half');
INSERT INTO finance.disclosure (unit, yr, kind, half) VALUES (3, 2021, 'budget', 1);
SELECT is(pg_temp.wrong(), 0::bigint, 'one that is not read does not matter');
\else
SELECT skip('PostgreSQL 18 has virtual columns', 2);
\endif
SELECT * FROM finish();
ROLLBACK;
