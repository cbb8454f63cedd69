/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A wiring from a status or from commands. See wiring.h.
 */
#include "change/wiring.h"

#include <stdlib.h>
#include <string.h>

#include "wiring/model.h"
#include "wiring/names.h"
#include "wiring/stage.h"
#include "json/labels.h"
#include "json/request.h"

struct wiring *
wiring_create(void)
{
	struct wiring *wiring = calloc(1, sizeof(*wiring));

	/* Which ports a spp_vf without a configuration file may use, only it knows: it will say. */
	if (wiring != NULL) {
		memset(wiring->inventory.usable, true, sizeof(wiring->inventory.usable));
		wiring->labels = true;
	}
	return wiring;
}

struct wiring *
wiring_copy(const struct wiring *from)
{
	struct wiring *to = malloc(sizeof(*to));

	if (to != NULL)
		memcpy(to, from, sizeof(*to));
	return to;
}

void
wiring_destroy(struct wiring *wiring)
{
	free(wiring);
}

void
wiring_clear(struct wiring *wiring)
{
	wiring->model.nb_components = 0;
	wiring->model.nb_entries = 0;
	spp_table_forget(&wiring->index);
}

static int
take_command(struct wiring *wiring, const struct spp_command *command, struct spp_fault *fault)
{
	switch (command->kind) {
	case SPP_CMD_COMPONENT:
		return spp_stage_component(&wiring->model, &wiring->inventory, command, fault);
	case SPP_CMD_TABLE:
		return spp_stage_entry(&wiring->model, &wiring->index, &wiring->inventory, command,
				       fault);
	case SPP_CMD_LABEL:
		return spp_stage_label(&wiring->model, &wiring->inventory, command, fault);
	default:
		return 0;
	}
}

/* The core of a component becomes one of the process'. */
static void
admit_core(struct spp_inventory *inventory, const struct spp_command *command)
{
	if (command->kind != SPP_CMD_COMPONENT)
		return;
	for (unsigned int i = 0; i < inventory->nb_workers; i++)
		if (inventory->workers[i] == command->component.lcore_id)
			return;
	if (inventory->nb_workers < SPP_WORKER_MAX)
		inventory->workers[inventory->nb_workers++] = command->component.lcore_id;
}

/*
 * Entries that were saved for VLAN id 0 come last: they are untagged ones now, and where there is
 * such a one for the same address that leads elsewhere, that one stays (as in saved/restore.c).
 *
 * @param vid0 these, and no others
 */
static int
take_all(struct wiring *wiring, const struct spp_request *request, bool any_core, bool vid0,
	 struct spp_command *command, struct spp_error *err)
{
	struct spp_fault fault = {.place = ""};
	unsigned int nb = spp_request_nb_commands(request), k;
	int ret = 0;

	for (k = 0; k < nb && ret == 0; k++) {
		ret = spp_request_command(request, k, command, &fault);
		if (ret == 0 && command->vid0 == vid0) {
			if (any_core)
				admit_core(&wiring->inventory, command);
			ret = take_command(wiring, command, &fault);
			if (vid0 && ret == -EEXIST)
				ret = 0;
		}
		if (ret < 0)
			spp_error(err, -ret, "commands[%u]%s: %.380s", k, fault.place,
				  fault.err.text);
	}
	return ret;
}

static int
take_commands(struct wiring *wiring, const json_t *commands, bool alone, struct spp_error *err)
{
	json_t *message = json_pack("{s:O}", "commands", commands);
	char *text = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
	struct spp_request *request = NULL;
	struct spp_command *command;
	struct spp_fault fault;
	int ret;

	json_decref(message);
	if (text == NULL)
		return spp_error(err, ENOMEM, "out of memory");
	ret = spp_request_parse(text, strlen(text), &request, &fault);
	free(text);
	if (ret < 0)
		return spp_error(err, -ret, "%s", fault.err.text);
	command = malloc(sizeof(*command));
	if (alone)
		spp_request_set_saved(request);
	ret = command != NULL ? take_all(wiring, request, alone, false, command, err)
			      : spp_error(err, ENOMEM, "out of memory");
	if (ret == 0 && alone)
		ret = take_all(wiring, request, alone, true, command, err);
	free(command);
	spp_request_destroy(request);
	return ret;
}

int
wiring_take(struct wiring *wiring, const json_t *commands, struct spp_error *err)
{
	return take_commands(wiring, commands, false, err);
}

int
wiring_take_file(struct wiring *wiring, const json_t *commands, struct spp_error *err)
{
	return take_commands(wiring, commands, true, err);
}

int
wiring_without_labels(const struct wiring *wiring, struct spp_error *err)
{
	return spp_error(err, EBUSY, "vf%u knows no names of ports: it is of an older version",
			 wiring->inventory.process_id);
}

int
wiring_take_labels(struct wiring *wiring, const json_t *labels, struct spp_error *err)
{
	json_t *commands;
	int ret;

	if (labels == NULL)
		return 0;
	if (!json_is_object(labels))
		return spp_error(err, EINVAL,
				 "\"labels\" is no object (as {\"vhost0\": \"web1\"})");
	if (!wiring->labels)
		return 0; /* an older process: packets flow without */
	commands = json_array();
	memset(wiring->model.labels, 0, sizeof(wiring->model.labels));
	spp_labels_put_commands(labels, commands);
	ret = wiring_take(wiring, commands, err);
	json_decref(commands);
	return ret;
}

