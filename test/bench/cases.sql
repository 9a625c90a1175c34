-- cases.sql: what make bench measures, in order; doc/performance.md explains it.
-- The columns are those of tools.sql.  Year 2021 is the middle one of five.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

-- ---- 1. a scalar score a row ----

CREATE TABLE bench.row AS
SELECT 100 + bench.random(i, 201, 900) AS planned, (bench.random(i, 202, 101)) AS share
FROM generate_series(1, greatest(10000, least(1000000, (SELECT departments * 100 FROM bench.size)))) AS i;
CREATE TABLE bench.ratio AS
SELECT planned::numeric, round(planned::numeric * share / 100, 2) AS done FROM bench.row;
DROP TABLE bench.row;
VACUUM ANALYZE bench.ratio;

CREATE FUNCTION bench.noop(numeric, numeric) RETURNS numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS :'noop', 'bench_noop';

-- The rules as one writes them in SQL: C2.3 and B3.2 of sz-2021.  Not strict and of
-- one expression, so they are inlined.
CREATE FUNCTION bench.timeliness_case(on_time numeric, planned numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN planned = 0 AND on_time = 0 THEN 6.00
                WHEN planned <= 0 OR on_time < 0 OR on_time > planned THEN NULL
                ELSE round(6 * on_time / planned, 2) END
$$;
CREATE FUNCTION bench.utilization_case(in_use numeric, total numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN total = 0 AND in_use = 0 THEN 1.00
                WHEN total <= 0 OR in_use / total > 1 THEN NULL
                WHEN in_use / total >= 0.9 THEN 1.00
                WHEN in_use / total >= 0.75 THEN 0.70
                WHEN in_use / total >= 0.6 THEN 0.40
                WHEN in_use / total >= 0 THEN 0.00 END
$$;
CREATE FUNCTION bench.utilization_plpgsql(in_use numeric, total numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    x numeric;
BEGIN
    IF in_use IS NULL OR total IS NULL THEN
        RETURN NULL;
    ELSIF total = 0 AND in_use = 0 THEN
        RETURN 1.00;
    ELSIF total <= 0 THEN
        RAISE EXCEPTION 'total is %', total;
    END IF;
    x := in_use / total;
    IF x > 1 THEN
        RAISE EXCEPTION '% in use of %', in_use, total;
    ELSIF x >= 0.9 THEN
        RETURN 1.00;
    ELSIF x >= 0.75 THEN
        RETURN 0.70;
    ELSIF x >= 0.6 THEN
        RETURN 0.40;
    ELSIF x >= 0 THEN
        RETURN 0.00;
    END IF;
    RAISE EXCEPTION '% in use of %', in_use, total;
END $$;

INSERT INTO bench.cases (name, goal_number, what, ours, peer, net, direction, goal, check_ours, check_peer) VALUES
('scalar_noop', 1, 'a score by a band rule, against a C function that does nothing',
 'SELECT count(deptperf_asset_utilization(done, planned)) FROM bench.ratio',
 'SELECT count(bench.noop(done, planned)) FROM bench.ratio',
 'SELECT count(done) FROM bench.ratio', 'at most', 12, NULL, NULL),
('scalar_noop_ratio', 1, 'a score by a ratio, against a C function that does nothing',
 'SELECT count(deptperf_project_timeliness(done, planned)) FROM bench.ratio',
 'SELECT count(bench.noop(done, planned)) FROM bench.ratio',
 'SELECT count(done) FROM bench.ratio', 'at most', 12, NULL, NULL),
('scalar_ratio', 1, 'a score by a ratio, against the same rule as SQL CASE, inlined',
 'SELECT count(deptperf_project_timeliness(done, planned)) FROM bench.ratio',
 'SELECT count(bench.timeliness_case(done, planned)) FROM bench.ratio',
 'SELECT count(done) FROM bench.ratio', 'at least', 5,
 'SELECT count(*), count(p), sum(p) FROM (SELECT deptperf_project_timeliness(done, planned) AS p FROM bench.ratio) s',
 'SELECT count(*), count(p), sum(p) FROM (SELECT bench.timeliness_case(done, planned) AS p FROM bench.ratio) s'),
('scalar_bands', 1, 'a score by bands, against the same rule as SQL CASE, inlined',
 'SELECT count(deptperf_asset_utilization(done, planned)) FROM bench.ratio',
 'SELECT count(bench.utilization_case(done, planned)) FROM bench.ratio',
 'SELECT count(done) FROM bench.ratio', 'at least', 12,
 'SELECT count(*), count(p), sum(p) FROM (SELECT deptperf_asset_utilization(done, planned) AS p FROM bench.ratio) s',
 'SELECT count(*), count(p), sum(p) FROM (SELECT bench.utilization_case(done, planned) AS p FROM bench.ratio) s'),
('scalar_plpgsql', 1, 'a score by bands, against the same rule in PL/pgSQL',
 'SELECT count(deptperf_asset_utilization(done, planned)) FROM bench.ratio',
 'SELECT count(bench.utilization_plpgsql(done, planned)) FROM bench.ratio',
 'SELECT count(done) FROM bench.ratio', 'at least', 8,
 'SELECT count(*), count(p), sum(p) FROM (SELECT deptperf_asset_utilization(done, planned) AS p FROM bench.ratio) s',
 'SELECT count(*), count(p), sum(p) FROM (SELECT bench.utilization_plpgsql(done, planned) AS p FROM bench.ratio) s');

-- ---- 2. facts of all departments ----

CREATE FUNCTION bench.noop_accum(bigint, numeric) RETURNS bigint
LANGUAGE C IMMUTABLE PARALLEL SAFE AS :'noop', 'bench_noop_accum';
CREATE AGGREGATE bench.noop(numeric) (SFUNC = bench.noop_accum, STYPE = bigint, INITCOND = 0, PARALLEL = SAFE);

-- The plain sums of each source, by department: as little as one can do.
CREATE FUNCTION bench.sums(aggregate text) RETURNS text LANGUAGE sql STABLE RETURN
    'SELECT count(s) FROM (' || bench.each('SELECT dept_id, ' || aggregate || '({amount}) AS s FROM deptperf.{source} WHERE fiscal_year = 2021 GROUP BY dept_id') || ') q';

-- The same by department and year, and those of all sources merged: what facts that are
-- given by unit and year can't do without.
CREATE FUNCTION bench.merged_sums(condition text) RETURNS text LANGUAGE sql STABLE RETURN
    'SELECT count(s) FROM (SELECT dept_id, fiscal_year, sum(s) AS s FROM ('
    || bench.each('SELECT dept_id, fiscal_year, sum({amount}) AS s FROM deptperf.{source} WHERE ' || condition || ' GROUP BY dept_id, fiscal_year')
    || ') q GROUP BY dept_id, fiscal_year) m';

-- From unit_facts and from the records: per source, what all departments sum up to.
CREATE FUNCTION bench.sums_of_facts() RETURNS text LANGUAGE sql STABLE RETURN
    (SELECT 'SELECT ' || string_agg(format('trim_scale(sum(%s)) AS %I', (SELECT string_agg(format('(facts ->> %L)::numeric', f), ' + ') FROM unnest(facts) AS f), source), ', ' ORDER BY position)
     FROM bench.source) || ' FROM deptperf.unit_facts WHERE fiscal_year = 2021';
CREATE FUNCTION bench.sums_of_records() RETURNS text LANGUAGE sql STABLE RETURN
    'SELECT ' || bench.each('(SELECT trim_scale(sum({amount})) FROM deptperf.{source} WHERE fiscal_year = 2021) AS "{source}"', ', ');

-- pg_column_size: count() would leave the objects unwritten (src/facts_object.c).
INSERT INTO bench.cases (name, goal_number, what, settings, ours, peer, direction, goal, check_ours, check_peer) VALUES
('facts_sum_4MB', 2, 'facts of all departments for a year, against sum(amount) GROUP BY dept_id; work_mem 4MB', '{"work_mem": "4MB"}',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.unit_facts WHERE fiscal_year = 2021', bench.sums('sum'), 'at most', 1.25,
 bench.sums_of_facts(), bench.sums_of_records()),
('facts_sum_64MB', 2, 'the same at work_mem 64MB', '{"work_mem": "64MB"}',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.unit_facts WHERE fiscal_year = 2021', bench.sums('sum'), 'at most', 1.25,
 bench.sums_of_facts(), bench.sums_of_records()),
('facts_noop', NULL, 'the same sums by a C aggregate that does nothing, against sum(amount)', '{}',
 bench.sums('bench.noop'), bench.sums('sum'), 'at most', NULL, NULL, NULL);

CREATE VIEW bench.facts_by_filter AS :facts_by_filter;

-- The peer must compute every column: count() of the whole row would not do.
CREATE FUNCTION bench.count_columns(view regclass) RETURNS text LANGUAGE sql STABLE RETURN
    (SELECT 'SELECT ' || string_agg('count(' || attname || ')', ', ' ORDER BY attnum) || ' FROM ' || view FROM pg_attribute WHERE attrelid = view AND attnum > 0);
CREATE FUNCTION bench.sum_columns(view regclass) RETURNS text LANGUAGE sql STABLE RETURN
    (SELECT 'SELECT ' || string_agg('trim_scale(sum(' || attname || '))', ', ' ORDER BY attnum) || ' FROM ' || view
     FROM pg_attribute WHERE attrelid = view AND attnum > 0 AND attname <> 'dept_id');

INSERT INTO bench.cases (name, goal_number, what, ours, peer, direction, goal, check_that) VALUES
('facts_filter', 2, 'the same facts, against sum() FILTER per source with the sources joined',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.unit_facts WHERE fiscal_year = 2021', bench.count_columns('bench.facts_by_filter'), 'at least', 1.4,
 $$SELECT count(*) = (SELECT departments FROM bench.size) AND bool_and(u.key_count = 14 AND u.facts @> u.peer AND u.peer @> u.facts)
   FROM (SELECT (SELECT count(*) FROM jsonb_object_keys(f.facts) AS k WHERE k LIKE '%\_units') AS key_count,
                (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(f.facts) AS e WHERE e.key NOT LIKE '%\_units') AS facts,
                to_jsonb(p) - 'dept_id' AS peer
         FROM deptperf.unit_facts f JOIN bench.facts_by_filter p USING (dept_id) WHERE f.fiscal_year = 2021) u$$);

INSERT INTO bench.cases (name, what, ours, peer, direction)
SELECT 'facts_floor', 'one sum a source by department and year, merged, against the same', bench.merged_sums('fiscal_year = 2021'), peer, direction
FROM bench.cases WHERE name = 'facts_filter';
UPDATE bench.cases SET floor = 'see facts_floor' WHERE name = 'facts_filter';

INSERT INTO bench.cases (name, goal_number, what, within, ours, peer, direction, goal, check_ours, check_peer) VALUES
('facts_bound', 2, 'execution bound by text code and text year, against sum(amount) GROUP BY unit_code of the same table', 'bound',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.execution_facts WHERE fiscal_year = 2021',
 'SELECT count(s) FROM (SELECT unit_code, sum(amount) AS s FROM finance.execution WHERE yr = ''2021'' GROUP BY unit_code) q', 'at most', 1.9,
 $$SELECT count(*), trim_scale(sum((facts ->> 'paid_q1')::numeric + (facts ->> 'paid_q2')::numeric + (facts ->> 'paid_q3')::numeric + (facts ->> 'paid_q4')::numeric))
   FROM deptperf.execution_facts WHERE fiscal_year = 2021$$,
 $$SELECT count(DISTINCT unit_code), trim_scale(sum(amount)) FROM finance.execution WHERE yr = '2021'$$);

-- ---- 3. totals of all departments, all levels ----

INSERT INTO bench.cases (name, goal_number, what, ours, peer, direction, goal, check_ours, check_peer, check_that) VALUES
('totals', 3, 'totals and grades of all departments of all levels, against their facts',
 'SELECT count(*), count(total), count(grade) FROM deptperf.score WHERE fiscal_year = 2021',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.unit_facts WHERE fiscal_year = 2021', 'at most', 1.12,
 -- the view and the point path, and a root's facts and the records of its tree
 $$SELECT string_agg(dept_id || ' ' || total || ' ' || grade, ',' ORDER BY dept_id) FROM deptperf.score WHERE fiscal_year = 2021 AND dept_id <= 400$$,
 $$SELECT string_agg(dept_id || ' ' || total || ' ' || grade, ',' ORDER BY dept_id) FROM deptperf_scores((SELECT array_agg(i) FROM generate_series(1, 400) i), '{2021}')$$,
 $$SELECT (SELECT (facts ->> 'procurement_actual')::numeric FROM deptperf.facts WHERE dept_id = 1 AND fiscal_year = 2021)
        = (SELECT sum(actual) FROM deptperf.procurement WHERE fiscal_year = 2021 AND dept_id <= 1000)
      AND (SELECT count(total) = count(*) AND count(*) = (SELECT departments FROM bench.size) FROM deptperf.score WHERE fiscal_year = 2021)$$);

-- ---- 4. points ----

-- Bare reads of the same records in one prepared statement, by index and table: title
-- is in no index.  Beside the goals ("alone") those that a covering index answers
-- alone, where the columns that are summed are counted.
CREATE FUNCTION bench.reads(what text, condition text) RETURNS text LANGUAGE sql STABLE RETURN
    'SELECT sum(n) FROM (' || bench.each('SELECT ' || what || ' AS n FROM deptperf.{source} WHERE ' || condition) || ') q';
CREATE FUNCTION bench.bound_reads(what text, condition text) RETURNS text LANGUAGE sql STABLE RETURN
    'SELECT sum(n) FROM (' || bench.each('SELECT ' || what || ' AS n FROM finance.{source} WHERE ' || condition) || ') q';
-- Both read the same records.
CREATE FUNCTION bench.records_of(target text, calls int) RETURNS text LANGUAGE sql STABLE RETURN
    format($$SELECT sum(r.value::numeric)
             FROM bench.target t, unnest(t.units) AS u(dept_id)
                  JOIN (SELECT dept_id, facts FROM deptperf.unit_facts WHERE fiscal_year = 2021) f USING (dept_id), jsonb_each(f.facts) AS r
             WHERE t.kind = %L AND t.turn <= %s AND r.key LIKE '%%\_records'$$, target, calls);

INSERT INTO bench.cases (name, goal_number, what, within, kind, indexes, settings, target, calls, ours, peer, direction, goal)
SELECT name, CASE WHEN goal IS NOT NULL THEN 4 END, what, within, 'point', indexes, '{"plan_cache_mode": "force_generic_plan"}', target,
       -- at least one, and no more than there are
       (SELECT least(calls, count(*)) FROM bench.target WHERE kind = target), ours, peer, 'at most', goal
FROM (VALUES
('point_unit', 'deptperf_total of a department without units (280 records), against bare reads of index and table; covering indexes', 'main', 'covering',
 'unit', 500, 'SELECT deptperf_total(d, y)', bench.reads('count(title)', 'dept_id = d AND fiscal_year = y'), 0.5),
('point_bureau_13', 'of a bureau of 13 departments, against bare = ANY(array) reads of index and table', 'main', 'covering',
 'bureau 13', 100, 'SELECT deptperf_total(d, y)', bench.reads('count(title)', 'dept_id = ANY (units) AND fiscal_year = y'), 1.6),
('point_bureau_300', 'of a bureau of 300 departments, likewise', 'main', 'covering',
 'bureau 300', 10, 'SELECT deptperf_total(d, y)', bench.reads('count(title)', 'dept_id = ANY (units) AND fiscal_year = y'), 1.6),
('point_thousand', 'deptperf_scores of 1,000 departments in one query, likewise', 'main', 'covering',
 'thousand', 1, 'SELECT sum(total) FROM deptperf_scores(units, ARRAY[y])', bench.reads('count(title)', 'dept_id = ANY (units) AND fiscal_year = y'), 1.6),
('point_bound_13', 'of a bureau of 13, all sources bound by text code, against bare = ANY(array) reads of index and table', 'bound', 'covering',
 'bureau 13', 100, 'SELECT deptperf_total(d, y)', bench.bound_reads('count(title)', 'unit_code = ANY (codes) AND yr = year_text'), 1.8),
('point_bound_300', 'of a bureau of 300, likewise', 'bound', 'covering',
 'bureau 300', 10, 'SELECT deptperf_total(d, y)', bench.bound_reads('count(title)', 'unit_code = ANY (codes) AND yr = year_text'), 3),
('point_unit_plain', 'of a department without units, against bare reads of index and table; no covering indexes', 'main', 'plain',
 'unit', 500, 'SELECT deptperf_total(d, y)', bench.reads('count(title)', 'dept_id = d AND fiscal_year = y'), 1.3),
('point_bureau_13_plain', 'of a bureau of 13, against bare = ANY(array) reads of index and table; no covering indexes', 'main', 'plain',
 'bureau 13', 100, 'SELECT deptperf_total(d, y)', bench.reads('count(title)', 'dept_id = ANY (units) AND fiscal_year = y'), 1.6),
('point_bureau_300_plain', 'of a bureau of 300, likewise', 'main', 'plain',
 'bureau 300', 10, 'SELECT deptperf_total(d, y)', bench.reads('count(title)', 'dept_id = ANY (units) AND fiscal_year = y'), 1.6),
('point_bureau_300_floor', 'one sum a source by department and year, merged, against the same', 'main', 'plain',
 'bureau 300', 10, bench.merged_sums('dept_id = ANY (units) AND fiscal_year = y'), bench.reads('count(title)', 'dept_id = ANY (units) AND fiscal_year = y'), NULL),
('point_bureau_13_alone', 'of a bureau of 13, against bare reads of the covering indexes alone', 'main', 'covering',
 'bureau 13', 100, 'SELECT deptperf_total(d, y)', bench.reads('{counted}', 'dept_id = ANY (units) AND fiscal_year = y'), NULL),
('point_bureau_300_alone', 'of a bureau of 300, likewise', 'main', 'covering',
 'bureau 300', 10, 'SELECT deptperf_total(d, y)', bench.reads('{counted}', 'dept_id = ANY (units) AND fiscal_year = y'), NULL),
('point_bound_13_alone', 'of a bureau of 13, bound, likewise', 'bound', 'covering',
 'bureau 13', 100, 'SELECT deptperf_total(d, y)', bench.bound_reads('{counted}', 'unit_code = ANY (codes) AND yr = year_text'), NULL)
) AS v(name, what, within, indexes, target, calls, ours, peer, goal);

UPDATE bench.cases SET
    check_ours = bench.records_of(target, calls),
    check_peer = format('SELECT sum(n) FROM (%s) q', CASE within WHEN 'main'
        THEN bench.each(format('SELECT count(*) AS n FROM bench.target t, unnest(t.units) AS u(dept_id) JOIN deptperf.{source} s USING (dept_id) WHERE t.kind = %L AND t.turn <= %s AND s.fiscal_year = 2021', target, calls))
        ELSE bench.each(format('SELECT count(*) AS n FROM bench.target t, unnest(t.codes) AS u(unit_code) JOIN finance.{source} s USING (unit_code) WHERE t.kind = %L AND t.turn <= %s AND s.yr = ''2021''', target, calls)) END),
    check_that = format('SELECT pg_temp.ours(%L, %s, 2021) > 0', target, calls),
    floor = CASE name WHEN 'point_bureau_300_plain' THEN 'see point_bureau_300_floor' END
WHERE kind = 'point';

-- ---- 5. parallel, at default settings ----

-- Does the plan have a Gather over the scans of the large sources?
CREATE FUNCTION bench.is_parallel(query text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN jsonb_path_exists(plan::jsonb, 'strict $.**."Node Type" ? (@ like_regex "^Gather")');
END $$;

INSERT INTO bench.cases (name, goal_number, what, settings, ours, ours_settings, peer, peer_settings, direction, goal, check_that)
SELECT name, goal_number, what, '{"work_mem": "4MB", "jit": "on", "max_parallel_workers_per_gather": "2"}', query, ours_settings, query, peer_settings, direction, goal,
       -- small tables need no workers
       CASE WHEN (SELECT departments >= 1000 FROM bench.size) THEN format('SELECT bench.is_parallel(%L)', query) END
FROM (VALUES
('parallel_facts', 5, 'facts of all departments at default settings, against the same without workers',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.unit_facts WHERE fiscal_year = 2021', '{}'::jsonb, '{"max_parallel_workers_per_gather": "0"}'::jsonb, 'at least', 1.4),
('parallel_totals', 5, 'totals of all departments, likewise',
 'SELECT count(*), count(total), count(grade) FROM deptperf.score WHERE fiscal_year = 2021', '{}', '{"max_parallel_workers_per_gather": "0"}', 'at least', 1.4),
('parallel_jit', NULL, 'totals of all departments at default settings, against the same with jit off',
 'SELECT count(*), count(total), count(grade) FROM deptperf.score WHERE fiscal_year = 2021', '{}', '{"jit": "off"}', 'at most', NULL)
) AS v(name, goal_number, what, query, ours_settings, peer_settings, direction, goal);

INSERT INTO bench.cases (name, what, ours, ours_settings, peer, direction)
SELECT 'random_page_cost', 'totals of all departments where random_page_cost is 1.1, as for SSDs, against the same where it is 4', ours, '{"random_page_cost": "1.1"}', ours, 'at most'
FROM bench.cases WHERE name = 'totals';

-- ---- 6. scale ----

INSERT INTO bench.cases (name, goal_number, what, kind, within, peer_within, settings, ours, peer, direction, goal) VALUES
('scale', 6, 'totals of all departments, against those of a fifth of the size', 'across', 'main', 'small', '{}',
 'SELECT count(*), count(total), count(grade) FROM deptperf.score WHERE fiscal_year = 2021',
 'SELECT count(*), count(total), count(grade) FROM deptperf.score WHERE fiscal_year = 2021', 'at most', 5.5),
('memory', 6, 'memory of the aggregation of a year''s payments, against that of a month''s', 'memory', 'main', NULL, '{"work_mem": "2GB"}',
 $$SELECT dept_id, deptperf_facts('execution_records', '{"paid": 0}', 'paid', amount) FROM deptperf.execution WHERE fiscal_year = 2021 GROUP BY dept_id$$,
 $$SELECT dept_id, deptperf_facts('execution_records', '{"paid": 0}', 'paid', amount) FROM deptperf.execution WHERE fiscal_year = 2021 AND month = 1 GROUP BY dept_id$$,
 'at most', 1.05);

-- What the plain sums take, whose groups outgrow the processor's caches too.
UPDATE bench.cases SET floor = 'see scale_sum' WHERE name = 'scale';
INSERT INTO bench.cases (name, what, kind, within, peer_within, ours, peer, direction) VALUES
('scale_sum', 'sum(amount) GROUP BY dept_id, likewise', 'across', 'main', 'small', bench.sums('sum'), bench.sums('sum'), 'at most');

-- ---- 7. beside the goals: a column store ----

INSERT INTO bench.cases (name, what, kind, ours, peer, direction) VALUES
('columnar', 'facts of all departments, against DuckDB over Parquet on one thread', 'columnar',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.unit_facts WHERE fiscal_year = 2021', 'query', 'at most'),
('columnar_threads', 'the same, against DuckDB on all processors', 'columnar',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.unit_facts WHERE fiscal_year = 2021', 'threads', 'at most'),
('columnar_export', 'the same, against the export to Parquet and one query of DuckDB', 'columnar',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.unit_facts WHERE fiscal_year = 2021', 'export', 'at most');

-- A source's columns in the order of its table, as CSV's heading or with their types
-- in DuckDB; money is exact there too.
CREATE FUNCTION bench.columnar(source text, form text) RETURNS text LANGUAGE sql STABLE RETURN
    (SELECT string_agg(format(form, a.attname, CASE format_type(a.atttypid, NULL) WHEN 'numeric' THEN 'decimal(18,2)' ELSE format_type(a.atttypid, NULL) END), ', ' ORDER BY a.attnum)
     FROM bench.source s JOIN pg_attribute a ON a.attrelid = ('deptperf.' || s.source)::regclass
     WHERE s.source = columnar.source AND a.attname = ANY (s.columns || '{dept_id,fiscal_year}'));
