/*
 * sz2021.c: the rubric of Shenzhen's overall departmental evaluation for 2021:
 * 21 indicators, 100 points.
 *
 * Its rules stand here and nowhere else, as texts.  The 21 SQL functions
 * (indicators.c) score with them, and deptperf_setup copies them into the
 * workspace's framework rows.  sz-2021-records is what remains of it when only
 * records decide.
 *
 * Source: the report on the overall performance of the Shenzhen Social
 * Insurance Fund Administration for 2021, its appended table of common
 * indicators and that table's footnotes.  Where the table is silent (what
 * 0/0, negatives and contradictions mean) the reading is ours.
 *
 * This file only knows how a document is written, not how one is scored.
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "sz2021.h"
#include "utils/builtins.h"
#include "utils/json.h"

typedef struct Group
{
	const char *code,
			   *parent,
			   *points,
			   *zh,
			   *en;
} Group;

typedef struct Indicator
{
	const char *code,
			   *key,
			   *points,
			   *zh,
			   *en;
} Indicator;

/* The group is the code up to its point; a judged item has no formula. */
typedef struct Item
{
	const char *code,
			   *points,
			   *formula,
			   *rule,
			   *empty,
			   *zh,
			   *en;
} Item;

typedef struct Requirement
{
	const char *indicator,
			   *formula,
			   *rule,
			   *zh,
			   *en;
} Requirement;

static const Group groups[] = {
	{"A", NULL, "20", "部门决策", "Decision"},
	{"A1", "A", "10", "预算编制", "Budget preparation"},
	{"A2", "A", "10", "目标设置", "Target setting"},
	{"B", NULL, "20", "部门管理", "Management"},
	{"B1", "B", "8", "资金管理", "Funds"},
	{"B2", "B", "4", "项目管理", "Projects"},
	{"B3", "B", "3", "资产管理", "Assets"},
	{"B4", "B", "2", "人员管理", "Staff"},
	{"B5", "B", "3", "制度管理", "Rules and regulations"},
	{"C", NULL, "60", "部门绩效", "Performance"},
	{"C1", "C", "6", "经济性", "Economy"},
	{"C2", "C", "20", "效率性", "Efficiency"},
	{"C3", "C", "25", "效果性", "Effectiveness"},
	{"C4", "C", "9", "公平性", "Equity"},
};

static const Indicator indicators[] = {
	{"A1.1", "budget_rationality", "5", "预算编制合理性", "Rationality of the budget"},
	{"A1.2", "budget_compliance", "5", "预算编制规范性", "Compliance of the budget"},
	{"A2.1", "target_completeness", "3", "绩效目标完整性", "Completeness of performance targets"},
	{"A2.2", "target_clarity", "7", "绩效指标明确性", "Clarity of performance indicators"},
	{"B1.1", "procurement_execution", "2", "政府采购执行情况", "Execution of government procurement"},
	{"B1.2", "financial_compliance", "3", "财务合规性", "Financial compliance"},
	{"B1.3", "disclosure", "3", "预决算信息公开", "Disclosure of budget and final accounts"},
	{"B2.1", "project_procedure", "2", "项目实施程序", "Project procedure"},
	{"B2.2", "project_supervision", "2", "项目监管", "Project supervision"},
	{"B3.1", "asset_safety", "2", "资产管理安全性", "Safety of assets"},
	{"B3.2", "asset_utilization", "1", "固定资产利用率", "Utilization of fixed assets"},
	{"B4.1", "staffing_control", "1", "财政供养人员控制率", "Control of publicly funded staff"},
	{"B4.2", "external_staff_control", "1", "编外人员控制率", "Control of external staff"},
	{"B5.1", "management_system", "3", "管理制度健全性", "Soundness of management rules"},
	{"C1.1", "public_expense_control", "6", "公用经费控制率", "Control of public expense"},
	{"C2.1", "budget_execution", "6", "预算执行率", "Budget execution"},
	{"C2.2", "key_tasks", "8", "重点工作完成情况", "Completion of key tasks"},
	{"C2.3", "project_timeliness", "6", "项目完成及时性", "Timeliness of projects"},
	{"C3.1", "benefit", "25", "社会效益、经济效益、生态效益及可持续影响等", "Social, economic, ecological and sustainable benefit"},
	{"C4.1", "petitions", "3", "群众信访办理情况", "Handling of petitions"},
	{"C4.2", "satisfaction", "6", "公众或服务对象满意度", "Satisfaction of the public or of those served"},
};

