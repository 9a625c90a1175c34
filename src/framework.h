/*
 * framework.h: a framework as evaluation uses it, parsed from its document.
 *
 * The document is one jsonb: groups, indicators, items, requirements and
 * grade bands in the official order (doc/framework.md).  dp_framework_parse
 * allocates everything in the current memory context and raises an error
 * that names the member at fault; a framework that it gives is sound, so
 * evaluate.c does not look for faults again.
 *
 * Nothing here reads a table or knows what a score is.
 */
#ifndef DEPTPERF_FRAMEWORK_H
#define DEPTPERF_FRAMEWORK_H

#include "formula.h"
#include "rule.h"
#include "utils/jsonb.h"

typedef struct DpGroup
{
	text	   *code;
	int			parent;			/* place in groups, or -1 */
} DpGroup;

typedef struct DpItem
{
	text	   *code;
	DpDec		points;
	DpFormula  *formula;		/* NULL: judged */
	DpRule	   *rule;
	bool		full_when_empty;	/* 0/0 gives full points, else missing */
	text	  **branch_text;	/* of each branch of the rule */
} DpItem;

typedef struct DpRequirement
{
	DpFormula  *formula;
	DpRule	   *rule;
	bool		names_missing;	/* then an absent fact leaves it missing */
} DpRequirement;

typedef struct DpIndicator
{
	text	   *code;
	DpDec		points;
	int			group;			/* place in groups, or -1 */
	List	   *items;			/* of int: places in items */
	List	   *requirements;	/* of DpRequirement * */
} DpIndicator;

typedef struct DpBand
{
	text	   *grade;
	DpDec		from;
} DpBand;

/* A code that inputs may name. */
typedef struct DpCode
{
	const char *code;
	int			len;
	bool		is_item;
	int			place;
} DpCode;

typedef struct DpFramework
{
	int			max_digits;		/* of a fact, so that every sum stays exact */
	bool		leave_out;		/* what is missing is left out, the rest scaled to 100 */
	int			ngroups;
	DpGroup    *group;
	int			nindicators;
	DpIndicator *indicator;
	int			nitems;
	DpItem	   *item;
	int			nbands;
	DpBand	   *band;			/* highest first */
	List	   *facts;			/* of char *: the names that formulas read */
	int			ncodes;
	DpCode	   *code;			/* in the order of dp_framework_code_cmp */
} DpFramework;

/*
 * A sum of so many computed items still leaves their facts 48 digits on either
 * side of the point; see max_digits.
 */
#define DP_MAX_SUMMED_ITEMS 200

/* Every sum is rounded to this many decimals, half up. */
#define DP_DECIMALS 2

extern DpFramework *dp_framework_parse(Jsonb *document);
extern const DpCode *dp_framework_find(const DpFramework *framework, const char *code, int len);

#endif							/* DEPTPERF_FRAMEWORK_H */
