/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Lines on standard error: nobody waits for who reads them, and what is lost is counted.
 *
 * Each case is a child whose standard error is a pipe of one page.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

#include "spp/lines.h"

#define PIPE_SIZE 4096
#define LINES     5000

static size_t
format_lost(unsigned long nb, char *buf, size_t size)
{
	return (size_t)snprintf(buf, size, "%lu lost\n", nb);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
put(unsigned int n)
{
	char line[64];
	int length = snprintf(line, sizeof(line), "line %u of those that are to be written\n", n);

	spp_lines_put(line, (size_t)length);
}

/* A child with this standard error; what is read from it comes by *out. */
static pid_t
start(void (*body)(void), int *out)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE) >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		spp_lines_tell_lost(format_lost);
		body();
		_exit(0);
	}
	close(ends[1]);
	*out = ends[0];
	return pid;
}

static int
wait_child(pid_t pid)
{
	int code;

	assert_int_equal(waitpid(pid, &code, 0), pid);
	return WIFEXITED(code) ? WEXITSTATUS(code) : -1;
}

static void
put_many_and_end(void)
{
	double begun = seconds();

	for (unsigned int i = 0; i < LINES; i++)
		put(i);
	/* Each a copy of some bytes, beside a thread that is stuck. */
	if (seconds() - begun > 1.0 * SPP_SLOWER)
		_exit(2);
	begun = seconds();
	spp_lines_end();
	_exit(seconds() - begun < 2.0 ? 0 : 3);
}

static void
nobody_waits_for_a_reader_that_does_not_read(void **state)
{
	int out;
	pid_t pid = start(put_many_and_end, &out);

	assert_int_equal(wait_child(pid), 0);
	close(out);
}

static void
put_many_then_wait(void)
{
	for (unsigned int i = 0; i < LINES; i++)
		put(i);
	/* Until the reader has had all. */
	for (unsigned int i = 0; i < 100; i++)
		spp_lines_end();
	put(LINES);
	spp_lines_end();
}

/* Lines in their order, then how many are lost, and what comes afterwards. */
static void
what_is_lost_is_told_in_its_place(void **state)
{
	unsigned int n, next = 0;
	unsigned long lost, all_lost = 0;
	char line[256];
	int out;
	pid_t pid = start(put_many_then_wait, &out);
	FILE *in = fdopen(out, "r");

	usleep(300000);
	while (fgets(line, sizeof(line), in) != NULL) {
		if (sscanf(line, "line %u", &n) == 1) {
			assert_int_equal(n, next++);
		} else {
			assert_int_equal(sscanf(line, "%lu lost", &lost), 1);
			next += lost;
			all_lost += lost;
		}
	}
	assert_int_equal(wait_child(pid), 0);
	assert_int_equal(next, LINES + 1);
	assert_true(all_lost > 0);
	fclose(in);
}

static void
put_while_the_reader_goes(void)
{
	signal(SIGPIPE, SIG_IGN);
	put(0);
	spp_lines_end();
	sleep(1); /* the reader is gone then */
	for (unsigned int i = 1; i < 4; i++)
		put(i);
	spp_lines_end();
}

static void
a_reader_that_goes_is_no_matter(void **state)
{
	char byte;
	int out;
	pid_t pid = start(put_while_the_reader_goes, &out);

	assert_int_equal(read(out, &byte, 1), 1);
	close(out);
	assert_int_equal(wait_child(pid), 0);
}

static void
put_one_too_long(void)
{
	char line[2 * SPP_LINES_SIZE];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	spp_lines_put(line, sizeof(line));
	put(1); /* may stand behind it in the queue already */
	spp_lines_urgent("urgent\n", 7);
	spp_lines_end();
}

static void
a_line_is_a_page_at_most(void **state)
{
	size_t all = 0, newlines = 0;
	char bytes[8192];
	ssize_t n, i;
	int out;
	pid_t pid = start(put_one_too_long, &out);

	while ((n = read(out, bytes, sizeof(bytes))) > 0) {
		all += (size_t)n;
		for (i = 0; i < n; i++)
			newlines += bytes[i] == '\n';
	}
	/* What is urgent finds room or none. */
	assert_in_range(all, 4096 + 39, 4096 + 39 + 7);
	assert_int_equal(newlines, 2 + (all > 4096 + 39));
	assert_int_equal(wait_child(pid), 0);
	close(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_waits_for_a_reader_that_does_not_read),
		cmocka_unit_test(what_is_lost_is_told_in_its_place),
		cmocka_unit_test(a_reader_that_goes_is_no_matter),
		cmocka_unit_test(a_line_is_a_page_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
