/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A ring between two processes (adapters/ring) whose two sides behave: what goes in comes out,
 * once, whole and in order, and what does not is counted. Those that do not:
 * test_shared_ring_hostile.c; those that die or sleep: test_shared_ring_life.c.
 */
#include "unit.h"

#include <string.h>

#include "spp/dp/hops.h"

#include "ring/layout.h"
#include "ring_bed.h"

static void
packets_of_any_length_come_out_as_they_went_in(void **state)
{
	struct rte_mbuf *pkts[32];
	uint64_t bytes = 0;
	uint32_t length, i, nb;

	bed_open(0);
	for (length = 14; length <= 1522;) {
		for (nb = 0; nb < 32 && length + nb <= 1522; nb++) {
			pkts[nb] = bed_make(length + nb, length + nb, 0);
			bytes += length + nb;
		}
		assert_int_equal(spp_dp_tx(bed.writer, pkts, (uint16_t)nb, &bed.tx), nb);
		memset(pkts, 0, sizeof(pkts));
		/* a vector stays a vector */
		assert_int_equal(spp_dp_rx(bed.reader, pkts, 32, &bed.rx), nb);
		for (i = 0; i < nb; i++) {
			assert_ptr_equal(pkts[i]->pool, bed.to);
			assert_int_equal(pkts[i]->nb_segs, 1);
			assert_int_equal(pkts[i]->port, RTE_MBUF_PORT_INVALID);
			assert_int_equal(pkts[i]->ol_flags, spp_hops_flag);
			bed_check(pkts[i], length + i, length + i);
		}
		length += nb;
	}
	bed_is_empty();
	assert_int_equal(bed.tx.tx_packets, 1509);
	assert_int_equal(bed.tx.tx_bytes, bytes);
	assert_int_equal(bed.rx.rx_packets, 1509);
	assert_int_equal(bed.rx.rx_bytes, bytes);
	assert_int_equal(bed_drops(bed.tx.tx_drops) + bed_drops(bed.rx.rx_drops), 0);
	bed_close();
}

static void
many_more_than_a_ring_has_keep_their_order(void **state)
{
	static uint32_t lengths[1 << 16];
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	uint32_t total = 20000, nb, i;

	bed_open(0);
	for (i = 0; i < total; i++)
		lengths[i] = 14 + bed_random() % 1509;
	while (bed.received < total) {
		for (nb = bed_random() % 200; nb > 0 && bed.sent < total; nb--) {
			if (!bed_send(lengths[bed.sent]))
				break;
		}
		nb = spp_dp_rx(bed.reader, pkts, (uint16_t)(1 + bed_random() % SPP_VECTOR_SIZE),
			       &bed.rx);
		for (i = 0; i < nb; i++, bed.received++)
			bed_check(pkts[i], bed.received, lengths[bed.received]);
	}
	bed_is_empty();
	assert_int_equal(bed.rx.rx_packets, total);
	bed_close();
}

static void
a_ring_goes_round_at_every_place(void **state)
{
	static const uint32_t lengths[] = {14, 60, 61, 1514};
	uint64_t at;
	uint32_t i;

	for (at = 3 * RING_BYTES - 3200; at < 3 * RING_BYTES + 80; at += 8) {
		bed_open(at);
		for (i = 0; i < 4; i++)
			assert_true(bed_send(lengths[(at / 8 + i) % 4]));
		for (i = 0; i < 4; i++)
			bed_receive(lengths[(at / 8 + i) % 4]);
		bed_is_empty();
		bed_close();
	}
}

static void
chains_go_in(void **state)
{
	uint32_t part, length;
	struct rte_mbuf *m;

	bed_open(0);
	for (part = 2; part < 900; part += 37) {
		for (length = 14; length < 1522; length += 251) {
			m = bed_make(bed.sent++, length, part);
			assert_int_equal(spp_dp_tx(bed.writer, &m, 1, &bed.tx), 1);
			bed_receive(length);
		}
	}
	assert_int_equal(bed_drops(bed.tx.tx_drops), 0);
	bed_close();
}

static void
chains_come_out_where_buffers_are_small(void **state)
{
	struct rte_mbuf *pkts[32];
	uint32_t length, i;

	bed_open(0);
	spp_shared_ring_close(bed.reader);
	bed.env.pool = bed.small;
	bed.reader = spp_shared_ring_reader(bed.ring, &bed.env);
	assert_non_null(bed.reader);
	for (length = 14; length <= 1522; length += length % BED_SMALL == 1 ? 197 : 1) {
		assert_true(bed_send(length));
		assert_true(bed_send(60));
		assert_int_equal(spp_dp_rx(bed.reader, pkts, 32, &bed.rx), 2);
		assert_int_equal(pkts[0]->nb_segs, (length + BED_SMALL - 1) / BED_SMALL);
		for (i = 0; i < 2; i++)
			bed_check(pkts[i], bed.received++, i == 0 ? length : 60);
	}
	bed_close();
}

