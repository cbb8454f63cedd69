/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Decoding of JSON requests. See request.h.
 */
#include "json/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "wiring/names.h"
#include "json/labels.h"
#include "json/load.h"
#include "json/port.h"
#include "json/switch.h"

struct spp_request {
	json_t *root;
	json_t *commands;
	bool saved;
};

/** Members a command may have beside "command". */
#define MEMBERS_MAX 7

static const struct command_word {
	const char *word;
	enum spp_command_kind kind;
	const char *members[MEMBERS_MAX + 1];
} command_words[] = {
	{"process", SPP_CMD_PROCESS, {NULL}},
	{"component",
	 SPP_CMD_COMPONENT,
	 {"core_id", "type", "rx_ports", "tx_ports", "name", "pairs", "source_check"}},
	{"classifier_table", SPP_CMD_TABLE, {"type", "value", "port"}},
	{"label", SPP_CMD_LABEL, {"port", "label"}},
	{"flush", SPP_CMD_FLUSH, {NULL}},
	{"cancel", SPP_CMD_CANCEL, {NULL}},
	{"status", SPP_CMD_STATUS, {NULL}},
	{"clear", SPP_CMD_CLEAR, {"port"}},
	{"start", SPP_CMD_RECORD, {NULL}},
	{"stop", SPP_CMD_RECORD_END, {NULL}},
	{"exit", SPP_CMD_EXIT, {NULL}},
};

#define NB(array) (sizeof(array) / sizeof((array)[0]))

int
spp_request_parse(const char *data, size_t length, struct spp_request **out,
		  struct spp_fault *fault)
{
	struct spp_request *request;
	json_error_t error;
	json_t *root, *commands;
	int ret;

	root = spp_json_load(data, length, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL && spp_json_no_memory(&error))
		return spp_fault(fault, ENOMEM, "", "out of memory");
	if (root == NULL)
		return spp_fault(fault, EBADMSG, "", "line %d, column %d: %s", error.line,
				 error.column, error.text);
	commands = json_object_get(root, "commands");
	if (!json_is_array(commands))
		ret = spp_fault(fault, EINVAL, "commands",
				"no array \"commands\" in it (as {\"commands\":[{...}]})");
	else if (json_array_size(commands) > SPP_REQUEST_COMMANDS_MAX)
		ret = spp_fault(fault, EINVAL, "commands", "%zu commands (at most %d)",
				json_array_size(commands), SPP_REQUEST_COMMANDS_MAX);
	else if ((request = malloc(sizeof(*request))) == NULL)
		ret = spp_fault(fault, ENOMEM, "", "out of memory");
	else {
		*request = (struct spp_request){root, commands, false};
		*out = request;
		return 0;
	}
	json_decref(root);
	return ret;
}

void
spp_request_destroy(struct spp_request *request)
{
	if (request == NULL)
		return;
	json_decref(request->root);
	free(request);
}

void
spp_request_set_saved(struct spp_request *request)
{
	request->saved = true;
	spp_labels_put_commands(json_object_get(request->root, "labels"), request->commands);
}

unsigned int
spp_request_nb_commands(const struct spp_request *request)
{
	return (unsigned int)json_array_size(request->commands);
}

static int
bad_type(const char *member, const json_t *value, const char *right, struct spp_fault *fault)
{
	char place[32];

	snprintf(place, sizeof(place), ".%s", member);
	return spp_fault(fault, EINVAL, place, "bad value type(%s): it is %s (would be %s)", member,
			 spp_json_kind(value), right);
}

static int
missing(const char *member, const char *command, struct spp_fault *fault)
{
	char place[32];

	snprintf(place, sizeof(place), ".%s", member);
	return spp_fault(fault, EINVAL, place, "not enough parameter(%s): \"%s\" needs it", member,
			 command);
}

static int
bad_value(const char *member, const struct spp_error *why, struct spp_fault *fault)
{
	char place[32];

	snprintf(place, sizeof(place), ".%s", member);
	return spp_fault(fault, EINVAL, place, "bad value(%s): %s", member, why->text);
}

/** A member that must be there and be a string. */
static int
get_string(const json_t *command, const char *word, const char *member, const char **out,
	   struct spp_fault *fault)
{
	json_t *value = json_object_get(command, member);

