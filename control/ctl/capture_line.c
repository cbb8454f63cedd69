/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See capture_line.h.
 */
#include "ctl/capture_line.h"

#include <inttypes.h>
#include <time.h>

#include "trace/remedy.h"

#define HEADER 14

static const char *
way_of(uint8_t kind)
{
	switch (kind) {
	case SPP_CAPTURE_RX:
	case SPP_CAPTURE_DROP_RX:
		return " rx";
	case SPP_CAPTURE_TX:
	case SPP_CAPTURE_DROP_TX:
		return " tx";
	default:
		return "";
	}
}

static const char *
type_name(unsigned int type)
{
	switch (type) {
	case 0x0800:
		return "IPv4";
	case 0x0806:
		return "ARP";
	case 0x86dd:
		return "IPv6";
	case 0x88cc:
		return "LLDP";
	default:
		return NULL;
	}
}

static void
put_type(FILE *out, unsigned int type)
{
	const char *name = type_name(type);

	if (name != NULL)
		fprintf(out, ", %s", name);
	else
		fprintf(out, ", type 0x%04x", type);
}

static void
put_time(FILE *out, uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	struct tm local;
	char text[16];

	if (localtime_r(&seconds, &local) == NULL ||
	    strftime(text, sizeof(text), "%H:%M:%S", &local) == 0)
		return;
	fprintf(out, "%s.%06u ", text, (unsigned int)(time_ns % 1000000000 / 1000));
}

static void
put_header(FILE *out, const uint8_t *b, uint32_t captured)
{
	unsigned int type = (unsigned int)b[12] << 8 | b[13];

	fprintf(out, " %02x:%02x:%02x:%02x:%02x:%02x > %02x:%02x:%02x:%02x:%02x:%02x", b[6], b[7],
		b[8], b[9], b[10], b[11], b[0], b[1], b[2], b[3], b[4], b[5]);
	if (type == 0x8100 && captured >= HEADER + 4) {
		fprintf(out, ", vlan %u", (unsigned int)(b[14] & 0x0f) << 8 | b[15]);
		type = (unsigned int)b[16] << 8 | b[17];
	}
	put_type(out, type);
}

void
ctl_capture_line(FILE *out, const char *place, const struct spp_capture_record *record,
		 const uint8_t *bytes)
{
	put_time(out, record->time);
	fprintf(out, "%s%s", place, way_of(record->kind));
	if (record->captured >= HEADER)
		put_header(out, bytes, record->captured);
	fprintf(out, ", length %u", record->length);
	if (spp_capture_is_drop(record->kind))
		fprintf(out, ": %s", spp_drop_name(record->reason));
	putc('\n', out);
}

void
ctl_capture_line_drops(FILE *out, const uint64_t drops[SPP_DROP_NB])
{
	for (unsigned int i = 0; i < SPP_DROP_NB; i++)
		if (drops[i] > 0)
			fprintf(out, "%" PRIu64 " %s: %s\n", drops[i], spp_drop_name(i),
				spp_drop_remedy(i));
}
