/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a reply says: of a process, or of spp_agent. Tolerant of members that are not there.
 * Used by all commands of sppctl.
 */
#ifndef SPP_CTL_REPLY_H
#define SPP_CTL_REPLY_H

#include <jansson.h>
#include <stdbool.h>

/** True when every result of a process' reply is "success". */
bool ctl_reply_ok(const json_t *reply);

/** The message of the one result that is an error. */
const char *ctl_reply_error(const json_t *reply);

/** A member of an object that is a text; "" when it is not there. */
const char *ctl_reply_text(const json_t *object, const char *key);

/** A member that is a number; 0 when it is not there. */
double ctl_reply_number(const json_t *object, const char *key);

/** To standard output, indented. */
void ctl_reply_print(const json_t *reply);

#endif
