/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which processes are there, and what they say of themselves: by the local sockets they have, and
 * by what spp_agent knows of others. Used by the commands of sppctl, and by target.
 *
 * All are asked at once, and none is waited for longer than CTL_ASK_OWN_MS; spp_agent, which most
 * do not need to be looked at, CTL_FIND_AGENT_MS. A spp_agent that has not answered once is not
 * asked again.
 */
#ifndef SPP_CTL_FIND_H
#define SPP_CTL_FIND_H

#include <jansson.h>
#include <stdbool.h>

#include "ctl/ctl.h"
#include "spp/error.h"

/** Milliseconds for what spp_agent knows: it answers at once, or hangs. */
#define CTL_FIND_AGENT_MS 500
/** Milliseconds for a process that did not answer when it was asked first. */
#define CTL_FIND_AGAIN_MS 300

struct ctl_found {
	/** {"agent": bool, ..., "processes": [...]} as `sppctl ls --json` shows it. */
	json_t *list;
	json_t *replies; /**< name -> its reply to `status` */
	json_t *silent;  /**< name -> why: it is there and was asked, and does not answer */
	bool forbidden;  /**< we may not ask one of them, or not even look who is there */
	/** Why spp_agent says nothing of them; agent_silent: it is there, and does not answer. */
	struct spp_error agent_err;
	bool agent_silent;
};

/** Ask all of them. */
void ctl_find(const struct ctl *ctl, struct ctl_found *found);
/** The same, but for the status of those that only spp_agent knows: who is there. */
void ctl_find_list(const struct ctl *ctl, struct ctl_found *found);
void ctl_find_free(struct ctl_found *found);

/** The `info` of a process' status; NULL: it has not answered. */
const json_t *ctl_find_info(const struct ctl_found *found, const char *name);

/** name -> info, of all that have answered. */
json_t *ctl_find_infos(const struct ctl_found *found);

/** Complain of those that do not answer. @return how many */
unsigned int ctl_find_complain(const struct ctl_found *found);

#endif
