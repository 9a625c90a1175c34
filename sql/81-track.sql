-- Tracking: facts that are kept up to date instead of added up by each query.
--
-- deptperf.kept has rows of facts whose sum is the truth, of all tracked sources
-- together, so that what a unit has in a year is one row for whoever reads it.
-- Writers only append to it, from statement triggers (src/track.c), what the
-- records of the statement add and take away; in passing they add up what they
-- find.  No key is unique, so that no writer waits for another.  Whoever tracks or
-- untracks a source, or counts its records anew, appends too: the negated part of
-- that source, and what it is now.
--
-- While a source is tracked, its view <source>_sums reads its part of these rows,
-- and what it was before is <source>_computed: the mapping from records to facts,
-- from which the triggers' statements are derived, and which
-- deptperf_check_tracking compares.  That view is what says that a source is
-- tracked; source.tracked says that there are facts of it in the table.  Scores
-- read kept_sums, all tracked sources at once.  It and <source>_sums name
-- <source>_computed too, as a constant, so that dropping a bound relation still
-- takes the source's views and what is built on them, and setup makes them as they
-- are without tracking.

-- ---- facts as they are kept ----

CREATE FUNCTION @extschema@.deptperf_kept_records(state pg_catalog.internal, count_name pg_catalog.text, zeros pg_catalog.jsonb, VARIADIC pairs "any")
RETURNS pg_catalog.internal
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_records(pg_catalog.internal, pg_catalog.text, pg_catalog.jsonb, "any") IS 'transition of deptperf_kept_facts over records';

CREATE FUNCTION @extschema@.deptperf_kept_facts_final(pg_catalog.internal)
RETURNS pg_catalog.jsonb
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_facts_final(pg_catalog.internal) IS 'result of deptperf_kept_facts';

CREATE FUNCTION @extschema@.deptperf_kept_accum(state pg_catalog.internal, facts pg_catalog.jsonb, sources pg_catalog.jsonb)
RETURNS pg_catalog.internal
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_accum(pg_catalog.internal, pg_catalog.jsonb, pg_catalog.jsonb) IS 'transition of deptperf_kept_sum and deptperf_kept_says';

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
    FINALFUNC = @extschema@.deptperf_kept_facts_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.deptperf_kept_facts(pg_catalog.text, pg_catalog.jsonb, "any") IS
'deptperf_facts in the form that is kept: amounts that are no number are counted under !name; a fact that zeros does not have is =name, and its amounts are counted under #=name; so that records can be taken away again. What is zero is left out. NULL over no rows';

CREATE FUNCTION @extschema@.deptperf_kept_record(count_name pg_catalog.text, zeros pg_catalog.jsonb, VARIADIC pairs "any")
RETURNS pg_catalog.jsonb
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_record(pg_catalog.text, pg_catalog.jsonb, "any") IS
'what deptperf_kept_facts gives over a single record. count_name and zeros are constants of the query; NULL names and amounts add nothing. NULL where all is zero';

