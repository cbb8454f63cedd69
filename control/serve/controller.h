/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The connection to the controller: we connect, it asks.
 *
 * Used by control. Tries for ever, with a pause that grows to a second; sends nothing until asked.
 */
#ifndef SPP_CONTROL_CONTROLLER_H
#define SPP_CONTROL_CONTROLLER_H

#include <stdbool.h>
#include <sys/types.h>

#include "answer/answer.h"
#include "spp/error.h"
#include "wire/loop.h"

struct spp_controller_link;

struct spp_controller_config {
	const char *address; /**< IP:PORT or a path */
	/** Whether by TCP, too, only root or `user` is heard; by a UNIX socket it is always so. */
	bool checked;
	uid_t user; /**< SPP_NO_USER: only root (by a UNIX socket also the user we run as) */
	void (*log)(int priority, const char *line); /**< may be NULL */
};

int spp_controller_link_create(struct spp_loop *loop, const struct spp_controller_config *config,
			       const struct spp_service *service, struct spp_controller_link **out,
			       struct spp_error *err);
/** Its address, and whether it is connected; the pointer is good as long as the link. */
const struct spp_controller *spp_controller_link_shown(const struct spp_controller_link *link);
void spp_controller_link_destroy(struct spp_controller_link *link);

#endif
