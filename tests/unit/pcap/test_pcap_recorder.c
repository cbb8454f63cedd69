/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A recording of spp_pcap: its threads, without EAL, with a port that is a test's. What is counted
 * as written is in a file, whatever the disk does.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <lz4frame.h>
#include <rte_cycles.h>
#include <rte_lcore.h>

#include "unit.h"

#include "common/log.h"
#include "pcap/recorder.h"

#define LENGTH  9000
#define NB_WAIT 20000 /* looks, a millisecond each */
#define SOME    60    /* packets: two blocks, and more */
#define MANY    200   /* more than a writer takes at once */

static struct rte_mbuf mbufs[4096];
static unsigned char noise[1 << 20]; /* packets differ: none gets smaller by LZ4 */
static uint64_t tsc_hz;
static unsigned int nb_offered; /* packets that wait in the port */
static bool disk_hangs, writer_hangs;
static unsigned int nb_threads;
static pthread_t threads[2];
static struct spp_pcap_recorder recorder;
static struct spp_recorder_status status;
static struct spp_error err;
static char dir[64];

/* In place of src/common/log.c. */
void
spp_log(int priority, const char *fmt, ...)
{
	(void)priority;
	(void)fmt;
}

/* In place of EAL: lcore 0 is control, 1 receives, 2 writes. */
/* NOLINTBEGIN(bugprone-reserved-identifier): so the linker calls them */
uint64_t __wrap_rte_get_tsc_hz(void);
unsigned int __wrap_rte_get_next_lcore(unsigned int i, int skip_main, int wrap);
unsigned int __wrap_rte_get_main_lcore(void);
int __wrap_rte_eal_remote_launch(int (*function)(void *arg), void *arg, unsigned int lcore);
ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
/* NOLINTEND(bugprone-reserved-identifier) */

uint64_t
__wrap_rte_get_tsc_hz(void)
{
	return __atomic_load_n(&tsc_hz, __ATOMIC_RELAXED);
}

unsigned int
__wrap_rte_get_next_lcore(unsigned int i, int skip_main, int wrap)
{
	(void)skip_main;
	(void)wrap;
	return i == UINT32_MAX ? 1 : i == 1 ? 2 : RTE_MAX_LCORE;
}

unsigned int
__wrap_rte_get_main_lcore(void)
{
	return 0;
}

struct launch {
	int (*function)(void *arg);
	void *arg;
};

static void *
launched(void *arg)
{
	struct launch *launch = arg;

	launch->function(launch->arg);
	return NULL;
}

int
__wrap_rte_eal_remote_launch(int (*function)(void *arg), void *arg, unsigned int lcore)
{
	static struct launch launch[2];

	(void)lcore;
	launch[nb_threads] = (struct launch){function, arg};
	nb_threads++;
	return -pthread_create(&threads[nb_threads - 1], NULL, launched, &launch[nb_threads - 1]);
}

ssize_t
__wrap_write(int fd, const void *data, size_t size)
{
	while (__atomic_load_n(&disk_hangs, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&writer_hangs, true, __ATOMIC_RELEASE);
		usleep(1000);
	}
	return __real_write(fd, data, size);
}

static uint16_t
port_rx(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
	struct spp_port_counters *counters)
{
	static unsigned int next;
	unsigned int left = __atomic_load_n(&nb_offered, __ATOMIC_ACQUIRE);
	uint16_t i;

	(void)port;
	nb = (uint16_t)RTE_MIN(left, (unsigned int)nb);
	for (i = 0; i < nb; i++) {
		/* not the last reference: nobody gives it back to a pool */
		mbufs[next] = (struct rte_mbuf){
			.buf_addr = noise + (size_t)next * LENGTH % (sizeof(noise) - LENGTH),
			.data_len = LENGTH,
			.pkt_len = LENGTH,
			.nb_segs = 1,
			.refcnt = 2,
		};
		pkts[i] = &mbufs[next];
		next = (next + 1) % RTE_DIM(mbufs);
	}
	counters->rx_packets += nb;
	__atomic_sub_fetch(&nb_offered, nb, __ATOMIC_RELEASE);
	return nb;
}

