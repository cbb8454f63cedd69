/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a spp_vf asks of spp_primary, one reply each, over a UNIX socket (SOCK_SEQPACKET) in the
 * EAL's runtime directory. Asked by src/vf/attach.c, answered by src/primary/slot_messages.c.
 *
 * The connection stays as long as both live, and its end tells the VF that the primary is gone.
 */
#ifndef SPP_MESSAGES_H
#define SPP_MESSAGES_H

#include <stdint.h>

#include "spp/error.h"

#define SPP_MSG_SOCKET "spp_vf_socket"

enum spp_msg_op {
	SPP_MSG_ATTACH, /**< give me a slot; the answer describes it */
	SPP_MSG_RUN,  /**< I started the event device: schedule it; `arg` not 0: I do not use it */
	SPP_MSG_BIND, /**< let NIC `arg` receive into my pool; answers an adapter id */
	SPP_MSG_UNBIND, /**< a BIND is taken back: into the pool of slot `before`, as it did */
	SPP_MSG_LEAVE,  /**< my workers have stopped and gave everything back */
};

struct spp_msg_request {
	uint32_t layout; /**< SPP_SHARE_LAYOUT of the one who asks */
	uint32_t number; /**< of the request: its answer has the same */
	uint32_t op;     /**< enum spp_msg_op */
	int32_t eal_pid; /**< as DPDK names the files of the one who asks (vf/eal_pid.h) */
	uint32_t process_id;
	uint32_t nb_workers;
	uint32_t arg, before;
	/** vhosts and rings of the configuration file (ATTACH); numbers of 0: no file. */
	uint32_t first_vhost, nb_vhosts, first_ring, nb_rings;
	int32_t nic; /**< -1: none claimed at start */
	uint8_t from_file;
};

struct spp_msg_reply {
	uint32_t number;
	int32_t result; /**< 0 or -errno; -EBUSY: at other work, ask again */
	uint32_t slot;
	uint32_t session;
	uint32_t dev_id;
	uint32_t nb_queues;
	uint32_t adapter_id;
	char text[192]; /**< of an error */
};

/** What a VF is refused with when heap.restarts_left of the primary's status is 0. */
static inline int
spp_msg_used_up(uint64_t leaked, uint64_t others, struct spp_error *err)
{
	return spp_error(err, ENOMEM,
			 "the memory of spp_primary is used up: %.1f MiB by what DPDK lost with "
			 "processes that died, %.1f MiB by other DPDK programs (dpdk-dumpcap and "
			 "the like): restart spp_primary (more --socket-mem lasts longer)",
			 (double)leaked / 1048576, (double)others / 1048576);
}

#endif
