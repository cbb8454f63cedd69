/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl complete WORD...` and `sppctl describe WORD...`. See complete.h. Asks the processes for
 * ports, components and cores as they are now.
 */
#include "ctl/complete.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl/find.h"
#include "ctl/options.h"
#include "ctl/ports.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "ctl/table_pcap.h"
#include "spp/drop.h"
#include "spp/error.h"
#include "trace/remedy.h"
#include "wiring/names.h"

static const char *typed = ""; /* the beginning of the word */
static json_t *offered;        /* several processes may have the same */
static bool drops_typed;       /* --drops is among the words */
static bool described;         /* with what the word means, behind a tab */

/* @param what it means, "": nothing is to be said */
static void
offer(const char *word, const char *what)
{
	if (strncmp(word, typed, strlen(typed)) != 0 || json_object_get(offered, word) != NULL)
		return;
	if (described && what[0] != '\0')
		printf("%s\t%s\n", word, what);
	else
		puts(word);
	json_object_set_new(offered, word, json_true());
}

/* What it is called, and whether anybody is at its other end. @param arg the info it is of */
static void
offer_port(void *arg, const char *word)
{
	const json_t *info = arg, *port;
	const char *label = ctl_table_label(info, word), *link = "";
	char what[96];
	size_t i;

	json_array_foreach (json_object_get(info, "port"), i, port) {
		bool up = json_is_true(json_object_get(port, "link"));

		if (strcmp(ctl_reply_text(port, "port"), word) != 0)
			continue;
		if (strncmp(word, "vhost", 5) == 0)
			link = up ? "guest connected" : "no guest";
		else if (strncmp(word, "nic", 3) == 0 || strncmp(word, "uplink", 6) == 0)
			link = up ? "link up" : "link down";
	}
	snprintf(what, sizeof(what), "%s%s%s", label,
		 label[0] != '\0' && link[0] != '\0' ? ", " : "", link);
	offer(word, what);
}

/* A component by its name or core; one of its kind by its type, too. */
static void
offer_component(const json_t *core)
{
	const char *name = ctl_reply_text(core, "name"), *type = ctl_reply_text(core, "type");
	char word[16], rx[96], tx[96], what[256];

	snprintf(what, sizeof(what), "%s, %s to %s", type,
		 ctl_table_words(json_object_get(core, "rx"), rx, sizeof(rx)),
		 ctl_table_words(json_object_get(core, "tx"), tx, sizeof(tx)));
	snprintf(word, sizeof(word), "%.0f", ctl_reply_number(core, "core"));
	offer(name[0] != '\0' ? name : word, what);
	if (name[0] == '\0' && strcmp(type, "forward") != 0)
		offer(type, what);
}

static void
offer_cores(const json_t *info, bool idle)
{
	const json_t *core;
	char word[16];
	size_t i;

	json_array_foreach (json_object_get(info, "core"), i, core) {
		if ((strcmp(ctl_reply_text(core, "status"), "idle") == 0) != idle)
			continue;
		snprintf(word, sizeof(word), "%.0f", ctl_reply_number(core, "core"));
		if (idle)
			offer(word, "free core");
		else
			offer_component(core);
	}
}

static void
offer_processes(const struct ctl *ctl, bool primary)
{
	struct ctl_found found;
	json_t *item;
	size_t i;

	ctl_find_list(ctl, &found);
	json_array_foreach (json_object_get(found.list, "processes"), i, item) {
		const char *name = ctl_reply_text(item, "name");

		if (primary || strcmp(name, "primary") != 0)
			offer(name, ctl_reply_text(item, "state"));
	}
	ctl_find_free(&found);
}

static json_t *
find_infos(const struct ctl *ctl)
{
	struct ctl_found found;
	json_t *infos;

	ctl_find(ctl, &found);
	infos = ctl_find_infos(&found);
	ctl_find_free(&found);
	return infos;
}

/* Reasons to drop, for capture --drops. */
static void
offer_reasons(void)
{
	for (unsigned int i = 0; i < SPP_DROP_NB; i++)
		offer(spp_drop_name(i), spp_drop_text(i));
}

/* The word at `place` (from 0) behind the command. */
static void
offer_word(const struct ctl *ctl, const char *command, int place)
{
	bool first = place == 0;
	const char *name;
	json_t *all, *info;

	if (strcmp(command, "status") == 0 || strcmp(command, "send") == 0 ||
	    strcmp(command, "history") == 0) {
		if (first)
			offer_processes(ctl, true);
		return; /* bash offers files for the rest */
	}
	if (strcmp(command, "topo") == 0 || strcmp(command, "dump") == 0) {
		if (first)
			offer_processes(ctl, false);
		return;
	}
	if (strcmp(command, "capture") == 0 && drops_typed)
		offer_reasons();
	if (strcmp(command, "address") == 0 && first) {
		offer("add", "one more address");
		offer("del", "one less");
		return;
	}
	if (strcmp(command, "pcap") == 0 && first) {
		offer("start", "begin to record");
		offer("stop", "end it");
		offer("status", "what is recorded, and where");
		return;
	}
	all = find_infos(ctl);
	json_object_foreach (all, name, info) {
		if (strcmp(command, "pcap") == 0 && place == 1 && ctl_table_is_pcap(info))
			offer(name, ctl_reply_text(info, "status"));
		if (strcmp(command, "clear") == 0 && first) {
			offer(name, "all its counters");
			ctl_ports_each(info, NULL, offer_port, info);
		}
		if (strcmp(name, "primary") == 0)
			continue;
		if (((strcmp(command, "trace") == 0 || strstr(command, "mirror") != NULL) &&
		     first) ||
		    strcmp(command, "capture") == 0)
			ctl_ports_each(info, NULL, offer_port, info);
		else if ((strstr(command, "plug") != NULL && first) ||
			 (strstr(command, "patch") != NULL && place < 2) ||
			 (strcmp(command, "address") == 0 && place == 1))
			ctl_ports_each(info, "vhost", offer_port, info);
		else if (strcmp(command, "move") == 0 && place < 2)
			offer_cores(info, !first);
	}
	json_decref(all);
}

static const struct ctl_command *
find_command(const struct ctl *ctl, const char *word)
{
	for (const struct ctl_command *c = ctl->commands; c->summary != NULL; c++)
		if (strcmp(c->name, word) == 0)
			return c;
	return NULL;
}

static void
offer_nics(const struct ctl *ctl)
{
	json_t *all = find_infos(ctl), *info;
	const char *name;

	json_object_foreach (all, name, info)
		if (strcmp(name, "primary") != 0) {
			ctl_ports_each(info, "nic", offer_port, info);
			ctl_ports_each(info, "uplink", offer_port, info);
		}
	json_decref(all);
}

/* Where copies may go. */
static void
offer_ports(const struct ctl *ctl)
{
	json_t *all = find_infos(ctl), *info;
	const char *name;

	json_object_foreach (all, name, info)
		if (strcmp(name, "primary") != 0)
			ctl_ports_each(info, NULL, offer_port, info);
	json_decref(all);
}

static void
offer_filters(void)
{
	offer(spp_filter_name(SPP_FILTER_RESERVED),
	      "drop what a VM sends to the next switch itself");
	offer(spp_filter_name(SPP_FILTER_NONE), "let it pass");
}

/* `vf1,` of `--to`: with the second of two. */
static void
offer_second(const struct ctl *ctl)
{
	size_t first = strcspn(typed, ",");
	struct ctl_found found;
	json_t *item;
	size_t i;

	ctl_find_list(ctl, &found);
	json_array_foreach (json_object_get(found.list, "processes"), i, item) {
		const char *name = ctl_reply_text(item, "name");
		char word[256];

		if (strcmp(name, "primary") == 0 ||
		    (strlen(name) == first && strncmp(name, typed, first) == 0))
			continue;
		snprintf(word, sizeof(word), "%.*s,%s", (int)first, typed, name);
		offer(word, ctl_reply_text(item, "state"));
	}
	ctl_find_free(&found);
}

static bool
takes_two(const struct ctl_command *command)
{
	return command != NULL &&
	       (strcmp(command->name, "patch") == 0 || strcmp(command->name, "plug") == 0);
}

static void
offer_value(const struct ctl *ctl, const char *option, const struct ctl_command *command)
{
	if (strcmp(option, "--to") == 0 && command != NULL &&
	    strstr(command->name, "mirror") != NULL)
		offer_ports(ctl);
	else if (strcmp(option, "--to") == 0 && strchr(typed, ',') != NULL && takes_two(command))
		offer_second(ctl);
	else if (strcmp(option, "--to") == 0)
		offer_processes(ctl, command != NULL && strcmp(command->name, "clear") == 0);
	else if (strcmp(option, "--nic") == 0)
		offer_nics(ctl);
	else if (strcmp(option, "--guest-filter") == 0)
		offer_filters();
	/* the others: any text */
}

int
ctl_complete_run(const struct ctl *ctl, int nb, char **words)
{
	const struct ctl_command *command = NULL;
	const char *option = NULL;
	int place = 0;

	typed = nb > 0 ? words[nb - 1] : "";
	for (int i = 0; i + 1 < nb; i++) {
		bool value = option != NULL;

		drops_typed = drops_typed || strcmp(words[i], "--drops") == 0;
		option = !value && ctl_options_has_value(words[i]) ? words[i] : NULL;
		if (value || words[i][0] == '-')
			continue;
		if (command == NULL)
			command = find_command(ctl, words[i]);
		else
			place++;
	}
	offered = json_object();
	if (option != NULL)
		offer_value(ctl, option, command);
	else if (typed[0] == '-')
		ctl_options_words(offer, command != NULL ? command->options : "");
	else if (command != NULL)
		offer_word(ctl, command->name, place);
	else
		for (const struct ctl_command *c = ctl->commands; c->summary != NULL; c++)
			offer(c->name, c->summary);
	json_decref(offered);
	return CTL_OK;
}

int
ctl_describe_run(const struct ctl *ctl, int nb, char **words)
{
	described = true;
	return ctl_complete_run(ctl, nb, words);
}
