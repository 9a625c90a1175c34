-- From facts to scores.  All but ranking_all runs with the reader's rights.  A
-- filter on fiscal_year reaches every record scan; one on dept_id does not,
-- because the sum over the tree stands on a GROUP BY: for single departments
-- there are deptperf_total(), deptperf_grade() and deptperf_scores().
--
-- The sums over the tree are grouped by a constant too, of a type that hashes and
-- has no order: a sort would have to write each unit's facts as jsonb, and the
-- planner, which takes them for 32 bytes, sorts where that seems to cost a
-- hundredth more at most.

IF renew OR to_regclass('deptperf.facts') IS NULL THEN
    CREATE OR REPLACE VIEW facts WITH (security_invoker = true) AS
    SELECT c.ancestor_id AS dept_id, u.fiscal_year, @extschema@.deptperf_facts(u.facts) AS facts
    FROM unit_facts u JOIN department_closure c ON c.dept_id = u.dept_id
    GROUP BY c.ancestor_id, u.fiscal_year, '0'::pg_catalog.xid;
END IF;
COMMENT ON VIEW facts IS
    'The facts of each department with all units below it, by year. <source>_units is the number of units that speak.';

IF renew OR to_regclass('deptperf.score_basis') IS NULL THEN
    CREATE OR REPLACE VIEW score_basis WITH (security_invoker = true) AS
    SELECT b.dept_id, b.fiscal_year, d.framework, b.facts, b.inputs, d.document
    FROM (
        SELECT dept_id, fiscal_year, f.facts, i.inputs
        FROM facts f FULL JOIN inputs i USING (dept_id, fiscal_year)
    ) b
        CROSS JOIN LATERAL framework_in_force(b.dept_id, b.fiscal_year) f
        JOIN framework_document d ON d.framework = f.framework;
END IF;
COMMENT ON VIEW score_basis IS
    'What scores are computed from: a row for each department and year that has facts or an assessment, and a framework in force.';
COMMENT ON COLUMN score_basis.facts IS 'NULL: no unit below the department has any.';
COMMENT ON COLUMN score_basis.inputs IS 'NULL: the department has no assessment.';

IF renew OR to_regclass('deptperf.score') IS NULL THEN
    CREATE OR REPLACE VIEW score WITH (security_invoker = true) AS
    SELECT b.dept_id, b.fiscal_year, b.framework, t.total, t.grade, t.provisional, t.open, t.open_items,
           coalesce(@extschema@.deptperf_silent(b.facts,
               -- p: as in framework_in_force, so that an index serves with row security too
               (SELECT (SELECT count(*) FROM department_closure c WHERE c.ancestor_id = p.dept_id)
                FROM (SELECT b.dept_id OFFSET 0) p)), 0::bigint) AS silent
    FROM score_basis b
        CROSS JOIN LATERAL @extschema@.deptperf_evaluate_total(
            b.document, coalesce(b.facts, '{}'::jsonb), coalesce(b.inputs, '{}'::jsonb)) t;
END IF;
COMMENT ON VIEW score IS
    'Total and grade of every department by year: a row where facts has one or the department has an assessment, and a framework is in force.';
COMMENT ON COLUMN score.total IS 'Points; NULL while an item is open.';
COMMENT ON COLUMN score.grade IS 'The grade of the total; NULL without one, or without bands.';
COMMENT ON COLUMN score.provisional IS 'The sum of what is known; never NULL.';
COMMENT ON COLUMN score.open IS 'The points of what is not known; never NULL.';
COMMENT ON COLUMN score.open_items IS 'How many items are missing or invalid.';
COMMENT ON COLUMN score.silent IS
    'How many pairs (unit, source) of the subtree do not speak although another unit of it does.';

IF renew OR to_regclass('deptperf.indicator_score') IS NULL THEN
    CREATE OR REPLACE VIEW indicator_score WITH (security_invoker = true) AS
    SELECT b.dept_id, b.fiscal_year, b.framework, e.code AS indicator, e.state, e.points, i.points AS max_points
    FROM score_basis b
        CROSS JOIN LATERAL @extschema@.deptperf_evaluate(
            b.document, coalesce(b.facts, '{}'::jsonb), coalesce(b.inputs, '{}'::jsonb)) e
        JOIN framework_indicator i ON i.framework = b.framework AND i.code = e.code
    WHERE e.level = 'indicator';
END IF;
COMMENT ON VIEW indicator_score IS 'The points of every indicator, rounded as its framework says, half up to 2 decimals unless it does.';
COMMENT ON COLUMN indicator_score.points IS 'NULL when it is missing or left out.';

IF renew OR to_regclass('deptperf.item_score') IS NULL THEN
    CREATE OR REPLACE VIEW item_score WITH (security_invoker = true) AS
    SELECT b.dept_id, b.fiscal_year, b.framework, i.indicator, e.code AS item, e.state,
           e.points, i.points AS max_points, e.branch
    FROM score_basis b
        CROSS JOIN LATERAL @extschema@.deptperf_evaluate(
            b.document, coalesce(b.facts, '{}'::jsonb), coalesce(b.inputs, '{}'::jsonb)) e
        JOIN framework_item i ON i.framework = b.framework AND i.code = e.code
    WHERE e.level = 'item';
END IF;
COMMENT ON VIEW item_score IS 'The points of every item, and the branch of its rule that decided.';
COMMENT ON COLUMN item_score.state IS
    'scored, judged, compared (with the departments beside it), overridden, exempt, not_applicable (full points or none, as its empty says), left_out, missing, not_compared (deptperf_compare is due) or invalid.';
