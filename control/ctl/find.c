/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Finds the processes. See find.h.
 */
#include "ctl/find.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ask/exchange.h"
#include "change/process.h"
#include "ctl/ask.h"
#include "ctl/complain.h"
#include "ctl/name.h"
#include "ctl/reply.h"
#include "spp/limits.h"

static const char ask_status[] = "{\"commands\":[{\"command\":\"status\"}]}";
static const char ask_ls[] = "{\"request\":\"ls\"}";

/** The exchanges of one look. */
struct look {
	unsigned int nb;
	unsigned int process[SPP_PROCESS_ID_MAX + 2]; /* which the exchange is with */
	char path[SPP_PROCESS_ID_MAX + 1][SPP_SOCKET_PATH_SIZE];
	char request[SPP_PROCESS_ID_MAX + 1][64];
	struct spp_exchange exchange[SPP_PROCESS_ID_MAX + 2]; /* of the agent, too */
};

/** Who did not answer when it was asked first: it is not waited for so long again. */
static bool agent_hangs;
static pid_t agent_pid;
static bool hangs[SPP_PROCESS_ID_MAX + 1];

/* -- who has a socket ------------------------------------------------------------------------- */

static void
add_own(const struct ctl *ctl, struct look *look, unsigned int process)
{
	unsigned int i = look->nb++;
	char name[SPP_PROCESS_NAME_SIZE];

	look->process[i] = process;
	ctl_name_look(ctl, spp_process_name(process, name), look->path[i]);
	look->exchange[i] = (struct spp_exchange){.path = look->path[i],
						  .request = ask_status,
						  .size = sizeof(ask_status) - 1,
						  .timeout_ms = hangs[process] ? CTL_FIND_AGAIN_MS
									       : CTL_ASK_OWN_MS};
}

/* In the order of their numbers. */
static void
list_own(const struct ctl *ctl, struct look *look, struct ctl_found *found)
{
	bool there[SPP_PROCESS_ID_MAX + 1] = {false};
	DIR *dir = opendir(ctl->run_dir);
	struct dirent *entry;
	int process;

	found->forbidden = dir == NULL && errno == EACCES;
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if ((process = spp_process_of_socket(entry->d_name)) >= 0)
			there[process] = true;
	if (dir != NULL)
		closedir(dir);
	for (unsigned int id = 0; id <= SPP_PROCESS_ID_MAX; id++)
		if (there[id])
			add_own(ctl, look, id);
}

/* -- what they said --------------------------------------------------------------------------- */

/* The item of a process in the list; one is made for a process that is there and spp_agent does not
 * know. */
static json_t *
item_of(struct ctl_found *found, unsigned int process)
{
	json_t *processes = json_object_get(found->list, "processes"), *item;
	char name[SPP_PROCESS_NAME_SIZE];
	size_t i;

	spp_process_name(process, name);
	json_array_foreach (processes, i, item) {
		if (strcmp(ctl_reply_text(item, "name"), name) == 0 &&
		    strcmp(ctl_reply_text(item, "state"), "duplicate") != 0)
			return item;
	}
	item = json_pack("{s:s, s:i, s:s, s:s}", "name", name, "process", (int)process, "type",
			 spp_process_type(process, NULL), "state", "local");
	json_array_append_new(processes, item);
	return item;
}

/* spp_agent names whom it speaks of. */
static const char *
said_of(const char *name, const char *text)
{
	size_t length = strlen(name);

	return strncmp(text, name, length) == 0 && strncmp(text + length, ": ", 2) == 0
		       ? text + length + 2
		       : text;
}

