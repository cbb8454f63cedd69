/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which of the two programs this is, spp_vf or spp_mirror: all else of them is the same code. Each
 * program is linked with one definition of it (kind_vf.c, kind_mirror.c).
 */
#ifndef SPP_VF_KIND_H
#define SPP_VF_KIND_H

#include <stdbool.h>

struct spp_vf_kind {
	const char *program;
	bool mirror; /**< spp_inventory.mirror */
};

extern const struct spp_vf_kind spp_vf_kind;

#endif
