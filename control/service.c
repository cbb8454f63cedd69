/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What answers have in common. See service.h.
 */
#include "service.h"

#include <stddef.h>

void
spp_service_clear(const struct spp_service *service)
{
	if (service->dataplane != NULL)
		service->dataplane->clear(service->dataplane_ctx);
	if (service->host != NULL) {
		service->host->clear(service->host_ctx);
		if (service->tell != NULL)
			spp_tell_clear(service->tell);
	}
}
