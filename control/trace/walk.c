/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The way of a frame through a wiring. See walk.h.
 */
#include "trace/walk.h"

#include <stdlib.h>

#include "trace/lookup.h"

#define NOBODY (-1)

/** Component and attachment by which packets of a port come in. */
struct consumer {
	int component; /* NOBODY */
	struct spp_attachment rx;
};

struct walk {
	const struct spp_model *model;
	const struct spp_trace_facts *facts;
	struct consumer consumer[SPP_PORT_ID_MAX]; /* by spp_port_id() */
	uint64_t passed; /* bit i: component i is on the way from the begin to here */
	struct spp_trace *out;
};

/** Where the frame stands: a value, handed on. */
struct stand {
	struct spp_trace_frame frame;
	int component;
	uint8_t level;
	bool branch;              /* the next step begins one of several ways */
	struct spp_attachment rx; /* by which it came to the component */
};

static void leave(struct walk *walk, struct stand stand, const struct spp_attachment *tx);

/* -- writing down ----------------------------------------------------------------------------- */

/* Never NULL: what is too much lands in the one behind the last. */
static struct spp_trace_step *
put(struct walk *walk, enum spp_trace_kind kind, const struct stand *stand)
{
	struct spp_trace *out = walk->out;
	struct spp_trace_step *step = &out->steps[out->nb];

	if (out->nb < SPP_TRACE_STEPS_MAX)
		out->nb++;
	else
		out->cut = true;
	*step = (struct spp_trace_step){.kind = (uint8_t)kind,
					.level = stand->level,
					.component = stand->component,
					.entry = SPP_TRACE_NO_ENTRY,
					.before = stand->frame,
					.after = stand->frame};
	return step;
}

static struct spp_trace_step *
put_end(struct walk *walk, const struct stand *stand, enum spp_trace_result result,
	struct spp_port port)
{
	struct spp_trace_step *step = put(walk, SPP_TRACE_END, stand);

	step->result = (uint8_t)result;
	step->at.port = port;
	walk->out->nb_ends++;
	return step;
}

static void
drop(struct walk *walk, const struct stand *stand, enum spp_drop reason, enum spp_trace_place place,
     struct spp_port port)
{
	struct spp_trace_step *step = put_end(walk, stand, SPP_TRACE_DROPPED, port);

	step->reason = (uint8_t)reason;
	step->place = (uint8_t)place;
}

/* -- what ports look at ----------------------------------------------------------------------- */

static bool
is_too_long(const struct walk *walk, const struct spp_trace_frame *frame)
{
	return walk->facts->mtu != 0 && frame->size > walk->facts->mtu + SPP_TRACE_OVERHEAD;
}

/* A NIC or vhost receives it (nic_check() and vhost_rx() of adapters/). False: dropped there. */
static bool
receive(struct walk *walk, const struct stand *stand, struct spp_port port)
{
	enum spp_drop reason;

	if (stand->frame.size < SPP_TRACE_HEADER)
		reason = SPP_DROP_MALFORMED;
	else if (is_too_long(walk, &stand->frame))
		reason = SPP_DROP_TOO_BIG;
	else if (port.kind == SPP_PORT_VHOST && spp_trace_frame_is_pause(&stand->frame))
		reason = SPP_DROP_RESERVED;
	else
		return true;
	drop(walk, stand, reason, SPP_TRACE_AT_RX, port);
	return false;
}

/* Some `default` entry leads to where the port is: strangers come from there. */
static bool
is_of_strangers(const struct spp_model *model, struct spp_port end)
{
	for (unsigned int i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		for (unsigned int p = 0; p <= entry->nb_more && entry->is_default; p++)
			if (spp_port_equal(spp_trace_end_of(model, spp_entry_port(entry, p)), end))
				return true;
	}
	return false;
}

