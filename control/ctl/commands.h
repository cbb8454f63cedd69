/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The commands sppctl has, with their help. Used by main.
 */
#ifndef SPP_CTL_COMMANDS_H
#define SPP_CTL_COMMANDS_H

#include <stdio.h>

#include "ctl/ctl.h"

/** All of them; the last one has no name. */
extern const struct ctl_command ctl_commands[];

/** The command of that name; complains, with the nearest one, and returns NULL else. */
const struct ctl_command *ctl_command_find(const char *name);

/** One line for each that people type. */
void ctl_command_list(FILE *out);

#endif
