-- Targets and the indicator library: picking and checking.  Both know the
-- workspace's own table alone, not relations that the source is bound to.

-- 万元 is 元, so that targets compare however they were multiplied.
CREATE FUNCTION @extschema@.deptperf_target_unit(unit pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $deptperf$
    SELECT coalesce((@extschema@.deptperf_target('1'::pg_catalog.text OPERATOR(pg_catalog.||) $1, true)).unit, $1)
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_target_unit(pg_catalog.text) IS
'the unit that deptperf_target gives a number written with this unit: 元 of 万元, 人次 of 人次; what it can''t read stays as it is. NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_target_pick(dept pg_catalog.int8, year pg_catalog.int8, code pg_catalog.text, weight pg_catalog.numeric, written pg_catalog.text, version pg_catalog.int4 DEFAULT NULL)
RETURNS pg_catalog.int8
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    id     bigint;
    fy     int;
    picked record;
    read   record;
    result bigint;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF num_nulls(dept, year, code, weight, written) > 0 THEN
        RAISE EXCEPTION 'dept, year, code, weight and written must not be NULL'
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL = format('dept %s, year %s, code %s, weight %s, written %s.', coalesce(dept::text, 'NULL'), coalesce(year::text, 'NULL'),
                                  coalesce(code, 'NULL'), coalesce(weight::text, 'NULL'), coalesce(written, 'NULL')),
                  HINT = 'SELECT deptperf_target_pick(''4403'', 2021, ''example-satisfaction'', 10, ''≥90%'');';
    END IF;
    id := @extschema@.deptperf_department(dept);
    fy := @extschema@.deptperf_fiscal_year(year);
    PERFORM @extschema@.deptperf_shard_refuse(ARRAY[id], 'performance targets', format('SELECT deptperf_target_pick(…, %s, %L, …);', fy, code));
    SELECT l.* INTO picked
    FROM deptperf.indicator_library l
    WHERE l.code = deptperf_target_pick.code AND (l.version = deptperf_target_pick.version OR deptperf_target_pick.version IS NULL)
      AND (l.valid_from <= fy) IS NOT FALSE AND (l.valid_to >= fy) IS NOT FALSE
    ORDER BY l.version DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'indicator "%"% is not in the library for %', code, coalesce(', version ' || version, ''), fy
            USING ERRCODE = 'no_data_found',
                  DETAIL = coalesce((SELECT format('Of this code it has %s.',
                                                   string_agg(format('version %s (%s)', l.version, coalesce(concat_ws(' ', 'from ' || l.valid_from, 'to ' || l.valid_to), '')), ', ' ORDER BY l.version))
                                     FROM deptperf.indicator_library l WHERE l.code = deptperf_target_pick.code HAVING count(*) > 0),
                                    'It has no indicator of this code.'),
                  HINT = 'deptperf.indicator_library has the codes, and the years of each version.';
    END IF;
    read := @extschema@.deptperf_target(written);
    IF read.unit IS DISTINCT FROM @extschema@.deptperf_target_unit(picked.unit) AND picked.unit IS NOT NULL THEN
        RAISE EXCEPTION 'target "%" is not in %', written, picked.unit
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Indicator "%s", %s, is in %s; the target is %s.', code, picked.name_zh, picked.unit,
                                  CASE WHEN read.comparison = 'qualitative' THEN 'qualitative' ELSE coalesce('in ' || read.unit, 'without a unit') END),
                  HINT = 'Write the unit with the number.';
    END IF;
    INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, title, level1, level2, level3, written, library_code, library_version)
    VALUES (id, fy, picked.aspect, weight, picked.name_zh, picked.level1, picked.level2, coalesce(picked.level3, picked.name_zh), written, picked.code, picked.version)
    RETURNING performance_target_id INTO result;
    RETURN result;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_target_pick(pg_catalog.int8, pg_catalog.int8, pg_catalog.text, pg_catalog.numeric, pg_catalog.text, pg_catalog.int4) IS
'adds a target of a department and year from an indicator of the library: its aspect, name and levels, the weight, and the target as written (≥90%), which must be in the library''s unit. version NULL: the highest that is valid in the year. Returns the performance_target_id; the actual value comes later, by UPDATE. A code or version that the library does not have for the year is an error';

