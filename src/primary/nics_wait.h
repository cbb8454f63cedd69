/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * NICs that are late: their driver is loaded and bound while the machine boots, beside us.
 */
#ifndef SPP_PRIMARY_NICS_WAIT_H
#define SPP_PRIMARY_NICS_WAIT_H

#include <signal.h>

#include "common/nics.h"

/**
 * Until each is bound to a driver that DPDK works with. What is waited for is logged, once each.
 *
 * @param sysfs   "/sys"
 * @param seconds at most
 * @param stop    not 0: whoever started us wants no more
 * @return 0; -ENODEV: one is not there; -EINTR: stop
 */
int spp_nics_wait(const struct spp_nics *nics, const char *sysfs, unsigned int seconds,
		  const volatile sig_atomic_t *stop, struct spp_error *err);

#endif
