/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Trace and packet path beside each other: for thousands of wirings, tables and frames by chance
 * both must come to the same ends, with the same reasons in the same counters.
 *
 * The path is the real one from a component's rx port to the port that sends: snapshot.c, stage.c,
 * filter.c, classifier.c, mac_table.c, vlan.c, send.c, ring.c. In place of the event device a queue
 * of the worker; in place of the adapters, which need a NIC and a guest, what they look at
 * (adapters/nic/nic.c, adapters/vhost/vhost.c). Those: tests/func/test_trace.py, by real frames.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "build_model.h"
#include "ends.h"
#include "packet/backlog.h"
#include "packet/handover.h"
#include "packet/outbox.h"
#include "packet/ring.h"
#include "packet/snapshot.h"
#include "packet/stage.h"
#include "path_stubs.h"
#include "spp/dp/reserved.h"
#include "spp/port_text.h"
#include "trace/remedy.h"
#include "wiring/validate.h"

#define WIRINGS  5000
#define FRAMES   24
#define NB_NIC   2
#define NB_VHOST 3
#define NB_RING  6
#define NB_PORT  (NB_NIC + NB_VHOST + NB_RING)
#define MTU      1500
#define LONGEST  (MTU + 18)

static const uint8_t addresses[][6] = {{2, 0, 0, 0, 0, 1},
				       {2, 0, 0, 0, 0, 2},
				       {2, 0, 0, 0, 0, 3},
				       {2, 0, 0, 0, 0, 4},
				       {255, 255, 255, 255, 255, 255},
				       {1, 0, 0x5e, 0, 0, 1},
				       {1, 0x80, 0xc2, 0, 0, 0},
				       {1, 0x80, 0xc2, 0, 0, 1},
				       {1, 0x80, 0xc2, 0, 0, 15},
				       {1, 0x80, 0xc2, 0, 0, 16}};
#define NB_UNICAST 4
#define NB_ADDRESS (sizeof(addresses) / sizeof(addresses[0]))
static const uint16_t vids[] = {SPP_VID_NONE, 5, 7, 9};
static const uint32_t sizes[] = {13, 14,  15,   17,   18,   20,   42,   56,   59,   60,
				 64, 512, 1500, 1510, 1514, 1515, 1517, 1518, 1519, 1522};

static uint64_t seed = 1;
static struct spp_model model;
static struct spp_trace_facts facts;
static struct spp_dp_port ports[SPP_END_MAX];
static struct spp_in_flight in_flight[SPP_PORT_ID_MAX];
static struct spp_worker_env env;
static struct spp_worker worker;
static struct ends real, told;
static unsigned int seen[SPP_DROP_NB], nb_sent;

/* xorshift: the same wirings at each run */
static unsigned int
chance(unsigned int below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned int)((seed >> 16) % below);
}

/* ---- a wiring by chance ---- */

/* The ports there are: n below NB_PORT; rings are told once more beyond that. */
static struct spp_port
port_number(unsigned int n)
{
	if (n < NB_NIC)
		return (struct spp_port){.kind = SPP_PORT_NIC, .index = (uint16_t)n};
	if (n < NB_NIC + NB_VHOST)
		return (struct spp_port){.kind = SPP_PORT_VHOST, .index = (uint16_t)(n - NB_NIC)};
	return (struct spp_port){.kind = SPP_PORT_RING,
				 .index = (uint16_t)((n - NB_NIC - NB_VHOST) % NB_RING)};
}

/* A ring rather than another one: by them it goes on. */
static struct spp_port
any_port(void)
{
	return port_number(chance(NB_PORT + NB_RING));
}

static struct spp_vlan
any_operation(void)
{
	switch (chance(6)) {
	case 0:
		return (struct spp_vlan){.op = SPP_VLAN_ADD,
					 .vid = (uint16_t)(chance(2) ? 0 : vids[1 + chance(3)]),
					 .pcp = (uint8_t)chance(8)};
	case 1:
		return (struct spp_vlan){.op = SPP_VLAN_DEL};
	default:
		return (struct spp_vlan){.op = SPP_VLAN_NONE};
	}
}

static void
attach(struct spp_attachment *list, uint16_t *nb, enum spp_side side)
{
	struct spp_attachment one = {.port = any_port(), .vlan = any_operation()};

	/* also one that this component has already: it is not in the model yet */
	for (unsigned int i = 0; i < *nb; i++)
		if (spp_port_equal(list[i].port, one.port))
			return;
	if (spp_model_find_port(&model, one.port, side) >= 0)
		return;
	if (side == SPP_RX && one.port.kind == SPP_PORT_VHOST && chance(3) == 0)
		one.filter = SPP_FILTER_RESERVED;
	list[(*nb)++] = one;
}

