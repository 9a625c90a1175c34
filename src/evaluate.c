/*
 * evaluate.c: facts and inputs in, points and their states out; see evaluate.h.
 *
 *	facts, inputs -> items -> indicators -> groups, total, grade
 *
 * An item's points stay a fraction until its indicator combines them and rounds
 * once, half up, unless the framework rounds elsewhere.  The total adds the
 * rounded ones, each by the weight of the groups above it.  Where something is
 * left out, the total is the exact sum of what is decided, scaled to the full
 * points and rounded once.
 *
 * What depends on other departments is not known here: a place among peers, or
 * their mean, comes with the inputs.
 */
#include "postgres.h"

#include "compat.h"
#include "evaluate.h"
#include "utils/memutils.h"

/* Their places are those that the formulas have. */
static DpFactNames *
names_of(List *facts)
{
	DpFactNames *names = dp_fact_names_make(CurrentMemoryContext);
	ListCell   *cell;

	foreach(cell, facts)
		dp_fact_place(names, lfirst(cell), strlen(lfirst(cell)), foreach_current_index(cell) - 1);
	return names;
}

static DpEvaluation *
make_evaluation(const DpFramework *framework)
{
	DpEvaluation *evaluation = palloc(sizeof(DpEvaluation));

	evaluation->framework = framework;
	evaluation->names = names_of(framework->facts);
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

static DpDec
round_points(const DpFramework *framework, DpFrac points)
{
	return framework->truncate ? dp_frac_truncate(points, framework->decimals) :
		dp_frac_round(&points, framework->decimals);
}

/* ---- facts and inputs ---- */

/* A number with few enough digits that every sum of the framework stays exact. */
static bool
is_calculable(const DpFramework *framework, Numeric value, DpDec *result)
{
	return dp_dec_read(NumericGetDatum(value), result) && dp_dec_calculable(*result, framework->max_digits);
}

static DpInput
read_input(const DpFramework *framework, const JsonbValue *value, DpDec max)
{
	DpInput		input = {DP_BAD_INPUT, false};

	if (value->type == jbvNull)
		input.kind = DP_NO_INPUT;
	else if (value->type == jbvString && value->val.string.len == strlen("exempt") &&
			 memcmp(value->val.string.val, "exempt", strlen("exempt")) == 0)
		input.kind = DP_EXEMPT;
	else
	{
		JsonbValue	peer;

		/* a comparison that can't be, perhaps of another framework, is none */
		input.kind = DP_POINTS;
		if (value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data) &&
			getKeyJsonValueFromContainer(value->val.binary.data, "peer", strlen("peer"), &peer) != NULL)
		{
			JsonbValue	exempt;

			input.exempt = getKeyJsonValueFromContainer(value->val.binary.data, "exempt", strlen("exempt"), &exempt) != NULL &&
				exempt.type == jbvBool && exempt.val.boolean;
			value = &peer;
			input.kind = DP_PEER_POINTS;
		}
		if (value->type != jbvNumeric || !is_calculable(framework, value->val.numeric, &input.points) ||
			dp_dec_sign(input.points) < 0 || dp_dec_cmp(input.points, max) > 0)
			input.kind = value != &peer ? DP_BAD_INPUT : input.exempt ? DP_EXEMPT : DP_NO_INPUT;
	}
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
	if (inputs == NULL || !JB_ROOT_IS_OBJECT(inputs) || JB_ROOT_COUNT(inputs) == 0)
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
					read_input(framework, &value, framework->item[code->place].most);
			else
				evaluation->indicator_input[code->place] =
					read_input(framework, &value, framework->indicator[code->place].most);
		}
	}
}

/* What is no object says nothing. */
void
dp_evaluation_read(DpEvaluation *evaluation, DpFacts facts, Jsonb *inputs)
{
	evaluation->part = !dp_facts_read(evaluation->names, facts, evaluation->framework->max_digits,
									  evaluation->fact);
	read_inputs(evaluation, inputs);
}

/* What is open is left out of the total; but not for want of facts that are there. */
static bool
leaves_out(const DpEvaluation *evaluation)
{
	return evaluation->framework->leave_out && !evaluation->part;
}

/* ---- items ---- */

