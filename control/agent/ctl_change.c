/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The commands that change the wiring: plug, unplug, patch, unpatch, move, apply. Each says what
 * it wants in one request; spp_agent makes the message for the process.
 */
#include <errno.h>
#include <string.h>

#include "ctl.h"
#include "names.h"
#include "near.h"

#define TITLE_SIZE 32

void
ctl_change_print_lines(const char *name, const json_t *lines)
{
	const json_t *line;
	size_t i;

	printf("%s\n", name);
	json_array_foreach (lines, i, line)
		printf("  %s\n", json_string_value(line));
}

static void
print_result(const char *name, const json_t *answer, bool lines_shown)
{
	const json_t *changes = json_object_get(answer, "changes"), *reply, *results, *flush, *note;
	size_t i;

	json_array_foreach (json_object_get(answer, "notes"), i, note)
		printf("%s: %s\n", name, json_string_value(note));
	if (json_array_size(changes) == 0) {
		if (json_array_size(json_object_get(answer, "notes")) == 0)
			printf("%s: nothing to do\n", name);
		return;
	}
	if (!lines_shown)
		ctl_change_print_lines(name, changes);
	reply = json_object_get(answer, "reply");
	if (json_is_null(reply)) {
		printf("%s: nothing was changed (--dry-run)\n", name);
		return;
	}
	results = json_object_get(reply, "results");
	flush = json_array_get(results, json_array_size(results) - 1);
	printf("%s: done, generation %.0f, after %.0f us\n", name,
	       ctl_reply_number(flush, "generation"), ctl_reply_number(flush, "commit_us"));
}

int
ctl_change_fail(const struct ctl *ctl, const char *name, int code, struct spp_error *err)
{
	if (code == -ENOENT || code == -ECONNREFUSED || code == -EHOSTUNREACH)
		ctl_target_holder(ctl, name, err);
	if (strncmp(err->text, name, strlen(name)) == 0 || code == -ENOENT)
		ctl_reply_complain("%s", err->text);
	else
		ctl_reply_complain("%s: %s", name, err->text);
	if (code == -EINVAL)
		return CTL_USAGE;
	return code == -EBUSY ? CTL_ERROR : CTL_UNREACHABLE;
}

int
ctl_change_ask(const struct ctl *ctl, const char *name, json_t *request, bool lines_shown)
{
	struct spp_error err = {""};
	json_t *answer = NULL;
	const json_t *reply;
	int ret;

	json_object_set_new(request, "request", json_string("change"));
	json_object_set_new(request, "to", json_string(name));
	if (ctl->reason != NULL)
		json_object_set_new(request, "reason", json_string(ctl->reason));
	if (ctl->dry_run)
		json_object_set_new(request, "dry_run", json_true());
	ret = ctl_find_agent(ctl, request, NULL, 0, &answer, &err);
	if (ret < 0)
		return ctl_change_fail(ctl, name, ret, &err);
	reply = json_object_get(answer, "reply");
	ret = json_is_null(reply) || ctl_reply_ok(reply) ? CTL_OK : CTL_ERROR;
	if (ctl->json) {
		json_object_set_new(answer, "to", json_string(name));
		ctl_reply_print(answer);
	} else if (ret == CTL_OK) {
		print_result(name, answer, lines_shown);
	}
	if (ret != CTL_OK)
		ctl_reply_complain("%s: %s; nothing was changed", name, ctl_reply_error(reply));
	json_decref(answer);
	return ret;
}

static const char *
port_word(const void *arg, size_t i)
{
	static const char *const words[] = {"vhost", "nic", "ring", NULL};

	return words[i];
}

