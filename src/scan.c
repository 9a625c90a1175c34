/*
 * scan.c: reading rules and formulas from text; see scan.h.
 */
#include "postgres.h"

#include <ctype.h>

#include "compat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "scan.h"

/* How much of the text a message shows. */
#define SHOWN 200

static void
skip_blanks(DpScan *scan)
{
	while (*scan->p != '\0' && strchr(" \t\r\n\f\v", *scan->p) != NULL)
		scan->p++;
}

/* Asked of the input, and of the canonical text, which is what is read again. */
bool
dp_scan_check_length(DpScan *scan, const char *text)
{
	if (strlen(text) <= DP_MAX_TEXT)
		return true;
	ereturn(scan->escontext, false,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("%s is too long", scan->what),
			 errdetail("It has %zu bytes; at most %d are taken.", strlen(text), DP_MAX_TEXT),
			 errhint("Split it into several items.")));
}

bool
dp_scan_start(DpScan *scan, const char *what, const char *text, Node *escontext)
{
	scan->text = scan->p = text;
	scan->what = what;
	scan->escontext = escontext;
	skip_blanks(scan);
	return dp_scan_check_length(scan, text);
}

/* In characters from 1, as people count. */
int
dp_scan_position(DpScan *scan)
{
	return pg_mbstrlen_with_len(scan->text, scan->p - scan->text) + 1;
}

/*
 * The ASCII character that a full-width one stands for, or '\0'.  U+FF01 …
 * U+FF5E stand 0xFEE0 above ASCII; U+3000 is the blank.
 */
char
dp_full_width(const char *p)
{
	pg_wchar	c;

	if (GetDatabaseEncoding() != PG_UTF8 || pg_mblen(p) != 3)
		return '\0';
	c = utf8_to_unicode((const unsigned char *) p);
	if (c == 0x3000)
		return ' ';
	return c >= 0xFF01 && c <= 0xFF5E ? (char) (c - 0xFEE0) : '\0';
}

/*
 * The ASCII form of signs that a Chinese keyboard gives, or NULL where the
 * text has none of them.
 */
static char *
ascii_form(const char *text)
{
	static const struct
	{
		const char *from,
				   *to;
	}			signs[] = {
		{"≥", ">="}, {"≤", "<="}, {"≧", ">="}, {"≦", "<="}, {"×", "*"},
		{"÷", "/"}, {"−", "-"}, {"–", "-"}, {"、", ","},
	};
	StringInfoData buf;
	bool		found = false;

	if (GetDatabaseEncoding() != PG_UTF8)
		return NULL;
	initStringInfo(&buf);
	for (const char *p = text; *p != '\0';)
	{
		int			len = pg_mblen(p);
		bool		done = false;

		for (int i = 0; i < lengthof(signs) && !done; i++)
			if (strncmp(p, signs[i].from, strlen(signs[i].from)) == 0)
			{
				appendStringInfoString(&buf, signs[i].to);
				found = done = true;
			}
		if (!done && dp_full_width(p) != '\0')
		{
			appendStringInfoChar(&buf, dp_full_width(p));
			found = done = true;
		}
		if (!done)
			appendBinaryStringInfo(&buf, p, len);
		p += len;
	}
	return found ? buf.data : NULL;
}

/* What stands at the scanner's place, for people. */
char *
dp_scan_found(DpScan *scan)
{
	int			len = 0;

	if (*scan->p == '\0')
		return pstrdup("the end of the text");
	if (IS_HIGHBIT_SET(*scan->p))
	{
		/* In SQL_ASCII a character's end is not known: take all such bytes. */
		len = pg_mblen(scan->p);
		while (pg_database_encoding_max_length() == 1 && IS_HIGHBIT_SET(scan->p[len]))
			len++;
	}
	else if (isalnum((unsigned char) *scan->p))
		while (len < SHOWN && !IS_HIGHBIT_SET(scan->p[len]) &&
			   (isalnum((unsigned char) scan->p[len]) || scan->p[len] == '_' || scan->p[len] == '.'))
			len++;
	else
		len = 1;
	return psprintf("\"%.*s\"", len, scan->p);
}

/* How many bytes of the text a message shows: whole characters. */
int
dp_scan_shown(const char *text)
{
	int			len = pg_mbcliplen(text, strlen(text), SHOWN);

	if (pg_database_encoding_max_length() == 1)
		while (text[len] != '\0' && len > 0 && IS_HIGHBIT_SET(text[len]))
			len--;
	return len;
}

