/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A mirror in the way of a port. See mirror_put.h.
 */
#include "change/mirror_put.h"

#include <stdio.h>
#include <string.h>

#include "change/core.h"
#include "change/mirror_look.h"
#include "wiring/model.h"
#include "wiring/names.h"

static struct spp_attachment *
attachment_of(struct spp_component *component, struct spp_port port, enum spp_side side)
{
	struct spp_attachment *ports = side == SPP_RX ? component->rx : component->tx;

	while (!spp_port_equal(ports->port, port))
		ports++;
	return ports;
}

/* Table entries that lead to one port lead to another one. They have their ports ascending. */
static void
lead_elsewhere(struct spp_model *model, struct spp_port from, struct spp_port to)
{
	struct spp_port ports[SPP_ENTRY_PORTS_MAX], one;

	for (uint32_t e = 0; e < model->nb_entries; e++) {
		struct spp_table_entry *entry = &model->entries[e];
		unsigned int nb = 0;

		if (!spp_entry_leads_to(entry, from))
			continue;
		for (unsigned int p = 0; p <= entry->nb_more; p++) {
			unsigned int k = nb++;

			one = spp_entry_port(entry, p);
			if (spp_port_equal(one, from))
				one = to;
			for (; k > 0 && spp_port_id(ports[k - 1]) > spp_port_id(one); k--)
				ports[k] = ports[k - 1];
			ports[k] = one;
		}
		entry->port = ports[0];
		memcpy(entry->more, &ports[1], (nb - 1) * sizeof(ports[0]));
	}
}

/* The port is its own place, or it is where the other one leads. */
static void
set_pair(struct spp_attachment *rx, struct spp_port port)
{
	rx->paired = !spp_port_equal(rx->port, port);
	rx->pair = rx->paired ? port : (struct spp_port){0};
}

/* Rx ports of a switch: the tx port that leads to the same place is another one now. */
static void
pair_elsewhere(struct spp_component *component, struct spp_port from, struct spp_port to)
{
	for (unsigned int i = 0; i < component->nb_rx && component->type == SPP_SWITCH; i++) {
		struct spp_attachment *rx = &component->rx[i];

		if (!spp_port_equal(rx->paired ? rx->pair : rx->port, from))
			continue;
		set_pair(rx, to);
	}
}

/* The component gets by the ring what came by the port. */
static void
put_before(struct spp_component *component, struct spp_component *mirror, struct spp_port ring)
{
	struct spp_attachment *rx = attachment_of(component, mirror->rx[0].port, SPP_RX);
	const struct spp_attachment was = *rx;
	struct spp_port back;

	mirror->rx[0] = was;
	*rx = (struct spp_attachment){.port = ring};
	if (component->type != SPP_SWITCH)
		return;
	set_pair(&mirror->rx[0], was.port);
	mirror->rx[0].source_check = false;
	mirror->rx[0].storm_pps = SPP_STORM_DEFAULT;
	rx->source_check = was.source_check;
	rx->storm_pps = was.storm_pps;
	if (spp_port_is_wire(was.port) && was.storm_pps == SPP_STORM_DEFAULT)
		rx->storm_pps = SPP_STORM_NONE; /* as a NIC has it; a ring would have a bound */
	back = was.paired ? was.pair : was.port;
	for (unsigned int t = 0; t < component->nb_tx; t++)
		if (spp_port_equal(component->tx[t].port, back))
			set_pair(rx, back);
}

/* The component sends over the ring what went to the port. */
static void
put_behind(struct spp_model *model, struct spp_component *component, struct spp_component *mirror,
	   struct spp_port ring)
{
	struct spp_attachment *tx = attachment_of(component, mirror->tx[0].port, SPP_TX);

	mirror->tx[0] = *tx;
	*tx = (struct spp_attachment){.port = ring};
	pair_elsewhere(component, mirror->tx[0].port, ring);
	lead_elsewhere(model, mirror->tx[0].port, ring);
}

