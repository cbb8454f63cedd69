/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What every answer needs: of the process that answers (struct spp_service), and of the connection
 * by which it was asked (struct spp_session). Used by answer and serve.
 */
#ifndef SPP_CONTROL_SERVICE_H
#define SPP_CONTROL_SERVICE_H

#include <stdbool.h>

#include "answer/tell.h"
#include "saved/keeper.h"
#include "spp/control.h"
#include "spp/dataplane.h"
#include "spp/host.h"
#include "spp/recorder.h"
#include "wire/limiter.h"
#include "wiring/fault.h"
#include "wiring/txn.h"

struct spp_controller;
struct spp_text_cache;

/** One process, spp_vf, spp_primary or spp_pcap; filled in once, by serve/control. */
struct spp_service {
	unsigned int process_id;   /**< 0: the primary */
	const char *process_type;  /**< NULL: by what it is */
	struct spp_txn *txn;       /**< of a spp_vf or spp_mirror, else NULL */
	struct spp_keeper *keeper; /**< NULL: the wiring is not saved */
	const struct spp_dataplane_ops *dataplane;
	void *dataplane_ctx;
	const struct spp_host_ops *host; /**< the primary's, else NULL */
	void *host_ctx;
	const struct spp_recorder_ops *recorder; /**< spp_pcap's, else NULL */
	void *recorder_ctx;
	struct spp_build build;
	const struct spp_controller *controller; /**< NULL: it was started without one */
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
	SPP_FROM_LOOK,  /**< may ask */
};

/** What is kept of a connection between two messages. All zero: a controller's, no message yet. */
struct spp_session {
	enum spp_origin origin;
	/** Text commands are staged and wait for `flush`; so it is once the connection has used
	 * `cancel` or `flush`. */
	bool stages;
	bool exit;                  /**< the program ends when this reply is sent */
	bool failed;                /**< the message before was answered with an error */
	struct spp_limiter refused; /**< lines about what the primary does not do */
};

/** What the process says that it is: "primary", "vf", "mirror", "pcap". */
const char *spp_service_type(const struct spp_service *service);

/** Count from now on; the primary has its VFs do the same. */
void spp_service_clear(const struct spp_service *service);
/** Only this process' counters of one port. 0, or -errno with the fault filled: it has none. */
int spp_service_clear_port(const struct spp_service *service, struct spp_port port,
			   struct spp_fault *fault);

#endif
