/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The connection to the controller: we call, it asks.
 *
 * Used by control. Calls for ever, with a pause that grows to a second; says nothing until asked.
 */
#ifndef SPP_CONTROL_CLIENT_H
#define SPP_CONTROL_CLIENT_H

#include "answer.h"
#include "loop.h"
#include "spp/error.h"

struct spp_client;

/** @param log may be NULL */
int spp_client_create(struct spp_loop *loop, const char *address, const struct spp_service *service,
		      void (*log)(int priority, const char *line), struct spp_client **out,
		      struct spp_error *err);
/** Whom it calls, and whether they talk; valid as long as the client. */
const struct spp_controller *spp_client_controller(const struct spp_client *client);
void spp_client_destroy(struct spp_client *client);

#endif
