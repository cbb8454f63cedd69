/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A trace for people. See trace_text.h.
 *
 * Each line has on the left where (a port, a core), on the right what. Where multicast goes several
 * ways each way stands further to the right and begins with "->".
 */
#include "ctl/trace_text.h"

#include <stdarg.h>
#include <string.h>

#include "ctl/trace_notes.h"
#include "trace/remedy.h"
#include "wiring/entry.h"
#include "wiring/model.h"
#include "wiring/names.h"

#define WIDTH      80
#define MARGIN     2
#define LEFT       11 /* columns of "core 1023" and what is between */
#define STEP       3  /* columns that a way stands further to the right */
#define STEPS_MAX  8  /* more ways in ways are not told apart by their place */
#define TEXT_SIZE  1024
#define FRAME_SIZE 64
#define PORT_SIZE  (SPP_PORT_TEXT_SIZE + SPP_PORT_LABEL_MAX + 4)

struct page {
	FILE *out;
	const struct ctl_trace_case *a;
};

/* -- lines ------------------------------------------------------------------------------------ */

/* Where a word begins that does not fit on its line: further to the left if it is a long one. */
static unsigned int
next_column(size_t length, unsigned int indent)
{
	if (indent + length <= WIDTH)
		return indent;
	return length < WIDTH ? WIDTH - (unsigned int)length : 0;
}

/* Words from `column` on, further lines from `indent` on. */
static void
put_words(FILE *out, const char *text, unsigned int column, unsigned int indent)
{
	bool first = true;
	size_t length;

	for (; *text != '\0'; text += length) {
		text += strspn(text, " ");
		length = strcspn(text, " ");
		if (!first && column + 1 + length > WIDTH) {
			column = next_column(length, indent);
			fprintf(out, "\n%*s", (int)column, "");
			first = true;
		}
		fprintf(out, "%s%.*s", first ? "" : " ", (int)length, text);
		column += (unsigned int)length + !first;
		first = false;
	}
	fputc('\n', out);
}

static unsigned int
indent_of(const struct spp_trace_step *step)
{
	return MARGIN + STEP * (step->level < STEPS_MAX ? step->level : STEPS_MAX);
}

