-- Checks: what contradicts itself in the records, in what a document states
-- besides, and in what was published; and what is suspicious.
--
--   data_check       the checks, a row each.  Most are a formula over facts and
--                    stated figures with a rule that gives 1 where something is
--                    wrong; one without a formula is built in.
--   framework_check  those that a framework goes without
--   check_issue      the formulas, and the stated figures, by department with its
--                    units: facts are looked at where scores are
--   published_issue  self_assessment
--   record_issue     rows of the own tables.  Rights and test as target_issue.
--
-- A figure counts to the last digit that is printed.  Where a total differs from
-- its parts by a unit of that digit, that is a contradiction: rounding alone makes
-- it of three parts and more, and even then somebody has to say so.

IF to_regclass('deptperf.data_check') IS NULL THEN
    CREATE TABLE data_check (
        name     text PRIMARY KEY,
        severity text NOT NULL DEFAULT 'warning'
            CONSTRAINT data_check_severity_known CHECK (severity IN ('error', 'warning', 'info')),
        formula  text,
        rule     text,
        label_zh text,
        label_en text NOT NULL,
        CONSTRAINT data_check_computed_or_built_in CHECK ((formula IS NULL) = (rule IS NULL))
    );
    -- once: what a bureau deletes stays deleted
    INSERT INTO data_check (name, severity, formula, rule, label_zh, label_en) VALUES
        ('two values', 'warning', NULL, NULL, '同一数据有两个数值', 'a figure has one value, wherever it is stated'),
        ('factor of 10,000', 'warning', NULL, NULL, '同一数据相差一万倍', 'amounts are in one unit'),
        ('malformed figure', 'warning', NULL, NULL, '数字书写有误', 'a figure is printed as a number'),
        ('impossible score', 'warning', NULL, NULL, '公布的得分不可能出现', 'a published score is one that the rules can give'),
        ('published total', 'warning', NULL, NULL, '公布的总分与各指标得分不符', 'the published total is that of the published indicators'),
        ('published grade', 'warning', NULL, NULL, '公布的等级与总分不符', 'the published grade is that of the published total'),
        ('duplicate', 'warning', NULL, NULL, '重复记录', 'a document number has a record once'),
        ('completed before start', 'warning', NULL, NULL, '完成日期早于开始日期', 'a project is completed after its start'),
        ('late but on time', 'warning', NULL, NULL, '逾期完成却记为按时', 'on time is by the due date'),
        ('blank around code', 'warning', NULL, NULL, '部门编码首尾有空格', 'a department''s code begins and ends without a blank'),
        ('late records', 'warning', NULL, NULL, '关闭后新增记录', 'no record comes after closing'),
        ('fewer records', 'warning', NULL, NULL, '关闭后减少记录', 'no record goes after closing'),
        ('no framework', 'warning', NULL, NULL, '没有适用的指标体系', 'a department and year with records has a framework in force'),
        ('silent', 'info', NULL, NULL, '单位没有记录', 'a unit has records where others have some'),
        ('open target', 'error', NULL, NULL, '绩效目标未评分', 'a target has points'),
        ('no reason', 'warning', NULL, NULL, '未完成目标没有说明原因', 'a missed target has a reason'),
        ('spent above budget', 'warning', 'paid_q1 + paid_q2 + paid_q3 + paid_q4 - budget_adjusted', 'x > 0: 1, else 0', '支出超过预算', 'payments are within the adjusted budget'),
        ('public expense above budget', 'warning', 'public_paid - public_budget', 'x > 0: 1, else 0', '公用经费支出超过预算', 'daily public expense is within its budget'),
        ('three public above budget', 'warning', 'three_public_paid - three_public_budget', 'x > 0: 1, else 0', '三公经费支出超过预算', 'the three public expenses are within their budget'),
        ('in use above total', 'error', 'assets_in_use - assets_total', 'x > 0: 1, else 0', '在用资产超过资产总额', 'assets in use are part of the total'),
        ('more answered than received', 'error', 'petitions_answered - petitions_received', 'x > 0: 1, else 0', '回复信访多于收到信访', 'petitions answered are part of those received'),
        ('more in time than answered', 'error', 'petitions_in_time - petitions_answered', 'x > 0: 1, else 0', '按时回复多于回复', 'petitions answered in time are part of those answered'),
        ('more on time than planned', 'error', 'projects_on_time - projects_planned', 'x > 0: 1, else 0', '按时完成项目多于计划项目', 'projects on time are part of those planned'),
        ('more missed than assigned', 'error', 'key_tasks_missed - key_tasks_assigned', 'x > 0: 1, else 0', '未完成任务多于下达任务', 'tasks missed are part of those assigned'),
        ('more satisfied than asked', 'error', 'survey_satisfied - survey_respondents', 'x > 0: 1, else 0', '满意人数多于受访人数', 'people satisfied are part of the respondents'),
        ('more earned than weighed', 'error', 'benefit_earned - benefit_weight', 'x > 0: 1, else 0', '效益得分多于权重', 'the points of benefit targets are within their weights'),
        ('refund above payments in quarter 1', 'info', 'paid_q1', 'x < 0: 1, else 0', '第一季度累计支出下降', 'cumulative payments grow'),
        ('refund above payments in quarter 2', 'info', 'paid_q2', 'x < 0: 1, else 0', '第二季度累计支出下降', 'cumulative payments grow'),
        ('refund above payments in quarter 3', 'info', 'paid_q3', 'x < 0: 1, else 0', '第三季度累计支出下降', 'cumulative payments grow'),
        ('refund above payments in quarter 4', 'info', 'paid_q4', 'x < 0: 1, else 0', '第四季度累计支出下降', 'cumulative payments grow'),
        ('stated payments decrease by quarter 2', 'warning', 'paid_to_q1 - paid_to_q2', 'x > 0: 1, else 0', '累计支出在第二季度下降', 'cumulative payments grow'),
        ('stated payments decrease by quarter 3', 'warning', 'paid_to_q2 - paid_to_q3', 'x > 0: 1, else 0', '累计支出在第三季度下降', 'cumulative payments grow'),
        ('stated payments decrease by quarter 4', 'warning', 'paid_to_q3 - paid_to_q4', 'x > 0: 1, else 0', '累计支出在第四季度下降', 'cumulative payments grow'),
        -- between all of a budget and a fifth of it, in units that differ by 10,000
        ('payments in another unit', 'warning', '(paid_q1 + paid_q2 + paid_q3 + paid_q4) / budget_adjusted', 'x > 50000: 0, x >= 2000: 1, x > 0.0005: 0, x >= 0.00002: 1, else 0', '支出与预算相差约一万倍', 'payments and budget are in one unit'),
        -- those may rightly be small, but not a hundred budgets
        ('procurement in another unit', 'warning', 'procurement_planned / budget_adjusted', 'x > 50000: 0, x >= 100: 1, else 0', '采购与预算的单位不一致', 'procurement and budget are in one unit'),
        ('adjustments in another unit', 'warning', 'adjusted_amount / budget_initial', 'x > 50000: 0, x >= 100: 1, else 0', '预算调整与预算的单位不一致', 'adjustments and budget are in one unit'),
        ('income does not add up', 'warning', 'income - income_general - income_government_fund', 'x = 0: 0, else 1', '收入合计与明细不符', 'the income is the sum of its parts'),
        ('initial budget does not add up', 'warning', 'budget_initial - budget_initial_personnel - budget_initial_public - budget_initial_project', 'x = 0: 0, else 1', '年初预算合计与明细不符', 'the initial budget is the sum of its parts'),
        ('petitions do not add up', 'warning', 'petitions_received - petition_visits - petition_letters - petition_calls', 'x = 0: 0, else 1', '信访合计与明细不符', 'the petitions are the sum of their parts'),
        ('cases do not add up', 'warning', 'cases - cases_with_claims - cases_without_claims', 'x = 0: 0, else 1', '案件合计与明细不符', 'the cases are the sum of their parts'),
        ('procurement shortfall not explained', 'warning', 'procurement_shortfall_explained - procurement_planned + procurement_actual', 'x = 0: 0, else 1', '采购差额的说明与差额不符', 'what is explained is all of planned less actual');
