/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Packets of a trace, marked and seen at each place, on mbufs that are no more than bytes: which
 * ones are marked, how a mark ends, and what is written when a port takes some, drops some and has
 * no room for the rest. With real programs: tests/func/test_trace_live.py.
 */
#include "unit.h"

#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "common/mark.h"
#include "packet/drop_tap.h"
#include "packet/trace_tap.h"

#include "trace/path_stubs.h"

#define PORT  3
#define OTHER 7
#define QUEUE 5

static struct spp_tap_sink sink;
static struct spp_tap taps[SPP_PORT_ID_MAX];
static struct spp_worker worker;
static struct spp_worker *const workers[] = {&worker};
static struct rte_mbuf *pkts[SPP_VECTOR_SIZE];

/* Only packets that begin with an odd byte. */
static bool
is_odd(const struct spp_capture_insn *filter, size_t nb, const uint8_t *bytes, uint32_t length,
       uint32_t there)
{
	return (bytes[0] & 1) != 0;
}

static bool
is_any(const struct spp_capture_insn *filter, size_t nb, const uint8_t *bytes, uint32_t length,
       uint32_t there)
{
	return true;
}

static void
begin_trace(uint32_t packets)
{
	static uint32_t nb;
	struct spp_tape *tape = sink.tape[0];

	memset(&sink, 0, sizeof(sink));
	sink.tape[0] = tape != NULL ? tape : spp_tape_create();
	sink.what.trace = packets;
	sink.from = PORT;
	sink.first_mark = ++nb << 16;
	sink.matches = is_any;
	spp_drop_tap_put(0, &sink, workers, 1);
	spp_trace_put(&sink);
}

