/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See mbuf_fields.h.
 */
#include "primary/mbuf_fields.h"

#include <syslog.h>

#include <rte_errno.h>
#include <rte_mbuf_dyn.h>

#include "spp/dp/hops.h"

#include "common/log.h"
#include "common/mark.h"

int
spp_mbuf_fields_register(struct spp_error *err)
{
	int ret;

	if (rte_mbuf_dyn_rx_timestamp_register(NULL, NULL) < 0)
		return spp_error(err, rte_errno, "mbuf timestamp field: %s",
				 rte_strerror(rte_errno));
	ret = spp_mark_init();
	if (ret < 0)
		spp_log(LOG_WARNING, "no mark for packets: sppctl trace PORT cannot be had: %s",
			rte_strerror(-ret));
	ret = spp_hops_init();
	if (ret < 0)
		spp_log(LOG_WARNING,
			"no count of hops for packets: rings between two spp_vf "
			"cannot be had: %s",
			rte_strerror(-ret));
	return 0;
}
