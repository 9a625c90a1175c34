-- random.sql: what explains a score, on 200 departments in three levels and 5 years
-- of random records with holes, under every framework that comes with the extension.
-- Another seed:  psql -v seed=0.7 -f test/pgtap/random.sql
\if :{?seed}
\else
\set seed 0.6180339
\endif
BEGIN;
SELECT plan(29);
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
SELECT deptperf_setup(framework => 'sz-2021-records');
SELECT diag('seed ' || :seed);
SELECT setseed(:seed);

CREATE FUNCTION pg_temp.money(most numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT round(random()::numeric * most, (random() * 3)::int) $$;
CREATE FUNCTION pg_temp.pick(VARIADIC anycompatiblearray) RETURNS anycompatible LANGUAGE sql AS $$ SELECT $1[1 + floor(random() * cardinality($1))::int] $$;
CREATE FUNCTION pg_temp.any_of(n numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT CASE WHEN random() < 0.4 THEN 0 WHEN random() < 0.5 THEN n ELSE floor(random()::numeric * (n + 1)) END $$;
CREATE FUNCTION pg_temp.worked(expression text) RETURNS numeric LANGUAGE plpgsql STRICT AS $$
DECLARE
    result numeric;
BEGIN
    EXECUTE 'SELECT ' || expression INTO result;
    RETURN result;
END $$;

-- ---- the workspace ----

INSERT INTO deptperf.department (dept_id, code, parent_id)
    SELECT d, 'd' || d, CASE WHEN d > 48 THEN 9 + d % 40 WHEN d > 8 THEN 1 + d % 8 END FROM generate_series(1, 200) d ORDER BY d;
INSERT INTO deptperf.department_framework (dept_id, from_year, framework)
    SELECT d, 2017, CASE WHEN d < 3 THEN 'sz-2021' ELSE (ARRAY['hunan-dept', 'mof-project-2020', 'hubei-project', 'pefa-m1', 'us-part'])[1 + d % 5] END FROM unnest('{1,2,186,187,188,189,190,191,192,193,194,195,196,197,198,199,200}'::int[]) d;

-- About n records of a source for each department and year; a third of the units is silent in it.
CREATE FUNCTION pg_temp.rows(n int) RETURNS TABLE (dept_id bigint, fiscal_year int) LANGUAGE sql AS $$
    SELECT u.d, u.y FROM (SELECT d, y, random() AS speaks FROM generate_series(1, 200) d, generate_series(2017, 2021) y) u, generate_series(1, n) WHERE u.speaks < 0.65 AND random() < 0.7
$$;
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial, adjusted)
    SELECT r.*, pg_temp.pick('personnel'::text, 'public', 'project', 'other'), random() < 0.4, pg_temp.pick(0, 1, 1, 1) * pg_temp.money(40), CASE WHEN random() < 0.6 THEN pg_temp.money(45) END FROM pg_temp.rows(3) r;
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount)
    SELECT r.*, 1 + floor(random() * 12)::int, pg_temp.pick('personnel'::text, 'public', 'project', 'other'), random() < 0.4, pg_temp.money(24) - 4 FROM pg_temp.rows(5) r;
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount)     -- the whole budget, here and there
    SELECT b.dept_id, b.fiscal_year, 12, b.expense_class, b.three_public, coalesce(b.adjusted, b.initial) FROM deptperf.budget b WHERE (b.dept_id + b.fiscal_year) % 3 = 0;
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) SELECT r.*, pg_temp.money(12) - 6 FROM pg_temp.rows(1) r;
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) SELECT dept_id, fiscal_year, p, round(p * pg_temp.pick(0, 0.7, 0.95, 1, 1.02), 2) FROM (SELECT r.*, pg_temp.pick(0, 1, 1, 1) * pg_temp.money(1000) AS p FROM pg_temp.rows(2) r) r;
INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use) SELECT r.*, pg_temp.pick(0, 1, 1, 1, 1) * pg_temp.money(1000), random() < 0.75 FROM pg_temp.rows(4) r;
INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external) SELECT r.*, pg_temp.any_of(30), pg_temp.any_of(28), pg_temp.any_of(3) FROM pg_temp.rows(1) r;
INSERT INTO deptperf.project (dept_id, fiscal_year, planned, on_time) SELECT dept_id, fiscal_year, n, pg_temp.any_of(n) FROM (SELECT r.*, pg_temp.any_of(7) AS n FROM pg_temp.rows(2) r) r;
INSERT INTO deptperf.key_task (dept_id, fiscal_year, assigned, missed) SELECT r.*, 3, floor(random() * 1.3) FROM pg_temp.rows(1) r;
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, earned)
    SELECT r.*, pg_temp.pick('social'::text, 'economic', 'ecological', 'sustainable', 'output', 'satisfaction'), 10, pg_temp.money(10) FROM pg_temp.rows(6) r;
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, comparison, target) SELECT r.*, 'social', 10, '>=', 5 FROM pg_temp.rows(1) r WHERE random() < 0.02;     -- not known yet
INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time)
    SELECT dept_id, fiscal_year, n, a, CASE WHEN random() < 0.6 THEN a ELSE pg_temp.any_of(a) END FROM (SELECT r.*, CASE WHEN random() < 0.7 THEN n ELSE pg_temp.any_of(n) END AS a FROM (SELECT r.*, pg_temp.any_of(9) AS n FROM pg_temp.rows(1) r) r) r;
