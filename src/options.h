/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Command lines of the two programs: what stands after `--`, and what goes to the EAL.
 */
#ifndef SPP_OPTIONS_H
#define SPP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/control.h"

struct spp_primary_options {
	uint32_t nic_mask;
	unsigned int nb_rings;
	unsigned int max_vf; /**< 0: as many as NICs */
	uint32_t mtu;
	const char *controller; /**< NULL: none */
};

struct spp_vf_options {
	unsigned int process_id;
	const char *controller;
	const char *state_dir; /**< NULL: the wiring is not saved */
	bool has_file;
	struct spp_vf_file file; /**< defaults when there is no file */
	bool vhost_client;
	bool direct;
	uint32_t idle_us;
};

/** Index of the first argument after `--` (argc when there is none). */
int spp_options_split(int argc, char **argv);

/** 0; 1: help or version was printed, end with success; -EINVAL with text. */
int spp_primary_options_parse(int argc, char **argv, struct spp_primary_options *out,
			      struct spp_error *err);
int spp_vf_options_parse(int argc, char **argv, struct spp_vf_options *out, struct spp_error *err);

/**
 * EAL arguments of the primary: the operator's, and what the product adds (event devices,
 * --socket-limit). The array is allocated and stays.
 */
char **spp_primary_eal_args(int argc, char **argv, unsigned int nb_devs, int *out_argc);

#endif
