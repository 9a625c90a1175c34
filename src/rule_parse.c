/*
 * rule_parse.c: the text of a rule, read into branches and printed back.
 *
 *	rule    = outcome | branch { "," branch } [ "," "else" outcome ]
 *	branch  = "x" ( "<" | "<=" | "=" | ">=" | ">" ) bound ":" outcome
 *	outcome = number
 *	        | number "*" "x" [ "/" number ]
 *	        | number ( "-" | "+" ) number "per" [ "whole" | "started" ] number
 *	          [ ( "over" | "under" ) bound ]
 *	        | "invalid" | "missing" | "pass" | "zero"
 *	bound   = [ "-" ] number
 *
 * Whether the branches make sense together is rule_check.c's matter.
 */
#include "postgres.h"

#include "compat.h"
#include "rule.h"

static const char *const relation_signs[] = {
	[DP_LESS] = "<", [DP_LESS_EQUAL] = "<=", [DP_EQUAL] = "=",
	[DP_GREATER_EQUAL] = ">=", [DP_GREATER] = ">"
};

static const struct
{
	const char *word;
	DpOutcome	outcome;
}			outcome_words[] = {
	{"invalid", DP_GIVES_INVALID},
	{"missing", DP_GIVES_MISSING},
	{"pass", DP_GIVES_PASS},
	{"zero", DP_GIVES_ZERO},
};

/* ---- reading ---- */

static bool
parse_bound(DpScan *scan, DpNumber *bound)
{
	bool		negative = dp_scan_sign(scan, "-");

	if (!dp_scan_number(scan, bound, "a bound (a number such as 90% or 0.9)"))
		return false;
	if (negative)
		bound->value.v = -bound->value.v;
	return true;
}

/* A number that something is divided by. */
static bool
parse_divisor(DpScan *scan, DpNumber *number, const char *expected)
{
	DpScan		start = *scan;

	if (!dp_scan_number(scan, number, expected))
		return false;
	if (number->value.v == 0)
		return dp_scan_fail(&start, "a number above 0");
	return true;
}

static bool
parse_share(DpScan *scan, DpBranch *branch)
{
	branch->outcome = DP_SHARE;
	branch->b.value = DP_INT(1);
	if (!dp_scan_word(scan, "x"))
		return dp_scan_fail(scan, "x");
	if (dp_scan_sign(scan, "/"))
		return parse_divisor(scan, &branch->b, "a number to divide by");
	return true;
}

static bool
parse_slope(DpScan *scan, DpBranch *branch, bool falls)
{
	branch->outcome = DP_SLOPE;
	branch->falls = falls;
	if (!dp_scan_number(scan, &branch->b, "the points of one step"))
		return false;
	if (!dp_scan_word(scan, "per"))
		return dp_scan_fail(scan, "\"per\"");
	if (dp_scan_word(scan, "whole"))
		branch->steps = DP_WHOLE_STEPS;
	else if (dp_scan_word(scan, "started"))
		branch->steps = DP_STARTED_STEPS;
	if (!parse_divisor(scan, &branch->step, branch->steps == DP_EXACT_STEPS ?
					   "\"whole\", \"started\" or the size of a step" : "the size of a step"))
		return false;
	if (dp_scan_word(scan, "over"))
		branch->side = DP_OVER;
	else if (dp_scan_word(scan, "under"))
		branch->side = DP_UNDER;
	else
		return true;
	return parse_bound(scan, &branch->from);
}

static bool
parse_outcome(DpScan *scan, DpBranch *branch, const char *expected)
{
	for (int i = 0; i < lengthof(outcome_words); i++)
		if (dp_scan_word(scan, outcome_words[i].word))
		{
			branch->outcome = outcome_words[i].outcome;
			return true;
		}
	if (!dp_scan_number(scan, &branch->a, expected))
		return false;
	if (dp_scan_sign(scan, "*"))
		return parse_share(scan, branch);
	if (dp_scan_sign(scan, "-"))
		return parse_slope(scan, branch, true);
	if (dp_scan_sign(scan, "+"))
		return parse_slope(scan, branch, false);
	branch->outcome = DP_CONSTANT;
	return true;
}

static bool
parse_relation(DpScan *scan, DpBranch *branch)
{
	static const DpRelation longest_first[] = {
		DP_LESS_EQUAL, DP_GREATER_EQUAL, DP_LESS, DP_GREATER, DP_EQUAL
	};

	for (int i = 0; i < lengthof(longest_first); i++)
		if (dp_scan_sign(scan, relation_signs[longest_first[i]]))
		{
			branch->relation = longest_first[i];
			return true;
		}
	return dp_scan_fail(scan, "one of <, <=, =, >=, >");
}

static bool
parse_branch(DpScan *scan, DpBranch *branch)
{
	if (!parse_relation(scan, branch) || !parse_bound(scan, &branch->bound))
		return false;
	if (!dp_scan_sign(scan, ":"))
		return dp_scan_fail(scan, "\":\"");
	return parse_outcome(scan, branch, "the points (a number), or invalid, missing, pass or zero");
}

/* ---- printing ---- */

