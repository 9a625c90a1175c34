/*
 * facts.c: sums of named facts; see facts.h.
 */
#include "postgres.h"

#include "compat.h"
#include "facts.h"
#include "miscadmin.h"
#include "object.h"
#include "port/pg_bitutils.h"
#include "scan.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

typedef struct FactName
{
	char	   *name;
	int			len;
	int			next;			/* the place that followed this one last time */
	bool		is_units;		/* it is <source>_units */
	int			records;		/* then the place of <source>_records, or -1 */
} FactName;

struct DpFactNames
{
	MemoryContext context;
	int			n;
	int			room;
	FactName	   *name;			/* [n] */
	int		   *sorted;			/* [n], in the order of jsonb's keys */
	int			first;			/* the place that came first last time */
	int			paired;			/* so many have been looked at by pair_units */
	int			mark;			/* the place of DP_OUT_OF_REACH, or -1 */
	uint64		serial;			/* no other dictionary of this process has it */
	uint64		target;			/* the dictionary that places_in asked for last, */
	int		   *target_place;	/* [ntarget], and the places there */
	int			ntarget;
};

#define RECORDS "_records"
#define UNITS "_units"

static bool
ends_with(const FactName *name, const char *suffix)
{
	int			len = strlen(suffix);

	return name->len > len && memcmp(name->name + name->len - len, suffix, len) == 0;
}

/* ---- names ---- */

static uint64 last_serial = 0;

DpFactNames *
dp_fact_names_make(MemoryContext context)
{
	DpFactNames *names = MemoryContextAllocZero(context, sizeof(DpFactNames));

	names->context = context;
	names->serial = ++last_serial;
	names->mark = -1;
	names->room = 16;
	names->name = MemoryContextAlloc(context, sizeof(FactName) * names->room);
	names->sorted = MemoryContextAlloc(context, sizeof(int) * names->room);
	names->target_place = MemoryContextAlloc(context, sizeof(int) * names->room);
	return names;
}

/* As jsonb orders its keys: shorter ones first. */
static int
compare_keys(const char *a, int alen, const char *b, int blen)
{
	return alen != blen ? alen - blen : memcmp(a, b, alen);
}

/* The same of the i-th name in that order. */
static inline int
compare_name(const DpFactNames *names, int i, const char *key, int len)
{
	const FactName *name = &names->name[names->sorted[i]];

	return compare_keys(name->name, name->len, key, len);
}

