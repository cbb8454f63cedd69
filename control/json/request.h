/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The JSON dialect, inwards: one message into commands.
 *
 * Used by answer, by saved/restore and by change/. Checks what can be checked of a command by
 * itself: members, types, words, ranges. Knows no model and no inventory.
 */
#ifndef SPP_CONTROL_REQUEST_H
#define SPP_CONTROL_REQUEST_H

#include <stddef.h>

#include "wiring/command.h"
#include "wiring/fault.h"

struct spp_request;

/**
 * @param fault on failure: its text is the reason; that it is no message the reply says
 * @return 0; -EBADMSG: not JSON; -EINVAL: JSON, but not a message; -ENOMEM
 */
int spp_request_parse(const char *data, size_t length, struct spp_request **out,
		      struct spp_fault *fault);
void spp_request_destroy(struct spp_request *request);

/** It is a saved wiring: what former versions took, and this one does not, is read as what it
 * means now (spp_command.vid0). */
void spp_request_set_saved(struct spp_request *request);

unsigned int spp_request_nb_commands(const struct spp_request *request);

/** Decode command k. The fault's place is relative to the command: ".rx_ports[0]". */
int spp_request_command(const struct spp_request *request, unsigned int k, struct spp_command *out,
			struct spp_fault *fault);

#endif
