/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A change of several processes while it is under way. Types only; used by many, many_plan and
 * many_reply.
 */
#ifndef SPP_AGENT_MANY_STATE_H
#define SPP_AGENT_MANY_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "agent/history.h"
#include "agent/job.h"
#include "agent/words.h"
#include "change/host_steps.h"
#include "change/process.h"
#include "spp/error.h"

enum agent_many_phase {
	AGENT_MANY_STATUS,  /**< each process is asked how it is, and kept */
	AGENT_MANY_FORWARD, /**< step after step */
	AGENT_MANY_BACK,    /**< one failed: those before it are taken back */
	AGENT_MANY_OVER,
};

/** What became of a step. */
enum agent_step_state {
	AGENT_STEP_TODO,
	AGENT_STEP_SENT,
	AGENT_STEP_LATE, /**< no answer in time: others are taken back, its own answer decides */
	AGENT_STEP_DONE,
	AGENT_STEP_REFUSED,
	AGENT_STEP_UNKNOWN, /**< its process was lost while it was under way */
	AGENT_STEP_BACK_SENT,
	AGENT_STEP_BACK,
	AGENT_STEP_KEPT, /**< it is done, and could not be taken back */
};

struct agent_many;

/** One process. */
struct agent_part {
	struct agent_many *many;
	unsigned int process_id;
	char name[SPP_PROCESS_NAME_SIZE];
	struct agent_job job;
	struct wiring *now;       /**< as of its status; NULL: not known yet */
	json_t *lines;            /**< how it will differ */
	bool lost;                /**< its connection ended: `why` */
	char why[SPP_ERROR_SIZE]; /**< what it complained of last, or why there was no answer */
};

struct agent_many {
	TAILQ_ENTRY(agent_many) link; /**< in the agent's list */
	struct agent_registry *registry;
	struct agent_history *history;
	enum agent_many_phase phase;
	json_t *request, *notes;
	char title[AGENT_TITLE_SIZE];
	bool dry_run;

	unsigned int nb, other;
	struct agent_part parts[SPP_VF_MAX]; /**< in the order of the request */
	unsigned int order[SPP_VF_MAX];      /**< of their ids: two changes cannot wait for each
						  other */
	unsigned int nb_asked;               /**< of `order` */
	uint64_t kept_until_ms; /**< those that have answered wait for the next so long */

	struct host_steps plan;
	enum agent_step_state steps[2 * SPP_VF_MAX];
	unsigned int next; /**< step that is to be done, or that failed */

	struct agent_past past;
	uint64_t asked_ms, wait_ms; /**< wait_ms 0: whoever asked did not say how long it waits */

	/** Whoever asked gets its answer, once; NULL: it has it, or has gone. Text is malloc'ed,
	 * and NULL when there is no memory. */
	void (*answer)(void *owner, char *text);
	void *owner;
};

#endif
