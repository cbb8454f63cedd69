/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What is now, as JSON. See state.h. Drops and headline are written by state_drops.c and
 * state_headline.c, a spp_vf by state_vf.c.
 */
#include "monitor/state.h"

#include <inttypes.h>

#include "monitor/state_drops.h"
#include "monitor/state_headline.h"
#include "monitor/state_vf.h"

static void
write_controller(struct monitor_text *text, const struct monitor_report *report)
{
	monitor_text_add(text, ",\"controller\":");
	if (report->controller < 0) {
		monitor_text_add(text, "null");
		return;
	}
	monitor_text_add(text, "{\"address\":");
	monitor_text_json(text, report->controller_address);
	monitor_text_printf(text, ",\"connected\":%s}", report->controller > 0 ? "true" : "false");
}

static void
write_processes(struct monitor_text *text, const struct monitor_model *model)
{
	monitor_text_add(text, ",\"processes\":[");
	for (unsigned int i = 0; i < model->nb_processes; i++) {
		const struct monitor_process *process = &model->processes[i];
		const struct monitor_report *report = monitor_now(process);

		monitor_text_printf(text,
				    "%s{\"name\":\"%s\",\"type\":\"%s\",\"up\":%s,\"since\":%.3f,"
				    "\"why\":",
				    i > 0 ? "," : "", process->name, monitor_process_type(process),
				    process->up ? "true" : "false", process->since);
		monitor_text_json(text, process->why);
		if (report != NULL) {
			monitor_text_printf(text, ",\"pid\":%d,\"version\":", (int)report->pid);
			monitor_text_json(text, report->version);
			monitor_text_add(text, ",\"dpdk\":");
			monitor_text_json(text, report->dpdk);
			monitor_text_printf(text, ",\"restart_pending\":%s",
					    report->restart_pending ? "true" : "false");
			write_controller(text, report);
		}
		monitor_text_add(text, "}");
	}
	monitor_text_add(text, "]");
}

static void
write_nic(struct monitor_text *text, const struct monitor_nic *nic)
{
	monitor_text_add(text, "{\"port\":");
	monitor_text_json(text, nic->name);
	monitor_text_add(text, ",\"driver\":");
	monitor_text_json(text, nic->driver);
	monitor_text_printf(text,
			    ",\"up\":%s,\"speed_bps\":%.0f,\"holder\":\"%s\",\"missed\":%" PRIu64
			    ",\"missed_per_second\":",
			    nic->up ? "true" : "false", nic->speed_bps, nic->holder,
			    nic->missed.total);
	monitor_text_number(text, (double)nic->missed.rate);
	monitor_text_add(text, "}");
}

static void
write_slot(struct monitor_text *text, const struct monitor_slot *slot)
{
	monitor_text_printf(text, "{\"slot\":%u,\"vf\":\"%s\",\"state\":", slot->slot, slot->vf);
	monitor_text_json(text, slot->state);
	monitor_text_printf(text,
			    ",\"sessions\":%" PRIu64 ",\"deaths\":%" PRIu64
			    ",\"mbufs\":{\"total\":%" PRIu64 ",\"free\":%" PRIu64
			    "},\"vectors\":{\"total\":%" PRIu64 ",\"free\":%" PRIu64 "}}",
			    slot->sessions.total, slot->deaths.total, slot->mbufs.total,
			    slot->mbufs.free, slot->vectors.total, slot->vectors.free);
}

static void
write_host(struct monitor_text *text, const struct monitor_host *host)
{
	monitor_text_printf(text,
			    ",\"host\":{\"heap\":{\"size\":%" PRIu64 ",\"used\":%" PRIu64
			    ",\"leaked\":%" PRIu64 ",\"restarts_left\":%" PRIu64 "},\"nics\":[",
			    host->heap_size, host->heap_used, host->heap_leaked,
			    host->restarts_left);
	for (unsigned int i = 0; i < host->nb_nics; i++) {
		monitor_text_add(text, i > 0 ? "," : "");
		write_nic(text, &host->nics[i]);
	}
	monitor_text_add(text, "],\"slots\":[");
	for (unsigned int i = 0; i < host->nb_slots; i++) {
		monitor_text_add(text, i > 0 ? "," : "");
		write_slot(text, &host->slots[i]);
	}
	monitor_text_add(text, "]}");
}

static void
write_vfs(struct monitor_text *text, const struct monitor_model *model)
{
	bool any = false;

	monitor_text_add(text, ",\"vfs\":[");
	for (unsigned int i = 0; i < model->nb_processes; i++) {
		const struct monitor_report *report = monitor_now(&model->processes[i]);

		if (report == NULL || report->vf == NULL)
			continue;
		monitor_text_add(text, any ? "," : "");
		any = true;
		monitor_state_vf(text, model->processes[i].name, report);
	}
	monitor_text_add(text, "]");
}

static unsigned int
events_kept(const struct monitor_model *model)
{
	return model->nb_events < MONITOR_EVENTS ? model->nb_events : MONITOR_EVENTS;
}

/* Newest first. */
static void
write_events(struct monitor_text *text, const struct monitor_model *model)
{
	unsigned int nb = events_kept(model);

	monitor_text_add(text, ",\"events\":[");
	for (unsigned int i = 0; i < nb; i++) {
		const struct monitor_event *event =
			&model->events[(model->nb_events - 1 - i) % MONITOR_EVENTS];

		monitor_text_printf(text,
				    "%s{\"number\":%u,\"time\":%.3f,\"who\":", i > 0 ? "," : "",
				    model->nb_events - i, event->time);
		monitor_text_json(text, event->who);
		monitor_text_add(text, ",\"what\":");
		monitor_text_json(text, event->what);
		monitor_text_add(text, ",\"text\":");
		monitor_text_json(text, event->text);
		monitor_text_add(text, "}");
	}
	monitor_text_add(text, "]");
}

void
monitor_state_write(struct monitor_text *text, const struct monitor_model *model)
{
	monitor_text_printf(text,
			    "{\"version\":\"%s\",\"time\":%.3f,\"tick\":%" PRIu32 ",\"interval\":",
			    SPP_VERSION, model->time, model->tick);
	monitor_text_number(text, model->interval_s);
	monitor_text_add(text, ",\"history\":");
	monitor_text_number(text, model->interval_s * model->samples);
	monitor_state_headline(text, model);
	write_processes(text, model);
	for (unsigned int i = 0; i < model->nb_processes; i++) {
		const struct monitor_report *report = monitor_now(&model->processes[i]);

		if (report != NULL && report->host != NULL)
			write_host(text, report->host);
	}
	write_vfs(text, model);
	monitor_state_drops(text, model);
	write_events(text, model);
	monitor_text_add(text, "}");
}