INSERT INTO deptperf.satisfaction_survey (dept_id, fiscal_year, respondents, satisfied) SELECT r.*, 100, 70 + floor(random() * 31) FROM pg_temp.rows(1) r;
INSERT INTO deptperf.disclosure (dept_id, fiscal_year, kind, level, due) SELECT r.*, pg_temp.pick('budget'::text, 'final_accounts'), pg_temp.pick(0, 1, 2, 2), 2 FROM pg_temp.rows(2) r;
INSERT INTO deptperf.finding (dept_id, fiscal_year, kind, count) SELECT r.*, pg_temp.pick('budget_nonconformity'::text, 'target_nonconformity', 'violation'), floor(random() * 3) FROM pg_temp.rows(1) r;
-- what only other frameworks read
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount)
    SELECT d, y, f.fact, CASE WHEN f.unit = 'count' THEN floor(random() * 3) ELSE pg_temp.money(100) END
    FROM generate_series(186, 200) d, generate_series(2017, 2021) y, deptperf.fact f WHERE f.source = 'measurement' AND f.fact !~ '_(records|units)$' AND random() < 0.85;
INSERT INTO deptperf.closed (dept_id, fiscal_year, source) SELECT d, y, s.source FROM generate_series(1, 200) d, generate_series(2017, 2021) y, deptperf.source s WHERE s.zeros IS NOT NULL AND random() < CASE y WHEN 2021 THEN 0.8 ELSE 0.2 END;
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount)     -- here and there what contradicts the records
    SELECT c.dept_id, c.fiscal_year, x.fact, pg_temp.pick(-1, 1) * floor(random() * 300)
    FROM deptperf.closed c JOIN (VALUES ('fixed_asset', 'assets_in_use'), ('project', 'projects_on_time'), ('satisfaction_survey', 'survey_satisfied'), ('staffing', 'staff_external'), ('petition', 'petitions_answered'), ('disclosure', 'budget_disclosure_level'),
                                        ('procurement', 'procurement_actual'), ('execution', 'public_paid')) x(source, fact) USING (source) WHERE random() < 0.05;

-- Judgements of most judged items; of computed items and indicators some overrides and exemptions.
CREATE TEMP TABLE in_force AS SELECT d AS dept_id, y AS fiscal_year, f.framework FROM generate_series(1, 200) d, generate_series(2017, 2021) y, deptperf.framework_in_force(d, y) f;
INSERT INTO deptperf.assessment (dept_id, fiscal_year, item, points, exempt, reason)
    SELECT dept_id, fiscal_year, code, CASE WHEN NOT exempt THEN coalesce(level, pg_temp.pick(0, 0.5, 0.9, 1) * points) END, exempt, 'random'
    FROM (
        SELECT f.dept_id, f.fiscal_year, t.code, t.points, random() < 0.1 AS exempt,
               (SELECT l.from_points FROM deptperf.framework_level l WHERE l.framework = f.framework AND l.item = t.code ORDER BY random() + f.dept_id LIMIT 1) AS level
        FROM in_force f JOIN deptperf.framework_item t USING (framework) WHERE random() + 0 * f.dept_id < CASE WHEN t.formula IS NULL THEN 0.97 ELSE 0.02 END
        UNION ALL
        SELECT f.dept_id, f.fiscal_year, i.code, i.points, random() < 0.3, NULL FROM in_force f JOIN deptperf.framework_indicator i USING (framework) WHERE random() + 0 * f.dept_id < 0.01) a;
