-- track.sql: the cases of tracking, and what is made for them.
--
-- What is compared are two databases of the same data, of which the first one is
-- tracked: tracked and untracked, copies of main, and dated_tracked and dated, whose
-- payments are bound by text code and date (data.sql).
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\set dated 'finance.payment (unit_code, pay_date, expense_class, three_public, amount, title)'
\set execution 'deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount, title)'

-- What a bulk insert inserts, in the order in which payments came; and a department
-- with as many records as one of a country's has.
CREATE PROCEDURE bench.prepare_untracked() LANGUAGE plpgsql AS $$
DECLARE
    heavy bigint := 1 + (SELECT departments FROM bench.size);
    s     bench.source;
BEGIN
    CREATE TABLE bench.new_payment AS
    SELECT dept_id, fiscal_year, month, expense_class, three_public, amount, title FROM deptperf.execution WHERE fiscal_year = 2023 LIMIT 100000;
    INSERT INTO deptperf.department (dept_id, code, name) VALUES (heavy, 'HEAVY', 'Department of 25,000 records');
    FOR s IN SELECT * FROM bench.source ORDER BY position LOOP
        EXECUTE format('INSERT INTO deptperf.%I (dept_id, fiscal_year, %2$s) SELECT %3$s, 2021, %2$s FROM deptperf.%1$I WHERE fiscal_year = 2021 LIMIT %4$s',
                       s.source, array_to_string(s.columns || '{title}', ', '), heavy, s.per_unit * 25000 / 280);
    END LOOP;
    INSERT INTO bench.target SELECT 'heavy', i, heavy, 'HEAVY', ARRAY[heavy], '{HEAVY}' FROM generate_series(1, 20) AS i;
    -- what could be kept at best: the facts of each unit as they are
    CREATE TABLE bench.unit_facts (dept_id bigint, fiscal_year int, facts jsonb) WITH (toast_tuple_target = 8160);
    ALTER TABLE bench.unit_facts ALTER facts SET STORAGE EXTERNAL;
    INSERT INTO bench.unit_facts SELECT dept_id, fiscal_year, facts FROM deptperf.unit_facts ORDER BY fiscal_year, dept_id;
    CREATE INDEX ON bench.unit_facts (fiscal_year, dept_id);
END $$;

CREATE PROCEDURE bench.prepare_dated() LANGUAGE plpgsql AS $$
BEGIN
    CREATE TABLE bench.new_payment AS
    SELECT unit_code, pay_date, expense_class, three_public, amount, title FROM finance.payment LIMIT 1000000;
    -- what somebody would write himself: the sum of one fact, appended and never added up
    CREATE TABLE finance.payment_by_hand (LIKE finance.payment INCLUDING ALL);
    INSERT INTO finance.payment_by_hand (unit_code, pay_date, expense_class, three_public, amount, title)
    SELECT unit_code, pay_date, expense_class, three_public, amount, title FROM finance.payment;
    CREATE TABLE bench.by_hand AS
    SELECT d.dept_id, extract(year FROM p.pay_date)::int AS fiscal_year, count(*) AS records, sum(p.amount) AS paid
    FROM finance.payment_by_hand p JOIN deptperf.department d ON d.code = p.unit_code GROUP BY 1, 2;
    CREATE INDEX ON bench.by_hand (fiscal_year, dept_id);
    CREATE FUNCTION bench.append_by_hand() RETURNS trigger LANGUAGE plpgsql AS $hand$
    BEGIN
        INSERT INTO bench.by_hand
        SELECT d.dept_id, extract(year FROM n.pay_date)::int, count(*), sum(n.amount)
        FROM new_rows n JOIN deptperf.department d ON d.code = n.unit_code GROUP BY 1, 2;
        RETURN NULL;
    END $hand$;
    CREATE TRIGGER append_by_hand AFTER INSERT ON finance.payment_by_hand
        REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION bench.append_by_hand();
END $$;

-- Are the kept facts of payments those of the records?
CREATE FUNCTION bench.is_kept() RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM deptperf.kept WHERE fiscal_year = 2023)
        AND NOT EXISTS (
            SELECT FROM (SELECT * FROM deptperf.execution_sums WHERE fiscal_year = 2023) k
                FULL JOIN (SELECT * FROM deptperf.execution_computed WHERE fiscal_year = 2023) c USING (dept_id, fiscal_year)
            WHERE k.facts IS DISTINCT FROM c.facts);
