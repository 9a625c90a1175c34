-- library.sql: the indicator library: its examples, targets picked from it, and
-- each fault that deptperf_target_check names, worked out by hand.
BEGIN;
SELECT plan(27);
SET LOCAL client_min_messages = warning;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
INSERT INTO deptperf.department (dept_id, code) VALUES (1, 'eco'), (2, 'lib');

CREATE FUNCTION pg_temp.error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- ---- 1. the examples ----

SELECT is_empty($$ SELECT * FROM deptperf.indicator_library WHERE source !~ '^example' OR definition IS NULL OR formula IS NULL OR standard IS NULL OR name_en IS NULL OR version <> 1 $$, 'the rows that are there are examples, and say so');
SELECT set_eq('SELECT DISTINCT aspect, level2 FROM deptperf.indicator_library', $$ VALUES ('output', '数量指标'), ('output', '质量指标'), ('output', '时效指标'), ('output', '成本指标'),
  ('social', '社会效益指标'), ('economic', '经济效益指标'), ('ecological', '生态效益指标'), ('sustainable', '可持续影响指标'), ('satisfaction', '服务对象满意度指标') $$, 'of every kind of the form');
SELECT is_empty($$ SELECT code, l.unit, t.* FROM deptperf.indicator_library l, deptperf_target('≥1' || l.unit) AS t WHERE t.comparison <> '>=' $$, 'a target in the unit of each can be read');
SELECT results_eq($$ SELECT deptperf_target_unit(u) FROM unnest('{万元,元,%,人次,亿元,个工作日,不详(无)}'::text[]) AS u $$, '{元,元,%,人次,元,个工作日,不详(无)}'::text[], '万元 is 元; what can''t be read stays');
DELETE FROM deptperf.indicator_library WHERE code = 'example-quantity-books';
SELECT lives_ok('SELECT deptperf_setup()', 'setup again');
SELECT is((SELECT count(*) FROM deptperf.indicator_library), 12::bigint, 'does not bring back what was deleted');

-- ---- 2. refused ----

SELECT is_empty($$
  SELECT c.columns, e FROM (VALUES
    ('code, aspect, level1, level2, name_zh, source', $q$ ' ', 'social', 'a', 'b', 'c', 'd' $q$, '^23514 .*code_not_blank'), ('code, aspect, level1, level2, name_zh, source', $q$ 'x', 'benefit', 'a', 'b', 'c', 'd' $q$, '^23514 .*aspect_known'),
    ('code, aspect, level1, level2, name_zh, source, version', $q$ 'x', 'social', 'a', 'b', 'c', 'd', 0 $q$, '^23514 .*version_from_1'), ('code, aspect, level1, level2, name_zh, source, valid_from, valid_to', $q$ 'x', 'social', 'a', 'b', 'c', 'd', 2022, 2021 $q$, '^23514 .*valid_from_before'),
    ('code, aspect, level1, level2, name_zh', $q$ 'x', 'social', 'a', 'b', 'c' $q$, '^23502 .*"source"'), ('code, aspect, level1, level2, name_zh, source', $q$ 'example-satisfaction', 'social', 'a', 'b', 'c', 'd' $q$, '^23505 ')) AS c(columns, "values", want),
    pg_temp.error(format('INSERT INTO deptperf.indicator_library (%s) VALUES (%s)', columns, "values")) AS e WHERE e !~ want $$, 'rows of the library');
SELECT is_empty($$
  SELECT e FROM (VALUES ($q$ 'example-satisfaction', NULL $q$), ($q$ 'no such code', 1 $q$), ($q$ NULL, 1 $q$)) AS c("values"),
    pg_temp.error(format('INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned, library_code, library_version) VALUES (1, 2021, ''social'', 1, 1, %s)', "values")) AS e WHERE e !~ '^23503 .*performance_target_is_in_library' $$,
  'a target is from an indicator that is there, code and version');