static void
print_outcome(StringInfo buf, const DpBranch *branch)
{
	switch (branch->outcome)
	{
		case DP_CONSTANT:
			dp_number_print(buf, branch->a);
			return;
		case DP_SHARE:
			dp_number_print(buf, branch->a);
			appendStringInfoString(buf, " * x");
			if (branch->b.percent || dp_dec_cmp(branch->b.value, DP_INT(1)) != 0)
			{
				appendStringInfoString(buf, " / ");
				dp_number_print(buf, branch->b);
			}
			return;
		case DP_SLOPE:
			dp_number_print(buf, branch->a);
			appendStringInfoString(buf, branch->falls ? " - " : " + ");
			dp_number_print(buf, branch->b);
			appendStringInfoString(buf, branch->steps == DP_WHOLE_STEPS ? " per whole " :
								   branch->steps == DP_STARTED_STEPS ? " per started " : " per ");
			dp_number_print(buf, branch->step);
			if (branch->side != DP_OVER_UNWRITTEN)
			{
				appendStringInfoString(buf, branch->side == DP_OVER ? " over " : " under ");
				dp_number_print(buf, branch->from);
			}
			return;
		default:
			for (int i = 0; i < lengthof(outcome_words); i++)
				if (outcome_words[i].outcome == branch->outcome)
					appendStringInfoString(buf, outcome_words[i].word);
	}
}

static char *
branch_text(const DpBranch *branch, bool alone)
{
	StringInfoData buf;

	initStringInfo(&buf);
	if (branch->relation != DP_ALWAYS)
	{
		appendStringInfo(&buf, "x %s ", relation_signs[branch->relation]);
		dp_number_print(&buf, branch->bound);
		appendStringInfoString(&buf, ": ");
	}
	else if (!alone)
		appendStringInfoString(&buf, "else ");
	print_outcome(&buf, branch);
	return buf.data;
}

char *
dp_rule_text(const DpRule *rule)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < rule->nbranches; i++)
		appendStringInfo(&buf, "%s%s", i > 0 ? ", " : "", rule->branch[i].text);
	return buf.data;
}

/* ---- the whole ---- */

/* Room for one more branch at the end. */
static DpBranch *
add_branch(DpRule **rule, DpScan *scan)
{
	DpBranch   *branch;

	if ((*rule)->nbranches == DP_MAX_BRANCHES)
		ereturn(scan->escontext, NULL,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("rule has too many branches"),
				 errdetail("Branch %d begins at character %d; at most %d are taken.",
						   DP_MAX_BRANCHES + 1, dp_scan_position(scan), DP_MAX_BRANCHES)));
	*rule = repalloc(*rule, offsetof(DpRule, branch) +
					 sizeof(DpBranch) * ((*rule)->nbranches + 1));
	branch = &(*rule)->branch[(*rule)->nbranches++];
	memset(branch, 0, sizeof(DpBranch));
	branch->position = dp_scan_position(scan);
	return branch;
}

/*
 * Bring the bounds to one scale, so that scoring compares whole numbers.  With
 * a few decimals to spare a number of more decimals than the bounds can be
 * compared too.
 */
static void
align_bounds(DpRule *rule)
{
	rule->scale = 6;
	for (int i = 0; i < rule->nbranches; i++)
		rule->scale = Max(rule->scale, rule->branch[i].bound.value.scale);
	rule->narrow = rule->scale <= DP_MAX_SHIFT;
	for (int i = 0; i < rule->nbranches && rule->narrow; i++)
	{
		DpDec		bound = rule->branch[i].bound.value;
		DpDec		unit = dp_dec_make(1, rule->scale);

		rule->narrow = dp_narrow_align(&bound, &unit) &&
			bound.v < (INT64CONST(1) << 62) && bound.v > -(INT64CONST(1) << 62);
		rule->branch[i].narrow_bound = (int64) bound.v;
	}
}

/* Gives NULL after a soft error. */
DpRule *
dp_rule_parse(const char *text, Node *escontext)
{
	DpScan		scan;
	DpRule	   *rule = palloc(offsetof(DpRule, branch));
	DpBranch   *branch;

	rule->nbranches = 0;
	if (!dp_scan_start(&scan, "rule", text, escontext))
		return NULL;
	do
	{
		bool		ok;

		branch = add_branch(&rule, &scan);
		if (branch == NULL)
			return NULL;
		if (dp_scan_word(&scan, "x"))
			ok = parse_branch(&scan, branch);
		else
		{
			bool		first = rule->nbranches == 1;

			branch->relation = DP_ALWAYS;
			if (!first && !dp_scan_word(&scan, "else"))
			{
				dp_scan_fail(&scan, "x or else");
				return NULL;
			}
			ok = parse_outcome(&scan, branch, first ? "x or the points (a number)" :
							   "the points (a number), or invalid, missing, pass or zero");
		}
		if (!ok)
			return NULL;
		branch->text = branch_text(branch, rule->nbranches == 1);
	} while (branch->relation != DP_ALWAYS && dp_scan_sign(&scan, ","));

	if (!dp_scan_end(&scan, branch->relation == DP_ALWAYS ? "the end of the rule" :
					 "\",\" and the next branch, or the end of the rule"))
		return NULL;
	if (!dp_scan_check_length(&scan, dp_rule_text(rule)))
		return NULL;
	align_bounds(rule);
	return dp_rule_check(rule, text, escontext) ? rule : NULL;
}
