/*
 * framework.c: from a framework's document to what evaluation uses; see
 * framework.h.
 */
#include "postgres.h"

#include "compat.h"
#include "framework.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* One member of one list of the document, and how to name it in an error. */
typedef struct Member
{
	const char *list;
	int			place;
	JsonbContainer *object;
} Member;

/* ---- reading members ---- */

static void
fault(const Member *member, const char *key, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("framework document is not valid at %s[%d].%s",
					member->list, member->place, key),
			 errdetail("Expected %s.", expected),
			 errhint("deptperf_framework_document(framework) shows what a document looks like.")));
}

static JsonbValue *
find(JsonbContainer *object, const char *key, JsonbValue *value)
{
	value = getKeyJsonValueFromContainer(object, key, strlen(key), value);
	return value == NULL || value->type == jbvNull ? NULL : value;
}

/* A text, or NULL when it is null or left out. */
static char *
read_optional(const Member *member, const char *key)
{
	JsonbValue	value;

	if (find(member->object, key, &value) == NULL)
		return NULL;
	if (value.type != jbvString)
		fault(member, key, "a text or null");
	return pnstrdup(value.val.string.val, value.val.string.len);
}

static char *
read_text(const Member *member, const char *key)
{
	char	   *result = read_optional(member, key);

	if (result == NULL || result[0] == '\0')
		fault(member, key, "a text");
	return result;
}

/* A finite number that is not negative. */
static DpDec
read_number(const Member *member, const char *key)
{
	JsonbValue	value;
	DpDec		result;

	if (find(member->object, key, &value) == NULL || value.type != jbvNumeric ||
		!dp_dec_read(NumericGetDatum(value.val.numeric), &result) ||
		!dp_dec_calculable(result, DP_MAX_NUMBER_DIGITS) || dp_dec_sign(result) < 0)
		fault(member, key, "a number not below 0, of at most 30 digits on either side of the point");
	if (result.big != NULL)
		result.big = DatumGetNumericCopy(NumericGetDatum(result.big));
	return result;
}

/* The same, or what stands for it when it is null or left out. */
static DpDec
read_number_or(const Member *member, const char *key, DpDec otherwise)
{
	JsonbValue	value;

	return find(member->object, key, &value) == NULL ? otherwise : read_number(member, key);
}

/* The place of a word among those known, 0 when it is null or left out. */
static int
read_word(const Member *member, const char *key, const char *const *words, int n, const char *expected)
{
	char	   *word = read_optional(member, key);

	if (word == NULL)
		return 0;
	for (int i = 0; i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	fault(member, key, expected);
	return 0;
}

/* The members of a list as an array; only some lists may be left out. */
static Member *
read_members(JsonbContainer *object, const char *list, bool required, int *n)
{
	JsonbValue	value;
	JsonbIterator *it;
	JsonbValue	element;
	JsonbIteratorToken token;
	Member	   *members = NULL;
	Member		whole = {list, 0, object};

	*n = 0;
	if (find(object, list, &value) == NULL)
	{
		if (!required)
			return NULL;
		value.type = jbvNull;
	}
	if (value.type != jbvBinary || !JsonContainerIsArray(value.val.binary.data))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("framework document is not valid at %s", list),
				 errdetail("Expected a list of objects.")));
	members = palloc(sizeof(Member) * (JsonContainerSize(value.val.binary.data) + 1));
	it = JsonbIteratorInit(value.val.binary.data);
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		whole.place = *n;
		if (element.type != jbvBinary || !JsonContainerIsObject(element.val.binary.data))
			fault(&whole, "", "an object");
		members[*n] = whole;
		members[(*n)++].object = element.val.binary.data;
	}
	return members;
}

static Member *
read_list(Jsonb *document, const char *list, bool required, int *n)
{
	return read_members(&document->root, list, required, n);
}

/* ---- codes ---- */

static int
compare_codes(const void *a, const void *b)
{
	const DpCode *ca = a;
	const DpCode *cb = b;

	if (ca->len != cb->len)
		return ca->len - cb->len;
	return memcmp(ca->code, cb->code, ca->len);
}

