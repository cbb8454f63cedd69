/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The saved wiring of one spp_vf on disk: write, read, set aside. docs/operations.md shows one.
 *
 * Used by keeper (write) and restore (read, set aside). Files only: knows no transaction and no
 * thread. A file is replaced as a whole or not at all, also when the machine loses power.
 */
#ifndef SPP_CONTROL_STATE_FILE_H
#define SPP_CONTROL_STATE_FILE_H

#include <stddef.h>

#include "spp/error.h"
#include "spp/model.h"

#define SPP_STATE_PATH_SIZE 512
/** Files set aside that are kept; the oldest go. */
#define SPP_STATE_BAD_MAX 4

/** The path of a process's file in this directory. -ENAMETOOLONG: it has no room in out. */
int spp_state_path(char out[SPP_STATE_PATH_SIZE], const char *directory, unsigned int process_id,
		   struct spp_error *err);

/** Make the directory if its parent is there. */
int spp_state_make_directory(const char *directory, struct spp_error *err);

/** Replace the file. On failure the old one stays as it is. May take as long as the disk does. */
int spp_state_write(const char *path, unsigned int process_id, const struct spp_model *model,
		    struct spp_error *err);

/**
 * Read the file and check that it is one of this process: its version and process id. Commands
 * are not looked at.
 * @param text the whole of it, for free()
 * @return 0; -ENOENT: there is none; -errno with what is wrong
 */
int spp_state_read(const char *path, unsigned int process_id, char **text, size_t *length,
		   struct spp_error *err);

/**
 * Rename the file to PATH.bad-TIME, so that it can be looked at and is not read again.
 * @param name the new name without its directory
 */
int spp_state_set_aside(const char *path, char name[SPP_STATE_PATH_SIZE], struct spp_error *err);

#endif
