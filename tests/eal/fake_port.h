/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A NIC or vhost made of nothing but numbered packets: what src/ polls and sends to in tests.
 *
 * As a source it numbers packets per stream (one destination MAC each) in mbufs of a pool of its
 * own; as a sink it checks the numbers per source and stream and gives the mbufs back. It also
 * notices when two threads are inside rx, or inside tx, at once.
 */
#ifndef SPP_TESTS_FAKE_PORT_H
#define SPP_TESTS_FAKE_PORT_H

#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

#include "spp/dp/port.h"
#include "spp/model.h"

#define FAKE_OF_KIND 13 /**< nic0..nic12, vhost0..vhost12 */
#define FAKE_NB      (2 * FAKE_OF_KIND)
#define FAKE_STREAMS 4
/** Packets one source has under way at most, unless its window is smaller. */
#define FAKE_POOL 4095
/** So few that no ring (32 vectors) can overflow. */
#define FAKE_WINDOW 512

struct fake_stream {
	uint64_t received;
	uint64_t next;      /**< number that should come */
	uint64_t lost;      /**< numbers left out */
	uint64_t backwards; /**< numbers below `next`: out of order, or a second time */
};

struct fake_port {
	struct spp_dp_port dp;
	unsigned int index; /**< into the fake ports; the source number in its packets */
	struct rte_mempool *pool;

	/* source: test rw, polling worker ro */
	uint64_t limit; /**< deliver until that many packets in all */
	uint32_t window;
	uint16_t burst; /**< deliver exactly so many at a time, the last ones excepted */
	uint16_t nb_streams;
	uint8_t mac[FAKE_STREAMS][6];
	struct rte_ether_addr src; /**< of all */
	/* source: polling worker rw, test ro */
	uint64_t sent, polls;
	uint64_t stream_sent[FAKE_STREAMS];

	/* sink: test rw, sending worker ro */
	uint64_t room;  /**< packets it takes in all; what comes after that has no room */
	uint64_t never; /**< the packet of that number never has room */
	bool block;
	sem_t unblock;
	/* sink: sending worker rw, test ro */
	bool blocked; /**< waits inside tx */
	uint64_t foreign, taken;
	struct fake_stream from[FAKE_NB][FAKE_STREAMS];

	uint32_t in_rx, in_tx;
	uint32_t collisions; /**< a second thread was met inside rx or tx */
};

/** Make all of them; once per program, after rte_eal_init(). */
int fake_ports_create(void);
/** As new: nothing sent, nothing received, window FAKE_WINDOW, one stream per port. */
void fake_ports_reset(void);
/** NULL for a ring and for numbers beyond FAKE_OF_KIND. */
struct fake_port *fake_port(struct spp_port port);
struct fake_port *fake_nic(unsigned int index);
struct fake_port *fake_vhost(unsigned int index);
struct fake_port *fake_nth(unsigned int index);

/** Streams 0..nb-1 go to the MACs 02:00:00:00:00:0<stream>; see fake_mac(). */
void fake_set_streams(struct fake_port *port, unsigned int nb);
void fake_mac(unsigned int stream, uint8_t mac[6]);
/** Deliver so many packets more. */
void fake_send(struct fake_port *port, uint64_t nb);
/** Deliver for ever, or no more. */
void fake_run(struct fake_port *port, bool on);
uint64_t fake_sent(const struct fake_port *port);
/** Every packet it sent has been given back. */
bool fake_is_home(const struct fake_port *port);

/** Whoever sends to the port next waits inside until it is unblocked (10 s at most). */
void fake_block(struct fake_port *port);
void fake_unblock(struct fake_port *port);
bool fake_is_blocked(const struct fake_port *port);

/** Room for so many packets more than it has taken by now; UINT64_MAX: always room. */
void fake_make_room(struct fake_port *port, uint64_t nb);

uint64_t fake_received(const struct fake_port *sink, const struct fake_port *source,
		       unsigned int stream);
/** Of all sources and streams. */
struct fake_stream fake_sum(const struct fake_port *sink);

#endif
