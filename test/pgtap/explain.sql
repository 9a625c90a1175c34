-- explain.sql: deptperf_explain on the reference case: what it says is enough to do
-- every sum again.
BEGIN;
SELECT plan(28);
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
\cd examples/case
\i load.sql

-- What stands in the official form for 21 indicators of 43 items.
CREATE TEMP TABLE told AS SELECT * FROM deptperf_explain('440300-SI', 2021);
SELECT is((SELECT format('%s %s', count(DISTINCT indicator), count(item)) FROM told), (SELECT format('%s %s', count(DISTINCT indicator), count(*)) FROM deptperf.framework_item WHERE framework = 'sz-2021'), 'a row an item');

-- The arithmetic is SQL: evaluated as its own text, and held between 0 and the maximum, it gives the points.
CREATE FUNCTION pg_temp.worked(expression text) RETURNS numeric LANGUAGE plpgsql STRICT AS $$
DECLARE
    result numeric;
BEGIN
    EXECUTE 'SELECT ' || expression INTO result;
    RETURN result;
END $$;
SELECT is_empty($$ SELECT item, arithmetic, points FROM told WHERE state = 'scored' AND round(least(max_points, greatest(0, pg_temp.worked(arithmetic))), 6) <> points $$, 'the arithmetic gives the points');
SELECT is_empty($$ SELECT item FROM told WHERE (state = 'scored') <> (arithmetic IS NOT NULL) $$, 'what is computed has one');
SELECT is_empty($$ SELECT item, raw_points, points FROM told WHERE state = 'scored' AND round(least(max_points, raw_points), 6) <> points $$, 'the points are the raw ones, held to the maximum');
-- and so do the indicators and the total (strict, the reference's 96.62)
SELECT is((SELECT sum(p) FROM (SELECT round(sum(CASE WHEN arithmetic IS NULL THEN points ELSE least(max_points, greatest(0, pg_temp.worked(arithmetic))) END), 2) AS p FROM told t WHERE item IS NULL OR NOT EXISTS (SELECT FROM told w WHERE w.indicator = t.indicator AND w.item IS NULL) GROUP BY indicator) i), 96.62, 'added and rounded by indicator they are the total');
-- the formula with its numbers is SQL too
SELECT is_empty($$ SELECT item, formula FROM told WHERE numerator IS NOT NULL AND formula !~ 'nonzero'
  AND abs(pg_temp.worked(regexp_replace(split_part(split_part(formula, ' = ', 2), ' ≈ ', 1), '\d+(\.\d+)?', '\&::numeric', 'g')) - value) > 1e-15 $$, 'the formula with its numbers gives the value');
-- reference: 83402.62 of 121409.27 in use is 68.70 %, 0.4 points of 1
SELECT results_eq($$ SELECT label, formula, branch, arithmetic, points, sources FROM deptperf_explain('440300-SI', 2021, 'B3.2', 'en') $$,
  $$ VALUES ('Fixed assets in use', 'assets_in_use / assets_total = 83402.62 / 121409.27 ≈ 68.70 %', 'at least 60%: 0.4 points', '0.4', 0.4, 'fixed assets: 133 records of 13 units') $$, 'an item in full');
SELECT results_eq($$ SELECT branch, arithmetic, points, sources FROM deptperf_explain('440300-SI', 2021, 'C2.3') $$,
  $$ VALUES ('其他情况：6 分×比值', '6 * 125.0 / 137', 5.474453, '项目：137 条记录，13 个单位') $$, 'in Chinese');
SELECT is((SELECT format('%s %s', state, judged_by) FROM deptperf_explain('440300-SI', 2021, 'A1.1') LIMIT 1), 'judged ' || current_user, 'who judged');
SELECT is_empty($$ SELECT item FROM told WHERE state = 'judged' AND points < max_points AND reason IS NULL $$, 'and why, where it is below the maximum');
SELECT deptperf_assess('440300-SI', 2021, '{"B3.2.1": 0.7}', 'two sheets recounted', override => true);
SELECT results_eq($$ SELECT state, points, reason, arithmetic, numerator FROM deptperf_explain('440300-SI', 2021, 'B3.2') $$, $$ VALUES ('overridden', 0.7, 'two sheets recounted', NULL::text, 83402.62) $$, 'an override shows what it replaces');

SELECT is(array_agg(deptperf_explain_branch(b, 'en')), '{"above 100%: the figures contradict each other","otherwise: 50 points, less 5 for each whole 5% under 100%","1 point","at most 10%: 1 point times the value over 0.75"}', 'branches in English')
FROM unnest('{"x > 100%: invalid","else 50 - 5 per whole 5% under 100%","1","x <= 10%: 1 * x / 0.75"}'::text[]) b;
SELECT is(array_agg(deptperf_explain_branch(b, 'zh')), '{"高于 100%：数据无效","其他情况：50 分，低于 100% 的部分每满 5% 扣 5 分","1 分"}', 'and in Chinese')
FROM unnest('{"x > 100%: invalid","else 50 - 5 per whole 5% under 100%","1"}'::text[]) b;

-- Rules of every kind over fractions and whole numbers: the arithmetic, run as it stands, is what deptperf_score gives.
CREATE TEMP TABLE ruled AS
    SELECT r, n, d, deptperf_arithmetic(r::deptperf_rule, n, d) AS arithmetic, deptperf_score(r::deptperf_rule, n, coalesce(d, 1)) AS points
    FROM unnest(ARRAY['x >= 90%: 10, x >= 0.5: 7, else 0', '10 * x', '10 * x / 75%', '10 - 1 per 1% over 10%', '10 - 2 per whole 5% under 100%', '10 - 1 per started 5% over 20%', '10 - 3 per started 7% under 100%',
                      '2 + 1 per whole 10% over 5%', '10 - 1 per 0.3', 'x > 2: invalid, else 5 - 1 per whole 2', '8 - 2 per 1 under 3', 'x < 1: 3 * x / 7, else 3 - 0.5 per started 2 over -1']) r,
         unnest('{0,1,3,7,-2,0.45,12.5,99}'::numeric[]) n, unnest('{1,3,7,20,0.3,NULL}'::numeric[]) d
    WHERE deptperf_state(r::deptperf_rule, n, coalesce(d, 1)) = 'scored';
SELECT cmp_ok((SELECT count(*) FROM ruled WHERE arithmetic IS NOT NULL), '>', 400::bigint, 'arithmetic of many');
SELECT is_empty($$ SELECT * FROM ruled WHERE round(greatest(0, pg_temp.worked(arithmetic)), 12) IS DISTINCT FROM round(points, 12) $$, 'gives the points');
SELECT is(deptperf_arithmetic('10 - 2 per whole 5% under 100%', 836, 1000), '10 - 2 * div(164, 50)', 'steps under a bound');
SELECT results_eq($$ SELECT branch, bound, outcome, a, b, steps, step, start FROM deptperf_rule_branches('x > 100%: invalid, x >= 50%: 3 * x / 2, else 8 - 2 per whole 5% under 100%') $$, $$ VALUES
    ('x > 100%: invalid', 1::numeric, 'invalid', NULL::numeric, NULL::numeric, NULL, NULL::numeric, NULL::numeric), ('x >= 50%: 3 * x / 2', 0.5, 'share', 3, 2, NULL, NULL, NULL), ('else 8 - 2 per whole 5% under 100%', NULL, 'slope', 8, -2, 'whole', -0.05, 1) $$, 'what a rule is made of');
SELECT is(deptperf_arithmetic(NULL, 1, 2), NULL, 'of no rule none');
SELECT is(deptperf_arithmetic('1 * x', 'NaN', 2), NULL, 'nor of no number');

-- What stands in place of the sum of items, with its numbers: a requirement that vetoes, one that is not met (two aspects of three), another way to combine.
INSERT INTO deptperf.department (code) VALUES ('new');
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count) SELECT dept_id, 2021, 'violation', 2 FROM deptperf.department WHERE code = 'new';
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned) SELECT dept_id, 2021, a, 10, 9 FROM deptperf.department, unnest('{social,economic}'::text[]) a WHERE code = 'new';
INSERT INTO deptperf.closed (dept_id, fiscal_year, source) SELECT dept_id, 2021, s FROM deptperf.department, unnest('{fixed_asset,budget,execution}'::text[]) s WHERE code = 'new';
SELECT results_eq($$ SELECT state, numerator, formula, rule, branch, points, sources FROM deptperf_explain('new', 2021, 'B1.2', 'en') WHERE item IS NULL $$,
  $$ VALUES ('vetoed', 2::numeric, 'finding_violation = 2', 'x > 0: zero, else pass', 'above 0: vetoes', 0::numeric, 'findings: 1 records of 1 units') $$, 'a veto');
