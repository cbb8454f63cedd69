/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * sppctl: the operator's command. This file reads the command line and calls the command.
 */
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_options.h"

static const char help_tail[] =
	"\n"
	"NAME is primary, vf1, vf2 ... (the number is the process' --process-id). All that only\n"
	"look, and clear, ask the processes' own sockets in $SPP_RUN_DIR (/run/spp) and work beside\n"
	"any controller; plug, unplug, patch, unpatch, move, apply, send go through spp_agent.\n"
	"\n"
	"Exit code: 0 success, 1 the process or the state of things refuses it, 2 the command line\n"
	"or the file is wrong, 3 spp_agent or the process cannot be reached.\n"
	"sppctl COMMAND --help says more of a command; so does sppctl(1).\n";

static void
print_help(const struct ctl_command *command)
{
	if (command != NULL) {
		printf("usage: sppctl %s%s%s [OPTION]...\n\n%s\n", command->name,
		       command->words[0] != '\0' ? " " : "", command->words, command->summary);
		if (command->more != NULL)
			printf("%s", command->more);
		putchar('\n');
		ctl_options_help(stdout, command->options);
		return;
	}
	printf("usage: sppctl COMMAND [WORD]... [OPTION]...\n\n");
	ctl_command_list(stdout);
	putchar('\n');
	ctl_options_help(stdout, NULL);
	fputs(help_tail, stdout);
}

static int
run(const struct ctl *ctl, const struct ctl_options *given, int nb, char **words)
{
	const struct ctl_command *command;

	if (given->help == 'V') {
		puts("sppctl " SPP_VERSION);
		return CTL_OK;
	}
	if (nb == 0 && given->help == 0) {
		ctl_reply_complain(
			"no command (ls, status, top, topo, plug ...); see sppctl --help");
		return CTL_USAGE;
	}
	command = nb > 0 ? ctl_command_find(words[0]) : NULL;
	if (nb > 0 && command == NULL)
		return CTL_USAGE;
	if (given->help != 0) {
		print_help(command);
		return CTL_OK;
	}
	if (nb - 1 < command->nb_min || nb - 1 > command->nb_max) {
		ctl_reply_complain("usage: sppctl %s%s%s; see sppctl %s --help", command->name,
				   command->words[0] != '\0' ? " " : "", command->words,
				   command->name);
		return CTL_USAGE;
	}
	if (!ctl_options_fit(given, command))
		return CTL_USAGE;
	return command->run(ctl, nb - 1, words + 1);
}

int
main(int argc, char **argv)
{
	struct ctl ctl = {.timeout_ms = 30000, .interval_s = 1, .vlan = -1};
	struct ctl_options given = {.help = 0};
	const char *dir = getenv("SPP_RUN_DIR");
	int ret = -1;

	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "");
	if (dir == NULL || dir[0] == '\0')
		dir = "/run/spp";
	if (!ctl_options_path(ctl.run_dir, dir, "", "SPP_RUN_DIR") ||
	    !ctl_options_path(ctl.agent_path, dir, "/agent.sock", "SPP_RUN_DIR"))
		return CTL_USAGE;
	/* What is to be completed may be half an option. */
	if (argc >= 2 && strcmp(argv[1], "complete") == 0)
		return ctl_complete_run(&ctl, argc - 2, argv + 2);
	ret = ctl_options_read(argc, argv, &ctl, &given);
	return ret >= 0 ? ret : run(&ctl, &given, argc - optind, argv + optind);
}
