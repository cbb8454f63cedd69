/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What both dialects carry out in the same way. See service.h.
 */
#include "answer/service.h"

#include <errno.h>
#include <stddef.h>

#include "wiring/names.h"
#include "wiring/stage.h"

const char *
spp_service_type(const struct spp_service *service)
{
	if (service->process_type != NULL)
		return service->process_type;
	if (service->txn == NULL)
		return "primary";
	return service->dataplane->inventory(service->dataplane_ctx)->mirror ? "mirror" : "vf";
}

void
spp_service_clear(const struct spp_service *service)
{
	if (service->dataplane != NULL)
		service->dataplane->clear(service->dataplane_ctx);
	if (service->recorder != NULL)
		service->recorder->clear(service->recorder_ctx);
	if (service->host != NULL) {
		service->host->clear(service->host_ctx);
		if (service->tell != NULL)
			spp_tell_clear(service->tell);
	}
}

int
spp_service_clear_port(const struct spp_service *service, struct spp_port port,
		       struct spp_fault *fault)
{
	const struct spp_dataplane_ops *ops = service->dataplane;
	char name[SPP_PORT_TEXT_SIZE];
	int ret;

	if (service->recorder != NULL)
		return spp_fault(fault, ENOENT, ".port",
				 "bad value(port): spp_pcap clears all of its counters (leave the "
				 "port out)");
	if (service->host != NULL)
		return service->host->clear_port(service->host_ctx, port)
			       ? 0
			       : spp_fault(fault, ENOENT, ".port",
					   "bad value(port): \"%s\" is not a NIC or ring of "
					   "spp_primary (its status lists them)",
					   spp_port_format(port, name));
	ret = spp_stage_check_usable(ops->inventory(service->dataplane_ctx), port, "port", ".port",
				     fault);
	if (ret == 0)
		ops->clear_port(service->dataplane_ctx, port);
	return ret;
}
