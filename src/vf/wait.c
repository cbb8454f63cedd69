/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The waits of a flush. Each has a deadline, and names the lcore that did not answer. See wait.h.
 */
#include "vf/wait.h"

#include <unistd.h>

#include <rte_cycles.h>

#include "spp/port_text.h"

#include "common/log.h"
#include "packet/backlog.h"

#define POLL_US 20

uint64_t
spp_dataplane_deadline(void)
{
	return rte_rdtsc() + rte_get_tsc_hz() / 1000 * SPP_WAIT_MS;
}

/*
 * A worker goes online by a store, a full fence, and then loads what was published; we publish, and
 * then load whether it is online. Only with a full fence here, too, either we see it online or it
 * sees what was published. rte_rcu_qsbr_start() has none: on arm64 with RCpc instructions the load
 * may be done before the stores are seen.
 */
uint64_t
spp_dataplane_begin_grace(const struct spp_dataplane *dp)
{
	uint64_t token = rte_rcu_qsbr_start(dp->wiring.qsbr);

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return token;
}

spp_worker_set
spp_dataplane_pollers(const struct spp_dataplane *dp, uint64_t queues)
{
	const struct spp_worker_sources *sources;
	spp_worker_set set = 0;
	unsigned int w, i;

	for (w = 0; w < dp->inventory.nb_workers; w++) {
		sources = &dp->running->worker[w];
		for (i = 0; i < sources->nb; i++) {
			if (queues & (1ull << sources->source[i].queue))
				set |= 1ull << w;
		}
	}
	return set;
}

spp_worker_set
spp_dataplane_owners(const struct spp_dataplane *dp, uint64_t queues)
{
	spp_worker_set set = 0;

	for (; queues != 0; queues &= queues - 1)
		set |= 1ull << dp->running->hop[__builtin_ctzll(queues)].worker;
	return set;
}

static bool
same_sources(const struct spp_worker_sources *a, const struct spp_worker_sources *b)
{
	unsigned int i;

	if (a->nb != b->nb)
		return false;
	for (i = 0; i < a->nb; i++) {
		if (a->source[i].dp != b->source[i].dp || a->source[i].queue != b->source[i].queue)
			return false;
	}
	return true;
}

spp_worker_set
spp_dataplane_newcomers(const struct spp_dataplane *dp, const struct spp_snapshot *next)
{
	spp_worker_set set = 0;
	unsigned int w;

	for (w = 0; w < dp->inventory.nb_workers; w++) {
		if (!same_sources(&dp->running->worker[w], &next->worker[w]))
			set |= 1ull << w;
	}
	return set;
}

void
spp_dataplane_wake(struct spp_dataplane *dp, spp_worker_set set)
{
	unsigned int i;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (i = 0; i < dp->inventory.nb_workers; i++) {
		if (set & (1ull << i))
			spp_sleeper_wake(dp->worker[i]->sleeper);
	}
}

/* One of the set that has not reported a quiescent state since the token, or -1. (Of
 * rte_rcu_qsbr_check() there is no form for some threads only.) */
static int
dataplane_late_worker(const struct spp_dataplane *dp, spp_worker_set set, uint64_t token)
{
	const struct rte_rcu_qsbr *qsbr = dp->wiring.qsbr;
	uint64_t seen;
	unsigned int i;

	for (i = 0; i < dp->inventory.nb_workers; i++) {
		if (!(set & (1ull << i)))
			continue;
		/* acquire: what it did before is over, also its last look at what goes now */
		seen = __atomic_load_n(&qsbr->qsbr_cnt[i].cnt, __ATOMIC_ACQUIRE);
		if (seen != __RTE_QSBR_CNT_THR_OFFLINE && seen < token)
			return (int)i;
	}
	return -1;
}

int
spp_dataplane_wait_quiescent(struct spp_dataplane *dp, spp_worker_set set, uint64_t token,
			     struct spp_error *err)
{
	uint64_t deadline = spp_dataplane_deadline();
	int late;

	while ((late = dataplane_late_worker(dp, set, token)) >= 0) {
		if (rte_rdtsc() > deadline)
			return spp_error(err, ETIMEDOUT,
					 "lcore %u does not answer within %u ms (stopped in a "
					 "debugger?)",
					 dp->inventory.workers[late], SPP_WAIT_MS);
		usleep(POLL_US);
	}
	return 0;
}

bool
spp_dataplane_is_quiescent(const struct spp_dataplane *dp, uint64_t token)
{
	return dataplane_late_worker(dp, SPP_WORKERS_ALL, token) < 0;
}

