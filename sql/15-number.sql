-- Numbers as people write them.

CREATE FUNCTION @extschema@.deptperf_number(written pg_catalog.text)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_number(pg_catalog.text) IS
'the number that a person wrote: 1,234.56, full-width digits and signs, blanks around it or between groups of three, a sign in front or behind, parentheses for a negative. What is no number without a doubt (834,02.62, 1.2E+05, 3 万元, 95%) is NaN and never read as something else; a blank text and NULL are NULL';
