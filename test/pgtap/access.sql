-- access.sql: who may do what: deptperf_grant, the rights of every role on every
-- object, and with row security what each of them sees, finds and can change.
--
-- The workspace belongs to a role that is no superuser, but owns the database. Roles are made inside the
-- transaction, so that they go with it.
BEGIN;
SELECT plan(123);
SET LOCAL client_min_messages = error;
SET LOCAL jit = off;                        -- many small queries
DROP SCHEMA IF EXISTS deptperf CASCADE;

CREATE ROLE deptperf_test_owner;
CREATE ROLE deptperf_test_reader;           -- every department
CREATE ROLE deptperf_test_reader_a;         -- bureau 2
CREATE ROLE deptperf_test_reader_u;         -- unit 4, without a framework of its own
CREATE ROLE deptperf_test_assessor;
CREATE ROLE deptperf_test_assessor_a;
CREATE ROLE deptperf_test_admin;
CREATE ROLE deptperf_test_admin_a;
CREATE ROLE deptperf_test_nobody;
CREATE ROLE deptperf_test_group;            -- bureau 6, and unit 5
CREATE ROLE deptperf_test_member;
CREATE ROLE deptperf_test_apart NOINHERIT;
CREATE ROLE deptperf_test_bypass BYPASSRLS; -- bureau 2, but row security doesn't bind it
GRANT deptperf_test_group TO deptperf_test_member, deptperf_test_apart;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO deptperf_test_owner', current_database()); END $$;

