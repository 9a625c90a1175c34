/*
 * rule_sql.c: deptperf_score and deptperf_state: a rule applied to numbers
 * that the caller brings.
 *
 * The parsed rule is kept with the call site, under its text; a rule that
 * differs from row to row is parsed again for each.
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "rule.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* Where no scale is asked for. */
#define DEFAULT_SCALE 20
#define MAX_SCALE 1000

typedef struct CallSite
{
	MemoryContext context;
	text	   *key;
	DpRule	   *rule;
} CallSite;

static const DpRule *
rule_argument(FunctionCallInfo fcinfo)
{
	CallSite   *site = fcinfo->flinfo->fn_extra;
	text	   *t = PG_GETARG_TEXT_PP(0);
	MemoryContext context,
				old;
	int			size = VARSIZE_ANY_EXHDR(t);

	if (site != NULL && size == VARSIZE(site->key) - VARHDRSZ &&
		memcmp(VARDATA(site->key), VARDATA_ANY(t), size) == 0)
		return site->rule;

	context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "deptperf rule", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	fcinfo->flinfo->fn_extra = NULL;
	if (site != NULL)
		MemoryContextDelete(site->context);
	site = palloc(sizeof(CallSite));
	site->context = context;
	site->key = cstring_to_text_with_len(VARDATA_ANY(t), size);
	site->rule = dp_rule_parse(text_to_cstring(site->key), NULL);
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = site;
	return site->rule;
}

static char *
argument_text(FunctionCallInfo fcinfo, int n)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(n)));
}

/* A number that can be scored exactly; false for NaN, infinities and monsters. */
static bool
read_argument(FunctionCallInfo fcinfo, int n, DpDec *value)
{
	return dp_dec_read(PG_GETARG_DATUM(n), value) && dp_dec_calculable(*value, DP_MAX_DIGITS);
}

static DpDec
need_argument(FunctionCallInfo fcinfo, int n, const char *name)
{
	DpDec		value;

	if (!read_argument(fcinfo, n, &value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s %.40s can't be scored", name, argument_text(fcinfo, n)),
				 errdetail("It must be a finite number of at most 1000 digits on either side of the point."),
				 errhint("deptperf_state(rule, numerator, denominator) sorts such rows out before they are scored.")));
	return value;
}

static void
refuse(FunctionCallInfo fcinfo, const DpRule *rule, const DpScore *score, const char *x)
{
	if (score->state == DP_PASS || score->state == DP_ZERO)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rule \"%s\" is that of a requirement and gives no points", dp_rule_text(rule)),
				 errdetail("For x = %s the branch \"%s\" decides.", x, rule->branch[score->branch].text),
				 errhint("Score with a rule whose outcomes are numbers.")));
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("x = %s is invalid under the rule \"%s\"", x, dp_rule_text(rule)),
			 score->branch >= 0 ?
			 errdetail("The branch \"%s\" decides.", rule->branch[score->branch].text) :
			 errdetail("The denominator is negative."),
			 errhint("deptperf_state(rule, numerator, denominator) sorts such rows out before they are scored.")));
}

static Datum
score_datum(const DpScore *score, bool has_scale, int32 scale)
{
	DpDec		points = dp_frac_round(&score->points, has_scale ? scale : DEFAULT_SCALE);

	return NumericGetDatum(has_scale ? dp_dec_numeric_scale(points, scale) : dp_dec_numeric(points));
}

/* deptperf_score(rule, x) */
PG_FUNCTION_INFO_V1(deptperf_score_x);
Datum
deptperf_score_x(PG_FUNCTION_ARGS)
{
	const DpRule *rule = rule_argument(fcinfo);
	DpDec		x = need_argument(fcinfo, 1, "x");
	DpScore		score;

	dp_rule_score(rule, &x, NULL, NULL, &score);
	if (score.state == DP_MISSING)
		PG_RETURN_NULL();
	if (score.state != DP_SCORED)
		refuse(fcinfo, rule, &score, dp_dec_text(x));
	return score_datum(&score, false, 0);
}

/* deptperf_score(rule, numerator, denominator, points, scale) */
PG_FUNCTION_INFO_V1(deptperf_score);
Datum
deptperf_score(PG_FUNCTION_ARGS)
{
	const DpRule *rule;
	DpDec		n,
				d,
				points;
	int32		scale = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4);
	DpScore		score;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	if (scale < 0 || scale > MAX_SCALE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("scale %d is not within 0 and %d", scale, MAX_SCALE)));
	rule = rule_argument(fcinfo);
	n = need_argument(fcinfo, 1, "numerator");
	d = need_argument(fcinfo, 2, "denominator");
	if (!PG_ARGISNULL(3))
	{
		points = need_argument(fcinfo, 3, "points");
		if (dp_dec_sign(points) < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("points %s are below 0", dp_dec_text(points)),
					 errhint("Give the most that the item can get, or NULL where that is not known.")));
	}
	dp_rule_score(rule, &n, &d, PG_ARGISNULL(3) ? NULL : &points, &score);
	if (score.state == DP_MISSING || score.state == DP_NOT_APPLICABLE)
		PG_RETURN_NULL();
	if (score.state != DP_SCORED)
		refuse(fcinfo, rule, &score, psprintf("%s / %s", dp_dec_text(n), dp_dec_text(d)));
	return score_datum(&score, !PG_ARGISNULL(4), scale);
}

/*
 * deptperf_state(rule, numerator, denominator): what deptperf_score would do:
 * give a number (scored), NULL (missing) or an error (invalid).
 */
PG_FUNCTION_INFO_V1(deptperf_state);
Datum
deptperf_state(PG_FUNCTION_ARGS)
{
	const char *result = "invalid";
	DpDec		n,
				d;
	DpScore		score;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		result = "missing";
	else if (read_argument(fcinfo, 1, &n) && read_argument(fcinfo, 2, &d))
	{
		dp_rule_score(rule_argument(fcinfo), &n, &d, NULL, &score);
		switch (score.state)
		{
			case DP_SCORED:
				result = "scored";
				break;
			case DP_MISSING:
			case DP_NOT_APPLICABLE:
				result = "missing";
				break;
			default:
				break;
		}
	}
	PG_RETURN_TEXT_P(cstring_to_text(result));
}
