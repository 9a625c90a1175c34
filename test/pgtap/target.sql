-- target.sql: deptperf_target: what is read, each row worked out by hand; what is
-- refused, where, and what was expected there; what is qualitative.
BEGIN;
SELECT plan(12);

-- The row as one text, or 'SQLSTATE message / detail'.
CREATE FUNCTION pg_temp.gives(written text, otherwise boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    t record; message text; detail text;
BEGIN
    SELECT * INTO t FROM deptperf_target(written, otherwise);
    RETURN concat_ws(' ', t.comparison, coalesce(t.target::text, '-'), coalesce(t.upper::text, '-'), coalesce(t.number::text, '-'),
                     coalesce(t.multiplier::text, '-'), coalesce(t.unit, '-'), '[' || t.remark || ']');
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' / ', SQLSTATE || ' ' || message, nullif(detail, ''));
END $$;

-- comparison, target = number * multiplier, upper, number as printed, multiplier
-- (万 = 10^4, % = 1/100), unit, [remark]; "-" is NULL.
CREATE TEMP TABLE shape (written text, want text);
INSERT INTO shape VALUES
  -- signs in front
  ('≥95%', '>= 0.95 - 95 0.01 %'), ('>90 %', '> 0.9 - 90 0.01 %'), ('100%', '= 1 - 100 0.01 %'), ('=100%', '= 1 - 100 0.01 %'),
  ('≤30 万元', '<= 300000 - 30 10000 元'), ('＞＝９５％', '>= 0.95 - 95 0.01 %'), ('≧5', '>= 5 - 5 1 -'), ('≦5', '<= 5 - 5 1 -'),
  ('＜5', '< 5 - 5 1 -'), ('>=5', '>= 5 - 5 1 -'), ('=>5', '>= 5 - 5 1 -'), ('<=5', '<= 5 - 5 1 -'), ('=<5', '<= 5 - 5 1 -'),
  ('> = 5', '>= 5 - 5 1 -'), ('< 5', '< 5 - 5 1 -'), ('＝5', '= 5 - 5 1 -'),
  -- words in front
  ('大于等于5', '>= 5 - 5 1 -'), ('大于或等于5', '>= 5 - 5 1 -'), ('不低于95%', '>= 0.95 - 95 0.01 %'), ('不少于 3 次', '>= 3 - 3 1 次'),
  ('不小于5', '>= 5 - 5 1 -'), ('达到100%', '>= 1 - 100 0.01 %'), ('至少3次', '>= 3 - 3 1 次'),
  ('小于等于5', '<= 5 - 5 1 -'), ('小于或等于5', '<= 5 - 5 1 -'), ('不超过30万元', '<= 300000 - 30 10000 元'), ('不高于5%', '<= 0.05 - 5 0.01 %'),
  ('不多于5', '<= 5 - 5 1 -'), ('不大于5', '<= 5 - 5 1 -'), ('至多5', '<= 5 - 5 1 -'), ('最多5', '<= 5 - 5 1 -'),
  ('大于5', '> 5 - 5 1 -'), ('超过5', '> 5 - 5 1 -'), ('高于5', '> 5 - 5 1 -'), ('多于5', '> 5 - 5 1 -'),
  ('小于5', '< 5 - 5 1 -'), ('低于5', '< 5 - 5 1 -'), ('少于5', '< 5 - 5 1 -'), ('等于5', '= 5 - 5 1 -'),
  -- words behind: they include the number
  ('95%以上', '>= 0.95 - 95 0.01 %'), ('95%及以上', '>= 0.95 - 95 0.01 %'), ('95%（含）以上', '>= 0.95 - 95 0.01 %'), ('3次以下', '<= 3 - 3 1 次'),
  ('30万元以内', '<= 300000 - 30 10000 元'), ('5 个工作日内', '<= 5 - 5 1 个工作日'), ('30日内', '<= 30 - 30 1 日'), ('3年之内', '<= 3 - 3 1 年'),
  ('达到95%以上', '>= 0.95 - 95 0.01 %'), ('≤5天以内', '<= 5 - 5 1 天'), ('30以上(含本数)', '>= 30 - 30 1 - [含本数]'),
  -- number, multiplier and unit kept apart
  ('1022 册', '= 1022 - 1022 1 册'), ('2万宗', '= 20000 - 2 10000 宗'), ('2 万 宗', '= 20000 - 2 10000 宗'), ('1.50亿元', '= 150000000 - 1.50 100000000 元'),
  ('5千册', '= 5000 - 5 1000 册'), ('3百人', '= 300 - 3 100 人'), ('2百万元', '= 2000000 - 2 1000000 元'), ('3千万元', '= 30000000 - 3 10000000 元'),
  ('2百亿元', '= 20000000000 - 2 10000000000 元'), ('2千亿元', '= 200000000000 - 2 100000000000 元'), ('1万亿元', '= 1000000000000 - 1 1000000000000 元'),
  ('2万', '= 20000 - 2 10000 -'), ('2.5‰', '= 0.0025 - 2.5 0.001 ‰'), ('95.0%', '= 0.95 - 95.0 0.01 %'), ('156.22 %', '= 1.5622 - 156.22 0.01 %'),
  ('5千克', '= 5 - 5 1 千克'), ('2万千瓦时', '= 20000 - 2 10000 千瓦时'), ('≤3件/万人', '<= 3 - 3 1 件/万人'), ('3 元 / 人', '= 3 - 3 1 元/人'),
  ('5 sq m', '= 5 - 5 1 sq m'), ('５ｋｍ', '= 5 - 5 1 km'), ('120㎡', '= 120 - 120 1 ㎡'), ('5 m²', '= 5 - 5 1 m²'), ('26℃', '= 26 - 26 1 ℃'),
  ('3个月', '= 3 - 3 1 个月'), ('5年', '= 5 - 5 1 年'), ('4个季度', '= 4 - 4 1 个季度'), ('≤15日', '<= 15 - 15 1 日'),
  -- the number as deptperf_number takes it
  ('1,234.50 元', '= 1234.5 - 1234.50 1 元'), ('１，２３４元', '= 1234 - 1234 1 元'), ('1 234 567元', '= 1234567 - 1234567 1 元'), ('.5%', '= 0.005 - 0.5 0.01 %'),
  ('-5%', '= -0.05 - -5 0.01 %'), ('≥ -3 %', '>= -0.03 - -3 0.01 %'), ('+5%', '= 0.05 - 5 0.01 %'), ('007', '= 7 - 7 1 -'), ('0', '= 0 - 0 1 -'),
  (' 　95 ' || chr(160) || '%' || E'\t\n', '= 0.95 - 95 0.01 %'),
  ('≥123456789012345678901234567890.12%', '>= 1234567890123456789012345678.9012 - 123456789012345678901234567890.12 0.01 %'),
  -- between: the lower number has the upper's unit where it has none
  ('10-20', 'between 10 20 10 1 -'), ('80-90%', 'between 0.8 0.9 80 0.01 %'), ('80%~90%', 'between 0.8 0.9 80 0.01 %'), ('80％～90％', 'between 0.8 0.9 80 0.01 %'),
  ('10至20天', 'between 10 20 10 1 天'), ('10天到20天', 'between 10 20 10 1 天'), ('10 – 20天之间', 'between 10 20 10 1 天'), ('10—20', 'between 10 20 10 1 -'),
  ('10-20万元', 'between 100000 200000 10 10000 元'), ('2万-3万宗', 'between 20000 30000 2 10000 宗'), ('2万宗-3万宗', 'between 20000 30000 2 10000 宗'),
  ('-5~5%', 'between -0.05 0.05 -5 0.01 %'), ('-20--10', 'between -20 -10 -20 1 -'), ('1-2‰', 'between 0.001 0.002 1 0.001 ‰'), ('1-3年(试点)', 'between 1 3 1 1 年 [试点]'),
  -- a remark is kept, and its numbers aren't read
  ('2228宗(有债权1114宗、无债权1115宗)', '= 2228 - 2228 1 宗 [有债权1114宗、无债权1115宗]'),
  ('2228 宗（ 有债权 1114 宗 ）', '= 2228 - 2228 1 宗 [有债权 1114 宗]'), ('≥95%(含(1)类)', '>= 0.95 - 95 0.01 % [含(1)类]'), ('30万元(不含税)', '= 300000 - 30 10000 元 [不含税]'),
  ('≥30(不含外省)', '>= 30 - 30 1 - [不含外省]'), ('>30(不含本数)', '> 30 - 30 1 - [不含本数]'), ('5()', '= 5 - 5 1 -'),
  -- what the published case prints (Shenzhen social insurance, 2021)
  ('137', '= 137 - 137 1 -'), ('41,298', '= 41298 - 41298 1 -'), ('95.21%', '= 0.9521 - 95.21 0.01 %'), ('372,935.07 万元', '= 3729350700 - 372935.07 10000 元'),
  ('7,099.88', '= 7099.88 - 7099.88 1 -'), ('36小时', '= 36 - 36 1 小时');

