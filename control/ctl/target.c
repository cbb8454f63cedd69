/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which spp_vf a command means. See target.h.
 */
#include "ctl/target.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/complain.h"
#include "ctl/find.h"
#include "ctl/ports.h"
#include "ctl/reply.h"

static bool
has_component(const json_t *info, const char *word)
{
	const json_t *core;
	size_t i;

	json_array_foreach (json_object_get(info, "core"), i, core) {
		if (strcmp(ctl_reply_text(core, "name"), word) == 0)
			return true;
	}
	return false;
}

static int
no_choice(const char *word, const char *names, unsigned int nb_found, struct spp_error *err)
{
	if (names[0] == '\0')
		return spp_error(err, EHOSTUNREACH, "no spp_vf is there (`sppctl ls`)");
	if (word == NULL)
		return spp_error(err, EINVAL, "there are several spp_vf (%s): say which with --to",
				 names);
	return spp_error(err, EINVAL, "%.80s: %s of the spp_vf has it (%s): say which with --to",
			 word, nb_found == 0 ? "none" : "more than one", names);
}

static int
find(const struct ctl *ctl, const char *port, const char *component, char *name,
     struct spp_error *err)
{
	struct ctl_found all;
	const json_t *info;
	const char *one;
	json_t *reply;
	unsigned int nb = 0, nb_found = 0;
	char names[256] = "", only[SPP_PROCESS_NAME_SIZE] = "", found[SPP_PROCESS_NAME_SIZE] = "";
	size_t used = 0;

	if (ctl->to != NULL) {
		snprintf(name, SPP_PROCESS_NAME_SIZE, "%s", ctl->to);
		return 0;
	}
	ctl_find(ctl, &all);
	ctl_find_complain(&all);
	json_object_foreach (all.replies, one, reply) {
		if (strcmp(one, "primary") == 0)
			continue;
		nb++;
		snprintf(only, sizeof(only), "%s", one);
		if (used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 used > 0 ? " " : "", one);
		info = json_object_get(reply, "info");
		if ((port != NULL && ctl_ports_has(info, port)) ||
		    (component != NULL && has_component(info, component))) {
			nb_found++;
			snprintf(found, sizeof(found), "%s", one);
		}
	}
	ctl_find_free(&all);
	if (nb != 1 && nb_found != 1)
		return no_choice(port != NULL ? port : component, names, nb_found, err);
	snprintf(name, SPP_PROCESS_NAME_SIZE, "%s", nb == 1 ? only : found);
	return 0;
}

int
ctl_target_find(const struct ctl *ctl, const char *port, const char *component,
		char name[SPP_PROCESS_NAME_SIZE])
{
	struct spp_error err = {""};
	int ret = find(ctl, port, component, name, &err);

	if (ret == 0)
		return -1;
	ctl_complain("%s", err.text);
	return ret == -EINVAL ? CTL_USAGE : CTL_UNREACHABLE;
}

void
ctl_target_holder(const struct ctl *ctl, const char *name, struct spp_error *err)
{
	struct spp_error ignored;
	const json_t *controller;
	json_t *reply = NULL;
	size_t used = strlen(err->text);

	if (ctl_ask_own_status(ctl, name, &reply, &ignored) < 0)
		return;
	controller = json_object_get(json_object_get(reply, "info"), "controller");
	if (controller == NULL || json_is_null(controller))
		snprintf(err->text + used, sizeof(err->text) - used,
			 "; %s runs without a controller (it was started without -s)", name);
	else if (json_is_true(json_object_get(controller, "connected")))
		snprintf(err->text + used, sizeof(err->text) - used,
			 "; %s is held by the controller at %.80s: change it there, or restart it "
			 "with -s of this spp_agent",
			 name, ctl_reply_text(controller, "address"));
	else
		snprintf(err->text + used, sizeof(err->text) - used,
			 "; %s waits for a controller at %.80s: let spp_agent listen there "
			 "(--listen)",
			 name, ctl_reply_text(controller, "address"));
	json_decref(reply);
}
