/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Traces beside traffic: each packet that is traced is seen at every place of its way, in their
 * order, and no other one is taken for it; put on and off, and through flushes, nothing is lost,
 * doubled or out of order. What sppctl shows of it: tests/func/test_trace_live.py.
 */
#include "bench.h"

#include <string.h>

#include "packet/tap.h"
#include "vf/taps.h"

#define SLOT       2
#define PACKETS    50
#define PLACES_MAX 8
#define CAPTURE    5 /* another slot */
#define ON_AND_OFF 300

struct way {
	unsigned int nb;
	struct spp_capture_record place[PLACES_MAX];
};

static struct spp_tap_sink *sink;
static struct way ways[PACKETS];

static bool
is_any(const struct spp_capture_insn *filter, size_t nb, const uint8_t *bytes, uint32_t length,
       uint32_t there)
{
	return true;
}

static struct spp_tap_sink *
make_sink(const struct bench *b)
{
	struct spp_tap_sink *made = calloc(1, sizeof(*made));
	unsigned int i;

	assert_non_null(made);
	for (i = 0; i < b->dp->inventory.nb_workers; i++) {
		made->tape[b->dp->inventory.workers[i]] = spp_tape_create();
		assert_non_null(made->tape[b->dp->inventory.workers[i]]);
	}
	return made;
}

static void
free_sink(const struct bench *b, struct spp_tap_sink *made)
{
	unsigned int i;

	for (i = 0; i < b->dp->inventory.nb_workers; i++)
		spp_tape_destroy(made->tape[b->dp->inventory.workers[i]]);
	free(made);
}

/* All ports, both ways; nobody reads: its tapes are full soon. */
static struct spp_tap_sink *
begin_capture(struct bench *b)
{
	struct spp_tap_sink *made = make_sink(b);

	memset(made->what.port, 0xff, sizeof(made->what.port));
	made->what.rx = made->what.tx = 1;
	made->bytes = 96;
	spp_taps_add(b->dp, CAPTURE, made);
	return made;
}

static void
end_capture(struct bench *b, struct spp_tap_sink *made)
{
	uint64_t token = spp_taps_remove(b->dp, CAPTURE);

	WAIT_FOR(spp_dataplane_is_quiescent(b->dp, token));
	free_sink(b, made);
}

static void
begin_trace(struct bench *b, unsigned int from)
{
	sink = make_sink(b);
	sink->what.trace = PACKETS;
	sink->from = (uint16_t)from;
	sink->matches = is_any;
	spp_taps_add(b->dp, SLOT, sink);
}

static void
keep(const struct spp_capture_record *record)
{
	struct way *way = &ways[record->number];
	unsigned int i;

	assert_in_range(record->number, 0, PACKETS - 1);
	assert_true(way->nb < PLACES_MAX);
	for (i = way->nb++; i > 0 && way->place[i - 1].time > record->time; i--)
		way->place[i] = way->place[i - 1];
	way->place[i] = *record;
}

/* No worker writes any more: what was seen, way by way. */
static void
end_trace(struct bench *b)
{
	uint64_t token = spp_taps_remove(b->dp, SLOT);
	const struct spp_capture_record *record;
	struct spp_tape *tape;
	unsigned int i;

	WAIT_FOR(spp_dataplane_is_quiescent(b->dp, token));
	memset(ways, 0, sizeof(ways));
	for (i = 0; i < b->dp->inventory.nb_workers; i++) {
		tape = sink->tape[b->dp->inventory.workers[i]];
		while ((record = spp_tape_first(tape)) != NULL) {
			keep(record);
			spp_tape_pass(tape, record);
		}
	}
	free_sink(b, sink);
	sink = NULL;
}

static void
check_place(const struct spp_capture_record *place, enum spp_capture_kind kind, uint16_t lcore)
{
	assert_int_equal(place->kind, kind);
	assert_int_equal(place->lcore, lcore);
}

/* Through the classifier on lcore 1, ring0, and the forward on lcore 2, to vhost0. */
static void
check_way(const struct bench *b, const struct way *way)
{
	assert_int_equal(way->nb, 5);
	check_place(&way->place[0], SPP_CAPTURE_RX, 1);
	check_place(&way->place[1], SPP_CAPTURE_STAGE, 1);
	check_place(&way->place[2], SPP_CAPTURE_TABLE, 1);
	check_place(&way->place[3], SPP_CAPTURE_STAGE, 2);
	check_place(&way->place[4], SPP_CAPTURE_TX, 2);
	/* to another worker it always goes through the device */
	assert_int_equal(way->place[3].reason, 1);
	if (!b->direct)
		assert_int_equal(way->place[1].reason, 1);
	assert_int_equal(way->place[2].reason, SPP_TRACE_ENTRY_MAC);
}

