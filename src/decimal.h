/*
 * decimal.h: exact decimals and exact fractions.
 *
 * A decimal is a 128-bit integer over a power of ten.  What does not fit is
 * kept as a PostgreSQL numeric instead, and every operation takes either, so
 * nobody above needs to know which it has.  Both ways give the same value;
 * the setting deptperf.force_numeric makes every value that is read from a
 * numeric take the second one, so that a test can compare them.
 *
 * Memory: only numerics are allocated, in the current memory context.
 *
 * This file knows nothing of rules, facts or scores.
 */
#ifndef DEPTPERF_DECIMAL_H
#define DEPTPERF_DECIMAL_H

#include "lib/stringinfo.h"
#include "utils/numeric.h"

typedef struct DpDec
{
	int128		v;				/* the value is v / 10^scale … */
	int32		scale;			/* 0 … DP_MAX_SCALE */
	Numeric		big;			/* … unless this is set: then it is this */
} DpDec;

/* n / d, d > 0 */
typedef struct DpFrac
{
	DpDec		n;
	DpDec		d;
} DpFrac;

/* |v| stays below 2^126, so that a sum or a doubling of two never overflows. */
#define DP_MAX_BITS 126
/* 10^38 is the largest power of ten below 2^127. */
#define DP_MAX_SCALE 38
/*
 * numeric holds 131072 digits before the point and 16383 behind it.  A number
 * with at most this many on either side can be scored; see dp_dec_calculable.
 */
#define DP_MAX_DIGITS 1000

extern bool dp_force_numeric;

#define DP_INT(i) ((DpDec) {(i), 0, NULL})

/* Reading and writing.  dp_dec_read gives false for NaN and the infinities. */
extern bool dp_dec_read(Datum numeric, DpDec *result);
extern bool dp_dec_calculable(DpDec a, int max_digits);
extern DpDec dp_dec_make(int128 v, int32 scale);
extern Numeric dp_dec_numeric(DpDec a);
extern Numeric dp_dec_numeric_scale(DpDec a, int32 dscale);
extern void dp_dec_send(StringInfo buf, DpDec a);
extern DpDec dp_dec_recv(StringInfo buf);
extern void dp_dec_print(StringInfo buf, DpDec a);
extern char *dp_dec_text(DpDec a);

/* Arithmetic for any operands; all exact.  Callers use the inline ones below. */
extern DpDec dp_dec_add_any(DpDec a, DpDec b);
extern DpDec dp_dec_sub_any(DpDec a, DpDec b);
extern DpDec dp_dec_mul_any(DpDec a, DpDec b);
extern int	dp_dec_cmp_any(DpDec a, DpDec b);
extern DpDec dp_dec_floor_div(DpDec a, DpDec b);

/*
 * Fractions.  dp_frac_round rounds half up, dp_frac_truncate drops what is
 * behind, dp_frac_numeric is the first as a numeric of so many decimals; their
 * argument is not negative.
 */
extern DpFrac dp_frac_add_any(DpFrac a, DpFrac b);
extern DpDec dp_frac_round(const DpFrac *a, int32 scale);
extern DpDec dp_frac_truncate(DpFrac a, int32 scale);
extern Numeric dp_frac_numeric(const DpFrac *a, int32 scale);

/*
 * Nearly all operands fit 64 bits and differ little in scale: then no result
 * can leave 126 bits, and nothing is called.
 */
#define DP_MAX_SHIFT 18
extern const int64 dp_pow10[DP_MAX_SHIFT + 1];

static inline bool
dp_is_narrow(const DpDec *a)
{
	return likely(a->big == NULL && a->v == (int64) a->v);
}

static inline bool
dp_narrow(DpDec a, DpDec b)
{
	return dp_is_narrow(&a) && dp_is_narrow(&b);
}

/* Two narrow ones at one scale; false when that is too far. */
static inline bool
dp_narrow_align(DpDec *a, DpDec *b)
{
	int32		shift = b->scale - a->scale;

	if (!dp_narrow(*a, *b) || shift > DP_MAX_SHIFT || shift < -DP_MAX_SHIFT)
		return false;
	if (shift > 0)
	{
		a->v = (int128) (int64) a->v * dp_pow10[shift];
		a->scale = b->scale;
	}
	else if (shift < 0)
	{
		b->v = (int128) (int64) b->v * dp_pow10[-shift];
		b->scale = a->scale;
	}
	return true;
}

static inline DpDec
dp_dec_add(DpDec a, DpDec b)
{
	if (!dp_narrow_align(&a, &b))
		return dp_dec_add_any(a, b);
	a.v += b.v;
	return a;
}

static inline DpDec
dp_dec_sub(DpDec a, DpDec b)
{
	if (!dp_narrow_align(&a, &b))
		return dp_dec_sub_any(a, b);
	a.v -= b.v;
	return a;
}

static inline DpDec
dp_dec_mul(DpDec a, DpDec b)
{
	if (!dp_narrow(a, b) || a.scale + b.scale > DP_MAX_SCALE)
		return dp_dec_mul_any(a, b);
	a.v = (int128) (int64) a.v * (int64) b.v;
	a.scale += b.scale;
	return a;
}

static inline int
dp_dec_cmp(DpDec a, DpDec b)
{
	if (!dp_narrow_align(&a, &b))
		return dp_dec_cmp_any(a, b);
	return a.v < b.v ? -1 : a.v > b.v;
}

static inline int
dp_dec_sign(DpDec a)
{
	if (a.big != NULL)
		return dp_dec_cmp_any(a, DP_INT(0));
	return a.v < 0 ? -1 : a.v > 0;
}

static inline DpFrac
dp_frac(DpDec n)
{
	return (DpFrac)
	{
		n, DP_INT(1)
	};
}

/* Sums begin with 0, and points are often whole numbers or of one denominator. */
static inline DpFrac
dp_frac_add(DpFrac a, DpFrac b)
{
	if (a.n.big == NULL && a.n.v == 0)
		return b;
	if (dp_dec_cmp(a.d, b.d) != 0)
		return dp_frac_add_any(a, b);
	a.n = dp_dec_add(a.n, b.n);
	return a;
}

static inline int
dp_frac_cmp(DpFrac a, DpFrac b)
{
	return dp_dec_cmp(dp_dec_mul(a.n, b.d), dp_dec_mul(b.n, a.d));
}

static inline int
dp_frac_cmp_dec(DpFrac a, DpDec b)
{
	return dp_dec_cmp(a.n, dp_dec_mul(b, a.d));
}

#endif							/* DEPTPERF_DECIMAL_H */
