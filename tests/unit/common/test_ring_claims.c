/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who has the ends of rings, and which of them have an area (common/ring_claims.h). The areas
 * themselves only write down what they are told.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "common/claims.h"
#include "common/ring_areas.h"
#include "common/ring_claims.h"

#define NB_AREAS 2

struct spp_shared_ring {
	unsigned int inits, no_readers, no_writers;
};

static struct spp_shared_ring areas[NB_AREAS];
static struct spp_share *share;
static unsigned int woken;

struct spp_shared_ring *
spp_ring_area(unsigned int index)
{
	return &areas[index];
}

void
spp_shared_ring_init(struct spp_shared_ring *ring)
{
	ring->inits++;
}

void
spp_shared_ring_no_reader(struct spp_shared_ring *ring)
{
	ring->no_readers++;
}

void
spp_shared_ring_no_writer(struct spp_shared_ring *ring)
{
	ring->no_writers++;
}

void
spp_sleeper_wake_slow(struct spp_sleeper *sleeper)
{
	sleeper->state = SPP_AWAKE;
	woken++;
}

static struct spp_port
end_of(unsigned int ring, enum spp_ring_side side)
{
	return (struct spp_port){
		.kind = SPP_PORT_RING, .queue = (uint8_t)side, .index = (uint16_t)ring};
}

static int
begin(void **state)
{
	(void)state;
	share = calloc(1, sizeof(*share));
	if (share == NULL)
		return -1;
	memset(areas, 0, sizeof(areas));
	woken = 0;
	share->nb_shared_rings = NB_AREAS;
	share->process_id[0] = 1;
	share->process_id[1] = 2;
	share->process_id[2] = 3;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	free(share);
	return 0;
}

static int
claim(unsigned int ring, enum spp_ring_side side, unsigned int slot)
{
	struct spp_error err;

	return spp_claim(share, end_of(ring, side), slot, SPP_HOLD_WIRING, &err);
}

static unsigned int
nb_used(void)
{
	unsigned int i, nb = 0;

	for (i = 0; i < NB_AREAS; i++)
		nb += share->area[i] != 0;
	return nb;
}

static void
one_vf_needs_no_area(void **state)
{
	(void)state;
	assert_int_equal(claim(5, SPP_RING_TX, 0), 0);
	assert_int_equal(claim(5, SPP_RING_RX, 0), 0);
	assert_true(spp_ring_is_home(share, 5, 0));
	assert_int_equal(spp_ring_area_of(share, 5), -1);
	assert_int_equal(nb_used(), 0);
}

static void
an_end_has_one_holder(void **state)
{
	struct spp_error err;

	(void)state;
	assert_int_equal(claim(5, SPP_RING_RX, 0), 0);
	assert_int_equal(spp_claim(share, end_of(5, SPP_RING_RX), 1, SPP_HOLD_WIRING, &err),
			 -EBUSY);
	assert_string_equal(err.text, "ring5 is held by spp_vf 1 (its rx end) until its wiring "
				      "lets go of it or it ends");
	assert_int_equal(spp_claim_process(share, end_of(5, SPP_RING_RX), NULL), 1);
	assert_int_equal(spp_claim_process(share, end_of(5, SPP_RING_TX), NULL), 0);
}

static void
the_second_vf_brings_an_area_and_wakes_the_first(void **state)
{
	(void)state;
	assert_int_equal(claim(5, SPP_RING_RX, 0), 0);
	share->slot[0].worker[3].state = SPP_ASLEEP;
	share->slot[1].worker[3].state = SPP_ASLEEP;
	assert_int_equal(claim(5, SPP_RING_TX, 1), 0);
	assert_int_equal(spp_ring_area_of(share, 5), 0);
	assert_int_equal(areas[0].inits, 1);
	assert_int_equal(woken, 1);
	assert_int_equal(share->slot[0].worker[3].state, SPP_AWAKE);
	/* for another reason, or by another one: it keeps it */
	assert_int_equal(spp_claim(share, end_of(5, SPP_RING_TX), 1, SPP_HOLD_WORKER, NULL), 0);
	spp_unclaim(share, end_of(5, SPP_RING_TX), 1);
	assert_int_equal(spp_ring_area_of(share, 5), 0);
	assert_int_equal(claim(5, SPP_RING_TX, 2), 0);
	assert_int_equal(spp_ring_area_of(share, 5), 0);
	assert_int_equal(areas[0].inits, 1);
	spp_unclaim(share, end_of(5, SPP_RING_RX), 0);
	spp_unclaim(share, end_of(5, SPP_RING_TX), 2);
	assert_int_equal(spp_ring_area_of(share, 5), -1);
	assert_int_equal(nb_used(), 0);
}

