/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The packets of a net_bench port. Made so that a real NIC's share is in it (mbufs from and to the
 * pool by bursts, the fields of an mbuf) and little else: the head of a packet is one cache line.
 */
#include "net_bench.h"

#include <string.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_prefetch.h>
#include <rte_udp.h>

#define IN_TURN_MAX   16 /* MACs; more are taken at random */
#define BURST_MAX     256
#define OFFSET_PORT   36 /* UDP destination: one flow for each MAC */
#define OFFSET_TIME   48
#define OFFSET_NUMBER 56
#define PORT_FIRST    1024
#define SOURCE_MAC_0  0x02

/* Ethernet, IP and UDP heads of a packet of this size. */
static void
head_make(uint8_t head[BENCH_HEAD], uint16_t size)
{
	struct rte_ether_hdr eth = {.src_addr = {{SOURCE_MAC_0, 0, 0, 0, 0xff, 0}}};
	struct rte_ipv4_hdr ip = {.version_ihl = RTE_IPV4_VHL_DEF, .time_to_live = 64};
	struct rte_udp_hdr udp = {.src_port = rte_cpu_to_be_16(PORT_FIRST)};

	eth.ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
	ip.next_proto_id = IPPROTO_UDP;
	ip.total_length = rte_cpu_to_be_16(size - sizeof(eth));
	ip.src_addr = rte_cpu_to_be_32(RTE_IPV4(10, 0, 0, 1));
	ip.dst_addr = rte_cpu_to_be_32(RTE_IPV4(10, 0, 0, 2));
	ip.hdr_checksum = rte_ipv4_cksum(&ip);
	udp.dgram_len = rte_cpu_to_be_16(size - sizeof(eth) - sizeof(ip));
	memset(head, 0, BENCH_HEAD);
	memcpy(head, &eth, sizeof(eth));
	memcpy(head + sizeof(eth), &ip, sizeof(ip));
	memcpy(head + sizeof(eth) + sizeof(ip), &udp, sizeof(udp));
}

