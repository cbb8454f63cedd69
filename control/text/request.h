/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The text dialect of SPP's own controllers, inwards: one line into a command.
 *
 * Used by answer (text.c). Checks what can be checked of a command by itself; knows no model and no
 * inventory. Faults begin with the words SPP itself used: "Invalid value (port): ...".
 */
#ifndef SPP_CONTROL_TEXT_REQUEST_H
#define SPP_CONTROL_TEXT_REQUEST_H

#include <stddef.h>

#include "wiring/command.h"
#include "wiring/fault.h"

/** Bytes of one command; the longest that means something has some 200. */
#define SPP_TEXT_SIZE_MAX 1024
/** Words of one command. */
#define SPP_TEXT_WORDS_MAX 8

struct spp_text {
	unsigned int nb;
	const char *words[SPP_TEXT_WORDS_MAX]; /**< into bytes */
	char bytes[SPP_TEXT_SIZE_MAX + 1];
};

/** Split at blanks. -EMSGSIZE: too long or too many words; what fits is there all the same. */
int spp_text_split(const char *data, size_t length, struct spp_text *out, struct spp_fault *fault);

/** The command of a spp_vf that the words are. */
int spp_text_command(const struct spp_text *text, struct spp_command *out, struct spp_fault *fault);

#endif
