/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `plug` and `unplug`: what the founding document does when a VM starts and stops. See plug.h.
 *
 *     NIC -> classifier -> ring 2N   -> forward -> vhost N
 *     NIC <- merge      <- ring 2N+1 <- forward <- vhost N
 */
#include "change/plug.h"

#include <string.h>

#include "change/core.h"
#include "change/entries.h"
#include "change/mirror_look.h"
#include "change/note.h"
#include "wiring/model.h"
#include "wiring/names.h"

/* The forward from `rx` to `tx`, mirrored or not, or -1. */
static int
forward_between(const struct spp_model *model, struct spp_port rx, struct spp_port tx)
{
	int i = spp_model_find_port(model, rx, SPP_RX);

	if (i < 0 || !wiring_is_forward(&model->components[i]) ||
	    !spp_port_equal(model->components[i].tx[0].port, tx))
		return -1;
	return i;
}

bool
wiring_is_plugged(const struct wiring *wiring, struct spp_port vhost)
{
	const struct spp_model *model = &wiring->model;

	return forward_between(model, wiring_ring_of(vhost, SPP_RX), vhost) >= 0 ||
	       forward_between(model, vhost, wiring_ring_of(vhost, SPP_TX)) >= 0;
}

uint16_t
wiring_plug_vid(const struct wiring *wiring, struct spp_port vhost)
{
	const struct spp_model *model = &wiring->model;
	int from = forward_between(model, vhost, wiring_ring_of(vhost, SPP_TX));
	const struct spp_vlan *vlan = from >= 0 ? &model->components[from].rx[0].vlan : NULL;

	return vlan != NULL && vlan->op == SPP_VLAN_ADD ? vlan->vid : SPP_VID_NONE;
}

/* The vhost must be free, or be in use by its own two forwards only. */
static int
check_vhost(const struct wiring *wiring, struct spp_port vhost, struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	char name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];
	int to = spp_model_find_port(model, vhost, SPP_TX);
	int from = spp_model_find_port(model, vhost, SPP_RX), other;

	other = to >= 0 && to != forward_between(model, wiring_ring_of(vhost, SPP_RX), vhost) ? to
		: from >= 0 && from != forward_between(model, vhost, wiring_ring_of(vhost, SPP_TX))
			? from
			: -1;
	if (other < 0)
		return 0;
	if (model->components[other].type == SPP_MIRROR && mirror_refuse(wiring, vhost, err) < 0)
		return -EBUSY;
	spp_port_format(vhost, name);
	spp_component_label(&model->components[other], label, sizeof(label));
	if (model->components[other].type == SPP_SWITCH)
		return spp_error(err, EBUSY,
				 "%s is plugged to %s (with --switch; or `sppctl unplug %s` first)",
				 name, label, name);
	return spp_error(err, EBUSY,
			 "%s is in use by %s (is it patched? `sppctl unpatch %s` first)", name,
			 label, name);
}

/* One of the two forwards. If it is there already, with the same VLAN operation, that is fine. */
static int
add_forward(struct wiring *wiring, const struct spp_attachment *rx, const struct spp_attachment *tx,
	    struct spp_error *err)
{
	struct spp_model *model = &wiring->model;
	struct spp_component *component;
	char label[SPP_LABEL_SIZE], name[SPP_PORT_TEXT_SIZE];
	int i = forward_between(model, rx->port, tx->port);

	if (i < 0) {
		component = wiring_add(wiring, SPP_FORWARD, rx->port, tx->port, err);
		if (component == NULL)
			return -ENOSPC;
		component->rx[0] = *rx;
		component->tx[0] = *tx;
		return 0;
	}
	component = &model->components[i];
	if (component->rx[0].vlan.op == rx->vlan.op && component->tx[0].vlan.op == tx->vlan.op &&
	    component->rx[0].vlan.vid == rx->vlan.vid)
		return 0;
	return spp_error(
		err, EEXIST, "%s is plugged with another --vlan (%s; unplug it first)",
		spp_port_format(rx->port.kind == SPP_PORT_VHOST ? rx->port : tx->port, name),
		spp_component_label(component, label, sizeof(label)));
}

