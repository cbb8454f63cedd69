/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VF slots: made at start, put in order after each VF. See docs/architecture.md, "Death of a VF".
 */
#include "primary/slots.h"

#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>

#include "spp/dp/dpdk_versions.h"

#include "common/claims.h"
#include "common/driver.h"
#include "common/eal_dir.h"
#include "common/evdev.h"
#include "common/log.h"
#include "common/messages.h"
#include "primary/need.h"

#define MBUF_CACHE   256
#define VECTOR_CACHE 64
/*
 * SPP_POOL_OPS is a lock-free stack, not a ring. In a ring a thread that loses the CPU between
 * moving head and tail makes all others spin on that tail; where threads take turns on one CPU each
 * of them then spins for its whole time slice, again and again. A stack also gives out first what
 * was freed last, which the CPU's caches still hold.
 */
/* Of the heap, beside its mbufs, for spp_slot_nics_plan(): vectors, event device as configured. */
#define SLOT_BYTES   (UINT64_C(1280) * SPP_NB_VECTORS + SPP_HEAP_PER_DEVICE + SPP_HEAP_FIRST_START)
#define DRAIN_ROUNDS 100000

/* A NIC may be being set up. */
#define STATUS_WAIT_S 1

static int
slot_make_pools(struct spp_slots *slots, struct spp_slot *slot, struct spp_error *err)
{
	uint32_t session = slots->share->slot[slot->index].session;
	char name[RTE_MEMPOOL_NAMESIZE];

	spp_share_pool_name(name, sizeof(name), "mbuf", slot->index, session);
	/* both pools ask for it */
	if (rte_mbuf_set_user_mempool_ops(SPP_POOL_OPS) < 0)
		return spp_error(err, EIO, "DPDK's mempool driver %s cannot be used", SPP_POOL_OPS);
	slot->mbufs = rte_pktmbuf_pool_create(name, slots->nics.nb_mbufs - 1, MBUF_CACHE, 0,
					      RTE_MBUF_DEFAULT_BUF_SIZE, slot->socket_id);
	if (slot->mbufs == NULL)
		return spp_error(err, rte_errno,
				 "no memory for %u mbufs of VF slot %u: give spp_primary more "
				 "--socket-mem",
				 slots->nics.nb_mbufs, slot->index);
	spp_share_pool_name(name, sizeof(name), "vector", slot->index, session);
	slot->vectors =
		spp_evdev_vector_pool(name, SPP_NB_VECTORS - 1, VECTOR_CACHE, slot->socket_id);
	if (slot->vectors == NULL) {
		rte_mempool_free(slot->mbufs);
		slot->mbufs = NULL;
		return spp_error(err, rte_errno,
				 "no memory for %u event vectors of VF slot %u: give spp_primary "
				 "more --socket-mem",
				 SPP_NB_VECTORS, slot->index);
	}
	return 0;
}

static void
slot_reset_share(struct spp_slots *slots, struct spp_slot *slot)
{
	struct spp_share_slot *shared = &slots->share->slot[slot->index];
	unsigned int i;

	__atomic_store_n(&shared->calm, 0, __ATOMIC_RELEASE);
	shared->sleepers = 0;
	for (i = 0; i < SPP_WORKER_MAX; i++) {
		shared->worker[i].state = SPP_AWAKE;
		shared->worker[i].cpu = -1;
	}
}

static int
slot_init(struct spp_slots *slots, unsigned int index, struct spp_sched *sched,
	  struct spp_error *err)
{
	struct spp_slot *slot = &slots->slot[index];
	uint64_t size, used = spp_heap_used(&size);
	int dev_id = spp_evdev_find(index), ret;
	char missing[256];

	if (dev_id < 0)
		return spp_driver_is_missing(SPP_EVENT_DRIVER, missing, sizeof(missing))
			       ? spp_error(err, ENODEV, "%s", missing)
			       : spp_error(err, ENODEV, "event_sw%u was not made by the EAL",
					   index);
	slot->index = index;
	slot->dev_id = (uint8_t)dev_id;
	slot->pidfd = -1;
	slot->sched = sched;
	slot->device.slot = &slots->share->slot[index];
	ret = spp_evdev_service(slot->dev_id, &slot->device.service_id);
	if (ret < 0)
		return spp_error(err, -ret, "event_sw%u has no service: %s", index,
				 rte_strerror(-ret));
	slots->share->slot[index].scheduler = (uint32_t)(sched->sleeper - slots->share->scheduler);
	slot_reset_share(slots, slot);
	sched->device[sched->nb_devices++] = &slot->device;
	ret = slot_make_pools(slots, slot, err);
	/* as much again for the moment in which a clean-up has them twice */
	return ret < 0 ? ret
		       : spp_heap_reserve(&slots->heap, slot->socket_id,
					  spp_heap_used(&size) - used, err);
}

