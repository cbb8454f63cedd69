/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The steps of a flush on the packet path: prepare, pause, drain, link, publish, retire. Control
 * thread only, but for spp_dataplane_synchronize() (librte_vhost's thread).
 */
#include "dataplane.h"

#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "log.h"

#define POLL_US 20

static uint64_t
dataplane_deadline(void)
{
	return rte_rdtsc() + rte_get_tsc_hz() / 1000 * SPP_WAIT_MS;
}

static void
dataplane_wake_workers(struct spp_dataplane *dp)
{
	unsigned int i;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (i = 0; i < dp->inventory.nb_workers; i++)
		spp_rest_wake(dp->worker[i]->rest);
}

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

/* The lcore that has not reported a quiescent state since the token. */
static unsigned int
dataplane_late_lcore(const struct spp_dataplane *dp, uint64_t token)
{
	const struct rte_rcu_qsbr *qsbr = dp->wiring.qsbr;
	uint64_t seen;
	unsigned int i;

	for (i = 0; i < dp->inventory.nb_workers; i++) {
		seen = __atomic_load_n(&qsbr->qsbr_cnt[i].cnt, __ATOMIC_ACQUIRE);
		if (seen != 0 && seen < token)
			return dp->inventory.workers[i];
	}
	return dp->inventory.workers[0];
}

static int
dataplane_wait_quiescent(struct spp_dataplane *dp, uint64_t token, struct spp_error *err)
{
	uint64_t deadline = dataplane_deadline();

	while (rte_rcu_qsbr_check(dp->wiring.qsbr, token, false) == 0) {
		if (rte_rdtsc() > deadline)
			return spp_error(err, ETIMEDOUT,
					 "lcore %u does not answer within %u ms (stopped in a "
					 "debugger?)",
					 dataplane_late_lcore(dp, token), SPP_WAIT_MS);
		usleep(POLL_US);
	}
	return 0;
}

/* A guest's memory goes away when this returns: it waits as long as it takes. */
void
spp_dataplane_synchronize(void *arg)
{
	struct spp_dataplane *dp = arg;
	uint64_t token = rte_rcu_qsbr_start(dp->wiring.qsbr);
	struct spp_error err;

	if (dataplane_wait_quiescent(dp, token, &err) == 0)
		return;
	__atomic_store_n(&dp->inventory.degraded, true, __ATOMIC_RELAXED);
	spp_log(LOG_ERR, "degraded: a guest's memory cannot be let go: %s", err.text);
	while (rte_rcu_qsbr_check(dp->wiring.qsbr, token, false) == 0)
		usleep(POLL_US);
	__atomic_store_n(&dp->inventory.degraded, false, __ATOMIC_RELAXED);
	spp_log(LOG_NOTICE, "no longer degraded: the guest's memory is let go");
}

static const struct spp_inventory *
dataplane_inventory(void *ctx)
{
	struct spp_dataplane *dp = ctx;

	return &dp->inventory;
}

static int
dataplane_acquire(void *ctx, struct spp_port port, struct spp_error *err)
{
	struct spp_dataplane *dp = ctx;

	return spp_ports_acquire(&dp->ports, port, err);
}

static void
dataplane_release(void *ctx, struct spp_port port)
{
	struct spp_dataplane *dp = ctx;

	spp_ports_release(&dp->ports, port);
}

static struct spp_dp_port *
env_port(void *arg, struct spp_port port)
{
	struct spp_dataplane *dp = arg;

	return spp_ports_dp(&dp->ports, port);
}

static int
env_worker_of_lcore(void *arg, unsigned int lcore_id)
{
	return dataplane_worker_of_lcore(arg, lcore_id);
}

static bool
same_cpu(const struct spp_rest *a, const struct spp_rest *b)
{
	return a->cpu < 0 || b->cpu < 0 || a->cpu == b->cpu;
}

static bool
env_share_cpu(void *arg, unsigned int worker_a, unsigned int worker_b)
{
	struct spp_dataplane *dp = arg;

	return same_cpu(dp->worker[worker_a]->rest, dp->worker[worker_b]->rest);
}

static bool
env_shares_with_scheduler(void *arg, unsigned int worker)
{
	struct spp_dataplane *dp = arg;

	return same_cpu(dp->worker[worker]->rest, dp->env.scheduler);
}

static struct spp_snapshot *
dataplane_build(struct spp_dataplane *dp, const struct spp_model *model)
{
	struct spp_snapshot_env env = {
		.port = env_port,
		.worker_of_lcore = env_worker_of_lcore,
		.share_cpu = env_share_cpu,
		.shares_with_scheduler = env_shares_with_scheduler,
		.arg = dp,
	};

	return spp_snapshot_create(model, &env);
}

static int
dataplane_prepare(void *ctx, const struct spp_model *model, struct spp_error *err)
{
	struct spp_dataplane *dp = ctx;

	dp->prepared = dataplane_build(dp, model);
	return dp->prepared != NULL ? 0 : spp_error(err, ENOMEM, "no memory for the new wiring");
}

static void
dataplane_discard(void *ctx)
{
	struct spp_dataplane *dp = ctx;

	spp_snapshot_destroy(dp->prepared);
	dp->prepared = NULL;
}

static int
dataplane_pause(void *ctx, uint64_t queues, struct spp_error *err)
{
	struct spp_dataplane *dp = ctx;

	__atomic_store_n(&dp->wiring.paused, queues, __ATOMIC_RELEASE);
	dataplane_wake_workers(dp);
	return dataplane_wait_quiescent(dp, rte_rcu_qsbr_start(dp->wiring.qsbr), err);
}

static void
dataplane_resume(void *ctx)
{
	struct spp_dataplane *dp = ctx;

	__atomic_store_n(&dp->wiring.paused, 0, __ATOMIC_RELEASE);
	dataplane_wake_workers(dp);
}

/*
 * One flow that leads to one of the queues and has vectors in flight, or -1. Exact in one go: all
 * `done` are read before any `enq`, so nothing can have moved on unseen in between.
 */
static int
dataplane_in_flight(struct spp_dataplane *dp, uint64_t queues)
{
	uint64_t done[SPP_PORT_ID_MAX];
	uint8_t queue;
	int id;

	for (id = 0; id < SPP_PORT_ID_MAX; id++)
		done[id] = __atomic_load_n(&dp->env.flows[id].done_vectors, __ATOMIC_ACQUIRE);
	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		queue = dp->running->consumer[id];
		if (queue != SPP_QUEUE_NONE && (queues & (1ull << queue)) &&
		    __atomic_load_n(&dp->env.flows[id].enq_vectors, __ATOMIC_ACQUIRE) != done[id])
			return id;
	}
	return -1;
}

