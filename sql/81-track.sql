-- Tracking: facts that are kept up to date instead of added up by each query.
--
-- <source>_kept has rows of facts whose sum is the truth.  Writers only append to
-- it, from statement triggers (src/track.c), what the records of the statement add
-- and take away; in passing they add up what they find.  No key is unique, so that
-- no writer waits for another.
--
-- While a source is tracked, its view <source>_sums reads these rows, and what it
-- was before is <source>_computed: the mapping from records to facts, from which
-- the triggers' statements are derived, and which deptperf_check_tracking compares.
-- That view is what says that a source is tracked.  <source>_sums names it too, in
-- a branch that gives no rows, so that dropping a bound relation still takes the
-- source's views, and setup makes them as they are without tracking.

-- ---- facts as they are kept ----

CREATE FUNCTION @extschema@.deptperf_kept_records(state pg_catalog.internal, count_name pg_catalog.text, zeros pg_catalog.jsonb, VARIADIC pairs "any")
RETURNS pg_catalog.internal
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_records(pg_catalog.internal, pg_catalog.text, pg_catalog.jsonb, "any") IS 'transition of deptperf_kept_facts over records';

CREATE FUNCTION @extschema@.deptperf_kept_accum(state pg_catalog.internal, facts pg_catalog.jsonb)
RETURNS pg_catalog.internal
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_accum(pg_catalog.internal, pg_catalog.jsonb) IS 'transition of deptperf_kept_sum and deptperf_kept_says';

CREATE FUNCTION @extschema@.deptperf_kept_sum_final(pg_catalog.internal)
RETURNS pg_catalog.jsonb
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_sum_final(pg_catalog.internal) IS 'result of deptperf_kept_sum';

CREATE FUNCTION @extschema@.deptperf_kept_says_final(pg_catalog.internal)
RETURNS pg_catalog.jsonb
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_says_final(pg_catalog.internal) IS 'result of deptperf_kept_says';

