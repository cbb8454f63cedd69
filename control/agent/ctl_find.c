/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Finds the processes by the local sockets they have themselves, which work beside any controller,
 * and through spp_agent.
 * Called by the commands of sppctl.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "near.h"
#include "spp/limits.h"

static const char ask_process[] =
	"{\"commands\":[{\"command\":\"process\"},{\"command\":\"status\"}]}";
static const char ask_status[] = "{\"commands\":[{\"command\":\"status\"}]}";

bool
ctl_find_is_name(const char *name)
{
	unsigned int id;
	int end = 0;

	if (strcmp(name, "primary") == 0)
		return true;
	return sscanf(name, "vf%3u%n", &id, &end) == 1 && name[end] == '\0' && id >= 1 &&
	       id <= SPP_PROCESS_ID_MAX;
}

static const char *
process_word(const void *arg, size_t i)
{
	static const char *const words[] = {"primary", "vf1", "vf2", NULL};

	return words[i];
}

bool
ctl_find_name_check(const char *name)
{
	const char *near = near_word(name, process_word, NULL);

	if (ctl_find_is_name(name))
		return true;
	ctl_reply_complain("%s: not a process (primary, vf1, vf2, ... vf%d)%s%s%s", name,
			   SPP_PROCESS_ID_MAX, near != NULL ? "; did you mean " : "",
			   near != NULL ? near : "", near != NULL ? "?" : "");
	return false;
}

bool
ctl_find_reachable(const json_t *item)
{
	return strcmp(ctl_reply_text(item, "state"), "connected") == 0 ||
	       json_object_get(item, "local") != NULL;
}

/* What the agent answered: its error becomes ours. */
static int
read_agent_reply(json_t *answer, json_t **reply, struct spp_error *err)
{
	json_t *inner = json_object_get(answer, "reply");
	const char *word = ctl_reply_text(answer, "code");
	int code = strcmp(word, "invalid") == 0   ? EINVAL
		   : strcmp(word, "refused") == 0 ? EBUSY
						  : EHOSTUNREACH;

	if (strcmp(ctl_reply_text(answer, "result"), "success") != 0) {
		spp_error(err, code, "%s", ctl_reply_text(answer, "message"));
		json_decref(answer);
		return -code;
	}
	if (inner == NULL) { /* ls: the answer itself */
		*reply = answer;
		return 0;
	}
	*reply = json_incref(inner);
	json_decref(answer);
	return 0;
}

int
ctl_find_agent(const struct ctl *ctl, json_t *header, const char *body, size_t body_size,
	       json_t **reply, struct spp_error *err)
{
	json_t *answer;
	char *text = header != NULL ? json_dumps(header, JSON_COMPACT) : NULL;
	size_t size = text != NULL ? strlen(text) : 0;
	char *whole = text != NULL ? realloc(text, size + body_size) : NULL;
	int ret;

	json_decref(header);
	if (whole == NULL) {
		free(text);
		return spp_error(err, ENOMEM, "out of memory");
	}
	if (body_size > 0)
		memcpy(whole + size, body, body_size);
	ret = ctl_link_exchange(ctl->agent_path, whole, size + body_size, ctl->timeout_ms, &answer,
				err);
	free(whole);
	if (ret == -ENOENT || ret == -ECONNREFUSED)
		return spp_error(err, -ret,
				 "no spp_agent on %s (start one, or name its socket with --socket)",
				 ctl->agent_path);
	if (ret < 0)
		return ret;
	return read_agent_reply(answer, reply, err);
}

/* "primary" -> RUN_DIR/primary.sock, "vf1" -> RUN_DIR/vf-1.sock */
static void
local_path(const struct ctl *ctl, const char *name, char *path, size_t size)
{
	if (strcmp(name, "primary") == 0)
		snprintf(path, size, "%s/primary.sock", ctl->run_dir);
	else
		snprintf(path, size, "%s/vf-%s.sock", ctl->run_dir, name + strlen("vf"));
}

static bool
name_of_socket(const char *file, char *name, size_t size)
{
	unsigned int id;
	int end = 0;

	if (strcmp(file, "primary.sock") == 0)
		snprintf(name, size, "primary");
	else if (sscanf(file, "vf-%3u.sock%n", &id, &end) == 1 && end > 0 && file[end] == '\0')
		snprintf(name, size, "vf%u", id);
	else
		return false;
	return ctl_find_is_name(name);
}