-- A query's rows as a role sees them, as text; and what a statement of his gives: nothing, or the error.
CREATE FUNCTION pg_temp.seen_by(who name, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    seen text[];
BEGIN
    PERFORM set_config('role', who, true);
    EXECUTE format('SELECT array_agg(q::text) FROM (%s) AS q', query) INTO seen;
    PERFORM set_config('role', 'none', true);
    RETURN QUERY SELECT unnest(seen);
END $$;
CREATE FUNCTION pg_temp.gives(who name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    PERFORM set_config('role', who, true);
    EXECUTE statement;
    PERFORM set_config('role', 'none', true);
    RETURN 'no error';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- ---- 1. granting ----

SET LOCAL ROLE deptperf_test_owner;
SELECT is(deptperf_setup(), 'framework sz-2021, row security off', 'the workspace is made by a role that is no superuser');
UPDATE deptperf.framework SET status = 'draft';       -- to be changed below
INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES
    (1, 'city', NULL), (2, 'bureau a', 'city'), (3, 'a1', 'bureau a'), (4, 'a2', 'bureau a'), (5, 'a1x', 'a1'),
    (6, 'bureau b', 'city'), (7, 'b1', 'bureau b'), (8, 'b2', 'bureau b'), (9, 'alone', NULL);
RESET ROLE;

SELECT is(pg_temp.gives('deptperf_test_owner', $$ SELECT deptperf_grant('deptperf_test_reader_a', 'reader', 'bureau a') $$),
          E'55000 row security is off, so that a role sees every department or none\nDepartment 2 alone was to be given to deptperf_test_reader_a.\nSELECT deptperf_setup(row_security => true); first, or leave the department out.',
          'some departments without row security');
SELECT is(pg_temp.gives('deptperf_test_owner', $$ SELECT deptperf_grant('deptperf_test_missing', 'reader') $$),
          E'42704 role "deptperf_test_missing" is not known\ndeptperf_grant makes no roles.\nCREATE ROLE deptperf_test_missing; names are taken as they are written, in upper or lower case.', 'an unknown role');
SELECT is(pg_temp.gives('deptperf_test_owner', $$ SELECT deptperf_grant('Deptperf_Test_Reader', 'reader') $$),
          E'42704 role "Deptperf_Test_Reader" is not known\nThere is a role "deptperf_test_reader".\nCREATE ROLE "Deptperf_Test_Reader"; names are taken as they are written, in upper or lower case.', 'one in the wrong case');
SELECT is(pg_temp.gives('deptperf_test_owner', $$ SELECT deptperf_grant('PUBLIC', 'reader') $$),
          E'42704 role "PUBLIC" is not known\nPUBLIC is no role, and gets nothing in the workspace.\nMake a role for all of them, and GRANT it to each.', 'PUBLIC');
SELECT is(pg_temp.gives('deptperf_test_owner', $$ SELECT deptperf_grant('deptperf_test_reader', 'writer') $$),
          E'22023 "writer" is nothing that can be granted\nKnown: reader, assessor, admin.\nA reader sees scores, an assessor judges too, an admin also writes records.', 'an unknown right');
SELECT matches(pg_temp.gives('deptperf_test_owner', $$ SELECT deptperf_grant(NULL, 'reader') $$), '^22004 .*\nrole NULL, what reader\.\nSELECT deptperf_grant', 'NULL');
SELECT matches(pg_temp.gives('deptperf_test_owner', $$ SELECT deptperf_grant('deptperf_test_reader', 'reader', NULL::bigint) $$), '^22004 the department to grant is NULL\nLeave dept out', 'a NULL department');
SELECT matches(pg_temp.gives('deptperf_test_nobody', $$ SELECT deptperf_grant('deptperf_test_nobody', 'admin') $$), '^42501 ', 'nobody grants anything to himself');

SET LOCAL ROLE deptperf_test_owner;
SELECT is(deptperf_setup(row_security => true), 'framework sz-2021, row security on', 'row security is turned on');
SELECT is(deptperf_grant('deptperf_test_reader', 'reader'), 'deptperf_test_reader: reader of every department', 'every department');
SELECT is(deptperf_grant('deptperf_test_reader_a', 'reader', 2), 'deptperf_test_reader_a: reader of department 2 and all below it', 'a bureau by id');
SELECT is(deptperf_grant('deptperf_test_assessor', 'assessor'), 'deptperf_test_assessor: assessor of every department', 'an assessor');
SELECT is(deptperf_grant('deptperf_test_assessor_a', 'assessor', 'bureau a'), 'deptperf_test_assessor_a: assessor of department 2 and all below it', 'of a bureau by code');
SELECT is(deptperf_grant('deptperf_test_admin', 'admin'), 'deptperf_test_admin: admin of every department', 'an admin');
SELECT is(deptperf_grant('deptperf_test_admin_a', 'admin', 2), 'deptperf_test_admin_a: admin of department 2 and all below it', 'of a bureau');
SELECT is(deptperf_grant('deptperf_test_admin_a', 'admin', 2), 'deptperf_test_admin_a: admin of department 2 and all below it', 'again');
SELECT lives_ok($$ SELECT deptperf_grant('deptperf_test_group', 'reader', 6), deptperf_grant('deptperf_test_group', 'reader', 'a1x'), deptperf_grant('deptperf_test_bypass', 'reader', 2), deptperf_grant('deptperf_test_reader_u', 'reader', 'a2') $$, 'departments add up');
SELECT results_eq('SELECT role, what, dept_id, granted_by FROM deptperf.access ORDER BY 1, 3', $$ VALUES
    ('deptperf_test_admin', 'admin', NULL, 'deptperf_test_owner'), ('deptperf_test_admin_a', 'admin', 2::bigint, 'deptperf_test_owner'),
    ('deptperf_test_assessor', 'assessor', NULL, 'deptperf_test_owner'), ('deptperf_test_assessor_a', 'assessor', 2, 'deptperf_test_owner'),
    ('deptperf_test_bypass', 'reader', 2, 'deptperf_test_owner'), ('deptperf_test_group', 'reader', 5, 'deptperf_test_owner'),
    ('deptperf_test_group', 'reader', 6, 'deptperf_test_owner'), ('deptperf_test_reader', 'reader', NULL, 'deptperf_test_owner'),
    ('deptperf_test_reader_a', 'reader', 2, 'deptperf_test_owner'), ('deptperf_test_reader_u', 'reader', 4, 'deptperf_test_owner') $$, 'access has it once, and by whom');
SELECT is(pg_temp.gives('deptperf_test_owner', $$ SELECT deptperf_grant('deptperf_test_reader_a', 'reader', 'bureau c') $$),
          E'P0002 department "bureau c" is not known\n9 departments are known, with codes such as "city", "bureau a", "a1".\nGive a code of deptperf.department, or ''division:code'' where a code is in several divisions.', 'an unknown department');
RESET ROLE;

-- ---- 2. role × object × right, against the catalog ----

CREATE TEMP TABLE object (kind text, name text);
INSERT INTO object SELECT kind, unnest(names::text[]) FROM (VALUES
    ('department', '{department}'), ('closure', '{department_closure}'), ('registry', '{fiscal_year,fact,indicator_library}'), ('settings', '{source,workspace}'),
    ('framework', '{framework,framework_group,framework_indicator,framework_item,framework_requirement,framework_band,framework_level,framework_conversion,framework_threshold,framework_check,data_check,framework_example,framework_document,framework_year}'),
    ('own', '{department_framework,department_line,self_assessment,stated_figure}'), ('closed', '{closed}'), ('assessment', '{assessment}'),
    ('binding', '{binding}'), ('access', '{access}'), ('peer', '{peer_score}'), ('result', '{result}'), ('shard', '{shard,shard_department}'),
    ('record', '{budget,execution,adjustment,procurement,fixed_asset,staffing,project,key_task,performance_target,petition,satisfaction_survey,disclosure,finding,measurement}'),
    ('view', '{given,framework_above,current_assessment,inputs,unit_facts,unit_parts,kept_facts,facts,score_basis,score,indicator_score,item_score,measure_value,ranking_all,ranking,trend,monitor,reconciliation,score_state,target_issue,check_issue,published_issue,record_issue,shard_issue,data_issue,shard_facts,shared_facts,shared_about}'),
    ('owner', '{unit_sums,kept_sums,tracking_lock,shard_sums}')) AS o(kind, names);
INSERT INTO object SELECT k.kind, o.name || k.suffix FROM object o, (VALUES ('view', '_facts'), ('owner', '_source'), ('owner', '_sums'), ('view', '_issue')) AS k(kind, suffix) WHERE o.kind = 'record';

CREATE TEMP TABLE allowed (role text, kind text, rights text);
INSERT INTO allowed SELECT r.role, k.kind, 'SELECT'
    FROM unnest('{reader,reader_a,assessor,assessor_a,admin,admin_a}'::text[]) AS r(role),
         unnest('{closure,registry,settings,framework,own,closed,assessment,peer,result,shard,view}'::text[]) AS k(kind);
INSERT INTO allowed SELECT r.role, k.kind, 'SELECT' FROM unnest('{reader,assessor,admin}'::text[]) AS r(role), unnest('{department,access}'::text[]) AS k(kind);
INSERT INTO allowed SELECT r.role, 'department', 'SELECT(dept_id, division, code, name, kind)' FROM unnest('{reader_a,assessor_a,admin_a}'::text[]) AS r(role);
INSERT INTO allowed SELECT r.role, 'assessment', 'INSERT(dept_id, fiscal_year, item, points, exempt, reason, supersedes, level)' FROM unnest('{assessor,assessor_a,admin,admin_a}'::text[]) AS r(role);
INSERT INTO allowed SELECT r.role, k.kind, w.rights
    FROM unnest('{admin,admin_a}'::text[]) AS r(role),
         (VALUES ('record', '{SELECT,INSERT,UPDATE,DELETE}'::text[]), ('own', '{INSERT,UPDATE,DELETE}'), ('binding', '{SELECT}')) AS k(kind, list), unnest(k.list) AS w(rights);
INSERT INTO allowed SELECT r.role, 'closed', w.rights FROM unnest('{admin,admin_a}'::text[]) AS r(role), unnest(ARRAY['INSERT(dept_id, fiscal_year, source, records)', 'DELETE']) AS w(rights);
INSERT INTO allowed SELECT r.role, 'result', w.rights FROM unnest('{admin,admin_a}'::text[]) AS r(role), unnest(ARRAY['INSERT(dept_id, fiscal_year, forced, reason)', 'UPDATE(reopen_reason)']) AS w(rights);
INSERT INTO allowed SELECT 'admin', 'peer', w.rights FROM unnest(ARRAY['INSERT(dept_id, fiscal_year, item, framework, numerator, denominator, among, points, mean)', 'DELETE']) AS w(rights);
INSERT INTO allowed SELECT 'admin', k.kind, w.rights FROM unnest('{department,closure,registry,framework}'::text[]) AS k(kind), unnest('{INSERT,UPDATE,DELETE}'::text[]) AS w(rights);

CREATE FUNCTION pg_temp.rights(who text) RETURNS TABLE (name text, rights text) LANGUAGE sql AS $$
    SELECT c.relname::text,
           CASE WHEN has_table_privilege(who, c.oid, p.rights) THEN p.rights
                ELSE p.rights || '(' || (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a
                                         WHERE a.attrelid = c.oid AND a.attnum > 0 AND has_column_privilege(who, c.oid, a.attnum, p.rights)) || ')' END
    FROM pg_class c, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p(rights)
    WHERE c.relnamespace = 'deptperf'::regnamespace AND c.relkind IN ('r', 'v')
      AND (has_table_privilege(who, c.oid, p.rights)
           OR p.rights IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(who, c.oid, p.rights))
$$;
SELECT is_empty($$ SELECT relname FROM pg_class WHERE relnamespace = 'deptperf'::regnamespace AND relkind IN ('r', 'v') EXCEPT SELECT name FROM object $$, 'the table of rights has every relation');
SELECT is_empty($$
  WITH role AS (SELECT unnest('{reader,reader_a,assessor,assessor_a,admin,admin_a,nobody}'::text[]) AS role),
  actual AS (SELECT r.role, o.name, o.rights FROM role r, pg_temp.rights('deptperf_test_' || r.role) o),
  expected AS (SELECT a.role, o.name, a.rights FROM allowed a JOIN object o USING (kind))
  SELECT 'has and should not', * FROM (TABLE actual EXCEPT TABLE expected) x
  UNION ALL SELECT 'should have', * FROM (TABLE expected EXCEPT TABLE actual) y $$, 'every role has the rights that it should have on every relation, and no other');
SELECT is_empty($$
  SELECT r.role, p.oid::regprocedure, p.executable FROM unnest('{reader,reader_a,assessor,assessor_a,admin,admin_a,nobody}'::text[]) AS r(role), LATERAL (
    SELECT p.oid, p.prorettype, has_function_privilege('deptperf_test_' || r.role, p.oid, 'EXECUTE') AS executable
    FROM pg_proc p WHERE p.pronamespace = 'deptperf'::regnamespace) p
  WHERE executable <> (r.role <> 'nobody' AND p.prorettype <> 'trigger'::regtype) $$,
  'and executes what the views call');
SELECT is((SELECT string_agg(r.role || ' ' || p.may, ', ' ORDER BY r.role) FROM unnest('{reader,reader_a,assessor,assessor_a,admin,admin_a,nobody}'::text[]) AS r(role), unnest('{USAGE,CREATE}'::text[]) AS p(may)
           WHERE has_schema_privilege('deptperf_test_' || r.role, 'deptperf', p.may)),
          'admin USAGE, admin_a USAGE, assessor USAGE, assessor_a USAGE, reader USAGE, reader_a USAGE', 'the schema is used and nothing is made in it');
SELECT is_empty($$
  SELECT c.relname FROM pg_class c, unnest('{reader,assessor,admin,nobody}'::text[]) AS r(role)
  WHERE c.relnamespace = 'deptperf'::regnamespace AND c.relkind = 'S' AND has_sequence_privilege('deptperf_test_' || r.role, c.oid, 'USAGE, SELECT, UPDATE') $$, 'sequences are nobody''s');

CREATE TEMP VIEW of_public AS
    SELECT 'relation ' || c.relname AS what, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'deptperf'::regnamespace AND a.grantee = 0
    UNION ALL SELECT 'column ' || c.relname || '.' || t.attname, a.privilege_type FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a WHERE c.relnamespace = 'deptperf'::regnamespace AND a.grantee = 0
    UNION ALL SELECT 'function ' || p.oid::regprocedure, a.privilege_type FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE p.pronamespace = 'deptperf'::regnamespace AND a.grantee = 0
    UNION ALL SELECT 'schema', a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = 'deptperf' AND a.grantee = 0;
SELECT is_empty('TABLE of_public', 'PUBLIC has nothing');
SET LOCAL ROLE deptperf_test_owner;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
GRANT SELECT (code) ON deptperf.department TO PUBLIC;
DROP VIEW deptperf.trend;
SELECT lives_ok('SELECT deptperf_setup()', 'setup makes a view anew, while the owner''s default privileges give everything to PUBLIC');
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC;
RESET ROLE;
SELECT is_empty('TABLE of_public', 'and PUBLIC has nothing');
SELECT is(pg_temp.gives('deptperf_test_reader_a', 'SELECT FROM deptperf.trend'), 'no error', 'but the roles have it again');

-- ---- 3. what there is to see ----

SET LOCAL ROLE deptperf_test_owner;
-- the framework of bureau a is that of a department that its reader can't see, and not the default
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2020, 'sz-2021-records'), (3, 2030, 'sz-2021'), (6, 2021, 'sz-2021');
CREATE FUNCTION pg_temp.some(text, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT abs(hashtext($1)) % $2';
CREATE TEMP TABLE unit_year AS SELECT d.dept_id AS d, y, n, format('%s %s %s', d.dept_id, y, n) AS k
    FROM deptperf.department d, generate_series(2019, 2021) AS y, generate_series(1, 3) AS n WHERE d.dept_id NOT IN (4, 8) OR y <> 2020;
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial) SELECT d, y, (ARRAY['public', 'project'])[1 + n % 2], n = 1, 50 + pg_temp.some(k, 100) FROM unit_year;
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount) SELECT d, y, 4 * n - 2, (ARRAY['public', 'project'])[1 + n % 2], n = 1, 30 + pg_temp.some('x' || k, 90) FROM unit_year;
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) SELECT d, y, pg_temp.some('a' || k, 20) - 10 FROM unit_year WHERE n = 1;
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) SELECT d, y, 20 + pg_temp.some('p' || k, 9), 15 + pg_temp.some('q' || k, 9) FROM unit_year WHERE n < 3;
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) SELECT d, y, 1 + pg_temp.some('f' || k, 50), pg_temp.some('u' || k, 5) > 0 FROM unit_year;
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) SELECT d, y, 20, 17 + pg_temp.some('s' || k, 5), pg_temp.some('e' || k, 4) FROM unit_year WHERE n = 1;
INSERT INTO deptperf.project (dept_id, fiscal_year, on_time) SELECT d, y, least(1, pg_temp.some('j' || k, 5)) FROM unit_year;
INSERT INTO deptperf.key_task (dept_id, fiscal_year, missed) SELECT d, y, (pg_temp.some('t' || k, 9) = 0)::int FROM unit_year;
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned) SELECT d, y, (ARRAY['social', 'economic', 'ecological'])[n], 5, pg_temp.some('w' || k, 6) FROM unit_year;
INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time) SELECT d, y, 3, 3, 2 + pg_temp.some('i' || k, 2) FROM unit_year WHERE n = 1;
INSERT INTO deptperf.satisfaction_survey (dept_id, fiscal_year, respondents, satisfied) SELECT d, y, 100, 80 + pg_temp.some('v' || k, 21) FROM unit_year WHERE n = 1;
INSERT INTO deptperf.disclosure (dept_id, fiscal_year, kind, level) SELECT d, y, (ARRAY['budget', 'final_accounts'])[n], 1 + pg_temp.some('c' || k, 2) FROM unit_year WHERE n < 3;
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind) SELECT d, y, 'budget_nonconformity' FROM unit_year WHERE n = 1 AND d % 3 = 0;
INSERT INTO deptperf.fact (fact) VALUES ('trees_planted');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) SELECT d, y, 'trees_planted', n FROM unit_year;
INSERT INTO deptperf.closed (dept_id, fiscal_year, source) SELECT DISTINCT d, y, 'finding' FROM unit_year WHERE y > 2019;
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, points) SELECT DISTINCT d, y, 90 FROM unit_year;
INSERT INTO deptperf.peer_score (dept_id, fiscal_year, item, framework, numerator, denominator, among, points) SELECT DISTINCT d, y, 'none', 'none', 1, 1, 1, 1 FROM unit_year;
INSERT INTO deptperf.result (dept_id, fiscal_year, forced, reason) SELECT DISTINCT d, y, true, 'so that there are some' FROM unit_year;
INSERT INTO deptperf.department_line (dept_id, line) SELECT DISTINCT d, 'health' FROM unit_year;
INSERT INTO deptperf.stated_figure (dept_id, fiscal_year, figure, value) SELECT d, y, 'assets_total', n FROM unit_year;
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason) SELECT DISTINCT d, y, 'C4.2.1', 3, 'survey at fault' FROM unit_year WHERE y = 2021;
DO $$ BEGIN PERFORM deptperf_assess(d, 2021, '{"C4.2.1": 4}', 'second survey', override => true) FROM unnest('{2,5,7}'::bigint[]) d; END $$;
DO $$ BEGIN PERFORM deptperf_track('petition'); END $$;
RESET ROLE;

