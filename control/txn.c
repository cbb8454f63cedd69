/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Running and staged configuration. See txn.h.
 */
#include "txn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "commit.h"
#include "model.h"
#include "plan.h"
#include "stage.h"
#include "stage_port.h"
#include "table.h"
#include "validate.h"

struct spp_txn {
	const struct spp_dataplane_ops *ops;
	void *ctx;
	void (*log)(int priority, const char *line);
	void (*committed)(void *arg, const struct spp_model *running, uint64_t generation);
	void *committed_arg;
	uint64_t generation;
	uint64_t commit_us, retire_us;
	bool retiring;
	bool dirty; /**< staged may differ from running */
	bool saved; /**< before holds staged as it was when the message began */
	bool before_dirty;
	bool degraded;
	struct spp_error degraded_why;
	struct spp_holding holding;
	struct spp_plan plan;
	struct spp_table_index index; /**< of staged */
	struct spp_model running;
	struct spp_model staged;
	struct spp_model before;
};

int
spp_txn_create(const struct spp_dataplane_ops *ops, void *ctx,
	       void (*log)(int priority, const char *line), struct spp_txn **out)
{
	struct spp_txn *txn = calloc(1, sizeof(*txn));

	if (txn == NULL)
		return -ENOMEM;
	txn->ops = ops;
	txn->ctx = ctx;
	txn->log = log;
	spp_holding_init(&txn->holding);
	*out = txn;
	return 0;
}

void
spp_txn_log_to(struct spp_txn *txn, void (*log)(int priority, const char *line))
{
	txn->log = log;
}

void
spp_txn_on_commit(struct spp_txn *txn,
		  void (*committed)(void *arg, const struct spp_model *running,
				    uint64_t generation),
		  void *arg)
{
	txn->committed = committed;
	txn->committed_arg = arg;
}

void
spp_txn_destroy(struct spp_txn *txn)
{
	free(txn);
}

void
spp_txn_begin(struct spp_txn *txn)
{
	txn->saved = false;
}

/** Called before the first change a message makes: most messages only ask. */
static void
save_before(struct spp_txn *txn)
{
	if (txn->saved)
		return;
	spp_model_copy(&txn->before, &txn->staged);
	txn->before_dirty = txn->dirty;
	txn->saved = true;
}

static void
set_staged(struct spp_txn *txn, const struct spp_model *model, bool dirty)
{
	spp_model_copy(&txn->staged, model);
	spp_table_forget(&txn->index);
	txn->dirty = dirty;
}

void
spp_txn_rollback(struct spp_txn *txn)
{
	if (txn->saved)
		set_staged(txn, &txn->before, txn->before_dirty);
	txn->saved = false;
}

void
spp_txn_cancel(struct spp_txn *txn)
{
	if (txn->dirty)
		set_staged(txn, &txn->running, false);
}

int
spp_txn_stage(struct spp_txn *txn, const struct spp_command *command, struct spp_fault *fault)
{
	const struct spp_inventory *inventory = txn->ops->inventory(txn->ctx);

	save_before(txn);
	switch (command->kind) {
	case SPP_CMD_CANCEL:
		spp_txn_cancel(txn);
		return 0;
	case SPP_CMD_COMPONENT:
		txn->dirty = true;
		return spp_stage_component(&txn->staged, inventory, command, fault);
	case SPP_CMD_TABLE:
		txn->dirty = true;
		return spp_stage_entry(&txn->staged, &txn->index, inventory, command, fault);
	case SPP_CMD_STOP:
		txn->dirty = true;
		return spp_stage_stop(&txn->staged, command, fault);
	case SPP_CMD_PORT:
		txn->dirty = true;
		return spp_stage_port(&txn->staged, inventory, command, fault);
	default:
		return spp_fault(fault, EINVAL, "", "this command stages nothing");
	}
}

static void
txn_log(const struct spp_txn *txn, int priority, const char *text)
{
	if (txn->log != NULL)
		txn->log(priority, text);
}

