-- The reference case from its files: sums of the records, the 21 scores by the
-- rules, total and grade, the same with the published judgements, the differences
-- from what was published, and the trail of the judgements.
BEGIN;
SELECT plan(109);

\cd examples/case
\i load.sql

CREATE TEMP VIEW bureau AS SELECT dept_id FROM deptperf.department WHERE code = '440300-SI';
CREATE TEMP VIEW unit AS
    SELECT c.dept_id FROM deptperf.department_closure c JOIN bureau b ON b.dept_id = c.ancestor_id WHERE c.depth = 1;

-- The departments: one bureau, and 12 units below it.
SELECT is((SELECT count(*) FROM unit), 12::bigint, 'the bureau has 12 units');
SELECT is((SELECT count(*) FROM deptperf.unit_facts u JOIN bureau b USING (dept_id), jsonb_each_text(u.facts) f
           WHERE u.fiscal_year = 2021 AND f.key LIKE '%\_records' AND f.value::numeric <> 0),
          0::bigint, 'the bureau holds no records itself');

-- The sums are those that the report prints.
SELECT is((f.facts ->> e.fact)::numeric, e.amount, format('%s is %s', e.fact, e.amount))
FROM (VALUES ('budget_initial', 372935.07), ('budget_adjusted', 584600.79),
             ('public_budget', 5032.05), ('public_paid', 4373.66),
             ('three_public_budget', 90.07), ('three_public_paid', 45.92),
             ('adjusted_amount', 215434.15),
             ('paid_q1', 228317.64), ('paid_q2', 280178.47), ('paid_q3', 12336.82), ('paid_q4', 55211.83),
             ('procurement_planned', 7099.88), ('procurement_actual', 5392.12),
             ('assets_total', 121409.27), ('assets_in_use', 83402.62),
             ('establishment', 793), ('staff_on_establishment', 755), ('staff_external', 503),
             ('projects_planned', 137), ('projects_on_time', 125),
             ('petitions_received', 41298), ('petitions_answered', 41298), ('petitions_in_time', 41298),
             ('budget_disclosure_level', 2), ('budget_disclosure_due', 2),
             ('final_accounts_disclosure_level', 2), ('final_accounts_disclosure_due', 2),
             ('finding_budget_nonconformity', 0), ('finding_target_nonconformity', 0), ('finding_violation', 0)
     ) AS e (fact, amount)
CROSS JOIN bureau b
LEFT JOIN deptperf.facts f ON f.dept_id = b.dept_id AND f.fiscal_year = 2021;
SELECT is((SELECT count(*) FROM deptperf.facts f JOIN bureau USING (dept_id)
           WHERE f.fiscal_year = 2021 AND f.facts ?| ARRAY['key_tasks_missed', 'benefit_weight', 'survey_respondents']),
          0::bigint, 'what the report has no record of stays absent');

SELECT is(sum(r.initial), e.amount, format('initial budget, %s, is %s', e.expense_class, e.amount))
FROM (VALUES ('personnel', 34205.07), ('public', 5023.18), ('project', 333706.82)) AS e (expense_class, amount)
LEFT JOIN (deptperf.budget r JOIN unit USING (dept_id)) ON r.expense_class = e.expense_class AND r.fiscal_year = 2021
GROUP BY e.expense_class, e.amount;
SELECT is(sum(r.received), e.received, format('petitions, %s, are %s', e.channel, e.received))
FROM (VALUES ('来访', 3528::numeric), ('来信', 558), ('来电', 37212)) AS e (channel, received)
LEFT JOIN (deptperf.petition r JOIN unit USING (dept_id)) ON r.title LIKE '%' || e.channel AND r.fiscal_year = 2021
GROUP BY e.channel, e.received;
SELECT is((SELECT sum(initial) FROM deptperf.budget JOIN unit USING (dept_id))
        + (SELECT sum(amount) FROM deptperf.adjustment JOIN unit USING (dept_id)),
          588369.22, 'initial and adjustments make the budget of the text, not that of table 2-1');
SELECT is((SELECT count(DISTINCT dept_id) FROM deptperf.project JOIN unit USING (dept_id) WHERE on_time < planned),
          12::bigint, 'the late project is one in the office and one in each branch');
SELECT is((SELECT count(*) FROM deptperf.execution JOIN unit USING (dept_id) WHERE amount < 0), 6::bigint, 'refunds are among the payments');
SELECT is((SELECT count(*) FROM deptperf.fixed_asset JOIN unit USING (dept_id) WHERE NOT in_use AND title LIKE '网点用房%'),
          24::bigint, '24 buildings are recorded as unused');

