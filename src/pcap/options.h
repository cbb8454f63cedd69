/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Command line of spp_pcap: what stands after `--`.
 */
#ifndef SPP_PCAP_OPTIONS_H
#define SPP_PCAP_OPTIONS_H

#include <stdint.h>

#include "spp/model.h"

#include "common/nics.h"
#include "common/options.h"

struct spp_pcap_options {
	unsigned int process_id;
	struct spp_options_sockets sockets;
	struct spp_nics nics;
	bool has_port;
	struct spp_port port; /**< a NIC, or the rx end of a ring */
	const char *dir;
	uint64_t size; /**< of a file */
};

/** 0; 1: help or version was printed, end with success; -EINVAL with text. */
int spp_pcap_options_parse(int argc, char **argv, struct spp_pcap_options *out,
			   struct spp_error *err);

#endif