-- Two versions: days of good air, from 2023 in 天 and under another name.
UPDATE deptperf.indicator_library SET valid_to = 2022 WHERE code = 'example-ecological-air';
INSERT INTO deptperf.indicator_library (code, version, line, aspect, level1, level2, level3, name_zh, unit, source, valid_from, valid_to) VALUES
    ('example-ecological-air', 2, '生态环境', 'ecological', '效益指标', '生态效益指标', '优良天数', '空气质量优良天数', '天', 'example', 2023, 2024);

CREATE TEMP TABLE refused (call text, want text);
INSERT INTO refused VALUES
  ($$ 'eco', 2021, 'no such', 5, '≥90%' $$, E'P0002 indicator "no such" is not in the library for 2021\nIt has no indicator of this code.\ndeptperf.indicator_library has the codes, and the years of each version.'),
  ($$ 'eco', 2025, 'example-ecological-air', 5, '≥90%' $$, E'P0002 indicator "example-ecological-air" is not in the library for 2025\nOf this code it has version 1 (to 2022), version 2 (from 2023 to 2024).\ndeptperf.indicator_library has the codes, and the years of each version.'),
  ($$ 'eco', 2021, 'example-ecological-air', 5, '≥300天', 2 $$, E'P0002 indicator "example-ecological-air", version 2 is not in the library for 2021\nOf this code it has version 1 (to 2022), version 2 (from 2023 to 2024).\ndeptperf.indicator_library has the codes, and the years of each version.'),
  ($$ 'eco', 2021, 'example-satisfaction', 5, '≥90' $$, E'22023 target "≥90" is not in %\nIndicator "example-satisfaction", 服务对象满意度, is in %; the target is without a unit.\nWrite the unit with the number.'),
  ($$ 'eco', 2021, 'example-cost-unit', 5, '≤30人' $$, E'22023 target "≤30人" is not in 万元\nIndicator "example-cost-unit", 项目总成本, is in 万元; the target is in 人.\nWrite the unit with the number.'),
  ($$ 'eco', 2021, 'example-satisfaction', 5, '满意' $$, E'22023 target "满意" is not in %\nIndicator "example-satisfaction", 服务对象满意度, is in %; the target is qualitative.\nWrite the unit with the number.'),
  ($$ 'eco', 2021, 'example-satisfaction', NULL, '≥90%' $$, E'22004 dept, year, code, weight and written must not be NULL\ndept 1, year 2021, code example-satisfaction, weight NULL, written ≥90%.\nSELECT deptperf_target_pick(''4403'', 2021, ''example-satisfaction'', 10, ''≥90%'');');
SELECT is_empty($$ SELECT r.*, e FROM refused r, pg_temp.error('SELECT deptperf_target_pick(' || call || ')') AS e WHERE e <> want $$, 'picking what is not there, or in another unit');
SELECT matches(pg_temp.error($$ SELECT deptperf_target_pick('eco', 2021, 'example-satisfaction', 5, '约90%') $$), '^22P02 ', 'or what can''t be read');
SELECT matches(pg_temp.error($$ SELECT deptperf_target_pick(7, 2021, 'example-satisfaction', 5, '≥90%') $$), '^P0002 department 7 is not known', 'an unknown department');
SELECT matches(pg_temp.error($$ SELECT deptperf_target_pick(1, 21, 'example-satisfaction', 5, '≥90%') $$), '^P0002 fiscal year 21 is not known', 'an unknown year');
SELECT is((SELECT count(*) FROM deptperf.performance_target), 0::bigint, 'none of them added a target');

-- ---- 3. picked, and all well ----

INSERT INTO deptperf.department_line VALUES (1, '生态环境');
CREATE TEMP TABLE t AS SELECT 'air' AS name, deptperf_target_pick('eco', 2021, 'example-ecological-air', 15, '≥80%') AS id
    UNION ALL SELECT 'cost', deptperf_target_pick(1, 2021, 'example-cost-unit', 50, '≤30万元')
    UNION ALL SELECT 'lasting', deptperf_target_pick(1, 2021, 'example-sustainable-management', 15, '健全')
    UNION ALL SELECT 'satisfied', deptperf_target_pick(1, 2021, 'example-satisfaction', 10, '≥90%', 1);