static void
say_silent(struct ctl_found *found, const char *name, const struct spp_exchange *x)
{
	char text[SPP_ERROR_SIZE];

	if (x->ret == -ETIMEDOUT && x->pid > 0)
		snprintf(text, sizeof(text),
			 "does not answer within %llu ms (pid %d: stopped, or busy?)",
			 (unsigned long long)x->timeout_ms, (int)x->pid);
	else if (x->ret == -EACCES)
		snprintf(text, sizeof(text),
			 "%.400s (ask as root, or as a member of SPP_RUN_GROUP)", x->err.text);
	else
		snprintf(text, sizeof(text), "%s", said_of(name, x->err.text));
	json_object_set_new(found->silent, name, json_string(text));
}

/* What came of one exchange with a process, by its own socket or through spp_agent. */
static void
take_status(struct ctl_found *found, struct look *look, unsigned int i, bool own)
{
	struct spp_exchange *x = &look->exchange[i];
	json_t *reply = own ? x->reply : json_incref(json_object_get(x->reply, "reply")), *item;
	char name[SPP_PROCESS_NAME_SIZE];
	const char *type;

	spp_process_name(look->process[i], name);
	if (!own)
		json_decref(x->reply);
	if (reply == NULL) {
		found->forbidden = found->forbidden || x->ret == -EACCES;
		/* A file that nobody serves any more is no process. */
		hangs[look->process[i]] = x->ret == -ETIMEDOUT;
		if (x->ret != -ENOENT && x->ret != -ECONNREFUSED)
			say_silent(found, name, x);
		return;
	}
	json_object_set_new(found->replies, name, reply);
	if (!own)
		return;
	item = item_of(found, look->process[i]);
	json_object_set_new(item, "local", json_string(x->path));
	type = json_string_value(json_object_get(json_object_get(reply, "info"), "process_type"));
	if (type != NULL)
		json_object_set_new(item, "type",
				    json_string(spp_process_type(look->process[i], type)));
	json_object_set(item, "controller",
			json_object_get(json_object_get(reply, "info"), "controller"));
}

static void
take_agent(const struct ctl *ctl, struct ctl_found *found, struct spp_exchange *x)
{
	bool answers = json_is_array(json_object_get(x->reply, "processes"));

	if (x->ret == -ETIMEDOUT && !agent_hangs)
		agent_pid = x->pid;
	agent_hangs = agent_hangs || x->ret == -ETIMEDOUT;
	x->pid = agent_hangs ? agent_pid : x->pid;
	if (answers) {
		found->list = x->reply;
		json_object_del(found->list, "result");
	} else {
		json_decref(x->reply);
		found->list = json_pack("{s:[]}", "processes");
		ctl_ask_agent_error(ctl, x, &found->agent_err);
	}
	json_object_set_new(found->list, "agent", json_boolean(answers));
	found->agent_silent = x->ret == -ETIMEDOUT;
}

/* -- those that only spp_agent knows ---------------------------------------------------------- */

static void
ask_others(const struct ctl *ctl, struct look *look, struct ctl_found *found)
{
	uint64_t wait_ms = ctl->timeout_ms < CTL_ASK_OWN_MS ? ctl->timeout_ms : CTL_ASK_OWN_MS;
	const json_t *item;
	size_t i;

	look->nb = 0;
	json_array_foreach (json_object_get(found->list, "processes"), i, item) {
		const char *name = ctl_reply_text(item, "name");
		unsigned int k = look->nb;

		if (strcmp(ctl_reply_text(item, "state"), "connected") != 0 ||
		    json_object_get(found->replies, name) != NULL ||
		    json_object_get(found->silent, name) != NULL || k > SPP_PROCESS_ID_MAX ||
		    spp_process_parse(name) < 0)
			continue;
		look->process[k] = (unsigned int)spp_process_parse(name);
		snprintf(look->request[k], sizeof(look->request[k]),
			 "{\"request\":\"status\",\"to\":\"%s\",\"wait_ms\":%d}", name,
			 (int)wait_ms);
		look->exchange[k] =
			(struct spp_exchange){.path = ctl->agent_path,
					      .request = look->request[k],
					      .size = strlen(look->request[k]),
					      .timeout_ms = wait_ms + CTL_FIND_AGENT_MS};
		look->nb++;
	}
	ctl_exchange(look->exchange, look->nb);
	for (unsigned int k = 0; k < look->nb; k++) {
		struct spp_exchange *x = &look->exchange[k];

		if (x->reply != NULL && json_object_get(x->reply, "reply") == NULL)
			spp_error(&x->err, EHOSTUNREACH, "%s", ctl_reply_text(x->reply, "message"));
		take_status(found, look, k, false);
	}
}