/* How many of the names come before this one. */
static int
names_before(const DpFactNames *names, const char *key, int len)
{
	int			low = 0;
	int			high = names->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (compare_name(names, middle, key, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A new name, which comes behind so many. */
static int
add_name(DpFactNames *names, const char *key, int len, int before)
{
	int			place = names->n;
	FactName   *name;

	if (place == names->room)
	{
		names->room *= 2;
		names->name = repalloc(names->name, sizeof(FactName) * names->room);
		names->sorted = repalloc(names->sorted, sizeof(int) * names->room);
		names->target_place = repalloc(names->target_place, sizeof(int) * names->room);
	}
	name = &names->name[place];
	name->name = MemoryContextAlloc(names->context, len + 1);
	memcpy(name->name, key, len);
	name->name[len] = '\0';
	name->len = len;
	name->next = 0;
	name->is_units = ends_with(name, UNITS);
	name->records = -1;
	if (strcmp(name->name, DP_OUT_OF_REACH) == 0)
		names->mark = place;
	memmove(&names->sorted[before + 1], &names->sorted[before], sizeof(int) * (place - before));
	names->sorted[before] = place;
	names->n++;
	return place;
}

const char *
dp_fact_name(const DpFactNames *names, int place)
{
	return names->name[place].name;
}

static inline bool
is_name(const DpFactNames *names, int place, const char *name, int len)
{
	return place < names->n && names->name[place].len == len &&
		memcmp(names->name[place].name, name, len) == 0;
}

/* How long what stands before a name is. */
static int
marks(const char *name, int len)
{
	int			n = len > 0 && DP_IS_MARK(name[0]);

	return n + (len > n && name[n] == DP_MARK_NAME);
}

void
dp_fact_name_too_long(const char *name, int len)
{
	ereport(ERROR,
			(errcode(ERRCODE_NAME_TOO_LONG),
			 errmsg("fact name \"%.*s\" is too long", len, name),
			 errdetail("It has %d bytes; at most %d are taken.", len, DP_MAX_WORD)));
}

/* The place of a name, which is added when it is new. */
static int
find_name(DpFactNames *names, const char *name, int len)
{
	int			before;

	if (len > DP_MAX_WORD + marks(name, len))
		dp_fact_name_too_long(name, len);
	before = names_before(names, name, len);
	if (before < names->n && is_name(names, names->sorted[before], name, len))
		return names->sorted[before];
	return add_name(names, name, len, before);
}

/*
 * The same.  "after" is the place of the name before it in the same record, or
 * -1: names come in the same order again and again, so the answer is nearly
 * always the last one.
 */
int
dp_fact_place(DpFactNames *names, const char *name, int len, int after)
{
	int		   *guess = after < 0 ? &names->first : &names->name[after].next;
	int			place;

	if (likely(is_name(names, *guess, name, len)))
		return *guess;
	place = find_name(names, name, len);
	/* find_name may have moved the array. */
	if (after < 0)
		names->first = place;
	else
		names->name[after].next = place;
	return place;
}

/*
 * Where the names stand in another dictionary.  The same two meet for every
 * group, so the answer is kept, under the other's number: another may come to
 * lie where it lay.
 */
static const int *
places_in(DpFactNames *names, DpFactNames *target)
{
	if (names->target != target->serial)
	{
		names->target = target->serial;
		names->ntarget = 0;
	}
	for (; names->ntarget < names->n; names->ntarget++)
		names->target_place[names->ntarget] =
			find_name(target, names->name[names->ntarget].name, names->name[names->ntarget].len);
	return names->target_place;
}

/* For each <source>_records that is known, <source>_units, in the same order of keys. */
static void
pair_units(DpFactNames *names)
{
	for (; names->paired < names->n; names->paired++)
	{
		FactName	name = names->name[names->paired];
		char		units[DP_MAX_WORD + 1];

		if (ends_with(&name, RECORDS))
		{
			int			place;

			/* shorter than the name it is made of */
			snprintf(units, sizeof(units), "%.*s" UNITS, name.len - (int) strlen(RECORDS), name.name);
			place = find_name(names, units, strlen(units)); /* may move the array */
			names->name[place].records = names->paired;
		}
	}
}

/* ---- sums ---- */

/* Room for n sums at least: memory is given in powers of two. */
static int
room_for(int n)
{
	return pg_nextpower2_32(Max(n, 4));
}

DpFactSums *
dp_fact_sums_make(DpFactNames *names, MemoryContext context)
{
	DpFactSums *sums = MemoryContextAlloc(context, sizeof(DpFactSums));

	StaticAssertStmt(sizeof(DpSum) == 16, "a sum has 16 bytes");
	sums->names = names;
	sums->context = context;
	sums->size = room_for(names->n);
	sums->sum = MemoryContextAllocZero(context, sizeof(DpSum) * sums->size);
	return sums;
}

/* New sums begin with these facts at 0. */
void
dp_fact_sums_begin(DpFactSums *sums, const int *place, int n)
{
	for (int i = 0; i < n; i++)
		sums->sum[place[i]].state = DP_FACT_KNOWN;
}

static pg_noinline void
make_room(DpFactSums *sums, int place)
{
	int			size = room_for(Max(sums->names->n, place + 1));

	sums->sum = repalloc(sums->sum, sizeof(DpSum) * size);
	memset(&sums->sum[sums->size], 0, sizeof(DpSum) * (size - sums->size));
	sums->size = size;
}

/* What is not in the sum itself must outlive the row, and its predecessor must not. */
static void
keep(DpFactSums *sums, DpSum *sum, DpDec value)
{
	DpDec	   *wide = sum->is_wide ? sum->wide : NULL;
	Numeric		old = wide != NULL ? wide->big : NULL;

	sum->state = DP_FACT_KNOWN;
	sum->is_wide = !dp_is_narrow(&value);
	if (likely(!sum->is_wide))
	{
		sum->v = value.v;
		sum->scale = value.scale;
		if (unlikely(wide != NULL))
			pfree(wide);
	}
	else
	{
		MemoryContext caller = MemoryContextSwitchTo(sums->context);

		if (wide == NULL)
			wide = palloc(sizeof(DpDec));
		if (value.big != NULL)
			value.big = DatumGetNumericCopy(NumericGetDatum(value.big));
		*wide = value;
		sum->wide = wide;
		MemoryContextSwitchTo(caller);
	}
	if (unlikely(old != NULL))
		pfree(old);
}

void
dp_fact_sums_add_any(DpFactSums *sums, int place, DpFactState state, DpDec value)
{
	DpSum	   *sum;

	if (unlikely(place >= sums->size))
		make_room(sums, place);
	sum = &sums->sum[place];
	/* What can't be scored anyway must not make the sum overflow. */
	if (unlikely(state == DP_FACT_NAN || sum->state == DP_FACT_NAN ||
				 !dp_dec_calculable(value, DP_MAX_DIGITS)))
		sum->state = DP_FACT_NAN;
	else
		keep(sums, sum, sum->state == DP_FACT_ABSENT ? value : dp_dec_add(dp_sum_value(sum), value));
}

/* The same for what is a sum already, and may be as large as it likes. */
void
dp_fact_sums_add_sum(DpFactSums *sums, int place, DpDec value)
{
	DpSum	   *sum;

	if (place >= sums->size)
		make_room(sums, place);
	sum = &sums->sum[place];
	keep(sums, sum, sum->state == DP_FACT_ABSENT ? value : dp_dec_add(dp_sum_value(sum), value));
}

/* Does it have this fact, be it NaN? */
static inline bool
is_known(const DpFactSums *sums, int place)
{
	return place < sums->size && sums->sum[place].state != DP_FACT_ABSENT;
}

/* The sum at a place; with units, <source>_units is 1 where the source speaks.  NULL when it is absent. */
static inline const DpSum *
sum_at(const DpFactSums *sums, int place, bool units)
{
	static const DpSum one = {{1}, 0, false, DP_FACT_KNOWN};
	const FactName *name = &sums->names->name[place];

	if (units && unlikely(name->is_units))
		return name->records >= 0 && is_known(sums, name->records) ? &one : NULL;
	return is_known(sums, place) ? &sums->sum[place] : NULL;
}

/* Is it over units that are out of reach? */
static inline bool
is_part(const DpFactSums *sums)
{
	return unlikely(sums->names->mark >= 0) && is_known(sums, sums->names->mark);
}

/* What dp_fact_sums_add_json does with the object of these. */
void
dp_fact_sums_add_sums(DpFactSums *sums, const DpFactSums *more, bool units)
{
	const int  *place;

	if (units)
		pair_units(more->names);
	place = places_in(more->names, sums->names);
	for (int i = 0; i < more->names->n; i++)
	{
		const DpSum *sum = sum_at(more, i, units);
		DpDec		value;

		if (sum == NULL)
			continue;
		/* Nearly always a fact comes from one source. */
		if (!sum->is_wide && place[i] < sums->size && sums->sum[place[i]].state == DP_FACT_ABSENT)
		{
			sums->sum[place[i]] = *sum;
			continue;
		}
		value = dp_sum_value(sum);
		dp_fact_sums_add(sums, place[i], sum->state, &value);
	}
}

/* Anything but a number poisons its own fact and no other. */
void
dp_fact_sums_add_json(DpFactSums *sums, Jsonb *facts)
{
	DpPairs		pairs = dp_pairs(facts);
	int			place = -1;

	if (!JB_ROOT_IS_OBJECT(facts))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("facts are not a JSON object"),
				 errhint("Write an object of names and numbers, such as {\"assets_total\": 100}.")));
	while (dp_next_pair(&pairs))
	{
		DpDec		number = DP_INT(0);
		bool		known;

		place = dp_fact_place(sums->names, pairs.key, pairs.len, place);
		if (pairs.kind == DP_PAIR_NULL)
			continue;
		known = pairs.kind == DP_PAIR_NUMBER && dp_dec_read(NumericGetDatum(pairs.value), &number);
		dp_fact_sums_add(sums, place, known ? DP_FACT_KNOWN : DP_FACT_NAN, &number);
	}
}

/* ---- as jsonb ---- */

static void
set_pair(JsonbPair *pair, const FactName *name, const DpSum *sum)
{
	pair->key.type = jbvString;
	pair->key.val.string.val = name->name;
	pair->key.val.string.len = name->len;
	if (sum->state == DP_FACT_NAN)
	{
		pair->value.type = jbvString;
		pair->value.val.string.val = "NaN";
		pair->value.val.string.len = 3;
	}
	else
	{
		pair->value.type = jbvNumeric;
		pair->value.val.numeric = dp_dec_numeric(dp_sum_value(sum));
	}
}

/*
 * One object of all facts.  With units, every source that has its number of
 * records (<s>_records) also gets <s>_units 1: the unit speaks.  Of a part the
 * facts are there, and no number.
 */
Jsonb *
dp_fact_sums_json(const DpFactSums *sums, bool units)
{
	DpFactNames *names = sums->names;
	static const DpSum unknown = {{0}, 0, false, DP_FACT_NAN};
	bool		part = is_part(sums);
	JsonbValue	object = {.type = jbvObject};
	JsonbPair  *pair;
	int			n = 0;

	if (units)
		pair_units(names);
	pair = palloc(sizeof(JsonbPair) * (names->n + 1));
	for (int i = 0; i < names->n; i++)
	{
		int			place = names->sorted[i];
		const DpSum *sum = sum_at(sums, place, units);

		if (sum != NULL)
			set_pair(&pair[n++], &names->name[place], part && place != names->mark ? &unknown : sum);
	}
	object.val.object.nPairs = n;
	object.val.object.pairs = pair;
	return JsonbValueToJsonb(&object);
}

/* ---- reading ---- */

/* A number with so few digits that whoever reads it can calculate with it. */
static bool
read_number(Numeric number, int max_digits, DpDec *result)
{
	return dp_dec_read(NumericGetDatum(number), result) && dp_dec_calculable(*result, max_digits);
}

/* Names that are new to the sums are added there, as names without a sum. */
static void
read_sums(DpFactNames *names, const DpFactSums *sums, bool units, int max_digits, DpFact *fact)
{
	const int  *place;

	if (units)
		pair_units(sums->names);
	place = places_in(names, sums->names);
	for (int i = 0; i < names->n; i++)
	{
		const DpSum *sum = sum_at(sums, place[i], units);

		if (sum == NULL)
			continue;
		fact[i].state = sum->state;
		fact[i].value = dp_sum_value(sum);
		/* Nearly all are short; what is not is read as it would be written. */
		if (unlikely(!dp_is_narrow(&fact[i].value) || fact[i].value.scale > DP_MAX_SHIFT) && sum->state == DP_FACT_KNOWN &&
			!read_number(dp_dec_numeric(fact[i].value), max_digits, &fact[i].value))
			fact[i].state = DP_FACT_NAN;
	}
}

/* Does a key say that it is a part?  Then it is among the shortest, which are the first. */
static bool
is_part_json(Jsonb *facts)
{
	DpPairs		pairs = dp_pairs(facts);

	while (dp_next_pair(&pairs) && pairs.len <= (int) strlen(DP_OUT_OF_REACH))
		if (compare_keys(pairs.key, pairs.len, DP_OUT_OF_REACH, strlen(DP_OUT_OF_REACH)) == 0)
			return pairs.kind != DP_PAIR_NULL;
	return false;
}

/* Both are in one order, so the object is walked once. */
static void
read_json(const DpFactNames *names, Jsonb *facts, int max_digits, DpFact *fact)
{
	DpPairs		pairs = dp_pairs(facts);
	int			i = 0;

	while (i < names->n && dp_next_pair(&pairs))
	{
		int			place;
		int			cmp = -1;

		while (i < names->n && (cmp = compare_name(names, i, pairs.key, pairs.len)) < 0)
			i++;
		if (cmp != 0)
			continue;
		place = names->sorted[i++];
		if (pairs.kind != DP_PAIR_NULL)
			fact[place].state = pairs.kind == DP_PAIR_NUMBER && read_number(pairs.value, max_digits, &fact[place].value) ?
				DP_FACT_KNOWN : DP_FACT_NAN;
	}
}

/*
 * What is said of the names of a dictionary, by their places there.  False: it
 * is of a part of the units, so none of them is known.
 */
bool
dp_facts_read(DpFactNames *names, DpFacts facts, int max_digits, DpFact *fact)
{
	bool		part = facts.sums != NULL ? is_part(facts.sums) : facts.json != NULL && is_part_json(facts.json);

	for (int i = 0; i < names->n; i++)
		fact[i].state = part ? DP_FACT_NAN : DP_FACT_ABSENT;
	if (part)
		return false;
	if (facts.sums != NULL)
		read_sums(names, facts.sums, facts.units, max_digits, fact);
	else if (facts.json != NULL)
		read_json(names, facts.json, max_digits, fact);
	return true;
}

/* Does a fact count units that speak?  A measurement speaks for itself and not for its unit. */
static bool
counts_units(const FactName *name)
{
	return ends_with(name, UNITS) &&
		compare_keys(name->name, name->len, "measurement" UNITS, strlen("measurement" UNITS)) != 0;
}

static int64
silent_of(DpDec speaking, int64 units)
{
	if (dp_dec_cmp(speaking, DP_INT(1)) < 0 || dp_dec_cmp(speaking, DP_INT(units)) >= 0)
		return 0;
	return units - DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(dp_dec_numeric(speaking))));
}

