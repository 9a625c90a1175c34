/*
 * target.c: deptperf_target, which reads performance targets as people write
 * them.
 *
 *	≥95%   1,022 册   2万宗   不超过30万元   80%~90%   5 个工作日内   及时
 *
 *	target     = [ comparison ] quantity [ limit ] [ remark ]
 *	           | quantity range quantity [ "之间" ] [ remark ] ;
 *	quantity   = [ "+" | "-" ] number ( "%" | "‰" | [ multiplier ] [ unit ] ) ;
 *	comparison = "≥" | ">=" | "不低于" | … ;      limit = "以上" | "以内" | … ;
 *	multiplier = "万" | "亿" | … ;                remark = "(" … ")" ;
 *
 * What fits is read, and nothing is guessed: all else is refused at the
 * character where it stops to fit, or kept as qualitative when the caller says
 * so.  A word that would change what the number means (约, 左右, 余, 第, 前, a
 * second number) is never taken for a unit; the lists below err on the side of
 * refusing.
 *
 * Positions are characters.  The text is kept beside one byte for each of its
 * characters, its ASCII form, so that full-width signs need no cases of their
 * own.  Everything is allocated in the row's memory.
 */
#include "postgres.h"

#include <ctype.h>

#include "access/htup_details.h"
#include "decimal.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "number.h"
#include "scan.h"
#include "target.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* Stands in the ASCII form for a character that has none. */
#define OTHER '\x01'
/* What is longer is a sentence. */
#define MAX_UNIT 12

typedef struct Reader
{
	const char *text;			/* as it was written */
	char	   *ascii;			/* a byte for each character */
	int		   *start;			/* where each character begins in text */
	int			n;				/* characters */
	int			p;				/* the next one */
	int			fault;			/* where it stopped to fit … */
	const char *expected;		/* … and what was expected there */
} Reader;

typedef struct Quantity
{
	char	   *number;			/* for numeric_in */
	const char *multiplier;		/* likewise */
	char	   *unit;			/* "" when there is none */
	int			number_at;
	int			measure_at;		/* the multiplier and the unit */
	int			unit_at;
} Quantity;

typedef struct Target
{
	const char *comparison;
	Quantity	low;			/* or the only one */
	Quantity	high;			/* when comparison is "between" */
	char	   *remark;			/* NULL when there is none */
} Target;

typedef struct Word
{
	const char *word;
	const char *means;
} Word;

/* A longer word stands before those that it begins with. */

static const Word comparisons[] = {
	{">=", ">="}, {"> =", ">="}, {"=>", ">="}, {"≥", ">="}, {"≧", ">="}, {"⩾", ">="},
	{"<=", "<="}, {"< =", "<="}, {"=<", "<="}, {"≤", "<="}, {"≦", "<="}, {"⩽", "<="},
	{">", ">"}, {"<", "<"}, {"=", "="},
	{"大于等于", ">="}, {"大于或等于", ">="}, {"不低于", ">="}, {"不少于", ">="}, {"不小于", ">="},
	{"达到", ">="}, {"至少", ">="},
	{"小于等于", "<="}, {"小于或等于", "<="}, {"不超过", "<="}, {"不高于", "<="}, {"不多于", "<="},
	{"不大于", "<="}, {"至多", "<="}, {"最多", "<="},
	{"大于", ">"}, {"超过", ">"}, {"高于", ">"}, {"多于", ">"},
	{"小于", "<"}, {"低于", "<"}, {"少于", "<"},
	{"等于", "="},
};

/* 以上, 以下 and 以内 include the number itself (Civil Code, article 1259). */
static const Word limits[] = {
	{"(含)以上", ">="}, {"(含)以下", "<="}, {"(含)以内", "<="},
	{"及以上", ">="}, {"以上", ">="},
	{"及以下", "<="}, {"以下", "<="}, {"以内", "<="}, {"之内", "<="},
};

