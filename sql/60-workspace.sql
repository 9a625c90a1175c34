-- The workspace: made by deptperf_setup, and the functions that name its
-- departments, years and frameworks.  None is SECURITY DEFINER; each pins its
-- search_path to pg_catalog and qualifies what is not there.

-- ---- setup ----

-- Setup runs statements in schema deptperf with that schema in its search_path,
-- so nobody else may have put anything there.
CREATE FUNCTION @extschema@.deptperf_workspace_guard() RETURNS pg_catalog.void
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    space oid := to_regnamespace('deptperf');
    owner oid;
    me    oid := current_user::regrole::oid;
    found text;
BEGIN
    IF space IS NULL THEN
        RETURN;
    END IF;
    SELECT n.nspowner INTO owner FROM pg_namespace n WHERE n.oid = space;
    IF owner <> me THEN
        RAISE EXCEPTION 'schema "deptperf" belongs to %', owner::regrole
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('What changes the workspace works only for its owner, and was called by %s.', me::regrole),
                  HINT = format('Let %s call it, or SET ROLE %s; for deptperf_setup() a schema that is not deptperf''s has to be renamed first.', owner::regrole, owner::regrole);
    END IF;
    SELECT string_agg(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, ', ' ORDER BY a.grantee) INTO found
    FROM pg_namespace n, aclexplode(n.nspacl) a
    WHERE n.oid = space AND a.privilege_type = 'CREATE' AND a.grantee <> owner;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'others may create objects in schema "deptperf"'
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('CREATE is granted to %s.', found),
                  HINT = format('REVOKE CREATE ON SCHEMA deptperf FROM %s; and look at what they have made.', found);
    END IF;
    SELECT format('%s belongs to %s', c.oid::regclass, c.relowner::regrole) INTO found
    FROM pg_class c
    WHERE c.relnamespace = space AND c.relowner <> me
    ORDER BY c.relname LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'a relation in schema "deptperf" is not yours'
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('%s.', found),
                  HINT = 'Change its owner, move it to another schema or drop it.';
    END IF;
    SELECT o.what INTO found
    FROM (
        SELECT format('function %s', p.oid::regprocedure) AS what
        FROM pg_proc p
        WHERE p.pronamespace = space
          AND (p.proowner <> me OR p.prokind <> 'f' OR p.prosecdef
               OR NOT (p.pronargs = 0 AND p.proname IN (
                           'sees_all', 'ranking_rows', 'derived_rows', 'department_lock', 'department_tree', 'binding_takes_no_rows', 'binding_by_code',
                           'framework_formula', 'framework_changed', 'framework_years', 'framework_kept', 'framework_item_whole', 'framework_given', 'assessment_checked', 'assessment_only_added', 'result_numbered', 'result_only_added', 'performance_target_computed',
                           'budget_rows', 'execution_rows', 'adjustment_rows', 'procurement_rows', 'fixed_asset_rows',
                           'staffing_rows', 'project_rows', 'key_task_rows', 'performance_target_rows', 'petition_rows',
                           'satisfaction_survey_rows', 'disclosure_rows', 'finding_rows', 'measurement_rows', 'kept_rows', 'closed_rows', 'issue_rows')
                       OR p.oid IN (to_regprocedure('deptperf.framework_in_force(bigint,integer)'), to_regprocedure('deptperf.check_is_on(bigint,integer,text)'))))
        UNION ALL
        SELECT format('operator %s', o.oid::regoperator) FROM pg_operator o WHERE o.oprnamespace = space
        UNION ALL
        SELECT format('type %s', t.oid::regtype)
        FROM pg_type t
        WHERE t.typnamespace = space AND t.typrelid = 0
          AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid AND e.typrelid <> 0)
        UNION ALL
        SELECT format('operator class %I', c.opcname) FROM pg_opclass c WHERE c.opcnamespace = space
        UNION ALL
        SELECT format('operator family %I', f.opfname) FROM pg_opfamily f WHERE f.opfnamespace = space
        UNION ALL
        SELECT format('collation %I', c.collname) FROM pg_collation c WHERE c.collnamespace = space
        UNION ALL
        SELECT format('conversion %I', c.conname) FROM pg_conversion c WHERE c.connamespace = space
        UNION ALL
        SELECT format('text search configuration %I', c.cfgname) FROM pg_ts_config c WHERE c.cfgnamespace = space
        UNION ALL
        SELECT format('text search dictionary %I', d.dictname) FROM pg_ts_dict d WHERE d.dictnamespace = space
    ) o
    ORDER BY o.what LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'schema "deptperf" holds what is not deptperf''s: %', found
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'Setup runs with this schema in its search_path, so that a function, operator or type there could take the place of another.',
                  HINT = 'Drop it or move it to another schema: ALTER … SET SCHEMA.';
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_workspace_guard() IS
'raises an error unless schema deptperf is missing, or belongs to the caller with every relation in it, nobody else may create there, and it holds no function, operator or type but the workspace''s own';

CREATE FUNCTION @extschema@.deptperf_setup(framework pg_catalog.text DEFAULT NULL, row_security pg_catalog.bool DEFAULT NULL)
RETURNS pg_catalog.text
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = deptperf, pg_temp SET client_min_messages = warning AS $deptperf_setup$
#variable_conflict use_column
DECLARE
    -- Whether views that are there are replaced.  That waits for their readers,
    -- who lock views from above to below while setup goes from below to above.
    renew bool;
BEGIN
PERFORM pg_catalog.pg_advisory_xact_lock(1684369524, 1);
PERFORM @extschema@.deptperf_workspace_guard();
renew := (SELECT v.missing_step IS NOT NULL FROM @extschema@.deptperf_version() v);
IF pg_catalog.to_regnamespace('deptperf') IS NULL THEN
    CREATE SCHEMA deptperf;
    REVOKE ALL ON SCHEMA deptperf FROM PUBLIC;
    COMMENT ON SCHEMA deptperf IS 'The workspace of the extension deptperf: departments, records, judgements, frameworks, scores.';