static int64
silent_in_sums(const DpFactSums *sums, bool with_units, int64 units)
{
	int64		silent = 0;

	if (is_part(sums))
		return 0;
	if (with_units)
		pair_units(sums->names);
	for (int i = 0; i < sums->names->n; i++)
	{
		const DpSum *sum = counts_units(&sums->names->name[i]) ? sum_at(sums, i, with_units) : NULL;

		if (sum != NULL && sum->state == DP_FACT_KNOWN)
			silent += silent_of(dp_sum_value(sum), units);
	}
	return silent;
}

static int64
silent_in_json(Jsonb *facts, int64 units)
{
	int64		silent = 0;
	DpPairs		pairs = dp_pairs(facts);

	while (dp_next_pair(&pairs))
	{
		FactName	name = {(char *) pairs.key, pairs.len};
		DpDec		speaking;

		if (pairs.kind == DP_PAIR_NUMBER && counts_units(&name) &&
			dp_dec_read(NumericGetDatum(pairs.value), &speaking))
			silent += silent_of(speaking, units);
	}
	return silent;
}

/*
 * How many (unit, source) pairs of a subtree of so many units do not speak
 * although another unit of it does.
 */
int64
dp_silent(DpFacts facts, int64 units)
{
	return facts.sums != NULL ? silent_in_sums(facts.sums, facts.units, units) :
		facts.json != NULL ? silent_in_json(facts.json, units) : 0;
}

/* deptperf_silent(facts, units) */
PG_FUNCTION_INFO_V1(deptperf_silent);
Datum
deptperf_silent(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(dp_silent(dp_facts_of(PG_GETARG_DATUM(0)), PG_GETARG_INT64(1)));
}
