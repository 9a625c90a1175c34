/*
 * decimal.c: exact decimals and exact fractions; see decimal.h.
 *
 * Each operation tries 128 bits first and checks by bit lengths, which is
 * cheaper than an overflow flag and refuses at worst one bit too early.  The
 * second half of each is one line of PostgreSQL's numeric.
 */
#include "postgres.h"

#include <limits.h>

#include "common/int.h"
#include "compat.h"
#include "decimal.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"

bool		dp_force_numeric = false;

/*
 * The on-disk form of numeric, which numeric.c keeps to itself.  It can't
 * change without breaking pg_upgrade: base-10000 digits behind one or two
 * header words.
 */
#define NUM_SHORT			0x8000
#define NUM_SPECIAL			0xC000
#define NUM_LONG_NEGATIVE	0x4000
#define NUM_SHORT_NEGATIVE	0x2000
#define NUM_SHORT_WEIGHT_NEGATIVE 0x0040
#define NUM_SHORT_WEIGHT	0x003F
#define NUM_LONG_DSCALE		0x3FFF
#define NUM_SHORT_DSCALE	0x1F80
#define NUM_SHORT_DSCALE_SHIFT 7
#define NUM_BASE			10000
#define NUM_BASE_DIGITS		4

const int64 dp_pow10[DP_MAX_SHIFT + 1] = {
	INT64CONST(1), INT64CONST(10), INT64CONST(100), INT64CONST(1000), INT64CONST(10000),
	INT64CONST(100000), INT64CONST(1000000), INT64CONST(10000000), INT64CONST(100000000),
	INT64CONST(1000000000), INT64CONST(10000000000), INT64CONST(100000000000),
	INT64CONST(1000000000000), INT64CONST(10000000000000), INT64CONST(100000000000000),
	INT64CONST(1000000000000000), INT64CONST(10000000000000000),
	INT64CONST(100000000000000000), INT64CONST(1000000000000000000)
};

static int128 pow10_table[DP_MAX_SCALE + 1];

static int128
pow10_of(int n)
{
	if (unlikely(pow10_table[0] == 0))
	{
		for (int i = 1; i <= DP_MAX_SCALE; i++)
			pow10_table[i] = (i == 1 ? 1 : pow10_table[i - 1]) * 10;
		pow10_table[0] = 1;
	}
	return pow10_table[n];
}

static inline int
bits_of(int128 v)
{
	uint128		u = v < 0 ? -(uint128) v : (uint128) v;
	uint64		hi = (uint64) (u >> 64);

	if (hi != 0)
		return 65 + pg_leftmost_one_pos64(hi);
	return (uint64) u == 0 ? 0 : 1 + pg_leftmost_one_pos64((uint64) u);
}

static inline bool
is_64(int128 v)
{
	return v == (int128) (int64) v;
}

/* a * b, or false when it may not fit. */
static inline bool
mul_128(int128 a, int128 b, int128 *result)
{
	if (!(is_64(a) && is_64(b)) && bits_of(a) + bits_of(b) > DP_MAX_BITS)
		return false;
	*result = a * b;
	return bits_of(*result) <= DP_MAX_BITS;
}

/* Bring two to one scale, or false when one gets too large. */
static inline bool
align(DpDec a, DpDec b, int128 *va, int128 *vb, int32 *scale)
{
	*va = a.v;
	*vb = b.v;
	*scale = Max(a.scale, b.scale);
	if (a.scale < b.scale)
		return mul_128(a.v, pow10_of(b.scale - a.scale), va);
	if (b.scale < a.scale)
		return mul_128(b.v, pow10_of(a.scale - b.scale), vb);
	return true;
}

static inline bool
both_small(DpDec a, DpDec b)
{
	return a.big == NULL && b.big == NULL;
}

/* ---- reading ---- */

