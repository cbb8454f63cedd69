/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See mark.h.
 */
#include "common/mark.h"

#include <rte_eal.h>
#include <rte_errno.h>

uint64_t spp_mark_flag;
int spp_mark_offset;

static const struct rte_mbuf_dynfield mark_field = {
	.name = "spp_mark",
	.size = sizeof(uint32_t),
	.align = __alignof__(uint32_t),
};
static const struct rte_mbuf_dynflag mark_flag = {.name = "spp_marked"};

int
spp_mark_init(void)
{
	bool first = rte_eal_process_type() == RTE_PROC_PRIMARY;
	int offset, bit;

	/* a process that is not the first one only finds what is there: it may be killed */
	offset = first ? rte_mbuf_dynfield_register(&mark_field)
		       : rte_mbuf_dynfield_lookup(mark_field.name, NULL);
	if (offset < 0)
		return -rte_errno;
	bit = first ? rte_mbuf_dynflag_register(&mark_flag)
		    : rte_mbuf_dynflag_lookup(mark_flag.name, NULL);
	if (bit < 0)
		return -rte_errno;
	spp_mark_offset = offset;
	spp_mark_flag = RTE_BIT64(bit);
	return 0;
}
