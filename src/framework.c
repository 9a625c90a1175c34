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

/* The members of a list as an array; only some lists may be left out. */
static Member *
read_list(Jsonb *document, const char *list, bool required, int *n)
{
	JsonbValue	value;
	JsonbIterator *it;
	JsonbValue	element;
	JsonbIteratorToken token;
	Member	   *members = NULL;
	Member		whole = {list, 0, &document->root};

	*n = 0;
	if (find(&document->root, list, &value) == NULL)
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

static void
parse_indicators(DpFramework *framework, Jsonb *document)
{
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

static void
parse_formula_and_rule(DpFramework *framework, const Member *member,
					   DpFormula **formula, DpRule **rule, const DpDec *points)
{
	char	   *formula_text = read_text(member, "formula");
	char	   *rule_text = read_text(member, "rule");
	Place		place = {member, "formula"};
	ErrorContextCallback callback = {error_context_stack, place_callback, &place};

	error_context_stack = &callback;
	*formula = dp_formula_parse(formula_text, &framework->facts, NULL);
	place.key = "rule";
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
	Member	   *members = read_list(document, "items", true, &framework->nitems);

	framework->item = palloc0(sizeof(DpItem) * (framework->nitems + 1));
	for (int i = 0; i < framework->nitems; i++)
	{
		DpItem	   *item = &framework->item[i];
		DpIndicator *indicator = indicator_of(framework, &members[i]);
		char	   *empty = read_optional(&members[i], "empty");

		CHECK_FOR_INTERRUPTS();
		item->code = cstring_to_text(read_text(&members[i], "code"));
		item->points = read_number(&members[i], "points");
		indicator->items = lappend_int(indicator->items, i);
		if (read_optional(&members[i], "formula") == NULL &&
			read_optional(&members[i], "rule") == NULL)
			continue;
		parse_formula_and_rule(framework, &members[i], &item->formula, &item->rule, &item->points);
		if (empty != NULL && strcmp(empty, "full") != 0 && strcmp(empty, "missing") != 0)
			fault(&members[i], "empty", "\"full\" or \"missing\"");
		item->full_when_empty = empty != NULL && strcmp(empty, "full") == 0;
		item->branch_text = palloc(sizeof(text *) * item->rule->nbranches);
		for (int j = 0; j < item->rule->nbranches; j++)
			item->branch_text[j] = cstring_to_text(item->rule->branch[j].text);
	}
}

static void
parse_requirements(DpFramework *framework, Jsonb *document)
{
	int			n;
	Member	   *members = read_list(document, "requirements", false, &n);

	for (int i = 0; i < n; i++)
	{
		DpIndicator *indicator = indicator_of(framework, &members[i]);
		DpRequirement *requirement = palloc0(sizeof(DpRequirement));

		CHECK_FOR_INTERRUPTS();
		parse_formula_and_rule(framework, &members[i], &requirement->formula,
							   &requirement->rule, NULL);
		for (int j = 0; j < requirement->rule->nbranches; j++)
			requirement->names_missing |=
				requirement->rule->branch[j].outcome == DP_GIVES_MISSING;
		indicator->requirements = lappend(indicator->requirements, requirement);
	}
}

static int
compare_bands(const void *a, const void *b)
{
	return dp_dec_cmp(((const DpBand *) b)->from, ((const DpBand *) a)->from);
}

static void
parse_bands(DpFramework *framework, Jsonb *document)
{
	Member	   *members = read_list(document, "bands", false, &framework->nbands);

	framework->band = palloc0(sizeof(DpBand) * (framework->nbands + 1));
	for (int i = 0; i < framework->nbands; i++)
	{
		framework->band[i].grade = cstring_to_text(read_text(&members[i], "grade"));
		framework->band[i].from = read_number(&members[i], "from");
	}
	qsort(framework->band, framework->nbands, sizeof(DpBand), compare_bands);
	for (int i = 1; i < framework->nbands; i++)
		if (compare_bands(&framework->band[i - 1], &framework->band[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("framework document has two grade bands from %s points",
							dp_dec_text(framework->band[i].from))));
}

static void
parse_options(DpFramework *framework, Jsonb *document)
{
	JsonbValue	value;
	Member		options = {"options", 0};
	char	   *missing;

	if (find(&document->root, "options", &value) == NULL)
		return;
	if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
		fault(&options, "", "an object");
	options.object = value.val.binary.data;
	missing = read_optional(&options, "missing");
	if (missing != NULL && strcmp(missing, "open") != 0 && strcmp(missing, "leave out") != 0)
		fault(&options, "missing", "\"open\" or \"leave out\"");
	framework->leave_out = missing != NULL && strcmp(missing, "leave out") == 0;
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
				all = 0;

	for (int i = 0; i < framework->nindicators; i++)
	{
		int			computed = 0;
		ListCell   *cell;

		foreach(cell, framework->indicator[i].items)
			computed += framework->item[lfirst_int(cell)].formula != NULL;
		most = Max(most, computed);
		all += computed;
	}
	if (framework->leave_out)
		most = Max(most, all);
	if (most > DP_MAX_SUMMED_ITEMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("framework document has too many computed items in one sum"),
				 errdetail("There are %d; at most %d are taken.", most, DP_MAX_SUMMED_ITEMS),
				 errhint("Spread them over several indicators.")));
	framework->max_digits = Min(DP_MAX_DIGITS, 16000 / most - 32);
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
	parse_requirements(framework, document);
	parse_bands(framework, document);
	index_codes(framework);
	limit_digits(framework);
	return framework;
}
