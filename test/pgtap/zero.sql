-- zero.sql: zeros, absences and contradictions (records.md §1 and §2) through
-- the workspace: 0/0 of each item, n/0 on both sides, negative numbers, silence
-- and closing, net refunds, requirements, overrides, exemptions, the veto.
BEGIN;
SELECT plan(13);

SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

-- 1. Each ratio at each of six odd places.  n and d: the facts above and below;
-- the cells: state and points expected.
CREATE TEMP TABLE ratio (
    item text, n text, d text,
    "0/0" text, "5/0" text, "-5/0" text, "5/-5" text, "-5/100" text, "105/100" text);
INSERT INTO ratio VALUES
  ('B1.1.1', 'procurement_actual', 'procurement_planned',
             'not_applicable 1', 'scored 0', 'invalid', 'invalid', 'invalid', 'scored 0'),
  ('B1.2.2', 'adjusted_amount', 'budget_initial',
             'missing', 'invalid', 'invalid', 'invalid', 'invalid', 'scored 0'),
  ('B1.3.1', 'budget_disclosure_level', 'budget_disclosure_due',
             'missing', 'invalid', 'scored 0', 'invalid', 'scored 0', 'invalid'),
  ('B1.3.2', 'final_accounts_disclosure_level', 'final_accounts_disclosure_due',
             'missing', 'invalid', 'scored 0', 'invalid', 'scored 0', 'invalid'),
  ('B3.2.1', 'assets_in_use', 'assets_total',
             'not_applicable 1', 'invalid', 'invalid', 'invalid', 'invalid', 'invalid'),
  ('B4.1.1', 'staff_on_establishment', 'establishment',
             'not_applicable 1', 'scored 0', 'invalid', 'invalid', 'invalid', 'scored 0'),
  ('B4.2.1', 'staff_external', '(and staff_on_establishment)',
             'missing', 'invalid', 'invalid', 'invalid', 'invalid', 'invalid'),
  ('C1.1.1', 'three_public_paid', 'three_public_budget',
             'not_applicable 3', 'scored 0', 'scored 3', 'invalid', 'scored 3', 'scored 0'),
  ('C1.1.2', 'public_paid', 'public_budget',
             'not_applicable 3', 'scored 0', 'scored 3', 'invalid', 'scored 3', 'scored 0'),
  ('C2.1.1', 'paid_q1', 'budget_adjusted',
             'missing', 'invalid', 'invalid', 'invalid', 'scored 0', 'scored 1'),
  ('C2.1.2', 'paid_q1', 'budget_adjusted',
             'missing', 'invalid', 'invalid', 'invalid', 'scored 0', 'scored 1'),
  ('C2.1.3', 'paid_q1', 'budget_adjusted',
             'missing', 'invalid', 'invalid', 'invalid', 'scored 0', 'scored 1'),
  ('C2.1.4', 'paid_q1', 'budget_adjusted',
             'missing', 'invalid', 'invalid', 'invalid', 'scored 0', 'scored 1'),
  ('C2.1.5', 'paid_q1', 'budget_adjusted',
             'missing', 'invalid', 'invalid', 'invalid', 'scored 0', 'scored 2'),
  ('C2.3.1', 'projects_on_time', 'projects_planned',
             'not_applicable 6', 'invalid', 'invalid', 'invalid', 'invalid', 'invalid'),
  ('C3.1.1', 'benefit_earned', 'benefit_weight',
             'missing', 'invalid', 'invalid', 'invalid', 'invalid', 'invalid'),
  ('C4.1.2', 'petitions_answered', 'petitions_received',
             'not_applicable 1', 'invalid', 'invalid', 'invalid', 'invalid', 'invalid'),
  ('C4.1.3', 'petitions_in_time', 'petitions_received',
             'not_applicable 1', 'invalid', 'invalid', 'invalid', 'invalid', 'invalid'),
  ('C4.2.1', 'survey_satisfied', 'survey_respondents',
             'missing', 'invalid', 'invalid', 'invalid', 'invalid', 'invalid');

-- A department a cell.  Contradictions can't be stored as records, so the facts
-- come through measurement, the door for any declared fact.
CREATE TEMP TABLE cell AS
  SELECT (row_number() OVER ())::int AS id, item, place.key AS place, place.value AS want,
         CASE item WHEN 'B4.2.1' THEN jsonb_build_object('staff_external', x.n, 'staff_on_establishment', x.d - x.n)
                   ELSE jsonb_build_object(ratio.n, x.n, ratio.d, x.d) END
         || CASE WHEN item LIKE 'C2.1.%' THEN '{"paid_q2": 0, "paid_q3": 0, "paid_q4": 0}' ELSE '{}' END::jsonb AS facts
  FROM ratio, jsonb_each_text(to_jsonb(ratio) - '{item,n,d}'::text[]) AS place,
       LATERAL (SELECT split_part(place.key, '/', 1)::numeric, split_part(place.key, '/', 2)::numeric) AS x(n, d);
