/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Connections of processes. See peer.h.
 */
#include "agent/peer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "agent/log.h"
#include "agent/reply.h"
#include "change/process.h"
#include "wire/clock.h"

/** Bytes of the answer to the question who it is, and of a reply to a request. */
#define IDENTITY_SIZE_MAX 4096
#define REPLY_SIZE_MAX    (8u << 20)
/** Requests that may wait for one process behind the one it is answering. */
#define WAITING_MAX 32
/** Milliseconds it may take to answer the question whether it is still there. */
#define PROBE_MS 2000

static const char who_are_you[] = "{\"commands\":[{\"command\":\"process\"}]}";

static void
send_request(struct agent_peer *peer, struct agent_out request, uint64_t timeout_ms)
{
	/* Whoever calls itself a process gets no more room for its name than a stranger. */
	size_t reply_max = peer->asks_who ? IDENTITY_SIZE_MAX : REPLY_SIZE_MAX;
	struct spp_error err;

	if (agent_exchange_ask(&peer->exchange, request, reply_max, timeout_ms, &err) < 0)
		agent_peer_close(peer, "%s", err.text);
}

static void
ask_who(struct agent_peer *peer, uint64_t timeout_ms)
{
	struct agent_out request = {.data = strdup(who_are_you), .size = sizeof(who_are_you) - 1};

	peer->asks_who = true;
	if (request.data == NULL)
		agent_peer_close(peer, "out of memory");
	else
		send_request(peer, request, timeout_ms);
}

void
agent_peer_create(struct agent_registry *registry, int fd, const char *address,
		  const char *listener)
{
	struct agent_peer *peer = calloc(1, sizeof(*peer));

	if (peer == NULL) {
		close(fd);
		return;
	}
	peer->registry = registry;
	peer->since = time(NULL);
	TAILQ_INIT(&peer->waiting);
	agent_exchange_open(&peer->exchange, fd);
	snprintf(peer->address, sizeof(peer->address), "%s", address);
	snprintf(peer->listener, sizeof(peer->listener), "%s", listener);
	TAILQ_INSERT_TAIL(&registry->peers, peer, link);
	registry->nb_peers++;
	ask_who(peer, registry->reply_ms);
}

/* -- jobs: one under way, the others wait ---------------------------------------------------- */

static void
queue_job(struct agent_peer *peer, struct agent_job *job, bool first)
{
	job->state = AGENT_JOB_WAITING;
	job->peer = peer;
	job->deadline_ms = spp_clock_ms() + peer->registry->reply_ms;
	if (first)
		TAILQ_INSERT_HEAD(&peer->waiting, job, link);
	else
		TAILQ_INSERT_TAIL(&peer->waiting, job, link);
	peer->nb_waiting++;
}

static void
take_back(struct agent_job *job)
{
	struct agent_peer *peer = job->peer;

	if (job->state == AGENT_JOB_WAITING) {
		TAILQ_REMOVE(&peer->waiting, job, link);
		peer->nb_waiting--;
	} else if (job->state == AGENT_JOB_SENT) {
		peer->current = NULL;
	} else if (job->state == AGENT_JOB_HELD) {
		peer->held = NULL;
	}
	job->state = AGENT_JOB_IDLE;
	job->peer = NULL;
}

/* The next one in the queue, if the connection is free. */
static void
serve_next(struct agent_peer *peer)
{
	struct agent_job *job = TAILQ_FIRST(&peer->waiting);
	struct agent_out body;

	if (peer->dead || peer->exchange.busy || peer->held != NULL || job == NULL ||
	    peer->registry->ending) /* nobody would hear what became of it */
		return;
	take_back(job);
	job->state = AGENT_JOB_SENT;
	job->peer = peer;
	body = job->body;
	memset(&job->body, 0, sizeof(job->body));
	peer->current = job;
	peer->asks_who = false;
	peer->quiet = job->quiet;
	snprintf(peer->who, sizeof(peer->who), "%s", job->who);
	peer->registry->entries[peer->process_id].nb_requests++;
	send_request(peer, body, peer->registry->reply_ms);
}