static void
add_component(void)
{
	static const uint8_t types[] = {SPP_CLASSIFIER, SPP_MERGE, SPP_FORWARD, SPP_MIRROR};
	static struct spp_component one;
	unsigned int rx, tx;

	memset(&one, 0, sizeof(one));
	one.type = types[chance(sizeof(types))];
	rx = one.type == SPP_MERGE ? 1 + chance(4) : 1;
	tx = one.type == SPP_CLASSIFIER || one.type == SPP_MIRROR ? 1 + chance(4) : 1;
	while (rx-- > 0)
		attach(one.rx, &one.nb_rx, SPP_RX);
	while (tx-- > 0 && chance(12) != 0)
		attach(one.tx, &one.nb_tx, SPP_TX);
	one.queue = (uint8_t)model.nb_components;
	one.lcore_id = (uint16_t)(model.nb_components + 1);
	model.components[model.nb_components++] = one;
}

static void
add_entry(void)
{
	struct spp_table_entry one = {.vid = vids[chance(3)], .port = any_port()};

	one.is_default = chance(4) == 0;
	if (!one.is_default)
		memcpy(one.mac, addresses[chance(NB_UNICAST - 1)], sizeof(one.mac));
	/* where a classifier sends, mostly */
	for (unsigned int c = 0; c < model.nb_components && chance(8) != 0; c++) {
		const struct spp_component *component = &model.components[c];

		if (component->type == SPP_CLASSIFIER && component->nb_tx > 0 && chance(2) == 0)
			one.port = component->tx[chance(component->nb_tx)].port;
	}
	for (unsigned int i = 0; i < model.nb_entries; i++) {
		const struct spp_table_entry *other = &model.entries[i];

		if (other->vid == one.vid && other->is_default == one.is_default &&
		    memcmp(other->mac, one.mac, sizeof(one.mac)) == 0)
			return;
	}
	model.entries[model.nb_entries++] = one;
}

/* One that spp_vf would take. */
static void
make_wiring(void)
{
	struct spp_inventory inventory = {.nb_queues = SPP_COMPONENT_MAX};
	struct spp_faults faults;
	unsigned int n;

	do {
		model.nb_components = model.nb_entries = 0;
		for (n = 1 + chance(8); n > 0; n--)
			add_component();
		faults.nb = 0;
	} while (spp_validate(&model, &inventory, &faults) < 0);
	for (n = chance(10); n > 0; n--)
		add_entry();
	memset(&facts, 0, sizeof(facts));
	facts.mtu = MTU;
	facts.guest_filter = chance(4) == 0 ? SPP_FILTER_RESERVED : SPP_FILTER_NONE;
	for (n = 0; n < SPP_NIC_MAX + SPP_VHOST_MAX; n++)
		facts.link[n] = chance(4) == 0 ? SPP_TRACE_LINK_DOWN : SPP_TRACE_LINK_UP;
}

static struct spp_trace_frame
make_frame(struct spp_port from)
{
	struct spp_trace_frame frame = {.tagged = chance(2) == 0,
					.size = sizes[chance(sizeof(sizes) / sizeof(sizes[0]))]};

	memcpy(frame.dst, addresses[chance(NB_ADDRESS)], sizeof(frame.dst));
	if (frame.tagged) {
		frame.vid = chance(4) == 0 ? 0 : vids[1 + chance(3)];
		frame.pcp = (uint8_t)chance(8);
	}
	if (from.kind == SPP_PORT_RING && frame.size < RTE_ETHER_HDR_LEN)
		frame.size = RTE_ETHER_HDR_LEN;
	/* 1,519 and more enter by no port, and cannot be in a ring either */
	if (from.kind == SPP_PORT_RING && frame.size > LONGEST)
		frame.size = LONGEST;
	return frame;
}

/* ---- in place of what is around the path ---- */

static struct spp_dp_port *
port_of(void *arg, struct spp_port port)
{
	return port.kind == SPP_PORT_RING ? NULL : &ports[spp_port_id(port)];
}

static int
worker_of_lcore(void *arg, unsigned int lcore_id)
{
	return (int)lcore_id - 1;
}

static bool
share_cpu(void *arg, unsigned int worker_a, unsigned int worker_b)
{
	return false;
}

static bool
shares_with_scheduler(void *arg, unsigned int worker_a)
{
	return false;
}

/* The event device. */
bool
spp_handover(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t op,
	     struct spp_batch batch)
{
	w->next[w->nb_next++] = batch;
	return false;
}

