/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl check`: one line and an exit code for a monitoring system (Nagios plugin convention):
 * OK 0, WARNING 1, CRITICAL 2, UNKNOWN 3, figures behind a |.
 */
#include "ctl/check.h"

#include <dirent.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "change/process.h"
#include "ctl/find.h"
#include "ctl/name.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "ctl/table_pcap.h"
#include "spp/error.h"

#define BUSY_MAX     90.0 /* percent of a core */
#define RESTARTS_LOW 50

enum check_state { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

static const char *const state_words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

struct check {
	enum check_state state;
	json_t *problems;
	FILE *figures; /**< " name=value" of each, however many */
};

__attribute__((format(printf, 3, 4))) static void
problem(struct check *check, enum check_state state, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_array_append_new(check->problems, json_string(text));
	if (state > check->state)
		check->state = state;
}

__attribute__((format(printf, 2, 3))) static void
figure(struct check *check, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(check->figures, fmt, ap);
	va_end(ap);
}

/* Packets that came too fast for something of ours, since the look before. */
static void
check_losses(struct check *check, const char *name, const json_t *info, const json_t *before)
{
	static const char *const reasons[] = {"ring_full", "vhost_full", "nic_full",
					      "no_vector", "no_mbuf",    "no_credit"};
	const json_t *drops = json_object_get(info, "drops");
	const json_t *old = json_object_get(before, "drops");
	double seconds = ctl_table_seconds(info, before), all = 0;
	char number[32];

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]) && seconds > 0; i++) {
		double more = ctl_table_growth(drops, old, reasons[i]);

		if (more > 0)
			problem(check, CHECK_WARNING, "%s loses %s packets/s: %s", name,
				ctl_table_human(more / seconds, number, sizeof(number)),
				reasons[i]);
	}
	for (void *i = json_object_iter((json_t *)drops); i != NULL;
	     i = json_object_iter_next((json_t *)drops, i))
		all += json_number_value(json_object_iter_value(i));
	figure(check, " %s_drops=%.0fc", name, all);
}

static void
check_cores(struct check *check, const char *name, const json_t *info, const json_t *before)
{
	const json_t *lcore, *old;
	size_t i;

	json_array_foreach (json_object_get(info, "lcore"), i, lcore) {
		double share;

		old = ctl_table_same(json_object_get(before, "lcore"), lcore, "lcore", NULL);
		if (old == NULL)
			continue;
		share = ctl_table_share(lcore, old, "busy_cycles");
		if (share >= BUSY_MAX)
			problem(check, CHECK_WARNING, "%s core %.0f is %.0f%% busy", name,
				ctl_reply_number(lcore, "lcore"), share);
	}
}

static bool
sends_to(const json_t *info, const char *port)
{
	const json_t *core, *one;
	size_t i, j;

	json_array_foreach (json_object_get(info, "core"), i, core) {
		json_array_foreach (json_object_get(core, "tx"), j, one) {
			if (strcmp(ctl_table_port_name(one), port) == 0)
				return true;
		}
	}
	return false;
}

static void
check_vhost(struct check *check, const char *name, const json_t *info, const json_t *vhost)
{
	const json_t *problems = json_object_get(vhost, "problems"), *one;
	const char *port = ctl_reply_text(vhost, "port");
	char called[128];
	size_t i;

	ctl_table_called(info, port, called, sizeof(called));
	if (!json_is_true(json_object_get(vhost, "link")) && json_array_size(problems) == 0 &&
	    sends_to(info, port))
		problem(check, CHECK_WARNING, "%s %s is wired and has no guest", name, called);
	json_array_foreach (problems, i, one)
		problem(check, CHECK_WARNING, "%s %s: %s", name, called,
			ctl_table_problem(json_string_value(one)));
}

static void
check_vf(struct check *check, const char *name, const json_t *info, const json_t *before)
{
	const json_t *item, *file = json_object_get(info, "state_file");
	size_t i;

	if (json_is_true(json_object_get(info, "degraded")))
		problem(check, CHECK_CRITICAL, "%s is degraded: %.150s", name,
			ctl_reply_text(info, "degraded_why"));
	if (ctl_reply_text(file, "error")[0] != '\0')
		problem(check, CHECK_WARNING, "%s wiring is not saved: %.200s", name,
			ctl_reply_text(file, "error"));
	if (json_is_true(json_object_get(info, "staged")))
		problem(check, CHECK_WARNING, "%s has changes that wait for a flush", name);
	json_array_foreach (json_object_get(info, "core"), i, item) {
		if (strcmp(ctl_reply_text(item, "status"), "incomplete") == 0)
			problem(check, CHECK_WARNING, "%s %s on core %.0f lacks ports", name,
				ctl_reply_text(item, "type"), ctl_reply_number(item, "core"));
	}
	json_array_foreach (json_object_get(info, "port"), i, item) {
		if (strncmp(ctl_reply_text(item, "port"), "vhost", 5) == 0)
			check_vhost(check, name, info, item);
	}
	check_losses(check, name, info, before);
	check_cores(check, name, info, before);
}

/* A recorder: a disk that is full, writers that are too slow. */
static void
check_pcap(struct check *check, const char *name, const json_t *info, const json_t *before)
{
	const json_t *lost = json_object_get(info, "lost"), *old = json_object_get(before, "lost");
	const json_t *core;
	double all = 0;
	size_t i;

	json_array_foreach (json_object_get(info, "core"), i, core) {
		if (ctl_reply_text(core, "error")[0] != '\0')
			problem(check, CHECK_WARNING, "%s core %.0f writes no more: %.100s", name,
				ctl_reply_number(core, "core"), ctl_reply_text(core, "error"));
	}
	for (void *k = json_object_iter((json_t *)lost); k != NULL;
	     k = json_object_iter_next((json_t *)lost, k)) {
		all += json_number_value(json_object_iter_value(k));
		if (before != NULL && ctl_table_growth(lost, old, json_object_iter_key(k)) > 0)
			problem(check, CHECK_WARNING, "%s loses packets: %s", name,
				json_object_iter_key(k));
	}
	figure(check, " %s_drops=%.0fc", name, all);
}

/* A spp_vf that dies costs memory, and one that comes when it is used up is refused. */
static void
check_heap(struct check *check, const json_t *info)
{
	const json_t *heap = json_object_get(info, "heap");
	const json_t *left = json_object_get(heap, "restarts_left");
	double others = ctl_reply_number(heap, "others") / (1024 * 1024);
	char taken[64] = "";

	if (others >= 1)
		snprintf(taken, sizeof(taken), " (%.0f MiB of it taken by other DPDK programs)",
			 others);
	if (left != NULL && json_number_value(left) < RESTARTS_LOW)
		problem(check, CHECK_WARNING,
			"the primary's memory%s is good for %.0f restarts of a VF, then it must be "
			"restarted itself",
			taken, json_number_value(left));
}

static void
check_primary(struct check *check, const json_t *info, const json_t *before)
{
	const json_t *item, *old;
	size_t i;

	json_array_foreach (json_object_get(info, "nic"), i, item) {
		const char *port = ctl_reply_text(item, "port");
		double missed;

		if (!json_is_true(json_object_get(item, "link")) &&
		    ctl_reply_number(item, "holder") > 0)
			problem(check, CHECK_WARNING, "%s is down", port);
		old = ctl_table_same(json_object_get(before, "nic"), item, "port", NULL);
		missed = old != NULL ? ctl_table_growth(item, old, "rx_missed") : 0;
		if (missed > 0)
			problem(check, CHECK_WARNING, "%s missed %.0f packets", port, missed);
		figure(check, " %s_rx=%.0fc %s_tx=%.0fc", port,
		       ctl_reply_number(item, "rx_packets"), port,
		       ctl_reply_number(item, "tx_packets"));
	}
	json_array_foreach (json_object_get(info, "vf"), i, item) {
		double missing = ctl_reply_number(json_object_get(item, "mbufs"), "missing") +
				 ctl_reply_number(json_object_get(item, "vectors"), "missing");

		if (missing > 0)
			problem(check, CHECK_WARNING, "slot %.0f leaked %.0f buffers",
				ctl_reply_number(item, "slot"), missing);
	}
	check_heap(check, info);
}

/* Whose socket is there and nobody answers: killed, or stopped. */
static void
check_sockets(struct check *check, const struct ctl *ctl, const struct ctl_found *found)
{
	const char *why;
	DIR *dir = opendir(ctl->run_dir);
	struct dirent *entry;
	char name[SPP_PROCESS_NAME_SIZE];
	int process;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		process = spp_process_of_socket(entry->d_name);
		/* One process may have two sockets. */
		if (process < 0 || strstr(entry->d_name, ".sock") == NULL ||
		    ctl_find_info(found, spp_process_name((unsigned int)process, name)) != NULL)
			continue;
		why = ctl_reply_text(found->silent, name);
		problem(check, CHECK_CRITICAL, "%s %s", name,
			why[0] != '\0' ? why : "does not answer (ended without order?)");
	}
	if (dir != NULL)
		closedir(dir);
}

/* One that was started with -s and has nobody to take orders from. */
static void
check_controller(struct check *check, const char *name, const json_t *info)
{
	const json_t *controller = json_object_get(info, "controller");

	if (json_is_object(controller) && !json_is_true(json_object_get(controller, "connected")))
		problem(check, CHECK_WARNING, "%s has lost its controller %s", name,
			ctl_reply_text(controller, "address"));
}

/* After an upgrade what is installed may not fit what runs: a spp_vf that dies then stays away. */
static void
check_version(struct check *check, const char *name, const json_t *info)
{
	if (json_is_true(json_object_get(json_object_get(info, "version"), "restart_pending")))
		problem(check, CHECK_WARNING,
			"%s: restart pending, its program or a library was replaced", name);
}

static void
check_all(struct check *check, const struct ctl *ctl, const struct ctl_found *found,
	  const json_t *now, const json_t *before)
{
	unsigned int nb_vf = 0, nb_pcap = 0;

	check_sockets(check, ctl, found);
	if (found->agent_silent)
		problem(check, CHECK_WARNING, "%s", found->agent_err.text);
	for (void *i = json_object_iter((json_t *)now); i != NULL;
	     i = json_object_iter_next((json_t *)now, i)) {
		const char *name = json_object_iter_key(i);
		const json_t *old = json_object_get(before, name);

		check_controller(check, name, json_object_iter_value(i));
		check_version(check, name, json_object_iter_value(i));
		if (strcmp(name, "primary") == 0) {
			check_primary(check, json_object_iter_value(i), old);
			continue;
		}
		if (ctl_table_is_pcap(json_object_iter_value(i))) {
			nb_pcap++;
			check_pcap(check, name, json_object_iter_value(i), old);
			continue;
		}
		nb_vf++;
		check_vf(check, name, json_object_iter_value(i), old);
	}
	if (json_object_size(now) == 0)
		problem(check, CHECK_CRITICAL, "no process answers in %s", ctl->run_dir);
	else if (json_object_get(now, "primary") == NULL)
		problem(check, CHECK_CRITICAL, "no spp_primary answers");
	else if (nb_vf == 0 && nb_pcap == 0) /* a recorder has work without a spp_vf */
		problem(check, CHECK_CRITICAL, "neither a spp_vf nor a spp_pcap answers");
	figure(check, " vfs=%u", nb_vf);
}

static void
print_line(const struct check *check, const char *figures, const json_t *now)
{
	const json_t *text;
	size_t i;

	printf("SPP %s:", state_words[check->state]);
	json_array_foreach (check->problems, i, text)
		printf("%s %s", i > 0 ? "," : "", json_string_value(text));
	if (i == 0)
		printf(" %zu processes", json_object_size(now));
	printf(" |%s\n", figures);
}

static void
print_json(const struct check *check, const char *figures)
{
	json_t *out = json_pack("{s:s, s:i, s:O, s:s}", "state", state_words[check->state], "code",
				(int)check->state, "problems", check->problems, "figures",
				figures + strspn(figures, " "));

	ctl_reply_print(out);
	json_decref(out);
}

static void
print(const struct ctl *ctl, const struct check *check, const char *figures, const json_t *now)
{
	if (ctl->json)
		print_json(check, figures);
	else
		print_line(check, figures, now);
}

/* Who may not ask does not know: that is nobody's fault. */
static void
say_unknown(const struct ctl *ctl, struct check *check, const struct ctl_found *found)
{
	const char *name;
	json_t *why;

	problem(check, CHECK_UNKNOWN,
		"uid %u may not ask who is in %s (that is for root and SPP_RUN_GROUP)", geteuid(),
		ctl->run_dir);
	json_object_foreach (found->silent, name, why)
		problem(check, CHECK_UNKNOWN, "%s", json_string_value(why));
	print(ctl, check, "", NULL);
}

/* Two looks, for what goes on between them. */
static void
look_and_check(const struct ctl *ctl, struct check *check, struct ctl_found *found)
{
	const struct timespec pause = {
		.tv_sec = (time_t)ctl->interval_s,
		.tv_nsec = (long)((ctl->interval_s - (double)(time_t)ctl->interval_s) * 1e9)};
	json_t *before, *now;
	char *figures = NULL;
	size_t size = 0;

	before = ctl_find_infos(found);
	if (ctl->interval_s > 0 && json_object_size(before) > 0) {
		nanosleep(&pause, NULL);
		ctl_find_free(found);
		ctl_find(ctl, found);
	}
	now = ctl_find_infos(found);
	check->figures = open_memstream(&figures, &size);
	if (check->figures == NULL)
		abort(); /* some hundred bytes: nothing sensible is left to do */
	check_all(check, ctl, found, now, before);
	fclose(check->figures);
	print(ctl, check, figures, now);
	free(figures);
	json_decref(before);
	json_decref(now);
}

int
ctl_check_run(const struct ctl *ctl, int nb, char **words)
{
	struct check check = {.problems = json_array()};
	struct ctl_found found;

	ctl_find(ctl, &found);
	if (found.forbidden)
		say_unknown(ctl, &check, &found);
	else
		look_and_check(ctl, &check, &found);
	ctl_find_free(&found);
	json_decref(check.problems);
	return (int)check.state;
}
