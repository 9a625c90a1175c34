/*
 * facts_agg.c: the aggregates deptperf_facts and deptperf_unit_facts.
 *
 *	deptperf_facts(count_name, zeros, name, amount, name, amount, …)
 *		takes all facts of a record in one call
 *	deptperf_kept_facts(count_name, zeros, name, amount, …)
 *		the same in a form that can be taken back again (kept.c), and
 *	deptperf_kept_record(count_name, zeros, name, amount, …)
 *		that of a single record, for the triggers of statements that write one:
 *		an aggregate takes a while to begin
 *	deptperf_facts(jsonb), deptperf_unit_facts(jsonb)
 *		add objects of facts
 *
 * Results are jsonb that is written when somebody reads it (facts_object.c).
 * The state is a DpFactSums.  The dictionary of names belongs to the call
 * site (fn_extra) and lives as long as the query; each group's sums are in
 * the aggregate's context.  Sums are exact, so order and the number of
 * workers change nothing.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "facts.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "nodes/primnodes.h"
#include "scan.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* Arguments are count_name, zeros and pairs, behind a state unless it is a single record. */
#define COUNT_NAME(first) ((first) - 2)
#define ZEROS(first) ((first) - 1)
#define FIRST_PAIR 3
#define FIRST_PAIR_OF_RECORD 2

typedef enum ArgumentType
{
	A_TEXT,
	A_CSTRING,					/* a literal that nobody gave a type */
	A_NUMERIC,
	A_INT2,
	A_INT4,
	A_INT8
} ArgumentType;

#define KNOWN_NAMES 8

typedef struct Pair
{
	ArgumentType name_type;
	ArgumentType amount_type;
	int			last;			/* the name's place in the row before, or -1 */
	bool		constant;		/* the name is one of some constants, see is_constant */
	int			nknown;
	Datum		known[KNOWN_NAMES]; /* constants met so far */
	int			place[KNOWN_NAMES];
} Pair;

typedef struct CallSite
{
	DpFactNames *names;
	text	   *count_name;		/* NULL, or as the first row had it */
	text	   *zeros;			/* the bytes of a jsonb, likewise */
	int			count;			/* the place of count_name, or -1 */
	int			nzeros;
	int		   *zero;			/* places of the source's facts */
	int			first;			/* the argument where the pairs begin */
	int			npairs;
	Pair		pair[FLEXIBLE_ARRAY_MEMBER];
} CallSite;

/* ---- the call site ---- */

/* An argument's type behind a domain. */
static Oid
base_type(FunctionCallInfo fcinfo, int n)
{
	return getBaseType(get_fn_expr_argtype(fcinfo->flinfo, n));
}

static void
refuse_type(Oid type, int pair, const char *what, const char *expected, const char *cast)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("%s %d of deptperf_facts has type %s", what, pair + 1, format_type_be(type)),
			 errdetail("%s", expected),
			 errhint("Cast it: (...)::%s", cast)));
}

static ArgumentType
name_type(FunctionCallInfo fcinfo, int n, int pair)
{
	Oid			type = base_type(fcinfo, n);

	if (type == UNKNOWNOID)
		return A_CSTRING;
	if (type != TEXTOID && type != VARCHAROID)
		refuse_type(type, pair, "name", "Names are text.", "text");
	return A_TEXT;
}

static ArgumentType
amount_type(FunctionCallInfo fcinfo, int n, int pair)
{
	Oid			type = base_type(fcinfo, n);

	switch (type)
	{
		case INT2OID:
			return A_INT2;
		case INT4OID:
			return A_INT4;
		case INT8OID:
			return A_INT8;
		case UNKNOWNOID:
			/* NULL adds nothing, whatever its type; '1' has none. */
			if (!PG_ARGISNULL(n))
				break;
			return A_NUMERIC;
		case NUMERICOID:
			return A_NUMERIC;
	}
	refuse_type(type, pair, "amount", "Amounts are numeric or whole numbers; a float is not exact.",
				"numeric");
	return A_NUMERIC;
}

