-- issue.sql: data_issue names, live, what is wrong with records: of unknown
-- departments and years, values that the own tables refuse, records that came or
-- went after closing, silent units.
BEGIN;
SELECT plan(26);
SET LOCAL client_min_messages = warning;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
SELECT is_empty('SELECT * FROM deptperf.data_issue', 'in which nothing is wrong');
SELECT columns_are('deptperf', 'data_issue', '{dept_id,fiscal_year,severity,issue,source,found,expected}', 'data_issue has the columns of the contract');

INSERT INTO deptperf.department (dept_id, code, parent_id) VALUES (1, 'bureau', NULL), (2, 'office', 1), (3, 'branch', 1), (9, 'alone', NULL);
CREATE SCHEMA finance;

-- ---- 1. every value that an own table refuses ----

-- One record right, then one for each constraint and each NOT NULL of each source, which breaks it.
CREATE TEMP TABLE base (source text, good jsonb);
INSERT INTO base VALUES
  ('budget', '{"expense_class": "public", "three_public": false, "initial": 1, "adjusted": 1}'), ('execution', '{"month": 1, "expense_class": "public", "three_public": false, "amount": 1}'),
  ('adjustment', '{"amount": -1}'), ('procurement', '{"planned": 1, "actual": 2}'), ('fixed_asset', '{"original_value": 1, "in_use": true}'),
  ('staffing', '{"establishment": 1, "on_establishment": 2, "external": 3}'), ('project', '{"planned": 1, "on_time": 1}'), ('key_task', '{"assigned": 1, "missed": 1}'),
  ('performance_target', '{"aspect": "social", "weight": 1, "earned": 0.5}'), ('petition', '{"received": 3, "answered": 2, "answered_in_time": 1}'),
  ('satisfaction_survey', '{"respondents": 3, "satisfied": 2}'), ('disclosure', '{"kind": "budget", "level": 1, "due": 2}'), ('finding', '{"kind": "violation", "count": 1}'),
  ('measurement', '{"fact": "carry_over", "amount": -1}');
CREATE TEMP TABLE bad (source text, change jsonb, issue text, key text);
INSERT INTO bad
  SELECT c.source, jsonb_build_object(c.key, v.value), v.issue, c.key FROM deptperf_bind_columns() c, (VALUES ('NaN', 'not finite'), ('Infinity', 'not finite'), ('-Infinity', 'not finite')) AS v(value, issue) WHERE c.kind IN ('money', 'number')
  UNION ALL SELECT c.source, jsonb_build_object(c.key, NULL), 'NULL', c.key FROM deptperf_bind_columns() c WHERE (c.source, c.key) NOT IN (('budget', 'adjusted'))
  UNION ALL SELECT c.source, jsonb_build_object(c.key, 'other word'), 'unknown value', c.key FROM deptperf_bind_columns() c WHERE c.kind IN ('word', 'fact')
  UNION ALL SELECT 'execution', '{"month": 13}'::jsonb, 'unknown value', 'month' UNION ALL SELECT 'execution', '{"month": 0}'::jsonb, 'unknown value', 'month'
  UNION ALL SELECT c.source, jsonb_build_object(c.key, -1), 'negative', c.key FROM deptperf_bind_columns() c WHERE c.kind = 'number' AND c.source <> 'measurement' OR c.source IN ('procurement', 'fixed_asset') AND c.kind = 'money'
  UNION ALL SELECT c.source, jsonb_build_object(c.key, 0.5), 'not whole', c.key FROM deptperf_bind_columns() c WHERE c.kind = 'number' AND c.source NOT IN ('measurement', 'performance_target')
  UNION ALL VALUES ('project', '{"on_time": 2}'::jsonb, 'above planned', 'on_time'), ('key_task', '{"missed": 2}', 'above assigned', 'missed'), ('petition', '{"answered": 4}', 'above received', 'answered'),
    ('petition', '{"answered_in_time": 3}', 'above answered', 'answered_in_time'), ('satisfaction_survey', '{"satisfied": 4}', 'above respondents', 'satisfied'),
    ('performance_target', '{"earned": 2}', 'above weight', 'earned'), ('disclosure', '{"level": 3}', 'above due', 'level');
