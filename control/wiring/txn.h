/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The two configurations of one spp_vf, running and staged, and what may happen to them.
 *
 * One message of a controller is one transaction: begin, then stage each command, then flush or
 * not; on the first error rollback. Used by answer (messages), saved/restore (the state file) and
 * serve (end of a connection, end of the program). Knows nothing of connections or dialects. One
 * thread.
 */
#ifndef SPP_CONTROL_TXN_H
#define SPP_CONTROL_TXN_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/dataplane.h"
#include "wiring/command.h"
#include "wiring/fault.h"

struct spp_txn;

struct spp_flush_result {
	uint64_t generation;
	unsigned int added, changed, moved, removed; /**< components */
	uint64_t commit_us, retire_us;
};

/** Microseconds that flushes are counted by; a last one takes all that took longer. */
#define SPP_FLUSH_BOUNDS    {100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000}
#define SPP_FLUSH_BOUNDS_NB 10

/** All flushes since the start. */
struct spp_flush_counts {
	uint64_t done;                        /**< changed something */
	uint64_t failed;                      /**< refused, or not carried out */
	uint64_t last_us, sum_us;             /**< of those done, as the controller waits for it */
	uint64_t within[SPP_FLUSH_BOUNDS_NB]; /**< of those done: took at most SPP_FLUSH_BOUNDS */
};

/** What status shows beside the model. */
struct spp_txn_state {
	struct spp_flush_counts flushes;
	uint64_t generation; /**< flushes that changed something */
	bool staged;         /**< something is staged that does not run */
	bool retiring;       /**< a worker may still use an older wiring */
	bool degraded;       /**< a failed flush could not be undone in full */
	char degraded_why[SPP_ERROR_SIZE];
};

/** @param log may be NULL */
int spp_txn_create(const struct spp_dataplane_ops *ops, void *ctx,
		   void (*log)(int priority, const char *line), struct spp_txn **out);
/** From now on lines go there. */
void spp_txn_log_to(struct spp_txn *txn, void (*log)(int priority, const char *line));
/** After each flush that changed something, before it returns. NULL: nobody is told any more. */
void spp_txn_on_commit(struct spp_txn *txn,
		       void (*committed)(void *arg, const struct spp_model *running,
					 uint64_t generation),
		       void *arg);
/** What is flushed meanwhile ran before: entries in a table without a classifier are let in. */
void spp_txn_restore(struct spp_txn *txn, bool on);
void spp_txn_destroy(struct spp_txn *txn);

/** A message begins: this is the state rollback returns to. */
void spp_txn_begin(struct spp_txn *txn);
/** Stage a component, stop, port, table, label or cancel command. 0, or -errno with the fault
 * filled. */
int spp_txn_stage(struct spp_txn *txn, const struct spp_command *command, struct spp_fault *fault);
/** Run what is staged. 0, or -errno: running and staged are as they were, faults say why. */
int spp_txn_flush(struct spp_txn *txn, struct spp_flush_result *result, struct spp_faults *faults);
/** Staged returns to its state at spp_txn_begin(). */
void spp_txn_rollback(struct spp_txn *txn);
/** Forget everything staged: the connection it came by has ended. */
void spp_txn_cancel(struct spp_txn *txn);
/** Take all wiring and the table away, now. */
int spp_txn_clear(struct spp_txn *txn, struct spp_error *err);

const struct spp_model *spp_txn_running(const struct spp_txn *txn);
/** Changes whenever what runs does. */
uint64_t spp_txn_generation(const struct spp_txn *txn);
void spp_txn_state(const struct spp_txn *txn, struct spp_txn_state *out);

#endif
