/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See rings.h.
 */
#include "vhost/rings.h"

#include <syslog.h>

#include <rte_vhost.h>

#include "vhost/clock.h"
#include "vhost/kick.h"

/*
 * A worker that sleeps on the ring is woken when it comes to be used, and by kicks from then on. A
 * guest may come without a kick descriptor, which means that we have to look at its ring.
 */
static void
publish_kick(struct spp_vhost *vhost)
{
	struct rte_vhost_vring vring = {.kickfd = -1};
	int vid = vhost->ring_vid[RING_GUEST_TX];
	bool silent, was_silent = vhost->dp.silent;

	if (vid >= 0)
		(void)rte_vhost_get_vhost_vring(vid, RING_GUEST_TX, &vring);
	/* until it is known: the worker that is woken now must not sleep for long */
	__atomic_store_n(&vhost->dp.silent, vid >= 0, __ATOMIC_RELEASE);
	silent = !spp_vhost_kick_ring(vhost->index, vid >= 0, vring.kickfd) && vid >= 0;
	if (silent && !was_silent)
		spp_vhost_log_line(
			&vhost->log, LOG_NOTICE,
			"the guest does not say when it sends (no kick descriptor): it is "
			"looked at every --idle-us");
	__atomic_store_n(&vhost->dp.silent, silent, __ATOMIC_RELAXED);
}

void
spp_vhost_publish_rings(struct spp_vhost *vhost)
{
	bool used = spp_vhost_connected(vhost);
	unsigned int i;
	int vid;

	for (i = 0; i < RING_NB; i++) {
		vid = vhost->running && !vhost->changes && vhost->ring_enabled[i] ? vhost->vid : -1;
		__atomic_store_n(&vhost->ring_vid[i], vid, __ATOMIC_RELEASE);
	}
	publish_kick(vhost);
	if (used && !spp_vhost_connected(vhost))
		__atomic_store_n(&vhost->said.since_ms, spp_vhost_clock_ms(), __ATOMIC_RELAXED);
}
