/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The files of one writer. See file.h.
 */
#include "pcap/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lz4frame.h>

/* Names of the same second that may be there already. */
#define TRIES 1000
/* Bytes that are given to LZ4 at once: what comes out of it must fit into `out`. */
#define PIECE 65536

/* In words of 16 bits, in the order of this machine: magic, 2.4, zone, accuracy, snaplen, Ethernet.
 */
static const uint16_t pcap_header[] = {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	0xc3d4, 0xa1b2, 2, 4, 0, 0, 0, 0, SPP_PCAP_SNAPLEN, 0, 1, 0,
#else
	0xa1b2, 0xc3d4, 2, 4, 0, 0, 0, 0, 0, SPP_PCAP_SNAPLEN, 0, 1,
#endif
};

static const LZ4F_preferences_t preferences = {
	.frameInfo = {.blockSizeID = LZ4F_max256KB, .blockMode = LZ4F_blockLinked},
};

int
spp_pcap_file_name(const struct spp_pcap_file_config *config, const char *time, uint32_t sequence,
		   char out[SPP_RECORDER_PATH_SIZE])
{
	return snprintf(out, SPP_RECORDER_PATH_SIZE, "%s/spp_pcap.%s.%s.%u.%u.pcap.lz4",
			config->dir, time, config->port, config->writer, sequence);
}

/* Two names of it. */
static void
file_names(const struct spp_pcap_file *file, uint32_t sequence, char name[SPP_RECORDER_PATH_SIZE],
	   char tmp[SPP_RECORDER_PATH_SIZE + 4])
{
	spp_pcap_file_name(&file->config, file->time, sequence, name);
	snprintf(tmp, SPP_RECORDER_PATH_SIZE + 4, "%s.tmp", name);
}

static int
file_fail(const struct spp_pcap_file *file, int code, struct spp_error *err)
{
	char name[SPP_RECORDER_PATH_SIZE], tmp[SPP_RECORDER_PATH_SIZE + 4];

	file_names(file, file->last, name, tmp);
	return spp_error(err, code, "%s: %s", tmp, strerror(code));
}

int
spp_pcap_file_init(struct spp_pcap_file *file, const struct spp_pcap_file_config *config,
		   struct spp_error *err)
{
	memset(file, 0, sizeof(*file));
	file->config = *config;
	file->fd = -1;
	file->out_size = LZ4F_compressBound(PIECE, &preferences);
	if (file->out_size < LZ4F_HEADER_SIZE_MAX)
		file->out_size = LZ4F_HEADER_SIZE_MAX;
	file->out = malloc(file->out_size);
	if (file->out == NULL ||
	    LZ4F_isError(LZ4F_createCompressionContext(&file->lz4, LZ4F_VERSION)))
		return spp_error(err, ENOMEM, "writer %u: no memory", config->writer);
	return 0;
}

void
spp_pcap_file_fini(struct spp_pcap_file *file)
{
	LZ4F_freeCompressionContext(file->lz4);
	free(file->out);
	file->lz4 = NULL;
	file->out = NULL;
}

/* What LZ4 gave out, an error included; `size` 0: it keeps it for the next block. */
static int
file_write(struct spp_pcap_file *file, size_t size, struct spp_error *err)
{
	const char *from = file->out;
	ssize_t done;

	if (LZ4F_isError(size))
		return file_fail(file, EIO, err);
	file->whole += size;
	while (size > 0) {
		done = write(file->fd, from, size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			file->whole -= (uint64_t)(from - file->out) + size;
			return file_fail(file, done < 0 ? errno : ENOSPC, err);
		}
		from += done;
		size -= (size_t)done;
		if (size == 0)
			file->nb_blocks++;
	}
	return 0;
}

int
spp_pcap_file_bytes(struct spp_pcap_file *file, const void *data, size_t length,
		    struct spp_error *err)
{
	const char *from = data;
	size_t piece;
	int ret;

	for (; length > 0; from += piece, length -= piece) {
		piece = length < PIECE ? length : PIECE;
		ret = file_write(file,
				 LZ4F_compressUpdate(file->lz4, file->out, file->out_size, from,
						     piece, NULL),
				 err);
		if (ret < 0)
			return ret;
		file->bytes += piece;
		file->pending = true;
	}
	return 0;
}

