/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One connection of a process, spp_primary or a spp_vf: who it is, and the requests that wait for
 * it.
 *
 * It is asked who it is; then it is given one request at a time. When a second connection says the
 * same process id, it is set aside as a duplicate, and the first one is asked whether it is still
 * there. If it is, it stays; the duplicate takes over as soon as the first one ends. So neither a
 * half-open connection nor a process started twice can steal requests, and nobody is made to
 * connect again and again.
 *
 * Closing only marks a connection dead; the loop frees it at the end of its turn, so a pointer
 * stays good while one event is being handled. Used by accept, client (submit, abandon) and loop.
 * Knows nothing of sppctl: a request is a job (job.h), whoever made it.
 */
#ifndef SPP_AGENT_PEER_H
#define SPP_AGENT_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

#include "agent/address.h"
#include "agent/exchange.h"
#include "agent/job.h"
#include "agent/registry.h"
#include "spp/error.h"

/** TCP connections: more than there are process ids. */
#define AGENT_PEER_MAX 320

enum agent_peer_state {
	AGENT_PEER_ASKED,     /**< asked who it is, no answer yet */
	AGENT_PEER_NAMED,     /**< is the process of that id, takes requests */
	AGENT_PEER_DUPLICATE, /**< its id is taken by another live connection; takes over when
				   that one ends */
};

struct agent_peer {
	TAILQ_ENTRY(agent_peer) link; /**< in the registry's peers */
	struct agent_registry *registry;
	bool dead;
	enum agent_peer_state state;
	unsigned int process_id; /**< unless ASKED */
	const char *type;        /**< likewise; of spp_process_type() */
	time_t since;            /**< connected since */
	char address[AGENT_ADDRESS_SIZE];
	char listener[AGENT_ADDRESS_SIZE];
	struct agent_exchange exchange;

	/* The one request under way. */
	bool asks_who;             /**< it is our own, who it is */
	struct agent_job *current; /**< NULL: our own, or who asked went away */
	bool quiet;                /**< as of the job, which may have gone */
	char who[AGENT_WHO_SIZE];

	struct agent_job *held; /**< it is kept for this one; NULL: for none */
	struct agent_job_list waiting;
	unsigned int nb_waiting;
};

/**
 * A new connection: ask it who it is.
 * @param fd       connected and non-blocking; taken over, closed when there is no memory
 * @param listener the address it came in by
 */
void agent_peer_create(struct agent_registry *registry, int fd, const char *address,
		       const char *listener);

/** The poll(2) events to wait for. */
short agent_peer_events(const struct agent_peer *peer);
/** The time of spp_clock_ms() at which agent_peer_expire() will have something to do. */
uint64_t agent_peer_deadline(const struct agent_peer *peer);

void agent_peer_serve(struct agent_peer *peer, short revents);
void agent_peer_expire(struct agent_peer *peer, uint64_t now_ms);

/** Close; who waits for a reply is told why. Does nothing when it is dead already. */
__attribute__((format(printf, 2, 3))) void agent_peer_close(struct agent_peer *peer,
							    const char *fmt, ...);
/** Take a dead one out of the registry and free it. */
void agent_peer_free(struct agent_peer *peer);

/**
 * Queue a job for a process. The job's `replied` or `failed` is called later, or while this runs.
 * @return 0, or -errno with text: the process is not there, or too much waits for it; the job is
 *         idle then, and nothing is called
 */
int agent_peer_submit(struct agent_registry *registry, unsigned int process_id,
		      struct agent_job *job, struct spp_error *err);

/** Send the next message of a job whose process is kept for it (AGENT_JOB_HELD): `body`. */
void agent_peer_resume(struct agent_job *job);

/** Whoever asked went away: its place in the queue is given up, its reply is thrown away, and a
 * process that was kept for it is free. */
void agent_peer_abandon(struct agent_job *job);

#endif
