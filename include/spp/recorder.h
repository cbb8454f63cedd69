/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What control may ask spp_pcap: to begin and to end a recording, and how it goes. Plain C: no
 * DPDK, no JSON. Called from the control thread; every wait inside has a deadline.
 */
#ifndef SPP_RECORDER_H
#define SPP_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/error.h"
#include "spp/limits.h"
#include "spp/model.h"

/** Bytes of a file's path, with the terminating NUL. */
#define SPP_RECORDER_PATH_SIZE 512

struct spp_recorder_writer {
	unsigned int lcore;
	char file[SPP_RECORDER_PATH_SIZE]; /**< that it writes, as it will be called; "": none */
	char error[128];                   /**< why it writes no more; "": it does, or could */
};

struct spp_recorder_status {
	bool running;
	unsigned int main_lcore;
	unsigned int receiver_lcore;
	struct spp_port port;
	unsigned int nb_writers;
	struct spp_recorder_writer writer[SPP_WORKER_MAX];
	/** Since the start, or the last `clear`. */
	uint64_t rx_packets;   /**< taken from the port */
	uint64_t written;      /**< of these: in a file */
	uint64_t queue_full;   /**< lost: no writer had room */
	uint64_t write_failed; /**< lost: a file took no more, or could not be made */
	uint64_t bad_frames;   /**< lost: longer than --mtu allows, or shorter than a header */
};

struct spp_recorder_ops {
	/** One that runs goes on. 0, or -errno with what is wrong: then nothing was begun. */
	int (*start)(void *ctx, struct spp_error *err);
	/** What was received by now is in the files, and they are closed, unless that takes longer
	 * than a second: then it goes on by itself. */
	void (*stop)(void *ctx);
	void (*status)(void *ctx, struct spp_recorder_status *out);
	/** Count from now on. */
	void (*clear)(void *ctx);
};

#endif