static int
dataplane_wait_done(struct spp_dataplane *dp, uint64_t queues, uint64_t deadline,
		    struct spp_error *err)
{
	char name[32];
	int flow;

	while ((flow = dataplane_in_flight(dp, queues)) >= 0) {
		if (rte_rdtsc() > deadline) {
			spp_port_text(spp_port_from_id((unsigned int)flow), name, sizeof(name));
			return spp_error(err, ETIMEDOUT,
					 "lcore %u did not finish the packets of %s within %u ms",
					 dp->linked[dp->running->consumer[flow]], name,
					 SPP_WAIT_MS);
		}
		usleep(POLL_US);
	}
	return 0;
}

/* Until the scheduler took all that the workers have enqueued so far. */
static int
dataplane_wait_scheduled(struct spp_dataplane *dp, uint64_t deadline, struct spp_error *err)
{
	uint32_t enqueued[SPP_WORKER_MAX];
	const struct rte_ring *ring;
	unsigned int i;

	for (i = 0; i < dp->inventory.nb_workers; i++)
		enqueued[i] = __atomic_load_n(&dp->worker[i]->rx->r.prod.tail, __ATOMIC_ACQUIRE);
	for (i = 0; i < dp->inventory.nb_workers; i++) {
		ring = &dp->worker[i]->rx->r;
		while ((int32_t)(__atomic_load_n(&ring->cons.tail, __ATOMIC_ACQUIRE) -
				 enqueued[i]) < 0) {
			if (rte_rdtsc() > deadline)
				return spp_error(err, ETIMEDOUT,
						 "the scheduler in spp_primary did not take the "
						 "events of lcore %u within %u ms",
						 dp->inventory.workers[i], SPP_WAIT_MS);
			spp_rest_wake(dp->env.scheduler);
			usleep(POLL_US);
		}
	}
	return 0;
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
	uint64_t deadline = dataplane_deadline();
	int ret = dataplane_wait_done(dp, queues, deadline, err);

	/* a worker enqueues before it ends its round */
	if (ret == 0)
		ret = dataplane_wait_quiescent(dp, rte_rcu_qsbr_start(dp->wiring.qsbr), err);
	if (ret == 0)
		ret = dataplane_wait_scheduled(dp, deadline, err);
	return ret;
}

static uint8_t
dataplane_ev_port(const struct spp_dataplane *dp, uint16_t lcore_id)
{
	return lcore_id == SPP_LCORE_PARKED ? (uint8_t)dp->inventory.nb_workers
					    : (uint8_t)dataplane_worker_of_lcore(dp, lcore_id);
}

static void dataplane_queue_sum(const struct spp_dataplane *dp, unsigned int queue,
				struct spp_component_stats *out);

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
		dataplane_queue_sum(dp, queue, &dp->queue_base[queue]);
	dp->linked[queue] = lcore_id;
	return 0;
}