SELECT is_empty($$ SELECT written, want, got FROM shape, pg_temp.gives(written) AS got WHERE got IS DISTINCT FROM want $$,
  'each shape is read as it stands');
SELECT is_empty($$ SELECT written, want, got FROM shape, pg_temp.gives(written, true) AS got WHERE got IS DISTINCT FROM want $$,
  'and otherwise_qualitative changes nothing of it');

-- Full-width forms lie 0xFEE0 above ASCII; the remark stays as it was written.
SELECT is_empty($$
  SELECT written, wide FROM shape,
       LATERAL (SELECT string_agg(CASE WHEN c BETWEEN '!' AND '~' AND ascii(c) < 127 THEN chr(ascii(c) + 65248) ELSE c END, '' ORDER BY n)
                FROM regexp_split_to_table(written, '') WITH ORDINALITY AS u(c, n)) AS w(wide),
       deptperf_target(written) AS t, deptperf_target(wide) AS f
  WHERE (t.comparison, t.target, t.upper, t.number, t.multiplier, t.unit, t.remark IS NULL)
        IS DISTINCT FROM (f.comparison, f.target, f.upper, f.number, f.multiplier, f.unit, f.remark IS NULL) $$,
  'full-width characters mean what their ASCII forms mean');

-- Words alone are qualitative; 全部 and 百分之百 too, for words are no numbers.
SELECT is_empty($$
  SELECT written, got FROM unnest('{及时,显著,良好,全部,全覆盖,百分之百,九成以上,不低于上年,不适用,有效提升（长期）,good," 及时 "}'::text[]) AS written,
       pg_temp.gives(written) AS got WHERE got <> 'qualitative - - - - -' $$,
  'words without a digit are qualitative');

