/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * NICs (DPDK ethdev ports): set up by the primary (adapters/nic/setup.c), received from by a VF
 * through the event Rx adapter, or directly (adapters/nic/nic.c).
 */
#ifndef SPP_DP_NIC_H
#define SPP_DP_NIC_H

#include <stdbool.h>

#include <rte_mempool.h>

#include "spp/dp/port.h"
#include "spp/error.h"

/* ---- primary: control thread, the NIC's VF is not running or does not use the NIC ---- */

/** Descriptors of the tx queue, and of the rx queue where no more are wanted. */
#define SPP_NIC_DESCRIPTORS 1024

/** What a NIC receives into. */
struct spp_nic_rx {
	struct rte_mempool *mbufs;
	/** That many of the mbufs are with the NIC. In: wanted; out: what the NIC has. */
	uint16_t nb_descriptors;
};

/** Configure 1 rx and 1 tx queue, MTU, promiscuous, all-multicast; start. */
int spp_nic_setup(uint16_t eth_port, struct spp_nic_rx *rx, uint32_t mtu, struct spp_error *err);
/** Stop, receive into another pool from now on, start. Gives back what the rx queue held. */
int spp_nic_rebind(uint16_t eth_port, struct spp_nic_rx *rx, struct spp_error *err);

/* ---- VF ---- */

struct spp_nic;

struct spp_nic_config {
	uint16_t eth_port;
	uint8_t dev_id;     /**< event device, started */
	uint8_t adapter_id; /**< given out by the primary; one per NIC and VF */
	uint8_t ev_port;    /**< parking port: the adapter itself never enqueues, see nic.c */
	uint32_t frame_max; /**< bytes with one VLAN tag, without CRC */
	struct rte_mempool *mbufs; /**< that it receives into */
	bool adapter;              /**< receive through the event Rx adapter, else by burst */
};

/** Control thread. Allocates a little shared memory inside librte_eventdev. */
int spp_nic_create(const struct spp_nic_config *config, struct spp_nic **out,
		   struct spp_error *err);
/** Orderly end only: no worker uses it any more. NULL is fine. */
void spp_nic_destroy(struct spp_nic *nic);
struct spp_dp_port *spp_nic_dp(struct spp_nic *nic);

#endif
