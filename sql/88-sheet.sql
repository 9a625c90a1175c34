-- A framework as one sheet that people edit in Excel, saved as CSV, and back.
--
-- A sheet has a header and one row an item, with the columns of its indicator and
-- of the groups above repeated; what else a framework has are rows of other
-- kinds.  Which member of the document stands in which column is said once, in
-- deptperf_sheet_members: the writer and the reader both go by it.
--
-- Groups and indicators come in the order in which the rows name them first.
-- Where that isn't the document's, rows of kind group or indicator say it.

CREATE FUNCTION @extschema@.deptperf_sheet_members()
RETURNS TABLE (kind pg_catalog.text, member pg_catalog.text, col pg_catalog.text, type pg_catalog.text, blank pg_catalog.text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 80 AS $deptperf$
    VALUES
        ('framework', 'framework', 'code', 'text', 'refused'),
        ('framework', 'label_zh', 'label_zh', 'text', 'null'),
        ('framework', 'label_en', 'label_en', 'text', 'null'),
        ('framework', 'source', 'source', 'text', 'null'),
        ('framework', 'from_year', 'from', 'year', 'null'),
        ('framework', 'to_year', 'to', 'year', 'null'),
        ('option', 'option', 'code', 'text', 'refused'),
        ('option', 'value', 'value', 'value', 'refused'),
        -- of these two the columns have the kind's name in front: group1_points
        ('group', 'code', '', 'text', 'refused'),
        ('group', 'label_zh', '_label_zh', 'text', 'null'),
        ('group', 'label_en', '_label_en', 'text', 'null'),
        ('group', 'points', '_points', 'number', 'refused'),
        ('group', 'weight', '_weight', 'share', 'left out'),
        ('indicator', 'code', '', 'text', 'refused'),
        ('indicator', 'key', '_key', 'text', 'null'),
        ('indicator', 'label_zh', '_label_zh', 'text', 'null'),
        ('indicator', 'label_en', '_label_en', 'text', 'null'),
        ('indicator', 'points', '_points', 'number', 'refused'),
        ('indicator', 'combine', '_combine', 'text', 'left out'),
        ('indicator', 'bonus', '_bonus', 'number', 'left out'),
        ('item', 'code', 'code', 'text', 'refused'),
        ('item', 'label_zh', 'label_zh', 'text', 'null'),
        ('item', 'label_en', 'label_en', 'text', 'null'),
        ('item', 'points', 'points', 'number', 'refused'),
        ('item', 'formula', 'formula', 'formula', 'null'),
        ('item', 'rule', 'rule', 'rule', 'null'),
        ('item', 'empty', 'empty', 'text', 'null'),
        ('item', 'bonus', 'bonus', 'number', 'left out'),
        ('item', 'applies', 'applies', 'formula', 'left out'),
        ('item', 'peer', 'peer', 'text', 'left out'),
        ('item', 'better', 'better', 'text', 'left out'),
        ('level', 'level', 'code', 'text', 'refused'),
        ('level', 'label_zh', 'label_zh', 'text', 'left out'),
        ('level', 'label_en', 'label_en', 'text', 'left out'),
        ('level', 'from', 'from', 'number', 'refused'),
        ('level', 'to', 'to', 'number', 'refused'),
        ('table', 'items', 'items', 'numbers', 'none'),
        ('table', 'points', 'points', 'number', 'refused'),
        ('requirement', 'code', 'code', 'text', 'refused'),
        ('requirement', 'indicator', 'indicator', 'text', 'null'),
        ('requirement', 'label_zh', 'label_zh', 'text', 'null'),
        ('requirement', 'label_en', 'label_en', 'text', 'null'),
        ('requirement', 'formula', 'formula', 'formula', 'refused'),
        ('requirement', 'rule', 'rule', 'rule', 'refused'),
        ('requirement', 'grade', 'grade', 'text', 'left out'),
        ('band', 'grade', 'code', 'text', 'refused'),
        ('band', 'label_en', 'label_en', 'text', 'null'),
        ('band', 'from', 'from', 'number', 'null'),
        ('example', 'example', 'code', 'text', 'refused'),
        ('example fact', 'key', 'code', 'text', 'refused'),
        ('example fact', 'value', 'value', 'fact', 'refused'),
        ('example input', 'key', 'code', 'text', 'refused'),
        ('example input', 'value', 'value', 'input', 'refused'),
        ('example result', 'key', 'code', 'text', 'refused'),
        ('example result', 'value', 'value', 'points', 'refused')
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_members() IS
'what a row of each kind holds in a framework''s sheet: the member of the document, its column, how the cell is read, and what a blank cell is (null, none of a list, left out or refused)';

CREATE FUNCTION @extschema@.deptperf_sheet_refuse(line pg_catalog.int4, place pg_catalog.int4, name pg_catalog.text, detail pg_catalog.text, hint pg_catalog.text DEFAULT NULL)
RETURNS pg_catalog.void
LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    -- columns as Excel names them: A … Z, AA …
    RAISE EXCEPTION 'sheet is not valid at row %, column %', line,
            coalesce(CASE WHEN place > 26 THEN chr(64 + (place - 1) / 26) ELSE '' END || chr(65 + (place - 1) % 26), '')
            || CASE WHEN name <> '' THEN format(CASE WHEN place IS NULL THEN '%s, which is not there' ELSE ' (%s)' END, name) ELSE '' END
        USING ERRCODE = 'invalid_parameter_value', DETAIL = detail,
              HINT = coalesce(hint, 'deptperf_framework_sheet(''sz-2021'') shows what a sheet looks like.');
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_refuse(pg_catalog.int4, pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'raises the error of a sheet''s cell';

-- A field is in quotes whole or has none; what fits neither is a fault of its own
-- character, so that nothing is skipped.
CREATE FUNCTION @extschema@.deptperf_sheet_cells(sheet pg_catalog.text, OUT line pg_catalog.int4, OUT place pg_catalog.int4, OUT cell pg_catalog.text)
RETURNS SETOF pg_catalog.record
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    token record;
BEGIN
    IF getdatabaseencoding() = 'UTF8' THEN
        IF left(sheet, 1) = chr(65279) THEN     -- Excel's mark of UTF-8
            sheet := substr(sheet, 2);
        END IF;
    END IF;
    line := 1;
    place := 1;
    FOR token IN
        SELECT m[1] AS field, m[2] AS ends, m[3] AS fault
        FROM regexp_matches(sheet || E'\n', '("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|\n|\r)|(.)', 'g') AS m
    LOOP
        IF token.fault IS NOT NULL THEN
            PERFORM @extschema@.deptperf_sheet_refuse(line, place, NULL,
                CASE token.fault WHEN '"' THEN 'A quote is not closed, or something stands behind it.'
                                 ELSE 'A quote stands in a field that does not begin with one.' END,
                'As CSV a field with quotes, commas or several lines is in quotes, and each quote in it is written twice.');
        END IF;
        cell := CASE WHEN left(token.field, 1) = '"' THEN replace(substr(token.field, 2, length(token.field) - 2), '""', '"')
                     ELSE nullif(token.field, '') END;
        IF cell IS NOT NULL THEN
            RETURN NEXT;
        END IF;
        IF token.ends = ',' THEN
            place := place + 1;
        ELSE
            line := line + 1;
            place := 1;
        END IF;
    END LOOP;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_cells(pg_catalog.text) IS
'the cells of a CSV text by row and column, without those that are blank; "" is an empty text. A row may hold line breaks in quotes';

-- NULL when the cell is nothing of the kind.
CREATE FUNCTION @extschema@.deptperf_sheet_value(cell pg_catalog.text, type pg_catalog.text) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    bare   text := btrim(cell);
    number numeric := @extschema@.deptperf_number(cell);
    result jsonb;
BEGIN
    CASE
    WHEN type IN ('text', 'formula', 'rule') THEN
        RETURN to_jsonb(cell);
    WHEN type = 'year' THEN
        RETURN CASE WHEN bare ~ '^[0-9]{1,4}$' THEN to_jsonb(bare::int) END;
    WHEN type = 'share' AND right(bare, 1) = '%' THEN
        number := @extschema@.deptperf_number(left(bare, -1));
        -- exact, and with no more decimals than it needs
        RETURN to_jsonb(trim_scale(number * 0.01));
    WHEN type = 'numbers' THEN
        RETURN (SELECT CASE WHEN bool_and(n.n <> 'NaN') THEN jsonb_agg(n.n ORDER BY n.place) END
                FROM (SELECT @extschema@.deptperf_number(p.part), p.place
                      FROM regexp_split_to_table(bare, '\s+') WITH ORDINALITY AS p(part, place)) AS n(n, place));
    WHEN type = 'fact' AND bare = 'NaN' THEN
        RETURN to_jsonb(bare);
    WHEN type IN ('number', 'share', 'fact') THEN
        RETURN CASE WHEN number <> 'NaN' THEN to_jsonb(number) END;
    ELSE NULL;
    END CASE;
    -- JSON, or the text itself
    BEGIN
        result := bare::jsonb;
    EXCEPTION WHEN invalid_text_representation THEN
        result := to_jsonb(cell);
        -- no mistyped number is a text
        IF type IN ('input', 'points') AND bare ~ '^[-+(.,]*[0-9]' OR number <> 'NaN' THEN
            result := CASE WHEN number <> 'NaN' THEN to_jsonb(number) END;
        END IF;
    END;
    RETURN CASE WHEN type = 'input' AND result <> '"exempt"' AND jsonb_typeof(result) NOT IN ('number', 'object')
                  OR type = 'points' AND jsonb_typeof(result) NOT IN ('number', 'null', 'string') THEN NULL
                ELSE result END;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_value(pg_catalog.text, pg_catalog.text) IS
'what a sheet''s cell says, read as its type; NULL when it is nothing of that type';

CREATE FUNCTION @extschema@.deptperf_sheet_text(value pg_catalog.jsonb, type pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    bare text := value #>> '{}';
BEGIN
    IF type = 'numbers' THEN
        RETURN (SELECT string_agg(n.n, ' ' ORDER BY n.place) FROM jsonb_array_elements_text(value) WITH ORDINALITY AS n(n, place));
    ELSIF type NOT IN ('value', 'input', 'points') THEN
        RETURN bare;
    END IF;
    -- a text stands as it is, unless that would be read as something else
    RETURN CASE WHEN btrim(bare) <> '' AND @extschema@.deptperf_sheet_value(bare, type) = value THEN bare ELSE value::text END;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_text(pg_catalog.jsonb, pg_catalog.text) IS
'what deptperf_sheet_value reads as this value of this type; a null is NULL but where it says something';

-- ---- from rows to a sheet ----

CREATE FUNCTION @extschema@.deptperf_sheet_row(kind pg_catalog.text, object pg_catalog.jsonb, prefix pg_catalog.text DEFAULT '') RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
    SELECT coalesce(jsonb_object_agg(c.col, c.cell) FILTER (WHERE c.cell IS NOT NULL), '{}')
    FROM (SELECT concat($3, m.col) AS col, @extschema@.deptperf_sheet_text($2 -> m.member, m.type) AS cell
          FROM @extschema@.deptperf_sheet_members() m
          WHERE m.kind = $1) c
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_row(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) IS
'the cells by column of an object of a framework''s document';

CREATE FUNCTION @extschema@.deptperf_sheet_rows(document pg_catalog.jsonb) RETURNS SETOF pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    doc         jsonb := deptperf_sheet_rows.document;
    group_codes text[] := (SELECT coalesce(array_agg(g.g ->> 'code' ORDER BY g.n), '{}') FROM jsonb_array_elements(doc -> 'groups') WITH ORDINALITY AS g(g, n));
    codes       text[] := (SELECT coalesce(array_agg(i.i ->> 'code' ORDER BY i.n), '{}') FROM jsonb_array_elements(doc -> 'indicators') WITH ORDINALITY AS i(i, n));
    paths       jsonb;      -- by group: the codes from the top down to it
    above       jsonb;      -- by group: the cells of these
    beside      jsonb;      -- by indicator: its cells and those of the groups above
BEGIN
    WITH RECURSIVE path(code, codes, cells) AS (
        SELECT g ->> 'code', ARRAY[g ->> 'code'], @extschema@.deptperf_sheet_row('group', g, 'group1')
        FROM jsonb_array_elements(doc -> 'groups') AS g
        WHERE g ->> 'parent' IS NULL
        UNION ALL
        SELECT g ->> 'code', p.codes || (g ->> 'code'),
               p.cells || @extschema@.deptperf_sheet_row('group', g, 'group' || cardinality(p.codes) + 1)
        FROM path p JOIN jsonb_array_elements(doc -> 'groups') AS g ON g ->> 'parent' = p.code
    )
    SELECT coalesce(jsonb_object_agg(p.code, p.codes), '{}'), coalesce(jsonb_object_agg(p.code, p.cells), '{}') INTO paths, above FROM path p;
    SELECT coalesce(jsonb_object_agg(i ->> 'code', coalesce(above -> (i ->> 'group'), '{}') || @extschema@.deptperf_sheet_row('indicator', i, 'indicator')), '{}')
    INTO beside
    FROM jsonb_array_elements(doc -> 'indicators') AS i;

    RETURN NEXT @extschema@.deptperf_sheet_row('framework', doc) || '{"kind": "framework"}';
    RETURN QUERY
        SELECT @extschema@.deptperf_sheet_row('option', jsonb_build_object('option', o.key, 'value', o.value)) || '{"kind": "option"}'
        FROM jsonb_each(doc -> 'options') o
        ORDER BY o.key;
    IF group_codes <> (SELECT coalesce(array_agg(f.code ORDER BY f.first), '{}')
                       FROM (SELECT p.code, min(ARRAY[i.n, p.n]) AS first
                             FROM jsonb_array_elements(doc -> 'indicators') WITH ORDINALITY AS i(i, n)
                                 CROSS JOIN jsonb_array_elements_text(paths -> (i.i ->> 'group')) WITH ORDINALITY AS p(code, n)
                             GROUP BY p.code) f) THEN
        RETURN QUERY
            SELECT (above -> (g.g ->> 'code')) || '{"kind": "group"}'
            FROM jsonb_array_elements(doc -> 'groups') WITH ORDINALITY AS g(g, n)
            ORDER BY g.n;
    END IF;
    IF codes <> (SELECT coalesce(array_agg(f.code ORDER BY f.first), '{}')
                 FROM (SELECT t.t ->> 'indicator' AS code, min(t.n) AS first
                       FROM jsonb_array_elements(doc -> 'items') WITH ORDINALITY AS t(t, n)
                       GROUP BY t.t ->> 'indicator') f) THEN
        RETURN QUERY
            SELECT (beside -> (i.i ->> 'code')) || '{"kind": "indicator"}'
            FROM jsonb_array_elements(doc -> 'indicators') WITH ORDINALITY AS i(i, n)
            ORDER BY i.n;
    END IF;
    RETURN QUERY
        SELECT l.cells
        FROM jsonb_array_elements(doc -> 'items') WITH ORDINALITY AS t(t, n)
            CROSS JOIN LATERAL (
                SELECT 0 AS n, (beside -> (t.t ->> 'indicator')) || @extschema@.deptperf_sheet_row('item', t.t) || '{"kind": "item"}' AS cells
                UNION ALL
                SELECT v.n, @extschema@.deptperf_sheet_row('level', v.v) || jsonb_build_object('kind', 'level', 'of', t.t ->> 'code')
                FROM jsonb_array_elements(t.t -> 'levels') WITH ORDINALITY AS v(v, n)) l
        ORDER BY t.n, l.n;
    RETURN QUERY
        SELECT @extschema@.deptperf_sheet_row('table', r.r) || jsonb_build_object('kind', 'table', 'indicator', i.i ->> 'code')
        FROM jsonb_array_elements(doc -> 'indicators') WITH ORDINALITY AS i(i, n)
            CROSS JOIN jsonb_array_elements(i.i -> 'table') WITH ORDINALITY AS r(r, n)
        ORDER BY i.n, r.n;
    RETURN QUERY
        SELECT @extschema@.deptperf_sheet_row('requirement', r.r) || '{"kind": "requirement"}'
        FROM jsonb_array_elements(doc -> 'requirements') WITH ORDINALITY AS r(r, n)
        ORDER BY r.n;
    RETURN QUERY
        SELECT @extschema@.deptperf_sheet_row('band', b.b) || '{"kind": "band"}'
        FROM jsonb_array_elements(doc -> 'bands') WITH ORDINALITY AS b(b, n)
        ORDER BY b.n;
    RETURN QUERY
        SELECT l.cells
        FROM jsonb_array_elements(doc -> 'examples') WITH ORDINALITY AS e(e, n)
            CROSS JOIN LATERAL (
                SELECT 0 AS n, '' AS key, @extschema@.deptperf_sheet_row('example', e.e) || '{"kind": "example"}' AS cells
                UNION ALL
                SELECT k.n, v.key, @extschema@.deptperf_sheet_row(k.kind, jsonb_build_object('key', v.key, 'value', v.value))
                                   || jsonb_build_object('kind', k.kind, 'of', e.e ->> 'example')
                FROM (VALUES (1, 'example fact', e.e -> 'facts'), (2, 'example input', e.e -> 'inputs'), (3, 'example result', e.e -> 'expected')) AS k(n, kind, object)
                    CROSS JOIN LATERAL jsonb_each(k.object) v) l
        ORDER BY e.n, l.n, l.key;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_rows(pg_catalog.jsonb) IS
'the rows of a framework''s sheet in order, each an object of cells by column';

CREATE FUNCTION @extschema@.deptperf_sheet_columns(groups pg_catalog.int4) RETURNS pg_catalog.text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
    SELECT '{kind}'::text[]
        || ARRAY(SELECT concat('group', g.n, s.suffix)
                 FROM generate_series(1, $1) AS g(n), unnest('{"",_label_zh,_label_en,_points,_weight}'::text[]) WITH ORDINALITY AS s(suffix, n)
                 ORDER BY g.n, s.n)
        || '{indicator,indicator_key,indicator_label_zh,indicator_label_en,indicator_points,indicator_combine,indicator_bonus,code,label_zh,label_en,points,formula,rule,empty,bonus,applies,peer,better,of,from,to,items,grade,value,source}'
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_columns(pg_catalog.int4) IS
'the columns of a sheet with so many levels of groups, in their order';

CREATE FUNCTION @extschema@.deptperf_sheet_lines(document pg_catalog.jsonb) RETURNS SETOF pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    rows    jsonb[] := ARRAY(SELECT r FROM @extschema@.deptperf_sheet_rows(document) AS r);
    columns text[];
BEGIN
    columns := @extschema@.deptperf_sheet_columns(greatest(1, (
        SELECT max(substring(k.key FROM '^group([0-9]+)')::int) FROM unnest(rows) AS r(cells), jsonb_object_keys(r.cells) AS k(key))));
    RETURN NEXT array_to_string(columns, ',');
    -- A blank and an empty text differ; blanks at an edge are kept by the quotes.
    RETURN QUERY
        SELECT (SELECT string_agg(CASE WHEN r.cells ->> c.col ~ '[",\r\n]|^\s|\s$|^$' THEN '"' || replace(r.cells ->> c.col, '"', '""') || '"'
                                       ELSE coalesce(r.cells ->> c.col, '') END, ',' ORDER BY c.n)
                FROM unnest(columns) WITH ORDINALITY AS c(col, n))
        FROM unnest(rows) WITH ORDINALITY AS r(cells, n)
        ORDER BY r.n;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_lines(pg_catalog.jsonb) IS
'the rows of a framework document''s sheet as CSV, its header first';

CREATE FUNCTION @extschema@.deptperf_framework_sheet(framework pg_catalog.text) RETURNS SETOF pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    doc   jsonb := @extschema@.deptperf_framework_document(framework);
    lines text[] := ARRAY(SELECT l FROM @extschema@.deptperf_sheet_lines(doc) AS l);
BEGIN
    IF doc IS DISTINCT FROM @extschema@.deptperf_framework_from_sheet(array_to_string(lines, E'\n')) THEN
        RAISE EXCEPTION 'framework "%" holds what a sheet can''t hold', framework
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'Read back, the sheet is another document.',
                  HINT = 'Use deptperf_framework_document(framework).';
    END IF;
    RETURN QUERY SELECT l.line FROM unnest(lines) WITH ORDINALITY AS l(line, n) ORDER BY l.n;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_framework_sheet(pg_catalog.text) IS
'a framework as the rows of a CSV sheet, its header first: a row an item, with the columns of its indicator and groups repeated, and rows of other kinds for what else it has. deptperf_framework_from_sheet gives the same document back. An unknown framework is an error. NULL gives no rows';

-- ---- from a sheet to a document ----

-- partly: what is said in another row may be left out.
CREATE FUNCTION @extschema@.deptperf_sheet_object(kind pg_catalog.text, cells pg_catalog.jsonb, places pg_catalog.jsonb, line pg_catalog.int4,
    prefix pg_catalog.text DEFAULT '', partly pg_catalog.bool DEFAULT false)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    m      record;
    cell   text;
    value  jsonb;
    object jsonb := '{}';
BEGIN
    FOR m IN
        SELECT s.member, s.type, s.blank, prefix || s.col AS name,
               CASE s.type WHEN 'number' THEN 'a number such as 12.5' WHEN 'share' THEN 'a number or a percentage, such as 0.2 or 20%'
                           WHEN 'year' THEN 'a year such as 2021' WHEN 'numbers' THEN 'numbers with blanks between them, such as 4 4 3'
                           WHEN 'fact' THEN 'a number, or NaN' WHEN 'points' THEN 'a number, null, a state or a grade'
                           WHEN 'input' THEN 'a number, exempt or a JSON object' ELSE 'a text' END AS expected
        FROM @extschema@.deptperf_sheet_members() s
        WHERE s.kind = deptperf_sheet_object.kind
    LOOP
        cell := cells ->> m.name;
        IF btrim(cell) = '' AND (m.type <> 'text' OR m.blank = 'refused') THEN
            cell := NULL;
        END IF;
        IF cell IS NOT NULL THEN
            value := @extschema@.deptperf_sheet_value(cell, m.type);
            IF value IS NULL THEN
                PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> m.name)::int, m.name, format('Found "%s" where %s was expected.', cell, m.expected));
            END IF;
            object := object || jsonb_build_object(m.member, value);
        ELSIF m.blank = 'refused' AND NOT partly THEN
            PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> m.name)::int, m.name, format('The cell is blank where %s was expected.', m.expected));
        ELSIF m.blank = 'null' AND NOT partly THEN
            object := object || jsonb_build_object(m.member, NULL);
        ELSIF m.blank = 'none' THEN
            object := object || jsonb_build_object(m.member, '[]'::jsonb);
        END IF;
    END LOOP;
    RETURN object;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_object(pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.int4, pg_catalog.text, pg_catalog.bool) IS
