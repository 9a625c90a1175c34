-- From records to facts, a chain of four for each source.
--
--   procurement_source  the records, whatever relation they come from: the
--                       workspace's table, or what deptperf_bind puts there.
--                       Made only when it is missing, never replaced here.
--   procurement_sums    one row a department and year: the exact sum of every
--                       fact, in one call a record.  zeros (which enter with a
--                       group's first row, so that the source speaks as a
--                       whole) and the counter's name are constants.  A CASE
--                       picks the name, not the amount; no name adds nothing.
--                       A security barrier, so that its grouping stands.  Made
--                       only when it is missing, because deptperf_unbind lets
--                       setup make another source view beside the one that is
--                       read here: whoever changes it adds a step (90-steps).  While
--                       a source is tracked (deptperf_track) it reads what is kept,
--                       and this definition stands in procurement_computed.
--   procurement_facts   of these the rows that the caller may see, tested once
--                       a group.  So a score is computed from all records of its
--                       subtree, or not shown at all.
--   procurement_rows    the same as a function.  It is inlined and costs
--                       nothing; but its body is a string, so that dropping a
--                       bound relation takes the views above and nothing
--                       of what is built on them.  For that it must not be
--                       STRICT and must not SET anything.
--
-- Readers read the facts and not the records: these views run with the rights
-- of the workspace's owner.  In a string body operators are written in full: it
-- is read by the caller's search_path.

IF to_regclass('deptperf.budget_source') IS NULL THEN
    CREATE VIEW budget_source AS
    SELECT dept_id, fiscal_year, expense_class, three_public, initial, coalesce(adjusted, initial) AS adjusted
    FROM budget;
    COMMENT ON VIEW budget_source IS 'The records of the source budget, as deptperf.budget has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.budget_sums') IS NULL THEN
    CREATE VIEW budget_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('budget_records',
            '{"budget_initial": 0, "budget_adjusted": 0, "public_budget": 0, "three_public_budget": 0}'::jsonb,
            'budget_initial'::text, initial,
            'budget_adjusted'::text, adjusted,
            CASE WHEN expense_class = 'public' THEN 'public_budget' END, adjusted,
            CASE WHEN three_public THEN 'three_public_budget' END, adjusted) AS facts
    FROM budget_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW budget_sums IS 'The facts of the source budget by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.budget_facts') IS NULL THEN
    CREATE OR REPLACE VIEW budget_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM budget_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW budget_facts IS 'The facts of the source budget by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION budget_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.budget_facts f
$body$;
COMMENT ON FUNCTION budget_rows() IS 'budget_facts, for the chain above it.';

IF to_regclass('deptperf.execution_source') IS NULL THEN
    CREATE VIEW execution_source AS
    SELECT dept_id, fiscal_year, month, expense_class, three_public, amount
    FROM execution;
    COMMENT ON VIEW execution_source IS 'The records of the source execution, as deptperf.execution has them or as deptperf_bind maps another relation.';
END IF;
-- The quarter is one expression: a CASE with a condition for each would take the
-- month out of a bound date up to eight times a record.  As bigint it never
-- overflows.  Step 4.
IF to_regclass('deptperf.execution_sums') IS NULL OR (SELECT version < 4 FROM workspace) AND to_regclass('deptperf.execution_computed') IS NULL THEN
    CREATE OR REPLACE VIEW execution_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('execution_records',
            '{"paid_q1": 0, "paid_q2": 0, "paid_q3": 0, "paid_q4": 0, "public_paid": 0, "three_public_paid": 0}'::jsonb,
            CASE (month::bigint + 2) / 3 WHEN 1 THEN 'paid_q1' WHEN 2 THEN 'paid_q2' WHEN 3 THEN 'paid_q3' WHEN 4 THEN 'paid_q4' END, amount,
            CASE WHEN expense_class = 'public' THEN 'public_paid' END, amount,
            CASE WHEN three_public THEN 'three_public_paid' END, amount) AS facts
    FROM execution_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW execution_sums IS 'The facts of the source execution by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.execution_facts') IS NULL THEN
    CREATE OR REPLACE VIEW execution_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM execution_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW execution_facts IS 'The facts of the source execution by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION execution_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.execution_facts f
