/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which NIC of each uplink sends: looked at ten times a second, and said when it changes. Control
 * thread only.
 *
 * Links are those that spp_primary has found (spp_share.nic_up): it looks as often at NICs that
 * belong to an uplink (src/primary/host_status.c). So sending moves 0.2 s after the loss at most.
 */
#ifndef SPP_UPLINKS_H
#define SPP_UPLINKS_H

#include "vf/announce.h"
#include "vf/dataplane.h"

#define SPP_UPLINKS_LOOK_MS 100

struct spp_uplinks {
	struct spp_dataplane *dataplane;
	/** What was last said of each one's links: bit m, member m is up. */
	uint8_t up[SPP_UPLINK_MAX];
	bool looked[SPP_UPLINK_MAX];
	uint64_t primary_up_ms[SPP_UPLINK_MAX]; /**< since then, its primary has its link */
	struct spp_announce announce[SPP_UPLINK_MAX];
	uint64_t announced_from[SPP_UPLINK_MAX]; /**< spp_uplink.announced when it began */
	uint64_t snapshot; /**< number of the one that the announcements are of */
};

/** Whether there is any: else nothing of this is needed. */
bool spp_uplinks_any(const struct spp_dataplane *dp);
/** @return a timer to watch, or -errno with text */
int spp_uplinks_begin(struct spp_uplinks *uplinks, struct spp_dataplane *dp, struct spp_error *err);
/** The timer is readable. @param arg struct spp_uplinks */
void spp_uplinks_look(void *arg, int fd);

#endif
