/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl complete WORD...`: what the last word may become, one a line; the words before it are
 * those typed so far. Called by the bash completion; asks the processes for ports, components and
 * cores as they are now.
 */
#include <string.h>

#include "ctl.h"
#include "ctl_options.h"

static const char *typed = ""; /* the beginning of the word */
static json_t *offered;        /* several processes may have the same */

static void
offer(const char *word)
{
	if (strncmp(word, typed, strlen(typed)) != 0 || json_object_get(offered, word) != NULL)
		return;
	puts(word);
	json_object_set_new(offered, word, json_true());
}

static void
offer_port(void *arg, const char *word)
{
	(void)arg;
	offer(word);
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
		if (json_object_get(core, "name") != NULL) {
			offer(ctl_reply_text(core, "name"));
			continue;
		}
		snprintf(word, sizeof(word), "%.0f", ctl_reply_number(core, "core"));
		offer(word);
		if (!idle && strcmp(ctl_reply_text(core, "type"), "forward") != 0)
			offer(ctl_reply_text(core, "type"));
	}
}

static void
offer_processes(const struct ctl *ctl, bool primary)
{
	struct spp_error err;
	json_t *list = ctl_find_all(ctl, &err), *item;
	size_t i;

	json_array_foreach (json_object_get(list, "processes"), i, item) {
		const char *name = ctl_reply_text(item, "name");

		if (primary || strcmp(name, "primary") != 0)
			offer(name);
	}
	json_decref(list);
}

/* The word at `place` (from 0) behind the command. */
static void
offer_word(const struct ctl *ctl, const char *command, int place)
{
	bool first = place == 0;
	struct spp_error err;
	const char *name;
	json_t *all, *info;

	if (strcmp(command, "status") == 0 || strcmp(command, "send") == 0) {
		if (first)
			offer_processes(ctl, true);
		return; /* bash offers files for the rest */
	}
	if (strcmp(command, "topo") == 0 || strcmp(command, "dump") == 0) {
		if (first)
			offer_processes(ctl, false);
		return;
	}
	all = ctl_find_infos(ctl, &err);
	json_object_foreach (all, name, info) {
		if (strcmp(command, "clear") == 0 && first) {
			offer(name);
			ctl_ports_each(info, NULL, offer_port, NULL);
		}
		if (strcmp(name, "primary") == 0)
			continue;
		if (strstr(command, "plug") != NULL && first)
			ctl_ports_each(info, "vhost", offer_port, NULL);
		else if (strstr(command, "patch") != NULL && place < 2)
			ctl_ports_each(info, "vhost", offer_port, NULL);
		else if (strcmp(command, "move") == 0 && place < 2)
			offer_cores(info, !first);
	}
	json_decref(all);
}

static const struct ctl_command *
find_command(const char *word)
{
	for (const struct ctl_command *c = ctl_commands; c->summary != NULL; c++)
		if (strcmp(c->name, word) == 0)
			return c;
	return NULL;
}

static void
offer_nics(const struct ctl *ctl)
{
	struct spp_error err;
	json_t *all = ctl_find_infos(ctl, &err), *info;
	const char *name;

	json_object_foreach (all, name, info)
		if (strcmp(name, "primary") != 0)
			ctl_ports_each(info, "nic", offer_port, NULL);
	json_decref(all);
}

int
ctl_complete_run(const struct ctl *ctl, int nb, char **words)
{
	static const char *const with_value[] = {"--to",       "--nic",    "--vlan",
						 "--reason",   "--socket", "--timeout",
						 "--interval", "--seconds"};
	const struct ctl_command *command = NULL;
	const char *option = NULL;
	int place = 0;

	typed = nb > 0 ? words[nb - 1] : "";
	for (int i = 0; i + 1 < nb; i++) {
		bool value = option != NULL;

		option = NULL;
		for (size_t j = 0; j < sizeof(with_value) / sizeof(with_value[0]); j++)
			if (!value && strcmp(words[i], with_value[j]) == 0)
				option = with_value[j];
		if (value || words[i][0] == '-')
			continue;
		if (command == NULL)
			command = find_command(words[i]);
		else
			place++;
	}
	offered = json_object();
	if (option != NULL && strcmp(option, "--to") == 0)
		offer_processes(ctl, command != NULL && strcmp(command->name, "clear") == 0);
	else if (option != NULL && strcmp(option, "--nic") == 0)
		offer_nics(ctl);
	else if (option != NULL)
		; /* any text */
	else if (typed[0] == '-')
		ctl_options_words(offer, command != NULL ? command->options : "");
	else if (command != NULL)
		offer_word(ctl, command->name, place);
	else
		for (const struct ctl_command *c = ctl_commands; c->summary != NULL; c++)
			offer(c->name);
	json_decref(offered);
	return CTL_OK;
}