static inline uint16
read_word(const char *p)
{
	uint16		word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/*
 * Try to read a finite numeric into 128 bits.  The digits may be unaligned:
 * a short varlena is read where it lies.
 */
static bool
read_small(const char *p, int size, uint16 header, DpDec *result)
{
	bool		negative;
	int			weight,
				ndigits,
				exponent,
				scale;
	uint64		head = 0;
	int128		v;

	if (header & NUM_SHORT)
	{
		negative = (header & NUM_SHORT_NEGATIVE) != 0;
		weight = header & NUM_SHORT_WEIGHT;
		if (header & NUM_SHORT_WEIGHT_NEGATIVE)
			weight |= ~NUM_SHORT_WEIGHT;
		p += sizeof(uint16);
		size -= sizeof(uint16);
	}
	else
	{
		negative = (header & NUM_SPECIAL) == NUM_LONG_NEGATIVE;
		weight = (int16) read_word(p + sizeof(uint16));
		p += 2 * sizeof(uint16);
		size -= 2 * sizeof(uint16);
	}
	ndigits = size / (int) sizeof(uint16);
	if (ndigits == 0)
	{
		*result = DP_INT(0);
		return true;
	}

	/* The last digit stands for 10000^exponent. */
	exponent = weight - (ndigits - 1);
	if (ndigits > 9 || exponent > 9 || exponent < -9)
		return false;

	if (ndigits <= 4)
	{
		for (int i = 0; i < ndigits; i++)
			head = head * NUM_BASE + read_word(p + i * sizeof(uint16));
		v = head;
	}
	else
	{
		v = 0;
		for (int i = 0; i < ndigits; i++)
			v = v * NUM_BASE + read_word(p + i * sizeof(uint16));
	}

	scale = 0;
	if (exponent > 0)
	{
		if (!mul_128(v, pow10_of(exponent * NUM_BASE_DIGITS), &v))
			return false;
	}
	else if (exponent < 0)
	{
		uint16		last = read_word(p + (ndigits - 1) * sizeof(uint16));

		/* Money has two decimals: don't carry two more that are nought. */
		scale = -exponent * NUM_BASE_DIGITS;
		if (last % 100 == 0)
		{
			v = is_64(v) ? (int64) v / 100 : v / 100;
			scale -= 2;
		}
	}
	if (scale > DP_MAX_SCALE || bits_of(v) > DP_MAX_BITS)
		return false;
	result->v = negative ? -v : v;
	result->scale = scale;
	result->big = NULL;
	return true;
}

/*
 * What money and counts look like: a short header, one to four digits, none of
 * them left out before the point.
 */
static inline bool
read_short(const char *p, int size, uint16 header, DpDec *result)
{
	int			ndigits = size / (int) sizeof(uint16) - 1;
	int			behind = ndigits - 1 - (header & NUM_SHORT_WEIGHT);
	uint64		v = 0;
	uint16		last;

	if ((header & (NUM_SPECIAL | NUM_SHORT_WEIGHT_NEGATIVE)) != NUM_SHORT || behind < 0)
		return false;
	switch (ndigits)
	{
		case 4:
			p += sizeof(uint16);
			v = (uint64) read_word(p) * NUM_BASE;
			/* FALLTHROUGH */
		case 3:
			p += sizeof(uint16);
			v = (v + read_word(p)) * NUM_BASE;
			/* FALLTHROUGH */
		case 2:
			p += sizeof(uint16);
			v = (v + read_word(p)) * NUM_BASE;
			/* FALLTHROUGH */
		case 1:
			p += sizeof(uint16);
			last = read_word(p);
			v += last;
			break;
		default:
			return false;
	}
	result->scale = behind * NUM_BASE_DIGITS;
	/* Money has two decimals: don't carry two more that are nought. */
	if (behind > 0 && last % 100 == 0)
	{
		v /= 100;
		result->scale -= 2;
	}
	result->v = header & NUM_SHORT_NEGATIVE ? -(int64) v : (int64) v;
	result->big = NULL;
	return true;
}

static pg_noinline bool
read_any(struct varlena *value, DpDec *result)
{
	const char *p;
	uint16		header;

	value = pg_detoast_datum_packed(value);
	p = VARDATA_ANY(value);
	header = read_word(p);
	if ((header & NUM_SPECIAL) == NUM_SPECIAL)
		return false;
	if (!dp_force_numeric && read_small(p, VARSIZE_ANY_EXHDR(value), header, result))
		return true;
	result->v = 0;
	result->scale = 0;
	result->big = DatumGetNumeric(PointerGetDatum(value));
	return true;
}

bool
dp_dec_read(Datum numeric, DpDec *result)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(numeric);

	if (likely(!VARATT_IS_COMPRESSED(value) && !VARATT_IS_EXTERNAL(value) && !dp_force_numeric) &&
		likely(read_short(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), read_word(VARDATA_ANY(value)), result)))
		return true;
	return read_any(value, result);
}

