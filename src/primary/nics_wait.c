/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looks into sysfs again and again. See nics_wait.h.
 */
#include "primary/nics_wait.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"

#include "primary/pci_driver.h"

#define LOOK_US 100000

/* Through vfio and uio, or beside the kernel's driver, as the NICs of mlx4 and mlx5 are. */
static bool
is_for_dpdk(const char *driver)
{
	static const char *const drivers[] = {"vfio-pci", "igb_uio", "mlx4_core", "mlx5_core"};

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		if (strcmp(driver, drivers[i]) == 0)
			return true;
	}
	return false;
}

/* What is wrong with one, or "". */
static void
describe(const char *sysfs, const char *address, char *out, size_t size)
{
	char path[PATH_MAX], driver[33];
	const char *refused;

	out[0] = '\0';
	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s", sysfs, address);
	if (access(path, F_OK) < 0) {
		snprintf(out, size, "is not there (lspci -D)");
		return;
	}
	spp_pci_driver(sysfs, address, driver, sizeof(driver));
	refused = spp_pci_driver_refused(driver);
	if (driver[0] == '\0')
		snprintf(out, size, "is bound to no driver; vfio-pci is wanted");
	else if (refused != NULL)
		snprintf(out, size, "is bound to %s, %s", driver, refused);
	else if (!is_for_dpdk(driver))
		snprintf(out, size, "is bound to %s; vfio-pci is wanted", driver);
}

static double
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int
spp_nics_wait(const struct spp_nics *nics, const char *sysfs, unsigned int seconds,
	      const volatile sig_atomic_t *stop, struct spp_error *err)
{
	double end = now_s() + seconds;
	char wrong[192], said[192] = "";
	unsigned int i = 0;

	while (i < nics->nb) {
		describe(sysfs, nics->address[i], wrong, sizeof(wrong));
		if (wrong[0] == '\0') {
			i++;
			said[0] = '\0';
			continue;
		}
		if (*stop)
			return spp_error(err, EINTR, "ended before it had started");
		if (now_s() >= end)
			return spp_error(err, ENODEV, "nic%u: %s %s; waited for it %u s", i,
					 nics->address[i], wrong, seconds);
		if (strcmp(said, wrong) != 0)
			spp_log(LOG_NOTICE, "waiting for nic%u: %s %s", i, nics->address[i], wrong);
		strcpy(said, wrong);
		usleep(LOOK_US);
	}
	return 0;
}
