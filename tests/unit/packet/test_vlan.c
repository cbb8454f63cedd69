/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * VLAN tags pushed, overwritten and popped, on mbufs that are no more than bytes on the stack;
 * copying and freeing is the test's own, and counted. Real pools: tests/func/test_vlan.py.
 */
#include "unit.h"

#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "packet/vlan.h"

#define ROOM      RTE_PKTMBUF_HEADROOM
#define DATA_SIZE 256
#define TYPE_IPV4 RTE_BE16(RTE_ETHER_TYPE_IPV4)

struct buffer {
	struct rte_mbuf m;
	uint8_t data[ROOM + DATA_SIZE];
	bool freed;
};

static struct buffer buffers[SPP_VECTOR_SIZE], copies[SPP_VECTOR_SIZE];
static struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
static unsigned int nb_copies, copies_left;
static uint64_t drops[SPP_DROP_NB];

static void
buffer_init(struct buffer *b)
{
	memset(b, 0, sizeof(*b));
	b->m.buf_addr = b->data;
	b->m.buf_len = sizeof(b->data);
	b->m.data_off = ROOM;
	b->m.nb_segs = 1;
	rte_mbuf_refcnt_set(&b->m, 1);
}

/* ---- in place of librte_mbuf's ---- */

struct rte_mbuf *
rte_pktmbuf_copy(const struct rte_mbuf *m, struct rte_mempool *pool, uint32_t offset,
		 uint32_t length)
{
	struct buffer *b = &copies[nb_copies];
	uint8_t *at = b->data + ROOM;

	assert_ptr_equal(pool, m->pool);
	if (copies_left == 0)
		return NULL;
	copies_left--;
	nb_copies++;
	buffer_init(b);
	b->m.data_len = (uint16_t)m->pkt_len;
	b->m.pkt_len = m->pkt_len;
	for (; m != NULL; at += m->data_len, m = m->next)
		memcpy(at, rte_pktmbuf_mtod(m, const void *), m->data_len);
	return &b->m;
}

const void *
__rte_pktmbuf_read(const struct rte_mbuf *m, uint32_t offset, uint32_t length, void *buf)
{
	uint8_t *out = buf;

	for (; length > 0; offset++, length--) {
		while (offset >= m->data_len) {
			offset -= m->data_len;
			m = m->next;
		}
		*out++ = *rte_pktmbuf_mtod_offset(m, const uint8_t *, offset);
	}
	return buf;
}

void
rte_pktmbuf_free_bulk(struct rte_mbuf **mbufs, unsigned int nb)
{
	for (; nb > 0; mbufs++, nb--) {
		if (rte_mbuf_refcnt_update(*mbufs, -1) == 0)
			((struct buffer *)*mbufs)->freed = true;
	}
}

/* ---- packets ---- */

static int
set_up(void **state)
{
	unsigned int i;

	for (i = 0; i < SPP_VECTOR_SIZE; i++) {
		buffer_init(&buffers[i]);
		pkts[i] = &buffers[i].m;
	}
	nb_copies = 0;
	copies_left = SPP_VECTOR_SIZE;
	memset(drops, 0, sizeof(drops));
	return 0;
}

/* Addresses 0..11, the tag if there is one (tci >= 0), IPv4, and bytes that count on from 0. */
static void
fill(unsigned int i, int tci, unsigned int payload)
{
	uint8_t *at = rte_pktmbuf_mtod(pkts[i], uint8_t *);
	rte_be16_t word[] = {RTE_BE16(RTE_ETHER_TYPE_VLAN), rte_cpu_to_be_16((uint16_t)tci)};
	rte_be16_t type = TYPE_IPV4;
	unsigned int b;

	for (b = 0; b < 12; b++)
		*at++ = (uint8_t)b;
	if (tci >= 0) {
		memcpy(at, word, sizeof(word));
		at += sizeof(word);
	}
	memcpy(at, &type, sizeof(type));
	at += sizeof(type);
	for (b = 0; b < payload; b++)
		*at++ = (uint8_t)b;
	pkts[i]->data_len = (uint16_t)(at - rte_pktmbuf_mtod(pkts[i], uint8_t *));
	pkts[i]->pkt_len = pkts[i]->data_len;
}

