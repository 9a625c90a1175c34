-- finalize.sql: freezing a result, reopening it, and finding whatever was changed.
BEGIN;
SELECT plan(44);
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
\cd examples/case
\i load.sql
CREATE TEMP TABLE bureau AS SELECT dept_id FROM deptperf.department WHERE code = '440300-SI';

-- ---- freezing ----

SELECT throws_ok($$ SELECT deptperf_finalize('440300-SI', 2021) $$, '55000', 'not everything is closed for department ' || (SELECT dept_id FROM bureau) || ' in 2021', 'while a source is open');
-- The hint is a statement that closes the units below it too.
CREATE FUNCTION pg_temp.follow_hint(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no hint';
EXCEPTION WHEN object_not_in_prerequisite_state THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    EXECUTE split_part(hint, ';', 1);
    RETURN 'done';
END $$;
SAVEPOINT open;
SELECT isnt_empty('SELECT FROM deptperf.department_closure c JOIN bureau b ON b.dept_id = c.ancestor_id WHERE c.depth > 0', 'it has units');
SELECT is(pg_temp.follow_hint($$ SELECT deptperf_finalize('440300-SI', 2021) $$), 'done', 'the hint can be run as it stands');
SELECT lives_ok($$ SELECT deptperf_finalize('440300-SI', 2021) $$, 'and then nothing is in the way');
SELECT set_eq('SELECT DISTINCT dept_id FROM deptperf.closed WHERE fiscal_year = 2021', 'SELECT c.dept_id FROM deptperf.department_closure c JOIN bureau b ON b.dept_id = c.ancestor_id', 'it and its units are closed, and no other department');
ROLLBACK TO open;
SELECT deptperf_close(2021);
SELECT throws_ok($$ SELECT deptperf_finalize('440300-SI-02', 2021) $$, '55000', NULL, 'without a total');
SELECT throws_ok($$ SELECT deptperf_finalize('440300-SI-02', 2021, force => true) $$, '22023', 'a result is frozen by force with a reason only', 'by force without a reason');
SELECT lives_ok($$ SELECT deptperf_finalize('440300-SI-02', 2021, true, 'the panel decides without') $$, 'by force with one');
CREATE TEMP TABLE first AS SELECT deptperf_finalize('440300-SI', 2021) AS id;
SELECT is((SELECT format('%s %s %s %s %s', number, framework, total, grade, forced) FROM deptperf.result, first WHERE result_id = id), '1 sz-2021 96.62 优 f', 'the reference case is frozen');
SELECT is((SELECT finalized_by FROM deptperf.result, first WHERE result_id = id), current_user::text, 'by whom');
SELECT throws_ok($$ SELECT deptperf_finalize('440300-SI', 2021) $$, '55000', NULL, 'once');
SELECT is_empty('SELECT v.* FROM first, deptperf_verify(id) v', 'and it is as it was');
SELECT is((SELECT format('%s %s %s', result_id = id, frozen_total, drift) FROM deptperf.score_state s JOIN bureau USING (dept_id), first WHERE fiscal_year = 2021), 't 96.62 0.00', 'score_state says so');

-- ---- later changes ----

SELECT deptperf_assess('440300-SI', 2021, '{"B3.2.1": 1}', 'recounted', override => true);
-- 0.6 more: 97.22
SELECT is((SELECT format('%s %s %s %s', total, frozen_total, drift, grade) FROM deptperf.score_state s JOIN bureau USING (dept_id) WHERE fiscal_year = 2021), '97.22 96.62 0.60 优', 'the score of now drifts');
SELECT is((SELECT format('%s %s', total, grade) FROM deptperf.result, first WHERE result_id = id), '96.62 优', 'the frozen one stays');
SELECT is_empty('SELECT v.* FROM first, deptperf_verify(id) v', 'and follows from what is frozen');
SET LOCAL timezone = 'Asia/Shanghai';
SELECT is_empty('SELECT v.* FROM first, deptperf_verify(id) v', 'wherever one asks');

-- ---- reopening ----

SELECT throws_ok('SELECT deptperf_reopen(id, '' '') FROM first', '22023', 'a result is reopened with a reason only', 'without a reason');
SELECT is((SELECT deptperf_reopen(id, 'B3.2 was recounted') FROM first), (SELECT id FROM first), 'with one');
SELECT is((SELECT format('%s %s', reopened_by, reopen_reason) FROM deptperf.result, first WHERE result_id = id), current_user || ' B3.2 was recounted', 'which leaves a trail');
SELECT throws_ok('SELECT deptperf_reopen(id, ''again'') FROM first', '55000', NULL, 'once');
SELECT is((SELECT state FROM deptperf.score_state JOIN bureau USING (dept_id) WHERE fiscal_year = 2021), 'live', 'the score is live');
CREATE TEMP TABLE second AS SELECT deptperf_finalize('440300-SI', 2021) AS id;
SELECT is((SELECT format('%s %s', number, total) FROM deptperf.result, second WHERE result_id = id), '2 97.22', 'the second result');
SELECT is_empty('SELECT v.* FROM first, deptperf_verify(id) v UNION ALL SELECT v.* FROM second, deptperf_verify(id) v', 'both are as they were');

-- ---- what nobody may do ----

SELECT throws_ok('UPDATE deptperf.result SET total = 100', '23001', 'results are only added: UPDATE is refused', 'changing one');
SELECT throws_ok('UPDATE deptperf.result SET reopened_at = NULL, reopened_by = NULL, reopen_reason = NULL', '23001', NULL, 'or its trail');
SAVEPOINT forged;
UPDATE deptperf.result SET reopened_by = 'the minister', reopened_at = '2001-01-01', reopen_reason = 'x' WHERE result_id = (SELECT id FROM second);
SELECT is((SELECT format('%s %s', reopened_by, reopened_at = now()) FROM deptperf.result, second WHERE result_id = id), current_user || ' t', 'nor who reopens one, and when');
ROLLBACK TO forged;
SELECT throws_ok('DELETE FROM deptperf.result', '23001', NULL, 'removing one');
SELECT throws_ok('TRUNCATE deptperf.result', '23001', NULL, 'or all');
INSERT INTO deptperf.result (dept_id, fiscal_year, number, framework, document, facts, inputs, results, total, finalized_by, hashes, hash, forced, reason)
    SELECT dept_id, 2022, 7, 'sz-2021', deptperf_framework_document('sz-2021'), '{"assets_total": 1}', '{}', '[]', 100, 'somebody', '{}', 'x', true, 'made up' FROM bureau;
SELECT is((SELECT format('%s %s %s %s', number, finalized_by, coalesce(total::text, 'none'), facts) FROM deptperf.result WHERE fiscal_year = 2022), '1 ' || current_user || ' none {}', 'what a result is nobody writes');
SELECT throws_ok($$ INSERT INTO deptperf.result (dept_id, fiscal_year) SELECT dept_id, 2023 FROM bureau $$, '55000', NULL, 'nor that it is closed');

-- ---- what was changed all the same ----

ALTER TABLE deptperf.result DISABLE TRIGGER USER;
-- any single digit, of 400 of them anywhere in any part
CREATE FUNCTION pg_temp.tamper(part text, place int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before text; after text; faults text;
BEGIN
    EXECUTE format('SELECT %I::text FROM deptperf.result WHERE result_id = (SELECT id FROM second)', part) INTO before;
    -- the place-th digit becomes another
    SELECT string_agg(CASE WHEN c ~ '\d' AND n = place THEN translate(c, '0123456789', '1234567890') ELSE c END, '' ORDER BY m) INTO after
    FROM (SELECT c, m, count(*) FILTER (WHERE c ~ '\d') OVER (ORDER BY m) AS n FROM regexp_split_to_table(before, '') WITH ORDINALITY AS s(c, m)) x;
    IF after = before THEN
        RETURN 'no such digit';
    END IF;
    BEGIN
        EXECUTE format('UPDATE deptperf.result SET %I = %L WHERE result_id = (SELECT id FROM second)', part, after);
        SELECT string_agg(fault, ', ') INTO faults FROM deptperf_verify((SELECT id FROM second));
        RAISE EXCEPTION 'undo' USING ERRCODE = 'P0099';
    EXCEPTION WHEN SQLSTATE 'P0099' THEN
        RETURN coalesce(faults, 'not found');
    END;
END $$;
CREATE TEMP TABLE tampered AS
    SELECT p.part, n, pg_temp.tamper(p.part, n) AS faults
    FROM (VALUES ('facts', 7), ('inputs', 3), ('results', 97), ('total', 1), ('finalized_at', 1), ('number', 1)) AS p(part, step), generate_series(1, 400, p.step) n
    WHERE p.step > 1 OR n <= 4;
SELECT is_empty($$ SELECT part, n, faults FROM tampered WHERE faults = 'not found' $$, 'every changed digit is found');
SELECT cmp_ok((SELECT count(*) FROM tampered WHERE faults <> 'no such digit'), '>=', 80::bigint, 'of many');
SELECT is_empty($$ SELECT part, faults FROM tampered WHERE faults <> 'no such digit' AND faults !~ (part || ' was changed') AND part IN ('facts', 'inputs', 'results') $$, 'and its part is named');
SELECT matches(pg_temp.tamper('document', 40), 'document was changed', 'the framework too');
-- one that evaluation refuses is named all the same
SAVEPOINT changed;
UPDATE deptperf.result SET document = jsonb_set(document, '{items,5,rule}', '"5 - 1 pen 1"') WHERE result_id = (SELECT id FROM second);
SELECT is((SELECT string_agg(fault, ', ') FROM second, deptperf_verify(id)), 'document was changed', 'a framework that is none any more');
ROLLBACK TO changed;
UPDATE deptperf.result SET result_id = 10 * result_id + 7 WHERE result_id = (SELECT id FROM second);
SELECT matches((SELECT string_agg(fault, ', ') FROM second, deptperf_verify(10 * id + 7)), '^id, department', 'the id');
ROLLBACK TO changed;
-- the trail of reopening
UPDATE deptperf.result SET reopen_reason = 'B3.3 was recounted' WHERE result_id = (SELECT id FROM first);
SELECT is((SELECT string_agg(fault, ', ') FROM first, deptperf_verify(id)), 'who reopened it, when, and the reason were changed', 'why it was reopened');
ROLLBACK TO changed;
UPDATE deptperf.result SET reopened_at = reopened_at - interval '1 day' WHERE result_id = (SELECT id FROM first);
SELECT is((SELECT string_agg(fault, ', ') FROM first, deptperf_verify(id)), 'who reopened it, when, and the reason were changed', 'and when');
ROLLBACK TO changed;
DROP INDEX deptperf.result_one_in_force;
UPDATE deptperf.result SET reopened_by = NULL, reopened_at = NULL, reopen_reason = NULL, reopen_hash = NULL WHERE result_id = (SELECT id FROM first);
SELECT is((SELECT string_agg(fault, ', ') FROM first, deptperf_verify(id)), 'that it was reopened is missing', 'and that it was');
ROLLBACK TO changed;
SELECT is((SELECT string_agg(fault, ', ') FROM second, deptperf_verify(id)), NULL, 'put back, all is well');
DELETE FROM deptperf.result WHERE result_id = (SELECT id FROM first);
SELECT is((SELECT string_agg(fault, ', ') FROM second, deptperf_verify(id)), 'hash, results before it are missing', 'a removed one shows');
SELECT is(deptperf_canonical('{"b": 1.50, "aa": [1e2, {"z": null, "y": true}], "a": "x\"é"}'), '{"a":"x\"é","aa":[100,{"y":true,"z":null}],"b":1.5}', 'the canonical form');
SELECT throws_ok('SELECT deptperf_verify(-1)', 'P0002', 'result -1 is not known', 'an unknown result');

SELECT * FROM finish();
ROLLBACK;
