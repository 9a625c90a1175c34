-- scalar.sql: the 21 indicator functions and deptperf_grade(score), on plain
-- numbers: points, rounding, NULL and missing, what raises and what the error
-- shows, and how the functions are marked.  (Exact bounds: boundary.sql.)
BEGIN;
SELECT plan(17);

-- What a call gives: its value, 'null', or 'SQLSTATE message / detail'.
CREATE FUNCTION pg_temp.gives(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; message text; detail text;
BEGIN
    EXECUTE 'SELECT (' || call || ')::text' INTO result;
    RETURN coalesce(result, 'null');
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' / ', SQLSTATE || ' ' || message, nullif(detail, ''));
END $$;

-- The same for calls that should give a number, without trailing zeros.
CREATE FUNCTION pg_temp.points(call text) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.gives('trim_scale(' || call || ')') $$;

-- One call of each function that gives full points.  kinds, a letter for each
-- argument: j judged (0 … the value here, its maximum), n never negative,
-- p payments (either sign), b boolean.
CREATE TEMP TABLE sample (fn text, names text[], args text[], kinds text, points numeric);
INSERT INTO sample VALUES
  ('deptperf_budget_rationality',     '{fit,split,detail,classification,flexibility}', '{1,1,1,1,1}', 'jjjjj', 5),
  ('deptperf_budget_compliance',      '{nonconformities}', '{0}', 'n', 5),
  ('deptperf_target_completeness',    '{nonconformities}', '{0}', 'n', 3),
  ('deptperf_target_clarity',         '{breakdown,benefit,measurable,quantified,basis}', '{2,2,1,1,1}', 'jjjjj', 7),
  ('deptperf_procurement_execution',  '{actual,planned,policy}', '{100,100,1}', 'nnj', 2),
  ('deptperf_financial_compliance',   '{spending,adjusted_amount,budget_initial,accounting,violations}', '{1,0,100,1,0}', 'jnnjn', 3),
  ('deptperf_disclosure',             '{budget_level,final_accounts_level,classified}', '{2,2,false}', 'nnb', 3),
  ('deptperf_project_procedure',      '{approval,conduct}', '{1,1}', 'jj', 2),
  ('deptperf_project_supervision',    '{mechanism,inspection}', '{1,1}', 'jj', 2),
  ('deptperf_asset_safety',           '{keeping,disposal}', '{1,1}', 'jj', 2),
  ('deptperf_asset_utilization',      '{in_use,total}', '{100,100}', 'nn', 1),
  ('deptperf_staffing_control',       '{on_establishment,establishment}', '{100,100}', 'nn', 1),
  ('deptperf_external_staff_control', '{external,on_establishment}', '{0,100}', 'nn', 1),
  ('deptperf_management_system',      '{rules,carried_out,integration}', '{0.5,1.5,1}', 'jjj', 3),
  ('deptperf_public_expense_control', '{three_public_paid,three_public_budget,public_paid,public_budget}', '{0,100,0,100}', 'pnpn', 6),
  ('deptperf_budget_execution',       '{paid_q1,paid_q2,paid_q3,paid_q4,budget_adjusted}', '{25,25,25,25,100}', 'ppppn', 6),
  ('deptperf_key_tasks',              '{missed}', '{0}', 'n', 8),
  ('deptperf_project_timeliness',     '{on_time,planned}', '{100,100}', 'nn', 6),
  ('deptperf_benefit',                '{earned,weight,aspects}', '{100,100,3}', 'nnn', 25),
  ('deptperf_petitions',              '{mechanism,received,answered,answered_in_time}', '{1,100,100,100}', 'jnnn', 3),
  ('deptperf_satisfaction',           '{satisfied,respondents}', '{95,100}', 'nn', 6);

-- The call of a function with its i-th argument replaced.
CREATE FUNCTION pg_temp.call(sample, i int, arg text) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s(%s)', ($1).fn, string_agg(CASE WHEN n = i THEN arg ELSE a END, ', ' ORDER BY n))
  FROM unnest(($1).args) WITH ORDINALITY AS u(a, n)
$$;

