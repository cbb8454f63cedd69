/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prepare, pause, drain, link, publish, retire. See steps.h.
 */
#include "vf/steps.h"

#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "common/log.h"
#include "vf/capture.h"
#include "vf/counters.h"
#include "vf/homecoming.h"
#include "vf/taps.h"
#include "vf/wait.h"

#define HOME_POLL_US 20

static int
dataplane_worker_of_lcore(const struct spp_dataplane *dp, unsigned int lcore_id)
{
	unsigned int i;

	for (i = 0; i < dp->inventory.nb_workers; i++) {
		if (dp->inventory.workers[i] == lcore_id)
			return (int)i;
	}
	return -1;
}

static const struct spp_inventory *
dataplane_inventory(void *ctx)
{
	struct spp_dataplane *dp = ctx;

	return &dp->inventory;
}

/* No worker uses them any more. */
static void
dataplane_free_retired(struct spp_dataplane *dp)
{
	struct spp_snapshot *next;

	for (; dp->retiring != NULL; dp->retiring = next) {
		next = dp->retiring->next_retired;
		spp_snapshot_destroy(dp->retiring);
	}
	dp->inventory.retiring = false;
	spp_ports_settle(&dp->ports, false);
}

static int
dataplane_retire(void *ctx, struct spp_error *err)
{
	struct spp_dataplane *dp = ctx;
	int ret = spp_dataplane_wait_quiescent(dp, SPP_WORKERS_ALL, dp->retire_token, err);

	if (ret == 0)
		dataplane_free_retired(dp);
	else
		dp->inventory.retiring =
			true; /* spp_dataplane_settle() does it, or the next flush */
	return ret;
}

/* Who writes to rings between VFs is told whose turn it may have to wait for. */
static void
tell_readers(struct spp_dataplane *dp, const struct spp_snapshot *next)
{
	const struct spp_worker_sources *sources;
	unsigned int i;
	uint16_t s;

	for (i = 0; i < SPP_WORKER_MAX; i++) {
		sources = &next->worker[i];
		for (s = 0; s < sources->nb; s++)
			spp_ring_ports_read_by(&dp->ports.rings, sources->source[s].dp,
					       dp->worker[i]->sleeper);
	}
}

/* The queues that are held wait on. */
static void
publish_one(struct spp_dataplane *dp, struct spp_snapshot *next)
{
	uint64_t queues = dp->wiring.paused;
	spp_worker_set set = spp_dataplane_newcomers(dp, next);

	tell_readers(dp, next);
	dp->nb_published++;
	dp->running->next_retired = dp->retiring;
	dp->retiring = dp->running;
	dp->running = next;
	/* in this order, each with release: who sees sources running sees this wiring (worker.h) */
	__atomic_store_n(&dp->wiring.snapshot, dp->running, __ATOMIC_RELEASE);
	__atomic_store_n(&dp->wiring.paused, dp->held, __ATOMIC_RELEASE);
	dp->retire_token = spp_dataplane_begin_grace(dp);
	spp_dataplane_wake(dp, set | spp_dataplane_pollers(dp, queues));
}

/* The wiring that was to be, with nothing left to wait for. */
static void
come_home(struct spp_dataplane *dp)
{
	struct spp_snapshot *next = dp->home;

	dp->home = NULL;
	dp->held = 0;
	publish_one(dp, next);
}

/* Rings that are hops in the running wiring, and in all that a worker may still use. */
static void
settle_rings(struct spp_dataplane *dp)
{
	struct spp_port ring = {.kind = SPP_PORT_RING};
	unsigned int i;

	for (i = 0; i < dp->ports.rings.share->nb_rings; i++) {
		ring.index = (uint16_t)i;
		if (dp->running->rx_ops[spp_port_id(ring)].hop)
			spp_ring_ports_home(&dp->ports.rings, i);
	}
}

void
spp_dataplane_settle(struct spp_dataplane *dp)
{
	if (dp->home != NULL && spp_homecoming_is_over(dp))
		come_home(dp);
	if (dp->retiring == NULL)
		spp_ports_settle(&dp->ports, false);
	else if (spp_dataplane_is_quiescent(dp, dp->retire_token))
		dataplane_free_retired(dp);
	else
		spp_ports_settle(&dp->ports, true);
	if (dp->home == NULL && dp->retiring == NULL)
		settle_rings(dp);
}

static int
dataplane_acquire(void *ctx, struct spp_port port, struct spp_error *err)
{
	struct spp_dataplane *dp = ctx;
	int ret = 0;

	/* two workers must not have it */
	if (spp_ports_is_late(&dp->ports, port))
		ret = dataplane_retire(dp, err);
	return ret < 0 ? ret : spp_ports_acquire(&dp->ports, port, err);
}

static void
dataplane_release(void *ctx, struct spp_port port)
{
	struct spp_dataplane *dp = ctx;

	spp_ports_release(&dp->ports, port, dp->retiring != NULL);
}

