-- Which framework is in force in which year, for those who have one of a line: the
-- frameworks that supersede each other.  After the frameworks that setup brings, so
-- that it is derived once for all of them.
--
-- One row a framework and year, because facts are joined with it: spans of years
-- would have the planner hash the facts instead, which are written as jsonb then.

-- jit = off: before ANALYZE a line looks long enough to be compiled, for seconds.
CREATE OR REPLACE FUNCTION framework_years() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET jit = off AS $body$
#variable_conflict use_column
BEGIN
    LOCK TABLE deptperf.framework_document IN SHARE ROW EXCLUSIVE MODE;       -- as framework_changed does
    WITH RECURSIVE line (framework, member) AS (
        SELECT f.framework, f.framework FROM deptperf.framework f
        UNION
        SELECT l.framework, o.framework
        FROM line l
            JOIN deptperf.framework m ON m.framework = l.member
            JOIN deptperf.framework o ON o.framework = m.supersedes OR o.supersedes = m.framework
    ), span AS (                        -- each until the next one begins
        SELECT l.framework, m.framework AS in_force, m.from_year,
               least(m.to_year, lead(coalesce(m.from_year, 0)) OVER (PARTITION BY l.framework ORDER BY coalesce(m.from_year, 0), m.framework) - 1) AS to_year
        FROM line l JOIN deptperf.framework m ON m.framework = l.member
    ), admitted AS (
        SELECT s.framework, y.fiscal_year, s.in_force
        FROM span s JOIN deptperf.fiscal_year y ON y.fiscal_year >= coalesce(s.from_year, y.fiscal_year) AND y.fiscal_year <= coalesce(s.to_year, y.fiscal_year)
    ), gone AS (
        DELETE FROM deptperf.framework_year o
        WHERE NOT EXISTS (SELECT FROM admitted a WHERE a.framework = o.framework AND a.fiscal_year = o.fiscal_year)
    )
    INSERT INTO deptperf.framework_year AS o (framework, fiscal_year, in_force)
    SELECT a.framework, a.fiscal_year, a.in_force FROM admitted a
    EXCEPT
    SELECT o.framework, o.fiscal_year, o.in_force FROM deptperf.framework_year o
    ON CONFLICT (framework, fiscal_year) DO UPDATE SET in_force = excluded.in_force;
    RETURN NULL;
END $body$;
COMMENT ON FUNCTION framework_years() IS 'Trigger of framework and fiscal_year: keeps framework_year.';
CREATE OR REPLACE TRIGGER framework_years AFTER INSERT OR UPDATE OF framework, from_year, to_year, supersedes OR DELETE OR TRUNCATE ON framework
    FOR EACH STATEMENT EXECUTE FUNCTION framework_years();
CREATE OR REPLACE TRIGGER framework_years AFTER INSERT OR UPDATE OF fiscal_year OR DELETE OR TRUNCATE ON fiscal_year
    FOR EACH STATEMENT EXECUTE FUNCTION framework_years();
CREATE OR REPLACE TRIGGER framework_year_derived BEFORE INSERT ON framework_year
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION derived_rows();
IF NOT EXISTS (SELECT FROM framework_year) THEN
    UPDATE framework SET from_year = from_year WHERE false;         -- fires the trigger
END IF;