-- Every argument of every function, with its kind and its value above.
CREATE TEMP VIEW arg AS
  SELECT s AS f, i, names[i] AS name, substr(kinds, i, 1) AS kind, args[i] AS value
  FROM sample AS s, generate_series(1, cardinality(args)) AS i;

SELECT is_empty($$
  SELECT call, points AS want, got
  FROM sample AS s, pg_temp.call(s, 0, '') AS call, pg_temp.points(call) AS got
  WHERE got <> points::text $$,
  'each of the 21 functions can give its full points');

SELECT is((SELECT sum(points) FROM sample), 100::numeric, 'which are 100 together');

SELECT is_empty($$
  SELECT fn, f.names AS want, (SELECT array_agg(p.proargnames) FROM pg_proc p WHERE p.proname = fn) AS got
  FROM sample AS f
  WHERE (SELECT count(*) FROM pg_proc p WHERE p.proname = fn AND p.proargnames = f.names
           AND p.prorettype = 'numeric'::regtype AND p.prokind = 'f') <> 1
     OR (SELECT count(*) FROM pg_proc p WHERE p.proname = fn) <> 1 $$,
  'each exists once, with the argument names of the contract, and returns numeric');

SELECT is_empty($$
  SELECT p.oid::regprocedure, provolatile, proparallel, prosecdef, proleakproof
  FROM pg_proc p
  WHERE (p.proname IN (SELECT fn FROM sample) OR p.oid = to_regprocedure('deptperf_grade(numeric)'))
    AND (provolatile <> 'i' OR proparallel <> 's' OR prosecdef OR proleakproof) $$,
  'they are immutable and parallel safe, and neither security definer nor leakproof');

SELECT is_empty($$
  SELECT p.oid::regprocedure, prosecdef, proleakproof
  FROM pg_proc p
  JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
  WHERE e.extname = 'deptperf' AND (prosecdef OR proleakproof) $$,
  'no function of the extension is security definer or leakproof');

SELECT is_empty($$
  SELECT call, got FROM arg, pg_temp.call(f, i, 'NULL') AS call, pg_temp.gives(call) AS got
  WHERE got <> 'null' $$,
  'NULL in any argument gives NULL');

