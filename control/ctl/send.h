/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl send NAME FILE`: one JSON message to a process. Called by commands.
 */
#ifndef SPP_CTL_SEND_H
#define SPP_CTL_SEND_H

#include "ctl/ctl.h"

int ctl_send_run(const struct ctl *ctl, int nb, char **words);

#endif
