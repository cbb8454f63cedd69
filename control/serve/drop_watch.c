/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Lines about dropped packets. See drop_watch.h.
 */
#include "serve/drop_watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include "wire/clock.h"
#include "wiring/model.h"

struct reason {
	uint64_t told; /**< drops when the last line was written */
	uint64_t next_ms;
	uint64_t pause_ms; /**< 0: no line yet, or none for long */
};

struct spp_drop_watch {
	struct spp_loop *loop;
	const struct spp_dataplane_ops *ops;
	void *ctx;
	void (*log)(int priority, const char *line);
	const struct spp_model *running; /**< NULL: no labels */
	struct spp_timer timer;
	struct reason reasons[SPP_DROP_NB];
};

static const struct {
	const char *name, *text;
} drop_words[] = {
#define DROP_WORDS(symbol, name, text) [SPP_DROP_##symbol] = {name, text},
	SPP_DROP_REASONS(DROP_WORDS)
#undef DROP_WORDS
};

/** A notice for what is a matter of wiring and guests, a warning where something of ours is too
 * slow or too small. */
static int
priority_of(enum spp_drop reason)
{
	switch (reason) {
	case SPP_DROP_NO_ENTRY:
	case SPP_DROP_NO_PORT:
	case SPP_DROP_SAME_PORT:
	case SPP_DROP_NO_GUEST:
	case SPP_DROP_NO_CONSUMER:
	case SPP_DROP_INCOMPLETE:
	case SPP_DROP_COMPONENT_REMOVED:
	case SPP_DROP_RESERVED:
	case SPP_DROP_STORM:
		return LOG_NOTICE;
	default:
		return LOG_WARNING;
	}
}

/** " (most of all at vhost0)": the port with the most of them, "" when none has any. */
static const char *
find_place(const struct spp_drop_watch *watch, unsigned int reason, char *text, size_t size)
{
	const struct spp_inventory *inventory = watch->ops->inventory(watch->ctx);
	char name[SPP_PORT_CALLED_SIZE];
	struct spp_port_stats stats;
	uint64_t most = 0, drops;

	text[0] = '\0';
	for (unsigned int id = 0; id < SPP_PORT_ID_MAX; id++) {
		bool member = id < SPP_NIC_MAX && spp_uplink_of_nic(inventory->uplink, id) >= 0;

		if (!member && (!inventory->usable[id] || !inventory->present[id]))
			continue;
		watch->ops->port_stats(watch->ctx, spp_port_from_id(id), &stats);
		drops = stats.rx_drops[reason] + stats.tx_drops[reason];
		if (drops <= most)
			continue;
		most = drops;
		snprintf(text, size, " (most of them at %s)",
			 watch->running != NULL
				 ? spp_port_called(watch->running, spp_port_from_id(id), name)
				 : spp_port_format(spp_port_from_id(id), name));
	}
	return text;
}

static void
tell(struct spp_drop_watch *watch, unsigned int reason, uint64_t more)
{
	char line[256], place[SPP_PORT_CALLED_SIZE + 32];

	snprintf(line, sizeof(line), "dropped %" PRIu64 " packets: %s: %s%s", more,
		 drop_words[reason].name, drop_words[reason].text,
		 find_place(watch, reason, place, sizeof(place)));
	watch->log(priority_of(reason), line);
}

void
spp_drop_watch_look(struct spp_drop_watch *watch, uint64_t now_ms)
{
	uint64_t drops[SPP_DROP_NB];

	watch->ops->drop_totals(watch->ctx, drops);
	for (unsigned int i = 0; i < SPP_DROP_NB; i++) {
		struct reason *reason = &watch->reasons[i];

		if (drops[i] < reason->told) /* counters were cleared */
			reason->told = 0;
		if (reason->pause_ms != 0 && now_ms < reason->next_ms)
			continue;
		if (drops[i] == reason->told) {
			reason->pause_ms = 0; /* quiet for a whole pause: the next is a first one */
			continue;
		}
		tell(watch, i, drops[i] - reason->told);
		reason->told = drops[i];
		reason->pause_ms =
			reason->pause_ms == 0 ? SPP_DROP_WATCH_PAUSE_MS : 2 * reason->pause_ms;
		if (reason->pause_ms > SPP_DROP_WATCH_PAUSE_MAX_MS)
			reason->pause_ms = SPP_DROP_WATCH_PAUSE_MAX_MS;
		reason->next_ms = now_ms + reason->pause_ms;
	}
}

static void
timer_expired(void *arg)
{
	struct spp_drop_watch *watch = arg;

	spp_drop_watch_look(watch, spp_clock_ms());
	spp_loop_timer_start(watch->loop, &watch->timer, SPP_DROP_WATCH_MS);
}

struct spp_drop_watch *
spp_drop_watch_create(struct spp_loop *loop, const struct spp_dataplane_ops *ops, void *ctx,
		      void (*log)(int priority, const char *line))
{
	struct spp_drop_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return NULL;
	watch->loop = loop;
	watch->ops = ops;
	watch->ctx = ctx;
	watch->log = log;
	watch->timer = (struct spp_timer){.expired = timer_expired, .arg = watch};
	spp_loop_timer_start(loop, &watch->timer, SPP_DROP_WATCH_MS);
	return watch;
}

void
spp_drop_watch_labels(struct spp_drop_watch *watch, const struct spp_model *running)
{
	watch->running = running;
}

void
spp_drop_watch_destroy(struct spp_drop_watch *watch)
{
	if (watch == NULL)
		return;
	spp_loop_timer_stop(watch->loop, &watch->timer);
	free(watch);
}
