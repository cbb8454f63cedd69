/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Keeps the running wiring on disk: takes it over at each flush, and writes it on a thread of its
 * own, since a disk may take its time. The last wiring wins: one that came while another was being
 * written replaces what still waits.
 *
 * Used by control and status. All functions: control thread. A write that fails is logged, shown,
 * and tried again with the next wiring.
 */
#ifndef SPP_CONTROL_KEEPER_H
#define SPP_CONTROL_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/error.h"
#include "spp/model.h"
#include "state_file.h"

/** How long the end of the program waits for a disk, milliseconds. */
#define SPP_KEEPER_STOP_MS 2000

struct spp_keeper;

struct spp_keeper_state {
	char path[SPP_STATE_PATH_SIZE];
	bool saved;                 /**< the file holds the running wiring, as far as we know */
	bool restored;              /**< this process began with what the file said */
	uint64_t generation;        /**< that the file holds; 0: none of this process */
	char error[SPP_ERROR_SIZE]; /**< why the last write, or the restoring, failed; "": fine */
};

/** @param log called on the thread that writes, too; may be NULL */
int spp_keeper_create(const char *directory, unsigned int process_id,
		      void (*log)(int priority, const char *line), struct spp_keeper **out,
		      struct spp_error *err);

/** What the start found: a wiring that now runs as this generation, or an error (may be NULL). */
void spp_keeper_restored(struct spp_keeper *keeper, bool restored, uint64_t generation,
			 const char *error);

/** This wiring runs now: save it. Copies it and returns at once. */
void spp_keeper_keep(struct spp_keeper *keeper, const struct spp_model *model, uint64_t generation);

void spp_keeper_state(struct spp_keeper *keeper, struct spp_keeper_state *out);

/** Write what waits, end. A disk that does not answer by the deadline is left behind. NULL is
 * fine. */
void spp_keeper_destroy(struct spp_keeper *keeper);

#endif
