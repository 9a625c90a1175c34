/*
 * kept.c: facts in the form in which they are kept, as rows whose sum is the
 * truth.
 *
 *	deptperf_kept_facts(count_name, zeros, name, amount, …)   (facts_agg.c)
 *		what records add, as deptperf_facts has it, but so that it can be taken
 *		back: NaN can't be subtracted, so it is counted ("!fact"), and so are
 *		the amounts of a fact that is absent when it has none ("#fact"); a name
 *		in a record that could be taken for one of these has "=" before it
 *	deptperf_kept_negated(facts)
 *		the same with all signs changed: what records that go take away
 *	deptperf_kept_sum(facts)
 *		several as one; NULL when nothing is left
 *	deptperf_kept_says(facts)
 *		their sum as deptperf_facts would have given it; NULL without records
 *	deptperf_kept_begun(table)
 *		an error where a snapshot is older than the table of kept facts
 *
 * All values are numbers, added exactly, so that in any order and number of
 * parts the sum is the same.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "compat.h"
#include "facts.h"
#include "fmgr.h"
#include "object.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

static void
add_kept_json(DpFactSums *sums, Jsonb *facts, bool negate)
{
	DpPairs		pairs = dp_pairs(facts);
	int			place = -1;
	bool		sound = JB_ROOT_IS_OBJECT(facts);

	while (sound && dp_next_pair(&pairs))
	{
		DpDec		number;

		place = dp_fact_place(sums->names, pairs.key, pairs.len, place);
		sound = pairs.kind == DP_PAIR_NUMBER && dp_dec_read(NumericGetDatum(pairs.value), &number);
		if (sound)
			dp_fact_sums_add_sum(sums, place, negate ? dp_dec_sub(DP_INT(0), number) : number);
	}
	if (!sound)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("kept facts are not an object of numbers"),
				 errhint("Rows of a table <source>_kept are written by deptperf alone; deptperf_track makes them anew.")));
}

PG_FUNCTION_INFO_V1(deptperf_kept_negated);
Datum
deptperf_kept_negated(PG_FUNCTION_ARGS)
{
	DpFactSums *sums = dp_fact_sums_make(dp_fact_names_make(CurrentMemoryContext),
										 CurrentMemoryContext);

	add_kept_json(sums, PG_GETARG_JSONB_P(0), true);
	PG_RETURN_JSONB_P(dp_fact_sums_json(sums, false));
}

PG_FUNCTION_INFO_V1(deptperf_kept_accum);
Datum
deptperf_kept_accum(PG_FUNCTION_ARGS)
{
	DpFactSums *sums = PG_ARGISNULL(0) ? NULL : (DpFactSums *) PG_GETARG_POINTER(0);
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (!PG_ARGISNULL(1))
	{
		if (fcinfo->flinfo->fn_extra == NULL)
			fcinfo->flinfo->fn_extra = dp_fact_names_make(fcinfo->flinfo->fn_mcxt);
		if (sums == NULL)
			sums = dp_fact_sums_make(fcinfo->flinfo->fn_extra, context);
		add_kept_json(sums, PG_GETARG_JSONB_P(1), false);
	}
	if (sums == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(sums);
}

/* ---- results; a state may be asked more than once, so it stays as it is ---- */

static DpFactSums *
copy_of(const DpFactSums *sums)
{
	DpFactSums *copy = dp_fact_sums_make(sums->names, CurrentMemoryContext);

	/*
	 * The dictionary may have grown, and with it the copy.  Facts are taken out of
	 * it and nothing is added, so it may share the state's numerics.
	 */
	memcpy(copy->sum, sums->sum, sizeof(DpSum) * sums->size);
	return copy;
}

static bool
is_zero(const DpSum *fact)
{
	return dp_dec_sign(dp_sum_value(fact)) == 0;
}

static bool
is_count_of_records(const char *name)
{
	int			len = strlen(name);

	return len > 8 && strcmp(name + len - 8, "_records") == 0;
}

