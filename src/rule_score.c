/*
 * rule_score.c: what a rule does with a number.
 *
 * x is the fraction n / d, kept as such: a bound b is compared as n against
 * b * d, so nothing is rounded before the points are.
 */
#include "postgres.h"

#include "compat.h"
#include "rule.h"

/* Does the branch hold for an x that compares with its bound like this? */
static bool
holds(DpRelation relation, int cmp)
{
	switch (relation)
	{
		case DP_LESS:
			return cmp < 0;
		case DP_LESS_EQUAL:
			return cmp <= 0;
		case DP_EQUAL:
			return cmp == 0;
		case DP_GREATER_EQUAL:
			return cmp >= 0;
		case DP_GREATER:
			return cmp > 0;
		case DP_ALWAYS:
			return true;
	}
	pg_unreachable();
}

/* n against bound * d, without the product where d is 1 */
static inline int
compare(DpDec n, const DpDec *d, DpDec bound)
{
	return dp_dec_cmp(n, d == NULL ? bound : dp_dec_mul(bound, *d));
}

/*
 * a -+ b per step: how far x lies beyond the slope's bound is D / d, the steps
 * are s = D / (d * step).
 */
static DpFrac
slope_points(const DpBranch *branch, DpDec n, DpDec d)
{
	DpDec		limit = dp_dec_mul(branch->from.value, d);
	DpDec		beyond = branch->side == DP_UNDER ? dp_dec_sub(limit, n) : dp_dec_sub(n, limit);
	DpDec		whole = dp_dec_mul(d, branch->step.value);
	DpFrac		points;
	DpDec		change;

	if (dp_dec_sign(beyond) <= 0)
		return dp_frac(branch->a.value);
	if (branch->steps != DP_EXACT_STEPS)
	{
		DpDec		steps = dp_dec_floor_div(beyond, whole);

		if (branch->steps == DP_STARTED_STEPS &&
			dp_dec_cmp(dp_dec_mul(steps, whole), beyond) < 0)
			steps = dp_dec_add(steps, DP_INT(1));
		beyond = steps;
		whole = DP_INT(1);
	}
	change = dp_dec_mul(branch->b.value, beyond);
	points.n = dp_dec_mul(branch->a.value, whole);
	points.n = branch->falls ? dp_dec_sub(points.n, change) : dp_dec_add(points.n, change);
	points.d = whole;
	return points;
}

/* Held within 0 and the points, where they are known. */
static DpFrac
hold(DpFrac value, const DpDec *points)
{
	if (dp_dec_sign(value.n) < 0)
		return dp_frac(DP_INT(0));
	if (points != NULL && dp_frac_cmp_dec(value, *points) > 0)
		return dp_frac(*points);
	return value;
}

static void
apply(const DpBranch *branch, DpDec n, DpDec d, const DpDec *points, DpScore *score)
{
	score->state = DP_SCORED;
	switch (branch->outcome)
	{
		case DP_CONSTANT:
			score->points = hold(dp_frac(branch->a.value), points);
			break;
		case DP_SHARE:
			score->points = hold((DpFrac)
								 {
									 dp_dec_mul(branch->a.value, n),
										 dp_dec_mul(branch->b.value, d)
								 }, points);
			break;
		case DP_SLOPE:
			score->points = hold(slope_points(branch, n, d), points);
			break;
		case DP_GIVES_INVALID:
			score->state = DP_INVALID;
			break;
		case DP_GIVES_MISSING:
			score->state = DP_MISSING;
			break;
		case DP_GIVES_PASS:
			score->state = DP_PASS;
			break;
		case DP_GIVES_ZERO:
			score->state = DP_ZERO;
			break;
	}
}

DpScore
dp_rule_score(const DpRule *rule, DpDec n, const DpDec *d, const DpDec *points)
{
	DpScore		score = {DP_INVALID, -1};
	int			d_sign = d == NULL ? 1 : dp_dec_sign(*d);
	int			infinite = 0;

	if (d_sign < 0)
		return score;
	if (d_sign == 0)
	{
		/* Above or below every bound. */
		infinite = dp_dec_sign(n);
		if (infinite == 0)
		{
			score.state = DP_NOT_APPLICABLE;
			return score;
		}
	}
	for (int i = 0; i < rule->nbranches; i++)
	{
		const DpBranch *branch = &rule->branch[i];

		if (branch->relation != DP_ALWAYS &&
			!holds(branch->relation, infinite ? infinite : compare(n, d, branch->bound.value)))
			continue;
		score.branch = i;
		if (infinite && (branch->outcome == DP_SHARE || branch->outcome == DP_SLOPE))
			return score;
		apply(branch, n, d == NULL ? DP_INT(1) : *d, points, &score);
		return score;
	}
	elog(ERROR, "deptperf rule does not cover a number");
}
