/*
 * target.h: what the functions on targets (target.c, target_share.c) have in
 * common: each gives one row.
 */
#ifndef DEPTPERF_TARGET_H
#define DEPTPERF_TARGET_H

#include "fmgr.h"

/*
 * The row that the called function gives.  Looking up its type costs more than
 * reading a target, so the call site keeps it (fn_extra).
 */
extern Datum dp_target_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls);

#endif							/* DEPTPERF_TARGET_H */
