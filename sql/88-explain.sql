-- Where a score comes from, what it still needs, and what would change it.

-- A branch of a rule in words: what it asks of x and what it gives.
CREATE FUNCTION @extschema@.deptperf_explain_branch(branch pg_catalog.text, lang pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    zh     bool := lang = 'zh';
    parts  text[] := regexp_match(branch, '^x (<=|>=|<|>|=) (\S+): (.*)$');
    gives  text := coalesce(parts[3], regexp_replace(branch, '^else ', ''));
    share  text[] := regexp_match(gives, '^(\S+) \* x(?: / (\S+))?$');
    slope  text[] := regexp_match(gives, '^(\S+) ([-+]) (\S+) per (?:(whole|started) )?(\S+)(?: (over|under) (\S+))?$');
    asks   text;
BEGIN
    asks := CASE WHEN parts IS NULL AND branch LIKE 'else %' THEN CASE WHEN zh THEN '其他情况' ELSE 'otherwise' END
                 WHEN parts IS NOT NULL AND zh THEN
                      CASE parts[1] WHEN '<' THEN '低于 ' WHEN '<=' THEN '不超过 ' WHEN '=' THEN '等于 ' WHEN '>=' THEN '不低于 ' ELSE '高于 ' END || parts[2]
                 WHEN parts IS NOT NULL THEN
                      CASE parts[1] WHEN '<' THEN 'below ' WHEN '<=' THEN 'at most ' WHEN '=' THEN 'exactly ' WHEN '>=' THEN 'at least ' ELSE 'above ' END || parts[2] END;
    gives := CASE
        WHEN share IS NOT NULL AND zh THEN format('%s 分×比值%s', share[1], coalesce('÷' || share[2], ''))
        WHEN share IS NOT NULL THEN format('%s %s times the value%s', share[1], CASE share[1] WHEN '1' THEN 'point' ELSE 'points' END, coalesce(' over ' || share[2], ''))
        WHEN slope IS NOT NULL AND zh THEN
            format('%s 分，%s每%s%s %s %s 分', slope[1],
                   CASE WHEN slope[6] IS NULL THEN '' ELSE CASE slope[6] WHEN 'over' THEN '超过 ' ELSE '低于 ' END || slope[7] || ' 的部分' END,
                   CASE slope[4] WHEN 'whole' THEN '满 ' WHEN 'started' THEN '不足或满 ' ELSE ' ' END, slope[5],
                   CASE slope[2] WHEN '-' THEN '扣' ELSE '加' END, slope[3])
        WHEN slope IS NOT NULL THEN
            format('%s %s, %s %s for each %s%s%s', slope[1], CASE slope[1] WHEN '1' THEN 'point' ELSE 'points' END, CASE slope[2] WHEN '-' THEN 'less' ELSE 'plus' END, slope[3],
                   coalesce(slope[4] || ' ', ''), slope[5], coalesce(' ' || slope[6] || ' ' || slope[7], ''))
        WHEN gives = 'invalid' THEN CASE WHEN zh THEN '数据无效' ELSE 'the figures contradict each other' END
        WHEN gives = 'missing' THEN CASE WHEN zh THEN '缺少数据' ELSE 'not known' END
        WHEN gives = 'pass' THEN CASE WHEN zh THEN '通过' ELSE 'passes' END
        WHEN gives = 'zero' THEN CASE WHEN zh THEN '否决' ELSE 'vetoes' END
        WHEN zh THEN gives || ' 分'
        WHEN gives = '1' THEN '1 point'
        ELSE gives || ' points' END;
    RETURN coalesce(asks || CASE WHEN zh THEN '：' ELSE ': ' END, '') || gives;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_explain_branch(pg_catalog.text, pg_catalog.text) IS
'a branch of a rule in words, in zh or en; NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_formula_written(formula pg_catalog.text, facts pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN formula || ' = ' || (
        SELECT string_agg(CASE WHEN m.match[1] ~ '^[a-z]' AND m.match[1] <> 'nonzero' THEN coalesce(facts ->> m.match[1], m.match[1]) ELSE m.match[1] END, '' ORDER BY m.n)
        FROM regexp_matches(formula, '[a-z][a-z0-9_]*|[^a-z]+', 'g') WITH ORDINALITY AS m(match, n));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_formula_written(pg_catalog.text, pg_catalog.jsonb) IS
