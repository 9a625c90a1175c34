-- aggregate.sql: the aggregates deptperf_facts(count_name, zeros, name, amount, …),
-- deptperf_facts(jsonb) and deptperf_unit_facts(jsonb): exact sums, whatever the
-- order and however many workers; NaN poisons its fact and nothing else.
BEGIN;
SELECT plan(36);

CREATE FUNCTION pg_temp.error(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- 1. Few rows.
SELECT is(coalesce(deptperf_facts('n', '{"a": 0}', 'a', v), '{}'), '{}', 'no row: no fact')
FROM (SELECT NULL::numeric AS v WHERE false) AS x;
SELECT is(deptperf_facts('n', '{"a": 0}', 'a', v)::text, '{"a": 0, "n": 1}', 'one NULL: the source speaks, the amount adds nothing')
FROM (SELECT NULL::numeric AS v) AS x;
SELECT is(deptperf_facts('n', '{}', 'a', v)::text, '{"n": 1}', 'one NULL without a zero: no fact a')
FROM (SELECT NULL::numeric AS v) AS x;
SELECT is(deptperf_facts('n', '{"a": 0, "b": 0}', 'a', v)::text, '{"a": 5, "b": 0, "n": 1}', 'one row; the zeros stand where nothing fell in')
FROM (VALUES (5)) AS x(v);
SELECT is(deptperf_facts('n', '{}', 'a', v)::text, '{"a": 3, "n": 2}', 'two rows; trailing zeros are gone')
FROM (VALUES (1.50), (1.5000)) AS x(v);
SELECT is(deptperf_facts('n', '{"b": 0}', name, v, 'c', w)::text, '{"a": 1.5, "b": 0, "c": -7, "n": 5}', 'mixed: NULL names, NULL amounts, several facts a row')
FROM (VALUES ('a', 1.5, 1), ('b', NULL, 2), (NULL, 100, NULL), (NULL, NULL, -10), ('b', 0.000, NULL)) AS x(name, v, w);
SELECT is(deptperf_facts('n', '{}', 'a', v, 'a', v)::text, '{"a": 6, "n": 2}', 'the same fact twice in a row adds twice')
FROM (VALUES (1), (2)) AS x(v);
SELECT is(deptperf_facts('n', '{}', 'a', v)::text, '{"a": 0, "n": 2}', 'a fact that adds up to 0 is there')
FROM (VALUES (-1.25), (1.25)) AS x(v);
SELECT is(array_agg(DISTINCT f::text), '{"{\"a\": 12, \"n\": 2}"}', 'smallint, int, bigint and numeric amounts')
FROM (SELECT deptperf_facts('n', '{}', 'a', v::smallint) AS s, deptperf_facts('n', '{}', 'a', v::int) AS i,
             deptperf_facts('n', '{}', 'a', v::bigint) AS b, deptperf_facts('n', '{}', 'a', v::numeric(10,4)) AS d
      FROM (VALUES (5), (7)) AS x(v)) AS t,
     unnest(ARRAY[s, i, b, d]) AS f;

SELECT is(coalesce(deptperf_facts(f), '{}'), '{}', 'deptperf_facts(jsonb), no row')
FROM (SELECT NULL::jsonb AS f WHERE false) AS x;
SELECT is(coalesce(deptperf_facts(f), '{}'), '{}', 'one NULL')
FROM (SELECT NULL::jsonb AS f) AS x;
SELECT is(deptperf_facts(f)::text, '{"a": 1.5, "b": 3, "c": 0}', 'mixed; a key that one row lacks is absent there, not zero')
FROM (VALUES ('{"a": 1.00, "b": 3.000}'::jsonb), (NULL), ('{}'), ('{"a": 0.5, "c": 0.00}')) AS x(f);

SELECT is(deptperf_unit_facts(f)::text, deptperf_facts(f || '{"finding_units": 1, "closed_things_units": 1}')::text,
          'deptperf_unit_facts sums too, and a source with a count is one unit that speaks')
FROM (VALUES ('{"finding_records": 3, "finding_violation": 2, "closed_things_records": 0}'::jsonb)) AS x(f);
SELECT is(deptperf_unit_facts(f) ->> 'finding_units', '1', 'one unit, however many rows it is merged from')
FROM (VALUES ('{"finding_records": 3}'::jsonb), ('{"finding_records": 0}'), ('{"budget_records": 1}')) AS x(f);

SELECT is(deptperf_facts('n', '{}', 'a', v, 'b', w, 'c', v, 'd', i, 'e', i::int8, 'f', NULL::numeric, 'g', w)::text, '{"a": 3, "b": 30, "c": 3, "d": 7, "e": 7, "g": 30, "n": 2}', 'each name has its own amount, whatever stood before it')
FROM (VALUES (1.0, 10.0, 3), (2.0, 20.0, 4)) AS x(v, w, i);

-- 2. NaN and infinities.
SELECT is(deptperf_facts('n', '{"a": 0, "b": 0}', name, v)::text, '{"a": "NaN", "b": 3, "n": 3}', 'NaN poisons its fact and nothing else')
FROM (VALUES ('a', 1), ('a', 'NaN'::numeric), ('b', 3)) AS x(name, v);
SELECT is_empty($$
  SELECT bad, f FROM unnest('{NaN,Infinity,-Infinity}'::numeric[]) AS bad,
    LATERAL (SELECT deptperf_facts('n', '{}', 'a', v)::text AS f FROM unnest(ARRAY[1, bad, 2]) AS v) AS x
  WHERE f <> '{"a": "NaN", "n": 3}' $$, 'so do the infinities');
SELECT is(deptperf_facts('n', '{}', 'a', v) ->> 'a', 'NaN', 'two infinities do not cancel')
FROM (VALUES ('Infinity'::numeric), ('-Infinity')) AS x(v);
SELECT is(deptperf_facts(f)::text, '{"a": "NaN", "b": 3}', '"NaN" stays when facts are merged')
FROM (VALUES ('{"a": 1, "b": 1}'::jsonb), ('{"a": "NaN", "b": 2}'), ('{"a": 5}')) AS x(f);

-- 3. Huge and tiny amounts are exact.
CREATE TEMP TABLE extreme (a numeric, why text);
INSERT INTO extreme VALUES
  (1e99 + 1, '100 digits'), (-1e99, NULL), (1e-50, 'tiny'), (-3e-50, NULL), (123456789012345678901234567890.12345, NULL),
  (9223372036854775807, 'int8'), (170141183460469231731687303715884105727, 'int128'), (170141183460469231731687303715884105727, NULL),
  (-170141183460469231731687303715884105728, NULL), (0.00000000000000000000000000000000000001, '38 decimals');
SELECT is(deptperf_facts('n', '{}', 'a', a)::text, format('{"a": %s, "n": 10}', trim_scale(sum(a))), 'sums of 100 digits and 50 decimals')
FROM extreme;
SELECT is(deptperf_facts(jsonb_build_object('a', a))::text, format('{"a": %s}', trim_scale(sum(a))), 'and of facts')
FROM extreme;
SELECT is((deptperf_facts('n', '{}', 'a', a) ->> 'a')::numeric, 1e99 - 1e99 + 1e-50, 'nothing is lost while 1e99 comes and goes')
FROM (VALUES (1, 1e99), (2, 1e-50), (3, -1e99)) AS x(i, a);

-- Sums across the ends of 64 and of 128 bits, there and back, after each record; the
-- second name takes every other amount.
CREATE TEMP TABLE crossing AS
SELECT i::int, v FROM unnest(ARRAY[
  92233720368547758.07, 0.01, 92233720368547758.08, -0.01, -92233720368547758.08, -92233720368547758.08, -92233720368547758.08, -0.01, 0.02, 92233720368547758.08,
  1701411834604692317316873037158841057.27, 0.01, -1701411834604692317316873037158841057.28, 1e40, -1e40, 0.001]) WITH ORDINALITY AS x(v, i);
SELECT results_eq($$ SELECT i, deptperf_facts('n', '{"a": 0}', 'a', v, CASE i % 2 WHEN 0 THEN 'b' END, v, 'a', v) OVER (ORDER BY i) FROM crossing ORDER BY i $$,
  $$ SELECT i, jsonb_strip_nulls(jsonb_build_object('a', sum(2 * v) OVER w, 'b', sum(v) FILTER (WHERE i % 2 = 0) OVER w, 'n', i)) FROM crossing WINDOW w AS (ORDER BY i) ORDER BY i $$,
  'sums cross the ends of 64 and 128 bits and come back');
SELECT results_eq($$ SELECT i, deptperf_facts(jsonb_build_object('a', v)) OVER (ORDER BY i) FROM crossing ORDER BY i $$,
  $$ SELECT i, jsonb_build_object('a', sum(v) OVER (ORDER BY i)) FROM crossing ORDER BY i $$, 'and so do those of objects');
SELECT results_eq($$ SELECT r, deptperf_facts(f) FROM (SELECT r, deptperf_facts('n', '{}', 'a', v) AS f FROM crossing, generate_series(1, 3) AS r WHERE i <= 4 * r GROUP BY r, i % 3) x GROUP BY r ORDER BY r $$,
  $$ SELECT r, jsonb_build_object('a', sum(v), 'n', count(*)) FROM crossing, generate_series(1, 3) AS r WHERE i <= 4 * r GROUP BY r ORDER BY r $$, 'and groups that are merged');

-- 4. Random amounts of many scales against sum().
DO $$ BEGIN PERFORM setseed(0.2021); END $$;
CREATE TABLE amounts AS
  SELECT i, (random() * 40)::int AS dept, 2019 + (random() * 2)::int AS year, 'f' || (random() * 5)::int AS name,
         CASE WHEN random() < 0.05 THEN NULL
              ELSE round((random() - 0.3)::numeric * (10::numeric ^ (random() * 12)::int), (random() * 6)::int) END
         * CASE WHEN i % 5000 = 0 THEN 1e40 WHEN i % 5001 = 0 THEN 1e-40 ELSE 1 END AS amount
  FROM generate_series(1, 40000) AS i;
INSERT INTO amounts SELECT i, i % 4, 2021, 'f9', 'NaN' FROM generate_series(1, 40) AS i;      -- poisons f9 and all of four groups
ANALYZE amounts;

CREATE TEMP VIEW grouped AS
  SELECT dept, year, deptperf_facts('n', '{"f0": 0, "f6": 0}', name, amount, 'all', amount) AS facts
  FROM amounts GROUP BY dept, year;
CREATE TEMP TABLE plain AS
  SELECT dept, year, '{"f0": 0, "f6": 0}' || jsonb_object_agg(name, s) FILTER (WHERE s IS NOT NULL)
         || jsonb_build_object('all', trim_scale(sum(s)), 'n', sum(n)) AS facts
  FROM (SELECT dept, year, name, trim_scale(sum(amount)) AS s, count(*) AS n FROM amounts GROUP BY dept, year, name) AS x
  GROUP BY dept, year;

SELECT results_eq('SELECT dept, year, facts::text FROM grouped ORDER BY 1, 2', 'SELECT dept, year, facts::text FROM plain ORDER BY 1, 2',
  'each group equals the plain sum(), also as text');

SELECT results_eq(
  'SELECT deptperf_facts(facts ORDER BY dept, year)::text FROM grouped',
  $$ SELECT deptperf_facts('n', '{"f0": 0, "f6": 0}', name, amount, 'all', amount)::text FROM amounts $$,
  'facts of groups add up to the facts of all');

SELECT is(count(DISTINCT f)::int, 1, 'any order gives the same text')
FROM (SELECT deptperf_facts('n', '{}', name, amount ORDER BY i)::text FROM amounts
      UNION ALL SELECT deptperf_facts('n', '{}', name, amount ORDER BY i DESC)::text FROM amounts
      UNION ALL SELECT deptperf_facts('n', '{}', name, amount ORDER BY amount NULLS FIRST, name)::text FROM amounts
      UNION ALL SELECT deptperf_facts('n', '{}', name, amount ORDER BY abs(amount) DESC, name DESC)::text FROM amounts) AS x(f);

-- Names that a CASE picks come as a few pointers, unless a sort copies them.
-- v is 0 to 19, so fact fk is k + (k + 10).
SELECT is(array_agg(DISTINCT f::text), '{"{\"n\": 20, \"f0\": 10, \"f1\": 12, \"f2\": 14, \"f3\": 16, \"f4\": 18, \"f5\": 20, \"f6\": 22, \"f7\": 24, \"f8\": 26, \"f9\": 28}"}',
  'ten names from a CASE, as they come, sorted, distinct, and from a column')
FROM (SELECT deptperf_facts('n', '{}', name, v) AS column, deptperf_facts('n', '{}', picked, v) AS plain,
             deptperf_facts('n', '{}', picked, v ORDER BY -v) AS sorted, deptperf_facts(DISTINCT 'n'::text, '{}'::jsonb, picked, v) AS distinct
      FROM generate_series(0, 19) AS v, LATERAL (SELECT 'f' || v % 10, CASE v % 10 WHEN 0 THEN 'f0' WHEN 1 THEN 'f1' WHEN 2 THEN 'f2' WHEN 3 THEN 'f3' WHEN 4 THEN 'f4'
                                          WHEN 5 THEN 'f5' WHEN 6 THEN 'f6' WHEN 7 THEN 'f7' WHEN 8 THEN 'f8' ELSE 'f9' END) AS x(name, picked)) AS t,
     unnest(ARRAY["column", plain, sorted, "distinct"]) AS f;

-- 5. FILTER, DISTINCT, windows.
SELECT is(deptperf_facts('n', '{}', 'a', v) FILTER (WHERE v > 1)::text, '{"a": 5, "n": 2}', 'FILTER')
FROM (VALUES (1), (2), (3)) AS x(v);
SELECT is(deptperf_facts(DISTINCT 'n'::text, '{}'::jsonb, 'a'::text, v)::text, '{"a": 3, "n": 2}', 'DISTINCT')
FROM (VALUES (1), (2), (2), (1)) AS x(v);
SELECT is(array_agg(f::text ORDER BY v), '{"{\"a\": 1, \"n\": 1}","{\"a\": 3, \"n\": 2}","{\"a\": 6, \"n\": 3}"}', 'a running window: the state goes on after a result was taken')
FROM (SELECT v, deptperf_facts('n', '{}', 'a', v) OVER (ORDER BY v) AS f FROM (VALUES (1.0), (2.00), (3)) AS x(v)) AS y;
SELECT is(array_agg(f::text ORDER BY v), '{"{\"a\": 3}","{\"a\": 6}","{\"a\": 5}"}', 'a moving window over facts')
FROM (SELECT v, deptperf_facts(jsonb_build_object('a', v)) OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS f
      FROM (VALUES (1), (2), (3)) AS x(v)) AS y;

SELECT is_empty($$
  SELECT call, error
  FROM unnest('{"deptperf_facts(''n'', ''{}'', ''a'')","deptperf_facts(''n'', ''{}'', ''a'', 1, ''b'')","deptperf_facts(''n'', ''{}'', ''a'', 1::float8)",
                "deptperf_facts(''n'', ''{}'', ''a'', true)","deptperf_facts(''n'', ''{}'', 1, 1)"}'::text[]) AS call,
       pg_temp.error('SELECT ' || call) AS error
  WHERE error !~ '^(22|42)' $$, 'a name without an amount, a float or no number as amount, a name that is no text: refused');

-- 6. Parallel.
CREATE TEMP VIEW ways AS
  SELECT dept, year, facts::text FROM grouped
  UNION ALL SELECT dept, NULL, deptperf_facts(jsonb_build_object(name, amount))::text FROM amounts GROUP BY dept;
CREATE TEMP TABLE serial AS TABLE ways;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SET LOCAL parallel_leader_participation = off;

CREATE FUNCTION pg_temp.partial(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN jsonb_path_exists(plan, '$.** ? (@."Node Type" == "Aggregate" && @."Partial Mode" == "Partial")')
       AND jsonb_path_exists(plan, '$.** ? (@."Node Type" like_regex "^Gather")');
END $$;

SELECT ok(pg_temp.partial($$ SELECT dept, year, deptperf_facts('n', '{"f0": 0, "f6": 0}', name, amount, 'all', amount) FROM amounts GROUP BY 1, 2 $$)
      AND pg_temp.partial($$ SELECT dept, deptperf_facts(jsonb_build_object(name, amount)) FROM amounts GROUP BY 1 $$),
  'both are aggregated partially by workers');
-- (A cursor is never parallel, so results_eq on the query itself would show nothing.)
CREATE TEMP TABLE parallel AS TABLE ways;
SELECT is_empty('(TABLE parallel EXCEPT TABLE serial) UNION ALL (TABLE serial EXCEPT TABLE parallel)',
  'with the same result, NaN included');

SELECT * FROM finish();
ROLLBACK;
