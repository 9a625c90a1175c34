/*
 * indicators.c: the 21 indicators of sz-2021 as SQL functions on plain
 * numbers, and the grade.
 *
 * Each function names, argument by argument, the fact or the judged item
 * that it stands for; the evaluation of the built-in framework does the rest.
 * So a function and a view can't disagree, and a new rule text changes both.
 *
 * All take and give numeric, rounded half up to two decimals; NULL in gives
 * NULL (they are strict), and so does what can't be scored.  Judged points
 * beyond their item, negative counts, NaN, infinities and figures that
 * contradict each other are errors that show the numbers.
 *
 * The framework is parsed once a session and never freed.
 */
#include "postgres.h"

#include "compat.h"
#include "evaluate.h"
#include "fmgr.h"
#include "sz2021.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define MAX_ARGUMENTS 5

typedef enum ArgumentKind
{
	NO_ARGUMENT,
	FACT,						/* the rule knows what to do with any number */
	COUNT,						/* a fact that is whole and never negative */
	JUDGED						/* the points of an item */
} ArgumentKind;

typedef struct Function
{
	const char *name;
	const char *indicator;
	struct
	{
		ArgumentKind kind;
		const char *target;
	}			argument[MAX_ARGUMENTS];
} Function;

/* An argument's place in the framework. */
typedef struct Target
{
	ArgumentKind kind;
	int			place;
} Target;

/*
 * Where the indicator is one item, whose formula is an argument or one argument
 * over another: its rule is applied without the rest of an evaluation.
 */
typedef struct Direct
{
	const DpItem *item;
	int			numerator;		/* which argument */
	int			denominator;	/* or -1 */
	Datum		constant[FLEXIBLE_ARRAY_MEMBER];	/* what a branch without x gives; 0: not known yet */
} Direct;

typedef struct CallSite
{
	const Function *function;
	int			indicator;
	Target		target[MAX_ARGUMENTS];
	Direct	   *direct;			/* or NULL */
} CallSite;

static DpEvaluation *sz2021 = NULL;

static DpEvaluation *
framework(void)
{
	if (sz2021 == NULL)
		sz2021 = dp_evaluation_keep(dp_sz2021_document("sz-2021"), TopMemoryContext, NULL);
	return sz2021;
}

/* ---- the call site ---- */

static int
place_of_fact(const char *name)
{
	ListCell   *cell;

	foreach(cell, framework()->framework->facts)
		if (strcmp(lfirst(cell), name) == 0)
			return foreach_current_index(cell);
	elog(ERROR, "sz-2021 reads no fact \"%s\"", name);
}

static int
place_of_code(const char *name)
{
	const DpCode *code = dp_framework_find(framework()->framework, name, strlen(name));

	if (code == NULL)
		elog(ERROR, "sz-2021 has no code \"%s\"", name);
	return code->place;
}

/* The argument that a form is, or -1. */
static int
argument_of_form(const CallSite *site, const DpForm *form)
{
	if (form->nterms == 1 && !form->term->nonzero && form->term->factor.v == 1 && form->term->factor.scale == 0)
		for (int i = 0; i < MAX_ARGUMENTS; i++)
			if ((site->target[i].kind == FACT || site->target[i].kind == COUNT) &&
				site->target[i].place == form->term->fact)
				return i;
	return -1;
}

static Direct *
make_direct(const CallSite *site, MemoryContext context)
{
	const DpFramework *sz = framework()->framework;
	const DpIndicator *indicator = &sz->indicator[site->indicator];
	const DpItem *item = &sz->item[linitial_int(indicator->items)];
	Direct	   *direct;

	if (list_length(indicator->items) != 1 || indicator->requirements != NIL ||
		indicator->combine != DP_SUM || item->formula == NULL || item->applies != NULL || item->peer ||
		sz->truncate || sz->round_at != DP_ROUND_INDICATOR || sz->decimals != DP_DECIMALS)
		return NULL;
	direct = MemoryContextAllocZero(context, offsetof(Direct, constant) + sizeof(Datum) * item->rule->nbranches);
	direct->item = item;
	direct->numerator = argument_of_form(site, &item->formula->numerator);
	direct->denominator = argument_of_form(site, &item->formula->denominator);
	if (direct->numerator < 0 || (direct->denominator < 0) != (item->formula->denominator.nterms == 0))
		return NULL;
	return direct;
}

static pg_noinline CallSite *
make_call_site(FunctionCallInfo fcinfo, const Function *function)
{
	CallSite   *site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite));

	site->function = function;
	site->indicator = place_of_code(function->indicator);
	for (int i = 0; i < MAX_ARGUMENTS; i++)
	{
		site->target[i].kind = function->argument[i].kind;
		if (site->target[i].kind == JUDGED)
			site->target[i].place = place_of_code(function->argument[i].target);
		else if (site->target[i].kind != NO_ARGUMENT)
			site->target[i].place = place_of_fact(function->argument[i].target);
	}
	site->direct = make_direct(site, fcinfo->flinfo->fn_mcxt);
	fcinfo->flinfo->fn_extra = site;
	return site;
}

