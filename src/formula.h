/*
 * formula.h: a formula is one linear form over facts, or one over another.
 *
 *	(25*paid_q1 + 13*paid_q2) / (12*budget_adjusted)
 *
 * A formula refers to its facts by their places in a list of names, which
 * the caller owns and may share between formulas.  Whether a name is declared
 * is the workspace's matter; nothing here knows of rules or frameworks.
 */
#ifndef DEPTPERF_FORMULA_H
#define DEPTPERF_FORMULA_H

#include "decimal.h"
#include "nodes/nodes.h"
#include "nodes/pg_list.h"

typedef struct DpTerm
{
	DpDec		factor;			/* signed */
	bool		nonzero;		/* 1 or 0 instead of the fact's value */
	int			fact;			/* place in the list of names */
} DpTerm;

typedef struct DpForm
{
	int			nterms;
	DpTerm	   *term;
} DpForm;

typedef struct DpFormula
{
	DpForm		numerator;
	DpForm		denominator;	/* no terms: there is none */
} DpFormula;

typedef enum DpFactState
{
	DP_FACT_ABSENT,
	DP_FACT_KNOWN,
	DP_FACT_NAN
} DpFactState;

typedef struct DpFact
{
	DpFactState state;
	DpDec		value;
} DpFact;

/* names: a List of char *, to which new names are added */
extern DpFormula *dp_formula_parse(const char *text, List **names, Node *escontext);
extern char *dp_formula_text(const DpFormula *formula, List *names);

/* ABSENT when a fact is, else NAN when one is, else KNOWN and the values are set */
extern DpFactState dp_formula_value(const DpFormula *formula, const DpFact *facts,
									DpDec *numerator, DpDec *denominator);

#endif							/* DEPTPERF_FORMULA_H */
