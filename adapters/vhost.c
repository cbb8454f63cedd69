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
#include <syslog.h>

#include <linux/virtio_net.h>
#include <rte_ethdev.h>
#include <rte_vhost.h>

#include "spp/dp/vhost.h"

#include "vhost_budget.h"
#include "vhost_bus.h"
#include "vhost_fd.h"
#include "vhost_hook.h"
#include "vhost_kick.h"
#include "vhost_port.h"
#include "vhost_socket.h"
#include "vhost_thread.h"

/* librte_vhost moves at most this many packets a call. */
#define BURST_MAX 32

_Static_assert(BURST_MAX <= SPP_GUARD_RING_SIZE_MIN, "see MERGEABLE_BURST_MAX");

#define FEATURE(name) (1ULL << VIRTIO_NET_F_##name)

/*
 * What we do not offer. With offloads a Linux guest sends frames without checksum and of 64 kB,
 * which no NIC behind us was told to repair. More queues, and the log of written pages (live
 * migration), nobody here serves. Packed rings keep their position in our memory only: after a
 * kill of this process qemu could not restore it, as it can with split rings.
 */
#define FEATURES_OFF                                                                               \
	(FEATURE(CSUM) | FEATURE(GUEST_CSUM) | FEATURE(GSO) | FEATURE(HOST_TSO4) |                 \
	 FEATURE(HOST_TSO6) | FEATURE(HOST_UFO) | FEATURE(HOST_ECN) | FEATURE(GUEST_TSO4) |        \
	 FEATURE(GUEST_TSO6) | FEATURE(GUEST_UFO) | FEATURE(GUEST_ECN) | FEATURE(MQ) |             \
	 (1ULL << VHOST_F_LOG_ALL) | (1ULL << VIRTIO_F_RING_PACKED))

/*
 * A guest may lie about how many buffers it made available, and librte_vhost believes it: the used
 * entries of one call then do not fit where it collects them, in hugepages that all processes
 * share. One call takes at most BURST_MAX packets, which always fit (SPP_GUARD_RING_SIZE_MIN) when
 * a packet takes one buffer; with mergeable buffers, where it takes as many as the guest likes, one
 * packet.
 */
#define MERGEABLE_BURST_MAX 1

#define PROTOCOL_FEATURES_OFF                                                                      \
	((1ULL << VHOST_USER_PROTOCOL_F_MQ) | (1ULL << VHOST_USER_PROTOCOL_F_LOG_SHMFD) |          \
	 (1ULL << VHOST_USER_PROTOCOL_F_INFLIGHT_SHMFD))

/*
 * Any of these on a received packet: the guest left work to us that it had no right to leave.
 * librte_vhost 22.11 does not even read a packet's virtio header unless an offload was negotiated,
 * and forwards the bytes as they are; this guards against one that does.
 */
#define OFFLOAD_FLAGS (RTE_MBUF_F_TX_OFFLOAD_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK | RTE_MBUF_F_RX_LRO)

/* A worker that sleeps on the ring is woken when it comes to be used, and by kicks from then on. */
static void
publish_kick(struct spp_vhost *vhost)
{
	struct rte_vhost_vring vring;
	int vid = vhost->ring_vid[RING_GUEST_TX];

	if (vid < 0 || rte_vhost_get_vhost_vring(vid, RING_GUEST_TX, &vring) < 0)
		vring.kickfd = -1;
	spp_vhost_kick_ring(vhost->index, vring.kickfd);
}

void
spp_vhost_publish_rings(struct spp_vhost *vhost)
{
	unsigned int i;
	int vid;

	for (i = 0; i < RING_NB; i++) {
		vid = vhost->running && !vhost->changes && vhost->ring_enabled[i] ? vhost->vid : -1;
		__atomic_store_n(&vhost->ring_vid[i], vid, __ATOMIC_RELEASE);
	}
	publish_kick(vhost);
}

static int
on_new_connection(int vid)
{
	struct spp_vhost *vhost;
	char path[PATH_MAX];

	if (rte_vhost_get_ifname(vid, path, sizeof(path)) < 0)
		return -1;
	vhost = spp_vhost_find_by_path(path);
	if (vhost == NULL)
		return -1;
	if (vhost->vid >= 0) {
		spp_vhost_log_line(&vhost->log, LOG_WARNING,
				   "a second guest connected and was refused (one guest a socket)");
		return -1;
	}
	if (spp_vhost_hook_connection(vhost, vid) < 0)
		return -1;
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
	__atomic_store_n(&vhost->tx_burst,
			 (features & FEATURE(MRG_RXBUF)) != 0 ? MERGEABLE_BURST_MAX : BURST_MAX,
			 __ATOMIC_RELAXED);
	vhost->running = true;
	spp_vhost_publish_rings(vhost);
	spp_vhost_log_line(&vhost->log, LOG_INFO, "guest connected, virtio features 0x%llx",
			   (unsigned long long)features);
	return 0;
}

