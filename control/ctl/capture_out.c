/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See capture_out.h.
 */
#include "ctl/capture_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/capture_file.h"
#include "ctl/capture_line.h"
#include "ctl/complain.h"
#include "ctl/pcapng.h"
#include "trace/remedy.h"
#include "wire/clock.h"

#define MB 1000000u
/* A file ends there when nothing is said. */
#define FILE_MAX ((uint64_t)1 << 30)
/* Bytes that are gathered before they are written. */
#define GATHER ((size_t)256 << 10)
#define LINES  ((size_t)64 << 10)
/* Places of one part: ports, and components. */
#define PLACES (SPP_PORT_ID_MAX + SPP_COMPONENT_MAX)
#define NONE   UINT32_MAX

/** Where packets come from; an interface of the file. */
struct place {
	unsigned int part;
	uint16_t id;
	bool inner;
	struct spp_capture_counts counts;
};

struct ctl_capture_out {
	const struct ctl_capture_case *a;
	FILE *lines; /**< a line each, to standard output; NULL: blocks */
	bool begun;  /**< a file has its head: what is new is added to it */
	bool failed, full;
	uint64_t limit; /**< bytes of a file */
	struct ctl_capture_file file;
	struct pcapng blocks;
	uint32_t number[SPP_VF_MAX][PLACES]; /**< of the interface, or NONE */
	struct place place[SPP_VF_MAX * PLACES];
	uint32_t nb_places;
};

/* -- blocks ----------------------------------------------------------------------------------- */

static void
put_interface(struct ctl_capture_out *out, const struct place *place)
{
	const struct ctl_capture_part *part = &out->a->part[place->part];
	char name[SPP_NAME_MAX + 16], about[SPP_NAME_MAX + 64];

	ctl_capture_case_place(part, place->id, place->inner, name, sizeof(name));
	ctl_capture_case_about(part, place->id, place->inner, about, sizeof(about));
	pcapng_interface(&out->blocks, name, about, out->a->snaplen);
}

static void
begin_file(struct ctl_capture_out *out)
{
	pcapng_section(&out->blocks);
	out->begun = true;
	for (uint32_t i = 0; i < out->nb_places; i++)
		put_interface(out, &out->place[i]);
}

static uint32_t
number_of(struct ctl_capture_out *out, unsigned int part, uint16_t id, bool inner)
{
	uint32_t *number = &out->number[part][inner ? SPP_PORT_ID_MAX + id : id];

	if (*number == NONE) {
		*number = out->nb_places;
		out->place[out->nb_places] = (struct place){.part = part, .id = id, .inner = inner};
		if (out->begun)
			put_interface(out, &out->place[out->nb_places]);
		out->nb_places++;
	}
	return *number;
}

static void
end_file(struct ctl_capture_out *out)
{
	for (uint32_t i = 0; i < out->nb_places; i++)
		pcapng_statistics(&out->blocks, i, spp_clock_unix_ns(), out->place[i].counts.seen,
				  out->place[i].counts.lost);
}

bool
ctl_capture_out_flush(struct ctl_capture_out *out)
{
	if (out->lines != NULL) {
		(void)fflush(out->lines); /* write_lines() notes what fails */
		return !out->failed;
	}
	if (out->blocks.failed) {
		ctl_complain("out of memory");
		out->failed = true;
	}
	if (!out->failed && out->blocks.used > 0 &&
	    !ctl_capture_file_write(&out->file, out->blocks.data, out->blocks.used))
		out->failed = true;
	out->blocks.used = 0;
	return !out->failed;
}

/* The file has its size: the next one, or the end. */
static bool
next_file(struct ctl_capture_out *out)
{
	if (!out->file.numbered) {
		out->full = true;
		return false;
	}
	end_file(out);
	if (!ctl_capture_out_flush(out) || !ctl_capture_file_close(&out->file) ||
	    !ctl_capture_file_next(&out->file)) {
		out->failed = true;
		return false;
	}
	begin_file(out);
	return true;
}

/* -- packets ---------------------------------------------------------------------------------- */

static enum pcapng_direction
direction_of(uint8_t kind)
{
	switch (kind) {
	case SPP_CAPTURE_RX:
	case SPP_CAPTURE_DROP_RX:
		return PCAPNG_IN;
	case SPP_CAPTURE_TX:
	case SPP_CAPTURE_DROP_TX:
		return PCAPNG_OUT;
	default:
		return PCAPNG_UNKNOWN;
	}
}

static void
comment_on(const struct ctl_capture_out *out, unsigned int part,
	   const struct spp_capture_record *record, char *text, size_t size)
{
	char place[SPP_NAME_MAX + 16];

	ctl_capture_case_place(&out->a->part[part], record->port_id,
			       record->kind == SPP_CAPTURE_DROP_INNER, place, sizeof(place));
	snprintf(text, size, "dropped: %s (%s), at %s%s of %s, lcore %u",
		 spp_drop_name(record->reason), spp_drop_text(record->reason), place,
		 record->kind == SPP_CAPTURE_DROP_RX   ? " rx"
		 : record->kind == SPP_CAPTURE_DROP_TX ? " tx"
						       : "",
		 out->a->part[part].name, record->lcore);
}

