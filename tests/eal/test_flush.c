/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The steps of a flush one by one, and what they say when a worker or the scheduler does not
 * answer: within their deadline, with the lcore named, and nothing changed.
 */
#include "bench.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define SOME      1000
#define ALL       UINT64_MAX
#define FLUSHES   500
#define MARGIN_MS 400 /* more than SPP_WAIT_MS a wait may take on a busy machine */

static const struct spp_dataplane_ops *const ops = &spp_dataplane_ops;

static void
wire_chain(struct bench *b)
{
	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@2 forward ring0 > vhost0");
	add(&b->staged, "other@4 forward nic1 > vhost1");
	bench_wire(b);
}

/* A step that should time out: it does so in time, and says this. */
static void
check_timeout(struct bench *b, int ret, uint64_t start, const char *says)
{
	assert_int_equal(ret, -ETIMEDOUT);
	assert_in_range(bench_now_ms() - start, SPP_WAIT_MS - 1, SPP_WAIT_MS + MARGIN_MS);
	if (strstr(b->err.text, says) == NULL)
		fail_msg("'%s' is not in '%s'", says, b->err.text);
}

static void
check_passes(const struct fake_port *sink, struct fake_port *source)
{
	uint64_t before = fake_received(sink, source, 0);

	fake_send(source, SOME);
	WAIT_FOR(fake_received(sink, source, 0) == before + SOME);
}

/* Lcore 2 stands inside tx of vhost0. */
static void
block_lcore_2(struct bench *b)
{
	fake_block(fake_vhost(0));
	fake_send(fake_nic(0), SOME);
	WAIT_FOR(fake_is_blocked(fake_vhost(0)));
	b->err.text[0] = '\0';
}

static void
unblock_lcore_2(void)
{
	fake_unblock(fake_vhost(0));
	WAIT_FOR(fake_received(fake_vhost(0), fake_nic(0), 0) == SOME);
}

static void
pause_stops_polling_and_resume_starts_it(void **state)
{
	struct bench *b = *state;
	uint64_t polls, other;

	wire_chain(b);
	WAIT_FOR(fake_nic(0)->polls > 0);
	assert_int_equal(ops->pause(b->dp, 1ull << bench_queue_of(b, "a"), &b->err), 0);
	polls = __atomic_load_n(&fake_nic(0)->polls, __ATOMIC_RELAXED);
	other = __atomic_load_n(&fake_nic(1)->polls, __ATOMIC_RELAXED);
	fake_send(fake_nic(0), SOME);
	WAIT_FOR(__atomic_load_n(&fake_nic(1)->polls, __ATOMIC_RELAXED) > other + 20);
	assert_int_equal(__atomic_load_n(&fake_nic(0)->polls, __ATOMIC_RELAXED), polls);
	assert_int_equal(fake_sent(fake_nic(0)), 0);
	ops->resume(b->dp);
	WAIT_FOR(fake_received(fake_vhost(0), fake_nic(0), 0) == SOME);
}

static void
drain_returns_when_nothing_is_in_flight(void **state)
{
	struct bench *b = *state;
	uint64_t sent;

	wire_chain(b);
	fake_run(fake_nic(0), true);
	WAIT_FOR(fake_sent(fake_nic(0)) > SOME);
	assert_int_equal(ops->pause(b->dp, ALL, &b->err), 0);
	assert_int_equal(ops->drain(b->dp, ALL, &b->err), 0);
	sent = fake_sent(fake_nic(0));
	assert_int_equal(fake_received(fake_vhost(0), fake_nic(0), 0), sent);
	ops->resume(b->dp);
	WAIT_FOR(fake_sent(fake_nic(0)) > sent + SOME);
}

static void
drain_names_the_lcore_and_the_port_that_are_not_done(void **state)
{
	struct bench *b = *state;
	uint64_t start;

	wire_chain(b);
	assert_int_equal(spp_sched_stop(&b->sched, &b->device), 0);
	fake_send(fake_nic(0), SPP_VECTOR_SIZE);
	WAIT_FOR(fake_sent(fake_nic(0)) == SPP_VECTOR_SIZE);
	assert_int_equal(ops->pause(b->dp, ALL, &b->err), 0);
	start = bench_now_ms();
	/* where packets go the short way they are past the first component */
	check_timeout(b, ops->drain(b->dp, ALL, &b->err), start,
		      b->direct ? "lcore 2 did not finish the packets of ring0"
				: "lcore 1 did not finish the packets of nic0");
	spp_sched_start(&b->sched, &b->device);
	assert_int_equal(ops->drain(b->dp, ALL, &b->err), 0);
	ops->resume(b->dp);
	check_passes(fake_vhost(0), fake_nic(0));
}

