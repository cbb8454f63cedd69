/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The judge of vhost-user messages. See vhost/guard.h.
 */
#include "vhost/guard.h"

#include <string.h>

#include "spp/virtio.h"

#define DESC_SIZE      16u
#define USED_SIZE      8u
#define AVAIL_SIZE     2u
#define RING_HEAD      4u /* flags and index, in front of avail and used entries */
#define EVENT_IDX_SIZE 2u

#define RING_INDEX_MASK 0xffu
#define RING_NO_FD      0x100u
#define VRING_F_LOG     1u

#define MTU_MIN 68u /* virtio 1.1, 5.1.4.1 */

#define MEMORY_HEAD 8u
#define REGION_SIZE 32u

#define FEATURE_EVENT_IDX (1ULL << 29)

struct addresses {
	uint32_t ring, flags;
	uint64_t desc, used, avail, log;
};

struct state {
	uint32_t ring, number;
};

static int
judge_nothing(struct spp_guard *guard, const struct spp_guard_message *message,
	      struct spp_error *err)
{
	(void)guard;
	(void)message;
	(void)err;
	return 0;
}

/* All of [address, address + length) lies in one region. */
static bool
is_inside(const struct spp_guard_region *regions, unsigned int nb, uint64_t address,
	  uint64_t length)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (address >= regions[i].user && address - regions[i].user <= regions[i].size &&
		    length <= regions[i].size - (address - regions[i].user))
			return true;
	return false;
}

static int
ring_fits(const struct spp_guard *guard, const struct spp_guard_region *regions, unsigned int nb,
	  unsigned int index, struct spp_error *err)
{
	const struct spp_guard_ring *ring = &guard->rings[index];
	uint64_t event = (guard->features & FEATURE_EVENT_IDX) != 0 ? EVENT_IDX_SIZE : 0;

	if (is_inside(regions, nb, ring->desc, (uint64_t)DESC_SIZE * ring->size) &&
	    is_inside(regions, nb, ring->avail,
		      RING_HEAD + (uint64_t)AVAIL_SIZE * ring->size + event) &&
	    is_inside(regions, nb, ring->used,
		      RING_HEAD + (uint64_t)USED_SIZE * ring->size + event))
		return 0;
	return spp_error(err, EPROTO,
			 "ring %u does not lie in the memory it shares (is all of it shared? each "
			 "NUMA node's needs share=on)",
			 index);
}

static int
judge_features(struct spp_guard *guard, const struct spp_guard_message *message,
	       struct spp_error *err)
{
	uint64_t features;
	char names[160];
	unsigned int i;

	memcpy(&features, message->payload, sizeof(features));
	if ((features & ~guard->offered) != 0)
		return spp_error(
			err, EPROTO,
			"takes features that are not offered: %s (one that got them from "
			"an earlier spp_vf has to be started anew)",
			spp_virtio_names(features & ~guard->offered, names, sizeof(names)));
	for (i = 0; i < SPP_GUARD_RING_NB; i++)
		if (guard->rings[i].addressed && features != guard->features)
			return spp_error(err, EPROTO,
					 "changes its features while ring %u is set up", i);
	guard->features = features;
	guard->accepted = true;
	return 0;
}

unsigned int
spp_guard_regions(const struct spp_guard_message *message,
		  struct spp_guard_region regions[SPP_GUARD_REGION_MAX])
{
	unsigned int i;
	uint32_t nb;

	memcpy(&nb, message->payload, sizeof(nb));
	for (i = 0; i < nb; i++)
		memcpy(&regions[i], message->payload + MEMORY_HEAD + (size_t)i * REGION_SIZE,
		       REGION_SIZE);
	return nb;
}

static int
judge_memory(struct spp_guard *guard, const struct spp_guard_message *message,
	     struct spp_error *err)
{
	struct spp_guard_region regions[SPP_GUARD_REGION_MAX];
	unsigned int i;
	uint32_t nb;
	int ret;

