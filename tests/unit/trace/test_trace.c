/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a trace says of one frame after the other, case by case. That the packet path does the same:
 * test_trace_path.c.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_model.h"
#include "ends.h"
#include "trace/remedy.h"
#include "wiring/names.h"

#define UNTAGGED (-1)
#define ANY_MTU  0

/* A port at which something is done: "vhost0" of component 3, "+101/3", "-tag" or "-rsvd". */
struct change {
	const char *port;
	bool tx;
	const char *what;
};

struct sample {
	const char *components[6]; /* see build_model.h */
	const char *entries[5];    /* "101/00:11:22:33:44:55 ring0" */
	struct change changes[3];
	const char *from, *dst;
	int vid; /* UNTAGGED */
	unsigned int size;
	const char *down; /* a port without link, or without guest */
	const char *ends; /* see ends.h */
};

#define A     "02:00:00:00:00:01"
#define B     "02:00:00:00:00:02"
#define C     "02:00:00:00:00:03"
#define ALL   "ff:ff:ff:ff:ff:ff"
#define STP   "01:80:c2:00:00:00"
#define PAUSE "01:80:c2:00:00:01"
/* NIC, two VMs, and back: the founding scenario. */
#define FOUNDING                                                                                   \
	{"2 classifier nic0 > ring0 ring2", "3 merge ring1 ring3 > nic0",                          \
	 "4 forward ring0 > vhost0",        "5 forward vhost0 > ring1",                            \
	 "6 forward ring2 > vhost1",        "7 forward vhost1 > ring3"}
#define TWO {A " ring0", B " ring2"}

