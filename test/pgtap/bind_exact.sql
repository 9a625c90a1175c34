-- bind_exact.sql: what a bound relation must not bring about: a record that counts
-- twice, a value that stops every query, the wrong relation taken away, an index
-- that serves nobody, a source that goes with the session.
BEGIN;
SELECT plan(30);
SET LOCAL client_min_messages = warning;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
INSERT INTO deptperf.department (dept_id, code) VALUES (1, 'a1'), (2, 'A1'), (3, 'c'), (4, 'c ');
CREATE FUNCTION pg_temp.gives(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; message text; detail text; hint text;
BEGIN
    EXECUTE statement INTO result;
    RETURN coalesce(result, 'null');
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN format('%s %s / %s / %s', SQLSTATE, message, detail, hint);
END $$;
CREATE FUNCTION pg_temp.bind(bindings text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.gives(format('SELECT string_agg(b::text, '' '') FROM deptperf_bind(%L) b', bindings))
$$;

-- Codes that are equal in the column's collation or type, and not in the registry.
CREATE COLLATION public.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE public.any_case (u text COLLATE public.any_case, y int, amt numeric);
INSERT INTO public.any_case VALUES ('A1', 2021, 5);
SELECT is(pg_temp.bind('{"adjustment": {"from": "public.any_case", "dept": "u", "year": "y", "amount": "amt"}}'),
          '(adjustment,public.any_case,1,1,0,0,0,0)', 'one record, of a collation that ignores case');
SELECT results_eq('SELECT dept_id, amount FROM deptperf.adjustment_source', 'VALUES (2::bigint, 5::numeric)', 'counts for the department whose code it has');
CREATE TABLE public.padded (u char(4), y int, amt numeric);
INSERT INTO public.padded VALUES ('c', 2021, 7);
SELECT is(pg_temp.bind('{"adjustment": {"from": "public.padded", "dept": "u", "year": "y", "amount": "amt"}}'),
          '(adjustment,public.padded,1,1,0,0,0,0)', 'one record, of a type that pads');
SELECT results_eq('SELECT dept_id, amount FROM deptperf.adjustment_source', 'VALUES (3::bigint, 7::numeric)', 'counts once too');

-- A month that is no int.
CREATE TABLE public.pay (id int PRIMARY KEY, u text, y int, m bigint, amt numeric);
INSERT INTO public.pay VALUES (1, 'a1', 2021, 99999999999, 1), (2, 'a1', 2021, 1, 2), (3, 'a1', 2021, -99999999999, 4);
SELECT is(pg_temp.bind('{"execution": {"from": "public.pay", "dept": "u", "year": "y", "month": "m", "expense_class": "''public''", "amount": "amt"}}'),
          '(execution,public.pay,3,3,0,0,2,0)', 'a month beyond int is a value that the source does not know');
SELECT is((SELECT facts ->> 'paid_q1' FROM deptperf.unit_facts WHERE dept_id = 1 AND fiscal_year = 2021), '2', 'the others count');
SELECT set_eq($$ SELECT (regexp_match(found, 'id=(\d)'))[1]::int FROM deptperf.data_issue WHERE issue = 'unknown value' AND source = 'execution' $$, '{1,3}'::int[], 'and data_issue names it');

-- The month of a text, by the expression that the hint of deptperf_bind proposes:
-- what is none fails neither a score nor the writer, and is named.
CREATE TABLE public.period (id int PRIMARY KEY, u text, p text, amt numeric);
INSERT INTO public.period VALUES (1, 'a1', '202102', 1), (2, 'a1', '202112', 2);
SELECT is(pg_temp.bind('{"execution": {"from": "public.period", "dept": "u", "year": "left(p, 4)", "month": "deptperf_number(substr(p, 5))", "expense_class": "''public''", "amount": "amt"}}'),
          '(execution,public.period,2,2,0,0,0,0)', 'a numeric month is taken');
SELECT is((SELECT tracked FROM deptperf_track('execution')), true, 'and tracked');
INSERT INTO public.period VALUES (3, 'a1', '2021XX', 4), (4, 'a1', '20212.5', 8), (5, 'a1', '202113', 16), (6, 'a1', '202199999999999', 32), (7, 'a1', '2021', 64), (8, 'a1', '20210', 128);
-- 1 in February; 2 in December; all eight are of the class public: 255
SELECT is((SELECT ARRAY[facts ->> 'paid_q1', facts ->> 'paid_q4', facts ->> 'public_paid'] FROM deptperf.unit_facts WHERE dept_id = 1 AND fiscal_year = 2021), '{1,2,255}'::text[],
          'what is no month is in no quarter, and stops nobody');
SELECT set_eq($$ SELECT substr(found, 15), issue FROM deptperf.data_issue WHERE source = 'execution' $$,
  $$ SELECT format('id=%s: month (deptperf_number(substr(p, 5))) is %s', id, found), issue FROM (VALUES
       (3, 'no month', 'unknown value'), (4, 'no month', 'unknown value'), (5, '13', 'unknown value'), (6, 'no month', 'unknown value'), (7, 'NULL', 'NULL'), (8, '0', 'unknown value')) AS v(id, found, issue) $$,
  'data_issue names each, by its record');
SELECT is((SELECT count(DISTINCT issue) FROM deptperf.data_issue WHERE source = 'execution' AND expected = '1 to 12; without it in none of paid_q1 to paid_q4, but in public_paid and three_public_paid'), 2::bigint, 'and says where it counts, also without a month');
SELECT is(deptperf_report_issue('1 to 12; without it in none of paid_q1 to paid_q4, but in public_paid and three_public_paid', 'zh'), '1 至 12；缺月份的支出不计入 paid_q1 至 paid_q4，但计入 public_paid 和 three_public_paid', 'in Chinese');
SELECT is(deptperf_report_issue('public.period id=3: month (f(p)) is no month', 'zh'), 'public.period id=3：month (f(p)) 不是月份', 'in Chinese too');
SELECT deptperf_untrack('execution');
SELECT is(pg_temp.bind('{"execution": {"from": "public.period", "dept": "u", "year": "left(p, 4)", "month": "deptperf_number(substr(p, 5))", "expense_class": "''public''", "amount": "amt"}}'),
          '(execution,public.period,8,8,0,0,5,1)', 'and deptperf_bind counts them');

-- deptperf_unbind of one relation, with a source bound that comes before.
CREATE TABLE public.one (u text, y int, amt numeric);
CREATE TABLE public.two (u text, y int, amt numeric);
INSERT INTO public.one VALUES ('a1', 2021, 1);
INSERT INTO public.two VALUES ('a1', 2021, 2);
SELECT is(pg_temp.bind('{"execution": [{"from": "public.one", "dept": "u", "year": "y", "month": 1, "expense_class": "''public''", "amount": "amt"},
                                       {"from": "public.two", "dept": "u", "year": "y", "month": 1, "expense_class": "''public''", "amount": "amt"}]}'),
          '(execution,public.one,1,1,0,0,0,0) (execution,public.two,1,1,0,0,0,0)', 'two relations, after adjustment in the alphabet');
SELECT is(deptperf_unbind('execution', 'public.two'), 'public.two', 'the second is taken away');
SELECT results_eq('SELECT amount FROM deptperf.execution_source', 'VALUES (1::numeric)', 'the first is read');
SELECT results_eq($$ SELECT relation FROM deptperf_bindings() WHERE source = 'execution' $$, $$ VALUES ('public.one'::text) $$, 'and bound');
SELECT is(pg_temp.bind('{"execution": [{"from": "deptperf.execution"}, {"from": "public.two", "dept": "u", "year": "y", "month": 1, "expense_class": "''public''", "amount": "amt"},
                                       {"from": "public.one", "dept": "u", "year": "y", "month": 1, "expense_class": "''public''", "amount": "amt"}]}'),
          '(execution,public.two,1,1,0,0,0,0) (execution,public.one,1,1,0,0,0,0)', 'the own table and two others');
