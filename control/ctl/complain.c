/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Messages on standard error. See complain.h.
 */
#include "ctl/complain.h"

#include <stdarg.h>
#include <stdio.h>

void
ctl_complain(const char *fmt, ...)
{
	va_list ap;

	fputs("sppctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}
