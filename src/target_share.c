/*
 * target_share.c: deptperf_target_share: which share of a target's weight an
 * actual value earns, as an exact fraction of numerator and denominator.
 *
 *	>=  >		met: all; else actual / target
 *	=			met: all; else as >=; target 0: all up to 0, else nothing
 *	<=  <		met: all; else 1 - (actual - target) / target ("difference",
 *				nothing from twice the target) or target / actual ("quotient");
 *				target 0: all up to 0, else nothing
 *	between		inside: all; below as >= its lower number, above as <= its upper
 *
 * These are the rules of the Ministry of Finance's self-evaluation, and as
 * "quotient" those of Hubei's form.  They say nothing of a target below 0 that
 * is missed, where the ratio would grow with the miss: that share is not known.
 *
 * This file knows nothing of how targets are written; see target.c.
 */
#include "postgres.h"

#include "decimal.h"
#include "fmgr.h"
#include "target.h"
#include "utils/builtins.h"

typedef enum Comparison
{
	AT_LEAST,
	ABOVE,
	EQUAL,
	AT_MOST,
	BELOW,
	BETWEEN,
	QUALITATIVE
} Comparison;

typedef enum Reverse
{
	DIFFERENCE,
	QUOTIENT
} Reverse;

static const char *const comparison_names[] = {">=", ">", "=", "<=", "<", "between", "qualitative"};
static const char *const reverse_names[] = {"difference", "quotient"};

/* known is false where no rule says what the share is. */
typedef struct Share
{
	bool		known;
	DpFrac		share;
} Share;

static Share
known(DpDec n, DpDec d)
{
	return (Share)
	{
		true, {n, d}
	};
}

static Share
whole(int share)
{
	return known(DP_INT(share), DP_INT(1));
}

/* Not enough, and what was wanted is not below 0: actual / target. */
static Share
share_below(DpDec actual, DpDec target)
{
	if (dp_dec_sign(target) < 0)
		return (Share) {false};
	if (dp_dec_sign(actual) <= 0 || dp_dec_sign(target) == 0)
		return whole(0);
	return known(actual, target);
}

/* Too much. */
static Share
share_above(DpDec actual, DpDec target, Reverse reverse)
{
	DpDec		left = dp_dec_sub(dp_dec_add(target, target), actual);

	if (dp_dec_sign(target) < 0)
		return (Share) {false};
	if (dp_dec_sign(target) == 0)
		return whole(0);
	if (reverse == QUOTIENT)
		return known(target, actual);
	return dp_dec_sign(left) > 0 ? known(left, target) : whole(0);
}

static Share
target_share(Comparison comparison, DpDec target, DpDec upper, DpDec actual, Reverse reverse)
{
	int			cmp = dp_dec_cmp(actual, target);

	switch (comparison)
	{
		case AT_LEAST:
			return cmp >= 0 ? whole(1) : share_below(actual, target);
		case ABOVE:
			return cmp > 0 ? whole(1) : share_below(actual, target);
		case EQUAL:
			if (dp_dec_sign(target) == 0)
				return whole(dp_dec_sign(actual) <= 0);
			return cmp >= 0 ? whole(1) : share_below(actual, target);
		case AT_MOST:
		case BELOW:
			if (dp_dec_sign(target) == 0)
				return whole(dp_dec_sign(actual) <= 0);
			return cmp < 0 || (cmp == 0 && comparison == AT_MOST) ? whole(1) :
				share_above(actual, target, reverse);
		case BETWEEN:
			if (cmp < 0)
				return share_below(actual, target);
			return dp_dec_cmp(actual, upper) <= 0 ? whole(1) : share_above(actual, upper, reverse);
		case QUALITATIVE:
			break;
	}
	return (Share) {false};
}

/* ---- SQL ---- */

static int
name_argument(FunctionCallInfo fcinfo, int n, const char *what, const char *const *names, int nnames)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(n));

	for (int i = 0; i < nnames; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s \"%.40s\" is not known", what, name),
			 n == 0 ? errdetail("It is one of >=, >, =, <=, <, between and qualitative.") :
			 errdetail("It is difference or quotient."),
			 n == 0 ? errhint("deptperf_target(text) gives it.") : 0));
}

static DpDec
number_argument(FunctionCallInfo fcinfo, int n, const char *what)
{
	DpDec		value;

	if (!dp_dec_read(PG_GETARG_DATUM(n), &value) || !dp_dec_calculable(value, DP_MAX_DIGITS))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s %.40s gives no share", what,
						DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(n)))),
				 errdetail("It must be a finite number of at most 1000 digits on either side of the point.")));
	return value;
}

static Share
share_argument(FunctionCallInfo fcinfo)
{
	Comparison	comparison;
	Reverse		reverse;
	DpDec		target,
				actual,
				upper = DP_INT(0);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(4))
		return (Share) {false};
	comparison = name_argument(fcinfo, 0, "comparison", comparison_names, lengthof(comparison_names));
	reverse = name_argument(fcinfo, 4, "reverse", reverse_names, lengthof(reverse_names));
	if (comparison == QUALITATIVE || PG_ARGISNULL(1) || PG_ARGISNULL(3) ||
		(comparison == BETWEEN && PG_ARGISNULL(2)))
		return (Share) {false};
	target = number_argument(fcinfo, 1, "target");
	actual = number_argument(fcinfo, 3, "actual");
	if (comparison == BETWEEN)
	{
		upper = number_argument(fcinfo, 2, "upper");
		if (dp_dec_cmp(target, upper) > 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("target %.40s is above upper %.40s", dp_dec_text(target), dp_dec_text(upper)),
					 errhint("Give the lower number of a target that is between two first.")));
	}
	return target_share(comparison, target, upper, actual, reverse);
}

/* deptperf_target_share(comparison, target, upper, actual, reverse) */
PG_FUNCTION_INFO_V1(deptperf_target_share);
Datum
deptperf_target_share(PG_FUNCTION_ARGS)
{
	Share		share = share_argument(fcinfo);
	Datum		values[2] = {0};
	bool		nulls[2] = {!share.known, !share.known};

	if (share.known)
	{
		values[0] = NumericGetDatum(dp_dec_numeric(share.share.n));
		values[1] = NumericGetDatum(dp_dec_numeric(share.share.d));
	}
	PG_RETURN_DATUM(dp_target_row(fcinfo, values, nulls));
}
