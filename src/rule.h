/*
 * rule.h: a rule turns a number x into points.
 *
 *	x > 100%: 0, else 1 * x
 *	^^^^^^^^^^^  ^^^^^^^^^^
 *	branch 1     branch 2
 *
 * rule_parse.c reads the text into a DpRule, rule_check.c asks whether it is
 * sound, rule_io.c is the SQL type, rule_score.c is what a rule does with a
 * number.  The type's stored form is the canonical text itself, so there is
 * no second form that could disagree or grow old; whoever scores keeps the
 * parsed one.
 *
 * A DpRule and all that hangs on it is allocated in the context that was
 * current when it was parsed.  Nothing here knows of facts or frameworks.
 */
#ifndef DEPTPERF_RULE_H
#define DEPTPERF_RULE_H

#include "decimal.h"
#include "nodes/nodes.h"
#include "scan.h"

/* Bits: may x be less than the bound, equal, greater? */
typedef enum DpRelation
{
	DP_LESS = 1,
	DP_EQUAL = 2,
	DP_LESS_EQUAL = DP_LESS | DP_EQUAL,
	DP_GREATER = 4,
	DP_GREATER_EQUAL = DP_GREATER | DP_EQUAL,
	DP_ALWAYS = DP_LESS | DP_EQUAL | DP_GREATER /* "else", or a rule of one outcome */
} DpRelation;

/* Does it hold for what compares with its bound like this: -1, 0 or 1? */
static inline bool
dp_relation_holds(DpRelation relation, int cmp)
{
	return (relation >> (cmp + 1)) & 1;
}

typedef enum DpOutcome
{
	DP_CONSTANT,				/* a */
	DP_SHARE,					/* a * x / b */
	DP_SLOPE,					/* a -+ b per step over/under from */
	DP_GIVES_INVALID,
	DP_GIVES_MISSING,
	DP_GIVES_PASS,
	DP_GIVES_ZERO
} DpOutcome;

typedef enum DpSteps
{
	DP_EXACT_STEPS,
	DP_WHOLE_STEPS,
	DP_STARTED_STEPS
} DpSteps;

/* The slope's bound was not written: it is "over 0". */
typedef enum DpSide
{
	DP_OVER_UNWRITTEN,
	DP_OVER,
	DP_UNDER
} DpSide;

typedef struct DpBranch
{
	DpRelation	relation;
	DpNumber	bound;			/* unless DP_ALWAYS */
	int64		narrow_bound;	/* bound * 10^scale of the rule, when that is narrow */
	DpOutcome	outcome;
	DpNumber	a;				/* points, a share's factor, a slope's start */
	DpNumber	b;				/* a share's divisor (1), a slope's points a step */
	bool		falls;			/* a slope with "-" */
	DpSteps		steps;
	DpNumber	step;			/* > 0 */
	DpSide		side;
	DpNumber	from;			/* where a slope begins */
	int			position;		/* in the input, in characters from 1 */
	char	   *text;			/* canonical: "x >= 90%: 1", "else 0" */
} DpBranch;

typedef struct DpRule
{
	int			nbranches;
	bool		narrow;			/* every bound fits 62 bits at this scale */
	int32		scale;
	DpBranch	branch[FLEXIBLE_ARRAY_MEMBER];
} DpRule;

/* A rule with more is a lookup table, and the checks compare all with all. */
#define DP_MAX_BRANCHES 100

typedef enum DpState
{
	DP_SCORED,
	DP_NOT_APPLICABLE,			/* 0/0 */
	DP_MISSING,
	DP_INVALID,
	DP_PASS,
	DP_ZERO
} DpState;

typedef struct DpScore
{
	DpState		state;
	int			branch;			/* that decided, or -1 */
	DpFrac		points;			/* when DP_SCORED */
} DpScore;

/* rule_parse.c */
extern DpRule *dp_rule_parse(const char *text, Node *escontext);
extern char *dp_rule_text(const DpRule *rule);

/* rule_check.c: escontext as for ereturn; false when a fault was found */
extern bool dp_rule_check(const DpRule *rule, const char *text, Node *escontext);
extern void dp_rule_check_item(const DpRule *rule, DpDec points);
extern void dp_rule_check_requirement(const DpRule *rule);

/* rule_score.c: d NULL = the rule's x is n alone; points NULL = not known */
extern void dp_rule_decide(const DpRule *rule, const DpDec *n, const DpDec *d, DpScore *score);
extern void dp_rule_points(const DpRule *rule, const DpDec *n, const DpDec *d, const DpDec *points,
						   DpScore *score);
extern void dp_rule_score(const DpRule *rule, const DpDec *n, const DpDec *d, const DpDec *points,
						  DpScore *score);

#endif							/* DEPTPERF_RULE_H */
