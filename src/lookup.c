/*
 * lookup.c: the point path: scores of named departments and years.
 *
 * Three steps: who is asked about (the department, its subtree, the framework
 * in force; its judgements only where there are any, for the view that has them
 * costs more to start than the rest), the facts of all units of the subtrees in
 * one statement a year, and then the same evaluation that the views use.  One
 * department and year is asked about by statements of its own: what they cost
 * to start is most of a call whose facts are few.  The facts are added up here,
 * because PostgreSQL pushes no join into the grouped views below unit_facts, but
 * does push = ANY(array).  One year at a time, because a constant goes through
 * the equality with a bound relation's year to its index and its partitions,
 * which an array does not.
 *
 * Plans are prepared once a session, by kind, without a parallel plan, and
 * kept; PostgreSQL's plan cache replans them when what they read changes.
 * Parsed frameworks are kept under the revision of their document, which is
 * read only for one that is not kept.  Both are reached only through the
 * workspace, so search_path is pinned around all of it and a schema "deptperf"
 * of somebody else's is refused.  Every statement of a call is read only, so all
 * see the caller's snapshot.
 *
 * This file knows the workspace's relations by name and does no scoring.
 */
#include "postgres.h"

#include <limits.h>

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "evaluate.h"
#include "executor/spi.h"
#include "facts.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "shard.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/uuid.h"

#define WORKSPACE "deptperf"
#define SEARCH_PATH "pg_catalog, pg_temp"

/*
 * ---- plans ----
 *
 * Every column is cast to the type that the code below reads: the relations
 * may be somebody else's, or changed since.
 */

typedef enum PlanKind
{
	PLAN_ONE,
	PLAN_ONE_BEFORE_PEERS,		/* a workspace of 0.1.0, which is not set up anew yet */
	PLAN_MANY,
	PLAN_MANY_BEFORE_PEERS,
	PLAN_DOCUMENT,
	PLAN_CODE,
	PLAN_FRAMEWORK_OF_ONE,
	PLAN_INPUTS_OF_ONE,
	PLAN_INPUTS_OF_MANY,
	PLAN_FACTS_OF_ONE,
	PLAN_FACTS_OF_ONE_BEFORE_PARTS, /* also of 0.1.0 */
	PLAN_FACTS_OF_MANY,
	PLAN_FACTS_OF_MANY_BEFORE_PARTS,
	PLAN_KINDS
} PlanKind;

/*
 * Who is asked about: a row each, with whether there may be judgements, the
 * units of the subtree, and whether the framework must still be asked for.
 */
#define ANY_OF(relation, dept_id, year) \
	"EXISTS (SELECT FROM deptperf." relation " i WHERE i.dept_id OPERATOR(pg_catalog.=) " dept_id \
	"  AND i.fiscal_year OPERATOR(pg_catalog.=) " year ")"
#define ANY_INPUTS(dept_id, year) \
	ANY_OF("assessment", dept_id, year) " OR " ANY_OF("peer_score", dept_id, year)
#define UNITS(dept_id) \
	" ARRAY(SELECT c.dept_id::pg_catalog.int8 FROM deptperf.department_closure c" \
	"  WHERE c.ancestor_id OPERATOR(pg_catalog.=) " dept_id ")"

/* What is in force, also where departments have frameworks of their own. */
#define FRAMEWORK \
	" deptperf.framework_in_force($1, $2) fw" \
	" JOIN deptperf.framework_document fd ON fd.framework OPERATOR(pg_catalog.=) fw.framework"

/*
 * One department and year.  What starting such a statement costs grows with the
 * nodes of its plan, so all hangs on the two parameters, and it has the default
 * framework alone, which nearly always is the one in force.
 */
#define ONE \
	"SELECT $1, $2, fd.framework::pg_catalog.text, fd.revision::pg_catalog.uuid, " ANY_INPUTS("$1", "$2") "," UNITS("$1") "," \
	" EXISTS (SELECT FROM deptperf.framework_above)" \
	" FROM deptperf.department d" \
	" LEFT JOIN (deptperf.framework_year y" \
	"  JOIN deptperf.framework_document fd ON fd.framework OPERATOR(pg_catalog.=) y.in_force)" \
	" ON y.framework OPERATOR(pg_catalog.=) (SELECT w.default_framework FROM deptperf.workspace w)" \
	"  AND y.fiscal_year OPERATOR(pg_catalog.=) $2" \
	" WHERE d.dept_id OPERATOR(pg_catalog.=) $1"

