/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * sppctl: the operator's command. This file reads the command line and calls the command.
 */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/complain.h"
#include "ctl/complete.h"
#include "ctl/ctl.h"
#include "ctl/name.h"
#include "ctl/options.h"
#include "spp/program.h"
#include "spp/run_dir.h"

static const char help_tail[] =
	"\n"
	"NAME is primary, vf1, vf2 ... (the number is the process' --process-id). All that only\n"
	"look, and clear, ask the processes' own sockets in $SPP_RUN_DIR (/run/spp) and work beside\n"
	"any controller; plug, unplug, patch, unpatch, mirror, unmirror, move, apply, send go through spp_agent.\n"
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
		if (command->example != NULL)
			printf("\nexample: sppctl %s\n", command->example);
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
		ctl_complain("no command (ls, status, top, topo, plug ...); see sppctl --help");
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
		ctl_complain("usage: sppctl %s%s%s; see sppctl %s --help", command->name,
			     command->words[0] != '\0' ? " " : "", command->words, command->name);
		return CTL_USAGE;
	}
	if (!ctl_options_fit(given, command))
		return CTL_USAGE;
	if (ctl->to_port != NULL && strstr(command->name, "mirror") == NULL) {
		(void)ctl_name_check(ctl->to_port); /* it is none */
		return CTL_USAGE;
	}
	return command->run(ctl, nb - 1, words + 1);
}

int
main(int argc, char **argv)
{
	struct ctl ctl = {
		.commands = ctl_commands, .timeout_ms = 5000, .interval_s = 1, .vlan = -1};
	struct ctl_options given = {.help = 0};
	const char *dir = spp_run_dir();
	struct spp_error err;
	int ret = -1;

	spp_program_begin_command();
	setlocale(LC_CTYPE, "");
	if (spp_run_dir_check(&err) < 0) {
		ctl_complain("%s", err.text);
		return CTL_USAGE;
	}
	if (!ctl_options_path(ctl.run_dir, dir, "", "SPP_RUN_DIR") ||
	    !ctl_options_path(ctl.agent_path, dir, "/agent.sock", "SPP_RUN_DIR"))
		return CTL_USAGE;
	/* What is to be completed may be half an option: the last word. */
	if (argc >= 3 && (strcmp(argv[1], "complete") == 0 || strcmp(argv[1], "describe") == 0))
		ctl_options_lengthen(argc - 2, argv + 1, ctl_commands);
	if (argc >= 2 && strcmp(argv[1], "complete") == 0)
		return ctl_complete_run(&ctl, argc - 2, argv + 2);
	if (argc >= 2 && strcmp(argv[1], "describe") == 0)
		return ctl_describe_run(&ctl, argc - 2, argv + 2);
	ctl_options_lengthen(argc, argv, ctl_commands);
	ret = ctl_options_read(argc, argv, &ctl, &given);
	return ret >= 0 ? ret : run(&ctl, &given, argc - optind, argv + optind);
}