	if (value == NULL)
		return missing(member, word, fault);
	if (!json_is_string(value))
		return bad_type(member, value, "a string", fault);
	*out = json_string_value(value);
	return 0;
}

static int
get_core(const json_t *command, uint16_t *out, struct spp_fault *fault)
{
	json_t *value = json_object_get(command, "core_id");
	char text[24];
	const char *digits = text;
	unsigned int number;

	if (value == NULL)
		return missing("core_id", "component", fault);
	if (json_is_integer(value))
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value))
		digits = json_string_value(value);
	else
		return bad_type("core_id", value, "a number or a string of digits", fault);
	if (spp_number_parse(digits, SPP_LCORE_MAX, &number) < 0)
		return spp_fault(fault, EINVAL, ".core_id",
				 "bad value(core_id): \"%.80s\" is not a core number", digits);
	*out = (uint16_t)number;
	return 0;
}

static int
get_ports(const json_t *command, const char *member, struct spp_attachment *ports, uint16_t *nb,
	  struct spp_fault *fault)
{
	json_t *array = json_object_get(command, member);
	char place[32];
	size_t i;
	json_t *value;
	int ret;

	*nb = 0;
	if (array == NULL)
		return 0;
	if (!json_is_array(array))
		return bad_type(member, array, "an array of ports", fault);
	snprintf(place, sizeof(place), ".%s", member);
	if (json_array_size(array) > SPP_SIDE_MAX)
		return spp_fault(fault, EINVAL, place, "bad value(%s): %zu ports (at most %d)",
				 member, json_array_size(array), SPP_SIDE_MAX);
	json_array_foreach (array, i, value) {
		ret = spp_port_json_decode(value, member, i, &ports[i], fault);
		if (ret < 0)
			return ret;
	}
	*nb = (uint16_t)json_array_size(array);
	return 0;
}

static int
decode_component(const json_t *json, struct spp_command *out, struct spp_fault *fault)
{
	struct spp_component *component = &out->component;
	enum spp_component_type type = SPP_FORWARD;
	json_t *name = json_object_get(json, "name");
	const char *text = NULL;
	struct spp_error why;
	int ret;

	ret = get_core(json, &component->lcore_id, fault);
	if (ret == 0)
		ret = get_string(json, "component", "type", &text, fault);
	if (ret < 0)
		return ret;
	out->clear = spp_word_is_none(text);
	if (!out->clear && spp_type_parse(text, &type, &why) < 0)
		return bad_value("type", &why, fault);
	component->type = (uint8_t)type;
	component->queue = 0;
	component->name[0] = '\0';
	if (name != NULL && !json_is_string(name))
		return bad_type("name", name, "a string", fault);
	if (name != NULL) {
		if (spp_name_check(json_string_value(name), &why) < 0)
			return bad_value("name", &why, fault);
		snprintf(component->name, sizeof(component->name), "%s", json_string_value(name));
	}
	ret = get_ports(json, "rx_ports", component->rx, &component->nb_rx, fault);
	if (ret == 0)
		ret = get_ports(json, "tx_ports", component->tx, &component->nb_tx, fault);
	return ret == 0 ? spp_switch_json_decode(json, component, fault) : ret;
}

static int
decode_table(const json_t *json, bool saved, struct spp_command *out, struct spp_fault *fault)
{
	const json_t *port = json_object_get(json, "port");
	const char *type = NULL, *value = NULL;
	enum spp_table_kind kind;
	struct spp_error why;
	int ret;

	ret = get_string(json, "classifier_table", "type", &type, fault);
	if (ret == 0)
		ret = get_string(json, "classifier_table", "value", &value, fault);
	if (ret == 0 && port == NULL)
		ret = missing("port", "classifier_table", fault);
	if (ret < 0)
		return ret;
	if (strcmp(type, "mac") == 0)
		kind = SPP_TABLE_MAC;
	else if (strcmp(type, "vlan") == 0)
		kind = saved ? SPP_TABLE_SAVED : SPP_TABLE_VLAN;
	else
		return spp_fault(fault, EINVAL, ".type",
				 "bad value(type): \"%.80s\" is not a kind of entry (mac or vlan)",
				 type);
	if (spp_table_value_parse(kind, value, &out->entry, &why) < 0)
		return bad_value("value", &why, fault);
	out->vid0 = kind == SPP_TABLE_SAVED && out->entry.vid == SPP_VID_NONE;
	out->clear = json_is_string(port) && spp_word_is_none(json_string_value(port));
	return out->clear ? 0 : spp_entry_ports_json_decode(port, &out->entry, fault);
}

