/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The recording as a whole. See recorder.h.
 *
 * Order: writers have their files open before the receiver takes a packet, and the receiver takes
 * none any more before writers are told to close.
 */
#include "pcap/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "common/log.h"

/* Packets that may wait for the writers: of all of them, and what one has at least. */
#define QUEUES_SIZE    16384
#define QUEUE_SIZE_MIN 256

#define WAIT_MS 1000 /* for a disk, at start and stop */
#define END_MS  5000 /* at the end of the program */
#define POLL_US 100

static bool
wait_until(bool (*done)(const struct spp_pcap_recorder *recorder), unsigned int ms,
	   const struct spp_pcap_recorder *recorder)
{
	uint64_t deadline = rte_rdtsc() + rte_get_tsc_hz() / 1000 * ms;

	while (!done(recorder)) {
		if (rte_rdtsc() > deadline)
			return false;
		usleep(POLL_US);
	}
	return true;
}

static bool
receiver_rests(const struct spp_pcap_recorder *recorder)
{
	return !__atomic_load_n(&recorder->receiver.doing, __ATOMIC_ACQUIRE);
}

/* Every writer does what it was told to. */
static bool
writers_follow(const struct spp_pcap_recorder *recorder)
{
	const struct spp_pcap_writer *w = recorder->writer;
	unsigned int i;

	for (i = 0; i < recorder->nb_writers; i++) {
		if (__atomic_load_n(&w[i].doing, __ATOMIC_ACQUIRE) != w[i].wanted)
			return false;
	}
	return true;
}

/* The first that does not, or the last. */
static unsigned int
late_writer(const struct spp_pcap_recorder *recorder)
{
	const struct spp_pcap_writer *w = recorder->writer;
	unsigned int i;

	for (i = 0; i + 1 < recorder->nb_writers; i++) {
		if (__atomic_load_n(&w[i].doing, __ATOMIC_ACQUIRE) != w[i].wanted)
			break;
	}
	return recorder->writer_lcore[i];
}

