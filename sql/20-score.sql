-- A rule applied to numbers that the caller brings.

CREATE FUNCTION @extschema@.deptperf_score(rule @extschema@.deptperf_rule, x pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deptperf_score_x';
COMMENT ON FUNCTION @extschema@.deptperf_score(@extschema@.deptperf_rule, pg_catalog.numeric) IS
'points that a rule gives for x (a ratio as a number, where 1 is 100 %), never below 0, rounded half up to 20 decimals. NULL and the outcome missing give NULL; the outcome invalid, NaN, infinities and a requirement''s rule are errors';

CREATE FUNCTION @extschema@.deptperf_score(
    rule @extschema@.deptperf_rule,
    numerator pg_catalog.numeric,
    denominator pg_catalog.numeric,
    points pg_catalog.numeric DEFAULT NULL,
    scale pg_catalog.int4 DEFAULT NULL)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_score(@extschema@.deptperf_rule, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.int4) IS
'points that a rule gives for numerator / denominator, compared exactly; never below 0, nor above points when given; rounded half up once, to scale when given, else to 20 decimals. A NULL rule, numerator or denominator, 0/0 and the outcome missing give NULL; the outcome invalid, a negative denominator, NaN, infinities and a requirement''s rule are errors that show the numbers';

CREATE FUNCTION @extschema@.deptperf_state(
    rule @extschema@.deptperf_rule,
    numerator pg_catalog.numeric,
    denominator pg_catalog.numeric)
RETURNS pg_catalog.text
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_state(@extschema@.deptperf_rule, pg_catalog.numeric, pg_catalog.numeric) IS
'what deptperf_score(rule, numerator, denominator) does: scored (a number), missing (NULL) or invalid (an error); never an error itself; NULL for a NULL rule';

CREATE FUNCTION @extschema@.deptperf_arithmetic(
    rule @extschema@.deptperf_rule,
    numerator pg_catalog.numeric,
    denominator pg_catalog.numeric DEFAULT NULL)
RETURNS pg_catalog.text
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_arithmetic(@extschema@.deptperf_rule, pg_catalog.numeric, pg_catalog.numeric) IS
'what the branch of a rule that decides does with numerator / denominator (NULL: numerator alone), with its numbers, as SQL that gives the points before they are held between 0 and their maximum: 50 - 5 * div(16.4, 10). NULL where nothing is scored: NULL and NaN, 0/0, the outcomes invalid and missing, a requirement''s rule';

CREATE FUNCTION @extschema@.deptperf_rule_branches(rule @extschema@.deptperf_rule,
    OUT branch pg_catalog.text, OUT bound pg_catalog.numeric, OUT outcome pg_catalog.text, OUT a pg_catalog.numeric, OUT b pg_catalog.numeric,
    OUT steps pg_catalog.text, OUT step pg_catalog.numeric, OUT start pg_catalog.numeric)
RETURNS SETOF pg_catalog.record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 4 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_rule_branches(@extschema@.deptperf_rule) IS
'what a rule is made of, a row a branch in its order: its text, its bound (NULL: it always holds), and outcome: constant (a points), share (a * x / b), slope (a + b * s with s = (x - start) / step, at least 0, and steps exact, whole or started; b is negative where points are lost, step where x lies under start), invalid, missing, pass or zero. NULL gives no rows';
