/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The links of NICs, for the VFs: only the primary may ask a driver (spp_share.nic_up). All are
 * asked once a second; those that belong to an uplink of a VF ten times, and only while there is
 * one. Control thread.
 */
#ifndef SPP_LINKS_H
#define SPP_LINKS_H

#include <rte_ethdev.h>

#include "spp/error.h"

#include "primary/slot_nics.h"

struct spp_links {
	const struct spp_slot_nics *nics;
	uint32_t told_up; /**< what was last said of spp_share.nic_up */
	int fd;           /**< timer of the NICs of uplinks; it stands still where there are none */
};

/** @return links->fd, to be watched, or -errno with text */
int spp_links_begin(struct spp_links *links, const struct spp_slot_nics *nics,
		    struct spp_error *err);
/** Each second: ask every NIC, and say what has changed. */
void spp_links_tick(struct spp_links *links);
/** The timer is readable. @param arg struct spp_links */
void spp_links_look(void *arg, int fd);

/** In Mbit/s, 0: not known. */
uint32_t spp_links_speed(const struct rte_eth_link *link);

#endif
