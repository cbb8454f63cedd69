/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * spp_monitor: shows what spp_primary and spp_vf do, over HTTP. It only looks.
 *
 * This file puts the parts together: the main thread looks at the processes once an interval
 * (watch), threads of libmicrohttpd answer (http).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "monitor/http.h"
#include "monitor/listen.h"
#include "monitor/log.h"
#include "monitor/options.h"
#include "monitor/watch.h"
#include "spp/access.h"
#include "spp/lines.h"
#include "spp/program.h"
#include "wire/clock.h"

#define MONITOR_EXIT_USAGE 2

struct monitor {
	struct monitor_options options;
	struct monitor_watch *watch;
	struct monitor_http *http;
	unsigned int nb_listeners;
	struct monitor_listener listeners[MONITOR_LISTEN_MAX];
	sigset_t ends;
};

/* The command line is wrong: said without priority, to whoever has typed it. */
static int
complain(const char *why)
{
	char line[SPP_ERROR_SIZE + 16];

	snprintf(line, sizeof(line), "spp_monitor: %s\n", why);
	spp_lines_put(line, strlen(line));
	spp_lines_end();
	return MONITOR_EXIT_USAGE;
}

static int
open_all(struct monitor *monitor, gid_t group, struct spp_error *err)
{
	const struct monitor_options *options = &monitor->options;
	int ret;

	for (unsigned int i = 0; i < options->nb_listen; i++) {
		ret = monitor_listen(&monitor->listeners[i], options->listen[i], group, err);
		if (ret < 0)
			return ret;
		monitor->nb_listeners++;
	}
	ret = monitor_watch_create(options->interval_s,
				   (unsigned int)(options->history_s / options->interval_s) + 1,
				   &monitor->watch);
	if (ret < 0)
		return spp_error(err, -ret, "out of memory");
	/* The first who asks is to see something. */
	monitor_watch_look(monitor->watch);
	return monitor_http_start(options, monitor->watch, monitor->listeners,
				  monitor->nb_listeners, &monitor->http, err);
}

static void
say_ready(const struct monitor *monitor)
{
	for (unsigned int i = 0; i < monitor->nb_listeners; i++)
		monitor_log(LOG_NOTICE, "ready: %s%s%s",
			    monitor->listeners[i].local ? "" : "http://",
			    monitor->listeners[i].address, monitor->listeners[i].local ? "" : "/");
}

/* Until a signal that ends us. What was missed, while the machine stood still, is not made up for.
 */
static void
run(struct monitor *monitor)
{
	uint64_t interval_us = (uint64_t)(monitor->options.interval_s * 1e6);
	uint64_t next_us = spp_clock_us() + interval_us, now_us, left_us;
	struct timespec wait;
	int sig;

	for (;;) {
		now_us = spp_clock_us();
		left_us = next_us > now_us ? next_us - now_us : 0;
		wait = (struct timespec){.tv_sec = (time_t)(left_us / 1000000),
					 .tv_nsec = (long)(left_us % 1000000) * 1000};
		sig = sigtimedwait(&monitor->ends, NULL, &wait);
		if (sig > 0)
			return;
		if (errno == EINTR)
			continue;
		monitor_watch_look(monitor->watch);
		monitor_http_tick(monitor->http);
		next_us += interval_us;
		if (next_us < spp_clock_us())
			next_us = spp_clock_us() + interval_us;
	}
}

int
main(int argc, char **argv)
{
	static struct monitor monitor;
	struct spp_error err = {""};
	gid_t group;
	int ret;

	spp_program_begin();
	monitor_log_begin();
	ret = monitor_options_read(argc, argv, &monitor.options, &err);
	if (ret > 0)
		return EXIT_SUCCESS;
	if (ret < 0 || spp_run_dir_check(&err) < 0 ||
	    spp_access_group("SPP_RUN_GROUP", &group, &err) < 0)
		return complain(err.text);
	/* For all threads that follow. */
	spp_program_ends(&monitor.ends);
	sigprocmask(SIG_BLOCK, &monitor.ends, NULL);
	ret = open_all(&monitor, group, &err);
	if (ret == 0) {
		say_ready(&monitor);
		run(&monitor);
		monitor_log(LOG_NOTICE, "ended");
	} else {
		monitor_log(LOG_ERR, "%s", err.text);
	}
	monitor_http_stop(monitor.http);
	for (unsigned int i = 0; i < monitor.nb_listeners; i++)
		monitor_listen_forget(&monitor.listeners[i]);
	monitor_watch_destroy(monitor.watch);
	spp_lines_end();
	return ret == 0 ? EXIT_SUCCESS : ret == -EINVAL ? MONITOR_EXIT_USAGE : EXIT_FAILURE;
}
