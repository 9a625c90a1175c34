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
	DpDec		weight;			/* of its points in what is above it */
} DpGroup;

/* What 0/0, an item that does not apply, and an exemption give. */
typedef enum DpEmpty
{
	DP_EMPTY_FULL,
	DP_EMPTY_MISSING,
	DP_EMPTY_LEAVE_OUT,
	DP_EMPTY_ZERO,
	DP_EMPTY_PEER_MEAN			/* which the inputs bring */
} DpEmpty;

typedef struct DpItem
{
	text	   *code;
	DpDec		points;
	DpDec		most;			/* with its bonus */
	DpFormula  *formula;		/* NULL: judged */
	DpRule	   *rule;
	bool		peer;			/* the rule reads a place among peers; the inputs bring its points */
	DpFormula  *applies;		/* it does not where this is 0; NULL: always */
	DpEmpty		empty;
	text	  **branch_text;	/* of each branch of the rule */
} DpItem;

typedef struct DpRequirement
{
	DpFormula  *formula;
	DpRule	   *rule;
	bool		names_missing;	/* then an absent fact leaves it missing */
	int			band;			/* of the framework: the grade is at most this one */
} DpRequirement;

/* How an indicator comes from its items. */
typedef enum DpCombine
{
	DP_SUM,
	DP_BEST,
	DP_WEAKEST,
	DP_WEAKEST_PLUS,			/* half a point more when another is better */
	DP_MEAN,
	DP_TABLE
} DpCombine;

/* One line of a conversion table: the items' points, in any order. */
typedef struct DpConversion
{
	int			nitems;
	DpDec	   *item;			/* highest first */
	DpDec		points;
} DpConversion;

typedef struct DpIndicator
{
	text	   *code;
	DpDec		points;
	DpDec		most;			/* with its bonus */
	int			group;			/* place in groups, or -1 */
	DpDec		weight;			/* of its points in the total: that of all groups above */
	DpCombine	combine;
	List	   *table;			/* of DpConversion * */
	List	   *items;			/* of int: places in items */
	List	   *requirements;	/* of DpRequirement * */
} DpIndicator;

typedef struct DpBand
{
	text	   *grade;
	bool		on_scale;		/* else only a requirement gives it */
	DpDec		from;
} DpBand;

/* Where rounding happens. */
typedef enum DpRoundAt
{
	DP_ROUND_INDICATOR,
	DP_ROUND_ITEM,
	DP_ROUND_TOTAL
} DpRoundAt;

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
	bool		leave_out;		/* what is missing is left out, the rest scaled to full */
	DpDec		full;
	bool		truncate;		/* else half up */
	DpRoundAt	round_at;
	int			decimals;
	bool		weighted;		/* a group has a weight */
	int			ngroups;
	DpGroup    *group;
	int			nindicators;
	DpIndicator *indicator;
	int			nitems;
	DpItem	   *item;
	int			nbands;
	DpBand	   *band;			/* highest first, those off the scale last */
	List	   *grade_requirements; /* of DpRequirement * */
	List	   *facts;			/* of char *: the names that formulas read */
	int			ncodes;
	DpCode	   *code;			/* in the order of dp_framework_code_cmp */
} DpFramework;

/*
 * A sum of so many computed items still leaves their facts 48 digits on either
 * side of the point; see max_digits.
 */
#define DP_MAX_SUMMED_ITEMS 200

/* Every sum is rounded to this many decimals, unless the framework says otherwise. */
#define DP_DECIMALS 2
#define DP_MOST_DECIMALS 6

extern DpFramework *dp_framework_parse(Jsonb *document);
extern const DpCode *dp_framework_find(const DpFramework *framework, const char *code, int len);

#endif							/* DEPTPERF_FRAMEWORK_H */