static void
read_zeros(CallSite *site, Jsonb *zeros, MemoryContext context)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(zeros))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("zeros of deptperf_facts are not a JSON object"),
				 errhint("Write the source's facts at 0, such as {\"assets_total\": 0}.")));
	site->zero = MemoryContextAlloc(context, sizeof(int) * (JB_ROOT_COUNT(zeros) + 1));
	it = JsonbIteratorInit(&zeros->root);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			site->zero[site->nzeros++] =
				dp_fact_place(site->names, value.val.string.val, value.val.string.len, -1);
		else if (token == WJB_VALUE)
		{
			DpDec		zero;

			if (value.type != jbvNumeric ||
				!dp_dec_read(NumericGetDatum(value.val.numeric), &zero) || dp_dec_sign(zero) != 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("zeros of deptperf_facts hold something else than 0"),
						 errhint("Write the source's facts at 0, such as {\"assets_total\": 0}.")));
		}
	}
}

/* A varlena of the call, or NULL, without a copy where it need not be unpacked. */
static text *
constant_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : PG_GETARG_TEXT_PP(n);
}

static text *
keep_constant(text *value, MemoryContext context)
{
	text	   *copy = NULL;

	if (value != NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		copy = cstring_to_text_with_len(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
		MemoryContextSwitchTo(old);
	}
	return copy;
}

/* Looked at once a group: another value would have been left out in silence. */
static void
check_constant(FunctionCallInfo fcinfo, int n, const text *kept, const char *name)
{
	text	   *value = constant_argument(fcinfo, n);

	if (value == NULL || kept == NULL ? value == NULL && kept == NULL :
		VARSIZE_ANY_EXHDR(value) == VARSIZE(kept) - VARHDRSZ &&
		memcmp(VARDATA_ANY(value), VARDATA(kept), VARSIZE_ANY_EXHDR(value)) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s of deptperf_facts is not the same in all groups", name),
			 errdetail("count_name and zeros are constants of the query; names may differ from row to row."),
			 errhint("Write one deptperf_facts for each, and add them with deptperf_facts(jsonb).")));
}

/*
 * Is a name a constant, or a CASE that picks among some?  Then it arrives as one
 * of a few pointers, which stay the same throughout the query, and need not be
 * compared as text.
 */
static bool
is_constant(Node *name)
{
	ListCell   *cell;

	if (name == NULL || IsA(name, Const))
		return true;
	if (!IsA(name, CaseExpr))
		return false;
	foreach(cell, ((CaseExpr *) name)->args)
		if (!is_constant((Node *) lfirst_node(CaseWhen, cell)->result))
			return false;
	return is_constant((Node *) ((CaseExpr *) name)->defresult);
}

/*
 * The expression that an argument behind the state comes from as it is; NULL when
 * that is not known, or it comes out of a sort, which copies it.
 */
static Node *
argument_expression(FunctionCallInfo fcinfo, int n)
{
	Aggref	   *aggref = AggGetAggref(fcinfo);

	if (aggref == NULL || aggref->aggorder != NIL || aggref->aggdistinct != NIL ||
		n - 1 >= list_length(aggref->args))
		return NULL;
	return (Node *) list_nth_node(TargetEntry, aggref->args, n - 1)->expr;
}

