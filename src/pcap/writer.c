/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One writer. See writer.h; launched by recorder.c.
 */
#include "pcap/writer.h"

#include <rte_cycles.h>

#define BURST 64
/* Between two looks of one that sleeps; the receiver and control wake it. What it has not yet
 * compressed by then goes into the file. */
#define SLEEP_US 1000000

/* A block has gone into the file: what was held is in it. */
static void
writer_note(struct spp_pcap_writer *w)
{
	if (w->file.nb_blocks == w->nb_blocks)
		return;
	w->nb_blocks = w->file.nb_blocks;
	w->written += w->held;
	w->held = 0;
}

static void
writer_fail(struct spp_pcap_writer *w, int ret)
{
	spp_pcap_file_abandon(&w->file); /* cut to its last whole block */
	writer_note(w);
	w->lost += w->held;
	w->held = 0;
	__atomic_store_n(&w->failed, -ret, __ATOMIC_RELEASE);
}

static int
writer_packet(struct spp_pcap_writer *w, const struct spp_pcap_item *item)
{
	const struct rte_mbuf *m = item->mbuf;
	uint32_t left = RTE_MIN(m->pkt_len, SPP_PCAP_SNAPLEN), piece;
	int ret = spp_pcap_file_packet(&w->file, item->ns, m->pkt_len, left, &w->why);

	for (; ret == 0 && m != NULL && left > 0; m = m->next, left -= piece) {
		piece = RTE_MIN((uint32_t)m->data_len, left);
		ret = spp_pcap_file_bytes(&w->file, rte_pktmbuf_mtod(m, const void *), piece,
					  &w->why);
	}
	return ret;
}

/* @return packets there were */
static unsigned int
writer_take(struct spp_pcap_writer *w)
{
	struct spp_pcap_item items[BURST];
	unsigned int nb = spp_pcap_queue_take(w->queue, items, BURST), i;
	int ret;

	for (i = 0; i < nb; i++) {
		ret = w->failed == 0 ? writer_packet(w, &items[i]) : 0;
		if (ret < 0)
			writer_fail(w, ret);
		if (w->failed != 0) {
			w->lost++;
		} else {
			/* a block that ended within this one: its rest is held */
			writer_note(w);
			w->held++;
		}
		rte_pktmbuf_free(items[i].mbuf);
	}
	return nb;
}

static void
writer_open(struct spp_pcap_writer *w, uint32_t wanted)
{
	int ret = spp_pcap_file_open(&w->file, w->time, &w->why);

	__atomic_store_n(&w->failed, -ret, __ATOMIC_RELEASE);
	__atomic_store_n(&w->doing, wanted, __ATOMIC_RELEASE);
}

/* The queue is empty, and the receiver puts nothing into it any more; or it is the end. */
static void
writer_close(struct spp_pcap_writer *w)
{
	int ret = spp_pcap_file_close(&w->file, &w->why);

	if (ret < 0)
		writer_fail(w, ret);
	writer_note(w);
	__atomic_store_n(&w->doing, 0, __ATOMIC_RELEASE);
}

static bool
writer_has_work(const struct spp_pcap_writer *w)
{
	return rte_ring_count(w->queue) > 0 ||
	       __atomic_load_n(&w->wanted, __ATOMIC_ACQUIRE) != w->doing ||
	       __atomic_load_n(&w->stop, __ATOMIC_ACQUIRE);
}

static void
writer_sleep(struct spp_pcap_writer *w)
{
	uint64_t begun = rte_rdtsc();
	int ret;

	spp_sleep_announce(w->sleeper, SPP_ASLEEP);
	if (writer_has_work(w)) {
		spp_sleep_cancel(w->sleeper);
		return;
	}
	spp_sleep_block(w->sleeper, SLEEP_US);
	if (rte_rdtsc() - begun < rte_get_tsc_hz() / 1000000 * (SLEEP_US / 2))
		return;
	ret = spp_pcap_file_flush(&w->file, &w->why);
	if (ret < 0)
		writer_fail(w, ret);
	writer_note(w);
}

int
spp_pcap_writer_main(void *arg)
{
	struct spp_pcap_writer *w = arg;
	uint32_t wanted;

	spp_sleeper_init(w->cpus, w->sleeper);
	__atomic_store_n(&w->running, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&w->stop, __ATOMIC_ACQUIRE)) {
		wanted = __atomic_load_n(&w->wanted, __ATOMIC_ACQUIRE);
		if (writer_take(w) > 0)
			continue;
		if (w->doing != 0 && wanted != w->doing)
			writer_close(w);
		else if (w->doing == 0 && wanted != 0)
			writer_open(w, wanted);
		else
			writer_sleep(w);
	}
	/* told to end while it was late: what it has is whole at least */
	if (w->doing != 0)
		writer_close(w);
	spp_sleeper_fini(w->cpus, w->sleeper);
	__atomic_store_n(&w->running, false, __ATOMIC_RELEASE);
	return 0;
}
