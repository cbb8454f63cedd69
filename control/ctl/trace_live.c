/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See trace_live.h. The spp_vf marks packets as they come in, and says where they pass, as records
 * of spp/capture.h; here they are put together, packet by packet.
 */
#include "ctl/trace_live.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ctl/capture_case.h"
#include "ctl/capture_line.h"
#include "ctl/capture_link.h"
#include "ctl/capture_open.h"
#include "ctl/complain.h"
#include "ctl/trace_way.h"
#include "spp/model.h"
#include "spp/program.h"
#include "wire/clock.h"
#include "wiring/names.h"

/* Packets, when nothing is said. */
#define PACKETS 10
/* Of several ways: no further place is waited for so long after the last one. */
#define QUIET_MS 500
/* How often it is looked whether to end. */
#define LOOK_MS 100
/* Milliseconds for what was seen before the end to come. */
#define FINISH_MS 3000

static volatile sig_atomic_t asked_to_end;

struct live {
	const struct ctl *ctl;
	struct ctl_capture_case a;
	struct ctl_capture_link link;
	struct ctl_trace_way way[SPP_TRACE_PACKETS_MAX];
	unsigned int asked;   /* packets */
	unsigned int written; /* of these */
	unsigned int late;    /* places of packets that were written already */
	uint64_t lost[SPP_PORT_ID_MAX + SPP_COMPONENT_MAX]; /* places, by where it was */
	uint64_t drops[SPP_DROP_NB];
	bool failed;
};

static void
on_end(int sig)
{
	asked_to_end = 1;
}

static void
take_counts(struct live *l, const struct spp_capture_record *record, const uint8_t *bytes)
{
	struct spp_capture_counts counts;

	memcpy(&counts, bytes, sizeof(counts));
	l->lost[(record->length != 0 ? SPP_PORT_ID_MAX : 0) + record->port_id] = counts.lost;
}

static void
take(struct live *l, const struct spp_capture_record *record, const uint8_t *bytes)
{
	struct ctl_trace_way *way;

	if (record->kind == SPP_CAPTURE_COUNTS)
		take_counts(l, record, bytes);
	if (record->kind == SPP_CAPTURE_COUNTS || record->kind == SPP_CAPTURE_END)
		return;
	way = &l->way[record->number];
	if (way->written) {
		l->late++;
		return;
	}
	if (spp_capture_is_drop(record->kind))
		l->drops[record->reason]++;
	way->last_ms = spp_clock_ms();
	if (!ctl_trace_way_add(way, record, bytes)) {
		ctl_complain("out of memory");
		l->failed = true;
	}
}

static void
take_all(struct live *l)
{
	struct spp_capture_record record;
	const uint8_t *bytes;

	while (!l->failed && ctl_capture_link_first(&l->link, &record, &bytes)) {
		take(l, &record, bytes);
		ctl_capture_link_take(&l->link, &record);
	}
}

/* Those that are complete; at the end all. */
static void
write_ways(struct live *l, bool all)
{
	uint64_t now = spp_clock_ms();

	for (unsigned int i = 0; i < l->asked; i++) {
		struct ctl_trace_way *way = &l->way[i];

		if (way->written || way->nb == 0 ||
		    (!all && !ctl_trace_way_has_end(way) && now < way->last_ms + QUIET_MS))
			continue;
		ctl_trace_way_write(stdout, way, i, &l->a.part[0]);
		ctl_trace_way_free(way);
		way->written = true;
		l->written++;
	}
	if (fflush(stdout) != 0 && !l->failed) {
		ctl_complain("standard output: cannot be written");
		l->failed = true;
	}
}

static void
run_until(struct live *l, uint64_t end_ms, bool finishing)
{
	struct pollfd poller = {.fd = l->link.fd, .events = POLLIN};

	while (!l->link.over && !l->failed && (finishing || !asked_to_end) &&
	       (finishing || l->written < l->asked) && (end_ms == 0 || spp_clock_ms() < end_ms)) {
		if (poll(&poller, 1, LOOK_MS) > 0)
			ctl_capture_link_read(&l->link);
		take_all(l);
		write_ways(l, false);
	}
}

