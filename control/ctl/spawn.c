/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What another program says. See spawn.h.
 */
#include "ctl/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/clock.h"

extern char **environ;

static int
start(const char *const argv[], int output, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all;
	int ret;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
	/* Signals as a program finds them. */
	posix_spawnattr_init(&attr);
	sigfillset(&all);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	ret = posix_spawnp(pid, argv[0], &files, &attr, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return ret;
}

/* Until it has closed its output. False: it did not within its time. */
static bool
copy(int fd, uint64_t deadline_ms, FILE *out)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	char bytes[65536];
	uint64_t now_ms;
	ssize_t n;

	while ((now_ms = spp_clock_ms()) < deadline_ms) {
		if (poll(&pfd, 1, (int)(deadline_ms - now_ms)) <= 0)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0)
			return true;
		fwrite(bytes, 1, (size_t)n, out);
	}
	return false;
}

void
ctl_spawn(const char *const argv[], unsigned int ms, FILE *out)
{
	int ends[2], ret;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		fprintf(out, "(%s: %s)\n", argv[0], strerror(errno));
		return;
	}
	ret = start(argv, ends[1], &pid);
	close(ends[1]);
	if (ret != 0) {
		fprintf(out, "(%s: %s)\n", argv[0], strerror(ret));
	} else {
		if (!copy(ends[0], spp_clock_ms() + ms, out))
			fprintf(out, "(%s: not done within %u ms)\n", argv[0], ms);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	close(ends[0]);
}
