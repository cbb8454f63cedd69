/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The saved wiring of spp_vf 1: the input lies where the file would, and is restored over the fake
 * data plane. What is taken is saved and restored once more: it must be the same wiring.
 */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_dataplane.h"
#include "saved/restore.h"
#include "saved/state_file.h"
#include "wiring/model.h"

static char directory[] = "/dev/shm/spp-fuzz-XXXXXX";
static char path[SPP_STATE_PATH_SIZE];
static struct fake fake;

static void
clean_up(void)
{
	struct dirent *entry;
	DIR *opened = opendir(directory);

	while (opened != NULL && (entry = readdir(opened)) != NULL)
		(void)!unlinkat(dirfd(opened), entry->d_name, 0);
	if (opened != NULL)
		closedir(opened);
	rmdir(directory);
}

static void
write_input(const uint8_t *data, size_t size)
{
	struct spp_error err;
	int fd;

	if (path[0] == '\0') {
		if (mkdtemp(directory) == NULL || spp_state_path(path, directory, 1, &err) < 0)
			abort();
		atexit(clean_up);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

static struct spp_txn *
restore(int *ret)
{
	struct spp_error err;
	struct spp_txn *txn;

	memset(&fake, 0, sizeof(fake));
	fake_init(&fake);
	if (spp_txn_create(&fake_ops, &fake, NULL, &txn) < 0)
		abort();
	*ret = spp_restore(txn, path, 1, NULL, &err);
	return txn;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spp_txn *first, *second;
	struct spp_error err;
	int ret;

	write_input(data, size);
	first = restore(&ret);
	if (ret == 0)
		abort();
	if (ret > 0) {
		if (spp_state_write(path, 1, spp_txn_running(first), &err) < 0)
			abort();
		second = restore(&ret);
		if (ret != 1 || !spp_model_same(spp_txn_running(first), spp_txn_running(second)))
			abort();
		spp_txn_destroy(second);
	} else if (spp_txn_running(first)->nb_components > 0 || access(path, F_OK) == 0) {
		abort();
	}
	spp_txn_destroy(first);
	return 0;
}
