/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The NIC's side of a plug: classifier, merge, and the two rings of a vhost at them. See
 * plug_nic.h.
 */
#include "change/plug_nic.h"

#include <stdio.h>
#include <string.h>

#include "change/core.h"
#include "change/entries.h"
#include "change/mirror_look.h"
#include "wiring/model.h"
#include "wiring/names.h"

/* The ring of a vhost, as an operating rule: the one by which its guest receives (SPP_RX) is vhost
 * number x 2, the other one the next. */
struct spp_port
wiring_ring_of(struct spp_port vhost, enum spp_side side)
{
	return (struct spp_port){.kind = SPP_PORT_RING,
				 .index = (uint16_t)(2 * vhost.index + (side == SPP_RX ? 0 : 1))};
}

static int
user_of_type(const struct spp_model *model, struct spp_port port, enum spp_side side,
	     unsigned int type)
{
	int i = spp_model_find_port(model, port, side);

	return i >= 0 && model->components[i].type == type ? i : -1;
}

/* "nic0 nic1" of what the process has of a kind, "none". */
static const char *
port_list(const struct wiring *wiring, enum spp_port_kind kind, char *text, size_t size)
{
	struct spp_port port = {.kind = (uint8_t)kind};
	char name[SPP_PORT_TEXT_SIZE];
	size_t used = 0;

	snprintf(text, size, "none");
	for (unsigned int i = 0; i < spp_port_kind_nb(kind) && used < size; i++) {
		port.index = (uint16_t)i;
		if (wiring->inventory.present[spp_port_id(port)])
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used > 0 ? " " : "", spp_port_format(port, name));
	}
	return text;
}

/* Whether the process has a vhost is not known before it is used for the first time; whether it has
 * the rings that belong to it is. */
int
wiring_check_rings(const struct wiring *wiring, struct spp_port vhost, struct spp_error *err)
{
	struct spp_port to = wiring_ring_of(vhost, SPP_RX), from = wiring_ring_of(vhost, SPP_TX);
	char name[SPP_PORT_TEXT_SIZE], list[200];

	if (wiring->inventory.present[spp_port_id(to)] &&
	    wiring->inventory.present[spp_port_id(from)])
		return 0;
	return spp_error(
		err, EBUSY,
		"%s would need ring%u and ring%u, and vf%u has not both (its rings: %s; "
		"its vhosts: %s)",
		spp_port_format(vhost, name), to.index, from.index, wiring->inventory.process_id,
		port_list(wiring, SPP_PORT_RING, list, sizeof(list) / 2),
		port_list(wiring, SPP_PORT_VHOST, list + sizeof(list) / 2, sizeof(list) / 2));
}

int
wiring_check_ring(const struct spp_model *model, struct spp_port ring, enum spp_side side,
		  unsigned int type, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];
	int user = spp_model_find_port(model, ring, side);

	if (user < 0 || model->components[user].type == type)
		return 0;
	return spp_error(err, EBUSY, "%s is %s port of %s (this vhost needs it: remove that one)",
			 spp_port_format(ring, name), side == SPP_RX ? "rx" : "tx",
			 spp_component_label(&model->components[user], label, sizeof(label)));
}

int
wiring_choose_nic(const struct wiring *wiring, int wanted, struct spp_port *nic,
		  struct spp_error *err)
{
	unsigned int nb = 0;
	char list[200], name[SPP_PORT_TEXT_SIZE];

