/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * NICs named by PCI address (--nics, or SPP_NICS), so that nicN is the same one whatever else is in
 * the machine, and one that is late is waited for. DPDK numbers what is allowed (-a) by its
 * address, so the list is in that order.
 */
#ifndef SPP_NICS_H
#define SPP_NICS_H

#include "spp/error.h"
#include "spp/limits.h"

#define SPP_NICS_ENV "SPP_NICS"
/** "0000:03:00.0", as DPDK and sysfs name them. */
#define SPP_NICS_ADDRESS_SIZE 16

struct spp_nics {
	unsigned int nb; /**< 0: not named */
	char address[SPP_NIC_MAX][SPP_NICS_ADDRESS_SIZE];
};

/**
 * @param text addresses, parted by commas or blanks; the domain may be left out; NULL or "": none
 * @return 0, or -EINVAL with text
 */
int spp_nics_parse(const char *text, struct spp_nics *out, struct spp_error *err);

/** The command line with "--allow=ADDRESS" of each in front, for the EAL; it stays for good. NULL:
 * no memory */
char **spp_nics_argv(const struct spp_nics *nics, int *argc, char **argv);

#endif
