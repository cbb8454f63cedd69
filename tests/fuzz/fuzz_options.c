/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The command lines of both programs, one argument a line. Options that open the operator's files
 * or print help are left out: neither is parsing.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/options.h"
#include "primary/options.h"
#include "vf/options.h"

#define ARGS_MAX 64

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char program[] = "spp";
	struct spp_primary_options primary;
	struct spp_vf_options vf;
	struct spp_error err;
	char *argv[ARGS_MAX + 2] = {program};
	char *text = malloc(size + 1), *rest = text;
	int argc = 1;

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	while (rest != NULL && argc <= ARGS_MAX) {
		argv[argc] = strsep(&rest, "\n");
		if (strncmp(argv[argc], "--co", 4) != 0 && strncmp(argv[argc], "--h", 3) != 0 &&
		    strncmp(argv[argc], "--ve", 4) != 0)
			argc++;
	}
	argv[argc] = NULL;
	(void)!spp_options_split(argc, argv);
	(void)!spp_primary_options_parse(argc, argv, &primary, &err);
	(void)!spp_vf_options_parse(argc, argv, &vf, &err);
	free(text);
	return 0;
}
