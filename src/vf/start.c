/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start and end of the packet path. See start.h.
 */
#include "vf/start.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "common/log.h"
#include "common/mark.h"
#include "packet/backlog.h"
#include "packet/loop.h"
#include "vf/taps.h"

#define POLL_US  100
#define START_MS 5000

/* Private, cache line aligned, zeroed; never freed: it lives as long as the process. */
static void *
dataplane_alloc(size_t size)
{
	void *memory;

	if (posix_memalign(&memory, RTE_CACHE_LINE_SIZE, size) != 0)
		return NULL;
	return memset(memory, 0, size);
}

/* As above, but what is not used takes no memory: of all ports that could be sent to few are. */
static void *
dataplane_map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory != MAP_FAILED ? memory : NULL;
}

static int
dataplane_init_workers(struct spp_dataplane *dp)
{
	struct spp_worker *w;
	unsigned int i;

	for (i = 0; i < dp->inventory.nb_workers; i++) {
		w = dataplane_alloc(sizeof(*w));
		if (w == NULL)
			return -ENOMEM;
		w->env = &dp->env;
		w->index = (uint8_t)i;
		w->lcore_id = dp->inventory.workers[i];
		w->sleeper = &dp->env.slot->worker[i];
		if (spp_evdev_port(dp->env.dev_id, i, &w->evport) < 0)
			return -ENODEV;
		dp->worker[i] = w;
	}
	return 0;
}

static void
dataplane_init_inventory(struct spp_dataplane *dp, const struct spp_dataplane_config *config)
{
	struct spp_inventory *inventory = &dp->inventory;
	unsigned int lcore_id;

	inventory->process_id = config->process_id;
	inventory->mirror = config->mirror;
	inventory->main_lcore = rte_get_main_lcore();
	inventory->nb_queues = config->nb_queues;
	inventory->guest_filter = config->guest_filter;
	inventory->trusted = config->trusted;
	inventory->vhost_path = config->vhost_path;
	if (config->uplink != NULL)
		memcpy(inventory->uplink, config->uplink, sizeof(inventory->uplink));
	RTE_LCORE_FOREACH_WORKER (lcore_id)
		inventory->workers[inventory->nb_workers++] = (uint16_t)lcore_id;
}

int
spp_dataplane_init(struct spp_dataplane *dp, const struct spp_dataplane_config *config,
		   struct spp_error *err)
{
	static struct spp_model empty;
	const struct spp_snapshot_env nothing = {0};
	struct spp_share *share = config->share;
	struct spp_worker_env *env = &dp->env;
	unsigned int i;
	int ret;

	memset(dp, 0, sizeof(*dp));
	dataplane_init_inventory(dp, config);
	for (i = 0; i < SPP_COMPONENT_MAX; i++)
		dp->linked[i] = SPP_LCORE_PARKED;
	env->wiring = &dp->wiring;
	env->share = share;
	env->slot = &share->slot[config->slot];
	env->scheduler = &share->scheduler[env->slot->scheduler];
	env->vectors = config->vectors;
	env->dev_id = config->dev_id;
	env->direct = config->direct;
	env->idle_us = config->idle_us;
	env->in_flight = dataplane_alloc(SPP_PORT_ID_MAX * sizeof(env->in_flight[0]));
	env->backlog = dataplane_map(SPP_PORT_ID_MAX * sizeof(env->backlog[0]));
	env->taps = dataplane_alloc(SPP_PORT_ID_MAX * sizeof(env->taps[0]));
	dp->wiring.qsbr = dataplane_alloc(rte_rcu_qsbr_get_memsize(SPP_WORKER_MAX));
	dp->running = spp_snapshot_create(&empty, NULL, &nothing);
	if (env->in_flight == NULL || env->backlog == NULL || env->taps == NULL ||
	    dp->wiring.qsbr == NULL || dp->running == NULL)
		return spp_error(err, ENOMEM, "no memory for the packet path");
	rte_rcu_qsbr_init(dp->wiring.qsbr, SPP_WORKER_MAX);
	dp->wiring.snapshot = dp->running;
	spp_taps_init(dp);
	(void)spp_mark_init(); /* whoever wants to trace is told */
	ret = dataplane_init_workers(dp);
	if (ret < 0)
		return spp_error(err, -ret, "workers cannot be made: %s", rte_strerror(-ret));
	return 0;
}

/* Until every worker runs: only then is its CPU known. */
static int
dataplane_wait_workers(struct spp_dataplane *dp, struct spp_error *err)
{
	uint64_t deadline = rte_rdtsc() + rte_get_tsc_hz() / 1000 * START_MS;
	unsigned int i;

	for (i = 0; i < dp->inventory.nb_workers; i++) {
		while (!__atomic_load_n(&dp->worker[i]->running, __ATOMIC_ACQUIRE)) {
			if (rte_rdtsc() > deadline)
				return spp_error(err, ETIMEDOUT, "worker lcore %u does not start",
						 dp->inventory.workers[i]);
			usleep(POLL_US);
		}
	}
	return 0;
}

/* They work, but take turns: say so once. */
static void
dataplane_warn_shared_cpu(const struct spp_dataplane *dp)
{
	const struct spp_sleeper *a, *b;
	unsigned int i, j;

	for (i = 0; i < dp->inventory.nb_workers; i++) {
		a = dp->worker[i]->sleeper;
		for (j = i + 1; j < dp->inventory.nb_workers && a->cpu >= 0; j++) {
			b = dp->worker[j]->sleeper;
			if (a->cpu != b->cpu)
				continue;
			spp_log(LOG_WARNING,
				"worker lcores %u and %u (and maybe more) share CPU %d: they take "
				"turns; one CPU for each is faster",
				dp->inventory.workers[i], dp->inventory.workers[j], a->cpu);
			return;
		}
	}
}

int
spp_dataplane_start(struct spp_dataplane *dp, const struct spp_ports_config *ports,
		    struct spp_error *err)
{
	unsigned int i;
	int ret;

	for (i = 0; i < dp->inventory.nb_workers; i++) {
		ret = rte_eal_remote_launch(spp_worker_main, dp->worker[i],
					    dp->inventory.workers[i]);
		if (ret < 0)
			return spp_error(err, -ret, "worker lcore %u cannot be started: %s",
					 dp->inventory.workers[i], rte_strerror(-ret));
	}
	ret = dataplane_wait_workers(dp, err);
	if (ret < 0)
		return ret;
	dataplane_warn_shared_cpu(dp);
	return spp_ports_init(&dp->ports, ports, &dp->inventory, err);
}

int
spp_dataplane_stop(struct spp_dataplane *dp, struct spp_error *err)
{
	uint64_t deadline = rte_rdtsc() + rte_get_tsc_hz() / 1000 * START_MS;
	unsigned int i;

	__atomic_store_n(&dp->wiring.stop, true, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* sleeper.h: else one may sleep on */
	for (i = 0; i < dp->inventory.nb_workers; i++) {
		while (dp->worker[i] != NULL &&
		       __atomic_load_n(&dp->worker[i]->running, __ATOMIC_ACQUIRE)) {
			spp_sleeper_wake(dp->worker[i]->sleeper);
			if (rte_rdtsc() > deadline)
				return spp_error(err, ETIMEDOUT, "worker lcore %u does not stop",
						 dp->inventory.workers[i]);
			usleep(POLL_US);
		}
	}
	spp_ports_fini(&dp->ports);
	return 0;
}
