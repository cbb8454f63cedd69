/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What both command lines have in common. See options.h.
 */
#include "common/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spp/control.h"

bool
spp_options_wrong(int ret)
{
	return ret < 0 && ret != -ENOMEM && ret != -EMFILE && ret != -ENFILE && ret != -EIO;
}

int
spp_options_split(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return i + 1;
	}
	return argc;
}

const char *
spp_options_eal(int argc, char **argv, const char *name, const char *shortest)
{
	const char *value = NULL;
	size_t length;
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (name[1] != '-' && strncmp(argv[i], name, 2) == 0) {
			if (argv[i][2] != '\0') /* "-m256" */
				value = argv[i] + 2;
			else
				value = i + 1 < argc ? argv[i + 1] : "";
			continue;
		}
		length = strcspn(argv[i], "=");
		if (length < strlen(shortest) || strncmp(argv[i], name, length) != 0)
			continue;
		if (argv[i][length] == '=')
			value = argv[i] + length + 1;
		else
			value = i + 1 < argc ? argv[i + 1] : "";
	}
	return value;
}

int
spp_options_number(const char *option, const char *text, int base, unsigned long min,
		   unsigned long max, unsigned long *out, struct spp_error *err)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, base);
	if (text[0] == '\0' || text[0] == '-' || *end != '\0' || errno != 0 || value < min ||
	    value > max)
		return spp_error(err, EINVAL,
				 base == 16 ? "%s %s: must be hexadecimal, 0x%lx to 0x%lx"
					    : "%s %s: must be a number from %lu to %lu",
				 option, text, min, max);
	*out = value;
	return 0;
}

int
spp_options_common(int opt, const char *usage, const char *program)
{
	if (opt == 'h')
		fputs(usage, stdout);
	else if (opt == 'V')
		printf("%s %s\n", program, SPP_VERSION);
	else
		return 0;
	return 1;
}

int
spp_options_unknown(char **argv, struct spp_error *err)
{
	const char *arg = argv[optind - 1];

	return spp_error(err, EINVAL, "option %s is unknown or lacks its value (--help lists them)",
			 arg);
}

int
spp_options_sockets(struct spp_options_sockets *sockets, unsigned int process,
		    struct spp_error *err)
{
	const char *name = sockets->controller_name;
	int ret = 0;

	if (name != NULL && sockets->controller == NULL)
		return spp_error(err, EINVAL, "--controller-user %.80s: of which controller? (-s)",
				 name);
	if (name != NULL)
		ret = spp_access_user("--controller-user", name, &sockets->controller_user, err);
	if (ret == 0 && sockets->controller != NULL)
		ret = spp_control_check_address(sockets->controller, name != NULL, err);
	return ret < 0 ? ret : spp_local_sockets_read(process, &sockets->local, err);
}

int
spp_options_left_over(int argc, char **argv, struct spp_error *err)
{
	if (optind >= argc)
		return 0;
	return spp_error(err, EINVAL, "%s: not an option (--help lists them)", argv[optind]);
}
