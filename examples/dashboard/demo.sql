-- A made-up city for the dashboards: 24 departments over five years, with
-- records that are missing, judgements that are overridden, years that are
-- frozen, and scores that were published otherwise.  Run it once, in a database
-- without a workspace:
--
--     psql -X -d DATABASE -f demo.sql
--
-- Every number comes from chance(), that is from the seed and its own name: the
-- set is the same on every server, whatever the plan.
\set ON_ERROR_STOP on
\encoding UTF8
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS deptperf;
SELECT deptperf_setup() \g /dev/null

CREATE FUNCTION pg_temp.chance(VARIADIC name text[]) RETURNS numeric LANGUAGE sql IMMUTABLE AS
$$ SELECT ('x' || substr(md5('deptperf demo 3 ' || array_to_string(name, ' ')), 1, 7))::bit(28)::int / 268435456.0 $$;

INSERT INTO deptperf.department (code, name)
SELECT (100 + n)::text, name
FROM unnest(ARRAY['市发展和改革委员会', '市教育局', '市科技创新委员会', '市工业和信息化局', '市公安局', '市民政局', '市司法局', '市财政局',
                  '市人力资源和社会保障局', '市规划和自然资源局', '市生态环境局', '市住房和建设局', '市交通运输局', '市水务局', '市商务局',
                  '市文化广电旅游体育局', '市卫生健康委员会', '市退役军人事务局', '市应急管理局', '市审计局', '市市场监督管理局', '市统计局',
                  '市医疗保障局', '市城市管理和综合执法局']) WITH ORDINALITY AS d(name, n);

-- A department in a year: its size in 万元, and q, how well it is run, 0 to 1.
CREATE TEMP TABLE demo AS
SELECT d.dept_id, d.code, y AS fiscal_year, y::text AS year,
       round(2000 + 48000 * pg_temp.chance(d.code, 'size') ^ 2 * (1 + 0.06 * (y - 2017))) AS size,
       least(1, greatest(0, 0.25 + 0.6 * pg_temp.chance(d.code, 'quality') + 0.05 * (y - 2017) + 0.35 * (pg_temp.chance(d.code, y::text, 'luck') - 0.5))) AS q
FROM deptperf.department d CROSS JOIN generate_series(2017, 2021) AS y;

-- What is missing: the source has no record and is not closed, or nobody judged.
CREATE TEMP TABLE hole (code text, year text, source text);
INSERT INTO hole VALUES
    ('103', '2021', 'satisfaction_survey'), ('107', '2021', 'performance_target'), ('111', '2021', 'staffing'), ('111', '2021', 'disclosure'),
    ('115', '2021', 'assessment'), ('119', '2021', 'key_task'), ('119', '2021', 'satisfaction_survey'), ('122', '2021', 'finding'),
    ('103', '2019', 'satisfaction_survey'), ('109', '2018', 'execution'), ('116', '2017', 'performance_target'), ('119', '2020', 'satisfaction_survey'),
    ('122', '2018', 'finding'), ('124', '2019', 'assessment');

INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial, title)
SELECT dept_id, fiscal_year, class, class = 'public' AND three, round(size * share, 2), title
FROM demo CROSS JOIN (VALUES ('personnel', false, 0.38, '人员经费'), ('public', false, 0.08, '公用经费'), ('public', true, 0.01, '三公经费'),
                             ('project', false, 0.53, '项目支出')) AS b(class, three, share, title);
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount, title)
SELECT dept_id, fiscal_year, 3 * quarter, class, three,
       round(size * share * part * CASE class WHEN 'project' THEN 0.70 + 0.30 * q ELSE 0.84 + 0.17 * pg_temp.chance(code, year, class, three::text) END, 2), title
