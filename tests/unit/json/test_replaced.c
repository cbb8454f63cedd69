/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether a process runs files that were replaced, as its maps show them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_installed),
		cmocka_unit_test(test_program_and_libraries),
		cmocka_unit_test(test_data_is_of_no_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
