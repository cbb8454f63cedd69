/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The options of sppctl: read, checked, and described in one table.
 */
#include "ctl/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "change/near.h"
#include "ctl/complain.h"
#include "ctl/name.h"
#include "spp/model.h"
#include "wiring/names.h"

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
	 "how long a change may take: spp_agent, and the process (5)"},
	{{"json", no_argument, NULL, 'j'}, NULL, "JSON, for scripts"},
	{{"to", required_argument, NULL, 't'},
	 "NAME",
	 "which spp_vf, where it is not clear; of plug and patch: VF of the vhost[,VF of the other]; "
	 "of mirror: PORT[,VF of the mirrored[,VF of PORT]]"},
	{{"vlan", required_argument, NULL, 'v'},
	 "VID",
	 "tag on the wire, 1 to 4094; of trace: the frame's, or 0, a priority only"},
	{{"nic", required_argument, NULL, 'N'}, "NIC", "which NIC, where there are several"},
	{{"guest-filter", required_argument, NULL, 'F'},
	 "WORD",
	 "what a VM sends to 01-80-C2-00-00-0x: reserved (it is dropped) or none"},
	{{"name", required_argument, NULL, 'L'},
	 "TEXT",
	 "what the VM is called: status, topo, check show \"vhost0 (TEXT)\"; none takes it away"},
	{{"switch", no_argument, NULL, 'W'}, NULL, "to the NIC's switch: its VMs reach each other"},
	{{"source-check", no_argument, NULL, 'C'},
	 NULL,
	 "drop what the VM sends with a source address that is not its own"},
	{{"reason", required_argument, NULL, 'r'}, "TEXT", "why, for the log of spp_agent"},
	{{"dry-run", no_argument, NULL, 'D'}, NULL, "show what would change, change nothing"},
	{{"dot", no_argument, NULL, 'd'}, NULL, "a graph for graphviz"},
	{{"anonymous", no_argument, NULL, 'A'},
	 NULL,
	 "no network addresses: MAC-1, IP-1 ... in their place"},
	{{"what-if", no_argument, NULL, 'w'}, NULL, "ask the wiring, send and follow no packet"},
	{{"src", required_argument, NULL, 'S'}, "MAC", "the frame's source (nothing looks at it)"},
	{{"size", required_argument, NULL, 'z'},
	 "BYTES",
	 "of the frame: its tag is in it, its CRC is not (60, with a tag 64)"},
	{{"file", required_argument, NULL, 'f'},
	 "FILE",
	 "the wiring in that file (of dump, or saved), not the running one"},
	{{"rx", no_argument, NULL, 'R'}, NULL, "only what comes in by the ports"},
	{{"tx", no_argument, NULL, 'X'}, NULL, "only what leaves by them"},
	{{"both", no_argument, NULL, 'B'}, NULL, "what comes in and what leaves"},
	{{"count", required_argument, NULL, 'c'}, "PACKETS", "end after so many (-c)"},
	{{"snaplen", required_argument, NULL, 'p'},
	 "BYTES",
	 "of each packet, at most (-s; whole frames)"},
	{{"write", required_argument, NULL, 'o'},
	 "FILE",
	 "write pcapng there; - is standard output (-w)"},
	{{"for", required_argument, NULL, 'u'}, "SECONDS", "end after that time"},
	{{"file-size", required_argument, NULL, 'M'},
	 "MB",
	 "go on in a new file when one has so many million bytes (-C)"},
	{{"files", required_argument, NULL, 'l'},
	 "NUMBER",
	 "of files; then the first is written anew (-W)"},
	{{"drops", no_argument, NULL, 'x'}, NULL, "the packets that are dropped"},
	{{"interval", required_argument, NULL, 'i'}, "SECONDS", "between two looks (1)"},
	{{"seconds", required_argument, NULL, 'n'},
	 "SECONDS",
	 "how long in all (until q or Ctrl-C)"},
	{{"help", no_argument, NULL, 'h'}, NULL, "this text, or that of the command"},
	{{"version", no_argument, NULL, 'V'}, NULL, "the version"},
};
#define NB_ROWS (sizeof(rows) / sizeof(rows[0]))
/* Those that have a short form, as getopt wants them. */
#define SHORT ":s:jt:i:n:hV"
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
		ctl_complain("%s %s: not a number of seconds (%g or more)", option, text, min);
		return false;
	}
	*out = value;
	return true;
}

