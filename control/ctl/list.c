/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl ls`: which processes are there, and how they can be reached.
 */
#include "ctl/list.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "ctl/complain.h"
#include "ctl/find.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "spp/error.h"

/* What it was told to connect to; of one that only spp_agent knows, where it came in. */
static const char *
controller_of(const json_t *item)
{
	const char *address = ctl_reply_text(json_object_get(item, "controller"), "address");

	if (address[0] == '\0')
		address = ctl_reply_text(item, "listener");
	return address[0] != '\0' ? address : "-";
}

static void
print_rows(const json_t *processes)
{
	const json_t *item;
	size_t i;

	printf("%-8s %-10s %-22s %-20s %8s %-5s %-7s %s\n", "NAME", "STATE", "CONTROLLER", "SINCE",
	       "REQUESTS", "LOCAL", "TYPE", "LAST ERROR");
	json_array_foreach (processes, i, item) {
		const char *error = ctl_reply_text(item, "last_error");
		const char *since = ctl_reply_text(item, "since");

		printf("%-8s %-10s %-22s %-20s %8.0f %-5s %-7s %s\n", ctl_reply_text(item, "name"),
		       ctl_reply_text(item, "state"), controller_of(item),
		       since[0] != '\0' ? since : "-", ctl_reply_number(item, "requests"),
		       json_object_get(item, "local") != NULL ? "yes" : "no",
		       ctl_reply_text(item, "type"), error[0] != '\0' ? error : "-");
	}
}

int
ctl_list_run(const struct ctl *ctl, int nb, char **words)
{
	struct ctl_found found;
	const json_t *list, *processes;
	size_t nb_found;
	bool agent;
	char listeners[1024];

	ctl_find_list(ctl, &found);
	list = found.list;
	processes = json_object_get(list, "processes");
	agent = json_is_true(json_object_get(list, "agent"));
	nb_found = json_array_size(processes);
	found.agent_silent = false; /* said here, as whatever else is with it */
	ctl_find_complain(&found);
	if (!agent && nb_found == 0) {
		ctl_complain("%s; and no process answers in %s", found.agent_err.text,
			     ctl->run_dir);
		ctl_find_free(&found);
		return CTL_UNREACHABLE;
	}
	if (ctl->json) {
		ctl_reply_print(list);
	} else {
		if (!agent)
			ctl_complain("%s: showing who answers in %s", found.agent_err.text,
				     ctl->run_dir);
		if (nb_found > 0)
			print_rows(processes);
		else
			printf("no process has connected yet; spp_agent listens on %s\n",
			       ctl_table_words(json_object_get(list, "listeners"), listeners,
					       sizeof(listeners)));
		if (ctl_reply_number(list, "unidentified") > 0)
			printf("and %.0f connections that have not said who they are\n",
			       ctl_reply_number(list, "unidentified"));
	}
	ctl_find_free(&found);
	return CTL_OK;
}
