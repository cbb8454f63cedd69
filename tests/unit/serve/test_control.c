/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * spp_control_*() on real sockets: whatever the peer does, the process serves on.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

#include "control_bench.h"
#include "founding.h"

#define PROCESS "{\"commands\":[{\"command\":\"process\"}]}"
#define STATUS  "{\"commands\":[{\"command\":\"status\"}]}"
#define STAGE   "{\"commands\":[{\"command\":\"component\",\"core_id\":\"9\",\"type\":\"forward\"}]}"

static bool
replied(struct control_bench *b, const char *part)
{
	return strstr(bench_reply(b), part) != NULL;
}

/** Enough entries that one status reply is larger than any socket buffer. */
static void
fill_table(struct control_bench *b)
{
	static char message[SPP_REQUEST_SIZE_MAX];
	char *end = message + sprintf(message,
				      "{\"commands\":[{\"command\":\"component\",\"core_id\":2,"
				      "\"type\":\"classifier\"},");
	unsigned int i;

	for (i = 0; i < SPP_TABLE_MAX; i++)
		end += sprintf(end,
			       "{\"command\":\"classifier_table\",\"type\":\"mac\",\"value\":"
			       "\"02:00:00:00:%02x:%02x\",\"port\":\"ring0\"},",
			       i >> 8, i & 255);
	sprintf(end, "{\"command\":\"flush\"}]}");
	bench_send_text(b, message);
	assert_true(replied(b, "\"generation\": 1"));
}

static void
it_calls_and_says_nothing_until_asked(void **state)
{
	struct control_bench *b = *state;

	bench_accept(b);
	bench_expect_silence(b, 200);
	bench_send_text(b, FOUNDING_PROCESS);
	assert_true(replied(b, "\"process\": 1"));
	bench_expect_silence(b, 100);
}

static void
ten_messages_in_one_segment_get_ten_replies_in_order(void **state)
{
	struct control_bench *b = *state;
	char segment[4096] = "";
	int i;

	bench_accept(b);
	for (i = 0; i < 5; i++)
		strcat(segment, PROCESS STAGE);
	bench_send_text(b, segment);
	assert_true(replied(b, "\"process\": 1"));
	assert_true(replied(b, "success"));
	for (i = 1; i < 5; i++) {
		assert_true(replied(b, "\"process\": 1"));
		assert_true(replied(b, "core 9 is in use"));
	}
	bench_expect_silence(b, 100);
}

static void
a_flood_is_answered_whole_and_others_have_their_turns_meanwhile(void **state)
{
	enum { NB = 1500 }; /* takes many turns, and fits into one reading of the socket */
	static char flood[NB * sizeof(PROCESS)];
	struct control_bench *b = *state;
	char *reply;
	int fd, i;

	bench_accept(b);
	for (i = 0; i < NB; i++)
		memcpy(flood + (size_t)i * (sizeof(PROCESS) - 1), PROCESS, sizeof(PROCESS) - 1);
	bench_send(b, flood, NB * (sizeof(PROCESS) - 1));
	fd = bench_local_connect(b);
	reply = bench_local_ask(fd, PROCESS);
	assert_non_null(strstr(reply, "\"process\": 1"));
	free(reply);
	close(fd);
	for (i = 0; i < NB; i++)
		assert_true(replied(b, "\"process\": 1"));
	bench_expect_silence(b, 100);
}

static void
a_message_byte_by_byte_is_one_message(void **state)
{
	static const char message[] = FOUNDING_INITIAL;
	struct control_bench *b = *state;
	size_t i;

	bench_accept(b);
	for (i = 0; i < strlen(message); i++)
		bench_send(b, &message[i], 1);
	assert_true(replied(b, "\"added\": 2"));
	bench_expect_silence(b, 100);
}

static void
good_messages_between_garbage_are_answered(void **state)
{
	struct control_bench *b = *state;

	bench_accept(b);
	bench_send_text(b, "garbage\n" PROCESS "]}more" PROCESS FOUNDING_AS_PRINTED PROCESS);
	assert_true(replied(b, "Invalid value (command): \\\"garbage\\\""));
	assert_true(replied(b, "\"process\": 1"));
	assert_true(replied(b, "Invalid value (command): \\\"]}more\\\""));
	assert_true(replied(b, "\"process\": 1"));
	assert_true(replied(b, "bad message format"));
	assert_true(replied(b, "\"process\": 1"));
}

static void
half_a_message_then_silence_is_one_error_and_the_next_message_works(void **state)
{
	struct control_bench *b = *state;

	bench_accept(b);
	bench_send_text(b, "{\"commands\":[{\"command\":\"proc");
	bench_expect_silence(b, SPP_REQUEST_IDLE_MS - 500);
	assert_true(replied(b, "bad message format"));
	bench_send_text(b, PROCESS);
	assert_true(replied(b, "\"process\": 1"));
	bench_expect_silence(b, 100);
}

