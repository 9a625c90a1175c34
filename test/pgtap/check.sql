-- check.sql: contradictions and suspicious records in data_issue. On the reference
-- case the six that the reference file names, and nothing else; then every check
-- by itself, beside what is just no issue.
BEGIN;
SELECT plan(88);
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
\cd examples/case
\i load.sql

-- case-sz-social-insurance-2021.md, "Contradictions inside the report"
CREATE TEMP TABLE contradiction (number int, issue text, found text);
INSERT INTO contradiction VALUES
    (1, 'income does not add up', 'income - income_general - income_government_fund = 372935.07 - 65935.06 - 307000 = 0.01'),
    (2, 'two values', 'budget_adjusted: 584600.79 (the records, 表 2-1), 588369.22 (一（四）1)'),
    (2, 'two values', 'paid_to_q4: 576044.76 (表 2-1), 579667.51 (二（三）2)'),
    (3, 'two values', 'execution_rate_q1: 1.5622 (表 2-1), 1.5697 (二（三）2)'),
    (3, 'two values', 'execution_rate_q2: 1.7396 (表 2-1), 1.8052 (二（三）2)'),
    (3, 'two values', 'execution_rate_q3: 1.1879 (表 2-1), 1.2075 (二（三）2)'),
    (3, 'two values', 'execution_rate_q4: 0.9854 (表 2-1), 0.9927 (二（三）2)'),
    (4, 'two values', 'assets_total: 121409.27 (the records, 一（四）3), 77982.43 (三（二）1)'),
    (4, 'two values', 'assets_in_use: 83402.62 (the records), 41091.21 (三（二）1)'),
    (4, 'two values', 'assets_rate: 0.687 (一（四）3), 0.5269 (三（二）1)'),
    (4, 'malformed figure', 'assets_in_use: printed as "834,02.62" (一（四）3)'),
    -- 7,099.88 - 5,392.12 = 1,707.76; 1,527 less that
    (5, 'procurement shortfall not explained', 'procurement_shortfall_explained - procurement_planned + procurement_actual = 1527 - 7099.88 + 5392.12 = -180.76'),
    (6, 'cases do not add up', 'cases - cases_with_claims - cases_without_claims = 2228 - 1114 - 1115 = -1');
SELECT set_eq('SELECT issue, found FROM deptperf.data_issue', 'SELECT issue, found FROM contradiction', 'the six contradictions of the report, and nothing else');
SELECT is_empty($$ SELECT * FROM deptperf.data_issue i WHERE i.severity <> 'warning' OR i.expected IS NULL OR (i.dept_id, i.fiscal_year) IS DISTINCT FROM (deptperf_department('440300-SI'), 2021) $$,
    'each of the bureau, a warning, and says what has to be');
SELECT set_eq('SELECT DISTINCT source FROM deptperf.data_issue', '{stated_figure,"procurement, stated_figure"}'::text[], 'and where its figures come from');

-- Switched off, and on again.
INSERT INTO deptperf.framework_check (framework, name) VALUES ('sz-2021', 'two values'), ('sz-2021-records', 'cases do not add up');
SELECT set_eq('SELECT issue, found FROM deptperf.data_issue', $$ SELECT issue, found FROM contradiction WHERE issue <> 'two values' $$,
    'a framework goes without a check, and what another one goes without is its own');
SELECT lives_ok($$ SELECT deptperf_framework_copy('sz-2021', 'mine') $$, 'a copy of it');
SELECT set_eq($$ SELECT name, enabled FROM deptperf.framework_check WHERE framework = 'mine' $$, $$ VALUES ('two values', false) $$, 'goes without it too');
UPDATE deptperf.framework_check SET enabled = true;
SELECT set_eq('SELECT issue, found FROM deptperf.data_issue', 'SELECT issue, found FROM contradiction', 'enabled it is on');
DELETE FROM deptperf.data_check WHERE name = 'two values';
SELECT set_eq('SELECT issue, found FROM deptperf.data_issue', $$ SELECT issue, found FROM contradiction WHERE issue <> 'two values' $$, 'a check that is deleted is off everywhere');
SELECT lives_ok('SELECT deptperf_setup()', 'setup again');
SELECT is_empty($$ SELECT FROM deptperf.data_check WHERE name = 'two values' $$, 'does not bring it back');
INSERT INTO deptperf.data_check (name, label_en) VALUES ('two values', 'one value');
SELECT set_eq('SELECT issue, found FROM deptperf.data_issue', 'SELECT issue, found FROM contradiction', 'who writes it does');
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind) VALUES (deptperf_department('440300-SI-01'), 2021, 'violation');
SELECT results_eq($$ SELECT issue, source FROM deptperf.data_issue WHERE dept_id = deptperf_department('440300-SI-01') $$, $$ VALUES ('late records', 'finding') $$, 'a record after closing');
INSERT INTO deptperf.framework_check (framework, name) VALUES ('sz-2021', 'late records');
SELECT is_empty($$ SELECT FROM deptperf.data_issue WHERE dept_id = deptperf_department('440300-SI-01') $$, 'that may be switched off as well');
DELETE FROM deptperf.finding;

