CREATE FUNCTION @extschema@.deptperf_library_version()
RETURNS pg_catalog.text
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_library_version() IS
'the version that the loaded library was built as; deptperf_version() compares it with the installed SQL';

CREATE FUNCTION @extschema@.deptperf_require_workspace()
RETURNS pg_catalog.void
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_require_workspace() IS
'an error unless deptperf_setup() has made the workspace here, and its schema belongs to the database''s owner, a superuser or the caller';
