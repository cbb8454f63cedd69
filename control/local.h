/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The local UNIX socket: process and status beside whatever controller is there.
 *
 * Used by control. Mode 0600; several clients.
 */
#ifndef SPP_CONTROL_LOCAL_H
#define SPP_CONTROL_LOCAL_H

#include "answer.h"
#include "loop.h"
#include "spp/error.h"

struct spp_local;

/**
 * Listen at path; its directory is made if it is missing. A socket nobody listens at any more is
 * replaced; one in use is -EADDRINUSE; what is not a socket is left alone, -EEXIST.
 */
int spp_local_create(struct spp_loop *loop, const char *path, const struct spp_service *service,
		     struct spp_local **out, struct spp_error *err);
/** Close all, remove the socket if it is still ours. NULL is fine. */
void spp_local_destroy(struct spp_local *local);

#endif
