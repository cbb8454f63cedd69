/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Tells systemd that every worker and the control loop move (WatchdogSec=, off in our units).
 */
#ifndef SPP_VF_WATCHDOG_H
#define SPP_VF_WATCHDOG_H

#include "vf/dataplane.h"

/** Every second, by the control loop. Nothing is told while a worker is where it was; one that
 * sleeps has nothing to do and counts as moving. */
void spp_watchdog_tick(const struct spp_dataplane *dp);

#endif
