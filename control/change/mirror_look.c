/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where mirrors are. See mirror_look.h.
 */
#include "change/mirror_look.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wiring/names.h"

const char *
mirror_name(struct spp_port port, enum spp_side side, char name[SPP_NAME_MAX + 1])
{
	char text[SPP_PORT_TEXT_SIZE];

	snprintf(name, SPP_NAME_MAX + 1, "mirror_%s_%s", spp_port_format(port, text),
		 side == SPP_RX ? "rx" : "tx");
	return name;
}

int
mirror_find(const struct wiring *wiring, struct spp_port port, enum spp_side side)
{
	int i = spp_model_find_port(&wiring->model, port, side);
	const struct spp_component *component = i >= 0 ? &wiring->model.components[i] : NULL;

	if (component == NULL || component->type != SPP_MIRROR || component->nb_rx != 1 ||
	    !spp_port_equal((side == SPP_RX ? component->rx : component->tx)[0].port, port))
		return -1;
	return i;
}

bool
mirror_is_collector(const struct spp_component *component)
{
	return component->type == SPP_MERGE && component->nb_tx == 1 &&
	       strncmp(component->name, MIRROR_COLLECTOR, strlen(MIRROR_COLLECTOR)) == 0;
}

struct spp_port
mirror_past(const struct wiring *wiring, struct spp_port port, enum spp_side side)
{
	int i = mirror_find(wiring, port, side);
	const struct spp_component *mirror = i >= 0 ? &wiring->model.components[i] : NULL;
	char name[SPP_NAME_MAX + 1];
	struct spp_port end;

	if (mirror == NULL || strcmp(mirror->name, mirror_name(port, side, name)) != 0)
		return port;
	end = (side == SPP_RX ? mirror->tx : mirror->rx)[0].port;
	return end.kind == SPP_PORT_RING ? end : port;
}

struct spp_port
mirror_before(const struct wiring *wiring, struct spp_port ring)
{
	int i = ring.kind == SPP_PORT_RING ? spp_model_find_port(&wiring->model, ring, SPP_TX) : -1;
	const struct spp_component *mirror = i >= 0 ? &wiring->model.components[i] : NULL;
	char name[SPP_NAME_MAX + 1];

	return mirror != NULL && mirror->type == SPP_MIRROR && mirror->nb_rx == 1 &&
			       strcmp(mirror->name,
				      mirror_name(mirror->rx[0].port, SPP_RX, name)) == 0 &&
			       spp_port_equal(mirror->tx[0].port, ring)
		       ? mirror->rx[0].port
		       : ring;
}

int
mirror_refuse(const struct wiring *wiring, struct spp_port port, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE];

	if (mirror_find(wiring, port, SPP_RX) < 0 && mirror_find(wiring, port, SPP_TX) < 0)
		return 0;
	spp_port_format(port, name);
	return spp_error(err, EBUSY, "%s is mirrored: `sppctl unmirror %s` first", name, name);
}
