/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An EAL for what needs mbufs and one lcore, and no hugepages. For programs of one file.
 */
#ifndef SMALL_EAL_H
#define SMALL_EAL_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>

/** As rte_eal_init(), with so many MB. Once a program. */
static inline int
small_eal_start(unsigned int megabytes)
{
	char text[160], *rest = text, *word, *argv[16];
	int argc = 0;

	snprintf(text, sizeof(text),
		 "test --no-huge -m %u --no-pci --no-shconf --no-telemetry --log-level warning "
		 "--lcores 0 --file-prefix spp_test_%d",
		 megabytes, getpid());
	while ((word = strsep(&rest, " ")) != NULL)
		argv[argc++] = word;
	argv[argc] = NULL;
	return rte_eal_init(argc, argv);
}

#endif
