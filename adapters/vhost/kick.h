/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How a guest wakes a sleeping worker: one thread watches the kick descriptors of all rings that
 * sleeping workers wait for.
 *
 * A ring's descriptor is armed only while somebody sleeps on it and disarmed by its first event,
 * so a guest that kicks without end costs one wake-up each time a worker goes to sleep, no more.
 */
#ifndef SPP_VHOST_KICK_H
#define SPP_VHOST_KICK_H

#include <stdbool.h>

#include "spp/error.h"

/** Start the thread; done once, by the first vhost port (control thread). */
int spp_vhost_kick_start(void (*wake)(void *sleeper), struct spp_error *err);

/**
 * librte_vhost's thread: the ring of vhost `index` may be used, or no longer. Whoever sleeps on it
 * is woken when it may.
 * @param kickfd the guest's descriptor; -1: it has none (VHOST_USER_SET_VRING_KICK with bit 8)
 * @return whether kicks wake a worker; false: the ring has to be looked at
 */
bool spp_vhost_kick_ring(unsigned int index, bool in_use, int kickfd);

/** Worker: call wake(sleeper) at the next kick, or when the ring comes back. */
void spp_vhost_kick_arm(unsigned int index, void *sleeper);
/**
 * What happened on the ring since the last call. Any thread, one for each ring.
 * @param kicked set to true when a kick woke a worker, else left as it is
 * @return whether a worker has looked into the ring
 */
bool spp_vhost_kick_looked(unsigned int index, bool *kicked);

/** Worker: awake again. False: another one sleeps on the ring by now. */
bool spp_vhost_kick_disarm(unsigned int index, void *sleeper);

#endif