/* What 0/0, an item that does not apply, or an exemption gives. */
static void
take_empty(const DpItem *item, DpResultState not_applicable, DpItemResult *result)
{
	result->state = not_applicable;
	result->points = dp_frac(item->points);
	switch (item->empty)
	{
		case DP_EMPTY_FULL:
			break;
		case DP_EMPTY_MISSING:
			result->state = DP_RESULT_MISSING;
			break;
		case DP_EMPTY_PEER_MEAN:
			result->state = DP_RESULT_NOT_COMPARED;
			break;
		case DP_EMPTY_LEAVE_OUT:
			result->state = DP_RESULT_LEFT_OUT;
			break;
		case DP_EMPTY_ZERO:
			result->points = dp_frac(DP_INT(0));
			break;
	}
}

static void
score_item(const DpItem *item, DpItemResult *result)
{
	bool		quotient = item->formula->denominator.nterms > 0;
	DpScore		score;

	dp_rule_score(item->rule, &result->n, quotient ? &result->d : NULL, &item->most, &score);
	result->branch = score.branch;
	switch (score.state)
	{
		case DP_SCORED:
			result->state = DP_RESULT_SCORED;
			result->points = score.points;
			break;
		case DP_NOT_APPLICABLE:
			take_empty(item, DP_RESULT_NOT_APPLICABLE, result);
			break;
		case DP_MISSING:
			result->state = DP_RESULT_MISSING;
			break;
		default:
			result->state = DP_RESULT_INVALID;
			break;
	}
}

/* Its formula's value, and what the rule gives for it. */
static void
compute_item(DpEvaluation *evaluation, const DpItem *item, DpItemResult *result)
{
	DpFactState facts;

	result->d = DP_INT(1);
	facts = dp_formula_value(item->formula, evaluation->fact, &result->n, &result->d);
	result->has_value = facts == DP_FACT_KNOWN;
	if (facts == DP_FACT_NAN)
		result->state = DP_RESULT_INVALID;
	else if (facts == DP_FACT_KNOWN && !item->peer)
		score_item(item, result);
	else if (facts == DP_FACT_KNOWN && item->formula->denominator.nterms > 0 &&
			 dp_dec_sign(result->n) == 0 && dp_dec_sign(result->d) == 0)
		take_empty(item, DP_RESULT_NOT_APPLICABLE, result);
	else if (facts == DP_FACT_KNOWN)
		result->state = dp_dec_sign(result->d) > 0 ? DP_RESULT_NOT_COMPARED : DP_RESULT_INVALID;
}

/* Whether the item applies: known, and not 0. */
static DpFactState
applies(DpEvaluation *evaluation, const DpItem *item, bool *result)
{
	DpDec		n,
				d = DP_INT(1);
	DpFactState facts;

	*result = true;
	if (item->applies == NULL)
		return DP_FACT_KNOWN;
	facts = dp_formula_value(item->applies, evaluation->fact, &n, &d);
	if (facts == DP_FACT_KNOWN && dp_dec_sign(d) == 0)
		return DP_FACT_ABSENT;
	*result = facts != DP_FACT_KNOWN || dp_dec_sign(n) != 0;
	return facts;
}

/* What somebody entered for the item, if anything, in place of what is computed. */
static void
take_item_input(const DpItem *item, const DpInput *input, DpItemResult *result)
{
	if (input->kind == DP_NO_INPUT)
		return;
	if (input->kind == DP_PEER_POINTS && !(input->exempt && item->empty != DP_EMPTY_PEER_MEAN))
	{
		/* a comparison fills in, and replaces nothing */
		if (input->exempt && item->empty == DP_EMPTY_PEER_MEAN)
			take_empty(item, DP_RESULT_EXEMPT, result);
		if (result->state != DP_RESULT_NOT_COMPARED)
			return;
		result->state = DP_RESULT_COMPARED;
		result->points = dp_frac(input->points);
		result->branch = -1;
		return;
	}
	result->branch = -1;
	if (input->kind == DP_POINTS)
	{
		result->state = item->formula == NULL ? DP_RESULT_JUDGED : DP_RESULT_OVERRIDDEN;
		result->points = dp_frac(input->points);
	}
	else if (input->kind != DP_BAD_INPUT && item->empty != DP_EMPTY_FULL && item->empty != DP_EMPTY_MISSING)
		take_empty(item, DP_RESULT_EXEMPT, result);
	else if (input->kind != DP_BAD_INPUT)
	{
		result->state = DP_RESULT_EXEMPT;
		result->points = dp_frac(item->points);
	}
	else
		result->state = DP_RESULT_INVALID;
}

