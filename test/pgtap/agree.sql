-- agree.sql: one truth by every way, on random records over a random hierarchy.
-- Facts are what plain SQL sums of the records, points what it makes of them; a
-- bureau's score from its units is the score of the same records put on one
-- department; views, point functions, deptperf_evaluate_total and the 21
-- functions agree, also where parts of the tree have other frameworks.
BEGIN;
SELECT plan(19);

SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
DO $$ BEGIN PERFORM setseed(0.31); END $$;

-- 200 departments; each hangs below an earlier one, or is a root.
INSERT INTO deptperf.department (dept_id, code, parent_id)
  SELECT i, 'd' || i, CASE WHEN i > 4 AND random() < 0.95 THEN 1 + floor(random() * (i - 1) * 0.5)::int END
  FROM generate_series(1, 200) AS i;

-- Three years; rows(n): about n records for each department and year, some
-- units without any.  Amounts are of many scales, so that ratios are not neat.
CREATE FUNCTION pg_temp.rows(n int) RETURNS TABLE (dept_id bigint, fiscal_year int) LANGUAGE sql AS $$
  SELECT d, y FROM generate_series(1, 200) AS d, generate_series(2019, 2021) AS y, generate_series(1, n) WHERE random() < 0.7
$$;
CREATE FUNCTION pg_temp.money(most numeric) RETURNS numeric LANGUAGE sql AS $$
  SELECT round(random()::numeric * most, (random() * 4)::int)
$$;
CREATE FUNCTION pg_temp.pick(variadic text[]) RETURNS text LANGUAGE sql AS $$
  SELECT $1[1 + floor(random() * cardinality($1))::int]
$$;

INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial, adjusted)
  SELECT r.*, pg_temp.pick('personnel', 'public', 'project', 'other'), random() < 0.2, pg_temp.money(100), 1 + pg_temp.money(120) FROM pg_temp.rows(4) AS r;
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial)     -- adjusted = initial, not of the three
  SELECT r.*, pg_temp.pick('public', 'project'), pg_temp.money(20) FROM pg_temp.rows(1) AS r;
INSERT INTO deptperf.fact (fact, source, unit, label_zh, label_en) VALUES ('a_fact_of_ours', 'measurement', '件', '自有事实', 'a fact of ours');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount)
  SELECT r.*, 'a_fact_of_ours', pg_temp.money(20) - 10 FROM pg_temp.rows(2) AS r WHERE random() < 0.2;
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount)
  SELECT r.*, 1 + floor(random() * 12)::int, pg_temp.pick('personnel', 'public', 'project', 'other'), random() < 0.2, pg_temp.money(40) - 3 FROM pg_temp.rows(9) AS r;
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount)
  SELECT r.*, pg_temp.money(30) - 12 FROM pg_temp.rows(1) AS r;
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual)
  SELECT r.*, pg_temp.money(1000), pg_temp.money(900) FROM pg_temp.rows(3) AS r;
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use)
  SELECT r.*, pg_temp.money(1000), random() < 0.75 FROM pg_temp.rows(6) AS r;
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external)
  SELECT r.*, floor(random() * 50), floor(random() * 45), floor(random() * 4) FROM pg_temp.rows(1) AS r;
INSERT INTO deptperf.project (dept_id, fiscal_year, planned, on_time)
  SELECT r.*, 2, floor(random() * 3) FROM pg_temp.rows(2) AS r;
INSERT INTO deptperf.key_task (dept_id, fiscal_year, missed)
  SELECT r.*, floor(random() * 1.1) FROM pg_temp.rows(1) AS r;
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned)
  SELECT r.*, pg_temp.pick('social', 'economic', 'ecological', 'sustainable', 'output', 'satisfaction'), 10, pg_temp.money(10) FROM pg_temp.rows(4) AS r;
INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time)
  SELECT r.*, 10, 10 - a, 10 - a - b FROM pg_temp.rows(1) AS r, LATERAL (SELECT floor(random() * 1.2) + r.dept_id * 0 AS a, floor(random() * 1.3) + r.dept_id * 0 AS b) AS x;
INSERT INTO deptperf.satisfaction_survey (dept_id, fiscal_year, respondents, satisfied)
  SELECT r.*, 100, 75 + floor(random() * 26) FROM pg_temp.rows(2) AS r;
INSERT INTO deptperf.disclosure (dept_id, fiscal_year, kind, level)
  SELECT r.*, kind, floor(random() * 3) FROM pg_temp.rows(1) AS r, unnest('{budget,final_accounts}'::text[]) AS kind;
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count)
  SELECT r.*, pg_temp.pick('budget_nonconformity', 'target_nonconformity', 'target_nonconformity', 'violation'), floor(random() * 3) FROM pg_temp.rows(1) AS r WHERE random() < 0.3;
