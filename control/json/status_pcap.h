/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_pcap shows of itself: the members that SPP's own controllers read, in their order, then
 * ours. Used by answer.
 */
#ifndef SPP_CONTROL_STATUS_PCAP_H
#define SPP_CONTROL_STATUS_PCAP_H

#include "spp/recorder.h"

struct json_t;

/** NULL: out of memory. */
struct json_t *spp_status_pcap(unsigned int process_id, const struct spp_recorder_ops *ops,
			       void *ctx);

#endif