static void
tell_writers(struct spp_pcap_recorder *recorder, uint32_t wanted)
{
	unsigned int i;

	for (i = 0; i < recorder->nb_writers; i++)
		__atomic_store_n(&recorder->writer[i].wanted, wanted, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (i = 0; i < recorder->nb_writers; i++)
		spp_sleeper_wake(recorder->writer[i].sleeper);
}

static void
tell_receiver(struct spp_pcap_recorder *recorder, bool wanted)
{
	__atomic_store_n(&recorder->receiver.wanted, wanted, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	spp_sleeper_wake(recorder->receiver.sleeper);
}

/* false: somebody still writes. */
static bool
recorder_end(struct spp_pcap_recorder *recorder, unsigned int ms)
{
	recorder->recording = 0;
	tell_receiver(recorder, false);
	/* it never waits, so this is for a lcore that does not get its CPU */
	if (!wait_until(receiver_rests, ms, recorder)) {
		spp_log(LOG_ERR, "receiver lcore %u does not answer: files stay open",
			recorder->receiver_lcore);
		return false;
	}
	tell_writers(recorder, 0);
	if (wait_until(writers_follow, ms, recorder))
		return true;
	spp_log(LOG_WARNING, "stop: writer lcore %u still writes to %s: its file is closed then",
		late_writer(recorder), recorder->config.dir);
	return false;
}

static int
recorder_check(const struct spp_pcap_recorder *recorder, struct spp_error *err)
{
	unsigned int i;

	for (i = 0; i < recorder->nb_writers; i++) {
		if (__atomic_load_n(&recorder->writer[i].failed, __ATOMIC_ACQUIRE) != 0)
			return spp_error(err, EIO, "%s", recorder->writer[i].why.text);
	}
	return 0;
}

static void
recorder_set_time(struct spp_pcap_recorder *recorder)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(recorder->time, sizeof(recorder->time), "%Y%m%d%H%M%S", &tm);
}

static int
recorder_start(void *ctx, struct spp_error *err)
{
	struct spp_pcap_recorder *recorder = ctx;
	int ret;

	if (recorder->recording != 0 && recorder_check(recorder, NULL) == 0)
		return 0;
	/* One whose receiver did not answer, or of which a writer writes no more, is ended now. */
	if (!receiver_rests(recorder) || recorder->writer[0].wanted != 0)
		(void)recorder_end(recorder, WAIT_MS);
	if (!receiver_rests(recorder) || !wait_until(writers_follow, WAIT_MS, recorder))
		return spp_error(err, EBUSY,
				 "writer lcore %u still writes what was recorded before to %s: "
				 "start again when its file is closed",
				 late_writer(recorder), recorder->config.dir);
	recorder_set_time(recorder);
	memset(recorder->failed, 0, sizeof(recorder->failed));
	if (++recorder->last == 0)
		recorder->last = 1;
	tell_writers(recorder, recorder->last);
	if (!wait_until(writers_follow, WAIT_MS, recorder))
		ret = spp_error(err, ETIMEDOUT,
				"%s: writer lcore %u cannot open a file within %u ms",
				recorder->config.dir, late_writer(recorder), WAIT_MS);
	else
		ret = recorder_check(recorder, err);
	if (ret < 0) {
		(void)recorder_end(recorder, WAIT_MS);
		return ret;
	}
	recorder->recording = recorder->last;
	tell_receiver(recorder, true);
	return 0;
}

static void
recorder_stop(void *ctx)
{
	struct spp_pcap_recorder *recorder = ctx;

	if (recorder->recording == 0)
		return;
	(void)recorder_end(recorder, WAIT_MS);
	spp_pcap_recorder_tick(recorder);
}

/* Sums since the begin. Counters are written by their threads and only read here. */
static void
recorder_figures(const struct spp_pcap_recorder *recorder, struct spp_recorder_status *out)
{
	const struct spp_pcap_receiver *r = &recorder->receiver;
	unsigned int i;

	out->rx_packets = r->counters.rx_packets;
	out->queue_full = r->queue_full;
	out->write_failed = r->write_failed;
	out->written = out->bad_frames = 0;
	for (i = 0; i < SPP_DROP_NB; i++)
		out->bad_frames += r->counters.rx_drops[i];
	for (i = 0; i < recorder->nb_writers; i++) {
		out->written += recorder->writer[i].written;
		out->write_failed += recorder->writer[i].lost;
	}
}

static void
recorder_writer(const struct spp_pcap_recorder *recorder, unsigned int i,
		struct spp_recorder_writer *out)
{
	const struct spp_pcap_writer *w = &recorder->writer[i];
	uint32_t sequence = __atomic_load_n(&w->file.sequence, __ATOMIC_ACQUIRE);
	int failed = __atomic_load_n(&w->failed, __ATOMIC_ACQUIRE);

	out->lcore = recorder->writer_lcore[i];
	out->file[0] = out->error[0] = '\0';
	if (sequence != 0)
		spp_pcap_file_name(&w->file.config, recorder->time, sequence, out->file);
	if (failed != 0)
		snprintf(out->error, sizeof(out->error), "%s", rte_strerror(failed));
}

static void
recorder_status(void *ctx, struct spp_recorder_status *out)
{
	const struct spp_pcap_recorder *recorder = ctx;
	const struct spp_recorder_status *base = &recorder->base;
	unsigned int i;

	out->running = recorder->recording != 0;
	out->main_lcore = rte_get_main_lcore();
	out->receiver_lcore = recorder->receiver_lcore;
	out->port = recorder->config.port;
	out->nb_writers = recorder->nb_writers;
	for (i = 0; i < recorder->nb_writers; i++)
		recorder_writer(recorder, i, &out->writer[i]);
	recorder_figures(recorder, out);
	out->rx_packets -= base->rx_packets;
	out->written -= base->written;
	out->queue_full -= base->queue_full;
	out->write_failed -= base->write_failed;
	out->bad_frames -= base->bad_frames;
}

static void
recorder_clear(void *ctx)
{
	struct spp_pcap_recorder *recorder = ctx;

	recorder_figures(recorder, &recorder->base);
}

const struct spp_recorder_ops spp_pcap_recorder_ops = {
	.start = recorder_start,
	.stop = recorder_stop,
	.status = recorder_status,
	.clear = recorder_clear,
};

void
spp_pcap_recorder_tick(struct spp_pcap_recorder *recorder)
{
	struct spp_share *share = recorder->config.share;
	struct spp_share_port *shown = &share->port[spp_port_id(recorder->config.port)];
	static struct spp_recorder_status status;
	unsigned int i;

	for (i = 0; i < recorder->nb_writers; i++) {
		if (recorder->failed[i] ||
		    __atomic_load_n(&recorder->writer[i].failed, __ATOMIC_ACQUIRE) == 0)
			continue;
		recorder->failed[i] = true;
		spp_log(LOG_ERR,
			"writer lcore %u writes no more, until the next start: %s (what was "
			"written can be read)",
			recorder->writer_lcore[i], recorder->writer[i].why.text);
	}
	recorder_status(recorder, &status);
	__atomic_store_n(&shown->rx_packets, status.rx_packets, __ATOMIC_RELAXED);
	__atomic_store_n(&shown->rx_drops,
			 status.queue_full + status.write_failed + status.bad_frames,
			 __ATOMIC_RELAXED);
}

static int
make_writer(struct spp_pcap_recorder *recorder, unsigned int i, unsigned int queue_size,
	    struct spp_error *err)
{
	const struct spp_pcap_recorder_config *config = &recorder->config;
	struct spp_pcap_writer *w = &recorder->writer[i];
	struct spp_pcap_file_config file = {
		.dir = config->dir, .writer = i + 1, .size = config->size};

	snprintf(file.port, sizeof(file.port), "%s%u",
		 config->port.kind == SPP_PORT_NIC ? "phy" : "ring", config->port.index);
	w->cpus = &config->share->cpus;
	w->sleeper = &config->share->slot[config->slot].worker[i + 1];
	w->time = recorder->time;
	w->queue = spp_pcap_queue_create(queue_size);
	if (w->queue == NULL)
		return spp_error(err, ENOMEM, "writer %u: no memory", i + 1);
	return spp_pcap_file_init(&w->file, &file, err);
}

/* The pool must not be empty before the queues are full: then it is the queues that are counted. */
static unsigned int
queue_size(const struct spp_pcap_recorder *recorder)
{
	unsigned int all = RTE_MIN((unsigned int)QUEUES_SIZE, recorder->config.mbufs->size / 2);

	return RTE_MAX(rte_align32prevpow2(all / recorder->nb_writers), (uint32_t)QUEUE_SIZE_MIN);
}

static int
make_parts(struct spp_pcap_recorder *recorder, struct spp_error *err)
{
	const struct spp_pcap_recorder_config *config = &recorder->config;
	void *memory;
	unsigned int i;
	int ret = 0;

	if (posix_memalign(&memory, RTE_CACHE_LINE_SIZE,
			   recorder->nb_writers * sizeof(recorder->writer[0])) != 0)
		return spp_error(err, ENOMEM, "no memory for %u writers", recorder->nb_writers);
	recorder->writer = memset(memory, 0, recorder->nb_writers * sizeof(recorder->writer[0]));
	for (i = 0; i < recorder->nb_writers && ret == 0; i++)
		ret = make_writer(recorder, i, queue_size(recorder), err);
	recorder->receiver = (struct spp_pcap_receiver){
		.port = config->dp,
		.writers = recorder->writer,
		.nb_writers = recorder->nb_writers,
		.cpus = &config->share->cpus,
		.sleeper = &config->share->slot[config->slot].worker[0],
	};
	return ret;
}

int
spp_pcap_recorder_init(struct spp_pcap_recorder *recorder,
		       const struct spp_pcap_recorder_config *config, struct spp_error *err)
{
	unsigned int lcore, i;
	int ret;

	memset(recorder, 0, sizeof(*recorder));
	recorder->config = *config;
	recorder->receiver_lcore = rte_get_next_lcore(UINT32_MAX, 1, 0);
	RTE_LCORE_FOREACH_WORKER (lcore) {
		if (lcore != recorder->receiver_lcore)
			recorder->writer_lcore[recorder->nb_writers++] = lcore;
	}
	ret = make_parts(recorder, err);
	if (ret < 0)
		return ret;
	ret = rte_eal_remote_launch(spp_pcap_receiver_main, &recorder->receiver,
				    recorder->receiver_lcore);
	recorder->receiver.running = ret == 0;
	for (i = 0; i < recorder->nb_writers && ret == 0; i++) {
		ret = rte_eal_remote_launch(spp_pcap_writer_main, &recorder->writer[i],
					    recorder->writer_lcore[i]);
		recorder->writer[i].running = ret == 0;
	}
	return ret < 0 ? spp_error(err, -ret, "a worker lcore cannot be started: %s",
				   rte_strerror(-ret))
		       : 0;
}

static bool
threads_have_ended(const struct spp_pcap_recorder *recorder)
{
	unsigned int i;

	if (__atomic_load_n(&recorder->receiver.running, __ATOMIC_ACQUIRE)) {
		spp_sleeper_wake(recorder->receiver.sleeper);
		return false;
	}
	for (i = 0; i < recorder->nb_writers; i++) {
		if (__atomic_load_n(&recorder->writer[i].running, __ATOMIC_ACQUIRE)) {
			spp_sleeper_wake(recorder->writer[i].sleeper);
			return false;
		}
	}
	return true;
}

int
spp_pcap_recorder_end(struct spp_pcap_recorder *recorder, struct spp_error *err)
{
	bool all = true;
	unsigned int i;

	if (recorder->writer == NULL) {
		recorder->ended = true;
		return 0;
	}
	if (!receiver_rests(recorder) || !writers_follow(recorder) || recorder->recording != 0)
		all = recorder_end(recorder, END_MS);
	__atomic_store_n(&recorder->receiver.stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < recorder->nb_writers; i++)
		__atomic_store_n(&recorder->writer[i].stop, true, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!wait_until(threads_have_ended, END_MS, recorder))
		return spp_error(err, ETIMEDOUT,
				 "a lcore still writes to %s: ending without its file",
				 recorder->config.dir);
	for (i = 0; i < recorder->nb_writers; i++)
		spp_pcap_file_fini(&recorder->writer[i].file);
	recorder->ended = true;
	spp_pcap_recorder_tick(recorder); /* what failed last is said, too */
	if (recorder_check(recorder, err) < 0)
		return -EIO;
	return all ? 0
		   : spp_error(err, ETIMEDOUT, "%s: not all that was received is in the files",
			       recorder->config.dir);
}
