/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of `sppctl topo` share: one spp_vf at two moments, and a drawing as trees.
 */
#ifndef SPP_CTL_TOPO_H
#define SPP_CTL_TOPO_H

#include "ctl.h"

struct topo {
	const json_t *info, *before; /**< before NULL: no rates */
	double seconds;
	bool *drawn; /**< by position in info.core */
};

/** Text of one place and what follows it, to the right. */
struct topo_node {
	char text[160];
	struct topo_node *child, *next;
};

/* ctl_topo_words.c: what is written at a place. */
/** "ring0 1.2k/s", "nic0-tag (link down)"; side: which counter, "rx" or "tx". */
void topo_port_text(const struct topo *topo, const json_t *port, const char *side, char *text,
		    size_t size);
/** "classifier [2]" with what it drops now. */
void topo_component_text(const struct topo *topo, const json_t *core, char *text, size_t size);
/** " 00:11:22:33:44:55 +2": what leads to a port of a classifier; "" when nothing. */
void topo_addresses(const struct topo *topo, const char *port, char *text, size_t size);
/** Position in info.core of the component that has the port on its side "rx" or "tx"; -1. */
int topo_user(const struct topo *topo, const char *port, const char *side);

/* ctl_topo_draw.c: a tree as lines. widths: of each depth, see topo_measure(). */
#define TOPO_DEPTH_MAX 64
void topo_measure(const struct topo_node *node, unsigned int depth, unsigned int *widths);
/** @param backwards arrows point to the left: packets come from the right */
void topo_draw(FILE *out, const struct topo_node *node, const unsigned int *widths, bool backwards);

/* ctl_topo_dot.c */
void topo_dot(FILE *out, const char *name, const struct topo *topo);

#endif
