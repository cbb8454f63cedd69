/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Ports: those that a process' status tells of, by name (spp_vf lists numbers, spp_primary
 * objects), and those that are typed. Used by the commands that take a port, and by the completion.
 */
#ifndef SPP_CTL_PORTS_H
#define SPP_CTL_PORTS_H

#include <jansson.h>
#include <stdbool.h>

#include "spp/model.h"

/** Call put() with each port that a status tells of. @param kind only "nic" ...; NULL: all */
void ctl_ports_each(const json_t *info, const char *kind, void (*put)(void *arg, const char *name),
		    void *arg);

/** Has that process the port, whether it is wired or not? */
bool ctl_ports_has(const json_t *info, const char *word);

/**
 * A port as it is typed; complains when it is none, or none of these kinds.
 * @param kinds letters: n(ic), v(host), r(ing)
 */
bool ctl_ports_read(const char *text, const char *kinds, struct spp_port *port);

#endif
