-- target_share.sql: deptperf_target_share: each rule's share worked out by hand,
-- what is not known, what is refused.
BEGIN;
SELECT plan(8);

-- numerator/denominator, 'null', or 'SQLSTATE message / detail'.
CREATE FUNCTION pg_temp.gives(comparison text, target numeric, upper numeric, actual numeric, reverse text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    s record; message text; detail text;
BEGIN
    SELECT * INTO s FROM deptperf_target_share(comparison, target, upper, actual, reverse);
    RETURN CASE WHEN num_nulls(s.numerator, s.denominator) = 2 THEN 'null' ELSE s.numerator || '/' || s.denominator END;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' / ', SQLSTATE || ' ' || message, nullif(detail, ''));
END $$;

CREATE TEMP TABLE share (comparison text, target numeric, upper numeric, actual numeric, reverse text, want text);
INSERT INTO share VALUES
  -- at least: met is all, else actual / target, a negative actual is nothing
  ('>=', 100, NULL, 100, 'difference', '1/1'), ('>=', 100, NULL, 150, 'difference', '1/1'), ('>=', 100, NULL, 95, 'difference', '95/100'), ('>=', 3, NULL, 1, 'difference', '1/3'),
  ('>=', 0.95, NULL, 0.9, 'quotient', '0.9/0.95'), ('>=', 100, NULL, 0, 'difference', '0/1'), ('>=', 100, NULL, -5, 'difference', '0/1'),
  ('>=', 0, NULL, 0, 'difference', '1/1'), ('>=', 0, NULL, 7, 'difference', '1/1'), ('>=', 0, NULL, -1, 'difference', '0/1'),
  -- above: at the target the ratio is whole, at target 0 it is none
  ('>', 90, NULL, 91, 'difference', '1/1'), ('>', 90, NULL, 90, 'difference', '90/90'), ('>', 90, NULL, 45, 'difference', '45/90'),
  ('>', 0, NULL, 0.01, 'difference', '1/1'), ('>', 0, NULL, 0, 'difference', '0/1'), ('>', 0, NULL, -1, 'difference', '0/1'),
  -- equal: else as at least; target 0 is met up to 0
  ('=', 2228, NULL, 2228, 'difference', '1/1'), ('=', 2228, NULL, 2229, 'difference', '1/1'), ('=', 2228, NULL, 1114, 'difference', '1114/2228'), ('=', 5, NULL, -5, 'difference', '0/1'),
  ('=', 0, NULL, 0, 'difference', '1/1'), ('=', 0, NULL, -2, 'difference', '1/1'), ('=', 0, NULL, 1, 'difference', '0/1'),
  -- at most, by difference: 1 - (36 - 30) / 30 = 24 / 30; nothing from twice the target
  ('<=', 30, NULL, 30, 'difference', '1/1'), ('<=', 30, NULL, -5, 'difference', '1/1'), ('<=', 30, NULL, 36, 'difference', '24/30'), ('<=', 30, NULL, 59.99, 'difference', '0.01/30'),
  ('<=', 30, NULL, 60, 'difference', '0/1'), ('<=', 30, NULL, 90, 'difference', '0/1'), ('<=', 0, NULL, 0, 'difference', '1/1'), ('<=', 0, NULL, -1, 'difference', '1/1'), ('<=', 0, NULL, 0.5, 'difference', '0/1'),
  -- at most, by quotient: 30 / 36
  ('<=', 30, NULL, 30, 'quotient', '1/1'), ('<=', 30, NULL, 36, 'quotient', '30/36'), ('<=', 30, NULL, 90, 'quotient', '30/90'), ('<=', 0, NULL, 0, 'quotient', '1/1'), ('<=', 0, NULL, 5, 'quotient', '0/1'),
  -- below: at the target both formulas are whole
  ('<', 5, NULL, 4.99, 'difference', '1/1'), ('<', 5, NULL, 5, 'difference', '5/5'), ('<', 5, NULL, 5, 'quotient', '5/5'), ('<', 5, NULL, 6, 'difference', '4/5'), ('<', 5, NULL, 6, 'quotient', '5/6'),
  ('<', 0, NULL, 0, 'difference', '1/1'), ('<', 0, NULL, 1, 'quotient', '0/1'),
  -- between: below as at least its lower number, above as at most its upper
  ('between', 10, 20, 10, 'difference', '1/1'), ('between', 10, 20, 15, 'difference', '1/1'), ('between', 10, 20, 20, 'difference', '1/1'), ('between', 10, 20, 8, 'difference', '8/10'),
  ('between', 10, 20, -8, 'difference', '0/1'), ('between', 10, 20, 25, 'difference', '15/20'), ('between', 10, 20, 25, 'quotient', '20/25'), ('between', 10, 20, 40, 'difference', '0/1'),
  ('between', 0, 5, -1, 'difference', '0/1'), ('between', -5, 0, 1, 'difference', '0/1'), ('between', -5, 5, 0, 'difference', '1/1'), ('between', -5, 5, 6, 'difference', '4/5'), ('between', 10, 10, 10, 'difference', '1/1'),
  -- a target below 0: met is met, missed is not known
  ('>=', -3, NULL, -2, 'difference', '1/1'), ('>=', -3, NULL, -5, 'difference', 'null'), ('>', -3, NULL, -3, 'difference', 'null'), ('=', -3, NULL, -3, 'difference', '1/1'), ('=', -3, NULL, -4, 'difference', 'null'),
  ('<=', -3, NULL, -4, 'difference', '1/1'), ('<=', -3, NULL, -2, 'difference', 'null'), ('<=', -3, NULL, 2, 'quotient', 'null'), ('between', -5, 5, -6, 'difference', 'null'), ('between', -5, -3, 0, 'difference', 'null'),
  -- what is to be judged, and what was not said
  ('qualitative', NULL, NULL, 5, 'difference', 'null'), ('qualitative', 5, NULL, 5, 'difference', 'null'), (NULL, 5, NULL, 5, 'difference', 'null'), ('>=', NULL, NULL, 5, 'difference', 'null'),
  ('>=', 5, NULL, NULL, 'difference', 'null'), ('between', 5, NULL, 6, 'difference', 'null'), ('>=', 5, NULL, 6, NULL, 'null'), ('>=', 5, 1, 5, 'difference', '1/1'),
  -- refused
  ('≥', 5, NULL, 5, 'difference', '22023 comparison "≥" is not known / It is one of >=, >, =, <=, <, between and qualitative.'), ('>= ', 5, NULL, 5, 'difference', '22023 comparison ">= " is not known / It is one of >=, >, =, <=, <, between and qualitative.'),
  ('<=', 5, NULL, 5, 'ratio', '22023 reverse "ratio" is not known / It is difference or quotient.'),
  ('>=', 'NaN', NULL, 5, 'difference', '22003 target NaN gives no share / It must be a finite number of at most 1000 digits on either side of the point.'),
  ('>=', 5, NULL, 'NaN', 'difference', '22003 actual NaN gives no share / It must be a finite number of at most 1000 digits on either side of the point.'),
  ('<=', 5, NULL, 'Infinity', 'difference', '22003 actual Infinity gives no share / It must be a finite number of at most 1000 digits on either side of the point.'),
  ('between', 5, '-Infinity', 5, 'difference', '22003 upper -Infinity gives no share / It must be a finite number of at most 1000 digits on either side of the point.'),
  ('between', 20, 10, 15, 'difference', '22023 target 20 is above upper 10');

