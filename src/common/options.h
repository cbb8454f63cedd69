/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the command lines of both programs have in common. They are read before the EAL starts: a
 * wrong option is answered at once, and nothing was made yet.
 */
#ifndef SPP_OPTIONS_H
#define SPP_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

#include "spp/access.h"
#include "spp/error.h"

/** Exit code for a wrong option or configuration, which is as wrong at the next try: our units do
 * not start it again then. What fails at run time is EXIT_FAILURE. */
#define SPP_EXIT_USAGE 2

/** Is what failed with this -errno the user's to mend? Not when something was short, or could not
 * be read: the next try may go well. */
bool spp_options_wrong(int ret);

/** What both programs are told of their sockets, by options and by the environment. */
struct spp_options_sockets {
	const char *controller;      /**< -s; NULL: none */
	const char *controller_name; /**< --controller-user; NULL: not given */
	uid_t controller_user;
	struct spp_local_sockets local;
};

/** Index of the first argument after `--` (argc when there is none). */
int spp_options_split(int argc, char **argv);

/**
 * The value of an option of the EAL, given as `name value` or `name=value`, abbreviated as the EAL
 * takes it.
 *
 * @param argc     where to stop: the EAL's part ends there
 * @param name     "--name", or "-n"
 * @param shortest the shortest abbreviation that is no other option's
 * @return the last one, which counts; "" for an option without a value; NULL: not given
 */
const char *spp_options_eal(int argc, char **argv, const char *name, const char *shortest);

/** The value of an option, a number of base 10 or 16 from min to max. 0, or -EINVAL with text. */
int spp_options_number(const char *option, const char *text, int base, unsigned long min,
		       unsigned long max, unsigned long *out, struct spp_error *err);
/** What both programs understand, 'h' and 'V'. 1: printed, and the program ends; 0: another one. */
int spp_options_common(int opt, const char *usage, const char *program);
/** getopt_long() returned '?' or ':'. -EINVAL with text. */
int spp_options_unknown(char **argv, struct spp_error *err);
/** After the last option: is it right? @param process 0: the primary. 0, or -errno with text. */
int spp_options_sockets(struct spp_options_sockets *sockets, unsigned int process,
			struct spp_error *err);
/** After the last option: is anything left? 0, or -EINVAL with text. */
int spp_options_left_over(int argc, char **argv, struct spp_error *err);

#endif