-- The character where it stops to fit, counted from 1, and what is there.
CREATE TEMP TABLE refusal (written text, at int, found text, expected text);
INSERT INTO refusal VALUES
  ('约30', 1, '"约"', 'a comparison or a number'), ('满意度≥95%', 1, '"满"', 'a comparison or a number'), ('第3季度前', 1, '"第"', 'a comparison or a number'),
  ('(5)', 1, '"("', 'a comparison or a number'), ('±5%', 1, '"±"', 'a comparison or a number'), ('百分之95', 1, '"百"', 'a comparison or a number'), ('一百%', 1, '"一"', 'a comparison or a number'),
  ('—', 1, '"—"', 'a comparison or a number'), ('%', 1, '"%"', 'a comparison or a number'), ('¥30', 1, '"¥"', 'a comparison or a number'), ('在5日内', 1, '"在"', 'a comparison or a number'),
  ('≥', 2, 'the end of the text', 'a number'), (' ≥ ', 4, 'the end of the text', 'a number'), ('≥上年', 2, '"上"', 'a number'), ('>==5', 3, '"="', 'a number'), ('不低于约5', 4, '"约"', 'a number'),
  ('834,02.62', 4, '","', 'a number such as 1,234.56'), ('1234,567', 5, '","', 'a number such as 1,234.56'), ('10 20', 3, '" "', 'a number such as 1,234.56'), ('0,123', 2, '","', 'a number such as 1,234.56'),
  ('1.及时', 3, '"及"', 'a digit behind the decimal point'), ('5.', 3, 'the end of the text', 'a digit behind the decimal point'),
  ('30左右', 3, '"左"', 'a unit or the end'), ('3/4', 2, '"/"', 'a unit or the end'), ('1-2-3', 4, '"-"', 'a unit or the end'), ('30余人', 3, '"余"', 'a unit or the end'), ('2万多宗', 3, '"多"', 'a unit or the end'),
  ('9成', 2, '"成"', 'a unit or the end'), ('5²', 2, '"²"', 'a unit or the end'), ('1.2.3', 4, '"."', 'a unit or the end'), ('1:5', 2, '":"', 'a unit or the end'), ('30内', 3, '"内"', 'a unit or the end'),
  ('5分之一', 2, '"分"', 'a unit or the end'), ('2十人', 2, '"十"', 'a unit or the end'), ('95≥', 3, '"≥"', 'a unit or the end'),
  ('3年前', 3, '"前"', 'the rest of a unit or the end'), ('2021年底', 6, '"底"', 'the rest of a unit or the end'), ('5个百分点', 3, '"百"', 'the rest of a unit or the end'), ('3年多', 3, '"多"', 'the rest of a unit or the end'),
  ('5年一次', 3, '"一"', 'the rest of a unit or the end'), ('3个项目全部完成', 5, '"全"', 'the rest of a unit or the end'), ('30人/', 4, '"/"', 'the rest of a unit or the end'), ('5件和6次', 3, '"和"', 'the rest of a unit or the end'),
  ('3甲乙丙丁戊己庚辛壬癸子丑寅', 14, '"寅"', 'the end of the unit'),
  ('95%≥', 4, '"≥"', 'the end'), ('10%或20件', 4, '"或"', 'the end'), ('5%人', 3, '"人"', 'the end'), ('5m2', 3, '"2"', 'the end'), ('2万5千', 3, '"5"', 'a unit or the end'), ('5人、6人', 3, '"、"', 'the end'),
  ('30以上50以下', 5, '"50"', 'the end'), ('30个以上单位', 6, '"单"', 'the end'), ('5(a)天', 5, '"天"', 'the end'), ('5(a)(b)', 5, '"("', 'the end'), ('≥95%。', 5, '"。"', 'the end'), ('1.2E+05', 5, '"+"', 'the end'),
  ('10天之间', 4, '"之"', 'the end'), ('5[注]', 2, '"["', 'a unit or the end'),
  ('2021年12月31日前', 5, '"年"', 'a unit that is no part of a date or rank (天, 个月)'), ('2021年', 5, '"年"', 'a unit that is no part of a date or rank (天, 个月)'), ('2021-2022年', 10, '"年"', 'a unit that is no part of a date or rank (天, 个月)'),
  ('12月', 3, '"月"', 'a unit that is no part of a date or rank (天, 个月)'), ('≤12月', 4, '"月"', 'a unit that is no part of a date or rank (天, 个月)'), ('15日', 3, '"日"', 'a unit that is no part of a date or rank (天, 个月)'),
  ('3季度', 2, '"季"', 'a unit that is no part of a date or rank (天, 个月)'), ('5号', 2, '"号"', 'a unit that is no part of a date or rank (天, 个月)'), ('8时', 2, '"时"', 'a unit that is no part of a date or rank (天, 个月)'),
  ('1季', 2, '"季"', 'a unit that is no part of a date or rank (天, 个月)'), ('3A级', 2, '"A"', 'a unit that is no part of a date or rank (天, 个月)'), ('2等奖', 2, '"等"', 'a unit that is no part of a date or rank (天, 个月)'),
  ('5萬', 2, '"萬"', 'a unit or the end'), ('3k', 2, '"k"', 'a unit or the end'), ('3 million', 3, '"million"', 'a unit or the end'), ('95 pct', 4, '"pct"', 'a unit or the end'),
  ('01-02', 1, '"01"', 'a number without a leading zero'), ('1~02', 3, '"02"', 'a number without a leading zero'),
  ('≥10-20', 4, '"-"', 'the end, for a comparison has one number,'), ('10-', 4, 'the end of the text', 'a number'), ('10-二十', 4, '"二"', 'a number'),
  ('20-10', 4, '"10"', 'a number above the lower one'), ('10-10', 4, '"10"', 'a number above the lower one'), ('90-80%', 4, '"80"', 'a number above the lower one'),
  ('10%-20', 7, 'the end of the text', 'the lower number''s multiplier and unit'), ('10元-20天', 7, '"天"', 'the lower number''s multiplier and unit'),
  ('1千-2万元', 5, '"万"', 'the lower number''s multiplier and unit'), ('10元-20万元', 7, '"万"', 'the lower number''s multiplier and unit'), ('10%-20‰', 7, '"‰"', 'the lower number''s multiplier and unit'),
  ('>=30以下', 5, '"以"', 'the end, or what the comparison says too,'), ('超过30以上', 5, '"以"', 'the end, or what the comparison says too,'), ('10-20天以内', 7, '"以"', 'the end, or what the comparison says too,'),
  ('30以上(不含)', 6, '"不"', 'a remark that does not contradict the comparison'), ('≥30(不含30)', 5, '"不"', 'a remark that does not contradict the comparison'), ('>30(含)', 5, '"含"', 'a remark that does not contradict the comparison'),
  ('30(a', 5, 'the end of the text', 'a closing bracket'), ('≥5(a(b)', 8, 'the end of the text', 'a closing bracket'),
  (repeat('9', 1001), 1002, 'the end of the text', 'a number of at most 1000 digits');

