/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See trace_way.h.
 */
#include "ctl/trace_way.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/capture_line.h"
#include "ctl/table.h"
#include "trace/remedy.h"

/* Of one packet: 32 ports that multicast goes to, over rings, and more. */
#define PLACES_MAX 1024
#define PLACE_SIZE (SPP_NAME_MAX + 64)
#define TAG_SIZE   40
#define NO_TAG     (-1)

bool
ctl_trace_way_add(struct ctl_trace_way *way, const struct spp_capture_record *record,
		  const uint8_t *bytes)
{
	struct ctl_trace_place *place = way->place;

	if (way->nb == PLACES_MAX) {
		way->more++;
		return true;
	}
	if (way->nb == way->room) {
		place = realloc(place, (way->room + 16) * sizeof(*place));
		if (place == NULL)
			return false;
		way->place = place;
		way->room += 16;
	}
	place += way->nb++;
	memset(place->bytes, 0, sizeof(place->bytes));
	place->record = *record;
	if (place->record.captured > SPP_TRACE_BYTES)
		place->record.captured = SPP_TRACE_BYTES;
	memcpy(place->bytes, bytes, place->record.captured);
	return true;
}

void
ctl_trace_way_free(struct ctl_trace_way *way)
{
	free(way->place);
	*way = (struct ctl_trace_way){.nb = 0};
}

static bool
is_end(const struct ctl_trace_place *place)
{
	return place->record.kind == SPP_CAPTURE_TX || spp_capture_is_drop(place->record.kind);
}

/* There may be several of it from here on. */
static bool
is_fork(const struct ctl_trace_place *place)
{
	return (place->bytes[0] & 1) != 0 || (place->record.kind == SPP_CAPTURE_TABLE &&
					      place->record.port_id == SPP_TRACE_NO_PORT &&
					      place->record.reason != SPP_TRACE_ENTRY_NONE);
}

bool
ctl_trace_way_has_end(const struct ctl_trace_way *way)
{
	for (unsigned int i = 0; i < way->nb; i++)
		if (is_fork(&way->place[i]))
			return false;
	return way->nb > 0 && way->place[0].record.kind == SPP_CAPTURE_RX &&
	       is_end(&way->place[way->nb - 1]);
}

/* -- words ------------------------------------------------------------------------------------ */

/* Priority and VLAN (IEEE 802.1Q), or NO_TAG. */
static int
tag_of(const struct ctl_trace_place *place)
{
	const uint8_t *b = place->bytes;

	if (place->record.captured < 18 || b[12] != 0x81 || b[13] != 0)
		return NO_TAG;
	return (b[14] & ~0x10) << 8 | b[15];
}

static int
vid_of(const struct ctl_trace_place *place)
{
	int tag = tag_of(place);

	return tag == NO_TAG ? 0 : tag & 0x0fff;
}

/* What became of the tag it came with. @return text */
static const char *
tag_text(int tag, int came_with, char text[TAG_SIZE])
{
	text[0] = '\0';
	if (tag == came_with)
		return text;
	if (tag == NO_TAG)
		snprintf(text, TAG_SIZE, ", untagged");
	else if (tag >> 13 != 0)
		snprintf(text, TAG_SIZE, ", VLAN %d, priority %d", tag & 0x0fff, tag >> 13);
	else
		snprintf(text, TAG_SIZE, ", VLAN %d", tag & 0x0fff);
	return text;
}

/* "vhost0 (web1)". @return text */
static const char *
port_text(const struct ctl_capture_part *part, uint16_t id, char text[PLACE_SIZE])
{
	char name[SPP_NAME_MAX + 16];

	ctl_capture_case_place(part, id, false, name, sizeof(name));
	return ctl_table_called(part->info, name, text, PLACE_SIZE);
}

static void
write_stage(FILE *out, const struct ctl_trace_place *place, const struct ctl_capture_part *part)
{
	char component[PLACE_SIZE], port[PLACE_SIZE];

	ctl_capture_case_place(part, place->record.component, true, component, sizeof(component));
	fprintf(out, "%s takes it from %s (%s, lcore %u)", component,
		port_text(part, place->record.port_id, port),
		place->record.reason != 0 ? "event" : "direct", place->record.lcore);
}