-- The points, worked out by hand.  NULL: the call gives NULL (missing).
CREATE TEMP TABLE want (call text, points numeric);
INSERT INTO want VALUES
  ('deptperf_budget_rationality(1, 0.5, 0.25, 0, 1)', 2.75),
  ('deptperf_budget_rationality(0.001, 0.001, 0.001, 0.001, 0.001)', 0.01),  -- the sum 0.005 is rounded, not five times 0.00
  ('deptperf_budget_rationality(0.001, 0.001, 0.001, 0.001, 0.000999)', 0),  -- 0.004999
  ('deptperf_budget_compliance(1)', 4),
  ('deptperf_budget_compliance(5)', 0),
  ('deptperf_budget_compliance(6)', 0),
  ('deptperf_budget_compliance(1e100)', 0),
  ('deptperf_target_completeness(2)', 1),
  ('deptperf_target_completeness(3)', 0),
  ('deptperf_target_completeness(99)', 0),
  ('deptperf_target_clarity(1.5, 0, 1, 0.335, 0)', 2.84),          -- 2.835
  ('deptperf_procurement_execution(5392.12, 7099.88, 1)', 1.76),   -- 0.75946636… + 1
  ('deptperf_procurement_execution(101, 100, 0.5)', 0.5),          -- over the plan: nothing for that item
  ('deptperf_procurement_execution(0, 100, 0)', 0),
  ('deptperf_procurement_execution(0, 0, 0)', 1),                  -- 0/0: full
  ('deptperf_procurement_execution(5, 0, 1)', 1),                  -- above every bound
  ('deptperf_procurement_execution(1, 3, 0.3317)', 0.67),          -- 0.665033…; rounded apart it would be 0.66
  ('deptperf_procurement_execution(1, 200, 0)', 0.01),             -- 0.005
  ('deptperf_procurement_execution(1, 201, 0)', 0),                -- 0.004975…
  ('deptperf_procurement_execution(1e-50, 3e-50, 0)', 0.33),
  ('deptperf_procurement_execution(1e100, 3e100, 0)', 0.33),
  ('deptperf_financial_compliance(1, 215434.15, 372935.07, 1, 0)', 2),   -- 57.77 %: 1 - 0.1 * 47.77 is below 0
  ('deptperf_financial_compliance(1, 15, 100, 1, 0)', 2.5),
  ('deptperf_financial_compliance(1, 15.05, 100, 1, 0)', 2.5),           -- 2.495
  ('deptperf_financial_compliance(0, 19.99, 100, 0, 0)', 0),             -- 0.001
  ('deptperf_financial_compliance(0, 10.05, 100, 0, 0)', 1),             -- 0.995
  ('deptperf_financial_compliance(0, 10.06, 100, 0, 0)', 0.99),          -- 0.994
  ('deptperf_financial_compliance(0.5, 0, 100, 0.25, 0)', 1.75),
  ('deptperf_financial_compliance(1, 0, 100, 1, 1)', 0),                 -- vetoed
  ('deptperf_financial_compliance(1, 0, 0, 1, 0)', NULL),                -- 0/0: missing
  ('deptperf_financial_compliance(1, 0, 0, 1, 1)', 0),                   -- vetoed at once, though an item is missing
  ('deptperf_disclosure(2, 2)', 3),
  ('deptperf_disclosure(1, 1)', 2),
  ('deptperf_disclosure(2, 0)', 1.5),
  ('deptperf_disclosure(0, 1)', 1),
  ('deptperf_disclosure(0, 0)', 0),
  ('deptperf_disclosure(0, 0, true)', 3),                                -- need not publish
  ('deptperf_disclosure(budget_level => 1, final_accounts_level => 2, classified => false)', 2.5),
  ('deptperf_project_procedure(0.4, 0.004)', 0.4),
  ('deptperf_project_procedure(0, 0)', 0),
  ('deptperf_project_supervision(1, 0)', 1),
  ('deptperf_asset_safety(0.335, 0.33)', 0.67),                          -- 0.665
  ('deptperf_asset_utilization(83402.62, 121409.27)', 0.4),              -- 68.70 %
  ('deptperf_asset_utilization(41091.21, 77982.43)', 0),                 -- 52.69 %
  ('deptperf_asset_utilization(0, 5)', 0),
  ('deptperf_asset_utilization(0, 0)', 1),                               -- 0/0: full
  ('deptperf_staffing_control(755, 793)', 1),
  ('deptperf_staffing_control(794, 793)', 0),
  ('deptperf_staffing_control(0, 0)', 1),
  ('deptperf_staffing_control(5, 0)', 0),
  ('deptperf_external_staff_control(503, 755)', 0),                      -- 39.98 %
  ('deptperf_external_staff_control(5, 0)', 0),                          -- 100 %
  ('deptperf_external_staff_control(0, 0)', NULL),
  ('deptperf_management_system(0.25, 1, 0)', 1.25),
  ('deptperf_public_expense_control(45.92, 90.07, 4373.66, 5032.05)', 6),
  ('deptperf_public_expense_control(95, 100, 50, 100)', 5),
  ('deptperf_public_expense_control(101, 100, 101, 100)', 0),
  ('deptperf_public_expense_control(0, 0, 0, 0)', 6),                    -- 0/0: full, twice
  ('deptperf_public_expense_control(1, 0, 0, 0)', 3),                    -- spent without a budget
  ('deptperf_public_expense_control(-1, 100, -1, 0)', 6),                -- net refunds: nothing overspent
  ('deptperf_budget_execution(228317.64, 280178.47, 12336.82, 55211.83, 584600.79)', 5.99),  -- 1 + 1 + 1 + 0.98536432… + 2
  ('deptperf_budget_execution(10, 10, 10, 10, 100)', 2.4),               -- 4 * 0.4 + 2 * 0.4
  ('deptperf_budget_execution(100, 0, 0, 0, 100)', 6),                   -- mean 208.33 %, capped
  ('deptperf_budget_execution(0, 0, 0, 0, 100)', 0),
  ('deptperf_budget_execution(-10, 60, 25, 25, 100)', 4.3),              -- 0 + 1 + 1 + 1 + 2 * 780/1200
  ('deptperf_budget_execution(0, 0, 0, 50, 100)', 0.75),                 -- 0.5 + 2 * 150/1200
  ('deptperf_budget_execution(-10, 0, 0, 0, 100)', 0),
  ('deptperf_budget_execution(0, 0, 0, 0, 0)', NULL),
  ('deptperf_key_tasks(1)', 4),
  ('deptperf_key_tasks(2)', 0),
  ('deptperf_key_tasks(3)', 0),
  ('deptperf_project_timeliness(125, 137)', 5.47),                       -- 750/137 = 5.4744…
  ('deptperf_project_timeliness(1, 16)', 0.38),                          -- 0.375
  ('deptperf_project_timeliness(3, 16)', 1.13),                          -- 1.125
  ('deptperf_project_timeliness(1, 48)', 0.13),                          -- 0.125
  ('deptperf_project_timeliness(0, 0)', 6),
  ('deptperf_project_timeliness(0, 7)', 0),
  ('deptperf_benefit(80, 100, 3)', 20),
  ('deptperf_benefit(1, 200, 4)', 0.13),                                 -- 0.125
  ('deptperf_benefit(1, 3, 3)', 8.33),
  ('deptperf_benefit(0, 100, 3)', 0),
  ('deptperf_benefit(100, 100, 2)', NULL),                               -- three aspects are due
  ('deptperf_benefit(100, 100, 0)', NULL),
  ('deptperf_benefit(0, 0, 3)', NULL),
  ('deptperf_petitions(1, 41298, 41298, 41298)', 3),
  ('deptperf_petitions(0.5, 100, 100, 99)', 1.5),
  ('deptperf_petitions(1, 100, 99, 99)', 1),
  ('deptperf_petitions(0, 0, 0, 0)', 2),                                 -- 0/0: full, twice
  ('deptperf_satisfaction(93, 100)', 4),
  ('deptperf_satisfaction(81, 100)', 2),
  ('deptperf_satisfaction(0, 100)', 1),
  ('deptperf_satisfaction(0, 0)', NULL);

