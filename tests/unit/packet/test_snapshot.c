/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * From a model to the wiring workers read.
 */
#include "snapshot_wiring.h"

static void
nothing_wired_is_all_empty(void **state)
{
	struct spp_snapshot *snap = spp_snapshot_create(&model, NULL, NULL);
	unsigned int i;

	assert_non_null(snap);
	for (i = 0; i < SPP_PORT_ID_MAX; i++)
		assert_int_equal(snap->consumer[i], SPP_QUEUE_NONE);
	for (i = 0; i < SPP_COMPONENT_MAX; i++)
		assert_int_equal(snap->hop[i].stage, SPP_STAGE_NONE);
	for (i = 0; i < SPP_WORKER_MAX; i++)
		assert_int_equal(snap->worker[i].nb, 0);
	spp_snapshot_destroy(snap);
	spp_snapshot_destroy(NULL);
}

static void
a_forward_polls_its_source_and_sends_to_its_port(void **state)
{
	struct spp_snapshot *snap;

	wire("3 forward nic1 > vhost2");
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->hop[0].stage, SPP_STAGE_PASS);
	assert_int_equal(snap->hop[0].worker, 2);
	assert_int_equal(snap->hop[0].nb_tx, 1);
	assert_ptr_equal(snap->hop[0].tx[0].dp, &ports[vhost(2)]);
	assert_int_equal(snap->hop[0].tx[0].port_id, vhost(2));
	assert_int_equal(snap->consumer[nic(1)], 0);
	assert_int_equal(snap->consumer[vhost(2)], SPP_QUEUE_NONE);
	assert_int_equal(snap->worker[2].nb, 1);
	assert_ptr_equal(snap->worker[2].source[0].dp, &ports[nic(1)]);
	assert_int_equal(snap->worker[2].source[0].port_id, nic(1));
	assert_int_equal(snap->worker[2].source[0].queue, 0);
	spp_snapshot_destroy(snap);
}

static void
vlan_operations_stand_at_their_ports(void **state)
{
	struct spp_snapshot *snap;
	unsigned int i;

	wire("1 classifier nic0 > ring0 vhost2");
	wire("2 forward ring0 > vhost0");
	model.components[0].tx[1].vlan =
		(struct spp_vlan){.op = SPP_VLAN_ADD, .vid = 101, .pcp = 3};
	model.components[1].rx[0].vlan = (struct spp_vlan){.op = SPP_VLAN_DEL};
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->hop[0].tx[0].vlan.op, SPP_VLAN_NONE);
	assert_int_equal(snap->hop[0].tx[1].vlan.op, SPP_VLAN_ADD);
	assert_int_equal(snap->hop[0].tx[1].vlan.vid, 101);
	assert_int_equal(snap->hop[0].tx[1].vlan.pcp, 3);
	assert_int_equal(snap->hop[1].tx[0].vlan.op, SPP_VLAN_NONE);
	for (i = 0; i < SPP_PORT_ID_MAX; i++)
		assert_int_equal(snap->rx_ops[i].vlan.op,
				 i == ring(0) ? SPP_VLAN_DEL : SPP_VLAN_NONE);
	spp_snapshot_destroy(snap);
}

static void
what_is_done_at_an_rx_port_is_known_by_one_word(void **state)
{
	struct spp_snapshot_env of_all = env;
	struct spp_snapshot *snap;
	unsigned int i;

	wire("1 merge nic0 vhost0 vhost1 > ring0");
	wire("2 forward ring0 > vhost0");
	model.components[0].rx[1].filter = SPP_FILTER_RESERVED;
	model.components[1].rx[0].vlan.op = SPP_VLAN_DEL;
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	for (i = 0; i < SPP_PORT_ID_MAX; i++) {
		assert_int_equal(snap->rx_ops[i].filter,
				 i == vhost(0) ? SPP_FILTER_RESERVED : SPP_FILTER_NONE);
		assert_int_equal(snap->rx_ops[i].any, i == vhost(0) || i == ring(0));
	}
	spp_snapshot_destroy(snap);
	/* --guest-filter: every vhost, and nothing else */
	of_all.guest_filter = SPP_FILTER_RESERVED;
	snap = spp_snapshot_create(&model, levels_of(&model), &of_all);
	for (i = 0; i < SPP_PORT_ID_MAX; i++)
		assert_int_equal(snap->rx_ops[i].filter, i == vhost(0) || i == vhost(1)
								 ? SPP_FILTER_RESERVED
								 : SPP_FILTER_NONE);
	spp_snapshot_destroy(snap);
}

