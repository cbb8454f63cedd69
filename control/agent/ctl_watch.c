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
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ctl.h"

#define TERMINAL_HOME       "\033[H"
#define TERMINAL_CLEAR_LINE "\033[K"
#define TERMINAL_CLEAR_REST "\033[J"
#define TERMINAL_CLEAR_ALL  "\033[2J"

/* One look at all processes: name -> info. */
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
		json_object_set(all, name, json_object_get(reply, "info"));
		json_decref(reply);
	}
	json_decref(list);
	return all;
}

static void
render(FILE *out, json_t *now, const json_t *before, const struct spp_error *err)
{
	const char *name, *gap = "";
	json_t *info;

	json_object_foreach (now, name, info) {
		fputs(gap, out);
		gap = "\n";
		if (strcmp(name, "primary") == 0)
			ctl_table_primary(out, info, json_object_get(before, name));
		else
			ctl_table_vf(out, name, info, json_object_get(before, name));
	}
	if (json_object_size(now) == 0)
		fprintf(out, "no process answers%s%s\n", err->text[0] != '\0' ? ": " : "",
			err->text);
}

/* In place: line by line, so that nothing of the previous, longer table stays, and cut to the
 * terminal's size, for a wrapped or scrolled line would shift all that follow. */
static void
show_in_place(const char *text)
{
	struct winsize size = {0};
	unsigned int row = 1, column = 0;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
		size = (struct winsize){.ws_row = USHRT_MAX, .ws_col = USHRT_MAX};
	fputs(TERMINAL_HOME, stdout);
	for (; *text != '\0' && row < size.ws_row; text++) {
		if (*text == '\n') {
			fputs(TERMINAL_CLEAR_LINE "\n", stdout);
			row++;
			column = 0;
		} else if (++column < size.ws_col) {
			putchar(*text);
		}
	}
	fputs(TERMINAL_CLEAR_REST, stdout);
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
		if (terminal)
			show_in_place(text);
		else
			puts(text);
		fflush(stdout);
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
