/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A change of several processes: all of it is done, or what was done is taken back.
 *
 * Each process is asked for its status, in the order of their ids, and from then on kept: nothing
 * else goes there until the change is over. Then the steps of the plan go out one by one. When one
 * is refused, or has no answer in time, those before it are taken back, the last one first. It ends
 * also when whoever asked has gone. Used by client and loop.
 */
#ifndef SPP_AGENT_MANY_H
#define SPP_AGENT_MANY_H

#include "agent/agent.h"
#include "agent/many_state.h"

/** True when a request for a change is for several processes. */
bool agent_many_is(const char *text, size_t size);

/**
 * Begin.
 * @param past   who asked, and why; `who` the same for the log
 * @param answer is called once, unless agent_many_leave() is called before
 * @return 0, or -EINVAL or -ENOMEM with text
 */
int agent_many_start(struct agent *agent, const char *text, size_t size,
		     const struct agent_past *past, const char *who, uint64_t wait_ms,
		     void (*answer)(void *owner, char *text), void *owner, struct agent_many **out,
		     struct spp_error *err);

/** Whoever asked has gone. What has begun is brought to an end. */
void agent_many_leave(struct agent_many *many);

/** The time of spp_clock_ms() at which agent_many_run() will have something to do. */
uint64_t agent_many_deadline(const struct agent_many *many);

/** Take all steps that can be taken now. To be called when anything has happened. */
void agent_many_run(struct agent_many *many, uint64_t now_ms);

/** One that is over is freed. @return true: it was */
bool agent_many_sweep(struct agent *agent, struct agent_many *many);

#endif