static int
nic_socket(uint32_t mask, unsigned int nth)
{
	unsigned int i;

	for (i = 0; i < SPP_NIC_MAX; i++) {
		if ((mask & (1u << i)) && nth-- == 0)
			return rte_eth_dev_socket_id((uint16_t)i);
	}
	return SOCKET_ID_ANY;
}

static int
slots_setup_nics(struct spp_slots *slots, struct spp_error *err)
{
	unsigned int i, slot;
	int ret = 0;

	for (i = 0; i < SPP_NIC_MAX && ret == 0; i++) {
		if (!(slots->share->nic_mask & (1u << i)))
			continue;
		slot = spp_slot_nics_first(&slots->nics, i);
		ret = spp_slot_nics_setup(&slots->nics, i, slot, slots->slot[slot].mbufs, err);
	}
	return ret;
}

/* A pool would not say that this is what it has no room for. */
static int
check_pool_driver(struct spp_error *err)
{
	char missing[256];
	unsigned int i;

	for (i = 0; i < rte_mempool_ops_table.num_ops; i++) {
		if (strcmp(rte_mempool_ops_table.ops[i].name, SPP_POOL_OPS) == 0)
			return 0;
	}
	if (spp_driver_is_missing(SPP_POOL_DRIVER, missing, sizeof(missing)))
		return spp_error(err, ENODEV, "%s", missing);
	return spp_error(err, ENODEV, "DPDK's mempool driver %s is not there", SPP_POOL_OPS);
}

/* The want of memory in one sentence, whatever it was for. */
static int
slots_fail(const struct spp_slots *slots, int ret, struct spp_error *err)
{
	uint64_t size;

	if (ret != -ENOMEM)
		return ret;
	(void)spp_heap_used(&size);
	return spp_need_fail(&(struct spp_need){slots->share->nb_slots, slots->nics.nb_mbufs,
						slots->share->nb_shared_rings},
			     size, err);
}

static int
slots_make(struct spp_slots *slots, struct spp_sched scheds[], unsigned int nb_scheds,
	   struct spp_error *err)
{
	struct spp_share *share = slots->share;
	unsigned int i;
	int ret;

	for (i = 0; i < share->nb_slots; i++) {
		slots->slot[i].socket_id = nic_socket(share->nic_mask, i);
		ret = slot_init(slots, i, &scheds[i % nb_scheds], err);
		if (ret < 0)
			return ret;
	}
	ret = spp_evdev_adapters_init(slots->slot[0].dev_id);
	return ret < 0 ? spp_error(err, -ret, "Rx adapters: %s", rte_strerror(-ret)) : 0;
}

int
spp_slots_init(struct spp_slots *slots, struct spp_share *share, struct spp_sched scheds[],
	       unsigned int nb_scheds, unsigned int nb_descriptors, struct spp_error *err)
{
	int ret = check_pool_driver(err);

	if (ret < 0)
		return ret;
	memset(slots, 0, sizeof(*slots));
	pthread_mutex_init(&slots->lock, NULL);
	slots->share = share;
	spp_slot_nics_plan(&slots->nics, share, nb_descriptors, SLOT_BYTES);
	slots->deaths_fd = epoll_create1(EPOLL_CLOEXEC);
	if (slots->deaths_fd < 0)
		return spp_error(err, errno, "epoll: %s", strerror(errno));
	ret = slots_make(slots, scheds, nb_scheds, err);
	if (ret == 0)
		ret = slots_setup_nics(slots, err);
	if (ret < 0)
		return slots_fail(slots, ret, err);
	slots->heap.nb_slots = share->nb_slots;
	ret = spp_heap_begin(&slots->heap, err);
	return slots_fail(slots, ret, err);
}

/* Events scheduled to workers that are no more: free their way until nothing is left inside. */
static void
slot_empty_device(struct spp_slot *slot)
{
	struct spp_sched_device *device = &slot->device;
	uint64_t progress = 0;
	unsigned int i, round, left;

	for (round = 0; round < DRAIN_ROUNDS; round++) {
		left = 0;
		for (i = 0; i < device->nb_ports; i++) {
			left += spp_evport_discard(&device->port[i]);
			left += spp_evport_enqueued(&device->port[i]);
		}
		if (spp_sched_wait(slot->sched, 2) < 0)
			return;
		/* nothing left outside and two passes moved nothing: nothing is left inside */
		if (left == 0 && device->progress == progress)
			return;
		progress = device->progress;
	}
}

