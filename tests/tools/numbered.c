/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Numbered packets, see numbered.h. Called by spp_numbered.c; knows no ports and no time.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "numbered.h"

#define MAGIC          UINT64_C(0x7370706e756d6272)
#define ETHERTYPE      0x88b5 /* IEEE: for local experiments */
#define PATTERN_FACTOR UINT64_C(0x9e3779b97f4a7c15)

struct numbered_header {
	uint64_t magic;
	uint64_t number;
	uint32_t run;
	uint16_t size; /* of the whole packet, without the VLAN tag */
	uint8_t source;
	uint8_t flow;
} __attribute__((packed));

/* What fills the packet behind its header, in words of 8 bytes: different for every packet. */
static uint64_t
pattern(uint64_t number, uint32_t offset)
{
	return (number + offset) * PATTERN_FACTOR;
}

static bool
pattern_matches(const uint8_t *data, uint64_t number, uint32_t offset, uint32_t end)
{
	for (; offset < end; offset += sizeof(uint64_t)) {
		uint64_t word = pattern(number, offset);

		if (memcmp(data + offset, &word, RTE_MIN(sizeof(word), end - offset)) != 0)
			return false;
	}
	return true;
}

void
numbered_fill(struct rte_mbuf *m, const struct numbered_kind *kind, const struct rte_ether_addr *to,
	      uint16_t flow, uint64_t number)
{
	uint32_t tag = kind->vlan >= 0 ? sizeof(struct rte_vlan_hdr) : 0;
	uint32_t end = kind->size - sizeof(struct rte_ether_hdr), offset;
	char *data = rte_pktmbuf_append(m, kind->size + tag);
	struct rte_ether_hdr *ether = (struct rte_ether_hdr *)data;
	struct numbered_header header = {.magic = MAGIC,
					 .number = number,
					 .source = (uint8_t)kind->source,
					 .flow = (uint8_t)flow,
					 .size = (uint16_t)kind->size,
					 .run = kind->run};
	uint64_t word;

	ether->dst_addr = *to;
	ether->src_addr = (struct rte_ether_addr){{0x02, 0, 0, 0, 0x77, (uint8_t)kind->source}};
	ether->ether_type = rte_cpu_to_be_16(ETHERTYPE);
	if (tag != 0) {
		struct rte_vlan_hdr *inner = (struct rte_vlan_hdr *)(ether + 1);

		ether->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN);
		inner->vlan_tci = rte_cpu_to_be_16((uint16_t)kind->vlan);
		inner->eth_proto = rte_cpu_to_be_16(ETHERTYPE);
	}
	data += sizeof(*ether) + tag;
	memcpy(data, &header, sizeof(header));
	for (offset = sizeof(header); offset < end; offset += sizeof(word)) {
		word = pattern(number, offset);
		memcpy(data + offset, &word, RTE_MIN(sizeof(word), end - offset));
	}
}

static void
flow_count(struct numbered_flow *flow, uint64_t number)
{
	uint64_t bit = UINT64_C(1) << (number % 64);
	uint64_t *word = &flow->seen[number / 64 % (NUMBERED_WINDOW / 64)];

	flow->received++;
	if (number >= flow->next) {
		flow->lost += number - flow->next;
		/* Forget what leaves the window, word by word. */
		for (uint64_t n = flow->next; n < number; n++)
			flow->seen[n / 64 % (NUMBERED_WINDOW / 64)] &= ~(UINT64_C(1) << (n % 64));
		flow->next = number + 1;
		*word |= bit;
	} else if (flow->next - number >= NUMBERED_WINDOW || (*word & bit) != 0) {
		flow->duplicates++;
	} else {
		flow->reordered++;
		flow->lost--;
		*word |= bit;
	}
}

void
numbered_check(struct numbered_checker *checker, const struct rte_mbuf *m)
{
	uint8_t buffer[16384];
	const uint8_t *data;
	uint32_t length = m->pkt_len, start = sizeof(struct rte_ether_hdr);
	uint16_t type;
	struct numbered_header header;

	if (length > sizeof(buffer) || length < NUMBERED_SIZE_MIN) {
		checker->foreign++;
		return;
	}
	data = rte_pktmbuf_read(m, 0, length, buffer);
	memcpy(&type, data + 12, sizeof(type));
	if (type == rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN)) {
		memcpy(&type, data + 16, sizeof(type));
		start += sizeof(struct rte_vlan_hdr);
	}
	if (type != rte_cpu_to_be_16(ETHERTYPE)) {
		checker->foreign++;
		return;
	}
	memcpy(&header, data + start, sizeof(header));
	if (header.magic != MAGIC || header.source >= NUMBERED_SOURCE_MAX ||
	    header.flow >= NUMBERED_FLOW_MAX ||
	    header.size - sizeof(struct rte_ether_hdr) + start != length) {
		checker->corrupted++;
		return;
	}
	if (!pattern_matches(data + start, header.number, sizeof(header), length - start)) {
		checker->corrupted++;
		return;
	}
	if (header.run != checker->run) {
		checker->stale++;
		return;
	}
	flow_count(&checker->flows[header.source][header.flow], header.number);
}

void
numbered_report(const struct numbered_checker *checker, unsigned int port, const char **comma)
{
	printf("%s{\"port\": %u, \"foreign\": %" PRIu64 ", \"stale\": %" PRIu64
	       ", \"corrupted\": %" PRIu64 ", \"flows\": [",
	       *comma, port, checker->foreign, checker->stale, checker->corrupted);
	*comma = "";
	for (unsigned int s = 0; s < NUMBERED_SOURCE_MAX; s++) {
		for (unsigned int f = 0; f < NUMBERED_FLOW_MAX; f++) {
			const struct numbered_flow *flow = &checker->flows[s][f];

			if (flow->received == 0)
				continue;
			printf("%s{\"source\": %u, \"flow\": %u, \"received\": %" PRIu64
			       ", \"lost\": %" PRIu64 ", \"duplicates\": %" PRIu64
			       ", \"reordered\": %" PRIu64 "}",
			       *comma, s, f, flow->received, flow->lost, flow->duplicates,
			       flow->reordered);
			*comma = ", ";
		}
	}
	printf("]}");
	*comma = ", ";
}