SELECT results_eq($$ SELECT state, value, split_part(formula, ' = ', 2), branch, points FROM deptperf_explain('new', 2021, 'C3.1') WHERE item IS NULL $$,
  $$ VALUES ('missing', 2::numeric, 'nonzero(10) + nonzero(10) + nonzero(0) + nonzero(0)', '其他情况：缺少数据', NULL::numeric) $$, 'a requirement that is not met');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) SELECT dept_id, 2022, 'pefa-m1' FROM deptperf.department WHERE code = 'new';
SELECT deptperf_assess('new', 2022, '{"PI-2.1": "A", "PI-2.2": "C", "PI-2.3": "B"}', 'by the criteria');
-- 4, 2 and 3: the weakest, and half a point because another is better
SELECT results_eq($$ SELECT rule, arithmetic, raw_points, points FROM deptperf_explain('new', 2022) WHERE item IS NULL $$, $$ VALUES ('weakest plus', 'least(4, 2, 3) + 0.5', 2.5, 2.5) $$, 'dimensions that are not added');
-- and why no branch decided
SELECT results_eq($$ SELECT item, state, branch, points FROM deptperf_explain('new', 2021, lang => 'en') WHERE item IN ('B3.2.1', 'C2.1.1') $$, $$ VALUES ('B3.2.1', 'not_applicable', '0 / 0: all points', 1::numeric), ('C2.1.1', 'missing', '0 / 0: not known', NULL) $$, 'nothing of nothing');
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) SELECT dept_id, 2023, 'hunan-dept' FROM deptperf.department WHERE code = 'new';
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) SELECT dept_id, 2023, 'building_projects', 0 FROM deptperf.department WHERE code = 'new';
SELECT results_eq($$ SELECT state, branch FROM deptperf_explain('new', 2023) WHERE item = 'B1.3' $$, $$ VALUES ('not_applicable', '不适用（building_projects = 0）：满分') $$, 'what does not apply');

SELECT throws_ok($$ SELECT deptperf_explain('440300-SI', 2021, 'B9') $$, 'P0002', '"B9" is no indicator of framework "sz-2021"', 'an unknown indicator');
CREATE FUNCTION pg_temp.hint(statement text) RETURNS text LANGUAGE plpgsql AS $f$
DECLARE
    hint text;
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN hint;
END $f$;
SELECT is(ARRAY(SELECT pg_temp.hint(format('SELECT * FROM deptperf_explain(''440300-SI'', 2021, %L)', code)) FROM unnest('{b1.1,B1.1.1," c4.2.1",B9}'::text[]) AS code),
  '{"Was ''B1.1'' meant?","B1.1.1 is an item of the indicator ''B1.1''; give that.","C4.2.1 is an item of the indicator ''C4.2''; give that.","NULL explains all of them."}', 'or one in small letters, or an item');
SELECT throws_ok($$ SELECT deptperf_explain('440300-SI', 2021, lang => 'fr') $$, '22023', 'language "fr" is not known', 'an unknown language');
SELECT is_empty($$ SELECT deptperf_explain(NULL::bigint, 2021) $$, 'NULL gives no rows');

SELECT * FROM finish();
ROLLBACK;
