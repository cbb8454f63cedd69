/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A ring between two processes, one of which is crazy: what it may write, cursors and records,
 * costs the other a counted drop, and never a crash, a wait, a torn mbuf or a byte outside the ring
 * (ring_bed has pages around it that nobody may touch).
 */
#include "unit.h"

#include <pthread.h>
#include <string.h>

#include "ring/layout.h"
#include "ring_bed.h"

#define STATES 30000
/* Calls in which a reader has to be through with a ring of anything. */
#define CALLS_MAX (RING_BYTES / 32)

/* What comes is at least a packet. */
static void
check_packets(struct rte_mbuf **pkts, uint16_t nb)
{
	const struct rte_mbuf *part;
	uint32_t bytes;
	uint16_t i, segs;

	for (i = 0; i < nb; i++) {
		assert_in_range(pkts[i]->pkt_len, 14, bed.env.frame_max);
		bytes = 0;
		segs = 0;
		for (part = pkts[i]; part != NULL; part = part->next, segs++) {
			assert_in_range(part->data_len, 1,
					rte_pktmbuf_data_room_size(part->pool) - part->data_off);
			bytes += part->data_len;
		}
		assert_int_equal(bytes, pkts[i]->pkt_len);
		assert_int_equal(segs, pkts[i]->nb_segs);
	}
	rte_pktmbuf_free_bulk(pkts, nb);
}

static void
read_all(void)
{
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	struct spp_port_counters before;
	uint32_t calls = 0;
	uint16_t nb;

	do {
		assert_true(calls++ < CALLS_MAX);
		before = bed.rx;
		nb = spp_dp_rx(bed.reader, pkts, (uint16_t)(1 + bed_random() % SPP_VECTOR_SIZE),
			       &bed.rx);
		assert_int_equal(bed.rx.rx_packets - before.rx_packets, nb);
		check_packets(pkts, nb);
		/* at most one for a call, and none with packets */
		assert_in_range(bed_drops(bed.rx.rx_drops) - bed_drops(before.rx_drops), 0,
				nb == 0 ? 1 : 0);
	} while (nb > 0 || bed_drops(bed.rx.rx_drops) != bed_drops(before.rx_drops));
}

static void
reopen(void)
{
	spp_shared_ring_close(bed.writer);
	spp_shared_ring_close(bed.reader);
	bed.writer = spp_shared_ring_writer(bed.ring, &bed.env);
	bed.reader = spp_shared_ring_reader(bed.ring, &bed.env);
	assert_non_null(bed.writer);
	assert_non_null(bed.reader);
}

static uint64_t
random_word(void)
{
	return (uint64_t)bed_random() << 40 ^ (uint64_t)bed_random() << 20 ^ bed_random();
}

/* Small and large ones, and those near what matters. */
static uint64_t
random_cursor(void)
{
	static const uint64_t near[] = {
		0, RING_BYTES, 2 * RING_BYTES, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX};
	uint64_t cursor = near[bed_random() % 6] + bed_random() % 4096 - 2048;

	return bed_random() % 4 == 0 ? random_word() : cursor;
}

/* Some records that could be, and then anything. */
static void
fill_randomly(uint64_t from)
{
	uint32_t at = (uint32_t)((from & ~UINT64_C(7)) % RING_BYTES), nb = bed_random() % 40;
	uint32_t anything = 64, length;

	while (nb-- > 0 || anything-- > 0) {
		length = bed_random() % 8 == 0 ? bed_random() % 2000 : 14 + bed_random() % 200;
		if (bed_random() % 64 == 0)
			length = RECORD_SKIP;
		*(uint64_t *)(bed.ring->bytes + at) =
			nb < 40 || anything % 2 != 0 ? length : random_word();
		at += length == RECORD_SKIP ? 8 : record_size(length);
		if (at >= RING_BYTES)
			at = 0;
		if (nb > 40)
			nb = 0;
	}
}

static void
a_reader_comes_through_any_state(void **state)
{
	uint32_t i;

	bed_open(0);
	for (i = 0; i < STATES; i++) {
		bed.ring->read = random_cursor();
		bed.ring->written = bed_random() % 4 == 0 ? random_cursor()
							  : bed.ring->read + bed_random() % 9000;
		fill_randomly(bed.ring->read);
		/* as one finds it who comes anew; or as it became while one was there */
		if (i % 2 == 0)
			reopen();
		bed.env.pool = i % 4 == 0 ? bed.small : bed.to;
		read_all();
	}
	assert_true(bed.rx.rx_drops[SPP_DROP_BAD_RECORD] > STATES / 10);
	assert_true(bed.rx.rx_packets > STATES);
	bed_close();
}

/* Whoever writes next, and is not crazy, is heard. */
static void
after_any_state_a_ring_is_a_ring_again(void **state)
{
	uint32_t i, k;

	bed_open(0);
	for (i = 0; i < STATES / 10; i++) {
		bed.ring->read = random_cursor();
		bed.ring->written = random_cursor();
		bed.ring->armed = random_word();
		fill_randomly(bed.ring->read);
		reopen();
		read_all();
		for (k = 0; k < 5; k++)
			assert_true(bed_send(60 + k));
		for (k = 0; k < 5; k++)
			bed_receive(60 + k);
		bed_is_empty();
	}
	bed_close();
}