/* One line of a step, or more where it is long. @param left "": it goes on */
__attribute__((format(printf, 4, 5))) static void
put_line(const struct page *page, const struct spp_trace_step *step, const char *left,
	 const char *fmt, ...)
{
	unsigned int indent = indent_of(step);
	char text[TEXT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (step->branch && left[0] != '\0')
		fprintf(page->out, "%*s-> ", (int)indent - STEP, "");
	else
		fprintf(page->out, "%*s", (int)indent, "");
	fprintf(page->out, "%-*s", LEFT, left);
	put_words(page->out, text, indent + LEFT, indent + LEFT);
}

/* -- words ------------------------------------------------------------------------------------ */

/* "64 bytes, VLAN 101". @return text */
static const char *
frame_text(const struct spp_trace_frame *frame, char text[FRAME_SIZE])
{
	const char *unit = frame->size == 1 ? "byte" : "bytes";

	if (!frame->tagged)
		snprintf(text, FRAME_SIZE, "%u %s, untagged", frame->size, unit);
	else if (frame->pcp != 0)
		snprintf(text, FRAME_SIZE, "%u %s, VLAN %u, priority %u", frame->size, unit,
			 frame->vid, frame->pcp);
	else
		snprintf(text, FRAME_SIZE, "%u %s, VLAN %u", frame->size, unit, frame->vid);
	return text;
}

/* "vhost0 (web1)", of a port that has a label. @return text */
static const char *
port_text(const struct page *page, struct spp_port port, char text[PORT_SIZE])
{
	const char *label =
		port.kind == SPP_PORT_RING ? "" : page->a->wiring->model.labels[spp_port_id(port)];
	char name[SPP_PORT_TEXT_SIZE];

	spp_port_format(port, name);
	if (label[0] != '\0')
		snprintf(text, PORT_SIZE, "%s (%s)", name, label);
	else
		snprintf(text, PORT_SIZE, "%s", name);
	return text;
}

static const char *
tag_text(const struct spp_trace_step *step)
{
	if (step->at.vlan.op == SPP_VLAN_ADD)
		return step->before.tagged ? "tag overwritten" : "tag added";
	return step->before.tagged ? "tag taken away" : "no tag to take away";
}

static const char *
label_of(const struct page *page, int component, char label[SPP_LABEL_SIZE])
{
	return spp_component_label(&page->a->wiring->model.components[component], label,
				   SPP_LABEL_SIZE);
}

/* -- steps ------------------------------------------------------------------------------------ */

static void
put_tag(const struct page *page, const struct spp_trace_step *step, const char *left)
{
	char frame[FRAME_SIZE];

	frame_text(&step->after, frame);
	if (spp_trace_frame_is_whole(&step->before))
		put_line(page, step, left, "%s: %s", tag_text(step), frame);
	else
		put_line(page, step, left, "its tag cannot be changed: %s", frame);
}

/* A ring's other end was written already. @param first nothing stands before it */
static void
put_in(const struct page *page, const struct spp_trace_step *step, bool first)
{
	char name[SPP_PORT_TEXT_SIZE], frame[FRAME_SIZE];
	uint32_t mtu = page->a->facts.mtu;

	spp_port_format(step->at.port, name);
	frame_text(&step->before, frame);
	if (first && step->at.port.kind != SPP_PORT_RING && mtu != 0)
		put_line(page, step, name, "%s (%u bytes would fit)", frame,
			 mtu + SPP_TRACE_OVERHEAD);
	else if (first)
		put_line(page, step, name, "%s", frame);
	if (step->at.filter == SPP_FILTER_RESERVED) {
		if (spp_trace_frame_is_reserved(&step->before))
			return; /* and no further */
		put_line(page, step, "", "filter of reserved addresses: passes");
	}
	if (step->at.vlan.op != SPP_VLAN_NONE)
		put_tag(page, step, "");
}

static void
put_out(const struct page *page, const struct spp_trace_step *step)
{
	char name[SPP_PORT_TEXT_SIZE], frame[FRAME_SIZE];

	spp_port_format(step->at.port, name);
	if (step->at.vlan.op != SPP_VLAN_NONE)
		put_tag(page, step, name);
	else
		put_line(page, step, name, "%s", frame_text(&step->after, frame));
}

static void
put_component(const struct page *page, const struct spp_trace_step *step)
{
	const struct spp_model *model = &page->a->wiring->model;
	const struct spp_component *component = &model->components[step->component];
	uint16_t vid = spp_trace_frame_vid(&step->before);
	char left[16], label[SPP_LABEL_SIZE], value[SPP_TABLE_TEXT_SIZE], vlan[32] = "untagged";
	char port[SPP_ENTRY_TEXT_SIZE];

	snprintf(left, sizeof(left), "core %u", component->lcore_id);
	if (component->name[0] != '\0')
		snprintf(label, sizeof(label), "%s \"%s\"", spp_type_name(component->type),
			 component->name);
	else
		snprintf(label, sizeof(label), "%s", spp_type_name(component->type));
	if (vid != SPP_VID_NONE)
		snprintf(vlan, sizeof(vlan), "VLAN %u", vid);
	switch (step->match) {
	case SPP_TRACE_ENTRY:
		put_line(page, step, left, "%s: entry %s -> %s", label,
			 spp_table_value_format(&model->entries[step->entry], value),
			 spp_entry_ports_format(&model->entries[step->entry], port));
		break;
	case SPP_TRACE_GROUP:
		put_line(page, step, left, "%s: multicast (%s), to all that have an entry for it",
			 label, vlan);
		break;
	case SPP_TRACE_FALLBACK:
		put_line(page, step, left, "%s: multicast (%s has no entry), to the default", label,
			 vlan);
		break;
	case SPP_TRACE_NOTHING:
		put_line(page, step, left, "%s: no entry for it (%s), and no default", label, vlan);
		break;
	default:
		put_line(page, step, left, "%s", label);
	}
}

static void
put_dropped(const struct page *page, const struct spp_trace_step *step)
{
	enum spp_drop reason = (enum spp_drop)step->reason;
	char where[SPP_LABEL_SIZE + 8], port[PORT_SIZE];

	if (step->place == SPP_TRACE_AT_COMPONENT)
		label_of(page, step->component, where);
	else
		snprintf(where, sizeof(where), "%s %s", port_text(page, step->at.port, port),
			 step->place == SPP_TRACE_AT_RX ? "rx" : "tx");
	put_line(page, step, "=> DROPPED", "%s, counted at %s: %s", spp_drop_name(reason), where,
		 spp_drop_text(reason));
	put_line(page, step, "   remedy:", "%s", spp_drop_remedy(reason));
}

static void
put_end(const struct page *page, const struct spp_trace_step *step)
{
	char port[PORT_SIZE], frame[FRAME_SIZE], label[SPP_LABEL_SIZE];
	bool padded = step->after.size > step->before.size;

	port_text(page, step->at.port, port);
	frame_text(&step->after, frame);
	switch (step->result) {
	case SPP_TRACE_SENT:
		put_line(page, step, "=> sent", "%s %s gets it: %s%s",
			 spp_port_is_wire(step->at.port) ? "the wire at" : "the guest of", port,
			 frame, padded ? " (zeros fill it up)" : "");
		break;
	case SPP_TRACE_DROPPED:
		put_dropped(page, step);
		break;
	case SPP_TRACE_ELSEWHERE:
		put_line(page, step, "=> goes on",
			 page->a->rings == CTL_TRACE_RINGS_MAX
				 ? "%s, in %s: one ring between two spp_vf too many, it is dropped "
				   "there (loop)"
				 : "%s, in %s",
			 port, ctl_trace_case_other(page->a, step));
		break;
	case SPP_TRACE_NOT_TAKEN:
		if (step->component < 0)
			put_line(page, step, "=> left", "no component has %s as rx port", port);
		else
			put_line(page, step, "=> left", "%s has no tx port, so it does not receive",
				 label_of(page, step->component, label));
		put_line(page, step, "", "nobody takes it from %s, and no drop is counted", port);
		break;
	default:
		put_line(page, step, "=> LOOP", "%s leads back to %s: spp_vf refuses such a wiring",
			 port, label_of(page, step->component, label));
	}
}

static void
put_step(const struct page *page, const struct spp_trace_step *step)
{
	json_t *notes = ctl_trace_notes(page->a, step), *note;
	size_t i;

	if (step->kind == SPP_TRACE_IN)
		put_in(page, step, step == page->a->trace->steps);
	else if (step->kind == SPP_TRACE_COMPONENT)
		put_component(page, step);
	else if (step->kind == SPP_TRACE_OUT)
		put_out(page, step);
	else
		put_end(page, step);
	json_array_foreach (notes, i, note)
		put_line(page, step, "   !", "%s", json_string_value(note));
	json_decref(notes);
}

/* -- all -------------------------------------------------------------------------------------- */

static void
put_head(const struct page *page)
{
	const struct ctl_trace_case *a = page->a;
	char text[TEXT_SIZE], port[PORT_SIZE];

	snprintf(text, sizeof(text), "%s%s%.800s: in by %s, to %s%s%s", a->name,
		 a->name[0] != '\0' && a->file != NULL ? " " : "", a->file != NULL ? a->file : "",
		 port_text(page, a->from, port), a->dst, a->src[0] != '\0' ? " from " : "", a->src);
	put_words(page->out, text, 0, MARGIN);
}

/* Of several ways: how many arrive. */
static void
put_sum(const struct page *page)
{
	const struct spp_trace *trace = page->a->trace;
	unsigned int nb_sent = 0;

	if (trace->cut)
		fprintf(page->out, "and so on: more than %d steps are not shown\n",
			SPP_TRACE_STEPS_MAX);
	for (unsigned int i = 0; i < trace->nb; i++)
		nb_sent += trace->steps[i].kind == SPP_TRACE_END &&
			   trace->steps[i].result == SPP_TRACE_SENT;
	if (trace->nb_ends > 1)
		fprintf(page->out, "%u ways, of which %u arrive%s\n", trace->nb_ends, nb_sent,
			nb_sent == 1 ? "s" : "");
}

void
ctl_trace_text(FILE *out, const struct ctl_trace_case *a)
{
	struct page page = {out, a};

	put_head(&page);
	for (unsigned int i = 0; i < a->trace->nb; i++)
		put_step(&page, &a->trace->steps[i]);
	put_sum(&page);
}
