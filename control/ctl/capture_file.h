/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where the blocks of a capture go: a file, several files one after the other, standard output, or
 * the standard input of tcpdump. What stands there is whole at any time: of a disk that is full the
 * block that did not fit is taken back. Used by capture_out.
 */
#ifndef SPP_CTL_CAPTURE_FILE_H
#define SPP_CTL_CAPTURE_FILE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ctl_capture_file {
	const char *path;   /**< NULL: fd is given */
	unsigned int files; /**< that may exist at once; 0: any number */
	bool numbered;      /**< a full file is followed by another one */
	unsigned int nb;    /**< begun so far */
	int fd;
	uint64_t size;                             /**< bytes in the file that is open */
	pid_t reader;                              /**< 0: none */
	bool gone;                                 /**< the reader of a pipe has gone: no error */
	bool stalled;                              /**< it does not read */
	const volatile sig_atomic_t *asked_to_end; /**< then it has 2 s more to read */
	uint64_t patience_ms; /**< spp_clock_ms() until when; 0: was not asked to end, or reads */
};

/** Open the first, or the next one. False: it was complained. */
bool ctl_capture_file_next(struct ctl_capture_file *file);
/** tcpdump, at the other end of a pipe. False: it is not installed, or does not start. */
bool ctl_capture_file_tcpdump(struct ctl_capture_file *file);
/** Whole blocks, or text. False: no more can be written; it was complained, but of `gone`. */
bool ctl_capture_file_write(struct ctl_capture_file *file, const uint8_t *blocks, size_t size);
/** Close it; wait for tcpdump, which is ended when it does not end within some seconds. False: it
 * was complained. */
bool ctl_capture_file_close(struct ctl_capture_file *file);

#endif
