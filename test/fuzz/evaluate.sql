-- deptperf_evaluate on :n random objects of facts: no crash, no error, memory
-- flat, both paths the same, and the rows agree with the total.  Needs pgTAP,
-- and the variable n.
BEGIN;
SELECT plan(5);
SELECT setseed(0.42);

-- Mostly plausible numbers, sometimes absent, NaN, or of another type.
CREATE FUNCTION pg_temp.any_value() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT CASE (random() * 24)::int
        WHEN 0 THEN '"NaN"' WHEN 1 THEN 'null' WHEN 2 THEN '"12.5"' WHEN 3 THEN '{"a": [1]}' WHEN 4 THEN 'true'
        WHEN 5 THEN to_jsonb(-trunc((random() * 1000)::numeric, 2))
        WHEN 6 THEN to_jsonb(10::numeric ^ (random() * 1200)::int)
        WHEN 7 THEN to_jsonb(1 / 10::numeric ^ (random() * 60)::int)
        WHEN 8 THEN to_jsonb(trunc(random()::numeric * 1e15) * 1e15 + trunc(random()::numeric * 1e15))
        WHEN 9 THEN '0' WHEN 10 THEN '0' WHEN 11 THEN '0'
        ELSE to_jsonb(trunc((random() * 10 ^ (random() * 9)::int)::numeric, 2)) END
$$;
CREATE FUNCTION pg_temp.any_object(names text[], share double precision) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(jsonb_object_agg(name, pg_temp.any_value()), '{}') FROM unnest(names) AS name WHERE random() < share
$$;
CREATE TEMP TABLE document (d) AS SELECT deptperf_framework_seed(f) FROM unnest(ARRAY['sz-2021', 'sz-2021-records']) AS f;
CREATE TEMP TABLE try AS
SELECT i,
       pg_temp.any_object((SELECT array_agg(DISTINCT n) FROM document, jsonb_array_elements(d -> 'items' || (d -> 'requirements')) AS e,
           unnest(deptperf_formula_facts(e ->> 'formula')) AS n), 0.9) AS facts,
       CASE WHEN i % 3 > 0 THEN pg_temp.any_object((SELECT array_agg(e ->> 'code') FROM document,
           jsonb_array_elements(d -> 'items' || (d -> 'indicators')) AS e) || '{nobody}', 0.3) ELSE '{}' END
       || CASE WHEN i % 5 = 0 THEN '{"C3.1": "exempt", "A1.1": 2}'::jsonb ELSE '{}' END AS inputs
FROM generate_series(1, :n) AS i;

-- Memory after a tenth of the rows and after all of them, in one statement.
CREATE TEMP TABLE fast AS
SELECT t.i, d.d ->> 'framework' AS framework, e.*,
       CASE WHEN t.i IN (:n / 10, :n) THEN
           (SELECT sum(total_bytes) FROM pg_get_backend_memory_contexts() m WHERE t.i IS NOT NULL) END AS memory
FROM document d CROSS JOIN LATERAL (SELECT * FROM try ORDER BY i) t,
     LATERAL deptperf_evaluate_total(d.d, t.facts, t.inputs) e;
SELECT is(count(*), 2 * :n::bigint, 'every object was evaluated') FROM fast;
SELECT ok(max(memory) FILTER (WHERE i = :n) <= max(memory) FILTER (WHERE i = :n / 10) + 262144,
          'memory is flat: ' || max(memory) FILTER (WHERE i = :n / 10) || ' and ' || max(memory) FILTER (WHERE i = :n) || ' bytes')
FROM fast;

SET LOCAL deptperf.force_numeric = on;
CREATE TEMP TABLE slow AS
SELECT t.i, d.d ->> 'framework' AS framework, e.* FROM document d, try t, deptperf_evaluate_total(d.d, t.facts, t.inputs) e;
RESET deptperf.force_numeric;
ANALYZE fast, slow;
SELECT is_empty($$
    SELECT f.*, s.* FROM fast f JOIN slow s USING (i, framework)
    WHERE (f.total, f.grade, f.provisional, f.open, f.open_items)::text IS DISTINCT FROM (s.total, s.grade, s.provisional, s.open, s.open_items)::text LIMIT 5 $$,
    'both paths give the same totals');

-- The rows of sz-2021: the total is the sum of its indicators; open is the rest.
CREATE TEMP TABLE rows AS
SELECT t.i, r.* FROM (SELECT d FROM document WHERE d ->> 'framework' = 'sz-2021') d, (SELECT * FROM try WHERE i % 10 = 0) t,
    deptperf_evaluate(d.d, t.facts, t.inputs) r;
SELECT is_empty($$
    SELECT f.i, f.total, f.provisional, r.* FROM fast f JOIN (
        SELECT i, sum(points) FILTER (WHERE level = 'indicator') AS known,
               bool_or(level = 'indicator' AND state = 'missing') AS open,
               max(points) FILTER (WHERE level = 'total') AS total
        FROM rows GROUP BY i) r USING (i)
    WHERE f.framework = 'sz-2021' AND (f.provisional <> coalesce(r.known, 0) OR (f.total IS NULL) <> r.open
        OR f.total IS DISTINCT FROM r.total OR f.provisional + f.open > 100 OR f.open < 0) LIMIT 5 $$,
    'the total is the sum of the indicators, or NULL while one is open');
-- Every point is within 0 and its maximum, and an item's fraction rounds to it.
SELECT is_empty($$
    SELECT r.*, e ->> 'points' AS max FROM rows r JOIN (
        SELECT e FROM document, jsonb_array_elements(d -> 'items' || (d -> 'indicators')) AS e WHERE d ->> 'framework' = 'sz-2021') m
        ON m.e ->> 'code' = r.code
    WHERE NOT (r.points BETWEEN 0 AND (e ->> 'points')::numeric)
       OR abs(r.points * r.points_denominator - r.points_numerator) > 0.0000005 * r.points_denominator AND r.level = 'item' LIMIT 5 $$,
    'points lie within 0 and the maximum');
SELECT * FROM finish();
ROLLBACK;