	memcpy(&nb, message->payload, sizeof(nb));
	if (nb == 0 || nb > SPP_GUARD_REGION_MAX)
		return spp_error(err, EPROTO, "%u memory regions (1 to %d)", nb,
				 SPP_GUARD_REGION_MAX);
	if (message->size < MEMORY_HEAD + nb * REGION_SIZE || message->nb_fds != nb)
		return spp_error(err, EPROTO, "%u memory regions in %u bytes, with %u descriptors",
				 nb, message->size, message->nb_fds);
	spp_guard_regions(message, regions);
	for (i = 0; i < nb; i++)
		if (regions[i].size == 0 || regions[i].guest + regions[i].size < regions[i].guest ||
		    regions[i].user + regions[i].size < regions[i].user ||
		    regions[i].offset + regions[i].size < regions[i].offset)
			return spp_error(err, EPROTO, "memory region %u has an impossible size", i);
	for (i = 0; i < SPP_GUARD_RING_NB; i++) {
		ret = guard->rings[i].addressed ? ring_fits(guard, regions, nb, i, err) : 0;
		if (ret < 0)
			return ret;
	}
	memcpy(guard->regions, regions, nb * sizeof(regions[0]));
	guard->nb_regions = nb;
	return 0;
}

/* The two rings there are. */
static int
known_ring(uint32_t index, struct spp_error *err)
{
	if (index < SPP_GUARD_RING_NB)
		return 0;
	if (index > RING_INDEX_MASK)
		return spp_error(err, EPROTO, "ring %u (there are 0 and 1)", index);
	return spp_error(err, EPROTO,
			 "ring %u: asks for %u queue pairs; this port has 1: remove queues=", index,
			 index / 2 + 1);
}

/*
 * One more of a guest with several queue pairs, as qemu names them all before its guest's driver
 * has learnt that there is but one.
 */
static int
named_ring(struct spp_guard *guard, uint32_t index, struct spp_error *err)
{
	if (index >= 2 * SPP_GUARD_PAIRS_MAX)
		return known_ring(index, err);
	if (index / 2 + 1 > guard->nb_pairs)
		guard->nb_pairs = index / 2 + 1;
	return 0;
}

/*
 * librte_vhost translates a ring's addresses once, when they are set or the ring is started, for
 * the size it has then; and it frees what a size needs when the ring is stopped.
 */
static int
judge_size(struct spp_guard *guard, const struct spp_guard_message *message, struct spp_error *err)
{
	struct state state;

	memcpy(&state, message->payload, sizeof(state));
	if (known_ring(state.ring, err) < 0)
		return -EPROTO;
	if (state.number < SPP_GUARD_RING_SIZE_MIN || state.number > SPP_GUARD_RING_SIZE_MAX ||
	    (state.number & (state.number - 1)) != 0)
		return spp_error(err, EPROTO,
				 "ring %u of %u descriptors (a power of two, %d to %d)", state.ring,
				 state.number, SPP_GUARD_RING_SIZE_MIN, SPP_GUARD_RING_SIZE_MAX);
	if (guard->rings[state.ring].addressed)
		return spp_error(err, EPROTO, "a new size for ring %u, which is set up",
				 state.ring);
	guard->rings[state.ring].size = state.number;
	return 0;
}

static int
judge_addresses(struct spp_guard *guard, const struct spp_guard_message *message,
		struct spp_error *err)
{
	struct addresses a;
	struct spp_guard_ring *ring;

	memcpy(&a, message->payload, sizeof(a));
	if (known_ring(a.ring, err) < 0)
		return -EPROTO;
	ring = &guard->rings[a.ring];
	if (ring->size == 0 || guard->nb_regions == 0)
		return spp_error(err, EPROTO, "addresses of ring %u before its %s", a.ring,
				 ring->size == 0 ? "size" : "memory");
	if ((a.flags & VRING_F_LOG) != 0)
		return spp_error(err, EPROTO, "ring %u is to be logged, which was not offered",
				 a.ring);
	if (a.desc % DESC_SIZE != 0 || a.avail % sizeof(uint16_t) != 0 ||
	    a.used % sizeof(uint32_t) != 0)
		return spp_error(err, EPROTO, "ring %u is not aligned", a.ring);
	ring->desc = a.desc;
	ring->used = a.used;
	ring->avail = a.avail;
	if (ring_fits(guard, guard->regions, guard->nb_regions, a.ring, err) < 0)
		return -EPROTO;
	ring->addressed = true;
	return 0;
}

