-- The indicator library: what targets are picked from and checked against.  A row
-- stays as it is; a change is a row with the next version.

IF to_regclass('deptperf.indicator_library') IS NULL THEN
    CREATE TABLE indicator_library (
        code       text NOT NULL
            CONSTRAINT indicator_library_code_not_blank CHECK (btrim(code) <> ''),
        version    int NOT NULL DEFAULT 1
            CONSTRAINT indicator_library_version_from_1 CHECK (version >= 1),
        line       text,
        aspect     text NOT NULL
            CONSTRAINT indicator_library_aspect_known CHECK (aspect IN ('social', 'economic', 'ecological', 'sustainable', 'output', 'satisfaction')),
        level1     text NOT NULL,
        level2     text NOT NULL,
        level3     text,
        name_zh    text NOT NULL,
        name_en    text,
        definition text,
        formula    text,
        unit       text,
        standard   text,
        source     text NOT NULL,
        valid_from int,
        valid_to   int,
        PRIMARY KEY (code, version),
        CONSTRAINT indicator_library_valid_from_before_valid_to CHECK (valid_from <= valid_to)
    );
    -- Examples, once: whoever deletes them doesn't get them back.
    INSERT INTO indicator_library (code, line, aspect, level1, level2, name_zh, name_en, definition, formula, unit, standard, source)
    SELECT e.*, 'example: of the kinds of 财预〔2020〕10号, worded for deptperf; no published library'
    FROM (VALUES
        ('example-quantity-training', NULL, 'output', '产出指标', '数量指标', '培训人次', 'people trained',
         '年内组织的培训实际参加的人次', '各期培训实际参加人次之和', '人次', '年度培训计划'),
        ('example-quantity-books', '文化', 'output', '产出指标', '数量指标', '新增馆藏图书', 'books added',
         '年内采购并编目上架的图书册数', '年末馆藏册数 - 年初馆藏册数 + 剔旧册数', '册', '年度采购计划'),
        ('example-quality-acceptance', NULL, 'output', '产出指标', '质量指标', '项目验收合格率', 'projects that passed acceptance',
         '验收合格的项目占已验收项目的比例', '验收合格项目数 ÷ 已验收项目数 × 100%', '%', '行业验收标准'),
        ('example-timeliness-completion', NULL, 'output', '产出指标', '时效指标', '项目按期完成率', 'projects completed by their date',
         '按计划日期完成的项目占应完成项目的比例', '按期完成项目数 ÷ 年内应完成项目数 × 100%', '%', '项目实施计划'),
        ('example-timeliness-handling', '政务服务', 'output', '产出指标', '时效指标', '平均办理时限', 'days to handle an application',
         '受理到办结的平均工作日', '各件办理工作日之和 ÷ 办结件数', '个工作日', '公开承诺的时限'),
        ('example-cost-unit', NULL, 'output', '产出指标', '成本指标', '项目总成本', 'cost of the project',
         '为完成产出实际发生的支出', '项目实际支出之和', '万元', '批复的预算'),
        ('example-social-employment', '社会保障', 'social', '效益指标', '社会效益指标', '城镇新增就业人数', 'new jobs in towns',
         '年内城镇新就业人数减去自然减员', '累计新就业人数 - 自然减员人数', '人', '年度就业目标'),
        ('example-social-accidents', NULL, 'social', '效益指标', '社会效益指标', '重大安全事故发生数', 'grave accidents',
         '年内职责范围内的重大及以上安全事故', '经认定的事故起数之和', '起', '零发生'),
        ('example-economic-income', '农业农村', 'economic', '效益指标', '经济效益指标', '农村居民人均可支配收入增长率', 'growth of rural income',
         '辖区农村居民人均可支配收入比上年的增长', '(本年收入 - 上年收入) ÷ 上年收入 × 100%', '%', '上年实际'),
        ('example-ecological-air', '生态环境', 'ecological', '效益指标', '生态效益指标', '空气质量优良天数比率', 'days of good air',
         '空气质量为优或良的天数占有效监测天数的比例', '优良天数 ÷ 有效监测天数 × 100%', '%', '上级下达的目标'),
        ('example-ecological-sewage', '生态环境', 'ecological', '效益指标', '生态效益指标', '城镇污水集中处理率', 'sewage treated',
         '经集中处理的污水占污水排放总量的比例', '集中处理量 ÷ 排放总量 × 100%', '%', '行业规划'),
        ('example-sustainable-management', NULL, 'sustainable', '效益指标', '可持续影响指标', '长效管理机制', 'lasting arrangements',
         '成果移交后有制度、人员和经费保障', '按制度、人员、经费三项逐项判断', NULL, '健全'),
        ('example-satisfaction', NULL, 'satisfaction', '满意度指标', '服务对象满意度指标', '服务对象满意度', 'satisfaction of those served',
         '受访服务对象中表示满意的比例', '满意人数 ÷ 受访人数 × 100%', '%', '90%')
    ) AS e;
END IF;
COMMENT ON TABLE indicator_library IS
    'The indicators that targets are picked from (deptperf_target_pick) and checked against (deptperf_target_check). The rows that are there at first are examples. A row that targets were picked from stays as it is: a change is a row with the next version, and valid_to in the one before.';
COMMENT ON COLUMN indicator_library.line IS 'The line of duty, such as 生态环境; NULL: common to all.';
COMMENT ON COLUMN indicator_library.aspect IS 'That of the targets: social, economic, ecological, sustainable, output or satisfaction.';
COMMENT ON COLUMN indicator_library.level1 IS 'The name of the first level, such as 产出指标.';
COMMENT ON COLUMN indicator_library.level2 IS 'Of the second, such as 数量指标.';
COMMENT ON COLUMN indicator_library.level3 IS 'Of the third, where a form has another than name_zh; NULL: name_zh.';
COMMENT ON COLUMN indicator_library.definition IS 'What it measures.';
COMMENT ON COLUMN indicator_library.formula IS 'How it is calculated, in words.';
COMMENT ON COLUMN indicator_library.unit IS 'The unit that targets are written in; 万 and the like count as their unit (万元: 元). NULL: any, or none.';
COMMENT ON COLUMN indicator_library.standard IS 'What the value is held against.';
COMMENT ON COLUMN indicator_library.source IS 'Where it comes from: the document and its place; that of examples begins with "example".';
COMMENT ON COLUMN indicator_library.valid_from IS 'The first fiscal year; NULL: from ever.';
COMMENT ON COLUMN indicator_library.valid_to IS 'The last; NULL: without end. Of several versions that are valid in a year the highest is current.';

CREATE TABLE IF NOT EXISTS department_line (
    dept_id bigint NOT NULL REFERENCES department ON DELETE CASCADE,
    line    text NOT NULL
        CONSTRAINT department_line_not_blank CHECK (btrim(line) <> ''),
    PRIMARY KEY (dept_id, line)
);
COMMENT ON TABLE department_line IS 'The lines of duty of a department itself, not of its units: whose indicators its targets are picked from.';
COMMENT ON COLUMN department_line.line IS 'As in indicator_library.';

IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = 'performance_target'::regclass AND a.attname = 'library_code') THEN
    ALTER TABLE performance_target
        ADD COLUMN library_code text,
        ADD COLUMN library_version int,
        ADD CONSTRAINT performance_target_is_in_library FOREIGN KEY (library_code, library_version) REFERENCES indicator_library MATCH FULL;
END IF;
COMMENT ON COLUMN performance_target.library_code IS 'The indicator of indicator_library that it was picked from; NULL: none.';
COMMENT ON COLUMN performance_target.library_version IS 'The version of it.';
