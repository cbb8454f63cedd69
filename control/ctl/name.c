/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Names of processes. See name.h.
 */
#include "ctl/name.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "change/near.h"
#include "ctl/complain.h"
#include "spp/limits.h"

static const char *
process_word(const void *arg, size_t i)
{
	static const char *const words[] = {"primary", "vf1", "vf2", NULL};

	return words[i];
}

bool
ctl_name_check(const char *name)
{
	const char *near;

	if (spp_process_parse(name) >= 0)
		return true;
	near = spp_near_word(name, process_word, NULL);
	ctl_complain("%s: not a process (primary, vf1, vf2, ... vf%d)%s%s%s", name,
		     SPP_PROCESS_ID_MAX, near != NULL ? "; did you mean " : "",
		     near != NULL ? near : "", near != NULL ? "?" : "");
	return false;
}

void
ctl_name_socket(const struct ctl *ctl, const char *name, char path[SPP_SOCKET_PATH_SIZE])
{
	spp_run_socket(path, ctl->run_dir, (unsigned int)spp_process_parse(name), false);
}

void
ctl_name_look(const struct ctl *ctl, const char *name, char path[SPP_SOCKET_PATH_SIZE])
{
	char look[SPP_SOCKET_PATH_SIZE];

	ctl_name_socket(ctl, name, path);
	spp_run_socket(look, ctl->run_dir, (unsigned int)spp_process_parse(name), true);
	if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0 && access(look, F_OK) == 0)
		memcpy(path, look, sizeof(look));
}