int
agent_peer_submit(struct agent_registry *registry, unsigned int process_id, struct agent_job *job,
		  struct spp_error *err)
{
	struct agent_peer *peer = registry->entries[process_id].peer;
	char name[SPP_PROCESS_NAME_SIZE];

	spp_process_name(process_id, name);
	if (peer == NULL)
		return spp_error(err, ENOTCONN, "%s: not connected; `sppctl ls` shows who is",
				 name);
	if (peer->nb_waiting == WAITING_MAX)
		return spp_error(err, EBUSY,
				 "%s: %d requests are waiting for it already; try again later",
				 name, WAITING_MAX);
	queue_job(peer, job, false);
	serve_next(peer);
	return 0;
}

void
agent_peer_resume(struct agent_job *job)
{
	struct agent_peer *peer = job->peer;

	take_back(job);
	queue_job(peer, job, true);
	serve_next(peer);
}

void
agent_peer_abandon(struct agent_job *job)
{
	struct agent_peer *peer = job->state == AGENT_JOB_HELD ? job->peer : NULL;

	take_back(job);
	if (peer != NULL)
		serve_next(peer);
}

/* -- who it is -------------------------------------------------------------------------------- */

static void
become_process(struct agent_peer *peer)
{
	peer->state = AGENT_PEER_NAMED;
	agent_registry_hold(peer->registry, peer->process_id, peer, peer->address, peer->listener);
	peer->registry->entries[peer->process_id].type = peer->type;
}

/* It has said who it is for the first time. */
static void
enter(struct agent_peer *peer)
{
	struct agent_peer *holder = peer->registry->entries[peer->process_id].peer;
	char name[SPP_PROCESS_NAME_SIZE];

	if (holder == NULL) {
		become_process(peer);
		return;
	}
	peer->state = AGENT_PEER_DUPLICATE;
	agent_log_stranger("%s also connects from %s, while %s is connected: set aside until that "
			   "one ends",
			   spp_process_name(peer->process_id, name), peer->address,
			   holder->address);
	/* Idle: it is asked again who it is, and must answer soon. Busy: its reply, or the lack of
	 * it, tells the same. */
	if (!holder->exchange.busy)
		ask_who(holder, PROBE_MS);
}

/* It is closed: who takes its place? */
static void
leave(struct agent_peer *peer, const char *reason)
{
	char name[SPP_PROCESS_NAME_SIZE];
	struct agent_peer *next;

	if (peer->state == AGENT_PEER_ASKED) {
		agent_log_stranger("%s disconnected before saying who it is: %s", peer->address,
				   reason);
		return;
	}
	if (peer->state == AGENT_PEER_DUPLICATE) {
		agent_log_stranger("%s set aside from %s disconnected: %s",
				   spp_process_name(peer->process_id, name), peer->address, reason);
		return;
	}
	agent_registry_lose(peer->registry, peer->process_id, reason);
	if (peer->registry->ending)
		return;
	TAILQ_FOREACH (next, &peer->registry->peers, link)
		if (!next->dead && next->state == AGENT_PEER_DUPLICATE &&
		    next->process_id == peer->process_id) {
			become_process(next);
			return;
		}
}

static void
take_identity(struct agent_peer *peer, const char *reply, size_t size)
{
	struct spp_error err;
	unsigned int id;
	const char *type;

	if (agent_reply_identity(reply, size, &id, &type, &err) < 0) {
		agent_peer_close(peer, "%s", err.text);
	} else if (peer->state == AGENT_PEER_ASKED) {
		peer->process_id = id;
		peer->type = type;
		enter(peer);
	} else if (id != peer->process_id) {
		agent_peer_close(peer, "now says it is process %u", id);
	}
}

/* -- replies ---------------------------------------------------------------------------------- */

