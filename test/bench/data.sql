-- data.sql: a workspace and its records, or a user's tables bound to one, the same
-- in every run.  psql -v departments=N -v fill=PROCEDURE: bench.fill, or one of those
-- beside it.
--
-- N departments, five years.  Each department has 280 records a year over all
-- sources, in the proportions of the table bench.source.  They lie in the order of
-- time: a pass over all departments, then the next, so that those of one
-- department are spread over the whole table.  Triggers (foreign keys) are off
-- while records come in, and indexes are made afterwards; neither changes what is
-- read.  At the end VACUUM sets the visibility map, without which an index-only
-- scan reads the table all the same, and ANALYZE.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION deptperf;
SELECT deptperf_setup(framework => 'sz-2021-records') \g /dev/null
CREATE SCHEMA bench;

CREATE TABLE bench.size (departments bigint, first_year int, years int);
INSERT INTO bench.size VALUES (:departments, 2019, 5);

-- ---- departments ----
-- In blocks of 1,000: a root, a bureau of 300 (299 units below it), bureaus of 13.
INSERT INTO deptperf.department (dept_id, code, name, parent_id)
SELECT d, 'U' || lpad(d::text, 7, '0'), 'Department ' || d,
       d - CASE WHEN at = 0 THEN NULL WHEN at = 1 OR at > 300 AND (at - 301) % 13 = 0 THEN at
                WHEN at <= 300 THEN at - 1 ELSE (at - 301) % 13 END
FROM bench.size z, generate_series(1, z.departments) AS d, LATERAL (SELECT (d - 1) % 1000) AS block(at);
ANALYZE deptperf.department, deptperf.department_closure;

