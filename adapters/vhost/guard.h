/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which vhost-user messages a guest may send, and when: a state machine in front of librte_vhost.
 *
 * librte_vhost (22.11, 24.11) trusts the other end of the socket in several places
 * (docs/security.md has the list): a ring that grows after its addresses were checked, or is
 * started again without a size, makes it touch memory that is not there. What passes here, it
 * handles safely. Pure: no DPDK, no system call, no file descriptor but their number.
 */
#ifndef SPP_VHOST_GUARD_H
#define SPP_VHOST_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/error.h"

#define SPP_GUARD_REGION_MAX 8
#define SPP_GUARD_RING_NB    2
/**
 * Largest ring: qemu allows 1,024. To find room for one packet librte_vhost may look at as many
 * chains as the ring has entries, each as long as the ring: the square of this, in one call.
 */
#define SPP_GUARD_RING_SIZE_MAX 2048
/** Smallest: what librte_vhost moves in one call must fit, whatever the guest says. */
#define SPP_GUARD_RING_SIZE_MIN 32

/** Queue pairs that a guest may name. It gets one, and its driver asks for no more; qemu names all.
 */
#define SPP_GUARD_PAIRS_MAX 16

#define SPP_GUARD_FLAG_VERSION    0x3u
#define SPP_GUARD_FLAG_REPLY      0x4u
#define SPP_GUARD_FLAG_NEED_REPLY 0x8u

enum spp_guard_request {
	SPP_GUARD_GET_FEATURES = 1,
	SPP_GUARD_SET_FEATURES = 2,
	SPP_GUARD_SET_OWNER = 3,
	SPP_GUARD_SET_MEM_TABLE = 5,
	SPP_GUARD_SET_VRING_NUM = 8,
	SPP_GUARD_SET_VRING_ADDR = 9,
	SPP_GUARD_SET_VRING_BASE = 10,
	SPP_GUARD_GET_VRING_BASE = 11,
	SPP_GUARD_SET_VRING_KICK = 12,
	SPP_GUARD_SET_VRING_CALL = 13,
	SPP_GUARD_SET_VRING_ERR = 14,
	SPP_GUARD_GET_PROTOCOL_FEATURES = 15,
	SPP_GUARD_SET_PROTOCOL_FEATURES = 16,
	SPP_GUARD_GET_QUEUE_NUM = 17,
	SPP_GUARD_SET_VRING_ENABLE = 18,
	SPP_GUARD_SEND_RARP = 19,
	SPP_GUARD_NET_SET_MTU = 20,
	SPP_GUARD_SET_SLAVE_REQ_FD = 21,
	SPP_GUARD_SET_STATUS = 39,
	SPP_GUARD_GET_STATUS = 40,
};

/** As it came over the socket: the payload has `size` bytes. */
struct spp_guard_message {
	uint32_t request, flags, size;
	const uint8_t *payload;
	unsigned int nb_fds;
};

struct spp_guard_region {
	uint64_t guest, size, user, offset;
};

struct spp_guard_ring {
	uint32_t size;              /* 0: not set since it was stopped */
	uint64_t desc, used, avail; /* user addresses */
	bool addressed;
};

/** What one connection has said so far. */
struct spp_guard {
	uint64_t offered, features;
	struct spp_guard_region regions[SPP_GUARD_REGION_MAX];
	unsigned int nb_regions;
	struct spp_guard_ring rings[SPP_GUARD_RING_NB];
	bool accepted;         /* features */
	uint16_t mtu;          /* 0: not said */
	unsigned int nb_pairs; /* queue pairs it has named */
};

/** How a message that has passed is to be handled. */
enum spp_guard_way {
	SPP_GUARD_SERVE,
	SPP_GUARD_IGNORE, /**< about a ring that is not there and will not be used */
};

/** A new connection, to which these features are offered. */
void spp_guard_init(struct spp_guard *guard, uint64_t offered);

/**
 * Judge a message. 0: it may go to librte_vhost, and is taken note of; -EPROTO, with the reason in
 * err: it must not, and the connection must end.
 */
int spp_guard_judge(struct spp_guard *guard, const struct spp_guard_message *message,
		    struct spp_error *err);

/** The regions of a SET_MEM_TABLE that has passed; their number. */
unsigned int spp_guard_regions(const struct spp_guard_message *message,
			       struct spp_guard_region regions[SPP_GUARD_REGION_MAX]);

/** Of a message that has passed. */
enum spp_guard_way spp_guard_way(const struct spp_guard_message *message);

/** What a guest has done so far, for whoever wonders why it does not start. */
#define SPP_GUARD_SAID_FEATURES 0x1u /**< accepted */
#define SPP_GUARD_SAID_MEMORY   0x2u /**< shared */
#define SPP_GUARD_SAID_RINGS    0x4u /**< both set up */
unsigned int spp_guard_said(const struct spp_guard *guard);

/** Its name in the vhost-user specification, or "request". */
const char *spp_guard_name(uint32_t request);

#endif
