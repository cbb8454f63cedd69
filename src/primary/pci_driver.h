/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The kernel's driver of a PCI device, and whether a NIC of ours can have it. Any thread.
 */
#ifndef SPP_PCI_DRIVER_H
#define SPP_PCI_DRIVER_H

#include <stddef.h>

/**
 * @param sysfs "/sys", or a test's own
 * @param address as sysfs has it: 0000:03:00.0
 * @param out the driver's name, "" when it is bound to none
 */
void spp_pci_driver(const char *sysfs, const char *address, char *out, size_t size);

/**
 * uio_pci_generic ends a device's DMA whenever a process closes it, and each spp_vf opens those of
 * all: the end of one would stop the NICs of the others, and the primary could not start one anew.
 *
 * @return what is wrong with that driver, as the end of "is bound to NAME"; NULL: nothing
 */
const char *spp_pci_driver_refused(const char *driver);

#endif