-- ---- what a record is made of ----
-- A whole number below n that depends on i and salt alone.
CREATE FUNCTION bench.random(i bigint, salt bigint, n bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (hashint8extended(i, salt) & 9223372036854775807) % n;

-- Every record of a source, in the order of time; at is the moment of the year, from
-- 0 up to 1.  A pass visits every department once, each pass from another one on
-- (the step is a prime, so it meets all).
CREATE FUNCTION bench.slots(per_unit int)
RETURNS TABLE (i bigint, pass bigint, at float8, dept_id bigint, fiscal_year int)
LANGUAGE sql STABLE AS $$
    SELECT s.i, s.i / z.departments % per_unit, (s.i % y.records)::float8 / y.records,
           1 + (s.i % z.departments * 1000003 + bench.random(s.i / z.departments, per_unit, z.departments)) % z.departments,
           z.first_year + (s.i / y.records)::int
    FROM bench.size z, LATERAL (SELECT z.departments * per_unit) AS y(records),
         generate_series(0, y.records * z.years - 1) AS s(i)
$$;

-- amount: what "sum(amount)" means for the source; facts: the sum of these is the same.
CREATE TABLE bench.source (
    position serial, source text, per_unit int, columns text[], amount text, facts text[]);
INSERT INTO bench.source (source, per_unit, columns, amount, facts) VALUES
    ('budget', 28, '{expense_class,three_public,initial,adjusted}', 'initial', '{budget_initial}'),
    ('execution', 168, '{month,expense_class,three_public,amount}', 'amount', '{paid_q1,paid_q2,paid_q3,paid_q4}'),
    ('adjustment', 4, '{amount}', 'abs(amount)', '{adjusted_amount}'),
    ('procurement', 24, '{planned,actual}', 'planned', '{procurement_planned}'),
    ('fixed_asset', 28, '{original_value,in_use}', 'original_value', '{assets_total}'),
    ('staffing', 1, '{establishment,on_establishment,external}', 'establishment', '{establishment}'),
    ('project', 6, '{planned,on_time}', 'planned', '{projects_planned}'),
    ('key_task', 2, '{assigned,missed}', 'assigned', '{key_tasks_assigned}'),
    ('performance_target', 5, '{aspect,weight,earned}', 'weight', '{benefit_weight}'),
    ('petition', 6, '{received,answered,answered_in_time}', 'received', '{petitions_received}'),
    ('satisfaction_survey', 2, '{respondents,satisfied}', 'respondents', '{survey_respondents}'),
    ('disclosure', 2, '{kind,level,due}', 'level', '{budget_disclosure_level,final_accounts_disclosure_level}'),
    ('finding', 1, '{kind,count}', 'count', '{finding_budget_nonconformity,finding_target_nonconformity,finding_violation}'),
    ('measurement', 3, '{fact,amount}', 'amount', '{electricity_used}');
INSERT INTO deptperf.fact (fact) VALUES ('electricity_used');

CREATE SCHEMA made;
CREATE VIEW made.budget AS
    SELECT s.*, (ARRAY['personnel', 'public', 'public', 'project', 'other'])[1 + bench.random(i, 1, 5)] AS expense_class,
           bench.random(i, 2, 10) = 0 AS three_public, a.initial,
           CASE bench.random(i, 4, 5) WHEN 0 THEN round(a.initial * 1.05, 2) END AS adjusted
    FROM bench.slots(28) s, LATERAL (SELECT bench.random(i, 3, 600000000)::numeric / 100) AS f(x), LATERAL (SELECT round(x, 2)) AS a(initial);
CREATE VIEW made.execution AS
    SELECT s.*, 1 + (at * 12)::int % 12 AS month,
           (ARRAY['personnel', 'personnel', 'public', 'public', 'project', 'project', 'other'])[1 + bench.random(i, 11, 7)] AS expense_class,
           bench.random(i, 12, 20) = 0 AS three_public,
           round((bench.random(i, 13, 100000000) - CASE bench.random(i, 14, 50) WHEN 0 THEN 100000000 ELSE 0 END)::numeric / 100, 2) AS amount
    FROM bench.slots(168) s;
CREATE VIEW made.adjustment AS
    SELECT s.*, round((bench.random(i, 21, 200000000) - 100000000)::numeric / 100, 2) AS amount
    FROM bench.slots(4) s;
CREATE VIEW made.procurement AS
    SELECT s.*, p.planned, round(p.planned * (80 + bench.random(i, 32, 21)) / 100, 2) AS actual
    FROM bench.slots(24) s, LATERAL (SELECT round(bench.random(i, 31, 50000000)::numeric / 100, 2)) AS p(planned);
CREATE VIEW made.fixed_asset AS
    SELECT s.*, round(bench.random(i, 41, 90000000)::numeric / 100, 2) AS original_value, bench.random(i, 42, 8) > 0 AS in_use
    FROM bench.slots(28) s;
CREATE VIEW made.staffing AS
    SELECT s.*, (40 + bench.random(i, 51, 60))::numeric AS establishment, (35 + bench.random(i, 52, 60))::numeric AS on_establishment,
           bench.random(i, 53, 6)::numeric AS external
    FROM bench.slots(1) s;
CREATE VIEW made.project AS
    SELECT s.*, 1::numeric AS planned, (bench.random(i, 61, 10) > 0)::int::numeric AS on_time
    FROM bench.slots(6) s;
CREATE VIEW made.key_task AS
    SELECT s.*, 1::numeric AS assigned, (bench.random(i, 71, 20) = 0)::int::numeric AS missed
    FROM bench.slots(2) s;
CREATE VIEW made.performance_target AS
    SELECT s.*, (ARRAY['social', 'economic', 'ecological', 'sustainable', 'social'])[1 + pass] AS aspect, 5::numeric AS weight,
           round(3 + bench.random(i, 81, 201)::numeric / 100, 2) AS earned
    FROM bench.slots(5) s;
CREATE VIEW made.petition AS
    SELECT s.*, 1 + n.received AS received, 1 + n.answered AS answered, n.answered AS answered_in_time
    FROM bench.slots(6) s, LATERAL (SELECT bench.random(i, 91, 20)::numeric) AS r(x),
         LATERAL (SELECT x, x - CASE WHEN x > 0 AND bench.random(i, 92, 10) = 0 THEN 1 ELSE 0 END) AS n(received, answered);
CREATE VIEW made.satisfaction_survey AS
    SELECT s.*, 100::numeric AS respondents, (80 + bench.random(i, 101, 21))::numeric AS satisfied
    FROM bench.slots(2) s;
CREATE VIEW made.disclosure AS
    SELECT s.*, (ARRAY['budget', 'final_accounts'])[1 + pass] AS kind, least(2, bench.random(i, 111, 20))::numeric AS level, 2::numeric AS due
    FROM bench.slots(2) s;
CREATE VIEW made.finding AS
    SELECT s.*, (ARRAY['budget_nonconformity', 'target_nonconformity', 'violation'])[1 + bench.random(i, 121, 3)] AS kind,
           bench.random(i, 122, 2)::numeric AS count
    FROM bench.slots(1) s;
CREATE VIEW made.measurement AS
    SELECT s.*, 'electricity_used' AS fact, round(bench.random(i, 131, 1000000)::numeric / 100, 2) AS amount
    FROM bench.slots(3) s;

-- ---- the records ----
CREATE PROCEDURE bench.fill() LANGUAGE plpgsql AS $$
DECLARE
    s       bench.source;
    n       bigint;
    created text[];
    columns text;
BEGIN
    SET LOCAL session_replication_role = replica;
    SET LOCAL maintenance_work_mem = '256MB';
    FOR s IN SELECT * FROM bench.source ORDER BY position LOOP
        columns := array_to_string(s.columns || '{title}', ', ');
        SELECT array_agg(indexdef) INTO created FROM pg_indexes
        WHERE schemaname = 'deptperf' AND indexname = s.source || '_by_department';
        EXECUTE format('DROP INDEX deptperf.%I', s.source || '_by_department');
        EXECUTE format('INSERT INTO deptperf.%I (dept_id, fiscal_year, %s) SELECT dept_id, fiscal_year, %s FROM (SELECT *, %L || i AS title FROM made.%1$I) m',
                       s.source, columns, columns, s.source || ' ');
        GET DIAGNOSTICS n = ROW_COUNT;
        EXECUTE created[1];
        RAISE NOTICE '%', format('    %s: %s records', s.source, n);
    END LOOP;
END $$;

-- The same as tables of a finance system, with a text code and a text year; as
-- deptperf_bind's NOTICE proposes, each with a covering index.
CREATE PROCEDURE bench.fill_bound() LANGUAGE plpgsql AS $$
DECLARE
    s bench.source;
    n bigint;
BEGIN
    CREATE SCHEMA finance;
    SET LOCAL maintenance_work_mem = '256MB';
    FOR s IN SELECT * FROM bench.source ORDER BY position LOOP
        EXECUTE format('CREATE TABLE finance.%I AS SELECT ''U'' || lpad(dept_id::text, 7, ''0'') AS unit_code, fiscal_year::text AS yr, %s, %L || i AS title FROM made.%1$I',
                       s.source, array_to_string(s.columns, ', '), s.source || ' ');
        GET DIAGNOSTICS n = ROW_COUNT;
        EXECUTE format('CREATE INDEX ON finance.%I (unit_code, yr) INCLUDE (%s)', s.source, array_to_string(s.columns, ', '));
        PERFORM deptperf_bind(jsonb_build_object(s.source,
            jsonb_build_object('from', 'finance.' || s.source, 'dept', 'unit_code', 'year', 'yr')
            || (SELECT jsonb_object_agg(c, c) FROM unnest(s.columns) AS c)));
        RAISE NOTICE '%', format('    %s: %s records', s.source, n);
    END LOOP;
END $$;

-- Payments alone, of the last year, as the usual table of them: a key, a text code
-- and a date.
CREATE PROCEDURE bench.fill_dated() LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    CREATE SCHEMA finance;
    CREATE TABLE finance.payment (payment_id bigint GENERATED ALWAYS AS IDENTITY, unit_code text, pay_date date,
                                  expense_class text, three_public bool, amount numeric, title text);
    INSERT INTO finance.payment (unit_code, pay_date, expense_class, three_public, amount, title)
    SELECT 'U' || lpad(m.dept_id::text, 7, '0'), make_date(m.fiscal_year, m.month, 1 + bench.random(m.i, 15, 28)::int),
           m.expense_class, m.three_public, m.amount, 'execution ' || m.i
    FROM made.execution m, bench.size z WHERE m.fiscal_year = z.first_year + z.years - 1;
    GET DIAGNOSTICS n = ROW_COUNT;
    ALTER TABLE finance.payment ADD PRIMARY KEY (payment_id);
    CREATE INDEX ON finance.payment (unit_code, pay_date) INCLUDE (expense_class, three_public, amount);
    PERFORM deptperf_bind('{"execution": {"from": "finance.payment", "dept": "unit_code", "year": "pay_date", "month": "pay_date",
                                          "expense_class": "expense_class", "three_public": "three_public", "amount": "amount"}}');
    RAISE NOTICE '%', format('    execution: %s records', n);
