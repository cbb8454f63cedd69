/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost/guest.h. How a worker is kept out of memory that goes away: vhost/vhost.c.
 */
#include "vhost/guest.h"

#include <limits.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "vhost/door.h"
#include "vhost/features.h"
#include "vhost/hook.h"
#include "vhost/mtu.h"
#include "vhost/port.h"
#include "vhost/register.h"
#include "vhost/rings.h"
#include "vhost/thread.h"
#include "vhost/watch.h"

_Static_assert(SPP_VHOST_BURST_MAX <= SPP_GUARD_RING_SIZE_MIN, "see SPP_VHOST_BURST_MERGEABLE");

static int
on_new_connection(int vid)
{
	struct spp_vhost *vhost;
	char inner[PATH_MAX];
	int guest;

	if (rte_vhost_get_ifname(vid, inner, sizeof(inner)) < 0)
		return -1;
	vhost = spp_vhost_find_by_inner(inner);
	if (vhost == NULL)
		return -1;
	guest = spp_vhost_door_take(vhost);
	if (guest < 0)
		return -1;
	if (spp_vhost_hook_connection(vhost, vid, guest) < 0) {
		spp_vhost_door_free(vhost);
		return -1;
	}
	memset(vhost->ring_enabled, 0, sizeof(vhost->ring_enabled));
	spp_vhost_set_vid(vhost, vid);
	return 0;
}

static void
on_destroy_connection(int vid)
{
	struct spp_vhost *vhost = spp_vhost_find_by_vid(vid);

	if (vhost == NULL)
		return;
	spp_vhost_hook_end(vhost);
	spp_vhost_set_vid(vhost, -1);
	spp_vhost_door_free(vhost);
	if (vhost->gone != NULL)
		vhost->gone(vhost->gone_arg);
}

static int
on_new_device(int vid)
{
	struct spp_vhost *vhost = spp_vhost_find_by_vid(vid);
	uint64_t features = 0;
	unsigned int i;

	if (vhost == NULL)
		return -1;
	for (i = 0; i < RING_NB; i++) {
		/* We look at the rings anyway: a guest that kicks would only lose time. */
		rte_vhost_enable_guest_notification(vid, (uint16_t)i, 0);
		/*
		 * A predecessor may have been killed after it used buffers and before it said so;
		 * a guest whose ring is full of used ones would wait for that word for ever.
		 */
		rte_vhost_vring_call(vid, (uint16_t)i);
	}
	rte_vhost_get_negotiated_features(vid, &features);
	spp_vhost_features_taken(vhost, features);
	vhost->running = true;
	spp_vhost_publish_rings(vhost);
	spp_vhost_log_line(&vhost->log, LOG_INFO, "guest connected, virtio features 0x%llx",
			   (unsigned long long)features);
	spp_vhost_mtu_compare(vhost);
	return 0;
}

static void
on_destroy_device(int vid)
{
	struct spp_vhost *vhost = spp_vhost_find_by_vid(vid);

	if (vhost == NULL)
		return;
	vhost->running = false;
	spp_vhost_features_none(vhost);
	spp_vhost_publish_rings(vhost);
	spp_vhost_thread_calm_down(); /* librte_vhost may have refused a short message */
	/* The guest's memory is unmapped when we return. Whoever wires the port now sees no ring.
	 */
	spp_vhost_watch_wait();
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&vhost->wired, __ATOMIC_RELAXED))
		vhost->synchronize(vhost->synchronize_arg);
	spp_vhost_log_line(&vhost->log, LOG_INFO, "guest gone");
}

static int
on_vring_state_changed(int vid, uint16_t ring, int enable)
{
	struct spp_vhost *vhost = spp_vhost_find_by_vid(vid);

	/* A guest may name rings we do not serve. */
	if (vhost == NULL || ring >= RING_NB)
		return 0;
	vhost->ring_enabled[ring] = enable != 0;
	spp_vhost_publish_rings(vhost);
	return 0;
}

const struct rte_vhost_device_ops spp_vhost_guest_ops = {
	.new_connection = on_new_connection,
	.destroy_connection = on_destroy_connection,
	.new_device = on_new_device,
	.destroy_device = on_destroy_device,
	.vring_state_changed = on_vring_state_changed,
};