$body$;
COMMENT ON FUNCTION execution_rows() IS 'execution_facts, for the chain above it.';

IF to_regclass('deptperf.adjustment_source') IS NULL THEN
    CREATE VIEW adjustment_source AS
    SELECT dept_id, fiscal_year, amount
    FROM adjustment;
    COMMENT ON VIEW adjustment_source IS 'The records of the source adjustment, as deptperf.adjustment has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.adjustment_sums') IS NULL THEN
    CREATE VIEW adjustment_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('adjustment_records',
            '{"adjusted_amount": 0}'::jsonb,
            'adjusted_amount'::text, abs(amount)) AS facts
    FROM adjustment_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW adjustment_sums IS 'The facts of the source adjustment by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.adjustment_facts') IS NULL THEN
    CREATE OR REPLACE VIEW adjustment_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM adjustment_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW adjustment_facts IS 'The facts of the source adjustment by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION adjustment_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.adjustment_facts f
$body$;
COMMENT ON FUNCTION adjustment_rows() IS 'adjustment_facts, for the chain above it.';

IF to_regclass('deptperf.procurement_source') IS NULL THEN
    CREATE VIEW procurement_source AS
    SELECT dept_id, fiscal_year, planned, actual
    FROM procurement;
    COMMENT ON VIEW procurement_source IS 'The records of the source procurement, as deptperf.procurement has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.procurement_sums') IS NULL THEN
    CREATE VIEW procurement_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('procurement_records',
            '{"procurement_planned": 0, "procurement_actual": 0}'::jsonb,
            'procurement_planned'::text, planned,
            'procurement_actual'::text, actual) AS facts
    FROM procurement_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW procurement_sums IS 'The facts of the source procurement by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.procurement_facts') IS NULL THEN
    CREATE OR REPLACE VIEW procurement_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM procurement_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW procurement_facts IS 'The facts of the source procurement by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION procurement_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.procurement_facts f
$body$;
COMMENT ON FUNCTION procurement_rows() IS 'procurement_facts, for the chain above it.';

IF to_regclass('deptperf.fixed_asset_source') IS NULL THEN
    CREATE VIEW fixed_asset_source AS
    SELECT dept_id, fiscal_year, original_value, in_use
    FROM fixed_asset;
    COMMENT ON VIEW fixed_asset_source IS 'The records of the source fixed_asset, as deptperf.fixed_asset has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.fixed_asset_sums') IS NULL THEN
    CREATE VIEW fixed_asset_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('fixed_asset_records',
            '{"assets_total": 0, "assets_in_use": 0}'::jsonb,
            'assets_total'::text, original_value,
            CASE WHEN in_use THEN 'assets_in_use' END, original_value) AS facts
    FROM fixed_asset_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW fixed_asset_sums IS 'The facts of the source fixed_asset by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.fixed_asset_facts') IS NULL THEN
    CREATE OR REPLACE VIEW fixed_asset_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM fixed_asset_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW fixed_asset_facts IS 'The facts of the source fixed_asset by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION fixed_asset_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.fixed_asset_facts f
$body$;
COMMENT ON FUNCTION fixed_asset_rows() IS 'fixed_asset_facts, for the chain above it.';

IF to_regclass('deptperf.staffing_source') IS NULL THEN
    CREATE VIEW staffing_source AS
    SELECT dept_id, fiscal_year, establishment, on_establishment, external
    FROM staffing;
    COMMENT ON VIEW staffing_source IS 'The records of the source staffing, as deptperf.staffing has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.staffing_sums') IS NULL THEN
    CREATE VIEW staffing_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('staffing_records',
            '{"establishment": 0, "staff_on_establishment": 0, "staff_external": 0}'::jsonb,
            'establishment'::text, establishment,
            'staff_on_establishment'::text, on_establishment,
            'staff_external'::text, external) AS facts
    FROM staffing_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW staffing_sums IS 'The facts of the source staffing by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.staffing_facts') IS NULL THEN
    CREATE OR REPLACE VIEW staffing_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM staffing_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW staffing_facts IS 'The facts of the source staffing by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION staffing_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.staffing_facts f
