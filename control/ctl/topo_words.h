/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What `sppctl topo` writes at a port and at a component. Used by topo and topo_dot.
 */
#ifndef SPP_CTL_TOPO_WORDS_H
#define SPP_CTL_TOPO_WORDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ctl/topo_view.h"

/** "ring0 1.2k/s", "vhost0 (web1) 12/s", "nic0-tag (link down)"; side: which counter, "rx" or
 * "tx". */
void topo_port_text(const struct topo *topo, const json_t *port, const char *side, char *text,
		    size_t size);

/** What follows the name of the port: " 1.2k/s", " (link down)". */
void topo_port_figures(const struct topo *topo, const json_t *port, const char *side, char *text,
		       size_t size);

/** "classifier [2]" with what it drops now. */
void topo_component_text(const struct topo *topo, const json_t *core, char *text, size_t size);

/** " 00:11:22:33:44:55 +2": what leads to a port; "" when nothing. */
void topo_addresses(const struct topo *topo, const char *port, char *text, size_t size);

/** The component sorts by the table: a classifier, or a switch. */
bool topo_sorts(const json_t *core);
/** A port of a switch on both of its sides: one place, to and from which packets go. */
bool topo_is_both(const json_t *core, const char *port);

/** Position in info.core of the component that has the port on its side "rx" or "tx"; -1. */
int topo_user(const struct topo *topo, const char *port, const char *side);

/** Of a ring that has its end of this side in another spp_vf: " (to vf2)", " (from vf2)", and what
 * is wrong with it, behind the text. @return false: it has not */
bool topo_elsewhere(const struct topo *topo, const char *ring, const char *side, char *text,
		    size_t size);

#endif