/** Without a port everything is meant. */
static int
decode_clear(const json_t *json, struct spp_command *out, struct spp_fault *fault)
{
	const char *port = NULL;
	struct spp_error why;
	int ret;

	if (json_object_get(json, "port") == NULL)
		return 0;
	out->one_port = true;
	ret = get_string(json, "clear", "port", &port, fault);
	if (ret < 0)
		return ret;
	return spp_port_parse(port, &out->entry.port, &why) < 0 ? bad_value("port", &why, fault)
								: 0;
}

/** "none" takes it away. */
static int
decode_label(const json_t *json, struct spp_command *out, struct spp_fault *fault)
{
	const char *port = NULL, *label = NULL;
	struct spp_error why;
	int ret;

	ret = get_string(json, "label", "port", &port, fault);
	if (ret == 0)
		ret = get_string(json, "label", "label", &label, fault);
	if (ret < 0)
		return ret;
	out->clear = spp_word_is_none(label);
	if (spp_port_parse(port, &out->entry.port, &why) < 0)
		return bad_value("port", &why, fault);
	if (!out->clear && spp_label_check(label, &why) < 0)
		return bad_value("label", &why, fault);
	snprintf(out->label, sizeof(out->label), "%s", out->clear ? "" : label);
	return 0;
}

/** A misspelt member would otherwise leave a component without its ports, silently. */
static int
check_members(const struct command_word *word, json_t *json, struct spp_fault *fault)
{
	char known[96] = "";
	const char *key;
	json_t *value;
	size_t i, used = 0;

	json_object_foreach (json, key, value) {
		if (strcmp(key, "command") == 0)
			continue;
		for (i = 0; word->members[i] != NULL && strcmp(word->members[i], key) != 0;)
			i++;
		if (word->members[i] != NULL)
			continue;
		for (i = 0; word->members[i] != NULL; i++)
			used += (size_t)snprintf(known + used, sizeof(known) - used, ", %s",
						 word->members[i]);
		return spp_fault(fault, EINVAL, "",
				 "bad value(%.80s): \"%s\" has no such member (it has: command%s)",
				 key, word->word, known);
	}
	return 0;
}

static int
find_word(const json_t *json, const struct command_word **out, struct spp_fault *fault)
{
	const char *word;
	size_t i;
	int ret;

	if (!json_is_object(json))
		return spp_fault(fault, EINVAL, "",
				 "bad value type(commands): it holds %s (would be an object)",
				 spp_json_kind(json));
	ret = get_string(json, "a command", "command", &word, fault);
	if (ret < 0)
		return ret;
	for (i = 0; i < NB(command_words); i++) {
		if (strcmp(word, command_words[i].word) == 0) {
			*out = &command_words[i];
			return 0;
		}
	}
	return spp_fault(fault, EINVAL, ".command",
			 "unknown command(%.80s): known are process, component, classifier_table, "
			 "label, flush, cancel, status, clear, exit; start and stop of a spp_pcap",
			 word);
}

int
spp_request_command(const struct spp_request *request, unsigned int k, struct spp_command *out,
		    struct spp_fault *fault)
{
	json_t *json = json_array_get(request->commands, k);
	const struct command_word *word = NULL;
	int ret;

	ret = find_word(json, &word, fault);
	if (ret == 0)
		ret = check_members(word, json, fault);
	if (ret < 0)
		return ret;
	out->kind = word->kind;
	out->clear = out->from_port = out->one_port = out->vid0 = false;
	out->setting = SPP_SET_NOTHING;
	if (word->kind == SPP_CMD_COMPONENT)
		return decode_component(json, out, fault);
	if (word->kind == SPP_CMD_TABLE)
		return decode_table(json, request->saved, out, fault);
	if (word->kind == SPP_CMD_LABEL)
		return decode_label(json, out, fault);
	if (word->kind == SPP_CMD_CLEAR)
		return decode_clear(json, out, fault);
	return 0;
}
