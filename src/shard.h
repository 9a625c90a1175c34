/*
 * shard.h: which shards a query of the point path asks.
 */
#ifndef DEPTPERF_SHARD_H
#define DEPTPERF_SHARD_H

/* A bit a shard, by its number; bit 0: no others than these. */
typedef uint64 DpShards;

extern DpShards dp_shards_of(Datum units);
extern DpShards dp_shards_ask(DpShards only);

#endif							/* DEPTPERF_SHARD_H */
