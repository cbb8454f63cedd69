/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who may hold a lock of the EAL's: a spp_vf whose memory /proc does not show us, for it has more
 * rights than we have. (Those it does show: tests/func/test_dead_lock.py.)
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#include "common/options.h"
#include "common/start_lock.h"
#include "primary/holders.h"

static char directory[] = "/tmp/spp-holders-XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static struct spp_share share = {.nb_slots = 2};
static struct spp_slots slots = {.lock = PTHREAD_MUTEX_INITIALIZER, .share = &share};
/* Nobody has such a file in its memory. */
static struct spp_holders holders = {
	.slots = &slots, .mapping = {.device = "ff:ff", .inode = 1}, .dir = directory};
static int mp_socket = -1;
static pid_t vf;

/* eal_dir.c wants it for what is not called here. */
const char *
spp_options_eal(int argc, char **argv, const char *name, const char *shortest)
{
	(void)argc;
	(void)argv;
	(void)name;
	(void)shortest;
	return NULL;
}

/* An emulator (qemu-user) has a thread of its own in this process, which has nothing to do with
 * ours: it gets the name of one that is known never to hold a lock. Elsewhere there is none. */
static int
name_threads_of_an_emulator(void)
{
	static const char name[] = "spp-log";
	const struct dirent *entry;
	DIR *tasks = opendir("/proc/self/task");
	char path[64];
	bool named = tasks != NULL;
	int fd;

	while (named && (entry = readdir(tasks)) != NULL) {
		if (entry->d_name[0] == '.' || strtol(entry->d_name, NULL, 10) == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%.20s/comm", entry->d_name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		named = fd >= 0 && write(fd, name, strlen(name)) == (ssize_t)strlen(name);
		close(fd);
	}
	if (tasks != NULL)
		closedir(tasks);
	return named ? 0 : -1;
}

/* A spp_vf that lives, with its multi-process socket, in slot 1. */
static int
begin(void **state)
{
	(void)state;
	vf = fork();
	if (vf == 0) {
		pause();
		_exit(0);
	}
	if (vf < 0 || name_threads_of_an_emulator() < 0 || mkdtemp(directory) == NULL)
		return -1;
	holders.start_fd = spp_start_lock_open(directory);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/mp_socket_%d_1", directory, vf);
	mp_socket = socket(AF_UNIX, SOCK_DGRAM, 0);
	return bind(mp_socket, (struct sockaddr *)&address, sizeof(address));
}

static int
end(void **state)
{
	char path[64];

	(void)state;
	kill(vf, SIGKILL);
	waitpid(vf, NULL, 0);
	snprintf(path, sizeof(path), "%s/spp_start", directory);
	unlink(path);
	unlink(address.sun_path);
	return rmdir(directory);
}

static bool
is_nobodys(struct spp_suspect *suspect)
{
	const struct spp_held held = {.ran_ns = UINT64_C(500) * 1000 * 1000};
	struct spp_holders_since since = {0};

	*suspect = (struct spp_suspect){.pid = -1};
	return spp_holders_none(&holders, &held, &since, suspect);
}

static void
a_spp_vf_says_for_itself_that_it_is_outside(void **state)
{
	struct spp_suspect suspect;

	(void)state;
	slots.slot[1].pid = slots.slot[1].eal_pid = vf;
	assert_false(is_nobodys(&suspect));
	assert_int_equal(suspect.pid, vf);
	share.slot[1].calm = 1;
	assert_true(is_nobodys(&suspect));
	share.slot[1].calm = 0;
}

static void
one_of_no_slot_may_hold_it(void **state)
{
	struct spp_suspect suspect;

	(void)state;
	slots.slot[1].pid = slots.slot[1].eal_pid = 0;
	assert_false(is_nobodys(&suspect));
	assert_int_equal(suspect.pid, 0);
}

/* Its slot is not in order yet: it may be the lock that this waits for. */
static void
one_that_has_died_does_not(void **state)
{
	struct spp_suspect suspect;

	(void)state;
	slots.slot[1].pid = slots.slot[1].eal_pid = vf;
	close(mp_socket);
	assert_true(is_nobodys(&suspect));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_spp_vf_says_for_itself_that_it_is_outside),
		cmocka_unit_test(one_of_no_slot_may_hold_it),
		cmocka_unit_test(one_that_has_died_does_not),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
