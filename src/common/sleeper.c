/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocking and waking by futex: what of sleeper.h makes a system call.
 */
#include "common/sleeper.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int
only_cpu(void)
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
spp_sleeper_init(struct spp_cpu_threads *cpus, struct spp_sleeper *sleeper)
{
	/* Counted before it is noted, and the opposite way round below: a process that is killed in
	 * between makes the CPU look shared, never free. */
	int cpu = only_cpu();

	if (cpu >= 0)
		__atomic_add_fetch(&cpus->nb[cpu], 1, __ATOMIC_RELAXED);
	__atomic_store_n(&sleeper->cpu, cpu, __ATOMIC_RELEASE);
	__atomic_store_n(&sleeper->state, SPP_AWAKE, __ATOMIC_RELAXED);
}

void
spp_sleeper_fini(struct spp_cpu_threads *cpus, struct spp_sleeper *sleeper)
{
	int cpu = sleeper->cpu;

	__atomic_store_n(&sleeper->cpu, -1, __ATOMIC_RELEASE);
	if (cpu >= 0)
		__atomic_sub_fetch(&cpus->nb[cpu], 1, __ATOMIC_RELAXED);
	spp_sleep_cancel(sleeper); /* others may be about to wake it */
}

void
spp_sleep_block(struct spp_sleeper *sleeper, uint32_t timeout_us)
{
	struct timespec timeout = {.tv_sec = timeout_us / 1000000,
				   .tv_nsec = (long)(timeout_us % 1000000) * 1000};
	uint32_t state = __atomic_load_n(&sleeper->state, __ATOMIC_RELAXED);

	if (state != SPP_AWAKE)
		syscall(SYS_futex, &sleeper->state, FUTEX_WAIT, state, &timeout, NULL, 0);
	__atomic_store_n(&sleeper->state, SPP_AWAKE, __ATOMIC_RELAXED);
}

void
spp_sleeper_wake_slow(struct spp_sleeper *sleeper)
{
	if (__atomic_exchange_n(&sleeper->state, SPP_AWAKE, __ATOMIC_RELAXED) != SPP_AWAKE)
		syscall(SYS_futex, &sleeper->state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
