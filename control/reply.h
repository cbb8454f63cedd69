/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The JSON dialect, outwards: results, errors, and who we are.
 *
 * Used by answer. Any function may fail for lack of memory; then spp_reply_finish() says so.
 */
#ifndef SPP_CONTROL_REPLY_H
#define SPP_CONTROL_REPLY_H

#include <stddef.h>

#include "fault.h"
#include "txn.h"

struct json_t;
struct spp_reply;

struct spp_reply *spp_reply_create(void);

/** The next command succeeded. */
void spp_reply_success(struct spp_reply *reply);
/** The next command was flush, and it succeeded. */
void spp_reply_flush(struct spp_reply *reply, const struct spp_flush_result *result);
/** Command k of nb failed: the others become "invalid", what was added so far goes. */
void spp_reply_error(struct spp_reply *reply, unsigned int nb, unsigned int k,
		     const struct spp_faults *faults);

/** Top-level keys that say who answers; 0 is the primary. */
void spp_reply_process(struct spp_reply *reply, unsigned int process_id);
/** Top-level key "info"; takes the value over. */
void spp_reply_info(struct spp_reply *reply, struct json_t *info);

/** Write it out and free it. @return text for free(), or NULL: out of memory */
char *spp_reply_finish(struct spp_reply *reply, size_t *length);

/**
 * The answer to what is not a message.
 * @param detail goes on after the historic words; NULL: nothing
 * @param reason goes beside the message, which then is the historic words alone; NULL: nothing
 */
char *spp_reply_bad_format(const char *detail, const char *reason, size_t *length);

/** A string of whatever bytes: what is not UTF-8 (a text cut in mid-character) becomes '?'. */
struct json_t *spp_reply_string(const char *text);

#endif
