/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See taps.h.
 */
#include "vf/taps.h"

#include "packet/drop_tap.h"
#include "packet/trace_tap.h"
#include "vf/wait.h"

void
spp_taps_init(struct spp_dataplane *dp)
{
	unsigned int id;

	for (id = 0; id < SPP_PORT_ID_MAX; id++)
		dp->env.taps[id].port_id = (uint16_t)id;
}

bool
spp_taps_wanted(const struct spp_dataplane *dp, uint16_t port_id)
{
	unsigned int i;

	for (i = 0; i < SPP_CAPTURE_MAX; i++) {
		if (dp->env.taps[port_id].sink[i] != NULL)
			return true;
	}
	return false;
}

static void
ring_mark(struct spp_snapshot *snap, uint16_t id, bool tapped)
{
	if (tapped)
		__atomic_or_fetch(&snap->rx_ops[id].any, SPP_RX_TAPPED, __ATOMIC_RELEASE);
	else
		__atomic_and_fetch(&snap->rx_ops[id].any, (uint8_t)~SPP_RX_TAPPED,
				   __ATOMIC_RELEASE);
}

/* As it is wanted, at the port as it is now. */
static void
tap_settle(struct spp_dataplane *dp, uint16_t id)
{
	struct spp_port port = spp_port_from_id(id);
	bool wanted = spp_taps_wanted(dp, id);
	struct spp_dp_port *made;

	/* A ring is looked at where a component takes its packets; at its tx end only where that is
	 * alone here, which has functions of its own. A trace sees what leaves by it, too. */
	if (port.kind == SPP_PORT_RING) {
		ring_mark(dp->running, id, wanted);
		port.queue = SPP_RING_TX;
		wanted |= dp->tracing != NULL;
	}
	made = spp_ports_dp(&dp->ports, port);
	if (made != NULL)
		spp_tap_put(&dp->env.taps[id], made, wanted);
}

void
spp_taps_refresh(struct spp_dataplane *dp)
{
	unsigned int id;

	for (id = 0; id < SPP_PORT_ID_MAX; id++)
		tap_settle(dp, (uint16_t)id);
}

/* Every rx port of the running wiring; those that follow have it from the start. */
static void
mark_traced(struct spp_snapshot *snap, bool traced)
{
	unsigned int id;

	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		if (traced)
			__atomic_or_fetch(&snap->rx_ops[id].any, SPP_RX_TRACED, __ATOMIC_RELEASE);
		else
			__atomic_and_fetch(&snap->rx_ops[id].any, (uint8_t)~SPP_RX_TRACED,
					   __ATOMIC_RELEASE);
	}
}

/*
 * Everywhere, for the packets may leave by any port. (NICs of an uplink are not usable: they
 * receive and send within its functions.) Marked is last, when all of them are seen.
 */
static void
trace_add(struct spp_dataplane *dp, unsigned int slot, struct spp_tap_sink *sink)
{
	unsigned int id;

	dp->tracing = sink;
	for (id = 0; id < SPP_END_MAX; id++) {
		if (dp->inventory.usable[id])
			__atomic_store_n(&dp->env.taps[id].sink[slot], sink, __ATOMIC_RELEASE);
	}
	spp_taps_refresh(dp);
	mark_traced(dp->running, true);
	if (dp->prepared != NULL)
		mark_traced(dp->prepared, true);
	spp_trace_put(sink);
}

static void
trace_remove(struct spp_dataplane *dp)
{
	spp_trace_put(NULL);
	mark_traced(dp->running, false);
	if (dp->prepared != NULL)
		mark_traced(dp->prepared, false);
	dp->tracing = NULL;
	spp_taps_refresh(dp);
}

void
spp_taps_add(struct spp_dataplane *dp, unsigned int slot, struct spp_tap_sink *sink)
{
	static uint32_t nb_traces;
	unsigned int id;

	if (sink->what.trace > 0)
		sink->first_mark = ++nb_traces << 16;
	spp_drop_tap_put(slot, sink, dp->worker, dp->inventory.nb_workers);
	if (sink->what.trace > 0) {
		trace_add(dp, slot, sink);
		return;
	}
	for (id = 0; id < SPP_PORT_ID_MAX && sink->what.reasons == 0; id++) {
		if (!spp_capture_has_port(&sink->what, id))
			continue;
		__atomic_store_n(&dp->env.taps[id].sink[slot], sink, __ATOMIC_RELEASE);
		tap_settle(dp, (uint16_t)id);
	}
}

uint64_t
spp_taps_remove(struct spp_dataplane *dp, unsigned int slot)
{
	unsigned int id;

	if (dp->tracing != NULL && dp->env.taps[dp->tracing->from].sink[slot] == dp->tracing)
		trace_remove(dp);
	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		if (dp->env.taps[id].sink[slot] == NULL)
			continue;
		__atomic_store_n(&dp->env.taps[id].sink[slot], NULL, __ATOMIC_RELEASE);
		tap_settle(dp, (uint16_t)id);
	}
	spp_drop_tap_put(slot, NULL, dp->worker, dp->inventory.nb_workers);
	return spp_dataplane_begin_grace(dp);
}
