/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Blocking and waking (src/common/sleeper.h) between two threads, on one CPU and on two: no wake-up
 * is lost. A wake-up lost shows as a wait that lasts its whole timeout.
 */
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include <rte_pause.h>

#include "common/sleeper.h"

#define HANDOVERS  100000
#define TIMEOUT_MS 2000

static struct spp_sleeper sleepers[2];
static struct spp_cpu_threads cpus;

struct side {
	struct spp_sleeper *mine, *other;
	uint32_t *word; /**< whose turn it is, or how much was handed over */
	uint32_t me;
	int cpu;
	unsigned int nb;   /**< hand-overs */
	unsigned int spin; /**< at most so many pauses before each */
	unsigned int late; /**< waits that ran into their timeout */
};

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

/* The nth CPU this program may use, or -1. */
static int
nth_cpu(unsigned int nth)
{
	cpu_set_t set;
	int cpu;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return -1;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &set) && nth-- == 0)
			return cpu;
	}
	return -1;
}

static void
hand_over(const struct side *side, uint32_t word)
{
	__atomic_store_n(side->word, word, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	spp_sleeper_wake(side->other);
}

/* Sleep until the word is no longer `same`. */
static uint32_t
wait_for_other_than(struct side *side, uint32_t same)
{
	uint32_t word;
	uint64_t start;

	while ((word = __atomic_load_n(side->word, __ATOMIC_ACQUIRE)) == same) {
		spp_sleep_announce(side->mine, SPP_ASLEEP);
		if (__atomic_load_n(side->word, __ATOMIC_ACQUIRE) != same) {
			spp_sleep_cancel(side->mine);
			continue;
		}
		start = now_ms();
		spp_sleep_block(side->mine, TIMEOUT_MS * 1000);
		if (now_ms() - start >= TIMEOUT_MS)
			side->late++;
		if (side->late > 3)
			return word;
	}
	return word;
}

static void
pause_a_while(unsigned int spin, uint32_t seed)
{
	unsigned int i, nb = spin > 0 ? seed * 2654435761u % spin : 0;

	for (i = 0; i < nb; i++)
		rte_pause();
}

static void *
take_turns(void *arg)
{
	struct side *side = arg;
	unsigned int i;

	pin(side->cpu);
	spp_sleeper_init(&cpus, side->mine);
	for (i = 0; i < side->nb && side->late <= 3; i++) {
		wait_for_other_than(side, 1 - side->me);
		pause_a_while(side->spin, i);
		hand_over(side, 1 - side->me);
	}
	spp_sleeper_fini(&cpus, side->mine);
	return NULL;
}

static void *
give(void *arg)
{
	struct side *side = arg;
	unsigned int i;

	pin(side->cpu);
	for (i = 1; i <= side->nb; i++) {
		pause_a_while(side->spin, i);
		hand_over(side, i);
	}
	return NULL;
}

static void *
take(void *arg)
{
	struct side *side = arg;
	uint32_t seen = 0;

	pin(side->cpu);
	while (seen < side->nb && side->late <= 3)
		seen = wait_for_other_than(side, seen);
	return NULL;
}

static void
run_two(void *(*first)(void *), void *(*second)(void *), int cpu_a, int cpu_b, unsigned int nb,
	unsigned int spin)
{
	uint32_t word = 0;
	struct spp_sleeper *sleeper = sleepers;
	struct side a = {&sleeper[0], &sleeper[1], &word, 0, cpu_a, nb, spin, 0};
	struct side b = {&sleeper[1], &sleeper[0], &word, 1, cpu_b, nb, spin, 0};
	pthread_t one, other; /* not this thread: it keeps its CPUs */

	memset(sleeper, 0, 2 * sizeof(sleeper[0]));
	if (cpu_b < 0)
		skip();
	assert_int_equal(pthread_create(&other, NULL, second, &b), 0);
	assert_int_equal(pthread_create(&one, NULL, first, &a), 0);
	pthread_join(one, NULL);
	pthread_join(other, NULL);
	assert_int_equal(a.late + b.late, 0);
}

static void
two_threads_take_turns_on_one_cpu(void **state)
{
	run_two(take_turns, take_turns, nth_cpu(0), nth_cpu(0), HANDOVERS, 0);
}

static void
two_threads_take_turns_on_two_cpus(void **state)
{
	run_two(take_turns, take_turns, nth_cpu(0), nth_cpu(1), HANDOVERS, 0);
}

static void
two_threads_with_other_work_take_turns_on_two_cpus(void **state)
{
	run_two(take_turns, take_turns, nth_cpu(0), nth_cpu(1), HANDOVERS / 5, 300);
}

static void
one_that_only_gives_reaches_one_that_only_takes_on_one_cpu(void **state)
{
	run_two(give, take, nth_cpu(0), nth_cpu(0), HANDOVERS, 100);
}

static void
one_that_only_gives_reaches_one_that_only_takes_on_two_cpus(void **state)
{
	run_two(give, take, nth_cpu(0), nth_cpu(1), HANDOVERS, 100);
}

static void
who_was_woken_before_it_blocks_does_not_block(void **state)
{
	struct spp_sleeper *sleeper = &sleepers[0];
	uint64_t start = now_ms();

	spp_sleep_announce(sleeper, SPP_ASLEEP);
	assert_true(spp_sleeper_sleeps(sleeper));
	spp_sleeper_wake(sleeper);
	assert_false(spp_sleeper_sleeps(sleeper));
	spp_sleep_block(sleeper, TIMEOUT_MS * 1000);
	assert_in_range(now_ms() - start, 0, TIMEOUT_MS / 2);
}

static void
who_is_not_woken_goes_on_after_its_timeout(void **state)
{
	struct spp_sleeper *sleeper = &sleepers[0];
	uint64_t start = now_ms();

	spp_sleep_announce(sleeper, SPP_YIELDED);
	spp_sleep_block(sleeper, 20000);
	assert_in_range(now_ms() - start, 19, TIMEOUT_MS);
	assert_false(spp_sleeper_sleeps(sleeper));
}

static void *
count_itself(void *arg)
{
	struct spp_sleeper *sleeper = &sleepers[0], *second = &sleepers[1];
	const char **complaint = arg;
	int cpu = nth_cpu(0);

	pin(cpu);
	spp_sleeper_init(&cpus, sleeper);
	if (sleeper->cpu != cpu || spp_sleeper_shares_cpu(&cpus, sleeper))
		*complaint = "alone on its CPU, it is told otherwise";
	spp_sleeper_init(&cpus, second);
	if (!spp_sleeper_shares_cpu(&cpus, sleeper) || !spp_sleeper_shares_cpu(&cpus, second))
		*complaint = "two on a CPU are not told so";
	spp_sleeper_fini(&cpus, second);
	if (spp_sleeper_shares_cpu(&cpus, sleeper))
		*complaint = "one of two is gone, the other is not told so";
	spp_sleeper_fini(&cpus, sleeper);
	spp_sleeper_fini(&cpus, sleeper);
	if (cpus.nb[cpu] != 0)
		*complaint = "a thread that went twice is not counted right";
	return NULL;
}

static void
threads_are_counted_per_cpu(void **state)
{
	const char *complaint = NULL;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, count_itself, &complaint), 0);
	pthread_join(thread, NULL);
	if (complaint != NULL)
		fail_msg("%s", complaint);
}

