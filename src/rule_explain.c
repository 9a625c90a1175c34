/*
 * rule_explain.c: deptperf_arithmetic: what a rule does with a number, written
 * out so that whoever reads it can do it again, by hand or as SQL.
 *
 * It says nothing that rule_score.c has not decided.
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
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
	score = dp_rule_score(rule, n, quotient ? &d : NULL, NULL);
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
