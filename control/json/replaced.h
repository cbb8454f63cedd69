/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Whether the program that runs, or a library it uses, was replaced on disk since it started: by an
 * upgrade, then it has to be restarted to be what is installed. By proc(5) and inotify(7).
 */
#ifndef SPP_CONTROL_REPLACED_H
#define SPP_CONTROL_REPLACED_H

#include <stdbool.h>

/** Of this process; looked at once a second at most. Of code that is loaded after the first call
 * only when something else is replaced. Control thread. */
bool spp_replaced(void);

/** The same of a process's maps file. False also when it cannot be read. */
bool spp_replaced_in(const char *maps_path);

#endif