/* The packet is as fill() would have made it. */
static void
check(struct rte_mbuf *m, int tci, unsigned int payload)
{
	uint8_t whole[DATA_SIZE], wanted[DATA_SIZE];
	unsigned int length = 14 + (tci >= 0 ? 4 : 0) + payload, at = 0;
	struct rte_mbuf *segment, *keep = pkts[SPP_VECTOR_SIZE - 1];
	struct buffer right;

	assert_int_equal(m->pkt_len, length);
	for (segment = m; segment != NULL; segment = segment->next) {
		memcpy(whole + at, rte_pktmbuf_mtod(segment, const void *), segment->data_len);
		at += segment->data_len;
	}
	assert_int_equal(at, length);
	buffer_init(&right);
	pkts[SPP_VECTOR_SIZE - 1] = &right.m;
	fill(SPP_VECTOR_SIZE - 1, tci, payload);
	pkts[SPP_VECTOR_SIZE - 1] = keep;
	memcpy(wanted, right.data + ROOM, length);
	assert_memory_equal(whole, wanted, length);
}

static uint16_t
apply(enum spp_vlan_op op, uint16_t vid, uint8_t pcp, uint16_t nb)
{
	struct spp_vlan vlan = {.op = (uint8_t)op, .vid = vid, .pcp = pcp};

	return spp_vlan_apply(vlan, pkts, nb, drops);
}

static uint64_t
all_drops(void)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < SPP_DROP_NB; i++)
		sum += drops[i];
	return sum;
}

static void
add_pushes_a_tag_with_id_and_priority(void **state)
{
	fill(0, -1, 46);
	fill(1, -1, 0);
	assert_int_equal(apply(SPP_VLAN_ADD, 101, 3, 2), 2);
	check(pkts[0], 3 << 13 | 101, 46);
	check(pkts[1], 3 << 13 | 101, 0);
	assert_ptr_equal(pkts[0], &buffers[0].m);
	assert_int_equal(pkts[0]->data_off, ROOM - 4);
	assert_int_equal(nb_copies + all_drops(), 0);
}

static void
the_highest_values_fit(void **state)
{
	fill(0, -1, 46);
	assert_int_equal(apply(SPP_VLAN_ADD, 4094, 7, 1), 1);
	check(pkts[0], 0xeffe, 46);
	assert_int_equal(apply(SPP_VLAN_ADD, 0, 0, 1), 1);
	check(pkts[0], 0, 46);
}

static void
add_overwrites_the_tag_that_is_there(void **state)
{
	fill(0, 7 << 13 | 1 << 12 | 4000, 46);
	assert_int_equal(apply(SPP_VLAN_ADD, 5, 0, 1), 1);
	check(pkts[0], 5, 46);
	assert_int_equal(pkts[0]->data_off, ROOM);
}

static void
del_pops_a_tag_and_leaves_packets_without_one(void **state)
{
	fill(0, 5, 46);
	fill(1, -1, 46);
	fill(2, 5, 0);
	assert_int_equal(apply(SPP_VLAN_DEL, 0, 0, 3), 3);
	check(pkts[0], -1, 46);
	check(pkts[1], -1, 46);
	check(pkts[2], -1, 0);
	assert_int_equal(nb_copies + all_drops(), 0);
}

/* A provider's tag (802.1ad) is no tag of ours. */
static void
another_kind_of_tag_is_left_alone(void **state)
{
	rte_be16_t type = RTE_BE16(RTE_ETHER_TYPE_QINQ);

	fill(0, -1, 46);
	memcpy(buffers[0].data + ROOM + 12, &type, sizeof(type));
	assert_int_equal(apply(SPP_VLAN_DEL, 0, 0, 1), 1);
	assert_int_equal(pkts[0]->pkt_len, 60);
	assert_int_equal(apply(SPP_VLAN_ADD, 9, 0, 1), 1);
	assert_int_equal(pkts[0]->pkt_len, 64);
	assert_memory_equal(rte_pktmbuf_mtod_offset(pkts[0], void *, 16), &type, sizeof(type));
}

