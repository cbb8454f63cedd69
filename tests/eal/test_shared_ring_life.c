/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A ring between two processes whose sides die, come again and sleep: nothing arrives twice, torn
 * or out of order, and no wake-up is lost. Deaths are real: children that are killed while they
 * send and receive.
 */
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "common/sleeper.h"
#include "ring/layout.h"
#include "ring_bed.h"

#define KILLS      150
#define PACKETS    1000000u
#define TIMEOUT_MS 4000

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

/* What a child has to say, and a pool of its own: it dies with it. */
struct said {
	uint32_t nb;
};
static struct said *said;
static struct rte_mempool *childs;

static uint64_t
now_ms(void)
{
	return rte_rdtsc() / (rte_get_tsc_hz() / 1000);
}

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

/* From the number of the last packet that its predecessor published: the ring shows which. */
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
		begun = now_ms();
		killed = false;
		for (;;) {
			nb = spp_dp_rx(bed.reader, pkts, SPP_VECTOR_SIZE, &bed.rx);
			for (i = 0; i < nb; i++, bed.received++)
				bed_check(pkts[i], bed.received, length_of(bed.received));
			if (killed && nb == 0)
				break;
			if (nb == 0)
				sched_yield();
			assert_true(now_ms() - begun < 60000);
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
			__atomic_store_n(&said[number].nb, said[number].nb + 1, __ATOMIC_RELAXED);
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
		begun = now_ms();
		while (number < goal) {
			if (send_number(number))
				number++;
			else
				sched_yield();
			assert_true(now_ms() - begun < 60000);
		}
		/* the last one reads all */
		while (life == KILLS && spp_shared_ring_waiting(bed.ring) > 0) {
			sched_yield();
			assert_true(now_ms() - begun < 60000);
		}
		kill_child(pid);
	}
	for (i = 0; i < number; i++) {
		assert_in_range(said[i].nb, 0, 1);
		missing += said[i].nb == 0;
	}
	/* what a reader had taken and not said: a burst at most */
	assert_in_range(missing, 0, (KILLS + 1) * 32);
	bed.env.pool = bed.to;
	reopen_reader();
	bed_is_empty();
	bed_close();
	munmap(said, nb * sizeof(*said));
}

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

static void
pin(unsigned int nth)
{
	cpu_set_t all, one;
	int cpu;

	pthread_getaffinity_np(pthread_self(), sizeof(all), &all);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all) || nth-- > 0)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
		return;
	}
}

static unsigned int late, slept;

static void
sleep_until_woken(void)
{
	uint64_t begun;

	spp_sleep_announce(&sleeper, SPP_ASLEEP);
	if (bed.reader->arm(bed.reader, &sleeper)) {
		begun = now_ms();
		slept++;
		spp_sleep_block(&sleeper, TIMEOUT_MS * 1000);
		late += now_ms() - begun >= TIMEOUT_MS;
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

	pin(*(unsigned int *)arg);
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

	pin(0);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_is_the_next_readers),
		cmocka_unit_test(a_reader_that_dies_before_it_moves_on_loses_nothing),
		cmocka_unit_test(a_record_that_was_begun_is_none),
		cmocka_unit_test(a_writer_is_killed_at_any_moment),
		cmocka_unit_test(a_reader_is_killed_at_any_moment),
		cmocka_unit_test(a_sleeper_is_woken_once),
		cmocka_unit_test(no_wake_up_is_lost_on_one_cpu),
		cmocka_unit_test(no_wake_up_is_lost_on_two_cpus),
	};

	bed_start();
	return cmocka_run_group_tests_name("shared_ring_life", tests, NULL, NULL);
}
