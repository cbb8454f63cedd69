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
#include "ctl/ends.h"
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

static bool
is_type(const json_t *info, const char *type)
{
	return strcmp(ctl_reply_text(info, "process_type"), type) == 0;
}

/* A spp_pcap has no wiring; VMs and NICs are those of a spp_vf, but for what a spp_mirror uses. */
static bool
may_be_meant(const json_t *info, const char *port)
{
	return !is_type(info, "pcap") &&
	       (!is_type(info, "mirror") || port == NULL || ctl_ends_user(info, port, "rx") >= 0 ||
		ctl_ends_user(info, port, "tx") >= 0);
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
find(const struct ctl *ctl, const struct ctl_found *all, const char *port, const char *component,
     char *name, struct spp_error *err)
{
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
	json_object_foreach (all->replies, one, reply) {
		info = json_object_get(reply, "info");
		if (strcmp(one, "primary") == 0 || !may_be_meant(info, port))
			continue;
		nb++;
		snprintf(only, sizeof(only), "%s", one);
		if (used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 used > 0 ? " " : "", one);
		if ((port != NULL && ctl_ports_has(info, port)) ||
		    (component != NULL && has_component(info, component))) {
			nb_found++;
			snprintf(found, sizeof(found), "%s", one);
		}
	}
	if (nb != 1 && nb_found != 1)
		return no_choice(port != NULL ? port : component, names, nb_found, err);
	snprintf(name, SPP_PROCESS_NAME_SIZE, "%s", nb == 1 ? only : found);
	return 0;
}

int
ctl_target_among(const struct ctl *ctl, const struct ctl_found *all, const char *port,
		 const char *component, char name[SPP_PROCESS_NAME_SIZE])
{
	struct spp_error err = {""};
	int ret = find(ctl, all, port, component, name, &err);

	if (ret == 0)
		return -1;
	ctl_complain("%s", err.text);
	return ret == -EINVAL ? CTL_USAGE : CTL_UNREACHABLE;
}

int
ctl_target_find(const struct ctl *ctl, const char *port, const char *component,
		char name[SPP_PROCESS_NAME_SIZE])
{
	struct ctl_found all = {.replies = NULL};
	int ret;

	if (ctl->to == NULL) {
		ctl_find(ctl, &all);
		ctl_find_complain(&all);
	}
	ret = ctl_target_among(ctl, &all, port, component, name);
	ctl_find_free(&all);
	return ret;
}

/* Which spp_vf has the port in its wiring; NULL: none. */
static const char *
wired_by(const json_t *infos, const char *port)
{
	for (void *i = json_object_iter((json_t *)infos); i != NULL;
	     i = json_object_iter_next((json_t *)infos, i))
		if (strcmp(json_object_iter_key(i), "primary") != 0 &&
		    (ctl_ends_user(json_object_iter_value(i), port, "rx") >= 0 ||
		     ctl_ends_user(json_object_iter_value(i), port, "tx") >= 0))
			return json_object_iter_key(i);
	return NULL;
}

/* The NICs of one spp_vf that it wires, or may: nobody else does. */
struct wires {
	const json_t *infos;
	const char *name;
	unsigned int nb;
};

static void
count_wire(void *arg, const char *port)
{
	struct wires *wires = arg;
	const char *holder = wired_by(wires->infos, port);

	wires->nb += holder == NULL || strcmp(holder, wires->name) == 0;
}

static unsigned int
count_wires(const json_t *infos, const char *name)
{
	struct wires wires = {.infos = infos, .name = name};

	ctl_ports_each(json_object_get(infos, name), "nic", count_wire, &wires);
	ctl_ports_each(json_object_get(infos, name), "uplink", count_wire, &wires);
	return wires.nb;
}

/* One of several that could be meant. */
static void
put_name(char *names, size_t size, const char *name)
{
	size_t used = strlen(names);

	snprintf(names + used, size - used, "%s%s", used > 0 ? " " : "", name);
}

/* @return -1: go on with `name` */
static int
find_other(const json_t *infos, const char *port, const char *first, char *name)
{
	const char *holder = port != NULL ? wired_by(infos, port) : NULL, *one;
	const json_t *own = json_object_get(infos, first);
	char names[256] = "";
	unsigned int nb = 0;
	json_t *info;

	snprintf(name, SPP_PROCESS_NAME_SIZE, "%s", holder != NULL ? holder : first);
	if (holder != NULL || own == NULL ||
	    (port != NULL ? ctl_ports_has(own, port) : count_wires(infos, first) > 0))
		return -1;
	json_object_foreach ((json_t *)infos, one, info) {
		if (strcmp(one, "primary") == 0 || strcmp(one, first) == 0 ||
		    !may_be_meant(info, port != NULL ? port : "") ||
		    !(port != NULL ? ctl_ports_has(info, port) : count_wires(infos, one) > 0))
			continue;
		nb++;
		snprintf(name, SPP_PROCESS_NAME_SIZE, "%s", one);
		put_name(names, sizeof(names), one);
	}
	if (nb <= 1)
		return -1;
	if (port == NULL)
		ctl_complain("%s has no NIC, and several others have (%s): say which NIC with "
			     "--nic nicN or uplinkN",
			     first, names);
	else
		ctl_complain("%s: more than one spp_vf has it (%s): say which with --to %s,NAME",
			     port, names, first);
	return CTL_USAGE;
}

int
ctl_target_other(const struct ctl *ctl, const struct ctl_found *all, const char *port,
		 const char *first, char name[SPP_PROCESS_NAME_SIZE])
{
	json_t *infos;
	int ret;

	if (ctl->to_other != NULL) {
		snprintf(name, SPP_PROCESS_NAME_SIZE, "%s", ctl->to_other);
		return -1;
	}
	infos = ctl_find_infos(all);
	ret = find_other(infos, port, first, name);
	json_decref(infos);
	return ret;
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
