/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A change in sppctl's words. See change.h.
 */
#include "agent/change.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "agent/log.h"
#include "change/address.h"
#include "change/core.h"
#include "change/diff.h"
#include "change/note.h"
#include "change/patch.h"
#include "change/plug.h"
#include "change/plug_switch.h"
#include "change/reflect.h"
#include "change/wiring.h"
#include "wiring/names.h"
#include "json/load.h"

struct agent_change {
	json_t *request;
	char title[160]; /**< "plug vhost0 00:11:22:33:44:55" */
	bool dry_run;
	json_t *notes, *lines, *commands; /**< once planned */
};

typedef int (*change_fn)(struct wiring *wiring, const json_t *request, json_t *notes,
			 struct spp_error *err);

static int
get_port(const json_t *request, const char *key, struct spp_port *port, struct spp_error *err)
{
	const char *text = json_string_value(json_object_get(request, key));

	if (text == NULL)
		return spp_error(err, EINVAL, "request without \"%s\"", key);
	return spp_port_parse(text, port, err);
}

static int
get_vhost(const json_t *request, struct spp_port *port, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE];
	int ret = get_port(request, "port", port, err);

	if (ret == 0 && port->kind != SPP_PORT_VHOST)
		return spp_error(err, EINVAL, "%s: not a vhost (vhost0, vhost1 ...)",
				 spp_port_format(*port, name));
	return ret;
}

/* The VLAN of a plug, SPP_VID_NONE: none. */
static int
get_vid(const json_t *request, uint16_t *vid, struct spp_error *err)
{
	const json_t *vlan = json_object_get(request, "vlan");
	json_int_t value = json_integer_value(vlan);

	*vid = SPP_VID_NONE;
	if (vlan == NULL)
		return 0;
	if (!json_is_integer(vlan) || value < 0 || value > UINT16_MAX)
		return spp_error(err, EINVAL, "\"vlan\": not a VLAN (1 to %d)", SPP_VID_MAX);
	*vid = (uint16_t)value;
	return spp_vid_check(*vid, err);
}

/* A plug keeps what a guest sends to the next bridge from the NIC, unless told otherwise. */
static int
get_filter(const json_t *request, struct wiring_plug *plug, struct spp_error *err)
{
	const json_t *filter = json_object_get(request, "guest_filter");
	const char *text = json_string_value(filter);

	plug->filter = SPP_FILTER_RESERVED;
	plug->filter_given = filter != NULL;
	return filter != NULL ? spp_filter_parse(text != NULL ? text : "", &plug->filter, err) : 0;
}

/* A member that is true, false, or not there. */
static int
get_flag(const json_t *request, const char *key, bool *out, struct spp_error *err)
{
	const json_t *flag = json_object_get(request, key);

	*out = json_is_true(flag);
	if (flag != NULL && !json_is_boolean(flag))
		return spp_error(err, EINVAL, "\"%s\": neither true nor false", key);
	return 0;
}

/* What the VM is called. */
static int
get_label(const json_t *request, struct wiring_plug *plug, struct spp_error *err)
{
	const json_t *name = json_object_get(request, "name");
	const char *text = json_string_value(name);
	struct spp_error why = {""};

	plug->label = text != NULL && spp_word_is_none(text) ? "" : text;
	if (name == NULL || (text != NULL && plug->label[0] == '\0'))
		return 0;
	if (spp_label_check(text != NULL ? text : "", &why) < 0)
		return spp_error(err, EINVAL, "name: %s", why.text);
	return 0;
}

static int
change_plug(struct wiring *wiring, const json_t *request, json_t *notes, struct spp_error *err)
{
	const char *mac = json_string_value(json_object_get(request, "mac"));
	const json_t *nic = json_object_get(request, "nic");
	struct wiring_plug plug = {.nic = -1};
	bool to_switch = false;
	struct spp_port port;
	int ret = get_vhost(request, &plug.vhost, err);

	if (ret == 0)
		ret = spp_table_value_parse(SPP_TABLE_MAC, mac != NULL ? mac : "", &plug.entry,
					    err);
	if (ret == 0 && nic != NULL) {
		ret = get_port(request, "nic", &port, err);
		if (ret == 0 && !spp_port_is_wire(port))
			return spp_error(err, EINVAL, "--nic %s: not a NIC (nic0, nic1 ...)",
					 json_string_value(nic));
		plug.nic = (int)spp_port_id(port);
	}
	if (ret == 0)
		ret = get_vid(request, &plug.entry.vid, err);
	if (ret == 0)
		ret = get_filter(request, &plug, err);
	if (ret == 0)
		ret = get_label(request, &plug, err);
	if (ret == 0)
		ret = get_flag(request, "source_check", &plug.source_check, err);
	if (ret == 0)
		ret = get_flag(request, "switch", &to_switch, err);
	if (ret < 0)
		return ret;
	return to_switch ? wiring_plug_switch(wiring, &plug, notes, err)
			 : wiring_plug(wiring, &plug, notes, err);
}