static const Word multipliers[] = {
	{"百万", "1000000"}, {"千万", "10000000"}, {"百亿", "10000000000"}, {"千亿", "100000000000"},
	{"万亿", "1000000000000"},
	{"百", "100"}, {"千", "1000"}, {"万", "10000"}, {"亿", "100000000"},
};

static const Word percents[] = {
	{"%", "0.01"}, {"﹪", "0.01"}, {"‰", "0.001"},
};

static const char *const ranges[] = {"-", "~", "–", "—", "−", "〜", "∼", "至", "到"};

/* Units that begin like a multiplier; 百分点 and 千分点 are refused below. */
static const char *const no_multiplier[] = {
	"千克", "千米", "千瓦", "千伏", "千卡", "千焦", "千帕", "千赫", "千安", "千兆", "千升", "千分", "百帕", "百分",
};

static const char *const kilo_units[] = {
	"千克", "千米", "千瓦", "千伏", "千卡", "千焦", "千帕", "千赫", "千安", "千兆", "千升", "百帕",
};

/* Behind these, 内 is a limit: 5 个工作日内. */
static const char *const times[] = {"日", "天", "周", "月", "年", "时", "钟"};

/* In a unit they would say something of the number, or begin a sentence. */
static const char *const no_unit[] = {
	"约", "近", "左右", "上下", "前", "后", "底", "末", "年初", "月初", "以外", "之外", "之间",
	"大于", "小于", "等于", "高于", "低于", "多于", "少于", "超过", "不", "未",
	"或", "和", "与", "及", "且", "并", "再", "其中", "分之", "率", "达", "完成", "按时", "按期", "全部", "均",
};

/* As the first or the last character of a unit: 30余人, 3年多, 9成. */
static const char *const no_first[] = {"余", "多", "来", "几", "成", "折", "内", "²", "³", "·", "/"};
static const char *const no_last[] = {"余", "多", "内", "·", "/"};

/* Of a bound, when nothing but 本数 or the number follows: (不含), (含30). */
static const char *const excluded[] = {"不含", "不包含", "不包括"};
static const char *const included[] = {"含", "包含", "包括"};

/* Words with one of these are not qualitative: a number is absent. */
static const char *const quantitative[] = {
	">", "<", "=", "≥", "≧", "⩾", "≤", "≦", "⩽", "%", "﹪", "‰",
};

/* A number of them may be a date or a rank: 12月 is December, 12个月 are none. */
static const char *const ordinals[] = {"月", "号", "季", "点", "级", "A级", "等", "星"};

/* Whole units that would multiply, or are a percent sign or a rank in words. */
static const char *const no_whole_unit[] = {
	"k", "K", "w", "W", "M", "A", "thousand", "million", "billion", "percent", "pct",
};

/* Behind "/" they are part of the unit: 件/万人. */
static const char *const numerals[] = {
	"零", "〇", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百", "千", "万", "亿", "两", "半",
	"拾", "佰", "仟", "萬", "億",
};

/* ---- the reader ---- */

static void
reader_start(Reader *r, const char *text)
{
	int			len = strlen(text);

	r->text = text;
	r->ascii = palloc(len + 1);
	r->start = palloc((len + 1) * sizeof(int));
	r->n = r->p = 0;
	for (const char *c = text; *c != '\0'; c += pg_mblen(c))
	{
		char		ascii = dp_number_ascii(c);

		r->start[r->n] = c - text;
		r->ascii[r->n++] = ascii >= ' ' && ascii <= '~' ? ascii : OTHER;
	}
	r->start[r->n] = len;
	r->ascii[r->n] = '\0';
}

static bool
fail_at(Reader *r, int at, const char *expected)
{
	r->fault = at;
	r->expected = expected;
	return false;
}

static bool
fail(Reader *r, const char *expected)
{
	return fail_at(r, r->p, expected);
}

static int
behind_blanks(Reader *r, int at)
{
	while (r->ascii[at] == ' ')
		at++;
	return at;
}

static void
skip_blanks(Reader *r)
{
	r->p = behind_blanks(r, r->p);
}

