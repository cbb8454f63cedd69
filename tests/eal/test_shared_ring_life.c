/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A ring between two processes whose sides die and come again: nothing arrives twice, torn or out
 * of order. Deaths are real: children that are killed while they send and receive.
 */
#include "unit.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ring/layout.h"
#include "ring_bed.h"

#define KILLS 150

static uint32_t
length_of(uint32_t number)
{
	return 60 + number * 7919 % 1400;
}

static void
reopen_reader(void)
{
	spp_shared_ring_no_reader(bed.ring);
	bed.reader = spp_shared_ring_reader(bed.ring, &bed.env);
	assert_non_null(bed.reader);
}

static void
reopen_writer(void)
{
	spp_shared_ring_no_writer(bed.ring);
	bed.writer = spp_shared_ring_writer(bed.ring, &bed.env);
	assert_non_null(bed.writer);
}

static void
what_waits_is_the_next_readers(void **state)
{
	uint32_t i;

	bed_open(0);
	for (i = 0; i < 100; i++)
		assert_true(bed_send(length_of(i)));
	for (i = 0; i < 40; i++)
		bed_receive(length_of(i));
	spp_shared_ring_close(bed.reader);
	spp_shared_ring_close(bed.writer);
	assert_true(spp_shared_ring_waiting(bed.ring) > 60 * 60);
	reopen_reader();
	reopen_writer();
	assert_true(spp_shared_ring_has_writer(bed.ring));
	assert_true(bed_send(length_of(100)));
	for (i = 40; i <= 100; i++)
		bed_receive(length_of(i));
	bed_is_empty();
	bed_close();
}

/* It had copied them and nobody has seen them yet. */
static void
a_reader_that_dies_before_it_moves_on_loses_nothing(void **state)
{
	struct rte_mbuf *pkts[8];
	uint64_t read;
	uint32_t i;

	bed_open(RING_BYTES - 512);
	for (i = 0; i < 8; i++)
		assert_true(bed_send(100 + i));
	read = bed.ring->read;
	assert_int_equal(spp_dp_rx(bed.reader, pkts, 8, &bed.rx), 8);
	rte_pktmbuf_free_bulk(pkts, 8);
	bed.ring->read = read;
	reopen_reader();
	for (i = 0; i < 8; i++)
		bed_receive(100 + i);
	bed_is_empty();
	bed_close();
}

static void
a_record_that_was_begun_is_none(void **state)
{
	uint64_t written;

	bed_open(RING_BYTES - 512);
	assert_true(bed_send(100));
	written = bed.ring->written;
	assert_true(bed_send(300));
	assert_true(bed_send(400)); /* has gone round */
	bed.ring->written = written;
	reopen_writer();
	bed.sent = 1;
	bed_receive(100);
	bed_is_empty();
	assert_true(bed_send(200));
	bed_receive(200);
	bed_is_empty();
	assert_int_equal(bed_drops(bed.rx.rx_drops), 0);
	bed_close();
}

/* How often children say that they got the packet; and a child's pool, which dies with it. */
static uint32_t *said;
static struct rte_mempool *childs;

static void
make_childs_pool(void)
{
	childs = rte_pktmbuf_pool_create_by_ops("child", 255, 32, 0, 2048 + RTE_PKTMBUF_HEADROOM,
						SOCKET_ID_ANY, "lf_stack");
	assert_non_null(childs);
}

static pid_t
start_child(void (*body)(void))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		body();
		_exit(0);
	}
	return pid;
}

static void
kill_child(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	rte_mempool_free(childs);
}

static void
send_for_ever(void)
{
	struct rte_mbuf *pkts[32];
	uint16_t i, nb, done;

	bed.from = childs;
	for (;;) {
		nb = (uint16_t)(1 + bed_random() % 32);
		for (i = 0; i < nb; i++)
			pkts[i] = bed_make(bed.sent + i, length_of(bed.sent + i), 0);
		done = spp_dp_tx(bed.writer, pkts, nb, &bed.tx);
		bed.sent += done;
		for (i = done; i < nb; i++)
			rte_pktmbuf_free(pkts[i]);
		if (done < nb)
			sched_yield();
	}
}

/* Each life of the writer begins anew with a number that its packets tell from others'. */
static void
a_writer_is_killed_at_any_moment(void **state)
{
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	uint32_t life, wanted, i;
	uint64_t begun;
	bool killed;
	uint16_t nb;
	pid_t pid;

	bed_open(0);
	for (life = 0; life < KILLS; life++) {
		bed.sent = bed.received = life * 1000003u;
		reopen_writer();
		make_childs_pool();
		pid = start_child(send_for_ever);
		wanted = bed_random() % 700;
		begun = bed_now_ms();
		killed = false;
		for (;;) {
			nb = spp_dp_rx(bed.reader, pkts, SPP_VECTOR_SIZE, &bed.rx);
			for (i = 0; i < nb; i++, bed.received++)
				bed_check(pkts[i], bed.received, length_of(bed.received));
			if (killed && nb == 0)
				break;
			if (nb == 0)
				sched_yield();
			assert_true(bed_now_ms() - begun < 60000);
			if (!killed && bed.received - life * 1000003u > wanted) {
				kill_child(pid);
				killed = true;
			}
		}
	}
	assert_int_equal(bed_drops(bed.rx.rx_drops), 0);
	bed_close();
}