SELECT is(deptperf_unbind('execution', 'deptperf.execution'), 'deptperf.execution', 'the own table is taken away');
SELECT set_eq('SELECT amount FROM deptperf.execution_source', 'VALUES (1::numeric), (2)', 'the others are read');

-- The same relation kept twice.
SELECT is(pg_temp.bind('{"execution": {"from": "public.one", "dept": "u", "year": "y", "month": 1, "expense_class": "''public''", "amount": "amt", "keep": true}}'),
          '42710 source "execution": public.one is among its relations already, bound in the same way / Each record would count twice. / Leave it out; to bind all anew, leave out "keep".', 'keep adds a relation once');

-- The index to propose, where the year is no column.
CREATE TABLE public.dated (code text, dt date, amt numeric);
SELECT is(deptperf_bind_index('adjustment', '{"from": "public.dated", "dept": "code", "year": "extract(year FROM dt)::int", "amount": "amt"}', 'public.dated'),
          'CREATE INDEX ON public.dated (code);', 'of a relation that is not bound nothing is read');
SELECT is(pg_temp.bind('{"adjustment": {"from": "public.dated", "dept": "code", "year": "extract(year FROM dt)::int", "amount": "amt"}}'), '(adjustment,public.dated,0,0,0,0,0,0)', 'a year that is an expression');
SELECT is(deptperf_bind_index('adjustment', '{"from": "public.dated", "dept": "code", "year": "extract(year FROM dt)::int", "amount": "amt"}', 'public.dated'),
          'CREATE INDEX ON public.dated (code) INCLUDE (dt, amt);', 'the index has what is read');
CREATE INDEX ON public.dated (amt, code);
SELECT isnt(deptperf_bind_index('adjustment', '{"from": "public.dated", "dept": "code", "year": "extract(year FROM dt)::int", "amount": "amt"}', 'public.dated'),
            NULL, 'one that begins with the amount serves no department');

-- What is gone with the session, and what hides records below a materialized view.
CREATE FUNCTION pg_temp.half(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 / 2';
SELECT matches(pg_temp.bind('{"adjustment": {"from": "public.one", "dept": "u", "year": "y", "amount": "pg_temp.half(amt)"}}'),
          '^42809 source "adjustment": function pg_temp_\d+.half\(numeric\) is temporary / The source would be gone with the session. / Make the function in a schema.', 'a temporary function');
CREATE MATERIALIZED VIEW public.kept AS SELECT * FROM public.two;
CREATE ROLE deptperf_test_other;
ALTER TABLE public.two OWNER TO deptperf_test_other;
ALTER TABLE public.two ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.two FORCE ROW LEVEL SECURITY;
ALTER MATERIALIZED VIEW public.kept OWNER TO deptperf_test_other;
SELECT matches(pg_temp.bind('{"adjustment": {"from": "public.kept", "dept": "u", "year": "y", "amount": "amt"}}'),
          '^55000 source "adjustment", key "from": row security of public.two is active for deptperf_test_other', 'row security of what a materialized view reads');

SELECT * FROM finish();
ROLLBACK;
