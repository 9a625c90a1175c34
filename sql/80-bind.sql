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
--   3. That definition, joined to the registries, becomes <source>_source.
--      User's columns are never cast in a join, the registries' are, so that the
--      user's indexes and partitions serve.
--
-- Nothing is stored but the spec.  What is bound, and by which name today, the
-- view's dependencies say.

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
            USING ERRCODE = CASE jsonb_typeof(given) WHEN 'array' THEN 'feature_not_supported' ELSE 'invalid_parameter_value' END,
                  DETAIL = 'Expected an object with from, dept, year and the columns of the source; a source has one relation.',
                  HINT = 'SELECT deptperf_bind(''{"procurement": {"from": "finance.gov_purchase", "dept": "unit_code", "year": "year", "planned": "plan_amt", "actual": "paid_amt"}}'');';
    END IF;
    SELECT '{from,dept,year}'::text[] || array_agg(c.key ORDER BY c.place) FILTER (WHERE c.fallback IS NULL),
           array_agg(c.key || ' (' || c.fallback || ')' ORDER BY c.place) FILTER (WHERE c.fallback IS NOT NULL)
               || CASE WHEN bool_or(c.kind = 'money') THEN '{filter,factor}'::text[] ELSE '{filter}' END
    INTO required, optional
    FROM @extschema@.deptperf_bind_columns() c WHERE c.source = wanted;

    SELECT k.key INTO fault
    FROM jsonb_object_keys(given) AS k(key)
    WHERE k.key IN ('division', 'from_date', 'to_date', 'complete', 'keep')
    ORDER BY k.key LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source "%": key "%" is not supported yet', wanted, fault
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'division, from_date, to_date, complete and keep come with a later version.',
                  HINT = CASE fault
                         WHEN 'division' THEN 'Bind a view of your own that looks up the dept_id in deptperf.department.'
                         WHEN 'complete' THEN 'Leave it out, and call deptperf_close(year, source) when a year''s records are complete.'
                         WHEN 'keep' THEN 'Bind a view of your own that is the UNION ALL of both.'
                         ELSE 'Bind a view of your own that has a row for each year in which the record is in force.' END;
    END IF;
    SELECT k.key INTO fault
    FROM jsonb_object_keys(given) AS k(key)
    WHERE k.key NOT IN ('from', 'dept', 'year', 'filter', 'factor')
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
    WHERE k.key <> 'factor'
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
                  HINT = 'Leave the source out, or deptperf_unbind it.';
    ELSIF c.relpersistence = 't' THEN
        RAISE EXCEPTION '%: % is temporary', at, c.name
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'The source would be gone with the session.',
                  HINT = 'Bind a permanent table or view.';
    ELSIF NOT has_any_column_privilege(relation, 'SELECT') THEN
        RAISE EXCEPTION '%: % can''t be read by %', at, c.name, me
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('Scores are computed with the rights of the workspace''s owner, %s.', me),
                  HINT = format('GRANT SELECT ON %s TO %s;', c.name, me);
    END IF;

    -- The relation and, where it is a view, what that reads, each with the role
    -- whose rights count there.
    WITH RECURSIVE reads(oid, reader) AS (
        SELECT relation::oid, me::oid
        UNION
        SELECT d.refobjid, CASE WHEN v.reloptions::text ~* 'security_invoker=(true|on|1|yes)' THEN r.reader ELSE v.relowner END
        FROM reads r
            JOIN pg_class v ON v.oid = r.oid AND v.relkind = 'v'
            JOIN pg_rewrite w ON w.ev_class = v.oid
            JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                            AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
    )
    SELECT format('%I.%I', n.nspname, t.relname) AS name, t.relkind, a.rolname AS reader,
           n.nspname = 'deptperf' AND t.relkind = 'v' AS ours
    INTO c
    FROM reads r
        JOIN pg_class t ON t.oid = r.oid
        JOIN pg_namespace n ON n.oid = t.relnamespace
        JOIN pg_roles a ON a.oid = r.reader
    WHERE n.nspname = 'deptperf' AND t.relkind = 'v'
       OR t.relrowsecurity AND NOT (a.rolsuper OR a.rolbypassrls)
          AND (t.relforcerowsecurity OR NOT pg_has_role(a.oid, t.relowner, 'USAGE'))
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
        WHEN kind = 'month' THEN '{int4,int2,int8,date,timestamp}'
        WHEN kind IN ('word', 'fact') THEN '{text,varchar,bpchar}'
        WHEN kind = 'dept' THEN '{int8,int4,int2,numeric,text,varchar,bpchar}'
        WHEN kind = 'year' THEN '{int4,int2,int8,numeric,text,varchar,bpchar,date,timestamp}' END;
    operand  text := CASE WHEN expression = value AND value !~ '^[[:alnum:]_]+$' THEN '(' || expression || ')' ELSE expression END;
    way_out  text;
