/*
 * rule_check.c: is a rule sound?
 *
 * The bounds of a rule cut the line from minus to plus infinity into regions:
 *
 *	   x < 60%    x = 60%   60% < x < 90%   x = 90%    x > 90%
 *	  region 0   region 1      region 2    region 3   region 4
 *
 * Inside a region every branch either holds or does not, so a walk over the
 * regions tells which branch is first for some x, what is not covered, and
 * the greatest value.  This file does not score; it asks rule_score.c.
 */
#include "postgres.h"

#include "compat.h"
#include "rule.h"

typedef struct Regions
{
	int			nbounds;
	DpNumber	bound[DP_MAX_BRANCHES];	/* ascending, distinct */
	int			first[2 * DP_MAX_BRANCHES + 1]; /* the branch that decides, or -1 */
} Regions;

/* The supremum of what a rule gives. */
typedef struct Greatest
{
	bool		unbounded;
	bool		reached;		/* some x gives it, not only something near it */
	DpFrac		value;
} Greatest;

static int
compare_numbers(const void *a, const void *b)
{
	return dp_dec_cmp(((const DpNumber *) a)->value, ((const DpNumber *) b)->value);
}

static bool
is_point(int region)
{
	return region % 2 == 1;
}

static bool
holds_in(const DpBranch *branch, const Regions *regions, int region)
{
	int			at = 0;

	if (branch->relation == DP_ALWAYS)
		return true;
	while (dp_dec_cmp(regions->bound[at].value, branch->bound.value) != 0)
		at++;
	at = 2 * at + 1;
	return dp_relation_holds(branch->relation, (region > at) - (region < at));
}

static Regions *
find_regions(const DpRule *rule)
{
	Regions    *regions = palloc0(sizeof(Regions));
	int			n = 0;

	for (int i = 0; i < rule->nbranches; i++)
		if (rule->branch[i].relation != DP_ALWAYS)
			regions->bound[n++] = rule->branch[i].bound;
	qsort(regions->bound, n, sizeof(DpNumber), compare_numbers);
	for (int i = 0; i < n; i++)
		if (i == 0 || compare_numbers(&regions->bound[regions->nbounds - 1], &regions->bound[i]) != 0)
			regions->bound[regions->nbounds++] = regions->bound[i];

	for (int region = 0; region <= 2 * regions->nbounds; region++)
	{
		regions->first[region] = -1;
		for (int i = 0; i < rule->nbranches && regions->first[region] < 0; i++)
			if (holds_in(&rule->branch[i], regions, region))
				regions->first[region] = i;
	}
	return regions;
}

static char *
number_text(DpNumber number)
{
	StringInfoData buf;

	initStringInfo(&buf);
	dp_number_print(&buf, number);
	return buf.data;
}

/* "x < 60%", "x = 60%", "60% < x < 90%" */
static char *
region_text(const Regions *regions, int region)
{
	const DpNumber *bound = regions->bound;

	if (is_point(region))
		return psprintf("x = %s", number_text(bound[region / 2]));
	if (region == 0)
		return psprintf("x < %s", number_text(bound[0]));
	if (region == 2 * regions->nbounds)
		return psprintf("x > %s", number_text(bound[regions->nbounds - 1]));
	return psprintf("%s < x < %s", number_text(bound[region / 2 - 1]),
					number_text(bound[region / 2]));
}

/* What a branch asks of x, without its outcome. */
static char *
condition_text(const DpBranch *branch)
{
	if (branch->relation == DP_ALWAYS)
		return "else";
	return pnstrdup(branch->text, strchr(branch->text, ':') - branch->text);
}

/* ---- one kind of outcome ---- */

static bool
is_item_outcome(DpOutcome outcome)
{
	return outcome <= DP_GIVES_INVALID;
}

static bool
is_requirement_outcome(DpOutcome outcome)
{
	return outcome == DP_GIVES_PASS || outcome == DP_GIVES_ZERO;
}

static bool
check_kind(const DpRule *rule, const char *text, Node *escontext)
{
	const DpBranch *item = NULL,
			   *requirement = NULL;

	for (int i = rule->nbranches - 1; i >= 0; i--)
	{
		if (is_item_outcome(rule->branch[i].outcome))
			item = &rule->branch[i];
		if (is_requirement_outcome(rule->branch[i].outcome))
			requirement = &rule->branch[i];
	}
	if (item == NULL || requirement == NULL)
		return true;
	ereturn(escontext, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("rule \"%s\" mixes points with a requirement", text),
			 errdetail("The branch at character %d is \"%s\", the one at character %d is \"%s\".",
					   item->position, item->text, requirement->position, requirement->text),
			 errhint("The rule of an item gives numbers, invalid or missing; the rule of a requirement gives pass, zero or missing.")));
}

/* ---- every x is covered, every branch is first for some x ---- */

static bool
check_covered(const DpRule *rule, const Regions *regions, const char *text, Node *escontext)
{
	for (int region = 0; region <= 2 * regions->nbounds; region++)
		if (regions->first[region] < 0)
			ereturn(escontext, false,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("rule \"%s\" does not cover every x", text),
					 errdetail("No branch says what %s gives.", region_text(regions, region)),
					 errhint("Say what the rest gives: %s, else %s", dp_rule_text(rule),
							 is_requirement_outcome(rule->branch[0].outcome) ? "pass" : "0")));
	return true;
}

