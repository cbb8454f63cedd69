/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules out who cannot hold a lock. See holders.h.
 */
#include "primary/holders.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/eal_dir.h"
#include "common/start_lock.h"
#include "primary/threads.h"

#define USERS_MAX 256

#define CONTROL_THREAD "spp-control"
#define OUR_THREAD     "spp-dead-lock"
#define LOG_THREAD     "spp-log"

static bool
is_lcore(const char *name)
{
	return strstr(name, "worker") != NULL; /* rte-worker-3, dpdk-worker3 */
}

/* It waits for the lock itself. */
static bool
has_run(pid_t pid, pid_t tid, uint64_t ran_ns, struct spp_ran *since)
{
	uint64_t ran = spp_thread_ran(pid, tid);

	if (since->tid != tid || ran < since->ran)
		*since = (struct spp_ran){tid, ran};
	return ran - since->ran >= ran_ns;
}

/* ---- this process ---- */

struct own {
	struct spp_slots *slots;
	uint64_t ran_ns;
	struct spp_ran *since;
};

/*
 * The lcores schedule, and take none of these locks; the main thread is one of them, or waits for
 * control's end. The log's writes lines, and nothing else. The control thread takes them under the
 * slots' lock, and may be waiting.
 */
static bool
own_is_outside(pid_t pid, pid_t tid, void *arg)
{
	const struct own *own = arg;
	char name[16];

	spp_thread_name(pid, tid, name);
	if (tid == pid || is_lcore(name) || strcmp(name, OUR_THREAD) == 0 ||
	    strcmp(name, LOG_THREAD) == 0)
		return true;
	if (spp_thread_waits(pid, tid))
		return true;
	if (strcmp(name, CONTROL_THREAD) != 0)
		return name[0] == '\0'; /* it has ended */
	if (pthread_mutex_trylock(&own->slots->lock) != 0)
		return has_run(pid, tid, own->ran_ns, own->since);
	pthread_mutex_unlock(&own->slots->lock);
	return true;
}

/* ---- a spp_vf that is attached ---- */

static bool
vhost_is_outside(pid_t pid, pid_t tid, void *arg)
{
	char name[16];

	(void)arg;
	return strstr(spp_thread_name(pid, tid, name), "vhost") == NULL ||
	       spp_thread_waits(pid, tid);
}

static bool
vf_is_outside(const struct spp_holders *holders, unsigned int index, pid_t pid,
	      const struct spp_held *held, struct spp_ran *since)
{
	const struct spp_share_slot *shared = &holders->slots->share->slot[index];

	/* its other threads work on packets, and on guests */
	if (held->with_vhost && !spp_threads_all(pid, vhost_is_outside, NULL))
		return false;
	return __atomic_load_n(&shared->calm, __ATOMIC_ACQUIRE) != 0 ||
	       has_run(pid, pid, held->ran_ns, since);
}

/* The slot of a process by one of its numbers, or -1. */
static int
slot_of(const struct spp_holders *holders, pid_t number, bool by_eal_pid)
{
	const struct spp_slot *slot;
	unsigned int i;

	for (i = 0; i < holders->slots->share->nb_slots; i++) {
		slot = &holders->slots->slot[i];
		if (number ==
		    __atomic_load_n(by_eal_pid ? &slot->eal_pid : &slot->pid, __ATOMIC_ACQUIRE))
			return (int)i;
	}
	return -1;
}

/* ---- a spp_vf that is starting ---- */

static bool
starter_is_outside(pid_t pid, const struct spp_held *held, struct spp_ran *since)
{
	return held->briefly && pid > 0 && has_run(pid, pid, held->ran_ns, since);
}

/* ---- any other ---- */

static bool
accuse(struct spp_suspect *suspect, pid_t pid, const char *why)
{
	suspect->pid = pid;
	suspect->why = pid > 0 && spp_thread_stopped(pid, pid)
			       ? "which is stopped: let it go on, or end it"
			       : why;
	return false;
}

/* The users whose memory we see. */
struct seen {
	pid_t pid[USERS_MAX];
	int nb;
};

static bool
is_seen(const struct seen *seen, pid_t pid)
{
	int i;

	for (i = 0; i < seen->nb && seen->pid[i] != pid; i++)
		;
	return i < seen->nb;
}

/* One with a socket that is in use. A spp_vf with more rights than ours shows us its memory as
 * little as one of another PID namespace does: its slot says what it does. */
static bool
is_outside_unseen(const struct spp_holders *holders, const struct spp_held *held,
		  struct spp_holders_since *since, pid_t number, const struct seen *seen,
		  struct spp_suspect *suspect)
{
	int slot = slot_of(holders, number, true);
	pid_t pid = slot < 0 ? number
			     : __atomic_load_n(&holders->slots->slot[slot].pid, __ATOMIC_ACQUIRE);

	if (is_seen(seen, pid))
		return true;
	if (slot < 0 || pid == 0)
		return accuse(suspect, 0, "in another PID namespace, or with more rights");
	return vf_is_outside(holders, (unsigned int)slot, pid, held, &since->vf[slot]) ||
	       accuse(suspect, pid, "which is at work: end it if this stays so");
}

/* Those that live and are not among the users we see, by their sockets. */
static bool
none_unseen(const struct spp_holders *holders, const struct spp_held *held,
	    struct spp_holders_since *since, const struct seen *seen, struct spp_suspect *suspect)
{
	char pattern[PATH_MAX];
	bool none = true;
	glob_t found;
	pid_t number;
	size_t i;

	snprintf(pattern, sizeof(pattern), "%s/mp_socket_*", holders->dir);
	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return true;
	for (i = 0; i < found.gl_pathc && none; i++) {
		number = (pid_t)strtol(found.gl_pathv[i] + strlen(pattern) - 1, NULL, 10);
		none = !spp_eal_dir_in_use(found.gl_pathv[i]) ||
		       is_outside_unseen(holders, held, since, number, seen, suspect);
	}
	globfree(&found);
	return none;
}

bool
spp_holders_none(const struct spp_holders *holders, const struct spp_held *held,
		 struct spp_holders_since *since, struct spp_suspect *suspect)
{
	struct own own = {holders->slots, held->ran_ns, &since->control};
	struct seen seen;
	pid_t starter = 0;
	int slot;

	if (spp_start_lock_holder(holders->start_fd, &starter) != 0 &&
	    !starter_is_outside(starter, held, &since->starter))
		return accuse(suspect, starter, "which is starting");
	if (!spp_threads_all(getpid(), own_is_outside, &own))
		return accuse(suspect, getpid(), "which is at work");
	seen.nb = spp_mapping_users(&holders->mapping, seen.pid, USERS_MAX);
	if (seen.nb < 0)
		return accuse(suspect, 0, "for /proc cannot be read");
	for (int i = 0; i < seen.nb; i++) {
		slot = slot_of(holders, seen.pid[i], false);
		if (slot < 0 && seen.pid[i] == starter)
			continue;
		if (slot < 0)
			return accuse(suspect, seen.pid[i],
				      "which is no spp_vf of ours: end it if this stays so");
		if (!vf_is_outside(holders, (unsigned int)slot, seen.pid[i], held,
				   &since->vf[slot]))
			return accuse(suspect, seen.pid[i],
				      "which is at work: end it if this stays so");
	}
	return none_unseen(holders, held, since, &seen, suspect);
}
