-- track_notice.sql: what is said of a tracked table of somebody else's that can't be
-- tracked any more, and of its triggers when tracking ends.
-- Notices go to the terminal alone, so a second psql runs this file's first half.
\if :{?child}
BEGIN;
SET client_min_messages = warning;
CREATE ROLE deptperf_test_owner;
CREATE ROLE deptperf_test_finance;
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO deptperf_test_owner', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO deptperf_test_finance', current_database());
END $$;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SET ROLE deptperf_test_finance;
CREATE SCHEMA finance;
CREATE TABLE finance.payment (unit text, day date, class text, amount numeric) PARTITION BY RANGE (day);
CREATE TABLE finance.payment_2021 PARTITION OF finance.payment FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
GRANT USAGE ON SCHEMA finance TO deptperf_test_owner;
GRANT SELECT, TRIGGER ON finance.payment, finance.payment_2021 TO deptperf_test_owner;
SET ROLE deptperf_test_owner;
DO $$ BEGIN PERFORM deptperf_setup(); END $$;
INSERT INTO deptperf.department (code) VALUES ('A');
DO $$ BEGIN
    PERFORM deptperf_bind('{"execution": {"from": "finance.payment", "dept": "unit", "year": "day", "month": "day", "expense_class": "class", "amount": "amount"}}');
    PERFORM deptperf_track('execution');
END $$;
SET ROLE deptperf_test_finance;
CREATE TABLE finance.payment_2022 PARTITION OF finance.payment FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
SET ROLE deptperf_test_owner;
SET client_min_messages = notice;
\set ECHO all
INSERT INTO deptperf.department (code) VALUES ('B');
SAVEPOINT s;
SELECT deptperf_track('execution');
ROLLBACK TO s;
SELECT tracked, found FROM deptperf_track() WHERE source = 'execution';
SELECT deptperf_untrack('execution');
SELECT 'end';
\set ECHO none
ROLLBACK;
\else
BEGIN;
\setenv PGDATABASE :DBNAME
\set said `psql -XqAt -v child=1 -f test/pgtap/track_notice.sql 2>&1 | sed 's/^psql:[^ ]* //'`
SELECT plan(4);
CREATE FUNCTION pg_temp.said(said text, statement text) RETURNS text LANGUAGE sql AS $$
  SELECT (regexp_split_to_array(part[1], E'\\n(SAVEPOINT|SELECT|ROLLBACK) '))[1] FROM regexp_match($1, '(?:^|\n)' || $2 || '[^\n]*;\n(.*)$') AS part $$;
SELECT is(pg_temp.said(:'said', 'INSERT INTO deptperf.department'), 'WARNING:  what is kept of source execution stays as it was
DETAIL:  It can''t be tracked any more: finance.payment_2022 lets deptperf_test_owner make no triggers on it.
HINT:  Mend that and SELECT * FROM deptperf_track(''execution''); or SELECT deptperf_untrack(''execution'');', 'a department whose records might count already');
SELECT matches(pg_temp.said(:'said', 'SELECT deptperf_track'), '^ERROR:  source "execution" can''t be tracked: finance.payment_2022 lets deptperf_test_owner make no triggers on it
DETAIL:  [^\n]*
HINT:  It is still tracked: what was kept is read, not its records. Mend that and track it again, or SELECT deptperf_untrack\(''execution''\);\n', 'by name: it is tracked all the same');
SELECT is(pg_temp.said(:'said', 'SELECT tracked'), 't|what was kept of it before: it can''t be tracked any more: finance.payment_2022 lets deptperf_test_owner make no triggers on it', 'and with the others');
-- four events on the table and on a partition
SELECT matches(pg_temp.said(:'said', 'SELECT deptperf_untrack'), '^NOTICE:  8 triggers of source execution stay
DETAIL:  They do nothing any more, and deptperf_test_owner does not own their tables.
HINT:  deptperf_test_finance can drop them: DROP TRIGGER deptperf_execution_1_delete ON finance.payment; (DROP TRIGGER deptperf_execution_1_\w+ ON finance.payment(_2021)?;? ?){7}\nexecution$', 'its triggers, in one notice');
SELECT * FROM finish();
ROLLBACK;
\endif
