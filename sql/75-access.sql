-- Who may do what: deptperf_grant gives rights by GRANT, and keeps in
-- deptperf.access that it did.
--
-- Rights are listed and not derived: what is not named here nobody gets.  A role
-- with some departments has the same rights as one with all of them, but for
-- what tells of the others: the columns of department that name the one above,
-- and deptperf.access, which says that a role sees every department.  It writes
-- what belongs to departments and nothing that everybody's scores hang on.

CREATE FUNCTION @extschema@.deptperf_grant_rights(role pg_catalog.name, what pg_catalog.text, every pg_catalog.bool) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    records   text;
    views     text;
    functions text;
    rights    text[];
    r         text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    SELECT string_agg(format('deptperf.%I', s.source), ', '), string_agg(format('deptperf.%I, deptperf.%I', s.source || '_facts', s.source || '_issue'), ', '),
           string_agg(format('deptperf.%I()', s.source || '_rows'), ', ')
    INTO records, views, functions
    FROM deptperf.source s;
    rights := ARRAY[
        'USAGE ON SCHEMA deptperf',
        'SELECT ON deptperf.fiscal_year, deptperf.source, deptperf.fact, deptperf.indicator_library, deptperf.workspace,'
        ' deptperf.framework, deptperf.framework_group, deptperf.framework_indicator, deptperf.framework_item,'
        ' deptperf.framework_requirement, deptperf.framework_band, deptperf.framework_level, deptperf.framework_conversion, deptperf.framework_threshold, deptperf.framework_check, deptperf.data_check, deptperf.framework_example, deptperf.framework_document, deptperf.framework_year',
        'SELECT ON deptperf.department_closure, deptperf.department_framework, deptperf.closed, deptperf.assessment,'
        ' deptperf.department_line, deptperf.self_assessment, deptperf.stated_figure, deptperf.peer_score, deptperf.result, deptperf.shard, deptperf.shard_department',
        'SELECT ON deptperf.given, deptperf.framework_above, deptperf.current_assessment, deptperf.inputs,'
        ' deptperf.unit_facts, deptperf.unit_parts, deptperf.kept_facts, deptperf.shard_facts, deptperf.shared_facts, deptperf.shared_about, deptperf.facts, deptperf.score_basis, deptperf.score, deptperf.indicator_score,'
        ' deptperf.item_score, deptperf.measure_value, deptperf.ranking_all, deptperf.ranking, deptperf.trend, deptperf.monitor, deptperf.reconciliation, deptperf.score_state, deptperf.target_issue, deptperf.check_issue, deptperf.published_issue, deptperf.record_issue, deptperf.shard_issue, deptperf.data_issue',
        'SELECT ON ' || views,
        'EXECUTE ON FUNCTION deptperf.sees_all(), deptperf.framework_in_force(bigint, int), deptperf.check_is_on(bigint, int, text), deptperf.ranking_rows(),'
        ' deptperf.kept_rows(), deptperf.closed_rows(), deptperf.issue_rows(), ' || functions];
    rights := rights || CASE WHEN every THEN 'SELECT ON deptperf.department, deptperf.access'
                             ELSE 'SELECT (dept_id, division, code, name, kind) ON deptperf.department' END;
    IF what IN ('assessor', 'admin') THEN       -- who and when are defaults
        rights := rights || '{"INSERT (dept_id, fiscal_year, item, points, exempt, reason, supersedes, level) ON deptperf.assessment"}'::text[];
    END IF;
    IF what = 'admin' THEN
        rights := rights || ARRAY[
            'SELECT ON deptperf.binding',       -- which the triggers of the record tables read
            'SELECT, INSERT, UPDATE, DELETE ON deptperf.department_framework, deptperf.department_line, deptperf.self_assessment, deptperf.stated_figure, ' || records,
            'INSERT (dept_id, fiscal_year, source, records), DELETE ON deptperf.closed',
            'INSERT (dept_id, fiscal_year, forced, reason), UPDATE (reopen_reason) ON deptperf.result'];   -- the rest is the trigger's
        IF every THEN
            rights := rights || ARRAY[
                'INSERT, UPDATE, DELETE ON deptperf.department, deptperf.department_closure, deptperf.fiscal_year, deptperf.fact, deptperf.indicator_library,'
                ' deptperf.framework, deptperf.framework_group, deptperf.framework_indicator, deptperf.framework_item,'
                ' deptperf.framework_requirement, deptperf.framework_band, deptperf.framework_level, deptperf.framework_conversion, deptperf.framework_threshold, deptperf.framework_check, deptperf.data_check, deptperf.framework_example, deptperf.framework_document, deptperf.framework_year',
                'INSERT (dept_id, fiscal_year, item, framework, numerator, denominator, among, points, mean), DELETE ON deptperf.peer_score'];
        END IF;
    END IF;
    FOREACH r IN ARRAY rights LOOP
        EXECUTE format('GRANT %s TO %I', r, role);
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_grant_rights(pg_catalog.name, pg_catalog.text, pg_catalog.bool) IS
'the GRANT statements of deptperf_grant; every: for every department';