static int
change_address(struct wiring *wiring, const json_t *request, json_t *notes, struct spp_error *err)
{
	const char *action = json_string_value(json_object_get(request, "action"));
	const char *mac = json_string_value(json_object_get(request, "mac"));
	bool add = action != NULL && strcmp(action, "add") == 0;
	struct spp_table_entry entry = {.vid = SPP_VID_NONE};
	struct spp_port vhost;
	int ret = get_vhost(request, &vhost, err);

	if (ret == 0 && !add && (action == NULL || strcmp(action, "del") != 0))
		ret = spp_error(err, EINVAL, "\"action\": not add or del");
	if (ret == 0)
		ret = spp_table_value_parse(SPP_TABLE_MAC, mac != NULL ? mac : "", &entry, err);
	if (ret == 0)
		ret = get_vid(request, &entry.vid, err);
	return ret < 0 ? ret : wiring_address(wiring, vhost, &entry, add, notes, err);
}

static int
change_unplug(struct wiring *wiring, const json_t *request, json_t *notes, struct spp_error *err)
{
	struct spp_port vhost;
	int ret = get_vhost(request, &vhost, err);

	if (ret < 0)
		return ret;
	if (!wiring_is_switched(wiring, vhost))
		return wiring_unplug(wiring, vhost, notes, err);
	wiring_unplug_switch(wiring, vhost, notes);
	return 0;
}

static int
change_patch(struct wiring *wiring, const json_t *request, json_t *notes, struct spp_error *err)
{
	struct spp_port a, b;

	if (get_port(request, "port", &a, err) < 0 || get_port(request, "other", &b, err) < 0)
		return -EINVAL;
	return wiring_patch(wiring, a, b, notes, err);
}

static int
change_unpatch(struct wiring *wiring, const json_t *request, json_t *notes, struct spp_error *err)
{
	bool both = json_object_get(request, "other") != NULL;
	struct spp_port a, b;
	int ret = get_port(request, "port", &a, err);

	if (ret == 0 && both)
		ret = get_port(request, "other", &b, err);
	return ret < 0 ? ret : wiring_unpatch(wiring, a, both ? &b : NULL, notes, err);
}

static int
change_move(struct wiring *wiring, const json_t *request, json_t *notes, struct spp_error *err)
{
	const char *component = json_string_value(json_object_get(request, "component"));
	const char *core = json_string_value(json_object_get(request, "core"));

	if (component == NULL || core == NULL)
		return spp_error(err, EINVAL, "request without \"component\" or \"core\"");
	return wiring_move(wiring, component, core, err);
}

static int
change_apply(struct wiring *wiring, const json_t *request, json_t *notes, struct spp_error *err)
{
	const json_t *commands = json_object_get(request, "commands");
	const json_t *labels = json_object_get(request, "labels");
	int ret;

	if (!json_is_array(commands))
		return spp_error(err, EINVAL, "request without \"commands\"");
	wiring_clear(wiring);
	ret = wiring_take(wiring, commands, err);
	if (ret == 0)
		ret = wiring_take_labels(wiring, labels, err);
	if (ret == 0 && !wiring->labels && json_object_size(labels) > 0)
		wiring_note(notes,
			    "the names of ports in the file are left out: vf%u is of an older "
			    "version",
			    wiring->inventory.process_id);
	return ret;
}

static const struct change_word {
	const char *word;
	change_fn run;
} change_words[] = {
	{"plug", change_plug},   {"unplug", change_unplug},   {"address", change_address},
	{"patch", change_patch}, {"unpatch", change_unpatch}, {"move", change_move},
	{"apply", change_apply},
};

static const struct change_word *
find_word(const json_t *request)
{
	const char *word = json_string_value(json_object_get(request, "change"));

	for (size_t i = 0; i < sizeof(change_words) / sizeof(change_words[0]); i++)
		if (word != NULL && strcmp(change_words[i].word, word) == 0)
			return &change_words[i];
	return NULL;
}

