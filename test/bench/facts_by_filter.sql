-- Every fact of all departments for a year in plain SQL: sum() FILTER per source,
-- the sources joined.  PostgreSQL and DuckDB both run it.
SELECT * FROM
    (SELECT dept_id, count(*) AS budget_records, sum(initial) AS budget_initial, sum(coalesce(adjusted, initial)) AS budget_adjusted,
            coalesce(sum(coalesce(adjusted, initial)) FILTER (WHERE expense_class = 'public'), 0) AS public_budget,
            coalesce(sum(coalesce(adjusted, initial)) FILTER (WHERE three_public), 0) AS three_public_budget
     FROM deptperf.budget WHERE fiscal_year = 2021 GROUP BY dept_id) budget
    FULL JOIN
    (SELECT dept_id, count(*) AS execution_records,
            coalesce(sum(amount) FILTER (WHERE month BETWEEN 1 AND 3), 0) AS paid_q1, coalesce(sum(amount) FILTER (WHERE month BETWEEN 4 AND 6), 0) AS paid_q2,
            coalesce(sum(amount) FILTER (WHERE month BETWEEN 7 AND 9), 0) AS paid_q3, coalesce(sum(amount) FILTER (WHERE month BETWEEN 10 AND 12), 0) AS paid_q4,
            coalesce(sum(amount) FILTER (WHERE expense_class = 'public'), 0) AS public_paid,
            coalesce(sum(amount) FILTER (WHERE three_public), 0) AS three_public_paid
     FROM deptperf.execution WHERE fiscal_year = 2021 GROUP BY dept_id) execution USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS adjustment_records, sum(abs(amount)) AS adjusted_amount
     FROM deptperf.adjustment WHERE fiscal_year = 2021 GROUP BY dept_id) adjustment USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS procurement_records, sum(planned) AS procurement_planned, sum(actual) AS procurement_actual
     FROM deptperf.procurement WHERE fiscal_year = 2021 GROUP BY dept_id) procurement USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS fixed_asset_records, sum(original_value) AS assets_total,
            coalesce(sum(original_value) FILTER (WHERE in_use), 0) AS assets_in_use
     FROM deptperf.fixed_asset WHERE fiscal_year = 2021 GROUP BY dept_id) fixed_asset USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS staffing_records, sum(establishment) AS establishment, sum(on_establishment) AS staff_on_establishment,
            sum(external) AS staff_external
     FROM deptperf.staffing WHERE fiscal_year = 2021 GROUP BY dept_id) staffing USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS project_records, sum(planned) AS projects_planned, sum(on_time) AS projects_on_time
     FROM deptperf.project WHERE fiscal_year = 2021 GROUP BY dept_id) project USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS key_task_records, sum(assigned) AS key_tasks_assigned, sum(missed) AS key_tasks_missed
     FROM deptperf.key_task WHERE fiscal_year = 2021 GROUP BY dept_id) key_task USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS performance_target_records,
            coalesce(sum(weight) FILTER (WHERE aspect IN ('social', 'economic', 'ecological', 'sustainable')), 0) AS benefit_weight,
            coalesce(sum(earned) FILTER (WHERE aspect IN ('social', 'economic', 'ecological', 'sustainable')), 0) AS benefit_earned,
            coalesce(sum(weight) FILTER (WHERE aspect = 'social'), 0) AS benefit_social,
            coalesce(sum(weight) FILTER (WHERE aspect = 'economic'), 0) AS benefit_economic,
            coalesce(sum(weight) FILTER (WHERE aspect = 'ecological'), 0) AS benefit_ecological,
            coalesce(sum(weight) FILTER (WHERE aspect = 'sustainable'), 0) AS benefit_sustainable
     FROM deptperf.performance_target WHERE fiscal_year = 2021 GROUP BY dept_id) performance_target USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS petition_records, sum(received) AS petitions_received, sum(answered) AS petitions_answered,
            sum(answered_in_time) AS petitions_in_time
     FROM deptperf.petition WHERE fiscal_year = 2021 GROUP BY dept_id) petition USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS satisfaction_survey_records, sum(respondents) AS survey_respondents, sum(satisfied) AS survey_satisfied
     FROM deptperf.satisfaction_survey WHERE fiscal_year = 2021 GROUP BY dept_id) satisfaction_survey USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS disclosure_records,
            coalesce(sum(level) FILTER (WHERE kind = 'budget'), 0) AS budget_disclosure_level,
            coalesce(sum(due) FILTER (WHERE kind = 'budget'), 0) AS budget_disclosure_due,
            coalesce(sum(level) FILTER (WHERE kind = 'final_accounts'), 0) AS final_accounts_disclosure_level,
            coalesce(sum(due) FILTER (WHERE kind = 'final_accounts'), 0) AS final_accounts_disclosure_due
     FROM deptperf.disclosure WHERE fiscal_year = 2021 GROUP BY dept_id) disclosure USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS finding_records,
            coalesce(sum(count) FILTER (WHERE kind = 'budget_nonconformity'), 0) AS finding_budget_nonconformity,
            coalesce(sum(count) FILTER (WHERE kind = 'target_nonconformity'), 0) AS finding_target_nonconformity,
            coalesce(sum(count) FILTER (WHERE kind = 'violation'), 0) AS finding_violation
     FROM deptperf.finding WHERE fiscal_year = 2021 GROUP BY dept_id) finding USING (dept_id)
    FULL JOIN
    (SELECT dept_id, count(*) AS measurement_records, sum(amount) FILTER (WHERE fact = 'electricity_used') AS electricity_used
     FROM deptperf.measurement WHERE fiscal_year = 2021 GROUP BY dept_id) measurement USING (dept_id)
