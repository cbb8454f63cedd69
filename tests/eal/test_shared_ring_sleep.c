/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A ring between two processes whose reader sleeps: it is woken once, and no wake-up is lost.
 */
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include <rte_pause.h>

#include "common/sleeper.h"
#include "ring_bed.h"

#define PACKETS    1000000u
#define TURNS      100000u
#define DELAY_MAX  3000u
#define TIMEOUT_MS 4000

static void
a_sleeper_is_woken_once(void **state)
{
	int a, b;

	bed_open(0);
	assert_true(bed.reader->arm(bed.reader, &a));
	assert_true(bed_send(60));
	assert_int_equal(bed.woken, 1);
	assert_int_equal(bed.woken_who, (uintptr_t)&a);
	assert_true(bed_send(60));
	assert_int_equal(bed.woken, 1);
	bed.reader->disarm(bed.reader, &a);
	/* something waits: no sleep */
	assert_false(bed.reader->arm(bed.reader, &a));
	bed.reader->disarm(bed.reader, &a);
	bed_receive(60);
	bed_receive(60);
	assert_true(bed_send(60));
	assert_int_equal(bed.woken, 1);
	bed_receive(60);
	/* another worker has it since: the first one's disarm does nothing */
	assert_true(bed.reader->arm(bed.reader, &a));
	assert_true(bed.reader->arm(bed.reader, &b));
	bed.reader->disarm(bed.reader, &a);
	assert_true(bed_send(60));
	assert_int_equal(bed.woken, 2);
	assert_int_equal(bed.woken_who, (uintptr_t)&b);
	/* who closed it while it slept disarms all the same */
	bed_receive(60);
	assert_true(bed.reader->arm(bed.reader, &b));
	spp_shared_ring_close(bed.reader);
	bed.reader->disarm(bed.reader, &b);
	bed.reader = spp_shared_ring_reader(bed.ring, &bed.env);
	assert_true(bed_send(60));
	assert_int_equal(bed.woken, 2);
	bed_receive(60);
	bed_close();
}

static struct spp_sleeper sleeper;
static struct spp_cpu_threads cpus;

static void
wake_sleeper(void *arg, uint64_t who)
{
	if (who == (uintptr_t)&sleeper)
		spp_sleeper_wake(&sleeper);
}

static unsigned int late, slept;

static void
sleep_until_woken(void)
{
	uint64_t begun;

	spp_sleep_announce(&sleeper, SPP_ASLEEP);
	if (bed.reader->arm(bed.reader, &sleeper)) {
		begun = bed_now_ms();
		slept++;
		spp_sleep_block(&sleeper, TIMEOUT_MS * 1000);
		late += bed_now_ms() - begun >= TIMEOUT_MS;
	} else {
		spp_sleep_cancel(&sleeper);
	}
	bed.reader->disarm(bed.reader, &sleeper);
}

static void *
take_all(void *arg)
{
	struct rte_mbuf *pkts[32];
	uint16_t i, nb;

	bed_pin(*(unsigned int *)arg);
	spp_sleeper_init(&cpus, &sleeper);
	while (bed.received < PACKETS && late == 0) {
		nb = spp_dp_rx(bed.reader, pkts, 32, &bed.rx);
		for (i = 0; i < nb; i++, bed.received++) {
			if (*rte_pktmbuf_mtod(pkts[i], uint32_t *) != bed.received)
				late = 1000;
			rte_pktmbuf_free(pkts[i]);
		}
		if (nb == 0)
			sleep_until_woken();
	}
	spp_sleeper_fini(&cpus, &sleeper);
	return NULL;
}

static void *
give_all(void *arg)
{
	struct rte_mbuf *pkts[32];
	uint32_t number = 0, i, nb, done;

	bed_pin(0);
	while (number < PACKETS && __atomic_load_n(&late, __ATOMIC_RELAXED) == 0) {
		nb = RTE_MIN(1 + bed_random() % 32, PACKETS - number);
		if (rte_pktmbuf_alloc_bulk(bed.from, pkts, nb) != 0)
			continue;
		for (i = 0; i < nb; i++) {
			*(uint32_t *)rte_pktmbuf_append(pkts[i], 60) = number + i;
		}
		done = spp_dp_tx(bed.writer, pkts, (uint16_t)nb, &bed.tx);
		rte_pktmbuf_free_bulk(pkts + done, nb - done);
		number += done;
		if (done < nb)
			sched_yield();
		for (i = bed_random() % 400; i > 0; i--)
			rte_pause();
	}
	return NULL;
}

