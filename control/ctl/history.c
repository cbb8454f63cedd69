/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl history`: who changed what, when, and what became of it. See history.h.
 */
#include "ctl/history.h"

#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/types.h>

#include "change/plain.h"
#include "ctl/ask.h"
#include "ctl/change.h"
#include "ctl/complain.h"
#include "ctl/name.h"
#include "ctl/reply.h"
#include "spp/error.h"

/* "root/4242": the user has a name here, or its number. */
static const char *
who(const json_t *past, char *text, size_t size)
{
	double uid = ctl_reply_number(past, "uid"), pid = ctl_reply_number(past, "pid");
	const struct passwd *user = getpwuid((uid_t)uid);

	if (user != NULL)
		snprintf(text, size, "%.20s/%.0f", user->pw_name, pid);
	else
		snprintf(text, size, "uid%.0f/%.0f", uid, pid);
	return text;
}

/* Of a member that others wrote. */
static void
put(const char *before, const json_t *past, const char *key, const char *behind)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s", ctl_reply_text(past, key));
	if (text[0] != '\0')
		printf("%s%s%s", before, spp_plain(text, '?'), behind);
}

static void
print_row(const json_t *past)
{
	char text[64];

	printf("%-20s %-14s %-7s %-11s", ctl_reply_text(past, "time"),
	       who(past, text, sizeof(text)), ctl_reply_text(past, "to"),
	       ctl_reply_text(past, "result"));
	put(" ", past, "what", "");
	put(" (", past, "reason", ")");
	put(": ", past, "detail", "");
	putchar('\n');
}

static void
print_rows(const json_t *history)
{
	const json_t *past;
	size_t i;

	if (json_array_size(history) == 0) {
		puts("nothing was changed since spp_agent was started (its log has what was before)");
		return;
	}
	printf("%-20s %-14s %-7s %-11s %s\n", "TIME", "WHO", "TO", "RESULT", "WHAT");
	json_array_foreach (history, i, past)
		print_row(past);
}

int
ctl_history_run(const struct ctl *ctl, int nb, char **words)
{
	json_t *request = json_pack("{s:s}", "request", "history"), *reply = NULL;
	struct spp_error err = {""};
	int ret;

	if (nb > 0 && !ctl_name_check(words[0])) {
		json_decref(request);
		return CTL_USAGE;
	}
	if (nb > 0)
		json_object_set_new(request, "to", json_string(words[0]));
	ret = ctl_ask_agent(ctl, request, NULL, 0, &reply, &err);
	if (ret < 0) {
		ctl_complain("%s", err.text);
		return CTL_UNREACHABLE;
	}
	if (ctl->json)
		ctl_reply_print(reply);
	else
		print_rows(json_object_get(reply, "history"));
	json_decref(reply);
	return CTL_OK;
}