CREATE TEMP TABLE sight (role text, ids bigint[]);
INSERT INTO sight VALUES ('reader_a', '{2,3,4,5}'), ('reader_u', '{4}'), ('assessor_a', '{2,3,4,5}'), ('admin_a', '{2,3,4,5}'), ('group', '{5,6,7,8}'), ('member', '{5,6,7,8}'),
    ('reader', '{1,2,3,4,5,6,7,8,9}'), ('bypass', '{1,2,3,4,5,6,7,8,9}'), ('admin', '{1,2,3,4,5,6,7,8,9}');

-- what is looked at: each view, and each table with a department (department_closure by the one above)
CREATE TEMP TABLE looked_at AS
    SELECT o.name, o.kind,
           CASE o.name WHEN 'department' THEN 'SELECT dept_id, division, code, name, kind FROM deptperf.department' ELSE format('SELECT * FROM deptperf.%I', o.name) END AS query,
           CASE o.name WHEN 'department_closure' THEN 'ancestor_id' ELSE 'dept_id' END AS seen_by
    FROM object o JOIN pg_attribute a ON a.attrelid = format('deptperf.%I', o.name)::regclass AND a.attname = 'dept_id'
    WHERE o.kind <> 'owner' AND o.name NOT IN ('given', 'access') AND o.name !~ '_issue$'      -- these below
      AND o.name NOT IN ('shard_department', 'shard_facts');            -- test/t/shard.pl
