/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stands in for src/vf/ports.c: the ports of a VF are the fake ones, and every ring exists.
 */
#include "vf/ports.h"

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
	ports->rings.share = config->share;
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

int
spp_ports_open(struct spp_ports *ports, struct spp_error *err)
{
	return 0;
}

void
spp_ports_publish(struct spp_ports *ports)
{
}

void
spp_ports_release(struct spp_ports *ports, struct spp_port port, bool late)
{
	ports->state[spp_port_id(port)] = late ? SPP_PORT_LATE : SPP_PORT_FREE;
}

void
spp_ports_settle(struct spp_ports *ports, bool late)
{
	unsigned int id;

	for (id = 0; id < SPP_PORT_ID_MAX && !late; id++) {
		if (ports->state[id] == SPP_PORT_LATE)
			ports->state[id] = SPP_PORT_FREE;
	}
}

bool
spp_ports_is_late(const struct spp_ports *ports, struct spp_port port)
{
	return ports->state[spp_port_id(port)] == SPP_PORT_LATE;
}

struct spp_dp_port *
spp_ports_dp(struct spp_ports *ports, struct spp_port port)
{
	struct fake_port *fake = fake_port(port);

	return fake != NULL ? &fake->dp : NULL;
}

struct spp_dp_port *
spp_ports_announcer(const struct spp_ports *ports, struct spp_port uplink)
{
	return NULL; /* there is no fake uplink */
}

uint32_t
spp_ports_nics(const struct spp_ports *ports, struct spp_port uplink)
{
	return 0;
}

bool
spp_ports_link_up(struct spp_ports *ports, struct spp_port port)
{
	return true;
}

unsigned int
spp_ports_problems(const struct spp_ports *ports, struct spp_port port)
{
	(void)ports;
	(void)port;
	return 0;
}

void
spp_ports_peer(const struct spp_ports *ports, unsigned int ring, struct spp_ring_peer *out)
{
	(void)ports;
	(void)ring;
	memset(out, 0, sizeof(*out));
}

void
spp_ports_features(const struct spp_ports *ports, struct spp_port port, uint64_t *offered,
		   uint64_t *negotiated)
{
	(void)ports;
	(void)port;
	*offered = *negotiated = 0;
}