END IF;
COMMENT ON TABLE data_check IS
    'The checks behind data_issue. Rows may be added, changed and deleted. A check with a formula is looked at for every department with its units, where all names of the formula are known; then a name is the fact of the records, or else the first value of stated_figure.';
COMMENT ON COLUMN data_check.name IS 'What data_issue.issue says.';
COMMENT ON COLUMN data_check.severity IS 'error, warning or info. Of late records, fewer records, silent, open target and no reason data_issue says it itself.';
COMMENT ON COLUMN data_check.formula IS
    'As a formula of framework_item, but over any names. Where its first name is a stated figure, a value of less than one unit of the last digit printed there is none, and with two values of it that alone is the issue. NULL: built in.';
COMMENT ON COLUMN data_check.rule IS 'As a rule of framework_item; 1 is an issue, 0 none.';
COMMENT ON COLUMN data_check.label_en IS 'What has to be; data_issue.expected.';

IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'data_check'::regclass AND conname = 'data_check_formula_valid') THEN
    ALTER TABLE data_check
        ADD CONSTRAINT data_check_formula_valid CHECK (formula IS NULL OR @extschema@.deptperf_formula(formula) IS NOT NULL),
        ADD CONSTRAINT data_check_rule_valid CHECK (rule IS NULL OR @extschema@.deptperf_item_rule(rule, 1) IS NOT NULL);
