/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The samples of each metric of spp_primary, of any process, and of spp_monitor itself; called by
 * the table in metrics.c.
 */
#ifndef SPP_MONITOR_METRICS_HOST_H
#define SPP_MONITOR_METRICS_HOST_H

#include "monitor/model.h"
#include "monitor/sample.h"

/** Of spp_primary, where it answers. */
void monitor_metric_nic_up(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_nic_speed(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_nic_info(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_nic_received(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_nic_transmitted(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_nic_missed(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_nic_errors(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_deaths(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_sessions(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_slot_info(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_pool(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_pool_free(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_heap_size(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_heap_used(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_heap_leaked(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_restarts_left(struct monitor_out *out, const struct monitor_report *report);
void monitor_metric_scheduler(struct monitor_out *out, const struct monitor_report *report);

/** Of all processes. */
void monitor_metric_up(struct monitor_out *out, const struct monitor_model *model);
void monitor_metric_build_info(struct monitor_out *out, const struct monitor_model *model);
void monitor_metric_restart_pending(struct monitor_out *out, const struct monitor_model *model);
void monitor_metric_controller(struct monitor_out *out, const struct monitor_model *model);
void monitor_metric_look(struct monitor_out *out, const struct monitor_model *model);
void monitor_metric_looks(struct monitor_out *out, const struct monitor_model *model);
void monitor_metric_own_cpu(struct monitor_out *out, const struct monitor_model *model);
void monitor_metric_own_memory(struct monitor_out *out, const struct monitor_model *model);

#endif
