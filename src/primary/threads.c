/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads /proc/PID/task. See threads.h.
 */
#include "primary/threads.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "common/process.h"

/* A file of the thread's directory as text. False: it has ended. */
static bool
read_file(pid_t pid, pid_t tid, const char *name, char *out, int size)
{
	char path[80];
	bool read;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	read = fgets(out, size, file) != NULL;
	fclose(file);
	return read;
}

bool
spp_thread_waits(pid_t pid, pid_t tid)
{
	static const long waits[] = {
#ifdef SYS_epoll_wait /* not on all architectures */
		SYS_epoll_wait,
#endif
#ifdef SYS_poll
		SYS_poll,
#endif
#ifdef SYS_select
		SYS_select,
#endif
#ifdef SYS_accept
		SYS_accept,
#endif
		SYS_epoll_pwait, SYS_ppoll,           SYS_pselect6,
		SYS_accept4,     SYS_recvmsg,         SYS_recvfrom,
		SYS_nanosleep,   SYS_clock_nanosleep, SYS_rt_sigtimedwait,
	};
	unsigned long arg;
	long number = spp_process_syscall(pid, tid, &arg);
	size_t i;

	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		if (number == waits[i])
			return true;
	}
	return false;
}

uint64_t
spp_thread_ran(pid_t pid, pid_t tid)
{
	char text[128];

	return read_file(pid, tid, "schedstat", text, sizeof(text)) ? strtoull(text, NULL, 10) : 0;
}

bool
spp_thread_stopped(pid_t pid, pid_t tid)
{
	char text[512];
	const char *state;

	if (!read_file(pid, tid, "stat", text, sizeof(text)))
		return false;
	state = strrchr(text, ')'); /* its name may hold anything */
	return state != NULL && (state[2] == 'T' || state[2] == 't');
}

const char *
spp_thread_name(pid_t pid, pid_t tid, char out[16])
{
	char text[20] = "";

	(void)read_file(pid, tid, "comm", text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	snprintf(out, 16, "%.15s", text);
	return out;
}

bool
spp_threads_all(pid_t pid, bool (*is_fine)(pid_t pid, pid_t tid, void *arg), void *arg)
{
	const struct dirent *entry;
	bool fine = true;
	char path[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	if (tasks == NULL)
		return true;
	while (fine && (entry = readdir(tasks)) != NULL) {
		if (entry->d_name[0] != '.')
			fine = is_fine(pid, (pid_t)strtol(entry->d_name, NULL, 10), arg);
	}
	closedir(tasks);
	return fine;
}
