/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The checker of numbered packets must see what is wrong: a test that cannot fail proves nothing.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "numbered.h"

#define ROOM 2048

static struct numbered_checker checker;
static uint8_t bytes[RTE_PKTMBUF_HEADROOM + ROOM];
static struct rte_mbuf packet;
static const struct rte_ether_addr mac = {{2, 0, 0, 0, 0, 1}};

static struct rte_mbuf *
make(uint32_t size, int vlan, uint64_t number)
{
	memset(&packet, 0, sizeof(packet));
	packet.buf_addr = bytes;
	packet.buf_len = sizeof(bytes);
	packet.data_off = RTE_PKTMBUF_HEADROOM;
	packet.nb_segs = 1;
	numbered_fill(&packet,
		      &(struct numbered_kind){.run = 9, .size = size, .vlan = vlan, .source = 5},
		      &mac, 3, number);
	return &packet;
}

static void
see(uint64_t number)
{
	numbered_check(&checker, make(64, -1, number));
}

static const struct numbered_flow *
flow(void)
{
	return &checker.flows[5][3];
}

static int
fresh(void **state)
{
	memset(&checker, 0, sizeof(checker));
	checker.run = 9;
	return 0;
}

static void
in_order_is_nothing_but_received(void **state)
{
	for (uint64_t n = 0; n < 3 * NUMBERED_WINDOW; n++)
		see(n);
	assert_int_equal(flow()->received, 3 * NUMBERED_WINDOW);
	assert_int_equal(flow()->lost + flow()->duplicates + flow()->reordered, 0);
	assert_int_equal(checker.corrupted + checker.foreign, 0);
}

static void
a_gap_is_lost(void **state)
{
	see(0);
	see(4);
	assert_int_equal(flow()->lost, 3);
	assert_int_equal(flow()->reordered, 0);
}

static void
a_late_packet_is_reordered_and_not_lost(void **state)
{
	see(0);
	see(2);
	see(1);
	see(3);
	assert_int_equal(flow()->lost, 0);
	assert_int_equal(flow()->reordered, 1);
	assert_int_equal(flow()->duplicates, 0);
}

static void
the_same_again_is_a_duplicate(void **state)
{
	for (uint64_t n = 0; n < 100; n++)
		see(n);
	see(99);
	see(7);
	assert_int_equal(flow()->duplicates, 2);
	assert_int_equal(flow()->lost, 0);
}

static void
a_late_packet_twice_is_a_duplicate_after_the_window_went_round(void **state)
{
	for (uint64_t n = 0; n < NUMBERED_WINDOW + 10; n++)
		see(n);
	see(NUMBERED_WINDOW + 20);
	see(NUMBERED_WINDOW + 12);
	see(NUMBERED_WINDOW + 12);
	assert_int_equal(flow()->reordered, 1);
	assert_int_equal(flow()->duplicates, 1);
}

static void
any_changed_byte_is_seen(void **state)
{
	for (uint32_t at = sizeof(struct rte_ether_hdr); at < 131; at++) {
		struct rte_mbuf *m = make(131, -1, 1000);

		fresh(NULL);
		rte_pktmbuf_mtod(m, uint8_t *)[at] ^= 1;
		numbered_check(&checker, m);
		/* A changed number does not fit the rest; others make it another flow, or stale. */
		assert_true(checker.corrupted == 1 || flow()->received == 0);
	}
}

static void
a_cut_packet_is_corrupted(void **state)
{
	struct rte_mbuf *m = make(128, -1, 0);

	m->pkt_len = m->data_len = 100;
	numbered_check(&checker, m);
	assert_int_equal(checker.corrupted, 1);
}

static void
tagged_and_untagged_are_both_read(void **state)
{
	numbered_check(&checker, make(64, -1, 0));
	numbered_check(&checker, make(64, 7, 1));
	assert_int_equal(flow()->received, 2);
	assert_int_equal(packet.pkt_len, 68);
}

static void
packets_of_an_earlier_run_are_stale(void **state)
{
	checker.run = 10;
	see(0);
	assert_int_equal(checker.stale, 1);
	assert_int_equal(flow()->received, 0);
}

static void
strangers_are_counted_apart(void **state)
{
	struct rte_mbuf *m = make(64, -1, 0);

	rte_pktmbuf_mtod(m, uint8_t *)[12] = 8;
	numbered_check(&checker, m);
	assert_int_equal(checker.foreign, 1);
	assert_int_equal(checker.corrupted, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(in_order_is_nothing_but_received, fresh),
		cmocka_unit_test_setup(a_gap_is_lost, fresh),
		cmocka_unit_test_setup(a_late_packet_is_reordered_and_not_lost, fresh),
		cmocka_unit_test_setup(the_same_again_is_a_duplicate, fresh),
		cmocka_unit_test_setup(
			a_late_packet_twice_is_a_duplicate_after_the_window_went_round, fresh),
		cmocka_unit_test_setup(any_changed_byte_is_seen, fresh),
		cmocka_unit_test_setup(a_cut_packet_is_corrupted, fresh),
		cmocka_unit_test_setup(tagged_and_untagged_are_both_read, fresh),
		cmocka_unit_test_setup(packets_of_an_earlier_run_are_stale, fresh),
		cmocka_unit_test_setup(strangers_are_counted_apart, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
