/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stands in for src/ports.c: the ports of a VF are the fake ones, and every ring exists.
 */
#include "ports.h"

#include <string.h>

#include "fake_port.h"

int
spp_ports_init(struct spp_ports *ports, const struct spp_ports_config *config,
	       struct spp_inventory *inventory, struct spp_error *err)
{
	unsigned int id;

	memset(ports, 0, sizeof(*ports));
	ports->config = *config;
	ports->inventory = inventory;
	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		struct spp_port port = spp_port_from_id(id);

		inventory->usable[id] = port.kind == SPP_PORT_RING || fake_port(port) != NULL;
		inventory->present[id] = inventory->usable[id];
	}
	return 0;
}

void
spp_ports_fini(struct spp_ports *ports)
{
	ports->inventory = NULL;
}

int
spp_ports_acquire(struct spp_ports *ports, struct spp_port port, struct spp_error *err)
{
	if (!ports->inventory->usable[spp_port_id(port)])
		return spp_error(err, ENOENT, "no such fake port");
	return 0;
}

void
spp_ports_release(struct spp_ports *ports, struct spp_port port)
{
}

struct spp_dp_port *
spp_ports_dp(struct spp_ports *ports, struct spp_port port)
{
	struct fake_port *fake = fake_port(port);

	return fake != NULL ? &fake->dp : NULL;
}

bool
spp_ports_link_up(struct spp_ports *ports, struct spp_port port)
{
	return true;
}
