/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How long single packets take: one on its way at a time, sent long after the one before. Called
 * by spp_numbered.c; knows neither ports nor packets.
 */
#ifndef LATENCY_H
#define LATENCY_H

#include <stdbool.h>
#include <stdint.h>

#define LATENCY_SAMPLE_MAX 4096

struct latency {
	uint64_t sent; /**< TSC when the packet on its way was handed over; 0: none is */
	unsigned int nb, nb_lost;
	uint64_t cycles[LATENCY_SAMPLE_MAX];
};

void latency_reset(struct latency *latency);

/** A packet was handed over after this time; one still on its way is lost. */
void latency_sent(struct latency *latency, uint64_t before);

/** Something arrived. */
void latency_received(struct latency *latency, uint64_t now);

static inline bool
latency_waits(const struct latency *latency)
{
	return latency->sent != 0;
}

/** Print a JSON object: microseconds of every packet, and how many never came. */
void latency_report(const struct latency *latency, uint64_t hz);

#endif
