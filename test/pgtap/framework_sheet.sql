-- framework_sheet.sql: a framework as a CSV sheet that people edit in Excel, and
-- back; what Excel makes of it; faults by row and column.
BEGIN;
SELECT plan(74);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

CREATE FUNCTION pg_temp.sheet(framework text, ending text DEFAULT E'\n') RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(l, ending) FROM deptperf_framework_sheet(framework) l $$;

-- 1. A small one, written by hand both ways.
CREATE TEMP TABLE small (document jsonb, sheet text);
INSERT INTO small VALUES ($${
  "framework": "small", "label_zh": "示例", "label_en": "An \"example\", small", "source": "Ours\nsecond line", "from_year": 2021, "to_year": null,
  "options": {"missing": "leave out"},
  "groups": [{"code": "G", "parent": null, "label_zh": null, "label_en": "All", "points": 100}],
  "indicators": [{"code": "E", "group": "G", "key": "budget", "label_zh": null, "label_en": "Budget", "points": 60},
                 {"code": "S", "group": "G", "key": null, "label_zh": null, "label_en": null, "points": 40.0}],
  "items": [{"code": "E.1", "indicator": "E", "label_zh": null, "label_en": "Paid", "points": 50, "formula": "paid_q4 / budget_adjusted", "rule": "x >= 100%: 50, else 50 * x", "empty": "missing"},
            {"code": "E.2", "indicator": "E", "label_zh": null, "label_en": "Judged", "points": 10, "formula": null, "rule": null, "empty": null},
            {"code": "S.1", "indicator": "S", "label_zh": null, "label_en": "Staff", "points": 40.0, "formula": "staff_on_establishment / establishment", "rule": "x <= 100%: 40, else 0", "empty": "full"}],
  "requirements": [{"code": "V", "indicator": "S", "label_zh": null, "label_en": "No violation", "formula": "finding_violation", "rule": "x > 0: zero, else pass"}],
  "bands": [{"grade": "合格", "label_en": "pass", "from": 60}, {"grade": "不合格", "label_en": null, "from": 0}]}$$,
$$kind,group1,group1_label_zh,group1_label_en,group1_points,group1_weight,indicator,indicator_key,indicator_label_zh,indicator_label_en,indicator_points,indicator_combine,indicator_bonus,code,label_zh,label_en,points,formula,rule,empty,bonus,applies,peer,better,of,from,to,items,grade,value,source
framework,,,,,,,,,,,,,small,示例,"An ""example"", small",,,,,,,,,,2021,,,,,"Ours
second line"
option,,,,,,,,,,,,,missing,,,,,,,,,,,,,,,,leave out,
item,G,,All,100,,E,budget,,Budget,60,,,E.1,,Paid,50,paid_q4 / budget_adjusted,"x >= 100%: 50, else 50 * x",missing,,,,,,,,,,,
item,G,,All,100,,E,budget,,Budget,60,,,E.2,,Judged,10,,,,,,,,,,,,,,
item,G,,All,100,,S,,,,40.0,,,S.1,,Staff,40.0,staff_on_establishment / establishment,"x <= 100%: 40, else 0",full,,,,,,,,,,,
requirement,,,,,,S,,,,,,,V,,No violation,,finding_violation,"x > 0: zero, else pass",,,,,,,,,,,,
band,,,,,,,,,,,,,合格,,pass,,,,,,,,,,60,,,,,
band,,,,,,,,,,,,,不合格,,,,,,,,,,,,0,,,,,$$);
SELECT lives_ok('SELECT deptperf_framework_import(document) FROM small', 'a small framework comes in');
SELECT is(pg_temp.sheet('small'), (SELECT sheet FROM small), 'its sheet, cell by cell');
SELECT is(deptperf_framework_from_sheet(sheet), document, 'and back, the document') FROM small;
SELECT is(deptperf_framework_from_sheet(sheet)::text, document::text, 'with the decimals as they were written') FROM small;
SELECT is(deptperf_framework_import(deptperf_framework_from_sheet(replace(sheet, 'small,', 'other,'))), 'other', 'what comes back is imported') FROM small;

