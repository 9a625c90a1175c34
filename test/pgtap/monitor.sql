-- monitor.sql: monitoring during the year: the reference case in August, a small
-- bureau on many days, thresholds of each kind, what is not known, who sees it.
BEGIN;
SELECT plan(57);
SET LOCAL client_min_messages = warning;

\cd examples/case
\i load.sql

SELECT results_eq($$ SELECT measure, string_agg(format('%s %s %s %s', kind, comparison, bound, colour), ', ' ORDER BY position) FROM deptperf.framework_threshold WHERE framework = 'sz-2021' GROUP BY measure ORDER BY measure $$,
  $$ SELECT m, 'pace < 0.6 red, pace < 0.8 yellow, pace >= 0.8 green' FROM unnest('{payments,procurement,projects,targets}'::text[]) AS m $$, 'sz-2021 has the colours of pace');
SELECT is_empty($$ SELECT * FROM deptperf.framework_threshold WHERE framework <> 'sz-2021' $$, 'no other framework has any');

-- A line a measure, without the decimals of quotients.
CREATE FUNCTION pg_temp.lines(dept text, year int, as_of date) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', measure, coalesce(trim_scale(numerator)::text, '-') || '/' || coalesce(trim_scale(denominator)::text, '-'), coalesce(round(progress, 4)::text, '-'),
                   round(time_share * 12, 10)::int || '/12', coalesce(round(pace, 4)::text, '-'), coalesce(projected::text, '-'), coalesce(colour, '-'), grade, reason)
  FROM deptperf_monitor(dept, year, as_of) $$;

-- 1. The case at the end of August: 8 of 12 months, payments up to the third quarter.
--    payments: 228317.64 + 280178.47 + 12336.82 = 520832.93; / 584600.79 = 0.89092; * 12 / 8 = 1.33638; 520832.93 * 1.5 = 781249.395
--    procurement: 5392.12 / 7099.88 = 0.75947; * 1.5 = 1.13920; 5392.12 * 1.5 = 8088.18
--    projects: 125 / 137 = 0.91241; * 1.5 = 1.36861; 125 * 1.5 = 187.5
--    score: 96.62 has 5.99 of C2.1 (1 + 1 + 1 + 0.985364 + 2); with nothing paid in the fourth quarter the fourth is
--    0.890921 and the mean, (25 * 228317.64 + 13 * 280178.47 + 7 * 12336.82) / (12 * 584600.79) = 1.345, still gives 2: 5.89; 96.52
SELECT results_eq($$ SELECT pg_temp.lines('440300-SI', 2021, '2021-08-31') $$, $$ VALUES
  ('payments | 520832.93/584600.79 | 0.8909 | 8/12 | 1.3364 | 781249.395 | green | pace >= 0.8'),
  ('procurement | 5392.12/7099.88 | 0.7595 | 8/12 | 1.1392 | 8088.18 | green | pace >= 0.8'),
  ('projects | 125/137 | 0.9124 | 8/12 | 1.3686 | 187.5 | green | pace >= 0.8'),
  ('targets | -/- | - | 8/12 | - | - | -'),
  ('score | 96.52/100 | 0.9652 | 8/12 | - | - | - | 优'),
  ('self_assessment | 97.45/100 | 0.9745 | 8/12 | - | - | -'),
  ('overall | -/- | - | 8/12 | - | - | green | payments, procurement, projects; not known: targets') $$, 'the reference case, as of August');
SELECT is((SELECT numerator FROM deptperf_monitor('440300-SI', 2021, '2021-12-31') WHERE measure = 'score'), 96.62, 'at the year''s end the score is the score');
-- (0.9745 - 0.89092) / 0.9745 = 8.58 %, above 5 %; at the year's end payments are 0.98536, above 0.9745, but procurement is 0.75947
INSERT INTO deptperf.framework_threshold VALUES ('sz-2021', 'self_assessment', 'lead', NULL, '>', 0.05, 'red', 1), ('sz-2021', 'self_assessment', 'lead', NULL, '<=', 0.05, 'green', 2);
SELECT results_eq($$ SELECT m.colour, m.reason FROM unnest('{2021-08-31,2021-12-31}'::date[]) AS d, deptperf_monitor('440300-SI', 2021, d) m WHERE measure IN ('self_assessment', 'overall') $$,
  $$ VALUES ('red', 'lead > 0.05'), ('red', 'self_assessment; not known: targets'), ('green', 'lead <= 0.05'), ('yellow', 'procurement; not known: targets') $$, 'a self-assessment ahead of the payments is an alert, and the worst colour is that of all');
