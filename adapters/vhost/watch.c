/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost/watch.h.
 *
 * How memory that is not shared shows: qemu hands over its file, but has mapped it for itself alone
 * (share=off), so that we see the file as it was made, empty. The guest's driver fills its rings,
 * kicks us, and here no ring ever has an entry. Or only a part is shared (one of several NUMA
 * nodes): then rings may be there, and buffers not.
 */
#include "vhost/watch.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <syslog.h>

#include <rte_vhost.h>

#include "spp/problem.h"

#include "vhost/kick.h"

/* A driver has some hundred milliseconds to do; a machine that boots takes longer than this, and is
 * told with the right words. */
#define SILENT_MS 8000
/* Looks in a row, one a second. */
#define LOOKS 3

/* Held while a guest's rings are read. */
static pthread_mutex_t look_lock = PTHREAD_MUTEX_INITIALIZER;

struct ring_look {
	bool there, kicked;
	uint16_t available; /* buffers the guest has made available, counted modulo 65,536 */
	uint16_t taken;     /* and those that were taken of them */
};

void
spp_vhost_watch_wait(void)
{
	pthread_mutex_lock(&look_lock);
	pthread_mutex_unlock(&look_lock);
}

static bool
is_kicked(int fd)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};

	return fd >= 0 && poll(&pollfd, 1, 0) > 0 && (pollfd.revents & POLLIN) != 0;
}

static void
read_ring(const struct spp_vhost *vhost, uint16_t ring, struct ring_look *out)
{
	int vid = __atomic_load_n(&vhost->ring_vid[ring], __ATOMIC_ACQUIRE);
	struct rte_vhost_vring vring;
	uint16_t used;

	memset(out, 0, sizeof(*out));
	if (vid < 0 || rte_vhost_get_vhost_vring(vid, ring, &vring) < 0 || vring.avail == NULL ||
	    rte_vhost_get_vring_base(vid, ring, &out->taken, &used) < 0)
		return;
	out->there = true;
	out->available = __atomic_load_n(&vring.avail->idx, __ATOMIC_RELAXED);
	out->kicked = is_kicked(vring.kickfd);
}

static void
tell(struct spp_vhost *vhost, bool *told, const char *what)
{
	if (!*told)
		spp_vhost_log_line(&vhost->log, LOG_WARNING, "%s", what);
	*told = true;
}

/* Kicked, and there is no entry in any ring, and was none before: position 0. */
static bool
is_blank(struct spp_vhost_watch *watch, const struct ring_look *rings)
{
	bool kicked = false;
	unsigned int i;

	for (i = 0; i < RING_NB; i++) {
		watch->kicked[i] = rings[i].there && (watch->kicked[i] || rings[i].kicked);
		kicked = kicked || watch->kicked[i];
		if (rings[i].available != 0 || rings[i].taken != 0)
			return false;
	}
	return kicked;
}

static unsigned int
look_at_rings(struct spp_vhost *vhost)
{
	struct spp_vhost_watch *watch = &vhost->watch;
	struct ring_look rings[RING_NB];
	const struct ring_look *tx = &rings[RING_GUEST_TX];
	bool asked_for, blank, still;
	unsigned int i;

	pthread_mutex_lock(&look_lock);
	for (i = 0; i < RING_NB; i++)
		read_ring(vhost, (uint16_t)i, &rings[i]);
	pthread_mutex_unlock(&look_lock);

	asked_for = spp_vhost_kick_looked(vhost->index, &rings[RING_GUEST_TX].kicked);
	blank = is_blank(watch, rings);
	still = tx->there && asked_for && tx->available != tx->taken && tx->taken == watch->taken;
	watch->taken = tx->taken;
	watch->blank = blank ? watch->blank + 1 : 0;
	watch->still = still ? watch->still + 1 : 0;
	if (watch->blank >= LOOKS) {
		tell(vhost, &watch->blank_told,
		     "the guest kicks, and nothing is in its rings: its memory is not shared (qemu: "
		     "share=on of its memory backend; libvirt: <access mode='shared'/>; "
		     "docs/vhost.md)");
		return 1u << SPP_PORT_PROBLEM_NOT_SHARED;
	}
	if (watch->still >= LOOKS) {
		tell(vhost, &watch->still_told,
		     "the guest's next packet cannot be read, and its ring stands still: is all of "
		     "its memory shared? (each NUMA node's backend needs share=on; else its driver "
		     "is broken)");
		return 1u << SPP_PORT_PROBLEM_STILL;
	}
	return 0;
}

static const char *
silence(unsigned int steps)
{
	if ((steps & SPP_GUARD_SAID_FEATURES) == 0)
		return "its driver has not started (a machine that boots takes longer; Linux' driver "
		       "refuses ctrl_vq=off)";
	if ((steps & SPP_GUARD_SAID_MEMORY) == 0)
		return "it has shared no memory (qemu: a memory backend with share=on)";
	if ((steps & SPP_GUARD_SAID_RINGS) == 0)
		return "it has not set up its rings";
	return "its rings are set up and not in use";
}

static unsigned int
look_at_silence(struct spp_vhost *vhost, uint64_t now_ms)
{
	uint64_t since = __atomic_load_n(&vhost->said.since_ms, __ATOMIC_ACQUIRE);
	unsigned int steps = __atomic_load_n(&vhost->said.steps, __ATOMIC_RELAXED);
	uint64_t features = __atomic_load_n(&vhost->said.features, __ATOMIC_RELAXED);

	if (now_ms < since + SILENT_MS)
		return 0;
	if (!vhost->watch.silent_told)
		spp_vhost_log_line(
			&vhost->log, LOG_NOTICE,
			"the guest is silent for %d s: %s; virtio features 0x%llx so far",
			SILENT_MS / 1000, silence(steps), (unsigned long long)features);
	vhost->watch.silent_told = true;
	return 1u << SPP_PORT_PROBLEM_SILENT;
}

static unsigned int
look_at_pairs(struct spp_vhost *vhost)
{
	unsigned int nb = __atomic_load_n(&vhost->said.nb_pairs, __ATOMIC_RELAXED);

	if (nb <= 1)
		return 0;
	if (!vhost->watch.pairs_told)
		spp_vhost_log_line(
			&vhost->log, LOG_WARNING,
			"the guest asks for %u queue pairs; this port has 1: remove queues= "
			"(it gets that one)",
			nb);
	vhost->watch.pairs_told = true;
	return 1u << SPP_PORT_PROBLEM_QUEUE_PAIRS;
}

unsigned int
spp_vhost_watch_look(struct spp_vhost *vhost, uint64_t now_ms)
{
	unsigned int connection = __atomic_load_n(&vhost->said.connection, __ATOMIC_ACQUIRE);
	unsigned int problems;

	if (connection != vhost->watch.connection)
		vhost->watch = (struct spp_vhost_watch){.connection = connection};
	if (connection == 0)
		return 0;
	problems = look_at_pairs(vhost);
	if (__atomic_load_n(&vhost->said.mtu_differs, __ATOMIC_RELAXED))
		problems |= 1u << SPP_PORT_PROBLEM_MTU;
	return problems |
	       (spp_vhost_connected(vhost) ? look_at_rings(vhost) : look_at_silence(vhost, now_ms));
}
