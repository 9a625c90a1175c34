/*
 * object.h: the pairs of a jsonb object, in the order of its keys.
 *
 *		DpPairs		pairs = dp_pairs(facts);
 *
 *		while (dp_next_pair(&pairs))
 *			... pairs.key, pairs.len, pairs.value ...
 *
 * A facts object is read for every department and source, and JsonbIterator
 * takes a call and a copy for each key and each value.  This reads the entries
 * where they lie; jsonb.h explains how that is.
 */
#ifndef DEPTPERF_OBJECT_H
#define DEPTPERF_OBJECT_H

#include "utils/jsonb.h"

typedef enum DpPairKind
{
	DP_PAIR_NULL,
	DP_PAIR_NUMBER,
	DP_PAIR_OTHER
} DpPairKind;

typedef struct DpPairs
{
	const JsonbContainer *object;
	const char *base;			/* where the keys' and values' bytes begin */
	int			n;				/* how many pairs there are, */
	int			i;				/* and how many were given */
	uint32		key_at;			/* where the next key begins, */
	uint32		value_at;		/* and the next value */
	/* the pair */
	const char *key;
	int			len;
	DpPairKind	kind;
	Numeric		value;			/* of a number */
} DpPairs;

/* Where an entry ends that begins at start. */
static inline uint32
dp_entry_end(JEntry entry, uint32 start)
{
	return JBE_HAS_OFF(entry) ? JBE_OFFLENFLD(entry) : start + JBE_OFFLENFLD(entry);
}

/* What is no object has no pairs. */
static inline DpPairs
dp_pairs(const Jsonb *jsonb)
{
	DpPairs		pairs = {&jsonb->root};

	if (JB_ROOT_IS_OBJECT(jsonb))
	{
		pairs.n = JB_ROOT_COUNT(jsonb);
		pairs.base = (const char *) &jsonb->root.children[2 * pairs.n];
		pairs.value_at = getJsonbOffset(&jsonb->root, pairs.n);
	}
	return pairs;
}

static inline bool
dp_next_pair(DpPairs *pairs)
{
	JEntry		key,
				value;
	uint32		end;

	if (pairs->i == pairs->n)
		return false;
	key = pairs->object->children[pairs->i];
	value = pairs->object->children[pairs->n + pairs->i];
	end = dp_entry_end(key, pairs->key_at);
	pairs->key = pairs->base + pairs->key_at;
	pairs->len = end - pairs->key_at;
	pairs->key_at = end;
	pairs->kind = JBE_ISNUMERIC(value) ? DP_PAIR_NUMBER : JBE_ISNULL(value) ? DP_PAIR_NULL : DP_PAIR_OTHER;
	pairs->value = (Numeric) (pairs->base + INTALIGN(pairs->value_at));
	pairs->value_at = dp_entry_end(value, pairs->value_at);
	pairs->i++;
	return true;
}

#endif							/* DEPTPERF_OBJECT_H */
