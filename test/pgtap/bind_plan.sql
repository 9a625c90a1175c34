-- bind_plan.sql: a filter on department and year reaches the user's index and
-- prunes the user's partitions: in unit_facts by values, and in the statement of
-- the point path (a generic plan); for columns of every type, with collations of
-- their own, with the department by id, by code, and by division and code, with
-- row security for others, and where a source has several relations.  Where no
-- index serves, the proposed one does.  Plans are read from EXPLAIN (FORMAT JSON).
BEGIN;
SELECT plan(12);
SET LOCAL client_min_messages = warning;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

INSERT INTO deptperf.department (dept_id, division, code) SELECT i, '4403', '5000' || i FROM generate_series(1001, 1400) AS i;
ANALYZE deptperf.department, deptperf.fiscal_year;
CREATE SCHEMA finance;
CREATE COLLATION finance.c FROM "C";
CREATE COLLATION finance.other FROM "POSIX";

-- Each variant as a plain table with an index, and as one partitioned by year.
CREATE TEMP TABLE variant (n int, dept text, year text, value text, by_division boolean, security boolean, name text, parted boolean);
INSERT INTO variant (n, dept, year, value, by_division, security)
  SELECT row_number() OVER (), d, y, v, false, false
  FROM (
    SELECT d, 'int', '2021' FROM unnest('{smallint,int,bigint,text,text COLLATE finance.c,varchar(20),varchar(20) COLLATE finance.other,char(12),char(12) COLLATE finance.c}'::text[]) AS d
    UNION ALL
    SELECT d, y, v FROM unnest('{bigint,varchar(20)}'::text[]) AS d,
      (VALUES ('smallint', '2021'), ('bigint', '2021'), ('text', '2021'), ('text COLLATE finance.c', '2021'), ('varchar(4)', '2021'), ('varchar(4) COLLATE finance.other', '2021'),
              ('char(4)', '2021'), ('char(4) COLLATE finance.c', '2021'), ('date', '2021-12-31'), ('timestamp', '2021-12-31 23:59')) AS y(y, v)) AS t(d, y, v);
INSERT INTO variant (n, dept, year, value, by_division, security) VALUES
  (101, 'varchar(20)', 'int', '2021', true, false), (102, 'text COLLATE finance.c', 'date', '2021-12-31', true, false), (103, 'char(12)', 'varchar(4)', '2021', true, false),
  (111, 'bigint', 'int', '2021', false, true), (112, 'varchar(20)', 'date', '2021-12-31', false, true), (113, 'text COLLATE finance.c', 'text', '2021', false, true);
INSERT INTO variant SELECT n, dept, year, value, by_division, security, NULL, true FROM variant;
UPDATE variant SET parted = coalesce(parted, false), name = CASE WHEN parted THEN 'part_' ELSE 'plain_' END || n;

-- The nodes that read records, with index and conditions; with actual, those alone that are run.
CREATE FUNCTION pg_temp.reads(relation text, query text, actual boolean) RETURNS TABLE (node text, name text, condition text, loops numeric) LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE format('EXPLAIN (%sFORMAT JSON) ', CASE WHEN actual THEN 'ANALYZE, TIMING off, ' END) || query INTO plan;
    RETURN QUERY
    SELECT n ->> 'Node Type', coalesce(n ->> 'Relation Name', n ->> 'Index Name'), concat_ws(' ', n ->> 'Index Cond'), (n ->> 'Actual Loops')::numeric
    FROM jsonb_path_query(plan, 'strict $.**') AS n
    WHERE jsonb_typeof(n) = 'object' AND coalesce(n ->> 'Index Name', n ->> 'Relation Name') ~ ('^' || relation || '(_|$)') AND NOT (actual AND (n ->> 'Actual Loops')::numeric = 0);
END $$;
CREATE TEMP TABLE seen (n int, parted boolean, way text, node text, name text, condition text, loops numeric);
CREATE TEMP TABLE result (n int, parted boolean, found text, facts jsonb, total numeric, expected_total numeric);

