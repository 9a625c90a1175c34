-- What the records say: the sources, and the declared names of their facts.

CREATE TABLE IF NOT EXISTS source (
    source   text PRIMARY KEY,
    position int NOT NULL,
    zeros    jsonb,
    label_zh text NOT NULL,
    label_en text NOT NULL,
    lost     boolean NOT NULL DEFAULT false,
    tracked  boolean NOT NULL DEFAULT false
);
IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = 'source'::regclass AND a.attname = 'tracked') THEN     -- ALTER waits for readers
    ALTER TABLE source ADD COLUMN tracked boolean NOT NULL DEFAULT false;
END IF;
COMMENT ON TABLE source IS 'The record sources. Each has a table, a view <source>_source, its facts <source>_facts and a function <source>_rows.';
COMMENT ON COLUMN source.zeros IS
    'What a closed source says when it has no record: every fact of it, and <source>_records, at 0. NULL: it speaks for each fact by itself and is not closed.';
COMMENT ON COLUMN source.tracked IS
    'deptperf.kept has facts of it, which deptperf_track keeps. Written by it and deptperf_untrack alone.';
COMMENT ON COLUMN source.lost IS
    'A relation that it was bound to was dropped. It does not speak, not even where it is closed, until deptperf_repair, deptperf_bind or deptperf_unbind settles it. Written by these and deptperf_setup alone.';

CREATE TABLE IF NOT EXISTS fact (
    fact     text PRIMARY KEY,
    source   text NOT NULL DEFAULT 'measurement' REFERENCES source,
    unit     text NOT NULL DEFAULT 'count',
    label_zh text,
    label_en text,
    CONSTRAINT fact_is_a_name CHECK (fact COLLATE "C" ~ '^[a-z][a-z0-9_]{0,62}$'),
    CONSTRAINT fact_leaves_records_and_units_to_sources
        CHECK (fact COLLATE "C" !~ '_(records|units)$' OR fact IN (source || '_records', source || '_units'))
);
COMMENT ON TABLE fact IS
    'The declared facts: what formulas may read. Add a row (source measurement) for a fact of your own and bring its amounts in deptperf.measurement.';
COMMENT ON COLUMN fact.fact IS 'Letters a-z, digits and _. Names that end in _records or _units are the sources'' own.';
COMMENT ON COLUMN fact.source IS 'The source that contributes it.';
COMMENT ON COLUMN fact.unit IS 'money (the workspace''s one money unit), count, points (weights of targets), level (of a publication), or any other word.';

INSERT INTO source (position, source, label_zh, label_en, zeros) VALUES
    (1, 'budget', '预算', 'budget',
     '{"budget_initial": 0, "budget_adjusted": 0, "public_budget": 0, "three_public_budget": 0, "budget_records": 0}'),
    (2, 'execution', '支付', 'payments',
     '{"paid_q1": 0, "paid_q2": 0, "paid_q3": 0, "paid_q4": 0, "public_paid": 0, "three_public_paid": 0, "execution_records": 0}'),
    (3, 'adjustment', '预算调整', 'budget adjustments',
     '{"adjusted_amount": 0, "adjustment_records": 0}'),
    (4, 'procurement', '政府采购', 'government procurement',
     '{"procurement_planned": 0, "procurement_actual": 0, "procurement_records": 0}'),
    (5, 'fixed_asset', '固定资产', 'fixed assets',
     '{"assets_total": 0, "assets_in_use": 0, "fixed_asset_records": 0}'),
    (6, 'staffing', '人员编制', 'staffing',
     '{"establishment": 0, "staff_on_establishment": 0, "staff_external": 0, "staffing_records": 0}'),
    (7, 'project', '项目', 'projects',
     '{"projects_planned": 0, "projects_on_time": 0, "project_records": 0}'),
    (8, 'key_task', '重点工作', 'key tasks',
     '{"key_tasks_assigned": 0, "key_tasks_missed": 0, "key_task_records": 0}'),
    (9, 'performance_target', '绩效目标', 'performance targets',
     '{"benefit_weight": 0, "benefit_earned": 0, "benefit_social": 0, "benefit_economic": 0, "benefit_ecological": 0, "benefit_sustainable": 0, "performance_target_records": 0}'),
    (10, 'petition', '群众信访', 'petitions',
     '{"petitions_received": 0, "petitions_answered": 0, "petitions_in_time": 0, "petition_records": 0}'),
    (11, 'satisfaction_survey', '满意度调查', 'satisfaction surveys',
     '{"survey_respondents": 0, "survey_satisfied": 0, "satisfaction_survey_records": 0}'),
    (12, 'disclosure', '预决算信息公开', 'disclosure of budget and final accounts',
     '{"budget_disclosure_level": 0, "budget_disclosure_due": 0, "final_accounts_disclosure_level": 0, "final_accounts_disclosure_due": 0, "disclosure_records": 0}'),
    (13, 'finding', '检查发现', 'findings',
     '{"finding_budget_nonconformity": 0, "finding_target_nonconformity": 0, "finding_violation": 0, "finding_records": 0}'),
    (14, 'measurement', '其他指标数据', 'other measurements', NULL)