static bool
read_vlan(const char *text, int *out)
{
	unsigned int vid;

	if (spp_number_parse(text, SPP_VID_MAX, &vid) < 0) {
		ctl_complain("--vlan %s: not a VLAN (1 to %d)", text, SPP_VID_MAX);
		return false;
	}
	*out = (int)vid;
	return true;
}

static bool
read_size(const char *text, unsigned int *out)
{
	if (spp_number_parse(text, CTL_SIZE_MAX, out) == 0 && *out > 0)
		return true;
	ctl_complain("--size %s: not the size of a frame (1 to %d bytes)", text, CTL_SIZE_MAX);
	return false;
}

static bool
read_number(const char *option, const char *text, unsigned int max, unsigned int *out)
{
	if (spp_number_parse(text, max, out) == 0 && *out > 0)
		return true;
	ctl_complain("%s %s: not a number from 1 to %u", option, text, max);
	return false;
}

static bool
take_capture_option(int letter, const char *value, struct ctl *ctl)
{
	unsigned int count;

	switch (letter) {
	case 'R':
		ctl->rx = true;
		return true;
	case 'X':
		ctl->tx = true;
		return true;
	case 'B':
		ctl->both = true;
		return true;
	case 'x':
		ctl->drops = true;
		return true;
	case 'c':
		if (!read_number("--count", value, UINT32_MAX, &count))
			return false;
		ctl->count = count;
		return true;
	case 'p':
		return read_number("--snaplen", value, CTL_SIZE_MAX, &ctl->snaplen);
	case 'o':
		ctl->write = value;
		return true;
	case 'u':
		return read_seconds("--for", value, 0.1, &ctl->for_s);
	case 'M':
		return read_number("--file-size", value, 1000000, &ctl->file_mb);
	default: /* 'l' */
		return read_number("--files", value, 10000, &ctl->files);
	}
}

/* "vf2", or "vf2,vf1": of the first port, and of the other. In front of them a port: of mirror. */
static bool
read_to(const char *text, struct ctl *ctl)
{
	static char first[SPP_PROCESS_NAME_SIZE], shown[64], port[SPP_PORT_TEXT_SIZE];
	struct spp_port parsed;
	const char *comma = strchr(text, ',');
	const size_t length = strcspn(text, ",");

	if (length < sizeof(port)) {
		memcpy(port, text, length);
		port[length] = '\0';
	}
	if (length < sizeof(port) && spp_port_parse(port, &parsed, NULL) == 0) {
		ctl->to_port = port;
		if (comma == NULL)
			return true;
		text = comma + 1;
		comma = strchr(text, ',');
	}
	ctl->to = text;
	ctl->to_other = NULL;
	if (comma == NULL)
		return ctl_name_check(text);
	snprintf(shown, sizeof(shown), "%.*s", (int)(comma - text), text);
	if (!ctl_name_check(shown) || !ctl_name_check(comma + 1))
		return false;
	snprintf(first, sizeof(first), "%.15s", shown);
	ctl->to = first;
	ctl->to_other = comma + 1;
	return true;
}

static bool
read_filter(const char *text, const char **out)
{
	struct spp_error why;
	uint8_t filter;

	*out = text;
	if (spp_filter_parse(text, &filter, &why) == 0)
		return true;
	ctl_complain("--guest-filter: %s", why.text);
	return false;
}

static bool
read_label(const char *text, const char **out)
{
	struct spp_error why;

	*out = text;
	if (spp_word_is_none(text) || spp_label_check(text, &why) == 0)
		return true;
	ctl_complain("--name: %s", why.text);
	return false;
}

bool
ctl_options_path(char *out, const char *text, const char *tail, const char *origin)
{
	if (snprintf(out, CTL_PATH_SIZE, "%s%s", text, tail) < CTL_PATH_SIZE)
		return true;
	ctl_complain("%s %s: longer than %d characters", origin, text, CTL_PATH_SIZE - 1);
	return false;
}

