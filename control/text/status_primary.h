/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The reply to `status` of spp_primary in the text dialect. Used by answer (text_primary.c).
 */
#ifndef SPP_CONTROL_TEXT_STATUS_PRIMARY_H
#define SPP_CONTROL_TEXT_STATUS_PRIMARY_H

#include <stddef.h>

#include "spp/host.h"

/** The whole reply, for free(). NULL: out of memory. */
char *spp_text_status_primary(const struct spp_host_ops *ops, void *ctx, size_t *length);

#endif
