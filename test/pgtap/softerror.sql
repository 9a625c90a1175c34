-- softerror.sql: a bad rule as a soft error, which PostgreSQL has from 16 on:
-- pg_input_is_valid and pg_input_error_info say what the cast raises, and COPY
-- passes over the row.
SELECT current_setting('server_version_num')::int < 160000 AS without_soft_errors,
       current_setting('server_version_num')::int < 170000 AS without_on_error \gset
\if :without_soft_errors
\echo 1..0 # SKIP soft errors came with PostgreSQL 16
\quit
\endif
BEGIN;
SELECT plan(6);

-- What the cast raises; NULL when it takes the text.
CREATE FUNCTION pg_temp.raised(rule text, OUT message text, OUT detail text, OUT hint text, OUT sql_error_code text)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM rule::deptperf_rule;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
        sql_error_code = RETURNED_SQLSTATE;
    detail := nullif(detail, '');
    hint := nullif(hint, '');
END $$;

-- Good rules; each cut off at every place, without each character, and with each
-- changed to another; what only the checks of the whole refuse; the limits.
CREATE TEMP TABLE good (rule text);
INSERT INTO good VALUES
    ('x >= 90%: 1, x >= 75%: 0.7, else 0'), ('x > 100%: invalid, else 1 * x / 75%'), ('5 - 1 per whole 1 over 2'),
    ('x <= 10%: 1, else 1 - 0.1 per started 1% under -5%'), ('x > 0: zero, x < -1: missing, else pass');
CREATE TEMP TABLE tried (rule text);
INSERT INTO tried
SELECT rule FROM good
UNION SELECT left(rule, i) FROM good, generate_series(0, length(rule)) i
UNION SELECT overlay(rule PLACING c FROM i FOR 1) FROM good, generate_series(1, length(rule)) i,
    unnest(ARRAY['', 'x', '0', ' ', '%', ',', ':', '-', '>', '％', '≥', '得']) c
UNION VALUES ('x >= 60%: 0.4, x >= 90%: 1, else 0'), ('x > 0: 1, x < 0: 0'), ('x > 0: zero, else 1'), ('5 - 1 per 0'),
    ('x >= 1234567890123456789012345678901: 1, else 0'), (repeat(' ', 10001)),
    ((SELECT string_agg(format('x = %s: 1', i), ', ') FROM generate_series(1, 101) i) || ', else 0');

SELECT is_empty($$
  SELECT rule, pg_input_is_valid(rule, 'deptperf_rule') FROM tried, pg_temp.raised(rule)
  WHERE pg_input_is_valid(rule, 'deptperf_rule') IS DISTINCT FROM (sql_error_code IS NULL) $$,
  'pg_input_is_valid says what the cast does');
SELECT is_empty($$
  SELECT rule, i, r FROM tried, pg_input_error_info(rule, 'deptperf_rule') i, pg_temp.raised(rule) r
  WHERE (i.message, i.detail, i.hint, i.sql_error_code) IS DISTINCT FROM (r.message, r.detail, r.hint, r.sql_error_code) $$,
  'pg_input_error_info gives message, detail, hint and code of the cast''s error');
SELECT ok(count(*) FILTER (WHERE pg_input_is_valid(rule, 'deptperf_rule')) > 100
      AND count(DISTINCT sql_error_code) >= 2 AND count(DISTINCT split_part(detail, ' where ', 2)) > 10,
          format('among them are good ones and %s different errors', count(DISTINCT (message, detail))))
FROM tried, pg_input_error_info(rule, 'deptperf_rule');
SELECT is((i.message, i.detail, i.sql_error_code),
          ('rule "x >= 60%: 0.4, x >= 90%: 1, else 0" has a branch that can never be reached'::text,
           'Branch 2, at character 16, is x >= 90%; branch 1, x >= 60%, already covers it.'::text, '22P02'::text), 'one in full')
FROM pg_input_error_info('x >= 60%: 0.4, x >= 90%: 1, else 0', 'deptperf_rule') i;
SELECT is(pg_input_is_valid('{1 * x,"x > 0: 1"}', 'deptperf_rule[]'), false, 'so does an array of rules');

\if :without_on_error
SELECT skip('COPY has ON_ERROR from PostgreSQL 17 on', 1);
\else
CREATE TEMP TABLE copied (n int, rule deptperf_rule);
SET LOCAL client_min_messages = warning;
COPY copied FROM STDIN (ON_ERROR ignore);
1	x >= 90%: 1, else 0
2	x >= 90%: 1
3	x >= 90%: 1 else 0
4	1*x
\.
SELECT results_eq('SELECT n, rule::text FROM copied ORDER BY n', $$VALUES (1, 'x >= 90%: 1, else 0'), (4, '1 * x')$$,
                  'COPY with ON_ERROR ignore takes the good rows');
\endif

SELECT * FROM finish();
ROLLBACK;