SELECT is((SELECT count(*) FROM looked_at), 57::bigint, 'the views and tables with departments');
SELECT is_empty($$ SELECT name FROM looked_at WHERE NOT EXISTS (SELECT FROM pg_temp.seen_by('deptperf_test_owner', query)) $$, 'each of them has rows');

CREATE TEMP TABLE owners AS SELECT name, row, id FROM looked_at, LATERAL (
    SELECT split_part(s, '|', 1)::bigint AS id, substr(s, strpos(s, '|') + 1) AS row
    FROM (SELECT trim('()"' FROM s) AS s FROM pg_temp.seen_by('deptperf_test_owner', format('SELECT %I || ''|'' || q::text FROM (%s) AS q', seen_by, query)) AS s) AS x) AS o;
CREATE TEMP TABLE theirs AS SELECT s.role, l.name, row FROM sight s, looked_at l, LATERAL (
    SELECT substr(t, strpos(t, '|') + 1) AS row
    FROM (SELECT trim('()"' FROM t) AS t FROM pg_temp.seen_by('deptperf_test_' || s.role, format('SELECT %I || ''|'' || q::text FROM (%s) AS q', l.seen_by, l.query)) AS t) AS x) AS o
    WHERE l.kind <> 'record' OR s.role ~ 'admin';
SELECT is_empty($$
  SELECT s.role, o.name, o.row FROM sight s JOIN owners o ON o.id = ANY (s.ids) JOIN looked_at l USING (name) WHERE l.kind <> 'record' OR s.role ~ 'admin'
  EXCEPT ALL SELECT role, name, row FROM theirs $$, 'of departments that it was given every role sees what the owner sees, in every view and table');
SELECT is_empty($$
  SELECT role, name, row FROM theirs
  EXCEPT ALL SELECT s.role, o.name, o.row FROM sight s JOIN owners o ON o.id = ANY (s.ids) $$, 'and of others nothing');
SELECT cmp_ok((SELECT count(*) FROM theirs WHERE role = 'reader_a' AND name = 'score'), '=', 11::bigint, 'four departments, three years, one of them without a record in one');
SELECT is_empty($$ SELECT * FROM sight s WHERE role ~ '_[au]$|group|member' AND ARRAY(SELECT * FROM pg_temp.seen_by('deptperf_test_' || s.role, 'SELECT dept_id FROM deptperf.given ORDER BY 1')) <> ARRAY(SELECT format('(%s)', u) FROM unnest(ids) u) $$, 'given says which');
SELECT is(pg_temp.gives('deptperf_test_apart', 'SELECT * FROM deptperf.score'), '42501 permission denied for schema deptperf', 'a member that does not inherit has to SET ROLE first');
SELECT is(pg_temp.gives('deptperf_test_nobody', 'SELECT * FROM deptperf.score'), '42501 permission denied for schema deptperf', 'nobody sees nothing');

-- Rights given by hand, without departments.
GRANT USAGE ON SCHEMA deptperf TO deptperf_test_nobody;
GRANT SELECT ON deptperf.department, deptperf.given, deptperf.procurement_facts TO deptperf_test_nobody;
GRANT EXECUTE ON FUNCTION deptperf.sees_all() TO deptperf_test_nobody;
SELECT is_empty($$ SELECT pg_temp.seen_by('deptperf_test_nobody', 'SELECT dept_id FROM deptperf.department UNION ALL SELECT dept_id FROM deptperf.procurement_facts') $$, 'whoever was given rights but no departments sees none');

-- The places are those among all.
SELECT bag_eq($$ SELECT dept_id, fiscal_year, framework, total, rank, among FROM deptperf.ranking $$,
              $$ SELECT dept_id, fiscal_year, framework, total, rank() OVER w, count(*) OVER (PARTITION BY fiscal_year, framework)
                 FROM deptperf.score WHERE total IS NOT NULL WINDOW w AS (PARTITION BY fiscal_year, framework ORDER BY total DESC) $$, 'ranking is that of the scores');
SELECT bag_eq($$ SELECT * FROM pg_temp.seen_by('deptperf_test_reader_a', 'SELECT fiscal_year, max(among), count(*) FROM deptperf.ranking GROUP BY 1 ORDER BY 1') $$,
                  $$ VALUES ('(2020,6,3)'::text), ('(2021,5,4)') $$, 'a reader of four departments sees how many are ranked');
SELECT isnt((SELECT array_agg(rank ORDER BY rank) FROM deptperf.ranking WHERE fiscal_year = 2020 AND dept_id IN (2, 3, 4, 5)), '{1,2,3}', 'and places that are not those among his');
SELECT is_empty($$ SELECT dept_id FROM deptperf.score WHERE dept_id IN (2, 3, 4, 5) AND fiscal_year > 2019 AND framework <> 'sz-2021-records' $$, 'their framework is that of the city');

-- data_issue: of records in bound relations each sees those of his departments, and of no department only who sees all.
CREATE SCHEMA finance AUTHORIZATION deptperf_test_owner;
SET LOCAL ROLE deptperf_test_owner;
CREATE TABLE finance.finding (id int PRIMARY KEY, unit text, y int, kind text, n numeric);
INSERT INTO finance.finding VALUES (1, 'a1', 2021, 'violation', 1), (2, 'a1', 2021, 'other', 1), (3, 'b1', 2021, 'violation', -1), (4, 'nowhere', 2021, 'violation', 1), (5, 'a2', 1800, 'violation', 1);
CREATE TEMP TABLE finding_before AS TABLE deptperf.finding;
DELETE FROM deptperf.finding;
SELECT is((SELECT count(*) FROM deptperf_bind('{"finding": {"from": "finance.finding", "dept": "unit", "year": "y", "kind": "kind", "count": "n"}}')), 1::bigint, 'a relation with wrong records is bound');
RESET ROLE;
CREATE TEMP TABLE issue AS SELECT s.role, q FROM sight s, pg_temp.seen_by('deptperf_test_' || s.role, $$ SELECT dept_id, issue FROM deptperf.data_issue WHERE source = 'finding' AND severity = 'error' $$) AS q;
SELECT set_eq($$ SELECT role, q FROM issue WHERE role ~ '_[au]$|group' $$, $$ VALUES
    ('reader_a', '(3,"unknown value")'), ('reader_a', '(4,"unknown year")'), ('assessor_a', '(3,"unknown value")'), ('assessor_a', '(4,"unknown year")'),
    ('admin_a', '(3,"unknown value")'), ('admin_a', '(4,"unknown year")'), ('reader_u', '(4,"unknown year")'), ('group', '(7,negative)') $$, 'roles with some departments see the wrong records of these');
SELECT set_eq($$ SELECT role, q FROM issue WHERE role IN ('reader', 'bypass', 'admin') $$, $$ SELECT r, q FROM unnest('{reader,bypass,admin}'::text[]) r,
    unnest(ARRAY['(3,"unknown value")', '(4,"unknown year")', '(7,negative)', '(,"unknown department")']) q $$, 'and the others also those of no known department');
-- 2020: of the nine units 4 and 8 have no record, so that they are silent on what the others speak on; to a reader of 4 nobody else is known
SELECT set_eq($$ SELECT s.role, q FROM sight s, pg_temp.seen_by('deptperf_test_' || s.role, $q$ SELECT DISTINCT dept_id, expected FROM deptperf.data_issue WHERE issue = 'silent' AND source = 'staffing' $q$) AS q WHERE s.role IN ('reader', 'reader_a', 'reader_u', 'group') $$,
    $$ VALUES ('reader', '(4,"a record, or closing; 6 of the units below city do")'), ('reader', '(8,"a record, or closing; 6 of the units below city do")'),
              ('reader_a', '(4,"a record, or closing; 3 of the units below bureau a do")'), ('group', '(8,"a record, or closing; 2 of the units below bureau b do")') $$,
    'a unit is silent where others speak under the topmost department that the reader sees');