static void
wire(struct bench *b, const char *forward)
{
	bench_clear(b);
	add(&b->staged, "c@1 classifier nic0 > ring0 vhost1");
	add(&b->staged, forward);
	bench_entry(b, 0, "ring0");
	bench_entry(b, 1, "vhost1");
	bench_wire(b);
}

static void
every_place_of_a_way_is_seen(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	wire(b, "f@2 forward ring0 > vhost0");
	begin_trace(b, spp_port_id((struct spp_port){.kind = SPP_PORT_NIC}));
	fake_send(fake_nic(0), UINT64_C(3) * PACKETS);
	WAIT_FOR(bench_is_quiet());
	end_trace(b);
	for (i = 0; i < PACKETS; i++)
		check_way(b, &ways[i]);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
what_is_dropped_ends_there(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	bench_clear(b);
	add(&b->staged, "c@1 classifier nic0 > ring0");
	add(&b->staged, "f@2 forward ring0 > vhost0");
	bench_wire(b);
	begin_trace(b, spp_port_id((struct spp_port){.kind = SPP_PORT_NIC}));
	fake_send(fake_nic(0), PACKETS);
	WAIT_FOR(bench_is_quiet());
	end_trace(b);
	for (i = 0; i < PACKETS; i++) {
		assert_int_equal(ways[i].nb, 4);
		assert_int_equal(ways[i].place[2].reason, SPP_TRACE_ENTRY_NONE);
		check_place(&ways[i].place[3], SPP_CAPTURE_DROP_INNER, 1);
		assert_int_equal(ways[i].place[3].reason, SPP_DROP_NO_ENTRY);
	}
	assert_int_equal(bench_drops(b, SPP_DROP_NO_ENTRY), PACKETS);
}

/* Begun and ended at any moment of packets on their way, old marks among them: each of a trace's
 * packets that has left has been everywhere, and only there. */
static void
on_and_off_under_load_loses_nothing(void **state)
{
	static const char *const forwards[] = {"f@2 forward ring0 > vhost0",
					       "f@3 forward ring0 > vhost0"};
	struct bench *b = *state;
	const char *asked = getenv("SPP_TEST_TRACES");
	unsigned int n, i, whole = 0,
			   times = asked != NULL ? (unsigned int)atoi(asked) : ON_AND_OFF;
	struct spp_tap_sink *capture = NULL;
	struct fake_stream all;

	wire(b, forwards[0]);
	fake_run(fake_nic(0), true);
	for (n = 0; n < times; n++) {
		if (n % 3 == 0)
			capture = begin_capture(b);
		begin_trace(b, spp_port_id((struct spp_port){.kind = SPP_PORT_NIC}));
		if (n % 10 == 9)
			wire(b, forwards[n / 10 % 2]);
		else if (n % 2 == 0)
			WAIT_FOR(__atomic_load_n(&sink->marked, __ATOMIC_RELAXED) == PACKETS);
		end_trace(b);
		if (n % 3 == 1) {
			end_capture(b, capture);
			capture = NULL;
		}
		for (i = 0; i < PACKETS; i++) {
			if (ways[i].nb == 0)
				continue;
			check_place(&ways[i].place[0], SPP_CAPTURE_RX, 1);
			assert_in_range(ways[i].nb, 1, 5);
			whole += ways[i].nb == 5 && ways[i].place[4].kind == SPP_CAPTURE_TX;
		}
	}
	assert_true(whole > 0);
	if (capture != NULL)
		end_capture(b, capture);
	fake_run(fake_nic(0), false);
	WAIT_FOR(bench_is_quiet());
	all = fake_sum(fake_vhost(0));
	print_message("%u traces on and off: %lu packets, %lu lost\n", times,
		      (unsigned long)all.received, (unsigned long)all.lost);
	assert_int_equal(all.received, fake_sent(fake_nic(0)));
	assert_int_equal(all.lost, 0);
	assert_int_equal(all.backwards, 0);
	assert_int_equal(bench_all_drops(b), 0);
	/* nothing is left that costs anything */
	assert_ptr_equal(fake_nic(0)->dp.rx, fake_nic(1)->dp.rx);
	assert_ptr_equal(fake_vhost(0)->dp.tx, fake_nic(1)->dp.tx);
	for (i = 0; i < SPP_PORT_ID_MAX; i++)
		assert_int_equal(b->dp->running->rx_ops[i].any, 0);
	assert_null(spp_drop_watched);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(every_place_of_a_way_is_seen),
		BENCH_TEST(what_is_dropped_ends_there),
		BENCH_TEST(on_and_off_under_load_loses_nothing),
	};
	int ret = bench_init(argc, argv);

	return ret != 0 ? ret : cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
