/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The samples of each metric of spp_primary, of any process, and of ourselves. See metrics_host.h.
 */
#include "monitor/metrics_host.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* -- NICs ------------------------------------------------------------------------------------- */

void
monitor_metric_nic_up(struct monitor_out *out, const struct monitor_report *report)
{
	for (unsigned int i = 0; i < report->host->nb_nics; i++)
		monitor_sample_integer(out, MONITOR_LABELS("port", report->host->nics[i].name),
				       report->host->nics[i].up);
}

void
monitor_metric_nic_speed(struct monitor_out *out, const struct monitor_report *report)
{
	for (unsigned int i = 0; i < report->host->nb_nics; i++)
		if (report->host->nics[i].speed_bps > 0)
			monitor_sample_real(out, MONITOR_LABELS("port", report->host->nics[i].name),
					    report->host->nics[i].speed_bps / 8);
}

void
monitor_metric_nic_info(struct monitor_out *out, const struct monitor_report *report)
{
	for (unsigned int i = 0; i < report->host->nb_nics; i++) {
		const struct monitor_nic *nic = &report->host->nics[i];

		monitor_sample_integer(
			out,
			MONITOR_LABELS("port", nic->name, "driver", nic->driver, "vf", nic->holder),
			1);
	}
}

static void
of_nics(struct monitor_out *out, const struct monitor_report *report, size_t offset)
{
	for (unsigned int i = 0; i < report->host->nb_nics; i++) {
		const struct monitor_nic *nic = &report->host->nics[i];
		const struct monitor_count *count =
			(const struct monitor_count *)((const char *)nic + offset);

		monitor_sample_integer(out, MONITOR_LABELS("port", nic->name), count->total);
	}
}

void
monitor_metric_nic_received(struct monitor_out *out, const struct monitor_report *report)
{
	of_nics(out, report, offsetof(struct monitor_nic, rx_packets));
}

void
monitor_metric_nic_transmitted(struct monitor_out *out, const struct monitor_report *report)
{
	of_nics(out, report, offsetof(struct monitor_nic, tx_packets));
}

void
monitor_metric_nic_missed(struct monitor_out *out, const struct monitor_report *report)
{
	of_nics(out, report, offsetof(struct monitor_nic, missed));
}

void
monitor_metric_nic_errors(struct monitor_out *out, const struct monitor_report *report)
{
	of_nics(out, report, offsetof(struct monitor_nic, tx_errors));
}

/* -- slots ------------------------------------------------------------------------------------ */

static const char *
slot_name(const struct monitor_slot *slot, char name[16])
{
	snprintf(name, 16, "%u", slot->slot);
	return name;
}

void
monitor_metric_deaths(struct monitor_out *out, const struct monitor_report *report)
{
	char slot[16];

	for (unsigned int i = 0; i < report->host->nb_slots; i++)
		monitor_sample_integer(
			out, MONITOR_LABELS("slot", slot_name(&report->host->slots[i], slot)),
			report->host->slots[i].deaths.total);
}

void
monitor_metric_sessions(struct monitor_out *out, const struct monitor_report *report)
{
	char slot[16];

	for (unsigned int i = 0; i < report->host->nb_slots; i++)
		monitor_sample_integer(
			out, MONITOR_LABELS("slot", slot_name(&report->host->slots[i], slot)),
			report->host->slots[i].sessions.total);
}

void
monitor_metric_slot_info(struct monitor_out *out, const struct monitor_report *report)
{
	char slot[16];

	for (unsigned int i = 0; i < report->host->nb_slots; i++)
		monitor_sample_integer(out,
				       MONITOR_LABELS("slot",
						      slot_name(&report->host->slots[i], slot),
						      "state", report->host->slots[i].state, "vf",
						      report->host->slots[i].vf),
				       1);
}

void
monitor_metric_pool(struct monitor_out *out, const struct monitor_report *report)
{
	char name[16];

	for (unsigned int i = 0; i < report->host->nb_slots; i++) {
		const struct monitor_slot *slot = &report->host->slots[i];

		slot_name(slot, name);
		monitor_sample_integer(out, MONITOR_LABELS("slot", name, "pool", "mbufs"),
				       slot->mbufs.total);
		monitor_sample_integer(out, MONITOR_LABELS("slot", name, "pool", "vectors"),
				       slot->vectors.total);
	}
}

