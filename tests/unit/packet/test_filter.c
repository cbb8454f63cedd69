/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What goes to a reserved address is dropped and counted, all else stays in its order; on mbufs
 * that are no more than bytes. Real pools: tests/func/test_guest_filter.py.
 */
#include "unit.h"

#include <string.h>

#include "packet/filter.h"
#include "spp/dp/reserved.h"

struct buffer {
	struct rte_mbuf m;
	uint8_t data[64];
	bool freed;
};

static struct buffer buffers[SPP_VECTOR_SIZE];
static struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
static uint64_t drops[SPP_DROP_NB];

/* In place of librte_mbuf's. */
void
rte_pktmbuf_free_bulk(struct rte_mbuf **mbufs, unsigned int nb)
{
	for (; nb > 0; mbufs++, nb--)
		((struct buffer *)*mbufs)->freed = true;
}

/* Packet i to 01-80-C2-00-xx-xx, or to what `first` says instead of 01. */
static void
fill(unsigned int i, uint8_t first, uint16_t last)
{
	const uint8_t head[] = {first, 0x80, 0xc2, 0, (uint8_t)(last >> 8), (uint8_t)last, 2, 0};
	struct buffer *b = &buffers[i];

	memset(b, 0, sizeof(*b));
	b->m.buf_addr = b->data;
	b->m.data_off = (uint16_t)(i % 32);
	b->m.data_len = 14;
	b->m.pkt_len = 14;
	memcpy(b->data + b->m.data_off, head, sizeof(head));
	pkts[i] = &b->m;
}

static int
set_up(void **state)
{
	memset(drops, 0, sizeof(drops));
	return 0;
}

static void
the_sixteen_and_no_others(void **state)
{
	unsigned int last;

	for (last = 0; last <= UINT8_MAX; last++) {
		fill(0, 0x01, (uint16_t)last);
		assert_int_equal(spp_frame_is_reserved(pkts[0]), last <= 0x0f);
		assert_int_equal(spp_frame_is_pause(pkts[0]), last == 0x01);
		fill(0, 0x01, (uint16_t)(last << 8 | 1));
		assert_int_equal(spp_frame_is_reserved(pkts[0]), last == 0);
		fill(0, 0x00, (uint16_t)last);
		assert_false(spp_frame_is_reserved(pkts[0]) || spp_frame_is_pause(pkts[0]));
		fill(0, 0x03, (uint16_t)last);
		assert_false(spp_frame_is_reserved(pkts[0]) || spp_frame_is_pause(pkts[0]));
	}
}

static void
what_is_left_moves_up_in_order(void **state)
{
	unsigned int i, bad = 0;

	for (i = 0; i < SPP_VECTOR_SIZE; i++)
		fill(i, 0x01, i % 5 == 3 ? (uint16_t)(i % 16) : 0x20);
	assert_int_equal(spp_filter_apply(pkts, SPP_VECTOR_SIZE, drops), SPP_VECTOR_SIZE - 25);
	for (i = 0; i < SPP_VECTOR_SIZE; i++) {
		assert_int_equal(buffers[i].freed, i % 5 == 3);
		bad += i % 5 == 3;
		if (i % 5 != 3)
			assert_ptr_equal(pkts[i - bad], &buffers[i].m);
	}
	assert_int_equal(drops[SPP_DROP_RESERVED], 25);
}

static void
none_and_all(void **state)
{
	unsigned int i;

	assert_int_equal(spp_filter_apply(pkts, 0, drops), 0);
	for (i = 0; i < 4; i++)
		fill(i, 0x00, 0);
	assert_int_equal(spp_filter_apply(pkts, 4, drops), 4);
	assert_int_equal(drops[SPP_DROP_RESERVED], 0);
	for (i = 0; i < 4; i++)
		fill(i, 0x01, 0);
	assert_int_equal(spp_filter_apply(pkts, 4, drops), 0);
	assert_int_equal(drops[SPP_DROP_RESERVED], 4);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		CASE(the_sixteen_and_no_others),
		CASE(what_is_left_moves_up_in_order),
		CASE(none_and_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