/*
 * The same in a workspace that doesn't say the years of frameworks yet.  The year
 * is the first one from $2 on: with an equality the planner would read all years,
 * which are few to it, and more work than the rest.
 */
#define ONE_BEFORE_PEERS \
	"SELECT $1, $2, fd.framework::pg_catalog.text, fd.revision::pg_catalog.uuid, true," UNITS("$1") ", false" \
	" FROM deptperf.department d CROSS JOIN" FRAMEWORK \
	" WHERE d.dept_id OPERATOR(pg_catalog.=) $1" \
	" AND (SELECT y.fiscal_year FROM deptperf.fiscal_year y WHERE y.fiscal_year OPERATOR(pg_catalog.>=) $2" \
	"  ORDER BY y.fiscal_year LIMIT 1) OPERATOR(pg_catalog.=) $2"

#define MANY(any_inputs) \
	"SELECT d.dept_id::pg_catalog.int8, y.fiscal_year::pg_catalog.int4, fd.framework::pg_catalog.text," \
	" fd.revision::pg_catalog.uuid, " any_inputs "," UNITS("d.dept_id") ", false" \
	" FROM deptperf.department d" \
	" CROSS JOIN deptperf.fiscal_year y" \
	" LEFT JOIN LATERAL deptperf.framework_in_force(d.dept_id, y.fiscal_year) fw ON true" \
	" LEFT JOIN deptperf.framework_document fd ON fd.framework OPERATOR(pg_catalog.=) fw.framework" \
	" WHERE d.dept_id OPERATOR(pg_catalog.=) ANY ($1)" \
	" AND y.fiscal_year OPERATOR(pg_catalog.=) ANY ($2)"

#define INPUTS(dept_id, year) \
	"SELECT i.dept_id::pg_catalog.int8, i.fiscal_year::pg_catalog.int4, i.inputs::pg_catalog.jsonb FROM deptperf.inputs i" \
	" WHERE i.dept_id OPERATOR(pg_catalog.=) " dept_id " AND i.fiscal_year OPERATOR(pg_catalog.=) " year

/* What the sources say of units, any number of rows each. */
#define FACTS(view, dept_id) \
	"SELECT u.dept_id::pg_catalog.int8, u.fiscal_year::pg_catalog.int4, u.facts::pg_catalog.jsonb FROM deptperf." view " u" \
	" WHERE u.dept_id OPERATOR(pg_catalog.=) " dept_id " AND u.fiscal_year OPERATOR(pg_catalog.=) $2"

static struct
{
	const char *query;
	int			nargs;
	Oid			argtypes[2];
}			plan_texts[PLAN_KINDS] = {
	[PLAN_ONE] = {
		ONE,
		2, {INT8OID, INT4OID}
	},
	[PLAN_ONE_BEFORE_PEERS] = {
		ONE_BEFORE_PEERS,
		2, {INT8OID, INT4OID}
	},
	[PLAN_MANY] = {
		MANY(ANY_INPUTS("d.dept_id", "y.fiscal_year")),
		2, {INT8ARRAYOID, INT4ARRAYOID}
	},
	[PLAN_MANY_BEFORE_PEERS] = {
		MANY("true"),
		2, {INT8ARRAYOID, INT4ARRAYOID}
	},
	[PLAN_DOCUMENT] = {
		"SELECT fd.document::pg_catalog.jsonb FROM deptperf.framework_document fd"
		" WHERE fd.framework OPERATOR(pg_catalog.=) $1 AND fd.revision OPERATOR(pg_catalog.=) $2",
		2, {TEXTOID, UUIDOID}
	},
	[PLAN_CODE] = {
		"SELECT d.dept_id::pg_catalog.int8 FROM deptperf.department d WHERE d.code OPERATOR(pg_catalog.=) $1 LIMIT 2",
		1, {TEXTOID}
	},
	[PLAN_FRAMEWORK_OF_ONE] = {
		"SELECT fd.framework::pg_catalog.text, fd.revision::pg_catalog.uuid FROM" FRAMEWORK,
		2, {INT8OID, INT4OID}
	},
	[PLAN_INPUTS_OF_ONE] = {
		INPUTS("$1", "$2"),
		2, {INT8OID, INT4OID}
	},
	[PLAN_INPUTS_OF_MANY] = {
		INPUTS("ANY ($1)", "ANY ($2)"),
		2, {INT8ARRAYOID, INT4ARRAYOID}
	},
	[PLAN_FACTS_OF_ONE] = {
		FACTS("unit_parts", "$1"),
		2, {INT8OID, INT4OID}
	},
	[PLAN_FACTS_OF_ONE_BEFORE_PARTS] = {
		FACTS("unit_facts", "$1"),
		2, {INT8OID, INT4OID}
	},
	[PLAN_FACTS_OF_MANY] = {
		FACTS("unit_parts", "ANY ($1)"),
		2, {INT8ARRAYOID, INT4OID}
	},
	[PLAN_FACTS_OF_MANY_BEFORE_PARTS] = {
		FACTS("unit_facts", "ANY ($1)"),
		2, {INT8ARRAYOID, INT4OID}
	},
};