DELETE FROM deptperf.framework_threshold WHERE measure = 'self_assessment';

-- 2. A small bureau with a unit.
--    payments by quarter 100, 200, 60, 300 of 1200; procurement 8 of 15; projects 3 of 10; targets 8 of 20
INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (9001, 'a', NULL), (9002, 'a1', 'a'), (9003, 'b', NULL), (9004, 'c', NULL);
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (9001, 2021, 'project', 400), (9002, 2021, 'public', 800);
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount) VALUES
  (9001, 2021, 2, 'project', 100), (9002, 2021, 5, 'public', 200), (9001, 2021, 7, 'project', 50), (9002, 2021, 9, 'public', 10), (9002, 2021, 11, 'public', 300);
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (9002, 2021, 15, 8);
INSERT INTO deptperf.project (dept_id, fiscal_year, planned, on_time) VALUES (9001, 2021, 10, 3);
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned) VALUES (9001, 2021, 'social', 20, 8);
-- August: 360 / 1200 = 0.3, * 1.5 = 0.45; 8 / 15 * 1.5 = 0.8 exactly, which no quotient is; 0.3 * 1.5 = 0.45; 0.4 * 1.5 = 0.6 exactly
-- known of 45 items: C1.1 6 (0/0, and 510 / 800 below 90 %), C2.1 1/3 + 0.5 + 0.4 + 0.3 + 2 * (25 * 100 + 13 * 200 + 7 * 60) / 14400 = 2.30,
-- C2.3 6 * 0.3 = 1.80, which are 10.10 and 18 points of 8 items; and B1.1.1; C3.1, with one aspect, is held open by its requirement
SELECT results_eq($$ SELECT pg_temp.lines('a', 2021, '2021-08-31') $$, $$ VALUES
  ('payments | 360/1200 | 0.3000 | 8/12 | 0.4500 | 540 | red | pace < 0.6'),
  ('procurement | 8/15 | 0.5333 | 8/12 | 0.8000 | 12 | green | pace >= 0.8'),
  ('projects | 3/10 | 0.3000 | 8/12 | 0.4500 | 4.5 | red | pace < 0.6'),
  ('targets | 8/20 | 0.4000 | 8/12 | 0.6000 | 12 | yellow | pace < 0.8'),
  ('score | -/100 | - | 8/12 | - | - | - | 82 points of 36 items are open, known are 10.10'),
  ('self_assessment | -/100 | - | 8/12 | - | - | -'),
  ('overall | -/- | - | 8/12 | - | - | red | payments, projects') $$, 'a bureau with its unit, bounds exact');
SELECT is((SELECT count(*) FROM deptperf_monitor(9002, 2021, '2021-08-31') WHERE measure = 'payments' AND numerator = 210 AND denominator = 800), 1::bigint, 'the unit by itself, by id');

-- Days: months that are complete, and quarters that have begun.
SELECT is(m.numerator || ' ' || trim_scale(round(m.time_share * 12, 6)), w.want, 'as of ' || w.day)
FROM (VALUES ('2020-12-31', '0 0'), ('2021-01-01', '100 0'), ('2021-01-30', '100 0'), ('2021-01-31', '100 1'), ('2021-02-28', '100 2'), ('2021-03-30', '100 2'), ('2021-03-31', '100 3'),
             ('2021-04-01', '300 3'), ('2021-06-30', '300 6'), ('2021-07-01', '360 6'), ('2021-09-30', '360 9'), ('2021-10-01', '660 9'), ('2021-12-30', '660 11'), ('2021-12-31', '660 12'),
             ('2022-05-01', '660 12'), ('infinity', '660 12'), ('-infinity', '0 0')) AS w(day, want),
     deptperf_monitor('a', 2021, w.day::date) m
WHERE m.measure = 'payments';
SELECT results_eq($$ SELECT pace, projected, colour FROM deptperf_monitor('a', 2021, '2021-01-30') WHERE measure = 'payments' $$, $$ VALUES (NULL::numeric, NULL::numeric, NULL::text) $$, 'before a month is complete there is no pace');
UPDATE deptperf.fiscal_year SET starts = '2022-04-01', ends = '2023-04-01' WHERE fiscal_year = 2022;
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (9001, 2022, 'project', 100);
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount) VALUES (9001, 2022, 3, 'project', 30), (9001, 2022, 4, 'project', 40);
SELECT results_eq($$ SELECT m.numerator, round(m.time_share * 12) FROM unnest('{2022-06-29,2022-06-30,2022-07-01,2023-03-31}'::date[]) WITH ORDINALITY AS d(day, n), deptperf_monitor('a', 2022, d.day) m WHERE m.measure = 'payments' ORDER BY d.n $$,
  $$ VALUES (30::numeric, 2::numeric), (30, 3), (70, 3), (70, 12) $$, 'a fiscal year from April');

