/*
 * evaluate_sql.c: deptperf_evaluate and deptperf_evaluate_total.
 *
 * Both take a framework's document for every row.  It arrives as the pointer
 * that lies in the table, and reading what it points to would cost more than
 * the evaluation: so the parsed framework is kept with the call site
 * (fn_extra), under the bytes of the datum as it arrived.  Call sites rarely
 * see more than a few frameworks; the oldest makes room.
 *
 * A kept framework lives as long as its call site; a row's own memory is
 * freed with the next row.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "compat.h"
#include "evaluate.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define KEPT 16

typedef struct Kept
{
	MemoryContext context;
	char	   *key;
	Size		size;
	DpEvaluation *evaluation;
} Kept;

typedef struct CallSite
{
	Kept		kept[KEPT];
	int			next;			/* the one to replace */
	MemoryContext row;
	TupleDesc	desc;			/* of the result, for deptperf_evaluate_total */
} CallSite;

static CallSite *
call_site(FunctionCallInfo fcinfo)
{
	CallSite   *site = fcinfo->flinfo->fn_extra;

	if (site == NULL)
	{
		site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite));
		site->row = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "deptperf evaluation",
										  ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = site;
	}
	return site;
}

/* The bytes that stand for a document: its own, or its pointer's. */
static struct varlena *
document_key(Datum document, Size *size)
{
	struct varlena *key = (struct varlena *) DatumGetPointer(document);

	if (VARATT_IS_EXTERNAL(key) && !VARATT_IS_EXTERNAL_ONDISK(key))
		key = PG_DETOAST_DATUM(document);
	*size = VARATT_IS_EXTERNAL(key) ? VARSIZE_EXTERNAL(key) : VARSIZE_ANY(key);
	return key;
}

static void
keep(Kept *kept, struct varlena *key, Size size, MemoryContext parent)
{
	MemoryContext context;
	DpEvaluation *evaluation = dp_evaluation_keep(DatumGetJsonbP(PointerGetDatum(key)),
												  parent, &context);
	char	   *copy = MemoryContextAlloc(context, size);

	memcpy(copy, key, size);
	if (kept->context != NULL)
		MemoryContextDelete(kept->context);
	kept->context = context;
	kept->key = copy;
	kept->size = size;
	kept->evaluation = evaluation;
}

static DpEvaluation *
evaluation_for(FunctionCallInfo fcinfo, CallSite *site)
{
	Size		size;
	struct varlena *key = document_key(PG_GETARG_DATUM(0), &size);

	Kept	   *kept;

	for (kept = site->kept; kept < site->kept + KEPT; kept++)
		if (kept->size == size && memcmp(kept->key, key, size) == 0)
			return kept->evaluation;
	kept = &site->kept[site->next];
	site->next = (site->next + 1) % KEPT;
	keep(kept, key, size, fcinfo->flinfo->fn_mcxt);
	return kept->evaluation;
}

/* An evaluation filled with this call's facts and inputs, in the row's memory. */
static DpEvaluation *
prepare(FunctionCallInfo fcinfo, MemoryContext *old)
{
	CallSite   *site = call_site(fcinfo);
	DpEvaluation *evaluation;

	CHECK_FOR_INTERRUPTS();
	MemoryContextReset(site->row);
	*old = MemoryContextSwitchTo(site->row);
	evaluation = evaluation_for(fcinfo, site);
	dp_evaluation_read(evaluation, dp_facts_of(PG_GETARG_DATUM(1)), PG_GETARG_JSONB_P(2));
	return evaluation;
}

static Datum
numeric_datum(DpDec value)
{
	return NumericGetDatum(dp_dec_numeric(value));
}

static Datum
sum_datum(DpDec value, int decimals)
{
	return NumericGetDatum(dp_dec_numeric_scale(value, decimals));
}

/* ---- deptperf_evaluate_total ---- */

/* Looking it up costs as much as an evaluation: once a call site. */
static TupleDesc
result_desc(FunctionCallInfo fcinfo)
{
	CallSite   *site = call_site(fcinfo);

	if (site->desc == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		TupleDesc	desc;

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		site->desc = BlessTupleDesc(desc);
		MemoryContextSwitchTo(old);
	}
	return site->desc;
}

PG_FUNCTION_INFO_V1(deptperf_evaluate_total);
Datum
deptperf_evaluate_total(PG_FUNCTION_ARGS)
{
	MemoryContext old;
	DpTotal		total = dp_evaluate(prepare(fcinfo, &old));
	Datum		values[5];
	bool		nulls[5] = {!total.known, total.grade == NULL, false, false, false};

	MemoryContextSwitchTo(old);
	values[0] = sum_datum(total.total, total.decimals);
	values[1] = PointerGetDatum(total.grade);
	values[2] = sum_datum(total.provisional, total.decimals);
	values[3] = numeric_datum(total.open);
	values[4] = Int32GetDatum(total.open_items);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(result_desc(fcinfo), values, nulls)));
}

/* ---- deptperf_evaluate ---- */

/* Points are shown with six decimals; sums come from the fractions. */
#define POINTS_DECIMALS 6

enum
{
	LEVEL, CODE, STATE, NUMERATOR, DENOMINATOR, BRANCH,
	POINTS_NUMERATOR, POINTS_DENOMINATOR, POINTS, COLUMNS
};

static const char *const state_names[] = {
	[DP_RESULT_SCORED] = "scored",
	[DP_RESULT_JUDGED] = "judged",
	[DP_RESULT_COMPARED] = "compared",
	[DP_RESULT_OVERRIDDEN] = "overridden",
	[DP_RESULT_EXEMPT] = "exempt",
	[DP_RESULT_NOT_APPLICABLE] = "not_applicable",
	[DP_RESULT_LEFT_OUT] = "left_out",
	[DP_RESULT_MISSING] = "missing",
	[DP_RESULT_NOT_COMPARED] = "not_compared",
	[DP_RESULT_INVALID] = "invalid",
	[DP_RESULT_VETOED] = "vetoed",
};

