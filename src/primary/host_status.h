/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_primary tells about itself: implements spp/host.h. Control thread only.
 */
#ifndef SPP_HOST_STATUS_H
#define SPP_HOST_STATUS_H

#include "spp/host.h"

#include "primary/scheduler.h"
#include "primary/slots.h"

/** ctx of spp_host_status_ops. */
struct spp_host {
	struct spp_share *share;
	struct spp_slots *slots;
	const struct spp_sched *scheds;
	unsigned int nb_scheds;
	struct spp_host_nic base[SPP_NIC_MAX]; /**< counters at the last clear, by NIC number */
};

extern const struct spp_host_ops spp_host_status_ops;

#endif