static struct spp_dp_port *
env_port(void *arg, struct spp_port port)
{
	struct spp_dataplane *dp = arg;

	return spp_ports_dp(&dp->ports, port);
}

static struct spp_dp_port *
env_announcer(void *arg, struct spp_port uplink)
{
	struct spp_dataplane *dp = arg;

	return spp_ports_announcer(&dp->ports, uplink);
}

static uint32_t
env_nics(void *arg, struct spp_port uplink)
{
	struct spp_dataplane *dp = arg;

	return spp_ports_nics(&dp->ports, uplink);
}

static int
env_worker_of_lcore(void *arg, unsigned int lcore_id)
{
	return dataplane_worker_of_lcore(arg, lcore_id);
}

static bool
same_cpu(const struct spp_sleeper *a, const struct spp_sleeper *b)
{
	return a->cpu < 0 || b->cpu < 0 || a->cpu == b->cpu;
}

static bool
env_share_cpu(void *arg, unsigned int worker_a, unsigned int worker_b)
{
	struct spp_dataplane *dp = arg;

	return same_cpu(dp->worker[worker_a]->sleeper, dp->worker[worker_b]->sleeper);
}

static bool
env_shares_with_scheduler(void *arg, unsigned int worker)
{
	struct spp_dataplane *dp = arg;

	return same_cpu(dp->worker[worker]->sleeper, dp->env.scheduler);
}

static bool
env_tapped(void *arg, uint16_t port_id)
{
	return spp_taps_wanted(arg, port_id);
}

static struct spp_dp_port *
env_left_in_ring(void *arg, uint16_t ring)
{
	return spp_homecoming_source(arg, ring);
}

/* @param bridge with sources of what waits in rings that come home */
static struct spp_snapshot *
dataplane_build(struct spp_dataplane *dp, const struct spp_model *model,
		const struct spp_levels *levels, bool bridge)
{
	struct spp_snapshot_env env = {
		.port = env_port,
		.left_in_ring = bridge ? env_left_in_ring : NULL,
		.announcer = env_announcer,
		.nics = env_nics,
		.worker_of_lcore = env_worker_of_lcore,
		.share_cpu = env_share_cpu,
		.shares_with_scheduler = env_shares_with_scheduler,
		.tapped = env_tapped,
		.traced = dp->tracing != NULL,
		.arg = dp,
		.guest_filter = dp->inventory.guest_filter,
		.mirror = dp->inventory.mirror,
		.offloads = dp->inventory.trusted != 0,
	};

	return spp_snapshot_create(model, levels, &env);
}

static int
dataplane_prepare(void *ctx, const struct spp_model *model, const struct spp_levels *levels,
		  struct spp_error *err)
{
	struct spp_dataplane *dp = ctx;
	int ret = spp_ports_open(&dp->ports, err);

	if (ret < 0)
		return ret;
	spp_taps_refresh(dp);
	spp_counters_note(dp, model);
	dp->prepared = dataplane_build(dp, model, levels, false);
	if (dp->prepared == NULL)
		return spp_error(err, ENOMEM, "no memory for the new wiring");
	if (!spp_homecoming_any(dp, model))
		return 0;
	dp->bridge = dataplane_build(dp, model, levels, true);
	if (dp->bridge != NULL)
		return 0;
	spp_snapshot_destroy(dp->prepared);
	dp->prepared = NULL;
	return spp_error(err, ENOMEM, "no memory for the new wiring");
}

static void
dataplane_discard(void *ctx)
{
	struct spp_dataplane *dp = ctx;

	spp_snapshot_destroy(dp->prepared);
	spp_snapshot_destroy(dp->bridge);
	dp->prepared = dp->bridge = NULL;
}

static uint64_t
dataplane_more_pause(void *ctx)
{
	const struct spp_dataplane *dp = ctx;

	return dp->bridge != NULL ? spp_homecoming_pause(dp, dp->bridge) : 0;
}

/*
 * Workers that sleep see the mask when they wake. Nobody is woken for it: one that sleeps without
 * these sources paused is woken by a packet, finds them paused, and sleeps again.
 */
static int
dataplane_pause(void *ctx, uint64_t queues, struct spp_error *err)
{
	struct spp_dataplane *dp = ctx;
	/* a worker that still uses an older wiring may poll what the running one gave to others;
	 * and one that is new in a bridge must not poll for it unpaused */
	spp_worker_set set = dp->retiring != NULL || dp->bridge != NULL
				     ? SPP_WORKERS_ALL
				     : spp_dataplane_pollers(dp, queues);

	__atomic_store_n(&dp->wiring.paused, queues | dp->held, __ATOMIC_RELEASE);
	return spp_dataplane_wait_quiescent(dp, set, spp_dataplane_begin_grace(dp), err);
}

