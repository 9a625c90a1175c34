-- refusal.sql: what no record table takes (records.md §1): each refusal with its
-- sqlstate, beside the nearest rows that are taken.  A statement that fails for
-- another reason than the one meant (an unknown column, say) fails the test.
BEGIN;
SELECT plan(7);

SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
INSERT INTO deptperf.department (dept_id, code) VALUES (1, 'one');

-- What a statement gives: 'taken', or sqlstate, message, and the constraint or column.
CREATE FUNCTION pg_temp.gives(statement text) RETURNS TABLE (state text, message text, rule text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'taken';
    RETURN NEXT;
EXCEPTION WHEN others THEN
    DECLARE
        con text; col text; detail text;
    BEGIN
        GET STACKED DIAGNOSTICS con = CONSTRAINT_NAME, col = COLUMN_NAME, detail = PG_EXCEPTION_DETAIL;
        state := SQLSTATE;
        message := SQLERRM;
        rule := coalesce(nullif(con, ''), nullif(col, ''), detail);
        RETURN NEXT;
    END;
END $$;

-- Of each source: its columns and a row that is taken.  A case changes columns
-- of that row; NULL as text stands for NULL.
CREATE TEMP TABLE base (source text, ok jsonb);
INSERT INTO base VALUES
  ('budget',              '{"expense_class": "public", "three_public": "true", "initial": "10", "adjusted": "12"}'),
  ('execution',           '{"month": "6", "expense_class": "public", "three_public": "false", "amount": "10"}'),
  ('adjustment',          '{"amount": "10"}'),
  ('procurement',         '{"planned": "10", "actual": "8"}'),
  ('fixed_asset',         '{"original_value": "10", "in_use": "true"}'),
  ('staffing',            '{"establishment": "10", "on_establishment": "9", "external": "1"}'),
  ('project',             '{"planned": "2", "on_time": "1"}'),
  ('key_task',            '{"assigned": "2", "missed": "1"}'),
  ('performance_target',  '{"aspect": "social", "weight": "10", "earned": "9"}'),
  ('petition',            '{"received": "10", "answered": "9", "answered_in_time": "8"}'),
  ('satisfaction_survey', '{"respondents": "10", "satisfied": "9"}'),
  ('disclosure',          '{"kind": "budget", "level": "1", "due": "2"}'),
  ('finding',             '{"kind": "violation", "count": "1"}'),
  ('measurement',         '{"fact": "assets_total", "amount": "1"}');

CREATE FUNCTION pg_temp.statement(source text, columns jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO deptperf.%I (%s) VALUES (%s)', source,
                string_agg(quote_ident(key), ', '), string_agg(coalesce(quote_literal(value), 'NULL'), ', '))
  FROM jsonb_each_text('{"dept_id": "1", "fiscal_year": "2021"}' || columns)
$$;

CREATE TEMP TABLE taken (source text, change jsonb, why text);
INSERT INTO taken SELECT source, '{}', 'as it is' FROM base;
INSERT INTO taken VALUES
  ('budget', '{"initial": "-10", "adjusted": "-3.25"}', 'either sign'), ('budget', '{"adjusted": null}', 'it is the initial budget then'),
  ('execution', '{"amount": "-10.005"}', 'a refund'), ('execution', '{"month": "1"}', NULL), ('execution', '{"month": "12"}', NULL),
  ('adjustment', '{"amount": "-10"}', 'signed'), ('adjustment', '{"amount": "0"}', NULL),
  ('procurement', '{"planned": "0", "actual": "99.99"}', 'actual may exceed planned'),
  ('fixed_asset', '{"original_value": "0"}', NULL), ('fixed_asset', '{"original_value": "0.01"}', NULL),
  ('staffing', '{"establishment": "0", "on_establishment": "9"}', 'more staff than posts is for the rule to judge'),
  ('staffing', '{"establishment": "10.00"}', 'a whole number however it is written'),
  ('project', '{"planned": "2", "on_time": "2"}', NULL), ('project', '{"planned": "0", "on_time": "0"}', NULL),
  ('key_task', '{"assigned": "2", "missed": "2"}', NULL),
  ('performance_target', '{"weight": "0.5", "earned": "0.5"}', 'a weight is no count'), ('performance_target', '{"weight": "0", "earned": "0"}', NULL),
  ('performance_target', '{"aspect": "economic"}', NULL), ('performance_target', '{"aspect": "ecological"}', NULL), ('performance_target', '{"aspect": "sustainable"}', NULL),
  ('performance_target', '{"aspect": "output"}', NULL), ('performance_target', '{"aspect": "satisfaction"}', NULL),
  ('petition', '{"answered": "10", "answered_in_time": "10"}', NULL), ('petition', '{"received": "0", "answered": "0", "answered_in_time": "0"}', NULL),
  ('satisfaction_survey', '{"satisfied": "10"}', NULL),
  ('disclosure', '{"level": "0"}', NULL), ('disclosure', '{"level": "2"}', NULL), ('disclosure', '{"kind": "final_accounts", "level": "0", "due": "0"}', NULL),
  ('finding', '{"kind": "budget_nonconformity", "count": "0"}', NULL), ('finding', '{"kind": "target_nonconformity", "count": "7"}', NULL),
  ('budget', '{"expense_class": "personnel"}', NULL), ('budget', '{"expense_class": "project"}', NULL), ('budget', '{"expense_class": "other"}', NULL),
  ('measurement', '{"amount": "-1.5"}', NULL),
  ('budget', '{"fiscal_year": "1949"}', 'the first year'), ('budget', '{"fiscal_year": "2100"}', 'and the last');

SELECT is_empty($$
  SELECT statement, why, g.* FROM base JOIN taken USING (source), pg_temp.statement(source, ok || change) AS statement, pg_temp.gives(statement) AS g
  WHERE g.state <> 'taken' $$,
  'sound records are taken');

-- The defaults.
SELECT is_empty($$
  SELECT statement, g.*
  FROM unnest('{"budget (dept_id, fiscal_year, expense_class, initial) VALUES (1, 2021, ''public'', 1)",
                "execution (dept_id, fiscal_year, month, expense_class, amount) VALUES (1, 2021, 1, ''public'', 1)",
                "project (dept_id, fiscal_year, on_time) VALUES (1, 2021, 1)",
                "key_task (dept_id, fiscal_year, missed) VALUES (1, 2021, 1)",
                "disclosure (dept_id, fiscal_year, kind, level) VALUES (1, 2021, ''budget'', 2)",
                "finding (dept_id, fiscal_year, kind) VALUES (1, 2021, ''violation'')"}'::text[]) AS statement,
       pg_temp.gives('INSERT INTO deptperf.' || statement) AS g
  WHERE g.state <> 'taken' $$,
  'and so are those that leave out what has a default');

-- Refused: columns set to what is wrong.
CREATE TEMP TABLE refused (source text, change jsonb, want text, why text);
INSERT INTO refused
  -- NaN and infinities, in every numeric column
  SELECT source, jsonb_build_object(key, bad), '23514', bad
  FROM base, jsonb_each_text(ok), unnest('{NaN,Infinity,-Infinity}'::text[]) AS bad
  WHERE value ~ '^[0-9]+$' AND key NOT IN ('month', 'fact')
  UNION ALL
  -- a negative where a refund makes no sense; all columns of a row, so that no other rule is broken first
  SELECT source, jsonb_build_object(key, '-1'), '23514', 'negative'
  FROM base, jsonb_each_text(ok)
  WHERE (source, key) IN (('procurement', 'planned'), ('procurement', 'actual'), ('fixed_asset', 'original_value'),
    ('staffing', 'establishment'), ('staffing', 'on_establishment'), ('staffing', 'external'), ('project', 'planned'), ('project', 'on_time'),
    ('key_task', 'assigned'), ('key_task', 'missed'), ('performance_target', 'weight'), ('performance_target', 'earned'),
    ('petition', 'received'), ('petition', 'answered'), ('petition', 'answered_in_time'), ('satisfaction_survey', 'respondents'),
    ('satisfaction_survey', 'satisfied'), ('disclosure', 'level'), ('disclosure', 'due'), ('finding', 'count'))
  UNION ALL
  -- a fraction where a count is due
  SELECT source, jsonb_build_object(key, value || '.5'), '23514', 'fraction'
  FROM base, jsonb_each_text(ok || '{"planned": "3", "assigned": "3", "received": "12", "respondents": "12", "due": "3"}')
  WHERE source IN ('staffing', 'project', 'key_task', 'petition', 'satisfaction_survey', 'disclosure', 'finding') AND value ~ '^[0-9]+$' AND ok ? key AND key <> 'due'
  UNION ALL
  -- NULL in a column that is required
  SELECT source, jsonb_build_object(key, NULL), '23502', 'required'
  FROM base, jsonb_each_text(ok || '{"dept_id": "1", "fiscal_year": "2021"}')
  WHERE (source, key) NOT IN (('budget', 'three_public'), ('budget', 'adjusted'), ('execution', 'three_public'), ('project', 'planned'),
                              ('key_task', 'assigned'), ('disclosure', 'due'), ('finding', 'count'))
  UNION ALL
  SELECT source, '{"dept_id": "999"}', '23503', 'unknown department' FROM base
  UNION ALL
  SELECT source, '{"fiscal_year": "1948"}', '23503|23514', 'before the first year' FROM base
  UNION ALL
  SELECT source, '{"fiscal_year": "2101"}', '23503|23514', 'after the last year' FROM base
  UNION ALL VALUES
  ('project', '{"planned": "2", "on_time": "3"}'::jsonb, '23514', 'on_time > planned'),
  ('key_task', '{"assigned": "2", "missed": "3"}', '23514', 'missed > assigned'),
  ('petition', '{"received": "8", "answered": "9"}', '23514', 'answered > received'),
  ('petition', '{"answered": "9", "answered_in_time": "10"}', '23514', 'answered_in_time > answered'),
  ('satisfaction_survey', '{"respondents": "8"}', '23514', 'satisfied > respondents'),
  ('performance_target', '{"earned": "10.01"}', '23514', 'earned > weight'),
  ('disclosure', '{"level": "3"}', '23514', 'level > due'),
  ('execution', '{"month": "0"}', '23514', 'month'), ('execution', '{"month": "13"}', '23514', 'month'), ('execution', '{"month": "-1"}', '23514', 'month'),
  ('budget', '{"expense_class": "Public"}', '23514', 'class'), ('execution', '{"expense_class": ""}', '23514', 'class'),
  ('performance_target', '{"aspect": "benefit"}', '23514', 'aspect'), ('disclosure', '{"kind": "final"}', '23514', 'kind'),
  ('finding', '{"kind": "violations"}', '23514', 'kind'), ('measurement', '{"fact": "no_such_fact"}', '23503', 'a fact that is not declared'),
  ('measurement', '{"fact": "budget_records"}', '23503|23514', 'a count of records'), ('measurement', '{"fact": "budget_units"}', '23503|23514', 'a count of units');

SELECT is_empty($$
  SELECT statement, why, want, g.*
  FROM base JOIN refused USING (source), pg_temp.statement(source, ok || change) AS statement, pg_temp.gives(statement) AS g
  WHERE g.state !~ ('^(' || want || ')$') $$,
  'each is refused');

SELECT is_empty($$
  SELECT statement, why, g.*
  FROM base JOIN refused USING (source), pg_temp.statement(source, ok || change) AS statement, pg_temp.gives(statement) AS g
  WHERE g.state <> 'taken' AND g.rule IS NULL $$,
  'and the error names the constraint or the column');

-- What is refused at INSERT is refused at UPDATE.
SELECT is_empty($$
  SELECT statement, g.*
  FROM unnest('{"satisfaction_survey SET satisfied = respondents + 1","project SET on_time = planned + 1","fixed_asset SET original_value = -1",
                "execution SET amount = ''NaN''","execution SET month = 13","staffing SET external = 0.5","disclosure SET due = 0, level = 1"}'::text[]) AS statement,
       pg_temp.gives('UPDATE deptperf.' || statement) AS g
  WHERE g.state <> '23514' $$,
  'also by UPDATE');

-- The other tables.
UPDATE deptperf.framework SET status = 'draft' WHERE framework = 'sz-2021';       -- one in force refuses everything
SELECT is_empty($$
  SELECT statement, want, g.*
  FROM (VALUES
    ('department (code) VALUES (NULL)', '23502'),
    ('department (code) VALUES (''one'')', '23505'),
    ('department (code, parent_code) VALUES (''two'', ''nobody'')', '23503|22...|P0001'),
    ('closed (dept_id, fiscal_year, source) VALUES (999, 2021, ''budget'')', '23503'),
    ('closed (dept_id, fiscal_year, source) VALUES (1, 2021, ''no_such_source'')', '23503|23514'),
    ('framework_item (framework, code, indicator, points, formula, rule, empty, position) VALUES (''sz-2021'', ''B3.2.9'', ''B3.2'', 1, ''assets_in_use'', ''x >= 60%: 0.4'', NULL, 99)', '22...|23514'),
    ('department_framework (dept_id, from_year, framework) VALUES (1, 2021, ''no_such_framework'')', '23503'),
    ('department_framework (dept_id, from_year, framework) VALUES (999, 2021, ''sz-2021'')', '23503')) AS v(statement, want),
    pg_temp.gives('INSERT INTO deptperf.' || statement) AS g
  WHERE g.state !~ ('^(' || want || ')$') $$,
  'registries, closed and frameworks refuse too');

SELECT * FROM finish();
ROLLBACK;