/* How many characters the word has when it stands at a place, else 0. */
static int
at_word(Reader *r, int at, const char *word)
{
	int			first = at;

	for (; *word != '\0'; word += pg_mblen(word), at++)
	{
		int			len = pg_mblen(word);

		if (len == 1 ? r->ascii[at] != *word :
			r->start[at] + len > r->start[r->n] || memcmp(r->text + r->start[at], word, len) != 0)
			return 0;
		if (r->ascii[at] == '\0')
			return 0;
	}
	return at - first;
}

static int
at_one_of(Reader *r, int at, const char *const *words, int nwords)
{
	for (int i = 0; i < nwords; i++)
		if (at_word(r, at, words[i]) > 0)
			return at_word(r, at, words[i]);
	return 0;
}

#define AT_ONE_OF(r, at, words) at_one_of(r, at, words, lengthof(words))

/* Take one of the words and the blanks behind it; gives what it means, or NULL. */
static const char *
take_word(Reader *r, const Word *words, int nwords)
{
	for (int i = 0; i < nwords; i++)
	{
		int			len = at_word(r, r->p, words[i].word);

		if (len == 0)
			continue;
		r->p += len;
		skip_blanks(r);
		return words[i].means;
	}
	return NULL;
}

#define TAKE_WORD(r, words) take_word(r, words, lengthof(words))

/* The text from one character to another, without blanks at its ends. */
static char *
copy(Reader *r, int from, int to)
{
	from = behind_blanks(r, from);
	while (to > from && r->ascii[to - 1] == ' ')
		to--;
	return from >= to ? NULL : pnstrdup(r->text + r->start[from], r->start[to] - r->start[from]);
}

/* ---- units ---- */

static bool
at_latin(Reader *r, int at)
{
	return isalpha((unsigned char) r->ascii[at]);
}

/* Letters of any script that units are written in, and the signs of units. */
static bool
at_letter(Reader *r, int at)
{
	pg_wchar	c;

	if (at >= r->n)
		return false;
	if (r->ascii[at] != OTHER)
		return at_latin(r, at);
	c = utf8_to_unicode((const unsigned char *) r->text + r->start[at]);
	return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
		(c >= 0x3371 && c <= 0x33DF) || /* ㎡ ㎏ */
		(c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) ||
		(c >= 0x391 && c <= 0x3C9) ||
		c == 0xB0 || c == 0xB2 || c == 0xB3 || c == 0xB5 || c == 0xB7 ||
		c == 0x2103 || c == 0x2109 || c == 0x2126;
}

/* 内, as a limit: 5 个工作日内, at the end or before a remark. */
static bool
at_within(Reader *r, int at)
{
	return at > 0 && at_word(r, at, "内") > 0 && AT_ONE_OF(r, at - 1, times) > 0 &&
		!at_letter(r, behind_blanks(r, at + 1));
}

static bool
at_limit(Reader *r, int at)
{
	for (int i = 0; i < lengthof(limits); i++)
		if (at_word(r, at, limits[i].word) > 0)
			return true;
	return at_within(r, at);
}

/* Where a unit ends without a fault. */
static bool
at_unit_end(Reader *r, int at)
{
	return at_limit(r, at) || at_word(r, at, "之间") > 0 || AT_ONE_OF(r, at, ranges) > 0 ||
		!(at_letter(r, at) || r->ascii[at] == '/');
}

