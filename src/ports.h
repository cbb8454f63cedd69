/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The ports of one VF: which it may use, made at start (configuration file) or on first use,
 * claimed while wired. Control thread only.
 */
#ifndef SPP_PORTS_H
#define SPP_PORTS_H

#include "spp/dataplane.h"
#include "spp/dp/nic.h"
#include "spp/dp/vhost.h"

#include "share.h"

struct spp_ports_config {
	struct spp_share *share;
	unsigned int slot;
	uint8_t dev_id;
	uint8_t parking; /**< event port no worker has */
	struct rte_mempool *mbufs;
	bool from_file;
	unsigned int first_vhost, nb_vhosts, nb_rings;
	int nic;                /**< -1: any of -p */
	const char *vhost_path; /**< with one %u */
	const char *vhost_owner, *vhost_group;
	bool vhost_client;
	bool adapter; /**< NICs receive through the event Rx adapter */
	void (*synchronize)(void *arg);
	void *synchronize_arg;
	void (*wake)(void *sleeper);
	void (*log)(int priority, const char *line);
};

struct spp_ports {
	struct spp_ports_config config;
	struct spp_inventory *inventory; /**< usable and present are kept here */
	struct spp_nic *nic[SPP_NIC_MAX];
	struct spp_vhost *vhost[SPP_VHOST_MAX];
};

/** With a configuration file: make its vhosts. */
int spp_ports_init(struct spp_ports *ports, const struct spp_ports_config *config,
		   struct spp_inventory *inventory, struct spp_error *err);
/** Orderly end: no worker uses any port. */
void spp_ports_fini(struct spp_ports *ports);

int spp_ports_acquire(struct spp_ports *ports, struct spp_port port, struct spp_error *err);
void spp_ports_release(struct spp_ports *ports, struct spp_port port);

/** NULL for a ring. */
struct spp_dp_port *spp_ports_dp(struct spp_ports *ports, struct spp_port port);
bool spp_ports_link_up(struct spp_ports *ports, struct spp_port port);

#endif
