/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The recording as a whole: receiver and writers, begun and ended by control. Implements
 * spp/recorder.h. Control thread.
 */
#ifndef SPP_PCAP_RECORDER_H
#define SPP_PCAP_RECORDER_H

#include "spp/recorder.h"

#include "common/share.h"
#include "pcap/receiver.h"

struct spp_pcap_recorder_config {
	struct spp_share *share;
	unsigned int slot;
	struct rte_mempool *mbufs;
	struct spp_port port;
	struct spp_dp_port *dp;
	const char *dir; /**< stays */
	uint64_t size;
};

struct spp_pcap_recorder {
	struct spp_pcap_recorder_config config;
	unsigned int receiver_lcore, writer_lcore[SPP_WORKER_MAX];
	unsigned int nb_writers;
	struct spp_pcap_receiver receiver;
	struct spp_pcap_writer *writer;
	uint32_t recording;              /**< number of the one that runs, 0: none */
	uint32_t last;                   /**< number that was used last */
	char time[SPP_PCAP_TIME_SIZE];   /**< of that one */
	bool failed[SPP_WORKER_MAX];     /**< it was said */
	bool ended;                      /**< its threads are gone, or were never there */
	struct spp_recorder_status base; /**< figures at the last clear */
};

extern const struct spp_recorder_ops spp_pcap_recorder_ops;

/** Starts the threads: the first worker lcore receives, the others write. */
int spp_pcap_recorder_init(struct spp_pcap_recorder *recorder,
			   const struct spp_pcap_recorder_config *config, struct spp_error *err);
/** Each second: say which writers can write no more; figures for spp_primary's status. */
void spp_pcap_recorder_tick(struct spp_pcap_recorder *recorder);
/** End the recording, then the threads. -ETIMEDOUT: not all that was received is in the files, or,
 * when `ended` is not set then, a thread still has the port. Does nothing when nothing was started.
 */
int spp_pcap_recorder_end(struct spp_pcap_recorder *recorder, struct spp_error *err);

#endif
