-- Binding: a relation of the user's takes the place of a source's own table.
--
-- A spec says which relation and, for each column of the source, which column
-- or expression over it.  Binding goes in three steps, all as the caller:
--
--   1. Each value is looked at by itself, as the one expression of a SELECT over
--      the relation.  The server's own parser says whether it is one, and its type.
--   2. Together they make a view of the relation's records.  This is where names
--      in expressions are resolved, once, by the caller's search_path; read back,
--      its definition has every name in full.
--   3. That definition, joined to the registries, becomes <source>_bound_<n>, n
--      being the spec's place among those of the source.  User's columns are never
--      cast in a join, the registries' are, so that the user's indexes and
--      partitions serve.  The joins are outer ones: what belongs to no known
--      department or year is there too, marked so.
--   4. <source>_source reads what is known of these views, and <source>_issue what
--      is not, or can't be true.
--
-- Nothing is stored but the specs.  What is bound, and by which name today, the
-- views' dependencies say.

-- The columns of the sources (records.md §1).  fallback: what stands for a column
-- that a spec leaves out, a constant or another column; NULL: it is required.
CREATE FUNCTION @extschema@.deptperf_bind_columns()
RETURNS TABLE (source pg_catalog.text, place pg_catalog.int4, key pg_catalog.text, kind pg_catalog.text, fallback pg_catalog.text, words pg_catalog.text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 35 AS $deptperf$
    VALUES
    ('budget', 1, 'expense_class', 'word', NULL, '{personnel,public,project,other}'::pg_catalog.text[]),
    ('budget', 2, 'three_public', 'flag', 'false', NULL),
    ('budget', 3, 'initial', 'money', NULL, NULL),
    ('budget', 4, 'adjusted', 'money', 'initial', NULL),
    ('execution', 1, 'month', 'month', NULL, NULL),
    ('execution', 2, 'expense_class', 'word', NULL, '{personnel,public,project,other}'),
    ('execution', 3, 'three_public', 'flag', 'false', NULL),
    ('execution', 4, 'amount', 'money', NULL, NULL),
    ('adjustment', 1, 'amount', 'money', NULL, NULL),
    ('procurement', 1, 'planned', 'money', NULL, NULL),
    ('procurement', 2, 'actual', 'money', NULL, NULL),
    ('fixed_asset', 1, 'original_value', 'money', NULL, NULL),
    ('fixed_asset', 2, 'in_use', 'flag', NULL, NULL),
    ('staffing', 1, 'establishment', 'number', NULL, NULL),
    ('staffing', 2, 'on_establishment', 'number', NULL, NULL),
    ('staffing', 3, 'external', 'number', NULL, NULL),
    ('project', 1, 'planned', 'number', '1', NULL),
    ('project', 2, 'on_time', 'number', NULL, NULL),
    ('key_task', 1, 'assigned', 'number', '1', NULL),
    ('key_task', 2, 'missed', 'number', NULL, NULL),
    ('performance_target', 1, 'aspect', 'word', NULL, '{social,economic,ecological,sustainable,output,satisfaction}'),
    ('performance_target', 2, 'weight', 'number', NULL, NULL),
    ('performance_target', 3, 'earned', 'number', NULL, NULL),
    ('petition', 1, 'received', 'number', NULL, NULL),
    ('petition', 2, 'answered', 'number', NULL, NULL),
    ('petition', 3, 'answered_in_time', 'number', NULL, NULL),
    ('satisfaction_survey', 1, 'respondents', 'number', NULL, NULL),
    ('satisfaction_survey', 2, 'satisfied', 'number', NULL, NULL),
    ('disclosure', 1, 'kind', 'word', NULL, '{budget,final_accounts}'),
    ('disclosure', 2, 'level', 'number', NULL, NULL),
    ('disclosure', 3, 'due', 'number', '2', NULL),
    ('finding', 1, 'kind', 'word', NULL, '{budget_nonconformity,target_nonconformity,violation}'),
    ('finding', 2, 'count', 'number', '1', NULL),
    ('measurement', 1, 'fact', 'fact', NULL, NULL),
    ('measurement', 2, 'amount', 'number', NULL, NULL)
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_columns() IS
'the columns that deptperf_bind fills, by source in the order of its view. kind: money (factor applies), number, flag, month, word (one of words) or fact; fallback: what stands for it when it is left out (a constant, or another column, which stands for its NULLs too), NULL: it is required';

-- ---- the parts of a spec ----

CREATE FUNCTION @extschema@.deptperf_bind_keys(source pg_catalog.text, spec pg_catalog.jsonb) RETURNS pg_catalog.void
LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted   text := deptperf_bind_keys.source;
    given    jsonb := deptperf_bind_keys.spec;
    required text[];
    optional text[];
    fault    text;
    factor   jsonb;
BEGIN
    IF jsonb_typeof(given) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'source "%": its binding is % and not an object', wanted, coalesce(jsonb_typeof(given), 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Expected an object with from, dept, year and the columns of the source, or an array of such objects, one a relation.',
                  HINT = 'SELECT deptperf_bind(''{"procurement": {"from": "finance.gov_purchase", "dept": "unit_code", "year": "year", "planned": "plan_amt", "actual": "paid_amt"}}'');';
    END IF;
    SELECT ARRAY['from', 'dept', CASE WHEN given ?| '{from_date,to_date}' THEN 'from_date' ELSE 'year' END]
               || array_agg(c.key ORDER BY c.place) FILTER (WHERE c.fallback IS NULL),
           array_agg(c.key || ' (' || c.fallback || ')' ORDER BY c.place) FILTER (WHERE c.fallback IS NOT NULL)
               || CASE WHEN bool_or(c.kind = 'money') THEN '{filter,factor}'::text[] ELSE '{filter}' END
               || CASE WHEN given ?| '{from_date,to_date}' THEN '{to_date}'::text[] ELSE '{}' END || '{division,complete,keep}'::text[]
    INTO required, optional
    FROM @extschema@.deptperf_bind_columns() c WHERE c.source = wanted;

    IF given ? 'year' AND given ?| '{from_date,to_date}' THEN
        RAISE EXCEPTION 'source "%": year stands beside from_date or to_date', wanted
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'A record is of one year, or it is in force from one date to another, and then counts at the end of each year between.',
                  HINT = 'Leave out year, or from_date and to_date.';
    END IF;
    SELECT k.key INTO fault
    FROM jsonb_object_keys(given) AS k(key)
    WHERE k.key NOT IN ('from', 'dept', 'division', 'year', 'from_date', 'to_date', 'filter', 'factor', 'complete', 'keep')
      AND NOT EXISTS (SELECT FROM @extschema@.deptperf_bind_columns() c WHERE c.source = wanted AND c.key = k.key)
    ORDER BY k.key LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source "%": key "%" is not known', wanted, fault
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Required: %s; may be left out: %s.', array_to_string(required, ', '), array_to_string(optional, ', ')),
                  HINT = 'Columns of yours that the source has no key for need not be named.';
    END IF;
    SELECT r.key INTO fault
    FROM unnest(required) WITH ORDINALITY AS r(key, place)
    WHERE NOT given ? r.key
    ORDER BY r.place LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source "%": key "%" is missing', wanted, fault
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Required: %s; may be left out: %s.', array_to_string(required, ', '), array_to_string(optional, ', ')),
                  HINT = CASE fault WHEN 'from' THEN 'Name the relation: "from": "finance.gov_purchase".'
                         ELSE format('Give a column of the relation, or an expression over its columns: "%s": "…".', fault) END;
    END IF;
    SELECT k.key INTO fault
    FROM jsonb_each(given) AS k(key, value)
    WHERE k.key NOT IN ('factor', 'complete', 'keep')
      AND (jsonb_typeof(k.value) NOT IN ('string', 'number', 'boolean') OR k.key = 'from' AND jsonb_typeof(k.value) <> 'string'
           OR btrim(k.value #>> '{}') = '')
    ORDER BY k.key LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source "%", key "%": the value is %', wanted, fault, given -> fault
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = CASE fault WHEN 'from' THEN 'Expected a relation''s name, as text.'
                           ELSE 'Expected a text: a column''s name, or an SQL expression over the columns.' END,
                  HINT = CASE WHEN fault = 'from' THEN 'Write schema and name: "finance.gov_purchase".' WHEN fault = ANY (required) THEN 'A constant is an expression: "2021", "''public''".' ELSE 'Leave the key out.' END;
    END IF;
    SELECT k.key INTO fault
    FROM jsonb_each(given) AS k(key, value)
    WHERE k.key IN ('complete', 'keep') AND jsonb_typeof(k.value) <> 'boolean'
    ORDER BY k.key LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source "%", key "%": the value is %', wanted, fault, given -> fault
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = CASE fault WHEN 'keep' THEN 'Expected true, to add the relation to what the source reads already, or false.'
                           ELSE 'Expected true, when the years before this one that the relation has records of are complete, or false.' END,
                  HINT = format('Write "%s": true, or leave it out.', fault);
    ELSIF wanted = 'measurement' AND given -> 'complete' = 'true' THEN
        RAISE EXCEPTION 'source "measurement", key "complete": measurement can''t be closed'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'It speaks for each fact by itself.',
                  HINT = 'Leave complete out.';
    END IF;
    IF given ? 'factor' THEN
        factor := given -> 'factor';
        IF NOT '{factor}' && optional THEN
            RAISE EXCEPTION 'source "%", key "factor": the source has no money column', wanted
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = format('factor is a number on every money column; %s has %s.', wanted,
                                      array_to_string(required[4:], ', ')),
                      HINT = 'Leave it out, or write the arithmetic into an expression.';
        ELSIF jsonb_typeof(factor) <> 'number' OR (factor #>> '{}')::numeric <= 0 THEN
            RAISE EXCEPTION 'source "%", key "factor": the value is %', wanted, factor
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = 'Expected a number above 0, by which every money column is multiplied.',
                      HINT = 'From 元 to 万元: "factor": 0.0001. For another sign write an expression.';
        END IF;
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_keys(pg_catalog.text, pg_catalog.jsonb) IS
'raises an error unless a source''s spec has the keys it must have, no other, and values of the right kind';

-- A relation and, where it is a view, what that reads, each with the role whose
-- rights count there.
CREATE FUNCTION @extschema@.deptperf_bind_reads(view pg_catalog.oid, role pg_catalog.oid)
RETURNS TABLE (relation pg_catalog.text, reader pg_catalog.text, ours pg_catalog.bool, hidden pg_catalog.bool)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 3
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH RECURSIVE reads(oid, reader) AS (
        SELECT deptperf_bind_reads.view, deptperf_bind_reads.role
        UNION
        SELECT d.refobjid, CASE WHEN v.reloptions::text ~* 'security_invoker=(true|on|1|yes)' THEN r.reader ELSE v.relowner END
        FROM reads r
            JOIN pg_class v ON v.oid = r.oid AND v.relkind IN ('v', 'm')
            JOIN pg_rewrite w ON w.ev_class = v.oid
            JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                            AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
    )
    SELECT format('%I.%I', n.nspname, t.relname), a.rolname::text,
           n.nspname = 'deptperf' AND t.relkind = 'v',
           t.relrowsecurity AND NOT (a.rolsuper OR a.rolbypassrls)
           AND (t.relforcerowsecurity OR NOT pg_has_role(a.oid, t.relowner, 'USAGE'))
    FROM reads r
        JOIN pg_class t ON t.oid = r.oid
        JOIN pg_namespace n ON n.oid = t.relnamespace
        JOIN pg_roles a ON a.oid = r.reader;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_reads(pg_catalog.oid, pg_catalog.oid) IS
'what a relation reads when that role does, itself first: each with the role whose rights count, whether it is a view of the workspace, and whether row security hides records of it. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_bind_relation(source pg_catalog.text, named pg_catalog.text, path pg_catalog.text) RETURNS pg_catalog.regclass
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    at       text := format('source "%s", key "from"', deptperf_bind_relation.source);
    relation regclass;
    qualified text;
    c        record;
    state    text;
    message  text;
    me       regrole := current_user::regrole;
BEGIN
    -- as in SQL, or a name that SQL would want in quotes
    BEGIN
        PERFORM set_config('search_path', path, true);
        relation := pg_catalog.to_regclass(named);
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    EXCEPTION WHEN invalid_name OR syntax_error THEN
        NULL;
    WHEN others THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
        RAISE EXCEPTION '%: %', at, message
            USING ERRCODE = state,
                  DETAIL = format('"%s" was looked up as %s.', named, me),
                  HINT = format('GRANT USAGE ON SCHEMA … TO %s; GRANT SELECT ON %s TO %s;', me, named, me);
    END;
    IF relation IS NULL THEN
        qualified := CASE WHEN strpos(named, '.') > 0
                          THEN format('%I.%I', split_part(named, '.', 1), substr(named, strpos(named, '.') + 1)) ELSE format('%I', named) END;
        PERFORM set_config('search_path', path, true);
        relation := pg_catalog.to_regclass(qualified);
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    END IF;
    IF relation IS NULL THEN
        RAISE EXCEPTION '%: relation "%" does not exist', at, named
            USING ERRCODE = 'undefined_table',
                  DETAIL = coalesce(
                      (SELECT format('Schema "%s" has %s.', n.nspname, string_agg(c.relname, ', ' ORDER BY c.relname))
                       FROM pg_namespace n JOIN LATERAL (
                            SELECT c.relname FROM pg_class c
                            WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
                            ORDER BY c.relname LIMIT 20) c ON true
                       WHERE n.nspname IN (split_part(named, '.', 1), lower(split_part(named, '.', 1))) AND strpos(named, '.') > 0
                       GROUP BY n.nspname LIMIT 1),
                      format('It was looked up with search_path %s.', path)),
                  HINT = 'Write schema and name: "finance.gov_purchase".';
    END IF;

    SELECT c.*, n.nspname, format('%I.%I', n.nspname, c.relname) AS name INTO c
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = relation;
    IF c.relkind NOT IN ('r', 'p', 'v', 'm', 'f') THEN
        RAISE EXCEPTION '%: % has no records', at, c.name
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'Expected a table, partitioned table, view, materialized view or foreign table.',
                  HINT = 'Name the table itself.';
    ELSIF c.nspname = 'deptperf' THEN
        RAISE EXCEPTION '%: % belongs to the workspace', at, c.name
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'A source that is not bound reads its own table there.',
                  HINT = format('Leave the source out, or deptperf_unbind it; among others its own table is written {"from": "deptperf.%s"}.', deptperf_bind_relation.source);
    ELSIF c.relpersistence = 't' THEN
        RAISE EXCEPTION '%: % is temporary', at, c.name
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'The source would be gone with the session.',
                  HINT = 'Bind a permanent table or view.';
    ELSIF NOT c.relispopulated THEN
        RAISE EXCEPTION '%: % has not been populated', at, c.name
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'It is a materialized view WITH NO DATA, as a restore leaves it.',
                  HINT = format('REFRESH MATERIALIZED VIEW %s;', c.name);
    ELSIF NOT has_any_column_privilege(relation, 'SELECT') THEN
        RAISE EXCEPTION '%: % can''t be read by %', at, c.name, me
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('Scores are computed with the rights of the workspace''s owner, %s.', me),
                  HINT = format('GRANT SELECT ON %s TO %s;', c.name, me);
    END IF;

    SELECT r.relation AS name, r.reader, r.ours INTO c
    FROM @extschema@.deptperf_bind_reads(relation, me::oid) r
    WHERE r.ours OR r.hidden
    LIMIT 1;
    IF c.ours THEN
        RAISE EXCEPTION '%: % reads %, a view of the workspace', at, relation, c.name
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Its scores would be computed from themselves.',
                  HINT = 'Let it read tables alone.';
    ELSIF FOUND THEN
        RAISE EXCEPTION '%: row security of % is active for %', at, c.name, c.reader
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'Scores would be computed from the records that its policies show, and be wrong without a sign of it.',
                  HINT = format('ALTER ROLE %I BYPASSRLS; or bind a view that belongs to a role for which it isn''t active.', c.reader);
    END IF;
    RETURN relation;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_relation(pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'the relation that a source''s key "from" names, looked up by the search_path given; an error unless it has records, all of which the caller can read';

-- The value must parse twice, both times as the whole of the columns of a SELECT:
-- as it stands, as one statement (a cursor takes no more), so that it is balanced
-- and without semicolons; and in parentheses, as one column.  So it is one
-- expression, and stays it wherever it is put in parentheses.
CREATE FUNCTION @extschema@.deptperf_bind_expression(source pg_catalog.text, key pg_catalog.text, value pg_catalog.text, relation pg_catalog.regclass, path pg_catalog.text,
    OUT expression pg_catalog.text, OUT type pg_catalog.regtype, OUT coll pg_catalog.text)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    at      text := format('source "%s", key "%s"', source, key);
    parsed  refcursor;
    bare    text;
    body    text;
    tree    text;
    columns int;
    base    oid;
    state   text;
    message text;
    detail  text;
    hint    text;
    fault   text;
    a_value text := 'A value is a column''s name, or one SQL expression over the columns; a constant text stands in quotes: "''public''".';
    all_columns text;
BEGIN
    SELECT string_agg(a.attname, ', ' ORDER BY a.attnum), max(format('%I', a.attname)) FILTER (WHERE a.attname = value)
    INTO all_columns, expression
    FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped;
    expression := coalesce(expression, value);
    SELECT format(E'SELECT %s\n AS value FROM %I.%I AS %I', expression, n.nspname, c.relname, c.relname),
           format(E'CREATE VIEW deptperf.binding_value AS SELECT (%s\n) AS value FROM %I.%I AS %I', expression, n.nspname, c.relname, c.relname)
    INTO bare, body
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = relation;
    BEGIN
        PERFORM set_config('search_path', path, true);
        OPEN parsed NO SCROLL FOR EXECUTE bare;
        CLOSE parsed;
        EXECUTE body;
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    EXCEPTION WHEN syntax_error OR invalid_cursor_definition OR invalid_table_definition THEN
        fault := 'is not one expression';               -- bad syntax, several statements, a row
    WHEN others THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        RAISE EXCEPTION '%: %', at, message
            USING ERRCODE = state,
                  DETAIL = coalesce(nullif(detail, ''), CASE WHEN state LIKE '42%' THEN format('%s has the columns %s.', relation, all_columns)
                                                             ELSE format('The value is "%s".', value) END),
                  HINT = coalesce(nullif(hint, ''), CASE WHEN state = '42501' THEN format('GRANT SELECT ON %s TO %I;', relation, current_user)
                                                         WHEN state LIKE '42%' THEN a_value
                                                         ELSE 'Write an expression that can be computed for every record.' END);
    END;

    IF fault IS NULL THEN
        SELECT count(*), max(a.atttypid), max(w.ev_action::text), max(quote_ident(n.nspname) || '.' || quote_ident(l.collname))
        INTO columns, base, tree, coll
        FROM pg_attribute a
            JOIN pg_rewrite w ON w.ev_class = a.attrelid
            LEFT JOIN pg_collation l ON l.oid = a.attcollation
            LEFT JOIN pg_namespace n ON n.oid = l.collnamespace
        WHERE a.attrelid = 'deptperf.binding_value'::regclass AND a.attnum > 0;
        DROP VIEW deptperf.binding_value;
        fault := CASE WHEN columns <> 1 THEN 'is not one expression'
                      WHEN tree ~ ':hasSubLinks true' THEN 'has a subquery'
                      WHEN tree ~ ':has(Aggs|WindowFuncs) true' THEN 'has an aggregate or window function'
                      WHEN tree ~ ':hasTargetSRFs true' THEN 'has a function that returns several rows' END;
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION '%: "%" %', at, value, fault
            USING ERRCODE = 'syntax_error',
                  DETAIL = format('Expected one value a record, from its columns alone: %s.', all_columns),
                  HINT = CASE WHEN fault = 'is not one expression' THEN a_value
                         ELSE format('Put it into a view of yours over %s, and bind the view.', relation) END;
    END IF;
    LOOP                                                -- a domain is what it is made of
        type := base;
        SELECT t.typbasetype INTO base FROM pg_type t WHERE t.oid = type AND t.typtype = 'd';
        EXIT WHEN NOT FOUND;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_expression(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.regclass, pg_catalog.text) IS
'the SQL expression that a value of a spec stands for, a column of the relation or the expression itself, with its type (of a domain, the type below) and collation; an error unless it is exactly one expression over the relation''s columns, names looked up by the search_path given';

CREATE FUNCTION @extschema@.deptperf_bind_type(source pg_catalog.text, key pg_catalog.text, kind pg_catalog.text, value pg_catalog.text, expression pg_catalog.text, type pg_catalog.regtype) RETURNS pg_catalog.void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    fits     regtype[] := CASE
        WHEN kind IN ('money', 'number') THEN '{numeric,int8,int4,int2}'
        WHEN kind IN ('flag', 'filter') THEN '{bool}'
        WHEN kind = 'month' THEN '{int4,int2,int8,numeric,date,timestamp}'
        WHEN kind IN ('word', 'fact') THEN '{text,varchar,bpchar}'
        WHEN kind = 'dept' THEN '{int8,int4,int2,numeric,text,varchar,bpchar}'
        WHEN kind = 'division' THEN '{text,varchar,bpchar}'
        WHEN kind IN ('from_date', 'to_date') THEN '{date,timestamp}'
        WHEN kind = 'year' THEN '{int4,int2,int8,numeric,text,varchar,bpchar,date,timestamp}' END;
    operand  text := CASE WHEN expression = value AND value !~ '^[[:alnum:]_]+$' THEN '(' || expression || ')' ELSE expression END;
    way_out  text;
BEGIN
    IF type = ANY (fits) THEN
        RETURN;
    END IF;
    way_out := CASE
        WHEN kind IN ('money', 'number', 'month') AND type::text ~ 'char|text' THEN format('deptperf_number(%s)', expression)
        WHEN kind IN ('money', 'number') THEN operand || CASE type::text WHEN 'boolean' THEN '::int'
                                                              WHEN 'real' THEN '::float8::numeric(18,2)'       -- straight from real it keeps 6 digits
                                                              ELSE '::numeric(18,2)' END
        WHEN kind IN ('flag', 'filter') THEN operand || CASE WHEN type::text ~ 'char|text' THEN ' = ''…''' ELSE ' = 1' END
        WHEN type::text = 'timestamp with time zone' THEN operand || ' AT TIME ZONE ''Asia/Shanghai'''
        WHEN kind IN ('month', 'year') THEN operand || '::numeric'      -- takes NaN, which ::int does not
        -- to_date takes an empty text for a day before our era
        WHEN kind IN ('from_date', 'to_date') THEN CASE WHEN type::text ~ 'char|text' THEN format('to_date(nullif(%s, ''''), ''YYYY-MM-DD'')', expression) ELSE format('make_date(%s, 1, 1)', expression) END
        ELSE operand || '::text' END;
    RAISE EXCEPTION 'source "%", key "%": "%" is %', source, key, value, type
        USING ERRCODE = 'datatype_mismatch',
              DETAIL = CASE WHEN kind IN ('money', 'number') THEN 'Expected an exact amount, numeric or an integer'
                                || CASE WHEN type::text IN ('real', 'double precision') THEN '; a float is not exact.' ELSE '.' END
                            WHEN kind IN ('flag', 'filter') THEN 'Expected a boolean.'
                            WHEN kind = 'month' THEN 'Expected a number from 1 to 12, or a date or timestamp, whose month is taken.'
                            WHEN kind = 'dept' THEN 'Expected an integer, the dept_id, or a text, varchar or char, the code.'
                            WHEN kind = 'year' THEN 'Expected an integer, a text, or a date or timestamp, whose fiscal year is taken.'
                            WHEN kind IN ('from_date', 'to_date') THEN 'Expected a date or timestamp.'
                            ELSE 'Expected a text, varchar or char.' END
                       || CASE WHEN type::text = 'timestamp with time zone' THEN ' The day of a timestamp with time zone depends on the session.' ELSE '' END,
              HINT = format('Write an expression: "%s": %s', key, to_json(way_out))
                     || CASE WHEN kind IN ('from_date', 'to_date') THEN '. It has to take every record to come: where it fails, every score does.' ELSE '' END;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_type(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.regtype) IS
'raises an error, with the cast to write, unless a type serves for a kind of column';

CREATE FUNCTION @extschema@.deptperf_bind_index(source pg_catalog.text, spec pg_catalog.jsonb, relation pg_catalog.regclass) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    wanted int2[];              -- department (with its division) and year, in this order
    year   int2;
    depts  int2[];
    keys   int2[];              -- of the table, by which its records are named
    others text;
BEGIN
    SELECT array_agg(a.attnum ORDER BY k.place) FILTER (WHERE k.key <> 'year'), max(a.attnum) FILTER (WHERE k.key = 'year')
    INTO depts, year
    FROM unnest('{division,dept,year}'::text[]) WITH ORDINALITY AS k(key, place)
        JOIN pg_attribute a ON a.attname = spec ->> k.key
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped;
    wanted := array_remove(depts || year, NULL);     -- a year may be no column
    IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum = ANY (depts) AND a.attname = spec ->> 'dept')
       OR NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND c.relkind IN ('r', 'p', 'm'))
       OR EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
                  WHERE i.indrelid = relation AND i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree'
                    -- the department, behind nothing but its division and the year
                    AND (SELECT bool_and(k.attnum = ANY (wanted)) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                         WHERE k.place <= (SELECT min(d.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS d(attnum, place)
                                           WHERE d.attnum = depts[cardinality(depts)] AND d.place <= i.indnkeyatts))) THEN
        RETURN NULL;
    END IF;
    SELECT i.indkey::int2[] INTO keys FROM pg_index i WHERE i.indrelid = relation AND i.indisprimary;
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO others
    FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnum > 0 AND a.attnum <> ALL (wanted || coalesce(keys, '{}'))
      AND EXISTS (SELECT FROM pg_class v JOIN pg_rewrite w ON w.ev_class = v.oid
                      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                  WHERE v.relnamespace = to_regnamespace('deptperf') AND v.relname ~ ('^(' || source || '_bound|binding_new)_[0-9]+$')
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = relation AND d.refobjsubid = a.attnum);
    RETURN format('CREATE INDEX ON %s (%s)%s;', relation,
                  (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
                   FROM (SELECT DISTINCT ON (u.attnum) u.attnum, u.place FROM unnest(wanted) WITH ORDINALITY AS u(attnum, place) ORDER BY u.attnum, u.place) k
                       JOIN pg_attribute a ON a.attrelid = relation AND a.attnum = k.attnum),
                  ' INCLUDE (' || others || ')');
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_index(pg_catalog.text, pg_catalog.jsonb, pg_catalog.regclass) IS
'the index to make on a bound table, so that one department''s records are read by it alone; NULL where an index has the department behind nothing but its division or the year, and where none can serve: a view, a foreign table, a department that is no column';

-- ---- one source ----

CREATE FUNCTION @extschema@.deptperf_bind_source(source pg_catalog.text, spec pg_catalog.jsonb, place pg_catalog.int4, path pg_catalog.text,
    OUT relation pg_catalog.text, OUT records pg_catalog.int8, OUT matched pg_catalog.int8, OUT unknown_departments pg_catalog.int8,
    OUT unknown_years pg_catalog.int8, OUT unknown_values pg_catalog.int8, OUT nulls pg_catalog.int8)
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    rel      regclass;
    entry    record;
    bound    record;
    items    text[] := '{}';            -- of the view of records: expression AS key
    outputs  jsonb := '{}';             -- of the source view: by key
    columns  text := '';
    strange  text[] := '{}';            -- conditions: a value that the source does not know
    never    text[] := '{}';            -- what should not be NULL
    chosen   text := '';
    of_dept  text;
    of_year  text;
    only_year text[];                   -- before and behind the number in an expression of the year alone, and that number
    in_year  text;                      -- that the year is known, for counting
    out_dept text := 'd.dept_id';       -- the user's column where it is the same,
    out_year text := 'y.fiscal_year';   -- so that any condition reaches it
    in_dept  text := 's.dept';          -- as it is named in an issue
    year_as  text := 's.year';
    by_code  bool := false;
    operand  text;                      -- the expression, before an operator
    as_text  text;                      -- the key dept for codes, where the column is an integer
    other    text := 'false';           -- condition: as text it is the code of another department
    exact    text;
    twice    record;
    near     text;                      -- known codes that are almost the same
    key      text;                      -- that names a record
    fault    record;
    body     text;
    counts   record;
    statement text;
    texts    regtype[] := '{text,varchar,bpchar}';
    dates    regtype[] := '{date,timestamp}';
    names    text[] := '{text,varchar,bpchar}';     -- a regtype would print bpchar as character, which is char(1)
    state    text;
    message  text;
    detail   text;
    hint     text;
BEGIN
    PERFORM @extschema@.deptperf_bind_keys(source, spec);
    rel := @extschema@.deptperf_bind_relation(source, spec ->> 'from', path);
    SELECT format('%I.%I', n.nspname, c.relname) INTO relation
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = rel;

    -- each value by itself
    FOR entry IN
        SELECT k.key, coalesce(c.kind, k.key) AS kind, c.fallback, c.words, spec ->> k.key AS value
        FROM jsonb_object_keys(spec) AS k(key)
            LEFT JOIN @extschema@.deptperf_bind_columns() c ON c.source = deptperf_bind_source.source AND c.key = k.key
        WHERE k.key NOT IN ('from', 'factor', 'complete', 'keep')
        ORDER BY array_position('{dept,division,year,from_date,to_date,filter}', k.key), c.place
    LOOP
        bound := @extschema@.deptperf_bind_expression(source, entry.key, entry.value, rel, path);
        PERFORM @extschema@.deptperf_bind_type(source, entry.key, entry.kind, entry.value, bound.expression, bound.type);
        operand := CASE WHEN bound.expression = entry.value AND entry.value !~ '^[[:alnum:]_]+$' THEN '(' || bound.expression || ')' ELSE bound.expression END;
        IF entry.key = 'filter' THEN
            chosen := format(E'\nWHERE (%s\n)', bound.expression);
            CONTINUE;
        END IF;
        items := items || format(E'(%s\n) AS %I', bound.expression, entry.key);
        never := never || CASE WHEN entry.key NOT IN ('adjusted', 'to_date') THEN format('s.%I', entry.key) END;
        CASE entry.kind
        WHEN 'dept' THEN
            by_code := bound.type = ANY (texts);
            IF NOT by_code THEN
                as_text := to_json(operand || '::text');
                other := 'd.dept_id IN (SELECT i.dept_id FROM deptperf.department i JOIN deptperf.department c ON c.code = CAST(i.dept_id AS text) AND c.dept_id <> i.dept_id)';
            END IF;
            -- two codes that are equal as the column compares would both have the record
            exact := CASE WHEN bound.type = 'bpchar'::regtype OR NOT (SELECT c.collisdeterministic FROM pg_collation c WHERE c.oid = to_regcollation(bound.coll))
                          THEN ' AND d.code = CAST(s.dept AS text) COLLATE "default"' ELSE '' END;
            of_dept := CASE WHEN by_code THEN format('CAST(d.code AS %s) COLLATE %s = s.dept', names[array_position(texts, bound.type)], bound.coll)
                            WHEN bound.type = 'numeric'::regtype THEN 'CAST(d.dept_id AS numeric) = s.dept'
                            ELSE 'd.dept_id = s.dept' END
                       || exact;
            IF bound.type = 'int8'::regtype THEN
                out_dept := 'CAST(s.dept AS int8)';
            ELSIF bound.type = 'numeric'::regtype AND EXISTS (
                    WITH RECURSIVE reads(oid) AS (
                        SELECT rel::oid
                        UNION
                        SELECT d.refobjid
                        FROM reads r JOIN pg_rewrite w ON w.ev_class = r.oid
                            JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
                    )
                    SELECT FROM reads r JOIN pg_class c ON c.oid = r.oid WHERE c.relrowsecurity) THEN
                RAISE NOTICE 'source "%", key "dept": "%" is numeric, and % has row security', source, entry.value, relation
                    USING DETAIL = 'Numeric comparisons are not leakproof: for a role that the row security applies to they reach no index. It does not apply now.',
                          HINT = 'Make the column bigint; its owner and roles with BYPASSRLS read it by its index as it is.';
            END IF;
        WHEN 'division' THEN
            IF NOT by_code THEN
                RAISE EXCEPTION 'source "%", key "division": % is a dept_id, not a code', source, spec ->> 'dept'
                    USING ERRCODE = 'invalid_parameter_value',
                          DETAIL = 'An integer names a department by itself; division and code do together.',
                          HINT = format('Leave division out, or write "dept": %s for a code.', as_text);
            END IF;
            by_code := false;
            of_dept := of_dept || format(' AND CAST(d.division AS %s) COLLATE %s = s.division', names[array_position(texts, bound.type)], bound.coll);
            in_dept := 'concat(s.division, '':'', s.dept)';
        WHEN 'from_date' THEN
            -- a year that has not begun has no stock; and records in force have no end
            of_year := 's.from_date < y.ends AND y.starts <= CURRENT_DATE' || CASE WHEN spec ? 'to_date' THEN ' AND (s.to_date IS NULL OR s.to_date >= y.ends)' ELSE '' END;
            in_year := format('EXISTS (SELECT FROM deptperf.fiscal_year y WHERE %s)', of_year);
            year_as := 's.from_date';
        WHEN 'to_date' THEN
            NULL;
        WHEN 'year' THEN
            of_year := CASE WHEN bound.type = ANY (texts) THEN format('CAST(y.year_text AS %s) COLLATE %s = s.year', names[array_position(texts, bound.type)], bound.coll)
                            WHEN bound.type = 'numeric'::regtype THEN 'CAST(y.fiscal_year AS numeric) = s.year'
                            WHEN bound.type = ANY (dates) THEN 's.year >= y.starts AND s.year < y.ends'
                            ELSE 'y.fiscal_year = s.year' END;
            -- Within a partition of one year the planner sees no use in looking up the
            -- year first, which is what leaves the other partitions alone; so it is
            -- told twice what it is looking for.
            IF bound.type = ANY (texts) AND EXISTS (
                    SELECT FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = ANY (p.partattrs::int2[])
                    WHERE p.partrelid = rel AND a.attname = entry.value) THEN
                of_year := format('%1$s AND %2$s <= s.year AND %2$s >= s.year', of_year, split_part(of_year, ' = s.year', 1));
            END IF;
            only_year := CASE WHEN bound.type = ANY (texts) THEN ARRAY[format('left(%s, ', bound.expression), ')', '4']
                              WHEN bound.type = 'numeric'::regtype THEN ARRAY[format('div(%s, ', bound.expression), ')']
                              WHEN bound.type <> ALL (dates) THEN ARRAY[operand || ' / ', ''] END;
            IF bound.type = 'int4'::regtype THEN
                out_year := 'CAST(s.year AS int4)';
            END IF;
            in_year := CASE WHEN bound.type = ANY (dates)
                            THEN 'coalesce(CAST(s.year AS date) <@ (SELECT range_agg(daterange(y.starts, y.ends)) FROM deptperf.fiscal_year y), false)' END;
        ELSE
            outputs := outputs || jsonb_build_object(entry.key, CASE entry.kind
                WHEN 'money' THEN format('CAST(s.%I AS numeric)', entry.key) || coalesce(' * CAST(' || quote_literal(spec ->> 'factor') || ' AS numeric)', '')
                WHEN 'number' THEN format('CAST(s.%I AS numeric)', entry.key)
                WHEN 'flag' THEN format('CAST(s.%I AS bool)', entry.key)
                WHEN 'month' THEN format(CASE WHEN bound.type = ANY (dates)
                                              THEN 'CAST(EXTRACT(month FROM s.%I) AS int4)'
                                              WHEN bound.type = 'numeric'::regtype
                                              THEN 'CAST(CASE WHEN s.%1$I > -2147483648 AND s.%1$I < 2147483648 AND s.%1$I = trunc(s.%1$I) OR s.%1$I IS NULL THEN s.%1$I ELSE -2147483648 END AS int4)'
                                              WHEN bound.type = 'int8'::regtype THEN 'CAST(least(greatest(s.%I, -2147483648), 2147483647) AS int4)'
                                              ELSE 'CAST(s.%I AS int4)' END, entry.key)
                WHEN 'word' THEN format('CAST(s.%I AS text) COLLATE "default"', entry.key)
                WHEN 'fact' THEN format('CASE WHEN s.%1$I !~ ''_(records|units)$'' THEN CAST(s.%1$I AS text) END COLLATE "default"', entry.key) END);
            strange := strange || CASE
                WHEN entry.kind IN ('money', 'number') AND bound.type = 'numeric'::regtype THEN format('s.%I IN (''NaN'', ''Infinity'', ''-Infinity'')', entry.key)
                WHEN entry.kind = 'month' AND bound.type = 'numeric'::regtype THEN 's.month NOT BETWEEN 1 AND 12 OR s.month <> trunc(s.month)'
                WHEN entry.kind = 'month' AND bound.type <> ALL (dates) THEN 's.month NOT BETWEEN 1 AND 12'
                WHEN entry.kind = 'word' THEN format('s.%I <> ALL (%L)', entry.key, entry.words)
                WHEN entry.kind = 'fact' THEN 's.fact IS NOT NULL AND NOT EXISTS (SELECT FROM deptperf.fact f WHERE f.fact = CAST(s.fact AS text) COLLATE "default" AND f.fact !~ ''_(records|units)$'')' END;
        END CASE;
    END LOOP;
    FOR entry IN
        SELECT c.key, c.kind, c.fallback FROM @extschema@.deptperf_bind_columns() c
        WHERE c.source = deptperf_bind_source.source ORDER BY c.place
    LOOP
        IF outputs ? entry.fallback THEN                -- another column
            outputs := outputs || jsonb_build_object(entry.key, CASE WHEN outputs ? entry.key
                THEN format('coalesce(%s, %s)', outputs ->> entry.key, outputs ->> entry.fallback) ELSE outputs ->> entry.fallback END);
        ELSIF NOT outputs ? entry.key THEN
            outputs := outputs || jsonb_build_object(entry.key, format('CAST(%s AS %s)', entry.fallback, CASE entry.kind WHEN 'flag' THEN 'bool' ELSE 'numeric' END));
        END IF;
        columns := columns || format(E',\n       %s AS %I', outputs ->> entry.key, entry.key);
    END LOOP;

    IF by_code THEN
        SELECT d.code, string_agg(format('"%s"', d.division), ', ' ORDER BY d.division) AS divisions INTO twice
        FROM deptperf.department d
        GROUP BY d.code HAVING count(*) > 1 ORDER BY d.code LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'source "%", key "dept": % is a code, and codes are in several divisions', source, spec ->> 'dept'
                USING ERRCODE = 'cardinality_violation',
                      DETAIL = format('Code "%s" is in the divisions %s; its records would count for each.', twice.code, twice.divisions),
                      HINT = 'Name the division too: "division": "…", or bind a view of your own that looks up the dept_id in deptperf.department.';
        END IF;
    END IF;

    -- what a record can be named by
    SELECT CASE WHEN count(a.attname) > 0 AND bool_and(has_column_privilege(rel, a.attname, 'SELECT'))
                THEN format('pg_catalog.concat(%s)', string_agg(format('%L, %I', CASE k.place WHEN 1 THEN '' ELSE ', ' END || a.attname || '=', a.attname), ', ' ORDER BY k.place) FILTER (WHERE a.attname IS NOT NULL))
                WHEN c.relkind IN ('r', 'p', 'm') AND has_table_privilege(rel, 'SELECT')
                THEN 'pg_catalog.concat(' || CASE c.relkind WHEN 'p' THEN 'CAST(tableoid AS pg_catalog.regclass), '' ctid='', ctid)' ELSE '''ctid='', ctid)' END
                ELSE 'CAST(NULL AS pg_catalog.text)' END
    INTO key
    FROM pg_class c
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        LEFT JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place) ON k.place <= i.indnkeyatts
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
    WHERE c.oid = rel
    GROUP BY c.oid, c.relkind;
    items := items || format('(%s) AS record', key);

    -- the view of records, and what is in it
    body := format('CREATE VIEW deptperf.binding_record AS SELECT %s FROM %s AS %I%s', array_to_string(items, ', '), relation,
                   (SELECT c.relname FROM pg_class c WHERE c.oid = rel), chosen);
    PERFORM set_config('search_path', path, true);
    EXECUTE body;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    SELECT p.oid::regprocedure AS name INTO bound
    FROM pg_rewrite w
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_proc'::regclass
        JOIN pg_proc p ON p.oid = d.refobjid AND p.pronamespace = pg_my_temp_schema()
    WHERE w.ev_class = 'deptperf.binding_record'::regclass
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source "%": function % is temporary', source, bound.name
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'The source would be gone with the session.',
                  HINT = 'Make the function in a schema.';
    END IF;
    BEGIN
        EXECUTE format($q$
            SELECT count(*) AS records,
                   count(*) FILTER (WHERE d.dept_id IS NOT NULL AND %1$s) AS matched,
                   count(*) FILTER (WHERE num_nulls(%8$s) = 0 AND d.dept_id IS NULL) AS departments,
                   count(*) FILTER (WHERE %7$s IS NOT NULL AND NOT %1$s) AS years,
                   count(*) FILTER (WHERE %2$s) AS strange,
                   count(*) FILTER (WHERE num_nulls(%3$s) > 0) AS nulls,
                   count(*) FILTER (WHERE %9$s) AS others, min(d.dept_id) FILTER (WHERE %9$s) AS other,
                   min(CAST(%6$s AS text)) FILTER (WHERE d.dept_id IS NULL) AS dept_least,
                   max(CAST(%6$s AS text)) FILTER (WHERE d.dept_id IS NULL) AS dept_most,
                   min(CAST(%7$s AS text)) FILTER (WHERE NOT %1$s) AS year_least,
                   max(CAST(%7$s AS text)) FILTER (WHERE NOT %1$s) AS year_most
            FROM deptperf.binding_record s LEFT JOIN deptperf.department d ON %4$s %5$s$q$,
            coalesce(in_year, '(y.fiscal_year IS NOT NULL)'), coalesce(nullif(array_to_string(strange, ' OR '), ''), 'false'),
            array_to_string(never, ', '), of_dept, CASE WHEN in_year IS NULL THEN 'LEFT JOIN deptperf.fiscal_year y ON ' || of_year END, in_dept, year_as,
            CASE WHEN spec ? 'division' THEN 's.dept, s.division' ELSE 's.dept' END, other)
        INTO counts;
    EXCEPTION WHEN others THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        RAISE EXCEPTION 'source "%": the records of % can''t be read: %', source, relation, message
            USING ERRCODE = state,
                  DETAIL = coalesce(nullif(detail, ''), 'An expression fails for a record of it.'),
                  HINT = coalesce(nullif(hint, ''), 'Every score would fail with it: leave such records out with "filter", or write an expression that takes them.');
    END;

    EXECUTE format(E'CREATE VIEW deptperf.%I AS\nSELECT %s AS dept_id, %s AS fiscal_year%s,\n       d.dept_id IS NOT NULL AS known_department, y.fiscal_year IS NOT NULL AS known_year, CAST(%s AS text) COLLATE "default" AS department, CAST(%s AS text) COLLATE "default" AS year, s.record\n'
                   'FROM (%s) AS s\n    LEFT JOIN deptperf.department AS d ON %s\n    LEFT JOIN deptperf.fiscal_year AS y ON %s',
                   'binding_new_' || place, out_dept, out_year, columns, in_dept, year_as,
                   rtrim(pg_get_viewdef('deptperf.binding_record'::regclass), ';'), of_dept, of_year);
    EXECUTE format('COMMENT ON VIEW deptperf.%I IS %L', 'binding_new_' || place,
                   'Records that deptperf_bind found for the source ' || source || ', also those of no known department or year, which do not count.');
    DROP VIEW deptperf.binding_record;

    records := counts.records;
    matched := counts.matched;
    unknown_departments := counts.departments;
    unknown_years := counts.years;
    unknown_values := counts.strange;
    nulls := counts.nulls;
    statement := @extschema@.deptperf_bind_index(source, spec, rel);
    IF records >= 10000 AND statement IS NOT NULL THEN
        RAISE NOTICE 'source "%": no index serves one department''s records of %', source, relation
            USING DETAIL = format('Its %s records are all read for each score.', records), HINT = statement;
    END IF;
    IF @extschema@.deptperf_track_fault(format('deptperf.%I', 'binding_new_' || place)::regclass) IS NOT NULL THEN
        SELECT e.key, e.value INTO fault
        FROM jsonb_each_text(spec) e WHERE e.value ~* '(::|\mas)\s*(pg_catalog\.)?(date|timestamp)\M' ORDER BY e.key LIMIT 1;
        IF FOUND THEN
            RAISE NOTICE 'source "%", key "%": what "%" gives depends on the session of whoever reads', source, fault.key, fault.value
                USING DETAIL = 'DateStyle decides which day a text is, TimeZone which day a time is: two readers can see different scores.',
                      HINT = 'Name the form, to_date(nullif(…, ''''), ''YYYY-MM-DD''), or the zone, (… AT TIME ZONE ''Asia/Shanghai'')::date.';
        END IF;
    END IF;
    IF EXISTS (SELECT FROM pg_class c WHERE c.oid = rel AND c.relkind = 'm') THEN
        RAISE NOTICE 'source "%": % is a materialized view', source, relation
            USING DETAIL = 'Its records are those of the last REFRESH, and after a restore there are none until the next.',
                  HINT = format('REFRESH MATERIALIZED VIEW %s;', relation);
    END IF;
    IF NOT spec ? 'filter' THEN
        SELECT a.attname, a.atttypid = 'bool'::regtype AS flag INTO fault
        FROM pg_attribute a
        WHERE a.attrelid = rel AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attname ~* '^((is|f|has)_?)?(deleted|delete|del|removed|cancell?ed|voided|invalid)(_?(flag|mark|yn|at|on|time))?$|^(sfsc|scbz|zfbz)$|删除|作废|注销'
        ORDER BY a.attnum LIMIT 1;
        IF FOUND THEN
            RAISE NOTICE 'source "%": % has a column %, and no filter is given', source, relation, quote_ident(fault.attname)
                USING DETAIL = 'Records that are marked as deleted count like others.',
                      HINT = format('Leave them out: "filter": %s', to_json(CASE WHEN fault.flag THEN 'NOT ' || quote_ident(fault.attname) ELSE quote_ident(fault.attname) || ' = …' END)
                                                                    || CASE WHEN fault.flag THEN '' ELSE ', with the value of records that are in force; "filter": "true" if all count.' END);
        END IF;
    END IF;
    IF counts.others > 0 THEN
        RAISE NOTICE 'source "%", key "dept": % of % records count for another department if "%" is a code', source, counts.others, records, spec ->> 'dept'
            USING DETAIL = (SELECT format('An integer is a dept_id: %s is that of the department with code %L, and the code of dept_id %s.', d.dept_id, d.code,
                                          (SELECT min(c.dept_id) FROM deptperf.department c WHERE c.code = CAST(d.dept_id AS text) AND c.dept_id <> d.dept_id))
                            FROM deptperf.department d WHERE d.dept_id = counts.other),
                  HINT = format('For codes: "dept": %s', as_text);
    END IF;
    IF unknown_departments > 0 THEN
        SELECT string_agg(DISTINCT @extschema@.deptperf_department_near(u.dept), ' or ') INTO near
        FROM unnest(ARRAY[counts.dept_least, counts.dept_most]) AS u(dept);
        RAISE NOTICE 'source "%": % of % records are of departments that are not known', source, unknown_departments, records
            USING DETAIL = format('Of these, least and greatest: %s, %s.', quote_literal(counts.dept_least), quote_literal(counts.dept_most)),
                  HINT = CASE WHEN NOT by_code AND EXISTS (SELECT FROM deptperf.department d WHERE d.code IN (counts.dept_least, counts.dept_most))
                         THEN format('An integer is a dept_id. For codes: "dept": %s', as_text)
                         WHEN near IS NOT NULL THEN format('Known is %s: blanks and upper and lower case count. Correct one of them, or write an expression, such as "dept": "btrim(…)".', near)
                         ELSE 'They count as soon as deptperf.department has them.' END;
    END IF;
    IF unknown_years > 0 AND spec ? 'from_date' THEN
        RAISE NOTICE 'source "%": % of % records are in force at no year''s end', source, unknown_years, records
            USING DETAIL = format('Of these, least and greatest from_date: %s, %s.', quote_literal(counts.year_least), quote_literal(counts.year_most)),
                  HINT = 'A record counts for a year when it has begun before the year''s end and not ended by then.';
    ELSIF unknown_years > 0 THEN
        RAISE NOTICE 'source "%": % of % records are of years that are not known', source, unknown_years, records
            USING DETAIL = format('Of these, least and greatest: %s, %s.', quote_literal(counts.year_least), quote_literal(counts.year_most)),
                  HINT = coalesce((SELECT format('Write the year alone: "year": %s', to_json(only_year[1] || coalesce(only_year[3], CASE length(y.year) WHEN 6 THEN '100' ELSE '10000' END) || only_year[2]))
                                   FROM unnest(ARRAY[counts.year_least, counts.year_most]) AS y(year)
                                   -- 202103, 20210331; of a text also 2021年, 2021-03
                                   WHERE y.year ~ '^(19|20)[0-9]{4}([0-9]{2})?$' OR only_year[3] = '4' AND y.year ~ '^(19|20)[0-9]{2}[^0-9]'
                                   LIMIT 1),
                                  'They count as soon as deptperf.fiscal_year has them.');
    END IF;
    IF unknown_values > 0 THEN
        RAISE NOTICE 'source "%": % of % records have a value that the source does not know', source, unknown_values, records
            USING DETAIL = (SELECT string_agg(CASE c.kind WHEN 'word' THEN format('%s is one of %s', c.key, array_to_string(c.words, ', '))
                                                          WHEN 'fact' THEN 'fact is a name of deptperf.fact' WHEN 'month' THEN 'month is 1 to 12 (otherwise a payment is in none of paid_q1 to paid_q4, but in public_paid and three_public_paid)'
                                                          ELSE c.key || ' is finite' END, '; ' ORDER BY c.place) || '.'
                            FROM @extschema@.deptperf_bind_columns() c
                            WHERE c.source = deptperf_bind_source.source AND c.kind <> 'flag'),
                  HINT = 'Translate words: "CASE class WHEN ''公用'' THEN ''public'' … END". NaN makes its fact invalid for that department and year.';
    END IF;
    IF nulls > 0 THEN
        RAISE NOTICE 'source "%": % of % records have a NULL', source, nulls, records
            USING DETAIL = 'Without department or year a record counts nowhere; a NULL amount adds nothing.',
                  HINT = 'Leave such records out with "filter", or say what NULL means: "coalesce(…, 0)".';
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_source(pg_catalog.text, pg_catalog.jsonb, pg_catalog.int4, pg_catalog.text) IS
'makes the view binding_new_<place> of a source''s records in one relation, names in the spec looked up by the search_path given, and says what is in it';

-- ---- the views of a source ----

-- What own tables refuse by a constraint, a bound record is named for.  The
-- constraints are those of the own table, whose columns have the same names, so
-- that what is refused is said once.
CREATE FUNCTION @extschema@.deptperf_bind_faults(source pg_catalog.text, view pg_catalog.text, spec pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    own     regclass := format('deptperf.%I', source)::regclass;
    columns text[];
    month   text := '1 to 12; without it in none of paid_q1 to paid_q4, but in public_paid and three_public_paid';
    refused text;
    faults  text;
BEGIN
    SELECT array_agg(c.key) INTO columns FROM @extschema@.deptperf_bind_columns() c WHERE c.source = deptperf_bind_faults.source;
    WITH fault AS (
        -- a NULL
        SELECT c.key, 0 AS place, format('b.%I IS NULL', c.key) AS condition, 'NULL' AS issue,
               CASE c.kind WHEN 'flag' THEN 'true or false; NULL counts as false' WHEN 'fact' THEN 'a name of deptperf.fact that does not end in _records or _units'
                           WHEN 'word' THEN 'one of ' || array_to_string(c.words, ', ') WHEN 'month' THEN month ELSE 'an amount; NULL adds nothing' END AS expected
        FROM @extschema@.deptperf_bind_columns() c JOIN pg_attribute a ON a.attrelid = own AND a.attname = c.key
        WHERE c.source = deptperf_bind_faults.source AND (a.attnotnull OR c.fallback IS NULL)
        UNION ALL
        SELECT c.key, 1, format('b.%1$I IS NOT NULL AND NOT EXISTS (SELECT FROM deptperf.fact f WHERE f.fact = b.%1$I)', c.key), 'unknown value', 'a name of deptperf.fact'
        FROM @extschema@.deptperf_bind_columns() c
        WHERE c.source = deptperf_bind_faults.source AND c.kind = 'fact'
        UNION ALL
        -- a constraint of the own table
        SELECT c.key, 2,
               -- what is not finite is that alone
               CASE WHEN m.issue <> 'not finite' AND c.kind IN ('money', 'number') THEN format('b.%1$I > ''-Infinity'' AND b.%1$I < ''Infinity'' AND ', c.key) ELSE '' END
               || format('NOT (%s)', pg_get_expr(k.conbin, k.conrelid)), m.issue, m.expected
        FROM pg_constraint k
            CROSS JOIN LATERAL (SELECT substr(k.conname, length(source) + 2) AS rule) r
            JOIN @extschema@.deptperf_bind_columns() c ON c.source = deptperf_bind_faults.source AND starts_with(r.rule, c.key || '_')
            CROSS JOIN LATERAL (SELECT substr(r.rule, length(c.key) + 2) AS rule) s
            CROSS JOIN LATERAL (
                SELECT CASE WHEN s.rule = 'finite' THEN 'not finite' WHEN s.rule = 'not_negative' THEN 'negative' WHEN s.rule = 'whole' THEN 'not whole'
                            WHEN s.rule LIKE 'within\_%' THEN 'above ' || substr(s.rule, 8) ELSE 'unknown value' END AS issue,
                       CASE WHEN s.rule = 'finite' THEN 'a finite number; NaN makes its fact invalid for this department, year and those above'
                            WHEN s.rule = 'not_negative' THEN '0 or more' WHEN s.rule = 'whole' THEN 'a whole number'
                            WHEN s.rule LIKE 'within\_%' THEN 'at most ' || substr(s.rule, 8)
                            WHEN c.words IS NOT NULL THEN 'one of ' || array_to_string(c.words, ', ')
                            WHEN c.kind = 'month' THEN month ELSE pg_get_expr(k.conbin, k.conrelid) END AS expected
            ) m
        WHERE k.conrelid = own AND k.contype = 'c'
          AND (SELECT bool_and(a.attname = ANY (columns)) FROM pg_attribute a WHERE a.attrelid = own AND a.attnum = ANY (k.conkey))
          -- of answered and answered_in_time it is the longer that a name begins with
          AND NOT EXISTS (SELECT FROM unnest(columns) AS l(key) WHERE starts_with(r.rule, l.key || '_') AND length(l.key) > length(c.key))
    )
    SELECT string_agg(format('(%s, %L, %L, %s, %L)', f.condition, f.issue,
                             f.key || CASE WHEN spec ->> f.key <> f.key THEN format(' (%s)', spec ->> f.key) ELSE '' END,
                             -- deptperf_bind_source has no other int for what is none
                             format(CASE f.key WHEN 'month' THEN 'CASE b.%1$I WHEN -2147483648 THEN ''no month'' ELSE CAST(b.%1$I AS text) END' ELSE 'CAST(b.%I AS text)' END, f.key),
                             f.expected), E',\n        ' ORDER BY f.key, f.place, f.issue),
           string_agg(format('(%s)', f.condition), ' OR ' ORDER BY f.key, f.place, f.issue)
    INTO refused, faults
    FROM fault f;

    RETURN format($q$
SELECT b.dept_id, b.fiscal_year, CAST('error' AS text) AS severity, i.issue,
       format('%%s: %%s is %%s', coalesce(%1$L || b.record, %1$L || 'a record'), i.name, coalesce(i.value, 'NULL')) COLLATE "default" AS found, i.expected
FROM deptperf.%2$I b
    CROSS JOIN LATERAL (VALUES %3$s) AS i(refused, issue, name, value, expected)
WHERE b.known_department AND b.known_year AND (%4$s) AND i.refused
UNION ALL
SELECT CAST(NULL AS int8) AS dept_id, CASE WHEN b.known_year THEN b.fiscal_year END AS fiscal_year, CAST('error' AS text) AS severity,
       CASE WHEN b.department IS NULL THEN 'NULL' ELSE 'unknown department' END AS issue,
       format('%%s: %%s records of department %%s', rtrim(%1$L), count(*), coalesce(quote_literal(b.department), 'NULL')) AS found,
       CAST(%5$L AS text) AS expected
FROM deptperf.%2$I b
WHERE NOT b.known_department
GROUP BY 2, b.department
UNION ALL
SELECT b.dept_id, CAST(NULL AS int4) AS fiscal_year, CAST('error' AS text) AS severity, CASE WHEN b.year IS NULL THEN 'NULL' ELSE 'unknown year' END AS issue,
       format('%%s: %%s records of year %%s', rtrim(%1$L), count(*), coalesce(quote_literal(b.year), 'NULL')) AS found, CAST(%6$L AS text) AS expected
FROM deptperf.%2$I b
WHERE b.known_department AND NOT b.known_year%7$s
GROUP BY b.dept_id, b.year$q$,
        (spec ->> 'from') || ' ', view, refused, faults,
        'a department of deptperf.department; these records count as soon as it has the department',
        CASE WHEN spec ? 'from_date' THEN 'the date from which the record is in force' ELSE 'a year of deptperf.fiscal_year; these records count as soon as it has the year' END,
        -- between two dates may lie no year's end
        CASE WHEN spec ? 'from_date' THEN ' AND b.year IS NULL' END);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_faults(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) IS
'the query for the data issues of the records that a source has in a view of deptperf_bind: those of unknown departments and years, together by department or year, and each value that the own table would refuse. NULL gives NULL';

-- Those of no department only whoever sees all of them is shown.
CREATE FUNCTION @extschema@.deptperf_bind_issue(source pg_catalog.text, parts pg_catalog.text[], specs pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    faults text;
BEGIN
    IF parts IS NULL AND specs IS NOT NULL THEN
        faults := format('SELECT CAST(NULL AS int8) AS dept_id, CAST(NULL AS int4) AS fiscal_year, CAST(''error'' AS text) AS severity, CAST(''lost relation'' AS text) AS issue, '
                         'CAST(%L AS text) AS found, CAST(%L AS text) AS expected',
                         (SELECT format('the source does not speak: of the relations that it was bound to, %s, one was dropped', string_agg(DISTINCT s.spec ->> 'from', ', '))
                          FROM jsonb_array_elements(specs) AS s(spec)),
                         format('SELECT * FROM deptperf_repair(); when it is there again, or deptperf_bind to another, or SELECT deptperf_unbind(%L);', source));
    ELSE
        SELECT string_agg(@extschema@.deptperf_bind_faults(source, p.view, specs -> (p.place - 1)::int), E'\nUNION ALL\n' ORDER BY p.place) INTO faults
        FROM unnest(parts) WITH ORDINALITY AS p(view, place);
    END IF;
    IF faults IS NULL THEN
        RETURN 'SELECT CAST(NULL AS int8) AS dept_id, CAST(NULL AS int4) AS fiscal_year, CAST(NULL AS text) AS severity, CAST(NULL AS text) AS issue, '
               || 'CAST(NULL AS text) AS found, CAST(NULL AS text) AS expected WHERE false';
    END IF;
    RETURN format(E'SELECT i.dept_id, i.fiscal_year, i.severity, i.issue, i.found, i.expected FROM (%s) i\n'
                  'WHERE deptperf.sees_all() OR i.dept_id IN (SELECT g.dept_id FROM deptperf.given g)', faults);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_issue(pg_catalog.text, pg_catalog.text[], pg_catalog.jsonb) IS
'the query for the data issues of a source, with the views of its parts (NULL: the own table, which has none) in the order of the specs, of the departments that the caller may see. parts NULL: no rows, or with specs one that says that a relation is lost';

-- The records of a source that are in one of its relations, own or bound.
CREATE FUNCTION @extschema@.deptperf_bind_branch(source pg_catalog.text, "from" pg_catalog.text, own pg_catalog.bool) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    columns text;
    counted text;
BEGIN
    SELECT string_agg(format(', %I', c.key), '' ORDER BY c.place),
           string_agg(', ' || CASE WHEN c.fallback ~ '^[a-z_]+$' AND c.kind <> 'flag' THEN format('coalesce(%I, %I) AS %1$I', c.key, c.fallback)
                                   WHEN c.fallback IS NULL AND NOT a.attnotnull THEN format('coalesce(%I, ''NaN'') AS %1$I', c.key)     -- not known
                                   ELSE quote_ident(c.key) END, '' ORDER BY c.place)
    INTO columns, counted
    FROM @extschema@.deptperf_bind_columns() c JOIN pg_attribute a ON a.attrelid = format('deptperf.%I', c.source)::regclass AND a.attname = c.key
    WHERE c.source = deptperf_bind_branch.source;
    RETURN CASE WHEN own THEN format('SELECT dept_id, fiscal_year%s FROM %s', counted, "from")
                ELSE format('SELECT dept_id, fiscal_year%s FROM %s WHERE known_department AND known_year', columns, "from") END;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_branch(pg_catalog.text, pg_catalog.text, pg_catalog.bool) IS
'the query for the records of a source that are in an item of FROM: its own table (own), or a view of deptperf_bind. NULL gives NULL';

-- What is tracked is derived from the bindings as they were.
CREATE FUNCTION @extschema@.deptperf_bind_not_tracked(source pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    IF @extschema@.deptperf_track_is_on(source) THEN
        RAISE EXCEPTION 'source "%" is tracked', source
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'The facts that are kept of it are those of the relations that it reads now.',
                  HINT = format('SELECT deptperf_untrack(%1$L); first, and afterwards SELECT * FROM deptperf_track(%1$L);', source);
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_not_tracked(pg_catalog.text) IS 'raises an error when a source is tracked. NULL does nothing';

-- parts: the views in the order of the specs, NULL for the own table.
CREATE FUNCTION @extschema@.deptperf_bind_assemble(source pg_catalog.text, parts pg_catalog.text[], specs pg_catalog.jsonb) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    gone    record;
BEGIN
    EXECUTE format('CREATE OR REPLACE VIEW deptperf.%I AS ', source || '_source')
            || (SELECT string_agg(@extschema@.deptperf_bind_branch(source, format('deptperf.%I', coalesce(p.view, source)), p.view IS NULL),
                                  E'\nUNION ALL\n' ORDER BY p.place)
                FROM unnest(parts) WITH ORDINALITY AS p(view, place));
    EXECUTE format('CREATE OR REPLACE VIEW deptperf.%I WITH (security_barrier = true) AS ', source || '_issue')
            || @extschema@.deptperf_bind_issue(source, parts, specs);
    -- the views get the names of their places
    FOR gone IN
        SELECT v.relname AS view FROM pg_class v
        WHERE v.relnamespace = 'deptperf'::regnamespace AND v.relkind = 'v' AND v.relname ~ ('^' || source || '_bound_[0-9]+$')
          AND NOT v.relname = ANY (array_remove(parts, NULL))
    LOOP
        EXECUTE format('DROP VIEW deptperf.%I', gone.view);
    END LOOP;
    FOR place IN 1 .. cardinality(parts) LOOP
        IF parts[place] IS NOT NULL THEN
            EXECUTE format('ALTER VIEW deptperf.%I RENAME TO %I', parts[place], 'binding_moved_' || place);
        END IF;
    END LOOP;
    FOR place IN 1 .. cardinality(parts) LOOP
        IF parts[place] IS NOT NULL THEN
            EXECUTE format('ALTER VIEW deptperf.%I RENAME TO %I', 'binding_moved_' || place, source || '_bound_' || place);
        END IF;
    END LOOP;
    INSERT INTO deptperf.binding AS b (source, spec, by_code)
    SELECT source, specs, coalesce(bool_or(t.attname = 'code') AND NOT bool_and(t.division), false)
    FROM (SELECT a.attname, bool_or(a.attname = 'division') OVER (PARTITION BY v.oid) AS division
          FROM pg_class v JOIN pg_rewrite w ON w.ev_class = v.oid
              JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refobjid = 'deptperf.department'::regclass
              JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
          WHERE v.relnamespace = 'deptperf'::regnamespace AND v.relname ~ ('^' || source || '_bound_[0-9]+$')) t
    WHERE t.attname = 'code'
    ON CONFLICT ON CONSTRAINT binding_pkey DO UPDATE
    SET spec = excluded.spec, by_code = excluded.by_code, bound_by = DEFAULT, bound_at = DEFAULT;
    UPDATE deptperf.source s SET lost = false WHERE s.source = deptperf_bind_assemble.source AND s.lost;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_assemble(pg_catalog.text, pg_catalog.text[], pg_catalog.jsonb) IS
'puts views of deptperf_bind (NULL: the own table) behind a source, in place of what is there, names them <source>_bound_<place> and stores their specs';


-- ---- what people call ----

CREATE FUNCTION @extschema@.deptperf_bind_sources(bindings pg_catalog.jsonb, path pg_catalog.text)
RETURNS TABLE (source pg_catalog.text, relation pg_catalog.text, "rows" pg_catalog.int8, matched pg_catalog.int8, unknown_departments pg_catalog.int8, unknown_years pg_catalog.int8, unknown_values pg_catalog.int8, nulls pg_catalog.int8)
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 14
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    given   jsonb := deptperf_bind_sources.bindings;
    known   text[];
    entry   record;
    one     record;
    bound   record;
    own     jsonb;                      -- the spec of the source's own table
    specs   jsonb;
    parts   text[];
    kept    jsonb;
    several bool;
    any_row bool;
    state   text;
    message text;
    detail  text;
    hint    text;
    example text := 'SELECT * FROM deptperf_bind(''{"procurement": {"from": "finance.gov_purchase", "dept": "unit_code", "year": "year", "planned": "plan_amt", "actual": "paid_amt"}}'');';
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    IF given IS NULL OR jsonb_typeof(given) <> 'object' OR given = '{}' THEN
        RAISE EXCEPTION 'the bindings are % and not an object with a source',
                CASE WHEN given IS NULL THEN 'NULL' WHEN given = '{}' THEN 'empty' ELSE jsonb_typeof(given) END
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Expected an object: the name of a source, and where its columns come from.', HINT = example;
    END IF;
    PERFORM pg_advisory_xact_lock(1684369524, 1);       -- as setup does
    PERFORM pg_advisory_xact_lock(1684369524, 2);       -- as changes of department do, for codes stay unique; before any table's lock
    PERFORM @extschema@.deptperf_workspace_guard();
    SELECT array_agg(s.source ORDER BY s.source) INTO known
    FROM (SELECT DISTINCT c.source FROM @extschema@.deptperf_bind_columns() c) s;
    SELECT k.key INTO entry FROM jsonb_object_keys(given) AS k(key) WHERE k.key <> ALL (known) ORDER BY k.key LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source "%" is not known', entry.key
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('Known: %s.', array_to_string(known, ', ')), HINT = example;
    END IF;
    IF to_regclass('deptperf.binding') IS NULL
       OR EXISTS (SELECT FROM unnest(known) AS k(source)
                  WHERE to_regclass(format('deptperf.%I', k.source || '_source')) IS NULL
                     OR to_regclass(format('deptperf.%I', k.source || '_sums')) IS NULL
                     OR to_regclass(format('deptperf.%I', k.source || '_facts')) IS NULL
                     OR to_regclass(format('deptperf.%I', k.source || '_issue')) IS NULL) THEN
        PERFORM @extschema@.deptperf_setup();           -- brings back what went with a dropped relation
    END IF;
    -- in the order in which readers come to the sources
    FOR entry IN
        SELECT k.key, k.value FROM jsonb_each(given) AS k(key, value)
        ORDER BY (SELECT s.position FROM deptperf.source s WHERE s.source = k.key), k.key
    LOOP
        IF jsonb_typeof(entry.value) NOT IN ('object', 'array') OR entry.value = '[]' THEN
            PERFORM @extschema@.deptperf_bind_keys(entry.key, entry.value);
        END IF;
        PERFORM @extschema@.deptperf_bind_not_tracked(entry.key);
        EXECUTE format('LOCK TABLE deptperf.%I IN SHARE ROW EXCLUSIVE MODE', entry.key);
        own := jsonb_build_object('from', format('deptperf.%I', entry.key));
        specs := '[]';
        parts := '{}';
        kept := CASE jsonb_typeof(entry.value) WHEN 'array' THEN entry.value ELSE jsonb_build_array(entry.value) END;
        several := jsonb_array_length(kept) > 1;
        IF kept @@ '$[*].keep == true' THEN
            -- what the source reads now comes first
            SELECT coalesce(max(b.spec::text)::jsonb, jsonb_build_array(own)) INTO specs
            FROM deptperf.binding b WHERE b.source = entry.key;
            SELECT array_agg(CASE WHEN s.spec <> own THEN entry.key || '_bound_' || s.place END ORDER BY s.place) INTO parts
            FROM jsonb_array_elements(specs) WITH ORDINALITY AS s(spec, place);
            SELECT s.spec ->> 'from' AS relation INTO one
            FROM jsonb_array_elements(specs) WITH ORDINALITY AS s(spec, place)
            WHERE s.spec <> own AND to_regclass(format('deptperf.%I', entry.key || '_bound_' || s.place)) IS NULL
            ORDER BY s.place LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'source "%", key "keep": % was dropped', entry.key, one.relation
                    USING ERRCODE = 'object_not_in_prerequisite_state',
                          DETAIL = 'It is among the relations that the source is to keep.',
                          HINT = format('SELECT * FROM deptperf_repair(); when it is there again, or SELECT deptperf_unbind(%L, %L);', entry.key, one.relation);
            END IF;
        END IF;
        FOR one IN SELECT e.spec, e.place FROM jsonb_array_elements(kept) WITH ORDINALITY AS e(spec, place) ORDER BY e.place LOOP
            IF jsonb_typeof(one.spec) = 'object' AND one.spec - 'keep' = own AND (several OR one.spec ? 'keep') THEN
                IF NOT specs @> jsonb_build_array(own) OR NOT EXISTS (SELECT FROM jsonb_array_elements(specs) AS s(spec) WHERE s.spec = own) THEN
                    specs := specs || jsonb_build_array(own);
                    parts := parts || NULL::text;
                END IF;
                CONTINUE;
            END IF;
            BEGIN
                bound := @extschema@.deptperf_bind_source(entry.key, one.spec, cardinality(parts) + 1, path);
            EXCEPTION WHEN others THEN
                IF NOT several THEN
                    RAISE;
                END IF;
                GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
                RAISE EXCEPTION '%', message
                    USING ERRCODE = state, HINT = hint, DETAIL = format('In relation %s of %s. %s', one.place, jsonb_array_length(kept), detail);
            END;
            parts := parts || format('binding_new_%s', cardinality(parts) + 1);
            one.spec := one.spec - 'keep' || jsonb_build_object('from', bound.relation);
            IF EXISTS (SELECT FROM jsonb_array_elements(specs) AS s(spec) WHERE s.spec = one.spec) THEN
                RAISE EXCEPTION 'source "%": % is among its relations already, bound in the same way', entry.key, bound.relation
                    USING ERRCODE = 'duplicate_object',
                          DETAIL = 'Each record would count twice.',
                          HINT = 'Leave it out; to bind all anew, leave out "keep".';
            END IF;
            specs := specs || jsonb_build_array(one.spec);
            RETURN QUERY SELECT entry.key, bound.relation, bound.records, bound.matched, bound.unknown_departments, bound.unknown_years, bound.unknown_values, bound.nulls;
        END LOOP;
        IF array_position(parts, NULL) IS NULL THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM deptperf.%I)', entry.key) INTO any_row;
            IF any_row THEN
                RAISE EXCEPTION 'source "%": its own table, deptperf.%, has rows', entry.key, entry.key
                    USING ERRCODE = 'object_not_in_prerequisite_state',
                          DETAIL = 'These records would no longer count.',
                          HINT = format('"keep": true lets the source read them too. Or move them to the relation that is to be bound, and DELETE FROM deptperf.%I;', entry.key);
            END IF;
        END IF;
        PERFORM @extschema@.deptperf_bind_assemble(entry.key, parts, specs);
        PERFORM @extschema@.deptperf_close_complete(entry.key);
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_sources(pg_catalog.jsonb, pg_catalog.text) IS
'deptperf_bind with names in the specs looked up by the search_path given';

-- Its search_path is the caller's, so that it can be passed on.
CREATE FUNCTION @extschema@.deptperf_bind(bindings pg_catalog.jsonb)
RETURNS TABLE (source pg_catalog.text, relation pg_catalog.text, "rows" pg_catalog.int8, matched pg_catalog.int8, unknown_departments pg_catalog.int8, unknown_years pg_catalog.int8, unknown_values pg_catalog.int8, nulls pg_catalog.int8)
LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 14 AS $deptperf$
    SELECT b.source, b.relation, b."rows", b.matched, b.unknown_departments, b.unknown_years, b.unknown_values, b.nulls
    FROM @extschema@.deptperf_bind_sources($1, pg_catalog.current_setting('search_path')) b
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind(pg_catalog.jsonb) IS
'lets sources read relations of yours in place of their own tables, without a copy: by source an object, or an array of objects, one a relation, with "from" (the relation), "dept" (an integer is the dept_id, a text the code; with "division", a text, the code in that division), "year" (an integer, a text, or a date or timestamp), the source''s columns, and, if need be, "filter" (a condition) and "factor" (a number above 0 on every money column, exact: 0.0001 makes 万元 of 元). In place of year, "from_date" and "to_date" (may be left out or NULL: still in force; a date is the first day that it no longer is): the record counts for each year that has begun and at whose end it is in force. "complete": true closes the source for all departments, now and again at each deptperf_close, for the years before the current one in which the relation has a record. "keep": true adds the relation to what the source reads already, its own table or what is bound; in an array {"from": "deptperf.<source>"} is the own table. A value that is a column''s name is that column; any other is one SQL expression over the relation''s columns, without subqueries, whose names are looked up once, now, by your search_path. An expression that fails for a record fails every score, and while the source is tracked the statement that brings the record; deptperf_number(…) gives NaN instead. A date for month is its month, and NaN or a fraction an unknown one; a payment without a month from 1 to 12 is in none of paid_q1 to paid_q4, but counts in public_paid and three_public_paid as its class says. Columns with a default may be left out, and a NULL for adjusted is the initial amount. Only for the workspace''s owner; without keep it replaces what was bound. A row a relation: rows of the relation (after the filter), matched (known department and year: these are the source''s records), rows of unknown departments, of unknown years (in force at no year''s end), with a value that the source does not know (month, class, aspect, kind, fact; an amount that is NaN or infinite), and with a NULL. Every fault is an error that names source and key, and then nothing is bound';

CREATE FUNCTION @extschema@.deptperf_bindings()
RETURNS TABLE (source pg_catalog.text, relation pg_catalog.text, spec pg_catalog.jsonb, bound_by pg_catalog.text, bound_at pg_catalog.timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 14
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    RETURN QUERY
    SELECT b.source,
           CASE WHEN s.spec = jsonb_build_object('from', format('deptperf.%I', b.source)) THEN format('deptperf.%I', b.source)
                ELSE (SELECT format('%I.%I', n.nspname, c.relname)
                      FROM pg_rewrite w
                          JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
                          JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                          JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname <> 'deptperf'
                      WHERE w.ev_class = to_regclass(format('deptperf.%I', b.source || '_bound_' || s.place))
                      LIMIT 1) END,
           s.spec, b.bound_by, b.bound_at
    FROM deptperf.binding b
        CROSS JOIN LATERAL jsonb_array_elements(b.spec) WITH ORDINALITY AS s(spec, place)
    ORDER BY b.source, s.place;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bindings() IS
'what is bound, a row a relation in the order of the specs: to which source, its name of today (NULL: it was dropped, and the source does not speak until it is bound anew, see deptperf_repair), and the spec as it was given, with the relation''s name of that time. SELECT deptperf_bind(jsonb_object_agg(source, specs)) FROM (SELECT source, jsonb_agg(spec) AS specs FROM deptperf_bindings() GROUP BY source) AS b binds them again';

CREATE FUNCTION @extschema@.deptperf_unbind(source pg_catalog.text, relation pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.text
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted   text := deptperf_unbind.source;
    one      text := deptperf_unbind.relation;
    bound    record;
    own      text;
    any_row  bool;
    result   text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    PERFORM pg_advisory_xact_lock(1684369524, 1);
    PERFORM @extschema@.deptperf_workspace_guard();
    IF NOT EXISTS (SELECT FROM deptperf.binding b WHERE b.source = wanted) THEN
        RAISE EXCEPTION 'source "%" is not bound', wanted
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = (SELECT format('Bound: %s.', coalesce(string_agg(b.source, ', ' ORDER BY b.source), 'none')) FROM deptperf.binding b),
                  HINT = 'SELECT * FROM deptperf_bindings();';
    END IF;
    PERFORM @extschema@.deptperf_bind_not_tracked(wanted);
    EXECUTE format('LOCK TABLE deptperf.%I IN SHARE ROW EXCLUSIVE MODE', wanted);
    -- which go and which stay; a name as it is today or was then, with or without quotes
    SELECT string_agg(b.relation, ', ' ORDER BY b.place) FILTER (WHERE b.goes) AS relations,
           count(*) FILTER (WHERE b.goes) AS going, count(*) FILTER (WHERE NOT b.goes) AS staying,
           array_agg(CASE WHEN b.own THEN NULL ELSE wanted || '_bound_' || b.place END ORDER BY b.place) FILTER (WHERE NOT b.goes) AS parts,
           jsonb_agg(b.spec ORDER BY b.place) FILTER (WHERE NOT b.goes) AS specs,
           coalesce(bool_or(b.own AND b.goes), false) AS own_goes,
           coalesce(bool_or(b.relation IS NULL AND NOT b.goes), false) AS lost,
           string_agg(coalesce(b.relation, b.spec ->> 'from'), ', ' ORDER BY b.place) AS all_relations
    INTO bound
    FROM (SELECT b.relation, b.spec, b.place, b.relation = format('deptperf.%I', wanted) AS own,
                 one IS NULL OR one IN (b.relation, b.spec ->> 'from', replace(b.relation, '"', ''), replace(b.spec ->> 'from', '"', '')) IS TRUE AS goes
          FROM (SELECT b.relation, b.spec, row_number() OVER (ORDER BY b.place) AS place
                FROM @extschema@.deptperf_bindings() WITH ORDINALITY AS b(source, relation, spec, bound_by, bound_at, place)
                WHERE b.source = wanted) b) b;
    result := bound.relations;
    IF bound.going = 0 THEN
        RAISE EXCEPTION 'source "%": % is not bound to it', wanted, one
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Bound: %s.', bound.all_relations),
                  HINT = format('SELECT relation FROM deptperf_bindings() WHERE source = %L;', wanted);
    END IF;
    PERFORM @extschema@.deptperf_setup();               -- brings back what went with a dropped relation
    IF bound.staying > 0 AND NOT (bound.staying = 1 AND bound.parts[1] IS NULL) THEN
        IF bound.own_goes THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM deptperf.%I)', wanted) INTO any_row;
            IF any_row THEN
                RAISE EXCEPTION 'source "%": its own table, deptperf.%, has rows', wanted, wanted
                    USING ERRCODE = 'object_not_in_prerequisite_state',
                          DETAIL = 'These records would no longer count.',
                          HINT = format('Move them, and DELETE FROM deptperf.%I;', wanted);
            END IF;
        END IF;
        IF bound.lost THEN                              -- none of them counts until deptperf_repair
            UPDATE deptperf.binding b SET spec = bound.specs WHERE b.source = wanted;
            FOR bound IN
                SELECT v.relname AS view FROM pg_class v
                WHERE v.relnamespace = 'deptperf'::regnamespace AND v.relkind = 'v' AND v.relname ~ ('^' || wanted || '_bound_[0-9]+$')
            LOOP
                EXECUTE format('DROP VIEW deptperf.%I', bound.view);    -- named by places that are no longer theirs
            END LOOP;
        ELSE
            PERFORM @extschema@.deptperf_bind_assemble(wanted, bound.parts, bound.specs);
        END IF;
        RETURN result;
    END IF;
    -- What a source view reads when it is not bound stands in setup alone.  So
    -- the views step aside, setup makes them anew, and the definition is taken
    -- from there: what others built on these views stays.
    DELETE FROM deptperf.binding b WHERE b.source = wanted;
    EXECUTE format('ALTER VIEW deptperf.%I RENAME TO binding_facts', wanted || '_facts');
    EXECUTE format('ALTER VIEW deptperf.%I RENAME TO binding_source', wanted || '_source');
    PERFORM @extschema@.deptperf_setup();
    own := pg_get_viewdef(format('deptperf.%I', wanted || '_source')::regclass);
    EXECUTE format('DROP VIEW deptperf.%I, deptperf.%I', wanted || '_facts', wanted || '_source');
    EXECUTE format('ALTER VIEW deptperf.binding_source RENAME TO %I', wanted || '_source');
    EXECUTE format('ALTER VIEW deptperf.binding_facts RENAME TO %I', wanted || '_facts');
    EXECUTE format('CREATE OR REPLACE VIEW deptperf.%I AS %s', wanted || '_source', own);
    EXECUTE format('CREATE OR REPLACE VIEW deptperf.%I WITH (security_barrier = true) AS %s', wanted || '_issue',
                   @extschema@.deptperf_bind_issue(wanted, NULL, NULL));
    FOR bound IN
        SELECT v.relname AS view FROM pg_class v
        WHERE v.relnamespace = 'deptperf'::regnamespace AND v.relkind = 'v' AND v.relname ~ ('^' || wanted || '_bound_[0-9]+$')
    LOOP
        EXECUTE format('DROP VIEW deptperf.%I', bound.view);
    END LOOP;
    RETURN result;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_unbind(pg_catalog.text, pg_catalog.text) IS
'takes a relation away from a source, by its name of today or that of its spec; relation NULL: all, and the source reads its own table again, as it does when no other is left. Returns the name of today of what it was bound to (NULL: it was dropped). Views of yours over the source stay. What is not bound is an error';

CREATE FUNCTION @extschema@.deptperf_bind_repair(path pg_catalog.text)
RETURNS TABLE (source pg_catalog.text, relation pg_catalog.text, state pg_catalog.text, found pg_catalog.text)
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 14
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    broken  text[];             -- sources whose relation, or a view of which, is gone
    entry   record;
    gone    text;
    message text;
    detail  text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    PERFORM pg_advisory_xact_lock(1684369524, 1);
    PERFORM @extschema@.deptperf_workspace_guard();
    IF to_regclass('deptperf.binding') IS NULL THEN
        PERFORM @extschema@.deptperf_setup();
    END IF;
    SELECT array_agg(s.source) INTO broken
    FROM deptperf.source s
    WHERE to_regclass(format('deptperf.%I', s.source || '_source')) IS NULL
       OR to_regclass(format('deptperf.%I', s.source || '_sums')) IS NULL
       OR to_regclass(format('deptperf.%I', s.source || '_facts')) IS NULL
       OR to_regclass(format('deptperf.%I', s.source || '_issue')) IS NULL
       OR EXISTS (SELECT FROM @extschema@.deptperf_bindings() b WHERE b.source = s.source AND b.relation IS NULL);
    PERFORM @extschema@.deptperf_setup();
    FOR entry IN
        SELECT s.source, jsonb_agg(b.spec ORDER BY b.place) FILTER (WHERE b.source IS NOT NULL) AS specs,
               coalesce(bool_or(b.source IS NOT NULL AND b.relation IS NULL), false) AS unbound
        FROM deptperf.source s
            LEFT JOIN @extschema@.deptperf_bindings() WITH ORDINALITY AS b(source, relation, spec, bound_by, bound_at, place) ON b.source = s.source
        WHERE s.source = ANY (broken)
        GROUP BY s.source, s.position
        ORDER BY s.position
    LOOP
        IF NOT entry.unbound THEN
            RETURN QUERY SELECT entry.source, format('deptperf.%I', entry.source), 'restored', 'its views were missing';
            CONTINUE;
        END IF;
        SELECT string_agg(DISTINCT s.spec ->> 'from', ', ') INTO gone
        FROM jsonb_array_elements(entry.specs) WITH ORDINALITY AS s(spec, place)
        WHERE to_regclass(s.spec ->> 'from') IS NULL;
        IF gone IS NOT NULL THEN
            RETURN QUERY SELECT entry.source, gone, 'missing',
                   format('it does not exist; the source does not speak until deptperf_repair() finds it, deptperf_bind() names another, or deptperf_unbind(%L) gives it up', entry.source);
            CONTINUE;
        END IF;
        BEGIN
            RETURN QUERY
            SELECT b.source, b.relation, 'bound', format('%s of %s records are of known departments and years', b.matched, b."rows")
            FROM @extschema@.deptperf_bind_sources(jsonb_build_object(entry.source, entry.specs), path) b;
        EXCEPTION WHEN others THEN
            GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
            RETURN QUERY SELECT entry.source, (SELECT string_agg(s.spec ->> 'from', ', ') FROM jsonb_array_elements(entry.specs) AS s(spec)), 'failed',
                   concat_ws(' ', message || '.', nullif(detail, ''), 'The source does not speak.');
        END;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_repair(pg_catalog.text) IS
'deptperf_repair with names in the specs looked up by the search_path given';

CREATE FUNCTION @extschema@.deptperf_repair()
RETURNS TABLE (source pg_catalog.text, relation pg_catalog.text, state pg_catalog.text, found pg_catalog.text)
LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 14 AS $deptperf$
    SELECT r.source, r.relation, r.state, r.found
    FROM @extschema@.deptperf_bind_repair(pg_catalog.current_setting('search_path')) r
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_repair() IS
'brings sources back whose relation was dropped with CASCADE: their views; and where the relations exist again, binds them by the stored specs, names looked up by your search_path. A row for each source that was lost (none: all is well): bound again, restored (it was not bound), missing (a relation that does not exist; the source does not speak, neither for its others nor where it is closed), or failed, with the reason. Only for the workspace''s owner';

-- records.md §1: what a complete relation has records of is complete.
CREATE FUNCTION @extschema@.deptperf_close_complete(source pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    entry record;
    year  int;
BEGIN
    IF to_regclass('deptperf.binding') IS NULL THEN
        RETURN;
    END IF;
    FOR entry IN
        SELECT b.source, to_regclass(format('deptperf.%I', b.source || '_bound_' || s.place)) AS view
        FROM deptperf.binding b
            CROSS JOIN LATERAL jsonb_array_elements(b.spec) WITH ORDINALITY AS s(spec, place)
        WHERE s.spec -> 'complete' = 'true' AND (deptperf_close_complete.source IS NULL OR b.source = deptperf_close_complete.source)
        ORDER BY b.source, s.place
    LOOP
        -- a role that closes may have no right on records
        IF has_table_privilege(entry.view, 'SELECT') THEN
            FOR year IN EXECUTE format('SELECT DISTINCT b.fiscal_year FROM %s b JOIN deptperf.fiscal_year y ON y.fiscal_year = b.fiscal_year
                                        WHERE b.known_department AND b.known_year AND y.ends <= CURRENT_DATE ORDER BY 1', entry.view) LOOP
                -- a shard's departments have no record in it
                PERFORM @extschema@.deptperf_close_rows(year, entry.source, CASE WHEN to_regclass('deptperf.shard_department') IS NOT NULL AND EXISTS (SELECT FROM deptperf.shard_department) THEN
                    ARRAY(SELECT d.dept_id FROM deptperf.department d WHERE NOT EXISTS (SELECT FROM deptperf.shard_department h WHERE h.dept_id = d.dept_id)) END);
            END LOOP;
        END IF;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_close_complete(pg_catalog.text) IS
'closes sources that have a relation bound with "complete": true, for the years before the current one in which that relation has a record; source NULL: all';
