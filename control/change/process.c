/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Names of processes. See process.h.
 */
#include "change/process.h"

#include <stdio.h>
#include <string.h>

#include "spp/limits.h"
#include "wiring/names.h"

const char *
spp_process_name(unsigned int process_id, char name[SPP_PROCESS_NAME_SIZE])
{
	if (process_id == 0)
		snprintf(name, SPP_PROCESS_NAME_SIZE, "primary");
	else
		snprintf(name, SPP_PROCESS_NAME_SIZE, "vf%u", process_id);
	return name;
}

const char *
spp_process_type(unsigned int process_id, const char *said)
{
	static const char *const special[] = {"mirror", "pcap"};

	if (process_id == 0)
		return "primary";
	for (unsigned int i = 0; said != NULL && i < sizeof(special) / sizeof(special[0]); i++)
		if (strcmp(said, special[i]) == 0)
			return special[i];
	return "vf";
}

int
spp_process_parse(const char *name)
{
	unsigned int id;

	if (strcmp(name, "primary") == 0)
		return 0;
	if (strncmp(name, "vf", 2) != 0 ||
	    spp_number_parse(name + 2, SPP_PROCESS_ID_MAX, &id) < 0 || id == 0)
		return -1;
	return (int)id;
}

int
spp_process_of_socket(const char *file)
{
	char name[SPP_PROCESS_NAME_SIZE];
	const char *tail = strchr(file, '.');

	if (tail == NULL || (strcmp(tail, ".sock") != 0 && strcmp(tail, ".look") != 0))
		return -1;
	if (strncmp(file, "vf-", 3) != 0)
		return strncmp(file, "primary.", strlen("primary.")) == 0 ? 0 : -1;
	snprintf(name, sizeof(name), "vf%.*s", (int)(tail - file) - 3, file + 3);
	return spp_process_parse(name);
}