-- A check of one's own.
INSERT INTO deptperf.data_check (name, severity, formula, rule, label_zh, label_en) VALUES
    ('too many outside', 'info', 'staff_external / (staff_on_establishment + staff_external)', 'x > 39%: 1, else 0', '编外人员过多', 'at most 39 % outside');
-- 503 of 1,258 are 39.98 %
SELECT results_eq($$ SELECT i.severity, i.issue, i.source, i.found, i.expected FROM deptperf.data_issue i WHERE i.dept_id = deptperf_department('440300-SI') AND i.issue = 'too many outside' $$,
  $$ VALUES ('info', 'too many outside', 'staffing', 'staff_external / (staff_on_establishment + staff_external) = 503 / (755 + 503)', 'at most 39 % outside') $$, 'a check of one''s own, with its severity');
DELETE FROM deptperf.data_check WHERE name = 'too many outside';
SELECT throws_ok($$ INSERT INTO deptperf.data_check (name, formula, rule, label_en) VALUES ('x', 'a +', 'x > 0: 1, else 0', 'x') $$, '22P02', NULL, 'its formula is checked');
SELECT throws_ok($$ INSERT INTO deptperf.data_check (name, formula, rule, label_en) VALUES ('x', 'a', 'x > 0: 2, else 0', 'x') $$, '22023', NULL, 'its rule gives 1 at the most');
SELECT throws_ok($$ INSERT INTO deptperf.data_check (name, formula, label_en) VALUES ('x', 'a', 'x') $$, '23514', NULL, 'and one is not there without the other');

