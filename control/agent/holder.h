/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who holds a TCP address that spp_agent would like to listen on, for the error message.
 */
#ifndef SPP_AGENT_HOLDER_H
#define SPP_AGENT_HOLDER_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

/** Fills text with " by pid N (name)", or "" when it cannot be told. @return N, or 0 */
pid_t agent_holder_of(const struct sockaddr_storage *address, char *text, size_t size);

#endif
