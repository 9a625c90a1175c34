-- closure.sql: the department tree: parents by code and by id, the closure
-- against a recursive query, cycles, rows restored in any order.
BEGIN;
SELECT plan(41);
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS deptperf CASCADE;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

CREATE FUNCTION pg_temp.error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- The oracle: what the closure has to be, and how it differs.
CREATE VIEW pg_temp.oracle AS
WITH RECURSIVE up(ancestor_id, dept_id, depth) AS (
    SELECT dept_id, dept_id, 0 FROM deptperf.department
    UNION ALL
    SELECT d.parent_id, u.dept_id, u.depth + 1 FROM up u JOIN deptperf.department d ON d.dept_id = u.ancestor_id WHERE d.parent_id IS NOT NULL)
SELECT * FROM up;
CREATE VIEW pg_temp.wrong AS
(SELECT 'missing', * FROM pg_temp.oracle EXCEPT SELECT 'missing', * FROM deptperf.department_closure)
UNION ALL
(SELECT 'too much', * FROM deptperf.department_closure EXCEPT SELECT 'too much', * FROM pg_temp.oracle)
UNION ALL
SELECT 'parent_code', d.dept_id, d.parent_id, NULL
FROM deptperf.department d LEFT JOIN deptperf.department p ON p.dept_id = d.parent_id
WHERE d.parent_code IS DISTINCT FROM CASE WHEN p.division = d.division THEN p.code END;
CREATE FUNCTION pg_temp.tree() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(code, '<', coalesce(parent_code, parent_id::text, '-')), ' ' ORDER BY dept_id) FROM deptperf.department $$;

-- 1. Parents by code, in the same statement, children first.
INSERT INTO deptperf.department (dept_id, code, parent_code) VALUES (11, 'c', 'b'), (12, 'b', 'a'), (13, 'a', NULL), (14, 'd', 'a');
SELECT is(pg_temp.tree(), 'c<b b<a a<- d<a', 'parent_code');
SELECT results_eq('SELECT parent_id FROM deptperf.department ORDER BY dept_id', 'VALUES (12::bigint), (13), (NULL), (13)', 'is resolved to parent_id');
SELECT set_eq('SELECT ancestor_id, dept_id, depth FROM deptperf.department_closure',
              'VALUES (11::bigint, 11::bigint, 0), (12, 12, 0), (13, 13, 0), (14, 14, 0), (12, 11, 1), (13, 12, 1), (13, 14, 1), (13, 11, 2)', 'the closure, by hand');
INSERT INTO deptperf.department (dept_id, code, parent_id) VALUES (15, 'e', 11);
SELECT is(pg_temp.tree(), 'c<b b<a a<- d<a e<c', 'parent_id brings parent_code along');
SELECT is_empty('TABLE pg_temp.wrong', 'and the closure');

-- 2. Moves.
UPDATE deptperf.department SET parent_code = 'd' WHERE code = 'b';
SELECT is(pg_temp.tree(), 'c<b b<d a<- d<a e<c', 'moved by code');
SELECT is((SELECT depth FROM deptperf.department_closure WHERE ancestor_id = 13 AND dept_id = 15), 4, 'with what is below it');
SELECT is_empty('TABLE pg_temp.wrong', 'and the closure');
UPDATE deptperf.department SET parent_id = 13 WHERE code = 'b';
SELECT is(pg_temp.tree(), 'c<b b<a a<- d<a e<c', 'moved by id');
UPDATE deptperf.department SET parent_code = NULL WHERE code = 'c';
SELECT is(pg_temp.tree(), 'c<- b<a a<- d<a e<c', 'moved to the top by code');
UPDATE deptperf.department SET parent_code = 'd', parent_id = 14 WHERE code = 'c';
SELECT is(pg_temp.tree(), 'c<d b<a a<- d<a e<c', 'both, and they agree');
UPDATE deptperf.department SET parent_id = NULL WHERE code = 'c';
SELECT is(pg_temp.tree(), 'c<- b<a a<- d<a e<c', 'moved to the top by id');
UPDATE deptperf.department SET parent_code = CASE code WHEN 'b' THEN 'c' WHEN 'd' THEN 'e' END WHERE code IN ('b', 'd');
SELECT is(pg_temp.tree(), 'c<- b<c a<- d<e e<c', 'two at once');
UPDATE deptperf.department SET code = 'C' WHERE code = 'c';
SELECT is(pg_temp.tree(), 'C<- b<C a<- d<e e<C', 'parent_code follows a parent that is renamed');
UPDATE deptperf.department SET code = upper(code), parent_code = upper(parent_code);
SELECT is(pg_temp.tree(), 'C<- B<C A<- D<E E<C', 'all renamed at once');
UPDATE deptperf.department SET division = '4403';
SELECT is(pg_temp.tree(), 'C<- B<C A<- D<E E<C', 'and moved to another division');
INSERT INTO deptperf.department (dept_id, code, parent_id) VALUES (16, 'F', 12);
SELECT is(parent_code, NULL, 'a parent of another division has no parent_code') FROM deptperf.department WHERE dept_id = 16;
UPDATE deptperf.department SET name = 'six' WHERE dept_id = 16;
SELECT is(parent_id, 12::bigint, 'and stays the parent') FROM deptperf.department WHERE dept_id = 16;
UPDATE deptperf.department SET division = '4403' WHERE dept_id = 16;
SELECT is(parent_code, 'B', 'until it is in the same division') FROM deptperf.department WHERE dept_id = 16;
INSERT INTO deptperf.department (division, code, parent_code) VALUES ('4403', 'F', 'C'), ('4403', 'D', 'A')
    ON CONFLICT (division, code) DO UPDATE SET parent_code = excluded.parent_code;
