/*
 * track.c: the triggers that keep facts up to date, as deltas.
 *
 *	deptperf_track_write(source, place, tables)
 *		on each table whose records a source has: appends to deptperf.kept what
 *		the statement's records add and take away.  How many tables of that place
 *		there were when tracking began is for deptperf_track_faults alone
 *	deptperf_kept_derived()
 *		on deptperf.kept: no rows but ours
 *	deptperf_track_registry()
 *		on department and fiscal_year: which records of bound relations count,
 *		and for whom, hangs on these; what a change touches is computed anew
 *
 * What is run is a statement that deptperf_track_statement (SQL) derives from
 * the source's views, so the mapping from records to facts stands once.  It is
 * prepared once a session and kept until something that it was derived from
 * changes.
 *
 * Writers have no rights in the workspace.  So the statement runs as the
 * schema's owner, as a referential check runs as the table's, in a
 * security-restricted operation and with a fixed search_path.  Nothing of the
 * trigger's arguments gets into it: deptperf_track_statement looks up whether
 * the table, the trigger's name and the arguments are what deptperf_track
 * made, and there is no statement when they aren't.  Somebody's own trigger
 * that calls these functions does nothing.
 *
 * Writers share a lock, that of a table which has no other use, so that nobody
 * without rights on it can take it, as anybody could an advisory one; whoever
 * computes facts anew has it alone.  (A source
 * that has its own table alone is computed anew only under that table's lock,
 * and its writers need no other.  With one they would meet whoever changes a
 * department's code, whose row they refer to.)  A writer
 * whose transaction began before (REPEATABLE READ) must still see the
 * registries as they are now, so statements run with the latest snapshot, as
 * those of a referential check do.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "compact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "jit/jit.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parse_expr.h"
#include "parser/parser.h"
#include "rewrite/rewriteHandler.h"
#include "storage/lmgr.h"
#include "track.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/selfuncs.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#define WORKSPACE "deptperf"

/* The table whose lock writers share. */
#define LOCKED "tracking_lock"

/* A plan for one row, for less than 10, than 1,000, than 100,000, and for more. */
#define SIZES 5
#define ONE_ROW 0
#define FEW_ROWS 1

/* ---- what is known of a trigger ---- */

typedef struct Entry
{
	Oid			trigger;		/* the key */
	bool		valid;
	int			derived;		/* how often */
	MemoryContext context;		/* of what follows; NULL: nothing yet */
	int			nreads;
	Oid		   *reads;			/* what the statement was derived from */
	char	   *statement;		/* NULL: there is nothing to keep */
	char	   *single;			/* for one row; NULL: the same */
	bool		alone;			/* the source has its own table alone */
	SPIPlanPtr	plan[SIZES][2]; /* by the number of rows, and whether they are added up then */
} Entry;

static HTAB *entries;

static void
forget(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS status;
	Entry	   *entry;

	hash_seq_init(&status, entries);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		if (!OidIsValid(relid))
			entry->valid = false;
		for (int i = 0; i < entry->nreads && entry->valid; i++)
			if (entry->reads[i] == relid)
				entry->valid = false;
	}
}

/* Statements name relations and types, and a schema's owner may give its name to another. */
static void
forget_all(Datum arg, int cache, uint32 hash)
{
	forget(arg, InvalidOid);
}

