/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl send NAME FILE`: passes one JSON message to a process, as it is, and prints the reply.
 */
#include <errno.h>
#include <stdlib.h>

#include "ctl.h"

int
ctl_send_run(const struct ctl *ctl, int nb, char **words)
{
	const char *name = words[0], *file = words[1];
	struct spp_error err = {""};
	json_t *reply = NULL, *message = NULL;
	char *text = NULL;
	size_t size = 0;
	int ret;

	if (!ctl_find_name_check(name))
		return CTL_USAGE;
	ret = ctl_file_read(file, &text, &size, &err);
	if (ret == 0)
		ret = ctl_file_parse(file, text, size, &message, &err);
	if (ret < 0) {
		ctl_reply_complain("%s", err.text);
		free(text);
		return CTL_USAGE;
	}
	json_decref(message); /* what its members must be is the process' business */
	ret = ctl_find_agent(
		ctl,
		json_pack("{s:s, s:s, s:s*}", "request", "send", "to", name, "reason", ctl->reason),
		text, size, &reply, &err);
	free(text);
	if (ret < 0)
		return ctl_change_fail(ctl, name, ret, &err);
	ctl_reply_print(reply);
	ret = ctl_reply_ok(reply) ? CTL_OK : CTL_ERROR;
	json_decref(reply);
	return ret;
}