BEGIN
    IF type = ANY (fits) THEN
        RETURN;
    END IF;
    way_out := CASE
        WHEN kind IN ('money', 'number') AND type::text ~ 'char|text' THEN format('deptperf_number(%s)', expression)
        WHEN kind IN ('money', 'number') THEN operand || CASE WHEN type::text = 'boolean' THEN '::int' ELSE '::numeric(18,2)' END
        WHEN kind IN ('flag', 'filter') THEN operand || CASE WHEN type::text ~ 'char|text' THEN ' = ''…''' ELSE ' = 1' END
        WHEN type::text = 'timestamp with time zone' THEN operand || ' AT TIME ZONE ''Asia/Shanghai'''
        WHEN kind IN ('month', 'year') THEN operand || '::int'
        ELSE operand || '::text' END;
    RAISE EXCEPTION 'source "%", key "%": "%" is %', source, key, value, type
        USING ERRCODE = 'datatype_mismatch',
              DETAIL = CASE WHEN kind IN ('money', 'number') THEN 'Expected an exact amount, numeric or an integer'
                                || CASE WHEN type::text IN ('real', 'double precision') THEN '; a float is not exact.' ELSE '.' END
                            WHEN kind IN ('flag', 'filter') THEN 'Expected a boolean.'
                            WHEN kind = 'month' THEN 'Expected an integer from 1 to 12, or a date or timestamp, whose month is taken.'
                            WHEN kind = 'dept' THEN 'Expected an integer, the dept_id, or a text, varchar or char, the code.'
                            WHEN kind = 'year' THEN 'Expected an integer, a text, or a date or timestamp, whose fiscal year is taken.'
                            ELSE 'Expected a text, varchar or char.' END
                       || CASE WHEN type::text = 'timestamp with time zone' THEN ' The day of a timestamp with time zone depends on the session.' ELSE '' END,
              HINT = format('Write an expression: "%s": %s', key, to_json(way_out));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_type(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.regtype) IS
'raises an error, with the cast to write, unless a type serves for a kind of column';

CREATE FUNCTION @extschema@.deptperf_bind_index(source pg_catalog.text, spec pg_catalog.jsonb, relation pg_catalog.regclass) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    dept   int2;
    year   int2;
    others text;