DO $$ BEGIN
    PERFORM deptperf_close(2021);
    PERFORM deptperf_close(2020, 'finding');
END $$;

-- Judgements of every judged item for most departments, in half points.
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason)
  SELECT d, y, i.code, CASE WHEN random() < 0.3 THEN i.points / 2 ELSE i.points END, 'random'
  FROM generate_series(1, 200) AS d, generate_series(2019, 2021) AS y, deptperf.framework_item AS i
  WHERE i.framework = 'sz-2021' AND i.formula IS NULL AND (d + y) % 5 > 0;

-- 1. Facts in plain SQL: of each source and unit …
CREATE TEMP VIEW plain_source AS
  SELECT dept_id, fiscal_year, 'budget' AS source, count(*) AS n, jsonb_build_object(
    'budget_initial', sum(initial), 'budget_adjusted', sum(coalesce(adjusted, initial)),
    'public_budget', sum(CASE expense_class WHEN 'public' THEN coalesce(adjusted, initial) ELSE 0 END),
    'three_public_budget', sum(CASE WHEN three_public THEN coalesce(adjusted, initial) ELSE 0 END)) AS facts
  FROM deptperf.budget GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'execution', count(*), jsonb_build_object(
    'paid_q1', sum(CASE WHEN month <= 3 THEN amount ELSE 0 END), 'paid_q2', sum(CASE WHEN month IN (4, 5, 6) THEN amount ELSE 0 END),
    'paid_q3', sum(CASE WHEN month IN (7, 8, 9) THEN amount ELSE 0 END), 'paid_q4', sum(CASE WHEN month >= 10 THEN amount ELSE 0 END),
    'public_paid', sum(CASE expense_class WHEN 'public' THEN amount ELSE 0 END), 'three_public_paid', sum(CASE WHEN three_public THEN amount ELSE 0 END))
  FROM deptperf.execution GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'adjustment', count(*), jsonb_build_object('adjusted_amount', sum(abs(amount)))
  FROM deptperf.adjustment GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'procurement', count(*), jsonb_build_object('procurement_planned', sum(planned), 'procurement_actual', sum(actual))
  FROM deptperf.procurement GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'fixed_asset', count(*), jsonb_build_object(
    'assets_total', sum(original_value), 'assets_in_use', sum(CASE WHEN in_use THEN original_value ELSE 0 END))
  FROM deptperf.fixed_asset GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'staffing', count(*), jsonb_build_object(
    'establishment', sum(establishment), 'staff_on_establishment', sum(on_establishment), 'staff_external', sum(external))
  FROM deptperf.staffing GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'project', count(*), jsonb_build_object('projects_planned', sum(planned), 'projects_on_time', sum(on_time))
  FROM deptperf.project GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'key_task', count(*), jsonb_build_object('key_tasks_assigned', sum(assigned), 'key_tasks_missed', sum(missed))
  FROM deptperf.key_task GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'performance_target', count(*), jsonb_build_object(
    'benefit_weight', sum(CASE WHEN aspect IN ('output', 'satisfaction') THEN 0 ELSE weight END),
    'benefit_earned', sum(CASE WHEN aspect IN ('output', 'satisfaction') THEN 0 ELSE earned END),
    'benefit_social', sum(CASE aspect WHEN 'social' THEN weight ELSE 0 END), 'benefit_economic', sum(CASE aspect WHEN 'economic' THEN weight ELSE 0 END),
    'benefit_ecological', sum(CASE aspect WHEN 'ecological' THEN weight ELSE 0 END), 'benefit_sustainable', sum(CASE aspect WHEN 'sustainable' THEN weight ELSE 0 END))
  FROM deptperf.performance_target GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'petition', count(*), jsonb_build_object(
    'petitions_received', sum(received), 'petitions_answered', sum(answered), 'petitions_in_time', sum(answered_in_time))
  FROM deptperf.petition GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'satisfaction_survey', count(*), jsonb_build_object('survey_respondents', sum(respondents), 'survey_satisfied', sum(satisfied))
  FROM deptperf.satisfaction_survey GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'disclosure', count(*), jsonb_build_object(
    'budget_disclosure_level', sum(CASE kind WHEN 'budget' THEN level ELSE 0 END), 'budget_disclosure_due', sum(CASE kind WHEN 'budget' THEN due ELSE 0 END),
    'final_accounts_disclosure_level', sum(CASE kind WHEN 'final_accounts' THEN level ELSE 0 END), 'final_accounts_disclosure_due', sum(CASE kind WHEN 'final_accounts' THEN due ELSE 0 END))
  FROM deptperf.disclosure GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'finding', count(*), jsonb_build_object('finding_budget_nonconformity', sum(CASE kind WHEN 'budget_nonconformity' THEN count ELSE 0 END),
    'finding_target_nonconformity', sum(CASE kind WHEN 'target_nonconformity' THEN count ELSE 0 END), 'finding_violation', sum(CASE kind WHEN 'violation' THEN count ELSE 0 END))
  FROM deptperf.finding GROUP BY 1, 2
  UNION ALL SELECT dept_id, fiscal_year, 'measurement', count(*), jsonb_build_object('a_fact_of_ours', sum(amount))
  FROM deptperf.measurement GROUP BY 1, 2;