END $$;

SET client_min_messages = notice;
SET jit = off;
CALL bench.:fill();
VACUUM (ANALYZE);

-- ---- who is asked about ----
-- Departments without units; bureaus of 13 and of 300; a thousand in one query.
CREATE TABLE bench.target (kind text, turn bigint, dept_id bigint, code text, units bigint[], codes text[]);
ALTER TABLE bench.target ALTER units SET STORAGE EXTERNAL, ALTER codes SET STORAGE EXTERNAL;
INSERT INTO bench.target
SELECT CASE t.n WHEN 1 THEN 'unit' ELSE 'bureau ' || t.n END,
       row_number() OVER (PARTITION BY t.n ORDER BY bench.random(d.dept_id, 0, 1000000000)), d.dept_id, d.code, t.units, t.codes
FROM deptperf.department d,
     LATERAL (SELECT count(*) AS n, array_agg(u.dept_id ORDER BY u.dept_id) AS units, array_agg(u.code ORDER BY u.dept_id) AS codes
              FROM deptperf.department_closure c JOIN deptperf.department u ON u.dept_id = c.dept_id
              WHERE c.ancestor_id = d.dept_id) t
WHERE t.n IN (1, 13, 300);
INSERT INTO bench.target
SELECT 'thousand', 1, NULL, NULL, array_agg(dept_id ORDER BY turn), array_agg(code ORDER BY turn)
FROM bench.target WHERE kind = 'unit' AND turn <= 1000;
ANALYZE bench.target;
