/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Asks every process for its status, once an interval whatever the number of viewers, and keeps the
 * model. Its thread is the only one that changes it; who reads holds the lock.
 */
#ifndef SPP_MONITOR_WATCH_H
#define SPP_MONITOR_WATCH_H

#include "monitor/model.h"

/** Milliseconds that a process may take; less when the interval is shorter. */
#define MONITOR_ASK_MS 800
/** The same for one that did not answer the last time: others are not to wait for it. */
#define MONITOR_ASK_AGAIN_MS 100

struct monitor_watch;

/** @param samples of each history */
int monitor_watch_create(double interval_s, unsigned int samples, struct monitor_watch **out);
void monitor_watch_destroy(struct monitor_watch *watch);

/** Look once. Takes as long as the slowest process, at most MONITOR_ASK_MS. */
void monitor_watch_look(struct monitor_watch *watch);

/** Any thread: the model, until it is unlocked. */
struct monitor_model *monitor_watch_lock(struct monitor_watch *watch);
void monitor_watch_unlock(struct monitor_watch *watch);

#endif