-- Every check alone, on a department of its own in 2020.
INSERT INTO deptperf.department (dept_id, code, name) VALUES (900, 'X', 'one alone');
CREATE FUNCTION pg_temp.gives(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    given text;
BEGIN
    EXECUTE statement;
    SELECT string_agg(format('%s: %s', i.issue, i.found), '; ' ORDER BY i.issue, i.found) INTO given FROM deptperf.data_issue i WHERE i.fiscal_year = 2020;
    RAISE EXCEPTION USING ERRCODE = 'UE001', MESSAGE = coalesce(given, 'nothing');
EXCEPTION WHEN SQLSTATE 'UE001' THEN
    RETURN SQLERRM;
END $$;
CREATE FUNCTION pg_temp.money(budget numeric, q1 numeric, q2 numeric DEFAULT 0, class text DEFAULT 'project', also text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.gives(format('INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial) VALUES (900, 2020, %L, %L, %s);
        INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount) VALUES (900, 2020, 1, %1$L, %2$L, %4$s), (900, 2020, 4, %1$L, %2$L, %5$s); %s',
        CASE class WHEN 'three_public' THEN 'other' ELSE class END, class = 'three_public', budget, q1, q2, also)) $$;
CREATE FUNCTION pg_temp.stated(figures text, also text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.gives(format('INSERT INTO deptperf.stated_figure (dept_id, fiscal_year, figure, value, printed, source) SELECT 900, 2020, f.* FROM (VALUES %s) f; %s', figures, also)) $$;
CREATE FUNCTION pg_temp.published(scores text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.gives(format('INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points, grade) SELECT 900, 2020, s.* FROM (VALUES %s) s', scores)) $$;

SELECT is(pg_temp.money(100, 60, 40), 'nothing', 'all of a budget');
SELECT is(pg_temp.money(100, 60, 40.01), 'spent above budget: paid_q1 + paid_q2 + paid_q3 + paid_q4 - budget_adjusted = 60 + 40.01 + 0 + 0 - 100 = 0.01', 'and a cent more');
SELECT is(pg_temp.money(100, 60, 41, 'public', 'INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (900, 2020, ''other'', 9)'), 'public expense above budget: public_paid - public_budget = 101 - 100 = 1', 'daily public expense');
SELECT is(pg_temp.money(100, 60, 41, 'three_public', 'INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (900, 2020, ''other'', 9)'), 'three public above budget: three_public_paid - three_public_budget = 101 - 100 = 1', 'the three public expenses');
SELECT is(pg_temp.gives($$ INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount) VALUES (900, 2020, 1, 'other', 5) $$), 'nothing', 'without a budget that is known nothing is above it');
SELECT is(pg_temp.money(100, 60, -5), 'refund above payments in quarter 2: paid_q2 = -5 = -5', 'cumulative payments that decrease');
-- in 万元 and in yuan: 9,790 = 0.979 * 10,000; from a fifth of the budget on
SELECT is(pg_temp.money(588369.22, 5760447600), 'payments in another unit: (paid_q1 + paid_q2 + paid_q3 + paid_q4) / budget_adjusted = (5760447600 + 0 + 0 + 0) / 588369.22; spent above budget: paid_q1 + paid_q2 + paid_q3 + paid_q4 - budget_adjusted = 5760447600 + 0 + 0 + 0 - 588369.22 = 5759859230.78', 'payments in yuan');
SELECT is(pg_temp.money(1, 1999), 'spent above budget: paid_q1 + paid_q2 + paid_q3 + paid_q4 - budget_adjusted = 1999 + 0 + 0 + 0 - 1 = 1998', '1,999 are far from 10,000');
SELECT is(pg_temp.money(100000, 10), 'payments in another unit: (paid_q1 + paid_q2 + paid_q3 + paid_q4) / budget_adjusted = (10 + 0 + 0 + 0) / 100000', 'the budget in yuan');
SELECT is(pg_temp.money(100000, 1.99), 'nothing', 'a budget that has hardly been touched');
SELECT is(pg_temp.money(10, 5, 0, 'project', 'INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (900, 2020, 1000, 1000)'), 'procurement in another unit: procurement_planned / budget_adjusted = 1000 / 10', 'procurement of a hundred budgets');
SELECT is(pg_temp.money(10, 5, 0, 'project', 'INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) VALUES (900, 2020, -1000)'), 'adjustments in another unit: adjusted_amount / budget_initial = 1000 / 10', 'adjustments of a hundred budgets');

-- What a table refuses, a document may state; of what it is part is in the records or beside it.
SELECT is(pg_temp.stated($$('assets_in_use', 11, '11', 'p1'), ('assets_total', 10, '10', 'p1')$$), 'in use above total: assets_in_use - assets_total = 11 - 10 = 1', 'in use above total');
SELECT is(pg_temp.stated($$('petitions_answered', 11, '11', 'p1'), ('petitions_received', 10, '10', 'p1'), ('petitions_in_time', 11, '11', 'p1')$$), 'more answered than received: petitions_answered - petitions_received = 11 - 10 = 1', 'more answered than received');
SELECT is(pg_temp.stated($$('petitions_in_time', 11.0, '11', 'p1'), ('petitions_answered', 10, '10', 'p1')$$), 'more in time than answered: petitions_in_time - petitions_answered = 11.0 - 10 = 1', 'more in time than answered');
SELECT is(pg_temp.stated($$('projects_on_time', 138, '138', 'p1'), ('projects_planned', 137, NULL, 'p1')$$), 'more on time than planned: projects_on_time - projects_planned = 138 - 137 = 1', 'more on time than planned');
SELECT is(pg_temp.stated($$('key_tasks_missed', 3, '3', 'p1'), ('key_tasks_assigned', 2, NULL, 'p1')$$), 'more missed than assigned: key_tasks_missed - key_tasks_assigned = 3 - 2 = 1', 'more missed than assigned');
SELECT is(pg_temp.stated($$('survey_satisfied', 3, '3', 'p1'), ('survey_respondents', 2, NULL, 'p1')$$), 'more satisfied than asked: survey_satisfied - survey_respondents = 3 - 2 = 1', 'more satisfied than asked');
SELECT is(pg_temp.stated($$('paid_to_q1', 10, '10', 'p1'), ('paid_to_q2', 9, '9', 'p1'), ('paid_to_q3', 9, '9', 'p1'), ('paid_to_q4', 8.5, '8.5', 'p1')$$),
    'stated payments decrease by quarter 2: paid_to_q1 - paid_to_q2 = 10 - 9 = 1', 'a decrease in a cumulative series, from a unit of the last digit on');
SELECT is(pg_temp.stated($$('paid_to_q3', 9, '9.0', 'p1'), ('paid_to_q4', 8.5, '8.5', 'p1')$$), 'stated payments decrease by quarter 4: paid_to_q3 - paid_to_q4 = 9 - 8.5 = 0.5', 'of 9.0 that is 0.1');

-- Parts.
SELECT is(pg_temp.stated($$('petitions_received', 9, '9', 'p1'), ('petition_visits', 3, '3', 'p1'), ('petition_letters', 3, '3', 'p1'), ('petition_calls', 3, '3', 'p1')$$), 'nothing', 'parts that add up');
SELECT is(pg_temp.stated($$('petitions_received', 10, '10', 'p1'), ('petition_visits', 3, '3', 'p1'), ('petition_letters', 3, '3', 'p1'), ('petition_calls', 3, '3', 'p1')$$), 'petitions do not add up: petitions_received - petition_visits - petition_letters - petition_calls = 10 - 3 - 3 - 3 = 1', 'and not');
SELECT is(pg_temp.stated($$('petitions_received', 10, '10', 'p1'), ('petition_visits', 3, '3', 'p1'), ('petition_letters', 3, '3', 'p1')$$), 'nothing', 'where a part is not stated nothing is known');
SELECT is(pg_temp.stated($$('petition_visits', 3, '3', 'p1'), ('petition_letters', 3, '3', 'p1'), ('petition_calls', 3, '3', 'p1')$$,
    'INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time) VALUES (900, 2020, 10, 10, 10)'), 'petitions do not add up: petitions_received - petition_visits - petition_letters - petition_calls = 10 - 3 - 3 - 3 = 1', 'the records are one side of it');
SELECT is(pg_temp.stated($$('income', 100, '100', 'p1'), ('income_general', 60.4, '60.4', 'p1'), ('income_government_fund', 40.4, '40.4', 'p1')$$), 'nothing', '100.8 is less than a unit of the last digit of 100 from it');
SELECT is(pg_temp.stated($$('income', 100, '100', 'p1'), ('income_general', 60.4, '60.4', 'p1'), ('income_government_fund', 40.6, '40.6', 'p1')$$), 'income does not add up: income - income_general - income_government_fund = 100 - 60.4 - 40.6 = -1', '101 is that unit');
SELECT is(pg_temp.stated($$('income', 90, '90', 'p1'), ('income', 100, '100', 'p2'), ('income_general', 60, '60', 'p1'), ('income_government_fund', 40, '40', 'p1')$$), 'two values: income: 90 (p1), 100 (p2)', 'of a total with two values that alone is the issue');

-- Two values, to a unit of the digit that is printed.
SELECT is(pg_temp.stated($$('rate', 0.985, '98.5%', 'p1'), ('rate', 0.9852, '98.52%', 'p2')$$), 'nothing', 'the same, rounded');
SELECT is(pg_temp.stated($$('rate', 0.985, '98.5%', 'p1'), ('rate', 0.986, '98.60%', 'p2')$$), 'two values: rate: 0.985 (p1), 0.986 (p2)', 'a unit apart');
SELECT is(pg_temp.stated($$('rate', 0.98, '98%', 'p1'), ('rate', 0.984, '98.4%', 'p2'), ('rate', 0.986, '98.6%', 'p3')$$), 'two values: rate: 0.98 (p1), 0.984 (p2), 0.986 (p3)', 'two that are finer');
SELECT is(pg_temp.stated($$('a', 1, NULL, 'p1'), ('a', 1.00, NULL, 'p2'), ('b', 1, NULL, NULL)$$), 'nothing', 'equal numbers');
SELECT is(pg_temp.stated($$('assets_total', 1000, '1,000', 'p1')$$, 'INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (900, 2020, 1000.4, true)'), 'nothing', 'stated as the records have it');
SELECT is(pg_temp.stated($$('assets_total', 1000, '1,000', 'p1')$$, 'INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (900, 2020, 1001.4, true)'), 'two values: assets_total: 1001.4 (the records), 1000 (p1)', 'and not');
SELECT is(pg_temp.stated($$('assets_total', 12345678.9, NULL, 'p1')$$, 'INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (900, 2020, 1234.56789, true)'), 'factor of 10,000: assets_total: 1234.56789 (the records), 12345678.9 (p1)', 'in yuan and in ten thousands');
SELECT is(pg_temp.stated($$('assets_total', 1234.57, '1,234.57', 'p1')$$, 'INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (900, 2020, 12345678.9, true)'), 'factor of 10,000: assets_total: 12345678.9 (the records), 1234.57 (p1)', 'also where it is rounded');
SELECT is(pg_temp.stated($$('assets_total', NULL::numeric, 'none', 'p1'), ('grade', NULL, '优秀', 'p1')$$), 'nothing', 'what is no number is none');

SELECT is(pg_temp.stated($$('a', 'NaN'::numeric, NULL, 'p1'), ('a', 'Infinity', NULL, 'p2'), ('a', 1, NULL, 'p3')$$), 'nothing', 'what is not finite is none');
SELECT is(pg_temp.stated($$('a', 1e-1000, '1' || repeat('0', 1000), 'p1')$$) ~ '^malformed figure: a: printed as "10+", taken as 0\.0+1 \(p1\)$', true, 'nor ends it, however far apart');

SELECT is(left(pg_temp.stated(f), 16), 'malformed figure', 'nor does what no number is long enough for') FROM unnest(ARRAY[$$('a', 1, repeat('9', 140000), 'p1')$$, $$('a', 1, '0.' || repeat('9', 20000), 'p1')$$]) f;
SELECT is(pg_temp.stated($$('a', 1e131070, NULL, 'p1'), ('a', 2, NULL, 'p2')$$), 'nothing', 'a value of so many digits is none');

-- Malformed ones are named and never read.
SELECT is(pg_temp.stated($$('a', NULL::numeric, '834,02.62', 'p1')$$), 'malformed figure: a: printed as "834,02.62" (p1)', 'a misplaced separator');
SELECT is(pg_temp.stated($$('a', 83402.62, '834,02.62', 'p1')$$), 'malformed figure: a: printed as "834,02.62", taken as 83402.62 (p1)', 'also where somebody took it for a number');
SELECT is(pg_temp.stated($$('a', 1243, '1,234', 'p1')$$), 'malformed figure: a: printed as "1,234", taken as 1243 (p1)', 'a number that is not the printed one');
SELECT is(pg_temp.stated($$('a', 34000, '3.4亿元', 'p1'), ('b', 1527, '１，５２７', 'p1'), ('c', 0.7595, '75.95%', 'p1'), ('d', 34000, 'about 34,000', 'p1'), ('e', -5, '−5', 'p1'), ('f', 0, '0.00', 'p1'), ('g', 12, '12.', 'p1')$$), 'nothing', 'in other units, full width, with words, signs and stops');
SELECT is(pg_temp.stated($$('a', 1, '1,2345', 'p1'), ('b', 1, '1.2.3', 'p1')$$), 'malformed figure: a: printed as "1,2345", taken as 1 (p1); malformed figure: b: printed as "1.2.3", taken as 1 (p1)', 'groups of four, two points');

-- Single rows.
SELECT is(pg_temp.money(100, 10, 0, 'project', format('INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount, document_number, execution_id) VALUES (900, 2020, 2, ''other'', 5, ''N1'', 1000001), (900, 2020, 2, ''other'', %s, %s, 1000002)', v.amount, v.number)), v.gives, v.what)
FROM (VALUES ('5.0', '''N1''', 'duplicate: 2 records N1: execution_id 1000001, 1000002', 'a document number twice, with all that counts'),
             ('6', '''N1''', 'nothing', 'two payments of one document'), ('5', '''N2''', 'nothing', 'two documents'), ('5', 'NULL', 'nothing', 'and what has no number')) v(amount, number, gives, what);
SELECT is(pg_temp.gives(format('INSERT INTO deptperf.%s VALUES (900, 2020, %s, ''N1''), (900, 2020, %2$s, ''N1'')', t.source || ' (dept_id, fiscal_year, ' || t.columns || ', ' || t.number || ')', t."row")) ~ ('duplicate: 2 records N1: ' || t.source), true, 'duplicates of ' || t.source)
FROM (VALUES ('budget', 'expense_class, initial', '''other'', 1', 'document_number'), ('adjustment', 'amount', '1', 'document_number'), ('procurement', 'planned, actual', '1, 1', 'document_number'),
             ('fixed_asset', 'original_value, in_use', '1, true', 'asset_code'), ('project', 'on_time', '1', 'document_number'), ('measurement', 'fact, amount', '''carry_over'', 1', 'document_number')) AS t(source, columns, "row", number);
SELECT is(pg_temp.gives($$ INSERT INTO deptperf.project (dept_id, fiscal_year, on_time, started_on, due_on, completed_on, project_id) VALUES (900, 2020, 1, '2020-05-02', '2020-06-01', '2020-05-01', 1000001), (900, 2020, 1, '2020-05-02', '2020-05-02', '2020-05-02', 1000002) $$),
    'completed before start: project 1000001: started 2020-05-02, completed 2020-05-01', 'completion before start');
SELECT is(pg_temp.gives($$ INSERT INTO deptperf.key_task (dept_id, fiscal_year, missed, started_on, completed_on, key_task_id) VALUES (900, 2020, 0, '2020-05-02', '2020-05-01', 1000001) $$), 'completed before start: key_task 1000001: started 2020-05-02, completed 2020-05-01', 'of a task');
SELECT is(pg_temp.gives($$ INSERT INTO deptperf.project (dept_id, fiscal_year, on_time, due_on, completed_on, project_id) VALUES (900, 2020, 1, '2020-06-01', '2020-06-02', 1000001), (900, 2020, 0, '2020-06-01', '2020-06-02', 1000002) $$),
    'late but on time: project 1000001: due 2020-06-01, completed 2020-06-02, 1 of 1 on time', 'on time after its date');

-- Published scores that no records can give: framework-sz2021.md's rules.
SELECT is(pg_temp.published(format('(%L, %s, NULL)', s.indicator, s.points)), 'impossible score: ' || s.indicator || ' published as ' || s.points, s.what)
FROM (VALUES ('A1.1', 5.5, 'above the maximum'), ('A1.2', 4.5, 'half a finding'), ('B3.2', 0.5, 'between two bands'), ('C1.1', 1, 'no sum of 3, 2 and 0 twice'), ('C4.2', 3, 'no band'), ('C2.2', 5, 'not a whole number of tasks'),
             ('B1.1', 1.765, 'three decimals'), ('Z', 1, 'no indicator')) s(indicator, points, what);
SELECT is(pg_temp.published($$('A1.2', 4, NULL), ('B3.2', 0.4, NULL), ('C1.1', 5, NULL), ('C2.3', 5, NULL), ('B1.2', 0, NULL), ('C2.2', 4, NULL), ('B1.1', 1.99, NULL), ('A1.1', 0.5, NULL)$$), 'nothing', 'and those that some can');
SELECT is(pg_temp.published('(NULL::text, ' || p || ', NULL)'), g, 'a total alone: ' || p) FROM (VALUES ('100.5', 'impossible score: total published as 100.5')) v(p, g);
SELECT is((SELECT expected FROM deptperf_check_published(deptperf_framework_document('sz-2021'), '{"C1.1": 1}', NULL)), 'one of 0, 2, 3, 4, 5, 6', 'it says which');
SELECT set_eq($$ SELECT c.issue, c.found, c.expected FROM (SELECT jsonb_object_agg(i.code, i.points) AS all FROM deptperf.framework_indicator i WHERE i.framework = 'sz-2021') p,
    (VALUES ('{"": 100}'::jsonb, '优'), ('{"": 99}', '优'), ('{"": 100}', '良'), ('{"": 100}', NULL)) AS t(total, grade), deptperf_check_published(deptperf_framework_document('sz-2021'), p.all || t.total, t.grade) c $$,
  $$ VALUES ('published total', 'total published as 99', '100.00, of the indicators as published'), ('published grade', '100.00 published as 良', '优') $$, 'a total that is not the sum, a grade that is not its band');

SELECT * FROM finish();
ROLLBACK;
