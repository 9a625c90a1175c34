-- Writing one's own framework: a copy to change, and what is at fault in it.

CREATE FUNCTION @extschema@.deptperf_framework_copy(framework pg_catalog.text, copy pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    origin text := deptperf_framework_copy.framework;
    name   text := deptperf_framework_copy.copy;
    doc    jsonb := @extschema@.deptperf_framework_document(origin);
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF EXISTS (SELECT FROM deptperf.framework f WHERE f.framework = name) THEN
        RAISE EXCEPTION 'framework "%" is there already', name
            USING ERRCODE = 'unique_violation',
                  DETAIL = 'A copy takes the place of none.',
                  HINT = format('Give the copy another name, or delete that one first: DELETE FROM deptperf.framework WHERE framework = %L;', name);
    END IF;
    PERFORM @extschema@.deptperf_framework_import(doc || jsonb_build_object(
        'framework', name,
        'label_zh', doc ->> 'label_zh' || format('（%s 的副本）', origin),
        'label_en', doc ->> 'label_en' || format(' (copy of %s)', origin),
        'source', concat_ws(' ', format('Copied from %s.', origin), doc ->> 'source')));
    -- which are no part of the document
    INSERT INTO deptperf.framework_threshold (framework, measure, kind, month, comparison, bound, colour, position)
    SELECT name, t.measure, t.kind, t.month, t.comparison, t.bound, t.colour, t.position
    FROM deptperf.framework_threshold t
    WHERE t.framework = origin;
    INSERT INTO deptperf.framework_check (framework, name, enabled)
    SELECT deptperf_framework_copy.copy, c.name, c.enabled
    FROM deptperf.framework_check c
    WHERE c.framework = origin;
    RETURN name;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_framework_copy(pg_catalog.text, pg_catalog.text) IS
'copies a framework with everything in it to a new name, as a draft, and returns that; its labels and source say what it was copied from. An unknown framework, or a name that is taken, is an error. NULL gives NULL';

-- A rule is looked at where it changes: at each bound, between neighbouring
-- bounds, and beyond the last ones.  "x = b" is a case of its own and surprises
-- nobody.  (What the planner guesses of these few rows would have every call
-- compiled, for seconds: jit = off.)
CREATE FUNCTION @extschema@.deptperf_check_rule(rule pg_catalog.text, points pg_catalog.numeric)
RETURNS TABLE (fault pg_catalog.text, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp SET jit = off AS $deptperf$
#variable_conflict use_column
DECLARE
    checked @extschema@.deptperf_rule := deptperf_check_rule.rule::@extschema@.deptperf_rule;
    most    numeric := deptperf_check_rule.points;
BEGIN
    RETURN QUERY
    WITH branch AS MATERIALIZED (
        SELECT b.n, b.branch, m[1] AS relation, rtrim(m[2], '%')::numeric * CASE WHEN m[2] LIKE '%\%' THEN 0.01 ELSE 1 END AS bound, coalesce(m[3], b.branch) AS outcome
        FROM regexp_split_to_table(checked::text, ', ') WITH ORDINALITY AS b(branch, n)
            LEFT JOIN LATERAL regexp_match(b.branch, '^x (<|<=|=|>=|>) (-?[0-9.]+%?): (.*)$') AS m ON true
    ), bound AS (
        SELECT DISTINCT b.bound AS x FROM branch b WHERE b.bound IS NOT NULL
        UNION
        SELECT rtrim(m[1], '%')::numeric * CASE WHEN m[1] LIKE '%\%' THEN 0.01 ELSE 1 END
        FROM branch b, regexp_match(b.outcome, ' (?:over|under) (-?[0-9.]+%?)$') AS m
    ), sample AS MATERIALIZED (
        SELECT s.x,
               (SELECT min(b.n) FROM branch b
                WHERE CASE b.relation WHEN '<' THEN s.x < b.bound WHEN '<=' THEN s.x <= b.bound WHEN '=' THEN s.x = b.bound
                                      WHEN '>=' THEN s.x >= b.bound WHEN '>' THEN s.x > b.bound ELSE true END) AS n
        FROM (SELECT b.x FROM bound b
              UNION SELECT (b.x + lead(b.x) OVER (ORDER BY b.x)) / 2 FROM bound b
              UNION SELECT min(b.x) - 1 FROM bound b
              UNION SELECT max(b.x) + 1 FROM bound b) s(x)
        WHERE s.x IS NOT NULL
    ), hidden AS (
        SELECT DISTINCT ON (f.n, l.n)
               'an earlier branch hides a different result' AS fault,
               format('where both hold, such as x = %s, branch %s decides: %s', trim_scale(s.x), f.n, f.branch) AS found,
               format('branch %s: %s', l.n, l.branch) AS expected
        FROM sample s JOIN branch f ON f.n = s.n
            JOIN branch l ON l.n > f.n AND l.outcome <> f.outcome
                AND (left(f.relation, 1) = '<' AND (l.relation = '>' AND s.x > l.bound OR l.relation = '>=' AND s.x >= l.bound)
                     OR left(f.relation, 1) = '>' AND (l.relation = '<' AND s.x < l.bound OR l.relation = '<=' AND s.x <= l.bound))
        ORDER BY f.n, l.n, s.x
    ), value AS MATERIALIZED (
        SELECT s.x, CASE WHEN @extschema@.deptperf_state(checked, s.x, 1) = 'scored' THEN @extschema@.deptperf_score(checked, s.x, 1, most) END AS points
        FROM sample s JOIN branch b ON b.n = s.n
        WHERE b.relation IS DISTINCT FROM '='
    ), valley AS (
        SELECT v.x, v.points, l.x AS less_x, l.points AS less_points, m.x AS more_x, m.points AS more_points
        FROM value v
            CROSS JOIN LATERAL (SELECT o.x, o.points FROM value o WHERE o.x < v.x AND o.points > v.points ORDER BY o.x DESC LIMIT 1) l
            CROSS JOIN LATERAL (SELECT o.x, o.points FROM value o WHERE o.x > v.x AND o.points > v.points ORDER BY o.x LIMIT 1) m
        ORDER BY v.points, v.x
        LIMIT 1
    )
    SELECT h.fault, h.found, h.expected FROM hidden h
    UNION ALL
    SELECT 'the points fall and rise again', format('x = %s gives %s', trim_scale(v.x), trim_scale(v.points)),
           format('not less than both sides: x = %s gives %s, x = %s gives %s', trim_scale(v.less_x), trim_scale(v.less_points), trim_scale(v.more_x), trim_scale(v.more_points))
    FROM valley v;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_check_rule(pg_catalog.text, pg_catalog.numeric) IS
'what surprises in an item''s rule that is sound: an earlier branch that decides where a later one says something else, points that fall and rise again. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_check_sums(document pg_catalog.jsonb)
RETURNS TABLE (at pg_catalog.text, fault pg_catalog.text, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    doc jsonb := deptperf_check_sums.document;
BEGIN
    RETURN QUERY
    WITH item AS (
        SELECT t.indicator, t.points FROM jsonb_to_recordset(doc -> 'items') AS t(indicator text, points numeric)
    ), indicator AS MATERIALIZED (
        SELECT i.code, i."group", i.points, coalesce(i.combine, 'sum') AS combine, i."table"
        FROM jsonb_to_recordset(doc -> 'indicators') AS i(code text, "group" text, points numeric, combine text, "table" jsonb)
    ), part AS MATERIALIZED (
        SELECT g.code, g.parent, g.points, g.weight FROM jsonb_to_recordset(doc -> 'groups') AS g(code text, parent text, points numeric, weight numeric)
    ), member AS MATERIALIZED (         -- what counts in a group (NULL: in the total), and how much
        SELECT i."group" AS code, i.points FROM indicator i
        UNION ALL
        SELECT p.parent, p.points * coalesce(p.weight, 1) FROM part p
    ), sums AS (
        SELECT 'indicator ' || i.code AS at, i.points,
               CASE i.combine WHEN 'sum' THEN 'its items do not add up' WHEN 'table' THEN 'its table does not reach its points' ELSE 'its items do not reach its points' END AS fault,
               coalesce(CASE i.combine
                   WHEN 'sum' THEN sum(t.points) WHEN 'best' THEN max(t.points) WHEN 'weakest' THEN min(t.points) WHEN 'mean' THEN avg(t.points)
                   WHEN 'weakest plus' THEN min(t.points) + CASE WHEN max(t.points) > min(t.points) THEN 0.5 ELSE 0 END
                   WHEN 'table' THEN (SELECT max(r.points) FROM jsonb_to_recordset(i."table") AS r(points numeric)) END, 0) AS found
        FROM indicator i LEFT JOIN item t ON t.indicator = i.code
        GROUP BY i.code, i.points, i.combine, i."table"
        UNION ALL
        SELECT 'group ' || p.code, p.points, 'what is in it does not add up', coalesce(sum(m.points), 0)
        FROM part p LEFT JOIN member m ON m.code = p.code
        GROUP BY p.code, p.points
        UNION ALL
        -- where missing items are left out, the rest is scaled to full whatever the sum
        SELECT 'total', coalesce((doc -> 'options' ->> 'full')::numeric, 100), 'the points do not add up', coalesce(sum(m.points), 0)
        FROM member m
        WHERE m.code IS NULL
        HAVING doc -> 'options' ->> 'missing' IS DISTINCT FROM 'leave out'
        UNION ALL
        SELECT coalesce('group ' || p.parent, 'total'), 1, 'the weights of the groups in it do not add up', sum(coalesce(p.weight, 1))
        FROM part p
        GROUP BY p.parent
        HAVING count(p.weight) > 0
    )
    SELECT s.at, s.fault, trim_scale(s.found)::text, trim_scale(s.points)::text
    FROM sums s
    WHERE s.found <> s.points;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_check_sums(pg_catalog.jsonb) IS
'where points or weights of a framework''s document do not add up';

CREATE FUNCTION @extschema@.deptperf_check_grades(document pg_catalog.jsonb)
RETURNS TABLE (at pg_catalog.text, fault pg_catalog.text, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    doc  jsonb := deptperf_check_grades.document;
    most numeric := coalesce((doc -> 'options' ->> 'full')::numeric, 100);
BEGIN
    RETURN QUERY
    WITH band AS (
        SELECT b.grade, b."from" FROM jsonb_to_recordset(doc -> 'bands') AS b(grade text, "from" numeric)
    ), requirement AS (
        SELECT r.code, r.grade FROM jsonb_to_recordset(doc -> 'requirements') AS r(code text, grade text)
    )
    SELECT 'bands', 'no grade reaches down to 0', 'the lowest is from ' || trim_scale(min(b."from")), '0'
    FROM band b HAVING min(b."from") > 0
    UNION ALL
    SELECT 'band ' || b.grade, 'another band is from the same points', trim_scale(b."from")::text, 'bounds that differ'
    FROM band b WHERE EXISTS (SELECT FROM band o WHERE o."from" = b."from" AND o.grade < b.grade)
    UNION ALL
    SELECT 'band ' || b.grade, 'no total reaches it', trim_scale(b."from")::text, 'at most ' || trim_scale(most)
    FROM band b WHERE b."from" > most
    UNION ALL
    SELECT 'band ' || b.grade, 'nothing gives this grade', NULL, 'points to reach it from, or a requirement with this grade'
    FROM band b WHERE b."from" IS NULL AND NOT EXISTS (SELECT FROM requirement r WHERE r.grade = b.grade)
    UNION ALL
    SELECT 'requirement ' || r.code, 'its grade is no band', r.grade, coalesce((SELECT string_agg(b.grade, ', ' ORDER BY b."from" DESC NULLS LAST) FROM band b), 'a band')
    FROM requirement r WHERE r.grade IS NOT NULL AND NOT EXISTS (SELECT FROM band b WHERE b.grade = r.grade);

    RETURN QUERY
    WITH level AS (
        SELECT t.code, t.points + coalesce(t.bonus, 0) AS most, l.level, l."from", l."to",
               lead(l.level) OVER w AS next_level, lead(l."from") OVER w AS next_from, lead(l."to") OVER w AS next_to,
               max(l."to") OVER (PARTITION BY t.code) AS highest
        FROM jsonb_to_recordset(doc -> 'items') AS t(code text, points numeric, bonus numeric, levels jsonb)
            CROSS JOIN LATERAL jsonb_to_recordset(t.levels) AS l(level text, "from" numeric, "to" numeric)
        WINDOW w AS (PARTITION BY t.code ORDER BY l."from", l."to")
    )
    SELECT format('level %s of item %s', l.level, l.code), 'it overlaps with ' || l.next_level,
           format('%s to %s', trim_scale(l."from"), trim_scale(l."to")), 'at most ' || trim_scale(l.next_from)
    FROM level l WHERE l."to" > l.next_from     -- two may have one and the same point, as D and D* of PEFA
    UNION ALL
    -- levels of single points have gaps by nature
    SELECT format('level %s of item %s', l.level, l.code), 'points between it and ' || l.next_level || ' have no level',
           'to ' || trim_scale(l."to"), trim_scale(l.next_from)::text
    FROM level l WHERE l."to" < l.next_from AND NOT (l."from" = l."to" AND l.next_from = l.next_to)
    UNION ALL
    SELECT DISTINCT 'item ' || l.code, 'no level reaches its points', trim_scale(l.highest)::text, trim_scale(l.most)::text
    FROM level l WHERE l.highest < l.most;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_check_grades(pg_catalog.jsonb) IS
'what is at fault in the bands, the grades of requirements and the levels of a framework''s document';

CREATE FUNCTION @extschema@.deptperf_check_examples(document pg_catalog.jsonb)
RETURNS TABLE (at pg_catalog.text, fault pg_catalog.text, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    doc  jsonb := deptperf_check_examples.document;
    used text[];        -- facts that formulas read
    e    record;
BEGIN
    SELECT array_agg(n.fact) INTO used
    FROM (SELECT f.formula FROM jsonb_to_recordset(doc -> 'items') AS f(formula text)
          UNION ALL SELECT f.applies FROM jsonb_to_recordset(doc -> 'items') AS f(applies text)
          UNION ALL SELECT f.formula FROM jsonb_to_recordset(doc -> 'requirements') AS f(formula text)) f
        CROSS JOIN LATERAL unnest(@extschema@.deptperf_formula_facts(f.formula)) AS n(fact);
    FOR e IN
        SELECT x.example, coalesce(x.facts, '{}') AS facts, coalesce(x.inputs, '{}') AS inputs, coalesce(x.expected, '{}') AS expected
        FROM jsonb_to_recordset(doc -> 'examples') AS x(example text, facts jsonb, inputs jsonb, expected jsonb)
    LOOP
        RETURN QUERY
            WITH result AS MATERIALIZED (
                SELECT r.level, r.code, r.state, r.points FROM @extschema@.deptperf_evaluate(doc, e.facts, e.inputs) r
            ), given AS (
                SELECT x.key AS code, x.value, r.level, r.state,
                       CASE x.key WHEN 'grade' THEN to_jsonb(t.grade) WHEN 'total' THEN to_jsonb(t.total)
                                  ELSE CASE jsonb_typeof(x.value) WHEN 'string' THEN to_jsonb(r.state) ELSE to_jsonb(r.points) END END AS found
                FROM jsonb_each(e.expected) x
                    LEFT JOIN LATERAL (SELECT r.level, r.state, r.points FROM result r
                                       WHERE r.code = x.key ORDER BY r.level = 'group' LIMIT 1) r ON true
                    LEFT JOIN LATERAL @extschema@.deptperf_evaluate_total(doc, e.facts, e.inputs) t ON x.key IN ('grade', 'total')
            )
            SELECT format('example %s, %s', e.example, g.code),
                   CASE WHEN g.level IS NULL AND g.code NOT IN ('grade', 'total') THEN 'nothing has this code' ELSE 'it gives another result' END,
                   CASE WHEN g.code NOT IN ('grade', 'total') THEN nullif(concat_ws(', ', g.found #>> '{}', CASE jsonb_typeof(g.value) WHEN 'string' THEN NULL ELSE g.state END), '')
                        ELSE coalesce(g.found #>> '{}', 'open') END,
                   coalesce(g.value #>> '{}', 'open')
            FROM given g
            WHERE coalesce(g.found, 'null') <> g.value OR g.level IS NULL AND g.code NOT IN ('grade', 'total')
            ORDER BY g.code;
        RETURN QUERY
            SELECT format('example %s, fact %s', e.example, f.fact), 'no formula reads it', e.facts ->> f.fact, NULL
            FROM jsonb_object_keys(e.facts) AS f(fact)
            WHERE f.fact <> ALL (coalesce(used, '{}'))
            ORDER BY f.fact;
        RETURN QUERY
            SELECT format('example %s, input %s', e.example, i.code), 'no item or indicator has this code', e.inputs ->> i.code, NULL
            FROM jsonb_object_keys(e.inputs) AS i(code)
            WHERE NOT EXISTS (SELECT FROM jsonb_to_recordset((doc -> 'items') || (doc -> 'indicators')) AS c(code text) WHERE c.code = i.code)
            ORDER BY i.code;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_check_examples(pg_catalog.jsonb) IS
'where the examples in a framework''s document come out otherwise than they expect, or name what the framework does not have';

CREATE FUNCTION @extschema@.deptperf_framework_check(framework pg_catalog.text)
RETURNS TABLE (at pg_catalog.text, fault pg_catalog.text, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE ROWS 10
SET search_path = pg_catalog, pg_temp SET jit = off AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted text := deptperf_framework_check.framework;
    doc    jsonb := @extschema@.deptperf_framework_document(wanted);
    part   record;
    detail text;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    RETURN QUERY SELECT s.at, s.fault, s.found, s.expected FROM @extschema@.deptperf_check_sums(doc) s;

    FOR part IN
        SELECT 'item ' || t.code AS at, t.rule, t.points + coalesce(t.bonus, 0) AS points
        FROM jsonb_to_recordset(doc -> 'items') AS t(code text, rule text, points numeric, bonus numeric)
        WHERE t.rule IS NOT NULL
        UNION ALL
        SELECT 'requirement ' || r.code, r.rule, NULL FROM jsonb_to_recordset(doc -> 'requirements') AS r(code text, rule text)
    LOOP
        BEGIN
            IF part.points IS NULL THEN
                PERFORM @extschema@.deptperf_requirement_rule(part.rule);
            ELSE
                PERFORM @extschema@.deptperf_item_rule(part.rule, part.points);
            END IF;
        EXCEPTION WHEN data_exception THEN      -- nothing but a constraint that is gone lets it in
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
            RETURN QUERY SELECT part.at, SQLERRM, part.rule, detail;
            CONTINUE;
        END;
        IF part.points IS NULL AND part.rule !~ '\m(zero|missing)\M' THEN
            RETURN QUERY SELECT part.at, 'nothing can fail it', part.rule, 'a branch that gives zero or missing';
        END IF;
        RETURN QUERY SELECT part.at, c.fault, c.found, c.expected FROM @extschema@.deptperf_check_rule(part.rule, part.points) c;
    END LOOP;

    RETURN QUERY
        SELECT DISTINCT f.at, 'it reads a fact that is not declared', n.fact, 'a row in deptperf.fact'
        FROM (SELECT 'item ' || t.code AS at, u.formula
              FROM jsonb_to_recordset(doc -> 'items') AS t(code text, formula text, applies text) CROSS JOIN LATERAL unnest(ARRAY[t.formula, t.applies]) AS u(formula)
              UNION ALL
              SELECT 'requirement ' || r.code, r.formula FROM jsonb_to_recordset(doc -> 'requirements') AS r(code text, formula text)) f
            CROSS JOIN LATERAL unnest(@extschema@.deptperf_formula_facts(f.formula)) AS n(fact)
        WHERE NOT EXISTS (SELECT FROM deptperf.fact d WHERE d.fact = n.fact)
        ORDER BY 1, 3;

    RETURN QUERY SELECT g.at, g.fault, g.found, g.expected FROM @extschema@.deptperf_check_grades(doc) g;

    RETURN QUERY SELECT e.at, e.fault, e.found, e.expected FROM @extschema@.deptperf_check_examples(doc) e;

    -- A department uses it from a year to before its next row.
    RETURN QUERY
        SELECT 'department ' || d.code, y.fault, y.found, y.expected
        FROM (SELECT a.dept_id, a.framework, a.from_year, lead(a.from_year) OVER (PARTITION BY a.dept_id ORDER BY a.from_year) AS next_year
              FROM deptperf.department_framework a) a
            JOIN (SELECT y.framework, nullif(min(y.fiscal_year), (SELECT min(r.fiscal_year) FROM deptperf.fiscal_year r)) AS from_year,
                         nullif(max(y.fiscal_year), (SELECT max(r.fiscal_year) FROM deptperf.fiscal_year r)) AS to_year
                  FROM deptperf.framework_year y GROUP BY y.framework) f USING (framework)
            JOIN deptperf.department d ON d.dept_id = a.dept_id
            CROSS JOIN LATERAL (VALUES
                (a.from_year < f.from_year, 'it has this framework before the first year', 'from ' || a.from_year, 'from ' || f.from_year),
                (coalesce(a.next_year > f.to_year + 1, f.to_year IS NOT NULL), 'it has this framework after the last year',
                 coalesce('to ' || a.next_year - 1, 'no later row'), format('another framework from %s', f.to_year + 1))) AS y(wrong, fault, found, expected)
        WHERE a.framework = wanted AND y.wrong
        ORDER BY d.code, y.fault;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_framework_check(pg_catalog.text) IS
'what is at fault in a framework, a row each with where, what was found and what was expected; none when all is well. Points and weights that do not add up at any level, rules that do not fit or surprise (an earlier branch hides another result, points fall and rise again), facts that are not declared, bands with a gap below or out of reach, grades of requirements that are no band, levels that overlap or leave a gap, examples that come out otherwise, years that departments have it for and it does not admit. An unknown framework is an error. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_framework_start(framework pg_catalog.text, from_year pg_catalog.int8, supersedes pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.text
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted   text := deptperf_framework_start.framework;
    year     int;
    old      text := deptperf_framework_start.supersedes;
    begins   int;
    state    text;
    other    text;
    faults   bigint;
    done     record;        -- what was frozen or judged in years that change hands
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF wanted IS NULL OR deptperf_framework_start.from_year IS NULL THEN
        RAISE EXCEPTION 'framework and from_year must not be NULL'
            USING ERRCODE = 'null_value_not_allowed', HINT = 'SELECT deptperf_framework_start(''city-2022'', 2022, supersedes => ''sz-2021'');';
    END IF;
    PERFORM @extschema@.deptperf_framework_document(wanted), @extschema@.deptperf_framework_document(old);    -- both are known
    year := @extschema@.deptperf_fiscal_year(deptperf_framework_start.from_year);
    -- one that was in force already, and is a draft again, goes on superseding
    SELECT f.status, coalesce(old, f.supersedes) INTO state, old FROM deptperf.framework f WHERE f.framework = wanted;
    SELECT f.from_year INTO begins FROM deptperf.framework f WHERE f.framework = old;
    SELECT f.framework INTO other FROM deptperf.framework f WHERE f.supersedes = old AND f.framework <> wanted;
    IF state <> 'draft' THEN
        RAISE EXCEPTION 'framework "%" is % already', wanted, state
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'Only a draft is put in force.',
                  HINT = 'deptperf.department_framework says which departments have it from which year.';
    ELSIF wanted = old OR begins >= year THEN
        RAISE EXCEPTION 'framework "%" can''t be superseded from % on', old, year
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = CASE WHEN wanted = old THEN 'It is the same one.' ELSE format('Its own first year is %s.', begins) END,
                  HINT = 'Leave supersedes out, and give the new one to departments in deptperf.department_framework.';
    ELSIF other IS NOT NULL THEN
        RAISE EXCEPTION 'framework "%" is superseded already', old
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('By "%s".', other),
                  HINT = format('Supersede that one: SELECT deptperf_framework_start(%L, %s, supersedes => %L);', wanted, year, other);
    END IF;
    SELECT count(*) AS n, max(r.fiscal_year) AS last, string_agg(DISTINCT r.fiscal_year::text, ', ' ORDER BY r.fiscal_year::text) AS years INTO done
    FROM deptperf.result r
    WHERE r.framework = old AND r.fiscal_year >= year AND r.reopened_at IS NULL;
    IF done.n > 0 THEN
        RAISE EXCEPTION 'framework "%" has frozen results from % on', old, year
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Frozen results: %s, of %s.', done.n, done.years),
                  HINT = format('Begin later: SELECT deptperf_framework_start(%L, %s, supersedes => %L); or reopen them first: SELECT deptperf_reopen(result_id, ''…'') FROM deptperf.result WHERE framework = %L AND fiscal_year >= %s AND reopened_at IS NULL;',
                                wanted, done.last + 1, old, old, year);
    END IF;
    SELECT count(*) AS n, string_agg(DISTINCT a.fiscal_year::text, ', ' ORDER BY a.fiscal_year::text) AS years INTO done
    FROM deptperf.current_assessment a CROSS JOIN LATERAL deptperf.framework_in_force(a.dept_id, a.fiscal_year) f
    WHERE a.fiscal_year >= year AND f.framework = old;
    IF done.n > 0 THEN
        RAISE WARNING 'framework "%" takes over assessments made under "%"', wanted, old
            USING DETAIL = format('Assessments: %s, of %s. They count where it has an item or indicator of that code.', done.n, done.years),
                  HINT = 'ROLLBACK is the way back: with them it can''t be a draft again.';
    END IF;
    SELECT count(*) INTO faults FROM @extschema@.deptperf_framework_check(wanted);
    UPDATE deptperf.framework f SET from_year = year, status = 'in force', supersedes = old WHERE f.framework = wanted;
    UPDATE deptperf.framework f SET to_year = year - 1 WHERE f.framework = old AND (f.to_year IS NULL OR f.to_year >= year);
    IF faults > 0 THEN
        RAISE WARNING 'framework "%" is put in force with % faults', wanted, faults
            USING HINT = format('SELECT * FROM deptperf_framework_check(%L);', wanted);
    END IF;
    RETURN format('%s in force from %s', wanted, year) || coalesce('; ' || old || format(' to %s', year - 1), '');
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_framework_start(pg_catalog.text, pg_catalog.int8, pg_catalog.text) IS
'puts a draft in force from a fiscal year on. supersedes: the framework that it takes the place of, which ends the year before: whoever has that one, by department_framework or as the default, has the new one from that year on. Returns what was done. Faults of deptperf_framework_check are a warning, and so are assessments of those years under that one. Frozen results of those years under it are an error, and so is an unknown framework or year, one that is no draft, or one to supersede that another supersedes already'
;
