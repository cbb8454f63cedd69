/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VF slots: made at start, put in order after each VF. See docs/architecture.md, "Death of a VF".
 */
#include "slots.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_eventdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>

#include "spp/dp/nic.h"

#include "evdev.h"
#include "log.h"

#define MBUF_CACHE   256
#define VECTOR_CACHE 64
/*
 * A lock-free stack, not a ring: in a ring who moved its head and lost the CPU makes all others
 * spin on its tail, and where threads take turns on one CPU each then spins for its whole time
 * slice, again and again. What was freed last is also what the caches still hold.
 */
#define POOL_OPS       "lf_stack"
#define DRAIN_ROUNDS   100000
#define EVENTS_AT_ONCE 64

int
spp_slot_make_pools(struct spp_slots *slots, struct spp_slot *slot, struct spp_error *err)
{
	uint32_t session = slots->share->slot[slot->index].session;
	char name[RTE_MEMPOOL_NAMESIZE];

	spp_share_pool_name(name, sizeof(name), "mbuf", slot->index, session);
	/* both pools ask for it */
	if (rte_mbuf_set_user_mempool_ops(POOL_OPS) < 0)
		return spp_error(err, EIO, "DPDK's mempool driver %s cannot be used", POOL_OPS);
	slot->mbufs = rte_pktmbuf_pool_create(name, SPP_NB_MBUFS - 1, MBUF_CACHE, 0,
					      RTE_MBUF_DEFAULT_BUF_SIZE, slot->socket_id);
	if (slot->mbufs == NULL)
		return spp_error(err, rte_errno,
				 "no memory for %u mbufs of VF slot %u: give spp_primary more "
				 "--socket-mem",
				 SPP_NB_MBUFS, slot->index);
	spp_share_pool_name(name, sizeof(name), "vector", slot->index, session);
	slot->vectors = rte_event_vector_pool_create(name, SPP_NB_VECTORS - 1, VECTOR_CACHE,
						     SPP_VECTOR_SIZE, slot->socket_id);
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

	if (dev_id < 0)
		return spp_error(err, ENODEV, "event_sw%u was not made by the EAL", index);
	slot->index = index;
	slot->dev_id = (uint8_t)dev_id;
	slot->pidfd = -1;
	slot->sched = sched;
	slot->device.slot = &slots->share->slot[index];
	ret = spp_evdev_service(slot->dev_id, &slot->device.service_id);
	if (ret < 0)
		return spp_error(err, -ret, "event_sw%u has no service: %s", index,
				 rte_strerror(-ret));
	slots->share->slot[index].scheduler = (uint32_t)(sched->rest - slots->share->scheduler);
	slot_reset_share(slots, slot);
	sched->device[sched->nb_devices++] = &slot->device;
	ret = spp_slot_make_pools(slots, slot, err);
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
	struct spp_share *share = slots->share;
	unsigned int i, nth = 0, slot;
	int ret;

	for (i = 0; i < SPP_NIC_MAX; i++) {
		if (!(share->nic_mask & (1u << i)))
			continue;
		slot = nth++ % share->nb_slots;
		ret = spp_nic_setup((uint16_t)i, slots->slot[slot].mbufs, share->mtu, err);
		if (ret < 0)
			return ret;
		share->nic_slot[i] = slot;
	}
	return 0;
}

int
spp_slots_init(struct spp_slots *slots, struct spp_share *share, struct spp_sched scheds[],
	       unsigned int nb_scheds, struct spp_error *err)
{
	unsigned int i;
	int ret;

	memset(slots, 0, sizeof(*slots));
	pthread_mutex_init(&slots->lock, NULL);
	slots->share = share;
	slots->deaths_fd = epoll_create1(EPOLL_CLOEXEC);
	if (slots->deaths_fd < 0)
		return spp_error(err, errno, "epoll: %s", strerror(errno));
	for (i = 0; i < share->nb_slots; i++) {
		slots->slot[i].socket_id = nic_socket(share->nic_mask, i);
		ret = slot_init(slots, i, &scheds[i % nb_scheds], err);
		if (ret < 0)
			return ret;
	}
	ret = spp_evdev_adapters_init(slots->slot[0].dev_id);
	if (ret < 0)
		return spp_error(err, -ret, "Rx adapters: %s", rte_strerror(-ret));
	ret = slots_setup_nics(slots, err);
	if (ret < 0)
		return ret;
	slots->heap.nb_slots = share->nb_slots;
	spp_heap_begin(&slots->heap);
	return spp_slots_listen(slots, err);
}

