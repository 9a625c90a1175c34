-- What a published score would have needed.
--
-- A published score is held against the one from the records, item by item: which
-- branch of which rule would have given it, beside the value that was found.

-- One computed item: what its rule needs for the indicator to have the published
-- points, the others being as they are.  NULL: no value of it gives them.
CREATE FUNCTION @extschema@.deptperf_explain_need(item pg_catalog.jsonb, numerator pg_catalog.numeric, denominator pg_catalog.numeric, others pg_catalog.numeric,
    published pg_catalog.numeric, decimals pg_catalog.int4, whole pg_catalog.bool, lang pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    zh     bool := lang = 'zh';
    most   numeric := (item ->> 'points')::numeric + coalesce((item ->> 'bonus')::numeric, 0);
    wanted numeric := published - others;       -- of this item
    found  text := CASE WHEN denominator IS NULL THEN numerator::text
                        ELSE format('%s / %s = %s %%', numerator, denominator, round(100 * numerator / nullif(denominator, 0), 2)) END;
    one    text;
    gives  text;
    part   text[];
    need   numeric;
BEGIN
    FOREACH one IN ARRAY regexp_split_to_array(item ->> 'rule', ', ') LOOP
        gives := regexp_replace(one, '^(x \S+ \S+: |else )', '');
        IF gives ~ '^[0-9.]+%?$' THEN
            need := CASE WHEN gives LIKE '%\%' THEN rtrim(gives, '%')::numeric / 100 ELSE gives::numeric END;
            IF round(others + need, decimals) = published THEN
                RETURN format(CASE WHEN zh THEN '公布的得分需要“%s”；实际为 %s' ELSE 'the published points need "%s"; found %s' END,
                              @extschema@.deptperf_explain_branch(one, lang), found);
            END IF;
            CONTINUE;
        END IF;
        part := regexp_match(gives, '^(\S+) \* x(?: / (\S+))?$');
        IF part IS NULL OR wanted < 0 OR wanted > most OR denominator <= 0 THEN
            CONTINUE;
        END IF;
        -- a share: x = wanted * b / a
        need := wanted * coalesce(CASE WHEN part[2] LIKE '%\%' THEN rtrim(part[2], '%')::numeric / 100 ELSE part[2]::numeric END, 1)
                / nullif(CASE WHEN part[1] LIKE '%\%' THEN rtrim(part[1], '%')::numeric / 100 ELSE part[1]::numeric END, 0) * coalesce(denominator, 1);
        CONTINUE WHEN need IS NULL OR need > 1e15;
        IF NOT whole THEN
            RETURN format(CASE WHEN zh THEN '公布的得分需要 %s；实际为 %s' ELSE 'the published points need %s; found %s' END,
                          CASE WHEN denominator IS NULL THEN round(need, 4)::text
                               ELSE format('%s / %s = %s %%', round(need, 2), denominator, round(100 * need / denominator, 2)) END, found);
        END IF;
        FOR n IN greatest(floor(need) - 1, 0)::bigint .. (ceil(need) + 1)::bigint LOOP
            IF round(others + least(most, @extschema@.deptperf_score(CAST(item ->> 'rule' AS @extschema@.deptperf_rule), n::numeric, coalesce(denominator, 1))), decimals) = published THEN
                RETURN format(CASE WHEN zh THEN '公布的得分需要 %s / %s；实际为 %s' ELSE 'the published points need %s / %s; found %s' END, n, denominator, found);
            END IF;
        END LOOP;
        RETURN format(CASE WHEN zh THEN '任何整数 n 都得不到公布的得分：%s 不等于 %s；实际 n = %s' ELSE 'no whole n gives the published points: %s is not %s; found n = %s' END,
                      wanted, replace(gives, 'x', format('n / %s', denominator)), numerator);
    END LOOP;
    RETURN NULL;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_explain_need(pg_catalog.jsonb, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.int4, pg_catalog.bool, pg_catalog.text) IS
'the branch, or the value, that an item of a framework document would have needed for its indicator to have the published points, beside the value found; whole: its numerator is a count. NULL: no value of it gives them';

CREATE FUNCTION @extschema@.deptperf_reconcile(document pg_catalog.jsonb, facts pg_catalog.jsonb, inputs pg_catalog.jsonb, indicator pg_catalog.text, published pg_catalog.numeric, lang pg_catalog.text DEFAULT 'zh',
    OUT recomputed pg_catalog.numeric, OUT why pg_catalog.text)
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    zh       bool := lang = 'zh';
    decimals int := coalesce((document -> 'options' ->> 'decimals')::numeric::int, 2);
    result   record;
    entry    record;
    need     text;
    open     text;
    most     numeric;
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    SELECT e.state, e.points INTO result
    FROM @extschema@.deptperf_evaluate(document, facts, inputs) e
    WHERE e.code = indicator AND e.level = 'indicator' OR indicator IS NULL AND e.level = 'total';
    IF NOT FOUND THEN
        why := format(CASE WHEN zh THEN '评价体系中没有指标 %s' ELSE 'the framework has no indicator %s' END, indicator);
        RETURN;
    END IF;
    recomputed := result.points;
    IF published IS NULL OR recomputed = published THEN
        RETURN;
    END IF;
    most := CASE WHEN indicator IS NOT NULL THEN (
                     SELECT (i ->> 'points')::numeric + coalesce((i ->> 'bonus')::numeric, 0) FROM jsonb_array_elements(document -> 'indicators') i WHERE i ->> 'code' = indicator) END;
    IF published < 0 OR published > most THEN
        why := format(CASE WHEN zh THEN '公布的得分不可能：分值为 0 至 %s' ELSE 'no possible score: the points are 0 to %s' END, most);
        RETURN;
    END IF;
    IF recomputed IS NULL THEN
        SELECT string_agg(DISTINCT e.code || coalesce(format(' (%s)', (
                   SELECT string_agg(f.name, ', ' ORDER BY f.name) FROM unnest(@extschema@.deptperf_formula_facts(t ->> 'formula')) AS f(name)
                   WHERE facts ->> f.name IS NULL OR facts ->> f.name = 'NaN')), ''), ', ') INTO open
        FROM @extschema@.deptperf_evaluate(document, facts, inputs) e
            JOIN jsonb_array_elements(document -> 'items') t ON t ->> 'code' = e.code
        WHERE e.level = 'item' AND e.state IN ('missing', 'not_compared', 'invalid') AND (indicator IS NULL OR t ->> 'indicator' = indicator);
        why := format(CASE WHEN zh THEN '无法证实，缺少：%s' ELSE 'not provable: %s is missing' END, open);
        RETURN;
    END IF;
    IF indicator IS NULL THEN
        why := CASE WHEN zh THEN '见各指标的差异' ELSE 'see the differences of the indicators' END;
        RETURN;
    END IF;
    FOR entry IN
        SELECT t, e.numerator, e.denominator,
               (SELECT coalesce(sum(o.points_numerator / o.points_denominator), 0)
                FROM @extschema@.deptperf_evaluate(document, facts, inputs) o
                    JOIN jsonb_array_elements(document -> 'items') ot ON ot ->> 'code' = o.code
                WHERE o.level = 'item' AND ot ->> 'indicator' = indicator AND o.code <> e.code) AS others,
               EXISTS (SELECT FROM deptperf.fact f
                       WHERE f.fact = (@extschema@.deptperf_formula_facts(t ->> 'formula'))[1] AND f.unit IN ('count', 'level')) AS whole
        FROM jsonb_array_elements(document -> 'items') WITH ORDINALITY AS i(t, place)
            JOIN @extschema@.deptperf_evaluate(document, facts, inputs) e ON e.level = 'item' AND e.code = t ->> 'code'
        WHERE t ->> 'indicator' = indicator AND e.state = 'scored'
        ORDER BY i.place
    LOOP
        need := @extschema@.deptperf_explain_need(entry.t, entry.numerator, entry.denominator, entry.others, published, decimals, entry.whole, lang);
        IF need IS NOT NULL THEN
            why := concat_ws('; ', why, format('%s: %s', entry.t ->> 'code', need));
        END IF;
    END LOOP;
    why := coalesce(why, CASE WHEN zh THEN '记录所得各项的任何数值都得不到公布的得分；差异在评判或调整的项目' ELSE 'no value of what the records give has the published points; judged items would have to differ' END);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_reconcile(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.numeric, pg_catalog.text) IS
'what the records give for an indicator (NULL: the total) of a framework document, and where a published score differs a sentence that says why: the branch or value that it would have needed beside what was found, what is missing, or that no value gives it. lang: zh or en';
