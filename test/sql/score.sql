-- What a rule does with a number: deptperf_score and deptperf_state.

-- Bands, exactly on a bound and beside it; a rounded quotient would say 90 %.
SELECT n, d, deptperf_score('x >= 90%: 1, x >= 75%: 0.7, x >= 60%: 0.4, else 0', n, d)
FROM (VALUES (90, 100), (89.999, 100), (75, 100), (74.999, 100), (60, 100), (59.999, 100),
    (899999999999.99, 1000000000000), (900000000000, 1000000000000),
    (899999999999999999999999999999, 1000000000000000000000000000000),
    (900000000000000000000000000000, 1000000000000000000000000000000)) v (n, d);

-- Shares: zero when over; at most the points; never below 0.
SELECT deptperf_score('x > 100%: 0, else 1 * x', 5392.12, 7099.88, 1, 6) AS share,
       deptperf_score('x > 100%: 0, else 1 * x', 7099.88, 7099.88) AS whole,
       deptperf_score('x > 100%: 0, else 1 * x', 7099.89, 7099.88) AS over,
       deptperf_score('1 * x / 75%', 60, 100) AS pace, deptperf_score('1 * x / 75%', 90, 100) AS ahead,
       deptperf_score('1 * x / 75%', 90, 100, 1) AS capped, deptperf_score('1 * x', -5, 100) AS refund;

-- Slopes: linear, whole and started steps. One whole step counts once in all three.
SELECT x, deptperf_score('x <= 10%: 1, else 1 - 0.1 per 1% over 10%', x) AS linear,
       deptperf_score('5 - 1 per whole 5% over 10%', x) AS whole,
       deptperf_score('5 - 1 per started 5% over 10%', x) AS started
FROM unnest('{0,0.1,0.1001,0.12,0.15,0.1500001,0.2,1}'::numeric[]) x;
SELECT x, deptperf_score('x >= 100%: 8, else 8 - 2 per whole 5% under 100%', x) AS hunan,
       deptperf_score('x >= 100%: 100 + 5 per 5% over 100%, else 100 - 5 per 5% under 100%', x) AS corporate,
       deptperf_score('5 - 1 per 1', x) AS deduct
FROM unnest('{1.1,1,0.96,0.95,0.949,0.8,0}'::numeric[]) x;

-- 0/0 and missing are NULL, n/0 lies above or below every bound.
SELECT deptperf_score('1 * x', 0, 0) AS empty, deptperf_score('x >= 3: 1, else missing', 2) AS missing,
       deptperf_score('x >= 90%: 1, else 0', 5, 0) AS above, deptperf_score('x >= 90%: 1, else 0', -5, 0) AS below,
       deptperf_score(NULL, 1, 1) AS no_rule, deptperf_score('1 * x', NULL, 1) AS no_n,
       deptperf_score('1 * x', 1, NULL) AS no_d, deptperf_score('1 * x', NULL::numeric) AS no_x;

-- Rounding: half up, once, to the scale or to 20 decimals.
SELECT deptperf_score('1 * x', 1, 3) AS third, deptperf_score('1 * x', 2, 3) AS two_thirds,
       deptperf_score('1 * x', 1, 200, NULL, 2) AS half_up, deptperf_score('1 * x', 99, 20000, NULL, 2) AS below_half,
       deptperf_score('1 * x', 1, 2, NULL, 0) AS whole, deptperf_score('1 * x', 1, 4, NULL, 5) AS longer;

-- Far beyond 128 bits.
SELECT deptperf_score('1 * x', 1e50 + 1, 1e50, NULL, 60) AS big,
       deptperf_score('x > 1: 1, else 0', 1e200 + 1, 1e200) AS just_above,
       deptperf_score('x > 1: 1, else 0', 1e200, 1e200) AS equal;
SELECT deptperf_score('x > 1: 1, else 0', 1e-200, 1e200) AS tiny, deptperf_score('5 - 1 per whole 1', 3e-40, 1e-40) AS steps;

-- State says beforehand what score will do: a number, NULL or an error.
CREATE FUNCTION try(rule deptperf_rule, n numeric, d numeric) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; points numeric;
BEGIN
    points := deptperf_score(rule, n, d);
    RETURN coalesce(points::text, 'NULL');
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || message || ' | ' || detail;
END $$;
SELECT rule, left(n::text, 12) AS n, d, deptperf_state(rule::deptperf_rule, n, d), try(rule::deptperf_rule, n, d) FROM (VALUES
    (1, '1 * x', 1::numeric, 2::numeric), (2, '1 * x', 0, 0), (3, '1 * x', 5, 0), (4, '1 * x', -5, 0), (5, '1 * x', 1, -2),
    (6, '1 * x', 0, -2), (7, '1 * x', 'NaN', 1), (8, '1 * x', 1, 'Infinity'), (9, '1 * x', '-Infinity', 1),
    (10, '1 * x', NULL, 1), (11, '1 * x', 1, NULL), (12, 'x < 0: invalid, else 1 * x', -1, 100),
    (13, 'x < 0: invalid, x > 100%: 0, else 1 * x', 5, 0), (14, 'x >= 3: pass, else missing', 2, 1),
    (15, 'x >= 3: pass, else missing', 3, 1), (16, 'x > 0: zero, else pass', 1, 1),
    (17, '5 - 1 per 1', 3, 0), (18, 'missing', 1, 1), (19, '1 * x', 1e1001, 1)
) AS v (i, rule, n, d) ORDER BY i;
DROP FUNCTION try;
SELECT deptperf_score('1 * x', 1, 2, -1);
SELECT deptperf_score('1 * x', 1, 2, NULL, -1);
SELECT deptperf_score('1 * x', 'NaN'::numeric);

-- The same by the numeric path as by 128 bits.
CREATE TABLE both_ways AS SELECT n, d, rule::deptperf_rule::text AS rule
FROM unnest('{0,1,0.5,99.99,-3.25,1e12,123456789.12}'::numeric[]) n, unnest('{0,1,3,0.07,1e13,7099.88}'::numeric[]) d,
    unnest(ARRAY['x > 100%: 0, else 1 * x', '5 - 1 per whole 5% over 10%', 'x >= 90%: 1, else 0', '8 - 4 per 1']) rule
WHERE deptperf_state(rule::deptperf_rule, n, d) = 'scored';
CREATE TABLE small AS SELECT *, deptperf_score(rule::deptperf_rule, n, d) AS points FROM both_ways;
SET deptperf.force_numeric = on;
SELECT s.* , deptperf_score(rule::deptperf_rule, n, d) FROM small s WHERE deptperf_score(rule::deptperf_rule, n, d)::text <> points::text;
RESET deptperf.force_numeric;
SELECT count(*) > 100 AS compared FROM small;
DROP TABLE both_ways, small;
