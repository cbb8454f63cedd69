/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The configuration file of spp_vf.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spp/control.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spp_vf_file file;
	struct spp_error err;
	char path[64];
	int fd = memfd_create("spp-fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)!spp_vf_file_load(path, &file, &err);
	close(fd);
	return 0;
}
