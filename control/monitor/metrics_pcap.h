/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The samples of each metric that only a spp_pcap has; called by the table in metrics.c.
 */
#ifndef SPP_MONITOR_METRICS_PCAP_H
#define SPP_MONITOR_METRICS_PCAP_H

#include "monitor/model.h"
#include "monitor/sample.h"

void monitor_metric_pcap_running(struct monitor_out *out, const char *name,
				 const struct monitor_report *report);
void monitor_metric_pcap_written(struct monitor_out *out, const char *name,
				 const struct monitor_report *report);
void monitor_metric_pcap_lost(struct monitor_out *out, const char *name,
			      const struct monitor_report *report);
void monitor_metric_pcap_failed(struct monitor_out *out, const char *name,
				const struct monitor_report *report);

#endif
