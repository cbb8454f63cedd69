/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `plug` and `unplug`: what the founding document does when a VM starts and stops. See wiring.h.
 *
 *     NIC -> classifier -> ring 2N   -> forward -> vhost N
 *     NIC <- merge      <- ring 2N+1 <- forward <- vhost N
 */
#include <string.h>

#include "names.h"
#include "wiring.h"

#define LABEL_SIZE (SPP_NAME_MAX + 32)

struct spp_port
wiring_ring(struct spp_port vhost, enum spp_side side)
{
	/* rx: what the vhost's guest receives */
	return (struct spp_port){.kind = SPP_PORT_RING,
				 .index = (uint16_t)(2 * vhost.index + (side == SPP_RX ? 0 : 1))};
}

/* Position of the component that has the port on this side, if it is of the type; -1. */
static int
user_of_type(const struct spp_model *model, struct spp_port port, enum spp_side side,
	     unsigned int type)
{
	int i = spp_model_find_port(model, port, side);

	return i >= 0 && model->components[i].type == type ? i : -1;
}

/* The forward from `rx` to `tx`, or -1. */
static int
forward_between(const struct spp_model *model, struct spp_port rx, struct spp_port tx)
{
	int i = user_of_type(model, rx, SPP_RX, SPP_FORWARD);

	if (i < 0 || model->components[i].nb_tx != 1 ||
	    !spp_port_equal(model->components[i].tx[0].port, tx))
		return -1;
	return i;
}

bool
wiring_is_plugged(const struct wiring *wiring, struct spp_port vhost)
{
	const struct spp_model *model = &wiring->model;

	return forward_between(model, wiring_ring(vhost, SPP_RX), vhost) >= 0 ||
	       forward_between(model, vhost, wiring_ring(vhost, SPP_TX)) >= 0;
}

/* "nic0 nic1" of what the process has of a kind, "none". */
static const char *
port_list(const struct wiring *wiring, enum spp_port_kind kind, unsigned int nb, char *text,
	  size_t size)
{
	struct spp_port port = {.kind = (uint8_t)kind};
	char name[SPP_PORT_TEXT_SIZE];
	size_t used = 0;

	snprintf(text, size, "none");
	for (unsigned int i = 0; i < nb && used < size; i++) {
		port.index = (uint16_t)i;
		if (wiring->inventory.present[spp_port_id(port)])
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used > 0 ? " " : "", spp_port_format(port, name));
	}
	return text;
}

/* Of a vhost that is made on first use nobody knows before; its rings tell. */
static int
check_rings(const struct wiring *wiring, struct spp_port vhost, struct spp_error *err)
{
	struct spp_port to = wiring_ring(vhost, SPP_RX), from = wiring_ring(vhost, SPP_TX);
	char name[SPP_PORT_TEXT_SIZE], list[200];

	if (wiring->inventory.present[spp_port_id(to)] &&
	    wiring->inventory.present[spp_port_id(from)])
		return 0;
	return spp_error(err, EBUSY,
			 "%s would need ring%u and ring%u, and vf%u has not both (its rings: %s; "
			 "its vhosts: %s)",
			 spp_port_format(vhost, name), to.index, from.index,
			 wiring->inventory.process_id,
			 port_list(wiring, SPP_PORT_RING, SPP_RING_MAX, list, sizeof(list) / 2),
			 port_list(wiring, SPP_PORT_VHOST, SPP_VHOST_MAX, list + sizeof(list) / 2,
				   sizeof(list) / 2));
}

/* The other end of a forward from (or to) the vhost that is no ring of its own. */
static int
check_vhost(const struct wiring *wiring, struct spp_port vhost, struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	char name[SPP_PORT_TEXT_SIZE], label[LABEL_SIZE];
	int to = spp_model_find_port(model, vhost, SPP_TX);
	int from = spp_model_find_port(model, vhost, SPP_RX), other;

	other = to >= 0 && to != forward_between(model, wiring_ring(vhost, SPP_RX), vhost) ? to
		: from >= 0 && from != forward_between(model, vhost, wiring_ring(vhost, SPP_TX))
			? from
			: -1;
	if (other < 0)
		return 0;
	spp_port_format(vhost, name);
	return spp_error(
		err, EBUSY, "%s is in use by %s (is it patched? `sppctl unpatch %s` first)", name,
		spp_component_label(&model->components[other], label, sizeof(label)), name);
}

static int
check_ring(const struct spp_model *model, struct spp_port ring, enum spp_side side,
	   unsigned int type, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE], label[LABEL_SIZE];
	int user = spp_model_find_port(model, ring, side);

	if (user < 0 || model->components[user].type == type)
		return 0;
	return spp_error(err, EBUSY, "%s is %s port of %s (this vhost needs it: remove that one)",
			 spp_port_format(ring, name), side == SPP_RX ? "rx" : "tx",
			 spp_component_label(&model->components[user], label, sizeof(label)));
}

