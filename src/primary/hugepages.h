/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The hugepage files that spp_primary has made: they would keep their pages after its end. Knows
 * no DPDK.
 */
#ifndef SPP_HUGEPAGES_H
#define SPP_HUGEPAGES_H

/**
 * Unlink each hugepage file of ours that this process has in its memory. Processes that have it too
 * keep it. Whatever state the EAL is in; async-signal-safe.
 *
 * @param prefix of --file-prefix
 */
void spp_hugepages_unlink(const char *prefix);

#endif