-- 2. Every framework there is.
SELECT is(deptperf_framework_from_sheet(pg_temp.sheet(framework)), deptperf_framework_document(framework), format('%s reads back identically', framework))
FROM deptperf.framework WHERE framework IN ('sz-2021', 'sz-2021-records');
SELECT is_empty('SELECT framework FROM deptperf.framework WHERE deptperf_framework_from_sheet(pg_temp.sheet(framework)) IS DISTINCT FROM deptperf_framework_document(framework)', 'so does every other one');
SELECT is(count(*)::int - 1, jsonb_array_length(deptperf_framework_document('sz-2021') -> 'items'), 'sz-2021: a row an item') FROM deptperf_framework_sheet('sz-2021') l WHERE l LIKE 'item,%' OR l LIKE 'kind,%';

-- 3. What Excel makes of a sheet: its mark of UTF-8, CRLF, commas for blank cells,
-- every row as long as the longest, and blank rows.
SELECT is(deptperf_framework_from_sheet(chr(65279) || pg_temp.sheet('sz-2021', E'\r\n') || E'\r\n,,,,\r\n'), deptperf_framework_document('sz-2021'), 'a mark of UTF-8, CRLF and blank rows');
SELECT is(deptperf_framework_from_sheet(pg_temp.sheet('sz-2021', E'\r')), deptperf_framework_document('sz-2021'), 'CR alone');
SELECT is(deptperf_framework_from_sheet(pg_temp.sheet('sz-2021', E'\n\n')), deptperf_framework_document('sz-2021'), 'a blank row after each');
CREATE FUNCTION pg_temp.item(sheet text) RETURNS jsonb LANGUAGE sql AS $$ SELECT deptperf_framework_from_sheet(E'kind,code,indicator,indicator_points,points,label_en\nframework,f,,,,\n' || sheet) -> 'items' $$;
SELECT is(pg_temp.item('item,a,I,"1,005","1,005",') -> 0 -> 'points', '1005', 'thousands in groups of three');
SELECT is(pg_temp.item('item,a,I,10,10.50,') -> 0 ->> 'points', '10.50', 'a number as it is written');
SELECT is(pg_temp.item('item,a,I,１０, 10 ,') -> 0 ->> 'points', '10', 'blanks around a number, full-width digits');
SELECT is(pg_temp.item('ITEM , a,I,10,10,') -> 0 ->> 'code', ' a', 'a kind in any case; texts as they are');
SELECT is(pg_temp.item('item,"a","I","10","10","b ""c"", d"') -> 0 ->> 'label_en', 'b "c", d', 'every cell in quotes');
SELECT is(pg_temp.item(E'item,a,I,10,10,"b\r\nc"') -> 0 ->> 'label_en', E'b\r\nc', 'a line break in a cell');
SELECT is(pg_temp.item('item,a,I,10,10,') -> 0 -> 'label_en', 'null', 'a blank cell is null');
SELECT is(pg_temp.item('item,a,I,10,10,""') -> 0 -> 'label_en', '""', 'an empty text in quotes is one');
SELECT is(deptperf_framework_from_sheet(E'points,indicator_points,indicator,code,kind\n4,4,I,a,item\n,,,f,framework') #>> '{items,0,points}', '4', 'columns in any order, rows too');
SELECT is(deptperf_framework_from_sheet(E'kind,code,group1,group1_points,group1_weight,indicator,indicator_points,points\nframework,f\nitem,a,G,10,20%,I,10,10\nitem,b,H,10,.8,J,10,10') -> 'groups' -> 0 ->> 'weight', '0.2', 'a weight as a percentage');
SELECT is(deptperf_framework_from_sheet(E'kind,code,indicator,indicator_points,points\nframework,f\nitem,a,I,,2\nitem,b,I,4,2\nitem,c,I,4.0,2') #>> '{indicators,0,points}', '4', 'what is blank in one row is said in another');

-- 4. Order and shape: groups and indicators without items, another order, levels,
-- tables, options.
CREATE FUNCTION pg_temp.turn(document jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT deptperf_framework_from_sheet(string_agg(l, E'\r\n')) FROM deptperf_sheet_lines(document) l $$;
CREATE TEMP TABLE whole AS SELECT $${
  "framework": "whole", "label_zh": "", "label_en": " edge ", "source": "\"", "from_year": 2020, "to_year": 2022,
  "options": {"missing": "open", "full": 10, "decimals": 0, "note": "20", "list": [1, "a"], "nothing": null, "empty": "", "true": "true"},
  "groups": [{"code": "B", "parent": null, "label_zh": "乙", "label_en": null, "points": 10, "weight": 0.25},
             {"code": "A", "parent": null, "label_zh": null, "label_en": null, "points": 10, "weight": 0.75},
             {"code": "A1", "parent": "A", "label_zh": null, "label_en": null, "points": 10},
             {"code": "A11", "parent": "A1", "label_zh": null, "label_en": null, "points": 10},
             {"code": "Z", "parent": "A", "label_zh": null, "label_en": null, "points": 0}],
  "indicators": [{"code": "J", "group": "A11", "key": null, "label_zh": null, "label_en": null, "points": 4, "combine": "table", "bonus": 1,
                  "table": [{"items": [4, 4.0], "points": 4}, {"items": [3, 1], "points": 2.5}]},
                 {"code": "I", "group": null, "key": "k", "label_zh": null, "label_en": null, "points": 4, "combine": "weakest plus"},
                 {"code": "K", "group": "B", "key": null, "label_zh": null, "label_en": null, "points": 1}],
  "items": [{"code": "i", "indicator": "I", "label_zh": null, "label_en": "a\nb", "points": 4, "formula": null, "rule": null, "empty": "leave out",
             "levels": [{"level": "A", "label_zh": "优", "from": 4, "to": 4}, {"level": "D", "from": 0, "to": 1.5}]},
            {"code": "j", "indicator": "J", "label_zh": null, "label_en": null, "points": 4, "formula": "paid_q1", "rule": "x <= 3: 5, else 1", "empty": "peer mean",
             "bonus": 1, "applies": "projects_planned", "peer": "rank", "better": "low"}],
  "requirements": [{"code": "V", "indicator": null, "label_zh": null, "label_en": null, "formula": "finding_violation", "rule": "x > 0: zero, else pass", "grade": "none"}],
  "bands": [{"grade": "good", "label_en": null, "from": 5}, {"grade": "none", "label_en": null, "from": null}, {"grade": "bad", "label_en": null, "from": 0}],
  "examples": [{"example": "second, first", "facts": {"paid_q1": 3.50, "projects_planned": "NaN"}, "inputs": {"i": 2, "I": "exempt", "j": {"peer": 4}},
                "expected": {"total": null, "grade": "1级", "I": "missing", "i": 2.0, "none": "null", "G": ""}},
               {"example": "1", "facts": {}, "inputs": {}, "expected": {}}]}$$::jsonb AS document;
SELECT is(pg_temp.turn(document), document, 'everything a framework may have reads back identically') FROM whole;
SELECT results_eq($$ SELECT l FROM whole, deptperf_sheet_lines(document) l WHERE l LIKE 'option,%' $$,
    $$ SELECT 'option' || repeat(',', 23) || code || repeat(',', 16) || value || ','
       FROM (VALUES ('decimals', '0'), ('empty', '""""""'), ('full', '10'), ('list', '"[1, ""a""]"'), ('missing', 'open'), ('note', '"""20"""'), ('nothing', 'null'), ('true', '"""true"""')) AS v(code, value) $$,
    'options: what would be read as another value is written as JSON') ;

-- random frameworks: any order, nesting and text
CREATE FUNCTION pg_temp.pick(VARIADIC choices jsonb[]) RETURNS jsonb LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;
CREATE FUNCTION pg_temp.words() RETURNS jsonb LANGUAGE sql VOLATILE AS
$$ SELECT pg_temp.pick('null', '""', '"a"', '" a"', '"a "', '"a,b"', '"a\"b\""', '"\""', '"a\nb"', '"\r\n"', '"\t"', '"20%"', '"1,000"', '"null"', '"部门;总分"', '"=1+1"', '"a\\b"') $$;
CREATE FUNCTION pg_temp.random_document() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    ngroups int := floor(random() * 6);
    nindicators int := 1 + floor(random() * 5);
    doc jsonb := jsonb_build_object('framework', 'random', 'label_zh', pg_temp.words(), 'label_en', pg_temp.words(), 'source', pg_temp.words(),
        'from_year', pg_temp.pick('null', '2020'), 'to_year', pg_temp.pick('null', '2021'), 'options', pg_temp.pick('{}', '{"missing": "leave out"}', '{"full": 50.0, "round": "item"}'));
BEGIN
    doc := doc || jsonb_build_object('groups', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('code', 'G' || n, 'parent', CASE WHEN random() < 0.6 THEN 'G' || nullif(floor(random() * n), 0) END,
            'label_zh', pg_temp.words(), 'label_en', pg_temp.words(), 'points', pg_temp.pick('0', '1', '2.50', '1005')) || pg_temp.pick('{}', '{"weight": 0.5}') ORDER BY n), '[]')
        FROM generate_series(1, ngroups) n));
    doc := doc || jsonb_build_object('indicators', (
        SELECT jsonb_agg(jsonb_build_object('code', 'I' || n, 'group', CASE WHEN random() < 0.8 THEN 'G' || nullif(ceil(random() * ngroups), 0) END,
            'key', pg_temp.words(), 'label_zh', pg_temp.words(), 'label_en', pg_temp.words(), 'points', pg_temp.pick('0', '1', '2.50'))
            || pg_temp.pick('{}', '{"combine": "best"}', '{"combine": "table", "table": [{"items": [1, 2.0], "points": 1}, {"items": [], "points": 0}]}', '{"bonus": 2}') ORDER BY n)
        FROM generate_series(1, nindicators) n));
    RETURN doc || jsonb_build_object('items', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('code', 'T' || n, 'indicator', 'I' || ceil(random() * nindicators), 'label_zh', pg_temp.words(), 'label_en', pg_temp.words(), 'points', 2.50)
            || pg_temp.pick('{"formula": null, "rule": null, "empty": null}', '{"formula": "a / b", "rule": "x >= 90%: 2.50, else 0", "empty": "full"}')
            || pg_temp.pick('{}', '{"applies": "c"}', '{"levels": [{"level": "A", "label_en": "", "from": 2, "to": 2.50}]}') ORDER BY n), '[]')
        FROM generate_series(1, floor(random() * 8)::int) n),
      'requirements', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('code', 'R' || n, 'indicator', 'I' || ceil(random() * nindicators), 'label_zh', pg_temp.words(), 'label_en', pg_temp.words(),
            'formula', 'd', 'rule', 'x > 0: zero, else pass') ORDER BY n), '[]')
        FROM generate_series(1, floor(random() * 3)::int) n),
      'examples', (
        SELECT jsonb_agg(jsonb_build_object('example', n || coalesce(pg_temp.words() #>> '{}', ''), 'facts', pg_temp.pick('{}', '{"a": 1.0, "b": -2}', '{"a": "NaN"}'),
            'inputs', pg_temp.pick('{}', '{"T1": 0.5, "I1": "exempt"}', '{"T1": {"level": "A", "points": 1}}'),
            'expected', pg_temp.pick('{}', '{"total": 1.50, "T1": null, "I1": "missing"}') || jsonb_build_object('grade', pg_temp.words())) ORDER BY n)
        FROM generate_series(1, 1 + floor(random() * 3)::int) n),
      'bands', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('grade', 'B' || n, 'label_en', pg_temp.words(), 'from', n * 1.50) ORDER BY n), '[]')
        FROM generate_series(1, floor(random() * 3)::int) n));
