-- Tracking (deptperf_track): what a change of the registries means for facts that
-- are kept of bound relations.  Without tracking the triggers do nothing.

CREATE TABLE IF NOT EXISTS tracking_lock ();
COMMENT ON TABLE tracking_lock IS
    'Has no rows and no columns: a lock that is the owner''s alone. Writers of tracked bound relations share it; who turns tracking on or off, or changes what such records count for in department or fiscal_year, has it without them.';

CREATE OR REPLACE TRIGGER department_inserted_tracked AFTER INSERT ON department
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.deptperf_track_registry();
CREATE OR REPLACE TRIGGER department_updated_tracked AFTER UPDATE ON department
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.deptperf_track_registry();
CREATE OR REPLACE TRIGGER department_deleted_tracked AFTER DELETE ON department
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.deptperf_track_registry();
CREATE OR REPLACE TRIGGER department_truncated_tracked AFTER TRUNCATE ON department
    FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.deptperf_track_registry();
CREATE OR REPLACE TRIGGER fiscal_year_inserted_tracked AFTER INSERT ON fiscal_year
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.deptperf_track_registry();
CREATE OR REPLACE TRIGGER fiscal_year_updated_tracked AFTER UPDATE ON fiscal_year
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.deptperf_track_registry();
CREATE OR REPLACE TRIGGER fiscal_year_deleted_tracked AFTER DELETE ON fiscal_year
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.deptperf_track_registry();
CREATE OR REPLACE TRIGGER fiscal_year_truncated_tracked AFTER TRUNCATE ON fiscal_year
    FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.deptperf_track_registry();
