/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The classifier's decision packet by packet, on mbufs that are no more than a header on the stack.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "packet/classifier.h"

enum { RING0 = SPP_PLACE_TX, VHOST1 };

struct fixture {
	struct spp_hop hop;
	struct spp_mac_table *table;
	struct rte_mbuf mbufs[SPP_VECTOR_SIZE];
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	uint8_t frames[SPP_VECTOR_SIZE][64];
	struct spp_sorted sorted;
};

static struct fixture fixture;

static const struct spp_port ring0 = {.kind = SPP_PORT_RING, .index = 0};
static const struct spp_port ring1 = {.kind = SPP_PORT_RING, .index = 1};
static const struct spp_port vhost1 = {.kind = SPP_PORT_VHOST, .index = 1};

static struct spp_table_entry
entry(uint8_t last, uint16_t vid, struct spp_port port)
{
	return (struct spp_table_entry){.mac = {2, 0, 0, 0, 0, last}, .vid = vid, .port = port};
}

/* A classifier with ring0 and vhost1; entries for these, ring1 (not its port) and VLAN 5. */
static int
set_up(void **state)
{
	const struct spp_table_entry entries[] = {
		entry(1, SPP_VID_NONE, ring0), entry(2, SPP_VID_NONE, vhost1),
		entry(3, SPP_VID_NONE, ring1), entry(1, 5, vhost1)};
	struct fixture *f = &fixture;
	unsigned int i;

	memset(f, 0, sizeof(*f));
	f->table = spp_mac_table_create(entries, 4);
	f->hop.nb_tx = 2;
	f->hop.tx[0].port_id = (uint16_t)spp_port_id(ring0);
	f->hop.tx[1].port_id = (uint16_t)spp_port_id(vhost1);
	memset(f->hop.place_of_port, SPP_PLACE_NO_PORT, sizeof(f->hop.place_of_port));
	f->hop.place_of_port[spp_port_id(ring0)] = RING0;
	f->hop.place_of_port[spp_port_id(vhost1)] = VHOST1;
	for (i = 0; i < SPP_VECTOR_SIZE; i++) {
		f->mbufs[i].buf_addr = f->frames[i];
		f->mbufs[i].data_len = sizeof(f->frames[i]);
		rte_mbuf_refcnt_set(&f->mbufs[i], 1);
		f->pkts[i] = &f->mbufs[i];
	}
	*state = f;
	return f->table == NULL;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	spp_mac_table_destroy(f->table);
	return 0;
}

static void
set_mac(struct fixture *f, unsigned int packet, uint8_t first, uint8_t last)
{
	struct rte_ether_hdr *eth = (struct rte_ether_hdr *)f->frames[packet];

	eth->dst_addr.addr_bytes[0] = first;
	eth->dst_addr.addr_bytes[5] = last;
	eth->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
}

static void
set_vlan(struct fixture *f, unsigned int packet, uint16_t tci)
{
	struct rte_ether_hdr *eth = (struct rte_ether_hdr *)f->frames[packet];
	struct rte_vlan_hdr *vlan = (struct rte_vlan_hdr *)(eth + 1);

	eth->ether_type = RTE_BE16(RTE_ETHER_TYPE_VLAN);
	vlan->vlan_tci = rte_cpu_to_be_16(tci);
}

static bool
classify(struct fixture *f, uint16_t nb)
{
	return spp_classify(&f->hop, f->table, f->pkts, nb, &f->sorted);
}

/* What was put to a place: packets by number, `end` behind the last. */
static void
assert_place(const struct fixture *f, unsigned int place, const int *packets)
{
	uint16_t i;

	for (i = 0; packets[i] >= 0; i++) {
		assert_in_range(i, 0, (uint16_t)(f->sorted.nb[place] - 1));
		assert_ptr_equal(f->sorted.pkts[place][i], f->pkts[packets[i]]);
	}
	assert_int_equal(f->sorted.nb[place], i);
}

#define PLACE(place, ...) assert_place(f, place, (const int[]){__VA_ARGS__ __VA_OPT__(, ) - 1})

static void
unicast_goes_to_the_port_of_its_entry(void **state)
{
	struct fixture *f = *state;

	set_mac(f, 0, 2, 1);
	set_mac(f, 1, 2, 2);
	assert_false(classify(f, 2));
	PLACE(RING0, 0);
	PLACE(VHOST1, 1);
	PLACE(SPP_PLACE_NO_ENTRY);
	PLACE(SPP_PLACE_NO_PORT);
}

static void
unknown_unicast_has_no_entry_and_a_dormant_entry_no_port(void **state)
{
	struct fixture *f = *state;

	set_mac(f, 0, 2, 9);
	set_mac(f, 1, 2, 3);
	assert_false(classify(f, 2));
	PLACE(SPP_PLACE_NO_ENTRY, 0);
	PLACE(SPP_PLACE_NO_PORT, 1);
	PLACE(RING0);
	PLACE(VHOST1);
}

