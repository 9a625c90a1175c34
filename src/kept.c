/*
 * kept.c: facts in the form in which they are kept, as rows whose sum is the
 * truth.
 *
 *	deptperf_kept_facts(count_name, zeros, name, amount, …)   (facts_agg.c)
 *	deptperf_kept_record(count_name, zeros, name, amount, …)  (facts_agg.c)
 *		what records add, as deptperf_facts has it, but so that it can be taken
 *		back: NaN can't be subtracted, so it is counted ("!fact"); and a fact that
 *		is not among the source's zeros, because its records name it, stands as
 *		"=fact" beside the number of its amounts ("#=fact"), without which it is
 *		absent
 *	deptperf_kept_negated(facts)
 *		the same with all signs changed: what records that go take away
 *	deptperf_kept_sum(facts, sources)
 *		several as one, of some sources or all; NULL when nothing is left.  What
 *		is zero is not kept
 *	deptperf_kept_says(facts, sources)
 *		their sum as deptperf_facts would have given it, of the sources named;
 *		NULL when none has records
 *	deptperf_kept_begun(views)
 *		an error where a snapshot is older than the kept facts of a source
 *
 * All sources of a unit and year share their rows.  Whose a fact is says
 * "sources", a constant of the query: by the name of each source's count, its
 * facts; none for the source whose records name them.
 *
 * All values are numbers, added exactly, so that in any order and number of
 * parts the sum is the same.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "facts.h"
#include "fmgr.h"
#include "object.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* ---- whose a name is ---- */

/* What is known of a name in kept facts; the other names by their places, or -1. */
typedef struct KeptName
{
	char		mark;			/* or 0: it is a fact */
	bool		by_record;		/* a fact that records name */
	int			fact;			/* of a mark: the fact */
	int			source;			/* the count of its source; -1: none that was asked for */
	int			amounts;		/* of a fact: how many amounts it has */
	int			bad;			/* and how many of them were no number */
	int			said;			/* its place among the names as records have them */
} KeptName;

/* Of a call site, as long as the query. */
typedef struct Kept
{
	Jsonb	   *sources;		/* NULL: all of them, whatever they are */
	DpFactNames *names;
	DpFactNames *said;
	int			n;				/* so many names have been looked at */
	int			room;
	KeptName   *name;			/* [n] */
	int			by_record;		/* the count of the source whose records name facts, or -1 */
} Kept;

/* What a group has. */
typedef struct KeptSums
{
	Kept	   *kept;
	DpFactSums *sums;
} KeptSums;

static int	place_of(Kept *kept, const char *name, int len);

/* A name that is new: what its first characters say, and whose it is unless it was listed. */
static void
look_at(Kept *kept, int place)
{
	const char *name = dp_fact_name(kept->names, place);
	KeptName	known = {0, false, -1, -1, -1, -1, -1};

	if (DP_IS_MARK(name[0]))
	{
		known.mark = name[0];
		kept->name[place] = known;
		known.fact = place_of(kept, name + 1, strlen(name + 1));	/* may move the array */
		known.source = kept->name[known.fact].source;
		if (known.mark == DP_MARK_BAD)
			kept->name[known.fact].bad = place;
		else
			kept->name[known.fact].amounts = place;
	}
	else
	{
		if (name[0] == DP_MARK_NAME)
		{
			known.by_record = true;
			known.source = kept->by_record;
			name++;
		}
		known.said = dp_fact_place(kept->said, name, strlen(name), -1);
	}
	kept->name[place] = known;
}

/* The place of a name, when all up to it have been looked at. */
static int
place_of(Kept *kept, const char *name, int len)
{
	int			place = dp_fact_place(kept->names, name, len, -1);

	while (kept->n <= place)
	{
		if (kept->n == kept->room)
		{
			kept->room *= 2;
			kept->name = repalloc(kept->name, sizeof(KeptName) * kept->room);
		}
		look_at(kept, kept->n++);
	}
	return place;
}

static void
refuse_sources(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("sources of kept facts are not an object of lists"),
			 errhint("{\"budget_records\": [\"budget_initial\"], \"measurement_records\": []}")));
}

