/*
 * noop.c: the least that a C function and a C aggregate can cost; make bench
 * builds it beside the extension and compares with it.
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

/* bench.noop(numeric, numeric): the first one */
PG_FUNCTION_INFO_V1(bench_noop);
Datum
bench_noop(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* transition of bench.noop(numeric): how many rows there were */
PG_FUNCTION_INFO_V1(bench_noop_accum);
Datum
bench_noop_accum(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_INT64(0) + 1);
}
