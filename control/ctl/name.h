/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Names of processes: as they are typed, and as their local sockets are called after them.
 * Used by the commands that take a name, and by ask, find and check.
 */
#ifndef SPP_CTL_NAME_H
#define SPP_CTL_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "change/process.h"
#include "ctl/ctl.h"
#include "spp/run_dir.h"

/** Is it the name of a process ("primary", "vf1" ...)? Complains else. */
bool ctl_name_check(const char *name);

/** Where the process has its local socket: "vf1" is RUN_DIR/vf-1.sock. */
void ctl_name_socket(const struct ctl *ctl, const char *name, char path[SPP_SOCKET_PATH_SIZE]);

/** The same, or RUN_DIR/vf-1.look when that is all we may use. */
void ctl_name_look(const struct ctl *ctl, const char *name, char path[SPP_SOCKET_PATH_SIZE]);

#endif
