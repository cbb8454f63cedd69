/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbered packets out, numbered packets in. See fake_port.h.
 */
#include "fake_port.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rte_ether.h>
#include <rte_mempool.h>

#define DATA_ROOM (RTE_PKTMBUF_HEADROOM + 128)
#define MAGIC     0x5350504eu
#define BLOCK_S   10

struct fake_packet {
	struct rte_ether_hdr eth;
	uint16_t source;
	uint32_t magic;
	uint32_t stream;
	uint64_t number;
};

static struct fake_port fakes[FAKE_NB];

struct fake_port *
fake_nth(unsigned int index)
{
	return &fakes[index];
}

struct fake_port *
fake_nic(unsigned int index)
{
	return &fakes[index];
}

struct fake_port *
fake_vhost(unsigned int index)
{
	return &fakes[FAKE_OF_KIND + index];
}

struct fake_port *
fake_port(struct spp_port port)
{
	if (port.kind == SPP_PORT_RING || port.index >= FAKE_OF_KIND)
		return NULL;
	return port.kind == SPP_PORT_NIC ? fake_nic(port.index) : fake_vhost(port.index);
}

void
fake_mac(unsigned int stream, uint8_t mac[6])
{
	memset(mac, 0, 6);
	mac[0] = 2;
	mac[5] = (uint8_t)stream;
}

static void
fake_enter(struct fake_port *port, uint32_t *inside)
{
	if (__atomic_fetch_add(inside, 1, __ATOMIC_ACQUIRE) != 0)
		__atomic_fetch_add(&port->collisions, 1, __ATOMIC_RELAXED);
}

static void
fake_leave(uint32_t *inside)
{
	__atomic_fetch_sub(inside, 1, __ATOMIC_RELEASE);
}

static uint16_t
fake_allowance(const struct fake_port *port, uint16_t nb)
{
	uint64_t limit = __atomic_load_n(&port->limit, __ATOMIC_RELAXED);
	uint32_t under_way = FAKE_POOL - rte_mempool_avail_count(port->pool);

	if (limit <= port->sent)
		return 0;
	nb = RTE_MIN(nb, port->burst);
	if (limit - port->sent < nb)
		nb = (uint16_t)(limit - port->sent);
	return under_way + nb <= port->window ? nb : 0;
}

static void
fake_fill(struct fake_port *port, struct rte_mbuf *m)
{
	struct fake_packet *packet;
	unsigned int stream = (unsigned int)(port->sent % port->nb_streams);

	packet = (struct fake_packet *)rte_pktmbuf_append(m, sizeof(*packet));
	memset(packet, 0, sizeof(*packet));
	memcpy(packet->eth.dst_addr.addr_bytes, port->mac[stream], 6);
	packet->eth.src_addr = port->src;
	packet->magic = MAGIC;
	packet->source = (uint16_t)port->index;
	packet->stream = stream;
	packet->number = port->stream_sent[stream]++;
	__atomic_store_n(&port->sent, port->sent + 1, __ATOMIC_RELAXED);
}

static uint16_t
fake_rx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
	struct spp_port_counters *counters)
{
	struct fake_port *port = (struct fake_port *)dp;
	uint16_t i;

	fake_enter(port, &port->in_rx);
	__atomic_store_n(&port->polls, port->polls + 1, __ATOMIC_RELAXED);
	nb = fake_allowance(port, nb);
	if (nb > 0 && rte_pktmbuf_alloc_bulk(port->pool, pkts, nb) != 0)
		nb = 0;
	for (i = 0; i < nb; i++) {
		fake_fill(port, pkts[i]);
		counters->rx_bytes += pkts[i]->pkt_len;
	}
	counters->rx_packets += nb;
	fake_leave(&port->in_rx);
	return nb;
}

static void
fake_wait_unblocked(struct fake_port *port)
{
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += BLOCK_S;
	__atomic_store_n(&port->blocked, true, __ATOMIC_RELEASE);
	sem_timedwait(&port->unblock, &limit);
	__atomic_store_n(&port->blocked, false, __ATOMIC_RELEASE);
}

static void
fake_check(struct fake_port *port, const struct rte_mbuf *m)
{
	const struct fake_packet *packet = rte_pktmbuf_mtod(m, const struct fake_packet *);
	struct fake_stream *stream;

	if (m->pkt_len != sizeof(*packet) || packet->magic != MAGIC || packet->source >= FAKE_NB ||
	    packet->stream >= FAKE_STREAMS) {
		port->foreign++;
		return;
	}
	stream = &port->from[packet->source][packet->stream];
	if (packet->number < stream->next) {
		stream->backwards++;
	} else {
		stream->lost += packet->number - stream->next;
		stream->next = packet->number + 1;
	}
	__atomic_store_n(&stream->received, stream->received + 1, __ATOMIC_RELEASE);
}

static bool
fake_has_room(const struct fake_port *port, const struct rte_mbuf *m)
{
	const struct fake_packet *packet = rte_pktmbuf_mtod(m, const struct fake_packet *);

	return port->taken < __atomic_load_n(&port->room, __ATOMIC_ACQUIRE) &&
	       packet->number != __atomic_load_n(&port->never, __ATOMIC_ACQUIRE);
}

