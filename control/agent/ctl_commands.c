/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The commands sppctl has, with their help. A new one is a row here and a file of its own.
 */
#include <string.h>

#include "ctl.h"
#include "near.h"

const struct ctl_command ctl_commands[] = {
	{"ls", "", 0, 0, "j", ctl_list_run, "which processes are there, and who controls them",
	 NULL},
	{"status", "[NAME]", 0, 1, "j", ctl_status_run,
	 "components, cores, ports, counters, drops by reason",
	 "Of the primary: NICs, pools, VFs. Without NAME: all processes. ring0+101 is a port where\n"
	 "packets get the tag of VLAN 101 (+101/3: with priority 3), ring0-tag one where it goes.\n"},
	{"top", "", 0, 0, "in", ctl_top_run, "the same with rates, refreshed in place",
	 "q or Ctrl-C ends it. Rates, and the shares of a core (busy: packets moved; idle: looked\n"
	 "and found none; asleep), are those of the last interval; PKT/VEC is how many packets\n"
	 "travelled together.\n"},
	{"topo", "[NAME]", 0, 1, "id", ctl_topo_run,
	 "draw the patch panel, with rates on the wires",
	 "[4] is the core. Rates are packets a second, measured over --interval (0: none).\n"
	 "--dot writes a graph for graphviz: sppctl topo --dot | dot -Tsvg >panel.svg\n"},
	{"check", "", 0, 0, "ji", ctl_check_run,
	 "one line and exit code 0, 1 or 2 for a monitoring",
	 "OK (0), WARNING (1), CRITICAL (2) or UNKNOWN (3), as Nagios and its kin expect. Critical:\n"
	 "no process, one that does not answer, no primary, a degraded spp_vf. Warning: a link\n"
	 "that is down, an incomplete component, something staged, a leak, memory for few\n"
	 "restarts, wiring that is not saved, a vhost that is wired and has no guest, a lost\n"
	 "controller, a core above 90 %, packets lost to load while it looked (--interval).\n"},
	{"plug", "VHOST MAC", 2, 2, "jtvNrD", ctl_plug_run,
	 "connect a VM: vhost and MAC address to the NIC",
	 "Two forwards on free cores, ring 2N and 2N+1 of vhost N, a table entry; classifier and\n"
	 "merge get the rings, and are made if there are none. Again with another MAC adds it.\n"
	 "With --vlan the VM sees no tags, the wire sees VLAN 101.\n"},
	{"unplug", "VHOST", 1, 1, "jtrD", ctl_unplug_run, "take it away again",
	 "Its two forwards and every table entry that leads to it; classifier and merge stay.\n"},
	{"patch", "PORT PORT", 2, 2, "jtrD", ctl_patch_run, "join two vhosts directly",
	 "One forward for each direction. A vhost that is plugged is taken away from the NIC.\n"},
	{"unpatch", "PORT [PORT]", 1, 2, "jtrD", ctl_unpatch_run, "undo it",
	 "Both vhosts lead nowhere then; `sppctl plug` brings one back to the NIC.\n"},
	{"move", "COMPONENT CORE", 2, 2, "jtrD", ctl_move_run, "put a component on another core",
	 "COMPONENT is a core (4), a name, or a type of which there is one (classifier). One\n"
	 "without a name counts from zero there.\n"},
	{"clear", "[PORT|NAME]", 0, 1, "jt", ctl_clear_run, "counters count from zero again",
	 "Those of one port, in every process that has it (--to: only there); of a process; or of\n"
	 "all. Goes by the processes' own sockets: beside any controller, without spp_agent.\n"},
	{"dump", "[NAME]", 0, 1, "t", ctl_dump_run, "the wiring as a file that apply takes", NULL},
	{"diff", "FILE", 1, 1, "jt", ctl_diff_run, "what apply would change",
	 "Exit code 0: nothing, 1: something. + comes, - goes, ~ changes, > moves.\n"},
	{"apply", "FILE", 1, 1, "jtrD", ctl_apply_run, "make the wiring what the file says",
	 "Shows the difference first. What is in the file already is not touched.\n"},
	{"send", "NAME FILE", 2, 2, "r", ctl_send_run, "send one JSON message, print the reply",
	 "FILE - is standard input.\n"},
	{"complete", "WORD...", 0, 64, "", ctl_complete_run, NULL, NULL}, /* for bash */
	{NULL, NULL, 0, 0, NULL, NULL, NULL, NULL},
};

/* Of those that people type. */
static const char *
command_word(const void *arg, size_t i)
{
	return ctl_commands[i].summary != NULL ? ctl_commands[i].name : NULL;
}

const struct ctl_command *
ctl_command_find(const char *name)
{
	const char *near;

	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	near = near_word(name, command_word, NULL);
	if (near != NULL)
		ctl_reply_complain("%s: not a command; did you mean %s?", name, near);
	else
		ctl_reply_complain("%s: not a command; see sppctl --help", name);
	return NULL;
}

void
ctl_command_list(FILE *out)
{
	for (const struct ctl_command *c = ctl_commands; c->summary != NULL; c++)
		fprintf(out, "  %-8s %-15s %s\n", c->name, c->words, c->summary);
}
