-- Who was given what, and which departments that lets them see.
--
-- Rights are PostgreSQL's own: deptperf_grant writes GRANTs.  A row here says
-- that it did, so that setup can give the same on what it makes anew, and, with
-- row security, which departments a role sees.  Every test of a row reads
--
--     sees_all() OR x.dept_id IN (SELECT g.dept_id FROM given g)
--
-- sees_all() is inlined.  Without row security it is the constant true, so that
-- nothing of the test is left in any plan.  With it, the departments given are
-- hashed once, when a first row asks; that is no InitPlan, so plans stay
-- parallel.  (EXISTS would leave the choice of hashing or looking up each, but
-- is planned at the cost of looking up: some 5 a row, enough to set off JIT.)

CREATE TABLE IF NOT EXISTS access (
    role       text NOT NULL,
    what       text NOT NULL
        CONSTRAINT access_what_known CHECK (what IN ('reader', 'assessor', 'admin')),
    dept_id    bigint REFERENCES department ON DELETE CASCADE,
    granted_by text NOT NULL DEFAULT current_user,
    granted_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (role, what, dept_id)
);
CREATE INDEX IF NOT EXISTS access_by_department ON access (dept_id);
-- It has no key, as dept_id may be NULL: a publication of all tables must not stop changes of it.
IF (SELECT c.relreplident <> 'f' FROM pg_class c WHERE c.oid = 'access'::regclass) THEN
    ALTER TABLE access REPLICA IDENTITY FULL;
END IF;
COMMENT ON TABLE access IS
    'What deptperf_grant() gave to whom; deptperf_setup() gives it again where rights are missing. With row security, whoever may SELECT from this table sees every department, and other roles see the departments of their rows with all below them. To take something back, delete the row and REVOKE the rights.';
COMMENT ON COLUMN access.role IS 'The role''s name. Its members have what it has.';
COMMENT ON COLUMN access.what IS 'reader, assessor or admin.';
COMMENT ON COLUMN access.dept_id IS 'That department and all below it; NULL: every department.';

IF renew OR to_regclass('deptperf.given') IS NULL THEN
    CREATE OR REPLACE VIEW given WITH (security_barrier = true) AS
    SELECT c.dept_id
    FROM access a JOIN department_closure c ON c.ancestor_id = a.dept_id
    WHERE pg_has_role(to_regrole(quote_ident(a.role)), 'USAGE');
END IF;
COMMENT ON VIEW given IS
    'The departments that the caller was given by name, each with all below it (sees_all() says who needs none of that). It runs with the rights of the workspace''s owner.';

-- 80-rights.sql puts the body that the settings ask for.
IF to_regprocedure('deptperf.sees_all()') IS NULL THEN
    CREATE FUNCTION sees_all() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT true';
END IF;
COMMENT ON FUNCTION sees_all() IS
    'Whether the caller sees every department: always without row security; with it the workspace''s owner, whoever row security does not bind, and whoever was given every department.';
