-- Rules as text: what reads back as itself, what is made canonical, what is
-- refused and where.

-- Every rule text of the reference reads back as itself.
CREATE TABLE rule_text (n int GENERATED ALWAYS AS IDENTITY, rule text);
INSERT INTO rule_text (rule) VALUES
    ('x >= 90%: 1, x >= 75%: 0.7, x >= 60%: 0.4, else 0'),
    ('x > 100%: 0, else 1 * x'),
    ('1 * x / 75%'),
    ('5 - 1 per 1'),
    ('x <= 10%: 1, else 1 - 0.1 per 1% over 10%'),
    ('x >= 100%: 8, else 8 - 2 per whole 5% under 100%'),
    ('x >= 100%: 100 + 5 per 5% over 100%, else 100 - 5 per 5% under 100%'),
    ('x > 0: zero, else pass'),
    ('3 - 1 per 1'),
    ('x < 0: invalid, x > 100%: 0, else 1 * x'),
    ('x < 0: invalid, x <= 10%: 1, else 1 - 0.1 per 1% over 10%'),
    ('x > 100%: invalid, x = 100%: 1.5, x > 0: 1, else 0'),
    ('x > 100%: invalid, x >= 90%: 1, x >= 75%: 0.7, x >= 60%: 0.4, x >= 0: 0, else invalid'),
    ('x < 0: invalid, x <= 100%: 1, else 0'),
    ('x < 0: invalid, x < 5%: 1, x <= 10%: 0.5, x <= 100%: 0, else invalid'),
    ('x < 90%: 3, x <= 100%: 2, else 0'),
    ('1 * x / 25%'),
    ('1 * x / 50%'),
    ('1 * x'),
    ('2 * x'),
    ('8 - 4 per 1'),
    ('x < 0: invalid, x > 100%: invalid, else 6 * x'),
    ('x < 0: invalid, x > 100%: invalid, else 25 * x'),
    ('x >= 3: pass, else missing'),
    ('x > 100%: invalid, x = 100%: 1, x >= 0: 0, else invalid'),
    ('x > 100%: invalid, x >= 95%: 6, x >= 90%: 4, x >= 80%: 2, x >= 0: 1, else invalid'),
    -- framework-variants.md, in words there
    ('x <= 100%: 5, else 5 - 0.5 per 1% over 100%'),                      -- 3: staff
    ('x <= 0: 8, else 8 - 0.8 per 1%'),                                   -- 3: three public, change
    ('x <= 0: 8, x <= 10%: 6, x <= 20%: 4, x <= 30%: 2, else 0'),         -- 3: budget control
    ('10 * x'),                                                           -- 1: execution
    ('x >= 1: 10, else 10 * x'),                                          -- 1: direction >=
    ('x <= 1: 10, else 10 - 10 per 1 over 1'),                            -- 1: direction <=
    ('x <= 0: 10, else 0'),                                               -- 1: target 0
    ('x >= 80%: 1, x >= 60%: 0.5, else 0'),                               -- 12: colours
    ('x < 5%: 1, else 0'),
    ('x < 0: 2, x >= 0: 2 - 0.1 per started 1');                          -- covered without an else
SELECT n, rule, rule::deptperf_rule FROM rule_text WHERE rule::deptperf_rule::text <> rule;
SELECT count(*) FROM rule_text;

-- Binary is a version byte and the text.
SELECT deptperf_rule_send('1*x'), convert_from(substr(deptperf_rule_send('1*x'), 2), 'UTF8');

-- What is made canonical: blanks, case, needless zeros; percentages stay.
SELECT rule, rule::deptperf_rule FROM (VALUES
    ('X>=90%:1,ELSE 0'),
    ('  x >=  90 % :  1.00 ,  else  0.0  '),
    (E'x >= 090.50%: 1,\n\telse 0'),
    ('x <= -0: 1, else 0'),
    ('x <= -5.10%: 1, else 0'),
    ('1*x/1'),
    ('1*x/100%'),
    ('5-1 PER Whole 1 Under 010'),
    ('5 - 1 per 1 over 0'),
    ('5 - 1 per 1 over -0.5'),
    ('0.00000000000000000000000000001 * x')
) AS v (rule);

-- Equal when the canonical texts are; 5% and 0.05 are the same number, but other texts.
SELECT '1 * x'::deptperf_rule = '1*X' AS same, '1 * x'::deptperf_rule <> '2*x' AS other,
       'x < 5%: 1, else 0'::deptperf_rule = 'x < 0.05: 1, else 0' AS other_text,
       deptperf_score('x < 5%: 1, else 0', 0.049) = deptperf_score('x < 0.05: 1, else 0', 0.049) AS same_number;
SELECT rule::deptperf_rule, count(*) FROM (VALUES ('1*x'), ('1 * x'), ('2*x')) v (rule)
GROUP BY 1 ORDER BY 1::text;

