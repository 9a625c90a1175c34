/*
 * track.h: a setting of the triggers that keep facts up to date.
 */
#ifndef DEPTPERF_TRACK_H
#define DEPTPERF_TRACK_H

extern int	dp_compact_every;

extern void dp_track_init(void);

#endif							/* DEPTPERF_TRACK_H */
