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

#include "wiring/fault.h"
#include "wiring/txn.h"

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

/** Top-level keys that say who answers. @param type "primary", "vf", "mirror" or "pcap" */
void spp_reply_process(struct spp_reply *reply, unsigned int process_id, const char *type);
/** Top-level key "info"; takes the value over. */
void spp_reply_info(struct spp_reply *reply, struct json_t *info);

/** Write it out and free it. @return text for free(), or NULL: out of memory */
char *spp_reply_finish(struct spp_reply *reply, size_t *length);

/**
 * The answer to what is not a message: "bad message format", the words that controllers of SPP
 * know.
 * @param detail follows these words, behind a colon; NULL: nothing
 * @param reason stands in a member of its own, "reason"; NULL: none
 */
char *spp_reply_bad_format(const char *detail, const char *reason, size_t *length);

#endif