/* {"budget_records": ["budget_initial", …], …} */
static void
read_sources(Kept *kept)
{
	JsonbIterator *it = JsonbIteratorInit(&kept->sources->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	int			source = -1;
	int			nfacts = 0;

	if (!JB_ROOT_IS_OBJECT(kept->sources))
		refuse_sources();
	while ((token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			source = place_of(kept, value.val.string.val, value.val.string.len);
			kept->name[source].source = source;
			nfacts = 0;
		}
		else if (token == WJB_ELEM && value.type == jbvString)
		{
			int			fact = place_of(kept, value.val.string.val, value.val.string.len);

			kept->name[fact].source = source;
			nfacts++;
		}
		else if (token == WJB_END_ARRAY && nfacts == 0)
			kept->by_record = source;
		else if (token == WJB_ELEM || token == WJB_VALUE)
			refuse_sources();
	}
}

static Kept *
make_kept(Jsonb *sources, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	Kept	   *kept = palloc0(sizeof(Kept));

	kept->names = dp_fact_names_make(context);
	kept->said = dp_fact_names_make(context);
	kept->room = 64;
	kept->name = palloc(sizeof(KeptName) * kept->room);
	kept->by_record = -1;
	if (sources != NULL)
	{
		kept->sources = (Jsonb *) PG_DETOAST_DATUM_COPY(JsonbPGetDatum(sources));
		read_sources(kept);
	}
	MemoryContextSwitchTo(caller);
	return kept;
}

/* ---- adding ---- */

static void
refuse_facts(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("kept facts are not an object of numbers"),
			 errhint("Rows of deptperf.kept are written by deptperf alone; SELECT * FROM deptperf_track(); makes them anew.")));
}

static DpDec
number_of(const DpPairs *pairs)
{
	DpDec		number;

	if (pairs->kind != DP_PAIR_NUMBER || !dp_dec_read(NumericGetDatum(pairs->value), &number))
		refuse_facts();
	return number;
}

/* All of a row, with its sign or the other one. */
void
dp_kept_add(DpFactSums *sums, Jsonb *facts, bool negated)
{
	DpPairs		pairs = dp_pairs(facts);
	int			place = -1;

	if (!JB_ROOT_IS_OBJECT(facts))
		refuse_facts();
	while (dp_next_pair(&pairs))
	{
		DpDec		number = number_of(&pairs);

		place = dp_fact_place(sums->names, pairs.key, pairs.len, place);
		dp_fact_sums_add_sum(sums, place, negated ? dp_dec_sub(DP_INT(0), number) : number);
	}
}

PG_FUNCTION_INFO_V1(deptperf_kept_negated);
Datum
deptperf_kept_negated(PG_FUNCTION_ARGS)
{
	DpFactSums *sums = dp_fact_sums_make(dp_fact_names_make(CurrentMemoryContext),
										 CurrentMemoryContext);

	dp_kept_add(sums, PG_GETARG_JSONB_P(0), true);
	PG_RETURN_JSONB_P(dp_fact_sums_json(sums, false));
}

static void
add_kept(KeptSums *state, Jsonb *facts)
{
	Kept	   *kept = state->kept;
	DpPairs		pairs = dp_pairs(facts);
	int			place = -1;

	if (!JB_ROOT_IS_OBJECT(facts))
		refuse_facts();
	while (dp_next_pair(&pairs))
	{
		DpDec		number = number_of(&pairs);

		place = dp_fact_place(kept->names, pairs.key, pairs.len, place);
		if (unlikely(place >= kept->n))
			place = place_of(kept, pairs.key, pairs.len);
		if (kept->sources == NULL || kept->name[place].source >= 0)
			dp_fact_sums_add_sum(state->sums, place, number);
	}
}

/* The call site's constant, which every row brings. */
static Kept *
kept_of(FunctionCallInfo fcinfo)
{
	Kept	   *kept = fcinfo->flinfo->fn_extra;
	Jsonb	   *sources = PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2);

	if (kept == NULL)
		fcinfo->flinfo->fn_extra = kept = make_kept(sources, fcinfo->flinfo->fn_mcxt);
	else if (sources == NULL || kept->sources == NULL ? sources != kept->sources :
			 VARSIZE(sources) != VARSIZE(kept->sources) || memcmp(sources, kept->sources, VARSIZE(sources)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sources of kept facts are not the same in all rows"),
				 errhint("They are a constant of the query.")));
	return kept;
}

