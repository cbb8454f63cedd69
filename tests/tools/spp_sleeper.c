/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a thread that only sleeps costs on this machine: the floor for one that has to look at a NIC
 * so often. Sleeps on a futex, as the programs under test do (src/rest.c).
 *
 *     spp_sleeper MICROSECONDS COUNT      prints the microseconds of CPU of one sleep
 */
#include <linux/futex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int
main(int argc, char **argv)
{
	long us = argc == 3 ? atol(argv[1]) : 0, count = argc == 3 ? atol(argv[2]) : 0, i;
	struct timespec timeout = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	uint32_t word = 1;
	double start;

	if (us <= 0 || count <= 0) {
		fprintf(stderr, "usage: spp_sleeper MICROSECONDS COUNT\n");
		return 2;
	}
	start = cpu_us();
	for (i = 0; i < count; i++)
		syscall(SYS_futex, &word, FUTEX_WAIT, word, &timeout, NULL, 0);
	printf("%.3f\n", (cpu_us() - start) / (double)count);
	return 0;
}