static int
set_up(void **state)
{
	unsigned int i;

	RTE_PER_LCORE(_lcore_id) = 0;
	spp_mark_flag = RTE_BIT64(30);
	spp_mark_offset = offsetof(struct rte_mbuf, dynfield1);
	store_empty();
	for (i = 0; i < SPP_VECTOR_SIZE; i++) {
		pkts[i] = store_mbuf(100);
		rte_pktmbuf_mtod(pkts[i], uint8_t *)[0] = (uint8_t)i;
	}
	begin_trace(SPP_TRACE_PACKETS_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	spp_trace_put(NULL);
	spp_drop_tap_put(0, NULL, workers, 1);
	spp_tape_destroy(sink.tape[0]);
	sink.tape[0] = NULL;
	return 0;
}

/* The next record; its kind and number are those. */
static void
expect(enum spp_capture_kind kind, uint32_t number)
{
	const struct spp_capture_record *record = spp_tape_first(sink.tape[0]);

	assert_non_null(record);
	assert_int_equal(record->kind, kind);
	assert_int_equal(record->number, number);
	spp_tape_pass(sink.tape[0], record);
}

static void
expect_nothing(void)
{
	assert_null(spp_tape_first(sink.tape[0]));
}

static void
drain(void)
{
	const struct spp_capture_record *record;

	while ((record = spp_tape_first(sink.tape[0])) != NULL)
		spp_tape_pass(sink.tape[0], record);
}

static void
test_so_many_that_pass_the_filter(void **state)
{
	begin_trace(3);
	sink.matches = is_odd;
	spp_trace_received(OTHER, pkts, 4);
	expect_nothing();
	spp_trace_received(PORT, pkts, 4);
	spp_trace_received(PORT, pkts + 4, 8);
	for (uint32_t i = 0; i < 3; i++)
		expect(SPP_CAPTURE_RX, i);
	expect_nothing();
	for (unsigned int i = 0; i < 12; i++)
		assert_int_equal(spp_mark_is_set(pkts[i]), i == 1 || i == 3 || i == 5);
	assert_int_equal(sink.rx[PORT].seen, 3);
}

/* A driver that clears no flags gives a packet the mark of the one that had its mbuf before. */
static void
test_what_comes_in_has_no_mark(void **state)
{
	spp_trace_received(PORT, pkts, 1);
	assert_true(spp_mark_is_set(pkts[0]));
	spp_trace_received(OTHER, pkts, 1);
	assert_false(spp_mark_is_set(pkts[0]));
}

static void
test_a_mark_of_an_older_trace_is_none(void **state)
{
	uint8_t room[sizeof(struct rte_event_vector) + sizeof(void *)] __rte_aligned(16) = {0};
	struct rte_event_vector *vec = (void *)room;
	struct spp_batch batch = {.vec = vec, .port_id = PORT, .queue = QUEUE};

	spp_trace_received(PORT, pkts, 1);
	drain();
	vec->nb_elem = 1;
	vec->mbufs[0] = pkts[0];
	spp_trace_stage(&batch);
	expect(SPP_CAPTURE_STAGE, 0);
	begin_trace(SPP_TRACE_PACKETS_MAX);
	spp_trace_stage(&batch);
	expect_nothing();
}

static void
test_a_full_tape_loses_places_and_says_so(void **state)
{
	unsigned int i, marked = 0;

	while (spp_tape_reserve(sink.tape[0], 1000) != NULL)
		;
	while (spp_tape_reserve(sink.tape[0], 0) != NULL)
		;
	spp_trace_received(PORT, pkts, 10);
	for (i = 0; i < 10; i++)
		marked += spp_mark_is_set(pkts[i]);
	assert_int_equal(marked, 0);
	assert_int_equal(sink.rx[PORT].seen, 10);
	assert_int_equal(sink.rx[PORT].lost, 10);
}

/* ---- sending ---- */

/* Drops the second, takes two more, has no room for the rest. */
static uint16_t
busy_tx(struct spp_dp_port *port, struct rte_mbuf **those, uint16_t nb,
	struct spp_port_counters *counters)
{
	if (nb > 1)
		spp_drop(&those[1], 1, counters->tx_drops, SPP_DROP_NO_GUEST);
	return RTE_MIN(nb, (uint16_t)3);
}

static uint16_t
no_rx(struct spp_dp_port *port, struct rte_mbuf **those, uint16_t nb,
      struct spp_port_counters *counters)
{
	return 0;
}

static void
test_sent_dropped_and_left(void **state)
{
	struct spp_dp_port port = {.rx = no_rx, .tx = busy_tx};

	taps[OTHER].port_id = OTHER;
	taps[OTHER].sink[0] = &sink;
	spp_trace_received(PORT, pkts, 4);
	drain();
	spp_tap_put(&taps[OTHER], &port, true);
	assert_int_equal(spp_dp_tx(&port, pkts, 4, &worker.port[OTHER]), 3);
	expect(SPP_CAPTURE_DROP_TX, 1);
	expect(SPP_CAPTURE_TX, 0);
	expect(SPP_CAPTURE_TX, 2);
	expect_nothing();
	assert_int_equal(spp_dp_tx(&port, pkts + 3, 1, &worker.port[OTHER]), 1);
	expect(SPP_CAPTURE_TX, 3);
	expect_nothing();
	spp_tap_put(&taps[OTHER], &port, false);
	assert_ptr_equal(port.tx, busy_tx);
}

/* ---- tables ---- */

static struct spp_table_entry
entry(uint8_t mac, uint16_t vid, unsigned int ring)
{
	return (struct spp_table_entry){.mac = {2, 0, 0, 0, 0, mac},
					.vid = vid,
					.is_default = mac == 0,
					.port = {.kind = SPP_PORT_RING, .index = (uint16_t)ring}};
}

static void
expect_table(const struct spp_mac_table *table, uint8_t first, uint8_t mac, uint16_t vid,
	     enum spp_trace_entry how, uint16_t port_id)
{
	static struct spp_hop hop = {.stage = SPP_STAGE_CLASSIFY};
	uint8_t room[sizeof(struct rte_event_vector) + sizeof(void *)] __rte_aligned(16) = {0};
	struct rte_event_vector *vec = (void *)room;
	struct spp_batch batch = {.vec = vec, .port_id = PORT, .queue = QUEUE};
	uint8_t *at = rte_pktmbuf_mtod(pkts[0], uint8_t *);
	const struct spp_capture_record *record;

	memset(at, 0, 20);
	at[0] = first;
	at[5] = mac;
	if (vid != SPP_VID_NONE) {
		at[12] = 0x81;
		at[14] = (uint8_t)(vid >> 8);
		at[15] = (uint8_t)vid;
	}
	vec->nb_elem = 1;
	vec->mbufs[0] = pkts[0];
	spp_trace_table(&hop, table, &batch);
	record = spp_tape_first(sink.tape[0]);
	assert_non_null(record);
	assert_int_equal(record->reason, how);
	assert_int_equal(record->port_id, port_id);
	assert_int_equal(record->component, QUEUE);
	spp_tape_pass(sink.tape[0], record);
}

static void
test_what_the_table_says(void **state)
{
	struct spp_table_entry some[] = {entry(1, SPP_VID_NONE, 1), entry(2, 101, 2),
					 entry(0, 101, 3), entry(0, SPP_VID_NONE, 4)};
	struct spp_mac_table *all = spp_mac_table_create(some, 4),
			     *few = spp_mac_table_create(some, 3);
	const uint16_t ring = SPP_END_MAX;

	spp_trace_received(PORT, pkts, 1);
	drain();
	expect_table(all, 2, 1, SPP_VID_NONE, SPP_TRACE_ENTRY_MAC, ring + 1);
	expect_table(all, 2, 2, 101, SPP_TRACE_ENTRY_MAC, ring + 2);
	expect_table(all, 2, 1, 101, SPP_TRACE_ENTRY_VID, ring + 3);
	expect_table(all, 2, 9, 7, SPP_TRACE_ENTRY_DEFAULT, ring + 4);
	expect_table(few, 2, 9, 7, SPP_TRACE_ENTRY_NONE, SPP_TRACE_NO_PORT);
	expect_table(all, 3, 1, SPP_VID_NONE, SPP_TRACE_ENTRY_GROUP, SPP_TRACE_NO_PORT);
	spp_mac_table_destroy(all);
	spp_mac_table_destroy(few);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_so_many_that_pass_the_filter, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_what_comes_in_has_no_mark, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_mark_of_an_older_trace_is_none, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_full_tape_loses_places_and_says_so, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_sent_dropped_and_left, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_the_table_says, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
