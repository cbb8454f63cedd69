/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Parts of every status. See status_parts.h.
 */
#include "json/status_parts.h"

#include <jansson.h>

#include "json/replaced.h"

void
spp_status_controller(json_t *info, const struct spp_controller *controller)
{
	json_object_set_new(info, "controller",
			    controller == NULL
				    ? json_null()
				    : json_pack("{s:s, s:b}", "address", controller->address,
						"connected", controller->connected));
}

void
spp_status_version(json_t *info, const struct spp_build *build)
{
	json_object_set_new(info, "version",
			    json_pack("{s:s, s:s, s:I, s:b}", "program", SPP_VERSION, "dpdk",
				      build->dpdk != NULL ? build->dpdk : "", "layout",
				      (json_int_t)build->layout, "restart_pending",
				      (int)spp_replaced()));
}

/** Percent with one decimal. */
static json_t *
share(uint64_t part, uint64_t whole)
{
	uint64_t permille = 0;

	if (whole != 0)
		permille = (uint64_t)(1000.0 * (double)part / (double)whole + 0.5);
	return json_real((double)permille / 10.0);
}

json_t *
spp_status_shares(uint64_t busy, uint64_t idle, uint64_t asleep)
{
	uint64_t whole = busy + idle + asleep;

	return json_pack("{s:I, s:I, s:I, s:o, s:o, s:o}", "busy_cycles", (json_int_t)busy,
			 "idle_cycles", (json_int_t)idle, "asleep_cycles", (json_int_t)asleep,
			 "busy", share(busy, whole), "idle", share(idle, whole), "asleep",
			 share(asleep, whole));
}
