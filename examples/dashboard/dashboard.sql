-- Writes the dashboard as one page, from the views.  Run it from this folder,
-- after npm ci, as anybody who may read (deptperf_grant(role, 'reader')):
--
--     psql -X -d DATABASE -f dashboard.sql > dashboard.html
--
--   -v year=2021    the year that is shown first, and the last one in the page;
--                   else the last one with a score
--   -v years=5      how many years are in the page
--
-- The page is page.html with page.css, echarts, the data and page.js behind it,
-- in this order; HTML needs no end tags there.  Numbers are texts, with the
-- server's digits, so that no browser rounds them.
\set QUIET on
\set ON_ERROR_STOP on
\encoding UTF8
\pset format unaligned
\pset tuples_only on
\pset footer off
\if :{?years}
\else
    \set years 5
\endif
\if :{?year}
\else
    SELECT coalesce(max(s.fiscal_year), 0) AS year FROM deptperf.score s \gset
\endif

BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

\set html `cat page.html`
\set css `cat page.css`
\set echarts `cat node_modules/echarts/dist/echarts.min.js`
\set js `cat page.js`
\qecho :html
\qecho '<style>' :css '</style>'
\qecho '<script>' :echarts '</script>'
\qecho '<script type="application/json" id="data">'

WITH score AS MATERIALIZED (
    SELECT s.dept_id, s.fiscal_year, s.framework, s.total, s.grade, s.provisional, s.open, s.open_items, s.silent
    FROM deptperf.score s
    WHERE s.fiscal_year BETWEEN :'year'::int - :'years'::int + 1 AND :'year'::int
), explanation AS MATERIALIZED (
    SELECT s.dept_id, s.fiscal_year, zh.ordinality AS place, zh.indicator, zh.item, zh.state, zh.numerator, zh.denominator, zh.value, zh.formula, zh.rule,
           zh.arithmetic, zh.raw_points, zh.points, zh.max_points, zh.judged_by, zh.judged_at, zh.reason,
           zh.label AS label_zh, en.label AS label_en, zh.branch AS branch_zh, en.branch AS branch_en, zh.sources AS sources_zh, en.sources AS sources_en
    FROM score s
        CROSS JOIN LATERAL deptperf_explain(s.dept_id, s.fiscal_year, NULL, 'zh') WITH ORDINALITY AS zh
        JOIN LATERAL deptperf_explain(s.dept_id, s.fiscal_year, NULL, 'en') WITH ORDINALITY AS en ON en.ordinality = zh.ordinality
), data AS (
    SELECT json_build_object(
        'year', :'year',
        'written', to_char(now(), 'YYYY-MM-DD HH24:MI TZ'),
        'departments', (
            SELECT json_agg(json_build_object('id', d.dept_id::text, 'code', d.code, 'name', coalesce(d.name, d.code)) ORDER BY d.code, d.dept_id)
            FROM deptperf.department d WHERE d.dept_id IN (SELECT s.dept_id FROM score s)),
        'frameworks', (
            SELECT json_agg(json_build_object(
                'id', f.framework, 'zh', coalesce(f.label_zh, f.label_en, f.framework), 'en', coalesce(f.label_en, f.label_zh, f.framework),
                'full', coalesce(f.options ->> 'full', '100'), 'leaves_out', coalesce(f.options ->> 'missing', 'open') = 'leave out',
                'points', (SELECT sum(i.points)::text FROM deptperf.framework_indicator i WHERE i.framework = f.framework),
                'bands', (SELECT json_agg(json_build_object('grade', b.grade, 'en', coalesce(b.label_en, b.grade), 'from', b.from_points::text) ORDER BY b.position)
                          FROM deptperf.framework_band b WHERE b.framework = f.framework),
                'indicators', (SELECT json_agg(json_build_object('code', i.code, 'zh', coalesce(i.label_zh, i.label_en, i.code), 'en', coalesce(i.label_en, i.label_zh, i.code),
                                                                 'max', i.points::text) ORDER BY i.position, i.code)
                               FROM deptperf.framework_indicator i WHERE i.framework = f.framework)) ORDER BY f.framework)
            FROM deptperf.framework f WHERE f.framework IN (SELECT s.framework FROM score s)),
        'scores', (
            SELECT json_agg(json_build_object(
                'dept', s.dept_id::text, 'year', s.fiscal_year::text, 'framework', s.framework, 'total', s.total::text, 'grade', s.grade,
                'provisional', s.provisional::text, 'open', s.open::text, 'open_items', s.open_items::text, 'rank', r.rank::text, 'among', r.among::text,
                'change', t.change::text, 'state', f.state, 'frozen_total', f.frozen_total::text, 'frozen_grade', f.frozen_grade, 'drift', f.drift::text)
                -- as the ranking is read: by rank, and then what has no total yet
                ORDER BY s.fiscal_year, s.framework, r.rank, s.provisional DESC, s.dept_id)
            FROM score s
                LEFT JOIN deptperf.ranking r ON r.dept_id = s.dept_id AND r.fiscal_year = s.fiscal_year
                LEFT JOIN deptperf.trend t ON t.dept_id = s.dept_id AND t.fiscal_year = s.fiscal_year
                LEFT JOIN deptperf.score_state f ON f.dept_id = s.dept_id AND f.fiscal_year = s.fiscal_year),
        'cells', (
            SELECT json_agg(json_build_array(i.dept_id::text, i.fiscal_year::text, i.indicator, i.state, i.points::text, i.max_points::text))
            FROM deptperf.indicator_score i
            WHERE i.fiscal_year BETWEEN :'year'::int - :'years'::int + 1 AND :'year'::int),
        'explanations', (
            SELECT json_agg(json_strip_nulls(json_build_object(
                'dept', e.dept_id::text, 'year', e.fiscal_year::text, 'indicator', e.indicator, 'item', e.item, 'state', e.state,
                'numerator', e.numerator::text, 'denominator', e.denominator::text, 'value', e.value::text, 'formula', e.formula, 'rule', e.rule,
                'arithmetic', e.arithmetic, 'raw_points', e.raw_points::text, 'points', e.points::text, 'max', e.max_points::text,
                'judged_by', e.judged_by, 'judged_at', to_char(e.judged_at, 'YYYY-MM-DD HH24:MI TZ'), 'reason', e.reason,
                'zh', json_build_object('label', e.label_zh, 'branch', e.branch_zh, 'sources', e.sources_zh),
                'en', json_build_object('label', e.label_en, 'branch', e.branch_en, 'sources', e.sources_en)))
                ORDER BY e.fiscal_year, e.dept_id, e.place)
            FROM explanation e))::text AS json
)
-- Nothing in the data can end the element that it stands in.
SELECT replace(replace(replace(json, '<', '\u003c'), U&'\2028', '\u2028'), U&'\2029', '\u2029') FROM data;

COMMIT;
\qecho '</script>'
\qecho '<script>' :js '</script>'
