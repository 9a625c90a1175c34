-- The point path: scores of named departments.

CREATE FUNCTION @extschema@.deptperf_total(dept pg_catalog.int8, year pg_catalog.int8)
RETURNS pg_catalog.numeric
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 1000 AS 'MODULE_PATHNAME', 'deptperf_total_by_id';
COMMENT ON FUNCTION @extschema@.deptperf_total(pg_catalog.int8, pg_catalog.int8) IS
'a department''s total points for a year, from the records of its whole subtree by the framework in force; NULL while an item is open (deptperf.score says how many points and items), and for NULL. An unknown department, and a year without a framework, are errors that name what is known';

CREATE FUNCTION @extschema@.deptperf_total(dept pg_catalog.text, year pg_catalog.int8)
RETURNS pg_catalog.numeric
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 1000 AS 'MODULE_PATHNAME', 'deptperf_total_by_code';
COMMENT ON FUNCTION @extschema@.deptperf_total(pg_catalog.text, pg_catalog.int8) IS
'the same for the department with this code, or division:code where a code alone is not unique';

CREATE FUNCTION @extschema@.deptperf_grade(dept pg_catalog.int8, year pg_catalog.int8)
RETURNS pg_catalog.text
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 1000 AS 'MODULE_PATHNAME', 'deptperf_grade_by_id';
COMMENT ON FUNCTION @extschema@.deptperf_grade(pg_catalog.int8, pg_catalog.int8) IS
'the grade of deptperf_total(dept, year); NULL where that is, and where the framework has no grades; the same errors';

CREATE FUNCTION @extschema@.deptperf_grade(dept pg_catalog.text, year pg_catalog.int8)
RETURNS pg_catalog.text
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 1000 AS 'MODULE_PATHNAME', 'deptperf_grade_by_code';
COMMENT ON FUNCTION @extschema@.deptperf_grade(pg_catalog.text, pg_catalog.int8) IS
'the same for the department with this code, or division:code where a code alone is not unique';

CREATE FUNCTION @extschema@.deptperf_scores(
    dept_ids pg_catalog.int8[],
    years pg_catalog.int4[],
    OUT dept_id pg_catalog.int8,
    OUT fiscal_year pg_catalog.int4,
    OUT framework pg_catalog.text,
    OUT total pg_catalog.numeric,
    OUT grade pg_catalog.text,
    OUT provisional pg_catalog.numeric,
    OUT open pg_catalog.numeric,
    OUT open_items pg_catalog.int4,
    OUT silent pg_catalog.int8)
RETURNS SETOF pg_catalog.record
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 100 COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_scores(pg_catalog.int8[], pg_catalog.int4[]) IS
'the rows of deptperf.score for these departments and years, at the cost of their own records; a department or year that the view does not have gives no row; NULL gives no rows';
