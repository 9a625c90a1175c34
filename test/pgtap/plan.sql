-- plan.sql: the plans of DESIGN §6, from EXPLAIN (FORMAT JSON): node and index
-- names, no times.  The functions between grouped views and chain are inlined; a
-- filter on the year reaches every record scan; a filter on the department
-- reaches an index in unit_facts; large sources are read in parallel at default
-- settings, and without a sort at 4MB of work_mem.
BEGIN;
SELECT plan(17);

SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

CREATE TEMP TABLE source (source text);
INSERT INTO source VALUES ('budget'), ('execution'), ('adjustment'), ('procurement'), ('fixed_asset'), ('staffing'), ('project'),
  ('key_task'), ('performance_target'), ('petition'), ('satisfaction_survey'), ('disclosure'), ('finding'), ('measurement');
CREATE TEMP TABLE large (source text);
INSERT INTO large VALUES ('budget'), ('execution'), ('procurement'), ('fixed_asset'), ('petition');

SELECT is_empty($$
  SELECT source, c.relname, c.reloptions FROM source LEFT JOIN pg_class c ON c.oid = to_regclass('deptperf.' || source || '_facts')
  WHERE c.reloptions IS NULL OR NOT 'security_barrier=true' = ANY (c.reloptions) OR c.reloptions::text ~ 'security_invoker=(true|on|1)' $$,
  'the grouped views are security barriers and run with the rights of their owner');

-- 400 departments under 20 bureaus, three years; 150,000 records in each large
-- source and a few in the others.  (Triggers are off: only the plans matter.)
INSERT INTO deptperf.department (dept_id, code, parent_id)
  SELECT i, 'd' || i, CASE WHEN i > 20 THEN 1 + i % 20 END FROM generate_series(1, 400) AS i;
SET LOCAL session_replication_role = replica;
CREATE TEMP VIEW one AS SELECT i, 1 + i % 400 AS d, 2019 + i % 3 AS y FROM generate_series(1, 150000) AS i;
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial, adjusted) SELECT d, y, 'public', i, i FROM one;
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount) SELECT d, y, 1 + i % 12, 'public', i FROM one;
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) SELECT d, y, i, i FROM one;
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) SELECT d, y, i, i % 3 > 0 FROM one;
INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time) SELECT d, y, 3, 2, 1 FROM one;
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) SELECT d, y, i FROM one WHERE i <= 2000;
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) SELECT d, y, 3, 2, 1 FROM one WHERE i <= 2000;
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind) SELECT d, y, 'violation' FROM one WHERE i <= 20;
SET LOCAL session_replication_role = origin;
ANALYZE deptperf.department, deptperf.department_closure, deptperf.budget, deptperf.execution, deptperf.procurement, deptperf.fixed_asset,
  deptperf.petition, deptperf.adjustment, deptperf.staffing, deptperf.finding;

-- The nodes of a query's plan: type, what is read by which index, the conditions,
-- and the types of the nodes above, the nearest last.
CREATE FUNCTION pg_temp.nodes(query text)
RETURNS TABLE (type text, relation text, index text, function text, conditions text, above text[]) LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN QUERY
    WITH RECURSIVE tree(node, above) AS (
        SELECT plan -> 0 -> 'Plan', '{}'::text[]
        UNION ALL
        SELECT child, tree.above || (node ->> 'Node Type') FROM tree, jsonb_array_elements(node -> 'Plans') AS child)
    SELECT node ->> 'Node Type', node ->> 'Relation Name', node ->> 'Index Name', node ->> 'Function Name',
           concat_ws(' and ', node ->> 'Index Cond', node ->> 'Recheck Cond', node ->> 'Filter'), tree.above
    FROM tree;
END $$;

-- The queries: all of a year, all years, one department, some departments.
CREATE TEMP TABLE query (id text, query text);
INSERT INTO query
  SELECT 'year of ' || v, format('SELECT * FROM deptperf.%I WHERE fiscal_year = 2021', v)
  FROM unnest('{unit_facts,facts,measure_value,item_score,indicator_score,score}'::text[]) AS v
  UNION ALL
  SELECT 'all of ' || v, format('SELECT * FROM deptperf.%I', v) FROM unnest('{unit_facts,facts,score}'::text[]) AS v
  UNION ALL VALUES
  ('department of unit_facts', 'SELECT * FROM deptperf.unit_facts WHERE dept_id = 42 AND fiscal_year = 2021'),
  ('departments of unit_facts', 'SELECT * FROM deptperf.unit_facts WHERE dept_id = ANY (ARRAY[21, 41, 61]::bigint[]) AND fiscal_year = ANY (ARRAY[2020, 2021])');

-- At default settings.
SET LOCAL work_mem = '4MB';
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 1000;
SET LOCAL parallel_tuple_cost = 0.1;
SET LOCAL min_parallel_table_scan_size = '8MB';
SET LOCAL min_parallel_index_scan_size = '512kB';
SET LOCAL random_page_cost = 4;
SET LOCAL effective_cache_size = '4GB';
CREATE TEMP TABLE at_default AS SELECT id, n.* FROM query, pg_temp.nodes(query) AS n;

SELECT is_empty($$
  SELECT q.id, s.source FROM query q, source s
  WHERE NOT EXISTS (SELECT FROM at_default a WHERE a.id = q.id AND a.relation = s.source) $$,
  'every query reads every source');

