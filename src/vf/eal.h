/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The EAL of spp_vf and spp_pcap: its options as far as they matter to us, and its start.
 */
#ifndef SPP_VF_EAL_H
#define SPP_VF_EAL_H

#include "spp/error.h"

/** Before anything is made. @return 0, or -EINVAL: an option cannot be right */
int spp_vf_eal_check(const char *program, int argc, char **argv, struct spp_error *err);

/** @param nb_workers_min 1 or 2 @return 0; -EINVAL: an option is wrong; another -errno */
int spp_vf_eal_start(const char *program, unsigned int nb_workers_min, int argc, char **argv,
		     struct spp_error *err);

#endif
