-- The 21 indicators of sz-2021 as functions on plain numbers, and the grade.
-- Source of every rule: the framework table and footnotes of the report on the
-- overall performance of the Shenzhen Social Insurance Fund Administration for
-- 2021; the texts stand in src/sz2021.c.

CREATE FUNCTION @extschema@.deptperf_budget_rationality(
    fit pg_catalog.numeric,
    split pg_catalog.numeric,
    detail pg_catalog.numeric,
    classification pg_catalog.numeric,
    flexibility pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_budget_rationality(pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric) IS
'points of A1.1 (5 points): five judged items of 1 point each. Points given by an assessor. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_budget_compliance(nonconformities pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_budget_compliance(pg_catalog.numeric) IS
'points of A1.2 (5 points): 5, less 1 for each non-conformity found. How many were found. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, negative counts are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_target_completeness(nonconformities pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_target_completeness(pg_catalog.numeric) IS
'points of A2.1 (3 points): 3, less 1 for each missing or non-conforming target. How many were found. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, negative counts are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_target_clarity(
    breakdown pg_catalog.numeric,
    benefit pg_catalog.numeric,
    measurable pg_catalog.numeric,
    quantified pg_catalog.numeric,
    basis pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_target_clarity(pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric) IS
'points of A2.2 (7 points): judged items of 2, 2, 1, 1 and 1 points. Points given by an assessor. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_procurement_execution(
    actual pg_catalog.numeric,
    planned pg_catalog.numeric,
    policy pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_procurement_execution(pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric) IS
'points of B1.1 (2 points): actual / planned, 0 when over 100 %; and policy, a judged item of 1 point. Actual and planned are money in one unit; 0/0 is full. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s and figures that contradict each other are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_financial_compliance(
    spending pg_catalog.numeric,
    adjusted_amount pg_catalog.numeric,
    budget_initial pg_catalog.numeric,
    accounting pg_catalog.numeric,
    violations pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_financial_compliance(pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric) IS
'points of B1.2 (3 points): spending and accounting, judged items of 1 point; adjusted_amount / budget_initial up to 10 % gives 1, beyond that 0.1 less per percentage point; any violation makes it 0. Adjusted_amount (absolute amounts added) and budget_initial are money in one unit; 0/0 is missing. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s and figures that contradict each other are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_disclosure(
    budget_level pg_catalog.numeric,
    final_accounts_level pg_catalog.numeric,
    classified pg_catalog.bool DEFAULT false)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_disclosure(pg_catalog.numeric, pg_catalog.numeric, pg_catalog.bool) IS
'points of B1.3 (3 points): for the budget and for the final accounts, level 2 (as required) 1.5, level 1 (published but deficient) 1, level 0 (not published) 0; a classified department that need not publish gets the points. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, levels below 0 or above 2 are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_project_procedure(approval pg_catalog.numeric, conduct pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_project_procedure(pg_catalog.numeric, pg_catalog.numeric) IS
'points of B2.1 (2 points): two judged items of 1 point. Points given by an assessor. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_project_supervision(mechanism pg_catalog.numeric, inspection pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_project_supervision(pg_catalog.numeric, pg_catalog.numeric) IS
'points of B2.2 (2 points): two judged items of 1 point. Points given by an assessor. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_asset_safety(keeping pg_catalog.numeric, disposal pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_asset_safety(pg_catalog.numeric, pg_catalog.numeric) IS
'points of B3.1 (2 points): two judged items of 1 point. Points given by an assessor. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_asset_utilization(in_use pg_catalog.numeric, total pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_asset_utilization(pg_catalog.numeric, pg_catalog.numeric) IS
'points of B3.2 (1 point): in_use / total: from 90 % 1, from 75 % 0.7, from 60 % 0.4, below 0; above 100 % is an error. Original values of fixed assets in one unit; 0/0 is full. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s and figures that contradict each other are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_staffing_control(on_establishment pg_catalog.numeric, establishment pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_staffing_control(pg_catalog.numeric, pg_catalog.numeric) IS
'points of B4.1 (1 point): on_establishment / establishment: up to 100 % 1, above 0. Numbers of people; 0/0 is full. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s and figures that contradict each other are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_external_staff_control(external pg_catalog.numeric, on_establishment pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_external_staff_control(pg_catalog.numeric, pg_catalog.numeric) IS
'points of B4.2 (1 point): external / (on_establishment + external): below 5 % 1, up to 10 % 0.5, above 0. Numbers of people; 0/0 is missing. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s and figures that contradict each other are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_management_system(
    rules pg_catalog.numeric,
    carried_out pg_catalog.numeric,
    integration pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_management_system(pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric) IS