/* The longest there can be, from every kind of place. */
static void
the_longest_frames_always_have_room(void **state)
{
	uint32_t length = RING_FRAME_MAX;
	struct rte_mbuf *m;
	uint64_t at;

	for (at = 0; at < RING_BYTES; at += 8 * 1021) {
		bed_open(at);
		spp_shared_ring_close(bed.writer);
		spp_shared_ring_close(bed.reader);
		bed.env.frame_max = length + 1;
		assert_null(spp_shared_ring_writer(bed.ring, &bed.env));
		assert_null(spp_shared_ring_reader(bed.ring, &bed.env));
		bed.env.frame_max = length;
		bed.writer = spp_shared_ring_writer(bed.ring, &bed.env);
		bed.reader = spp_shared_ring_reader(bed.ring, &bed.env);
		m = bed_make(bed.sent++, length, 2000);
		assert_int_equal(spp_dp_tx(bed.writer, &m, 1, &bed.tx), 1);
		bed_receive(length);
		bed_close();
	}
}

static void
what_is_too_long_or_no_frame_goes_and_the_others_pass(void **state)
{
	struct rte_mbuf *pkts[5];

	bed_open(0);
	pkts[0] = bed_make(0, 1523, 0);
	pkts[1] = bed_make(0, 1522, 0);
	pkts[2] = bed_make(0, 13, 0);
	pkts[3] = bed_make(1, 60, 0);
	pkts[4] = bed_make(0, 1600, 100);
	assert_int_equal(spp_dp_tx(bed.writer, pkts, 5, &bed.tx), 5);
	assert_int_equal(bed.tx.tx_drops[SPP_DROP_TOO_BIG], 2);
	assert_int_equal(bed.tx.tx_drops[SPP_DROP_MALFORMED], 1);
	assert_int_equal(bed_drops(bed.tx.tx_drops), 3);
	assert_int_equal(bed.tx.tx_packets, 2);
	bed_receive(1522);
	bed_receive(60);
	bed_is_empty();
	bed_close();
}

/* One that others hold as well stays theirs. */
static void
shared_mbufs_are_copied_and_let_go(void **state)
{
	struct rte_mbuf *pkts[3], *held;

	bed_open(0);
	pkts[0] = bed_make(0, 60, 0);
	pkts[1] = held = bed_make(1, 60, 0);
	pkts[2] = rte_pktmbuf_copy(held, bed.small, 0, UINT32_MAX); /* of another pool */
	rte_mbuf_refcnt_update(held, 1);
	assert_int_equal(spp_dp_tx(bed.writer, pkts, 3, &bed.tx), 3);
	assert_int_equal(rte_mbuf_refcnt_read(held), 1);
	bed_receive(60);
	bed_receive(60);
	bed.received = 1;
	bed_receive(60);
	bed_check(held, 1, 60);
	bed_close();
}

static void
a_full_ring_takes_no_more_and_loses_nothing(void **state)
{
	uint32_t fit = (uint32_t)(RING_BYTES / record_size(1514)), rounds;
	struct rte_mbuf *pkts[32], *same[32];
	uint32_t i, done;

	bed_open(0);
	assert_int_equal(bed.writer->full, SPP_DROP_RING_FULL);
	while (bed_send(1514))
		;
	assert_int_equal(bed.sent, fit);
	assert_true(spp_shared_ring_waiting(bed.ring) <= RING_BYTES);
	for (rounds = 0; rounds < 100; rounds++) {
		for (i = 0; i < 7; i++)
			bed_receive(1514);
		for (i = 0; i < 32; i++)
			same[i] = pkts[i] = bed_make(bed.sent + i, 1514, 0);
		done = spp_dp_tx(bed.writer, pkts, 32, &bed.tx);
		assert_in_range(done, 6, 7); /* one is lost where it goes round */
		bed.sent += done;
		/* the others are where they were */
		assert_memory_equal(pkts + done, same + done, (32 - done) * sizeof(pkts[0]));
		for (i = done; i < 32; i++)
			bed_check(pkts[i], bed.sent + i - done, 1514);
	}
	assert_int_equal(bed_drops(bed.tx.tx_drops), 0);
	while (bed.received < bed.sent)
		bed_receive(1514);
	bed_is_empty();
	bed_close();
}