-- What the report prints and what is ours is told in each record.
SELECT is((SELECT count(*) FROM (
               SELECT dept_id, remarks FROM deptperf.budget UNION ALL SELECT dept_id, remarks FROM deptperf.execution
               UNION ALL SELECT dept_id, remarks FROM deptperf.adjustment UNION ALL SELECT dept_id, remarks FROM deptperf.procurement
               UNION ALL SELECT dept_id, remarks FROM deptperf.fixed_asset UNION ALL SELECT dept_id, remarks FROM deptperf.staffing
               UNION ALL SELECT dept_id, remarks FROM deptperf.project UNION ALL SELECT dept_id, remarks FROM deptperf.petition
               UNION ALL SELECT dept_id, remarks FROM deptperf.disclosure) r JOIN unit USING (dept_id)
           WHERE split_part(remarks, ':', 1) IN ('published', 'ours')),
          1684::bigint, 'each of the 1,684 records says whether it is published or ours');

-- By the rules alone.
CREATE TEMP TABLE expected (indicator text, published numeric, strict numeric);
INSERT INTO expected VALUES
    ('A1.1', 5, 5), ('A1.2', 5, 5), ('A2.1', 3, 3), ('A2.2', 7, 7),
    ('B1.1', 1.76, 1.76), ('B1.2', 3, 2), ('B1.3', 3, 3), ('B2.1', 2, 2),
    ('B2.2', 2, 2), ('B3.1', 2, 2), ('B3.2', 0.7, 0.4), ('B4.1', 1, 1),
    ('B4.2', 0, 0), ('B5.1', 3, 3), ('C1.1', 6, 6), ('C2.1', 5.99, 5.99),
    ('C2.2', 8, 8), ('C2.3', 5, 5.47), ('C3.1', 25, 25), ('C4.1', 3, 3),
    ('C4.2', 6, 6);

SELECT is(i.points, e.strict, format('%s is %s by the rules', e.indicator, e.strict))
FROM expected e
CROSS JOIN bureau b
LEFT JOIN deptperf.indicator_score i
     ON i.dept_id = b.dept_id AND i.fiscal_year = 2021 AND i.indicator = e.indicator
ORDER BY e.indicator;
SELECT unnest(ARRAY[
    is(s.framework, 'sz-2021', 'the framework is sz-2021'),
    is(s.total, 96.62, 'the total is 96.62'),
    is(s.grade, '优', 'the grade is 优'),
    is(s.provisional, 96.62, 'all of it is known'),
    is(s.open, 0::numeric, 'nothing is open'),
    is(s.open_items::int, 0, 'no item is open'),
    is(s.silent::int, 0, 'no unit is silent')])
FROM bureau b LEFT JOIN deptperf.score s ON s.dept_id = b.dept_id AND s.fiscal_year = 2021;
SELECT is(deptperf_total('440300-SI', 2021), 96.62, 'the point path agrees on the total');
SELECT is(deptperf_grade('440300-SI', 2021), '优', 'the point path agrees on the grade');

-- Where points were lost, by which branch.
SELECT unnest(ARRAY[
    is(round(s.points, 6), e.points, format('%s has %s', e.item, e.points)),
    is(s.state, 'scored', format('%s is scored', e.item)),
    is(s.branch, e.branch, format('%s was decided by %s', e.item, e.branch))])
FROM (VALUES ('B1.1.1', 0.759466, 'else 1 * x'),
             ('B1.2.2', 0, 'else 1 - 0.1 per 1% over 10%'),
             ('B3.2.1', 0.4, 'x >= 60%: 0.4'),
             ('B4.2.1', 0, 'x <= 100%: 0'),
             ('C2.1.4', 0.985364, '1 * x'),
             ('C2.3.1', 5.474453, 'else 6 * x')) AS e (item, points, branch)
CROSS JOIN bureau b
LEFT JOIN deptperf.item_score s ON s.dept_id = b.dept_id AND s.fiscal_year = 2021 AND s.item = e.item;

-- What no record proves is an override, and says so.
SELECT results_eq(
    $$SELECT a.item, a.points, a.reason LIKE 'published%' FROM deptperf.current_assessment a JOIN bureau USING (dept_id)
      WHERE a.fiscal_year = 2021 AND a.item IN ('C2.2.1', 'C3.1', 'C4.2.1') ORDER BY a.item$$,
    $$VALUES ('C2.2.1', 8::numeric, true), ('C3.1', 25, true), ('C4.2.1', 6, true)$$,
    'key tasks, benefit and satisfaction are overrides with their reasons');
