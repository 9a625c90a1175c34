-- Shards: departments whose records another cluster has (sql/workspace/58-shard.sql).
--
-- postgres_fdw is not needed but for them: what names it is made here, when a
-- server is attached.

CREATE FUNCTION @extschema@.deptperf_shard_asked(shard pg_catalog.int4)
RETURNS pg_catalog.int4
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 1 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_shard_asked(pg_catalog.int4) IS
'the shard, when this transaction asks it; NULL when it is left out: with a warning once a transaction, because it is lost or does not answer';

CREATE FUNCTION @extschema@.deptperf_shard_said(written pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_shard_said(pg_catalog.text) IS
'the jsonb that a text is of; of facts, as shards send them, in a form that is added up as it is. What is no jsonb is an error; NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_shard_forget()
RETURNS pg_catalog.void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_shard_forget() IS 'lets this transaction find anew which shards answer';

-- The views that say which rows count, and what data_issue says of shards.  They are
-- written for the shards there are, so that the planner sees nothing where there
-- are none, and can prune.
CREATE FUNCTION @extschema@.deptperf_shard_views() RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    asked text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    asked := (SELECT string_agg(format('@extschema@.deptperf_shard_asked(%s)', s.shard), ', ' ORDER BY s.shard) FROM deptperf.shard s);
    EXECUTE 'CREATE OR REPLACE VIEW deptperf.shard_sums AS ' || CASE WHEN asked IS NULL THEN
        'SELECT f.dept_id, f.fiscal_year, NULL::jsonb AS facts FROM deptperf.shard_unit_facts f WHERE false'
        ELSE format('SELECT f.dept_id, f.fiscal_year, @extschema@.deptperf_shard_said(f.facts) AS facts '
                    'FROM deptperf.shard_unit_facts f JOIN deptperf.shard_department d ON d.dept_id = f.dept_id AND d.shard = f.shard '
                    'WHERE f.shard = ANY (ARRAY[%s]) '
                    'UNION ALL '
                    'SELECT d.dept_id, y.fiscal_year, ''{"!": 1}''::jsonb '
                    'FROM deptperf.shard s JOIN deptperf.shard_department d ON d.shard = s.shard CROSS JOIN deptperf.fiscal_year y '
                    'WHERE @extschema@.deptperf_shard_asked(s.shard) IS NULL', asked) END;
    EXECUTE format($q$CREATE OR REPLACE VIEW deptperf.shard_issue WITH (security_invoker = true, security_barrier = true) AS
        SELECT NULL::bigint AS dept_id, NULL::int AS fiscal_year,
               CASE WHEN r.away THEN 'error' ELSE 'info' END AS severity, 'shard'::text AS issue,
               format('%%s departments at "%%s"%%s', (SELECT count(*) FROM deptperf.shard_department h WHERE h.shard = s.shard), s.server,
                      CASE WHEN r.away THEN ', which is out of reach: they are open' ELSE '' END) AS found,
               CASE WHEN r.away THEN 'a shard that answers' ELSE 'what is wrong with their records says deptperf.data_issue there' END AS expected
        FROM deptperf.shard s CROSS JOIN LATERAL (SELECT @extschema@.deptperf_shard_asked(s.shard) IS NULL AS away) r
        WHERE %s$q$, CASE WHEN asked IS NULL THEN 'false' ELSE 'deptperf.sees_all()' END);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_shard_views() IS 'writes the views deptperf.shard_sums and deptperf.shard_issue for the shards there are';

-- Whose records are not here.
CREATE FUNCTION @extschema@.deptperf_shard_refuse(dept_ids pg_catalog.int8[], what pg_catalog.text, statement pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    held record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    IF to_regclass('deptperf.shard_department') IS NULL THEN        -- a workspace of an earlier version
        RETURN;
    END IF;
    SELECT string_agg(DISTINCT format('"%s"', s.server), ', ' ORDER BY format('"%s"', s.server)) AS servers, count(DISTINCT s.shard) AS n,
           count(*) AS departments, (array_agg(d.code ORDER BY d.dept_id))[1] AS example
    INTO held
    FROM deptperf.shard_department h JOIN deptperf.shard s ON s.shard = h.shard JOIN deptperf.department d ON d.dept_id = h.dept_id
    WHERE h.dept_id = ANY (dept_ids);
    IF held.departments > 0 THEN
        RAISE EXCEPTION '% are at % %', what, CASE held.n WHEN 1 THEN 'shard' ELSE 'shards' END, held.servers
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('%s of the departments that were asked for, such as %s: here are their facts, not their records.', held.departments, held.example),
                  HINT = format('Ask there: %s', statement);
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_shard_refuse(pg_catalog.int8[], pg_catalog.text, pg_catalog.text) IS
'an error that names the shards when the records of one of the departments are at a shard: what can''t be had here, and the statement to run there. NULL does nothing';

CREATE FUNCTION @extschema@.deptperf_shard_require(dept_ids pg_catalog.int8[], what pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    silent record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    IF to_regclass('deptperf.shard_department') IS NULL THEN
        RETURN;
    END IF;
    SELECT string_agg(format('"%s"', s.server), ', ' ORDER BY s.server) AS servers, count(*) AS n INTO silent
    FROM deptperf.shard s
    WHERE @extschema@.deptperf_shard_asked(s.shard) IS NULL
      AND (dept_ids IS NULL OR EXISTS (SELECT FROM deptperf.shard_department h WHERE h.shard = s.shard AND h.dept_id = ANY (dept_ids)));
    IF silent.n > 0 THEN
        RAISE EXCEPTION '% needs %, which % not answer', what, CASE silent.n WHEN 1 THEN 'shard ' ELSE 'shards ' END || silent.servers, CASE silent.n WHEN 1 THEN 'does' ELSE 'do' END
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'Without the facts that are there it would be made of a part.',
                  HINT = 'Call again when they are up.';
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_shard_require(pg_catalog.int8[], pg_catalog.text) IS
'an error that names the shards when one that has records of the departments (NULL: any) is left out in this transaction; what: what was to be done';

-- What a department that was to be attached is at fault with, a text by fault.
CREATE FUNCTION @extschema@.deptperf_shard_faults(shard pg_catalog.int4, departments pg_catalog.jsonb)
RETURNS TABLE (fault pg_catalog.text, found pg_catalog.int8, examples pg_catalog.text)
LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    ids      bigint[];
    one      text;
    twice    bigint[];
    here_too bigint[] := '{}';
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    SELECT array_agg(r.dept_id) INTO ids FROM jsonb_to_recordset(departments) AS r(dept_id bigint);
    -- what has records here too, which would count beside those there
    FOR one IN SELECT s.source FROM deptperf.source s ORDER BY s.position LOOP
        EXECUTE format('SELECT array_agg(DISTINCT f.dept_id) FROM deptperf.%I f WHERE f.dept_id = ANY ($1)', one || '_sums') INTO twice USING ids;
        here_too := here_too || coalesce(twice, '{}');
    END LOOP;
    RETURN QUERY
    SELECT x.fault, count(*), string_agg(x.example, ', ' ORDER BY x.dept_id) FILTER (WHERE x.place <= 3)
    FROM (
        SELECT f.fault, f.example, f.dept_id, row_number() OVER (PARTITION BY f.fault ORDER BY f.dept_id) AS place
        FROM (
            SELECT CASE WHEN d.dept_id IS NULL THEN 'unknown'
                        WHEN d.division <> r.division OR d.code <> r.code THEN 'other'
                        WHEN h.shard <> deptperf_shard_faults.shard THEN 'claimed'
                        WHEN r.dept_id = ANY (here_too) THEN 'both' END AS fault,
                   CASE WHEN d.dept_id IS NULL THEN format('%s (dept_id %s)', r.code, r.dept_id)
                        WHEN d.division <> r.division OR d.code <> r.code
                        THEN format('dept_id %s, which is %s there and %s here', r.dept_id, concat_ws(':', nullif(r.division, ''), r.code), concat_ws(':', nullif(d.division, ''), d.code))
                        WHEN h.shard <> deptperf_shard_faults.shard THEN format('%s (by "%s")', r.code, o.server)
                        ELSE r.code END AS example,
                   r.dept_id
            FROM jsonb_to_recordset(departments) AS r(dept_id bigint, division text, code text)
                LEFT JOIN deptperf.department d ON d.dept_id = r.dept_id
                LEFT JOIN deptperf.shard_department h ON h.dept_id = r.dept_id
                LEFT JOIN deptperf.shard o ON o.shard = h.shard
        ) f
        WHERE f.fault IS NOT NULL
    ) x
    GROUP BY x.fault;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_shard_faults(pg_catalog.int4, pg_catalog.jsonb) IS
'why departments of a shard''s registry can''t be claimed by it: unknown here, other (the dept_id is another department here), claimed (by another shard), both (they have records here), with how many and up to three of them. NULL gives no rows';

-- The foreign tables of a shard, where they are missing.
CREATE FUNCTION @extschema@.deptperf_shard_about_table(shard pg_catalog.int4, server pg_catalog.name) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    about text := format('deptperf.shard_%s_about', shard);
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    IF to_regclass(about) IS NULL THEN
        EXECUTE format('CREATE FOREIGN TABLE %s (version text, identity text, sees_all boolean, shards bigint, sources jsonb, departments jsonb) '
                       'SERVER %I OPTIONS (schema_name ''deptperf'', table_name ''shared_about'')', about, server);
        EXECUTE format('COMMENT ON FOREIGN TABLE %s IS %L', about, 'What deptperf_attach asks of the shard. Only for the owner.');
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', about);
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_shard_about_table(pg_catalog.int4, pg_catalog.name) IS 'makes the foreign table over deptperf.shared_about of a shard, where it is missing';

CREATE FUNCTION @extschema@.deptperf_shard_facts_table(shard pg_catalog.int4, server pg_catalog.name) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    facts text := format('deptperf.shard_%s_facts', shard);
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    -- Of a single table nothing is pruned when the executor starts; so there is another, which is empty.
    IF to_regclass('deptperf.shard_0_facts') IS NULL THEN
        CREATE TABLE deptperf.shard_0_facts PARTITION OF deptperf.shard_unit_facts (CONSTRAINT shard_0_facts_empty CHECK (false)) FOR VALUES IN (0);
        COMMENT ON TABLE deptperf.shard_0_facts IS 'Empty: beside it a single shard can be left out of a plan. Only for the owner.';
        REVOKE ALL ON deptperf.shard_0_facts FROM PUBLIC;
    END IF;
    IF to_regclass(facts) IS NULL THEN
        -- a fetch has about 1 MB; and while it is read here, the next one is made there
        EXECUTE format('CREATE FOREIGN TABLE %s (shard int OPTIONS (column_name %L) NOT NULL, dept_id bigint, fiscal_year int, facts text) '
                       'SERVER %I OPTIONS (schema_name ''deptperf'', table_name ''shared_facts'', async_capable ''true'', fetch_size ''500'')',
                       facts, 'shard_' || shard, server);
        EXECUTE format('COMMENT ON FOREIGN TABLE %s IS %L', facts, 'The facts of the units that the shard has. Only for the owner.');
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', facts);
        EXECUTE format('ALTER TABLE deptperf.shard_unit_facts ATTACH PARTITION %s FOR VALUES IN (%s)', facts, shard);
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_shard_facts_table(pg_catalog.int4, pg_catalog.name) IS 'makes the partition of deptperf.shard_unit_facts over deptperf.shared_facts of a shard, where it is missing';

-- The claims of a shard that end: on those departments that are not among kept.
-- Their records no longer count here, so a closing here would say that there are
-- none: of 0 out of 0 that is full points.
CREATE FUNCTION @extschema@.deptperf_shard_release(shard pg_catalog.int4, kept pg_catalog.int8[]) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    n record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    WITH gone AS (
        DELETE FROM deptperf.shard_department h WHERE h.shard = deptperf_shard_release.shard AND h.dept_id <> ALL (kept) RETURNING h.dept_id
    ), opened AS (
        DELETE FROM deptperf.closed c USING gone g WHERE c.dept_id = g.dept_id RETURNING c.dept_id, c.fiscal_year
    )
    SELECT count(*) AS closings, count(DISTINCT o.dept_id) AS departments, count(DISTINCT o.fiscal_year) AS years INTO n FROM opened o;
    IF n.closings > 0 THEN
        RAISE NOTICE 'closings taken back: % (departments: %, years: %)', n.closings, n.departments, n.years
            USING DETAIL = 'The departments are no longer at the shard, and closed without the records there they would have full points. Frozen results stay as they are.',
                  HINT = 'deptperf_close closes them again, when their records are here or at another shard.';
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_shard_release(pg_catalog.int4, pg_catalog.int8[]) IS
'ends the claims of a shard on all departments but those that are kept, and takes back the closings of those, with a notice that says how many. NULL does nothing';

CREATE FUNCTION @extschema@.deptperf_attach(server pg_catalog.name) RETURNS pg_catalog.int8
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    own         record;         -- the server here
    about       record;         -- the workspace there
    fault       record;
    n           int;
    is_new      bool;
    ids         bigint[];
    had         bigint[];
    departments bigint;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    PERFORM pg_advisory_xact_lock(1684369524, 1);       -- as setup does: of two that attach, the later one sees the other's claims
    PERFORM @extschema@.deptperf_workspace_guard();
    IF server IS NULL THEN
        RAISE EXCEPTION 'server must not be NULL'
            USING ERRCODE = 'null_value_not_allowed', HINT = 'SELECT deptperf_attach(''a_server'');';
    END IF;
    SELECT p.proname, s.srvoptions INTO own
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw LEFT JOIN pg_proc p ON p.oid = w.fdwhandler
    WHERE s.srvname = server;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'server "%" does not exist', server
            USING ERRCODE = 'undefined_object',
                  DETAIL = (SELECT format('There are %s.', coalesce(string_agg(s.srvname, ', ' ORDER BY s.srvname), 'none')) FROM pg_foreign_server s),
                  HINT = format('CREATE SERVER %I FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''…'', dbname ''…'', options ''-c cursor_tuple_fraction=1 -c work_mem=64MB -c jit=off'');', server);
    ELSIF own.proname IS DISTINCT FROM 'postgres_fdw_handler' THEN
        RAISE EXCEPTION 'server "%" is not one of postgres_fdw', server
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'A shard is a workspace of deptperf in another PostgreSQL database.',
                  HINT = 'CREATE SERVER … FOREIGN DATA WRAPPER postgres_fdw;';
    END IF;
    IF coalesce(array_to_string(own.srvoptions, ' '), '') !~ 'cursor_tuple_fraction' THEN
        RAISE NOTICE 'server "%" plans for the first rows', server
            USING DETAIL = 'It has no option cursor_tuple_fraction, and scores of many departments would take longer than in one cluster.',
                  HINT = format('ALTER SERVER %I OPTIONS (ADD options ''-c cursor_tuple_fraction=1 -c work_mem=64MB -c jit=off'');', server);
    END IF;
    -- only when it is due: it locks records against writers, and the shard is asked after it
    IF to_regclass('deptperf.shard_department') IS NULL OR (SELECT v.missing_step IS NOT NULL FROM @extschema@.deptperf_version() v) THEN
        PERFORM @extschema@.deptperf_setup();
    END IF;
    PERFORM @extschema@.deptperf_shard_forget();

    -- one that is attached is known by its foreign table, whatever it was called then
    SELECT s.shard INTO n
    FROM deptperf.shard s
        LEFT JOIN pg_foreign_table t ON t.ftrelid = to_regclass(format('deptperf.shard_%s_facts', s.shard))
        LEFT JOIN pg_foreign_server v ON v.oid = t.ftserver
    WHERE coalesce(v.srvname, s.server) = server;
    is_new := NOT FOUND;
    IF is_new THEN
        SELECT min(g) INTO n FROM generate_series(1, 32) AS g WHERE NOT EXISTS (SELECT FROM deptperf.shard s WHERE s.shard = g);
        IF n IS NULL THEN
            RAISE EXCEPTION 'there are 32 shards already'
                USING ERRCODE = 'program_limit_exceeded', HINT = 'SELECT deptperf_detach(''a_server''); lets one go.';
        END IF;
    END IF;

    -- all that may take its time comes first, while nothing is locked that queries read
    PERFORM @extschema@.deptperf_shard_about_table(n, server);
    BEGIN
        EXECUTE format('SELECT a.version, a.identity, a.sees_all, a.shards, a.sources, a.departments FROM deptperf.%I a', format('shard_%s_about', n)) INTO about;
    EXCEPTION
        WHEN undefined_table OR undefined_column OR invalid_schema_name OR insufficient_privilege THEN
            RAISE EXCEPTION 'server "%" has no workspace that its role may read', server
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      DETAIL = format('It says: %s.', SQLERRM),
                      HINT = 'There: CREATE EXTENSION deptperf; SELECT deptperf_setup(); SELECT deptperf_grant(''the role of the user mapping'', ''reader'');';
    END;
    IF about.sources IS NULL THEN
        RAISE EXCEPTION 'server "%" has no workspace that was set up', server
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'There: SELECT deptperf_setup();';
    ELSIF about.identity = format('%s of %s', current_database(), pg_postmaster_start_time()) THEN
        RAISE EXCEPTION 'server "%" leads to this database', server
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A shard is another workspace.';
    ELSIF about.shards > 0 THEN
        RAISE EXCEPTION 'server "%" has shards itself', server
            USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('It has %s.', about.shards),
                  HINT = 'Attach those here, or let go of them there.';
    ELSIF NOT about.sees_all THEN
        RAISE EXCEPTION 'server "%" shows its role some departments only', server
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = 'Scores would be made of a part.',
                  HINT = 'There: SELECT deptperf_grant(''the role of the user mapping'', ''reader''); without a department.';
    ELSIF about.sources <> (SELECT jsonb_object_agg(s.source, s.zeros) FROM deptperf.source s) THEN
        RAISE EXCEPTION 'the sources of server "%" have other facts', server
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Its workspace was made by version %s, this one by %s.', about.version, (SELECT w.made_by FROM deptperf.workspace w)),
                  HINT = 'ALTER EXTENSION deptperf UPDATE; SELECT deptperf_setup(); where the version is the earlier one.';
    ELSIF about.departments IS NULL THEN
        RAISE EXCEPTION 'the workspace of server "%" has no departments', server
            USING ERRCODE = 'no_data_found',
                  HINT = 'INSERT those whose records it has, with the dept_id, division and code that they have here, and attach again.';
    END IF;

    SELECT f.* INTO fault
    FROM @extschema@.deptperf_shard_faults(n, about.departments) f
    ORDER BY array_position('{unknown,other,claimed,both}'::text[], f.fault) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% of the departments of server "%" %', fault.found, server,
                CASE fault.fault WHEN 'unknown' THEN 'are not known here' WHEN 'other' THEN 'are others here'
                                 WHEN 'claimed' THEN 'are claimed by another shard' ELSE 'have records here too' END
            USING ERRCODE = CASE fault.fault WHEN 'unknown' THEN 'foreign_key_violation' WHEN 'other' THEN 'invalid_parameter_value'
                                             WHEN 'claimed' THEN 'unique_violation' ELSE 'object_not_in_prerequisite_state' END,
                  DETAIL = format('Such as %s.', fault.examples),
                  HINT = CASE fault.fault WHEN 'unknown' THEN 'The hierarchy is known here: INSERT them INTO deptperf.department first, with the same dept_id.'
                                          WHEN 'other' THEN 'A department has the same dept_id, division and code at the shard and here.'
                                          WHEN 'claimed' THEN 'A department''s records are at one shard: DELETE it from the registry of the other, and attach both again.'
                                          ELSE 'They would count twice: DELETE or unbind the records here, or keep the department out of the shard''s registry.' END;
    END IF;

    IF is_new THEN
        INSERT INTO deptperf.shard (shard, server) VALUES (n, server);
        PERFORM @extschema@.deptperf_shard_views();
    ELSE
        UPDATE deptperf.shard s SET server = deptperf_attach.server WHERE s.shard = n AND s.server <> deptperf_attach.server;
    END IF;
    PERFORM @extschema@.deptperf_shard_facts_table(n, server);
    ids := ARRAY(SELECT r.dept_id FROM jsonb_to_recordset(about.departments) AS r(dept_id bigint));
    PERFORM @extschema@.deptperf_shard_release(n, ids);
    had := ARRAY(SELECT h.dept_id FROM deptperf.shard_department h WHERE h.shard = n);
    INSERT INTO deptperf.shard_department (dept_id, shard) SELECT r.dept_id, n FROM unnest(ids) AS r(dept_id) WHERE r.dept_id <> ALL (had);
    ANALYZE deptperf.shard_department;
    ANALYZE deptperf.shard;
    SELECT count(*) INTO departments FROM deptperf.shard_department h WHERE h.shard = n;
    RETURN departments;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_attach(pg_catalog.name) IS
'has the workspace that a server of postgres_fdw leads to as a shard: it claims every department of its registry, and their facts are read there from now on, by a remote query that has the year and the departments. Called again it takes the registry as it is now (the closings here of departments that are no longer in it are taken back, with a notice), and brings back foreign tables that are missing. Returns how many departments it has. The departments must be known here by the same dept_id, division and code; one that another shard claims, or that has records here, is an error, and so are a workspace whose sources have other facts, one that shows the role of the user mapping some departments only, one that has shards itself, and a server that is none of postgres_fdw or does not answer; then nothing is changed. deptperf.shard.unreachable says what happens while it is down. At most 32 shards. Only for the workspace''s owner, who needs USAGE on the server and a user mapping: everybody''s queries go there by it. NULL is an error';

CREATE FUNCTION @extschema@.deptperf_detach(server pg_catalog.name) RETURNS pg_catalog.int8
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    n             int;
    departments   bigint;
    foreign_table text;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    PERFORM pg_advisory_xact_lock(1684369524, 1);
    PERFORM @extschema@.deptperf_workspace_guard();
    IF server IS NULL THEN
        RAISE EXCEPTION 'server must not be NULL'
            USING ERRCODE = 'null_value_not_allowed', HINT = 'SELECT deptperf_detach(''a_server'');';
    END IF;
    SELECT s.shard INTO n
    FROM deptperf.shard s
        LEFT JOIN pg_foreign_table t ON t.ftrelid = to_regclass(format('deptperf.shard_%s_facts', s.shard))
        LEFT JOIN pg_foreign_server v ON v.oid = t.ftserver
    WHERE coalesce(v.srvname, s.server) = server;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'server "%" is not attached', server
            USING ERRCODE = 'undefined_object',
                  DETAIL = (SELECT format('Attached are %s.', coalesce(string_agg(s.server, ', ' ORDER BY s.shard), 'none')) FROM deptperf.shard s),
                  HINT = 'deptperf.shard has the shards.';
    END IF;
    PERFORM @extschema@.deptperf_shard_forget();
    SELECT count(*) INTO departments FROM deptperf.shard_department h WHERE h.shard = n;
    PERFORM @extschema@.deptperf_shard_release(n, '{}');
    DELETE FROM deptperf.shard s WHERE s.shard = n;
    PERFORM @extschema@.deptperf_shard_views();
    FOREACH foreign_table IN ARRAY ARRAY[format('deptperf.shard_%s_facts', n), format('deptperf.shard_%s_about', n)] LOOP
        IF to_regclass(foreign_table) IS NOT NULL THEN      -- else the server was dropped
            EXECUTE format('DROP FOREIGN TABLE %s', foreign_table);
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT FROM deptperf.shard) THEN
        DROP TABLE IF EXISTS deptperf.shard_0_facts;
        ANALYZE deptperf.shard_unit_facts;          -- it has no partitions: the point path needs not ask
    END IF;
    RETURN departments;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_detach(pg_catalog.name) IS
'lets a shard go: its foreign tables and its claims. Its departments have from now on what records there are here, and are open: their closings here are taken back, with a notice that says how many; frozen results stay. Returns how many departments it had. Works for a server that does not answer, and for one that was dropped. Only for the workspace''s owner. One that is not attached, and NULL, is an error';
