/*
 * evaluate.h: the one place where scoring happens.
 *
 * An evaluation belongs to one framework and is used again for one department
 * after the other: fill in facts and inputs, then ask for an indicator or for
 * the total.  What a call allocates (numerics too large for 128 bits) is in
 * the current memory context, which the caller resets between departments.
 *
 * Nothing here fails because of a fact or an input: what can't be read makes
 * the item invalid, so that one department's data never stops a query.
 */
#ifndef DEPTPERF_EVALUATE_H
#define DEPTPERF_EVALUATE_H

#include "facts.h"
#include "framework.h"

typedef enum DpResultState
{
	DP_RESULT_SCORED,
	DP_RESULT_JUDGED,
	DP_RESULT_COMPARED,			/* with its peers */
	DP_RESULT_OVERRIDDEN,
	DP_RESULT_EXEMPT,
	DP_RESULT_NOT_APPLICABLE,
	DP_RESULT_LEFT_OUT,
	DP_RESULT_MISSING,
	DP_RESULT_NOT_COMPARED,		/* with its peers, yet */
	DP_RESULT_INVALID,
	DP_RESULT_VETOED
} DpResultState;

/* Not decided; what is left out is decided, and has no points either. */
static inline bool
dp_is_open(DpResultState state)
{
	return state == DP_RESULT_MISSING || state == DP_RESULT_NOT_COMPARED ||
		state == DP_RESULT_INVALID;
}

typedef enum DpInputKind
{
	DP_NO_INPUT,
	DP_POINTS,
	DP_PEER_POINTS,				/* of a comparison with peers */
	DP_EXEMPT,
	DP_BAD_INPUT
} DpInputKind;

typedef struct DpInput
{
	DpInputKind kind;
	bool		exempt;			/* of DP_PEER_POINTS: they are what an exemption gives */
	DpDec		points;
} DpInput;

typedef struct DpItemResult
{
	DpResultState state;
	bool		has_value;		/* the formula's facts are all known */
	DpDec		n,
				d;
	int			branch;			/* that decided, or -1 */
	DpFrac		points;			/* unless open or left out */
} DpItemResult;

typedef struct DpIndicatorResult
{
	DpResultState state;
	DpDec		points;			/* rounded; unless missing or left out */
	DpFrac		exact;			/* the same, before rounding */
	DpDec		decided;		/* the points that could be had for it */
	bool		left_out;		/* some of it is, or all */
	DpDec		open;			/* the points that are still open */
	int			open_items;
} DpIndicatorResult;

typedef struct DpTotal
{
	bool		known;
	DpDec		total;
	DpDec		provisional;
	DpDec		open;
	int			open_items;
	text	   *grade;			/* NULL: none */
	int			decimals;		/* of total and provisional */
} DpTotal;

typedef struct DpEvaluation
{
	const DpFramework *framework;
	DpFactNames *names;			/* of the facts that formulas read */
	DpFact	   *fact;			/* by their places */
	bool		part;			/* units are out of reach (facts.h): no fact is known */
	DpInput    *item_input;
	DpInput    *indicator_input;
	DpItemResult *item;
	DpIndicatorResult *indicator;
} DpEvaluation;

extern DpEvaluation *dp_evaluation_keep(Jsonb *document, MemoryContext parent,
										MemoryContext *context);
extern void dp_evaluation_read(DpEvaluation *evaluation, DpFacts facts, Jsonb *inputs);
extern DpResultState dp_evaluate_indicator(DpEvaluation *evaluation, int indicator);
extern DpTotal dp_evaluate(DpEvaluation *evaluation);
extern text *dp_evaluation_grade(const DpFramework *framework, DpDec total);

#endif							/* DEPTPERF_EVALUATE_H */
