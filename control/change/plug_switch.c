/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `plug --switch`: one component for a NIC and all its VMs, without a ring. See plug_switch.h.
 *
 *     NIC <-> switch <-> vhost N     default -> NIC
 *                    <-> vhost M     MAC -> vhost
 */
#include "change/plug_switch.h"

#include <string.h>

#include "change/core.h"
#include "change/entries.h"
#include "change/mirror_look.h"
#include "change/note.h"
#include "wiring/model.h"
#include "wiring/names.h"

/* Position of the switch that has the port on this side, or -1. */
static int
switch_of(const struct spp_model *model, struct spp_port port, enum spp_side side)
{
	int i = spp_model_find_port(model, port, side);

	return i >= 0 && model->components[i].type == SPP_SWITCH ? i : -1;
}

uint16_t
wiring_switch_vid(const struct wiring *wiring, struct spp_port vhost)
{
	int i = switch_of(&wiring->model, vhost, SPP_RX);

	for (unsigned int j = 0; i >= 0 && j < wiring->model.components[i].nb_rx; j++) {
		const struct spp_attachment *rx = &wiring->model.components[i].rx[j];

		if (spp_port_equal(rx->port, vhost) && rx->vlan.op == SPP_VLAN_ADD)
			return rx->vlan.vid;
	}
	return SPP_VID_NONE;
}

bool
wiring_is_switched(const struct wiring *wiring, struct spp_port vhost)
{
	return switch_of(&wiring->model, vhost, SPP_RX) >= 0 ||
	       switch_of(&wiring->model, vhost, SPP_TX) >= 0;
}

/* The port must be free, or rx and tx port of the switch (-1: of none). */
static int
check_port(const struct spp_model *model, struct spp_port port, int sw, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];
	int rx = spp_model_find_port(model, port, SPP_RX);
	int tx = spp_model_find_port(model, port, SPP_TX), other;

	other = rx >= 0 && rx != sw ? rx : tx >= 0 && tx != sw ? tx : -1;
	spp_port_format(port, name);
	if (other < 0 && sw >= 0 && (rx < 0) != (tx < 0))
		return spp_error(err, EBUSY, "%s is only %s port of %s (both are needed)", name,
				 rx < 0 ? "tx" : "rx",
				 spp_component_label(&model->components[sw], label, sizeof(label)));
	if (other < 0)
		return 0;
	spp_component_label(&model->components[other], label, sizeof(label));
	if (spp_port_is_wire(port))
		return spp_error(
			err, EBUSY,
			"%s is %s port of %s (a NIC's VMs are plugged all with --switch or "
			"all without)",
			name, other == rx ? "rx" : "tx", label);
	return spp_error(err, EBUSY,
			 "%s is in use by %s (`sppctl unplug %s` first, or `sppctl unpatch %s`)",
			 name, label, name, name);
}

/* A component that stands between the NIC and nobody: no ring of its other side leads on. */
static bool
is_left_over(const struct spp_model *model, const struct spp_component *component)
{
	bool down = component->type == SPP_CLASSIFIER;
	const struct spp_attachment *ports = down ? component->tx : component->rx;
	unsigned int nb = down ? component->nb_tx : component->nb_rx;

	for (unsigned int i = 0; i < nb; i++)
		if (ports[i].port.kind != SPP_PORT_RING ||
		    spp_model_find_port(model, ports[i].port, down ? SPP_RX : SPP_TX) >= 0)
			return false;
	return component->name[0] == '\0';
}

/* Classifier and merge stay when a NIC's last VM is unplugged: they make room for a switch. */
static void
take_left_over(struct wiring *wiring, struct spp_port nic, json_t *notes)
{
	static const struct {
		enum spp_side side;
		enum spp_component_type type;
	} ends[] = {{SPP_RX, SPP_CLASSIFIER}, {SPP_TX, SPP_MERGE}};
	struct spp_model *model = &wiring->model;
	char name[SPP_PORT_TEXT_SIZE];

	for (unsigned int e = 0; e < 2; e++) {
		int i = spp_model_find_port(model, nic, ends[e].side);

		if (i < 0 || model->components[i].type != ends[e].type ||
		    !is_left_over(model, &model->components[i]))
			continue;
		wiring_note(notes, "the %s of %s goes: no VM is plugged to it",
			    spp_type_name(ends[e].type), spp_port_format(nic, name));
		spp_model_remove(model, (unsigned int)i);
	}
}