static void
evaluate_item(DpEvaluation *evaluation, int place)
{
	const DpItem *item = &evaluation->framework->item[place];
	DpItemResult *result = &evaluation->item[place];
	DpFactState known;
	bool		does_apply;

	result->state = DP_RESULT_MISSING;
	result->has_value = false;
	result->branch = -1;
	known = applies(evaluation, item, &does_apply);
	if (known == DP_FACT_NAN)
		result->state = DP_RESULT_INVALID;
	else if (!does_apply)
		take_empty(item, DP_RESULT_NOT_APPLICABLE, result);
	else if (known == DP_FACT_KNOWN && item->formula != NULL)
		compute_item(evaluation, item, result);
	take_item_input(item, &evaluation->item_input[place], result);
	if (evaluation->framework->round_at == DP_ROUND_ITEM && !dp_is_open(result->state))
		result->points = dp_frac(round_points(evaluation->framework, result->points));
}

/* ---- indicators ---- */

static DpState
evaluate_requirement(DpEvaluation *evaluation, const DpRequirement *requirement)
{
	DpDec		n,
				d = DP_INT(1);
	DpFactState facts = dp_formula_value(requirement->formula, evaluation->fact, &n, &d);
	DpScore		score = {DP_MISSING};

	if (facts == DP_FACT_KNOWN)
		dp_rule_score(requirement->rule, &n,
					  requirement->formula->denominator.nterms > 0 ? &d : NULL, NULL, &score);
	if (facts == DP_FACT_ABSENT || score.state == DP_NOT_APPLICABLE)
		score.state = requirement->names_missing ? DP_MISSING : DP_PASS;
	return score.state == DP_PASS || score.state == DP_ZERO ? score.state : DP_MISSING;
}

/* DP_PASS, DP_ZERO or DP_MISSING: of several, zero wins over missing. */
static DpState
evaluate_requirements(DpEvaluation *evaluation, const DpIndicator *indicator)
{
	DpState		result = DP_PASS;
	ListCell   *cell;

	foreach(cell, indicator->requirements)
	{
		DpState		state = evaluate_requirement(evaluation, lfirst(cell));

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

		if (dp_is_open(item) || item == DP_RESULT_LEFT_OUT)
			continue;
		if (!first && item != state)
			return DP_RESULT_SCORED;
		state = item;
		first = false;
	}
	return state;
}

static bool
all_left_out(const DpEvaluation *evaluation, const DpIndicator *indicator)
{
	ListCell   *cell;

	foreach(cell, indicator->items)
		if (evaluation->item[lfirst_int(cell)].state != DP_RESULT_LEFT_OUT)
			return false;
	return true;
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
	result->left_out = false;
}

static void
leave_open(DpIndicatorResult *result, const DpIndicator *indicator, int open_items)
{
	result->state = DP_RESULT_MISSING;
	result->exact = dp_frac(DP_INT(0));
	result->decided = DP_INT(0);
	result->open = indicator->points;
	result->left_out = false;
	result->open_items = open_items > 0 ? open_items : Max(list_length(indicator->items), 1);
}

/* The sum of what is known, and the points of what is not. */
static void
add_items(DpEvaluation *evaluation, const DpIndicator *indicator, DpIndicatorResult *result)
{
	const DpFramework *framework = evaluation->framework;
	ListCell   *cell;

	result->exact = dp_frac(DP_INT(0));
	result->decided = DP_INT(0);
	result->open = DP_INT(0);
	result->open_items = 0;
	result->left_out = false;
	foreach(cell, indicator->items)
	{
		const DpItemResult *item = &evaluation->item[lfirst_int(cell)];
		DpDec		points = framework->item[lfirst_int(cell)].points;

		if (item->state == DP_RESULT_LEFT_OUT)
			result->left_out = true;
		else if (dp_is_open(item->state))
		{
			result->open = dp_dec_add(result->open, points);
			result->open_items++;
		}
		else
		{
			result->exact = dp_frac_add(result->exact, item->points);
			result->decided = dp_dec_add(result->decided, points);
		}
	}
	result->state = shared_state(evaluation, indicator);
}

static int
compare_fractions(const void *a, const void *b)
{
	return dp_frac_cmp(*(const DpFrac *) b, *(const DpFrac *) a);
}

/* The line of the table that has these points, highest first; NULL: none. */
static const DpConversion *
find_conversion(const DpIndicator *indicator, const DpFrac *points, int n)
{
	ListCell   *cell;

	foreach(cell, indicator->table)
	{
		const DpConversion *line = lfirst(cell);
		int			i = 0;

		if (line->nitems != n)
			continue;
		while (i < n && dp_frac_cmp_dec(points[i], line->item[i]) == 0)
			i++;
		if (i == n)
			return line;
	}
	return NULL;
}

