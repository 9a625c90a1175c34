/*
 * shard.c: which shards a transaction asks (sql/82-shard.sql).
 *
 * deptperf_shard_asked(shard) is the shard itself, or NULL when it is left out:
 * it was lost with its server, or it does not answer and the workspace's owner
 * would rather have its departments open than an error.  Foreign tables of what
 * is left out are pruned when the executor starts, before postgres_fdw would
 * connect, and its departments are marked instead.  Both ask here, and at
 * different moments, so the answer is found once a transaction and stays: else
 * a shard that comes back in between would be neither read nor marked.
 *
 * It is asked for every row of a shard too, and then only looks it up.
 *
 * The point path (lookup.c) knows the units that it reads, and so the shards
 * that have any of them: for its query the others are left out as well.  Their
 * departments are not among its units, so it makes no difference whether they
 * answer.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "shard.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#define WORKSPACE "deptperf"

extern Datum deptperf_require_workspace(PG_FUNCTION_ARGS);

/* As the CHECK of deptperf.shard and the columns of deptperf.shared_facts. */
#define MAX_SHARDS 32

typedef enum Answer
{
	NOT_ASKED_YET,
	ASKED,
	LEFT_OUT
} Answer;

static Answer answers[MAX_SHARDS + 1];
static LocalTransactionId answered_in = InvalidLocalTransactionId;

/* deptperf_shard_forget(): shards have been attached or detached. */
PG_FUNCTION_INFO_V1(deptperf_shard_forget);
Datum
deptperf_shard_forget(PG_FUNCTION_ARGS)
{
	answered_in = InvalidLocalTransactionId;
	PG_RETURN_VOID();
}

/* Its foreign table; invalid when that is gone, with its server or alone. */
static bool
is_there(int shard, const char *what)
{
	Oid			schema = get_namespace_oid(WORKSPACE, true);
	char		name[NAMEDATALEN];
	Oid			table;

	snprintf(name, sizeof(name), "shard_%d_%s", shard, what);
	table = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
	return OidIsValid(table) && get_rel_relkind(table) == RELKIND_FOREIGN_TABLE;
}

static Oid
workspace_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(get_namespace_oid(WORKSPACE, false)));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for schema " WORKSPACE);
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * As the workspace's owner, as the views that read shards do: it is the owner
 * who has a user mapping.  The end of the subtransaction gives the caller's
 * rights back.
 */
static void
read_about(int shard)
{
	Oid			user;
	int			context;
	char	   *query = psprintf("SELECT FROM " WORKSPACE ".shard_%d_about", shard);

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(workspace_owner(), context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute(query, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "%s failed", query);
	SPI_finish();
	SetUserIdAndSecContext(user, context);
}

/* NULL, or why it does not answer. Any fault but that of a connection is an error. */
static char *
silence_of(int shard)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	char	   *volatile silence = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		read_about(shard);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
		CurrentResourceOwner = owner;
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_CONNECTION_EXCEPTION)
			ReThrowError(error);
		silence = error->detail != NULL ? psprintf("%s: %s", error->message, error->detail) : error->message;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return silence;
}

/* What the registry says of it. False: nothing. */
static bool
read_shard(int shard, char **server, bool *may_be_open)
{
	MemoryContext caller = CurrentMemoryContext;
	Datum		args[1] = {Int32GetDatum(shard)};
	Oid			types[1] = {INT4OID};
	bool		isnull,
				found;

	DirectFunctionCall1(deptperf_require_workspace, (Datum) 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute_with_args("SELECT s.server::pg_catalog.text, (s.unreachable OPERATOR(pg_catalog.=) 'open')::pg_catalog.bool"
							  " FROM " WORKSPACE ".shard s WHERE s.shard OPERATOR(pg_catalog.=) $1",
							  1, types, args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "deptperf.shard can't be read");
	found = SPI_processed == 1;
	if (found)
	{
		HeapTuple	tuple = SPI_tuptable->vals[0];

		*server = MemoryContextStrdup(caller, TextDatumGetCString(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &isnull)));
		*may_be_open = DatumGetBool(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &isnull));
	}
	SPI_finish();
	return found;
}

