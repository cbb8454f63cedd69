/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A frame as the wiring looks at it. See frame.h.
 */
#include "trace/frame.h"

#include <string.h>

#define TAG_SIZE (SPP_TRACE_TAGGED - SPP_TRACE_HEADER)

static const uint8_t reserved[5] = {0x01, 0x80, 0xc2, 0x00, 0x00};

bool
spp_trace_frame_is_multicast(const struct spp_trace_frame *frame)
{
	return (frame->dst[0] & 1) != 0;
}

bool
spp_trace_frame_is_reserved(const struct spp_trace_frame *frame)
{
	return memcmp(frame->dst, reserved, sizeof(reserved)) == 0 && frame->dst[5] <= 0x0f;
}

bool
spp_trace_frame_is_pause(const struct spp_trace_frame *frame)
{
	return memcmp(frame->dst, reserved, sizeof(reserved)) == 0 && frame->dst[5] == 0x01;
}

uint16_t
spp_trace_frame_vid(const struct spp_trace_frame *frame)
{
	if (!frame->tagged || frame->size < SPP_TRACE_TAGGED || frame->vid == 0)
		return SPP_VID_NONE;
	return frame->vid;
}

bool
spp_trace_frame_is_whole(const struct spp_trace_frame *frame)
{
	return frame->size >= (frame->tagged ? SPP_TRACE_TAGGED : SPP_TRACE_HEADER);
}

bool
spp_trace_frame_tag(struct spp_trace_frame *frame, struct spp_vlan vlan)
{
	if (vlan.op == SPP_VLAN_NONE)
		return true;
	if (!spp_trace_frame_is_whole(frame))
		return false;
	if (vlan.op == SPP_VLAN_ADD) {
		frame->size += frame->tagged ? 0 : TAG_SIZE;
		frame->tagged = true;
		frame->vid = vlan.vid;
		frame->pcp = vlan.pcp;
	} else if (frame->tagged) {
		frame->size -= TAG_SIZE;
		frame->tagged = false;
		frame->vid = 0;
		frame->pcp = 0;
	}
	return true;
}