END IF;

-- @workspace@

IF deptperf_setup.framework IS NOT NULL THEN
    IF NOT EXISTS (SELECT FROM deptperf.framework f WHERE f.framework = deptperf_setup.framework) THEN
        RAISE EXCEPTION 'framework "%" is not known', deptperf_setup.framework
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = (SELECT pg_catalog.format('Known: %s.', pg_catalog.string_agg(f.framework, ', ' ORDER BY f.framework)) FROM deptperf.framework f),
                  HINT = 'Bring in another one with deptperf_framework_import(document).';
    ELSIF (SELECT f.status FROM deptperf.framework f WHERE f.framework = deptperf_setup.framework) = 'retired' THEN
        RAISE EXCEPTION 'framework "%" is retired', deptperf_setup.framework
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'No department can be given it any more.',
                  HINT = (SELECT pg_catalog.format('Others are %s.', pg_catalog.string_agg(f.framework, ', ' ORDER BY f.framework)) FROM deptperf.framework f WHERE f.status <> 'retired');
    END IF;
    UPDATE deptperf.workspace SET default_framework = deptperf_setup.framework;
END IF;
RETURN (SELECT pg_catalog.format('framework %s, row security %s', coalesce(w.default_framework, 'by department only'),
                                 CASE WHEN w.row_security THEN 'on' ELSE 'off' END) FROM deptperf.workspace w);
END $deptperf_setup$;
COMMENT ON FUNCTION @extschema@.deptperf_setup(pg_catalog.text, pg_catalog.bool) IS
'makes the workspace, schema deptperf, or brings it up to date and back what is missing; may be called at any time and never touches rows or a bound source. framework: the default one, NULL leaves it (at first sz-2021). row_security: whether roles see only the departments that deptperf_grant gave them, NULL leaves it (at first off). PUBLIC''s rights in the workspace are revoked, and what deptperf_grant gave is given on what was made since. Returns the settings. Refuses a schema deptperf that is not the caller''s or holds what is not deptperf''s';

CREATE FUNCTION @extschema@.deptperf_version(OUT library pg_catalog.text, OUT sql pg_catalog.text, OUT workspace pg_catalog.text, OUT missing_step pg_catalog.text)
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    library := @extschema@.deptperf_library_version();
    sql := (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'deptperf');
    IF to_regclass('deptperf.workspace') IS NOT NULL THEN
        PERFORM @extschema@.deptperf_require_workspace();
        workspace := (SELECT w.made_by FROM deptperf.workspace w);
    END IF;
    missing_step := CASE WHEN library <> sql THEN 'ALTER EXTENSION deptperf UPDATE'
                         WHEN workspace IS DISTINCT FROM sql THEN 'SELECT deptperf_setup()' END;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_version() IS
'the versions of the loaded library, of the installed SQL, and of the extension that last made the workspace (NULL without one), and the statement that is due (NULL when all agree). A schema deptperf that can''t be trusted is an error';

-- What needs the workspace as this version makes it asks here.  What does not,
-- and what views and triggers call, goes on with the one of an earlier version
-- until deptperf_setup().
CREATE FUNCTION @extschema@.deptperf_require_setup() RETURNS pg_catalog.void
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    v record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    v := @extschema@.deptperf_version();
    IF v.workspace <> v.sql THEN
        RAISE EXCEPTION 'the workspace was made by version % of deptperf, this is version %', v.workspace, v.sql
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'Its views, deptperf_total, deptperf_grade, deptperf_scores and deptperf_scorecard work until it is brought up to date; this does not.',
                  HINT = 'SELECT deptperf_setup();';
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_require_setup() IS
'as deptperf_require_workspace, and an error where the workspace was made by another version';

-- ---- departments, years ----

CREATE FUNCTION @extschema@.deptperf_department(dept pg_catalog.int8) RETURNS pg_catalog.int8
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    known record;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    IF EXISTS (SELECT FROM deptperf.department d WHERE d.dept_id = dept) THEN
        RETURN dept;
    END IF;
    SELECT count(*) AS n, min(d.dept_id) AS least, max(d.dept_id) AS most INTO known FROM deptperf.department d;
    RAISE EXCEPTION 'department % is not known', dept
        USING ERRCODE = 'no_data_found',
              DETAIL = CASE known.n WHEN 0 THEN 'The workspace has no departments yet.'
                       ELSE format('%s departments are known, with dept_id %s to %s.', known.n, known.least, known.most) END,
              HINT = CASE WHEN EXISTS (SELECT FROM deptperf.department d WHERE d.code = dept::text)
                          THEN format('Was the code meant? Write it with quotes: ''%s''.', dept)
                          ELSE 'deptperf.department has the departments; a code is written with quotes.' END;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_department(pg_catalog.int8) IS
'the dept_id itself; an unknown one is an error that says which are known. NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_department_near(dept pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    blanks text := E' \t\r\n　';
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    RETURN (SELECT string_agg(quote_literal(k.named), ' or ' ORDER BY k.named)
            FROM (SELECT n.named
                  FROM deptperf.department d CROSS JOIN LATERAL (VALUES (d.code), (concat(d.division, ':', d.code))) AS n(named)
                  WHERE lower(btrim(n.named, blanks)) = lower(btrim(dept, blanks)) AND n.named <> dept
                  ORDER BY n.named LIMIT 3) k);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_department_near(pg_catalog.text) IS
'for messages: the codes, or ''division:code'', in quotes, that differ from a text in blanks at the ends and in upper and lower case alone; NULL where there is none, and for NULL';

