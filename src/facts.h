/*
 * facts.h: sums of named facts, as the aggregates and the point path build
 * them.
 *
 * A FactNames is a dictionary of the names that one call site has seen; a
 * FactSums holds one sum for each of them.  Many sums (the groups of an
 * aggregate) share one dictionary and refer to it by place, so a group costs
 * a few dozen bytes a fact.
 *
 * Names and sums live in the contexts they were made with.  Nothing here
 * knows of rules, frameworks or tables.
 */
#ifndef DEPTPERF_FACTS_H
#define DEPTPERF_FACTS_H

#include "formula.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"

typedef struct DpFactNames DpFactNames;

typedef struct DpFactSums
{
	DpFactNames *names;
	MemoryContext context;
	int			size;
	DpFact	   *fact;			/* [size], by place in names */
} DpFactSums;

extern DpFactNames *dp_fact_names_make(MemoryContext context);
extern const char *dp_fact_name(const DpFactNames *names, int place);
extern int	dp_fact_place(DpFactNames *names, const char *name, int len, int after);

extern DpFactSums *dp_fact_sums_make(DpFactNames *names, MemoryContext context);
extern void dp_fact_sums_add_any(DpFactSums *sums, int place, DpFactState state, DpDec value);
extern void dp_fact_sums_add_json(DpFactSums *sums, Jsonb *facts);
extern Jsonb *dp_fact_sums_json(const DpFactSums *sums, bool units);
extern int64 dp_silent(Jsonb *facts, int64 units);

/*
 * Add to one sum.  Nearly always both are known, small and of one scale, and
 * this is called for every amount of every record.
 */
static inline void
dp_fact_sums_add(DpFactSums *sums, int place, DpFactState state, const DpDec *value)
{
	if (likely(place < sums->size))
	{
		DpFact	   *fact = &sums->fact[place];

		if (likely(fact->state == DP_FACT_KNOWN && state == DP_FACT_KNOWN &&
				   dp_dec_add_in_place(&fact->value, value)))
			return;
	}
	dp_fact_sums_add_any(sums, place, state, *value);
}

#endif							/* DEPTPERF_FACTS_H */
