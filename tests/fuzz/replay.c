/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Stands in for libFuzzer in a normal build: runs the target once on each file of a folder.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define INPUT_MAX (1 << 20)

static uint8_t input[INPUT_MAX];

static int
replay_file(const char *folder, const char *name)
{
	char path[4096];
	uint8_t *exact;
	FILE *stream;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	stream = fopen(path, "rb");
	if (stream == NULL) {
		perror(path);
		return -1;
	}
	size = fread(input, 1, sizeof(input), stream);
	fclose(stream);
	/* Of its exact size, so that a sanitizer sees a read behind its end. */
	exact = malloc(size + (size == 0));
	if (exact == NULL)
		return -1;
	for (size_t i = 0; i < size; i++)
		exact[i] = input[i];
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	printf("ok %s\n", name);
	return 0;
}

int
main(int argc, char **argv)
{
	struct dirent *entry;
	unsigned int nb = 0;
	DIR *directory;
	int ret = 0;

	directory = argc == 2 ? opendir(argv[1]) : NULL;
	if (directory == NULL) {
		fprintf(stderr, "usage: %s FOLDER (that can be read)\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		ret |= replay_file(argv[1], entry->d_name);
		nb++;
	}
	closedir(directory);
	return ret == 0 && nb > 0 ? 0 : 1;
}
