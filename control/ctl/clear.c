/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl clear [PORT|NAME]`: counters count from zero again. Asks the processes' own sockets, as
 * that changes no wiring; packets do not notice.
 */
#include "ctl/clear.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change/near.h"
#include "change/process.h"
#include "ctl/ask.h"
#include "ctl/complain.h"
#include "ctl/find.h"
#include "ctl/ports.h"
#include "ctl/reply.h"
#include "spp/error.h"
#include "wiring/names.h"

/* Clear one process, or of that one only a port (NULL: everything); its reply goes to `all`. */
static int
clear_one(const struct ctl *ctl, const char *name, const char *port, json_t *all)
{
	json_t *request =
		json_pack("{s:[{s:s, s:s*}]}", "commands", "command", "clear", "port", port);
	char *text = json_dumps(request, JSON_COMPACT);
	struct spp_error err = {"out of memory"};
	json_t *reply = NULL;
	int ret = CTL_OK;

	json_decref(request);
	if (text == NULL || ctl_ask_own(ctl, name, text, &reply, &err) < 0) {
		ctl_complain("%s: %s", name, err.text);
		ret = CTL_UNREACHABLE;
	} else if (!ctl_reply_ok(reply)) {
		ctl_complain("%s: %s", name, ctl_reply_error(reply));
		ret = CTL_ERROR;
	} else if (!ctl->json) {
		printf("%s: %s%scounts from zero\n", name, port != NULL ? port : "",
		       port != NULL ? " " : "");
	}
	free(text);
	if (reply != NULL)
		json_object_set_new(all, name, reply);
	return ret;
}

static const char *
known_word(const void *words, size_t i)
{
	return json_string_value(json_array_get(words, i));
}

static void
know(void *words, const char *word)
{
	json_array_append_new(words, json_string(word));
}

/* Nobody has the port (--to: that process has not), or it is none at all. */
static int
complain_unknown(const struct ctl *ctl, const char *word, json_t *infos)
{
	struct spp_error err;
	struct spp_port port;
	int ret = spp_port_parse(word, &port, &err);
	json_t *words = json_array(), *info;
	const char *near, *name, *why = "neither a port (nic0, vhost0 ...) nor a process (vf1 ...)";

	if (ret == -ERANGE) {
		ctl_complain("%s", err.text);
		json_decref(words);
		return CTL_USAGE;
	}
	json_object_foreach (infos, name, info) {
		if (ctl->to != NULL && strcmp(name, ctl->to) != 0)
			continue;
		know(words, name);
		ctl_ports_each(info, NULL, know, words);
	}
	near = spp_near_word(word, known_word, words);
	if (ret == 0)
		why = ctl->to != NULL ? "that process has no such port"
				      : "no process has this port";
	ctl_complain("%s: %s%s%s%s", word, why, near != NULL ? "; did you mean " : "",
		     near != NULL ? near : "", near != NULL ? "?" : "");
	json_decref(words);
	return ret == 0 ? CTL_ERROR : CTL_USAGE;
}

/* All processes, or those that have the port; --to: only that one. */
static int
clear_all(const struct ctl *ctl, const char *word, json_t *all)
{
	struct ctl_found found;
	json_t *infos, *info;
	int ret = CTL_OK, one, nb = 0;
	const char *name;

	ctl_find(ctl, &found);
	found.agent_silent = false; /* it is not needed here */
	if (ctl_find_complain(&found) > 0)
		ret = CTL_UNREACHABLE;
	infos = ctl_find_infos(&found);
	ctl_find_free(&found);
	if (json_object_size(infos) == 0) {
		ctl_complain("no process answers in %s", ctl->run_dir);
		json_decref(infos);
		return CTL_UNREACHABLE;
	}
	json_object_foreach (infos, name, info) {
		if ((word != NULL && !ctl_ports_has(info, word)) ||
		    (ctl->to != NULL && strcmp(name, ctl->to) != 0))
			continue;
		one = clear_one(ctl, name, word, all);
		ret = one > ret ? one : ret;
		nb++;
	}
	if (nb == 0 && ctl->to != NULL && json_object_get(infos, ctl->to) == NULL) {
		ctl_complain("%s: no such process answers in %s", ctl->to, ctl->run_dir);
		ret = CTL_UNREACHABLE;
	} else if (nb == 0) {
		ret = complain_unknown(ctl, word, infos);
	}
	json_decref(infos);
	return ret;
}

int
ctl_clear_run(const struct ctl *ctl, int nb, char **words)
{
	json_t *all;
	int ret;

	if (nb > 0 && ctl->to != NULL && spp_process_parse(words[0]) >= 0 &&
	    strcmp(words[0], ctl->to) != 0) {
		ctl_complain("clear %s --to %s: one process or the other", words[0], ctl->to);
		return CTL_USAGE;
	}
	all = json_object();
	if (nb > 0 && spp_process_parse(words[0]) >= 0)
		ret = clear_one(ctl, words[0], NULL, all);
	else
		ret = clear_all(ctl, nb > 0 ? words[0] : NULL, all);
	if (ctl->json && json_object_size(all) > 0)
		ctl_reply_print(all);
	json_decref(all);
	return ret;
}
