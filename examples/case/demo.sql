-- The reference case from records to a grade, and what the bureau published
-- beside it.  Run it from this folder in a fresh database (make demo does):
--
--     psql -X -d DATABASE -f demo.sql
\set QUIET on
\set ON_ERROR_STOP on
\encoding UTF8
\pset pager off
\pset footer off
\pset linestyle ascii
\pset border 1
\pset null ''

\echo '== Loading the case: 深圳市社会保险基金管理局, fiscal year 2021 =='
\ir load.sql

SELECT source AS "source", count(*) AS "records", count(DISTINCT dept_id) AS "units"
FROM (SELECT 'budget' AS source, dept_id FROM deptperf.budget
      UNION ALL SELECT 'execution', dept_id FROM deptperf.execution
      UNION ALL SELECT 'adjustment', dept_id FROM deptperf.adjustment
      UNION ALL SELECT 'procurement', dept_id FROM deptperf.procurement
      UNION ALL SELECT 'fixed_asset', dept_id FROM deptperf.fixed_asset
      UNION ALL SELECT 'staffing', dept_id FROM deptperf.staffing
      UNION ALL SELECT 'project', dept_id FROM deptperf.project
      UNION ALL SELECT 'petition', dept_id FROM deptperf.petition
      UNION ALL SELECT 'disclosure', dept_id FROM deptperf.disclosure) r
GROUP BY source ORDER BY min(array_position(ARRAY['budget', 'execution', 'adjustment', 'procurement',
    'fixed_asset', 'staffing', 'project', 'petition', 'disclosure'], source));

-- Everything below asks for the bureau, and so for its office and branches.
SELECT dept_id AS bureau FROM deptperf.department WHERE code = '440300-SI' \gset

\echo '== The records add up to the figures that the report prints (万元) =='
WITH fact (fact, label, amount, place) AS (
    SELECT d.fact, d.label_zh, value::numeric, ARRAY[s.position, array_position(ARRAY['budget_initial', 'public_budget',
               'three_public_budget', 'procurement_planned', 'assets_total', 'establishment'], d.fact)]
    FROM deptperf.facts, jsonb_each_text(facts)
    JOIN deptperf.fact d ON d.fact = key
    JOIN deptperf.source s ON s.source = d.source
    WHERE dept_id = :bureau AND fiscal_year = 2021
), figure (fact, label, amount, place) AS (
    SELECT * FROM fact
    UNION ALL               -- the report prints payments up to the end of each quarter
    SELECT 'paid_to_q' || q, format('至第%s季度末累计支出', q),
           (SELECT sum(amount) FROM fact WHERE fact IN ('paid_q1', 'paid_q2', 'paid_q3', 'paid_q4') AND right(fact, 1)::int <= q),
           ARRAY[2, 0]
    FROM generate_series(1, 4) AS q
)
SELECT f.fact AS "fact", f.label AS "项目", f.amount AS "sum of the records", s.printed AS "printed", s.source AS "where",
       CASE WHEN s.value IS NULL THEN 'printed so: not a number'
            WHEN s.value <> f.amount THEN 'the report has both' END AS "note"
FROM figure f
JOIN deptperf.stated_figure s ON s.figure = f.fact AND s.dept_id = :bureau AND s.fiscal_year = 2021
ORDER BY f.place, f.fact, s.value = f.amount DESC NULLS LAST, s.stated_figure_id;

\echo '== The scorecard, by the rules alone (judged and unprovable items as published) =='
SELECT repeat('  ', CASE level WHEN 'group' THEN length(code) - 1 WHEN 'indicator' THEN 2 ELSE 0 END)
           || concat_ws(' ', code, label) AS "指标",
       points AS "得分", max_points AS "满分", state AS "state", grade AS "等级"
FROM deptperf_scorecard('440300-SI', 2021);

\echo '== Total and grade, by the rules alone =='
SELECT total AS "总分", grade AS "等级", provisional, open, open_items, silent
FROM deptperf.score WHERE dept_id = :bureau AND fiscal_year = 2021;

\echo '== Where the points were lost: the item, the branch that decided, and x =='
SELECT s.item AS "item", t.label_zh AS "项目", trim_scale(s.points) AS "得分", s.max_points AS "满分",
       trim_scale(round(m.value, 6)) AS "x", m.numerator AS "numerator", m.denominator AS "denominator",
       s.branch AS "branch"
FROM deptperf.item_score s
JOIN deptperf.framework_item t ON t.framework = s.framework AND t.code = s.item
JOIN deptperf.measure_value m USING (dept_id, fiscal_year, item)
WHERE s.dept_id = :bureau AND s.fiscal_year = 2021 AND s.points < s.max_points
ORDER BY t.position;

-- The published judgements, as an assessor would enter them; taken back at the
-- end, so that the strict evaluation is what stays in the database.
CREATE TEMP TABLE case_strict AS
SELECT indicator, points FROM deptperf.indicator_score WHERE dept_id = :bureau AND fiscal_year = 2021
UNION ALL
SELECT NULL, total FROM deptperf.score WHERE dept_id = :bureau AND fiscal_year = 2021;
BEGIN;
SELECT deptperf_assess('440300-SI', 2021, jsonb_build_object(code, points), reason, override => true)
FROM case_override \g /dev/null

\echo '== The same with the published judgements entered as overrides =='
SELECT a.item AS "item", a.points AS "得分", a.reason AS "reason", a.assessed_by AS "by",
       to_char(a.assessed_at, 'YYYY-MM-DD HH24:MI') AS "at"
FROM deptperf.current_assessment a JOIN case_override c ON c.code = a.item
WHERE a.dept_id = :bureau AND a.fiscal_year = 2021 ORDER BY a.item;
SELECT total AS "总分", grade AS "等级", provisional, open, open_items, silent
FROM deptperf.score WHERE dept_id = :bureau AND fiscal_year = 2021;

\echo '== Published, recomputed by the rules, and the difference =='
SELECT coalesce(i.code, '') AS "code", coalesce(i.label_zh, '总分') AS "指标",
       round(p.points, 2) AS "published", s.points AS "recomputed",
       nullif(s.points - p.points, 0) AS "difference", o.points AS "with overrides"
FROM deptperf.self_assessment p
JOIN case_strict s ON s.indicator IS NOT DISTINCT FROM p.indicator
JOIN (SELECT level, code, points FROM deptperf_scorecard('440300-SI', 2021)) o
     ON o.level = CASE WHEN p.indicator IS NULL THEN 'total' ELSE 'indicator' END AND o.code IS NOT DISTINCT FROM p.indicator
LEFT JOIN deptperf.framework_indicator i ON i.framework = 'sz-2021' AND i.code = p.indicator
WHERE p.dept_id = :bureau AND p.fiscal_year = 2021
ORDER BY i.position NULLS LAST;
ROLLBACK;