SELECT is((SELECT count(*) FROM bad WHERE issue LIKE 'above %' OR issue IN ('negative', 'not whole', 'not finite')
           AND change::text !~ 'Infinity' OR issue = 'unknown value' AND source <> 'measurement' AND change <> '{"month": 0}'),
  (SELECT count(*) FROM pg_constraint k WHERE k.conrelid IN (SELECT format('deptperf.%I', source)::regclass FROM deptperf.source) AND k.contype = 'c'
     AND k.conname <> 'measurement_fact_not_records_or_units'
     AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND (k.conrelid, a.attname::text) NOT IN (SELECT format('deptperf.%I', c.source)::regclass, c.key FROM deptperf_bind_columns() c))),
  'one for each constraint of the record tables that is of bound columns');
CREATE TABLE finance.raw (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text, dept bigint, y int, v jsonb, broken text, key text);
INSERT INTO finance.raw (source, dept, y, v) SELECT source, 9, 2021, good FROM base;
INSERT INTO finance.raw (source, dept, y, v, broken, key) SELECT source, 9, 2021, good || change, issue, key FROM bad JOIN base USING (source);
CREATE FUNCTION pg_temp.spec(source text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_object_agg(c.key, format('(v ->> %L)::%s', c.key, CASE c.kind WHEN 'flag' THEN 'bool' WHEN 'month' THEN 'int' WHEN 'word' THEN 'text' WHEN 'fact' THEN 'text' ELSE 'numeric' END))
         || jsonb_build_object('from', 'finance.raw', 'dept', 'dept', 'year', 'y', 'filter', format('source = %L', $1))
  FROM deptperf_bind_columns() c WHERE c.source = $1 $$;
SELECT is((SELECT count(*) FROM deptperf_bind((SELECT jsonb_object_agg(source, pg_temp.spec(source)) FROM deptperf.source))), 14::bigint, 'all sources are bound');
CREATE TEMP TABLE named AS SELECT source, issue, found, expected, severity, dept_id, fiscal_year, (regexp_match(found, '^finance\.raw id=(\d+): (\w+) \('))[1]::int AS id, (regexp_match(found, ': (\w+) \('))[1] AS key FROM deptperf.data_issue;
SELECT set_eq('SELECT id, key, broken, source FROM finance.raw WHERE broken IS NOT NULL',
  -- with a second fault where the first brings it: a limit of -1 or 0.5 is below what it limits
  $$ SELECT DISTINCT n.id, n.key, n.issue, n.source FROM named n JOIN finance.raw r USING (id) WHERE n.issue = r.broken AND n.key = r.key $$, 'each is named with relation, record and column');
SELECT is_empty('SELECT n.* FROM named n LEFT JOIN finance.raw r USING (id) WHERE r.broken IS NULL', 'and none that is right');
SELECT is_empty($$ SELECT n.*, r.v FROM named n JOIN finance.raw r USING (id) WHERE (n.key, n.issue) IS DISTINCT FROM (r.key, r.broken) AND n.issue !~ '^above' $$, 'nor a fault that it has not');
SELECT is_empty($$ SELECT * FROM named WHERE severity <> 'error' OR dept_id <> 9 OR fiscal_year <> 2021 OR expected IS NULL $$, 'all are errors of their department and year');
SELECT results_eq($$ SELECT found, expected FROM named WHERE source = 'project' AND issue LIKE 'above%' AND found ~ ' 2$' $$,
  $$ SELECT format('finance.raw id=%s: on_time ((v ->> ''on_time'')::numeric) is 2', id), 'at most planned' FROM finance.raw WHERE v = '{"planned": 1, "on_time": 2}' $$, 'an issue in full');
DELETE FROM finance.raw WHERE broken IS NOT NULL;
SELECT is_empty('SELECT * FROM deptperf.data_issue', 'live: what is put right is an issue no more');
DO $$ BEGIN PERFORM deptperf_unbind(source) FROM deptperf.source; END $$;
SELECT is_empty('SELECT * FROM deptperf.data_issue', 'own tables have no such issues');

-- ---- 2. records that count nowhere; a record without a key ----

CREATE TABLE finance.payment (unit varchar(10), day date, amt text);
INSERT INTO finance.payment VALUES ('office', '2021-03-01', '1,000'), ('office', '2021-03-01', '834,02.62'), ('nobody', '2021-03-01', '1'), ('nobody', '2021-04-01', '1'), (NULL, '2021-03-01', '1'), ('office', '1900-01-01', '1'), ('office', NULL, '1');
SELECT is((SELECT b::text FROM deptperf_bind('{"adjustment": {"from": "finance.payment", "dept": "unit", "year": "day", "amount": "deptperf_number(amt)"}}') AS b), '(adjustment,finance.payment,7,2,2,1,1,2)', 'a sheet of texts is bound');
SELECT set_eq('SELECT dept_id, fiscal_year, issue, found FROM deptperf.data_issue WHERE severity = ''error''',
  $$ VALUES (2::bigint, 2021, 'not finite', 'finance.payment ctid=(0,2): amount (deptperf_number(amt)) is NaN'), (NULL, 2021, 'unknown department', 'finance.payment: 2 records of department ''nobody'''),
            (NULL, 2021, 'NULL', 'finance.payment: 1 records of department NULL'), (2, NULL, 'unknown year', 'finance.payment: 1 records of year ''1900-01-01'''), (2, NULL, 'NULL', 'finance.payment: 1 records of year NULL') $$,
  'records of unknown departments and years together, an unreadable number by where it stands');
INSERT INTO deptperf.department (dept_id, code) VALUES (10, 'nobody');
SELECT is_empty('SELECT * FROM deptperf.data_issue WHERE issue = ''unknown department''', 'a department that is known is an issue no more');
DO $$ BEGIN PERFORM deptperf_unbind('adjustment'); DELETE FROM deptperf.department WHERE code = 'nobody'; END $$;

-- ---- 3. after closing ----

INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time) SELECT d, 2021, 1, 1, 1 FROM unnest('{1,2,2,9}'::int[]) AS d;
SELECT is(deptperf_close(2021), 52::bigint, 'a year is closed');
SELECT results_eq('SELECT dept_id, records FROM deptperf.closed WHERE source = ''petition'' ORDER BY 1', 'VALUES (1::bigint, 1::bigint), (2, 2), (3, 0), (9, 1)', 'with the number of records of each department');
SELECT is_empty('SELECT * FROM deptperf.data_issue', 'what is closed is not silent');
INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time) SELECT d, 2021, 1, 1, 1 FROM unnest('{1,1,3}'::int[]) AS d;
DELETE FROM deptperf.petition WHERE dept_id = 9;
SELECT set_eq('SELECT dept_id, fiscal_year, severity, issue, source, found FROM deptperf.data_issue',
  $$ VALUES (1::bigint, 2021, 'warning', 'late records', 'petition', '3 records'), (3, 2021, 'warning', 'late records', 'petition', '1 records'), (9, 2021, 'warning', 'fewer records', 'petition', '0 records') $$, 'records that came or went after it');
