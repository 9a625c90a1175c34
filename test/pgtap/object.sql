-- object.sql: what the facts aggregates give is written as jsonb only when somebody
-- reads it (src/facts_object.c).  Nobody may see a difference: whatever reads it,
-- keeps it, or adds it to others gets what the written jsonb would have given.
BEGIN;
SELECT plan(34);

-- Four departments.  Department d has d rows of amount d, so a = d * d and n = d;
-- b is there for odd ones alone, and c, the name that comes last, for the fourth.
CREATE TEMP TABLE amounts AS
  SELECT d AS dept, d::numeric AS a, CASE WHEN d % 2 = 1 THEN 0.50 END AS b, CASE WHEN d = 4 THEN 1 END AS c
  FROM generate_series(1, 4) AS d, generate_series(1, d);
CREATE TEMP VIEW one AS
  SELECT dept, deptperf_facts('n_records', '{}', 'a', a, 'b', b, 'c', c) AS facts FROM amounts GROUP BY dept;
CREATE TEMP TABLE want (dept int, facts text);
INSERT INTO want VALUES (1, '{"a": 1, "b": 0.5, "n_records": 1}'), (2, '{"a": 4, "n_records": 2}'),
  (3, '{"a": 9, "b": 1.5, "n_records": 3}'), (4, '{"a": 16, "c": 4, "n_records": 4}');

-- 1. Readers.
SELECT results_eq('SELECT dept, facts::text FROM one ORDER BY dept', 'TABLE want ORDER BY dept', 'written out');
SELECT results_eq('WITH m AS MATERIALIZED (TABLE one) SELECT dept, facts::text FROM m ORDER BY facts ->> ''a'' DESC, dept',
  'SELECT dept, facts FROM want ORDER BY facts::jsonb ->> ''a'' DESC, dept', 'kept in a CTE and sorted by what is in it');
SELECT is((SELECT array_agg(facts ORDER BY dept)::text FROM one), (SELECT array_agg(facts::jsonb ORDER BY dept)::text FROM want), 'in an array');
SELECT is((SELECT jsonb_object_agg(dept, facts) FROM one), (SELECT jsonb_object_agg(dept, facts::jsonb) FROM want), 'in another object');
SELECT is((SELECT sum(e.value::numeric) FROM one, jsonb_each_text(facts) AS e), 46.0, '1 + 4 + 9 + 16, 0.5 + 1.5, 4, and 10 records: read key by key');
SELECT is((SELECT count(*) FROM (SELECT facts FROM one UNION SELECT facts::jsonb FROM want) AS u), 4::bigint, 'equal, and of one hash');
SELECT is((SELECT string_agg((facts || '{"a": 0}')::text, '' ORDER BY dept) FROM one WHERE facts ? 'b' AND facts @> '{"b": 1.5}'),
  '{"a": 0, "b": 1.5, "n_records": 3}', 'changed and searched');
SELECT is((SELECT (max(facts::text) FILTER (WHERE dept = 3), min((facts -> 'a')::int), sum(pg_column_size(facts)) = sum(pg_column_size(facts || '{}')))::text FROM one),
  '("{""a"": 9, ""b"": 1.5, ""n_records"": 3}",1,t)', 'read several times in a row');
SELECT results_eq('SELECT DISTINCT ON (dept) dept, lag(facts) OVER (ORDER BY dept)::text FROM one ORDER BY dept',
  'SELECT dept, lag(facts) OVER (ORDER BY dept) FROM want ORDER BY dept', 'of the row before');
SELECT results_eq($$ SELECT a::int, (deptperf_facts('n', '{}', 'a', a) OVER (ORDER BY a))::text FROM generate_series(1, 3) AS a $$,
  $$ VALUES (1, '{"a": 1, "n": 1}'), (2, '{"a": 3, "n": 2}'), (3, '{"a": 6, "n": 3}') $$, 'a running sum: each row has its own');

CREATE FUNCTION pg_temp.through_variable() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    row record;
    kept jsonb[] := '{}';
    last jsonb;