INSERT INTO deptperf.department (dept_id, code) SELECT id, 'cell ' || id FROM cell;
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount)
  SELECT id, 2021, key, value::numeric FROM cell, jsonb_each_text(facts);

SELECT is_empty($$
  SELECT c.item, place, facts, want, concat_ws(' ', state, trim_scale(points)) AS got
  FROM cell c LEFT JOIN deptperf.item_score s ON s.dept_id = id AND s.fiscal_year = 2021 AND s.item = c.item
  WHERE concat_ws(' ', state, trim_scale(points)) <> want $$,
  '0/0, n/0 and negatives of each item, in the view item_score');

SELECT is_empty($$
  SELECT item, place, facts, want, concat_ws(' ', state, trim_scale(points)) AS got
  FROM cell c LEFT JOIN deptperf_evaluate(deptperf_framework_seed('sz-2021'), facts, '{}') AS e
    ON level = 'item' AND code = item
  WHERE concat_ws(' ', state, trim_scale(points)) <> want $$,
  'and in deptperf_evaluate');

SELECT is_empty($$
  SELECT c.item, place, facts, x.item, x.state
  FROM cell c JOIN deptperf.item_score x ON x.dept_id = id AND x.fiscal_year = 2021
  JOIN deptperf.framework_item i ON i.framework = 'sz-2021' AND i.code = x.item
  WHERE x.state <> 'missing'
    AND EXISTS (SELECT FROM unnest(deptperf_formula_facts(i.formula)) AS f WHERE NOT facts ? f) $$,
  'an item one of whose facts is absent is missing, whatever else is known');

-- 2. Departments with a story.  dept(code) makes the department at first.
CREATE FUNCTION pg_temp.dept(dept text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    id bigint := (SELECT dept_id FROM deptperf.department WHERE code = dept);
BEGIN
    IF id IS NULL THEN
        INSERT INTO deptperf.department (dept_id, code)
        VALUES (1000 + (SELECT count(*) FROM deptperf.department), dept) RETURNING dept_id INTO id;
    END IF;
    RETURN id;
END $$;
-- known: an indicator with points; whether it then takes its items' common state is free.
CREATE TEMP TABLE want (dept text, code text, state text, points numeric, why text);

-- No record and not closed; closed without a record; closed and a record after.
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points) VALUES (pg_temp.dept('silent'), 2021, 'B2.1.1', 1);
DO $$ BEGIN
    PERFORM deptperf_close(2021, 'finding', pg_temp.dept('closed'));
    PERFORM deptperf_close(2021, 'finding', pg_temp.dept('closed, then a finding'));
    PERFORM deptperf_close(2021, source, pg_temp.dept('all closed'))
    FROM unnest('{budget,execution,adjustment,procurement,fixed_asset,staffing,project,key_task,performance_target,
                  petition,satisfaction_survey,disclosure,finding}'::text[]) AS source;
END $$;
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind)
  VALUES (pg_temp.dept('closed, then a finding'), 2021, 'budget_nonconformity'),
         (pg_temp.dept('a finding'), 2021, 'target_nonconformity');
INSERT INTO want VALUES
  ('silent', 'B2.1.1', 'judged', 1, NULL),
  ('silent', 'B2.1.2', 'missing', NULL, 'not judged yet'),
  ('silent', 'A1.2.1', 'missing', NULL, 'absent is not zero'),
  ('silent', 'B3.2.1', 'missing', NULL, 'absent is not 0/0'),
  ('silent', 'A1.2', 'missing', NULL, NULL),
  ('silent', 'B2.1', 'missing', NULL, 'one of two items'),
  ('closed', 'A1.2.1', 'scored', 5, 'no finding, and somebody said so'),
  ('closed', 'A2.1.1', 'scored', 3, 'the source speaks as a whole'),
  ('closed', 'B3.2.1', 'missing', NULL, 'another source'),
  ('closed', 'A1.2', 'known', 5, NULL),
  ('closed, then a finding', 'A1.2.1', 'scored', 4, 'closing locks nothing'),
  ('a finding', 'A1.2.1', 'scored', 5, 'any record makes the whole source speak'),
  ('a finding', 'A2.1.1', 'scored', 2, NULL),
  ('all closed', 'B1.1.1', 'not_applicable', 1, 'procurement closed: 0/0'),
  ('all closed', 'B1.2.2', 'missing', NULL, '0/0'),
  ('all closed', 'B3.2.1', 'not_applicable', 1, NULL),
  ('all closed', 'B4.1.1', 'not_applicable', 1, NULL),
  ('all closed', 'B4.2.1', 'missing', NULL, NULL),
  ('all closed', 'C1.1', 'known', 6, 'two items not applicable'),
  ('all closed', 'C2.1.5', 'missing', NULL, NULL),
  ('all closed', 'C2.2.1', 'scored', 8, 'no task missed'),
  ('all closed', 'C2.3.1', 'not_applicable', 6, NULL),
  ('all closed', 'C3.1.1', 'missing', NULL, NULL),
  ('all closed', 'C4.1.2', 'not_applicable', 1, NULL),
  ('all closed', 'C4.2.1', 'missing', NULL, NULL);