void
wiring_plug_set(struct spp_attachment *rx, const struct wiring_plug *plug, json_t *notes)
{
	char name[SPP_PORT_TEXT_SIZE];

	rx->source_check |= plug->source_check;
	if (rx->filter == plug->filter)
		return;
	if (plug->filter_given)
		rx->filter = plug->filter;
	else
		wiring_note(notes, "%s stays plugged with --guest-filter %s",
			    spp_port_format(plug->vhost, name), spp_filter_name(rx->filter));
}

static void
set_rx(struct wiring *wiring, const struct wiring_plug *plug, json_t *notes)
{
	int i = forward_between(&wiring->model, plug->vhost, wiring_ring_of(plug->vhost, SPP_TX));
	struct spp_attachment *rx = i >= 0 ? &wiring->model.components[i].rx[0] : NULL;

	if (rx != NULL)
		wiring_plug_set(rx, plug, notes);
}

int
wiring_plug_label(struct wiring *wiring, const struct wiring_plug *plug, bool was, json_t *notes,
		  struct spp_error *err)
{
	const char *label = spp_model_label(&wiring->model, plug->vhost);
	char name[SPP_PORT_TEXT_SIZE];

	if (plug->label == NULL && label[0] != '\0' && !was)
		wiring_note(notes,
			    "%s is still called %s (--name says otherwise, --name none that "
			    "it has none)",
			    spp_port_format(plug->vhost, name), label);
	if (plug->label == NULL)
		return 0;
	if (!wiring->labels && plug->label[0] != '\0')
		return wiring_without_labels(wiring, err);
	spp_model_set_label(&wiring->model, plug->vhost, plug->label);
	return 0;
}

/* The two forwards. */
static int
wire_guest(struct wiring *wiring, const struct wiring_plug *plug, struct spp_error *err)
{
	struct spp_attachment to = {.port = wiring_ring_of(plug->vhost, SPP_RX)};
	struct spp_attachment from = {.port = wiring_ring_of(plug->vhost, SPP_TX)};
	struct spp_attachment guest_rx = {.port = plug->vhost}, guest_tx = {.port = plug->vhost};
	int ret = wiring_check_rings(wiring, plug->vhost, err);

	guest_rx.filter = plug->filter;
	guest_rx.source_check = plug->source_check;
	if (plug->entry.vid != SPP_VID_NONE) {
		guest_tx.vlan.op = SPP_VLAN_DEL;
		guest_rx.vlan = (struct spp_vlan){.op = SPP_VLAN_ADD, .vid = plug->entry.vid};
	}
	if (ret == 0)
		ret = check_vhost(wiring, plug->vhost, err);
	/* its own forward may be a mirror by now */
	if (ret == 0 && forward_between(&wiring->model, to.port, plug->vhost) < 0)
		ret = wiring_check_ring(&wiring->model, to.port, SPP_RX, SPP_FORWARD, err);
	if (ret == 0 && forward_between(&wiring->model, plug->vhost, from.port) < 0)
		ret = wiring_check_ring(&wiring->model, from.port, SPP_TX, SPP_FORWARD, err);
	if (ret == 0)
		ret = add_forward(wiring, &to, &guest_tx, err);
	if (ret == 0)
		ret = add_forward(wiring, &guest_rx, &from, err);
	return ret;
}

/* NIC and vhost are of two spp_vf: neither may have the ends of the rings that the other needs.
 * What was left at the NIC of the vhost's own spp_vf is taken away there. */
static int
part_ends(struct wiring *guest, const struct wiring *wire, const struct wiring_plug *plug,
	  struct spp_error *err)
{
	struct spp_port to = wiring_ring_of(plug->vhost, SPP_RX);
	struct spp_port from = wiring_ring_of(plug->vhost, SPP_TX), ring = to;
	char name[SPP_PORT_TEXT_SIZE], vhost[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];
	const struct wiring *holder = NULL;
	int user;

