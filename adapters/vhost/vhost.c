/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A vhost-user socket as a port of the packet path: one guest, one queue pair, by librte_vhost.
 *
 * Called by the control thread (create, destroy), by workers (rx, tx) and by librte_vhost's own
 * threads (a guest comes, goes, starts or stops its rings). Knows nothing of components, events or
 * lcores; what a guest writes is hostile until it is an mbuf of a length we accept.
 *
 * How a worker is kept out of memory that goes away: it reads the device id of the ring it wants
 * (-1: not now) with acquire order and uses it until its next quiescent state. A guest that goes
 * takes the ids back first and then waits in `synchronize`. A ring that is merely disabled needs no
 * waiting, and must not wait: librte_vhost reports it holding the lock that a sending worker spins
 * on, and looks at the ring's state itself under that lock.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_vhost.h>

#include "spp/dp/reserved.h"
#include "spp/dp/vhost.h"

#include "vhost/budget.h"
#include "vhost/bus.h"
#include "vhost/door.h"
#include "vhost/driver.h"
#include "vhost/fd.h"
#include "vhost/features.h"
#include "vhost/hook.h"
#include "vhost/kick.h"
#include "vhost/mtu.h"
#include "vhost/offload.h"
#include "vhost/port.h"
#include "vhost/register.h"
#include "vhost/rings.h"
#include "vhost/socket.h"

/*
 * Any of these on a received packet: the guest left work to us that it had no right to leave.
 * librte_vhost does not even read a packet's virtio header unless an offload was negotiated,
 * and forwards the bytes as they are; this guards against one that does.
 */
#define OFFLOAD_FLAGS (RTE_MBUF_F_TX_OFFLOAD_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK | RTE_MBUF_F_RX_LRO)

/*
 * Frames that a call drops because the guest's next buffer is too small for them; the rest waits
 * for the next call. For each librte_vhost walks that buffer twice, and a hostile guest makes it a
 * chain of no bytes as long as the ring: 10 us (measured), 11 ms for all that may wait for a port.
 */
#define SMALL_MAX 4

/* How many buffers of the guest's tx ring were ever taken, modulo 65,536. */
static uint16_t
taken_count(int vid)
{
	uint16_t avail = 0, used = 0;

	rte_vhost_get_vring_base(vid, RING_GUEST_TX, &avail, &used);
	return avail;
}

/* What is wrong with a packet of the guest's. */
static enum spp_drop
vhost_why_not(const struct spp_vhost *vhost, const struct rte_mbuf *m)
{
	if (m->pkt_len < RTE_ETHER_HDR_LEN)
		return SPP_DROP_MALFORMED;
	if (m->pkt_len > vhost->frame_max)
		return SPP_DROP_TOO_BIG;
	return (m->ol_flags & OFFLOAD_FLAGS) != 0 ? SPP_DROP_GUEST_OFFLOAD : SPP_DROP_RESERVED;
}

/* Checks and marks what trusted guests left to us. @return packets that stay */
static uint16_t
vhost_receive_claims(const struct spp_vhost *vhost, struct rte_mbuf **pkts, uint16_t nb,
		     struct spp_port_counters *counters, uint64_t *bytes)
{
	enum spp_drop why;
	uint16_t i, kept = 0;

	for (i = 0; i < nb; i++) {
		why = SPP_DROP_NB;
		if ((pkts[i]->ol_flags & SPP_VHOST_CLAIMS) != 0)
			why = spp_vhost_offload_receive(vhost, pkts[i]);
		else if (pkts[i]->pkt_len < RTE_ETHER_HDR_LEN ||
			 pkts[i]->pkt_len > vhost->frame_max)
			why = vhost_why_not(vhost, pkts[i]);
		if (why == SPP_DROP_NB && spp_frame_is_pause(pkts[i]))
			why = SPP_DROP_RESERVED;
		if (unlikely(why != SPP_DROP_NB)) {
			spp_drop(&pkts[i], 1, counters->rx_drops, why);
			continue;
		}
		*bytes += pkts[i]->pkt_len;
		pkts[kept++] = pkts[i];
	}
	return kept;
}