SELECT results_eq(
    $$SELECT i.indicator, i.state FROM deptperf.indicator_score i JOIN bureau USING (dept_id)
      WHERE i.fiscal_year = 2021 AND i.state = 'overridden' ORDER BY i.indicator$$,
    $$VALUES ('C2.2', 'overridden'), ('C3.1', 'overridden'), ('C4.2', 'overridden')$$,
    'and are overridden in the scores, benefit over its requirement');

-- Published against recomputed.
SELECT results_eq(
    $$SELECT p.indicator, i.points - p.points
      FROM deptperf.self_assessment p JOIN bureau USING (dept_id)
      JOIN deptperf.indicator_score i USING (dept_id, fiscal_year, indicator)
      WHERE p.fiscal_year = 2021 AND i.points <> p.points
      UNION ALL
      SELECT p.indicator, s.total - p.points
      FROM deptperf.self_assessment p JOIN bureau USING (dept_id) JOIN deptperf.score s USING (dept_id, fiscal_year)
      WHERE p.fiscal_year = 2021 AND p.indicator IS NULL
      ORDER BY 1$$,
    $$VALUES ('B1.2', -1::numeric), ('B3.2', -0.3), ('C2.3', 0.47), (NULL, -0.83)$$,
    'three indicators and the total differ from what was published');
SELECT is((SELECT sum(p.points) FROM deptperf.self_assessment p JOIN bureau USING (dept_id)
           WHERE p.fiscal_year = 2021 AND p.indicator IS NOT NULL),
          97.45, 'the published scores add up to the published total');
SELECT is((SELECT count(*) FROM deptperf.stated_figure f JOIN bureau USING (dept_id)
           WHERE f.fiscal_year = 2021 AND f.value IS NULL AND f.printed = '834,02.62'),
          1::bigint, 'the misplaced separator is kept as printed, and read as no number');

-- With the published judgements.
SELECT deptperf_assess('440300-SI', 2021, jsonb_build_object(code, points), reason, override => true)
FROM case_override \g /dev/null
SELECT is(i.points, e.published, format('%s is %s with the published judgements', e.indicator, e.published))
FROM expected e
CROSS JOIN bureau b
LEFT JOIN deptperf.indicator_score i
     ON i.dept_id = b.dept_id AND i.fiscal_year = 2021 AND i.indicator = e.indicator
WHERE e.published <> e.strict OR e.indicator IN ('B1.1', 'C2.1')
ORDER BY e.indicator;
SELECT unnest(ARRAY[
    is(s.total, 97.45, 'the total is the published 97.45'),
    is(s.grade, '优', 'and its grade is 优'),
    is(s.open, 0::numeric, 'and nothing is open')])
FROM bureau b LEFT JOIN deptperf.score s ON s.dept_id = b.dept_id AND s.fiscal_year = 2021;

-- The trail: who, when, and what was before.
SELECT is((SELECT count(*) FROM deptperf.assessment JOIN bureau USING (dept_id) WHERE fiscal_year = 2021),
          29::bigint, 'one judgement a row: 26 and 3 overrides');
SELECT is((SELECT count(*) FROM deptperf.assessment JOIN bureau USING (dept_id)
           WHERE fiscal_year = 2021
             AND (assessed_by IS DISTINCT FROM current_user OR assessed_at IS DISTINCT FROM now() OR reason IS NULL)),
          0::bigint, 'each says by whom, when and why');
SELECT deptperf_assess('440300-SI', 2021, '{"A1.1.4": 0.5}', 'mid-year transfers in three projects of one branch') \g /dev/null
SELECT results_eq(
    $$SELECT a.points, p.points, a.reason
      FROM deptperf.assessment a JOIN bureau USING (dept_id)
      JOIN deptperf.assessment p ON p.assessment_id = a.supersedes
      WHERE a.fiscal_year = 2021 AND a.item = 'A1.1.4'$$,
    $$VALUES (0.5, 1::numeric, 'mid-year transfers in three projects of one branch')$$,
    'a later judgement supersedes the one before and keeps it');
SELECT is(deptperf_total('440300-SI', 2021), 96.95, 'and the total follows');

SELECT * FROM finish();
ROLLBACK;