static const struct sample samples[] = {
	/* the table */
	{FOUNDING, TWO, {{0}}, "nic0", A, UNTAGGED, 60, NULL, "vhost0 60"},
	{FOUNDING, TWO, {{0}}, "nic0", B, UNTAGGED, 60, NULL, "vhost1 60"},
	{FOUNDING, TWO, {{0}}, "nic0", C, UNTAGGED, 60, NULL, "no_entry at core 2"},
	{FOUNDING, TWO, {{0}}, "nic0", A, 101, 64, NULL, "no_entry at core 2"},
	{FOUNDING, TWO, {{0}}, "nic0", A, 0, 64, NULL, "vhost0 64 0/0"},
	{FOUNDING, {A " ring0", "default ring2"}, {{0}}, "nic0", C, 7, 64, NULL, "vhost1 64 7/0"},
	{FOUNDING,
	 {"7/default ring0", "default ring2"},
	 {{0}},
	 "nic0",
	 C,
	 7,
	 64,
	 NULL,
	 "vhost0 64 7/0"},
	{FOUNDING,
	 {"7/" A " ring0", "7/default ring2"},
	 {{0}},
	 "nic0",
	 A,
	 7,
	 64,
	 NULL,
	 "vhost0 64 7/0"},
	{FOUNDING, {"7/default ring2"}, {{0}}, "nic0", A, UNTAGGED, 60, NULL, "no_entry at core 2"},
	{FOUNDING, {A " ring7"}, {{0}}, "nic0", A, UNTAGGED, 60, NULL, "no_port at core 2"},
	{FOUNDING, {NULL}, {{0}}, "nic0", A, UNTAGGED, 60, NULL, "no_entry at core 2"},
	/* multicast */
	{FOUNDING, TWO, {{0}}, "nic0", ALL, UNTAGGED, 60, NULL, "vhost0 60, vhost1 60"},
	{FOUNDING,
	 TWO,
	 {{0}},
	 "nic0",
	 ALL,
	 UNTAGGED,
	 60,
	 "vhost1",
	 "no_guest at vhost1 tx, vhost0 60"},
	{FOUNDING, {A " ring0", "7/" B " ring2"}, {{0}}, "nic0", ALL, 7, 64, NULL, "vhost1 64 7/0"},
	{FOUNDING, {A " ring0", "default ring2"}, {{0}}, "nic0", ALL, 7, 64, NULL, "vhost1 64 7/0"},
	{FOUNDING, TWO, {{0}}, "nic0", ALL, 7, 64, NULL, "no_entry at core 2"},
	{FOUNDING, {A " ring7"}, {{0}}, "nic0", ALL, UNTAGGED, 60, NULL, "no_port at core 2"},
	/* tags */
	{FOUNDING,
	 {"101/" A " ring0"},
	 {{"vhost0", true, "-tag"}},
	 "nic0",
	 A,
	 101,
	 64,
	 NULL,
	 "vhost0 60"},
	{FOUNDING,
	 TWO,
	 {{"vhost0", false, "+101/3"}},
	 "vhost0",
	 C,
	 UNTAGGED,
	 60,
	 NULL,
	 "nic0 64 101/3"},
	{FOUNDING, TWO, {{"vhost0", false, "+101"}}, "vhost0", C, 9, 64, NULL, "nic0 64 101/0"},
	{FOUNDING, TWO, {{"vhost0", false, "-tag"}}, "vhost0", C, 9, 64, NULL, "nic0 60"},
	{FOUNDING, TWO, {{"nic0", false, "-tag"}}, "nic0", A, 9, 64, NULL, "vhost0 60"},
	{FOUNDING,
	 TWO,
	 {{"ring0", true, "+5"}, {"ring0", false, "+6/1"}},
	 "nic0",
	 A,
	 UNTAGGED,
	 60,
	 NULL,
	 "vhost0 64 6/1"},
	{FOUNDING, TWO, {{"nic0", false, "+0/5"}}, "nic0", A, UNTAGGED, 60, NULL, "vhost0 64 0/5"},
	/* sizes */
	{FOUNDING, TWO, {{0}}, "nic0", A, UNTAGGED, 1518, NULL, "vhost0 1518"},
	{FOUNDING, TWO, {{0}}, "nic0", A, UNTAGGED, 1519, NULL, "too_big at nic0 rx"},
	{FOUNDING, TWO, {{0}}, "vhost0", C, UNTAGGED, 1519, NULL, "too_big at vhost0 rx"},
	{FOUNDING,
	 TWO,
	 {{"vhost0", false, "+1"}},
	 "vhost0",
	 C,
	 UNTAGGED,
	 1518,
	 NULL,
	 "too_big at nic0 tx"},
	{FOUNDING,
	 TWO,
	 {{"vhost0", true, "+1"}},
	 "nic0",
	 A,
	 UNTAGGED,
	 1515,
	 NULL,
	 "too_big at vhost0 tx"},
	{FOUNDING,
	 TWO,
	 {{"vhost0", true, "+1"}},
	 "nic0",
	 A,
	 UNTAGGED,
	 1515,
	 "vhost0",
	 "no_guest at vhost0 tx"},
	{FOUNDING, TWO, {{0}}, "vhost0", C, UNTAGGED, 42, NULL, "nic0 60"},
	{FOUNDING, TWO, {{"nic0", true, "-tag"}}, "vhost0", C, 3, 60, NULL, "nic0 60"},
	{FOUNDING, TWO, {{0}}, "nic0", A, UNTAGGED, 14, NULL, "vhost0 14"},
	{FOUNDING, TWO, {{0}}, "nic0", A, UNTAGGED, 13, NULL, "malformed at nic0 rx"},
	{FOUNDING, TWO, {{0}}, "vhost1", A, UNTAGGED, 13, NULL, "malformed at vhost1 rx"},
	{FOUNDING, TWO, {{0}}, "nic0", A, 5, 17, NULL, "vhost0 17 5/0"},
	{FOUNDING, TWO, {{"nic0", false, "-tag"}}, "nic0", A, 5, 17, NULL, "malformed at nic0 rx"},
	{FOUNDING, TWO, {{"ring2", true, "+1"}}, "nic0", B, 5, 17, NULL, "malformed at ring2 tx"},
	{FOUNDING, TWO, {{"ring2", false, "+1"}}, "nic0", B, 5, 17, NULL, "malformed at ring2 rx"},
	/* what guests may not send */
	{FOUNDING, TWO, {{0}}, "vhost0", STP, UNTAGGED, 60, NULL, "nic0 60"},
	{FOUNDING,
	 TWO,
	 {{"vhost0", false, "-rsvd"}},
	 "vhost0",
	 STP,
	 UNTAGGED,
	 60,
	 NULL,
	 "reserved at vhost0 rx"},
	{FOUNDING,
	 TWO,
	 {{"vhost0", false, "-rsvd"}},
	 "vhost0",
	 "01:80:c2:00:00:10",
	 UNTAGGED,
	 60,
	 NULL,
	 "nic0 60"},
	{FOUNDING, TWO, {{0}}, "vhost0", PAUSE, UNTAGGED, 60, NULL, "reserved at vhost0 rx"},
	{FOUNDING, TWO, {{0}}, "nic0", PAUSE, UNTAGGED, 60, NULL, "vhost0 60, vhost1 60"},
	/* ends that are not wired */
	{{"2 classifier nic0 > ring0"},
	 {A " ring0"},
	 {{0}},
	 "nic0",
	 A,
	 UNTAGGED,
	 60,
	 NULL,
	 "no_consumer at ring0 tx"},
	{{"2 forward nic0 > ring0", "3 forward ring0 >"},
	 {NULL},
	 {{0}},
	 "nic0",
	 A,
	 UNTAGGED,
	 60,
	 NULL,
	 "incomplete at core 3"},
	{{"2 forward nic0 >"}, {NULL}, {{0}}, "nic0", A, UNTAGGED, 60, NULL, "not taken"},
	{{"2 forward nic0 > vhost0"}, {NULL}, {{0}}, "vhost0", A, UNTAGGED, 60, NULL, "not taken"},
	{{"2 forward > vhost0"}, {NULL}, {{0}}, "nic0", A, UNTAGGED, 60, NULL, "not taken"},
	/* from a ring, as if a component had put it there */
	{FOUNDING, TWO, {{0}}, "ring3", C, UNTAGGED, 60, NULL, "nic0 60"},
	{FOUNDING, TWO, {{0}}, "ring9", C, UNTAGGED, 60, NULL, "no_consumer at ring9 tx"},
	/* classifier behind merge behind classifier; the same port back */
	{{"2 classifier nic0 > ring0 ring1", "a@3 merge ring0 ring1 > ring2",
	  "b@3 classifier ring2 > vhost0 nic0"},
	 {A " ring0", B " ring1", "5/" A " vhost0", "5/" B " nic0"},
	 {{"ring2", true, "+5"}},
	 "nic0",
	 ALL,
	 UNTAGGED,
	 60,
	 NULL,
	 "nic0 64 5/0, nic0 64 5/0, vhost0 64 5/0, vhost0 64 5/0"},
	/* spp_vf would refuse these, a file may hold them */
	{{"2 forward nic0 > ring0", "3 merge ring0 ring1 > ring2", "4 forward ring2 > ring1"},
	 {NULL},
	 {{0}},
	 "nic0",
	 A,
	 UNTAGGED,
	 60,
	 NULL,
	 "loop"},
	{{"2 classifier ring0 > ring0 vhost0"},
	 {"default ring0", A " vhost0"},
	 {{0}},
	 "ring0",
	 ALL,
	 UNTAGGED,
	 60,
	 NULL,
	 "loop, vhost0 60"},
};