/*
 * Few enough digits on either side of the point?  A sum of fractions multiplies
 * their denominators, and numeric rounds what has more than 16383 decimals: the
 * caller knows how many may meet.
 */
bool
dp_dec_calculable(DpDec a, int max_digits)
{
	const char *p;
	uint16		header;
	int			weight,
				decimals;

	if (a.big == NULL)
		return true;
	p = VARDATA_ANY(a.big);
	header = read_word(p);
	if (header & NUM_SHORT)
	{
		weight = header & NUM_SHORT_WEIGHT;
		if (header & NUM_SHORT_WEIGHT_NEGATIVE)
			weight = -1;
		decimals = (header & NUM_SHORT_DSCALE) >> NUM_SHORT_DSCALE_SHIFT;
	}
	else
	{
		weight = (int16) read_word(p + sizeof(uint16));
		decimals = header & NUM_LONG_DSCALE;
	}
	return (weight + 1) * NUM_BASE_DIGITS <= max_digits && decimals <= max_digits;
}

/* For parsers: the caller has seen to it that v and scale are in range. */
DpDec
dp_dec_make(int128 v, int32 scale)
{
	Assert(bits_of(v) <= DP_MAX_BITS && scale >= 0 && scale <= DP_MAX_SCALE);
	return (DpDec)
	{
		v, scale, NULL
	};
}

/* ---- writing ---- */

static inline Numeric
call_numeric(PGFunction function, Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(function,
											   NumericGetDatum(a),
											   NumericGetDatum(b)));
}

static Numeric
numeric_from_text(const char *text)
{
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid),
											   Int32GetDatum(-1)));
}

/* The digits of a small decimal, exactly as scaled. */
static void
print_small(StringInfo buf, int128 v, int32 scale)
{
	char		digits[48];
	int			n = 0;
	uint128		u = v < 0 ? -(uint128) v : (uint128) v;

	do
	{
		digits[n++] = '0' + (int) (u % 10);
		u /= 10;
	} while (u != 0 || n <= scale);
	if (v < 0)
		appendStringInfoChar(buf, '-');
	while (n > 0)
	{
		appendStringInfoChar(buf, digits[--n]);
		if (n == scale && n > 0)
			appendStringInfoChar(buf, '.');
	}
}

/* Without needless zeros behind the point. */
static DpDec
trim(DpDec a)
{
	if (is_64(a.v))
	{
		int64		v = (int64) a.v;

		while (a.scale > 0 && v % 10 == 0)
		{
			v /= 10;
			a.scale--;
		}
		a.v = v;
	}
	else
		while (a.scale > 0 && a.v % 10 == 0)
		{
			a.v /= 10;
			a.scale--;
		}
	return a;
}

/*
 * v / 100 as the numeric that numeric.c would make of it, where one digit on
 * either side of the point is enough: what points are.
 */
static inline Numeric
points_numeric(uint32 v)
{
	uint16		whole = v / 100;
	uint16		rest = v % 100 * 100;
	char	   *result = palloc(VARHDRSZ + 3 * sizeof(uint16));
	uint16	   *p = (uint16 *) VARDATA(result);

	SET_VARSIZE(result, VARHDRSZ + (1 + (whole != 0) + (rest != 0)) * sizeof(uint16));
	*p++ = NUM_SHORT | 2 << NUM_SHORT_DSCALE_SHIFT |
		(whole == 0 && rest != 0 ? NUM_SHORT_WEIGHT_NEGATIVE | NUM_SHORT_WEIGHT : 0);
	*p = whole;
	p[whole != 0] = rest;
	return (Numeric) result;
}

