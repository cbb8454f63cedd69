/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Models in one line for tests: add(&model, "4 forward ring0 > vhost0").
 */
#ifndef SPP_TESTS_BUILD_MODEL_H
#define SPP_TESTS_BUILD_MODEL_H

#include "spp/levels.h"
#include "spp/model.h"

/** Append a component: "[name@]core type rx... > tx...". Aborts on a text it cannot read. */
void add(struct spp_model *model, const char *text);

/** The levels of a model whose components have their queues; good until the next call. */
const struct spp_levels *levels_of(const struct spp_model *model);

#endif