-- … all facts of a closed source at 0, and these over them; and each source counts.
CREATE TEMP TABLE plain_unit AS
  WITH zero AS (
    SELECT source, jsonb_object_agg(key, 0) AS facts FROM plain_source, jsonb_each(facts) WHERE source <> 'measurement' GROUP BY source),
  said AS (
    SELECT c.dept_id, c.fiscal_year, c.source, 0 AS n, z.facts FROM deptperf.closed c JOIN zero z USING (source)
    UNION ALL SELECT dept_id, fiscal_year, source, n, facts FROM plain_source)
  SELECT dept_id, fiscal_year, key AS fact, trim_scale(sum(value::numeric)) AS value
  FROM said, jsonb_each_text(facts || jsonb_build_object(source || '_records', n)) GROUP BY 1, 2, 3
  UNION ALL SELECT DISTINCT dept_id, fiscal_year, source || '_units', 1::numeric FROM said;
CREATE INDEX ON plain_unit (dept_id);

SELECT is_empty($$
  SELECT v.*, plain.*
  FROM (SELECT dept_id, fiscal_year, u.* FROM deptperf.unit_facts, jsonb_each_text(facts) AS u) AS v(dept_id, fiscal_year, key, said)
  FULL JOIN plain_unit AS plain ON (plain.dept_id, plain.fiscal_year, plain.fact) = (v.dept_id, v.fiscal_year, v.key)
  WHERE said IS DISTINCT FROM plain.value::text $$,
  'unit_facts: each fact of each unit and year is the plain sum of its records, and no other fact is there');

SELECT is_empty($$
  WITH RECURSIVE tree(top, dept_id) AS (
    SELECT dept_id, dept_id FROM deptperf.department
    UNION ALL SELECT top, c.dept_id FROM tree JOIN deptperf.department c ON c.parent_id = tree.dept_id),
  plain AS (
    SELECT top AS dept_id, fiscal_year, fact, trim_scale(sum(value)) AS value FROM tree JOIN plain_unit USING (dept_id) GROUP BY 1, 2, 3)
  SELECT plain.dept_id, plain.fiscal_year, fact, said AS facts, value AS plain
  FROM (SELECT dept_id, fiscal_year, f.* FROM deptperf.facts, jsonb_each_text(facts) AS f) AS v(dept_id, fiscal_year, key, said)
  FULL JOIN plain ON (plain.dept_id, plain.fiscal_year, plain.fact) = (v.dept_id, v.fiscal_year, v.key)
  WHERE said IS DISTINCT FROM value::text $$,
  'facts: and of each department with all units below it');

-- 2. One department for every inner node: 'alone n' gets the records of
-- the subtree of n, and n's judgements (those never roll up).
INSERT INTO deptperf.department (dept_id, code)
  SELECT 10000 + d.dept_id, 'alone ' || d.code FROM deptperf.department d
  WHERE EXISTS (SELECT FROM deptperf.department c WHERE c.parent_id = d.dept_id) ORDER BY 1;

CREATE TEMP TABLE source (source text, columns text);
INSERT INTO source VALUES
  ('budget', 'expense_class, three_public, initial, adjusted'), ('execution', 'month, expense_class, three_public, amount'),
  ('adjustment', 'amount'), ('procurement', 'planned, actual'), ('fixed_asset', 'original_value, in_use'),
  ('staffing', 'establishment, on_establishment, external'), ('project', 'planned, on_time'), ('key_task', 'assigned, missed'),
  ('performance_target', 'aspect, weight, earned'), ('petition', 'received, answered, answered_in_time'),
  ('satisfaction_survey', 'respondents, satisfied'), ('disclosure', 'kind, level, due'), ('finding', 'kind, count'),
  ('measurement', 'fact, amount');
DO $$
DECLARE
    s record;
BEGIN
    FOR s IN SELECT * FROM source LOOP
        EXECUTE format('INSERT INTO deptperf.%I (dept_id, fiscal_year, %s)
                        WITH RECURSIVE tree(top, dept_id) AS (
                            SELECT dept_id - 10000, dept_id - 10000 FROM deptperf.department WHERE dept_id > 10000
                            UNION ALL SELECT top, c.dept_id FROM tree JOIN deptperf.department c ON c.parent_id = tree.dept_id)
                        SELECT 10000 + top, fiscal_year, %2$s FROM tree JOIN deptperf.%1$I USING (dept_id)', s.source, s.columns);
    END LOOP;
    PERFORM deptperf_close(2021);
    PERFORM deptperf_close(2020, 'finding', dept_id) FROM deptperf.department WHERE dept_id > 10000;
END $$;
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason)
  SELECT 10000 + dept_id, fiscal_year, item, points, reason FROM deptperf.assessment
  WHERE 10000 + dept_id IN (SELECT dept_id FROM deptperf.department);

