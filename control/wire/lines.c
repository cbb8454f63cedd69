/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The queue of lines and the thread that writes them. See spp/lines.h, whose functions these are.
 */
#include "spp/lines.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE  4096u        /* of a line; what a pipe takes as one piece */
#define STACK_SIZE (256u << 10) /* static thread-local data of all libraries included */

static struct {
	pthread_mutex_t lock; /* held for a copy of one line at most */
	pthread_cond_t more;  /* the writer has something to do */
	pthread_cond_t done;  /* the writer has nothing to do */
	pthread_t writer;
	bool running;         /* there is a writer */
	bool busy;            /* it is writing */
	unsigned long lost;   /* behind the lines that wait; nothing is taken until that is told */
	unsigned long failed; /* writer only: taken from the queue, and could not be written */
	size_t (*format)(unsigned long nb, char *buf, size_t size);
	size_t first, used;
	char bytes[SPP_LINES_SIZE];
} lines = {.lock = PTHREAD_MUTEX_INITIALIZER};

/** Standard error takes some bytes without making anybody wait. */
static bool
is_ready(void)
{
	struct pollfd pfd = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLOUT) != 0;
}

static bool
write_all(const char *line, size_t size)
{
	struct pollfd pfd = {.fd = STDERR_FILENO, .events = POLLOUT};
	ssize_t n;

	while (size > 0) {
		n = write(STDERR_FILENO, line, size);
		if (n < 0 && errno == EAGAIN) /* another program made it so */
			poll(&pfd, 1, -1);
		else if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			line += n;
			size -= (size_t)n;
		}
	}
	return true;
}

/** Take one line out of the queue; its length. */
static size_t
take_line(char *line)
{
	size_t size = 0;

	while (size < lines.used && size < LINE_SIZE) {
		line[size] = lines.bytes[(lines.first + size) % SPP_LINES_SIZE];
		if (line[size++] == '\n')
			break;
	}
	lines.first = (lines.first + size) % SPP_LINES_SIZE;
	lines.used -= size;
	return size;
}

/** Not locked: both may take as long as they like. */
static void
write_line(const char *line, size_t size, unsigned long lost)
{
	char told[256];

	lines.failed += lost;
	if (lines.failed > 0 && lines.format != NULL &&
	    write_all(told, lines.format(lines.failed, told, sizeof(told))))
		lines.failed = 0;
	if (!write_all(line, size))
		lines.failed++;
}

static void *
writer_main(void *arg)
{
	char line[LINE_SIZE];
	unsigned long lost;
	size_t size;

	pthread_mutex_lock(&lines.lock);
	for (;;) {
		while (lines.used == 0 && lines.lost == 0) {
			lines.busy = false;
			pthread_cond_broadcast(&lines.done);
			pthread_cond_wait(&lines.more, &lines.lock);
		}
		lines.busy = true;
		size = take_line(line);
		lost = size == 0 ? lines.lost : 0;
		if (size == 0)
			lines.lost = 0;
		pthread_mutex_unlock(&lines.lock);
		write_line(line, size, lost);
		pthread_mutex_lock(&lines.lock);
	}
	return arg;
}

/** Locked. Signals are for the other threads. */
static void
start_writer(void)
{
	pthread_condattr_t clock;
	pthread_attr_t attr;
	sigset_t all, before;

	if (lines.running)
		return;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&lines.more, NULL);
	pthread_cond_init(&lines.done, &clock);
	pthread_condattr_destroy(&clock);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	lines.running = pthread_create(&lines.writer, &attr, writer_main, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (lines.running)
		pthread_setname_np(lines.writer, "spp-log");
}

void
spp_lines_put(const char *line, size_t size)
{
	size_t end, part;
	bool cut = size > LINE_SIZE;

	if (cut)
		size = LINE_SIZE;
	pthread_mutex_lock(&lines.lock);
	start_writer();
	if (!lines.running) {
		spp_lines_urgent(line, size);
	} else if (lines.lost > 0 || size > SPP_LINES_SIZE - lines.used) {
		lines.lost++;
	} else {
		end = (lines.first + lines.used) % SPP_LINES_SIZE;
		part = size < SPP_LINES_SIZE - end ? size : SPP_LINES_SIZE - end;
		memcpy(lines.bytes + end, line, part);
		memcpy(lines.bytes, line + part, size - part);
		lines.used += size;
		if (cut)
			lines.bytes[(end + size - 1) % SPP_LINES_SIZE] = '\n';
		pthread_cond_signal(&lines.more);
	}
	pthread_mutex_unlock(&lines.lock);
}

void
spp_lines_tell_lost(size_t (*format)(unsigned long nb, char *buf, size_t size))
{
	lines.format = format;
}

void
spp_lines_settle(void)
{
	cpu_set_t cpus;

	pthread_mutex_lock(&lines.lock);
	start_writer();
	if (lines.running && sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		pthread_setaffinity_np(lines.writer, sizeof(cpus), &cpus);
	pthread_mutex_unlock(&lines.lock);
}

void
spp_lines_end(void)
{
	struct timespec until;
	int ret = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += SPP_LINES_END_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&lines.lock);
	while (ret == 0 && lines.running && (lines.used > 0 || lines.lost > 0 || lines.busy))
		ret = pthread_cond_timedwait(&lines.done, &lines.lock, &until);
	pthread_mutex_unlock(&lines.lock);
}

void
spp_lines_urgent(const char *line, size_t size)
{
	/* Nothing is left to do when nobody reads it. */
	if (is_ready())
		(void)!write(STDERR_FILENO, line, size);
}