/*
 * v / 10^scale as the numeric that numeric.c would make of it: a short header,
 * no digit that is nought at either end.  v has at most 16 decimal digits, and
 * scale is at most 8, so at most six digits are needed.
 */
static Numeric
short_numeric(uint64 v, bool negative, int32 scale)
{
	uint16		digit[6];
	int			behind = (scale + NUM_BASE_DIGITS - 1) / NUM_BASE_DIGITS;
	int			weight = -behind;	/* of the last digit */
	int			n = 0;
	uint16	   *p;
	char	   *result;

	v *= (uint64) dp_pow10[behind * NUM_BASE_DIGITS - scale];
	while (v != 0 && v % NUM_BASE == 0)
	{
		v /= NUM_BASE;
		weight++;
	}
	for (; v != 0; v /= NUM_BASE)
		digit[n++] = v % NUM_BASE;
	weight = n == 0 ? 0 : weight + n - 1;
	result = palloc(VARHDRSZ + sizeof(uint16) * (1 + n));
	SET_VARSIZE(result, VARHDRSZ + sizeof(uint16) * (1 + n));
	p = (uint16 *) VARDATA(result);
	*p++ = NUM_SHORT | (negative && n > 0 ? NUM_SHORT_NEGATIVE : 0) |
		scale << NUM_SHORT_DSCALE_SHIFT |
		(weight & (NUM_SHORT_WEIGHT | NUM_SHORT_WEIGHT_NEGATIVE));
	while (n > 0)
		*p++ = digit[--n];
	return (Numeric) result;
}

static pg_noinline Numeric
any_small_numeric(int128 v, int32 scale)
{
	StringInfoData buf;

	if (bits_of(v) <= 53 && scale <= 2 * NUM_BASE_DIGITS)
		return short_numeric(v < 0 ? -(int64) v : (int64) v, v < 0, scale);
	initStringInfo(&buf);
	print_small(&buf, v, scale);
	return numeric_from_text(buf.data);
}

static inline Numeric
small_numeric(int128 v, int32 scale)
{
	return scale == 2 && v >= 0 && v < 100 * NUM_BASE ? points_numeric(v) : any_small_numeric(v, scale);
}

/* The numeric with no zeros at its end: equal values give equal texts. */
Numeric
dp_dec_numeric(DpDec a)
{
	if (a.big != NULL)
		return DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale,
												   NumericGetDatum(a.big)));
	a = trim(a);
	return small_numeric(a.v, a.scale);
}

/* The numeric that shows dscale decimals; the value must not need more. */
Numeric
dp_dec_numeric_scale(DpDec a, int32 dscale)
{
	if (a.big == NULL && a.scale == dscale)
		return small_numeric(a.v, a.scale);
	return DatumGetNumeric(DirectFunctionCall2(numeric_round,
											   NumericGetDatum(dp_dec_numeric(a)),
											   Int32GetDatum(dscale)));
}

void
dp_dec_print(StringInfo buf, DpDec a)
{
	if (a.big != NULL)
		appendStringInfoString(buf,
							   DatumGetCString(DirectFunctionCall1(numeric_out,
																   NumericGetDatum(dp_dec_numeric(a)))));
	else
	{
		a = trim(a);
		print_small(buf, a.v, a.scale);
	}
}

char *
dp_dec_text(DpDec a)
{
	StringInfoData buf;

	initStringInfo(&buf);
	dp_dec_print(&buf, a);
	return buf.data;
}

/*
 * Between a query's processes: the two halves of a small decimal behind its
 * scale, or -1 and the numeric.
 */