static void
what_a_driver_said_of_the_tag_is_forgotten(void **state)
{
	fill(0, 5, 46);
	pkts[0]->ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_RSS_HASH;
	apply(SPP_VLAN_DEL, 0, 0, 1);
	assert_int_equal(pkts[0]->ol_flags, RTE_MBUF_F_RX_RSS_HASH);
}

/* Both holders have a packet of their own: the copy is changed, the shared one is not. */
static void
a_shared_packet_is_copied_first(void **state)
{
	static const struct {
		enum spp_vlan_op op;
		int before, after;
	} cases[] = {{SPP_VLAN_ADD, -1, 9}, {SPP_VLAN_ADD, 5, 9}, {SPP_VLAN_DEL, 5, -1}};
	unsigned int i;

	for (i = 0; i < 3; i++) {
		set_up(state);
		fill(0, cases[i].before, 46);
		rte_mbuf_refcnt_set(pkts[0], 2);
		assert_int_equal(apply(cases[i].op, 9, 0, 1), 1);
		assert_ptr_equal(pkts[0], &copies[0].m);
		check(pkts[0], cases[i].after, 46);
		check(&buffers[0].m, cases[i].before, 46);
		assert_int_equal(rte_mbuf_refcnt_read(&buffers[0].m), 1);
		assert_false(buffers[0].freed);
	}
}

static void
a_shared_packet_that_does_not_change_is_not_copied(void **state)
{
	fill(0, -1, 46);
	rte_mbuf_refcnt_set(pkts[0], 2);
	assert_int_equal(apply(SPP_VLAN_DEL, 0, 0, 1), 1);
	assert_ptr_equal(pkts[0], &buffers[0].m);
	assert_int_equal(nb_copies, 0);
}

static void
a_packet_in_memory_of_others_is_copied_and_let_go(void **state)
{
	fill(0, -1, 46);
	fill(1, -1, 46);
	pkts[0]->ol_flags |= RTE_MBUF_F_EXTERNAL;
	pkts[1]->ol_flags |= RTE_MBUF_F_INDIRECT;
	assert_int_equal(apply(SPP_VLAN_ADD, 9, 0, 2), 2);
	assert_int_equal(nb_copies, 2);
	check(pkts[0], 9, 46);
	check(pkts[1], 9, 46);
	assert_true(buffers[0].freed && buffers[1].freed);
}

static void
a_packet_without_room_in_front_is_copied(void **state)
{
	pkts[0]->data_off = 2;
	pkts[1]->data_off = 4;
	pkts[2]->data_off = 0;
	fill(0, -1, 46);
	fill(1, -1, 46);
	fill(2, 5, 46); /* overwriting needs no room */
	assert_int_equal(apply(SPP_VLAN_ADD, 9, 0, 3), 3);
	assert_int_equal(nb_copies, 1);
	check(pkts[0], 9, 46);
	check(pkts[1], 9, 46);
	check(pkts[2], 9, 46);
	assert_true(buffers[0].freed);
}

static void
without_mbufs_for_a_copy_the_packet_is_dropped_and_counted(void **state)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		fill(i, -1, i);
	rte_mbuf_refcnt_set(pkts[1], 2);
	rte_mbuf_refcnt_set(pkts[2], 2);
	copies_left = 1;
	assert_int_equal(apply(SPP_VLAN_ADD, 9, 0, 4), 3);
	check(pkts[0], 9, 0);
	check(pkts[1], 9, 1);
	check(pkts[2], 9, 3);
	assert_int_equal(drops[SPP_DROP_NO_MBUF], 1);
	assert_int_equal(all_drops(), 1);
	assert_int_equal(rte_mbuf_refcnt_read(&buffers[2].m), 1); /* the other holder's */
	assert_false(buffers[2].freed);
}

static void
a_packet_that_ends_within_its_headers_is_dropped_and_counted(void **state)
{
	uint16_t length;

	for (length = 0; length < 20; length++) {
		set_up(state);
		fill(0, 5, 2);
		fill(1, 5, 2);
		pkts[0]->data_len = length;
		pkts[0]->pkt_len = length;
		assert_int_equal(apply(length % 2 ? SPP_VLAN_ADD : SPP_VLAN_DEL, 9, 0, 2),
				 length < 18 ? 1 : 2);
		assert_int_equal(drops[SPP_DROP_MALFORMED], length < 18 ? 1 : 0);
		assert_int_equal(buffers[0].freed, length < 18);
		assert_false(buffers[1].freed);
		assert_ptr_equal(pkts[length < 18 ? 0 : 1], &buffers[1].m);
	}
}