/* count_name and zeros are constants of the query: read with the first row. */
static CallSite *
make_call_site(FunctionCallInfo fcinfo, int first)
{
	MemoryContext context = fcinfo->flinfo->fn_mcxt;
	int			npairs = (PG_NARGS() - first) / 2;
	CallSite   *site;

	if (get_fn_expr_variadic(fcinfo->flinfo))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("deptperf_facts takes no VARIADIC array"),
				 errhint("Write the pairs out: name, amount, name, amount.")));
	if (PG_NARGS() <= first || (PG_NARGS() - first) % 2 != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("deptperf_facts needs pairs of a name and an amount"),
				 errdetail("There are %d arguments behind count_name and zeros.",
						   PG_NARGS() - first),
				 errhint("deptperf_facts(count_name, zeros, name, amount, name, amount, ...)")));
	site = MemoryContextAllocZero(context, offsetof(CallSite, pair) + sizeof(Pair) * npairs);
	site->names = dp_fact_names_make(context);
	site->count = -1;
	site->first = first;
	site->count_name = keep_constant(constant_argument(fcinfo, COUNT_NAME(first)), context);
	site->zeros = keep_constant(constant_argument(fcinfo, ZEROS(first)), context);
	if (!PG_ARGISNULL(ZEROS(first)))
		read_zeros(site, PG_GETARG_JSONB_P(ZEROS(first)), context);
	if (!PG_ARGISNULL(COUNT_NAME(first)))
	{
		text	   *count_name = PG_GETARG_TEXT_PP(COUNT_NAME(first));

		site->count = dp_fact_place(site->names, VARDATA_ANY(count_name),
									VARSIZE_ANY_EXHDR(count_name), -1);
	}
	for (int i = 0; i < npairs; i++)
	{
		Node	   *name;

		site->pair[i].name_type = name_type(fcinfo, first + 2 * i, i);
		site->pair[i].amount_type = amount_type(fcinfo, first + 2 * i + 1, i);
		site->pair[i].last = -1;
		name = argument_expression(fcinfo, first + 2 * i);
		site->pair[i].constant = name != NULL && is_constant(name);
	}
	site->npairs = npairs;
	fcinfo->flinfo->fn_extra = site;
	return site;
}

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	return context;
}

/* ---- records ---- */

static DpFactSums *
first_row(FunctionCallInfo fcinfo, CallSite *site, MemoryContext context)
{
	DpFactSums *sums = dp_fact_sums_make(site->names, context);

	check_constant(fcinfo, COUNT_NAME(site->first), site->count_name, "count_name");
	check_constant(fcinfo, ZEROS(site->first), site->zeros, "zeros");
	dp_fact_sums_begin(sums, site->zero, site->nzeros);
	return sums;
}

static pg_noinline int
name_place(CallSite *site, Pair *pair, Datum datum)
{
	const char *name;
	int			len;

	if (pair->name_type == A_CSTRING)
	{
		name = DatumGetCString(datum);
		len = strlen(name);
	}
	else
	{
		text	   *t = DatumGetTextPP(datum);

		name = VARDATA_ANY(t);
		len = VARSIZE_ANY_EXHDR(t);
	}
	if (len > DP_MAX_WORD)		/* whatever it begins with */
		dp_fact_name_too_long(name, len);
	pair->last = dp_fact_place(site->names, name, len, pair->last);
	if (pair->constant && pair->nknown < KNOWN_NAMES)
	{
		pair->known[pair->nknown] = datum;
		pair->place[pair->nknown++] = pair->last;
	}
	return pair->last;
}

static inline int
known_place(CallSite *site, Pair *pair, Datum datum)
{
	for (int i = 0; i < pair->nknown; i++)
		if (pair->known[i] == datum)
			return pair->place[i];
	return name_place(site, pair, datum);
}

static inline DpFactState
read_amount(ArgumentType type, Datum datum, DpDec *value)
{
	switch (type)
	{
		case A_INT2:
			*value = DP_INT(DatumGetInt16(datum));
			return DP_FACT_KNOWN;
		case A_INT4:
			*value = DP_INT(DatumGetInt32(datum));
			return DP_FACT_KNOWN;
		case A_INT8:
			*value = DP_INT(DatumGetInt64(datum));
			return DP_FACT_KNOWN;
		default:
			*value = DP_INT(0);
			return dp_dec_read(datum, value) ? DP_FACT_KNOWN : DP_FACT_NAN;
	}
}

static pg_noinline int
marked_place(CallSite *site, int place, char mark)
{
	char		marked[DP_MAX_WORD + 4];
	int			len = snprintf(marked, sizeof(marked), "%c%s", mark, dp_fact_name(site->names, place));

	return dp_fact_place(site->names, marked, len, place);
}

static void
add_marked(CallSite *site, DpFactSums *sums, int place, char mark, DpDec value)
{
	dp_fact_sums_add(sums, marked_place(site, place, mark), DP_FACT_KNOWN, &value);
}

