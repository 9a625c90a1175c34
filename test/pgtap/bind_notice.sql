-- bind_notice.sql: what deptperf_bind says of a relation that can be bound, but
-- perhaps not as it was meant; and the index of its NOTICE, which is made and used.
-- Notices go to the terminal alone, so a second psql runs this file's first half.
\if :{?child}
BEGIN;
SET client_min_messages = warning;
SELECT deptperf_setup();
SET client_min_messages = notice;
INSERT INTO deptperf.department (dept_id, code) SELECT i, '5000' || i FROM generate_series(1001, 1200) AS i;
CREATE SCHEMA finance;
CREATE TABLE finance.flagged (unit text, y int, a numeric, is_deleted text);
CREATE TABLE finance.flag (unit text, y int, a numeric, "已删除" boolean);
CREATE TABLE finance.plain (unit text, y int, a numeric, delivered boolean, deleted_items int);
CREATE TABLE finance.secured (unit numeric(10), y int, a numeric, b bigint);
ALTER TABLE finance.secured ENABLE ROW LEVEL SECURITY;
CREATE VIEW finance.over_secured AS SELECT * FROM finance.secured;
CREATE TABLE finance.dated (unit text, y text, at timestamptz, a numeric);
CREATE MATERIALIZED VIEW finance.copy AS SELECT * FROM finance.plain;
CREATE TABLE finance.large (unit varchar(12), y smallint, a numeric, b int, remarks text);
INSERT INTO finance.large SELECT '5000' || i, y, 1, 1, repeat('x', 40) FROM generate_series(1001, 1200) AS i, generate_series(2012, 2021) AS y, generate_series(1, 6);
CREATE TABLE finance.asset (unit text, a numeric, bought date, gone date);
INSERT INTO finance.asset VALUES ('50001001', 1, '2020-02-01', '2020-03-01');
-- 3, 1 and 2 are codes and dept_ids, of different departments; 4 is both of one, 5 a dept_id alone
INSERT INTO deptperf.department (dept_id, code) VALUES (1, '3'), (2, '1'), (3, '2'), (4, '4'), (5, 'five');
CREATE TABLE finance.coded (unit int, "Unit No" bigint, y int, a numeric);
INSERT INTO finance.coded VALUES (1, 5, 2021, 1), (2, 3, 2021, 1), (2, 5, 1900, 1), (4, 4, 2021, 1), (5, 5, 2021, 1);
INSERT INTO deptperf.department (dept_id, division, code) VALUES (6, '', '00A '), (7, 'north', 'N1');
CREATE TABLE finance.yeared (unit text, "Year" text, period int, stamp numeric, a numeric, y int);
INSERT INTO finance.yeared VALUES ('50001001', '2021年', 202103, 20210331, 1, 1900), ('50001001', '1900', 1900, 1900, 1, 1900);
CREATE FUNCTION pg_temp.bind(name text, change jsonb DEFAULT '{}') RETURNS bigint LANGUAGE sql AS $$
  SELECT rows FROM deptperf_bind(jsonb_build_object('procurement', jsonb_build_object('from', 'finance.' || name, 'dept', 'unit', 'year', 'y', 'planned', 'a', 'actual', 'a') || change)) $$;
\set ECHO all
SELECT pg_temp.bind('flagged');
SELECT pg_temp.bind('flagged', '{"filter": "is_deleted = ''2''"}');
SELECT pg_temp.bind('flag');
SELECT pg_temp.bind('plain');
SELECT pg_temp.bind('secured');
SELECT pg_temp.bind('over_secured');
SELECT pg_temp.bind('secured', '{"dept": "b"}');
SELECT pg_temp.bind('copy');
SELECT pg_temp.bind('large');
SELECT rows FROM deptperf_bind('{"fixed_asset": {"from": "finance.asset", "dept": "unit", "from_date": "bought", "to_date": "gone", "original_value": "a", "in_use": "true"}}');
SELECT pg_temp.bind('coded');
SELECT pg_temp.bind('coded', '{"dept": "\"Unit No\" + 0"}');
SELECT pg_temp.bind('coded', '{"dept": "unit::text", "filter": "unit < 5 AND y > 1900"}');
SELECT pg_temp.bind('coded', '{"filter": "unit > 3"}');
SELECT pg_temp.bind('coded', '{"dept": "''00a''", "filter": "unit > 4"}');
SELECT pg_temp.bind('coded', '{"dept": "''n1''", "division": "''north''", "filter": "unit > 4"}');
SELECT pg_temp.bind('yeared', '{"year": "Year"}');
SELECT pg_temp.bind('yeared', '{"year": "period"}');
SELECT pg_temp.bind('yeared', '{"year": "period + 0"}');
SELECT pg_temp.bind('yeared', '{"year": "stamp"}');
SELECT pg_temp.bind('yeared');
SELECT pg_temp.bind('dated', '{"year": "y::date"}');
SELECT pg_temp.bind('dated', '{"year": "CAST(at AS date)"}');
SELECT pg_temp.bind('dated', '{"year": "to_date(y, ''YYYY-MM-DD'')"}');
SELECT pg_temp.bind('dated', '{"year": "(at AT TIME ZONE ''Asia/Shanghai'')::date"}');
SELECT 'end';
\set ECHO none
ROLLBACK;
\else
BEGIN;
\setenv PGDATABASE :DBNAME
\set said `psql -XqAt -v child=1 -f test/pgtap/bind_notice.sql 2>&1 | sed 's/^psql:[^ ]* //'`
SELECT plan(22);
CREATE TEMP TABLE said AS
  SELECT part[1] AS statement, part[2] AS said, place
  FROM regexp_matches(:'said', '(SELECT [^\n]*?);\n(.*?)(?=SELECT |\\set)', 'gs') WITH ORDINALITY AS p(part, place);