#define JUDGED NULL, NULL, NULL
#define DISCLOSURE_RULE "x > 100%: invalid, x = 100%: 1.5, x > 0: 1, else 0"
#define EXPENSE_RULE "x < 90%: 3, x <= 100%: 2, else 0"
#define PETITION_RULE "x > 100%: invalid, x = 100%: 1, x >= 0: 0, else invalid"

static const Item items[] = {
	{"A1.1.1", "1", JUDGED, "预算编制符合职责和政策要求", "Fits duties and policy"},
	{"A1.1.2", "1", JUDGED, "资金在项目和用途间分配合理", "Split sensibly between projects and uses"},
	{"A1.1.3", "1", JUDGED, "专项资金编制细化，预决算差异不大", "Special funds detailed, no large gap from mid-year adjustment"},
	{"A1.1.4", "1", JUDGED, "功能分类和经济分类准确，年中调剂少", "Classification right, few mid-year transfers"},
	{"A1.1.5", "1", JUDGED, "预算分配不固化", "Not entrenched"},
	{"A1.2.1", "5", "finding_budget_nonconformity", "5 - 1 per 1", NULL,
	"预算编制不规范问题", "Budget non-conformities"},
	{"A2.1.1", "3", "finding_target_nonconformity", "3 - 1 per 1", NULL,
	"绩效目标缺失或不规范问题", "Missing or non-conforming targets"},
	{"A2.2.1", "2", JUDGED, "目标细化分解为与年度计划对应的任务", "Broken down into tasks that match the year's plan"},
	{"A2.2.2", "2", JUDGED, "包含社会、经济或生态效益指标", "Contains social, economic or ecological benefit indicators"},
	{"A2.2.3", "1", JUDGED, "指标值清晰可衡量", "Clear, measurable values"},
	{"A2.2.4", "1", JUDGED, "包含可量化指标", "Has quantified indicators"},
	{"A2.2.5", "1", JUDGED, "指标值有依据", "Values have a basis"},
	{"B1.1.1", "1", "procurement_actual / procurement_planned",
	"x < 0: invalid, x > 100%: 0, else 1 * x", "full", "政府采购执行率", "Procurement executed of planned"},
	{"B1.1.2", "1", JUDGED, "政府采购政策功能执行情况", "Policy function of procurement"},
	{"B1.2.1", "1", JUDGED, "资金支出规范性", "Regular spending"},
	{"B1.2.2", "1", "adjusted_amount / budget_initial",
	"x < 0: invalid, x <= 10%: 1, else 1 - 0.1 per 1% over 10%", "missing", "资金调整、调剂规范性", "Budget adjustments"},
	{"B1.2.3", "1", JUDGED, "会计核算规范性", "Regular accounting"},
	{"B1.3.1", "1.5", "budget_disclosure_level / budget_disclosure_due", DISCLOSURE_RULE, "missing",
	"部门预算公开", "Budget disclosed"},
	{"B1.3.2", "1.5", "final_accounts_disclosure_level / final_accounts_disclosure_due", DISCLOSURE_RULE, "missing",
	"部门决算公开", "Final accounts disclosed"},
	{"B2.1.1", "1", JUDGED, "项目设立和调整履行报批程序", "Set-up and adjustment approved"},
	{"B2.1.2", "1", JUDGED, "项目招投标、建设、验收规范", "Bidding, building and acceptance by the rules"},
	{"B2.2.1", "1", JUDGED, "资金管理和监控机制有效", "Fund management and monitoring work"},
	{"B2.2.2", "1", JUDGED, "对下属资金开展检查", "Inspection of subordinate funds"},
	{"B3.1.1", "1", JUDGED, "资产配置合理、保管完整、账实相符", "Configured reasonably, kept whole, books match"},
	{"B3.1.2", "1", JUDGED, "资产处置规范，收益及时足额上缴", "Disposal regular, income paid in on time and in full"},
	{"B3.2.1", "1", "assets_in_use / assets_total",
	"x > 100%: invalid, x >= 90%: 1, x >= 75%: 0.7, x >= 60%: 0.4, x >= 0: 0, else invalid", "full",
	"在用固定资产占比", "Fixed assets in use"},
	{"B4.1.1", "1", "staff_on_establishment / establishment",
	"x < 0: invalid, x <= 100%: 1, else 0", "full", "在编人员占编制数比例", "Staff on establishment"},
	{"B4.2.1", "1", "staff_external / (staff_on_establishment + staff_external)",
	"x < 0: invalid, x < 5%: 1, x <= 10%: 0.5, x <= 100%: 0, else invalid", "missing",
	"编外人员占比", "External staff"},
	{"B5.1.1", "0.5", JUDGED, "制定管理制度", "Rules exist"},
	{"B5.1.2", "1.5", JUDGED, "管理制度得到执行", "Rules carried out"},
	{"B5.1.3", "1", JUDGED, "预算与绩效一体化制度及执行", "Budget and performance integrated"},
	{"C1.1.1", "3", "three_public_paid / three_public_budget", EXPENSE_RULE, "full",
	"“三公”经费控制率", "Receptions, travel abroad and vehicles"},
	{"C1.1.2", "3", "public_paid / public_budget", EXPENSE_RULE, "full",
	"日常公用经费控制率", "Daily public expense"},
	{"C2.1.1", "1", "paid_q1 / budget_adjusted", "1 * x / 25%", "missing",
	"第一季度预算执行率", "Progress at the end of the first quarter"},
	{"C2.1.2", "1", "(paid_q1 + paid_q2) / budget_adjusted", "1 * x / 50%", "missing",
	"第二季度预算执行率", "Progress at the end of the second quarter"},
	{"C2.1.3", "1", "(paid_q1 + paid_q2 + paid_q3) / budget_adjusted", "1 * x / 75%", "missing",
	"第三季度预算执行率", "Progress at the end of the third quarter"},
	{"C2.1.4", "1", "(paid_q1 + paid_q2 + paid_q3 + paid_q4) / budget_adjusted", "1 * x", "missing",
	"第四季度预算执行率", "Progress at the end of the year"},
	{"C2.1.5", "2", "(25*paid_q1 + 13*paid_q2 + 7*paid_q3 + 3*paid_q4) / (12*budget_adjusted)", "2 * x", "missing",
	"全年平均执行率", "Mean of the four execution rates"},
	{"C2.2.1", "8", "key_tasks_missed", "8 - 4 per 1", NULL,
	"未完成的重点工作", "Key tasks missed"},
	{"C2.3.1", "6", "projects_on_time / projects_planned",
	"x < 0: invalid, x > 100%: invalid, else 6 * x", "full", "项目按期完成率", "Projects on time"},
	{"C3.1.1", "25", "benefit_earned / benefit_weight",
	"x < 0: invalid, x > 100%: invalid, else 25 * x", "missing", "效益目标完成情况", "Benefit targets met"},
	{"C4.1.1", "1", JUDGED, "信访渠道和回复机制", "Channel and reply mechanism"},
	{"C4.1.2", "1", "petitions_answered / petitions_received", PETITION_RULE, "full",
	"信访办理回复率", "Petitions answered"},
	{"C4.1.3", "1", "petitions_in_time / petitions_received", PETITION_RULE, "full",
	"信访及时办理回复率", "Petitions answered in time"},
	{"C4.2.1", "6", "survey_satisfied / survey_respondents",
	"x > 100%: invalid, x >= 95%: 6, x >= 90%: 4, x >= 80%: 2, x >= 0: 1, else invalid", "missing",
	"满意度", "Satisfied of those asked"},
};

