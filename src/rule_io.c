/*
 * rule_io.c: the SQL type deptperf_rule, and the functions that check a rule
 * for its place.
 *
 *	text      X>=90 % : 1.0 , ELSE 0
 *	parsed    { >= 90% : constant 1 } { always : constant 0 }
 *	stored    x >= 90%: 1, else 0          (a varlena like text's)
 *	binary    01 "x >= 90%: 1, else 0"     (a version byte and the text)
 *
 * Two rules are equal when their canonical texts are.
 */
#include "postgres.h"

#include "compat.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "rule.h"
#include "utils/builtins.h"

#define BINARY_VERSION 1

static Datum
store(const DpRule *rule)
{
	return PointerGetDatum(cstring_to_text(dp_rule_text(rule)));
}

PG_FUNCTION_INFO_V1(deptperf_rule_in);
Datum
deptperf_rule_in(PG_FUNCTION_ARGS)
{
	DpRule	   *rule = dp_rule_parse(PG_GETARG_CSTRING(0), DP_ESCONTEXT(fcinfo));

	if (rule == NULL)
		PG_RETURN_NULL();
	return store(rule);
}

PG_FUNCTION_INFO_V1(deptperf_rule_out);
Datum
deptperf_rule_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(TextDatumGetCString(PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(deptperf_rule_recv);
Datum
deptperf_rule_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(buf);
	int			size;

	if (version != BINARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version %d of a rule's binary form", version),
				 errdetail("This library reads version %d.", BINARY_VERSION),
				 errhint("Send the rule as text.")));
	return store(dp_rule_parse(pq_getmsgtext(buf, buf->len - buf->cursor, &size), NULL));
}

PG_FUNCTION_INFO_V1(deptperf_rule_send);
Datum
deptperf_rule_send(PG_FUNCTION_ARGS)
{
	char	   *rule = TextDatumGetCString(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, BINARY_VERSION);
	pq_sendtext(&buf, rule, strlen(rule));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static bool
same_text(Datum a, Datum b)
{
	text	   *ta = DatumGetTextPP(a);
	text	   *tb = DatumGetTextPP(b);

	return VARSIZE_ANY_EXHDR(ta) == VARSIZE_ANY_EXHDR(tb) &&
		memcmp(VARDATA_ANY(ta), VARDATA_ANY(tb), VARSIZE_ANY_EXHDR(ta)) == 0;
}

PG_FUNCTION_INFO_V1(deptperf_rule_eq);
Datum
deptperf_rule_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(same_text(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

PG_FUNCTION_INFO_V1(deptperf_rule_ne);
Datum
deptperf_rule_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!same_text(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

PG_FUNCTION_INFO_V1(deptperf_rule_hash);
Datum
deptperf_rule_hash(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);

	return hash_any((unsigned char *) VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

/*
 * deptperf_item_rule(rule text, points numeric): the canonical text of a rule
 * that can score an item of so many points; an error otherwise.
 */
PG_FUNCTION_INFO_V1(deptperf_item_rule);
Datum
deptperf_item_rule(PG_FUNCTION_ARGS)
{
	DpRule	   *rule = dp_rule_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), NULL);
	DpDec		points;

	if (!dp_dec_read(PG_GETARG_DATUM(1), &points))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the points of an item must be a finite number")));
	dp_rule_check_item(rule, points);
	return store(rule);
}

/* deptperf_requirement_rule(rule text): the same for a requirement. */
PG_FUNCTION_INFO_V1(deptperf_requirement_rule);
Datum
deptperf_requirement_rule(PG_FUNCTION_ARGS)
{
	DpRule	   *rule = dp_rule_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), NULL);

	dp_rule_check_requirement(rule);
	return store(rule);
}