/* As it would be typed; whoever looks at it later has a terminal: printable ASCII only. */
static void
make_title(struct agent_change *change)
{
	static const char *const keys[][2] = {
		{"change", ""}, {"action", " "},    {"port", " "},
		{"mac", " "},   {"vlan", " vlan "}, {"name", " --name "},
		{"other", " "}, {"component", " "}, {"core", " "},
	};
	size_t used = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && used < sizeof(change->title);
	     i++) {
		const json_t *value = json_object_get(change->request, keys[i][0]);
		char *at = change->title + used;

		if (json_is_string(value))
			used += (size_t)snprintf(at, sizeof(change->title) - used, "%s%.40s",
						 keys[i][1], json_string_value(value));
		else if (json_is_integer(value))
			used += (size_t)snprintf(at, sizeof(change->title) - used,
						 "%s%" JSON_INTEGER_FORMAT, keys[i][1],
						 json_integer_value(value));
	}
	for (char *c = change->title; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

int
agent_change_create(const char *text, size_t size, struct agent_change **out, struct spp_error *err)
{
	struct agent_change *change = calloc(1, sizeof(*change));
	json_error_t where;

	if (change == NULL)
		return spp_error(err, ENOMEM, "spp_agent is out of memory");
	change->request = spp_json_load(text, size, 0, &where);
	if (change->request == NULL && spp_json_no_memory(&where)) {
		agent_change_destroy(change);
		return spp_error(err, ENOMEM, "spp_agent is out of memory");
	}
	if (find_word(change->request) == NULL) {
		agent_change_destroy(change);
		return spp_error(err, EINVAL,
				 "unknown \"change\" (plug, unplug, address, patch, unpatch, "
				 "move, apply)");
	}
	change->dry_run = json_is_true(json_object_get(change->request, "dry_run"));
	change->notes = json_array();
	make_title(change);
	*out = change;
	return 0;
}

void
agent_change_destroy(struct agent_change *change)
{
	if (change == NULL)
		return;
	json_decref(change->request);
	json_decref(change->notes);
	json_decref(change->lines);
	json_decref(change->commands);
	free(change);
}

bool
agent_change_is_dry(const struct agent_change *change)
{
	return change->dry_run;
}

const char *
agent_change_title(const struct agent_change *change)
{
	return change->title;
}

bool
agent_change_planned(const struct agent_change *change)
{
	return change->commands != NULL;
}

static int
plan(struct agent_change *change, const struct wiring *from, struct spp_error *err)
{
	const struct change_word *word = find_word(change->request);
	struct wiring *to = wiring_copy(from);
	int ret;

	if (to == NULL)
		return spp_error(err, ENOMEM, "spp_agent is out of memory");
	ret = word->run(to, change->request, change->notes, err);
	if (ret == 0) {
		wiring_note_reflections(to, change->notes);
		change->lines = wiring_lines(from, to);
		change->commands = wiring_commands(from, to);
	}
	wiring_destroy(to);
	return ret;
}

static int
plan_of_status(struct agent_change *change, const char *reply, size_t size, struct spp_error *err)
{
	struct wiring *wiring = wiring_create();
	json_t *root = spp_json_load(reply, size, 0, NULL);
	int ret;

	if (wiring == NULL)
		ret = spp_error(err, ENOMEM, "spp_agent is out of memory");
	else
		ret = wiring_read(wiring, json_object_get(root, "info"), err);
	if (ret == 0 && wiring->staged && !change->dry_run)
		ret = spp_error(err, EBUSY,
				"something is staged there that waits for a flush, and a change "
				"would take it along (`sppctl send` a {\"command\":\"flush\"} or "
				"{\"command\":\"cancel\"} first)");
	if (ret == 0)
		ret = plan(change, wiring, err);
	wiring_destroy(wiring);
	json_decref(root);
	return ret;
}

int
agent_change_plan(struct agent_change *change, const char *reply, size_t size, char **message,
		  struct spp_error *err)
{
	json_t *body;
	int ret = plan_of_status(change, reply, size, err);

	*message = NULL;
	if (ret < 0 || change->dry_run || json_array_size(change->commands) == 0)
		return ret;
	json_array_append_new(change->commands, json_pack("{s:s}", "command", "flush"));
	body = json_pack("{s:O}", "commands", change->commands);
	*message = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	json_decref(body);
	return *message != NULL ? 0 : spp_error(err, ENOMEM, "spp_agent is out of memory");
}

char *
agent_change_result(const struct agent_change *change, const char *reply, size_t size)
{
	json_t *answer = reply != NULL ? spp_json_load(reply, size, 0, NULL) : json_null();
	json_t *root = json_pack("{s:s, s:{s:O, s:O, s:O, s:o}}", "result", "success", "reply",
				 "notes", change->notes, "changes", change->lines, "commands",
				 change->commands, "reply", answer);
	char *text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;

	json_decref(root);
	return text;
}

/* "+ core 4   forward ring0 -> vhost0; ..." as far as a line has room. */
void
agent_change_log(const struct agent_change *change, const char *name, const char *who,
		 const char *result)
{
	char text[1024] = "";
	size_t used = 0, i;
	const json_t *line;

	json_array_foreach (change->lines, i, line) {
		if (used >= sizeof(text))
			break;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
					 i > 0 ? "; " : "", json_string_value(line));
	}
	agent_log(LOG_NOTICE, "%s: %s (asked by %s): %s%s%s", name, change->title, who, result,
		  text[0] != '\0' ? ": " : "", text);
}