static void
one_that_is_home_again_gives_its_area_back(void **state)
{
	(void)state;
	assert_int_equal(claim(5, SPP_RING_RX, 0), 0);
	assert_int_equal(claim(5, SPP_RING_TX, 1), 0);
	spp_ring_home(share, 5, 0);
	assert_int_equal(spp_ring_area_of(share, 5), 0);
	spp_unclaim(share, end_of(5, SPP_RING_TX), 1);
	assert_int_equal(claim(5, SPP_RING_TX, 0), 0);
	assert_int_equal(spp_ring_area_of(share, 5), 0);
	spp_ring_home(share, 5, 0);
	assert_int_equal(spp_ring_area_of(share, 5), -1);
	assert_true(spp_ring_is_home(share, 5, 0));
	assert_int_equal(nb_used(), 0);
}

static void
none_is_left(void **state)
{
	struct spp_error err;
	unsigned int i;

	(void)state;
	for (i = 0; i <= NB_AREAS; i++)
		assert_int_equal(claim(i, SPP_RING_TX, 0), 0);
	for (i = 0; i < NB_AREAS; i++)
		assert_int_equal(claim(i, SPP_RING_RX, 1), 0);
	assert_int_equal(spp_claim(share, end_of(i, SPP_RING_RX), 1, SPP_HOLD_WIRING, &err),
			 -ENOSPC);
	assert_string_equal(err.text, "ring2: its tx end is in spp_vf 1, and no shared ring is "
				      "left for it: spp_primary has 2 (--shared-rings), all in "
				      "use");
	assert_int_equal(spp_claim_process(share, end_of(i, SPP_RING_RX), NULL), 0);
	spp_unclaim(share, end_of(0, SPP_RING_RX), 1);
	spp_unclaim(share, end_of(0, SPP_RING_TX), 0);
	assert_int_equal(claim(i, SPP_RING_RX, 1), 0);
}

static void
the_dead_leave_their_ends_and_no_area(void **state)
{
	(void)state;
	assert_int_equal(claim(5, SPP_RING_RX, 0), 0);
	assert_int_equal(claim(5, SPP_RING_TX, 1), 0);
	assert_int_equal(claim(6, SPP_RING_RX, 1), 0);
	assert_int_equal(claim(6, SPP_RING_TX, 0), 0);
	spp_claims_clear(share, 1);
	assert_int_equal(areas[0].no_writers, 1);
	assert_int_equal(areas[0].no_readers, 0);
	assert_int_equal(areas[1].no_readers, 1);
	assert_int_equal(areas[1].no_writers, 0);
	assert_int_equal(spp_claim_process(share, end_of(5, SPP_RING_RX), NULL), 1);
	assert_int_equal(spp_claim_process(share, end_of(5, SPP_RING_TX), NULL), 0);
	assert_int_equal(spp_ring_area_of(share, 5), 0);
	spp_claims_clear(share, 0);
	assert_int_equal(nb_used(), 0);
	assert_int_equal(spp_ring_area_of(share, 5), -1);
}

/* It was killed between the two words that say so. */
static void
what_a_dead_one_had_in_its_hands_is_found(void **state)
{
	(void)state;
	assert_int_equal(claim(5, SPP_RING_RX, 0), 0);
	assert_int_equal(claim(5, SPP_RING_TX, 1), 0); /* area 0, taken by slot 1 */
	share->area[1] = 1 + 1;                        /* taken, and not yet given to a ring */
	spp_claims_clear(share, 2);
	assert_int_equal(nb_used(), 2);
	spp_claims_clear(share, 1);
	assert_int_equal(share->area[1], 0);
	assert_int_not_equal(share->area[0], 0); /* it is the ring's */
	assert_int_equal(spp_ring_area_of(share, 5), 0);
	spp_unclaim(share, end_of(5, SPP_RING_RX), 0);
	assert_int_equal(nb_used(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_vf_needs_no_area, begin, end),
		cmocka_unit_test_setup_teardown(an_end_has_one_holder, begin, end),
		cmocka_unit_test_setup_teardown(the_second_vf_brings_an_area_and_wakes_the_first,
						begin, end),
		cmocka_unit_test_setup_teardown(one_that_is_home_again_gives_its_area_back, begin,
						end),
		cmocka_unit_test_setup_teardown(none_is_left, begin, end),
		cmocka_unit_test_setup_teardown(the_dead_leave_their_ends_and_no_area, begin, end),
		cmocka_unit_test_setup_teardown(what_a_dead_one_had_in_its_hands_is_found, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