static SPIPlanPtr plans[PLAN_KINDS];

static SPIPlanPtr
plan_of(PlanKind kind)
{
	int			code;

	if (plans[kind] == NULL)
	{
		SPIPlanPtr	plan = SPI_prepare_cursor(plan_texts[kind].query, plan_texts[kind].nargs,
											  plan_texts[kind].argtypes,
											  CURSOR_OPT_GENERIC_PLAN);

		if (plan == NULL)
			elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
		if ((code = SPI_keepplan(plan)) != 0)
			elog(ERROR, "SPI_keepplan failed: %s", SPI_result_code_string(code));
		plans[kind] = plan;
	}
	return plans[kind];
}

static void
execute(PlanKind kind, Datum *args)
{
	int			code = SPI_execute_plan(plan_of(kind), args, NULL, true, 0);

	if (code != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(code));
}

static Datum
column(HeapTuple tuple, int n, bool *isnull)
{
	return SPI_getbinval(tuple, SPI_tuptable->tupdesc, n, isnull);
}

/* ---- the workspace ---- */

/* A schema of that name counts only when those who own the database made it. */
static void
check_schema(void)
{
	Oid			schema = get_namespace_oid(WORKSPACE, true);
	HeapTuple	tuple;
	Oid			owner,
				database_owner;

	if (!OidIsValid(schema))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("there is no workspace in this database"),
				 errdetail("Schema \"%s\" does not exist.", WORKSPACE),
				 errhint("SELECT deptperf_setup();")));
	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for namespace %u", schema);
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);
	if (owner == GetUserId() || owner == ROLE_PG_DATABASE_OWNER || superuser_arg(owner))
		return;
	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for database %u", MyDatabaseId);
	database_owner = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
	ReleaseSysCache(tuple);
	if (owner != database_owner)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("schema \"%s\" is not trusted", WORKSPACE),
				 errdetail("It belongs to role \"%s\": not the database's owner, a superuser or you.",
						   GetUserNameFromId(owner, false)),
				 errhint("Let the database's owner look at it, and drop it or take it over.")));
}

/*
 * deptperf_require_workspace(): an error unless there is one and it can be
 * trusted; for the extension's functions that are not in C.
 */
PG_FUNCTION_INFO_V1(deptperf_require_workspace);
Datum
deptperf_require_workspace(PG_FUNCTION_ARGS)
{
	check_schema();
	PG_RETURN_VOID();
}