static int
judge_base(struct spp_guard *guard, const struct spp_guard_message *message, struct spp_error *err)
{
	struct state state;

	(void)guard;
	memcpy(&state, message->payload, sizeof(state));
	if (known_ring(state.ring, err) < 0)
		return -EPROTO;
	return state.number <= UINT16_MAX
		       ? 0
		       : spp_error(err, EPROTO, "ring %u begins at %u", state.ring, state.number);
}

static int
judge_stop(struct spp_guard *guard, const struct spp_guard_message *message, struct spp_error *err)
{
	struct state state;

	memcpy(&state, message->payload, sizeof(state));
	if (known_ring(state.ring, err) < 0)
		return -EPROTO;
	memset(&guard->rings[state.ring], 0, sizeof(guard->rings[0]));
	return 0;
}

static int
judge_enable(struct spp_guard *guard, const struct spp_guard_message *message,
	     struct spp_error *err)
{
	struct state state;

	memcpy(&state, message->payload, sizeof(state));
	return named_ring(guard, state.ring, err);
}

static int
judge_event(struct spp_guard *guard, const struct spp_guard_message *message, struct spp_error *err)
{
	uint64_t value;

	memcpy(&value, message->payload, sizeof(value));
	if ((value & ~(uint64_t)(RING_INDEX_MASK | RING_NO_FD)) != 0)
		return spp_error(err, EPROTO, "ring 0x%llx", (unsigned long long)value);
	if (message->nb_fds != ((value & RING_NO_FD) != 0 ? 0 : 1))
		return spp_error(err, EPROTO, "%u descriptors where one belongs", message->nb_fds);
	return named_ring(guard, value & RING_INDEX_MASK, err);
}

static int
judge_kick(struct spp_guard *guard, const struct spp_guard_message *message, struct spp_error *err)
{
	uint64_t value;

	if (judge_event(guard, message, err) < 0)
		return -EPROTO;
	memcpy(&value, message->payload, sizeof(value));
	if (known_ring(value & RING_INDEX_MASK, err) < 0)
		return -EPROTO;
	return guard->rings[value & RING_INDEX_MASK].addressed
		       ? 0
		       : spp_error(err, EPROTO,
				   "ring %u is started before it has size and addresses",
				   (unsigned int)(value & RING_INDEX_MASK));
}

static int
judge_mtu(struct spp_guard *guard, const struct spp_guard_message *message, struct spp_error *err)
{
	uint64_t mtu;

	memcpy(&mtu, message->payload, sizeof(mtu));
	if (mtu < MTU_MIN || mtu > UINT16_MAX)
		return spp_error(err, EPROTO, "an MTU of %llu (%u to %u)", (unsigned long long)mtu,
				 MTU_MIN, UINT16_MAX);
	guard->mtu = (uint16_t)mtu;
	return 0;
}

