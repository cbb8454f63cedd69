/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See capture_file.h.
 */
#include "ctl/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/complain.h"
#include "wire/clock.h"

/* How often it is looked whether to end. */
#define LOOK_MS 100
/* For a reader that does not read, once that is asked for. */
#define PATIENCE_MS 2000
/* For tcpdump to show the rest; then, to end when it is told to. */
#define REST_MS 5000
#define TERM_MS 500

extern char **environ;

/* As tcpdump calls them: FILE, FILE1, FILE2; of a fixed number FILE0, FILE1 ..., with as many
 * digits as the last one has. */
static void
file_name(const struct ctl_capture_file *file, char *out, size_t size)
{
	int digits = snprintf(NULL, 0, "%u", file->files - 1);

	if (file->files > 0)
		snprintf(out, size, "%s%0*u", file->path, digits, file->nb % file->files);
	else if (file->nb > 0)
		snprintf(out, size, "%s%u", file->path, file->nb);
	else
		snprintf(out, size, "%s", file->path);
}

bool
ctl_capture_file_next(struct ctl_capture_file *file)
{
	char name[PATH_MAX];

	if (file->path == NULL)
		return true;
	file_name(file, name, sizeof(name));
	file->fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	file->size = 0;
	file->nb++;
	if (file->fd >= 0)
		return true;
	ctl_complain("%s: %s", name, strerror(errno));
	return false;
}

static bool
is_installed(const char *program)
{
	char path[PATH_MAX], *dirs = strdup(getenv("PATH") != NULL ? getenv("PATH") : ""), *rest;
	bool found = false;

	for (char *dir = strtok_r(dirs, ":", &rest); dir != NULL && !found;
	     dir = strtok_r(NULL, ":", &rest)) {
		snprintf(path, sizeof(path), "%s/%s", dir, program);
		found = access(path, X_OK) == 0;
	}
	free(dirs);
	return found;
}

/* In a process group of its own: Ctrl-C is for us, who then end its input. */
static int
start_reader(const char *const argv[], int input, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all;
	int ret;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	posix_spawnattr_init(&attr);
	sigfillset(&all);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	ret = posix_spawnp(pid, argv[0], &files, &attr, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return ret;
}

bool
ctl_capture_file_tcpdump(struct ctl_capture_file *file)
{
	static const char *const argv[] = {"tcpdump", "-nel", "-r", "-", NULL};
	int ends[2];

	if (!is_installed(argv[0]) || pipe2(ends, O_CLOEXEC) < 0)
		return false;
	if (start_reader(argv, ends[0], &file->reader) != 0) {
		file->reader = 0;
		close(ends[1]);
	} else {
		file->fd = ends[1];
	}
	close(ends[0]);
	return file->reader != 0;
}

/* Of the first `size` bytes, how many are whole blocks. */
static size_t
whole_blocks(const uint8_t *blocks, size_t size)
{
	uint32_t length;
	size_t at = 0;

	while (size - at >= 8) {
		memcpy(&length, blocks + at + 4, sizeof(length));
		if (length > size - at)
			break;
		at += length;
	}
	return at;
}

static const char *
name_of(const struct ctl_capture_file *file)
{
	return file->path != NULL ? file->path : file->reader > 0 ? "tcpdump" : "standard output";
}

static void
write_failed(struct ctl_capture_file *file, const uint8_t *blocks, size_t written, int error)
{
	file->gone = error == EPIPE;
	if (!file->gone)
		ctl_complain("%s: %s: what was captured before is there", name_of(file),
			     strerror(error));
	if (file->path != NULL)
		(void)!ftruncate(file->fd, (off_t)(file->size + whole_blocks(blocks, written)));
}

static bool
is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Wait until the reader takes PIPE_BUF bytes at once. False: it does not, and it is to end. */
static bool
wait_for_room(struct ctl_capture_file *file)
{
	struct pollfd poller = {.fd = file->fd, .events = POLLOUT};

	while (poll(&poller, 1, LOOK_MS) <= 0) {
		if (!*file->asked_to_end)
			continue;
		if (file->patience_ms == 0)
			file->patience_ms = spp_clock_ms() + PATIENCE_MS;
		if (spp_clock_ms() < file->patience_ms)
			continue;
		ctl_complain("%s: does not take what was captured: the end of it is missing",
			     name_of(file));
		file->stalled = true;
		return false;
	}
	return true;
}

/* A pipe with room takes PIPE_BUF bytes and does not block, pipe(7). O_NONBLOCK would be set for
 * everybody who shares standard output. */
bool
ctl_capture_file_write(struct ctl_capture_file *file, const uint8_t *blocks, size_t size)
{
	bool regular = is_regular(file->fd);
	size_t written = 0, most = regular ? size : PIPE_BUF;
	ssize_t nb;

	while (written < size) {
		if (!regular && !wait_for_room(file))
			return false;
		nb = write(file->fd, blocks + written, MIN(size - written, most));
		if (nb >= 0) {
			written += (size_t)nb;
		} else if (errno != EINTR && errno != EAGAIN) {
			write_failed(file, blocks, written, errno);
			return false;
		}
	}
	file->size += size;
	return true;
}

static bool
has_ended(pid_t pid, uint64_t within_ms)
{
	uint64_t end_ms = spp_clock_ms() + within_ms;

	while (waitpid(pid, NULL, WNOHANG) == 0) {
		if (spp_clock_ms() >= end_ms)
			return false;
		poll(NULL, 0, 10);
	}
	return true;
}

/* Its input has ended: so does it, but when its terminal is halted (Ctrl-S), or it is. */
static void
end_reader(pid_t pid, bool stalled)
{
	if (has_ended(pid, stalled ? 0 : REST_MS))
		return;
	kill(pid, SIGTERM);
	kill(pid, SIGCONT);
	if (has_ended(pid, TERM_MS))
		return;
	kill(pid, SIGKILL);
	(void)has_ended(pid, TERM_MS);
}

bool
ctl_capture_file_close(struct ctl_capture_file *file)
{
	bool good = true;

	if (file->fd >= 0 && file->fd != STDOUT_FILENO && close(file->fd) < 0 && !file->gone) {
		ctl_complain("%s: %s", file->path != NULL ? file->path : "pipe", strerror(errno));
		good = false;
	}
	file->fd = -1;
	if (file->reader > 0)
		end_reader(file->reader, file->stalled);
	file->reader = 0;
	return good;
}
