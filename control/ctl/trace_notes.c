/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Notes beside the steps of a trace. See trace_notes.h.
 */
#include "ctl/trace_notes.h"

#include <string.h>

#include "change/note.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "trace/lookup.h"
#include "wiring/names.h"

#define ONE_NIC "docs/operations.md, \"Guests of one NIC\""

/* What fits with the smallest --mtu there is. */
#define SIZE_SAFE (68 + SPP_TRACE_OVERHEAD)

static bool
is_link(const struct ctl_trace_case *a, struct spp_port port, enum spp_trace_link link)
{
	return port.kind != SPP_PORT_RING && a->facts.link[spp_port_id(port)] == link;
}

/* Where the frame comes in. */
static void
note_begin(const struct ctl_trace_case *a, const struct spp_trace_step *step, json_t *notes)
{
	char name[SPP_PORT_TEXT_SIZE];
	bool vhost = a->from.kind == SPP_PORT_VHOST;

	spp_port_format(a->from, name);
	if (a->wiring->staged)
		wiring_note(notes, "something is staged and not flushed: this is what runs");
	if (is_link(a, a->from, SPP_TRACE_LINK_DOWN))
		wiring_note(notes,
			    vhost ? "no guest is connected to %s now: nothing comes from there"
				  : "the link of %s is down now: nothing comes from there",
			    name);
	if (a->facts.mtu == 0 && a->frame.size > SIZE_SAFE)
		wiring_note(notes, "whether it is too long cannot be said: the MTU is not in the "
				   "file");
	if (step->kind == SPP_TRACE_IN && vhost && a->info == NULL &&
	    step->at.filter == SPP_FILTER_NONE && spp_trace_frame_is_reserved(&step->before))
		wiring_note(notes, "with --guest-filter reserved, which the file would not say, it "
				   "is dropped here as reserved");
}

/* The address has an entry, and for frames of another VLAN. */
static void
note_elsewhere(const struct ctl_trace_case *a, const struct spp_trace_step *step, json_t *notes)
{
	const struct spp_model *model = &a->wiring->model;
	uint16_t vid = spp_trace_frame_vid(&step->before);
	char name[SPP_PORT_TEXT_SIZE], vlan[24] = "untagged frames";
	int at;

	if (step->match == SPP_TRACE_ENTRY && !model->entries[step->entry].is_default)
		return;
	at = spp_trace_find_elsewhere(model, step->before.dst, vid);
	if (at == SPP_TRACE_NO_ENTRY)
		return;
	if (model->entries[at].vid != SPP_VID_NONE)
		snprintf(vlan, sizeof(vlan), "VLAN %u", model->entries[at].vid);
	wiring_note(notes, "%s has an entry for %s (-> %s), not for these", a->dst, vlan,
		    spp_port_format(model->entries[at].port, name));
}

/* Multicast goes to ports with an entry, of those that the classifier has. */
static void
note_left_out(const struct ctl_trace_case *a, const struct spp_trace_step *step, json_t *notes)
{
	const struct spp_component *component = &a->wiring->model.components[step->component];
	char text[256] = "", name[SPP_PORT_TEXT_SIZE];
	bool ports[SPP_PORT_ID_MAX], fallback;
	size_t used = 0;

	spp_trace_group(&a->wiring->model, spp_trace_frame_vid(&step->before), ports, &fallback);
	for (unsigned int i = 0; i < component->nb_tx; i++)
		ports[spp_port_id(component->tx[i].port)] = false;
	for (unsigned int id = 0; id < SPP_PORT_ID_MAX && used < sizeof(text); id++)
		if (ports[id])
			used += (size_t)snprintf(text + used, sizeof(text) - used, " %s",
						 spp_port_format(spp_port_from_id(id), name));
	if (used > 0)
		wiring_note(notes, "entries lead to%s as well, which it has not as tx", text);
}

static void
note_component(const struct ctl_trace_case *a, const struct spp_trace_step *step, json_t *notes)
{
	if (step->match == SPP_TRACE_PASS)
		return;
	if (step->before.tagged && step->before.size < SPP_TRACE_TAGGED)
		wiring_note(notes,
			    "its tag is not whole: the table is asked as for untagged frames");
	else if (step->before.tagged && step->before.vid == 0)
		wiring_note(notes, "VLAN id 0 is a priority and no VLAN: the table is asked as for "
				   "untagged frames");
	if (step->match == SPP_TRACE_GROUP || step->match == SPP_TRACE_FALLBACK)
		note_left_out(a, step, notes);
	else if (!spp_trace_frame_is_multicast(&step->before))
		note_elsewhere(a, step, notes);
}

/* From one guest of a NIC to another: the usual disappointment. */
static void
note_one_nic(const struct ctl_trace_case *a, const struct spp_trace_step *step, json_t *notes)
{
	const struct spp_model *model = &a->wiring->model;
	char nic[SPP_PORT_TEXT_SIZE], leads[SPP_PORT_TEXT_SIZE];
	int entry;

	if (a->from.kind != SPP_PORT_VHOST || !spp_port_is_wire(step->at.port) ||
	    spp_trace_frame_is_multicast(&step->after))
		return;
	entry = spp_trace_find(model, step->after.dst, spp_trace_frame_vid(&step->after));
	if (entry == SPP_TRACE_NO_ENTRY || model->entries[entry].is_default ||
	    spp_port_equal(model->entries[entry].port, step->at.port))
		return;
	spp_port_format(step->at.port, nic);
	wiring_note(notes,
		    "%s is plugged here (its entry -> %s), but what leaves %s does not come back: "
		    "guests of one NIC do not reach each other (" ONE_NIC ")",
		    a->dst, spp_port_format(model->entries[entry].port, leads), nic);
}

static void
note_problems(const struct ctl_trace_case *a, const char *name, json_t *notes)
{
	const json_t *port, *problem;
	size_t i, k;

	json_array_foreach (json_object_get(a->info, "port"), i, port) {
		if (strcmp(ctl_reply_text(port, "port"), name) != 0)
			continue;
		json_array_foreach (json_object_get(port, "problems"), k, problem)
			wiring_note(notes, "%s: %s (docs/vhost.md)", name,
				    ctl_table_problem(json_string_value(problem)));
	}
}

/* The wire or a guest gets it. */
static void
note_sent(const struct ctl_trace_case *a, const struct spp_trace_step *step, json_t *notes)
{
	char name[SPP_PORT_TEXT_SIZE];

	spp_port_format(step->at.port, name);
	if (spp_port_is_wire(step->at.port) && is_link(a, step->at.port, SPP_TRACE_LINK_DOWN))
		wiring_note(notes, "the link of %s is down now", name);
	if (step->at.port.kind == SPP_PORT_VHOST &&
	    is_link(a, step->at.port, SPP_TRACE_LINK_UNKNOWN))
		wiring_note(notes, "if one is connected: that is not in the file");
	if (spp_port_id(step->at.port) == spp_port_id(a->from))
		wiring_note(notes,
			    "that is where it came from: whoever sent it gets it again (" ONE_NIC
			    ")");
	note_one_nic(a, step, notes);
	note_problems(a, name, notes);
}

json_t *
ctl_trace_notes(const struct ctl_trace_case *a, const struct spp_trace_step *step)
{
	json_t *notes = json_array();

	if (step == a->trace->steps)
		note_begin(a, step, notes);
	if (step->kind == SPP_TRACE_COMPONENT)
		note_component(a, step, notes);
	else if (step->kind == SPP_TRACE_END && step->result == SPP_TRACE_SENT)
		note_sent(a, step, notes);
	return notes;
}