CREATE TEMP TABLE s AS SELECT dept_id, fiscal_year, framework, total, grade, provisional, open, open_items, silent FROM deptperf.score;
CREATE TEMP TABLE i AS SELECT dept_id, fiscal_year, indicator, state, points FROM deptperf.indicator_score;
CREATE INDEX ON i (dept_id, fiscal_year);
CREATE TEMP TABLE e AS SELECT dept_id, fiscal_year, indicator, item, state, points, max_points FROM deptperf.item_score;

SELECT cmp_ok((SELECT count(*)::int FROM s WHERE total IS NOT NULL AND dept_id < 10000), '>', 50, 'many departments have a total');
SELECT cmp_ok((SELECT count(DISTINCT state)::int FROM e), '>=', 4, 'states of many kinds occur');

SELECT is_empty($$
  SELECT s.dept_id, s.fiscal_year, s.total, one.total, s.provisional, one.provisional, s.open, one.open, s.open_items, one.open_items
  FROM s FULL JOIN (SELECT * FROM s WHERE dept_id > 10000) AS one ON one.dept_id = 10000 + s.dept_id AND one.fiscal_year = s.fiscal_year
  WHERE (s.dept_id IS NULL OR s.dept_id + 10000 IN (SELECT dept_id FROM deptperf.department))
    AND (s.total, s.grade, s.provisional, s.open, s.open_items) IS DISTINCT FROM (one.total, one.grade, one.provisional, one.open, one.open_items) $$,
  'the score of a bureau is the score of the same records put on one department');

SELECT is_empty($$
  SELECT e.dept_id, e.fiscal_year, e.item, e.state, e.points, one.state, one.points
  FROM e LEFT JOIN e AS one ON one.dept_id = 10000 + e.dept_id AND one.fiscal_year = e.fiscal_year AND one.item = e.item
  WHERE e.dept_id + 10000 IN (SELECT dept_id FROM deptperf.department)
    AND (e.state, e.points) IS DISTINCT FROM (one.state, one.points) $$,
  'and so is each item');

-- 3. The point path.
SELECT is_empty($$
  WITH point AS (SELECT dept_id, fiscal_year, framework, total, grade, provisional, open, open_items, silent
                 FROM deptperf_scores((SELECT array_agg(dept_id) FROM deptperf.department), '{2019,2020,2021}'))
  (SELECT 'only in the view', * FROM s EXCEPT ALL SELECT 'only in the view', * FROM point)
  UNION ALL
  (SELECT 'only by deptperf_scores', * FROM point EXCEPT ALL SELECT 'only by deptperf_scores', * FROM s) $$,
  'deptperf_scores gives the rows of the view score');

SELECT is_empty($$
  SELECT dept_id, fiscal_year, total, deptperf_total(dept_id, fiscal_year), grade, deptperf_grade(dept_id, fiscal_year)
  FROM s WHERE (deptperf_total(dept_id, fiscal_year), deptperf_grade(dept_id, fiscal_year)) IS DISTINCT FROM (total, grade) $$,
  'deptperf_total and deptperf_grade agree with it');

-- 4. Evaluation of the view facts with the view inputs.
SELECT is_empty($$
  SELECT dept_id, fiscal_year, s.total, t.*
  FROM deptperf.facts FULL JOIN deptperf.inputs USING (dept_id, fiscal_year) FULL JOIN s USING (dept_id, fiscal_year),
       deptperf_evaluate_total(deptperf_framework_document('sz-2021'), coalesce(facts, '{}'), coalesce(inputs, '{}')) AS t
  WHERE (s.total, s.grade, s.provisional, s.open, s.open_items) IS DISTINCT FROM (t.total, t.grade, t.provisional, t.open, t.open_items) $$,
  'deptperf_evaluate_total on facts agrees with score');

SELECT is_empty($$
  SELECT s.dept_id, s.fiscal_year, s.provisional, x.provisional
  FROM s, LATERAL (SELECT coalesce(sum(points), 0) AS provisional FROM i WHERE i.dept_id = s.dept_id AND i.fiscal_year = s.fiscal_year) AS x
  WHERE s.provisional IS DISTINCT FROM x.provisional $$,
  'provisional is the sum of the indicators known');