BEGIN
    FOR row IN SELECT * FROM one ORDER BY dept LOOP
        last := row.facts;
        kept := kept || last;
    END LOOP;
    RETURN QUERY SELECT k::text FROM unnest(kept) AS k;
END $$;
SELECT results_eq('SELECT * FROM pg_temp.through_variable()', 'SELECT facts FROM want ORDER BY dept', 'in a variable, after its query is over');

CREATE TEMP TABLE stored AS TABLE one;
SELECT results_eq('SELECT dept, facts::text FROM stored ORDER BY dept', 'TABLE want ORDER BY dept', 'in a table');

-- 2. Added to others.  a = 1 + 4 + 9 + 16, b = 2 (0.5 + 1.5), c = 4, 10 records.
SELECT is((SELECT deptperf_facts(facts)::text FROM one), '{"a": 30, "b": 2, "c": 4, "n_records": 10}', 'one object of all');
SELECT is((SELECT deptperf_facts(facts)::text FROM (SELECT deptperf_unit_facts(facts) AS facts FROM one GROUP BY dept) AS u),
  '{"a": 30, "b": 2, "c": 4, "n_units": 4, "n_records": 10}', 'units, of which four speak');
SELECT is((SELECT (deptperf_facts(facts), deptperf_facts(facts) FILTER (WHERE dept > 2), deptperf_unit_facts(facts))::text FROM
             (TABLE one UNION ALL VALUES (5, '{"b": 1, "z_records": 7}'::jsonb)) AS mixed),
  (SELECT ('{"a": 30, "b": 3, "c": 4, "n_records": 10, "z_records": 7}'::jsonb, '{"a": 25, "b": 2.5, "c": 4, "n_records": 7, "z_records": 7}'::jsonb,
           '{"a": 30, "b": 3, "c": 4, "n_units": 1, "z_units": 1, "n_records": 10, "z_records": 7}'::jsonb)::text),
  'in several sums at once, mixed with written ones');

-- A function whose sum knows other names, in another order, at each call: places of
-- one call mean nothing in the next.
CREATE FUNCTION pg_temp.behind(first text, facts jsonb) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT deptperf_facts(v.f)::text FROM (VALUES (jsonb_build_object(first, 0)), (facts)) AS v(f)
$$;
CREATE TEMP TABLE calls AS      -- unsorted: a sort would write the objects
  SELECT dept, pg_temp.behind(CASE WHEN dept % 2 = 0 THEN 'n_records' ELSE 'c' END, facts) AS facts FROM one;
SELECT results_eq('TABLE calls ORDER BY dept',
  $$ VALUES (1, '{"a": 1, "b": 0.5, "c": 0, "n_records": 1}'), (2, '{"a": 4, "n_records": 2}'),
            (3, '{"a": 9, "b": 1.5, "c": 0, "n_records": 3}'), (4, '{"a": 16, "c": 4, "n_records": 4}') $$,
  'added in calls that have other names');

-- 3. Amounts that are not small: the written jsonb and the object agree.
CREATE TEMP TABLE extremes AS
  SELECT i AS dept, v::numeric AS v
  FROM unnest('{1e999,9e1000,1e1001,-1e-999,1e-1001,NaN,Infinity,170141183460469231731687303715884105727,0.00000000000000000000000000000000000001,85070591730234615865843651857942052863,85070591730234615865843651857942052864,1.10}'::text[])
         WITH ORDINALITY AS u(v, i), generate_series(1, 2);
SELECT is_empty($$
  SELECT x.dept, y.dept FROM
    (SELECT dept, deptperf_facts('n', '{}', 'v', v) AS facts FROM extremes GROUP BY dept) AS x,
    (SELECT dept, deptperf_facts('n', '{}', 'v', v)::text::jsonb AS facts FROM extremes GROUP BY dept) AS y
  WHERE (SELECT deptperf_facts(f) FROM (VALUES (x.facts), (y.facts)) AS v(f))
        IS DISTINCT FROM (SELECT deptperf_facts(f) FROM (VALUES (x.facts::text::jsonb), (y.facts)) AS v(f)) $$,
  'huge, tiny and no numbers');

