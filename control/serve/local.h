/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A local UNIX socket of a process: who it is, its status and counters, for whoever may open it,
 * whatever controller there is.
 *
 * Used by control: one for root and the administrators, and one for those who may only look, so
 * that these cannot use up the other's places. Several clients at once.
 */
#ifndef SPP_CONTROL_LOCAL_H
#define SPP_CONTROL_LOCAL_H

#include <sys/types.h>

#include "answer/answer.h"
#include "spp/error.h"
#include "wire/loop.h"

struct spp_local;

struct spp_local_config {
	const char *path;
	gid_t group;            /**< that may use it besides root */
	enum spp_origin origin; /**< what its clients may do */
};

/** Listen at a path, as spp_access_listen() does. */
int spp_local_create(struct spp_loop *loop, const struct spp_local_config *config,
		     const struct spp_service *service, struct spp_local **out,
		     struct spp_error *err);
/** Close all, remove the socket if it is still ours. NULL is fine. */
void spp_local_destroy(struct spp_local *local);

#endif
