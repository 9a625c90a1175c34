-- Every score of the workspace as text, a row a line: what a dump must bring back.
SELECT concat_ws(' ', name, line) FROM (
    SELECT 'score' AS name, s::text AS line FROM deptperf.score s
    UNION ALL SELECT 'indicator_score', s::text FROM deptperf.indicator_score s
    UNION ALL SELECT 'item_score', s::text FROM deptperf.item_score s
) AS v ORDER BY name, line COLLATE "C";
