-- boundary.sql: every bound of sz-2021 from below, exactly on it and from
-- above, in the 21 functions and through the views.  Ratios are compared
-- exactly: 899999999999.99 / 1000000000000 isn't 90 %, and of two 30-digit
-- numbers one unit apart one is below a bound and the other on it.
BEGIN;
SELECT plan(8);

SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

-- One case a row: of an item, numerator and denominator of its ratio, and the
-- points.  T = 999999999999999999999999999980 = 10^30 - 20, so that its
-- 95, 90, 80, 75, 60, 10 and 5 % are whole:
--   95 %  949999999999999999999999999981    75 %  749999999999999999999999999985
--   90 %  899999999999999999999999999982    60 %  599999999999999999999999999988
--   80 %  799999999999999999999999999984    10 %   99999999999999999999999999998
--                                            5 %   49999999999999999999999999999
CREATE TEMP TABLE bound (
    id int GENERATED ALWAYS AS IDENTITY, item text, n numeric, d numeric, points numeric);
INSERT INTO bound (item, n, d, points) VALUES
  -- assets in use: 90 %: 1, 75 %: 0.7, 60 %: 0.4
  ('B3.2.1', 100, 100, 1), ('B3.2.1', 0, 100, 0),
  ('B3.2.1', 89.99, 100, 0.7), ('B3.2.1', 90, 100, 1), ('B3.2.1', 90.01, 100, 1),
  ('B3.2.1', 74.99, 100, 0.4), ('B3.2.1', 75, 100, 0.7), ('B3.2.1', 75.01, 100, 0.7),
  ('B3.2.1', 59.99, 100, 0), ('B3.2.1', 60, 100, 0.4), ('B3.2.1', 60.01, 100, 0.4),
  ('B3.2.1', 899999999999.99, 1000000000000, 0.7),
  ('B3.2.1', 900000000000.00, 1000000000000, 1),
  ('B3.2.1', 749999999999.99, 1000000000000, 0.4),
  ('B3.2.1', 599999999999.99, 1000000000000, 0),
  ('B3.2.1', 899999999999999999999999999981, 999999999999999999999999999980, 0.7),
  ('B3.2.1', 899999999999999999999999999982, 999999999999999999999999999980, 1),
  ('B3.2.1', 749999999999999999999999999984, 999999999999999999999999999980, 0.4),
  ('B3.2.1', 749999999999999999999999999985, 999999999999999999999999999980, 0.7),
  ('B3.2.1', 599999999999999999999999999987, 999999999999999999999999999980, 0),
  ('B3.2.1', 599999999999999999999999999988, 999999999999999999999999999980, 0.4),
  -- external staff: below 5 %: 1, to 10 %: 0.5, above: 0
  ('B4.2.1', 0, 100, 1), ('B4.2.1', 100, 100, 0),
  ('B4.2.1', 499, 10000, 1), ('B4.2.1', 500, 10000, 0.5), ('B4.2.1', 501, 10000, 0.5),
  ('B4.2.1', 999, 10000, 0.5), ('B4.2.1', 1000, 10000, 0.5), ('B4.2.1', 1001, 10000, 0),
  ('B4.2.1', 49999999999999999999999999998, 999999999999999999999999999980, 1),
  ('B4.2.1', 49999999999999999999999999999, 999999999999999999999999999980, 0.5),
  ('B4.2.1', 99999999999999999999999999998, 999999999999999999999999999980, 0.5),
  ('B4.2.1', 99999999999999999999999999999, 999999999999999999999999999980, 0),
  -- 三公 and daily public expense: below 90 %: 3, to 100 %: 2, above: 0
  ('C1.1.1', 0, 100, 3), ('C1.1.2', 0, 100, 3),
  ('C1.1.1', 89.99, 100, 3), ('C1.1.1', 90, 100, 2), ('C1.1.1', 90.01, 100, 2),
  ('C1.1.1', 99.99, 100, 2), ('C1.1.1', 100, 100, 2), ('C1.1.1', 100.01, 100, 0),
  ('C1.1.2', 89.99, 100, 3), ('C1.1.2', 90, 100, 2), ('C1.1.2', 90.01, 100, 2),
  ('C1.1.2', 99.99, 100, 2), ('C1.1.2', 100, 100, 2), ('C1.1.2', 100.01, 100, 0),
  ('C1.1.1', 899999999999.99, 1000000000000, 3), ('C1.1.1', 1000000000000.01, 1000000000000, 0),
  ('C1.1.2', 899999999999999999999999999981, 999999999999999999999999999980, 3),
  ('C1.1.2', 899999999999999999999999999982, 999999999999999999999999999980, 2),
  ('C1.1.2', 999999999999999999999999999980, 999999999999999999999999999980, 2),
  ('C1.1.2', 999999999999999999999999999981, 999999999999999999999999999980, 0),
  -- procurement: above 100 %: 0, else its share
  ('B1.1.1', 99, 100, 0.99), ('B1.1.1', 100, 100, 1), ('B1.1.1', 100.01, 100, 0), ('B1.1.1', 101, 100, 0),
  ('B1.1.1', 1000000000000.00, 1000000000000, 1), ('B1.1.1', 1000000000000.01, 1000000000000, 0),
  ('B1.1.1', 999999999999999999999999999980, 999999999999999999999999999980, 1),
  ('B1.1.1', 999999999999999999999999999981, 999999999999999999999999999980, 0),
  -- adjustment: to 10 %: 1, then 0.1 less for each per cent
  ('B1.2.2', 0, 100, 1), ('B1.2.2', 9.99, 100, 1), ('B1.2.2', 10, 100, 1), ('B1.2.2', 10.1, 100, 0.99),
  ('B1.2.2', 11, 100, 0.9), ('B1.2.2', 19.9, 100, 0.01), ('B1.2.2', 20, 100, 0), ('B1.2.2', 20.1, 100, 0),
  -- satisfaction: 95 %: 6, 90 %: 4, 80 %: 2, below: 1
  ('C4.2.1', 100, 100, 6), ('C4.2.1', 0, 100, 1),
  ('C4.2.1', 9499, 10000, 4), ('C4.2.1', 9500, 10000, 6), ('C4.2.1', 9501, 10000, 6),
  ('C4.2.1', 8999, 10000, 2), ('C4.2.1', 9000, 10000, 4), ('C4.2.1', 9001, 10000, 4),
  ('C4.2.1', 7999, 10000, 1), ('C4.2.1', 8000, 10000, 2), ('C4.2.1', 8001, 10000, 2),
  ('C4.2.1', 949999999999999999999999999980, 999999999999999999999999999980, 4),
  ('C4.2.1', 949999999999999999999999999981, 999999999999999999999999999980, 6),
  ('C4.2.1', 899999999999999999999999999981, 999999999999999999999999999980, 2),
  ('C4.2.1', 899999999999999999999999999982, 999999999999999999999999999980, 4),
  ('C4.2.1', 799999999999999999999999999983, 999999999999999999999999999980, 1),
  ('C4.2.1', 799999999999999999999999999984, 999999999999999999999999999980, 2),
  -- petitions, one in a hundred and one in 10^30 unanswered
  ('C4.1.2', 99, 100, 0), ('C4.1.2', 100, 100, 1),
  ('C4.1.2', 999999999999999999999999999979, 999999999999999999999999999980, 0),
  ('C4.1.2', 999999999999999999999999999980, 999999999999999999999999999980, 1),
  -- staff on establishment: to 100 %: 1
  ('B4.1.1', 99, 100, 1), ('B4.1.1', 100, 100, 1), ('B4.1.1', 101, 100, 0),
  ('B4.1.1', 999999999999999999999999999981, 999999999999999999999999999980, 0);

