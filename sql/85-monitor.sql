-- Monitoring: how far departments are during the year.
--
-- Months and thresholds are counted by whole months of the fiscal year: on 15
-- August seven of twelve, on 31 August eight.  Facts know payments by quarter
-- only, and readers read facts only, so a day cuts payments after its quarter.
-- No other record has a date within the year.
--
-- Colours are decided by fractions, cross-multiplied; quotients are for people.

CREATE FUNCTION @extschema@.deptperf_monitor_rows(dept_id pg_catalog.int8, year pg_catalog.int4, document pg_catalog.jsonb, facts pg_catalog.jsonb, inputs pg_catalog.jsonb, as_of pg_catalog.date)
RETURNS TABLE (measure pg_catalog.text, numerator pg_catalog.numeric, denominator pg_catalog.numeric, progress pg_catalog.numeric, time_share pg_catalog.numeric, pace pg_catalog.numeric, projected pg_catalog.numeric, colour pg_catalog.text, grade pg_catalog.text, reason pg_catalog.text)
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 7
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    id       bigint := deptperf_monitor_rows.dept_id;
    day      date := deptperf_monitor_rows.as_of;
    doc      jsonb := deptperf_monitor_rows.document;
    name     text := doc ->> 'framework';
    options  jsonb := doc -> 'options';
    sums     jsonb := coalesce(deptperf_monitor_rows.facts, '{}');
    judged   jsonb := coalesce(deptperf_monitor_rows.inputs, '{}');
    colours  text[] := '{red,yellow,green}';        -- the worst first
    complete int;               -- months
    begun    int;
    months   int;               -- of the year
    most     numeric;           -- points
    stated   numeric;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    SELECT count(*) FILTER (WHERE y.starts + n * interval '1 month' <= day + 1),
           count(*) FILTER (WHERE y.starts + (n - 1) * interval '1 month' <= day), count(*)
    INTO complete, begun, months
    FROM deptperf.fiscal_year y CROSS JOIN LATERAL generate_series(1, (y.ends - y.starts) / 28) AS n
    WHERE y.fiscal_year = year AND y.starts + n * interval '1 month' <= y.ends;

    -- of payments, the quarters that have begun
    sums := sums || coalesce((
        SELECT jsonb_object_agg(q.fact, 0)
        FROM unnest('{paid_q1,paid_q2,paid_q3,paid_q4}'::text[]) WITH ORDINALITY AS q(fact, n)
        WHERE 3 * (q.n - 1) >= begun AND sums ? q.fact), '{}');

    -- a framework's points are what is open when nothing is known
    most := trim_scale(CASE options ->> 'missing' WHEN 'leave out' THEN coalesce((options ->> 'full')::numeric, 100)
            ELSE (SELECT t.provisional + t.open FROM @extschema@.deptperf_evaluate_total(doc, '{}', '{}') t) END);
    stated := (SELECT a.points FROM deptperf.self_assessment a
               WHERE a.dept_id = id AND a.fiscal_year = year AND a.indicator IS NULL);

    RETURN QUERY
    WITH score AS MATERIALIZED (
        SELECT t.* FROM @extschema@.deptperf_evaluate_total(doc, sums, judged) t
    ), amount AS (
        SELECT a.place, a.measure, a.grows, nullif(a.part, 'NaN') AS part, nullif(a.whole, 'NaN') AS whole
        FROM (
            SELECT 1 AS place, 'payments' AS measure, true AS grows,
                   (sums ->> 'paid_q1')::numeric + (sums ->> 'paid_q2')::numeric
                   + (sums ->> 'paid_q3')::numeric + (sums ->> 'paid_q4')::numeric AS part,
                   (sums ->> 'budget_adjusted')::numeric AS whole
            UNION ALL SELECT 2, 'procurement', true, (sums ->> 'procurement_actual')::numeric, (sums ->> 'procurement_planned')::numeric
            UNION ALL SELECT 3, 'projects', true, (sums ->> 'projects_on_time')::numeric, (sums ->> 'projects_planned')::numeric
            UNION ALL SELECT 4, 'targets', true, (sums ->> 'benefit_earned')::numeric, (sums ->> 'benefit_weight')::numeric
            UNION ALL SELECT 5, 'score', false, s.total, most FROM score s
            UNION ALL SELECT 6, 'self_assessment', false, stated, most) a
    ), share AS MATERIALIZED (      -- known: both numbers are, and there is something to reach
        SELECT a.*, CASE WHEN a.whole > 0 THEN a.part END AS n, CASE WHEN a.whole > 0 AND a.part IS NOT NULL THEN a.whole END AS d
        FROM amount a
    ), value AS (
        SELECT a.measure, v.kind, v.over, v.under
        FROM share a JOIN share p ON p.measure = 'payments'
            CROSS JOIN LATERAL (VALUES
                ('pace', a.n * months, a.d * complete),
                ('progress', a.n, a.d),
                ('gap', abs(a.n * p.d - p.n * a.d), a.d * p.d),
                ('lead', a.n * p.d - p.n * a.d, a.n * p.d)) AS v(kind, over, under)
        WHERE v.under > 0
    ), decided AS (
        SELECT DISTINCT ON (t.measure, t.kind) t.measure, t.kind, array_position(colours, t.colour) AS rank,
               format('%s %s %s', t.kind, t.comparison, t.bound) || coalesce(' from month ' || t.month, '') AS threshold
        FROM deptperf.framework_threshold t JOIN value v ON v.measure = t.measure AND v.kind = t.kind
        WHERE t.framework = name
          AND (t.month IS NULL
               OR t.month = (SELECT max(o.month) FROM deptperf.framework_threshold o
                             WHERE o.framework = t.framework AND o.measure = t.measure AND o.kind = t.kind AND o.month <= complete))
          AND CASE t.comparison WHEN '<' THEN v.over < t.bound * v.under WHEN '<=' THEN v.over <= t.bound * v.under
                                WHEN '>=' THEN v.over >= t.bound * v.under ELSE v.over > t.bound * v.under END
        ORDER BY t.measure, t.kind, t.position
    ), worst AS (
        SELECT DISTINCT ON (d.measure) d.measure, d.rank,
               string_agg(d.threshold, '; ') OVER (PARTITION BY d.measure, d.rank ORDER BY d.kind
                                                   ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS thresholds
        FROM decided d
        ORDER BY d.measure, d.rank
    ), line AS (
        SELECT a.place, a.measure, a.part, a.whole, a.n / a.d AS progress,
               CASE WHEN a.grows AND complete > 0 THEN a.n * months / (a.d * complete) END AS pace,
               CASE WHEN a.grows AND complete > 0 THEN trim_scale(a.n * months / complete) END AS projected,
               w.rank, w.thresholds
        FROM share a LEFT JOIN worst w ON w.measure = a.measure
    )
    SELECT l.measure, l.part, l.whole, l.progress, complete::numeric / nullif(months, 0), l.pace, l.projected, colours[l.rank],
           s.grade,
           nullif(concat_ws('; ', l.thresholds,
                            CASE WHEN s.open_items > 0 THEN format('%s points of %s items are open, known are %s', s.open, s.open_items, s.provisional) END), '')
    FROM line l LEFT JOIN score s ON l.measure = 'score'
    UNION ALL
    SELECT 'overall', NULL, NULL, NULL, complete::numeric / nullif(months, 0), NULL, NULL, colours[o.rank], NULL,
           nullif(concat_ws('; ', o.measures, 'not known: ' || (
               SELECT string_agg(l.measure, ', ' ORDER BY l.place)
               FROM line l
               WHERE EXISTS (SELECT FROM deptperf.framework_threshold t
                             WHERE t.framework = name AND t.measure = l.measure
                               AND NOT EXISTS (SELECT FROM value v WHERE v.measure = t.measure AND v.kind = t.kind)))), '')
    FROM (
        SELECT min(l.rank) AS rank,
               string_agg(l.measure, ', ' ORDER BY l.place) FILTER (WHERE l.rank = (SELECT min(m.rank) FROM line m)) AS measures
        FROM line l
    ) o;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_monitor_rows(pg_catalog.int8, pg_catalog.int4, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.date) IS
'the rows of deptperf_monitor for a department, from its framework''s document, its facts and its assessments';

CREATE FUNCTION @extschema@.deptperf_monitor(dept pg_catalog.int8, year pg_catalog.int8, as_of pg_catalog.date DEFAULT CURRENT_DATE)
RETURNS TABLE (measure pg_catalog.text, numerator pg_catalog.numeric, denominator pg_catalog.numeric, progress pg_catalog.numeric, time_share pg_catalog.numeric, pace pg_catalog.numeric, projected pg_catalog.numeric, colour pg_catalog.text, grade pg_catalog.text, reason pg_catalog.text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 7
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    id     bigint := @extschema@.deptperf_department(dept);
    fy     int := year::int;
    doc    jsonb := @extschema@.deptperf_framework_document(@extschema@.deptperf_framework_for(id, year));
    units  bigint[];
    sums   jsonb;
    judged jsonb;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    SELECT array_agg(c.dept_id) INTO units FROM deptperf.department_closure c WHERE c.ancestor_id = id;
    SELECT @extschema@.deptperf_facts(u.facts) INTO sums
    FROM deptperf.unit_facts u
    WHERE u.dept_id = ANY (units) AND u.fiscal_year = fy;
    SELECT i.inputs INTO judged FROM deptperf.inputs i WHERE i.dept_id = id AND i.fiscal_year = fy;
    RETURN QUERY SELECT m.* FROM @extschema@.deptperf_monitor_rows(id, fy, doc, sums, judged, as_of) m;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_monitor(pg_catalog.int8, pg_catalog.int8, pg_catalog.date) IS
'how far a department (with its units) is in a year: payments (paid / adjusted budget), procurement (actual / planned), projects (on time / planned), targets (earned / weight of the benefit targets), score (the total if the year ended now / the framework''s points, and its grade), self_assessment (published total / the framework''s points), and overall, with the worst colour of all. progress is numerator / denominator; time_share the months of the fiscal year that are complete at the end of as_of / its months; pace is progress / time_share, which is also the progress at the year''s end if it goes on like this, and projected the numerator then (both for the first four, once a month is complete). colour is by deptperf.framework_threshold, reason the thresholds that gave it. as_of leaves out payments of the quarters that begin after it; those of its own quarter count as recorded, and all else, which has no date within the year, as it is now. What is not known (a source that does not speak, NaN, nothing planned) has no progress and no colour, and overall names it where a threshold asks for it. An unknown department or year, or one without a framework, is an error. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_monitor(dept pg_catalog.text, year pg_catalog.int8, as_of pg_catalog.date DEFAULT CURRENT_DATE)
RETURNS TABLE (measure pg_catalog.text, numerator pg_catalog.numeric, denominator pg_catalog.numeric, progress pg_catalog.numeric, time_share pg_catalog.numeric, pace pg_catalog.numeric, projected pg_catalog.numeric, colour pg_catalog.text, grade pg_catalog.text, reason pg_catalog.text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 7 AS $deptperf$
    SELECT m.measure, m.numerator, m.denominator, m.progress, m.time_share, m.pace, m.projected, m.colour, m.grade, m.reason
    FROM @extschema@.deptperf_monitor(@extschema@.deptperf_department($1), $2, $3) m
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_monitor(pg_catalog.text, pg_catalog.int8, pg_catalog.date) IS
'deptperf_monitor for a department by code';

CREATE FUNCTION @extschema@.deptperf_monitor_all(year pg_catalog.int8, as_of pg_catalog.date DEFAULT CURRENT_DATE)
RETURNS TABLE (dept_id pg_catalog.int8, framework pg_catalog.text, measure pg_catalog.text, numerator pg_catalog.numeric, denominator pg_catalog.numeric, progress pg_catalog.numeric, time_share pg_catalog.numeric, pace pg_catalog.numeric, projected pg_catalog.numeric, colour pg_catalog.text, grade pg_catalog.text, reason pg_catalog.text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    fy  int := @extschema@.deptperf_fiscal_year(year);
    day date := deptperf_monitor_all.as_of;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    RETURN QUERY
    SELECT b.dept_id, b.framework, m.*
    FROM deptperf.score_basis b
        CROSS JOIN LATERAL @extschema@.deptperf_monitor_rows(b.dept_id, b.fiscal_year, b.document, b.facts, b.inputs, day) m
    WHERE b.fiscal_year = fy;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_monitor_all(pg_catalog.int8, pg_catalog.date) IS
'the rows of deptperf.monitor for a year, as of any day: deptperf_monitor of each department that the caller may see and that has a row in deptperf.score. An unknown year is an error. NULL gives no rows';