static inline CallSite *
call_site(FunctionCallInfo fcinfo, const Function *function)
{
	CallSite   *site = fcinfo->flinfo->fn_extra;

	return likely(site != NULL) ? site : make_call_site(fcinfo, function);
}

/* ---- arguments ---- */

static void
refuse_argument(FunctionCallInfo fcinfo, const CallSite *site, int n, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("argument %d of %s is out of range: %.40s", n + 1, site->function->name,
					DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(n)))),
			 errdetail("It stands for %s of indicator %s and must be %s.",
					   site->function->argument[n].target, site->function->indicator, expected)));
}

/* A number, of a kind that the argument may be. */
static inline void
read_number(FunctionCallInfo fcinfo, const CallSite *site, int n, DpDec *value)
{
	if (!dp_dec_read(PG_GETARG_DATUM(n), value) ||
		(value->big != NULL && !dp_dec_calculable(*value, DP_MAX_DIGITS)))
		refuse_argument(fcinfo, site, n, "a finite number of at most 1000 digits on either side of the point");
	if (site->target[n].kind == COUNT &&
		(dp_dec_sign(*value) < 0 ||
		 dp_dec_cmp(dp_dec_floor_div(*value, DP_INT(1)), *value) != 0))
		refuse_argument(fcinfo, site, n, "a whole number, 0 or more");
}

static void
read_argument(FunctionCallInfo fcinfo, const CallSite *site, int n)
{
	DpEvaluation *evaluation = framework();
	const Target *target = &site->target[n];
	DpDec		value;

	read_number(fcinfo, site, n, &value);
	if (target->kind == JUDGED)
	{
		DpDec		points = evaluation->framework->item[target->place].points;

		if (dp_dec_sign(value) < 0 || dp_dec_cmp(value, points) > 0)
			refuse_argument(fcinfo, site, n, psprintf("within 0 and %s", dp_dec_text(points)));
		evaluation->item_input[target->place].kind = DP_POINTS;
		evaluation->item_input[target->place].points = value;
		return;
	}
	evaluation->fact[target->place].state = DP_FACT_KNOWN;
	evaluation->fact[target->place].value = value;
}

static void
set_fact(const char *name, int value)
{
	DpFact	   *fact = &framework()->fact[place_of_fact(name)];

	fact->state = DP_FACT_KNOWN;
	fact->value = DP_INT(value);
}

/* ---- the result ---- */

static void
refuse_invalid(const CallSite *site, int place)
{
	const DpItem *item = &framework()->framework->item[place];
	const DpItemResult *result = &framework()->item[place];
	bool		quotient = item->formula->denominator.nterms > 0;

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s: %s%s%s is invalid", site->function->name, dp_dec_text(result->n),
					quotient ? " / " : "", quotient ? dp_dec_text(result->d) : ""),
			 result->branch >= 0 ?
			 errdetail("Item %s is x = %s, where the branch \"%s\" decides.",
					   text_to_cstring(item->code),
					   dp_formula_text(item->formula, framework()->framework->facts),
					   item->rule->branch[result->branch].text) :
			 errdetail("Item %s is x = %s, and its denominator is negative.",
					   text_to_cstring(item->code),
					   dp_formula_text(item->formula, framework()->framework->facts)),
			 errhint("The figures contradict each other; correct them, or leave them NULL where they are not known.")));
}

/* What the arguments read so far give. */
static Datum
indicator_datum(FunctionCallInfo fcinfo, const CallSite *site)
{
	DpEvaluation *evaluation = framework();
	const DpIndicator *indicator = &evaluation->framework->indicator[site->indicator];
	ListCell   *cell;

	if (dp_evaluate_indicator(evaluation, site->indicator) != DP_RESULT_MISSING)
		return NumericGetDatum(dp_dec_numeric_scale(evaluation->indicator[site->indicator].points,
													DP_DECIMALS));
	foreach(cell, indicator->items)
		if (evaluation->item[lfirst_int(cell)].state == DP_RESULT_INVALID)
			refuse_invalid(site, lfirst_int(cell));
	PG_RETURN_NULL();
}

static CallSite *
read_arguments(FunctionCallInfo fcinfo, const Function *function)
{
	CallSite   *site = call_site(fcinfo, function);

	for (int i = 0; i < MAX_ARGUMENTS && site->target[i].kind != NO_ARGUMENT; i++)
		read_argument(fcinfo, site, i);
	return site;
}

