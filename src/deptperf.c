/*
 * deptperf.c: the module: its magic block, its settings, its version.
 */
#include "postgres.h"

#include "compact.h"
#include "compat.h"
#include "decimal.h"
#include "fmgr.h"
#include "track.h"
#include "utils/builtins.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	DefineCustomBoolVariable("deptperf.force_numeric",
							 "Calculates with numeric where 128-bit integers would do.",
							 "Both give the same results; this is for tests that compare them.",
							 &dp_force_numeric, false, PGC_USERSET,
							 GUC_NOT_IN_SAMPLE | GUC_NO_SHOW_ALL, NULL, NULL, NULL);
	DefineCustomIntVariable("deptperf.compact_every",
							"One row of kept facts in so many is followed by an adding up; 0: none is.",
							"For tests, which need it to be all or none.",
							&dp_compact_every, 32, 0, 1000000, PGC_USERSET,
							GUC_NOT_IN_SAMPLE | GUC_NO_SHOW_ALL, NULL, NULL, NULL);
	MarkGUCPrefixReserved("deptperf");
	dp_track_init();
}

/* deptperf_library_version(): the version that this library was built as. */
PG_FUNCTION_INFO_V1(deptperf_library_version);
Datum
deptperf_library_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(DEPTPERF_VERSION));
}
