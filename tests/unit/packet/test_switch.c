/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The switch's decision packet by packet: never back, copies, the bound on multicasts. On mbufs
 * that are no more than a header.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "packet/classifier.h"

enum { NIC0 = SPP_PLACE_TX, VHOST0, VHOST1, VHOST2, NB_TX = 4 };

#define NO_VLAN SPP_VID_NONE
#define WINDOW  1000 /* TSC */

static const struct spp_port nic0 = {.kind = SPP_PORT_NIC};
static const struct spp_port vhosts[] = {{.kind = SPP_PORT_VHOST, .index = 0},
					 {.kind = SPP_PORT_VHOST, .index = 1},
					 {.kind = SPP_PORT_VHOST, .index = 2},
					 {.kind = SPP_PORT_VHOST, .index = 3}};

static struct {
	struct spp_hop hop;
	struct spp_mac_table *table;
	struct spp_storm storm;
	struct spp_storm_bound bound;
	struct rte_mbuf mbufs[SPP_VECTOR_SIZE];
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	uint8_t frames[SPP_VECTOR_SIZE][64];
	struct spp_sorted sorted;
} f;

static struct spp_table_entry
entry(uint8_t last, uint16_t vid, struct spp_port port)
{
	return (struct spp_table_entry){.mac = {2, 0, 0, 0, 0, last}, .vid = vid, .port = port};
}

static void
add_tx(struct spp_port port)
{
	unsigned int id = spp_port_id(port);

	f.hop.tx[f.hop.nb_tx].port_id = (uint16_t)id;
	f.hop.place_of_port[id] = (uint8_t)(SPP_PLACE_TX + f.hop.nb_tx++);
}

/*
 * nic0 has `default`; vhost0 and vhost1 an address each, vhost2 one in VLAN 5. Two of them share 9
 * (VRRP); vhost3, to which 8 leads, is no port of the switch.
 */
static int
set_up(void **state)
{
	struct spp_table_entry entries[] = {
		entry(1, NO_VLAN, vhosts[0]), entry(2, NO_VLAN, vhosts[1]),
		entry(3, 5, vhosts[2]),       entry(9, NO_VLAN, vhosts[0]),
		entry(8, NO_VLAN, vhosts[3]), {.vid = NO_VLAN, .is_default = true, .port = nic0},
	};
	unsigned int i;

	memset(&f, 0, sizeof(f));
	entries[3].nb_more = 2;
	entries[3].more[0] = vhosts[1];
	entries[3].more[1] = vhosts[3];
	f.table = spp_mac_table_create(entries, sizeof(entries) / sizeof(entries[0]));
	memset(f.hop.place_of_port, SPP_PLACE_NO_PORT, sizeof(f.hop.place_of_port));
	add_tx(nic0);
	for (i = 0; i < 3; i++)
		add_tx(vhosts[i]);
	for (i = 0; i < SPP_VECTOR_SIZE; i++) {
		f.mbufs[i].buf_addr = f.frames[i];
		f.mbufs[i].data_len = sizeof(f.frames[i]);
		rte_mbuf_refcnt_set(&f.mbufs[i], 1);
		f.pkts[i] = &f.mbufs[i];
	}
	f.bound = (struct spp_storm_bound){.state = &f.storm, .window = WINDOW, .pps = UINT32_MAX};
	return f.table == NULL;
}

static int
tear_down(void **state)
{
	spp_mac_table_destroy(f.table);
	return 0;
}

/* Packet i goes to this address. @param vid NO_VLAN: untagged */
static void
to(unsigned int i, uint8_t first, uint8_t last, uint16_t vid)
{
	struct rte_ether_hdr *eth = (struct rte_ether_hdr *)f.frames[i];
	struct rte_vlan_hdr *vlan = (struct rte_vlan_hdr *)(eth + 1);

	eth->dst_addr.addr_bytes[0] = first;
	eth->dst_addr.addr_bytes[5] = last;
	eth->ether_type =
		vid == NO_VLAN ? RTE_BE16(RTE_ETHER_TYPE_IPV4) : RTE_BE16(RTE_ETHER_TYPE_VLAN);
	vlan->vlan_tci = rte_cpu_to_be_16(vid);
}

