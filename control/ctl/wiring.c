/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `dump`, `diff FILE` and `apply FILE`. See wiring.h. dump and diff only look and need no
 * spp_agent.
 */
#include "ctl/wiring.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "change/diff.h"
#include "change/dump.h"
#include "change/process.h"
#include "change/wiring.h"
#include "ctl/ask.h"
#include "ctl/change.h"
#include "ctl/complain.h"
#include "ctl/file.h"
#include "ctl/name.h"
#include "ctl/reply.h"
#include "ctl/target.h"
#include "spp/error.h"

#define DIFF_DIFFERS 1 /* as of diff(1) */

/* The wiring a process has now. NULL: *code is the exit code, and it was complained. */
static struct wiring *
read_running(const struct ctl *ctl, const char *name, int *code)
{
	struct wiring *wiring = wiring_create();
	struct spp_error err = {""};
	json_t *reply = NULL;
	int ret = ctl_ask_status(ctl, name, &reply, &err);

	if (ret == 0 && wiring != NULL)
		ret = wiring_read(wiring, json_object_get(reply, "info"), &err);
	json_decref(reply);
	if (ret == 0 && wiring != NULL)
		return wiring;
	if (ret == -EPROTO)
		ctl_complain("%s: %s", name, err.text);
	else
		ctl_complain("%s", err.text); /* it names the process */
	wiring_destroy(wiring);
	*code = ret == -EPROTO ? CTL_ERROR : CTL_UNREACHABLE;
	return NULL;
}

/* The spp_vf a file is for: --to, else what the file says, else the only one. -1: go on. */
static int
find_target(const struct ctl *ctl, const json_t *file, char name[SPP_PROCESS_NAME_SIZE])
{
	const json_t *process = json_object_get(file, "process");

	if (ctl->to != NULL || process == NULL)
		return ctl_target_find(ctl, NULL, NULL, name);
	spp_process_name((unsigned int)json_integer_value(process), name);
	return -1;
}

static bool
is_vf(const char *name)
{
	if (strcmp(name, "primary") != 0)
		return true;
	ctl_complain("primary: has no wiring (vf1, vf2 ...)");
	return false;
}

/* One command a line: such a file is read, and compared, by people. */
static void
print_dump(const json_t *dump)
{
	const json_t *commands = json_object_get(dump, "commands"), *command;
	size_t i;

	printf("{\"version\": %.0f, \"process\": %.0f, \"labels\": ",
	       ctl_reply_number(dump, "version"), ctl_reply_number(dump, "process"));
	json_dumpf(json_object_get(dump, "labels"), stdout, 0);
	fputs(", \"commands\": [", stdout);
	json_array_foreach (commands, i, command) {
		fputs(i > 0 ? ",\n  " : "\n  ", stdout);
		json_dumpf(command, stdout, 0);
	}
	puts(json_array_size(commands) > 0 ? "\n]}" : "]}");
}

int
ctl_dump_run(const struct ctl *ctl, int nb, char **words)
{
	struct wiring *wiring;
	char name[SPP_PROCESS_NAME_SIZE];
	json_t *dump;
	int code = -1;

	if (nb > 0 && !ctl_name_check(words[0]))
		return CTL_USAGE;
	if (nb > 0)
		snprintf(name, sizeof(name), "%s", words[0]);
	else
		code = find_target(ctl, NULL, name);
	if (code >= 0)
		return code;
	if (!is_vf(name))
		return CTL_USAGE;
	wiring = read_running(ctl, name, &code);
	if (wiring == NULL)
		return code;
	dump = wiring_dump(wiring);
	print_dump(dump);
	json_decref(dump);
	wiring_destroy(wiring);
	return CTL_OK;
}

/* What the file would change. NULL: *code is the exit code, and it was complained. */
static json_t *
compare(const struct ctl *ctl, const char *name, const char *path, const json_t *file, int *code)
{
	struct wiring *from = read_running(ctl, name, code), *to;
	struct spp_error err = {""};
	json_t *lines = NULL;

	if (from == NULL)
		return NULL;
	to = wiring_copy(from);
	if (to == NULL)
		spp_error(&err, ENOMEM, "out of memory");
	else
		wiring_clear(to);
	if (to != NULL && wiring_take(to, json_object_get(file, "commands"), &err) == 0 &&
	    wiring_take_labels(to, json_object_get(file, "labels"), &err) == 0)
		lines = wiring_lines(from, to);
	if (lines == NULL) {
		ctl_complain("%s: %s", ctl_file_shown(path), err.text);
		*code = CTL_USAGE;
	}
	wiring_destroy(from);
	wiring_destroy(to);
	return lines;
}

/* Reads the file and finds its spp_vf. -1: go on, else the exit code. */
static int
open_file(const struct ctl *ctl, const char *path, json_t **file, char *name)
{
	struct spp_error err = {""};
	int code;

	if (ctl_file_wiring(path, file, &err) < 0) {
		ctl_complain("%s", err.text);
		return CTL_USAGE;
	}
	code = find_target(ctl, *file, name);
	if (code < 0 && !is_vf(name))
		code = CTL_USAGE;
	if (code >= 0)
		json_decref(*file);
	return code;
}

int
ctl_diff_run(const struct ctl *ctl, int nb, char **words)
{
	json_t *file, *lines;
	char name[SPP_PROCESS_NAME_SIZE];
	int code = open_file(ctl, words[0], &file, name);

	if (code >= 0)
		return code;
	lines = compare(ctl, name, words[0], file, &code);
	json_decref(file);
	if (lines == NULL)
		return code;
	code = json_array_size(lines) > 0 ? DIFF_DIFFERS : CTL_OK;
	if (ctl->json) {
		json_t *out = json_pack("{s:s, s:O}", "to", name, "changes", lines);

		ctl_reply_print(out);
		json_decref(out);
	} else if (code == DIFF_DIFFERS) {
		ctl_change_print_lines(name, lines);
	}
	json_decref(lines);
	return code;
}

int
ctl_apply_run(const struct ctl *ctl, int nb, char **words)
{
	json_t *file, *lines, *request;
	char name[SPP_PROCESS_NAME_SIZE];
	int code = open_file(ctl, words[0], &file, name);

	if (code >= 0)
		return code;
	lines = compare(ctl, name, words[0], file, &code);
	if (lines == NULL) {
		json_decref(file);
		return code;
	}
	if (!ctl->json && json_array_size(lines) > 0) {
		ctl_change_print_lines(name, lines);
		fflush(stdout); /* before it is done */
	}
	json_decref(lines);
	request = json_pack("{s:s, s:O, s:O*}", "change", "apply", "commands",
			    json_object_get(file, "commands"), "labels",
			    json_object_get(file, "labels"));
	json_decref(file);
	return ctl_change_ask(ctl, name, request, true);
}
