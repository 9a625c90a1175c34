/*
 * rule_explain.c: a rule for those who explain it: what it is made of
 * (deptperf_rule_branches), and what it does with a number, written out so that
 * whoever reads it can do it again, by hand or as SQL (deptperf_arithmetic).
 *
 * It says nothing that rule_parse.c has not read or rule_score.c decided.
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "funcapi.h"
#include "rule.h"
#include "utils/builtins.h"

/* A number as SQL reads it; below "/" a whole one would make it an integer division. */
static void
append_number(StringInfo buf, DpDec value, bool divided)
{
	char	   *text = dp_dec_text(value);

	appendStringInfo(buf, text[0] == '-' ? "(%s%s)" : "%s%s", text,
					 divided && strchr(text, '.') == NULL ? ".0" : "");
}

/* n / d, or n where there is no denominator; a division follows */
static void
append_value(StringInfo buf, DpDec n, const DpDec *d)
{
	append_number(buf, n, true);
	if (d != NULL)
	{
		appendStringInfoString(buf, " / ");
		append_number(buf, *d, false);
	}
}

static void
append_share(StringInfo buf, const DpBranch *branch, DpDec n, const DpDec *d)
{
	bool		divisor = dp_dec_cmp(branch->b.value, DP_INT(1)) != 0;

	append_number(buf, branch->a.value, false);
	appendStringInfoString(buf, " * ");
	append_number(buf, n, d != NULL || divisor);
	if (d != NULL)
	{
		appendStringInfoString(buf, " / ");
		append_number(buf, *d, false);
	}
	if (divisor)
	{
		appendStringInfoString(buf, " / ");
		append_number(buf, branch->b.value, false);
	}
}

/* How far x lies beyond the slope's bound. */
static void
append_distance(StringInfo buf, const DpBranch *branch, DpDec n, const DpDec *d)
{
	if (branch->side == DP_UNDER)
	{
		append_number(buf, branch->from.value, false);
		appendStringInfoString(buf, " - ");
	}
	append_value(buf, n, d);
	if (branch->side != DP_UNDER && dp_dec_sign(branch->from.value) != 0)
	{
		appendStringInfoString(buf, " - ");
		append_number(buf, branch->from.value, false);
	}
}

/*
 * In whole or started steps the division comes last, so that SQL, which rounds
 * quotients, counts the same steps.
 */
static void
append_steps(StringInfo buf, const DpBranch *branch, DpDec n, const DpDec *d)
{
	DpDec		one = d == NULL ? DP_INT(1) : *d;
	DpDec		limit = dp_dec_mul(branch->from.value, one);
	DpDec		beyond = branch->side == DP_UNDER ? dp_dec_sub(limit, n) : dp_dec_sub(n, limit);

	appendStringInfoString(buf, branch->steps == DP_WHOLE_STEPS ? "div(" : "ceil(");
	append_number(buf, beyond, branch->steps == DP_STARTED_STEPS);
	appendStringInfoString(buf, branch->steps == DP_WHOLE_STEPS ? ", " : " / ");
	append_number(buf, dp_dec_mul(one, branch->step.value), false);
	appendStringInfoChar(buf, ')');
}

static void
append_slope(StringInfo buf, const DpBranch *branch, DpDec n, const DpDec *d)
{
	DpDec		limit = d == NULL ? branch->from.value : dp_dec_mul(branch->from.value, *d);
	int			cmp = dp_dec_cmp(n, limit);

	append_number(buf, branch->a.value, false);
	if (branch->side == DP_UNDER ? cmp >= 0 : cmp <= 0)
		return;
	appendStringInfoString(buf, branch->falls ? " - " : " + ");
	append_number(buf, branch->b.value, false);
	appendStringInfoString(buf, " * ");
	if (branch->steps != DP_EXACT_STEPS)
	{
		append_steps(buf, branch, n, d);
		return;
	}
	appendStringInfoChar(buf, '(');
	append_distance(buf, branch, n, d);
	appendStringInfoString(buf, ") / ");
	append_number(buf, branch->step.value, false);
}

/*
 * deptperf_arithmetic(rule, numerator, denominator): the branch that decides and
 * what it computes, before the points are held between 0 and their maximum.
 */
