/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A look at the packets of a port: while somebody captures, the port's rx and tx are the tap's,
 * which call the port's own and copy what passes onto a tape (tape.h). While nobody does they are
 * the port's own again, so that a tap costs nothing. The port stays the same object: what holds it
 * (a backlog, a worker that sleeps on it, the next snapshot) notices nothing.
 *
 * A ring has no such functions: it is looked at where its packets are taken out, in the branch that
 * VLAN operations have (spp_rx_ops.any).
 *
 * Threads: control puts sinks in and takes them out; workers copy. A sink may be freed when it is
 * out and every worker has passed a quiescent state. No mbuf is ever held.
 */
#ifndef SPP_TAP_H
#define SPP_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/capture.h"
#include "spp/dp/port.h"

#include "packet/tap_sink.h"

/** Of one port id; lasts as long as the process. */
struct spp_tap {
	uint16_t port_id;
	uint16_t (*rx)(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
		       struct spp_port_counters *counters); /**< the port's own */
	uint16_t (*tx)(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
		       struct spp_port_counters *counters);
	struct spp_tap_sink *sink[SPP_CAPTURE_MAX]; /**< NULL: none. Atomic */
};

/** Control: have a port's packets go past its tap, or (false) no more. */
void spp_tap_put(struct spp_tap *tap, struct spp_dp_port *port, bool on);

/** Worker: packets that were taken out of a ring. */
void spp_tap_through(struct spp_tap *tap, struct rte_mbuf *const *pkts, uint16_t nb);

/** Worker: these are dropped; they may be among those that its tap is just sending. */
void spp_tap_dropped(struct rte_mbuf *const *pkts, uint16_t nb);

/** Worker: a sink's own copy of one packet, not yet published. NULL: its tape is full. */
struct spp_capture_record *spp_tap_copy(struct spp_tap_sink *sink,
					const struct spp_capture_record *head,
					const struct rte_mbuf *pkt);

#endif
