/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl send NAME FILE`: passes one JSON message to a process, as it is, and prints the reply.
 */
#include "ctl/send.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "change/reflect.h"
#include "change/wiring.h"
#include "ctl/ask.h"
#include "ctl/change.h"
#include "ctl/complain.h"
#include "ctl/file.h"
#include "ctl/name.h"
#include "ctl/reply.h"
#include "spp/error.h"

/* What a change by spp_agent says in its notes: the message may have been of another's making. */
static void
warn_of_reflections(const struct ctl *ctl, const char *name)
{
	struct wiring *wiring = wiring_create();
	json_t *status = NULL, *notes = json_array(), *note;
	struct spp_error ignored;
	size_t i;

	if (wiring != NULL && ctl_ask_own_status(ctl, name, &status, &ignored) == 0 &&
	    wiring_read(wiring, json_object_get(status, "info"), &ignored) == 0)
		wiring_note_reflections(wiring, notes);
	json_array_foreach (notes, i, note)
		ctl_complain("%s: %s", name, json_string_value(note));
	json_decref(status);
	json_decref(notes);
	wiring_destroy(wiring);
}

static bool
has_flush(const json_t *message)
{
	const json_t *command;
	size_t i;

	json_array_foreach (json_object_get(message, "commands"), i, command) {
		if (strcmp(ctl_reply_text(command, "command"), "flush") == 0)
			return true;
	}
	return false;
}

int
ctl_send_run(const struct ctl *ctl, int nb, char **words)
{
	const char *name = words[0], *file = words[1];
	struct spp_error err = {""};
	json_t *reply = NULL, *message = NULL;
	char *text = NULL;
	size_t size = 0;
	bool flushes;
	int ret;

	if (!ctl_name_check(name))
		return CTL_USAGE;
	ret = ctl_file_read(file, &text, &size, &err);
	if (ret == 0)
		ret = ctl_file_parse(file, text, size, &message, &err);
	if (ret < 0) {
		ctl_complain("%s", err.text);
		free(text);
		return CTL_USAGE;
	}
	flushes = has_flush(message); /* what else is in it is the process' business */
	json_decref(message);
	ret = ctl_ask_agent(
		ctl,
		json_pack("{s:s, s:s, s:s*}", "request", "send", "to", name, "reason", ctl->reason),
		text, size, &reply, &err);
	free(text);
	if (ret < 0)
		return ctl_change_fail(ctl, name, ret, &err);
	ctl_reply_print(reply);
	ret = ctl_reply_ok(reply) ? CTL_OK : CTL_ERROR;
	json_decref(reply);
	if (ret == CTL_OK && flushes)
		warn_of_reflections(ctl, name);
	return ret;
}
