/*
 * facts.h: sums of named facts, as the aggregates and the point path build
 * them.
 *
 * A FactNames is a dictionary of the names that one call site has seen; a
 * FactSums holds one sum for each of them.  Many sums (the groups of an
 * aggregate) share one dictionary and refer to it by place, so a group costs
 * 16 bytes a fact.
 *
 * Names and sums live in the contexts they were made with.  Nothing here
 * knows of rules, frameworks or tables.
 */
#ifndef DEPTPERF_FACTS_H
#define DEPTPERF_FACTS_H

#include "common/int.h"
#include "fmgr.h"
#include "formula.h"
#include "utils/jsonb.h"

typedef struct DpFactNames DpFactNames;

/*
 * What is kept of a fact beside its sum (kept.c) has its name behind a mark:
 * how many amounts it was made of, and how many of these were no number.  A
 * name in a record may be anything, so one that records name is kept behind one
 * more character.
 */
#define DP_MARK_COUNT '#'
#define DP_MARK_BAD '!'
#define DP_MARK_NAME '='
#define DP_IS_MARK(c) ((c) == DP_MARK_COUNT || (c) == DP_MARK_BAD)

/*
 * The mark alone counts units whose facts are not to be had at all now (their
 * shard does not answer).  What is known of the others is only a part, so no
 * sum that it is in says a number, and nothing is scored by one.
 */
#define DP_OUT_OF_REACH "!"

/*
 * A DpFact in 16 bytes: a group has one for every name, and the groups of a year
 * outgrow the processor's caches.
 */
typedef struct DpSum
{
	union
	{
		int64		v;
		DpDec	   *wide;		/* where is_wide: what 64 bits don't hold */
	};
	int16		scale;			/* of v */
	bool		is_wide;
	uint8		state;			/* a DpFactState */
} DpSum;

typedef struct DpFactSums
{
	DpFactNames *names;
	MemoryContext context;
	int			size;
	DpSum	   *sum;			/* [size], by place in names */
} DpFactSums;

/* Facts as somebody has them: sums, or a jsonb, or (neither) none. */
typedef struct DpFacts
{
	const DpFactSums *sums;
	bool		units;			/* of sums: as dp_fact_sums_json takes it */
	Jsonb	   *json;
} DpFacts;

static inline DpDec
dp_sum_value(const DpSum *sum)
{
	if (unlikely(sum->is_wide))
		return *sum->wide;
	return (DpDec)
	{
		sum->v, sum->scale, NULL
	};
}

extern DpFactNames *dp_fact_names_make(MemoryContext context);
extern const char *dp_fact_name(const DpFactNames *names, int place);
extern int	dp_fact_place(DpFactNames *names, const char *name, int len, int after);
extern void dp_fact_name_too_long(const char *name, int len);

extern DpFactSums *dp_fact_sums_make(DpFactNames *names, MemoryContext context);
extern void dp_fact_sums_begin(DpFactSums *sums, const int *place, int n);
extern void dp_fact_sums_add_any(DpFactSums *sums, int place, DpFactState state, DpDec value);
extern void dp_fact_sums_add_sum(DpFactSums *sums, int place, DpDec value);
extern void dp_fact_sums_add_sums(DpFactSums *sums, const DpFactSums *more, bool units);
extern void dp_fact_sums_add_json(DpFactSums *sums, Jsonb *facts);
extern Jsonb *dp_fact_sums_json(const DpFactSums *sums, bool units);

/* Both say the same of sums as of the jsonb that would be written of them. */
extern bool dp_facts_read(DpFactNames *names, DpFacts facts, int max_digits, DpFact *fact);
extern int64 dp_silent(DpFacts facts, int64 units);

/* kept.c: as they are kept, or NULL; and a row of them */
extern Jsonb *dp_fact_sums_kept(const DpFactSums *sums);
extern void dp_kept_add(DpFactSums *sums, Jsonb *facts, bool negated);

/* facts_object.c */
extern Datum dp_fact_sums_object(const DpFactSums *sums, bool units);
extern DpFacts dp_facts_of(Datum facts);
extern void dp_fact_sums_add_object(DpFactSums *sums, Datum facts);

/*
 * Add to one sum.  Nearly always both are known, short and of one scale, and
 * this is called for every amount of every record.
 */
static inline void
dp_fact_sums_add(DpFactSums *sums, int place, DpFactState state, const DpDec *value)
{
	if (likely(place < sums->size))
	{
		DpSum	   *sum = &sums->sum[place];
		int64		v;

		if (likely(sum->state == DP_FACT_KNOWN && state == DP_FACT_KNOWN && sum->scale == value->scale &&
				   !sum->is_wide && dp_is_narrow(value) &&
				   !pg_add_s64_overflow(sum->v, (int64) value->v, &v)))
		{
			sum->v = v;
			return;
		}
	}
	dp_fact_sums_add_any(sums, place, state, *value);
}

#endif							/* DEPTPERF_FACTS_H */