static void
five_million_bytes_are_one_error_and_the_next_message_works(void **state)
{
	struct control_bench *b = *state;
	static char bytes[5000000];

	memset(bytes, 'x', sizeof(bytes));
	bench_accept(b);
	bench_send_text(b, "{\"commands\":[\"");
	bench_send(b, bytes, sizeof(bytes));
	bench_send_text(b, "\"]}" PROCESS);
	assert_true(replied(b, "bad message format: message is longer than 4194304 bytes"));
	assert_true(replied(b, "\"process\": 1"));
}

static void
a_controller_gone_in_mid_reply_is_called_again_and_the_wiring_stays(void **state)
{
	struct control_bench *b = *state;
	char bytes[1000];

	bench_accept(b);
	fill_table(b);
	bench_send_text(b, FOUNDING_INITIAL STAGE STATUS);
	assert_true(replied(b, "\"generation\": 2"));
	assert_true(replied(b, "success"));
	assert_int_equal(recv(b->fd, bytes, sizeof(bytes), MSG_WAITALL), sizeof(bytes));

	bench_accept(b);
	bench_send_text(b, STATUS);
	assert_non_null(strstr(bench_reply(b), "\"generation\": 2,\n    \"staged\": false"));
	assert_non_null(strstr(bench_log(), "connection lost"));
}

static void
a_controller_that_asks_and_does_not_read_costs_one_reply(void **state)
{
	struct control_bench *b = *state;
	struct timespec start, now;
	char *reply;
	int i, fd;

	bench_accept(b);
	fill_table(b);
	for (i = 0; i < 20; i++)
		bench_send_text(b, STATUS);
	/* Others are served meanwhile, without delay. */
	clock_gettime(CLOCK_MONOTONIC, &start);
	fd = bench_local_connect(b);
	reply = bench_local_ask(fd, PROCESS);
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_true(now.tv_sec - start.tv_sec < 5);
	free(reply);
	close(fd);
	for (i = 0; i < 20; i++)
		assert_true(replied(b, "classifier_table"));
}

static void
a_controller_that_comes_back_is_found_within_a_second_or_so(void **state)
{
	struct control_bench *b = *state;
	struct timespec start, now;

	bench_accept(b);
	bench_listener_stop(b);
	usleep(1500000);
	bench_listener_start(b);
	clock_gettime(CLOCK_MONOTONIC, &start);
	bench_accept(b);
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_true(now.tv_sec - start.tv_sec < 3);
	bench_send_text(b, PROCESS);
	assert_true(replied(b, "\"process\": 1"));
	assert_non_null(strstr(bench_log(), "not reachable, trying on: Connection refused"));
}

static void
coming_and_going_fills_no_log(void **state)
{
	struct control_bench *b = *state;
	const char *line;
	int i, nb = 0;

	for (i = 0; i < 8; i++)
		bench_accept(b);
	for (line = bench_log(); (line = strchr(line, '\n')) != NULL; line++)
		nb++;
	assert_true(nb >= 1 && nb <= 6);
	assert_non_null(strstr(bench_log(), ": connected"));
}

static void
flushes_are_logged(void **state)
{
	struct control_bench *b = *state;

	bench_accept(b);
	bench_send_text(b, FOUNDING_INITIAL);
	bench_reply(b);
	assert_non_null(strstr(bench_log(), "flush: generation 1: components added 2, changed 0, "
					    "moved 0, removed 0; table entries 0; 100 us"));
	b->fake.fail_at = b->fake.step + 2;
	bench_send_text(b, FOUNDING_START);
	bench_reply(b);
	assert_non_null(
		strstr(bench_log(), "flush failed, the wiring stays as it was: step 10 failed"));
}