SET LOCAL ROLE deptperf_test_owner;
SELECT is(deptperf_unbind('finding'), 'finance.finding', 'and unbound again');
-- Checks: of own records, of what a document states and of what was published, in 3 (a1) and 7 (b1).
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, document_number) SELECT d, 2019, 'violation', 'N1' FROM unnest('{3,3,7,7}'::bigint[]) d;
INSERT INTO deptperf.stated_figure (dept_id, fiscal_year, figure, value, printed) SELECT d, 2019, 'x', 1, '1,2' FROM unnest('{3,7}'::bigint[]) d;
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points) SELECT d, 2019, 'A1.1', 99 FROM unnest('{3,7}'::bigint[]) d;
RESET ROLE;
SELECT set_eq($$ SELECT s.role, q FROM sight s, pg_temp.seen_by('deptperf_test_' || s.role, $q$ SELECT dept_id, issue FROM deptperf.data_issue WHERE fiscal_year = 2019 AND issue IN ('duplicate', 'malformed figure', 'impossible score') $q$) AS q
    WHERE s.role IN ('reader', 'reader_a', 'assessor_a', 'admin_a', 'group', 'reader_u') $$,
    $$ SELECT r.role, format('(%s,%s)', d, i) FROM (VALUES ('reader', '{3,7}'::int[]), ('reader_a', '{3}'), ('assessor_a', '{3}'), ('admin_a', '{3}'), ('group', '{7}')) AS r(role, depts), unnest(r.depts) d,
       unnest('{duplicate,"\"malformed figure\"","\"impossible score\""}'::text[]) i $$, 'of the checks each sees what they find in his departments');
SET LOCAL ROLE deptperf_test_owner;
DELETE FROM deptperf.finding; DELETE FROM deptperf.stated_figure WHERE fiscal_year = 2019; DELETE FROM deptperf.self_assessment WHERE fiscal_year = 2019;
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count) SELECT dept_id, fiscal_year, kind, count FROM finding_before;
RESET ROLE;

-- ---- 4. functions ----

CREATE TEMP TABLE called AS
    SELECT f.call, s.role, d.dept_id, s.ids FROM sight s, deptperf.department d, unnest(ARRAY[
        'SELECT deptperf_total(%1$s, 2020)', 'SELECT deptperf_total(%2$L, 2021)', 'SELECT deptperf_grade(%1$s, 2020)', 'SELECT deptperf_grade(%2$L, 2021)',
        'SELECT * FROM deptperf_scorecard(%1$s, 2020)', 'SELECT * FROM deptperf_scorecard(%2$L, 2021, ''en'')', 'SELECT deptperf_department(%1$s)', 'SELECT deptperf_department(%2$L)',
        'SELECT * FROM deptperf_explain(%1$s, 2020)', 'SELECT * FROM deptperf_explain(%2$L, 2021, NULL, ''en'')', 'SELECT * FROM deptperf_missing(%1$s, 2021)', 'SELECT * FROM deptperf_what_if(%2$L, 2021, ''{"assets_in_use": 7}'')',
        'SELECT * FROM deptperf_headroom(%1$s, 2021)', 'SELECT * FROM deptperf_basis(%1$s, 2020)', 'SELECT * FROM deptperf_monitor(%2$L, 2021, ''2021-08-31'')']) AS f(call);
ALTER TABLE called ADD statement text, ADD gives text;
UPDATE called c SET statement = format(c.call, d.dept_id, d.code) FROM deptperf.department d WHERE d.dept_id = c.dept_id;
UPDATE called SET gives = pg_temp.gives('deptperf_test_' || role, statement);
SELECT is_empty($$ SELECT role, statement, gives FROM called WHERE (gives = 'no error') <> (dept_id = ANY (ids)) $$, 'a function gives something of the departments that a role was given, and of no others');
SELECT is_empty($$
  SELECT c.role, c.statement, r FROM called c, pg_temp.seen_by('deptperf_test_owner', statement) AS r WHERE c.dept_id = ANY (c.ids)
  EXCEPT ALL SELECT c.role, c.statement, r FROM called c, pg_temp.seen_by('deptperf_test_' || c.role, statement) AS r WHERE c.dept_id = ANY (c.ids) $$, 'what the owner gets');
SELECT is_empty($$
  SELECT c.role, c.statement, r FROM called c, pg_temp.seen_by('deptperf_test_' || c.role, statement) AS r WHERE c.dept_id = ANY (c.ids)
  EXCEPT ALL SELECT c.role, c.statement, r FROM called c, pg_temp.seen_by('deptperf_test_owner', statement) AS r WHERE c.dept_id = ANY (c.ids) $$, 'and nothing else');
SELECT is_empty($$
  SELECT s.role, r FROM sight s, LATERAL (
    (SELECT r FROM pg_temp.seen_by('deptperf_test_' || s.role, 'SELECT * FROM deptperf_scores(''{1,2,3,4,5,6,7,8,9,10}'', ''{2019,2020,2021}'')') r
     EXCEPT ALL SELECT r FROM pg_temp.seen_by('deptperf_test_owner', format('SELECT * FROM deptperf.score WHERE dept_id = ANY (%L)', s.ids)) r)
    UNION ALL
    (SELECT r FROM pg_temp.seen_by('deptperf_test_owner', format('SELECT * FROM deptperf.score WHERE dept_id = ANY (%L)', s.ids)) r
     EXCEPT ALL SELECT r FROM pg_temp.seen_by('deptperf_test_' || s.role, 'SELECT * FROM deptperf_scores(''{1,2,3,4,5,6,7,8,9,10}'', ''{2019,2020,2021}'')') r)) d $$,
  'deptperf_scores has the rows of score');

-- where no department has a framework of its own, a point asks for the default alone
SAVEPOINT own;
SET LOCAL ROLE deptperf_test_owner;
DELETE FROM deptperf.department_framework;
UPDATE deptperf.workspace SET default_framework = 'sz-2021-records';
RESET ROLE;
SELECT results_eq($$
  SELECT s.role, cardinality(s.ids) > 0 AND r = '(t,t)' FROM sight s, LATERAL pg_temp.seen_by('deptperf_test_' || s.role,
    'SELECT count(*) FILTER (WHERE s.total IS NOT NULL) > 0, bool_and(s.total IS NOT DISTINCT FROM deptperf_total(s.dept_id, s.fiscal_year)) FROM deptperf.score s') AS r ORDER BY 1 $$,
  $$ SELECT role, true FROM sight ORDER BY 1 $$, 'a point has what score has, by the default framework too');
ROLLBACK TO own;

-- Errors are those of departments that don't exist, but for the number that was asked for.
SELECT is_empty($$
  SELECT role, statement, gives FROM called c
  WHERE gives <> 'no error' AND call NOT LIKE '%\%2%'
    AND role <> 'reader_u' AND replace(gives, dept_id::text, 'N') <> replace(pg_temp.gives('deptperf_test_' || role, format(call, 77)), '77', 'N')
    AND gives !~ ('^P0002 department ' || dept_id || ' is not known\n4 departments are known, with dept_id [25] to [58]\.\ndeptperf\.department has the departments; a code is written with quotes\.$') $$,
  'errors tell nothing of other departments, by id');