/* Those that are frames, and nothing else. @return packets that stay */
static inline uint16_t
vhost_receive_plain(const struct spp_vhost *vhost, struct rte_mbuf **pkts, uint16_t nb,
		    struct spp_port_counters *counters, uint64_t *bytes)
{
	uint16_t i, kept = 0;

	for (i = 0; i < nb; i++) {
		if (likely(pkts[i]->pkt_len >= RTE_ETHER_HDR_LEN &&
			   pkts[i]->pkt_len <= vhost->frame_max &&
			   (pkts[i]->ol_flags & OFFLOAD_FLAGS) == 0 &&
			   !spp_frame_is_pause(pkts[i]))) {
			*bytes += pkts[i]->pkt_len;
			pkts[kept++] = pkts[i];
			continue;
		}
		spp_drop(&pkts[i], 1, counters->rx_drops, vhost_why_not(vhost, pkts[i]));
	}
	return kept;
}

static __rte_always_inline uint16_t
vhost_receive(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
	      struct spp_port_counters *counters, bool trusted)
{
	struct spp_vhost *vhost = (struct spp_vhost *)port;
	uint16_t max =
		trusted ? __atomic_load_n(&vhost->rx_burst, __ATOMIC_RELAXED) : SPP_VHOST_BURST_MAX;
	int vid = __atomic_load_n(&vhost->ring_vid[RING_GUEST_TX], __ATOMIC_ACQUIRE);
	uint16_t got = 0, before, burst, n, kept;
	int16_t swallowed;
	uint64_t bytes = 0;

	if (vid < 0 || (trusted && spp_vhost_offload_must_wait(vhost)))
		return 0;
	spp_vhost_owner_enter(&vhost->receiver);
	before = taken_count(vid);
	do {
		burst = RTE_MIN((uint16_t)(nb - got), max);
		spp_vhost_budget_begin(vhost->mbufs);
		n = rte_vhost_dequeue_burst(vid, RING_GUEST_TX, vhost->mbufs, &pkts[got], burst);
		spp_vhost_budget_end();
		got += n;
	} while (n == burst && got < nb && !(trusted && spp_vhost_offload_must_wait(vhost)));
	/* librte_vhost drops what it cannot put into mbufs, without a word; and may add a RARP. */
	swallowed = (int16_t)(taken_count(vid) - before - got);
	spp_vhost_owner_leave(&vhost->receiver);
	if (unlikely(swallowed > 0))
		counters->rx_drops[vhost->one_mbuf && !trusted ? SPP_DROP_TOO_BIG
							       : SPP_DROP_NO_MBUF] +=
			(uint64_t)swallowed;
	kept = trusted ? vhost_receive_claims(vhost, pkts, got, counters, &bytes)
		       : vhost_receive_plain(vhost, pkts, got, counters, &bytes);
	counters->rx_packets += kept;
	counters->rx_bytes += bytes;
	return kept;
}

static uint16_t
vhost_rx(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
	 struct spp_port_counters *counters)
{
	return vhost_receive(port, pkts, nb, counters, false);
}

static uint16_t
vhost_rx_trusted(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
		 struct spp_port_counters *counters)
{
	return vhost_receive(port, pkts, nb, counters, true);
}

/* As many as the guest has buffers for, from the first on, of at most a call's. */
static uint16_t
vhost_enqueue(struct spp_vhost *vhost, int vid, struct rte_mbuf **pkts, uint16_t nb,
	      struct spp_port_counters *counters)
{
	uint16_t i, taken;

	spp_vhost_budget_begin(vhost->mbufs);
	taken = rte_vhost_enqueue_burst(vid, RING_GUEST_RX, pkts, nb);
	spp_vhost_budget_end();
	for (i = 0; i < taken; i++)
		counters->tx_bytes += pkts[i]->pkt_len;
	counters->tx_packets += taken;
	rte_pktmbuf_free_bulk(pkts, taken); /* their bytes were copied */
	return taken;
}

