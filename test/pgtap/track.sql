-- track.sql: tracking: kept facts are those of the records after every kind of
-- statement, for own, bound and partitioned tables; what is refused; who may what;
-- what goes wrong is found.  Many writers at once: test/t/track.pl.
BEGIN;
SELECT plan(161);
SET LOCAL client_min_messages = warning;
SET LOCAL deptperf.compact_every = 0;
DROP SCHEMA IF EXISTS deptperf CASCADE;
CREATE ROLE deptperf_test_owner;
CREATE ROLE deptperf_test_writer;
CREATE ROLE deptperf_test_reader;
CREATE ROLE deptperf_test_all;
CREATE ROLE deptperf_test_evil;
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO deptperf_test_owner', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO deptperf_test_evil', current_database());
END $$;

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

-- How what a source says differs from what its records say.
CREATE FUNCTION pg_temp.differs(source text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('WITH s AS (SELECT dept_id, fiscal_year, facts FROM deptperf.%1$s_sums), c AS (SELECT dept_id, fiscal_year, facts FROM deptperf.%1$s_computed),
        w AS ((SELECT ''too much'' AS what, * FROM (SELECT * FROM s EXCEPT ALL SELECT * FROM c) x) UNION ALL (SELECT ''missing'', * FROM (SELECT * FROM c EXCEPT ALL SELECT * FROM s) x))
        SELECT string_agg(concat_ws('' '', w.*), E''\n'' ORDER BY w.*) FROM w', source) INTO result;
    RETURN result;
END $$;
-- And what the check says.
CREATE FUNCTION pg_temp.wrong(source text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce(pg_temp.differs(source), (SELECT 'only the check: ' || string_agg(concat_ws(' ', c.*), E'\n') FROM deptperf_check_tracking() c WHERE c.source = wrong.source), 'right');
END $$;
-- What data_issue says of tracking.
CREATE FUNCTION pg_temp.issues() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce((SELECT string_agg(concat_ws('|', i.dept_id, i.fiscal_year, i.severity, i.source, i.found, i.expected), E'\n' ORDER BY i.source, i.found) FROM deptperf.data_issue i WHERE i.issue = 'tracking'), 'none');
END $$;
-- One fact as tracked; - when the unit does not speak, absent when the fact is.
CREATE FUNCTION pg_temp.fact(dept bigint, year int, fact text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce((SELECT coalesce(u.facts ->> fact, 'absent') FROM deptperf.unit_facts u WHERE u.dept_id = dept AND u.fiscal_year = year), '-');
END $$;

GRANT ALL ON SCHEMA public TO deptperf_test_owner;
SET LOCAL ROLE deptperf_test_owner;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made, by a role that is no superuser');
INSERT INTO deptperf.department (dept_id, code) VALUES (1, 'A'), (2, 'B'), (3, 'C');
INSERT INTO deptperf.fact (fact) VALUES ('x'), ('y'), (repeat('z', 63));

-- ---- 0. kept facts ----

CREATE FUNCTION pg_temp.kept(VARIADIC facts text[]) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', deptperf_kept_sum(f::jsonb, NULL), deptperf_kept_says(f::jsonb, '{"a_records": ["a"], "m_records": []}')) FROM unnest(facts) AS f $$;
SELECT is(deptperf_kept_facts('a_records', '{"a": 0}', n, v)::text, '{"a": 1.5, "!=b": 1, "#=b": 2, "a_records": 4}',
          'what is kept: NaN and the amounts of what is not in zeros are counted, zeros left out')
FROM (VALUES ('a', 1.5), ('b', 0), ('b', 'NaN'), (NULL, 1)) AS r(n, v);
-- the same of each record by itself
SELECT is(string_agg(deptperf_kept_record('a_records', '{"a": 0}', n, v, 'a', w)::text, ' ' ORDER BY i),
          '{"a": 1.5, "a_records": 1} {"#=b": 1, "a_records": 1} {"a": -2, "!=b": 1, "#=b": 1, "a_records": 1} {"a_records": 1} {"!a": 1, "a_records": 1}', 'of a single record likewise')
FROM (VALUES (1, 'a', 1.5, NULL::int), (2, 'b', 0, NULL), (3, 'b', 'NaN', -2), (4, NULL, 1, NULL), (5, 'a', 'NaN', 0)) AS r(i, n, v, w);
SELECT is(pg_temp.error($$ SELECT deptperf_kept_record('a_records', '{"a": 0}', 'a', 1.5::float8) $$) || E'\n' || pg_temp.error($$ SELECT deptperf_kept_record('a_records', '{"a": 0}', 'a', 1, 'b') $$),
          E'42804 amount 1 of deptperf_facts has type double precision\nAmounts are numeric or whole numbers; a float is not exact.\nCast it: (...)::numeric\n22023 deptperf_facts needs pairs of a name and an amount\nThere are 3 arguments behind count_name and zeros.\ndeptperf_facts(count_name, zeros, name, amount, name, amount, ...)', 'and refuses the same');
SELECT is(deptperf_kept_negated('{"a": 1.5, "#b": -2, "a_records": 0}')::text, '{"a": -1.5, "#b": 2, "a_records": 0}', 'and taken away');
SELECT is(pg_temp.kept('{"a": 1.5, "a_records": 1, "!a": 1}', '{"a": -1.5, "a_records": -1, "!a": -1}'), '', 'nothing is left, and nothing said');
SELECT is(pg_temp.kept('{"a": 1, "a_records": 2, "!a": 2}', '{"a": 0, "a_records": -1, "!a": -1}'), '{"a": 1, "!a": 1, "a_records": 1} {"a": "NaN", "a_records": 1}', 'one NaN of two goes');
-- a record of b comes with 3, becomes 5 (+2) and goes; the first and the last row were added up before
SELECT is(pg_temp.kept((SELECT deptperf_kept_sum(f, NULL)::text FROM (VALUES ('{"=b": 3, "#=b": 1, "m_records": 2}'::jsonb), ('{"=b": -5, "#=b": -1, "m_records": -1}')) AS v(f)), '{"=b": 2, "#=b": 0, "m_records": 0}'),
          '{"m_records": 1} {"m_records": 1}', 'a fact without amounts is absent, in whatever parts its rows were added up');
SELECT is(pg_temp.kept('{"=b": 3, "#=b": 1, "m_records": 1}', '{"=b": -3, "#=b": 1, "m_records": 1}'), '{"#=b": 2, "m_records": 2} {"b": 0, "m_records": 2}', 'with amounts it is there, also at 0');
SELECT is(pg_temp.error($$ SELECT deptperf_kept_sum('{"a": "NaN"}', NULL) $$) ~ '^22023 kept facts are not an object of numbers', true, 'and no other values')
FROM (SELECT) x;

-- names that look like marks, and that of the count: 2 records + 2
SELECT is(concat_ws(' ', deptperf_kept_facts('m_records', '{}', n, v), deptperf_facts('m_records', '{}', n, v)),
          '{"=!a": 1, "#=!a": 1, "m_records": 2, "=m_records": 2, "#=m_records": 1} {"!a": 1, "m_records": 4}', 'names in records are kept behind another mark, whatever they look like')
FROM (VALUES ('!a', 1), ('m_records', 2)) AS r(n, v);
SELECT is(pg_temp.kept('{"=!a": 1, "#=!a": 1, "m_records": 2, "=m_records": 2, "#=m_records": 1}'),
          '{"=!a": 1, "#=!a": 1, "m_records": 2, "=m_records": 2, "#=m_records": 1} {"!a": 1, "m_records": 4}', 'and read as deptperf_facts gives them');

-- Two sources have a fact of one name: 1.8e1000 has 1,001 digits, which is no number
-- when it is added to another; -9e999 alone is one, and so is 9e999.
SELECT is((SELECT deptperf_kept_says(f, '{"a_records": ["a"], "m_records": []}') ->> 'a' FROM (VALUES ('{"a": 1.8e1000, "=a": -9e999, "#=a": 1, "a_records": 2, "m_records": 1}'::jsonb)) AS r(f))
          || (SELECT deptperf_kept_says(f, '{"a_records": ["a"], "m_records": []}') ->> 'a' FROM (VALUES ('{"a": 9e999, "=a": -9e999, "#=a": 1, "a_records": 2, "m_records": 1}'::jsonb)) AS r(f)),
          'NaN0', 'what is too long is no number, also where its source is not alone');
SELECT is(pg_temp.error(format($$ SELECT deptperf_facts('m_records', '{}', %1$L, 1) $$, '=' || repeat('x', 63))) || E'\n' || pg_temp.error(format($$ SELECT deptperf_kept_facts('m_records', '{}', %1$L, 1) $$, '!' || repeat('x', 63))),
          format(E'42622 fact name "=%1$s" is too long\nIt has 64 bytes; at most 63 are taken.\n42622 fact name "!%1$s" is too long\nIt has 64 bytes; at most 63 are taken.', repeat('x', 63)), 'a name that is too long is so, tracked or not');
-- Rows that sources share.  a: 1 of its records and 2 of one of m.  c was not asked for.
SELECT is(pg_temp.kept('{"a": 1, "c": 5, "=a": 2, "#=a": 1, "a_records": 1, "c_records": 1, "m_records": 1}'),
          '{"a": 1, "c": 5, "=a": 2, "#=a": 1, "a_records": 1, "c_records": 1, "m_records": 1} {"a": 3, "a_records": 1, "m_records": 1}', 'sources share a row: one of them names its facts by record, one is not asked for');
SELECT is(pg_temp.kept('{"a": 0, "!a": 0, "=b": 4, "#=b": 1, "a_records": 0, "m_records": 1}'),
          '{"=b": 4, "#=b": 1, "m_records": 1} {"b": 4, "m_records": 1}', 'one that has no record any more does not speak');
SELECT is(pg_temp.kept('{"a": 1, "=b": 4, "#=b": 1, "a_records": 1, "m_records": 0}'),
          '{"a": 1, "=b": 4, "#=b": 1, "a_records": 1} {"a": 1, "a_records": 1}', 'nor one whose records named the facts');
SELECT is(pg_temp.kept('{"a_records": 1}'), '{"a_records": 1} {"a": 0, "a_records": 1}', 'what is not kept of one that speaks is zero');
SELECT is(concat_ws(' ', deptperf_kept_sum(f, '{"a_records": ["a"]}'), deptperf_kept_sum(f, '{"m_records": []}')),
          '{"a": 1, "!a": 1, "a_records": 3} {"=a": 2, "#=a": 1, "m_records": 1}', 'and the part of each can be had')
FROM (VALUES ('{"a": 1, "!a": 1, "c": 5, "=a": 2, "#=a": 1, "a_records": 3, "c_records": 1, "m_records": 1}'::jsonb)) AS r(f);
SELECT is((SELECT string_agg(pg_temp.error(format('SELECT deptperf_kept_sum(''{}'', s::jsonb) FROM (VALUES %s) AS v(s)', s)), E'\n' ORDER BY n) FROM unnest(ARRAY['(''[]''::jsonb)', '(''{"a": 1}'')', '(''{"a": [1]}'')', '(''{}''), (NULL)', '(''{}''), (''{"a": []}'')']) WITH ORDINALITY AS v(s, n)),
E'22023 sources of kept facts are not an object of lists
{"budget_records": ["budget_initial"], "measurement_records": []}
22023 sources of kept facts are not an object of lists
{"budget_records": ["budget_initial"], "measurement_records": []}
22023 sources of kept facts are not an object of lists
{"budget_records": ["budget_initial"], "measurement_records": []}
22023 sources of kept facts are not the same in all rows
They are a constant of the query.
22023 sources of kept facts are not the same in all rows
They are a constant of the query.', 'which sources is a constant of the query');

-- ---- 1. own tables ----

INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (1, 2021, 'public', 100), (2, 2021, 'other', 5.5);
SELECT results_eq($$ SELECT * FROM deptperf_track('budget') $$, $$ VALUES ('budget', true, '2 units and years') $$, 'a source is tracked: A and B of 2021');
SELECT is((SELECT count(*) FROM deptperf_track() t WHERE t.tracked), 14::bigint, 'without a name all are, those already tracked anew');
SELECT is_empty($$ SELECT t.source, e.event, s.single
    FROM deptperf.source t, unnest('{insert,delete}'::text[]) AS e(event), deptperf_track_parts(t.source) p,
         deptperf_track_statement(p.relation, concat_ws('_', 'deptperf', t.source, p.place, event), event, t.source, p.place::text) s
    WHERE (s.single ~ 'deptperf_kept_record' AND s.single !~ 'GROUP BY|deptperf_kept_facts') IS NOT true $$, 'nothing is added up for a single record, of whatever source');
SELECT is(pg_temp.fact(1, 2021, 'budget_initial'), '100', 'the views read what is kept');
SELECT is((SELECT count(*) FROM deptperf.kept), 2::bigint, 'which is a row a unit and year');
SAVEPOINT few;
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) SELECT 3, 2021, 'public', i FROM generate_series(1, 3) AS i;
SELECT is((SELECT string_agg(facts::text, ' ') FROM deptperf.kept WHERE dept_id = 3), '{"public_budget": 6, "budget_initial": 6, "budget_records": 3, "budget_adjusted": 6}', 'a statement''s few records of a unit and year bring one');
ROLLBACK TO few;

INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial, adjusted)
VALUES (1, 2021, 'public', true, 0.10, -3.005), (1, 2022, 'project', false, 7, NULL), (2, 2021, 'other', true, 1e20, 0);
SELECT is(pg_temp.wrong('budget'), 'right', 'INSERT of several units and years');
-- A 2021: 100 + -3.005
SELECT is(pg_temp.fact(1, 2021, 'public_budget'), '96.995', 'exactly');
UPDATE deptperf.budget SET initial = initial + 1, dept_id = 2 WHERE dept_id = 1 AND fiscal_year = 2021 AND three_public;
SELECT is(pg_temp.wrong('budget'), 'right', 'UPDATE that moves a record to another unit');
UPDATE deptperf.budget SET title = 'same';
SELECT is((SELECT count(*) FROM deptperf.kept), 2 + 3 + 2::bigint, 'UPDATE of what does not count keeps nothing: 2 rows at first, 3 of the INSERT, 2 of the move');
DELETE FROM deptperf.budget WHERE fiscal_year = 2022;
SELECT is(pg_temp.wrong('budget') || pg_temp.fact(1, 2022, 'budget_initial'), 'right-', 'DELETE of the last record: the unit does not speak any more, absent is not zero');
SELECT deptperf_close(2022, 'budget', 'A');
SELECT is(pg_temp.fact(1, 2022, 'budget_initial'), '0', 'closed, it says 0');
INSERT INTO deptperf.budget (budget_id, dept_id, fiscal_year, expense_class, initial) VALUES (900000, 3, 2021, 'other', 1), (900001, 3, 2021, 'other', 2);
INSERT INTO deptperf.budget (budget_id, dept_id, fiscal_year, expense_class, initial) VALUES (900000, 3, 2021, 'other', 10), (900002, 3, 2021, 'other', 20)
ON CONFLICT (budget_id) DO UPDATE SET initial = excluded.initial;
-- 10 in place of 1, 2 as it was, 20 new
SELECT is(pg_temp.wrong('budget') || pg_temp.fact(3, 2021, 'budget_initial'), 'right32', 'ON CONFLICT DO UPDATE, both branches');
INSERT INTO deptperf.budget (budget_id, dept_id, fiscal_year, expense_class, initial) VALUES (900000, 3, 2021, 'other', 99) ON CONFLICT DO NOTHING;
MERGE INTO deptperf.budget b USING (VALUES (900000, 5), (900001, NULL), (900003, 4)) AS s(id, amount) ON b.budget_id = s.id
WHEN MATCHED AND s.amount IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET initial = s.amount
WHEN NOT MATCHED THEN INSERT (budget_id, dept_id, fiscal_year, expense_class, initial) VALUES (s.id, 3, 2021, 'other', s.amount);
-- 5 in place of 10, 2 gone, 20, 4 new
SELECT is(pg_temp.wrong('budget') || pg_temp.fact(3, 2021, 'budget_initial'), 'right29', 'MERGE, all branches; DO NOTHING');
WITH gone AS (DELETE FROM deptperf.budget WHERE budget_id = 900003 RETURNING *)
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) SELECT 3, 2023, 'other', initial FROM gone;
SELECT is(pg_temp.wrong('budget'), 'right', 'WITH, several changes in one statement');
COPY deptperf.budget (dept_id, fiscal_year, expense_class, initial) FROM stdin;
1	2024	other	1.5
1	2024	public	2.5
\.
SELECT is(pg_temp.wrong('budget') || pg_temp.fact(1, 2024, 'budget_initial'), 'right4', 'COPY');
SAVEPOINT s;
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (1, 2024, 'other', 1000);
ROLLBACK TO s;
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (1, 2024, 'other', 1);
SAVEPOINT s2;
DELETE FROM deptperf.budget WHERE fiscal_year = 2024;
ROLLBACK TO s2;
SELECT is(pg_temp.wrong('budget') || pg_temp.fact(1, 2024, 'budget_initial'), 'right5', 'what a savepoint takes back was not');
SAVEPOINT s;
TRUNCATE deptperf.budget;
SELECT is(pg_temp.wrong('budget') || pg_temp.fact(1, 2024, 'budget_initial'), 'right-', 'TRUNCATE');
ROLLBACK TO s;
SELECT is(pg_temp.wrong('budget') || pg_temp.fact(1, 2024, 'budget_initial'), 'right5', 'taken back');
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) SELECT 1 + i % 3, 2015 + i % 10, 'other', i / 100.0 FROM generate_series(1, 3000) i;
SELECT is(pg_temp.wrong('budget'), 'right', 'many rows in one statement');

INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (1, 2021, 'x', 3), (1, 2021, 'y', 4), (1, 2021, 'x', -3), (1, 2021, repeat('z', 63), 1);
SELECT is(pg_temp.wrong('measurement') || pg_temp.fact(1, 2021, 'x'), 'right0', 'measurement: a fact that sums to 0 is there');
DELETE FROM deptperf.measurement WHERE fact = 'x';
SELECT is(pg_temp.wrong('measurement') || pg_temp.fact(1, 2021, 'x'), 'rightabsent', 'and absent without records, though the unit speaks');

-- the points of a target may be unknown, which is NaN
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned) VALUES (1, 2021, 'social', 5, 4);
SELECT is(pg_temp.wrong('performance_target') || pg_temp.fact(1, 2021, 'benefit_earned'), 'right4', 'a target');
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, written) VALUES (1, 2021, 'social', 5, '>=95%'), (1, 2021, 'economic', 5, '>=95%');
SELECT is(pg_temp.wrong('performance_target') || pg_temp.fact(1, 2021, 'benefit_earned'), 'rightNaN', 'one that is open makes the fact NaN');
DELETE FROM deptperf.performance_target WHERE aspect = 'economic';
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned) VALUES (1, 2021, 'economic', 5, 3);
SELECT is(pg_temp.wrong('performance_target') || pg_temp.fact(1, 2021, 'benefit_earned'), 'rightNaN', 'and one of two still does');
DELETE FROM deptperf.performance_target WHERE earned IS NULL;
SELECT is(pg_temp.wrong('performance_target') || pg_temp.fact(1, 2021, 'benefit_earned'), 'right7', 'without any it is the number again: 4 + 3');