SELECT is_empty($$
  SELECT left(written, 40), want, got
  FROM refusal, pg_temp.gives(written) AS got,
       format('22P02 target "%s" can''t be read / At character %s: found %s where %s was expected.', left(written, 200), at, found, expected) AS want
  WHERE got <> want $$,
  'what is in doubt is refused, with its place and what was expected there');
SELECT is_empty($$ SELECT left(written, 40), got FROM refusal, pg_temp.gives(written, true) AS got WHERE got <> 'qualitative - - - - -' $$,
  'or is qualitative, when the caller says so');

SELECT is_empty($$
  SELECT written, o, got FROM unnest(ARRAY['', ' ', '　', E'\t\r\n', chr(160)]) AS written, unnest('{f,t}'::boolean[]) AS o, pg_temp.gives(written, o) AS got
  WHERE got <> '22P02 target is blank' $$, 'a blank target is an error either way');

SELECT is((SELECT row(t.*)::text FROM deptperf_target(NULL) t), '(,,,,,,)', 'NULL gives NULL');

-- The hint can be typed.
CREATE FUNCTION pg_temp.hint(written text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    PERFORM deptperf_target(written);
    RETURN NULL;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN hint;
END $$;
SELECT is(pg_temp.hint('约30'), 'Write it like >= 95%, 10-20天 or 2万宗(a remark), or keep it qualitative: deptperf_target(written, true).', 'the hint says how to write or keep it');
SELECT is((pg_temp.gives('>= 95%'), pg_temp.gives('10-20天'), pg_temp.gives('2万宗(a remark)'))::text,
          ('>= 0.95 - 95 0.01 %'::text, 'between 10 20 10 1 天'::text, '= 20000 - 2 10000 宗 [a remark]'::text)::text, 'and what it shows is read');

-- Random texts of these signs and words.
SELECT setseed(0.20211231) AS seed \gset
CREATE TEMP TABLE tried AS
SELECT written, t.* FROM (
    SELECT string_agg((ARRAY['0','1','2','5','9','95','３','.',',','-','~','+','%','‰','％','≥','>','<','=','≤','万','亿','千','百','元','宗','天','日','年','月','克','至','以上','以内','内',
                             '不低于','达到','约','左右','(','）','含','不含','/',' ','　','a','²','之间','成','余'])[1 + floor(random() * 51)::int], '' ORDER BY n) AS written
    FROM generate_series(1, 40000) AS i, generate_series(1, 1 + (i % 9)) AS n GROUP BY i) AS s,
    deptperf_target(s.written, true) AS t
WHERE translate(written, ' 　', '') <> '';
SELECT is_empty($$
  SELECT * FROM tried
  WHERE CASE comparison
        WHEN 'qualitative' THEN num_nonnulls(target, upper, number, multiplier, unit, remark) > 0
        ELSE target IS DISTINCT FROM number * multiplier OR (comparison = 'between') <> (upper IS NOT NULL) OR upper <= target
             OR comparison NOT IN ('>=', '>', '=', '<=', '<', 'between') OR unit ~ '[0-9 　]' OR written !~ '[0-9３]' END $$,
  'random texts: no error, and every row is whole: target = number * multiplier, upper above target');
SELECT ok(count(*) FILTER (WHERE comparison = 'qualitative') > 1000 AND count(*) FILTER (WHERE comparison <> 'qualitative') > 1000
      AND count(DISTINCT comparison) = 7, format('among them %s numbers', count(*) FILTER (WHERE comparison <> 'qualitative')))
FROM tried;

SELECT * FROM finish();
ROLLBACK;
