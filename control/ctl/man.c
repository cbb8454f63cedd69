/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The page sppctl(1). See man.h.
 */
#include "ctl/man.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl/options.h"

static const char head[] =
	".\\\" SPDX-License-Identifier: BSD-3-Clause\n"
	".\\\" Written by `sppctl man`, of the tables that its --help is made of: change those\n"
	".\\\" (control/ctl/commands.c, options.c; what stands around them: man.c).\n"
	".TH SPPCTL 1 \"\" \"spp-event\" \"User Commands\"\n"
	".SH NAME\n"
	"sppctl \\- look at, and wire, the Soft Patch Panel\n"
	".SH SYNOPSIS\n"
	".B sppctl\n"
	".I COMMAND\n"
	".RI [ WORD ]...\n"
	".RI [ OPTION ]...\n"
	".SH DESCRIPTION\n"
	"Commands that only look, and\n"
	".BR clear ,\n"
	"ask the processes' own sockets (see\n"
	".BR FILES )\n"
	"and work beside any controller. Commands that change the wiring go through\n"
	".BR spp_agent ;\n"
	"when another controller holds the process, the message says which.\n"
	".I NAME\n"
	"is\n"
	".BR primary ,\n"
	".BR vf1 ,\n"
	".BR vf2 ...\n"
	"(the number is the process' \\-\\-process\\-id). Which spp_vf is meant follows from the port or\n"
	"the file, else\n"
	".B \\-\\-to\n"
	"says so.\n";

static const char tail[] =
	".PP\n"
	"Looking never waits for spp_agent, and 2 seconds for a process; who does not answer is named.\n"
	".SH SIGNALS\n"
	"HUP, INT, QUIT and TERM end it;\n"
	".B top\n"
	"gives the terminal back first. USR1, USR2, ALRM, PIPE and the like do nothing.\n"
	".SH EXIT STATUS\n"
	"0 success; 1 the process, or the state of things, refuses it, or a traced packet arrives\n"
	"nowhere; 2 the command line or the file is wrong; 3 spp_agent or the process cannot be\n"
	"reached. diff, trace and check: see there.\n"
	".SH ENVIRONMENT\n"
	".B SPP_RUN_DIR\n"
	"names the directory of the sockets. In a UTF-8 locale topo draws with lines, else with + \\- |.\n"
	".SH FILES\n"
	".TP\n"
	".I /run/spp/primary.sock\\fR, \\fI/run/spp/vf\\-N.sock\n"
	"Sockets of the processes, for root and the group in SPP_ADMIN_GROUP of their environment.\n"
	".TP\n"
	".I /run/spp/primary.look\\fR, \\fI/run/spp/vf\\-N.look\n"
	"The same for looking only, for the group in SPP_RUN_GROUP.\n"
	".TP\n"
	".I /run/spp/agent.sock\n"
	"Socket of spp_agent, for root and SPP_ADMIN_GROUP.\n"
	".SH SEE ALSO\n"
	".BR spp\\-event (7)\n";

/* As it stands: no `-` becomes a hyphen, and no line a request. */
static void
put_text(const char *text)
{
	bool begins = true;

	for (; *text != '\0'; text++) {
		if (begins && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '\\')
			fputs("\\e", stdout);
		else
			putchar(*text);
		begins = *text == '\n';
	}
}

/* "which ..." as a sentence: its letter, and a full stop. */
static void
put_sentence(const char *text)
{
	char first[2] = {text[0], '\0'};

	if (first[0] >= 'a' && first[0] <= 'z')
		first[0] = (char)(first[0] - 'a' + 'A');
	put_text(first);
	put_text(text + 1);
	puts(".");
}

static void
put_commands(const struct ctl *ctl, bool changes)
{
	for (const struct ctl_command *c = ctl->commands; c->summary != NULL; c++) {
		if (c->changes != changes)
			continue;
		printf(".TP\n.B %s", c->name);
		if (c->words[0] != '\0') {
			fputs(" \\fR", stdout);
			put_text(c->words);
		}
		putchar('\n');
		put_sentence(c->summary);
		if (c->more != NULL)
			put_text(c->more);
	}
}

static void
put_option(void *arg, const char *name, const char *value, char letter, bool is_short,
	   const char *help)
{
	const struct ctl *ctl = arg;
	const char *gap = "Of ";

	fputs(".TP\n.B ", stdout);
	if (is_short)
		printf("\\-%c\\fR, \\fB", letter);
	put_text("--");
	put_text(name);
	if (value != NULL)
		printf(" \\fI%s", value);
	putchar('\n');
	put_sentence(help);
	if (ctl_options_is_common(letter))
		return;
	for (const struct ctl_command *c = ctl->commands; c->summary != NULL; c++) {
		if (strchr(c->options, letter) == NULL)
			continue;
		printf("%s%s", gap, c->name);
		gap = ", ";
	}
	puts(".");
}

static void
put_examples(const struct ctl *ctl)
{
	puts(".SH EXAMPLES\n.nf");
	for (const struct ctl_command *c = ctl->commands; c->summary != NULL; c++) {
		fputs("sppctl ", stdout);
		put_text(c->example);
		putchar('\n');
	}
	puts(".fi");
}

int
ctl_man_run(const struct ctl *ctl, int nb, char **words)
{
	fputs(head, stdout);
	puts(".SS Looking");
	put_commands(ctl, false);
	puts(".SS Changing");
	put_commands(ctl, true);
	puts(".SH OPTIONS");
	ctl_options_each(put_option, (void *)ctl);
	fputs(tail, stdout);
	put_examples(ctl);
	return CTL_OK;
}
