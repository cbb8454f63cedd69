/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How long single packets take, see latency.h.
 */
#include "latency.h"

#include <stdio.h>

void
latency_reset(struct latency *latency)
{
	latency->sent = 0;
	latency->nb = latency->nb_lost = 0;
}

void
latency_sent(struct latency *latency, uint64_t before)
{
	latency->nb_lost += latency->sent != 0;
	latency->sent = before;
}

void
latency_received(struct latency *latency, uint64_t now)
{
	if (latency->sent == 0)
		return;
	if (latency->nb < LATENCY_SAMPLE_MAX)
		latency->cycles[latency->nb++] = now - latency->sent;
	latency->sent = 0;
}

void
latency_report(const struct latency *latency, uint64_t hz)
{
	unsigned int i;

	printf("{\"lost\": %u, \"us\": [", latency->nb_lost + (latency->sent != 0));
	for (i = 0; i < latency->nb; i++)
		printf("%s%.1f", i == 0 ? "" : ", ", (double)latency->cycles[i] * 1e6 / hz);
	printf("]}");
}
