/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The figures one looks at first. See state_headline.h.
 */
#include "monitor/state_headline.h"

#include <inttypes.h>
#include <string.h>

struct headline {
	unsigned int vfs, vfs_up, guests, guests_up;
	unsigned int recorders, recorders_up;
	double drops;          /**< packets a second */
	int primary;           /**< 1 up, 0 not, -1: none was seen */
	int saved, controller; /**< 1 of all, 0 not of one, -1: of none */
	const struct monitor_host *host;
};

/* One that does not makes the whole not. */
static void
join(int *whole, int part)
{
	if (part >= 0 && *whole != 0)
		*whole = part;
}

static void
add_vf(struct headline *head, const struct monitor_vf *vf)
{
	char kind[MONITOR_PORT_SIZE];

	join(&head->saved, vf->saved);
	for (unsigned int i = 0; i < SPP_DROP_NB; i++)
		head->drops += (double)vf->drops[i].rate;
	for (unsigned int i = 0; vf->recorder != NULL && i < MONITOR_LOSSES; i++)
		head->drops += (double)vf->recorder->lost[i].rate;
	for (unsigned int i = 0; i < vf->nb_ports; i++) {
		if (strcmp(monitor_port_kind(vf->ports[i].name, kind), "vhost") != 0)
			continue;
		head->guests += vf->ports[i].up || vf->ports[i].rx.wired || vf->ports[i].tx.wired;
		head->guests_up += vf->ports[i].up;
	}
}

static void
add(struct headline *head, const struct monitor_process *process)
{
	const struct monitor_report *report = monitor_now(process);

	if (process->id == 0) {
		head->primary = process->up;
	} else if (strcmp(monitor_process_type(process), "pcap") == 0) {
		head->recorders++;
		head->recorders_up += process->up;
	} else {
		head->vfs++;
		head->vfs_up += process->up;
	}
	if (report == NULL)
		return;
	join(&head->controller, report->controller);
	if (report->host != NULL)
		head->host = report->host;
	if (report->vf != NULL)
		add_vf(head, report->vf);
}

static void
write_choice(struct monitor_text *text, const char *key, int value)
{
	monitor_text_printf(text, ",\"%s\":%s", key,
			    value < 0   ? "null"
			    : value > 0 ? "true"
					: "false");
}

void
monitor_state_headline(struct monitor_text *text, const struct monitor_model *model)
{
	struct headline head = {.primary = -1, .saved = -1, .controller = -1};

	for (unsigned int i = 0; i < model->nb_processes; i++)
		add(&head, &model->processes[i]);
	monitor_text_printf(text,
			    ",\"headline\":{\"vfs\":%u,\"vfs_up\":%u,\"guests\":%u,"
			    "\"guests_up\":%u,\"recorders\":%u,\"recorders_up\":%u,"
			    "\"drops_per_second\":",
			    head.vfs, head.vfs_up, head.guests, head.guests_up, head.recorders,
			    head.recorders_up);
	monitor_text_number(text, head.drops);
	if (head.host != NULL)
		monitor_text_printf(text, ",\"restarts_left\":%" PRIu64, head.host->restarts_left);
	else
		monitor_text_add(text, ",\"restarts_left\":null");
	write_choice(text, "primary", head.primary);
	write_choice(text, "saved", head.saved);
	write_choice(text, "controller", head.controller);
	monitor_text_add(text, "}");
}