static bool
take_option(int letter, const char *value, struct ctl *ctl)
{
	double seconds;

	if (strchr("RXBcpouMlx", letter) != NULL)
		return take_capture_option(letter, value, ctl);
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
		return read_to(value, ctl);
	case 'v':
		return read_vlan(value, &ctl->vlan);
	case 'N':
		ctl->nic = value;
		return true;
	case 'F':
		return read_filter(value, &ctl->filter);
	case 'L':
		return read_label(value, &ctl->label);
	case 'r':
		ctl->reason = value;
		return true;
	case 'D':
		ctl->dry_run = true;
		return true;
	case 'd':
		ctl->dot = true;
		return true;
	case 'A':
		ctl->anonymous = true;
		return true;
	case 'W':
		ctl->to_switch = true;
		return true;
	case 'C':
		ctl->source_check = true;
		return true;
	case 'w':
		ctl->what_if = true;
		return true;
	case 'S':
		ctl->src = value;
		return true;
	case 'z':
		return read_size(value, &ctl->size);
	case 'f':
		ctl->file = value;
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
		near = spp_near_word(name, option_word, NULL);
	}
	if (near != NULL)
		ctl_complain("%s: not an option; did you mean --%s?", word, near);
	else
		ctl_complain("%s: not an option; see sppctl --help", word);
}

/*
 * Short options mean what the command says, behind its name: "-s96" becomes "--snaplen=96", "-s"
 * "--snaplen". Those of other words stay as they are.
 */
static char *
long_form(const struct ctl_short *shorts, char *word)
{
	char *out;

	if (word[0] != '-' || word[1] == '\0' || word[1] == '-')
		return word;
	for (; shorts->letter != 0 && shorts->letter != word[1]; shorts++)
		;
	if (shorts->letter == 0 ||
	    asprintf(&out, "--%s%s%s", shorts->name, word[2] != '\0' ? "=" : "", word + 2) < 0)
		return word;
	return out;
}

void
ctl_options_lengthen(int argc, char **argv, const struct ctl_command *commands)
{
	const struct ctl_command *command = commands;

	/* the command is the first word: options in front of it are not looked behind */
	for (; argc >= 2 && command->name != NULL && strcmp(command->name, argv[1]) != 0; command++)
		;
	if (argc < 2 || command->shorts == NULL)
		return;
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		argv[i] = long_form(command->shorts, argv[i]);
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
		c = getopt_long(argc, argv, SHORT, options, NULL);
		if (c < 0)
			return -1;
		if (c == '?') {
			complain_unknown(argv[optind > at ? optind - 1 : at]);
			return CTL_USAGE;
		}
		if (c == ':') {
			ctl_complain("%s: needs a value; see sppctl --help", argv[optind - 1]);
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
				ctl_complain("%s takes no --%s; see sppctl %s --help",
					     command->name, rows[i].option.name, command->name);
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
ctl_options_words(void (*put)(const char *word, const char *what), const char *letters)
{
	char word[32];

	for (size_t i = 0; i < NB_ROWS; i++) {
		if (strchr(letters, rows[i].option.val) == NULL &&
		    strchr(common, rows[i].option.val) == NULL)
			continue;
		snprintf(word, sizeof(word), "--%s", rows[i].option.name);
		put(word, rows[i].help);
	}
}

void
ctl_options_each(void (*put)(void *arg, const char *name, const char *value, char letter,
			     bool is_short, const char *help),
		 void *arg)
{
	for (size_t i = 0; i < NB_ROWS; i++) {
		char letter = (char)rows[i].option.val;
		bool is_short = strchr(&SHORT[1], letter) != NULL;

		put(arg, rows[i].option.name, rows[i].value, letter, is_short, rows[i].help);
	}
}

bool
ctl_options_has_value(const char *word)
{
	for (size_t i = 0; i < NB_ROWS; i++)
		if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, rows[i].option.name) == 0)
			return rows[i].value != NULL;
	return false;
}

bool
ctl_options_is_common(char letter)
{
	return strchr(common, letter) != NULL;
}
