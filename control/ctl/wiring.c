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
#include "ctl/find.h"
#include "ctl/name.h"
#include "ctl/reply.h"
#include "ctl/target.h"
#include "spp/error.h"
#include "spp/limits.h"
#include "json/dump.h"

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
	fputs(json_array_size(commands) > 0 ? "\n]}" : "]}", stdout);
}

static size_t
nb_vfs(const json_t *infos)
{
	return json_object_size(infos) - (json_object_get(infos, "primary") != NULL ? 1 : 0);
}

/* All that are there, in one file. */
static int
dump_host(const struct ctl *ctl, const json_t *infos)
{
	const char *name;
	json_t *info;
	bool first = true;
	int code = CTL_OK;

	printf("{\"version\": %d, \"processes\": [", SPP_DUMP_VERSION);
	json_object_foreach ((json_t *)infos, name, info) {
		struct wiring *wiring =
			strcmp(name, "primary") != 0 ? read_running(ctl, name, &code) : NULL;
		json_t *dump = wiring != NULL ? wiring_dump(wiring) : NULL;

		if (dump != NULL) {
			puts(first ? "" : ",");
			print_dump(dump);
			first = false;
		}
		json_decref(dump);
		wiring_destroy(wiring);
	}
	puts("]}");
	return code;
}

static int
dump_one(const struct ctl *ctl, const char *name)
{
	struct wiring *wiring;
	json_t *dump;
	int code = CTL_OK;

	if (!is_vf(name))
		return CTL_USAGE;
	wiring = read_running(ctl, name, &code);
	if (wiring == NULL)
		return code;
	dump = wiring_dump(wiring);
	print_dump(dump);
	putchar('\n');
	json_decref(dump);
	wiring_destroy(wiring);
	return CTL_OK;
}