/* An orderly end gives everything back; what is not there was leaked by the VF. */
static void
slot_count_missing(struct spp_slot *slot, const struct rte_mempool *mbufs,
		   const struct rte_mempool *vectors)
{
	struct spp_host_vf *figures = &slot->figures;

	figures->missing_mbufs = mbufs->size - rte_mempool_avail_count(mbufs);
	figures->missing_vectors = vectors->size - rte_mempool_avail_count(vectors);
	if (figures->missing_mbufs > 0 || figures->missing_vectors > 0)
		spp_log(LOG_WARNING, "vf %u ended with %u mbufs and %u vectors missing",
			slot->process_id, figures->missing_mbufs, figures->missing_vectors);
}

static void
slot_rebind_nics(struct spp_slots *slots, struct spp_slot *slot)
{
	struct spp_error err = {""};
	unsigned int i;

	for (i = 0; i < SPP_NIC_MAX; i++) {
		if ((slots->share->nic_mask & (1u << i)) &&
		    slots->share->nic_slot[i] == slot->index &&
		    spp_slot_nics_rebind(&slots->nics, i, slot->index, slot->mbufs, &err) < 0)
			spp_log(LOG_ERR, "%s", err.text);
	}
}

/*
 * New pools before the old ones go: the NICs give back what they held into the old one. (A process
 * killed inside its lock-free stack has at most taken an element with it: nobody waits for it.)
 */
static int
slot_renew_pools(struct spp_slots *slots, struct spp_slot *slot)
{
	struct rte_mempool *mbufs = slot->mbufs, *vectors = slot->vectors;
	struct spp_error err = {""};
	int ret;

	slots->share->slot[slot->index].session++;
	ret = slot_make_pools(slots, slot, &err);
	if (ret < 0) {
		spp_heap_give(&slots->heap, slot->socket_id);
		ret = slot_make_pools(slots, slot, &err);
	}
	if (ret < 0) {
		spp_heap_take(&slots->heap);
		slots->share->slot[slot->index].session--;
		slot->mbufs = mbufs;
		slot->vectors = vectors;
		spp_log(LOG_ERR, "%s", err.text);
		return ret;
	}
	slot_rebind_nics(slots, slot);
	if (slot->left)
		slot_count_missing(slot, mbufs, vectors);
	rte_mempool_free(mbufs);
	rte_mempool_free(vectors);
	spp_heap_take(&slots->heap);
	return 0;
}

static void
slot_free_names(struct spp_slots *slots, struct spp_slot *slot)
{
	struct spp_share *share = slots->share;
	unsigned int i;

	for (i = 0; i < slot->nb_workers; i++)
		spp_sleeper_fini(&share->cpus, &share->slot[slot->index].worker[i]);
	slot_reset_share(slots, slot);
	for (i = 0; i < SPP_ADAPTERS; i++) {
		if ((slots->adapters & (1u << i)) && slots->adapter_slot[i] == slot->index) {
			spp_evdev_adapter_forget((uint8_t)i);
			slots->adapters &= ~(1u << i);
		}
	}
	spp_claims_clear(share, slot->index);
}

static void
unlink_dead_ones(const char *pattern)
{
	glob_t found;
	size_t i;

	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		if (!spp_eal_dir_in_use(found.gl_pathv[i]))
			unlink(found.gl_pathv[i]);
	}
	globfree(&found);
}

/*
 * What DPDK leaves of a dead secondary: its multi-process socket, to which it would go on sending,
 * and its copies of the memory lists. Another one may have the same number by now: what is in use
 * stays.
 */
static void
slot_unlink_files(const struct spp_slot *slot)
{
	const char *dir = rte_eal_get_runtime_dir();
	char pattern[PATH_MAX];

	snprintf(pattern, sizeof(pattern), "%s/mp_socket_%d_*", dir, slot->eal_pid);
	unlink_dead_ones(pattern);
	snprintf(pattern, sizeof(pattern), "%s/" SPP_DPDK_SECONDARY_ARRAYS, dir, slot->eal_pid);
	unlink_dead_ones(pattern);
}

static int
slot_clean(struct spp_slots *slots, struct spp_slot *slot)
{
	struct spp_sched_device *device = &slot->device;
	int ret;

	/* each step may have failed before and be done again */
	if (device->run) {
		slot_empty_device(slot);
		ret = spp_sched_stop(slot->sched, device);
		if (ret < 0)
			return ret;
	}
	ret = spp_evdev_close(slot->dev_id, device->nb_ports, slot->started);
	if (ret < 0)
		return ret;
	slot->started = false;
	ret = slot_renew_pools(slots, slot);
	if (ret < 0)
		return ret;
	slot_free_names(slots, slot);
	slot_unlink_files(slot);
	return 0;
}

