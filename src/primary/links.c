/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See links.h.
 */
#include "primary/links.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <syslog.h>
#include <unistd.h>

#include "common/claims.h"
#include "common/log.h"

#define LOOK_MS 100

uint32_t
spp_links_speed(const struct rte_eth_link *link)
{
	return link->link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link->link_speed;
}

static void
ask(const struct spp_links *links, uint32_t mask)
{
	struct spp_share *share = links->nics->share;
	uint32_t up = share->nic_up & ~mask;
	struct rte_eth_link link;
	uint16_t i;

	for (i = 0; i < SPP_NIC_MAX; i++) {
		if (!(mask & (1u << i)) || rte_eth_link_get_nowait(i, &link) < 0)
			continue;
		if (link.link_status == RTE_ETH_LINK_UP)
			up |= 1u << i;
		__atomic_store_n(&share->nic_hold_us[i],
				 spp_slot_nics_hold_us(links->nics, i, spp_links_speed(&link)),
				 __ATOMIC_RELAXED);
	}
	__atomic_store_n(&share->nic_up, up, __ATOMIC_RELAXED);
}

/* At most a line a second for each NIC, however often it is looked at. */
static void
tell(struct spp_links *links)
{
	const uint32_t up = links->nics->share->nic_up, changed = links->told_up ^ up;

	for (unsigned int i = 0; i < SPP_NIC_MAX; i++) {
		if (!(changed & (1u << i)))
			continue;
		if (up & (1u << i))
			spp_log(LOG_NOTICE, "nic%u: link is up", i);
		else if (rte_eth_dev_is_removed((uint16_t)i) > 0)
			spp_log(LOG_ERR, "nic%u: link is down: its device is gone", i);
		else
			spp_log(LOG_WARNING, "nic%u: link is down", i);
	}
	links->told_up = up;
}

static uint32_t
nics_of_uplinks(const struct spp_share *share)
{
	struct spp_port port = {.kind = SPP_PORT_NIC};
	enum spp_hold why;
	uint32_t mask = 0;

	for (; port.index < SPP_NIC_MAX; port.index++) {
		if (spp_claim_process(share, port, &why) != 0 && why == SPP_HOLD_UPLINK)
			mask |= 1u << port.index;
	}
	return mask;
}

static void
set_timer(int fd, bool on)
{
	const struct timespec every = {.tv_nsec = on ? LOOK_MS * 1000000L : 0};
	const struct itimerspec timer = {.it_interval = every, .it_value = every};
	struct itimerspec now;

	if (timerfd_gettime(fd, &now) == 0 && (now.it_interval.tv_nsec != 0) != on)
		timerfd_settime(fd, 0, &timer, NULL);
}

int
spp_links_begin(struct spp_links *links, const struct spp_slot_nics *nics, struct spp_error *err)
{
	links->nics = nics;
	links->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	return links->fd < 0 ? spp_error(err, errno, "timer: %s", strerror(errno)) : links->fd;
}

void
spp_links_tick(struct spp_links *links)
{
	ask(links, links->nics->share->nic_mask);
	tell(links);
	set_timer(links->fd, nics_of_uplinks(links->nics->share) != 0);
}

void
spp_links_look(void *arg, int fd)
{
	struct spp_links *links = arg;
	uint64_t looks;

	if (read(fd, &looks, sizeof(looks)) == sizeof(looks))
		ask(links, nics_of_uplinks(links->nics->share));
}