/*
 * Every other way than the sum, of the items that are not left out.  It needs
 * all of them, but that nothing is better than a best one with all its points,
 * or that the framework leaves out what is open.  False: there is no result.
 */
static bool
combine_items(DpEvaluation *evaluation, const DpIndicator *indicator, DpIndicatorResult *result)
{
	DpFrac	   *points = palloc(sizeof(DpFrac) * (list_length(indicator->items) + 1));
	int			n = 0;
	const DpConversion *line;
	ListCell   *cell;

	foreach(cell, indicator->items)
	{
		const DpItemResult *item = &evaluation->item[lfirst_int(cell)];

		if (!dp_is_open(item->state) && item->state != DP_RESULT_LEFT_OUT)
			points[n++] = item->points;
	}
	if (n == 0)
		return result->open_items == 0;
	qsort(points, n, sizeof(DpFrac), compare_fractions);
	if (result->open_items > 0 && !leaves_out(evaluation) &&
		!(indicator->combine == DP_BEST && dp_frac_cmp_dec(points[0], indicator->most) >= 0))
		return false;
	switch (indicator->combine)
	{
		case DP_SUM:
			break;
		case DP_BEST:
			result->exact = points[0];
			break;
		case DP_WEAKEST:
			result->exact = points[n - 1];
			break;
		case DP_WEAKEST_PLUS:
			result->exact = points[n - 1];
			if (dp_frac_cmp(points[0], points[n - 1]) > 0)
				result->exact = dp_frac_add(result->exact, (DpFrac)
											{
												DP_INT(1), DP_INT(2)
											});
			break;
		case DP_MEAN:
			result->exact.d = dp_dec_mul(result->exact.d, DP_INT(n));
			break;
		case DP_TABLE:
			line = find_conversion(indicator, points, n);
			if (line == NULL)
				return false;
			result->exact = dp_frac(line->points);
			break;
	}
	/* what an indicator gives is decided whole, whatever was left out of it */
	result->decided = indicator->points;
	result->left_out = false;
	if (!leaves_out(evaluation))
	{
		result->open = DP_INT(0);
		result->open_items = 0;
	}
	return true;
}

DpResultState
dp_evaluate_indicator(DpEvaluation *evaluation, int place)
{
	const DpIndicator *indicator = &evaluation->framework->indicator[place];
	const DpInput *input = &evaluation->indicator_input[place];
	DpIndicatorResult *result = &evaluation->indicator[place];
	DpState		requirements;
	bool		nothing;		/* is known of it */
	ListCell   *cell;

	foreach(cell, indicator->items)
		evaluate_item(evaluation, lfirst_int(cell));
	requirements = evaluate_requirements(evaluation, indicator);
	add_items(evaluation, indicator, result);
	nothing = list_length(indicator->items) == result->open_items ||
		(indicator->combine != DP_SUM && !combine_items(evaluation, indicator, result));
	if (dp_frac_cmp_dec(result->exact, indicator->most) > 0)
		result->exact = dp_frac(indicator->most);
	if (dp_dec_cmp(result->decided, indicator->points) > 0)
		result->decided = indicator->points;

	if (input->kind == DP_POINTS)
		decide_whole(result, indicator, DP_RESULT_OVERRIDDEN, input->points);
	else if (input->kind == DP_EXEMPT)
		decide_whole(result, indicator, DP_RESULT_EXEMPT, indicator->points);
	else if (input->kind != DP_NO_INPUT)
		leave_open(result, indicator, 0);
	else if (requirements == DP_ZERO)
		decide_whole(result, indicator, DP_RESULT_VETOED, DP_INT(0));
	else if (requirements == DP_MISSING || nothing ||
			 (result->open_items > 0 && !leaves_out(evaluation)))
		leave_open(result, indicator, result->open_items);
	else if (result->left_out && all_left_out(evaluation, indicator))
		result->state = DP_RESULT_LEFT_OUT;
	result->points = round_points(evaluation->framework, result->exact);
	return result->state;
}

/* ---- the total ---- */

static int
place_of_grade(const DpFramework *framework, DpDec total)
{
	for (int i = 0; i < framework->nbands && framework->band[i].on_scale; i++)
		if (dp_dec_cmp(total, framework->band[i].from) >= 0)
			return i;
	return -1;
}

