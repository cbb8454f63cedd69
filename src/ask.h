/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a VF asks spp_primary before it starts its EAL, over the local socket.
 */
#ifndef SPP_ASK_H
#define SPP_ASK_H

#include <stdint.h>

/** `restarts_left` of the primary's heap; UINT64_MAX: it does not say (within a second). */
uint64_t spp_ask_restarts_left(const char *socket_path);

#endif