-- 5. The 21 functions on the facts and judgements of each department and year.
-- A vetoed B1.2 is 0 at once, also where the function is given a NULL.
CREATE FUNCTION pg_temp.f(facts jsonb, name text) RETURNS numeric IMMUTABLE LANGUAGE sql RETURN (facts ->> name)::numeric;
CREATE FUNCTION pg_temp.level(facts jsonb, kind text) RETURNS numeric IMMUTABLE LANGUAGE sql AS $$
  SELECT CASE WHEN due = 0 THEN NULL WHEN level = due THEN 2 WHEN level > 0 THEN 1 WHEN level = 0 THEN 0 END
  FROM (SELECT pg_temp.f(facts, kind || '_disclosure_level') AS level, pg_temp.f(facts, kind || '_disclosure_due') AS due) AS x
$$;
CREATE TEMP TABLE function_score AS
  SELECT dept_id, fiscal_year, v.*
  FROM s LEFT JOIN deptperf.facts AS f USING (dept_id, fiscal_year) LEFT JOIN deptperf.inputs AS j USING (dept_id, fiscal_year), LATERAL (VALUES
    ('A1.1', deptperf_budget_rationality(pg_temp.f(inputs, 'A1.1.1'), pg_temp.f(inputs, 'A1.1.2'), pg_temp.f(inputs, 'A1.1.3'), pg_temp.f(inputs, 'A1.1.4'), pg_temp.f(inputs, 'A1.1.5'))),
    ('A1.2', deptperf_budget_compliance(pg_temp.f(facts, 'finding_budget_nonconformity'))),
    ('A2.1', deptperf_target_completeness(pg_temp.f(facts, 'finding_target_nonconformity'))),
    ('A2.2', deptperf_target_clarity(pg_temp.f(inputs, 'A2.2.1'), pg_temp.f(inputs, 'A2.2.2'), pg_temp.f(inputs, 'A2.2.3'), pg_temp.f(inputs, 'A2.2.4'), pg_temp.f(inputs, 'A2.2.5'))),
    ('B1.1', deptperf_procurement_execution(pg_temp.f(facts, 'procurement_actual'), pg_temp.f(facts, 'procurement_planned'), pg_temp.f(inputs, 'B1.1.2'))),
    ('B1.2', CASE WHEN pg_temp.f(facts, 'finding_violation') > 0 THEN 0
             WHEN pg_temp.f(facts, 'budget_initial') = 0 THEN NULL      -- missing, or an error
             ELSE deptperf_financial_compliance(pg_temp.f(inputs, 'B1.2.1'), pg_temp.f(facts, 'adjusted_amount'), pg_temp.f(facts, 'budget_initial'), pg_temp.f(inputs, 'B1.2.3'),
                                                coalesce(pg_temp.f(facts, 'finding_violation'), 0)) END),
    ('B1.3', deptperf_disclosure(pg_temp.level(facts, 'budget'), pg_temp.level(facts, 'final_accounts'))),
    ('B2.1', deptperf_project_procedure(pg_temp.f(inputs, 'B2.1.1'), pg_temp.f(inputs, 'B2.1.2'))),
    ('B2.2', deptperf_project_supervision(pg_temp.f(inputs, 'B2.2.1'), pg_temp.f(inputs, 'B2.2.2'))),
    ('B3.1', deptperf_asset_safety(pg_temp.f(inputs, 'B3.1.1'), pg_temp.f(inputs, 'B3.1.2'))),
    ('B3.2', deptperf_asset_utilization(pg_temp.f(facts, 'assets_in_use'), pg_temp.f(facts, 'assets_total'))),
    ('B4.1', deptperf_staffing_control(pg_temp.f(facts, 'staff_on_establishment'), pg_temp.f(facts, 'establishment'))),
    ('B4.2', deptperf_external_staff_control(pg_temp.f(facts, 'staff_external'), pg_temp.f(facts, 'staff_on_establishment'))),
    ('B5.1', deptperf_management_system(pg_temp.f(inputs, 'B5.1.1'), pg_temp.f(inputs, 'B5.1.2'), pg_temp.f(inputs, 'B5.1.3'))),
    ('C1.1', deptperf_public_expense_control(pg_temp.f(facts, 'three_public_paid'), pg_temp.f(facts, 'three_public_budget'), pg_temp.f(facts, 'public_paid'), pg_temp.f(facts, 'public_budget'))),
    ('C2.1', CASE WHEN pg_temp.f(facts, 'budget_adjusted') > 0 THEN    -- payments without a budget would be an error
             deptperf_budget_execution(pg_temp.f(facts, 'paid_q1'), pg_temp.f(facts, 'paid_q2'), pg_temp.f(facts, 'paid_q3'), pg_temp.f(facts, 'paid_q4'), pg_temp.f(facts, 'budget_adjusted')) END),
    ('C2.2', deptperf_key_tasks(pg_temp.f(facts, 'key_tasks_missed'))),
    ('C2.3', deptperf_project_timeliness(pg_temp.f(facts, 'projects_on_time'), pg_temp.f(facts, 'projects_planned'))),
    ('C3.1', deptperf_benefit(pg_temp.f(facts, 'benefit_earned'), pg_temp.f(facts, 'benefit_weight'),
             (SELECT count(*) FROM unnest('{benefit_social,benefit_economic,benefit_ecological,benefit_sustainable}'::text[]) AS a WHERE pg_temp.f(facts, a) > 0))),
    ('C4.1', deptperf_petitions(pg_temp.f(inputs, 'C4.1.1'), pg_temp.f(facts, 'petitions_received'), pg_temp.f(facts, 'petitions_answered'), pg_temp.f(facts, 'petitions_in_time'))),
    ('C4.2', deptperf_satisfaction(pg_temp.f(facts, 'survey_satisfied'), pg_temp.f(facts, 'survey_respondents')))) AS v(indicator, points);