static void
a_thread_that_may_run_anywhere_counts_as_sharing(void **state)
{
	struct spp_sleeper *sleeper = &sleepers[0];

	if (nth_cpu(1) < 0)
		skip();
	spp_sleeper_init(&cpus, sleeper);
	assert_int_equal(sleeper->cpu, -1);
	assert_true(spp_sleeper_shares_cpu(&cpus, sleeper));
	spp_sleeper_fini(&cpus, sleeper);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_threads_take_turns_on_one_cpu),
		cmocka_unit_test(two_threads_take_turns_on_two_cpus),
		cmocka_unit_test(two_threads_with_other_work_take_turns_on_two_cpus),
		cmocka_unit_test(one_that_only_gives_reaches_one_that_only_takes_on_one_cpu),
		cmocka_unit_test(one_that_only_gives_reaches_one_that_only_takes_on_two_cpus),
		cmocka_unit_test(who_was_woken_before_it_blocks_does_not_block),
		cmocka_unit_test(who_is_not_woken_goes_on_after_its_timeout),
		cmocka_unit_test(threads_are_counted_per_cpu),
		cmocka_unit_test(a_thread_that_may_run_anywhere_counts_as_sharing),
	};

	return cmocka_run_group_tests_name("sleeper", tests, NULL, NULL);
}
