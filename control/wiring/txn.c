/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Running and staged configuration. See txn.h.
 */
#include "wiring/txn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "wiring/commit.h"
#include "wiring/entry.h"
#include "wiring/model.h"
#include "wiring/names.h"
#include "wiring/plan.h"
#include "wiring/stage.h"
#include "wiring/stage_port.h"
#include "wiring/table.h"
#include "wiring/validate.h"

struct spp_txn {
	const struct spp_dataplane_ops *ops;
	void *ctx;
	void (*log)(int priority, const char *line);
	void (*committed)(void *arg, const struct spp_model *running, uint64_t generation);
	void *committed_arg;
	uint64_t generation;
	struct spp_flush_counts flushes;
	uint64_t commit_us, retire_us;
	bool dirty; /**< staged may differ from running */
	bool saved; /**< before holds staged as it was when the message began */
	bool before_dirty;
	bool restoring; /**< what is staged ran before, as it is */
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
spp_txn_restore(struct spp_txn *txn, bool on)
{
	txn->restoring = on;
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
	case SPP_CMD_LABEL:
		txn->dirty = true;
		return spp_stage_label(&txn->staged, inventory, command, fault);
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
		snprintf(line, sizeof(line), "flush: old ports stay held for now: %s",
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

/** Staged runs: the next generation. */
static void
become_running(struct spp_txn *txn, const struct spp_commit_result *done)
{
	txn->generation++;
	spp_model_copy(&txn->running, &txn->staged);
	log_flush(txn, done);
	if (txn->committed != NULL)
		txn->committed(txn->committed_arg, &txn->running, txn->generation);
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
	txn->commit_us = done.commit_us;
	txn->retire_us = done.retire_us;
	become_running(txn, &done);
	return 0;
}

/** Carry out the plan, or, where packets see no difference, only take over labels. */
static int
apply(struct spp_txn *txn, struct spp_error *err)
{
	const struct spp_commit_result nothing = {.commit_us = 0};

	if (!spp_plan_empty(&txn->plan))
		return commit(txn, err);
	if (!spp_model_same_labels(&txn->running, &txn->staged))
		become_running(txn, &nothing);
	return 0;
}

/**
 * Entries that come into a table which no component looks at would be a success that changes
 * nothing: SPP refuses them, and its controllers count on that (a plug into a spp_vf that was
 * restarted and is empty). Those that were there before may outlive their classifier.
 */
static int
check_entries(struct spp_txn *txn, struct spp_faults *faults)
{
	char value[SPP_TABLE_TEXT_SIZE], port[SPP_ENTRY_TEXT_SIZE];
	const struct spp_model *staged = &txn->staged, *running = &txn->running;
	const struct spp_table_entry *same;
	unsigned int i, nb_old = 0;

	for (i = 0; i < staged->nb_components; i++) {
		if (staged->components[i].type == SPP_CLASSIFIER ||
		    staged->components[i].type == SPP_SWITCH)
			return 0;
	}
	for (i = 0; i < running->nb_entries; i++) {
		same = spp_table_find(&txn->index, staged, &running->entries[i]);
		nb_old += same != NULL && spp_entry_same_ports(same, &running->entries[i]);
	}
	if (txn->restoring || staged->nb_entries == nb_old)
		return 0;
	/* Entries are added at the end. */
	i = staged->nb_entries - 1;
	return spp_fault(spp_faults_next(faults), EINVAL, "",
			 "\"%s\" is to lead to %s, and there is no classifier or switch that would "
			 "look at it (start one first, or in the same flush)",
			 spp_table_value_format(&staged->entries[i], value),
			 spp_entry_ports_format(&staged->entries[i], port));
}

static int
flush(struct spp_txn *txn, struct spp_flush_result *result, struct spp_faults *faults)
{
	const struct spp_inventory *inventory = txn->ops->inventory(txn->ctx);
	struct spp_error err = {""};
	int ret;

	txn->commit_us = txn->retire_us = 0;
	ret = spp_validate(&txn->staged, inventory, faults);
	if (ret == 0)
		ret = check_entries(txn, faults);
	if (ret < 0) {
		log_failure(txn, faults->items[0].err.text);
		return ret;
	}
	ret = spp_plan_make(&txn->running, &txn->staged, &txn->holding, inventory->nb_queues,
			    &txn->plan, &err);
	if (ret == 0)
		ret = apply(txn, &err);
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

static void
count_flush(struct spp_txn *txn, uint64_t took_us)
{
	static const uint64_t bounds[SPP_FLUSH_BOUNDS_NB] = SPP_FLUSH_BOUNDS;
	struct spp_flush_counts *counts = &txn->flushes;
	unsigned int i;

	counts->done++;
	counts->last_us = took_us;
	counts->sum_us += took_us;
	for (i = 0; i < SPP_FLUSH_BOUNDS_NB; i++)
		counts->within[i] += took_us <= bounds[i];
}

int
spp_txn_flush(struct spp_txn *txn, struct spp_flush_result *result, struct spp_faults *faults)
{
	uint64_t begin_us = txn->ops->now_us(txn->ctx), generation = txn->generation;
	int ret = flush(txn, result, faults);

	if (ret < 0)
		txn->flushes.failed++;
	else if (txn->generation != generation)
		count_flush(txn, txn->ops->now_us(txn->ctx) - begin_us);
	return ret;
}

int
spp_txn_clear(struct spp_txn *txn, struct spp_error *err)
{
	struct spp_flush_result result;
	struct spp_faults faults;
	int ret;

	faults.nb = 0;
	txn->staged.nb_components = txn->staged.nb_entries = 0;
	memset(txn->staged.labels, 0, sizeof(txn->staged.labels));
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
	out->flushes = txn->flushes;
	out->generation = txn->generation;
	out->staged = txn->dirty && !spp_model_same(&txn->running, &txn->staged);
	out->retiring = txn->ops->inventory(txn->ctx)->retiring;
	out->degraded = txn->degraded;
	snprintf(out->degraded_why, sizeof(out->degraded_why), "%s",
		 txn->degraded ? txn->degraded_why.text : "");
}
