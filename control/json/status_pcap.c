/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_pcap shows of itself. See status_pcap.h.
 */
#include "json/status_pcap.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "json/json_text.h"

static json_t *
receiver(const struct spp_recorder_status *status)
{
	char port[16];

	/* as SPP's controllers call it */
	snprintf(port, sizeof(port), "%s:%u", status->port.kind == SPP_PORT_NIC ? "phy" : "ring",
		 status->port.index);
	return json_pack("{s:i, s:s, s:[{s:s}]}", "core", (int)status->receiver_lcore, "role",
			 "receive", "rx_port", "port", port);
}

static json_t *
writer(const struct spp_recorder_writer *writer)
{
	json_t *out = json_pack("{s:i, s:s, s:o}", "core", (int)writer->lcore, "role", "write",
				"filename", spp_json_string(writer->file));

	if (writer->error[0] != '\0')
		json_object_set_new(out, "error", spp_json_string(writer->error));
	return out;
}

static json_t *
cores(const struct spp_recorder_status *status)
{
	json_t *out = json_array();
	unsigned int i;

	json_array_append_new(out, receiver(status));
	for (i = 0; i < status->nb_writers; i++)
		json_array_append_new(out, writer(&status->writer[i]));
	return out;
}

json_t *
spp_status_pcap(unsigned int process_id, const struct spp_recorder_ops *ops, void *ctx)
{
	struct spp_recorder_status *status = malloc(sizeof(*status));
	json_t *out;

	if (status == NULL)
		return NULL;
	ops->status(ctx, status);
	out = json_pack(
		"{s:i, s:s, s:i, s:o, s:I, s:I, s:{s:I, s:I, s:I}}", "client-id", (int)process_id,
		"status", status->running ? "running" : "idle", "master-lcore",
		(int)status->main_lcore, "core", cores(status), "rx_packets",
		(json_int_t)status->rx_packets, "written", (json_int_t)status->written, "lost",
		"queue_full", (json_int_t)status->queue_full, "write_failed",
		(json_int_t)status->write_failed, "bad_frames", (json_int_t)status->bad_frames);
	free(status);
	return out;
}
