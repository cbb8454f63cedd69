/* SPDX-License-Identifier: BSD-3-Clause */
/* adapters/vhost/guard.c: which messages pass, in which order. */
#include <string.h>

#include "unit.h"

#include "vhost/guard.h"

#define OFFERED   0x170000000ull
#define EVENT_IDX (1ull << 29)
#define USER      0x10000000ull
#define MEMORY    0x100000ull

static struct spp_guard guard;
static struct spp_error err;

static int
say(uint32_t request, const void *payload, uint32_t size, unsigned int nb_fds)
{
	const struct spp_guard_message message = {request, 1, size, payload, nb_fds};

	return spp_guard_judge(&guard, &message, &err);
}

static int
say_state(uint32_t request, uint32_t ring, uint32_t number)
{
	const uint32_t state[2] = {ring, number};

	return say(request, state, sizeof(state), 0);
}

static int
say_u64(uint32_t request, uint64_t value, unsigned int nb_fds)
{
	return say(request, &value, sizeof(value), nb_fds);
}

static int
say_memory(uint64_t user, uint64_t size)
{
	const uint64_t table[5] = {1, 0, size, user, 0};

	return say(SPP_GUARD_SET_MEM_TABLE, table, sizeof(table), 1);
}

static int
say_addresses(uint32_t ring, uint64_t desc, uint64_t avail, uint64_t used)
{
	const uint64_t payload[5] = {ring, desc, used, avail, 0};

	return say(SPP_GUARD_SET_VRING_ADDR, payload, sizeof(payload), 0);
}

static void
start_over(uint64_t features)
{
	spp_guard_init(&guard, OFFERED);
	assert_int_equal(say_u64(SPP_GUARD_SET_FEATURES, features, 0), 0);
	assert_int_equal(say_memory(USER, MEMORY), 0);
}

static void
set_up(uint32_t ring)
{
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_NUM, ring, 256), 0);
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_BASE, ring, 7), 0);
	assert_int_equal(say_addresses(ring, USER, USER + 0x1000, USER + 0x2000), 0);
	assert_int_equal(say_u64(SPP_GUARD_SET_VRING_KICK, ring, 1), 0);
	assert_int_equal(say_u64(SPP_GUARD_SET_VRING_CALL, ring, 1), 0);
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_ENABLE, ring, 1), 0);
}

static void
lets_an_honest_guest_start_stop_and_start_again(void **state)
{
	(void)state;
	spp_guard_init(&guard, OFFERED);
	assert_int_equal(say(SPP_GUARD_GET_FEATURES, NULL, 0, 0), 0);
	/* qemu that connects again enables its rings first */
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_ENABLE, 0, 1), 0);
	start_over(0);
	for (int i = 0; i < 3; i++) {
		set_up(0);
		set_up(1);
		assert_int_equal(say_state(SPP_GUARD_GET_VRING_BASE, 0, 0), 0);
		assert_int_equal(say_state(SPP_GUARD_GET_VRING_BASE, 1, 0), 0);
		assert_int_equal(say_u64(SPP_GUARD_SET_FEATURES, EVENT_IDX, 0), 0);
	}
}

static void
refuses_a_size_that_is_none_or_comes_late(void **state)
{
	const uint32_t bad[] = {0, 1, 16, 33, 4096, 65535, UINT32_MAX};

	(void)state;
	start_over(0);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(say_state(SPP_GUARD_SET_VRING_NUM, 0, bad[i]), -EPROTO);
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_NUM, 2, 256), -EPROTO);
	set_up(0);
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_NUM, 0, 256), -EPROTO);
	assert_string_equal(err.text, "a new size for ring 0, which is set up");
}

static void
refuses_a_ring_started_again_without_a_size(void **state)
{
	(void)state;
	start_over(0);
	set_up(1);
	assert_int_equal(say_state(SPP_GUARD_GET_VRING_BASE, 1, 0), 0);
	assert_int_equal(say_u64(SPP_GUARD_SET_VRING_KICK, 1, 1), -EPROTO);
	assert_int_equal(say_addresses(1, USER, USER + 0x1000, USER + 0x2000), -EPROTO);
	set_up(1);
}

