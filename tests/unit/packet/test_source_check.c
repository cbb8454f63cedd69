/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Whose source addresses are right at which port, in whole wirings; on mbufs that are no more than
 * bytes.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>

#include "build_model.h"
#include "packet/source_check.h"
#include "packet/source_set.h"
#include "wiring/names.h"

#define NB_FRAMES 8

static struct spp_model model;
static struct spp_dp_port dp;
static struct spp_snapshot *snap;
static struct rte_mbuf mbufs[NB_FRAMES], *pkts[NB_FRAMES];
static uint8_t frames[NB_FRAMES][64];
static uint64_t drops[SPP_DROP_NB];

/* In place of librte_mbuf's. */
void
rte_pktmbuf_free_bulk(struct rte_mbuf **bulk, unsigned int nb)
{
}

static struct spp_dp_port *
port_of(void *arg, struct spp_port port)
{
	return port.kind == SPP_PORT_RING ? NULL : &dp;
}

static int
worker_of_lcore(void *arg, unsigned int lcore_id)
{
	return (int)lcore_id;
}

static bool
alone(void *arg, unsigned int worker)
{
	return false;
}

static bool
not_shared(void *arg, unsigned int worker_a, unsigned int worker_b)
{
	return false;
}

static const struct spp_snapshot_env env = {
	.port = port_of,
	.worker_of_lcore = worker_of_lcore,
	.share_cpu = not_shared,
	.shares_with_scheduler = alone,
};

static int
set_up(void **state)
{
	memset(&model, 0, sizeof(model));
	memset(drops, 0, sizeof(drops));
	return 0;
}

static int
tear_down(void **state)
{
	spp_snapshot_destroy(snap);
	snap = NULL;
	return 0;
}

/* A component on the queue after the last one. @return it */
static struct spp_component *
wire(const char *text)
{
	add(&model, text);
	model.components[model.nb_components - 1].queue = (uint8_t)(model.nb_components - 1);
	return &model.components[model.nb_components - 1];
}

/* "02:00:00:00:00:01", "5/02:...", "default" to a port. */
static struct spp_table_entry *
lead(const char *value, const char *port)
{
	struct spp_table_entry *entry = &model.entries[model.nb_entries++];
	enum spp_table_kind kind = strchr(value, '/') != NULL ? SPP_TABLE_VLAN : SPP_TABLE_MAC;

	assert_int_equal(spp_table_value_parse(kind, value, entry, NULL), 0);
	assert_int_equal(spp_port_parse(port, &entry->port, NULL), 0);
	return entry;
}

static void
build(void)
{
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_non_null(snap);
}

static const struct spp_rx_ops *
ops_of(const char *name)
{
	struct spp_port port;

	assert_int_equal(spp_port_parse(name, &port, NULL), 0);
	return &snap->rx_ops[spp_port_id(port)];
}

/* A frame from an address, untagged or tagged, by a port: is it right? */
static bool
passes(const char *port, uint8_t first, uint8_t last, int vid)
{
	uint8_t *frame = frames[0];

	memset(frame, 0, sizeof(frames[0]));
	memset(frame, 0xff, 6);
	frame[6] = first;
	frame[11] = last;
	frame[12] = vid >= 0 ? 0x81 : 0x08;
	frame[14] = vid >= 0 ? (uint8_t)(vid >> 8) : 0x45;
	frame[15] = (uint8_t)vid;
	mbufs[0] = (struct rte_mbuf){.buf_addr = frame, .data_len = 60, .pkt_len = 60};
	pkts[0] = &mbufs[0];
	assert_true(ops_of(port)->source_check && ops_of(port)->any);
	return spp_source_check(snap, ops_of(port)->end, pkts, 1, drops) == 1;
}