$body$;
COMMENT ON FUNCTION staffing_rows() IS 'staffing_facts, for the chain above it.';

IF to_regclass('deptperf.project_source') IS NULL THEN
    CREATE VIEW project_source AS
    SELECT dept_id, fiscal_year, planned, on_time
    FROM project;
    COMMENT ON VIEW project_source IS 'The records of the source project, as deptperf.project has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.project_sums') IS NULL THEN
    CREATE VIEW project_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('project_records',
            '{"projects_planned": 0, "projects_on_time": 0}'::jsonb,
            'projects_planned'::text, planned,
            'projects_on_time'::text, on_time) AS facts
    FROM project_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW project_sums IS 'The facts of the source project by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.project_facts') IS NULL THEN
    CREATE OR REPLACE VIEW project_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM project_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW project_facts IS 'The facts of the source project by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION project_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.project_facts f
$body$;
COMMENT ON FUNCTION project_rows() IS 'project_facts, for the chain above it.';

IF to_regclass('deptperf.key_task_source') IS NULL THEN
    CREATE VIEW key_task_source AS
    SELECT dept_id, fiscal_year, assigned, missed
    FROM key_task;
    COMMENT ON VIEW key_task_source IS 'The records of the source key_task, as deptperf.key_task has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.key_task_sums') IS NULL THEN
    CREATE VIEW key_task_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('key_task_records',
            '{"key_tasks_assigned": 0, "key_tasks_missed": 0}'::jsonb,
            'key_tasks_assigned'::text, assigned,
            'key_tasks_missed'::text, missed) AS facts
    FROM key_task_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW key_task_sums IS 'The facts of the source key_task by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.key_task_facts') IS NULL THEN
    CREATE OR REPLACE VIEW key_task_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM key_task_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW key_task_facts IS 'The facts of the source key_task by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION key_task_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.key_task_facts f
$body$;
COMMENT ON FUNCTION key_task_rows() IS 'key_task_facts, for the chain above it.';

IF to_regclass('deptperf.performance_target_source') IS NULL THEN
    -- NULL would add nothing, as if it were 0
    CREATE VIEW performance_target_source AS
    SELECT dept_id, fiscal_year, aspect, weight, coalesce(earned, 'NaN') AS earned
    FROM performance_target;
    COMMENT ON VIEW performance_target_source IS 'The records of the source performance_target, as deptperf.performance_target has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.performance_target_sums') IS NULL THEN
    CREATE VIEW performance_target_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('performance_target_records',
            '{"benefit_weight": 0, "benefit_earned": 0, "benefit_social": 0, "benefit_economic": 0, "benefit_ecological": 0, "benefit_sustainable": 0}'::jsonb,
            CASE WHEN aspect IN ('social', 'economic', 'ecological', 'sustainable') THEN 'benefit_weight' END, weight,
            CASE WHEN aspect IN ('social', 'economic', 'ecological', 'sustainable') THEN 'benefit_earned' END, earned,
            CASE aspect WHEN 'social' THEN 'benefit_social' WHEN 'economic' THEN 'benefit_economic'
                 WHEN 'ecological' THEN 'benefit_ecological' WHEN 'sustainable' THEN 'benefit_sustainable' END, weight) AS facts
    FROM performance_target_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW performance_target_sums IS 'The facts of the source performance_target by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.performance_target_facts') IS NULL THEN
    CREATE OR REPLACE VIEW performance_target_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM performance_target_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW performance_target_facts IS 'The facts of the source performance_target by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION performance_target_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.performance_target_facts f
$body$;
COMMENT ON FUNCTION performance_target_rows() IS 'performance_target_facts, for the chain above it.';

IF to_regclass('deptperf.petition_source') IS NULL THEN
    CREATE VIEW petition_source AS
    SELECT dept_id, fiscal_year, received, answered, answered_in_time
    FROM petition;
    COMMENT ON VIEW petition_source IS 'The records of the source petition, as deptperf.petition has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.petition_sums') IS NULL THEN
    CREATE VIEW petition_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('petition_records',
            '{"petitions_received": 0, "petitions_answered": 0, "petitions_in_time": 0}'::jsonb,
            'petitions_received'::text, received,
            'petitions_answered'::text, answered,
            'petitions_in_time'::text, answered_in_time) AS facts
    FROM petition_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW petition_sums IS 'The facts of the source petition by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.petition_facts') IS NULL THEN
    CREATE OR REPLACE VIEW petition_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM petition_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW petition_facts IS 'The facts of the source petition by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION petition_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.petition_facts f
