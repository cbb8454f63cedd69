/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What somebody asks for who wants to see packets: may it be, and in words. Used by a session.
 */
#ifndef SPP_CAPTURE_REQUEST_H
#define SPP_CAPTURE_REQUEST_H

#include <stddef.h>

#include "spp/capture.h"
#include "spp/dataplane.h"
#include "spp/error.h"

/** 0, or -errno with what is wrong. */
int spp_capture_request_check(const struct spp_capture_request *what,
			      const struct spp_inventory *inventory, struct spp_error *err);
/** What the NICs of an uplink drop they count themselves (spp/dp/uplink.h): to ask for drops of the
 * uplink is to ask for theirs, too. */
void spp_capture_request_add_members(struct spp_capture_request *what,
				     const struct spp_inventory *inventory);
/** "rx and tx nic0 vhost0", for the log. */
void spp_capture_request_describe(const struct spp_capture_request *what, char *out, size_t size);

#endif
