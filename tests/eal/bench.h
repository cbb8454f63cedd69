/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The packet path of a VF in one process: a real event_sw device, src/primary/scheduler.c on a
 * thread of its own, src/'s workers on four lcores, fake ports. Control is the test itself.
 *
 *   lcore 0    the test
 *   lcore 1..4 workers
 *
 * A program runs as `test_x event|auto one|two`: the way of dispatching, and the CPUs. On one CPU
 * all threads share it; on two, the scheduler, the test and lcores 1 and 3 share the first, lcores
 * 2 and 4 the second.
 */
#ifndef SPP_TESTS_BENCH_H
#define SPP_TESTS_BENCH_H

#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "build_model.h"
#include "fake_port.h"
#include "flusher.h"
#include "primary/scheduler.h"
#include "vf/start.h"
#include "vf/steps.h"
#include "vf/wait.h"

#define BENCH_WORKERS 4
#define BENCH_VECTORS 1023
#define BENCH_WAIT_MS 10000

struct bench {
	bool direct, two_cpus;
	int first_cpu, second_cpu;
	struct spp_share *share;
	struct spp_sched sched;
	struct spp_sched_device device;
	uint8_t dev_id;
	struct rte_mempool *vectors;
	struct spp_dataplane *dp;
	struct spp_model staged; /**< what bench_flush() lets run */
	struct spp_error err;
	struct flusher_result flushed;
};

/** EAL, pools, scheduler thread. 0, or the exit code: 77 where this machine has too few CPUs. */
int bench_init(int argc, char **argv);

/** CMocka set-up: event device configured and started, workers running, nothing wired. */
int bench_start(void **state);
/**
 * CMocka tear-down: takes the wiring away, stops everything, and fails unless each mbuf, vector and
 * credit is back, nothing was out of order, and no port was used from two threads at once.
 */
int bench_stop(void **state);

/** Forget what was staged, entries too. */
void bench_clear(struct bench *b);
/** Stage an entry: MAC of fake_mac(stream) to a port by name ("ring0"). */
void bench_entry(struct bench *b, unsigned int stream, const char *port);
void bench_default(struct bench *b, const char *port);
/** Flush; 0 or -errno with b->err. */
int bench_flush(struct bench *b);
/** Flush, which must succeed. */
void bench_wire(struct bench *b);

/** Drops of all ports and queues for one reason, and for all. */
uint64_t bench_drops(struct bench *b, enum spp_drop reason);
uint64_t bench_all_drops(struct bench *b);
struct spp_port_stats bench_port(struct bench *b, const char *name);
struct spp_component_stats bench_queue(struct bench *b, unsigned int queue);
/** Queue of the staged (= running) component of that name. */
unsigned int bench_queue_of(struct bench *b, const char *name);

/** The sources sent all they should, and every packet was given back. */
bool bench_is_quiet(void);
uint64_t bench_now_ms(void);

/** Wait for a condition, BENCH_WAIT_MS at most. */
#define WAIT_FOR(condition)                                                                        \
	do {                                                                                       \
		uint64_t wait_until = bench_now_ms() + BENCH_WAIT_MS;                              \
		while (!(condition)) {                                                             \
			if (bench_now_ms() > wait_until)                                           \
				fail_msg("not within %u ms: %s", BENCH_WAIT_MS, #condition);       \
			usleep(50);                                                                \
		}                                                                                  \
	} while (0)

#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, bench_start, bench_stop)

#endif
