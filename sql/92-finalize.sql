-- Freezing a result, and proving that it is what it was.

CREATE FUNCTION @extschema@.deptperf_canonical(value pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'object' THEN (SELECT format('{%s}', string_agg(format('%s:%s', to_json(o.key), @extschema@.deptperf_canonical(o.value)), ',' ORDER BY o.key COLLATE "C"))
                            FROM jsonb_each(value) AS o(key, value))
        WHEN 'array' THEN (SELECT format('[%s]', string_agg(@extschema@.deptperf_canonical(a.value), ',' ORDER BY a.n))
                           FROM jsonb_array_elements(value) WITH ORDINALITY AS a(value, n))
        WHEN 'number' THEN trim_scale((value #>> '{}')::numeric)::text
        ELSE value::text END;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_canonical(pg_catalog.jsonb) IS
'the canonical text of a jsonb: keys in the order of their bytes, numbers without trailing zeros, no blanks; equal values have equal texts. NULL gives NULL';

-- The parts of a result, each hashed by itself, so that what was changed can be named.
CREATE FUNCTION @extschema@.deptperf_result_hashes(result pg_catalog.jsonb) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN (SELECT jsonb_object_agg(p.part, encode(sha256(convert_to(@extschema@.deptperf_canonical(p.value), 'UTF8')), 'hex'))
            FROM (VALUES ('document', result -> 'document'), ('facts', result -> 'facts'), ('inputs', result -> 'inputs'), ('results', result -> 'results'),
                         ('rest', (SELECT jsonb_object_agg(k, result -> k) FROM unnest('{result_id,dept_id,fiscal_year,number,framework,total,grade,forced,reason,finalized_by,finalized_at}'::text[]) k))) AS p(part, value));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_result_hashes(pg_catalog.jsonb) IS
'the SHA-256 of each part of a row of deptperf.result, as jsonb; NULL gives NULL';

-- What reopening adds to a result, which its hash is too old for.
CREATE FUNCTION @extschema@.deptperf_reopen_hash(result pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN (SELECT encode(sha256(convert_to(@extschema@.deptperf_canonical(jsonb_object_agg(k, result -> k)), 'UTF8')), 'hex')
            FROM unnest('{hash,reopened_by,reopened_at,reopen_reason}'::text[]) k);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_reopen_hash(pg_catalog.jsonb) IS
'the SHA-256 of who reopened a row of deptperf.result, when and why, and of its hash; NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_finalize(dept pg_catalog.int8, year pg_catalog.int8, force pg_catalog.bool DEFAULT false, reason pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.int8
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    why    text := deptperf_finalize.reason;
    id     bigint;
    fy     int;
    before record;
    result bigint;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF dept IS NULL OR year IS NULL OR force IS NULL THEN
        RAISE EXCEPTION 'dept, year and force must not be NULL'
            USING ERRCODE = 'null_value_not_allowed', HINT = 'SELECT deptperf_finalize(''4403'', 2021);';
    ELSIF force AND btrim(coalesce(why, '')) = '' THEN
        RAISE EXCEPTION 'a result is frozen by force with a reason only'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'SELECT deptperf_finalize(''4403'', 2021, force => true, reason => ''…'');';
    END IF;
    id := @extschema@.deptperf_department(dept);
    fy := @extschema@.deptperf_fiscal_year(year);
    PERFORM pg_advisory_xact_lock(1684369524, 4);       -- as the trigger of result
    SELECT r.result_id, r.number INTO before FROM deptperf.result r WHERE r.dept_id = id AND r.fiscal_year = fy AND r.reopened_at IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'the result of department % for % is frozen already', id, fy
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('It is result %s, the %s. of that year.', before.result_id, before.number),
                  HINT = format('SELECT deptperf_reopen(%s, ''why''); first.', before.result_id);
    END IF;
    INSERT INTO deptperf.result (dept_id, fiscal_year, forced, reason) VALUES (id, fy, force, why)
    RETURNING result_id INTO result;
    RETURN result;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_finalize(pg_catalog.int8, pg_catalog.int8, pg_catalog.bool, pg_catalog.text) IS
'freezes the result of a department (with its units) and year in deptperf.result, with the framework, the facts, the inputs and what they give, under a SHA-256, and returns its number there: later changes leave it as it is. It needs a total, and that every source that the framework reads is closed for the department and every unit below it; force => true freezes without, for a reason. One that is frozen already is an error, deptperf_reopen comes first. An unknown department or year, or one without a framework, too, and NULL';

CREATE FUNCTION @extschema@.deptperf_finalize(dept pg_catalog.text, year pg_catalog.int8, force pg_catalog.bool DEFAULT false, reason pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.int8
LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS $deptperf$
    SELECT @extschema@.deptperf_finalize(@extschema@.deptperf_department($1), $2, $3, $4)
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_finalize(pg_catalog.text, pg_catalog.int8, pg_catalog.bool, pg_catalog.text) IS
'deptperf_finalize for a department by code';

CREATE FUNCTION @extschema@.deptperf_reopen(result pg_catalog.int8, reason pg_catalog.text) RETURNS pg_catalog.int8
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    found_one record;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF btrim(coalesce(reason, '')) = '' THEN
        RAISE EXCEPTION 'a result is reopened with a reason only'
            USING ERRCODE = 'invalid_parameter_value', HINT = format('SELECT deptperf_reopen(%s, ''why'');', coalesce(result::text, '…'));
    END IF;
    SELECT r.result_id, r.reopened_by, r.reopened_at, r.reopen_reason INTO found_one FROM deptperf.result r WHERE r.result_id = result;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'result % is not known', coalesce(result::text, 'NULL')
            USING ERRCODE = 'no_data_found', HINT = 'deptperf.result has the results.';
    ELSIF found_one.reopened_at IS NOT NULL THEN
        RAISE EXCEPTION 'result % was reopened already', result
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('By %s at %s: %s.', found_one.reopened_by, found_one.reopened_at, found_one.reopen_reason);
    END IF;
    UPDATE deptperf.result r SET reopen_reason = reason WHERE r.result_id = result;
    RETURN result;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_reopen(pg_catalog.int8, pg_catalog.text) IS
'takes a frozen result out of force, with a reason, so that the department and year can be frozen anew; it stays in deptperf.result with who did so, when and why. Returns it. An unknown one, one that was reopened already, and a blank reason are errors';

CREATE FUNCTION @extschema@.deptperf_verify(result pg_catalog.int8)
RETURNS TABLE (fault pg_catalog.text, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $deptperf$
#variable_conflict use_variable
DECLARE
    r      record;
    before record;
    hashes jsonb;
    t      record;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    SELECT x.* INTO r FROM deptperf.result x WHERE x.result_id = result;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'result % is not known', result
            USING ERRCODE = 'no_data_found', HINT = 'deptperf.result has the results.';
    END IF;
    -- what was changed since
    hashes := @extschema@.deptperf_result_hashes(to_jsonb(r));
    RETURN QUERY
    SELECT format('%s was changed', CASE h.key WHEN 'rest' THEN 'id, department, year, number, total, grade, or who, when, and the reason' ELSE h.key END), h.value, r.hashes ->> h.key
    FROM jsonb_each_text(hashes) AS h(key, value)
    WHERE h.value IS DISTINCT FROM r.hashes ->> h.key
    ORDER BY h.key;
    SELECT x.number, x.hash INTO before FROM deptperf.result x WHERE x.dept_id = r.dept_id AND x.fiscal_year = r.fiscal_year AND x.number < r.number ORDER BY x.number DESC LIMIT 1;
    RETURN QUERY
    SELECT 'hash', r.hash, e.hash
    FROM (SELECT encode(sha256(convert_to(@extschema@.deptperf_canonical(r.hashes) || coalesce(before.hash, ''), 'UTF8')), 'hex') AS hash) e
    WHERE e.hash <> r.hash;
    IF coalesce(before.number, 0) <> r.number - 1 THEN
        RETURN QUERY SELECT 'results before it are missing', format('%s before number %s', coalesce(before.number::text, 'none'), r.number), format('number %s', r.number - 1);
    END IF;
    IF r.reopened_at IS NOT NULL AND r.reopen_hash IS DISTINCT FROM @extschema@.deptperf_reopen_hash(to_jsonb(r)) THEN
        RETURN QUERY SELECT 'who reopened it, when, and the reason were changed', @extschema@.deptperf_reopen_hash(to_jsonb(r)), r.reopen_hash;
    ELSIF r.reopened_at IS NULL AND EXISTS (SELECT FROM deptperf.result x WHERE x.dept_id = r.dept_id AND x.fiscal_year = r.fiscal_year AND x.number > r.number) THEN
        RETURN QUERY SELECT 'that it was reopened is missing', 'it is in force, and there are later ones', 'who reopened it, when, and the reason';
    END IF;
    -- and whether what is frozen follows from what is frozen: by another framework it need not, and what was changed may be none any more
    IF hashes ->> 'document' IS DISTINCT FROM r.hashes ->> 'document' THEN
        RETURN;
    END IF;
    t := @extschema@.deptperf_evaluate_total(r.document, r.facts, r.inputs);
    RETURN QUERY
    SELECT format('%s %s does not follow', coalesce(n.value ->> 'level', o.value ->> 'level'), coalesce(n.value ->> 'code', o.value ->> 'code')), o.value::text, n.value::text
    FROM (SELECT e.n, jsonb_strip_nulls(to_jsonb(e)) AS value
          FROM @extschema@.deptperf_evaluate(r.document, r.facts, r.inputs) WITH ORDINALITY AS e(level, code, state, numerator, denominator, branch, points_numerator, points_denominator, points, n)) n
        FULL JOIN jsonb_array_elements(r.results) WITH ORDINALITY AS o(value, n) ON o.n = n.n
    WHERE n.value IS DISTINCT FROM o.value
    ORDER BY coalesce(n.n, o.n);
    RETURN QUERY
    SELECT w.what || ' does not follow', w.frozen, w.computed
    FROM (VALUES ('total', r.total::text, t.total::text), ('grade', r.grade, t.grade)) AS w(what, frozen, computed)
    WHERE w.frozen IS DISTINCT FROM w.computed;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_verify(pg_catalog.int8) IS
'whether a frozen result is what it was, from what is frozen alone: a row for each fault and none when all is well: a part that was changed since (its hash), its own hash, results before it that are missing, what reopening left, and, while the framework is what it was, rows, total or grade that do not follow from framework, facts and inputs. An unknown result is an error. NULL gives no rows';
