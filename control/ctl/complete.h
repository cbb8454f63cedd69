/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl complete WORD...`, `sppctl describe WORD...`: what the last word may become, one a line;
 * the words before it are those typed so far. Called by the bash completion, by way of main.
 */
#ifndef SPP_CTL_COMPLETE_H
#define SPP_CTL_COMPLETE_H

#include "ctl/ctl.h"

int ctl_complete_run(const struct ctl *ctl, int nb, char **words);
/** The same, each with what it means behind a tab, of the tables that --help is made of. */
int ctl_describe_run(const struct ctl *ctl, int nb, char **words);

#endif
