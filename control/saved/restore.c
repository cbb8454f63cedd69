/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Restoring of a saved wiring. See restore.h.
 */
#include "saved/restore.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "saved/state_file.h"
#include "wire/clock.h"
#include "json/request.h"

#define RETRY_US 5000

/** What decoding and staging need: too much for a stack. */
struct restore {
	struct spp_txn *txn;
	struct spp_request *request;
	struct spp_command command;
	struct spp_faults faults;
	uint64_t start_ms;
	unsigned int nb_vid0, nb_left_out; /**< entries of VLAN id 0 */
	unsigned int nb_labels_left_out;
};

/** @param vid0 stage entries that were saved for VLAN id 0, and no others */
static int
stage_command(struct restore *r, unsigned int k, bool vid0, struct spp_error *err)
{
	struct spp_fault fault = {.place = ""};
	int ret;

	r->command.kind = SPP_CMD_STATUS;
	ret = spp_request_command(r->request, k, &r->command, &fault);

	if (ret == 0 && r->command.kind != SPP_CMD_COMPONENT && r->command.kind != SPP_CMD_TABLE &&
	    r->command.kind != SPP_CMD_LABEL && r->command.kind != SPP_CMD_FLUSH)
		ret = spp_fault(&fault, EINVAL, ".command",
				"a state file holds component, classifier_table, label and flush");
	if (ret == 0 && r->command.vid0)
		r->nb_vid0++;
	if (ret == 0 && r->command.kind != SPP_CMD_FLUSH && r->command.vid0 == vid0)
		ret = spp_txn_stage(r->txn, &r->command, &fault);
	/* Of a port that this start may not use any more, or edited: packets flow all the same. */
	if (ret < 0 && r->command.kind == SPP_CMD_LABEL) {
		r->nb_labels_left_out++;
		ret = 0;
	}
	return ret == 0 ? 0
			: spp_error(err, -ret, "commands[%u]%.90s: %.380s", k, fault.place,
				    fault.err.text);
}

/**
 * Entries of VLAN id 0 last: they are untagged ones now, and where the file has such a one for the
 * same address that leads elsewhere, that one stays.
 */
static int
stage_all(struct restore *r, struct spp_error *err)
{
	unsigned int nb = spp_request_nb_commands(r->request), k;
	int ret = 0;

	for (k = 0; k < nb && ret == 0; k++)
		ret = stage_command(r, k, false, err);
	if (r->nb_vid0 == 0)
		return ret;
	r->nb_vid0 = 0;
	for (k = 0; k < nb && ret == 0; k++) {
		ret = stage_command(r, k, true, err);
		if (ret == -EEXIST) {
			r->nb_left_out++;
			ret = 0;
		}
	}
	return ret;
}

/** A predecessor may still be on its way out: a port it held is free in a moment. */
static bool
may_pass(int ret)
{
	return ret == -EBUSY || ret == -EAGAIN || ret == -ETIMEDOUT;
}

static int
flush(struct restore *r, struct spp_error *err)
{
	struct spp_flush_result result;
	int ret;

	for (;;) {
		r->faults.nb = 0;
		ret = spp_txn_flush(r->txn, &result, &r->faults);
		if (!may_pass(ret) || spp_clock_ms() - r->start_ms >= SPP_RESTORE_WAIT_MS)
			break;
		usleep(RETRY_US);
	}
	if (ret < 0 && r->faults.nb > 0)
		*err = r->faults.items[0].err;
	return ret;
}

/** @return 0, or -errno: then nothing is staged */
static int
apply(struct restore *r, const char *text, size_t length, struct spp_error *err)
{
	struct spp_fault fault;
	int ret;

	ret = spp_request_parse(text, length, &r->request, &fault);
	if (ret < 0) {
		*err = fault.err;
		return ret;
	}
	spp_request_set_saved(r->request);
	spp_txn_begin(r->txn);
	spp_txn_restore(r->txn, true);
	ret = stage_all(r, err);
	if (ret == 0)
		ret = flush(r, err);
	spp_txn_restore(r->txn, false);
	if (ret < 0)
		spp_txn_cancel(r->txn);
	spp_request_destroy(r->request);
	return ret;
}

static void
set_aside(const char *path, int why, struct spp_error *err)
{
	char name[SPP_STATE_PATH_SIZE];
	struct spp_error reason = *err, failed;

	if (why == -ENOMEM)
		snprintf(name, sizeof(name), "left as it is");
	else if (spp_state_set_aside(path, name, &failed) < 0)
		snprintf(name, sizeof(name), "%.200s", failed.text);
	spp_error(err, -why, "state file %.200s: %.200s; %s%.80s: no wiring is restored", path,
		  reason.text, strstr(name, ".bad-") != NULL ? "set aside as " : "", name);
}

static void
say_restored(const struct restore *r, const char *path, void (*log)(int priority, const char *line))
{
	const struct spp_model *model = spp_txn_running(r->txn);
	char line[SPP_STATE_PATH_SIZE + 192];

	snprintf(line, sizeof(line),
		 "state file %s: wiring restored: %u components, %u table entries; %llu ms", path,
		 model->nb_components, model->nb_entries,
		 (unsigned long long)(spp_clock_ms() - r->start_ms));
	log(LOG_NOTICE, line);
	if (r->nb_labels_left_out > 0) {
		snprintf(
			line, sizeof(line),
			"state file %s: labels that are none, or of ports that this spp_vf may not "
			"use: %u left out",
			path, r->nb_labels_left_out);
		log(LOG_WARNING, line);
	}
	if (r->nb_vid0 == 0)
		return;
	snprintf(line, sizeof(line),
		 "state file %s: table entries of VLAN id 0, which is a priority and no VLAN: %u; "
		 "read as untagged, but for %u whose address leads elsewhere untagged",
		 path, r->nb_vid0, r->nb_left_out);
	log(LOG_WARNING, line);
}

int
spp_restore(struct spp_txn *txn, const char *path, unsigned int process_id,
	    void (*log)(int priority, const char *line), struct spp_error *err)
{
	struct restore *r = calloc(1, sizeof(*r));
	size_t length;
	char *text;
	int ret;

	if (r == NULL)
		return spp_error(err, ENOMEM, "state file %s: out of memory", path);
	r->txn = txn;
	r->start_ms = spp_clock_ms();
	ret = spp_state_read(path, process_id, &text, &length, err);
	if (ret == 0) {
		ret = apply(r, text, length, err);
		free(text);
		if (ret == 0) {
			if (log != NULL)
				say_restored(r, path, log);
			ret = 1;
		}
	} else if (ret == -ENOENT) {
		ret = 0;
		goto out;
	}
	if (ret < 0) {
		set_aside(path, ret, err);
		if (log != NULL)
			log(LOG_ERR, err->text);
	}
out:
	free(r);
	return ret;
}