-- 4. What is kept (src/kept.c): a state is asked twice, and what one result takes from
-- it stays there.
CREATE FUNCTION pg_temp.of_rows(kept jsonb, rows int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(s.said, ' ' ORDER BY s.i) FROM (
        SELECT v.i, (deptperf_kept_says(kept, '{"a_records": []}') OVER w)::text || (deptperf_kept_sum(kept, NULL) OVER w)::text AS said
        FROM generate_series(1, rows) AS v(i) WINDOW w AS (ORDER BY v.i ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) s
$$;
SELECT is(pg_temp.of_rows('{"a_records": 1, "=#x": 5, "#=#x": 1e200}', 2),
  format('{"#x": 5, "a_records": 1}{"=#x": 5, "#=#x": %s, "a_records": 1} {"#x": 10, "a_records": 2}{"=#x": 10, "#=#x": %s, "a_records": 2}', 1e200, 2e200), 'a huge number under a mark');
-- two facts of one name, both huge: 1e200 + 1e200, and in the second row twice that
SELECT is((SELECT string_agg(s.a, ' ' ORDER BY s.i) FROM (SELECT i, deptperf_kept_says(f, '{"a_records": ["a"], "m_records": []}') OVER (ORDER BY i) ->> 'a' AS a
           FROM (SELECT i, '{"a": 1e200, "=a": 1e200, "#=a": 1, "a_records": 1, "m_records": 1}'::jsonb AS f FROM generate_series(1, 2) AS i) AS r) AS s),
          concat_ws(' ', 2e200, 4e200), 'a huge number of two sources');
SET LOCAL deptperf.force_numeric = on;
SELECT is(pg_temp.of_rows('{"a_records": 1, "=x": 5, "#=x": 1, "!=x": 1}', 2),
  '{"x": "NaN", "a_records": 1}{"=x": 5, "!=x": 1, "#=x": 1, "a_records": 1} {"x": "NaN", "a_records": 2}{"=x": 10, "!=x": 2, "#=x": 2, "a_records": 2}', 'numbers that are all numerics');
RESET deptperf.force_numeric;
SELECT is((SELECT deptperf_kept_says(f, '{"a_records": []}')::text FROM (VALUES ('{"a_records": 1, "=late": 2, "#=late": 1, "==late": 200, "#==late": 1, "===two": 7, "#===two": 1}'::jsonb)) AS v(f)),
  '{"late": 2, "==two": 7, "=late": 200, "a_records": 1}', 'each name loses one mark and not two');
SELECT is((SELECT count(*) FROM (SELECT deptperf_kept_says(f, '{"a_records": []}') AS f FROM (SELECT jsonb_object_agg(m || i, 1) || '{"a_records": 1}' AS f FROM generate_series(1, 3000) AS i, unnest('{=n,#=n}'::text[]) AS m) v) w, jsonb_each(f)),
  3001::bigint, 'more names than their dictionary has room for');
-- !b: of the two amounts of b one is NaN, which the second row takes away.  #=b: b has
-- no amounts at first, and so is absent; then one comes, which is 0.
SELECT results_eq($$ SELECT (deptperf_kept_says(f, '{"a_records": ["b"]}') OVER (ORDER BY i))::text FROM unnest('{"{\"b\": 3, \"!b\": 1, \"a_records\": 1}","{\"!b\": -1, \"a_records\": 1}"}'::jsonb[]) WITH ORDINALITY AS r(f, i) $$,
  $$ VALUES ('{"b": "NaN", "a_records": 1}'), ('{"b": 3, "a_records": 2}') $$, 'what is no number in one row is one in the next');
SELECT results_eq($$ SELECT (deptperf_kept_sum(f, NULL) OVER (ORDER BY i))::text FROM unnest('{"{\"=b\": 0, \"#=b\": 0, \"a_records\": 1}","{\"#=b\": 1}"}'::jsonb[]) WITH ORDINALITY AS r(f, i) $$,
  $$ VALUES ('{"a_records": 1}'), ('{"#=b": 1, "a_records": 1}') $$, 'and what is absent in one is there in the next');

-- 5. The mark of units out of reach counts wherever it stands among the keys.
SELECT is((SELECT deptperf_facts(f)::text FROM (VALUES ('{"": 1, " ": 2, "a": 5}'::jsonb), ('{"!": 1}')) AS v(f)),
  '{"": "NaN", " ": "NaN", "!": 1, "a": "NaN"}', 'in a sum');
SELECT is((SELECT to_jsonb(e) FROM deptperf_evaluate_total(deptperf_framework_seed('sz-2021'), '{"": 1, "!": 1, "assets_total": 5, "assets_in_use": 5}', '{}') AS e),
          (SELECT to_jsonb(e) FROM deptperf_evaluate_total(deptperf_framework_seed('sz-2021'), '{"!": 1}', '{}') AS e), 'in an evaluation');

-- 6. An evaluation reads the sums themselves.  Each framework has one item a name,
-- over and over: the narrow one 160 of them below a weight, so that a number of it may
-- have 16000/160 - 32 - 30 = 38 digits on either side of the point; the wide one 1000.
CREATE FUNCTION pg_temp.framework(items int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('groups', '[{"code": "G", "points": 1000, "weight": 0.5}]'::jsonb, 'indicators', '[{"code": "I", "group": "G", "points": 1000}]'::jsonb,
        'items', jsonb_agg(jsonb_build_object('code', name || i, 'indicator', 'I', 'points', 1, 'formula', name, 'rule', 'x > 0: 1, else 0')))
    FROM generate_series(1, items) AS i, LATERAL (SELECT ('{a,b,c,n_units,n_records,z,x_units}'::text[])[1 + (i - 1) % 7]) AS v(name)
$$;
CREATE TEMP TABLE framework AS SELECT pg_temp.framework(160) AS narrow, pg_temp.framework(7) AS wide;
CREATE TEMP TABLE said (g int, facts jsonb);
INSERT INTO said VALUES
  (1, '{"a": 1.10, "n_records": 1}'), (1, '{"a": 2.20, "n_records": 2, "b": null}'),
  (2, '{"a": "NaN", "b": 1, "n_records": 0}'), (2, '{"a": 5, "b": true}'),
  (3, '{"a": 5, "n_records": 1}'), (3, '{"!": 1}'),
  (4, '{"a": 999999999999999999999999999999999999, "b": 0.00000000000000000001, "c": 1e-100}'), (4, '{"a": 999999999999999999999999999999999999, "b": 0.00000000000000000001, "c": -1e-100}'),
  (5, '{"aa": 1, "zzz": 2, "measurement_units": 1, "x_units": 1.5, "n_units": 3}'), (5, '{"!": null, "a": 1e999}'), (5, '{"c": 1e1000, "aaa": 1e1000}'),
  (6, '{"z": -7, "y_records": 1, "n_records": 3}');
CREATE FUNCTION pg_temp.evaluated(document jsonb, facts jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', e.code, e.state, e.numerator), ', ' ORDER BY e.code) FROM deptperf_evaluate(document, facts, '{}') AS e WHERE e.level = 'item' AND e.code ~ '^\D+[1-7]$' AND e.state <> 'missing'
$$;
-- Units: n speaks where its records are known, x nowhere.  1: 1.1 + 2.2, 1 + 2.  2: a
-- and b are no numbers in one.  3: a part.  4: twice 36 nines has 37 digits, which the
-- numeric has as 40; 1e-100 - 1e-100 is 0, however many decimals are nought.  5: 1e999
-- has 1000 digits.  6: z comes last.  (No
-- ORDER BY: what is sorted is written first.)
SELECT set_eq($$ SELECT g, pg_temp.evaluated(narrow, deptperf_unit_facts(facts)) FROM framework, said GROUP BY g, narrow $$, $$ VALUES
  (1, 'a1 scored 3.3, n_records5 scored 3, n_units4 scored 1'), (2, 'a1 invalid, b2 invalid, n_records5 scored 0, n_units4 scored 1'),
  (3, 'a1 invalid, b2 invalid, c3 invalid, n_records5 invalid, n_units4 invalid, x_units7 invalid, z6 invalid'), (4, 'a1 invalid, b2 scored 0.00000000000000000002, c3 scored 0'),
  (5, 'a1 invalid, c3 invalid'), (6, 'n_records5 scored 3, n_units4 scored 1, z6 scored -7') $$, 'facts as an evaluation reads them');
SELECT set_eq($$ SELECT g, pg_temp.evaluated(wide, deptperf_facts(facts)) FROM framework, said WHERE g > 3 GROUP BY g, wide $$, format($$ VALUES
  (4, 'a1 scored 1999999999999999999999999999999999998, b2 scored 0.00000000000000000002, c3 scored 0'), (5, 'a1 scored %s, c3 invalid, n_units4 scored 3, x_units7 scored 1.5'), (6, 'n_records5 scored 3, z6 scored -7') $$, 1e999),
  'of sums that are no units, with 1000 digits');
-- Of 4 units x speaks for 1.5, which is 2 whole ones, and n for 3; a measurement is for itself.
SELECT results_eq('SELECT g, deptperf_silent(deptperf_facts(facts), 4), deptperf_silent(deptperf_unit_facts(facts), 4) FROM said WHERE g <> 6 GROUP BY g ORDER BY g',
  $$ VALUES (1, 0::bigint, 3::bigint), (2, 0, 3), (3, 0, 0), (4, 0, 0), (5, 3, 0) $$, 'who is silent');

-- Whatever gives the facts, what is read of them is what is read of the written jsonb.
CREATE FUNCTION pg_temp.differs(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    -- no join: one would keep the facts, and so write them
    RETURN QUERY EXECUTE format($q$
        SELECT f.facts::text FROM (%s) AS f(facts)
        WHERE EXISTS (SELECT FROM unnest($1) AS document
                      WHERE (SELECT array_agg(e::text) FROM deptperf_evaluate(document, f.facts, '{}') AS e) IS DISTINCT FROM (SELECT array_agg(e::text) FROM deptperf_evaluate(document, f.facts::text::jsonb, '{}') AS e)
                         OR deptperf_evaluate_total(document, f.facts, '{}')::text <> deptperf_evaluate_total(document, f.facts::text::jsonb, '{}')::text)
           OR EXISTS (SELECT FROM generate_series(0, 5) AS n WHERE deptperf_silent(f.facts, n) <> deptperf_silent(f.facts::text::jsonb, n)) $q$, query)
    USING (SELECT ARRAY[narrow, wide] FROM framework);
END $$;
SELECT is_empty($$ SELECT pg_temp.differs('SELECT CASE g % 2 WHEN 0 THEN deptperf_facts(facts) ELSE deptperf_unit_facts(''{"": 0}'' || facts) END FROM said GROUP BY g') $$, 'by turns of two sums, each with names of its own');
SET LOCAL enable_hashagg = off;
SELECT is_empty($$ SELECT pg_temp.differs('SELECT deptperf_unit_facts(facts) FROM said GROUP BY g') $$, 'of one group after the other, with new names in each');
RESET enable_hashagg;
SELECT is_empty($$ SELECT pg_temp.differs('SELECT deptperf_facts(facts) OVER (ORDER BY g, facts) FROM said') $$, 'of a running sum, to which more is added afterwards');
SELECT is_empty($$ SELECT pg_temp.differs('SELECT deptperf_facts(''n_records'', ''{"z": 0}'', name, v) FROM extremes, unnest(''{a,b,x_units}''::text[]) AS name GROUP BY dept') $$, 'of records that are huge, tiny and no numbers');
SET LOCAL deptperf.force_numeric = on;
SELECT is_empty($$ SELECT pg_temp.differs('SELECT deptperf_unit_facts(facts) FROM said GROUP BY g') $$, 'of numerics');
RESET deptperf.force_numeric;

SELECT * FROM finish();
ROLLBACK;