static void
refuses_rings_outside_their_memory(void **state)
{
	const uint64_t end = USER + MEMORY;

	(void)state;
	start_over(0);
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_NUM, 0, 256), 0);
	assert_int_equal(say_addresses(0, USER - 16, USER, USER), -EPROTO);
	assert_int_equal(say_addresses(0, end - 4080, USER, USER), -EPROTO);
	assert_int_equal(say_addresses(0, USER, end - 514, USER), -EPROTO);
	assert_int_equal(say_addresses(0, USER, USER, end - 2048), -EPROTO);
	assert_int_equal(say_addresses(0, UINT64_MAX - 15, USER, USER), -EPROTO);
	assert_int_equal(say_addresses(0, USER + 8, USER, USER), -EPROTO);
	assert_int_equal(say_addresses(0, end - 4096, end - 516, end - 2052), 0);
	start_over(EVENT_IDX);
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_NUM, 0, 256), 0);
	assert_int_equal(say_addresses(0, end - 4096, end - 516, end - 2056), -EPROTO);
	assert_int_equal(say_addresses(0, end - 4096, end - 518, end - 2056), 0);
}

static void
refuses_memory_that_a_ring_would_lose(void **state)
{
	(void)state;
	start_over(0);
	set_up(0);
	assert_int_equal(say_memory(USER + 0x1000, MEMORY), -EPROTO);
	assert_int_equal(say_memory(USER, 0x2000), -EPROTO);
	assert_int_equal(say_memory(USER, 2 * MEMORY), 0);
	assert_int_equal(say_state(SPP_GUARD_GET_VRING_BASE, 0, 0), 0);
	assert_int_equal(say_memory(USER + 0x1000, MEMORY), 0);
}

static void
refuses_memory_tables_that_lie(void **state)
{
	uint64_t table[5] = {1, 0, MEMORY, USER, 0};

	(void)state;
	start_over(0);
	assert_int_equal(say(SPP_GUARD_SET_MEM_TABLE, table, sizeof(table), 2), -EPROTO);
	assert_int_equal(say(SPP_GUARD_SET_MEM_TABLE, table, 8, 1), -EPROTO);
	assert_int_equal(say_memory(USER, 0), -EPROTO);
	assert_int_equal(say_memory(USER, UINT64_MAX), -EPROTO);
	table[4] = UINT64_MAX - 4095;
	assert_int_equal(say(SPP_GUARD_SET_MEM_TABLE, table, sizeof(table), 1), -EPROTO);
	table[0] = 0;
	assert_int_equal(say(SPP_GUARD_SET_MEM_TABLE, table, sizeof(table), 0), -EPROTO);
	table[0] = UINT32_MAX;
	assert_int_equal(say(SPP_GUARD_SET_MEM_TABLE, table, sizeof(table), 8), -EPROTO);
}

static void
refuses_features_not_offered_or_changed_under_a_ring(void **state)
{
	(void)state;
	start_over(0);
	assert_int_equal(say_u64(SPP_GUARD_SET_FEATURES, 1ULL << 63 | 0x801, 0), -EPROTO);
	assert_non_null(strstr(err.text, "not offered: csum, host_tso4, bit 63 ("));
	/* all of them: cut off, and not beyond */
	assert_int_equal(say_u64(SPP_GUARD_SET_FEATURES, UINT64_MAX, 0), -EPROTO);
	assert_non_null(strstr(err.text, "not offered: csum, guest_csum, bit 2, mtu, "));
	set_up(0);
	assert_int_equal(say_u64(SPP_GUARD_SET_FEATURES, EVENT_IDX, 0), -EPROTO);
	assert_int_equal(say_u64(SPP_GUARD_SET_FEATURES, 0, 0), 0);
}