static const Requirement requirements[] = {
	{"B1.2", "finding_violation", "x > 0: zero, else pass",
	"无超范围、超标准支出及虚列、截留、挤占、挪用资金等情况", "No over-scope, fictitious or diverted spending"},
	{"C3.1", "nonzero(benefit_social) + nonzero(benefit_economic) + nonzero(benefit_ecological) + nonzero(benefit_sustainable)",
	"x >= 3: pass, else missing", "至少覆盖社会、经济、生态、可持续影响中的三个方面", "At least three of the four aspects"},
};

static const struct
{
	const char *grade,
			   *en,
			   *from;
}			bands[] = {
	{"优", "excellent", "90"},
	{"良", "good", "80"},
	{"中", "fair", "60"},
	{"差", "poor", "0"},
};

/* ---- writing the document ---- */

static void
put(StringInfo buf, const char *key, const char *value)
{
	appendStringInfo(buf, "%s\"%s\": ", buf->data[buf->len - 1] == '{' ? "" : ", ", key);
	if (value == NULL)
		appendStringInfoString(buf, "null");
	else
		escape_json(buf, value);
}

static void
put_number(StringInfo buf, const char *key, const char *value)
{
	appendStringInfo(buf, ", \"%s\": %s", key, value);
}

static void
begin(StringInfo buf)
{
	appendStringInfoString(buf, buf->data[buf->len - 1] == '[' ? "{" : ", {");
}