CREATE FUNCTION @extschema@.deptperf_target_pick(dept pg_catalog.text, year pg_catalog.int8, code pg_catalog.text, weight pg_catalog.numeric, written pg_catalog.text, version pg_catalog.int4 DEFAULT NULL)
RETURNS pg_catalog.int8
LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS $deptperf$
    SELECT @extschema@.deptperf_target_pick(@extschema@.deptperf_department($1), $2, $3, $4, $5, $6)
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_target_pick(pg_catalog.text, pg_catalog.int8, pg_catalog.text, pg_catalog.numeric, pg_catalog.text, pg_catalog.int4) IS
'deptperf_target_pick for a department by code';

CREATE FUNCTION @extschema@.deptperf_target_check(dept pg_catalog.int8, year pg_catalog.int8, weights pg_catalog.jsonb DEFAULT NULL)
RETURNS TABLE (fault pg_catalog.text, performance_target_id pg_catalog.int8, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    id    bigint := @extschema@.deptperf_department(dept);
    fy    int := @extschema@.deptperf_fiscal_year(year);
    lines text[];
    wrong text;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF id IS NULL OR fy IS NULL THEN
        RAISE EXCEPTION 'dept and year must not be NULL'
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL = format('dept %s, year %s.', coalesce(dept::text, 'NULL'), coalesce(year::text, 'NULL')),
                  HINT = 'SELECT * FROM deptperf_target_check(''4403'', 2021);';
    END IF;
    IF weights IS NOT NULL THEN
        wrong := CASE WHEN jsonb_typeof(weights) <> 'object' THEN 'weights is ' || jsonb_typeof(weights) || ' and not an object'
                 ELSE (SELECT format('weights: "%s": %s', w.key, w.value) FROM jsonb_each(weights) w
                       WHERE w.key NOT IN ('social', 'economic', 'ecological', 'sustainable', 'output', 'satisfaction', 'benefit', 'total') OR jsonb_typeof(w.value) <> 'number'
                       ORDER BY w.key LIMIT 1) END;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION '%', wrong
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = 'Expected numbers by social, economic, ecological, sustainable, output, satisfaction, benefit (the first four together) and total.',
                      HINT = 'SELECT * FROM deptperf_target_check(''4403'', 2021, ''{"output": 50, "benefit": 30, "satisfaction": 10}'');';
        END IF;
    END IF;
    PERFORM @extschema@.deptperf_shard_refuse(ARRAY[id], 'performance targets', format('SELECT * FROM deptperf_target_check(…, %s);', fy));
    SELECT array_agg(d.line ORDER BY d.line) INTO lines FROM deptperf.department_line d WHERE d.dept_id = id;

    RETURN QUERY
    WITH entry AS MATERIALIZED (
        SELECT t.* FROM deptperf.performance_target t WHERE t.dept_id = id AND t.fiscal_year = fy
    ), valid AS (
        SELECT l.* FROM deptperf.indicator_library l
        WHERE (l.valid_from <= fy) IS NOT FALSE AND (l.valid_to >= fy) IS NOT FALSE
    ), picked AS (
        SELECT t.performance_target_id, t.aspect, t.level1, t.level2, t.level3, t.comparison, t.unit, l.code, l.version,
               l.line, l.aspect AS l_aspect, l.level1 AS l_level1, l.level2 AS l_level2, coalesce(l.level3, l.name_zh) AS l_level3, l.unit AS l_unit,
               (SELECT max(v.version) FROM valid v WHERE v.code = l.code) AS current
        FROM entry t JOIN deptperf.indicator_library l ON l.code = t.library_code AND l.version = t.library_version
    )
    SELECT f.fault, f.performance_target_id, f.found, f.expected
    FROM (
        SELECT 'version'::text AS fault, p.performance_target_id, format('%s version %s', p.code, p.version) AS found,
               CASE WHEN p.current IS NULL THEN format('an indicator that is valid in %s; of this one no version is', fy) ELSE format('version %s, which is valid in %s', p.current, fy) END AS expected
        FROM picked p WHERE p.version IS DISTINCT FROM p.current
        UNION ALL
        SELECT d.fault, p.performance_target_id, coalesce(d.found, 'NULL'), d.expected
        FROM picked p CROSS JOIN LATERAL (VALUES ('aspect', p.aspect, p.l_aspect), ('level1', p.level1, p.l_level1), ('level2', p.level2, p.l_level2), ('level3', p.level3, p.l_level3)) AS d(fault, found, expected)
        WHERE d.found IS DISTINCT FROM d.expected
        UNION ALL
        SELECT 'unit', p.performance_target_id, CASE WHEN p.comparison = 'qualitative' THEN 'a qualitative target' ELSE coalesce(p.unit, 'no unit') END, p.l_unit
        FROM picked p
        WHERE p.l_unit IS NOT NULL AND (p.unit IS NULL OR @extschema@.deptperf_target_unit(p.unit) <> @extschema@.deptperf_target_unit(p.l_unit))
        UNION ALL
        SELECT 'line', p.performance_target_id, format('%s of the line %s', p.code, p.line), array_to_string(lines, ', ')
        FROM picked p WHERE p.line <> ALL (lines)
        UNION ALL
        SELECT 'twice', p.performance_target_id, p.code, format('once; it is target %s too', p.first)
        FROM (SELECT p.*, min(p.performance_target_id) OVER (PARTITION BY p.code) AS first FROM picked p) p
        WHERE p.performance_target_id <> p.first
        UNION ALL
        SELECT 'line', NULL, format('no target of the line %s', d.line),
               coalesce((SELECT 'one of ' || string_agg(DISTINCT v.code, ', ') FROM valid v WHERE v.line = d.line),
                        format('indicators of this line in the library for %s', fy))
        FROM unnest(lines) AS d(line)
        WHERE NOT EXISTS (SELECT FROM picked p WHERE p.line = d.line)
        UNION ALL
        SELECT 'weights', NULL, format('%s of %s', s.sum, w.key), w.value
        FROM jsonb_each_text(weights) w
            CROSS JOIN LATERAL (SELECT coalesce(sum(t.weight), 0) AS sum FROM entry t
                                WHERE w.key IN (t.aspect, 'total') OR w.key = 'benefit' AND t.aspect IN ('social', 'economic', 'ecological', 'sustainable')) s
        WHERE s.sum <> w.value::numeric
        UNION ALL
        SELECT CASE t.issue WHEN 'open target' THEN 'open' ELSE 'reason' END, t.performance_target_id, t.found, t.expected
        FROM deptperf.target_issue t JOIN deptperf.fiscal_year y ON y.fiscal_year = t.fiscal_year
        WHERE t.dept_id = id AND t.fiscal_year = fy AND (t.issue <> 'open target' OR y.ends <= current_date)
    ) f
    ORDER BY f.performance_target_id NULLS FIRST, f.fault, f.found;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_target_check(pg_catalog.int8, pg_catalog.int8, pg_catalog.jsonb) IS
'checks the targets of a department itself and year, in its own table, against the library: a row for each fault, and none when all is well. fault: version (not the current one for the year), aspect, level1, level2, level3, unit (other than the library''s), line (not of deptperf.department_line, or no target of a line that is there), twice (picked before), weights (they do not add up to what weights says, {"benefit": 30, "output": 50}; NULL: not looked at), reason (less earned than the weight and no reason), open (points that are not known although the year is over). A department whose records are at a shard is an error that names it. Targets that were not picked from the library are checked for the last three alone. NULL for dept or year is an error';

CREATE FUNCTION @extschema@.deptperf_target_check(dept pg_catalog.text, year pg_catalog.int8, weights pg_catalog.jsonb DEFAULT NULL)
RETURNS TABLE (fault pg_catalog.text, performance_target_id pg_catalog.int8, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10 AS $deptperf$
    SELECT c.fault, c.performance_target_id, c.found, c.expected
    FROM @extschema@.deptperf_target_check(@extschema@.deptperf_department($1), $2, $3) c
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_target_check(pg_catalog.text, pg_catalog.int8, pg_catalog.jsonb) IS
'deptperf_target_check for a department by code';