CREATE INDEX ON function_score (dept_id, fiscal_year);
SELECT is_empty($$
  SELECT dept_id, fiscal_year, indicator, i.state, i.points AS view, f.points AS function
  FROM function_score f FULL JOIN i USING (dept_id, fiscal_year, indicator)
  WHERE i.points IS DISTINCT FROM f.points $$,
  'the 21 functions on its facts give each indicator of each department');

SELECT is_empty($$
  SELECT s.dept_id, s.fiscal_year, s.total, x.total
  FROM s, LATERAL (SELECT CASE WHEN count(points) = 21 THEN sum(points) END AS total
                   FROM function_score f WHERE f.dept_id = s.dept_id AND f.fiscal_year = s.fiscal_year) AS x
  WHERE s.total IS DISTINCT FROM x.total $$,
  'and together its total');

-- 6. The computed items in plain SQL, as somebody else would write them.
CREATE TEMP TABLE n AS
  SELECT dept_id, fiscal_year, r.* FROM deptperf.facts, jsonb_to_record(facts) AS r(
    finding_budget_nonconformity numeric, finding_target_nonconformity numeric, finding_violation numeric, procurement_actual numeric, procurement_planned numeric,
    adjusted_amount numeric, budget_initial numeric, budget_adjusted numeric, budget_disclosure_level numeric, budget_disclosure_due numeric,
    final_accounts_disclosure_level numeric, final_accounts_disclosure_due numeric, assets_in_use numeric, assets_total numeric,
    staff_on_establishment numeric, establishment numeric, staff_external numeric, three_public_paid numeric, three_public_budget numeric,
    public_paid numeric, public_budget numeric, paid_q1 numeric, paid_q2 numeric, paid_q3 numeric, paid_q4 numeric, key_tasks_missed numeric,
    projects_on_time numeric, projects_planned numeric, benefit_earned numeric, benefit_weight numeric,
    petitions_received numeric, petitions_answered numeric, petitions_in_time numeric, survey_satisfied numeric, survey_respondents numeric);
