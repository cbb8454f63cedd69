/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers the requests of VFs (share.h) on DPDK's multi-process thread. Every answer is given at
 * once: while a slot is being put in order the VF is told to ask again.
 */
#include "slots.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "spp/dp/nic.h"

#include "evdev.h"
#include "log.h"

/* The handler has no argument of its own: one primary per process. */
static struct spp_slots *messages_slots;

static bool
slot_is_dead(const struct spp_slot *slot)
{
	struct pollfd pfd = {.fd = slot->pidfd, .events = POLLIN};

	return slot->pidfd >= 0 && poll(&pfd, 1, 0) > 0;
}

/* The slot for a new VF: its own number's when that is free, else any. */
static int
slots_choose(struct spp_slots *slots, uint32_t process_id, struct spp_slot **out,
	     struct spp_error *err)
{
	unsigned int nb = slots->share->nb_slots, i;
	struct spp_slot *slot, *free_slot = NULL;
	bool busy = false;

	for (i = 0; i < nb; i++) {
		slot = &slots->slot[i];
		if (slot->state == SPP_VF_FREE) {
			if (free_slot == NULL || i == process_id - 1)
				free_slot = slot;
		} else if (slot->state == SPP_VF_CLEANING || slot_is_dead(slot)) {
			busy = true;
			if (slot->process_id == process_id)
				return spp_error(err, EBUSY,
						 "the predecessor of spp_vf %u is being cleaned up",
						 process_id);
		} else if (slot->process_id == process_id) {
			return spp_error(err, EEXIST,
					 "--process-id %u is taken by pid %d: choose another one",
					 process_id, slot->pid);
		}
	}
	if (free_slot == NULL)
		return busy ? spp_error(err, EBUSY, "a VF slot is being put in order")
			    : spp_error(
				      err, ENOSPC,
				      "all %u VF slots are in use: start spp_primary with a higher "
				      "--max-vf (at most %u)",
				      nb, SPP_VF_MAX);
	*out = free_slot;
	return 0;
}

static bool
range_is_free(const struct spp_share *share, enum spp_port_kind kind, unsigned int first,
	      unsigned int nb, unsigned int *taken)
{
	struct spp_port port = {.kind = kind};
	unsigned int i;

	for (i = first; i < first + nb; i++) {
		port.index = (uint16_t)i;
		*taken = spp_port_id(port);
		if (share->holder[*taken] != 0)
			return false;
	}
	return true;
}

/* What a configuration file names must be there and nobody else's; say which numbers would do. */
static int
messages_check_file(const struct spp_share *share, const struct spp_msg_request *request,
		    struct spp_error *err)
{
	unsigned int first, taken = 0, unused;
	char name[32];

	if (request->nic >= 0 &&
	    (request->nic >= SPP_NIC_MAX || !(share->nic_mask & (1u << request->nic))))
		return spp_error(err, ENODEV, "nic%d: not in spp_primary's -p 0x%x", request->nic,
				 share->nic_mask);
	if (request->first_vhost + request->nb_vhosts > SPP_VHOST_MAX)
		return spp_error(err, ERANGE, "vhosts %u to %u: there are 0 to %u",
				 request->first_vhost,
				 request->first_vhost + request->nb_vhosts - 1, SPP_VHOST_MAX - 1);
	if (request->first_ring + request->nb_rings > share->nb_rings)
		return spp_error(err, ERANGE,
				 "rings %u to %u: spp_primary has %u; start it with -n %u",
				 request->first_ring, request->first_ring + request->nb_rings - 1,
				 share->nb_rings, request->first_ring + request->nb_rings);
	if (range_is_free(share, SPP_PORT_VHOST, request->first_vhost, request->nb_vhosts,
			  &taken) &&
	    range_is_free(share, SPP_PORT_RING, request->first_ring, request->nb_rings, &taken))
		return 0;
	spp_port_text(spp_port_from_id(taken), name, sizeof(name));
	for (first = 0; first + request->nb_vhosts <= SPP_VHOST_MAX; first++) {
		if (2 * first + request->nb_rings <= share->nb_rings &&
		    range_is_free(share, SPP_PORT_VHOST, first, request->nb_vhosts, &unused) &&
		    range_is_free(share, SPP_PORT_RING, 2 * first, request->nb_rings, &unused))
			return spp_error(
				err, EEXIST,
				"%s belongs to spp_vf %u: \"first_vhost\": %u would be free", name,
				share->process_id[share->holder[taken] - 1], first);
	}
	return spp_error(err, EEXIST,
			 "%s belongs to spp_vf %u, and no other numbers are free: start "
			 "spp_primary with more rings (-n)",
			 name, share->process_id[share->holder[taken] - 1]);
}