SELECT results_eq('SELECT t.name, p.aspect, p.weight, p.title, p.level1, p.level2, p.level3, p.comparison, p.target, p.unit, p.library_code, p.library_version, p.earned FROM t JOIN deptperf.performance_target p ON p.performance_target_id = t.id ORDER BY id', $$ VALUES
  ('air', 'ecological', 15::numeric, '空气质量优良天数比率', '效益指标', '生态效益指标', '空气质量优良天数比率', '>=', 0.8, '%', 'example-ecological-air', 1, NULL::numeric),
  ('cost', 'output', 50, '项目总成本', '产出指标', '成本指标', '项目总成本', '<=', 300000, '元', 'example-cost-unit', 1, NULL),
  ('lasting', 'sustainable', 15, '长效管理机制', '效益指标', '可持续影响指标', '长效管理机制', 'qualitative', NULL, NULL, 'example-sustainable-management', 1, NULL),
  ('satisfied', 'satisfaction', 10, '服务对象满意度', '满意度指标', '服务对象满意度指标', '服务对象满意度', '>=', 0.9, '%', 'example-satisfaction', 1, NULL) $$, 'a target has all that the library says');
SELECT lives_ok($$ SELECT deptperf_target_pick('eco', 2023, 'example-ecological-air', 15, '≥300天') $$, 'in another year');
SELECT is((SELECT row(p.library_version, p.level3, p.title, p.unit)::text FROM deptperf.performance_target p WHERE fiscal_year = 2023), '(2,优良天数,空气质量优良天数,天)', 'of two versions that of the year');
UPDATE deptperf.performance_target p SET actual_written = v.actual, earned = v.earned, reason = v.reason FROM t,
  (VALUES ('air', '80.5%', NULL::numeric, NULL), ('cost', '28.5万元', NULL, NULL), ('lasting', '制度、人员已落实', 12, '经费未落实'), ('satisfied', '81%', NULL, '样本偏小')) AS v(name, actual, earned, reason)
  WHERE t.name = v.name AND p.performance_target_id = t.id;
SELECT results_eq('SELECT t.name, p.earned, p.computed FROM t JOIN deptperf.performance_target p ON p.performance_target_id = t.id ORDER BY id',
  -- 10 * 0.81 / 0.9 = 9
  $$ VALUES ('air', 15::numeric, true), ('cost', 50, true), ('lasting', 12, false), ('satisfied', 9, true) $$, 'the actual values come later');
SELECT is_empty($$ SELECT * FROM deptperf_target_check('eco', 2021, '{"output": 50, "benefit": 30, "satisfaction": 10, "ecological": 15, "social": 0, "total": 90}') $$, 'all is well');
SELECT is_empty('SELECT * FROM deptperf_target_check(2, 2021)', 'also where there is nothing');

-- ---- 4. each fault ----

-- 2021 is over. A second air target in another unit, of a line that is not the department's; 20 points not from the library, without a reason.
INSERT INTO deptperf.department_line VALUES (1, '水务'), (2, '文化');
INSERT INTO deptperf.indicator_library (code, line, aspect, level1, level2, name_zh, unit, source) VALUES ('books', '文化', 'output', '产出指标', '数量指标', '图书', '册', 'test'), ('rivers', '水务', 'ecological', '效益指标', '生态效益指标', '河长制', NULL, 'test');
UPDATE deptperf.performance_target SET level2 = '数量指标', aspect = 'economic', level3 = NULL WHERE performance_target_id = (SELECT id FROM t WHERE name = 'cost');
UPDATE deptperf.performance_target SET comparison = 'qualitative', earned = 10 WHERE performance_target_id = (SELECT id FROM t WHERE name = 'satisfied');
INSERT INTO deptperf.performance_target (performance_target_id, dept_id, fiscal_year, aspect, weight, level1, level2, level3, written, actual, earned, library_code, library_version) VALUES
    (1001, 1, 2021, 'ecological', 5, '效益指标', '生态效益指标', '优良天数', '≥300天', 310, NULL, 'example-ecological-air', 2),
    (1002, 1, 2021, 'output', 5, '产出指标', '数量指标', '图书', '≥2万', 20000, NULL, 'books', 1),
    (1003, 1, 2021, 'social', 20, 'a', 'b', 'c', '≥10', 9, NULL, NULL, NULL),
    (1004, 1, 2021, 'social', 0, 'a', 'b', 'd', '及时', NULL, NULL, NULL, NULL), (1005, 1, 2021, 'social', 0, 'a', 'b', 'e', '≥3', NULL, NULL, NULL, NULL);