/*
 * librte_vhost stops at the first frame for which it finds no room. Either the guest has made no
 * more buffers available, or the next of them is too small for that frame, which would then keep
 * back all that follow: it is dropped alone. (A mergeable buffer is never too small: a frame takes
 * several.)
 *
 * @return 1: done with the first frame, sent or dropped; 0: the ring is full
 */
static uint16_t
vhost_pass_one(struct spp_vhost *vhost, int vid, struct rte_mbuf **pkts,
	       struct spp_port_counters *counters)
{
	if (__atomic_load_n(&vhost->tx_burst, __ATOMIC_RELAXED) == SPP_VHOST_BURST_MERGEABLE ||
	    rte_vhost_avail_entries(vid, RING_GUEST_RX) == 0)
		return 0;
	/* once more: the buffer may have come in between */
	if (vhost_enqueue(vhost, vid, pkts, 1, counters) == 0)
		spp_drop(pkts, 1, counters->tx_drops, SPP_DROP_BUFFER_SMALL);
	return 1;
}

/* How many of these may go in one call: up to the first that is longer than any guest may get. */
static uint16_t
vhost_fitting(const struct spp_vhost *vhost, struct rte_mbuf **pkts, uint16_t nb)
{
	uint16_t max = __atomic_load_n(&vhost->tx_burst, __ATOMIC_RELAXED), i;

	nb = RTE_MIN(nb, max);
	for (i = 0; i < nb && likely(pkts[i]->pkt_len <= vhost->frame_max); i++)
		;
	return i;
}

/* The same of frames that may be marked; why: the one behind them may not go. */
static uint16_t
vhost_fitting_marked(const struct spp_vhost *vhost, struct rte_mbuf **pkts, uint16_t nb,
		     enum spp_drop *why)
{
	uint16_t max = __atomic_load_n(&vhost->tx_burst, __ATOMIC_RELAXED), i;

	nb = RTE_MIN(nb, max);
	for (i = 0; i < nb; i++) {
		*why = SPP_DROP_NB;
		if ((pkts[i]->ol_flags & SPP_OFFLOAD_MASK) != 0)
			*why = spp_vhost_offload_send(vhost, &pkts[i]);
		else if (pkts[i]->pkt_len > vhost->frame_max)
			*why = SPP_DROP_TOO_BIG;
		if (*why != SPP_DROP_NB)
			break;
	}
	return i;
}

static __rte_always_inline uint16_t
vhost_send(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
	   struct spp_port_counters *counters, bool trusted)
{
	struct spp_vhost *vhost = (struct spp_vhost *)port;
	int vid = __atomic_load_n(&vhost->ring_vid[RING_GUEST_RX], __ATOMIC_ACQUIRE);
	uint16_t done = 0, small = 0, fitting, taken;
	enum spp_drop why = SPP_DROP_TOO_BIG;

	if (vid < 0) {
		spp_drop(pkts, nb, counters->tx_drops, SPP_DROP_NO_GUEST);
		return nb;
	}
	spp_vhost_owner_enter(&vhost->sender);
	while (done < nb) {
		fitting = trusted ? vhost_fitting_marked(vhost, pkts + done, nb - done, &why)
				  : vhost_fitting(vhost, pkts + done, nb - done);
		if (unlikely(fitting == 0)) {
			spp_drop(&pkts[done++], 1, counters->tx_drops, why);
			continue;
		}
		taken = vhost_enqueue(vhost, vid, pkts + done, fitting, counters);
		done += taken;
		if (likely(taken == fitting))
			continue;
		if (small++ == SMALL_MAX || vhost_pass_one(vhost, vid, pkts + done, counters) == 0)
			break;
		done++;
	}
	spp_vhost_owner_leave(&vhost->sender);
	return done;
}

