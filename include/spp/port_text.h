/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a port is called: nic0, vhost3, ring12. Plain C; any thread.
 *
 * The text dialect of SPP's controllers has other spellings: control/wiring/names.h.
 */
#ifndef SPP_PORT_TEXT_H
#define SPP_PORT_TEXT_H

#include <stdio.h>

#include "spp/model.h"

/** Characters of a port's name, with the terminating NUL. */
#define SPP_PORT_TEXT_SIZE 24

/** "nic", "vhost", "uplink" or "ring". @param kind enum spp_port_kind */
static inline const char *
spp_port_kind_name(unsigned int kind)
{
	static const char *const names[] = {
		[SPP_PORT_NIC] = "nic",
		[SPP_PORT_VHOST] = "vhost",
		[SPP_PORT_UPLINK] = "uplink",
		[SPP_PORT_RING] = "ring",
	};

	return names[kind];
}

/** "nic0", "ring12"; with a queue "nic0nq1". @return buf */
static inline const char *
spp_port_format(struct spp_port port, char buf[SPP_PORT_TEXT_SIZE])
{
	const char *name = spp_port_kind_name(port.kind);

	if (port.queue == 0)
		snprintf(buf, SPP_PORT_TEXT_SIZE, "%s%u", name, port.index);
	else
		snprintf(buf, SPP_PORT_TEXT_SIZE, "%s%unq%u", name, port.index, port.queue);
	return buf;
}

#endif
