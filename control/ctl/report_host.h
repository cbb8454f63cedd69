/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Parts of a report that are the host's: what /proc, /sys and a few programs say of processes,
 * NICs, CPUs, hugepages and DPDK. Used by report. What may not be read is named with the reason.
 */
#ifndef SPP_CTL_REPORT_HOST_H
#define SPP_CTL_REPORT_HOST_H

#include <stdio.h>
#include <sys/types.h>

void ctl_report_versions(FILE *out);
/** Command line, environment as far as it is ours, limits, memory, libraries. */
void ctl_report_process(FILE *out, const char *name, pid_t pid);
/** The end of what it wrote to a file on standard error; a journal is ctl_report_journal()'s. */
void ctl_report_log(FILE *out, const char *name, pid_t pid);
void ctl_report_journal(FILE *out);
void ctl_report_nics(FILE *out);
void ctl_report_cpus(FILE *out);
void ctl_report_hugepages(FILE *out);
void ctl_report_dpdk(FILE *out);

#endif
