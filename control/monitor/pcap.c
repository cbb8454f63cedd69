/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A spp_pcap in the model. See pcap.h.
 */
#include "monitor/pcap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The remedies are those of docs/protocol.md and of the alert about them. */
static const struct {
	const char *name, *meaning, *remedy;
} losses[MONITOR_LOSSES] = {
	[MONITOR_QUEUE_FULL] = {"queue_full", "no writer had room for it",
				"the disk is too slow, or there are too few writers: give it more "
				"lcores (`-l`), or a faster directory (`--out-dir`)"},
	[MONITOR_WRITE_FAILED] = {"write_failed", "its file took no more",
				  "the disk is full or broken: make room, then `start` again; "
				  "its log says which file"},
	[MONITOR_BAD_FRAMES] = {"bad_frames", "no whole frame",
				"longer than `--mtu` allows, or shorter than an Ethernet header: "
				"same MTU everywhere"},
};

const char *
monitor_pcap_loss(unsigned int loss)
{
	return losses[loss].name;
}

const char *
monitor_pcap_meaning(unsigned int loss)
{
	return losses[loss].meaning;
}

const char *
monitor_pcap_remedy(unsigned int loss)
{
	return losses[loss].remedy;
}

static const char *
string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL ? value : "";
}

static uint64_t
number(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? (uint64_t)value : 0;
}

/* "nic0" of "phy:0", "ring5" of "ring:5"; what else it is stays so. */
static void
read_port(const char *text, char port[MONITOR_PORT_SIZE])
{
	const char *colon = strchr(text, ':');

	if (colon == NULL)
		snprintf(port, MONITOR_PORT_SIZE, "%s", text);
	else if (strncmp(text, "phy:", 4) == 0)
		snprintf(port, MONITOR_PORT_SIZE, "nic%s", colon + 1);
	else
		snprintf(port, MONITOR_PORT_SIZE, "%.*s%s", (int)(colon - text), text, colon + 1);
}

/* Its cores: the one that receives names the port, the others write. */
static void
read_cores(const json_t *cores, struct monitor_vf *vf)
{
	struct monitor_component *c = &vf->components[0];
	struct monitor_recorder *recorder = vf->recorder;
	const json_t *core;
	size_t i;

	json_array_foreach (cores, i, core) {
		const json_t *from = json_array_get(json_object_get(core, "rx_port"), 0);
		const char *error = string(core, "error");

		if (c->nb_lcores < SPP_WORKER_MAX)
			c->lcores[c->nb_lcores++] = (uint16_t)number(core, "core");
		if (from != NULL) {
			read_port(string(from, "port"), c->rx[0].port);
			continue;
		}
		recorder->nb_writers++;
		if (error[0] != '\0' && recorder->nb_failed++ == 0)
			snprintf(recorder->error, sizeof(recorder->error), "%s", error);
	}
}

static void
fill(const json_t *info, struct monitor_vf *vf)
{
	struct monitor_component *c = &vf->components[0];
	const json_t *lost = json_object_get(info, "lost");

	vf->saved = -1;
	vf->recorder->running = strcmp(string(info, "status"), "running") == 0;
	vf->recorder->written.raw = number(info, "written");
	for (unsigned int i = 0; i < MONITOR_LOSSES; i++)
		vf->recorder->lost[i].raw = number(lost, losses[i].name);
	snprintf(c->id, sizeof(c->id), "%s", MONITOR_PCAP_COMPONENT);
	snprintf(c->type, sizeof(c->type), "pcap");
	snprintf(c->status, sizeof(c->status), "%s", vf->recorder->running ? "records" : "idle");
	c->nb_rx = 1;
	c->packets.raw = number(info, "rx_packets");
	read_cores(json_object_get(info, "core"), vf);
	memcpy(vf->ports[0].name, c->rx[0].port, sizeof(vf->ports[0].name));
	vf->ports[0].rx.packets.raw = c->packets.raw;
	vf->ports[0].rx.wired = true;
	vf->nb_ports = vf->nb_components = 1;
}

struct monitor_vf *
monitor_pcap_read(const json_t *info)
{
	struct monitor_vf *vf = calloc(1, sizeof(*vf));
	struct monitor_end *end = calloc(1, sizeof(*end));

	if (vf == NULL || end == NULL) {
		free(vf);
		free(end);
		return NULL;
	}
	vf->recorder = calloc(1, sizeof(*vf->recorder));
	vf->ports = calloc(1, sizeof(*vf->ports));
	vf->components = calloc(1, sizeof(*vf->components));
	if (vf->recorder == NULL || vf->ports == NULL || vf->components == NULL) {
		free(end);
		free(vf->recorder);
		free(vf->ports);
		free(vf->components);
		free(vf);
		return NULL;
	}
	vf->components[0].rx = end;
	fill(info, vf);
	return vf;
}

static bool
has_link(const struct monitor_host *host, const char *nic)
{
	for (unsigned int i = 0; host != NULL && i < host->nb_nics; i++)
		if (strcmp(host->nics[i].name, nic) == 0)
			return host->nics[i].up;
	return true;
}

void
monitor_pcap_links(struct monitor_model *model)
{
	const struct monitor_report *primary =
		model->nb_processes > 0 ? monitor_now(&model->processes[0]) : NULL;

	for (unsigned int i = 0; i < model->nb_processes; i++) {
		const struct monitor_report *report = monitor_now(&model->processes[i]);

		if (report != NULL && report->vf != NULL && report->vf->recorder != NULL)
			report->vf->ports[0].up = has_link(primary != NULL ? primary->host : NULL,
							   report->vf->ports[0].name);
	}
}
