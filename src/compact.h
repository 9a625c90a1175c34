/*
 * compact.h: rows of deptperf.kept that are added up in passing.
 */
#ifndef DEPTPERF_COMPACT_H
#define DEPTPERF_COMPACT_H

#include "utils/jsonb.h"
#include "utils/relcache.h"

typedef struct DpCompaction
{
	Relation	kept;
	Oid			index;
	MemoryContext context;
} DpCompaction;

extern int	dp_compact_every;

extern bool dp_compact_due(bool many);
extern bool dp_compact_turn(void);
extern bool dp_compact_begin(DpCompaction *compaction, Oid kept);
extern Jsonb *dp_compact_take(DpCompaction *compaction, int64 dept_id, int32 fiscal_year);
extern void dp_compact_end(DpCompaction *compaction);

#endif							/* DEPTPERF_COMPACT_H */
