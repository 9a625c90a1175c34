-- What a bad record, a relation of somebody else's shape, another encoding or
-- an extreme number must not do: crash the server, stop every score, or give
-- another result in silence.
BEGIN;
SELECT plan(17);
SELECT deptperf_setup();
INSERT INTO deptperf.department (dept_id, code) VALUES (901, 'a'), (902, 'b');
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (901, 2021, 100, 80);

-- One record never stops every score.
INSERT INTO deptperf.fact (fact, label_en) VALUES ('extreme', 'as large as numeric can be');
SELECT throws_ok($$ INSERT INTO deptperf.fact (fact) VALUES (repeat('a', 64)) $$, '23514', NULL,
    'a fact''s name has at most 63 characters');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount)
SELECT 902, 2021, 'extreme', ('9' || repeat('0', 131071))::numeric FROM generate_series(1, 2);
SELECT is((SELECT facts ->> 'extreme' FROM deptperf.facts WHERE dept_id = 902 AND fiscal_year = 2021), 'NaN',
    'a number beyond what can be scored poisons its own fact');
SELECT is((SELECT count(*) FROM deptperf.score WHERE fiscal_year = 2021), 2::bigint, '... and stops no score');
SELECT is((SELECT count(*) FROM deptperf_scores('{901,902}', '{2021}')), 2::bigint, '... on the point path neither');

-- Facts of another make.
SAVEPOINT seam;
CREATE OR REPLACE VIEW deptperf.unit_facts AS SELECT 901::bigint AS dept_id, 2021 AS fiscal_year, NULL::jsonb AS facts;
SELECT is((SELECT open FROM deptperf.score WHERE dept_id = 901), 100::numeric, 'no facts: all is open in the view');
SELECT is(deptperf_total(901, 2021), NULL, 'no facts: an open total on the point path');
ROLLBACK TO seam;
DROP VIEW deptperf.unit_parts CASCADE;
CREATE TABLE deptperf.unit_parts (dept_id bigint, fiscal_year int, facts int);
INSERT INTO deptperf.unit_parts VALUES (901, 2021, 12345);
SELECT throws_ok('SELECT deptperf_total(901, 2021)', '42846', NULL, 'facts of another type are an error');
ROLLBACK TO seam;

-- A worker's client encoding is not the user's.
CREATE TABLE named (g int, name text, amount numeric);
INSERT INTO named SELECT i % 3, '名' || i % 2, i FROM generate_series(1, 10000) i;
ANALYZE named;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO result;
    RETURN result::text;
END $$;
SELECT matches(pg_temp.plan_of($$ CREATE TABLE x AS SELECT deptperf_facts('n', '{}', name, amount) FROM named $$),
    '"Partial Mode": "Partial"', 'the sum is a parallel one');
SET LOCAL client_encoding = 'LATIN1';
CREATE TEMP TABLE latin AS SELECT deptperf_facts('n', '{}', name, amount) AS facts FROM named;
SET LOCAL client_encoding = 'UTF8';
-- 0 … 10000: the odd ones add up to 25,000,000, the even ones to 25,005,000
SELECT is(facts, '{"n": 10000, "名0": 25005000, "名1": 25000000}', 'another client encoding changes no name') FROM latin;

-- How many are silent does not depend on how numbers are kept.
SET LOCAL deptperf.force_numeric = on;
SELECT is(deptperf_silent('{"a_units": 1, "b_units": 5, "c_units": 0, "measurement_units": 1}', 5), 4::bigint,
    'silent: one source speaks for one of five, one for all, one for none');
SET LOCAL deptperf.force_numeric = off;
SELECT is(deptperf_silent('{"a_units": 1}', 5), 4::bigint, 'the same on the 128-bit path');

-- count_name and zeros are constants: other values would be left out.
SELECT throws_ok($$ SELECT deptperf_facts(s, '{}', 'a', 1) FROM (VALUES ('x'), ('y')) t (s) GROUP BY s $$, '22023',
    'count_name of deptperf_facts is not the same in all groups', 'a count_name that differs');
SELECT throws_ok($$ SELECT deptperf_facts('n', z, 'a', 1) FROM (VALUES ('{"a": 0}'::jsonb), ('{"b": 0}')) t (z) GROUP BY z $$, '22023',
    'zeros of deptperf_facts is not the same in all groups', 'zeros that differ');
CREATE DOMAIN money_type AS numeric;
SELECT is(deptperf_facts('n', '{}', 'a', v::money_type, 'b', NULL), '{"a": 3.5, "n": 2}', 'amounts of a domain, and a NULL of no type')
FROM (VALUES (1.5), (2.0)) t (v);

-- What is stored reads back: the canonical text has the limit too.
SELECT throws_ok($$ SELECT deptperf_formula('a' || repeat('+a', 4999)) $$, '54000', 'formula is too long',
    'a formula whose canonical text is too long');

-- Many denominators of many digits meet in one sum: exact, or invalid; never an error.
CREATE FUNCTION pg_temp.wide(n int, d text) RETURNS TABLE (total numeric, open_items int) LANGUAGE sql AS $$
    SELECT total, open_items FROM deptperf_evaluate_total(
        jsonb_build_object('indicators', '[{"code": "i", "points": 100}]'::jsonb, 'items',
            (SELECT jsonb_agg(jsonb_build_object('code', 'i' || k, 'indicator', 'i', 'points', 1,
                'formula', format('a%s / b%s', k, k), 'rule', '1 * x', 'empty', 'missing')) FROM generate_series(1, n) k)),
        (SELECT jsonb_object_agg(f, v) FROM generate_series(1, n) k,
            LATERAL (VALUES ('a' || k, d::numeric / 4), ('b' || k, d::numeric)) x (f, v)), '{}')
$$;
-- 20 quarters are 5
SELECT results_eq($$ SELECT * FROM pg_temp.wide(20, '1e-600') $$, $$ VALUES (5.00, 0) $$, 'twenty denominators of 600 decimals');
-- 140 in one sum: more than 16000/140 - 32 = 82 digits are not taken
SELECT results_eq($$ SELECT total, open_items FROM pg_temp.wide(140, '1e999') $$, $$ VALUES (NULL::numeric, 140) $$, '140 of a thousand digits are invalid');
SELECT * FROM finish();
ROLLBACK;