/* -- all -------------------------------------------------------------------------------------- */

static int
by_id(const void *a, const void *b)
{
	double x = ctl_reply_number(*(json_t *const *)a, "process");
	double y = ctl_reply_number(*(json_t *const *)b, "process");

	return (x > y) - (x < y);
}

static json_t *
sorted(json_t *processes)
{
	size_t nb = json_array_size(processes), i;
	json_t **items = calloc(nb > 0 ? nb : 1, sizeof(*items)), *out = json_array();

	if (items == NULL)
		return out;
	for (i = 0; i < nb; i++)
		items[i] = json_array_get(processes, i);
	qsort(items, nb, sizeof(*items), by_id);
	for (i = 0; i < nb; i++)
		json_array_append(out, items[i]);
	free(items);
	return out;
}

/* An object that has them in the order of their numbers. */
static json_t *
replies_sorted(json_t *replies)
{
	json_t *out = json_object();
	char name[SPP_PROCESS_NAME_SIZE];

	for (unsigned int id = 0; id <= SPP_PROCESS_ID_MAX; id++) {
		spp_process_name(id, name);
		json_object_set(out, name, json_object_get(replies, name));
	}
	json_decref(replies);
	return out;
}

static void
find(const struct ctl *ctl, struct ctl_found *found, bool others)
{
	static struct look look;
	struct spp_exchange *agent;
	unsigned int nb_own;

	*found = (struct ctl_found){.replies = json_object(), .silent = json_object()};
	look.nb = 0;
	list_own(ctl, &look, found);
	nb_own = look.nb;
	agent = &look.exchange[nb_own];
	*agent = (struct spp_exchange){.path = ctl->agent_path,
				       .request = ask_ls,
				       .size = sizeof(ask_ls) - 1,
				       .timeout_ms = CTL_FIND_AGENT_MS,
				       .ret = -ETIMEDOUT};
	ctl_exchange(look.exchange, nb_own + (agent_hangs ? 0 : 1));
	take_agent(ctl, found, agent);
	for (unsigned int i = 0; i < nb_own; i++)
		take_status(found, &look, i, true);
	if (others)
		ask_others(ctl, &look, found);
	found->replies = replies_sorted(found->replies);
	json_object_set_new(found->list, "processes",
			    sorted(json_object_get(found->list, "processes")));
}

void
ctl_find(const struct ctl *ctl, struct ctl_found *found)
{
	find(ctl, found, true);
}

void
ctl_find_list(const struct ctl *ctl, struct ctl_found *found)
{
	find(ctl, found, false);
}

void
ctl_find_free(struct ctl_found *found)
{
	json_decref(found->list);
	json_decref(found->replies);
	json_decref(found->silent);
}

const json_t *
ctl_find_info(const struct ctl_found *found, const char *name)
{
	return json_object_get(json_object_get(found->replies, name), "info");
}

json_t *
ctl_find_infos(const struct ctl_found *found)
{
	json_t *all = json_object(), *reply;
	const char *name;

	json_object_foreach (found->replies, name, reply)
		json_object_set(all, name, json_object_get(reply, "info"));
	return all;
}

unsigned int
ctl_find_complain(const struct ctl_found *found)
{
	const char *name;
	json_t *why;

	if (found->agent_silent)
		ctl_complain("%s", found->agent_err.text);
	json_object_foreach (found->silent, name, why)
		ctl_complain("%s: %s", name, json_string_value(why));
	return (unsigned int)json_object_size(found->silent);
}