text *
dp_evaluation_grade(const DpFramework *framework, DpDec total)
{
	int			place = place_of_grade(framework, total);

	return place < 0 ? NULL : framework->band[place].grade;
}

/*
 * The grade of a total that is known.  Of requirements that are not met, the
 * lowest grade holds, and one off the scale before all.
 */
static text *
grade_of_total(DpEvaluation *evaluation, DpDec total)
{
	const DpFramework *framework = evaluation->framework;
	int			place = place_of_grade(framework, total);
	bool		known = true;
	ListCell   *cell;

	foreach(cell, framework->grade_requirements)
	{
		const DpRequirement *requirement = lfirst(cell);
		DpState		state = evaluate_requirement(evaluation, requirement);

		if (state == DP_ZERO && !framework->band[requirement->band].on_scale)
			return framework->band[requirement->band].grade;
		if (state == DP_ZERO && place >= 0)
			place = Max(place, requirement->band);
		known &= state != DP_MISSING;
	}
	return place < 0 || !known ? NULL : framework->band[place].grade;
}

/*
 * The exact sum of what is decided, scaled to the full points, of which what is
 * open is a part unless it is left out too; nothing of nothing.
 */
static bool
scale_total(DpEvaluation *evaluation, DpDec *result)
{
	const DpFramework *framework = evaluation->framework;
	DpFrac		exact = dp_frac(DP_INT(0));
	DpDec		decided = DP_INT(0);

	*result = DP_INT(0);
	for (int i = 0; i < framework->nindicators; i++)
	{
		const DpIndicatorResult *indicator = &evaluation->indicator[i];
		DpFrac		points = indicator->exact;

		if (indicator->open_items > 0 && !leaves_out(evaluation))
			decided = dp_dec_add(decided, dp_dec_mul(indicator->open, framework->indicator[i].weight));
		if (indicator->state == DP_RESULT_MISSING || indicator->state == DP_RESULT_LEFT_OUT)
			continue;
		points.n = dp_dec_mul(points.n, framework->indicator[i].weight);
		exact = dp_frac_add(exact, points);
		decided = dp_dec_add(decided, dp_dec_mul(indicator->decided, framework->indicator[i].weight));
	}
	if (dp_dec_sign(decided) <= 0)
		return false;
	exact.n = dp_dec_mul(exact.n, framework->full);
	exact.d = dp_dec_mul(exact.d, decided);
	*result = round_points(framework, exact);
	return true;
}

/* The sum of the indicators, each by its weight. */
static DpDec
add_indicators(DpEvaluation *evaluation)
{
	const DpFramework *framework = evaluation->framework;
	bool		rounded = framework->round_at != DP_ROUND_TOTAL;
	DpFrac		sum = dp_frac(DP_INT(0));

	for (int i = 0; i < framework->nindicators; i++)
	{
		const DpIndicatorResult *indicator = &evaluation->indicator[i];
		DpFrac		points = rounded ? dp_frac(indicator->points) : indicator->exact;

		if (indicator->state == DP_RESULT_MISSING || indicator->state == DP_RESULT_LEFT_OUT)
			continue;
		if (framework->weighted)
			points.n = dp_dec_mul(points.n, framework->indicator[i].weight);
		sum = dp_frac_add(sum, points);
	}
	return rounded && !framework->weighted ? sum.n : round_points(framework, sum);
}

DpTotal
dp_evaluate(DpEvaluation *evaluation)
{
	const DpFramework *framework = evaluation->framework;
	DpTotal		total = {false, DP_INT(0), DP_INT(0), DP_INT(0), 0, NULL, framework->decimals};
	bool		scaled = framework->leave_out;

	for (int i = 0; i < framework->nindicators; i++)
	{
		const DpIndicatorResult *result = &evaluation->indicator[i];

		dp_evaluate_indicator(evaluation, i);
		if (result->open_items > 0)
			total.open = dp_dec_add(total.open, dp_dec_mul(result->open, framework->indicator[i].weight));
		total.open_items += result->open_items;
		scaled |= result->left_out;
	}
	total.known = total.open_items == 0 && framework->nindicators > 0;
	if (!scaled)
		total.provisional = add_indicators(evaluation);
	else if (!scale_total(evaluation, &total.provisional))
		total.known = false;
	else if (leaves_out(evaluation))
		total.known = true;
	total.total = total.provisional;
	if (total.known)
		total.grade = grade_of_total(evaluation, total.total);
	return total;
}
