/*
 * formula.c: reading, printing and working out a formula.
 *
 *	formula = form [ "/" form ]		a form beside "/" is one term or in parentheses
 *	form    = term { ( "+" | "-" ) term } | "(" form ")"
 *	term    = [ number "*" ] ( fact | "nonzero" "(" fact ")" )
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "fmgr.h"
#include "formula.h"
#include "scan.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* ---- reading ---- */

static int
place_of(List **names, const char *name)
{
	ListCell   *cell;

	foreach(cell, *names)
		if (strcmp(lfirst(cell), name) == 0)
			return foreach_current_index(cell);
	*names = lappend(*names, pstrdup(name));
	return list_length(*names) - 1;
}

static bool
parse_term(DpScan *scan, DpForm *form, bool negative, List **names)
{
	DpNumber	factor = {DP_INT(1), false};
	char		name[DP_MAX_WORD + 1];
	DpTerm	   *term;

	form->term = form->term == NULL ? palloc(sizeof(DpTerm)) :
		repalloc(form->term, sizeof(DpTerm) * (form->nterms + 1));
	term = &form->term[form->nterms++];
	memset(term, 0, sizeof(DpTerm));

	if (dp_scan_at_number(scan))
	{
		if (!dp_scan_number(scan, &factor, "a number"))
			return false;
		if (!dp_scan_sign(scan, "*"))
			return dp_scan_fail(scan, "\"*\" and a fact");
	}
	term->factor = factor.value;
	if (negative)
		term->factor.v = -term->factor.v;

	if (dp_scan_at_word(scan, "nonzero"))
	{
		DpScan		before = *scan;

		dp_scan_word(scan, "nonzero");
		term->nonzero = dp_scan_sign(scan, "(");
		if (!term->nonzero)
			*scan = before;		/* a fact of that name */
	}
	if (!dp_scan_name(scan, name, term->nonzero ? "the name of a fact" :
					  "the name of a fact, a number or \"(\""))
		return false;
	if (term->nonzero && !dp_scan_sign(scan, ")"))
		return dp_scan_fail(scan, "\")\"");
	term->fact = place_of(names, name);
	return true;
}

/* closed: a form that may stand beside "/" */
static bool
parse_form(DpScan *scan, DpForm *form, bool *closed, List **names)
{
	bool		negative = false;
	int			parentheses = 0;

	while (dp_scan_sign(scan, "("))
		parentheses++;
	do
	{
		if (!parse_term(scan, form, negative, names))
			return false;
		negative = dp_scan_sign(scan, "-");
	} while (negative || dp_scan_sign(scan, "+"));
	*closed = form->nterms == 1 || parentheses > 0;
	for (; parentheses > 0; parentheses--)
		if (!dp_scan_sign(scan, ")"))
			return dp_scan_fail(scan, "\"+\", \"-\" or \")\"");
	return true;
}

/* Gives NULL after a soft error. */
DpFormula *
dp_formula_parse(const char *text, List **names, Node *escontext)
{
	DpFormula  *formula = palloc0(sizeof(DpFormula));
	DpScan		scan;
	bool		closed;

	if (!dp_scan_start(&scan, "formula", text, escontext) ||
		!parse_form(&scan, &formula->numerator, &closed, names))
		return NULL;
	if (*scan.p == '/')
	{
		const char *expected = "the end of the formula (what stands beside \"/\" is one term or in parentheses)";

		if (!closed)
		{
			dp_scan_fail(&scan, expected);
			return NULL;
		}
		dp_scan_sign(&scan, "/");
		if (!parse_form(&scan, &formula->denominator, &closed, names))
			return NULL;
		if (!closed)
		{
			/* Back to the second term's sign, which should not be there. */
			scan.p = strchr(scan.text, '/');
			scan.p += strcspn(scan.p, "+-");
			dp_scan_fail(&scan, expected);
			return NULL;
		}
	}
	if (!dp_scan_end(&scan, "\"+\", \"-\", \"/\" or the end of the formula") ||
		!dp_scan_check_length(&scan, dp_formula_text(formula, *names)))
		return NULL;
	return formula;
}

