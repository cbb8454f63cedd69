/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_agent and sppctl make of a status that a process sent (up to a NUL) and of the commands
 * of a file (behind it). The difference of two wirings, carried out, must lead to the second; a
 * packet that is traced through one must come to an end.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "change/core.h"
#include "change/diff.h"
#include "change/dump.h"
#include "change/patch.h"
#include "change/plug.h"
#include "change/wiring.h"
#include "trace/walk.h"

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
	if (wiring_plug(wiring, wiring, &plug, notes, &err) == 0)
		(void)!wiring_unplug(wiring, wiring, plug.vhost, notes, &err);
	if (wiring_patch(wiring, plug.vhost, nic, notes, &err) == 0)
		(void)!wiring_unpatch(wiring, plug.vhost, NULL, notes, &err);
	(void)!wiring_move(wiring, "forward", "2", &err);
	json_decref(notes);
}

static void
check_trace(const struct wiring *wiring)
{
	static const struct spp_trace_frame frames[] = {
		{.dst = {255, 255, 255, 255, 255, 255}, .size = 60},
		{.dst = {0, 0x11, 0x22, 0x33, 0x44, 0x55}, .tagged = true, .vid = 101, .size = 17}};
	struct spp_trace_facts facts = {.mtu = wiring->inventory.mtu};
	struct spp_trace *trace;

	for (unsigned int i = 0; i < 3 * 2; i++) {
		trace = spp_trace_walk(&wiring->model, &facts,
				       (struct spp_port){.kind = (uint8_t)(i % 3)}, &frames[i / 3]);
		if (trace == NULL || trace->nb == 0 || trace->nb > SPP_TRACE_STEPS_MAX ||
		    (!trace->cut && trace->steps[trace->nb - 1].kind != SPP_TRACE_END))
			abort();
		free(trace);
	}
}

/* The file without a process: loops and all. */
static void
check_file(const json_t *commands)
{
	struct wiring *wiring = wiring_create();
	struct spp_error err;

	if (wiring == NULL)
		abort();
	if (json_is_array(commands) && wiring_take_file(wiring, commands, &err) == 0)
		check_trace(wiring);
	wiring_destroy(wiring);
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
		check_trace(from);
		try_changes(to);
		wiring_destroy(to);
	}
	wiring_destroy(from);
	check_file(commands);
	json_decref(info);
	json_decref(commands);
	return 0;
}