static void
a_ring_leads_to_the_queue_that_reads_it_and_is_not_polled(void **state)
{
	struct spp_snapshot *snap;

	wire("1 forward nic0 > ring511");
	wire("2 forward ring511 > vhost0");
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_null(snap->hop[0].tx[0].dp);
	assert_int_equal(snap->hop[0].tx[0].port_id, ring(511));
	assert_int_equal(snap->consumer[ring(511)], 1);
	assert_int_equal(snap->worker[1].nb, 0);
	spp_snapshot_destroy(snap);
}

static void
a_classifier_finds_its_tx_by_port(void **state)
{
	struct spp_snapshot *snap;

	wire("1 classifier nic0 > ring0 vhost1 ring2");
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->hop[0].stage, SPP_STAGE_CLASSIFY);
	assert_int_equal(snap->hop[0].nb_tx, 3);
	assert_int_equal(snap->hop[0].place_of_port[ring(0)], SPP_PLACE_TX);
	assert_int_equal(snap->hop[0].place_of_port[vhost(1)], SPP_PLACE_TX + 1);
	assert_int_equal(snap->hop[0].place_of_port[ring(2)], SPP_PLACE_TX + 2);
	assert_int_equal(snap->hop[0].place_of_port[ring(1)], SPP_PLACE_NO_PORT);
	assert_int_equal(snap->hop[0].place_of_port[nic(0)], SPP_PLACE_NO_PORT);
	spp_snapshot_destroy(snap);
}

static void
components_of_one_lcore_have_their_sources_together(void **state)
{
	struct spp_snapshot *snap;

	wire("a@2 merge nic0 nic1 ring0 > vhost0");
	wire("b@2 forward vhost0 > nic0");
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->worker[1].nb, 3);
	assert_int_equal(snap->worker[1].source[0].queue, 0);
	assert_int_equal(snap->worker[1].source[1].port_id, nic(1));
	assert_int_equal(snap->worker[1].source[2].queue, 1);
	spp_snapshot_destroy(snap);
}

static void
queues_need_not_be_in_the_order_of_components(void **state)
{
	struct spp_snapshot *snap;

	wire("1 forward nic0 > ring0");
	wire("2 forward ring0 > vhost0");
	model.components[0].queue = SPP_COMPONENT_MAX - 1;
	model.components[1].queue = 0;
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->consumer[nic(0)], SPP_COMPONENT_MAX - 1);
	assert_int_equal(snap->consumer[ring(0)], 0);
	assert_int_equal(snap->hop[0].worker, 1);
	assert_int_equal(snap->hop[SPP_COMPONENT_MAX - 1].worker, 0);
	assert_int_equal(snap->worker[0].source[0].queue, SPP_COMPONENT_MAX - 1);
	spp_snapshot_destroy(snap);
}

static void
an_incomplete_component_polls_nothing(void **state)
{
	struct spp_snapshot *snap;

	wire("1 merge nic0 ring0 > ");
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->worker[0].nb, 0);
	assert_int_equal(snap->hop[0].nb_tx, 0);
	assert_int_equal(snap->consumer[ring(0)], 0);
	spp_snapshot_destroy(snap);
}

static void
a_component_without_rx_is_wired_all_the_same(void **state)
{
	struct spp_snapshot *snap;

	wire("1 forward  > vhost0");
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->hop[0].nb_tx, 1);
	assert_int_equal(nb_counted(snap, 0), 0);
	spp_snapshot_destroy(snap);
}