	*nic = spp_port_from_id(wanted < 0 ? 0 : (unsigned int)wanted);
	if (wanted >= 0 && wiring->inventory.present[spp_port_id(*nic)])
		return 0;
	if (wanted >= 0) {
		const char *has = port_list(wiring, SPP_PORT_NIC, list, sizeof(list));

		if (strcmp(has, "none") == 0)
			has = port_list(wiring, SPP_PORT_UPLINK, list, sizeof(list));
		return spp_error(err, EINVAL, "--nic %s: vf%u has no such NIC (it has: %s)",
				 spp_port_format(*nic, name), wiring->inventory.process_id, has);
	}
	for (unsigned int i = 0; i < SPP_END_MAX; i++) {
		if (!wiring->inventory.present[i] || !spp_port_is_wire(spp_port_from_id(i)))
			continue;
		*nic = spp_port_from_id(i);
		nb++;
	}
	if (nb == 1)
		return 0;
	return spp_error(
		err, EINVAL,
		nb == 0 ? "vf%u has no NIC yet: say which with --nic nicN or uplinkN"
			: "vf%u may use several NICs: say which with --nic nicN or uplinkN",
		wiring->inventory.process_id);
}

static void
leave(struct spp_component *component, struct spp_port ring, enum spp_side side)
{
	struct spp_attachment *ports = side == SPP_RX ? component->rx : component->tx;
	uint16_t *nb = side == SPP_RX ? &component->nb_rx : &component->nb_tx, i = 0;

	while (!spp_port_equal(ports[i].port, ring))
		i++;
	(*nb)--;
	memmove(&ports[i], &ports[i + 1], (size_t)(*nb - i) * sizeof(ports[0]));
}

/* Make the ring a port of the NIC's classifier or merge, which is made if there is none. If it is
 * still a port of another NIC's, to which its vhost was plugged before, it is taken away there. A
 * mirror stays between it and the NIC. */
static int
join(struct wiring *wiring, unsigned int type, struct spp_port ring, struct spp_port nic,
     struct spp_error *err)
{
	struct spp_model *model = &wiring->model;
	enum spp_side nic_side = type == SPP_CLASSIFIER ? SPP_RX : SPP_TX;
	enum spp_side ring_side = type == SPP_CLASSIFIER ? SPP_TX : SPP_RX;
	struct spp_component *component;
	char name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];
	struct spp_attachment *side;
	struct spp_port end;
	uint16_t *nb;
	int i, other;

	end = mirror_past(wiring, nic, nic_side);
	i = spp_model_find_port(model, end, nic_side);
	other = spp_model_find_port(model, ring, ring_side);
	if (other >= 0 && other == i)
		return 0;
	if (other >= 0)
		leave(&model->components[other], ring, ring_side);
	if (i < 0)
		return wiring_add(wiring, type, type == SPP_CLASSIFIER ? end : ring,
				  type == SPP_CLASSIFIER ? ring : end, err) != NULL
			       ? 0
			       : -ENOSPC;
	component = &model->components[i];
	if (component->type != type)
		return spp_error(err, EBUSY, "%s is %s port of %s (a %s is needed there)",
				 spp_port_format(nic, name), nic_side == SPP_RX ? "rx" : "tx",
				 spp_component_label(component, label, sizeof(label)),
				 spp_type_name(type));
	side = type == SPP_CLASSIFIER ? component->tx : component->rx;
	nb = type == SPP_CLASSIFIER ? &component->nb_tx : &component->nb_rx;
	if (*nb == SPP_SIDE_MAX)
		return spp_error(err, ENOSPC, "%s has %d ports (that is the most)",
				 spp_component_label(component, label, sizeof(label)),
				 SPP_SIDE_MAX);
	side[(*nb)++] = (struct spp_attachment){.port = ring};
	return 0;
}

/* The NIC to plug to: the one whose classifier has the vhost's ring already; else the one asked
 * for; else the only one that has a classifier; else the only one there is. */
