/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds locks of DPDK's that a dead process holds, and releases them. Started by primary/main.c;
 * its thread sleeps but for a look at six words a second, and takes none of the locks itself.
 */
#include "primary/dead_lock.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_eal_memconfig.h>
#include <rte_lcore.h>
#include <rte_memzone.h>
#include <rte_rwlock.h>

#include "spp/dp/dpdk_versions.h"

#include "common/eal_dir.h"
#include "common/log.h"
#include "common/process.h"
#include "primary/holders.h"

/* A held lock that is seen so often, a millisecond apart, without a change is not just busy. */
#define SAMPLES 50

/* A second in all, at the start of spp_primary. */
#define FIND_TRIES 100
#define FIND_US    10000

/* CPU time after which one that holds a lock lets go of it, with plenty of room. The memory map's
 * is held while hugepages are cleared. */
#define RAN_NS        (UINT64_C(500) * 1000 * 1000)
#define RAN_MEMORY_NS (UINT64_C(5) * 1000 * 1000 * 1000)

#define NOBODY (-2)

/* From the inside out: a process that holds a later one may be waiting for an earlier one. */
enum { MEMORY, ARRAY, MEMZONES, TAILQS, MEMPOOLS, PORTS, NB_LOCKS };

struct watched {
	const char *what;
	bool writer_too; /**< may be released when held for writing */
	struct spp_held held;
	int32_t *word; /**< of the lock */
	int32_t last;
	unsigned int looks; /**< that found it so, one a second */
	pid_t told;         /**< of whom the log says that it may hold it; NOBODY that lives */
	struct spp_holders_since since;
};

static struct watched watched[NB_LOCKS] = {
	[MEMORY] = {.what = "memory map", .held = {.ran_ns = RAN_MEMORY_NS, .with_vhost = true}},
	[ARRAY] = {.what = "array of memzones", .writer_too = true, .held = {.ran_ns = RAN_NS}},
	[MEMZONES] = {.what = "list of memzones", .writer_too = true, .held = {.ran_ns = RAN_NS}},
	[TAILQS] = {.what = "list of rings and mempools", .held = {.ran_ns = RAN_NS}},
	[MEMPOOLS] = {.what = "mempools", .held = {.ran_ns = RAN_NS}},
	/* a spinlock: taken is 1, as a writer that waits; a VF only looks ports up under it */
	[PORTS] = {.what = "list of ports", .held = {.ran_ns = RAN_NS, .briefly = true}},
};
static struct spp_holders holders;

static int32_t
dead_lock_word(unsigned int i)
{
	return __atomic_load_n(watched[i].word, __ATOMIC_RELAXED);
}

/* Within a call that holds the lock of the memzones for reading. */
static void
dead_lock_see(const struct rte_memzone *zone, void *held)
{
	(void)zone;
	*(int32_t *)held = dead_lock_word(MEMZONES);
}

/* Whether each lock shows what is done to it; others may hold some for reading all the while. */
static bool
dead_lock_shown(void)
{
	int32_t before[NB_LOCKS], held[NB_LOCKS];
	unsigned int i;

	for (i = 0; i < NB_LOCKS; i++)
		before[i] = dead_lock_word(i);
	/* these are private to their functions: dead_lock_find() looks at what is beside them */
	held[ARRAY] = before[ARRAY] + RTE_RWLOCK_READ;
	held[PORTS] = before[PORTS] + RTE_RWLOCK_READ;
	held[MEMZONES] = -1;
	rte_memzone_walk(dead_lock_see, &held[MEMZONES]);
	rte_mcfg_tailq_read_lock();
	held[TAILQS] = dead_lock_word(TAILQS);
	rte_mcfg_tailq_read_unlock();
	rte_mcfg_mempool_read_lock();
	held[MEMPOOLS] = dead_lock_word(MEMPOOLS);
	rte_mcfg_mempool_read_unlock();
	rte_mcfg_mem_read_lock();
	held[MEMORY] = dead_lock_word(MEMORY);
	rte_mcfg_mem_read_unlock();
	for (i = 0; i < NB_LOCKS; i++) {
		if (held[i] != before[i] + RTE_RWLOCK_READ || dead_lock_word(i) != before[i])
			return false;
	}
	return true;
}

/* Believe the places of the locks only when all fits. VFs may be starting, which lock and unlock:
 * then try again. */
static bool
dead_lock_find(struct spp_dpdk_mem_config *config)
{
	static int32_t none;
	unsigned int tries = 0;
	bool found;

	if (strncmp(config->memzones.name, "memzone", sizeof(config->memzones.name)) != 0 ||
	    config->memzones.elt_sz != sizeof(struct rte_memzone))
		return false;
	watched[MEMORY].word = &config->memory_lock.cnt;
	watched[ARRAY].word = &config->memzones.rwlock.cnt;
	watched[MEMZONES].word = &config->memzones_lock.cnt;
	watched[TAILQS].word = &config->tailqs_lock.cnt;
	watched[MEMPOOLS].word = &config->mempools_lock.cnt;
	watched[PORTS].word = spp_dpdk_ethdev_lock(config);
	if (watched[PORTS].word == NULL)
		watched[PORTS].word = &none;
	found = dead_lock_shown();
	while (!found && ++tries < FIND_TRIES) {
		usleep(FIND_US);
		found = dead_lock_shown();
	}
	return found;
}

