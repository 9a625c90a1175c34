-- More frameworks that come with the extension, as documents.  They come once: a
-- bureau that deletes one does not get it back, and one of its own that has the
-- name stays.
--
-- Each source says what it comes from, and which of its numbers are an example
-- because what it comes from leaves them open.  Projects and programmes are rows
-- of department too, with another kind and a row in department_framework.

DECLARE
    before text[] := ARRAY(SELECT f.framework FROM framework f);
BEGIN
    IF (SELECT w.version FROM workspace w) < 3 THEN
        INSERT INTO fact (fact, unit, label_zh, label_en) VALUES
            ('three_public_budget_before', 'money', '上年度“三公”经费预算数', 'budget of the three public expenses of the year before'),
            ('carry_over', 'money', '上年结转和结余', 'carried over from the year before'),
            ('budget_added', 'money', '年中追加预算数', 'added to the budget during the year'),
            ('year_end_balance', 'money', '年末结转和结余', 'left at the year''s end'),
            ('building_projects', 'count', '新建楼堂馆所项目数', 'office building projects'),
            ('building_area_approved', 'square metres', '新建楼堂馆所批准面积', 'approved area of office buildings'),
            ('building_area_built', 'square metres', '新建楼堂馆所实际面积', 'built area of office buildings'),
            ('output_quantity_target', 'quantity', '产出数量目标值', 'target of the output''s quantity'),
            ('output_quantity_actual', 'quantity', '产出数量实际值', 'quantity put out'),
            ('output_checked', 'quantity', '产出验收数', 'output examined'),
            ('output_accepted', 'quantity', '产出验收合格数', 'output that passed'),
            ('output_due', 'quantity', '应完成产出数', 'output due in the year'),
            ('output_in_time', 'quantity', '按时完成产出数', 'output completed in time'),
            ('output_cost_target', 'money', '产出成本目标值', 'target of the output''s cost'),
            ('output_cost_actual', 'money', '产出成本实际值', 'cost of the output'),
            ('project_funds', 'money', '项目资金', 'funds of projects'),
            ('quality_rate_funds', 'money', '质量达标率×项目资金', 'rate of output that passed, times funds'),
            ('satisfaction_rate_funds', 'money', '满意度×项目资金', 'rate of people satisfied, times funds'),
            ('demonstrated_measures', 'count', '可接受且有数据的绩效目标数', 'acceptable performance measures with data')
        ON CONFLICT (fact) DO NOTHING;

        IF NOT EXISTS (SELECT FROM framework WHERE framework = 'hunan-dept') THEN
            PERFORM @extschema@.deptperf_framework_import($json$
{"framework": "hunan-dept", "label_zh": "湖南省部门整体支出绩效评价指标", "label_en": "Whole expenditure of departments, Hunan",
 "source": "湖南省部门整体支出绩效评价指标表, the weighting with 16 (8+8) points of input. From it: the rules of A1.1, A1.2, B1.1 and B1.2, and that B1.3 is full without building projects. An example: the other items and their points, the points of B1.1, the bands of B1.3, the grades. Our reading: parts of a percentage point count in A1.1 and A1.2; posts or a budget of the year before that are 0 give 0 points when there is something above them.",
 "groups": [
  {"code": "A", "label_zh": "投入", "label_en": "Input", "points": 16},
  {"code": "B", "label_zh": "过程", "label_en": "Process", "points": 44},
  {"code": "C", "label_zh": "产出及效果", "label_en": "Output and effect", "points": 40}],
 "indicators": [
  {"code": "A1", "group": "A", "key": "allocation", "label_zh": "预算配置", "label_en": "Allocation of the budget", "points": 16},
  {"code": "B1", "group": "B", "key": "execution", "label_zh": "预算执行", "label_en": "Execution of the budget", "points": 20},
  {"code": "B2", "group": "B", "key": "management", "label_zh": "预算管理", "label_en": "Management of the budget", "points": 24},
  {"code": "C1", "group": "C", "key": "duties", "label_zh": "职责履行", "label_en": "Duties", "points": 10},
  {"code": "C2", "group": "C", "key": "effect", "label_zh": "履职效益", "label_en": "Effect", "points": 30}],
 "items": [
  {"code": "A1.1", "indicator": "A1", "label_zh": "在职人员控制率", "label_en": "Staff on establishment, of the posts", "points": 8,
   "formula": "staff_on_establishment / establishment", "rule": "x <= 100%: 8, x >= 116%: 0, else 8 - 0.5 per 1% over 100%", "empty": "missing"},
  {"code": "A1.2", "indicator": "A1", "label_zh": "“三公”经费变动率", "label_en": "Change of the three public expenses against the year before", "points": 8,
   "formula": "(three_public_budget - three_public_budget_before) / three_public_budget_before", "rule": "x <= 0%: 8, x >= 10%: 0, else 8 - 0.8 per 1% over 0%", "empty": "full"},
  {"code": "B1.1", "indicator": "B1", "label_zh": "预算完成率", "label_en": "Completion of the budget", "points": 8,
   "formula": "(carry_over + budget_initial + budget_added - year_end_balance) / (carry_over + budget_initial + budget_added)", "rule": "x > 100%: invalid, x < 0%: invalid, else 8 - 2 per whole 5% under 100%", "empty": "missing"},
  {"code": "B1.2", "indicator": "B1", "label_zh": "预算控制率", "label_en": "Control of the budget: added, of the initial", "points": 8,
   "formula": "budget_added / budget_initial", "rule": "x <= 0%: 8, x <= 10%: 6, x <= 20%: 4, x <= 30%: 2, else 0", "empty": "missing"},
  {"code": "B1.3", "indicator": "B1", "label_zh": "新建楼堂馆所面积控制率", "label_en": "Area of new office buildings, of the approved", "points": 4,
   "formula": "building_area_built / building_area_approved", "rule": "x <= 100%: 4, x <= 105%: 2, else 0", "empty": "full", "applies": "building_projects"},
  {"code": "B2.1", "indicator": "B2", "label_zh": "管理制度健全性", "label_en": "Rules for managing the funds", "points": 8},
  {"code": "B2.2", "indicator": "B2", "label_zh": "资金使用合规性", "label_en": "Funds used as the rules say", "points": 8},
  {"code": "B2.3", "indicator": "B2", "label_zh": "预决算信息公开性", "label_en": "Disclosure of budget and final accounts", "points": 8},
  {"code": "C1.1", "indicator": "C1", "label_zh": "重点工作完成情况", "label_en": "Key tasks", "points": 10},
  {"code": "C2.1", "indicator": "C2", "label_zh": "经济和社会效益", "label_en": "Economic and social benefit", "points": 15},
  {"code": "C2.2", "indicator": "C2", "label_zh": "行政效能", "label_en": "Efficiency of administration", "points": 5},
  {"code": "C2.3", "indicator": "C2", "label_zh": "社会公众或服务对象满意度", "label_en": "Satisfaction of the public or of those served", "points": 10}],
 "bands": [
  {"grade": "优秀", "label_en": "excellent", "from": 90}, {"grade": "良好", "label_en": "good", "from": 80},
  {"grade": "合格", "label_en": "passed", "from": 60}, {"grade": "不合格", "label_en": "not passed", "from": 0}]}
        $json$);
        END IF;

        IF NOT EXISTS (SELECT FROM framework WHERE framework = 'mof-project-2020') THEN
            PERFORM @extschema@.deptperf_framework_import($json$
{"framework": "mof-project-2020", "label_zh": "财政部项目支出绩效自评表（2020）", "label_en": "Self-evaluation of projects, Ministry of Finance, 2020",
 "source": "财预〔2020〕10号 as practised. From it: 10 points of execution, 50 of output, 30 of benefit, 10 of satisfaction; actual / target for at least, 1 - (actual - target) / target for at most; the levels of benefit: 80 % of the points and more, 60 % and more, less; the grades. An example: the points within output and benefit, 90 % as the target of satisfaction, one target each for quantity, quality, time and cost (deptperf_target_share gives the share of any target). What a project does not aim at is exempt and left out. Points where two levels meet belong to the better one.",
 "groups": [
  {"code": "1", "label_zh": "预算执行", "label_en": "Budget execution", "points": 10},
  {"code": "2", "label_zh": "产出指标", "label_en": "Output", "points": 50},
  {"code": "3", "label_zh": "效益指标", "label_en": "Benefit", "points": 30},
  {"code": "4", "label_zh": "满意度指标", "label_en": "Satisfaction", "points": 10}],
 "indicators": [
  {"code": "1.1", "group": "1", "key": "execution", "label_zh": "预算执行率", "label_en": "Paid of the adjusted budget", "points": 10},
  {"code": "2.1", "group": "2", "key": "quantity", "label_zh": "数量指标", "label_en": "Quantity", "points": 20},
  {"code": "2.2", "group": "2", "key": "quality", "label_zh": "质量指标", "label_en": "Quality", "points": 10},
  {"code": "2.3", "group": "2", "key": "time", "label_zh": "时效指标", "label_en": "Time", "points": 10},
  {"code": "2.4", "group": "2", "key": "cost", "label_zh": "成本指标", "label_en": "Cost", "points": 10},
  {"code": "3.1", "group": "3", "key": "economic", "label_zh": "经济效益指标", "label_en": "Economic benefit", "points": 10},
  {"code": "3.2", "group": "3", "key": "social", "label_zh": "社会效益指标", "label_en": "Social benefit", "points": 10},
  {"code": "3.3", "group": "3", "key": "sustainable", "label_zh": "生态效益和可持续影响指标", "label_en": "Ecological benefit and sustainable effect", "points": 10},
  {"code": "4.1", "group": "4", "key": "satisfaction", "label_zh": "服务对象满意度指标", "label_en": "Satisfaction of those served", "points": 10}],
 "items": [
  {"code": "1.1.1", "indicator": "1.1", "label_zh": "预算执行率", "label_en": "Paid of the adjusted budget", "points": 10,
   "formula": "(paid_q1 + paid_q2 + paid_q3 + paid_q4) / budget_adjusted", "rule": "10 * x", "empty": "missing"},
  {"code": "2.1.1", "indicator": "2.1", "label_zh": "产出数量达到目标值", "label_en": "Quantity, at least its target", "points": 20,
   "formula": "output_quantity_actual / output_quantity_target", "rule": "x >= 100%: 20, else 20 * x", "empty": "full"},
  {"code": "2.2.1", "indicator": "2.2", "label_zh": "验收合格率", "label_en": "Output that passed, of that examined", "points": 10,
   "formula": "output_accepted / output_checked", "rule": "x > 100%: invalid, else 10 * x", "empty": "missing"},
  {"code": "2.3.1", "indicator": "2.3", "label_zh": "按时完成率", "label_en": "Output in time, of that due", "points": 10,
   "formula": "output_in_time / output_due", "rule": "x > 100%: invalid, else 10 * x", "empty": "missing"},
  {"code": "2.4.1", "indicator": "2.4", "label_zh": "成本不超过目标值", "label_en": "Cost, at most its target", "points": 10,
   "formula": "output_cost_actual / output_cost_target", "rule": "x <= 100%: 10, x >= 200%: 0, else 10 - 0.1 per 1% over 100%", "empty": "full"},
  {"code": "3.1.1", "indicator": "3.1", "label_zh": "经济效益", "label_en": "Economic benefit", "points": 10, "empty": "leave out", "levels": [
    {"level": "达成", "label_zh": "达成预期指标", "label_en": "reached", "from": 8, "to": 10},
    {"level": "部分达成", "label_zh": "部分达成预期指标并具有一定效果", "label_en": "partly reached", "from": 6, "to": 8},
    {"level": "未达成", "label_zh": "未达成预期指标且效果较差", "label_en": "not reached", "from": 0, "to": 6}]},
  {"code": "3.2.1", "indicator": "3.2", "label_zh": "社会效益", "label_en": "Social benefit", "points": 10, "empty": "leave out", "levels": [
    {"level": "达成", "label_zh": "达成预期指标", "label_en": "reached", "from": 8, "to": 10},
    {"level": "部分达成", "label_zh": "部分达成预期指标并具有一定效果", "label_en": "partly reached", "from": 6, "to": 8},
    {"level": "未达成", "label_zh": "未达成预期指标且效果较差", "label_en": "not reached", "from": 0, "to": 6}]},
  {"code": "3.3.1", "indicator": "3.3", "label_zh": "生态效益和可持续影响", "label_en": "Ecological benefit and sustainable effect", "points": 10, "empty": "leave out", "levels": [
    {"level": "达成", "label_zh": "达成预期指标", "label_en": "reached", "from": 8, "to": 10},
    {"level": "部分达成", "label_zh": "部分达成预期指标并具有一定效果", "label_en": "partly reached", "from": 6, "to": 8},
    {"level": "未达成", "label_zh": "未达成预期指标且效果较差", "label_en": "not reached", "from": 0, "to": 6}]},
  {"code": "4.1.1", "indicator": "4.1", "label_zh": "满意度", "label_en": "People satisfied, of those asked", "points": 10,
   "formula": "survey_satisfied / survey_respondents", "rule": "x >= 90%: 10, else 10 * x / 90%", "empty": "missing"}],
 "bands": [
  {"grade": "优", "label_en": "excellent", "from": 90}, {"grade": "良", "label_en": "good", "from": 80},
  {"grade": "中", "label_en": "fair", "from": 60}, {"grade": "差", "label_en": "poor", "from": 0}]}
        $json$);
        END IF;

        IF NOT EXISTS (SELECT FROM framework WHERE framework = 'hubei-project') THEN
            PERFORM @extschema@.deptperf_framework_import($json$
{"framework": "hubei-project", "label_zh": "湖北省项目支出绩效自评表", "label_en": "Self-evaluation of projects, Hubei",
 "source": "湖北省项目支出绩效自评表. From it: 20 points of execution, 40 of output, 40 of benefit and satisfaction; payments against the adjusted budget with what was carried over; actual / target for at least, target / actual for at most; the levels: 80 % of the points and more, 50 % and more, less; amounts are added and rates averaged weighted by funds before they are scored. It asks for no grade. An example: the points within output and benefit, one target each. Rates come as rate times funds. Points where two levels meet belong to the better one.",
 "groups": [
  {"code": "1", "label_zh": "预算执行情况", "label_en": "Budget execution", "points": 20},
  {"code": "2", "label_zh": "产出指标", "label_en": "Output", "points": 40},
  {"code": "3", "label_zh": "效益和满意度指标", "label_en": "Benefit and satisfaction", "points": 40}],
 "indicators": [
  {"code": "1.1", "group": "1", "key": "execution", "label_zh": "预算执行率", "label_en": "Paid of the adjusted budget with what was carried over", "points": 20},
  {"code": "2.1", "group": "2", "key": "quantity", "label_zh": "数量指标", "label_en": "Quantity", "points": 15},
  {"code": "2.2", "group": "2", "key": "quality", "label_zh": "质量指标", "label_en": "Quality", "points": 15},
  {"code": "2.3", "group": "2", "key": "cost", "label_zh": "成本指标", "label_en": "Cost", "points": 10},
  {"code": "3.1", "group": "3", "key": "economic", "label_zh": "经济效益指标", "label_en": "Economic benefit", "points": 10},
  {"code": "3.2", "group": "3", "key": "social", "label_zh": "社会和生态效益指标", "label_en": "Social and ecological benefit", "points": 20},
  {"code": "3.3", "group": "3", "key": "satisfaction", "label_zh": "满意度指标", "label_en": "Satisfaction", "points": 10}],
 "items": [
  {"code": "1.1.1", "indicator": "1.1", "label_zh": "预算执行率", "label_en": "Paid of the adjusted budget with what was carried over", "points": 20,
   "formula": "(paid_q1 + paid_q2 + paid_q3 + paid_q4) / (budget_adjusted + carry_over)", "rule": "20 * x", "empty": "missing"},
  {"code": "2.1.1", "indicator": "2.1", "label_zh": "产出数量达到目标值", "label_en": "Quantity, at least its target", "points": 15,
   "formula": "output_quantity_actual / output_quantity_target", "rule": "x >= 100%: 15, else 15 * x", "empty": "full"},
  {"code": "2.2.1", "indicator": "2.2", "label_zh": "质量达标率", "label_en": "Rate of output that passed, weighted by funds", "points": 15,
   "formula": "quality_rate_funds / project_funds", "rule": "x > 100%: invalid, else 15 * x", "empty": "missing"},
  {"code": "2.3.1", "indicator": "2.3", "label_zh": "成本不超过目标值", "label_en": "Cost, at most its target", "points": 10,
   "formula": "output_cost_target / output_cost_actual", "rule": "x >= 100%: 10, else 10 * x", "empty": "full"},
  {"code": "3.1.1", "indicator": "3.1", "label_zh": "经济效益", "label_en": "Economic benefit", "points": 10, "levels": [
    {"level": "全部或基本达成", "label_zh": "全部或基本达成预期指标", "label_en": "reached", "from": 8, "to": 10},
    {"level": "部分达成", "label_zh": "部分达成预期指标并具有一定效果", "label_en": "partly reached", "from": 5, "to": 8},
    {"level": "未达成", "label_zh": "未达成预期指标且效果较差", "label_en": "not reached", "from": 0, "to": 5}]},
  {"code": "3.2.1", "indicator": "3.2", "label_zh": "社会和生态效益", "label_en": "Social and ecological benefit", "points": 20, "levels": [
    {"level": "全部或基本达成", "label_zh": "全部或基本达成预期指标", "label_en": "reached", "from": 16, "to": 20},
    {"level": "部分达成", "label_zh": "部分达成预期指标并具有一定效果", "label_en": "partly reached", "from": 10, "to": 16},
    {"level": "未达成", "label_zh": "未达成预期指标且效果较差", "label_en": "not reached", "from": 0, "to": 10}]},
  {"code": "3.3.1", "indicator": "3.3", "label_zh": "满意度", "label_en": "Rate of people satisfied, weighted by funds", "points": 10,
   "formula": "satisfaction_rate_funds / project_funds", "rule": "x > 100%: invalid, else 10 * x", "empty": "missing"}]}
        $json$);
        END IF;

        IF NOT EXISTS (SELECT FROM framework WHERE framework = 'pefa-m1') THEN
            PERFORM @extschema@.deptperf_framework_import($json$
{"framework": "pefa-m1", "label_zh": "PEFA评分方法一", "label_en": "PEFA, scoring method 1",
 "source": "PEFA, scoring method M1: the weakest dimension, with a + when another is better. A is 4, B 3, C 2, D 1, a + 0.5 more. D* (not enough information) counts as D; a dimension that is not applicable (NA) is exempt and left out. Which level a dimension has is judged by the criteria of PEFA. An example: the indicator is PI-2 with its three dimensions; another one is a copy with other dimensions.",
 "options": {"full": 4},
 "groups": [
  {"code": "PI", "label_zh": "绩效指标", "label_en": "Performance indicators", "points": 4}],
 "indicators": [
  {"code": "PI-2", "group": "PI", "key": "composition", "label_zh": "支出构成与预算的偏离", "label_en": "Expenditure composition outturn", "points": 4, "combine": "weakest plus"}],
 "items": [
  {"code": "PI-2.1", "indicator": "PI-2", "label_zh": "按功能分类的支出构成", "label_en": "Composition by function", "points": 4, "empty": "leave out", "levels": [
    {"level": "A", "label_zh": "A级", "label_en": "A", "from": 4, "to": 4}, {"level": "B", "label_zh": "B级", "label_en": "B", "from": 3, "to": 3},
    {"level": "C", "label_zh": "C级", "label_en": "C", "from": 2, "to": 2}, {"level": "D", "label_zh": "D级", "label_en": "D", "from": 1, "to": 1},
    {"level": "D*", "label_zh": "D级（信息不足）", "label_en": "D for lack of information", "from": 1, "to": 1}]},
  {"code": "PI-2.2", "indicator": "PI-2", "label_zh": "按经济分类的支出构成", "label_en": "Composition by economic type", "points": 4, "empty": "leave out", "levels": [
    {"level": "A", "label_zh": "A级", "label_en": "A", "from": 4, "to": 4}, {"level": "B", "label_zh": "B级", "label_en": "B", "from": 3, "to": 3},
    {"level": "C", "label_zh": "C级", "label_en": "C", "from": 2, "to": 2}, {"level": "D", "label_zh": "D级", "label_en": "D", "from": 1, "to": 1},
    {"level": "D*", "label_zh": "D级（信息不足）", "label_en": "D for lack of information", "from": 1, "to": 1}]},
  {"code": "PI-2.3", "indicator": "PI-2", "label_zh": "预备费支出", "label_en": "Expenditure from contingency reserves", "points": 4, "empty": "leave out", "levels": [
    {"level": "A", "label_zh": "A级", "label_en": "A", "from": 4, "to": 4}, {"level": "B", "label_zh": "B级", "label_en": "B", "from": 3, "to": 3},
    {"level": "C", "label_zh": "C级", "label_en": "C", "from": 2, "to": 2}, {"level": "D", "label_zh": "D级", "label_en": "D", "from": 1, "to": 1},
    {"level": "D*", "label_zh": "D级（信息不足）", "label_en": "D for lack of information", "from": 1, "to": 1}]}],
 "bands": [
  {"grade": "A", "label_en": "A", "from": 4}, {"grade": "B+", "label_en": "B+", "from": 3.5}, {"grade": "B", "label_en": "B", "from": 3},
  {"grade": "C+", "label_en": "C+", "from": 2.5}, {"grade": "C", "label_en": "C", "from": 2}, {"grade": "D+", "label_en": "D+", "from": 1.5},
  {"grade": "D", "label_en": "D", "from": 0}]}
        $json$);
        END IF;

        IF NOT EXISTS (SELECT FROM framework WHERE framework = 'us-part') THEN
            PERFORM @extschema@.deptperf_framework_import($json$
{"framework": "us-part", "label_zh": "美国项目评级工具（PART）", "label_en": "Program Assessment Rating Tool, United States",
 "source": "The Program Assessment Rating Tool of the United States. From it: four sections of 0 to 100 with the weights 20, 10, 20 and 50 %, the ratings, and that results that are not demonstrated override the rating and not the number. An example: the questions, all alike within a section, and the shares of an answer to a large or a small extent. A section is the mean of the questions that apply; one that does not is exempt and left out.",
 "options": {"round": "total"},
 "groups": [
  {"code": "1", "label_zh": "项目目的与设计", "label_en": "Program purpose and design", "points": 100, "weight": 0.2},
  {"code": "2", "label_zh": "战略规划", "label_en": "Strategic planning", "points": 100, "weight": 0.1},
  {"code": "3", "label_zh": "项目管理", "label_en": "Program management", "points": 100, "weight": 0.2},
  {"code": "4", "label_zh": "项目结果与问责", "label_en": "Program results and accountability", "points": 100, "weight": 0.5}],
 "indicators": [
  {"code": "S1", "group": "1", "key": "purpose", "label_zh": "项目目的与设计", "label_en": "Program purpose and design", "points": 100, "combine": "mean"},
  {"code": "S2", "group": "2", "key": "planning", "label_zh": "战略规划", "label_en": "Strategic planning", "points": 100, "combine": "mean"},
  {"code": "S3", "group": "3", "key": "management", "label_zh": "项目管理", "label_en": "Program management", "points": 100, "combine": "mean"},
  {"code": "S4", "group": "4", "key": "results", "label_zh": "项目结果与问责", "label_en": "Program results and accountability", "points": 100, "combine": "mean"}],
 "items": [
  {"code": "1.1", "indicator": "S1", "label_zh": "目的明确", "label_en": "Is the purpose clear?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]},
  {"code": "1.2", "indicator": "S1", "label_zh": "针对现有的具体问题", "label_en": "Does it address an existing need?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]},
  {"code": "1.3", "indicator": "S1", "label_zh": "不与其他项目重复", "label_en": "Is it free of duplication?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]},
  {"code": "2.1", "indicator": "S2", "label_zh": "有长期目标", "label_en": "Are there long-term measures?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]},
  {"code": "2.2", "indicator": "S2", "label_zh": "有年度目标", "label_en": "Are there annual measures?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]},
  {"code": "3.1", "indicator": "S3", "label_zh": "定期收集绩效信息", "label_en": "Is performance information collected?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]},
  {"code": "3.2", "indicator": "S3", "label_zh": "资金及时拨付并按用途使用", "label_en": "Are funds obligated in time and spent as intended?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]},
  {"code": "3.3", "indicator": "S3", "label_zh": "财务管理规范", "label_en": "Are financial practices sound?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]},
  {"code": "4.1", "indicator": "S4", "label_zh": "长期目标有进展", "label_en": "Is there progress to the long-term goals?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "大部分", "label_zh": "在很大程度上", "label_en": "to a large extent", "from": 67, "to": 67},
    {"level": "小部分", "label_zh": "在较小程度上", "label_en": "to a small extent", "from": 33, "to": 33}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]},
  {"code": "4.2", "indicator": "S4", "label_zh": "实现年度目标", "label_en": "Are the annual goals reached?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "大部分", "label_zh": "在很大程度上", "label_en": "to a large extent", "from": 67, "to": 67},
    {"level": "小部分", "label_zh": "在较小程度上", "label_en": "to a small extent", "from": 33, "to": 33}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]},
  {"code": "4.3", "indicator": "S4", "label_zh": "效率逐年提高", "label_en": "Does efficiency improve each year?", "points": 100, "empty": "leave out", "levels": [
    {"level": "是", "label_zh": "是", "label_en": "yes", "from": 100, "to": 100}, {"level": "大部分", "label_zh": "在很大程度上", "label_en": "to a large extent", "from": 67, "to": 67},
    {"level": "小部分", "label_zh": "在较小程度上", "label_en": "to a small extent", "from": 33, "to": 33}, {"level": "否", "label_zh": "否", "label_en": "no", "from": 0, "to": 0}]}],
 "requirements": [
  {"code": "RND", "grade": "成效未证实", "label_zh": "有可接受的绩效目标和数据", "label_en": "Acceptable measures with data",
   "formula": "demonstrated_measures", "rule": "x < 0: missing, x < 1: zero, else pass"}],
 "bands": [
  {"grade": "有效", "label_en": "effective", "from": 85}, {"grade": "较有效", "label_en": "moderately effective", "from": 70},
  {"grade": "尚可", "label_en": "adequate", "from": 50}, {"grade": "无效", "label_en": "ineffective", "from": 0},
  {"grade": "成效未证实", "label_en": "results not demonstrated", "from": null}]}
        $json$);
        END IF;
        UPDATE framework SET status = 'in force' WHERE framework <> ALL (before);
    END IF;
END;
