/*
 * number.h: the number itself, as people write it, for whoever reads more than
 * a number: 1,234.56   1 234   .5
 *
 * A caller gives each character in its ASCII form (dp_number_ascii) and keeps
 * signs, units and what else stands there to itself.
 */
#ifndef DEPTPERF_NUMBER_H
#define DEPTPERF_NUMBER_H

#include "lib/stringinfo.h"

extern char dp_number_ascii(const char *p);

/*
 * Take a number without a sign, and append it without its separators.  False
 * when there is none, or, with *p at the separator, when groups are not of
 * three digits.
 */
extern bool dp_number_take(const char **p, StringInfo number);

#endif							/* DEPTPERF_NUMBER_H */
