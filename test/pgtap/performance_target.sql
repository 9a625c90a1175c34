-- performance_target.sql: the table of performance targets: what is read from a
-- target as written, what an actual value earns (each worked out by hand), what
-- stays judged, what an UPDATE computes again, what is not known, and each refusal.
BEGIN;
SELECT plan(37);
SET LOCAL client_min_messages = warning;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');
INSERT INTO deptperf.department (dept_id, code, parent_id) VALUES (1, 'one', NULL), (2, 'top', NULL), (3, 'met', 2), (4, 'open', 2), (5, 'closed', NULL);

-- A row with these columns; what of it is stored, as an array, or the error in full.
CREATE FUNCTION pg_temp.gives(columns jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; message text; detail text; hint text;
BEGIN
    EXECUTE (SELECT format('INSERT INTO deptperf.performance_target (%s) VALUES (%s) RETURNING concat_ws('' '', comparison, target, upper, unit, ''|'', actual, ''|'', earned, CASE WHEN computed THEN ''computed'' END, CASE WHEN overshoot THEN ''overshoot'' END)',
                           string_agg(quote_ident(key), ', '), string_agg(quote_nullable(value), ', '))
             FROM jsonb_each_text('{"dept_id": 1, "fiscal_year": 2021, "aspect": "social", "weight": 10}' || columns)) INTO result;
    RETURN result;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE TEMP TABLE entered (columns jsonb, want text);

-- ---- 1. what is read, and what it earns of 10 points ----

INSERT INTO entered VALUES
  -- met; 94.5 of 95 %: 10 * 0.945 / 0.95 = 9.947368421052631578947 (18 digits repeat: 947368421052631578)
  ('{"written": "≥95%", "actual": 0.96}', '>= 0.95 % | 0.96 | 10 computed'), ('{"written": "≥95%", "actual": 0.945}', '>= 0.95 % | 0.945 | 9.94736842105263157895 computed'),
  ('{"written": "≥95%", "actual_written": "94.5%"}', '>= 0.95 % | 0.945 | 9.94736842105263157895 computed'),
  -- 10 * 1 / 3, rounded down at the 20th decimal; 10 * 2 / 3, up
  ('{"written": "3册", "actual": 1}', '= 3 册 | 1 | 3.33333333333333333333 computed'), ('{"written": "3册", "actual": 2}', '= 3 册 | 2 | 6.66666666666666666667 computed'),
  ('{"written": "2万宗", "actual_written": "1.5万宗"}', '= 20000 宗 | 15000 | 7.5 computed'), ('{"written": "2228宗(有债权1114宗、无债权1115宗)", "actual": 1114}', '= 2228 宗 | 1114 | 5 computed'),
  ('{"written": ">90 %", "actual": 0.9}', '> 0.9 % | 0.9 | 10 computed'),
  -- too much, by difference: 10 * (1 - (36 - 30) / 30) = 8, 10 * (1 - (60 - 30) / 30) = 0; by quotient: 10 * 30 / 36, 10 * 30 / 60
  ('{"written": "≤30 万元", "actual_written": "36万元"}', '<= 300000 元 | 360000 | 8 computed'), ('{"written": "≤30 万元", "actual": 600000}', '<= 300000 元 | 600000 | 0 computed'),
  ('{"written": "≤30 万元", "actual": 360000, "reverse": "quotient"}', '<= 300000 元 | 360000 | 8.33333333333333333333 computed'),
  ('{"written": "≤30 万元", "actual": 600000, "reverse": "quotient"}', '<= 300000 元 | 600000 | 5 computed'), ('{"written": "<5天", "actual": 4}', '< 5 天 | 4 | 10 computed'),
  -- between: 12 of at most 10, 10 * (1 - 2 / 10) = 8
  ('{"written": "5-10天", "actual": 12}', 'between 5 10 天 | 12 | 8 computed'), ('{"written": "5-10天", "actual": 5}', 'between 5 10 天 | 5 | 10 computed'),
  -- zero targets: met up to 0, nothing above; at least 0 is met by 0, and nothing overshoots it
  ('{"written": "≤0次", "actual": 0}', '<= 0 次 | 0 | 10 computed'), ('{"written": "≤0次", "actual": 1}', '<= 0 次 | 1 | 0 computed'), ('{"written": "≤0次", "actual": 1, "reverse": "quotient"}', '<= 0 次 | 1 | 0 computed'),
  ('{"written": "0次", "actual": 3}', '= 0 次 | 3 | 0 computed'), ('{"written": "≥0次", "actual": 3}', '>= 0 次 | 3 | 10 computed'), ('{"written": ">0次", "actual": 0}', '> 0 次 | 0 | 0 computed'),
  -- without the text; and a comparison of its own column, for a number alone
  ('{"comparison": "<=", "target": 8, "actual": 10}', '<= 8 | 10 | 7.5 computed'), ('{"comparison": "between", "target": 8, "upper": 9, "unit": "天", "actual": 4}', 'between 8 9 天 | 4 | 5 computed'),
  ('{"comparison": ">=", "written": "95%", "actual": 0.95}', '>= 0.95 % | 0.95 | 10 computed'), ('{"comparison": "<=", "written": "30", "unit": "天", "actual": 33}', '<= 30 天 | 33 | 9 computed'),
  ('{"written": "≤30万元", "unit": "万元", "actual_written": "33万元"}', '<= 300000 元 | 330000 | 9 computed'),
  ('{"written": "≥95%", "comparison": ">=", "target": 0.9, "actual": 0.81}', '>= 0.9 | 0.81 | 9 computed'),
  -- weights: none; exact beyond what fits a double: 12345678901234567890.5 * 1 / 2
  ('{"weight": 0, "written": "3册", "actual": 1}', '= 3 册 | 1 | 0 computed'), ('{"weight": 12345678901234567890.5, "written": "2册", "actual": 1}', '= 2 册 | 1 | 6172839450617283945.25 computed'),
  -- judged: kept, beside whatever target
  ('{"written": "≥95%", "actual": 0.945, "earned": 8}', '>= 0.95 % | 0.945 | 8'), ('{"written": "及时", "earned": 9.5, "actual_written": "基本及时"}', 'qualitative | | 9.5'), ('{"earned": 4}', '| | 4'), ('{"earned": 4, "computed": true}', '| | 4'),
  -- not known: no actual value; qualitative; a target below 0 that is missed
  ('{"written": "≥95%"}', '>= 0.95 % | |'), ('{"written": "显著", "actual_written": "显著"}', 'qualitative | |'), ('{"comparison": ">=", "target": -3, "actual": -5}', '>= -3 | -5 |'),
  -- what can't be read, kept as qualitative by choice
  ('{"written": "约30", "comparison": "qualitative"}', 'qualitative | |'), ('{"written": "≥95%", "comparison": "qualitative", "earned": 1}', 'qualitative | | 1'),
  -- above the target: up to 1.2 times nothing is due; 120 is 1.2 times 100
  ('{"written": "≥100人", "actual": 120}', '>= 100 人 | 120 | 10 computed'), ('{"written": "≥100人", "actual": 120.01, "reason": "新增专场"}', '>= 100 人 | 120.01 | 10 computed overshoot'),
  ('{"written": "100人", "actual": 130, "overshoot_at": 1.3}', '= 100 人 | 130 | 10 computed'), ('{"written": "≥100人", "actual": 900, "overshoot_at": null}', '>= 100 人 | 900 | 10 computed'),
  ('{"written": "≤100人", "actual": 121}', '<= 100 人 | 121 | 7.9 computed'), ('{"comparison": ">=", "target": -3, "actual": 5}', '>= -3 | 5 | 10 computed');
SELECT is_empty('SELECT e.*, got FROM entered e, pg_temp.gives(columns) AS got WHERE got IS DISTINCT FROM want', 'what is written is read, and earns what was worked out');

-- ---- 2. refused ----

CREATE TEMP TABLE refused (columns jsonb, want text);
INSERT INTO refused VALUES
  ('{"written": "≥100人", "actual": 120.01}', '23514 actual value 120.01 is above 1.2 times the target ≥100人
Department 1, 2021, "social": actual 120.01, target 100. So high an outcome needs a reason.
Say why in reason. If actual was meant in percent, give it multiplied out (0.945) or as actual_written (94.5%).'),
  -- percent that was not multiplied out
  ('{"written": "≥95%", "actual": 94.5, "level3": "办结率", "reason": " "}', '23514 actual value 94.5 is above 1.2 times the target ≥95%
Department 1, 2021, "办结率": actual 94.5, target 0.95. So high an outcome needs a reason.
Say why in reason. If actual was meant in percent, give it multiplied out (0.945) or as actual_written (94.5%).'),
  ('{"written": ">100人", "actual": 200, "earned": 5}', '23514 actual value 200 is above 1.2 times the target >100人
Department 1, 2021, "social": actual 200, target 100. So high an outcome needs a reason.
Say why in reason. If actual was meant in percent, give it multiplied out (0.945) or as actual_written (94.5%).'),
  ('{}', '23502 earned of a target without a comparison is NULL
Department 1, 2021, "social": there is no target to compute it from.
Give earned, or the target: written ''≥95%''. A target whose outcome is not known yet has its target alone.'),
  ('{"actual": 5, "title": "培训"}', '23502 earned of a target without a comparison is NULL
Department 1, 2021, "培训": there is no target to compute it from.
Give earned, or the target: written ''≥95%''. A target whose outcome is not known yet has its target alone.'),
  ('{"written": "≥95%", "comparison": "<="}', '23514 target "≥95%" is not "<="
As it is written it is ">=".
Leave comparison out, or give it with a number alone: comparison ''>='', written ''95%''.'),
  ('{"written": "30万元", "unit": "人"}', '23514 target "30万元" is not in 人
As it is written it is in 元.
Leave unit out.'),
  ('{"comparison": "<=", "written": "30", "unit": "万元"}', '23514 target "30" has no unit, and unit is 万元
Target and actual value are stored multiplied out, so that this unit can''t stand apart from its number.
Write them together: written ''30万元''; unit may be left out.'),
  ('{"comparison": ">=", "target": 95, "unit": "%", "actual_written": "94.5%"}', '23514 actual value "94.5%" is not one number in %
The target is >= 95 %.
Write it as the target is written, or give actual, multiplied out: 0.945 for 94.5%.'),
  ('{"written": "≥95%", "actual_written": "94.5"}', '23514 actual value "94.5" is not one number in %
The target is "≥95%".
Write it as the target is written, or give actual, multiplied out: 0.945 for 94.5%.'),
  ('{"comparison": ">=", "target": 3, "actual_written": "3册"}', '23514 actual value "3册" is not one number without a unit
The target is >= 3.
Write it as the target is written, or give actual, multiplied out: 0.945 for 94.5%.'),
  ('{"written": "≤30万元", "actual_written": "≤28万元"}', '23514 actual value "≤28万元" is not one number in 元
The target is "≤30万元".
Write it as the target is written, or give actual, multiplied out: 0.945 for 94.5%.'),
  ('{"written": "≤30万元", "actual_written": "及时"}', '23514 actual value "及时" is not one number in 元
The target is "≤30万元".
Write it as the target is written, or give actual, multiplied out: 0.945 for 94.5%.');
SELECT is_empty($$ SELECT r.columns, want, got FROM refused r, pg_temp.gives(columns) AS got WHERE got <> want $$, 'what is refused, with all that is said');

-- By constraint, or by the functions that read and compare.
CREATE TEMP TABLE also_refused (columns jsonb, want text);
INSERT INTO also_refused VALUES
  ('{"written": "约30"}', '^22P02 .*约'), ('{"written": "3/4", "earned": 1}', '^22P02 '), ('{"written": " "}', '^22P02 '), ('{"written": "≥95%", "actual_written": "约90%"}', '^22P02 .*约'),
  ('{"comparison": "≥", "target": 3, "earned": 1}', '^23514 .*"performance_target_comparison_known"'), ('{"comparison": "between", "target": 3, "earned": 1}', '^23514 .*"performance_target_target_as_compared"'),
  ('{"comparison": "<=", "target": 3, "upper": 4, "earned": 1}', '^23514 .*"performance_target_target_as_compared"'), ('{"comparison": ">=", "earned": 1}', '^23514 .*"performance_target_target_as_compared"'),
  ('{"target": 3, "earned": 1}', '^23514 .*"performance_target_target_as_compared"'), ('{"comparison": "qualitative", "target": 3, "earned": 1}', '^23514 .*"performance_target_target_as_compared"'),
  ('{"comparison": "between", "target": 3, "upper": 2, "earned": 1}', '^23514 .*"performance_target_upper_not_below_target"'), ('{"comparison": ">=", "target": "NaN"}', '^23514 .*"performance_target_target_finite"'),
  ('{"comparison": "between", "target": 1, "upper": "Infinity"}', '^23514 .*"performance_target_upper_finite"'), ('{"written": "及时", "actual": "NaN"}', '^23514 .*"performance_target_actual_finite"'),
  ('{"written": "≥3", "actual": "NaN"}', '^22003 actual NaN'), ('{"written": "≥3", "reverse": "ratio"}', '^22023 reverse "ratio"|^23514 .*"performance_target_reverse_known"'), ('{"written": "≥3", "reverse": null}', '^23502 '),
  ('{"written": "≥3", "overshoot_at": 0.9}', '^23514 .*"performance_target_overshoot_at_from_1"'), ('{"written": "≥3", "overshoot_at": "NaN"}', '^23514 .*"performance_target_overshoot_at_from_1"'),
  ('{"written": "≥3", "earned": 10.01}', '^23514 .*"performance_target_earned_within_weight"'), ('{"written": "≥3", "earned": -1}', '^23514 .*"performance_target_earned_not_negative"'),
  ('{"written": "≥3", "weight": -1, "actual": 3}', '^23514 .*"performance_target_(weight|earned)_not_negative"'), ('{"written": "≥3", "weight": "NaN", "actual": 3}', '^23514 .*"performance_target_(weight|earned)_finite"'),
  ('{"written": "≥3", "weight": "Infinity", "actual": 2}', '^23514 .*"performance_target_(weight|earned)_finite"'), ('{"written": "≥3", "weight": null, "actual": 3}', '^23502 .*"weight"'),
  ('{"written": "≥3", "aspect": "benefit"}', '^23514 .*"performance_target_aspect_known"');
SELECT is_empty('SELECT r.*, got FROM also_refused r, pg_temp.gives(columns) AS got WHERE got !~ want', 'by constraint, or by the functions that read and compare');

-- ---- 3. changes ----

-- One row, changed from step to step; what it is then, or the error.
CREATE FUNCTION pg_temp.after(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE 'UPDATE deptperf.performance_target SET ' || change || ' WHERE performance_target_id = 1000000
             RETURNING concat_ws('' '', weight, written, ''|'', comparison, target, upper, unit, ''|'', actual, actual_written, ''|'', earned, CASE WHEN computed THEN ''computed'' END, CASE WHEN overshoot THEN ''overshoot'' END)' INTO result;
    RETURN result;
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
INSERT INTO deptperf.performance_target (performance_target_id, dept_id, fiscal_year, aspect, weight, written) VALUES (1000000, 1, 2022, 'social', 10, '≥80%');
SELECT is(pg_temp.after('actual = 0.6'), '10 ≥80% | >= 0.8 % | 0.6 | 7.5 computed', 'once there is an actual value, what it earns is computed');
SELECT is(pg_temp.after('actual = 0.7'), '10 ≥80% | >= 0.8 % | 0.7 | 8.75 computed', 'another one: computed again');
SELECT is(pg_temp.after('weight = 20'), '20 ≥80% | >= 0.8 % | 0.7 | 17.5 computed', 'another weight too');
SELECT is(pg_temp.after('weight = 4'), '4 ≥80% | >= 0.8 % | 0.7 | 3.5 computed', 'and one below what was earned');
SELECT is(pg_temp.after('target = 1'), '4 | >= 1 % | 0.7 | 2.8 computed', 'and another target, which is no longer the written one');
SELECT is(pg_temp.after($$ written = '≥70%' $$), '4 ≥70% | >= 0.7 % | 0.7 | 4 computed', 'a target written anew is read');
SELECT is(pg_temp.after($$ actual_written = '35%' $$), '4 ≥70% | >= 0.7 % | 0.35 35% | 2 computed', 'an actual value too');
SELECT is(pg_temp.after('actual = 0.14'), '4 ≥70% | >= 0.7 % | 0.14 | 0.8 computed', 'one that is given is no longer the written one');
SELECT is(pg_temp.after($$ title = 'x', computed = false $$), '4 ≥70% | >= 0.7 % | 0.14 | 0.8 computed', 'nobody sets computed');
SELECT is(pg_temp.after('earned = 3'), '4 ≥70% | >= 0.7 % | 0.14 | 3', 'what is given is judged');
SELECT is(pg_temp.after('actual = 0.7, weight = 5, computed = true'), '5 ≥70% | >= 0.7 % | 0.7 | 3', 'and stays, whatever else changes');
SELECT is(pg_temp.after('earned = NULL'), '5 ≥70% | >= 0.7 % | 0.7 | 5 computed', 'until it is computed again');
SELECT is(pg_temp.after('actual = NULL'), '5 ≥70% | >= 0.7 % | |', 'without an actual value it is not known');
SELECT is(pg_temp.after('actual = 0.9'), '23514 actual value 0.9 is above 1.2 times the target ≥70%', 'an overshoot is refused here too');
SELECT is(pg_temp.after($$ actual = 0.9, reason = '口径调整' $$), '5 ≥70% | >= 0.7 % | 0.9 | 5 computed overshoot', 'but for a reason');
SELECT is(pg_temp.after($$ comparison = '<=', actual = 0.84, reverse = 'quotient' $$), '5 ≥70% | <= 0.7 % | 0.84 | 4.16666666666666666667 computed', 'the other way: 5 * 0.7 / 0.84');
SELECT is(pg_temp.after($$ comparison = 'qualitative' $$), '5 ≥70% | qualitative | 0.84 |', 'qualitative by choice: not known until it is judged');
SELECT is(pg_temp.after($$ written = '约70%' $$), '5 约70% | qualitative | 0.84 |', 'which it stays with a text that can''t be read');
SELECT is(pg_temp.after($$ written = '≥60%' $$), '5 ≥60% | >= 0.6 % | 0.84 | 5 computed overshoot', 'and not with one that can');
SELECT matches(pg_temp.after($$ written = '约70%' $$), '^22P02 ', 'else such a text is refused');

-- A dump's rows, which come with all columns, are what they were.
CREATE TEMP TABLE kept AS SELECT * FROM deptperf.performance_target;
DO $$
DECLARE
    columns text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                     WHERE attrelid = 'deptperf.performance_target'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
BEGIN
    DELETE FROM deptperf.performance_target;
    EXECUTE format('INSERT INTO deptperf.performance_target (%1$s) SELECT %1$s FROM kept', columns);
END $$;
SELECT is_empty('(TABLE kept EXCEPT TABLE deptperf.performance_target) UNION ALL (TABLE deptperf.performance_target EXCEPT TABLE kept)', 'rows that come with all columns are stored as they are');

-- ---- 4. what is not known is no zero ----

-- Of department 4 a social target of 5 points is open; an output target that is open is no benefit.
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, written, actual) VALUES
    (3, 2021, 'social', 10, '≥10', 8), (3, 2021, 'output', 10, '≥10', NULL), (4, 2021, 'social', 5, '≥10', NULL), (4, 2021, 'economic', 5, '≥10', 10),
    (5, 2021, 'social', 5, '≥10', NULL);
DO $$ BEGIN PERFORM deptperf_close(2021, 'performance_target', 5); END $$;
SELECT results_eq($$ SELECT dept_id, facts -> 'benefit_weight', facts -> 'benefit_earned' FROM deptperf.facts WHERE fiscal_year = 2021 AND dept_id > 1 ORDER BY 1 $$,
  $$ VALUES (2::bigint, '20'::jsonb, '"NaN"'::jsonb), (3, '10', '8'), (4, '10', '"NaN"'), (5, '5', '"NaN"') $$, 'an open target makes benefit_earned NaN, for the departments above too, and closing makes it no zero');
SELECT results_eq($$ SELECT dept_id, state, points FROM deptperf.item_score WHERE fiscal_year = 2021 AND item = 'C3.1.1' AND dept_id > 1 ORDER BY 1 $$,
  $$ VALUES (2::bigint, 'invalid', NULL::numeric), (3, 'scored', 20), (4, 'invalid', NULL), (5, 'invalid', NULL) $$, 'so that what reads it has no points, and not 0');

-- What is due is said, and why a score is invalid: an open benefit target is an error, another one none; 8 of 10 without a reason.
SELECT results_eq($$ SELECT dept_id, severity, issue, regexp_replace(found, '\d+, ', '#, '), expected FROM deptperf.data_issue WHERE fiscal_year = 2021 AND dept_id > 1 AND source = 'performance_target' AND issue <> 'silent' ORDER BY 1, 2 $$, $$ VALUES
  (3::bigint, 'info', 'open target', 'target #, output: no actual value', 'actual or actual_written'), (3, 'warning', 'no reason', 'target #, social: 8 of 10', 'why it was missed, in reason'),
  (4, 'error', 'open target', 'target #, social: no actual value', 'actual or actual_written'), (5, 'error', 'open target', 'target #, social: no actual value', 'actual or actual_written') $$, 'data_issue says what is due');
UPDATE deptperf.performance_target SET reason = ' ' WHERE dept_id = 3 AND aspect = 'social';
SELECT results_eq($$ SELECT severity, issue FROM deptperf.target_issue WHERE dept_id = 3 ORDER BY 1 $$, $$ VALUES ('info', 'open target'), ('warning', 'no reason') $$, 'a blank is no reason');
UPDATE deptperf.performance_target SET reason = '汛期' WHERE dept_id = 3 AND aspect = 'social';
SELECT results_eq($$ SELECT severity, issue FROM deptperf.target_issue WHERE dept_id = 3 $$, $$ VALUES ('info', 'open target') $$, 'with a reason it is gone');
UPDATE deptperf.performance_target SET written = '及时' WHERE dept_id = 3 AND aspect = 'output';
SELECT results_eq($$ SELECT regexp_replace(found, '\d+, ', '#, '), expected FROM deptperf.target_issue WHERE dept_id = 3 $$, $$ VALUES ('target #, output: not judged', 'earned') $$, 'a qualitative target takes a judgement');

-- Beside a bound relation the own table is read the same way.
CREATE SCHEMA finance;
CREATE TABLE finance.goal (dept bigint, y int, w numeric, e numeric);
INSERT INTO finance.goal VALUES (3, 2021, 10, 6);
SELECT is((SELECT count(*) FROM deptperf_bind('{"performance_target": {"from": "finance.goal", "dept": "dept", "year": "y", "aspect": "''social''", "weight": "w", "earned": "e", "keep": true}}')), 1::bigint, 'a relation is bound beside it');
SELECT results_eq($$ SELECT dept_id, facts -> 'benefit_weight', facts -> 'benefit_earned' FROM deptperf.facts WHERE fiscal_year = 2021 AND dept_id > 1 ORDER BY 1 $$,
  $$ VALUES (2::bigint, '30'::jsonb, '"NaN"'::jsonb), (3, '20', '14'), (4, '10', '"NaN"'), (5, '5', '"NaN"') $$, 'and an open target is no zero there');

-- A workspace of before (step 1), whose source view takes NULL as nothing.
CREATE FUNCTION pg_temp.earned() RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(facts ->> 'benefit_earned', ' ' ORDER BY dept_id) FROM deptperf.performance_target_facts WHERE dept_id IN (3, 4) AND fiscal_year = 2021 $$;
CREATE FUNCTION pg_temp.as_before() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'CREATE OR REPLACE VIEW deptperf.performance_target_source AS '
            || regexp_replace(pg_get_viewdef('deptperf.performance_target_source'::regclass), 'COALESCE\(((?:performance_target\.)?earned), ''NaN''::numeric\)', '\1');
    UPDATE deptperf.workspace SET version = 1;
END $$;
DO $$ BEGIN PERFORM pg_temp.as_before(); END $$;
SELECT is(pg_temp.earned(), '14 5', 'of before, an open target adds nothing');
DO $$ BEGIN PERFORM deptperf_setup(); END $$;
SELECT is(pg_temp.earned(), '14 NaN', 'setup puts that right, beside a bound relation');
DO $$ BEGIN PERFORM deptperf_unbind('performance_target'); PERFORM pg_temp.as_before(); END $$;
SELECT is(pg_temp.earned(), '8 5', 'unbound, of before');
DO $$ BEGIN PERFORM deptperf_setup(); END $$;
SELECT is(pg_temp.earned(), '8 NaN', 'and by itself');

SELECT * FROM finish();
ROLLBACK;