struct broken {
	uint32_t length; /* what the word says */
	uint32_t bytes;  /* the writer says it has written, behind the good ones */
};

static void
a_broken_record_is_one_drop_and_what_was_before_it_passes(void **state)
{
	static const struct broken broken[] = {
		{0, 16},          {13, 32}, {1523, 2000}, {UINT32_MAX - 1, 64}, {0xffff0000, 64},
		{0x7fffffff, 64}, {60, 72}, {1522, 1528}, {RECORD_SKIP, 8},
	};
	uint32_t i, k;

	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		bed_open(64);
		for (k = 0; k < 3; k++)
			assert_true(bed_send(60));
		*(uint64_t *)(bed.ring->bytes + bed.ring->written) = broken[i].length;
		bed.ring->written += broken[i].bytes;
		for (k = 0; k < 3; k++)
			bed_receive(60);
		assert_int_equal(bed_drops(bed.rx.rx_drops), 0);
		bed_is_empty();
		assert_int_equal(bed.rx.rx_drops[SPP_DROP_BAD_RECORD], 1);
		bed_is_empty();
		assert_int_equal(bed_drops(bed.rx.rx_drops), 1);
		reopen();
		assert_true(bed_send(100));
		bed_receive(100);
		bed_close();
	}
}

/* Not even what was before it: nobody knows where that is. */
static void
a_cursor_too_far_away_is_one_drop(void **state)
{
	static const uint64_t away[] = {RING_BYTES + 8, UINT64_C(1) << 63, UINT64_MAX - 800};
	uint32_t i;

	for (i = 0; i < 3; i++) {
		bed_open(4096);
		assert_true(bed_send(60));
		bed.ring->written = bed.ring->read + away[i];
		bed_is_empty();
		assert_int_equal(bed.rx.rx_drops[SPP_DROP_BAD_RECORD], 1);
		bed_is_empty();
		assert_int_equal(bed_drops(bed.rx.rx_drops), 1);
		/* the writer that lives has its own; what it writes next is lost, once more, and
		 * that is all */
		assert_true(bed_send(60));
		bed_is_empty();
		assert_int_equal(bed_drops(bed.rx.rx_drops), 2);
		bed.received = bed.sent;
		assert_true(bed_send(60));
		bed_receive(60);
		bed_close();
	}
}

/* A skip leads to the begin, where nothing may be skipped: else a call would have no end, as long
 * as the cursor runs ahead. */
static void
a_reader_does_not_run_after_skips(void **state)
{
	uint32_t i;

	bed_open(0);
	for (i = 0; i < 3; i++) {
		*(uint64_t *)bed.ring->bytes = RECORD_SKIP;
		bed.ring->written += RING_BYTES;
		bed_is_empty();
		assert_int_equal(bed.rx.rx_drops[SPP_DROP_BAD_RECORD], i + 1);
	}
	bed_close();
}

/* Or the ring would stay as full as that, for ever. */
static void
a_skip_that_leads_to_nothing_is_broken(void **state)
{
	bed_open(40);
	*(uint64_t *)(bed.ring->bytes + 40) = RECORD_SKIP;
	bed.ring->written = RING_BYTES;
	bed_is_empty();
	assert_int_equal(bed.rx.rx_drops[SPP_DROP_BAD_RECORD], 1);
	reopen();
	assert_true(bed_send(60));
	bed_receive(60);
	bed_close();
}

static bool scribbling;

static void *
scribble(void *arg)
{
	uint32_t state = 7;
	uint64_t word;

	while (__atomic_load_n(&scribbling, __ATOMIC_RELAXED)) {
		state = state * 1664525u + 1013904223u;
		word = state >> 3;
		switch (state >> 28) {
		case 0:
			__atomic_store_n(&bed.ring->written, word * 8, __ATOMIC_RELAXED);
			break;
		case 1:
			__atomic_store_n(&bed.ring->read, word * 8, __ATOMIC_RELAXED);
			break;
		case 2:
			__atomic_fetch_add(&bed.ring->written, word % 4096, __ATOMIC_RELAXED);
			break;
		case 3:
			__atomic_store_n(&bed.ring->armed, word, __ATOMIC_RELAXED);
			break;
		default:
			__atomic_store_n((uint64_t *)(bed.ring->bytes + word % 65536 * 8),
					 word % 2048, __ATOMIC_RELAXED);
		}
	}
	return NULL;
}

