/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One command of a controller, whatever dialect it came in: made by json/request and text/request,
 * carried out by answer and txn. Types only.
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
	SPP_CMD_STOP,  /**< a component by its name, whatever its core */
	SPP_CMD_PORT,  /**< one port of a component that is there */
	SPP_CMD_LABEL, /**< what a NIC or vhost is called */
	SPP_CMD_CLEAR,
	SPP_CMD_RECORD,     /**< of a spp_pcap: "start" */
	SPP_CMD_RECORD_END, /**< of a spp_pcap: "stop" */
	SPP_CMD_EXIT,
};

/** What SPP_CMD_PORT changes of a port that is attached. */
enum spp_port_setting {
	SPP_SET_NOTHING, /**< it is attached or detached */
	SPP_SET_FILTER,
	SPP_SET_SOURCE_CHECK,
	SPP_SET_PAIR,
	SPP_SET_STORM,
};

struct spp_command {
	enum spp_command_kind kind;
	uint8_t setting; /**< SPP_CMD_PORT: enum spp_port_setting */
	/** SPP_CMD_COMPONENT: type "none"; SPP_CMD_TABLE: port "unuse"; SPP_CMD_PORT: detach;
	 * SPP_CMD_LABEL: "none". */
	bool clear;
	/** SPP_CMD_TABLE: the port counts when clear, too: an entry that leads elsewhere stays. */
	bool from_port;
	/** SPP_CMD_TABLE: saved for VID 0 by a former version, and read as untagged. */
	bool vid0;
	/** SPP_CMD_CLEAR: only the counters of entry.port. */
	bool one_port;
	/**
	 * SPP_CMD_COMPONENT; when clear, only lcore_id and name ("": every one) count.
	 * SPP_CMD_STOP: only the name. SPP_CMD_PORT: the name, and one port on the side meant.
	 */
	struct spp_component component;
	/** SPP_CMD_TABLE; when clear, the port does not count but for from_port. See one_port.
	 * SPP_CMD_LABEL: only the port. */
	struct spp_table_entry entry;
	char label[SPP_PORT_LABEL_MAX + 1]; /**< SPP_CMD_LABEL; "" when clear */
};

#endif