static int
say_end(const struct live *l)
{
	uint64_t lost = 0;

	for (unsigned int i = 0; i < SPP_PORT_ID_MAX + SPP_COMPONENT_MAX; i++)
		lost += l->lost[i];
	if (l->link.wrong)
		ctl_complain("%s: what it sends is not in order; what came before is there",
			     l->link.name);
	else if (!l->link.in_order)
		ctl_complain("%s: is gone; what came before is there", l->link.name);
	else if (strcmp(l->link.why, "its reader has enough") != 0)
		ctl_complain("%s: ends it: %s", l->link.name, l->link.why);
	if (l->late > 0)
		fprintf(stderr, "%u places of packets that are shown already came later\n",
			l->late);
	fprintf(stderr, "traced %u, lost %" PRIu64 "\n", l->written, lost);
	ctl_capture_line_drops(stderr, l->drops);
	return l->failed || l->link.wrong || !l->link.in_order ? CTL_ERROR : CTL_OK;
}

static int
run(struct live *l)
{
	uint64_t end_ms = 0;
	int code;

	l->link.traces = l->asked;
	code = ctl_capture_open(l->ctl, &l->a, 0, &l->link);
	if (code >= 0)
		return code;
	if (l->ctl->for_s > 0)
		end_ms = spp_clock_ms() + (uint64_t)(l->ctl->for_s * 1000);
	fprintf(stderr, "tracing; Ctrl-C ends it\n");
	run_until(l, end_ms, false);
	ctl_capture_link_finish(&l->link);
	run_until(l, spp_clock_ms() + FINISH_MS, true);
	take_all(l);
	write_ways(l, true);
	return say_end(l);
}

/* What the words and options of capture make of it, and what is not so here. */
static int
make_case(struct live *l, int nb, char **words)
{
	struct spp_capture_request *request = &l->a.part[0].request;
	struct spp_error ignored;
	unsigned int ports = 0;
	uint8_t mac[6];
	int code;

	if (l->ctl->count > SPP_TRACE_PACKETS_MAX) {
		ctl_complain("--count %" PRIu64 ": a trace is of at most %d packets", l->ctl->count,
			     SPP_TRACE_PACKETS_MAX);
		return CTL_USAGE;
	}
	if (nb == 2 && spp_mac_parse(words[1], mac, &ignored) == 0) {
		ctl_complain("trace %s %s: needs --what-if, for what would happen; `trace %s ether "
			     "dst %s` follows packets",
			     words[0], words[1], words[0], words[1]);
		return CTL_USAGE;
	}
	code = ctl_capture_case_make(l->ctl, nb, words, &l->a);
	if (code >= 0)
		return code;
	for (unsigned int id = 0; id < SPP_PORT_ID_MAX; id++)
		ports += spp_capture_has_port(request, id);
	if (l->a.nb_parts != 1 || ports != 1) {
		ctl_complain("trace: of one port (capture takes several)");
		return CTL_USAGE;
	}
	l->asked = l->ctl->count > 0 ? (unsigned int)l->ctl->count : PACKETS;
	request->trace = l->asked;
	request->snaplen = SPP_TRACE_BYTES;
	request->rx = request->tx = 0;
	return -1;
}

int
ctl_trace_live(const struct ctl *ctl, int nb, char **words)
{
	static struct live l;
	int code;

	l.ctl = ctl;
	l.link.fd = -1;
	spp_program_on_end(on_end);
	code = make_case(&l, nb, words);
	if (code < 0)
		code = run(&l);
	for (unsigned int i = 0; i < SPP_TRACE_PACKETS_MAX; i++)
		ctl_trace_way_free(&l.way[i]);
	ctl_capture_link_close(&l.link);
	ctl_capture_case_free(&l.a);
	return code;
}