static void
broadcast_and_multicast_go_to_the_group(void **state)
{
	struct fixture *f = *state;

	memset(f->frames[0], 0xff, 6);
	set_mac(f, 1, 0x33, 1);
	set_mac(f, 2, 2, 1);
	assert_true(classify(f, 3));
	/* untagged entries are for ring0, vhost1 and a port that is not ours */
	PLACE(RING0, 0, 1, 2);
	PLACE(VHOST1, 0, 1);
	assert_int_equal(rte_mbuf_refcnt_read(f->pkts[0]), 2);
	assert_int_equal(rte_mbuf_refcnt_read(f->pkts[1]), 2);
	assert_int_equal(rte_mbuf_refcnt_read(f->pkts[2]), 1);
}

static void
a_tagged_packet_is_looked_up_in_its_vlan(void **state)
{
	struct fixture *f = *state;

	set_mac(f, 0, 2, 1);
	set_vlan(f, 0, 5);
	set_mac(f, 1, 2, 1);
	set_vlan(f, 1, 0xe005); /* priority 7 */
	set_mac(f, 2, 2, 1);
	set_vlan(f, 2, 6);
	set_mac(f, 3, 1, 1);
	set_vlan(f, 3, 5);
	assert_true(classify(f, 4));
	PLACE(VHOST1, 0, 1, 3);
	PLACE(SPP_PLACE_NO_ENTRY, 2);
	PLACE(RING0);
	assert_int_equal(rte_mbuf_refcnt_read(f->pkts[3]), 1);
}

/* IEEE 802.1Q, table 9-2: VID 0 is a priority, not a VLAN. */
static void
a_priority_tag_is_as_no_tag(void **state)
{
	struct fixture *f = *state;

	set_mac(f, 0, 2, 1);
	set_vlan(f, 0, 0xa000);
	set_mac(f, 1, 2, 2);
	set_vlan(f, 1, 0);
	memset(f->frames[2], 0xff, 6);
	set_vlan(f, 2, 0xe000);
	set_mac(f, 3, 2, 9);
	set_vlan(f, 3, 0xa000);
	assert_true(classify(f, 4));
	PLACE(RING0, 0, 2);
	PLACE(VHOST1, 1, 2);
	PLACE(SPP_PLACE_NO_ENTRY, 3);
}

/* The packet ends where its memory does: ASan tells when more is read. */
static void
a_tag_cut_off_behind_its_type_counts_as_none(void **state)
{
	struct fixture *f = *state;
	uint16_t size;
	void *frame;

	set_mac(f, 0, 2, 1);
	set_vlan(f, 0, 5);
	for (size = sizeof(struct rte_ether_hdr);
	     size <= sizeof(struct rte_ether_hdr) + sizeof(struct rte_vlan_hdr); size++) {
		frame = malloc(size);
		assert_non_null(frame);
		memcpy(frame, f->frames[0], size);
		f->mbufs[0].buf_addr = frame;
		f->mbufs[0].data_len = size;
		classify(f, 1);
		free(frame);
		PLACE(size < sizeof(struct rte_ether_hdr) + sizeof(struct rte_vlan_hdr) ? RING0
											: VHOST1,
		      0);
	}
}

static void
a_full_vector_is_decided_packet_by_packet(void **state)
{
	static const unsigned int expected[] = {SPP_PLACE_NO_ENTRY, RING0, VHOST1,
						SPP_PLACE_NO_PORT};
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < SPP_VECTOR_SIZE; i++)
		set_mac(f, i, 2, i % 4);
	assert_false(classify(f, SPP_VECTOR_SIZE));
	for (i = 0; i < SPP_VECTOR_SIZE; i++)
		assert_ptr_equal(f->sorted.pkts[expected[i % 4]][i / 4], f->pkts[i]);
}

static void
no_packets_are_at_no_place(void **state)
{
	struct fixture *f = *state;

	f->sorted.nb[RING0] = 1; /* of an earlier vector */
	assert_false(classify(f, 0));
	PLACE(RING0);
	PLACE(SPP_PLACE_NO_ENTRY);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(unicast_goes_to_the_port_of_its_entry),
		CASE(unknown_unicast_has_no_entry_and_a_dormant_entry_no_port),
		CASE(broadcast_and_multicast_go_to_the_group),
		CASE(a_tagged_packet_is_looked_up_in_its_vlan),
		CASE(a_priority_tag_is_as_no_tag),
		CASE(a_tag_cut_off_behind_its_type_counts_as_none),
		CASE(a_full_vector_is_decided_packet_by_packet),
		CASE(no_packets_are_at_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