static bool
dead_lock_stands_still(unsigned int i)
{
	unsigned int n;

	for (n = 0; n < SAMPLES; n++) {
		if (dead_lock_word(i) != watched[i].last)
			return false;
		usleep(1000);
	}
	return true;
}

/* That it stays taken: once for each that may hold it. */
static void
dead_lock_tell(struct watched *w, const struct spp_suspect *suspect)
{
	char text[SPP_PROCESS_TEXT];

	if (w->told == suspect->pid)
		return;
	w->told = suspect->pid;
	if (suspect->pid == NOBODY)
		spp_log(LOG_ERR,
			"a process died while it changed DPDK's %s, whose lock is still taken: "
			"restart spp_primary",
			w->what);
	else
		spp_log(LOG_WARNING,
			"DPDK's lock of the %s has been taken, without a change, for %u s, and "
			"stays so: %s may hold it, %s",
			w->what, w->looks, spp_process_text(suspect->pid, text), suspect->why);
}

static void
dead_lock_release(struct watched *w)
{
	int32_t seen = w->last;
	unsigned int seconds = w->looks;

	w->looks = 0; /* another process that takes it now may make it look the same */
	if (!__atomic_compare_exchange_n(w->word, &seen, 0, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return;
	spp_log(LOG_WARNING,
		"a process died holding DPDK's lock of the %s (taken, without a change, for %u s, "
		"and nobody who lives holds it): released",
		w->what, seconds);
}

static bool
dead_lock_is_nobodys(unsigned int i, struct spp_suspect *suspect)
{
	return spp_holders_none(&holders, &watched[i].held, &watched[i].since, suspect);
}

/* One that has stood still for long enough. Asked twice: one who took it over from another just
 * then would have been seen by one of the two. */
static void
dead_lock_judge(unsigned int i)
{
	struct spp_suspect suspect, nobody = {.pid = NOBODY};
	struct watched *w = &watched[i];
	bool none = dead_lock_is_nobodys(i, &suspect);

	if (none && !dead_lock_stands_still(i)) {
		w->looks = 0;
		return;
	}
	if (!none || !dead_lock_is_nobodys(i, &suspect)) {
		/* one who lives lets go within a moment, or stands still */
		if (w->looks >= SPP_DEAD_LOCK_TELL_S)
			dead_lock_tell(w, &suspect);
		return;
	}
	if (!w->writer_too && (w->last & RTE_RWLOCK_WRITE))
		dead_lock_tell(w, &nobody);
	else
		dead_lock_release(w);
}

/* Whether it stands still and keeps others waiting. inner: its holder may wait for one that does.
 * (It is looked at while nobody waits, too: VFs wait outside, and no clean-up shall have to.) */
static bool
dead_lock_look(unsigned int i, bool inner)
{
	struct watched *w = &watched[i];
	int32_t seen = dead_lock_word(i);

	if (seen != w->last) {
		w->last = seen;
		w->looks = 0;
		w->told = 0;
		return false;
	}
	if (inner || seen == 0) {
		w->looks = 0;
		return false;
	}
	if (w->looks == 0)
		memset(&w->since, 0, sizeof(w->since));
	if (++w->looks >= SPP_DEAD_LOCK_S)
		dead_lock_judge(i);
	/* readers keep nobody waiting but a writer, and a writer that waits leaves a mark */
	return seen & RTE_RWLOCK_MASK;
}

static void
dead_lock_main(void)
{
	bool inner;
	unsigned int i;

	for (;;) {
		sleep(1);
		inner = false;
		for (i = 0; i < NB_LOCKS; i++)
			inner |= dead_lock_look(i, inner);
	}
}

int
spp_dead_lock_watch(struct spp_slots *slots, int start_fd, struct spp_error *err)
{
	char path[PATH_MAX];
	pthread_t thread;
	int ret;

	/* Never open that file here: to close it would give up the EAL's own lock on it (fcntl(2)),
	 * by which it tells that a primary runs. */
	holders.slots = slots;
	holders.start_fd = start_fd;
	holders.dir = rte_eal_get_runtime_dir();
	snprintf(path, sizeof(path), "%s/%s", holders.dir, SPP_EAL_CONFIG_FILE);
	if (spp_mapping_find(path, &holders.mapping) < 0)
		return spp_error(err, ENOENT, "%s is not in our memory", path);
	if (!dead_lock_find(holders.mapping.at))
		return spp_error(err, ENOTSUP, "they are not where DPDK %s has them",
				 rte_version());
	ret = spp_dpdk_thread_create(&thread, "spp-dead-lock", dead_lock_main);
	return ret < 0 ? spp_error(err, -ret, "no thread: %s", strerror(-ret)) : 0;
}
