/*
 * compact.h: rows of deptperf.kept that are added up in passing.
 */
#ifndef DEPTPERF_COMPACT_H
#define DEPTPERF_COMPACT_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "utils/jsonb.h"

/* A unit and year that a statement has written rows of. */
typedef struct DpWritten
{
	int64		dept_id;
	int32		fiscal_year;
} DpWritten;

extern int	dp_compact_every;

extern void dp_written_begin(void);
extern void dp_written(HeapTuple row, TupleDesc desc);
extern int	dp_compact_due(const DpWritten **written);
extern Jsonb *dp_compact_take(Oid kept, DpWritten written);

#endif							/* DEPTPERF_COMPACT_H */