/* A guest's memory goes away when this returns: it waits as long as it takes. */
void
spp_dataplane_synchronize(void *arg)
{
	struct spp_dataplane *dp = arg;
	uint64_t token = spp_dataplane_begin_grace(dp);
	struct spp_error err;

	if (spp_dataplane_wait_quiescent(dp, SPP_WORKERS_ALL, token, &err) == 0)
		return;
	__atomic_store_n(&dp->inventory.degraded, true, __ATOMIC_RELAXED);
	spp_log(LOG_ERR, "degraded: a guest's memory cannot be let go: %s", err.text);
	while (dataplane_late_worker(dp, SPP_WORKERS_ALL, token) >= 0)
		usleep(POLL_US);
	__atomic_store_n(&dp->inventory.degraded, false, __ATOMIC_RELAXED);
	spp_log(LOG_NOTICE, "no longer degraded: the guest's memory is let go");
}

/*
 * One port that leads to one of the queues and has vectors in flight, or -1. Exact in one go: all
 * `done` are read before any `enq`, so nothing can have moved on unseen in between. (By acquire
 * loads, which later loads do not pass; a consumer stores `done` with release order, after the
 * `enq` of what the vector led to.)
 */
static int
dataplane_in_flight(struct spp_dataplane *dp, uint64_t queues)
{
	uint64_t done[SPP_PORT_ID_MAX];
	uint8_t queue;
	int id;

	for (id = 0; id < SPP_PORT_ID_MAX; id++)
		done[id] = __atomic_load_n(&dp->env.in_flight[id].done_vectors, __ATOMIC_ACQUIRE);
	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		queue = dp->running->consumer[id];
		if (queue != SPP_QUEUE_NONE && (queues & (1ull << queue)) &&
		    __atomic_load_n(&dp->env.in_flight[id].enq_vectors, __ATOMIC_ACQUIRE) !=
			    done[id])
			return id;
	}
	return -1;
}

/* A port of one of these components at which packets wait, or -1. Their component sends it no more:
 * nothing is in flight to it. */
static int
dataplane_backlog(struct spp_dataplane *dp, uint64_t queues)
{
	const struct spp_hop *hop;
	unsigned int t;

	for (; queues != 0; queues &= queues - 1) {
		hop = &dp->running->hop[__builtin_ctzll(queues)];
		for (t = 0; t < hop->nb_tx; t++) {
			if (hop->tx[t].dp != NULL &&
			    spp_backlog_nb(&dp->env.backlog[hop->tx[t].port_id]) > 0)
				return hop->tx[t].port_id;
		}
	}
	return -1;
}

/* Until none of the workers has vectors that are being filled: while something is paused they let
 * go of them, but one may have begun its round before. */
static int
dataplane_wait_filling(struct spp_dataplane *dp, spp_worker_set set, uint64_t deadline,
		       struct spp_error *err)
{
	unsigned int i;

	for (i = 0; i < dp->inventory.nb_workers; i++) {
		while ((set & (1ull << i)) &&
		       __atomic_load_n(&dp->worker[i]->nb_filling, __ATOMIC_ACQUIRE) > 0) {
			if (rte_rdtsc() > deadline)
				return spp_error(err, ETIMEDOUT,
						 "lcore %u did not hand its packets on within %u "
						 "ms",
						 dp->inventory.workers[i], SPP_WAIT_MS);
			usleep(POLL_US);
		}
	}
	return 0;
}

int
spp_dataplane_wait_done(struct spp_dataplane *dp, uint64_t queues, uint64_t deadline,
			struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE];
	int id;

	while ((id = dataplane_in_flight(dp, queues)) >= 0) {
		if (rte_rdtsc() > deadline) {
			spp_port_format(spp_port_from_id((unsigned int)id), name);
			return spp_error(err, ETIMEDOUT,
					 "lcore %u did not finish the packets of %s within %u ms",
					 dp->linked[dp->running->consumer[id]], name, SPP_WAIT_MS);
		}
		usleep(POLL_US);
	}
	while ((id = dataplane_backlog(dp, queues)) >= 0) {
		if (rte_rdtsc() > deadline) {
			spp_port_format(spp_port_from_id((unsigned int)id), name);
			return spp_error(err, ETIMEDOUT, "%s did not take its packets within %u ms",
					 name, SPP_WAIT_MS);
		}
		usleep(POLL_US);
	}
	return dataplane_wait_filling(dp, spp_dataplane_owners(dp, queues), deadline, err);
}

int
spp_dataplane_wait_scheduled(struct spp_dataplane *dp, spp_worker_set set, uint64_t deadline,
			     struct spp_error *err)
{
	uint32_t mark[SPP_WORKER_MAX];
	unsigned int i;

	for (i = 0; i < dp->inventory.nb_workers; i++)
		mark[i] = spp_evport_mark(&dp->worker[i]->evport);
	for (i = 0; i < dp->inventory.nb_workers; i++) {
		while ((set & (1ull << i)) &&
		       !spp_evport_has_taken(&dp->worker[i]->evport, mark[i])) {
			if (rte_rdtsc() > deadline)
				return spp_error(err, ETIMEDOUT,
						 "the scheduler in spp_primary did not take the "
						 "events of lcore %u within %u ms",
						 dp->inventory.workers[i], SPP_WAIT_MS);
			spp_sleeper_wake(dp->env.scheduler);
			usleep(POLL_US);
		}
	}
	return 0;
}