-- 3. What is not known has no progress and no colour.
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (9003, 2021, 'project', 400);
SELECT deptperf_close(2021, 'procurement', 'b') \g /dev/null
SELECT results_eq($$ SELECT pg_temp.lines('b', 2021, '2021-08-31') $$, $$ VALUES
  ('payments | -/400 | - | 8/12 | - | - | -'),
  ('procurement | 0/0 | - | 8/12 | - | - | -'),
  ('projects | -/- | - | 8/12 | - | - | -'),
  ('targets | -/- | - | 8/12 | - | - | -'),
  ('score | -/100 | - | 8/12 | - | - | - | 100 points of 44 items are open, known are 0.00'),
  ('self_assessment | -/100 | - | 8/12 | - | - | -'),
  ('overall | -/- | - | 8/12 | - | - | - | not known: payments, procurement, projects, targets') $$, 'silence is not zero, nothing planned is no progress');
SELECT deptperf_close(2021, 'execution', 'b') \g /dev/null
SELECT results_eq($$ SELECT numerator, progress, colour FROM deptperf_monitor('b', 2021, '2021-08-31') WHERE measure = 'payments' $$, $$ VALUES (0::numeric, 0::numeric, 'red') $$, 'a closed source says that nothing was paid');
SELECT results_eq($$ SELECT numerator, denominator, progress, colour FROM deptperf_monitor_rows(9001, 2021, deptperf_framework_document('sz-2021'), '{"paid_q1": "NaN", "paid_q2": 1, "paid_q3": 1, "paid_q4": 1, "budget_adjusted": 9, "procurement_actual": 2, "procurement_planned": -3, "projects_on_time": -1, "projects_planned": 2}', NULL, '2021-08-31') WHERE measure ~ '^p' $$,
  $$ VALUES (NULL::numeric, 9::numeric, NULL::numeric, NULL::text), (2, -3, NULL, NULL), (-1, 2, -0.5, 'red') $$, 'NaN and a negative plan are not known, a negative part is slow');
SELECT is((SELECT count(*) FROM deptperf_monitor('c', 2021, '2021-08-31') WHERE progress IS NULL AND colour IS NULL), 7::bigint, 'a department without a record has rows that say so');

-- 4. A framework of its own: 60 * paid / budget + 40 * projects in time / planned, and thresholds of the other kinds.
SELECT deptperf_framework_import('{"framework": "mine", "indicators": [{"code": "E", "points": 60}, {"code": "P", "points": 40}], "bands": [{"grade": "pass", "from": 40}, {"grade": "fail", "from": 0}],
  "items": [{"code": "E.1", "indicator": "E", "points": 60, "formula": "(paid_q1 + paid_q2 + paid_q3 + paid_q4) / budget_adjusted", "rule": "60 * x", "empty": "missing"},
            {"code": "P.1", "indicator": "P", "points": 40, "formula": "projects_on_time / projects_planned", "rule": "40 * x", "empty": "missing"}]}') \g /dev/null
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (9001, 2021, 'mine');
SELECT results_eq($$ SELECT count(*), count(colour), max(reason) FROM deptperf_monitor('a', 2021, '2021-08-31') $$, $$ VALUES (7::bigint, 0::bigint, NULL::text) $$, 'without thresholds there are no colours');
-- August: 60 * 0.3 + 40 * 0.3 = 30; the whole year: 60 * 0.55 + 12 = 45
SELECT results_eq($$ SELECT m.numerator, m.denominator, m.grade FROM unnest('{2021-08-31,2021-12-31}'::date[]) AS d, deptperf_monitor('a', 2021, d) m WHERE measure = 'score' $$, $$ VALUES (30.00, 100::numeric, 'fail'), (45.00, 100, 'pass') $$, 'the score and its grade if the year ended now');
INSERT INTO deptperf.framework_threshold (framework, measure, kind, month, comparison, bound, colour, position) VALUES
  ('mine', 'payments', 'progress', 4, '<', 0.25, 'yellow', 1), ('mine', 'payments', 'progress', 6, '<', 0.40, 'yellow', 2),
  ('mine', 'payments', 'progress', 8, '<', 0.60, 'yellow', 3), ('mine', 'payments', 'progress', 10, '<', 0.80, 'yellow', 4),
  ('mine', 'targets', 'gap', NULL, '>', 0.10, 'yellow', 1),
  ('mine', 'self_assessment', 'lead', NULL, '>', 0.05, 'red', 1),
  ('mine', 'score', 'progress', 12, '>=', 0.40, 'green', 1);
