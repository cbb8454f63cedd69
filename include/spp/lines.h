/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Lines on standard error that nobody has to wait for.
 *
 * Standard error may be a pipe that nobody reads, a terminal after Ctrl-S, a journal that is
 * stopped, a file on a disk that hangs: whoever writes to it is held up for as long as that lasts.
 * So a thread of its own writes, one line a write(), and everybody else puts lines into its queue
 * of SPP_LINES_SIZE bytes. What finds the queue full is lost, counted, and told in its place once
 * somebody reads again. (O_NONBLOCK is no way: it would hold for all programs that share the
 * descriptor.)
 *
 * Implemented by control/wire/lines.c for every program that runs on. Plain C. Any thread, but for
 * what is said otherwise.
 */
#ifndef SPP_LINES_H
#define SPP_LINES_H

#include <stddef.h>

/** Bytes that may wait. */
#define SPP_LINES_SIZE 65536u
/** Milliseconds that the end of a program waits for the last lines. */
#define SPP_LINES_END_MS 200

/** What is told of them, with their number. */
#define SPP_LINES_LOST_TEXT "%lu lines of this log are lost: nobody read standard error"

/** Put a whole line, its newline included; at most 4,096 bytes count. Never waits. */
void spp_lines_put(const char *line, size_t size);

/**
 * How it is told that lines were lost. Called on the thread that writes.
 * @param format writes the whole line into buf[size], returns its length
 */
void spp_lines_tell_lost(size_t (*format)(unsigned long nb, char *buf, size_t size));

/** From now on the thread that writes runs on the CPUs that the calling thread may use. */
void spp_lines_settle(void);

/** Wait until all is written, SPP_LINES_END_MS at most: the program ends. */
void spp_lines_end(void);

/** From a signal handler, when the process is about to end: written if that holds nobody up. */
void spp_lines_urgent(const char *line, size_t size);

#endif
