/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See ring_claims.h.
 */
#include "common/ring_claims.h"

#include "spp/port_text.h"

#include "common/claim_word.h"
#include "common/ring_areas.h"

#define CLAIM_BITS 16
#define CLAIM_MASK ((1u << CLAIM_BITS) - 1)
/* Above the two claims: 1 + the index of the area, 0: it has none. */
#define AREA_SHIFT (SPP_RING_ENDS * CLAIM_BITS)

static uint32_t
word_claim(uint64_t word, unsigned int end)
{
	return (uint32_t)(word >> end * CLAIM_BITS) & CLAIM_MASK;
}

static uint64_t
word_with_claim(uint64_t word, unsigned int end, uint32_t claim)
{
	return (word & ~((uint64_t)CLAIM_MASK << end * CLAIM_BITS)) | (uint64_t)claim
									      << end * CLAIM_BITS;
}

static int
word_area(uint64_t word)
{
	uint64_t area = word >> AREA_SHIFT; /* others may have written anything */

	return area <= SPP_SHARED_RING_MAX ? (int)area - 1 : -1;
}

static uint64_t
word_with_area(uint64_t word, int area)
{
	return (word & ((UINT64_C(1) << AREA_SHIFT) - 1)) | (uint64_t)(area + 1) << AREA_SHIFT;
}

static uint64_t
word_now(const struct spp_share *share, unsigned int ring)
{
	return __atomic_load_n(&share->ring[ring], __ATOMIC_ACQUIRE);
}

