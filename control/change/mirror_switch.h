/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What ends with what goes: mirrors of a port, and the switch that is left without a VM while its
 * NIC is mirrored. Used by spp_agent.
 */
#ifndef SPP_CHANGE_MIRROR_SWITCH_H
#define SPP_CHANGE_MIRROR_SWITCH_H

#include "change/mirror.h"

/** The port goes: it is mirrored no more, and that is said. */
void host_end_mirrors(const struct host *host, struct host_port at, json_t *notes);

/** The NIC of the switch that has the port; its wiring is NULL where there is none. */
struct host_port host_switch_nic(struct host_port at);

/** Asked for before its VM went. A switch whose NIC is mirrored goes here, if that was its last. */
void host_end_switch(const struct host *host, struct host_port nic, json_t *notes);

#endif
