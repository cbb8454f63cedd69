/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_primary shows of the host. See status_host.h.
 */
#include "json/status_host.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "json/status_parts.h"

/** Why the holder has a port, or null: nobody has it. */
static json_t *
hold(unsigned int process_id, enum spp_hold why)
{
	static const char *const words[] = {
		[SPP_HOLD_WIRING] = "wiring", [SPP_HOLD_FILE] = "file",
		[SPP_HOLD_GUEST] = "guest",   [SPP_HOLD_WORKER] = "worker",
		[SPP_HOLD_UPLINK] = "uplink", [SPP_HOLD_PCAP] = "pcap",
	};

	return process_id != 0 ? json_string(words[why]) : json_null();
}

/** The process id of a holder, or null: nobody. */
static json_t *
holder(unsigned int process_id)
{
	return process_id != 0 ? json_integer(process_id) : json_null();
}

static json_t *
status_nics(const struct spp_host_status *host)
{
	json_t *out = json_array();
	char name[16], mac[18];
	unsigned int i;

	for (i = 0; i < host->nb_nics; i++) {
		const struct spp_host_nic *nic = &host->nics[i];
		const uint8_t *m = nic->mac;

		snprintf(name, sizeof(name), "nic%u", nic->index);
		snprintf(mac, sizeof(mac), "%02X:%02X:%02X:%02X:%02X:%02X", m[0], m[1], m[2], m[3],
			 m[4], m[5]);
		json_array_append_new(
			out,
			json_pack(
				"{s:s, s:b, s:i, s:i, s:b, s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:o}",
				"port", name, "link", nic->link_up, "speed_mbps",
				(int)nic->speed_mbps, "rx_descriptors", (int)nic->rx_descriptors,
				"promiscuous", nic->promiscuous, "mac", mac, "driver", nic->driver,
				"rx_packets", (json_int_t)nic->rx_packets, "tx_packets",
				(json_int_t)nic->tx_packets, "rx_missed",
				(json_int_t)nic->rx_missed, "tx_errors", (json_int_t)nic->tx_errors,
				"holder", holder(nic->holder), "hold",
				hold(nic->holder, nic->hold)));
	}
	return out;
}

/** "holder" is who has its rx end, or else its tx end: one VF, but for shared rings. */
static json_t *
status_ring(const char *name, const struct spp_host_ring *ring)
{
	const struct spp_host_ring_end *rx = &ring->end[SPP_RING_RX], *tx = &ring->end[SPP_RING_TX];
	const struct spp_host_ring_end *first = rx->holder != 0 ? rx : tx;

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "port", name, "holder",
			 holder(first->holder), "hold", hold(first->holder, first->hold), "rx",
			 holder(rx->holder), "tx", holder(tx->holder), "waiting",
			 ring->shared ? json_integer(ring->waiting) : json_null());
}

static json_t *
status_rings(const struct spp_host_status *host)
{
	json_t *out = json_array();
	char name[16];
	unsigned int i;

	for (i = 0; i < host->nb_rings; i++) {
		const struct spp_host_ring *ring = &host->rings[i];

		snprintf(name, sizeof(name), "ring%u", ring->index);
		json_array_append_new(out, status_ring(name, ring));
	}
	return out;
}

/** Areas for rings with their ends in two VFs. */
static json_t *
status_shared_rings(const struct spp_host_status *host)
{
	int used = 0;
	unsigned int i;

	for (i = 0; i < host->nb_rings; i++)
		used += host->rings[i].shared;
	return json_pack("{s:i, s:i}", "total", (int)host->nb_shared_rings, "used", used);
}

static json_t *
status_vhosts(const struct spp_host_status *host)
{
	json_t *out = json_array();
	char name[16];
	unsigned int i;

	for (i = 0; i < host->nb_vhosts; i++) {
		const struct spp_host_vhost *vhost = &host->vhosts[i];

		snprintf(name, sizeof(name), "vhost%u", vhost->index);
		json_array_append_new(out, json_pack("{s:s, s:o, s:o}", "port", name, "holder",
						     holder(vhost->holder), "hold",
						     hold(vhost->holder, vhost->hold)));
	}
	return out;
}

