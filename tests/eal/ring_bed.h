/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A ring of adapters/ring with both ends in this program, and packets that know what is in them.
 * Fails the running test when something is wrong.
 */
#ifndef RING_BED_H
#define RING_BED_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/dp/shared_ring.h"

/** mbufs of each pool. */
#define BED_MBUFS 1023
/** Of the small buffers. */
#define BED_SMALL 200

struct ring_bed {
	struct spp_shared_ring *ring; /**< with pages on both sides that nobody may touch */
	struct spp_dp_port *writer, *reader;
	struct rte_mempool *from, *to, *small; /**< to: mbufs of 2,048 bytes, small: BED_SMALL */
	struct spp_shared_ring_env env;        /**< of the ends that are opened next */
	struct spp_port_counters tx, rx;
	uint32_t sent, received; /**< numbers of the next packet */
	uint32_t woken;
	uint64_t woken_who;
};

/** Once a program. */
void bed_start(void);
extern struct ring_bed bed;

/** An empty ring and both ends; `at` is where its cursors stand. */
void bed_open(uint64_t at);
/** The ends go. Every mbuf has to be where it came from. */
void bed_close(void);

/** A packet with this number, in mbufs of `part` bytes; 0: one. */
struct rte_mbuf *bed_make(uint32_t number, uint32_t length, uint32_t part);
/** It is that packet, whole; it is freed. */
void bed_check(struct rte_mbuf *m, uint32_t number, uint32_t length);

/** Send the next packet. False: the ring has no room, and nothing happened. */
bool bed_send(uint32_t length);
/** Receive one packet, which has to be the next. */
void bed_receive(uint32_t length);
/** The ring has nothing more. */
void bed_is_empty(void);
uint64_t bed_drops(const uint64_t drops[SPP_DROP_NB]);

/** The calling thread, to the nth CPU of those it may use. */
void bed_pin(unsigned int nth);
uint64_t bed_now_ms(void);
/** The same numbers at each run. */
uint32_t bed_random(void);

#endif
