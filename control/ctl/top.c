/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl top`: what goes on in all processes, with rates; refreshed in place on a terminal, where
 * keys scroll and sort it; as the tables of `status`, one below the other, elsewhere. Until Ctrl-C
 * or for --seconds.
 */
#include "ctl/top.h"

#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ctl/complain.h"
#include "ctl/find.h"
#include "ctl/screen.h"
#include "ctl/table_pcap.h"
#include "ctl/table_primary.h"
#include "ctl/table_vf.h"
#include "ctl/top_view.h"
#include "wire/clock.h"

struct top {
	const struct ctl *ctl;
	bool terminal;
	struct ctl_screen screen; /**< of a terminal */
	enum ctl_top_sort sort;
	struct ctl_found found; /**< the last look */
	json_t *now, *before;   /**< name -> info: of it, and of the one before */
	char *text;             /**< as last shown */
};

/* Who does not answer. */
static void
put_silent(FILE *out, const struct ctl_found *found, const json_t *now)
{
	const struct spp_error *err = &found->agent_err;
	const char *name;
	json_t *why;

	if (json_object_size(now) == 0)
		fprintf(out, "no process answers%s%s\n", err->text[0] != '\0' ? ": " : "",
			err->text);
	json_object_foreach (found->silent, name, why)
		fprintf(out, "%s: %s\n", name, json_string_value(why));
	if (found->agent_silent)
		fprintf(out, "%s\n", err->text);
}

static void
put_tables(FILE *out, json_t *now, const json_t *before)
{
	const char *name, *gap = "";
	json_t *info;

	json_object_foreach (now, name, info) {
		fputs(gap, out);
		gap = "\n";
		if (strcmp(name, "primary") == 0)
			ctl_table_primary(out, info, json_object_get(before, name));
		else if (ctl_table_is_pcap(info))
			ctl_table_pcap(out, name, info);
		else
			ctl_table_vf(out, name, info, json_object_get(before, name));
	}
}

static void
render(const struct top *top, FILE *out)
{
	if (top->terminal) {
		fprintf(out,
			"q: end  arrows space g G: scroll  sort n: name r: rate d: drops b: busy "
			"(%s)\n",
			ctl_top_sort_name(top->sort));
		put_silent(out, &top->found, top->now);
		ctl_top_view(out, top->now, top->before, top->sort, top->screen.columns);
	} else {
		put_tables(out, top->now, top->before);
		put_silent(out, &top->found, top->now);
		fputc('\n', out);
	}
}

static void
show(struct top *top)
{
	size_t size = 0;
	FILE *out;

	if (top->terminal)
		ctl_screen_measure(&top->screen);
	free(top->text);
	top->text = NULL;
	out = open_memstream(&top->text, &size);
	if (out == NULL)
		return;
	render(top, out);
	fclose(out);
	if (top->terminal)
		ctl_screen_show(&top->screen, top->text);
	else
		fputs(top->text, stdout);
	fflush(stdout);
}

static void
look(struct top *top)
{
	if (top->now != NULL)
		ctl_find_free(&top->found);
	json_decref(top->before);
	top->before = top->now;
	ctl_find(top->ctl, &top->found);
	top->now = ctl_find_infos(&top->found);
}

static int
open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* @return false: it means nothing here */
static bool
take_key(struct top *top, int key)
{
	static const struct {
		char key;
		enum ctl_top_sort sort;
	} sorts[] = {{'n', CTL_TOP_BY_NAME},
		     {'r', CTL_TOP_BY_RATE},
		     {'d', CTL_TOP_BY_DROPS},
		     {'b', CTL_TOP_BY_BUSY}};

	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++) {
		if (key == sorts[i].key) {
			top->sort = sorts[i].sort;
			return true;
		}
	}
	return top->text != NULL && ctl_screen_scroll(&top->screen, key, top->text);
}

/* What was typed. @return true: it is time to end */
static bool
take_keys(struct top *top)
{
	char bytes[64];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));
	const char *at = bytes, *end = bytes + (n > 0 ? n : 0);
	bool changed = false;
	int key;

	if (n <= 0)
		return true;
	while ((key = ctl_screen_key(&at, end)) != 0) {
		if (key == 'q' || key == 'Q')
			return true;
		changed = take_key(top, key) || changed;
	}
	if (changed)
		show(top);
	return false;
}

/* True when it is time to end: a signal, or the key q. */
static bool
rest(struct top *top, int signal_fd, uint64_t until_ms)
{
	struct pollfd pfds[] = {{.fd = signal_fd, .events = POLLIN},
				{.fd = top->screen.keys ? STDIN_FILENO : -1, .events = POLLIN}};
	uint64_t now;

	while ((now = spp_clock_ms()) < until_ms) {
		uint64_t left = until_ms - now;

		if (poll(pfds, 2, left > INT_MAX ? INT_MAX : (int)left) <= 0)
			continue;
		if (pfds[0].revents != 0 || (pfds[1].revents != 0 && take_keys(top)))
			return true;
	}
	return false;
}

int
ctl_top_run(const struct ctl *ctl, int nb, char **words)
{
	double seconds = ctl->seconds;
	uint64_t start_ms = spp_clock_ms(), next_ms = start_ms;
	uint64_t end_ms = seconds > 0 ? start_ms + (uint64_t)(seconds * 1000) : UINT64_MAX;
	struct top top = {.ctl = ctl, .terminal = isatty(STDOUT_FILENO) == 1};
	int signal_fd = open_signals();
	bool found = false;

	if (ctl->interval_s < 0.1) {
		ctl_complain("--interval %g: top looks ten times a second at most (0.1)",
			     ctl->interval_s);
		return CTL_USAGE;
	}
	if (top.terminal)
		ctl_screen_open(&top.screen);
	do {
		look(&top);
		show(&top);
		found = found || json_object_size(top.now) > 0;
		next_ms += (uint64_t)(ctl->interval_s * 1000);
		if (next_ms < spp_clock_ms())
			next_ms = spp_clock_ms();
	} while (!ferror(stdout) && !rest(&top, signal_fd, next_ms < end_ms ? next_ms : end_ms) &&
		 spp_clock_ms() < end_ms);
	ctl_screen_close(&top.screen);
	ctl_find_free(&top.found);
	json_decref(top.now);
	json_decref(top.before);
	free(top.text);
	close(signal_fd);
	return found ? CTL_OK : CTL_UNREACHABLE;
}
