/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether a process runs files that were replaced, as its maps show them.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "json/replaced.h"

static bool
replaced(const char *maps)
{
	char path[] = "/tmp/spp-maps-XXXXXX";
	int fd = mkstemp(path);
	bool found;

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "%s", maps) > 0);
	close(fd);
	found = spp_replaced_in(path);
	unlink(path);
	return found;
}

#define PROGRAM "55d0c0000000-55d0c0020000 r-xp 00002000 fe:00 131 /usr/bin/spp_vf"
#define LIBRARY "7f10a0000000-7f10a0080000 r-xp 00009000 fe:00 977 /usr/lib/librte_eal.so.25.0"

static void
test_what_is_installed(void **state)
{
	assert_false(replaced(PROGRAM "\n" LIBRARY "\n"
				      "7f10b0000000-7f10b0001000 rw-p 00000000 00:00 0 \n"
				      "7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0 [vdso]\n"));
	assert_false(spp_replaced());
}

static void
test_program_and_libraries(void **state)
{
	assert_true(replaced(PROGRAM " (deleted)\n" LIBRARY "\n"));
	assert_true(replaced(PROGRAM "\n" LIBRARY " (deleted)\n"));
	assert_true(replaced(LIBRARY " (deleted)")); /* no newline */
}

static void
test_data_is_of_no_matter(void **state)
{
	assert_false(replaced(
		"7f10c0000000-7f10c0200000 rw-s 00000000 00:0f 40 /dev/hugepages/rtemap_0 (deleted)\n"
		"7f10d0000000-7f10d0001000 r-xp 00000000 00:01 41 /memfd:code (deleted)\n"
		"7f10e0000000-7f10e0001000 r--p 00000000 fe:00 42 /usr/lib/locale/x (deleted)\n"
		"7f10f0000000-7f10f0001000 r-xp 00000000 fe:00 43 /opt/not (deleted) at all\n"));
	assert_false(replaced("no maps\n"));
	assert_false(spp_replaced_in("/nonexistent"));
}

/* Code of this process: a file with a page of it. */
static void
make_code(const char *path)
{
	static char page[4096];
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, page, sizeof(page)), sizeof(page));
	close(fd);
}

static bool
is_found_in_time(void)
{
	const struct timespec pause = {.tv_nsec = 10000000};

	for (unsigned int i = 0; i < 1500; i++) {
		if (spp_replaced())
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* Before any other of this program calls spp_replaced(): its first call finds the directories. */
static void
test_code_that_is_replaced_while_it_runs(void **state)
{
	char dir[] = "/tmp/spp-code-XXXXXX", path[64], other[64];
	void *code;
	pid_t pid;
	int fd, status;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/lib.so", dir);
	snprintf(other, sizeof(other), "%s/new.so", dir);
	make_code(path);
	make_code(other);
	/* In a process of its own, for it is said for ever. */
	pid = fork();
	if (pid == 0) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
		if (code == MAP_FAILED || spp_replaced() || rename(other, path) < 0)
			_exit(1);
		_exit(is_found_in_time() ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(path);
	unlink(other);
	rmdir(dir);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* first: see there */
		cmocka_unit_test(test_code_that_is_replaced_while_it_runs),
		cmocka_unit_test(test_what_is_installed),
		cmocka_unit_test(test_program_and_libraries),
		cmocka_unit_test(test_data_is_of_no_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
