-- privilege.sql: what the catalog says of every function of the extension and of
-- schema deptperf: the list below is what it should say.  A function that is not
-- in it fails the test: put it there, under the marks that you mean it to have.
BEGIN;
SELECT plan(8);
SET LOCAL client_min_messages = error;
SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

CREATE TEMP VIEW ours AS
SELECT p.*, l.lanname,
       concat_ws(' ', CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' WHEN 'w' THEN 'window' END,
                 CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
                 CASE WHEN p.proisstrict THEN 'strict' END,
                 CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
                 array_to_string(p.proconfig, '; ')) AS marks
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = to_regnamespace('deptperf')
   OR EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'deptperf'
              WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass);

CREATE TEMP TABLE listed (marks text, functions text);
INSERT INTO listed VALUES
    ('aggregate immutable safe', $$
        deptperf_kept_facts(text,jsonb,"any")
        deptperf_kept_says(jsonb,jsonb)
        deptperf_kept_sum(jsonb,jsonb)
        deptperf_facts(jsonb)
        deptperf_facts(text,jsonb,"any")
        deptperf_unit_facts(jsonb)
    $$),
    ('immutable safe', $$
        deptperf_kept_accum(internal,jsonb,jsonb)
        deptperf_kept_records(internal,text,jsonb,"any")
        deptperf_kept_facts_final(internal)
        deptperf_kept_record(text,jsonb,"any")
        deptperf_kept_says_final(internal)
        deptperf_kept_sum_final(internal)
        deptperf_sheet_members()
        deptperf_fact_records()
        deptperf_arithmetic(deptperf_rule,numeric,numeric)
        deptperf_bind_columns()
        deptperf_facts_accum(internal,text,jsonb,"any")
        deptperf_facts_accum_json(internal,jsonb)
        deptperf_facts_combine(internal,internal)
        deptperf_facts_final(internal)
        deptperf_score(deptperf_rule,numeric,numeric,numeric,integer)
        deptperf_state(deptperf_rule,numeric,numeric)
        deptperf_target_share(text,numeric,numeric,numeric,text)
        deptperf_unit_facts_final(internal)
    $$),
    ('immutable safe search_path=pg_catalog, pg_temp', $$
        deptperf_check_stated(jsonb,jsonb)
        deptperf_report_formula(text,jsonb,text)
        deptperf_report_reason(jsonb,jsonb,jsonb,jsonb,jsonb,jsonb,jsonb)
        deptperf_report_style()
        deptperf_report_value(numeric,numeric)
        deptperf_sheet_refuse(integer,integer,text,text,text)
        deptperf_bind_keys(text,jsonb)
    $$),
    ('immutable strict safe', $$
        deptperf_kept_negated(jsonb)
        deptperf_report_label(jsonb,text)
        deptperf_asset_safety(numeric,numeric)
        deptperf_asset_utilization(numeric,numeric)
        deptperf_benefit(numeric,numeric,numeric)
        deptperf_budget_compliance(numeric)
        deptperf_budget_execution(numeric,numeric,numeric,numeric,numeric)
        deptperf_budget_rationality(numeric,numeric,numeric,numeric,numeric)
        deptperf_disclosure(numeric,numeric,boolean)
        deptperf_evaluate(jsonb,jsonb,jsonb)
        deptperf_evaluate_total(jsonb,jsonb,jsonb)
        deptperf_external_staff_control(numeric,numeric)
        deptperf_facts_deserialize(bytea,internal)
        deptperf_shard_said(text)
        deptperf_facts_serialize(internal)
        deptperf_financial_compliance(numeric,numeric,numeric,numeric,numeric)
        deptperf_formula(text)
        deptperf_formula_facts(text)
        deptperf_framework_seed(text)
        deptperf_grade(numeric)
        deptperf_item_rule(text,numeric)
        deptperf_key_tasks(numeric)
        deptperf_management_system(numeric,numeric,numeric)
        deptperf_number(text)
        deptperf_petitions(numeric,numeric,numeric,numeric)
        deptperf_procurement_execution(numeric,numeric,numeric)
        deptperf_project_procedure(numeric,numeric)
        deptperf_project_supervision(numeric,numeric)
        deptperf_project_timeliness(numeric,numeric)
        deptperf_public_expense_control(numeric,numeric,numeric,numeric)
        deptperf_requirement_rule(text)
        deptperf_rule_branches(deptperf_rule)
        deptperf_rule_eq(deptperf_rule,deptperf_rule)
        deptperf_rule_hash(deptperf_rule)
        deptperf_rule_in(cstring)
        deptperf_rule_ne(deptperf_rule,deptperf_rule)
        deptperf_rule_out(deptperf_rule)
        deptperf_rule_recv(internal)
        deptperf_rule_send(deptperf_rule)
        deptperf_satisfaction(numeric,numeric)
        deptperf_score(deptperf_rule,numeric)
        deptperf_silent(jsonb,bigint)
        deptperf_staffing_control(numeric,numeric)
        deptperf_target(text,boolean)
        deptperf_target_clarity(numeric,numeric,numeric,numeric,numeric)
        deptperf_target_completeness(numeric)
        deptperf_target_unit(text)
    $$),
    ('immutable strict safe search_path=pg_catalog, pg_temp', $$
        deptperf_rule_bounds(deptperf_rule,numeric,numeric)
        deptperf_canonical(jsonb)
        deptperf_printed(text)
        deptperf_formula_written(text,jsonb)
        deptperf_result_hashes(jsonb)
        deptperf_reopen_hash(jsonb)
        deptperf_explain_branch(text,text)
        deptperf_report_html(text)
        deptperf_report_grade(text,jsonb,text)
        deptperf_report_issue(text,text)
        deptperf_report_list(text,text,text[],text[])
        deptperf_report_number(numeric)
        deptperf_report_row(text[],integer[])
        deptperf_report_scores(jsonb,jsonb,jsonb,jsonb,jsonb,jsonb)
        deptperf_report_standard(jsonb,jsonb,jsonb)
        deptperf_report_table(text,text,text,text[],text)
        deptperf_report_total(jsonb,numeric,text,text,jsonb)
        deptperf_report_words(text)
        deptperf_explain_requirements(jsonb,jsonb,text)
        deptperf_check_examples(jsonb)
        deptperf_check_grades(jsonb)
        deptperf_check_sums(jsonb)
        deptperf_sheet_cells(text)
        deptperf_sheet_column(text,text,text)
        deptperf_sheet_columns(integer)
        deptperf_sheet_header(jsonb,integer)
        deptperf_sheet_said(jsonb,jsonb,text,text,jsonb,integer)
    $$),
    ('stable strict safe search_path=pg_catalog, pg_temp; TimeZone=UTC', $$
        deptperf_verify(bigint)
    $$),
    ('volatile unsafe search_path=pg_catalog, pg_temp; TimeZone=UTC', $$
        deptperf.result_numbered()
        deptperf.result_only_added()
    $$),
    ('immutable strict unsafe search_path=pg_catalog, pg_temp', $$
        deptperf_framework_from_sheet(text)
        deptperf_sheet_lines(jsonb)
        deptperf_sheet_object(text,jsonb,jsonb,integer,text,boolean)
        deptperf_sheet_rows(jsonb)
        deptperf_sheet_text(jsonb,text)
        deptperf_sheet_value(text,text)
    $$),
    ('immutable unsafe search_path=pg_catalog, pg_temp', $$
        deptperf_sheet_row(text,jsonb,text)
    $$),
    ('immutable strict safe search_path=pg_catalog, pg_temp; jit=off', $$
        deptperf_check_rule(text,numeric)
    $$),
    ('stable strict unsafe search_path=pg_catalog, pg_temp; jit=off', $$
        deptperf_framework_check(text)
    $$),
    ('stable strict unsafe search_path=pg_catalog, pg_temp', $$
        deptperf_shard_faults(integer,jsonb)
        deptperf_framework_sheet(text)
    $$),
    ('stable restricted search_path=pg_catalog, pg_temp', $$
        deptperf_shard_require(bigint[],text)
    $$),
    ('volatile strict unsafe', $$
        deptperf_track_run(text)
        deptperf_shard_forget()
    $$),
    ('stable safe', $$
        deptperf_explain(text,bigint,text,text)
        deptperf.adjustment_rows()
        deptperf.budget_rows()
        deptperf.closed_rows()
        deptperf.disclosure_rows()
        deptperf.execution_rows()
        deptperf.finding_rows()
        deptperf.fixed_asset_rows()
        deptperf.framework_in_force(bigint,integer)
        deptperf.kept_rows()
        deptperf.key_task_rows()
        deptperf.issue_rows()
        deptperf.measurement_rows()
        deptperf.performance_target_rows()
        deptperf.petition_rows()
        deptperf.procurement_rows()
        deptperf.project_rows()
        deptperf.ranking_rows()
        deptperf.satisfaction_survey_rows()
        deptperf.sees_all()
        deptperf.staffing_rows()
        deptperf_target_check(text,bigint,jsonb)
    $$),
    ('stable safe search_path=pg_catalog, pg_temp', $$
        deptperf_check_tracking()
        deptperf_track_again(oid,text)
        deptperf_track_query(text,integer,text)
        deptperf_track_statement(oid,text,text,text,text)
        deptperf.check_is_on(bigint,integer,text)
        deptperf_check_published(jsonb,jsonb,text)
        deptperf_explain_need(jsonb,numeric,numeric,numeric,numeric,integer,boolean)
        deptperf_reconcile(jsonb,jsonb,jsonb,text,numeric)
        deptperf_explain(bigint,bigint,text,text)
        deptperf_bind_issue(text,text[],jsonb)
        deptperf_bindings()
        deptperf_monitor_rows(bigint,integer,jsonb,jsonb,jsonb,date)
        deptperf_target_check(bigint,bigint,jsonb)
        deptperf_require_setup()
        deptperf_version()
    $$),
    ('stable strict restricted', $$
        deptperf_shard_asked(integer)
        deptperf_grade(bigint,bigint)
        deptperf_grade(text,bigint)
        deptperf_scores(bigint[],integer[])
        deptperf_total(bigint,bigint)
        deptperf_total(text,bigint)
    $$),
    ('volatile strict unsafe search_path=pg_catalog, pg_temp; client_min_messages=warning', $$
        deptperf_track_hold(text)
        deptperf_track_keep(text[],text[])
    $$),
    ('stable strict safe search_path=pg_catalog, pg_temp; quote_all_identifiers=off', $$
        deptperf_track_map(text[])
        deptperf_track_replaced(regclass,regclass,text)
    $$),
    ('stable strict safe', $$
        deptperf_kept_begun(regclass[])
        deptperf_track_fault(oid)
        deptperf_report(text,bigint,text)
        deptperf_headroom(text,bigint)
        deptperf_records(text,bigint,text)
        deptperf_missing(text,bigint)
        deptperf_what_if(text,bigint,jsonb)
        deptperf_library_version()
        deptperf_require_workspace()
        deptperf_monitor(text,bigint,date)
        deptperf_scorecard(text,bigint,text)
    $$),
    ('stable strict safe search_path=pg_catalog, pg_temp; jit=off', $$
        deptperf_report(bigint,bigint,text)
    $$),
    ('stable strict safe search_path=pg_catalog, pg_temp', $$
        deptperf_track_negation(text[],text)
        deptperf_track_says(text[])
        deptperf_track_is_on(text)
        deptperf_shard_refuse(bigint[],text,text)
        deptperf_bind_branch(text,text,boolean)
        deptperf_bind_not_tracked(text)
        deptperf_track_code(oid,oid)
        deptperf_track_faults(text)
        deptperf_track_parts(text)
        deptperf_track_refusal(text)
        deptperf_track_tree(oid)
        deptperf_track_triggers(text)
        deptperf_possible_points(jsonb,text)
        deptperf_report_facts(jsonb,jsonb,jsonb)
        deptperf_report_issues(bigint,integer,jsonb,jsonb)
        deptperf_report_judged(bigint,integer,jsonb,timestamp with time zone)
        deptperf_report_missing(bigint,integer,jsonb,jsonb)
        deptperf_report_reconciliation(bigint,integer,jsonb,jsonb,jsonb,jsonb)
        deptperf_headroom(bigint,bigint)
        deptperf_records(bigint,bigint,text)
        deptperf_basis(bigint,bigint)
        deptperf_missing(bigint,bigint)
        deptperf_what_if(bigint,bigint,jsonb)
        deptperf_bind_reads(oid,oid)
        deptperf_bind_faults(text,text,jsonb)
        deptperf_bind_index(text,jsonb,regclass)
        deptperf_bind_type(text,text,text,text,text,regtype)
        deptperf_department(bigint)
        deptperf_department(text)
        deptperf_department_near(text)
        deptperf_fiscal_year(bigint)
        deptperf_framework_document(text)
        deptperf_framework_for(bigint,bigint)
        deptperf_monitor(bigint,bigint,date)
        deptperf_monitor_all(bigint,date)
        deptperf_scorecard(bigint,bigint,text)
    $$),
    ('volatile strict unsafe search_path=pg_catalog, pg_temp', $$
        deptperf_shard_about_table(integer,name)
        deptperf_shard_facts_table(integer,name)
        deptperf_shard_release(integer,bigint[])
        deptperf_shard_views()
        deptperf_track_off(text)
        deptperf_track_view(text[])
        deptperf_framework_copy(text,text)
        deptperf_compare(bigint)
        deptperf_bind_expression(text,text,text,regclass,text)
        deptperf_bind_relation(text,text,text)
        deptperf_framework_import(jsonb)
        deptperf_grant_rights(name,text,boolean)
        deptperf_grant_usage(name[])
    $$),
    ('volatile unsafe', $$
        deptperf_kept_derived()
        deptperf_track_registry()
        deptperf_track_write()
        deptperf_finalize(text,bigint,boolean,text)
        deptperf_target_pick(text,bigint,text,numeric,text,integer)
        deptperf_repair()
        deptperf_assess(text,bigint,jsonb,text,boolean)
        deptperf_bind(jsonb)
        deptperf_close(bigint,text)
        deptperf_close(bigint,text,text)
        deptperf_grant(name,text)
        deptperf_grant(name,text,text)
    $$),
    ('volatile unsafe search_path=deptperf, pg_temp; client_min_messages=warning', $$
        deptperf_setup(text,boolean)
    $$),
    ('volatile unsafe search_path=pg_catalog, pg_temp', $$
        deptperf_track_table()
        deptperf_track_unit_views()
        deptperf_attach(name)
        deptperf_detach(name)
        deptperf_track(text)
        deptperf_track_sources(text)
        deptperf_untrack(text)
        deptperf_finalize(bigint,bigint,boolean,text)
        deptperf_reopen(bigint,text)
        deptperf.framework_item_whole()
        deptperf.framework_kept()
        deptperf.framework_given()
        deptperf_framework_start(text,bigint,text)
        deptperf.assessment_checked()
        deptperf.assessment_only_added()
        deptperf.binding_by_code()
        deptperf.binding_takes_no_rows()
        deptperf.department_lock()
        deptperf.derived_rows()
        deptperf.framework_changed()
        deptperf.framework_formula()
        deptperf.performance_target_computed()
        deptperf_assess(bigint,bigint,jsonb,text,boolean)
        deptperf_bind_source(text,jsonb,integer,text)
        deptperf_bind_assemble(text,text[],jsonb)
        deptperf_bind_repair(text)
        deptperf_close_complete(text)
        deptperf_close_rows(integer,text,bigint[])
        deptperf_bind_sources(jsonb,text)
        deptperf_close(bigint,text,bigint)
        deptperf_close_departments(bigint,text,bigint[])
        deptperf_grant(name,text,bigint)
        deptperf_grant_departments(name,text,bigint)
        deptperf_target_pick(bigint,bigint,text,numeric,text,integer)
        deptperf_unbind(text,text)
        deptperf_workspace_guard()
    $$),
    ('volatile unsafe search_path=pg_catalog, pg_temp; jit=off', $$
        deptperf.framework_years()
    $$),
    ('volatile unsafe search_path=pg_catalog, pg_temp; plan_cache_mode=force_custom_plan', $$
        deptperf.department_tree()
    $$);