CREATE FUNCTION @extschema@.deptperf_department(dept pg_catalog.text) RETURNS pg_catalog.int8
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    ids       bigint[];
    divisions text[];
    colon     int := strpos(dept, ':');
    n         bigint;
    near      text;
    by_id     text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    SELECT array_agg(d.dept_id), array_agg(d.division ORDER BY d.division) INTO ids, divisions
    FROM deptperf.department d
    WHERE d.code = dept;
    IF ids IS NULL AND colon > 0 THEN
        SELECT array_agg(d.dept_id) INTO ids
        FROM deptperf.department d
        WHERE d.division = left(dept, colon - 1) AND d.code = substr(dept, colon + 1);
    END IF;
    IF cardinality(ids) = 1 THEN
        RETURN ids[1];
    ELSIF cardinality(ids) > 1 THEN
        RAISE EXCEPTION 'department code "%" is in several divisions', dept
            USING ERRCODE = 'cardinality_violation',
                  DETAIL = format('Divisions: %s.', (SELECT string_agg(format('"%s"', u.division), ', ' ORDER BY u.division) FROM unnest(divisions) AS u(division))),
                  HINT = format('Name the division too: ''%s:%s''.', divisions[cardinality(divisions)], dept);
    END IF;
    SELECT count(*) INTO n FROM deptperf.department;
    near := @extschema@.deptperf_department_near(dept);
    IF dept ~ '^[1-9][0-9]{0,17}$' THEN
        SELECT d.code INTO by_id FROM deptperf.department d WHERE d.dept_id = dept::bigint;
    END IF;
    RAISE EXCEPTION 'department "%" is not known', dept
        USING ERRCODE = 'no_data_found',
              DETAIL = CASE n WHEN 0 THEN 'The workspace has no departments yet.'
                       ELSE format('%s departments are known, with codes such as %s.', n,
                                   (SELECT string_agg(format('"%s"', k.code), ', ' ORDER BY k.dept_id)
                                    FROM (SELECT d.code, d.dept_id FROM deptperf.department d ORDER BY d.dept_id LIMIT 3) k)) END,
              HINT = CASE WHEN near IS NOT NULL THEN format('Was %s meant? Blanks and upper and lower case count.', near)
                          WHEN by_id IS NOT NULL THEN format('Was dept_id %s meant, the department with code %L? Write it without quotes: %s.', dept, by_id, dept)
                          ELSE 'Give a code of deptperf.department, or ''division:code'' where a code is in several divisions.' END;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_department(pg_catalog.text) IS
'the dept_id of a code, or of ''division:code''; an unknown one, or a code that several divisions have, is an error that says what is known. NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_fiscal_year(year pg_catalog.int8) RETURNS pg_catalog.int4
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    IF NOT EXISTS (SELECT FROM deptperf.fiscal_year y WHERE y.fiscal_year = year) THEN
        RAISE EXCEPTION 'fiscal year % is not known', year
            USING ERRCODE = 'no_data_found',
                  DETAIL = (SELECT format('deptperf.fiscal_year has %s to %s.', min(y.fiscal_year), max(y.fiscal_year)) FROM deptperf.fiscal_year y),
                  HINT = 'Give a year with four digits, or add the year to deptperf.fiscal_year.';
    END IF;
    RETURN year::int;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_fiscal_year(pg_catalog.int8) IS
'the year itself; one that deptperf.fiscal_year does not have is an error that says which it has. NULL gives NULL';

-- ---- frameworks ----

CREATE FUNCTION @extschema@.deptperf_framework_for(dept_id pg_catalog.int8, year pg_catalog.int8) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    result text;
    fy     int := @extschema@.deptperf_fiscal_year(year);
    id     bigint := deptperf_framework_for.dept_id;
BEGIN
    SELECT f.framework INTO result FROM deptperf.framework_in_force(id, fy) f;
    IF result IS NULL THEN
        RAISE EXCEPTION 'no framework is in force for department % in %', id, fy
            USING ERRCODE = 'no_data_found',
                  DETAIL = (SELECT format('Known: %s; default: %s.',
                                coalesce(string_agg(format('%s (%s)', f.framework,
                                    CASE WHEN f.from_year IS NULL AND f.to_year IS NULL THEN 'any year'
                                         ELSE concat_ws(' ', 'from ' || f.from_year, 'to ' || f.to_year) END), ', ' ORDER BY f.framework), 'none'),
                                coalesce((SELECT w.default_framework FROM deptperf.workspace w), 'none'))
                            FROM deptperf.framework f),
                  HINT = format('INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (%s, %s, …)', id, fy)
                         -- another default would take the years of the one that there is
                         || CASE WHEN EXISTS (SELECT FROM deptperf.workspace w WHERE w.default_framework IS NULL) THEN ', or set the default: SELECT deptperf_setup(framework => …).'
                            ELSE format(', or let a framework go on where another ends: SELECT deptperf_framework_start(…, %s, supersedes => …).', fy) END;
    END IF;
    RETURN result;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_framework_for(pg_catalog.int8, pg_catalog.int8) IS
'the framework in force for a department and fiscal year: that of the nearest department above with a row in department_framework, else the default, or what supersedes that or is superseded by it, whichever has the year; none is an error that says which are known. NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_framework_document(framework pg_catalog.text) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    result jsonb;
    wanted text := deptperf_framework_document.framework;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    SELECT d.document INTO result FROM deptperf.framework_document d WHERE d.framework = wanted;
    IF result IS NULL THEN
        RAISE EXCEPTION 'framework "%" is not known', wanted
            USING ERRCODE = 'no_data_found',
                  DETAIL = (SELECT format('Known: %s.', coalesce(string_agg(f.framework, ', ' ORDER BY f.framework), 'none')) FROM deptperf.framework f),
                  HINT = 'deptperf.framework has the frameworks.';
    END IF;
    -- The examples are for people and checks: evaluation does without.  They come
    -- with the setup that is due after an update.
    IF to_regclass('deptperf.framework_example') IS NOT NULL THEN
        RETURN result || coalesce((
            SELECT jsonb_build_object('examples', jsonb_agg(jsonb_build_object(
                       'example', e.example, 'facts', e.facts, 'inputs', e.inputs, 'expected', e.expected) ORDER BY e.position, e.example))
            FROM deptperf.framework_example e
            WHERE e.framework = wanted
            HAVING count(*) > 0), '{}');
    END IF;
    RETURN result;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_framework_document(pg_catalog.text) IS
