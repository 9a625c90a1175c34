-- The second pass: items that are scored by how a department compares with others.
--
-- Evaluation is a function of one department's facts and inputs.  What depends on
-- others is found here, from its results, and goes back in as an input.

CREATE FUNCTION @extschema@.deptperf_compare(year pg_catalog.int8) RETURNS pg_catalog.int8
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    fy int := @extschema@.deptperf_fiscal_year(year);
    n  bigint;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF NOT deptperf.sees_all() THEN
        RAISE EXCEPTION 'a comparison needs every department'
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('Row security shows %s some of them only.', current_user),
                  HINT = 'Let a role that sees all of them call deptperf_compare.';
    END IF;
    PERFORM @extschema@.deptperf_shard_require(NULL, 'a comparison');
    PERFORM pg_advisory_xact_lock(1684369524, 3);
    DELETE FROM deptperf.peer_score p WHERE p.fiscal_year = fy;
    -- Fractions are compared, and divided for shares, with 60 decimals.
    WITH result AS MATERIALIZED (
        SELECT b.dept_id, d.parent_id, b.framework, i.code, e.state, i.peer, i.rule, i.points + coalesce(i.bonus, 0) AS most, i.empty, i.points AS full_points,
               -- whoever is exempt is not compared, and gets the mean if that is what an exemption gives
               CASE WHEN i.peer IS NOT NULL AND coalesce(e.denominator, 1) > 0 AND b.inputs -> i.code IS DISTINCT FROM '"exempt"' THEN div(e.numerator * 1e60, coalesce(e.denominator, 1)) END AS value,
               CASE i.better WHEN 'low' THEN -1 ELSE 1 END AS sign,
               e.points_numerator / e.points_denominator AS points
        FROM deptperf.score_basis b
            JOIN deptperf.department d ON d.dept_id = b.dept_id
            CROSS JOIN LATERAL @extschema@.deptperf_evaluate(b.document, coalesce(b.facts, '{}'), coalesce(b.inputs, '{}')) e
            JOIN deptperf.framework_item i ON i.framework = b.framework AND i.code = e.code
        WHERE b.fiscal_year = fy AND e.level = 'item' AND (i.peer IS NOT NULL OR i.empty = 'peer mean')
    ), place AS (
        SELECT r.*, count(*) OVER peers AS among, sum(r.value) OVER peers AS total,
               max(r.value * r.sign) OVER peers * r.sign AS leader,
               rank() OVER (peers ORDER BY r.value * r.sign DESC) AS from_top,
               rank() OVER (peers ORDER BY r.value * r.sign) AS from_bottom
        FROM result r
        WHERE r.value IS NOT NULL
        WINDOW peers AS (PARTITION BY r.framework, r.code, r.parent_id)
    ), number AS (
        SELECT p.*,
               CASE p.peer WHEN 'rank' THEN p.from_top WHEN 'rank from bottom' THEN p.from_bottom WHEN 'percentile' THEN p.among - p.from_top + 1
                           WHEN 'share of leader' THEN CASE p.sign WHEN 1 THEN p.value ELSE p.leader END ELSE p.value * p.among END::numeric AS numerator,
               CASE p.peer WHEN 'percentile' THEN p.among WHEN 'share of leader' THEN CASE p.sign WHEN 1 THEN p.leader ELSE p.value END
                           WHEN 'share of mean' THEN p.total ELSE 1 END::numeric AS denominator
        FROM place p
    ), scored AS (
        SELECT s.dept_id, s.parent_id, s.framework, s.code, s.state, s.numerator, s.denominator, s.among,
               CASE WHEN @extschema@.deptperf_state(CAST(s.rule AS @extschema@.deptperf_rule), s.numerator, s.denominator) = 'scored'
                    THEN @extschema@.deptperf_score(CAST(s.rule AS @extschema@.deptperf_rule), s.numerator, s.denominator, s.most)
                    WHEN s.numerator = 0 AND s.denominator = 0 THEN CASE s.empty WHEN 'full' THEN s.full_points WHEN 'zero' THEN 0 END END AS points
        FROM number s
    ), known AS (       -- what a mean is taken of
        SELECT r.framework, r.code, r.parent_id, r.points FROM result r WHERE r.points IS NOT NULL
        UNION ALL
        SELECT s.framework, s.code, s.parent_id, s.points FROM scored s WHERE s.state = 'not_compared' AND s.points IS NOT NULL
    )
    INSERT INTO deptperf.peer_score (dept_id, fiscal_year, item, framework, numerator, denominator, among, points, mean)
    SELECT s.dept_id, fy, s.code, s.framework, s.numerator, s.denominator, s.among, s.points, false
    FROM scored s
    WHERE s.state = 'not_compared' AND s.points IS NOT NULL
    UNION ALL
    SELECT r.dept_id, fy, r.code, r.framework, m.points, 1, m.among, m.points, true
    FROM result r
        JOIN (SELECT k.framework, k.code, k.parent_id, round(avg(k.points), 20) AS points, count(*) AS among
              FROM known k GROUP BY k.framework, k.code, k.parent_id) m
            ON m.framework = r.framework AND m.code = r.code AND m.parent_id IS NOT DISTINCT FROM r.parent_id
    WHERE r.state = 'not_compared' AND r.value IS NULL;     -- evaluation says so of peer mean alone
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_compare(pg_catalog.int8) IS
'compares the departments of a year, each with those beside it in the tree that have the same framework, for items that are scored so (framework_item.peer) or get the mean of the others (empty: peer mean), and keeps the points in deptperf.peer_score until it is called again; until then such items are not_compared. Values are compared with 60 decimals, means rounded to 20; equal values share a place. Only for a role that sees every department. Returns how many items were compared. An unknown year, and a shard that does not answer, is an error; NULL gives NULL';
