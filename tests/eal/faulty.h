/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A data plane whose steps fail when told to: src/'s own, behind operations that count.
 */
#ifndef SPP_TESTS_FAULTY_H
#define SPP_TESTS_FAULTY_H

#include <stdbool.h>

#include "spp/dataplane.h"

/** Steps count from 1 and over; those that cannot fail (discard, resume, publish ...) do not. */
struct faulty {
	unsigned int step;
	unsigned int fail_at; /**< this step fails with -EIO, 0: none */
	bool undo_fails;      /**< so does the first step after it: one of the undo */
	bool done_first;      /**< the step does its work all the same, and then says it failed */
	unsigned int failed;
};

extern struct faulty faulty;

/** What control is to drive instead of spp_dataplane_ops. */
const struct spp_dataplane_ops *faulty_ops(void);
void faulty_reset(unsigned int fail_at, bool undo_fails, bool done_first);

#endif
