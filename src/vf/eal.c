/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The EAL of a secondary of ours. See eal.h.
 */
#include "vf/eal.h"

#include <stddef.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_lcore.h>

#include "spp/limits.h"

#include "common/eal_start.h"
#include "common/options.h"

/* With these a process shares its memory with nobody. */
static const struct {
	const char *name, *shortest;
} alone[] = {{"--in-memory", "--in"}, {"--no-shconf", "--no-s"}};

int
spp_vf_eal_check(const char *program, int argc, char **argv, struct spp_error *err)
{
	const char *type = spp_options_eal(argc, argv, "--proc-type", "--pr");
	size_t i;

	for (i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
		if (spp_options_eal(argc, argv, alone[i].name, alone[i].shortest) != NULL)
			return spp_error(err, EINVAL,
					 "%s: %s uses the memory of spp_primary, which this "
					 "option keeps it from: leave it out",
					 alone[i].name, program);
	}
	if (type == NULL || (strcmp(type, "secondary") != 0 && strcmp(type, "auto") != 0))
		return spp_error(err, EINVAL, "%s is a secondary: give it --proc-type=secondary",
				 program);
	return 0;
}

int
spp_vf_eal_start(const char *program, unsigned int nb_workers_min, int argc, char **argv,
		 struct spp_error *err)
{
	int end = spp_options_split(argc, argv), ret;

	if (end > 1 && strcmp(argv[end - 1], "--") == 0)
		end--;
	ret = spp_eal_start(end, argv, NULL, err);
	if (ret < 0)
		return ret;
	if (rte_eal_process_type() != RTE_PROC_SECONDARY)
		return spp_error(err, EINVAL, "%s is a secondary: give it --proc-type=secondary",
				 program);
	if (rte_lcore_count() < 1 + nb_workers_min)
		return spp_error(err, EINVAL,
				 "%s: %s needs the main lcore and at least %s more (-c, -l or "
				 "--lcores)",
				 nb_workers_min == 1 ? "no worker lcore" : "too few lcores",
				 program, nb_workers_min == 1 ? "one" : "two");
	if (rte_lcore_count() - 1 > SPP_WORKER_MAX)
		return spp_error(err, EINVAL, "%u worker lcores: the event device has room for %u",
				 rte_lcore_count() - 1, SPP_WORKER_MAX);
	return 0;
}