'a formula, and again with the numbers of facts in place of names; a name that has none stays: a / b = 3 / b. NULL gives NULL';

-- As evaluation has it: a formula that can't be told gives missing where its rule
-- says missing, and passes elsewhere.
CREATE FUNCTION @extschema@.deptperf_explain_requirements(document pg_catalog.jsonb, facts pg_catalog.jsonb, indicator pg_catalog.text)
RETURNS TABLE (formula pg_catalog.text, rule pg_catalog.text, numerator pg_catalog.numeric, denominator pg_catalog.numeric, branch pg_catalog.text, outcome pg_catalog.text)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE ROWS 2
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted text := deptperf_explain_requirements.indicator;
    known  jsonb := deptperf_explain_requirements.facts;
BEGIN
    RETURN QUERY
    SELECT r.formula, r.rule, e.numerator, e.denominator, d.branch,
           CASE WHEN e.denominator < 0 OR e.numerator IS NULL AND e.state = 'invalid' THEN 'missing'
                ELSE coalesce(d.outcome, CASE WHEN r.rule ~ 'missing' THEN 'missing' ELSE 'pass' END) END
    FROM jsonb_array_elements(document -> 'requirements') WITH ORDINALITY AS q(value, n)
        CROSS JOIN jsonb_to_record(q.value) AS r(indicator text, formula text, rule text)
        CROSS JOIN LATERAL @extschema@.deptperf_evaluate(
            jsonb_build_object('indicators', '[{"code": "I", "points": 1}]'::jsonb,
                               'items', jsonb_build_array(jsonb_build_object('code', 'i', 'indicator', 'I', 'points', 1, 'formula', r.formula, 'rule', '1 * x', 'empty', 'missing'))),
            known, '{}') e
        LEFT JOIN LATERAL (
            SELECT b.branch, b.outcome
            FROM @extschema@.deptperf_rule_branches(CAST(r.rule AS @extschema@.deptperf_rule))
                     WITH ORDINALITY AS b(branch, bound, outcome, a, b, steps, step, start, n)
                CROSS JOIN LATERAL (SELECT sign(e.numerator - b.bound * coalesce(e.denominator, 1))) AS s(side)
            WHERE (e.numerator <> 0 OR e.denominator IS DISTINCT FROM 0)
              AND CASE split_part(b.branch, ' ', 2) WHEN '<' THEN s.side < 0 WHEN '<=' THEN s.side <= 0 WHEN '=' THEN s.side = 0
                       WHEN '>=' THEN s.side >= 0 WHEN '>' THEN s.side > 0 ELSE true END
            ORDER BY b.n LIMIT 1) d ON e.numerator IS NOT NULL
    WHERE r.indicator = wanted AND e.level = 'item'
    ORDER BY q.n;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_explain_requirements(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text) IS