END IF;

CREATE TABLE IF NOT EXISTS framework_check (
    framework text NOT NULL REFERENCES framework ON DELETE CASCADE ON UPDATE CASCADE,
    name      text NOT NULL REFERENCES data_check ON DELETE CASCADE ON UPDATE CASCADE,
    enabled   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (framework, name)
);
COMMENT ON TABLE framework_check IS
    'The checks that a framework goes without, for the departments and years that it is in force for: enabled is false. A check that is not named here is on. They are not part of the framework''s document.';

-- Not inlined: for the few rows there are it costs nothing, where a subquery in
-- data_issue would make the plan look dear enough to be compiled (jit).
CREATE OR REPLACE FUNCTION check_is_on(dept_id bigint, fiscal_year int, name text) RETURNS boolean
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN NOT EXISTS (SELECT FROM deptperf.framework_check c WHERE c.name = $3 AND NOT c.enabled)     -- most: no framework is looked up
        OR NOT EXISTS (SELECT FROM deptperf.framework_in_force($1, $2) f
                           JOIN deptperf.framework_check c ON c.framework = f.framework AND c.name = $3 AND NOT c.enabled);
END $body$;
COMMENT ON FUNCTION check_is_on(bigint, int, text) IS 'Whether data_issue shows a check for a department and year: unless its framework goes without it.';

IF renew OR to_regclass('deptperf.check_issue') IS NULL THEN
    CREATE OR REPLACE VIEW check_issue WITH (security_invoker = true) AS
    SELECT b.dept_id, b.fiscal_year, x.issue, x.source, x.found, x.expected
    FROM (
        SELECT dept_id, fiscal_year, f.facts, s.first, s.rows
        FROM facts f FULL JOIN (
            SELECT g.dept_id, g.fiscal_year,
                   -- of a name that is there twice the last one stays
                   jsonb_object_agg(g.figure, g.value ORDER BY g.stated_figure_id DESC) FILTER (WHERE g.value IS NOT NULL) AS first,
                   jsonb_agg(jsonb_build_object('figure', g.figure, 'value', g.value, 'printed', g.printed, 'source', g.source) ORDER BY g.stated_figure_id) AS rows
            FROM stated_figure g
            GROUP BY g.dept_id, g.fiscal_year) s USING (dept_id, fiscal_year)
    ) b
        CROSS JOIN LATERAL (
            SELECT c.name AS issue,
                   (SELECT string_agg(DISTINCT coalesce(f.source, 'stated_figure'), ', ')
                    FROM unnest(@extschema@.deptperf_formula_facts(c.formula)) AS n(fact) LEFT JOIN fact f ON f.fact = n.fact AND b.facts ? f.fact) AS source,
                   @extschema@.deptperf_formula_written(c.formula, coalesce(b.first, '{}'::jsonb) || coalesce(b.facts, '{}'::jsonb)) || coalesce(' = ' || CASE WHEN e.denominator IS NULL THEN trim_scale(e.numerator) END, '') AS found,
                   c.label_en AS expected
            FROM @extschema@.deptperf_evaluate(
                     -- built once a query
                     (SELECT jsonb_build_object('indicators', '[{"code": "check", "points": 1}]'::jsonb,
                                                'items', coalesce(jsonb_agg(jsonb_build_object('code', k.name, 'indicator', 'check', 'points', 1, 'formula', k.formula, 'rule', k.rule, 'empty', 'missing')), '[]'::jsonb))
                      FROM data_check k WHERE k.formula IS NOT NULL),
                     coalesce(b.first, '{}'::jsonb) || coalesce(b.facts, '{}'::jsonb), '{}'::jsonb) e
                JOIN data_check c ON c.name = e.code
            WHERE e.level = 'item' AND e.points = 1
              AND (b.rows IS NULL OR NOT EXISTS (
                       SELECT FROM jsonb_to_recordset(b.rows) AS r(figure text, value numeric, printed text)
                           CROSS JOIN LATERAL @extschema@.deptperf_printed(r.printed) p
                       WHERE r.figure = (@extschema@.deptperf_formula_facts(c.formula))[1]
                         AND (r.value <> (b.first ->> r.figure)::numeric OR r.value = p.number AND abs(e.numerator) < p.unit)))
            UNION ALL
            SELECT s.issue, 'stated_figure'::text, s.found, s.expected
            FROM @extschema@.deptperf_check_stated(b.facts, b.rows) s
            WHERE b.rows IS NOT NULL
            UNION ALL
            SELECT 'no framework'::text, NULL::text, 'records, and no framework in force: there is no score'::text,
                   'a framework with this year, by department_framework or as the default'::text
            WHERE b.facts IS NOT NULL AND NOT EXISTS (SELECT FROM framework_in_force(b.dept_id, b.fiscal_year))
        ) x;
