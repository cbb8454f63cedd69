/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A filter of a capture, from whoever may connect, and a packet: what the check lets pass ends, and
 * decides the same a second time.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "vf/capture_filter.h"

/* First byte: instructions; then these; then the packet. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spp_capture_insn insns[256];
	struct spp_error err = {""};
	uint32_t captured;
	uint8_t *packet;
	size_t nb;
	bool pass;

	if (size < 1)
		return 0;
	nb = data[0];
	if (size - 1 < nb * sizeof(insns[0]))
		nb = (size - 1) / sizeof(insns[0]);
	memcpy(insns, data + 1, nb * sizeof(insns[0]));
	if (spp_capture_filter_check(insns, nb, &err) < 0) {
		if (err.text[0] == '\0')
			abort();
		return 0;
	}
	captured = (uint32_t)(size - 1 - nb * sizeof(insns[0]));
	packet = malloc(captured + (captured == 0));
	if (packet == NULL)
		return 0;
	memcpy(packet, data + 1 + nb * sizeof(insns[0]), captured);
	pass = spp_capture_filter_run(insns, nb, packet, captured + 100, captured);
	if (pass != spp_capture_filter_run(insns, nb, packet, captured + 100, captured))
		abort();
	free(packet);
	return 0;
}