/* The switch of the NIC, of the vhost, or the only one; -1 with the NIC a new one is for. */
static int
find_switch(const struct wiring *wiring, const struct wiring_plug *plug, struct spp_port *nic,
	    int *sw, struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	char name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];
	int ret = 0, at;

	*sw = switch_of(model, plug->vhost, SPP_RX);
	if (*sw >= 0 && plug->nic < 0)
		return 0;
	if (plug->nic >= 0) {
		ret = wiring_choose_nic(wiring, plug->nic, nic, err);
		if (ret < 0)
			return ret;
		at = switch_of(model, mirror_past(wiring, *nic, SPP_RX), SPP_RX);
		if (*sw >= 0 && *sw != at)
			return spp_error(
				err, EEXIST, "%s is plugged to %s (unplug it first)",
				spp_port_format(plug->vhost, name),
				spp_component_label(&model->components[*sw], label, sizeof(label)));
		*sw = at;
		return 0;
	}
	for (unsigned int i = 0; i < model->nb_components; i++) {
		if (model->components[i].type != SPP_SWITCH)
			continue;
		if (*sw >= 0)
			return spp_error(
				err, EINVAL,
				"vf%u has several switches: say which NIC with --nic nicN or uplinkN",
				wiring->inventory.process_id);
		*sw = (int)i;
	}
	return *sw >= 0 ? 0 : wiring_choose_nic(wiring, -1, nic, err);
}

static struct spp_attachment *
find_rx(struct spp_component *component, struct spp_port port)
{
	unsigned int i = 0;

	while (i < component->nb_rx && !spp_port_equal(component->rx[i].port, port))
		i++;
	return i < component->nb_rx ? &component->rx[i] : NULL;
}

/* The vhost becomes a port of the switch; one that is there stays. */
static int
join(struct spp_component *sw, const struct wiring_plug *plug, json_t *notes, struct spp_error *err)
{
	struct spp_attachment rx = {.port = plug->vhost, .filter = plug->filter};
	struct spp_attachment tx = {.port = plug->vhost}, *there = find_rx(sw, plug->vhost);
	char label[SPP_LABEL_SIZE], name[SPP_PORT_TEXT_SIZE];

	rx.source_check = plug->source_check;
	if (plug->entry.vid != SPP_VID_NONE) {
		tx.vlan.op = SPP_VLAN_DEL;
		rx.vlan = (struct spp_vlan){.op = SPP_VLAN_ADD, .vid = plug->entry.vid};
	}
	if (there != NULL && there->vlan.op == rx.vlan.op && there->vlan.vid == rx.vlan.vid) {
		wiring_plug_set(there, plug, notes);
		return 0;
	}
	if (there != NULL)
		return spp_error(err, EEXIST, "%s is plugged with another --vlan (unplug it first)",
				 spp_port_format(plug->vhost, name));
	if (sw->nb_rx == SPP_SIDE_MAX || sw->nb_tx == SPP_SIDE_MAX)
		return spp_error(err, ENOSPC, "%s has %d ports (that is the most)",
				 spp_component_label(sw, label, sizeof(label)), SPP_SIDE_MAX);
	sw->rx[sw->nb_rx++] = rx;
	sw->tx[sw->nb_tx++] = tx;
	return 0;
}

int
wiring_plug_switch(struct wiring *wiring, const struct wiring_plug *plug, json_t *notes,
		   struct spp_error *err)
{
	struct spp_model *model = &wiring->model;
	bool was = wiring_is_switched(wiring, plug->vhost);
	struct spp_table_entry entry = plug->entry;
	struct spp_port nic = {.kind = SPP_PORT_NIC};
	char name[SPP_PORT_TEXT_SIZE];
	uint32_t before = model->nb_entries;
	int sw = -1, ret = 0;

	if (!wiring_is_plugged(wiring, plug->vhost))
		ret = mirror_refuse(wiring, plug->vhost, err);
	if (ret == 0)
		ret = find_switch(wiring, plug, &nic, &sw, err);
	if (ret == 0)
		ret = check_port(model, plug->vhost, sw, err);
	if (ret == 0)
		ret = wiring_check_entry(wiring, &plug->entry, plug->vhost, err);
	if (ret == 0 && sw < 0) {
		take_left_over(wiring, nic, notes);
		ret = check_port(model, nic, -1, err);
		if (ret == 0 && wiring_add(wiring, SPP_SWITCH, nic, nic, err) == NULL)
			ret = -ENOSPC;
		if (ret == 0)
			ret = wiring_add_default(wiring, nic, err);
		sw = (int)model->nb_components - 1;
	}
	if (ret == 0)
		ret = join(&model->components[sw], plug, notes, err);
	entry.port = plug->vhost;
	if (ret == 0)
		ret = wiring_add_entry(wiring, &entry, err);
	if (ret == 0)
		ret = wiring_plug_label(wiring, plug, was, notes, err);
	if (ret == 0 && was)
		wiring_note(notes, "%s is plugged already: %s", spp_port_format(plug->vhost, name),
			    model->nb_entries > before ? "only the address is new"
						       : "nothing to do");
	return ret;
}