static void
apply(struct spp_attachment *at, const char *what)
{
	unsigned int vid = 0, pcp = 0;

	if (strcmp(what, "-tag") == 0) {
		at->vlan.op = SPP_VLAN_DEL;
	} else if (strcmp(what, "-rsvd") == 0) {
		at->filter = SPP_FILTER_RESERVED;
	} else {
		assert_true(sscanf(what, "+%u/%u", &vid, &pcp) >= 1);
		at->vlan = (struct spp_vlan){
			.op = SPP_VLAN_ADD, .vid = (uint16_t)vid, .pcp = (uint8_t)pcp};
	}
}

static void
change(struct spp_model *model, const struct change *wanted)
{
	struct spp_port port;
	unsigned int i;
	int at;

	assert_int_equal(spp_port_parse(wanted->port, &port, NULL), 0);
	at = spp_model_find_port(model, port, wanted->tx ? SPP_TX : SPP_RX);
	assert_true(at >= 0);
	for (i = 0; i < SPP_SIDE_MAX; i++) {
		struct spp_attachment *one =
			wanted->tx ? &model->components[at].tx[i] : &model->components[at].rx[i];

		if (!spp_port_equal(one->port, port))
			continue;
		apply(one, wanted->what);
		return;
	}
	fail();
}

/* "101/00:11:22:33:44:55 ring0" */
static void
lead(struct spp_model *model, const char *text)
{
	struct spp_table_entry *entry = &model->entries[model->nb_entries++];
	char value[40], port[24];
	enum spp_table_kind kind = strchr(text, '/') != NULL ? SPP_TABLE_VLAN : SPP_TABLE_MAC;

	assert_int_equal(sscanf(text, "%39s %23s", value, port), 2);
	assert_int_equal(spp_table_value_parse(kind, value, entry, NULL), 0);
	assert_int_equal(spp_port_parse(port, &entry->port, NULL), 0);
}