static uint16_t
vhost_tx(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
	 struct spp_port_counters *counters)
{
	return vhost_send(port, pkts, nb, counters, false);
}

static uint16_t
vhost_tx_trusted(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
		 struct spp_port_counters *counters)
{
	return vhost_send(port, pkts, nb, counters, true);
}

static bool
vhost_arm(struct spp_dp_port *port, void *sleeper)
{
	struct spp_vhost *vhost = (struct spp_vhost *)port;
	int vid;

	spp_vhost_kick_arm(vhost->index, sleeper);
	vid = __atomic_load_n(&vhost->ring_vid[RING_GUEST_TX], __ATOMIC_ACQUIRE);
	if (vid < 0)
		return true;
	rte_vhost_enable_guest_notification(vid, RING_GUEST_TX, 1);
	/* The guest looks at that word after it made a buffer available; we look in the opposite
	 * order (virtio 1.1, 2.6.7: used buffer notification suppression works alike). */
	rte_smp_mb();
	return rte_vhost_rx_queue_count(vid, RING_GUEST_TX) == 0;
}

static void
vhost_disarm(struct spp_dp_port *port, void *sleeper)
{
	struct spp_vhost *vhost = (struct spp_vhost *)port;
	int vid = __atomic_load_n(&vhost->ring_vid[RING_GUEST_TX], __ATOMIC_ACQUIRE);

	if (spp_vhost_kick_disarm(vhost->index, sleeper) && vid >= 0)
		rte_vhost_enable_guest_notification(vid, RING_GUEST_TX, 0);
}

/*
 * Ports are never freed: a worker that slept on one disarms it when it wakes, which may be after it
 * was destroyed. So nothing it then looks at may be another's for a moment.
 */
static struct spp_vhost *made[SPP_VHOST_MAX];

static void
set_up(struct spp_vhost *vhost, const struct spp_vhost_config *config, unsigned int index)
{
	vhost->trusted = config->trusted;
	vhost->dp.rx = config->trusted ? vhost_rx_trusted : vhost_rx;
	vhost->dp.tx = config->trusted ? vhost_tx_trusted : vhost_tx;
	vhost->dp.takes = 0;
	vhost->dp.full = SPP_DROP_VHOST_FULL;
	if (config->wake != NULL) {
		vhost->dp.arm = vhost_arm;
		vhost->dp.disarm = vhost_disarm;
	}
	vhost->index = index;
	vhost->vid = -1;
	vhost->connection = vhost->last_connection = -1;
	vhost->client = config->client;
	vhost->running = vhost->wired = vhost->registered = false;
	vhost->nb_ends = vhost->problems = 0;
	vhost->door =
		(struct spp_vhost_door){.bell = -1, .listener = -1, .held = -1, .waiting = -1};
	vhost->watch = (struct spp_vhost_watch){0};
	memset(&vhost->said, 0, sizeof(vhost->said));
	spp_vhost_publish_rings(vhost);
	vhost->frame_max = config->frame_max;
	vhost->mbufs = config->mbufs;
	vhost->one_mbuf = spp_vhost_mtu_one_mbuf(config->frame_max, config->mbufs);
	vhost->synchronize = config->synchronize;
	vhost->synchronize_arg = config->synchronize_arg;
	vhost->gone = config->gone;
	vhost->gone_arg = config->gone_arg;
	snprintf(vhost->log.source, sizeof(vhost->log.source), "vhost%u", index);
	vhost->log.path = vhost->path;
	vhost->log.write = config->log;
}

/* NULL: no memory. The caller has made sure that the port does not exist. */
static struct spp_vhost *
allocate(const struct spp_vhost_config *config, unsigned int index)
{
	if (made[index] == NULL)
		made[index] = calloc(1, sizeof(*made[index]));
	if (made[index] == NULL)
		return NULL;
	made[index]->path = strdup(config->path);
	if (made[index]->path == NULL)
		return NULL;
	set_up(made[index], config, index);
	return made[index];
}