/* The port checks sources, and this one is not right there. */
static bool
is_spoofed(const struct walk *walk, const struct stand *stand, const struct spp_attachment *rx)
{
	const struct spp_model *model = walk->model;
	struct spp_port end = spp_trace_end_of(model, rx->paired ? rx->pair : rx->port);
	bool checks = rx->source_check || (model->components[stand->component].source_check &&
					   !is_of_strangers(model, end));

	return checks && stand->frame.has_src &&
	       !spp_trace_is_from(model, stand->frame.src, spp_trace_frame_vid(&stand->frame), end);
}

/* What is done at the rx port of a component (stage_receive()). False: dropped there. */
static bool
take_in(struct walk *walk, struct stand *stand, const struct spp_attachment *rx)
{
	struct spp_trace_step *step = put(walk, SPP_TRACE_IN, stand);
	bool ends_early;

	step->at = *rx;
	stand->rx = *rx;
	if (rx->filter != SPP_FILTER_NONE && spp_trace_frame_is_reserved(&stand->frame)) {
		drop(walk, stand, SPP_DROP_RESERVED, SPP_TRACE_AT_RX, rx->port);
		return false;
	}
	ends_early = !spp_trace_frame_tag(&stand->frame, rx->vlan);
	step->after = stand->frame;
	if (ends_early)
		drop(walk, stand, SPP_DROP_MALFORMED, SPP_TRACE_AT_RX, rx->port);
	else if (is_spoofed(walk, stand, rx)) {
		drop(walk, stand, SPP_DROP_SPOOFED, SPP_TRACE_AT_RX, rx->port);
		return false;
	}
	return !ends_early;
}

/* -- components ------------------------------------------------------------------------------- */

/* Where a switch sends nothing of what came by this port. */
static bool
is_back(const struct spp_component *component, const struct spp_attachment *rx,
	struct spp_port port)
{
	return component->type == SPP_SWITCH &&
	       spp_port_equal(port, rx->paired ? rx->pair : rx->port);
}

/* To those of the ports that are tx ports of the component. False: to none; *back: for one of them
 * is where it came from. */
static bool
leave_by(struct walk *walk, struct stand stand, const bool ports[SPP_PORT_ID_MAX], bool *back)
{
	const struct spp_component *component = &walk->model->components[stand.component];
	const struct spp_attachment rx = stand.rx;
	unsigned int nb = 0, i;

	*back = false;
	for (i = 0; i < component->nb_tx; i++) {
		if (!ports[spp_port_id(component->tx[i].port)])
			continue;
		*back |= is_back(component, &rx, component->tx[i].port);
		nb += !is_back(component, &rx, component->tx[i].port);
	}
	stand.branch = nb > 1;
	stand.level += stand.branch;
	for (i = 0; i < component->nb_tx; i++)
		if (ports[spp_port_id(component->tx[i].port)] &&
		    !is_back(component, &rx, component->tx[i].port))
			leave(walk, stand, &component->tx[i]);
	return nb > 0;
}

static void
classify_multicast(struct walk *walk, const struct stand *stand)
{
	const struct spp_model *model = walk->model;
	struct spp_trace_step *step = put(walk, SPP_TRACE_COMPONENT, stand);
	uint16_t vid = spp_trace_frame_vid(&stand->frame);
	bool ports[SPP_PORT_ID_MAX], fallback, back;
	bool any = spp_trace_group(model, vid, ports, &fallback);
	int def = spp_trace_default(model, vid);

	if (any)
		step->match = fallback ? SPP_TRACE_FALLBACK : SPP_TRACE_GROUP;
	else
		step->match = SPP_TRACE_NOTHING;
	if (model->components[stand->component].type == SPP_SWITCH && def != SPP_TRACE_NO_ENTRY)
		for (unsigned int p = 0; p <= model->entries[def].nb_more; p++)
			ports[spp_port_id(spp_entry_port(&model->entries[def], p))] = any = true;
	if (!leave_by(walk, *stand, ports, &back))
		drop(walk, stand,
		     back  ? SPP_DROP_SAME_PORT
		     : any ? SPP_DROP_NO_PORT
			   : SPP_DROP_NO_ENTRY,
		     SPP_TRACE_AT_COMPONENT, stand->rx.port);
}

