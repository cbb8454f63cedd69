/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two workers in one direction of a vhost: noticed in a build with assertions, nothing in another.
 */
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "vhost/owner.h"

static void
test_one_after_the_other(void **state)
{
	static struct spp_vhost_owner owner;

	spp_vhost_owner_enter(&owner);
	spp_vhost_owner_leave(&owner);
	spp_vhost_owner_enter(&owner);
	spp_vhost_owner_leave(&owner);
}

static void
test_two_at_a_time(void **state)
{
#ifdef NDEBUG
	assert_int_equal(sizeof(struct spp_vhost_owner), 0);
#else
	static struct spp_vhost_owner owner;
	pid_t pid;
	int status;

	spp_vhost_owner_enter(&owner);
	pid = fork();
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		spp_vhost_owner_enter(&owner);
		_exit(EXIT_SUCCESS);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_after_the_other),
		cmocka_unit_test(test_two_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