$body$;
COMMENT ON FUNCTION petition_rows() IS 'petition_facts, for the chain above it.';

IF to_regclass('deptperf.satisfaction_survey_source') IS NULL THEN
    CREATE VIEW satisfaction_survey_source AS
    SELECT dept_id, fiscal_year, respondents, satisfied
    FROM satisfaction_survey;
    COMMENT ON VIEW satisfaction_survey_source IS 'The records of the source satisfaction_survey, as deptperf.satisfaction_survey has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.satisfaction_survey_sums') IS NULL THEN
    CREATE VIEW satisfaction_survey_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('satisfaction_survey_records',
            '{"survey_respondents": 0, "survey_satisfied": 0}'::jsonb,
            'survey_respondents'::text, respondents,
            'survey_satisfied'::text, satisfied) AS facts
    FROM satisfaction_survey_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW satisfaction_survey_sums IS 'The facts of the source satisfaction_survey by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.satisfaction_survey_facts') IS NULL THEN
    CREATE OR REPLACE VIEW satisfaction_survey_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM satisfaction_survey_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW satisfaction_survey_facts IS 'The facts of the source satisfaction_survey by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION satisfaction_survey_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.satisfaction_survey_facts f
$body$;
COMMENT ON FUNCTION satisfaction_survey_rows() IS 'satisfaction_survey_facts, for the chain above it.';

IF to_regclass('deptperf.disclosure_source') IS NULL THEN
    CREATE VIEW disclosure_source AS
    SELECT dept_id, fiscal_year, kind, level, due
    FROM disclosure;
    COMMENT ON VIEW disclosure_source IS 'The records of the source disclosure, as deptperf.disclosure has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.disclosure_sums') IS NULL THEN
    CREATE VIEW disclosure_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('disclosure_records',
            '{"budget_disclosure_level": 0, "budget_disclosure_due": 0, "final_accounts_disclosure_level": 0, "final_accounts_disclosure_due": 0}'::jsonb,
            CASE kind WHEN 'budget' THEN 'budget_disclosure_level' WHEN 'final_accounts' THEN 'final_accounts_disclosure_level' END, level,
            CASE kind WHEN 'budget' THEN 'budget_disclosure_due' WHEN 'final_accounts' THEN 'final_accounts_disclosure_due' END, due) AS facts
    FROM disclosure_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW disclosure_sums IS 'The facts of the source disclosure by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.disclosure_facts') IS NULL THEN
    CREATE OR REPLACE VIEW disclosure_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM disclosure_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW disclosure_facts IS 'The facts of the source disclosure by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION disclosure_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.disclosure_facts f
$body$;
COMMENT ON FUNCTION disclosure_rows() IS 'disclosure_facts, for the chain above it.';

IF to_regclass('deptperf.finding_source') IS NULL THEN
    CREATE VIEW finding_source AS
    SELECT dept_id, fiscal_year, kind, count
    FROM finding;
    COMMENT ON VIEW finding_source IS 'The records of the source finding, as deptperf.finding has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.finding_sums') IS NULL THEN
    CREATE VIEW finding_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('finding_records',
            '{"finding_budget_nonconformity": 0, "finding_target_nonconformity": 0, "finding_violation": 0}'::jsonb,
            CASE kind WHEN 'budget_nonconformity' THEN 'finding_budget_nonconformity'
                 WHEN 'target_nonconformity' THEN 'finding_target_nonconformity' WHEN 'violation' THEN 'finding_violation' END, count) AS facts
    FROM finding_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW finding_sums IS 'The facts of the source finding by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.finding_facts') IS NULL THEN
    CREATE OR REPLACE VIEW finding_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM finding_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW finding_facts IS 'The facts of the source finding by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION finding_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.finding_facts f
$body$;
COMMENT ON FUNCTION finding_rows() IS 'finding_facts, for the chain above it.';