SELECT is_empty($$
  SELECT call, coalesce(points::text, 'null') AS want, got
  FROM want, pg_temp.points(call) AS got
  WHERE got <> coalesce(trim_scale(points)::text, 'null') $$,
  'points, missing ones and rounding half up to 2 decimals');

-- Errors are of class 22 (data exception) and show the number.
SELECT is_empty($$
  SELECT call, got
  FROM arg, unnest('{NaN,Infinity,-Infinity}'::text[]) AS bad,
       pg_temp.call(f, i, quote_literal(bad)) AS call, pg_temp.gives(call) AS got
  WHERE kind <> 'b' AND got !~* ('^22.*' || bad) $$,
  'NaN and infinities raise an error in every argument, and it shows them');

SELECT is_empty($$
  SELECT call, got FROM arg, pg_temp.call(f, i, '-1.25') AS call, pg_temp.gives(call) AS got
  WHERE kind IN ('j', 'n') AND got !~ '^22.*-1\.25' $$,
  'negatives raise an error wherever they make no sense');

SELECT is_empty($$
  SELECT call, got FROM arg, pg_temp.call(f, i, '-0.01') AS call, pg_temp.gives(call) AS got
  WHERE kind = 'p' AND got ~ '^22' $$,
  'but payments may be negative');

SELECT is_empty($$
  SELECT call, got
  FROM arg, CAST(CASE kind WHEN 'j' THEN value::numeric + 0.000001 END AS text) AS bad,
       pg_temp.call(f, i, bad) AS call, pg_temp.gives(call) AS got
  WHERE kind = 'j' AND got !~ ('^22.*' || replace(bad, '.', '\.')) $$,
  'judged points just above their maximum raise an error that shows them');