SELECT is((SELECT string_agg(DISTINCT regexp_replace(gives, '^P0002 department "[^"]+"', '…'), E'\n' ORDER BY regexp_replace(gives, '^P0002 department "[^"]+"', '…')) FROM called WHERE gives <> 'no error' AND call LIKE '%\%2%' AND role <> 'reader_u'),
  E'… is not known\n4 departments are known, with codes such as "a1x", "bureau b", "b1".\nGive a code of deptperf.department, or ''division:code'' where a code is in several divisions.\n'
  '… is not known\n4 departments are known, with codes such as "bureau a", "a1", "a2".\nGive a code of deptperf.department, or ''division:code'' where a code is in several divisions.', 'and by code');
SELECT is(replace(pg_temp.gives('deptperf_test_reader_a', $$ SELECT deptperf_department('7') $$), '7', 'N'), replace(pg_temp.gives('deptperf_test_reader_a', $$ SELECT deptperf_department('99') $$), '99', 'N'),
          'a quoted id of another department is no hint');
SET LOCAL ROLE deptperf_test_owner;
INSERT INTO deptperf.department (dept_id, division, code, parent_id) VALUES (10, 'far', 'a1', 9);
RESET ROLE;
SELECT bag_eq($$ SELECT pg_temp.seen_by('deptperf_test_reader_a', 'SELECT deptperf_department(''a1'')') $$, $$ VALUES ('(3)'::text) $$, 'a code that another division has too is no error for whoever can''t see that');
SET LOCAL ROLE deptperf_test_owner;
DELETE FROM deptperf.department WHERE dept_id = 10;
RESET ROLE;
SELECT is(pg_temp.gives('deptperf_test_reader_a', 'SELECT parent_id FROM deptperf.department'), '42501 permission denied for table department', 'nor does department tell what lies above');
SELECT is(pg_temp.gives('deptperf_test_reader_a', 'SELECT * FROM deptperf.department'), '42501 permission denied for table department', 'not as one of all its columns either');
SELECT set_eq($$ SELECT * FROM pg_temp.seen_by('deptperf_test_reader_a', 'SELECT ancestor_id, dept_id FROM deptperf.department_closure WHERE depth = 1') $$, '{"(2,3)","(2,4)","(3,5)"}'::text[], 'the closure has who is above whom, of his');

-- ---- 5. functions that tell what they are asked about ----

CREATE TEMP TABLE told (id bigint);
GRANT INSERT ON told TO PUBLIC;
CREATE FUNCTION pg_temp.tell(id bigint) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$
BEGIN
    INSERT INTO pg_temp.told VALUES (id);
    RETURN true;
END $$;
CREATE TEMP TABLE leaked (role text, name text, id bigint);
DO $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT s.role, s.ids, l.* FROM sight s, looked_at l WHERE s.role IN ('reader_a', 'admin_a', 'member') AND (l.kind <> 'record' OR s.role ~ 'admin') LOOP
        PERFORM count(*) FROM pg_temp.seen_by('deptperf_test_' || t.role, format('%s AS leak WHERE pg_temp.tell(%I)', t.query, t.seen_by));
        INSERT INTO leaked SELECT t.role, t.name, told.id FROM told WHERE told.id <> ALL (t.ids);
        INSERT INTO leaked SELECT t.role, t.name, NULL WHERE NOT EXISTS (SELECT FROM told);
        DELETE FROM told;
    END LOOP;
    PERFORM pg_temp.seen_by('deptperf_test_reader_a', 'SELECT FROM deptperf.given WHERE pg_temp.tell(dept_id)');
    INSERT INTO leaked SELECT 'reader_a', 'given', told.id FROM told WHERE told.id NOT IN (2, 3, 4, 5);
END $$;
SELECT is_empty('SELECT DISTINCT * FROM leaked', 'a function in WHERE is asked about no other department, whatever its cost (NULL: about none at all)');

-- ---- 6. plans ----

CREATE FUNCTION pg_temp.plan_of(who name, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text; result text := '';
BEGIN
    PERFORM set_config('role', who, true);
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        result := result || line || E'\n';
    END LOOP;
    PERFORM set_config('role', 'none', true);
    RETURN result;
END $$;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL min_parallel_index_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT matches(pg_temp.plan_of('deptperf_test_reader_a', 'SELECT * FROM deptperf.execution_facts WHERE fiscal_year = 2021'), 'Gather', 'a plan with row security is parallel');
SELECT doesnt_match(pg_temp.plan_of('deptperf_test_reader_a', 'SELECT * FROM deptperf.execution_facts'), 'InitPlan', 'without a part that every worker waits for');
SELECT doesnt_match(pg_temp.plan_of('deptperf_test_reader_a', 'SELECT * FROM deptperf.execution_facts'), 'Scan[^\n]* on execution[^\n]*\n[^\n]*Filter', 'records are not tested one by one');
SELECT matches(pg_temp.plan_of('deptperf_test_reader_a', 'SELECT * FROM deptperf.unit_facts WHERE dept_id = 3 AND fiscal_year = 2021'), 'execution[^\n]*\n[^\n]*(Cond|Filter): \(+dept_id = 3', 'a filter on the department reaches the records');

-- ---- 7. an assessor ----

SELECT is(pg_temp.gives('deptperf_test_assessor_a', $$ SELECT deptperf_assess('a1', 2021, '{"C4.2.1": 5}', 'third survey', override => true) $$), 'no error', 'an assessor assesses');
SELECT is(assessed_by, 'deptperf_test_assessor_a', 'and it says so') FROM deptperf.current_assessment WHERE dept_id = 3 AND fiscal_year = 2021 AND item = 'C4.2.1';
SELECT is(pg_temp.gives('deptperf_test_assessor_a', $$ INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason) VALUES (3, 2020, 'C4.2.1', 5, 'x') RETURNING assessment_id $$), 'no error', 'also by INSERT');
SELECT is_empty($$
  SELECT col, g FROM unnest(ARRAY['assessed_by, deptperf_test_x', 'assessed_at, 2000-01-01', 'assessment_id, 1']) AS c(col), LATERAL (
    SELECT pg_temp.gives('deptperf_test_assessor_a', format('INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason, %I) VALUES (3, 2020, ''C3.1'', 5, ''x'', %L)', split_part(col, ', ', 1), split_part(col, ', ', 2))) AS g) x
  WHERE g <> '42501 permission denied for table assessment' $$, 'who, when and the number can''t be set');
SELECT is_empty($$
  SELECT r, s, g FROM unnest('{assessor,assessor_a,admin,admin_a,reader}'::text[]) AS r, unnest(ARRAY['UPDATE deptperf.assessment SET points = 1', 'UPDATE deptperf.assessment SET assessed_by = current_user', 'DELETE FROM deptperf.assessment', 'TRUNCATE deptperf.assessment']) AS s,
    LATERAL (SELECT pg_temp.gives('deptperf_test_' || r, s) AS g) x WHERE g <> '42501 permission denied for table assessment' $$, 'no row is changed or deleted');
SELECT is(pg_temp.gives('deptperf_test_assessor_a', $$ INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason) VALUES (7, 2020, 'C4.2.1', 5, 'x') $$),
          '42501 new row violates row-level security policy for table "assessment"', 'a department that was not given');
SELECT is(pg_temp.gives('deptperf_test_assessor_a', $$ INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason) VALUES (77, 2020, 'C3.1', 5, 'x') $$),
          '42501 new row violates row-level security policy for table "assessment"', 'is refused like one that does not exist');
