-- headroom.sql: deptperf_headroom: the change that is named earns the points, and one
-- unit less does not: on the reference case, and on random facts under rules of every
-- kind.
BEGIN;
SELECT plan(14);
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
\cd examples/case
\i load.sql

CREATE TEMP TABLE room AS SELECT * FROM deptperf_headroom('440300-SI', 2021);
-- every item of the bureau that a formula leaves below its points
SELECT set_eq('SELECT DISTINCT item FROM room', $$ SELECT s.item FROM deptperf.item_score s JOIN deptperf.department d USING (dept_id) WHERE d.code = '440300-SI' AND s.fiscal_year = 2021 AND s.points < s.max_points $$, 'a row for each item that lost points');
-- 75 % of 121409.27 is 91056.9525, so 91056.96 have to be in use: 7654.34 more than 83402.62; 90 % is 109268.343: 25865.73 more
SELECT results_eq($$ SELECT lost, value, next_change, next_points, full_change FROM room WHERE item = 'B3.2.1' AND fact = 'assets_in_use' $$, 'VALUES (0.6, 83402.62, 7654.34, 0.7, 25865.73)', 'assets in use');
-- 125 of 137: one project more is 6 * 126 / 137, all is twelve more
SELECT results_eq($$ SELECT next_change, round(next_points, 6), full_change FROM room WHERE item = 'C2.3.1' AND fact = 'projects_on_time' $$, 'VALUES (1::numeric, round(756::numeric / 137, 6), 12::numeric)', 'projects, whole ones');
-- 503 external of 1258: the rule's next bound
SELECT is_empty($$ SELECT * FROM room WHERE item = 'B4.2.1' AND (next_change % 1 <> 0 OR full_change % 1 <> 0) $$, 'people, whole ones');

-- Put back: points at a change of the fact, by the document.
CREATE FUNCTION pg_temp.points_at(document jsonb, facts jsonb, item text, fact text, change numeric) RETURNS numeric LANGUAGE sql AS $$
    SELECT e.points_numerator / e.points_denominator FROM deptperf_evaluate(document, facts || jsonb_build_object(fact, (facts ->> fact)::numeric + change), '{}') e WHERE e.code = item AND e.state = 'scored'
$$;
CREATE FUNCTION pg_temp.unit(fact text, value numeric) RETURNS numeric LANGUAGE sql AS $$
    SELECT CASE WHEN (SELECT unit IN ('count', 'level') FROM deptperf.fact f WHERE f.fact = $1) THEN 1 ELSE power(10::numeric, -greatest(2, scale(trim_scale(value)))) END
$$;
CREATE TEMP TABLE tried AS
    SELECT r.*, sign(next_change) * pg_temp.unit(fact, value) AS unit, b.document, b.facts, e.points_numerator / e.points_denominator AS exact, i.points AS most
    FROM room r, deptperf_basis((SELECT dept_id FROM deptperf.department WHERE code = '440300-SI'), 2021) b, deptperf_evaluate(b.document, b.facts, '{}') e, deptperf.framework_item i
    WHERE e.code = r.item AND i.framework = b.framework AND i.code = r.item AND r.fact IS NOT NULL;
CREATE TEMP VIEW wrong AS
    SELECT item, fact, value, next_change, full_change FROM tried
    WHERE next_change IS NOT NULL AND (pg_temp.points_at(document, facts, item, fact, next_change) <= exact
                                       OR coalesce(pg_temp.points_at(document, facts, item, fact, next_change - unit) > exact, false))
       OR full_change IS NOT NULL AND (pg_temp.points_at(document, facts, item, fact, full_change) < most
                                       OR coalesce(pg_temp.points_at(document, facts, item, fact, full_change - sign(full_change) * abs(unit)) >= most, false));
SELECT is_empty('TABLE wrong', 'each change earns what it says, and one unit less does not');
SELECT cmp_ok((SELECT count(*) FROM tried WHERE full_change IS NOT NULL), '>=', 12::bigint, 'which were some');

-- Random facts under rules of every kind.
INSERT INTO deptperf.fact (fact, unit) VALUES ('na', 'money'), ('nb', 'money'), ('ca', 'count'), ('cb', 'count');
SELECT deptperf_framework_import(jsonb_build_object('framework', 'kinds', 'indicators', '[{"code": "I", "points": 100}]'::jsonb, 'items',
  (SELECT jsonb_agg(jsonb_build_object('code', 'i' || n, 'indicator', 'I', 'points', 10, 'formula', f, 'rule', r, 'empty', 'missing'))
   FROM (SELECT row_number() OVER () AS n, f, r FROM unnest('{na / nb,ca / cb,"(na + 2*nb) / nb"}'::text[]) f,
         unnest(ARRAY['x >= 90%: 10, x >= 75%: 7, x >= 60%: 4, else 0', 'x > 100%: 0, else 10 * x', '10 * x / 75%', '10 - 1 per 1% over 10%', '10 - 2 per whole 5% under 100%', '10 - 1 per started 5% over 20%',
                      'x > 100%: invalid, else 10 * x', 'x < 30%: 2, x <= 50%: 10, else 5']) r) k)));
