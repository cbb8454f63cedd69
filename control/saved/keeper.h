/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Keeps the running wiring on disk: is given a copy at each flush, and writes it on a thread of its
 * own, since a disk may take its time. When several wirings come while one is being written, only
 * the last of them is written next.
 *
 * Used by serve/control, and by answer for status. All functions: control thread. A write that
 * fails is logged, shown, and tried again with the next wiring.
 */
#ifndef SPP_CONTROL_KEEPER_H
#define SPP_CONTROL_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/error.h"
#include "spp/model.h"
#include "json/status_vf.h"

/** How long the end of the program waits for a disk, milliseconds. */
#define SPP_KEEPER_STOP_MS 2000

struct spp_keeper;

/** @param log called on the thread that writes, too; may be NULL */
int spp_keeper_create(const char *directory, unsigned int process_id,
		      void (*log)(int priority, const char *line), struct spp_keeper **out,
		      struct spp_error *err);

/**
 * Tell what the start has made of the state file.
 * @param restored   its wiring runs now, as this generation
 * @param error      why it could not be used; NULL: it could, or there was none
 */
void spp_keeper_restored(struct spp_keeper *keeper, bool restored, uint64_t generation,
			 const char *error);

/** This wiring runs now: save it. Copies it and returns at once. */
void spp_keeper_keep(struct spp_keeper *keeper, const struct spp_model *model, uint64_t generation);

/** What status shows of it; out->path is good as long as the keeper. */
void spp_keeper_state(struct spp_keeper *keeper, struct spp_status_saved *out);

/** Write what waits, end. A disk that does not answer by the deadline is left behind. NULL is
 * fine. */
void spp_keeper_destroy(struct spp_keeper *keeper);

#endif
