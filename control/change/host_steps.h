/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * In which order the spp_vf of a host are told of a change, and what takes each step back. Used by
 * spp_agent. Pure.
 *
 * Whoever takes packets out of a ring comes before whoever fills it, so that none is lost; what one
 * spp_vf lets go of goes before what another one takes. A spp_vf may need two messages for that.
 */
#ifndef SPP_CHANGE_HOST_STEPS_H
#define SPP_CHANGE_HOST_STEPS_H

#include <jansson.h>

#include "change/host.h"
#include "spp/error.h"

/** One message to one spp_vf. */
struct host_step {
	unsigned int at; /**< position in the host's wirings */
	json_t *commands, *back;
};

struct host_steps {
	unsigned int nb;
	struct host_step steps[2 * SPP_VF_MAX];
};

/** @param out free it with host_steps_free(), also after an error */
int host_steps_make(const struct host *from, const struct host *to, struct host_steps *out,
		    struct spp_error *err);
void host_steps_free(struct host_steps *steps);

#endif
