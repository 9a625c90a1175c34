-- A framework's life: a draft is changed, one in force is not, only superseded.
--
-- framework.status says which; these triggers hold to it.  While rows are being
-- restored (no row in workspace) they let everything in.

CREATE OR REPLACE FUNCTION framework_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    kept   text;
    status text;
BEGIN
    IF NOT EXISTS (SELECT FROM deptperf.workspace) THEN
        NULL;
    ELSIF TG_OP = 'TRUNCATE' THEN
        SELECT f.framework, f.status INTO kept, status FROM deptperf.framework f WHERE f.status <> 'draft' LIMIT 1;
    ELSIF TG_TABLE_NAME <> 'framework' THEN
        -- with a deleted or renamed framework its parts go too: then there is none of this name
        SELECT f.framework, f.status INTO kept, status
        FROM deptperf.framework f
        WHERE f.framework IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.framework END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.framework END)
          AND f.status <> 'draft'
        LIMIT 1;
    ELSIF OLD.status <> 'draft' THEN
        IF TG_OP = 'DELETE' OR pg_catalog.to_jsonb(NEW) - '{status,to_year,supersedes}'::text[] <> pg_catalog.to_jsonb(OLD) - '{status,to_year,supersedes}'::text[]
           OR NEW.status <> 'draft' AND NEW.supersedes IS DISTINCT FROM OLD.supersedes THEN
            kept := OLD.framework;
            status := OLD.status;
        ELSIF NEW.status = 'draft' AND (
            EXISTS (SELECT FROM (SELECT DISTINCT s.dept_id, s.fiscal_year FROM deptperf.assessment s) a
                    WHERE (SELECT f.framework FROM deptperf.framework_in_force(a.dept_id, a.fiscal_year) f) = OLD.framework)
            OR EXISTS (SELECT FROM deptperf.peer_score p WHERE p.framework = OLD.framework)
            OR EXISTS (SELECT FROM deptperf.result r WHERE r.framework = OLD.framework))
        THEN
            RAISE EXCEPTION 'framework "%" can''t be a draft again', OLD.framework
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      DETAIL = 'Departments were assessed or compared under it, or have a frozen result.',
                      HINT = pg_catalog.format('Change a copy: SELECT deptperf_framework_copy(%L, ''…'');', OLD.framework);
        END IF;
    END IF;
    IF kept IS NOT NULL THEN
        RAISE EXCEPTION 'framework "%" is %', kept, status
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = pg_catalog.format('%s of %s: only a draft can be changed.', TG_OP, TG_TABLE_NAME),
                  HINT = pg_catalog.format('Change a copy and let it supersede this one: SELECT deptperf_framework_copy(%1$L, ''…''), then deptperf_framework_start(''…'', from_year, supersedes => %1$L). Or, while nothing was assessed under it: UPDATE deptperf.framework SET status = ''draft'' WHERE framework = %1$L;', kept);
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $body$;
COMMENT ON FUNCTION framework_kept() IS
    'Trigger of the framework tables: only a draft is changed, and one that departments were assessed under does not become a draft again.';
CREATE OR REPLACE TRIGGER framework_kept BEFORE UPDATE OR DELETE ON framework
    FOR EACH ROW EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_group_kept BEFORE INSERT OR UPDATE OR DELETE ON framework_group
    FOR EACH ROW EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_indicator_kept BEFORE INSERT OR UPDATE OR DELETE ON framework_indicator
    FOR EACH ROW EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_item_kept BEFORE INSERT OR UPDATE OR DELETE ON framework_item
    FOR EACH ROW EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_requirement_kept BEFORE INSERT OR UPDATE OR DELETE ON framework_requirement
    FOR EACH ROW EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_band_kept BEFORE INSERT OR UPDATE OR DELETE ON framework_band
    FOR EACH ROW EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_level_kept BEFORE INSERT OR UPDATE OR DELETE ON framework_level
    FOR EACH ROW EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_conversion_kept BEFORE INSERT OR UPDATE OR DELETE ON framework_conversion
    FOR EACH ROW EXECUTE FUNCTION framework_kept();

CREATE OR REPLACE TRIGGER framework_not_truncated BEFORE TRUNCATE ON framework
    FOR EACH STATEMENT EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_group_not_truncated BEFORE TRUNCATE ON framework_group
    FOR EACH STATEMENT EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_indicator_not_truncated BEFORE TRUNCATE ON framework_indicator
    FOR EACH STATEMENT EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_item_not_truncated BEFORE TRUNCATE ON framework_item
    FOR EACH STATEMENT EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_requirement_not_truncated BEFORE TRUNCATE ON framework_requirement
    FOR EACH STATEMENT EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_band_not_truncated BEFORE TRUNCATE ON framework_band
    FOR EACH STATEMENT EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_level_not_truncated BEFORE TRUNCATE ON framework_level
    FOR EACH STATEMENT EXECUTE FUNCTION framework_kept();
CREATE OR REPLACE TRIGGER framework_conversion_not_truncated BEFORE TRUNCATE ON framework_conversion
    FOR EACH STATEMENT EXECUTE FUNCTION framework_kept();

CREATE OR REPLACE FUNCTION framework_given() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF EXISTS (SELECT FROM deptperf.workspace) AND EXISTS (SELECT FROM deptperf.framework f WHERE f.framework = NEW.framework AND f.status = 'retired') THEN
        RAISE EXCEPTION 'framework "%" is retired', NEW.framework
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'No department can be given it any more.',
                  HINT = (SELECT pg_catalog.format('Others are %s.', pg_catalog.string_agg(f.framework, ', ' ORDER BY f.framework))
                          FROM deptperf.framework f WHERE f.status <> 'retired');
    END IF;
    RETURN NEW;
END $body$;
COMMENT ON FUNCTION framework_given() IS 'Trigger of department_framework: no department is given a retired framework.';
CREATE OR REPLACE TRIGGER department_framework_given BEFORE INSERT OR UPDATE OF framework ON department_framework
    FOR EACH ROW EXECUTE FUNCTION framework_given();
