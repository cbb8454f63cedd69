/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `status` of spp_primary in the text dialect: the shape SPP's own primary has. See
 * text/status_primary.h.
 */
#include "text/status_primary.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "text/reply.h"

/** The main core first: SPP's command line takes the first one for it. */
static json_t *
status_lcores(const struct spp_host_status *host)
{
	json_t *out = json_array();
	unsigned int i;

	json_array_append_new(out, json_integer(host->main_lcore));
	for (i = 0; i < host->nb_lcores; i++) {
		if (host->lcores[i] != host->main_lcore)
			json_array_append_new(out, json_integer(host->lcores[i]));
	}
	return out;
}

static json_t *
status_nics(const struct spp_host_status *host)
{
	json_t *out = json_array();
	char mac[18];
	unsigned int i;

	for (i = 0; i < host->nb_nics; i++) {
		const struct spp_host_nic *nic = &host->nics[i];
		const uint8_t *m = nic->mac;
		uint64_t tx_drops = nic->tx_errors + nic->tx_drops;

		snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3],
			 m[4], m[5]);
		json_array_append_new(
			out,
			json_pack("{s:i, s:s, s:I, s:I, s:I, s:{s:i, s:i}, s:[]}", "id",
				  (int)nic->index, "eth", mac, "rx", (json_int_t)nic->rx_packets,
				  "tx", (json_int_t)nic->tx_packets, "tx_drop",
				  (json_int_t)tx_drops, "nof_queues", "rx", 1, "tx", 1, "flow"));
	}
	return out;
}

static json_t *
status_rings(const struct spp_host_status *host)
{
	json_t *out = json_array();
	unsigned int i;

	for (i = 0; i < host->nb_rings; i++) {
		const struct spp_host_ring *ring = &host->rings[i];

		json_array_append_new(out,
				      json_pack("{s:i, s:I, s:I, s:I, s:I}", "id", (int)ring->index,
						"rx", (json_int_t)ring->rx_packets, "rx_drop",
						(json_int_t)ring->rx_drops, "tx",
						(json_int_t)ring->tx_packets, "tx_drop",
						(json_int_t)ring->tx_drops));
	}
	return out;
}

char *
spp_text_status_primary(const struct spp_host_ops *ops, void *ctx, size_t *length)
{
	struct spp_host_status *host = calloc(1, sizeof(*host));
	json_t *root;

	if (host == NULL)
		return NULL;
	ops->status(ctx, host);
	root = json_pack("{s:i, s:o, s:o, s:o, s:[]}", "master-lcore", (int)host->main_lcore,
			 "lcores", status_lcores(host), "phy_ports", status_nics(host),
			 "ring_ports", status_rings(host), "pipes");
	free(host);
	return spp_text_reply_dump(root, length);
}
