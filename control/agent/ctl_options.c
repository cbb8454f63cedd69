/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The options of sppctl: read, checked, and described in one table.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_options.h"
#include "near.h"

/* Short letters; long ones without a short form have a letter that getopt is not told. */
static const struct option_row {
	struct option option;
	const char *value;
	const char *help;
} rows[] = {
	{{"socket", required_argument, NULL, 's'},
	 "PATH",
	 "socket of spp_agent ($SPP_RUN_DIR/agent.sock)"},
	{{"timeout", required_argument, NULL, 'T'},
	 "SECONDS",
	 "how long to wait for spp_agent (30)"},
	{{"json", no_argument, NULL, 'j'}, NULL, "JSON, for scripts"},
	{{"to", required_argument, NULL, 't'},
	 "NAME",
	 "which spp_vf; needed only where it is not clear"},
	{{"vlan", required_argument, NULL, 'v'}, "VID", "tag on the wire, 0 to 4094"},
	{{"nic", required_argument, NULL, 'N'}, "NIC", "which NIC, where there are several"},
	{{"reason", required_argument, NULL, 'r'}, "TEXT", "why, for the log of spp_agent"},
	{{"dry-run", no_argument, NULL, 'D'}, NULL, "show what would change, change nothing"},
	{{"dot", no_argument, NULL, 'd'}, NULL, "a graph for graphviz"},
	{{"interval", required_argument, NULL, 'i'}, "SECONDS", "between two looks (1)"},
	{{"seconds", required_argument, NULL, 'n'},
	 "SECONDS",
	 "how long in all (until q or Ctrl-C)"},
	{{"help", no_argument, NULL, 'h'}, NULL, "this text, or that of the command"},
	{{"version", no_argument, NULL, 'V'}, NULL, "the version"},
};
#define NB_ROWS (sizeof(rows) / sizeof(rows[0]))
/* Taken with every command. */
static const char common[] = "sThV";

static const char *
option_word(const void *arg, size_t i)
{
	return i < NB_ROWS ? rows[i].option.name : NULL;
}

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
read_vlan(const char *text, int *out)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value > 4094) {
		ctl_reply_complain("--vlan %s: not a VLAN (0 to 4094)", text);
		return false;
	}
	*out = (int)value;
	return true;
}

bool
ctl_options_path(char *out, const char *text, const char *tail, const char *origin)
{
	if (snprintf(out, CTL_PATH_SIZE, "%s%s", text, tail) < CTL_PATH_SIZE)
		return true;
	ctl_reply_complain("%s %s: longer than %d characters", origin, text, CTL_PATH_SIZE - 1);
	return false;
}

static bool
take_option(int letter, const char *value, struct ctl *ctl)
{
	double seconds;

	switch (letter) {
	case 's':
		return ctl_options_path(ctl->agent_path, value, "", "--socket");
	case 'T':
		if (!read_seconds("--timeout", value, 0.1, &seconds))
			return false;
		ctl->timeout_ms = (uint64_t)(seconds * 1000);
		return true;
	case 'j':
		ctl->json = true;
		return true;
	case 't':
		ctl->to = value;
		return ctl_find_name_check(value);
	case 'v':
		return read_vlan(value, &ctl->vlan);
	case 'N':
		ctl->nic = value;
		return true;
	case 'r':
		ctl->reason = value;
		return true;
	case 'D':
		ctl->dry_run = true;
		return true;
	case 'd':
		ctl->dot = true;
		return true;
	case 'i':
		return read_seconds("--interval", value, 0, &ctl->interval_s);
	default:
		return read_seconds("--seconds", value, 0.1, &ctl->seconds);
	}
}

static void
complain_unknown(const char *word)
{
	const char *near = NULL;
	char name[32];

	if (strncmp(word, "--", 2) == 0) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
		near = near_word(name, option_word, NULL);
	}
	if (near != NULL)
		ctl_reply_complain("%s: not an option; did you mean --%s?", word, near);
	else
		ctl_reply_complain("%s: not an option; see sppctl --help", word);
}

int
ctl_options_read(int argc, char **argv, struct ctl *ctl, struct ctl_options *given)
{
	struct option options[NB_ROWS + 1] = {{NULL, 0, NULL, 0}};
	int c, at;

	for (size_t i = 0; i < NB_ROWS; i++)
		options[i] = rows[i].option;
	opterr = 0;
	for (;;) {
		at = optind;
		c = getopt_long(argc, argv, ":s:jt:i:n:hV", options, NULL);
		if (c < 0)
			return -1;
		if (c == '?') {
			complain_unknown(argv[optind > at ? optind - 1 : at]);
			return CTL_USAGE;
		}
		if (c == ':') {
			ctl_reply_complain("%s: needs a value; see sppctl --help",
					   argv[optind - 1]);
			return CTL_USAGE;
		}
		if (c == 'h' || c == 'V')
			given->help = given->help == 0 ? c : given->help;
		else if (!take_option(c, optarg, ctl))
			return CTL_USAGE;
		if (strlen(given->letters) + 1 < sizeof(given->letters))
			given->letters[strlen(given->letters)] = (char)c;
	}
}

bool
ctl_options_fit(const struct ctl_options *given, const struct ctl_command *command)
{
	for (const char *c = given->letters; *c != '\0'; c++) {
		if (strchr(common, *c) != NULL || strchr(command->options, *c) != NULL)
			continue;
		for (size_t i = 0; i < NB_ROWS; i++)
			if (rows[i].option.val == *c)
				ctl_reply_complain("%s takes no --%s; see sppctl %s --help",
						   command->name, rows[i].option.name,
						   command->name);
		return false;
	}
	return true;
}

void
ctl_options_help(FILE *out, const char *letters)
{
	char left[32];

	for (size_t i = 0; i < NB_ROWS; i++) {
		const struct option *option = &rows[i].option;
		const char *value = rows[i].value;

		if (letters != NULL && strchr(letters, option->val) == NULL &&
		    strchr(common, option->val) == NULL)
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", option->name, value != NULL ? " " : "",
			 value != NULL ? value : "");
		fprintf(out, "  %-20s %s\n", left, rows[i].help);
	}
}

void
ctl_options_words(void (*put)(const char *word), const char *letters)
{
	char word[32];

	for (size_t i = 0; i < NB_ROWS; i++) {
		if (strchr(letters, rows[i].option.val) == NULL &&
		    strchr(common, rows[i].option.val) == NULL)
			continue;
		snprintf(word, sizeof(word), "--%s", rows[i].option.name);
		put(word);
	}
}