'the requirements of an indicator of a framework document, with what their formulas give for these facts, the branch that decided, and its outcome: pass, zero or missing. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_explain(dept pg_catalog.int8, year pg_catalog.int8, only_indicator pg_catalog.text DEFAULT NULL, lang pg_catalog.text DEFAULT 'zh')
RETURNS TABLE (indicator pg_catalog.text, item pg_catalog.text, label pg_catalog.text, state pg_catalog.text,
    numerator pg_catalog.numeric, denominator pg_catalog.numeric, value pg_catalog.numeric, formula pg_catalog.text, rule pg_catalog.text,
    branch pg_catalog.text, arithmetic pg_catalog.text, raw_points pg_catalog.numeric, points pg_catalog.numeric, max_points pg_catalog.numeric,
    judged_by pg_catalog.text, judged_at pg_catalog.timestamptz, reason pg_catalog.text, sources pg_catalog.text)
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 40
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    wanted   text := only_indicator;
    zh       bool := lang IS DISTINCT FROM 'en';
    b        record;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF dept IS NULL OR year IS NULL THEN
        RETURN;
    ELSIF lang NOT IN ('zh', 'en') THEN
        RAISE EXCEPTION 'language "%" is not known', lang
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Known: zh, en.', HINT = 'Leave lang out for zh.';
    END IF;
    b := @extschema@.deptperf_basis(dept, year);
    IF wanted IS NOT NULL AND NOT EXISTS (SELECT FROM deptperf.framework_indicator i WHERE i.framework = b.framework AND i.code = wanted) THEN
        RAISE EXCEPTION '"%" is no indicator of framework "%"', wanted, b.framework
            USING ERRCODE = 'no_data_found',
                  DETAIL = (SELECT format('Its indicators: %s.', string_agg(i.code, ', ' ORDER BY i.position, i.code))
                            FROM deptperf.framework_indicator i WHERE i.framework = b.framework),
                  HINT = coalesce((SELECT format('Was %L meant?', i.code) FROM deptperf.framework_indicator i WHERE i.framework = b.framework AND lower(i.code) = lower(btrim(wanted)) LIMIT 1),
                                  (SELECT format('%s is an item of the indicator %L; give that.', t.code, t.indicator)
                                   FROM deptperf.framework_item t WHERE t.framework = b.framework AND lower(t.code) = lower(btrim(wanted)) LIMIT 1),
                                  'NULL explains all of them.');
    END IF;
    RETURN QUERY
    WITH result AS MATERIALIZED (
        SELECT e.* FROM @extschema@.deptperf_evaluate(b.document, b.facts, b.inputs) e
    )
    SELECT x.indicator, x.item, x.label, x.state, x.numerator, x.denominator,
           CASE WHEN x.denominator IS NULL THEN x.numerator ELSE x.numerator / nullif(x.denominator, 0) END,
           f.written || coalesce(' ' || CASE WHEN x.denominator IS NOT NULL THEN @extschema@.deptperf_report_value(x.numerator, x.denominator) END, ''), x.rule, x.branch, x.arithmetic,
           x.raw_points, x.points, x.max_points, x.judged_by, x.judged_at, x.reason, f.sources
    FROM (
    SELECT i.position AS of_indicator, t.position AS of_item, i.code AS indicator, t.code AS item, CASE WHEN zh THEN coalesce(t.label_zh, t.label_en, i.label_zh) ELSE coalesce(t.label_en, t.label_zh, i.label_en) END AS label, e.state,
           e.numerator, e.denominator, t.formula, t.rule,
           coalesce(@extschema@.deptperf_explain_branch(e.branch, CASE WHEN zh THEN 'zh' ELSE 'en' END), u.branch) AS branch,
           CASE e.state WHEN 'scored' THEN w.arithmetic WHEN 'compared' THEN c.arithmetic END AS arithmetic,
           CASE e.state WHEN 'scored' THEN @extschema@.deptperf_score(CAST(t.rule AS @extschema@.deptperf_rule), e.numerator, coalesce(e.denominator, 1))
                        WHEN 'compared' THEN c.points ELSE e.points END AS raw_points,
           e.points, t.points AS max_points, coalesce(a.assessed_by, c.compared_by) AS judged_by, coalesce(a.assessed_at, c.compared_at) AS judged_at, a.reason
    FROM result e
        JOIN deptperf.framework_item t ON t.framework = b.framework AND t.code = e.code
        JOIN deptperf.framework_indicator i ON i.framework = b.framework AND i.code = t.indicator
        LEFT JOIN deptperf.current_assessment a ON a.dept_id = b.dept_id AND a.fiscal_year = b.fiscal_year AND a.item = t.code
        LEFT JOIN LATERAL (
            SELECT p.points, p.compared_by, p.compared_at,
                   CASE WHEN NOT p.mean THEN @extschema@.deptperf_arithmetic(CAST(t.rule AS @extschema@.deptperf_rule), p.numerator, nullif(p.denominator, 1)) END AS arithmetic
            FROM deptperf.peer_score p
            WHERE p.dept_id = b.dept_id AND p.fiscal_year = b.fiscal_year AND p.item = t.code) c ON true
        LEFT JOIN LATERAL (
            SELECT @extschema@.deptperf_arithmetic(CAST(t.rule AS @extschema@.deptperf_rule), e.numerator, e.denominator) AS arithmetic) w ON e.state = 'scored'
        LEFT JOIN LATERAL (
            -- why no branch decided: it does not apply, or is 0/0
            SELECT CASE WHEN e.denominator < 0 THEN CASE WHEN zh THEN '分母为负' ELSE 'the denominator is negative' END
                   ELSE CASE WHEN e.numerator IS NOT NULL THEN '0 / 0' WHEN zh THEN '不适用（' || t.applies || ' = 0）' ELSE 'does not apply, ' || t.applies || ' = 0' END
                        || CASE WHEN zh THEN '：' ELSE ': ' END
                        || CASE t.empty WHEN 'missing' THEN CASE WHEN zh THEN '缺少数据' ELSE 'not known' END WHEN 'leave out' THEN CASE WHEN zh THEN '不计入' ELSE 'left out' END
                                        WHEN 'zero' THEN CASE WHEN zh THEN '0 分' ELSE '0 points' END WHEN 'peer mean' THEN CASE WHEN zh THEN '其他部门的平均分' ELSE 'the mean of the others' END
                                        ELSE CASE WHEN zh THEN '满分' ELSE 'all points' END END END AS branch
            ) u ON e.branch IS NULL AND a.item IS NULL
                   AND (e.denominator < 0 OR e.numerator = 0 AND e.denominator = 0 OR e.numerator IS NULL AND t.applies IS NOT NULL AND e.state IN ('not_applicable', 'left_out'))
    WHERE e.level = 'item'
    UNION ALL
    -- what stands in place of the sum of its items: an assessment, a requirement that is not met, another way to combine them
    SELECT i.position, NULL, i.code, NULL, CASE WHEN zh THEN coalesce(i.label_zh, i.label_en) ELSE coalesce(i.label_en, i.label_zh) END, e.state,
           v.numerator, v.denominator, v.formula, coalesce(v.rule, CASE WHEN k.arithmetic IS NOT NULL THEN i.combine END), @extschema@.deptperf_explain_branch(v.branch, CASE WHEN zh THEN 'zh' ELSE 'en' END),
           k.arithmetic, coalesce(k.raw_points, e.points), e.points, i.points, a.assessed_by, a.assessed_at, a.reason
    FROM result e
        JOIN deptperf.framework_indicator i ON i.framework = b.framework AND i.code = e.code
        LEFT JOIN deptperf.current_assessment a ON a.dept_id = b.dept_id AND a.fiscal_year = b.fiscal_year AND a.item = i.code
        LEFT JOIN LATERAL (
            SELECT r.formula, r.rule, r.numerator, r.denominator, r.branch
            FROM @extschema@.deptperf_explain_requirements(b.document, b.facts, i.code) r
            WHERE e.state IN ('vetoed', 'missing') AND a.item IS NULL AND EXISTS (SELECT FROM deptperf.framework_requirement q WHERE q.framework = b.framework AND q.indicator = i.code)
              AND r.outcome = CASE e.state WHEN 'vetoed' THEN 'zero' ELSE 'missing' END
            LIMIT 1) v ON true
        LEFT JOIN LATERAL (
            SELECT CASE i.combine WHEN 'best' THEN format('greatest(%s)', string_agg(n.points, ', ' ORDER BY n.place)) WHEN 'mean' THEN format('(%s) / %s.0', string_agg(n.points, ' + ' ORDER BY n.place), count(*))
                                  WHEN 'table' THEN trim_scale(e.points)::text
                                  ELSE format('least(%s)', string_agg(n.points, ', ' ORDER BY n.place)) || CASE WHEN i.combine = 'weakest plus' AND max(n.exact) > min(n.exact) THEN ' + 0.5' ELSE '' END END AS arithmetic,
                   CASE i.combine WHEN 'best' THEN max(n.exact) WHEN 'mean' THEN round(avg(n.exact), 20) WHEN 'table' THEN e.points
                                  ELSE min(n.exact) + CASE WHEN i.combine = 'weakest plus' AND max(n.exact) > min(n.exact) THEN 0.5 ELSE 0 END END AS raw_points
            FROM (SELECT m.position AS place, o.points_numerator / o.points_denominator AS exact,
                         CASE o.points_denominator WHEN 1 THEN o.points_numerator::text ELSE format('%s%s / %s', o.points_numerator, CASE WHEN o.points_numerator::text !~ '\.' THEN '.0' END, o.points_denominator) END AS points
                  FROM result o JOIN deptperf.framework_item m ON m.framework = b.framework AND m.code = o.code AND m.indicator = i.code
                  WHERE o.level = 'item' AND o.points IS NOT NULL AND i.combine <> 'sum' AND e.points IS NOT NULL AND a.item IS NULL AND e.state <> 'vetoed') n
            HAVING count(*) > 0) k ON true
    WHERE e.level = 'indicator' AND (v.rule IS NOT NULL OR k.arithmetic IS NOT NULL OR a.item IS NOT NULL)
    ) x
        LEFT JOIN LATERAL (
            SELECT @extschema@.deptperf_formula_written(x.formula, b.facts) AS written,
                   (SELECT string_agg(format(CASE WHEN b.facts ? '!' THEN CASE WHEN zh THEN '%s：无法访问' ELSE '%s: out of reach' END WHEN zh THEN '%s：%s 条记录，%s 个单位' ELSE '%s: %s records of %s units' END,
                                             CASE WHEN zh THEN k.label_zh ELSE k.label_en END, coalesce(b.facts ->> (k.source || '_records'), '0'), coalesce(b.facts ->> (k.source || '_units'), '0')),
                                      CASE WHEN zh THEN '；' ELSE '; ' END ORDER BY k.position)
                    FROM deptperf.source k
                    WHERE k.source IN (SELECT n.source FROM deptperf.fact n WHERE n.fact = ANY (@extschema@.deptperf_formula_facts(x.formula)))) AS sources
            ) f ON x.formula IS NOT NULL
    WHERE wanted IS NULL OR x.indicator = wanted
    ORDER BY x.of_indicator, x.indicator, x.of_item, x.item;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_explain(pg_catalog.int8, pg_catalog.int8, pg_catalog.text, pg_catalog.text) IS