static void
begin(void)
{
	static struct spp_dp_port port = {.rx = port_rx};
	static struct rte_mempool pool = {.size = 8192};
	static struct spp_share *share;
	struct spp_pcap_recorder_config config = {
		.mbufs = &pool,
		.port = {.kind = SPP_PORT_NIC},
		.dp = &port,
		.dir = dir,
		.size = 1 << 30,
	};
	unsigned int i, word = 1;

	for (i = 0; i < sizeof(noise); i++) {
		word = word * 1664525 + 1013904223;
		noise[i] = (unsigned char)(word >> 24);
	}
	if (recorder.writer != NULL) /* of the case before: a process keeps them */
		free(recorder.writer[0].queue);
	free(recorder.writer);
	free(share);
	assert_int_equal(posix_memalign((void **)&share, RTE_CACHE_LINE_SIZE, sizeof(*share)), 0);
	config.share = memset(share, 0, sizeof(*share));
	strcpy(dir, "/tmp/spp-recorder-XXXXXX");
	assert_non_null(mkdtemp(dir));
	nb_threads = nb_offered = 0;
	assert_int_equal(spp_pcap_recorder_init(&recorder, &config, &err), 0);
}

static void
end(int expected)
{
	unsigned int i;
	int ret = spp_pcap_recorder_end(&recorder, &err);

	assert_int_equal(ret, expected);
	assert_true(recorder.ended);
	for (i = 0; i < nb_threads; i++)
		pthread_join(threads[i], NULL);
}

static void
offer(unsigned int nb)
{
	__atomic_store_n(&nb_offered, nb, __ATOMIC_RELEASE);
}

static void
look(void)
{
	spp_pcap_recorder_ops.status(&recorder, &status);
}

/* All that was taken has come to where it counts, but what the writer may still hold. */
static void
wait_until(bool (*done)(void))
{
	unsigned int i;

	for (i = 0; i < NB_WAIT; i++) {
		look();
		if (done())
			return;
		usleep(1000);
	}
	fail_msg("not within %u ms", NB_WAIT);
}

static bool
a_file_failed(void)
{
	return status.writer[0].error[0] != '\0';
}

static bool
all_is_counted(void)
{
	return status.rx_packets == SOME &&
	       status.written + status.write_failed + status.queue_full == SOME;
}

/* Packets that are whole in the directory's files, which go; how many files have their name. */
static uint64_t
packets_in_files(unsigned int *nb_named)
{
	static unsigned char in[4 << 20], out[4 << 20];
	size_t from, to, size = 0, i;
	LZ4F_dctx *lz4;
	char pattern[80];
	uint64_t nb = 0;
	glob_t found;
	int fd;

	*nb_named = 0;
	snprintf(pattern, sizeof(pattern), "%s/*", dir);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		fd = open(found.gl_pathv[i], O_RDONLY);
		assert_true(fd >= 0);
		from = (size_t)read(fd, in, sizeof(in));
		close(fd);
		to = sizeof(out);
		assert_false(LZ4F_isError(LZ4F_createDecompressionContext(&lz4, LZ4F_VERSION)));
		size = LZ4F_decompress(lz4, out, &to, in, &from, NULL);
		assert_false(LZ4F_isError(size));
		LZ4F_freeDecompressionContext(lz4);
		nb += (to - 24) / (16 + LENGTH);
		*nb_named += strstr(found.gl_pathv[i], ".tmp") == NULL;
		unlink(found.gl_pathv[i]);
	}
	globfree(&found);
	assert_int_equal(rmdir(dir), 0);
	return nb;
}