-- Refusals as rows.
CREATE FUNCTION refusal(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    message := 'accepted';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;

\pset format unaligned
\pset fieldsep '\n    '
\pset tuples_only on
SELECT input, state, message, detail, hint
FROM (VALUES
    (1, ''), (2, '   '), (3, 'x'), (4, 'x >= '), (5, 'x >= 90'), (6, 'x >= 90%:'),
    (7, 'x >= 90%: 1'), (8, 'x >= 90%: 1,'), (9, 'x >= 90%: 1, else'), (10, 'x >= 90%: 1 else 0'),
    (11, 'x >= 90%: 1, 0'), (12, 'x >= 90%: 1, else 0, else 1'), (13, 'else 0'), (14, 'y >= 90%: 1, else 0'),
    (15, 'x => 90%: 1, else 0'), (16, 'x == 90%: 1, else 0'), (17, 'x <> 0: 1, else 0'),
    (18, 'x >= .9: 1, else 0'), (19, 'x >= 9.: 1, else 0'), (20, 'x >= 1e2: 1, else 0'),
    (21, 'x >= 90%: -1, else 0'), (22, 'x >= - 90%%: 1, else 0'), (23, '1 * y'), (24, '1 * x / 0'),
    (25, '1 * x / 0.00%'), (26, '5 - 1 each 1'), (27, '5 - 1 per 0'), (28, '5 - 1 per half 1'),
    (29, '5 - 1 per 1 above 3'), (30, '5 - per 1'), (31, 'x >= 90%: good, else 0'),
    (32, 'x ≥ 90%: 1, else 0'), (33, 'x >= 90％： 1， else 0'), (34, 'x >= 60%: 0.4, x >= 90%: 1, else 0'),
    (35, 'x >= 0: 1, x < 0: 0, else 0'), (36, 'x > 0: 1, x < 0: 0'), (37, 'x < 60%: 0, x > 90%: 1'),
    (38, 'x >= 90%: 1, x >= 90%: 0.7, else 0'), (39, 'x > 0: zero, else 1'), (40, 'x > 0: 1, else pass'),
    (41, 'x >= 1234567890123456789012345678901: 1, else 0'), (42, '得分'), (43, '5 - 1 per 1 per 1'),
    (44, 'x <= 10: 1, x >= 5: 2, x = 7: 3, else 0'), (45, '1; DROP TABLE rule_text')
) AS v (n, input), refusal(format('SELECT %L::deptperf_rule', input))
ORDER BY n;

-- Limits.
SELECT state, message, detail, hint FROM refusal(format('SELECT %L::deptperf_rule',
    (SELECT string_agg(format('x = %s: 1', i), ', ') FROM generate_series(1, 101) i) || ', else 0'));
SELECT state, message, detail, hint FROM refusal(format('SELECT %L::deptperf_rule', repeat(' ', 10001)));

-- A rule in its place: it must be able to give its points, and no more.
SELECT rule, points, coalesce(state, 'accepted'), message, detail, hint
FROM (VALUES
    (1, 'x >= 90%: 1, else 0', '1'), (2, 'x >= 90%: 1, else 0', '2'), (3, 'x >= 90%: 3, else 0', '2'),
    (4, 'x > 100%: 0, else 1 * x', '1'), (5, 'x >= 100%: 0, else 1 * x', '1'), (6, '1 * x / 75%', '7'),
    (7, '5 - 1 per 1', '5'), (8, '5 - 1 per 1', '6'), (9, '0 + 1 per 1 over 2', '9'),
    (10, 'x < 10: 0 + 1 per whole 1, else 0', '9'), (11, 'x < 10: 0 + 1 per whole 1, else 0', '10'),
    (12, 'x < 10: 0 + 1 per started 1, else 0', '10'), (13, 'x < 10: 0 + 1 per 1, else 0', '10'),
    (14, 'x <= 10: 0 + 1 per 1, else 0', '10'), (15, 'x > 2: 5 - 1 per 1, else 0', '3'),
    (16, 'x > 2: 5 - 1 per started 1, else 0', '2'), (17, 'x > 2: 5 - 1 per started 1, else 0', '3'),
    (18, 'x < 2: 5 - 1 per whole 1 under 3, else 0', '4'), (19, 'x < 2: 5 - 1 per whole 1 under 3, else 0', '5'),
    (20, 'x > 0: zero, else pass', '1'), (21, 'missing', '1'), (22, '0', '0'), (23, '1 * x', 'NaN'),
    (24, 'x < 0: 1 * x, else 0', '1')
) AS v (n, rule, points), refusal(format('SELECT deptperf_item_rule(%L, %L)', rule, points))
ORDER BY n;
SELECT rule, coalesce(state, 'accepted'), message, detail, hint
FROM (VALUES (1, 'x > 0: zero, else pass'), (2, 'x >= 3: pass, else missing'), (3, 'x > 0: 1, else 0'), (4, 'invalid'))
AS v (n, rule), refusal(format('SELECT deptperf_requirement_rule(%L)', rule))
ORDER BY n;
\pset tuples_only off
\pset format aligned

DROP FUNCTION refusal;
DROP TABLE rule_text;