static void
pause_names_the_lcore_that_does_not_answer(void **state)
{
	struct bench *b = *state;
	uint64_t start;

	add(&b->staged, "a@2 forward nic0 > vhost0");
	bench_wire(b);
	block_lcore_2(b);
	start = bench_now_ms();
	check_timeout(b, ops->pause(b->dp, ALL, &b->err), start, "lcore 2 does not answer");
	ops->resume(b->dp);
	unblock_lcore_2();
	assert_int_equal(ops->pause(b->dp, ALL, &b->err), 0);
	assert_int_equal(ops->drain(b->dp, ALL, &b->err), 0);
	ops->resume(b->dp);
	check_passes(fake_vhost(0), fake_nic(0));
}

static void
pause_waits_only_for_those_who_poll_the_sources(void **state)
{
	struct bench *b = *state;

	wire_chain(b);
	block_lcore_2(b);
	assert_int_equal(ops->pause(b->dp, ALL, &b->err), 0);
	ops->resume(b->dp);
	unblock_lcore_2();
	check_passes(fake_vhost(0), fake_nic(0));
}

static void
a_flush_a_blocked_worker_prevents_leaves_what_ran(void **state)
{
	struct bench *b = *state;
	uint64_t start;

	wire_chain(b);
	block_lcore_2(b);
	b->staged.components[1].lcore_id = 3;
	start = bench_now_ms();
	check_timeout(b, bench_flush(b), start, "lcore 2 did not finish the packets of ring0");
	assert_false(b->flushed.degraded);
	check_passes(fake_vhost(1), fake_nic(1));
	unblock_lcore_2();
	check_passes(fake_vhost(0), fake_nic(0));
	bench_wire(b);
	check_passes(fake_vhost(0), fake_nic(0));
}

static void
a_flush_a_stopped_scheduler_prevents_leaves_what_ran(void **state)
{
	struct bench *b = *state;
	uint64_t start;

	wire_chain(b);
	assert_int_equal(spp_sched_stop(&b->sched, &b->device), 0);
	fake_send(fake_nic(0), SOME);
	WAIT_FOR(fake_sent(fake_nic(0)) > 0);
	b->staged.components[1].lcore_id = 3;
	start = bench_now_ms();
	check_timeout(b, bench_flush(b), start, "did not finish the packets of");
	spp_sched_start(&b->sched, &b->device);
	WAIT_FOR(fake_received(fake_vhost(0), fake_nic(0), 0) == SOME);
	bench_wire(b);
	check_passes(fake_vhost(0), fake_nic(0));
}

static void
a_table_change_does_not_wait_for_a_blocked_worker(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@2 forward ring0 > vhost0");
	add(&b->staged, "c@3 classifier nic1 > vhost1 vhost2");
	bench_entry(b, 0, "vhost1");
	bench_wire(b);
	block_lcore_2(b);
	b->staged.entries[0].port.index = 2;
	assert_int_equal(bench_flush(b), 0);
	assert_true(b->flushed.late);
	assert_non_null(strstr(b->flushed.late_why, "lcore 2 does not answer"));
	check_passes(fake_vhost(2), fake_nic(1));
	unblock_lcore_2();
	assert_int_equal(ops->retire(b->dp, &b->err), 0);
	check_passes(fake_vhost(0), fake_nic(0));
}

/* Its ports are held on, are nobody's while it may use them, and free as soon as it is past that.
 */
static void
ports_a_late_worker_may_use_are_let_go_when_it_answers(void **state)
{
	const struct spp_port vhost1 = {.kind = SPP_PORT_VHOST, .index = 1};
	struct bench *b = *state;
	uint64_t start;

	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@2 forward ring0 > vhost0");
	add(&b->staged, "c@3 forward nic1 > vhost1");
	bench_wire(b);
	block_lcore_2(b);
	b->staged.nb_components = 2;
	assert_int_equal(bench_flush(b), 0);
	assert_true(b->flushed.late);
	assert_true(ops->inventory(b->dp)->retiring);
	spp_dataplane_settle(b->dp); /* waits for nobody */
	assert_true(spp_ports_is_late(&b->dp->ports, vhost1));

	add(&b->staged, "c@3 forward nic1 > vhost1");
	start = bench_now_ms();
	check_timeout(b, bench_flush(b), start, "lcore 2 does not answer");
	assert_true(spp_ports_is_late(&b->dp->ports, vhost1));
	unblock_lcore_2();
	WAIT_FOR((spp_dataplane_settle(b->dp), !ops->inventory(b->dp)->retiring));
	assert_false(spp_ports_is_late(&b->dp->ports, vhost1));
	assert_int_equal(bench_flush(b), 0);
	check_passes(fake_vhost(1), fake_nic(1));
}

