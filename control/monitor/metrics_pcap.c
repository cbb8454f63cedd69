/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The samples of each metric that only a spp_pcap has. See metrics_pcap.h.
 */
#include "monitor/metrics_pcap.h"

#include "monitor/pcap.h"

static void
sample(struct monitor_out *out, const char *name, const struct monitor_report *report,
       uint64_t value)
{
	monitor_sample_integer(out, MONITOR_LABELS("vf", name, "port", report->vf->ports[0].name),
			       value);
}

void
monitor_metric_pcap_running(struct monitor_out *out, const char *name,
			    const struct monitor_report *report)
{
	sample(out, name, report, report->vf->recorder->running);
}

void
monitor_metric_pcap_written(struct monitor_out *out, const char *name,
			    const struct monitor_report *report)
{
	sample(out, name, report, report->vf->recorder->written.total);
}

void
monitor_metric_pcap_lost(struct monitor_out *out, const char *name,
			 const struct monitor_report *report)
{
	for (unsigned int i = 0; i < MONITOR_LOSSES; i++)
		monitor_sample_integer(out,
				       MONITOR_LABELS("vf", name, "port", report->vf->ports[0].name,
						      "reason", monitor_pcap_loss(i)),
				       report->vf->recorder->lost[i].total);
}

void
monitor_metric_pcap_failed(struct monitor_out *out, const char *name,
			   const struct monitor_report *report)
{
	sample(out, name, report, report->vf->recorder->nb_failed);
}
