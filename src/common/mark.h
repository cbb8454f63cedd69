/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A number that a packet carries with it through a spp_vf, in its mbuf: of one that is traced
 * (packet/trace_tap.h). A flag says that the number is one: whoever takes an mbuf from a pool
 * clears the flags, so a mark ends with its packet. A copy of the packet has it, too.
 *
 * Flag and place are given out by DPDK, to all its processes (rte_mbuf_dyn.h): spp_primary asks for
 * them as it starts, a spp_vf finds them.
 */
#ifndef SPP_MARK_H
#define SPP_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

/** 0: there are no marks. Constant once spp_mark_init() was called. */
extern uint64_t spp_mark_flag;
extern int spp_mark_offset;

/** After the start of EAL, in each process. 0, or -errno: nothing can be marked. */
int spp_mark_init(void);

static inline bool
spp_mark_is_set(const struct rte_mbuf *m)
{
	return (m->ol_flags & spp_mark_flag) != 0;
}

/** Of a marked one. */
static inline uint32_t
spp_mark_of(const struct rte_mbuf *m)
{
	return *RTE_MBUF_DYNFIELD(m, spp_mark_offset, const uint32_t *);
}

static inline void
spp_mark_set(struct rte_mbuf *m, uint32_t number)
{
	*RTE_MBUF_DYNFIELD(m, spp_mark_offset, uint32_t *) = number;
	m->ol_flags |= spp_mark_flag;
}

static inline void
spp_mark_clear(struct rte_mbuf *m)
{
	m->ol_flags &= ~spp_mark_flag;
}

#endif
