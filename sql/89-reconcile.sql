-- What a published score would have needed.
--
-- A published score is held against the one from the records, item by item: which
-- branch of which rule would have given it, beside the value that was found.

-- One computed item: what its rule needs for the indicator to have the published
-- points, the others being as they are.  What is named has been scored.  NULL: no
-- value of it gives them.
CREATE FUNCTION @extschema@.deptperf_explain_need(item pg_catalog.jsonb, numerator pg_catalog.numeric, denominator pg_catalog.numeric, others pg_catalog.numeric,
    published pg_catalog.numeric, decimals pg_catalog.int4, whole pg_catalog.bool, OUT points pg_catalog.numeric, OUT zh pg_catalog.text, OUT en pg_catalog.text)
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    rule   @extschema@.deptperf_rule := CAST(item ->> 'rule' AS @extschema@.deptperf_rule);
    most   numeric := (item ->> 'points')::numeric + coalesce((item ->> 'bonus')::numeric, 0);
    wanted numeric := published - others;       -- of this item
    seen   text := CASE WHEN denominator IS NULL THEN numerator::text
                        ELSE format('%s / %s = %s %%', numerator, denominator, round(100 * numerator / nullif(denominator, 0), 2)) END;
    r      record;
    need   numeric;
    share  text;
BEGIN
    IF denominator <= 0 THEN
        RETURN;
    END IF;
    FOR r IN SELECT b.* FROM @extschema@.deptperf_rule_branches(rule) b LOOP
        IF r.outcome = 'constant' AND round(others + r.a, decimals) = published THEN
            points := r.a;
            zh := format('公布的得分需要“%s”；实际为 %s', @extschema@.deptperf_explain_branch(r.branch, 'zh'), seen);
            en := format('the published points need "%s"; found %s', @extschema@.deptperf_explain_branch(r.branch, 'en'), seen);
            RETURN;
        END IF;
        CONTINUE WHEN r.outcome NOT IN ('share', 'slope') OR wanted NOT BETWEEN 0 AND most;
        -- x for these points, and from it the numerator
        need := CASE r.outcome WHEN 'share' THEN wanted * r.b / nullif(r.a, 0)
                               ELSE r.start + r.step * CASE r.steps WHEN 'exact' THEN (wanted - r.a) / nullif(r.b, 0) ELSE round((wanted - r.a) / nullif(r.b, 0)) END END
                * coalesce(denominator, 1);
        CONTINUE WHEN need IS NULL OR abs(need) > 1e15;
        SELECT c.n INTO need
        FROM (SELECT CASE WHEN whole THEN round(need) + k ELSE round(need, 4) + k * 0.0001 END AS n, abs(k) AS away FROM generate_series(-2, 2) k) c
        WHERE @extschema@.deptperf_state(rule, c.n, coalesce(denominator, 1)) = 'scored'
          AND round(others + @extschema@.deptperf_score(rule, c.n, coalesce(denominator, 1), most), decimals) = published
        ORDER BY c.away, c.n LIMIT 1;
        IF FOUND THEN
            points := @extschema@.deptperf_score(rule, need, coalesce(denominator, 1), most);
            share := CASE WHEN denominator IS NULL THEN trim_scale(need)::text
                          ELSE format('%s / %s = %s %%', trim_scale(need), denominator, round(100 * need / denominator, 2)) END;
            zh := format('公布的得分需要 %s；实际为 %s', share, seen);
            en := format('the published points need %s; found %s', share, seen);
            RETURN;
        ELSIF whole AND r.outcome = 'share' THEN
            share := format('%s * n%s%s', r.a, ' / ' || denominator, CASE WHEN r.b <> 1 THEN ' / ' || r.b ELSE '' END);
            zh := format('任何整数 n 都得不到公布的得分：%s 不等于 %s；实际 n = %s', wanted, share, numerator);
            en := format('no whole n gives the published points: %s is not %s; found n = %s', wanted, share, numerator);
        END IF;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_explain_need(pg_catalog.jsonb, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.int4, pg_catalog.bool) IS
'the points that an item of a framework document would have needed for its indicator to have the published ones, and the branch or value that gives them beside the value found, in Chinese and English; whole: its numerator is a count. NULL: no value of it gives them (points alone: and why no count does)';