ANALYZE;
CREATE FUNCTION pg_temp.nonzero(n numeric) RETURNS numeric LANGUAGE sql AS 'SELECT (n <> 0)::int';

-- ---- what deptperf_explain says is enough to do every sum again ----

CREATE TEMP TABLE score AS SELECT * FROM deptperf.score;
CREATE TEMP TABLE indicator_score AS SELECT * FROM deptperf.indicator_score;
ANALYZE score, indicator_score;
CREATE TEMP TABLE told AS
    SELECT s.dept_id, s.fiscal_year, s.framework, e.*, CASE WHEN e.arithmetic IS NULL THEN e.points ELSE least(e.max_points, greatest(0, pg_temp.worked(e.arithmetic))) END AS exact
    FROM score s, deptperf_explain(s.dept_id, s.fiscal_year, lang => 'en') e;
SELECT is((SELECT count(*) FROM told WHERE item IS NOT NULL), (SELECT count(*) FROM in_force JOIN deptperf.framework_item USING (framework)), 'a row for each department, year and item');
-- rules of which some branch never decided, but that the records contradict each other
SELECT is_empty($$ SELECT t.framework, t.code, b.branch FROM deptperf.framework_item t CROSS JOIN deptperf_rule_branches(t.rule::deptperf_rule) b WHERE b.outcome <> 'invalid' AND t.framework ~ '^sz-2021'
  AND NOT EXISTS (SELECT FROM told x WHERE x.framework = t.framework AND x.item = t.code AND x.branch = deptperf_explain_branch(b.branch, 'en')) $$, 'every branch of every rule decided somewhere');
SELECT is_empty($$ SELECT * FROM told WHERE item IS NOT NULL AND (state = 'scored') <> (arithmetic IS NOT NULL) OR arithmetic IS NOT NULL AND abs(greatest(0, pg_temp.worked(arithmetic)) - raw_points) > 1e-12 OR round(least(max_points, raw_points), CASE WHEN item IS NULL THEN 2 ELSE 6 END) <> points $$,
  'the arithmetic, as SQL, gives the raw points, and these held to the maximum the points');
SELECT is_empty($$ SELECT dept_id, fiscal_year, item, formula, numerator, denominator, value FROM (SELECT *, replace(regexp_replace(split_part(split_part(formula, ' = ', 2), ' ≈ ', 1), '\d+(\.\d+)?', '\&::numeric', 'g'), 'nonzero', 'pg_temp.nonzero') AS numbers FROM told WHERE numerator IS NOT NULL) t
  WHERE pg_temp.worked(split_part(numbers, ' / ', 1)) <> numerator OR pg_temp.worked(nullif(split_part(numbers, ' / ', 2), '')) IS DISTINCT FROM denominator
     OR value IS DISTINCT FROM CASE WHEN denominator IS NULL THEN numerator ELSE numerator / nullif(denominator, 0) END $$, 'the formula with its numbers, as SQL, gives numerator, denominator and value');
SELECT is_empty($$ SELECT dept_id, fiscal_year, item, t.state, t.points, s.state, s.points FROM told t FULL JOIN deptperf.item_score s USING (dept_id, fiscal_year, item) WHERE (t.dept_id IS NULL OR item IS NOT NULL) AND (t.state, t.points) IS DISTINCT FROM (s.state, s.points) $$, 'item_score says the same');
-- A row of a whole indicator stands in place of its items.
CREATE TEMP TABLE summed AS
    SELECT t.dept_id, t.fiscal_year, t.framework, t.indicator, bool_or(t.state IN ('missing', 'invalid')) AS open, coalesce(g.weight, 1) AS weight,
           sum(exact) AS exact, sum(max_points) FILTER (WHERE exact IS NOT NULL) AS decided, bool_or(t.state = 'left_out') AS left_out
    FROM told t JOIN deptperf.framework_indicator i ON i.framework = t.framework AND i.code = t.indicator JOIN deptperf.framework_group g ON g.framework = i.framework AND g.code = i.group_code
    WHERE t.item IS NULL OR NOT EXISTS (SELECT FROM told w WHERE w.dept_id = t.dept_id AND w.fiscal_year = t.fiscal_year AND w.indicator = t.indicator AND w.item IS NULL)
    GROUP BY t.dept_id, t.fiscal_year, t.framework, t.indicator, g.weight;
