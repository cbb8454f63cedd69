/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A whole control part on a thread of its own, with the test as its controller on real sockets.
 *
 * Every wait has a deadline and ends the test when it passes.
 */
#ifndef SPP_TESTS_CONTROL_BENCH_H
#define SPP_TESTS_CONTROL_BENCH_H

#include <pthread.h>

#include "fake_dataplane.h"
#include "spp/control.h"
#include "wire/frame.h"

struct control_bench {
	struct fake fake;
	char directory[32];
	char local_path[64];
	char address[32];
	uint16_t port;
	int listener; /**< of the controller */
	int fd;       /**< the connection, or -1 */
	struct spp_frame replies;
	struct spp_control *control;
	pthread_t thread;
};

/** The lines logged so far, each ended by a newline. */
const char *bench_log(void);

int bench_set_up(void **state);
int bench_tear_down(void **state);

/** Wait until it calls; closes what was there before. */
void bench_accept(struct control_bench *b);
/** The controller goes away, and comes back at the same port. */
void bench_listener_stop(struct control_bench *b);
void bench_listener_start(struct control_bench *b);
void bench_send(struct control_bench *b, const char *bytes, size_t length);
void bench_send_text(struct control_bench *b, const char *text);
/** The next reply, good until the next call. */
const char *bench_reply(struct control_bench *b);
/** Nothing comes within so many milliseconds. */
void bench_expect_silence(struct control_bench *b, int ms);
/** Connect to the local socket, ask, and hand the reply over for free(). */
int bench_local_connect(const struct control_bench *b);
char *bench_local_ask(int fd, const char *text);

#endif