/* From here to leave_workspace names are looked up in pg_catalog alone.  Gives 0 where they were before. */
static int
enter_workspace(void)
{
	int			level;

	check_schema();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (strcmp(namespace_search_path, SEARCH_PATH) == 0)
		return 0;
	level = NewGUCNestLevel();
	(void) set_config_option("search_path", SEARCH_PATH, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

static void
leave_workspace(int level)
{
	if (level != 0)
		AtEOXact_GUC(true, level);
	SPI_finish();
}

/*
 * Call one of the extension's own functions that raises the error for what
 * was not found, or finds it after all.
 */
static Datum
ask(FunctionCallInfo fcinfo, const char *function, int nargs, Oid *types, Datum *args)
{
	char	   *schema = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	char	   *query = psprintf("SELECT %s(%s)", quote_qualified_identifier(schema, function),
								 nargs == 1 ? "$1" : "$1, $2");
	bool		isnull;
	int			code = SPI_execute_with_args(query, nargs, types, args, NULL, true, 1);

	if (code != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "%s gave nothing", function);
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
}

/* ---- frameworks ---- */

#define KEPT 16

typedef struct Kept
{
	pg_uuid_t	revision;
	MemoryContext context;		/* NULL: free */
	DpEvaluation *evaluation;
} Kept;

static Kept kept[KEPT];
static int	next_kept;

/* Its document is read only when it is not kept. */
static DpEvaluation *
evaluation_of(text *framework, pg_uuid_t *revision)
{
	Datum		args[2] = {PointerGetDatum(framework), UUIDPGetDatum(revision)};
	bool		isnull = true;
	Datum		document = (Datum) 0;
	Kept	   *entry;
	MemoryContext context;
	DpEvaluation *evaluation;

	for (int i = 0; i < KEPT; i++)
		if (kept[i].context != NULL && memcmp(&kept[i].revision, revision, UUID_LEN) == 0)
			return kept[i].evaluation;

	execute(PLAN_DOCUMENT, args);
	if (SPI_processed == 1)
		document = column(SPI_tuptable->vals[0], 1, &isnull);
	if (isnull)
		elog(ERROR, "framework \"%s\" has no document", text_to_cstring(framework));
	evaluation = dp_evaluation_keep(DatumGetJsonbP(document), CacheMemoryContext, &context);
	entry = &kept[next_kept];
	next_kept = (next_kept + 1) % KEPT;
	if (entry->context != NULL)
		MemoryContextDelete(entry->context);
	entry->revision = *revision;
	entry->context = context;
	entry->evaluation = evaluation;
	return evaluation;
}

/* ---- targets ---- */

/* One department and year that is asked about. */
typedef struct Target
{
	int64		dept_id;
	int32		fiscal_year;
	text	   *framework;		/* NULL: none in force */
	pg_uuid_t	revision;
	bool		ask_framework;	/* which may be another one */
	Jsonb	   *inputs;			/* NULL: none */
	int			nunits;
	Datum	   *units;
	DpFactSums *sums;			/* of its units' facts, or those of its only unit; NULL: none speaks */
} Target;

typedef struct Member
{
	int64		unit;
	int32		fiscal_year;
	Target	   *target;
	DpFactSums *sums;			/* what the unit says, in the first that has it; NULL: nothing */
} Member;

static int
compare_targets(const void *a, const void *b)
{
	const Target *ta = a;
	const Target *tb = b;

	if (ta->fiscal_year != tb->fiscal_year)
		return ta->fiscal_year < tb->fiscal_year ? -1 : 1;
	return ta->dept_id < tb->dept_id ? -1 : ta->dept_id > tb->dept_id;
}

/* The judgements of those that have some.  Puts the targets in order. */
static void
read_inputs(PlanKind kind, Datum *args, Target *targets, int n)
{
	qsort(targets, n, sizeof(Target), compare_targets);
	execute(kind, args);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		Target		key;
		Target	   *target;
		bool		isnull;

		key.dept_id = DatumGetInt64(column(tuple, 1, &isnull));
		key.fiscal_year = DatumGetInt32(column(tuple, 2, &isnull));
		target = bsearch(&key, targets, n, sizeof(Target), compare_targets);
		if (target != NULL)
			target->inputs = DatumGetJsonbP(column(tuple, 3, &isnull));
	}
}

static void
read_framework(Target *target, HeapTuple tuple, int column_of_framework)
{
	bool		isnull;
	Datum		revision = column(tuple, column_of_framework + 1, &isnull);

	if (isnull)
		return;
	target->revision = *DatumGetUUIDP(revision);
	target->framework = DatumGetTextPP(column(tuple, column_of_framework, &isnull));
}

/* kind: one that has another for BEFORE_PEERS; inputs: how their judgements are read. */
static Target *
read_targets(PlanKind kind, PlanKind inputs, Datum *args, int *n)
{
	bool		peers = OidIsValid(get_relname_relid("peer_score", get_namespace_oid(WORKSPACE, false)));
	bool		any_inputs = false;
	Target	   *targets;

	execute(peers ? kind : kind + 1, args);
	*n = (int) SPI_processed;
	targets = palloc0(sizeof(Target) * (*n + 1));
	for (int i = 0; i < *n; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		Target	   *target = &targets[i];
		bool		isnull;
		Datum		value;

		target->dept_id = DatumGetInt64(column(tuple, 1, &isnull));
		target->fiscal_year = DatumGetInt32(column(tuple, 2, &isnull));
		read_framework(target, tuple, 3);
		any_inputs |= DatumGetBool(column(tuple, 5, &isnull));
		value = column(tuple, 6, &isnull);
		deconstruct_array(DatumGetArrayTypeP(value), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
						  TYPALIGN_DOUBLE, &target->units, NULL, &target->nunits);
		target->ask_framework = DatumGetBool(column(tuple, 7, &isnull));
	}
	if (any_inputs)
		read_inputs(inputs, args, targets, *n);
	return targets;
}

static int
compare_members(const void *a, const void *b)
{
	const Member *ma = a;
	const Member *mb = b;

	if (ma->fiscal_year != mb->fiscal_year)
		return ma->fiscal_year < mb->fiscal_year ? -1 : 1;
	return ma->unit < mb->unit ? -1 : ma->unit > mb->unit;
}

/* Who gets the facts of which unit and year; ascending. */
static Member *
members_of(Target *targets, int ntargets, int *n)
{
	Member	   *members;
	int64		room = 0;

	for (int i = 0; i < ntargets; i++)
		room += targets[i].nunits;
	if (room >= INT_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many departments in one call"),
				 errdetail("They have " INT64_FORMAT " units and years below them.", room),
				 errhint("Ask for fewer at once, or use the view deptperf.score.")));
	members = palloc_extended(sizeof(Member) * (room + 1), MCXT_ALLOC_HUGE);
	*n = 0;
	for (int i = 0; i < ntargets; i++)
		for (int j = 0; j < targets[i].nunits; j++)
		{
			Member	   *member = &members[(*n)++];

			member->unit = DatumGetInt64(targets[i].units[j]);
			member->fiscal_year = targets[i].fiscal_year;
			member->target = &targets[i];
			member->sums = NULL;
		}
	qsort(members, *n, sizeof(Member), compare_members);
	return members;
}