-- The function that scores the item; what else it scores is set to give 0
-- (or, in C1.1, the other half's 3 points, which are taken off again).
SELECT is_empty($$
  SELECT item, n, d, points AS want, got
  FROM bound, CAST(CASE item
      WHEN 'B3.2.1' THEN deptperf_asset_utilization(n, d)
      WHEN 'B4.2.1' THEN deptperf_external_staff_control(n, d - n)
      WHEN 'C1.1.1' THEN deptperf_public_expense_control(n, d, 0, 1) - 3
      WHEN 'C1.1.2' THEN deptperf_public_expense_control(0, 1, n, d) - 3
      WHEN 'B1.1.1' THEN deptperf_procurement_execution(n, d, 0)
      WHEN 'B1.2.2' THEN deptperf_financial_compliance(0, n, d, 0, 0)
      WHEN 'C4.2.1' THEN deptperf_satisfaction(n, d)
      WHEN 'C4.1.2' THEN deptperf_petitions(0, d, n, 0)
      WHEN 'B4.1.1' THEN deptperf_staffing_control(n, d)
    END AS numeric) AS got
  WHERE got IS DISTINCT FROM points $$,
  'the 21 functions');

-- More decimals than 128 bits hold.
SELECT is_empty($$
  SELECT call, want, got
  FROM (VALUES ('3 from 89.999…', deptperf_public_expense_control(0.8999999999999999999999999999999999999999, 1, 0, 1), 6::numeric),
               ('2 from 90',      deptperf_public_expense_control(0.9000000000000000000000000000000000000000, 1, 0, 1), 5),
               ('refund',         deptperf_public_expense_control(-1e-40, 1e40, 0, 1), 6)) AS v(call, got, want)
  WHERE got IS DISTINCT FROM want $$,
  'numbers of 40 decimals');

-- Through the views: a department a case.  The records are split in two where
-- one record would do.
INSERT INTO deptperf.department (dept_id, code) SELECT id, 'case ' || id FROM bound;

INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use)
  SELECT id, 2021, n, true FROM bound WHERE item = 'B3.2.1'
  UNION ALL SELECT id, 2021, d - n, false FROM bound WHERE item = 'B3.2.1';
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external)
  SELECT id, 2021, d, d - n, n FROM bound WHERE item = 'B4.2.1'
  UNION ALL SELECT id, 2021, d, n, 0 FROM bound WHERE item = 'B4.1.1';
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial)
  SELECT id, 2021, CASE item WHEN 'C1.1.2' THEN 'public' ELSE 'project' END, item = 'C1.1.1', d
  FROM bound WHERE item IN ('C1.1.1', 'C1.1.2', 'B1.2.2');
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount)
  SELECT id, 2021, month, CASE item WHEN 'C1.1.2' THEN 'public' ELSE 'project' END, item = 'C1.1.1', amount
  FROM bound, LATERAL (VALUES (3, n + 7.25), (11, -7.25)) AS paid(month, amount)
  WHERE item IN ('C1.1.1', 'C1.1.2');
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual)
  SELECT id, 2021, d, n FROM bound WHERE item = 'B1.1.1';
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount)
  SELECT id, 2021, amount
  FROM bound, LATERAL (VALUES (-n / 2), (n / 2)) AS part(amount)      -- without sign they add to n
  WHERE item = 'B1.2.2';