SELECT is_empty($$
  WITH actual AS (SELECT oid::regprocedure::text AS function, marks FROM ours),
  expected AS (SELECT btrim(f) AS function, marks FROM listed, regexp_split_to_table(functions, E'\n') AS f WHERE btrim(f) <> '')
  SELECT 'is' AS what, * FROM (TABLE actual EXCEPT TABLE expected) a UNION ALL SELECT 'should be', * FROM (TABLE expected EXCEPT TABLE actual) b ORDER BY 2, 1 $$,
  'volatility, strictness, parallel mark and settings of every function are those of the list');

SELECT is_empty($$ SELECT oid::regprocedure FROM ours WHERE prosecdef $$, 'no function is SECURITY DEFINER');
SELECT is_empty($$ SELECT oid::regprocedure FROM ours WHERE proleakproof $$, 'none is LEAKPROOF, which would let it see hidden rows');
SELECT is_empty($$ SELECT oid::regprocedure FROM ours WHERE prokind NOT IN ('f', 'a') OR lanname NOT IN ('c', 'internal', 'sql', 'plpgsql') $$, 'functions and aggregates, in trusted languages and our own C');
SELECT is_empty($$ SELECT oid::regprocedure, marks FROM ours WHERE lanname = 'plpgsql' AND marks !~ 'search_path=(pg_catalog|deptperf), pg_temp' $$, 'what is in plpgsql pins its search_path, temporary relations last');

