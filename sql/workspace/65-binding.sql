-- Bindings: which sources read relations of the user's.  deptperf_bind makes a
-- view of each, <source>_bound_<n>, puts them behind the source view, and the row
-- here; what is bound now, under its present name, the views say
-- (deptperf_bindings).

CREATE TABLE IF NOT EXISTS binding (
    source   text PRIMARY KEY REFERENCES source,
    spec     jsonb NOT NULL,
    by_code  boolean NOT NULL,
    bound_by text NOT NULL DEFAULT current_user,
    bound_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE binding IS
    'The sources that deptperf_bind has put relations of yours behind; while a source is here, and its own table not among them, that table takes no rows. Written by deptperf_bind and deptperf_unbind alone.';
COMMENT ON COLUMN binding.source IS 'The source that reads it.';
COMMENT ON COLUMN binding.spec IS 'What was asked for, an array with an object a relation, with its full name of that moment; renames do not change it.';
COMMENT ON COLUMN binding.by_code IS 'A relation names departments by code alone, so that codes must be unique.';
COMMENT ON COLUMN binding.bound_by IS 'The role that called deptperf_bind.';
COMMENT ON COLUMN binding.bound_at IS 'When it did.';

-- A date is looked up here once for each day that records have, not compared with
-- every year (a Memoize over this index).
CREATE INDEX IF NOT EXISTS fiscal_year_by_date ON fiscal_year (starts, ends);

-- After the statement, so that a restore may bring no rows.
CREATE OR REPLACE FUNCTION binding_takes_no_rows() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    any_row boolean;
BEGIN
    IF EXISTS (SELECT FROM deptperf.binding b
               WHERE b.source = TG_TABLE_NAME
                 AND NOT EXISTS (SELECT FROM jsonb_path_query(b.spec, '$[*].from') AS f(name) WHERE f.name #>> '{}' = format('deptperf.%I', b.source))) THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM deptperf.%I)', TG_TABLE_NAME) INTO any_row;
        IF any_row THEN
            RAISE EXCEPTION 'source "%" is bound, so its own table takes no rows', TG_TABLE_NAME
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      DETAIL = (SELECT format('It was bound to %s by %s.', (SELECT string_agg(f.name #>> '{}', ', ') FROM jsonb_path_query(b.spec, '$[*].from') AS f(name)), b.bound_by)
                                FROM deptperf.binding b WHERE b.source = TG_TABLE_NAME),
                      HINT = format('SELECT deptperf_unbind(%L); puts deptperf.%I back in its place; bind with "keep": true to read both.', TG_TABLE_NAME, TG_TABLE_NAME);
        END IF;
    END IF;
    RETURN NULL;
END $body$;
COMMENT ON FUNCTION binding_takes_no_rows() IS 'Trigger of the record tables: no rows while the source is bound.';

CREATE OR REPLACE TRIGGER budget_bound AFTER INSERT ON budget
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER execution_bound AFTER INSERT ON execution
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER adjustment_bound AFTER INSERT ON adjustment
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER procurement_bound AFTER INSERT ON procurement
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER fixed_asset_bound AFTER INSERT ON fixed_asset
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER staffing_bound AFTER INSERT ON staffing
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER project_bound AFTER INSERT ON project
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER key_task_bound AFTER INSERT ON key_task
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER performance_target_bound AFTER INSERT ON performance_target
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER petition_bound AFTER INSERT ON petition
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER satisfaction_survey_bound AFTER INSERT ON satisfaction_survey
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER disclosure_bound AFTER INSERT ON disclosure
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER finding_bound AFTER INSERT ON finding
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();
CREATE OR REPLACE TRIGGER measurement_bound AFTER INSERT ON measurement
    FOR EACH STATEMENT EXECUTE FUNCTION binding_takes_no_rows();

-- A code that two departments have would count a bound record twice.
CREATE OR REPLACE FUNCTION binding_by_code() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    twice record;
BEGIN
    IF EXISTS (SELECT FROM deptperf.binding b WHERE b.by_code) THEN
        SELECT n.code, n.division, d.division AS other INTO twice
        FROM new_rows n JOIN deptperf.department d ON d.code = n.code AND d.dept_id <> n.dept_id
        ORDER BY n.dept_id LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'department code "%" would be in two divisions, and sources are bound by code alone', twice.code
                USING ERRCODE = 'unique_violation',
                      DETAIL = format('Divisions: "%s" and "%s"; bound by code: %s.', twice.other, twice.division,
                                      (SELECT string_agg(b.source, ', ' ORDER BY b.source) FROM deptperf.binding b WHERE b.by_code)),
                      HINT = 'Bind these sources by dept_id first, an integer column, or deptperf_unbind them.';
        END IF;
    END IF;
    RETURN NULL;
END $body$;
COMMENT ON FUNCTION binding_by_code() IS 'Trigger of department: codes stay unique while a source is bound by code alone.';

CREATE OR REPLACE TRIGGER department_inserted_bound AFTER INSERT ON department
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION binding_by_code();
CREATE OR REPLACE TRIGGER department_updated_bound AFTER UPDATE ON department
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION binding_by_code();