static void
at_a_switch_an_address_comes_by_its_port(void **state)
{
	struct spp_table_entry *shared;

	wire("2 switch nic0 vhost0 vhost1 > nic0 vhost0 vhost1")->source_check = true;
	lead("02:00:00:00:00:01", "vhost0");
	lead("02:00:00:00:00:02", "vhost1");
	lead("5/02:00:00:00:00:03", "vhost1");
	shared = lead("00:00:00:00:00:09", "vhost0");
	shared->nb_more = 1;
	spp_port_parse("vhost1", &shared->more[0], NULL);
	lead("default", "nic0");
	build();
	assert_true(passes("vhost0", 2, 1, -1));
	assert_false(passes("vhost0", 2, 2, -1)); /* its neighbour's */
	assert_false(passes("vhost0", 2, 7, -1)); /* nobody's */
	assert_false(passes("vhost0", 2, 1, 5));  /* its own, in a VLAN it is not of */
	assert_true(passes("vhost0", 2, 1, 0));   /* a priority, no VLAN */
	assert_true(passes("vhost1", 2, 3, 5));
	assert_false(passes("vhost1", 2, 3, -1));
	assert_true(passes("vhost0", 0, 9, -1)); /* VRRP: either of them */
	assert_true(passes("vhost1", 0, 9, -1));
	assert_false(passes("vhost0", 3, 1, -1)); /* a group's is nobody's */
	assert_int_equal(drops[SPP_DROP_SPOOFED], 5);
	/* strangers come from where `default` leads */
	assert_false(ops_of("nic0")->source_check);
	memset(frames[0], 0xff, 12);
	assert_int_equal(spp_source_check(snap, ops_of("vhost0")->end, pkts, 1, drops), 0);
}

static void
one_port_alone_is_checked(void **state)
{
	struct spp_component *sw = wire("2 switch nic0 vhost0 vhost1 > nic0 vhost0 vhost1");

	sw->rx[1].source_check = true;
	lead("02:00:00:00:00:01", "vhost0");
	lead("default", "nic0");
	build();
	assert_true(passes("vhost0", 2, 1, -1));
	assert_false(ops_of("vhost1")->source_check);
	assert_false(ops_of("vhost1")->any);
	assert_false(ops_of("nic0")->source_check);
}

/* The founding wiring: the entry leads to a ring, and over it to the guest. */
static void
behind_rings_an_address_comes_from_where_its_ring_ends(void **state)
{
	wire("2 classifier nic0 > ring0 ring2");
	wire("3 merge ring1 ring3 > nic0");
	wire("4 forward ring0 > vhost0");
	wire("5 forward vhost0 > ring1")->rx[0].source_check = true;
	wire("6 forward ring2 > ring4");
	wire("7 merge ring4 > vhost1");
	wire("8 forward vhost1 > ring3")->rx[0].source_check = true;
	lead("02:00:00:00:00:01", "ring0");
	lead("02:00:00:00:00:02", "ring2");
	lead("02:00:00:00:00:03", "ring9");
	build();
	assert_true(passes("vhost0", 2, 1, -1));
	assert_false(passes("vhost0", 2, 2, -1));
	assert_true(passes("vhost1", 2, 2, -1));
	assert_false(passes("vhost1", 2, 1, -1));
	assert_false(passes("vhost1", 2, 3, -1));
}

/* A guest behind rings at a switch: rx ring1 and tx ring0 are one place. */
static void
a_pair_is_one_place(void **state)
{
	struct spp_component *sw = wire("2 switch nic0 ring1 vhost1 > nic0 ring0 vhost1");

	sw->source_check = true;
	sw->rx[1].paired = true;
	spp_port_parse("ring0", &sw->rx[1].pair, NULL);
	wire("4 forward ring0 > vhost0");
	wire("5 forward vhost0 > ring1");
	lead("02:00:00:00:00:01", "ring0");
	lead("02:00:00:00:00:02", "vhost1");
	lead("default", "nic0");
	build();
	assert_true(passes("ring1", 2, 1, -1));
	assert_false(passes("ring1", 2, 2, -1));
	assert_int_equal(ops_of("ring1")->back, SPP_PLACE_TX + 1);
	assert_int_equal(ops_of("nic0")->back, SPP_PLACE_TX);
	assert_int_equal(ops_of("vhost1")->back, SPP_PLACE_TX + 2);
	assert_int_equal(ops_of("vhost0")->back, SPP_PLACE_SAME_PORT);
	/* what is taken of multicasts: a bound for guests and rings, none for the wire */
	assert_int_equal(ops_of("nic0")->storm_pps, SPP_STORM_NONE);
	assert_int_equal(ops_of("ring1")->storm_pps, SPP_STORM_DEFAULT_PPS);
	assert_int_equal(ops_of("vhost1")->storm_pps, SPP_STORM_DEFAULT_PPS);
}

