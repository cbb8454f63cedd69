/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An error for a person: which object, what is wrong, what would be right. Plain C.
 *
 * Functions that can fail return 0 or -errno and, where they take a struct spp_error, fill it
 * with one line of text (lower case, no full stop). The caller owns the struct.
 */
#ifndef SPP_ERROR_H
#define SPP_ERROR_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "spp/limits.h"

struct spp_error {
	char text[SPP_ERROR_SIZE];
};

/**
 * Fill an error and hand its code on, so that `return spp_error(err, EBUSY, "...")` works.
 *
 * @param err  May be NULL: then only the code counts.
 * @param code Positive errno.
 * @return -code
 */
__attribute__((format(printf, 3, 4))) static inline int
spp_error(struct spp_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err != NULL) {
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
	}
	return -code;
}

#endif