SELECT is_empty($$ SELECT id, type, function FROM at_default WHERE function LIKE '%\_rows' $$,
  'the functions between the grouped views and the chain are inlined');

SELECT is_empty($$
  SELECT id, type, relation, index, conditions FROM at_default JOIN source ON relation = source
  WHERE id LIKE 'year of %' AND conditions !~ 'fiscal_year = 2021' $$,
  'a filter on the year reaches every record scan');

SELECT is_empty($$
  SELECT id, type, relation, above FROM at_default JOIN large ON relation = source
  WHERE id ~ '^(year|all) of ' AND NOT above && '{Gather,Gather Merge}' $$,
  'every large source is read in parallel at default settings');

SELECT is_empty($$
  SELECT id, type, relation, above FROM at_default JOIN large ON relation = source
  WHERE id ~ '^(year|all) of ' AND NOT 'Aggregate' = ANY (above) $$,
  'and aggregated');

-- One department, or some: by an index, on every large source.
SELECT is_empty($$
  SELECT id, type, relation, index, conditions FROM at_default JOIN large ON relation = source
  WHERE id ~ '^departments? of' AND (type NOT IN ('Index Scan', 'Index Only Scan', 'Bitmap Heap Scan') OR conditions !~ 'dept_id') $$,
  'a filter on dept_id in unit_facts reaches an index of every large source');

SELECT is_empty($$
  SELECT a.id, a.index, x.indexdef FROM at_default a LEFT JOIN pg_indexes x ON x.schemaname = 'deptperf' AND x.indexname = a.index
  WHERE a.id ~ '^departments? of' AND a.index IS NOT NULL AND x.tablename IN (SELECT source FROM source) AND x.indexdef !~ '\(dept_id, fiscal_year\)' $$,
  'which is the one on (dept_id, fiscal_year)');

SELECT is_empty($$
  SELECT source FROM source
  WHERE NOT EXISTS (SELECT FROM pg_indexes WHERE schemaname = 'deptperf' AND tablename = source AND indexdef ~ '\(dept_id, fiscal_year\) INCLUDE \(') $$,
  'every record table has a covering index on (dept_id, fiscal_year)');

-- The statement of the point path: a generic plan, no workers, an index in every branch.
PREPARE point(bigint[], int[]) AS SELECT dept_id, fiscal_year, facts FROM deptperf.unit_facts WHERE dept_id = ANY ($1) AND fiscal_year = ANY ($2);
SET LOCAL plan_cache_mode = force_generic_plan;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE at_point AS SELECT n.* FROM pg_temp.nodes('EXECUTE point(''{21,41}'', ''{2021}'')') AS n;
SELECT is_empty($$
  SELECT type, relation, index, conditions FROM at_point JOIN large ON relation = source
  WHERE type NOT IN ('Index Scan', 'Index Only Scan', 'Bitmap Heap Scan') OR conditions !~ 'dept_id = ANY \(\$1\)' $$,
  'on the point path an index scan in every large branch');
SET LOCAL enable_seqscan = off;
DEALLOCATE point;
PREPARE point(bigint[], int[]) AS SELECT dept_id, fiscal_year, facts FROM deptperf.unit_facts WHERE dept_id = ANY ($1) AND fiscal_year = ANY ($2);
CREATE TEMP TABLE at_point_index AS SELECT n.* FROM pg_temp.nodes('EXECUTE point(''{21,41}'', ''{2021}'')') AS n;
SELECT is_empty($$
  SELECT source, type, relation, index, conditions FROM source LEFT JOIN at_point_index ON relation = source
  WHERE type IS NULL OR type NOT IN ('Index Scan', 'Index Only Scan', 'Bitmap Heap Scan') OR conditions !~ 'dept_id = ANY \(\$1\)' $$,
  'and in every branch when no table is small');
SET LOCAL enable_seqscan = on;

-- Serial, at 4MB: from the scan of a large source up to its aggregate no sort.
CREATE TEMP TABLE serial AS SELECT id, n.* FROM query, pg_temp.nodes(query) AS n;
SELECT is_empty($$ SELECT id, type FROM serial WHERE type LIKE 'Gather%' $$, 'serial plans are serial');
SELECT is_empty($$
  SELECT id, type, relation, above FROM serial JOIN large ON relation = source
  WHERE id ~ '^(year|all) of '
    AND (SELECT bool_or(a.type ~ 'Sort|Merge Append') FROM unnest(above) WITH ORDINALITY AS a(type, n)
         WHERE n > coalesce((SELECT max(b.n) FROM unnest(above) WITH ORDINALITY AS b(type, n) WHERE b.type = 'Aggregate'), 0)) $$,
  'no Sort and no Merge Append between a large source and its aggregate, serial at 4MB');
SELECT is_empty($$
  SELECT id, type, relation FROM serial JOIN large ON relation = source
  WHERE id LIKE 'all of %' AND type <> 'Seq Scan' $$,
  'when all years are asked for a large source is read in its own order, not in an index''s');
SELECT is_empty($$
  SELECT id, type, relation, conditions FROM serial JOIN source ON relation = source WHERE conditions ~ 'SubPlan' $$,
  'no record is tested for who may see it');
SELECT is_empty($$
  SELECT id, type, count(*) FROM serial WHERE relation = 'execution' AND id NOT LIKE 'department%' GROUP BY id, type HAVING count(*) > 1 $$,
  'a source is scanned once');

SELECT * FROM finish();
ROLLBACK;