END IF;
COMMENT ON VIEW check_issue IS
    'The checks of data_check that are formulas, those on stated figures, and whether a framework is in force, for every department with its units. data_issue has them, with the severity, less those that the framework goes without.';

IF renew OR to_regclass('deptperf.published_issue') IS NULL THEN
    CREATE OR REPLACE VIEW published_issue WITH (security_invoker = true) AS
    SELECT p.dept_id, p.fiscal_year, i.issue, i.found, i.expected
    FROM (
        SELECT s.dept_id, s.fiscal_year, jsonb_object_agg(coalesce(s.indicator, ''), s.points) AS published,
               max(s.grade) FILTER (WHERE s.indicator IS NULL) AS grade
        FROM self_assessment s
        GROUP BY s.dept_id, s.fiscal_year
    ) p
        CROSS JOIN LATERAL framework_in_force(p.dept_id, p.fiscal_year) f
        JOIN framework_document d ON d.framework = f.framework
        CROSS JOIN LATERAL @extschema@.deptperf_check_published(d.document, p.published, p.grade) i;
END IF;
COMMENT ON VIEW published_issue IS 'What can''t be true of published scores, whatever the records say. data_issue has it, with the severity.';

IF renew OR to_regclass('deptperf.record_issue') IS NULL THEN
    CREATE OR REPLACE VIEW record_issue WITH (security_barrier = true) AS
    SELECT i.dept_id, i.fiscal_year, i.issue, i.source, i.found, i.expected
    FROM (
        SELECT dept_id, fiscal_year, 'duplicate'::text AS issue, 'budget'::text AS source, format('%s records %s: budget_id %s', count(*), document_number, string_agg(budget_id::text, ', ' ORDER BY budget_id)) AS found, 'one record'::text AS expected
        FROM budget WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, expense_class, three_public, initial, adjusted HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'execution'::text, format('%s records %s: execution_id %s', count(*), document_number, string_agg(execution_id::text, ', ' ORDER BY execution_id)), 'one record'::text
        FROM execution WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, month, expense_class, three_public, amount HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'adjustment'::text, format('%s records %s: adjustment_id %s', count(*), document_number, string_agg(adjustment_id::text, ', ' ORDER BY adjustment_id)), 'one record'::text
        FROM adjustment WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, amount HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'procurement'::text, format('%s records %s: procurement_id %s', count(*), document_number, string_agg(procurement_id::text, ', ' ORDER BY procurement_id)), 'one record'::text
        FROM procurement WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, planned, actual HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'fixed_asset'::text, format('%s records %s: fixed_asset_id %s', count(*), coalesce(document_number, asset_code), string_agg(fixed_asset_id::text, ', ' ORDER BY fixed_asset_id)), 'one record'::text
        FROM fixed_asset WHERE coalesce(document_number, asset_code) IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, asset_code, original_value, in_use HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'staffing'::text, format('%s records %s: staffing_id %s', count(*), document_number, string_agg(staffing_id::text, ', ' ORDER BY staffing_id)), 'one record'::text
        FROM staffing WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, establishment, on_establishment, external HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'project'::text, format('%s records %s: project_id %s', count(*), document_number, string_agg(project_id::text, ', ' ORDER BY project_id)), 'one record'::text
        FROM project WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, planned, on_time HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'key_task'::text, format('%s records %s: key_task_id %s', count(*), document_number, string_agg(key_task_id::text, ', ' ORDER BY key_task_id)), 'one record'::text
        FROM key_task WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, assigned, missed HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'performance_target'::text, format('%s records %s: performance_target_id %s', count(*), document_number, string_agg(performance_target_id::text, ', ' ORDER BY performance_target_id)), 'one record'::text
        FROM performance_target WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, aspect, weight, earned, level1, level2, level3, written HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'petition'::text, format('%s records %s: petition_id %s', count(*), document_number, string_agg(petition_id::text, ', ' ORDER BY petition_id)), 'one record'::text
        FROM petition WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, received, answered, answered_in_time HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'satisfaction_survey'::text, format('%s records %s: satisfaction_survey_id %s', count(*), document_number, string_agg(satisfaction_survey_id::text, ', ' ORDER BY satisfaction_survey_id)), 'one record'::text
        FROM satisfaction_survey WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, respondents, satisfied HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'disclosure'::text, format('%s records %s: disclosure_id %s', count(*), document_number, string_agg(disclosure_id::text, ', ' ORDER BY disclosure_id)), 'one record'::text
        FROM disclosure WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, kind, level, due HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'finding'::text, format('%s records %s: finding_id %s', count(*), document_number, string_agg(finding_id::text, ', ' ORDER BY finding_id)), 'one record'::text
        FROM finding WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, kind, count HAVING count(*) > 1
        UNION ALL
        SELECT dept_id, fiscal_year, 'duplicate'::text, 'measurement'::text, format('%s records %s: measurement_id %s', count(*), document_number, string_agg(measurement_id::text, ', ' ORDER BY measurement_id)), 'one record'::text
        FROM measurement WHERE document_number IS NOT NULL
        GROUP BY dept_id, fiscal_year, document_number, title, fact, amount HAVING count(*) > 1
        UNION ALL
        SELECT p.dept_id, p.fiscal_year, 'completed before start'::text, 'project'::text,
               format('project %s: started %s, completed %s', p.project_id, p.started_on, p.completed_on), 'a completion that is not before the start'::text
        FROM project p WHERE p.completed_on < p.started_on
        UNION ALL
        SELECT p.dept_id, p.fiscal_year, 'completed before start'::text, 'key_task'::text,
               format('key_task %s: started %s, completed %s', p.key_task_id, p.started_on, p.completed_on), 'a completion that is not before the start'::text
        FROM key_task p WHERE p.completed_on < p.started_on
        UNION ALL
        SELECT p.dept_id, p.fiscal_year, 'late but on time'::text, 'project'::text,
               format('project %s: due %s, completed %s, %s of %s on time', p.project_id, p.due_on, p.completed_on, p.on_time, p.planned), 'less on time'::text
        FROM project p WHERE p.completed_on > p.due_on AND p.on_time = p.planned AND p.planned > 0
        UNION ALL
        SELECT d.dept_id, NULL::int, 'blank around code'::text, 'department'::text, format('code %L', d.code), 'a code without it, as the records have it'::text
        FROM department d WHERE d.code <> btrim(d.code, E' \t\r\n　')
    ) i
    WHERE sees_all() OR i.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW record_issue IS
    'What is suspicious in single rows of the own tables: rows of one department and year that are equal in their document number and all that counts, dates that contradict each other, and codes of departments with a blank at an end. It runs with the rights of the workspace''s owner, for the departments that the caller may see.';