	if (wiring_plug_nic_of(guest, plug->vhost) && wiring_is_plugged(guest, plug->vhost))
		return spp_error(err, EEXIST, "%s is plugged to a NIC of vf%u (unplug it first)",
				 spp_port_format(plug->vhost, name), guest->inventory.process_id);
	wiring_unplug_nic(guest, plug->vhost);
	if ((user = spp_model_find_port(&guest->model, to, SPP_TX)) >= 0)
		holder = guest;
	else if ((user = spp_model_find_port(&guest->model, from, SPP_RX)) >= 0)
		holder = guest, ring = from;
	else if ((user = spp_model_find_port(&wire->model, to, SPP_RX)) >= 0)
		holder = wire;
	else if ((user = spp_model_find_port(&wire->model, from, SPP_TX)) >= 0)
		holder = wire, ring = from;
	if (holder == NULL)
		return 0;
	return spp_error(
		err, EBUSY,
		"%s is in use by %s of vf%u (%s needs it between vf%u and vf%u: remove that one)",
		spp_port_format(ring, name),
		spp_component_label(&holder->model.components[user], label, sizeof(label)),
		holder->inventory.process_id, spp_port_format(plug->vhost, vhost),
		wire->inventory.process_id, guest->inventory.process_id);
}

int
wiring_plug(struct wiring *guest, struct wiring *wire, const struct wiring_plug *plug,
	    json_t *notes, struct spp_error *err)
{
	bool was = wiring_is_plugged(guest, plug->vhost), renamed;
	struct spp_table_entry entry = plug->entry;
	uint32_t before = wire->model.nb_entries;
	char name[SPP_PORT_TEXT_SIZE];
	int ret = 0;

	if (guest != wire)
		ret = part_ends(guest, wire, plug, err);
	if (ret == 0)
		ret = wiring_plug_nic(wire, plug, was, err);
	if (ret == 0)
		ret = wire_guest(guest, plug, err);
	if (ret == 0)
		set_rx(guest, plug, notes);
	entry.port = wiring_ring_of(plug->vhost, SPP_RX);
	if (ret == 0)
		ret = wiring_add_entry(wire, &entry, err);
	renamed = plug->label != NULL &&
		  strcmp(plug->label, spp_model_label(&guest->model, plug->vhost)) != 0;
	if (ret == 0)
		ret = wiring_plug_label(guest, plug, was, notes, err);
	if (ret == 0 && was)
		wiring_note(notes, "%s is plugged already: %s", spp_port_format(plug->vhost, name),
			    wire->model.nb_entries > before ? "only the address is new"
			    : renamed                       ? "only its name is new"
							    : "nothing to do");
	return ret;
}

int
wiring_unplug(struct wiring *guest, struct wiring *wire, struct spp_port vhost, json_t *notes,
	      struct spp_error *err)
{
	struct spp_port to = wiring_ring_of(vhost, SPP_RX), from = wiring_ring_of(vhost, SPP_TX);
	struct spp_model *model = &guest->model;
	unsigned int nb = model->nb_components, nb_entries;
	char name[SPP_PORT_TEXT_SIZE];
	int i, ret = check_vhost(guest, vhost, err);
	bool called;

	if (ret < 0)
		return ret;
	i = forward_between(model, to, vhost);
	if (i >= 0)
		spp_model_remove(model, (unsigned int)i);
	i = forward_between(model, vhost, from);
	if (i >= 0)
		spp_model_remove(model, (unsigned int)i);
	nb_entries = wiring_remove_entries(wire, to);
	if (guest != wire)
		wiring_unplug_nic(wire, vhost);
	called = spp_model_label(model, vhost)[0] != '\0';
	spp_model_set_label(model, vhost, "");
	if (model->nb_components == nb && nb_entries == 0 && !called)
		wiring_note(notes, "%s is not plugged: nothing to do",
			    spp_port_format(vhost, name));
	return 0;
}
