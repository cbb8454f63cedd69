/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Collecting what is wrong with a request. See fault.h.
 */
#include "wiring/fault.h"

#include <stdarg.h>
#include <stdio.h>

int
spp_fault(struct spp_fault *fault, int code, const char *place, const char *fmt, ...)
{
	va_list ap;
	char *c;

	if (fault == NULL)
		return -code;
	snprintf(fault->place, sizeof(fault->place), "%s", place);
	va_start(ap, fmt);
	vsnprintf(fault->err.text, sizeof(fault->err.text), fmt, ap);
	va_end(ap);
	for (c = fault->err.text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	return -code;
}

struct spp_fault *
spp_faults_next(struct spp_faults *faults)
{
	if (faults->nb < SPP_FAULTS_MAX)
		faults->nb++;
	return &faults->items[faults->nb - 1];
}