static int
find_nic(const struct wiring *wiring, const struct wiring_plug *plug, bool was,
	 struct spp_port *nic, struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	int only = user_of_type(model, wiring_ring_of(plug->vhost, SPP_RX), SPP_TX, SPP_CLASSIFIER);
	char name[SPP_PORT_TEXT_SIZE], other[SPP_PORT_TEXT_SIZE];

	if (only >= 0 && model->components[only].nb_rx > 0) {
		*nic = mirror_before(wiring, model->components[only].rx[0].port);
		if (plug->nic < 0 || (int)spp_port_id(*nic) == plug->nic)
			return 0;
		if (was)
			return spp_error(err, EEXIST, "%s is plugged to %s (unplug it first)",
					 spp_port_format(plug->vhost, name),
					 spp_port_format(*nic, other));
	}
	only = -1;
	for (unsigned int i = 0; i < model->nb_components && plug->nic < 0; i++) {
		const struct spp_component *component = &model->components[i];
		struct spp_port wire;

		if (component->type != SPP_CLASSIFIER || component->nb_rx == 0)
			continue;
		wire = mirror_before(wiring, component->rx[0].port);
		if (only >= 0 && !spp_port_equal(wire, *nic))
			return spp_error(err, EINVAL,
					 "vf%u has several classifiers: say which NIC with --nic "
					 "nicN",
					 wiring->inventory.process_id);
		only = (int)i;
		*nic = wire;
	}
	return only >= 0 ? 0 : wiring_choose_nic(wiring, plug->nic, nic, err);
}

/* A NIC has either a classifier and a merge, or a switch. */
static int
check_nic(const struct wiring *wiring, struct spp_port nic, struct spp_error *err)
{
	int i = user_of_type(&wiring->model, mirror_past(wiring, nic, SPP_RX), SPP_RX, SPP_SWITCH);
	char name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];

	if (i < 0)
		return 0;
	return spp_error(
		err, EBUSY,
		"%s is rx port of %s (a classifier is needed there, or plug with --switch)",
		spp_port_format(nic, name),
		spp_component_label(&wiring->model.components[i], label, sizeof(label)));
}

int
wiring_plug_nic(struct wiring *wiring, const struct wiring_plug *plug, bool was,
		struct spp_error *err)
{
	struct spp_port to = wiring_ring_of(plug->vhost, SPP_RX);
	struct spp_port from = wiring_ring_of(plug->vhost, SPP_TX), nic;
	int ret = find_nic(wiring, plug, was, &nic, err);

	if (ret == 0)
		ret = check_nic(wiring, nic, err);
	if (ret == 0)
		ret = wiring_check_rings(wiring, plug->vhost, err);
	if (ret == 0)
		ret = wiring_check_entry(wiring, &plug->entry, to, err);
	if (ret == 0)
		ret = wiring_check_ring(&wiring->model, to, SPP_TX, SPP_CLASSIFIER, err);
	if (ret == 0)
		ret = wiring_check_ring(&wiring->model, from, SPP_RX, SPP_MERGE, err);
	if (ret == 0)
		ret = join(wiring, SPP_CLASSIFIER, to, nic, err);
	if (ret == 0)
		ret = join(wiring, SPP_MERGE, from, nic, err);
	return ret;
}

bool
wiring_plug_nic_of(const struct wiring *wiring, struct spp_port vhost)
{
	return user_of_type(&wiring->model, wiring_ring_of(vhost, SPP_RX), SPP_TX,
			    SPP_CLASSIFIER) >= 0 ||
	       user_of_type(&wiring->model, wiring_ring_of(vhost, SPP_TX), SPP_RX, SPP_MERGE) >= 0;
}

void
wiring_unplug_nic(struct wiring *wiring, struct spp_port vhost)
{
	struct spp_model *model = &wiring->model;

	for (enum spp_side side = SPP_RX; side <= SPP_TX; side++) {
		struct spp_port ring = wiring_ring_of(vhost, side);
		enum spp_side end = side == SPP_RX ? SPP_TX : SPP_RX;
		int i = user_of_type(model, ring, end, side == SPP_RX ? SPP_CLASSIFIER : SPP_MERGE);
		struct spp_component *component = i >= 0 ? &model->components[i] : NULL;

		if (component == NULL)
			continue;
		leave(component, ring, end);
		if ((end == SPP_TX ? component->nb_tx : component->nb_rx) == 0)
			spp_model_remove(model, (unsigned int)i);
	}
}
