/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looks again and again whether a file is locked. See survivors.h.
 */
#include "primary/survivors.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "common/eal_dir.h"
#include "common/log.h"
#include "common/process.h"

#define LOOK_US 10000
/* They end within milliseconds. */
#define SAY_S 0.5

static double
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
open_in(const char *dir, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return open(path, O_RDWR | O_CLOEXEC);
}

static bool
primary_lives(const char *dir)
{
	int fd = open_in(dir, SPP_EAL_CONFIG_FILE);
	bool lives = fd >= 0 && spp_eal_config_locked(fd);

	if (fd >= 0)
		close(fd);
	return lives;
}

/* Any process of the EAL's has a shared lock of this file as long as it lives. */
static bool
is_used(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return true;
	flock(fd, LOCK_UN);
	return false;
}

int
spp_survivors_wait(const char *dir, unsigned int seconds, const volatile sig_atomic_t *stop,
		   struct spp_error *err)
{
	double begin = now_s();
	char who[SPP_PROCESS_TEXT];
	bool said = false;
	int fd, ret = 0;

	if (primary_lives(dir))
		return 0;
	fd = open_in(dir, SPP_EAL_MEMZONES_FILE);
	if (fd < 0)
		return 0; /* nobody was ever here, or the EAL will say why not */
	while (ret == 0 && is_used(fd) && !primary_lives(dir)) {
		if (*stop)
			ret = spp_error(err, EINTR, "ended before it had started");
		else if (now_s() - begin >= seconds)
			ret = spp_error(err, EBUSY,
					"%s still uses the memory of the spp_primary before (%s); "
					"waited for its end %u s: end it, then start spp_primary",
					spp_process_text(spp_process_flock_holder(fd), who), dir,
					seconds);
		else if (!said && now_s() - begin >= SAY_S)
			spp_log(LOG_NOTICE,
				"waiting for the end of %s, which still uses the memory of the "
				"spp_primary before",
				spp_process_text(spp_process_flock_holder(fd), who));
		said = said || now_s() - begin >= SAY_S;
		usleep(LOOK_US);
	}
	close(fd);
	return ret;
}
