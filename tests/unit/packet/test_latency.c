/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which vectors are samples of the time inside, and where they are counted.
 */
#include "unit.h"

#include <stdlib.h>

#include "packet/latency.h"

#define CYCLES_PER_US 2560 /* ten stamps a microsecond */
#define TICK          (UINT32_C(1) << 14)

static uint64_t
all(const struct spp_latency *latency)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i <= SPP_LATENCY_BOUNDS_NB; i++)
		sum += latency->bucket[i];
	return sum;
}

static void
a_vector_carries_its_stamp(void **state)
{
	struct rte_event_vector *vec = calloc(1, sizeof(*vec));

	assert_non_null(vec);
	vec->nb_elem = 7;
	for (uint32_t stamp = 1; stamp != 0; stamp <<= 1) {
		spp_stamp_put(vec, stamp | 1);
		assert_int_equal(spp_stamp_of(vec), stamp | 1);
	}
	assert_int_equal(vec->nb_elem, 7);
	assert_int_equal(vec->elem_offset, 0);
	free(vec);
}

static void
one_of_a_tick_is_a_sample(void **state)
{
	struct spp_latency latency = {0};
	uint32_t stamp;

	for (stamp = TICK; stamp < 2 * TICK; stamp += 100)
		spp_latency_sample(&latency, stamp, CYCLES_PER_US);
	assert_int_equal(all(&latency), 1);
	for (; stamp < 12 * TICK; stamp += 100)
		spp_latency_sample(&latency, stamp, CYCLES_PER_US);
	assert_int_equal(all(&latency), 11);
	/* The first one after a silence, however long: also behind the wrap of the stamps. */
	spp_latency_sample(&latency, 5 * TICK, CYCLES_PER_US);
	assert_int_equal(all(&latency), 12);
	spp_latency_sample(&latency, 5 * TICK + 1, CYCLES_PER_US);
	assert_int_equal(all(&latency), 12);
}

static void
it_is_counted_where_it_belongs(void **state)
{
	struct spp_latency latency = {0};

	spp_latency_add(&latency, 0, 0, CYCLES_PER_US);
	spp_latency_add(&latency, 100, 110, CYCLES_PER_US); /* 1 us */
	spp_latency_add(&latency, 100, 111, CYCLES_PER_US);
	spp_latency_add(&latency, 100, 100 + 100000, CYCLES_PER_US); /* 10 ms */
	spp_latency_add(&latency, 100, 100 + 100001, CYCLES_PER_US);
	/* the stamps wrap between */
	spp_latency_add(&latency, UINT32_MAX - 9, 20, CYCLES_PER_US); /* 3 us */
	assert_int_equal(latency.bucket[0], 2);
	assert_int_equal(latency.bucket[1], 1);
	assert_int_equal(latency.bucket[2], 1);
	assert_int_equal(latency.bucket[SPP_LATENCY_BOUNDS_NB - 1], 1);
	assert_int_equal(latency.bucket[SPP_LATENCY_BOUNDS_NB], 1);
	assert_int_equal(latency.cycles, (10 + 11 + 100000 + 100001 + 30) * 256);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vector_carries_its_stamp),
		cmocka_unit_test(one_of_a_tick_is_a_sample),
		cmocka_unit_test(it_is_counted_where_it_belongs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