/* Events scheduled to workers that are no more: free their way until nothing is left inside. */
static void
slot_empty_device(struct spp_slot *slot)
{
	struct spp_sched_device *device = &slot->device;
	struct rte_event events[EVENTS_AT_ONCE];
	uint64_t progress = 0;
	unsigned int i, round, left;

	for (round = 0; round < DRAIN_ROUNDS; round++) {
		left = 0;
		for (i = 0; i < device->nb_ports; i++) {
			while (rte_event_ring_dequeue_burst(device->cq[i], events, EVENTS_AT_ONCE,
							    NULL) > 0)
				left++;
			left += rte_event_ring_count(device->rx[i]);
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
		    spp_nic_rebind((uint16_t)i, slot->mbufs, &err) < 0)
			spp_log(LOG_ERR, "%s", err.text);
	}
}

/*
 * New pools before the old ones go: the NICs give back what they held into the old one. A process
 * killed inside an enqueue to it leaves head != tail there, on which that would wait for ever.
 */
static int
slot_renew_pools(struct spp_slots *slots, struct spp_slot *slot)
{
	struct rte_mempool *mbufs = slot->mbufs, *vectors = slot->vectors;
	struct spp_error err = {""};
	int ret;

	if (!slot->left)
		rte_ring_reset(mbufs->pool_data);
	slots->share->slot[slot->index].session++;
	ret = spp_slot_make_pools(slots, slot, &err);
	if (ret < 0) {
		spp_heap_give(&slots->heap, slot->socket_id);
		ret = spp_slot_make_pools(slots, slot, &err);
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
		spp_rest_fini(share, &share->slot[slot->index].worker[i]);
	slot_reset_share(slots, slot);
	for (i = 0; i < SPP_ADAPTERS; i++) {
		if ((slots->adapters & (1u << i)) && slots->adapter_slot[i] == slot->index) {
			spp_evdev_adapter_forget((uint8_t)i);
			slots->adapters &= ~(1u << i);
		}
	}
	for (i = 0; i < SPP_PORT_ID_MAX; i++) {
		if (share->holder[i] == slot->index + 1)
			__atomic_store_n(&share->holder[i], 0, __ATOMIC_RELEASE);
	}
}

/*
 * What DPDK leaves of a dead secondary: its multi-process socket, to which it would go on sending,
 * and its copies of the memory lists.
 */
static void
slot_unlink_files(int pid)
{
	char pattern[2][256];
	glob_t found;
	size_t i;

	snprintf(pattern[0], sizeof(pattern[0]), "%s/mp_socket_%d_*", rte_eal_get_runtime_dir(),
		 pid);
	snprintf(pattern[1], sizeof(pattern[1]), "%s/fbarray_*_%d", rte_eal_get_runtime_dir(), pid);
	glob(pattern[0], 0, NULL, &found);
	glob(pattern[1], GLOB_APPEND, NULL, &found);
	for (i = 0; i < found.gl_pathc; i++)
		unlink(found.gl_pathv[i]);
	globfree(&found);
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
	slot_unlink_files(slot->pid);
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
	slot->pid = 0;
	slot->state = SPP_VF_FREE;
	slot->heap_held = 0;
	spp_heap_measure(&slots->heap, spp_slots_heap_held(slots));
	if (!spp_heap_has_room(&slots->heap, spp_slots_heap_held(slots)))
		spp_log(LOG_WARNING, "%s; a spp_vf that starts now is refused",
			SPP_TEXT_HEAP_USED_UP);
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

void
spp_slots_status(struct spp_slots *slots, struct spp_host_status *out)
{
	struct spp_slot *slot;
	unsigned int i;

	pthread_mutex_lock(&slots->lock);
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
}