FROM demo
    CROSS JOIN (VALUES ('personnel', false, 0.38, '人员经费'), ('public', false, 0.08, '公用经费'), ('public', true, 0.01, '三公经费'),
                       ('project', false, 0.53, '项目支出')) AS b(class, three, share, title)
    CROSS JOIN LATERAL (VALUES (1, 0.19 + 0.06 * q), (2, 0.26), (3, 0.26), (4, 0.29 - 0.06 * q)) AS p(quarter, part);
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount, title)
SELECT dept_id, fiscal_year, round(size * 0.22 * (1 - q) * pg_temp.chance(code, year, 'adjustment'), 2), '年中调剂' FROM demo;
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual, title)
SELECT dept_id, fiscal_year, round(size * 0.12, 2), round(size * 0.12 * (0.80 + 0.21 * pg_temp.chance(code, year, 'procurement')), 2), '年度采购' FROM demo;
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use, title)
SELECT dept_id, fiscal_year, round(size * 1.4 * CASE WHEN used THEN share ELSE 1 - share END, 2), used, CASE WHEN used THEN '在用' ELSE '闲置' END
FROM demo CROSS JOIN LATERAL (SELECT 0.62 + 0.38 * greatest(q, pg_temp.chance(code, year, 'assets')) AS share) AS s CROSS JOIN (VALUES (true), (false)) AS u(used);
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external)
SELECT dept_id, fiscal_year, round(size / 50), round(size / 50 * (0.90 + 0.11 * pg_temp.chance(code, year, 'staff'))), round(size / 50 * 0.14 * (1 - q)) FROM demo;
INSERT INTO deptperf.project (dept_id, fiscal_year, planned, on_time, title)
SELECT dept_id, fiscal_year, planned, round(planned * (0.68 + 0.32 * q)), '年度项目'
FROM demo CROSS JOIN LATERAL (SELECT 8 + round(30 * pg_temp.chance(code, year, 'projects')) AS planned) AS p;
INSERT INTO deptperf.key_task (dept_id, fiscal_year, assigned, missed, title)
SELECT dept_id, fiscal_year, 6 + round(8 * pg_temp.chance(code, year, 'tasks')), CASE WHEN pg_temp.chance(code, year, 'missed') > 0.55 + 0.45 * q THEN 1 ELSE 0 END, '市委市政府重点工作' FROM demo;
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned, title)
SELECT dept_id, fiscal_year, aspect, weight, round(weight * least(1, 0.74 + 0.30 * q * pg_temp.chance(code, year, aspect)), 2), title
FROM demo CROSS JOIN (VALUES ('social', 10, '社会效益'), ('economic', 5, '经济效益'), ('ecological', 5, '生态效益'), ('sustainable', 5, '可持续影响')) AS a(aspect, weight, title);
INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time)
SELECT dept_id, fiscal_year, received, received, received - CASE WHEN pg_temp.chance(code, year, 'late') > 0.4 + 0.6 * q THEN 2 ELSE 0 END
FROM demo CROSS JOIN LATERAL (SELECT 10 + round(200 * pg_temp.chance(code, year, 'petitions')) AS received) AS p;
INSERT INTO deptperf.satisfaction_survey (dept_id, fiscal_year, respondents, satisfied)
SELECT dept_id, fiscal_year, asked, round(asked * (0.80 + 0.19 * q))
FROM demo CROSS JOIN LATERAL (SELECT 100 + round(400 * pg_temp.chance(code, year, 'survey')) AS asked) AS s;
INSERT INTO deptperf.disclosure (dept_id, fiscal_year, kind, level)
SELECT dept_id, fiscal_year, kind, CASE WHEN pg_temp.chance(code, year, kind) > 0.5 + 0.5 * q THEN 1 ELSE 2 END
FROM demo CROSS JOIN (VALUES ('budget'), ('final_accounts')) AS k(kind);
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count, title)
SELECT dept_id, fiscal_year, kind, 1 + round(2 * (1 - q)), '审计发现'
FROM demo CROSS JOIN (VALUES ('budget_nonconformity', 0.6), ('target_nonconformity', 0.7), ('violation', 0.97)) AS k(kind, seldom)
WHERE pg_temp.chance(code, year, kind, 'finding') > seldom * (0.5 + 0.5 * q);

-- Everything is complete, but for the holes.
SELECT format('DELETE FROM deptperf.%I r USING deptperf.department d WHERE d.dept_id = r.dept_id AND d.code = %L AND r.fiscal_year = %L', source, code, year)
FROM hole WHERE source <> 'assessment' \gexec
SELECT deptperf_close(y) FROM generate_series(2017, 2021) AS y \g /dev/null
DELETE FROM deptperf.closed c USING deptperf.department d, hole h
WHERE d.dept_id = c.dept_id AND h.code = d.code AND h.year = c.fiscal_year::text AND h.source = c.source;

-- The judged items: mostly full points, else half.
SELECT deptperf_assess(j.dept_id, j.fiscal_year, jsonb_object_agg(j.item, j.points), '现场评价')
FROM (
    SELECT m.dept_id, m.fiscal_year, i.code AS item,
           CASE WHEN pg_temp.chance(m.code, m.year, i.code) > 0.55 + 0.45 * m.q THEN i.points / 2 ELSE i.points END AS points
    FROM demo m JOIN deptperf.framework_item i ON i.framework = 'sz-2021' AND i.formula IS NULL
    WHERE (m.code, m.year, 'assessment') NOT IN (SELECT * FROM hole) OR i.indicator NOT IN ('B2.1', 'B5.1', 'C4.1')
) AS j
GROUP BY j.dept_id, j.fiscal_year \g /dev/null
SELECT deptperf_assess('105', 2021, '{"C2.2.1": 8}', '任务因上级调整取消，经市政府批准', true),
       deptperf_assess('113', 2021, '{"B3.2.1": 0.7}', '待处置资产已批准报废', true),
       deptperf_assess('117', 2021, '{"C1.1.2": "exempt"}', '疫情防控支出，按规定不纳入评价', true) \g /dev/null

-- The years before are frozen, where they have a total; then a payment comes late.
SELECT deptperf_finalize(s.dept_id, s.fiscal_year) FROM deptperf.score s
WHERE s.fiscal_year < 2021 AND s.total IS NOT NULL ORDER BY s.fiscal_year, s.dept_id \g /dev/null
SELECT deptperf_finalize(s.dept_id, s.fiscal_year) FROM deptperf.score s JOIN deptperf.department d USING (dept_id)
WHERE s.fiscal_year = 2021 AND d.code IN ('101', '102', '108', '120') \g /dev/null
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount, title)
SELECT dept_id, fiscal_year, 12, 'project', round(size * 0.05, 2), '迟报支付' FROM demo WHERE (code, year) IN (('102', '2021'), ('106', '2020'));

-- What some departments published of themselves.
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points)
SELECT s.dept_id, s.fiscal_year, s.indicator,
       CASE WHEN pg_temp.chance(d.code, s.indicator, 'published') > 0.8 THEN s.max_points ELSE s.points END
FROM deptperf.indicator_score s JOIN deptperf.department d USING (dept_id)
WHERE s.fiscal_year = 2021 AND d.code IN ('104', '108', '112');
ANALYZE;
RESET client_min_messages;
