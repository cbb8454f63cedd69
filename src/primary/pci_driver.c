/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See pci_driver.h.
 *
 * Linux' uio_pci_generic clears bus mastering in its release(), which is called for each file that
 * is closed, not for the last one. DPDK 22.11 and 24.11: pci_uio_alloc_resource() opens /dev/uioN
 * in secondary processes, too, and sets bus mastering then. igb_uio counts who has it open.
 */
#include "primary/pci_driver.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
spp_pci_driver(const char *sysfs, const char *address, char *out, size_t size)
{
	char path[PATH_MAX], link[PATH_MAX];
	const char *name;
	ssize_t length;

	out[0] = '\0';
	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/driver", sysfs, address);
	length = readlink(path, link, sizeof(link) - 1);
	if (length < 0)
		return;
	link[length] = '\0';
	name = strrchr(link, '/');
	snprintf(out, size, "%s", name != NULL ? name + 1 : link);
}

const char *
spp_pci_driver_refused(const char *driver)
{
	return strcmp(driver, "uio_pci_generic") != 0
		       ? NULL
		       : "which stops the NIC whenever one of its processes ends; vfio-pci is wanted "
			 "(without an IOMMU igb_uio)";
}