BEGIN
    SELECT max(a.attnum) FILTER (WHERE a.attname = spec ->> 'dept'), max(a.attnum) FILTER (WHERE a.attname = spec ->> 'year') INTO dept, year
    FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped;
    IF dept IS NULL
       OR NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND c.relkind IN ('r', 'p', 'm'))
       OR EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
                  WHERE i.indrelid = relation AND i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree'
                    AND (i.indkey[0] = dept OR i.indkey[0] = year AND i.indnkeyatts > 1 AND i.indkey[1] = dept)) THEN
        RETURN NULL;
    END IF;
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO others
    FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnum > 0 AND a.attnum <> dept AND a.attnum IS DISTINCT FROM year
      AND EXISTS (SELECT FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                  WHERE w.ev_class = to_regclass(format('deptperf.%I', source || '_source'))
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = relation AND d.refobjsubid = a.attnum);
    RETURN format('CREATE INDEX ON %s (%s)%s;', relation,
                  (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
                   FROM unnest(ARRAY[dept, nullif(year, dept)]) WITH ORDINALITY AS k(attnum, place)
                       JOIN pg_attribute a ON a.attrelid = relation AND a.attnum = k.attnum),
                  ' INCLUDE (' || others || ')');
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bind_index(pg_catalog.text, pg_catalog.jsonb, pg_catalog.regclass) IS
'the index to make on a bound table, so that one department''s records are read by it alone; NULL where an index begins with the department (or with the year and then the department), and where none can serve: a view, a foreign table, a department that is no column';

-- ---- one source ----