PG_FUNCTION_INFO_V1(deptperf_kept_sum_final);
Datum
deptperf_kept_sum_final(PG_FUNCTION_ARGS)
{
	DpFactSums *sums;
	bool		any = false;
	int			size;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sums = copy_of((DpFactSums *) PG_GETARG_POINTER(0));
	size = sums->size;
	for (int i = 0; i < size; i++)
	{
		const char *name;
		DpSum	   *fact = &sums->sum[i];

		if (fact->state == DP_FACT_ABSENT)
			continue;
		any |= !is_zero(fact);
		name = dp_fact_name(sums->names, i);
		if (!is_zero(fact) || !DP_IS_MARK(name[0]))
			continue;
		/* Without its count a fact would be there; so both go, or both stay. */
		if (name[0] == DP_MARK_COUNT)
		{
			int			of = dp_fact_place(sums->names, name + 1, strlen(name + 1), -1);

			if (of < size && sums->sum[of].state != DP_FACT_ABSENT)
			{
				if (!is_zero(&sums->sum[of]))
					continue;
				sums->sum[of].state = DP_FACT_ABSENT;
			}
		}
		fact->state = DP_FACT_ABSENT;
	}
	if (!any)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(dp_fact_sums_json(sums, false));
}

/*
 * The same with names as the records have them.  Into sums of their own: what
 * is "=late" without its mark may be one that still has it.
 */
static DpFactSums *
with_own_names(DpFactSums *sums)
{
	DpFactSums *result = NULL;

	for (int i = 0; i < sums->size && result == NULL; i++)
		if (sums->sum[i].state != DP_FACT_ABSENT && dp_fact_name(sums->names, i)[0] == DP_MARK_NAME)
			result = dp_fact_sums_make(sums->names, CurrentMemoryContext);
	if (result == NULL)
		return sums;
	for (int i = 0; i < sums->size; i++)
	{
		DpDec		value = dp_sum_value(&sums->sum[i]);
		const char *name;

		if (sums->sum[i].state == DP_FACT_ABSENT)
			continue;
		name = dp_fact_name(sums->names, i);
		if (name[0] == DP_MARK_NAME)
			name++;
		dp_fact_sums_add(result, dp_fact_place(sums->names, name, strlen(name), -1), sums->sum[i].state, &value);
	}
	return result;
}

PG_FUNCTION_INFO_V1(deptperf_kept_says_final);
Datum
deptperf_kept_says_final(PG_FUNCTION_ARGS)
{
	DpFactSums *sums;
	bool		speaks = false;
	int			size;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sums = copy_of((DpFactSums *) PG_GETARG_POINTER(0));
	size = sums->size;
	for (int i = 0; i < size; i++)
	{
		const char *name;
		DpSum	   *fact = &sums->sum[i];
		int			of;

		if (fact->state == DP_FACT_ABSENT)
			continue;
		name = dp_fact_name(sums->names, i);
		if (is_count_of_records(name) && !DP_IS_MARK(name[0]))
			speaks |= !is_zero(fact);
		if (!DP_IS_MARK(name[0]))
			continue;
		fact->state = DP_FACT_ABSENT;
		of = dp_fact_place(sums->names, name + 1, strlen(name + 1), -1);
		if (of >= size)
			continue;
		if (name[0] == DP_MARK_BAD && !is_zero(fact) && sums->sum[of].state != DP_FACT_ABSENT)
			sums->sum[of].state = DP_FACT_NAN;
		else if (name[0] == DP_MARK_COUNT && is_zero(fact))
			sums->sum[of].state = DP_FACT_ABSENT;
	}
	if (!speaks)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(dp_fact_sums_object(with_own_names(sums), false));
}

/*
 * ---- when tracking began ----
 *
 * The view of a tracked source is seen as it is now, but records and kept facts
 * as the snapshot has them.  One that was taken before the table was made (by a
 * transaction at REPEATABLE READ, or by a statement whose function then waited)
 * would find it empty, and a department without facts.
 */
PG_FUNCTION_INFO_V1(deptperf_kept_begun);
Datum
deptperf_kept_begun(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	TransactionId xmin;

	if (!HeapTupleIsValid(tuple))
		PG_RETURN_BOOL(true);	/* who reads it will be told */
	xmin = HeapTupleHeaderGetXmin(tuple->t_data);
	ReleaseSysCache(tuple);
	if (TransactionIdIsNormal(xmin) && !TransactionIdIsCurrentTransactionId(xmin) &&
		XidInMVCCSnapshot(xmin, GetActiveSnapshot()))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to tracking that began meanwhile"),
				 errdetail("Table \"%s\" was made after this statement or transaction began.",
						   get_rel_name(relid)),
				 errhint("Try again, in a transaction that begins now.")));
	PG_RETURN_BOOL(true);
}