static void
on_destroy_device(int vid)
{
	struct spp_vhost *vhost = spp_vhost_find_by_vid(vid);

	if (vhost == NULL)
		return;
	vhost->running = false;
	spp_vhost_publish_rings(vhost);
	spp_vhost_thread_calm_down(); /* librte_vhost may have refused a short message */
	/* The guest's memory is unmapped when we return. */
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

static const struct rte_vhost_device_ops device_ops = {
	.new_connection = on_new_connection,
	.destroy_connection = on_destroy_connection,
	.new_device = on_new_device,
	.destroy_device = on_destroy_device,
	.vring_state_changed = on_vring_state_changed,
};

/* How many buffers of the guest's tx ring were ever taken, modulo 65,536. */
static uint16_t
taken_count(int vid)
{
	uint16_t avail = 0, used = 0;

	rte_vhost_get_vring_base(vid, RING_GUEST_TX, &avail, &used);
	return avail;
}

static uint16_t
vhost_rx(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
	 struct spp_port_counters *counters)
{
	struct spp_vhost *vhost = (struct spp_vhost *)port;
	int vid = __atomic_load_n(&vhost->ring_vid[RING_GUEST_TX], __ATOMIC_ACQUIRE);
	uint16_t i, got = 0, before, burst, n, kept = 0;
	int16_t swallowed;
	enum spp_drop reason;
	uint64_t bytes = 0;

	if (vid < 0)
		return 0;
	before = taken_count(vid);
	do {
		burst = RTE_MIN((uint16_t)(nb - got), (uint16_t)BURST_MAX);
		spp_vhost_budget_begin(vhost->mbufs);
		n = rte_vhost_dequeue_burst(vid, RING_GUEST_TX, vhost->mbufs, &pkts[got], burst);
		spp_vhost_budget_end();
		got += n;
	} while (n == burst && got < nb);
	/* librte_vhost drops what it cannot put into mbufs, without a word; and may add a RARP. */
	swallowed = (int16_t)(taken_count(vid) - before - got);
	if (unlikely(swallowed > 0))
		counters->rx_drops[vhost->one_mbuf ? SPP_DROP_TOO_BIG : SPP_DROP_NO_MBUF] +=
			(uint64_t)swallowed;
	for (i = 0; i < got; i++) {
		if (likely(pkts[i]->pkt_len >= RTE_ETHER_HDR_LEN &&
			   pkts[i]->pkt_len <= vhost->frame_max &&
			   (pkts[i]->ol_flags & OFFLOAD_FLAGS) == 0)) {
			bytes += pkts[i]->pkt_len;
			pkts[kept++] = pkts[i];
			continue;
		}
		if (pkts[i]->pkt_len < RTE_ETHER_HDR_LEN)
			reason = SPP_DROP_MALFORMED;
		else if (pkts[i]->pkt_len > vhost->frame_max)
			reason = SPP_DROP_TOO_BIG;
		else
			reason = SPP_DROP_GUEST_OFFLOAD;
		spp_drop(&pkts[i], 1, counters->rx_drops, reason);
	}
	counters->rx_packets += kept;
	counters->rx_bytes += bytes;
	return kept;
}

static void
vhost_tx(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
	 struct spp_port_counters *counters)
{
	struct spp_vhost *vhost = (struct spp_vhost *)port;
	int vid = __atomic_load_n(&vhost->ring_vid[RING_GUEST_RX], __ATOMIC_ACQUIRE);
	uint16_t burst_max = __atomic_load_n(&vhost->tx_burst, __ATOMIC_RELAXED);
	uint16_t i, burst, taken, fit = 0, sent = 0;
	uint64_t bytes = 0;

	if (vid < 0) {
		spp_drop(pkts, nb, counters->tx_drops, SPP_DROP_NO_GUEST);
		return;
	}
	for (i = 0; i < nb; i++) {
		if (likely(pkts[i]->pkt_len <= vhost->frame_max))
			pkts[fit++] = pkts[i];
		else
			spp_drop(&pkts[i], 1, counters->tx_drops, SPP_DROP_TOO_BIG);
	}
	while (sent < fit) {
		burst = RTE_MIN((uint16_t)(fit - sent), burst_max);
		spp_vhost_budget_begin(vhost->mbufs);
		taken = rte_vhost_enqueue_burst(vid, RING_GUEST_RX, &pkts[sent], burst);
		spp_vhost_budget_end();
		sent += taken;
		if (taken < burst)
			break;
	}
	for (i = 0; i < sent; i++)
		bytes += pkts[i]->pkt_len;
	counters->tx_packets += sent;
	counters->tx_bytes += bytes;
	rte_pktmbuf_free_bulk(pkts, sent);
	if (unlikely(sent < fit))
		spp_drop(&pkts[sent], fit - sent, counters->tx_drops, SPP_DROP_VHOST_FULL);
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

static int
start_driver(struct spp_vhost *vhost, bool client, struct spp_error *err)
{
	const char *path = vhost->path;
	uint64_t protocol = 0;
	uint64_t flags = client ? RTE_VHOST_USER_CLIENT : 0;
	uint64_t off = FEATURES_OFF;

	/*
	 * A hostile guest can describe a frame of many megabytes. Where a frame fits into one mbuf
	 * librte_vhost need not chain any, and drops it; vhost_budget.h bounds what gets past that.
	 */
	if (vhost->one_mbuf) {
		flags |= RTE_VHOST_USER_LINEARBUF_SUPPORT;
		off |= FEATURE(MRG_RXBUF);
	}
	errno = 0;
	if (rte_vhost_driver_register(path, flags) < 0)
		return spp_error(err, errno ? errno : ENOMEM,
				 "vhost socket %s: librte_vhost did not register it: %s", path,
				 errno ? strerror(errno) : "see its log");
	vhost->registered = true;
	if (rte_vhost_driver_disable_features(path, off) < 0 ||
	    rte_vhost_driver_get_protocol_features(path, &protocol) < 0 ||
	    rte_vhost_driver_set_protocol_features(path, protocol & ~PROTOCOL_FEATURES_OFF) < 0 ||
	    rte_vhost_driver_callback_register(path, &device_ops) < 0)
		return spp_error(err, EINVAL, "vhost socket %s: librte_vhost refused its features",
				 path);
	errno = 0;
	if (rte_vhost_driver_start(path) < 0)
		return spp_error(err, errno ? errno : EIO,
				 "vhost socket %s: librte_vhost did not start it: %s", path,
				 errno ? strerror(errno) : "see its log");
	return 0;
}

static struct spp_vhost *
allocate(const struct spp_vhost_config *config, unsigned int index)
{
	struct spp_vhost *vhost = calloc(1, sizeof(*vhost));

	if (vhost == NULL)
		return NULL;
	vhost->dp.rx = vhost_rx;
	vhost->dp.tx = vhost_tx;
	if (config->wake != NULL) {
		vhost->dp.arm = vhost_arm;
		vhost->dp.disarm = vhost_disarm;
	}
	vhost->index = index;
	vhost->vid = -1;
	vhost->connection = -1;
	vhost->client = config->client;
	spp_vhost_publish_rings(vhost);
	vhost->frame_max = config->frame_max;
	vhost->mbufs = config->mbufs;
	vhost->one_mbuf = config->frame_max + RTE_PKTMBUF_HEADROOM <=
			  rte_pktmbuf_data_room_size(config->mbufs);
	vhost->synchronize = config->synchronize;
	vhost->synchronize_arg = config->synchronize_arg;
	vhost->path = strdup(config->path);
	if (vhost->path == NULL) {
		free(vhost);
		return NULL;
	}
	vhost->log =
		(struct spp_vhost_log){.index = index, .path = vhost->path, .write = config->log};
	return vhost;
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
	ret = spp_vhost_socket_check(config->path, err);
	if (ret == 0)
		ret = spp_vhost_access_resolve(config->owner, config->group, &access, err);
	if (ret == 0)
		ret = spp_vhost_kick_start(config->wake, err);
	if (ret == 0)
		ret = spp_vhost_bus_start(err);
	if (ret < 0)
		return ret;
	spp_vhost_log_quieten_library();
	spp_vhost_fd_raise_limit();
	spp_vhost_budget_start(config->mbufs);

	vhost = allocate(config, index);
	if (vhost == NULL)
		return spp_error(err, ENOMEM, "vhost%u: out of memory", index);
	ret = spp_vhost_enter(vhost, err);
	/* In client mode the socket is the guest's, with the rights the guest gave it. */
	if (ret == 0 && !config->client)
		ret = spp_vhost_socket_vacate(config->path, err);
	if (ret == 0)
		ret = start_driver(vhost, config->client, err);
	if (ret == 0 && !config->client)
		ret = spp_vhost_access_apply(config->path, &access, err);
	if (ret < 0) {
		spp_vhost_destroy(vhost);
		return ret;
	}
	*out = vhost;
	return 0;
}

void
spp_vhost_destroy(struct spp_vhost *vhost)
{
	if (vhost == NULL)
		return;
	/* Entered until the end: unregistering calls on_destroy_device for a guest that is there.
	 */
	if (vhost->registered) {
		rte_vhost_driver_unregister(vhost->path);
		spp_vhost_hook_end(vhost);
	}
	spp_vhost_leave(vhost);
	free(vhost->path);
	free(vhost);
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