COMMENT ON COLUMN item_score.points IS 'For people, 6 decimals: sums come from the exact fractions. NULL when it is open or left out.';
COMMENT ON COLUMN item_score.branch IS 'The branch of the rule that decided; NULL when none did.';

IF renew OR to_regclass('deptperf.measure_value') IS NULL THEN
    CREATE OR REPLACE VIEW measure_value WITH (security_invoker = true) AS
    SELECT b.dept_id, b.fiscal_year, e.code AS item, e.numerator, e.denominator,
           CASE WHEN e.denominator IS NULL THEN e.numerator ELSE e.numerator / nullif(e.denominator, 0::numeric) END AS value
    FROM score_basis b
        CROSS JOIN LATERAL @extschema@.deptperf_evaluate(
            b.document, coalesce(b.facts, '{}'::jsonb), coalesce(b.inputs, '{}'::jsonb)) e
        JOIN framework_item i ON i.framework = b.framework AND i.code = e.code
    WHERE e.level = 'item' AND i.formula IS NOT NULL;
END IF;
COMMENT ON VIEW measure_value IS 'What the formula of every computed item gives.';
COMMENT ON COLUMN measure_value.numerator IS 'NULL when a fact of the formula is absent.';
COMMENT ON COLUMN measure_value.denominator IS 'NULL for a formula without one.';
COMMENT ON COLUMN measure_value.value IS
    'numerator / denominator, or the numerator alone; NULL when it is not known and for n/0. Rules compare the exact fraction, not this.';

-- A place among all is computed from all, so ranking is the exception: below it
-- everything runs with the owner's rights, down to the sums of every unit, and
-- the rows of it are tested.  It says again what facts, score_basis, score and
-- framework_in_force say of the caller's departments; it can't read those, for
-- what is inlined is read as the caller.
IF renew OR to_regclass('deptperf.ranking_all') IS NULL THEN
    CREATE OR REPLACE VIEW ranking_all WITH (security_barrier = true) AS
    SELECT r.dept_id, r.fiscal_year, r.framework, r.total, r.rank, r.among
    FROM (
        SELECT b.dept_id, b.fiscal_year, d.framework, t.total,
               rank() OVER (PARTITION BY b.fiscal_year, d.framework ORDER BY t.total DESC) AS rank,
               count(*) OVER (PARTITION BY b.fiscal_year, d.framework) AS among
        FROM (
            SELECT dept_id, fiscal_year, f.facts, i.inputs
            FROM (
                SELECT c.ancestor_id AS dept_id, u.fiscal_year, @extschema@.deptperf_facts(u.facts) AS facts
                FROM unit_sums u JOIN department_closure c ON c.dept_id = u.dept_id
                GROUP BY c.ancestor_id, u.fiscal_year, '0'::pg_catalog.xid
            ) f FULL JOIN inputs i USING (dept_id, fiscal_year)
        ) b
            JOIN framework_year y ON y.framework = coalesce(
                    CASE WHEN EXISTS (SELECT FROM department_framework) THEN
                        (SELECT a.framework
                         FROM department_closure c JOIN department_framework a ON a.dept_id = c.ancestor_id
                         WHERE c.dept_id = b.dept_id AND a.from_year <= b.fiscal_year
                         ORDER BY c.depth, a.from_year DESC
                         LIMIT 1)
                    END,
                    (SELECT w.default_framework FROM workspace w))
                AND y.fiscal_year = b.fiscal_year
            JOIN framework_document d ON d.framework = y.in_force
            CROSS JOIN LATERAL @extschema@.deptperf_evaluate_total(
                d.document, coalesce(b.facts, '{}'::jsonb), coalesce(b.inputs, '{}'::jsonb)) t
        WHERE t.total IS NOT NULL
    ) r
    WHERE sees_all() OR r.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW ranking_all IS
    'What ranking shows. It runs with the rights of the workspace''s owner; of its rows the caller gets those of departments that he may see, with their places among all.';
CREATE OR REPLACE FUNCTION ranking_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, framework text, total numeric, rank bigint, among bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT r.dept_id, r.fiscal_year, r.framework, r.total, r.rank, r.among FROM deptperf.ranking_all r
$body$;
COMMENT ON FUNCTION ranking_rows() IS 'ranking_all, for the view ranking: so that it stays when a bound relation is dropped.';

IF renew OR to_regclass('deptperf.ranking') IS NULL THEN
    CREATE OR REPLACE VIEW ranking WITH (security_invoker = true) AS
    SELECT r.dept_id, r.fiscal_year, r.framework, r.total, r.rank, r.among
    FROM ranking_rows() r;
END IF;
COMMENT ON VIEW ranking IS 'The departments that have a total, ranked within year and framework; equal totals share a rank.';
COMMENT ON COLUMN ranking.among IS 'How many are ranked, also those that the caller may not see.';

IF renew OR to_regclass('deptperf.trend') IS NULL THEN
    CREATE OR REPLACE VIEW trend WITH (security_invoker = true) AS
    SELECT s.dept_id, s.fiscal_year, s.total, s.previous,
           CASE WHEN s.previous_framework = s.framework THEN s.total - s.previous END AS change
    FROM (
        SELECT s.dept_id, s.fiscal_year, s.framework, s.total,
               max(s.total) OVER before AS previous,
               max(s.framework) OVER before AS previous_framework
        FROM score s
        WINDOW before AS (PARTITION BY s.dept_id ORDER BY s.fiscal_year RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)
    ) s;
END IF;
COMMENT ON VIEW trend IS 'Each total beside that of the year before. It reads all years, whichever are asked for.';
COMMENT ON COLUMN trend.previous IS 'NULL when there is no total for the year before.';
COMMENT ON COLUMN trend.change IS 'NULL unless both totals are known and come from the same framework.';
