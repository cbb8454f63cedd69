/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The files of spp_pcap: names, content, the next one, errors. Each case has a directory of its
 * own.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lz4frame.h>

#include "unit.h"

#include "pcap/file.h"

#define TIME    "20190214161550"
#define NS      UINT64_C(1550128550123456789)
#define HEADERS (24 + 16)

struct dir {
	char path[64];
	struct spp_pcap_file file;
	struct spp_error err;
	char name[SPP_RECORDER_PATH_SIZE];
};

static void
begin(struct dir *d, uint64_t size)
{
	struct spp_pcap_file_config config = {
		.dir = d->path, .port = "phy0", .writer = 2, .size = size};

	memset(d, 0, sizeof(*d));
	strcpy(d->path, "/tmp/spp-pcap-XXXXXX");
	assert_non_null(mkdtemp(d->path));
	assert_int_equal(spp_pcap_file_init(&d->file, &config, &d->err), 0);
}

/* Of that sequence; with more behind it. */
static const char *
name(struct dir *d, unsigned int sequence, const char *more)
{
	snprintf(d->name, sizeof(d->name), "%s/spp_pcap." TIME ".phy0.2.%u.pcap.lz4%s", d->path,
		 sequence, more);
	return d->name;
}

static void
end(struct dir *d)
{
	unsigned int i;

	for (i = 1; i < 8; i++) {
		unlink(name(d, i, ""));
		unlink(name(d, i, ".tmp"));
	}
	spp_pcap_file_fini(&d->file);
	assert_int_equal(rmdir(d->path), 0);
}

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void
packet(struct dir *d, const void *data, uint32_t length)
{
	assert_int_equal(spp_pcap_file_packet(&d->file, NS, length, length, &d->err), 0);
	assert_int_equal(spp_pcap_file_bytes(&d->file, data, length, &d->err), 0);
}

/* What is in a file, and whether its frame has an end. */
static size_t
unpack(const char *path, unsigned char *out, size_t room, bool *whole)
{
	static char in[1 << 20];
	int fd = open(path, O_RDONLY);
	LZ4F_dctx *lz4;
	ssize_t size;
	size_t from, to = room, left;

	assert_true(fd >= 0);
	size = read(fd, in, sizeof(in));
	close(fd);
	assert_true(size > 0);
	from = (size_t)size;
	assert_false(LZ4F_isError(LZ4F_createDecompressionContext(&lz4, LZ4F_VERSION)));
	left = LZ4F_decompress(lz4, out, &to, in, &from, NULL);
	assert_false(LZ4F_isError(left));
	*whole = left == 0;
	LZ4F_freeDecompressionContext(lz4);
	return to;
}

static void
assert_words(const unsigned char *at, const uint32_t *words, size_t nb)
{
	assert_memory_equal(at, words, nb * sizeof(*words));
}

