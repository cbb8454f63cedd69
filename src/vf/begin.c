/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The begin of a secondary of ours. See begin.h.
 */
#include "vf/begin.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <rte_lcore.h>

#include "spp/lines.h"
#include "spp/run_dir.h"

#include "common/driver.h"
#include "common/eal_dir.h"
#include "common/messages.h"
#include "common/options.h"
#include "common/start_lock.h"
#include "common/start_watch.h"
#include "vf/ask.h"
#include "vf/await.h"
#include "vf/eal.h"
#include "vf/eal_pid.h"

/* How long a start may take; half a second is usual, and DPDK's own waits are 5 s. */
#define START_S 20
/* Of it: for a primary that is about to be ready. */
#define READY_S       10
#define READY_POLL_US 10000

/* Once the EAL has started it is too late: a refused VF that comes again and again would take what
 * is left of the heap for those that run. A primary that does not answer may still do so to the
 * EAL.
 */
static int
begin_check_primary(struct spp_error *err)
{
	const struct spp_build build = spp_share_build();
	struct spp_ask_primary primary;
	char path[SPP_SOCKET_PATH_SIZE];

	spp_run_socket(path, spp_run_dir(), 0, false);
	spp_ask_primary(path, &primary);
	if (primary.restarts_left == 0)
		return spp_msg_used_up(primary.leaked, primary.others, err);
	return spp_ask_fits(&primary, &build, err);
}

/* A primary whose EAL has just started may still be on its way to `ready`. */
static struct spp_share *
begin_find_share(struct spp_error *err)
{
	struct spp_share *share;
	unsigned int i;

	for (i = 0; i < READY_S * 1000000u / READY_POLL_US; i++) {
		share = spp_share_find(err);
		if (share != NULL || !spp_share_may_come())
			return share;
		usleep(READY_POLL_US);
	}
	return NULL;
}

static int
begin_attach(struct spp_begin *begin, struct spp_error *err)
{
	begin->attach.nb_workers = rte_lcore_count() - 1;
	*begin->share = begin_find_share(err);
	if (*begin->share == NULL)
		return -ENOENT;
	return spp_attach(&begin->attach, begin->slot, err);
}

/* One starts at a time; whoever comes next waits until we have ended, or are watched by the
 * primary. */
int
spp_begin(struct spp_begin *begin, int argc, char **argv, struct spp_error *err)
{
	char dir[PATH_MAX];
	int start_lock, ret = spp_vf_eal_check(begin->program, argc, argv, err);

	if (ret == 0 && spp_eal_dir(argc, argv, dir, sizeof(dir)) < 0)
		ret = spp_error(err, EINVAL, "--file-prefix: the path is too long");
	begin->wrong_use = spp_options_wrong(ret);
	if (ret == 0)
		ret = begin_check_primary(err);
	if (ret < 0)
		return ret;
	start_lock = spp_await_turn(dir, begin->stop, err);
	if (start_lock < 0)
		return start_lock;
	ret = begin_check_primary(
		err); /* others may have died meanwhile, or it may be another one */
	if (ret < 0)
		return ret;
	spp_start_watch_begin(START_S, spp_await_why);
	spp_eal_pid_choose(dir);
	ret = spp_vf_eal_start(begin->program, begin->nb_workers_min, argc, argv, err);
	spp_lines_settle(); /* from here on this is the main lcore */
	begin->wrong_use = ret == -EINVAL;
	if (ret == 0)
		ret = begin_attach(begin, err);
	if (ret == 0)
		spp_start_lock_release(start_lock);
	return ret;
}

static struct rte_mempool *
begin_pool(const struct spp_attachment_info *slot, const char *kind)
{
	char name[RTE_MEMPOOL_NAMESIZE];

	spp_share_pool_name(name, sizeof(name), kind, slot->slot, slot->session);
	return rte_mempool_lookup(name);
}

/* A pool knows its driver by a number, which is another driver's where others are installed. */
static int
begin_check_pool(const struct rte_mempool *pool, struct spp_error *err)
{
	const char *name = pool->ops_index < (int)rte_mempool_ops_table.num_ops
				   ? rte_mempool_ops_table.ops[pool->ops_index].name
				   : "none";
	char missing[256];

	if (strcmp(name, SPP_POOL_OPS) == 0)
		return 0;
	if (spp_driver_is_missing(SPP_POOL_DRIVER, missing, sizeof(missing)))
		return spp_error(err, ENODEV, "%s", missing);
	return spp_error(err, ENODEV,
			 "DPDK's drivers here are not those of spp_primary, whose pools would be "
			 "\"%s\" here instead of \"%s\": install the same packages in both places",
			 name, SPP_POOL_OPS);
}

int
spp_begin_pools(const struct spp_attachment_info *slot, struct rte_mempool **mbufs,
		struct rte_mempool **vectors, struct spp_error *err)
{
	*mbufs = begin_pool(slot, "mbuf");
	*vectors = begin_pool(slot, "vector");
	if (*mbufs == NULL || *vectors == NULL)
		return spp_error(err, ENOENT, "the pools of VF slot %u are not there", slot->slot);
	return begin_check_pool(*mbufs, err);
}
