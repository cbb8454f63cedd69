/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Active-backup by link state. See uplinks.h.
 */
#include "vf/uplinks.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <syslog.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "common/log.h"

bool
spp_uplinks_any(const struct spp_dataplane *dp)
{
	unsigned int i = 0;

	while (i < SPP_UPLINK_MAX && !dp->inventory.uplink[i].there)
		i++;
	return i < SPP_UPLINK_MAX;
}

int
spp_uplinks_begin(struct spp_uplinks *uplinks, struct spp_dataplane *dp, struct spp_error *err)
{
	const struct timespec every = {.tv_nsec = SPP_UPLINKS_LOOK_MS * 1000000L};
	const struct itimerspec look = {.it_interval = every, .it_value = every};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	memset(uplinks, 0, sizeof(*uplinks));
	uplinks->dataplane = dp;
	if (fd < 0 || timerfd_settime(fd, 0, &look, NULL) < 0)
		return spp_error(err, errno, "timer: %s", strerror(errno));
	return fd;
}

/* A cable may be pulled a thousand times: lines of each uplink are limited. */
__attribute__((format(printf, 3, 4))) static void
say(unsigned int index, int priority, const char *fmt, ...)
{
	char source[16], line[256];
	va_list args;
	int used;

	snprintf(source, sizeof(source), "uplink%u", index);
	used = snprintf(line, sizeof(line), "%s: ", source);
	va_start(args, fmt);
	vsnprintf(line + used, sizeof(line) - (size_t)used, fmt, args);
	va_end(args);
	spp_log_from(source, priority, line);
}

static uint8_t
links_of(const struct spp_uplinks *uplinks, const struct spp_uplink *uplink)
{
	uint32_t up = __atomic_load_n(&uplinks->dataplane->env.share->nic_up, __ATOMIC_RELAXED);
	uint8_t out = 0;
	unsigned int m;

	for (m = 0; m < SPP_UPLINK_MEMBERS; m++)
		out |= (uint8_t)((up >> uplink->nic[m] & 1) << m);
	return out;
}

static void
move(struct spp_uplinks *uplinks, unsigned int index, uint8_t to)
{
	struct spp_dataplane *dp = uplinks->dataplane;
	struct spp_uplink *uplink = &dp->inventory.uplink[index];

	uplink->active = to;
	uplink->moves++;
	if (dp->ports.nics.uplink[index] == NULL) /* not wired: nothing is sent */
		return;
	spp_uplink_port_set_active(dp->ports.nics.uplink[index], to);
	spp_announce_begin(&uplinks->announce[index]);
	uplinks->announced_from[index] = uplink->announced;
}

/* What has become of the links since the last look, which sends already considered. */
static void
tell(const struct spp_uplink *uplink, unsigned int index, uint8_t before, uint8_t up, bool moved)
{
	const unsigned int active = uplink->active, other = active ^ 1;
	const unsigned int a = uplink->nic[active], o = uplink->nic[other];

	if (up == 0)
		say(index, LOG_ERR, "neither nic%u nor nic%u has a link: nothing gets through", o,
		    a);
	else if (moved)
		say(index, LOG_WARNING, "nic%u has no link: sends by nic%u now", o, a);
	else if (before == 0)
		say(index, LOG_NOTICE, "nic%u has its link again: sends by it", a);
	if ((up & ~before) >> other & 1)
		say(index, LOG_NOTICE, "nic%u has its link again, and stands by for nic%u", o, a);
	else if ((before & ~up) >> other & 1 && !moved && up != 0)
		say(index, LOG_WARNING, "nic%u has no link: nothing stands by for nic%u", o, a);
}

/* The primary has had its link for long enough. */
static bool
may_revert(struct spp_uplinks *uplinks, unsigned int index, uint8_t up, uint64_t now_ms)
{
	const struct spp_uplink *uplink = &uplinks->dataplane->inventory.uplink[index];
	uint64_t *since = &uplinks->primary_up_ms[index];

	if (!(up >> uplink->primary & 1))
		*since = 0;
	else if (*since == 0)
		*since = now_ms;
	return uplink->revert && uplink->active != uplink->primary && *since != 0 &&
	       now_ms - *since >= SPP_UPLINK_REVERT_MS;
}

static void
look_at(struct spp_uplinks *uplinks, unsigned int index, uint64_t now_ms)
{
	struct spp_uplink *uplink = &uplinks->dataplane->inventory.uplink[index];
	uint8_t up = links_of(uplinks, uplink), before = uplinks->up[index];
	bool moved = false, revert = may_revert(uplinks, index, up, now_ms);

	if (!uplinks->looked[index]) /* so it is at the start: only a loss is worth a word */
		before = (1u << SPP_UPLINK_MEMBERS) - 1;
	uplinks->looked[index] = true;
	if (up != 0 && !(up >> uplink->active & 1)) {
		move(uplinks, index, uplink->active ^ 1);
		moved = true;
	} else if (revert) {
		move(uplinks, index, uplink->primary);
		say(index, LOG_NOTICE, "nic%u, the primary, has had its link for %u s: sends by it",
		    uplink->nic[uplink->primary], SPP_UPLINK_REVERT_MS / 1000);
	}
	uplinks->up[index] = up;
	if (up != before)
		tell(uplink, index, before, up, moved);
}

static void
announce_and_count(struct spp_uplinks *uplinks, unsigned int index)
{
	struct spp_dataplane *dp = uplinks->dataplane;
	struct spp_uplink *uplink = &dp->inventory.uplink[index];
	struct spp_port port = {.kind = SPP_PORT_UPLINK, .index = (uint16_t)index};

	if (dp->ports.nics.uplink[index] != NULL)
		uplink->passed_over = spp_uplink_port_passed_over(dp->ports.nics.uplink[index]);
	if (!uplinks->announce[index].running)
		return;
	if (dp->ports.nics.uplink[index] == NULL) {
		uplinks->announce[index].running = false;
		return;
	}
	uplink->announced +=
		spp_announce_step(&uplinks->announce[index], dp->running, spp_port_id(port),
				  dp->ports.nics.uplink[index], dp->ports.config.mbufs);
	if (!uplinks->announce[index].running && uplink->announced > uplinks->announced_from[index])
		say(index, LOG_INFO, "told the network by nic%u where %llu addresses are",
		    uplink->nic[uplink->active],
		    (unsigned long long)(uplink->announced - uplinks->announced_from[index]));
}

void
spp_uplinks_look(void *arg, int fd)
{
	struct spp_uplinks *uplinks = arg;
	struct spp_dataplane *dp = uplinks->dataplane;
	uint64_t now_ms = rte_rdtsc() / (rte_get_tsc_hz() / 1000), looks;
	unsigned int i;

	if (read(fd, &looks, sizeof(looks)) != sizeof(looks))
		return;
	for (i = 0; i < SPP_UPLINK_MAX; i++) {
		if (!dp->inventory.uplink[i].there)
			continue;
		/* places in the old table say nothing of the new one; twice does no harm */
		if (uplinks->snapshot != dp->nb_published && uplinks->announce[i].running)
			spp_announce_begin(&uplinks->announce[i]);
		look_at(uplinks, i, now_ms);
		announce_and_count(uplinks, i);
	}
	uplinks->snapshot = dp->nb_published;
}
