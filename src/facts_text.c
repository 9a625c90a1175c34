/*
 * facts_text.c: facts as a shard sends them, jsonb in its written form, read
 * as the sums themselves.
 *
 * postgres_fdw has values as texts, and reading a jsonb from its text takes
 * several times what adding it up takes.  Facts are objects of short numbers
 * and nothing else, so what jsonb_out makes of them is read in one pass, into
 * sums that the next aggregate adds as they are (facts_object.c).  Anything
 * else is left to jsonb_in.
 */
#include "postgres.h"

#include "compat.h"
#include "facts.h"
#include "fmgr.h"
#include "scan.h"
#include "utils/builtins.h"

/* So many digits fit 64 bits. */
#define MAX_SHORT 18

/* Is this what comes next?  Then it is passed. */
static inline bool
pass(const char **at, const char *end, const char *what)
{
	size_t		len = strlen(what);

	if ((size_t) (end - *at) < len || memcmp(*at, what, len) != 0)
		return false;
	*at += len;
	return true;
}

/* A number as numeric_out has it, without an exponent.  False: another, or none. */
static inline bool
read_short(const char **at, const char *end, DpSum *result)
{
	bool		negative = pass(at, end, "-");
	int64		v = 0;
	int			ndigits = 0;
	int			scale = -1;		/* no point yet */

	for (; *at < end; (*at)++)
	{
		if (**at >= '0' && **at <= '9')
		{
			if (++ndigits > MAX_SHORT)
				return false;
			v = v * 10 + (**at - '0');
			scale += scale >= 0;
		}
		else if (**at == '.' && scale < 0)
			scale = 0;
		else
			break;
	}
	*result = (DpSum)
	{
		{negative ? -v : v}, Max(scale, 0), false, DP_FACT_KNOWN
	};
	return ndigits > 0 && scale != 0 && (*at == end || (**at != 'e' && **at != 'E'));
}

/* NULL: it is not written like that. */
static DpFactSums *
read_facts(DpFactNames *names, const char *at, const char *end)
{
	DpFactSums *sums = dp_fact_sums_make(names, CurrentMemoryContext);
	int			place = -1;

	if (!pass(&at, end, "{"))
		return NULL;
	do
	{
		const char *name;
		DpSum		sum = {{0}, 0, false, DP_FACT_NAN};
		DpDec		value;

		if (!pass(&at, end, "\""))
			return NULL;
		for (name = at; at < end && *at != '"' && *at != '\\'; at++)
			;
		if (at - name > DP_MAX_WORD)
			return NULL;
		place = dp_fact_place(names, name, at - name, place);
		if (!pass(&at, end, "\": ") || (!pass(&at, end, "\"NaN\"") && !read_short(&at, end, &sum)))
			return NULL;
		if (place < sums->size && sums->sum[place].state != DP_FACT_ABSENT)
			return NULL;		/* twice: jsonb has the last one */
		value = dp_sum_value(&sum);
		dp_fact_sums_add(sums, place, sum.state, &value);
	} while (pass(&at, end, ", "));
	return pass(&at, end, "}") && at == end ? sums : NULL;
}

/* deptperf_shard_said(text): the facts that a text is of. */
PG_FUNCTION_INFO_V1(deptperf_shard_said);
Datum
deptperf_shard_said(PG_FUNCTION_ARGS)
{
	text	   *written = PG_GETARG_TEXT_PP(0);
	DpFactSums *sums = NULL;

	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = dp_fact_names_make(fcinfo->flinfo->fn_mcxt);
	if (!dp_force_numeric)
		sums = read_facts(fcinfo->flinfo->fn_extra, VARDATA_ANY(written),
						  VARDATA_ANY(written) + VARSIZE_ANY_EXHDR(written));
	if (sums == NULL)
		PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(text_to_cstring(written))));
	PG_RETURN_DATUM(dp_fact_sums_object(sums, false));
}
