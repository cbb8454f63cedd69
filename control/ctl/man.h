/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl man`: the page sppctl(1), of the same tables as --help. docs/man/sppctl.1 is what it
 * writes, which a test compares. Called by commands.
 */
#ifndef SPP_CTL_MAN_H
#define SPP_CTL_MAN_H

#include "ctl/ctl.h"

int ctl_man_run(const struct ctl *ctl, int nb, char **words);

#endif