/*
 * The hint where a branch hides behind a single earlier one: the same rule
 * with the two in the other order, unless that hides another.
 */
static char *
reordered(const DpRule *rule, int hidden, int by)
{
	Size		size = offsetof(DpRule, branch) + sizeof(DpBranch) * rule->nbranches;
	DpRule	   *other = palloc(size);
	Regions    *regions;
	bool	   *seen = palloc0(sizeof(bool) * rule->nbranches);
	int			n = 0;

	other->nbranches = rule->nbranches;
	for (int i = 0; i < rule->nbranches; i++)
	{
		if (i == by)
			other->branch[n++] = rule->branch[hidden];
		if (i != hidden)
			other->branch[n++] = rule->branch[i];
	}
	regions = find_regions(other);
	for (int region = 0; region <= 2 * regions->nbounds; region++)
		if (regions->first[region] >= 0)
			seen[regions->first[region]] = true;
	pfree(regions);
	for (int i = 0; i < n; i++)
		if (!seen[i] || (i < n - 1 && other->branch[i].relation == DP_ALWAYS))
			return NULL;
	return dp_rule_text(other);
}

static bool
report_hidden(const DpRule *rule, const Regions *regions, int hidden, const char *text,
			  Node *escontext)
{
	const DpBranch *branch = &rule->branch[hidden];
	int			by = -1;
	bool		single = true;
	char	   *better = NULL;

	for (int region = 0; region <= 2 * regions->nbounds; region++)
		if (holds_in(branch, regions, region))
		{
			single &= by < 0 || by == regions->first[region];
			by = regions->first[region];
		}
	if (single)
		better = reordered(rule, hidden, by);
	ereturn(escontext, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("rule \"%s\" has a branch that can never be reached", text),
			 single ?
			 errdetail("Branch %d, at character %d, is %s; branch %d, %s, already covers it.",
					   hidden + 1, branch->position, condition_text(branch),
					   by + 1, condition_text(&rule->branch[by])) :
			 errdetail("Branch %d, at character %d, is %s; the branches before it already cover it.",
					   hidden + 1, branch->position, condition_text(branch)),
			 better != NULL ? errhint("The first branch that holds decides; write the narrower one first: %s", better) :
			 errhint("The first branch that holds decides; leave this one out.")));
}

static bool
check_reached(const DpRule *rule, const Regions *regions, const char *text, Node *escontext)
{
	for (int i = 0; i < rule->nbranches; i++)
	{
		bool		reached = false;

		for (int region = 0; region <= 2 * regions->nbounds; region++)
			reached |= regions->first[region] == i;
		if (!reached)
			return report_hidden(rule, regions, i, text, escontext);
	}
	return true;
}

bool
dp_rule_check(const DpRule *rule, const char *text, Node *escontext)
{
	Regions    *regions = find_regions(rule);
	bool		sound = check_kind(rule, text, escontext) &&
		check_reached(rule, regions, text, escontext) &&
		check_covered(rule, regions, text, escontext);

	/* Kilobytes, and a kept framework has dozens of rules. */
	pfree(regions);
	return sound;
}

/* ---- the greatest value ---- */

/* One step more or less than whole, at the edge of an open region. */
static DpFrac
edge_steps(const DpBranch *branch, DpDec beyond, bool from_below, bool *reached)
{
	DpDec		step = branch->step.value;
	DpDec		floor;
	bool		whole;

	if (branch->steps == DP_EXACT_STEPS)
	{
		*reached = false;
		return (DpFrac)
		{
			beyond, step
		};
	}
	*reached = true;
	floor = dp_dec_floor_div(beyond, step);
	whole = dp_dec_cmp(dp_dec_mul(floor, step), beyond) == 0;
	if (branch->steps == DP_WHOLE_STEPS)
		return dp_frac(from_below && whole ? dp_dec_sub(floor, DP_INT(1)) : floor);
	return dp_frac(from_below && whole ? floor : dp_dec_add(floor, DP_INT(1)));
}

/* A slope between two bounds, either of which may be missing. */
static Greatest
greatest_of_slope(const DpBranch *branch, const DpNumber *low, const DpNumber *high)
{
	bool		under = branch->side == DP_UNDER;
	DpDec		from = branch->from.value;
	const DpNumber *near = under ? high : low;
	const DpNumber *far = under ? low : high;
	const DpNumber *edge = branch->falls ? near : far;
	Greatest	result = {false, true, dp_frac(branch->a.value)};
	bool		flat;
	DpDec		beyond = DP_INT(0);
	DpFrac		steps;

	/* Does the region reach into the part where the slope has not begun? */
	flat = near == NULL ||
		(under ? dp_dec_cmp(near->value, from) > 0 : dp_dec_cmp(near->value, from) < 0);
	if (branch->b.value.v == 0 || (branch->falls && flat))
		return result;
	if (edge == NULL)
	{
		result.unbounded = true;
		return result;
	}
	beyond = under ? dp_dec_sub(from, edge->value) : dp_dec_sub(edge->value, from);
	if (dp_dec_sign(beyond) < 0 || (flat && dp_dec_sign(beyond) == 0))
		return result;
	steps = edge_steps(branch, beyond, !branch->falls, &result.reached);
	result.value.d = steps.d;
	result.value.n = dp_dec_mul(branch->b.value, steps.n);
	result.value.n = branch->falls ?
		dp_dec_sub(dp_dec_mul(branch->a.value, steps.d), result.value.n) :
		dp_dec_add(dp_dec_mul(branch->a.value, steps.d), result.value.n);
	return result;
}

