/*
 * compact.c: rows of deptperf.kept that are added up in passing.
 *
 * Writers only append to it; now and then one takes out the rows of a unit and
 * year that it wrote, and puts their sum in their place.  Rows that another
 * transaction holds are left to it, so nobody waits.
 *
 * They are deleted where they are found, past the executor.  SQL has no DELETE
 * that leaves others' rows alone but one over SELECT ... FOR UPDATE SKIP LOCKED,
 * which goes to each row five times and logs it twice: a sixth of what tracking
 * costs a single row.  So what the executor would look at is looked at here, and
 * where the table is not as deptperf_track made it, rows stay as they are, which
 * is as right.
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
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "common/pg_prng.h"
#include "compact.h"
#include "compat.h"
#include "executor/executor.h"
#include "facts.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* The columns, as deptperf_track makes them, and the index by year. */
enum
{
	DEPT_ID = 1,
	FISCAL_YEAR,
	FACTS
};

static const struct
{
	const char *name;
	Oid			type;
}			columns[] = {
	[DEPT_ID] = {"dept_id", INT8OID},
	[FISCAL_YEAR] = {"fiscal_year", INT4OID},
	[FACTS] = {"facts", JSONBOID},
};

#define INDEX "kept_by_year"

/* One row in so many is followed by an adding up (a setting; 0: none). */
int			dp_compact_every = 32;

/*
 * Rows that a transaction deleted itself stay in its way, so that each further
 * statement of it that adds up would take longer.  Of those with many rows,
 * which are fewer, more may.
 */
#define STATEMENTS 1
#define STATEMENTS_OF_MANY 100

static LocalTransactionId last = InvalidLocalTransactionId;
static int	statements;			/* that added up in it */

/* Is it the turn of what was written? */
bool
dp_compact_turn(void)
{
	return dp_compact_every != 0 && pg_prng_uint32(&pg_global_prng_state) % dp_compact_every == 0;
}

/*
 * Does a statement add up?  Never above READ COMMITTED, where the sum would have
 * rows that the transaction's snapshot does not have.  One with few rows adds up
 * all that it wrote, when it is its turn; one with many some of it, each unit
 * and year at its turn.
 */
bool
dp_compact_due(bool many)
{
	if (dp_compact_every == 0 || IsolationUsesXactSnapshot())
		return false;
	if (DP_LOCAL_XID != last)
		statements = 0;
	last = DP_LOCAL_XID;
	return many ? statements < STATEMENTS_OF_MANY : statements < STATEMENTS && dp_compact_turn();
}

static bool
has_columns(TupleDesc desc)
{
	if (desc->natts < FACTS)
		return false;
	for (int i = DEPT_ID; i <= FACTS; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i - 1);

		if (column->attisdropped || column->atttypid != columns[i].type ||
			strcmp(NameStr(column->attname), columns[i].name) != 0)
			return false;
	}
	return true;
}

/* Somebody's trigger or rule would not hear of what is deleted. */
static bool
has_listener(Relation kept)
{
	const TriggerDesc *triggers = kept->trigdesc;

	return kept->rd_rules != NULL ||
		(triggers != NULL &&
		 (triggers->trig_delete_before_row || triggers->trig_delete_after_row ||
		  triggers->trig_delete_before_statement || triggers->trig_delete_after_statement));
}

static bool
has_right(Relation kept, AclMode right)
{
	return pg_class_aclcheck(RelationGetRelid(kept), GetUserId(), right) == ACLCHECK_OK;
}

static bool
is_as_made(Relation kept)
{
	return kept->rd_rel->relkind == RELKIND_RELATION && kept->rd_rel->relam == HEAP_TABLE_AM_OID &&
		has_columns(RelationGetDescr(kept)) && !has_listener(kept) &&
		has_right(kept, ACL_SELECT) && has_right(kept, ACL_DELETE);
}

