/*
 * evaluate.c: facts and inputs in, points and their states out; see evaluate.h.
 *
 *	facts, inputs -> items -> indicators -> groups, total, grade
 *
 * An item's points stay a fraction until its indicator adds them and rounds
 * once, half up.  The total adds the rounded ones.  Where a framework leaves
 * out what is missing, the total is the exact sum of what is decided, scaled
 * to 100 and rounded once.
 */
#include "postgres.h"

#include "compat.h"
#include "evaluate.h"
#include "utils/memutils.h"

static DpEvaluation *
make_evaluation(const DpFramework *framework)
{
	DpEvaluation *evaluation = palloc(sizeof(DpEvaluation));

	evaluation->framework = framework;
	evaluation->fact = palloc0(sizeof(DpFact) * (list_length(framework->facts) + 1));
	evaluation->item_input = palloc0(sizeof(DpInput) * (framework->nitems + 1));
	evaluation->indicator_input = palloc0(sizeof(DpInput) * (framework->nindicators + 1));
	evaluation->item = palloc0(sizeof(DpItemResult) * (framework->nitems + 1));
	evaluation->indicator = palloc0(sizeof(DpIndicatorResult) * (framework->nindicators + 1));
	return evaluation;
}

/*
 * Parse a document into a memory context of its own, which goes below parent
 * only when that went well.
 */
DpEvaluation *
dp_evaluation_keep(Jsonb *document, MemoryContext parent, MemoryContext *context)
{
	MemoryContext new = AllocSetContextCreate(CurrentMemoryContext, "deptperf framework",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(new);
	DpEvaluation *evaluation = make_evaluation(dp_framework_parse(document));

	MemoryContextSwitchTo(old);
	MemoryContextSetParent(new, parent);
	if (context != NULL)
		*context = new;
	return evaluation;
}

/* ---- facts and inputs ---- */

/* A number with few enough digits that every sum of the framework stays exact. */
static bool
read_json_number(const DpFramework *framework, const JsonbValue *value, DpDec *result)
{
	return value->type == jbvNumeric &&
		dp_dec_read(NumericGetDatum(value->val.numeric), result) &&
		dp_dec_calculable(*result, framework->max_digits);
}

static void
read_facts(DpEvaluation *evaluation, Jsonb *facts)
{
	bool		is_object = JB_ROOT_IS_OBJECT(facts);
	ListCell   *cell;

	foreach(cell, evaluation->framework->facts)
	{
		DpFact	   *fact = &evaluation->fact[foreach_current_index(cell)];
		const char *name = lfirst(cell);
		JsonbValue	value;

		if (!is_object ||
			getKeyJsonValueFromContainer(&facts->root, name, strlen(name), &value) == NULL ||
			value.type == jbvNull)
			fact->state = DP_FACT_ABSENT;
		else
			fact->state = read_json_number(evaluation->framework, &value, &fact->value) ? DP_FACT_KNOWN : DP_FACT_NAN;
	}
}

static DpInput
read_input(const DpFramework *framework, const JsonbValue *value, DpDec max)
{
	DpInput		input = {DP_BAD_INPUT};

	if (value->type == jbvNull)
		input.kind = DP_NO_INPUT;
	else if (value->type == jbvString && value->val.string.len == strlen("exempt") &&
			 memcmp(value->val.string.val, "exempt", strlen("exempt")) == 0)
		input.kind = DP_EXEMPT;
	else if (read_json_number(framework, value, &input.points) &&
			 dp_dec_sign(input.points) >= 0 && dp_dec_cmp(input.points, max) <= 0)
		input.kind = DP_POINTS;
	return input;
}

/* Codes that the framework does not have are left alone: it may be a new one. */
static void
read_inputs(DpEvaluation *evaluation, Jsonb *inputs)
{
	const DpFramework *framework = evaluation->framework;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;
	const DpCode *code = NULL;

	memset(evaluation->item_input, 0, sizeof(DpInput) * framework->nitems);
	memset(evaluation->indicator_input, 0, sizeof(DpInput) * framework->nindicators);
	if (!JB_ROOT_IS_OBJECT(inputs) || JB_ROOT_COUNT(inputs) == 0)
		return;
	it = JsonbIteratorInit(&inputs->root);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			code = dp_framework_find(framework, value.val.string.val, value.val.string.len);
		else if (token == WJB_VALUE && code != NULL)
		{
			if (code->is_item)
				evaluation->item_input[code->place] =
					read_input(framework, &value, framework->item[code->place].points);
			else
				evaluation->indicator_input[code->place] =
					read_input(framework, &value, framework->indicator[code->place].points);
		}
	}
}