static void
classify(struct walk *walk, const struct stand *stand)
{
	const struct spp_model *model = walk->model;
	struct spp_trace_step *step = put(walk, SPP_TRACE_COMPONENT, stand);
	int entry = spp_trace_find(model, stand->frame.dst, spp_trace_frame_vid(&stand->frame));
	bool ports[SPP_PORT_ID_MAX] = {false}, back;

	step->entry = entry;
	step->match = entry != SPP_TRACE_NO_ENTRY ? SPP_TRACE_ENTRY : SPP_TRACE_NOTHING;
	if (entry == SPP_TRACE_NO_ENTRY) {
		drop(walk, stand, SPP_DROP_NO_ENTRY, SPP_TRACE_AT_COMPONENT, stand->rx.port);
		return;
	}
	for (unsigned int p = 0; p <= model->entries[entry].nb_more; p++)
		ports[spp_port_id(spp_entry_port(&model->entries[entry], p))] = true;
	if (!leave_by(walk, *stand, ports, &back))
		drop(walk, stand, back ? SPP_DROP_SAME_PORT : SPP_DROP_NO_PORT,
		     SPP_TRACE_AT_COMPONENT, model->entries[entry].port);
}

/* The original, and a copy of it for each other tx port. */
static void
mirror(struct walk *walk, struct stand stand)
{
	const struct spp_component *component = &walk->model->components[stand.component];

	put(walk, SPP_TRACE_COMPONENT, &stand);
	stand.branch = component->nb_tx > 1;
	stand.level += stand.branch;
	for (unsigned int i = 0; i < component->nb_tx; i++)
		leave(walk, stand, &component->tx[i]);
}

static void
run_component(struct walk *walk, const struct stand *stand)
{
	const struct spp_component *component = &walk->model->components[stand->component];

	if (!spp_component_can_send(component, walk->facts->mirrors)) {
		put(walk, SPP_TRACE_COMPONENT, stand);
		drop(walk, stand, SPP_DROP_INCOMPLETE, SPP_TRACE_AT_COMPONENT,
		     component->rx[0].port);
	} else if (component->type == SPP_MIRROR) {
		mirror(walk, *stand);
	} else if (component->type != SPP_CLASSIFIER && component->type != SPP_SWITCH) {
		put(walk, SPP_TRACE_COMPONENT, stand);
		leave(walk, *stand, &component->tx[0]);
	} else if (spp_trace_frame_is_multicast(&stand->frame)) {
		classify_multicast(walk, stand);
	} else {
		classify(walk, stand);
	}
}

/* -- from component to component -------------------------------------------------------------- */

/* What comes by a ring. The component before it is stand.component, or NOBODY. */
static void
go_on(struct walk *walk, struct stand stand, struct spp_port ring)
{
	const struct consumer *next = &walk->consumer[spp_port_id(ring)];
	uint64_t bit;

	if (next->component == NOBODY && walk->facts->elsewhere[ring.index]) {
		put_end(walk, &stand, SPP_TRACE_ELSEWHERE, ring);
		return;
	}
	if (next->component == NOBODY) {
		drop(walk, &stand, SPP_DROP_NO_CONSUMER, SPP_TRACE_AT_TX, ring);
		return;
	}
	stand.component = next->component;
	bit = UINT64_C(1) << next->component;
	if ((walk->passed & bit) != 0) {
		put_end(walk, &stand, SPP_TRACE_LOOP, ring);
		return;
	}
	walk->passed |= bit;
	if (take_in(walk, &stand, &next->rx))
		run_component(walk, &stand);
	walk->passed &= ~bit;
}