void
monitor_metric_pool_free(struct monitor_out *out, const struct monitor_report *report)
{
	char name[16];

	for (unsigned int i = 0; i < report->host->nb_slots; i++) {
		const struct monitor_slot *slot = &report->host->slots[i];

		slot_name(slot, name);
		monitor_sample_integer(out, MONITOR_LABELS("slot", name, "pool", "mbufs"),
				       slot->mbufs.free);
		monitor_sample_integer(out, MONITOR_LABELS("slot", name, "pool", "vectors"),
				       slot->vectors.free);
	}
}

/* -- the rest of spp_primary ------------------------------------------------------------------ */

void
monitor_metric_heap_size(struct monitor_out *out, const struct monitor_report *report)
{
	monitor_sample_integer(out, MONITOR_LABELS(NULL), report->host->heap_size);
}

void
monitor_metric_heap_used(struct monitor_out *out, const struct monitor_report *report)
{
	monitor_sample_integer(out, MONITOR_LABELS(NULL), report->host->heap_used);
}

void
monitor_metric_heap_leaked(struct monitor_out *out, const struct monitor_report *report)
{
	monitor_sample_integer(out, MONITOR_LABELS(NULL), report->host->heap_leaked);
}

void
monitor_metric_restarts_left(struct monitor_out *out, const struct monitor_report *report)
{
	monitor_sample_integer(out, MONITOR_LABELS(NULL), report->host->restarts_left);
}

void
monitor_metric_scheduler(struct monitor_out *out, const struct monitor_report *report)
{
	double hz = (double)report->tsc_hz;

	if (hz <= 0)
		return;
	monitor_sample_real(out, MONITOR_LABELS("state", "busy"),
			    (double)report->host->busy.total / hz);
	monitor_sample_real(out, MONITOR_LABELS("state", "idle"),
			    (double)report->host->idle.total / hz);
	monitor_sample_real(out, MONITOR_LABELS("state", "asleep"),
			    (double)report->host->asleep.total / hz);
}

/* -- any process ------------------------------------------------------------------------------ */

void
monitor_metric_up(struct monitor_out *out, const struct monitor_model *model)
{
	for (unsigned int i = 0; i < model->nb_processes; i++)
		monitor_sample_integer(out, MONITOR_LABELS("process", model->processes[i].name),
				       model->processes[i].up);
}

void
monitor_metric_build_info(struct monitor_out *out, const struct monitor_model *model)
{
	for (unsigned int i = 0; i < model->nb_processes; i++) {
		const struct monitor_report *report = monitor_now(&model->processes[i]);

		if (report != NULL)
			monitor_sample_integer(out,
					       MONITOR_LABELS("process", model->processes[i].name,
							      "type", report->type, "version",
							      report->version, "dpdk",
							      report->dpdk),
					       1);
	}
	monitor_sample_integer(
		out,
		MONITOR_LABELS("process", "monitor", "type", "monitor", "version", SPP_VERSION), 1);
}

void
monitor_metric_restart_pending(struct monitor_out *out, const struct monitor_model *model)
{
	for (unsigned int i = 0; i < model->nb_processes; i++) {
		const struct monitor_report *report = monitor_now(&model->processes[i]);

		if (report != NULL)
			monitor_sample_integer(out,
					       MONITOR_LABELS("process", model->processes[i].name),
					       report->restart_pending);
	}
}

void
monitor_metric_controller(struct monitor_out *out, const struct monitor_model *model)
{
	for (unsigned int i = 0; i < model->nb_processes; i++) {
		const struct monitor_report *report = monitor_now(&model->processes[i]);

		if (report != NULL && report->controller >= 0)
			monitor_sample_integer(out,
					       MONITOR_LABELS("process", model->processes[i].name),
					       (uint64_t)report->controller);
	}
}

/* -- spp_monitor itself ----------------------------------------------------------------------- */

void
monitor_metric_look(struct monitor_out *out, const struct monitor_model *model)
{
	monitor_sample_real(out, MONITOR_LABELS(NULL), model->look_s);
}

void
monitor_metric_looks(struct monitor_out *out, const struct monitor_model *model)
{
	monitor_sample_integer(out, MONITOR_LABELS(NULL), model->tick);
}

void
monitor_metric_own_cpu(struct monitor_out *out, const struct monitor_model *model)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) == 0)
		monitor_sample_real(
			out, MONITOR_LABELS(NULL),
			(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
				(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

void
monitor_metric_own_memory(struct monitor_out *out, const struct monitor_model *model)
{
	FILE *statm = fopen("/proc/self/statm", "re");
	unsigned long pages;

	if (statm == NULL)
		return;
	if (fscanf(statm, "%*u %lu", &pages) == 1)
		monitor_sample_integer(out, MONITOR_LABELS(NULL),
				       pages * (uint64_t)sysconf(_SC_PAGESIZE));
	fclose(statm);
}
