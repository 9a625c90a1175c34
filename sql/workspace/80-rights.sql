-- Row security, and that PUBLIC has nothing.
--
-- The policies stand always; deptperf_setup(row_security => …) only lets them
-- hold or not.  One for every table with a dept_id: for whoever sees every
-- department, or was given the row's.  The tree is written by those alone who see
-- all of it, because its triggers run as the writer; and who was given what is
-- seen by nobody else.

UPDATE workspace SET row_security = deptperf_setup.row_security
WHERE row_security <> deptperf_setup.row_security;

IF (SELECT w.row_security FROM workspace w) THEN
    CREATE OR REPLACE FUNCTION sees_all() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS $body$
        SELECT pg_catalog.has_table_privilege('deptperf.access'::pg_catalog.regclass, 'SELECT')
            OR NOT pg_catalog.row_security_active('deptperf.access'::pg_catalog.regclass)
    $body$;
ELSE
    CREATE OR REPLACE FUNCTION sees_all() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT true';
    IF NOT deptperf_setup.row_security AND EXISTS (SELECT FROM access a WHERE a.dept_id IS NOT NULL) THEN
        RAISE WARNING 'without row security every role sees every department'
            USING DETAIL = (SELECT format('Given some departments only: %s.', string_agg(DISTINCT a.role, ', ')) FROM access a WHERE a.dept_id IS NOT NULL),
                  HINT = 'deptperf_setup(row_security => true) turns it on again.';
    END IF;
END IF;

DECLARE
    held  boolean := (SELECT w.row_security FROM workspace w);
    t     record;
BEGIN
    FOR t IN
        SELECT c.oid, c.relname, c.relrowsecurity,
               c.relname IN ('department', 'department_closure') AS of_tree,
               CASE c.relname WHEN 'department_closure' THEN 'ancestor_id' ELSE 'dept_id' END AS seen_by
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'dept_id' AND NOT a.attisdropped
        WHERE c.relnamespace = 'deptperf'::regnamespace AND c.relkind = 'r'
        ORDER BY c.relname
    LOOP
        IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polname = 'given_departments') THEN
            EXECUTE format(CASE WHEN t.relname = 'access' THEN 'CREATE POLICY given_departments ON %1$I USING (sees_all())'
                                ELSE 'CREATE POLICY given_departments ON %1$I FOR %2$s USING (sees_all() OR %3$I IN (SELECT g.dept_id FROM given g))' END,
                           t.relname, CASE WHEN t.of_tree THEN 'SELECT' ELSE 'ALL' END, t.seen_by);
        END IF;
        IF t.of_tree AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polname = 'every_department') THEN
            EXECUTE format('CREATE POLICY every_department ON %I USING (sees_all())', t.relname);
        END IF;
        IF t.relrowsecurity <> held THEN
            EXECUTE format('ALTER TABLE %I %s ROW LEVEL SECURITY', t.relname, CASE WHEN held THEN 'ENABLE' ELSE 'DISABLE' END);
        END IF;
    END LOOP;
END;

-- Nothing to PUBLIC, which functions are given at first, and whatever the owner's
-- default privileges give.
IF EXISTS (
    SELECT FROM (
        SELECT p.oid, coalesce(p.proacl, acldefault('f', p.proowner)) AS acl FROM pg_proc p WHERE p.pronamespace = 'deptperf'::regnamespace
        UNION ALL
        SELECT c.oid, c.relacl FROM pg_class c WHERE c.relnamespace = 'deptperf'::regnamespace
        UNION ALL
        SELECT a.attrelid, a.attacl FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'deptperf'::regnamespace AND a.attacl IS NOT NULL
        UNION ALL
        SELECT n.oid, n.nspacl FROM pg_namespace n WHERE n.oid = 'deptperf'::regnamespace
    ) o CROSS JOIN LATERAL aclexplode(o.acl) g
    WHERE g.grantee = 0
) THEN
    REVOKE ALL ON SCHEMA deptperf FROM PUBLIC;
    REVOKE ALL ON ALL TABLES IN SCHEMA deptperf FROM PUBLIC;
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA deptperf FROM PUBLIC;
    REVOKE ALL ON ALL ROUTINES IN SCHEMA deptperf FROM PUBLIC;
END IF;

-- What was given, on what was made since, and where the extension is now: to roles
-- that still have the schema.  A role that was dropped has not, nor has the next one
-- of its name.
DECLARE
    holders name[] := ARRAY(SELECT r.rolname FROM pg_roles r
                            WHERE EXISTS (SELECT FROM access a WHERE a.role = r.rolname)
                              AND EXISTS (SELECT FROM pg_namespace n, aclexplode(n.nspacl) g WHERE n.nspname = 'deptperf' AND g.grantee = r.oid));
BEGIN
    PERFORM @extschema@.deptperf_grant_rights(a.role::name, a.what, bool_or(a.dept_id IS NULL))
    FROM access a
    WHERE a.role = ANY (holders)
    GROUP BY a.role, a.what;
    PERFORM @extschema@.deptperf_grant_usage(holders);
END;