/* By a NIC or vhost (nic_tx() and vhost_tx() of adapters/). */
static void
send_out(struct walk *walk, struct stand *stand, struct spp_port port)
{
	if (port.kind == SPP_PORT_VHOST &&
	    walk->facts->link[spp_port_id(port)] == SPP_TRACE_LINK_DOWN) {
		drop(walk, stand, SPP_DROP_NO_GUEST, SPP_TRACE_AT_TX, port);
		return;
	}
	if (is_too_long(walk, &stand->frame)) {
		drop(walk, stand, SPP_DROP_TOO_BIG, SPP_TRACE_AT_TX, port);
		return;
	}
	if (spp_port_is_wire(port) && stand->frame.size < SPP_TRACE_NIC_MIN) {
		struct stand padded = *stand;

		padded.frame.size = SPP_TRACE_NIC_MIN;
		put_end(walk, &padded, SPP_TRACE_SENT, port)->before = stand->frame;
		return;
	}
	put_end(walk, stand, SPP_TRACE_SENT, port);
}

static void
leave(struct walk *walk, struct stand stand, const struct spp_attachment *tx)
{
	struct spp_trace_step *step;
	bool ends_early;

	if (walk->out->cut)
		return;
	step = put(walk, SPP_TRACE_OUT, &stand);
	step->at = *tx;
	step->branch = stand.branch;
	stand.branch = false;
	ends_early = !spp_trace_frame_tag(&stand.frame, tx->vlan);
	step->after = stand.frame;
	if (ends_early)
		drop(walk, &stand, SPP_DROP_MALFORMED, SPP_TRACE_AT_TX, tx->port);
	else if (tx->port.kind == SPP_PORT_RING)
		go_on(walk, stand, tx->port);
	else
		send_out(walk, &stand, tx->port);
}

/* Whoever has the port as rx, with the filter that the whole spp_vf may have. */
static void
find_consumers(struct walk *walk)
{
	for (unsigned int id = 0; id < SPP_PORT_ID_MAX; id++)
		walk->consumer[id].component = NOBODY;
	for (unsigned int c = 0; c < walk->model->nb_components; c++) {
		const struct spp_component *component = &walk->model->components[c];

		for (unsigned int i = 0; i < component->nb_rx; i++) {
			struct spp_attachment rx = component->rx[i];

			if (rx.port.kind == SPP_PORT_VHOST && rx.filter == SPP_FILTER_NONE)
				rx.filter = walk->facts->guest_filter;
			walk->consumer[spp_port_id(rx.port)] =
				(struct consumer){.component = (int)c, .rx = rx};
		}
	}
}

/* A NIC or vhost is polled only for a component that can send on. */
static void
begin(struct walk *walk, struct stand stand, struct spp_port from)
{
	const struct consumer *first = &walk->consumer[spp_port_id(from)];

	stand.component = first->component;
	if (first->component == NOBODY ||
	    !spp_component_can_send(&walk->model->components[first->component],
				    walk->facts->mirrors)) {
		put_end(walk, &stand, SPP_TRACE_NOT_TAKEN, from);
		return;
	}
	if (!receive(walk, &stand, from))
		return;
	walk->passed = UINT64_C(1) << first->component;
	if (take_in(walk, &stand, &first->rx))
		run_component(walk, &stand);
}

struct spp_trace *
spp_trace_walk(const struct spp_model *model, const struct spp_trace_facts *facts,
	       struct spp_port from, const struct spp_trace_frame *frame)
{
	struct walk walk = {.model = model, .facts = facts};
	struct stand stand = {.frame = *frame, .component = NOBODY};

	walk.out = calloc(1, sizeof(*walk.out));
	if (walk.out == NULL)
		return NULL;
	find_consumers(&walk);
	if (from.kind == SPP_PORT_RING)
		go_on(&walk, stand, from);
	else
		begin(&walk, stand, from);
	return walk.out;
}
