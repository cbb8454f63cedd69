/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The way a frame would take through a wiring, component by component, and where it would end: from
 * wiring and table alone, no packet is sent.
 *
 * It says what the packet path would do (src/packet: stage.c, classifier.c, vlan.c, send.c; the
 * checks of adapters/), and a test compares the two for thousands of wirings (tests/unit/trace).
 * What depends on load (ring_full, no_mbuf ...) is not asked. Used by sppctl. Pure: no socket, no
 * clock, no JSON.
 */
#ifndef SPP_TRACE_WALK_H
#define SPP_TRACE_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/drop.h"
#include "spp/model.h"

#include "trace/frame.h"
#include "wiring/model.h"

/** More steps are not told: a classifier behind a merge behind a classifier doubles multicast. */
#define SPP_TRACE_STEPS_MAX 4096

enum spp_trace_link { SPP_TRACE_LINK_UNKNOWN, SPP_TRACE_LINK_UP, SPP_TRACE_LINK_DOWN };

/** What is known beside the wiring; all zero: nothing. */
struct spp_trace_facts {
	uint32_t mtu;         /**< 0: not known */
	bool mirrors;         /**< of a spp_mirror: a mirror rests without its two tx ports */
	uint8_t guest_filter; /**< enum spp_filter of every vhost */
	/** enum spp_trace_link, by spp_port_id(); of a vhost: its guest */
	uint8_t link[SPP_END_MAX];
	/** Rings that another spp_vf takes packets out of. */
	bool elsewhere[SPP_RING_MAX];
};

enum spp_trace_kind {
	SPP_TRACE_IN,        /**< a component gets it by its rx port */
	SPP_TRACE_COMPONENT, /**< the component decides */
	SPP_TRACE_OUT,       /**< it leaves by a tx port */
	SPP_TRACE_END,       /**< and that is where it ends */
};

/** What a component has found. */
enum spp_trace_match {
	SPP_TRACE_PASS,     /**< no classifier: all goes to its tx port */
	SPP_TRACE_ENTRY,    /**< the table has an entry */
	SPP_TRACE_GROUP,    /**< multicast: to ports with an entry of its VLAN */
	SPP_TRACE_FALLBACK, /**< multicast of a VLAN without entries: to the default */
	SPP_TRACE_NOTHING,  /**< the table has nothing */
};

enum spp_trace_result {
	SPP_TRACE_SENT,      /**< the wire or the guest gets it */
	SPP_TRACE_DROPPED,   /**< and counted, under `reason` */
	SPP_TRACE_NOT_TAKEN, /**< nobody receives at that port; nothing is counted */
	SPP_TRACE_ELSEWHERE, /**< another spp_vf gets it by this ring */
	SPP_TRACE_LOOP,      /**< back in a component it came through: spp_vf refuses that */
};

enum spp_trace_place { SPP_TRACE_AT_RX, SPP_TRACE_AT_TX, SPP_TRACE_AT_COMPONENT };

struct spp_trace_step {
	uint8_t kind;  /**< enum spp_trace_kind */
	uint8_t level; /**< how many times it was multiplied before */
	bool branch;   /**< OUT: one of several that begin here */
	/** Place in model->components: of the step; END: where it is counted. -1: none. */
	int component;
	/** IN, OUT: the port, with what is done there (a vhost's filter, too). END: where. */
	struct spp_attachment at;
	uint8_t match;  /**< COMPONENT: enum spp_trace_match */
	int entry;      /**< ENTRY: place in model->entries, else SPP_TRACE_NO_ENTRY */
	uint8_t result; /**< END: enum spp_trace_result */
	uint8_t reason; /**< DROPPED: enum spp_drop */
	uint8_t place;  /**< DROPPED: enum spp_trace_place, where the counter is */
	struct spp_trace_frame before, after;
};

/** Steps in the order of the walk: each branch to its end before the next one. */
struct spp_trace {
	unsigned int nb, nb_ends;
	bool cut; /**< there were more */
	struct spp_trace_step steps[SPP_TRACE_STEPS_MAX + 1];
};

/**
 * @param from a NIC or vhost: the frame is received there; a ring: some component puts it in
 * @return NULL: out of memory; else free() it
 */
struct spp_trace *spp_trace_walk(const struct spp_model *model, const struct spp_trace_facts *facts,
				 struct spp_port from, const struct spp_trace_frame *frame);

#endif
