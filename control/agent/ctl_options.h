/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The options of sppctl. Used by ctl_main.c and ctl_complete.c.
 */
#ifndef SPP_CTL_OPTIONS_H
#define SPP_CTL_OPTIONS_H

#include "ctl.h"

struct ctl_options {
	char letters[64]; /**< of the options given, in their order */
	int help;         /**< 'h' or 'V' when that was asked for first */
};

/** -1: go on at argv[optind], else the exit code; what is wrong was complained. */
int ctl_options_read(int argc, char **argv, struct ctl *ctl, struct ctl_options *given);
/** Does the command take all of them? Complains else. */
bool ctl_options_fit(const struct ctl_options *given, const struct ctl_command *command);
/** @param letters those of a command, NULL: all */
void ctl_options_help(FILE *out, const char *letters);
void ctl_options_words(void (*put)(const char *word), const char *letters);
bool ctl_options_path(char *out, const char *text, const char *tail, const char *origin);

#endif
