-- The one place where scoring happens.

CREATE FUNCTION @extschema@.deptperf_evaluate(
    document pg_catalog.jsonb,
    facts pg_catalog.jsonb,
    inputs pg_catalog.jsonb,
    OUT level pg_catalog.text,
    OUT code pg_catalog.text,
    OUT state pg_catalog.text,
    OUT numerator pg_catalog.numeric,
    OUT denominator pg_catalog.numeric,
    OUT branch pg_catalog.text,
    OUT points_numerator pg_catalog.numeric,
    OUT points_denominator pg_catalog.numeric,
    OUT points pg_catalog.numeric)
RETURNS SETOF pg_catalog.record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100 COST 200 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_evaluate(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb) IS
'scores facts by a framework document: a row an item, indicator, group and the total. State is scored, judged, compared, overridden, exempt, not_applicable, left_out, missing, not_compared, invalid or vetoed. numerator and denominator are the formula''s exact values in the unit of the facts, branch is the rule''s branch that decided, points_numerator / points_denominator the exact points; points are rounded half up (items to 6 decimals, sums as the framework says, at first to 2) and NULL while open or left out; of a group they are before its own weight. inputs: points or "exempt" by code of item or indicator, and {"peer": points} of an item that is compared with other departments, which nothing else here knows. Facts with the mark "!" are of a part of the units only (deptperf.shard): whatever reads a fact is invalid then, and open items are not left out of the total. Facts and inputs never raise an error; a faulty document does. NULL gives no rows';

CREATE FUNCTION @extschema@.deptperf_evaluate_total(
    document pg_catalog.jsonb,
    facts pg_catalog.jsonb,
    inputs pg_catalog.jsonb,
    OUT total pg_catalog.numeric,
    OUT grade pg_catalog.text,
    OUT provisional pg_catalog.numeric,
    OUT open pg_catalog.numeric,
    OUT open_items pg_catalog.int4)
RETURNS pg_catalog.record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_evaluate_total(pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb) IS
'the total of deptperf_evaluate without its rows: total and grade (NULL while an item is open), provisional (the sum of what is known), open (the points of what is not) and how many items are open. NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_framework_seed(framework pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_framework_seed(pg_catalog.text) IS
'the document of a framework that is built in (sz-2021, sz-2021-records), which deptperf_setup copies into rows; NULL for any other name';
