/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What VFs ask of spp_primary. See slot_messages.h.
 */
#include "primary/slot_messages.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "spp/dp/nic.h"
#include "spp/port_text.h"

#include "common/claims.h"
#include "common/evdev.h"
#include "common/log.h"
#include "common/messages.h"

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

/* taken: the first port of the range that somebody has. */
static bool
range_is_free(const struct spp_share *share, enum spp_port_kind kind, unsigned int first,
	      unsigned int nb, struct spp_port *taken)
{
	unsigned int i;

	for (i = first; i < first + nb; i++) {
		*taken = (struct spp_port){.kind = kind, .index = (uint16_t)i};
		if (spp_claim_process(share, *taken, NULL) != 0)
			return false;
		taken->queue = SPP_RING_TX;
		if (kind == SPP_PORT_RING && spp_claim_process(share, *taken, NULL) != 0)
			return false;
	}
	return true;
}

/* What a configuration file names must be there and nobody else's; say which numbers would do. */
static int
messages_check_file(const struct spp_share *share, const struct spp_msg_request *request,
		    struct spp_error *err)
{
	struct spp_port taken = {0}, unused;
	unsigned int first, holder;
	char name[SPP_PORT_TEXT_SIZE];

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
	holder = spp_claim_process(share, taken, NULL);
	taken.queue = 0;
	spp_port_format(taken, name);
	for (first = 0; first + request->nb_vhosts <= SPP_VHOST_MAX; first++) {
		if (2 * first + request->nb_rings <= share->nb_rings &&
		    range_is_free(share, SPP_PORT_VHOST, first, request->nb_vhosts, &unused) &&
		    range_is_free(share, SPP_PORT_RING, 2 * first, request->nb_rings, &unused))
			return spp_error(
				err, EEXIST,
				"%s belongs to spp_vf %u: \"first_vhost\": %u would be free", name,
				holder, first);
	}
	return spp_error(err, EEXIST,
			 "%s belongs to spp_vf %u, and no other numbers are free: start "
			 "spp_primary with more rings (-n)",
			 name, holder);
}

static int
messages_claim_file(struct spp_share *share, const struct spp_msg_request *request,
		    unsigned int slot, struct spp_error *err)
{
	struct spp_port port = {.kind = SPP_PORT_VHOST};
	unsigned int i;

	if (request->nic >= 0) {
		struct spp_port nic = {.kind = SPP_PORT_NIC, .index = (uint16_t)request->nic};
		int ret = spp_claim(share, nic, slot, SPP_HOLD_FILE, err);

		if (ret < 0)
			return -EEXIST; /* not "ask again": its holder lives */
	}
	for (i = 0; i < request->nb_vhosts; i++) {
		port.index = (uint16_t)(request->first_vhost + i);
		spp_claim(share, port, slot, SPP_HOLD_FILE, NULL);
	}
	port.kind = SPP_PORT_RING;
	for (i = 0; i < request->nb_rings; i++) {
		port.index = (uint16_t)(request->first_ring + i);
		for (port.queue = 0; port.queue < SPP_RING_ENDS; port.queue++)
			spp_claim(share, port, slot, SPP_HOLD_FILE, NULL);
	}
	return 0;
}

/* By a descriptor of the process: its number here may be another one's later. */
static int
slot_watch(struct spp_slots *slots, struct spp_slot *slot, const struct spp_vf_peer *peer,
	   struct spp_error *err)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = slot->index};
	int pidfd;

	if (peer->pid == 0)
		return spp_error(
			err, EPERM,
			"this spp_vf is in a PID namespace that spp_primary cannot see, so "
			"nobody would notice its end: start it in the same one or one "
			"below (in containers: spp_primary with --pid=host)");
	pidfd = spp_vf_peer_pidfd(peer);
	if (pidfd < 0)
		return spp_error(err, -pidfd, "pid %d cannot be watched: %s", peer->pid,
				 strerror(-pidfd));
	if (epoll_ctl(slots->deaths_fd, EPOLL_CTL_ADD, pidfd, &event) < 0) {
		close(pidfd);
		return spp_error(err, errno, "pid %d cannot be watched: %s", peer->pid,
				 strerror(errno));
	}
	slot->pidfd = pidfd;
	slot->pid = peer->pid;
	return 0;
}