static void
those_that_are_left_keep_their_order(void **state)
{
	static const uint8_t from[NB_FRAMES] = {1, 1, 2, 1, 3, 3, 1, 9};
	uint16_t i, nb;

	wire("2 switch vhost0 nic0 > vhost0 nic0")->source_check = true;
	lead("02:00:00:00:00:01", "vhost0");
	lead("02:00:00:00:00:03", "vhost0");
	lead("default", "nic0");
	build();
	for (i = 0; i < NB_FRAMES; i++) {
		memset(frames[i], 0, sizeof(frames[i]));
		frames[i][6] = 2;
		frames[i][11] = from[i];
		mbufs[i] = (struct rte_mbuf){.buf_addr = frames[i], .data_len = 60, .pkt_len = 60};
		pkts[i] = &mbufs[i];
	}
	nb = spp_source_check(snap, ops_of("vhost0")->end, pkts, NB_FRAMES, drops);
	assert_int_equal(nb, 6);
	assert_int_equal(drops[SPP_DROP_SPOOFED], 2);
	for (i = 1; i < nb; i++)
		assert_true(pkts[i] > pkts[i - 1]);
}

static const struct spp_source_set *
set_of(const char *name)
{
	return snap->sources[ops_of(name)->end];
}

/* What a guest with few addresses sends needs no look-up in the table. */
static void
few_addresses_have_a_slot_each(void **state)
{
	const struct spp_source_set *set;
	unsigned int i, known = 0;
	char text[32];

	wire("2 switch vhost0 vhost1 nic0 > vhost0 vhost1 nic0")->source_check = true;
	for (i = 1; i <= 8; i++) {
		snprintf(text, sizeof(text), "02:00:00:00:00:%02x", i);
		lead(text, "vhost0");
	}
	lead("default", "nic0");
	build();
	assert_null(set_of("nic0")); /* no check, no set */
	assert_int_equal(set_of("vhost1")->nb, 0);
	set = set_of("vhost0");
	assert_int_equal(set->nb, 8);
	for (i = 0; i < SPP_SOURCE_SLOTS; i++)
		known += set->slot[i] != SPP_SOURCE_EMPTY;
	assert_int_equal(known, 8);
	for (i = 1; i <= 8; i++)
		assert_true(passes("vhost0", 2, (uint8_t)i, -1));
	assert_false(passes("vhost0", 2, 9, -1));
	assert_false(passes("vhost0", 0, 0, -1));
	assert_false(passes("vhost1", 2, 1, -1));
}

/* A guest with more addresses than the set has slots, untagged and in VLANs. */
static void
many_addresses_are_all_right(void **state)
{
	unsigned int i, vid;
	char text[32];

	wire("2 switch vhost0 vhost1 nic0 > vhost0 vhost1 nic0")->source_check = true;
	for (i = 0; i < 3 * SPP_SOURCE_SLOTS; i++) {
		vid = i % 3;
		if (vid == 0)
			snprintf(text, sizeof(text), "02:00:00:00:00:%02x", i);
		else
			snprintf(text, sizeof(text), "%u/02:00:00:00:00:%02x", vid, i);
		lead(text, i % 2 == 0 ? "vhost0" : "vhost1");
	}
	build();
	assert_int_equal(set_of("vhost0")->nb, 24);
	for (i = 0; i < 3 * SPP_SOURCE_SLOTS; i++) {
		for (vid = 0; vid < 3; vid++) {
			assert_int_equal(passes("vhost0", 2, (uint8_t)i, vid > 0 ? (int)vid : -1),
					 i % 2 == 0 && i % 3 == vid);
			assert_int_equal(passes("vhost1", 2, (uint8_t)i, (int)vid),
					 i % 2 == 1 && i % 3 == vid);
		}
	}
}

/* A tag that is cut off names no VLAN, neither for the set nor for the table. */
static void
a_cut_tag_is_none(void **state)
{
	wire("2 switch vhost0 nic0 > vhost0 nic0")->source_check = true;
	lead("5/02:00:00:00:00:01", "vhost0");
	lead("02:00:00:00:00:02", "vhost0");
	build();
	assert_true(passes("vhost0", 2, 1, 5));
	assert_false(passes("vhost0", 2, 2, 5));
	mbufs[0].data_len = 17;
	assert_int_equal(spp_source_check(snap, ops_of("vhost0")->end, pkts, 1, drops), 1);
	assert_false(passes("vhost0", 2, 1, 6));
	frames[0][11] = 1;
	mbufs[0].data_len = 17;
	assert_int_equal(spp_source_check(snap, ops_of("vhost0")->end, pkts, 1, drops), 0);
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(at_a_switch_an_address_comes_by_its_port),
		UNIT(one_port_alone_is_checked),
		UNIT(behind_rings_an_address_comes_from_where_its_ring_ends),
		UNIT(a_pair_is_one_place),
		UNIT(those_that_are_left_keep_their_order),
		UNIT(few_addresses_have_a_slot_each),
		UNIT(many_addresses_are_all_right),
		UNIT(a_cut_tag_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