static Answer
find_answer(int shard)
{
	char	   *server;
	char	   *silence;
	bool		may_be_open;

	if (!read_shard(shard, &server, &may_be_open))
		return NOT_ASKED_YET;	/* not attached, or no longer; which may be undone */
	if (!is_there(shard, "facts") || !is_there(shard, "about"))
	{
		ereport(WARNING,
				(errmsg("shard \"%s\" has lost its foreign tables", server),
				 errdetail("Its departments are open, and so is all above them."),
				 errhint("SELECT deptperf_attach(%s); when the server is there again, or SELECT deptperf_detach(%s);",
						 quote_literal_cstr(server), quote_literal_cstr(server))));
		return LEFT_OUT;
	}
	if (!may_be_open)
		return ASKED;
	silence = silence_of(shard);
	if (silence == NULL)
		return ASKED;
	ereport(WARNING,
			(errmsg("shard \"%s\" does not answer", server),
			 errdetail("Its departments are open, and so is all above them: %s", silence)));
	return LEFT_OUT;
}

/* ---- of named departments ---- */

#define ONLY UINT64CONST(1)
#define BIT_OF(shard) (UINT64CONST(1) << (shard))

static DpShards asking = 0;

/* Has the workspace ever had one?  It costs next to nothing to know that it hasn't. */
static bool
any_shards(void)
{
	Oid			table = get_relname_relid("shard_unit_facts", get_namespace_oid(WORKSPACE, false));
	HeapTuple	tuple = OidIsValid(table) ? SearchSysCache1(RELOID, ObjectIdGetDatum(table)) : NULL;
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	result = ((Form_pg_class) GETSTRUCT(tuple))->relhassubclass;
	ReleaseSysCache(tuple);
	return result;
}

/* The shards that have any of these units (bigint[]), and no others; 0: there are none at all.  SPI is connected. */
DpShards
dp_shards_of(Datum units)
{
	static SPIPlanPtr plan = NULL;
	Oid			types[1] = {INT8ARRAYOID};
	DpShards	result = ONLY;
	bool		isnull;

	if (!any_shards())
		return 0;
	if (plan == NULL)
	{
		SPIPlanPtr	new = SPI_prepare("SELECT DISTINCT h.shard::pg_catalog.int4 FROM " WORKSPACE ".shard_department h"
									  " WHERE h.dept_id OPERATOR(pg_catalog.=) ANY ($1)", 1, types);

		if (new == NULL || SPI_keepplan(new) != 0)
			elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
		plan = new;
	}
	if (SPI_execute_plan(plan, &units, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, WORKSPACE ".shard_department can't be read");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int			shard = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));

		if (shard >= 1 && shard <= MAX_SHARDS)
			result |= BIT_OF(shard);
	}
	return result;
}

/* From now on only these are asked; 0: all.  Gives what it was before. */
DpShards
dp_shards_ask(DpShards only)
{
	DpShards	before = asking;

	asking = only;
	return before;
}

/* ---- SQL ---- */

PG_FUNCTION_INFO_V1(deptperf_shard_asked);
Datum
deptperf_shard_asked(PG_FUNCTION_ARGS)
{
	int			shard = PG_GETARG_INT32(0);

	if (shard < 1 || shard > MAX_SHARDS)
		PG_RETURN_NULL();
	if ((asking & ONLY) && !(asking & BIT_OF(shard)))
		PG_RETURN_NULL();
	if (unlikely(answered_in != DP_LOCAL_XID))
	{
		memset(answers, 0, sizeof(answers));
		answered_in = DP_LOCAL_XID;
	}
	if (unlikely(answers[shard] == NOT_ASKED_YET))
	{
		/* No subtransaction can begin there; a shard that is down is an error, which names it. */
		if (IsInParallelMode() && is_there(shard, "facts") && is_there(shard, "about"))
			PG_RETURN_INT32(shard);
		answers[shard] = find_answer(shard);
	}
	if (answers[shard] != ASKED)
		PG_RETURN_NULL();
	PG_RETURN_INT32(shard);
}
