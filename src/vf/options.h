/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Command line of spp_vf: what stands after `--`.
 */
#ifndef SPP_VF_OPTIONS_H
#define SPP_VF_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/control.h"

#include "common/nics.h"
#include "common/options.h"

struct spp_vf_options {
	unsigned int process_id;
	struct spp_options_sockets sockets;
	struct spp_nics nics;
	const char *state_dir; /**< NULL: the wiring is not saved */
	bool has_file;
	struct spp_vf_file file; /**< defaults when there is no file */
	bool vhost_client;
	bool has_guest_filter;
	bool direct; /**< --dispatch auto */
	uint32_t idle_us;
	uint8_t guest_filter; /**< enum spp_filter, of every vhost; the file's, if not given */
	struct spp_uplink uplink[SPP_UPLINK_MAX]; /**< likewise; all 0: none was given */
	bool has_uplink;
	uint64_t trusted; /**< likewise: bit n, the guest of vhost n is */
	bool has_guest;
};

/** 0; 1: help or version was printed, end with success; -EINVAL with text. */
int spp_vf_options_parse(int argc, char **argv, struct spp_vf_options *out, struct spp_error *err);

#endif
