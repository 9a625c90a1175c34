-- Formulas as text: canonical form, the facts they read, refusals.

SELECT formula, deptperf_formula(formula), deptperf_formula_facts(formula) FROM (VALUES
    (1, 'procurement_actual / procurement_planned'),
    (2, 'staff_external / (staff_on_establishment + staff_external)'),
    (3, '(25*paid_q1 + 13*paid_q2 + 7*paid_q3 + 3*paid_q4) / (12*budget_adjusted)'),
    (4, 'nonzero(benefit_social) + nonzero(benefit_economic) + nonzero(benefit_ecological) + nonzero(benefit_sustainable)'),
    (5, 'finding_violation'),
    (6, ' ( ( A+B ) )/(C) '),
    (7, 'a - 2.50 * b - c'),
    (8, '5%*a'),
    (9, '2*nonzero( a ) / 3*b'),
    (10, 'nonzero + a')
) AS v (n, formula) ORDER BY n;

-- Canonical text reads back as itself.
SELECT formula FROM (VALUES ('(25*paid_q1 + 13*paid_q2) / (12*b)'), ('a - 2.5*b - c'), ('nonzero(a) - nonzero(b)')) v (formula)
WHERE deptperf_formula(formula) <> formula;

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
    (1, ''), (2, 'a +'), (3, 'a + + b'), (4, '- a'), (5, 'a * b'), (6, '2'), (7, '2 a'), (8, 'a / b / c'),
    (9, 'a + b / c'), (10, 'a / b + c'), (11, '(a + b'), (12, 'a + (b + c)'), (13, 'nonzero(a'), (14, 'nonzero()'),
    (15, 'a b'), (16, 'a ÷ b'), (17, '资产 / 总额'), (18, '_a'), (19, repeat('a', 64)), (20, 'a / 2')
) AS v (n, input), refusal(format('SELECT deptperf_formula(%L)', input))
ORDER BY n;
-- Deep, and too long.
SELECT state, right(message, 30), detail FROM refusal(format('SELECT deptperf_formula(%L)', repeat('(', 9999)));
SELECT state, message, detail, hint FROM refusal(format('SELECT deptperf_formula(%L)', repeat('(', 10001)));
\pset tuples_only off
\pset format aligned
DROP FUNCTION refusal;