/*
 * What can be taken back again: an amount that is no number is counted, under
 * the fact's name behind a mark.  A fact that does not come with the source's
 * zeros, because its records name it, stands behind "=", whatever it looks like,
 * and its amounts are counted too: it is there only as long as they are.
 */
static void
add_kept(CallSite *site, DpFactSums *sums, int place, DpFactState state, DpDec value)
{
	bool		of_zeros = false;

	for (int i = 0; i < site->nzeros; i++)
		of_zeros |= site->zero[i] == place;
	if (!of_zeros || place == site->count)
	{
		place = marked_place(site, place, DP_MARK_NAME);
		add_marked(site, sums, place, DP_MARK_COUNT, DP_INT(1));
	}
	if (state == DP_FACT_NAN || !dp_dec_calculable(value, DP_MAX_DIGITS))
	{
		add_marked(site, sums, place, DP_MARK_BAD, DP_INT(1));
		value = DP_INT(0);
	}
	dp_fact_sums_add(sums, place, DP_FACT_KNOWN, &value);
}

static inline void
add_record(FunctionCallInfo fcinfo, CallSite *site, DpFactSums *sums, bool kept)
{
	ArgumentType type = A_TEXT; /* of no amount */
	Datum		amount = (Datum) 0;
	DpDec		value = DP_INT(0);
	DpFactState state = DP_FACT_ABSENT;

	if (site->count >= 0)
		dp_fact_sums_add(sums, site->count, DP_FACT_KNOWN, &DP_INT(1));
	for (int i = 0; i < site->npairs; i++)
	{
		Pair	   *pair = &site->pair[i];
		int			at = site->first + 2 * i;

		if (PG_ARGISNULL(at) || PG_ARGISNULL(at + 1))
			continue;
		/* Payments have one amount under several names. */
		if (pair->amount_type != type || PG_GETARG_DATUM(at + 1) != amount)
		{
			type = pair->amount_type;
			amount = PG_GETARG_DATUM(at + 1);
			state = read_amount(type, amount, &value);
		}
		if (kept)
			add_kept(site, sums, known_place(site, pair, PG_GETARG_DATUM(at)), state, value);
		else
			dp_fact_sums_add(sums, known_place(site, pair, PG_GETARG_DATUM(at)), state, &value);
	}
}

static inline Datum
accumulate(FunctionCallInfo fcinfo, bool kept)
{
	CallSite   *site = fcinfo->flinfo->fn_extra;
	DpFactSums *sums;

	if (unlikely(site == NULL))
		site = make_call_site(fcinfo, FIRST_PAIR);
	if (PG_ARGISNULL(0))
		sums = first_row(fcinfo, site, aggregate_context(fcinfo));
	else
		sums = (DpFactSums *) PG_GETARG_POINTER(0);
	add_record(fcinfo, site, sums, kept);
	PG_RETURN_POINTER(sums);
}

PG_FUNCTION_INFO_V1(deptperf_facts_accum);
Datum
deptperf_facts_accum(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, false);
}

/* The transition of deptperf_kept_facts(count_name, zeros, pairs). */
PG_FUNCTION_INFO_V1(deptperf_kept_records);
Datum
deptperf_kept_records(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, true);
}

