/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Asks spp_agent for a change. See change.h.
 */
#include "ctl/change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/complain.h"
#include "ctl/reply.h"
#include "ctl/target.h"

void
ctl_change_print_lines(const char *name, const json_t *lines)
{
	const json_t *line;
	size_t i;

	printf("%s\n", name);
	json_array_foreach (lines, i, line)
		printf("  %s\n", json_string_value(line));
}

static void
print_result(const char *name, const json_t *answer, bool lines_shown)
{
	const json_t *changes = json_object_get(answer, "changes"), *reply, *results, *flush, *note;
	size_t i;

	json_array_foreach (json_object_get(answer, "notes"), i, note)
		printf("%s: %s\n", name, json_string_value(note));
	if (json_array_size(changes) == 0) {
		if (json_array_size(json_object_get(answer, "notes")) == 0)
			printf("%s: nothing to do\n", name);
		return;
	}
	if (!lines_shown)
		ctl_change_print_lines(name, changes);
	reply = json_object_get(answer, "reply");
	if (json_is_null(reply)) {
		printf("%s: nothing was changed (--dry-run)\n", name);
		return;
	}
	results = json_object_get(reply, "results");
	flush = json_array_get(results, json_array_size(results) - 1);
	printf("%s: done, generation %.0f, after %.0f us\n", name,
	       ctl_reply_number(flush, "generation"), ctl_reply_number(flush, "commit_us"));
}

/* Whom an error is about: it may begin with the name of one of several. */
static const char *
subject(const struct spp_error *err, const char *name, char text[SPP_PROCESS_NAME_SIZE])
{
	snprintf(text, SPP_PROCESS_NAME_SIZE, "%.*s", (int)strcspn(err->text, ": "), err->text);
	return spp_process_parse(text) > 0 ? text : name;
}

int
ctl_change_fail(const struct ctl *ctl, const char *name, int code, struct spp_error *err)
{
	char text[SPP_PROCESS_NAME_SIZE];

	name = subject(err, name, text);
	if (code == -ENOENT || code == -ECONNREFUSED || code == -EHOSTUNREACH)
		ctl_target_holder(ctl, name, err);
	if (strncmp(err->text, name, strlen(name)) == 0 || code == -ENOENT)
		ctl_complain("%s", err->text);
	else
		ctl_complain("%s: %s", name, err->text);
	if (code == -EINVAL)
		return CTL_USAGE;
	return code == -EBUSY ? CTL_ERROR : CTL_UNREACHABLE;
}

/* -- of several spp_vf ------------------------------------------------------------------------- */

/* "vf1 vf2": all of them, or those with this result. */
static const char *
names(const json_t *answer, const char *result, char *text, size_t size)
{
	const json_t *one;
	size_t used = 0, i;

	text[0] = '\0';
	json_array_foreach (json_object_get(answer, "processes"), i, one) {
		if ((result == NULL || strcmp(ctl_reply_text(one, "result"), result) == 0) &&
		    used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used > 0 ? " " : "", ctl_reply_text(one, "to"));
	}
	return text;
}

static void
print_many(const json_t *answer, bool lines_shown)
{
	const char *result = ctl_reply_text(answer, "result");
	bool nothing = strcmp(result, "nothing to do") == 0;
	const json_t *one, *note;
	char text[256];
	size_t i;

	json_array_foreach (json_object_get(answer, "notes"), i, note)
		printf("%s: %s\n", names(answer, NULL, text, sizeof(text)),
		       json_string_value(note));
	if (nothing && i > 0)
		return;
	json_array_foreach (json_object_get(answer, "processes"), i, one) {
		if (!lines_shown && json_array_size(json_object_get(one, "changes")) > 0)
			ctl_change_print_lines(ctl_reply_text(one, "to"),
					       json_object_get(one, "changes"));
	}
	printf("%s: %s\n", names(answer, nothing ? NULL : result, text, sizeof(text)),
	       strcmp(result, "shown") == 0 ? "nothing was changed (--dry-run)" : result);
}

/* By process what became of it: on standard error, for it did not work. */
static void
complain_many(const json_t *answer)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(answer, "processes"), i, one) {
		const char *message = ctl_reply_text(one, "message");
		const char *name = ctl_reply_text(one, "to");

		if (strncmp(message, name, strlen(name)) == 0 && message[strlen(name)] == ':')
			message += strlen(name) + 1 + strspn(message + strlen(name) + 1, " ");
		ctl_complain("%s: %s%s%s", name, ctl_reply_text(one, "result"),
			     message[0] != '\0' ? ": " : "", message);
	}
	if (strcmp(ctl_reply_text(answer, "result"), "taken back") == 0)
		ctl_complain("all is as it was before");
	else
		ctl_complain("not all is as it was before: look (`sppctl history`, `sppctl topo`), "
			     "and change it back");
}

/* @return the exit code */
static int
take_many(const struct ctl *ctl, json_t *answer, bool lines_shown)
{
	const char *result = ctl_reply_text(answer, "result");
	bool ok = strcmp(result, "done") == 0 || strcmp(result, "shown") == 0 ||
		  strcmp(result, "nothing to do") == 0;

	if (ctl->json)
		ctl_reply_print(answer);
	else if (ok)
		print_many(answer, lines_shown);
	if (ok)
		return CTL_OK;
	complain_many(answer);
	return strcmp(result, "unknown") == 0 ? CTL_UNREACHABLE : CTL_ERROR;
}

int
ctl_change_ask(const struct ctl *ctl, const char *name, json_t *request, bool lines_shown)
{
	struct spp_error err = {""};
	json_t *answer = NULL;
	const json_t *reply;
	int ret;

	json_object_set_new(request, "request", json_string("change"));
	json_object_set_new(request, "to", json_string(name));
	if (ctl->reason != NULL)
		json_object_set_new(request, "reason", json_string(ctl->reason));
	if (ctl->dry_run)
		json_object_set_new(request, "dry_run", json_true());
	ret = ctl_ask_agent(ctl, request, NULL, 0, &answer, &err);
	if (ret < 0)
		return ctl_change_fail(ctl, name, ret, &err);
	if (json_object_get(answer, "processes") != NULL) {
		ret = take_many(ctl, answer, lines_shown);
		json_decref(answer);
		return ret;
	}
	reply = json_object_get(answer, "reply");
	ret = json_is_null(reply) || ctl_reply_ok(reply) ? CTL_OK : CTL_ERROR;
	if (ctl->json) {
		json_object_set_new(answer, "to", json_string(name));
		ctl_reply_print(answer);
	} else if (ret == CTL_OK) {
		print_result(name, answer, lines_shown);
	}
	if (ret != CTL_OK)
		ctl_complain("%s: %s; nothing was changed", name, ctl_reply_error(reply));
	json_decref(answer);
	return ret;
}