-- ---- 2. a bound table ----

SELECT is(pg_temp.error($$ SELECT * FROM deptperf_bind('{"finding": {"from": "deptperf.source", "dept": "position", "year": "position", "kind": "source"}}') $$),
E'55000 source "finding" is tracked
The facts that are kept of it are those of the relations that it reads now.
SELECT deptperf_untrack(\'finding\'); first, and afterwards SELECT * FROM deptperf_track(\'finding\');', 'what is tracked is not bound');
SELECT is((SELECT count(*) FROM deptperf_untrack()), 14::bigint, 'deptperf_untrack ends it for all');
SELECT is((SELECT count(*) FROM pg_class WHERE relnamespace = 'deptperf'::regnamespace AND (relname = 'kept' OR relname ~ '_computed$'))
          + (SELECT count(*) FROM pg_trigger WHERE tgname ~ '^deptperf_'), 0::bigint, 'and nothing is left');
SELECT is(pg_temp.fact(1, 2021, 'benefit_earned') || (SELECT count(*) FROM deptperf_check_tracking()), '70', 'the views read the records again');

CREATE SCHEMA finance;
-- no primary key; amounts in yuan; a column name that is like another's
CREATE TABLE finance.pay (unit varchar(10), "day" date, amount numeric, class text, off boolean DEFAULT false, note text);
INSERT INTO finance.pay VALUES ('A', '2021-01-05', 10000, 'public'), ('A', '2021-07-01', 25000.5, 'other'), ('Z', '2021-01-01', 1, 'other'), ('B', '1900-01-01', 1, 'other');
SELECT is((SELECT b.matched FROM deptperf_bind('{"execution": {"from": "finance.pay", "dept": "unit", "year": "day", "month": "day", "expense_class": "class", "amount": "amount", "factor": 0.0001, "filter": "NOT off"}}') b), 2::bigint, 'a bound table');
SELECT results_eq($$ SELECT * FROM deptperf_track('execution') $$, $$ VALUES ('execution', true, '1 units and years') $$, 'is tracked');
INSERT INTO finance.pay VALUES ('B', '2021-04-05', 30000, 'public', false), ('Z', '2021-04-05', 30000, 'public', false), ('A', '2022-12-31', 5, 'other', false), ('B', '2021-04-05', 777, 'public', true);
-- 30000 yuan are 3
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(2, 2021, 'paid_q2'), 'right3', 'INSERT: known units and years, what the filter takes, with the factor');
UPDATE finance.pay SET off = true WHERE unit = 'B' AND amount = 30000;
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(2, 2021, 'paid_q2'), 'rightabsent', 'UPDATE that the filter takes away');
UPDATE finance.pay SET amount = 'NaN' WHERE unit = 'A' AND day = '2021-07-01';
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(1, 2021, 'paid_q3') || pg_temp.fact(1, 2021, 'paid_q1'), 'rightNaN1', 'NaN comes');
UPDATE finance.pay SET amount = 'Infinity' WHERE amount = 'NaN';
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(1, 2021, 'paid_q3'), 'rightNaN', 'infinities are none either');
DELETE FROM finance.pay WHERE amount = 'Infinity';
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(1, 2021, 'paid_q3'), 'right0', 'and goes');
INSERT INTO finance.pay VALUES ('A', '2021-07-01', 1e999, 'other'), ('A', '2021-07-01', 1e999, 'other'), ('A', '2021-07-01', 1e1000, 'other');
SELECT is(pg_temp.wrong('execution'), 'right', 'amounts and sums that are too large to be scored');
DELETE FROM finance.pay WHERE amount > 1e998;
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(1, 2021, 'paid_q3'), 'right0', 'go as they came');

