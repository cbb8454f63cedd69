/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The options of sppctl. Used by main, complete and man.
 */
#ifndef SPP_CTL_OPTIONS_H
#define SPP_CTL_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "ctl/ctl.h"

struct ctl_options {
	char letters[64]; /**< of the options given, in their order */
	int help;         /**< 'h' or 'V' when that was asked for first */
};

/** Write out the short options that the command has of its own; kept until the program ends. */
void ctl_options_lengthen(int argc, char **argv, const struct ctl_command *commands);

/** Read the options of a command line. -1: go on at argv[optind], else the exit code; what is wrong
 * was complained. */
int ctl_options_read(int argc, char **argv, struct ctl *ctl, struct ctl_options *given);

/** Does the command take all of them? Complains else. */
bool ctl_options_fit(const struct ctl_options *given, const struct ctl_command *command);

/** One line for each. @param letters those of a command, NULL: all */
void ctl_options_help(FILE *out, const char *letters);

/** Call put() with "--json" ..., and what it does, for each that is in `letters`, or that every
 * command takes. */
void ctl_options_words(void (*put)(const char *word, const char *what), const char *letters);

/** Write text and tail into out[CTL_PATH_SIZE]. Complains, of what `origin` said, when it is too
 * long. */
bool ctl_options_path(char *out, const char *text, const char *tail, const char *origin);

/**
 * Call put() with each: its name ("json"), what its value is called or NULL, the letter that
 * commands name it by, whether that is its short form ("-j"), and what it does.
 */
void ctl_options_each(void (*put)(void *arg, const char *name, const char *value, char letter,
				  bool is_short, const char *help),
		      void *arg);

/** The word is an option ("--vlan") whose value is the next word. */
bool ctl_options_has_value(const char *word);

/** Every command takes the option of this letter. */
bool ctl_options_is_common(char letter);

#endif