SELECT setseed(0.42);
INSERT INTO deptperf.department (dept_id, code) SELECT 1000 + n, 'r' || n FROM generate_series(1, 40) n;
INSERT INTO deptperf.department_framework (dept_id, from_year, framework) SELECT 1000 + n, 2021, 'kinds' FROM generate_series(1, 40) n;
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount)
    SELECT 1000 + n, 2021, f, CASE WHEN f ~ '^c' THEN floor(random() * 40) + 1 ELSE round((random() * 1000 + 1)::numeric, 2) END FROM generate_series(1, 40) n, unnest('{na,nb,ca,cb}'::text[]) f;
DELETE FROM tried;
INSERT INTO tried
    SELECT r.*, sign(next_change) * pg_temp.unit(r.fact, value) AS unit, b.document, b.facts, e.points_numerator / e.points_denominator, 10
    FROM generate_series(1, 40) n, deptperf_headroom(1000 + n, 2021) r, deptperf_basis(1000 + n, 2021) b, deptperf_evaluate(b.document, b.facts, '{}') e WHERE e.code = r.item;
SELECT is_empty('TABLE wrong', 'random: each change earns what it says, and one unit less does not');
SELECT cmp_ok((SELECT count(*) FROM tried WHERE next_change IS NOT NULL), '>', 500::bigint, 'which were many');
-- where nothing is named, no change in reach earns more
SELECT is_empty($$ SELECT item, fact, value, k FROM tried, unnest('{-0.9,-0.5,-0.1,0.1,0.5,1,3,10}'::numeric[]) k
  WHERE next_change IS NULL AND pg_temp.points_at(document, facts, item, fact, round(value * k, CASE WHEN fact ~ '^c' THEN 0 ELSE 2 END)) > exact $$, 'and where none is named none in reach does');
-- nothing smaller does either
SELECT is_empty($$ SELECT item, fact, value, next_change, k FROM tried, unnest('{0.02,0.1,0.25,0.5,0.75,0.9,0.99}'::numeric[]) k, unnest('{-1,1}'::numeric[]) s
  WHERE round(next_change * k, CASE WHEN fact ~ '^c' THEN 0 ELSE 2 END) NOT IN (0, next_change) AND pg_temp.points_at(document, facts, item, fact, s * round(abs(next_change) * k, CASE WHEN fact ~ '^c' THEN 0 ELSE 2 END)) > exact
    AND abs(s * round(abs(next_change) * k, CASE WHEN fact ~ '^c' THEN 0 ELSE 2 END)) < abs(next_change) $$, 'nor a smaller one');
-- A refund: (-50 + 600) of 6000 where half were due, 550 / 3000 points; a cent more is 550.01 / 3000, and 3000 are 2450 more
INSERT INTO deptperf.department (dept_id, code) VALUES (2000, 'refund');
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, amount) VALUES (2000, 2021, 1, 'other', -50), (2000, 2021, 4, 'other', 100), (2000, 2021, 4, 'public', 500);
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) VALUES (2000, 2021, 'other', 6000);
SELECT results_eq($$ SELECT next_change, next_points, full_change FROM deptperf_headroom('refund', 2021) WHERE item = 'C2.1.2' AND fact = 'paid_q1' $$, 'VALUES (0.01, 550.01 / 3000, 2450::numeric)', 'a fact below 0 has a smallest change too');
-- 500 of a budget of 0 is above every bound; of 500 it is 100 %, 2 points; of 555.56 89.999 %, all 3
SELECT results_eq($$ SELECT fact, next_change, next_points, full_change FROM deptperf_headroom('refund', 2021) WHERE item = 'C1.1.2' ORDER BY 1 $$, $$ VALUES ('public_budget', 500::numeric, 2::numeric, 555.56), ('public_paid', NULL, NULL, NULL) $$, 'and so has a denominator of 0');
SELECT is_empty($$ SELECT deptperf_headroom(NULL::bigint, 2021) $$, 'NULL gives no rows');
SELECT throws_ok($$ SELECT deptperf_headroom('nobody', 2021) $$, 'P0002', 'department "nobody" is not known', 'an unknown department');

SELECT * FROM finish();
ROLLBACK;