'the document''s object that the cells of a row say; a cell at fault is an error';

CREATE FUNCTION @extschema@.deptperf_sheet_column(kind pg_catalog.text, prefix pg_catalog.text, member pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
    SELECT $2 || coalesce((SELECT m.col FROM @extschema@.deptperf_sheet_members() m WHERE m.kind = $1 AND m.member = $3), '')
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_column(pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'the column of a member; that of the code where it has none of its own';

-- said: by code and member, the value, and the row and column that said it first.
CREATE FUNCTION @extschema@.deptperf_sheet_said(said pg_catalog.jsonb, object pg_catalog.jsonb, kind pg_catalog.text, prefix pg_catalog.text, places pg_catalog.jsonb, line pg_catalog.int4)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    code   text := object ->> 'code';
    before jsonb := coalesce(said -> (object ->> 'code'), '{}');
    other  record;
BEGIN
    SELECT o.key, o.value, before -> o.key AS first,
           @extschema@.deptperf_sheet_column(kind, prefix, o.key) AS name
    INTO other
    FROM jsonb_each(object) o
    WHERE before -> o.key ->> 'line' IS NOT NULL AND before -> o.key -> 'value' <> o.value
    ORDER BY o.key
    LIMIT 1;
    IF FOUND THEN
        PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> other.name)::int, other.name,
            CASE WHEN other.key IN ('parent', 'group')
                 THEN format('%s "%s" stands in %s, but in row %s in %s.', initcap(kind), code, coalesce('group "' || (other.value #>> '{}') || '"', 'no group'),
                             other.first ->> 'line', coalesce('group "' || (other.first ->> 'value') || '"', 'none'))
                 ELSE format('Found %s for %s "%s", but %s in row %s.', other.value, kind, code, other.first -> 'value', other.first ->> 'line') END,
            'What is said of one group or indicator in several rows has to be the same in each, or blank in all but one; the groups stand in each.');
    END IF;
    RETURN said || jsonb_build_object(code, (
        SELECT jsonb_object_agg(o.key, jsonb_build_object('value', o.value, 'line', line, 'name', @extschema@.deptperf_sheet_column(kind, prefix, o.key)))
        FROM jsonb_each(object) o) || before);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_said(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.int4) IS
'adds what a row says of a group or indicator to what other rows have said; an error where they differ';

CREATE FUNCTION @extschema@.deptperf_sheet_header(cells pg_catalog.jsonb, line pg_catalog.int4) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    places jsonb := '{}';
    cell   record;
BEGIN
    FOR cell IN SELECT c.key::int AS place, lower(btrim(c.value)) AS name FROM jsonb_each_text(cells) c ORDER BY 1 LOOP
        IF cell.name ~ ('[;' || chr(9) || ']') THEN
            PERFORM @extschema@.deptperf_sheet_refuse(line, cell.place, NULL, 'The header has other separators than commas.',
                'Save it as CSV with commas; in Excel that is "CSV UTF-8 (Comma delimited)", in a region whose list separator is the comma.');
        ELSIF cell.name <> ALL (@extschema@.deptperf_sheet_columns(0)) AND cell.name !~ '^group[1-9][0-9]?(|_label_zh|_label_en|_points|_weight)$' THEN
            PERFORM @extschema@.deptperf_sheet_refuse(line, cell.place, cell.name, 'No column has this name.',
                format('Columns are %s.', array_to_string(@extschema@.deptperf_sheet_columns(2), ', ')));
        ELSIF places ? cell.name THEN
            PERFORM @extschema@.deptperf_sheet_refuse(line, cell.place, cell.name, 'Another column has this name too.');
        END IF;
        places := places || jsonb_build_object(cell.name, cell.place);
    END LOOP;
    IF NOT places ? 'kind' THEN
        PERFORM @extschema@.deptperf_sheet_refuse(line, NULL, 'kind', 'The first row has the names of the columns.');
    END IF;
    RETURN places;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_sheet_header(pg_catalog.jsonb, pg_catalog.int4) IS
'which place each column of a sheet has, by its name in the header';

CREATE FUNCTION @extschema@.deptperf_framework_from_sheet(sheet pg_catalog.text) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    places     jsonb;           -- by column
    entry      record;
    line       int;
    kind       text;
    cells      jsonb;           -- of a row, by column
    name       text;
    parent     text;
    object     jsonb;
    doc        jsonb;
    options    jsonb := '{}';
    groups     jsonb := '{}';   -- what rows have said, by code
    indicators jsonb := '{}';
    order_of   jsonb := '{"group": [], "indicator": []}';
    lists      jsonb := '{"item": [], "requirement": [], "band": [], "level": [], "table": [], "example": [], "example fact": [], "example input": [], "example result": []}';
    lines      jsonb := lists;
    seen       jsonb := '{}';   -- by kind and code: the row
    message    text;
    detail     text;
    hint       text;
    context    text;
    place      text[];
BEGIN
    FOR entry IN
        SELECT c.line, jsonb_object_agg(c.place, c.cell) AS cells FROM @extschema@.deptperf_sheet_cells(sheet) c
        GROUP BY c.line HAVING bool_or(btrim(c.cell) <> '')
        ORDER BY c.line
    LOOP
        line := entry.line;
        IF places IS NULL THEN
            places := @extschema@.deptperf_sheet_header(entry.cells, line);
            CONTINUE;
        END IF;
        cells := (SELECT jsonb_object_agg(coalesce(p.key, ''), c.value) FROM jsonb_each(entry.cells) c LEFT JOIN jsonb_each_text(places) p ON p.value = c.key);
        IF cells ? '' THEN
            PERFORM @extschema@.deptperf_sheet_refuse(line, c.key::int, NULL, format('Found "%s" in a column that has no name.', c.value))
            FROM jsonb_each_text(entry.cells) c
            WHERE NOT EXISTS (SELECT FROM jsonb_each_text(places) p WHERE p.value = c.key)
            ORDER BY c.key::int LIMIT 1;
        END IF;
        kind := lower(btrim(cells ->> 'kind'));
        IF kind IS NULL OR NOT EXISTS (SELECT FROM @extschema@.deptperf_sheet_members() m WHERE m.kind = kind) THEN
            PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> 'kind')::int, 'kind', format('Found %s.', coalesce('"' || kind || '"', 'a blank cell')),
                (SELECT format('The kinds of rows are %s.', string_agg(DISTINCT m.kind, ', ')) FROM @extschema@.deptperf_sheet_members() m));
        END IF;
        SELECT c.key INTO name
        FROM jsonb_each_text(cells) c
        WHERE c.key <> 'kind'
          AND NOT (kind IN ('group', 'indicator', 'item') AND c.key ~ '^group[0-9]')
          AND NOT (kind IN ('indicator', 'item') AND c.key ~ '^indicator')
          AND NOT (kind IN ('level', 'example fact', 'example input', 'example result') AND c.key = 'of')
          AND NOT (kind = 'table' AND c.key = 'indicator')
          AND (kind IN ('group', 'indicator')
               OR NOT EXISTS (SELECT FROM @extschema@.deptperf_sheet_members() m WHERE m.kind = kind AND m.col = c.key))
          AND btrim(c.value) <> ''
        ORDER BY (places ->> c.key)::int LIMIT 1;
        IF FOUND THEN
            PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> name)::int, name,
                format('Found "%s", but a row of kind %s has nothing in this column.', cells ->> name, kind));
        END IF;

        parent := NULL;
        IF kind IN ('group', 'indicator', 'item') THEN
            FOR name IN
                SELECT g.name
                FROM (SELECT DISTINCT substring(p.key FROM '^group[0-9]+') AS name FROM jsonb_object_keys(places) AS p(key) WHERE p.key ~ '^group[0-9]') g
                WHERE EXISTS (SELECT FROM jsonb_each_text(cells) c WHERE c.key ~ ('^' || g.name || '(_|$)') AND btrim(c.value) <> '')
                ORDER BY substr(g.name, 6)::int
            LOOP
                object := @extschema@.deptperf_sheet_object('group', cells, places, line, name, true);
                IF object ->> 'code' IS NULL OR (parent IS NULL) <> (name = 'group1') THEN
                    IF object ->> 'code' IS NOT NULL THEN
                        name := 'group' || substr(name, 6)::int - 1;
                    END IF;
                    PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> name)::int, name, 'The cell is blank where the code of a group was expected.');
                END IF;
                groups := @extschema@.deptperf_sheet_said(groups, object || jsonb_build_object('parent', parent), 'group', name, places, line);
                parent := object ->> 'code';
                IF NOT order_of -> 'group' ? parent THEN
                    order_of := jsonb_insert(order_of, '{group,-1}', to_jsonb(parent), true);
                END IF;
            END LOOP;
        END IF;
        IF kind IN ('indicator', 'item') THEN
            object := @extschema@.deptperf_sheet_object('indicator', cells, places, line, 'indicator', true);
            name := object ->> 'code';
            IF name IS NULL THEN
                PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> 'indicator')::int, 'indicator', 'The cell is blank where the code of an indicator was expected.');
            END IF;
            indicators := @extschema@.deptperf_sheet_said(indicators, object || jsonb_build_object('group', parent), 'indicator', 'indicator', places, line);
            IF NOT order_of -> 'indicator' ? name THEN
                order_of := jsonb_insert(order_of, '{indicator,-1}', to_jsonb(name), true);
            END IF;
        ELSIF kind = 'group' AND parent IS NULL THEN
            PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> 'group1')::int, 'group1', 'The cell is blank where the code of a group was expected.');
        END IF;
        CONTINUE WHEN kind IN ('group', 'indicator');

        object := @extschema@.deptperf_sheet_object(kind, cells, places, line);
        -- what a row belongs to is found when all of them are read
        CASE WHEN kind = 'item' THEN object := object || jsonb_build_object('indicator', name);
             WHEN kind = 'level' OR kind LIKE 'example %' THEN object := object || jsonb_build_object('of', cells ->> 'of');
             WHEN kind = 'table' THEN object := object || jsonb_build_object('of', cells ->> 'indicator');
             ELSE NULL; END CASE;
        name := CASE WHEN kind = 'framework' THEN kind
                     WHEN kind = 'table' THEN jsonb_build_array(kind, object -> 'of', object -> 'items')::text
                     WHEN object ? 'of' THEN jsonb_build_array(kind, object -> 'of', cells ->> 'code')::text
                     ELSE jsonb_build_array(kind, cells ->> 'code')::text END;
        IF seen ? name THEN
            name := CASE kind WHEN 'table' THEN 'items' ELSE 'code' END;
            PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> name)::int, name,
                CASE kind WHEN 'framework' THEN 'A sheet has one row of kind framework.' ELSE format('Found "%s" a second time.', cells ->> name) END);
        END IF;
        seen := seen || jsonb_build_object(name, line);
        CASE kind
        WHEN 'framework' THEN
            doc := object;
            IF (object ->> 'from_year')::int > (object ->> 'to_year')::int THEN
                PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> 'to')::int, 'to', 'The last year is before the first one.');
            END IF;
        WHEN 'option' THEN
            options := options || jsonb_build_object(object ->> 'option', object -> 'value');
        ELSE
            lists := jsonb_insert(lists, ARRAY[kind, '-1'], object, true);
            lines := jsonb_insert(lines, ARRAY[kind, '-1'], to_jsonb(line), true);
            IF kind = 'item' AND (object ->> 'formula' IS NULL) <> (object ->> 'rule' IS NULL) THEN
                name := CASE WHEN object ->> 'rule' IS NULL THEN 'rule' ELSE 'formula' END;
                PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> name)::int, name, 'The cell is blank; an item has both a formula and a rule, or is judged and has neither.');
            ELSIF kind = 'item' AND object ->> 'formula' IS NOT NULL AND object ->> 'empty' IS NULL THEN
                PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> 'empty')::int, 'empty', 'The cell is blank; a formula needs to be told what 0/0 gives, such as full or missing.');
            END IF;
        END CASE;
    END LOOP;
    IF doc IS NULL THEN
        RAISE EXCEPTION 'sheet has no row of kind framework'
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Its column code has the framework''s name.',
                  HINT = 'deptperf_framework_sheet(''sz-2021'') shows what a sheet looks like.';
    END IF;

    -- of groups and indicators, and what belongs to which
    FOR entry IN
        SELECT o.kind, c.code, s.said -> 'code' ->> 'name' || m.col AS name, (s.said -> 'code' ->> 'line')::int AS line
        FROM (VALUES ('group', groups), ('indicator', indicators)) AS o(kind, said)
            CROSS JOIN LATERAL jsonb_array_elements_text(order_of -> o.kind) AS c(code)
            CROSS JOIN LATERAL (SELECT o.said -> c.code) AS s(said)
            JOIN @extschema@.deptperf_sheet_members() m ON m.kind = o.kind AND m.member = 'points'
        WHERE NOT s.said ? 'points'
    LOOP
        PERFORM @extschema@.deptperf_sheet_refuse(entry.line, (places ->> entry.name)::int, entry.name, format('No row says the points of %s "%s".', entry.kind, entry.code));
    END LOOP;
    SELECT k.kind, n.n AS place, l.l ->> k.belongs AS code, k.belongs, (lines -> k.kind ->> n.n)::int AS line, k.col, k.owner INTO entry
    FROM (VALUES ('level', 'of', 'of', 'item'), ('table', 'of', 'indicator', 'indicator'), ('requirement', 'indicator', 'indicator', 'indicator'),
                 ('example fact', 'of', 'of', 'example'), ('example input', 'of', 'of', 'example'), ('example result', 'of', 'of', 'example')) AS k(kind, belongs, col, owner)
        CROSS JOIN LATERAL jsonb_array_elements(lists -> k.kind) WITH ORDINALITY AS l(l, n1)
        CROSS JOIN LATERAL (SELECT n1::int - 1) AS n(n)
    WHERE CASE WHEN k.owner IN ('item', 'example') THEN NOT seen ? jsonb_build_array(k.owner, l.l ->> 'of')::text
               ELSE NOT indicators ? coalesce(l.l ->> k.belongs, '') AND (k.kind = 'table' OR l.l ->> 'indicator' IS NOT NULL) END
       OR k.kind <> 'requirement' AND l.l ->> k.belongs IS NULL
    ORDER BY 5 LIMIT 1;
    IF FOUND THEN
        PERFORM @extschema@.deptperf_sheet_refuse(entry.line, (places ->> entry.col)::int, entry.col,
            format('Found %s where the code of an %s was expected.', coalesce('"' || entry.code || '"', 'a blank cell'), entry.owner));
    END IF;

    doc := doc || jsonb_build_object('options', options,
        'groups', (
            SELECT coalesce(jsonb_agg(o.object ORDER BY c.n), '[]')
            FROM jsonb_array_elements_text(order_of -> 'group') WITH ORDINALITY AS c(code, n)
                CROSS JOIN LATERAL (SELECT jsonb_object_agg(s.key, s.value -> 'value') FROM jsonb_each('{"label_zh": null, "label_en": null}' || (groups -> c.code)) s) AS o(object)),
        'indicators', (
            SELECT coalesce(jsonb_agg(o.object || coalesce((
                       SELECT jsonb_build_object('table', jsonb_agg(t.t - 'of' ORDER BY t.n))
                       FROM jsonb_array_elements(lists -> 'table') WITH ORDINALITY AS t(t, n)
                       WHERE t.t ->> 'of' = c.code HAVING count(*) > 0), '{}') ORDER BY c.n), '[]')
            FROM jsonb_array_elements_text(order_of -> 'indicator') WITH ORDINALITY AS c(code, n)
                CROSS JOIN LATERAL (SELECT jsonb_object_agg(s.key, s.value -> 'value') FROM jsonb_each('{"key": null, "label_zh": null, "label_en": null}' || (indicators -> c.code)) s) AS o(object)),
        'items', (
            SELECT coalesce(jsonb_agg(i.i || coalesce((
                       SELECT jsonb_build_object('levels', jsonb_agg(v.v - 'of' ORDER BY v.n))
                       FROM jsonb_array_elements(lists -> 'level') WITH ORDINALITY AS v(v, n)
                       WHERE v.v ->> 'of' = i.i ->> 'code' HAVING count(*) > 0), '{}') ORDER BY i.n), '[]')
            FROM jsonb_array_elements(lists -> 'item') WITH ORDINALITY AS i(i, n)),
        'requirements', lists -> 'requirement', 'bands', lists -> 'band')
        || coalesce((
            SELECT jsonb_build_object('examples', jsonb_agg(e.e || jsonb_build_object('facts', f.facts, 'inputs', i.inputs, 'expected', r.expected) ORDER BY e.n))
            FROM jsonb_array_elements(lists -> 'example') WITH ORDINALITY AS e(e, n)
                CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(v.v ->> 'key', v.v -> 'value'), '{}') FROM jsonb_array_elements(lists -> 'example fact') AS v(v) WHERE v.v ->> 'of' = e.e ->> 'example') AS f(facts)
                CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(v.v ->> 'key', v.v -> 'value'), '{}') FROM jsonb_array_elements(lists -> 'example input') AS v(v) WHERE v.v ->> 'of' = e.e ->> 'example') AS i(inputs)
                CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(v.v ->> 'key', v.v -> 'value'), '{}') FROM jsonb_array_elements(lists -> 'example result') AS v(v) WHERE v.v ->> 'of' = e.e ->> 'example') AS r(expected)
            HAVING count(*) > 0), '{}');

    -- Every other fault is one of the document; its place there is one in the sheet.
    BEGIN
        PERFORM @extschema@.deptperf_evaluate_total(doc, '{}'::jsonb, '{}'::jsonb);
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
        place := coalesce(regexp_match(message, '^framework document is not valid at (item|requirement|band|indicator|group|option)s\[(\d+)\]\.(\w+)'),
                          regexp_match(context, 'framework document, (item|requirement|band)s\[(\d+)\]\.(\w+)'));
        object := CASE place[1] WHEN 'group' THEN groups ELSE indicators END -> (order_of -> place[1] ->> place[2]::int);
        object := coalesce(object -> place[3], object -> 'code');
        line := coalesce(lines -> place[1] ->> place[2]::int, seen ->> jsonb_build_array(place[1], place[3])::text, object ->> 'line')::int;
        IF line IS NULL THEN
            RAISE;
        END IF;
        name := coalesce(object ->> 'name', @extschema@.deptperf_sheet_column(place[1], '', CASE place[1] WHEN 'option' THEN 'value' ELSE place[3] END));
        PERFORM @extschema@.deptperf_sheet_refuse(line, (places ->> name)::int, name,
            concat_ws(' ', CASE WHEN message NOT LIKE 'framework document is not valid %' THEN upper(left(message, 1)) || substr(message, 2) || '.' END, nullif(detail, '')),
            nullif(CASE WHEN message NOT LIKE 'framework document is not valid %' THEN hint END, ''));
    END;
    RETURN doc;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_framework_from_sheet(pg_catalog.text) IS
'the document of a framework''s CSV sheet, for deptperf_framework_import. The columns are known by their names and may stand in any order or be left out; blank rows are skipped. What is said of a group or indicator in several rows has to agree. Numbers are read as deptperf_number reads them; a weight may be a percentage. A fault is an error that names row and column. NULL gives NULL'
;