SELECT is_empty($$ SELECT dept_id, fiscal_year, indicator, s.framework, u.exact, s.state, s.points FROM summed u FULL JOIN indicator_score s USING (dept_id, fiscal_year, indicator)
  WHERE s.points IS DISTINCT FROM CASE WHEN NOT u.open OR s.framework = 'sz-2021-records' THEN round(u.exact, 2) END $$, 'added and rounded once they are the indicators');
SELECT is_empty($$ SELECT * FROM (
  SELECT dept_id, fiscal_year, framework, CASE WHEN framework = 'sz-2021-records' OR bool_or(left_out) AND NOT bool_or(open) THEN round(sum(weight * exact) * CASE framework WHEN 'pefa-m1' THEN 4 ELSE 100 END / sum(weight * decided), 2)
         WHEN NOT bool_or(open) THEN CASE framework WHEN 'us-part' THEN round(sum(weight * exact), 2) ELSE sum(round(exact, 2)) END END AS total
  FROM summed GROUP BY 1, 2, 3) u FULL JOIN score s USING (dept_id, fiscal_year) WHERE s.total IS DISTINCT FROM u.total $$, 'and these the total');

SELECT is_empty($$ SELECT dept_id, fiscal_year, 'score', s::text FROM score s
  EXCEPT SELECT dept_id, fiscal_year, 'score', p::text FROM deptperf_scores(ARRAY(SELECT dept_id FROM deptperf.department), '{2017,2018,2019,2020,2021}') p $$, 'deptperf_scores says what score does');
SELECT is_empty($$ SELECT dept_id, fiscal_year, total, grade FROM score WHERE (dept_id + fiscal_year) % 5 = 0 AND (deptperf_total(dept_id, fiscal_year), deptperf_grade(dept_id, fiscal_year)) IS DISTINCT FROM (total, grade) $$, 'as do deptperf_total and deptperf_grade');
SELECT is_empty($$ SELECT s.dept_id, s.fiscal_year, c.* FROM score s CROSS JOIN LATERAL deptperf_scorecard(s.dept_id, s.fiscal_year) c LEFT JOIN indicator_score i ON i.dept_id = s.dept_id AND i.fiscal_year = s.fiscal_year AND i.indicator = c.code
  WHERE s.dept_id % 4 = 2 AND (c.level = 'indicator' AND (c.points, c.state, c.max_points) IS DISTINCT FROM (i.points, i.state, i.max_points) OR c.level = 'total' AND (c.points, c.grade) IS DISTINCT FROM (s.total, s.grade)) $$, 'and the official form');

-- ---- the records behind the facts ----

SELECT is_empty($$ SELECT f.dept_id, f.fiscal_year, e.key, e.value, r.amount FROM deptperf.facts f, jsonb_each_text(f.facts) e, LATERAL (SELECT coalesce(sum(r.amount), 0) AS amount FROM deptperf_records(f.dept_id, f.fiscal_year, e.key) r) r
  WHERE (f.dept_id + f.fiscal_year) % 16 = 1 AND e.key !~ '_units$' AND e.value::numeric <> r.amount $$, 'the records of every fact add up to it');

-- ---- what is missing ----

CREATE TEMP TABLE missing AS SELECT s.dept_id, s.fiscal_year, s.framework, s.open, m.* FROM score s LEFT JOIN LATERAL deptperf_missing(s.dept_id, s.fiscal_year) m ON true;
-- a whole indicator is open while one of its items is, but where what is open is left out
SELECT is_empty($$ SELECT dept_id, fiscal_year, framework, open, sum(weight * CASE framework WHEN 'sz-2021-records' THEN named ELSE points END) AS together FROM (
    SELECT m.dept_id, m.fiscal_year, m.framework, m.open, coalesce(g.weight, 1) AS weight, sum(m.open_points) AS named, i.points
    FROM missing m LEFT JOIN deptperf.framework_indicator i ON i.framework = m.framework AND i.code = m.indicator LEFT JOIN deptperf.framework_group g ON g.framework = m.framework AND g.code = i.group_code
    GROUP BY m.dept_id, m.fiscal_year, m.framework, m.open, g.weight, i.points, m.indicator) m
  GROUP BY 1, 2, 3, 4 HAVING coalesce(sum(weight * CASE framework WHEN 'sz-2021-records' THEN named ELSE points END), 0) <> open $$, 'what is named as missing adds up to what is open');
