/*
 * compact.c: rows of deptperf.kept that are added up in passing.
 *
 * Writers only append to it; one statement in so many takes out the rows of the
 * units and years that it wrote, and puts their sum in their place.  Rows that
 * another transaction holds are left to it, so nobody waits.
 *
 * They are deleted where they are found, through the table's access method.  SQL
 * has no DELETE that leaves others' rows alone but one over SELECT ... FOR UPDATE
 * SKIP LOCKED, which goes to each row five times and logs it twice: a sixth of
 * what tracking costs a single row.
 *
 * This file knows the table and its index, and not what facts mean.  What is
 * done with the sum is the caller's, as is whose rights count.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_index.h"
#include "common/pg_prng.h"
#include "compact.h"
#include "compat.h"
#include "facts.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* Of the table, and of its index by year. */
#define COLUMN_DEPT_ID 1
#define COLUMN_FISCAL_YEAR 2
#define COLUMN_FACTS 3
#define INDEX "kept_by_year"

/* One statement in so many (a setting; 0: none) adds up, of at most MAX_WRITTEN units and years. */
#define MAX_WRITTEN 8
int			dp_compact_every = 32;

static DpWritten written[MAX_WRITTEN];
static int	nwritten;

/* A statement begins. */
void
dp_written_begin(void)
{
	nwritten = 0;
}

/* It has written a row. */
void
dp_written(HeapTuple row, TupleDesc desc)
{
	DpWritten  *one = &written[nwritten];
	bool		nulls[2];

	if (nwritten == MAX_WRITTEN)
		return;
	one->dept_id = DatumGetInt64(heap_getattr(row, COLUMN_DEPT_ID, desc, &nulls[0]));
	one->fiscal_year = DatumGetInt32(heap_getattr(row, COLUMN_FISCAL_YEAR, desc, &nulls[1]));
	if (!nulls[0] && !nulls[1])
		nwritten++;
}

/*
 * The units and years whose rows are to be added up now; mostly none.  None
 * with a snapshot from before, in which a row that another transaction has
 * added up would be an error; and once a transaction: rows that it deleted
 * itself stay in its way.
 */
int
dp_compact_due(const DpWritten **due)
{
	static LocalTransactionId last = InvalidLocalTransactionId;

	if (IsolationUsesXactSnapshot() || DP_LOCAL_XID == last || nwritten == 0 || dp_compact_every == 0 ||
		pg_prng_uint32(&pg_global_prng_state) % dp_compact_every != 0)
		return 0;
	last = DP_LOCAL_XID;
	*due = written;
	return nwritten;
}

/* The index, as deptperf_track makes it; without it rows stay. */
static Oid
usable_index(Relation kept)
{
	Oid			index = get_relname_relid(INDEX, RelationGetNamespace(kept));
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Form_pg_index form;
	bool		usable;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	form = (Form_pg_index) GETSTRUCT(tuple);
	usable = form->indrelid == RelationGetRelid(kept) && form->indisvalid && form->indnkeyatts == 2 &&
		form->indkey.values[0] == COLUMN_FISCAL_YEAR && form->indkey.values[1] == COLUMN_DEPT_ID;
	ReleaseSysCache(tuple);
	return usable ? index : InvalidOid;
}

/* What a DELETE would ask, and whether there is somebody's trigger that only a DELETE fires. */
static bool
may_delete(Relation kept)
{
	const TriggerDesc *triggers = kept->trigdesc;

	return kept->rd_rel->relkind == RELKIND_RELATION &&
		pg_class_aclcheck(RelationGetRelid(kept), GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		pg_class_aclcheck(RelationGetRelid(kept), GetUserId(), ACL_DELETE) == ACLCHECK_OK &&
		(triggers == NULL ||
		 !(triggers->trig_delete_before_row || triggers->trig_delete_after_row ||
		   triggers->trig_delete_before_statement || triggers->trig_delete_after_statement));
}

/* Takes out the rows of a unit and year that are nobody else's.  Gives their sum, or NULL. */
static Jsonb *
take(Relation kept, Oid index, DpWritten of)
{
	DpFactSums *sums = dp_fact_sums_make(dp_fact_names_make(CurrentMemoryContext),
										 CurrentMemoryContext);
	CommandId	command = GetCurrentCommandId(true);
	Snapshot	snapshot = GetActiveSnapshot();
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	row;

	ScanKeyInit(&keys[0], COLUMN_FISCAL_YEAR, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(of.fiscal_year));
	ScanKeyInit(&keys[1], COLUMN_DEPT_ID, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(of.dept_id));
	scan = systable_beginscan(kept, index, true, snapshot, lengthof(keys), keys);
	while ((row = systable_getnext(scan)) != NULL)
	{
		TM_FailureData failure;
		bool		isnull;
		Datum		facts;

		CHECK_FOR_INTERRUPTS();
		if (table_tuple_delete(kept, &row->t_self, command, snapshot, InvalidSnapshot, false,
							   &failure, false) != TM_Ok)
			continue;
		facts = heap_getattr(row, COLUMN_FACTS, RelationGetDescr(kept), &isnull);
		if (!isnull)
			dp_kept_add(sums, DatumGetJsonbP(facts), false);
	}
	systable_endscan(scan);
	return dp_fact_sums_kept(sums);
}

/* Takes out the rows of a unit and year.  Gives their sum, which is to be put in; NULL when nothing is. */
Jsonb *
dp_compact_take(Oid relation, DpWritten of)
{
	Relation	kept = table_open(relation, RowExclusiveLock);
	Oid			index = may_delete(kept) ? usable_index(kept) : InvalidOid;
	Jsonb	   *sum = NULL;

	if (OidIsValid(index))
	{
		CommandCounterIncrement();	/* what was just written is seen */
		PushActiveSnapshot(GetLatestSnapshot());
		sum = take(kept, index, of);
		PopActiveSnapshot();
	}
	table_close(kept, NoLock);
	return sum;
}
