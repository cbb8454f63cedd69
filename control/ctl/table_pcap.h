/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The status of a spp_pcap as a table, and in a line for topo. Used by status, pcap and topo.
 */
#ifndef SPP_CTL_TABLE_PCAP_H
#define SPP_CTL_TABLE_PCAP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/** Is the info that of a spp_pcap? */
bool ctl_table_is_pcap(const json_t *info);

/** What it records: "nic0", "ring5". */
const char *ctl_table_pcap_port(const json_t *info, char *text, size_t size);

/** Which spp_pcap takes what comes by the port; NULL: none. @param infos name -> info */
const char *ctl_table_recorder(const json_t *infos, const char *port);

void ctl_table_pcap(FILE *out, const char *name, const json_t *info);

/** What it is and does, without its files. */
void ctl_table_pcap_head(FILE *out, const char *name, const json_t *info);

#endif