PG_FUNCTION_INFO_V1(deptperf_arithmetic);
Datum
deptperf_arithmetic(PG_FUNCTION_ARGS)
{
	DpRule	   *rule;
	DpDec		n,
				d;
	bool		quotient = !PG_ARGISNULL(2);
	DpScore		score;
	const DpBranch *branch;
	StringInfoData buf;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) ||
		!dp_dec_read(PG_GETARG_DATUM(1), &n) || !dp_dec_calculable(n, DP_MAX_DIGITS) ||
		(quotient && (!dp_dec_read(PG_GETARG_DATUM(2), &d) || !dp_dec_calculable(d, DP_MAX_DIGITS))))
		PG_RETURN_NULL();
	rule = dp_rule_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), NULL);
	dp_rule_score(rule, &n, quotient ? &d : NULL, NULL, &score);
	if (score.state != DP_SCORED)
		PG_RETURN_NULL();
	branch = &rule->branch[score.branch];
	initStringInfo(&buf);
	switch (branch->outcome)
	{
		case DP_SHARE:
			append_share(&buf, branch, n, quotient ? &d : NULL);
			break;
		case DP_SLOPE:
			append_slope(&buf, branch, n, quotient ? &d : NULL);
			break;
		default:
			append_number(&buf, branch->a.value, false);
			break;
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(buf.data, buf.len));
}

/* ---- deptperf_rule_branches ---- */

static const char *const outcome_names[] = {
	[DP_CONSTANT] = "constant",
	[DP_SHARE] = "share",
	[DP_SLOPE] = "slope",
	[DP_GIVES_INVALID] = "invalid",
	[DP_GIVES_MISSING] = "missing",
	[DP_GIVES_PASS] = "pass",
	[DP_GIVES_ZERO] = "zero",
};

static const char *const steps_names[] = {
	[DP_EXACT_STEPS] = "exact",
	[DP_WHOLE_STEPS] = "whole",
	[DP_STARTED_STEPS] = "started",
};

enum
{
	BRANCH, BOUND, OUTCOME, A, B, STEPS, STEP, START, COLUMNS
};

static Datum
number_datum(DpDec value)
{
	return NumericGetDatum(dp_dec_numeric(value));
}

/*
 * deptperf_rule_branches(rule): a row a branch.  What a slope loses or gains
 * beyond its start is signed, and its step is negative below it, so that
 * a + b * s with s = (x - start) / step holds for all.
 */
PG_FUNCTION_INFO_V1(deptperf_rule_branches);
Datum
deptperf_rule_branches(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	DpRule	   *rule;

	InitMaterializedSRF(fcinfo, 0);
	rule = dp_rule_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), NULL);
	for (int i = 0; i < rule->nbranches; i++)
	{
		const DpBranch *branch = &rule->branch[i];
		bool		slope = branch->outcome == DP_SLOPE;
		Datum		values[COLUMNS] = {0};
		bool		nulls[COLUMNS] = {false};

		values[BRANCH] = CStringGetTextDatum(branch->text);
		values[OUTCOME] = CStringGetTextDatum(outcome_names[branch->outcome]);
		nulls[BOUND] = branch->relation == DP_ALWAYS;
		if (!nulls[BOUND])
			values[BOUND] = number_datum(branch->bound.value);
		nulls[A] = !slope && branch->outcome != DP_CONSTANT && branch->outcome != DP_SHARE;
		if (!nulls[A])
			values[A] = number_datum(branch->a.value);
		nulls[B] = !slope && branch->outcome != DP_SHARE;
		if (!nulls[B])
			values[B] = number_datum(slope && branch->falls ?
									 dp_dec_sub(DP_INT(0), branch->b.value) : branch->b.value);
		nulls[STEPS] = nulls[STEP] = nulls[START] = !slope;
		if (slope)
		{
			values[STEPS] = CStringGetTextDatum(steps_names[branch->steps]);
			values[STEP] = number_datum(branch->side == DP_UNDER ?
										dp_dec_sub(DP_INT(0), branch->step.value) : branch->step.value);
			values[START] = number_datum(branch->from.value);
		}
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