static int
slot_attach(struct spp_slots *slots, struct spp_slot *slot, const struct spp_vf_peer *peer,
	    const struct spp_msg_request *request, struct spp_error *err)
{
	struct spp_sched_device *device = &slot->device;
	uint64_t size, used = spp_heap_used(&size), then;
	unsigned int i;
	int ret;

	/* watched first: from here on everything is undone by its death */
	ret = slot_watch(slots, slot, peer, err);
	if (ret < 0)
		return ret;
	slots->share->process_id[slot->index] = request->process_id;
	slot->process_id = request->process_id;
	slot->eal_pid = request->eal_pid;
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
	for (i = 0; i < device->nb_ports && ret == 0; i++)
		ret = spp_evdev_port(slot->dev_id, i, &device->port[i]);
	if (ret < 0)
		return spp_error(err, -ret, "event device %u: port %u has no rings", slot->dev_id,
				 i - 1);
	device->progress = 0;
	ret = messages_claim_file(slots->share, request, slot->index, err);
	slot->refused = ret < 0;
	return ret;
}

static int
messages_attach(struct spp_slots *slots, struct spp_vf_peer *peer,
		const struct spp_msg_request *request, struct spp_msg_reply *reply,
		struct spp_error *err)
{
	struct spp_slot *slot = NULL;
	int ret;

	if (peer->slot >= 0)
		return spp_error(err, EALREADY, "this spp_vf has VF slot %d already", peer->slot);
	if (request->process_id < 1 || request->process_id > SPP_PROCESS_ID_MAX ||
	    request->nb_workers < 1 || request->nb_workers > SPP_WORKER_MAX)
		return spp_error(err, EINVAL, "process id %u with %u workers is out of range",
				 request->process_id, request->nb_workers);
	ret = slots_choose(slots, request->process_id, &slot, err);
	/* the last of it is for those that run */
	if (ret == 0 && !spp_heap_has_room(&slots->heap, spp_slots_heap_held(slots)))
		ret = spp_msg_used_up(slots->heap.leaked, slots->heap.others, err);
	if (ret == 0 && request->from_file)
		ret = messages_check_file(slots->share, request, err);
	if (ret == 0)
		ret = slot_attach(slots, slot, peer, request, err);
	if (ret < 0)
		return ret;
	peer->slot = (int)slot->index;
	peer->session = slots->share->slot[slot->index].session;
	reply->slot = slot->index;
	reply->session = slots->share->slot[slot->index].session;
	reply->dev_id = slot->dev_id;
	reply->nb_queues = spp_evdev_nb_queues(slot->nb_workers);
	return 0;
}

/* Let the NIC receive into a slot's pool. When that fails it goes on with the one before. */
static int
messages_give_nic(struct spp_slots *slots, uint32_t nic, unsigned int slot, struct spp_error *err)
{
	struct spp_slot_nics *nics = &slots->nics;
	unsigned int before = slots->share->nic_slot[nic];
	struct spp_error why = {""};
	int ret;

	if (before == slot && !(nics->stopped & (1u << nic)))
		return 0;
	ret = spp_slot_nics_rebind(nics, nic, slot, slots->slot[slot].mbufs, err);
	if (ret < 0 && spp_slot_nics_rebind(nics, nic, before, slots->slot[before].mbufs, &why) < 0)
		spp_log(LOG_ERR, "%s (it is tried again when a wiring names the NIC)", why.text);
	return ret;
}

/* An adapter is free that was never given out, or whose VF has let go of its NIC: it has freed the
 * adapter before that. */