static void
put_labels(StringInfo buf, const char *zh, const char *en)
{
	put(buf, "label_zh", zh);
	put(buf, "label_en", en);
}

/* An item that records decide: computed, and not the targets a department chose. */
static bool
from_records(const Item *item)
{
	return item->formula != NULL && strncmp(item->code, "C3.1", 4) != 0;
}

/* Does the item stand under the indicator ("B1.2") or group ("B1", "B")? */
static bool
belongs(const char *item, const char *code)
{
	size_t		len = strlen(code);

	return strncmp(item, code, len) == 0 &&
		(item[len] == '.' || item[len] == '\0' || len == 1);
}

/*
 * The points that the records decide below a code, in tenths (the only
 * fraction in the rubric is a half), as text; NULL when there are none.
 */
static char *
record_points(const char *code)
{
	int			tenths = 0;

	for (int i = 0; i < lengthof(items); i++)
		if (from_records(&items[i]) && belongs(items[i].code, code))
		{
			const char *point = strchr(items[i].points, '.');

			tenths += 10 * atoi(items[i].points) + (point != NULL ? point[1] - '0' : 0);
		}
	if (tenths == 0)
		return NULL;
	return tenths % 10 == 0 ? psprintf("%d", tenths / 10) : psprintf("%d.%d", tenths / 10, tenths % 10);
}

static void
put_groups(StringInfo buf, bool records)
{
	for (int i = 0; i < lengthof(groups); i++)
	{
		const char *points = records ? record_points(groups[i].code) : groups[i].points;

		if (points == NULL)
			continue;
		begin(buf);
		put(buf, "code", groups[i].code);
		put(buf, "parent", groups[i].parent);
		put_labels(buf, groups[i].zh, groups[i].en);
		put_number(buf, "points", points);
		appendStringInfoChar(buf, '}');
	}
}