static bool
word_change(struct spp_share *share, unsigned int ring, uint64_t *seen, uint64_t next)
{
	return __atomic_compare_exchange_n(&share->ring[ring], seen, next, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/* @return -1: all are in use */
static int
area_take(struct spp_share *share, unsigned int slot)
{
	uint32_t none;
	unsigned int i;

	for (i = 0; i < share->nb_shared_rings; i++) {
		none = 0;
		if (!__atomic_compare_exchange_n(&share->area[i], &none, slot + 1, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			continue;
		spp_shared_ring_init(spp_ring_area(i));
		return (int)i;
	}
	return -1;
}

static void
area_give(struct spp_share *share, int area)
{
	if (area >= 0)
		__atomic_store_n(&share->area[area], 0, __ATOMIC_RELEASE);
}

/* Whoever looks for packets to come finds the area when it wakes: sleeper.h has the handshake. */
static void
wake_all(struct spp_share *share, uint32_t claim)
{
	struct spp_share_slot *slot = &share->slot[(claim & SPP_CLAIM_SLOT_MASK) - 1];
	unsigned int i;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (i = 0; i < SPP_WORKER_MAX; i++)
		spp_sleeper_wake(&slot->worker[i]);
}

static int
refuse_area(const struct spp_share *share, struct spp_port port, uint32_t other,
	    struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE];
	unsigned int end = port.queue;

	port.queue = 0;
	return spp_error(err, ENOSPC,
			 "%s: its %s end is in spp_vf %u, and no shared ring is left for it: "
			 "spp_primary has %u (--shared-rings), all in use",
			 spp_port_format(port, name), end == SPP_RING_RX ? "tx" : "rx",
			 spp_claim_word_process(share, other), share->nb_shared_rings);
}

int
spp_ring_claim(struct spp_share *share, struct spp_port port, unsigned int slot, enum spp_hold why,
	       struct spp_error *err)
{
	unsigned int end = port.queue, ring = port.index;
	uint64_t seen = word_now(share, ring), next;
	uint32_t mine, other;
	int area = -1;

	for (;;) {
		mine = word_claim(seen, end);
		other = word_claim(seen, end ^ 1);
		if (mine != 0 && !spp_claim_word_is_of(mine, slot)) {
			area_give(share, area);
			return spp_claim_word_refuse(
				share, port, end == SPP_RING_RX ? " (its rx end)" : " (its tx end)",
				mine, err);
		}
		if (spp_claim_word_stays(mine, slot, why))
			break;
		next = word_with_claim(seen, end, spp_claim_word(slot, why));
		if (other != 0 && !spp_claim_word_is_of(other, slot) && word_area(seen) < 0) {
			if (area < 0)
				area = area_take(share, slot);
			if (area < 0)
				return refuse_area(share, port, other, err);
			next = word_with_area(next, area);
		}
		if (!word_change(share, ring, &seen, next))
			continue;
		if (area >= 0 && word_area(next) == area) {
			wake_all(share, other);
			return 0;
		}
		break;
	}
	area_give(share, area); /* taken, and then it was not needed */
	return 0;
}

/* About to be given back, by us: see ring_claims.h. */
static void
area_mark(struct spp_share *share, int area, unsigned int slot)
{
	if (area >= 0)
		__atomic_store_n(&share->area[area], slot + 1, __ATOMIC_RELEASE);
}

void
spp_ring_unclaim(struct spp_share *share, struct spp_port port, unsigned int slot)
{
	uint64_t seen = word_now(share, port.index), next;
	bool last;

	do {
		if (!spp_claim_word_is_of(word_claim(seen, port.queue), slot))
			return;
		next = word_with_claim(seen, port.queue, 0);
		last = word_claim(next, port.queue ^ 1) == 0;
		if (last) {
			area_mark(share, word_area(seen), slot);
			next = 0;
		}
	} while (!word_change(share, port.index, &seen, next));
	if (last)
		area_give(share, word_area(seen));
}

uint32_t
spp_ring_claim_now(const struct spp_share *share, struct spp_port port)
{
	return word_claim(word_now(share, port.index), port.queue);
}

int
spp_ring_area_of(const struct spp_share *share, unsigned int ring)
{
	return word_area(word_now(share, ring));
}

bool
spp_ring_is_home(const struct spp_share *share, unsigned int ring, unsigned int slot)
{
	uint64_t word = word_now(share, ring);

	return spp_claim_word_is_of(word_claim(word, SPP_RING_RX), slot) &&
	       spp_claim_word_is_of(word_claim(word, SPP_RING_TX), slot);
}

void
spp_ring_home(struct spp_share *share, unsigned int ring, unsigned int slot)
{
	uint64_t seen = word_now(share, ring);

	while (word_area(seen) >= 0 && spp_ring_is_home(share, ring, slot)) {
		area_mark(share, word_area(seen), slot);
		if (!word_change(share, ring, &seen, word_with_area(seen, -1)))
			continue;
		area_give(share, word_area(seen));
		return;
	}
}

static void
clear_ring(struct spp_share *share, unsigned int ring, unsigned int slot)
{
	struct spp_port port = {.kind = SPP_PORT_RING, .index = (uint16_t)ring};
	int area = spp_ring_area_of(share, ring);

	for (port.queue = 0; port.queue < SPP_RING_ENDS; port.queue++) {
		if (!spp_claim_word_is_of(spp_ring_claim_now(share, port), slot))
			continue;
		/* before anybody else can have the end */
		if (area >= 0 && port.queue == SPP_RING_RX)
			spp_shared_ring_no_reader(spp_ring_area(area));
		else if (area >= 0)
			spp_shared_ring_no_writer(spp_ring_area(area));
		spp_ring_unclaim(share, port, slot);
	}
}

/* One that the dead VF had just taken, or was about to give back. */
static void
clear_area(struct spp_share *share, unsigned int area, unsigned int slot)
{
	uint32_t taken_by = slot + 1;
	unsigned int r;

	if (__atomic_load_n(&share->area[area], __ATOMIC_ACQUIRE) != taken_by)
		return;
	for (r = 0; r < SPP_RING_MAX; r++) {
		if (spp_ring_area_of(share, r) == (int)area)
			return;
	}
	__atomic_compare_exchange_n(&share->area[area], &taken_by, 0, false, __ATOMIC_ACQ_REL,
				    __ATOMIC_RELAXED);
}

void
spp_ring_claims_clear(struct spp_share *share, unsigned int slot)
{
	unsigned int i;

	for (i = 0; i < SPP_RING_MAX; i++)
		clear_ring(share, i, slot);
	for (i = 0; i < share->nb_shared_rings; i++)
		clear_area(share, i, slot);
}
