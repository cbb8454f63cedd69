/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The EAL command line of spp_primary: the operator's own options, passed through as given, and
 * what the product needs beside them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

/* The value of an option given as `name value` or `name=value`, or NULL. */
static const char *
eal_value(int argc, char **argv, const char *name)
{
	size_t length = strlen(name);
	int i;

	for (i = 1; i < argc; i++) {
		if (strncmp(argv[i], name, length) != 0)
			continue;
		if (argv[i][length] == '=')
			return argv[i] + length + 1;
		if (argv[i][length] == '\0' && i + 1 < argc)
			return argv[i + 1];
	}
	return NULL;
}

__attribute__((format(printf, 1, 2))) static char *
eal_text(const char *fmt, ...)
{
	char *out = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&out, fmt, ap) < 0)
		out = NULL;
	va_end(ap);
	return out;
}

char **
spp_primary_eal_args(int argc, char **argv, unsigned int nb_devs, int *out_argc)
{
	int end = spp_options_split(argc, argv), n = 0, i;
	const char *socket_mem;
	char **args;

	if (end > 1 && strcmp(argv[end - 1], "--") == 0)
		end--;
	args = calloc((size_t)end + nb_devs + 3, sizeof(args[0]));
	if (args == NULL)
		return NULL;
	for (i = 0; i < end; i++)
		args[n++] = argv[i];
	for (i = 0; i < (int)nb_devs; i++)
		args[n++] = eal_text("--vdev=event_sw%d", i);
	/*
	 * All memory at start: growing later asks every process to map it, and waits seconds for
	 * one that is stopped.
	 */
	socket_mem = eal_value(end, argv, "--socket-mem");
	if (socket_mem != NULL && eal_value(end, argv, "--socket-limit") == NULL)
		args[n++] = eal_text("--socket-limit=%s", socket_mem);
	*out_argc = n;
	return args;
}
