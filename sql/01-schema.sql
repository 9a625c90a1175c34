-- Where the extension can't be.  Only for CREATE EXTENSION: an update leaves it where
-- it is.
DO $deptperf$
BEGIN
    IF '@extschema@'::pg_catalog.text OPERATOR(pg_catalog.=) 'deptperf'::pg_catalog.text THEN
        RAISE EXCEPTION 'the extension deptperf can''t be in schema "deptperf"'
            USING ERRCODE = 'invalid_schema_name',
                  DETAIL = 'That is the schema of the workspace, which deptperf_setup() makes, and which holds nothing else.',
                  HINT = 'CREATE EXTENSION deptperf SCHEMA public; or another schema.';
    END IF;
END $deptperf$;

