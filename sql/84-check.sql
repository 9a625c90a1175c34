-- What the checks of data_issue compute beyond formulas and rules: figures as a
-- document prints them, and which scores a framework can give at all.

-- The first number of what is printed, and one unit of its last digit.  Digits may
-- be grouped by commas, in threes from the right: 1,527.00 is one, 834,02.62 is
-- none and never read as something else.
CREATE FUNCTION @extschema@.deptperf_printed(printed pg_catalog.text, OUT number pg_catalog.numeric, OUT unit pg_catalog.numeric)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    digits text := (regexp_match(translate(printed, '０１２３４５６７８９，．－−', '0123456789,.--'), '-?[0-9][0-9,.]*'))[1];
BEGIN
    digits := rtrim(digits, ',.');
    IF digits ~ '^-?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?$' AND length(digits) <= 1000 THEN
        number := replace(digits, ',', '');
        unit := power(10::numeric, -scale(number));
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_printed(pg_catalog.text) IS
'the first number in a printed text, whose digits may be grouped by commas in threes, and one unit of its last digit: 1,527.0 is 1527.0 and 0.1. Both NULL where there is none, or its commas or points stand where no number has them (834,02.62). NULL gives NULL';

-- stated: [{"figure": …, "value": …, "printed": …, "source": …}, …] of one department
-- and year, in the order in which they were stated.
CREATE FUNCTION @extschema@.deptperf_check_stated(facts pg_catalog.jsonb, stated pg_catalog.jsonb)
RETURNS TABLE (figure pg_catalog.text, issue pg_catalog.text, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 2
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH said AS MATERIALIZED (
        SELECT s.place, s.figure, s.value, s.printed, coalesce(s.source, 'stated') AS source, p.number,
               -- as printed: 75.95 % is 0.7595, of which 0.0001 is a unit
               CASE WHEN s.value = p.number THEN p.unit
                    WHEN s.value <> 0 AND p.number <> 0 AND power(10::numeric, round(log(nullif(abs(s.value / p.number), 0)))) * p.number = s.value THEN p.unit * abs(s.value / p.number)
                    WHEN p.number IS NULL THEN power(10::numeric, -scale(s.value)) END AS unit
        FROM (SELECT r.figure, CASE WHEN abs(r.value) < 1e1000 AND scale(r.value) <= 1000 THEN r.value END AS value, r.printed, r.source, r.place
              FROM ROWS FROM (jsonb_to_recordset(stated) AS (figure text, value numeric, printed text, source text)) WITH ORDINALITY AS r(figure, value, printed, source, place)) s
            CROSS JOIN LATERAL @extschema@.deptperf_printed(coalesce(s.printed, '')) p
    ), known AS (
        SELECT s.figure, s.value, s.unit, s.source, s.place FROM said s WHERE s.value IS NOT NULL
        UNION ALL
        SELECT f.figure, (facts ->> f.figure)::numeric, 0, 'the records', 0
        FROM (SELECT DISTINCT s.figure FROM said s) f
        WHERE jsonb_typeof(facts -> f.figure) = 'number'
    ), pair AS (
        SELECT a.figure, bool_or(abs(a.value * 10000 - b.value) <= 5000 * a.unit + b.unit AND a.value <> 0) AS apart
        FROM known a JOIN known b ON b.figure = a.figure AND abs(a.value - b.value) >= greatest(a.unit, b.unit) AND a.value <> b.value
        GROUP BY a.figure
    )
    SELECT p.figure, CASE WHEN p.apart THEN 'factor of 10,000' ELSE 'two values' END,
           (SELECT format('%s: %s', p.figure, string_agg(format('%s (%s)', v.value, v.sources), ', ' ORDER BY v.place))
            FROM (SELECT trim_scale(k.value) AS value, string_agg(k.source, ', ' ORDER BY k.place) AS sources, min(k.place) AS place
                  FROM known k WHERE k.figure = p.figure GROUP BY trim_scale(k.value)) v),
           CASE WHEN p.apart THEN 'amounts in one unit' ELSE 'one value, to a unit of the last printed digit' END
    FROM pair p
    UNION ALL
    SELECT s.figure, 'malformed figure', format('%s: printed as %s%s (%s)', s.figure, quote_ident(s.printed), ', taken as ' || trim_scale(s.value), s.source),
           CASE WHEN s.number IS NULL THEN 'a number whose digits are grouped in threes' ELSE 'the number that is printed, in any unit' END
    FROM said s
    WHERE translate(s.printed, '０１２３４５６７８９', '0123456789') ~ '[0-9]' AND (s.number IS NULL OR s.value IS NOT NULL AND s.unit IS NULL);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_check_stated(pg_catalog.jsonb, pg_catalog.jsonb) IS
'what is wrong with the figures that a document states, an array of objects with figure, value, printed and source in the order in which they were stated: two values of one figure (the records'' is one of them where it is a fact) that are a unit of the last printed digit or more apart, those apart by a factor of 10,000, and numbers whose separators stand where none has them or that are not the value. NULL stated gives no rows';

-- The points that an indicator can have for any records: sums of what its items
-- can have, and anything from such a sum to spread above it.  NULL: anything from 0
-- to its maximum, because its items don't simply add up.
CREATE FUNCTION @extschema@.deptperf_possible_points(document pg_catalog.jsonb, indicator pg_catalog.text, OUT points pg_catalog.numeric[], OUT spread pg_catalog.numeric)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    item jsonb;
    most numeric;
    here numeric[];             -- what the item can have; NULL: anything up to most
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    IF EXISTS (SELECT FROM jsonb_array_elements(document -> 'indicators') i WHERE i ->> 'code' = indicator AND i ?| '{combine,bonus}')
       OR EXISTS (SELECT FROM jsonb_array_elements(document -> 'items') i
                  WHERE i ->> 'indicator' = indicator AND (i ?| '{bonus,applies,peer,levels}' OR i ->> 'empty' NOT IN ('full', 'missing'))) THEN
        RETURN;
    END IF;
    points := '{0}';
    spread := 0;
    FOR item IN SELECT i FROM jsonb_array_elements(document -> 'items') i WHERE i ->> 'indicator' = indicator LOOP
        most := (item ->> 'points')::numeric;
        SELECT CASE WHEN item ->> 'rule' IS NOT NULL AND bool_and(r.outcome IN ('constant', 'invalid', 'missing') OR r.outcome = 'slope' AND (r.steps <> 'exact' OR w.whole))
                    THEN array_agg(DISTINCT least(greatest(s.points, 0), most)) || most END      -- most: not applicable, or exempt
        INTO here
        FROM @extschema@.deptperf_rule_branches(CAST(item ->> 'rule' AS @extschema@.deptperf_rule)) r
            CROSS JOIN LATERAL (        -- x is a whole number
                SELECT r.start = trunc(r.start) AND item ->> 'formula' !~ '[/.]'
                       AND NOT EXISTS (SELECT FROM unnest(@extschema@.deptperf_formula_facts(item ->> 'formula')) n(fact)
                                           LEFT JOIN deptperf.fact f ON f.fact = n.fact
                                       WHERE f.unit IS NULL OR f.unit NOT IN ('count', 'level')) AS whole) w
            LEFT JOIN LATERAL (
                SELECT r.a AS points WHERE r.outcome = 'constant'
                UNION ALL
                SELECT r.a + r.b * k / CASE WHEN r.steps = 'exact' THEN abs(r.step) ELSE 1 END
                FROM generate_series(0, least(1000, ceil(abs((CASE WHEN r.b < 0 THEN r.a ELSE most - r.a END) / nullif(r.b, 0) * CASE WHEN r.steps = 'exact' THEN abs(r.step) ELSE 1 END)))) k
                WHERE r.outcome = 'slope') s ON true;
        IF here IS NULL OR cardinality(here) * cardinality(points) > 10000 THEN
            spread := spread + most;
        ELSE
            SELECT array_agg(DISTINCT p + h) INTO points FROM unnest(points) p, unnest(here) h WHERE h IS NOT NULL;
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM jsonb_array_elements(document -> 'requirements') r WHERE r ->> 'indicator' = indicator) THEN
        points := points || 0::numeric;
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_possible_points(pg_catalog.jsonb, pg_catalog.text) IS
'the points that an indicator of a framework document can have whatever the records say: each of points, or up to spread more. points NULL: anything from 0 to its maximum. NULL gives NULL';