-- with other settings of the session
SET LOCAL quote_all_identifiers = on;
UPDATE deptperf.department SET code = 'gone' WHERE dept_id = 1;
UPDATE deptperf.department SET code = 'A' WHERE dept_id = 2;
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(2, 2021, 'paid_q1'), 'right1', 'codes that change while all identifiers are quoted: 10000 yuan of A are now of 2');
SELECT is((SELECT t.tracked FROM deptperf_track('execution') t)::text || pg_temp.wrong('execution'), 'trueright', 'and tracking anew then');
RESET quote_all_identifiers;
UPDATE deptperf.department SET code = 'B' WHERE dept_id = 2;
UPDATE deptperf.department SET code = 'A' WHERE dept_id = 1;

-- the registries
INSERT INTO deptperf.department (dept_id, code) VALUES (4, 'Z');
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(4, 2021, 'paid_q2'), 'right3', 'a new department has the records that waited for it');
UPDATE deptperf.department SET code = 'Y' WHERE dept_id = 4;
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(4, 2021, 'paid_q2'), 'right-', 'with another code it loses them');
UPDATE deptperf.department SET code = CASE dept_id WHEN 4 THEN 'A' ELSE 'Z' END WHERE dept_id IN (1, 4) AND false;
UPDATE deptperf.department SET code = 'Q' WHERE dept_id = 1;
UPDATE deptperf.department SET code = 'A' WHERE dept_id = 4;
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(4, 2021, 'paid_q1'), 'right1', 'another department takes the code over');
UPDATE deptperf.department SET parent_id = 2, name = 'four' WHERE dept_id = 4;
SELECT is(pg_temp.wrong('execution'), 'right', 'a move in the tree changes nothing');
UPDATE deptperf.fiscal_year SET ends = '2021-02-01' WHERE fiscal_year = 2021;
SELECT is(pg_temp.wrong('execution'), 'right', 'a year that ends earlier');
UPDATE deptperf.fiscal_year SET ends = '2022-01-01' WHERE fiscal_year = 2021;
DELETE FROM deptperf.department WHERE dept_id = 4;
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(4, 2021, 'paid_q1'), 'right-', 'a department that goes');
UPDATE deptperf.department SET code = 'A' WHERE dept_id = 1;
ALTER TABLE finance.pay RENAME amount TO betrag;
ALTER TABLE finance.pay RENAME TO payment;
INSERT INTO finance.payment VALUES ('A', '2021-04-05', 20000, 'public');
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(1, 2021, 'paid_q2'), 'right2', 'renamed table and column, in the same session');
TRUNCATE finance.payment;
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(1, 2021, 'paid_q2'), 'rightabsent', 'TRUNCATE');

-- ---- 3. partitions ----