IF to_regclass('deptperf.measurement_source') IS NULL THEN
    CREATE VIEW measurement_source AS
    SELECT dept_id, fiscal_year, fact, amount
    FROM measurement;
    COMMENT ON VIEW measurement_source IS 'The records of the source measurement, as deptperf.measurement has them or as deptperf_bind maps another relation.';
END IF;
IF to_regclass('deptperf.measurement_sums') IS NULL THEN
    CREATE VIEW measurement_sums WITH (security_barrier = true) AS
    SELECT dept_id, fiscal_year,
           @extschema@.deptperf_facts('measurement_records',
            '{}'::jsonb,
            fact, amount) AS facts
    FROM measurement_source
    GROUP BY dept_id, fiscal_year;
    COMMENT ON VIEW measurement_sums IS 'The facts of the source measurement by unit and year, of every unit; no row where it has no record. Only for the owner.';
END IF;
IF renew OR to_regclass('deptperf.measurement_facts') IS NULL THEN
    CREATE OR REPLACE VIEW measurement_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM measurement_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW measurement_facts IS 'The facts of the source measurement by unit and year, of the units that the caller may see; no row where it has no record.';
CREATE OR REPLACE FUNCTION measurement_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.measurement_facts f
$body$;
COMMENT ON FUNCTION measurement_rows() IS 'measurement_facts, for the chain above it.';

CREATE OR REPLACE FUNCTION closed_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT c.dept_id, c.fiscal_year, s.zeros
    FROM deptperf.closed c JOIN deptperf.source s ON s.source OPERATOR(pg_catalog.=) c.source
    WHERE NOT s.lost
$body$;
COMMENT ON FUNCTION closed_rows() IS 'What closed sources say: all their facts, and their number of records, at 0. One that has lost its relation says nothing.';

-- What is kept of tracked sources, which do without their rows above.
IF renew OR to_regclass('deptperf.kept_sums') IS NULL THEN
    PERFORM @extschema@.deptperf_track_view(ARRAY(SELECT s.source FROM source s WHERE @extschema@.deptperf_track_is_on(s.source) ORDER BY s.position));
END IF;
COMMENT ON VIEW kept_sums IS 'The facts of all tracked sources by unit and year, of every unit, from deptperf.kept; no row where they have no record. Only for the owner.';
IF renew OR to_regclass('deptperf.kept_facts') IS NULL THEN
    CREATE OR REPLACE VIEW kept_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM kept_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW kept_facts IS 'The facts of all tracked sources by unit and year, of the units that the caller may see; no row where they have no record.';
CREATE OR REPLACE FUNCTION kept_rows() RETURNS TABLE (dept_id bigint, fiscal_year int, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT f.dept_id, f.fiscal_year, f.facts FROM deptperf.kept_facts f
$body$;
COMMENT ON FUNCTION kept_rows() IS 'kept_facts, for the chain above it.';

-- What is lost with a relation takes unit_sums along.
IF renew OR to_regclass('deptperf.unit_parts') IS NULL OR to_regclass('deptperf.unit_sums') IS NULL THEN
    PERFORM @extschema@.deptperf_track_unit_views();
END IF;
COMMENT ON VIEW unit_parts IS
    'What each source says of each unit by year, of the units that the caller may see; tracked sources together. unit_facts and deptperf_total() add it up.';

IF renew OR to_regclass('deptperf.unit_facts') IS NULL THEN
    CREATE OR REPLACE VIEW unit_facts WITH (security_invoker = true) AS
    SELECT p.dept_id, p.fiscal_year, @extschema@.deptperf_unit_facts(p.facts) AS facts
    FROM unit_parts p
    GROUP BY p.dept_id, p.fiscal_year;
END IF;
COMMENT ON VIEW unit_facts IS
    'The facts of each unit by itself, by year: every record source merged, and what shards say. A filter on dept_id or fiscal_year reaches the records, at a shard too. A source that does not speak has no fact here: absent is not zero. With "!" the unit is out of reach (shard).';

COMMENT ON VIEW unit_sums IS 'unit_facts of every unit, whoever asks: what a place among all is computed from. Only for the owner.';