CREATE FUNCTION pg_temp.said(statement text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(s.said, '') FROM said s WHERE s.statement = $1 $$;
SELECT is(pg_temp.said('SELECT pg_temp.bind(''flagged'')'), 'NOTICE:  source "procurement": finance.flagged has a column is_deleted, and no filter is given
DETAIL:  Records that are marked as deleted count like others.
HINT:  Leave them out: "filter": "is_deleted = …", with the value of records that are in force; "filter": "true" if all count.
0
', 'a column like is_deleted, and no filter');
SELECT is(pg_temp.said('SELECT pg_temp.bind(''flagged'', ''{"filter": "is_deleted = ''''2''''"}'')'), E'0\n', 'with a filter nothing is said');
SELECT matches(pg_temp.said('SELECT pg_temp.bind(''flag'')'), 'has a column "已删除", and no filter.*HINT:  Leave them out: "filter": "NOT \\"已删除\\""\n', 'a flag of another name, with the filter to write');
SELECT is(pg_temp.said('SELECT pg_temp.bind(''plain'')'), E'0\n', 'no such column');
SELECT matches(pg_temp.said('SELECT pg_temp.bind(''secured'')'), '^NOTICE:  source "procurement", key "dept": "unit" is numeric, and finance.secured has row security\nDETAIL:  .*leakproof.*\nHINT:  Make the column bigint', 'a numeric department with row security');
SELECT matches(pg_temp.said('SELECT pg_temp.bind(''over_secured'')'), '^NOTICE:  source "procurement", key "dept": "unit" is numeric, and finance.over_secured has row security', 'below a view too');
SELECT is(pg_temp.said('SELECT pg_temp.bind(''secured'', ''{"dept": "b"}'')'), E'0\n', 'a bigint one is fine');
SELECT matches(pg_temp.said('SELECT pg_temp.bind(''copy'')'), '^NOTICE:  source "procurement": finance.copy is a materialized view\nDETAIL:  .*after a restore.*\nHINT:  REFRESH MATERIALIZED VIEW finance.copy;\n', 'a materialized view');
SELECT matches(pg_temp.said('SELECT rows FROM deptperf_bind(''{"fixed_asset": {"from": "finance.asset", "dept": "unit", "from_date": "bought", "to_date": "gone", "original_value": "a", "in_use": "true"}}'')'),
  '^NOTICE:  source "fixed_asset": 1 of 1 records are in force at no year''s end\n', 'stocks that no year''s end has');
SELECT is(pg_temp.said('SELECT pg_temp.bind(''dated'', ''{"year": "y::date"}'')'), 'NOTICE:  source "procurement", key "year": what "y::date" gives depends on the session of whoever reads
DETAIL:  DateStyle decides which day a text is, TimeZone which day a time is: two readers can see different scores.
HINT:  Name the form, to_date(nullif(…, ''''), ''YYYY-MM-DD''), or the zone, (… AT TIME ZONE ''Asia/Shanghai'')::date.
0
', 'a date in a text, whose form the session decides');
SELECT matches(pg_temp.said('SELECT pg_temp.bind(''dated'', ''{"year": "CAST(at AS date)"}'')'), '^NOTICE:  source "procurement", key "year": what "CAST\(at AS date\)" gives depends on the session', 'a time, whose day it decides');
SELECT is(pg_temp.said($$SELECT pg_temp.bind('dated', '{"year": "to_date(y, ''YYYY-MM-DD'')"}')$$) || pg_temp.said($$SELECT pg_temp.bind('dated', '{"year": "(at AT TIME ZONE ''Asia/Shanghai'')::date"}')$$), E'0\n0\n', 'where form or zone are named nothing is said');
SELECT matches(pg_temp.said('SELECT pg_temp.bind(''large'')'), '^NOTICE:  source "procurement": no index serves one department''s records of finance.large\nDETAIL:  Its 12000 records.*\nHINT:  CREATE INDEX ON finance.large \(unit, y\) INCLUDE \(a\);\n12000\n$', 'no index serves');
SELECT is(pg_temp.said('SELECT pg_temp.bind(''coded'')'), 'NOTICE:  source "procurement", key "dept": 3 of 5 records count for another department if "unit" is a code
DETAIL:  An integer is a dept_id: 1 is that of the department with code ''3'', and the code of dept_id 2.
HINT:  For codes: "dept": "unit::text"
NOTICE:  source "procurement": 1 of 5 records are of years that are not known
DETAIL:  Of these, least and greatest: ''1900'', ''1900''.
HINT:  They count as soon as deptperf.fiscal_year has them.
5
', 'integers that are dept_ids, and as text codes of other departments');
SELECT matches(pg_temp.said('SELECT pg_temp.bind(''coded'', ''{"dept": "\"Unit No\" + 0"}'')'), '^NOTICE:  .*: 1 of 5 records count for another.*\nDETAIL:  .*: 3 is .*\nHINT:  For codes: "dept": "\(\\"Unit No\\" \+ 0\)::text"\n', 'with the expression to write');
SELECT is(pg_temp.said('SELECT pg_temp.bind(''coded'', ''{"dept": "unit::text", "filter": "unit < 5 AND y > 1900"}'')'), E'3\n', 'of codes nothing is said');
SELECT is(pg_temp.said('SELECT pg_temp.bind(''coded'', ''{"filter": "unit > 3"}'')'), E'2\n', 'nor where none is another''s code');
SELECT is(pg_temp.said('SELECT pg_temp.bind(''coded'', ''{"dept": "''''00a''''", "filter": "unit > 4"}'')'), 'NOTICE:  source "procurement": 1 of 1 records are of departments that are not known
DETAIL:  Of these, least and greatest: ''00a'', ''00a''.
HINT:  Known is ''00A '': blanks and upper and lower case count. Correct one of them, or write an expression, such as "dept": "btrim(…)".
1
', 'a code that is almost the same');
SELECT matches(pg_temp.said('SELECT pg_temp.bind(''coded'', ''{"dept": "''''n1''''", "division": "''''north''''", "filter": "unit > 4"}'')'), 'HINT:  Known is ''north:N1'': ', 'in its division');
SELECT is(ARRAY(SELECT substring(s.said FROM 'HINT:  ([^\n]*)') FROM said s WHERE s.statement LIKE '%yeared%' ORDER BY s.place),
  ARRAY['Write the year alone: "year": "left(\"Year\", 4)"', 'Write the year alone: "year": "period / 100"', 'Write the year alone: "year": "(period + 0) / 100"', 'Write the year alone: "year": "div(stamp, 10000)"',
        'They count as soon as deptperf.fiscal_year has them.'], 'unknown years that are a year and more');

-- The statement as it was given.
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM deptperf_setup(); END $$;
INSERT INTO deptperf.department (dept_id, code) SELECT i, '5000' || i FROM generate_series(1001, 1200) AS i;
CREATE SCHEMA finance;
CREATE TABLE finance.large (unit varchar(12), y smallint, a numeric, b int, remarks text);
INSERT INTO finance.large SELECT '5000' || i, y, 1, 1, repeat('x', 40) FROM generate_series(1001, 1200) AS i, generate_series(2012, 2021) AS y, generate_series(1, 6);
ANALYZE deptperf.department, deptperf.fiscal_year, finance.large;
DO $$ BEGIN PERFORM deptperf_bind('{"procurement": {"from": "finance.large", "dept": "unit", "year": "y", "planned": "a", "actual": "a"}}'); END $$;
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN (SELECT string_agg(concat_ws(' ', n ->> 'Node Type', n ->> 'Index Cond'), '; ') FROM jsonb_path_query(plan, 'strict $.**') AS n
            WHERE jsonb_typeof(n) = 'object' AND (n ->> 'Index Name' LIKE 'large%' OR n ->> 'Relation Name' = 'large'));
END $$;
SELECT is(pg_temp.plan_of('SELECT * FROM deptperf.unit_facts WHERE dept_id = 1042 AND fiscal_year = 2021'), 'Seq Scan', 'before it all records are read');
SELECT (regexp_match(pg_temp.said('SELECT pg_temp.bind(''large'')'), 'HINT:  (CREATE INDEX [^\n]*;)'))[1] AS statement \gset
:statement
SELECT matches(pg_temp.plan_of('SELECT * FROM deptperf.unit_facts WHERE dept_id = 1042 AND fiscal_year = 2021'), '(Index|Bitmap) .*unit.*\my\M', 'and with it those of the department and year');
SELECT * FROM finish();
ROLLBACK;
\endif