/* What is no object says nothing. */
void
dp_evaluation_read(DpEvaluation *evaluation, Jsonb *facts, Jsonb *inputs)
{
	read_facts(evaluation, facts);
	read_inputs(evaluation, inputs);
}

/* ---- items ---- */

/* What somebody entered for an item or an indicator; false when nothing. */
static bool
take_input(const DpInput *input, DpDec max, DpResultState entered,
		   DpResultState *state, DpDec *points)
{
	switch (input->kind)
	{
		case DP_NO_INPUT:
			return false;
		case DP_POINTS:
			*state = entered;
			*points = input->points;
			return true;
		case DP_EXEMPT:
			*state = DP_RESULT_EXEMPT;
			*points = max;
			return true;
		case DP_BAD_INPUT:
			*state = DP_RESULT_INVALID;
			*points = DP_INT(0);
			return true;
	}
	pg_unreachable();
}

static void
score_item(const DpItem *item, DpItemResult *result)
{
	bool		quotient = item->formula->denominator.nterms > 0;
	DpScore		score = dp_rule_score(item->rule, result->n,
									  quotient ? &result->d : NULL, &item->points);

	result->branch = score.branch;
	switch (score.state)
	{
		case DP_SCORED:
			result->state = DP_RESULT_SCORED;
			result->points = score.points;
			break;
		case DP_NOT_APPLICABLE:
			result->state = item->full_when_empty ? DP_RESULT_NOT_APPLICABLE : DP_RESULT_MISSING;
			result->points = dp_frac(item->points);
			break;
		case DP_MISSING:
			result->state = DP_RESULT_MISSING;
			break;
		default:
			result->state = DP_RESULT_INVALID;
			break;
	}
}

static void
evaluate_item(DpEvaluation *evaluation, int place)
{
	const DpItem *item = &evaluation->framework->item[place];
	DpItemResult *result = &evaluation->item[place];
	DpFactState facts;
	DpDec		points;

	result->state = DP_RESULT_MISSING;
	result->has_value = false;
	result->branch = -1;
	if (item->formula != NULL)
	{
		result->d = DP_INT(1);
		facts = dp_formula_value(item->formula, evaluation->fact, &result->n, &result->d);
		result->has_value = facts == DP_FACT_KNOWN;
		if (facts == DP_FACT_NAN)
			result->state = DP_RESULT_INVALID;
		else if (facts == DP_FACT_KNOWN)
			score_item(item, result);
	}
	if (take_input(&evaluation->item_input[place], item->points,
				   item->formula == NULL ? DP_RESULT_JUDGED : DP_RESULT_OVERRIDDEN,
				   &result->state, &points))
	{
		result->points = dp_frac(points);
		result->branch = -1;
	}
}

static inline bool
is_open(DpResultState state)
{
	return state == DP_RESULT_MISSING || state == DP_RESULT_INVALID;
}

/* ---- indicators ---- */

/* DP_PASS, DP_ZERO or DP_MISSING: of several, zero wins over missing. */
static DpState
evaluate_requirements(DpEvaluation *evaluation, const DpIndicator *indicator)
{
	DpState		result = DP_PASS;
	ListCell   *cell;

	foreach(cell, indicator->requirements)
	{
		const DpRequirement *requirement = lfirst(cell);
		DpDec		n,
					d = DP_INT(1);
		DpFactState facts = dp_formula_value(requirement->formula, evaluation->fact, &n, &d);
		DpState		state = DP_MISSING;

		if (facts == DP_FACT_KNOWN)
			state = dp_rule_score(requirement->rule, n,
								  requirement->formula->denominator.nterms > 0 ? &d : NULL,
								  NULL).state;
		if (facts == DP_FACT_ABSENT || state == DP_NOT_APPLICABLE)
			state = requirement->names_missing ? DP_MISSING : DP_PASS;
		if (state == DP_ZERO)
			return DP_ZERO;
		if (state != DP_PASS)
			result = DP_MISSING;
	}
	return result;
}

/* The state that all items share, or else that of a computed score. */
static DpResultState
shared_state(const DpEvaluation *evaluation, const DpIndicator *indicator)
{
	DpResultState state = DP_RESULT_SCORED;
	bool		first = true;
	ListCell   *cell;

	foreach(cell, indicator->items)
	{
		DpResultState item = evaluation->item[lfirst_int(cell)].state;

		if (is_open(item))
			continue;
		if (!first && item != state)
			return DP_RESULT_SCORED;
		state = item;
		first = false;
	}
	return state;
}

/*
 * Nothing below counts: an override, an exemption, or a veto.
 */