SELECT is(pg_temp.tree(), 'C<- B<C A<- D<A E<C F<C', 'ON CONFLICT DO UPDATE');
UPDATE deptperf.department SET dept_id = 26 WHERE dept_id = 16;
SELECT is(pg_temp.tree(), 'C<- B<C A<- D<A E<C F<C', 'another dept_id');
SELECT is_empty('TABLE pg_temp.wrong', 'the closure after all this');

-- 3. Refused.
SELECT is(pg_temp.error($$ INSERT INTO deptperf.department (code, parent_code) VALUES ('x', 'nowhere') $$),
          E'23503 parent_code "nowhere" of department "x" is not known\nNo department of division "" has the code "nowhere".\nInsert the parent first or in the same statement, or leave parent_code NULL for a department at the top.', 'an unknown parent_code');
SELECT throws_ok($$ INSERT INTO deptperf.department (code, parent_code) VALUES ('x', 'A') $$, '23503', 'parent_code "A" of department "x" is not known', 'the code of another division');
SELECT throws_ok($$ INSERT INTO deptperf.department (code, parent_id) VALUES ('x', 999) $$, '23503', NULL, 'an unknown parent_id');
SELECT is(pg_temp.error($$ INSERT INTO deptperf.department (division, code, parent_code, parent_id) VALUES ('4403', 'x', 'A', 12) $$),
          E'23503 parent_id 12 and parent_code "A" of department "x" are two different departments\nDepartment 12 has the code "B" in division "4403".\nGive one of the two; the other follows.', 'parent_code and parent_id that disagree');
SELECT is(pg_temp.error($$ UPDATE deptperf.department SET parent_code = 'B' WHERE code = 'C' $$),
          E'23514 department "C" would lie below itself\nThe circle: C under B under C.\nGive one of them a parent outside the circle, or none.', 'a circle by code');
SELECT throws_ok($$ UPDATE deptperf.department SET parent_id = dept_id WHERE code = 'A' $$, '23514', 'department "A" would lie below itself', 'its own parent');
SELECT throws_like($$ INSERT INTO deptperf.department (code, parent_code) VALUES ('x', 'y'), ('y', 'z'), ('z', 'x') $$, 'department "%" would lie below itself', 'a circle of new ones');
SELECT throws_like($$ INSERT INTO deptperf.department (dept_id, code, parent_id) VALUES (101, 'x', 102), (102, 'y', 101), (103, 'z', 102) $$, 'department "%" would lie below itself', 'by id, with one beside it');
SELECT throws_ok($$ DELETE FROM deptperf.department WHERE code = 'C' $$, '23503', NULL, 'a department with units below it is not deleted');
DELETE FROM deptperf.department WHERE code IN ('C', 'B', 'E', 'F');
SELECT is(pg_temp.tree(), 'A<- D<A', 'but the whole of a subtree is');
SELECT is_empty('TABLE pg_temp.wrong', 'with its closure');

-- 4. What a restore does: rows and closure may come in any order, and twice.
CREATE TEMP TABLE dumped AS TABLE deptperf.department;
CREATE TEMP TABLE dumped_closure AS TABLE deptperf.department_closure;
INSERT INTO deptperf.department_closure TABLE dumped_closure;
SELECT is_empty('TABLE pg_temp.wrong', 'closure rows over what the triggers made');
DELETE FROM deptperf.department;
INSERT INTO deptperf.department_closure TABLE dumped_closure;
INSERT INTO deptperf.department TABLE dumped;
INSERT INTO deptperf.department_closure TABLE dumped_closure;
SELECT is_empty('TABLE pg_temp.wrong', 'closure rows before and after the departments');
SELECT bag_eq('TABLE deptperf.department', 'TABLE dumped', 'the departments are the same');

-- 5. At random: 300 departments, then 200 statements that move some.
DELETE FROM deptperf.department;
DO $$ BEGIN PERFORM setseed(0.4); END $$;
INSERT INTO deptperf.department (dept_id, code, parent_code)
    SELECT i, 'd' || i, CASE WHEN i > 5 THEN 'd' || (1 + floor(random() * (i - 1)))::int END FROM generate_series(1, 300) AS i ORDER BY random();
SELECT is_empty('TABLE pg_temp.wrong', '300 departments at random');
CREATE TEMP TABLE moved (outcome text);
DO $$
BEGIN
    FOR i IN 1..200 LOOP
        BEGIN
            IF i % 2 = 0 THEN
                UPDATE deptperf.department SET parent_id = 1 + floor(random() * 300)::int WHERE dept_id IN (1 + floor(random() * 300)::int, 1 + floor(random() * 300)::int);
            ELSE
                UPDATE deptperf.department SET parent_code = 'd' || (1 + floor(random() * 300)::int) WHERE dept_id % 97 = floor(random() * 97)::int;
            END IF;
            INSERT INTO moved VALUES ('moved');
        EXCEPTION WHEN check_violation THEN
            INSERT INTO moved VALUES ('circle');
        END;
    END LOOP;
END $$;
SELECT is((SELECT count(DISTINCT outcome) FROM moved), 2::bigint, 'some move, some would make a circle');
SELECT is_empty('TABLE pg_temp.wrong', 'the closure after 200 of them');

-- 6. Set-based: 10,000 departments in one INSERT.
INSERT INTO deptperf.department (dept_id, code, parent_code)
    SELECT 1000 + i, 'n' || i, CASE WHEN i > 1 THEN 'n' || (i + 8) / 10 END FROM generate_series(1, 10000) AS i;
SELECT is_empty('TABLE pg_temp.wrong', '10,000 departments in one statement');

SELECT * FROM finish();
ROLLBACK;