CREATE TEMP TABLE plain AS
  SELECT dept_id, fiscal_year, v.*
  FROM n, LATERAL (SELECT staff_on_establishment + staff_external AS staff, nullif(budget_adjusted, 0) AS b,
                          paid_q1 AS q1, paid_q1 + paid_q2 AS q2, paid_q1 + paid_q2 + paid_q3 AS q3, paid_q1 + paid_q2 + paid_q3 + paid_q4 AS q4) AS x,
  LATERAL (VALUES
    ('A1.2.1', CASE WHEN finding_budget_nonconformity > 5 THEN 0 ELSE 5 - finding_budget_nonconformity END),
    ('A2.1.1', CASE WHEN finding_target_nonconformity > 3 THEN 0 ELSE 3 - finding_target_nonconformity END),
    ('B1.1.1', CASE WHEN procurement_planned = 0 AND procurement_actual = 0 THEN 1 WHEN procurement_actual > procurement_planned THEN 0
               ELSE procurement_actual / procurement_planned END),
    ('B1.2.2', CASE WHEN budget_initial = 0 THEN NULL WHEN adjusted_amount <= 0.1 * budget_initial THEN 1 WHEN adjusted_amount >= 0.2 * budget_initial THEN 0
               ELSE 2 - 10 * adjusted_amount / budget_initial END),
    ('B1.3.1', CASE WHEN budget_disclosure_due = 0 THEN NULL WHEN budget_disclosure_level = budget_disclosure_due THEN 1.5
               WHEN budget_disclosure_level > 0 THEN 1 WHEN budget_disclosure_level = 0 THEN 0 END),
    ('B1.3.2', CASE WHEN final_accounts_disclosure_due = 0 THEN NULL WHEN final_accounts_disclosure_level = final_accounts_disclosure_due THEN 1.5
               WHEN final_accounts_disclosure_level > 0 THEN 1 WHEN final_accounts_disclosure_level = 0 THEN 0 END),
    ('B3.2.1', CASE WHEN assets_in_use >= 0.9 * assets_total THEN 1 WHEN assets_in_use >= 0.75 * assets_total THEN 0.7
               WHEN assets_in_use >= 0.6 * assets_total THEN 0.4 WHEN assets_in_use >= 0 THEN 0 END),
    ('B4.1.1', CASE WHEN staff_on_establishment <= establishment THEN 1 WHEN staff_on_establishment > establishment THEN 0 END),
    ('B4.2.1', CASE WHEN staff = 0 THEN NULL WHEN staff_external < 0.05 * staff THEN 1 WHEN staff_external <= 0.1 * staff THEN 0.5 WHEN staff > 0 THEN 0 END),
    ('C1.1.1', CASE WHEN three_public_paid = 0 AND three_public_budget = 0 OR three_public_paid < 0.9 * three_public_budget THEN 3
               WHEN three_public_paid <= three_public_budget THEN 2 WHEN three_public_paid > three_public_budget THEN 0 END),
    ('C1.1.2', CASE WHEN public_paid = 0 AND public_budget = 0 OR public_paid < 0.9 * public_budget THEN 3
               WHEN public_paid <= public_budget THEN 2 WHEN public_paid > public_budget THEN 0 END),
    ('C2.1.1', CASE WHEN q1 < 0 THEN 0 * b WHEN q1 > 0.25 * b THEN 1 ELSE 4 * q1 / b END),
    ('C2.1.2', CASE WHEN q2 < 0 THEN 0 * b WHEN q2 > 0.5 * b THEN 1 ELSE 2 * q2 / b END),
    ('C2.1.3', CASE WHEN q3 < 0 THEN 0 * b WHEN q3 > 0.75 * b THEN 1 ELSE 4 * q3 / (3 * b) END),
    ('C2.1.4', CASE WHEN q4 < 0 THEN 0 * b WHEN q4 > b THEN 1 ELSE q4 / b END),
    ('C2.1.5', greatest(0 * b * q4, least(2 + 0 * b * q4, 2 * (q1 / b / 0.25 + q2 / b / 0.5 + q3 / b / 0.75 + q4 / b) / 4))),
    ('C2.2.1', CASE WHEN key_tasks_missed > 1 THEN 0 ELSE 8 - 4 * key_tasks_missed END),
    ('C2.3.1', CASE WHEN projects_planned = 0 THEN 6 ELSE 6 * projects_on_time / projects_planned END),
    ('C3.1.1', 25 * benefit_earned / nullif(benefit_weight, 0)),
    ('C4.1.2', CASE WHEN petitions_answered = petitions_received THEN 1 WHEN petitions_answered < petitions_received THEN 0 END),
    ('C4.1.3', CASE WHEN petitions_in_time = petitions_received THEN 1 WHEN petitions_in_time < petitions_received THEN 0 END),
    ('C4.2.1', CASE WHEN survey_respondents = 0 THEN NULL WHEN survey_satisfied >= 0.95 * survey_respondents THEN 6 WHEN survey_satisfied >= 0.9 * survey_respondents THEN 4
               WHEN survey_satisfied >= 0.8 * survey_respondents THEN 2 WHEN survey_satisfied >= 0 THEN 1 END)) AS v(item, points);
CREATE INDEX ON n (dept_id, fiscal_year);
CREATE INDEX ON plain (dept_id, fiscal_year, item);
ANALYZE n, plain;
SELECT is_empty($$
  SELECT dept_id, fiscal_year, item, e.state, e.points AS view, round(p.points, 6) AS plain
  FROM plain p JOIN e USING (dept_id, fiscal_year, item)
  WHERE e.points IS DISTINCT FROM round(p.points, 6) $$,
  'the items are what plain SQL makes of the same facts');

SELECT isnt_empty($$
  SELECT dept_id FROM s JOIN LATERAL (SELECT avg(u.total) AS mean FROM deptperf.department d JOIN s AS u USING (dept_id)
                                      WHERE d.parent_id = s.dept_id AND u.fiscal_year = s.fiscal_year) AS units ON true
  WHERE round(mean, 2) <> total $$,
  'which is not the mean of the totals of its units');

-- 7. The same with several frameworks in the tree: forty departments choose one
-- from some year on, and what is below them inherits it.  "short" holds for two
-- years only; where it is chosen for 2021 there is no framework.
DO $$ BEGIN
    PERFORM deptperf_framework_import(deptperf_framework_seed('sz-2021-records') || '{"framework": "short", "from_year": 2019, "to_year": 2020}');
