/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Rings between the spp_vf of a host. See host.h.
 */
#include "change/host.h"

#include "change/plug.h"
#include "wiring/names.h"

struct wiring *
host_ring_end(const struct host *host, struct spp_port ring, enum spp_side side,
	      const struct wiring * not)
{
	for (unsigned int i = 0; i < host->nb; i++)
		if (host->wirings[i] !=
		    not&&spp_model_find_port(&host->wirings[i]->model, ring, side) >= 0)
			return host->wirings[i];
	return NULL;
}

static bool
is_free(const struct host *host, struct spp_port ring)
{
	return !host->taken[ring.index] && host_ring_end(host, ring, SPP_RX, NULL) == NULL &&
	       host_ring_end(host, ring, SPP_TX, NULL) == NULL;
}

int
host_free_rings(const struct host *host, const struct wiring *a, const struct wiring *b,
		struct spp_port *rings, unsigned int nb, struct spp_error *err)
{
	struct spp_port ring = {.kind = SPP_PORT_RING};
	unsigned int found = 0;

	for (unsigned int i = SPP_RING_MAX; i-- > 0 && found < nb;) {
		ring.index = (uint16_t)i;
		if (a->inventory.present[spp_port_id(ring)] &&
		    b->inventory.present[spp_port_id(ring)] && is_free(host, ring))
			rings[found++] = ring;
	}
	if (found == nb)
		return 0;
	if (a == b)
		return spp_error(err, ENOSPC,
				 "vf%u needs a ring that nobody uses, and there is none (remove "
				 "what uses one, or start spp_primary with a larger -n)",
				 a->inventory.process_id);
	return spp_error(err, ENOSPC,
			 "vf%u and vf%u need %u rings that both have and nobody uses, there %s %u "
			 "(remove what uses others, or start spp_primary with a larger -n)",
			 a->inventory.process_id, b->inventory.process_id, nb,
			 found == 1 ? "is" : "are", found);
}

struct wiring *
host_wire_of(const struct host *host, struct wiring *guest, struct spp_port vhost)
{
	struct spp_port to = wiring_ring_of(vhost, SPP_RX), from = wiring_ring_of(vhost, SPP_TX);
	struct wiring *other = NULL;

	if (vhost.kind != SPP_PORT_VHOST || !wiring_is_plugged(guest, vhost))
		return guest;
	if (spp_model_find_port(&guest->model, to, SPP_TX) < 0)
		other = host_ring_end(host, to, SPP_TX, guest);
	if (other == NULL && spp_model_find_port(&guest->model, from, SPP_RX) < 0)
		other = host_ring_end(host, from, SPP_RX, guest);
	return other != NULL ? other : guest;
}