/* The status of a component names its members otherwise than the command does. */
static json_t *
command_of_core(const json_t *core)
{
	return json_pack("{s:s, s:O, s:O, s:O, s:O, s:O*, s:O*, s:O*}", "command", "component",
			 "core_id", json_object_get(core, "core"), "type",
			 json_object_get(core, "type"), "rx_ports", json_object_get(core, "rx"),
			 "tx_ports", json_object_get(core, "tx"), "name",
			 json_object_get(core, "name"), "pairs", json_object_get(core, "pairs"),
			 "source_check", json_object_get(core, "source_check"));
}

static json_t *
command_of_entry(const json_t *entry)
{
	json_t *command = json_pack("{s:s}", "command", "classifier_table");

	if (json_object_update(command, (json_t *)entry) < 0) {
		json_decref(command);
		return NULL;
	}
	return command;
}

static int
add_worker(struct spp_inventory *inventory, const json_t *core)
{
	json_int_t id = json_integer_value(json_object_get(core, "core"));
	unsigned int nb = inventory->nb_workers;

	if (!json_is_integer(json_object_get(core, "core")) || id < 0 || id > UINT16_MAX)
		return -EPROTO;
	if (nb > 0 && inventory->workers[nb - 1] == id)
		return 0; /* several components on one core */
	if (nb == SPP_WORKER_MAX)
		return -EPROTO;
	inventory->workers[inventory->nb_workers++] = (uint16_t)id;
	return 0;
}

static void
add_ports(struct spp_inventory *inventory, const json_t *info, const char *key,
	  enum spp_port_kind kind)
{
	struct spp_port port = {.kind = (uint8_t)kind};
	const json_t *number;
	size_t i;

	json_array_foreach (json_object_get(info, key), i, number) {
		if (json_integer_value(number) < 0 ||
		    json_integer_value(number) >= spp_port_kind_nb(kind))
			continue;
		port.index = (uint16_t)json_integer_value(number);
		inventory->present[spp_port_id(port)] = true;
	}
}

static void
add_uplinks(struct spp_inventory *inventory, const json_t *uplinks)
{
	const json_t *uplink;
	struct spp_port port;
	size_t i;

	json_array_foreach (uplinks, i, uplink) {
		const char *name = json_string_value(json_object_get(uplink, "port"));

		if (name != NULL && spp_port_parse(name, &port, NULL) == 0 &&
		    port.kind == SPP_PORT_UPLINK)
			inventory->present[spp_port_id(port)] = true;
	}
}

/* Without a configuration file any ring below this number comes into being when it is wired. */
static void
add_rings_on_first_use(struct spp_inventory *inventory, const json_t *info)
{
	const json_t *number = json_object_get(json_object_get(info, "on_first_use"), "ring");
	struct spp_port port = {.kind = SPP_PORT_RING};

	for (; port.index < SPP_RING_MAX && port.index < json_integer_value(number); port.index++)
		inventory->present[spp_port_id(port)] = true;
}

static int
fill(struct wiring *wiring, const json_t *info, json_t *commands)
{
	const json_t *item;
	json_t *command;
	size_t i;

	json_array_foreach (json_object_get(info, "core"), i, item) {
		const char *type = json_string_value(json_object_get(item, "type"));

		if (type == NULL || add_worker(&wiring->inventory, item) < 0)
			return -EPROTO;
		if (spp_word_is_none(type))
			continue;
		command = command_of_core(item);
		if (command == NULL || json_array_append_new(commands, command) < 0)
			return -EPROTO;
	}
	json_array_foreach (json_object_get(info, "classifier_table"), i, item) {
		command = command_of_entry(item);
		if (command == NULL || json_array_append_new(commands, command) < 0)
			return -EPROTO;
	}
	return 0;
}

/* One that is none here, of a later version maybe, is passed over: wiring does not depend on it. */
static void
read_labels(struct wiring *wiring, const json_t *labels)
{
	struct spp_port port;
	const char *name;
	json_t *label;

	json_object_foreach ((json_t *)labels, name, label) {
		const char *text = json_string_value(label);

		if (text != NULL && spp_label_check(text, NULL) == 0 &&
		    spp_port_parse(name, &port, NULL) == 0 && spp_port_id(port) < SPP_LABELED_MAX)
			spp_model_set_label(&wiring->model, port, text);
	}
}

int
wiring_read(struct wiring *wiring, const json_t *info, struct spp_error *err)
{
	struct spp_inventory *inventory = &wiring->inventory;
	const json_t *labels = json_object_get(info, "labels");
	json_t *commands = json_array();
	struct spp_error why = {""};
	int ret;

	inventory->process_id = (unsigned int)json_integer_value(json_object_get(info, "process"));
	inventory->main_lcore =
		(unsigned int)json_integer_value(json_object_get(info, "main_core"));
	wiring->staged = json_is_true(json_object_get(info, "staged"));
	add_ports(inventory, info, "nic", SPP_PORT_NIC);
	add_ports(inventory, info, "vhost", SPP_PORT_VHOST);
	add_ports(inventory, info, "ring", SPP_PORT_RING);
	add_uplinks(inventory, json_object_get(info, "uplink"));
	add_rings_on_first_use(inventory, info);
	ret = fill(wiring, info, commands);
	if (ret == 0)
		ret = wiring_take(wiring, commands, &why);
	wiring->labels = json_is_object(labels);
	read_labels(wiring, labels);
	json_decref(commands);
	if (ret < 0)
		return spp_error(err, EPROTO,
				 "its status is not understood (is it of another version?)%s%.300s",
				 why.text[0] != '\0' ? ": " : "", why.text);
	return 0;
}