-- published: {"A1.1": 5, …}, with "" for the total.
CREATE FUNCTION @extschema@.deptperf_check_published(document pg_catalog.jsonb, published pg_catalog.jsonb, grade pg_catalog.text)
RETURNS TABLE (issue pg_catalog.text, found pg_catalog.text, expected pg_catalog.text)
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    p      record;
    can    record;
    whole  record;
    most   numeric;             -- the greatest total
    other  text;                -- what it would have to be
    wrong  bool := false;
    digits int := coalesce((document -> 'options' ->> 'decimals')::numeric::int, 2);
BEGIN
    FOR p IN
        SELECT e.key AS indicator, e.value::numeric AS points, (i ->> 'points')::numeric + coalesce((i ->> 'bonus')::numeric, 0) AS most
        FROM jsonb_each_text(published) e
            LEFT JOIN jsonb_array_elements(document -> 'indicators') i ON i ->> 'code' = e.key
        WHERE e.key <> '' AND e.value IS NOT NULL
        ORDER BY e.key
    LOOP
        can := @extschema@.deptperf_possible_points(document, p.indicator);
        other := CASE
            WHEN p.most IS NULL THEN format('an indicator of framework %s', document ->> 'framework')
            WHEN p.points NOT BETWEEN 0 AND p.most THEN format('from 0 to %s', trim_scale(p.most))
            WHEN scale(trim_scale(p.points)) > digits THEN format('%s decimals', digits)
            WHEN can.points IS NOT NULL AND NOT EXISTS (SELECT FROM unnest(can.points) s WHERE p.points BETWEEN round(s, digits) AND round(s + can.spread, digits))
                THEN (SELECT format('one of %s', string_agg(trim_scale(round(s, digits))::text, ', ' ORDER BY s)) FROM (SELECT DISTINCT s FROM unnest(can.points) s) s) END;
        IF other IS NOT NULL THEN
            wrong := true;
            RETURN QUERY SELECT 'impossible score', format('%s published as %s', p.indicator, trim_scale(p.points)), other;
        END IF;
    END LOOP;
    IF published ->> '' IS NULL THEN
        RETURN;
    END IF;
    -- the total, by what the framework makes of these indicators, and of full points in all
    SELECT t.total INTO most
    FROM @extschema@.deptperf_evaluate_total(document, '{}', (
        SELECT jsonb_object_agg(i ->> 'code', (i ->> 'points')::numeric + coalesce((i ->> 'bonus')::numeric, 0)) FROM jsonb_array_elements(document -> 'indicators') i)) t;
    IF (published ->> '')::numeric NOT BETWEEN 0 AND most THEN
        RETURN QUERY SELECT 'impossible score', format('total published as %s', trim_scale((published ->> '')::numeric)), format('from 0 to %s', trim_scale(most));
        RETURN;
    ELSIF wrong THEN
        RETURN;
    END IF;
    SELECT t.* INTO whole FROM @extschema@.deptperf_evaluate_total(document, '{}', jsonb_strip_nulls(published - '')) t;
    IF whole.total <> (published ->> '')::numeric THEN
        RETURN QUERY SELECT 'published total', format('total published as %s', trim_scale((published ->> '')::numeric)), format('%s, of the indicators as published', whole.total);
    ELSIF whole.grade <> grade THEN
        RETURN QUERY SELECT 'published grade', format('%s published as %s', whole.total, grade), whole.grade;
    END IF;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_check_published(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text) IS
'what can''t be true of published scores, an object of points by indicator (the empty name: the total), whatever the records say: points that no records can give under the framework document, and a total or a grade that is not that of the indicators as published';
