/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a snapshot is made of in unit tests: a model, and ports that are addresses only; lcore n is
 * worker n - 1.
 */
#ifndef SNAPSHOT_WIRING_H
#define SNAPSHOT_WIRING_H

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "build_model.h"
#include "packet/snapshot.h"

#define OWN_CPU    64
#define SHARED_CPU 24

static struct spp_model model;
static struct spp_dp_port ports[SPP_END_MAX];
static bool all_share_cpu, scheduler_shares_cpu;

static inline struct spp_dp_port *
port_of(void *arg, struct spp_port port)
{
	return port.kind == SPP_PORT_RING ? NULL : &ports[spp_port_id(port)];
}

static struct spp_dp_port announcer;

static inline struct spp_dp_port *
announcer_of(void *arg, struct spp_port uplink)
{
	assert_int_equal(uplink.kind, SPP_PORT_UPLINK);
	return &announcer;
}

static inline uint32_t
nics_of(void *arg, struct spp_port uplink)
{
	return 3u << uplink.index;
}

static inline int
worker_of_lcore(void *arg, unsigned int lcore_id)
{
	return (int)lcore_id - 1;
}

static inline bool
share_cpu(void *arg, unsigned int worker_a, unsigned int worker_b)
{
	return all_share_cpu;
}

static inline bool
shares_with_scheduler(void *arg, unsigned int worker)
{
	return scheduler_shares_cpu;
}

static const struct spp_snapshot_env env = {
	.port = port_of,
	.announcer = announcer_of,
	.nics = nics_of,
	.worker_of_lcore = worker_of_lcore,
	.share_cpu = share_cpu,
	.shares_with_scheduler = shares_with_scheduler,
};

static inline int
set_up(void **state)
{
	memset(&model, 0, sizeof(model));
	all_share_cpu = scheduler_shares_cpu = false;
	return 0;
}

/* A component on the queue after the last one. */
static inline void
wire(const char *text)
{
	add(&model, text);
	model.components[model.nb_components - 1].queue = (uint8_t)(model.nb_components - 1);
}

static inline unsigned int
nic(unsigned int index)
{
	return index;
}

static inline unsigned int
vhost(unsigned int index)
{
	return SPP_NIC_MAX + index;
}

static inline unsigned int
ring(unsigned int index)
{
	return SPP_END_MAX + index;
}

/* How many ports count against the budget of the queue's sources. */
static inline unsigned int
nb_counted(const struct spp_snapshot *snap, unsigned int queue)
{
	const struct spp_budget *budget = &snap->hop[queue].budget;
	unsigned int p, nb = 0;

	for (p = 0; p < budget->nb_parts; p++)
		nb += budget->part[p].nb_ports;
	return nb;
}

/* The port is one of them. */
static inline bool
counts(const struct spp_snapshot *snap, unsigned int queue, unsigned int port)
{
	unsigned int i, nb = nb_counted(snap, queue);

	for (i = 0; i < nb; i++) {
		if (snap->hop[queue].budget.port_id[i] == port)
			return true;
	}
	return false;
}

#define CASE(f) cmocka_unit_test_setup(f, set_up)

/* Who sends by an uplink polls what it has to announce; who receives from it, both NICs. */

#endif
