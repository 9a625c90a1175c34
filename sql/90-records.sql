-- From a fact to the records behind it.

-- Which records of its source a fact counts, and what each of them adds: the
-- other direction of <source>_sums, and a test holds the two against each other.
CREATE FUNCTION @extschema@.deptperf_fact_records()
RETURNS TABLE (fact pg_catalog.text, source pg_catalog.text, counts pg_catalog.text, amount pg_catalog.text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 40 AS $deptperf$
    VALUES
    ('budget_initial'::pg_catalog.text, 'budget'::pg_catalog.text, 'true'::pg_catalog.text, 'initial'::pg_catalog.text),
    ('budget_adjusted', 'budget', 'true', 'adjusted'),
    ('public_budget', 'budget', 'expense_class = ''public''', 'adjusted'),
    ('three_public_budget', 'budget', 'three_public', 'adjusted'),
    ('paid_q1', 'execution', 'month BETWEEN 1 AND 3', 'amount'),
    ('paid_q2', 'execution', 'month BETWEEN 4 AND 6', 'amount'),
    ('paid_q3', 'execution', 'month BETWEEN 7 AND 9', 'amount'),
    ('paid_q4', 'execution', 'month BETWEEN 10 AND 12', 'amount'),
    ('public_paid', 'execution', 'expense_class = ''public''', 'amount'),
    ('three_public_paid', 'execution', 'three_public', 'amount'),
    ('adjusted_amount', 'adjustment', 'true', 'abs(amount)'),
    ('procurement_planned', 'procurement', 'true', 'planned'),
    ('procurement_actual', 'procurement', 'true', 'actual'),
    ('assets_total', 'fixed_asset', 'true', 'original_value'),
    ('assets_in_use', 'fixed_asset', 'in_use', 'original_value'),
    ('establishment', 'staffing', 'true', 'establishment'),
    ('staff_on_establishment', 'staffing', 'true', 'on_establishment'),
    ('staff_external', 'staffing', 'true', 'external'),
    ('projects_planned', 'project', 'true', 'planned'),
    ('projects_on_time', 'project', 'true', 'on_time'),
    ('key_tasks_assigned', 'key_task', 'true', 'assigned'),
    ('key_tasks_missed', 'key_task', 'true', 'missed'),
    ('benefit_weight', 'performance_target', 'aspect IN (''social'', ''economic'', ''ecological'', ''sustainable'')', 'weight'),
    ('benefit_earned', 'performance_target', 'aspect IN (''social'', ''economic'', ''ecological'', ''sustainable'')', 'earned'),
    ('benefit_social', 'performance_target', 'aspect = ''social''', 'weight'),
    ('benefit_economic', 'performance_target', 'aspect = ''economic''', 'weight'),
    ('benefit_ecological', 'performance_target', 'aspect = ''ecological''', 'weight'),
    ('benefit_sustainable', 'performance_target', 'aspect = ''sustainable''', 'weight'),
    ('petitions_received', 'petition', 'true', 'received'),
    ('petitions_answered', 'petition', 'true', 'answered'),
    ('petitions_in_time', 'petition', 'true', 'answered_in_time'),
    ('survey_respondents', 'satisfaction_survey', 'true', 'respondents'),
    ('survey_satisfied', 'satisfaction_survey', 'true', 'satisfied'),
    ('budget_disclosure_level', 'disclosure', 'kind = ''budget''', 'level'),
    ('budget_disclosure_due', 'disclosure', 'kind = ''budget''', 'due'),
    ('final_accounts_disclosure_level', 'disclosure', 'kind = ''final_accounts''', 'level'),
    ('final_accounts_disclosure_due', 'disclosure', 'kind = ''final_accounts''', 'due'),
    ('finding_budget_nonconformity', 'finding', 'kind = ''budget_nonconformity''', 'count'),
    ('finding_target_nonconformity', 'finding', 'kind = ''target_nonconformity''', 'count'),
    ('finding_violation', 'finding', 'kind = ''violation''', 'count')
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_fact_records() IS
'which records of its source a fact counts, and what each adds, as SQL over the columns of the source; not the facts of measurement, nor <source>_records, which every source has';

CREATE FUNCTION @extschema@.deptperf_records(dept pg_catalog.int8, year pg_catalog.int8, fact pg_catalog.text)
RETURNS TABLE (dept_id pg_catalog.int8, source pg_catalog.text, relation pg_catalog.text, key pg_catalog.text, amount pg_catalog.numeric)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted text := deptperf_records.fact;
    id     bigint := @extschema@.deptperf_department(dept);
    fy     int := @extschema@.deptperf_fiscal_year(year);
    units  bigint[];
    known  record;
    held   record;              -- what the caller may not read
    part   record;              -- a relation; own: the columns of the own table, what is left out filled in
BEGIN
    SELECT f.source, r.counts, r.amount INTO known
    FROM deptperf.fact f LEFT JOIN @extschema@.deptperf_fact_records() r ON r.fact = f.fact
    WHERE f.fact = wanted;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'fact "%" is not declared', wanted
            USING ERRCODE = 'no_data_found',
                  DETAIL = (SELECT format('%s facts are.', count(*)) FROM deptperf.fact),
                  HINT = 'deptperf.fact has the names.';
    ELSIF wanted = known.source || '_units' THEN
        RAISE EXCEPTION 'fact "%" counts units and not records', wanted
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'It is how many units of the department have a record of the source, or have closed it.',
                  HINT = format('SELECT * FROM deptperf_records(…, %s, %L);', fy, known.source || '_records');
    END IF;
    IF wanted = known.source || '_records' THEN
        known.counts := 'true';
        known.amount := '1';
    END IF;
    -- the own tables and views of bound relations that are read below, and which they are
    SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.relname) AS relations, bool_or(c.relkind = 'v') AS bound INTO held
    FROM pg_class c
    WHERE c.relnamespace = 'deptperf'::regnamespace AND NOT has_any_column_privilege(c.oid, 'SELECT')
      AND c.relname ~ format('^(binding|(%s%s)(_bound_[0-9]+)?)$', known.source, CASE WHEN wanted <> known.source || '_records' THEN '|measurement' END);
    IF held.relations IS NOT NULL THEN
        RAISE EXCEPTION 'permission denied for the records behind "%"', wanted
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('They are for the workspace''s owner, in own tables for admins too, and for whoever has SELECT on them; %s has not on %s.', current_user, held.relations),
                  HINT = (SELECT CASE WHEN held.bound AND NOT deptperf.sees_all()
                                      THEN format('Ask %s: whoever may read what is bound sees the records of every department there.', n.nspowner::regrole)
                                      ELSE format('Let %s run: GRANT SELECT ON %s TO %I;', n.nspowner::regrole, held.relations, current_user) END
                          FROM pg_namespace n WHERE n.nspname = 'deptperf');
    END IF;
    SELECT array_agg(c.dept_id) INTO units FROM deptperf.department_closure c WHERE c.ancestor_id = id;
    PERFORM @extschema@.deptperf_shard_refuse(units, format('records behind "%s"', wanted), format('SELECT * FROM deptperf_records(…, %s, %L);', fy, wanted));
    FOR part IN
        WITH counted AS (
            SELECT known.source, known.counts, known.amount, 1 AS place WHERE known.counts IS NOT NULL
            UNION ALL       -- which may bring any fact
            SELECT 'measurement', format('fact = %L', wanted), 'amount', 2 WHERE wanted <> known.source || '_records'
        )
        SELECT r.*,
               (SELECT string_agg(CASE WHEN c.fallback ~ '^[a-z_]+$' AND c.kind <> 'flag' THEN format('coalesce(%I, %I) AS %1$I', c.key, c.fallback)
                                       WHEN c.source = 'performance_target' AND c.key = 'earned' THEN format('coalesce(%I, ''NaN'') AS %1$I', c.key)      -- a target that is open
                                       ELSE quote_ident(c.key) END, ', ' ORDER BY c.place)
                FROM @extschema@.deptperf_bind_columns() c WHERE c.source = r.source) AS own
        FROM (
            SELECT k.*, b.relation, b.place AS bound,
                   CASE WHEN b.relation <> format('deptperf.%I', k.source) THEN k.source || '_bound_' || row_number() OVER (PARTITION BY b.source ORDER BY b.place) END AS view
            FROM counted k JOIN @extschema@.deptperf_bindings() WITH ORDINALITY AS b(source, relation, spec, bound_by, bound_at, place) ON b.source = k.source
            UNION ALL
            SELECT k.*, format('deptperf.%I', k.source), NULL, NULL
            FROM counted k
            WHERE NOT EXISTS (SELECT FROM deptperf.binding b WHERE b.source = k.source)) r
            JOIN deptperf.source s ON s.source = r.source AND NOT s.lost    -- one that has lost a relation does not speak
        ORDER BY r.place, r.bound
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT r.dept_id, %1$L, %2$L, r.key, r.adds
             FROM (SELECT dept_id, fiscal_year, %3$s AS key, CAST(%4$s AS numeric) AS adds FROM %5$s WHERE %6$s) r
             WHERE r.dept_id = ANY ($1) AND r.fiscal_year = $2 AND r.adds IS NOT NULL
             ORDER BY r.dept_id, length(r.key), r.key',
            part.source, part.relation,
            CASE WHEN part.view IS NULL THEN format('''%1$s='' || %1$I', part.source || '_id') ELSE 'record' END,
            part.amount,
            CASE WHEN part.view IS NULL THEN format('(SELECT dept_id, fiscal_year, %s, %I FROM %s) s', part.own, part.source || '_id', part.relation)
                 ELSE format('deptperf.%I', part.view) END,
            CASE WHEN part.view IS NULL THEN part.counts ELSE format('known_department AND known_year AND (%s)', part.counts) END)
        USING units, fy;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_records(pg_catalog.int8, pg_catalog.int8, pg_catalog.text) IS
'the records behind a fact of a department (with its units): unit, source, the relation by its name of today, the record by its key (or where it stands), and what it adds, in the unit of the records; together exactly the fact, measurements of it included. Records whose amount is NULL add nothing and have no row; NaN is one that spoils the fact. For the workspace''s owner, admins as far as the own tables have them, and roles with SELECT on what the records are in; for others it is an error that says what to grant. An unknown department, year or fact is an error, and so are a fact that counts units and a department with records at a shard, which the error names. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_records(dept pg_catalog.text, year pg_catalog.int8, fact pg_catalog.text)
RETURNS TABLE (dept_id pg_catalog.int8, source pg_catalog.text, relation pg_catalog.text, key pg_catalog.text, amount pg_catalog.numeric)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 100 AS $deptperf$
    SELECT r.dept_id, r.source, r.relation, r.key, r.amount
    FROM @extschema@.deptperf_records(@extschema@.deptperf_department($1), $2, $3) r
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_records(pg_catalog.text, pg_catalog.int8, pg_catalog.text) IS
'deptperf_records for a department by code';