/* The error for "something else was expected here".  Gives false after a soft one. */
bool
dp_scan_fail(DpScan *scan, const char *expected)
{
	char	   *ascii = ascii_form(scan->text);

	ereturn(scan->escontext, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("%s \"%.*s\" is not valid at character %d",
					scan->what, dp_scan_shown(scan->text),
					scan->text, dp_scan_position(scan)),
			 errdetail("Found %s where %s was expected.", dp_scan_found(scan), expected),
			 ascii != NULL ? errhint("Write it with ASCII signs: %s", ascii) :
			 strcmp(scan->what, "rule") == 0 ?
			 errhint("A rule reads like: x >= 90%%: 1, x >= 75%%: 0.7, else 0") :
			 errhint("A formula reads like: (paid_q1 + 2*paid_q2) / budget_adjusted")));
}

/* Take a sign of one or two characters, and the blanks behind it. */
bool
dp_scan_sign(DpScan *scan, const char *sign)
{
	size_t		len = strlen(sign);

	if (strncmp(scan->p, sign, len) != 0)
		return false;
	scan->p += len;
	skip_blanks(scan);
	return true;
}

static int
word_length(const char *p)
{
	int			len = 0;

	if (!isalpha((unsigned char) *p) || (unsigned char) *p >= 0x80)
		return 0;
	while ((unsigned char) p[len] < 0x80 &&
		   (isalnum((unsigned char) p[len]) || p[len] == '_'))
		len++;
	return len;
}

bool
dp_scan_at_word(DpScan *scan, const char *word)
{
	int			len = word_length(scan->p);

	return len == strlen(word) && pg_strncasecmp(scan->p, word, len) == 0;
}

/* Take a word, whatever its case, and the blanks behind it. */
bool
dp_scan_word(DpScan *scan, const char *word)
{
	if (!dp_scan_at_word(scan, word))
		return false;
	scan->p += strlen(word);
	skip_blanks(scan);
	return true;
}

/* Take any name; it is given in lower case. */
bool
dp_scan_name(DpScan *scan, char name[DP_MAX_WORD + 1], const char *expected)
{
	int			len = word_length(scan->p);

	if (len == 0)
		return dp_scan_fail(scan, expected);
	if (len > DP_MAX_WORD)
		ereturn(scan->escontext, false,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("name \"%.*s\" at character %d of the %s is too long",
						len, scan->p, dp_scan_position(scan), scan->what),
				 errdetail("It has %d characters; at most %d are taken.", len, DP_MAX_WORD)));
	for (int i = 0; i < len; i++)
		name[i] = pg_ascii_tolower((unsigned char) scan->p[i]);
	name[len] = '\0';
	scan->p += len;
	skip_blanks(scan);
	return true;
}

bool
dp_scan_at_number(DpScan *scan)
{
	return *scan->p >= '0' && *scan->p <= '9';
}

/* digits [ "." digits ] [ "%" ] */
bool
dp_scan_number(DpScan *scan, DpNumber *number, const char *expected)
{
	const char *start = scan->p;
	int128		v = 0;
	int			digits = 0,
				scale = 0;
	bool		point = false;

	if (!dp_scan_at_number(scan))
		return dp_scan_fail(scan, expected);
	for (; dp_scan_at_number(scan) || (*scan->p == '.' && !point); scan->p++)
	{
		if (*scan->p == '.')
		{
			point = true;
			if (scan->p[1] < '0' || scan->p[1] > '9')
			{
				scan->p++;
				return dp_scan_fail(scan, "a digit behind the decimal point");
			}
			continue;
		}
		if (++digits > DP_MAX_NUMBER_DIGITS)
		{
			scan->p = start;
			ereturn(scan->escontext, false,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("number at character %d of the %s has too many digits",
							dp_scan_position(scan), scan->what),
					 errdetail("At most %d digits are taken.", DP_MAX_NUMBER_DIGITS)));
		}
		v = v * 10 + (*scan->p - '0');
		scale += point;
	}
	for (; scale > 0 && v % 10 == 0; scale--)
		v /= 10;
	skip_blanks(scan);
	number->percent = dp_scan_sign(scan, "%");
	number->value = dp_dec_make(v, number->percent ? scale + 2 : scale);
	return true;
}

bool
dp_scan_end(DpScan *scan, const char *expected)
{
	CHECK_FOR_INTERRUPTS();
	return *scan->p == '\0' || dp_scan_fail(scan, expected);
}

/* As it was written, without needless zeros. */
void
dp_number_print(StringInfo buf, DpNumber number)
{
	DpDec		shown = number.value;

	/* p% is p/100, and its value has at least those two decimals. */
	if (number.percent)
		shown.scale -= 2;
	dp_dec_print(buf, shown);
	if (number.percent)
		appendStringInfoChar(buf, '%');
}