static void
decide_whole(DpIndicatorResult *result, const DpIndicator *indicator, DpResultState state,
			 DpDec points)
{
	result->state = state;
	result->exact = dp_frac(points);
	result->decided = indicator->points;
	result->open = DP_INT(0);
	result->open_items = 0;
}

static void
leave_open(DpIndicatorResult *result, const DpIndicator *indicator, int open_items)
{
	result->state = DP_RESULT_MISSING;
	result->exact = dp_frac(DP_INT(0));
	result->decided = DP_INT(0);
	result->open = indicator->points;
	result->open_items = open_items > 0 ? open_items : Max(list_length(indicator->items), 1);
}

static void
add_items(DpEvaluation *evaluation, const DpIndicator *indicator, DpIndicatorResult *result)
{
	const DpFramework *framework = evaluation->framework;
	ListCell   *cell;

	result->exact = dp_frac(DP_INT(0));
	result->decided = DP_INT(0);
	result->open = DP_INT(0);
	result->open_items = 0;
	foreach(cell, indicator->items)
	{
		const DpItemResult *item = &evaluation->item[lfirst_int(cell)];
		DpDec		points = framework->item[lfirst_int(cell)].points;

		if (is_open(item->state))
		{
			result->open = dp_dec_add(result->open, points);
			result->open_items++;
			continue;
		}
		result->exact = dp_frac_add(result->exact, item->points);
		result->decided = dp_dec_add(result->decided, points);
	}
	result->state = shared_state(evaluation, indicator);
}

DpResultState
dp_evaluate_indicator(DpEvaluation *evaluation, int place)
{
	const DpIndicator *indicator = &evaluation->framework->indicator[place];
	DpIndicatorResult *result = &evaluation->indicator[place];
	DpResultState entered;
	DpDec		points = DP_INT(0);
	DpState		requirements;
	ListCell   *cell;

	foreach(cell, indicator->items)
		evaluate_item(evaluation, lfirst_int(cell));
	requirements = evaluate_requirements(evaluation, indicator);
	add_items(evaluation, indicator, result);

	if (take_input(&evaluation->indicator_input[place], indicator->points,
				   DP_RESULT_OVERRIDDEN, &entered, &points))
	{
		if (entered == DP_RESULT_INVALID)
			leave_open(result, indicator, 0);
		else
			decide_whole(result, indicator, entered, points);
	}
	else if (requirements == DP_ZERO)
		decide_whole(result, indicator, DP_RESULT_VETOED, DP_INT(0));
	else if (requirements == DP_MISSING ||
			 result->open_items == list_length(indicator->items) ||
			 (result->open_items > 0 && !evaluation->framework->leave_out))
		leave_open(result, indicator, result->open_items);
	result->points = dp_frac_round(result->exact, DP_DECIMALS);
	return result->state;
}

/* ---- the total ---- */

text *
dp_evaluation_grade(const DpFramework *framework, DpDec total)
{
	for (int i = 0; i < framework->nbands; i++)
		if (dp_dec_cmp(total, framework->band[i].from) >= 0)
			return framework->band[i].grade;
	return NULL;
}

/* Scaled to 100 and rounded once; nothing where nothing is decided. */
static void
scale_total(DpTotal *total, DpFrac exact, DpDec decided)
{
	total->known = dp_dec_sign(decided) > 0;
	total->provisional = DP_INT(0);
	if (!total->known)
		return;
	exact.n = dp_dec_mul(exact.n, DP_INT(100));
	exact.d = dp_dec_mul(exact.d, decided);
	total->provisional = dp_frac_round(exact, DP_DECIMALS);
}

DpTotal
dp_evaluate(DpEvaluation *evaluation)
{
	const DpFramework *framework = evaluation->framework;
	DpTotal		total = {false, DP_INT(0), DP_INT(0), DP_INT(0), 0, NULL};
	DpFrac		exact = dp_frac(DP_INT(0));
	DpDec		decided = DP_INT(0);

	for (int i = 0; i < framework->nindicators; i++)
	{
		const DpIndicatorResult *result = &evaluation->indicator[i];

		dp_evaluate_indicator(evaluation, i);
		total.open = dp_dec_add(total.open, result->open);
		total.open_items += result->open_items;
		if (result->state == DP_RESULT_MISSING)
			continue;
		total.provisional = dp_dec_add(total.provisional, result->points);
		if (framework->leave_out)
		{
			exact = dp_frac_add(exact, result->exact);
			decided = dp_dec_add(decided, result->decided);
		}
	}
	total.known = total.open_items == 0 && framework->nindicators > 0;
	if (framework->leave_out)
		scale_total(&total, exact, decided);
	total.total = total.provisional;
	if (total.known)
		total.grade = dp_evaluation_grade(framework, total.total);
	return total;
}
