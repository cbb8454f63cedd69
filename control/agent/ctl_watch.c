/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl watch`: the tables of all processes with rates, refreshed in place on a terminal,
 * one below the other elsewhere, until Ctrl-C or for --seconds.
 */
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ctl.h"

#define TERMINAL_HOME       "\033[H"
#define TERMINAL_CLEAR_LINE "\033[K"
#define TERMINAL_CLEAR_REST "\033[J"
#define TERMINAL_CLEAR_ALL  "\033[2J"

/* One look at all processes: name -> {"at_ms":..., "info":{...}}. */
static json_t *
look(const struct ctl *ctl, struct spp_error *err)
{
	json_t *list = ctl_find_all(ctl, err), *all = json_object(), *item, *reply;
	struct spp_error one;
	size_t i;

	json_array_foreach (json_object_get(list, "processes"), i, item) {
		const char *name = ctl_reply_text(item, "name");

		if (!ctl_find_reachable(item) || ctl_find_status(ctl, name, &reply, &one) < 0)
			continue;
		json_object_set_new(all, name,
				    json_pack("{s:I, s:O*}", "at_ms", (json_int_t)ctl_now_ms(),
					      "info", json_object_get(reply, "info")));
		json_decref(reply);
	}
	json_decref(list);
	return all;
}

static void
render(FILE *out, json_t *now, const json_t *before, const struct spp_error *err)
{
	const char *name, *gap = "";
	json_t *item;

	json_object_foreach (now, name, item) {
		const json_t *info = json_object_get(item, "info");
		const json_t *old = json_object_get(before, name);
		double seconds =
			(ctl_reply_number(item, "at_ms") - ctl_reply_number(old, "at_ms")) / 1000;
		const json_t *old_info = json_object_get(old, "info");

		fputs(gap, out);
		gap = "\n";
		if (strcmp(name, "primary") == 0)
			ctl_table_primary(out, info, old_info, seconds);
		else
			ctl_table_vf(out, name, info, old_info, seconds);
	}
	if (json_object_size(now) == 0)
		fprintf(out, "no process answers%s%s\n", err->text[0] != '\0' ? ": " : "",
			err->text);
}

/* Line by line, so that nothing of the previous, longer table stays. */
static void
show(const char *text, bool terminal)
{
	if (!terminal) {
		puts(text);
	} else {
		fputs(TERMINAL_HOME, stdout);
		for (const char *c = text; *c != '\0'; c++) {
			if (*c == '\n')
				fputs(TERMINAL_CLEAR_LINE, stdout);
			putchar(*c);
		}
		fputs(TERMINAL_CLEAR_REST, stdout);
	}
	fflush(stdout);
}

static int
open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* True when it is time to end. */
static bool
rest(int signal_fd, uint64_t until_ms)
{
	struct pollfd pfd = {.fd = signal_fd, .events = POLLIN};
	uint64_t now = ctl_now_ms(), left = until_ms > now ? until_ms - now : 0;

	return poll(&pfd, 1, left > INT_MAX ? INT_MAX : (int)left) > 0;
}

int
ctl_watch_run(const struct ctl *ctl, double interval_s, double seconds)
{
	uint64_t start_ms = ctl_now_ms(), next_ms = start_ms;
	uint64_t end_ms = seconds > 0 ? start_ms + (uint64_t)(seconds * 1000) : UINT64_MAX;
	bool terminal = isatty(STDOUT_FILENO) == 1, found = false;
	json_t *before = NULL, *now;
	int signal_fd = open_signals();

	if (terminal)
		fputs(TERMINAL_CLEAR_ALL, stdout);
	do {
		struct spp_error err = {""};
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		if (out == NULL)
			break;
		now = look(ctl, &err);
		render(out, now, before, &err);
		fclose(out);
		show(text, terminal);
		free(text);
		found = found || json_object_size(now) > 0;
		json_decref(before);
		before = now;
		next_ms += (uint64_t)(interval_s * 1000);
		if (next_ms < ctl_now_ms())
			next_ms = ctl_now_ms();
	} while (!ferror(stdout) && !rest(signal_fd, next_ms < end_ms ? next_ms : end_ms) &&
		 ctl_now_ms() < end_ms);
	json_decref(before);
	close(signal_fd);
	return found ? CTL_OK : CTL_UNREACHABLE;
}
