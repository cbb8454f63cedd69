/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See spp/dp/hops.h.
 */
#include "spp/dp/hops.h"

#include <rte_eal.h>
#include <rte_errno.h>

uint64_t spp_hops_flag;
int spp_hops_offset;

static const struct rte_mbuf_dynfield hops_field = {
	.name = "spp_hops",
	.size = sizeof(uint8_t),
	.align = __alignof__(uint8_t),
};
static const struct rte_mbuf_dynflag hops_flag = {.name = "spp_hopped"};

int
spp_hops_init(void)
{
	bool first = rte_eal_process_type() == RTE_PROC_PRIMARY;
	int offset, bit;

	if (spp_hops_flag != 0)
		return 0;
	/* a process that is not the first one only finds what is there: it may be killed */
	offset = first ? rte_mbuf_dynfield_register(&hops_field)
		       : rte_mbuf_dynfield_lookup(hops_field.name, NULL);
	if (offset < 0)
		return -rte_errno;
	bit = first ? rte_mbuf_dynflag_register(&hops_flag)
		    : rte_mbuf_dynflag_lookup(hops_flag.name, NULL);
	if (bit < 0)
		return -rte_errno;
	spp_hops_offset = offset;
	spp_hops_flag = RTE_BIT64(bit);
	return 0;
}