-- judgements, facts that are there, and an override where records contradict each other
SELECT is_empty($$ SELECT * FROM (SELECT m.dept_id, m.fiscal_year, m.framework, w.*, bool_or(w.state_then = 'invalid') OVER (PARTITION BY m.dept_id, m.fiscal_year) AS contradicts FROM (
    SELECT m.dept_id, m.fiscal_year, m.framework, jsonb_object_agg(c.key, c.value) AS changes
    FROM missing m CROSS JOIN LATERAL (SELECT coalesce(m.item, m.indicator), m.open_points WHERE m.needs IN ('assessment', 'correction') UNION ALL SELECT f, 1 FROM unnest(m.facts) f WHERE m.needs IN ('records', 'correction')) c(key, value)
    WHERE (m.dept_id + m.fiscal_year) % 8 = 0 OR m.framework <> 'sz-2021-records' GROUP BY 1, 2, 3) m CROSS JOIN LATERAL deptperf_what_if(m.dept_id, m.fiscal_year, m.changes) w) w
  WHERE state_then = 'missing' AND (level <> 'item' AND NOT contradicts OR (dept_id, fiscal_year, code) IN (SELECT dept_id, fiscal_year, item FROM missing)) $$, 'and supplying it closes it');

-- ---- what would earn more ----

CREATE TEMP TABLE room AS SELECT s.dept_id, s.fiscal_year, s.framework, h.* FROM score s, deptperf_headroom(s.dept_id, s.fiscal_year) h WHERE dept_id % 6 = 0 OR framework <> 'sz-2021-records';
SELECT is_empty($$ SELECT dept_id, fiscal_year, item FROM told WHERE item IS NOT NULL AND points < max_points AND (dept_id % 6 = 0 OR framework <> 'sz-2021-records') EXCEPT SELECT dept_id, fiscal_year, item FROM room WHERE lost > 0 $$, 'each item that lost points has a row');
CREATE FUNCTION pg_temp.points_if(document jsonb, facts jsonb, item text, fact text, value numeric) RETURNS numeric LANGUAGE sql AS $$
    SELECT e.points_numerator / e.points_denominator FROM deptperf_evaluate(document, facts || jsonb_build_object(fact, value), '{}') e WHERE e.level = 'item' AND e.code = item AND e.state = 'scored'
$$;
-- of each item, fact and kind of change some
CREATE TEMP TABLE tried AS
    SELECT h.*, b.document, b.facts, CASE WHEN f.unit IN ('count', 'level') THEN 1 ELSE power(10::numeric, -greatest(2, scale(trim_scale(value)))) END AS unit
    FROM (SELECT *, row_number() OVER (PARTITION BY framework, item, fact, points = 0, value < 0, value = 0, sign(next_change), full_change = next_change ORDER BY md5(dept_id::text || fiscal_year)) AS n FROM room WHERE fact IS NOT NULL) h JOIN deptperf.fact f USING (fact), deptperf_basis(h.dept_id, h.fiscal_year) b WHERE n <= 2;
SELECT cmp_ok((SELECT count(*) FROM tried), '>', 250::bigint, 'changes of many kinds');
SELECT is_empty($$ SELECT t.dept_id, t.fiscal_year, t.item, t.fact, t.value, t.next_change, t.next_points, w.points_then FROM tried t, deptperf_what_if(dept_id, fiscal_year, jsonb_build_object(fact, value + next_change)) w WHERE t.next_change IS NOT NULL AND w.level = 'item' AND w.code = t.item AND (w.points_then, w.state_then) IS DISTINCT FROM (round(t.next_points, 6), 'scored') $$, 'the change that is named earns the points');
SELECT is_empty($$ SELECT dept_id, fiscal_year, item, fact, value, next_change, next_points, full_change, now, short, whole, nearly FROM (SELECT t.*, pg_temp.points_if(document, facts, item, fact, value) AS now, pg_temp.points_if(document, facts, item, fact, value + next_change - sign(next_change) * unit) AS short,
    pg_temp.points_if(document, facts, item, fact, value + full_change) AS whole, pg_temp.points_if(document, facts, item, fact, value + full_change - sign(full_change) * unit) AS nearly FROM tried t WHERE next_change IS NOT NULL) t
  WHERE next_points <= now OR short > now OR full_change IS NOT NULL AND whole <> round(points + lost, 6) OR nearly >= whole $$, 'one unit less does not, and the full change earns all');