void
dp_dec_send(StringInfo buf, DpDec a)
{
	if (a.big == NULL)
	{
		pq_sendint32(buf, a.scale);
		pq_sendint64(buf, (uint64) (a.v >> 64));
		pq_sendint64(buf, (uint64) a.v);
	}
	else
	{
		bytea	   *bytes = DatumGetByteaP(DirectFunctionCall1(numeric_send,
															   NumericGetDatum(a.big)));

		pq_sendint32(buf, -1);
		pq_sendint32(buf, VARSIZE(bytes) - VARHDRSZ);
		pq_sendbytes(buf, VARDATA(bytes), VARSIZE(bytes) - VARHDRSZ);
	}
}

DpDec
dp_dec_recv(StringInfo buf)
{
	DpDec		a = {0, (int32) pq_getmsgint(buf, 4), NULL};

	if (a.scale >= 0)
	{
		uint64		high = (uint64) pq_getmsgint64(buf);
		uint64		low = (uint64) pq_getmsgint64(buf);

		a.v = (int128) (((uint128) high << 64) | low);
	}
	else
	{
		int			size = pq_getmsgint(buf, 4);
		StringInfoData bytes;

		initStringInfo(&bytes);
		appendBinaryStringInfo(&bytes, pq_getmsgbytes(buf, size), size);
		a.scale = 0;
		a.big = DatumGetNumeric(DirectFunctionCall3(numeric_recv, PointerGetDatum(&bytes),
													ObjectIdGetDatum(InvalidOid),
													Int32GetDatum(-1)));
	}
	return a;
}

/* The numeric of either kind, to calculate with. */
static Numeric
as_numeric(DpDec a)
{
	return a.big != NULL ? a.big : small_numeric(a.v, a.scale);
}

static DpDec
big(PGFunction function, DpDec a, DpDec b)
{
	return (DpDec)
	{
		0, 0, call_numeric(function, as_numeric(a), as_numeric(b))
	};
}

/* ---- arithmetic ---- */

DpDec
dp_dec_add_any(DpDec a, DpDec b)
{
	int128		va,
				vb;
	int32		scale;

	if (both_small(a, b) && align(a, b, &va, &vb, &scale) &&
		bits_of(va + vb) <= DP_MAX_BITS)
		return (DpDec)
		{
			va + vb, scale, NULL
		};
	return big(numeric_add, a, b);
}

DpDec
dp_dec_sub_any(DpDec a, DpDec b)
{
	int128		va,
				vb;
	int32		scale;

	if (both_small(a, b) && align(a, b, &va, &vb, &scale) &&
		bits_of(va - vb) <= DP_MAX_BITS)
		return (DpDec)
		{
			va - vb, scale, NULL
		};
	return big(numeric_sub, a, b);
}

/*
 * numeric_mul is exact up to 16383 decimals, which dp_dec_calculable keeps all
 * that is multiplied here below.
 */
DpDec
dp_dec_mul_any(DpDec a, DpDec b)
{
	int128		v;

	if (both_small(a, b) && a.scale + b.scale <= DP_MAX_SCALE &&
		mul_128(a.v, b.v, &v))
		return (DpDec)
		{
			v, a.scale + b.scale, NULL
		};
	return big(numeric_mul, a, b);
}

/* The largest whole number not above a / b; a >= 0, b > 0. */
DpDec
dp_dec_floor_div(DpDec a, DpDec b)
{
	int128		va,
				vb;
	int32		scale;

	if (both_small(a, b) && align(a, b, &va, &vb, &scale))
		return DP_INT(va / vb);
	return big(numeric_div_trunc, a, b);
}

int
dp_dec_cmp_any(DpDec a, DpDec b)
{
	int128		va,
				vb;
	int32		scale;

	if (both_small(a, b) && align(a, b, &va, &vb, &scale))
		return va < vb ? -1 : va > vb;
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp,
											 NumericGetDatum(as_numeric(a)),
											 NumericGetDatum(as_numeric(b))));
}

/* ---- fractions ---- */

/*
 * Money over money over a percentage: denominators are often multiples of
 * each other, where Euclid needs a step or two.
 */
