/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How many rings between processes a packet came over: a number in its mbuf, so that a circle over
 * several spp_vf, which none of them sees as a whole, has an end (dp/shared_ring.h). A flag says
 * that the number is one: whoever takes an mbuf from a pool clears the flags. A copy of the packet
 * has it, too.
 *
 * Flag and place are given out by DPDK, to all its processes (rte_mbuf_dyn.h): spp_primary asks for
 * them as it starts, a spp_vf finds them.
 */
#ifndef SPP_DP_HOPS_H
#define SPP_DP_HOPS_H

#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

/** 0: nobody asked yet, or DPDK had none left. Constant once spp_hops_init() succeeded. */
extern uint64_t spp_hops_flag;
extern int spp_hops_offset;

/** Control thread, after the start of EAL; more than once does no harm. 0, or -errno: there can be
 * no rings between processes. */
int spp_hops_init(void);

static inline uint8_t
spp_hops_of(const struct rte_mbuf *m)
{
	if ((m->ol_flags & spp_hops_flag) == 0)
		return 0;
	return *RTE_MBUF_DYNFIELD(m, spp_hops_offset, const uint8_t *);
}

static inline void
spp_hops_set(struct rte_mbuf *m, uint8_t hops)
{
	*RTE_MBUF_DYNFIELD(m, spp_hops_offset, uint8_t *) = hops;
	m->ol_flags |= spp_hops_flag;
}

#endif