SELECT is_empty($$ SELECT dept_id, fiscal_year, item, fact, value, next_change, change FROM tried t, unnest('{-1,-0.5,-0.1,-0.01,0.01,0.1,0.5,1}'::numeric[]) k, LATERAL (SELECT round(coalesce(next_change, 2 * value + 100) * k, CASE unit WHEN 1 THEN 0 ELSE 2 END)) c(change)
  WHERE n = 1 AND abs(change) < coalesce(abs(next_change), 'Infinity') AND value + change >= least(value, 0) AND pg_temp.points_if(document, facts, item, fact, value + change) > pg_temp.points_if(document, facts, item, fact, value) $$, 'and no smaller one does');

-- ---- frozen results ----

CREATE TEMP TABLE frozen AS
    SELECT deptperf_finalize(dept_id, fiscal_year, true, 'random 1 of 7') AS id FROM (SELECT *, row_number() OVER (PARTITION BY framework, fiscal_year % 2 ORDER BY dept_id DESC) AS n FROM score) s WHERE n = 1;
SELECT deptperf_reopen(deptperf_finalize(1, 2021, true, 'the first of 2'), 'reopened on day 12');
INSERT INTO frozen SELECT deptperf_finalize(1, 2021, true, 'the second of 2');
SELECT is_empty('SELECT r.result_id, v.* FROM deptperf.result r, deptperf_verify(r.result_id) v', 'a frozen result is as it was');
ALTER TABLE deptperf.result DISABLE TRIGGER USER;
-- One digit of a column becomes another: what is found, undone again.
CREATE FUNCTION pg_temp.tampered(id bigint, part text, k int, OUT place int, OUT faults text) LANGUAGE plpgsql AS $$
DECLARE
    before text;
    became text;
BEGIN
    EXECUTE format('SELECT %I::text FROM deptperf.result WHERE result_id = $1', part) INTO before USING id;
    place := 1 + floor(random() * length(before));
    place := place + length(substring(substr(before, place) FROM '^\D*'));      -- the next digit
    IF place <= length(before) THEN
        became := overlay(before PLACING ((substr(before, place, 1)::int + 1 + floor(random() * 9)::int) % 10)::text FROM place FOR 1);
        EXECUTE format('UPDATE deptperf.result SET %I = %L WHERE result_id = $1', part, became) USING id;
        SELECT coalesce(string_agg(v.fault, ', '), 'nothing') INTO faults FROM deptperf_verify(id) v;
        RAISE EXCEPTION 'undo' USING ERRCODE = 'P0099';
    END IF;
EXCEPTION WHEN SQLSTATE 'P0099' OR datetime_field_overflow OR invalid_datetime_format OR invalid_time_zone_displacement_value OR unique_violation OR check_violation OR foreign_key_violation OR invalid_text_representation THEN   -- no such day, number or document
END $$;
CREATE TEMP TABLE tampered AS
    SELECT r.result_id, p.part, t.* FROM deptperf.result r, (VALUES ('document', 4), ('facts', 4), ('inputs', 3), ('results', 4), ('hashes', 2), ('hash', 1), ('total', 1), ('number', 1), ('dept_id', 1), ('fiscal_year', 1), ('reason', 1), ('finalized_at', 1), ('reopened_at', 15), ('reopen_reason', 2)) p(part, n), generate_series(1, n) k, pg_temp.tampered(r.result_id, p.part, k) t;
