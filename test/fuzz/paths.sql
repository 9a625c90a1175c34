-- The 128-bit path gives what the numeric path gives, and what plain numeric
-- arithmetic says, on :n random and extreme numbers.  Needs pgTAP, and the
-- variable n.
BEGIN;
SELECT plan(6);
SELECT setseed(0.20211124);

-- A number of up to 40 digits with up to 20 decimals, often a round or an
-- extreme one; now and then far beyond 128 bits.
CREATE FUNCTION pg_temp.any_number(negative double precision) RETURNS numeric LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN random() < negative THEN -1 ELSE 1 END * CASE (random() * 11)::int
        WHEN 0 THEN 0
        WHEN 1 THEN (random() * 200)::int
        WHEN 2 THEN trunc((random() * 1e7)::numeric, 2)
        WHEN 3 THEN trunc((random() * 1e14)::numeric, 2)
        WHEN 4 THEN 10::numeric ^ ((random() * 24)::int)
        WHEN 5 THEN 10::numeric ^ ((random() * 24)::int) - 1
        WHEN 6 THEN 1 / 10::numeric ^ ((random() * 20)::int)
        WHEN 7 THEN (trunc(random()::numeric * 1e15) * 1e15 + trunc(random()::numeric * 1e15)) / 10::numeric ^ ((random() * 20)::int)
        WHEN 8 THEN (2::numeric ^ ((random() * 126)::int)) + (random() * 2)::int - 1
        WHEN 9 THEN trunc(random()::numeric * 1e15) * 1e25 + trunc(random()::numeric * 1e15)
        WHEN 10 THEN trunc((random() * 1e5)::numeric, 4) * 1e120
        ELSE trunc((random() * 100)::numeric, 4)
    END
$$;
CREATE TEMP TABLE pair AS
SELECT i, pg_temp.any_number(0.1) AS n, pg_temp.any_number(0.02) AS d FROM generate_series(1, :n) AS i;
-- Many x close to the bounds: n is d times a bound, give or take the last digit.
UPDATE pair SET n = d * (ARRAY[0.6, 0.75, 0.9, 1, 0.05, 0.1])[i % 6 + 1]
    + (i % 3 - 1) / 10::numeric ^ (i % 12) WHERE i % 4 = 0;

CREATE TEMP TABLE rule AS
SELECT row_number() OVER () AS r, rule FROM unnest(ARRAY[
    'x >= 90%: 1, x >= 75%: 0.7, x >= 60%: 0.4, else 0',
    'x > 100%: 0, else 1 * x',
    '1 * x / 75%',
    '2 * x',
    '8 - 4 per 1',
    'x <= 10%: 1, else 1 - 0.1 per 1% over 10%',
    'x >= 100%: 8, else 8 - 2 per whole 5% under 100%',
    '5 - 1 per started 0.3 over -1',
    'x < 0: invalid, x < 5%: 1, x <= 10%: 0.5, x <= 100%: 0, else invalid',
    'x >= 100%: 100 + 5 per 5% over 100%, else 100 - 5 per 5% under 100%']) AS rule;

CREATE FUNCTION pg_temp.scores() RETURNS TABLE (i int, r bigint, state text, points numeric) LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM rule LOOP
        RETURN QUERY EXECUTE format(
            'SELECT i, $1, deptperf_state(%1$L, n, d),
                    CASE WHEN deptperf_state(%1$L, n, d) = ''scored'' THEN deptperf_score(%1$L, n, d, CASE WHEN i %% 3 = 0 THEN 1 END, CASE WHEN i %% 5 = 0 THEN 2 END) END
             FROM pair WHERE i %% 10 = $1 - 1', one.rule)
        USING one.r;
    END LOOP;
END $$;
CREATE TEMP TABLE fast AS SELECT * FROM pg_temp.scores();
SET LOCAL deptperf.force_numeric = on;
CREATE TEMP TABLE slow AS SELECT * FROM pg_temp.scores();
RESET deptperf.force_numeric;

ANALYZE pair, fast, slow;
SELECT is(count(*), :n::bigint, 'every number was tried') FROM fast;
SELECT is_empty($$
    SELECT f.*, s.state, s.points, p.n, p.d FROM fast f JOIN slow s USING (i) JOIN pair p USING (i)
    WHERE (f.state, f.points::text) IS DISTINCT FROM (s.state, s.points::text) LIMIT 10 $$,
    'both paths give the same state and the same text');

-- The share, by the definition of rounding half up to 20 decimals: no number
-- of 20 decimals is nearer, and of two as near it is the upper one.
SELECT is_empty($$
    SELECT f.*, p.n, p.d FROM fast f JOIN pair p USING (i)
    WHERE f.r = 4 AND f.state = 'scored' AND f.i % 3 <> 0 AND f.i % 5 <> 0
      AND NOT (f.points = 0 AND p.n <= 0)
      AND NOT (f.points * p.d - 2 * p.n <= p.d * 0.5e-20 AND f.points * p.d - 2 * p.n > -p.d * 0.5e-20) LIMIT 10 $$,
    'a share is the nearest number of 20 decimals, half up');
-- The bands, by cross-multiplication in SQL.
SELECT is_empty($$
    SELECT f.*, p.n, p.d FROM fast f JOIN pair p USING (i)
    WHERE f.r = 1 AND f.state = 'scored' AND p.d > 0 AND f.points <> CASE
        WHEN p.n >= 0.9 * p.d THEN 1 WHEN p.n >= 0.75 * p.d THEN 0.7 WHEN p.n >= 0.6 * p.d THEN 0.4 ELSE 0 END LIMIT 10 $$,
    'bands compare exactly');
-- Whole steps: 8 - 2k with the k of the definition.
SELECT is_empty($$
    SELECT f.*, p.n, p.d FROM fast f JOIN pair p USING (i)
    WHERE f.r = 7 AND f.state = 'scored' AND p.d > 0 AND f.i % 3 <> 0
      AND f.points <> greatest(0, 8 - 2 * div(greatest(0, p.d - p.n), 0.05 * p.d)) LIMIT 10 $$,
    'whole steps are counted exactly');
-- Sums of facts: the same as sum(), in any order, on either path.
SELECT is_empty($$
    SELECT a.facts, b.sum FROM
        (SELECT deptperf_facts('c', '{"z": 0}', 'n', n, CASE WHEN i % 2 = 0 THEN 'even' END, n) AS facts FROM pair) a,
        (SELECT sum(n), sum(n) FILTER (WHERE i % 2 = 0) AS even, count(*) FROM pair) b,
        (SELECT deptperf_facts('c', '{"z": 0}', 'n', n, CASE WHEN i % 2 = 0 THEN 'even' END, n) AS facts
         FROM (SELECT * FROM pair ORDER BY d, i) q) c
    WHERE (a.facts ->> 'n')::numeric <> b.sum OR (a.facts ->> 'even')::numeric <> b.even
       OR (a.facts ->> 'c')::bigint <> b.count OR a.facts::text <> c.facts::text $$,
    'sums of facts are exact');
SELECT * FROM finish();
ROLLBACK;