static void
dataplane_publish(void *ctx)
{
	struct spp_dataplane *dp = ctx;

	dp->running->next_retired = dp->retiring;
	dp->retiring = dp->running;
	dp->running = dp->prepared;
	dp->prepared = NULL;
	__atomic_store_n(&dp->wiring.snapshot, dp->running, __ATOMIC_RELEASE);
	__atomic_store_n(&dp->wiring.paused, 0, __ATOMIC_RELEASE);
	dp->retire_token = rte_rcu_qsbr_start(dp->wiring.qsbr);
	dataplane_wake_workers(dp);
}

static int
dataplane_retire(void *ctx, struct spp_error *err)
{
	struct spp_dataplane *dp = ctx;
	struct spp_snapshot *next;
	int ret = dataplane_wait_quiescent(dp, dp->retire_token, err);

	if (ret < 0)
		return ret; /* freed with the next one */
	for (; dp->retiring != NULL; dp->retiring = next) {
		next = dp->retiring->next_retired;
		spp_snapshot_destroy(dp->retiring);
	}
	return 0;
}

static void
dataplane_port_stats(void *ctx, struct spp_port port, struct spp_port_stats *out)
{
	struct spp_dataplane *dp = ctx;
	const struct spp_port_counters *c;
	unsigned int w, d, id = spp_port_id(port);

	memset(out, 0, sizeof(*out));
	for (w = 0; w < dp->inventory.nb_workers; w++) {
		c = &dp->worker[w]->port[id];
		out->rx_packets += c->rx_packets;
		out->rx_bytes += c->rx_bytes;
		out->tx_packets += c->tx_packets;
		out->tx_bytes += c->tx_bytes;
		for (d = 0; d < SPP_DROP_NB; d++) {
			out->rx_drops[d] += c->rx_drops[d];
			out->tx_drops[d] += c->tx_drops[d];
		}
	}
	out->link_up = spp_ports_link_up(&dp->ports, port);
}

static void
dataplane_queue_sum(const struct spp_dataplane *dp, unsigned int queue,
		    struct spp_component_stats *out)
{
	const struct spp_queue_counters *c;
	unsigned int w, d;

	memset(out, 0, sizeof(*out));
	for (w = 0; w < dp->inventory.nb_workers; w++) {
		c = &dp->worker[w]->queue[queue];
		out->packets += c->packets;
		out->vectors += c->vectors;
		out->cycles += c->cycles;
		for (d = 0; d < SPP_DROP_NB; d++)
			out->drops[d] += c->drops[d];
	}
}

static void
dataplane_queue_stats(void *ctx, unsigned int queue, struct spp_component_stats *out)
{
	struct spp_dataplane *dp = ctx;
	const struct spp_component_stats *base = &dp->queue_base[queue];
	unsigned int d;

	dataplane_queue_sum(dp, queue, out);
	out->packets -= base->packets;
	out->vectors -= base->vectors;
	out->cycles -= base->cycles;
	for (d = 0; d < SPP_DROP_NB; d++)
		out->drops[d] -= base->drops[d];
}

static void
dataplane_drop_totals(void *ctx, uint64_t drops[SPP_DROP_NB])
{
	struct spp_dataplane *dp = ctx;
	const struct spp_worker *worker;
	unsigned int w, i, d;

	memset(drops, 0, SPP_DROP_NB * sizeof(drops[0]));
	for (w = 0; w < dp->inventory.nb_workers; w++) {
		worker = dp->worker[w];
		for (d = 0; d < SPP_DROP_NB; d++) {
			for (i = 0; i < SPP_COMPONENT_MAX; i++)
				drops[d] += worker->queue[i].drops[d];
			for (i = 0; i < SPP_PORT_ID_MAX; i++)
				drops[d] +=
					worker->port[i].rx_drops[d] + worker->port[i].tx_drops[d];
		}
	}
}

static void
dataplane_lcore_stats(void *ctx, uint16_t lcore_id, struct spp_lcore_stats *out)
{
	struct spp_dataplane *dp = ctx;
	int w = dataplane_worker_of_lcore(dp, lcore_id);

	memset(out, 0, sizeof(*out));
	out->lcore_id = lcore_id;
	if (w < 0)
		return;
	out->busy_cycles = dp->worker[w]->busy_cycles;
	out->idle_cycles = dp->worker[w]->idle_cycles;
	out->asleep_cycles = dp->worker[w]->asleep_cycles;
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
	.pause = dataplane_pause,
	.resume = dataplane_resume,
	.drain = dataplane_drain,
	.link = dataplane_link,
	.publish = dataplane_publish,
	.retire = dataplane_retire,
	.port_stats = dataplane_port_stats,
	.queue_stats = dataplane_queue_stats,
	.drop_totals = dataplane_drop_totals,
	.lcore_stats = dataplane_lcore_stats,
	.now_us = dataplane_now_us,
	.tsc_hz = dataplane_tsc_hz,
};
