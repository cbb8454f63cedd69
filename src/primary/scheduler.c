/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scheduler's loop. Knows event rings and sleepers, nothing of packets or wiring.
 *
 * Whether a pass moved anything cannot be asked of the service (its figures count service lcores
 * only), so what has passed the event ports is compared.
 */
#include "primary/scheduler.h"

#include <unistd.h>

#include <rte_cycles.h>
#include <rte_pause.h>
#include <rte_service.h>

#define SPIN_US       50
#define TURN_US       100     /* one that never sleeps wakes others on its CPU after that time */
#define SLEEP_US      1000000 /* safety only: workers wake us */
#define WAIT_POLL_US  20
#define WAIT_LIMIT_US 1000000

static uint64_t
sched_progress(const struct spp_sched_device *device)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < device->nb_ports; i++)
		sum += spp_evport_progress(&device->port[i]);
	return sum;
}

/*
 * Wake workers that have events, and those that yielded the CPU for others to go first. A worker on
 * our own CPU cannot run before we sleep: it is woken on our way to that (`sleeps`), or now when
 * the last time is long ago.
 */
static void
sched_wake_workers(const struct spp_sched *sched, const struct spp_sched_device *device,
		   bool sleeps)
{
	uint64_t sleepers = __atomic_load_n(&device->slot->sleepers, __ATOMIC_RELAXED);
	bool overdue = rte_rdtsc() - sched->last_sleep > sched->turn_cycles;
	struct spp_sleeper *worker;
	unsigned int i;

	for (; sleepers != 0; sleepers &= sleepers - 1) {
		i = __builtin_ctzll(sleepers);
		worker = &device->slot->worker[i];
		if (!sleeps && worker->cpu >= 0 && worker->cpu == sched->sleeper->cpu && !overdue)
			continue;
		if (i < device->nb_ports && (spp_evport_scheduled(&device->port[i]) > 0 ||
					     spp_sleeper_state(worker) == SPP_YIELDED))
			spp_sleeper_wake(worker);
	}
}

static bool
sched_pass(const struct spp_sched *sched, struct spp_sched_device *device)
{
	uint64_t progress;
	bool moved;

	rte_service_run_iter_on_app_lcore(device->service_id, 0);
	progress = sched_progress(device);
	moved = progress != device->progress;
	device->progress = progress;
	if (moved) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		sched_wake_workers(sched, device, false);
	}
	return moved;
}

static bool
sched_round(struct spp_sched *sched)
{
	bool moved = false;
	unsigned int i, nb = __atomic_load_n(&sched->nb_devices, __ATOMIC_ACQUIRE);

	/* `run` is not loaded before the last round's `rounds` is seen, or spp_sched_stop() would
	 * count that round and miss this one: on arm64 by SEQ_CST (LDAR behind STLR), on x86 by the
	 * locked instruction in each pass. */
	for (i = 0; i < nb; i++) {
		if (__atomic_load_n(&sched->device[i]->run, __ATOMIC_SEQ_CST))
			moved |= sched_pass(sched, sched->device[i]);
	}
	__atomic_store_n(&sched->rounds, sched->rounds + 1, __ATOMIC_RELEASE);
	return moved;
}

static void
sched_block(struct spp_sched *sched)
{
	unsigned int i;

	for (i = 0; i < sched->nb_devices; i++) {
		if (__atomic_load_n(&sched->device[i]->run, __ATOMIC_ACQUIRE))
			sched_wake_workers(sched, sched->device[i], true);
	}
	/* A round without work since the announcement: control may count on this one as well. */
	spp_sleep_block(sched->sleeper, SLEEP_US);
}

int
spp_sched_main(void *arg)
{
	struct spp_sched *sched = arg;
	uint64_t now, last = rte_rdtsc(), last_work = last;
	uint64_t spin = rte_get_tsc_hz() / 1000000 * SPIN_US;
	bool moved;

	sched->turn_cycles = rte_get_tsc_hz() / 1000000 * TURN_US;
	sched->last_sleep = last;
	spp_sleeper_init(&sched->share->cpus, sched->sleeper);
	while (!__atomic_load_n(&sched->stop, __ATOMIC_ACQUIRE)) {
		moved = sched_round(sched);
		now = rte_rdtsc();
		if (moved) {
			sched->busy_cycles += now - last;
			last = last_work = now;
			continue;
		}
		sched->idle_cycles += now - last;
		last = now;
		if (!spp_sleeper_shares_cpu(&sched->share->cpus, sched->sleeper) &&
		    now - last_work < spin) {
			rte_pause();
			continue;
		}
		spp_sleep_announce(sched->sleeper, SPP_ASLEEP);
		if (sched_round(sched) || __atomic_load_n(&sched->stop, __ATOMIC_ACQUIRE)) {
			spp_sleep_cancel(sched->sleeper);
			last_work = rte_rdtsc();
			continue;
		}
		sched_block(sched);
		now = sched->last_sleep = rte_rdtsc();
		sched->asleep_cycles += now - last;
		last = now;
	}
	spp_sleeper_fini(&sched->share->cpus, sched->sleeper);
	return 0;
}

static void
sched_wake(struct spp_sched *sched)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	spp_sleeper_wake(sched->sleeper);
}

void
spp_sched_start(struct spp_sched *sched, struct spp_sched_device *device)
{
	__atomic_store_n(&device->run, 1, __ATOMIC_RELEASE);
	sched_wake(sched);
}

bool
spp_sched_moves(struct spp_sched *sched)
{
	uint64_t rounds = __atomic_load_n(&sched->rounds, __ATOMIC_ACQUIRE);
	bool moves = rounds != sched->rounds_seen || spp_sleeper_state(sched->sleeper) != SPP_AWAKE;

	sched->rounds_seen = rounds;
	return moves;
}

int
spp_sched_wait(struct spp_sched *sched, unsigned int rounds)
{
	uint64_t target = __atomic_load_n(&sched->rounds, __ATOMIC_ACQUIRE) + rounds;
	uint64_t deadline = rte_rdtsc() + rte_get_tsc_hz() / 1000000 * WAIT_LIMIT_US;

	while (__atomic_load_n(&sched->rounds, __ATOMIC_ACQUIRE) < target) {
		sched_wake(sched);
		if (rte_rdtsc() > deadline)
			return -ETIMEDOUT;
		usleep(WAIT_POLL_US);
	}
	return 0;
}

int
spp_sched_stop(struct spp_sched *sched, struct spp_sched_device *device)
{
	__atomic_store_n(&device->run, 0, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* rounds are counted from here on */
	/* one round may have begun before it saw that */
	return spp_sched_wait(sched, 2);
}