static void
without_a_reader_all_is_dropped(void **state)
{
	struct rte_mbuf *pkts[3];
	uint32_t i;

	bed_open(0);
	assert_true(spp_shared_ring_has_reader(bed.ring));
	spp_shared_ring_no_reader(bed.ring);
	assert_false(spp_shared_ring_has_reader(bed.ring));
	for (i = 0; i < 3; i++)
		pkts[i] = bed_make(i, 60, 0);
	assert_int_equal(spp_dp_tx(bed.writer, pkts, 3, &bed.tx), 3);
	assert_int_equal(bed.tx.tx_drops[SPP_DROP_NO_CONSUMER], 3);
	assert_int_equal(bed.tx.tx_packets, 0);
	assert_int_equal(spp_shared_ring_waiting(bed.ring), 0);
	bed_close();
}

static void
without_mbufs_it_waits_in_the_ring(void **state)
{
	struct rte_mbuf *held[BED_MBUFS], *pkts[32];
	uint32_t i;

	bed_open(0);
	for (i = 0; i < 32; i++)
		assert_true(bed_send(100 + i));
	assert_int_equal(rte_pktmbuf_alloc_bulk(bed.to, held, BED_MBUFS - 20), 0);
	/* not all: as many as there are for */
	assert_int_equal(spp_dp_rx(bed.reader, pkts, 32, &bed.rx), 16);
	for (i = 0; i < 16; i++)
		bed_check(pkts[i], bed.received++, 100 + i);
	assert_int_equal(rte_pktmbuf_alloc_bulk(bed.to, held + BED_MBUFS - 20, 20), 0);
	assert_int_equal(spp_dp_rx(bed.reader, pkts, 32, &bed.rx), 0);
	assert_int_equal(bed.rx.rx_packets, 16);
	rte_pktmbuf_free_bulk(held, BED_MBUFS);
	for (i = 16; i < 32; i++)
		bed_receive(100 + i);
	bed_is_empty();
	assert_int_equal(bed_drops(bed.rx.rx_drops), 0);
	bed_close();
}

static void
a_packet_ends_after_eight_rings(void **state)
{
	struct rte_mbuf *m, *copy;
	uint32_t i;

	bed_open(0);
	m = bed_make(7, 60, 0);
	for (i = 1; i <= SPP_SHARED_RING_HOPS; i++) {
		assert_int_equal(spp_hops_of(m), i - 1);
		assert_int_equal(spp_dp_tx(bed.writer, &m, 1, &bed.tx), 1);
		assert_int_equal(spp_dp_rx(bed.reader, &m, 1, &bed.rx), 1);
	}
	assert_int_equal(spp_hops_of(m), SPP_SHARED_RING_HOPS);
	copy = rte_pktmbuf_copy(m, bed.from, 0, UINT32_MAX);
	assert_int_equal(spp_hops_of(copy), SPP_SHARED_RING_HOPS);
	bed_check(copy, 7, 60);
	assert_int_equal(bed.tx.tx_packets, SPP_SHARED_RING_HOPS);
	assert_int_equal(spp_dp_tx(bed.writer, &m, 1, &bed.tx), 1);
	assert_int_equal(bed.tx.tx_drops[SPP_DROP_LOOP], 1);
	assert_int_equal(bed.tx.tx_packets, SPP_SHARED_RING_HOPS);
	bed_is_empty();
	bed_close();
}

/* The number stays in the mbuf, the flag does not. */
static void
a_new_packet_in_the_same_mbuf_has_no_hops(void **state)
{
	struct rte_mbuf *m;

	bed_open(0);
	m = bed_make(0, 60, 0);
	spp_hops_set(m, SPP_SHARED_RING_HOPS);
	rte_pktmbuf_free(m);
	m = bed_make(0, 60, 0);
	assert_int_equal(spp_hops_of(m), 0);
	assert_int_equal(spp_dp_tx(bed.writer, &m, 1, &bed.tx), 1);
	bed_receive(60);
	bed_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_of_any_length_come_out_as_they_went_in),
		cmocka_unit_test(many_more_than_a_ring_has_keep_their_order),
		cmocka_unit_test(a_ring_goes_round_at_every_place),
		cmocka_unit_test(chains_go_in),
		cmocka_unit_test(chains_come_out_where_buffers_are_small),
		cmocka_unit_test(the_longest_frames_always_have_room),
		cmocka_unit_test(what_is_too_long_or_no_frame_goes_and_the_others_pass),
		cmocka_unit_test(shared_mbufs_are_copied_and_let_go),
		cmocka_unit_test(a_full_ring_takes_no_more_and_loses_nothing),
		cmocka_unit_test(without_a_reader_all_is_dropped),
		cmocka_unit_test(without_mbufs_it_waits_in_the_ring),
		cmocka_unit_test(a_packet_ends_after_eight_rings),
		cmocka_unit_test(a_new_packet_in_the_same_mbuf_has_no_hops),
	};

	bed_start();
	return cmocka_run_group_tests_name("shared_ring", tests, NULL, NULL);
}