static void
write_table(FILE *out, const struct ctl_trace_place *place, const struct ctl_capture_part *part)
{
	const uint8_t *b = place->bytes;
	int vid = vid_of(place);
	char port[PLACE_SIZE], vlan[TAG_SIZE] = "";

	if (place->record.port_id == SPP_TRACE_NO_PORT)
		snprintf(port, sizeof(port), "several ports");
	else
		port_text(part, place->record.port_id, port);
	if (vid != 0)
		snprintf(vlan, sizeof(vlan), " of VLAN %d", vid);
	switch (place->record.reason) {
	case SPP_TRACE_ENTRY_MAC:
		fprintf(out, "its table: %02x:%02x:%02x:%02x:%02x:%02x%s -> %s", b[0], b[1], b[2],
			b[3], b[4], b[5], vlan, port);
		break;
	case SPP_TRACE_ENTRY_VID:
		fprintf(out, "its table: default%s -> %s", vlan, port);
		break;
	case SPP_TRACE_ENTRY_DEFAULT:
		fprintf(out, "its table: default -> %s", port);
		break;
	case SPP_TRACE_ENTRY_GROUP:
		fprintf(out, "its table: multicast, to all ports%s",
			vid != 0 ? vlan : " of those without a VLAN");
		break;
	default:
		fprintf(out, "its table: no entry, and no default");
	}
}

static void
write_drop(FILE *out, const struct ctl_trace_place *place, const struct ctl_capture_part *part)
{
	uint8_t kind = place->record.kind;
	char where[PLACE_SIZE];

	if (kind == SPP_CAPTURE_DROP_INNER)
		ctl_capture_case_place(part, place->record.port_id, true, where, sizeof(where));
	else
		port_text(part, place->record.port_id, where);
	fprintf(out, "dropped at %s%s: %s (%s, lcore %u)", where,
		kind == SPP_CAPTURE_DROP_RX   ? " rx"
		: kind == SPP_CAPTURE_DROP_TX ? " tx"
					      : "",
		spp_drop_name(place->record.reason), spp_drop_text(place->record.reason),
		place->record.lcore);
}

static void
write_place(FILE *out, const struct ctl_trace_place *place, const struct ctl_capture_part *part)
{
	char port[PLACE_SIZE];

	switch (place->record.kind) {
	case SPP_CAPTURE_RX:
		fprintf(out, "received at %s (lcore %u)",
			port_text(part, place->record.port_id, port), place->record.lcore);
		break;
	case SPP_CAPTURE_STAGE:
		write_stage(out, place, part);
		break;
	case SPP_CAPTURE_TABLE:
		write_table(out, place, part);
		break;
	case SPP_CAPTURE_TX:
		fprintf(out, "sent at %s (lcore %u)", port_text(part, place->record.port_id, port),
			place->record.lcore);
		break;
	case SPP_CAPTURE_DROP_RX:
	case SPP_CAPTURE_DROP_TX:
	case SPP_CAPTURE_DROP_INNER:
		write_drop(out, place, part);
		break;
	default: /* of no trace */
		break;
	}
}

static double
us_between(const struct ctl_trace_place *from, const struct ctl_trace_place *to)
{
	return (double)(int64_t)(to->record.time - from->record.time) / 1000;
}

void
ctl_trace_way_write(FILE *out, const struct ctl_trace_way *way, unsigned int number,
		    const struct ctl_capture_part *part)
{
	const struct ctl_trace_place *first = way->place, *place;
	unsigned int ends = 0;
	char head[48], tag[TAG_SIZE];

	if (way->nb == 0)
		return;
	snprintf(head, sizeof(head), "packet %u:", number + 1);
	ctl_capture_line(out, head,
			 &(struct spp_capture_record){.time = first->record.time,
						      .length = first->record.length,
						      .captured = first->record.captured,
						      .kind = SPP_CAPTURE_THROUGH},
			 first->bytes);
	for (unsigned int i = 0; i < way->nb; i++) {
		place = &way->place[i];
		fprintf(out, "%10.1f us %+9.1f  ", us_between(first, place),
			us_between(i > 0 ? place - 1 : place, place));
		write_place(out, place, part);
		fprintf(out, "%s\n", tag_text(tag_of(place), tag_of(first), tag));
		ends += is_end(place);
	}
	if (way->more > 0)
		fprintf(out, "%26s%u places more\n", "", way->more);
	if (ends == 0)
		fprintf(out, "%26sit was not seen to leave: it waits, or places were lost\n", "");
}