/* TSC cycles since a time; 0: since now. */
static uint64_t
rx_cycles_since(uint64_t ns)
{
	struct timespec now;

	if (ns == 0)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((double)((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec - ns) *
			  (double)rte_get_tsc_hz() / 1e9);
}

static void
rx_follow(struct bench_rx *rx, struct bench_ctl *ctl, uint64_t generation)
{
	unsigned int i;

	rx->nb_macs = ctl->nb_macs;
	rx->nb_sizes = RTE_MIN(ctl->nb_sizes, (uint64_t)BENCH_SIZE_MAX);
	for (i = 0; i < rx->nb_sizes; i++) {
		rx->size[i] = (uint16_t)ctl->size[i];
		head_make(rx->head[i], rx->size[i]);
	}
	rx->next_mac = rx->next_size = 0;
	rx->latency = ctl->latency != 0;
	/* 52:54:00:xx:xx:xx, and the first two bytes of the source */
	rx->first = (ctl->group != 0 ? 0xffffffffffffull : 0x5452ull) | (uint64_t)SOURCE_MAC_0
										<< 48;
	rx->rate = ctl->rate;
	rx->start = rte_rdtsc() - rx_cycles_since(ctl->since);
	rx->made = 0;
	rx->cycles = rx->rate == 0 ? 0 : (double)rte_get_tsc_hz() / (double)rx->rate;
	rx->generation = generation;
	ctl->tsc_hz = rte_get_tsc_hz();
}

/* Packets that wait at this time, at most nb. */
static uint16_t
rx_due(struct bench_rx *rx, struct bench_ctl *ctl, uint16_t nb)
{
	uint64_t due = (uint64_t)((double)(rte_rdtsc() - rx->start) / rx->cycles);

	if (due - rx->made > rx->nb_desc) {
		ctl->rx_missed += due - rx->made - rx->nb_desc;
		rx->made = due - rx->nb_desc;
	}
	return (uint16_t)RTE_MIN(due - rx->made, (uint64_t)nb);
}

static inline uint32_t
rx_next_mac(struct bench_rx *rx)
{
	uint32_t mac = rx->next_mac;

	if (rx->nb_macs > IN_TURN_MAX) {
		rx->random = rx->random * 1664525u + 1013904223u;
		return (uint32_t)(((rx->random >> 8) * rx->nb_macs) >> 24);
	}
	if (++rx->next_mac == rx->nb_macs)
		rx->next_mac = 0;
	return mac;
}

static inline void
rx_fill(struct bench_rx *rx, struct rte_mbuf *m, uint64_t rearm)
{
	uint16_t s = rx->next_size, port;
	uint8_t *data = (uint8_t *)m->buf_addr + RTE_PKTMBUF_HEADROOM;
	uint32_t mac = rx_next_mac(rx);
	uint64_t first, due;

	if (rx->nb_sizes > 1 && ++rx->next_size == rx->nb_sizes)
		rx->next_size = 0;
	memcpy(&m->rearm_data, &rearm, sizeof(rearm));
	m->ol_flags = 0;
	m->packet_type = 0;
	m->pkt_len = m->data_len = rx->size[s];
	memcpy(data, rx->head[s], BENCH_HEAD);
	first = rx->first | (uint64_t)rte_bswap32(mac) << 16;
	memcpy(data, &first, sizeof(first));
	port = rte_cpu_to_be_16((uint16_t)(PORT_FIRST + mac));
	memcpy(data + OFFSET_PORT, &port, sizeof(port));
	memcpy(data + OFFSET_NUMBER, &rx->number, sizeof(rx->number));
	rx->number++;
	if (unlikely(rx->latency)) {
		due = rx->rate == 0 ? rte_rdtsc()
				    : rx->start + (uint64_t)((double)rx->made * rx->cycles);
		memcpy(data + OFFSET_TIME, &due, sizeof(due));
	}
	rx->made++;
}

/* data_off, refcnt, nb_segs, port: as one word of the mbuf */
static uint64_t
rearm_word(uint16_t eth_port)
{
	const uint16_t words[4] = {RTE_PKTMBUF_HEADROOM, 1, 1, eth_port};
	uint64_t word;

	memcpy(&word, words, sizeof(word));
	return word;
}

uint16_t
bench_rx(void *rxq, struct rte_mbuf **pkts, uint16_t nb)
{
	struct bench_private *private = rxq;
	struct bench_rx *rx = &private->rx;
	struct bench_ctl *ctl = bench_ctls[private->eth_port];
	uint64_t generation = __atomic_load_n(&ctl->generation, __ATOMIC_ACQUIRE), bytes = 0;
	uint64_t rearm = rearm_word(private->eth_port);
	uint16_t i;

	if (unlikely(generation != rx->generation))
		rx_follow(rx, ctl, generation);
	if (rx->nb_macs == 0 || rx->nb_sizes == 0)
		return 0;
	nb = RTE_MIN(nb, BURST_MAX);
	if (rx->rate != 0)
		nb = rx_due(rx, ctl, nb);
	if (nb == 0)
		return 0;
	if (unlikely(rte_mempool_get_bulk(rx->pool, (void **)pkts, nb) < 0)) {
		ctl->rx_nombuf++;
		return 0;
	}
	for (i = 0; i < nb; i++) {
		if (i + 4 < nb)
			rte_prefetch0(pkts[i + 4]);
		rx_fill(rx, pkts[i], rearm);
		bytes += pkts[i]->pkt_len;
	}
	ctl->rx_packets += nb;
	ctl->rx_bytes += bytes;
	return nb;
}

static void
tx_latency(struct bench_ctl *ctl, struct rte_mbuf **pkts, uint16_t nb)
{
	uint64_t now = rte_rdtsc(), due;
	uint16_t i;

	for (i = 0; i < nb; i++) {
		memcpy(&due, rte_pktmbuf_mtod_offset(pkts[i], uint8_t *, OFFSET_TIME), sizeof(due));
		if (due == 0 || due > now)
			ctl->tx_foreign++;
		else
			ctl->latencies[bench_latency_index(now - due)]++;
	}
}

uint16_t
bench_tx(void *txq, struct rte_mbuf **pkts, uint16_t nb)
{
	const struct bench_private *private = txq;
	struct bench_ctl *ctl = bench_ctls[private->eth_port];
	struct rte_mempool *pool = NULL;
	struct rte_mbuf *simple[BURST_MAX];
	uint16_t i, n = 0;
	uint64_t bytes = 0;

	nb = RTE_MIN(nb, BURST_MAX);
	if (nb == 0)
		return 0;
	if (unlikely(ctl->latency != 0))
		tx_latency(ctl, pkts, nb);
	pool = pkts[0]->pool;
	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m = pkts[i];

		bytes += m->pkt_len;
		if (likely(m->nb_segs == 1 && rte_mbuf_refcnt_read(m) == 1 && RTE_MBUF_DIRECT(m) &&
			   m->pool == pool)) {
			simple[n++] = m;
		} else {
			ctl->tx_single++;
			rte_pktmbuf_free(m);
		}
	}
	rte_mempool_put_bulk(pool, (void **)simple, n);
	ctl->tx_packets += nb;
	ctl->tx_bytes += bytes;
	return nb;
}