static void
the_local_socket_serves_several_clients_that_only_ask(void **state)
{
	struct control_bench *b = *state;
	struct stat found;
	char *reply;
	int fds[33], i;

	assert_int_equal(stat(b->local_path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	for (i = 0; i < 32; i++)
		fds[i] = bench_local_connect(b);
	for (i = 31; i >= 0; i--) {
		reply = bench_local_ask(fds[i], i % 2 ? PROCESS : STATUS);
		assert_non_null(strstr(reply, "success"));
		free(reply);
	}
	reply = bench_local_ask(fds[0], "{\"commands\":[{\"command\":\"flush\"}]}");
	assert_non_null(strstr(reply, "over the controller connection"));
	free(reply);
	fds[32] = bench_local_connect(b); /* one too many: served when another has gone */
	close(fds[0]);
	reply = bench_local_ask(fds[32], PROCESS);
	assert_non_null(strstr(reply, "\"process\": 1"));
	free(reply);
	for (i = 1; i < 33; i++)
		close(fds[i]);
}

static void
a_local_socket_in_use_is_refused_and_a_stale_one_replaced(void **state)
{
	struct control_bench *b = *state;
	struct spp_control_config config = {.dataplane = &fake_ops, .dataplane_ctx = &b->fake};
	struct spp_control *second;
	struct spp_error err;
	char path[80], stale[80];
	FILE *file;

	config.local_socket = b->local_path;
	assert_int_equal(spp_control_create(&config, &second, &err), -EADDRINUSE);
	assert_non_null(strstr(err.text, "another process answers there"));

	snprintf(path, sizeof(path), "%s/run/plain", b->directory);
	file = fopen(path, "w");
	fclose(file);
	config.local_socket = path;
	assert_int_equal(spp_control_create(&config, &second, &err), -EEXIST);
	assert_int_equal(unlink(path), 0);

	/* A hard link outlives the process: nobody listens behind it. */
	assert_int_equal(spp_control_create(&config, &second, &err), 0);
	snprintf(stale, sizeof(stale), "%s/run/stale", b->directory);
	assert_int_equal(link(path, stale), 0);
	spp_control_destroy(second);
	assert_int_equal(rename(stale, path), 0);
	assert_int_equal(spp_control_create(&config, &second, &err), 0);
	spp_control_destroy(second);
	assert_int_equal(access(path, F_OK), -1);
}

static int watched;

static void
count_ready(void *arg, int fd)
{
	char byte;

	watched += read(fd, &byte, 1) == 1;
	spp_control_stop(arg);
}

static void
a_watched_descriptor_is_served_and_stop_may_come_first(void **state)
{
	struct spp_control_config config = {.dataplane = &fake_ops, .dataplane_ctx = &watched};
	struct spp_control *control;
	struct spp_error err;
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(spp_control_create(&config, &control, &err), 0);
	assert_int_equal(spp_control_watch(control, pipes[0], count_ready, control), 0);
	assert_int_equal(spp_control_watch(control, pipes[0], count_ready, control), -EEXIST);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	assert_int_equal(spp_control_run(control), 0);
	assert_int_equal(watched, 1);
	spp_control_unwatch(control, pipes[0]);
	spp_control_stop(control);
	assert_int_equal(spp_control_run(control), 0);
	spp_control_destroy(control);
	close(pipes[0]);
	close(pipes[1]);
}

static void
addresses_are_ip_and_port(void **state)
{
	static const char *const bad[] = {"",          "127.0.0.1",   "127.0.0.1:",    ":5555",
					  "host:5555", "127.0.0.1:0", "1.2.3.4:65536", "::1:5555",
					  "[::1]",     "[::1:5555",   "1.2.3.4:5555 "};
	struct spp_error err;
	size_t i;

	assert_int_equal(spp_control_check_address("127.0.0.1:5555", false, &err), 0);
	assert_int_equal(spp_control_check_address("[::1]:5555", false, &err), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(spp_control_check_address(bad[i], false, &err), -EINVAL);
		assert_non_null(strstr(err.text, "IP:PORT as 127.0.0.1:5555"));
	}
}

static void
addresses_are_paths_and_who_is_checked_is_near(void **state)
{
	static const char *const near[] = {
		"127.0.0.1:5555",          "127.8.9.10:1",          "[::1]:5555",
		"[::ffff:127.0.0.1]:5555", "/run/spp/control.sock", "./c"};
	static const char *const far[] = {"10.0.0.1:5555", "[2001:db8::1]:5555", "[::]:5555",
					  "0.0.0.0:5555"};
	char path[109];
	struct spp_error err;
	size_t i;

	for (i = 0; i < sizeof(near) / sizeof(near[0]); i++)
		assert_int_equal(spp_control_check_address(near[i], true, &err), 0);
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		assert_int_equal(spp_control_check_address(far[i], false, &err), 0);
		assert_int_equal(spp_control_check_address(far[i], true, &err), -EINVAL);
		assert_non_null(strstr(err.text, "on this host only"));
	}
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[108] = '\0';
	assert_int_equal(spp_control_check_address(path, true, &err), -ENAMETOOLONG);
	assert_non_null(strstr(err.text, "has 108 characters (the path of a socket may have 107)"));
	path[107] = '\0';
	assert_int_equal(spp_control_check_address(path, true, &err), 0);
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(it_calls_and_says_nothing_until_asked),
		UNIT(ten_messages_in_one_segment_get_ten_replies_in_order),
		UNIT(a_flood_is_answered_whole_and_others_have_their_turns_meanwhile),
		UNIT(a_message_byte_by_byte_is_one_message),
		UNIT(good_messages_between_garbage_are_answered),
		UNIT(half_a_message_then_silence_is_one_error_and_the_next_message_works),
		UNIT(five_million_bytes_are_one_error_and_the_next_message_works),
		UNIT(a_controller_gone_in_mid_reply_is_called_again_and_the_wiring_stays),
		UNIT(a_controller_that_asks_and_does_not_read_costs_one_reply),
		UNIT(a_controller_that_comes_back_is_found_within_a_second_or_so),
		UNIT(coming_and_going_fills_no_log),
		UNIT(flushes_are_logged),
		UNIT(the_local_socket_serves_several_clients_that_only_ask),
		UNIT(a_local_socket_in_use_is_refused_and_a_stale_one_replaced),
		cmocka_unit_test(a_watched_descriptor_is_served_and_stop_may_come_first),
		cmocka_unit_test(addresses_are_ip_and_port),
		cmocka_unit_test(addresses_are_paths_and_who_is_checked_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
