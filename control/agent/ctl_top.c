/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl top`: the tables of all processes with rates, refreshed in place on a terminal,
 * one below the other elsewhere, until Ctrl-C or for --seconds.
 */
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "ctl.h"

#define TERMINAL_HOME       "\033[H"
#define TERMINAL_CLEAR_LINE "\033[K"
#define TERMINAL_CLEAR_REST "\033[J"
#define TERMINAL_CLEAR_ALL  "\033[2J"

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
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Keys come one by one, unseen. False: there is no keyboard. */
static bool
open_keys(struct termios *saved)
{
	struct termios raw;

	/* In the background a terminal must not be touched. */
	if (tcgetattr(STDIN_FILENO, saved) < 0 || tcgetpgrp(STDIN_FILENO) != getpgrp())
		return false;
	raw = *saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	return tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

/* True when it is time to end: a signal, or the key q. */
static bool
rest(int signal_fd, bool keys, uint64_t until_ms)
{
	struct pollfd pfds[] = {{.fd = signal_fd, .events = POLLIN},
				{.fd = keys ? STDIN_FILENO : -1, .events = POLLIN}};
	uint64_t now;
	char key;

	while ((now = ctl_now_ms()) < until_ms) {
		uint64_t left = until_ms - now;

		if (poll(pfds, 2, left > INT_MAX ? INT_MAX : (int)left) <= 0)
			continue;
		if (pfds[0].revents != 0)
			return true;
		if (pfds[1].revents != 0 &&
		    (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q'))
			return true;
	}
	return false;
}

/* One table of all, in place or below the last one. @return what was seen, for the next one */
static json_t *
show(const struct ctl *ctl, bool terminal, const json_t *before)
{
	struct spp_error err = {""};
	json_t *now = ctl_find_infos(ctl, &err);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return now;
	render(out, now, before, &err);
	fclose(out);
	if (terminal)
		show_in_place(text);
	else
		puts(text);
	fflush(stdout);
	free(text);
	return now;
}

int
ctl_top_run(const struct ctl *ctl, int nb, char **words)
{
	double seconds = ctl->seconds;
	uint64_t start_ms = ctl_now_ms(), next_ms = start_ms;
	uint64_t end_ms = seconds > 0 ? start_ms + (uint64_t)(seconds * 1000) : UINT64_MAX;
	bool terminal = isatty(STDOUT_FILENO) == 1, found = false;
	json_t *before = NULL, *now;
	int signal_fd = open_signals();
	struct termios saved;
	bool keys;

	if (ctl->interval_s < 0.1) {
		ctl_reply_complain("--interval %g: top looks ten times a second at most (0.1)",
				   ctl->interval_s);
		return CTL_USAGE;
	}
	keys = terminal && open_keys(&saved);
	if (terminal) {
		/* A table goes out as one: nobody sees half of it. */
		setvbuf(stdout, NULL, _IOFBF, 1 << 16);
		fputs(TERMINAL_CLEAR_ALL, stdout);
	}
	do {
		now = show(ctl, terminal, before);
		found = found || json_object_size(now) > 0;
		json_decref(before);
		before = now;
		next_ms += (uint64_t)(ctl->interval_s * 1000);
		if (next_ms < ctl_now_ms())
			next_ms = ctl_now_ms();
	} while (!ferror(stdout) && !rest(signal_fd, keys, next_ms < end_ms ? next_ms : end_ms) &&
		 ctl_now_ms() < end_ms);
	if (keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	json_decref(before);
	close(signal_fd);
	return found ? CTL_OK : CTL_UNREACHABLE;
}