/* The points of an indicator of one item, where that is scored; else false. */
static bool
score_directly(FunctionCallInfo fcinfo, const CallSite *site, Datum *result)
{
	Direct	   *direct = site->direct;
	const DpRule *rule = direct->item->rule;
	DpDec		value[MAX_ARGUMENTS];
	const DpDec *n,
			   *d;
	Datum	   *constant;
	DpScore		score;
	MemoryContext old;

	for (int i = 0; i < MAX_ARGUMENTS && site->target[i].kind != NO_ARGUMENT; i++)
		read_number(fcinfo, site, i, &value[i]);
	n = &value[direct->numerator];
	d = direct->denominator < 0 ? NULL : &value[direct->denominator];
	dp_rule_decide(rule, n, d, &score);
	if (score.state != DP_SCORED)
		return false;
	constant = rule->branch[score.branch].outcome == DP_CONSTANT ? &direct->constant[score.branch] : NULL;
	if (constant != NULL && *constant != 0)
	{
		*result = *constant;
		return true;
	}
	dp_rule_points(rule, n, d, &direct->item->most, &score);
	old = MemoryContextSwitchTo(constant != NULL ? fcinfo->flinfo->fn_mcxt : CurrentMemoryContext);
	*result = NumericGetDatum(dp_frac_numeric(&score.points, DP_DECIMALS));
	MemoryContextSwitchTo(old);
	if (constant != NULL)
		*constant = *result;
	return true;
}

static Datum
indicator(FunctionCallInfo fcinfo, const Function *function)
{
	const CallSite *site = call_site(fcinfo, function);
	Datum		result;

	if (site->direct != NULL && score_directly(fcinfo, site, &result))
		return result;
	return indicator_datum(fcinfo, read_arguments(fcinfo, function));
}

#define INDICATOR(sql_name, code, ...) \
PG_FUNCTION_INFO_V1(sql_name); \
Datum \
sql_name(PG_FUNCTION_ARGS) \
{ \
	static const Function function = {#sql_name, code, {__VA_ARGS__}}; \
\
	return indicator(fcinfo, &function); \
} \
extern Datum sql_name(PG_FUNCTION_ARGS)

INDICATOR(deptperf_budget_rationality, "A1.1", {JUDGED, "A1.1.1"}, {JUDGED, "A1.1.2"},
		  {JUDGED, "A1.1.3"}, {JUDGED, "A1.1.4"}, {JUDGED, "A1.1.5"});
INDICATOR(deptperf_budget_compliance, "A1.2", {COUNT, "finding_budget_nonconformity"});
INDICATOR(deptperf_target_completeness, "A2.1", {COUNT, "finding_target_nonconformity"});
INDICATOR(deptperf_target_clarity, "A2.2", {JUDGED, "A2.2.1"}, {JUDGED, "A2.2.2"},
		  {JUDGED, "A2.2.3"}, {JUDGED, "A2.2.4"}, {JUDGED, "A2.2.5"});
INDICATOR(deptperf_procurement_execution, "B1.1", {FACT, "procurement_actual"},
		  {FACT, "procurement_planned"}, {JUDGED, "B1.1.2"});
INDICATOR(deptperf_financial_compliance, "B1.2", {JUDGED, "B1.2.1"}, {FACT, "adjusted_amount"},
		  {FACT, "budget_initial"}, {JUDGED, "B1.2.3"}, {COUNT, "finding_violation"});
INDICATOR(deptperf_project_procedure, "B2.1", {JUDGED, "B2.1.1"}, {JUDGED, "B2.1.2"});
INDICATOR(deptperf_project_supervision, "B2.2", {JUDGED, "B2.2.1"}, {JUDGED, "B2.2.2"});
INDICATOR(deptperf_asset_safety, "B3.1", {JUDGED, "B3.1.1"}, {JUDGED, "B3.1.2"});
INDICATOR(deptperf_asset_utilization, "B3.2", {FACT, "assets_in_use"}, {FACT, "assets_total"});
INDICATOR(deptperf_staffing_control, "B4.1", {FACT, "staff_on_establishment"},
		  {FACT, "establishment"});
INDICATOR(deptperf_external_staff_control, "B4.2", {FACT, "staff_external"},
		  {FACT, "staff_on_establishment"});
INDICATOR(deptperf_management_system, "B5.1", {JUDGED, "B5.1.1"}, {JUDGED, "B5.1.2"},
		  {JUDGED, "B5.1.3"});
INDICATOR(deptperf_public_expense_control, "C1.1", {FACT, "three_public_paid"},
		  {FACT, "three_public_budget"}, {FACT, "public_paid"}, {FACT, "public_budget"});
INDICATOR(deptperf_budget_execution, "C2.1", {FACT, "paid_q1"}, {FACT, "paid_q2"},
		  {FACT, "paid_q3"}, {FACT, "paid_q4"}, {FACT, "budget_adjusted"});
INDICATOR(deptperf_key_tasks, "C2.2", {COUNT, "key_tasks_missed"});
INDICATOR(deptperf_project_timeliness, "C2.3", {FACT, "projects_on_time"},
		  {FACT, "projects_planned"});
INDICATOR(deptperf_satisfaction, "C4.2", {FACT, "survey_satisfied"}, {FACT, "survey_respondents"});

/*
 * deptperf_disclosure(budget_level, final_accounts_level, classified): levels
 * are 2 (as required), 1 (published but deficient) or 0, of 2 that are due; a
 * classified department that need not publish gets the points.
 */
PG_FUNCTION_INFO_V1(deptperf_disclosure);
Datum
deptperf_disclosure(PG_FUNCTION_ARGS)
{
	static const Function function = {"deptperf_disclosure", "B1.3",
		{{COUNT, "budget_disclosure_level"}, {COUNT, "final_accounts_disclosure_level"}}
	};
	CallSite   *site = read_arguments(fcinfo, &function);

	set_fact("budget_disclosure_due", 2);
	set_fact("final_accounts_disclosure_due", 2);
	if (PG_GETARG_BOOL(2))
		return NumericGetDatum(dp_dec_numeric_scale(framework()->framework->indicator[site->indicator].points,
													DP_DECIMALS));
	return indicator_datum(fcinfo, site);
}

/*
 * deptperf_benefit(earned, weight, aspects): aspects is how many of the four
 * (social, economic, ecological, sustainable) the targets cover.
 */
PG_FUNCTION_INFO_V1(deptperf_benefit);
Datum
deptperf_benefit(PG_FUNCTION_ARGS)
{
	static const Function function = {"deptperf_benefit", "C3.1",
		{{FACT, "benefit_earned"}, {FACT, "benefit_weight"}}
	};
	static const char *const aspect_facts[] = {
		"benefit_social", "benefit_economic", "benefit_ecological", "benefit_sustainable"
	};
	CallSite   *site = read_arguments(fcinfo, &function);
	DpDec		aspects;
	int			covered = 0;

	if (dp_dec_read(PG_GETARG_DATUM(2), &aspects))
		while (covered < lengthof(aspect_facts) && dp_dec_cmp(aspects, DP_INT(covered)) > 0)
			covered++;
	if (!dp_dec_read(PG_GETARG_DATUM(2), &aspects) || dp_dec_cmp(aspects, DP_INT(covered)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument 3 of deptperf_benefit is out of range: %.40s",
						DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(2)))),
				 errdetail("It says how many of the four aspects are covered and must be 0, 1, 2, 3 or 4.")));
	for (int i = 0; i < lengthof(aspect_facts); i++)
		set_fact(aspect_facts[i], i < covered ? 1 : 0);
	return indicator_datum(fcinfo, site);
}

