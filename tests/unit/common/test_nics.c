/* SPDX-License-Identifier: BSD-3-Clause */
/* src/common/nics.c and src/primary/nics_wait.c: NICs by PCI address, and what is waited for. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "common/log.h"
#include "common/nics.h"
#include "primary/nics_wait.h"

static struct spp_nics nics;
static struct spp_error err;
static char sysfs[64], logged[4096];
static volatile sig_atomic_t stop;

/* In place of src/common/log.c. */
void
spp_log(int priority, const char *fmt, ...)
{
	size_t used = strlen(logged);
	va_list ap;

	(void)priority;
	va_start(ap, fmt);
	vsnprintf(logged + used, sizeof(logged) - used, fmt, ap);
	va_end(ap);
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(sysfs, "/tmp/spp-nics-XXXXXX");
	err.text[0] = logged[0] = '\0';
	stop = 0;
	return mkdtemp(sysfs) == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "rm -r %s", sysfs);
	return system(line);
}

static void
parses_as(const char *text, const char *all)
{
	char got[256] = "";

	assert_int_equal(spp_nics_parse(text, &nics, &err), 0);
	for (unsigned int i = 0; i < nics.nb; i++) {
		strcat(got, nics.address[i]);
		strcat(got, " ");
	}
	assert_string_equal(got, all);
}

static void
is_refused(const char *text, const char *why)
{
	assert_int_equal(spp_nics_parse(text, &nics, &err), -EINVAL);
	assert_non_null(strstr(err.text, why));
}

static void
addresses_are_read_as_lspci_and_people_write_them(void **state)
{
	(void)state;
	parses_as(NULL, "");
	parses_as("", "");
	parses_as("0000:03:00.0", "0000:03:00.0 ");
	parses_as("03:00.0, 03:00.1", "0000:03:00.0 0000:03:00.1 ");
	parses_as("  0:3:0.0 0001:0A:1f.7 ", "0000:03:00.0 0001:0a:1f.7 ");
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {"eth0",          "0000:03:00",     "0000:03:00.0x",
					  "0000:03:00.0;", "00000:03:00.0",  "0000:03:00.",
					  "-1:03:00.0",    "0000:03:00.0.1", "10000:03:00.0"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_refused(bad[i], "is no PCI address");
}

static void
the_order_is_that_of_dpdk(void **state)
{
	char many[1024] = "";

	(void)state;
	is_refused("03:00.1,03:00.0", "0000:03:00.0 stands behind 0000:03:00.1");
	is_refused("03:00.0,0000:03:00.0", "name each once");
	for (unsigned int i = 0; i < 32; i++)
		sprintf(many + strlen(many), "%02x:00.0,", i);
	is_refused(many, "at most 31 NICs");
}

static void
each_is_allowed_in_front_of_what_was_given(void **state)
{
	char words[][12] = {"spp_primary", "-n", "4", "--", "-n", "8"}, *argv[7] = {NULL}, **args;
	int argc = 6;

	(void)state;
	for (int i = 0; i < argc; i++)
		argv[i] = words[i];
	parses_as("", "");
	assert_ptr_equal(spp_nics_argv(&nics, &argc, argv), argv);
	parses_as("03:00.0,04:00.0", "0000:03:00.0 0000:04:00.0 ");
	args = spp_nics_argv(&nics, &argc, argv);
	assert_int_equal(argc, 8);
	assert_string_equal(args[0], "spp_primary");
	assert_string_equal(args[1], "--allow=0000:03:00.0");
	assert_string_equal(args[2], "--allow=0000:04:00.0");
	assert_string_equal(args[3], "-n");
	assert_string_equal(args[7], "8");
	assert_null(args[8]);
	free(args[1]);
	free(args);
}

/* A NIC of that address in our sysfs; driver NULL: bound to none. */
static void
add(const char *address, const char *driver)
{
	char line[512];

	snprintf(line, sizeof(line), "mkdir -p %s/bus/pci/devices/%s", sysfs, address);
	assert_int_equal(system(line), 0);
	if (driver == NULL)
		return;
	snprintf(line, sizeof(line), "ln -sfn ../../drivers/%s %s/bus/pci/devices/%s/driver",
		 driver, sysfs, address);
	assert_int_equal(system(line), 0);
}

static void
one_that_is_missing_is_named_when_the_time_is_over(void **state)
{
	(void)state;
	parses_as("03:00.0,04:00.0", "0000:03:00.0 0000:04:00.0 ");
	assert_int_equal(spp_nics_wait(&nics, sysfs, 0, &stop, &err), -ENODEV);
	assert_string_equal(err.text,
			    "nic0: 0000:03:00.0 is not there (lspci -D); waited for it 0 s");
	add("0000:03:00.0", "mlx5_core");
	add("0000:04:00.0", NULL);
	assert_int_equal(spp_nics_wait(&nics, sysfs, 0, &stop, &err), -ENODEV);
	assert_non_null(strstr(err.text, "nic1: 0000:04:00.0 is bound to no driver"));
	add("0000:04:00.0", "e1000e");
	assert_int_equal(spp_nics_wait(&nics, sysfs, 0, &stop, &err), -ENODEV);
	assert_non_null(strstr(err.text, "0000:04:00.0 is bound to e1000e; vfio-pci is wanted"));
	add("0000:04:00.0", "uio_pci_generic");
	assert_int_equal(spp_nics_wait(&nics, sysfs, 0, &stop, &err), -ENODEV);
	assert_non_null(strstr(err.text,
			       "nic1: 0000:04:00.0 is bound to uio_pci_generic, which stops "
			       "the NIC whenever one of its processes ends; vfio-pci is "
			       "wanted"));
	add("0000:04:00.0", "vfio-pci");
	assert_int_equal(spp_nics_wait(&nics, sysfs, 0, &stop, &err), 0);
}

/* There and bound in one step: what is between is waited for, and said, too. */
static void *
bind_late(void *arg)
{
	char from[128], to[128];

	usleep(300000);
	add("late", "igb_uio");
	snprintf(from, sizeof(from), "%s/bus/pci/devices/late", sysfs);
	snprintf(to, sizeof(to), "%s/bus/pci/devices/0000:03:00.0", sysfs);
	assert_int_equal(rename(from, to), 0);
	return arg;
}

static void
one_that_is_late_is_waited_for_and_said_once(void **state)
{
	pthread_t thread;

	(void)state;
	parses_as("03:00.0", "0000:03:00.0 ");
	assert_int_equal(pthread_create(&thread, NULL, bind_late, NULL), 0);
	assert_int_equal(spp_nics_wait(&nics, sysfs, 20, &stop, &err), 0);
	pthread_join(thread, NULL);
	assert_string_equal(logged, "waiting for nic0: 0000:03:00.0 is not there (lspci -D)");
}

static void
a_wait_ends_when_it_is_told_to(void **state)
{
	(void)state;
	parses_as("03:00.0", "0000:03:00.0 ");
	stop = 1;
	assert_int_equal(spp_nics_wait(&nics, sysfs, 20, &stop, &err), -EINTR);
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(addresses_are_read_as_lspci_and_people_write_them),
		UNIT(what_is_no_address_is_refused),
		UNIT(the_order_is_that_of_dpdk),
		UNIT(each_is_allowed_in_front_of_what_was_given),
		UNIT(one_that_is_missing_is_named_when_the_time_is_over),
		UNIT(one_that_is_late_is_waited_for_and_said_once),
		UNIT(a_wait_ends_when_it_is_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
