/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A mirror in the way of a port: put in so that nothing else changes, and taken out again. Used by
 * mirror.c.
 */
#ifndef SPP_CHANGE_MIRROR_PUT_H
#define SPP_CHANGE_MIRROR_PUT_H

#include "change/host.h"
#include "spp/error.h"

/** There is one afterwards, if need be a new one. @return its position, or -errno */
int mirror_put_in(const struct host *host, struct wiring *wiring, struct spp_port port,
		  enum spp_side side, struct spp_error *err);

/** It sends no copies any more: what it stood for is as before. */
void mirror_take_out(const struct host *host, struct wiring *wiring, struct spp_port port,
		     enum spp_side side);

#endif