/* ---- printing ---- */

static void
print_term(StringInfo buf, const DpTerm *term, bool first, List *names)
{
	DpDec		factor = term->factor;
	const char *name = list_nth(names, term->fact);

	if (!first)
		appendStringInfoString(buf, factor.v < 0 ? " - " : " + ");
	if (factor.v < 0)
		factor.v = -factor.v;
	if (dp_dec_cmp(factor, DP_INT(1)) != 0)
	{
		dp_dec_print(buf, factor);
		appendStringInfoChar(buf, '*');
	}
	appendStringInfo(buf, term->nonzero ? "nonzero(%s)" : "%s", name);
}

static void
print_form(StringInfo buf, const DpForm *form, bool beside, List *names)
{
	bool		parentheses = beside && form->nterms > 1;

	/* records.md writes a factor below "/" in parentheses, too */
	if (beside && form->nterms == 1 && dp_dec_cmp(form->term[0].factor, DP_INT(1)) != 0)
		parentheses = true;
	if (parentheses)
		appendStringInfoChar(buf, '(');
	for (int i = 0; i < form->nterms; i++)
		print_term(buf, &form->term[i], i == 0, names);
	if (parentheses)
		appendStringInfoChar(buf, ')');
}

char *
dp_formula_text(const DpFormula *formula, List *names)
{
	StringInfoData buf;
	bool		quotient = formula->denominator.nterms > 0;

	initStringInfo(&buf);
	print_form(&buf, &formula->numerator, quotient, names);
	if (quotient)
	{
		appendStringInfoString(&buf, " / ");
		print_form(&buf, &formula->denominator, true, names);
	}
	return buf.data;
}

/* ---- working out ---- */

static DpFactState
form_value(const DpForm *form, const DpFact *facts, DpDec *value)
{
	DpFactState state = DP_FACT_KNOWN;

	*value = DP_INT(0);
	for (int i = 0; i < form->nterms; i++)
	{
		const DpTerm *term = &form->term[i];
		const DpFact *fact = &facts[term->fact];
		DpDec		part;

		if (fact->state == DP_FACT_ABSENT)
			return DP_FACT_ABSENT;
		if (fact->state == DP_FACT_NAN)
		{
			state = DP_FACT_NAN;
			continue;
		}
		part = term->nonzero ? DP_INT(dp_dec_sign(fact->value) != 0) : fact->value;
		if (term->factor.v != 1 || term->factor.scale != 0)
			part = dp_dec_mul(term->factor, part);
		*value = i == 0 ? part : dp_dec_add(*value, part);
	}
	return state;
}

DpFactState
dp_formula_value(const DpFormula *formula, const DpFact *facts,
				 DpDec *numerator, DpDec *denominator)
{
	DpFactState above = form_value(&formula->numerator, facts, numerator);
	DpFactState below = DP_FACT_KNOWN;

	if (formula->denominator.nterms > 0)
		below = form_value(&formula->denominator, facts, denominator);
	if (above == DP_FACT_ABSENT || below == DP_FACT_ABSENT)
		return DP_FACT_ABSENT;
	return above == DP_FACT_NAN ? above : below;
}

/* ---- SQL ---- */

/* deptperf_formula(text): the canonical text of a formula; an error otherwise. */
PG_FUNCTION_INFO_V1(deptperf_formula);
Datum
deptperf_formula(PG_FUNCTION_ARGS)
{
	List	   *names = NIL;
	DpFormula  *formula = dp_formula_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), &names, NULL);

	PG_RETURN_TEXT_P(cstring_to_text(dp_formula_text(formula, names)));
}

/* deptperf_formula_facts(text): the facts that a formula reads, each once. */
PG_FUNCTION_INFO_V1(deptperf_formula_facts);
Datum
deptperf_formula_facts(PG_FUNCTION_ARGS)
{
	List	   *names = NIL;
	ListCell   *cell;
	Datum	   *elements;

	dp_formula_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), &names, NULL);
	elements = palloc(sizeof(Datum) * list_length(names));
	foreach(cell, names)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, list_length(names), TEXTOID, -1, false,
										  TYPALIGN_INT));
}
