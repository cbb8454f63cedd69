/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Reasons to drop, in words. See remedy.h.
 */
#include "trace/remedy.h"

#include "spp/remedy.h"

static const char *const names[] = {
#define DROP_NAME(symbol, name, text) [SPP_DROP_##symbol] = (name),
	SPP_DROP_REASONS(DROP_NAME)
#undef DROP_NAME
};

static const char *const texts[] = {
#define DROP_TEXT(symbol, name, text) [SPP_DROP_##symbol] = (text),
	SPP_DROP_REASONS(DROP_TEXT)
#undef DROP_TEXT
};

static const char *const remedies[] = {
#define DROP_REMEDY(symbol, at, remedy) [SPP_DROP_##symbol] = (remedy),
	SPP_DROP_REMEDIES(DROP_REMEDY)
#undef DROP_REMEDY
};

/* One remedy for each reason: a reason that has none does not compile. */
#define DROP_ENUM(symbol, at, remedy) REMEDY_##symbol,
enum { SPP_DROP_REMEDIES(DROP_ENUM) REMEDY_NB };
#undef DROP_ENUM
_Static_assert((int)REMEDY_NB == (int)SPP_DROP_NB, "a reason has no remedy");

const char *
spp_drop_name(enum spp_drop reason)
{
	return names[reason];
}

const char *
spp_drop_text(enum spp_drop reason)
{
	return texts[reason];
}

const char *
spp_drop_remedy(enum spp_drop reason)
{
	return remedies[reason];
}