SELECT is((SELECT facts -> 'petition_records' FROM deptperf.unit_facts WHERE dept_id = 1), '3', 'which count all the same');
DELETE FROM deptperf.closed;
SELECT is(deptperf_close(2021, 'petition'), 4::bigint, 'reopened and closed again');
SELECT is_empty('SELECT * FROM deptperf.data_issue', 'they are on time');
INSERT INTO deptperf.closed (dept_id, fiscal_year, source) VALUES (1, 2020, 'petition');
SELECT is((SELECT records FROM deptperf.closed WHERE fiscal_year = 2020), NULL, 'a row that somebody writes has no count');
DELETE FROM deptperf.closed;

-- ---- 4. silent units ----

SELECT is_empty('SELECT * FROM deptperf.data_issue', 'every unit below the bureau speaks');
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) VALUES (2, 2021, 1, 1, 1), (9, 2021, 1, 1, 1), (3, 2020, 1, 1, 1);
SELECT set_eq('SELECT dept_id, fiscal_year, severity, issue, source FROM deptperf.data_issue',
  $$ VALUES (1::bigint, 2021, 'info', 'silent', 'staffing'), (3, 2021, 'info', 'silent', 'staffing'), (1, 2020, 'info', 'silent', 'staffing'), (2, 2020, 'info', 'silent', 'staffing') $$, 'units that do not, though another does; one alone is not silent');
SELECT set_eq('SELECT s.dept_id, s.fiscal_year, s.silent FROM deptperf.score s JOIN deptperf.department d USING (dept_id) WHERE parent_id IS NULL',
  $$ SELECT a.ancestor_id, f.fiscal_year, (SELECT count(*) FROM deptperf.data_issue i JOIN deptperf.department_closure c USING (dept_id) WHERE c.ancestor_id = a.ancestor_id AND i.fiscal_year = f.fiscal_year AND i.issue = 'silent')
     FROM deptperf.department_closure a JOIN deptperf.facts f USING (dept_id) WHERE a.depth = 0 AND a.dept_id IN (1, 9) $$, 'as many as score.silent says');

SELECT * FROM finish();
ROLLBACK;
