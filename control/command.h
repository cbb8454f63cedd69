/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One command as the transaction sees it, whatever dialect it came in.
 */
#ifndef SPP_CONTROL_COMMAND_H
#define SPP_CONTROL_COMMAND_H

#include <stdbool.h>

#include "spp/model.h"

enum spp_command_kind {
	SPP_CMD_PROCESS,
	SPP_CMD_COMPONENT,
	SPP_CMD_TABLE,
	SPP_CMD_FLUSH,
	SPP_CMD_CANCEL,
	SPP_CMD_STATUS,
	SPP_CMD_STOP, /**< a component by its name, whatever its core */
	SPP_CMD_PORT, /**< one port of a component that is there */
	SPP_CMD_CLEAR,
	SPP_CMD_EXIT,
};

struct spp_command {
	enum spp_command_kind kind;
	/** SPP_CMD_COMPONENT: type "none"; SPP_CMD_TABLE: port "unuse"; SPP_CMD_PORT: detach. */
	bool clear;
	/** SPP_CMD_TABLE: the port counts when clear, too: an entry that leads elsewhere stays. */
	bool from_port;
	/** SPP_CMD_CLEAR: only the counters of entry.port. */
	bool one_port;
	/**
	 * SPP_CMD_COMPONENT; when clear, only lcore_id and name ("": every one) count.
	 * SPP_CMD_STOP: only the name. SPP_CMD_PORT: the name, and one port on the side meant.
	 */
	struct spp_component component;
	/** SPP_CMD_TABLE; when clear, the port does not count but for from_port. See one_port. */
	struct spp_table_entry entry;
};

#endif