/* The index, or InvalidOid when it isn't as made either. */
static Oid
index_of(Relation kept)
{
	Oid			oid = get_relname_relid(INDEX, RelationGetNamespace(kept));
	Relation	index;
	bool		usable;

	if (get_rel_relkind(oid) != RELKIND_INDEX)
		return InvalidOid;
	index = index_open(oid, AccessShareLock);
	usable = index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indrelid == RelationGetRelid(kept) &&
		index->rd_index->indisvalid && IndexRelationGetNumberOfKeyAttributes(index) == 2 &&
		index->rd_index->indkey.values[0] == FISCAL_YEAR && index->rd_index->indkey.values[1] == DEPT_ID;
	index_close(index, NoLock);
	return usable ? oid : InvalidOid;
}

/* False, and nothing to end, when rows stay. */
bool
dp_compact_begin(DpCompaction *compaction, Oid kept)
{
	compaction->kept = table_open(kept, RowExclusiveLock);
	compaction->index = is_as_made(compaction->kept) ? index_of(compaction->kept) : InvalidOid;
	if (OidIsValid(compaction->index))
	{
		CheckCmdReplicaIdentity(compaction->kept, CMD_DELETE);
		compaction->context = AllocSetContextCreate(CurrentMemoryContext, "deptperf compaction",
													ALLOCSET_DEFAULT_SIZES);
		statements++;
		return true;
	}
	table_close(compaction->kept, NoLock);
	return false;
}

void
dp_compact_end(DpCompaction *compaction)
{
	MemoryContextDelete(compaction->context);
	table_close(compaction->kept, NoLock);
}

static void
add_row(DpFactSums *sums, Relation kept, HeapTuple row)
{
	bool		isnull;
	Datum		facts = heap_getattr(row, FACTS, RelationGetDescr(kept), &isnull);
	Jsonb	   *object;

	if (isnull)
		return;
	object = DatumGetJsonbP(facts);
	dp_kept_add(sums, object, false);
	if ((Pointer) object != DatumGetPointer(facts))
		pfree(object);
}

/* A row that is deleted can still be read, with what lies outside of it, until the transaction ends. */
static Jsonb *
take(Relation kept, Oid index, Snapshot snapshot, ScanKey keys, int nkeys)
{
	DpFactSums *sums = dp_fact_sums_make(dp_fact_names_make(CurrentMemoryContext),
										 CurrentMemoryContext);
	CommandId	command = GetCurrentCommandId(true);
	SysScanDesc scan = systable_beginscan(kept, index, true, snapshot, nkeys, keys);
	HeapTuple	row;

	while ((row = systable_getnext(scan)) != NULL)
	{
		TM_FailureData failure;

		CHECK_FOR_INTERRUPTS();
		if (table_tuple_delete(kept, &row->t_self, command, snapshot, InvalidSnapshot, false,
							   &failure, false) == TM_Ok)
			add_row(sums, kept, row);
	}
	systable_endscan(scan);
	return dp_fact_sums_kept(sums);
}

/*
 * Takes out the rows of a unit and year that are nobody else's, those that were
 * just written among them.  Gives their sum, which is to be put in, until the
 * next call; NULL when nothing is.
 */
Jsonb *
dp_compact_take(DpCompaction *compaction, int64 dept_id, int32 fiscal_year)
{
	ScanKeyData keys[2];
	MemoryContext caller;
	Jsonb	   *sum;

	MemoryContextReset(compaction->context);
	caller = MemoryContextSwitchTo(compaction->context);
	ScanKeyInit(&keys[0], FISCAL_YEAR, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(fiscal_year));
	ScanKeyInit(&keys[1], DEPT_ID, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(dept_id));
	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
	sum = take(compaction->kept, compaction->index, GetActiveSnapshot(), keys, lengthof(keys));
	PopActiveSnapshot();
	MemoryContextSwitchTo(caller);
	return sum;
}
