-- A rule turns a number x into points; a formula says what x is.  Both are
-- checked text; deptperf_rule is the type for use in queries.

CREATE TYPE @extschema@.deptperf_rule;

CREATE FUNCTION @extschema@.deptperf_rule_in(pg_catalog.cstring)
RETURNS @extschema@.deptperf_rule
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';

CREATE FUNCTION @extschema@.deptperf_rule_out(@extschema@.deptperf_rule)
RETURNS pg_catalog.cstring
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';

CREATE FUNCTION @extschema@.deptperf_rule_recv(pg_catalog.internal)
RETURNS @extschema@.deptperf_rule
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';

CREATE FUNCTION @extschema@.deptperf_rule_send(@extschema@.deptperf_rule)
RETURNS pg_catalog.bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';

CREATE TYPE @extschema@.deptperf_rule (
    INPUT = @extschema@.deptperf_rule_in,
    OUTPUT = @extschema@.deptperf_rule_out,
    RECEIVE = @extschema@.deptperf_rule_recv,
    SEND = @extschema@.deptperf_rule_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = extended
);
COMMENT ON TYPE @extschema@.deptperf_rule IS
'a rule that turns a number x into points, such as: x >= 90%: 1, x >= 75%: 0.7, else 0. Input is checked (syntax, every x covered, every branch reached); output is canonical. Ratios are numbers, where 100% is 1';
COMMENT ON FUNCTION @extschema@.deptperf_rule_in(pg_catalog.cstring) IS 'text input of a rule';
COMMENT ON FUNCTION @extschema@.deptperf_rule_out(@extschema@.deptperf_rule) IS 'canonical text of a rule';
COMMENT ON FUNCTION @extschema@.deptperf_rule_recv(pg_catalog.internal) IS 'binary input of a rule: a version byte and its text';
COMMENT ON FUNCTION @extschema@.deptperf_rule_send(@extschema@.deptperf_rule) IS 'binary output of a rule: a version byte and its text';

CREATE FUNCTION @extschema@.deptperf_rule_eq(@extschema@.deptperf_rule, @extschema@.deptperf_rule)
RETURNS pg_catalog.bool
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_rule_eq(@extschema@.deptperf_rule, @extschema@.deptperf_rule) IS 'same canonical text';

CREATE FUNCTION @extschema@.deptperf_rule_ne(@extschema@.deptperf_rule, @extschema@.deptperf_rule)
RETURNS pg_catalog.bool
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_rule_ne(@extschema@.deptperf_rule, @extschema@.deptperf_rule) IS 'other canonical text';

CREATE FUNCTION @extschema@.deptperf_rule_hash(@extschema@.deptperf_rule)
RETURNS pg_catalog.int4
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_rule_hash(@extschema@.deptperf_rule) IS 'hash of the canonical text';

CREATE OPERATOR @extschema@.= (
    LEFTARG = @extschema@.deptperf_rule, RIGHTARG = @extschema@.deptperf_rule,
    FUNCTION = @extschema@.deptperf_rule_eq,
    COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
    RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES
);
COMMENT ON OPERATOR @extschema@.= (@extschema@.deptperf_rule, @extschema@.deptperf_rule) IS 'same canonical text';

CREATE OPERATOR @extschema@.<> (
    LEFTARG = @extschema@.deptperf_rule, RIGHTARG = @extschema@.deptperf_rule,
    FUNCTION = @extschema@.deptperf_rule_ne,
    COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
    RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR @extschema@.<> (@extschema@.deptperf_rule, @extschema@.deptperf_rule) IS 'other canonical text';

CREATE OPERATOR CLASS @extschema@.deptperf_rule_ops
DEFAULT FOR TYPE @extschema@.deptperf_rule USING hash AS
    OPERATOR 1 @extschema@.= (@extschema@.deptperf_rule, @extschema@.deptperf_rule),
    FUNCTION 1 @extschema@.deptperf_rule_hash(@extschema@.deptperf_rule);
COMMENT ON OPERATOR CLASS @extschema@.deptperf_rule_ops USING hash IS 'for GROUP BY, DISTINCT and hash joins over rules';

-- Tables keep rules and formulas as text with a CHECK that calls these: a
-- column of an extension's type would go with the extension.

CREATE FUNCTION @extschema@.deptperf_item_rule(rule pg_catalog.text, points pg_catalog.numeric)
RETURNS pg_catalog.text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_item_rule(pg_catalog.text, pg_catalog.numeric) IS
'the canonical text of a rule that can score an item of so many points; an error when it is no rule, is a requirement''s, gives more than the points, or can''t reach them; NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_requirement_rule(rule pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_requirement_rule(pg_catalog.text) IS
'the canonical text of a rule that gives pass, zero or missing; an error when it gives anything else; NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_formula(formula pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_formula(pg_catalog.text) IS
'the canonical text of a formula: one linear form over facts, or one over another; an error with the position when it is none; NULL gives NULL';

CREATE FUNCTION @extschema@.deptperf_formula_facts(formula pg_catalog.text)
RETURNS pg_catalog.text[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_formula_facts(pg_catalog.text) IS
'the names of the facts that a formula reads, each once; an error when it is no formula; NULL gives NULL';