void
spp_outbox_put(struct spp_worker *w, uint8_t op, const struct spp_batch *batch)
{
	abort(); /* no ring is ever behind */
}

static struct spp_trace_frame
frame_of(const struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	const struct rte_vlan_hdr *vlan = (const struct rte_vlan_hdr *)(eth + 1);
	struct spp_trace_frame frame = {.size = m->pkt_len};

	memcpy(frame.dst, eth, sizeof(frame.dst));
	frame.tagged = eth->ether_type == RTE_BE16(RTE_ETHER_TYPE_VLAN);
	if (frame.tagged) {
		frame.vid = rte_be_to_cpu_16(vlan->vlan_tci) & 0x0fff;
		frame.pcp = (uint8_t)(rte_be_to_cpu_16(vlan->vlan_tci) >> 13);
	}
	return frame;
}

/* nic_tx() and vhost_tx() of a port that has room. */
void
spp_backlog_send(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_hop_tx *tx,
		 struct rte_mbuf **pkts, uint16_t nb)
{
	bool nic = tx->port_id < SPP_NIC_MAX;
	struct spp_trace_frame frame;

	for (uint16_t i = 0; i < nb; i++) {
		uint64_t *drops = w->port[tx->port_id].tx_drops;

		if (!nic && facts.link[tx->port_id] == SPP_TRACE_LINK_DOWN) {
			drops[SPP_DROP_NO_GUEST]++;
			continue;
		}
		if (pkts[i]->pkt_len > LONGEST) {
			drops[SPP_DROP_TOO_BIG]++;
			continue;
		}
		frame = frame_of(pkts[i]);
		if (nic && frame.size < 60)
			frame.size = 60;
		ends_sent(&real, spp_port_from_id(tx->port_id), &frame);
	}
}

/* nic_check() and vhost_rx(). */
static bool
receive(struct rte_mbuf *m, unsigned int id)
{
	uint64_t *drops = worker.port[id].rx_drops;

	if (m->pkt_len < RTE_ETHER_HDR_LEN)
		drops[SPP_DROP_MALFORMED]++;
	else if (m->pkt_len > LONGEST)
		drops[SPP_DROP_TOO_BIG]++;
	else if (id >= SPP_NIC_MAX && spp_frame_is_pause(m))
		drops[SPP_DROP_RESERVED]++;
	else
		return true;
	return false;
}

/* ---- the real way ---- */

static struct rte_mbuf *
mbuf_of(const struct spp_trace_frame *frame)
{
	struct rte_mbuf *m = store_mbuf(frame->size < 18 ? 18 : frame->size);
	struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	uint16_t tci = (uint16_t)(frame->pcp << 13 | frame->vid);

	memcpy(eth, frame->dst, sizeof(frame->dst));
	eth->ether_type = RTE_BE16(frame->tagged ? RTE_ETHER_TYPE_VLAN : RTE_ETHER_TYPE_IPV4);
	if (frame->tagged)
		((struct rte_vlan_hdr *)(eth + 1))->vlan_tci = rte_cpu_to_be_16(tci);
	m->pkt_len = frame->size;
	m->data_len = (uint16_t)frame->size;
	return m;
}

static bool
is_polled(const struct spp_snapshot *snap, unsigned int id)
{
	for (unsigned int w = 0; w < SPP_WORKER_MAX; w++)
		for (unsigned int s = 0; s < snap->worker[w].nb; s++)
			if (snap->worker[w].source[s].port_id == id)
				return true;
	return false;
}

static void
count_drops(const uint64_t drops[SPP_DROP_NB], const char *place)
{
	for (unsigned int reason = 0; reason < SPP_DROP_NB; reason++)
		for (uint64_t n = 0; n < drops[reason]; n++)
			ends_dropped(&real, (enum spp_drop)reason, place);
}

/* The counters, as status shows them; they are zero again then. */
static void
read_counters(void)
{
	char name[SPP_PORT_TEXT_SIZE], place[48];

	for (unsigned int i = 0; i < model.nb_components; i++) {
		snprintf(place, sizeof(place), "core %u", model.components[i].lcore_id);
		count_drops(worker.queue[model.components[i].queue].drops, place);
	}
	for (unsigned int n = 0; n < NB_PORT; n++) {
		struct spp_port port = port_number(n);
		struct spp_port_counters *counters = &worker.port[spp_port_id(port)];

		spp_port_format(port, name);
		snprintf(place, sizeof(place), "%s rx", name);
		count_drops(counters->rx_drops, place);
		snprintf(place, sizeof(place), "%s tx", name);
		count_drops(counters->tx_drops, place);
		memset(counters, 0, sizeof(*counters));
	}
	memset(worker.queue, 0, sizeof(worker.queue));
}

