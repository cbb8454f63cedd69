/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A change that sppctl asks for in its own words (plug, move, apply ...): from the process' status
 * and the wiring that is wanted, the difference as one message with a flush.
 *
 * Nothing is kept between two changes: what is wired, and so which cores are free, is what the
 * process says at that moment; and as it is asked and told in one go, two changes at once cannot
 * get the same core. Used by client, which sends and receives; knows no connection.
 */
#ifndef SPP_AGENT_CHANGE_H
#define SPP_AGENT_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "spp/error.h"

struct agent_change;

/** From the request of sppctl. 0, or -errno with text. */
int agent_change_create(const char *text, size_t size, struct agent_change **out,
			struct spp_error *err);
/** NULL is fine. */
void agent_change_destroy(struct agent_change *change);

/** It is only to be shown what would change. */
bool agent_change_is_dry(const struct agent_change *change);

/** What was asked, as it would be typed: printable ASCII. */
const char *agent_change_title(const struct agent_change *change);

/** True once agent_change_plan() has succeeded. */
bool agent_change_planned(const struct agent_change *change);

/**
 * Make the difference, from the process' status.
 * @param message for the process, malloc'ed; NULL: there is nothing to do, or only to be shown
 * @return 0, or -errno with text; -EINVAL and -ERANGE: the request is wrong
 */
int agent_change_plan(struct agent_change *change, const char *reply, size_t size, char **message,
		      struct spp_error *err);

/** The answer for sppctl; reply NULL: nothing was sent. malloc'ed, NULL: out of memory. */
char *agent_change_result(const struct agent_change *change, const char *reply, size_t size);

/** One line: what was asked, by whom (and why), with which result. */
void agent_change_log(const struct agent_change *change, const char *name, const char *who,
		      const char *result);

#endif
