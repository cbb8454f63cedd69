/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A spp_pcap in the model: a spp_vf with one component that takes from one port, and a recorder.
 * Called by read, state and watch.
 */
#ifndef SPP_MONITOR_PCAP_H
#define SPP_MONITOR_PCAP_H

#include <jansson.h>

#include "monitor/model.h"

/** What its one component is called. */
#define MONITOR_PCAP_COMPONENT "spp_pcap"

/** @param info of its status @return NULL: no memory */
struct monitor_vf *monitor_pcap_read(const json_t *info);

/** It does not know whether the NIC it takes from has a link: as spp_primary says. */
void monitor_pcap_links(struct monitor_model *model);

/** "queue_full" of MONITOR_QUEUE_FULL, what it means, and what to do about it. */
const char *monitor_pcap_loss(unsigned int loss);
const char *monitor_pcap_meaning(unsigned int loss);
const char *monitor_pcap_remedy(unsigned int loss);

#endif