/* Take a unit; there may be none.  Blanks only stay between Latin letters. */
static bool
take_unit(Reader *r, Quantity *q)
{
	StringInfoData unit;
	int			last = -1,
				length = 0;
	bool		rate = false,
				kilo = AT_ONE_OF(r, r->p, kilo_units) > 0;

	initStringInfo(&unit);
	for (int at = r->p; !at_unit_end(r, at); at = behind_blanks(r, at + 1))
	{
		if (AT_ONE_OF(r, at, no_unit) > 0 ||
			(length == 0 && AT_ONE_OF(r, at, no_first) > 0) ||
			(AT_ONE_OF(r, at, numerals) > 0 && !rate && !(kilo && length == 0)))
			return fail_at(r, at, length == 0 ? "a unit or the end" : "the rest of a unit or the end");
		if (++length > MAX_UNIT)
			return fail_at(r, at, "the end of the unit");
		if (last >= 0 && at > last + 1 && at_latin(r, last) && at_latin(r, at))
			appendStringInfoChar(&unit, ' ');
		if (r->ascii[at] != OTHER)
			appendStringInfoChar(&unit, r->ascii[at]);
		else
			appendBinaryStringInfo(&unit, r->text + r->start[at], r->start[at + 1] - r->start[at]);
		rate = rate || r->ascii[at] == '/';
		last = at;
	}
	if (last >= 0 && AT_ONE_OF(r, last, no_last) > 0)
		return fail_at(r, last, "the rest of a unit or the end");
	for (int i = 0; i < lengthof(no_whole_unit); i++)
		if (strcmp(unit.data, no_whole_unit[i]) == 0)
			return fail(r, "a unit or the end");
	q->unit = unit.data;
	if (last >= 0)
		r->p = last + 1;
	skip_blanks(r);
	return true;
}

/* A percent sign, or a multiplier and a unit: each may be absent. */
static bool
take_measure(Reader *r, Quantity *q)
{
	q->measure_at = q->unit_at = r->p;
	q->multiplier = TAKE_WORD(r, percents);
	if (q->multiplier != NULL)
	{
		q->unit = pstrdup(strcmp(q->multiplier, "0.01") == 0 ? "%" : "‰");
		return true;
	}
	if (AT_ONE_OF(r, r->p, no_multiplier) == 0)
		q->multiplier = TAKE_WORD(r, multipliers);
	if (q->multiplier == NULL)
		q->multiplier = "1";
	q->unit_at = r->p;
	return take_unit(r, q);
}

/* ---- quantities ---- */

static bool
take_number(Reader *r, Quantity *q, const char *expected)
{
	StringInfoData number;
	const char *p;
	int			digits_at;

	q->number_at = r->p;
	initStringInfo(&number);
	if (r->ascii[r->p] == '-' || r->ascii[r->p] == '+')
	{
		appendStringInfoChar(&number, r->ascii[r->p++]);
		skip_blanks(r);
	}
	digits_at = r->p;
	p = r->ascii + r->p;
	if (!dp_number_take(&p, &number))
	{
		r->p = p - r->ascii;
		return fail(r, r->p == digits_at ? expected : "a number such as 1,234.56");
	}
	/* "1." begins a list: 1.及时率 */
	if (p[-1] == '.')
		return fail_at(r, p - r->ascii, "a digit behind the decimal point");
	r->p = p - r->ascii;
	if (number.len > DP_MAX_DIGITS)
		return fail(r, "a number of at most 1000 digits");
	skip_blanks(r);
	q->number = number.data;
	return true;
}

static bool
take_quantity(Reader *r, Quantity *q, const char *expected)
{
	return take_number(r, q, expected) && take_measure(r, q);
}

static Datum
numeric_of(const char *digits)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(digits),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* 2021年, of four digits, is a year and no duration. */
static bool
is_year(const Quantity *q)
{
	return strlen(q->number) == 4 && (strncmp(q->number, "19", 2) == 0 || strncmp(q->number, "20", 2) == 0) &&
		strncmp(q->unit, "年", strlen("年")) == 0;
}

/* 12月 and 2021年 are dates; 15日 is one unless it is compared. */
static bool
check_quantity(Reader *r, const Quantity *low, const Quantity *last, bool compared)
{
	bool		moment = strcmp(last->unit, "日") == 0 || strcmp(last->unit, "时") == 0;

	if (is_year(low) || is_year(last) || (moment && !compared) || AT_ONE_OF(r, last->unit_at, ordinals) > 0)
		return fail_at(r, last->unit_at, "a unit that is no part of a date or rank (天, 个月)");
	return true;
}

