/*
 * sz2021.h: the rubric that deptperf knows out of the box, as a framework
 * document.  See sz2021.c.
 */
#ifndef DEPTPERF_SZ2021_H
#define DEPTPERF_SZ2021_H

#include "utils/jsonb.h"

/* "sz-2021" or "sz-2021-records"; NULL for any other name */
extern Jsonb *dp_sz2021_document(const char *framework);

#endif							/* DEPTPERF_SZ2021_H */
