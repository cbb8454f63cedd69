/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A wiring from a status or from commands. See wiring.h.
 */
#include "wiring.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "names.h"
#include "request.h"
#include "stage.h"

struct wiring *
wiring_create(void)
{
	struct wiring *wiring = calloc(1, sizeof(*wiring));

	/* Which ports a spp_vf without a configuration file may use, only it knows: it will say. */
	if (wiring != NULL)
		memset(wiring->inventory.usable, true, sizeof(wiring->inventory.usable));
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
	default:
		return 0;
	}
}

static int
take_request(struct wiring *wiring, const struct spp_request *request, struct spp_error *err)
{
	struct spp_command *command = malloc(sizeof(*command));
	struct spp_fault fault = {.place = ""};
	unsigned int nb = spp_request_nb_commands(request), k;
	int ret = command != NULL ? 0 : spp_error(err, ENOMEM, "out of memory");

	for (k = 0; k < nb && ret == 0; k++) {
		ret = spp_request_command(request, k, command, &fault);
		if (ret == 0)
			ret = take_command(wiring, command, &fault);
		if (ret < 0)
			spp_error(err, -ret, "commands[%u]%s: %.380s", k, fault.place,
				  fault.err.text);
	}
	free(command);
	return ret;
}

int
wiring_take(struct wiring *wiring, const json_t *commands, struct spp_error *err)
{
	json_t *message = json_pack("{s:O}", "commands", commands);
	char *text = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
	struct spp_request *request = NULL;
	struct spp_fault fault;
	int ret = -ENOMEM;

	json_decref(message);
	if (text == NULL)
		return spp_error(err, ENOMEM, "out of memory");
	ret = spp_request_parse(text, strlen(text), &request, &fault);
	free(text);
	if (ret < 0)
		return spp_error(err, -ret, "%s", fault.err.text);
	ret = take_request(wiring, request, err);
	spp_request_destroy(request);
	return ret;
}

/* The status of a component names its members otherwise than the command does. */
static json_t *
command_of_core(const json_t *core)
{
	return json_pack("{s:s, s:O, s:O, s:O, s:O, s:O*}", "command", "component", "core_id",
			 json_object_get(core, "core"), "type", json_object_get(core, "type"),
			 "rx_ports", json_object_get(core, "rx"), "tx_ports",
			 json_object_get(core, "tx"), "name", json_object_get(core, "name"));
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
	  enum spp_port_kind kind, unsigned int nb_max)
{
	struct spp_port port = {.kind = (uint8_t)kind};
	const json_t *number;
	size_t i;

	json_array_foreach (json_object_get(info, key), i, number) {
		if (json_integer_value(number) < 0 || json_integer_value(number) >= nb_max)
			continue;
		port.index = (uint16_t)json_integer_value(number);
		inventory->present[spp_port_id(port)] = true;
	}
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

int
wiring_read(struct wiring *wiring, const json_t *info, struct spp_error *err)
{
	struct spp_inventory *inventory = &wiring->inventory;
	json_t *commands = json_array();
	struct spp_error why = {""};
	int ret;

	inventory->process_id = (unsigned int)json_integer_value(json_object_get(info, "process"));
	inventory->main_lcore =
		(unsigned int)json_integer_value(json_object_get(info, "main_core"));
	wiring->staged = json_is_true(json_object_get(info, "staged"));
	add_ports(inventory, info, "nic", SPP_PORT_NIC, SPP_NIC_MAX);
	add_ports(inventory, info, "vhost", SPP_PORT_VHOST, SPP_VHOST_MAX);
	add_ports(inventory, info, "ring", SPP_PORT_RING, SPP_RING_MAX);
	ret = fill(wiring, info, commands);
	if (ret == 0)
		ret = wiring_take(wiring, commands, &why);
	json_decref(commands);
	if (ret < 0)
		return spp_error(err, EPROTO,
				 "its status is not understood (is it of another version?)%s%.300s",
				 why.text[0] != '\0' ? ": " : "", why.text);
	return 0;
}