CREATE AGGREGATE @extschema@.deptperf_kept_sum(facts pg_catalog.jsonb, sources pg_catalog.jsonb) (
    SFUNC = @extschema@.deptperf_kept_accum, STYPE = pg_catalog.internal, SSPACE = 128,
    FINALFUNC = @extschema@.deptperf_kept_sum_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.deptperf_kept_sum(pg_catalog.jsonb, pg_catalog.jsonb) IS
'the exact sum of kept facts, in the same form; NULL where nothing is left, and over no rows. sources, a constant: whose facts, as deptperf_track_map gives it; NULL: all. What is not an object of numbers is an error';

CREATE AGGREGATE @extschema@.deptperf_kept_says(facts pg_catalog.jsonb, sources pg_catalog.jsonb) (
    SFUNC = @extschema@.deptperf_kept_accum, STYPE = pg_catalog.internal, SSPACE = 128,
    FINALFUNC = @extschema@.deptperf_kept_says_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.deptperf_kept_says(pg_catalog.jsonb, pg_catalog.jsonb) IS
'the sum of kept facts as deptperf_facts gives it over the records of the sources; NULL where these have no record, and over no rows. sources, a constant: as deptperf_track_map gives it; NULL gives NULL. What is not an object of numbers is an error';

CREATE FUNCTION @extschema@.deptperf_kept_begun(computed pg_catalog.regclass[]) RETURNS pg_catalog.bool
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_begun(pg_catalog.regclass[]) IS
'true; an error (40001) in a snapshot from before one of these views <source>_computed was made with the facts that are kept, which it does not see. NULL gives NULL';

-- ---- what is derived from a source's views ----

CREATE FUNCTION @extschema@.deptperf_track_is_on(source pg_catalog.text) RETURNS pg_catalog.bool
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    RETURN to_regclass(format('deptperf.%I', source || '_computed')) IS NOT NULL AND to_regclass('deptperf.kept') IS NOT NULL;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_is_on(pg_catalog.text) IS 'whether a source is tracked, from the catalog alone. NULL gives NULL';

-- The facts that a source has in the table, by the name of its count, from the
-- constants of its view.
CREATE FUNCTION @extschema@.deptperf_track_map(sources pg_catalog.text[]) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $deptperf$
DECLARE
    result jsonb;
    one    record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    result := '{}';
    FOR one IN
        SELECT v.name, regexp_match(pg_get_viewdef(v.name), 'deptperf_facts\(''([a-z_]+)''::(?:pg_catalog\.)?text, ''(\{[^'']*\})''::(?:pg_catalog\.)?jsonb') AS constants
        FROM unnest(sources) AS s(source)
            CROSS JOIN LATERAL (SELECT coalesce(to_regclass(format('deptperf.%I', s.source || '_computed')), format('deptperf.%I', s.source || '_sums')::regclass) AS name) v
    LOOP
        IF one.constants IS NULL THEN
            RAISE EXCEPTION '% has not one deptperf_facts', one.name
                USING ERRCODE = 'feature_not_supported',
                      DETAIL = 'What is kept is derived from it.',
                      HINT = 'Was the view changed?';
        END IF;
        result := result || jsonb_build_object(one.constants[1], (SELECT coalesce(jsonb_agg(k.fact ORDER BY k.fact), '[]') FROM jsonb_object_keys(one.constants[2]::jsonb) AS k(fact)));
    END LOOP;
    RETURN result;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_map(pg_catalog.text[]) IS
'the facts of sources, {"budget_records": ["budget_initial", ...], ...}, in the order of names; none of one whose records name them. NULL gives NULL';

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

-- What a source has in the table, taken away.
CREATE FUNCTION @extschema@.deptperf_track_negation(sources pg_catalog.text[], chosen pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN format('SELECT k.dept_id, k.fiscal_year, @extschema@.deptperf_kept_negated(@extschema@.deptperf_kept_sum(k.facts, %1$L::pg_catalog.jsonb)) AS facts '
                  'FROM deptperf.kept k WHERE %2$s GROUP BY k.dept_id, k.fiscal_year HAVING @extschema@.deptperf_kept_sum(k.facts, %1$L::pg_catalog.jsonb) IS NOT NULL',
                  @extschema@.deptperf_track_map(sources), chosen);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_negation(pg_catalog.text[], pg_catalog.text) IS
'the query that gives what takes the facts of sources out of deptperf.kept, where the condition holds for k. NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_track_statement(relation pg_catalog.oid, trigger pg_catalog.text, event pg_catalog.text, source pg_catalog.text, place pg_catalog.text,
    OUT statement pg_catalog.text, OUT single pg_catalog.text, OUT reads pg_catalog.oid[], OUT alone pg_catalog.bool)
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    -- a transition table has no system columns, by which a record without a key is named
    rows text := '(SELECT CAST(NULL AS pg_catalog.oid) AS tableoid, CAST(NULL AS pg_catalog.tid) AS ctid, r.* FROM %s r)';
    -- how an insert and a delete end: what a single record says is not added up
    added CONSTANT text := '\n *GROUP BY (?:\w+\.)?dept_id, (?:\w+\.)?fiscal_year(?=\) q$)';
    parts text[];
    one  record;
    code record;
    late oid[];                         -- partitions that came after tracking began; what goes through the table is seen all the same
    planned oid[];                      -- what a query of its records opens
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
    IF NOT EXISTS (SELECT FROM deptperf.source s WHERE s.source = deptperf_track_statement.source AND @extschema@.deptperf_track_is_on(s.source))
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
    reads := reads || ARRAY[one.relation, one.view, to_regclass('deptperf.kept'), to_regclass(format('deptperf.%I', source || '_computed')),
                            to_regclass(format('deptperf.%I', source || '_source'))]::oid[];
    WITH RECURSIVE down(oid) AS (
        SELECT relation
        UNION
        SELECT i.inhrelid FROM down d JOIN pg_inherits i ON i.inhparent = d.oid
        WHERE NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = i.inhrelid AND g.tgname = trigger)
    )
    SELECT array_agg(d.oid) INTO late FROM down d JOIN pg_class c ON c.oid = relation AND c.relkind = 'p' WHERE d.oid <> relation;
    -- with some of them, all that is below is planned
    planned := CASE WHEN late IS NULL THEN ARRAY[relation] ELSE ARRAY(SELECT t.member FROM @extschema@.deptperf_track_tree(relation) t) END;
    reads := array_remove(reads || planned, NULL);
    IF event = 'truncate' THEN          -- which alone reads the table
        SELECT t.oid::regclass AS name, @extschema@.deptperf_track_code(t.oid, current_user::regrole) AS code INTO code
        FROM unnest(planned) AS t(oid) WHERE @extschema@.deptperf_track_code(t.oid, current_user::regrole) IS NOT NULL LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'the records of % can''t be counted before they go', code.name
                USING ERRCODE = 'insufficient_privilege',
                      DETAIL = upper(left(code.code, 1)) || substr(code.code, 2) || '.',
                      HINT = format('It is tracked (source %s): DELETE, or let %s call SELECT deptperf_untrack(%L); first.', source, current_user, source);
        END IF;
    END IF;
    -- nothing of the registries decides what own records count for
    alone := NOT EXISTS (SELECT FROM @extschema@.deptperf_track_parts(source) p WHERE p.view IS NOT NULL);
    statement := 'INSERT INTO deptperf.kept (dept_id, fiscal_year, facts) ' || CASE event
        WHEN 'insert' THEN format('SELECT q.dept_id, q.fiscal_year, q.facts FROM (%s) q',
                                  @extschema@.deptperf_track_query(source, one.place, format(rows, 'new_rows')))
        WHEN 'update' THEN format('SELECT q.dept_id, q.fiscal_year, @extschema@.deptperf_kept_sum(q.facts, NULL) FROM (SELECT n.dept_id, n.fiscal_year, n.facts FROM (%s) n '
                                  'UNION ALL SELECT o.dept_id, o.fiscal_year, @extschema@.deptperf_kept_negated(o.facts) FROM (%s) o) q '
                                  'GROUP BY q.dept_id, q.fiscal_year HAVING @extschema@.deptperf_kept_sum(q.facts, NULL) IS NOT NULL',
                                  @extschema@.deptperf_track_query(source, one.place, format(rows, 'new_rows')),
                                  @extschema@.deptperf_track_query(source, one.place, format(rows, 'old_rows')))
        ELSE format('SELECT q.dept_id, q.fiscal_year, @extschema@.deptperf_kept_negated(q.facts) FROM (%s) q',
                    @extschema@.deptperf_track_query(source, one.place, CASE WHEN event = 'delete' THEN format(rows, 'old_rows')
                        WHEN late IS NULL THEN (SELECT format('ONLY %I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation)
                        ELSE format('(SELECT r.tableoid, r.ctid, r.* FROM %s r WHERE r.tableoid = ANY (%L::pg_catalog.oid[]))', relation::regclass, late) END))
        END;
    parts := string_to_array(statement, '@extschema@.deptperf_kept_facts(');
    IF event IN ('insert', 'delete') AND cardinality(parts) = 2 AND parts[2] ~ added THEN
        single := parts[1] || '@extschema@.deptperf_kept_record(' || regexp_replace(parts[2], added, '');
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_statement(pg_catalog.oid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'what a trigger of deptperf_track runs: the statement that keeps what the event''s records add and take away, the same for a single record (NULL: there is none of its own), what both were derived from, and whether the source has its own table alone. NULL where the source is not tracked, or table and trigger are not those of that place';

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
    one     record;
    sources text[] := '{}';
    result  text[];
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    CASE relation
    WHEN 'deptperf.department'::regclass THEN
        key := 'dept_id'; matters := 'dept_id, division, code';
    WHEN 'deptperf.fiscal_year'::regclass THEN
        key := 'fiscal_year'; matters := 'fiscal_year, year_text, starts, ends';
    ELSE
        RETURN '{}';                    -- somebody else's trigger
    END CASE;
    touched := CASE event
        WHEN 'insert' THEN format('SELECT %s FROM new_rows', key)
        WHEN 'delete' THEN format('SELECT %s FROM old_rows', key)
        WHEN 'update' THEN format('SELECT %1$s FROM (SELECT %2$s FROM new_rows EXCEPT SELECT %2$s FROM old_rows) n UNION '
                                  'SELECT %1$s FROM (SELECT %2$s FROM old_rows EXCEPT SELECT %2$s FROM new_rows) o', key, matters) END;
    FOR one IN
        SELECT s.source, @extschema@.deptperf_track_refusal(s.source) AS refusal
        FROM deptperf.source s
        WHERE @extschema@.deptperf_track_is_on(s.source)
          AND EXISTS (SELECT FROM @extschema@.deptperf_track_parts(s.source) p WHERE p.view IS NOT NULL)
        ORDER BY s.position
    LOOP
        IF one.refusal IS NULL THEN
            sources := sources || one.source;
        ELSE                            -- what a relation's owner made of it since must not run as ours
            RAISE WARNING 'what is kept of source % stays as it was', one.source
                USING DETAIL = format('It can''t be tracked any more: %s.', one.refusal),
                      HINT = format('Mend that and SELECT * FROM deptperf_track(%1$L); or SELECT deptperf_untrack(%1$L);', one.source);
        END IF;
    END LOOP;
    IF sources = '{}' THEN
        RETURN sources;
    END IF;
    chosen := coalesce(format('%s = ANY (ARRAY(%s))', key, touched), 'true');          -- all, after TRUNCATE
    SELECT array_agg(t.statement ORDER BY t.n) INTO result
    FROM (SELECT 0 AS n, 'SELECT' || coalesce(format(' FROM (%s LIMIT 1) t', touched), '') AS statement
          UNION ALL
          SELECT r.n, format('INSERT INTO deptperf.kept (dept_id, fiscal_year, facts) SELECT q.dept_id, q.fiscal_year, @extschema@.deptperf_kept_sum(q.facts, NULL) '
                             'FROM (%1$s UNION ALL SELECT n.dept_id, n.fiscal_year, n.facts FROM (%2$s) n WHERE %3$s) q '
                             'GROUP BY q.dept_id, q.fiscal_year HAVING @extschema@.deptperf_kept_sum(q.facts, NULL) IS NOT NULL',
                             @extschema@.deptperf_track_negation(ARRAY[r.source], chosen), @extschema@.deptperf_track_query(r.source, NULL, NULL), chosen)
          FROM unnest(sources) WITH ORDINALITY AS r(source, n)) t;
    RETURN result;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_again(pg_catalog.oid, pg_catalog.text) IS
'the statements that compute anew what a change of deptperf.department or deptperf.fiscal_year touches in tracked sources with bound relations: first one that has a row when there is anything, then, under the lock, one a source; an empty array when there are none. A source that can''t be tracked any more is left out, with a warning';

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

CREATE FUNCTION @extschema@.deptperf_kept_derived() RETURNS pg_catalog.trigger
LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_kept_derived() IS
'trigger of deptperf.kept: only tracking itself puts rows there; others, as a dump brings them, are left out. In a trigger of another schema''s table it does nothing';

CREATE FUNCTION @extschema@.deptperf_track_run(statement pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_track_run(pg_catalog.text) IS
'runs a statement of tracking, with the caller''s rights, as the triggers do: calls no function of somebody else''s. NULL does nothing';

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
    WITH RECURSIVE part(oid, place) AS (
        SELECT CASE WHEN d.refclassid = 'pg_type'::regclass THEN d.refobjid ELSE a.atttypid END, p.place
        FROM @extschema@.deptperf_track_parts(deptperf_track_refusal.source) p
            JOIN pg_rewrite w ON w.ev_class = p.view
            JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
            LEFT JOIN pg_attribute a ON d.refclassid = 'pg_class'::regclass AND a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        UNION                           -- what a domain is made of
        SELECT t.typbasetype, part.place FROM part JOIN pg_type t ON t.oid = part.oid WHERE t.typtype = 'd'
    )
    SELECT t.oid::regtype AS name, t.typowner::regrole AS owner INTO one
    FROM part JOIN pg_type t ON t.oid = part.oid JOIN pg_roles r ON r.oid = t.typowner
    WHERE NOT r.rolsuper AND t.typowner <> me
    ORDER BY part.place, t.typname LIMIT 1;
    IF FOUND THEN
        RETURN format('it reads a value of type %s, which belongs to %s, who can make casts and checks that would run with the rights of %s', one.name, one.owner, me);
    END IF;
    -- PostgreSQL 18: the rows that triggers see are without it
    SELECT p.relation, a.attname AS name INTO one
    FROM @extschema@.deptperf_track_parts(deptperf_track_refusal.source) p
        JOIN pg_attribute a ON a.attrelid = p.relation AND a.attgenerated = 'v'
    WHERE p.view IS NULL OR EXISTS (
        SELECT FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        WHERE w.ev_class = p.view AND d.refclassid = 'pg_class'::regclass AND d.refobjid = p.relation AND d.refobjsubid = a.attnum)
    ORDER BY p.place, a.attnum LIMIT 1;
    IF FOUND THEN
        RETURN format('column %I of %s is computed when it is read, which triggers do not see', one.name, one.relation);
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
    kept    regclass := to_regclass('deptperf.kept');
    refusal text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    IF NOT @extschema@.deptperf_track_is_on(wanted) THEN
        RETURN QUERY
        SELECT kept, 'facts are left of it from tracking, which is off', format('SELECT deptperf_untrack(%L);', wanted)
        FROM deptperf.source s WHERE s.source = wanted AND s.tracked;
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

CREATE FUNCTION @extschema@.deptperf_track_off(source pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    one      record;
    dropping text;
    theirs   text[] := '{}';            -- on tables of others
    owners   text[] := '{}';
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    -- also those of relations that the source has no more
    FOR one IN
        SELECT t.tgname, n.nspname, c.relname, c.relowner, pg_has_role(c.relowner, 'USAGE') AS mine
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE t.tgfoid = '@extschema@.deptperf_track_write()'::regprocedure
          AND starts_with(encode(t.tgargs, 'escape'), source || '\000')
        ORDER BY n.nspname, c.relname, t.tgname
    LOOP
        dropping := format('DROP TRIGGER %I ON %I.%I', one.tgname, one.nspname, one.relname);
        IF one.mine THEN
            EXECUTE dropping;
        ELSE
            theirs := theirs || dropping;
            owners := owners || one.relowner::regrole::text;
        END IF;
    END LOOP;
    IF theirs <> '{}' THEN
        RAISE NOTICE '% triggers of source % stay', cardinality(theirs), source
            USING DETAIL = format('They do nothing any more, and %s does not own their tables.', current_user),
                  HINT = format('%s can drop them: %s;', (SELECT string_agg(DISTINCT o, ', ' ORDER BY o) FROM unnest(owners) AS o), array_to_string(theirs, '; '));
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_off(pg_catalog.text) IS 'takes away the triggers that deptperf_track made for a source; those on tables of somebody else''s stay, with a notice, and do nothing once the source is not tracked. NULL does nothing';

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

-- The views that read what is kept, as the sources are tracked now.
CREATE FUNCTION @extschema@.deptperf_track_says(sources pg_catalog.text[]) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    IF sources = '{}' THEN                              -- and the planner leaves it out
        RETURN 'SELECT c.dept_id, c.fiscal_year, CAST(NULL AS pg_catalog.jsonb) AS facts FROM deptperf.closed c WHERE false';
    END IF;
    RETURN format('SELECT k.dept_id, k.fiscal_year, @extschema@.deptperf_kept_says(k.facts, %1$L::pg_catalog.jsonb) AS facts FROM deptperf.kept k '
                  'WHERE @extschema@.deptperf_kept_begun(ARRAY[%2$s]) '
                  'GROUP BY k.dept_id, k.fiscal_year HAVING @extschema@.deptperf_kept_says(k.facts, %1$L::pg_catalog.jsonb) IS NOT NULL',
                  @extschema@.deptperf_track_map(sources),
                  (SELECT string_agg(format('%L::pg_catalog.regclass', format('deptperf.%I', s || '_computed')), ', ') FROM unnest(sources) AS s));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_says(pg_catalog.text[]) IS
'the query for the facts of tracked sources, by unit and year, from what is kept. NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_track_view(sources pg_catalog.text[]) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    EXECUTE 'CREATE OR REPLACE VIEW deptperf.kept_sums WITH (security_barrier = true) AS ' || @extschema@.deptperf_track_says(sources);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_view(pg_catalog.text[]) IS 'makes the view deptperf.kept_sums for these sources, which are tracked. NULL does nothing';

CREATE FUNCTION @extschema@.deptperf_track_unit_views() RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    read text[];                        -- from their records
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    read := ARRAY(SELECT s.source FROM deptperf.source s WHERE NOT @extschema@.deptperf_track_is_on(s.source) ORDER BY s.position);
    EXECUTE 'CREATE OR REPLACE VIEW deptperf.unit_parts WITH (security_invoker = true) AS '
        || coalesce((SELECT string_agg(format('SELECT r.dept_id, r.fiscal_year, r.facts FROM deptperf.%I() r UNION ALL ', s || '_rows'), '') FROM unnest(read) AS s), '')
        || 'SELECT r.dept_id, r.fiscal_year, r.facts FROM deptperf.kept_rows() r '
           'UNION ALL SELECT r.dept_id, r.fiscal_year, r.facts FROM deptperf.closed_rows() r '
           'UNION ALL SELECT s.dept_id, s.fiscal_year, s.facts FROM deptperf.shard_facts s';
    EXECUTE 'CREATE OR REPLACE VIEW deptperf.unit_sums AS '
            'SELECT r.dept_id, r.fiscal_year, @extschema@.deptperf_unit_facts(r.facts) AS facts FROM ('
        || coalesce((SELECT string_agg(format('SELECT s.dept_id, s.fiscal_year, s.facts FROM deptperf.%I s UNION ALL ', s || '_sums'), '') FROM unnest(read) AS s), '')
        || 'SELECT s.dept_id, s.fiscal_year, s.facts FROM deptperf.kept_sums s '
           'UNION ALL SELECT c.dept_id, c.fiscal_year, s.zeros FROM deptperf.closed c JOIN deptperf.source s ON s.source = c.source WHERE NOT s.lost '
           'UNION ALL SELECT s.dept_id, s.fiscal_year, s.facts FROM deptperf.shard_sums s) r '
           'GROUP BY r.dept_id, r.fiscal_year';
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_unit_views() IS
'makes the views deptperf.unit_parts and deptperf.unit_sums: what is kept of tracked sources, the records of the others, what is closed, and shards';

-- leaving: sources that are not tracked any more; coming: that are from now on, or
-- anew, and whose writers are kept away (deptperf_track_hold).
CREATE FUNCTION @extschema@.deptperf_track_keep(leaving pg_catalog.text[], coming pg_catalog.text[]) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $deptperf$
#variable_conflict use_variable
DECLARE
    staying text[];
    left_of text[];                     -- of whom there are facts that are not to stay
    one     record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    LOCK TABLE deptperf.tracking_lock IN SHARE ROW EXCLUSIVE MODE;      -- waits for writers whose triggers have stayed
    staying := ARRAY(SELECT s.source FROM deptperf.source s WHERE @extschema@.deptperf_track_is_on(s.source) AND s.source <> ALL (leaving || coming) ORDER BY s.position);
    left_of := ARRAY(SELECT s.source FROM deptperf.source s WHERE s.tracked AND s.source <> ALL (staying) ORDER BY s.position);
    PERFORM @extschema@.deptperf_track_view('{}');
    FOR one IN
        SELECT s.source, to_regclass(format('deptperf.%I', s.source || '_computed')) AS computed
        FROM deptperf.source s WHERE s.source = ANY (leaving || coming) ORDER BY s.position
    LOOP
        CONTINUE WHEN one.computed IS NULL;
        EXECUTE format('CREATE OR REPLACE VIEW deptperf.%I WITH (security_barrier = true) AS %s', one.source || '_sums', pg_get_viewdef(one.computed));
        EXECUTE format('DROP VIEW %s', one.computed);
    END LOOP;
    -- what can't be derived is an error now and not of the first writer
    FOR one IN SELECT s.source, p.place, p.relation FROM unnest(coming) AS s(source) CROSS JOIN LATERAL @extschema@.deptperf_track_parts(s.source) p LOOP
        EXECUTE 'EXPLAIN ' || @extschema@.deptperf_track_query(one.source, one.place,
            format('(SELECT CAST(NULL AS pg_catalog.oid) AS tableoid, CAST(NULL AS pg_catalog.tid) AS ctid, r.* FROM %s r)', one.relation));
    END LOOP;
    IF staying = '{}' THEN
        DROP TABLE IF EXISTS deptperf.kept;
    ELSIF left_of <> '{}' THEN
        PERFORM @extschema@.deptperf_track_run('INSERT INTO deptperf.kept (dept_id, fiscal_year, facts) ' || @extschema@.deptperf_track_negation(left_of, 'true'));
    END IF;
    IF coming <> '{}' THEN
        PERFORM @extschema@.deptperf_track_table();
        -- in the order in which a year is read
        PERFORM @extschema@.deptperf_track_run(format(
            'INSERT INTO deptperf.kept (dept_id, fiscal_year, facts) SELECT q.dept_id, q.fiscal_year, @extschema@.deptperf_kept_sum(q.facts, NULL) FROM (%s) q '
            'GROUP BY q.dept_id, q.fiscal_year ORDER BY q.fiscal_year, q.dept_id',
            (SELECT string_agg(@extschema@.deptperf_track_query(s, NULL, NULL), ' UNION ALL ') FROM unnest(coming) AS s)));
    END IF;
    IF staying <> '{}' THEN             -- rows that a writer adds up are left to it
        PERFORM @extschema@.deptperf_track_run(
            'WITH taken AS MATERIALIZED (SELECT k.ctid AS at FROM deptperf.kept k FOR UPDATE SKIP LOCKED), '
            'gone AS (DELETE FROM deptperf.kept k USING taken t WHERE k.ctid = t.at RETURNING k.dept_id, k.fiscal_year, k.facts) '
            'INSERT INTO deptperf.kept (dept_id, fiscal_year, facts) SELECT g.dept_id, g.fiscal_year, @extschema@.deptperf_kept_sum(g.facts, NULL) FROM gone g '
            'GROUP BY g.dept_id, g.fiscal_year HAVING @extschema@.deptperf_kept_sum(g.facts, NULL) IS NOT NULL');
    END IF;
    IF to_regclass('deptperf.kept') IS NOT NULL THEN
        IF to_regclass('deptperf.kept_by_year') IS NULL THEN        -- which would wait for writers
            CREATE INDEX kept_by_year ON deptperf.kept (fiscal_year, dept_id);
        END IF;
        ANALYZE deptperf.kept;
    END IF;
    FOR one IN SELECT s.source FROM deptperf.source s WHERE s.source = ANY (coming) ORDER BY s.position LOOP
        EXECUTE format('CREATE VIEW deptperf.%I WITH (security_barrier = true) AS %s', one.source || '_computed',
                       pg_get_viewdef(format('deptperf.%I', one.source || '_sums')::regclass));
        EXECUTE format('COMMENT ON VIEW deptperf.%I IS %L', one.source || '_computed',
                       'The facts of the source ' || one.source || ', which is tracked, added up from its records. Only for the owner.');
        EXECUTE format('REVOKE ALL ON deptperf.%I FROM PUBLIC', one.source || '_computed');
        EXECUTE format('CREATE OR REPLACE VIEW deptperf.%I WITH (security_barrier = true) AS %s', one.source || '_sums', @extschema@.deptperf_track_says(ARRAY[one.source]));
    END LOOP;
    UPDATE deptperf.source s SET tracked = s.source = ANY (staying || coming) WHERE s.tracked <> (s.source = ANY (staying || coming));
    PERFORM @extschema@.deptperf_track_view(staying || coming);
    PERFORM @extschema@.deptperf_track_unit_views();
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_keep(pg_catalog.text[], pg_catalog.text[]) IS
'takes the facts of some sources out of what is kept, counts those of others from their records as they are now, which deptperf_track_hold holds, and makes the views that read them. NULL does nothing';

CREATE FUNCTION @extschema@.deptperf_track_table() RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    IF to_regclass('deptperf.kept') IS NOT NULL THEN
        RETURN;
    END IF;
    CREATE TABLE deptperf.kept (dept_id bigint NOT NULL, fiscal_year int NOT NULL, facts jsonb NOT NULL);
    -- some 2 kB, which are read again and again: neither compressed nor put elsewhere while they fit a page
    EXECUTE format('ALTER TABLE deptperf.kept ALTER facts SET STORAGE EXTERNAL, SET (toast_tuple_target = %s)', current_setting('block_size')::int - 32);
    COMMENT ON TABLE deptperf.kept IS
        'What deptperf_track keeps of tracked sources: the sum of a unit''s rows of a year is what its records say. Written by tracking alone.';
    REVOKE ALL ON deptperf.kept FROM PUBLIC;
    ALTER TABLE deptperf.kept REPLICA IDENTITY FULL;    -- rows have no key, and writers delete some: a publication of all tables must not stop them
    -- as setup would, which then has nothing to do that locks readers out
    CREATE POLICY given_departments ON deptperf.kept USING (deptperf.sees_all() OR dept_id IN (SELECT g.dept_id FROM deptperf.given g));
    IF (SELECT w.row_security FROM deptperf.workspace w) THEN
        ALTER TABLE deptperf.kept ENABLE ROW LEVEL SECURITY;
    END IF;
    -- a dump brings rows that the triggers may have made already
    CREATE TRIGGER kept_derived BEFORE INSERT ON deptperf.kept FOR EACH ROW EXECUTE FUNCTION @extschema@.deptperf_kept_derived();
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track_table() IS 'makes the table deptperf.kept where it is missing';

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
    held := ARRAY(SELECT h FROM unnest(held) AS h WHERE @extschema@.deptperf_track_refusal(h) IS NULL);
    IF held <> '{}' THEN
        PERFORM @extschema@.deptperf_track_keep('{}', held);
    END IF;
    FOREACH one IN ARRAY sources LOOP
        refusal := @extschema@.deptperf_track_refusal(one);
        IF one = ANY (held) THEN
            SELECT count(DISTINCT (k.dept_id, k.fiscal_year)) INTO n FROM deptperf.kept k WHERE k.facts ? (one || '_records');
            RETURN QUERY SELECT one, true, format('%s units and years', n);
        ELSIF named IS NOT NULL THEN
            RAISE EXCEPTION 'source "%" can''t be tracked: %', one, coalesce(refusal, 'its relations changed just now')
                USING ERRCODE = 'feature_not_supported',
                      DETAIL = 'Tracked are ordinary tables, partitioned ones too, whose records alone decide what they count for.',
                      HINT = CASE WHEN @extschema@.deptperf_track_is_on(one)
                                  THEN format('It is still tracked: what was kept is read, not its records. Mend that and track it again, or SELECT deptperf_untrack(%L);', one)
                                  ELSE 'It is read from its records as before.' END;
        ELSE
            refusal := coalesce(refusal, 'its relations changed just now');
            RETURN QUERY SELECT one, t.still, CASE WHEN t.still THEN 'what was kept of it before: it can''t be tracked any more: ' ELSE '' END || refusal
                         FROM (SELECT @extschema@.deptperf_track_is_on(one) AS still) t;
        END IF;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_track(pg_catalog.text) IS
'keeps the facts of a source up to date with each change of its records, so that scores no longer read these; NULL: of every source that can be. The source''s tables, partitions too, get triggers, for which the workspace''s owner needs the rights TRIGGER and SELECT on each, and are locked against writers while the facts are computed, once. For a tracked source everything is made anew. A row a source: whether it is tracked, and for how many units and years, or why not (or not any more, where it still is): a view, a materialized view, a foreign or unlogged table, a missing right (TRIGGER, SELECT), a function of somebody else''s, a value that hangs on the day or the session (from_date). Of a source that is named, this is an error. From then on whoever writes a record for which an expression of the binding fails gets that error. Only for the workspace''s owner, at READ COMMITTED';

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
        IF @extschema@.deptperf_track_is_on(one) THEN
            RETURN NEXT one;
        END IF;
    END LOOP;
    PERFORM @extschema@.deptperf_track_keep(sources, '{}');
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
    map jsonb;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    FOR one IN SELECT s.source FROM deptperf.source s ORDER BY s.position LOOP
        RETURN QUERY SELECT one, NULL::bigint, NULL::int, f.found, f.expected FROM @extschema@.deptperf_track_faults(one) f;
        CONTINUE WHEN NOT @extschema@.deptperf_track_is_on(one);
        IF NOT has_table_privilege('deptperf.kept', 'SELECT') THEN
            RAISE EXCEPTION 'permission denied for table kept'
                USING ERRCODE = 'insufficient_privilege',
                      HINT = (SELECT format('What is kept is compared with all records by %s alone, who owns the workspace; deptperf.data_issue has what the catalog says of tracking.', c.relowner::regrole)
                              FROM pg_class c WHERE c.oid = 'deptperf.kept'::regclass);
        END IF;
        PERFORM @extschema@.deptperf_kept_begun(ARRAY[format('deptperf.%I', one || '_computed')::regclass]);
        map := @extschema@.deptperf_track_map(ARRAY[one]);
        RETURN QUERY EXECUTE format(
            'SELECT %1$L::text, coalesce(k.dept_id, c.dept_id), coalesce(k.fiscal_year, c.fiscal_year), k.facts::text, c.facts::text '
            'FROM (SELECT k.dept_id, k.fiscal_year, @extschema@.deptperf_kept_says(k.facts, %2$L::jsonb) AS facts FROM deptperf.kept k '
            '      WHERE @extschema@.deptperf_kept_begun(ARRAY[%3$L::regclass]) GROUP BY k.dept_id, k.fiscal_year '
            '      HAVING @extschema@.deptperf_kept_sum(k.facts, %2$L::jsonb) IS NOT NULL) k '
            '    FULL JOIN deptperf.%4$I c ON c.dept_id = k.dept_id AND c.fiscal_year = k.fiscal_year '
            'WHERE k.facts IS DISTINCT FROM c.facts OR k.facts IS NULL AND c.facts IS NULL ORDER BY 2, 3',
            one, map, format('deptperf.%I', one || '_computed'), one || '_computed');
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_check_tracking() IS
'computes the facts of tracked sources from their records, in one snapshot a source, and compares: a row for each unit and year whose kept facts are others (found NULL: none are kept; expected NULL: it has no record), and what deptperf.data_issue says of tracking: for each trigger that is missing, disabled or changed, on a table or partition, and for partitions that are more or fewer than they were (dept_id and fiscal_year NULL). No rows: all is well, or nothing is tracked. deptperf_track(source) puts it right. Only for who may read the records: the workspace''s owner';
