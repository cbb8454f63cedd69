/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A further address of a VM that is plugged, or one less. See address.h.
 */
#include "change/address.h"

#include <errno.h>

#include "change/entries.h"
#include "change/mirror_look.h"
#include "change/note.h"
#include "change/plug_switch.h"
#include "wiring/names.h"

/* A guest that was plugged with a VLAN sees no tags: of another VLAN it could not answer. */
static int
choose_vid(const struct wiring *wiring, struct spp_port vhost, struct spp_table_entry *entry,
	   struct spp_error *err)
{
	bool switched = wiring_is_switched(wiring, vhost);
	uint16_t vid = switched ? wiring_switch_vid(wiring, vhost) : wiring_plug_vid(wiring, vhost);
	char name[SPP_PORT_TEXT_SIZE];

	spp_port_format(vhost, name);
	if (!switched && !wiring_is_plugged(wiring, vhost))
		return spp_error(err, EBUSY, "%s is not plugged (`sppctl plug %s MAC` first)", name,
				 name);
	if (vid == SPP_VID_NONE)
		return 0;
	if (entry->vid != SPP_VID_NONE && entry->vid != vid)
		return spp_error(err, EEXIST,
				 "%s is plugged with --vlan %u: its answers go there, not to VLAN "
				 "%u",
				 name, vid, entry->vid);
	entry->vid = vid;
	return 0;
}

static int
add_address(struct wiring *wiring, struct spp_port vhost, const struct spp_table_entry *entry,
	    json_t *notes, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE], value[SPP_TABLE_TEXT_SIZE];
	uint32_t before = wiring->model.nb_entries;
	int ret = wiring_check_entry(wiring, entry, entry->port, err);

	if (ret == 0)
		ret = wiring_add_entry(wiring, entry, err);
	if (ret == 0 && wiring->model.nb_entries == before)
		wiring_note(notes, "%s leads to %s already: nothing to do",
			    spp_table_value_format(entry, value), spp_port_format(vhost, name));
	return ret;
}

static bool
leads_to(const struct spp_model *model, struct spp_port ring)
{
	for (unsigned int i = 0; i < model->nb_entries; i++)
		if (spp_entry_leads_to(&model->entries[i], ring))
			return true;
	return false;
}

static int
del_address(struct wiring *wiring, struct spp_port vhost, const struct spp_table_entry *entry,
	    json_t *notes, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE], value[SPP_TABLE_TEXT_SIZE];
	int ret = wiring_check_entry(wiring, entry, entry->port, err);

	if (ret < 0)
		return ret;
	spp_port_format(vhost, name);
	spp_table_value_format(entry, value);
	if (!wiring_remove_entry(wiring, entry)) {
		wiring_note(notes, "%s does not lead to %s: nothing to do", value, name);
		return 0;
	}
	if (!leads_to(&wiring->model, entry->port))
		wiring_note(notes,
			    "warning: %s was the last address of %s: nothing from the NIC "
			    "reaches its VM now",
			    value, name);
	return 0;
}

int
wiring_address(struct wiring *guest, struct wiring *wire, struct spp_port vhost,
	       const struct spp_table_entry *wanted, bool add, json_t *notes, struct spp_error *err)
{
	struct spp_table_entry entry = *wanted;
	int ret = 0;

	/* the switch leads it to a ring meanwhile */
	if (!wiring_is_plugged(guest, vhost))
		ret = mirror_refuse(guest, vhost, err);
	if (ret == 0)
		ret = choose_vid(guest, vhost, &entry, err);
	entry.port = wiring_is_switched(guest, vhost) ? vhost : wiring_ring_of(vhost, SPP_RX);
	if (ret < 0)
		return ret;
	return add ? add_address(wire, vhost, &entry, notes, err)
		   : del_address(wire, vhost, &entry, notes, err);
}