'where the points of a department (with its units) come from: a row an item of the framework in force, or of one indicator of it, in the official order; after its items an indicator has a row with item NULL, whose points replace their sum, when it was assessed as a whole, when a requirement vetoes it or leaves it open (formula, rule and branch are that requirement''s), and when the items are combined in another way (rule says which). numerator, denominator and value (a ratio is a number, 1 is 100 %) are what the formula gives, formula has its facts, then their numbers, and a ratio in per cent; branch says in words which branch of the rule decided, or why none did, arithmetic what it computes, as SQL; raw_points are what that gives (20 decimals, not below 0) before it is held to max_points, points after (6 decimals; indicators add the exact fractions and round once). judged_by, judged_at and reason are of the assessment, or of the comparison with others; sources names the record sources of the facts, with the number of their records and of units that have some, or that they are out of reach (deptperf.shard). What is open has NULL points, and state says why. lang: zh or en. An unknown department, year or indicator, or one without a framework, is an error. NULL for dept or year gives no rows';

CREATE FUNCTION @extschema@.deptperf_explain(dept pg_catalog.text, year pg_catalog.int8, only_indicator pg_catalog.text DEFAULT NULL, lang pg_catalog.text DEFAULT 'zh')
RETURNS TABLE (indicator pg_catalog.text, item pg_catalog.text, label pg_catalog.text, state pg_catalog.text,
    numerator pg_catalog.numeric, denominator pg_catalog.numeric, value pg_catalog.numeric, formula pg_catalog.text, rule pg_catalog.text,
    branch pg_catalog.text, arithmetic pg_catalog.text, raw_points pg_catalog.numeric, points pg_catalog.numeric, max_points pg_catalog.numeric,
    judged_by pg_catalog.text, judged_at pg_catalog.timestamptz, reason pg_catalog.text, sources pg_catalog.text)
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 40 AS $deptperf$
    SELECT e.indicator, e.item, e.label, e.state, e.numerator, e.denominator, e.value, e.formula, e.rule, e.branch, e.arithmetic,
           e.raw_points, e.points, e.max_points, e.judged_by, e.judged_at, e.reason, e.sources
    FROM @extschema@.deptperf_explain(@extschema@.deptperf_department($1), $2, $3, $4) e
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_explain(pg_catalog.text, pg_catalog.int8, pg_catalog.text, pg_catalog.text) IS
'deptperf_explain for a department by code';

