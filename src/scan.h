/*
 * scan.h: reading rules and formulas from text: blanks, words, numbers,
 * signs, and the error that says where and what was expected.
 *
 * A scanner belongs to one parse and lives on its stack.  It knows nothing of
 * what a rule or a formula means.
 */
#ifndef DEPTPERF_SCAN_H
#define DEPTPERF_SCAN_H

#include "decimal.h"
#include "nodes/nodes.h"

typedef struct DpScan
{
	const char *text;			/* the whole text, zero-terminated */
	const char *p;				/* what comes next */
	const char *what;			/* "rule" or "formula", for messages */
	Node	   *escontext;		/* for soft errors */
} DpScan;

/* A number as written: its value, and whether it is a percentage. */
typedef struct DpNumber
{
	DpDec		value;
	bool		percent;
} DpNumber;

/* "at most 30 digits": any two of them still multiply inside 128 bits or fall back. */
#define DP_MAX_NUMBER_DIGITS 30
/* Far above any regulation's text; keeps the checks' squares small. */
#define DP_MAX_TEXT 10000
#define DP_MAX_WORD 63

extern bool dp_scan_start(DpScan *scan, const char *what, const char *text, Node *escontext);
extern bool dp_scan_check_length(DpScan *scan, const char *text);
extern bool dp_scan_sign(DpScan *scan, const char *sign);
extern bool dp_scan_at_word(DpScan *scan, const char *word);
extern bool dp_scan_word(DpScan *scan, const char *word);
extern bool dp_scan_at_number(DpScan *scan);
extern bool dp_scan_number(DpScan *scan, DpNumber *number, const char *expected);
extern bool dp_scan_name(DpScan *scan, char name[DP_MAX_WORD + 1], const char *expected);
extern bool dp_scan_end(DpScan *scan, const char *expected);
extern int	dp_scan_position(DpScan *scan);
extern bool dp_scan_fail(DpScan *scan, const char *expected);
extern char *dp_scan_found(DpScan *scan);
extern int	dp_scan_shown(const char *text);

extern char dp_full_width(const char *p);
extern void dp_number_print(StringInfo buf, DpNumber number);

#endif							/* DEPTPERF_SCAN_H */
