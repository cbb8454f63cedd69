/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What control asks of the packet path of one spp_vf: the steps of a flush, and figures.
 *
 * Implemented by src/ (real) and by tests (a fake that writes down what it was asked). All calls
 * come from the control thread. Plain C: no DPDK, no JSON.
 *
 * Life of a flush (control/wiring/commit.c), each step undone by the call named beside it when a
 * later one fails:
 *
 *     acquire  each port newly used           release
 *     prepare  make those ports, build the snapshot   discard
 *     pause    sources of the queues concerned    resume
 *     drain    what is in flight there        -
 *     link     each queue to its (new) lcore  link back
 *     publish  = commit; cannot fail
 *     retire   old snapshot; late is harmless
 *     release  each port no longer used; when retire was late, as soon as it can be
 *
 * pause, drain and link are left out when only the table changes. What plans do not know of rings
 * that other VFs have an end of: more_pause.
 */
#ifndef SPP_DATAPLANE_H
#define SPP_DATAPLANE_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/capture.h"
#include "spp/drop.h"
#include "spp/error.h"
#include "spp/latency.h"
#include "spp/levels.h"
#include "spp/model.h"
#include "spp/problem.h"
#include "spp/uplink.h"

/** lcore of a queue that has no component: linked to the parking port. */
#define SPP_LCORE_PARKED UINT16_MAX

/** What exists: fixed after start (without a configuration file ports are made on first use). */
struct spp_inventory {
	unsigned int process_id;
	/** It is a spp_mirror: components are mirrors, with two tx ports and not before both are
	 * there (spp_component_can_send()). */
	bool mirror;
	unsigned int main_lcore;
	unsigned int nb_workers;
	uint16_t workers[SPP_WORKER_MAX]; /**< lcore ids, ascending */
	unsigned int nb_queues;           /**< components the event device has room for */
	uint8_t guest_filter;             /**< enum spp_filter, of every vhost */
	uint64_t trusted;                 /**< bit n: the guest of vhost n is (spp/guest.h) */
	const char *vhost_path;           /**< sockets of the vhosts, with one %u for the number */
	uint32_t mtu;                     /**< largest IP packet, bytes */
	uint32_t host_mtu; /**< that guests have to be given (qemu: host_mtu=); 0: none */
	/** Ports this VF may use, by spp_port_id(). */
	bool usable[SPP_PORT_ID_MAX];
	/** A wait that must not be given up is past its deadline: some lcore does not answer. */
	bool degraded;
	/** A worker may still use a wiring before the running one; its ports stay held until then.
	 */
	bool retiring;
	/** Of these, the ones that exist now: with on_first_use rings as long as the wiring names
	 * them, vhosts as long as it does or their guest is connected. */
	bool present[SPP_PORT_ID_MAX];
	/** No configuration file says which vhosts and rings there are: any that is usable. */
	bool on_first_use;
	/** By number. Their NICs are not usable: nothing is wired to one of them alone. */
	struct spp_uplink uplink[SPP_UPLINK_MAX];
};

/** Of a ring: where its other end is. */
struct spp_ring_peer {
	bool alone;           /**< one end is here and the other is not; else the rest is 0 */
	bool has_rx;          /**< ours is the rx end */
	bool gone;            /**< the other end was another VF's, and nobody has it now */
	unsigned int process; /**< process id of the VF that has it, 0: none */
	uint32_t waiting;     /**< bytes in the ring */
};

struct spp_port_stats {
	uint64_t rx_packets, rx_bytes;
	uint64_t tx_packets, tx_bytes;
	uint64_t rx_drops[SPP_DROP_NB]; /**< before a component saw them */
	uint64_t tx_drops[SPP_DROP_NB];
	bool link_up; /**< NIC: link; uplink: one at least; vhost: guest connected and its queues
			 enabled; ring: true */
	/** vhost: virtio features that are offered, and those its guest's driver has taken; 0 while
	 * none is connected. */
	uint64_t offered, negotiated;
	unsigned int problems; /**< bit n: problem n of spp/problem.h, a second old at most */
	struct spp_ring_peer peer;
};