CREATE FUNCTION @extschema@.deptperf_reconcile(document pg_catalog.jsonb, facts pg_catalog.jsonb, inputs pg_catalog.jsonb, indicator pg_catalog.text, published pg_catalog.numeric,
    OUT recomputed pg_catalog.numeric, OUT why pg_catalog.text, OUT why_en pg_catalog.text)
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    decimals int := coalesce((document -> 'options' ->> 'decimals')::numeric::int, 2);
    results  jsonb;             -- of the evaluation, with the items' documents
    result   jsonb;
    entry    record;
    need     record;
    open     text;
    most     numeric;
    combined text;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    SELECT jsonb_agg(to_jsonb(e) || jsonb_build_object('item', i.item) ORDER BY e.n) INTO results
    FROM @extschema@.deptperf_evaluate(document, facts, inputs)
             WITH ORDINALITY AS e(level, code, state, numerator, denominator, branch, points_numerator, points_denominator, points, n)
        LEFT JOIN jsonb_array_elements(document -> 'items') AS i(item) ON e.level = 'item' AND i.item ->> 'code' = e.code;
    SELECT r.value INTO result
    FROM jsonb_array_elements(results) r
    WHERE r.value ->> 'code' = indicator AND r.value ->> 'level' = 'indicator' OR indicator IS NULL AND r.value ->> 'level' = 'total';
    IF result IS NULL THEN
        why := format('评价体系中没有指标 %s', indicator);
        why_en := format('the framework has no indicator %s', indicator);
        RETURN;
    END IF;
    recomputed := (result ->> 'points')::numeric;
    IF published IS NULL OR recomputed = published THEN
        RETURN;
    END IF;
    SELECT (i ->> 'points')::numeric + coalesce((i ->> 'bonus')::numeric, 0), i ->> 'combine' INTO most, combined
    FROM jsonb_array_elements(document -> 'indicators') i WHERE i ->> 'code' = indicator;
    IF published < 0 OR published > most THEN
        why := format('公布的得分不可能：分值为 0 至 %s', most);
        why_en := format('no possible score: the points are 0 to %s', most);
        RETURN;
    END IF;
    -- whatever its items would have needed
    IF result ->> 'state' = 'vetoed' THEN
        SELECT format('被否决：%s = %s，“%s”', q.formula, x.found, @extschema@.deptperf_explain_branch(q.branch, 'zh')),
               format('vetoed: %s = %s, "%s"', q.formula, x.found, @extschema@.deptperf_explain_branch(q.branch, 'en')) INTO why, why_en
        FROM @extschema@.deptperf_explain_requirements(document, facts, indicator) q
            CROSS JOIN LATERAL (SELECT concat_ws(' / ', q.numerator, q.denominator) AS found) x
        WHERE q.outcome = 'zero' LIMIT 1;
        RETURN;
    ELSIF inputs ? indicator AND result ->> 'state' IN ('overridden', 'exempt') THEN
        why := format('整个指标由评定给出 %s 分，而非由记录得出', trim_scale(recomputed));
        why_en := format('an assessment of the whole indicator gives %s, in place of what the records give', trim_scale(recomputed));
        RETURN;
    END IF;
    IF recomputed IS NULL OR indicator IS NOT NULL AND EXISTS (
        SELECT FROM jsonb_array_elements(results) r
        WHERE r.value -> 'item' ->> 'indicator' = indicator AND r.value ->> 'state' IN ('missing', 'not_compared', 'invalid')) THEN
        SELECT string_agg(format('%s%s', r.value ->> 'code', ' (' || coalesce(f.names, nullif(concat_ws(' / ', r.value ->> 'numerator', r.value ->> 'denominator'), '')) || ')'), ', ' ORDER BY r.n) INTO open
        FROM jsonb_array_elements(results) WITH ORDINALITY AS r(value, n)
            LEFT JOIN LATERAL (
                SELECT string_agg(n.name, ', ' ORDER BY n.name) AS names
                FROM unnest(@extschema@.deptperf_formula_facts(r.value -> 'item' ->> 'formula')) AS n(name)
                WHERE facts ->> n.name IS NULL OR facts ->> n.name = 'NaN') f ON true
        WHERE r.value ->> 'level' = 'item' AND r.value ->> 'state' IN ('missing', 'not_compared', 'invalid')
          AND (indicator IS NULL OR r.value -> 'item' ->> 'indicator' = indicator);
        why := format('无法证实，缺少：%s', coalesce(open, '前提条件'));
        why_en := format('not provable: %s is missing', coalesce(open, 'a requirement'));
        RETURN;
    END IF;
    IF indicator IS NULL THEN
        why := '见各指标的差异';
        why_en := 'see the differences of the indicators';
        RETURN;
    END IF;
    IF combined <> 'sum' THEN
        why := format('各项不是相加，而是按“%s”合成；deptperf_explain 列出各项', combined);
        why_en := format('its items are not added but combined as "%s"; deptperf_explain has them', combined);
        RETURN;
    END IF;
    FOR entry IN
        SELECT r.value -> 'item' AS item, (r.value ->> 'numerator')::numeric AS numerator, (r.value ->> 'denominator')::numeric AS denominator,
               (SELECT coalesce(sum((o ->> 'points_numerator')::numeric / (o ->> 'points_denominator')::numeric), 0)
                FROM jsonb_array_elements(results) o
                WHERE o -> 'item' ->> 'indicator' = indicator AND o ->> 'code' <> r.value ->> 'code') AS others,
               EXISTS (SELECT FROM deptperf.fact f
                       WHERE f.fact = (@extschema@.deptperf_formula_facts(r.value -> 'item' ->> 'formula'))[1] AND f.unit IN ('count', 'level')) AS whole
        FROM jsonb_array_elements(results) WITH ORDINALITY AS r(value, n)
        WHERE r.value -> 'item' ->> 'indicator' = indicator AND r.value ->> 'state' = 'scored'
        ORDER BY r.n
    LOOP
        need := @extschema@.deptperf_explain_need(entry.item, entry.numerator, entry.denominator, entry.others, published, decimals, entry.whole);
        -- what is named is put back
        IF need.en IS NOT NULL AND (need.points IS NULL OR EXISTS (
               SELECT FROM @extschema@.deptperf_evaluate(document, facts, inputs || jsonb_build_object(entry.item ->> 'code', need.points)) e
               WHERE e.level = 'indicator' AND e.code = indicator AND e.points = published)) THEN
            why := concat_ws('；', why, format('%s：%s', entry.item ->> 'code', need.zh));
            why_en := concat_ws('; ', why_en, format('%s: %s', entry.item ->> 'code', need.en));
        END IF;
    END LOOP;
    IF why_en IS NULL THEN
        why := '记录所得各项的任何数值都得不到公布的得分；差异在评判或调整的项目';
        why_en := 'no value of what the records give has the published points; judged items would have to differ';
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_reconcile(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.numeric) IS
'what the records give for an indicator (NULL: the total) of a framework document, and where a published score differs a sentence that says why, in Chinese and English: the branch or value that it would have needed beside what was found, what is missing, or that no value gives it';