static void
put_indicators(StringInfo buf, bool records)
{
	for (int i = 0; i < lengthof(indicators); i++)
	{
		const char *points = records ? record_points(indicators[i].code) : indicators[i].points;

		if (points == NULL)
			continue;
		begin(buf);
		put(buf, "code", indicators[i].code);
		put(buf, "group", pnstrdup(indicators[i].code, 2));
		put(buf, "key", indicators[i].key);
		put_labels(buf, indicators[i].zh, indicators[i].en);
		put_number(buf, "points", points);
		appendStringInfoChar(buf, '}');
	}
}

static void
put_items(StringInfo buf, bool records)
{
	for (int i = 0; i < lengthof(items); i++)
	{
		if (records && !from_records(&items[i]))
			continue;
		begin(buf);
		put(buf, "code", items[i].code);
		put(buf, "indicator", pnstrdup(items[i].code, 4));
		put_labels(buf, items[i].zh, items[i].en);
		put_number(buf, "points", items[i].points);
		put(buf, "formula", items[i].formula);
		put(buf, "rule", items[i].rule);
		/* Without a denominator there is no 0/0. */
		put(buf, "empty", items[i].formula != NULL && items[i].empty == NULL ? "missing" : items[i].empty);
		appendStringInfoChar(buf, '}');
	}
}

static void
put_requirements(StringInfo buf, bool records)
{
	for (int i = 0; i < lengthof(requirements); i++)
	{
		if (records && record_points(requirements[i].indicator) == NULL)
			continue;
		begin(buf);
		put(buf, "code", requirements[i].indicator);
		put(buf, "indicator", requirements[i].indicator);
		put_labels(buf, requirements[i].zh, requirements[i].en);
		put(buf, "formula", requirements[i].formula);
		put(buf, "rule", requirements[i].rule);
		appendStringInfoChar(buf, '}');
	}
}

static void
put_bands(StringInfo buf, bool records)
{
	for (int i = 0; i < lengthof(bands); i++)
	{
		begin(buf);
		put(buf, "grade", bands[i].grade);
		put(buf, "label_en", bands[i].en);
		put_number(buf, "from", bands[i].from);
		appendStringInfoChar(buf, '}');
	}
}

static void
put_list(StringInfo buf, const char *key, void (*put_members) (StringInfo, bool), bool records)
{
	appendStringInfo(buf, ", \"%s\": [", key);
	put_members(buf, records);
	appendStringInfoChar(buf, ']');
}

Jsonb *
dp_sz2021_document(const char *framework)
{
	bool		records = strcmp(framework, "sz-2021-records") == 0;
	StringInfoData buf;

	if (!records && strcmp(framework, "sz-2021") != 0)
		return NULL;
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	put(&buf, "framework", framework);
	put_labels(&buf, records ? "深圳市部门整体绩效评价共性指标（2021），仅记录可判定部分" : "深圳市部门整体支出绩效评价共性指标体系（2021）",
			   records ? "Shenzhen 2021, only what records decide" : "Shenzhen 2021, overall performance of departments");
	put(&buf, "source", "2021 年度部门整体绩效评价报告（深圳市社会保险基金管理局）附：部门整体支出绩效评价共性指标体系框架");
	put(&buf, "from_year", NULL);
	put(&buf, "to_year", NULL);
	appendStringInfoString(&buf, records ? ", \"options\": {\"missing\": \"leave out\"}" : ", \"options\": {}");
	put_list(&buf, "groups", put_groups, records);
	put_list(&buf, "indicators", put_indicators, records);
	put_list(&buf, "items", put_items, records);
	put_list(&buf, "requirements", put_requirements, records);
	put_list(&buf, "bands", put_bands, records);
	appendStringInfoChar(&buf, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
											  CStringGetDatum(pg_any_to_server(buf.data, buf.len, PG_UTF8))));
}

/* deptperf_framework_seed(framework text): the document that is built in, or NULL. */
PG_FUNCTION_INFO_V1(deptperf_framework_seed);
Datum
deptperf_framework_seed(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = dp_sz2021_document(text_to_cstring(PG_GETARG_TEXT_PP(0)));

	if (document == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(document);
}
