/*
 * facts_object.c: sums of facts as a jsonb that is written when somebody
 * reads it.
 *
 * Most objects of facts go from one aggregate to the next: of a source to its
 * unit, of a unit to those above it.  Writing them as jsonb and reading that
 * again took more time than adding them up.  So what the aggregates give is an
 * expanded object (utils/expandeddatum.h), which is the sums themselves, and
 * an aggregate or an evaluation that is given one reads them as they are.
 * Whoever else asks for a jsonb, or stores it, gets one: PostgreSQL flattens what it doesn't
 * know.
 *
 * It is read-only, and lives as long as the aggregate's result does: until
 * its next row.
 */
#include "postgres.h"

#include "compat.h"
#include "facts.h"
#include "utils/expandeddatum.h"

typedef struct FactsObject
{
	ExpandedObjectHeader header;
	const DpFactSums *sums;
	bool		units;			/* as dp_fact_sums_json takes it */
	Jsonb	   *flat;			/* once somebody has asked */
} FactsObject;

static Size
flat_size(ExpandedObjectHeader *header)
{
	FactsObject *object = (FactsObject *) header;

	if (object->flat == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(header->eoh_context);

		object->flat = dp_fact_sums_json(object->sums, object->units);
		MemoryContextSwitchTo(caller);
	}
	return VARSIZE(object->flat);
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	Assert(size == flat_size(header));
	memcpy(result, ((FactsObject *) header)->flat, size);
}

static const ExpandedObjectMethods methods = {flat_size, flatten};

Datum
dp_fact_sums_object(const DpFactSums *sums, bool units)
{
	FactsObject *object = palloc(sizeof(FactsObject));
	char	   *pointer = palloc(EXPANDED_POINTER_SIZE);

	EOH_init_header(&object->header, &methods, CurrentMemoryContext);
	object->sums = sums;
	object->units = units;
	object->flat = NULL;
	/* PostgreSQL 15 copies, and so flattens, a result that is no chunk of its own. */
	memcpy(pointer, object->header.eoh_ro_ptr, EXPANDED_POINTER_SIZE);
	return PointerGetDatum(pointer);
}

/* A jsonb of facts, be it one of these or any other. */
DpFacts
dp_facts_of(Datum facts)
{
	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(facts)) &&
		DatumGetEOHP(facts)->eoh_methods == &methods)
	{
		FactsObject *object = (FactsObject *) DatumGetEOHP(facts);

		return (DpFacts)
		{
			.sums = object->sums, .units = object->units
		};
	}
	return (DpFacts)
	{
		.json = DatumGetJsonbP(facts)
	};
}

void
dp_fact_sums_add_object(DpFactSums *sums, Datum object)
{
	DpFacts		facts = dp_facts_of(object);

	if (facts.sums != NULL)
		dp_fact_sums_add_sums(sums, facts.sums, facts.units);
	else
		dp_fact_sums_add_json(sums, facts.json);
}