/* @param error what the reply complains of, NULL: nothing */
static void
log_reply(const struct agent_peer *peer, const char *error)
{
	unsigned long long took_ms = spp_clock_ms() - peer->exchange.started_ms;
	size_t size = peer->exchange.request_size;
	char name[SPP_PROCESS_NAME_SIZE];

	spp_process_name(peer->process_id, name);
	if (error != NULL)
		agent_log(LOG_WARNING,
			  "%s: request of %zu bytes (asked by %s): error after %llu ms: %s", name,
			  size, peer->who, took_ms, error);
	else if (!peer->quiet)
		agent_log(LOG_NOTICE,
			  "%s: request of %zu bytes (asked by %s): success after %llu ms", name,
			  size, peer->who, took_ms);
}

static void
take_reply(struct agent_peer *peer, const char *reply, size_t size)
{
	struct agent_entry *entry = &peer->registry->entries[peer->process_id];
	struct agent_job *job = peer->current;
	struct spp_error err = {""};
	int ret = agent_reply_result(reply, size, &err);

	if (ret < 0) {
		agent_peer_close(peer, "answered with something that is not JSON: %s", err.text);
		return;
	}
	if (ret > 0)
		snprintf(entry->last_error, sizeof(entry->last_error), "%s", err.text);
	if (job == NULL || !job->own_log)
		log_reply(peer, ret > 0 ? err.text : NULL);
	if (job == NULL)
		return;
	take_back(job);
	/* First of all that waits: nothing may change between a status and what is made of it. */
	switch (job->replied(job->owner, reply, size, ret > 0 ? err.text : NULL)) {
	case AGENT_JOB_DONE:
		break;
	case AGENT_JOB_MORE:
		queue_job(peer, job, true);
		break;
	case AGENT_JOB_HOLD:
		job->state = AGENT_JOB_HELD;
		job->peer = peer;
		peer->held = job;
		break;
	}
}

short
agent_peer_events(const struct agent_peer *peer)
{
	return agent_exchange_events(&peer->exchange);
}

uint64_t
agent_peer_deadline(const struct agent_peer *peer)
{
	return peer->exchange.busy ? peer->exchange.deadline_ms : UINT64_MAX;
}

void
agent_peer_serve(struct agent_peer *peer, short revents)
{
	struct spp_error err;
	const char *reply;
	size_t size;
	int ret;

	if (peer->dead)
		return;
	ret = agent_exchange_serve(&peer->exchange, revents, &err);
	while (ret >= 0 && !peer->dead &&
	       (ret = agent_exchange_next(&peer->exchange, &reply, &size, &err)) > 0) {
		if (peer->asks_who)
			take_identity(peer, reply, size);
		else
			take_reply(peer, reply, size);
	}
	if (ret < 0)
		agent_peer_close(peer, "%s", err.text);
	serve_next(peer);
}

void
agent_peer_expire(struct agent_peer *peer, uint64_t now_ms)
{
	const struct agent_exchange *exchange = &peer->exchange;

	if (!peer->dead && exchange->busy && now_ms >= exchange->deadline_ms)
		agent_peer_close(
			peer, "no reply within %llu ms",
			(unsigned long long)(exchange->deadline_ms - exchange->started_ms));
}

__attribute__((format(printf, 2, 3))) static void
fail(struct agent_job *job, const char *fmt, ...)
{
	char why[SPP_ERROR_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	take_back(job);
	job->failed(job->owner, why);
}

void
agent_peer_close(struct agent_peer *peer, const char *fmt, ...)
{
	char reason[SPP_ERROR_SIZE], name[SPP_PROCESS_NAME_SIZE];
	struct agent_job *job;
	va_list ap;

	if (peer->dead)
		return;
	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	peer->dead = true;
	agent_exchange_close(&peer->exchange);
	leave(peer, reason);

	spp_process_name(peer->process_id, name);
	if (peer->current != NULL)
		fail(peer->current, "%s: %s; what it made of the request is not known", name,
		     reason);
	if (peer->held != NULL)
		fail(peer->held, "%s: %s", name, reason);
	while ((job = TAILQ_FIRST(&peer->waiting)) != NULL)
		fail(job, "%s: %s before the request was sent", name, reason);
}

void
agent_peer_free(struct agent_peer *peer)
{
	TAILQ_REMOVE(&peer->registry->peers, peer, link);
	peer->registry->nb_peers--;
	agent_exchange_free(&peer->exchange);
	free(peer);
}