static void
both_bear_one_who_writes_at_the_same_time(void **state)
{
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	pthread_t thread;
	uint32_t i;
	uint16_t nb, done;

	bed_open(0);
	scribbling = true;
	assert_int_equal(pthread_create(&thread, NULL, scribble, NULL), 0);
	for (i = 0; i < 200000; i++) {
		nb = spp_dp_rx(bed.reader, pkts, 1 + i % SPP_VECTOR_SIZE, &bed.rx);
		check_packets(pkts, nb);
		pkts[0] = bed_make(i, 60 + i % 1000, 0);
		done = spp_dp_tx(bed.writer, pkts, 1, &bed.tx);
		rte_pktmbuf_free_bulk(pkts + done, 1 - done);
	}
	__atomic_store_n(&scribbling, false, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	bed_close();
}

/* Nothing of the ring's head but its own cursor, and the name of who sleeps. */
static void
a_writer_writes_where_it_may_whatever_the_reader_says(void **state)
{
	struct spp_shared_ring *head = bed.ring;
	uint64_t read, written, armed, taken = 0;
	struct rte_mbuf *pkts[8];
	uint32_t i, k, woken;
	uint16_t done;

	bed_open(0);
	for (i = 0; i < STATES; i++) {
		read = bed_random() % 2 == 0 ? random_cursor()
					     : head->written - bed_random() % RING_BYTES;
		armed = bed_random() % 2 == 0 ? 0 : random_word();
		head->read = read;
		head->armed = armed;
		written = head->written;
		woken = bed.woken;
		for (k = 0; k < 8; k++)
			pkts[k] = bed_make(k, 1514 - k, 0);
		done = spp_dp_tx(bed.writer, pkts, 8, &bed.tx);
		assert_in_range(done, 0, 8);
		rte_pktmbuf_free_bulk(pkts + done, 8 - done);
		taken += done;
		assert_int_equal(head->read, read);
		assert_int_equal(head->has_reader, 1);
		assert_int_equal(head->has_writer, 1);
		assert_int_equal(bed.woken - woken, done > 0 && armed != 0);
		assert_int_equal(head->armed, done > 0 ? 0 : armed);
		if (bed.woken != woken)
			assert_int_equal(bed.woken_who, armed);
		assert_in_range(head->written - written, done * 1500, RING_BYTES);
	}
	assert_int_equal(taken, bed.tx.tx_packets);
	assert_int_equal(bed_drops(bed.tx.tx_drops), 0);
	assert_true(taken > STATES);
	bed_close();
}

static void
a_cursor_that_cannot_be_is_a_full_ring(void **state)
{
	static const uint64_t ahead[] = {8, 4096, RING_BYTES, UINT64_C(1) << 63};
	uint32_t i;

	for (i = 0; i < 4; i++) {
		bed_open(8 * RING_BYTES);
		while (bed_send(1514) || bed_send(14))
			;
		bed.ring->read = bed.ring->written + ahead[i];
		assert_false(bed_send(60));
		bed.ring->read = bed.ring->written - RING_BYTES - 8;
		assert_false(bed_send(60));
		bed.ring->read = bed.ring->written; /* it came to its senses */
		assert_true(bed_send(60));
		assert_int_equal(bed_drops(bed.tx.tx_drops), 0);
		bed_close();
	}
}

/* Somebody wrote one cursor, once: drops, and then a ring as before, without a new end. */
static void
one_wrong_cursor_is_got_over(void **state)
{
	static const uint64_t far[] = {8, 4096, RING_BYTES + 8, UINT64_C(1) << 40,
				       UINT64_C(1) << 63};
	struct rte_mbuf *pkts[BED_MBUFS];
	uint32_t i, tries;
	uint16_t got, j;

	for (i = 0; i < 2 * RTE_DIM(far); i++) {
		bed_open(8 * RING_BYTES);
		/* the writer has to look at the reader's cursor from now on, each time */
		while (bed_send(1514) || bed_send(14))
			;
		bed.ring->written += i % 2 == 0 ? far[i / 2] : -far[i / 2];
		for (tries = 0; tries < 10; tries++) {
			(void)bed_send(60);
			while ((got = spp_dp_rx(bed.reader, pkts, 32, &bed.rx)) > 0) {
				for (j = 0; j < got; j++)
					rte_pktmbuf_free(pkts[j]);
			}
		}
		bed.received = bed.sent;
		assert_true(bed_send(60));
		bed_receive(60);
		bed_is_empty();
		bed_close();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_comes_through_any_state),
		cmocka_unit_test(after_any_state_a_ring_is_a_ring_again),
		cmocka_unit_test(a_broken_record_is_one_drop_and_what_was_before_it_passes),
		cmocka_unit_test(a_cursor_too_far_away_is_one_drop),
		cmocka_unit_test(a_reader_does_not_run_after_skips),
		cmocka_unit_test(a_skip_that_leads_to_nothing_is_broken),
		cmocka_unit_test(both_bear_one_who_writes_at_the_same_time),
		cmocka_unit_test(a_writer_writes_where_it_may_whatever_the_reader_says),
		cmocka_unit_test(a_cursor_that_cannot_be_is_a_full_ring),
		cmocka_unit_test(one_wrong_cursor_is_got_over),
	};

	bed_start();
	return cmocka_run_group_tests_name("shared_ring_hostile", tests, NULL, NULL);
}
