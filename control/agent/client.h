/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One connection of an sppctl: one request, one reply, closed.
 *
 * A request is one JSON message, and for `send` a second one that goes to the process as it is.
 * The reply is one JSON object. Closing only marks a connection dead; the loop frees it at the end
 * of its turn. Used by accept and loop; nobody else knows clients.
 */
#ifndef SPP_AGENT_CLIENT_H
#define SPP_AGENT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "agent/agent.h"
#include "agent/job.h"
#include "agent/out.h"
#include "wire/frame.h"

/** sppctl connections at once. */
#define AGENT_CLIENT_MAX 64
/** Connections at once of those who only look: they have places of their own. */
#define AGENT_LOOK_MAX 32

enum agent_client_state {
	AGENT_CLIENT_HEADER, /**< first message: what is wanted, from whom */
	AGENT_CLIENT_BODY,   /**< second message of `send`: what goes to the process */
	AGENT_CLIENT_ASKING, /**< its job is with a process */
	AGENT_CLIENT_REPLY,  /**< being written; closed after it */
};

struct agent_client {
	TAILQ_ENTRY(agent_client) link; /**< in the agent's clients */
	struct agent *agent;
	int fd;
	bool dead;
	bool looks; /**< it may only look */
	enum agent_client_state state;
	unsigned int process_id;     /**< whom its request is for */
	struct agent_change *change; /**< of a `change` of one process, else NULL */
	struct agent_many *many;     /**< of one of several, until it has answered; else NULL */
	struct agent_job job;
	struct agent_past past; /**< what is to be remembered once its outcome is known */
	struct spp_frame frame;
	struct agent_out reply;
	uint64_t deadline_ms; /**< to send its request, or to take its reply */
	unsigned int wait_ms; /**< how long it waits for its answer; 0: not said */
	uint64_t asked_ms;    /**< since when */
};

/**
 * @param fd connected and non-blocking; taken over, closed when there is no memory
 * @param looks it may only look
 */
void agent_client_create(struct agent *agent, int fd, bool looks);

/** The poll(2) events to wait for. */
short agent_client_events(const struct agent_client *client);
/** The time of spp_clock_ms() at which agent_client_expire() will have something to do. */
uint64_t agent_client_deadline(const struct agent_client *client);

void agent_client_serve(struct agent_client *client, short revents);
void agent_client_expire(struct agent_client *client, uint64_t now_ms);

/** Close; what it asked is abandoned. Does nothing when it is dead already. */
void agent_client_close(struct agent_client *client);
/** Take a dead one out of the agent's list and free it. */
void agent_client_free(struct agent_client *client);

#endif
