/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Command line of spp_primary: what stands after `--`.
 */
#ifndef SPP_PRIMARY_OPTIONS_H
#define SPP_PRIMARY_OPTIONS_H

#include <stdint.h>

#include "spp/control.h"

#include "common/nics.h"
#include "common/options.h"

struct spp_primary_options {
	uint32_t nic_mask; /**< all of nics when not given */
	struct spp_nics nics;
	unsigned int nics_wait_s;
	unsigned int nb_rings;
	unsigned int nb_shared_rings; /**< that may have their ends in two VFs at once */
	unsigned int max_vf;          /**< 0: not given, see spp_need_slots() */
	uint32_t mtu;
	unsigned int nb_descriptors; /**< of each NIC for receiving, 0: as memory allows */
	struct spp_options_sockets sockets;
};

/** 0; 1: help or version was printed, end with success; -EINVAL with text. */
int spp_primary_options_parse(int argc, char **argv, struct spp_primary_options *out,
			      struct spp_error *err);

#endif
