/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What became of a change of several processes: for whoever asked, for the log, for the history.
 * Used by many.
 */
#ifndef SPP_AGENT_MANY_REPLY_H
#define SPP_AGENT_MANY_REPLY_H

#include "agent/many_state.h"

/** The answer as things are, malloc'ed; NULL: out of memory. */
char *agent_many_reply(const struct agent_many *many);

/** A line in the log and in the history for each process that was sent anything. */
void agent_many_note(struct agent_many *many);

/** The same for a change of which nothing was sent. @param outcome "refused" or "unreachable" */
void agent_many_note_refused(struct agent_many *many, const char *outcome, const char *why);

#endif
