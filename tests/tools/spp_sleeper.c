/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What sleeping and waking cost on this machine: the floor for threads that rest. Sleeps on a
 * futex, as the programs under test do (src/common/rest.c), on the CPU it is started on.
 *
 *     spp_sleeper sleep MICROSECONDS COUNT       prints the microseconds of CPU of one sleep
 *     spp_sleeper wake MICROSECONDS COUNT CPU    prints the microseconds from a wake-up by a thread
 *                                                on that CPU, after a pause, until it runs; median
 */
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define COUNT_MAX 100000

struct wake {
	long pause_us, count;
	int cpu;
	uint32_t turn; /* futex word. waker: rw, sleeper: ro */
	double at_us;  /* waker: w, sleeper: r, handed over by turn */
};

static double
now_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
futex_wait(uint32_t *word, uint32_t value, long us)
{
	struct timespec timeout = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

	syscall(SYS_futex, word, FUTEX_WAIT, value, &timeout, NULL, 0);
}

static double
cost_of_sleep(long us, long count)
{
	double start = now_us(CLOCK_PROCESS_CPUTIME_ID);
	uint32_t word = 1;
	long i;

	for (i = 0; i < count; i++)
		futex_wait(&word, word, us);
	return (now_us(CLOCK_PROCESS_CPUTIME_ID) - start) / (double)count;
}

static void *
wake_main(void *arg)
{
	struct wake *wake = arg;
	uint32_t word = 1;
	cpu_set_t set;
	long i;

	CPU_ZERO(&set);
	CPU_SET(wake->cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	for (i = 0; i < wake->count; i++) {
		futex_wait(&word, word, wake->pause_us);
		wake->at_us = now_us(CLOCK_MONOTONIC);
		__atomic_add_fetch(&wake->turn, 1, __ATOMIC_RELEASE);
		syscall(SYS_futex, &wake->turn, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	}
	return NULL;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
time_of_wake(struct wake *wake)
{
	static double taken[COUNT_MAX];
	pthread_t thread;
	uint32_t seen = 0, turn;
	long nb = 0;

	if (pthread_create(&thread, NULL, wake_main, wake) != 0)
		return -1;
	while (seen < (uint32_t)wake->count) {
		turn = __atomic_load_n(&wake->turn, __ATOMIC_ACQUIRE);
		if (turn == seen) {
			futex_wait(&wake->turn, seen, 1000000);
			continue;
		}
		seen = turn;
		taken[nb++] = now_us(CLOCK_MONOTONIC) - wake->at_us;
	}
	pthread_join(thread, NULL);
	qsort(taken, (size_t)nb, sizeof(taken[0]), by_size);
	return taken[nb / 2];
}

int
main(int argc, char **argv)
{
	struct wake wake = {.pause_us = argc > 2 ? atol(argv[2]) : 0,
			    .count = argc > 3 ? atol(argv[3]) : 0,
			    .cpu = argc > 4 ? atoi(argv[4]) : 0};

	if (wake.pause_us > 0 && wake.count > 0 && wake.count <= COUNT_MAX) {
		if (argc == 4 && strcmp(argv[1], "sleep") == 0) {
			printf("%.3f\n", cost_of_sleep(wake.pause_us, wake.count));
			return 0;
		}
		if (argc == 5 && strcmp(argv[1], "wake") == 0 && wake.cpu >= 0 &&
		    wake.cpu < CPU_SETSIZE) {
			printf("%.3f\n", time_of_wake(&wake));
			return 0;
		}
	}
	fprintf(stderr, "usage: spp_sleeper sleep MICROSECONDS COUNT\n"
			"       spp_sleeper wake MICROSECONDS COUNT CPU\n");
	return 2;
}
