/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See ring_ports.h.
 */
#include "vf/ring_ports.h"

#include <stdlib.h>

#include <rte_cycles.h>

#include "spp/port_text.h"

#include "common/ring_areas.h"
#include "common/ring_claims.h"

/* The time slices of a few others on its CPU. A reader that hangs keeps its writer waiting for no
 * longer than this, once; a crazy one for this each time it has read all but a quarter. */
#define PATIENCE_US 10000

/* What a sleeper is called in another process: its slot and worker, so counted that it is never 0.
 * Worker. */
static uint64_t
sleeper_name(void *arg, void *sleeper)
{
	const struct spp_ring_ports *rings = arg;
	const struct spp_sleeper *first = rings->share->slot[rings->slot].worker;

	return (uint64_t)rings->slot * SPP_WORKER_MAX +
	       (uint64_t)((const struct spp_sleeper *)sleeper - first) + 1;
}

/* The name may be anything: at worst somebody wakes for nothing. Worker. */
static void
sleeper_wake(void *arg, uint64_t name)
{
	struct spp_ring_ports *rings = arg;

	if (name == 0 || name > (uint64_t)SPP_VF_MAX * SPP_WORKER_MAX)
		return;
	name--;
	spp_sleeper_wake(&rings->share->slot[name / SPP_WORKER_MAX].worker[name % SPP_WORKER_MAX]);
}

/* Likewise: at worst our worker waits for its turn a moment without need. Worker. */
static bool
sleeper_on_cpu(void *arg, uint64_t name, int32_t cpu)
{
	struct spp_ring_ports *rings = arg;

	if (name == 0 || name > (uint64_t)SPP_VF_MAX * SPP_WORKER_MAX || cpu < 0)
		return false;
	name--;
	return rings->share->slot[name / SPP_WORKER_MAX].worker[name % SPP_WORKER_MAX].cpu == cpu;
}

static struct spp_ring_end *
end_create(struct spp_ring_ports *rings, struct spp_port port)
{
	const struct spp_shared_ring_env env = {
		.pool = rings->mbufs,
		.frame_max = rings->frame_max,
		.wake = sleeper_wake,
		.name = sleeper_name,
		.on_cpu = sleeper_on_cpu,
		.patience = rte_get_tsc_hz() / 1000000 * PATIENCE_US,
		.arg = rings,
	};
	struct spp_ring_end *end = aligned_alloc(RTE_CACHE_LINE_SIZE,
						 RTE_ALIGN_CEIL(sizeof(*end), RTE_CACHE_LINE_SIZE));
	struct spp_dp_port *inner;

	if (end == NULL)
		return NULL;
	inner = port.queue == SPP_RING_RX ? spp_shared_ring_reader(NULL, &env)
					  : spp_shared_ring_writer(NULL, &env);
	if (inner == NULL) {
		free(end);
		return NULL;
	}
	spp_ring_end_init(end, rings->share, port.index, inner);
	return end;
}

int
spp_ring_ports_open(struct spp_ring_ports *rings, struct spp_port port, struct spp_error *err)
{
	struct spp_ring_end **end = &rings->end[port.index][port.queue];

	if (rings->share->nb_shared_rings == 0) /* there are no rings to other VFs */
		return 0;
	if (*end == NULL)
		*end = end_create(rings, port);
	return *end != NULL ? 0
			    : spp_error(err, ENOMEM,
					"ring%u: its end cannot be made: no memory, or no place "
					"in mbufs for the count of hops",
					port.index);
}

void
spp_ring_ports_begin(struct spp_ring_ports *rings, struct spp_port port)
{
	struct spp_ring_end *end = rings->end[port.index][port.queue];

	if (end != NULL)
		spp_ring_end_look(end);
}

void
spp_ring_ports_read_by(struct spp_ring_ports *rings, const struct spp_dp_port *dp, void *sleeper)
{
	struct spp_ring_end *end;
	unsigned int i;

	for (i = 0; i < rings->share->nb_rings; i++) {
		end = rings->end[i][SPP_RING_RX];
		if (end != NULL && &end->dp == dp)
			spp_ring_end_read_by(end, sleeper);
	}
}

void
spp_ring_ports_close(struct spp_ring_ports *rings, struct spp_port port)
{
	struct spp_ring_end *end = rings->end[port.index][port.queue];

	if (end != NULL)
		spp_ring_end_close(end);
}

void
spp_ring_ports_fini(struct spp_ring_ports *rings)
{
	struct spp_ring_end *end;
	unsigned int i, e;

	for (i = 0; i < SPP_RING_MAX; i++) {
		for (e = 0; e < SPP_RING_ENDS; e++) {
			end = rings->end[i][e];
			if (end != NULL && end->attached)
				spp_shared_ring_close(end->inner);
			rings->end[i][e] = NULL;
		}
	}
}

struct spp_dp_port *
spp_ring_ports_dp(const struct spp_ring_ports *rings, struct spp_port port)
{
	struct spp_ring_end *end = rings->end[port.index][port.queue];

	return end != NULL ? &end->dp : NULL;
}

bool
spp_ring_ports_has_area(const struct spp_ring_ports *rings, unsigned int ring)
{
	return spp_ring_area_of(rings->share, ring) >= 0;
}

bool
spp_ring_ports_is_left(const struct spp_ring_ports *rings, struct spp_port end)
{
	int area = spp_ring_area_of(rings->share, end.index);
	const struct spp_shared_ring *ring;

	if (area < 0)
		return false;
	ring = spp_ring_area((unsigned int)area);
	return end.queue == SPP_RING_RX ? !spp_shared_ring_has_reader(ring)
					: !spp_shared_ring_has_writer(ring);
}

uint32_t
spp_ring_ports_waiting(const struct spp_ring_ports *rings, unsigned int ring)
{
	int area = spp_ring_area_of(rings->share, ring);

	return area < 0 ? 0 : spp_shared_ring_waiting(spp_ring_area((unsigned int)area));
}

void
spp_ring_ports_home(struct spp_ring_ports *rings, unsigned int ring)
{
	struct spp_port port = {.kind = SPP_PORT_RING, .index = (uint16_t)ring};

	if (!spp_ring_is_home(rings->share, ring, rings->slot) ||
	    !spp_ring_ports_has_area(rings, ring) || spp_ring_ports_waiting(rings, ring) > 0)
		return;
	for (port.queue = 0; port.queue < SPP_RING_ENDS; port.queue++)
		spp_ring_ports_close(rings, port);
	spp_ring_home(rings->share, ring, rings->slot);
}
