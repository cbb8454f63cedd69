/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Numbered packets: their format, and a checker that finds lost, doubled, reordered and damaged
 * ones. A flow is one source and one of its destination MACs; each has sequence numbers of its own.
 */
#ifndef NUMBERED_H
#define NUMBERED_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

/** Ethernet, a VLAN tag, and struct numbered_header. */
#define NUMBERED_SIZE_MIN   60
#define NUMBERED_SOURCE_MAX 64
/** Destination MACs of one source. */
#define NUMBERED_FLOW_MAX 16

/** How far behind the newest number a packet may be for doubles to be told from late ones. */
#define NUMBERED_WINDOW 65536

struct numbered_flow {
	uint64_t received, next, lost, duplicates, reordered;
	uint64_t seen[NUMBERED_WINDOW / 64];
};

struct numbered_checker {
	uint32_t run; /**< packets of another run are stale */
	uint64_t stale;
	uint64_t corrupted; /**< ours by its type, but not as it was sent */
	uint64_t foreign;   /**< not ours */
	struct numbered_flow flows[NUMBERED_SOURCE_MAX][NUMBERED_FLOW_MAX];
};

/** What the packets of one source have in common. */
struct numbered_kind {
	uint32_t run;  /**< tells packets that an earlier run left on the way */
	uint32_t size; /**< of the whole packet, without the VLAN tag */
	int vlan;      /**< -1: untagged */
	uint16_t source;
};

/** Write a whole packet into an empty mbuf. */
void numbered_fill(struct rte_mbuf *m, const struct numbered_kind *kind,
		   const struct rte_ether_addr *to, uint16_t flow, uint64_t number);

/** Look at a received packet; the caller keeps it. */
void numbered_check(struct numbered_checker *checker, const struct rte_mbuf *m);

/** Print a JSON object for the port's strangers and one per flow, with *comma between them. */
void numbered_report(const struct numbered_checker *checker, unsigned int port, const char **comma);

#endif