-- 100, 300, 300, 360, 360, 660 of 1200: 0.0833, 0.25 (not below), 0.25, 0.3, 0.3, 0.55
SELECT results_eq($$ SELECT d.day, m.colour, m.reason FROM unnest('{2021-03-31,2021-04-30,2021-06-30,2021-08-30,2021-08-31,2021-10-31}'::date[]) AS d(day), deptperf_monitor('a', 2021, d.day) m WHERE measure = 'payments' ORDER BY 1 $$,
  $$ VALUES ('2021-03-31'::date, NULL::text, NULL::text), ('2021-04-30', NULL, NULL), ('2021-06-30', 'yellow', 'progress < 0.40 from month 6'), ('2021-08-30', 'yellow', 'progress < 0.40 from month 6'),
            ('2021-08-31', 'yellow', 'progress < 0.60 from month 8'), ('2021-10-31', 'yellow', 'progress < 0.80 from month 10') $$, 'progress by date, each from the end of its month');
-- targets 0.4 against payments 0.25, 0.3 and 0.55
SELECT results_eq($$ SELECT m.colour, m.reason FROM unnest('{2021-06-30,2021-08-31,2021-12-31}'::date[]) AS d(day), deptperf_monitor('a', 2021, d.day) m WHERE measure = 'targets' ORDER BY d.day $$,
  $$ VALUES ('yellow', 'gap > 0.10'), (NULL, NULL), ('yellow', 'gap > 0.10') $$, 'a gap to payments on either side; ten points are not more than ten');
-- (0.45 - 0.4275) / 0.45 = 0.05
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, points) VALUES (9001, 2021, 45);
SELECT results_eq($$ SELECT f.paid, m.colour FROM (VALUES (427.5), (427.4), (0), (-1)) AS f(paid), deptperf_monitor_rows(9001, 2021, deptperf_framework_document('mine'),
    jsonb_build_object('paid_q1', f.paid, 'paid_q2', 0, 'paid_q3', 0, 'paid_q4', 0, 'budget_adjusted', 1000), NULL, '2021-08-31') m WHERE measure = 'self_assessment' $$,
  $$ VALUES (427.5, NULL), (427.4, 'red'), (0, 'red'), (-1, 'red') $$, 'a lead of the self-assessment, exact');
SELECT is((SELECT colour FROM deptperf_monitor('a', 2021, '2021-12-31') WHERE measure = 'score'), 'green', 'a score can have a colour too');
-- two kinds of one measure: the worst counts, equal ones are both named
INSERT INTO deptperf.framework_threshold VALUES ('mine', 'payments', 'pace', NULL, '<', 0.5, 'yellow', 1), ('mine', 'projects', 'pace', NULL, '<', 0.5, 'red', 1), ('mine', 'projects', 'progress', NULL, '>=', 0, 'green', 1);
SELECT results_eq($$ SELECT measure, colour, reason FROM deptperf_monitor('a', 2021, '2021-08-31') WHERE measure IN ('payments', 'projects', 'overall') $$,
  $$ VALUES ('payments', 'yellow', 'pace < 0.5; progress < 0.60 from month 8'), ('projects', 'red', 'pace < 0.5'), ('overall', 'red', 'projects, self_assessment') $$, 'the worst of several kinds, and of all measures');