static void
dataplane_resume(void *ctx)
{
	struct spp_dataplane *dp = ctx;
	uint64_t queues = dp->wiring.paused;

	__atomic_store_n(&dp->wiring.paused, dp->held, __ATOMIC_RELEASE);
	spp_dataplane_wake(dp, spp_dataplane_pollers(dp, queues));
}

/*
 * A vector counts as done while what it led to, and its release, may still be with its worker or
 * on the way to the scheduler. The scheduler reads worker by worker: what another worker enqueues
 * after the change could overtake that, and a flow not yet released would go to the old worker.
 */
static int
dataplane_drain(void *ctx, uint64_t queues, struct spp_error *err)
{
	struct spp_dataplane *dp = ctx;
	spp_worker_set set =
		dp->retiring != NULL ? SPP_WORKERS_ALL : spp_dataplane_owners(dp, queues);
	uint64_t deadline = spp_dataplane_deadline();
	int ret = spp_dataplane_wait_done(dp, queues, deadline, err);

	/* a worker enqueues before it ends its round */
	if (ret == 0)
		ret = spp_dataplane_wait_quiescent(dp, set, spp_dataplane_begin_grace(dp), err);
	if (ret == 0)
		ret = spp_dataplane_wait_scheduled(dp, set, deadline, err);
	return ret;
}

static uint8_t
dataplane_ev_port(const struct spp_dataplane *dp, uint16_t lcore_id)
{
	return lcore_id == SPP_LCORE_PARKED ? (uint8_t)dp->inventory.nb_workers
					    : (uint8_t)dataplane_worker_of_lcore(dp, lcore_id);
}

static int
dataplane_link(void *ctx, unsigned int queue, uint16_t lcore_id, struct spp_error *err)
{
	struct spp_dataplane *dp = ctx;
	int ret = spp_evdev_relink(dp->env.dev_id, (uint8_t)queue,
				   dataplane_ev_port(dp, dp->linked[queue]),
				   dataplane_ev_port(dp, lcore_id));

	if (ret < 0)
		return spp_error(err, -ret, "event queue %u cannot be linked to event port %u",
				 queue, dataplane_ev_port(dp, lcore_id));
	if (dp->linked[queue] == SPP_LCORE_PARKED)
		spp_counters_queue_begin(dp, queue);
	dp->linked[queue] = lcore_id;
	return 0;
}

static void
dataplane_publish(void *ctx)
{
	struct spp_dataplane *dp = ctx;
	struct spp_snapshot *bridge = dp->bridge, *next = dp->prepared;
	uint64_t deadline = spp_dataplane_deadline();

	spp_ports_publish(&dp->ports);
	dp->prepared = dp->bridge = NULL;
	spp_snapshot_destroy(dp->home); /* of an earlier flush; this wiring has all of it */
	dp->home = next;
	if (bridge == NULL) {
		come_home(dp);
		return;
	}
	dp->held = spp_homecoming_senders(bridge);
	publish_one(dp, bridge);
	while (!spp_homecoming_is_over(dp)) {
		if (rte_rdtsc() > deadline) {
			spp_log(LOG_WARNING,
				"what waits in a ring that has come home is not taken within %u "
				"ms: who sends to it waits for that",
				SPP_WAIT_MS);
			return;
		}
		usleep(HOME_POLL_US);
	}
	come_home(dp);
}

static unsigned int
dataplane_captures(void *ctx, struct spp_capture_info out[SPP_CAPTURE_MAX])
{
	const struct spp_dataplane *dp = ctx;

	return spp_captures_show(dp->captures, out);
}

static uint64_t
dataplane_now_us(void *ctx)
{
	RTE_SET_USED(ctx);
	return rte_rdtsc() / (rte_get_tsc_hz() / 1000000);
}

static uint64_t
dataplane_tsc_hz(void *ctx)
{
	RTE_SET_USED(ctx);
	return rte_get_tsc_hz();
}

const struct spp_dataplane_ops spp_dataplane_ops = {
	.inventory = dataplane_inventory,
	.acquire = dataplane_acquire,
	.release = dataplane_release,
	.prepare = dataplane_prepare,
	.discard = dataplane_discard,
	.more_pause = dataplane_more_pause,
	.pause = dataplane_pause,
	.resume = dataplane_resume,
	.drain = dataplane_drain,
	.link = dataplane_link,
	.publish = dataplane_publish,
	.retire = dataplane_retire,
	.port_stats = spp_counters_port,
	.latency = spp_counters_latency,
	.queue_stats = spp_counters_queue,
	.drop_totals = spp_counters_drops,
	.lcore_stats = spp_counters_lcore,
	.clear = spp_counters_clear,
	.clear_port = spp_counters_clear_port,
	.captures = dataplane_captures,
	.now_us = dataplane_now_us,
	.tsc_hz = dataplane_tsc_hz,
};