/* Each unit once, for the statement that reads their facts. */
static Datum
unit_array(const Member *members, int n, int *nunits)
{
	Datum	   *units = palloc_extended(sizeof(Datum) * (n + 1), MCXT_ALLOC_HUGE);

	*nunits = 0;
	for (int i = 0; i < n; i++)
		if (i == 0 || members[i].unit != members[i - 1].unit)
			units[(*nunits)++] = Int64GetDatum(members[i].unit);
	return PointerGetDatum(construct_array(units, *nunits, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * Who receives the rows of facts.  They are added as the executor makes them,
 * so that none is kept, nor written as jsonb.
 */
typedef struct FactsReceiver
{
	DestReceiver pub;
	MemoryContext context;		/* where the facts shall live */
	Member	   *members;		/* all of one year */
	int			n;
	DpFactNames *names;
} FactsReceiver;

static bool
receive_facts(TupleTableSlot *slot, DestReceiver *self)
{
	FactsReceiver *receiver = (FactsReceiver *) self;
	Member	   *members = receiver->members;
	MemoryContext caller = MemoryContextSwitchTo(receiver->context);
	bool		isnull;
	Member		key = {
		DatumGetInt64(slot_getattr(slot, 1, &isnull)),
		DatumGetInt32(slot_getattr(slot, 2, &isnull))
	};
	Member	   *member = bsearch(&key, members, receiver->n, sizeof(Member), compare_members);
	Datum		facts = slot_getattr(slot, 3, &isnull);

	/* The first of several that share the unit. */
	while (member != NULL && member > members && compare_members(&member[-1], &key) == 0)
		member--;
	if (member != NULL && !isnull)
	{
		if (member->sums == NULL)
			member->sums = dp_fact_sums_make(receiver->names, receiver->context);
		dp_fact_sums_add_object(member->sums, facts);
	}
	MemoryContextSwitchTo(caller);
	return true;
}

/* What one of the target's units says. */
static void
add_unit(Target *target, DpFactSums *unit)
{
	if (target->nunits == 1)
	{
		target->sums = unit;
		return;
	}
	if (target->sums == NULL)
		target->sums = dp_fact_sums_make(unit->names, CurrentMemoryContext);
	dp_fact_sums_add_sums(target->sums, unit, true);
}

/* The facts of one year: n members, all of that year. */
static void
read_year(Member *members, int n, DpFactNames *names)
{
	FactsReceiver receiver = {*None_Receiver, CurrentMemoryContext, members, n, names};
	bool		parts = OidIsValid(get_relname_relid("unit_parts", get_namespace_oid(WORKSPACE, false)));
	int			nunits;
	Datum		units = unit_array(members, n, &nunits);
	PlanKind	kind = (nunits == 1 ? PLAN_FACTS_OF_ONE : PLAN_FACTS_OF_MANY) + (parts ? 0 : 1);
	Datum		args[2] = {nunits == 1 ? Int64GetDatum(members->unit) : units, Int32GetDatum(members->fiscal_year)};
	SPIExecuteOptions options = {
		.params = makeParamList(lengthof(args)),
		.read_only = true,
		.dest = &receiver.pub
	};
	DpShards	before = dp_shards_ask(dp_shards_of(units));
	volatile int code = 0;

	receiver.pub.receiveSlot = receive_facts;
	/* SPI asks only whether rows are thrown away or go to its own table. */
	receiver.pub.mydest = DestTuplestore;
	for (int i = 0; i < lengthof(args); i++)
		options.params->params[i] = (ParamExternData)
		{
			args[i], false, PARAM_FLAG_CONST, plan_texts[kind].argtypes[i]
		};
	PG_TRY();
	{
		code = SPI_execute_plan_extended(plan_of(kind), &options);
	}
	PG_FINALLY();
	{
		dp_shards_ask(before);
	}
	PG_END_TRY();
	if (code != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan_extended failed: %s", SPI_result_code_string(code));
	for (int i = 0, first = 0; i < n; i++)
	{
		if (members[i].unit != members[first].unit)
			first = i;
		if (members[first].sums != NULL)
			add_unit(members[i].target, members[first].sums);
	}
}

static void
read_facts(Target *targets, int ntargets)
{
	DpFactNames *names = dp_fact_names_make(CurrentMemoryContext);
	int			n;
	Member	   *members = members_of(targets, ntargets, &n);

	for (int from = 0, to; from < n; from = to)
	{
		for (to = from; to < n && members[to].fiscal_year == members[from].fiscal_year;)
			to++;
		read_year(&members[from], to - from, names);
	}
}

static DpFacts
facts_of(const Target *target)
{
	return (DpFacts)
	{
		.sums = target->sums, .units = target->nunits == 1
	};
}

static DpTotal
evaluate_target(Target *target)
{
	DpEvaluation *evaluation = evaluation_of(target->framework, &target->revision);

	dp_evaluation_read(evaluation, facts_of(target), target->inputs);
	return dp_evaluate(evaluation);
}

/* ---- one department ---- */

static int64
resolve_code(FunctionCallInfo fcinfo, Datum code)
{
	Datum		args[1] = {code};
	Oid			types[1] = {TEXTOID};
	bool		isnull;

	execute(PLAN_CODE, args);
	if (SPI_processed == 1)
		return DatumGetInt64(column(SPI_tuptable->vals[0], 1, &isnull));
	return DatumGetInt64(ask(fcinfo, "deptperf_department", 1, types, args));
}

/* The department and year of the arguments, or the error that says what is known. */
static Target *
read_target(FunctionCallInfo fcinfo, int64 dept_id, int64 year)
{
	/* A year beyond int32 is none of the registry's, as 0 is not. */
	Datum		args[2] = {Int64GetDatum(dept_id), Int32GetDatum(year == (int32) year ? (int32) year : 0)};
	int			n;
	Target	   *target = read_targets(PLAN_ONE, PLAN_INPUTS_OF_ONE, args, &n);

	if (n > 0 && target->ask_framework)
	{
		execute(PLAN_FRAMEWORK_OF_ONE, args);
		target->framework = NULL;
		if (SPI_processed > 0)
			read_framework(target, SPI_tuptable->vals[0], 1);
	}
	if (n == 0 || target->framework == NULL)
	{
		Oid			types[2] = {INT8OID, INT8OID};
		Datum		asked[2] = {Int64GetDatum(dept_id), Int64GetDatum(year)};

		ask(fcinfo, "deptperf_department", 1, types, asked);
		ask(fcinfo, "deptperf_framework_for", 2, types, asked);
		elog(ERROR, "department " INT64_FORMAT " has no framework document", dept_id);
	}
	read_facts(target, 1);
	return target;
}

static Datum
point(FunctionCallInfo fcinfo, bool by_code, bool grade)
{
	MemoryContext caller = CurrentMemoryContext;
	int			level = enter_workspace();
	int64		dept_id = by_code ? resolve_code(fcinfo, PG_GETARG_DATUM(0)) : PG_GETARG_INT64(0);
	DpTotal		total = evaluate_target(read_target(fcinfo, dept_id, PG_GETARG_INT64(1)));
	bool		isnull = grade ? total.grade == NULL : !total.known;
	Datum		result = (Datum) 0;

	if (!isnull)
	{
		MemoryContext old = MemoryContextSwitchTo(caller);

		result = grade ? PointerGetDatum(DatumGetTextPCopy(PointerGetDatum(total.grade))) :
			NumericGetDatum(dp_dec_numeric_scale(total.total, total.decimals));
		MemoryContextSwitchTo(old);
	}
	leave_workspace(level);
	if (isnull)
		PG_RETURN_NULL();
	return result;
}

/* deptperf_total(dept, year): its score, NULL while an item is open. */
PG_FUNCTION_INFO_V1(deptperf_total_by_id);
Datum
deptperf_total_by_id(PG_FUNCTION_ARGS)
{
	return point(fcinfo, false, false);
}

PG_FUNCTION_INFO_V1(deptperf_total_by_code);
Datum
deptperf_total_by_code(PG_FUNCTION_ARGS)
{
	return point(fcinfo, true, false);
}

/* deptperf_grade(dept, year): the grade of that score. */
PG_FUNCTION_INFO_V1(deptperf_grade_by_id);
Datum
deptperf_grade_by_id(PG_FUNCTION_ARGS)
{
	return point(fcinfo, false, true);
}

PG_FUNCTION_INFO_V1(deptperf_grade_by_code);
Datum
deptperf_grade_by_code(PG_FUNCTION_ARGS)
{
	return point(fcinfo, true, true);
}

/* ---- several departments ---- */

/*
 * deptperf_scores(dept_ids, years): score's rows for these, in no order.
 * Unknown ones have no row, as in the view.
 */
PG_FUNCTION_INFO_V1(deptperf_scores);
Datum
deptperf_scores(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		args[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	int			level,
				n;
	Target	   *targets;

	InitMaterializedSRF(fcinfo, 0);
	level = enter_workspace();
	targets = read_targets(PLAN_MANY, PLAN_INPUTS_OF_MANY, args, &n);
	read_facts(targets, n);
	for (int i = 0; i < n; i++)
	{
		Target	   *target = &targets[i];
		DpTotal		total;
		Datum		values[9];
		bool		nulls[9] = {false};

		if (target->framework == NULL || (target->sums == NULL && target->inputs == NULL))
			continue;
		CHECK_FOR_INTERRUPTS();
		total = evaluate_target(target);
		nulls[3] = !total.known;
		nulls[4] = total.grade == NULL;
		values[0] = Int64GetDatum(target->dept_id);
		values[1] = Int32GetDatum(target->fiscal_year);
		values[2] = PointerGetDatum(target->framework);
		values[3] = NumericGetDatum(dp_dec_numeric_scale(total.total, total.decimals));
		values[4] = PointerGetDatum(total.grade);
		values[5] = NumericGetDatum(dp_dec_numeric_scale(total.provisional, total.decimals));
		values[6] = NumericGetDatum(dp_dec_numeric(total.open));
		values[7] = Int32GetDatum(total.open_items);
		values[8] = Int64GetDatum(dp_silent(facts_of(target), target->nunits));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	leave_workspace(level);
	return (Datum) 0;
}
