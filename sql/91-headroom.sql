-- What would earn more points: the smallest change of one fact.
--
-- Points change at the bounds of the rule, at the steps of its slopes and where they
-- reach their maximum.  There x is solved for the fact, rounded to its unit both
-- ways, and put back: what is given has been evaluated, as has one unit less.

-- The values of x at which a rule's points may begin to be others, near x.
CREATE FUNCTION @extschema@.deptperf_rule_bounds(rule @extschema@.deptperf_rule, points pg_catalog.numeric, x pg_catalog.numeric) RETURNS pg_catalog.numeric[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN (
        SELECT array_agg(DISTINCT n.bound)
        FROM @extschema@.deptperf_rule_branches(rule) r
            CROSS JOIN LATERAL (
                SELECT r.bound
                UNION ALL
                SELECT u.x FROM unnest(ARRAY[0, points * r.b / nullif(r.a, 0)]) AS u(x)
                WHERE r.outcome = 'share'
                UNION ALL
                -- the steps beside x, where the slope begins, and where its points are used up or all reached
                SELECT r.start + (s.steps + k.k) * r.step
                FROM unnest(ARRAY[(x - r.start) / r.step, 0, -r.a / nullif(r.b, 0), (points - r.a) / nullif(r.b, 0)]) AS e(exact)
                    CROSS JOIN LATERAL (SELECT e.exact UNION SELECT floor(e.exact)) AS s(steps)
                    CROSS JOIN generate_series(-2, 2) AS k(k)
                WHERE r.outcome = 'slope') AS n(bound)
        WHERE n.bound IS NOT NULL);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_rule_bounds(@extschema@.deptperf_rule, pg_catalog.numeric, pg_catalog.numeric) IS
'the values near x at which the points of a rule may begin to be others; NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_headroom(dept pg_catalog.int8, year pg_catalog.int8)
RETURNS TABLE (indicator pg_catalog.text, item pg_catalog.text, label_zh pg_catalog.text, label_en pg_catalog.text, points pg_catalog.numeric, lost pg_catalog.numeric,
    fact pg_catalog.text, value pg_catalog.numeric, next_change pg_catalog.numeric, next_points pg_catalog.numeric, full_change pg_catalog.numeric)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 40
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    b      record := @extschema@.deptperf_basis(dept, year);
    t      record;
    f      record;
    doc    jsonb;               -- of the item alone
    beside record;              -- the item with one unit more of the fact
    c      numeric;             -- x = (n + c change) / (d + e change)
    e      numeric;
    unit   numeric;
    tried  record;
BEGIN
    FOR t IN
        SELECT i.code AS indicator, i.position AS of_indicator, m.code, m.position AS of_item, m.label_zh, m.label_en, m.formula, m.rule, m.points AS most,
               r.numerator, r.denominator, coalesce(r.denominator, 1) AS d, r.points, r.points_numerator / r.points_denominator AS exact, r.state,
               j.item AS document
        FROM @extschema@.deptperf_evaluate(b.document, b.facts, b.inputs) r
            JOIN deptperf.framework_item m ON m.framework = b.framework AND m.code = r.code
            JOIN deptperf.framework_indicator i ON i.framework = b.framework AND i.code = m.indicator
            JOIN (SELECT x.item FROM jsonb_array_elements(b.document -> 'items') AS x(item)) j ON j.item ->> 'code' = r.code
        WHERE r.level = 'item' AND r.points_numerator < m.points * r.points_denominator
        ORDER BY i.position, i.code, m.position, m.code
    LOOP
        indicator := t.indicator; item := t.code; label_zh := t.label_zh; label_en := t.label_en;
        points := t.points; lost := t.most - t.points;
        IF t.state <> 'scored' THEN     -- judged, or compared with others: no fact alone says what it takes
            fact := NULL; value := NULL; next_change := NULL; next_points := NULL; full_change := NULL;
            RETURN NEXT;
            CONTINUE;
        END IF;
        doc := jsonb_build_object('indicators', jsonb_build_array(jsonb_build_object('code', 'I', 'points', t.most)),
                                  'items', jsonb_build_array(t.document || '{"code": "i", "indicator": "I"}'));
        FOR f IN
            SELECT n.name, (b.facts ->> n.name)::numeric AS value, k.unit IN ('count', 'level') AS whole
            FROM unnest(@extschema@.deptperf_formula_facts(t.formula)) WITH ORDINALITY AS n(name, place)
                LEFT JOIN deptperf.fact k ON k.fact = n.name
            ORDER BY n.place
        LOOP
            unit := CASE WHEN f.whole THEN 1 ELSE power(10::numeric, -greatest(2, scale(trim_scale(f.value)))) END;
            SELECT v.numerator, coalesce(v.denominator, 1) AS denominator INTO beside
            FROM @extschema@.deptperf_evaluate(doc, b.facts || jsonb_build_object(f.name, f.value + 1), '{}') v WHERE v.code = 'i';
            c := beside.numerator - t.numerator;
            e := beside.denominator - t.d;
            fact := f.name; value := f.value; next_change := NULL; next_points := NULL; full_change := NULL;
            FOR tried IN
                SELECT g.change, v.points_numerator / v.points_denominator AS exact, v.points
                FROM (
                    SELECT DISTINCT s.change
                    FROM (
                        SELECT round((w.bound * t.d - t.numerator) / nullif(c - w.bound * e, 0) / unit) * unit + k * unit AS change
                        FROM unnest(@extschema@.deptperf_rule_bounds(CAST(t.rule AS @extschema@.deptperf_rule), t.most, coalesce(t.numerator / nullif(t.d, 0), 0))) AS w(bound), generate_series(-1, 1) k
                        UNION ALL
                        SELECT k * unit FROM generate_series(-1, 1) k) s
                    WHERE s.change <> 0 AND f.value + s.change >= least(f.value, 0) AND t.d + e * s.change >= 0
                    ) g
                    CROSS JOIN LATERAL @extschema@.deptperf_evaluate(doc, b.facts || jsonb_build_object(f.name, f.value + g.change), '{}') v
                WHERE v.code = 'i' AND v.state = 'scored' AND v.points_numerator / v.points_denominator > t.exact
                ORDER BY abs(g.change), g.change DESC
            LOOP
                IF next_change IS NULL THEN
                    next_change := trim_scale(tried.change);
                    next_points := trim_scale(round(tried.exact, 20));
                END IF;
                IF tried.exact >= t.most THEN
                    full_change := trim_scale(tried.change);
                    EXIT;
                END IF;
            END LOOP;
            RETURN NEXT;
        END LOOP;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_headroom(pg_catalog.int8, pg_catalog.int8) IS
'the points that a department (with its units) has lost, a row an item and fact of its formula: next_change is the smallest change of that fact alone (of the whole subtree, in its unit: whole for counts and levels, else its last digit, at least two decimals) that earns more points, next_points what the item then has (20 decimals), full_change the smallest that earns all; each has been evaluated. NULL: no change of this fact does, or the item is judged. An unknown department or year, or one without a framework, is an error. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_headroom(dept pg_catalog.text, year pg_catalog.int8)
RETURNS TABLE (indicator pg_catalog.text, item pg_catalog.text, label_zh pg_catalog.text, label_en pg_catalog.text, points pg_catalog.numeric, lost pg_catalog.numeric,
    fact pg_catalog.text, value pg_catalog.numeric, next_change pg_catalog.numeric, next_points pg_catalog.numeric, full_change pg_catalog.numeric)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 40 AS $deptperf$
    SELECT h.indicator, h.item, h.label_zh, h.label_en, h.points, h.lost, h.fact, h.value, h.next_change, h.next_points, h.full_change
    FROM @extschema@.deptperf_headroom(@extschema@.deptperf_department($1), $2) h
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_headroom(pg_catalog.text, pg_catalog.int8) IS
'deptperf_headroom for a department by code';
