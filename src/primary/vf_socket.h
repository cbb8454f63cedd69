/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The socket by which each spp_vf speaks to spp_primary (common/messages.h): one connection each,
 * as long as it lives. Control thread only.
 *
 * Not DPDK's multi-process channel: there requests are answered on the thread on which the answers
 * of other processes arrive, for which a NIC's driver may wait while it is set up, and so may the
 * heap when it has to grow; and the kernel says here who asks, in whichever PID namespace that is.
 */
#ifndef SPP_VF_SOCKET_H
#define SPP_VF_SOCKET_H

#include <sys/types.h>

#include "spp/error.h"

#include "common/messages.h"

/** One who asks. */
struct spp_vf_peer {
	int fd;           /**< -1: nobody */
	pid_t pid;        /**< as we see it; 0: it is in a PID namespace that we cannot see */
	int slot;         /**< it was given, -1: none yet. The server's to set, with the next one */
	uint32_t session; /**< of the slot: it is another one's later */
};

/** Fills the reply, whose result is 0 when it is called. */
typedef void (*spp_vf_serve)(void *arg, struct spp_vf_peer *peer,
			     const struct spp_msg_request *request, struct spp_msg_reply *reply);

/** @param dir the EAL's runtime directory @return a descriptor that is readable when there is work
 * for spp_vf_socket_work(), or -errno */
int spp_vf_socket_open(const char *dir, spp_vf_serve serve, void *arg, struct spp_error *err);
/** Take connections, serve who has asked, forget who is gone. Waits for nobody. */
void spp_vf_socket_work(void);

/** A pidfd of the one who has just asked; -errno: it has ended, ... */
int spp_vf_peer_pidfd(const struct spp_vf_peer *peer);

#endif
