/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Framing: the first byte says how long the segments are that the rest comes in.
 */
#include "fuzz.h"

#include "wire/frame.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t step, part, i, length;
	struct spp_frame frame;
	const char *message;
	volatile char sink = 0;

	if (size < 1)
		return 0;
	step = data[0] + 1u;
	/* Small limits, so that inputs reach them. */
	spp_frame_init(&frame, 512, 8);
	for (i = 1; i < size; i += part) {
		part = size - i < step ? size - i : step;
		if (spp_frame_push(&frame, (const char *)data + i, part) < 0)
			break;
		while (spp_frame_next(&frame, &message, &length) != SPP_FRAME_NONE) {
			if (length > 0)
				sink = (char)(message[0] + message[length - 1]);
		}
	}
	(void)sink;
	spp_frame_fini(&frame);
	return 0;
}