static void
a_file_is_a_pcap_and_has_its_name_when_it_is_whole(void **state)
{
	static const uint32_t header[] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
	static const uint32_t record[] = {1550128550, 123456, 5, 5};
	static unsigned char out[4096];
	struct stat st;
	struct dir d;
	bool whole;

	begin(&d, 1000);
	assert_int_equal(spp_pcap_file_open(&d.file, TIME, &d.err), 0);
	assert_int_equal(d.file.sequence, 1);
	assert_true(is_there(name(&d, 1, ".tmp")));
	packet(&d, "hello", 5);
	/* in pieces, and longer than what is kept of it */
	assert_int_equal(spp_pcap_file_packet(&d.file, NS, 70000, 4, &d.err), 0);
	assert_int_equal(spp_pcap_file_bytes(&d.file, "ab", 2, &d.err), 0);
	assert_int_equal(spp_pcap_file_bytes(&d.file, "cd", 2, &d.err), 0);
	assert_int_equal(spp_pcap_file_close(&d.file, &d.err), 0);
	assert_int_equal(d.file.sequence, 0);
	assert_false(is_there(name(&d, 1, ".tmp")));
	assert_int_equal(stat(name(&d, 1, ""), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(unpack(d.name, out, sizeof(out), &whole), HEADERS + 5 + 16 + 4);
	assert_true(whole);
	assert_words(out, header, 6);
	assert_words(out + 24, record, 4);
	assert_memory_equal(out + HEADERS, "hello", 5);
	assert_words(out + HEADERS + 5 + 8, (const uint32_t[]){4, 70000}, 2);
	assert_memory_equal(out + HEADERS + 5 + 16, "abcd", 4);
	assert_int_equal(spp_pcap_file_close(&d.file, &d.err), 0);
	end(&d);
}

static void
the_next_one_begins_behind_the_size(void **state)
{
	static unsigned char out[4096];
	char data[100] = {0};
	unsigned int i;
	struct dir d;
	bool whole;

	begin(&d, 200);
	assert_int_equal(spp_pcap_file_open(&d.file, TIME, &d.err), 0);
	/* header and frame are some 31 bytes: two packets exceed 200 */
	for (i = 0; i < 5; i++)
		packet(&d, data, sizeof(data));
	assert_int_equal(d.file.sequence, 3);
	assert_true(is_there(name(&d, 2, "")));
	assert_true(is_there(name(&d, 3, ".tmp")));
	assert_int_equal(spp_pcap_file_close(&d.file, &d.err), 0);
	for (i = 1; i <= 3; i++)
		assert_int_equal(unpack(name(&d, i, ""), out, sizeof(out), &whole),
				 24 + (i < 3 ? 2 : 1) * (16 + sizeof(data)));
	end(&d);
}

static void
nothing_that_is_there_is_written_over(void **state)
{
	struct dir d;
	int fd;

	begin(&d, 1000);
	fd = open(name(&d, 1, ""), O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(symlink("/nowhere", name(&d, 2, ".tmp")), 0);
	assert_int_equal(spp_pcap_file_open(&d.file, TIME, &d.err), 0);
	assert_int_equal(d.file.sequence, 3);
	assert_int_equal(spp_pcap_file_close(&d.file, &d.err), 0);
	assert_true(is_there(name(&d, 3, "")));
	assert_false(is_there("/nowhere"));
	end(&d);
}

/* By other hands, while the file was written. */
static void
a_name_that_was_taken_meanwhile_stays_what_it_is(void **state)
{
	struct stat st;
	struct dir d;
	int fd;

	begin(&d, 1000);
	assert_int_equal(spp_pcap_file_open(&d.file, TIME, &d.err), 0);
	packet(&d, "hello", 5);
	fd = open(name(&d, 1, ""), O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(mkdir(name(&d, 2, ""), 0700), 0);
	assert_int_equal(spp_pcap_file_close(&d.file, &d.err), 0);
	assert_false(is_there(name(&d, 1, ".tmp")));
	assert_int_equal(stat(name(&d, 1, ""), &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(stat(name(&d, 3, ""), &st), 0);
	assert_true(st.st_size > 0);
	assert_int_equal(rmdir(name(&d, 2, "")), 0);
	end(&d);
}

static void
what_was_flushed_can_be_read_of_one_that_was_not_ended(void **state)
{
	static unsigned char out[4096];
	struct dir d;
	bool whole;

	begin(&d, 1000);
	assert_int_equal(spp_pcap_file_open(&d.file, TIME, &d.err), 0);
	assert_int_equal(unpack(name(&d, 1, ".tmp"), out, sizeof(out), &whole), 24);
	assert_false(whole);
	packet(&d, "hello", 5);
	assert_int_equal(unpack(name(&d, 1, ".tmp"), out, sizeof(out), &whole), 24);
	assert_int_equal(spp_pcap_file_flush(&d.file, &d.err), 0);
	assert_int_equal(unpack(name(&d, 1, ".tmp"), out, sizeof(out), &whole), HEADERS + 5);
	assert_int_equal(spp_pcap_file_flush(&d.file, &d.err), 0);
	spp_pcap_file_abandon(&d.file);
	assert_int_equal(d.file.sequence, 0);
	assert_true(is_there(name(&d, 1, ".tmp")));
	end(&d);
}

/* A disk that is full, by the limit of a file's size: the block that did not fit goes. */
static void
a_write_that_fails_leaves_whole_blocks(void **state)
{
	static unsigned char out[1 << 20];
	struct rlimit before, limit;
	static unsigned char noise[65535];
	unsigned int i, word = 1;
	struct dir d;
	size_t size;
	bool whole;
	int ret = 0;

	for (i = 0; i < sizeof(noise); i++) {
		word = word * 1664525 + 1013904223;
		noise[i] = (unsigned char)(word >> 24);
	}
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 400000;
	setrlimit(RLIMIT_FSIZE, &limit);
	begin(&d, 1 << 30);
	assert_int_equal(spp_pcap_file_open(&d.file, TIME, &d.err), 0);
	for (i = 0; i < 20 && ret == 0; i++) {
		ret = spp_pcap_file_packet(&d.file, NS, sizeof(noise), sizeof(noise), &d.err);
		if (ret == 0)
			ret = spp_pcap_file_bytes(&d.file, noise, sizeof(noise), &d.err);
	}
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(ret, -EFBIG);
	assert_non_null(strstr(d.err.text, ".phy0.2.1.pcap.lz4.tmp: File too large"));
	spp_pcap_file_abandon(&d.file);
	size = unpack(name(&d, 1, ".tmp"), out, sizeof(out), &whole);
	assert_false(whole);
	assert_in_range(size, 200000, 400000);
	/* and the next recording is as any */
	assert_int_equal(spp_pcap_file_open(&d.file, TIME, &d.err), 0);
	assert_int_equal(d.file.sequence, 2);
	assert_int_equal(spp_pcap_file_close(&d.file, &d.err), 0);
	end(&d);
}

static void
a_directory_that_is_gone(void **state)
{
	struct dir d;

	begin(&d, 1000);
	assert_int_equal(rmdir(d.path), 0);
	assert_int_equal(spp_pcap_file_open(&d.file, TIME, &d.err), -ENOENT);
	assert_non_null(strstr(d.err.text, ".pcap.lz4.tmp: No such file or directory"));
	assert_int_equal(d.file.sequence, 0);
	assert_int_equal(mkdir(d.path, 0700), 0);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_a_pcap_and_has_its_name_when_it_is_whole),
		cmocka_unit_test(the_next_one_begins_behind_the_size),
		cmocka_unit_test(nothing_that_is_there_is_written_over),
		cmocka_unit_test(a_name_that_was_taken_meanwhile_stays_what_it_is),
		cmocka_unit_test(what_was_flushed_can_be_read_of_one_that_was_not_ended),
		cmocka_unit_test(a_write_that_fails_leaves_whole_blocks),
		cmocka_unit_test(a_directory_that_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