static Greatest
greatest_between(const DpBranch *branch, const DpNumber *low, const DpNumber *high)
{
	Greatest	result = {false, true, dp_frac(DP_INT(0))};

	switch (branch->outcome)
	{
		case DP_CONSTANT:
			result.value = dp_frac(branch->a.value);
			return result;
		case DP_SLOPE:
			return greatest_of_slope(branch, low, high);
		case DP_SHARE:
			if (branch->a.value.v == 0)
				return result;
			result.unbounded = high == NULL;
			if (high != NULL && dp_dec_sign(high->value) > 0)
			{
				result.reached = false;
				result.value.n = dp_dec_mul(branch->a.value, high->value);
				result.value.d = branch->b.value;
			}
			return result;
		default:
			return result;
	}
}

static int
compare_fractions(DpFrac a, DpFrac b)
{
	return dp_dec_cmp(dp_dec_mul(a.n, b.d), dp_dec_mul(b.n, a.d));
}

static Greatest
greatest_value(const DpRule *rule)
{
	Regions    *regions = find_regions(rule);
	Greatest	result = {false, true, dp_frac(DP_INT(0))};

	for (int region = 0; region <= 2 * regions->nbounds; region++)
	{
		const DpBranch *branch = &rule->branch[regions->first[region]];
		const DpNumber *low = region == 0 ? NULL : &regions->bound[(region - 1) / 2];
		const DpNumber *high = region == 2 * regions->nbounds ? NULL : &regions->bound[region / 2];
		Greatest	here;
		int			cmp;

		if (is_point(region))
		{
			DpScore		score;

			dp_rule_score(rule, &high->value, NULL, NULL, &score);

			if (score.state != DP_SCORED)
				continue;
			here = (Greatest)
			{
				false, true, score.points
			};
		}
		else
			here = greatest_between(branch, low, high);
		if (here.unbounded)
		{
			result = here;
			break;
		}
		cmp = compare_fractions(here.value, result.value);
		if (cmp > 0 || (cmp == 0 && here.reached))
			result = here;
	}
	pfree(regions);
	return result;
}

/* ---- for its place ---- */

static void
refuse_kind(const DpRule *rule, bool (*fits) (DpOutcome), const char *place, const char *hint)
{
	for (int i = 0; i < rule->nbranches; i++)
		if (!fits(rule->branch[i].outcome) && rule->branch[i].outcome != DP_GIVES_MISSING)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("rule \"%s\" is not a rule for %s", dp_rule_text(rule), place),
					 errdetail("Branch %d, at character %d, is \"%s\".", i + 1,
							   rule->branch[i].position, rule->branch[i].text),
					 errhint("%s", hint)));
}

void
dp_rule_check_requirement(const DpRule *rule)
{
	refuse_kind(rule, is_requirement_outcome, "a requirement",
				"The rule of a requirement gives pass, zero or missing.");
}

/* A rule for an item of so many points must be able to give them. */
void
dp_rule_check_item(const DpRule *rule, DpDec points)
{
	Greatest	greatest;
	int			cmp;

	refuse_kind(rule, is_item_outcome, "an item",
				"The rule of an item gives numbers, invalid or missing.");
	for (int i = 0; i < rule->nbranches; i++)
	{
		const DpBranch *branch = &rule->branch[i];

		if (branch->outcome == DP_CONSTANT && dp_dec_cmp(branch->a.value, points) > 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("rule \"%s\" gives more than the %s points of its item",
							dp_rule_text(rule), dp_dec_text(points)),
					 errdetail("Branch %d, at character %d, is \"%s\".",
							   i + 1, branch->position, branch->text),
					 errhint("Lower that number, or raise the points of the item.")));
	}
	greatest = greatest_value(rule);
	if (greatest.unbounded)
		return;
	cmp = dp_frac_cmp_dec(greatest.value, points);
	if (cmp < 0 || (cmp == 0 && !greatest.reached))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rule \"%s\" can't give the %s points of its item",
						dp_rule_text(rule), dp_dec_text(points)),
				 greatest.reached ?
				 errdetail("The most that any x gives is %s.",
						   dp_dec_text(dp_frac_round(&greatest.value, 20))) :
				 errdetail("Every x gives less than %s.",
						   dp_dec_text(dp_frac_round(&greatest.value, 20))),
				 errhint("Let the best branch give %s, or give the item as many points as it can reach.",
						 dp_dec_text(points))));
}
