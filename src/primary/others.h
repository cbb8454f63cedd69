/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Other DPDK programs on our --file-prefix (dpdk-dumpcap, dpdk-proc-info, testpmd as a secondary):
 * they disturb no packet, but what they take of the memory stays when they end. Control thread.
 */
#ifndef SPP_OTHERS_H
#define SPP_OTHERS_H

#include "primary/slots.h"

/** Once a second: say what they have taken since, and who they are. */
void spp_others_look(struct spp_slots *slots);

#endif