CREATE FUNCTION pg_temp.variants() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v record; given text; part text; way record; by_code boolean;
BEGIN
    FOR v IN SELECT * FROM variant ORDER BY parted, n LOOP
        by_code := v.dept ~ 'text|char';
        EXECUTE format('CREATE TABLE finance.%I (%s unit %s, yr %s, a numeric(18,2), b int)%s', v.name, CASE WHEN v.by_division THEN 'div varchar(9),' END, v.dept, v.year,
                       CASE WHEN v.parted THEN ' PARTITION BY ' || CASE WHEN v.year ~ 'date|timestamp' THEN 'RANGE' ELSE 'LIST' END || ' (yr)' END);
        IF v.parted THEN
            FOR y IN 2017 .. 2021 LOOP
                EXECUTE format('CREATE TABLE finance.%I PARTITION OF finance.%I FOR VALUES ' || CASE WHEN v.year ~ 'date|timestamp' THEN 'FROM (%L) TO (%L)' ELSE 'IN (%L)' END,
                               v.name || '_' || y, v.name, CASE WHEN v.year ~ 'date|timestamp' THEN y || '-01-01' ELSE y::text END, y + 1 || '-01-01');
            END LOOP;
        END IF;
        EXECUTE format('INSERT INTO finance.%I SELECT %s %s, replace(%L, ''2021'', y::text)::%s, 10.25, 9 FROM generate_series(1001, 1400) AS i, generate_series(2017, 2021) AS y, generate_series(1, 20)',
                       v.name, CASE WHEN v.by_division THEN '''4403'',' END, CASE WHEN by_code THEN '''5000'' || i' ELSE 'i' END, v.value, v.year);
        EXECUTE format('CREATE INDEX ON finance.%I (unit, yr)', v.name);
        IF v.security THEN
            EXECUTE format('ALTER TABLE finance.%I ENABLE ROW LEVEL SECURITY', v.name);
            EXECUTE format('CREATE POLICY own ON finance.%I USING (a > 0)', v.name);
        END IF;
        EXECUTE format('ANALYZE finance.%I', v.name);
        EXECUTE 'SELECT b::text FROM deptperf_bind($1) AS b' INTO given
        USING jsonb_build_object('procurement', '{"dept": "unit", "year": "yr", "planned": "a", "actual": "b"}'::jsonb || jsonb_build_object('from', 'finance.' || v.name)
                                 || CASE WHEN v.by_division THEN '{"division": "div"}'::jsonb ELSE '{}' END);
        INSERT INTO result SELECT v.n, v.parted, given, (SELECT u.facts FROM deptperf.unit_facts u WHERE u.dept_id = 1042 AND u.fiscal_year = 2021),
                                  deptperf_total(1042, 2021), (SELECT s.total FROM deptperf.score s WHERE s.dept_id = 1042 AND s.fiscal_year = 2021);
        DEALLOCATE ALL;
        EXECUTE 'PREPARE point(bigint[], int) AS SELECT dept_id, fiscal_year, facts FROM deptperf.unit_facts WHERE dept_id = ANY ($1) AND fiscal_year = $2';
        PERFORM set_config('plan_cache_mode', 'force_generic_plan', true);
        FOR way IN SELECT * FROM (VALUES ('point', 'EXECUTE point(''{1042,1043,1044}'', 2021)'), ('one', 'SELECT * FROM deptperf.unit_facts WHERE dept_id = 1042 AND fiscal_year = 2021'),
                                         ('some', 'SELECT * FROM deptperf.unit_facts WHERE dept_id = ANY (''{1042,1043}''::bigint[]) AND fiscal_year = 2021')) AS w(way, query) LOOP
            INSERT INTO seen SELECT v.n, v.parted, way.way, r.* FROM pg_temp.reads(v.name, way.query, v.parted) AS r;
        END LOOP;
    END LOOP;
END $$;
DO $$ BEGIN PERFORM pg_temp.variants(); END $$;

SELECT is_empty($$ SELECT * FROM result JOIN variant USING (n, parted)
                   WHERE found <> format('(procurement,finance.%s,40000,40000,0,0,0,0)', name) OR facts IS DISTINCT FROM '{"procurement_planned": 205, "procurement_actual": 180, "procurement_records": 20, "procurement_units": 1}'
                      OR total IS DISTINCT FROM expected_total $$, 'all are bound and give the same');
SELECT is((SELECT count(DISTINCT (n, parted, way)) FROM seen), (SELECT 3 * count(*) FROM variant), 'each is read on each way');
SELECT is_empty($$ SELECT dept, year, way, node, condition FROM seen JOIN variant USING (n, parted)
                   WHERE NOT parted AND (node NOT IN ('Index Scan', 'Index Only Scan', 'Bitmap Index Scan', 'Bitmap Heap Scan') OR condition !~ 'unit.*yr' AND node <> 'Bitmap Heap Scan') $$,
  'a plain table by its index, in department and year, on the point path and in unit_facts');
SELECT is_empty($$ SELECT dept, year, way, node, seen.name, condition FROM seen JOIN variant USING (n, parted) WHERE parted AND seen.name !~ '_2021(_|$)' $$,
  'of a partitioned table one year''s partition');
SELECT is_empty($$ SELECT dept, year, way, node, condition FROM seen JOIN variant USING (n, parted) WHERE parted AND node !~ 'Index|Bitmap' $$, 'and of that what the index finds');

-- ---- several relations ----

CREATE FUNCTION pg_temp.several() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM deptperf_bind((SELECT jsonb_build_object('procurement', jsonb_agg('{"dept": "unit", "year": "yr", "planned": "a", "actual": "b"}'::jsonb || jsonb_build_object('from', 'finance.' || name)))
                           FROM variant WHERE dept IN ('bigint', 'varchar(20)') AND year IN ('int', 'date') AND NOT by_division));
    DEALLOCATE ALL;
    EXECUTE 'PREPARE point(bigint[], int) AS SELECT dept_id, fiscal_year, facts FROM deptperf.unit_facts WHERE dept_id = ANY ($1) AND fiscal_year = $2';
    INSERT INTO seen SELECT -1, r.name ~ '^part', 'several', r.* FROM pg_temp.reads('(part|plain)_[0-9]+', 'EXECUTE point(''{1042,1043,1044}'', 2021)', true) AS r;
END $$;
DO $$ BEGIN PERFORM pg_temp.several(); END $$;
SELECT is((SELECT facts FROM deptperf.unit_facts WHERE dept_id = 1042 AND fiscal_year = 2021),
  (SELECT jsonb_build_object('procurement_planned', 205 * count(*), 'procurement_actual', 180 * count(*), 'procurement_records', 20 * count(*), 'procurement_units', 1)
   FROM deptperf_bindings() WHERE source = 'procurement'), 'several relations add up');
SELECT is_empty($$ SELECT node, name, condition FROM seen WHERE n = -1 AND (node !~ 'Index|Bitmap' OR parted AND name !~ '_2021(_|$)') $$, 'each is read by its index and in its partition');

-- ---- no index, and the proposed one ----

CREATE TABLE finance.bare (div text, unit varchar(12), yr smallint, a numeric, b numeric, remarks text);
INSERT INTO finance.bare SELECT '4403', '5000' || i, y, 1, 1, repeat('x', 50) FROM generate_series(1001, 1400) AS i, generate_series(2012, 2021) AS y, generate_series(1, 5);
ANALYZE finance.bare;
CREATE TEMP TABLE spec AS SELECT '{"from": "finance.bare", "dept": "unit", "year": "yr", "division": "div", "planned": "a", "actual": "b"}'::jsonb AS spec;
DO $$ BEGIN PERFORM deptperf_bind(jsonb_build_object('procurement', spec)) FROM spec; END $$;
SELECT results_eq($$ SELECT node FROM pg_temp.reads('bare', 'SELECT * FROM deptperf.unit_facts WHERE dept_id = 1042 AND fiscal_year = 2021', false) $$, $$ VALUES ('Seq Scan') $$, 'without an index all records are read');
DO $$ BEGIN EXECUTE deptperf_bind_index('procurement', spec, 'finance.bare') FROM spec; END $$;
SELECT matches((SELECT string_agg(node || ' ' || condition, '; ') FROM pg_temp.reads('bare', 'SELECT * FROM deptperf.unit_facts WHERE dept_id = 1042 AND fiscal_year = 2021', false)), '(Index|Bitmap).*div.*unit.*yr', 'the proposed one is used');
DEALLOCATE ALL;
PREPARE point(bigint[], int) AS SELECT dept_id, fiscal_year, facts FROM deptperf.unit_facts WHERE dept_id = ANY ($1) AND fiscal_year = $2;
SELECT matches((SELECT string_agg(node || ' ' || condition, '; ') FROM pg_temp.reads('bare', 'EXECUTE point(''{1042,1043}'', 2021)', false)), '(Index|Bitmap).*div.*unit.*yr', 'on the point path too');

-- A month is taken out of a date once a record; the conditions of four quarters would be eight times.
CREATE TABLE finance.dated (unit text, paid_on date, a numeric);
DO $$ BEGIN PERFORM deptperf_bind('{"execution": {"from": "finance.dated", "dept": "unit", "year": "paid_on", "month": "paid_on", "expense_class": "''public''", "amount": "a"}}'); END $$;
CREATE FUNCTION pg_temp.extracts(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS off) ' || query LOOP
        IF line ~ 'deptperf_facts\(' THEN
            RETURN (SELECT count(*) FROM regexp_matches(line, 'EXTRACT', 'g'));
        END IF;
    END LOOP;
END $$;
SELECT is(pg_temp.extracts('SELECT facts FROM deptperf.execution_sums'), 1::bigint, 'the month of a date is taken out of it once');

SELECT * FROM finish();
ROLLBACK;
