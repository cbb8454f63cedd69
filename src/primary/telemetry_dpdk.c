/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DPDK's telemetry commands that nobody may ask, or not with every number. See telemetry_dpdk.h.
 *
 * Of two commands of one name the one that was registered last is found first.
 */
#include "primary/telemetry_dpdk.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_config.h>
#include <rte_memzone.h>
#include <rte_telemetry.h>

#ifdef RTE_MAX_MEMZONE /* until 23.07 */
#define MEMZONES RTE_MAX_MEMZONE
#else
#define MEMZONES rte_memzone_max_get()
#endif

typedef int (*register_fn)(const char *cmd, telemetry_cb fn, const char *help);

/* Those that take a number and do not look at it: DPDK's own function, when it is one that may be.
 */
struct numbered {
	const char *name;
	telemetry_cb answer;
};

static struct numbered numbered[] = {
	/* takes the number's lowest 16 bits for a port that it then looks for by all of them */
	{.name = "/ethdev/info"},
	/* locks what it finds there */
	{.name = "/eal/heap_info"},
	{.name = "/eal/memzone_info"},
};

static uint64_t
numbered_end(unsigned int i)
{
	const uint64_t ends[] = {UINT16_MAX + 1, RTE_MAX_HEAPS, MEMZONES};

	return ends[i];
}

/* In place of the library's, which it calls: to know DPDK's own functions, which have no names. */
int
rte_telemetry_register_cmd(const char *cmd, telemetry_cb fn, const char *help)
{
	register_fn theirs = (register_fn)dlsym(RTLD_NEXT, "rte_telemetry_register_cmd");

	for (unsigned int i = 0; i < RTE_DIM(numbered); i++) {
		if (strcmp(cmd, numbered[i].name) == 0 && numbered[i].answer == NULL)
			numbered[i].answer = fn;
	}
	return theirs != NULL ? theirs(cmd, fn, help) : -ENOSYS;
}

static int
answer_number(const char *cmd, const char *params, struct rte_tel_data *out)
{
	for (unsigned int i = 0; i < RTE_DIM(numbered); i++) {
		if (strcmp(cmd, numbered[i].name) != 0)
			continue;
		if (params == NULL || !isdigit((unsigned char)params[0]) ||
		    strtoull(params, NULL, 10) >= numbered_end(i))
			return -1;
		return numbered[i].answer(cmd, params, out);
	}
	return -1;
}

static int
refuse(const char *cmd, const char *params, struct rte_tel_data *out)
{
	RTE_SET_USED(cmd);
	RTE_SET_USED(params);
	RTE_SET_USED(out);
	return -1;
}

/*
 * event_sw keeps the functions that read its xstats in shared memory, as addresses of the process
 * that started the device, a spp_vf; those of the Rx adapter take a NIC's number above 65,535 for
 * one that exists.
 */
static int
guard_refused(void)
{
	static const char *const names[] = {
		"/eventdev/dev_xstats",           "/eventdev/port_xstats",
		"/eventdev/queue_xstats",         "/eventdev/rxa_queue_conf",
		"/eventdev/rxa_queue_stats",      "/eventdev/rxa_queue_stats_reset",
		"/eventdev/rxa_rxq_instance_get",
	};
	int ret = 0;

	for (unsigned int i = 0; i < RTE_DIM(names) && ret == 0; i++)
		ret = rte_telemetry_register_cmd(names[i], refuse,
						 "Null: these figures are a spp_vf's");
	return ret;
}

int
spp_telemetry_guard(void)
{
	int ret = guard_refused();

	for (unsigned int i = 0; i < RTE_DIM(numbered) && ret == 0; i++) {
		/* later DPDK look at the number themselves, and register by other ways */
		if (numbered[i].answer != NULL)
			ret = rte_telemetry_register_cmd(
				numbered[i].name, answer_number,
				"As DPDK's, or null for a number that is too high. Parameter: a "
				"number");
	}
	return ret;
}