static void
refuses_what_is_not_served_and_descriptors_that_do_not_belong(void **state)
{
	static const uint8_t payload[632];
	static const uint32_t others[] = {0,  4,  6,  7,  22, 23, 24, 25,
					  26, 28, 29, 30, 31, 32, 41, 255};
	struct spp_guard_message message = {SPP_GUARD_GET_FEATURES, 1, 0, payload, 0};

	(void)state;
	start_over(0);
	for (unsigned int i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(say(others[i], payload, sizeof(payload), 1), -EPROTO);
	assert_int_equal(say_u64(SPP_GUARD_SET_VRING_CALL, 0, 0), -EPROTO);
	assert_int_equal(say_u64(SPP_GUARD_SET_VRING_CALL, 0x100, 1), -EPROTO);
	assert_int_equal(say_u64(SPP_GUARD_SET_VRING_CALL, 0x100, 0), 0);
	assert_int_equal(say_u64(SPP_GUARD_SET_VRING_CALL, 2 * SPP_GUARD_PAIRS_MAX, 1), -EPROTO);
	assert_int_equal(say_u64(SPP_GUARD_SET_VRING_CALL, 0x1000, 1), -EPROTO);
	assert_int_equal(say_u64(SPP_GUARD_SEND_RARP, 0, 8), -EPROTO);
	assert_int_equal(say(SPP_GUARD_SET_FEATURES, payload, 7, 0), -EPROTO);
	for (message.flags = 0; message.flags < 16; message.flags++)
		assert_int_equal(spp_guard_judge(&guard, &message, &err),
				 (message.flags & 7) == 1 ? 0 : -EPROTO);
}

static void
lets_a_guest_name_queue_pairs_and_not_use_them(void **state)
{
	const uint64_t ring = 3;
	struct spp_guard_message call = {SPP_GUARD_SET_VRING_CALL, 1, sizeof(ring),
					 (const uint8_t *)&ring, 1};

	(void)state;
	start_over(0);
	assert_int_equal(guard.nb_pairs, 0);
	set_up(0);
	set_up(1);
	assert_int_equal(guard.nb_pairs, 1);
	assert_int_equal(spp_guard_judge(&guard, &call, &err), 0);
	assert_int_equal(spp_guard_way(&call), SPP_GUARD_IGNORE);
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_ENABLE, 2, 0), 0);
	assert_int_equal(guard.nb_pairs, 2);
	call.request = SPP_GUARD_SET_VRING_KICK;
	assert_int_equal(spp_guard_judge(&guard, &call, &err), -EPROTO);
	assert_string_equal(err.text,
			    "ring 3: asks for 2 queue pairs; this port has 1: remove queues=");
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_NUM, 7, 256), -EPROTO);
	assert_string_equal(err.text,
			    "ring 7: asks for 4 queue pairs; this port has 1: remove queues=");
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_BASE, 2, 0), -EPROTO);
	assert_int_equal(say_state(SPP_GUARD_SET_VRING_ENABLE, 256, 0), -EPROTO);
	assert_string_equal(err.text, "ring 256 (there are 0 and 1)");
	assert_int_equal(guard.nb_pairs, 2);
}

static void
knows_how_far_a_guest_has_come(void **state)
{
	(void)state;
	spp_guard_init(&guard, OFFERED);
	assert_int_equal(spp_guard_said(&guard), 0);
	assert_int_equal(say_u64(SPP_GUARD_SET_FEATURES, 0, 0), 0);
	assert_int_equal(spp_guard_said(&guard), SPP_GUARD_SAID_FEATURES);
	assert_int_equal(say_memory(USER, MEMORY), 0);
	set_up(0);
	assert_int_equal(spp_guard_said(&guard), SPP_GUARD_SAID_FEATURES | SPP_GUARD_SAID_MEMORY);
	set_up(1);
	assert_int_equal(spp_guard_said(&guard),
			 SPP_GUARD_SAID_FEATURES | SPP_GUARD_SAID_MEMORY | SPP_GUARD_SAID_RINGS);
	assert_int_equal(guard.mtu, 0);
	assert_int_equal(say_u64(SPP_GUARD_NET_SET_MTU, 67, 0), -EPROTO);
	assert_int_equal(say_u64(SPP_GUARD_NET_SET_MTU, 65536, 0), -EPROTO);
	assert_int_equal(say_u64(SPP_GUARD_NET_SET_MTU, 9000, 0), 0);
	assert_int_equal(guard.mtu, 9000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_an_honest_guest_start_stop_and_start_again),
		cmocka_unit_test(refuses_a_size_that_is_none_or_comes_late),
		cmocka_unit_test(refuses_a_ring_started_again_without_a_size),
		cmocka_unit_test(refuses_rings_outside_their_memory),
		cmocka_unit_test(refuses_memory_that_a_ring_would_lose),
		cmocka_unit_test(refuses_memory_tables_that_lie),
		cmocka_unit_test(refuses_features_not_offered_or_changed_under_a_ring),
		cmocka_unit_test(refuses_what_is_not_served_and_descriptors_that_do_not_belong),
		cmocka_unit_test(lets_a_guest_name_queue_pairs_and_not_use_them),
		cmocka_unit_test(knows_how_far_a_guest_has_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