static json_t *
status_pool(uint32_t total, uint32_t nb_free, uint32_t missing)
{
	return json_pack("{s:I, s:I, s:I}", "total", (json_int_t)total, "free", (json_int_t)nb_free,
			 "missing", (json_int_t)missing);
}

static json_t *
status_vfs(const struct spp_host_status *host)
{
	static const char *const states[] = {
		[SPP_VF_FREE] = "free",
		[SPP_VF_ATTACHING] = "attaching",
		[SPP_VF_RUNNING] = "running",
		[SPP_VF_CLEANING] = "cleaning",
	};
	json_t *out = json_array();
	unsigned int i;

	for (i = 0; i < host->nb_vfs; i++) {
		const struct spp_host_vf *vf = &host->vfs[i];

		json_array_append_new(
			out,
			json_pack("{s:i, s:s, s:o, s:o, s:I, s:I, s:I, s:o, s:o}", "slot",
				  (int)vf->slot, "state", states[vf->state], "process",
				  holder(vf->process_id), "pid",
				  vf->pid > 0 ? json_integer(vf->pid) : json_null(), "sessions",
				  (json_int_t)vf->sessions, "deaths", (json_int_t)vf->deaths,
				  "cleanup_us", (json_int_t)vf->cleanup_us, "mbufs",
				  status_pool(vf->mbufs_total, vf->mbufs_free, vf->missing_mbufs),
				  "vectors",
				  status_pool(vf->vectors_total, vf->vectors_free,
					      vf->missing_vectors)));
	}
	return out;
}

static json_t *
status_heap(const struct spp_host_heap *heap)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "size", (json_int_t)heap->size, "used",
			 (json_int_t)heap->used, "reserved", (json_int_t)heap->reserved, "leaked",
			 (json_int_t)heap->leaked, "others", (json_int_t)heap->others,
			 "restarts_left", (json_int_t)heap->restarts_left);
}

static json_t *
status_fill(const struct spp_host_status *host, uint64_t now_us)
{
	json_t *info = json_object(), *lcores = json_array();
	unsigned int i;

	for (i = 0; i < host->nb_lcores; i++)
		json_array_append_new(lcores, json_integer(host->lcores[i]));
	json_object_set_new(info, "process", json_integer(0));
	json_object_set_new(info, "main_core", json_integer(host->main_lcore));
	json_object_set_new(info, "lcores", lcores);
	json_object_set_new(info, "num_nic", json_integer(host->nb_nics));
	json_object_set_new(info, "nic", status_nics(host));
	json_object_set_new(info, "num_ring", json_integer(host->nb_rings));
	json_object_set_new(info, "ring", status_rings(host));
	json_object_set_new(info, "shared_rings", status_shared_rings(host));
	json_object_set_new(info, "num_vhost", json_integer(host->nb_vhosts));
	json_object_set_new(info, "vhost", status_vhosts(host));
	json_object_set_new(info, "vf", status_vfs(host));
	json_object_set_new(info, "heap", status_heap(&host->heap));
	json_object_set_new(info, "scheduler",
			    spp_status_shares(host->scheduler_busy_cycles,
					      host->scheduler_idle_cycles,
					      host->scheduler_asleep_cycles));
	json_object_set_new(info, "time_us", json_integer((json_int_t)now_us));
	json_object_set_new(info, "tsc_hz", json_integer((json_int_t)host->tsc_hz));
	return info;
}

json_t *
spp_status_host(const struct spp_host_ops *ops, void *ctx)
{
	struct spp_host_status *host = calloc(1, sizeof(*host));
	json_t *info;

	if (host == NULL)
		return NULL;
	ops->status(ctx, host);
	info = status_fill(host, ops->now_us(ctx));
	free(host);
	return info;
}
