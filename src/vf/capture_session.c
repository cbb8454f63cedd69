/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See capture_session.h.
 */
#include "vf/capture_session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "common/log.h"
#include "vf/capture_filter.h"
#include "vf/capture_request.h"
#include "vf/capture_stream.h"

/* Milliseconds for the request; sppctl sends it at once. */
#define REQUEST_MS 2000
/* Between two looks at tapes that were empty. */
#define LOOK_MS 2
/* What is younger waits for the next look: records of other workers may be older. */
#define SETTLE_US 1000
/* Records in one go, before it is looked whether the reader still is there. */
#define GO_MAX 16384

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* -- what is asked for ------------------------------------------------------------------------ */

/* The port whose packets are traced. */
static int
take_trace(struct spp_capture_session *session, struct spp_error *err)
{
	unsigned int id = 0;

	while (!spp_capture_has_port(&session->what, id))
		id++;
	if (id >= SPP_END_MAX)
		return spp_error(err, EINVAL,
				 "a trace begins where packets come in: at a NIC, an uplink or a "
				 "vhost");
	if (__atomic_exchange_n(session->tracing, true, __ATOMIC_ACQUIRE))
		return spp_error(
			err, EBUSY,
			"a trace runs already, or has not ended yet (sppctl status --json shows "
			"whose)");
	session->has_tracing = true;
	session->sink->from = (uint16_t)id;
	session->sink->filter = session->filter;
	session->sink->matches = spp_capture_filter_run;
	return 0;
}

static int
read_filter(struct spp_capture_session *session, struct spp_error *err)
{
	size_t nb = session->what.nb_filter;
	int ret;

	if (nb == 0)
		return 0;
	if (nb > SPP_CAPTURE_FILTER_MAX)
		return spp_capture_filter_check(NULL, nb, err);
	session->filter = calloc(nb, sizeof(session->filter[0]));
	if (session->filter == NULL)
		return spp_error(err, ENOMEM, "no memory for the filter");
	ret = spp_capture_receive(session->fd, session->filter, nb * sizeof(session->filter[0]),
				  REQUEST_MS);
	if (ret < 0)
		return spp_error(err, -ret, "the filter does not come: %s", strerror(-ret));
	return spp_capture_filter_check(session->filter, nb, err);
}

static int
make_sink(struct spp_capture_session *session, struct spp_error *err)
{
	const struct spp_inventory *inventory = session->inventory;
	struct spp_tap_sink *sink = calloc(1, sizeof(*sink));
	unsigned int i;

	session->sink = sink;
	session->stream = calloc(1, sizeof(*session->stream));
	if (sink == NULL || session->stream == NULL)
		return spp_error(err, ENOMEM, "no memory for a capture");
	session->stream->fd = session->fd;
	session->stream->stop = session->stop;
	sink->what = session->what;
	sink->bytes = session->what.snaplen;
	if (session->what.nb_filter > 0 && sink->bytes < SPP_CAPTURE_FILTER_SEES)
		sink->bytes = SPP_CAPTURE_FILTER_SEES;
	for (i = 0; i < inventory->nb_workers; i++) {
		sink->tape[inventory->workers[i]] = spp_tape_create();
		if (sink->tape[inventory->workers[i]] == NULL)
			return spp_error(
				err, ENOMEM, "no memory for a capture (%u workers, %u MiB each)",
				inventory->nb_workers, (unsigned int)(SPP_TAPE_SIZE >> 20));
	}
	return 0;
}

static void
free_sink(struct spp_capture_session *session)
{
	unsigned int i;

	for (i = 0; session->sink != NULL && i < RTE_MAX_LCORE; i++)
		spp_tape_destroy(session->sink->tape[i]);
	free(session->sink);
	free(session->stream);
	free(session->filter);
	session->sink = NULL;
	session->stream = NULL;
	session->filter = NULL;
}

static int
begin(struct spp_capture_session *session, struct spp_error *err)
{
	int ret =
		spp_capture_receive(session->fd, &session->what, sizeof(session->what), REQUEST_MS);

	if (ret < 0)
		return spp_error(err, -ret, "no request: %s", strerror(-ret));
	ret = spp_capture_request_check(&session->what, session->inventory, err);
	if (ret == 0 && session->what.reasons != 0)
		spp_capture_request_add_members(&session->what, session->inventory);
	if (ret == 0)
		ret = read_filter(session, err);
	if (ret == 0)
		ret = make_sink(session, err);
	if (ret == 0 && session->what.trace > 0)
		ret = take_trace(session, err);
	return ret < 0 ? ret : session->turn(session, true, err);
}