static Entry *
find_entry(Oid trigger)
{
	bool		found;
	Entry	   *entry;

	if (entries == NULL)
	{
		HASHCTL		control = {
			.keysize = sizeof(Oid),
			.entrysize = sizeof(Entry),
			.hcxt = CacheMemoryContext,
		};

		entries = hash_create("deptperf tracked tables", 32, &control,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		CacheRegisterRelcacheCallback(forget, (Datum) 0);
		CacheRegisterSyscacheCallback(NAMESPACEOID, forget_all, (Datum) 0);
	}
	entry = hash_search(entries, &trigger, HASH_ENTER, &found);
	if (!found)
	{
		memset(entry, 0, sizeof(Entry));
		entry->trigger = trigger;
	}
	return entry;
}

static void
free_plan(SPIPlanPtr *plan)
{
	if (*plan != NULL)
		SPI_freeplan(*plan);
	*plan = NULL;
}

static void
empty_entry(Entry *entry)
{

	entry->valid = false;
	entry->nreads = 0;
	entry->reads = NULL;
	entry->statement = entry->single = NULL;
	for (int i = 0; i < SIZES; i++)
		for (int due = 0; due < 2; due++)
			free_plan(&entry->plan[i][due]);
	if (entry->context != NULL)
		MemoryContextDelete(entry->context);
	entry->context = NULL;
}

/* ---- as the owner of the workspace ---- */

typedef struct Caller
{
	Oid			user;
	int			context;
	int			guc_level;
} Caller;

/*
 * Settings that a statement's constants are written and read by, which a
 * writer might change in between; that whose policies apply hangs on; and what
 * makes a plan dear: jit takes a third of a second.
 */
static void
pin(const char *name, const char *value, bool differs)
{
	if (differs)
		(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
								 false);
}

/* Gives the level at which they go back to what they were. */
static int
pin_settings(void)
{
	int			level = NewGUCNestLevel();

	pin("search_path", "pg_catalog, pg_temp", true);
	pin("datestyle", "ISO", DateStyle != USE_ISO_DATES);
	pin("intervalstyle", "postgres", IntervalStyle != INTSTYLE_POSTGRES);
	pin("extra_float_digits", "1", extra_float_digits < 1);
	pin("array_nulls", "on", !Array_nulls);
	pin("standard_conforming_strings", "on", !standard_conforming_strings);
	pin("transform_null_equals", "off", Transform_null_equals);
	pin("bytea_output", "hex", bytea_output != BYTEA_OUTPUT_HEX);
	pin("quote_all_identifiers", "off", quote_all_identifiers);
	pin("constraint_exclusion", "partition", constraint_exclusion == CONSTRAINT_EXCLUSION_ON);
	pin("jit", "off", jit_enabled);
	/* a policy of a table's owner must not run as ours: an error instead */
	pin("row_security", "off", row_security);
	return level;
}

/* Whose the extension's functions are. */
static Oid	maker = InvalidOid;

static Oid
function_owner(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* False: there is no workspace. */
static bool
become_owner(FunctionCallInfo fcinfo, Caller *caller)
{
	Oid			schema = get_namespace_oid(WORKSPACE, true);
	HeapTuple	tuple;
	Oid			owner;

	if (!OidIsValid(schema))
		return false;
	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	if (!HeapTupleIsValid(tuple))
		return false;
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);

	maker = function_owner(fcinfo->flinfo->fn_oid);
	GetUserIdAndSecContext(&caller->user, &caller->context);
	SetUserIdAndSecContext(owner, caller->context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
	caller->guc_level = pin_settings();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	return true;
}

static void
become_caller(const Caller *caller)
{
	SPI_finish();
	AtEOXact_GUC(false, caller->guc_level);
	SetUserIdAndSecContext(caller->user, caller->context);
}

/*
 * While our own statements are parsed and planned:
 *
 * A transition table has no statistics, so that a date would be looked up in
 * fiscal_year once for each record and not once for each day.  It gets those of
 * its table.
 *
 * A name may mean something else than when the view was made: who may create
 * functions in the extension's schema can make one that fits better, and who
 * owns a schema can give its name to another.  No function is called and no view
 * read that is neither a superuser's nor the workspace's owner's, nor the
 * extension's.
 */
static get_relation_stats_hook_type next_stats_hook;
static post_parse_analyze_hook_type next_parse_hook;
static needs_fmgr_hook_type next_needs_hook;
static bool ours = false;

static bool
table_stats(PlannerInfo *root, RangeTblEntry *rte, AttrNumber attnum, VariableStatData *vardata)
{
	if (next_stats_hook != NULL && next_stats_hook(root, rte, attnum, vardata))
		return true;
	if (!ours || rte->rtekind != RTE_NAMEDTUPLESTORE || !OidIsValid(rte->relid))
		return false;
	for (int inherited = 0; inherited < 2 && !HeapTupleIsValid(vardata->statsTuple); inherited++)
		vardata->statsTuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(rte->relid),
											  Int16GetDatum(attnum), BoolGetDatum(inherited));
	vardata->freefunc = ReleaseSysCache;
	vardata->acl_ok = true;
	return HeapTupleIsValid(vardata->statsTuple);
}

static bool
is_trusted(Oid owner)
{
	return owner == BOOTSTRAP_SUPERUSERID || owner == GetUserId() || owner == maker || superuser_arg(owner);
}

static bool
refuse_foreign(Oid function, void *context)
{
	if (!is_trusted(function_owner(function)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("function %s is not called for tracking", format_procedure(function)),
				 errdetail("It would run with the rights of role \"%s\", to whom it does not belong.",
						   GetUserNameFromId(GetUserId(), false)),
				 errhint("What calls it? An index, a partition key, a domain, or a name in the schema that deptperf is in.")));
	return false;
}

/* What a view says runs as whoever reads it, be it calls of functions that anybody may call. */
static void
refuse_view(const RangeTblEntry *rte)
{
	HeapTuple	tuple;

	if (rte->rtekind != RTE_RELATION || rte->relkind != RELKIND_VIEW)
		return;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(rte->relid));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", rte->relid);
	if (!is_trusted(((Form_pg_class) GETSTRUCT(tuple))->relowner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("view \"%s\" is not read for tracking", get_rel_name(rte->relid)),
				 errdetail("It would be read with the rights of role \"%s\", to whom it does not belong.",
						   GetUserNameFromId(GetUserId(), false)),
				 errhint("Tracked are tables; has it come in the place of one?")));
	ReleaseSysCache(tuple);
}

