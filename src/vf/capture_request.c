/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See capture_request.h.
 */
#include "vf/capture_request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "spp/port_text.h"

#include "common/mark.h"

/* Ports that are named in the log. */
#define NAMED_MAX 6

void
spp_capture_request_add_members(struct spp_capture_request *what,
				const struct spp_inventory *inventory)
{
	const struct spp_uplink *uplink;
	struct spp_port port = {.kind = SPP_PORT_UPLINK};
	unsigned int m;

	for (; port.index < SPP_UPLINK_MAX; port.index++) {
		uplink = &inventory->uplink[port.index];
		if (!uplink->there || !spp_capture_has_port(what, spp_port_id(port)))
			continue;
		for (m = 0; m < SPP_UPLINK_MEMBERS; m++)
			what->port[uplink->nic[m] / 8] |= (uint8_t)(1u << uplink->nic[m] % 8);
	}
}

static int
check_ports(const struct spp_capture_request *what, const struct spp_inventory *inventory,
	    struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE];
	unsigned int id, nb = 0;

	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		if (!spp_capture_has_port(what, id))
			continue;
		nb++;
		if (!inventory->usable[id])
			return spp_error(err, ENOENT, "%s is not one of this spp_vf's ports",
					 spp_port_format(spp_port_from_id(id), name));
	}
	if (nb == 0 && !(what->all == 1 && what->reasons != 0))
		return spp_error(err, EINVAL, "no port is asked for");
	if (what->trace > 0 && nb != 1)
		return spp_error(err, EINVAL, "a trace is of one port");
	return 0;
}

static int
check_trace(const struct spp_capture_request *what, struct spp_error *err)
{
	if (what->rx + what->tx + what->all > 0 || what->reasons != 0)
		return spp_error(err, EINVAL, "a trace and a capture are asked for");
	if (what->trace > SPP_TRACE_PACKETS_MAX)
		return spp_error(err, EINVAL, "a trace is of at most %d packets",
				 SPP_TRACE_PACKETS_MAX);
	if (what->nb_filter > SPP_TRACE_FILTER_MAX)
		return spp_error(err, EINVAL,
				 "filter: has %u instructions (a trace's at most %d: a worker "
				 "runs it)",
				 what->nb_filter, SPP_TRACE_FILTER_MAX);
	if (spp_mark_flag == 0)
		return spp_error(err, ENOTSUP,
				 "spp_primary gave no mark for packets: it is older than this "
				 "spp_vf");
	return 0;
}

int
spp_capture_request_check(const struct spp_capture_request *what,
			  const struct spp_inventory *inventory, struct spp_error *err)
{
	int ret = 0;

	if (what->magic != SPP_CAPTURE_MAGIC)
		return spp_error(err, EPROTO, "this spp_vf is of another build than sppctl");
	if (what->snaplen < 1 || what->snaplen > SPP_CAPTURE_SNAPLEN_MAX)
		return spp_error(err, EINVAL, "snaplen %u: not 1 to %d", what->snaplen,
				 SPP_CAPTURE_SNAPLEN_MAX);
	if (what->rx > 1 || what->tx > 1 || what->all > 1 ||
	    (what->reasons == 0 && what->trace == 0 && what->rx + what->tx == 0))
		return spp_error(err, EINVAL, "nothing is asked for");
	if (what->trace > 0)
		ret = check_trace(what, err);
	return ret < 0 ? ret : check_ports(what, inventory, err);
}

void
spp_capture_request_describe(const struct spp_capture_request *what, char *out, size_t size)
{
	char name[SPP_PORT_TEXT_SIZE];
	unsigned int id, nb = 0;
	size_t used;

	snprintf(out, size, "%s",
		 what->trace > 0      ? "trace of what comes in by"
		 : what->reasons != 0 ? "drops"
		 : !what->tx          ? "rx"
		 : !what->rx          ? "tx"
				      : "rx and tx");
	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		if (!spp_capture_has_port(what, id) || ++nb > NAMED_MAX)
			continue;
		used = strlen(out);
		snprintf(out + used, size - used, " %s",
			 spp_port_format(spp_port_from_id(id), name));
	}
	used = strlen(out);
	if (nb > NAMED_MAX)
		snprintf(out + used, size - used, " and %u more", nb - NAMED_MAX);
}