/* A port of the given kinds; complains else. */
static bool
read_port(const char *text, const char *kinds, struct spp_port *port)
{
	static const char letters[] = {
		[SPP_PORT_NIC] = 'n', [SPP_PORT_VHOST] = 'v', [SPP_PORT_RING] = 'r'};
	size_t length = strcspn(text, "0123456789:");
	struct spp_error err = {""};
	char word[32];
	const char *near;

	if (spp_port_parse(text, port, &err) == 0) {
		if (strchr(kinds, letters[port->kind]) != NULL)
			return true;
		ctl_reply_complain("%s: %s", text,
				   strcmp(kinds, "v") == 0 ? "not a vhost (vhost0, vhost1 ...)"
				   : strcmp(kinds, "n") == 0
					   ? "not a NIC (nic0, nic1 ...)"
					   : "a ring joins components, not guests (vhost0, "
					     "nic0 ...)");
		return false;
	}
	snprintf(word, sizeof(word), "%.*s", (int)length, text);
	near = length > 0 && text[length] != '\0' ? near_word(word, port_word, NULL) : NULL;
	if (near != NULL && strcmp(near, word) != 0)
		ctl_reply_complain("%s: not a port; did you mean %s%s?", text, near, text + length);
	else
		ctl_reply_complain("%s", err.text);
	return false;
}

/* -1: go on with `name`, else the exit code. */
static int
find_target(const struct ctl *ctl, const char *port, const char *component, char *name)
{
	struct spp_error err = {""};
	int ret = ctl_target_find(ctl, port, component, name, &err);

	if (ret == 0)
		return -1;
	ctl_reply_complain("%s", err.text);
	return ret == -EINVAL ? CTL_USAGE : CTL_UNREACHABLE;
}

int
ctl_plug_run(const struct ctl *ctl, int nb, char **words)
{
	struct spp_table_entry entry;
	struct spp_error err;
	char name[CTL_NAME_SIZE];
	struct spp_port port;
	json_t *request;
	int ret;

	if (!read_port(words[0], "v", &port))
		return CTL_USAGE;
	if (spp_table_value_parse(SPP_TABLE_MAC, words[1], &entry, &err) < 0) {
		ctl_reply_complain("%s", err.text);
		return CTL_USAGE;
	}
	if (ctl->nic != NULL && !read_port(ctl->nic, "n", &port))
		return CTL_USAGE;
	ret = find_target(ctl, words[0], NULL, name);
	if (ret >= 0)
		return ret;
	request = json_pack("{s:s, s:s, s:s, s:s*}", "change", "plug", "port", words[0], "mac",
			    words[1], "nic", ctl->nic);
	if (ctl->vlan >= 0)
		json_object_set_new(request, "vlan", json_integer(ctl->vlan));
	return ctl_change_ask(ctl, name, request, false);
}

int
ctl_unplug_run(const struct ctl *ctl, int nb, char **words)
{
	char name[CTL_NAME_SIZE];
	struct spp_port port;
	int ret;

	if (!read_port(words[0], "v", &port))
		return CTL_USAGE;
	ret = find_target(ctl, words[0], NULL, name);
	return ret >= 0 ? ret
			: ctl_change_ask(
				  ctl, name,
				  json_pack("{s:s, s:s}", "change", "unplug", "port", words[0]),
				  false);
}

static int
ask_two_ports(const struct ctl *ctl, const char *change, int nb, char **words)
{
	char name[CTL_NAME_SIZE];
	struct spp_port port;
	int ret;

	for (int i = 0; i < nb; i++)
		if (!read_port(words[i], "vn", &port))
			return CTL_USAGE;
	ret = find_target(ctl, words[0], NULL, name);
	return ret >= 0 ? ret
			: ctl_change_ask(ctl, name,
					 json_pack("{s:s, s:s, s:s*}", "change", change, "port",
						   words[0], "other", nb > 1 ? words[1] : NULL),
					 false);
}

int
ctl_patch_run(const struct ctl *ctl, int nb, char **words)
{
	return ask_two_ports(ctl, "patch", nb, words);
}

int
ctl_unpatch_run(const struct ctl *ctl, int nb, char **words)
{
	return ask_two_ports(ctl, "unpatch", nb, words);
}

int
ctl_move_run(const struct ctl *ctl, int nb, char **words)
{
	char name[CTL_NAME_SIZE];
	int ret = find_target(ctl, NULL, words[0], name);

	return ret >= 0 ? ret
			: ctl_change_ask(ctl, name,
					 json_pack("{s:s, s:s, s:s}", "change", "move", "component",
						   words[0], "core", words[1]),
					 false);
}
