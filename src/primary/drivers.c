/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names drivers that are missing. See drivers.h.
 */
#include "primary/drivers.h"

#include <stdio.h>
#include <string.h>

#include "common/driver.h"

/* Devices whose library is not called as they are. */
static const struct {
	const char *device, *driver;
} others[] = {{"net_virtio_user", "net_virtio"}, {"net_bonding", "net_bond"}};

/* "net_tap0,iface=tap0" is of the driver net_tap. */
static void
driver_of(const char *device, char *out, size_t size)
{
	size_t i;

	snprintf(out, size, "%.*s", (int)strcspn(device, ",0123456789"), device);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(out, others[i].device) == 0)
			snprintf(out, size, "%s", others[i].driver);
	}
}

/* The device of "--vdev net_tap0" or "--vdev=net_tap0"; NULL: another option. */
static const char *
vdev_of(char **argv, int i)
{
	const char *equals = strchr(argv[i], '=');

	if (strncmp(argv[i], "--vdev", strlen("--vdev")) != 0)
		return NULL;
	return equals != NULL ? equals + 1 : argv[i + 1];
}

bool
spp_drivers_missing(int argc, char **argv, char *out, size_t size)
{
	const char *device;
	char driver[64];
	int i;

	if (spp_driver_is_missing(SPP_EVENT_DRIVER, out, size) ||
	    spp_driver_is_missing(SPP_POOL_DRIVER, out, size))
		return true;
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		device = vdev_of(argv, i);
		if (device == NULL)
			continue;
		driver_of(device, driver, sizeof(driver));
		if (strncmp(driver, "net_", strlen("net_")) == 0 &&
		    spp_driver_is_missing(driver, out, size))
			return true;
	}
	return false;
}
