-- Upgrade steps.  The files before this one bring back whatever is missing; a
-- step changes what is there already in a workspace of an older version, and
-- runs once:
--
--     IF (SELECT version FROM workspace) < 2 THEN
--         ALTER TABLE …;
--         UPDATE workspace SET version = 2;
--     END IF;
--
-- A step that a file above relies on stands in that file.

UPDATE workspace SET version = 1 WHERE version = 0;

-- 2: the points of a target may be unknown.  A lost source gets its view from whatever settles it.
IF (SELECT version FROM workspace) < 2 THEN
    IF NOT EXISTS (SELECT FROM binding b WHERE b.source = 'performance_target') THEN
        CREATE OR REPLACE VIEW performance_target_source AS
        SELECT dept_id, fiscal_year, aspect, weight, coalesce(earned, 'NaN') AS earned
        FROM performance_target;
    ELSE
        PERFORM @extschema@.deptperf_bind_assemble(b.source, b.parts, b.spec)
        FROM (SELECT b.source, b.spec, array_agg(CASE WHEN s.spec ->> 'from' <> 'deptperf.performance_target' THEN b.source || '_bound_' || s.place END ORDER BY s.place) AS parts
              FROM binding b CROSS JOIN LATERAL jsonb_array_elements(b.spec) WITH ORDINALITY AS s(spec, place)
              WHERE b.source = 'performance_target' AND b.spec @> '[{"from": "deptperf.performance_target"}]'
              GROUP BY b.source, b.spec) b
        WHERE 'performance_target' IN (SELECT s.source FROM source s WHERE NOT s.lost);
    END IF;
    UPDATE workspace SET version = 2;
END IF;

-- 3: the frameworks of 45-frameworks.sql.
UPDATE workspace SET version = 3 WHERE version < 3;

-- 4: the quarter of a payment, in 60-facts.sql.
UPDATE workspace SET version = 4 WHERE version < 4;

-- The planner takes a table that has no statistics for one of ten pages, and most
-- of these stay smaller than autovacuum's threshold: some fifty such tables make a
-- plan look dear enough to be compiled (jit), for seconds.
DECLARE
    bare regclass;
BEGIN
    FOR bare IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'deptperf'::regnamespace AND c.relkind = 'r' AND c.reltuples < 0 LOOP
        EXECUTE format('ANALYZE %s', bare);
    END LOOP;
END;
