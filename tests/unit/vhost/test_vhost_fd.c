/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a guest's connection comes to librte_vhost, in a process whose getpid() is what DPDK is to
 * take for its number (src/vf/eal_pid.h), as that of the second spp_vf in a container.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit.h"

#include "vhost/fd.h"

/* In place of the C library's. */
pid_t
getpid(void)
{
	return 1 + (1 << 22);
}

static char directory[] = "/tmp/spp-vhost-fd-XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};

static int
make_directory(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/inner", directory);
	return 0;
}

static int
remove_directory(void **state)
{
	(void)state;
	unlink(address.sun_path);
	return rmdir(directory);
}

/* A connection at the socket as librte_vhost has taken it. @param named as the door's is */
static int
accept_from(bool named)
{
	const struct sockaddr any_name = {.sa_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), caller = socket(AF_UNIX, SOCK_STREAM, 0);
	int taken;

	unlink(address.sun_path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	if (named)
		assert_int_equal(bind(caller, &any_name, sizeof(any_name.sa_family)), 0);
	assert_int_equal(connect(caller, (struct sockaddr *)&address, sizeof(address)), 0);
	taken = accept(listener, NULL, NULL);
	assert_true(taken >= 0);
	close(listener);
	close(caller);
	return taken;
}

static void
a_guest_takes_the_place_of_the_doors_connection(void **state)
{
	int taken = accept_from(true), pair[2];
	char byte = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(spp_vhost_fd_replace(address.sun_path, pair[1], -1), taken);
	assert_int_equal(write(pair[0], "x", 1), 1);
	assert_int_equal(read(taken, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(pair[0]);
	close(taken);
}

static void
none_whose_other_end_has_no_name_is_taken_for_it(void **state)
{
	int taken = accept_from(false), pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(spp_vhost_fd_replace(address.sun_path, pair[1], taken), -1);
	close(pair[0]);
	close(taken);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_takes_the_place_of_the_doors_connection),
		cmocka_unit_test(none_whose_other_end_has_no_name_is_taken_for_it),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
