/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See capture.h.
 */
#include "ctl/capture.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/capture_case.h"
#include "ctl/capture_line.h"
#include "ctl/capture_link.h"
#include "ctl/capture_open.h"
#include "ctl/capture_out.h"
#include "ctl/complain.h"
#include "spp/program.h"
#include "wire/clock.h"

/* A record that young waits for older ones of other processes. */
#define MERGE_NS 50000000
/* How often it is looked whether to end. */
#define LOOK_MS 100
/* Milliseconds for what was captured before the end to come. */
#define FINISH_MS 3000

static volatile sig_atomic_t asked_to_end;

struct capture {
	const struct ctl *ctl;
	struct ctl_capture_case a;
	struct ctl_capture_link link[SPP_VF_MAX];
	struct ctl_capture_out *out;
	uint64_t nb; /* packets */
	uint64_t drops[SPP_DROP_NB];
	bool enough;
};

static void
on_end(int sig)
{
	asked_to_end = 1;
}

static void
take(struct capture *c, unsigned int part, const struct spp_capture_record *record,
     const uint8_t *bytes)
{
	struct spp_capture_counts counts;

	if (record->kind == SPP_CAPTURE_COUNTS) {
		memcpy(&counts, bytes, sizeof(counts));
		ctl_capture_out_counts(c->out, part, record->port_id, record->length != 0, &counts);
	}
	if (record->kind >= SPP_CAPTURE_COUNTS || c->enough)
		return;
	if (!ctl_capture_out_packet(c->out, part, record, bytes)) {
		c->enough = true;
		return;
	}
	c->nb++;
	if (spp_capture_is_drop(record->kind))
		c->drops[record->reason]++;
	c->enough = c->ctl->count > 0 && c->nb >= c->ctl->count;
}

/* The part with the oldest first record; -1: none may be taken now. A young one waits for older
 * ones of other parts, but not when a part lacks room: its packets would be lost meanwhile. */
static int
oldest(struct capture *c, struct spp_capture_record *record, const uint8_t **bytes)
{
	struct spp_capture_record first;
	const uint8_t *behind;
	bool waits = false, full = false;
	int best = -1;

	for (unsigned int i = 0; i < c->a.nb_parts; i++) {
		full = full || (!c->link[i].over && !ctl_capture_link_has_room(&c->link[i]));
		if (!ctl_capture_link_first(&c->link[i], &first, &behind)) {
			waits = waits || !c->link[i].over;
			continue;
		}
		if (best < 0 || first.time < record->time) {
			*record = first;
			*bytes = behind;
			best = (int)i;
		}
	}
	return waits && !full && best >= 0 && record->time + MERGE_NS > spp_clock_unix_ns() ? -1
											    : best;
}

static void
take_all(struct capture *c)
{
	struct spp_capture_record record;
	const uint8_t *bytes = NULL;
	int part;

	while ((part = oldest(c, &record, &bytes)) >= 0) {
		take(c, (unsigned int)part, &record, bytes);
		ctl_capture_link_take(&c->link[part], &record);
	}
}

static bool
is_over(const struct capture *c)
{
	for (unsigned int i = 0; i < c->a.nb_parts; i++)
		if (!c->link[i].over)
			return false;
	return true;
}

/* Read what comes, until one of them ends or it is time to. */
static void
look(struct capture *c, uint64_t end_ms)
{
	struct pollfd fds[SPP_VF_MAX];
	uint64_t now = spp_clock_ms();
	int timeout = LOOK_MS;

	if (end_ms > 0 && end_ms < now + LOOK_MS)
		timeout = end_ms > now ? (int)(end_ms - now) : 0;
	for (unsigned int i = 0; i < c->a.nb_parts; i++)
		fds[i] = (struct pollfd){
			.fd = ctl_capture_link_has_room(&c->link[i]) ? c->link[i].fd : -1,
			.events = POLLIN};
	if (poll(fds, c->a.nb_parts, timeout) <= 0)
		return;
	for (unsigned int i = 0; i < c->a.nb_parts; i++)
		if (fds[i].revents != 0)
			ctl_capture_link_read(&c->link[i]);
}

static void
run_until(struct capture *c, uint64_t end_ms, bool finishing)
{
	while (!is_over(c) && (finishing || (!asked_to_end && !c->enough)) &&
	       (end_ms == 0 || spp_clock_ms() < end_ms)) {
		look(c, end_ms);
		take_all(c);
		if (!ctl_capture_out_flush(c->out))
			c->enough = true;
	}
}

static int
open_links(struct capture *c)
{
	int code = -1;

	for (unsigned int i = 0; i < c->a.nb_parts && code < 0; i++)
		code = ctl_capture_open(c->ctl, &c->a, i, &c->link[i]);
	return code;
}

static int
say_end(const struct capture *c)
{
	int code = CTL_OK;

	for (unsigned int i = 0; i < c->a.nb_parts; i++) {
		if (c->link[i].wrong)
			ctl_complain("%s: what it sends is not in order; what came before is "
				     "there",
				     c->link[i].name);
		else if (!c->link[i].in_order)
			ctl_complain("%s: is gone; what came before is there", c->link[i].name);
		else if (!c->enough && !asked_to_end && strcmp(c->link[i].why, "spp_vf ends") == 0)
			ctl_complain("%s: has ended", c->link[i].name);
		if (c->link[i].wrong || !c->link[i].in_order)
			code = CTL_ERROR;
	}
	if (ctl_capture_out_is_full(c->out))
		ctl_complain("the file has its largest size (-C MB and -W FILES make several)");
	fprintf(stderr, "captured %" PRIu64 ", lost %" PRIu64 "\n", c->nb,
		ctl_capture_out_lost(c->out));
	ctl_capture_line_drops(stderr, c->drops);
	return code;
}

static int
run(struct capture *c)
{
	uint64_t end_ms = 0;
	int code = open_links(c);

	if (code < 0)
		code = ctl_capture_out_open(c->ctl, &c->a, &asked_to_end, &c->out);
	if (code >= 0)
		return code;
	if (c->ctl->for_s > 0)
		end_ms = spp_clock_ms() + (uint64_t)(c->ctl->for_s * 1000);
	fprintf(stderr, "capturing%s\n",
		end_ms == 0 && c->ctl->count == 0 ? "; Ctrl-C ends it" : "");
	run_until(c, end_ms, false);
	for (unsigned int i = 0; i < c->a.nb_parts; i++)
		ctl_capture_link_finish(&c->link[i]);
	run_until(c, spp_clock_ms() + FINISH_MS, true);
	take_all(c);
	return say_end(c);
}

int
ctl_capture_run(const struct ctl *ctl, int nb, char **words)
{
	static struct capture c;
	int code;

	c.ctl = ctl;
	spp_program_on_end(on_end);
	for (unsigned int i = 0; i < SPP_VF_MAX; i++)
		c.link[i].fd = -1;
	code = ctl_capture_case_make(ctl, nb, words, &c.a);
	if (code < 0)
		code = run(&c);
	if (!ctl_capture_out_close(c.out))
		code = CTL_ERROR;
	for (unsigned int i = 0; i < c.a.nb_parts; i++)
		ctl_capture_link_close(&c.link[i]);
	ctl_capture_case_free(&c.a);
	return code;
}
