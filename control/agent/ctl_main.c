/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * sppctl: the operator's command. This file reads the command line and calls the command.
 */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static const char help[] =
	"usage: sppctl [--socket PATH] [--json] COMMAND\n"
	"\n"
	"  ls                     which processes are there, and how they can be reached\n"
	"  status [NAME]          components, cores, ports, counters and drops by reason; of the\n"
	"                         primary: NICs, pools, VFs; all processes without a NAME\n"
	"  send NAME FILE|-       send one JSON message (- reads standard input), print the reply\n"
	"  watch                  status of all, with rates, again and again\n"
	"\n"
	"NAME is primary, vf1, vf2, ... (the number is the process' --process-id).\n"
	"In a status ring0+101 is a port where packets get the tag of VLAN 101 (ring0+101/3: with\n"
	"priority 3), ring0-tag one where a tag is taken away.\n"
	"\n"
	"  -s, --socket PATH      socket of spp_agent (default $SPP_RUN_DIR/agent.sock, and\n"
	"                         /run/spp/agent.sock without SPP_RUN_DIR)\n"
	"  -j, --json             ls and status: print JSON\n"
	"  -t, --timeout SECONDS  how long to wait for spp_agent (default 30)\n"
	"  -i, --interval SECONDS watch: time between two looks (default 1)\n"
	"  -n, --seconds SECONDS  watch: end after this time (default: at Ctrl-C)\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n"
	"\n"
	"ls, status and watch also work beside any other controller: they then ask the processes'\n"
	"own sockets in $SPP_RUN_DIR (/run/spp).\n"
	"\n"
	"Exit code: 0 success, 1 the reply holds an error, 2 the command line or the file is wrong,\n"
	"3 spp_agent or the process cannot be reached.\n";

static const struct option options[] = {
	{"socket", required_argument, NULL, 's'},  {"json", no_argument, NULL, 'j'},
	{"timeout", required_argument, NULL, 't'}, {"interval", required_argument, NULL, 'i'},
	{"seconds", required_argument, NULL, 'n'}, {"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},       {NULL, 0, NULL, 0},
};

struct settings {
	struct ctl ctl;
	double interval_s;
	double seconds; /* 0: until Ctrl-C */
};

static bool
read_seconds(const char *option, const char *text, double min, double *out)
{
	const double max = 86400 * 365;
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= min && value <= max)) {
		ctl_reply_complain("%s %s: not a number of seconds (%g or more)", option, text,
				   min);
		return false;
	}
	*out = value;
	return true;
}

static bool
copy_path(char *out, const char *text, const char *tail, const char *origin)
{
	if (snprintf(out, CTL_PATH_SIZE, "%s%s", text, tail) < CTL_PATH_SIZE)
		return true;
	ctl_reply_complain("%s %s: longer than %d characters", origin, text, CTL_PATH_SIZE - 1);
	return false;
}

/* -1: go on, else the exit code. */
static int
read_options(int argc, char **argv, struct settings *set)
{
	double timeout_s;
	int c;

	while ((c = getopt_long(argc, argv, "s:jt:i:n:hV", options, NULL)) != -1) {
		switch (c) {
		case 's':
			if (!copy_path(set->ctl.agent_path, optarg, "", "--socket"))
				return CTL_USAGE;
			break;
		case 'j':
			set->ctl.json = true;
			break;
		case 't':
			if (!read_seconds("--timeout", optarg, 0.1, &timeout_s))
				return CTL_USAGE;
			set->ctl.timeout_ms = (uint64_t)(timeout_s * 1000);
			break;
		case 'i':
			if (!read_seconds("--interval", optarg, 0.1, &set->interval_s))
				return CTL_USAGE;
			break;
		case 'n':
			if (!read_seconds("--seconds", optarg, 0.1, &set->seconds))
				return CTL_USAGE;
			break;
		case 'h':
			fputs(help, stdout);
			return CTL_OK;
		case 'V':
			puts("sppctl " SPP_VERSION);
			return CTL_OK;
		default: /* getopt has named the option */
			ctl_reply_complain("see sppctl --help");
			return CTL_USAGE;
		}
	}
	return -1;
}

static int
run_command(const struct settings *set, int nb, char **words)
{
	const struct ctl *ctl = &set->ctl;
	const char *command = nb > 0 ? words[0] : "";
	const char *name = nb > 1 ? words[1] : NULL;
	int ret = -1;

	if (strcmp(command, "status") == 0 || strcmp(command, "send") == 0) {
		if (name != NULL && !ctl_find_name_ok(name)) {
			ctl_reply_complain("%s: not a process (primary, vf1, vf2, ... vf255)",
					   name);
			return CTL_USAGE;
		}
	}
	if (strcmp(command, "ls") == 0 && nb == 1)
		ret = ctl_list_run(ctl);
	else if (strcmp(command, "status") == 0 && nb <= 2)
		ret = ctl_status_run(ctl, name);
	else if (strcmp(command, "send") == 0 && nb == 3)
		ret = ctl_send_run(ctl, name, words[2]);
	else if (strcmp(command, "watch") == 0 && nb == 1)
		ret = ctl_watch_run(ctl, set->interval_s, set->seconds);
	if (ret >= 0)
		return ret;
	if (nb == 0)
		ctl_reply_complain("no command (ls, status [NAME], send NAME FILE, watch); see "
				   "sppctl --help");
	else
		ctl_reply_complain(
			"%s: not a command, or not its words (ls, status [NAME], send NAME "
			"FILE, watch); see sppctl --help",
			command);
	return CTL_USAGE;
}

int
main(int argc, char **argv)
{
	struct settings set = {.ctl = {.timeout_ms = 30000}, .interval_s = 1};
	const char *dir = getenv("SPP_RUN_DIR");
	int ret;

	signal(SIGPIPE, SIG_IGN);
	if (dir == NULL || dir[0] == '\0')
		dir = "/run/spp";
	if (!copy_path(set.ctl.run_dir, dir, "", "SPP_RUN_DIR") ||
	    !copy_path(set.ctl.agent_path, dir, "/agent.sock", "SPP_RUN_DIR"))
		return CTL_USAGE;
	ret = read_options(argc, argv, &set);
	return ret >= 0 ? ret : run_command(&set, argc - optind, argv + optind);
}
