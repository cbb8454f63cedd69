/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The "info" of spp_primary's status: the host, its NICs and rings, and the VFs.
 *
 * Used by answer. Reads figures; changes nothing.
 */
#ifndef SPP_CONTROL_STATUS_HOST_H
#define SPP_CONTROL_STATUS_HOST_H

#include "spp/host.h"

struct json_t;

/** NULL: out of memory. */
struct json_t *spp_status_host(const struct spp_host_ops *ops, void *ctx);

#endif