'points of B5.1 (3 points): judged items of 0.5, 1.5 and 1 points. Points given by an assessor. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_public_expense_control(
    three_public_paid pg_catalog.numeric,
    three_public_budget pg_catalog.numeric,
    public_paid pg_catalog.numeric,
    public_budget pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_public_expense_control(pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric) IS
'points of C1.1 (6 points): for each of the two, paid / budget: below 90 % 3, up to 100 % 2, above 0. Money in one unit; 0/0 is full. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s and figures that contradict each other are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_budget_execution(
    paid_q1 pg_catalog.numeric,
    paid_q2 pg_catalog.numeric,
    paid_q3 pg_catalog.numeric,
    paid_q4 pg_catalog.numeric,
    budget_adjusted pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_budget_execution(pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric) IS
'points of C2.1 (6 points): cumulative payments at the end of each quarter against 25, 50, 75 and 100 % of the budget, at most 1 each, and the mean of these four rates times 2, at most 2. Paid within each quarter (not cumulative), in the unit of the budget; refunds are negative; 0/0 is missing, payments without a budget are an error. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s and figures that contradict each other are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_key_tasks(missed pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_key_tasks(pg_catalog.numeric) IS
'points of C2.2 (8 points): 8, less 4 for each task not completed as assigned. How many were missed. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, negative counts are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_project_timeliness(on_time pg_catalog.numeric, planned pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_project_timeliness(pg_catalog.numeric, pg_catalog.numeric) IS
'points of C2.3 (6 points): on_time / planned times 6; above 100 % is an error. Numbers of projects; 0/0 is full. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s and figures that contradict each other are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_benefit(
    earned pg_catalog.numeric,
    weight pg_catalog.numeric,
    aspects pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_benefit(pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric) IS
'points of C3.1 (25 points): earned / weight of the performance targets times 25, when their aspects (how many of social, economic, ecological and sustainable they cover, 0 to 4) are at least three, else missing. Earned and weight are weights of targets in one unit; 0/0 is missing, above 100 % is an error. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, aspects that are no count up to 4 are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_petitions(
    mechanism pg_catalog.numeric,
    received pg_catalog.numeric,
    answered pg_catalog.numeric,
    answered_in_time pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_petitions(pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric) IS
'points of C4.1 (3 points): mechanism, a judged item of 1 point; 1 when all received were answered; 1 when all were answered in time; more answered than received is an error. Numbers of petitions; 0/0 is full. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s and figures that contradict each other are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_satisfaction(satisfied pg_catalog.numeric, respondents pg_catalog.numeric)
RETURNS pg_catalog.numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.deptperf_satisfaction(pg_catalog.numeric, pg_catalog.numeric) IS
'points of C4.2 (6 points): satisfied / respondents: from 95 % 6, from 90 % 4, from 80 % 2, below 1; above 100 % is an error. Numbers of people; 0/0 is missing. Points rounded half up to two decimals. NULL in gives NULL, what is missing too; NaN, infinities, points beyond an item''s and figures that contradict each other are errors that show the numbers. Rule: sz-2021';

CREATE FUNCTION @extschema@.deptperf_grade(score pg_catalog.numeric)
RETURNS pg_catalog.text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deptperf_grade_of_score';
COMMENT ON FUNCTION @extschema@.deptperf_grade(pg_catalog.numeric) IS
'grade of a score by the bands of sz-2021: from 90 优, from 80 良, from 60 中, below 差. NULL gives NULL; below 0, above 100 and NaN are errors';