int
spp_vhost_create(const struct spp_vhost_config *config, unsigned int index, struct spp_vhost **out,
		 struct spp_error *err)
{
	struct spp_vhost_access access;
	struct spp_vhost *vhost;
	int ret;

	if (index >= SPP_VHOST_MAX)
		return spp_error(err, ERANGE, "vhost%u: no such vhost (0 to %d)", index,
				 SPP_VHOST_MAX - 1);
	if (made[index] != NULL && made[index]->path != NULL)
		return spp_error(err, EEXIST, "vhost%u: exists already, on %s", index,
				 made[index]->path);
	ret = spp_vhost_socket_check(config->path, err);
	if (ret == 0)
		ret = spp_vhost_access_resolve(config->owner, config->group, &access, err);
	if (ret == 0)
		ret = spp_vhost_kick_start(config->wake, err);
	if (ret == 0)
		ret = spp_vhost_bus_start(err);
	if (ret == 0)
		ret = spp_vhost_door_start(err);
	if (ret < 0)
		return ret;
	spp_vhost_log_quieten_library();
	spp_vhost_fd_raise_limit();
	spp_vhost_budget_start(config->mbufs);

	vhost = allocate(config, index);
	if (vhost == NULL)
		return spp_error(err, ENOMEM, "vhost%u: out of memory", index);
	vhost->door.access = access;
	ret = spp_vhost_driver_name(vhost, err);
	if (ret == 0)
		ret = spp_vhost_enter(vhost, err);
	/* In client mode the socket is the guest's, with the rights the guest gave it. */
	if (ret == 0 && !config->client)
		ret = spp_vhost_socket_vacate(config->path, err);
	if (ret == 0)
		ret = spp_vhost_driver_start(vhost, err);
	/* last: guests may come at once */
	if (ret == 0)
		ret = spp_vhost_door_open(vhost, err);
	if (ret < 0) {
		spp_vhost_destroy(vhost);
		return ret;
	}
	*out = vhost;
	return 0;
}

void
spp_vhost_set_wired(struct spp_vhost *vhost, bool wired)
{
	__atomic_store_n(&vhost->wired, wired, __ATOMIC_RELAXED);
	/* A guest that goes from here on waits for the workers: on_destroy_device(). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool
spp_vhost_close(struct spp_vhost *vhost)
{
	if (!spp_vhost_door_shut(vhost))
		return false;
	spp_vhost_destroy(vhost);
	return true;
}

void
spp_vhost_destroy(struct spp_vhost *vhost)
{
	if (vhost == NULL)
		return;
	spp_vhost_door_close(vhost);
	/* Entered until the end: unregistering calls on_destroy_device for a guest that is there.
	 */
	if (vhost->registered) {
		rte_vhost_driver_unregister(vhost->inner);
		spp_vhost_hook_end(vhost);
	}
	spp_vhost_leave(vhost);
	free(vhost->inner);
	free(vhost->path);
	vhost->path = vhost->inner = NULL;
}

struct spp_dp_port *
spp_vhost_dp(struct spp_vhost *vhost)
{
	return &vhost->dp;
}

bool
spp_vhost_connected(const struct spp_vhost *vhost)
{
	return __atomic_load_n(&vhost->ring_vid[RING_GUEST_RX], __ATOMIC_ACQUIRE) >= 0 &&
	       __atomic_load_n(&vhost->ring_vid[RING_GUEST_TX], __ATOMIC_ACQUIRE) >= 0;
}

unsigned int
spp_vhost_problems(const struct spp_vhost *vhost)
{
	return __atomic_load_n(&vhost->problems, __ATOMIC_RELAXED);
}

void
spp_vhost_features(const struct spp_vhost *vhost, uint64_t *offered, uint64_t *negotiated)
{
	*offered = vhost->offered;
	*negotiated = 0;
	if (__atomic_load_n(&vhost->said.connection, __ATOMIC_ACQUIRE) != 0)
		*negotiated = __atomic_load_n(&vhost->said.features, __ATOMIC_RELAXED);
}