uint64_t
spp_slots_heap_held(const struct spp_slots *slots)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < slots->share->nb_slots; i++)
		sum += slots->slot[i].heap_held;
	return sum;
}

/* Everything but the process is still there: put it in order, or leave it to the next try. */
static void
slot_put_in_order(struct spp_slots *slots, struct spp_slot *slot)
{
	uint64_t start = rte_rdtsc();
	int ret = slot_clean(slots, slot);
	struct spp_error err = {""};

	slots->nb_events++;
	slot->figures.cleanup_us = (rte_rdtsc() - start) / (rte_get_tsc_hz() / 1000000);
	if (ret < 0) {
		spp_log(LOG_ERR,
			"vf %u (pid %d) is gone, its slot %u cannot be put in order: %s; trying "
			"again each second",
			slot->process_id, slot->pid, slot->index, rte_strerror(-ret));
		return;
	}
	if (!slot->refused)
		spp_log(slot->left ? LOG_NOTICE : LOG_WARNING,
			"vf %u (pid %d) %s; slot %u put in order in %" PRIu64 " us",
			slot->process_id, slot->pid, slot->left ? "has ended" : "has died",
			slot->index, slot->figures.cleanup_us);
	slot->process_id = 0;
	slots->share->process_id[slot->index] = 0;
	slot->pid = slot->eal_pid = 0;
	slot->state = SPP_VF_FREE;
	slot->heap_held = 0;
	spp_heap_measure(&slots->heap, spp_slots_heap_held(slots));
	if (!spp_heap_has_room(&slots->heap, spp_slots_heap_held(slots))) {
		(void)spp_msg_used_up(slots->heap.leaked, slots->heap.others, &err);
		spp_log(LOG_WARNING, "%s; a spp_vf that starts now is refused", err.text);
	}
}

static void
slot_reap(struct spp_slots *slots, struct spp_slot *slot)
{
	slot->state = SPP_VF_CLEANING;
	epoll_ctl(slots->deaths_fd, EPOLL_CTL_DEL, slot->pidfd, NULL);
	close(slot->pidfd);
	slot->pidfd = -1;
	if (!slot->left && !slot->refused) {
		slot->figures.deaths++;
		slots->heap.nb_deaths++;
	}
	slot_put_in_order(slots, slot);
}

void
spp_slots_reap(struct spp_slots *slots)
{
	struct epoll_event events[SPP_VF_MAX];
	int nb = epoll_wait(slots->deaths_fd, events, RTE_DIM(events), 0), i;

	pthread_mutex_lock(&slots->lock);
	for (i = 0; i < nb; i++)
		slot_reap(slots, &slots->slot[events[i].data.u32]);
	pthread_mutex_unlock(&slots->lock);
}

void
spp_slots_retry(struct spp_slots *slots)
{
	unsigned int i;

	pthread_mutex_lock(&slots->lock);
	for (i = 0; i < slots->share->nb_slots; i++) {
		if (slots->slot[i].state == SPP_VF_CLEANING)
			slot_put_in_order(slots, &slots->slot[i]);
	}
	spp_heap_take(&slots->heap);
	pthread_mutex_unlock(&slots->lock);
}

bool
spp_slots_status(struct spp_slots *slots, struct spp_host_status *out)
{
	struct timespec until;
	struct spp_slot *slot;
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += STATUS_WAIT_S;
	if (pthread_mutex_clocklock(&slots->lock, CLOCK_MONOTONIC, &until) != 0)
		return false;
	out->nb_vfs = slots->share->nb_slots;
	for (i = 0; i < out->nb_vfs; i++) {
		slot = &slots->slot[i];
		out->vfs[i] = slot->figures;
		out->vfs[i].slot = i;
		out->vfs[i].state = slot->state;
		out->vfs[i].process_id = slot->process_id;
		out->vfs[i].pid = slot->pid;
		out->vfs[i].mbufs_total = slot->mbufs->size;
		out->vfs[i].mbufs_free = rte_mempool_avail_count(slot->mbufs);
		out->vfs[i].vectors_total = slot->vectors->size;
		out->vfs[i].vectors_free = rte_mempool_avail_count(slot->vectors);
	}
	spp_heap_status(&slots->heap, spp_slots_heap_held(slots), &out->heap);
	pthread_mutex_unlock(&slots->lock);
	return true;
}
