/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looks for a driver's library. See driver.h.
 */
#include "common/driver.h"

#include <ctype.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_config.h>

/* The number behind Debian's package names, of .../dpdk/pmds-23.0. */
static int
abi_version(void)
{
	const char *dash = strrchr(RTE_EAL_PMD_PATH, '-');

	return dash != NULL ? atoi(dash + 1) : 0;
}

/* "librte-event-sw23", "librte-net-mlx5-23" */
static void
package_name(const char *driver, char *out, size_t size)
{
	bool digit = isdigit((unsigned char)driver[strlen(driver) - 1]);
	char *c;

	snprintf(out, size, "librte-%s%s%d", driver, digit ? "-" : "", abi_version());
	for (c = out; *c != '\0'; c++) {
		if (*c == '_')
			*c = '-';
	}
}

bool
spp_driver_is_missing(const char *name, char *out, size_t size)
{
	char pattern[PATH_MAX], package[80];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/librte_%s.so*", RTE_EAL_PMD_PATH, name);
	if (RTE_EAL_PMD_PATH[0] == '\0')
		return false;
	if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
		globfree(&found);
		return false;
	}
	package_name(name, package, sizeof(package));
	snprintf(out, size,
		 "DPDK's driver %s is not installed (no librte_%s.so in %s): Debian has it "
		 "in the package %s",
		 name, name, RTE_EAL_PMD_PATH, package);
	return true;
}
