/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_agent and sppctl make of a status that a process sent (up to a NUL) and of the commands
 * of a file (behind it). The difference of two wirings, carried out, must lead to the second.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "wiring.h"

static void
check_difference(const struct wiring *from, const struct wiring *to)
{
	struct wiring *at = wiring_copy(from);
	json_t *commands = wiring_commands(from, to);
	json_t *lines = wiring_lines(from, to);
	struct spp_error err;

	if (at == NULL || commands == NULL || lines == NULL)
		abort();
	if (wiring_take(at, commands, &err) < 0)
		abort();
	json_decref(commands);
	commands = wiring_commands(at, to);
	if (json_array_size(commands) > 0)
		abort();
	json_decref(commands);
	json_decref(lines);
	wiring_destroy(at);
}

static void
try_changes(struct wiring *wiring)
{
	struct wiring_plug plug = {.vhost.kind = SPP_PORT_VHOST, .nic = -1};
	struct spp_port nic = {.kind = SPP_PORT_NIC};
	json_t *notes = json_array();
	struct spp_error err;

	plug.entry.mac[0] = 2;
	plug.entry.vid = SPP_VID_NONE;
	if (wiring_plug(wiring, &plug, notes, &err) == 0)
		(void)!wiring_unplug(wiring, plug.vhost, notes, &err);
	if (wiring_patch(wiring, plug.vhost, nic, notes, &err) == 0)
		(void)!wiring_unpatch(wiring, plug.vhost, NULL, notes, &err);
	(void)!wiring_move(wiring, "forward", "2", &err);
	json_decref(notes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t first = strnlen(text, size), second = first < size ? first + 1 : size;
	json_t *info = json_loadb(text, first, 0, NULL);
	json_t *commands = json_loadb(text + second, size - second, 0, NULL);
	struct wiring *from = wiring_create(), *to;
	struct spp_error err;

	if (from == NULL)
		abort();
	if (json_is_object(info) && wiring_read(from, info, &err) == 0) {
		to = wiring_copy(from);
		if (json_is_array(commands) && wiring_take(to, commands, &err) == 0)
			check_difference(from, to);
		try_changes(to);
		wiring_destroy(to);
	}
	wiring_destroy(from);
	json_decref(info);
	json_decref(commands);
	return 0;
}