/*
 * Whatever brings a function - an index, a partition key, a domain - it is
 * looked up here before it runs.
 */
static bool
check_called(Oid function)
{
	if (ours)
		refuse_foreign(function, NULL);
	return next_needs_hook != NULL && next_needs_hook(function);
}

static bool
check_node(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		refuse_view((RangeTblEntry *) node);
		return false;
	}
	check_functions_in_node(node, refuse_foreign, NULL);
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, check_node, NULL, QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, check_node, NULL);
}

static void
check_statement(ParseState *pstate, Query *query, JumbleState *jstate)
{
	if (next_parse_hook != NULL)
		next_parse_hook(pstate, query, jstate);
	if (ours)
		(void) check_node((Node *) query, NULL);
}

void
dp_track_init(void)
{
	next_stats_hook = get_relation_stats_hook;
	get_relation_stats_hook = table_stats;
	next_parse_hook = post_parse_analyze_hook;
	post_parse_analyze_hook = check_statement;
	next_needs_hook = needs_fmgr_hook;
	needs_fmgr_hook = check_called;
}

static SPIPlanPtr
prepare(const char *statement, int nargs, Oid *types)
{
	bool		before = ours;
	SPIPlanPtr	plan;

	ours = true;
	PG_TRY();
	{
		plan = SPI_prepare(statement, nargs, types);
	}
	PG_FINALLY();
	{
		ours = before;
	}
	PG_END_TRY();
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	return plan;
}

static void
run(SPIPlanPtr plan, Datum *args)
{
	bool		before = ours;
	int			code;

	ours = true;
	PG_TRY();
	{
		code = SPI_execute_snapshot(plan, args, NULL, GetLatestSnapshot(), InvalidSnapshot, false,
									true, 0);
	}
	PG_FINALLY();
	{
		ours = before;
	}
	PG_END_TRY();
	if (code < 0)
		elog(ERROR, "SPI_execute_snapshot failed: %s", SPI_result_code_string(code));
}

/* Nothing, where no setup for tracking has been: then nothing is tracked either. */
static void
lock(LOCKMODE mode)
{
	Oid			table = get_relname_relid(LOCKED, get_namespace_oid(WORKSPACE, false));

	if (OidIsValid(table))
		LockRelationOid(table, mode);
}

static void
unlock(LOCKMODE mode)
{
	Oid			table = get_relname_relid(LOCKED, get_namespace_oid(WORKSPACE, false));

	if (OidIsValid(table))
		UnlockRelationOid(table, mode);
}

/* The schema that the extension's functions are in: that of the trigger's. */
static const char *
extension_schema(FunctionCallInfo fcinfo)
{
	return quote_identifier(get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid)));
}

/* ---- records ---- */

static const char *
event_name(const TriggerData *data)
{
	if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
		return "insert";
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		return "update";
	if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
		return "delete";
	return "truncate";
}

static char *
kept_value(const Entry *entry, HeapTuple row, TupleDesc desc, int column)
{
	char	   *value = SPI_getvalue(row, desc, column);

	return value == NULL ? NULL : MemoryContextStrdup(entry->context, value);
}

