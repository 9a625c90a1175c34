-- Sums of facts.

CREATE FUNCTION @extschema@.deptperf_facts_accum(state pg_catalog.internal, count_name pg_catalog.text, zeros pg_catalog.jsonb, VARIADIC pairs "any")
RETURNS pg_catalog.internal
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_facts_accum(pg_catalog.internal, pg_catalog.text, pg_catalog.jsonb, "any") IS 'transition of deptperf_facts over records';

CREATE FUNCTION @extschema@.deptperf_facts_accum_json(state pg_catalog.internal, facts pg_catalog.jsonb)
RETURNS pg_catalog.internal
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_facts_accum_json(pg_catalog.internal, pg_catalog.jsonb) IS 'transition of deptperf_facts and deptperf_unit_facts over objects of facts';

CREATE FUNCTION @extschema@.deptperf_facts_combine(pg_catalog.internal, pg_catalog.internal)
RETURNS pg_catalog.internal
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_facts_combine(pg_catalog.internal, pg_catalog.internal) IS 'combines two partial sums of facts';

CREATE FUNCTION @extschema@.deptperf_facts_serialize(pg_catalog.internal)
RETURNS pg_catalog.bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_facts_serialize(pg_catalog.internal) IS 'sends a partial sum of facts to another process';

CREATE FUNCTION @extschema@.deptperf_facts_deserialize(pg_catalog.bytea, pg_catalog.internal)
RETURNS pg_catalog.internal
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_facts_deserialize(pg_catalog.bytea, pg_catalog.internal) IS 'receives a partial sum of facts from another process';

CREATE FUNCTION @extschema@.deptperf_facts_final(pg_catalog.internal)
RETURNS pg_catalog.jsonb
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_facts_final(pg_catalog.internal) IS 'result of deptperf_facts';

CREATE FUNCTION @extschema@.deptperf_unit_facts_final(pg_catalog.internal)
RETURNS pg_catalog.jsonb
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_unit_facts_final(pg_catalog.internal) IS 'result of deptperf_unit_facts';

-- A state has room for facts of 16 bytes each: 64 bytes and more.  SSPACE says
-- what that of payments has, so that the planner hashes
-- ten thousand groups at a small work_mem too (which spills at worst) instead of
-- sorting all records; and where objects are added, still less, because there it
-- expects some ten times the groups, and a sort would write the objects.

CREATE AGGREGATE @extschema@.deptperf_facts(count_name pg_catalog.text, zeros pg_catalog.jsonb, VARIADIC pairs "any") (
    SFUNC = @extschema@.deptperf_facts_accum, STYPE = pg_catalog.internal, SSPACE = 128,
    FINALFUNC = @extschema@.deptperf_facts_final,
    COMBINEFUNC = @extschema@.deptperf_facts_combine,
    SERIALFUNC = @extschema@.deptperf_facts_serialize,
    DESERIALFUNC = @extschema@.deptperf_facts_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.deptperf_facts(pg_catalog.text, pg_catalog.jsonb, "any") IS
'exact sums of a source''s facts as one object: pairs of a name and an amount (numeric or whole), all facts of a record in one call; a NULL name or amount adds nothing; zeros are the source''s facts at 0, count_name gets the number of rows (both constants). Amounts keep their unit and have no trailing zeros; NaN and infinities make their fact the string "NaN". NULL over no rows';

CREATE AGGREGATE @extschema@.deptperf_facts(facts pg_catalog.jsonb) (
    SFUNC = @extschema@.deptperf_facts_accum_json, STYPE = pg_catalog.internal, SSPACE = 64,
    FINALFUNC = @extschema@.deptperf_facts_final,
    COMBINEFUNC = @extschema@.deptperf_facts_combine,
    SERIALFUNC = @extschema@.deptperf_facts_serialize,
    DESERIALFUNC = @extschema@.deptperf_facts_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.deptperf_facts(pg_catalog.jsonb) IS
'adds objects of facts, name by name; what is no number makes its fact the string "NaN" and no other; with the mark "!", a unit that is out of reach (deptperf.shard), every fact is, and the marks are counted; NULL adds nothing; NULL over no objects';

CREATE AGGREGATE @extschema@.deptperf_unit_facts(facts pg_catalog.jsonb) (
    SFUNC = @extschema@.deptperf_facts_accum_json, STYPE = pg_catalog.internal, SSPACE = 64,
    FINALFUNC = @extschema@.deptperf_unit_facts_final,
    COMBINEFUNC = @extschema@.deptperf_facts_combine,
    SERIALFUNC = @extschema@.deptperf_facts_serialize,
    DESERIALFUNC = @extschema@.deptperf_facts_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.deptperf_unit_facts(pg_catalog.jsonb) IS
'like deptperf_facts(jsonb) over what the sources say of one unit and year, with <source>_units 1 for each source that has <source>_records: the unit speaks';

CREATE FUNCTION @extschema@.deptperf_silent(facts pg_catalog.jsonb, units pg_catalog.int8)
RETURNS pg_catalog.int8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_silent(pg_catalog.jsonb, pg_catalog.int8) IS
'how many (unit, source) pairs of a subtree of so many units do not speak although another unit of it does; measurement, which speaks for each fact by itself, is left out. NULL gives NULL';