CREATE TEMP TABLE contradiction (call text, numbers text[]);
INSERT INTO contradiction VALUES
  ('deptperf_financial_compliance(1, 5.5, 0, 1, 0)', '{5.5,0}'),     -- no slope from an infinite ratio
  ('deptperf_financial_compliance(1, 5.5, -7, 1, 0)', '{-7}'),
  ('deptperf_disclosure(3, 2)', '{3,2}'),
  ('deptperf_disclosure(2, 2.5)', '{2.5,2}'),
  ('deptperf_asset_utilization(101.5, 100.25)', '{101.5,100.25}'),
  ('deptperf_asset_utilization(5.5, 0)', '{5.5,0}'),
  ('deptperf_asset_utilization(100000000000000000000000000001, 100000000000000000000000000000)',
   '{100000000000000000000000000001,100000000000000000000000000000}'),
  ('deptperf_budget_execution(7.5, 0, 0, 0, 0)', '{7.5,0}'),
  ('deptperf_budget_execution(-7.5, 0, 0, 0, 0)', '{-7.5,0}'),
  ('deptperf_budget_execution(7.5, 0, 0, 0, -3)', '{-3}'),
  ('deptperf_public_expense_control(1, -3, 1, 100)', '{-3}'),
  ('deptperf_public_expense_control(1, 100, 1, -4)', '{-4}'),
  ('deptperf_project_timeliness(138, 137)', '{138,137}'),
  ('deptperf_project_timeliness(3, 0)', '{3,0}'),
  ('deptperf_benefit(101, 100.5, 3)', '{101,100.5}'),
  ('deptperf_benefit(3, 0, 3)', '{3,0}'),
  ('deptperf_petitions(1, 100, 101, 100)', '{101,100}'),
  ('deptperf_petitions(1, 100, 100, 103)', '{103,100}'),
  ('deptperf_petitions(1, 0, 3, 0)', '{3,0}'),
  ('deptperf_satisfaction(101, 100)', '{101,100}'),
  ('deptperf_satisfaction(3, 0)', '{3,0}');

SELECT is_empty($$
  SELECT call, number AS "not shown", got
  FROM contradiction, unnest(numbers) AS number, pg_temp.gives(call) AS got
  WHERE got !~ ('^22.*(^|[^0-9.])' || replace(number, '.', '\.') || '(\.0+)?([^0-9]|$)') $$,
  'contradictions raise an error that shows the numbers');

-- The grade.
SELECT is_empty($$
  SELECT score, want, got
  FROM (VALUES (0::numeric, '差'), (59.99, '差'), (60, '中'), (79.99, '中'), (80, '良'), (89.99, '良'),
               (89.999999999999, '良'), (90, '优'), (96.62, '优'), (100, '优'), (100.000, '优')) AS v(score, want),
       pg_temp.gives(format('deptperf_grade(%s)', score)) AS got
  WHERE got <> want $$,
  'deptperf_grade: 优 良 中 差');

SELECT is(deptperf_grade(NULL::numeric), NULL, 'deptperf_grade: NULL in gives NULL');

SELECT is_empty($$
  SELECT score, got
  FROM unnest('{-0.01,100.01,1e30,NaN,Infinity,-Infinity}'::text[]) AS score,
       pg_temp.gives(format('deptperf_grade(%L::numeric)', score)) AS got
  WHERE got !~* ('^22.*' || CASE score WHEN '1e30' THEN '1000000' ELSE replace(score, '.', '\.') END) $$,
  'deptperf_grade: below 0, above 100, NaN and infinities raise an error that shows the score');

SELECT is_empty($$
  SELECT call, got
  FROM unnest('{"deptperf_asset_utilization(90::int, 100::int)",
                "deptperf_asset_utilization(90::smallint, 100::bigint)",
                "deptperf_asset_utilization(90::numeric(10,2), 100)"}'::text[]) AS call,
       pg_temp.points(call) AS got
  WHERE got <> '1' $$,
  'integers of any width are taken as numeric');

-- Points are written digit by digit, as PostgreSQL would have written them: around
-- every count of digits, with and without decimals.
SELECT is_empty($$
  SELECT v FROM (SELECT generate_series(0, 20000) UNION ALL SELECT generate_series(990000, 1010000)) AS n (v)
  WHERE numeric_send(deptperf_score('1 * x', v, 100, NULL, 2)) <> numeric_send(round(v / 100.0, 2))
  LIMIT 10 $$,
  'points have the form of any other numeric');

SELECT * FROM finish();
ROLLBACK;