static bool
run(uint8_t back, uint16_t nb)
{
	return spp_switch(&f.hop, f.table, back, &f.bound, f.pkts, nb, &f.sorted);
}

/* A place has these packets, by number, and no others. */
static void
assert_place(unsigned int place, const int *packets)
{
	uint16_t i;

	for (i = 0; packets[i] >= 0; i++) {
		assert_true(i < f.sorted.nb[place]);
		assert_ptr_equal(f.sorted.pkts[place][i], f.pkts[packets[i]]);
	}
	assert_int_equal(f.sorted.nb[place], i);
}

#define PLACE(place, ...) assert_place(place, (const int[]){__VA_ARGS__ __VA_OPT__(, ) - 1})

static void
unicast_goes_to_its_port_or_to_default(void **state)
{
	to(0, 2, 2, NO_VLAN);
	to(1, 2, 7, NO_VLAN); /* unknown */
	to(2, 2, 3, 5);
	to(3, 2, 3, NO_VLAN); /* known in a VLAN only */
	to(4, 2, 2, 6);
	to(5, 2, 8, NO_VLAN); /* leads to none of ours */
	assert_false(run(VHOST0, 6));
	PLACE(NIC0, 1, 3, 4);
	PLACE(VHOST0);
	PLACE(VHOST1, 0);
	PLACE(VHOST2, 2);
	PLACE(SPP_PLACE_NO_PORT, 5);
	PLACE(SPP_PLACE_SAME_PORT);
}

static void
nothing_goes_back_to_where_it_came_from(void **state)
{
	to(0, 2, 1, NO_VLAN);
	to(1, 2, 2, NO_VLAN);
	to(2, 2, 1, NO_VLAN);
	assert_false(run(VHOST0, 3));
	PLACE(SPP_PLACE_SAME_PORT, 0, 2);
	PLACE(VHOST1, 1);
	/* what the wire's switch floods to us, and no guest of ours is meant */
	to(0, 2, 7, NO_VLAN);
	run(NIC0, 3);
	PLACE(SPP_PLACE_SAME_PORT, 0);
	PLACE(VHOST0, 2);
	PLACE(NIC0);
	/* a ring without a pair: no place is its own */
	run(SPP_PLACE_SAME_PORT, 3);
	PLACE(NIC0, 0);
	PLACE(VHOST0, 2);
	PLACE(SPP_PLACE_SAME_PORT);
}

static void
multicast_goes_to_its_vlan_and_to_default(void **state)
{
	to(0, 0xff, 0xff, NO_VLAN);
	to(1, 1, 0x5e, 5);
	to(2, 1, 0x5e, 6); /* nobody here has VLAN 6 */
	to(3, 0xff, 0xff, 0);
	assert_true(run(VHOST0, 4));
	PLACE(NIC0, 0, 1, 2, 3);
	PLACE(VHOST0);
	PLACE(VHOST1, 0, 3);
	PLACE(VHOST2, 1);
	assert_int_equal(rte_mbuf_refcnt_read(f.pkts[0]), 2);
	assert_int_equal(rte_mbuf_refcnt_read(f.pkts[1]), 2);
	assert_int_equal(rte_mbuf_refcnt_read(f.pkts[2]), 1);
	/* from the wire: not back, and of a VLAN without entries nobody is left */
	run(NIC0, 3);
	PLACE(NIC0);
	PLACE(VHOST0, 0);
	PLACE(VHOST1, 0);
	PLACE(VHOST2, 1);
	PLACE(SPP_PLACE_SAME_PORT, 2);
}

static void
an_entry_of_several_ports_gets_copies(void **state)
{
	to(0, 2, 9, NO_VLAN);
	to(1, 2, 1, NO_VLAN);
	assert_true(run(NIC0, 2));
	PLACE(VHOST0, 0, 1);
	PLACE(VHOST1, 0);
	assert_int_equal(rte_mbuf_refcnt_read(f.pkts[0]), 2);
	rte_mbuf_refcnt_set(f.pkts[0], 1);
	/* the one that has it now reaches the other one, and never itself */
	run(VHOST1, 1);
	PLACE(VHOST0, 0);
	PLACE(VHOST1);
	assert_int_equal(rte_mbuf_refcnt_read(f.pkts[0]), 1);
}

