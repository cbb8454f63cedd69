/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The files of one writer: a classic pcap inside an LZ4 frame, the next one when one is full. Knows
 * nothing of packets but bytes, and nothing of threads: each is its writer's.
 *
 *     DIR/spp_pcap.TIME.PORT.WRITER.SEQUENCE.pcap.lz4
 *
 * with ".tmp" behind it while it is written. What was compressed goes to the disk block by block:
 * of a process that was killed the ".tmp" can be read up to there.
 */
#ifndef SPP_PCAP_FILE_H
#define SPP_PCAP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spp/error.h"
#include "spp/recorder.h"

/** Characters of TIME (YYYYmmddHHMMSS) and PORT, with the terminating NUL. */
#define SPP_PCAP_TIME_SIZE 16
#define SPP_PCAP_PORT_SIZE 16
/** Characters of DIR, so that a name fits. */
#define SPP_PCAP_DIR_MAX 400
/** Bytes of a packet that are kept at most. */
#define SPP_PCAP_SNAPLEN 65535u

struct spp_pcap_file_config {
	const char *dir;
	char port[SPP_PCAP_PORT_SIZE]; /**< "phy0" */
	unsigned int writer;           /**< from 1 */
	uint64_t size;                 /**< a packet behind so many bytes begins the next file */
};

struct LZ4F_cctx_s;

struct spp_pcap_file {
	struct spp_pcap_file_config config;
	struct LZ4F_cctx_s *lz4;
	char *out; /**< what comes out of it at once, at most */
	size_t out_size;
	int fd;             /**< -1: none is open */
	uint64_t bytes;     /**< of the pcap, before it is compressed, and the frame's header */
	uint64_t whole;     /**< bytes in the file that end with a block */
	bool pending;       /**< something is not in the file yet */
	uint32_t nb_blocks; /**< that went into files: what was given before one is in it */
	char time[SPP_PCAP_TIME_SIZE];
	/** Of the file that is open, from 1; 0: none is. Writer: w, any thread: ro (atomic). */
	uint32_t sequence;
	uint32_t last; /**< sequence that was used last, of this time */
};

/** The path a file will have when it is whole. @return its length */
int spp_pcap_file_name(const struct spp_pcap_file_config *config, const char *time,
		       uint32_t sequence, char out[SPP_RECORDER_PATH_SIZE]);

/** Before all others. -ENOMEM with text. */
int spp_pcap_file_init(struct spp_pcap_file *file, const struct spp_pcap_file_config *config,
		       struct spp_error *err);
void spp_pcap_file_fini(struct spp_pcap_file *file);

/** Open the first file of a recording; existing ones stay, a free sequence number is taken. */
int spp_pcap_file_open(struct spp_pcap_file *file, const char *time, struct spp_error *err);
/**
 * Begin a packet; when the file is full, in the next file. Its bytes follow, in pieces.
 * @param ns since 1970 @param length of the packet @param captured that will follow, at most
 *        SPP_PCAP_SNAPLEN
 */
int spp_pcap_file_packet(struct spp_pcap_file *file, uint64_t ns, uint32_t length,
			 uint32_t captured, struct spp_error *err);
int spp_pcap_file_bytes(struct spp_pcap_file *file, const void *data, size_t length,
			struct spp_error *err);
/** Everything so far into the file. */
int spp_pcap_file_flush(struct spp_pcap_file *file, struct spp_error *err);
/** End the file and give it its name, or where that was taken meanwhile, one with the next free
 * sequence number. Nothing happens when none is open. */
int spp_pcap_file_close(struct spp_pcap_file *file, struct spp_error *err);
/** After one of the above has failed: the file ends with the last whole block, and stays ".tmp". */
void spp_pcap_file_abandon(struct spp_pcap_file *file);

#endif