/* 01 */
static bool
has_leading_zero(const Quantity *q)
{
	return q->number[0] == '0' && isdigit((unsigned char) q->number[1]);
}

/*
 * The lower quantity's measure is the upper's where it has none itself: 80-90%,
 * 10-20万元, 2万-3万宗.  01-02 is a date.
 */
static bool
check_between(Reader *r, Quantity *low, const Quantity *high)
{
	bool		multiplied = strcmp(low->multiplier, "1") != 0;

	if (has_leading_zero(low) || has_leading_zero(high))
		return fail_at(r, has_leading_zero(low) ? low->number_at : high->number_at,
					   "a number without a leading zero");
	if (low->unit[0] == '\0')
	{
		low->unit = high->unit;
		if (!multiplied)
			low->multiplier = high->multiplier;
	}
	if (strcmp(low->unit, high->unit) != 0 || strcmp(low->multiplier, high->multiplier) != 0)
		return fail_at(r, high->measure_at, "the lower number's multiplier and unit");
	if (!DatumGetBool(DirectFunctionCall2(numeric_lt, numeric_of(low->number), numeric_of(high->number))))
		return fail_at(r, high->number_at, "a number above the lower one");
	return true;
}

/* ---- the target ---- */

/*
 * A remark that is about the bound itself must not contradict it, as in
 * "30以上(不含)" and ">30(含)".  A remark about anything else may say 不含 too.
 */
static bool
check_remark(Reader *r, const char *comparison)
{
	int			at = behind_blanks(r, r->p + 1),
				without = AT_ONE_OF(r, at, excluded),
				len = without > 0 ? without : AT_ONE_OF(r, at, included),
				rest = behind_blanks(r, at + len + at_word(r, at + len, "本数"));
	bool		open = strcmp(comparison, ">") == 0 || strcmp(comparison, "<") == 0;

	if (len > 0 && open != (without > 0) &&
		(r->ascii[rest] == ')' || isdigit((unsigned char) r->ascii[rest])))
		return fail_at(r, at, "a remark that does not contradict the comparison");
	return true;
}

static bool
take_remark(Reader *r, Target *target)
{
	int			begin = r->p + 1,
				depth = 0;

	if (!check_remark(r, target->comparison))
		return false;
	do
	{
		if (r->ascii[r->p] == '\0')
			return fail(r, "a closing bracket");
		depth += r->ascii[r->p] == '(' ? 1 : r->ascii[r->p] == ')' ? -1 : 0;
		r->p++;
	} while (depth > 0);
	target->remark = copy(r, begin, r->p - 1);
	skip_blanks(r);
	return true;
}

/* Behind the first quantity: "between" when a second one follows. */
static bool
take_range(Reader *r, Target *target)
{
	int			len = AT_ONE_OF(r, r->p, ranges);

	if (len == 0)
		return true;
	if (target->comparison != NULL)
		return fail(r, "the end, for a comparison has one number,");
	r->p += len;
	skip_blanks(r);
	if (!take_quantity(r, &target->high, "a number") ||
		!check_between(r, &target->low, &target->high))
		return false;
	target->comparison = "between";
	len = at_word(r, r->p, "之间");
	r->p += len;
	skip_blanks(r);
	return true;
}

/* 以上 and its like; a comparison that stands in front must say the same. */
static bool
take_limit(Reader *r, Target *target)
{
	int			at = r->p;
	const char *limit = TAKE_WORD(r, limits);

	if (limit == NULL && at_within(r, at))
	{
		limit = "<=";
		r->p++;
		skip_blanks(r);
	}
	if (limit == NULL)
		return true;
	if (target->comparison != NULL && strcmp(target->comparison, limit) != 0)
		return fail_at(r, at, "the end, or what the comparison says too,");
	target->comparison = limit;
	return true;
}

