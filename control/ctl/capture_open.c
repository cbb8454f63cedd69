/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See capture_open.h.
 */
#include "ctl/capture_open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/complain.h"
#include "spp/run_dir.h"

int
ctl_capture_open(const struct ctl *ctl, const struct ctl_capture_case *a, unsigned int part,
		 struct ctl_capture_link *link)
{
	const struct ctl_capture_part *of = &a->part[part];
	struct spp_error err = {""};
	char path[SPP_SOCKET_PATH_SIZE];
	unsigned int process;
	int ret;

	memcpy(link->name, of->name, sizeof(of->name));
	process = (unsigned int)strtoul(of->name + strcspn(of->name, "0123456789"), NULL, 10);
	spp_run_tap_socket(path, ctl->run_dir, process);
	ret = ctl_capture_link_open(link, path, &of->request, a->filter, &err);
	if (ret == 0)
		return -1;
	ctl_complain("%s", err.text);
	return ret == -EINVAL || ret == -ENOENT ? CTL_USAGE
	       : ret == -EHOSTUNREACH           ? CTL_UNREACHABLE
						: CTL_ERROR;
}