SELECT matches(pg_temp.gives('deptperf_test_assessor_a', $$ SELECT deptperf_assess(7, 2021, '{"C4.2.1": 5}', 'x', true) $$), '^P0002 department 7 is not known\n4 departments are known, with dept_id 2 to 5', 'by deptperf_assess too');
SELECT is(pg_temp.gives('deptperf_test_reader_a', $$ SELECT deptperf_assess(3, 2021, '{"C4.2.1": 6}', 'x', true) $$),
          E'42501 permission denied for table assessment\nLet the workspace''s owner run: SELECT deptperf_grant(''deptperf_test_reader_a'', ''assessor''); or with a department.', 'a reader does not assess');
SELECT is(pg_temp.gives('deptperf_test_assessor', $$ SELECT deptperf_assess(7, 2021, '{"C4.2.1": 6}', 'x', true) $$), 'no error', 'an assessor of every department does');
SELECT is(pg_temp.gives('deptperf_test_assessor', $$ SELECT deptperf_close(2021) $$), '42501 permission denied for table closed', 'but closes nothing');
SELECT matches(pg_temp.gives('deptperf_test_assessor', $$ SELECT deptperf_setup() $$), '^42501 schema "deptperf" belongs to', 'and sets nothing up');

-- ---- 8. an admin ----

SELECT is(pg_temp.gives('deptperf_test_admin_a', 'INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (5, 2021, 1, 1) RETURNING procurement_id'), 'no error', 'an admin of a bureau writes its records');
SELECT is(pg_temp.gives('deptperf_test_admin_a', 'INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (6, 2021, 1, 1)'), '42501 new row violates row-level security policy for table "procurement"', 'no others');
SELECT is(pg_temp.gives('deptperf_test_admin_a', $$ SELECT deptperf_target_pick('a1', 2021, 'example-satisfaction', 5, '≥90%') $$), 'no error', 'picks targets');
SELECT matches(pg_temp.gives('deptperf_test_admin_a', $$ SELECT deptperf_target_pick(7, 2021, 'example-satisfaction', 5, '≥90%') $$), '^P0002 department 7 is not known', 'not for others');
SELECT is_empty($$ SELECT format('(open,"%s")', 'actual or actual_written') EXCEPT SELECT * FROM pg_temp.seen_by('deptperf_test_admin_a', 'SELECT fault, expected FROM deptperf_target_check(''a1'', 2021)') $$, 'and has them checked');
SELECT is(pg_temp.gives('deptperf_test_admin', $$ SELECT deptperf_target_pick('b1', 2021, 'example-satisfaction', 5, '≥90%') $$), 'no error', 'an admin of all for anybody');
SELECT set_eq($$ SELECT s.role, q FROM sight s, pg_temp.seen_by('deptperf_test_' || s.role, 'SELECT DISTINCT dept_id FROM deptperf.target_issue') AS q WHERE s.role IN ('reader', 'reader_a', 'reader_u', 'group') $$,
    $$ VALUES ('reader', '(3)'), ('reader', '(7)'), ('reader_a', '(3)'), ('group', '(7)') $$, 'readers see what is due on the targets of their departments');
SELECT matches(pg_temp.gives('deptperf_test_admin_a', 'SELECT * FROM deptperf_target_check(7, 2021)'), '^P0002 department 7 is not known', 'no others'' either');
SELECT is(pg_temp.gives('deptperf_test_reader', 'SELECT * FROM deptperf_target_check(3, 2021)'), '42501 permission denied for table performance_target', 'a reader sees no targets');
SELECT is(pg_temp.gives('deptperf_test_admin_a', 'UPDATE deptperf.procurement SET dept_id = 6 WHERE dept_id = 5'), '42501 new row violates row-level security policy for table "procurement"', 'gives none away');
CREATE TEMP TABLE before AS SELECT dept_id, count(*) AS n FROM deptperf.procurement GROUP BY 1;
SELECT is(pg_temp.gives('deptperf_test_admin_a', 'DELETE FROM deptperf.procurement WHERE fiscal_year = 2020'), 'no error', 'deletes');
SELECT results_eq('SELECT b.dept_id FROM before b JOIN (SELECT dept_id, count(*) AS n FROM deptperf.procurement GROUP BY 1) a USING (dept_id) WHERE a.n <> b.n ORDER BY 1', 'VALUES (2::bigint), (3), (5)', 'its own');
SELECT is(pg_temp.gives('deptperf_test_admin_a', 'SELECT deptperf_close(2021)'), 'no error', 'closes');
SELECT results_eq($$ SELECT dept_id FROM deptperf.closed WHERE fiscal_year = 2021 AND source = 'petition' AND closed_by = 'deptperf_test_admin_a' ORDER BY 1 $$, 'VALUES (2::bigint), (3), (4), (5)', 'its own');
SELECT is(pg_temp.gives('deptperf_test_admin_a', $$ INSERT INTO deptperf.closed (dept_id, fiscal_year, source, closed_by) VALUES (2, 2019, 'petition', 'x') $$), '42501 permission denied for table closed', 'not in another name');
SELECT is_empty($$
  SELECT s, g FROM unnest(ARRAY['UPDATE deptperf.department SET name = ''x''', 'INSERT INTO deptperf.department (code, parent_id) VALUES (''x'', 2)', 'DELETE FROM deptperf.department_closure',
      'UPDATE deptperf.framework_item SET points = 2', 'INSERT INTO deptperf.fact (fact) VALUES (''x'')', 'UPDATE deptperf.workspace SET row_security = false', 'DELETE FROM deptperf.source', 'DELETE FROM deptperf.binding',
      'SELECT * FROM deptperf.access', 'INSERT INTO deptperf.access (role, what) VALUES (current_user, ''admin'')', 'SELECT * FROM deptperf.procurement_sums', 'SELECT * FROM deptperf.procurement_source', 'SELECT * FROM deptperf.unit_sums']) AS s,
    LATERAL (SELECT pg_temp.gives('deptperf_test_admin_a', s) AS g) x WHERE g !~ '^42501 permission denied for' $$, 'and touches nothing that others'' scores hang on');
SELECT matches(pg_temp.gives('deptperf_test_admin', $$ SELECT deptperf_grant('deptperf_test_nobody', 'reader') $$), '^42501 schema "deptperf" belongs to', 'grants are the owner''s');
SELECT is_empty($$
  SELECT s, g FROM unnest(ARRAY['INSERT INTO deptperf.access (role, what) VALUES (current_user, ''admin'')', 'UPDATE deptperf.workspace SET row_security = false', 'DELETE FROM deptperf.binding', 'DELETE FROM deptperf.source']) AS s,
    LATERAL (SELECT pg_temp.gives('deptperf_test_admin', s) AS g) x WHERE g !~ '^42501 permission denied for' $$, 'and settings too');
SELECT is(pg_temp.gives('deptperf_test_admin', $$ INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (11, 'b11', 'bureau b'), (12, 'b12', 'b11') RETURNING dept_id $$), 'no error', 'an admin of every department makes departments');
SELECT is(pg_temp.gives('deptperf_test_admin', $$ UPDATE deptperf.department SET parent_code = 'bureau a' WHERE code = 'b11' $$), 'no error', 'moves them');
SELECT results_eq('SELECT ancestor_id, dept_id, depth FROM deptperf.department_closure WHERE dept_id > 10 ORDER BY 2, 3', 'VALUES (11::bigint, 11::bigint, 0), (2, 11, 1), (1, 11, 2), (12, 12, 0), (11, 12, 1), (2, 12, 2), (1, 12, 3)', 'and the closure is whole');
SELECT is_empty($$ SELECT 11, 12 EXCEPT SELECT min(s::int), max(s::int) FROM (SELECT trim('()' FROM pg_temp.seen_by('deptperf_test_reader_a', 'SELECT dept_id FROM deptperf.department WHERE dept_id > 10')) AS s) x $$, 'whoever has the bureau sees them');
SELECT is(pg_temp.gives('deptperf_test_admin', $$ DELETE FROM deptperf.department WHERE dept_id > 10 $$), 'no error', 'deletes them');
SELECT is(pg_temp.gives('deptperf_test_admin', $$ UPDATE deptperf.framework_item SET rule = 'x >= 95%: 1, else 0' WHERE framework = 'sz-2021-records' AND code = 'B3.2.1' $$), 'no error', 'and changes a rule');
SELECT is((SELECT document -> 'items' @> '[{"code": "B3.2.1", "rule": "x >= 95%: 1, else 0"}]' FROM deptperf.framework_document WHERE framework = 'sz-2021-records'), true, 'which counts');