typedef struct Row
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS];
} Row;

static Row
row_of(const char *level, text *code, DpResultState state)
{
	Row			row;

	memset(row.nulls, true, sizeof(row.nulls));
	row.values[LEVEL] = CStringGetTextDatum(level);
	row.values[CODE] = PointerGetDatum(code);
	row.values[STATE] = CStringGetTextDatum(state_names[state]);
	row.nulls[LEVEL] = row.nulls[STATE] = false;
	row.nulls[CODE] = code == NULL;
	return row;
}

static void
set(Row *row, int column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

static void
set_sum(Row *row, DpDec sum, int decimals)
{
	set(row, POINTS_NUMERATOR, numeric_datum(sum));
	set(row, POINTS_DENOMINATOR, numeric_datum(DP_INT(1)));
	set(row, POINTS, sum_datum(sum, decimals));
}

static void
put(ReturnSetInfo *rsinfo, Row *row)
{
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, row->values, row->nulls);
}

static void
put_item(ReturnSetInfo *rsinfo, const DpItem *item, const DpItemResult *result)
{
	Row			row = row_of("item", item->code, result->state);

	if (result->has_value)
	{
		set(&row, NUMERATOR, numeric_datum(result->n));
		if (item->formula->denominator.nterms > 0)
			set(&row, DENOMINATOR, numeric_datum(result->d));
	}
	if (result->branch >= 0)
		set(&row, BRANCH, PointerGetDatum(item->branch_text[result->branch]));
	if (!dp_is_open(result->state) && result->state != DP_RESULT_LEFT_OUT)
	{
		set(&row, POINTS_NUMERATOR, numeric_datum(result->points.n));
		set(&row, POINTS_DENOMINATOR, numeric_datum(result->points.d));
		set(&row, POINTS, numeric_datum(dp_frac_round(&result->points, POINTS_DECIMALS)));
	}
	put(rsinfo, &row);
}

static void
put_indicator(ReturnSetInfo *rsinfo, const DpFramework *framework, const DpIndicator *indicator,
			  const DpIndicatorResult *result)
{
	Row			row = row_of("indicator", indicator->code, result->state);

	if (result->state != DP_RESULT_MISSING && result->state != DP_RESULT_LEFT_OUT)
		set_sum(&row, result->points, framework->decimals);
	put(rsinfo, &row);
}

/* What a group has of its indicators, before its own weight. */
typedef struct GroupSum
{
	DpDec		sum;
	int			members;
	int			left_out;
	int			open;
} GroupSum;

/* Each indicator goes once to every group above it. */
static GroupSum *
add_groups(const DpEvaluation *evaluation)
{
	const DpFramework *framework = evaluation->framework;
	GroupSum   *groups = palloc0(sizeof(GroupSum) * (framework->ngroups + 1));

	for (int i = 0; i < framework->nindicators; i++)
	{
		const DpIndicatorResult *result = &evaluation->indicator[i];
		DpDec		points = result->points;

		for (int g = framework->indicator[i].group; g >= 0; g = framework->group[g].parent)
		{
			CHECK_FOR_INTERRUPTS();
			groups[g].members++;
			if (result->state == DP_RESULT_MISSING)
				groups[g].open++;
			else if (result->state == DP_RESULT_LEFT_OUT)
				groups[g].left_out++;
			else
			{
				groups[g].sum = dp_dec_add(groups[g].sum, points);
				points = dp_dec_mul(points, framework->group[g].weight);
			}
		}
	}
	return groups;
}

/*
 * A group is missing while any of its indicators is, or, where the framework
 * leaves out what is missing, while all are.
 */
static void
put_group(ReturnSetInfo *rsinfo, const DpFramework *framework, const DpGroup *group, const GroupSum *sum)
{
	bool		open = sum->open > 0 && !(framework->leave_out && sum->open < sum->members);
	DpResultState state = open ? DP_RESULT_MISSING :
		sum->members > 0 && sum->left_out == sum->members ? DP_RESULT_LEFT_OUT : DP_RESULT_SCORED;
	Row			row = row_of("group", group->code, state);
	DpFrac		exact = dp_frac(sum->sum);

	if (state == DP_RESULT_SCORED)
		set_sum(&row, framework->weighted ? dp_frac_round(&exact, framework->decimals) : sum->sum,
				framework->decimals);
	put(rsinfo, &row);
}

PG_FUNCTION_INFO_V1(deptperf_evaluate);
Datum
deptperf_evaluate(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old;
	DpEvaluation *evaluation;
	const DpFramework *framework;
	GroupSum   *groups;
	DpTotal		total;
	Row			row;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	evaluation = prepare(fcinfo, &old);
	framework = evaluation->framework;
	total = dp_evaluate(evaluation);
	for (int i = 0; i < framework->nindicators; i++)
	{
		foreach(cell, framework->indicator[i].items)
			put_item(rsinfo, &framework->item[lfirst_int(cell)],
					 &evaluation->item[lfirst_int(cell)]);
		put_indicator(rsinfo, framework, &framework->indicator[i], &evaluation->indicator[i]);
	}
	groups = add_groups(evaluation);
	for (int i = 0; i < framework->ngroups; i++)
		put_group(rsinfo, framework, &framework->group[i], &groups[i]);
	row = row_of("total", NULL, total.known ? DP_RESULT_SCORED : DP_RESULT_MISSING);
	if (total.known)
		set_sum(&row, total.total, total.decimals);
	put(rsinfo, &row);
	MemoryContextSwitchTo(old);
	return (Datum) 0;
}