SELECT is_empty($$ SELECT s.*, got FROM share s, pg_temp.gives(comparison, target, upper, actual, reverse) AS got WHERE got <> want $$, 'each rule gives the share that it says');
SELECT is((SELECT row(s.*)::text FROM deptperf_target_share('<=', 30, NULL, 36) s), '(24,30)', 'reverse is difference where it is left out');

-- Both ways to calculate give the same.
SET LOCAL deptperf.force_numeric = on;
SELECT is_empty($$ SELECT s.*, got FROM share s, pg_temp.gives(comparison, target, upper, actual, reverse) AS got WHERE got <> want $$, 'and with numeric alone');
RESET deptperf.force_numeric;

-- Over a grid: a share is between 0 and 1, is 1 where the comparison holds, and
-- never falls when the actual value comes nearer.
CREATE TEMP TABLE grid AS
SELECT c, r, t, u, a, s.numerator / s.denominator AS share, s.denominator
FROM unnest('{>=,>,=,<=,<,between}'::text[]) AS c, unnest('{difference,quotient}'::text[]) AS r, unnest('{0,0.5,1,3,7}'::numeric[]) AS t,
     generate_series(-4, 20, 0.25) AS a, LATERAL (SELECT t + 2) AS v(u), deptperf_target_share(c, t, u, a, r) AS s;
SELECT is_empty($$ SELECT * FROM grid WHERE share IS NULL OR NOT share BETWEEN 0 AND 1 OR denominator <= 0 $$, 'a share is between 0 and 1');
SELECT is_empty($$
  SELECT * FROM grid WHERE share <> 1 AND CASE c WHEN '>=' THEN a >= t WHEN '>' THEN a > t WHEN '=' THEN a = t WHEN '<=' THEN a <= t WHEN '<' THEN a < t ELSE a BETWEEN t AND u END $$,
  'a target that is met earns all');
SELECT is_empty($$
  SELECT * FROM (SELECT *, lag(share) OVER (PARTITION BY c, r, t ORDER BY a) AS before FROM grid) AS g
  WHERE CASE WHEN c IN ('>=', '>') OR (c = '=' AND t > 0) OR (c = 'between' AND a <= u) THEN share < before ELSE share > before END $$,
  'and no miss earns more than a smaller one');

-- Together with deptperf_target: 20 points each, rounded once.
-- 94.5 of 95 %: 20 * 0.945 / 0.95 = 19.8947; 33万元 for at most 30: 20 * 27 / 30 = 18;
-- 1,114 of 2,228: 10; 12 days for 5 to 10: 20 * 8 / 10 = 16; 及时 is judged.
SELECT results_eq($$
  SELECT written, round(20 * s.numerator / s.denominator, 2)
  FROM (VALUES ('≥95%', 0.945), ('≤30 万元', 330000), ('2228宗(有债权1114宗、无债权1115宗)', 1114), ('5-10天', 12), ('及时', NULL)) AS v(written, actual),
       deptperf_target(written) AS t, deptperf_target_share(t.comparison, t.target, t.upper, actual) AS s $$,
  $$ VALUES ('≥95%', 19.89), ('≤30 万元', 18.00), ('2228宗(有债权1114宗、无债权1115宗)', 10.00), ('5-10天', 16.00), ('及时', NULL) $$,
  'targets as written and actual values give points');
SELECT is(pg_temp.gives('<=', 123456789012345678901234567890.123, NULL, 123456789012345678901234567890.124, 'difference'),
          '123456789012345678901234567890.122/123456789012345678901234567890.123', 'long numbers stay exact');

SELECT * FROM finish();
ROLLBACK;
