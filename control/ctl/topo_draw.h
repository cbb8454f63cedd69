/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A tree of texts, drawn from left to right. Used by topo; knows nothing of what the texts say.
 */
#ifndef SPP_CTL_TOPO_DRAW_H
#define SPP_CTL_TOPO_DRAW_H

#include <stdbool.h>
#include <stdio.h>

#define TOPO_DEPTH_MAX 64

/** Text of one place and what follows it, to the right. */
struct topo_node {
	char text[160];
	struct topo_node *child, *next;
	bool both; /**< packets also come back from there */
};

/** Widen `widths`, one for each depth, so that the tree fits. */
void topo_measure(const struct topo_node *node, unsigned int depth, unsigned int *widths);

/** @param backwards arrows point to the left: packets come from the right */
void topo_draw(FILE *out, const struct topo_node *node, const unsigned int *widths, bool backwards);

#endif
