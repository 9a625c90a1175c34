-- What is wrong with the records, live.
--
--   procurement_issue  what of a source's bound relations can't be true, or counts
--                      nowhere; made by deptperf_bind, and empty without one: the
--                      own tables refuse such rows.  With the rights of the
--                      workspace's owner, as the grouped views; tested by row.
--   issue_rows         all of them, as a function with a string body: dropping a
--                      bound relation takes that source's view alone.
--   target_issue       targets of the own table whose points are not known, and
--                      those that were missed without a reason.  Rights and test
--                      as above.
--   data_issue         these, relations whose row security was turned on later,
--                      tracking that lacks a trigger or a partition, shards,
--                      records that came or went after closing, units that are
--                      silent although others speak, and what the checks of
--                      74-check.sql find.

-- A source that has lost a view of its bound relations does not speak, neither for
-- records of its own table, which are but a part, nor where it is closed.
DECLARE
    one text;
BEGIN
    FOR one IN
        UPDATE source s SET lost = b.lost
        FROM (SELECT s.source, EXISTS (
                  SELECT FROM binding b CROSS JOIN LATERAL jsonb_array_elements(b.spec) WITH ORDINALITY AS e(spec, place)
                  WHERE b.source = s.source AND e.spec <> jsonb_build_object('from', format('deptperf.%I', s.source))
                    AND to_regclass(format('deptperf.%I', s.source || '_bound_' || e.place)) IS NULL) AS lost
              FROM source s) b
        WHERE s.source = b.source AND s.lost <> b.lost
        RETURNING CASE WHEN s.lost THEN s.source END
    LOOP
        IF one IS NOT NULL THEN
            RAISE WARNING 'source "%" has lost a relation that it was bound to', one
                USING DETAIL = 'It does not speak until this is settled, not even where it is closed: what hangs on it is open.',
                      HINT = format('SELECT * FROM deptperf_repair(); when the relation is there again, or deptperf_bind to another, or SELECT deptperf_unbind(%L);', one);
        END IF;
    END LOOP;
    FOR one IN
        SELECT s.source FROM source s
        WHERE s.lost AND pg_get_viewdef(format('deptperf.%I', s.source || '_source')::regclass) !~ 'WHERE false;$'
    LOOP
        EXECUTE format('CREATE OR REPLACE VIEW deptperf.%I AS SELECT s.* FROM (%s) s WHERE false', one || '_source',
                       rtrim(pg_get_viewdef(format('deptperf.%I', one || '_source')::regclass), ';'));
    END LOOP;
END;

DECLARE
    one text;
BEGIN
    FOR one IN SELECT s.source FROM deptperf.source s WHERE to_regclass(format('deptperf.%I', s.source || '_issue')) IS NULL LOOP
        EXECUTE format('CREATE VIEW deptperf.%I WITH (security_barrier = true) AS %s', one || '_issue', @extschema@.deptperf_bind_issue(one, NULL, (SELECT b.spec FROM binding b WHERE b.source = one)));
        EXECUTE format('COMMENT ON VIEW deptperf.%I IS %L', one || '_issue',
                       'What is wrong with the records of the source ' || one || ' in relations that deptperf_bind put behind it.');
    END LOOP;
END;

CREATE OR REPLACE FUNCTION issue_rows()
RETURNS TABLE (dept_id bigint, fiscal_year int, severity text, issue text, source text, found text, expected text)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'budget'::text, i.found, i.expected FROM deptperf.budget_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'execution'::text, i.found, i.expected FROM deptperf.execution_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'adjustment'::text, i.found, i.expected FROM deptperf.adjustment_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'procurement'::text, i.found, i.expected FROM deptperf.procurement_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'fixed_asset'::text, i.found, i.expected FROM deptperf.fixed_asset_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'staffing'::text, i.found, i.expected FROM deptperf.staffing_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'project'::text, i.found, i.expected FROM deptperf.project_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'key_task'::text, i.found, i.expected FROM deptperf.key_task_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'performance_target'::text, i.found, i.expected FROM deptperf.performance_target_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'petition'::text, i.found, i.expected FROM deptperf.petition_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'satisfaction_survey'::text, i.found, i.expected FROM deptperf.satisfaction_survey_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'disclosure'::text, i.found, i.expected FROM deptperf.disclosure_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'finding'::text, i.found, i.expected FROM deptperf.finding_issue i
    UNION ALL SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, 'measurement'::text, i.found, i.expected FROM deptperf.measurement_issue i
