/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What another program says, within a deadline. Used by report.
 */
#ifndef SPP_CTL_SPAWN_H
#define SPP_CTL_SPAWN_H

#include <stdio.h>

/**
 * Run a program (looked for in PATH) without input; its standard output and error go to `out`. What
 * is not done after `ms` is ended. Says in `out` what went wrong.
 */
void ctl_spawn(const char *const argv[], unsigned int ms, FILE *out);

#endif