static void
no_wake_up_is_lost(unsigned int cpu)
{
	pthread_t reader, writer;

	bed_open(0);
	spp_shared_ring_close(bed.writer);
	bed.env.wake = wake_sleeper;
	bed.writer = spp_shared_ring_writer(bed.ring, &bed.env);
	late = slept = 0;
	assert_int_equal(pthread_create(&reader, NULL, take_all, &cpu), 0);
	assert_int_equal(pthread_create(&writer, NULL, give_all, NULL), 0);
	pthread_join(reader, NULL);
	pthread_join(writer, NULL);
	assert_int_equal(late, 0);
	assert_int_equal(bed.received, PACKETS);
	assert_true(slept > 100);
	bed_close();
}

static void
no_wake_up_is_lost_on_one_cpu(void **state)
{
	no_wake_up_is_lost(0);
}

static void
no_wake_up_is_lost_on_two_cpus(void **state)
{
	no_wake_up_is_lost(1);
}

/* Both at the same moment, again and again: whose turn it is, and who is through with it. */
static struct {
	uint32_t turn __rte_cache_aligned;
	uint32_t sent __rte_cache_aligned;
} step;

/* Others may have the CPU of whom it waits for. */
static void
wait_for(const uint32_t *word, uint32_t value)
{
	uint32_t spins = 0;

	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value) {
		if (++spins % 1000 == 0)
			sched_yield();
	}
}

static void *
send_at_each_turn(void *arg)
{
	struct rte_mbuf *m;
	uint32_t i;

	bed_pin(0);
	for (i = 1; i <= TURNS; i++) {
		m = bed_make(i - 1, 60, 0);
		wait_for(&step.turn, i);
		spp_dp_tx(bed.writer, &m, 1, &bed.tx);
		__atomic_store_n(&step.sent, i, __ATOMIC_RELEASE);
	}
	return NULL;
}

/* Either the reader sees the packet or the writer the name. */
static void
who_sends_and_who_goes_to_sleep_do_not_miss_each_other(void **state)
{
	uint32_t i, pauses, woken = 0, delay = 0;
	cpu_set_t before;
	pthread_t thread;
	bool sleeps;

	pthread_getaffinity_np(pthread_self(), sizeof(before), &before);
	bed_open(0);
	memset(&step, 0, sizeof(step));
	assert_int_equal(pthread_create(&thread, NULL, send_at_each_turn, NULL), 0);
	bed_pin(1);
	for (i = 1; i <= TURNS; i++) {
		__atomic_store_n(&step.turn, i, __ATOMIC_RELEASE);
		for (pauses = delay + i % 64; pauses > 0; pauses--)
			__asm__ volatile("");
		sleeps = bed.reader->arm(bed.reader, &step);
		wait_for(&step.sent, i);
		/* towards the moment at which it is as likely to come first as the other */
		delay = sleeps ? RTE_MIN(delay + 8, DELAY_MAX) : delay - RTE_MIN(delay, 8u);
		if (sleeps && bed.woken == woken)
			fail_msg("turn %u: it sleeps, and nobody wakes it", i);
		woken = bed.woken;
		bed.reader->disarm(bed.reader, &step);
		bed_receive(60);
	}
	pthread_join(thread, NULL);
	pthread_setaffinity_np(pthread_self(), sizeof(before), &before);
	bed_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sleeper_is_woken_once),
		cmocka_unit_test(who_sends_and_who_goes_to_sleep_do_not_miss_each_other),
		cmocka_unit_test(no_wake_up_is_lost_on_one_cpu),
		cmocka_unit_test(no_wake_up_is_lost_on_two_cpus),
	};

	bed_start();
	return cmocka_run_group_tests_name("shared_ring_sleep", tests, NULL, NULL);
}