int
mirror_put_in(const struct host *host, struct wiring *wiring, struct spp_port port,
	      enum spp_side side, struct spp_error *err)
{
	struct spp_model *model = &wiring->model;
	int i = spp_model_find_port(model, port, side), ret;
	char name[SPP_NAME_MAX + 1], label[SPP_LABEL_SIZE], text[SPP_PORT_TEXT_SIZE];
	struct spp_component *mirror;
	struct spp_port ring;

	if (mirror_find(wiring, port, side) >= 0)
		return i;
	if (model->components[i].type == SPP_MIRROR ||
	    (side == SPP_TX && mirror_is_collector(&model->components[i])))
		return spp_error(err, EBUSY, "%s gets copies itself, from %s",
				 spp_port_format(port, text),
				 spp_component_label(&model->components[i], label, sizeof(label)));
	if (wiring_is_forward(&model->components[i])) {
		model->components[i].type = SPP_MIRROR;
		return i;
	}
	ret = host_free_rings(host, wiring, wiring, &ring, 1, err);
	if (ret < 0)
		return ret;
	mirror = wiring_add_named(wiring, SPP_MIRROR, mirror_name(port, side, name), i,
				  side == SPP_RX ? port : ring, side == SPP_RX ? ring : port, err);
	if (mirror == NULL)
		return -ENOSPC;
	if (side == SPP_RX)
		put_before(&model->components[i], mirror, ring);
	else
		put_behind(model, &model->components[i], mirror, ring);
	return (int)model->nb_components - 1;
}

static void
take_from_before(struct spp_component *component, const struct spp_component *mirror)
{
	struct spp_attachment *rx = attachment_of(component, mirror->tx[0].port, SPP_RX);
	const struct spp_attachment was = *rx;

	*rx = mirror->rx[0];
	if (component->type != SPP_SWITCH)
		return;
	rx->source_check = was.source_check;
	rx->storm_pps = was.storm_pps;
	if (spp_port_is_wire(rx->port) && was.storm_pps == SPP_STORM_NONE)
		rx->storm_pps = SPP_STORM_DEFAULT;
	set_pair(rx, was.paired ? was.pair : rx->port);
}

static void
take_from_behind(struct spp_model *model, struct spp_component *component,
		 const struct spp_component *mirror)
{
	struct spp_port ring = mirror->rx[0].port;

	*attachment_of(component, ring, SPP_TX) = mirror->tx[0];
	pair_elsewhere(component, ring, mirror->tx[0].port);
	lead_elsewhere(model, ring, mirror->tx[0].port);
}

/* An operator may have given one the same name: towards the rest it has a ring, which leads nowhere
 * but within the process. */
static bool
was_put_in(const struct host *host, const struct wiring *wiring, struct spp_port port,
	   enum spp_side side)
{
	const struct spp_component *mirror =
		&wiring->model.components[mirror_find(wiring, port, side)];
	struct spp_port end = (side == SPP_RX ? mirror->tx : mirror->rx)[0].port;
	char name[SPP_NAME_MAX + 1];

	return strcmp(mirror->name, mirror_name(port, side, name)) == 0 &&
	       end.kind == SPP_PORT_RING && host_ring_end(host, end, side, wiring) == NULL;
}

void
mirror_take_out(const struct host *host, struct wiring *wiring, struct spp_port port,
		enum spp_side side)
{
	struct spp_model *model = &wiring->model;
	int i = mirror_find(wiring, port, side), other;
	struct spp_component *mirror = &model->components[i];

	if (!was_put_in(host, wiring, port, side)) {
		mirror->type = SPP_FORWARD;
		return;
	}
	other = side == SPP_RX ? spp_model_find_port(model, mirror->tx[0].port, SPP_RX)
			       : spp_model_find_port(model, mirror->rx[0].port, SPP_TX);
	if (other >= 0 && side == SPP_RX)
		take_from_before(&model->components[other], mirror);
	else if (other >= 0)
		take_from_behind(model, &model->components[other], mirror);
	spp_model_remove(model, (unsigned int)i);
}