END $$;
INSERT INTO deptperf.department_framework (dept_id, from_year, framework)
  SELECT DISTINCT ON (dept_id, from_year) * FROM (
    SELECT 1 + floor(random() * 60)::int AS dept_id, 2018 + floor(random() * 4)::int AS from_year, pg_temp.pick('sz-2021', 'sz-2021-records', 'short')
    FROM generate_series(1, 40)) AS x;

CREATE TEMP TABLE in_force AS
  WITH RECURSIVE up(dept_id, ancestor, depth) AS (
    SELECT dept_id, dept_id, 0 FROM deptperf.department
    UNION ALL SELECT up.dept_id, d.parent_id, depth + 1 FROM up JOIN deptperf.department d ON d.dept_id = ancestor WHERE d.parent_id IS NOT NULL)
  SELECT DISTINCT ON (up.dept_id, y) up.dept_id, y AS fiscal_year, coalesce(f.framework, 'sz-2021') AS chosen,
         CASE WHEN f.framework = 'short' AND y NOT BETWEEN 2019 AND 2020 THEN NULL ELSE coalesce(f.framework, 'sz-2021') END AS framework
  FROM up CROSS JOIN generate_series(2019, 2021) AS y
  LEFT JOIN deptperf.department_framework f ON f.dept_id = ancestor AND f.from_year <= y
  ORDER BY up.dept_id, y, f.framework IS NULL, depth, f.from_year DESC;

CREATE TEMP TABLE s2 AS SELECT dept_id, fiscal_year, framework, total, grade, provisional, open, open_items, silent FROM deptperf.score;
ANALYZE s2, in_force;
SELECT is_empty($$
  SELECT dept_id, fiscal_year, f.framework AS want, s2.framework AS score
  FROM (SELECT in_force.* FROM in_force JOIN s USING (dept_id, fiscal_year)) AS f
  FULL JOIN s2 USING (dept_id, fiscal_year)
  WHERE f.framework IS DISTINCT FROM s2.framework $$,
  'each department is scored by the framework of its nearest department that chose one, or not at all');

SELECT is_empty($$
  WITH point AS (SELECT dept_id, fiscal_year, framework, total, grade, provisional, open, open_items, silent
                 FROM deptperf_scores((SELECT array_agg(dept_id) FROM deptperf.department), '{2019,2020,2021}'))
  (SELECT 'only in the view', * FROM s2 EXCEPT ALL SELECT 'only in the view', * FROM point)
  UNION ALL
  (SELECT 'only by deptperf_scores', * FROM point EXCEPT ALL SELECT 'only by deptperf_scores', * FROM s2) $$,
  'and deptperf_scores does the same');

-- sz-2021-records: what is decided, as a share of its points.  A vetoed B1.2 is decided.
SELECT is_empty($$
  SELECT s2.dept_id, s2.fiscal_year, s2.total, s2.open, x.*
  FROM s2, LATERAL (
    SELECT round(100 * sum(veto.points) / sum(i.points) FILTER (WHERE veto.points IS NOT NULL), 2) AS total,
           50 - coalesce(sum(i.points) FILTER (WHERE veto.points IS NOT NULL), 0) AS open,
           count(*) FILTER (WHERE veto.points IS NULL) AS open_items
    FROM deptperf.framework_item i
    LEFT JOIN plain p ON p.dept_id = s2.dept_id AND p.fiscal_year = s2.fiscal_year AND p.item = i.code
    LEFT JOIN n ON i.code = 'B1.2.2' AND n.dept_id = s2.dept_id AND n.fiscal_year = s2.fiscal_year
    CROSS JOIN LATERAL (SELECT CASE WHEN finding_violation > 0 THEN 0 ELSE p.points END) AS veto(points)
    WHERE i.framework = 'sz-2021-records') AS x
  WHERE s2.framework <> 'sz-2021' AND (s2.total, s2.provisional, s2.open, s2.open_items) IS DISTINCT FROM (x.total, coalesce(x.total, 0), x.open, x.open_items) $$,
  'by sz-2021-records the total is what plain SQL makes of the decided items');

CREATE FUNCTION pg_temp.total(dept bigint, year int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce(deptperf_total(dept, year), 0);
EXCEPTION WHEN others THEN
    RETURN CASE WHEN SQLSTATE !~ '^XX' THEN 'error' ELSE SQLERRM END;
END $$;
SELECT is_empty($$
  SELECT f.*, s2.total, got
  FROM in_force f LEFT JOIN s2 USING (dept_id, fiscal_year), pg_temp.total(dept_id, fiscal_year) AS got
  WHERE dept_id < 150 AND got IS DISTINCT FROM CASE WHEN f.framework IS NULL THEN 'error' ELSE coalesce(total, 0)::text END $$,
  'deptperf_total raises an error exactly where there is no framework');

SELECT * FROM finish();
ROLLBACK;
