-- Plain views over three tables of a finance database, without deptperf_setup():
-- the indicator functions are ordinary functions, so a view may call them on
-- whatever columns there are.  Runs by itself and again, in any database:
--
--     psql -d DATABASE -f examples/plain-views.sql
--
-- What the functions say where there is nothing to score:
--   NULL in gives NULL out.  A department without records of a kind has NULL
--     sums, and so no score for that indicator: absent is never zero.
--   0 of 0 is "not applicable" and gives full points where the rubric says so
--     (procurement, assets, public expense), NULL where it does not (budget
--     execution).  Whoever reads an empty plan as "not known" writes NULLIF.
--   Numbers that cannot be (a negative plan, points beyond their maximum, more
--     assets in use than there are) raise an error.  In a view one such row
--     would stop the whole query: so the tables refuse what a single row shows,
--     and the view asks first about sums and names what it finds.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS deptperf;

-- The tables stand in a schema of their own, made anew by each run.
DROP SCHEMA IF EXISTS deptperf_plain_example CASCADE;
CREATE SCHEMA deptperf_plain_example;
SET search_path = deptperf_plain_example, public;

-- Budget execution: a row a budget line, with what was paid in each quarter.
CREATE TABLE budget_execution (
    dept_code       text    NOT NULL,
    fiscal_year     int     NOT NULL,
    budget_line     text    NOT NULL,
    public_expense  boolean NOT NULL DEFAULT false,     -- 日常公用经费
    three_public    boolean NOT NULL DEFAULT false,     -- 三公经费
    adjusted_budget numeric NOT NULL CHECK (adjusted_budget >= 0),
    paid_q1         numeric NOT NULL DEFAULT 0,         -- within the quarter, refunds negative
    paid_q2         numeric NOT NULL DEFAULT 0,
    paid_q3         numeric NOT NULL DEFAULT 0,
    paid_q4         numeric NOT NULL DEFAULT 0
);

-- Procurement: a row a purchase.  policy is what an assessor gave for the policy
-- function (绿色、中小企业 …), the same in every row of a department: 0 to 1 point.
CREATE TABLE procurement (
    dept_code   text    NOT NULL,
    fiscal_year int     NOT NULL,
    title       text    NOT NULL,
    planned     numeric NOT NULL CHECK (planned >= 0),
    actual      numeric NOT NULL CHECK (actual >= 0),
    policy      numeric CHECK (policy BETWEEN 0 AND 1)
);

-- Fixed assets: a row an asset card.
CREATE TABLE fixed_asset (
    dept_code      text    NOT NULL,
    fiscal_year    int     NOT NULL,
    asset          text    NOT NULL,
    original_value numeric NOT NULL CHECK (original_value >= 0),
    value_in_use   numeric NOT NULL CHECK (value_in_use >= 0)
);

INSERT INTO budget_execution VALUES
    ('D01', 2024, '人员经费',       false, false, 1200.00, 300.00, 300.00, 300.00, 300.00),
    ('D01', 2024, '办公费',         true,  false,  200.00,  40.00,  45.00,  45.00,  48.00),
    ('D01', 2024, '公务用车运行费', true,  true,    20.00,   3.00,   4.00,   4.00,   4.50),
    ('D01', 2024, '信息化项目',     false, false,  800.00, 100.00, 250.00, -30.00, 430.00),    -- a refund in quarter 3
    ('D02', 2024, '人员经费',       false, false,  600.00, 150.00, 150.00, 150.00, 150.00),
    ('D02', 2024, '办公费',         true,  false,  100.00,  25.00,  25.00,  25.00,  26.00),    -- 101 %: overspent
    ('D03', 2024, '人员经费',       false, false,  300.00,  75.00,  75.00,  75.00,  75.00),
    ('D04', 2024, '人员经费',       false, false,  450.00, 110.00, 110.00, 110.00, 110.00),
    ('D05', 2024, '追加未下达',     false, false,    0.00,   0.00,   0.00,   0.00,   0.00);    -- 0 of 0
INSERT INTO procurement VALUES
    ('D01', 2024, '服务器',   300.00, 270.00, 1),
    ('D01', 2024, '物业服务', 100.00, 100.00, 1),
    ('D02', 2024, '办公家具',  80.00,  81.00, 1),       -- over the plan: nothing for the execution
    ('D03', 2024, '打印服务',  40.00,  30.00, NULL),    -- not judged yet: no score
    ('D04', 2024, '备用计划',   0.00,   0.00, 1);       -- nothing planned, nothing bought: full
INSERT INTO fixed_asset VALUES
    ('D01', 2024, '办公楼', 9000.00, 9000.00),
    ('D01', 2024, '旧设备', 1000.00,    0.00),          -- exactly 90 % in use
    ('D02', 2024, '办公楼', 8999.99, 8999.99),
    ('D02', 2024, '旧设备', 1000.01,    0.00),          -- 89.9999 %: not 90 %, however it prints
    ('D03', 2024, '仓库',    500.00,  520.00);          -- in use above total: a contradiction
    -- D04 and D05 have no assets on record: no score for that indicator