END $$;
SELECT setseed(0.5);
CREATE TEMP TABLE random AS SELECT n, pg_temp.random_document() AS document FROM generate_series(1, 60) n;
SELECT is((SELECT count(DISTINCT document) FROM random), 60::bigint, '60 random documents');
SELECT is_empty($$ SELECT n, document FROM random
                   WHERE pg_temp.turn(document) IS DISTINCT FROM document $$, 'each reads back identically');

-- 5. Any text.
INSERT INTO deptperf.framework (framework) VALUES (E'f\x01');
SELECT is(deptperf_framework_from_sheet(pg_temp.sheet(E'f\x01')) ->> 'framework', E'f\x01', 'a control character is a text like any other');

-- 6. Faults.
CREATE FUNCTION pg_temp.fault(sheet text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text;
BEGIN
    PERFORM deptperf_framework_from_sheet(sheet);
    RETURN 'no error';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(': ', message, nullif(detail, ''));
END $$;
SELECT is(pg_temp.fault(replace(sheet, '\n', E'\n')), 'sheet ' || fault, what)
FROM (VALUES
    ('semicolons', 'kind;code;points\nframework;f', 'is not valid at row 1, column A: The header has other separators than commas.'),
    ('tabs', E'kind\tcode\nframework\tf', 'is not valid at row 1, column A: The header has other separators than commas.'),
    ('an unknown column', 'kind,code,point\nframework,f', 'is not valid at row 1, column C (point): No column has this name.'),
    ('a column twice', 'kind,code,Code\nframework,f', 'is not valid at row 1, column C (code): Another column has this name too.'),
    ('no header', 'framework,f', 'is not valid at row 1, column A (framework): No column has this name.'),
    ('nothing', '', 'has no row of kind framework: Its column code has the framework''s name.'),
    ('a cell outside the columns', 'kind,code\nframework,f,x', 'is not valid at row 2, column C: Found "x" in a column that has no name.'),
    ('an unknown kind', 'kind,code\nframework,f\nitems,a', 'is not valid at row 3, column A (kind): Found "items".'),
    ('no kind', 'kind,code\nframework,f\n,a', 'is not valid at row 3, column A (kind): Found a blank cell.'),
    ('blank rows and line breaks in cells count as in Excel', 'kind,code,source\nframework,f,"a\nb"\n,,\nitems,a', 'is not valid at row 4, column A (kind): Found "items".'),
    ('an open quote', 'kind,code\nframework,"f', 'is not valid at row 2, column B: A quote is not closed, or something stands behind it.'),
    ('text behind a quote', 'kind,code\nframework,"f"g', 'is not valid at row 2, column B: A quote is not closed, or something stands behind it.'),
    ('a quote within', 'kind,code\nframework,f"', 'is not valid at row 2, column B: A quote stands in a field that does not begin with one.'),
    ('no name', 'kind,code\nframework,', 'is not valid at row 2, column B (code): The cell is blank where a text was expected.'),
    ('two names', 'kind,code\nframework,f\nframework,g', 'is not valid at row 3, column B (code): A sheet has one row of kind framework.'),
    ('a missing column', 'kind,code\nframework,f\nitem,a', 'is not valid at row 3, column indicator, which is not there: The cell is blank where the code of an indicator was expected.'),
    ('a percentage for points', 'kind,code,indicator,points\nframework,f\nitem,a,I,20%', 'is not valid at row 3, column D (points): Found "20%" where a number such as 12.5 was expected.'),
    ('a power of ten', 'kind,code,indicator,points\nframework,f\nitem,a,I,1.2E+05', 'is not valid at row 3, column D (points): Found "1.2E+05" where a number such as 12.5 was expected.'),
    ('groups of two digits', 'kind,code,indicator,points\nframework,f\nitem,a,I,"1,00"', 'is not valid at row 3, column D (points): Found "1,00" where a number such as 12.5 was expected.'),
    ('no points', 'kind,code,indicator,points\nframework,f\nitem,a,I,', 'is not valid at row 3, column D (points): The cell is blank where a number such as 12.5 was expected.'),
    ('an indicator''s points nowhere', 'kind,code,indicator,points,indicator_points\nframework,f\nitem,a,I,1,\nitem,b,I,1,', 'is not valid at row 3, column E (indicator_points): No row says the points of indicator "I".'),
    ('an indicator''s points said twice', 'kind,code,indicator,points,indicator_points\nframework,f\nitem,a,I,1,2\nitem,b,I,1,3', 'is not valid at row 4, column E (indicator_points): Found 3 for indicator "I", but 2 in row 3.'),
    ('an indicator in two groups', 'kind,code,group1,group1_points,indicator,indicator_points,points\nframework,f\nitem,a,G,4,I,4,2\nitem,b,H,4,I,,2', 'is not valid at row 4, column E (indicator): Indicator "I" stands in group "H", but in row 3 in group "G".'),
    ('a group below nothing', 'kind,code,group1,group2,indicator,points\nframework,f\nitem,a,,H,I,4', 'is not valid at row 3, column C (group1): The cell is blank where the code of a group was expected.'),
    ('a group in two places', 'kind,code,group1,group1_points,group2,group2_points,indicator,indicator_points,points\nframework,f\nitem,a,G,1,H,1,I,4,4\nitem,b,H,,,,J,4,4', 'is not valid at row 4, column C (group1): Group "H" stands in no group, but in row 3 in group "G".'),
    ('an item twice', 'kind,code,indicator,points,indicator_points\nframework,f\nitem,a,I,1,2\nitem,a,I,1,', 'is not valid at row 4, column B (code): Found "a" a second time.'),
    ('a rule', 'kind,code,indicator,points,indicator_points,formula,rule,empty\nframework,f\nitem,a,I,1,1,b,x > 0: 1,full', 'is not valid at row 3, column G (rule): Rule "x > 0: 1" does not cover every x. No branch says what x < 0 gives.'),
    ('a rule that goes beyond', 'kind,code,indicator,points,indicator_points,formula,rule,empty\nframework,f\nitem,a,I,1,1,b,"x > 0: 2, else 0",full',
     'is not valid at row 3, column G (rule): Rule "x > 0: 2, else 0" gives more than the 1 points of its item. Branch 1, at character 1, is "x > 0: 2".'),
    ('a formula', 'kind,code,indicator,points,indicator_points,formula,rule,empty\nframework,f\nitem,a,I,1,1,b +,"x > 0: 1, else 0",full',
     'is not valid at row 3, column F (formula): Formula "b +" is not valid at character 4. Found the end of the text where the name of a fact, a number or "(" was expected.'),
    ('a formula without a rule', 'kind,code,indicator,points,indicator_points,formula,rule,empty\nframework,f\nitem,a,I,1,1,b,,full', 'is not valid at row 3, column G (rule): The cell is blank; an item has both a formula and a rule, or is judged and has neither.'),
    ('what 0/0 gives', 'kind,code,indicator,points,indicator_points,formula,rule,empty\nframework,f\nitem,a,I,1,1,b,"x > 0: 1, else 0",', 'is not valid at row 3, column H (empty): The cell is blank; a formula needs to be told what 0/0 gives, such as full or missing.'),
    ('an unknown word', 'kind,code,indicator,points,indicator_points,indicator_combine\nframework,f\nitem,a,I,1,1,all', 'is not valid at row 3, column F (indicator_combine): Expected "sum", "best", "weakest", "weakest plus", "mean" or "table".'),
    ('an option', 'kind,code,value\nframework,f\noption,decimals,7', 'is not valid at row 3, column C (value): Expected a whole number from 0 to 6.'),
    ('a level of no item', 'kind,code,of,from,to\nframework,f\nlevel,A,a,0,1', 'is not valid at row 3, column C (of): Found "a" where the code of an item was expected.'),
    ('a requirement of no indicator', 'kind,code,indicator,formula,rule\nframework,f\nrequirement,A,a,b,"x > 0: zero, else pass"', 'is not valid at row 3, column C (indicator): Found "a" where the code of an indicator was expected.'),
    ('a cell that means nothing there', 'kind,code,rule,from\nframework,f\nband,A,x,0', 'is not valid at row 3, column C (rule): Found "x", but a row of kind band has nothing in this column.'),
    ('a fact that is no number', 'kind,code,of,value\nframework,f\nexample,e\nexample fact,a,e,"1,00"', 'is not valid at row 4, column D (value): Found "1,00" where a number, or NaN was expected.'),
    ('points that are no number', 'kind,code,of,value\nframework,f\nexample,e\nexample result,a,e,9.5.1', 'is not valid at row 4, column D (value): Found "9.5.1" where a number, null, a state or a grade was expected.'),
    ('a judgement that is none', 'kind,code,of,value\nframework,f\nexample,e\nexample input,a,e,good', 'is not valid at row 4, column D (value): Found "good" where a number, exempt or a JSON object was expected.'),
    ('a fact of no example', 'kind,code,of,value\nframework,f\nexample fact,a,e,1', 'is not valid at row 3, column C (of): Found "e" where the code of an example was expected.'),
    ('years', 'kind,code,from,to\nframework,f,2021,2020', 'is not valid at row 2, column D (to): The last year is before the first one.'),
    ('a year', 'kind,code,from,to\nframework,f,2021.5', 'is not valid at row 2, column C (from): Found "2021.5" where a year such as 2021 was expected.'),
    ('the 27th column', (SELECT string_agg('group' || n, ',') FROM generate_series(1, 26) n) || ',kind\n' || repeat(',', 26) || 'x', 'is not valid at row 2, column AA (kind): Found "x".')
) AS v(what, sheet, fault);
SELECT throws_ok($$ SELECT deptperf_framework_sheet('none') $$, 'P0002', 'framework "none" is not known', 'an unknown framework');
SELECT is(deptperf_framework_from_sheet(NULL), NULL, 'NULL gives NULL');

SELECT * FROM finish();
ROLLBACK;