static struct spp_model *
model_of(const struct sample *sample)
{
	struct spp_model *model = calloc(1, sizeof(*model));
	unsigned int i;

	assert_non_null(model);
	for (i = 0; i < 6 && sample->components[i] != NULL; i++)
		add(model, sample->components[i]);
	for (i = 0; i < 5 && sample->entries[i] != NULL; i++)
		lead(model, sample->entries[i]);
	for (i = 0; i < 3 && sample->changes[i].port != NULL; i++)
		change(model, &sample->changes[i]);
	return model;
}

static struct spp_trace *
trace_of(const struct sample *sample, const struct spp_model *model)
{
	struct spp_trace_facts facts = {.mtu = 1500};
	struct spp_trace_frame frame = {.tagged = sample->vid != UNTAGGED,
					.vid = sample->vid == UNTAGGED ? 0 : (uint16_t)sample->vid,
					.size = sample->size};
	struct spp_port from, down;
	struct spp_trace *trace;

	assert_int_equal(spp_port_parse(sample->from, &from, NULL), 0);
	assert_int_equal(spp_mac_parse(sample->dst, frame.dst, NULL), 0);
	if (sample->down != NULL) {
		assert_int_equal(spp_port_parse(sample->down, &down, NULL), 0);
		facts.link[spp_port_id(down)] = SPP_TRACE_LINK_DOWN;
	}
	trace = spp_trace_walk(model, &facts, from, &frame);
	assert_non_null(trace);
	return trace;
}

static void
frames_end_where_they_should(void **state)
{
	static struct ends ends;
	char text[1024];

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *sample = &samples[i];
		struct spp_model *model = model_of(sample);
		struct spp_trace *trace = trace_of(sample, model);

		ends.nb = 0;
		ends_of_trace(&ends, model, trace);
		if (strcmp(ends_text(&ends, text, sizeof(text)), sample->ends) != 0)
			fail_msg("case %zu (%s to %s): \"%s\", not \"%s\"", i, sample->from,
				 sample->dst, text, sample->ends);
		assert_int_equal(trace->nb_ends, ends.nb);
		assert_false(trace->cut);
		free(trace);
		free(model);
	}
}

static void
steps_are_told_in_their_order(void **state)
{
	static const struct {
		uint8_t kind, level;
		uint16_t core;
		const char *port;
	} wanted[] = {
		{SPP_TRACE_IN, 0, 2, "nic0"},      {SPP_TRACE_COMPONENT, 0, 2, NULL},
		{SPP_TRACE_OUT, 1, 2, "ring0"},    {SPP_TRACE_IN, 1, 4, "ring0"},
		{SPP_TRACE_COMPONENT, 1, 4, NULL}, {SPP_TRACE_OUT, 1, 4, "vhost0"},
		{SPP_TRACE_END, 1, 4, "vhost0"},   {SPP_TRACE_OUT, 1, 2, "ring2"},
		{SPP_TRACE_IN, 1, 6, "ring2"},     {SPP_TRACE_COMPONENT, 1, 6, NULL},
		{SPP_TRACE_OUT, 1, 6, "vhost1"},   {SPP_TRACE_END, 1, 6, "vhost1"},
	};
	const struct sample sample = {FOUNDING, TWO, {{0}}, "nic0", ALL, UNTAGGED, 60, NULL, NULL};
	struct spp_model *model = model_of(&sample);
	struct spp_trace *trace = trace_of(&sample, model);
	char name[SPP_PORT_TEXT_SIZE];

	assert_int_equal(trace->nb, sizeof(wanted) / sizeof(wanted[0]));
	for (unsigned int i = 0; i < trace->nb; i++) {
		const struct spp_trace_step *step = &trace->steps[i];

		assert_int_equal(step->kind, wanted[i].kind);
		assert_int_equal(step->level, wanted[i].level);
		assert_int_equal(model->components[step->component].lcore_id, wanted[i].core);
		if (wanted[i].port != NULL)
			assert_string_equal(spp_port_format(step->at.port, name), wanted[i].port);
		assert_int_equal(step->branch, step->kind == SPP_TRACE_OUT && wanted[i].core == 2);
	}
	assert_int_equal(trace->steps[1].match, SPP_TRACE_GROUP);
	free(trace);
	free(model);
}

