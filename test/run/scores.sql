-- Every score of the workspace as text, a row a line: what a dump must bring back.
-- Columns are named, so that one added in a later version changes no line.
SELECT concat_ws(' ', name, line) FROM (
    SELECT 'score' AS name, format('%s', ROW(dept_id, fiscal_year, framework, total, grade, provisional, open, open_items, silent)) AS line FROM deptperf.score
    UNION ALL SELECT 'indicator_score', format('%s', ROW(dept_id, fiscal_year, framework, indicator, state, points, max_points)) FROM deptperf.indicator_score
    UNION ALL SELECT 'item_score', format('%s', ROW(dept_id, fiscal_year, framework, indicator, item, state, points, max_points, branch)) FROM deptperf.item_score
) AS v ORDER BY name, line COLLATE "C";