'a framework of the workspace as one document: what deptperf_evaluate takes and deptperf_framework_import reads; an unknown one is an error that says which are known. NULL gives NULL';

-- A document's rows: what its lists and their members may be called.
CREATE FUNCTION @extschema@.deptperf_framework_import(document pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    doc   jsonb := deptperf_framework_import.document;
    name  text := doc ->> 'framework';
    fault record;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF jsonb_typeof(doc) <> 'object' OR coalesce(jsonb_typeof(doc -> 'framework'), '') <> 'string' OR btrim(name) = '' THEN
        RAISE EXCEPTION 'the framework document has no name'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Expected an object whose member "framework" is a text.',
                  HINT = 'SELECT deptperf_framework_document(''sz-2021'') shows what a document looks like.';
    END IF;
    SELECT k.key, array_to_string(m.members, ', ') AS members, k.place INTO fault
    FROM (VALUES
        ('', '{framework,label_zh,label_en,source,from_year,to_year,options,groups,indicators,items,requirements,bands,examples}'::text[]),
        ('groups', '{code,parent,label_zh,label_en,points,weight}'),
        ('indicators', '{code,group,key,label_zh,label_en,points,combine,bonus,table}'),
        ('items', '{code,indicator,label_zh,label_en,points,formula,rule,empty,bonus,applies,peer,better,levels}'),
        ('requirements', '{code,indicator,label_zh,label_en,formula,rule,grade}'),
        ('bands', '{grade,label_en,from}'),
        ('examples', '{example,facts,inputs,expected}')) AS m(list, members)
        CROSS JOIN LATERAL (
            SELECT o.key, 'the document' AS place
            FROM jsonb_object_keys(doc) AS o(key)
            WHERE m.list = ''
            UNION ALL
            SELECT o.key, format('%s[%s]', m.list, e.ordinality - 1)
            FROM jsonb_array_elements(CASE jsonb_typeof(doc -> m.list) WHEN 'array' THEN doc -> m.list ELSE '[]' END) WITH ORDINALITY AS e(member, ordinality)
                CROSS JOIN LATERAL jsonb_object_keys(CASE jsonb_typeof(e.member) WHEN 'object' THEN e.member ELSE '{}' END) AS o(key)
            WHERE m.list <> ''
        ) k
    WHERE k.key <> ALL (m.members)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'framework document "%" has an unknown member "%" in %', name, fault.key, fault.place
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Known there: %s.', fault.members),
                  HINT = 'SELECT deptperf_framework_document(''sz-2021'') shows what a document looks like.';
    END IF;
    -- evaluation does not read examples
    IF coalesce(jsonb_typeof(doc -> 'examples'), 'null') NOT IN ('array', 'null')
       OR doc @? 'strict $.examples[*] ? (@.type() != "object")' OR doc @? '$.examples[*] ? (!exists (@.example ? (@.type() == "string" && @ != "")))' THEN
        RAISE EXCEPTION 'framework document "%" is not valid at examples', name
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Expected a list of objects, each with a name as its member "example".',
                  HINT = '"examples": [{"example": "paid in full", "facts": {"paid_q1": 1}, "inputs": {}, "expected": {"total": 100}}]';
    END IF;
    -- every other fault has its own error
    PERFORM @extschema@.deptperf_evaluate_total(doc, '{}'::jsonb, '{}'::jsonb);

    -- one that is not a draft can't be changed, and need not be
    IF EXISTS (SELECT FROM deptperf.framework f WHERE f.framework = name AND f.status <> 'draft')
       AND @extschema@.deptperf_framework_document(name) = doc THEN
        RETURN name;
    END IF;
    INSERT INTO deptperf.framework AS f (framework, label_zh, label_en, source, from_year, to_year, options)
    VALUES (name, doc ->> 'label_zh', doc ->> 'label_en', doc ->> 'source',
            (doc ->> 'from_year')::int, (doc ->> 'to_year')::int, coalesce(nullif(doc -> 'options', 'null'), '{}'))
    ON CONFLICT (framework) DO UPDATE
    SET label_zh = excluded.label_zh, label_en = excluded.label_en, source = excluded.source,
        from_year = excluded.from_year, to_year = excluded.to_year, options = excluded.options;
    DELETE FROM deptperf.framework_requirement r WHERE r.framework = name;
    DELETE FROM deptperf.framework_indicator i WHERE i.framework = name;
    DELETE FROM deptperf.framework_group g WHERE g.framework = name;
    DELETE FROM deptperf.framework_band b WHERE b.framework = name;
    INSERT INTO deptperf.framework_group (framework, code, parent, label_zh, label_en, points, weight, position)
    SELECT name, m ->> 'code', m ->> 'parent', m ->> 'label_zh', m ->> 'label_en', (m ->> 'points')::numeric, (m ->> 'weight')::numeric, n
    FROM jsonb_array_elements(nullif(doc -> 'groups', 'null')) WITH ORDINALITY AS e(m, n);
    INSERT INTO deptperf.framework_band (framework, grade, label_en, from_points, position)
    SELECT name, m ->> 'grade', m ->> 'label_en', (m ->> 'from')::numeric, n
    FROM jsonb_array_elements(nullif(doc -> 'bands', 'null')) WITH ORDINALITY AS e(m, n);
    INSERT INTO deptperf.framework_indicator (framework, code, group_code, key, label_zh, label_en, points, combine, bonus, position)
    SELECT name, m ->> 'code', m ->> 'group', m ->> 'key', m ->> 'label_zh', m ->> 'label_en', (m ->> 'points')::numeric,
           nullif(m ->> 'combine', 'sum'), (m ->> 'bonus')::numeric, n
    FROM jsonb_array_elements(nullif(doc -> 'indicators', 'null')) WITH ORDINALITY AS e(m, n);
    INSERT INTO deptperf.framework_conversion (framework, indicator, items, points)
    SELECT name, m ->> 'code', ARRAY(SELECT i.points::numeric FROM jsonb_array_elements_text(l -> 'items') AS i(points) ORDER BY i.points::numeric DESC), (l ->> 'points')::numeric
    FROM jsonb_array_elements(nullif(doc -> 'indicators', 'null')) AS e(m)
        CROSS JOIN LATERAL jsonb_array_elements(nullif(m -> 'table', 'null')) AS t(l);
    INSERT INTO deptperf.framework_item (framework, code, indicator, label_zh, label_en, points, formula, rule, empty, bonus, applies, peer, better, position)
    SELECT name, m ->> 'code', m ->> 'indicator', m ->> 'label_zh', m ->> 'label_en', (m ->> 'points')::numeric,
           m ->> 'formula', m ->> 'rule', m ->> 'empty', (m ->> 'bonus')::numeric, m ->> 'applies', m ->> 'peer', m ->> 'better', n
    FROM jsonb_array_elements(nullif(doc -> 'items', 'null')) WITH ORDINALITY AS e(m, n);
    INSERT INTO deptperf.framework_level (framework, item, level, label_zh, label_en, from_points, to_points, position)
    SELECT name, m ->> 'code', l ->> 'level', l ->> 'label_zh', l ->> 'label_en', (l ->> 'from')::numeric, (l ->> 'to')::numeric, n
    FROM jsonb_array_elements(nullif(doc -> 'items', 'null')) AS e(m)
        CROSS JOIN LATERAL jsonb_array_elements(nullif(m -> 'levels', 'null')) WITH ORDINALITY AS t(l, n);
    INSERT INTO deptperf.framework_requirement (framework, code, indicator, label_zh, label_en, formula, rule, grade, position)
    SELECT name, m ->> 'code', m ->> 'indicator', m ->> 'label_zh', m ->> 'label_en', m ->> 'formula', m ->> 'rule', m ->> 'grade', n
    FROM jsonb_array_elements(nullif(doc -> 'requirements', 'null')) WITH ORDINALITY AS e(m, n);
    DELETE FROM deptperf.framework_example e WHERE e.framework = name;
    INSERT INTO deptperf.framework_example (framework, example, facts, inputs, expected, position)
    SELECT name, m ->> 'example', coalesce(nullif(m -> 'facts', 'null'), '{}'), coalesce(nullif(m -> 'inputs', 'null'), '{}'),
           coalesce(nullif(m -> 'expected', 'null'), '{}'), n
    FROM jsonb_array_elements(nullif(doc -> 'examples', 'null')) WITH ORDINALITY AS e(m, n);
    RETURN name;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_framework_import(pg_catalog.jsonb) IS
'puts a framework document into the workspace''s rows, in place of a draft of the same name, and returns the name; a new one is a draft. deptperf_framework_document gives the same document back, with every member it may have (null where it was left out). What is at fault is an error that says where. NULL gives NULL';

-- ---- closing ----

-- Each row says how many records there were, so that later ones can be told.
CREATE FUNCTION @extschema@.deptperf_close_rows(year pg_catalog.int4, source pg_catalog.text, dept_ids pg_catalog.int8[])
RETURNS pg_catalog.int8
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted text := deptperf_close_rows.source;
    entry  record;
    added  bigint;
    n      bigint := 0;
BEGIN
    PERFORM @extschema@.deptperf_shard_require(dept_ids, 'closing');
    -- what shards count is asked for once, and for all sources
    IF to_regclass('deptperf.shard_department') IS NOT NULL
        AND EXISTS (SELECT FROM deptperf.shard_department h WHERE dept_ids IS NULL OR h.dept_id = ANY (dept_ids)) THEN
        INSERT INTO deptperf.closed (dept_id, fiscal_year, source, records)
        SELECT d.dept_id, deptperf_close_rows.year, s.source, coalesce((f.facts ->> (s.source || '_records'))::bigint, 0)
        FROM deptperf.source s
            CROSS JOIN deptperf.department d
            LEFT JOIN deptperf.unit_facts f ON f.dept_id = d.dept_id AND f.fiscal_year = deptperf_close_rows.year AND (dept_ids IS NULL OR f.dept_id = ANY (dept_ids))
        WHERE (wanted IS NULL OR s.source = wanted) AND s.zeros IS NOT NULL
          AND (dept_ids IS NULL OR d.dept_id = ANY (dept_ids))
          AND NOT EXISTS (SELECT FROM deptperf.closed c WHERE c.dept_id = d.dept_id AND c.fiscal_year = deptperf_close_rows.year AND c.source = s.source)
        ORDER BY s.position, d.dept_id
        ON CONFLICT (dept_id, fiscal_year, source) DO NOTHING;
        GET DIAGNOSTICS n = ROW_COUNT;
        RETURN n;
    END IF;
    FOR entry IN
        SELECT s.source FROM deptperf.source s
        WHERE (wanted IS NULL OR s.source = wanted) AND s.zeros IS NOT NULL
        ORDER BY s.position
    LOOP
        EXECUTE format($q$
            INSERT INTO deptperf.closed (dept_id, fiscal_year, source, records)
            SELECT d.dept_id, $1, %1$L, coalesce((f.facts ->> %2$L)::bigint, 0)
            FROM deptperf.department d
                LEFT JOIN deptperf.%3$I f ON f.dept_id = d.dept_id AND f.fiscal_year = $1 AND ($2 IS NULL OR f.dept_id = ANY ($2))
            WHERE ($2 IS NULL OR d.dept_id = ANY ($2))
              AND NOT EXISTS (SELECT FROM deptperf.closed c WHERE c.dept_id = d.dept_id AND c.fiscal_year = $1 AND c.source = %1$L)
            ORDER BY d.dept_id
            ON CONFLICT (dept_id, fiscal_year, source) DO NOTHING$q$,
            entry.source, entry.source || '_records', entry.source || '_facts')
        USING deptperf_close_rows.year, deptperf_close_rows.dept_ids;
        GET DIAGNOSTICS added = ROW_COUNT;
        n := n + added;
    END LOOP;
    RETURN n;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_close_rows(pg_catalog.int4, pg_catalog.text, pg_catalog.int8[]) IS
'adds the rows of deptperf.closed, with the number of records of now, and returns how many; NULL is every source, and every department';

CREATE FUNCTION @extschema@.deptperf_close_departments(year pg_catalog.int8, source pg_catalog.text, dept_ids pg_catalog.int8[])
RETURNS pg_catalog.int8
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    fy     int;
    wanted text := deptperf_close_departments.source;
    ids    bigint[] := deptperf_close_departments.dept_ids;
    n      bigint;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF year IS NULL THEN
        RAISE EXCEPTION 'the year to close is NULL' USING ERRCODE = 'null_value_not_allowed', HINT = 'Give a year.';
    END IF;
    fy := @extschema@.deptperf_fiscal_year(year);
    IF wanted IS NOT NULL AND NOT EXISTS (SELECT FROM deptperf.source s WHERE s.source = wanted AND s.zeros IS NOT NULL) THEN
        RAISE EXCEPTION '%', CASE WHEN EXISTS (SELECT FROM deptperf.source s WHERE s.source = wanted)
                             THEN format('source "%s" can''t be closed', wanted)
                             ELSE format('source "%s" is not known', wanted) END
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = (SELECT format('To be closed are %s; measurement speaks for each fact by itself.',
                                          string_agg(s.source, ', ' ORDER BY s.position))
                            FROM deptperf.source s WHERE s.zeros IS NOT NULL),
                  HINT = 'Leave the source out, or give NULL, to close every one of them.';
    END IF;
    n := @extschema@.deptperf_close_rows(fy, wanted, ids);
    PERFORM @extschema@.deptperf_close_complete();      -- of what is bound as complete
    RETURN n;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_close_departments(pg_catalog.int8, pg_catalog.text, pg_catalog.int8[]) IS
'what the functions deptperf_close do; NULL is every source, and every department';

CREATE FUNCTION @extschema@.deptperf_close(year pg_catalog.int8, source pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.int8
LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS $deptperf$
    SELECT @extschema@.deptperf_close_departments($1, $2, NULL::pg_catalog.int8[])
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_close(pg_catalog.int8, pg_catalog.text) IS
'says for every department that exists that its records of a source are complete for a year, so that what is not recorded is 0; source NULL: every source but measurement. Returns how many (department, source) are newly closed. An unknown year or source is an error, and so is a shard that does not answer and has records of theirs';

CREATE FUNCTION @extschema@.deptperf_close(year pg_catalog.int8, source pg_catalog.text, dept pg_catalog.int8) RETURNS pg_catalog.int8
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    IF dept IS NULL THEN
        RAISE EXCEPTION 'the department to close is NULL'
            USING ERRCODE = 'null_value_not_allowed', HINT = 'Leave dept out to close every department.';
    END IF;
    RETURN @extschema@.deptperf_close_departments(year, source, ARRAY[@extschema@.deptperf_department(dept)]);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_close(pg_catalog.int8, pg_catalog.text, pg_catalog.int8) IS
'deptperf_close for one department by dept_id, not for its units';

CREATE FUNCTION @extschema@.deptperf_close(year pg_catalog.int8, source pg_catalog.text, dept pg_catalog.text) RETURNS pg_catalog.int8
LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS $deptperf$
    SELECT @extschema@.deptperf_close($1, $2, @extschema@.deptperf_department($3))
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_close(pg_catalog.int8, pg_catalog.text, pg_catalog.text) IS
'deptperf_close for one department by code, not for its units';

-- ---- judging ----

CREATE FUNCTION @extschema@.deptperf_assess(dept pg_catalog.int8, year pg_catalog.int8, points pg_catalog.jsonb, reason pg_catalog.text DEFAULT NULL, override pg_catalog.bool DEFAULT false)
RETURNS pg_catalog.int8
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    given    jsonb := deptperf_assess.points;
    why      text := deptperf_assess.reason;
    id       bigint;
    fy       int;
    in_force text;
    entry    record;
    item     record;
    as_items bool;
    added    bigint;
    n        bigint := 0;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF dept IS NULL OR year IS NULL OR given IS NULL OR override IS NULL THEN
        RAISE EXCEPTION 'dept, year, points and override must not be NULL'
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL = format('dept %s, year %s, points %s, override %s.', coalesce(dept::text, 'NULL'), coalesce(year::text, 'NULL'),
                                  coalesce(given::text, 'NULL'), coalesce(override::text, 'NULL')),
                  HINT = 'SELECT deptperf_assess(''4403'', 2021, ''{"A1.1.1": 1, "A1.1.2": 0.5}'', ''…'');';
    ELSIF jsonb_typeof(given) <> 'object' THEN
        RAISE EXCEPTION 'points is % and not an object', jsonb_typeof(given)
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Expected a number or "exempt" by code of item or indicator.',
                  HINT = 'SELECT deptperf_assess(''4403'', 2021, ''{"A1.1.1": 1, "A1.1.2": 0.5}'', ''…'');';
    END IF;
    id := @extschema@.deptperf_department(dept);
    fy := @extschema@.deptperf_fiscal_year(year);
    in_force := @extschema@.deptperf_framework_for(id, year);
    IF NOT has_any_column_privilege('deptperf.assessment', 'INSERT') THEN
        RAISE EXCEPTION 'permission denied for table assessment'
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('Let the workspace''s owner run: SELECT deptperf_grant(%L, ''assessor''); or with a department.', current_user);
    END IF;

    FOR entry IN
        SELECT g.key AS code,
               CASE jsonb_typeof(g.value) WHEN 'number' THEN (g.value #>> '{}')::numeric
                                          WHEN 'object' THEN CASE jsonb_typeof(g.value -> 'points') WHEN 'number' THEN (g.value ->> 'points')::numeric END
                                          WHEN 'string' THEN (SELECT l.from_points FROM deptperf.framework_level l
                                                              WHERE l.framework = in_force AND l.item = g.key AND l.level = g.value #>> '{}' AND l.from_points = l.to_points) END AS points,
               g.value = '"exempt"' AS exempt, g.value,
               CASE WHEN g.value = '"exempt"' THEN NULL WHEN jsonb_typeof(g.value) = 'string' THEN g.value #>> '{}'
                    WHEN jsonb_typeof(g.value) = 'object' THEN g.value ->> 'level' END AS level,
               (SELECT string_agg(format('%s: %s', l.level, CASE WHEN l.from_points = l.to_points THEN l.from_points::text
                                                                 ELSE format('%s to %s', l.from_points, l.to_points) END), ', ' ORDER BY l.position)
                FROM deptperf.framework_level l WHERE l.framework = in_force AND l.item = g.key) AS levels
        FROM jsonb_each(given) g
        ORDER BY length(g.key), g.key       -- indicators before their items
    LOOP
        IF entry.points IS NULL AND NOT entry.exempt THEN
            RAISE EXCEPTION 'the points of "%" are %', entry.code, entry.value
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = CASE WHEN entry.levels IS NULL THEN 'Expected a number, or "exempt".'
                               ELSE format('Expected points, {"level": …, "points": …}, a level that says its points, or "exempt". Levels: %s.', entry.levels) END,
                      HINT = 'Write numbers without quotes.';
        END IF;
        SELECT i.formula, i.rule, i.points INTO item
        FROM deptperf.framework_item i
        WHERE i.framework = in_force AND i.code = entry.code;
        IF FOUND THEN
            IF item.formula IS NOT NULL AND NOT override THEN
                RAISE EXCEPTION 'item "%" is computed', entry.code
                    USING ERRCODE = 'invalid_parameter_value',
                          DETAIL = format('Its formula is %s, its rule %s.', item.formula, item.rule),
                          HINT = 'override => true, with a reason, puts these points in place of what the records say.';
            END IF;
        ELSE
            SELECT i.points, c.assessment_id,
                   (SELECT string_agg(m.code, ', ' ORDER BY m.position, m.code)
                    FROM deptperf.framework_item m
                    WHERE m.framework = i.framework AND m.indicator = i.code AND m.formula IS NOT NULL) AS computed
            INTO item
            FROM deptperf.framework_indicator i
                LEFT JOIN deptperf.current_assessment c ON c.dept_id = id AND c.fiscal_year = fy AND c.item = i.code
            WHERE i.framework = in_force AND i.code = entry.code;
            IF FOUND AND NOT override THEN
                as_items := item.computed IS NULL AND entry.points = item.points AND item.assessment_id IS NULL;
                IF as_items IS NOT TRUE THEN
                    RAISE EXCEPTION 'indicator "%" needs override', entry.code
                        USING ERRCODE = 'invalid_parameter_value',
                              DETAIL = CASE WHEN item.computed IS NOT NULL THEN format('Computed of its items: %s.', item.computed)
                                            WHEN item.assessment_id IS NOT NULL THEN format('It has an override already, assessment %s.', item.assessment_id)
                                            WHEN entry.exempt THEN 'It is exempt as a whole.'
                                            ELSE format('%s is not its maximum, %s, so its items'' points do not follow.', entry.points, item.points) END,
                              HINT = 'Give the points of its items, or override => true with a reason to replace everything below it.';
                END IF;
                -- the maximum of an indicator is the maximum of each of its items
                INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, reason, supersedes)
                SELECT id, fy, m.code, m.points, why, c.assessment_id
                FROM deptperf.framework_item m
                    LEFT JOIN deptperf.current_assessment c ON c.dept_id = id AND c.fiscal_year = fy AND c.item = m.code
                WHERE m.framework = in_force AND m.indicator = entry.code
                ORDER BY m.position, m.code;
                GET DIAGNOSTICS added = ROW_COUNT;
                n := n + added;
                CONTINUE;
            END IF;
        END IF;
        INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, exempt, reason, level, supersedes)
        VALUES (id, fy, entry.code, entry.points, entry.exempt, why, entry.level,
                (SELECT c.assessment_id FROM deptperf.current_assessment c
                 WHERE c.dept_id = id AND c.fiscal_year = fy AND c.item = entry.code));
        n := n + 1;
    END LOOP;
    RETURN n;
EXCEPTION
    -- the row to supersede is looked up, so this is the one that came first
    WHEN unique_violation THEN
        RAISE EXCEPTION 'department % was assessed by somebody else at the same time', id
            USING ERRCODE = 'serialization_failure',
                  DETAIL = format('Their assessment of "%s" for %s came first; none of these points was stored.', entry.code, fy),
                  HINT = 'Look at deptperf.current_assessment, then call again.';
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_assess(pg_catalog.int8, pg_catalog.int8, pg_catalog.jsonb, pg_catalog.text, pg_catalog.bool) IS
'judges a department: points has a number or "exempt" by code of item or indicator, or for an item with levels a level, alone where it says the points, else {"level": …, "points": …}; each supersedes the current assessment by itself. An indicator''s maximum, where all its items are judged, is the maximum of each item; any other indicator and a computed item need override => true. A reason is due below the maximum, for an exemption and for an override. Returns how many rows were added to deptperf.assessment; anything at fault is an error and adds none';

CREATE FUNCTION @extschema@.deptperf_assess(dept pg_catalog.text, year pg_catalog.int8, points pg_catalog.jsonb, reason pg_catalog.text DEFAULT NULL, override pg_catalog.bool DEFAULT false)
RETURNS pg_catalog.int8
LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS $deptperf$
    SELECT @extschema@.deptperf_assess(@extschema@.deptperf_department($1), $2, $3, $4, $5)
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_assess(pg_catalog.text, pg_catalog.int8, pg_catalog.jsonb, pg_catalog.text, pg_catalog.bool) IS
'deptperf_assess for a department by code';

-- What a department's score is computed from.
CREATE FUNCTION @extschema@.deptperf_basis(dept pg_catalog.int8, year pg_catalog.int8, OUT dept_id pg_catalog.int8, OUT fiscal_year pg_catalog.int4,
    OUT framework pg_catalog.text, OUT document pg_catalog.jsonb, OUT facts pg_catalog.jsonb, OUT inputs pg_catalog.jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    units bigint[];
BEGIN
    dept_id := @extschema@.deptperf_department(dept);
    framework := @extschema@.deptperf_framework_for(dept_id, year);
    fiscal_year := year::int;
    document := @extschema@.deptperf_framework_document(framework);
    SELECT array_agg(c.dept_id) INTO units FROM deptperf.department_closure c WHERE c.ancestor_id = dept_id;
    SELECT coalesce(@extschema@.deptperf_facts(u.facts), '{}') INTO facts
    FROM deptperf.unit_facts u
    WHERE u.dept_id = ANY (units) AND u.fiscal_year = deptperf_basis.fiscal_year;
    SELECT i.inputs INTO inputs FROM deptperf.inputs i WHERE i.dept_id = deptperf_basis.dept_id AND i.fiscal_year = deptperf_basis.fiscal_year;
    inputs := coalesce(inputs, '{}');
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_basis(pg_catalog.int8, pg_catalog.int8) IS
'what deptperf_evaluate takes for a department and year: the document of the framework in force, the facts of its whole subtree, the inputs. An unknown department or year, or one without a framework, is an error; NULL gives NULL';

-- ---- the official form ----

CREATE FUNCTION @extschema@.deptperf_scorecard(dept pg_catalog.int8, year pg_catalog.int8, lang pg_catalog.text DEFAULT 'zh')
RETURNS TABLE (level pg_catalog.text, code pg_catalog.text, label pg_catalog.text, points pg_catalog.numeric, max_points pg_catalog.numeric, state pg_catalog.text, grade pg_catalog.text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 40
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    in_zh    bool := lang = 'zh';
    b        record;
BEGIN
    IF lang NOT IN ('zh', 'en') THEN
        RAISE EXCEPTION 'language "%" is not known', lang
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Known: zh, en.', HINT = 'Leave lang out for zh.';
    END IF;
    b := @extschema@.deptperf_basis(dept, year);
    RETURN QUERY
    WITH RECURSIVE result AS MATERIALIZED (
        SELECT e.level, e.code, e.state, e.points
        FROM @extschema@.deptperf_evaluate(b.document, b.facts, b.inputs) e
    ), grp(code, label, points, place) AS (
        SELECT g.code, CASE WHEN in_zh THEN coalesce(g.label_zh, g.label_en) ELSE coalesce(g.label_en, g.label_zh) END,
               g.points, ARRAY[1, g.position]
        FROM deptperf.framework_group g
        WHERE g.framework = b.framework AND g.parent IS NULL
        UNION ALL
        SELECT g.code, CASE WHEN in_zh THEN coalesce(g.label_zh, g.label_en) ELSE coalesce(g.label_en, g.label_zh) END,
               g.points, p.place || ARRAY[1, g.position]
        FROM grp p JOIN deptperf.framework_group g ON g.framework = b.framework AND g.parent = p.code
    ), line(level, code, label, points, place) AS (
        SELECT 'group', g.code, g.label, g.points, g.place FROM grp g
        UNION ALL
        -- an indicator stands in its group, before the groups there
        SELECT 'indicator', i.code, CASE WHEN in_zh THEN coalesce(i.label_zh, i.label_en) ELSE coalesce(i.label_en, i.label_zh) END,
               i.points, coalesce(g.place, '{}') || ARRAY[0, i.position]
        FROM deptperf.framework_indicator i LEFT JOIN grp g ON g.code = i.group_code
        WHERE i.framework = b.framework
        UNION ALL
        SELECT 'total', NULL, CASE WHEN in_zh THEN '总分' ELSE 'Total' END,
               CASE b.document -> 'options' ->> 'missing' WHEN 'leave out' THEN coalesce((b.document -> 'options' ->> 'full')::numeric, 100)
                    ELSE (SELECT e.open FROM @extschema@.deptperf_evaluate_total(b.document, '{}', '{}') e) END,
               ARRAY[2]
    )
    SELECT l.level, l.code, l.label, r.points, l.points, r.state, t.grade
    FROM line l
        LEFT JOIN result r ON r.level = l.level AND (l.level = 'total' OR r.code = l.code)
        LEFT JOIN LATERAL (
            SELECT CASE WHEN in_zh THEN x.grade
                        ELSE coalesce((SELECT f.label_en FROM deptperf.framework_band f
                                       WHERE f.framework = b.framework AND f.grade = x.grade), x.grade) END AS grade
            FROM @extschema@.deptperf_evaluate_total(b.document, b.facts, b.inputs) x
        ) t ON l.level = 'total'
    ORDER BY l.place;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_scorecard(pg_catalog.int8, pg_catalog.int8, pg_catalog.text) IS
'the official form of a department (with its units) and year: a row an indicator in the official order, each group before what is in it, the total last with its grade; points are NULL where missing, and state says so. lang: zh or en. An unknown department or year, or one without a framework, is an error. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_scorecard(dept pg_catalog.text, year pg_catalog.int8, lang pg_catalog.text DEFAULT 'zh')
RETURNS TABLE (level pg_catalog.text, code pg_catalog.text, label pg_catalog.text, points pg_catalog.numeric, max_points pg_catalog.numeric, state pg_catalog.text, grade pg_catalog.text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 40 AS $deptperf$
    SELECT s.level, s.code, s.label, s.points, s.max_points, s.state, s.grade
    FROM @extschema@.deptperf_scorecard(@extschema@.deptperf_department($1), $2, $3) s
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_scorecard(pg_catalog.text, pg_catalog.int8, pg_catalog.text) IS
'deptperf_scorecard for a department by code';