-- A body without a search_path of its own is read by the caller's: each name in it
-- has its schema, and so has each operator.
SELECT is_empty($$
  SELECT o.oid::regprocedure, m[1] FROM ours o, regexp_matches(regexp_replace(o.prosrc, '--[^\n]*|''[^'']*''', '', 'g'), '(?:^|[^.\w"])(\w+)\s*\(', 'g') AS m
  WHERE o.lanname = 'sql' AND o.proconfig IS NULL AND lower(m[1]) NOT IN ('select', 'coalesce', 'exists', 'from', 'operator', 'case', 'and', 'or', 'not', 'when', 'then', 'else', 'values', 'in', 'array')
  UNION ALL
  SELECT o.oid::regprocedure, m[1] FROM ours o, regexp_matches(regexp_replace(o.prosrc, '--[^\n]*|''[^'']*''|OPERATOR\([^)]*\)', '', 'g'), '([-+*/<>=~!@#%^&|`?]+)', 'g') AS m
  WHERE o.lanname = 'sql' AND o.proconfig IS NULL $$, 'names and operators in bodies without a search_path are written in full');
SELECT is_empty($$
  SELECT o.oid::regprocedure, m[1] FROM ours o, regexp_matches(o.prosrc, '(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)\M(?!\s*[.(])', 'g') AS m
  WHERE o.lanname = 'sql' AND o.proconfig IS NULL $$, 'and relations too');

SELECT * FROM finish();
ROLLBACK;
