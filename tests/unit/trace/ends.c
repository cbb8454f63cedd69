/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where frames end, as text. See ends.h.
 */
#include "ends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spp/port_text.h"
#include "trace/remedy.h"

static char *
next_line(struct ends *ends)
{
	if (ends->nb == ENDS_MAX)
		abort();
	return ends->line[ends->nb++];
}

void
ends_sent(struct ends *ends, struct spp_port port, const struct spp_trace_frame *frame)
{
	char name[SPP_PORT_TEXT_SIZE], tag[24] = "";

	if (frame->tagged)
		snprintf(tag, sizeof(tag), " %u/%u", frame->vid, frame->pcp);
	snprintf(next_line(ends), ENDS_LINE, "%s %u%s", spp_port_format(port, name), frame->size,
		 tag);
}

void
ends_dropped(struct ends *ends, enum spp_drop reason, const char *place)
{
	snprintf(next_line(ends), ENDS_LINE, "%s at %s", spp_drop_name(reason), place);
}

void
ends_other(struct ends *ends, const char *text)
{
	snprintf(next_line(ends), ENDS_LINE, "%s", text);
}

static void
add_end(struct ends *ends, const struct spp_model *model, const struct spp_trace_step *step)
{
	char name[SPP_PORT_TEXT_SIZE], place[48];

	switch (step->result) {
	case SPP_TRACE_SENT:
		ends_sent(ends, step->at.port, &step->after);
		break;
	case SPP_TRACE_DROPPED:
		if (step->place == SPP_TRACE_AT_COMPONENT)
			snprintf(place, sizeof(place), "core %u",
				 model->components[step->component].lcore_id);
		else
			snprintf(place, sizeof(place), "%s %s",
				 spp_port_format(step->at.port, name),
				 step->place == SPP_TRACE_AT_RX ? "rx" : "tx");
		ends_dropped(ends, (enum spp_drop)step->reason, place);
		break;
	default:
		ends_other(ends, step->result == SPP_TRACE_LOOP ? "loop" : "not taken");
	}
}

void
ends_of_trace(struct ends *ends, const struct spp_model *model, const struct spp_trace *trace)
{
	for (unsigned int i = 0; i < trace->nb; i++)
		if (trace->steps[i].kind == SPP_TRACE_END)
			add_end(ends, model, &trace->steps[i]);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *
ends_text(struct ends *ends, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	qsort(ends->line, ends->nb, ENDS_LINE, by_text);
	for (unsigned int i = 0; i < ends->nb && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
					 ends->line[i]);
	return text;
}
