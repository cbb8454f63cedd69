/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An Ethernet frame as far as the wiring looks at it, and what a port does to its tag.
 *
 * The same rules as src/packet/vlan.c, filter.c and classifier.c have for real ones; a test holds
 * the two beside each other (tests/unit/trace). Used by walk and lookup. Pure.
 */
#ifndef SPP_TRACE_FRAME_H
#define SPP_TRACE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/model.h"

/** Ethernet header; with the tag (IEEE 802.1Q, one tag). */
#define SPP_TRACE_HEADER 14u
#define SPP_TRACE_TAGGED 18u
/** The shortest frame that leaves by a NIC, without CRC (IEEE 802.3, 4.2.3.3). */
#define SPP_TRACE_NIC_MIN 60u
/** Of a frame that `--mtu` just admits, beside the IP packet: header and one tag. */
#define SPP_TRACE_OVERHEAD 18u

struct spp_trace_frame {
	uint8_t dst[6];
	uint8_t src[6];
	bool has_src; /**< src is known; else no port checks it */
	bool tagged;
	uint8_t pcp;
	uint16_t vid;  /**< of the tag, 0 to 4095 */
	uint32_t size; /**< bytes, with the tag, without CRC */
};

/** To a group of stations, or to all. */
bool spp_trace_frame_is_multicast(const struct spp_trace_frame *frame);
/** To 01-80-C2-00-00-00 to -0F, where no bridge forwards to. */
bool spp_trace_frame_is_reserved(const struct spp_trace_frame *frame);
/** To the one of these that stops a link for a moment. */
bool spp_trace_frame_is_pause(const struct spp_trace_frame *frame);

/** The VLAN by which the table is asked; SPP_VID_NONE: as untagged ones. */
uint16_t spp_trace_frame_vid(const struct spp_trace_frame *frame);

/** Does it hold its header, and its tag if it has one? */
bool spp_trace_frame_is_whole(const struct spp_trace_frame *frame);

/** What a port does to the tag. @return false: it ends within its header or tag; unchanged */
bool spp_trace_frame_tag(struct spp_trace_frame *frame, struct spp_vlan vlan);

#endif
