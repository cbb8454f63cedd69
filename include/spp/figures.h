/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Figures of a running spp_vf, read from its local socket: for spp_primary, which hands them to
 * DPDK telemetry (only a primary has that). Plain C: no DPDK, no JSON.
 *
 * Any thread; blocks at most a second.
 */
#ifndef SPP_FIGURES_H
#define SPP_FIGURES_H

#include <stdint.h>

#include "spp/error.h"

enum spp_figures_part {
	SPP_FIGURES_STATUS,     /**< the process and its lcores */
	SPP_FIGURES_PORTS,      /**< one port, or the names of all */
	SPP_FIGURES_COMPONENTS, /**< one component, or the event queues of all */
};

/** Who is told what is found, depth first. Strings are valid during the call. */
struct spp_figures_sink {
	void (*name)(void *ctx, const char *name); /**< one of a list */
	void (*number)(void *ctx, const char *key, int64_t value);
	void (*text)(void *ctx, const char *key, const char *value);
	void (*begin)(void *ctx, const char *key); /**< an object inside, up to end */
	void (*end)(void *ctx, const char *key);
};

/**
 * @param socket path of the local socket
 * @param item   port ("nic0") or event queue ("2"); NULL: list them
 * @return 0, or -errno: no such process, no such item, no answer in time
 */
int spp_figures_read(const char *socket, enum spp_figures_part part, const char *item,
		     const struct spp_figures_sink *sink, void *ctx, struct spp_error *err);

#endif
