/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What is to be done in which process. Used by many.
 */
#ifndef SPP_AGENT_MANY_PLAN_H
#define SPP_AGENT_MANY_PLAN_H

#include "agent/many_state.h"

/** Read the status of one process. 0, or -errno with text. */
int agent_many_read(struct agent_part *part, const char *reply, size_t size, struct spp_error *err);

/** With the status of all: the steps, and the lines that show them. 0, or -errno with text; -EINVAL
 * and -ERANGE: the request is wrong. */
int agent_many_plan(struct agent_many *many, struct spp_error *err);

/** The message of a step, malloc'ed; NULL: out of memory. @param back that takes it back */
char *agent_many_message(const struct host_step *step, bool back);

#endif