struct spp_component_stats {
	uint64_t packets;
	uint64_t vectors;
	uint64_t cycles; /**< TSC cycles in the stage */
	uint64_t drops[SPP_DROP_NB];
};

struct spp_lcore_stats {
	uint16_t lcore_id;
	uint64_t busy_cycles;   /**< loops that moved something */
	uint64_t idle_cycles;   /**< loops that found nothing */
	uint64_t asleep_cycles; /**< blocked in the kernel */
};

struct spp_dataplane_ops {
	/** What exists. The pointer stays valid; contents change only in acquire/release. */
	const struct spp_inventory *(*inventory)(void *ctx);

	/** May this VF use the port (of a ring the end that `queue` says)? Fills err with the
	 * reason (range, holder) if not. Nothing is made for it yet. */
	int (*acquire)(void *ctx, struct spp_port port, struct spp_error *err);
	/** The port is no longer used, or the flush that acquired it has failed: then nothing of it
	 * stays. After a late retire it stays held until no worker can use it, and a vhost until
	 * its guest has gone. */
	void (*release)(void *ctx, struct spp_port port);

	/** Make what the acquired ports need, and build (not yet publish) the snapshot for a model;
	 * levels are those of its components. Copies what it needs. */
	int (*prepare)(void *ctx, const struct spp_model *model, const struct spp_levels *levels,
		       struct spp_error *err);
	void (*discard)(void *ctx);
	/** Queues that have to be paused and drained beside those of the plan, as prepare has
	 * found: they send to a ring in which packets wait that come first (its other end was
	 * another VF's). NULL: there are none. */
	uint64_t (*more_pause)(void *ctx);

	/**
	 * Publish the running snapshot with the NIC and vhost sources of these queues paused, and
	 * wait until every worker that polls one of them saw it.
	 * @param queues bit q: event queue q
	 */
	int (*pause)(void *ctx, uint64_t queues, struct spp_error *err);
	/** Publish the running snapshot as it was. */
	void (*resume)(void *ctx);

	/** Wait until no event is in flight to these queues. -ETIMEDOUT names queue and lcore. */
	int (*drain)(void *ctx, uint64_t queues, struct spp_error *err);

	/** Make the queue's only consumer the given worker, or the parking port. */
	int (*link)(void *ctx, unsigned int queue, uint16_t lcore_id, struct spp_error *err);

	/** Publish what prepare built. Cannot fail. Wakes every worker concerned. What waits in a
	 * ring both ends of which are here again is delivered first: it may take twice
	 * SPP_WAIT_MS. */
	void (*publish)(void *ctx);
	/** Wait until no worker uses the old snapshot, free it. -ETIMEDOUT: kept, freed as soon as
	 * it can be (spp_inventory.retiring). */
	int (*retire)(void *ctx, struct spp_error *err);

	void (*port_stats)(void *ctx, struct spp_port port, struct spp_port_stats *out);
	/** Of packets that left by a NIC, vhost or uplink, since the start: clear leaves it. */
	void (*latency)(void *ctx, struct spp_port port, struct spp_latency_stats *out);
	/** Since the queue was last linked from the parking port. */
	void (*queue_stats)(void *ctx, unsigned int queue, struct spp_component_stats *out);
	/** Packets dropped since the start, by reason, wherever it was: components that are gone
	 * and queues without one included. */
	void (*drop_totals)(void *ctx, uint64_t drops[SPP_DROP_NB]);
	/** Ports, queues and drop totals count from now on: a baseline is taken. */
	void (*clear)(void *ctx);
	/** Only this port's counters do; those of components and the drop totals go on. */
	void (*clear_port)(void *ctx, struct spp_port port);
	void (*lcore_stats)(void *ctx, uint16_t lcore_id, struct spp_lcore_stats *out);
	/** Captures that run. @return how many */
	unsigned int (*captures)(void *ctx, struct spp_capture_info out[SPP_CAPTURE_MAX]);
	/** Microseconds, monotonic. */
	uint64_t (*now_us)(void *ctx);
	/** TSC cycles per second. */
	uint64_t (*tsc_hz)(void *ctx);
};

#endif
