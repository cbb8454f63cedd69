/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See mirror_switch.h.
 */
#include "change/mirror_switch.h"

#include "change/note.h"
#include "change/plug_switch.h"
#include "wiring/names.h"

void
host_end_mirrors(const struct host *host, struct host_port at, json_t *notes)
{
	char name[SPP_PORT_TEXT_SIZE];

	if (host_unmirror(host, at, NULL, MIRROR_RX | MIRROR_TX) > 0)
		wiring_note(notes, "%s is mirrored no more", spp_port_format(at.port, name));
}

struct host_port
host_switch_nic(struct host_port at)
{
	struct host_port nic = {.wiring = at.wiring};

	if (at.wiring == NULL || !wiring_switch_nic(at.wiring, at.port, &nic.port))
		nic.wiring = NULL;
	return nic;
}

void
host_end_switch(const struct host *host, struct host_port nic, json_t *notes)
{
	if (nic.wiring == NULL || !wiring_switch_is_empty(nic.wiring, nic.port))
		return;
	host_end_mirrors(host, nic, notes);
	wiring_remove_switch(nic.wiring, nic.port, notes);
}
