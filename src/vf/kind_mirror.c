/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * This is spp_mirror. See kind.h.
 */
#include "vf/kind.h"

const struct spp_vf_kind spp_vf_kind = {.program = "spp_mirror", .mirror = true};