/* -- what is said of it ----------------------------------------------------------------------- */

static void
say_begin(const struct spp_capture_session *session)
{
	char what[256];

	spp_capture_request_describe(&session->what, what, sizeof(what));
	spp_log(LOG_NOTICE, "capture %u begins: uid %u (pid %d): %s, %u bytes a packet%s",
		session->slot, session->uid, session->pid, what, session->what.snaplen,
		session->what.nb_filter > 0 ? ", with a filter" : "");
}

static const char *
why_ended(const struct spp_capture_session *session)
{
	switch (session->stream->error) {
	case 0:
		return session->is_late                                   ? "its hour is over"
		       : __atomic_load_n(session->stop, __ATOMIC_RELAXED) ? "spp_vf ends"
									  : "its reader has enough";
	case ECANCELED:
		return "spp_vf ends";
	case ETIMEDOUT:
		return "its reader took nothing for 30 s";
	default:
		return "its reader is gone";
	}
}

/* -- packets ---------------------------------------------------------------------------------- */

/** How TSC becomes time: taken anew at each look, so that the two cannot drift apart. */
struct clock {
	uint64_t tsc, ns, hz;
};

static uint64_t
time_of(const struct clock *clock, uint64_t tsc)
{
	uint64_t ago = tsc < clock->tsc ? clock->tsc - tsc : 0;

	return clock->ns - ago / clock->hz * 1000000000 - ago % clock->hz * 1000000000 / clock->hz;
}

/* The oldest of the first records of all tapes. */
static const struct spp_capture_record *
oldest(const struct spp_capture_session *session, struct spp_tape **from)
{
	const struct spp_capture_record *record, *best = NULL;
	struct spp_tape *tape;
	unsigned int i;

	for (i = 0; i < session->inventory->nb_workers; i++) {
		tape = session->sink->tape[session->inventory->workers[i]];
		record = spp_tape_first(tape);
		if (record != NULL && (best == NULL || record->time < best->time)) {
			best = record;
			*from = tape;
		}
	}
	return best;
}

static void
take_one(struct spp_capture_session *session, const struct clock *clock,
	 const struct spp_capture_record *record)
{
	struct spp_capture_record out = *record;
	const uint8_t *bytes = (const uint8_t *)(record + 1);

	/* of a trace a worker has run it */
	if (session->what.trace == 0 &&
	    !spp_capture_filter_run(session->filter, session->what.nb_filter, bytes, record->length,
				    record->captured))
		return;
	out.time = time_of(clock, record->time);
	if (out.captured > session->what.snaplen)
		out.captured = session->what.snaplen;
	(void)spp_capture_stream_put(session->stream, &out, bytes);
}

/* @param all also the youngest: no worker copies any more. @return records */
static unsigned int
take(struct spp_capture_session *session, bool all)
{
	const struct clock clock = {.tsc = rte_rdtsc(), .ns = now_ns(), .hz = session->tsc_hz};
	uint64_t last = clock.tsc - session->tsc_hz / 1000000 * SETTLE_US;
	const struct spp_capture_record *record;
	struct spp_tape *tape = NULL;
	unsigned int nb;

	for (nb = 0; (all || nb < GO_MAX) && session->stream->error == 0; nb++) {
		record = oldest(session, &tape);
		if (record == NULL || (!all && record->time > last))
			break;
		take_one(session, &clock, record);
		spp_tape_pass(tape, record);
	}
	return nb;
}

/* -- counts ----------------------------------------------------------------------------------- */

static struct spp_capture_counts
sum(const struct spp_capture_counts *a, const struct spp_capture_counts *b)
{
	return (struct spp_capture_counts){
		.seen = __atomic_load_n(&a->seen, __ATOMIC_RELAXED) +
			__atomic_load_n(&b->seen, __ATOMIC_RELAXED),
		.lost = __atomic_load_n(&a->lost, __ATOMIC_RELAXED) +
			__atomic_load_n(&b->lost, __ATOMIC_RELAXED),
	};
}

