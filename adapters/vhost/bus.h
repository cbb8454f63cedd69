/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Guest memory that vanishes: a guest can cut the file of its memory short while we have it mapped,
 * and whoever touches what is gone gets SIGBUS. Or librte_vhost unmaps a guest's memory and cannot
 * map its successor; a worker that waited for a ring's lock meanwhile gets SIGSEGV. This process
 * then puts zeros in its place and ends the guest's connection, instead of ending itself.
 */
#ifndef SPP_VHOST_BUS_H
#define SPP_VHOST_BUS_H

#include <stdbool.h>
#include <stddef.h>

#include "spp/error.h"

/** Once for the process; again: nothing. */
int spp_vhost_bus_start(struct spp_error *err);

/** The memory of a guest changes: librte_vhost's thread may touch what is not known yet. */
void spp_vhost_bus_begin_change(unsigned int index);
/** Its mapping number `region` from now on; 0 bytes: none. */
void spp_vhost_bus_set(unsigned int index, unsigned int region, void *address, size_t length);
/** Zeros in place of all its memory, since the guest must go. */
void spp_vhost_bus_blank(unsigned int index);
/**
 * The change is over.
 * @param connection the socket to shut down when something of it vanishes, the same each time; a
 *	duplicate of it is open until the guest is gone.
 * @return 0; -errno: there is no duplicate, the guest must go.
 */
int spp_vhost_bus_end_change(unsigned int index, int connection);
/** The guest is gone. True when memory of it had vanished. */
bool spp_vhost_bus_forget(unsigned int index);

#endif
