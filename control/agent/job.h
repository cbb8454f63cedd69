/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One request on its way to a process, and the way its reply comes back. Types only.
 *
 * Who asks (client) fills one in and hands it to the connection of the process (peer), which knows
 * nothing of who asked but the two functions in here. One thread.
 */
#ifndef SPP_AGENT_JOB_H
#define SPP_AGENT_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "agent/out.h"

/** Characters that tell in the log who asked, and why. */
#define AGENT_WHO_SIZE 256

struct agent_peer;

enum agent_job_state {
	AGENT_JOB_IDLE,    /**< with no process */
	AGENT_JOB_WAITING, /**< in the queue of `peer` */
	AGENT_JOB_SENT,    /**< `peer` is answering it */
	AGENT_JOB_HELD,    /**< `peer` is kept for it: nothing else goes there */
};

/** What follows a reply. */
enum agent_job_next {
	AGENT_JOB_DONE,
	AGENT_JOB_MORE, /**< `body` holds a further message, which goes before all that wait */
	AGENT_JOB_HOLD, /**< one will come (agent_peer_resume()); until then nothing goes there */
};

struct agent_job {
	/* Filled in by who asks. */
	struct agent_out body;    /**< what the process is sent; gone once it is sent */
	bool quiet;               /**< no line in the log when it succeeds */
	bool own_log;             /**< who asks logs the result itself */
	char who[AGENT_WHO_SIZE]; /**< "uid 0, pid 4242, reason: web1 starts", for the log */

	/**
	 * The reply is there (one JSON value); error: what it complains of, NULL: nothing.
	 */
	enum agent_job_next (*replied)(void *owner, const char *reply, size_t size,
				       const char *error);
	/** There will be no reply. */
	void (*failed)(void *owner, const char *why);
	void *owner;

	/* The rest is the peer's. */
	TAILQ_ENTRY(agent_job) link;
	enum agent_job_state state;
	struct agent_peer *peer;
	uint64_t deadline_ms; /**< while WAITING: until then it should have been sent */
};

TAILQ_HEAD(agent_job_list, agent_job);

#endif
