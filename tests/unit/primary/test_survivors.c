/* SPDX-License-Identifier: BSD-3-Clause */
/* src/primary/survivors.c: who still has a dead primary's memory is waited for. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#include "common/eal_dir.h"
#include "common/log.h"
#include "common/options.h"
#include "primary/survivors.h"

static struct spp_error err;
static char dir[64], logged[1024];
static volatile sig_atomic_t stop;

/* In place of src/common/log.c. */
void
spp_log(int priority, const char *fmt, ...)
{
	va_list ap;

	(void)priority;
	va_start(ap, fmt);
	vsnprintf(logged, sizeof(logged), fmt, ap);
	va_end(ap);
}

/* In place of src/common/options.c; the directory is given here. */
const char *
spp_options_eal(int argc, char **argv, const char *name, const char *shortest)
{
	(void)argc;
	(void)argv;
	(void)name;
	(void)shortest;
	return NULL;
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/spp-survivors-XXXXXX");
	err.text[0] = logged[0] = '\0';
	stop = 0;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "rm -r %s", dir);
	return system(line);
}

static int
file_of(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return fd;
}

/* A process that has what a spp_vf has, and with_config what a primary has, for ms. */
static pid_t
live(unsigned int ms, bool with_config)
{
	struct flock part = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 8, .l_len = 8};
	int ready[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (flock(file_of(SPP_EAL_MEMZONES_FILE), LOCK_SH) < 0 ||
		    (with_config && fcntl(file_of(SPP_EAL_CONFIG_FILE), F_SETLK, &part) < 0) ||
		    write(ready[1], &byte, 1) != 1)
			_exit(1);
		usleep(ms * 1000);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void
nobody_was_ever_there(void **state)
{
	(void)state;
	assert_int_equal(spp_survivors_wait("/nonexistent", 1, &stop, &err), 0);
	assert_int_equal(spp_survivors_wait(dir, 1, &stop, &err), 0);
	close(file_of(SPP_EAL_MEMZONES_FILE));
	close(file_of(SPP_EAL_CONFIG_FILE));
	assert_int_equal(spp_survivors_wait(dir, 1, &stop, &err), 0);
	assert_string_equal(logged, "");
}

static void
one_that_ends_is_waited_for_and_said(void **state)
{
	char want[64];
	pid_t pid = live(2000, false);

	(void)state;
	assert_int_equal(spp_survivors_wait(dir, 5, &stop, &err), 0);
	snprintf(want, sizeof(want), "waiting for the end of pid %d (", pid);
	assert_non_null(strstr(logged, want));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
one_that_stays_is_an_error(void **state)
{
	char want[64];
	pid_t pid = live(10000, false);

	(void)state;
	assert_int_equal(spp_survivors_wait(dir, 1, &stop, &err), -EBUSY);
	snprintf(want, sizeof(want), "pid %d (", pid);
	assert_non_null(strstr(err.text, want));
	assert_non_null(strstr(err.text, "waited for its end 1 s: end it, then start"));
	stop = 1;
	assert_int_equal(spp_survivors_wait(dir, 1, &stop, &err), -EINTR);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
a_primary_that_lives_is_the_eal_s_to_refuse(void **state)
{
	pid_t pid = live(10000, true);

	(void)state;
	assert_int_equal(spp_survivors_wait(dir, 5, &stop, &err), 0);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_was_ever_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_that_ends_is_waited_for_and_said, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(one_that_stays_is_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_primary_that_lives_is_the_eal_s_to_refuse, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