int
ctl_dump_run(const struct ctl *ctl, int nb, char **words)
{
	char name[SPP_PROCESS_NAME_SIZE];
	struct ctl_found all;
	json_t *infos;
	int code;

	if (nb > 0)
		return ctl_name_check(words[0]) ? dump_one(ctl, words[0]) : CTL_USAGE;
	if (ctl->to != NULL)
		return dump_one(ctl, ctl->to);
	ctl_find(ctl, &all);
	infos = ctl_find_infos(&all);
	/* A host of which one does not answer is no whole host. */
	code = ctl_find_complain(&all) > 0 ? CTL_UNREACHABLE : CTL_OK;
	if (code == CTL_OK && nb_vfs(infos) > 1)
		code = dump_host(ctl, infos);
	else if (code == CTL_OK && (code = ctl_target_among(ctl, &all, NULL, NULL, name)) < 0)
		code = dump_one(ctl, name);
	json_decref(infos);
	ctl_find_free(&all);
	return code;
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

/* A file, and for whom it is: of one spp_vf, or of several. */
struct panel {
	const char *path;
	json_t *file;
	unsigned int nb;
	const json_t *parts[SPP_VF_MAX]; /**< of the file */
	char names[SPP_VF_MAX][SPP_PROCESS_NAME_SIZE];
	json_t *lines[SPP_VF_MAX]; /**< what it would change */
};

static void
close_panel(struct panel *panel)
{
	for (unsigned int i = 0; i < panel->nb; i++)
		json_decref(panel->lines[i]);
	json_decref(panel->file);
}

/* The parts of a file of several; of one of them when --to names it. -1: go on. */
static int
take_parts(const struct ctl *ctl, struct panel *panel)
{
	const json_t *part;
	size_t i;

	json_array_foreach (json_object_get(panel->file, "processes"), i, part) {
		char *name = panel->names[panel->nb];

		spp_process_name((unsigned int)json_integer_value(json_object_get(part, "process")),
				 name);
		if (ctl->to != NULL && strcmp(ctl->to, name) != 0)
			continue;
		panel->parts[panel->nb++] = part;
	}
	if (panel->nb > 0)
		return -1;
	ctl_complain("%s: has no wiring of %s", ctl_file_shown(panel->path), ctl->to);
	return CTL_USAGE;
}

/* Reads the file, finds its spp_vf, and compares. -1: go on, else the exit code. */
static int
open_panel(const struct ctl *ctl, const char *path, struct panel *panel)
{
	struct spp_error err = {""};
	int code = -1;

	*panel = (struct panel){.path = path};
	if (ctl_file_wirings(path, &panel->file, &err) < 0) {
		ctl_complain("%s", err.text);
		return CTL_USAGE;
	}
	if (json_object_get(panel->file, "processes") != NULL) {
		code = take_parts(ctl, panel);
	} else {
		code = find_target(ctl, panel->file, panel->names[0]);
		panel->parts[0] = panel->file;
		panel->nb = 1;
	}
	for (unsigned int i = 0; i < panel->nb && code < 0; i++) {
		if (!is_vf(panel->names[i]))
			code = CTL_USAGE;
		else
			panel->lines[i] =
				compare(ctl, panel->names[i], path, panel->parts[i], &code);
	}
	if (code >= 0)
		close_panel(panel);
	return code;
}

static void
print_panel(const struct panel *panel)
{
	for (unsigned int i = 0; i < panel->nb; i++)
		if (json_array_size(panel->lines[i]) > 0)
			ctl_change_print_lines(panel->names[i], panel->lines[i]);
	fflush(stdout); /* before it is done */
}

static json_t *
encode_diff(const struct panel *panel)
{
	json_t *all = json_array(), *one;

	for (unsigned int i = 0; i < panel->nb; i++)
		json_array_append_new(all, json_pack("{s:s, s:O}", "to", panel->names[i], "changes",
						     panel->lines[i]));
	if (json_object_get(panel->file, "processes") != NULL)
		return json_pack("{s:o}", "processes", all);
	one = json_incref(json_array_get(all, 0));
	json_decref(all);
	return one;
}

int
ctl_diff_run(const struct ctl *ctl, int nb, char **words)
{
	struct panel panel;
	int code = open_panel(ctl, words[0], &panel);
	json_t *out;

	if (code >= 0)
		return code;
	code = CTL_OK;
	for (unsigned int i = 0; i < panel.nb; i++)
		if (json_array_size(panel.lines[i]) > 0)
			code = DIFF_DIFFERS;
	if (ctl->json) {
		out = encode_diff(&panel);
		ctl_reply_print(out);
		json_decref(out);
	} else {
		print_panel(&panel);
	}
	close_panel(&panel);
	return code;
}

/* One request for all of them. */
static json_t *
make_request(const struct panel *panel)
{
	json_t *request = json_pack("{s:s}", "change", "apply"), *with, *wirings;

	if (panel->nb == 1) {
		json_object_set(request, "commands", json_object_get(panel->parts[0], "commands"));
		json_object_set(request, "labels", json_object_get(panel->parts[0], "labels"));
		return request;
	}
	with = json_array();
	wirings = json_array();
	for (unsigned int i = 0; i < panel->nb; i++) {
		if (i > 0)
			json_array_append_new(with, json_string(panel->names[i]));
		json_array_append_new(
			wirings, json_pack("{s:O, s:O*}", "commands",
					   json_object_get(panel->parts[i], "commands"), "labels",
					   json_object_get(panel->parts[i], "labels")));
	}
	json_object_set_new(request, "with", with);
	json_object_set_new(request, "wirings", wirings);
	return request;
}

int
ctl_apply_run(const struct ctl *ctl, int nb, char **words)
{
	struct panel panel;
	char name[SPP_PROCESS_NAME_SIZE];
	json_t *request;
	int code = open_panel(ctl, words[0], &panel);

	if (code >= 0)
		return code;
	if (!ctl->json)
		print_panel(&panel);
	request = make_request(&panel);
	snprintf(name, sizeof(name), "%s", panel.names[0]);
	close_panel(&panel);
	return ctl_change_ask(ctl, name, request, true);
}
