/*
 * track.h: the triggers that keep facts up to date.
 */
#ifndef DEPTPERF_TRACK_H
#define DEPTPERF_TRACK_H

extern void dp_track_init(void);

#endif							/* DEPTPERF_TRACK_H */