static int
messages_claim_file(struct spp_share *share, const struct spp_msg_request *request,
		    unsigned int slot, struct spp_error *err)
{
	struct spp_port port = {.kind = SPP_PORT_VHOST};
	unsigned int i;

	if (request->nic >= 0) {
		struct spp_port nic = {.kind = SPP_PORT_NIC, .index = (uint16_t)request->nic};
		int ret = spp_share_claim(share, nic, slot, err);

		if (ret < 0)
			return -EEXIST; /* not "ask again": its holder lives */
	}
	for (i = 0; i < request->nb_vhosts; i++) {
		port.index = (uint16_t)(request->first_vhost + i);
		spp_share_claim(share, port, slot, NULL);
	}
	port.kind = SPP_PORT_RING;
	for (i = 0; i < request->nb_rings; i++) {
		port.index = (uint16_t)(request->first_ring + i);
		spp_share_claim(share, port, slot, NULL);
	}
	return 0;
}

static int
slot_watch(struct spp_slots *slots, struct spp_slot *slot, int pid, struct spp_error *err)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = slot->index};
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		return spp_error(err, errno, "pid %d cannot be watched: %s", pid, strerror(errno));
	if (epoll_ctl(slots->deaths_fd, EPOLL_CTL_ADD, pidfd, &event) < 0) {
		close(pidfd);
		return spp_error(err, errno, "pid %d cannot be watched: %s", pid, strerror(errno));
	}
	slot->pidfd = pidfd;
	return 0;
}

static int
slot_attach(struct spp_slots *slots, struct spp_slot *slot, const struct spp_msg_request *request,
	    struct spp_error *err)
{
	struct spp_sched_device *device = &slot->device;
	uint64_t size, used = spp_heap_used(&size), then;
	unsigned int i;
	int ret;

	/* watched first: from here on everything is undone by its death */
	ret = slot_watch(slots, slot, request->pid, err);
	if (ret < 0)
		return ret;
	slots->share->process_id[slot->index] = request->process_id;
	slot->process_id = request->process_id;
	slot->pid = request->pid;
	slot->left = false;
	slot->refused = true; /* until all of the following has worked */
	slot->nb_workers = request->nb_workers;
	device->nb_ports = request->nb_workers + 1;
	slot->state = SPP_VF_ATTACHING;
	slot->figures.sessions++;
	ret = spp_evdev_configure(slot->dev_id, request->nb_workers, err);
	then = spp_heap_used(&size);
	slot->heap_held = then > used ? then - used : 0;
	if (ret < 0)
		return ret;
	for (i = 0; i < device->nb_ports; i++)
		spp_evdev_rings(slot->dev_id, i, &device->rx[i], &device->cq[i]);
	device->progress = 0;
	ret = messages_claim_file(slots->share, request, slot->index, err);
	slot->refused = ret < 0;
	return ret;
}

static int
messages_attach(struct spp_slots *slots, const struct spp_msg_request *request,
		struct spp_msg_reply *reply, struct spp_error *err)
{
	struct spp_slot *slot = NULL;
	int ret;

	if (request->process_id < 1 || request->process_id > SPP_PROCESS_ID_MAX ||
	    request->nb_workers < 1 || request->nb_workers > SPP_WORKER_MAX)
		return spp_error(err, EINVAL, "process id %u with %u workers is out of range",
				 request->process_id, request->nb_workers);
	ret = slots_choose(slots, request->process_id, &slot, err);
	/* the last of it is for those that run */
	if (ret == 0 && !spp_heap_has_room(&slots->heap, spp_slots_heap_held(slots)))
		ret = spp_error(err, ENOMEM, SPP_TEXT_HEAP_USED_UP);
	if (ret == 0 && request->from_file)
		ret = messages_check_file(slots->share, request, err);
	if (ret == 0)
		ret = slot_attach(slots, slot, request, err);
	if (ret < 0)
		return ret;
	reply->slot = slot->index;
	reply->session = slots->share->slot[slot->index].session;
	reply->dev_id = slot->dev_id;
	reply->nb_queues = spp_evdev_nb_queues(slot->nb_workers);
	return 0;
}

static int
messages_bind(struct spp_slots *slots, struct spp_slot *slot, uint32_t nic,
	      struct spp_msg_reply *reply, struct spp_error *err)
{
	struct spp_share *share = slots->share;
	unsigned int i, free_id = SPP_ADAPTERS;
	int ret;