SELECT is_empty($$ SELECT * FROM tampered WHERE faults = 'nothing' $$, 'any changed digit is found');
SELECT is_empty($$ SELECT * FROM tampered WHERE part IN ('document', 'facts', 'inputs', 'results') AND faults NOT LIKE '%' || part || ' was changed%' OR part IN ('hash', 'hashes') AND faults !~ 'hash' OR part IN ('total', 'number', 'dept_id', 'fiscal_year', 'reason', 'finalized_at') AND faults !~ 'department, year, number, total, grade, or who, when, and the reason was changed' OR part ~ '^reopen' AND faults !~ 'reopen' $$, 'and its part named');
SELECT is_empty($$ SELECT p.part FROM unnest('{document,facts,inputs,results,hashes,hash,total,number,dept_id,fiscal_year,reason,finalized_at,reopened_at,reopen_reason}'::text[]) p(part) LEFT JOIN tampered t ON t.part = p.part GROUP BY 1 HAVING count(faults) = 0 $$, 'in every part');
SELECT is_empty('SELECT r.result_id, v.* FROM deptperf.result r, deptperf_verify(r.result_id) v', 'put back, all are as they were');
DELETE FROM deptperf.result WHERE dept_id = 1 AND fiscal_year = 2021 AND number = 1;
SELECT matches((SELECT string_agg(v.fault, ', ') FROM deptperf.result r, deptperf_verify(r.result_id) v WHERE dept_id = 1 AND fiscal_year = 2021), 'results before it are missing', 'a removed one shows');

-- ---- published scores ----

INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points) SELECT dept_id, fiscal_year, indicator, coalesce(points, max_points) FROM indicator_score WHERE fiscal_year IN (2017, 2020) AND dept_id % 16 = 1 UNION ALL SELECT dept_id, fiscal_year, NULL, total FROM score WHERE fiscal_year = 2017 AND dept_id % 16 = 1;
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points) SELECT dept_id, fiscal_year, indicator, CASE WHEN random() < 0.3 THEN round(random()::numeric * max_points, 2) ELSE pg_temp.pick(0, 0.25, 0.4, 0.5, 0.7, 1) * max_points END FROM indicator_score WHERE fiscal_year IN (2018, 2021) AND (dept_id % 9 < 2 OR dept_id > 185);
CREATE TEMP TABLE held AS SELECT r.*, s.framework, s.state, s.max_points FROM deptperf.reconciliation r LEFT JOIN indicator_score s USING (dept_id, fiscal_year, indicator);
SELECT is((SELECT count(*) FROM held), (SELECT count(*) FROM deptperf.self_assessment), 'a row for every published score');
SELECT is_empty($$ SELECT * FROM held WHERE recomputed IS DISTINCT FROM (SELECT s.points FROM indicator_score s WHERE s.dept_id = held.dept_id AND s.fiscal_year = held.fiscal_year AND s.indicator = held.indicator) AND indicator IS NOT NULL OR difference IS DISTINCT FROM published - recomputed $$, 'recomputed is what indicator_score says');
SELECT is_empty($$ SELECT * FROM held WHERE published IS NOT NULL AND ((published = recomputed) IS NOT TRUE <> (why IS NOT NULL) OR (why IS NULL) <> (why_en IS NULL) OR (direction IS NOT NULL) <> coalesce(difference <> 0, false)) $$, 'why, in both languages, where they differ');
-- A value that is named is put in, where it is one fact that no item beside it reads.
CREATE TEMP TABLE named AS
    SELECT h.dept_id, h.fiscal_year, h.framework, h.indicator, h.published, m[1] AS item, m[2]::numeric AS needed, (deptperf_formula_facts(t.formula))[1] AS fact, t.formula, h.why_en
    FROM held h, regexp_matches(h.why_en, '(?:^|; )(\S+): the published points need (-?[\d.]+)(?: / [-\d.]+ = \S+ %)?; found', 'g') m, deptperf.framework_item t WHERE t.framework = h.framework AND t.code = m[1] AND t.formula ~ '^[a-z_0-9]+( / [a-z_0-9]+)?$'
      AND NOT EXISTS (SELECT FROM deptperf.framework_item o WHERE o.framework = t.framework AND o.indicator = t.indicator AND o.code <> t.code AND (deptperf_formula_facts(t.formula))[1] = ANY (deptperf_formula_facts(o.formula)));
SELECT is_empty($$ SELECT n.*, w.points_then FROM named n, deptperf_what_if(n.dept_id, n.fiscal_year, jsonb_build_object(n.fact, n.needed)) w WHERE w.level = 'indicator' AND w.code = n.indicator AND w.points_then <> n.published $$, 'a value that is named earns what was published');
SELECT cmp_ok((SELECT count(*) FROM named), '>', 50::bigint, 'which were some');

SELECT * FROM finish();
ROLLBACK;