/*
 * deptperf_petitions(mechanism, received, answered, answered_in_time): what was
 * answered in time was answered; no rule sees both.
 */
PG_FUNCTION_INFO_V1(deptperf_petitions);
Datum
deptperf_petitions(PG_FUNCTION_ARGS)
{
	static const Function function = {"deptperf_petitions", "C4.1",
		{{JUDGED, "C4.1.1"}, {FACT, "petitions_received"}, {FACT, "petitions_answered"},
		{FACT, "petitions_in_time"}}
	};
	CallSite   *site = read_arguments(fcinfo, &function);
	DpDec		answered = framework()->fact[site->target[2].place].value;
	DpDec		in_time = framework()->fact[site->target[3].place].value;

	if (dp_dec_cmp(in_time, answered) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("deptperf_petitions: %s answered in time of %s answered is invalid",
						dp_dec_text(in_time), dp_dec_text(answered)),
				 errhint("The figures contradict each other; correct them, or leave them NULL where they are not known.")));
	return indicator_datum(fcinfo, site);
}

/* deptperf_grade(score): by the bands of sz-2021. */
PG_FUNCTION_INFO_V1(deptperf_grade_of_score);
Datum
deptperf_grade_of_score(PG_FUNCTION_ARGS)
{
	DpDec		score;
	text	   *grade;

	if (!dp_dec_read(PG_GETARG_DATUM(0), &score) || dp_dec_sign(score) < 0 ||
		dp_dec_cmp(score, DP_INT(100)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score is out of range: %.40s",
						DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(0)))),
				 errdetail("A score of sz-2021 is within 0 and 100.")));
	grade = dp_evaluation_grade(framework()->framework, score);
	PG_RETURN_TEXT_P(DatumGetTextPCopy(PointerGetDatum(grade)));
}