static void
leave(struct spp_attachment *ports, uint16_t *nb, struct spp_port port)
{
	uint16_t i = 0;

	while (i < *nb && !spp_port_equal(ports[i].port, port))
		i++;
	if (i == *nb)
		return;
	(*nb)--;
	memmove(&ports[i], &ports[i + 1], (size_t)(*nb - i) * sizeof(ports[0]));
}

/* The port, or where its ring leads by a mirror that was put in. */
static struct spp_port
past_mirror(const struct wiring *wiring, struct spp_port port, enum spp_side side)
{
	int i = port.kind == SPP_PORT_RING && side == SPP_TX
			? spp_model_find_port(&wiring->model, port, SPP_RX)
			: -1;
	const struct spp_component *mirror = i >= 0 ? &wiring->model.components[i] : NULL;

	if (side == SPP_RX)
		return mirror_before(wiring, port);
	return mirror != NULL && mirror->nb_tx > 0 &&
			       spp_port_equal(mirror_past(wiring, mirror->tx[0].port, SPP_TX), port)
		       ? mirror->tx[0].port
		       : port;
}

/* No guest is left, at either side: with the one NIC it would send nothing to anybody. */
static bool
is_lonely(const struct wiring *wiring, const struct spp_component *sw)
{
	return sw->nb_rx <= 1 && sw->nb_tx <= 1 &&
	       (sw->nb_rx == 0 || spp_port_is_wire(past_mirror(wiring, sw->rx[0].port, SPP_RX))) &&
	       (sw->nb_tx == 0 || spp_port_is_wire(past_mirror(wiring, sw->tx[0].port, SPP_TX)));
}

/* Position of the switch that has the NIC, by mirrors or not; -1. */
static int
switch_with(const struct wiring *wiring, struct spp_port nic)
{
	const struct spp_model *model = &wiring->model;
	int i = switch_of(model, mirror_past(wiring, nic, SPP_RX), SPP_RX);

	return i >= 0 ? i : switch_of(model, mirror_past(wiring, nic, SPP_TX), SPP_TX);
}

bool
wiring_switch_nic(const struct wiring *wiring, struct spp_port vhost, struct spp_port *nic)
{
	int i = switch_of(&wiring->model, vhost, SPP_RX);
	const struct spp_component *sw = i >= 0 ? &wiring->model.components[i] : NULL;

	for (unsigned int j = 0; sw != NULL && j < sw->nb_rx; j++) {
		*nic = past_mirror(wiring, sw->rx[j].port, SPP_RX);
		if (spp_port_is_wire(*nic))
			return true;
	}
	return false;
}

bool
wiring_switch_is_empty(const struct wiring *wiring, struct spp_port nic)
{
	int i = switch_with(wiring, nic);

	return i >= 0 && is_lonely(wiring, &wiring->model.components[i]);
}

/* Mirrors of its NIC are in its way: who can end them has to, and calls wiring_remove_switch(). */
static bool
is_mirrored(const struct spp_component *sw)
{
	return (sw->nb_rx > 0 && sw->rx[0].port.kind == SPP_PORT_RING) ||
	       (sw->nb_tx > 0 && sw->tx[0].port.kind == SPP_PORT_RING);
}

static void
remove_switch(struct wiring *wiring, int i, json_t *notes)
{
	const struct spp_component *sw = &wiring->model.components[i];

	wiring_note(notes, "that was its last VM: the switch goes, too");
	if (sw->nb_tx > 0)
		wiring_remove_default(wiring, sw->tx[0].port);
	spp_model_remove(&wiring->model, (unsigned int)i);
}

void
wiring_remove_switch(struct wiring *wiring, struct spp_port nic, json_t *notes)
{
	int i = switch_with(wiring, nic);

	if (i >= 0)
		remove_switch(wiring, i, notes);
}

void
wiring_unplug_switch(struct wiring *wiring, struct spp_port vhost, json_t *notes)
{
	struct spp_model *model = &wiring->model;
	struct spp_component *sw;
	int i = switch_of(model, vhost, SPP_RX);

	if (i < 0)
		i = switch_of(model, vhost, SPP_TX);
	sw = &model->components[i];
	leave(sw->rx, &sw->nb_rx, vhost);
	leave(sw->tx, &sw->nb_tx, vhost);
	wiring_remove_entries(wiring, vhost);
	spp_model_set_label(model, vhost, "");
	if (is_lonely(wiring, sw) && !is_mirrored(sw))
		remove_switch(wiring, i, notes);
}
