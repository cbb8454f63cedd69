/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How many lines of the log one source may have: a guest, or the part of a library that speaks
 * about it. Others set the pace of such lines, so there is a limit for each source, and what goes
 * beyond it is counted, to be told later.
 *
 * Pure; the caller locks (src/common/log.c).
 */
#ifndef SPP_LOG_LIMIT_H
#define SPP_LOG_LIMIT_H

#include <stdint.h>

/** Seconds from a source's first line, after which it may have as many again. */
#define SPP_LOG_LIMIT_S 60
/** Lines of a source within them, unless the caller says otherwise. */
#define SPP_LOG_LIMIT_LINES 20
/** Sources at a time; all that come beyond share the last one's place. */
#define SPP_LOG_LIMIT_SOURCES 256
/** Bytes of a source's name that count, with the terminating NUL. */
#define SPP_LOG_LIMIT_NAME 128

/** All zero: nothing was written yet. */
struct spp_log_limit {
	struct {
		char name[SPP_LOG_LIMIT_NAME]; /* "": free */
		uint64_t since_s;
		unsigned int lines;
		uint64_t left_out;
	} sources[SPP_LOG_LIMIT_SOURCES];
};

enum spp_log_limit_answer {
	SPP_LOG_LIMIT_WRITE,
	SPP_LOG_LIMIT_WRITE_LAST, /**< the last of this source for now */
	SPP_LOG_LIMIT_LEAVE_OUT,
};

/**
 * May a source write one more line? It counts, written or left out.
 *
 * @param source its name, not empty
 * @param max   lines within SPP_LOG_LIMIT_S; at least 1, the same at each call for a source
 * @param now_s seconds of a clock that is never set back
 */
enum spp_log_limit_answer spp_log_limit_take(struct spp_log_limit *limit, const char *source,
					     unsigned int max, uint64_t now_s);

/**
 * A source whose time is over and of which lines were left out, if there is one: it may write
 * again, and is not told a second time.
 *
 * @param name of the source.
 * @return lines left out; 0: no such source
 */
uint64_t spp_log_limit_ended(struct spp_log_limit *limit, uint64_t now_s,
			     char name[SPP_LOG_LIMIT_NAME]);

#endif