/* nb_fds -1: judge looks itself. */
static const struct rule {
	uint32_t request;
	const char *name;
	uint32_t size_min;
	int nb_fds;
	int (*judge)(struct spp_guard *guard, const struct spp_guard_message *message,
		     struct spp_error *err);
} rules[] = {
	{SPP_GUARD_GET_FEATURES, "GET_FEATURES", 0, 0, judge_nothing},
	{SPP_GUARD_SET_FEATURES, "SET_FEATURES", 8, 0, judge_features},
	{SPP_GUARD_SET_OWNER, "SET_OWNER", 0, 0, judge_nothing},
	{SPP_GUARD_SET_MEM_TABLE, "SET_MEM_TABLE", MEMORY_HEAD, -1, judge_memory},
	{SPP_GUARD_SET_VRING_NUM, "SET_VRING_NUM", sizeof(struct state), 0, judge_size},
	{SPP_GUARD_SET_VRING_ADDR, "SET_VRING_ADDR", sizeof(struct addresses), 0, judge_addresses},
	{SPP_GUARD_SET_VRING_BASE, "SET_VRING_BASE", sizeof(struct state), 0, judge_base},
	{SPP_GUARD_GET_VRING_BASE, "GET_VRING_BASE", sizeof(struct state), 0, judge_stop},
	{SPP_GUARD_SET_VRING_KICK, "SET_VRING_KICK", 8, -1, judge_kick},
	{SPP_GUARD_SET_VRING_CALL, "SET_VRING_CALL", 8, -1, judge_event},
	{SPP_GUARD_SET_VRING_ERR, "SET_VRING_ERR", 8, -1, judge_event},
	{SPP_GUARD_GET_PROTOCOL_FEATURES, "GET_PROTOCOL_FEATURES", 0, 0, judge_nothing},
	{SPP_GUARD_SET_PROTOCOL_FEATURES, "SET_PROTOCOL_FEATURES", 8, 0, judge_nothing},
	{SPP_GUARD_GET_QUEUE_NUM, "GET_QUEUE_NUM", 0, 0, judge_nothing},
	{SPP_GUARD_SET_VRING_ENABLE, "SET_VRING_ENABLE", sizeof(struct state), 0, judge_enable},
	{SPP_GUARD_SEND_RARP, "SEND_RARP", 8, 0, judge_nothing},
	{SPP_GUARD_NET_SET_MTU, "NET_SET_MTU", 8, 0, judge_mtu},
	{SPP_GUARD_SET_SLAVE_REQ_FD, "SET_SLAVE_REQ_FD", 0, 1, judge_nothing},
	{SPP_GUARD_SET_STATUS, "SET_STATUS", 8, 0, judge_nothing},
	{SPP_GUARD_GET_STATUS, "GET_STATUS", 0, 0, judge_nothing},
};

static const struct rule *
find_rule(uint32_t request)
{
	unsigned int i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].request == request)
			return &rules[i];
	return NULL;
}

const char *
spp_guard_name(uint32_t request)
{
	const struct rule *rule = find_rule(request);

	return rule != NULL ? rule->name : "request";
}

enum spp_guard_way
spp_guard_way(const struct spp_guard_message *message)
{
	uint32_t ring;

	switch (message->request) {
	case SPP_GUARD_SET_VRING_CALL:
	case SPP_GUARD_SET_VRING_ERR:
	case SPP_GUARD_SET_VRING_ENABLE:
		/* the low byte of a 64-bit number, or the first of two 32-bit ones */
		memcpy(&ring, message->payload, sizeof(ring));
		return (ring & RING_INDEX_MASK) < SPP_GUARD_RING_NB ? SPP_GUARD_SERVE
								    : SPP_GUARD_IGNORE;
	default:
		return SPP_GUARD_SERVE;
	}
}

unsigned int
spp_guard_said(const struct spp_guard *guard)
{
	return (guard->accepted ? SPP_GUARD_SAID_FEATURES : 0) |
	       (guard->nb_regions > 0 ? SPP_GUARD_SAID_MEMORY : 0) |
	       (guard->rings[0].addressed && guard->rings[1].addressed ? SPP_GUARD_SAID_RINGS : 0);
}

void
spp_guard_init(struct spp_guard *guard, uint64_t offered)
{
	memset(guard, 0, sizeof(*guard));
	guard->offered = offered;
}

int
spp_guard_judge(struct spp_guard *guard, const struct spp_guard_message *message,
		struct spp_error *err)
{
	const struct rule *rule = find_rule(message->request);

	if ((message->flags & (SPP_GUARD_FLAG_VERSION | SPP_GUARD_FLAG_REPLY)) != 1)
		return spp_error(err, EPROTO, "flags 0x%x (version 1, and no reply)",
				 message->flags);
	if (rule == NULL)
		return spp_error(err, EPROTO, "request %u is not served", message->request);
	if (message->size < rule->size_min)
		return spp_error(err, EPROTO, "%u bytes (%u belong there)", message->size,
				 rule->size_min);
	if (rule->nb_fds >= 0 && message->nb_fds != (unsigned int)rule->nb_fds)
		return spp_error(err, EPROTO, "%u descriptors (%d belong there)", message->nb_fds,
				 rule->nb_fds);
	return rule->judge(guard, message, err);
}