/* Asks for the statement, once, and what it was derived from. */
static void
derive(Entry *entry, FunctionCallInfo fcinfo, const TriggerData *data)
{
	const Trigger *trigger = data->tg_trigger;
	Oid			types[] = {OIDOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		args[5];
	SPIPlanPtr	plan;
	HeapTuple	row;
	TupleDesc	desc;
	MemoryContext caller;
	bool		isnull;
	Datum	   *reads;
	ArrayType  *array;

	empty_entry(entry);
	entry->derived++;
	plan = prepare(psprintf("SELECT s.statement, s.single, s.reads, s.alone"
							" FROM %s.deptperf_track_statement($1, $2, $3, $4, $5) s",
							extension_schema(fcinfo)), 5, types);
	args[0] = ObjectIdGetDatum(RelationGetRelid(data->tg_relation));
	args[1] = CStringGetTextDatum(trigger->tgname);
	args[2] = CStringGetTextDatum(event_name(data));
	args[3] = CStringGetTextDatum(trigger->tgargs[0]);
	args[4] = CStringGetTextDatum(trigger->tgargs[1]);
	run(plan, args);
	if (SPI_processed != 1)
		elog(ERROR, "deptperf_track_statement gave nothing");
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;

	entry->context = AllocSetContextCreate(CacheMemoryContext, "deptperf tracked table",
										   ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(entry->context);
	entry->statement = kept_value(entry, row, desc, 1);
	entry->single = kept_value(entry, row, desc, 2);
	entry->alone = DatumGetBool(SPI_getbinval(row, desc, 4, &isnull)) && !isnull;
	array = DatumGetArrayTypePCopy(SPI_getbinval(row, desc, 3, &isnull));
	deconstruct_array(array, OIDOID, sizeof(Oid), true, TYPALIGN_INT, &reads, NULL, &entry->nreads);
	entry->reads = palloc(sizeof(Oid) * (entry->nreads + 1));
	for (int i = 0; i < entry->nreads; i++)
		entry->reads[i] = DatumGetObjectId(reads[i]);
	MemoryContextSwitchTo(caller);
	SPI_freeplan(plan);
	entry->valid = true;
}

static SPIPlanPtr
keep(SPIPlanPtr plan)
{
	int			code = SPI_keepplan(plan);

	if (code != 0)
		elog(ERROR, "SPI_keepplan failed: %s", SPI_result_code_string(code));
	return plan;
}

/* Puts a plan back where it was, unless another has come there or belongs there. */
static void
put_back(Entry *entry, int derived, SPIPlanPtr *place, SPIPlanPtr plan)
{
	if (entry->derived == derived && *place == NULL)
		*place = plan;
	else
		SPI_freeplan(plan);
}

/*
 * Runs a plan of an entry, and takes it out meanwhile: what the statement fires
 * may write to the same table, when the entry has to be derived anew, and frees
 * its plans.
 */
static void
run_plan(Entry *entry, SPIPlanPtr *place)
{
	SPIPlanPtr	plan = *place;
	int			derived = entry->derived;

	*place = NULL;
	PG_TRY();
	{
		run(plan, NULL);
	}
	PG_CATCH();
	{
		put_back(entry, derived, place, plan);
		PG_RE_THROW();
	}
	PG_END_TRY();
	put_back(entry, derived, place, plan);
}

/* What a statement gives that is followed by an adding up: whose rows it wrote. */
#define WRITTEN " RETURNING dept_id, fiscal_year"

/* Puts their sum in the place of the rows of a department and year. */
static void
compact_one(DpCompaction *compaction, Datum dept_id, Datum fiscal_year)
{
	static SPIPlanPtr plan = NULL;
	Oid			types[] = {INT8OID, INT4OID, JSONBOID};
	Jsonb	   *sum = dp_compact_take(compaction, DatumGetInt64(dept_id), DatumGetInt32(fiscal_year));
	Datum		args[] = {dept_id, fiscal_year, JsonbPGetDatum(sum)};

	if (sum == NULL)
		return;
	if (plan == NULL)
		plan = keep(prepare("INSERT INTO deptperf.kept (dept_id, fiscal_year, facts) VALUES ($1, $2, $3)",
							lengthof(types), types));
	run(plan, args);
}

/* The same for those that were written, or of many for some. */
static void
compact(bool many)
{
	SPITupleTable *written = SPI_tuptable;
	int			n = (int) SPI_processed;
	DpCompaction compaction;
	bool		begun = false;

	for (int i = 0; i < n; i++)
	{
		bool		isnull;

		if (many && !dp_compact_turn())
			continue;
		if (!begun && !dp_compact_begin(&compaction, get_relname_relid("kept", get_namespace_oid(WORKSPACE, false))))
			return;
		begun = true;
		compact_one(&compaction, SPI_getbinval(written->vals[i], written->tupdesc, 1, &isnull),
					SPI_getbinval(written->vals[i], written->tupdesc, 2, &isnull));
	}
	if (begun)
		dp_compact_end(&compaction);
}

static int64
rows_of(const TriggerData *data)
{
	return (data->tg_oldtable ? tuplestore_tuple_count(data->tg_oldtable) : 0) +
		(data->tg_newtable ? tuplestore_tuple_count(data->tg_newtable) : 0);
}

static int
size_of(int64 rows)
{
	int			size = rows == 1 ? ONE_ROW : FEW_ROWS;

	for (; rows >= 10 && size < SIZES - 1; rows /= 100)
		size++;
	return size;
}

/* A transition table that an event has is there, under the name that statements know it by. */
static bool
is_named(const char *table, const char *name, bool has)
{
	return !has || (table != NULL && strcmp(table, name) == 0);
}

/* As deptperf_track makes them; another's get no further. */
static bool
is_as_made(const TriggerData *data)
{
	const Trigger *trigger = data->tg_trigger;

	if (TRIGGER_FIRED_FOR_ROW(data->tg_event) || trigger->tgnargs != 3)
		return false;
	if (TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		return TRIGGER_FIRED_BEFORE(data->tg_event);
	return TRIGGER_FIRED_AFTER(data->tg_event) &&
		is_named(trigger->tgoldtable, "old_rows", !TRIGGER_FIRED_BY_INSERT(data->tg_event)) &&
		is_named(trigger->tgnewtable, "new_rows", !TRIGGER_FIRED_BY_DELETE(data->tg_event));
}

static void
check_trigger(FunctionCallInfo fcinfo, const char *name)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("%s is called by triggers alone", name),
				 errhint("SELECT * FROM deptperf_track();")));
}