/* A packet is delivered when its number is said. */
static void
receive_for_ever(void)
{
	struct rte_mbuf *pkts[32];
	uint32_t number;
	uint16_t i, nb;

	for (;;) {
		nb = spp_dp_rx(bed.reader, pkts, (uint16_t)(1 + bed_random() % 32), &bed.rx);
		for (i = 0; i < nb; i++) {
			number = *rte_pktmbuf_mtod(pkts[i], uint32_t *);
			__atomic_store_n(&said[number], said[number] + 1, __ATOMIC_RELAXED);
			rte_pktmbuf_free(pkts[i]);
		}
		if (nb == 0)
			sched_yield();
	}
}

static bool
send_number(uint32_t number)
{
	struct rte_mbuf *m = bed_make(0, 60 + number % 500, 0);

	*rte_pktmbuf_mtod(m, uint32_t *) = number;
	if (spp_dp_tx(bed.writer, &m, 1, &bed.tx) == 1)
		return true;
	rte_pktmbuf_free(m);
	return false;
}

static void
a_reader_is_killed_at_any_moment(void **state)
{
	uint32_t nb = KILLS * 1000, number = 0, life, i, missing = 0, goal;
	uint64_t begun;
	pid_t pid;

	said = mmap(NULL, nb * sizeof(*said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		    -1, 0);
	assert_ptr_not_equal(said, MAP_FAILED);
	bed_open(0);
	for (life = 0; life <= KILLS; life++) {
		goal = life == KILLS ? nb : number + bed_random() % 900;
		make_childs_pool();
		bed.env.pool = childs;
		reopen_reader();
		pid = start_child(receive_for_ever);
		begun = bed_now_ms();
		while (number < goal) {
			if (send_number(number))
				number++;
			else
				sched_yield();
			assert_true(bed_now_ms() - begun < 60000);
		}
		/* the last one reads all */
		while (life == KILLS && spp_shared_ring_waiting(bed.ring) > 0) {
			sched_yield();
			assert_true(bed_now_ms() - begun < 60000);
		}
		kill_child(pid);
	}
	for (i = 0; i < number; i++) {
		assert_in_range(said[i], 0, 1);
		missing += said[i] == 0;
	}
	/* what a reader had taken and not said: a burst at most */
	assert_in_range(missing, 0, (KILLS + 1) * 32);
	bed.env.pool = bed.to;
	reopen_reader();
	bed_is_empty();
	bed_close();
	munmap(said, nb * sizeof(*said));
}

/* A page that a copy has to touch: where the cursors are at that moment. */
static struct {
	uint8_t *page;
	uint64_t read, written;
	uint32_t times;
} touched;

static void
on_touch(int number, siginfo_t *info, void *context)
{
	if ((uint8_t *)info->si_addr < touched.page ||
	    (uint8_t *)info->si_addr >= touched.page + getpagesize())
		_exit(1);
	touched.read = bed.ring->read;
	touched.written = bed.ring->written;
	touched.times++;
	mprotect(touched.page, (size_t)getpagesize(), PROT_READ | PROT_WRITE);
}

static void
watch(uint8_t *address)
{
	static const struct sigaction action = {.sa_sigaction = on_touch, .sa_flags = SA_SIGINFO};

	memset(&touched, 0, sizeof(touched));
	touched.page = address - (uintptr_t)address % (uintptr_t)getpagesize();
	assert_int_equal(sigaction(SIGSEGV, &action, NULL), 0);
	assert_int_equal(mprotect(touched.page, (size_t)getpagesize(), PROT_NONE), 0);
}

static void
unwatch(void)
{
	signal(SIGSEGV, SIG_DFL);
	assert_int_equal(touched.times, 1);
}

/* Bytes: pages of such a frame hold nothing else, if they are no longer than 8 kB. */
#define LONG 40000u

/* While bytes of a burst are on their way, in either direction, no cursor says that they are there:
 * who is killed then leaves nothing torn, and nobody stores over them. */
static void
a_cursor_moves_behind_the_last_byte(void **state)
{
	uint32_t all = 2 * record_size(60) + record_size(LONG), i;
	struct rte_mbuf *pkts[3];

	bed_open(0);
	spp_shared_ring_close(bed.writer);
	spp_shared_ring_close(bed.reader);
	bed.env.frame_max = LONG;
	reopen_writer();
	reopen_reader();
	for (i = 0; i < 3; i++)
		pkts[i] = bed_make(i, i < 2 ? 60 : LONG, 2000);
	watch(bed.ring->bytes + LONG / 2);
	assert_int_equal(spp_dp_tx(bed.writer, pkts, 3, &bed.tx), 3);
	unwatch();
	assert_int_equal(touched.written, 0);
	assert_int_equal(bed.ring->written, all);
	watch(bed.ring->bytes + LONG / 2);
	assert_int_equal(spp_dp_rx(bed.reader, pkts, 3, &bed.rx), 3);
	unwatch();
	assert_int_equal(touched.read, 0);
	assert_int_equal(bed.ring->read, all);
	for (i = 0; i < 3; i++)
		bed_check(pkts[i], i, i < 2 ? 60 : LONG);
	bed_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_is_the_next_readers),
		cmocka_unit_test(a_reader_that_dies_before_it_moves_on_loses_nothing),
		cmocka_unit_test(a_record_that_was_begun_is_none),
		cmocka_unit_test(a_writer_is_killed_at_any_moment),
		cmocka_unit_test(a_reader_is_killed_at_any_moment),
		cmocka_unit_test(a_cursor_moves_behind_the_last_byte),
	};

	bed_start();
	return cmocka_run_group_tests_name("shared_ring_life", tests, NULL, NULL);
}