/* deptperf_kept_record(count_name, zeros, pairs) */
PG_FUNCTION_INFO_V1(deptperf_kept_record);
Datum
deptperf_kept_record(PG_FUNCTION_ARGS)
{
	CallSite   *site = fcinfo->flinfo->fn_extra;
	DpFactSums *sums;
	Jsonb	   *kept;

	if (site == NULL)
		site = make_call_site(fcinfo, FIRST_PAIR_OF_RECORD);
	sums = first_row(fcinfo, site, CurrentMemoryContext);
	add_record(fcinfo, site, sums, true);
	kept = dp_fact_sums_kept(sums);
	if (kept == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(kept);
}

/* ---- objects of facts ---- */

/* The dictionary of a call site that has nothing else to keep. */
static DpFactNames *
call_site_names(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = dp_fact_names_make(fcinfo->flinfo->fn_mcxt);
	return fcinfo->flinfo->fn_extra;
}

PG_FUNCTION_INFO_V1(deptperf_facts_accum_json);
Datum
deptperf_facts_accum_json(PG_FUNCTION_ARGS)
{
	DpFactSums *sums = PG_ARGISNULL(0) ? NULL : (DpFactSums *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
	{
		if (sums == NULL)
			sums = dp_fact_sums_make(call_site_names(fcinfo), aggregate_context(fcinfo));
		dp_fact_sums_add_object(sums, PG_GETARG_DATUM(1));
	}
	if (sums == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(sums);
}

/* ---- partial aggregation ---- */

PG_FUNCTION_INFO_V1(deptperf_facts_combine);
Datum
deptperf_facts_combine(PG_FUNCTION_ARGS)
{
	DpFactSums *left = PG_ARGISNULL(0) ? NULL : (DpFactSums *) PG_GETARG_POINTER(0);
	DpFactSums *right = PG_ARGISNULL(1) ? NULL : (DpFactSums *) PG_GETARG_POINTER(1);

	if (right != NULL)
	{
		if (left == NULL)
			left = dp_fact_sums_make(call_site_names(fcinfo), aggregate_context(fcinfo));
		dp_fact_sums_add_sums(left, right, false);
	}
	if (left == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(left);
}

/*
 * number of facts, then for each: its name, its state, and the value as a
 * numeric; in the order of the dictionary.
 */
PG_FUNCTION_INFO_V1(deptperf_facts_serialize);
Datum
deptperf_facts_serialize(PG_FUNCTION_ARGS)
{
	DpFactSums *sums = (DpFactSums *) PG_GETARG_POINTER(0);
	StringInfoData buf;
	int			n = 0;

	aggregate_context(fcinfo);
	for (int i = 0; i < sums->size; i++)
		n += sums->sum[i].state != DP_FACT_ABSENT;
	pq_begintypsend(&buf);
	pq_sendint32(&buf, n);
	for (int i = 0; i < sums->size; i++)
	{
		const DpSum *sum = &sums->sum[i];

		if (sum->state == DP_FACT_ABSENT)
			continue;
		/* Not pq_sendstring: a worker's client encoding is another. */
		pq_sendbytes(&buf, dp_fact_name(sums->names, i),
					 strlen(dp_fact_name(sums->names, i)) + 1);
		pq_sendbyte(&buf, sum->state);
		if (sum->state == DP_FACT_KNOWN)
			dp_dec_send(&buf, dp_sum_value(sum));
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

PG_FUNCTION_INFO_V1(deptperf_facts_deserialize);
Datum
deptperf_facts_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	DpFactSums *sums;
	StringInfoData buf;
	int			place = -1;

	aggregate_context(fcinfo);
	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	sums = dp_fact_sums_make(call_site_names(fcinfo), CurrentMemoryContext);
	for (int n = pq_getmsgint(&buf, 4); n > 0; n--)
	{
		const char *name = pq_getmsgrawstring(&buf);
		DpFactState state;
		DpDec		value = DP_INT(0);

		place = dp_fact_place(sums->names, name, strlen(name), place);
		state = pq_getmsgbyte(&buf);
		if (state == DP_FACT_KNOWN)
			value = dp_dec_recv(&buf);
		dp_fact_sums_add(sums, place, state, &value);
	}
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(sums);
}

/* ---- the result ---- */

static Datum
result(FunctionCallInfo fcinfo, bool units)
{
	aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(dp_fact_sums_object((DpFactSums *) PG_GETARG_POINTER(0), units));
}

PG_FUNCTION_INFO_V1(deptperf_facts_final);
Datum
deptperf_facts_final(PG_FUNCTION_ARGS)
{
	return result(fcinfo, false);
}

PG_FUNCTION_INFO_V1(deptperf_unit_facts_final);
Datum
deptperf_unit_facts_final(PG_FUNCTION_ARGS)
{
	return result(fcinfo, true);
}