CREATE FUNCTION @extschema@.deptperf_missing(dept pg_catalog.int8, year pg_catalog.int8)
RETURNS TABLE (indicator pg_catalog.text, item pg_catalog.text, label_zh pg_catalog.text, label_en pg_catalog.text, state pg_catalog.text,
    open_points pg_catalog.numeric, needs pg_catalog.text, facts pg_catalog.text[], sources pg_catalog.text[])
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 40
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    b record := @extschema@.deptperf_basis(dept, year);
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    RETURN QUERY
    WITH result AS MATERIALIZED (
        SELECT e.* FROM @extschema@.deptperf_evaluate(b.document, b.facts, b.inputs) e
    ), asked AS (
        SELECT i.position AS of_indicator, t.position AS of_item, i.code AS indicator, t.code AS item, t.label_zh, t.label_en, e.state, t.points AS points,
               CASE WHEN e.state = 'not_compared' THEN 'comparison' WHEN b.inputs ? t.code THEN 'other assessment' WHEN t.formula IS NULL THEN 'assessment' END AS otherwise,
               coalesce(n.facts, '{}') AS facts
        FROM result e
            JOIN deptperf.framework_item t ON t.framework = b.framework AND t.code = e.code
            JOIN deptperf.framework_indicator i ON i.framework = b.framework AND i.code = t.indicator
            -- a veto or an assessment of the indicator leaves nothing open below it
            JOIN result w ON w.level = 'indicator' AND w.code = i.code
                         AND (w.state = 'missing' OR b.document #>> '{options,missing}' = 'leave out' AND w.state <> 'vetoed' AND NOT b.inputs ? i.code)
            CROSS JOIN LATERAL (
                -- of its formulas, and of the requirements that are not met: those that are not there, or all where all are
                SELECT array_agg(DISTINCT f.name ORDER BY f.name) AS facts
                FROM (SELECT coalesce(@extschema@.deptperf_formula_facts(t.formula), '{}') || coalesce(@extschema@.deptperf_formula_facts(t.applies), '{}')
                      UNION ALL
                      SELECT @extschema@.deptperf_formula_facts(r.formula) FROM @extschema@.deptperf_explain_requirements(b.document, b.facts, i.code) r WHERE r.outcome = 'missing') AS a(names)
                    CROSS JOIN LATERAL unnest(a.names) AS f(name)
                WHERE coalesce(b.facts ->> f.name, 'NaN') = 'NaN'
                   OR NOT EXISTS (SELECT FROM unnest(a.names) AS o(name) WHERE coalesce(b.facts ->> o.name, 'NaN') = 'NaN')) n
        WHERE e.level = 'item' AND e.state IN ('missing', 'not_compared', 'invalid')
        UNION ALL
        -- an indicator that is open though its items are not: a requirement, a conversion table, an assessment of it
        SELECT i.position, NULL, i.code, NULL, i.label_zh, i.label_en, e.state, i.points,
               CASE WHEN b.inputs ? i.code THEN 'other assessment' WHEN r.facts IS NULL THEN 'conversion' END, coalesce(r.facts, '{}')
        FROM result e
            JOIN deptperf.framework_indicator i ON i.framework = b.framework AND i.code = e.code
            LEFT JOIN LATERAL (
                -- those that are not there; where all are, the requirement is not met by them
                SELECT coalesce(array_agg(DISTINCT f.name ORDER BY f.name) FILTER (WHERE b.facts ->> f.name IS NULL OR b.facts ->> f.name = 'NaN'), array_agg(DISTINCT f.name ORDER BY f.name)) AS facts
                FROM @extschema@.deptperf_explain_requirements(b.document, b.facts, i.code) q
                    CROSS JOIN LATERAL unnest(@extschema@.deptperf_formula_facts(q.formula)) AS f(name)
                WHERE q.outcome = 'missing') r ON true
        WHERE e.level = 'indicator' AND e.state = 'missing'
          AND NOT EXISTS (SELECT FROM result t JOIN deptperf.framework_item m ON m.framework = b.framework AND m.code = t.code
                          WHERE t.level = 'item' AND m.indicator = i.code AND t.state IN ('missing', 'not_compared', 'invalid'))
    )
    SELECT a.indicator, a.item, a.label_zh, a.label_en, a.state, a.points,
           coalesce(a.otherwise, CASE WHEN b.facts ? '!' AND a.facts <> '{}' THEN 'shard' WHEN a.state = 'invalid' THEN 'correction' ELSE 'records' END), a.facts,
           ARRAY(SELECT DISTINCT f.source FROM deptperf.fact f WHERE f.fact = ANY (a.facts) ORDER BY f.source)
    FROM asked a
    ORDER BY a.of_indicator, a.indicator, a.of_item, a.item;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_missing(pg_catalog.int8, pg_catalog.int8) IS
'what is needed before a department (with its units) has a total: a row an item that is open, in the official order, with the points that hang on it; item NULL: the indicator is open though its items are not. needs is assessment (deptperf_assess), records (facts says which, those of a requirement that is not met too, sources whose: bring them, or deptperf_close these; where all are there they are 0/0, or too few), correction (a record is no number, which data_issue names, or the facts contradict each other), shard (it is out of reach, see deptperf.shard), comparison (deptperf_compare), conversion (framework_conversion has no line) or other assessment (the one that is there can''t be taken). No row: the total exists, and nothing was left out of it because it is open. An unknown department or year, or one without a framework, is an error. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_missing(dept pg_catalog.text, year pg_catalog.int8)
RETURNS TABLE (indicator pg_catalog.text, item pg_catalog.text, label_zh pg_catalog.text, label_en pg_catalog.text, state pg_catalog.text,
    open_points pg_catalog.numeric, needs pg_catalog.text, facts pg_catalog.text[], sources pg_catalog.text[])
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 40 AS $deptperf$
    SELECT m.indicator, m.item, m.label_zh, m.label_en, m.state, m.open_points, m.needs, m.facts, m.sources
    FROM @extschema@.deptperf_missing(@extschema@.deptperf_department($1), $2) m
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_missing(pg_catalog.text, pg_catalog.int8) IS
'deptperf_missing for a department by code';

CREATE FUNCTION @extschema@.deptperf_what_if(dept pg_catalog.int8, year pg_catalog.int8, changes pg_catalog.jsonb)
RETURNS TABLE (level pg_catalog.text, code pg_catalog.text, label_zh pg_catalog.text, label_en pg_catalog.text, points pg_catalog.numeric, points_then pg_catalog.numeric,
    change pg_catalog.numeric, state pg_catalog.text, state_then pg_catalog.text, grade pg_catalog.text, grade_then pg_catalog.text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    b     record := @extschema@.deptperf_basis(dept, year);
    other record;
    fault record;
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF jsonb_typeof(changes) <> 'object' THEN
        RAISE EXCEPTION 'changes is % and not an object', jsonb_typeof(changes)
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Expected the new value by fact, or by code of item or indicator.',
                  HINT = 'SELECT * FROM deptperf_what_if(''4403'', 2021, ''{"assets_in_use": 110000, "A1.1.1": 0.5}'');';
    END IF;
    SELECT k.key, k.value, f.fact, c.code, c.most INTO fault
    FROM jsonb_each(changes) AS k(key, value)
        LEFT JOIN deptperf.fact f ON f.fact = k.key
        LEFT JOIN (SELECT t.code, t.points + coalesce(t.bonus, 0) AS most FROM deptperf.framework_item t WHERE t.framework = b.framework
                   UNION ALL
                   SELECT i.code, i.points + coalesce(i.bonus, 0) FROM deptperf.framework_indicator i WHERE i.framework = b.framework) c ON c.code = k.key
    WHERE f.fact IS NULL AND c.code IS NULL
       OR c.code IS NULL AND jsonb_typeof(k.value) NOT IN ('number', 'null')
       OR c.code IS NOT NULL AND jsonb_typeof(k.value) NOT IN ('number', 'null') AND k.value <> '"exempt"'
       OR c.code IS NOT NULL AND jsonb_typeof(k.value) = 'number' AND NOT (k.value #>> '{}')::numeric BETWEEN 0 AND c.most
    ORDER BY k.key LIMIT 1;
    IF FOUND AND fault.fact IS NULL AND fault.code IS NULL THEN
        RAISE EXCEPTION '"%" is no fact, and no item or indicator of framework "%"', fault.key, b.framework
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('The framework reads the facts %s.', (
                      SELECT string_agg(DISTINCT n.name, ', ' ORDER BY n.name)
                      FROM deptperf.framework_item t CROSS JOIN LATERAL unnest(@extschema@.deptperf_formula_facts(t.formula)) AS n(name)
                      WHERE t.framework = b.framework)),
                  HINT = 'deptperf.fact, deptperf.framework_item and deptperf.framework_indicator have the names.';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'the value of "%" is %', fault.key, fault.value
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = CASE WHEN fault.code IS NULL THEN 'Expected a number, or null for a fact that is not known.'
                           ELSE format('Expected points from 0 to %s, "exempt", or null for no assessment.', fault.most) END,
                  HINT = 'Write numbers without quotes.';
    END IF;
    SELECT jsonb_strip_nulls(b.facts || coalesce(jsonb_object_agg(k.key, k.value) FILTER (WHERE f.fact IS NOT NULL), '{}')) AS facts,
           jsonb_strip_nulls(b.inputs || coalesce(jsonb_object_agg(k.key, k.value) FILTER (WHERE f.fact IS NULL), '{}')) AS inputs
    INTO other
    FROM jsonb_each(changes) AS k(key, value) LEFT JOIN deptperf.fact f ON f.fact = k.key;
    RETURN QUERY
    SELECT n.level, n.code, coalesce(t.label_zh, i.label_zh, g.label_zh), coalesce(t.label_en, i.label_en, g.label_en),
           n.points, o.points, o.points - n.points, n.state, o.state,
           CASE WHEN n.level = 'total' THEN (SELECT e.grade FROM @extschema@.deptperf_evaluate_total(b.document, b.facts, b.inputs) e) END,
           CASE WHEN n.level = 'total' THEN (SELECT e.grade FROM @extschema@.deptperf_evaluate_total(b.document, other.facts, other.inputs) e) END
    FROM @extschema@.deptperf_evaluate(b.document, b.facts, b.inputs) WITH ORDINALITY AS n(level, code, state, numerator, denominator, branch, points_numerator, points_denominator, points, place)
        JOIN @extschema@.deptperf_evaluate(b.document, other.facts, other.inputs) WITH ORDINALITY AS o(level, code, state, numerator, denominator, branch, points_numerator, points_denominator, points, place)
            ON o.place = n.place
        LEFT JOIN deptperf.framework_item t ON n.level = 'item' AND t.framework = b.framework AND t.code = n.code
        LEFT JOIN deptperf.framework_indicator i ON n.level = 'indicator' AND i.framework = b.framework AND i.code = n.code
        LEFT JOIN deptperf.framework_group g ON n.level = 'group' AND g.framework = b.framework AND g.code = n.code
    ORDER BY n.place;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_what_if(pg_catalog.int8, pg_catalog.int8, pg_catalog.jsonb) IS
'the score of a department (with its units) if some facts or judgements were others, beside what it is: a row an item, each before its indicator, then groups and the total with its grade. changes: an object with the new value by fact (in the unit of the records; of the whole subtree; null: not known), or by code of item or indicator the points, "exempt" or null. Nothing is stored. A name that is neither, or a value that can''t be, is an error. An unknown department or year, or one without a framework, too. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_what_if(dept pg_catalog.text, year pg_catalog.int8, changes pg_catalog.jsonb)
RETURNS TABLE (level pg_catalog.text, code pg_catalog.text, label_zh pg_catalog.text, label_en pg_catalog.text, points pg_catalog.numeric, points_then pg_catalog.numeric,
    change pg_catalog.numeric, state pg_catalog.text, state_then pg_catalog.text, grade pg_catalog.text, grade_then pg_catalog.text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 100 AS $deptperf$
    SELECT w.level, w.code, w.label_zh, w.label_en, w.points, w.points_then, w.change, w.state, w.state_then, w.grade, w.grade_then
    FROM @extschema@.deptperf_what_if(@extschema@.deptperf_department($1), $2, $3) w
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_what_if(pg_catalog.text, pg_catalog.int8, pg_catalog.jsonb) IS
'deptperf_what_if for a department by code';