static bool
is_own(Relation relation)
{
	return RelationGetNamespace(relation) == get_namespace_oid(WORKSPACE, true);
}

PG_FUNCTION_INFO_V1(deptperf_track_write);
Datum
deptperf_track_write(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	Caller		caller;
	Entry	   *entry;

	check_trigger(fcinfo, "deptperf_track_write");
	if (!is_as_made(data) || (!TRIGGER_FIRED_BY_TRUNCATE(data->tg_event) && rows_of(data) == 0) ||
		!become_owner(fcinfo, &caller))
		return PointerGetDatum(NULL);

	entry = find_entry(data->tg_trigger->tgoid);
	if (!entry->valid && is_own(data->tg_relation))
		derive(entry, fcinfo, data);
	if (!entry->valid || (!entry->alone && entry->statement != NULL))
	{
		lock(RowExclusiveLock);
		if (!entry->valid)
			derive(entry, fcinfo, data);
		if (entry->statement == NULL)
			unlock(RowExclusiveLock);
	}
	if (entry->statement != NULL)
	{
		int64		rows = rows_of(data);
		int			size = size_of(rows);
		bool		many = rows == 0 || size > FEW_ROWS;	/* TRUNCATE brings none along */
		bool		due = dp_compact_due(many);
		SPIPlanPtr *plan = &entry->plan[size][due];

		if (SPI_register_trigger_data(data) != SPI_OK_TD_REGISTER)
			elog(ERROR, "SPI_register_trigger_data failed");
		/*
		 * All 152 years fit a page or two, but going through them takes a quarter of
		 * a single row's time.  At every call, because the plan cache may plan anew.
		 */
		pin("enable_seqscan", "off", rows > 0 && size <= FEW_ROWS && enable_seqscan);
		if (*plan == NULL)
			*plan = keep(prepare(psprintf("%s%s", size == ONE_ROW && entry->single != NULL ? entry->single : entry->statement,
										  due ? WRITTEN : ""),
								 0, NULL));
		run_plan(entry, plan);
		if (due)
			compact(many);
	}
	become_caller(&caller);
	return PointerGetDatum(NULL);
}

