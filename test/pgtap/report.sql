-- report.sql: the official form says what the records, or what was frozen, give; it
-- is one well-formed page that needs nothing outside itself.  How it prints: t/report.pl.
BEGIN;
SELECT plan(73);
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
SET LOCAL timezone = 'UTC';
SELECT deptperf_setup();

-- ---- parts ----

SELECT is(deptperf_report_html($$<b>"A&B"'s</b>$$), '&lt;b&gt;&quot;A&amp;B&quot;&#39;s&lt;/b&gt;', 'what HTML reads is escaped');
SELECT is(deptperf_report_html(E'a\x01b\tc\nd&amp;'), E'a?b\tc\nd&amp;amp;', 'control characters too, but tab and new line; and nothing twice');
SELECT is((xpath('/a/text()', xmlparse(document '<a>' || deptperf_report_html('see http://x') || '</a>')))[1]::text, 'see http://x', 'an address reads as it is');
SELECT is(deptperf_report_html(NULL), NULL, 'NULL');
SELECT is((SELECT string_agg(deptperf_report_number(n), ' ' ORDER BY o) FROM unnest('{0,999,1000,-1234567.80,0.5,12345.678901,NaN}'::numeric[]) WITH ORDINALITY AS v(n, o)),
    '0 999 1,000 -1,234,567.80 0.5 12,345.678901 NaN', 'numbers keep their digits');
-- 1 / 3 = 33.33…, 1 / 8 = 12.5 % exactly
SELECT is(ARRAY[deptperf_report_value(1, 3), deptperf_report_value(1, 8), deptperf_report_value(1234, NULL), deptperf_report_value(0, 0), deptperf_report_value(NULL, 3)],
    '{"≈ 33.33 %","= 12.50 %","= 1,234",NULL,NULL}', 'a ratio is said to be near where it is');
SELECT is(deptperf_report_formula('2*a_1 - nonzero(b) / (c + 3*a_1)', '{"a_1": "甲", "b": "乙", "nonzero": "有无"}'), '2 × 甲 − 有无(乙) ÷ (c + 3 × 甲)', 'a formula by its labels');
SELECT is(ARRAY[deptperf_explain_branch('x > 0: zero', 'zh'), deptperf_explain_branch('else pass', 'zh'), deptperf_explain_branch('x > 0: zero', 'en'), deptperf_explain_branch('else pass', 'en')],
    '{高于 0：否决,其他情况：通过,"above 0: vetoes","otherwise: passes"}', 'a requirement in words');
SELECT is_empty($$ SELECT key, value FROM jsonb_each_text(deptperf_report_words('zh')) WHERE value ~ '[A-Za-z]{2}' AND key NOT IN ('lang', 'hash', 'not verified') $$, 'no English word in the Chinese form');
SELECT is_empty($$ SELECT key, value FROM jsonb_each_text(deptperf_report_words('en')) WHERE value ~ '[^\x01-\x7f…÷]' $$, 'and no Chinese in the English one');
SELECT is_empty($$ SELECT state FROM unnest('{compared,overridden,exempt,not_applicable,left_out,missing,not_compared,invalid,vetoed}'::text[]) state WHERE NOT deptperf_report_words('zh') ? state
    UNION ALL SELECT needs FROM unnest('{assessment,records,correction,comparison,conversion,other assessment,error,warning,info,best,weakest,weakest plus,mean,table,rank,rank from bottom,percentile,share of leader,share of mean}'::text[]) needs WHERE NOT deptperf_report_words('en') ? needs $$,
    'states, needs, severities, ways to combine and to compare have their words');

SELECT results_eq($$ SELECT deptperf_report_issue(said, 'zh') FROM unnest(ARRAY['unknown year', 'above planned', 'finance.finding id=3: kind (art) is x', 'finance.finding: 2 records of year ''1700''', '7 records',
        'target 4, roads: 3 of 5', 'total published as 97.45', 'from 0 to 5', '97.40, of the indicators as published', 'project 2: due 2021-05-01, completed 2021-06-01, 1 of 1 on time', '2 records A-1: budget_id 3, 4', 'what is new']) WITH ORDINALITY AS v(said, n) ORDER BY n $$,
    ARRAY['未知年度', '超过 planned', 'finance.finding id=3：kind (art) 为 x', 'finance.finding：2 条记录，年度 ''1700''', '7 条记录', '目标 4，roads：3 / 5', '总分公布为 97.45', '0 至 5', '97.40，即各指标公布得分的合计',
        '项目 2：应于 2021-05-01 完成，2021-06-01 完成，按时 1 / 1', '2 条记录 A-1：budget_id 3, 4', 'what is new'], 'faults of records in Chinese, and by themselves where they are new');

-- ---- a form that is worked out by hand ----

SET LOCAL client_min_messages = error;       -- it has no examples
SELECT deptperf_framework_import('{"framework": "own", "label_zh": "自定<体系>", "label_en": "own & small",
    "groups": [{"code": "A", "points": 10, "label_zh": "管理", "label_en": "Management"}],
    "indicators": [{"code": "A1", "group": "A", "points": 10, "label_zh": "资产", "label_en": "Assets"}],
    "items": [{"code": "A1.1", "indicator": "A1", "points": 6, "label_zh": "利用率", "label_en": "In use", "formula": "assets_in_use / assets_total", "rule": "x >= 90%: 6, x >= 60%: 3, else 0", "empty": "full"},
              {"code": "A1.2", "indicator": "A1", "points": 4, "label_zh": "管理情况", "label_en": "Kept"}],
    "requirements": [{"code": "A1", "indicator": "A1", "label_zh": "无违规", "label_en": "No violation", "formula": "finding_violation", "rule": "x > 0: zero, else pass"}],
    "bands": [{"grade": "优", "label_en": "good", "from": 8}, {"grade": "差", "label_en": "poor", "from": 0}]}');
SELECT deptperf_framework_start('own', 2021);
INSERT INTO deptperf.department (dept_id, code, name, parent_code) VALUES (1, 'office', $$<b>"A&B"'s http</b>$$, NULL), (2, 'unit', 'a unit', 'office');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) VALUES (1, 2021, 'own');

CREATE FUNCTION pg_temp.look(path text, lang text DEFAULT 'zh', dept bigint DEFAULT 1) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(t::text, '|') FROM unnest(xpath(path, xmlparse(document deptperf_report(dept, 2021, lang)))) t $$;
-- the cells of the rows of a section whose head begins so, each with its lines
CREATE FUNCTION pg_temp.row_of(class text, head text, lang text DEFAULT 'zh') RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(regexp_replace(regexp_replace(t::text, '</div>(?=<div>)|</div>(?=<code>)', '; ', 'g'), '<[^>]*>', '', 'g'), '|')
   FROM unnest(xpath(format('//section[contains(@class, "%s")]//tr[starts-with(th, "%s")]/td', class, head), xmlparse(document deptperf_report(1, 2021, lang)))) t $$;

SELECT is((SELECT count(*) FROM unnest(ARRAY[deptperf_report(NULL::bigint, 2021), deptperf_report(1, NULL), deptperf_report(1, 2021, NULL), deptperf_report(NULL::text, 2021)]) r WHERE r IS NULL), 4::bigint, 'NULL gives NULL');
SELECT throws_ok($$ SELECT deptperf_report(1, 2021, 'fr') $$, '22023', 'language "fr" is not known', 'another language');
SELECT throws_ok($$ SELECT deptperf_report(77, 2021) $$, 'P0002', 'department 77 is not known', 'an unknown department');
SELECT throws_ok($$ SELECT deptperf_report('nobody', 2021) $$, 'P0002', NULL, 'or code');
SELECT throws_ok($$ SELECT deptperf_report(1, 1700) $$, 'P0002', NULL, 'or year');
SELECT is(deptperf_report('office', 2021), deptperf_report(1, 2021), 'by code and by number');

-- nothing is known
SELECT is(pg_temp.look('//title/text()'), $$&lt;b&gt;"A&amp;B"'s http&lt;/b&gt; 2021 部门整体支出绩效评价表$$, 'the title, with a name that is no HTML');
SELECT is(pg_temp.look('//section[1]//td/text()'), $$&lt;b&gt;"A&amp;B"'s http&lt;/b&gt;|office|2021|本级及下属 1 个单位|自定&lt;体系&gt;（own）|实时数据，未固化|$$ || to_char(now(), 'YYYY-MM-DD HH24:MI +00:00') || '|待定（满分 10）|待定', 'the cover');
SELECT is(pg_temp.look('//section[1]/p/text()'), '总分待定：已定 0.00 分，待定 10 分。', 'what is open');
SELECT is(pg_temp.row_of('scores', 'A 管理'), '10|一级指标|待定|', 'a group');
SELECT is(pg_temp.row_of('scores', 'A1 资产'), '10|二级指标|待定|缺少数据', 'an indicator');
SELECT is(pg_temp.row_of('scores', '前提'), '|财务违规问题数; 高于 0：否决；其他情况：通过; x &gt; 0: zero, else pass||缺少：财务违规问题数', 'a requirement');
SELECT is(pg_temp.row_of('scores', 'A1.1'), '6|在用固定资产原值 ÷ 固定资产原值总额; 不低于 90%：6 分；不低于 60%：3 分；其他情况：0 分; 0 ÷ 0：满分; x &gt;= 90%: 6, x &gt;= 60%: 3, else 0|待定|缺少：在用固定资产原值、固定资产原值总额', 'a computed item');
SELECT is(pg_temp.row_of('scores', 'A1.2'), '4|评审：0 至 4 分|待定|未评审', 'a judged one');
SELECT is(pg_temp.row_of('scores', '总分'), '10|优：8 分及以上；差：0 分及以上|待定|等级：待定', 'the total');
SELECT is(pg_temp.row_of('missing', 'A1'), '6|记录，或关账|在用固定资产原值、固定资产原值总额（固定资产）|4|评审|', 'what is needed');
SELECT is(pg_temp.row_of('facts', '在用'), '待定|金额|固定资产：0 条记录，0 个单位|A1.1', 'a fact that is not known is not 0');
SELECT is(pg_temp.look('//section[contains(@class, "signatures")]//td'), '<td>实时数据，未固化</td>|<td/>|<td/>|<td/>|<td/>', 'no hash, and places to sign');
SELECT is(pg_temp.look('//h2/text()'), '基本情况|评分|待定事项|数据及来源|签署', 'the sections: nothing was published, no record is wrong');

-- 1000 of 1500.5 are in use, 66.64 %: 3 points; 3.5 of 4 judged; 6.5 of 10 is below 8
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (2, 2021, 1000, true), (2, 2021, 500.5, false);
SELECT is(pg_temp.row_of('issues', '单位没有记录'), '提示|固定资产|office|无记录，也未关账|有记录或关账；office 下属 1 个单位已有', 'a unit that is silent though another speaks');
SELECT deptperf_close(2021, 'fixed_asset'), deptperf_close(2021, 'finding');
SELECT deptperf_assess(1, 2021, '{"A1.2": 3.5}', 'two <lists> were late');
SELECT is(pg_temp.row_of('scores', 'A1.1'), '6|在用固定资产原值 ÷ 固定资产原值总额; 不低于 90%：6 分；不低于 60%：3 分；其他情况：0 分; 0 ÷ 0：满分; x &gt;= 90%: 6, x &gt;= 60%: 3, else 0|3|1,000 ÷ 1,500.5 ≈ 66.64 %; 不低于 60%：3 分', 'a computed item');
SELECT is(pg_temp.row_of('scores', 'A1.1', 'en'), '6|original value of the fixed assets in use ÷ original value of all fixed assets; at least 90%: 6 points; at least 60%: 3 points; otherwise: 0 points; 0 ÷ 0: full points; x &gt;= 90%: 6, x &gt;= 60%: 3, else 0|3|1,000 ÷ 1,500.5 ≈ 66.64 %; at least 60%: 3 points', 'in English');
SELECT is(pg_temp.row_of('scores', 'A1.2'), format('4|评审：0 至 4 分|3.5|two &lt;lists&gt; were late（%s 评定，%s）', current_user, to_char(now(), 'YYYY-MM-DD')), 'a judged one, with who, when and why');
SELECT is(pg_temp.row_of('scores', '前提'), '|财务违规问题数; 高于 0：否决；其他情况：通过; x &gt; 0: zero, else pass||财务违规问题数：0', 'a requirement');
SELECT is(pg_temp.row_of('scores', 'A1 资产'), '10|二级指标|6.50|', 'the indicator');
SELECT is(pg_temp.row_of('scores', '总分'), '10|优：8 分及以上；差：0 分及以上|6.50|等级：差', 'the total');
SELECT is(pg_temp.row_of('scores', 'Total', 'en'), '10|good: 8 points and more; poor: 0 points and more|6.50|Grade: poor', 'in English');
SELECT is(pg_temp.row_of('facts', '固定资产原值'), '1,500.5|金额|固定资产：2 条记录，2 个单位|A1.1', 'a fact and its source');
SELECT is(pg_temp.look('//h2/text()'), '基本情况|评分|数据及来源|签署', 'nothing is open');
SELECT is(pg_temp.look('//h2/text()', 'en'), 'Cover|Scores|Facts and their sources|Signatures', 'in English');
SELECT is(regexp_replace(deptperf_report(1, 2021, 'en'), '[^一-鿿]', '', 'g'), '', 'with no Chinese word');
SELECT is(pg_temp.look('/html/@lang') || pg_temp.look('/html/@lang', 'en'), 'zh-CNen', 'each says its language');
SELECT is_empty($$ SELECT lang, found FROM unnest('{zh,en}'::text[]) lang, LATERAL regexp_matches(deptperf_report(1, 2021, lang), 'http|<script|<link|<img|<iframe|url\(|@import|src=|href=|xmlns', 'gi') found $$, 'nothing leads outside, and nothing runs');
-- a scope for each head: 5 columns of scores, and 5 of facts; a caption for each of these tables
SELECT is(pg_temp.look('count(//th[not(@scope)])') || pg_temp.look('count(//th[@scope="col"])') || pg_temp.look('count(//caption)') || pg_temp.look('count(//h1)'), '01021', 'heads have a scope, tables a caption');

-- ---- what was published ----

-- 3.5 and 6 would be 9.5
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points, grade) VALUES (1, 2021, 'A1', 9.5, NULL), (1, 2021, NULL, 9.5, '优秀');
SELECT is(pg_temp.row_of('reconciliation', 'A1 资产'), '9.5|6.50|3.00|A1.1：公布的得分需要“不低于 90%：6 分”；实际为 1000 / 1500.5 = 66.64 %', 'an indicator');
SELECT is(pg_temp.row_of('reconciliation', 'A1 Assets', 'en'), '9.5|6.50|3.00|A1.1: the published points need "at least 90%: 6 points"; found 1000 / 1500.5 = 66.64 %', 'in English');
SELECT is(pg_temp.row_of('reconciliation', '总分'), '9.5 优秀|6.50|3.00|见各指标的差异', 'the total, with its grade as printed');
UPDATE deptperf.self_assessment SET points = 6.5 WHERE indicator = 'A1';
SELECT is(pg_temp.row_of('reconciliation', 'A1'), '6.5|6.50|0.00|一致', 'or they agree');

-- the document has another total than the records
INSERT INTO deptperf.stated_figure (dept_id, fiscal_year, figure, value, printed, source) VALUES (1, 2021, 'assets_total', 1600, '1,600', 'p. <2>');
SELECT is(pg_temp.row_of('issues', '同一数据有两个数值'), '警告|文件所载数据|office|固定资产原值总额：1500.5 (记录), 1600 (p. &lt;2&gt;)|一个数值，误差小于所印末位的一个单位', 'a contradiction');
SELECT is(pg_temp.row_of('issues', 'two values', 'en'), 'warning|stated figures|office|original value of all fixed assets: 1500.5 (the records), 1600 (p. &lt;2&gt;)|one value, to a unit of the last printed digit', 'in English');

-- ---- frozen ----

SELECT deptperf_finalize(1, 2021) AS result \gset
CREATE TEMP TABLE frozen AS SELECT hash, to_char(finalized_at, 'YYYY-MM-DD HH24:MI:SS +00:00') AS at FROM deptperf.result WHERE result_id = :result;
SELECT is(pg_temp.look('//section[1]//td/text()'), $$&lt;b&gt;"A&amp;B"'s http&lt;/b&gt;|office|2021|自定&lt;体系&gt;（own）|已固化|6.50（满分 10）|差$$, 'the cover');
SELECT is(pg_temp.look('//section[contains(@class, "signatures")]//td/text()'), format('第 1 号（结果 %s）|%s|%s|%s', :result, current_user, at, hash), 'number, who, when and hash') FROM frozen;
SELECT is(pg_temp.look('//section/p/text()'), '核验一致：固化内容未被改动，得分由其重新计算得出。', 'it is as it was, and the records give the same');
-- 1500 of 2000.5 are 74.98 %, still 3 points; with 4 judged it is 7
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) VALUES (2, 2021, 500, true);
SELECT deptperf_assess(1, 2021, '{"A1.2": 4}', 'counted again');
SELECT is(deptperf_total(1, 2021), 7.00, 'the total of now is another');
SELECT is(pg_temp.look('//section/p/text()'), '按现有记录计算的总分为 7.00，与固化结果相差 0.50 分。|核验一致：固化内容未被改动，得分由其重新计算得出。', 'which the form says');
SELECT is(pg_temp.look('//section/p[1]/text()', 'en'), 'From the records as they are now the total is 7.00, which differs from the frozen one by 0.50.|Verified: what was frozen is as it was, and the scores follow from it.', 'in English');
SELECT is(pg_temp.row_of('facts', '固定资产原值'), '1,500.5|金额|固定资产：2 条记录，2 个单位|A1.1', 'its facts are the frozen ones');
SELECT is(pg_temp.row_of('scores', 'A1.2'), format('4|评审：0 至 4 分|3.5|two &lt;lists&gt; were late（%s 评定，%s）', current_user, to_char(now(), 'YYYY-MM-DD')), 'its judgements, with their reasons, too');
SELECT is(pg_temp.row_of('reconciliation', '总分'), '9.5 优秀|6.50|3.00|见各指标的差异', 'what was published is held against them');
SELECT matches(pg_temp.row_of('issues', '关闭后新增记录'), '^警告\|固定资产\|unit\|3 条记录\|2 条（' || current_user || ' 于 .* 关账时）$', 'and the records of now are faulted');
-- nobody has judged the unit, and its only indicator is open as a whole
SELECT deptperf_finalize(2, 2021, true, 'the panel <decides>') AS forced \gset
SELECT matches(pg_temp.look('//section/p/text()', 'zh', 2), '^总分待定：已定 0.00 分，待定 10 分。\|核验一致', 'frozen by force without a total: no drift');
SELECT matches(pg_temp.look('//section[contains(@class, "signatures")]//td/text()', 'zh', 2), 'the panel &lt;decides&gt;', 'and why');
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count) VALUES (2, 2021, 'violation', 1);
SELECT deptperf_reopen(:result, 'again');
SELECT is(pg_temp.row_of('scores', 'A1 资产'), '10|二级指标|0.00|一票否决', 'reopened, it is live: a violation vetoes');
SELECT is(pg_temp.row_of('signatures', '固化结果哈希'), '实时数据，未固化', 'without a hash');
ALTER TABLE deptperf.result DISABLE TRIGGER USER;
UPDATE deptperf.result SET facts = facts || '{"assets_in_use": 1}' WHERE result_id = :forced;
SELECT matches(pg_temp.look('//section/p[last()]/text()', 'zh', 2), '核验不符：有 [1-9] 处（见 deptperf_verify）。$', 'one that was tampered with is said to be');
ALTER TABLE deptperf.result ENABLE TRIGGER USER;

DELETE FROM deptperf.finding;
CREATE SCHEMA finance;
CREATE TABLE finance.finding (unit text, y text, kind text, n numeric);
INSERT INTO finance.finding VALUES ('unit', '1700', 'violation', 1);
SELECT * FROM deptperf_bind('{"finding": {"from": "finance.finding", "dept": "unit", "year": "y", "kind": "kind", "count": "n"}}');
SELECT matches(pg_temp.row_of('issues', '未知年度'), '^错误\|检查发现\|unit\|finance.finding：1 条记录，年度 ''1700''\|', 'a record of no known year is in the form of every year');

-- ---- who sees what, and other frameworks ----

CREATE ROLE deptperf_test_form;
CREATE FUNCTION pg_temp.gives(dept bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    page text;
BEGIN
    SET LOCAL ROLE deptperf_test_form;
    page := deptperf_report(dept, 2021);
    RESET ROLE;
    RETURN page;
EXCEPTION WHEN OTHERS THEN
    RESET ROLE;
    RETURN SQLSTATE;
END $$;
SELECT is(pg_temp.gives(2), '42501', 'nobody sees a form without rights');
SELECT deptperf_setup(row_security => true), deptperf_grant('deptperf_test_form', 'reader', 'unit');
SELECT is(pg_temp.gives(2), deptperf_report(2, 2021), 'a reader of one unit sees its form');
SELECT is(pg_temp.gives(1), 'P0002', 'and not that of the department above');
UPDATE deptperf.department SET kind = 'project' WHERE dept_id = 2;
SELECT is(pg_temp.look('//h1/text()', 'zh', 2), '绩效评价表', 'a project is no department');
INSERT INTO deptperf.department (dept_id, code) SELECT 100 + row_number() OVER (), framework FROM deptperf.framework WHERE framework <> 'own';
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) SELECT d.dept_id, 2021, d.code FROM deptperf.department d JOIN deptperf.framework f ON f.framework = d.code;
-- a row for every group, indicator, requirement and item, and the total
SELECT is_empty($$
    SELECT f.framework, lang, n.rows
    FROM deptperf.framework f, unnest('{zh,en}'::text[]) lang, LATERAL (SELECT deptperf_framework_document(f.framework) AS document OFFSET 0) d,
        LATERAL (SELECT cardinality(xpath('//section[contains(@class, "scores")]//tbody/tr', xmlparse(document deptperf_report(f.framework, 2021, lang)))) AS rows OFFSET 0) n
    WHERE f.framework <> 'own'
      AND n.rows <> 1 + (SELECT sum(jsonb_array_length(document -> part)) FROM unnest('{groups,indicators,requirements,items}'::text[]) part) $$, 'the frameworks that come along have their whole form');

SELECT * FROM finish();
ROLLBACK;
