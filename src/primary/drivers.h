/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The drivers that a command line of spp_primary needs. See common/driver.h. Main thread.
 */
#ifndef SPP_DRIVERS_H
#define SPP_DRIVERS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * When something is not there: whether a driver is not installed that makes it. Ours first, then
 * those of --vdev.
 *
 * @param out what to say, of the first one
 */
bool spp_drivers_missing(int argc, char **argv, char *out, size_t size);

#endif