$body$;
COMMENT ON FUNCTION issue_rows() IS 'The data issues of all bound relations, for data_issue.';

IF renew OR to_regclass('deptperf.target_issue') IS NULL THEN
    CREATE OR REPLACE VIEW target_issue WITH (security_barrier = true) AS
    SELECT t.dept_id, t.fiscal_year, i.severity, i.issue, t.performance_target_id, i.found, i.expected
    FROM (
        SELECT t.*, t.aspect IN ('social', 'economic', 'ecological', 'sustainable') AS benefit,
               format('target %s, %s', t.performance_target_id, coalesce(t.level3, t.title, t.aspect)) AS name
        FROM performance_target t
        WHERE t.earned IS NULL OR t.comparison IS NOT NULL AND t.earned < t.weight AND btrim(coalesce(t.reason, '')) = ''
    ) t
        CROSS JOIN LATERAL (
            SELECT CASE WHEN t.earned IS NOT NULL THEN 'warning' WHEN t.benefit THEN 'error' ELSE 'info' END::text AS severity,
                   CASE WHEN t.earned IS NULL THEN 'open target' ELSE 'no reason' END::text AS issue,
                   CASE WHEN t.earned IS NOT NULL THEN format('%s: %s of %s', t.name, t.earned, t.weight)
                        WHEN t.actual IS NULL AND t.comparison <> 'qualitative' THEN format('%s: no actual value', t.name)
                        ELSE format('%s: not judged', t.name) END AS found,
                   CASE WHEN t.earned IS NOT NULL THEN 'why it was missed, in reason' WHEN t.actual IS NULL AND t.comparison <> 'qualitative' THEN 'actual or actual_written'
                        ELSE 'earned' END::text AS expected
        ) i
    WHERE sees_all() OR t.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW target_issue IS
    'What is due on targets of the own table, as they are now: points that are not known, and a reason where a target was missed. It runs with the rights of the workspace''s owner, for the departments that the caller may see.';
COMMENT ON COLUMN target_issue.severity IS
    'error: the points of a benefit target are not known, so that the benefit score is invalid; warning: no reason; info: the points of another target are not known.';
COMMENT ON COLUMN target_issue.issue IS 'open target, or no reason.';