-- A net refund in the first quarter: (25 * -10 + 13 * 60 + 7 * 25 + 3 * 25) / 1200 = 0.65
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial)
  VALUES (pg_temp.dept('refund'), 2021, 'public', 100);
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount)
  SELECT pg_temp.dept('refund'), 2021, month, class, amount
  FROM (VALUES (1, 'project', 20), (3, 'public', -30), (4, 'project', 60), (9, 'project', 25), (12, 'project', 25)) AS v(month, class, amount);
INSERT INTO want VALUES
  ('refund', 'C2.1.1', 'scored', 0, '-10 %'),
  ('refund', 'C2.1.2', 'scored', 1, '50 %'),
  ('refund', 'C2.1.3', 'scored', 1, '75 %'),
  ('refund', 'C2.1.4', 'scored', 1, '100 %'),
  ('refund', 'C2.1.5', 'scored', 1.3, '65 %'),
  ('refund', 'C2.1', 'known', 4.3, NULL),
  ('refund', 'C1.1.2', 'scored', 3, '-30 %: nothing overspent'),
  ('refund', 'C1.1.1', 'not_applicable', 3, 'no line of the three: 0/0');

-- Contradictions that records can have: more staff than posts, spending without a
-- budget, a budget below zero, an adjustment of nothing.
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external)
  VALUES (pg_temp.dept('no posts'), 2021, 0, 5, 0);
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (pg_temp.dept('no plan'), 2021, 0, 5);
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial, adjusted)
  VALUES (pg_temp.dept('negative budget'), 2021, 'public', -1, -2), (pg_temp.dept('zero budget'), 2021, 'public', 0, 0);
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount)
  VALUES (pg_temp.dept('negative budget'), 2021, 5), (pg_temp.dept('zero budget'), 2021, -5);
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount)
  VALUES (pg_temp.dept('negative budget'), 2021, 5, 'public', 5), (pg_temp.dept('zero budget'), 2021, 5, 'public', 5);
INSERT INTO want VALUES
  ('no posts', 'B4.1.1', 'scored', 0, '5/0'),
  ('no posts', 'B4.2.1', 'scored', 1, '0/5'),
  ('no plan', 'B1.1.1', 'scored', 0, '5/0'),
  ('negative budget', 'B1.2.2', 'invalid', NULL, '5/-1'),
  ('negative budget', 'C1.1.2', 'invalid', NULL, '5/-2'),
  ('negative budget', 'C2.1.1', 'invalid', NULL, '0/-2'),
  ('negative budget', 'C2.1', 'missing', NULL, 'while any item is invalid'),
  ('zero budget', 'B1.2.2', 'invalid', NULL, '5/0: no slope from infinity'),
  ('zero budget', 'C1.1.2', 'scored', 0, '5/0'),
  ('zero budget', 'C2.1.1', 'missing', NULL, '0/0'),
  ('zero budget', 'C2.1.2', 'invalid', NULL, '5/0: no share of infinity');

-- Requirements.  B1.2 names only zero: without findings known it passes.  C3.1
-- names missing: without facts it is missing.
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial)
  SELECT pg_temp.dept(d), 2021, 'project', 100
  FROM unnest('{findings unknown,vetoed,vetoed and overridden,vetoed item overridden}'::text[]) AS d;
DO $$ BEGIN
    PERFORM deptperf_close(2021, 'adjustment', dept_id)
    FROM deptperf.department WHERE code IN ('findings unknown', 'vetoed', 'vetoed and overridden', 'vetoed item overridden');
