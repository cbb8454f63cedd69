/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl pcap start|stop|status [NAME]`. Goes by the process' own socket, beside any controller:
 * that a spp_pcap records changes no wiring.
 */
#include "ctl/pcap.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/complain.h"
#include "ctl/find.h"
#include "ctl/name.h"
#include "ctl/reply.h"
#include "ctl/table_pcap.h"
#include "spp/error.h"

/* The one that is meant, with its info. @return -1: go on, else an exit code */
static int
choose(const struct ctl *ctl, const char *wanted, char name[SPP_PROCESS_NAME_SIZE])
{
	struct ctl_found found;
	char names[256] = "";
	json_t *infos, *info;
	unsigned int nb = 0;
	size_t used = 0;
	const char *one;
	int ret = -1;

	ctl_find(ctl, &found);
	found.agent_silent = false; /* it is not needed here */
	ctl_find_complain(&found);
	infos = ctl_find_infos(&found);
	ctl_find_free(&found);
	json_object_foreach (infos, one, info) {
		if (!ctl_table_is_pcap(info) || (wanted != NULL && strcmp(one, wanted) != 0))
			continue;
		nb++;
		snprintf(name, SPP_PROCESS_NAME_SIZE, "%s", one);
		if (used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 used > 0 ? " " : "", one);
	}
	if (nb > 1) {
		ctl_complain("there are several spp_pcap (%s): say which", names);
		ret = CTL_USAGE;
	} else if (nb == 0 && wanted != NULL && json_object_get(infos, wanted) != NULL) {
		ctl_complain("%s: is no spp_pcap (`sppctl ls` shows what each is)", wanted);
		ret = CTL_USAGE;
	} else if (nb == 0) {
		ctl_complain("%s%s", wanted != NULL ? wanted : "no spp_pcap",
			     wanted != NULL ? ": is not there (`sppctl ls` shows who is)"
					    : " is there (`sppctl ls`)");
		ret = CTL_UNREACHABLE;
	}
	json_decref(infos);
	return ret;
}

static int
ask(const struct ctl *ctl, const char *name, const char *command)
{
	struct spp_error err = {""};
	json_t *reply = NULL;
	char request[64];
	int ret = CTL_OK;

	snprintf(request, sizeof(request), "{\"commands\":[{\"command\":\"%s\"}]}", command);
	if (ctl_ask_own(ctl, name, request, &reply, &err) < 0) {
		ctl_complain("%s: %s", name, err.text);
		return CTL_UNREACHABLE;
	}
	if (!ctl_reply_ok(reply)) {
		ctl_complain("%s: %s", name, ctl_reply_error(reply));
		ret = CTL_ERROR;
	}
	json_decref(reply);
	return ret;
}

/* What it does now. */
static int
show(const struct ctl *ctl, const char *name)
{
	struct spp_error err = {""};
	json_t *reply = NULL;
	int ret;

	if (ctl_ask_own_status(ctl, name, &reply, &err) < 0) {
		ctl_complain("%s: %s", name, err.text);
		return CTL_UNREACHABLE;
	}
	ret = ctl_reply_ok(reply) ? CTL_OK : CTL_ERROR;
	if (ctl->json || ret != CTL_OK)
		ctl_reply_print(reply);
	else
		ctl_table_pcap(stdout, name, json_object_get(reply, "info"));
	json_decref(reply);
	return ret;
}

int
ctl_pcap_run(const struct ctl *ctl, int nb, char **words)
{
	bool changes = strcmp(words[0], "start") == 0 || strcmp(words[0], "stop") == 0;
	char name[SPP_PROCESS_NAME_SIZE];
	int ret;

	if (!changes && strcmp(words[0], "status") != 0) {
		ctl_complain("pcap %s: start, stop or status", words[0]);
		return CTL_USAGE;
	}
	if (nb > 1 && !ctl_name_check(words[1]))
		return CTL_USAGE;
	ret = choose(ctl, nb > 1 ? words[1] : NULL, name);
	if (ret >= 0)
		return ret;
	ret = changes ? ask(ctl, name, words[0]) : CTL_OK;
	return ret != CTL_OK ? ret : show(ctl, name);
}
