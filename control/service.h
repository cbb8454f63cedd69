/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who we are and what we speak for: what every answer of one process needs, whatever connection
 * and dialect it was asked in; and what is kept of one connection between its requests.
 */
#ifndef SPP_CONTROL_SERVICE_H
#define SPP_CONTROL_SERVICE_H

#include <stdbool.h>

#include "fault.h"
#include "keeper.h"
#include "limiter.h"
#include "spp/dataplane.h"
#include "spp/host.h"
#include "tell.h"
#include "txn.h"

struct spp_controller;
struct spp_text_cache;

struct spp_service {
	unsigned int process_id;   /**< 0: the primary */
	struct spp_txn *txn;       /**< NULL in the primary */
	struct spp_keeper *keeper; /**< NULL: the wiring is not saved */
	const struct spp_dataplane_ops *dataplane;
	void *dataplane_ctx;
	const struct spp_host_ops *host; /**< NULL in a VF */
	void *host_ctx;
	const struct spp_controller *controller; /**< NULL: there is none to be */
	struct spp_text_cache *text_cache;       /**< NULL in the primary */
	struct spp_tell *tell;                   /**< the way to the VFs; NULL in a VF */
	/** End the program in order; called once the reply to `exit` is sent. May be NULL. */
	void (*exit)(void *arg);
	void *exit_arg;
	void (*log)(int priority, const char *line); /**< may be NULL */
};

enum spp_origin {
	SPP_FROM_CONTROLLER,
	SPP_FROM_LOCAL, /**< may ask, and clear counters */
};

/** All zero: a controller's connection that was asked nothing yet. */
struct spp_session {
	enum spp_origin origin;
	/** Text commands wait for `flush`: the connection has used `cancel` or `flush`. */
	bool stages;
	bool exit;                  /**< the program ends when this reply is sent */
	bool failed;                /**< the message before was answered with an error */
	struct spp_limiter refused; /**< lines about what the primary does not do */
};

/** Count from now on; the primary has its VFs do the same. */
void spp_service_clear(const struct spp_service *service);
/** Only this process' counters of one port. 0, or -errno with the fault filled: it has none. */
int spp_service_clear_port(const struct spp_service *service, struct spp_port port,
			   struct spp_fault *fault);

#endif