static void
many_flushes_of_the_table_change_nothing_else(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	add(&b->staged, "c@1 classifier nic0 > vhost0 vhost1");
	bench_entry(b, 0, "vhost0");
	bench_entry(b, 1, "vhost1");
	bench_wire(b);
	fake_run(fake_nic(0), true);
	for (i = 0; i < FLUSHES; i++) {
		b->staged.entries[1].port.index = i % 2;
		bench_wire(b);
	}
	fake_run(fake_nic(0), false);
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(fake_received(fake_vhost(0), fake_nic(0), 0), fake_sent(fake_nic(0)));
	assert_int_equal(bench_all_drops(b), 0);
}

static void
flushes_of_sleeping_workers_are_quick(void **state)
{
	struct bench *b = *state;
	uint64_t start;
	unsigned int i;

	add(&b->staged, "a@1 forward ring1 > ring0");
	add(&b->staged, "b@2 forward ring0 > vhost0");
	bench_wire(b);
	start = bench_now_ms();
	for (i = 0; i < 20; i++) {
		WAIT_FOR(spp_sleeper_sleeps(b->dp->worker[0]->sleeper));
		b->staged.components[1].lcore_id = 1 + i % 4;
		bench_wire(b);
	}
	/* the workers sleep for a second when nobody wakes them */
	assert_in_range(bench_now_ms() - start, 0, 2000);
}

static void
a_discarded_snapshot_changes_nothing(void **state)
{
	struct bench *b = *state;
	struct spp_model other;

	wire_chain(b);
	other = b->staged;
	other.components[1].tx[0].port.index = 2;
	assert_int_equal(ops->prepare(b->dp, &other, levels_of(&other), &b->err), 0);
	ops->discard(b->dp);
	check_passes(fake_vhost(0), fake_nic(0));
}

static void
the_figures_of_a_new_component_start_at_zero(void **state)
{
	struct bench *b = *state;
	struct spp_component_stats stats;
	unsigned int queue;

	wire_chain(b);
	check_passes(fake_vhost(1), fake_nic(1));
	queue = bench_queue_of(b, "other");
	assert_int_equal(bench_queue(b, queue).packets, SOME);
	/* moved: it stays the same component */
	b->staged.components[2].lcore_id = 3;
	bench_wire(b);
	check_passes(fake_vhost(1), fake_nic(1));
	assert_int_equal(bench_queue(b, queue).packets, 2 * SOME);
	b->staged.nb_components = 2;
	bench_wire(b);
	add(&b->staged, "anew@4 forward nic1 > vhost1");
	bench_wire(b);
	stats = bench_queue(b, bench_queue_of(b, "anew"));
	assert_int_equal(stats.packets, 0);
	assert_int_equal(stats.vectors, 0);
	check_passes(fake_vhost(1), fake_nic(1));
	assert_int_equal(bench_queue(b, bench_queue_of(b, "anew")).packets, SOME);
}

static void *
guest_goes(void *dp)
{
	spp_dataplane_synchronize(dp);
	return NULL;
}

static void
synchronize_waits_for_a_worker_inside_a_port(void **state)
{
	struct bench *b = *state;
	struct timespec limit;
	pthread_t guest;

	wire_chain(b);
	block_lcore_2(b);
	assert_int_equal(pthread_create(&guest, NULL, guest_goes, b->dp), 0);
	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_nsec += 200000000;
	limit.tv_sec += limit.tv_nsec / 1000000000;
	limit.tv_nsec %= 1000000000;
	assert_int_equal(pthread_timedjoin_np(guest, NULL, &limit), ETIMEDOUT);
	assert_true(ops->inventory(b->dp)->degraded);
	unblock_lcore_2();
	limit.tv_sec += BENCH_WAIT_MS / 1000;
	assert_int_equal(pthread_timedjoin_np(guest, NULL, &limit), 0);
	assert_false(ops->inventory(b->dp)->degraded);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(pause_stops_polling_and_resume_starts_it),
		BENCH_TEST(drain_returns_when_nothing_is_in_flight),
		BENCH_TEST(drain_names_the_lcore_and_the_port_that_are_not_done),
		BENCH_TEST(pause_names_the_lcore_that_does_not_answer),
		BENCH_TEST(pause_waits_only_for_those_who_poll_the_sources),
		BENCH_TEST(a_flush_a_blocked_worker_prevents_leaves_what_ran),
		BENCH_TEST(a_flush_a_stopped_scheduler_prevents_leaves_what_ran),
		BENCH_TEST(a_table_change_does_not_wait_for_a_blocked_worker),
		BENCH_TEST(ports_a_late_worker_may_use_are_let_go_when_it_answers),
		BENCH_TEST(many_flushes_of_the_table_change_nothing_else),
		BENCH_TEST(flushes_of_sleeping_workers_are_quick),
		BENCH_TEST(a_discarded_snapshot_changes_nothing),
		BENCH_TEST(the_figures_of_a_new_component_start_at_zero),
		BENCH_TEST(synchronize_waits_for_a_worker_inside_a_port),
	};
	int ret = bench_init(argc, argv);

	return ret != 0 ? ret : cmocka_run_group_tests_name("flush", tests, NULL, NULL);
}