static void
a_default_of_several_ports_gets_copies(void **state)
{
	struct spp_table_entry entries[] = {
		entry(1, NO_VLAN, vhosts[0]),
		{.vid = NO_VLAN, .is_default = true, .port = nic0, .nb_more = 1},
	};

	entries[1].more[0] = vhosts[1];
	spp_mac_table_destroy(f.table);
	f.table = spp_mac_table_create(entries, 2);
	to(0, 2, 7, NO_VLAN);
	to(1, 0xff, 0xff, 5);
	assert_true(run(VHOST1, 2));
	PLACE(NIC0, 0, 1);
	PLACE(VHOST0);
	PLACE(VHOST1);
	run(VHOST0, 2);
	PLACE(NIC0, 0, 1);
	PLACE(VHOST1, 0, 1);
}

static void
multicasts_beyond_the_bound_are_a_storm(void **state)
{
	unsigned int i;

	f.bound.pps = 30; /* three in a tenth of a second */
	f.bound.now = 5 * WINDOW;
	for (i = 0; i < 5; i++)
		to(i, 0xff, 0xff, NO_VLAN);
	to(5, 2, 2, NO_VLAN);
	run(VHOST0, 6);
	PLACE(NIC0, 0, 1, 2);
	PLACE(VHOST1, 0, 1, 2, 5);
	PLACE(SPP_PLACE_STORM, 3, 4);
	f.bound.now += WINDOW - 1;
	run(VHOST0, 1);
	PLACE(SPP_PLACE_STORM, 0);
	f.bound.now += 1;
	run(VHOST0, 2);
	PLACE(SPP_PLACE_STORM);
	PLACE(NIC0, 0, 1);
}

/* Random packets against the rule, said in the plainest way. */
static void
random_packets_go_where_the_rule_says(void **state)
{
	unsigned int seed = 7, round, i, last, place, want, copies;

	for (round = 0; round < 2000; round++) {
		uint8_t back = (uint8_t)(SPP_PLACE_TX + rand_r(&seed) % NB_TX);

		for (i = 0; i < SPP_VECTOR_SIZE; i++) {
			last = (unsigned int)rand_r(&seed) % 4;
			to(i, last == 0 ? 0xff : 2, (uint8_t)last, NO_VLAN);
			rte_mbuf_refcnt_set(f.pkts[i], 1);
		}
		run(back, SPP_VECTOR_SIZE);
		for (i = 0; i < SPP_VECTOR_SIZE; i++) {
			copies = 0;
			last = f.frames[i][5];
			for (place = 0; place < SPP_PLACE_TX + NB_TX; place++) {
				bool found = false;
				uint16_t p;

				for (p = 0; p < f.sorted.nb[place]; p++)
					found |= f.sorted.pkts[place][p] == f.pkts[i];
				want = last == 1 ? VHOST0 : last == 2 ? VHOST1 : NIC0;
				if (last == 0)
					assert_int_equal(found, place != back && (place == NIC0 ||
										  place == VHOST0 ||
										  place == VHOST1));
				else
					assert_int_equal(
						found, place == (want == back ? SPP_PLACE_SAME_PORT
									      : want));
				copies += found;
			}
			assert_int_equal(rte_mbuf_refcnt_read(f.pkts[i]), copies);
		}
	}
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(unicast_goes_to_its_port_or_to_default),
		UNIT(nothing_goes_back_to_where_it_came_from),
		UNIT(multicast_goes_to_its_vlan_and_to_default),
		UNIT(an_entry_of_several_ports_gets_copies),
		UNIT(a_default_of_several_ports_gets_copies),
		UNIT(multicasts_beyond_the_bound_are_a_storm),
		UNIT(random_packets_go_where_the_rule_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