END $$;
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points)
  SELECT pg_temp.dept(d), 2021, item, 1
  FROM unnest('{findings unknown,vetoed,vetoed and overridden,vetoed item overridden,vetoed while open}'::text[]) AS d,
       unnest('{B1.2.1,B1.2.3}'::text[]) AS item
  WHERE d <> 'vetoed while open' OR item = 'B1.2.1';
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count)
  SELECT pg_temp.dept(d), 2021, 'violation', 2
  FROM unnest('{vetoed,vetoed and overridden,vetoed item overridden,vetoed while open,vetoed and exempt}'::text[]) AS d;
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, exempt, reason) VALUES
  (pg_temp.dept('vetoed and overridden'), 2021, 'B1.2', 2.5, false, 'the court lifted it'),
  (pg_temp.dept('vetoed item overridden'), 2021, 'B1.2.2', 0.5, false, 'half'),
  (pg_temp.dept('vetoed and exempt'), 2021, 'B1.2', NULL, true, 'no money of its own');
INSERT INTO want VALUES
  ('findings unknown', 'B1.2', 'known', 3, 'the requirement passes'),
  ('findings unknown', 'A1.2.1', 'missing', NULL, NULL),
  ('vetoed', 'B1.2', 'vetoed', 0, NULL),
  ('vetoed', 'B1.2.1', 'judged', 1, 'items keep their own state and points'),
  ('vetoed', 'B1.2.2', 'scored', 1, NULL),
  ('vetoed', 'A1.2.1', 'scored', 5, 'a violation is no non-conformity'),
  ('vetoed while open', 'B1.2', 'vetoed', 0, 'zero at once, though items are missing'),
  ('vetoed while open', 'B1.2.1', 'judged', 1, NULL),
  ('vetoed while open', 'B1.2.2', 'missing', NULL, NULL),
  ('vetoed while open', 'B1.2.3', 'missing', NULL, NULL),
  ('vetoed and overridden', 'B1.2', 'overridden', 2.5, 'requirements included'),
  ('vetoed item overridden', 'B1.2', 'vetoed', 0, NULL),
  ('vetoed item overridden', 'B1.2.2', 'overridden', 0.5, NULL),
  ('vetoed and exempt', 'B1.2', 'exempt', 3, NULL);

-- Benefit: a target a row, as aspect, weight, earned.
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned)
  SELECT pg_temp.dept(d), 2021, aspect, weight, earned
  FROM (VALUES ('two aspects', 'social', 10, 10), ('two aspects', 'sustainable', 10, 5),
               ('weightless', 'social', 10, 10), ('weightless', 'sustainable', 10, 5), ('weightless', 'economic', 0, 0),
               ('three aspects', 'social', 10, 10), ('three aspects', 'sustainable', 10, 5), ('three aspects', 'ecological', 5, 5),
               ('output only', 'output', 10, 10), ('output only', 'satisfaction', 10, 10),
               ('indicator overridden', 'social', 10, 5)) AS v(d, aspect, weight, earned);
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, exempt, reason) VALUES
  (pg_temp.dept('item overridden'), 2021, 'C3.1.1', 20, false, 'published'),
  (pg_temp.dept('indicator overridden'), 2021, 'C3.1', 20, false, 'published'),
  (pg_temp.dept('item exempt'), 2021, 'B3.2.1', NULL, true, 'owns nothing'),
  (pg_temp.dept('item exempt'), 2021, 'B2.1.1', NULL, true, 'no projects'),
  (pg_temp.dept('indicator exempt'), 2021, 'C3.1', NULL, true, 'an office');
INSERT INTO want VALUES
  ('two aspects', 'C3.1.1', 'scored', 18.75, '15/20 of 25'),
  ('two aspects', 'C3.1', 'missing', NULL, 'three are due'),
  ('weightless', 'C3.1', 'missing', NULL, 'an aspect without weight is not covered'),
  ('three aspects', 'C3.1', 'known', 20, '20/25 of 25'),
  ('output only', 'C3.1.1', 'missing', NULL, 'the source speaks, no benefit target: 0/0'),
  ('output only', 'C3.1', 'missing', NULL, NULL),
  ('item overridden', 'C3.1.1', 'overridden', 20, NULL),
  ('item overridden', 'C3.1', 'missing', NULL, 'the requirement is still missing'),
  ('indicator overridden', 'C3.1', 'overridden', 20, NULL),
  ('item exempt', 'B3.2.1', 'exempt', 1, NULL),
  ('item exempt', 'B3.2', 'known', 1, NULL),
  ('item exempt', 'B2.1.1', 'exempt', 1, 'a judged item'),
  ('item exempt', 'B2.1', 'missing', NULL, 'its other item is open'),
  ('indicator exempt', 'C3.1', 'exempt', 25, NULL);