-- ---- 9. roles come and go, row security too ----

SET LOCAL ROLE deptperf_test_owner;
INSERT INTO deptperf.access (role, what, dept_id) VALUES ('deptperf_test_dropped', 'reader', 2);
SELECT lives_ok('SELECT deptperf_setup()', 'a role that was dropped is no obstacle for setup');
RESET ROLE;
CREATE ROLE deptperf_test_dropped;
SET LOCAL ROLE deptperf_test_owner;
SELECT is((SELECT has_schema_privilege('deptperf_test_dropped', 'deptperf', 'USAGE') FROM (SELECT deptperf_setup() OFFSET 0) s), false, 'and the next of its name gets nothing by setup');
SELECT is(deptperf_grant('deptperf_test_dropped', 'reader', 9), 'deptperf_test_dropped: reader of department 9 and all below it', 'until it is given something');
SELECT results_eq($$ SELECT dept_id FROM deptperf.access WHERE role = 'deptperf_test_dropped' $$, '{9}'::bigint[], 'which is all that it has');
RESET ROLE;
SELECT is((SELECT count(*) FROM pg_temp.seen_by('deptperf_test_reader_a', 'SELECT * FROM deptperf.score')), 11::bigint, 'nor for others');
REVOKE deptperf_test_group FROM deptperf_test_member;
GRANT deptperf_test_reader_a TO deptperf_test_member;
SELECT bag_eq($$ SELECT * FROM pg_temp.seen_by('deptperf_test_member', 'SELECT * FROM deptperf.score') $$, $$ SELECT * FROM pg_temp.seen_by('deptperf_test_reader_a', 'SELECT * FROM deptperf.score') $$, 'a member of another group sees what that sees');

CREATE TEMP TABLE totals AS SELECT dept_id, fiscal_year, total, grade, silent FROM deptperf.score;
SET LOCAL ROLE deptperf_test_owner;
SELECT is(deptperf_setup(row_security => false), 'framework sz-2021, row security off', 'row security is turned off');
RESET ROLE;
SELECT is_empty($$ SELECT relname FROM pg_class WHERE relnamespace = 'deptperf'::regnamespace AND relrowsecurity $$, 'for every table');
SELECT bag_eq($$ SELECT * FROM pg_temp.seen_by('deptperf_test_reader_a', 'SELECT dept_id, fiscal_year, total, grade, silent FROM deptperf.score') $$, 'SELECT t::text FROM totals t', 'whoever reads sees every department');
SELECT doesnt_match(pg_temp.plan_of('deptperf_test_reader_a', 'SELECT * FROM deptperf.execution_facts'), 'SubPlan|given|sees_all', 'and nothing of it is left in the plan');
SET LOCAL ROLE deptperf_test_owner;
SELECT is(deptperf_setup(row_security => true), 'framework sz-2021, row security on', 'and on again');
RESET ROLE;
SELECT is((SELECT count(*) FROM pg_temp.seen_by('deptperf_test_reader_a', 'SELECT * FROM deptperf.score')), 11::bigint, 'he sees his');
SELECT is_empty($$
  SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'dept_id'
  WHERE c.relnamespace = 'deptperf'::regnamespace AND c.relkind = 'r'
    AND (NOT c.relrowsecurity OR (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) <> CASE WHEN c.relname IN ('department', 'department_closure') THEN 2 ELSE 1 END) $$, 'every table with a department has row security and its policies');

-- ---- 10. the records behind a fact ----

SET LOCAL ROLE deptperf_test_owner;
CREATE TABLE finance.purchase (unit text, year int, planned numeric, paid numeric);
INSERT INTO finance.purchase VALUES ('a1', 2015, 5, 4), ('b1', 2015, 5, 3);
SELECT lives_ok($$ SELECT deptperf_bind('{"procurement": {"from": "finance.purchase", "dept": "unit", "year": "year", "planned": "planned", "actual": "paid", "keep": true}}') $$, 'a relation is bound beside the own table');
RESET ROLE;
SELECT is(pg_temp.gives('deptperf_test_reader', $$ SELECT * FROM deptperf_records(3, 2015, 'procurement_actual') $$),
          '42501 permission denied for the records behind "procurement_actual"
They are for the workspace''s owner, in own tables for admins too, and for whoever has SELECT on them; deptperf_test_reader has not on deptperf.binding, deptperf.measurement, deptperf.procurement, deptperf.procurement_bound_2.
Let deptperf_test_owner run: GRANT SELECT ON deptperf.binding, deptperf.measurement, deptperf.procurement, deptperf.procurement_bound_2 TO deptperf_test_reader;', 'a reader is told what to ask for');
SELECT matches(pg_temp.gives('deptperf_test_reader', $$ SELECT * FROM deptperf_records(3, 2015, 'procurement_records') $$), 'GRANT SELECT ON deptperf.binding, deptperf.procurement, deptperf.procurement_bound_2 TO deptperf_test_reader;$', 'no more than is read');
SELECT is(pg_temp.gives('deptperf_test_admin_a', $$ SELECT * FROM deptperf_records(3, 2021, 'paid_q1') $$), 'no error', 'an admin of a bureau reads own tables');
SELECT matches(pg_temp.gives('deptperf_test_admin_a', $$ SELECT * FROM deptperf_records(3, 2015, 'procurement_actual') $$), '^42501 .* has not on deptperf.procurement_bound_2.\nAsk deptperf_test_owner: whoever may read what is bound sees the records of every department there.$', 'and not what is bound');
SELECT matches(pg_temp.gives('deptperf_test_admin', $$ SELECT * FROM deptperf_records(3, 2015, 'procurement_actual') $$), '\nLet deptperf_test_owner run: GRANT SELECT ON deptperf.procurement_bound_2 TO deptperf_test_admin;$', 'nor does one of every department');
SELECT is(pg_temp.gives('deptperf_test_owner', 'GRANT SELECT ON deptperf.procurement_bound_2 TO deptperf_test_admin; GRANT SELECT ON deptperf.binding, deptperf.measurement, deptperf.procurement, deptperf.procurement_bound_2 TO deptperf_test_reader'), 'no error', 'the statements are run');
SELECT results_eq($$ SELECT r, s FROM unnest('{admin,reader,owner}'::text[]) WITH ORDINALITY AS r(r, n), pg_temp.seen_by('deptperf_test_' || r, 'SELECT dept_id, relation, amount FROM deptperf_records(2, 2015, ''procurement_actual'')') AS s ORDER BY n $$,
    $$ VALUES ('admin', '(3,finance.purchase,4)'), ('reader', '(3,finance.purchase,4)'), ('owner', '(3,finance.purchase,4)') $$, 'and then they read what the owner reads');

SELECT * FROM finish();
ROLLBACK;