struct spp_capture_counts
spp_capture_session_counts(const struct spp_capture_session *session)
{
	static const struct spp_capture_counts none;
	const struct spp_tap_sink *sink = session->sink;
	struct spp_capture_counts all = none, one;
	unsigned int i;

	for (i = 0; i < SPP_PORT_ID_MAX; i++) {
		one = sum(&sink->rx[i], &sink->tx[i]);
		all = sum(&all, &one);
	}
	for (i = 0; i < SPP_COMPONENT_MAX; i++)
		all = sum(&all, &sink->inner[i]);
	return all;
}

static void
tell_one(struct spp_capture_session *session, uint16_t id, bool inner,
	 struct spp_capture_counts counts)
{
	struct spp_capture_counts *told = &session->told[inner ? SPP_PORT_ID_MAX + id : id];
	const struct spp_capture_record record = {
		.time = now_ns(),
		.captured = sizeof(counts),
		.length = inner,
		.port_id = id,
		.kind = SPP_CAPTURE_COUNTS,
	};

	if (counts.seen == told->seen && counts.lost == told->lost)
		return;
	*told = counts;
	(void)spp_capture_stream_put(session->stream, &record, &counts);
}

static void
tell_counts(struct spp_capture_session *session)
{
	static const struct spp_capture_counts none;
	const struct spp_tap_sink *sink = session->sink;
	unsigned int i;

	for (i = 0; i < SPP_PORT_ID_MAX; i++)
		tell_one(session, (uint16_t)i, false, sum(&sink->rx[i], &sink->tx[i]));
	for (i = 0; i < SPP_COMPONENT_MAX; i++)
		tell_one(session, (uint16_t)i, true, sum(&sink->inner[i], &none));
}

static void
tell_end(struct spp_capture_session *session)
{
	const char *why = why_ended(session);
	const struct spp_capture_record record = {
		.time = now_ns(),
		.captured = (uint32_t)strlen(why),
		.kind = SPP_CAPTURE_END,
	};

	if (spp_capture_stream_put(session->stream, &record, why))
		(void)spp_capture_stream_flush(session->stream);
}

/* -- one after the other ---------------------------------------------------------------------- */

/* The reader says nothing more after its request: whatever comes is the end. */
static bool
reader_ends(int fd, int ms)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};

	return poll(&poller, 1, ms) > 0;
}

static void
stream_on(struct spp_capture_session *session)
{
	uint64_t next_tell = rte_rdtsc() + session->tsc_hz;
	uint64_t end = rte_rdtsc() + session->tsc_hz * SPP_TRACE_SECONDS_MAX;
	unsigned int nb;

	do {
		nb = take(session, false);
		if (rte_rdtsc() >= next_tell) {
			tell_counts(session);
			next_tell += session->tsc_hz;
		}
		if (session->what.trace > 0 && rte_rdtsc() >= end) {
			session->is_late = true;
			return;
		}
		if (!spp_capture_stream_flush(session->stream))
			return;
	} while (!reader_ends(session->fd, nb > 0 ? 0 : LOOK_MS) &&
		 !__atomic_load_n(session->stop, __ATOMIC_RELAXED));
}

static void
send_reply(int fd, int error, const char *text)
{
	struct spp_capture_reply reply = {.magic = SPP_CAPTURE_MAGIC, .error = error};

	snprintf(reply.text, sizeof(reply.text), "%s", text);
	(void)!send(fd, &reply, sizeof(reply), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
spp_capture_session_run(struct spp_capture_session *session)
{
	struct spp_capture_counts counts;
	struct spp_error err = {""};
	int ret = begin(session, &err);

	send_reply(session->fd, -ret, err.text);
	if (ret == 0) {
		say_begin(session);
		stream_on(session);
		(void)session->turn(session, false, NULL);
		(void)take(session, true);
		tell_counts(session);
		tell_end(session);
		counts = spp_capture_session_counts(session);
		spp_log(LOG_NOTICE,
			"capture %u ends: %s; %" PRIu64 " packets seen, %" PRIu64 " lost",
			session->slot, why_ended(session), counts.seen, counts.lost);
	}
	free_sink(session);
	if (session->has_tracing)
		__atomic_store_n(session->tracing, false, __ATOMIC_RELEASE);
	close(session->fd);
}
