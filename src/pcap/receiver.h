/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The receiver: the worker lcore that takes packets from the port and gives them to the writers, a
 * burst to one after the other. It waits for none of them: what nobody has room for is counted and
 * dropped. While nothing is recorded it takes nothing from the port.
 */
#ifndef SPP_PCAP_RECEIVER_H
#define SPP_PCAP_RECEIVER_H

#include "spp/dp/port.h"

#include "pcap/writer.h"

struct spp_pcap_receiver {
	struct spp_dp_port *port;
	struct spp_pcap_writer *writers;
	unsigned int nb_writers;
	struct spp_cpu_threads *cpus;
	struct spp_sleeper *sleeper;
	bool wanted;       /**< take packets. Control: w */
	bool doing;        /**< it does, or may. Receiver: w */
	bool stop;         /**< the end. Control: w */
	bool running;      /**< Receiver: w */
	unsigned int next; /**< writer */
	uint64_t last_work;
	/** Receiver: w. */
	struct spp_port_counters counters;
	uint64_t queue_full;   /**< dropped: no writer had room */
	uint64_t write_failed; /**< dropped: no writer can write any more */
};

/** The thread; `arg` is the receiver. */
int spp_pcap_receiver_main(void *arg);

#endif