static void
what_is_counted_as_written_is_in_the_file(void **state)
{
	unsigned int nb_named;

	(void)state;
	begin();
	assert_int_equal(spp_pcap_recorder_ops.start(&recorder, &err), 0);
	offer(SOME);
	wait_until(all_is_counted); /* by the flush of a moment without packets */
	assert_int_equal(status.written + status.queue_full, SOME);
	spp_pcap_recorder_ops.stop(&recorder);
	end(0);
	assert_int_equal(packets_in_files(&nb_named), status.written);
	assert_int_equal(nb_named, 1);
}

/* By the limit of a file's size. What LZ4 still held is lost, not written; a start begins anew. */
static void
a_full_disk_loses_what_was_held_and_a_start_begins_anew(void **state)
{
	struct rlimit before, limit;
	unsigned int nb_named;
	uint64_t written;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	begin();
	assert_int_equal(spp_pcap_recorder_ops.start(&recorder, &err), 0);
	limit = before;
	limit.rlim_cur = 300000;
	setrlimit(RLIMIT_FSIZE, &limit);
	offer(SOME);
	wait_until(a_file_failed);
	wait_until(all_is_counted);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_true(status.running);
	assert_true(status.write_failed > 0);
	written = status.written;

	assert_int_equal(spp_pcap_recorder_ops.start(&recorder, &err), 0);
	look();
	assert_true(status.running);
	assert_string_equal(status.writer[0].error, "");
	assert_string_not_equal(status.writer[0].file, "");
	/* one that records goes on */
	assert_int_equal(spp_pcap_recorder_ops.start(&recorder, &err), 0);
	assert_int_equal(recorder.recording, 2);
	spp_pcap_recorder_ops.stop(&recorder);
	end(0);
	assert_int_equal(packets_in_files(&nb_named), written);
	assert_int_equal(nb_named, 1);
}

static void *
disk_comes_back(void *arg)
{
	/* once the writer was told to end while it was late */
	while (!__atomic_load_n(&recorder.writer[0].stop, __ATOMIC_ACQUIRE))
		usleep(1000);
	__atomic_store_n(&disk_hangs, false, __ATOMIC_RELEASE);
	return arg;
}

static bool
the_writer_is_late(void)
{
	return status.rx_packets == MANY && __atomic_load_n(&writer_hangs, __ATOMIC_ACQUIRE);
}

static void
an_end_that_a_disk_is_too_slow_for_says_so_and_closes_the_file(void **state)
{
	unsigned int nb_named;
	pthread_t thread;

	(void)state;
	begin();
	assert_int_equal(spp_pcap_recorder_ops.start(&recorder, &err), 0);
	__atomic_store_n(&disk_hangs, true, __ATOMIC_RELEASE);
	offer(MANY);
	wait_until(the_writer_is_late);
	assert_int_equal(pthread_create(&thread, NULL, disk_comes_back, NULL), 0);
	__atomic_store_n(&tsc_hz, tsc_hz / 2, __ATOMIC_RELAXED); /* it takes half the time */
	end(-ETIMEDOUT);
	pthread_join(thread, NULL);
	assert_non_null(strstr(err.text, ": not all that was received is in the files"));
	assert_memory_equal(err.text, dir, strlen(dir));
	look();
	assert_in_range(status.written, 1, MANY - 1);
	assert_int_equal(packets_in_files(&nb_named), status.written);
	assert_int_equal(nb_named, 1);
}

static void
measure_tsc(void)
{
	struct timespec from, to;
	uint64_t begun = rte_rdtsc();

	clock_gettime(CLOCK_MONOTONIC, &from);
	usleep(50000);
	tsc_hz = rte_rdtsc() - begun;
	clock_gettime(CLOCK_MONOTONIC, &to);
	tsc_hz = (uint64_t)((double)tsc_hz / ((double)(to.tv_sec - from.tv_sec) +
					      (double)(to.tv_nsec - from.tv_nsec) / 1e9));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_counted_as_written_is_in_the_file),
		cmocka_unit_test(a_full_disk_loses_what_was_held_and_a_start_begins_anew),
		cmocka_unit_test(an_end_that_a_disk_is_too_slow_for_says_so_and_closes_the_file),
	};

	measure_tsc();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
