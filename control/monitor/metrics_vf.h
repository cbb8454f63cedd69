/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The samples of each metric of a spp_vf; called by the table in metrics.c.
 */
#ifndef SPP_MONITOR_METRICS_VF_H
#define SPP_MONITOR_METRICS_VF_H

#include "monitor/model.h"
#include "monitor/sample.h"

/* Of one spp_vf, whose name is the label vf. */
void monitor_metric_receive_packets(struct monitor_out *out, const char *name,
				    const struct monitor_report *report);
void monitor_metric_receive_bytes(struct monitor_out *out, const char *name,
				  const struct monitor_report *report);
void monitor_metric_transmit_packets(struct monitor_out *out, const char *name,
				     const struct monitor_report *report);
void monitor_metric_transmit_bytes(struct monitor_out *out, const char *name,
				   const struct monitor_report *report);
void monitor_metric_port_up(struct monitor_out *out, const char *name,
			    const struct monitor_report *report);
/** With the drivers that spp_primary knows. */
void monitor_metric_port_info(struct monitor_out *out, const struct monitor_model *model);
void monitor_metric_uplink_sends(struct monitor_out *out, const char *name,
				 const struct monitor_report *report);
void monitor_metric_uplink_moves(struct monitor_out *out, const char *name,
				 const struct monitor_report *report);
void monitor_metric_drops(struct monitor_out *out, const char *name,
			  const struct monitor_report *report);
void monitor_metric_vf_drops(struct monitor_out *out, const char *name,
			     const struct monitor_report *report);
void monitor_metric_component_packets(struct monitor_out *out, const char *name,
				      const struct monitor_report *report);
void monitor_metric_component_vectors(struct monitor_out *out, const char *name,
				      const struct monitor_report *report);
void monitor_metric_component_cycles(struct monitor_out *out, const char *name,
				     const struct monitor_report *report);
void monitor_metric_component_lcore(struct monitor_out *out, const char *name,
				    const struct monitor_report *report);
void monitor_metric_lcores(struct monitor_out *out, const char *name,
			   const struct monitor_report *report);
void monitor_metric_flushes(struct monitor_out *out, const char *name,
			    const struct monitor_report *report);
void monitor_metric_flush_failures(struct monitor_out *out, const char *name,
				   const struct monitor_report *report);
void monitor_metric_latency(struct monitor_out *out, const char *name,
			    const struct monitor_report *report);
void monitor_metric_flush_duration(struct monitor_out *out, const char *name,
				   const struct monitor_report *report);
void monitor_metric_staged(struct monitor_out *out, const char *name,
			   const struct monitor_report *report);
void monitor_metric_degraded(struct monitor_out *out, const char *name,
			     const struct monitor_report *report);
void monitor_metric_saved(struct monitor_out *out, const char *name,
			  const struct monitor_report *report);
void monitor_metric_entries(struct monitor_out *out, const char *name,
			    const struct monitor_report *report);

#endif