static int128
gcd_128(int128 a, int128 b)
{
	while (b != 0)
	{
		int128		rest = is_64(a) && is_64(b) ? (int64) a % (int64) b : a % b;

		a = b;
		b = rest;
	}
	return a;
}

DpFrac
dp_frac_add_any(DpFrac a, DpFrac b)
{
	DpDec		ma = b.d,
				mb = a.d;
	int128		da,
				db;
	int32		scale;

	if (both_small(a.d, b.d) && align(a.d, b.d, &da, &db, &scale))
	{
		int128		g = gcd_128(da, db);

		ma = DP_INT(db / g);
		mb = DP_INT(da / g);
	}
	return (DpFrac)
	{
		dp_dec_add(dp_dec_mul(a.n, ma), dp_dec_mul(b.n, mb)),
			dp_dec_mul(a.d, ma)
	};
}

/*
 * n / d at a scale, half up: the floor of (2 n 10^scale + d) / (2 d).  Here where
 * that fits 64 bits; false elsewhere.
 */
static inline bool
round_narrow(const DpFrac *a, int32 scale, int64 *result)
{
	int32		shift = scale + a->d.scale - a->n.scale;
	int64		n,
				d;

	if (!dp_is_narrow(&a->n) || !dp_is_narrow(&a->d) || shift < 0 || shift > DP_MAX_SHIFT ||
		pg_mul_s64_overflow((int64) a->n.v, 2 * dp_pow10[shift], &n) ||
		pg_add_s64_overflow((int64) a->d.v, (int64) a->d.v, &d) ||
		pg_add_s64_overflow(n, (int64) a->d.v, &n))
		return false;
	*result = n / d;
	return true;
}

DpDec
dp_frac_round(const DpFrac *a, int32 scale)
{
	int32		shift = scale + a->d.scale - a->n.scale;
	int128		n = a->n.v,
				d = a->d.v;
	int64		narrow;

	Assert(dp_dec_sign(a->n) >= 0 && dp_dec_sign(a->d) > 0);
	if (round_narrow(a, scale, &narrow))
		return (DpDec)
		{
			narrow, scale, NULL
		};
	if (both_small(a->n, a->d) && scale <= DP_MAX_SCALE && abs(shift) <= DP_MAX_SCALE &&
		(shift >= 0 ? mul_128(n, pow10_of(shift), &n) : mul_128(d, pow10_of(-shift), &d)) &&
		bits_of(n) < DP_MAX_BITS && bits_of(d) < DP_MAX_BITS)
	{
		n = 2 * n + d;
		d = 2 * d;
		return (DpDec)
		{
			is_64(n) && is_64(d) ? (int64) n / (int64) d : n / d, scale, NULL
		};
	}
	else
	{
		Numeric		unit = numeric_from_text(psprintf("1e-%d", scale));
		DpDec		step = {0, 0, unit};
		DpDec		d2 = dp_dec_mul(dp_dec_mul(DP_INT(2), a->d), step);
		DpDec		n2 = dp_dec_add(dp_dec_mul(DP_INT(2), a->n), dp_dec_mul(a->d, step));

		return dp_dec_mul(dp_dec_floor_div(n2, d2), step);
	}
}

Numeric
dp_frac_numeric(const DpFrac *a, int32 scale)
{
	DpDec		rounded;
	int64		narrow;

	if (round_narrow(a, scale, &narrow))
		return small_numeric(narrow, scale);
	rounded = dp_frac_round(a, scale);
	if (rounded.big == NULL && rounded.scale == scale)
		return small_numeric(rounded.v, scale);
	return dp_dec_numeric_scale(rounded, scale);
}

/*
 * n / d at a scale, what lies behind dropped.
 */
DpDec
dp_frac_truncate(DpFrac a, int32 scale)
{
	DpDec		step = dp_dec_make(1, scale);

	return dp_dec_mul(dp_dec_floor_div(a.n, dp_dec_mul(a.d, step)), step);
}