END $$;

-- The same after a statement, which is rolled back.
CREATE FUNCTION bench.is_kept_after(statement text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
    result bool;
BEGIN
    EXECUTE statement;
    result := bench.is_kept();
    RAISE SQLSTATE 'DPBEN';
EXCEPTION WHEN SQLSTATE 'DPBEN' THEN
    RETURN result;
END $$;

-- ---- reading ----

\set totals 'SELECT count(*), count(total), count(grade) FROM deptperf.score WHERE fiscal_year = 2021'
INSERT INTO bench.cases (name, goal_number, what, kind, within, peer_within, settings, target, calls, ours, peer, direction, goal, check_ours, check_peer)
SELECT name, 8, what, 'across', 'tracked', 'untracked', CASE WHEN target IS NULL THEN '{}' ELSE '{"plan_cache_mode": "force_generic_plan"}' END::jsonb,
       target, calls, ours, peer, 'at most', goal, check_that, check_that
FROM (VALUES
('track_totals', 'totals and grades of all departments of all levels, every source tracked, against the same without tracking', NULL, 1,
 :'totals', :'totals', 0.08,
 $$SELECT count(*), md5(string_agg(dept_id || ' ' || total || ' ' || grade, ',' ORDER BY dept_id)) FROM deptperf.score WHERE fiscal_year = 2021$$),
('track_totals_floor', 'the tree and scoring alone, from a table of the facts of each unit as they are, against the same', NULL, 1,
 $$SELECT count(*), count(t.total), count(t.grade)
   FROM (SELECT c.ancestor_id, deptperf_facts(u.facts) AS facts FROM bench.unit_facts u JOIN deptperf.department_closure c ON c.dept_id = u.dept_id
         WHERE u.fiscal_year = 2021 GROUP BY c.ancestor_id, '0'::xid) f
       CROSS JOIN (SELECT d.document FROM deptperf.framework_document d JOIN deptperf.workspace w ON w.default_framework = d.framework) d
       CROSS JOIN LATERAL deptperf_evaluate_total(d.document, f.facts, '{}') t$$, :'totals', NULL,
 $$SELECT count(*), count(total), count(grade) FROM deptperf.score WHERE fiscal_year = 2021$$),
('track_point', 'deptperf_total of a department without units (280 records), likewise', 'unit', 500,
 'SELECT deptperf_total(d, y)', 'SELECT deptperf_total(d, y)', 0.1,
 $$SELECT count(*), sum(deptperf_total(dept_id, 2021)) FROM bench.target WHERE kind = 'unit' AND turn <= 500$$),
('track_point_bureau_13', 'of a bureau of 13 departments, likewise', 'bureau 13', 100,
 'SELECT deptperf_total(d, y)', 'SELECT deptperf_total(d, y)', 0.1,
 $$SELECT count(*), sum(deptperf_total(dept_id, 2021)) FROM bench.target WHERE kind = 'bureau 13' AND turn <= 100$$),
('track_point_bureau_300', 'of a bureau of 300, likewise', 'bureau 300', 10,
 'SELECT deptperf_total(d, y)', 'SELECT deptperf_total(d, y)', 0.1,
 $$SELECT count(*), sum(deptperf_total(dept_id, 2021)) FROM bench.target WHERE kind = 'bureau 300' AND turn <= 10$$),
('track_point_floor', 'a statement that finds the department, its framework and what is kept, and adds and scores nothing, likewise', 'unit', 500,
 $$SELECT count(k.facts) + count(f.revision)
   FROM deptperf.department t
       JOIN deptperf.framework_year i ON i.framework = (SELECT w.default_framework FROM deptperf.workspace w) AND i.fiscal_year = y
       JOIN deptperf.framework_document f ON f.framework = i.in_force
       LEFT JOIN deptperf.kept k ON k.dept_id = d AND k.fiscal_year = y
   WHERE t.dept_id = d$$, 'SELECT deptperf_total(d, y)', NULL,
 $$SELECT count(*) FROM bench.target WHERE kind = 'unit' AND turn <= 500$$),
('track_point_25000', 'of a department with 25,000 records, likewise', 'heavy', 20,
 'SELECT deptperf_total(d, y)', 'SELECT deptperf_total(d, y)', NULL,
 $$SELECT count(*), sum(deptperf_total(dept_id, 2021)) FROM bench.target WHERE kind = 'heavy'$$)
) AS v(name, what, target, calls, ours, peer, goal, check_that);

UPDATE bench.cases SET floor = 'see track_totals_floor' WHERE name = 'track_totals';

-- no more than there are
UPDATE bench.cases SET calls = least(calls, (SELECT count(*) FROM bench.target WHERE kind = target)) WHERE name LIKE 'track\_point%' AND target <> 'heavy';

-- ---- writing ----

-- Scripts of pgbench: a single payment of a department that is chosen as told.
CREATE FUNCTION bench.payment("table" text, department text, choice text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
    format($$\set d %s
\set cents random(1, 1000000)
INSERT INTO %s, expense_class, three_public, amount) VALUES (%s, 'public', false, :cents / 100.0);
$$, choice, "table", department);
CREATE FUNCTION bench.own_payment(choice text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
    bench.payment('deptperf.execution (dept_id, fiscal_year, month', ':d, 2023, 1 + :cents % 12', choice);
CREATE FUNCTION bench.dated_payment(choice text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
    bench.payment('finance.payment (unit_code, pay_date', $$'U' || lpad(:d::text, 7, '0'), date '2023-01-01' + :cents % 365$$, choice);
CREATE FUNCTION bench.bulk("into" text, rows int) RETURNS text LANGUAGE sql IMMUTABLE RETURN
    format('INSERT INTO %s SELECT * FROM bench.new_payment LIMIT %s', "into", rows);

INSERT INTO bench.cases (name, goal_number, what, kind, within, peer_within, settings, clients, seconds, rounds, ours, peer, direction, goal, check_that)
SELECT name, 8, what, 'write', CASE WHEN own THEN 'tracked' ELSE 'dated_tracked' END, CASE WHEN own THEN 'untracked' ELSE 'dated' END,
       settings::jsonb, clients, seconds, rounds, ours, ours, 'at most', goal, check_that
FROM (VALUES
('track_bulk', 'insert of 100,000 payments by one statement, own table, tracked against untracked', true, '{}', 1, NULL, NULL,
 E'BEGIN;\n' || bench.bulk(:'execution', 100000) || E';\nROLLBACK;', 1.3, format('SELECT bench.is_kept_after(%L)', bench.bulk(:'execution', 10000))),
('track_bulk_dated', 'of 1,000,000 payments, bound by text code and date, likewise', false, '{}', 1, NULL, 3,
 E'BEGIN;\n' || bench.bulk(:'dated', 1000000) || E';\nROLLBACK;', 1.3, format('SELECT bench.is_kept_after(%L)', bench.bulk(:'dated', 100000))),
('track_single_own', 'single payments, own table, 1 client', true, '{}', 1, 1, NULL,
 bench.own_payment('random(1, :departments)'), 2.1, 'SELECT bench.is_kept()'),
('track_single_own_4', 'likewise, 4 clients', true, '{}', 4, 1, NULL,
 bench.own_payment('random(1, :departments)'), 2.1, 'SELECT bench.is_kept()'),
('track_single_1', 'single payments, bound by text code and date, 1 client', false, '{}', 1, 1, NULL,
 bench.dated_payment('random(1, :departments)'), 2.1, 'SELECT bench.is_kept()'),
('track_single_4', 'likewise, 4 clients', false, '{}', 4, 1, NULL,
 bench.dated_payment('random(1, :departments)'), 2.1, 'SELECT bench.is_kept()'),
('track_single_4_same', 'likewise, 4 clients, all of one department', false, '{}', 4, 1, NULL,
 bench.dated_payment('3'), 2.1, 'SELECT bench.is_kept()'),
('track_sync_4_same', 'likewise, each commit waits for the disk', false, '{"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}', 4, 1, NULL,
 bench.dated_payment('3'), 1.5, 'SELECT bench.is_kept()')
) AS v(name, what, own, settings, clients, seconds, rounds, ours, goal, check_that);

-- The least that a trigger for it does.
INSERT INTO bench.cases (name, what, kind, within, peer_within, clients, seconds, ours, peer, direction, check_that)
SELECT name || '_by_hand', 'the same by a trigger in PL/pgSQL that appends the sum of one fact and never adds up', 'write', peer_within, peer_within, clients, seconds,
       replace(peer, 'INTO finance.payment ', 'INTO finance.payment_by_hand '), peer, direction,
       'SELECT (SELECT sum(paid) FROM bench.by_hand) = (SELECT sum(amount) FROM finance.payment_by_hand)'
FROM bench.cases WHERE name IN ('track_single_4', 'track_single_4_same');

-- Single rows in one transaction, each by a statement of its own.
CREATE FUNCTION bench.pay(rows int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. rows LOOP
        INSERT INTO finance.payment (unit_code, pay_date, expense_class, three_public, amount) VALUES ('U0000003', date '2023-01-01' + i % 365, 'public', false, i / 100.0);
    END LOOP;
END $$;

INSERT INTO bench.cases (name, goal_number, what, kind, within, peer_within, ours, peer, direction, goal, check_that) VALUES
('track_linear', 8, '8,000 single payments of a department in one transaction, against the same in eight', 'write', 'dated_tracked', 'dated_tracked',
 'SELECT bench.pay(8000);', repeat(E'SELECT bench.pay(1000);\n', 8), 'at most', 1.2, 'SELECT bench.is_kept()');

-- ---- reading while others write ----

INSERT INTO bench.cases (name, what, kind, within, peer_within, clients, seconds, ours, peer, direction, check_that)
SELECT name, what, 'dashboard', 'tracked', 'untracked', clients, 60, ours, ours, 'at most', 'SELECT NOT EXISTS (SELECT FROM deptperf_check_tracking())'
FROM (VALUES
('dashboard_refresh', 'totals and grades of all departments, while 4 clients write single rows, tracked against untracked', 1,
 'SELECT dept_id, total, grade FROM deptperf.score WHERE fiscal_year = 2021;'),
('dashboard_write', 'the single rows', 4,
 $$\set source random(1, 4)
\set d random(1, :departments)
\set cents random(1, 1000000)
\if :source = 1
INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount) VALUES (:d, 2021, 1 + :cents % 12, 'public', false, :cents / 100.0);
\elif :source = 2
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial) VALUES (:d, 2021, 'public', false, :cents / 100.0);
\elif :source = 3
INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (:d, 2021, :cents / 100.0, :cents / 100.0);
\else
INSERT INTO deptperf.project (dept_id, fiscal_year, planned, on_time) VALUES (:d, 2021, 1, 1);
\endif
$$)
) AS v(name, what, clients, ours);

-- What pgbench logged; at: seconds since the beginning.
CREATE TABLE bench.latency (side text, name text, at float8, ms float8);

CREATE FUNCTION bench.said(side text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT format('%s, %s: %s times, median %s ms, 95 %% at most %s ms', CASE $1 WHEN 'ours' THEN 'tracked' ELSE 'untracked' END, l.name, count(*),
                  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY l.ms)::numeric, 3), round(percentile_cont(0.95) WITHIN GROUP (ORDER BY l.ms)::numeric, 3))
    FROM bench.latency l WHERE l.side = $1 GROUP BY l.name ORDER BY l.name
$$;

-- A median for each of so many parts of the time.
CREATE FUNCTION bench.medians(side text, name text, parts int) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(median::text, ',' ORDER BY part)
    FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY l.ms) AS median, width_bucket(l.at, 0, c.seconds, parts) AS part
          FROM bench.latency l JOIN bench.cases c USING (name)
          WHERE l.side = $1 AND l.name = $2 AND l.at BETWEEN 0 AND c.seconds
          GROUP BY part) m
$$;

-- What is plotted: each refresh, and each second's rows.
CREATE VIEW bench.plotted AS
SELECT side, name, at, ms AS median, ms AS p95, 1 AS n FROM bench.latency WHERE name = 'dashboard_refresh'
UNION ALL
SELECT side, name, floor(at) + 0.5, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), percentile_cont(0.95) WITHIN GROUP (ORDER BY ms), count(*)
FROM bench.latency WHERE name = 'dashboard_write' GROUP BY side, name, floor(at)
ORDER BY side, name, at;