ON CONFLICT (source) DO NOTHING;

INSERT INTO fact (source, fact, unit, label_zh, label_en) VALUES
    ('budget', 'budget_initial', 'money', '年初预算数', 'initial budget'),
    ('budget', 'budget_adjusted', 'money', '调整后预算数', 'adjusted budget'),
    ('budget', 'public_budget', 'money', '日常公用经费调整预算数', 'adjusted budget of daily public expense'),
    ('budget', 'three_public_budget', 'money', '“三公”经费预算数', 'adjusted budget of the three public expenses'),
    ('execution', 'paid_q1', 'money', '第一季度支出数', 'paid within the first quarter'),
    ('execution', 'paid_q2', 'money', '第二季度支出数', 'paid within the second quarter'),
    ('execution', 'paid_q3', 'money', '第三季度支出数', 'paid within the third quarter'),
    ('execution', 'paid_q4', 'money', '第四季度支出数', 'paid within the fourth quarter'),
    ('execution', 'public_paid', 'money', '日常公用经费支出数', 'daily public expense paid'),
    ('execution', 'three_public_paid', 'money', '“三公”经费支出数', 'the three public expenses paid'),
    ('adjustment', 'adjusted_amount', 'money', '预算调整金额(绝对值合计)', 'amounts adjusted, added without sign'),
    ('procurement', 'procurement_planned', 'money', '政府采购计划金额', 'procurement planned'),
    ('procurement', 'procurement_actual', 'money', '政府采购实际金额', 'procurement carried out'),
    ('fixed_asset', 'assets_total', 'money', '固定资产原值总额', 'original value of all fixed assets'),
    ('fixed_asset', 'assets_in_use', 'money', '在用固定资产原值', 'original value of the fixed assets in use'),
    ('staffing', 'establishment', 'count', '核定编制数', 'approved establishment'),
    ('staffing', 'staff_on_establishment', 'count', '在编人数', 'staff on the establishment'),
    ('staffing', 'staff_external', 'count', '编外人数', 'staff outside the establishment'),
    ('project', 'projects_planned', 'count', '计划完成项目数', 'projects due in the year'),
    ('project', 'projects_on_time', 'count', '按时完成项目数', 'projects completed by their date'),
    ('key_task', 'key_tasks_assigned', 'count', '交办重点工作数', 'key tasks assigned'),
    ('key_task', 'key_tasks_missed', 'count', '未按要求完成的重点工作数', 'key tasks not completed as assigned'),
    ('performance_target', 'benefit_weight', 'points', '效益指标权重合计', 'weights of the benefit targets'),
    ('performance_target', 'benefit_earned', 'points', '效益指标得分合计', 'weights earned by the benefit targets'),
    ('performance_target', 'benefit_social', 'points', '社会效益指标权重', 'weights of the social targets'),
    ('performance_target', 'benefit_economic', 'points', '经济效益指标权重', 'weights of the economic targets'),
    ('performance_target', 'benefit_ecological', 'points', '生态效益指标权重', 'weights of the ecological targets'),
    ('performance_target', 'benefit_sustainable', 'points', '可持续影响指标权重', 'weights of the targets of sustainable effect'),
    ('petition', 'petitions_received', 'count', '信访受理件数', 'petitions received'),
    ('petition', 'petitions_answered', 'count', '信访回复件数', 'petitions answered'),
    ('petition', 'petitions_in_time', 'count', '信访按时回复件数', 'petitions answered in time'),
    ('satisfaction_survey', 'survey_respondents', 'count', '满意度调查人数', 'people asked'),
    ('satisfaction_survey', 'survey_satisfied', 'count', '满意人数', 'people satisfied'),
    ('disclosure', 'budget_disclosure_level', 'level', '预算公开程度', 'level of the budget''s publication'),
    ('disclosure', 'budget_disclosure_due', 'level', '预算应公开程度', 'level due of the budget''s publication'),
    ('disclosure', 'final_accounts_disclosure_level', 'level', '决算公开程度', 'level of the final accounts'' publication'),
    ('disclosure', 'final_accounts_disclosure_due', 'level', '决算应公开程度', 'level due of the final accounts'' publication'),
    ('finding', 'finding_budget_nonconformity', 'count', '预算编制不规范问题数', 'non-conformities of budgeting'),
    ('finding', 'finding_target_nonconformity', 'count', '绩效目标不规范问题数', 'missing or non-conforming targets'),
    ('finding', 'finding_violation', 'count', '财务违规问题数', 'financial violations')
ON CONFLICT (fact) DO NOTHING;
INSERT INTO fact (source, fact, unit, label_zh, label_en)
SELECT s.source, s.source || '_records', 'count', s.label_zh || '记录数', 'records of ' || s.label_en FROM source s
UNION ALL
SELECT s.source, s.source || '_units', 'count', s.label_zh || '有数据的单位数', 'units with data on ' || s.label_en FROM source s
ON CONFLICT (fact) DO NOTHING;
