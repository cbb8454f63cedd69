/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `patch` and `unpatch` of ports that two spp_vf have. Used by spp_agent; within one spp_vf it is
 * patch.h.
 */
#ifndef SPP_CHANGE_HOST_PATCH_H
#define SPP_CHANGE_HOST_PATCH_H

#include <jansson.h>

#include "change/host.h"

/** A port, and the spp_vf that has it. */
struct host_port {
	struct wiring *wiring;
	struct spp_port port;
};

/** @param notes lines that the user should know are added here */
int host_patch(const struct host *host, struct host_port a, struct host_port b, json_t *notes,
	       struct spp_error *err);

/** What a port is patched to in another spp_vf. @return false: nothing */
bool host_patched_to(const struct host *host, struct host_port a, struct host_port *b);

/** @param wanted NULL: whatever a is patched to */
int host_unpatch(const struct host *host, struct host_port a, const struct spp_port *wanted,
		 json_t *notes, struct spp_error *err);

#endif
