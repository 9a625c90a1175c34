-- Performance targets as people write them.

CREATE FUNCTION @extschema@.deptperf_target(written pg_catalog.text, otherwise_qualitative pg_catalog.bool DEFAULT false,
    OUT comparison pg_catalog.text, OUT target pg_catalog.numeric, OUT upper pg_catalog.numeric,
    OUT number pg_catalog.numeric, OUT multiplier pg_catalog.numeric, OUT unit pg_catalog.text, OUT remark pg_catalog.text)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_target(pg_catalog.text, pg_catalog.bool) IS
'the performance target that a person wrote: ≥95%, 1,022 册, 2万宗, 不超过30万元, 80%~90%, 5个工作日内, 及时. comparison is >=, >, =, <=, <, between (from target to upper) or qualitative (words alone; then all else is NULL). target is the number as printed times multiplier (万, 亿, 千, 百 and their combinations, 0.01 for %, 0.001 for ‰, else 1), so that 95% is 0.95; unit is what is left, remark what stands in brackets behind it. 以上, 以下 and 以内 include the number; 达到 is >=; a lower number without a unit has that of the upper. What can''t be read without a doubt (约30, 3/4, 10%或20件, 834,02.62, 2021年12月31日前, 9成) is an error that names the character, or qualitative when otherwise_qualitative is true; a blank text is always an error. NULL gives NULL; needs a database in UTF8';

CREATE FUNCTION @extschema@.deptperf_target_share(comparison pg_catalog.text, target pg_catalog.numeric, upper pg_catalog.numeric,
    actual pg_catalog.numeric, reverse pg_catalog.text DEFAULT 'difference',
    OUT numerator pg_catalog.numeric, OUT denominator pg_catalog.numeric)
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_target_share(pg_catalog.text, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.text) IS
'which share (0 to 1) of a target''s weight the actual value earns, as the exact fraction numerator / denominator, so that nothing is rounded before the points. comparison, target and upper as deptperf_target gives them. Met is 1; else >=, > and = give actual / target, <= and < give 1 - (actual - target) / target (reverse difference: 0 from twice the target) or target / actual (reverse quotient); never below 0 or above 1. = is met above its target too; with target 0, =, <= and < are met up to 0 and give 0 above. between is >= its target and <= its upper. A target below 0 that is missed, qualitative, and NULL (upper only for between) give NULL; NaN, infinities, target above upper and unknown words are errors';
