/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl pcap start|stop|status [NAME]`: what a spp_pcap records. Called by commands.
 */
#ifndef SPP_CTL_PCAP_H
#define SPP_CTL_PCAP_H

#include "ctl/ctl.h"

int ctl_pcap_run(const struct ctl *ctl, int nb, char **words);

#endif
