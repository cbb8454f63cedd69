/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What `sppctl topo` draws: one spp_vf at two moments. Types only.
 */
#ifndef SPP_CTL_TOPO_VIEW_H
#define SPP_CTL_TOPO_VIEW_H

#include <jansson.h>
#include <stdbool.h>

struct topo {
	const json_t *info, *before; /**< before NULL: no rates */
	double seconds;              /**< between the two */
	bool *drawn;                 /**< by position in info.core: stands in the drawing already */
	const char *root;            /**< port that the tree begins with; NULL */
	const char *name;            /**< of the spp_vf */
	const json_t *infos;         /**< name -> info, of all that are there: rings lead there */
};

#endif