bool
ctl_capture_out_packet(struct ctl_capture_out *out, unsigned int part,
		       const struct spp_capture_record *record, const uint8_t *bytes)
{
	bool inner = record->kind == SPP_CAPTURE_DROP_INNER,
	     drop = spp_capture_is_drop(record->kind);
	char comment[256], place[SPP_NAME_MAX + 16];
	struct pcapng_packet packet;

	if (out->failed || out->full)
		return false;
	if (drop)
		comment_on(out, part, record, comment, sizeof(comment));
	if (out->lines != NULL) {
		ctl_capture_case_place(&out->a->part[part], record->port_id, inner, place,
				       sizeof(place));
		ctl_capture_line(out->lines, place, record, bytes);
		return !out->failed;
	}
	packet = (struct pcapng_packet){
		.interface = number_of(out, part, record->port_id, inner),
		.time_ns = record->time,
		.length = record->length,
		.captured = record->captured,
		.bytes = bytes,
		.direction = direction_of(record->kind),
		.comment = drop ? comment : NULL,
	};
	if (out->file.size + out->blocks.used + record->captured > out->limit && !next_file(out))
		return false;
	pcapng_packet(&out->blocks, &packet);
	return out->blocks.used < GATHER || ctl_capture_out_flush(out);
}

void
ctl_capture_out_counts(struct ctl_capture_out *out, unsigned int part, uint16_t id, bool inner,
		       const struct spp_capture_counts *counts)
{
	out->place[number_of(out, part, id, inner)].counts = *counts;
}

uint64_t
ctl_capture_out_lost(const struct ctl_capture_out *out)
{
	uint64_t lost = 0;

	for (uint32_t i = 0; i < out->nb_places; i++)
		lost += out->place[i].counts.lost;
	return lost;
}

bool
ctl_capture_out_is_full(const struct ctl_capture_out *out)
{
	return out->full;
}

/* -- begin and end ---------------------------------------------------------------------------- */

static bool
open_files(const struct ctl *ctl, struct ctl_capture_out *out)
{
	out->limit = ctl->file_mb > 0 ? (uint64_t)ctl->file_mb * MB : FILE_MAX;
	out->file.path = ctl->write;
	out->file.files = ctl->files;
	out->file.numbered = ctl->file_mb > 0 || ctl->files > 0;
	return ctl_capture_file_next(&out->file);
}

static ssize_t
write_lines(void *cookie, const char *text, size_t size)
{
	struct ctl_capture_out *out = cookie;

	if (!out->failed && !ctl_capture_file_write(&out->file, (const uint8_t *)text, size))
		out->failed = true;
	return out->failed ? 0 : (ssize_t)size;
}

static int
open_lines(struct ctl_capture_out *out)
{
	out->file.fd = STDOUT_FILENO;
	out->lines = fopencookie(out, "w", (cookie_io_functions_t){.write = write_lines});
	if (out->lines == NULL) {
		ctl_complain("out of memory");
		return CTL_ERROR;
	}
	setvbuf(out->lines, NULL, _IOFBF, LINES);
	return -1;
}

static int
open_destination(const struct ctl *ctl, struct ctl_capture_out *out)
{
	out->limit = UINT64_MAX;
	if (ctl->write == NULL) {
		/* tcpdump shows neither the place nor the reason */
		if (ctl->drops || !isatty(STDOUT_FILENO) || !ctl_capture_file_tcpdump(&out->file))
			return open_lines(out);
		return -1;
	}
	if (strcmp(ctl->write, "-") != 0)
		return open_files(ctl, out) ? -1 : CTL_USAGE;
	if (isatty(STDOUT_FILENO)) {
		ctl_complain("-w -: standard output is a terminal; pcapng is for a file or a pipe");
		return CTL_USAGE;
	}
	out->file.fd = STDOUT_FILENO;
	return -1;
}

int
ctl_capture_out_open(const struct ctl *ctl, const struct ctl_capture_case *a,
		     const volatile sig_atomic_t *asked_to_end, struct ctl_capture_out **where)
{
	struct ctl_capture_out *out = calloc(1, sizeof(*out));
	int code;

	*where = out;
	if (out == NULL) {
		ctl_complain("out of memory");
		return CTL_ERROR;
	}
	out->a = a;
	out->file.fd = -1;
	out->file.asked_to_end = asked_to_end;
	memset(out->number, 0xff, sizeof(out->number));
	if (ctl->write == NULL && (ctl->file_mb > 0 || ctl->files > 0)) {
		ctl_complain("-C and -W are for files: -w FILE");
		return CTL_USAGE;
	}
	code = open_destination(ctl, out);
	if (code >= 0 || out->lines != NULL)
		return code;
	for (unsigned int p = 0; p < a->nb_parts; p++)
		for (unsigned int id = 0; id < SPP_PORT_ID_MAX; id++)
			if (spp_capture_has_port(&a->part[p].request, id))
				(void)number_of(out, p, (uint16_t)id, false);
	begin_file(out);
	return ctl_capture_out_flush(out) ? -1 : CTL_ERROR;
}

bool
ctl_capture_out_close(struct ctl_capture_out *out)
{
	bool good;

	if (out == NULL)
		return true;
	if (out->lines == NULL && !out->failed && out->file.fd >= 0)
		end_file(out);
	if (!out->failed)
		(void)ctl_capture_out_flush(out);
	good = !out->failed || out->file.gone;
	if (out->lines != NULL)
		(void)fclose(out->lines);
	if (!ctl_capture_file_close(&out->file))
		good = false;
	pcapng_free(&out->blocks);
	free(out);
	return good;
}
