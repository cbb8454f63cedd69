/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Table entries of a vhost that is plugged or unplugged. See entries.h.
 */
#include "change/entries.h"

#include <string.h>

#include "wiring/entry.h"
#include "wiring/model.h"
#include "wiring/names.h"

/* The vhost that has what comes by the ring; of a wiring that plug made without one, by number. */
static unsigned int
vhost_behind(const struct spp_model *model, struct spp_port ring)
{
	int i = spp_model_find_port(model, ring, SPP_RX);
	const struct spp_component *user = i >= 0 ? &model->components[i] : NULL;

	if (user != NULL && (user->type == SPP_FORWARD || user->type == SPP_MIRROR) &&
	    user->nb_tx > 0 && user->tx[0].port.kind == SPP_PORT_VHOST)
		return user->tx[0].port.index;
	return ring.index / 2;
}

/* How to free an address: whose it is. */
static int
complain_taken(const struct spp_model *model, const struct spp_table_entry *entry,
	       struct spp_error *err)
{
	char value[SPP_TABLE_TEXT_SIZE], ports[SPP_ENTRY_TEXT_SIZE];
	unsigned int vhost;

	spp_table_value_format(entry, value);
	spp_entry_ports_format(entry, ports);
	if (entry->nb_more == 0 && entry->port.kind == SPP_PORT_RING) {
		vhost = vhost_behind(model, entry->port);
		return spp_error(err, EEXIST,
				 "%s leads to %s already, that is vhost%u (`sppctl unplug "
				 "vhost%u` first)",
				 value, ports, vhost, vhost);
	}
	if (entry->nb_more == 0 && entry->port.kind == SPP_PORT_VHOST)
		return spp_error(err, EEXIST, "%s leads to %s already (`sppctl unplug %s` first)",
				 value, ports, ports);
	return spp_error(err, EEXIST, "%s leads to %s already (remove that entry first)", value,
			 ports);
}

int
wiring_check_entry(const struct wiring *wiring, const struct spp_table_entry *key,
		   struct spp_port port, struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;

	for (unsigned int i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		if (entry->vid == key->vid && entry->is_default == key->is_default &&
		    memcmp(entry->mac, key->mac, sizeof(entry->mac)) == 0 &&
		    !spp_entry_leads_to(entry, port))
			return complain_taken(model, entry, err);
	}
	return 0;
}

static void
remove_from(struct wiring *wiring, unsigned int i, struct spp_port port)
{
	struct spp_table_entry *entry = &wiring->model.entries[i], key = *entry;

	if (entry->nb_more > 0)
		spp_entry_remove_port(entry, port);
	else
		spp_table_remove(&wiring->index, &wiring->model, &key);
}

int
wiring_add_entry(struct wiring *wiring, const struct spp_table_entry *entry, struct spp_error *err)
{
	const struct spp_table_entry *there = spp_table_find(&wiring->index, &wiring->model, entry);

	if (there != NULL && spp_entry_leads_to(there, entry->port))
		return 0;
	return spp_table_add(&wiring->index, &wiring->model, entry, err);
}

bool
wiring_remove_entry(struct wiring *wiring, const struct spp_table_entry *entry)
{
	const struct spp_table_entry *there = spp_table_find(&wiring->index, &wiring->model, entry);

	if (there == NULL || !spp_entry_leads_to(there, entry->port))
		return false;
	remove_from(wiring, (unsigned int)(there - wiring->model.entries), entry->port);
	return true;
}

unsigned int
wiring_remove_entries(struct wiring *wiring, struct spp_port port)
{
	unsigned int nb = 0;

	/* Entries move when one is removed, so from the end. */
	for (unsigned int i = wiring->model.nb_entries; i-- > 0;) {
		if (!spp_entry_leads_to(&wiring->model.entries[i], port))
			continue;
		remove_from(wiring, i, port);
		nb++;
	}
	return nb;
}

/* Position of the `default` of no VLAN, or nb_entries. */
static unsigned int
find_default(const struct spp_model *model)
{
	unsigned int i = 0;

	while (i < model->nb_entries &&
	       !(model->entries[i].is_default && model->entries[i].vid == SPP_VID_NONE))
		i++;
	return i;
}

int
wiring_add_default(struct wiring *wiring, struct spp_port port, struct spp_error *err)
{
	struct spp_table_entry entry = {.vid = SPP_VID_NONE, .is_default = true, .port = port};
	struct spp_model *model = &wiring->model;
	unsigned int i = find_default(model);

	if (i == model->nb_entries)
		return spp_table_add(&wiring->index, model, &entry, err);
	if (spp_entry_leads_to(&model->entries[i], port))
		return 0;
	return spp_entry_add_port(&model->entries[i], port, err);
}

void
wiring_remove_default(struct wiring *wiring, struct spp_port port)
{
	unsigned int i = find_default(&wiring->model);

	if (i < wiring->model.nb_entries && spp_entry_leads_to(&wiring->model.entries[i], port))
		remove_from(wiring, i, port);
}
