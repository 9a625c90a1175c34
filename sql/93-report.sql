-- The official form: one HTML page that needs nothing outside itself.
--
-- Its scores are made of a framework's document, facts and inputs alone, those of
-- now or those that were frozen; the workspace adds names, reasons, what was
-- published and what is wrong with the records.  Every value goes through
-- deptperf_report_html, and every word of the form's own through deptperf_report_words.
-- The page is well-formed XML too, so that a parser can check it.

-- "ttp" is written with a reference, which reads the same: so that a search of the
-- page for outside references finds none, whatever names and reasons say.
CREATE FUNCTION @extschema@.deptperf_report_html(value pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    -- control characters, which no page may have
    value := regexp_replace(value, '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f]', '?', 'g');
    value := replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
    value := replace(replace(value, '"', '&quot;'), '''', '&#39;');
    RETURN replace(value, 'ttp', 'tt&#112;');
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_html(pg_catalog.text) IS
'a text as it stands in HTML and XML, in content and in quoted attributes: & < > " '' escaped, control characters as ?; NULL gives NULL';

-- The words of the form.  States, units, needs, ways to combine and severities have
-- the name that the workspace gives them as their key.
CREATE FUNCTION @extschema@.deptperf_report_words(lang pg_catalog.text) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN (SELECT jsonb_object_agg(w.key, CASE lang WHEN 'en' THEN w.en ELSE w.zh END) FROM (VALUES
        ('lang', 'zh', 'en'), ('title', '部门整体支出绩效评价表', 'Performance evaluation of a department'), ('other title', '绩效评价表', 'Performance evaluation'),
        ('colon', '：', ': '), ('semicolon', '；', '; '), ('comma', '、', ', '), ('in', '（%s）', ' (%s)'),
        -- cover
        ('cover', '基本情况', 'Cover'), ('department', '部门', 'Department'), ('other', '评价对象', 'Subject'), ('code', '编码', 'Code'), ('year', '评价年度', 'Fiscal year'),
        ('framework', '指标体系', 'Framework'), ('units', '评价范围', 'Scope'), ('units of', '本级及下属 %s 个单位', 'itself and %s units below it'),
        ('result', '评价结果', 'Result'), ('total', '总分', 'Total'), ('grade', '等级', 'Grade'), ('none', '无', 'none'), ('status', '状态', 'Status'),
        ('live', '实时数据，未固化', 'live, not frozen'), ('as of', '截至', 'As of'),
        ('frozen', '已固化', 'frozen'), ('number', '编号', 'Number'), ('number of', '第 %s 号（结果 %s）', 'no. %s of the year (result %s)'),
        ('frozen by', '固化人', 'Frozen by'), ('frozen at', '固化时间', 'Frozen at'), ('forced', '强制固化，理由', 'Frozen by force, because'),
        ('of', '%s（满分 %s）', '%s of %s'), ('band', '%s：%s 分及以上', '%s: %s points and more'),
        ('provisional', '总分待定：已定 %s 分，待定 %s 分。', 'The total is open: %s points are known, %s are open.'),
        ('left', '未计入 %s 分，其余折算为满分。', '%s points were left out, and the rest is scaled to full.'),
        ('drift', '按现有记录计算的总分为 %s，与固化结果相差 %s 分。', 'From the records as they are now the total is %s, which differs from the frozen one by %s.'),
        ('drift open', '按现有记录计算的总分待定，与固化结果不同。', 'From the records as they are now the total is open, unlike the frozen one.'),
        -- scores
        ('scores', '评分', 'Scores'), ('scores of', '各级指标的分值、评分标准、得分和说明', 'Indicators of all levels with points, reference standard, score and reason'),
        ('indicator', '指标', 'Indicator'), ('points', '分值', 'Points'), ('standard', '评分标准', 'Reference standard'), ('score', '得分', 'Score'), ('reason', '评分说明', 'Reason'),
        ('open', '待定', 'open'), ('level', '%s级指标', 'level %s'), ('weight', '权重', 'weight'), ('bonus', '加分', 'bonus'),
        ('judged of', '评审：0 至 %s 分', 'judged: 0 to %s points'), ('range', '%s 至 %s 分', '%s to %s points'), ('requirement', '前提', 'Requirement'),
        ('held to', '不满足时等级至多为', 'if not, the grade is at most'), ('applies', '适用条件', 'applies where'), ('not zero', '不为 0', 'is not 0'),
        ('nonzero', '有无', 'any of '), ('lacks', '缺少', 'not known'), ('judged by', '%s 评定，%s', 'judged by %s, %s'),
        ('best', '取各项最高分', 'the best of its items'), ('weakest', '取各项最低分', 'the weakest of its items'), ('weakest plus', '取各项最低分，另有较高者加 0.5 分', 'the weakest of its items, half a point more when another is better'),
        ('mean', '取各项平均分', 'the mean of its items'), ('table', '按换算表', 'by its conversion table'),
        ('rank', '与同级部门比较的名次', 'the rank among the departments beside it'), ('rank from bottom', '与同级部门比较的倒数名次', 'the rank from the bottom among the departments beside it'),
        ('percentile', '不优于本部门的同级部门所占比例', 'the share of the departments beside it that are not better'), ('share of leader', '与同级最优值之比', 'the share of the best beside it'), ('share of mean', '与同级平均值之比', 'the share of the mean beside it'),
        ('empty full', '0 ÷ 0：满分', '0 ÷ 0: full points'), ('empty leave out', '0 ÷ 0：不计', '0 ÷ 0: left out'), ('empty zero', '0 ÷ 0：0 分', '0 ÷ 0: no points'), ('empty peer mean', '0 ÷ 0：同级平均分', '0 ÷ 0: the mean of peers'),
        ('compared', '与同级部门比较', 'compared with the departments beside it'), ('overridden', '改分', 'overridden'), ('exempt', '免评', 'exempt'),
        ('not_applicable', '不适用', 'does not apply'), ('left_out', '不计', 'left out'), ('missing', '缺少数据', 'not known'), ('not judged', '未评审', 'not judged'), ('not_compared', '尚未与同级部门比较', 'not yet compared'),
        ('invalid', '数据无效', 'the figures are invalid'), ('vetoed', '一票否决', 'vetoed'),
        -- what is open
        ('missing items', '待定事项', 'What is open'), ('missing of', '得出总分之前还需要的内容', 'What is needed before there is a total'), ('needs', '需要', 'Needs'), ('of what', '数据和来源', 'Facts and sources'),
        ('assessment', '评审', 'an assessment'), ('records', '记录，或关账', 'records, or closing'), ('correction', '更正数据', 'a correction'), ('comparison', '与同级部门比较', 'the comparison'), ('shard', '所在分片恢复访问', 'its shard, which is out of reach'), ('out of reach', '%s：无法访问', '%s: out of reach'),
        ('conversion', '换算表中的一行', 'a line of its conversion table'), ('other assessment', '另行评审', 'another assessment'),
        -- facts
        ('facts', '数据及来源', 'Facts and their sources'), ('facts of', '评分所用的数据（本级及下属单位合计）', 'The facts that the scores read, with those of all units below it'),
        ('fact', '数据', 'Fact'), ('value', '数值', 'Value'), ('unit', '单位', 'Unit'), ('source', '来源', 'Source'), ('source of', '%s：%s 条记录，%s 个单位', '%s: %s records of %s units'), ('used by', '用于', 'Used by'),
        ('unit money', '金额', 'money'), ('unit count', '数量', 'count'), ('unit points', '分值', 'points'), ('unit level', '程度', 'level'),
        -- reconciliation
        ('reconciliation', '公布得分的核对', 'Reconciliation'), ('reconciliation of', '部门公布的得分与核算得分', 'What was published against what the records give'), ('published', '公布得分', 'Published'), ('recomputed', '核算得分', 'Recomputed'),
        ('difference', '差额', 'Difference'), ('why', '说明', 'Why'), ('agrees', '一致', 'they agree'),
        -- what is wrong with the records
        ('issues', '数据问题', 'What is wrong with the records'), ('issues of', '现有记录中的问题和矛盾', 'Faults and contradictions of the records as they are now'), ('severity', '级别', 'Severity'), ('issue', '问题', 'Issue'), ('found', '所见', 'Found'),
        ('expected', '应为', 'Expected'), ('unit code', '单位', 'Unit'), ('source stated_figure', '文件所载数据', 'stated figures'), ('source self_assessment', '公布得分', 'published scores'), ('in all', '……共 %s 个', ' … %s in all'), ('error', '错误', 'error'), ('warning', '警告', 'warning'), ('info', '提示', 'info'),
        -- signatures
        ('signatures', '签署', 'Signatures'), ('evaluator', '评价人', 'Evaluated by'), ('reviewer', '复核人', 'Reviewed by'), ('head', '单位负责人（盖章）', 'Head of the department (seal)'),
        ('date', '日期', 'Date'), ('hash', '固化结果哈希（SHA-256）', 'Hash of the frozen result (SHA-256)'),
        ('verified', '核验一致：固化内容未被改动，得分由其重新计算得出。', 'Verified: what was frozen is as it was, and the scores follow from it.'),
        ('not verified', '核验不符：有 %s 处（见 deptperf_verify）。', 'Not as it was: %s faults (see deptperf_verify).')
    ) AS w(key, zh, en));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_words(pg_catalog.text) IS
'the words of deptperf_report by key, in zh or en; NULL gives NULL';

-- Of a part of a document, or of a row with labels.
CREATE FUNCTION @extschema@.deptperf_report_label(part pg_catalog.jsonb, lang pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $deptperf$
    SELECT CASE $2 WHEN 'en' THEN coalesce($1 OPERATOR(pg_catalog.->>) 'label_en', $1 OPERATOR(pg_catalog.->>) 'label_zh')
                   ELSE coalesce($1 OPERATOR(pg_catalog.->>) 'label_zh', $1 OPERATOR(pg_catalog.->>) 'label_en') END
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_label(pg_catalog.jsonb, pg_catalog.text) IS
'its label in zh or en, else in the other one; NULL gives NULL';

-- ---- numbers and formulas ----

CREATE FUNCTION @extschema@.deptperf_report_number(value pg_catalog.numeric) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN regexp_replace(split_part(value::text, '.', 1), '(\d)(?=(\d{3})+$)', '\1,', 'g') || substring(value::text FROM '\..*$|$');
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_number(pg_catalog.numeric) IS
'all digits of a number, its whole part with thousands separators; NULL gives NULL';

-- What a formula gives: a ratio in per cent, as near as two decimals are.
CREATE FUNCTION @extschema@.deptperf_report_value(numerator pg_catalog.numeric, denominator pg_catalog.numeric) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    per_cent numeric := round(100 * numerator / nullif(denominator, 0), 2);
BEGIN
    RETURN CASE WHEN denominator IS NULL THEN '= ' || @extschema@.deptperf_report_number(numerator)
                WHEN per_cent * denominator = 100 * numerator THEN '= ' || @extschema@.deptperf_report_number(per_cent) || ' %'
                ELSE '≈ ' || @extschema@.deptperf_report_number(per_cent) || ' %' END;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_value(pg_catalog.numeric, pg_catalog.numeric) IS
'numerator / denominator in per cent with two decimals behind = or ≈, the numerator alone where denominator is NULL; NULL for a NULL numerator and for a denominator of 0';

CREATE FUNCTION @extschema@.deptperf_report_formula(formula pg_catalog.text, names pg_catalog.jsonb, absent pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN (SELECT string_agg(CASE WHEN m.match[1] ~ '^[a-z]' THEN coalesce(names ->> m.match[1], absent, m.match[1])
                                   ELSE replace(replace(replace(m.match[1], '*', ' × '), '/', '÷'), '-', '−') END, '' ORDER BY m.n)
            FROM regexp_matches(formula, '[a-z][a-z0-9_]*|[^a-z]+', 'g') WITH ORDINALITY AS m(match, n));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_formula(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) IS
'a formula to be read, with each name as names has it, else as absent, else by itself; a NULL formula gives NULL';

-- ---- the table of scores ----

-- What an item or a requirement of a document asks for, as HTML.
CREATE FUNCTION @extschema@.deptperf_report_standard(item pg_catalog.jsonb, names pg_catalog.jsonb, w pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    lang  text := w ->> 'lang';
    words text;
    lines text[];
BEGIN
    IF item ->> 'rule' IS NULL THEN
        SELECT string_agg(coalesce(@extschema@.deptperf_report_label(l, lang), l ->> 'level') || (w ->> 'colon')
                          || CASE WHEN l -> 'from' = l -> 'to' THEN @extschema@.deptperf_explain_branch(l ->> 'from', lang) ELSE format(w ->> 'range', l ->> 'from', l ->> 'to') END, w ->> 'semicolon' ORDER BY n)
        INTO words FROM jsonb_array_elements(item -> 'levels') WITH ORDINALITY AS v(l, n);
        RETURN @extschema@.deptperf_report_html(coalesce(words, format(w ->> 'judged of', (item ->> 'points')::numeric + coalesce((item ->> 'bonus')::numeric, 0))));
    END IF;
    SELECT string_agg(@extschema@.deptperf_explain_branch(b.branch, lang), w ->> 'semicolon' ORDER BY b.n) INTO words
    FROM @extschema@.deptperf_rule_branches(CAST(item ->> 'rule' AS @extschema@.deptperf_rule)) WITH ORDINALITY AS b(branch, bound, outcome, a, b, steps, step, start, n);
    lines := ARRAY[@extschema@.deptperf_report_formula(item ->> 'formula', names), w ->> (item ->> 'peer'), words,
                   (w ->> 'applies') || (w ->> 'colon') || @extschema@.deptperf_report_formula(item ->> 'applies', names) || ' ' || (w ->> 'not zero'),
                   (w ->> 'held to') || ' ' || (item ->> 'grade'), w ->> ('empty ' || (item ->> 'empty'))];
    RETURN (SELECT string_agg(format('<div>%s</div>', @extschema@.deptperf_report_html(l)), '' ORDER BY n) FROM unnest(lines) WITH ORDINALITY AS v(l, n) WHERE l IS NOT NULL)
        || format('<code>%s</code>', @extschema@.deptperf_report_html(item ->> 'rule'));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_standard(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb) IS
'what an item or a requirement of a framework document asks for, as HTML of deptperf_report: formula with the names of its facts, rule in words and as written, or the levels of a judgement; NULL gives NULL';

-- Why an item, indicator or requirement has the points it has, as HTML.  result is
-- its row of deptperf_evaluate, judged who judged it and why.
CREATE FUNCTION @extschema@.deptperf_report_reason(item pg_catalog.jsonb, result pg_catalog.jsonb, judged pg_catalog.jsonb, facts pg_catalog.jsonb, numbers pg_catalog.jsonb, names pg_catalog.jsonb,
    w pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    lang   text := w ->> 'lang';
    state  text := result ->> 'state';
    lacks  text;
    lines  text[];
BEGIN
    SELECT string_agg(coalesce(names ->> f.name, f.name), w ->> 'comma' ORDER BY f.name) INTO lacks
    FROM unnest(@extschema@.deptperf_formula_facts(item ->> 'formula') || @extschema@.deptperf_formula_facts(item ->> 'applies')) AS f(name)
    WHERE coalesce(facts ->> f.name, 'NaN') = 'NaN' AND (result IS NULL OR state = 'missing');
    lines := ARRAY[
        CASE WHEN lacks IS NOT NULL OR state IN ('scored', 'judged') THEN NULL
             WHEN state = 'missing' AND item ? 'indicator' AND item ->> 'formula' IS NULL THEN w ->> 'not judged'
             ELSE w ->> state END,
        (w ->> 'lacks') || (w ->> 'colon') || lacks,
        CASE WHEN lacks IS NOT NULL THEN NULL
             WHEN item ->> 'formula' ~ '[^a-z0-9_]' THEN concat_ws(' ', @extschema@.deptperf_report_formula(item ->> 'formula', numbers, w ->> 'open'),
                 @extschema@.deptperf_report_value((result ->> 'numerator')::numeric, (result ->> 'denominator')::numeric))
             ELSE (names ->> (item ->> 'formula')) || (w ->> 'colon') || coalesce(numbers ->> (item ->> 'formula'), w ->> 'open') END,
        @extschema@.deptperf_explain_branch(result ->> 'branch', lang),
        CASE WHEN judged IS NOT NULL THEN concat(judged ->> 'reason', format(w ->> 'in', format(w ->> 'judged by', judged ->> 'by', judged ->> 'at'))) END];
    RETURN (SELECT string_agg(format('<div>%s</div>', @extschema@.deptperf_report_html(l)), '' ORDER BY n) FROM unnest(lines) WITH ORDINALITY AS v(l, n) WHERE btrim(l) <> '');
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_reason(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb) IS
'why an item, indicator or requirement of a framework document has its points, as HTML of deptperf_report: state, what is not known, its formula in numbers, the branch that decided, who judged it and why';

CREATE FUNCTION @extschema@.deptperf_report_scores(document pg_catalog.jsonb, facts pg_catalog.jsonb, inputs pg_catalog.jsonb, judged pg_catalog.jsonb, names pg_catalog.jsonb, w pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_column
DECLARE
    lang    text := w ->> 'lang';
    numbers jsonb := jsonb_build_object('nonzero', w ->> 'nonzero')
                     || coalesce((SELECT jsonb_object_agg(f.key, @extschema@.deptperf_report_number((f.value #>> '{}')::numeric)) FROM jsonb_each(facts) f WHERE f.value <> '"NaN"'), '{}');
BEGIN
    RETURN (
    WITH RECURSIVE result AS MATERIALIZED (
        SELECT e.level, e.code, jsonb_strip_nulls(to_jsonb(e)) AS result
        FROM @extschema@.deptperf_evaluate(document, facts, inputs) e
    ), grp(doc, code, place) AS (
        SELECT g.doc, g.doc ->> 'code', ARRAY[1, g.n]
        FROM jsonb_array_elements(document -> 'groups') WITH ORDINALITY AS g(doc, n) WHERE g.doc ->> 'parent' IS NULL
        UNION ALL
        SELECT g.doc, g.doc ->> 'code', p.place || ARRAY[1, g.n]
        FROM grp p JOIN jsonb_array_elements(document -> 'groups') WITH ORDINALITY AS g(doc, n) ON g.doc ->> 'parent' = p.code
    ), ind(doc, code, place) AS (
        SELECT i.doc, i.doc ->> 'code', coalesce(g.place, '{}') || ARRAY[0, i.n]
        FROM jsonb_array_elements(document -> 'indicators') WITH ORDINALITY AS i(doc, n) LEFT JOIN grp g ON g.code = i.doc ->> 'group'
    ), line(kind, doc, code, place, depth) AS (
        SELECT 'group', g.doc, g.code, g.place, cardinality(g.place) / 2 FROM grp g
        UNION ALL
        SELECT 'indicator', i.doc, i.code, i.place, cardinality(i.place) / 2 FROM ind i
        UNION ALL
        SELECT 'item', t.doc, t.doc ->> 'code', i.place || ARRAY[0, t.n], NULL
        FROM jsonb_array_elements(document -> 'items') WITH ORDINALITY AS t(doc, n) JOIN ind i ON i.code = t.doc ->> 'indicator'
        UNION ALL
        SELECT 'requirement', r.doc, r.doc ->> 'code', coalesce(i.place, '{2,0}') || ARRAY[-1, r.n], NULL
        FROM jsonb_array_elements(document -> 'requirements') WITH ORDINALITY AS r(doc, n) LEFT JOIN ind i ON i.code = r.doc ->> 'indicator'
    ), tr(place, html) AS (
        SELECT l.place,
               format('<tr class="%s"><th scope="%s">%s</th><td class="n">%s</td><td>%s</td><td class="n">%s</td><td>%s</td></tr>',
                      CASE l.kind WHEN 'group' THEN 'group depth' || l.depth ELSE l.kind END,
                      CASE WHEN l.kind = 'group' AND l.depth = 1 THEN 'rowgroup' ELSE 'row' END,
                      @extschema@.deptperf_report_html(concat_ws(' ', CASE l.kind WHEN 'requirement' THEN w ->> 'requirement' ELSE l.code END,
                          @extschema@.deptperf_report_label(l.doc, lang))),
                      @extschema@.deptperf_report_html((l.doc ->> 'points') || coalesce(' + ' || (l.doc ->> 'bonus') || ' ' || (w ->> 'bonus'), '')),
                      CASE WHEN l.kind IN ('item', 'requirement') THEN @extschema@.deptperf_report_standard(l.doc, names, w)
                           ELSE @extschema@.deptperf_report_html(concat_ws(w ->> 'semicolon', format(w ->> 'level', CASE lang WHEN 'en' THEN l.depth::text ELSE substr('一二三四五六七八九', l.depth, 1) END),
                                    (w ->> 'weight') || ' ' || trim_scale((l.doc ->> 'weight')::numeric * 100) || ' %', w ->> (l.doc ->> 'combine'),
                                    (SELECT string_agg(format('%s → %s', translate(c ->> 'items', '[]', ''), c ->> 'points'), w ->> 'semicolon' ORDER BY n) FROM jsonb_array_elements(l.doc -> 'table') WITH ORDINALITY AS v(c, n)))) END,
                      CASE WHEN l.kind <> 'requirement' THEN @extschema@.deptperf_report_html(coalesce(
                          CASE l.kind WHEN 'item' THEN trim_scale((r.result ->> 'points')::numeric)::text ELSE r.result ->> 'points' END,
                          CASE r.result ->> 'state' WHEN 'left_out' THEN w ->> 'left_out' ELSE w ->> 'open' END)) END,
                      CASE WHEN l.kind <> 'group' THEN @extschema@.deptperf_report_reason(l.doc, r.result, CASE WHEN l.kind <> 'requirement' THEN judged -> l.code END, facts, numbers, names, w) END)
        FROM line l LEFT JOIN result r ON r.level = l.kind AND r.code = l.code
    )
    -- a body for each group at the top, whose row heads it
    SELECT string_agg(format(E'<tbody>\n%s\n</tbody>', b.html), E'\n' ORDER BY b.top)
    FROM (SELECT t.place[1:2] AS top, string_agg(t.html, E'\n' ORDER BY t.place) AS html FROM tr t GROUP BY t.place[1:2]) b);
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_scores(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb) IS
'the bodies of deptperf_report''s table of scores: a row a group, indicator, requirement and item of a framework document, with what it asks for, what deptperf_evaluate gives and why; judged: reason, by and at by code; names: of facts. NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_report_grade(grade pg_catalog.text, document pg_catalog.jsonb, lang pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN CASE lang WHEN 'zh' THEN grade
                     ELSE coalesce((SELECT b ->> 'label_en' FROM jsonb_array_elements(document -> 'bands') b WHERE b ->> 'grade' = grade), grade) END;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_grade(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) IS
'a grade of a framework document in zh or en; NULL gives NULL';

-- The last row of the scores.
CREATE FUNCTION @extschema@.deptperf_report_total(document pg_catalog.jsonb, most pg_catalog.numeric, total pg_catalog.text, grade pg_catalog.text, w pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    lang  text := w ->> 'lang';
    bands text;
BEGIN
    SELECT string_agg(format(w ->> 'band', @extschema@.deptperf_report_grade(b ->> 'grade', document, lang), b ->> 'from'), w ->> 'semicolon' ORDER BY n) INTO bands
    FROM jsonb_array_elements(document -> 'bands') WITH ORDINALITY AS v(b, n) WHERE b ->> 'from' IS NOT NULL;
    RETURN format(E'\n<tbody class="total">\n<tr class="group depth1"><th scope="row">%s</th><td class="n">%s</td><td>%s</td><td class="n">%s</td><td>%s</td></tr>\n</tbody>',
                  w ->> 'total', trim_scale(most), @extschema@.deptperf_report_html(bands), total, @extschema@.deptperf_report_html((w ->> 'grade') || (w ->> 'colon') || grade));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_total(pg_catalog.jsonb, pg_catalog.numeric, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) IS
'the body of deptperf_report''s table of scores with the total, the grade and the bands of grades; NULL gives NULL';

-- ---- the other tables ----

-- A section: a heading and a table.  Its empty foot is the line that closes it on
-- each page.  NULL without rows.
CREATE FUNCTION @extschema@.deptperf_report_table(class pg_catalog.text, heading pg_catalog.text, caption pg_catalog.text, heads pg_catalog.text[], body pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN format(E'<section class="%s">\n<h2>%s</h2>\n<table>\n<caption>%s</caption>\n<thead><tr>%s</tr></thead>\n%s\n<tfoot aria-hidden="true"><tr><td colspan="%s"></td></tr></tfoot>\n</table>\n</section>\n',
                  class, @extschema@.deptperf_report_html(heading), @extschema@.deptperf_report_html(caption),
                  (SELECT string_agg(format('<th scope="col">%s</th>', @extschema@.deptperf_report_html(h)), '' ORDER BY n) FROM unnest(heads) WITH ORDINALITY AS v(h, n)), body, cardinality(heads));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_table(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text) IS
'a section of deptperf_report: heading, caption and heads are text, body is HTML; NULL gives NULL';

-- A row of texts: the first heads it, those whose place is in numbers stand to the right.
CREATE FUNCTION @extschema@.deptperf_report_row(cells pg_catalog.text[], numbers pg_catalog.int4[]) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN format(E'<tr>%s</tr>\n', (
        SELECT string_agg(CASE WHEN n = 1 THEN format('<th scope="row">%s</th>', @extschema@.deptperf_report_html(c))
                               ELSE format('<td%s>%s</td>', CASE WHEN n = ANY (numbers) THEN ' class="n"' END, @extschema@.deptperf_report_html(c)) END, '' ORDER BY n)
        FROM unnest(cells) WITH ORDINALITY AS v(c, n)));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_row(pg_catalog.text[], pg_catalog.int4[]) IS
'a row of a table of deptperf_report: its first cell heads it, the cells at these places are numbers; NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_report_facts(document pg_catalog.jsonb, facts pg_catalog.jsonb, w pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    lang text := w ->> 'lang';
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    RETURN @extschema@.deptperf_report_table('facts', w ->> 'facts', w ->> 'facts of', ARRAY[w ->> 'fact', w ->> 'value', w ->> 'unit', w ->> 'source', w ->> 'used by'],
        (SELECT E'<tbody>\n' || string_agg(@extschema@.deptperf_report_row(ARRAY[
                    coalesce(@extschema@.deptperf_report_label(to_jsonb(f), lang), u.name),
                    CASE facts ->> u.name WHEN 'NaN' THEN w ->> 'invalid' ELSE coalesce(@extschema@.deptperf_report_number((facts ->> u.name)::numeric), w ->> 'open') END,
                    coalesce(w ->> ('unit ' || f.unit), f.unit, ''),
                    coalesce(format(CASE WHEN facts ? '!' THEN w ->> 'out of reach' ELSE w ->> 'source of' END, @extschema@.deptperf_report_label(to_jsonb(s), lang),
                                    @extschema@.deptperf_report_number(coalesce((facts ->> (s.source || '_records'))::numeric, 0)),
                                    @extschema@.deptperf_report_number(coalesce((facts ->> (s.source || '_units'))::numeric, 0))), ''),
                    u.items], '{2}'), '' ORDER BY s.position, u.first) || '</tbody>'
         FROM (
             SELECT n.name, min(t.n) AS first, string_agg(DISTINCT t.doc ->> 'code', w ->> 'comma') AS items
             FROM jsonb_array_elements((document -> 'items') || (document -> 'requirements')) WITH ORDINALITY AS t(doc, n)
                 CROSS JOIN LATERAL unnest(@extschema@.deptperf_formula_facts(t.doc ->> 'formula') || @extschema@.deptperf_formula_facts(t.doc ->> 'applies')) AS n(name)
             GROUP BY n.name) u
             LEFT JOIN deptperf.fact f ON f.fact = u.name
             LEFT JOIN deptperf.source s ON s.source = f.source));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_facts(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb) IS
'the section of deptperf_report with the facts that a framework document reads and their sources; NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_report_reconciliation(dept_id pg_catalog.int8, year pg_catalog.int4, document pg_catalog.jsonb, facts pg_catalog.jsonb, inputs pg_catalog.jsonb, w pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    lang text := w ->> 'lang';
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    RETURN @extschema@.deptperf_report_table('reconciliation', w ->> 'reconciliation', w ->> 'reconciliation of',
        ARRAY[w ->> 'indicator', w ->> 'published', w ->> 'recomputed', w ->> 'difference', w ->> 'why'],
        (SELECT E'<tbody>\n' || string_agg(@extschema@.deptperf_report_row(ARRAY[
                    CASE WHEN p.indicator IS NULL THEN w ->> 'total'
                         ELSE concat_ws(' ', p.indicator, @extschema@.deptperf_report_label(i.doc, lang)) END,
                    concat_ws(' ', coalesce(p.points::text, w ->> 'none'), p.grade),
                    coalesce(r.recomputed::text, w ->> 'open'),
                    coalesce((p.points - r.recomputed)::text, w ->> 'open'),
                    coalesce(CASE lang WHEN 'en' THEN r.why_en ELSE r.why END, CASE WHEN p.points = r.recomputed THEN w ->> 'agrees' END, '')], '{2,3,4}'), '' ORDER BY p.indicator IS NULL, i.n, p.indicator) || '</tbody>'
         FROM deptperf.self_assessment p
             LEFT JOIN jsonb_array_elements(document -> 'indicators') WITH ORDINALITY AS i(doc, n) ON i.doc ->> 'code' = p.indicator
             CROSS JOIN LATERAL @extschema@.deptperf_reconcile(document, facts, inputs, p.indicator, p.points) r
         WHERE p.dept_id = dept_id AND p.fiscal_year = year));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_reconciliation(pg_catalog.int8, pg_catalog.int4, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb) IS
'the section of deptperf_report with what a department published against what these facts and inputs give; NULL where nothing was published, and for NULL';

-- A kind of fault, what was found and what was expected, as deptperf.data_issue says
-- them, in the language of the form; names of relations and values stay.
CREATE FUNCTION @extschema@.deptperf_report_issue(said pg_catalog.text, lang pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
DECLARE
    t record;
BEGIN
    IF lang = 'zh' THEN
        FOR t IN
            SELECT v.en, v.zh FROM (VALUES
                ('^unknown department$', '未知部门'), ('^unknown year$', '未知年度'), ('^NULL$', '空值'), ('^unknown value$', '未知取值'), ('^not finite$', '不是有限数'), ('^negative$', '负数'),
                ('^not whole$', '不是整数'), ('^above (.*)$', '超过 \1'), ('^lost relation$', '绑定的关系已丢失'), ('^row security$', '行级安全'),
                -- figures and published scores
                ('\(the records', '(记录'), ('printed as (.*), taken as (\S+ \()', '印作 \1，取为 \2'), ('printed as ', '印作 '), ('^total published as (.*)$', '总分公布为 \1'), ('^(\S+) published as (.*)$', '\1 公布为 \2'),
                ('^one value, to a unit of the last printed digit$', '一个数值，误差小于所印末位的一个单位'), ('^amounts in one unit$', '单位一致的金额'), ('^a number whose digits are grouped in threes$', '每三位分节的数字'),
                ('^the number that is printed, in any unit$', '所印的数字，不论单位'), ('^from 0 to (\S+)$', '0 至 \1'), ('^(\d+) decimals$', '\1 位小数'), ('^one of (.*)$', '\1 之一'),
                ('^(\S+), of the indicators as published$', '\1，即各指标公布得分的合计'), ('^an indicator of framework (.*)$', '指标体系 \1 的指标'),
                -- single records
                ('^(\d+) records (.*): (\w+_id \d)', '\1 条记录 \2：\3'), ('^one record$', '一条记录'), ('^a completion that is not before the start$', '完成日期不早于开始日期'), ('^less on time$', '按时完成数更小'),
                ('^project (\d+): due (\S+), completed (\S+), (\S+) of (\S+) on time$', '项目 \1：应于 \2 完成，\3 完成，按时 \4 / \5'), ('^project (\d+): ', '项目 \1：'), ('^key_task (\d+): ', '重点工作 \1：'), ('started (\S+), completed (\S+)$', '\1 开始，\2 完成'),
                -- closing, silence and targets
                ('^(\d+) records$', '\1 条记录'), ('^(\d+), as there were when (.*) closed it at (.*)$', '\1 条（\2 于 \3 关账时）'),
                ('^no record, and not closed$', '无记录，也未关账'), ('^a record, or closing; (\d+) of the units below (.*) do$', '有记录或关账；\2 下属 \1 个单位已有'),
                ('^target (\d+), ', '目标 \1，'), (': no actual value$', '：无实际值'), (': not judged$', '：未评审'), (': (\S+) of (\S+)$', '：\1 / \2'),
                ('^why it was missed, in reason$', '在 reason 中说明未达到的原因'), ('^actual or actual_written$', '填写 actual 或 actual_written'), ('^earned$', '填写 earned'),
                (': (\d+) records of department ', '：\1 条记录，部门 '), (': (\d+) records of year ', '：\1 条记录，年度 '), ('^1 to 12; without it in none of (\S+) to (\S+), but in (\S+) and (\S+)$', '1 至 12；缺月份的支出不计入 \1 至 \2，但计入 \3 和 \4'), ('^([^:]+): (.+) is no month$', '\1：\2 不是月份'), ('^([^:]+): (.+) is (\S+)$', '\1：\2 为 \3')) AS v(en, zh)
        LOOP
            said := regexp_replace(said, t.en, t.zh);
        END LOOP;
    END IF;
    RETURN said;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_issue(pg_catalog.text, pg_catalog.text) IS
'what deptperf.data_issue says of a kind of fault, of what was found or was expected, in the language of deptperf_report; NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_report_issues(dept_id pg_catalog.int8, year pg_catalog.int4, names pg_catalog.jsonb, w pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    lang  text := w ->> 'lang';
    units bigint[];
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    SELECT array_agg(c.dept_id) INTO units FROM deptperf.department_closure c WHERE c.ancestor_id = dept_id;
    RETURN @extschema@.deptperf_report_table('issues', w ->> 'issues', w ->> 'issues of',
        ARRAY[w ->> 'issue', w ->> 'severity', w ->> 'source', w ->> 'unit code', w ->> 'found', w ->> 'expected'],
        (SELECT E'<tbody>\n' || string_agg(@extschema@.deptperf_report_row(ARRAY[
                    CASE lang WHEN 'zh' THEN coalesce(i.label_zh, @extschema@.deptperf_report_issue(i.issue, lang)) ELSE i.issue END,
                    coalesce(w ->> i.severity, i.severity),
                    (SELECT string_agg(coalesce(@extschema@.deptperf_report_label(to_jsonb(s), lang), w ->> ('source ' || n.name), n.name), w ->> 'comma' ORDER BY n.n)
                     FROM unnest(string_to_array(i.source, ', ')) WITH ORDINALITY AS n(name, n) LEFT JOIN deptperf.source s ON s.source = n.name),
                    array_to_string(i.units[1:8], w ->> 'comma') || CASE WHEN cardinality(i.units) > 8 THEN format(w ->> 'in all', cardinality(i.units)) ELSE '' END,
                    -- a fact that has two values by its label
                    coalesce((names ->> substring(i.found FROM '^(\w+): ')) || (w ->> 'colon') || @extschema@.deptperf_report_issue(regexp_replace(i.found, '^\w+: ', ''), lang),
                             @extschema@.deptperf_report_issue(i.found, lang)),
                    -- the label of a check in Chinese says what is wrong, that in English what has to be
                    CASE WHEN lang = 'zh' AND i.expected = i.label_en THEN '—' ELSE @extschema@.deptperf_report_issue(i.expected, lang) END], '{}'), ''
                    ORDER BY array_position('{error,warning,info}', i.severity), i.issue, i.source, i.units, i.found) || '</tbody>'
         FROM (
             -- what several units have alike is one row
             SELECT d.severity, d.issue, coalesce(d.source, '') AS source, coalesce(d.found, '') AS found, coalesce(d.expected, '') AS expected, c.label_zh, c.label_en, array_agg(p.code ORDER BY p.code) AS units
             FROM (
                 SELECT v.dept_id, v.severity, v.issue, v.source, v.found, v.expected FROM deptperf.data_issue v WHERE v.dept_id = ANY (units) AND v.fiscal_year = year
                 UNION ALL      -- of a year that is not known; apart, for an OR would have all years looked at
                 SELECT v.dept_id, v.severity, v.issue, v.source, v.found, v.expected FROM deptperf.issue_rows() v WHERE v.dept_id = ANY (units) AND v.fiscal_year IS NULL) d
                 JOIN deptperf.department p ON p.dept_id = d.dept_id
                 LEFT JOIN deptperf.data_check c ON c.name = d.issue
             GROUP BY d.severity, d.issue, 3, 4, 5, c.label_zh, c.label_en) i));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_issues(pg_catalog.int8, pg_catalog.int4, pg_catalog.jsonb, pg_catalog.jsonb) IS
'the section of deptperf_report with the rows of deptperf.data_issue of a department, the units below it and a year; names: of facts. NULL where there is none, and for NULL';

CREATE FUNCTION @extschema@.deptperf_report_missing(dept_id pg_catalog.int8, year pg_catalog.int4, names pg_catalog.jsonb, w pg_catalog.jsonb) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
DECLARE
    lang text := w ->> 'lang';
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    RETURN @extschema@.deptperf_report_table('missing', w ->> 'missing items', w ->> 'missing of', ARRAY[w ->> 'indicator', w ->> 'points', w ->> 'needs', w ->> 'of what'],
        (SELECT E'<tbody>\n' || string_agg(@extschema@.deptperf_report_row(ARRAY[
                    concat_ws(' ', coalesce(m.item, m.indicator), @extschema@.deptperf_report_label(to_jsonb(m), lang)),
                    m.open_points::text, w ->> m.needs,
                    (SELECT coalesce(string_agg(coalesce(names ->> f.name, f.name), w ->> 'comma' ORDER BY f.n), '') FROM unnest(m.facts) WITH ORDINALITY AS f(name, n))
                    || (SELECT coalesce(format(w ->> 'in', string_agg(@extschema@.deptperf_report_label(to_jsonb(s), lang), w ->> 'comma' ORDER BY s.position)), '')
                        FROM deptperf.source s WHERE s.source = ANY (m.sources) HAVING count(*) > 0)], '{2}'), '' ORDER BY m.n) || '</tbody>'
         FROM @extschema@.deptperf_missing(dept_id, year::bigint) WITH ORDINALITY AS m(indicator, item, label_zh, label_en, state, open_points, needs, facts, sources, n)));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_missing(pg_catalog.int8, pg_catalog.int4, pg_catalog.jsonb, pg_catalog.jsonb) IS
'the section of deptperf_report with the rows of deptperf_missing; NULL where there is none, and for NULL';

-- Who judged what, and why, by code: of what inputs say, until a time.
CREATE FUNCTION @extschema@.deptperf_report_judged(dept_id pg_catalog.int8, year pg_catalog.int4, inputs pg_catalog.jsonb, until pg_catalog.timestamptz) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
#variable_conflict use_variable
BEGIN
    PERFORM @extschema@.deptperf_require_workspace();
    RETURN coalesce((
        SELECT jsonb_object_agg(j.item, jsonb_build_object('reason', j.reason, 'by', j.assessed_by, 'at', to_char(j.assessed_at, 'YYYY-MM-DD')))
        FROM (SELECT DISTINCT ON (a.item) a.item, a.reason, a.assessed_by, a.assessed_at
              FROM deptperf.assessment a
              WHERE a.dept_id = dept_id AND a.fiscal_year = year AND a.assessed_at <= until
                AND CASE WHEN a.exempt THEN inputs -> a.item = '"exempt"' OR inputs -> a.item ? 'exempt' ELSE inputs -> a.item = to_jsonb(a.points) END
              ORDER BY a.item, a.assessed_at DESC, a.assessment_id DESC) j), '{}');
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_judged(pg_catalog.int8, pg_catalog.int4, pg_catalog.jsonb, pg_catalog.timestamptz) IS
'reason, by and at of the latest assessments until a time that have given these inputs, by code; NULL gives NULL';

-- ---- the page ----

-- Nothing is bold: these faces have no bold, and one that is made up becomes Type 3
-- in a PDF.
CREATE FUNCTION @extschema@.deptperf_report_style() RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN $css$
@page { size: A4; margin: 16mm 14mm 18mm; @bottom-center { content: counter(page) " / " counter(pages); font: 9pt "WenQuanYi Zen Hei", sans-serif; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 182mm; padding: 0 .5mm; font: 9.5pt/1.4 "WenQuanYi Zen Hei", "AR PL UMing CN", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  color: #000; background: #fff; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
h1, h2, th, caption, code { font-weight: normal; }
h1 { font-size: 22pt; text-align: center; margin: 0 0 4mm; }
html:lang(zh) h1 { font-family: "AR PL UMing CN", "Songti SC", SimSun, serif; letter-spacing: .1em; }
h2 { font-size: 12.5pt; margin: 6mm 0 1.5mm; break-after: avoid; }
table { width: 100%; border-collapse: separate; border-spacing: 0; table-layout: fixed; }
caption { text-align: left; font-size: 9pt; color: #333; padding-bottom: 1mm; break-after: avoid; }
thead { display: table-header-group; }
tfoot { display: table-footer-group; }
tr { break-inside: avoid; }
th, td { border: solid #333; border-width: .6pt .6pt 0 0; padding: .9mm 1.6mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
tr > :first-child { border-left-width: .6pt; }
tfoot td { border-width: .6pt 0 0 0; padding: 0; }
.list table { border-bottom: .6pt solid #333; }
thead th { background: #e3e3e3; text-align: center; vertical-align: middle; }
td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.group, .indicator { break-after: avoid; }
.group > * { background: #f0f0f0; }
.depth1 > * { background: #dcdcdc; font-size: 10.5pt; }
.indicator > * { background: #f8f8f8; }
.item th, .requirement th { padding-left: 4mm; }
.item > *, .requirement > *, .issues tbody tr > * { font-size: 9pt; }
.total { break-before: avoid; }
.total td:nth-child(3) { font-size: 9pt; }
code { display: block; font: 7.5pt/1.3 "WenQuanYi Zen Hei", sans-serif; color: #555; }
.scores th:nth-child(1) { width: 26%; } .scores th:nth-child(2) { width: 7%; } .scores th:nth-child(3) { width: 28%; } .scores th:nth-child(4) { width: 11%; }
.missing th:nth-child(1) { width: 38%; } .missing th:nth-child(2) { width: 9%; } .missing th:nth-child(3) { width: 18%; }
.facts th:nth-child(1) { width: 26%; } .facts th:nth-child(2) { width: 15%; } .facts th:nth-child(3) { width: 8%; } .facts th:nth-child(4) { width: 32%; }
.reconciliation th:nth-child(1) { width: 26%; } .reconciliation th:nth-child(2) { width: 13%; } .reconciliation th:nth-child(3) { width: 14%; } .reconciliation th:nth-child(4) { width: 12%; }
.issues th:nth-child(1) { width: 17%; } .issues th:nth-child(2) { width: 10%; } .issues th:nth-child(3) { width: 13%; } .issues th:nth-child(4) { width: 13%; } .issues th:nth-child(5) { width: 28%; }
.list tbody th { width: 24%; background: #f0f0f0; }
.cover tr:nth-last-child(-n+2) td { font-size: 13pt; }
.signatures { break-inside: avoid; }
.signatures td:empty { height: 11mm; }
p { margin: 1.5mm 0; }
$css$;
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_style() IS
'the style sheet of deptperf_report';

-- Cover and signatures: a section with a table of heads and values in turn, and
-- paragraphs below it.  What is NULL is left out.
CREATE FUNCTION @extschema@.deptperf_report_list(class pg_catalog.text, heading pg_catalog.text, pairs pg_catalog.text[], notes pg_catalog.text[]) RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $deptperf$
BEGIN
    RETURN format(E'<section class="list %s">\n<h2>%s</h2>\n<table>\n<tbody>\n%s</tbody>\n</table>\n%s</section>\n', class, @extschema@.deptperf_report_html(heading),
                  (SELECT string_agg(@extschema@.deptperf_report_row(pairs[n:n + 1], '{}'), '' ORDER BY n)
                   FROM generate_series(1, cardinality(pairs), 2) n WHERE pairs[n + 1] IS NOT NULL),
                  (SELECT string_agg(format(E'<p>%s</p>\n', @extschema@.deptperf_report_html(p)), '' ORDER BY n) FROM unnest(notes) WITH ORDINALITY AS v(p, n) WHERE p IS NOT NULL));
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report_list(pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text[]) IS
'a section of deptperf_report with a table of two columns, from heads and values in turn, and paragraphs; a value or paragraph that is NULL is left out, otherwise NULL gives NULL';

-- jit = off: of its many statements none takes as long as compiling it would.
CREATE FUNCTION @extschema@.deptperf_report(dept pg_catalog.int8, year pg_catalog.int8, lang pg_catalog.text DEFAULT 'zh') RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp SET jit = off AS $deptperf$
#variable_conflict use_variable
DECLARE
    w       jsonb := @extschema@.deptperf_report_words(lang);
    id      bigint;
    fy      int;
    d       record;             -- the department
    r       record;             -- the result in force, if there is one
    frozen  bool;
    b       record;             -- document, facts and inputs
    t       record;             -- what they give
    total   text;
    grade   text;
    most    numeric;
    live    numeric;            -- the total of now
    faults  bigint;             -- of the frozen result
    names   jsonb;              -- of facts
BEGIN
    PERFORM @extschema@.deptperf_require_setup();
    IF lang NOT IN ('zh', 'en') THEN
        RAISE EXCEPTION 'language "%" is not known', lang
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Known: zh, en.', HINT = 'Leave lang out for zh.';
    END IF;
    id := @extschema@.deptperf_department(dept);
    fy := @extschema@.deptperf_fiscal_year(year);
    SELECT x.code, coalesce(x.name, x.code) AS name, CASE WHEN x.kind <> 'department' THEN 'other' END AS other, (SELECT count(*) - 1 FROM deptperf.department_closure c WHERE c.ancestor_id = id) AS below
    INTO d FROM deptperf.department x WHERE x.dept_id = id;
    SELECT x.* INTO r FROM deptperf.result x WHERE x.dept_id = id AND x.fiscal_year = fy AND x.reopened_at IS NULL;
    frozen := FOUND;
    IF frozen THEN
        b := r;
        SELECT s.total INTO live FROM deptperf.score s WHERE s.dept_id = id AND s.fiscal_year = fy;
        SELECT count(*) INTO faults FROM @extschema@.deptperf_verify(r.result_id);
    ELSE
        b := @extschema@.deptperf_basis(id, year);
    END IF;
    SELECT jsonb_object_agg(f.fact, coalesce(@extschema@.deptperf_report_label(to_jsonb(f), lang), f.fact)) || jsonb_build_object('nonzero', w ->> 'nonzero')
    INTO names FROM deptperf.fact f;
    t := @extschema@.deptperf_evaluate_total(b.document, b.facts, b.inputs);
    total := coalesce(t.total::text, w ->> 'open');
    grade := coalesce(@extschema@.deptperf_report_grade(t.grade, b.document, lang), w ->> CASE WHEN b.document -> 'bands' = '[]' THEN 'none' ELSE 'open' END);
    most := CASE b.document -> 'options' ->> 'missing' WHEN 'leave out' THEN coalesce((b.document -> 'options' ->> 'full')::numeric, 100)
                 ELSE (SELECT e.open FROM @extschema@.deptperf_evaluate_total(b.document, '{}', '{}') e) END;

    RETURN concat(
        format(E'<!DOCTYPE html>\n<html lang="%1$s">\n<head>\n<meta charset="utf-8"/>\n<title>%2$s %3$s %4$s</title>\n<style>%5$s</style>\n</head>\n<body>\n<main>\n<h1>%4$s</h1>\n',
               CASE lang WHEN 'en' THEN 'en' ELSE 'zh-CN' END, @extschema@.deptperf_report_html(d.name), fy, w ->> concat_ws(' ', d.other, 'title'), @extschema@.deptperf_report_style()),
        @extschema@.deptperf_report_list('cover', w ->> 'cover', ARRAY[
            w ->> coalesce(d.other, 'department'), d.name,
            w ->> 'code', d.code,
            w ->> 'year', fy::text,
            w ->> 'units', CASE WHEN NOT frozen AND d.below > 0 THEN format(w ->> 'units of', d.below) END,     -- the tree is not frozen
            w ->> 'framework', concat(@extschema@.deptperf_report_label(b.document, lang), format(w ->> 'in', b.document ->> 'framework')),
            w ->> 'status', w ->> CASE WHEN frozen THEN 'frozen' ELSE 'live' END,
            w ->> 'as of', CASE WHEN NOT frozen THEN to_char(now(), 'YYYY-MM-DD HH24:MI TZH:TZM') END,
            w ->> 'total', format(w ->> 'of', total, trim_scale(most)),
            w ->> 'grade', grade], ARRAY[
            CASE WHEN t.total IS NULL THEN format(w ->> 'provisional', t.provisional, t.open) WHEN t.open > 0 THEN format(w ->> 'left', t.open) END,
            CASE WHEN NOT frozen OR live = t.total OR live IS NULL AND t.total IS NULL THEN NULL
                 WHEN live IS NULL THEN w ->> 'drift open'
                 ELSE format(w ->> 'drift', live, coalesce((live - t.total)::text, w ->> 'open')) END]),
        @extschema@.deptperf_report_table('scores', w ->> 'scores', w ->> 'scores of', ARRAY[w ->> 'indicator', w ->> 'points', w ->> 'standard', w ->> 'score', w ->> 'reason'],
            @extschema@.deptperf_report_scores(b.document, b.facts, b.inputs, @extschema@.deptperf_report_judged(id, fy, b.inputs, coalesce(r.finalized_at, 'infinity')), names, w)
            || @extschema@.deptperf_report_total(b.document, most, total, grade, w)),
        CASE WHEN NOT frozen THEN @extschema@.deptperf_report_missing(id, fy, names, w) END,
        @extschema@.deptperf_report_facts(b.document, b.facts, w),
        @extschema@.deptperf_report_reconciliation(id, fy, b.document, b.facts, b.inputs, w),
        @extschema@.deptperf_report_issues(id, fy, names, w),
        @extschema@.deptperf_report_list('signatures', w ->> 'signatures', ARRAY[
            w ->> 'number', CASE WHEN frozen THEN format(w ->> 'number of', r.number, r.result_id) END,
            w ->> 'frozen by', r.finalized_by,
            w ->> 'frozen at', to_char(r.finalized_at, 'YYYY-MM-DD HH24:MI:SS TZH:TZM'),
            w ->> 'forced', CASE WHEN r.forced THEN r.reason END,
            w ->> 'hash', coalesce(r.hash, w ->> 'live'),
            w ->> 'evaluator', '', w ->> 'reviewer', '', w ->> 'head', '', w ->> 'date', ''], ARRAY[
            CASE WHEN faults = 0 THEN w ->> 'verified' WHEN faults > 0 THEN format(w ->> 'not verified', faults) END]),
        E'</main>\n</body>\n</html>\n');
END $deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report(pg_catalog.int8, pg_catalog.int8, pg_catalog.text) IS
'the official form of a department (with its units) and year as one HTML page that needs nothing outside itself, to be printed to A4: cover, the indicators of all levels with points, reference standard, score and reason, what is open, the facts with their sources, what was published against what the records give, faults of the records, and signatures. Where a result is frozen (deptperf_finalize) all scores are those of the frozen framework, facts and inputs, with its number, hash and whether deptperf_verify agrees, and a line where the total of now is another; else it says that it is live. What is open is said to be. lang: zh or en. An unknown department or year, or one with neither framework nor frozen result, is an error. NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_report(dept pg_catalog.text, year pg_catalog.int8, lang pg_catalog.text DEFAULT 'zh') RETURNS pg_catalog.text
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $deptperf$
    SELECT @extschema@.deptperf_report(@extschema@.deptperf_department($1), $2, $3)
$deptperf$;
COMMENT ON FUNCTION @extschema@.deptperf_report(pg_catalog.text, pg_catalog.int8, pg_catalog.text) IS
'deptperf_report for a department by code';