static void
of_what_is_not_known_nothing_is_said(void **state)
{
	const struct sample sample = {FOUNDING, TWO, {{0}}, "nic0", A, UNTAGGED, 9000, NULL, NULL};
	struct spp_model *model = model_of(&sample);
	struct spp_trace_facts facts = {.mtu = ANY_MTU};
	struct spp_trace_frame frame = {.dst = {2, 0, 0, 0, 0, 1}, .size = 9000};
	struct spp_trace *trace =
		spp_trace_walk(model, &facts, (struct spp_port){.kind = SPP_PORT_NIC}, &frame);

	assert_non_null(trace);
	assert_int_equal(trace->steps[trace->nb - 1].result, SPP_TRACE_SENT);
	free(trace);
	/* a filter of the whole spp_vf is at every vhost, and at no NIC */
	facts.guest_filter = SPP_FILTER_RESERVED;
	frame = (struct spp_trace_frame){.dst = {1, 0x80, 0xc2, 0, 0, 0x0e}, .size = 60};
	trace = spp_trace_walk(model, &facts, (struct spp_port){.kind = SPP_PORT_VHOST}, &frame);
	assert_int_equal(trace->steps[trace->nb - 1].reason, SPP_DROP_RESERVED);
	free(trace);
	trace = spp_trace_walk(model, &facts, (struct spp_port){.kind = SPP_PORT_NIC}, &frame);
	assert_int_equal(trace->nb_ends, 2);
	free(trace);
	free(model);
}

/* Each classifier doubles a broadcast: 20 of them would make a million. */
static void
too_many_steps_are_cut(void **state)
{
	struct spp_model *model = calloc(1, sizeof(*model));
	struct spp_trace_facts facts = {.mtu = 1500};
	struct spp_trace_frame frame = {.dst = {255, 255, 255, 255, 255, 255}, .size = 60};
	struct spp_trace *trace;
	char text[80];

	assert_non_null(model);
	for (unsigned int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "%u classifier ring%u > ring%u ring%u", 2 * i + 2,
			 3 * i, 3 * i + 1, 3 * i + 2);
		add(model, text);
		snprintf(text, sizeof(text), "%u merge ring%u ring%u > ring%u", 2 * i + 3,
			 3 * i + 1, 3 * i + 2, 3 * i + 3);
		add(model, text);
		for (unsigned int k = 1; k <= 2; k++) {
			struct spp_table_entry *entry = &model->entries[model->nb_entries++];

			*entry = (struct spp_table_entry){
				.mac = {2, 0, 0, 0, (uint8_t)i, (uint8_t)k},
				.vid = SPP_VID_NONE,
				.port = {.kind = SPP_PORT_RING, .index = (uint16_t)(3 * i + k)}};
		}
	}
	trace = spp_trace_walk(model, &facts, (struct spp_port){.kind = SPP_PORT_RING}, &frame);
	assert_non_null(trace);
	assert_true(trace->cut);
	assert_int_equal(trace->nb, SPP_TRACE_STEPS_MAX);
	free(trace);
	free(model);
}

static void
every_reason_has_a_remedy(void **state)
{
	for (unsigned int i = 0; i < SPP_DROP_NB; i++) {
		assert_true(strlen(spp_drop_name((enum spp_drop)i)) > 0);
		assert_true(strlen(spp_drop_text((enum spp_drop)i)) > 0);
		assert_true(strlen(spp_drop_remedy((enum spp_drop)i)) > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_end_where_they_should),
		cmocka_unit_test(steps_are_told_in_their_order),
		cmocka_unit_test(of_what_is_not_known_nothing_is_said),
		cmocka_unit_test(too_many_steps_are_cut),
		cmocka_unit_test(every_reason_has_a_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
