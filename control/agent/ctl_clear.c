/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl clear [NAME]`: counters count from zero again. Asks the processes' own sockets, as that
 * changes no wiring; packets do not notice.
 */
#include <string.h>

#include "ctl.h"

static const char ask_clear[] = "{\"commands\":[{\"command\":\"clear\"}]}";

static int
clear_one(const struct ctl *ctl, const char *name)
{
	struct spp_error err = {""};
	json_t *reply = NULL;
	int ret = CTL_OK;

	if (ctl_find_ask(ctl, name, ask_clear, &reply, &err) < 0) {
		ctl_reply_complain("%s: %s", name, err.text);
		return CTL_UNREACHABLE;
	}
	if (!ctl_reply_ok(reply)) {
		ctl_reply_complain("%s: %s", name, ctl_reply_error(reply));
		ret = CTL_ERROR;
	} else {
		printf("%s: counts from zero\n", name);
	}
	json_decref(reply);
	return ret;
}

int
ctl_clear_run(const struct ctl *ctl, int nb, char **words)
{
	struct spp_error err = {""};
	json_t *infos;
	int ret = CTL_OK, one;

	if (nb > 0)
		return ctl_find_name_check(words[0]) ? clear_one(ctl, words[0]) : CTL_USAGE;
	infos = ctl_find_infos(ctl, &err);
	for (void *i = json_object_iter(infos); i != NULL; i = json_object_iter_next(infos, i)) {
		one = clear_one(ctl, json_object_iter_key(i));
		ret = one > ret ? one : ret;
	}
	if (json_object_size(infos) == 0) {
		ctl_reply_complain("no process answers in %s", ctl->run_dir);
		ret = CTL_UNREACHABLE;
	}
	json_decref(infos);
	return ret;
}
