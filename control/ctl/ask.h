/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Asks one process something: by the local socket it has itself, which works beside any controller,
 * or through spp_agent. Used by the commands of sppctl, and by find and target.
 */
#ifndef SPP_CTL_ASK_H
#define SPP_CTL_ASK_H

#include <jansson.h>
#include <stddef.h>

#include "ask/exchange.h"
#include "ctl/ctl.h"
#include "spp/error.h"

/** Milliseconds a process' own local socket may take: it answers at once or is not there. */
#define CTL_ASK_OWN_MS 2000
/** Milliseconds that spp_agent is waited for beyond what it gives a process. */
#define CTL_ASK_AGENT_MS 1000

/** As spp_exchange_all(). What could drive a terminal is no longer in the replies: whoever
 * answered, a status may come from one who only says that it is a process. */
void ctl_exchange(struct spp_exchange *exchanges, size_t nb);

/**
 * Ask the agent; takes `header` over; body may be NULL. On success *reply is what the agent's
 * reply holds. -EINVAL: the request is wrong, -EBUSY: not as things are, else: not reached.
 */
int ctl_ask_agent(const struct ctl *ctl, json_t *header, const char *body, size_t body_size,
		  json_t **reply, struct spp_error *err);

/** Why spp_agent did not answer, in the operator's words. */
void ctl_ask_agent_error(const struct ctl *ctl, const struct spp_exchange *x,
			 struct spp_error *err);

/** Reply to any request from the process' own socket. */
int ctl_ask_own(const struct ctl *ctl, const char *name, const char *request, json_t **reply,
		struct spp_error *err);

/** Reply to `status` from there, or from its socket for those who may only look. */
int ctl_ask_own_status(const struct ctl *ctl, const char *name, json_t **reply,
		       struct spp_error *err);

/** The same, or through spp_agent when there is no such socket. */
int ctl_ask_status(const struct ctl *ctl, const char *name, json_t **reply, struct spp_error *err);

#endif
