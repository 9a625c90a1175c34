/*
 * number.c: deptperf_number, which reads numbers as people write them.
 *
 *	1,234.56   １，２３４．５６   1 234.56   -5   5-   (5)   .5
 *
 * What is no number without a doubt is NaN, so that it poisons its fact and
 * can't be read as something else: 834,02.62 has a group of two digits, 1.2E+05
 * has lost digits, 3 万元 has a unit.  A blank cell is NULL: nothing was said.
 *
 * This file knows nothing of facts and sources.
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "decimal.h"
#include "number.h"
#include "scan.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* U+00A0, which a sheet leaves between digits and at their ends */
#define NO_BREAK_SPACE "\xc2\xa0"

/* The ASCII form of the character at p, ' ' for every blank; '\0' when it has none. */
char
dp_number_ascii(const char *p)
{
	char		c = IS_HIGHBIT_SET(*p) ? dp_full_width(p) : *p;

	if (GetDatabaseEncoding() == PG_UTF8 && strncmp(p, NO_BREAK_SPACE, 2) == 0)
		c = ' ';
	return c != '\0' && strchr("\t\r\n", c) != NULL ? ' ' : c;
}

/* The text in ASCII, blanks at both ends cut off; NULL when it has other signs. */
static char *
ascii_text(const char *text)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (const char *p = text; *p != '\0'; p += pg_mblen(p))
	{
		char		c = dp_number_ascii(p);

		if (c == '\0')
			return NULL;
		if (c != ' ' || buf.len > 0)
			appendStringInfoChar(&buf, c);
	}
	while (buf.len > 0 && buf.data[buf.len - 1] == ' ')
		buf.data[--buf.len] = '\0';
	return buf.data;
}

static int
count_digits(const char *p)
{
	return strspn(p, "0123456789");
}

/*
 * Take digits, in groups of three where they are separated; false, at the
 * separator, when they are not whole.  Groups behind a leading 0 would be a
 * decimal comma.
 */
static bool
take_whole(const char **p, StringInfo number)
{
	int			n = count_digits(*p);
	char		separator = (*p)[n];
	bool		grouped = n > 0 && (separator == ',' || separator == ' ') &&
		(*p)[n + 1] >= '0' && (*p)[n + 1] <= '9';
	bool		sound = !grouped || (n <= 3 && **p != '0');

	appendBinaryStringInfo(number, *p, n);
	*p += n;
	if (!sound)
		return false;
	while (grouped && **p == separator)
	{
		if (count_digits(*p + 1) != 3)
			return false;
		appendBinaryStringInfo(number, *p + 1, 3);
		*p += 4;
	}
	return true;
}

/* See number.h. */
bool
dp_number_take(const char **p, StringInfo number)
{
	int			start = number->len,
				behind;

	if (!take_whole(p, number))
		return false;
	if (**p != '.')
		return number->len > start;
	behind = count_digits(*p + 1);
	if (number->len == start && behind == 0)
		return false;
	appendBinaryStringInfo(number, *p, behind + 1);
	*p += behind + 1;
	return true;
}

static void
take_blanks(const char **p)
{
	*p += strspn(*p, " ");
}

/* A sign, or '\0'. */
static char
take_sign(const char **p)
{
	char		sign = **p == '-' || **p == '+' ? **p : '\0';

	if (sign != '\0')
		(*p)++;
	return sign;
}

/* The number in numeric's own form, or NULL when it is none. */
static char *
plain_number(const char *p)
{
	StringInfoData number;
	bool		parenthesis = *p == '(';
	char		sign;

	initStringInfo(&number);
	appendStringInfoChar(&number, '+');
	if (parenthesis)
		p++;
	take_blanks(&p);
	sign = take_sign(&p);
	take_blanks(&p);
	if (!dp_number_take(&p, &number))
		return NULL;
	take_blanks(&p);
	if (sign == '\0')
		sign = take_sign(&p);
	take_blanks(&p);
	if (parenthesis && *p++ != ')')
		return NULL;
	if (*p != '\0' || (parenthesis && sign != '\0'))
		return NULL;
	if (parenthesis || sign == '-')
		number.data[0] = '-';
	return number.data;
}

PG_FUNCTION_INFO_V1(deptperf_number);
Datum
deptperf_number(PG_FUNCTION_ARGS)
{
	char	   *ascii = ascii_text(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	char	   *number;

	if (ascii != NULL && ascii[0] == '\0')
		PG_RETURN_NULL();
	number = ascii == NULL ? NULL : plain_number(ascii);
	if (number != NULL && strlen(number) > DP_MAX_DIGITS)
		number = NULL;
	return DirectFunctionCall3(numeric_in, CStringGetDatum(number != NULL ? number : "NaN"),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}