/* Packet 0, cut into mbufs of `first` bytes and the rest. */
static void
chain(unsigned int first)
{
	struct rte_mbuf *head = pkts[0], *tail = &buffers[1].m;

	tail->data_len = (uint16_t)(head->data_len - first);
	memcpy(buffers[1].data + ROOM, rte_pktmbuf_mtod_offset(head, void *, first),
	       tail->data_len);
	head->data_len = (uint16_t)first;
	head->next = tail;
	head->nb_segs = 2;
}

static void
a_packet_of_several_mbufs_is_changed_in_the_first(void **state)
{
	fill(0, -1, 100);
	chain(60);
	assert_int_equal(apply(SPP_VLAN_ADD, 9, 2, 1), 1);
	check(pkts[0], 2 << 13 | 9, 100);
	assert_int_equal(apply(SPP_VLAN_ADD, 10, 0, 1), 1);
	check(pkts[0], 10, 100);
	assert_int_equal(apply(SPP_VLAN_DEL, 0, 0, 1), 1);
	check(pkts[0], -1, 100);
	assert_int_equal(pkts[0]->nb_segs, 2);
	assert_int_equal(nb_copies, 0);
}

static void
headers_that_lie_across_mbufs_are_brought_together(void **state)
{
	static const struct {
		enum spp_vlan_op op;
		int before, after;
	} cases[] = {{SPP_VLAN_ADD, -1, 9}, {SPP_VLAN_ADD, 5, 9}, {SPP_VLAN_DEL, 5, -1}};
	unsigned int i, first;

	for (i = 0; i < 3; i++) {
		for (first = 1; first < 20; first++) {
			set_up(state);
			fill(0, cases[i].before, 46);
			chain(first);
			assert_int_equal(apply(cases[i].op, 9, 0, 1), 1);
			check(pkts[0], cases[i].after, 46);
			assert_int_equal(nb_copies, first < (cases[i].before < 0 ? 14 : 18));
			assert_int_equal(buffers[0].freed, nb_copies);
		}
	}
}

static void
a_full_vector_keeps_its_order_and_nothing_is_something_too(void **state)
{
	unsigned int i;

	for (i = 0; i < SPP_VECTOR_SIZE; i++)
		fill(i, i % 3 ? (int)i : -1, i);
	assert_int_equal(apply(SPP_VLAN_ADD, 9, 0, SPP_VECTOR_SIZE), SPP_VECTOR_SIZE);
	for (i = 0; i < SPP_VECTOR_SIZE; i++)
		check(pkts[i], 9, i);
	assert_int_equal(apply(SPP_VLAN_ADD, 9, 0, 0), 0);
	assert_int_equal(nb_copies + all_drops(), 0);
}

#define CASE(f) cmocka_unit_test_setup(f, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(add_pushes_a_tag_with_id_and_priority),
		CASE(the_highest_values_fit),
		CASE(add_overwrites_the_tag_that_is_there),
		CASE(del_pops_a_tag_and_leaves_packets_without_one),
		CASE(another_kind_of_tag_is_left_alone),
		CASE(what_a_driver_said_of_the_tag_is_forgotten),
		CASE(a_shared_packet_is_copied_first),
		CASE(a_shared_packet_that_does_not_change_is_not_copied),
		CASE(a_packet_in_memory_of_others_is_copied_and_let_go),
		CASE(a_packet_without_room_in_front_is_copied),
		CASE(without_mbufs_for_a_copy_the_packet_is_dropped_and_counted),
		CASE(a_packet_that_ends_within_its_headers_is_dropped_and_counted),
		CASE(a_packet_of_several_mbufs_is_changed_in_the_first),
		CASE(headers_that_lie_across_mbufs_are_brought_together),
		CASE(a_full_vector_keeps_its_order_and_nothing_is_something_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
