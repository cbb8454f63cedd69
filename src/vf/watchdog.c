/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See watchdog.h. A quiescent state is the end of a worker's round.
 */
#include "vf/watchdog.h"

#include "common/notify.h"
#include "vf/wait.h"

void
spp_watchdog_tick(const struct spp_dataplane *dp)
{
	static bool has_token;
	static uint64_t token;

	if (!spp_notify_is_watched() || (has_token && !spp_dataplane_is_quiescent(dp, token)))
		return;
	if (has_token)
		spp_notify("WATCHDOG=1");
	token = rte_rcu_qsbr_start(dp->wiring.qsbr);
	has_token = true;
}