static uint16_t
fake_tx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
	struct spp_port_counters *counters)
{
	struct fake_port *port = (struct fake_port *)dp;
	uint16_t i;

	fake_enter(port, &port->in_tx);
	if (__atomic_load_n(&port->block, __ATOMIC_ACQUIRE))
		fake_wait_unblocked(port);
	for (i = 0; i < nb && fake_has_room(port, pkts[i]); i++) {
		fake_check(port, pkts[i]);
		counters->tx_bytes += pkts[i]->pkt_len;
		__atomic_store_n(&port->taken, port->taken + 1, __ATOMIC_RELEASE);
	}
	counters->tx_packets += i;
	rte_pktmbuf_free_bulk(pkts, i);
	fake_leave(&port->in_tx);
	return i;
}

/* Lock-free and without caches, so that what is missing can be counted at any time, and a thread
 * that loses its CPU inside keeps nobody else out. */
int
fake_ports_create(void)
{
	struct fake_port *port;
	char name[RTE_MEMPOOL_NAMESIZE];
	unsigned int i;

	for (i = 0; i < FAKE_NB; i++) {
		port = &fakes[i];
		port->index = i;
		port->dp.rx = fake_rx;
		port->dp.tx = fake_tx;
		port->dp.full = SPP_DROP_VHOST_FULL;
		if (sem_init(&port->unblock, 0, 0) != 0)
			return -1;
		snprintf(name, sizeof(name), "fake_%u", i);
		port->pool = rte_pktmbuf_pool_create_by_ops(name, FAKE_POOL, 0, 0, DATA_ROOM,
							    SOCKET_ID_ANY, "lf_stack");
		if (port->pool == NULL)
			return -1;
	}
	return 0;
}

void
fake_ports_reset(void)
{
	struct fake_port *port;
	unsigned int i;

	for (i = 0; i < FAKE_NB; i++) {
		port = &fakes[i];
		port->limit = port->sent = port->polls = port->foreign = 0;
		port->window = FAKE_WINDOW;
		port->burst = SPP_VECTOR_SIZE;
		port->collisions = 0;
		port->taken = 0;
		port->room = port->never = UINT64_MAX;
		while (sem_trywait(&port->unblock) == 0)
			;
		memset(port->stream_sent, 0, sizeof(port->stream_sent));
		memset(port->from, 0, sizeof(port->from));
		port->src = (struct rte_ether_addr){{0}};
		fake_set_streams(port, 1);
	}
}

void
fake_set_streams(struct fake_port *port, unsigned int nb)
{
	unsigned int i;

	port->nb_streams = (uint16_t)nb;
	for (i = 0; i < nb; i++)
		fake_mac(i, port->mac[i]);
}

uint64_t
fake_sent(const struct fake_port *port)
{
	return __atomic_load_n(&port->sent, __ATOMIC_RELAXED);
}

void
fake_send(struct fake_port *port, uint64_t nb)
{
	__atomic_store_n(&port->limit, port->limit + nb, __ATOMIC_RELEASE);
}

void
fake_run(struct fake_port *port, bool on)
{
	__atomic_store_n(&port->limit, on ? UINT64_MAX : fake_sent(port), __ATOMIC_RELEASE);
}

bool
fake_is_home(const struct fake_port *port)
{
	return rte_mempool_avail_count(port->pool) == FAKE_POOL;
}

void
fake_block(struct fake_port *port)
{
	__atomic_store_n(&port->block, true, __ATOMIC_RELEASE);
}

void
fake_unblock(struct fake_port *port)
{
	if (!port->block)
		return;
	__atomic_store_n(&port->block, false, __ATOMIC_RELEASE);
	/* one who waits, or one who is about to */
	sem_post(&port->unblock);
}

void
fake_make_room(struct fake_port *port, uint64_t nb)
{
	uint64_t taken = __atomic_load_n(&port->taken, __ATOMIC_ACQUIRE);

	__atomic_store_n(&port->room, nb == UINT64_MAX ? nb : taken + nb, __ATOMIC_RELEASE);
}

bool
fake_is_blocked(const struct fake_port *port)
{
	return __atomic_load_n(&port->blocked, __ATOMIC_ACQUIRE);
}

uint64_t
fake_received(const struct fake_port *sink, const struct fake_port *source, unsigned int stream)
{
	return __atomic_load_n(&sink->from[source->index][stream].received, __ATOMIC_ACQUIRE);
}

struct fake_stream
fake_sum(const struct fake_port *sink)
{
	struct fake_stream sum = {0};
	unsigned int i, s;

	for (i = 0; i < FAKE_NB; i++) {
		for (s = 0; s < FAKE_STREAMS; s++) {
			sum.received += fake_received(sink, &fakes[i], s);
			sum.lost += sink->from[i][s].lost;
			sum.backwards += sink->from[i][s].backwards;
		}
	}
	return sum;
}