CREATE TABLE finance.gov_purchase (id int, unit int, yr int, planned numeric, actual int) PARTITION BY RANGE (yr);
CREATE TABLE finance.p2021 (actual int, yr int, planned numeric, id int, unit int);      -- columns in another order
ALTER TABLE finance.gov_purchase ATTACH PARTITION finance.p2021 FOR VALUES FROM (2021) TO (2022);
CREATE TABLE finance.p2022 PARTITION OF finance.gov_purchase FOR VALUES FROM (2022) TO (2023) PARTITION BY LIST (unit);
CREATE TABLE finance.p2022_1 PARTITION OF finance.p2022 FOR VALUES IN (1);
CREATE TABLE finance.p2022_rest PARTITION OF finance.p2022 DEFAULT;
INSERT INTO finance.gov_purchase SELECT i, 1 + i % 4, 2021 + i % 2, i, i FROM generate_series(1, 12) i;
SELECT is((SELECT b.matched FROM deptperf_bind('{"procurement": {"from": "finance.gov_purchase", "dept": "unit", "year": "yr", "planned": "planned", "actual": "actual"}}') b), 9::bigint, 'a partitioned table; unit 4 is not known');
SELECT is((SELECT t.tracked FROM deptperf_track('procurement') t), true, 'is tracked');
INSERT INTO finance.gov_purchase VALUES (20, 1, 2021, 1, 1), (21, 1, 2022, 1, 1), (22, 3, 2022, 2, 2);
INSERT INTO finance.p2021 (id, unit, yr, planned, actual) VALUES (23, 2, 2021, 5, 5);
INSERT INTO finance.p2022 VALUES (24, 2, 2022, 6, 6);
INSERT INTO finance.p2022_rest VALUES (25, 3, 2022, 7, 7);
SELECT is(pg_temp.wrong('procurement'), 'right', 'INSERT into the table, a partition, one of partitions, and one of these');
UPDATE finance.gov_purchase SET yr = 4043 - yr, planned = planned + 1;
SELECT is(pg_temp.wrong('procurement'), 'right', 'UPDATE that moves records between partitions');
UPDATE finance.p2022 SET unit = 4 - unit WHERE unit IN (1, 3);
UPDATE finance.p2022_1 SET actual = 0;
DELETE FROM finance.p2021 WHERE unit = 1;
DELETE FROM finance.gov_purchase WHERE id = 24;
SELECT is(pg_temp.wrong('procurement'), 'right', 'UPDATE and DELETE of partitions');
TRUNCATE finance.p2022_rest;
SELECT is(pg_temp.wrong('procurement'), 'right', 'TRUNCATE of a partition');
CREATE TABLE finance.p2023 (id int, unit int, yr int, planned numeric, actual int);
INSERT INTO finance.p2023 VALUES (30, 1, 2023, 8, 8);
ALTER TABLE finance.gov_purchase ATTACH PARTITION finance.p2023 FOR VALUES FROM (2023) TO (2024);
SELECT is((SELECT string_agg(concat_ws('|', c.dept_id, c.fiscal_year, c.found, c.expected), E'\n') FROM deptperf_check_tracking() c WHERE c.found IS NULL OR c.found ~ 'insert'),
E'trigger deptperf_procurement_1_insert on finance.p2023 is missing|CREATE TRIGGER deptperf_procurement_1_insert AFTER INSERT ON finance.p2023 REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.deptperf_track_write(\'procurement\', \'1\', \'6\')
1|2023|{"procurement_actual": 8, "procurement_planned": 8, "procurement_records": 1}', 'ATTACH is found by the check');
SELECT is((SELECT t.tracked FROM deptperf_track('procurement') t)::text || pg_temp.wrong('procurement'), 'trueright', 'and put right by tracking anew');
ALTER TABLE finance.gov_purchase DETACH PARTITION finance.p2023;
SELECT is((SELECT string_agg(concat_ws('|', c.dept_id, c.fiscal_year, c.found, coalesce(c.expected, '-')), E'\n') FROM deptperf_check_tracking() c),
E'finance.gov_purchase has 4 partitions, and had 5 when tracking began|SELECT * FROM deptperf_track(\'procurement\');
1|2023|{"procurement_actual": 8, "procurement_planned": 8, "procurement_records": 1}|-', 'DETACH too');
SELECT is(pg_temp.issues(), E'error|procurement|finance.gov_purchase has 4 partitions, and had 5 when tracking began|SELECT * FROM deptperf_track(\'procurement\');', 'and by data_issue');
INSERT INTO finance.p2023 VALUES (31, 1, 2023, 8, 8);
SELECT is(pg_temp.fact(1, 2023, 'procurement_actual'), '8', 'what is detached counts no more');
SELECT is((SELECT t.tracked FROM deptperf_track('procurement') t)::text || pg_temp.wrong('procurement'), 'trueright', 'tracked anew');

-- A partition that is made later: what is written through the table is seen, what
-- is written to it is not.  data_issue says it from the start.
CREATE TABLE finance.p2024 PARTITION OF finance.gov_purchase FOR VALUES FROM (2024) TO (2025) PARTITION BY LIST (unit);
CREATE TABLE finance.p2024_rest PARTITION OF finance.p2024 DEFAULT;
SELECT is(pg_temp.issues(), E'error|procurement|finance.gov_purchase has 6 partitions, and had 4 when tracking began|SELECT * FROM deptperf_track(\'procurement\');
error|procurement|trigger deptperf_procurement_1_delete on finance.p2024 is missing; trigger deptperf_procurement_1_insert on finance.p2024 is missing; trigger deptperf_procurement_1_truncate on finance.p2024 is missing; trigger deptperf_procurement_1_update on finance.p2024 is missing|SELECT * FROM deptperf_track(\'procurement\');
error|procurement|trigger deptperf_procurement_1_delete on finance.p2024_rest is missing; trigger deptperf_procurement_1_insert on finance.p2024_rest is missing; trigger deptperf_procurement_1_truncate on finance.p2024_rest is missing; trigger deptperf_procurement_1_update on finance.p2024_rest is missing|SELECT * FROM deptperf_track(\'procurement\');',
          'a partition that is made later: data_issue');
INSERT INTO finance.gov_purchase VALUES (40, 1, 2024, 1, 1), (41, 2, 2024, 2, 2), (42, 3, 2024, 4, 4);
UPDATE finance.gov_purchase SET yr = 2024 WHERE yr = 2021 AND unit = 2;
UPDATE finance.gov_purchase SET planned = planned + 1, yr = 2021 + unit % 2 WHERE id IN (40, 41);
DELETE FROM finance.gov_purchase WHERE id = 42;
SELECT is(pg_temp.differs('procurement'), NULL, 'its records are kept, written through the table');
SAVEPOINT s;
TRUNCATE finance.gov_purchase;
SELECT is(pg_temp.differs('procurement'), NULL, 'TRUNCATE of the table has them too');
ROLLBACK TO s;
CREATE TABLE finance.p2024_1 PARTITION OF finance.p2024 FOR VALUES IN (1);
INSERT INTO finance.gov_purchase VALUES (43, 1, 2024, 1, 1);
TRUNCATE finance.gov_purchase;
SELECT is(pg_temp.differs('procurement'), NULL, 'and those of one that is made still later, in a trigger that has run before');
INSERT INTO finance.p2024 VALUES (44, 1, 2024, 1, 1);
SELECT is(pg_temp.differs('procurement'), '(missing,1,2024,"{""procurement_actual"": 1, ""procurement_planned"": 1, ""procurement_records"": 1}")', 'but not what is written to it');
SELECT is((SELECT t.tracked FROM deptperf_track('procurement') t)::text || pg_temp.wrong('procurement') || pg_temp.issues(), 'truerightnone', 'tracked anew');
INSERT INTO finance.p2024 VALUES (45, 1, 2024, 1, 1);
TRUNCATE finance.gov_purchase;
SELECT is(pg_temp.wrong('procurement'), 'right', 'each of them is taken away once');
DROP TABLE finance.p2024;
SELECT is(pg_temp.issues(), E'error|procurement|finance.gov_purchase has 4 partitions, and had 7 when tracking began|SELECT * FROM deptperf_track(\'procurement\');', 'one that is dropped is missed');
SELECT is((SELECT t.tracked FROM deptperf_track('procurement') t)::text || pg_temp.issues(), 'truenone', 'until tracking is made anew');

-- and what inherits
CREATE TABLE finance.petition (unit int, yr int, received int, answered int, in_time int);
CREATE TABLE finance.petition_old (archived_on date) INHERITS (finance.petition);
SELECT count(*) FROM deptperf_bind('{"petition": {"from": "finance.petition", "dept": "unit", "year": "yr", "received": "received", "answered": "answered", "answered_in_time": "in_time"}}');
SELECT count(*) FROM deptperf_track('petition');
INSERT INTO finance.petition VALUES (1, 2021, 3, 2, 1);
INSERT INTO finance.petition_old VALUES (1, 2021, 30, 20, 10), (2, 2021, 30, 20, 10);
UPDATE finance.petition SET received = received + 1;
DELETE FROM ONLY finance.petition;
SELECT is(pg_temp.wrong('petition') || pg_temp.fact(1, 2021, 'petitions_received'), 'right31', 'a table that another inherits from: 30 + 1');
TRUNCATE finance.petition;
SELECT is(pg_temp.wrong('petition'), 'right', 'TRUNCATE of both');

-- ---- 4. a bound relation beside the own table ----

SELECT is(deptperf_untrack('budget') IS NULL, NULL, 'what is not tracked is not in the result of untrack');
CREATE TABLE finance.budget (unit bigint, yr text, class text, initial numeric, adjusted numeric);
INSERT INTO finance.budget VALUES (1, '2021', 'public', 1, NULL);
SELECT count(*) FROM deptperf_bind('{"budget": {"from": "finance.budget", "dept": "unit", "year": "yr", "expense_class": "class", "initial": "initial", "adjusted": "adjusted", "keep": true}}');
SELECT count(*) FROM deptperf_track('budget');
INSERT INTO finance.budget VALUES (1, '2021', 'public', 10, NULL), (1, '2021', 'public', 10, 8);
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (1, 2021, 'public', 20);
DELETE FROM deptperf.budget WHERE title = 'same';
SELECT is(pg_temp.wrong('budget'), 'right', 'own and bound, each with its columns');

-- records that go with another table's
CREATE TABLE finance.contract (id int PRIMARY KEY);
CREATE TABLE finance.staff (contract int REFERENCES finance.contract ON DELETE CASCADE ON UPDATE CASCADE, unit int, yr int, n int);
SELECT count(*) FROM deptperf_bind('{"staffing": {"from": "finance.staff", "dept": "unit", "year": "yr", "establishment": "n", "on_establishment": "contract", "external": "0"}}');
SELECT count(*) FROM deptperf_track('staffing');
INSERT INTO finance.contract SELECT generate_series(1, 9);
INSERT INTO finance.staff SELECT 1 + i % 9, 1 + i % 3, 2021, i FROM generate_series(1, 30) i;
DELETE FROM finance.contract WHERE id IN (1, 5, 6);
UPDATE finance.contract SET id = id + 100;
SELECT is(pg_temp.wrong('staffing'), 'right', 'cascades of DELETE and UPDATE');

-- constants are read as they were written, whatever the writer sets in between
CREATE TABLE finance.adjustment (unit int, d date, amount int);
SELECT count(*) FROM deptperf_bind('{"adjustment": {"from": "finance.adjustment", "dept": "unit", "year": "d", "amount": "amount", "filter": "d <> ''2021-02-03'' AND (amount = ANY (''{1,2,NULL}'') OR amount > 2)"}}');
SELECT count(*) FROM deptperf_track('adjustment');
SET LOCAL datestyle = 'SQL, DMY';
SET LOCAL array_nulls = off;
INSERT INTO finance.adjustment VALUES (1, '2021-02-03', 1), (1, '2021-03-02', 1), (1, '2021-03-02', 0);
SET LOCAL datestyle = 'SQL, MDY';
ANALYZE deptperf.fiscal_year;                           -- the plan is made anew
INSERT INTO finance.adjustment VALUES (1, '2021-02-03', 5), (1, '2021-03-02', 2);
RESET datestyle;
RESET array_nulls;
SELECT is(pg_temp.wrong('adjustment') || pg_temp.fact(1, 2021, 'adjusted_amount'), 'right3', 'dates and arrays in another style');

CREATE TABLE finance.task (unit int, yr int, name text, missed int);
SELECT count(*) FROM deptperf_bind('{"key_task": {"from": "finance.task", "dept": "unit", "year": "yr", "missed": "missed", "filter": "name <> ''a\\b''''c''"}}');
SELECT count(*) FROM deptperf_track('key_task');
SET LOCAL standard_conforming_strings = off;
SET LOCAL escape_string_warning = off;
INSERT INTO finance.task VALUES (1, 2021, E'a\\b''c', 1);
SET LOCAL standard_conforming_strings = on;
INSERT INTO finance.task SELECT 1, 2021, CASE WHEN i % 2 = 0 THEN E'a\\b''c' ELSE 'b' END, 1 FROM generate_series(1, 20) i;
-- 10 of the 20
SELECT is(pg_temp.wrong('key_task') || pg_temp.fact(1, 2021, 'key_tasks_missed'), 'right10', 'and a backslash, by plans that are made under different settings');

-- somebody's triggers write meanwhile
CREATE FUNCTION pg_temp.meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 AND TG_OP = 'INSERT' THEN
        UPDATE finance.task SET missed = missed + 1 WHERE name = 'b';
        DELETE FROM finance.task WHERE name = 'c';
        INSERT INTO finance.task VALUES (2, 2022, 'd', 4);
        SET LOCAL search_path = pg_temp, public;
        SET LOCAL row_security = on;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a AFTER INSERT ON finance.task FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.meanwhile();
CREATE TRIGGER z AFTER INSERT ON finance.task FOR EACH ROW EXECUTE FUNCTION pg_temp.meanwhile();
INSERT INTO finance.task VALUES (1, 2021, 'b', 1), (1, 2021, 'c', 1), (3, 2021, 'd', 1);
SET LOCAL search_path = public;
SELECT is(pg_temp.wrong('key_task'), 'right', 'triggers that write the table from within its statements');
SELECT deptperf_untrack('key_task');
SELECT deptperf_unbind('key_task');
DROP TABLE finance.task;

-- ---- 5. what is refused ----

CREATE VIEW finance.task AS SELECT 1 AS unit, 2021 AS yr, 1 AS missed;
CREATE MATERIALIZED VIEW finance.finding AS SELECT 1 AS unit, 2021 AS yr, 'violation'::text AS kind;
CREATE TABLE finance.asset (unit int, since date, worth numeric, used boolean);
CREATE UNLOGGED TABLE finance.project (unit int, yr int, on_time int);
CREATE TABLE finance.survey (unit int, at timestamptz, asked int, yes int);
SELECT count(*) FROM deptperf_bind('{"key_task": {"from": "finance.task", "dept": "unit", "year": "yr", "missed": "missed"},
    "finding": {"from": "finance.finding", "dept": "unit", "year": "yr", "kind": "kind"},
    "fixed_asset": {"from": "finance.asset", "dept": "unit", "from_date": "since", "original_value": "worth", "in_use": "used"},
    "project": {"from": "finance.project", "dept": "unit", "year": "yr", "on_time": "on_time"},
    "satisfaction_survey": {"from": "finance.survey", "dept": "unit", "year": "at::date", "respondents": "asked", "satisfied": "yes"}}');
SELECT is((SELECT string_agg(t.source || ': ' || t.found, E'\n') FROM deptperf_track() t WHERE NOT t.tracked),
'fixed_asset: of finance.asset: a value of it hangs on the day or the session, not on the record alone
project: finance.project is unlogged: after a crash it is empty, and what was kept of it is not
key_task: finance.task is a view, which has no triggers that see all changes of its records
satisfaction_survey: of finance.survey: a value of it hangs on the day or the session, not on the record alone
finding: finance.finding is a materialized view, which has no triggers that see all changes of its records', 'what can''t be tracked is not, with the reason');
SELECT is(pg_temp.error($$ SELECT * FROM deptperf_track('key_task') $$),
'0A000 source "key_task" can''t be tracked: finance.task is a view, which has no triggers that see all changes of its records
Tracked are ordinary tables, partitioned ones too, whose records alone decide what they count for.
It is read from its records as before.', 'by name it is an error');
CREATE TABLE finance.survey2 (unit int, yr int, asked int, note text);
SELECT count(*) FROM deptperf_bind('{"satisfaction_survey": {"from": "finance.survey2", "dept": "unit", "year": "yr", "respondents": "asked", "satisfied": "asked", "filter": "note <> ''FROM finance.survey2 ''"}}');
SELECT is(split_part(pg_temp.error($$ SELECT * FROM deptperf_track('satisfaction_survey') $$), E'\n', 1),
          '0A000 deptperf.satisfaction_survey_bound_1 reads finance.survey2 in a way that can''t be tracked', 'nor what nothing can be derived from');
SELECT count(*) FROM deptperf_bind('{"satisfaction_survey": {"from": "finance.survey2", "dept": "unit", "year": "yr", "respondents": "asked", "satisfied": "asked", "filter": "survey2 IS NOT NULL"}}');
SELECT matches(pg_temp.error($$ SELECT * FROM deptperf_track('satisfaction_survey') $$), '^0A000 .*the whole record or a system column', 'nor a whole record');
CREATE TEMP TABLE petition_now () INHERITS (finance.petition);
SELECT matches(pg_temp.error($$ SELECT * FROM deptperf_track('petition') $$), '^0A000 source "petition" can''t be tracked: petition_now is temporary', 'nor what has a temporary child');
SELECT matches(pg_temp.issues(), 'finance.petition has 2 partitions, and had 1 when tracking began', 'which data_issue says of one that came later');
SELECT matches(pg_temp.issues(), 'error\|petition\|it can''t be tracked any more: petition_now is temporary[^|]*\|SELECT deptperf_untrack\(''petition''\);', 'with what can be done, which is not to track it again');
DROP TABLE petition_now;
SELECT is(pg_temp.error($$ SELECT * FROM deptperf_track('buget') $$) ~ '^22023 source "buget" is not known', true, 'an unknown source is one too');

-- ---- 6. rights ----

GRANT USAGE ON SCHEMA finance TO deptperf_test_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON finance.payment TO deptperf_test_writer;
RESET ROLE;
SET LOCAL ROLE deptperf_test_writer;
CREATE TEMP TABLE new_rows AS SELECT 'A'::varchar AS unit, date '2021-04-05' AS "day", 999 AS betrag, 'public' AS class, false AS off, '' AS note;
CREATE TEMP TABLE department AS SELECT 2::bigint AS dept_id, 'A' AS code;
CREATE TEMP TABLE kept (dept_id bigint, fiscal_year int, facts jsonb);
CREATE DOMAIN pg_temp.numeric AS int;
GRANT ALL ON new_rows, department, kept TO PUBLIC;
INSERT INTO finance.payment VALUES ('A', '2021-04-05', 10000, 'public');
SELECT is(pg_temp.error('SELECT * FROM deptperf.kept') || pg_temp.error('SELECT * FROM deptperf_track()'),
          '42501 permission denied for schema deptperf42501 schema "deptperf" belongs to deptperf_test_owner
What changes the workspace works only for its owner, and was called by deptperf_test_writer.
Let deptperf_test_owner call it, or SET ROLE deptperf_test_owner; for deptperf_setup() a schema that is not deptperf''s has to be renamed first.', 'a writer of a bound table has no right in the workspace');
RESET ROLE;
SET LOCAL ROLE deptperf_test_owner;
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(1, 2021, 'paid_q2'), 'right1', 'and what it writes is kept');
RESET ROLE;

-- the table of somebody else
SET LOCAL ROLE deptperf_test_evil;
CREATE SCHEMA theirs;
CREATE TABLE theirs.disclosure (unit int, yr int, kind text, level int);
GRANT USAGE ON SCHEMA theirs TO deptperf_test_owner;
GRANT SELECT ON theirs.disclosure TO deptperf_test_owner;
RESET ROLE;
SET LOCAL ROLE deptperf_test_owner;
SELECT deptperf_untrack('disclosure');
SELECT count(*) FROM deptperf_bind('{"disclosure": {"from": "theirs.disclosure", "dept": "unit", "year": "yr", "kind": "kind", "level": "level"}}');
SELECT is(split_part(pg_temp.error($$ SELECT * FROM deptperf_track('disclosure') $$), E'\n', 1),
          '0A000 source "disclosure" can''t be tracked: theirs.disclosure lets deptperf_test_owner make no triggers on it', 'it needs the right TRIGGER');
RESET ROLE;
SET LOCAL ROLE deptperf_test_evil;
CREATE FUNCTION theirs.level(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
GRANT TRIGGER ON theirs.disclosure TO deptperf_test_owner;
SET LOCAL ROLE deptperf_test_owner;
SELECT count(*) FROM deptperf_bind('{"disclosure": {"from": "theirs.disclosure", "dept": "unit", "year": "yr", "kind": "kind", "level": "theirs.level(level)"}}');
SELECT is(split_part(pg_temp.error($$ SELECT * FROM deptperf_track('disclosure') $$), E'\n', 1),
          '0A000 source "disclosure" can''t be tracked: it calls theirs.level(integer), which belongs to deptperf_test_evil and would run with the rights of deptperf_test_owner', 'nor functions of others');
SELECT count(*) FROM deptperf_bind('{"disclosure": {"from": "theirs.disclosure", "dept": "unit", "year": "yr", "kind": "kind", "level": "level"}}');
RESET ROLE;
GRANT TRIGGER ON theirs.disclosure TO deptperf_test_owner;
SET LOCAL ROLE deptperf_test_owner;
SELECT count(*) FROM deptperf_track('disclosure');
-- seen anew when it comes back with a savepoint, though the table itself has not changed
SAVEPOINT s;
SELECT deptperf_untrack('disclosure');
RESET ROLE;
INSERT INTO theirs.disclosure VALUES (1, 2021, 'budget', 1);
SET LOCAL ROLE deptperf_test_owner;
ROLLBACK TO s;
RESET ROLE;
INSERT INTO theirs.disclosure VALUES (1, 2021, 'budget', 2);
SET LOCAL ROLE deptperf_test_owner;
SELECT is(pg_temp.wrong('disclosure') || pg_temp.fact(1, 2021, 'budget_disclosure_level'), 'right2', 'and no more');
SELECT count(*) FROM deptperf_untrack('disclosure');
RESET ROLE;
INSERT INTO theirs.disclosure VALUES (2, 2021, 'budget', 1);
SET LOCAL ROLE deptperf_test_owner;
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'theirs.disclosure'::regclass) || pg_temp.fact(2, 2021, 'budget_disclosure_level'), '41', 'its triggers stay when tracking ends, and do nothing');
SELECT count(*) FROM deptperf_track('disclosure');
RESET ROLE;
INSERT INTO theirs.disclosure VALUES (3, 2021, 'budget', 1);
SET LOCAL ROLE deptperf_test_owner;
SELECT is(pg_temp.wrong('disclosure') || pg_temp.fact(3, 2021, 'budget_disclosure_level'), 'right1', 'until it begins again');
RESET ROLE;

-- what its owner makes of it later must not run as the workspace's owner: a policy, a view in its place, casts of a type
CREATE TABLE ran (who text);
GRANT INSERT ON ran TO PUBLIC;
SET LOCAL ROLE deptperf_test_evil;
CREATE FUNCTION theirs.ran(int) RETURNS boolean LANGUAGE sql VOLATILE AS 'INSERT INTO public.ran VALUES (current_user); SELECT false';
SAVEPOINT s;
ALTER TABLE theirs.disclosure ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON theirs.disclosure USING (theirs.ran(yr));
SELECT is(left(pg_temp.error('TRUNCATE theirs.disclosure'), 79), '42501 query would be affected by row-level security policy for table "disclosur', 'a policy is an error');
RESET ROLE;
UPDATE deptperf.department SET code = code || '!' WHERE dept_id = 1;
SELECT is_empty($$ SELECT who FROM ran WHERE who = 'deptperf_test_owner' $$, 'and does not run, also where a code is changed');
SELECT isnt(pg_temp.wrong('disclosure'), 'right', 'which the check says');
ROLLBACK TO s;
SET LOCAL ROLE deptperf_test_evil;
CREATE TYPE theirs.grade AS ENUM ('a', 'b');
CREATE TABLE theirs.graded (unit int, yr int, kind text, level theirs.grade);
CREATE CAST (theirs.grade AS int) WITH FUNCTION pg_catalog.hashenum(anyenum);
GRANT SELECT, TRIGGER ON theirs.graded TO deptperf_test_owner;
GRANT USAGE ON TYPE theirs.grade TO deptperf_test_owner;
RESET ROLE;
SET LOCAL ROLE deptperf_test_owner;
SELECT deptperf_untrack('disclosure');
SELECT count(*) FROM deptperf_bind('{"disclosure": {"from": "theirs.graded", "dept": "unit", "year": "yr", "kind": "kind", "level": "level::int"}}');
SELECT is(split_part(pg_temp.error($$ SELECT * FROM deptperf_track('disclosure') $$), E'\n', 1),
          '0A000 source "disclosure" can''t be tracked: it reads a value of type theirs.grade, which belongs to deptperf_test_evil, who can make casts and checks that would run with the rights of deptperf_test_owner', 'nor a type of somebody else''s');
SELECT count(*) FROM deptperf_bind('{"disclosure": {"from": "theirs.disclosure", "dept": "unit", "year": "yr", "kind": "kind", "level": "level"}}');
SELECT count(*) FROM deptperf_track('disclosure');
RESET ROLE;

-- Planning runs what is constant in what hangs on a table; whatever it is, it is
-- not planned as the workspace's owner.
SET LOCAL ROLE deptperf_test_evil;
CREATE FUNCTION theirs.does(what text) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN INSERT INTO public.ran VALUES (current_user || '' '' || what); RETURN 1; END';
CREATE FUNCTION theirs.constant(what text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN IF current_user = ''deptperf_test_owner'' THEN RETURN theirs.does(what); END IF; RETURN 1; END';
GRANT USAGE ON SCHEMA theirs TO PUBLIC;
RESET ROLE;
CREATE FUNCTION pg_temp.attempt(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    truncated text;
    did       text;
    said      text;
BEGIN
    SET LOCAL ROLE deptperf_test_evil;
    SET LOCAL constraint_exclusion = on;
    EXECUTE what;
    truncated := pg_temp.error('TRUNCATE theirs.disclosure');
    RESET ROLE;
    UPDATE deptperf.department SET code = code || '!' WHERE dept_id = 1;
    did := (SELECT string_agg(who, ', ') FROM public.ran WHERE who ~ 'owner');
    SET LOCAL ROLE deptperf_test_owner;         -- who runs it himself when he reads the table
    said := pg_temp.issues() || pg_temp.error($q$ SELECT deptperf_track('disclosure') $q$);
    RESET ROLE;
    RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ001', DETAIL = concat_ws('; ', did, split_part(truncated, E'\n', 1),
        CASE WHEN said !~ 'it can''t be tracked any more: of theirs.disclosure: .* calls theirs.constant\(text\), which belongs to deptperf_test_evil.*0A000 source "disclosure" can''t be tracked' THEN said END);
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
    GET STACKED DIAGNOSTICS what = PG_EXCEPTION_DETAIL;
    RETURN what;
END $$;
SELECT is(pg_temp.attempt(what), '42501 the records of theirs.disclosure can''t be counted before they go', 'not run as the owner: ' || what)
FROM unnest(ARRAY[
    'CREATE INDEX ON theirs.disclosure (unit) WHERE theirs.constant(''predicate'') = 1',
    'CREATE INDEX ON theirs.disclosure ((level + theirs.constant(''expression'')))',
    'ALTER TABLE theirs.disclosure ADD CHECK (theirs.constant(''check'') = 1 AND level > -1)',
    'CREATE STATISTICS theirs.s ON unit, (level + theirs.constant(''statistics'')) FROM theirs.disclosure',
    'CREATE OPERATOR theirs.% (RIGHTARG = text, FUNCTION = theirs.constant); CREATE INDEX ON theirs.disclosure (unit) WHERE (OPERATOR(theirs.%) ''operator''::text) = 1']) AS what;

-- Statements are parsed anew, and in the schema of the extension others may create
-- what fits better: it is not called, neither at once nor by a plan that is kept.
GRANT CREATE ON SCHEMA public TO deptperf_test_evil;
SAVEPOINT s;
SET LOCAL ROLE deptperf_test_evil;
CREATE FUNCTION public.better(state jsonb, text, jsonb, text, numeric) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.ran VALUES (current_user || '' overload''); RETURN ''{}''; END';
CREATE AGGREGATE public.deptperf_kept_facts(text, jsonb, text, numeric) (SFUNC = public.better, STYPE = jsonb);
CREATE FUNCTION public.deptperf_kept_record(text, jsonb, text, numeric) RETURNS jsonb LANGUAGE sql RETURN public.better(NULL, $1, $2, $3, $4);
SELECT is((SELECT p.proname FROM pg_proc p WHERE p.oid = 'deptperf_kept_facts(text, jsonb, text, numeric)'::regprocedure), 'deptperf_kept_facts', 'an aggregate that fits better');
RESET ROLE;
SET LOCAL ROLE deptperf_test_owner;
SELECT matches(pg_temp.error('INSERT INTO finance.adjustment VALUES (1, ''2021-03-02'', 100)'), '^42501 function public.deptperf_kept_record\(text,jsonb,text,numeric\) is not called for tracking
It would run with the rights of role "deptperf_test_owner", to whom it does not belong', 'nor by any other');
ANALYZE deptperf.fiscal_year;
SELECT matches(pg_temp.error('INSERT INTO finance.adjustment SELECT 1, ''2021-03-02'', i FROM generate_series(1, 20) i'), '^42501 function public.deptperf_kept_facts', 'in no plan');
RESET ROLE;
SELECT is_empty($$ SELECT who FROM ran WHERE who ~ 'owner' $$, 'it did not run');
ROLLBACK TO s;
REVOKE CREATE ON SCHEMA public FROM deptperf_test_evil;

-- what a writer writes is data
SET LOCAL ROLE deptperf_test_owner;
CREATE TABLE finance.measure (unit int, yr int, fact text, amount numeric);
DELETE FROM deptperf.measurement;
SELECT deptperf_untrack('measurement');
SELECT count(*) FROM deptperf_bind('{"measurement": {"from": "finance.measure", "dept": "unit", "year": "yr", "fact": "fact", "amount": "amount"}}');
SELECT count(*) FROM deptperf_track('measurement');
INSERT INTO finance.measure VALUES (1, 2021, 'x', 1), (1, 2021, '!x', 1), (1, 2021, '#x', -1), (1, 2021, '#measurement_records', 5), (1, 2021, 'measurement_records', 7), (1, 2021, 'budget_initial', 7), (1, 2021, '', 1), (1, 2021, NULL, 1);
INSERT INTO finance.measure VALUES (1, 2021, '!y', 1), (2, 2021, 'y', 'NaN'), (2, 2021, '!y', -1), (2, 2021, '#y', -1);
SELECT is(pg_temp.wrong('measurement') || pg_temp.fact(1, 2021, 'x') || pg_temp.fact(1, 2021, 'measurement_records') || pg_temp.fact(2, 2021, 'y') || pg_temp.fact(1, 2021, 'y'), 'right19NaNabsent', 'names of facts that are marks of kept facts: 8 + 1 records of unit 1');
RESET ROLE;

-- a table and triggers of somebody's own, named like those of deptperf_track
SET LOCAL ROLE deptperf_test_evil;
CREATE SCHEMA evil;
CREATE TABLE evil.payment (unit varchar(10), "day" date, betrag numeric, class text, off boolean DEFAULT false, note text);
CREATE TRIGGER deptperf_execution_1_insert AFTER INSERT ON evil.payment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_write('execution', '1', '1');
CREATE TRIGGER deptperf_execution_2_insert AFTER INSERT ON evil.payment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_write('x'' || evil()', '1); --', '1');
CREATE TRIGGER a AFTER INSERT ON evil.payment FOR EACH ROW EXECUTE FUNCTION deptperf_track_write('execution', '1', '1');
CREATE TRIGGER b BEFORE INSERT OR UPDATE ON evil.payment FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_write();
CREATE TRIGGER c AFTER INSERT ON evil.payment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_registry();
CREATE TRIGGER d BEFORE INSERT ON evil.payment FOR EACH ROW EXECUTE FUNCTION deptperf_kept_derived();
CREATE TRIGGER e BEFORE INSERT ON evil.payment FOR EACH STATEMENT EXECUTE FUNCTION deptperf_kept_derived();
INSERT INTO evil.payment VALUES ('A', '2021-04-05', 10000, 'public');
SELECT is((SELECT count(*) FROM evil.payment), 1::bigint, 'a row of another table is not left out');
SELECT is(pg_temp.error('SELECT deptperf_track_write()') || pg_temp.error('SELECT deptperf_track_registry()') || pg_temp.error('SELECT deptperf_kept_derived()'),
E'39P01 deptperf_track_write is called by triggers alone
SELECT * FROM deptperf_track();39P01 deptperf_track_registry is called by triggers alone
SELECT * FROM deptperf_track();39P01 deptperf_kept_derived is called by triggers alone
SELECT * FROM deptperf_track();', 'not called but by triggers');
RESET ROLE;
-- on the table itself, by who may make triggers there
GRANT TRIGGER ON finance.payment TO deptperf_test_evil;
GRANT USAGE ON SCHEMA finance TO deptperf_test_evil;
SET LOCAL ROLE deptperf_test_evil;
CREATE TRIGGER again AFTER INSERT ON finance.payment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_write('execution', '1', '1');
CREATE TRIGGER deptperf_procurement_1_insert AFTER INSERT ON finance.payment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_write('procurement', '1', '1');
RESET ROLE;
SET LOCAL ROLE deptperf_test_owner;
INSERT INTO finance.payment VALUES ('B', '2021-04-05', 10000, 'public');
SELECT is(pg_temp.wrong('execution') || pg_temp.wrong('procurement') || pg_temp.fact(1, 2021, 'paid_q2'), 'rightright1', 'triggers of others do nothing');
DROP TRIGGER again ON finance.payment;

-- readers see what they saw
SELECT deptperf_setup(row_security => true), deptperf_grant('deptperf_test_reader', 'reader', 'A'), deptperf_grant('deptperf_test_all', 'reader');
RESET ROLE;
SET LOCAL ROLE deptperf_test_reader;
SELECT is((SELECT string_agg(DISTINCT u.dept_id::text, ',') FROM deptperf.unit_facts u) || pg_temp.fact(1, 2021, 'paid_q2') || pg_temp.error('SELECT * FROM deptperf.kept'),
          '1142501 permission denied for table kept', 'with row security, the departments given, and only through the views');
SELECT is(pg_temp.error('SELECT * FROM deptperf_check_tracking()'), E'42501 permission denied for table kept\nWhat is kept is compared with all records by deptperf_test_owner alone, who owns the workspace; deptperf.data_issue has what the catalog says of tracking.', 'the check is the owner''s, and the error says so');
RESET ROLE;
ALTER TABLE finance.budget DISABLE TRIGGER deptperf_budget_2_delete;
SET LOCAL ROLE deptperf_test_reader;
SELECT is(pg_temp.issues(), 'none', 'what is wrong with tracking is told to who sees all');
SELECT is(left(pg_temp.error('LOCK TABLE deptperf.tracking_lock IN ROW EXCLUSIVE MODE'), 48) || (SELECT count(*) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objid = 5), '42501 permission denied for table tracking_lock0', 'the lock of writers is nobody else''s');
RESET ROLE;
SET LOCAL ROLE deptperf_test_all;
SELECT is(pg_temp.issues(), E'error|budget|trigger deptperf_budget_2_delete on finance.budget is disabled|SELECT * FROM deptperf_track(\'budget\');', 'without rights on the records');
RESET ROLE;
ALTER TABLE finance.budget ENABLE TRIGGER deptperf_budget_2_delete;
SET LOCAL ROLE deptperf_test_owner;

-- ---- 7. plans ----

SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP result := result || line || E'\n'; END LOOP;
    RETURN result;
END $$;
SELECT matches(pg_temp.plan($$ SELECT * FROM deptperf.unit_facts WHERE dept_id = ANY ('{1,2}') AND fiscal_year = 2021 $$),
               'kept_by_year on kept k_?\d*\n *Index Cond: [^\n]*fiscal_year = 2021[^\n]*\n?[^\n]*dept_id = ANY', 'a filter by department and year reaches the index');
SELECT doesnt_match(pg_temp.plan('SELECT * FROM deptperf.unit_facts'), 'payment', 'and no record is read');
SET LOCAL enable_hashagg = off;         -- so that the planner would rather not
SELECT matches(pg_temp.plan('SELECT * FROM deptperf.facts') || pg_temp.plan('SELECT * FROM deptperf.ranking_all'),
               'HashAggregate\n( *Disabled: true\n)? *Group Key: c\.ancestor_id.*HashAggregate\n( *Disabled: true\n)? *Group Key: c\w*\.ancestor_id', 'no sort writes the facts of units before they are added up the tree');
RESET enable_hashagg;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- ---- 8. what goes wrong is found ----

SELECT is((SELECT count(*) FROM deptperf_check_tracking()), 0::bigint, 'all is well');
UPDATE deptperf.kept SET facts = facts || '{"paid_q2": 999}' WHERE dept_id = 2 AND facts ? 'paid_q2';
INSERT INTO deptperf.kept VALUES (2, 2021, '{"paid_q2": 5, "execution_records": 1}');
SELECT is((SELECT string_agg(concat_ws('|', c.source, c.dept_id, c.fiscal_year, c.found::jsonb ->> 'paid_q2', c.expected::jsonb ->> 'paid_q2'), E'\n') FROM deptperf_check_tracking() c),
          'execution|2|2021|999|1', 'a corrupted row is found; a row that no trigger brings, as a dump would, is not taken');
ALTER TABLE finance.payment DISABLE TRIGGER deptperf_execution_1_delete;
DELETE FROM finance.payment WHERE unit = 'A';
SELECT is((SELECT string_agg(concat_ws('|', c.dept_id, c.found), E'\n') FROM deptperf_check_tracking() c WHERE c.dept_id IS DISTINCT FROM 2),
          'trigger deptperf_execution_1_delete on finance.payment is disabled
1|{"paid_q1": 0, "paid_q2": 1, "paid_q3": 0, "paid_q4": 0, "public_paid": 1, "execution_records": 1, "three_public_paid": 0}', 'a disabled trigger is found, and what it missed');
CREATE OR REPLACE TRIGGER deptperf_execution_1_update AFTER UPDATE ON finance.payment REFERENCING OLD TABLE AS new_rows NEW TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_write('execution', '1', '1');
CREATE OR REPLACE TRIGGER deptperf_execution_1_insert AFTER INSERT ON finance.payment REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION deptperf_track_write('execution', '1', '1');
SELECT is((SELECT string_agg(concat_ws('|', c.dept_id, c.found), E'\n') FROM deptperf_check_tracking() c WHERE c.dept_id IS NULL),
          'trigger deptperf_execution_1_delete on finance.payment is disabled
trigger deptperf_execution_1_insert on finance.payment is not as deptperf_track made it
trigger deptperf_execution_1_update on finance.payment is not as deptperf_track made it', 'and one that is other than it was');
SELECT is(pg_temp.issues(), E'error|execution|trigger deptperf_execution_1_delete on finance.payment is disabled; trigger deptperf_execution_1_insert on finance.payment is not as deptperf_track made it; trigger deptperf_execution_1_update on finance.payment is not as deptperf_track made it|SELECT * FROM deptperf_track(\'execution\');', 'by data_issue too');
CREATE OR REPLACE TRIGGER deptperf_execution_1_insert AFTER INSERT ON finance.payment REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_write('execution', '2', 'many');
SELECT matches(pg_temp.issues(), '_insert on finance.payment is not as deptperf_track made it', 'also with other arguments');
-- Each of these does nothing when it is called, or is not called when it should be.
CREATE FUNCTION pg_temp.is_missed(place text, rest text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER deptperf_execution_1_%s %s', place, rest);
    RETURN pg_temp.issues() ~ format('_%s on finance.payment is not as deptperf_track made it', place);
END $$;
SELECT is(ARRAY(SELECT pg_temp.is_missed(t.place, replace(t.rest, 'WRITE', 'FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_write(''execution'', ''1'', ''1'')')) FROM (VALUES
    (1, 'insert', 'AFTER INSERT ON finance.payment REFERENCING NEW TABLE AS new_rows WRITE'),
    (2, 'insert', 'AFTER INSERT ON finance.payment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_registry(''execution'', ''1'', ''1'')'),
    (3, 'insert', 'AFTER INSERT ON finance.payment WRITE'),
    (4, 'insert', 'AFTER INSERT ON finance.payment REFERENCING NEW TABLE AS new_rows FOR EACH ROW EXECUTE FUNCTION deptperf_track_write(''execution'', ''1'', ''1'')'),
    (5, 'insert', 'AFTER DELETE ON finance.payment REFERENCING OLD TABLE AS old_rows WRITE'),
    (6, 'update', 'AFTER UPDATE OF betrag ON finance.payment WRITE'),
    (7, 'truncate', 'AFTER TRUNCATE ON finance.payment WRITE')) AS t(i, place, rest) ORDER BY t.i), '{f,t,t,t,t,t,t}', 'or one that is another, but for its name');
SELECT is((SELECT t.tracked FROM deptperf_track('execution') t)::text || pg_temp.wrong('execution'), 'trueright', 'tracking anew puts all right');
SELECT deptperf_setup();
INSERT INTO finance.payment VALUES ('A', '2021-04-05', 10000, 'public');
SELECT is(pg_temp.wrong('execution') || pg_temp.fact(1, 2021, 'paid_q2'), 'right1', 'setup keeps it');
DROP TABLE finance.payment CASCADE;
SELECT deptperf_setup();
SELECT is(pg_temp.fact(1, 2021, 'paid_q2') || (SELECT string_agg(c.found, E'\n') FROM deptperf_check_tracking() c),
          'absentfacts are left of it from tracking, which is off', 'a table that is dropped takes its source along, and tracking of it is off');
SELECT is(pg_temp.issues(), E'error|execution|facts are left of it from tracking, which is off|SELECT deptperf_untrack(\'execution\');', 'which data_issue says, and what takes them away');
SELECT is(pg_temp.wrong('budget') || pg_temp.wrong('measurement'), 'rightright', 'others are tracked as before');
SELECT is((SELECT count(*) FROM deptperf_untrack('execution')), 0::bigint, 'it is not tracked');
SELECT is(pg_temp.issues() || (SELECT count(*) FROM deptperf.kept k WHERE k.facts ?| '{execution_records,paid_q1,paid_q2}') || pg_temp.wrong('budget'), 'none0right', 'and what was left of it is taken out');
-- one of several, anew, off, and on again, while the others stay
CREATE TEMP TABLE told AS SELECT t.found FROM deptperf_track('measurement') t;
SELECT is((SELECT t.found FROM told t), (SELECT count(*) || ' units and years' FROM deptperf.measurement_computed), 'one is tracked anew');
SELECT is(pg_temp.wrong('budget') || pg_temp.wrong('measurement') || (SELECT max(n) FROM (SELECT count(*) AS n FROM deptperf.kept k GROUP BY k.dept_id, k.fiscal_year) c), 'rightright1', 'in one row a unit and year');
SELECT deptperf_untrack('measurement');
INSERT INTO finance.measure VALUES (1, 2021, 'x', 100);
-- x was 1
SELECT is(pg_temp.wrong('budget') || pg_temp.fact(1, 2021, 'x'), 'right101', 'off, its records are read and the others are kept');
SELECT deptperf_track('measurement');
SELECT is(pg_temp.wrong('budget') || pg_temp.wrong('measurement') || pg_temp.fact(1, 2021, 'x'), 'rightright101', 'on again');
-- what one statement writes of many units is added up too: 1 + 1
INSERT INTO deptperf.department (dept_id, code) SELECT 100 + i, 'M' || i FROM generate_series(1, 12) AS i;
INSERT INTO finance.measure SELECT 100 + i, 2021, 'x', 1 FROM generate_series(1, 12) AS i;
SET LOCAL deptperf.compact_every = 1;
INSERT INTO finance.measure SELECT 100 + i, 2021, 'x', 1 FROM generate_series(1, 12) AS i;
SELECT is((SELECT count(*) || ' ' || sum((k.facts ->> '=x')::int) || ' ' || count(DISTINCT k.dept_id) FROM deptperf.kept k WHERE k.dept_id > 100) || ' ' || pg_temp.wrong('measurement'), '12 24 12 right',
          'a row each of twelve units');
-- rows are deleted when some are added up, and a publication wants to know which
SET LOCAL deptperf.compact_every = 1;
RESET ROLE;
CREATE PUBLICATION deptperf_test_all_tables FOR ALL TABLES;
SET LOCAL ROLE deptperf_test_owner;
SELECT is(pg_temp.error('INSERT INTO finance.measure VALUES (1, 2021, ''x'', 1)') || pg_temp.wrong('measurement'), 'no errorright', 'a publication of all tables stops no writer');
SELECT is(pg_temp.error('UPDATE deptperf.access SET granted_by = granted_by'), 'no error', 'nor who changes what was granted');
-- a publication that can't say which rows go is told so, as by any DELETE
ALTER TABLE deptperf.kept REPLICA IDENTITY NOTHING;
SELECT is(pg_temp.error('INSERT INTO finance.measure SELECT 100 + i, 2021, ''x'', 1 FROM generate_series(1, 12) AS i'),
          E'55000 cannot delete from table "kept" because it does not have a replica identity and publishes deletes\nTo enable deleting from the table, set REPLICA IDENTITY using ALTER TABLE.',
          'no row goes that a subscriber would keep');
ALTER TABLE deptperf.kept REPLICA IDENTITY FULL;
-- without the right to delete rows stay: 12 of before and 12 more, 3 each
REVOKE DELETE ON deptperf.kept FROM deptperf_test_owner;
SELECT is(pg_temp.error('INSERT INTO finance.measure SELECT 100 + i, 2021, ''x'', 1 FROM generate_series(1, 12) AS i'), 'no error', 'who may not delete may write');
SELECT is((SELECT count(*) || ' ' || sum((k.facts ->> '=x')::int) FROM deptperf.kept k WHERE k.dept_id > 100) || ' ' || pg_temp.wrong('measurement'), '24 36 right', 'and nothing is added up');
SELECT * FROM finish();
ROLLBACK;
