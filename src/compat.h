/*
 * compat.h: what differs between PostgreSQL versions, and since when.
 *
 *	16	soft errors (ereturn, escontext); before, the macro raises
 *	16	varatt.h; before, postgres.h has the varlena macros
 *	17	the local transaction id is in PGPROC.vxid
 *	18	nothing that is used here
 *
 * No other file asks for PG_VERSION_NUM.
 */
#ifndef DEPTPERF_COMPAT_H
#define DEPTPERF_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "deptperf needs PostgreSQL 15 or later"
#endif

#ifndef HAVE_INT128
#error "deptperf needs a compiler and a platform with 128-bit integers"
#endif

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
#define ereturn(escontext, dummy_value, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#endif

/* The context for soft errors of a type's input function, where there is one. */
#if PG_VERSION_NUM >= 160000
#define DP_ESCONTEXT(fcinfo) ((fcinfo)->context)
#else
#define DP_ESCONTEXT(fcinfo) NULL
#endif

/* The transaction of this session, by a number that no other of it has. */
#if PG_VERSION_NUM >= 170000
#define DP_LOCAL_XID (MyProc->vxid.lxid)
#else
#define DP_LOCAL_XID (MyProc->lxid)
#endif

#endif							/* DEPTPERF_COMPAT_H */
