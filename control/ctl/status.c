/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl status`: what one process, or every process, is doing; as tables or as JSON.
 */
#include "ctl/status.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/complain.h"
#include "ctl/find.h"
#include "ctl/name.h"
#include "ctl/reply.h"
#include "ctl/table_pcap.h"
#include "ctl/table_primary.h"
#include "ctl/table_vf.h"
#include "spp/error.h"

static void
print_table(const char *name, const json_t *reply)
{
	const json_t *info = json_object_get(reply, "info");

	if (!ctl_reply_ok(reply))
		ctl_reply_print(reply);
	else if (strcmp(name, "primary") == 0)
		ctl_table_primary(stdout, info, NULL);
	else if (ctl_table_is_pcap(info))
		ctl_table_pcap(stdout, name, info);
	else
		ctl_table_vf(stdout, name, info, NULL);
}

static int
status_one(const struct ctl *ctl, const char *name)
{
	struct spp_error err = {""};
	json_t *reply = NULL;
	int ret = ctl_ask_status(ctl, name, &reply, &err);

	if (ret < 0) {
		ctl_complain("%s", err.text);
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
	struct ctl_found found;
	int ret = CTL_OK, nb = 0;
	const char *name;
	json_t *reply;

	ctl_find(ctl, &found);
	if (ctl_find_complain(&found) > 0)
		ret = CTL_UNREACHABLE;
	json_object_foreach (found.replies, name, reply) {
		if (!ctl_reply_ok(reply))
			ret = CTL_ERROR;
		if (ctl->json)
			continue;
		if (nb++ > 0)
			putchar('\n');
		print_table(name, reply);
	}
	if (json_object_size(found.replies) == 0 && ret == CTL_OK) {
		if (found.agent_err.text[0] != '\0')
			ctl_complain("%s; and no process answers in %s", found.agent_err.text,
				     ctl->run_dir);
		else
			ctl_complain("no process is connected to %s or answers in %s",
				     ctl->agent_path, ctl->run_dir);
		ret = CTL_UNREACHABLE;
	}
	if (ctl->json && json_object_size(found.replies) > 0)
		ctl_reply_print(found.replies);
	ctl_find_free(&found);
	return ret;
}

int
ctl_status_run(const struct ctl *ctl, int nb, char **words)
{
	if (nb > 0 && !ctl_name_check(words[0]))
		return CTL_USAGE;
	return nb > 0 ? status_one(ctl, words[0]) : status_all(ctl);
}