static bool
read_target(Reader *r, Target *target)
{
	const Quantity *last = &target->low;
	bool		compared;

	skip_blanks(r);
	target->comparison = TAKE_WORD(r, comparisons);
	if (!take_quantity(r, &target->low, target->comparison != NULL ? "a number" : "a comparison or a number") ||
		!take_range(r, target) || !take_limit(r, target))
		return false;
	compared = target->comparison != NULL;
	if (!compared)
		target->comparison = "=";
	if (strcmp(target->comparison, "between") == 0)
		last = &target->high;
	if (!check_quantity(r, &target->low, last, compared) ||
		(r->ascii[r->p] == '(' && !take_remark(r, target)))
		return false;
	return r->ascii[r->p] == '\0' || fail(r, r->p == last->unit_at ? "a unit or the end" : "the end");
}

/* Words alone: no digit, and no sign that asks for one. */
static bool
is_qualitative(Reader *r)
{
	bool		letters = false;

	for (int at = 0; at < r->n; at++)
	{
		if (isdigit((unsigned char) r->ascii[at]) || AT_ONE_OF(r, at, quantitative) > 0)
			return false;
		letters = letters || at_letter(r, at);
	}
	return letters;
}

/* ---- SQL ---- */

static void
refuse(Reader *r)
{
	DpScan		at = {r->text, r->text + r->start[r->fault], "target", NULL};

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("target \"%.*s\" can't be read", dp_scan_shown(r->text), r->text),
			 errdetail("At character %d: found %s where %s was expected.",
					   r->fault + 1, dp_scan_found(&at), r->expected),
			 errhint("Write it like >= 95%%, 10-20天 or 2万宗(a remark), or keep it qualitative: deptperf_target(written, true).")));
}

static void
refuse_blank(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("target is blank"),
			 errhint("Leave it NULL where no target was set.")));
}

/* See target.h. */
Datum
dp_target_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		TupleDesc	desc;

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		fcinfo->flinfo->fn_extra = BlessTupleDesc(desc);
		MemoryContextSwitchTo(old);
	}
	return HeapTupleGetDatum(heap_form_tuple(fcinfo->flinfo->fn_extra, values, nulls));
}

/* number * multiplier, exact, without trailing zeros */
static Datum
product(const Quantity *q)
{
	return DirectFunctionCall1(numeric_trim_scale,
							   DirectFunctionCall2(numeric_mul, numeric_of(q->number), numeric_of(q->multiplier)));
}

/* deptperf_target(written, otherwise_qualitative) */
PG_FUNCTION_INFO_V1(deptperf_target);
Datum
deptperf_target(PG_FUNCTION_ARGS)
{
	Reader		r;
	Target		target = {NULL};
	Datum		values[7] = {0};
	bool		nulls[7] = {false, true, true, true, true, true, true};

	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("deptperf_target needs a database in UTF8"),
				 errdetail("This one is in %s.", GetDatabaseEncodingName())));
	reader_start(&r, text_to_cstring(PG_GETARG_TEXT_PP(0)));
	if (behind_blanks(&r, 0) == r.n)
		refuse_blank();
	if (is_qualitative(&r))
		target.comparison = "qualitative";
	else if (!read_target(&r, &target))
	{
		if (!PG_GETARG_BOOL(1))
			refuse(&r);
		target.comparison = "qualitative";
	}
	else
	{
		values[1] = product(&target.low);
		values[3] = numeric_of(target.low.number);
		values[4] = numeric_of(target.low.multiplier);
		nulls[1] = nulls[3] = nulls[4] = false;
		nulls[2] = strcmp(target.comparison, "between") != 0;
		if (!nulls[2])
			values[2] = product(&target.high);
		nulls[5] = target.low.unit[0] == '\0';
		if (!nulls[5])
			values[5] = CStringGetTextDatum(target.low.unit);
		nulls[6] = target.remark == NULL;
		if (!nulls[6])
			values[6] = CStringGetTextDatum(target.remark);
	}
	values[0] = CStringGetTextDatum(target.comparison);
	PG_RETURN_DATUM(dp_target_row(fcinfo, values, nulls));
}