INSERT INTO deptperf.satisfaction_survey (dept_id, fiscal_year, respondents, satisfied)
  SELECT id, 2021, d, n FROM bound WHERE item = 'C4.2.1';
INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time)
  SELECT id, 2021, d, n, 0 FROM bound WHERE item = 'C4.1.2';

SELECT is_empty($$
  SELECT id, b.item, n, d, 'scored ' || b.points AS want, s.state || ' ' || s.points AS got
  FROM bound b LEFT JOIN deptperf.item_score s ON s.dept_id = id AND s.fiscal_year = 2021 AND s.item = b.item
  WHERE (s.state, s.points) IS DISTINCT FROM ('scored', b.points) $$,
  'the view item_score');

SELECT is_empty($$
  SELECT id, b.item, n, d, v.numerator, v.denominator
  FROM bound b LEFT JOIN deptperf.measure_value v ON v.dept_id = id AND v.fiscal_year = 2021 AND v.item = b.item
  WHERE (v.numerator, v.denominator) IS DISTINCT FROM (n, d) $$,
  'the view measure_value shows exactly these numbers');

-- Grades: a department is given all points but those named, as overrides.
CREATE TEMP TABLE graded (id int, less jsonb, total numeric, grade text);
INSERT INTO graded VALUES
  (1001, '{}',                                                        100,   '优'),
  (1002, '{"C3.1": 15.01}',                                           90.01, '优'),
  (1003, '{"C3.1": 15}',                                              90,    '优'),
  (1004, '{"C3.1": 14.99}',                                           89.99, '良'),
  (1005, '{"C3.1": 5.01}',                                            80.01, '良'),
  (1006, '{"C3.1": 5}',                                               80,    '良'),
  (1007, '{"C3.1": 4.99}',                                            79.99, '中'),
  (1008, '{"C3.1": 0.01, "C2.2": 0, "A2.2": 0}',                      60.01, '中'),
  (1009, '{"C3.1": 0, "C2.2": 0, "A2.2": 0}',                         60,    '中'),
  (1010, '{"C3.1": 0, "C2.2": 0, "A2.2": 0, "A1.1": 4.99}',           59.99, '差'),
  (1011, '{"C3.1": 14.994}',                                          89.99, '良'),  -- the grade is that of the total as shown
  (1012, '{"C3.1": 14.995}',                                          90,    '优');
INSERT INTO deptperf.department (dept_id, code) SELECT id, 'graded ' || id FROM graded;
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason)
  SELECT id, 2021, i.code, coalesce((less ->> i.code)::numeric, i.points), 'a boundary'
  FROM graded, deptperf.framework_indicator i
  WHERE i.framework = 'sz-2021';

SELECT results_eq(
  'SELECT dept_id::int, total, grade FROM deptperf.score WHERE dept_id > 1000 AND fiscal_year = 2021 ORDER BY 1',
  'SELECT id, total, grade FROM graded ORDER BY 1',
  'grades through the view score');

SELECT is_empty($$
  SELECT id, total, deptperf_grade(total), grade FROM graded
  WHERE deptperf_grade(total) IS DISTINCT FROM grade $$,
  'and in deptperf_grade(score)');

SELECT is_empty($$
  SELECT id, grade, deptperf_grade(id, 2021), deptperf_total(id, 2021), total FROM graded
  WHERE (deptperf_grade(id, 2021), deptperf_total(id, 2021)) IS DISTINCT FROM (grade, total) $$,
  'and in deptperf_grade(dept, year)');

SELECT * FROM finish();
ROLLBACK;
