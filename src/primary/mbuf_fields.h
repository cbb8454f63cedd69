/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Fields of every mbuf that DPDK gives out: only a primary can ask for them.
 */
#ifndef SPP_MBUF_FIELDS_H
#define SPP_MBUF_FIELDS_H

#include "spp/error.h"

/** After the start of the EAL: the timestamp that event Rx adapters need; and the mark of traces
 * and the count of rings between processes, without which we run, too. 0, or -errno with text. */
int spp_mbuf_fields_register(struct spp_error *err);

#endif
