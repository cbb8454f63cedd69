/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * DPDK's drivers: libraries of their own, in packages of their own, loaded by the EAL from one
 * directory. One that is missing shows late, and as something else.
 */
#ifndef SPP_DRIVER_H
#define SPP_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

/** Mempools of ours are lock-free stacks: the name that the driver gives them. */
#define SPP_POOL_OPS     "lf_stack"
#define SPP_POOL_DRIVER  "mempool_stack"
#define SPP_EVENT_DRIVER "event_sw"

/**
 * Whether DPDK's directory of drivers lacks this one. (It may have been given by -d: ask only when
 * it was not found.)
 *
 * @param name as in the library's name: "event_sw", "net_tap"
 * @param out  what to say: where it is not, and Debian's package
 */
bool spp_driver_is_missing(const char *name, char *out, size_t size);

#endif
