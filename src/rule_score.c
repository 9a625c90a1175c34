/*
 * rule_score.c: what a rule does with a number.
 *
 * x is the fraction n / d, kept as such: a bound b is compared as n against
 * b * d, so nothing is rounded before the points are.
 */
#include "postgres.h"

#include "common/int.h"
#include "compat.h"
#include "rule.h"

/* n against bound * d, without the product where d is 1 */
static inline int
compare(DpDec n, const DpDec *d, DpDec bound)
{
	return dp_dec_cmp(n, d == NULL ? bound : dp_dec_mul(bound, *d));
}

/*
 * The first branch that holds.  Nearly always n and d have few digits: then n is
 * brought to the scale of bound * d once, and all products fit 64 bits.
 */
static int
find_branch(const DpRule *rule, const DpDec *n, const DpDec *d)
{
	int			i = 0;
	int32		shift = rule->scale + (d == NULL ? 0 : d->scale) - n->scale;

	if (rule->narrow && shift >= 0 && shift <= DP_MAX_SHIFT && dp_narrow(*n, d == NULL ? *n : *d))
	{
		int64		by = d == NULL ? 1 : (int64) d->v;
		int64		left,
					right;

		if (!pg_mul_s64_overflow((int64) n->v, dp_pow10[shift], &left))
			for (; i < rule->nbranches && !pg_mul_s64_overflow(rule->branch[i].narrow_bound, by, &right); i++)
				if (dp_relation_holds(rule->branch[i].relation, (left > right) - (left < right)))
					return i;
	}
	for (; i < rule->nbranches; i++)
		if (rule->branch[i].relation == DP_ALWAYS ||
			dp_relation_holds(rule->branch[i].relation, compare(*n, d, rule->branch[i].bound.value)))
			return i;
	elog(ERROR, "deptperf rule does not cover a number");
}

/* The first branch that holds above or below every bound. */
static int
find_outermost(const DpRule *rule, int sign)
{
	for (int i = 0; i < rule->nbranches; i++)
		if (dp_relation_holds(rule->branch[i].relation, sign))
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
	const DpDec *a = &branch->a.value;
	const DpDec *b = &branch->b.value;
	int32		scale = b->scale,
				shift;
	int64		v,
				w = (int64) b->v,
				left,
				most;

	if (points == NULL || !dp_is_narrow(a) || !dp_is_narrow(b) || !dp_is_narrow(points) || !dp_is_narrow(n) ||
		pg_mul_s64_overflow((int64) a->v, (int64) n->v, &v) || v < 0)
		return false;
	left = v;
	if (d != NULL)
	{
		if (!dp_is_narrow(d) || pg_mul_s64_overflow(w, (int64) d->v, &w))
			return false;
		scale += d->scale;
	}
	/* x is compared with the points as v with points * w, at one scale */
	shift = points->scale + scale - a->scale - n->scale;
	if (scale > DP_MAX_SCALE || a->scale + n->scale > DP_MAX_SCALE ||
		shift < -DP_MAX_SHIFT || shift > DP_MAX_SHIFT ||
		pg_mul_s64_overflow((int64) points->v, w, &most) ||
		(shift < 0 ? pg_mul_s64_overflow(most, dp_pow10[-shift], &most) :
		 pg_mul_s64_overflow(left, dp_pow10[shift], &left)) ||
		left > most)
		return false;
	share->n.v = v;
	share->n.scale = a->scale + n->scale;
	share->n.big = NULL;
	share->d.v = w;
	share->d.scale = scale;
	share->d.big = NULL;
	return true;
}

/*
 * Which branch decides over x = n / d, and what that makes of it.  Where it is
 * DP_SCORED, dp_rule_points says how many points.
 */
void
dp_rule_decide(const DpRule *rule, const DpDec *n, const DpDec *d, DpScore *score)
{
	static const DpState states[] = {
		[DP_CONSTANT] = DP_SCORED, [DP_SHARE] = DP_SCORED, [DP_SLOPE] = DP_SCORED,
		[DP_GIVES_INVALID] = DP_INVALID, [DP_GIVES_MISSING] = DP_MISSING,
		[DP_GIVES_PASS] = DP_PASS, [DP_GIVES_ZERO] = DP_ZERO
	};
	int			d_sign = d == NULL ? 1 : d->big == NULL ? (d->v > 0) - (d->v < 0) : dp_dec_sign(*d);

	score->state = DP_INVALID;
	score->branch = -1;
	if (unlikely(d_sign < 0))
		return;
	if (unlikely(d_sign == 0))
	{
		int			infinite = dp_dec_sign(*n);
		DpOutcome	outcome;

		if (infinite == 0)
		{
			score->state = DP_NOT_APPLICABLE;
			return;
		}
		score->branch = find_outermost(rule, infinite);
		outcome = rule->branch[score->branch].outcome;
		if (outcome == DP_SHARE || outcome == DP_SLOPE)
			return;
	}
	else
		score->branch = find_branch(rule, n, d);
	score->state = states[rule->branch[score->branch].outcome];
}

static pg_noinline void
any_points(const DpBranch *branch, const DpDec *n, const DpDec *d, const DpDec *points, DpFrac *result)
{
	DpFrac		share;

	switch (branch->outcome)
	{
		case DP_CONSTANT:
			*result = dp_frac(points != NULL && dp_dec_cmp(branch->a.value, *points) > 0 ?
							  *points : branch->a.value);
			break;
		case DP_SHARE:
			share.n = dp_dec_mul(branch->a.value, *n);
			share.d = d == NULL ? branch->b.value : dp_dec_mul(branch->b.value, *d);
			*result = hold(share, points);
			break;
		case DP_SLOPE:
			*result = hold(slope_points(branch, *n, d == NULL ? DP_INT(1) : *d), points);
			break;
		default:
			elog(ERROR, "branch \"%s\" of a deptperf rule gives no points", branch->text);
	}
}

void
dp_rule_points(const DpRule *rule, const DpDec *n, const DpDec *d, const DpDec *points, DpScore *score)
{
	const DpBranch *branch = &rule->branch[score->branch];

	if (branch->outcome != DP_SHARE || !narrow_share(branch, n, d, points, &score->points))
		any_points(branch, n, d, points, &score->points);
}

void
dp_rule_score(const DpRule *rule, const DpDec *n, const DpDec *d, const DpDec *points,
			  DpScore *score)
{
	dp_rule_decide(rule, n, d, score);
	if (score->state == DP_SCORED)
		dp_rule_points(rule, n, d, points, score);
}
