/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `plug`, `address`, `unplug`, `patch`, `unpatch`, `mirror`, `unmirror` and `move`: each says what
 * it wants in one request. See plug.h.
 */
#include "ctl/plug.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "change/process.h"
#include "ctl/change.h"
#include "ctl/complain.h"
#include "ctl/find.h"
#include "ctl/involve.h"
#include "ctl/ports.h"
#include "ctl/target.h"
#include "spp/error.h"
#include "wiring/names.h"

/* VID 0 is a priority and no VLAN: a table entry for it would match nothing. */
static bool
check_vlan(const struct ctl *ctl)
{
	struct spp_error err;

	if (ctl->vlan != 0)
		return true;
	(void)spp_vid_check(0, &err);
	ctl_complain("--vlan 0: %s (leave --vlan out)", err.text);
	return false;
}

/* What a change needs beside its port. */
enum other { OTHER_NONE, OTHER_PORT, OTHER_NIC };

/* Find whose the ports are, and ask. */
static int
ask(const struct ctl *ctl, const char *port, enum other kind, const char *other, json_t *request)
{
	char name[SPP_PROCESS_NAME_SIZE], other_name[SPP_PROCESS_NAME_SIZE] = "";
	struct ctl_found all;
	json_t *infos;
	int ret;

	ctl_find(ctl, &all);
	if (ctl->to == NULL)
		ctl_find_complain(&all);
	ret = ctl_target_among(ctl, &all, port, NULL, name);
	/* What hangs would take no change, and may have other VFs' rings. */
	if (ret < 0 && ctl->to != NULL && json_object_get(all.silent, name) != NULL) {
		ctl_complain("%s: %s", name, json_string_value(json_object_get(all.silent, name)));
		ret = CTL_UNREACHABLE;
	}
	if (ret < 0 && kind != OTHER_NONE)
		ret = ctl_target_other(ctl, &all, other, name, other_name);
	if (ret < 0) {
		infos = ctl_find_infos(&all);
		ctl_involve(infos, name, port, other_name[0] != '\0' ? other_name : NULL,
			    kind == OTHER_PORT ? other : NULL, request);
		json_decref(infos);
	}
	ctl_find_free(&all);
	if (ret < 0)
		return ctl_change_ask(ctl, name, request, false);
	json_decref(request);
	return ret;
}

int
ctl_plug_run(const struct ctl *ctl, int nb, char **words)
{
	struct spp_table_entry entry;
	struct spp_error err;
	struct spp_port port;
	json_t *request;

	if (!ctl_ports_read(words[0], "v", &port))
		return CTL_USAGE;
	if (spp_table_value_parse(SPP_TABLE_MAC, words[1], &entry, &err) < 0) {
		ctl_complain("%s", err.text);
		return CTL_USAGE;
	}
	if (!check_vlan(ctl))
		return CTL_USAGE;
	if (ctl->nic != NULL && !ctl_ports_read(ctl->nic, "n", &port))
		return CTL_USAGE;
	request = json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*}", "change", "plug", "port", words[0],
			    "mac", words[1], "nic", ctl->nic, "guest_filter", ctl->filter, "name",
			    ctl->label);
	if (ctl->vlan >= 0)
		json_object_set_new(request, "vlan", json_integer(ctl->vlan));
	if (ctl->to_switch)
		json_object_set_new(request, "switch", json_true());
	if (ctl->source_check)
		json_object_set_new(request, "source_check", json_true());
	return ask(ctl, words[0], OTHER_NIC, ctl->nic, request);
}

int
ctl_address_run(const struct ctl *ctl, int nb, char **words)
{
	struct spp_table_entry entry;
	struct spp_error err;
	struct spp_port port;
	json_t *request;

	if (strcmp(words[0], "add") != 0 && strcmp(words[0], "del") != 0) {
		ctl_complain("address %s: not add or del; see sppctl address --help", words[0]);
		return CTL_USAGE;
	}
	if (!ctl_ports_read(words[1], "v", &port))
		return CTL_USAGE;
	if (spp_table_value_parse(SPP_TABLE_MAC, words[2], &entry, &err) < 0) {
		ctl_complain("%s", err.text);
		return CTL_USAGE;
	}
	if (!check_vlan(ctl))
		return CTL_USAGE;
	request = json_pack("{s:s, s:s, s:s, s:s}", "change", "address", "action", words[0], "port",
			    words[1], "mac", words[2]);
	if (ctl->vlan >= 0)
		json_object_set_new(request, "vlan", json_integer(ctl->vlan));
	return ask(ctl, words[1], OTHER_NONE, NULL, request);
}

int
ctl_unplug_run(const struct ctl *ctl, int nb, char **words)
{
	struct spp_port port;

	if (!ctl_ports_read(words[0], "v", &port))
		return CTL_USAGE;
	return ask(ctl, words[0], OTHER_NONE, NULL,
		   json_pack("{s:s, s:s}", "change", "unplug", "port", words[0]));
}

static int
ask_two_ports(const struct ctl *ctl, const char *change, enum other other, int nb, char **words)
{
	struct spp_port port;

	for (int i = 0; i < nb; i++)
		if (!ctl_ports_read(words[i], "vn", &port))
			return CTL_USAGE;
	return ask(ctl, words[0], other, nb > 1 ? words[1] : NULL,
		   json_pack("{s:s, s:s, s:s*}", "change", change, "port", words[0], "other",
			     nb > 1 ? words[1] : NULL));
}

int
ctl_patch_run(const struct ctl *ctl, int nb, char **words)
{
	return ask_two_ports(ctl, "patch", OTHER_PORT, nb, words);
}

int
ctl_unpatch_run(const struct ctl *ctl, int nb, char **words)
{
	return ask_two_ports(ctl, "unpatch", OTHER_NONE, nb, words);
}

static int
ask_mirror(const struct ctl *ctl, const char *change, const char *word)
{
	const char *side = ctl->both || ctl->rx == ctl->tx ? NULL : ctl->rx ? "rx" : "tx";
	struct spp_port port, to = {.kind = SPP_PORT_RING};

	if (!ctl_ports_read(word, "vnr", &port) ||
	    (ctl->to_port != NULL && !ctl_ports_read(ctl->to_port, "vnr", &to)))
		return CTL_USAGE;
	/* a ring is nobody's alone: it begins where the port is */
	return ask(ctl, word, to.kind != SPP_PORT_RING ? OTHER_PORT : OTHER_NONE, ctl->to_port,
		   json_pack("{s:s, s:s, s:s*, s:s*}", "change", change, "port", word, "side", side,
			     "other", ctl->to_port));
}

int
ctl_mirror_run(const struct ctl *ctl, int nb, char **words)
{
	if (ctl->to_port == NULL) {
		ctl_complain("mirror %s: where to? (--to vhost5; see sppctl mirror --help)",
			     words[0]);
		return CTL_USAGE;
	}
	return ask_mirror(ctl, "mirror", words[0]);
}

int
ctl_unmirror_run(const struct ctl *ctl, int nb, char **words)
{
	return ask_mirror(ctl, "unmirror", words[0]);
}

int
ctl_move_run(const struct ctl *ctl, int nb, char **words)
{
	char name[SPP_PROCESS_NAME_SIZE];
	int ret = ctl_target_find(ctl, NULL, words[0], name);

	return ret >= 0 ? ret
			: ctl_change_ask(ctl, name,
					 json_pack("{s:s, s:s, s:s}", "change", "move", "component",
						   words[0], "core", words[1]),
					 false);
}
