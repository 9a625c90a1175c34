/*
 * rule_score.c: what a rule does with a number.
 *
 * x is the fraction n / d, kept as such: a bound b is compared as n against
 * b * d, so nothing is rounded before the points are.
 */
#include "postgres.h"

#include "compat.h"
#include "rule.h"

/* Does a branch hold for an x that compares with its bound like this? */
static inline bool
holds(DpRelation relation, int cmp)
{
	/* for each relation a bit for less, equal and greater */
	static const uint8 answers[] = {
		[DP_LESS] = 1, [DP_LESS_EQUAL] = 3, [DP_EQUAL] = 2,
		[DP_GREATER_EQUAL] = 6, [DP_GREATER] = 4, [DP_ALWAYS] = 7
	};

	return (answers[relation] >> (cmp + 1)) & 1;
}

/* n against bound * d, without the product where d is 1 */
static inline int
compare(DpDec n, const DpDec *d, DpDec bound)
{
	return dp_dec_cmp(n, d == NULL ? bound : dp_dec_mul(bound, *d));
}

/*
 * The first branch that holds.  Nearly always n and d fit 64 bits and have few
 * decimals: then n is brought to the scale of bound * d once, and no product
 * leaves 126 bits.
 */
static int
find_branch(const DpRule *rule, const DpDec *n, const DpDec *d)
{
	int			i = 0;
	int32		shift = rule->scale + (d == NULL ? 0 : d->scale) - n->scale;

	if (rule->narrow && shift >= 0 && shift <= DP_MAX_SHIFT && dp_narrow(*n, d == NULL ? *n : *d))
	{
		int128		left = (int128) (int64) n->v * dp_pow10[shift];
		int64		by = d == NULL ? 1 : (int64) d->v;

		for (; i < rule->nbranches; i++)
		{
			int128		right = (int128) rule->branch[i].narrow_bound * by;

			if (holds(rule->branch[i].relation, left < right ? -1 : left > right))
				return i;
		}
	}
	for (; i < rule->nbranches; i++)
		if (rule->branch[i].relation == DP_ALWAYS ||
			holds(rule->branch[i].relation, compare(*n, d, rule->branch[i].bound.value)))
			return i;
	elog(ERROR, "deptperf rule does not cover a number");
}

/* The first branch that holds above or below every bound. */
static int
find_outermost(const DpRule *rule, int sign)
{
	for (int i = 0; i < rule->nbranches; i++)
		if (holds(rule->branch[i].relation, sign))
			return i;
	elog(ERROR, "deptperf rule does not cover infinity");
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
static inline DpFrac
hold(DpFrac value, const DpDec *points)
{
	if (dp_dec_sign(value.n) < 0)
		return dp_frac(DP_INT(0));
	if (points != NULL && dp_frac_cmp_dec(value, *points) > 0)
		return dp_frac(*points);
	return value;
}

/*
 * a * x / b where everything fits 64 bits, also the products: the same as below,
 * field by field, because a decimal that is written in parts and copied as a
 * whole right afterwards makes the processor wait.  False elsewhere.
 */
static inline bool
narrow_share(const DpBranch *branch, const DpDec *n, const DpDec *d, const DpDec *points, DpFrac *share)
{
	int128		v,
				w = branch->b.value.v,
				most;
	int32		scale = branch->b.value.scale,
				shift;

	if (points == NULL || !dp_narrow(branch->a.value, *n) || !dp_narrow(branch->b.value, *points) ||
		(d != NULL && !dp_narrow(*d, *d)))
		return false;
	v = (int128) (int64) branch->a.value.v * (int64) n->v;
	if (d != NULL)
	{
		w = (int128) (int64) w * (int64) d->v;
		scale += d->scale;
	}
	if (v < 0 || v != (int64) v || w != (int64) w ||
		scale > DP_MAX_SCALE || branch->a.value.scale + n->scale > DP_MAX_SCALE)
		return false;
	most = (int128) (int64) points->v * (int64) w;
	shift = points->scale + scale - branch->a.value.scale - n->scale;
	if (shift < -DP_MAX_SHIFT || shift > DP_MAX_SHIFT || most != (int64) most ||
		(shift < 0 ? (int128) (int64) v > (int128) (int64) most * dp_pow10[-shift] :
		 (int128) (int64) v * dp_pow10[shift] > most))
		return false;
	share->n.v = v;
	share->n.scale = branch->a.value.scale + n->scale;
	share->n.big = NULL;
	share->d.v = w;
	share->d.scale = scale;
	share->d.big = NULL;
	return true;
}

static void
apply(const DpBranch *branch, const DpDec *n, const DpDec *d, const DpDec *points, DpScore *score)
{
	DpFrac		share;

	score->state = DP_SCORED;
	switch (branch->outcome)
	{
		case DP_CONSTANT:
			score->points = dp_frac(branch->a.value);
			if (points != NULL && dp_dec_cmp(branch->a.value, *points) > 0)
				score->points = dp_frac(*points);
			break;
		case DP_SHARE:
			if (narrow_share(branch, n, d, points, &score->points))
				break;
			share.n = dp_dec_mul(branch->a.value, *n);
			share.d = d == NULL ? branch->b.value : dp_dec_mul(branch->b.value, *d);
			score->points = hold(share, points);
			break;
		case DP_SLOPE:
			score->points = hold(slope_points(branch, *n, d == NULL ? DP_INT(1) : *d), points);
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

void
dp_rule_score(const DpRule *rule, const DpDec *n, const DpDec *d, const DpDec *points,
			  DpScore *score)
{
	int			d_sign = d == NULL ? 1 : d->big == NULL ? (d->v > 0) - (d->v < 0) : dp_dec_sign(*d);
	const DpBranch *branch;

	score->state = DP_INVALID;
	score->branch = -1;
	if (unlikely(d_sign < 0))
		return;
	if (unlikely(d_sign == 0))
	{
		int			infinite = dp_dec_sign(*n);

		if (infinite == 0)
		{
			score->state = DP_NOT_APPLICABLE;
			return;
		}
		score->branch = find_outermost(rule, infinite);
		branch = &rule->branch[score->branch];
		if (branch->outcome == DP_SHARE || branch->outcome == DP_SLOPE)
			return;
	}
	else
	{
		score->branch = find_branch(rule, n, d);
		branch = &rule->branch[score->branch];
	}
	apply(branch, n, d, points, score);
}
