/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocking and waking by futex: the slow halves of rest.h. Used by workers and schedulers; knows
 * nothing of packets.
 */
#include "rest.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int
rest_only_cpu(void)
{
	cpu_set_t set;
	int cpu;

	if (pthread_getaffinity_np(pthread_self(), sizeof(set), &set) != 0 || CPU_COUNT(&set) != 1)
		return -1;
	for (cpu = 0; cpu < CPU_SETSIZE && cpu < SPP_CPU_MAX; cpu++) {
		if (CPU_ISSET(cpu, &set))
			return cpu;
	}
	return -1;
}

void
spp_rest_init(struct spp_share *share, struct spp_rest *rest)
{
	/* Counted before it is noted, and the opposite way round below: who is killed in between
	 * makes the CPU look shared, never free. */
	int cpu = rest_only_cpu();

	if (cpu >= 0)
		__atomic_add_fetch(&share->cpu_threads[cpu], 1, __ATOMIC_RELAXED);
	__atomic_store_n(&rest->cpu, cpu, __ATOMIC_RELEASE);
	__atomic_store_n(&rest->state, SPP_AWAKE, __ATOMIC_RELAXED);
}

void
spp_rest_fini(struct spp_share *share, struct spp_rest *rest)
{
	int cpu = rest->cpu;

	__atomic_store_n(&rest->cpu, -1, __ATOMIC_RELEASE);
	if (cpu >= 0)
		__atomic_sub_fetch(&share->cpu_threads[cpu], 1, __ATOMIC_RELAXED);
	rest->state = SPP_AWAKE;
}

void
spp_rest_block(struct spp_rest *rest, uint32_t timeout_us)
{
	struct timespec timeout = {.tv_sec = timeout_us / 1000000,
				   .tv_nsec = (long)(timeout_us % 1000000) * 1000};
	uint32_t state = __atomic_load_n(&rest->state, __ATOMIC_RELAXED);

	if (state != SPP_AWAKE)
		syscall(SYS_futex, &rest->state, FUTEX_WAIT, state, &timeout, NULL, 0);
	__atomic_store_n(&rest->state, SPP_AWAKE, __ATOMIC_RELAXED);
}

void
spp_rest_wake_slow(struct spp_rest *rest)
{
	if (__atomic_exchange_n(&rest->state, SPP_AWAKE, __ATOMIC_RELAXED) != SPP_AWAKE)
		syscall(SYS_futex, &rest->state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