/* Rows that our own statements bring stay; those of a dump the triggers have made already. */
PG_FUNCTION_INFO_V1(deptperf_kept_derived);
Datum
deptperf_kept_derived(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	check_trigger(fcinfo, "deptperf_kept_derived");
	return PointerGetDatum(ours || !is_own(data->tg_relation) ? data->tg_trigtuple : NULL);
}

PG_FUNCTION_INFO_V1(deptperf_track_run);
Datum
deptperf_track_run(PG_FUNCTION_ARGS)
{
	char	   *statement = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			level = pin_settings();

	maker = function_owner(fcinfo->flinfo->fn_oid);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	run(prepare(statement, 0, NULL), NULL);
	SPI_finish();
	AtEOXact_GUC(false, level);
	PG_RETURN_VOID();
}

/* ---- registries ---- */

PG_FUNCTION_INFO_V1(deptperf_track_registry);
Datum
deptperf_track_registry(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	Oid			types[] = {OIDOID, TEXTOID};
	Datum		args[2];
	Datum	   *statements;
	int			n;
	bool		isnull;
	Caller		caller;

	check_trigger(fcinfo, "deptperf_track_registry");
	if (TRIGGER_FIRED_FOR_ROW(data->tg_event) || TRIGGER_FIRED_BEFORE(data->tg_event) ||
		(!TRIGGER_FIRED_BY_TRUNCATE(data->tg_event) && rows_of(data) == 0) ||
		!become_owner(fcinfo, &caller))
		return PointerGetDatum(NULL);

	args[0] = ObjectIdGetDatum(RelationGetRelid(data->tg_relation));
	args[1] = CStringGetTextDatum(event_name(data));
	run(prepare(psprintf("SELECT %s.deptperf_track_again($1, $2)", extension_schema(fcinfo)),
				2, types), args);
	if (SPI_register_trigger_data(data) != SPI_OK_TD_REGISTER)
		elog(ERROR, "SPI_register_trigger_data failed");
	deconstruct_array(DatumGetArrayTypePCopy(SPI_getbinval(SPI_tuptable->vals[0],
														   SPI_tuptable->tupdesc, 1, &isnull)),
					  TEXTOID, -1, false, TYPALIGN_INT, &statements, NULL, &n);
	for (int i = 0; i < n; i++)
	{
		run(prepare(TextDatumGetCString(statements[i]), 0, NULL), NULL);
		if (i == 0 && SPI_processed == 0)
			break;				/* it touches nothing */
		if (i == 0)
			lock(ShareRowExclusiveLock);
	}
	become_caller(&caller);
	return PointerGetDatum(NULL);
}

/* ---- what can't be tracked ---- */

/* What the views of bound relations have besides records, which facts don't need. */
static bool
counts(const TargetEntry *entry, bool outer)
{
	return entry->resname == NULL ||
		(strcmp(entry->resname, "record") != 0 &&
		 !(outer && (strcmp(entry->resname, "department") == 0 || strcmp(entry->resname, "year") == 0)));
}

static bool
has_system_column(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
		return ((Var *) node)->varattno <= 0;
	return expression_tree_walker(node, has_system_column, context);
}

static const char *
fault_of(Query *query, bool outer)
{
	ListCell   *lc;
	List	   *parts = list_make1(query->jointree);

	foreach(lc, query->targetList)
	{
		TargetEntry *entry = lfirst(lc);

		if (counts(entry, outer))
			parts = lappend(parts, entry->expr);
	}
	if (contain_mutable_functions((Node *) parts))
		return "a value of it hangs on the day or the session, not on the record alone";
	if (has_system_column((Node *) parts, NULL))
		return "an expression has the whole record or a system column";
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst(lc);

		if (rte->rtekind == RTE_SUBQUERY)
		{
			const char *fault = fault_of(rte->subquery, false);

			if (fault != NULL)
				return fault;
		}
	}
	return NULL;
}

/* deptperf_track_fault(view): why a view of records can't be tracked, or NULL. */
PG_FUNCTION_INFO_V1(deptperf_track_fault);
Datum
deptperf_track_fault(PG_FUNCTION_ARGS)
{
	Relation	view = relation_open(PG_GETARG_OID(0), AccessShareLock);
	const char *fault = "it is no view";
	text	   *result;

	if (view->rd_rel->relkind == RELKIND_VIEW)
		fault = fault_of(get_view_query(view), true);
	result = fault == NULL ? NULL : cstring_to_text(fault);
	relation_close(view, AccessShareLock);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(result);
}
