/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A flush as the product does it: control's plan and commit over a data plane.
 *
 * Apart from bench.c because control/ and src/ each have names of their own for the same things.
 */
#ifndef SPP_TESTS_FLUSHER_H
#define SPP_TESTS_FLUSHER_H

#include <stdbool.h>

#include "spp/dataplane.h"

struct flusher_result {
	bool late, degraded;
	char late_why[SPP_ERROR_SIZE];
};

/** Begin with nothing wired. */
void flusher_init(const struct spp_dataplane_ops *ops, void *ctx);
/** Let what is staged run; assigns its event queues. */
int flusher_flush(struct spp_model *staged, struct flusher_result *result, struct spp_error *err);
/** What runs. A test that drives the operations itself writes here what it made run. */
struct spp_model *flusher_running(void);

#endif