const DpCode *
dp_framework_find(const DpFramework *framework, const char *code, int len)
{
	DpCode		key = {code, len};

	return bsearch(&key, framework->code, framework->ncodes, sizeof(DpCode), compare_codes);
}

static void
add_code(DpFramework *framework, text *code, bool is_item, int place)
{
	DpCode	   *entry = &framework->code[framework->ncodes++];

	entry->code = VARDATA(code);
	entry->len = VARSIZE(code) - VARHDRSZ;
	entry->is_item = is_item;
	entry->place = place;
}

static void
index_codes(DpFramework *framework)
{
	framework->code = palloc(sizeof(DpCode) * (framework->nitems + framework->nindicators + 1));
	for (int i = 0; i < framework->nitems; i++)
		add_code(framework, framework->item[i].code, true, i);
	for (int i = 0; i < framework->nindicators; i++)
		add_code(framework, framework->indicator[i].code, false, i);
	qsort(framework->code, framework->ncodes, sizeof(DpCode), compare_codes);
	for (int i = 1; i < framework->ncodes; i++)
		if (compare_codes(&framework->code[i - 1], &framework->code[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("framework document names the code \"%.*s\" twice",
							framework->code[i].len, framework->code[i].code),
					 errdetail("Items and indicators share one set of codes, because assessments name either.")));
}

static bool
is_text(const text *t, const char *s)
{
	return VARSIZE(t) - VARHDRSZ == strlen(s) && memcmp(VARDATA(t), s, strlen(s)) == 0;
}

/* ---- the lists ---- */

static int
place_of_group(const DpFramework *framework, const char *code)
{
	for (int i = 0; i < framework->ngroups; i++)
		if (is_text(framework->group[i].code, code))
			return i;
	return -1;
}

static void
parse_groups(DpFramework *framework, Jsonb *document)
{
	Member	   *members = read_list(document, "groups", false, &framework->ngroups);

	framework->group = palloc0(sizeof(DpGroup) * (framework->ngroups + 1));
	for (int i = 0; i < framework->ngroups; i++)
	{
		char	   *code = read_text(&members[i], "code");

		CHECK_FOR_INTERRUPTS();
		framework->group[i].code = cstring_to_text(code);
		framework->group[i].parent = -1;
		read_number(&members[i], "points");
		framework->group[i].weight = read_number_or(&members[i], "weight", DP_INT(1));
		framework->weighted |= dp_dec_cmp(framework->group[i].weight, DP_INT(1)) != 0;
		for (int j = 0; j < i; j++)
			if (is_text(framework->group[j].code, code))
				fault(&members[i], "code", "a code that no group before it has");
	}
	for (int i = 0; i < framework->ngroups; i++)
	{
		char	   *parent = read_optional(&members[i], "parent");

		CHECK_FOR_INTERRUPTS();
		if (parent == NULL)
			continue;
		framework->group[i].parent = place_of_group(framework, parent);
		/* Above in the list is above in the tree: no cycles. */
		if (framework->group[i].parent < 0 || framework->group[i].parent >= i)
			fault(&members[i], "parent", "the code of a group before it in the list");
	}
}

static int
compare_points(const void *a, const void *b)
{
	return dp_dec_cmp(*(const DpDec *) b, *(const DpDec *) a);
}

/* The conversion table of an indicator. */
static List *
parse_table(const Member *member)
{
	List	   *table = NIL;
	int			n;
	Member	   *lines = read_members(member->object, "table", false, &n);

	for (int i = 0; i < n; i++)
	{
		DpConversion *line = palloc0(sizeof(DpConversion));
		JsonbValue	items;
		JsonbIterator *it;
		JsonbIteratorToken token;
		JsonbValue	value;

		CHECK_FOR_INTERRUPTS();
		if (find(lines[i].object, "items", &items) == NULL || items.type != jbvBinary ||
			!JsonContainerIsArray(items.val.binary.data))
			fault(&lines[i], "items", "a list of numbers");
		line->item = palloc(sizeof(DpDec) * (JsonContainerSize(items.val.binary.data) + 1));
		it = JsonbIteratorInit(items.val.binary.data);
		while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
		{
			if (token != WJB_ELEM)
				continue;
			if (value.type != jbvNumeric || !dp_dec_read(NumericGetDatum(value.val.numeric), &line->item[line->nitems]) ||
				!dp_dec_calculable(line->item[line->nitems], DP_MAX_NUMBER_DIGITS))
				fault(&lines[i], "items", "a list of numbers");
			if (line->item[line->nitems].big != NULL)
				line->item[line->nitems].big = DatumGetNumericCopy(NumericGetDatum(line->item[line->nitems].big));
			line->nitems++;
		}
		qsort(line->item, line->nitems, sizeof(DpDec), compare_points);
		line->points = read_number(&lines[i], "points");
		table = lappend(table, line);
	}
	return table;
}

static void
parse_indicators(DpFramework *framework, Jsonb *document)
{
	static const char *const ways[] = {"sum", "best", "weakest", "weakest plus", "mean", "table"};
	Member	   *members = read_list(document, "indicators", true, &framework->nindicators);

	framework->indicator = palloc0(sizeof(DpIndicator) * (framework->nindicators + 1));
	for (int i = 0; i < framework->nindicators; i++)
	{
		DpIndicator *indicator = &framework->indicator[i];
		char	   *group = read_optional(&members[i], "group");

		CHECK_FOR_INTERRUPTS();
		indicator->code = cstring_to_text(read_text(&members[i], "code"));
		indicator->points = read_number(&members[i], "points");
		indicator->group = -1;
		if (group != NULL && (indicator->group = place_of_group(framework, group)) < 0)
			fault(&members[i], "group", "the code of a group");
		indicator->most = dp_dec_add(indicator->points, read_number_or(&members[i], "bonus", DP_INT(0)));
		indicator->combine = read_word(&members[i], "combine", ways, lengthof(ways),
									   "\"sum\", \"best\", \"weakest\", \"weakest plus\", \"mean\" or \"table\"");
		if (indicator->combine == DP_TABLE)
			indicator->table = parse_table(&members[i]);
		indicator->weight = DP_INT(1);
		for (int above = indicator->group; above >= 0; above = framework->group[above].parent)
			indicator->weight = dp_dec_mul(indicator->weight, framework->group[above].weight);
	}
}

static DpIndicator *
indicator_of(DpFramework *framework, const Member *member)
{
	char	   *code = read_text(member, "indicator");

	for (int i = 0; i < framework->nindicators; i++)
		if (is_text(framework->indicator[i].code, code))
			return &framework->indicator[i];
	fault(member, "indicator", "the code of an indicator");
	return NULL;
}

/* Errors of a rule or formula keep their own words and say where it stands. */
typedef struct Place
{
	const Member *member;
	const char *key;
} Place;

static void
place_callback(void *arg)
{
	Place	   *place = arg;

	errcontext("framework document, %s[%d].%s", place->member->list,
			   place->member->place, place->key);
}

static DpFormula *
parse_formula(DpFramework *framework, const Member *member, const char *key)
{
	char	   *formula_text = read_text(member, key);
	Place		place = {member, key};
	ErrorContextCallback callback = {error_context_stack, place_callback, &place};
	DpFormula  *formula;

	error_context_stack = &callback;
	formula = dp_formula_parse(formula_text, &framework->facts, NULL);
	error_context_stack = callback.previous;
	return formula;
}

static void
parse_formula_and_rule(DpFramework *framework, const Member *member,
					   DpFormula **formula, DpRule **rule, const DpDec *points)
{
	char	   *rule_text = read_text(member, "rule");
	Place		place = {member, "rule"};
	ErrorContextCallback callback = {error_context_stack, place_callback, &place};

	*formula = parse_formula(framework, member, "formula");
	error_context_stack = &callback;
	*rule = dp_rule_parse(rule_text, NULL);
	if (points != NULL)
		dp_rule_check_item(*rule, *points);
	else
		dp_rule_check_requirement(*rule);
	error_context_stack = callback.previous;
}

static void
parse_items(DpFramework *framework, Jsonb *document)
{
	static const char *const empties[] = {"full", "missing", "leave out", "zero", "peer mean"};
	static const char *const peers[] = {"rank", "rank from bottom", "percentile", "share of leader", "share of mean"};
	static const char *const better[] = {"high", "low"};
	Member	   *members = read_list(document, "items", true, &framework->nitems);

	framework->item = palloc0(sizeof(DpItem) * (framework->nitems + 1));
	for (int i = 0; i < framework->nitems; i++)
	{
		DpItem	   *item = &framework->item[i];
		DpIndicator *indicator = indicator_of(framework, &members[i]);
		bool		judged = read_optional(&members[i], "formula") == NULL &&
			read_optional(&members[i], "rule") == NULL;

		CHECK_FOR_INTERRUPTS();
		item->code = cstring_to_text(read_text(&members[i], "code"));
		item->points = read_number(&members[i], "points");
		item->most = dp_dec_add(item->points, read_number_or(&members[i], "bonus", DP_INT(0)));
		indicator->items = lappend_int(indicator->items, i);
		if (read_optional(&members[i], "applies") != NULL)
			item->applies = parse_formula(framework, &members[i], "applies");
		item->empty = read_optional(&members[i], "empty") != NULL || judged ?
			read_word(&members[i], "empty", empties, lengthof(empties),
					  "\"full\", \"missing\", \"leave out\", \"zero\" or \"peer mean\"") : DP_EMPTY_MISSING;
		if (judged && read_optional(&members[i], "peer") != NULL)
			fault(&members[i], "formula", "a formula, whose value is compared with that of peers");
		if (judged)
			continue;
		parse_formula_and_rule(framework, &members[i], &item->formula, &item->rule, &item->most);
		item->peer = read_optional(&members[i], "peer") != NULL;
		read_word(&members[i], "peer", peers, lengthof(peers),
				  "\"rank\", \"rank from bottom\", \"percentile\", \"share of leader\" or \"share of mean\"");
		read_word(&members[i], "better", better, lengthof(better), "\"high\" or \"low\"");
		item->branch_text = palloc(sizeof(text *) * item->rule->nbranches);
		for (int j = 0; j < item->rule->nbranches; j++)
			item->branch_text[j] = cstring_to_text(item->rule->branch[j].text);
	}
}

static int
compare_bands(const void *a, const void *b)
{
	const DpBand *ba = a;
	const DpBand *bb = b;

	if (!ba->on_scale || !bb->on_scale)
		return bb->on_scale - ba->on_scale;
	return dp_dec_cmp(bb->from, ba->from);
}

static int
place_of_band(const DpFramework *framework, const char *grade)
{
	for (int i = 0; i < framework->nbands; i++)
		if (is_text(framework->band[i].grade, grade))
			return i;
	return -1;
}

static void
parse_bands(DpFramework *framework, Jsonb *document)
{
	Member	   *members = read_list(document, "bands", false, &framework->nbands);
	JsonbValue	value;

	framework->band = palloc0(sizeof(DpBand) * (framework->nbands + 1));
	for (int i = 0; i < framework->nbands; i++)
	{
		framework->band[i].grade = cstring_to_text(read_text(&members[i], "grade"));
		framework->band[i].on_scale = find(members[i].object, "from", &value) != NULL;
		if (framework->band[i].on_scale)
			framework->band[i].from = read_number(&members[i], "from");
	}
	qsort(framework->band, framework->nbands, sizeof(DpBand), compare_bands);
	for (int i = 1; i < framework->nbands; i++)
		if (framework->band[i].on_scale && compare_bands(&framework->band[i - 1], &framework->band[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("framework document has two grade bands from %s points",
							dp_dec_text(framework->band[i].from))));
}

static void
parse_requirements(DpFramework *framework, Jsonb *document)
{
	int			n;
	Member	   *members = read_list(document, "requirements", false, &n);

	for (int i = 0; i < n; i++)
	{
		bool		of_grade = read_optional(&members[i], "indicator") == NULL;
		DpIndicator *indicator = of_grade ? NULL : indicator_of(framework, &members[i]);
		DpRequirement *requirement = palloc0(sizeof(DpRequirement));

		CHECK_FOR_INTERRUPTS();
		parse_formula_and_rule(framework, &members[i], &requirement->formula,
							   &requirement->rule, NULL);
		for (int j = 0; j < requirement->rule->nbranches; j++)
			requirement->names_missing |=
				requirement->rule->branch[j].outcome == DP_GIVES_MISSING;
		if (of_grade)
		{
			requirement->band = place_of_band(framework, read_text(&members[i], "grade"));
			if (requirement->band < 0)
				fault(&members[i], "grade", "the grade of a band");
			framework->grade_requirements = lappend(framework->grade_requirements, requirement);
		}
		else
			indicator->requirements = lappend(indicator->requirements, requirement);
	}
}

static void
parse_options(DpFramework *framework, Jsonb *document)
{
	static const char *const missing[] = {"open", "leave out"};
	static const char *const rounding[] = {"half up", "truncate"};
	static const char *const round_at[] = {"indicator", "item", "total"};
	JsonbValue	value;
	Member		options = {"options", 0};
	DpDec		decimals;

	framework->decimals = DP_DECIMALS;
	framework->full = DP_INT(100);
	if (find(&document->root, "options", &value) == NULL)
		return;
	if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
		fault(&options, "", "an object");
	options.object = value.val.binary.data;
	framework->leave_out = read_word(&options, "missing", missing, lengthof(missing),
									 "\"open\" or \"leave out\"") == 1;
	framework->truncate = read_word(&options, "rounding", rounding, lengthof(rounding),
									"\"half up\" or \"truncate\"") == 1;
	framework->round_at = read_word(&options, "round", round_at, lengthof(round_at),
									"\"indicator\", \"item\" or \"total\"");
	framework->full = read_number_or(&options, "full", DP_INT(100));
	decimals = read_number_or(&options, "decimals", DP_INT(DP_DECIMALS));
	for (framework->decimals = 0; framework->decimals <= DP_MOST_DECIMALS; framework->decimals++)
		if (dp_dec_cmp(decimals, DP_INT(framework->decimals)) == 0)
			return;
	fault(&options, "decimals", "a whole number from 0 to 6");
}

/*
 * How many computed items meet in one sum decides how many digits their facts
 * may have: numeric holds 16383 decimals, and the numbers of formulas and rules
 * take up to 30 of each factor.
 */
static void
limit_digits(DpFramework *framework)
{
	int			most = 1,
				all = 0,
				left_out = framework->leave_out || framework->round_at == DP_ROUND_TOTAL,
				depth = 0;

	for (int i = 0; i < framework->nindicators; i++)
	{
		int			computed = 0;
		ListCell   *cell;

		CHECK_FOR_INTERRUPTS();
		foreach(cell, framework->indicator[i].items)
		{
			computed += framework->item[lfirst_int(cell)].formula != NULL;
			left_out |= framework->item[lfirst_int(cell)].empty == DP_EMPTY_LEAVE_OUT;
		}
		most = Max(most, computed);
		all += computed;
		for (int above = framework->indicator[i].group, n = 1; above >= 0; above = framework->group[above].parent, n++)
			depth = Max(depth, framework->weighted ? n : 0);
	}
	if (left_out)
		most = Max(most, all);
	if (most > DP_MAX_SUMMED_ITEMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("framework document has too many computed items in one sum"),
				 errdetail("There are %d; at most %d are taken.", most, DP_MAX_SUMMED_ITEMS),
				 errhint("Spread them over several indicators.")));
	framework->max_digits = Min(DP_MAX_DIGITS, 16000 / most - 32 - DP_MAX_NUMBER_DIGITS * depth);
	if (framework->max_digits < DP_MAX_NUMBER_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("framework document has weights in too many levels of groups"),
				 errdetail("There are %d levels above an indicator.", depth)));
}

DpFramework *
dp_framework_parse(Jsonb *document)
{
	DpFramework *framework = palloc0(sizeof(DpFramework));

	if (!JB_ROOT_IS_OBJECT(document))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("framework document is not an object"),
				 errhint("deptperf_framework_document(framework) shows what a document looks like.")));
	parse_options(framework, document);
	parse_groups(framework, document);
	parse_indicators(framework, document);
	parse_items(framework, document);
	parse_bands(framework, document);
	parse_requirements(framework, document);
	index_codes(framework);
	limit_digits(framework);
	return framework;
}
