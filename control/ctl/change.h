/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A change of the wiring, asked of spp_agent, and what came of it. Used by the commands that change
 * something.
 */
#ifndef SPP_CTL_CHANGE_H
#define SPP_CTL_CHANGE_H

#include <jansson.h>
#include <stdbool.h>

#include "ctl/ctl.h"
#include "spp/error.h"

/**
 * Ask for a change of one spp_vf; prints what came of it, or complains.
 * @param request     what is wanted; taken over, the rest is filled in
 * @param lines_shown the difference was printed already
 * @return the exit code
 */
int ctl_change_ask(const struct ctl *ctl, const char *name, json_t *request, bool lines_shown);

/** Complains of a failed request to spp_agent, and says who holds the process. @return exit code */
int ctl_change_fail(const struct ctl *ctl, const char *name, int code, struct spp_error *err);

/** The lines of a difference, below the name of the process. */
void ctl_change_print_lines(const char *name, const json_t *lines);

#endif