/* A new file under a name that nobody has, whatever is there by other hands. */
static int
file_create(struct spp_pcap_file *file, struct spp_error *err)
{
	char name[SPP_RECORDER_PATH_SIZE], tmp[SPP_RECORDER_PATH_SIZE + 4];
	unsigned int tries;

	for (tries = 0; tries < TRIES; tries++) {
		file_names(file, ++file->last, name, tmp);
		if (faccessat(AT_FDCWD, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		file->fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (file->fd >= 0)
			return 0;
		if (errno != EEXIST)
			return file_fail(file, errno, err);
	}
	return file_fail(file, EEXIST, err);
}

static int
file_begin(struct spp_pcap_file *file, struct spp_error *err)
{
	size_t size;
	int ret = file_create(file, err);

	if (ret < 0)
		return ret;
	file->bytes = file->whole = 0;
	__atomic_store_n(&file->sequence, file->last, __ATOMIC_RELEASE);
	size = LZ4F_compressBegin(file->lz4, file->out, file->out_size, &preferences);
	if (!LZ4F_isError(size))
		file->bytes = size;
	ret = file_write(file, size, err);
	if (ret == 0)
		ret = spp_pcap_file_bytes(file, pcap_header, sizeof(pcap_header), err);
	/* what is there can be read from the begin on */
	return ret < 0 ? ret : spp_pcap_file_flush(file, err);
}

int
spp_pcap_file_open(struct spp_pcap_file *file, const char *time, struct spp_error *err)
{
	int ret;

	snprintf(file->time, sizeof(file->time), "%s", time);
	file->last = 0;
	ret = file_begin(file, err);
	if (ret < 0)
		spp_pcap_file_abandon(file);
	return ret;
}

int
spp_pcap_file_packet(struct spp_pcap_file *file, uint64_t ns, uint32_t length, uint32_t captured,
		     struct spp_error *err)
{
	/* seconds, microseconds, bytes that follow, bytes it had */
	const uint32_t record[] = {(uint32_t)(ns / 1000000000), (uint32_t)(ns % 1000000000 / 1000),
				   captured, length};
	int ret = 0;

	if (file->bytes > file->config.size) {
		ret = spp_pcap_file_close(file, err);
		if (ret == 0)
			ret = file_begin(file, err);
	}
	return ret < 0 ? ret : spp_pcap_file_bytes(file, record, sizeof(record), err);
}

int
spp_pcap_file_flush(struct spp_pcap_file *file, struct spp_error *err)
{
	if (file->fd < 0 || !file->pending)
		return 0;
	file->pending = false;
	return file_write(file, LZ4F_flush(file->lz4, file->out, file->out_size, NULL), err);
}

static void
file_forget(struct spp_pcap_file *file)
{
	close(file->fd);
	file->fd = -1;
	file->pending = false;
	__atomic_store_n(&file->sequence, 0, __ATOMIC_RELEASE);
}

/* Never over what is there. @return 0 or errno, EEXIST: take another name */
static int
rename_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL)
		return errno;
	/* a file system that cannot: one look before, as good as it gets */
	if (faccessat(AT_FDCWD, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return EEXIST;
	return rename(from, to) < 0 ? errno : 0;
}

/* Somebody may have taken the name since it was chosen. */
static int
file_name_whole(struct spp_pcap_file *file, struct spp_error *err)
{
	char name[SPP_RECORDER_PATH_SIZE], tmp[SPP_RECORDER_PATH_SIZE + 4];
	uint32_t sequence = file->last;
	unsigned int tries;
	int code = EEXIST;

	file_names(file, sequence, name, tmp);
	for (tries = 0; tries < TRIES && code == EEXIST; tries++) {
		spp_pcap_file_name(&file->config, file->time, sequence++, name);
		code = rename_new(tmp, name);
	}
	if (code != 0)
		return file_fail(file, code, err);
	file->last = sequence - 1;
	return 0;
}

int
spp_pcap_file_close(struct spp_pcap_file *file, struct spp_error *err)
{
	int ret;

	if (file->fd < 0)
		return 0;
	ret = file_write(file, LZ4F_compressEnd(file->lz4, file->out, file->out_size, NULL), err);
	if (ret < 0)
		return ret;
	file_forget(file);
	return file_name_whole(file, err);
}

void
spp_pcap_file_abandon(struct spp_pcap_file *file)
{
	if (file->fd < 0)
		return;
	(void)!ftruncate(file->fd, (off_t)file->whole);
	file_forget(file);
}