-- The functions are where the extension is, which is not everybody's schema everywhere.
CREATE FUNCTION @extschema@.deptperf_grant_usage(roles pg_catalog.name[]) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    space   regnamespace := '@extschema@';
    without text := (SELECT string_agg(quote_ident(r.role), ', ' ORDER BY r.role) FROM unnest(roles) AS r(role) WHERE NOT has_schema_privilege(r.role, space, 'USAGE'));
BEGIN
    IF without IS NULL THEN
        RETURN;
    ELSIF has_schema_privilege(space, 'USAGE WITH GRANT OPTION') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s', space, without);
    ELSE
        RAISE WARNING 'without USAGE on schema % nothing of deptperf can be used by %', space, without
            USING DETAIL = format('Its functions, which the views call too, are there, and %s may not grant it.', current_user),
                  HINT = (SELECT format('Let %s run: GRANT USAGE ON SCHEMA %s TO %s;', n.nspowner::regrole, space, without) FROM pg_namespace n WHERE n.oid = space);
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_grant_usage(pg_catalog.name[]) IS
'USAGE on the extension''s schema for roles that lack it, or a warning that says who has to grant it. NULL does nothing';

CREATE FUNCTION @extschema@.deptperf_grant_departments(role pg_catalog.name, what pg_catalog.text, dept_id pg_catalog.int8) RETURNS pg_catalog.text
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    known text[] := '{reader,assessor,admin}';
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    PERFORM pg_advisory_xact_lock(1684369524, 1);       -- as setup does
    PERFORM @extschema@.deptperf_workspace_guard();
    IF role IS NULL OR what IS NULL THEN
        RAISE EXCEPTION 'role and what must not be NULL'
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL = format('role %s, what %s.', coalesce(role, 'NULL'), coalesce(what, 'NULL')),
                  HINT = 'SELECT deptperf_grant(''a_role'', ''reader'');';
    ELSIF what <> ALL (known) THEN
        RAISE EXCEPTION '"%" is nothing that can be granted', what
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Known: %s.', array_to_string(known, ', ')),
                  HINT = 'A reader sees scores, an assessor judges too, an admin also writes records.';
    ELSIF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role) THEN
        RAISE EXCEPTION 'role "%" is not known', role
            USING ERRCODE = 'undefined_object',
                  DETAIL = CASE WHEN lower(role) = 'public' THEN 'PUBLIC is no role, and gets nothing in the workspace.'
                           ELSE coalesce((SELECT format('There is a role "%s".', r.rolname) FROM pg_roles r WHERE lower(r.rolname) = lower(role) ORDER BY 1 LIMIT 1),
                                         'deptperf_grant makes no roles.') END,
                  HINT = CASE WHEN lower(role) = 'public' THEN 'Make a role for all of them, and GRANT it to each.'
                         ELSE format('CREATE ROLE %I; names are taken as they are written, in upper or lower case.', role) END;
    ELSIF dept_id IS NOT NULL AND NOT (SELECT w.row_security FROM deptperf.workspace w) THEN
        RAISE EXCEPTION 'row security is off, so that a role sees every department or none'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Department %s alone was to be given to %s.', dept_id, role),
                  HINT = 'SELECT deptperf_setup(row_security => true); first, or leave the department out.';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_namespace n, aclexplode(n.nspacl) g
                   WHERE n.nspname = 'deptperf' AND g.grantee = (SELECT r.oid FROM pg_roles r WHERE r.rolname = role)) THEN
        DELETE FROM deptperf.access a WHERE a.role = deptperf_grant_departments.role;   -- another role's of that name, or taken back
    END IF;
    INSERT INTO deptperf.access (role, what, dept_id) VALUES (role, what, dept_id) ON CONFLICT DO NOTHING;
    PERFORM @extschema@.deptperf_grant_rights(role, what, dept_id IS NULL);
    PERFORM @extschema@.deptperf_grant_usage(ARRAY[role]);
    IF dept_id IS NOT NULL AND (has_table_privilege(role, 'deptperf.access', 'SELECT')
                                OR (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles r WHERE r.rolname = role)) THEN
        RAISE NOTICE 'role "%" sees every department all the same', role
            USING DETAIL = CASE WHEN (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles r WHERE r.rolname = role) THEN 'Row security does not bind it: it is a superuser, or has BYPASSRLS.'
                           ELSE 'It was given all of them before, or is a member of a role that was.' END,
                  HINT = format('DELETE FROM deptperf.access WHERE role = %L AND dept_id IS NULL; REVOKE SELECT ON deptperf.department, deptperf.access FROM %I; or REVOKE its membership.', role, role);
    END IF;
    RETURN format('%s: %s of %s', role, what, coalesce('department ' || dept_id || ' and all below it', 'every department'));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_grant_departments(pg_catalog.name, pg_catalog.text, pg_catalog.int8) IS
