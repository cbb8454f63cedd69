/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A worker takes what the event device has scheduled to it, and processes it.
 */
#ifndef SPP_TAKE_H
#define SPP_TAKE_H

#include "packet/worker.h"

/** @return events taken, at most SPP_EVENT_BURST */
unsigned int spp_take(struct spp_worker *w);

#endif
