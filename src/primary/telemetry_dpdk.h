/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Commands of DPDK's own telemetry that would end spp_primary, or write into what is not theirs:
 * they answer null.
 */
#ifndef SPP_TELEMETRY_DPDK_H
#define SPP_TELEMETRY_DPDK_H

/** Once, when the EAL has started. @return 0 or -errno */
int spp_telemetry_guard(void);

#endif
