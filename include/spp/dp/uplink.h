/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Two NICs as one port of the packet path (adapters/nic/uplink.c): sends by the active one,
 * receives from both. Of the one that stands by multicasts are passed over: where both cables end
 * in one network each comes by both, and what our own guests have sent comes back by the other one.
 *
 * What is counted goes to the NIC that it concerns: the uplink's own counters have only what
 * happens before one is chosen (backlog, VLAN operations). That works because `counters` of rx and
 * tx is an element of an array by port id (spp/dp/port.h).
 *
 * Frames of the control thread, which tell the network where addresses are now, may not be sent by
 * that thread: a tx queue has one sender, and takes no lock. They wait in a ring of private memory
 * (one writer, one reader) for the worker that sends by the uplink, which polls it as a source: one
 * that brings no packets (spp_uplink_announcer()). So handing the uplink to another worker hands
 * the ring on by the same pause and drain, and there is nothing of it where there is no uplink.
 */
#ifndef SPP_DP_UPLINK_H
#define SPP_DP_UPLINK_H

#include "spp/dp/port.h"
#include "spp/error.h"
#include "spp/uplink.h"

/** Frames that may wait for the worker. */
#define SPP_UPLINK_FRAMES_MAX 255

struct spp_uplink_port;

struct spp_uplink_port_config {
	unsigned int index; /**< uplinkN */
	struct spp_dp_port *member[SPP_UPLINK_MEMBERS];
	/** spp_port_id() of the member less that of the uplink. */
	int counters_offset[SPP_UPLINK_MEMBERS];
	unsigned int active;
	void (*wake)(void *sleeper); /**< wake the worker that armed the announcer */
};

/** Control thread. One of each number at a time; the members outlive it. */
int spp_uplink_port_create(const struct spp_uplink_port_config *config,
			   struct spp_uplink_port **out, struct spp_error *err);
/** No worker uses it any more. Frees the frames that wait; a worker that armed the announcer may
 * still disarm it. NULL is fine. */
void spp_uplink_port_destroy(struct spp_uplink_port *uplink);

struct spp_dp_port *spp_uplink_port_dp(struct spp_uplink_port *uplink);
/** What the worker that sends by the uplink polls: its rx sends what waits, and brings nothing. */
struct spp_dp_port *spp_uplink_port_announcer(struct spp_uplink_port *uplink);

/** From now on what is sent leaves by this member. Control thread; atomic. */
void spp_uplink_port_set_active(struct spp_uplink_port *uplink, unsigned int member);

/**
 * Hand over frames to be sent. Control thread.
 * @return how many were taken, from the first on; the others stay the caller's
 */
unsigned int spp_uplink_port_announce(struct spp_uplink_port *uplink, struct rte_mbuf **frames,
				      unsigned int nb);
/** Multicasts of the NIC that stood by that were passed over, since the start. Any thread. */
uint64_t spp_uplink_port_passed_over(const struct spp_uplink_port *uplink);
/** Frames that may be handed over now. Control thread. */
unsigned int spp_uplink_port_room(const struct spp_uplink_port *uplink);

#endif