CREATE FUNCTION @extschema@.deptperf_kept_negated(facts pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_negated(pg_catalog.jsonb) IS 'kept facts with every sign changed: what is taken away with records that go. NULL gives NULL';

CREATE AGGREGATE @extschema@.deptperf_kept_facts(count_name pg_catalog.text, zeros pg_catalog.jsonb, VARIADIC pairs "any") (
    SFUNC = @extschema@.deptperf_kept_records, STYPE = pg_catalog.internal, SSPACE = 128,
    FINALFUNC = @extschema@.deptperf_facts_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.deptperf_kept_facts(pg_catalog.text, pg_catalog.jsonb, "any") IS
'deptperf_facts in the form that is kept: amounts that are no number are counted under !name, those of a fact that zeros does not have under #name, so that records can be taken away again. NULL over no rows';

CREATE AGGREGATE @extschema@.deptperf_kept_sum(facts pg_catalog.jsonb) (
    SFUNC = @extschema@.deptperf_kept_accum, STYPE = pg_catalog.internal, SSPACE = 128,
    FINALFUNC = @extschema@.deptperf_kept_sum_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.deptperf_kept_sum(pg_catalog.jsonb) IS
'the exact sum of kept facts, in the same form; NULL where nothing is left, and over no rows. What is not an object of numbers is an error';

CREATE AGGREGATE @extschema@.deptperf_kept_says(facts pg_catalog.jsonb) (
    SFUNC = @extschema@.deptperf_kept_accum, STYPE = pg_catalog.internal, SSPACE = 128,
    FINALFUNC = @extschema@.deptperf_kept_says_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.deptperf_kept_says(pg_catalog.jsonb) IS
'the sum of kept facts as deptperf_facts gives it over the records; NULL where there is no record, and over no rows. What is not an object of numbers is an error';

CREATE FUNCTION @extschema@.deptperf_kept_begun(kept pg_catalog.regclass) RETURNS pg_catalog.bool
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_begun(pg_catalog.regclass) IS
'true; an error (40001) in a snapshot from before the table of kept facts was made, in which it would seem to be empty. NULL gives NULL';

-- ---- what is derived from a source's views ----

-- The relations that a source reads, from the catalog alone, so that readers of
-- deptperf.data_issue may ask.  The own table has no view; its place is the one
-- that the others leave.
CREATE FUNCTION @extschema@.deptperf_track_parts(source pg_catalog.text)
RETURNS TABLE (place pg_catalog.int4, view pg_catalog.regclass, relation pg_catalog.regclass)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted text := deptperf_track_parts.source;
    own    regclass;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    own := to_regclass(format('deptperf.%I', wanted));
    RETURN QUERY
    WITH bound(place, view) AS (
        SELECT substr(v.relname, length(wanted || '_bound_') + 1)::int, v.oid::regclass
        FROM pg_class v
        WHERE v.relnamespace = 'deptperf'::regnamespace AND v.relkind = 'v' AND v.relname ~ ('^' || wanted || '_bound_[0-9]+$')
    )
    SELECT b.place, b.view,
           (SELECT d.refobjid::regclass
            FROM pg_rewrite w
                JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
                JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname <> 'deptperf'
            WHERE w.ev_class = b.view
            LIMIT 1)
    FROM bound b
    UNION ALL
    SELECT (SELECT min(p) FROM generate_series(1, (SELECT count(*) FROM bound)::int + 1) p WHERE p NOT IN (SELECT b.place FROM bound b)), NULL, own
    WHERE EXISTS (SELECT FROM pg_rewrite w
                      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
                  WHERE w.ev_class = to_regclass(format('deptperf.%I', wanted || '_source')) AND d.refobjid = own);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_parts(pg_catalog.text) IS
'the relations that a source reads, by their place among its bindings, each with the view of its records; view is NULL for the own table. NULL gives no rows';

-- A relation with its partitions, or with what inherits from it.
CREATE FUNCTION @extschema@.deptperf_track_tree(relation pg_catalog.oid)
RETURNS TABLE (member pg_catalog.oid)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 4
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH RECURSIVE tree(oid) AS (
        SELECT deptperf_track_tree.relation
        UNION
        SELECT i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid AND NOT i.inhdetachpending
    )
    SELECT t.oid FROM tree t;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_tree(pg_catalog.oid) IS
'a relation, its partitions and what inherits from it, at every level. NULL gives no rows';

-- The definition of a view with something else in the place of the one relation that
-- it reads; an error unless it is found exactly once.
CREATE FUNCTION @extschema@.deptperf_track_replaced(view pg_catalog.regclass, relation pg_catalog.regclass, other pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $deptperf$
#variable_conflict use_variable
DECLARE
    definition text := rtrim(pg_get_viewdef(view), ';');
    named      text;
    alias      text;
    parts      text[];
    rest       text;
BEGIN
    SELECT format('FROM %I.%I', n.nspname, c.relname), quote_ident(c.relname) INTO named, alias
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = relation;
    parts := string_to_array(definition, named);
    rest := parts[2];
    IF starts_with(rest, ' ') THEN                      -- it has an alias already, the relation's name of then
        alias := '';
    ELSE
        alias := ' ' || alias;
    END IF;
    IF cardinality(parts) <> 2 OR rest !~ '^(\s|\)|$)' THEN
        RAISE EXCEPTION '% reads % in a way that can''t be tracked', view, relation
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = format('"%s" should be in its definition once.', named),
                  HINT = 'Does an expression of the binding have such a text?';
    END IF;
    RETURN format('%sFROM %s%s%s', parts[1], other, alias, rest);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_replaced(pg_catalog.regclass, pg_catalog.regclass, pg_catalog.text) IS
'the query of a view with another item of FROM in place of the relation that it reads. NULL gives NULL';

-- from: what stands in place of the relation; NULL: the source as it is, all its relations.
CREATE FUNCTION @extschema@.deptperf_track_query(source pg_catalog.text, place pg_catalog.int4, "from" pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    computed regclass := coalesce(to_regclass(format('deptperf.%I', source || '_computed')), to_regclass(format('deptperf.%I', source || '_sums')));
    sources  regclass;
    facts    text := '@extschema@.deptperf_facts(';
    parts    text[];
    one      record;
    records  text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    sources := format('deptperf.%I', source || '_source')::regclass;
    IF "from" IS NULL THEN
        records := sources::text;
    ELSE
        SELECT p.view, p.relation INTO STRICT one FROM @extschema@.deptperf_track_parts(source) p WHERE p.place = deptperf_track_query.place;
        IF EXISTS (SELECT FROM deptperf.binding b WHERE b.source = deptperf_track_query.source) THEN
            records := format('(%s)', @extschema@.deptperf_bind_branch(source, CASE WHEN one.view IS NULL THEN "from" || ' AS b'
                                      ELSE format('(%s) AS b', @extschema@.deptperf_track_replaced(one.view, one.relation, "from")) END, one.view IS NULL));
        ELSE
            records := format('(%s)', @extschema@.deptperf_track_replaced(sources, one.relation, "from"));
        END IF;
    END IF;
    parts := string_to_array(@extschema@.deptperf_track_replaced(computed, sources, records), facts);
    IF cardinality(parts) <> 2 THEN
        RAISE EXCEPTION '% has not one deptperf_facts', computed
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'What is kept is derived from it.',
                  HINT = 'Was the view changed?';
    END IF;
    RETURN parts[1] || '@extschema@.deptperf_kept_facts(' || parts[2];
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_query(pg_catalog.text, pg_catalog.int4, pg_catalog.text) IS
'the query that gives dept_id, fiscal_year and kept facts of a source''s records that are in the item of FROM given, in place of the relation of that place; from NULL: of all its records';

CREATE FUNCTION @extschema@.deptperf_track_statement(relation pg_catalog.oid, trigger pg_catalog.text, event pg_catalog.text, source pg_catalog.text, place pg_catalog.text,
    OUT statement pg_catalog.text, OUT compaction pg_catalog.text, OUT reads pg_catalog.oid[], OUT alone pg_catalog.bool)
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    kept text := format('deptperf.%I', source || '_kept');
    -- a transition table has no system columns, by which a record without a key is named
    rows text := '(SELECT CAST(NULL AS pg_catalog.oid) AS tableoid, CAST(NULL AS pg_catalog.tid) AS ctid, r.* FROM %s r)';
    one  record;
    code record;
    late oid[];                         -- partitions that came after tracking began; what goes through the table is seen all the same
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    -- the table and what it is a partition of; and the view that tracking puts in another's place
    WITH RECURSIVE up(oid) AS (
        SELECT relation
        UNION
        SELECT i.inhparent FROM up u JOIN pg_inherits i ON i.inhrelid = u.oid
    )
    SELECT array_agg(u.oid) INTO reads FROM up u;
    reads := array_remove(reads || to_regclass(format('deptperf.%I', source || '_sums'))::oid, NULL);
    IF NOT EXISTS (SELECT FROM deptperf.source s WHERE s.source = deptperf_track_statement.source)
       OR to_regclass(format('deptperf.%I', source || '_computed')) IS NULL OR to_regclass(kept) IS NULL
       OR trigger <> concat_ws('_', 'deptperf', source, place, event) THEN
        RETURN;
    END IF;
    SELECT p.place, p.view, p.relation INTO one
    FROM @extschema@.deptperf_track_parts(source) p
    WHERE p.place::text = deptperf_track_statement.place
      AND relation IN (SELECT t.member FROM @extschema@.deptperf_track_tree(p.relation) t);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    reads := reads || ARRAY[one.relation, one.view, to_regclass(kept), to_regclass(format('deptperf.%I', source || '_computed')),
                            to_regclass(format('deptperf.%I', source || '_source'))]::oid[];
    WITH RECURSIVE down(oid) AS (
        SELECT relation
        UNION
        SELECT i.inhrelid FROM down d JOIN pg_inherits i ON i.inhparent = d.oid
        WHERE NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = i.inhrelid AND g.tgname = trigger)
    )
    SELECT array_agg(d.oid) INTO late FROM down d JOIN pg_class c ON c.oid = relation AND c.relkind = 'p' WHERE d.oid <> relation;
    reads := array_remove(reads || late, NULL);
    IF event = 'truncate' THEN          -- which alone reads the table
        SELECT t.oid::regclass AS name, @extschema@.deptperf_track_code(t.oid, current_user::regrole) AS code INTO code
        FROM unnest(relation || late) AS t(oid) WHERE @extschema@.deptperf_track_code(t.oid, current_user::regrole) IS NOT NULL LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'the records of % can''t be counted before they go', code.name
                USING ERRCODE = 'insufficient_privilege',
                      DETAIL = upper(left(code.code, 1)) || substr(code.code, 2) || '.',
                      HINT = format('It is tracked (source %s): DELETE, or let %s call SELECT deptperf_untrack(%L); first.', source, current_user, source);
        END IF;
    END IF;
    -- nothing of the registries decides what own records count for
    alone := NOT EXISTS (SELECT FROM @extschema@.deptperf_track_parts(source) p WHERE p.view IS NOT NULL);
    statement := format('INSERT INTO %s (dept_id, fiscal_year, facts) ', kept) || CASE event
        WHEN 'insert' THEN format('SELECT q.dept_id, q.fiscal_year, q.facts FROM (%s) q',
                                  @extschema@.deptperf_track_query(source, one.place, format(rows, 'new_rows')))
        WHEN 'update' THEN format('SELECT q.dept_id, q.fiscal_year, @extschema@.deptperf_kept_sum(q.facts) FROM (SELECT n.dept_id, n.fiscal_year, n.facts FROM (%s) n '
                                  'UNION ALL SELECT o.dept_id, o.fiscal_year, @extschema@.deptperf_kept_negated(o.facts) FROM (%s) o) q '
                                  'GROUP BY q.dept_id, q.fiscal_year HAVING @extschema@.deptperf_kept_sum(q.facts) IS NOT NULL',
                                  @extschema@.deptperf_track_query(source, one.place, format(rows, 'new_rows')),
                                  @extschema@.deptperf_track_query(source, one.place, format(rows, 'old_rows')))
        ELSE format('SELECT q.dept_id, q.fiscal_year, @extschema@.deptperf_kept_negated(q.facts) FROM (%s) q',
                    @extschema@.deptperf_track_query(source, one.place, CASE WHEN event = 'delete' THEN format(rows, 'old_rows')
                        WHEN late IS NULL THEN (SELECT format('ONLY %I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation)
                        ELSE format('(SELECT r.tableoid, r.ctid, r.* FROM %s r WHERE r.tableoid = ANY (%L::pg_catalog.oid[]))', relation::regclass, late) END))
        END || ' RETURNING dept_id, fiscal_year';
    compaction := format('WITH taken AS MATERIALIZED (SELECT k.ctid AS at FROM %1$s k WHERE k.dept_id = $1 AND k.fiscal_year = $2 FOR UPDATE SKIP LOCKED), '
                         'gone AS (DELETE FROM %1$s k USING taken t WHERE k.ctid = t.at RETURNING k.facts) '
                         'INSERT INTO %1$s (dept_id, fiscal_year, facts) SELECT $1, $2, @extschema@.deptperf_kept_sum(g.facts) FROM gone g '
                         'HAVING @extschema@.deptperf_kept_sum(g.facts) IS NOT NULL', kept);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_statement(pg_catalog.oid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'what a trigger of deptperf_track runs: the statement that keeps what the event''s records add and take away, the one that adds up the rows of a department and year, what both were derived from, and whether the source has its own table alone. NULL where the source is not tracked, or table and trigger are not those of that place';

-- What a change of department or fiscal_year touches, anew.  Own tables refer to
-- both by their keys, and nothing of theirs hangs on the rest.
CREATE FUNCTION @extschema@.deptperf_track_again(relation pg_catalog.oid, event pg_catalog.text) RETURNS pg_catalog.text[]
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    key     text;
    matters text;
    touched text;
    chosen  text;
    result  text[];
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    SELECT array_agg(s.source ORDER BY s.position) INTO result
    FROM deptperf.source s
    WHERE to_regclass(format('deptperf.%I', s.source || '_computed')) IS NOT NULL
      AND EXISTS (SELECT FROM @extschema@.deptperf_track_parts(s.source) p WHERE p.view IS NOT NULL)
      -- what a relation's owner made of it since must not run as ours
      AND @extschema@.deptperf_track_refusal(s.source) IS NULL;
    IF result IS NULL THEN
        RETURN '{}';
    END IF;
    CASE relation::regclass::text
    WHEN 'deptperf.department' THEN
        key := 'dept_id'; matters := 'dept_id, division, code';
    WHEN 'deptperf.fiscal_year' THEN
        key := 'fiscal_year'; matters := 'fiscal_year, year_text, starts, ends';
    ELSE
        RETURN '{}';                    -- somebody else's trigger
    END CASE;
    touched := CASE event
        WHEN 'insert' THEN format('SELECT %s FROM new_rows', key)
        WHEN 'delete' THEN format('SELECT %s FROM old_rows', key)
        WHEN 'update' THEN format('SELECT %1$s FROM (SELECT %2$s FROM new_rows EXCEPT SELECT %2$s FROM old_rows) n UNION '
                                  'SELECT %1$s FROM (SELECT %2$s FROM old_rows EXCEPT SELECT %2$s FROM new_rows) o', key, matters) END;
    chosen := coalesce(format('%s = ANY (ARRAY(%s))', key, touched), 'true');          -- all, after TRUNCATE
    SELECT array_agg(t.statement ORDER BY t.n) INTO result
    FROM (SELECT 0 AS n, 'SELECT' || coalesce(format(' FROM (%s LIMIT 1) t', touched), '') AS statement
          UNION ALL
          SELECT r.n, format('WITH gone AS (DELETE FROM deptperf.%1$I k WHERE %2$s) INSERT INTO deptperf.%1$I (dept_id, fiscal_year, facts) '
                             'SELECT q.dept_id, q.fiscal_year, q.facts FROM (%3$s) q WHERE %2$s',
                             r.source || '_kept', chosen, @extschema@.deptperf_track_query(r.source, NULL, NULL))
          FROM unnest(result) WITH ORDINALITY AS r(source, n)) t;
    RETURN result;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_again(pg_catalog.oid, pg_catalog.text) IS
'the statements that compute anew what a change of deptperf.department or deptperf.fiscal_year touches in tracked sources with bound relations: first one that has a row when there is anything, then, under the lock, one a source; an empty array when there are none';

CREATE FUNCTION @extschema@.deptperf_track_fault(view pg_catalog.oid) RETURNS pg_catalog.text
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_track_fault(pg_catalog.oid) IS
'why the records of a view of deptperf_bind can''t be tracked: a value that the record alone does not decide; NULL when they can. NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_track_write() RETURNS pg_catalog.trigger
LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_track_write() IS
'trigger of tracked tables: keeps what a statement''s records add and take away, with the rights of the workspace''s owner. In a trigger that deptperf_track did not make it does nothing';

CREATE FUNCTION @extschema@.deptperf_track_registry() RETURNS pg_catalog.trigger
LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_track_registry() IS
'trigger of deptperf.department and deptperf.fiscal_year: facts kept of bound relations are computed anew where a change touches them. In a trigger of another table it does nothing';

-- ---- what people call ----

-- Planning a query of a table runs what is constant in its indexes, constraints,
-- statistics and partition key: as whoever asks, whatever they are there for.
CREATE FUNCTION @extschema@.deptperf_track_code(relation pg_catalog.oid, reader pg_catalog.oid) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN (
        SELECT format('%s calls %s, which belongs to %s and would run with the rights of %s', pg_describe_object(o.classid, o.objid, 0), f.oid::regprocedure, f.proowner::regrole, reader::regrole)
        FROM (SELECT 'pg_class'::regclass AS classid, i.indexrelid AS objid FROM pg_index i WHERE i.indrelid = relation
              UNION ALL SELECT 'pg_class'::regclass, relation
              UNION ALL SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint c WHERE c.conrelid = relation AND c.contype = 'c'
              UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid FROM pg_statistic_ext s WHERE s.stxrelid = relation) o
            JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
            LEFT JOIN pg_operator p ON d.refclassid = 'pg_operator'::regclass AND p.oid = d.refobjid
            JOIN pg_proc f ON f.oid = CASE WHEN d.refclassid = 'pg_proc'::regclass THEN d.refobjid ELSE p.oprcode END
            JOIN pg_roles r ON r.oid = f.proowner
        WHERE NOT r.rolsuper AND f.proowner <> reader
          AND f.proowner <> (SELECT t.proowner FROM pg_proc t WHERE t.oid = '@extschema@.deptperf_track_write()'::regprocedure)
        ORDER BY f.proname, o.objid LIMIT 1);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_code(pg_catalog.oid, pg_catalog.oid) IS
'what of a table, besides its columns, calls a function that is neither a superuser''s nor the reader''s, and that would run when a query of the table is planned: an index, a constraint, statistics or the partition key; NULL: nothing. NULL gives NULL';

-- Why a source can't be tracked, or NULL.
CREATE FUNCTION @extschema@.deptperf_track_refusal(source pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    me   regrole;                       -- whoever asks: as who triggers run
    one  record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    SELECT n.nspowner INTO me FROM pg_namespace n WHERE n.nspname = 'deptperf';
    IF EXISTS (SELECT FROM deptperf.source s WHERE s.source = deptperf_track_refusal.source AND s.lost) THEN
        RETURN 'it has lost a relation that it was bound to';
    END IF;
    -- what a binding calls would be called by each writer, with the owner's rights
    SELECT f.oid::regprocedure AS name, f.proowner::regrole AS owner INTO one
    FROM @extschema@.deptperf_track_parts(deptperf_track_refusal.source) p
        JOIN pg_rewrite w ON w.ev_class = p.view
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
        JOIN pg_proc f ON f.oid = CASE WHEN d.refclassid = 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode END
        JOIN pg_roles r ON r.oid = f.proowner
    WHERE NOT r.rolsuper AND f.proowner <> me
      AND f.proowner <> (SELECT t.proowner FROM pg_proc t WHERE t.oid = '@extschema@.deptperf_track_write()'::regprocedure)
    ORDER BY p.place, f.proname LIMIT 1;
    IF FOUND THEN
        RETURN format('it calls %s, which belongs to %s and would run with the rights of %s', one.name, one.owner, me);
    END IF;
    -- statements are parsed anew, and who owns a type makes casts from it at any time
    SELECT t.oid::regtype AS name, t.typowner::regrole AS owner INTO one
    FROM @extschema@.deptperf_track_parts(deptperf_track_refusal.source) p
        JOIN pg_rewrite w ON w.ev_class = p.view
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        LEFT JOIN pg_attribute a ON d.refclassid = 'pg_class'::regclass AND a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        JOIN pg_type t ON t.oid = CASE WHEN d.refclassid = 'pg_type'::regclass THEN d.refobjid ELSE a.atttypid END
        JOIN pg_roles r ON r.oid = t.typowner
    WHERE NOT r.rolsuper AND t.typowner <> me
    ORDER BY p.place, t.typname LIMIT 1;
    IF FOUND THEN
        RETURN format('it reads a value of type %s, which belongs to %s, who can make casts that would run with the rights of %s', one.name, one.owner, me);
    END IF;
    FOR one IN
        SELECT p.relation, p.view, c.oid::regclass AS member, c.relkind, c.relpersistence, c.oid = p.relation AS top,
               c.relrowsecurity AND NOT (a.rolsuper OR a.rolbypassrls) AND (c.relforcerowsecurity OR NOT pg_has_role(me, c.relowner, 'USAGE')) AS hidden,
               @extschema@.deptperf_track_code(t.member, me) AS code
        FROM @extschema@.deptperf_track_parts(deptperf_track_refusal.source) p
            CROSS JOIN LATERAL @extschema@.deptperf_track_tree(p.relation) t
            JOIN pg_class c ON c.oid = t.member
            JOIN pg_roles a ON a.oid = me
        ORDER BY p.place, c.oid <> p.relation, c.relname
    LOOP
        IF one.relkind NOT IN ('r', 'p') THEN
            RETURN format('%s is a %s, which has no triggers that see all changes of its records', one.member,
                          CASE one.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END);
        ELSIF one.relpersistence = 'u' THEN
            RETURN format('%s is unlogged: after a crash it is empty, and what was kept of it is not', one.member);
        ELSIF one.relpersistence = 't' THEN
            RETURN format('%s is temporary, and there for one session alone', one.member);
        ELSIF NOT has_table_privilege(me, one.member, 'TRIGGER') THEN
            RETURN format('%s lets %s make no triggers on it', one.member, me);
        ELSIF NOT has_table_privilege(me, one.member, 'SELECT') OR one.hidden THEN      -- TRUNCATE reads it
            RETURN format('%s does not let %s read all its records', one.member, me);
        ELSIF one.code IS NOT NULL THEN
            RETURN format('of %s: %s', one.member, one.code);
        ELSIF one.top AND one.view IS NOT NULL AND @extschema@.deptperf_track_fault(one.view) IS NOT NULL THEN
            RETURN format('of %s: %s', one.member, @extschema@.deptperf_track_fault(one.view));
        END IF;
    END LOOP;
    RETURN NULL;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_refusal(pg_catalog.text) IS 'why a source can''t be tracked; NULL when it can. NULL gives NULL';

-- The triggers there should be.
CREATE FUNCTION @extschema@.deptperf_track_triggers(source pg_catalog.text)
RETURNS TABLE (place pg_catalog.int4, member pg_catalog.regclass, name pg_catalog.name, definition pg_catalog.text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 4
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.place, t.member::regclass, concat_ws('_', 'deptperf', deptperf_track_triggers.source, p.place, e.event)::name,
           format('TRIGGER %I %s ON %I.%I %s FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.deptperf_track_write(%L, %L, %L)',
                  concat_ws('_', 'deptperf', deptperf_track_triggers.source, p.place, e.event), e.moment, n.nspname, c.relname, e.tables,
                  deptperf_track_triggers.source, p.place, t.members)
    FROM @extschema@.deptperf_track_parts(deptperf_track_triggers.source) p
        -- how many there are is said too, so that one that goes is missed
        CROSS JOIN LATERAL (SELECT m.member, count(*) OVER () AS members FROM @extschema@.deptperf_track_tree(p.relation) m) t
        JOIN pg_class c ON c.oid = t.member
        JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN (VALUES ('insert', 'AFTER INSERT', 'REFERENCING NEW TABLE AS new_rows'),
                           ('update', 'AFTER UPDATE', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
                           ('delete', 'AFTER DELETE', 'REFERENCING OLD TABLE AS old_rows'),
                           ('truncate', 'BEFORE TRUNCATE', '')) AS e(event, moment, tables)
    WHERE c.relkind IN ('r', 'p')
    ORDER BY p.place, c.oid <> p.relation, c.relname, c.oid, e.event;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_triggers(pg_catalog.text) IS
'the triggers that a tracked source has, a row for each of its tables and partitions and each of insert, update, delete and truncate. NULL gives no rows';

-- What the catalog alone tells against kept facts, without a look at any record.
CREATE FUNCTION @extschema@.deptperf_track_faults(source pg_catalog.text)
RETURNS TABLE (relation pg_catalog.regclass, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted  text := deptperf_track_faults.source;
    kept    regclass;
    refusal text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    kept := to_regclass(format('deptperf.%I', wanted || '_kept'));
    IF to_regclass(format('deptperf.%I', wanted || '_computed')) IS NULL THEN
        RETURN QUERY
        SELECT kept, format('%s is left from tracking, which is off', kept), format('SELECT * FROM deptperf_track(%1$L); or SELECT deptperf_untrack(%1$L);', wanted)
        WHERE kept IS NOT NULL;
        RETURN;
    END IF;
    refusal := @extschema@.deptperf_track_refusal(wanted);
    RETURN QUERY
    SELECT kept, format('it can''t be tracked any more: %s', refusal), format('SELECT deptperf_untrack(%L);', wanted) WHERE refusal IS NOT NULL
    UNION ALL
    SELECT t.member, format('trigger %I on %s %s', t.name, t.member,
                            CASE WHEN g.tgname IS NULL THEN 'is missing' WHEN g.tgenabled = 'D' THEN 'is disabled' ELSE 'is not as deptperf_track made it' END),
           'CREATE ' || t.definition
    FROM @extschema@.deptperf_track_triggers(wanted) t
        LEFT JOIN pg_trigger g ON g.tgrelid = t.member AND g.tgname = t.name
        -- when they fire, as pg_trigger.h has it, and what they see
        JOIN (VALUES ('insert', 4, NULL, 'new_rows'), ('update', 16, 'old_rows', 'new_rows'), ('delete', 8, 'old_rows', NULL),
                     ('truncate', 32 + 2, NULL, NULL)) AS e(event, type, old_rows, new_rows) ON t.name = concat_ws('_', 'deptperf', wanted, t.place, e.event)::name
    WHERE g.tgenabled IS DISTINCT FROM 'O' AND g.tgenabled IS DISTINCT FROM 'A'
       OR g.tgfoid <> '@extschema@.deptperf_track_write()'::regprocedure OR g.tgqual IS NOT NULL OR cardinality(g.tgattr::int2[]) > 0
       OR encode(g.tgargs, 'escape') !~ format('^%s\\000%s\\000[1-9][0-9]{0,8}\\000$', wanted, t.place)
       OR (g.tgtype, g.tgoldtable, g.tgnewtable) IS DISTINCT FROM (e.type, e.old_rows, e.new_rows)
    UNION ALL
    SELECT p.relation, format('%s has %s partitions, and had %s when tracking began', p.relation, m.now - 1, m.was - 1),
           format('SELECT * FROM deptperf_track(%L);', wanted)
    FROM @extschema@.deptperf_track_parts(wanted) p
        CROSS JOIN LATERAL (
            SELECT count(*) AS now, max(substring(encode(g.tgargs, 'escape') FROM '([1-9][0-9]{0,8})\\000$')::int) AS was
            FROM @extschema@.deptperf_track_tree(p.relation) t
                LEFT JOIN pg_trigger g ON g.tgrelid = t.member AND g.tgname = concat_ws('_', 'deptperf', wanted, p.place, 'insert')::name
        ) m
    WHERE m.now <> m.was;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_faults(pg_catalog.text) IS
'what the catalog tells against the kept facts of a source: triggers that are missing, disabled or changed, partitions that have come or gone since, what makes that it could not be tracked now, and facts that are left although tracking is off. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_track_clear(source pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    computed regclass := to_regclass(format('deptperf.%I', source || '_computed'));
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    LOCK TABLE deptperf.tracking_lock IN SHARE ROW EXCLUSIVE MODE;      -- waits for writers whose triggers have stayed
    IF computed IS NOT NULL THEN
        EXECUTE format('CREATE OR REPLACE VIEW deptperf.%I WITH (security_barrier = true) AS %s', source || '_sums', pg_get_viewdef(computed));
        EXECUTE format('DROP VIEW %s', computed);
    END IF;
    IF to_regclass(format('deptperf.%I', source || '_kept')) IS NOT NULL THEN
        EXECUTE format('DROP TABLE deptperf.%I', source || '_kept');
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_clear(pg_catalog.text) IS 'takes away what deptperf_track made in the workspace for a source, or what is left of it. NULL does nothing';

CREATE FUNCTION @extschema@.deptperf_track_off(source pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    one record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    -- also those of relations that the source has no more
    FOR one IN
        SELECT t.tgname, n.nspname, c.relname, pg_has_role(c.relowner, 'USAGE') AS mine
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE t.tgfoid = '@extschema@.deptperf_track_write()'::regprocedure
          AND starts_with(encode(t.tgargs, 'escape'), source || '\000')
        ORDER BY n.nspname, c.relname, t.tgname
    LOOP
        IF one.mine THEN
            EXECUTE format('DROP TRIGGER %I ON %I.%I', one.tgname, one.nspname, one.relname);
        ELSE
            RAISE NOTICE 'trigger % on %.% stays', one.tgname, one.nspname, one.relname
                USING DETAIL = format('It does nothing any more, and %s does not own the table.', current_user),
                      HINT = format('Its owner can drop it: DROP TRIGGER %I ON %I.%I;', one.tgname, one.nspname, one.relname);
        END IF;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_off(pg_catalog.text) IS 'takes away the triggers that deptperf_track made for a source; one on a table of somebody else''s stays, with a notice, and does nothing once deptperf_track_clear has been called. NULL does nothing';

CREATE FUNCTION @extschema@.deptperf_track_hold(source pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $deptperf$
#variable_conflict use_variable
DECLARE
    one record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    FOR one IN SELECT t.definition FROM @extschema@.deptperf_track_triggers(source) t LOOP
        EXECUTE 'CREATE OR REPLACE ' || one.definition;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_hold(pg_catalog.text) IS 'makes the triggers of a tracked source, which waits for the writers of its tables and keeps others away until the transaction ends. NULL does nothing';

CREATE FUNCTION @extschema@.deptperf_track_on(source pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $deptperf$
#variable_conflict use_variable
DECLARE
    kept text := source || '_kept';
    one  record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    PERFORM @extschema@.deptperf_track_clear(source);
    -- what can't be derived is an error now and not of the first writer
    FOR one IN SELECT p.place, p.relation FROM @extschema@.deptperf_track_parts(source) p LOOP
        EXECUTE 'EXPLAIN ' || @extschema@.deptperf_track_query(source, one.place,
            format('(SELECT CAST(NULL AS pg_catalog.oid) AS tableoid, CAST(NULL AS pg_catalog.tid) AS ctid, r.* FROM %s r)', one.relation));
    END LOOP;
    EXECUTE format('CREATE TABLE deptperf.%I (dept_id bigint NOT NULL, fiscal_year int NOT NULL, facts jsonb NOT NULL)', kept);
    EXECUTE format('COMMENT ON TABLE deptperf.%I IS %L', kept,
                   'What deptperf_track keeps of the source ' || source || ': the sum of a unit''s rows of a year is what its records say. Written by triggers alone.');
    EXECUTE format('REVOKE ALL ON deptperf.%I FROM PUBLIC', kept);
    -- as setup would, which then has nothing to do that locks readers out
    EXECUTE format('CREATE POLICY given_departments ON deptperf.%I USING (deptperf.sees_all() OR dept_id IN (SELECT g.dept_id FROM deptperf.given g))', kept);
    IF (SELECT w.row_security FROM deptperf.workspace w) THEN
        EXECUTE format('ALTER TABLE deptperf.%I ENABLE ROW LEVEL SECURITY', kept);
    END IF;
    EXECUTE format('INSERT INTO deptperf.%I (dept_id, fiscal_year, facts) %s', kept, @extschema@.deptperf_track_query(source, NULL, NULL));
    EXECUTE format('CREATE INDEX %I ON deptperf.%I (dept_id, fiscal_year)', kept || '_by_department', kept);
    -- a dump brings rows that the triggers may have made already
    EXECUTE format('CREATE TRIGGER %I BEFORE INSERT ON deptperf.%I FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION deptperf.derived_rows()', kept || '_derived', kept);
    EXECUTE format('ANALYZE deptperf.%I', kept);
    EXECUTE format('CREATE VIEW deptperf.%I WITH (security_barrier = true) AS %s', source || '_computed',
                   pg_get_viewdef(format('deptperf.%I', source || '_sums')::regclass));
    EXECUTE format('COMMENT ON VIEW deptperf.%I IS %L', source || '_computed',
                   'The facts of the source ' || source || ', which is tracked, added up from its records. Only for the owner.');
    EXECUTE format('REVOKE ALL ON deptperf.%I FROM PUBLIC', source || '_computed');
    EXECUTE format('CREATE OR REPLACE VIEW deptperf.%1$I WITH (security_barrier = true) AS '
                   'SELECT k.dept_id, k.fiscal_year, @extschema@.deptperf_kept_says(k.facts) AS facts FROM deptperf.%2$I k '
                   'WHERE @extschema@.deptperf_kept_begun(%4$L::pg_catalog.regclass) '
                   'GROUP BY k.dept_id, k.fiscal_year HAVING @extschema@.deptperf_kept_says(k.facts) IS NOT NULL '
                   'UNION ALL SELECT c.dept_id, c.fiscal_year, c.facts FROM deptperf.%3$I c WHERE false',
                   source || '_sums', kept, source || '_computed', format('deptperf.%I', kept));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_on(pg_catalog.text) IS 'makes what a tracked source has besides its triggers, which deptperf_track_hold has made before: facts kept from its records as they are now, and the views that read them. NULL does nothing';

-- What a call names: a source, or NULL for all.
CREATE FUNCTION @extschema@.deptperf_track_sources(source pg_catalog.text) RETURNS pg_catalog.text[]
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted text := deptperf_track_sources.source;
    result text[];
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    PERFORM pg_advisory_xact_lock(1684369524, 1);       -- as setup does
    PERFORM @extschema@.deptperf_workspace_guard();
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'tracking is turned on and off at READ COMMITTED'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('This transaction is %s, and would not see what others wrote since it began.', upper(current_setting('transaction_isolation'))),
                  HINT = 'BEGIN ISOLATION LEVEL READ COMMITTED;';
    END IF;
    PERFORM @extschema@.deptperf_setup();               -- what went with a dropped relation
    SELECT array_agg(s.source ORDER BY s.position) INTO result FROM deptperf.source s WHERE wanted IS NULL OR s.source = wanted;
    IF result IS NULL THEN
        RAISE EXCEPTION 'source "%" is not known', wanted
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = (SELECT format('Known: %s.', string_agg(s.source, ', ' ORDER BY s.source)) FROM deptperf.source s),
                  HINT = 'SELECT * FROM deptperf_track(); tracks every source that can be.';
    END IF;
    RETURN result;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_sources(pg_catalog.text) IS 'the sources that a call of deptperf_track or deptperf_untrack names, under setup''s lock; NULL: all. An unknown one, and a caller that may not, is an error';

CREATE FUNCTION @extschema@.deptperf_track(named pg_catalog.text DEFAULT NULL)
RETURNS TABLE (source pg_catalog.text, tracked pg_catalog.bool, found pg_catalog.text)
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 14
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    sources text[] := @extschema@.deptperf_track_sources(named);
    held    text[] := '{}';
    one     text;
    refusal text;
    n       bigint;
BEGIN
    -- all tables before the lock that writers of each wait for while they have theirs
    FOREACH one IN ARRAY sources LOOP
        IF @extschema@.deptperf_track_refusal(one) IS NULL THEN
            PERFORM @extschema@.deptperf_track_hold(one);
            held := held || one;
        END IF;
    END LOOP;
    FOREACH one IN ARRAY sources LOOP
        refusal := @extschema@.deptperf_track_refusal(one);
        IF refusal IS NULL AND one = ANY (held) THEN
            PERFORM @extschema@.deptperf_track_on(one);
            EXECUTE format('SELECT count(*) FROM deptperf.%I', one || '_kept') INTO n;
            RETURN QUERY SELECT one, true, format('%s units and years', n);
        ELSIF named IS NOT NULL THEN
            RAISE EXCEPTION 'source "%" can''t be tracked: %', one, coalesce(refusal, 'its relations changed just now')
                USING ERRCODE = 'feature_not_supported',
                      DETAIL = 'Tracked are ordinary tables, partitioned ones too, whose records alone decide what they count for.',
                      HINT = 'It is read from its records as before.';
        ELSE
            RETURN QUERY SELECT one, false, coalesce(refusal, 'its relations changed just now');
        END IF;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track(pg_catalog.text) IS
'keeps the facts of a source up to date with each change of its records, so that scores no longer read these; NULL: of every source that can be. The source''s tables, partitions too, get triggers, for which the workspace''s owner needs the rights TRIGGER and SELECT on each, and are locked against writers while the facts are computed, once. For a tracked source everything is made anew. A row a source: whether it is tracked, and for how many units and years, or why not: a view, a materialized view, a foreign or unlogged table, a missing right (TRIGGER, SELECT), a function of somebody else''s, a value that hangs on the day or the session (from_date). Of a source that is named, this is an error. Only for the workspace''s owner, at READ COMMITTED';

CREATE FUNCTION @extschema@.deptperf_untrack(named pg_catalog.text DEFAULT NULL) RETURNS SETOF pg_catalog.text
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 14
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    sources text[] := @extschema@.deptperf_track_sources(named);
    one     text;
BEGIN
    FOREACH one IN ARRAY sources LOOP                   -- as deptperf_track does
        PERFORM @extschema@.deptperf_track_off(one);
    END LOOP;
    FOREACH one IN ARRAY sources LOOP
        IF to_regclass(format('deptperf.%I', one || '_computed')) IS NOT NULL THEN
            RETURN NEXT one;
        END IF;
        PERFORM @extschema@.deptperf_track_clear(one);
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_untrack(pg_catalog.text) IS
'ends what deptperf_track began: the source is read from its records again; NULL: every source. Returns the sources that were tracked. Only for the workspace''s owner, at READ COMMITTED';

CREATE FUNCTION @extschema@.deptperf_check_tracking()
RETURNS TABLE (source pg_catalog.text, dept_id pg_catalog.int8, fiscal_year pg_catalog.int4, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    one text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    FOR one IN SELECT s.source FROM deptperf.source s ORDER BY s.position LOOP
        RETURN QUERY SELECT one, NULL::bigint, NULL::int, f.found, f.expected FROM @extschema@.deptperf_track_faults(one) f;
        CONTINUE WHEN to_regclass(format('deptperf.%I', one || '_computed')) IS NULL;
        RETURN QUERY EXECUTE format(
            'SELECT %1$L::text, coalesce(k.dept_id, c.dept_id), coalesce(k.fiscal_year, c.fiscal_year), k.facts::text, c.facts::text '
            'FROM (SELECT k.dept_id, k.fiscal_year, @extschema@.deptperf_kept_says(k.facts) AS facts FROM deptperf.%2$I k '
            '      WHERE @extschema@.deptperf_kept_begun(%4$L::pg_catalog.regclass) GROUP BY k.dept_id, k.fiscal_year '
            '      HAVING @extschema@.deptperf_kept_sum(k.facts) IS NOT NULL) k '
            '    FULL JOIN deptperf.%3$I c ON c.dept_id = k.dept_id AND c.fiscal_year = k.fiscal_year '
            'WHERE k.facts IS DISTINCT FROM c.facts OR k.facts IS NULL AND c.facts IS NULL ORDER BY 2, 3',
            one, one || '_kept', one || '_computed', format('deptperf.%I', one || '_kept'));
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_check_tracking() IS
'computes the facts of tracked sources from their records, in one snapshot a source, and compares: a row for each unit and year whose kept facts are others (found NULL: none are kept; expected NULL: it has no record), and what deptperf.data_issue says of tracking: for each trigger that is missing, disabled or changed, on a table or partition, and for partitions that are more or fewer than they were (dept_id and fiscal_year NULL). No rows: all is well, or nothing is tracked. deptperf_track(source) puts it right. Only for who may read the records: the workspace''s owner';