static void
send_one(const struct spp_snapshot *snap, struct spp_port from, const struct spp_trace_frame *frame)
{
	unsigned int id = spp_port_id(from);
	struct spp_batch batch = {
		.vec = store_vector(), .port_id = (uint16_t)id, .queue = snap->consumer[id]};

	batch.vec->mbufs[0] = mbuf_of(frame);
	batch.vec->nb_elem = 1;
	if (from.kind == SPP_PORT_RING) {
		const struct spp_hop_tx ring = {.port_id = (uint16_t)id};

		spp_ring_send(&worker, snap, &ring, batch.vec, &batch);
	} else {
		if (!is_polled(snap, id)) {
			ends_other(&real, "not taken");
			return;
		}
		if (!receive(batch.vec->mbufs[0], id))
			return;
		spp_stage_run(&worker, snap, &batch);
	}
	for (unsigned int i = 0; i < worker.nb_next; i++) {
		batch = worker.next[i];
		assert_true(worker.nb_next < SPP_NEXT_MAX - SPP_SIDE_MAX / 2);
		spp_stage_run(&worker, snap, &batch);
	}
}

static void
go_the_real_way(const struct spp_snapshot *snap, struct spp_port from,
		const struct spp_trace_frame *frame)
{
	store_empty();
	worker.spare = NULL;
	worker.nb_next = worker.nb_filling = 0;
	real.nb = 0;
	send_one(snap, from, frame);
	read_counters();
}

/* ---- beside each other ---- */

static void
note_what_was_seen(const struct spp_trace *trace)
{
	for (unsigned int i = 0; i < trace->nb; i++) {
		if (trace->steps[i].kind != SPP_TRACE_END)
			continue;
		nb_sent += trace->steps[i].result == SPP_TRACE_SENT;
		seen[trace->steps[i].reason] += trace->steps[i].result == SPP_TRACE_DROPPED;
	}
}

static void
compare(const struct spp_snapshot *snap, unsigned int number)
{
	static char a[8192], b[8192];
	struct spp_port from = any_port();
	struct spp_trace_frame frame = make_frame(from);
	struct spp_trace *trace = spp_trace_walk(&model, &facts, from, &frame);
	char name[SPP_PORT_TEXT_SIZE];

	assert_non_null(trace);
	assert_false(trace->cut);
	told.nb = 0;
	ends_of_trace(&told, &model, trace);
	go_the_real_way(snap, from, &frame);
	if (strcmp(ends_text(&real, a, sizeof(a)), ends_text(&told, b, sizeof(b))) != 0)
		fail_msg("wiring %u, from %s, %u bytes, tag %d: really %s; told %s", number,
			 spp_port_format(from, name), frame.size,
			 frame.tagged ? (int)frame.vid : -1, a, b);
	note_what_was_seen(trace);
	free(trace);
}

static void
trace_and_packet_path_say_the_same(void **state)
{
	struct spp_snapshot_env snapshot_env = {.port = port_of,
						.worker_of_lcore = worker_of_lcore,
						.share_cpu = share_cpu,
						.shares_with_scheduler = shares_with_scheduler};
	static const enum spp_drop wanted[] = {
		SPP_DROP_NO_CONSUMER, SPP_DROP_NO_GUEST, SPP_DROP_NO_ENTRY,  SPP_DROP_NO_PORT,
		SPP_DROP_INCOMPLETE,  SPP_DROP_TOO_BIG,  SPP_DROP_MALFORMED, SPP_DROP_RESERVED};
	struct spp_snapshot *snap;

	env.in_flight = in_flight;
	env.vectors = store_vectors();
	worker.env = &env;
	for (unsigned int i = 0; i < WIRINGS; i++) {
		make_wiring();
		snapshot_env.guest_filter = facts.guest_filter;
		snap = spp_snapshot_create(&model, levels_of(&model), &snapshot_env);
		assert_non_null(snap);
		for (unsigned int k = 0; k < FRAMES; k++)
			compare(snap, i);
		spp_snapshot_destroy(snap);
	}
	/* all that does not depend on load was among them, and often */
	assert_true(nb_sent > WIRINGS);
	for (unsigned int i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (seen[wanted[i]] < 100)
			fail_msg("%s was seen %u times only", spp_drop_name(wanted[i]),
				 seen[wanted[i]]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(trace_and_packet_path_say_the_same)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
