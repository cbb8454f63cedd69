/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a request for a change says (plug, move, apply ...), carried out on wirings. Used by change
 * (of one spp_vf) and many (of several). Knows no connection.
 */
#ifndef SPP_AGENT_WORDS_H
#define SPP_AGENT_WORDS_H

#include <jansson.h>

#include "change/host.h"
#include "spp/error.h"

/** Characters of a title, with the terminating NUL. */
#define AGENT_TITLE_SIZE 160

/** The request is one of those we know. 0 or -EINVAL with text. */
int agent_words_check(const json_t *request, struct spp_error *err);

/** "plug vhost0 00:11:22:33:44:55": as it would be typed, in printable ASCII. */
void agent_words_title(const json_t *request, char title[AGENT_TITLE_SIZE]);

/** Rings that whoever asked knows to be in use elsewhere. */
void agent_words_taken(const json_t *request, struct host *host);

/**
 * Change the wirings of the host; the first is that of the process the request is for.
 * @param other whose the other port is: position, 0: the same
 * @param notes lines that the user should know are added here
 * @return 0, or -errno with text; -EINVAL and -ERANGE: the request is wrong
 */
int agent_words_run(const struct host *host, unsigned int other, const json_t *request,
		    json_t *notes, struct spp_error *err);

#endif