SELECT results_eq($$ SELECT fault, coalesce(t.name, performance_target_id::text), found, expected FROM deptperf_target_check('eco', 2021, '{"output": 50, "benefit": 105, "total": 120}') WITH ORDINALITY AS c(fault, performance_target_id, found, expected, n)
    LEFT JOIN t ON t.id = performance_target_id ORDER BY n $$, $$ VALUES
  -- of the lines 水务 and 生态环境 the first has no target; output 5; benefit 15 + 50 (now economic) + 15 + 5 + 20 = 105; with 10 of satisfaction and 5 of output 120
  ('line', NULL, 'no target of the line 水务', 'one of rivers'), ('weights', NULL, '5 of output', '50'),
  ('aspect', 'cost', 'economic', 'output'), ('level2', 'cost', '数量指标', '成本指标'), ('level3', 'cost', 'NULL', '项目总成本'),
  ('unit', 'satisfied', 'a qualitative target', '%'),
  ('twice', '1001', 'example-ecological-air', format('once; it is target %s too', (SELECT id FROM t WHERE name = 'air'))), ('version', '1001', 'example-ecological-air version 2', 'version 1, which is valid in 2021'),
  ('line', '1002', 'books of the line 文化', '水务, 生态环境'), ('unit', '1002', 'no unit', '册'),
  ('reason', '1003', 'target 1003, c: 18 of 20', 'why it was missed, in reason'),
  ('open', '1004', 'target 1004, d: not judged', 'earned'), ('open', '1005', 'target 1005, e: no actual value', 'actual or actual_written') $$,
  'each fault, with what was found and what was expected');
SELECT is_empty($$ SELECT * FROM deptperf_target_check(1, 2021, '{"output": 5, "benefit": 105}') WHERE fault = 'weights' $$, 'weights that add up are no fault');
UPDATE deptperf.indicator_library SET valid_to = 2020 WHERE code = 'rivers';
SELECT results_eq($$ SELECT expected FROM deptperf_target_check(1, 2021) WHERE found ~ '水务$' $$, $$ VALUES ('indicators of this line in the library for 2021') $$, 'a line that the library does not know');
UPDATE deptperf.indicator_library SET valid_from = 2000, valid_to = 2010 WHERE code = 'books';
SELECT results_eq($$ SELECT expected FROM deptperf_target_check(1, 2021) WHERE fault = 'version' AND performance_target_id = 1002 $$, $$ VALUES ('an indicator that is valid in 2021; of this one no version is') $$, 'an indicator that is no longer valid');
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, written) VALUES (1, 2099, 'social', 5, '≥3');
SELECT is_empty($$ SELECT * FROM deptperf_target_check(1, 2099) WHERE fault = 'open' $$, 'while the year is not over nothing is due');
SELECT is(pg_temp.error($$ SELECT * FROM deptperf_target_check('eco', 2021, '{"output": "50"}') $$),
  E'22023 weights: "output": "50"\nExpected numbers by social, economic, ecological, sustainable, output, satisfaction, benefit (the first four together) and total.\nSELECT * FROM deptperf_target_check(''4403'', 2021, ''{"output": 50, "benefit": 30, "satisfaction": 10}'');', 'weights that are none');
SELECT matches(pg_temp.error('SELECT * FROM deptperf_target_check(NULL::bigint, 2021)') || pg_temp.error('SELECT * FROM deptperf_target_check(1, 2021, ''[]'')'),
  '^22004 dept and year must not be NULL\n.*22023 weights is array and not an object\n', 'NULL, and what is no object');

SELECT * FROM finish();
ROLLBACK;