static void
log_flush(const struct spp_txn *txn, const struct spp_commit_result *done)
{
	char line[SPP_ERROR_SIZE + 64];

	snprintf(line, sizeof(line),
		 "flush: generation %" PRIu64 ": components added %u, changed %u, moved %u, "
		 "removed %u; table entries %u; %" PRIu64 " us",
		 txn->generation, txn->plan.added, txn->plan.changed, txn->plan.moved,
		 txn->plan.removed, txn->running.nb_entries, done->commit_us);
	txn_log(txn, LOG_NOTICE, line);
	if (done->late) {
		snprintf(line, sizeof(line), "flush: old ports stay held until the next flush: %s",
			 done->late_why.text);
		txn_log(txn, LOG_WARNING, line);
	}
}

static void
log_failure(const struct spp_txn *txn, const char *why)
{
	char line[SPP_ERROR_SIZE + 64];

	snprintf(line, sizeof(line), "flush failed, the wiring stays as it was: %s", why);
	txn_log(txn, LOG_WARNING, line);
	if (!txn->degraded)
		return;
	snprintf(line, sizeof(line), "degraded: a link could not be put back: %s",
		 txn->degraded_why.text);
	txn_log(txn, LOG_ERR, line);
}

/** Carry out the plan; running becomes staged when it succeeds. */
static int
commit(struct spp_txn *txn, struct spp_error *err)
{
	struct spp_commit_result done;
	int ret;

	ret = spp_commit(txn->ops, txn->ctx, &txn->staged, &txn->plan, &txn->holding, &done, err);
	if (ret < 0) {
		if (done.degraded) {
			txn->degraded = true;
			txn->degraded_why = done.degraded_why;
		}
		return ret;
	}
	txn->degraded = false;
	txn->generation++;
	txn->commit_us = done.commit_us;
	txn->retire_us = done.retire_us;
	txn->retiring = done.late;
	spp_model_copy(&txn->running, &txn->staged);
	log_flush(txn, &done);
	if (txn->committed != NULL)
		txn->committed(txn->committed_arg, &txn->running, txn->generation);
	return 0;
}

int
spp_txn_flush(struct spp_txn *txn, struct spp_flush_result *result, struct spp_faults *faults)
{
	const struct spp_inventory *inventory = txn->ops->inventory(txn->ctx);
	struct spp_error err = {""};
	int ret;

	txn->commit_us = txn->retire_us = 0;
	ret = spp_validate(&txn->staged, inventory, faults);
	if (ret < 0) {
		log_failure(txn, faults->items[0].err.text);
		return ret;
	}
	ret = spp_plan_make(&txn->running, &txn->staged, &txn->holding, inventory->nb_queues,
			    &txn->plan, &err);
	if (ret == 0 && !spp_plan_empty(&txn->plan))
		ret = commit(txn, &err);
	if (ret < 0) {
		spp_fault(spp_faults_next(faults), -ret, "", "%s", err.text);
		log_failure(txn, err.text);
		return ret;
	}
	txn->dirty = false;
	*result = (struct spp_flush_result){
		.generation = txn->generation,
		.added = txn->plan.added,
		.changed = txn->plan.changed,
		.moved = txn->plan.moved,
		.removed = txn->plan.removed,
		.commit_us = txn->commit_us,
		.retire_us = txn->retire_us,
	};
	return 0;
}

int
spp_txn_clear(struct spp_txn *txn, struct spp_error *err)
{
	struct spp_flush_result result;
	struct spp_faults faults;
	int ret;

	faults.nb = 0;
	txn->staged.nb_components = txn->staged.nb_entries = 0;
	spp_table_forget(&txn->index);
	txn->dirty = true;
	ret = spp_txn_flush(txn, &result, &faults);
	if (ret < 0 && err != NULL)
		*err = faults.items[0].err;
	return ret;
}

const struct spp_model *
spp_txn_running(const struct spp_txn *txn)
{
	return &txn->running;
}

uint64_t
spp_txn_generation(const struct spp_txn *txn)
{
	return txn->generation;
}

void
spp_txn_state(const struct spp_txn *txn, struct spp_txn_state *out)
{
	out->generation = txn->generation;
	out->staged = txn->dirty && !spp_model_same(&txn->running, &txn->staged);
	out->retiring = txn->retiring;
	out->degraded = txn->degraded;
	snprintf(out->degraded_why, sizeof(out->degraded_why), "%s",
		 txn->degraded ? txn->degraded_why.text : "");
}
