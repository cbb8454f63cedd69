/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The commands that change the wiring by what is wanted: plug, address, unplug, patch, unpatch,
 * mirror, unmirror, move. spp_agent makes the message for the process of it. Called by commands.
 */
#ifndef SPP_CTL_PLUG_H
#define SPP_CTL_PLUG_H

#include "ctl/ctl.h"

int ctl_plug_run(const struct ctl *ctl, int nb, char **words);
int ctl_address_run(const struct ctl *ctl, int nb, char **words);
int ctl_unplug_run(const struct ctl *ctl, int nb, char **words);
int ctl_patch_run(const struct ctl *ctl, int nb, char **words);
int ctl_unpatch_run(const struct ctl *ctl, int nb, char **words);
int ctl_mirror_run(const struct ctl *ctl, int nb, char **words);
int ctl_unmirror_run(const struct ctl *ctl, int nb, char **words);
int ctl_move_run(const struct ctl *ctl, int nb, char **words);

#endif
