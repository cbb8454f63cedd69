/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The commands sppctl has, with their help. A new one is a row here and a file of its own.
 * `--help`, the man page (man.c) and what the shell completes (complete.c) are made of this table.
 */
#include "ctl/commands.h"

#include <string.h>

#include "change/near.h"
#include "ctl/capture.h"
#include "ctl/check.h"
#include "ctl/clear.h"
#include "ctl/complain.h"
#include "ctl/complete.h"
#include "ctl/history.h"
#include "ctl/list.h"
#include "ctl/man.h"
#include "ctl/pcap.h"
#include "ctl/plug.h"
#include "ctl/report.h"
#include "ctl/send.h"
#include "ctl/status.h"
#include "ctl/top.h"
#include "ctl/topo.h"
#include "ctl/trace.h"
#include "ctl/wiring.h"

/* Those that tcpdump has. */
static const struct ctl_short capture_shorts[] = {
	{'c', "count"},     {'s', "snaplen"}, {'w', "write"},
	{'C', "file-size"}, {'W', "files"},   {0, NULL},
};

static const struct ctl_short trace_shorts[] = {{'c', "count"}, {0, NULL}};

const struct ctl_command ctl_commands[] = {
	{.name = "ls",
	 .words = "",
	 .options = "j",
	 .run = ctl_list_run,
	 .summary = "which processes are there, and who controls them",
	 .example = "ls"},
	{.name = "status",
	 .words = "[NAME]",
	 .nb_max = 1,
	 .options = "j",
	 .run = ctl_status_run,
	 .summary = "components, cores, ports, counters, drops by reason",
	 .more = "Of the primary: NICs, pools, VFs. Without NAME: all processes. ring0+101 is a port where\n"
		 "packets get the tag of VLAN 101 (+101/3: with priority 3), ring0-tag one where it goes; at\n"
		 "vhost0-rsvd what the VM sends to 01-80-C2-00-00-00 to -0F is dropped, at vhost0-src what it\n"
		 "sends from a false address; ring1=ring0 are one place for a switch.\n",
	 .example = "status vf1"},
	{.name = "top",
	 .words = "",
	 .options = "in",
	 .run = ctl_top_run,
	 .summary = "rates, drops and busy cores, refreshed in place",
	 .more = "Rates, and the shares of a core (BUSY: packets moved; IDLE: looked and found none;\n"
		 "ASLEEP), are those of the last interval. A ! and bold letters mark drops that go on.\n"
		 "PKT/VEC is how many packets travelled together, CYC/PKT what each cost. Columns that\n"
		 "matter less are there when the terminal is wide, rings and the primary below the cores.\n"
		 "q or Ctrl-C ends it; arrows, space, g and G scroll; n, r, d and b sort by name, rate, drops\n"
		 "and how busy a core is. Into a file or pipe it writes the tables of status, with rates.\n",
	 .example = "top --interval 0.5"},
	{.name = "topo",
	 .words = "[NAME]",
	 .nb_max = 1,
	 .options = "id",
	 .run = ctl_topo_run,
	 .summary = "draw the patch panel, with rates on the wires",
	 .more = "[4] is the core. Rates are packets a second, measured over --interval (0: none).\n"
		 "ring10 (to vf2): the ring's other end is in vf2; loop: packets would go round between\n"
		 "several spp_vf. --dot writes a graph for graphviz.\n",
	 .example = "topo --dot | dot -Tsvg >panel.svg"},
	{.name = "trace",
	 .words = "PORT [FILTER]",
	 .nb_min = 1,
	 .nb_max = 256,
	 .shorts = trace_shorts,
	 .options = "wvSzftjcu",
	 .run = ctl_trace_run,
	 .summary = "the way of single packets; with --what-if PORT DST what would happen to one",
	 .more = "Of --count packets (10, at most 1,000) that come in by PORT and pass FILTER, pcap-filter(7):\n"
		 "received, which component took it, by an event or directly, what its table said, the tag\n"
		 "where it is another, sent or dropped, and the microseconds between. PORT is a NIC, an uplink\n"
		 "or a vhost. One trace at once in a spp_vf, an hour at most; for root and SPP_ADMIN_GROUP, as\n"
		 "capture.\n"
		 "--what-if PORT DST: from wiring and table alone, no packet is sent: component by component, the\n"
		 "table entry, tags in and out, where it ends, or the reason under which it would be dropped, and\n"
		 "what helps. DST is a MAC address, of a group, too: then all ways are shown. At a ring it is as\n"
		 "if a component had put it there. --vlan: the tag it comes with; 0 is a priority and no VLAN.\n"
		 "--file: the wiring of a file (sppctl dump, --state-dir, status --json); such\n"
		 "a file may not say the MTU, and which guests are there.\n"
		 "Exit code 0: it arrives somewhere, 1: nowhere.\n",
	 .example = "trace --what-if nic0 00:11:22:33:44:55"},
	{.name = "capture",
	 .words = "PORT... [FILTER]",
	 .nb_max = 256,
	 .shorts = capture_shorts,
	 .options = "RXcpouMlxt",
	 .run = ctl_capture_run,
	 .summary = "the packets of ports, or those that are dropped, as they come",
	 .more = "rx is what the wire or the VM sends, tx what it gets: outside the VLAN operations of the\n"
		 "component. A ring is looked at where its packets are taken out. FILTER is that of tcpdump,\n"
		 "pcap-filter(7). To a terminal by tcpdump, where that is installed, else a line each; --write\n"
		 "writes pcapng, whole frames, up to 1 GiB. With --drops the words may also be reasons\n"
		 "(no_entry ...): what is dropped there, or, without a PORT, anywhere; the counts by reason\n"
		 "and what helps stand at the end. -c, -s, -w, -C and -W are --count, --snaplen, --write,\n"
		 "--file-size and --files here. Goes by the processes' own sockets, for root and\n"
		 "SPP_ADMIN_GROUP; several processes are merged by time. docs/capture.md says more.\n",
	 .example = "capture vhost0 -w vhost0.pcapng host 192.0.2.1"},
	{.name = "check",
	 .words = "",
	 .options = "ji",
	 .run = ctl_check_run,
	 .summary = "one line and exit code 0, 1 or 2 for a monitoring",
	 .more = "OK (0), WARNING (1), CRITICAL (2) or UNKNOWN (3), as Nagios and its kin expect. Critical:\n"
		 "no process, one that does not answer, no primary, neither a spp_vf nor a spp_pcap, a\n"
		 "degraded spp_vf. Warning: a link that is down, an incomplete component, something\n"
		 "staged, a leak, memory for few restarts, files that were replaced since a process was\n"
		 "started with them, wiring that is not saved, a vhost that is wired and has no guest, a lost\n"
		 "controller, a core above 90 %, packets lost to load while it looked (--interval), a\n"
		 "spp_agent that does not answer.\n"
		 "Unknown: who asks may not.\n",
	 .example = "check --interval 2"},
	{.name = "history",
	 .words = "[NAME]",
	 .nb_max = 1,
	 .options = "j",
	 .run = ctl_history_run,
	 .summary = "the last 200 changes: who, when, what, result",
	 .more = "Those that spp_agent was asked for since it was started; its log has them all. WHO is the\n"
		 "user and the process that asked. unreachable: the spp_vf did not answer, unknown: whoever\n"
		 "asked did not wait for the answer. taken back: it was done, and another spp_vf of the same\n"
		 "change refused.\n",
	 .example = "history vf1"},
	{.name = "plug",
	 .words = "VHOST MAC",
	 .nb_min = 2,
	 .nb_max = 2,
	 .options = "jtvNFLWCrD",
	 .run = ctl_plug_run,
	 .changes = true,
	 .summary = "connect a VM: vhost and MAC address to the NIC",
	 .more = "Two forwards on free cores, ring 2N and 2N+1 of vhost N, a table entry; classifier and\n"
		 "merge get the rings, and are made if there are none. Again with another MAC adds it.\n"
		 "With --vlan the VM sees no tags, the wire sees VLAN 101. VMs plugged to one NIC do not\n"
		 "reach each other: what comes from a VM goes out of the NIC, and no switch sends a frame\n"
		 "back where it came from; sppctl patch joins two of them, without the NIC. With --switch one\n"
		 "component on one core joins the NIC and all its VMs, and they do reach each other: a switch\n"
		 "that does not learn, it knows the addresses that were plugged. With --source-check what the\n"
		 "VM sends from an address that was not plugged to it is dropped (`spoofed`). What a VM sends\n"
		 "to the next switch itself (spanning tree, LACP, LLDP: 01-80-C2-00-00-00 to -0F) is dropped,\n"
		 "and counted as `reserved`, but with --guest-filter none; a VM that was plugged before keeps\n"
		 "what it has until told. --name is saved with the wiring; unplug takes it away. plug, apply\n"
		 "and send warn of a classifier that sends `default` or multicast back to where it came from.\n"
		 "The NIC may be another spp_vf's: its classifier and merge get the rings, the vhost's spp_vf\n"
		 "the forwards, all or nothing; --to vf2,vf1 says that vf2 is the vhost's and vf1 the NIC's.\n",
	 .example = "plug vhost0 00:11:22:33:44:55 --name web1 --reason \"web1 starts\""},
	{.name = "address",
	 .words = "add|del VHOST MAC",
	 .nb_min = 3,
	 .nb_max = 3,
	 .options = "jtvrD",
	 .run = ctl_address_run,
	 .changes = true,
	 .summary = "one more address of a VM that is plugged, or one less",
	 .more = "While it runs, and nothing else is touched. Of a VM that was plugged with --vlan the address\n"
		 "is in that VLAN; of one that was not, --vlan says in which (that VM sees the tags).\n",
	 .example = "address add vhost0 00:11:22:33:44:77"},
	{.name = "unplug",
	 .words = "VHOST",
	 .nb_min = 1,
	 .nb_max = 1,
	 .options = "jtrD",
	 .run = ctl_unplug_run,
	 .changes = true,
	 .summary = "take it away again",
	 .more = "Its two forwards, every table entry that leads to it, and its name; classifier and merge\n"
		 "stay. From a switch: its port; the switch goes with its last VM.\n",
	 .example = "unplug vhost0"},
	{.name = "patch",
	 .words = "PORT PORT",
	 .nb_min = 2,
	 .nb_max = 2,
	 .options = "jtrD",
	 .run = ctl_patch_run,
	 .changes = true,
	 .summary = "join two vhosts directly",
	 .more = "One forward for each direction. A vhost that is plugged is taken away from the NIC.\n"
		 "Of two spp_vf (--to vf1,vf2 where it is not clear) each gets a forward for each direction,\n"
		 "and two free rings are between them: all of it is done, or what was done is taken back.\n",
	 .example = "patch vhost0 vhost1"},
	{.name = "unpatch",
	 .words = "PORT [PORT]",
	 .nb_min = 1,
	 .nb_max = 2,
	 .options = "jtrD",
	 .run = ctl_unpatch_run,
	 .changes = true,
	 .summary = "undo it",
	 .more = "Both vhosts lead nowhere then; `sppctl plug` brings one back to the NIC.\n",
	 .example = "unpatch vhost0"},
	{.name = "mirror",
	 .words = "PORT",
	 .nb_min = 1,
	 .nb_max = 1,
	 .options = "jtRXBrD",
	 .run = ctl_mirror_run,
	 .changes = true,
	 .summary = "copies of what passes a port to another one (--to)",
	 .more = "What comes in by PORT (--rx), what leaves by it (--tx), or both, also to the port that --to\n"
		 "says: the vhost of a VM that looks at it, a NIC, a ring; it may be another spp_vf's. Nothing\n"
		 "else may be sent there. PORT itself goes on as before, and loses nothing when the copies find\n"
		 "no room (they are dropped as `mirror_full`). Of a VM in a VLAN the copies are as the VM has\n"
		 "them, untagged. A forward becomes a mirror; elsewhere one is put in, on the same core. From\n"
		 "the second one on a merge, mirror_to_vhost5, collects the copies.\n",
	 .example = "mirror vhost0 --to vhost5"},
	{.name = "unmirror",
	 .words = "PORT",
	 .nb_min = 1,
	 .nb_max = 1,
	 .options = "jtRXBrD",
	 .run = ctl_unmirror_run,
	 .changes = true,
	 .summary = "no copies any more",
	 .more = "To the port that --to says, or to all. The wiring is what it was before; unplug and unpatch\n"
		 "of a port do this, too.\n",
	 .example = "unmirror vhost0 --to vhost5"},
	{.name = "move",
	 .words = "COMPONENT CORE",
	 .nb_min = 2,
	 .nb_max = 2,
	 .options = "jtrD",
	 .run = ctl_move_run,
	 .changes = true,
	 .summary = "put a component on another core",
	 .more = "COMPONENT is a core (4), a name, or a type of which there is one (classifier). One\n"
		 "without a name counts from zero there.\n",
	 .example = "move classifier 9"},
	{.name = "clear",
	 .words = "[PORT|NAME]",
	 .nb_max = 1,
	 .options = "jt",
	 .run = ctl_clear_run,
	 .changes = true,
	 .summary = "counters count from zero again",
	 .more = "Those of one port, in every process that has it (--to: only there); of a process; or of\n"
		 "all. Goes by the processes' own sockets: beside any controller, without spp_agent.\n",
	 .example = "clear vhost0"},
	{.name = "pcap",
	 .words = "ACTION [NAME]",
	 .nb_min = 1,
	 .nb_max = 2,
	 .options = "j",
	 .run = ctl_pcap_run,
	 .changes = true,
	 .summary = "begin and end the recording of a spp_pcap",
	 .more = "ACTION is start, stop or status; what it does then is shown: port, packets received, written and\n"
		 "lost, files. NAME, where there are several. Goes by the process' own socket, beside any\n"
		 "controller (spp-ctl ...), for root and SPP_ADMIN_GROUP. `sppctl capture` looks at packets\n"
		 "without a spp_pcap.\n",
	 .example = "pcap start vf9"},
	{.name = "dump",
	 .words = "[NAME]",
	 .nb_max = 1,
	 .options = "t",
	 .run = ctl_dump_run,
	 .summary = "the wiring as a file that apply takes",
	 .more = "Without NAME: of all spp_vf, in one file.\n",
	 .example = "dump vf1 >panel.json"},
	{.name = "diff",
	 .words = "FILE",
	 .nb_min = 1,
	 .nb_max = 1,
	 .options = "jt",
	 .run = ctl_diff_run,
	 .summary = "what apply would change",
	 .more = "Exit code 0: nothing, 1: something. + comes, - goes, ~ changes, > moves.\n",
	 .example = "diff panel.json"},
	{.name = "apply",
	 .words = "FILE",
	 .nb_min = 1,
	 .nb_max = 1,
	 .options = "jtrD",
	 .run = ctl_apply_run,
	 .changes = true,
	 .summary = "make the wiring what the file says",
	 .more = "Shows the difference first. What is in the file already is not touched. A file of several\n"
		 "spp_vf is applied to all of them, or to none: what was done is taken back when one refuses.\n"
		 "--to: only that one.\n",
	 .example = "apply panel.json --dry-run"},
	{.name = "send",
	 .words = "NAME FILE",
	 .nb_min = 2,
	 .nb_max = 2,
	 .options = "r",
	 .run = ctl_send_run,
	 .changes = true,
	 .summary = "send one JSON message, print the reply",
	 .more = "FILE - is standard input.\n",
	 .example = "send vf1 config/messages/2-initial.json"},
	{.name = "report",
	 .words = "[FILE]",
	 .nb_max = 1,
	 .options = "A",
	 .run = ctl_report_run,
	 .summary = "one file to send with the report of a fault",
	 .more = "Versions, options, status, wiring, logs as far as they can be read, NICs, CPUs, hugepages,\n"
		 "DPDK's files; no packets. FILE - is standard output; without FILE the name has the time.\n"
		 "--anonymous replaces each network address by a word, the same one wherever it stands.\n",
	 .example = "report --anonymous"},
	/* for the shell, and for whoever writes the man page */
	{.name = "complete",
	 .words = "WORD...",
	 .nb_max = 64,
	 .options = "",
	 .run = ctl_complete_run},
	{.name = "man", .words = "", .options = "", .run = ctl_man_run},
	{.name = NULL},
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
	near = spp_near_word(name, command_word, NULL);
	if (near != NULL)
		ctl_complain("%s: not a command; did you mean %s?", name, near);
	else
		ctl_complain("%s: not a command; see sppctl --help", name);
	return NULL;
}

void
ctl_command_list(FILE *out)
{
	for (const struct ctl_command *c = ctl_commands; c->summary != NULL; c++)
		fprintf(out, "  %-8s %-18s %s\n", c->name, c->words, c->summary);
}