CREATE FUNCTION @extschema@.deptperf_bind_source(source pg_catalog.text, spec pg_catalog.jsonb, path pg_catalog.text,
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
    in_year  text;                      -- that the year is known, for counting
    out_dept text := 'd.dept_id';       -- the user's column where it is the same,
    out_year text := 'y.fiscal_year';   -- so that any condition reaches it
    by_code  bool;
    twice    record;
    any_row  bool;
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
    EXECUTE format('LOCK TABLE deptperf.%I IN SHARE ROW EXCLUSIVE MODE', source);
    EXECUTE format('SELECT EXISTS (SELECT FROM deptperf.%I)', source) INTO any_row;
    IF any_row THEN
        RAISE EXCEPTION 'source "%": its own table, deptperf.%, has rows', source, source
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'A bound source reads one relation, and these records would no longer count.',
                  HINT = format('Move them to the relation that is to be bound, and DELETE FROM deptperf.%I;', source);
    END IF;
    rel := @extschema@.deptperf_bind_relation(source, spec ->> 'from', path);
    SELECT format('%I.%I', n.nspname, c.relname) INTO relation
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = rel;

    -- each value by itself
    FOR entry IN
        SELECT k.key, coalesce(c.kind, k.key) AS kind, c.fallback, c.words, spec ->> k.key AS value
        FROM jsonb_object_keys(spec) AS k(key)
            LEFT JOIN @extschema@.deptperf_bind_columns() c ON c.source = deptperf_bind_source.source AND c.key = k.key
        WHERE k.key NOT IN ('from', 'factor')
        ORDER BY array_position('{dept,year,filter}', k.key), c.place
    LOOP
        bound := @extschema@.deptperf_bind_expression(source, entry.key, entry.value, rel, path);
        PERFORM @extschema@.deptperf_bind_type(source, entry.key, entry.kind, entry.value, bound.expression, bound.type);
        IF entry.key = 'filter' THEN
            chosen := format(E'\nWHERE (%s\n)', bound.expression);
            CONTINUE;
        END IF;
        items := items || format(E'(%s\n) AS %I', bound.expression, entry.key);
        never := never || CASE WHEN entry.key <> 'adjusted' THEN format('s.%I', entry.key) END;
        CASE entry.kind
        WHEN 'dept' THEN
            by_code := bound.type = ANY (texts);
            of_dept := CASE WHEN by_code THEN format('CAST(d.code AS %s) COLLATE %s = s.dept', names[array_position(texts, bound.type)], bound.coll)
                            WHEN bound.type = 'numeric'::regtype THEN 'CAST(d.dept_id AS numeric) = s.dept'
                            ELSE 'd.dept_id = s.dept' END;
            IF bound.type = 'int8'::regtype THEN
                out_dept := 'CAST(s.dept AS int8)';
            END IF;
        WHEN 'year' THEN
            of_year := CASE WHEN bound.type = ANY (texts) THEN format('CAST(y.year_text AS %s) COLLATE %s = s.year', names[array_position(texts, bound.type)], bound.coll)
                            WHEN bound.type = 'numeric'::regtype THEN 'CAST(y.fiscal_year AS numeric) = s.year'
                            WHEN bound.type = ANY (dates) THEN 's.year >= y.starts AND s.year < y.ends'
                            ELSE 'y.fiscal_year = s.year' END;
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
                                              THEN 'CAST(EXTRACT(month FROM s.%I) AS int4)' ELSE 'CAST(s.%I AS int4)' END, entry.key)
                WHEN 'word' THEN format('CAST(s.%I AS text) COLLATE "default"', entry.key)
                WHEN 'fact' THEN format('CASE WHEN s.%1$I !~ ''_(records|units)$'' THEN CAST(s.%1$I AS text) END COLLATE "default"', entry.key) END);
            strange := strange || CASE
                WHEN entry.kind IN ('money', 'number') AND bound.type = 'numeric'::regtype THEN format('s.%I IN (''NaN'', ''Infinity'', ''-Infinity'')', entry.key)
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
        PERFORM pg_advisory_xact_lock(1684369524, 2);   -- as changes of department do
        SELECT d.code, string_agg(format('"%s"', d.division), ', ' ORDER BY d.division) AS divisions INTO twice
        FROM deptperf.department d
        GROUP BY d.code HAVING count(*) > 1 ORDER BY d.code LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'source "%", key "dept": % is a code, and codes are in several divisions', source, spec ->> 'dept'
                USING ERRCODE = 'cardinality_violation',
                      DETAIL = format('Code "%s" is in the divisions %s; its records would count for each.', twice.code, twice.divisions),
                      HINT = 'Bind a view of your own that looks up the dept_id in deptperf.department.';
        END IF;
    END IF;

    -- the view of records, and what is in it
    body := format('CREATE VIEW deptperf.binding_record AS SELECT %s FROM %s AS %I%s', array_to_string(items, ', '), relation,
                   (SELECT c.relname FROM pg_class c WHERE c.oid = rel), chosen);
    PERFORM set_config('search_path', path, true);
    EXECUTE body;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    BEGIN
        EXECUTE format($q$
            SELECT count(*) AS records,
                   count(*) FILTER (WHERE d.dept_id IS NOT NULL AND %1$s) AS matched,
                   count(*) FILTER (WHERE s.dept IS NOT NULL AND d.dept_id IS NULL) AS departments,
                   count(*) FILTER (WHERE s.year IS NOT NULL AND NOT %1$s) AS years,
                   count(*) FILTER (WHERE %2$s) AS strange,
                   count(*) FILTER (WHERE num_nulls(%3$s) > 0) AS nulls,
                   min(CAST(s.dept AS text)) FILTER (WHERE d.dept_id IS NULL) AS dept_least,
                   max(CAST(s.dept AS text)) FILTER (WHERE d.dept_id IS NULL) AS dept_most,
                   min(CAST(s.year AS text)) FILTER (WHERE NOT %1$s) AS year_least,
                   max(CAST(s.year AS text)) FILTER (WHERE NOT %1$s) AS year_most
            FROM deptperf.binding_record s LEFT JOIN deptperf.department d ON %4$s %5$s$q$,
            coalesce(in_year, '(y.fiscal_year IS NOT NULL)'), coalesce(nullif(array_to_string(strange, ' OR '), ''), 'false'),
            array_to_string(never, ', '), of_dept, CASE WHEN in_year IS NULL THEN 'LEFT JOIN deptperf.fiscal_year y ON ' || of_year END)
        INTO counts;
    EXCEPTION WHEN others THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        RAISE EXCEPTION 'source "%": the records of % can''t be read: %', source, relation, message
            USING ERRCODE = state,
                  DETAIL = coalesce(nullif(detail, ''), 'An expression fails for a record of it.'),
                  HINT = coalesce(nullif(hint, ''), 'Every score would fail with it: leave such records out with "filter", or write an expression that takes them.');
    END;

    EXECUTE format(E'CREATE OR REPLACE VIEW deptperf.%I AS\nSELECT %s AS dept_id, %s AS fiscal_year%s\nFROM (%s) AS s\n    JOIN deptperf.department AS d ON %s\n    JOIN deptperf.fiscal_year AS y ON %s',
                   source || '_source', out_dept, out_year, columns, rtrim(pg_get_viewdef('deptperf.binding_record'::regclass), ';'), of_dept, of_year);
    DROP VIEW deptperf.binding_record;
    INSERT INTO deptperf.binding AS b (source, spec, by_code)
    VALUES (source, spec || jsonb_build_object('from', relation), by_code)
    ON CONFLICT ON CONSTRAINT binding_pkey DO UPDATE
    SET spec = excluded.spec, by_code = excluded.by_code, bound_by = DEFAULT, bound_at = DEFAULT;

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
    IF unknown_departments > 0 THEN
        RAISE NOTICE 'source "%": % of % records are of departments that are not known', source, unknown_departments, records
            USING DETAIL = format('Of these, least and greatest: %s, %s.', quote_literal(counts.dept_least), quote_literal(counts.dept_most)),
                  HINT = CASE WHEN NOT by_code AND EXISTS (SELECT FROM deptperf.department d WHERE d.code IN (counts.dept_least, counts.dept_most))
                         THEN format('An integer is a dept_id. For codes: "dept": %s', to_json((spec ->> 'dept') || '::text'))
                         ELSE 'They count as soon as deptperf.department has them.' END;
    END IF;
    IF unknown_years > 0 THEN
        RAISE NOTICE 'source "%": % of % records are of years that are not known', source, unknown_years, records
            USING DETAIL = format('Of these, least and greatest: %s, %s.', quote_literal(counts.year_least), quote_literal(counts.year_most)),
                  HINT = 'They count as soon as deptperf.fiscal_year has them.';
    END IF;
    IF unknown_values > 0 THEN
        RAISE NOTICE 'source "%": % of % records have a value that the source does not know', source, unknown_values, records
            USING DETAIL = (SELECT string_agg(CASE c.kind WHEN 'word' THEN format('%s is one of %s', c.key, array_to_string(c.words, ', '))
                                                          WHEN 'fact' THEN 'fact is a name of deptperf.fact' WHEN 'month' THEN 'month is 1 to 12'
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
COMMENT ON FUNCTION @extschema@.deptperf_bind_source(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) IS
'what deptperf_bind does for one source, with names in the spec looked up by the search_path given';

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
    example text := 'SELECT * FROM deptperf_bind(''{"procurement": {"from": "finance.gov_purchase", "dept": "unit_code", "year": "year", "planned": "plan_amt", "actual": "paid_amt"}}'');';
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    IF given IS NULL OR jsonb_typeof(given) <> 'object' OR given = '{}' THEN
        RAISE EXCEPTION 'the bindings are % and not an object with a source',
                CASE WHEN given IS NULL THEN 'NULL' WHEN given = '{}' THEN 'empty' ELSE jsonb_typeof(given) END
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Expected an object: the name of a source, and where its columns come from.', HINT = example;
    END IF;
    PERFORM pg_advisory_xact_lock(1684369524, 1);       -- as setup does
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
                     OR to_regclass(format('deptperf.%I', k.source || '_facts')) IS NULL) THEN
        PERFORM @extschema@.deptperf_setup();           -- brings back what went with a dropped relation
    END IF;
    FOR entry IN SELECT k.key, k.value FROM jsonb_each(given) AS k(key, value) ORDER BY k.key LOOP
        RETURN QUERY
        SELECT entry.key, b.relation, b.records, b.matched, b.unknown_departments, b.unknown_years, b.unknown_values, b.nulls
        FROM @extschema@.deptperf_bind_source(entry.key, entry.value, path) b;
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
'lets sources read relations of yours in place of their own tables, without a copy: by source an object with "from" (the relation), "dept" (an integer is the dept_id, a text the code), "year" (an integer, a text, or a date or timestamp), the source''s columns, and, if need be, "filter" (a condition) and "factor" (a number above 0 on every money column, exact: 0.0001 makes 万元 of 元). A value that is a column''s name is that column; any other is one SQL expression over the relation''s columns, without subqueries, whose names are looked up once, now, by your search_path. A date for month is its month; columns with a default may be left out, and a NULL for adjusted is the initial amount. Only for the workspace''s owner; it replaces what was bound. A row a source: rows of the relation (after the filter), matched (known department and year: these are the source''s records), rows of unknown departments, of unknown years, with a value that the source does not know (month, class, aspect, kind, fact; an amount that is NaN or infinite), and with a NULL. Every fault is an error that names source and key, and then nothing is bound';

CREATE FUNCTION @extschema@.deptperf_bindings()
RETURNS TABLE (source pg_catalog.text, relation pg_catalog.text, spec pg_catalog.jsonb, bound_by pg_catalog.text, bound_at pg_catalog.timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 14
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    RETURN QUERY
    SELECT b.source,
           (SELECT string_agg(DISTINCT format('%I.%I', n.nspname, c.relname), ', ')
            FROM pg_rewrite w
                JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
                JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname <> 'deptperf'
            WHERE w.ev_class = to_regclass(format('deptperf.%I', b.source || '_source'))),
           b.spec, b.bound_by, b.bound_at
    FROM deptperf.binding b
    ORDER BY b.source;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_bindings() IS
'the sources that are bound: to which relation, by its name of today (NULL: it was dropped, and the source reads its own table until it is bound anew), and the spec as it was given, with the relation''s name of that time. SELECT deptperf_bind(jsonb_object_agg(source, spec)) FROM deptperf_bindings() binds them again';

CREATE FUNCTION @extschema@.deptperf_unbind(source pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted   text := deptperf_unbind.source;
    relation text;
    own      text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    PERFORM pg_advisory_xact_lock(1684369524, 1);
    PERFORM @extschema@.deptperf_workspace_guard();
    SELECT b.relation INTO relation FROM @extschema@.deptperf_bindings() b WHERE b.source = wanted;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'source "%" is not bound', wanted
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = (SELECT format('Bound: %s.', coalesce(string_agg(b.source, ', ' ORDER BY b.source), 'none')) FROM deptperf.binding b),
                  HINT = 'SELECT * FROM deptperf_bindings();';
    END IF;
    -- What a source view reads when it is not bound stands in setup alone.  So
    -- the views step aside, setup makes them anew, and the definition is taken
    -- from there: what others built on these views stays.
    PERFORM @extschema@.deptperf_setup();               -- brings back what went with a dropped relation
    EXECUTE format('ALTER VIEW deptperf.%I RENAME TO binding_source', wanted || '_source');
    EXECUTE format('ALTER VIEW deptperf.%I RENAME TO binding_facts', wanted || '_facts');
    PERFORM @extschema@.deptperf_setup();
    own := pg_get_viewdef(format('deptperf.%I', wanted || '_source')::regclass);
    EXECUTE format('DROP VIEW deptperf.%I, deptperf.%I', wanted || '_facts', wanted || '_source');
    EXECUTE format('ALTER VIEW deptperf.binding_source RENAME TO %I', wanted || '_source');
    EXECUTE format('ALTER VIEW deptperf.binding_facts RENAME TO %I', wanted || '_facts');
    EXECUTE format('CREATE OR REPLACE VIEW deptperf.%I AS %s', wanted || '_source', own);
    DELETE FROM deptperf.binding b WHERE b.source = wanted;
    RETURN relation;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_unbind(pg_catalog.text) IS
'lets a bound source read its own table again, and returns the relation that it was bound to, by its name of today (NULL: it was dropped). Views of yours over the source stay. A source that is not bound is an error';