static json_t *
find_named(json_t *processes, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach (processes, i, item) {
		if (strcmp(ctl_reply_text(item, "name"), name) == 0 &&
		    strcmp(ctl_reply_text(item, "state"), "duplicate") != 0)
			return item;
	}
	return NULL;
}

/* Adds what answers on a local socket; a socket file that nobody serves is left out. */
static void
add_local(const struct ctl *ctl, json_t *processes, const char *name)
{
	json_t *reply = NULL, *item;
	char path[CTL_PATH_SIZE + 32];
	struct spp_error err;

	local_path(ctl, name, path, sizeof(path));
	if (ctl_link_exchange(path, ask_process, sizeof(ask_process) - 1, CTL_LOCAL_MS, &reply,
			      &err) < 0)
		return;
	item = find_named(processes, name);
	if (item == NULL) {
		item = json_pack("{s:s, s:O*, s:O*, s:s}", "name", name, "process",
				 json_object_get(reply, "process"), "type",
				 json_object_get(reply, "process_type"), "state", "local");
		json_array_append_new(processes, item);
	}
	json_object_set_new(item, "local", json_string(path));
	json_object_set(item, "controller",
			json_object_get(json_object_get(reply, "info"), "controller"));
	json_decref(reply);
}

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

json_t *
ctl_find_all(const struct ctl *ctl, struct spp_error *agent_err)
{
	json_t *list = NULL, *processes;
	DIR *dir = opendir(ctl->run_dir);
	struct dirent *entry;
	char name[CTL_NAME_SIZE];
	bool agent;

	agent = ctl_find_agent(ctl, json_pack("{s:s}", "request", "ls"), NULL, 0, &list,
			       agent_err) == 0;
	processes = agent ? json_incref(json_object_get(list, "processes")) : json_array();
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (name_of_socket(entry->d_name, name, sizeof(name)))
			add_local(ctl, processes, name);
	if (dir != NULL)
		closedir(dir);
	if (!agent)
		list = json_object();
	json_object_del(list, "result");
	json_object_set_new(list, "agent", json_boolean(agent));
	json_object_set_new(list, "processes", sorted(processes));
	json_decref(processes);
	return list;
}

int
ctl_find_ask(const struct ctl *ctl, const char *name, const char *request, json_t **reply,
	     struct spp_error *err)
{
	char path[CTL_PATH_SIZE + 32];
	int ret;

	local_path(ctl, name, path, sizeof(path));
	ret = ctl_link_exchange(path, request, strlen(request), CTL_LOCAL_MS, reply, err);
	if (ret == -ENOENT || ret == -ECONNREFUSED)
		return spp_error(err, -ret, "no process on %s", path);
	return ret;
}

int
ctl_find_local(const struct ctl *ctl, const char *name, json_t **reply, struct spp_error *err)
{
	return ctl_find_ask(ctl, name, ask_status, reply, err);
}

int
ctl_find_status(const struct ctl *ctl, const char *name, json_t **reply, struct spp_error *err)
{
	struct spp_error local_err;
	size_t used;
	int ret;

	if (ctl_find_local(ctl, name, reply, &local_err) == 0)
		return 0;
	ret = ctl_find_agent(ctl, json_pack("{s:s, s:s}", "request", "status", "to", name), NULL, 0,
			     reply, err);
	if (ret == 0)
		return 0;
	/* Both ways failed: say both. */
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, "; %.200s", local_err.text);
	return ret;
}

json_t *
ctl_find_infos(const struct ctl *ctl, struct spp_error *err)
{
	json_t *list = ctl_find_all(ctl, err), *all = json_object(), *item, *reply;
	struct spp_error one;
	size_t i;

	json_array_foreach (json_object_get(list, "processes"), i, item) {
		const char *name = ctl_reply_text(item, "name");

		if (!ctl_find_reachable(item) || ctl_find_status(ctl, name, &reply, &one) < 0)
			continue;
		json_object_set(all, name, json_object_get(reply, "info"));
		json_decref(reply);
	}
	json_decref(list);
	return all;
}