static void
a_circle_of_rings_is_built_as_well(void **state)
{
	struct spp_snapshot *snap;

	wire("1 merge nic0 ring1 > ring0");
	wire("2 forward ring0 > ring1");
	all_share_cpu = true;
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(nb_counted(snap, 0), 3);
	assert_int_equal(nb_counted(snap, 1), 3);
	spp_snapshot_destroy(snap);
}

static void
the_largest_model_fits(void **state)
{
	struct spp_snapshot *snap;
	struct spp_component *c;
	unsigned int i, j;

	all_share_cpu = true;
	for (i = 0; i < SPP_COMPONENT_MAX; i++) {
		wire("1 classifier > ");
		c = &model.components[i];
		c->lcore_id = (uint16_t)(1 + i % SPP_WORKER_MAX);
		/* each component sends to the next one over its share of all rings */
		for (j = 0; j < SPP_RING_MAX / SPP_COMPONENT_MAX; j++) {
			c->rx[c->nb_rx++].port = spp_port_from_id(ring(i * 8 + j));
			c->tx[c->nb_tx++].port =
				spp_port_from_id(ring((i + 1) % SPP_COMPONENT_MAX * 8 + j));
		}
	}
	c = &model.components[0];
	for (i = 0; i < SPP_END_MAX; i++)
		c->rx[c->nb_rx++].port = spp_port_from_id(i);
	c->nb_tx = 0;
	for (i = 0; i < SPP_SIDE_MAX; i++)
		c->tx[c->nb_tx++].port = spp_port_from_id(i);
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->hop[0].nb_tx, SPP_SIDE_MAX);
	assert_int_equal(snap->worker[0].nb, SPP_END_MAX + SPP_UPLINK_MAX);
	assert_int_equal(snap->hop[0].place_of_port[SPP_SIDE_MAX - 1], SPP_PLACE_MAX - 1);
	assert_int_equal(nb_counted(snap, 0), SPP_PORT_ID_MAX);
	spp_snapshot_destroy(snap);
}

static void
the_table_comes_with_it(void **state)
{
	struct spp_snapshot *snap;
	uint64_t key;

	model.nb_entries = 1;
	model.entries[0] = (struct spp_table_entry){
		.mac = {2, 0, 0, 0, 0, 1}, .vid = SPP_VID_NONE, .port = {SPP_PORT_VHOST, 0, 3}};
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	key = spp_mac_table_key(model.entries[0].mac, SPP_VID_NONE);
	assert_int_equal(
		spp_mac_table_lookup(snap->table, key, spp_mac_table_first(snap->table, key)),
		vhost(3));
	spp_snapshot_destroy(snap);
}

static void
an_uplink_is_polled_by_who_sends_too(void **state)
{
	const struct spp_source *sources;
	struct spp_snapshot *snap;

	wire("1 forward uplink2 > vhost0");
	wire("2 forward nic5 > uplink2");
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->worker[0].nb, 1);
	assert_int_equal(snap->worker[0].source[0].nics, 3u << 2);
	assert_int_equal(snap->worker[1].nb, 2);
	sources = snap->worker[1].source;
	assert_ptr_equal(sources[0].dp, &announcer);
	assert_int_equal(sources[0].queue, 1);
	assert_int_equal(sources[1].nics, 1u << 5);
	spp_snapshot_destroy(snap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_wired_is_all_empty),
		CASE(a_forward_polls_its_source_and_sends_to_its_port),
		CASE(vlan_operations_stand_at_their_ports),
		CASE(what_is_done_at_an_rx_port_is_known_by_one_word),
		CASE(a_ring_leads_to_the_queue_that_reads_it_and_is_not_polled),
		CASE(a_classifier_finds_its_tx_by_port),
		CASE(components_of_one_lcore_have_their_sources_together),
		CASE(queues_need_not_be_in_the_order_of_components),
		CASE(an_incomplete_component_polls_nothing),
		CASE(a_component_without_rx_is_wired_all_the_same),
		CASE(a_circle_of_rings_is_built_as_well),
		CASE(the_largest_model_fits),
		CASE(the_table_comes_with_it),
		CASE(an_uplink_is_polled_by_who_sends_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
