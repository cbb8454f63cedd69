/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl status`: what one process, or every process, is doing; as tables or as JSON.
 */
#include <string.h>

#include "ctl.h"

static void
print_table(const char *name, const json_t *reply)
{
	const json_t *info = json_object_get(reply, "info");

	if (!ctl_reply_ok(reply))
		ctl_reply_print(reply);
	else if (strcmp(name, "primary") == 0)
		ctl_table_primary(stdout, info, NULL);
	else
		ctl_table_vf(stdout, name, info, NULL);
}

static int
status_one(const struct ctl *ctl, const char *name)
{
	struct spp_error err = {""};
	json_t *reply = NULL;
	int ret = ctl_find_status(ctl, name, &reply, &err);

	if (ret < 0) {
		ctl_reply_complain("%s", err.text);
		return CTL_UNREACHABLE;
	}
	if (ctl->json)
		ctl_reply_print(reply);
	else
		print_table(name, reply);
	ret = ctl_reply_ok(reply) ? CTL_OK : CTL_ERROR;
	json_decref(reply);
	return ret;
}

static int
status_all(const struct ctl *ctl)
{
	struct spp_error err = {""};
	json_t *list = ctl_find_all(ctl, &err), *all = json_object(), *item, *reply;
	int ret = CTL_OK;
	size_t i;

	json_array_foreach (json_object_get(list, "processes"), i, item) {
		const char *name = ctl_reply_text(item, "name");

		if (!ctl_find_reachable(item))
			continue;
		if (ctl_find_status(ctl, name, &reply, &err) < 0) {
			ctl_reply_complain("%s", err.text);
			ret = CTL_UNREACHABLE;
			continue;
		}
		json_object_set_new(all, name, reply);
		if (!ctl_reply_ok(reply))
			ret = CTL_ERROR;
		if (!ctl->json) {
			if (json_object_size(all) > 1)
				putchar('\n');
			print_table(name, reply);
		}
	}
	if (json_object_size(all) == 0 && ret == CTL_OK) {
		if (err.text[0] != '\0')
			ctl_reply_complain("%s; and no process answers in %s", err.text,
					   ctl->run_dir);
		else
			ctl_reply_complain("no process is connected to %s or answers in %s",
					   ctl->agent_path, ctl->run_dir);
		ret = CTL_UNREACHABLE;
	}
	if (ctl->json && json_object_size(all) > 0)
		ctl_reply_print(all);
	json_decref(all);
	json_decref(list);
	return ret;
}

int
ctl_status_run(const struct ctl *ctl, int nb, char **words)
{
	if (nb > 0 && !ctl_find_name_check(words[0]))
		return CTL_USAGE;
	return nb > 0 ? status_one(ctl, words[0]) : status_all(ctl);
}