-- B1.1 政府采购执行情况, 2 points: 1 for actual ÷ planned, 1 for the policy
-- function.  NULLIF is the owner's choice: with it an empty plan counts as not
-- known (NULL); without it, as here, as not applicable (full).
CREATE VIEW procurement_points AS
SELECT dept_code, fiscal_year, sum(actual) AS actual, sum(planned) AS planned,
       deptperf_procurement_execution(sum(actual), sum(planned), min(policy)) AS points,
       deptperf_procurement_execution(sum(actual), NULLIF(sum(planned), 0), min(policy)) AS points_if_planned
FROM procurement
GROUP BY dept_code, fiscal_year;

-- B3.2 固定资产利用率, 1 point: the share of the original value that is in use,
-- compared with 90, 75 and 60 % exactly and never as a rounded quotient.
CREATE VIEW asset_points AS
SELECT dept_code, fiscal_year, in_use, total,
       CASE WHEN in_use <= total THEN deptperf_asset_utilization(in_use, total) END AS points,
       CASE WHEN in_use > total THEN format('assets in use %s above total %s', in_use, total) END AS issue
FROM (SELECT dept_code, fiscal_year, sum(value_in_use) AS in_use, sum(original_value) AS total
      FROM fixed_asset
      GROUP BY dept_code, fiscal_year) s;

-- C2.1 预算执行率, 6 points: progress at the end of each quarter against 25, 50,
-- 75 and 100 % of the adjusted budget, and the mean of the four.
-- C1.1 公用经费控制率, 6 points: 三公 and daily public expense, each below 90 %
-- of its budget 3, up to 100 % 2, above 0.  FILTER gives NULL where a department
-- has no such line; COALESCE makes that 0 of 0, not applicable, because the
-- budget lines as a whole are there.
CREATE VIEW budget_points AS
SELECT dept_code, fiscal_year, adjusted_budget, paid,
       deptperf_budget_execution(paid_q1, paid_q2, paid_q3, paid_q4, adjusted_budget) AS execution_points,
       deptperf_public_expense_control(three_public_paid, three_public_budget, public_paid, public_budget) AS public_expense_points
FROM (SELECT dept_code, fiscal_year,
             sum(adjusted_budget) AS adjusted_budget,
             sum(paid_q1) AS paid_q1, sum(paid_q2) AS paid_q2, sum(paid_q3) AS paid_q3, sum(paid_q4) AS paid_q4,
             sum(paid_q1 + paid_q2 + paid_q3 + paid_q4) AS paid,
             COALESCE(sum(adjusted_budget) FILTER (WHERE three_public), 0) AS three_public_budget,
             COALESCE(sum(paid_q1 + paid_q2 + paid_q3 + paid_q4) FILTER (WHERE three_public), 0) AS three_public_paid,
             COALESCE(sum(adjusted_budget) FILTER (WHERE public_expense), 0) AS public_budget,
             COALESCE(sum(paid_q1 + paid_q2 + paid_q3 + paid_q4) FILTER (WHERE public_expense), 0) AS public_paid
      FROM budget_execution
      GROUP BY dept_code, fiscal_year) s;

-- All together, a row a department and year.  points is NULL as long as one of
-- the four is: a sum that leaves out what is not known would be read as a score.
-- known and known_of say what there is.  The grade is that of these 15 points
-- scaled to 100 by the rubric's bands: a first look, not the official grade.
CREATE VIEW department_points AS
SELECT s.*,
       deptperf_grade(round(s.points * 100 / 15, 2)) AS grade
FROM (SELECT dept_code, fiscal_year,
             b.execution_points, b.public_expense_points,
             p.points AS procurement_points, a.points AS asset_points,
             b.execution_points + b.public_expense_points + p.points + a.points AS points,
             COALESCE(b.execution_points, 0) + COALESCE(b.public_expense_points, 0)
                 + COALESCE(p.points, 0) + COALESCE(a.points, 0) AS known,
             6 * (b.execution_points IS NOT NULL)::int + 6 * (b.public_expense_points IS NOT NULL)::int
                 + 2 * (p.points IS NOT NULL)::int + 1 * (a.points IS NOT NULL)::int AS known_of,
             a.issue
      FROM budget_points b
      FULL JOIN procurement_points p USING (dept_code, fiscal_year)
      FULL JOIN asset_points a USING (dept_code, fiscal_year)) s;

-- D01: everything there, exactly 90 % of the assets.  D02: purchases over the
-- plan, public expense over the budget, 89.9999 % of the assets.  D03: a
-- judgement missing and a contradiction.  D04: no assets.  D05: 0 of 0, no more.
RESET search_path;
RESET client_min_messages;
SELECT * FROM deptperf_plain_example.department_points ORDER BY fiscal_year, dept_code;