CREATE TEMP VIEW got AS
  SELECT d.code AS dept, i.item AS code, i.state, i.points
  FROM deptperf.item_score i JOIN deptperf.department d USING (dept_id) WHERE i.fiscal_year = 2021
  UNION ALL
  SELECT d.code, i.indicator, i.state, i.points
  FROM deptperf.indicator_score i JOIN deptperf.department d USING (dept_id) WHERE i.fiscal_year = 2021;

SELECT is_empty($$
  SELECT w.dept, w.code, w.state AS want, w.points, w.why, g.state AS got, g.points
  FROM want w LEFT JOIN got g USING (dept, code)
  WHERE length(w.code) > 4 AND (g.state, g.points) IS DISTINCT FROM (w.state, w.points) $$,
  'items');

SELECT is_empty($$
  SELECT w.dept, w.code, w.state AS want, w.points, w.why, g.state AS got, g.points
  FROM want w LEFT JOIN got g USING (dept, code)
  WHERE length(w.code) = 4
    AND (g.points IS DISTINCT FROM w.points
         OR g.state IS DISTINCT FROM w.state AND NOT (w.state = 'known' AND g.state IN ('scored', 'judged', 'not_applicable', 'exempt'))) $$,
  'indicators');

-- 3. The total: nothing is invented.
CREATE TEMP TABLE total (dept text, provisional numeric, open numeric, open_items int);
INSERT INTO total VALUES
  ('silent',     0,    100, 44),     -- B2.1.1 is judged, its indicator is not known yet
  ('closed',     8,    92,  43),     -- A1.2 and A2.1
  ('all closed', 30,   70,  34),     -- A1.2 5, A2.1 3, B3.2 1, B4.1 1, C1.1 6, C2.2 8, C2.3 6 with 8 items; B1.1.1, C4.1.2, C4.1.3 wait for judgements
  ('no plan',    0,    100, 44);     -- B1.1.1 is scored, its indicator is open
SELECT is_empty($$
  SELECT t.dept, t.provisional, t.open, t.open_items, s.total, s.grade, s.provisional, s.open, s.open_items, s.silent
  FROM total t LEFT JOIN deptperf.score s ON s.dept_id = pg_temp.dept(t.dept) AND s.fiscal_year = 2021
  WHERE (s.total, s.grade, s.provisional, s.open, s.open_items) IS DISTINCT FROM (NULL::numeric, NULL::text, t.provisional, t.open, t.open_items) $$,
  'an open item leaves no total and no grade; provisional, open and open_items say what is known');

SELECT is_empty($$ SELECT dept_id, silent FROM deptperf.score WHERE silent IS DISTINCT FROM 0 $$,
  'a single unit is never silent beside itself');

INSERT INTO deptperf.department (dept_id, code) VALUES (9001, 'nobody');
SELECT is_empty('SELECT * FROM deptperf.score WHERE dept_id = 9001', 'without facts and assessment there is no row');
SELECT results_eq('SELECT fiscal_year FROM deptperf.score WHERE dept_id = pg_temp.dept(''silent'')', 'VALUES (2021)',
  'with an assessment alone there is one');

-- 4. NaN poisons its fact, and nothing else.
SELECT is_empty($$
  SELECT code, state, points
  FROM deptperf_evaluate(deptperf_framework_seed('sz-2021'),
         '{"assets_in_use": "NaN", "assets_total": 100, "paid_q1": 25, "paid_q2": "NaN", "paid_q3": 0, "paid_q4": 0, "budget_adjusted": 100}', '{}')
  WHERE level = 'item'
    AND state IS DISTINCT FROM CASE WHEN code IN ('B3.2.1', 'C2.1.2', 'C2.1.3', 'C2.1.4', 'C2.1.5') THEN 'invalid'
                                    WHEN code = 'C2.1.1' THEN 'scored' ELSE 'missing' END $$,
  'an item that reads NaN is invalid');

-- 5. Reopening: absent again.
DELETE FROM deptperf.closed WHERE dept_id = pg_temp.dept('closed');
SELECT is_empty($$ SELECT * FROM deptperf.unit_facts WHERE dept_id = pg_temp.dept('closed') $$,
  'deleting the row reopens: the facts are absent again');
DELETE FROM deptperf.finding WHERE dept_id = pg_temp.dept('a finding');
SELECT is_empty($$ SELECT * FROM deptperf.unit_facts WHERE dept_id = pg_temp.dept('a finding') $$,
  'and so they are when the last record goes');

SELECT * FROM finish();
ROLLBACK;
