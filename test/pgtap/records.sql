-- records.sql: deptperf_records: the records behind every fact add up to it exactly,
-- in the own tables and through bindings.
BEGIN;
SELECT plan(16);
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
\cd examples/case
\i load.sql

-- Every fact of the case that records have, of the bureau and of each unit.
CREATE TEMP VIEW of_fact AS
    SELECT f.dept_id, e.key AS fact, e.value #>> '{}' AS value, (SELECT coalesce(sum(r.amount), 0) FROM deptperf_records(f.dept_id, 2021, e.key) r) AS together
    FROM deptperf.facts f JOIN deptperf.department d USING (dept_id), jsonb_each(f.facts) e
    WHERE f.fiscal_year = 2021 AND e.key !~ '_units$';
CREATE TEMP TABLE plain AS TABLE of_fact;
SELECT cmp_ok((SELECT count(*) FROM plain WHERE value <> '0'), '>', 200::bigint, 'facts of thirteen departments');
SELECT is_empty($$ SELECT * FROM plain WHERE value::numeric <> together $$, 'the records of each add up to it');
SELECT is_empty($$ SELECT fact FROM deptperf.fact WHERE source <> 'measurement' AND fact !~ '_(records|units)$' EXCEPT SELECT fact FROM deptperf_fact_records() $$, 'every fact of a source is known');
SELECT is_empty($$ SELECT f.fact, f.source, r.source FROM deptperf.fact f JOIN deptperf_fact_records() r USING (fact) WHERE f.source <> r.source $$, 'with its source');
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) SELECT dept_id, 2021, 'public', 7 FROM deptperf.department WHERE code = '440300-SI';
SELECT set_eq($$ SELECT source, relation, key, amount FROM deptperf_records('440300-SI', 2021, 'budget_adjusted') WHERE amount = 7 $$,
  $$ SELECT 'budget' AS a, 'deptperf.budget' AS b, 'budget_id=' || budget_id AS c, 7::numeric AS d FROM deptperf.budget WHERE initial = 7 AND adjusted IS NULL $$, 'a record by its key; what is left out is filled in');
DELETE FROM deptperf.budget WHERE initial = 7 AND adjusted IS NULL;
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) SELECT dept_id, 2021, 'assets_total', 0.5 FROM deptperf.department WHERE code = '440300-SI';
SELECT is((SELECT format('%s %s', count(*), count(*) FILTER (WHERE source = 'measurement' AND amount = 0.5)) FROM deptperf_records('440300-SI', 2021, 'assets_total')), '134 1', 'a measurement of the fact counts among the records of its source');
SELECT is_empty($$ SELECT * FROM of_fact WHERE fact = 'assets_total' AND value::numeric <> together $$, 'and in the fact');
DELETE FROM deptperf.measurement;
INSERT INTO deptperf.fact (fact) VALUES ('trees');
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) SELECT dept_id, 2021, 'trees', 3 FROM deptperf.department WHERE code ~ 'SI-0[12]';
SELECT is((SELECT sum(amount) FROM deptperf_records('440300-SI', 2021, 'trees')), 6::numeric, 'a fact of measurement');

CREATE FUNCTION pg_temp.bureau() RETURNS bigint LANGUAGE sql AS $$ SELECT dept_id FROM deptperf.department WHERE name = '深圳市社会保险基金管理局' $$;
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, comparison, target) SELECT dept_id, 2021, 'social', 5, '>=', 10 FROM deptperf.department WHERE code = '440300-SI';
SELECT is((SELECT amount FROM deptperf_records('440300-SI', 2021, 'benefit_earned')), 'NaN', 'a target whose outcome is not known spoils what it is part of');
DELETE FROM deptperf.performance_target;

-- Through the bindings of an integrated budget system.
\i ../fixtures/bas.sql
SELECT count(*) FROM deptperf_close(2021);
\i ../bindings/bas.sql
SELECT is_empty($$ SELECT * FROM of_fact WHERE value::numeric <> together $$, 'bound: the records of each add up to it');
SELECT set_eq($$ SELECT DISTINCT relation FROM deptperf_records(pg_temp.bureau(), 2021, 'paid_q1') $$, $$ SELECT relation FROM deptperf_bindings() WHERE source = 'execution' $$, 'by the relation''s name');
SELECT isnt_empty($$ SELECT FROM deptperf_records(pg_temp.bureau(), 2021, 'paid_q1') WHERE key ~ '=' $$, 'and its key');

SELECT throws_ok($$ SELECT deptperf_records(pg_temp.bureau(), 2021, 'nothing') $$, 'P0002', 'fact "nothing" is not declared', 'an unknown fact');
SELECT throws_ok($$ SELECT deptperf_records(pg_temp.bureau(), 2021, 'budget_units') $$, '22023', 'fact "budget_units" counts units and not records', 'units are no records');
SELECT is((SELECT count(*) FROM deptperf_records(pg_temp.bureau(), 2021, 'budget_records')), (SELECT (facts ->> 'budget_records')::bigint FROM deptperf.facts JOIN deptperf.department USING (dept_id) WHERE dept_id = pg_temp.bureau() AND fiscal_year = 2021), 'the number of records is that of the records');
SELECT is_empty($$ SELECT deptperf_records(pg_temp.bureau(), 2021, NULL) $$, 'NULL gives no rows');

SELECT * FROM finish();
ROLLBACK;
