/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One writer: a worker lcore that takes packets from its queue and writes them into its files.
 *
 * A recording has a number. Control says which is to be written (`wanted`), the writer which it
 * writes (`doing`): it opens its first file, takes what comes, and when it is wanted no more and
 * its queue is empty, it closes its file.
 */
#ifndef SPP_PCAP_WRITER_H
#define SPP_PCAP_WRITER_H

#include "common/sleeper.h"
#include "pcap/file.h"
#include "pcap/queue.h"

struct spp_pcap_writer {
	struct rte_ring *queue;
	struct spp_cpu_threads *cpus;
	struct spp_sleeper *sleeper;
	const char *time;     /**< of the recording; control: w while nothing is wanted */
	uint32_t wanted;      /**< recording, 0: none. Control: w */
	uint32_t doing;       /**< likewise. Writer: w */
	int failed;           /**< errno: of the recording it does it writes no more. Writer: w */
	bool stop;            /**< the end. Control: w */
	bool running;         /**< Writer: w */
	struct spp_error why; /**< valid while failed */
	uint64_t written __rte_cache_aligned; /**< packets. Writer: w */
	uint64_t lost;                        /**< taken, and in no file */
	uint64_t held;      /**< taken, not in the file yet: since its last whole block */
	uint32_t nb_blocks; /**< of the file, at the last look */
	struct spp_pcap_file file;
};

/** The thread; `arg` is the writer. */
int spp_pcap_writer_main(void *arg);

#endif
