/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The last changes that spp_agent was asked for: who, when, what, with which result. In memory, so
 * since its start; its log has them all.
 *
 * Used by client, which fills entries in, one when the outcome is known. Knows no connection.
 */
#ifndef SPP_AGENT_HISTORY_H
#define SPP_AGENT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/** Changes that are kept; the oldest go. */
#define AGENT_HISTORY_MAX 200
/** Characters of what was asked ("plug vhost0 00:11:22:33:44:55"), of why, and of an outcome. */
#define AGENT_HISTORY_WHAT_SIZE   160
#define AGENT_HISTORY_REASON_SIZE 128
#define AGENT_HISTORY_DETAIL_SIZE 256

struct agent_past {
	time_t when;
	unsigned int process_id;
	uid_t uid; /**< of the other end of the socket (SO_PEERCRED), as pid is */
	pid_t pid;
	char what[AGENT_HISTORY_WHAT_SIZE]; /**< "": nothing that changes anything */
	char reason[AGENT_HISTORY_REASON_SIZE];
	const char *result; /**< "done", "refused", "unreachable" or "unknown"; static */
	char detail[AGENT_HISTORY_DETAIL_SIZE]; /**< what is to say of the result; "": nothing */
	/** Of its flush; generation 0: there was none. */
	uint64_t generation, commit_us;
	unsigned int added, changed, moved, removed;
};

struct agent_history {
	unsigned int nb, next;
	uint64_t number; /**< of the last one: all since the start */
	struct agent_past past[AGENT_HISTORY_MAX];
};

/** One more, copied; an entry whose `what` is empty is passed over. */
void agent_history_add(struct agent_history *history, const struct agent_past *past);

/** Put in what the process' reply says of a flush: its generation, what it changed, how long it
 * took. */
void agent_history_outcome(struct agent_past *past, const char *reply, size_t size);

/**
 * The answer for who asks, oldest first. malloc'ed, NULL: out of memory.
 * @param process_id only those of this one; -1: all
 * @param after only those with a higher number
 */
char *agent_history_text(const struct agent_history *history, int process_id, uint64_t after);

/** Put in what a message to a process would change, "send: component 4, flush"; "" for one that
 * only asks. */
void agent_history_describe(const char *message, size_t size, char what[AGENT_HISTORY_WHAT_SIZE]);

#endif