static bool
adapter_is_free(const struct spp_slots *slots, unsigned int id)
{
	return !(slots->adapters & (1u << id)) ||
	       !spp_claim_holds(slots->share, spp_port_from_id(slots->adapter_nic[id]),
				slots->adapter_slot[id]);
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
	if (!spp_claim_holds(share, spp_port_from_id(nic), slot->index))
		return spp_error(err, EPERM, "nic%u: not held by spp_vf %u", nic, slot->process_id);
	for (i = 0; i < SPP_ADAPTERS; i++) {
		if (adapter_is_free(slots, i))
			free_id = RTE_MIN(free_id, i);
		else if (slots->adapter_slot[i] == slot->index && slots->adapter_nic[i] == nic)
			break;
	}
	if (i == SPP_ADAPTERS)
		i = free_id;
	if (i == SPP_ADAPTERS)
		return spp_error(err, ENOSPC, "nic%u: all %u Rx adapters of this host are in use",
				 nic, SPP_ADAPTERS);
	ret = messages_give_nic(slots, nic, slot->index, err);
	if (ret < 0)
		return ret;
	slots->adapters |= 1u << i;
	slots->adapter_slot[i] = (uint8_t)slot->index;
	slots->adapter_nic[i] = (uint8_t)nic;
	reply->adapter_id = i;
	return 0;
}

static int
messages_unbind(struct spp_slots *slots, const struct spp_slot *slot,
		const struct spp_msg_request *request, struct spp_error *err)
{
	const struct spp_share *share = slots->share;

	if (request->arg >= SPP_NIC_MAX || request->before >= share->nb_slots ||
	    !spp_claim_holds(share, spp_port_from_id(request->arg), slot->index))
		return spp_error(err, EPERM, "nic%u: not held by spp_vf %u", request->arg,
				 slot->process_id);
	return messages_give_nic(slots, request->arg, request->before, err);
}

static int
messages_serve(struct spp_slots *slots, struct spp_vf_peer *peer,
	       const struct spp_msg_request *request, struct spp_msg_reply *reply,
	       struct spp_error *err)
{
	struct spp_slot *slot;

	if (request->layout != SPP_SHARE_LAYOUT)
		return spp_error(err, EPROTO,
				 "this spp_vf has shared memory layout %u, spp_primary layout %u: "
				 "restart spp_primary, or start the spp_vf of its build",
				 request->layout, SPP_SHARE_LAYOUT);
	if (request->op == SPP_MSG_ATTACH)
		return messages_attach(slots, peer, request, reply, err);
	slot = peer->slot >= 0 ? &slots->slot[peer->slot] : NULL;
	if (slot == NULL || slots->share->slot[peer->slot].session != peer->session ||
	    (slot->state != SPP_VF_ATTACHING && slot->state != SPP_VF_RUNNING))
		return spp_error(err, EPERM, "pid %d has no VF slot", peer->pid);
	switch (request->op) {
	case SPP_MSG_RUN:
		if (request->arg == 0) {
			slot->started = true;
			spp_sched_start(slot->sched, &slot->device);
		}
		slot->state = SPP_VF_RUNNING;
		return 0;
	case SPP_MSG_BIND:
		return messages_bind(slots, slot, request->arg, reply, err);
	case SPP_MSG_UNBIND:
		return messages_unbind(slots, slot, request, err);
	case SPP_MSG_LEAVE:
		slot->left = true;
		return 0;
	default:
		return spp_error(err, EINVAL, "request %u is not known", request->op);
	}
}

void
spp_slot_messages_serve(void *arg, struct spp_vf_peer *peer, const struct spp_msg_request *request,
			struct spp_msg_reply *reply)
{
	struct spp_slots *slots = arg;
	struct spp_error err = {""};

	pthread_mutex_lock(&slots->lock);
	slots->nb_events++;
	reply->result = messages_serve(slots, peer, request, reply, &err);
	pthread_mutex_unlock(&slots->lock);
	snprintf(reply->text, sizeof(reply->text), "%.*s", (int)sizeof(reply->text) - 1, err.text);
}
