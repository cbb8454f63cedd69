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
};

struct spp_command {
	enum spp_command_kind kind;
	/** SPP_CMD_COMPONENT: type "none"; SPP_CMD_TABLE: port "unuse". */
	bool clear;
	/** SPP_CMD_COMPONENT; when clear, only lcore_id and name ("": every one) count. */
	struct spp_component component;
	/** SPP_CMD_TABLE; when clear, the port does not count. */
	struct spp_table_entry entry;
};

#endif