'what the functions deptperf_grant do; dept_id NULL is every department';

CREATE FUNCTION @extschema@.deptperf_grant(role pg_catalog.name, what pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS $deptperf$
    SELECT @extschema@.deptperf_grant_departments($1, $2, NULL::pg_catalog.int8)
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_grant(pg_catalog.name, pg_catalog.text) IS
'gives a role what it needs for every department. reader: registries, indicators, frameworks, facts, scores and assessments, no records. assessor: that, and adding assessments (deptperf_assess), without setting who and when. admin: that, and reading and writing records, what was published and closed, departments, facts, indicators and frameworks; assessments are only added there too, and settings, bindings and grants are the owner''s. Each also gets USAGE on the extension''s schema, if it lacks it; where the caller may not give that, a warning says who has to. Only for the workspace''s owner; the role must exist. Returns what was given. An unknown role or an unknown what is an error';

CREATE FUNCTION @extschema@.deptperf_grant(role pg_catalog.name, what pg_catalog.text, dept pg_catalog.int8) RETURNS pg_catalog.text
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    IF dept IS NULL THEN
        RAISE EXCEPTION 'the department to grant is NULL'
            USING ERRCODE = 'null_value_not_allowed', HINT = 'Leave dept out to grant every department.';
    END IF;
    RETURN @extschema@.deptperf_grant_departments(role, what, @extschema@.deptperf_department(dept));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_grant(pg_catalog.name, pg_catalog.text, pg_catalog.int8) IS
'the same for one department and all below it, which needs row security. Such a role sees no other department, in no view, function or error, but its places among all, and of items that are scored by their share of the leader or the mean what that is; an admin writes what belongs to these departments, and not the tree, facts, indicators or frameworks. Granted again, departments add up. An unknown department is an error';

CREATE FUNCTION @extschema@.deptperf_grant(role pg_catalog.name, what pg_catalog.text, dept pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS $deptperf$
    SELECT @extschema@.deptperf_grant($1, $2, @extschema@.deptperf_department($3))
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_grant(pg_catalog.name, pg_catalog.text, pg_catalog.text) IS
'the same for a department by code';