IF renew OR to_regclass('deptperf.data_issue') IS NULL THEN
    CREATE OR REPLACE VIEW data_issue WITH (security_invoker = true) AS
    WITH topmost AS NOT MATERIALIZED (      -- of what the reader sees; department.parent_id not everybody reads
        SELECT DISTINCT ON (c.dept_id) c.dept_id, c.ancestor_id
        FROM department_closure c
        ORDER BY c.dept_id, c.depth DESC
    )
    SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, i.source, i.found, i.expected
    FROM (
        SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, i.source, i.found, i.expected
        FROM issue_rows() i
        UNION ALL
        SELECT t.dept_id, t.fiscal_year, t.severity, t.issue, 'performance_target'::text, t.found, t.expected
        FROM target_issue t
        UNION ALL
        SELECT c.dept_id, c.fiscal_year, 'warning'::text,
               CASE WHEN n.records > c.records THEN 'late records' ELSE 'fewer records' END::text, c.source,
               format('%s records', n.records), format('%s, as there were when %s closed it at %s', c.records, c.closed_by, c.closed_at)
        FROM closed c
            JOIN unit_facts u ON u.dept_id = c.dept_id AND u.fiscal_year = c.fiscal_year
            CROSS JOIN LATERAL (SELECT CASE WHEN NOT u.facts ? '!' THEN (u.facts ->> (c.source || '_records'))::bigint END AS records) n
        WHERE n.records <> c.records
        UNION ALL
        SELECT NULL::bigint, NULL::int, 'error'::text, 'row security'::text, s.source,
               format('row security of %s is active for %s, and hides records', r.relation, r.reader),
               format('ALTER ROLE %I BYPASSRLS; or a relation for which it is not active', r.reader)
        FROM source s
            JOIN pg_class v ON v.relnamespace = 'deptperf'::regnamespace AND v.relname = (s.source || '_source')::name
            CROSS JOIN LATERAL @extschema@.deptperf_bind_reads(v.oid, v.relowner) r
        WHERE sees_all() AND r.hidden
        UNION ALL
        SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, NULL::text, i.found, i.expected
        FROM shard_issue i
        UNION ALL
        SELECT NULL::bigint, NULL::int, 'error'::text, 'tracking'::text, s.source,
               f.found, coalesce(f.remedy, format('SELECT * FROM deptperf_track(%L);', s.source))
        FROM source s
            CROSS JOIN LATERAL (SELECT string_agg(t.found, '; ' ORDER BY t.found) AS found, min(t.expected) FILTER (WHERE t.expected LIKE 'SELECT deptperf\_untrack%') AS remedy FROM @extschema@.deptperf_track_faults(s.source) t GROUP BY t.relation) f
        WHERE sees_all()
        UNION ALL
        SELECT m.dept_id, s.fiscal_year, 'info'::text, 'silent'::text, s.source,
               'no record, and not closed'::text, format('a record, or closing; %s of the units below %s do', s.units, d.code)
        FROM (
            SELECT t.ancestor_id, u.fiscal_year, k.source, count(*) AS units
            FROM unit_facts u
                JOIN topmost t ON t.dept_id = u.dept_id
                JOIN source k ON k.zeros IS NOT NULL AND u.facts ? (k.source || '_units')
            GROUP BY t.ancestor_id, u.fiscal_year, k.source
        ) s
            JOIN department d ON d.dept_id = s.ancestor_id
            JOIN topmost m ON m.ancestor_id = s.ancestor_id
            LEFT JOIN unit_facts u ON u.dept_id = m.dept_id AND u.fiscal_year = s.fiscal_year
        WHERE (u.facts ? (s.source || '_units')) IS NOT TRUE AND (u.facts ? '!') IS NOT TRUE
        UNION ALL
        SELECT i.dept_id, i.fiscal_year, c.severity, i.issue, i.source, i.found, i.expected
        FROM check_issue i JOIN data_check c ON c.name = i.issue
        UNION ALL
        SELECT i.dept_id, i.fiscal_year, c.severity, i.issue, 'self_assessment'::text, i.found, i.expected
        FROM published_issue i JOIN data_check c ON c.name = i.issue
        UNION ALL
        SELECT i.dept_id, i.fiscal_year, c.severity, i.issue, i.source, i.found, i.expected
        FROM record_issue i JOIN data_check c ON c.name = i.issue
    ) i
    WHERE check_is_on(i.dept_id, i.fiscal_year, i.issue);
END IF;
COMMENT ON VIEW data_issue IS
    'What is wrong with the records, as they are now: those of bound relations that belong to no known department or year, or have a value that the own table would refuse, and those that row security hides from the workspace; tracked sources that lack a trigger or whose partitions are others than they were, so that kept facts may be wrong; targets whose points are not known, or that were missed without a reason; records that came or went after a source was closed; shards, whose records it does not look at, and those that are out of reach; units that are silent although another unit under the same top department that the reader sees speaks; and what the checks of data_check find in records, stated figures and published scores, but for those that the framework goes without (framework_check).';
COMMENT ON COLUMN data_issue.dept_id IS 'NULL: the department is not known.';
COMMENT ON COLUMN data_issue.fiscal_year IS 'NULL: the year is not known.';
COMMENT ON COLUMN data_issue.severity IS
    'error: the record does not count, or makes a result wrong or invalid, or kept facts may be wrong; warning: a contradiction, records that changed after closing, or a reason that is due; info: a unit is silent, or the points of a target are not known that no benefit score reads.';
COMMENT ON COLUMN data_issue.issue IS
    'unknown department, unknown year, NULL, unknown value, not finite, negative, not whole, above <the column that limits it>, lost relation, row security, tracking, shard; or the name of a check in data_check: open target, no reason, late records, fewer records, silent, two values, spent above budget, …';
COMMENT ON COLUMN data_issue.found IS
    'The relation, the record by its key (or ctid, where it stands) and the column; how many records; or the figures, each with where it stands.';
