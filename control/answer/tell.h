/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * spp_primary tells its spp_vf processes to count anew, over their local sockets.
 *
 * Used by service, for a `clear` of spp_primary. Never waits: a VF that does not take the message
 * (killed, stopped, busy) costs a descriptor for a second, and a line in the log. One that was
 * stopped takes it when it goes on.
 */
#ifndef SPP_CONTROL_TELL_H
#define SPP_CONTROL_TELL_H

#include "spp/host.h"
#include "wire/loop.h"

/** Milliseconds after which a VF's answer is not waited for any longer. */
#define SPP_TELL_MS 1000

struct spp_tell;

/** @param log may be NULL @return NULL: out of memory */
struct spp_tell *spp_tell_create(struct spp_loop *loop, const struct spp_host_ops *host,
				 void *host_ctx, void (*log)(int priority, const char *line));
void spp_tell_destroy(struct spp_tell *tell);

/** Send `clear` to every VF that runs. */
void spp_tell_clear(struct spp_tell *tell);

#endif