SELECT throws_ok($$ INSERT INTO deptperf.framework_threshold VALUES ('mine', $$ || v, '23514', NULL, v || ' is refused')
FROM unnest('{"''payments'', ''gap'', NULL, ''>'', 0.1, ''red'', 9)","''score'', ''pace'', NULL, ''<'', 0.1, ''red'', 9)","''targets'', ''pace'', NULL, ''<'', 0.1, ''blue'', 9)","''targets'', ''pace'', NULL, ''='', 0.1, ''red'', 9)","''targets'', ''pace'', NULL, ''<'', ''NaN'', ''red'', 9)","''staff'', ''pace'', NULL, ''<'', 1, ''red'', 9)"}'::text[]) AS v;

-- 5. All departments, and the view.
SELECT bag_eq($$ SELECT m.* FROM deptperf_monitor_all(2021, '2021-08-31') m $$,
  $$ SELECT s.dept_id, s.framework, m.* FROM deptperf.score s, deptperf_monitor(s.dept_id, 2021, '2021-08-31') m WHERE s.fiscal_year = 2021 $$, 'all departments are each department');
SELECT bag_eq($$ SELECT dept_id, framework, measure, numerator, denominator, progress, time_share, pace, projected, colour, grade, reason FROM deptperf.monitor WHERE fiscal_year = 2021 $$,
  $$ SELECT * FROM deptperf_monitor_all(2021, CURRENT_DATE) $$, 'the view is as of today');
SELECT is((SELECT count(*) FROM deptperf.monitor WHERE fiscal_year = 2021 AND dept_id = 9001 AND measure = 'payments' AND numerator = 660 AND time_share = 1), 1::bigint, 'when a year that is over is whole');
-- today is the last day of the fourth month of a fiscal year of 12: a third of the year
UPDATE deptperf.fiscal_year SET starts = (CURRENT_DATE + 1) - interval '4 months', ends = (CURRENT_DATE + 1) - interval '4 months' + interval '1 year' WHERE fiscal_year = 2021;
SELECT is((SELECT round(time_share, 6) FROM deptperf.monitor WHERE fiscal_year = 2021 AND dept_id = 9001 AND measure = 'overall'),
          CASE WHEN (((CURRENT_DATE + 1) - interval '4 months')::date + interval '4 months')::date <= CURRENT_DATE + 1 THEN 0.333333 ELSE 0.25 END, 'and the running year is as far as today');
UPDATE deptperf.fiscal_year SET starts = '2021-01-01', ends = '2022-01-01' WHERE fiscal_year = 2021;

-- 6. Asking for what is not there.
SELECT throws_ok($$ SELECT * FROM deptperf_monitor('nowhere', 2021) $$, 'P0002', 'department "nowhere" is not known');
SELECT throws_ok($$ SELECT * FROM deptperf_monitor('a', 21) $$, 'P0002', 'fiscal year 21 is not known');
SELECT throws_ok($$ SELECT * FROM deptperf_monitor_all(21) $$, 'P0002', 'fiscal year 21 is not known');
SELECT is_empty($$ SELECT * FROM deptperf_monitor(NULL::text, 2021) UNION ALL SELECT * FROM deptperf_monitor('a', 2021, NULL) $$, 'NULL gives no rows');

-- 7. Setup and thresholds.
DELETE FROM deptperf.framework_threshold WHERE framework = 'sz-2021' AND measure = 'targets';
SELECT deptperf_setup() \g /dev/null
SELECT is((SELECT count(*) FROM deptperf.framework_threshold WHERE framework = 'sz-2021'), 9::bigint, 'what was deleted stays deleted');
DROP TABLE deptperf.framework_threshold;
SELECT deptperf_setup() \g /dev/null
SELECT is((SELECT count(*) FROM deptperf.framework_threshold), 12::bigint, 'a workspace without the table gets it, with its rows');

-- 8. A reader of one bureau.
CREATE ROLE deptperf_test_monitor;
SELECT deptperf_setup(row_security => true), deptperf_grant('deptperf_test_monitor', 'reader', 'a') \g /dev/null
CREATE TEMP TABLE owners AS SELECT * FROM deptperf_monitor('a', 2021, '2021-08-31');
GRANT SELECT ON owners TO deptperf_test_monitor;
SET LOCAL ROLE deptperf_test_monitor;
SELECT results_eq($$ SELECT DISTINCT dept_id FROM deptperf.monitor ORDER BY 1 $$, $$ VALUES (9001::bigint), (9002) $$, 'a reader of a bureau sees it and its units in the view');
SELECT results_eq($$ SELECT DISTINCT dept_id FROM deptperf_monitor_all(2021, '2021-08-31') ORDER BY 1 $$, $$ VALUES (9001::bigint), (9002) $$, 'and in the function');
SELECT bag_eq($$ SELECT * FROM deptperf_monitor('a', 2021, '2021-08-31') $$, 'TABLE owners', 'what the owner sees');
SELECT throws_ok($$ SELECT * FROM deptperf_monitor('b', 2021) $$, 'P0002', 'department "b" is not known');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