/* The MAC must not lead elsewhere: somebody would lose its packets. */
static int
check_entry(const struct wiring *wiring, const struct wiring_plug *plug, struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	struct spp_port ring = wiring_ring(plug->vhost, SPP_RX);
	char value[SPP_TABLE_TEXT_SIZE], port[SPP_PORT_TEXT_SIZE];

	for (unsigned int i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		if (entry->vid != plug->entry.vid || entry->is_default != plug->entry.is_default ||
		    memcmp(entry->mac, plug->entry.mac, sizeof(entry->mac)) != 0 ||
		    spp_port_equal(entry->port, ring))
			continue;
		spp_table_value_format(entry, value);
		if (entry->port.kind == SPP_PORT_RING)
			return spp_error(err, EEXIST,
					 "%s leads to %s already, that is vhost%u (`sppctl unplug "
					 "vhost%u` first)",
					 value, spp_port_format(entry->port, port),
					 entry->port.index / 2, entry->port.index / 2);
		return spp_error(err, EEXIST, "%s leads to %s already (remove that entry first)",
				 value, spp_port_format(entry->port, port));
	}
	return 0;
}

static int
choose_nic(const struct wiring *wiring, int wanted, struct spp_port *nic, struct spp_error *err)
{
	unsigned int nb = 0;
	char list[200];

	*nic = (struct spp_port){.kind = SPP_PORT_NIC,
				 .index = (uint16_t)(wanted < 0 ? 0 : wanted)};
	if (wanted >= 0 && wiring->inventory.present[spp_port_id(*nic)])
		return 0;
	if (wanted >= 0)
		return spp_error(err, EINVAL, "--nic nic%d: vf%u has no such NIC (it has: %s)",
				 wanted, wiring->inventory.process_id,
				 port_list(wiring, SPP_PORT_NIC, SPP_NIC_MAX, list, sizeof(list)));
	for (unsigned int i = 0; i < SPP_NIC_MAX; i++) {
		if (!wiring->inventory.present[i])
			continue;
		nic->index = (uint16_t)i;
		nb++;
	}
	if (nb == 1)
		return 0;
	return spp_error(err, EINVAL,
			 nb == 0 ? "vf%u has no NIC yet: say which with --nic nicN"
				 : "vf%u may use several NICs: say which with --nic nicN",
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

/* The ring becomes a port of the NIC's classifier or merge, of a new one if there is none; it may
 * still be one of another NIC's, where its vhost was plugged before. */
static int
join(struct wiring *wiring, unsigned int type, struct spp_port ring, struct spp_port nic,
     struct spp_error *err)
{
	struct spp_model *model = &wiring->model;
	enum spp_side nic_side = type == SPP_CLASSIFIER ? SPP_RX : SPP_TX;
	enum spp_side ring_side = type == SPP_CLASSIFIER ? SPP_TX : SPP_RX;
	struct spp_component *component;
	char name[SPP_PORT_TEXT_SIZE], label[LABEL_SIZE];
	struct spp_attachment *side;
	uint16_t *nb;
	int i, other;

	i = spp_model_find_port(model, nic, nic_side);
	other = spp_model_find_port(model, ring, ring_side);
	if (other >= 0 && other == i)
		return 0;
	if (other >= 0)
		leave(&model->components[other], ring, ring_side);
	if (i < 0)
		return wiring_add(wiring, type, type == SPP_CLASSIFIER ? nic : ring,
				  type == SPP_CLASSIFIER ? ring : nic, err) != NULL
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

/* Where the vhost is plugged, what was asked for, where it was plugged, the only NIC wired so. */
static int
find_nic(const struct wiring *wiring, const struct wiring_plug *plug, struct spp_port *nic,
	 struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	int only = user_of_type(model, wiring_ring(plug->vhost, SPP_RX), SPP_TX, SPP_CLASSIFIER);
	char name[SPP_PORT_TEXT_SIZE], other[SPP_PORT_TEXT_SIZE];

	if (only >= 0 && model->components[only].nb_rx > 0) {
		*nic = model->components[only].rx[0].port;
		if (plug->nic < 0 || (nic->kind == SPP_PORT_NIC && nic->index == plug->nic))
			return 0;
		if (wiring_is_plugged(wiring, plug->vhost))
			return spp_error(err, EEXIST, "%s is plugged to %s (unplug it first)",
					 spp_port_format(plug->vhost, name),
					 spp_port_format(*nic, other));
	}
	only = -1;
	for (unsigned int i = 0; i < model->nb_components && plug->nic < 0; i++) {
		const struct spp_component *component = &model->components[i];

		if (component->type != SPP_CLASSIFIER || component->nb_rx == 0)
			continue;
		if (only >= 0 && !spp_port_equal(component->rx[0].port, *nic))
			return spp_error(err, EINVAL,
					 "vf%u has several classifiers: say which NIC with --nic "
					 "nicN",
					 wiring->inventory.process_id);
		only = (int)i;
		*nic = component->rx[0].port;
	}
	return only >= 0 ? 0 : choose_nic(wiring, plug->nic, nic, err);
}

/* One of the two forwards; there already is fine, with the same VLAN operation. */
static int
add_forward(struct wiring *wiring, struct spp_port rx, struct spp_port tx, struct spp_vlan rx_vlan,
	    struct spp_vlan tx_vlan, struct spp_error *err)
{
	struct spp_model *model = &wiring->model;
	struct spp_component *component;
	char label[LABEL_SIZE], name[SPP_PORT_TEXT_SIZE];
	int i = forward_between(model, rx, tx);

	if (i < 0) {
		component = wiring_add(wiring, SPP_FORWARD, rx, tx, err);
		if (component == NULL)
			return -ENOSPC;
		component->rx[0].vlan = rx_vlan;
		component->tx[0].vlan = tx_vlan;
		return 0;
	}
	component = &model->components[i];
	if (component->rx[0].vlan.op == rx_vlan.op && component->tx[0].vlan.op == tx_vlan.op &&
	    component->rx[0].vlan.vid == rx_vlan.vid)
		return 0;
	return spp_error(err, EEXIST, "%s is plugged with another --vlan (%s; unplug it first)",
			 spp_port_format(rx.kind == SPP_PORT_VHOST ? rx : tx, name),
			 spp_component_label(component, label, sizeof(label)));
}

static int
check_all(const struct wiring *wiring, const struct wiring_plug *plug, struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	struct spp_port to = wiring_ring(plug->vhost, SPP_RX);
	struct spp_port from = wiring_ring(plug->vhost, SPP_TX);
	int ret = check_rings(wiring, plug->vhost, err);

	if (ret == 0)
		ret = check_entry(wiring, plug, err);
	if (ret == 0)
		ret = check_vhost(wiring, plug->vhost, err);
	if (ret == 0)
		ret = check_ring(model, to, SPP_TX, SPP_CLASSIFIER, err);
	if (ret == 0)
		ret = check_ring(model, to, SPP_RX, SPP_FORWARD, err);
	if (ret == 0)
		ret = check_ring(model, from, SPP_TX, SPP_FORWARD, err);
	if (ret == 0)
		ret = check_ring(model, from, SPP_RX, SPP_MERGE, err);
	return ret;
}

int
wiring_plug(struct wiring *wiring, const struct wiring_plug *plug, json_t *notes,
	    struct spp_error *err)
{
	struct spp_port to = wiring_ring(plug->vhost, SPP_RX), nic;
	struct spp_port from = wiring_ring(plug->vhost, SPP_TX);
	bool tagged = plug->entry.vid != SPP_VID_NONE, was = wiring_is_plugged(wiring, plug->vhost);
	struct spp_vlan none = {0}, strip = {.op = tagged ? SPP_VLAN_DEL : SPP_VLAN_NONE};
	struct spp_vlan tag = {.op = tagged ? SPP_VLAN_ADD : SPP_VLAN_NONE,
			       .vid = tagged ? plug->entry.vid : 0};
	struct spp_table_entry entry = plug->entry;
	uint32_t before;
	char name[SPP_PORT_TEXT_SIZE];
	int ret = check_all(wiring, plug, err);

	if (ret == 0)
		ret = find_nic(wiring, plug, &nic, err);
	if (ret == 0)
		ret = join(wiring, SPP_CLASSIFIER, to, nic, err);
	if (ret == 0)
		ret = join(wiring, SPP_MERGE, from, nic, err);
	if (ret == 0)
		ret = add_forward(wiring, to, plug->vhost, none, strip, err);
	if (ret == 0)
		ret = add_forward(wiring, plug->vhost, from, tag, none, err);
	entry.port = to;
	before = wiring->model.nb_entries;
	if (ret == 0)
		ret = spp_table_add(&wiring->index, &wiring->model, &entry, err);
	if (ret == 0 && was)
		wiring_note(notes, "%s is plugged already: %s", spp_port_format(plug->vhost, name),
			    wiring->model.nb_entries > before ? "only the address is new"
							      : "nothing to do");
	return ret;
}

/* Every entry that leads to the ring; entries move when one is removed, so from the end. */
static void
remove_entries(struct wiring *wiring, struct spp_port ring)
{
	struct spp_model *model = &wiring->model;

	for (unsigned int i = model->nb_entries; i-- > 0;) {
		struct spp_table_entry entry = model->entries[i];

		if (spp_port_equal(entry.port, ring))
			spp_table_remove(&wiring->index, model, &entry);
	}
}

int
wiring_unplug(struct wiring *wiring, struct spp_port vhost, json_t *notes, struct spp_error *err)
{
	struct spp_port to = wiring_ring(vhost, SPP_RX), from = wiring_ring(vhost, SPP_TX);
	struct spp_model *model = &wiring->model;
	unsigned int nb = model->nb_components, nb_entries = model->nb_entries;
	char name[SPP_PORT_TEXT_SIZE];
	int i, ret = check_vhost(wiring, vhost, err);

	if (ret < 0)
		return ret;
	i = forward_between(model, to, vhost);
	if (i >= 0)
		spp_model_remove(model, (unsigned int)i);
	i = forward_between(model, vhost, from);
	if (i >= 0)
		spp_model_remove(model, (unsigned int)i);
	remove_entries(wiring, to);
	if (model->nb_components == nb && model->nb_entries == nb_entries)
		wiring_note(notes, "%s is not plugged: nothing to do",
			    spp_port_format(vhost, name));
	return 0;
}
