/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A trace for scripts. See trace_json.h.
 */
#include "ctl/trace_json.h"

#include "ctl/trace_notes.h"
#include "trace/lookup.h"
#include "trace/remedy.h"
#include "wiring/names.h"
#include "json/port.h"
#include "json/switch.h"

/* Size and tag: what changes on the way. */
static json_t *
frame_json(const struct spp_trace_frame *frame)
{
	return json_pack("{s:i, s:o}", "size", (int)frame->size, "vlan",
			 frame->tagged ? json_pack("{s:i, s:i}", "id", (int)frame->vid, "pcp",
						   (int)frame->pcp)
				       : json_null());
}

static json_t *
component_json(const struct ctl_trace_case *a, int at)
{
	const struct spp_component *component = &a->wiring->model.components[at];

	return json_pack("{s:i, s:s, s:s*}", "core", (int)component->lcore_id, "type",
			 spp_type_name(component->type), "name",
			 component->name[0] != '\0' ? component->name : NULL);
}

static const char *
match_name(const struct ctl_trace_case *a, const struct spp_trace_step *step)
{
	const struct spp_table_entry *entry;

	switch (step->match) {
	case SPP_TRACE_ENTRY:
		entry = &a->wiring->model.entries[step->entry];
		if (entry->is_default)
			return "default";
		return entry->vid != SPP_VID_NONE ? "vlan" : "mac";
	case SPP_TRACE_GROUP:
		return "multicast";
	case SPP_TRACE_FALLBACK:
		return "multicast_default";
	default:
		return "none";
	}
}

/* A component, and what it found. */
static void
add_decision(const struct ctl_trace_case *a, const struct spp_trace_step *step, json_t *out)
{
	char value[SPP_TABLE_TEXT_SIZE];
	const struct spp_table_entry *entry;

	json_object_set_new(out, "component", component_json(a, step->component));
	if (step->match == SPP_TRACE_PASS)
		return;
	json_object_set_new(out, "match", json_string(match_name(a, step)));
	if (step->entry == SPP_TRACE_NO_ENTRY)
		return;
	entry = &a->wiring->model.entries[step->entry];
	json_object_set_new(out, "entry",
			    json_pack("{s:s, s:o}", "value", spp_table_value_format(entry, value),
				      "port", spp_entry_ports_json_encode(entry)));
}

/* Where a packet is counted: as status has it. */
static json_t *
place_json(const struct ctl_trace_case *a, const struct spp_trace_step *step)
{
	char port[SPP_PORT_TEXT_SIZE];

	if (step->place == SPP_TRACE_AT_COMPONENT)
		return json_pack("{s:o}", "component", component_json(a, step->component));
	return json_pack("{s:s, s:s}", "port", spp_port_format(step->at.port, port), "side",
			 step->place == SPP_TRACE_AT_RX ? "rx" : "tx");
}

static void
add_end(const struct ctl_trace_case *a, const struct spp_trace_step *step, json_t *out)
{
	static const char *const results[] = {[SPP_TRACE_SENT] = "sent",
					      [SPP_TRACE_DROPPED] = "dropped",
					      [SPP_TRACE_NOT_TAKEN] = "not_taken",
					      [SPP_TRACE_ELSEWHERE] = "elsewhere",
					      [SPP_TRACE_LOOP] = "loop"};
	char port[SPP_PORT_TEXT_SIZE];

	json_object_set_new(out, "result", json_string(results[step->result]));
	if (step->result == SPP_TRACE_DROPPED) {
		enum spp_drop reason = (enum spp_drop)step->reason;

		json_object_set_new(out, "reason", json_string(spp_drop_name(reason)));
		json_object_set_new(out, "at", place_json(a, step));
		json_object_set_new(out, "remedy", json_string(spp_drop_remedy(reason)));
		return;
	}
	json_object_set_new(out, "port", json_string(spp_port_format(step->at.port, port)));
	if (step->result == SPP_TRACE_ELSEWHERE)
		json_object_set_new(out, "to", json_string(ctl_trace_case_other(a, step)));
}

static json_t *
step_json(const struct ctl_trace_case *a, const struct spp_trace_step *step)
{
	static const char *const kinds[] = {[SPP_TRACE_IN] = "in",
					    [SPP_TRACE_COMPONENT] = "component",
					    [SPP_TRACE_OUT] = "out",
					    [SPP_TRACE_END] = "end"};
	json_t *out = json_pack("{s:s, s:i}", "step", kinds[step->kind], "level", (int)step->level);
	json_t *notes = ctl_trace_notes(a, step);

	if (step->kind == SPP_TRACE_IN || step->kind == SPP_TRACE_OUT)
		json_object_set_new(out, "port", spp_port_json_encode(&step->at));
	else if (step->kind == SPP_TRACE_COMPONENT)
		add_decision(a, step, out);
	else
		add_end(a, step, out);
	json_object_set_new(out, "frame", frame_json(&step->after));
	if (json_array_size(notes) > 0)
		json_object_set(out, "notes", notes);
	json_decref(notes);
	return out;
}

json_t *
ctl_trace_json(const struct ctl_trace_case *a)
{
	char port[SPP_PORT_TEXT_SIZE];
	json_t *steps = json_array(), *ends = json_array(), *out, *one;

	for (unsigned int i = 0; i < a->trace->nb; i++) {
		one = step_json(a, &a->trace->steps[i]);
		if (a->trace->steps[i].kind == SPP_TRACE_END)
			json_array_append(ends, one);
		json_array_append_new(steps, one);
	}
	out = json_pack("{s:s*, s:s*, s:s, s:s, s:s*, s:o, s:o, s:o, s:o, s:b}", "process",
			a->name[0] != '\0' ? a->name : NULL, "file", a->file, "port",
			spp_port_format(a->from, port), "dst", a->dst, "src",
			a->src[0] != '\0' ? a->src : NULL, "frame", frame_json(&a->frame), "mtu",
			a->facts.mtu != 0 ? json_integer(a->facts.mtu) : json_null(), "steps",
			steps, "ends", ends, "cut", (int)a->trace->cut);
	return out;
}
