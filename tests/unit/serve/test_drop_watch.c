/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines about drops: the first of a reason at once, the next ones less and less often.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <setjmp.h>

#include <cmocka.h>

#include "serve/drop_watch.h"

static uint64_t totals[SPP_DROP_NB];
static struct spp_inventory inventory;
static char lines[4096];
static struct spp_loop *loop;
static struct spp_drop_watch *watch;

static void
give_totals(void *ctx, uint64_t drops[SPP_DROP_NB])
{
	memcpy(drops, totals, sizeof(totals));
}

static void
give_port(void *ctx, struct spp_port port, struct spp_port_stats *out)
{
	memset(out, 0, sizeof(*out));
	out->tx_drops[SPP_DROP_VHOST_FULL] = port.index == 3 ? 9 : 1;
}

static const struct spp_inventory *
give_inventory(void *ctx)
{
	return &inventory;
}

static const struct spp_dataplane_ops ops = {
	.inventory = give_inventory, .port_stats = give_port, .drop_totals = give_totals};

static void
take_line(int priority, const char *line)
{
	size_t used = strlen(lines);

	snprintf(lines + used, sizeof(lines) - used, "<%d>%s\n", priority, line);
}

static int
start(void **state)
{
	struct spp_port port = {.kind = SPP_PORT_VHOST};

	memset(totals, 0, sizeof(totals));
	memset(&inventory, 0, sizeof(inventory));
	for (port.index = 0; port.index < 5; port.index++)
		inventory.usable[spp_port_id(port)] = inventory.present[spp_port_id(port)] = true;
	lines[0] = '\0';
	if (spp_loop_create(&loop) < 0)
		return -1;
	watch = spp_drop_watch_create(loop, &ops, NULL, take_line);
	return watch != NULL ? 0 : -1;
}

static int
stop(void **state)
{
	spp_drop_watch_destroy(watch);
	spp_loop_destroy(loop);
	return 0;
}

/* How many lines one look writes. */
static unsigned int
look(uint64_t now_ms)
{
	unsigned int nb = 0;

	lines[0] = '\0';
	spp_drop_watch_look(watch, now_ms);
	for (const char *c = lines; *c != '\0'; c++)
		nb += *c == '\n';
	return nb;
}

static void
the_first_drop_of_a_reason_is_told_with_its_place(void **state)
{
	assert_int_equal(look(1000), 0);
	totals[SPP_DROP_VHOST_FULL] = 12;
	assert_int_equal(look(11000), 1);
	assert_string_equal(lines, "<4>dropped 12 packets: vhost_full: the guest did not empty its "
				   "ring in time (most of them at vhost3)\n");
	totals[SPP_DROP_NO_ENTRY] = 1;
	assert_int_equal(look(21000), 1);
	assert_string_equal(lines, "<5>dropped 1 packets: no_entry: no entry for the destination, "
				   "and no default\n");
}

static void
more_of_it_is_told_less_and_less_often(void **state)
{
	unsigned int nb = 0;
	uint64_t day_ms = 24 * 3600 * 1000;

	for (uint64_t now = 0; now < day_ms; now += SPP_DROP_WATCH_MS) {
		totals[SPP_DROP_RING_FULL]++;
		nb += look(now);
	}
	/* 1, 2, 4, ... 32 minutes, then each hour */
	assert_in_range(nb, 24, 32);
}

static void
after_a_quiet_time_it_is_told_at_once_again(void **state)
{
	totals[SPP_DROP_RING_FULL] = 5;
	assert_int_equal(look(0), 1);
	totals[SPP_DROP_RING_FULL] = 6;
	assert_int_equal(look(10000), 0);
	assert_int_equal(look(SPP_DROP_WATCH_PAUSE_MS), 1);
	assert_int_equal(look(10 * SPP_DROP_WATCH_PAUSE_MS), 0);
	totals[SPP_DROP_RING_FULL] = 8;
	assert_int_equal(look(10 * SPP_DROP_WATCH_PAUSE_MS + 10000), 1);
	assert_non_null(strstr(lines, "dropped 2 packets"));
}

static void
counters_set_to_zero_begin_anew(void **state)
{
	totals[SPP_DROP_RING_FULL] = 100;
	assert_int_equal(look(0), 1);
	totals[SPP_DROP_RING_FULL] = 3;
	assert_int_equal(look(SPP_DROP_WATCH_PAUSE_MS), 1);
	assert_non_null(strstr(lines, "dropped 3 packets"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_drop_of_a_reason_is_told_with_its_place,
						start, stop),
		cmocka_unit_test_setup_teardown(more_of_it_is_told_less_and_less_often, start,
						stop),
		cmocka_unit_test_setup_teardown(after_a_quiet_time_it_is_told_at_once_again, start,
						stop),
		cmocka_unit_test_setup_teardown(counters_set_to_zero_begin_anew, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