PG_FUNCTION_INFO_V1(deptperf_kept_accum);
Datum
deptperf_kept_accum(PG_FUNCTION_ARGS)
{
	KeptSums   *state = PG_ARGISNULL(0) ? NULL : (KeptSums *) PG_GETARG_POINTER(0);
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (!PG_ARGISNULL(1))
	{
		Kept	   *kept = kept_of(fcinfo);

		if (state == NULL)
		{
			state = MemoryContextAlloc(context, sizeof(KeptSums));
			state->kept = kept;
			state->sums = dp_fact_sums_make(kept->names, context);
		}
		add_kept(state, PG_GETARG_JSONB_P(1));
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/* ---- results; a state may be asked more than once, so it stays as it is ---- */

/* The sum at a place, NULL when there is none or it is zero. */
static inline const DpSum *
not_zero(const DpFactSums *sums, int place)
{
	return place >= 0 && place < sums->size && sums->sum[place].state != DP_FACT_ABSENT &&
		dp_dec_sign(dp_sum_value(&sums->sum[place])) != 0 ? &sums->sum[place] : NULL;
}

/* What is zero is not kept; NULL when all is. */
Jsonb *
dp_fact_sums_kept(const DpFactSums *sums)
{
	DpFactSums *left = dp_fact_sums_make(sums->names, CurrentMemoryContext);
	bool		any = false;

	for (int i = 0; i < sums->size; i++)
		if (not_zero(sums, i))
		{
			left->sum[i] = sums->sum[i];	/* it shares what is wide, for nothing is added */
			any = true;
		}
	return any ? dp_fact_sums_json(left, false) : NULL;
}

static Datum
kept_result(FunctionCallInfo fcinfo, const DpFactSums *sums)
{
	Jsonb	   *kept = sums == NULL ? NULL : dp_fact_sums_kept(sums);

	if (kept == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(kept);
}

PG_FUNCTION_INFO_V1(deptperf_kept_facts_final);
Datum
deptperf_kept_facts_final(PG_FUNCTION_ARGS)
{
	return kept_result(fcinfo, PG_ARGISNULL(0) ? NULL : (DpFactSums *) PG_GETARG_POINTER(0));
}

PG_FUNCTION_INFO_V1(deptperf_kept_sum_final);
Datum
deptperf_kept_sum_final(PG_FUNCTION_ARGS)
{
	return kept_result(fcinfo, PG_ARGISNULL(0) ? NULL : ((KeptSums *) PG_GETARG_POINTER(0))->sums);
}

/*
 * Into the facts that are said.  Two sources may have one of a name; then both
 * are added as objects of facts are, of which none that is too long is a number.
 */
static void
say(DpFactSums *said, int place, DpFactState state, DpDec value)
{
	if (said->sum[place].state == DP_FACT_KNOWN &&
		!dp_dec_calculable(dp_sum_value(&said->sum[place]), DP_MAX_DIGITS))
		state = DP_FACT_NAN;
	if (said->sum[place].state == DP_FACT_ABSENT && state == DP_FACT_KNOWN)
		dp_fact_sums_add_sum(said, place, value);
	else
		dp_fact_sums_add(said, place, state, &value);
}

PG_FUNCTION_INFO_V1(deptperf_kept_says_final);
Datum
deptperf_kept_says_final(PG_FUNCTION_ARGS)
{
	const Kept *kept;
	const DpFactSums *sums;
	DpFactSums *said;
	bool		speaks = false;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	kept = ((KeptSums *) PG_GETARG_POINTER(0))->kept;
	sums = ((KeptSums *) PG_GETARG_POINTER(0))->sums;
	said = dp_fact_sums_make(kept->said, CurrentMemoryContext);
	for (int i = 0; i < kept->n; i++)
	{
		const KeptName *name = &kept->name[i];
		const DpSum *sum;

		/* A source that has records speaks for all its facts, of which zeros are not kept. */
		if (name->mark != 0 || !not_zero(sums, name->source) ||
			(name->by_record && !not_zero(sums, name->amounts)))
			continue;
		speaks = true;
		sum = not_zero(sums, i);
		if (not_zero(sums, name->bad))
			say(said, name->said, DP_FACT_NAN, DP_INT(0));
		else
			say(said, name->said, DP_FACT_KNOWN, sum != NULL ? dp_sum_value(sum) : DP_INT(0));
	}
	if (!speaks)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(dp_fact_sums_object(said, false));
}

/*
 * ---- when tracking began ----
 *
 * The views of a tracked source are seen as they are now, but records and kept
 * facts as the snapshot has them.  One that was taken before the source's facts
 * were kept (by a transaction at REPEATABLE READ, or by a statement whose
 * function then waited) would find none, and a department without facts.  They
 * came with the view <source>_computed.
 */
static void
check_begun(Oid computed)
{
	/* Its rule, not the view itself: rights that are given change that. */
	HeapTuple	tuple = SearchSysCache2(RULERELNAME, ObjectIdGetDatum(computed),
										PointerGetDatum("_RETURN"));
	TransactionId xmin;

	if (!HeapTupleIsValid(tuple))
		return;					/* who reads it will be told */
	xmin = HeapTupleHeaderGetXmin(tuple->t_data);
	ReleaseSysCache(tuple);
	if (TransactionIdIsNormal(xmin) && !TransactionIdIsCurrentTransactionId(xmin) &&
		XidInMVCCSnapshot(xmin, GetActiveSnapshot()))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to tracking that began meanwhile"),
				 errdetail("View \"%s\" was made after this statement or transaction began.",
						   get_rel_name(computed)),
				 errhint("Try again, in a transaction that begins now.")));
}

PG_FUNCTION_INFO_V1(deptperf_kept_begun);
Datum
deptperf_kept_begun(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *views;
	int			n;

	deconstruct_array(array, REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT, &views, NULL, &n);
	for (int i = 0; i < n; i++)
		check_begun(DatumGetObjectId(views[i]));
	PG_RETURN_BOOL(true);
}