	if (nic >= SPP_NIC_MAX || !(share->nic_mask & (1u << nic)))
		return spp_error(err, ENODEV, "nic%u: not in spp_primary's -p 0x%x", nic,
				 share->nic_mask);
	if (share->holder[nic] != slot->index + 1)
		return spp_error(err, EPERM, "nic%u: not held by spp_vf %u", nic, slot->process_id);
	for (i = 0; i < SPP_ADAPTERS; i++) {
		if (!(slots->adapters & (1u << i)))
			free_id = RTE_MIN(free_id, i);
		else if (slots->adapter_slot[i] == slot->index && slots->adapter_nic[i] == nic)
			break;
	}
	if (i == SPP_ADAPTERS)
		i = free_id;
	if (i == SPP_ADAPTERS)
		return spp_error(err, ENOSPC, "nic%u: all %u Rx adapters of this host are in use",
				 nic, SPP_ADAPTERS);
	if (share->nic_slot[nic] != slot->index) {
		ret = spp_nic_rebind((uint16_t)nic, slot->mbufs, err);
		if (ret < 0)
			return ret;
		__atomic_store_n(&share->nic_slot[nic], slot->index, __ATOMIC_RELEASE);
	}
	slots->adapters |= 1u << i;
	slots->adapter_slot[i] = (uint8_t)slot->index;
	slots->adapter_nic[i] = (uint8_t)nic;
	reply->adapter_id = i;
	return 0;
}

static int
messages_serve(struct spp_slots *slots, const struct spp_msg_request *request,
	       struct spp_msg_reply *reply, struct spp_error *err)
{
	struct spp_slot *slot;

	if (request->layout != SPP_SHARE_LAYOUT)
		return spp_error(err, EPROTO,
				 "spp_vf has shared memory layout %u, spp_primary layout %u: "
				 "install both from the same build",
				 request->layout, SPP_SHARE_LAYOUT);
	if (request->op == SPP_MSG_ATTACH)
		return messages_attach(slots, request, reply, err);
	if (request->slot >= slots->share->nb_slots)
		return spp_error(err, EINVAL, "there is no VF slot %u", request->slot);
	slot = &slots->slot[request->slot];
	if (slot->pid != request->pid)
		return spp_error(err, EPERM, "VF slot %u is not that of pid %d", request->slot,
				 request->pid);
	switch (request->op) {
	case SPP_MSG_RUN:
		slot->started = true;
		spp_sched_start(slot->sched, &slot->device);
		slot->state = SPP_VF_RUNNING;
		return 0;
	case SPP_MSG_BIND:
		return messages_bind(slots, slot, request->arg, reply, err);
	case SPP_MSG_LEAVE:
		slot->left = true;
		return 0;
	default:
		return spp_error(err, EINVAL, "request %u is not known", request->op);
	}
}

static int
messages_handle(const struct rte_mp_msg *msg, const void *peer)
{
	struct spp_slots *slots = messages_slots;
	struct spp_msg_request request;
	struct spp_msg_reply reply = {.layout = SPP_SHARE_LAYOUT};
	struct spp_error err = {""};
	struct rte_mp_msg answer;

	if (msg->len_param != sizeof(request)) {
		reply.result = spp_error(&err, EPROTO,
					 "a request of another layout: install "
					 "both programs from the same build");
	} else if (pthread_mutex_trylock(&slots->lock) != 0) {
		reply.result = spp_error(&err, EBUSY, "spp_primary is cleaning up");
	} else {
		memcpy(&request, msg->param, sizeof(request));
		reply.result = messages_serve(slots, &request, &reply, &err);
		pthread_mutex_unlock(&slots->lock);
	}
	snprintf(reply.text, sizeof(reply.text), "%.*s", (int)sizeof(reply.text) - 1, err.text);
	memset(&answer, 0, sizeof(answer));
	snprintf(answer.name, sizeof(answer.name), "%s", SPP_MSG_NAME);
	memcpy(answer.param, &reply, sizeof(reply));
	answer.len_param = sizeof(reply);
	return rte_mp_reply(&answer, peer);
}

int
spp_slots_listen(struct spp_slots *slots, struct spp_error *err)
{
	RTE_BUILD_BUG_ON(sizeof(struct spp_msg_request) > RTE_MP_MAX_PARAM_LEN);
	RTE_BUILD_BUG_ON(sizeof(struct spp_msg_reply) > RTE_MP_MAX_PARAM_LEN);
	messages_slots = slots;
	if (rte_mp_action_register(SPP_MSG_NAME, messages_handle) < 0)
		return spp_error(err, rte_errno, "multi-process messages: %s",
				 rte_strerror(rte_errno));
	return 0;
}
