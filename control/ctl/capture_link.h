/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * sppctl's end of a capture in one spp_vf (spp/capture.h): asks for it, and has its records, one
 * after the other. Used by capture.
 */
#ifndef SPP_CTL_CAPTURE_LINK_H
#define SPP_CTL_CAPTURE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "change/process.h"
#include "spp/capture.h"
#include "spp/error.h"

struct ctl_capture_link {
	char name[SPP_PROCESS_NAME_SIZE]; /**< "vf1" */
	int fd;
	unsigned int traces; /**< set by who opens it: its records are of that many packets' way */
	bool over;           /**< no further byte comes */
	bool in_order;       /**< its last record has come */
	bool wrong; /**< a record was not as spp/capture.h says: nothing of it is read any more */
	char why[128]; /**< what that said */
	uint8_t *data; /**< bytes that came and are not taken yet: from `first` on */
	size_t first, used;
};

/**
 * Connect, ask, and read the reply.
 * @param path its socket
 * @return 0, or -errno with text: -EINVAL when what is asked for is wrong
 */
int ctl_capture_link_open(struct ctl_capture_link *link, const char *path,
			  const struct spp_capture_request *request,
			  const struct spp_capture_insn *filter, struct spp_error *err);
/** Enough: what was captured so far still comes. */
void ctl_capture_link_finish(struct ctl_capture_link *link);
void ctl_capture_link_close(struct ctl_capture_link *link);

/** Read what is there; the socket is readable. */
void ctl_capture_link_read(struct ctl_capture_link *link);
/** Is there room for more? Else take records first. */
bool ctl_capture_link_has_room(const struct ctl_capture_link *link);
/**
 * The first record as a whole, or false. Its kind is known, its ids and its reason are below their
 * limits, its length is at most SPP_CAPTURE_SNAPLEN_MAX; one that is not so ends the link.
 * @param bytes those behind it, until it is taken
 */
bool ctl_capture_link_first(struct ctl_capture_link *link, struct spp_capture_record *record,
			    const uint8_t **bytes);
void ctl_capture_link_take(struct ctl_capture_link *link, const struct spp_capture_record *record);

#endif
