/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost/hook.h.
 *
 * librte_vhost calls before_message() with the locks of the guest's rings taken, on which workers
 * spin: nothing here may wait. What is refused ends the connection: the request for an
 * acknowledgement is taken out of the message, with which librte_vhost would go on.
 */
#include "vhost/hook.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include <rte_lcore.h>
#include <rte_vhost.h>

#include "vhost/bus.h"
#include "vhost/clock.h"
#include "vhost/fd.h"
#include "vhost/margin.h"
#include "vhost/mtu.h"
#include "vhost/register.h"
#include "vhost/rings.h"
#include "vhost/thread.h"
#include "vhost/watch.h"

#define PAYLOAD_SIZE 632
#define FD_MAX       8

/* Memory, kicks and calls, the socket twice, one for requests of ours. */
#define FDS_PER_GUEST 16
#define ENDS_MAX      100

/* Of one guest, 1.5 TiB: that of all fits into the 128 TiB of a process. */
#define MEMORY_MAX (3ULL << 39)

/* librte_vhost's struct vhu_msg_context, which it hands to external handlers and does not publish
 * (lib/vhost/vhost_user.h, the same from 22.11 to 24.11; 25.11 has a larger payload).
 * layout_is_known() checks each. */
struct context {
	uint32_t request, flags, size;
	uint8_t payload[PAYLOAD_SIZE];
	int fds[FD_MAX];
	int nb_fds;
} __attribute__((packed));

static bool
layout_is_known(const struct context *context)
{
	int i;

	if (context->nb_fds < 0 || context->nb_fds > FD_MAX || context->size > PAYLOAD_SIZE)
		return false;
	for (i = 0; i < FD_MAX; i++)
		if ((context->fds[i] >= 0) != (i < context->nb_fds) || context->fds[i] < -1)
			return false;
	return true;
}

/*
 * Workers that send would spin on the ring's lock for as long as mapping takes, and, where this
 * thread shares their CPU, for whole time slices if it loses the CPU here: they see no guest
 * meanwhile.
 */
static void
begin_changes(struct spp_vhost *vhost)
{
	if (vhost->changes)
		return;
	vhost->changes = true;
	spp_vhost_publish_rings(vhost);
}

/* A place for each mapping that librte_vhost will make, with a margin behind it. */
static int
make_places(struct spp_vhost *vhost, const struct spp_guard_message *message,
	    const struct context *context, struct spp_error *err)
{
	struct spp_guard_region regions[SPP_GUARD_REGION_MAX];
	unsigned int i, nb = spp_guard_regions(message, regions);
	uint64_t length, total = 0;
	size_t block;

	/* Mapping takes long: workers shall not wait for the rings' locks. */
	begin_changes(vhost);
	spp_vhost_watch_wait();
	for (i = 0; i < nb; i++) {
		length = regions[i].size + regions[i].offset;
		total += length;
		if (length > MEMORY_MAX || total > MEMORY_MAX)
			return spp_error(err, EPROTO, "more than %llu GiB of memory",
					 MEMORY_MAX >> 30);
		if (spp_vhost_fd_memory(context->fds[i], length, &block, err) < 0)
			return -1;
		length = (length + block - 1) / block * block;
		if (spp_vhost_margins_prepare(&vhost->margins, context->fds[i], length, block,
					      err) < 0)
			return -1;
	}
	spp_vhost_margins_open(&vhost->margins);
	return 0;
}

static int
check_fds(struct spp_vhost *vhost, const struct spp_guard_message *message,
	  const struct context *context, struct spp_error *err)
{
	switch (message->request) {
	case SPP_GUARD_SET_VRING_KICK:
	case SPP_GUARD_SET_VRING_CALL:
	case SPP_GUARD_SET_VRING_ERR:
		return message->nb_fds == 1 ? spp_vhost_fd_event(context->fds[0], err) : 0;
	case SPP_GUARD_SET_SLAVE_REQ_FD:
		return message->nb_fds == 1 ? spp_vhost_fd_socket(context->fds[0], err) : 0;
	case SPP_GUARD_SET_MEM_TABLE:
		return make_places(vhost, message, context, err);
	default:
		return 0;
	}
}

static void
close_fds(struct context *context)
{
	int i;

	for (i = 0; i < FD_MAX && i < context->nb_fds; i++) {
		if (context->fds[i] >= 0)
			spp_vhost_fd_close(context->fds[i]);
		context->fds[i] = -1;
	}
	context->nb_fds = 0;
}

static enum rte_vhost_msg_result
refuse(struct context *context)
{
	close_fds(context);
	context->flags &= ~SPP_GUARD_FLAG_NEED_REPLY;
	return RTE_VHOST_MSG_RESULT_ERR;
}

/* For whoever asks why a guest does not get on: vhost/watch.h. */
static void
note_said(struct spp_vhost *vhost)
{
	const struct spp_guard *guard = &vhost->guard;

	__atomic_store_n(&vhost->said.steps, spp_guard_said(guard), __ATOMIC_RELAXED);
	__atomic_store_n(&vhost->said.nb_pairs, guard->nb_pairs, __ATOMIC_RELAXED);
	__atomic_store_n(&vhost->said.features, guard->features, __ATOMIC_RELAXED);
}

/* librte_vhost handles it under the rings' locks, but neither waits nor takes other spinlocks. */
static bool
is_short(uint32_t request)
{
	switch (request) {
	case SPP_GUARD_SET_OWNER:
	case SPP_GUARD_SET_PROTOCOL_FEATURES:
	case SPP_GUARD_SET_VRING_BASE:
	case SPP_GUARD_SET_VRING_CALL:
	case SPP_GUARD_SET_VRING_ERR:
	case SPP_GUARD_SET_VRING_ENABLE:
	case SPP_GUARD_SEND_RARP:
	case SPP_GUARD_NET_SET_MTU:
		return true;
	case SPP_GUARD_SET_VRING_ADDR:
	case SPP_GUARD_SET_VRING_KICK:
		/* Else the ring's state may move to another node's memory, with the heap's lock. */
		return rte_socket_count() == 1;
	default:
		return false;
	}
}

static enum rte_vhost_msg_result
before_message(int vid, void *arg)
{
	struct spp_vhost *vhost = spp_vhost_find_by_vid(vid);
	struct context *context = arg;
	struct spp_guard_message message;
	struct spp_error err;
	int ret;

	spp_vhost_thread_wait_for_workers();
	if (!layout_is_known(context)) {
		if (vhost != NULL)
			spp_vhost_log_line(&vhost->log, LOG_ERR,
					   "this librte_vhost is not the one spp_vf was made for: "
					   "no guest can connect (install both from the same "
					   "release)");
		context->flags &= ~SPP_GUARD_FLAG_NEED_REPLY;
		return RTE_VHOST_MSG_RESULT_ERR;
	}
	if (vhost == NULL) /* a port that is gone: nobody would judge it */
		return refuse(context);
	message = (struct spp_guard_message){
		.request = context->request,
		.flags = context->flags,
		.size = context->size,
		.payload = context->payload,
		.nb_fds = (unsigned int)context->nb_fds,
	};
	if (spp_vhost_fd_has_room(vhost->connection))
		ret = spp_guard_judge(&vhost->guard, &message, &err);
	else
		ret = spp_error(&err, EPROTO, "it does not read our replies");
	if (ret == 0)
		ret = check_fds(vhost, &message, context, &err);
	if (ret == 0) {
		if (spp_vhost_fd_has_more(vhost->connection))
			begin_changes(vhost);
		if (message.request == SPP_GUARD_SET_MEM_TABLE)
			spp_vhost_bus_begin_change(vhost->index);
		if (is_short(message.request) && !vhost->changes)
			spp_vhost_thread_go_before_workers();
		/* What librte_vhost refuses shall end the connection, too: see after_message(). */
		vhost->acknowledge = (message.flags & SPP_GUARD_FLAG_NEED_REPLY) != 0;
		context->flags &= ~SPP_GUARD_FLAG_NEED_REPLY;
		note_said(vhost);
		if (spp_guard_way(&message) == SPP_GUARD_SERVE)
			return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
		close_fds(context);
		return RTE_VHOST_MSG_RESULT_OK;
	}
	begin_changes(vhost); /* writing the line takes long, too */
	spp_vhost_margins_cancel(&vhost->margins);
	spp_vhost_log_line(&vhost->log, LOG_WARNING, "connection ended, for %s: %s",
			   spp_guard_name(message.request), err.text);
	return refuse(context);
}

static int
note_memory(struct spp_vhost *vhost, int vid)
{
	struct spp_vhost_span spans[SPP_GUARD_REGION_MAX] = {{0}};
	struct rte_vhost_memory *memory = NULL;
	unsigned int i, nb;
	int ret, watched;

	if (rte_vhost_get_mem_table(vid, &memory) < 0)
		return -ENOMEM;
	nb = memory->nregions;
	for (i = 0; i < nb; i++)
		spans[i] = (struct spp_vhost_span){(uintptr_t)memory->regions[i].mmap_addr,
						   memory->regions[i].mmap_size};
	free(memory);
	for (i = 0; i < SPP_GUARD_REGION_MAX; i++)
		spp_vhost_bus_set(vhost->index, i, (void *)spans[i].start, spans[i].length);
	ret = spp_vhost_margins_close(&vhost->margins, spans, nb);
	/* A worker may have waited for the ring's lock, and gets it before the guest goes. */
	if (ret < 0)
		spp_vhost_bus_blank(vhost->index);
	watched = spp_vhost_bus_end_change(vhost->index, vhost->connection);
	return ret < 0 ? ret : watched;
}

static enum rte_vhost_msg_result
after_message(int vid, void *arg)
{
	struct spp_vhost *vhost = spp_vhost_find_by_vid(vid);
	struct context *context = arg;
	int ret;

	if (vhost == NULL)
		return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
	ret = context->request == SPP_GUARD_SET_MEM_TABLE ? note_memory(vhost, vid) : 0;
	if (ret < 0) {
		/* Others mapped something there meanwhile: with another connection it will do. */
		spp_vhost_log_line(&vhost->log, LOG_WARNING, "connection ended: %s",
				   ret == -EAGAIN ? "no room behind its memory in our address "
						    "space (it may connect again)"
						  : strerror(-ret));
		return RTE_VHOST_MSG_RESULT_ERR;
	}
	if (context->request == SPP_GUARD_NET_SET_MTU && vhost->running)
		spp_vhost_mtu_compare(vhost);
	if (vhost->changes && !spp_vhost_fd_has_more(vhost->connection)) {
		vhost->changes = false;
		spp_vhost_publish_rings(vhost);
	}
	if (vhost->acknowledge && (context->flags & SPP_GUARD_FLAG_REPLY) == 0)
		context->flags |= SPP_GUARD_FLAG_NEED_REPLY;
	spp_vhost_thread_wait_for_workers();
	return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

static const struct rte_vhost_user_extern_ops hooks = {
	.pre_msg_handle = before_message,
	.post_msg_handle = after_message,
};

/*
 * librte_vhost (22.11, 24.11) does not close the descriptors of a message about a ring beyond 255,
 * which we do not get to see. When more are open than all guests can have, ports whose guests come
 * and go all the time get no new one. Counted from the first guest on.
 */
static bool
leaks_descriptors(const struct spp_vhost *vhost, unsigned int *nb_open)
{
	static unsigned int at_start;

	if (at_start == 0)
		at_start = spp_vhost_fd_count();
	if (vhost->nb_ends <= ENDS_MAX)
		return false;
	*nb_open = spp_vhost_fd_count();
	return *nb_open > at_start + SPP_VHOST_MAX * FDS_PER_GUEST;
}

int
spp_vhost_hook_connection(struct spp_vhost *vhost, int vid, int guest)
{
	unsigned int nb_open;

	vhost->connection = spp_vhost_fd_replace(vhost->inner, guest, vhost->last_connection);
	vhost->last_connection = vhost->connection;
	if (leaks_descriptors(vhost, &nb_open)) {
		spp_vhost_log_line(&vhost->log, LOG_ERR,
				   "a guest was refused: %u file descriptors are open, and this "
				   "one's %u connections may have left them (restart spp_vf to let "
				   "it in again)",
				   nb_open, vhost->nb_ends);
		return -1;
	}
	if (vhost->connection < 0 || spp_vhost_fd_hurry(vhost->connection) < 0 ||
	    rte_vhost_extern_callback_register(vid, &hooks, NULL) < 0) {
		spp_vhost_log_line(&vhost->log, LOG_ERR,
				   "a guest cannot be watched and was refused (is /proc mounted?)");
		return -1;
	}
	spp_guard_init(&vhost->guard, vhost->offered);
	note_said(vhost);
	__atomic_store_n(&vhost->said.mtu_differs, false, __ATOMIC_RELAXED);
	__atomic_store_n(&vhost->said.since_ms, spp_vhost_clock_ms(), __ATOMIC_RELAXED);
	__atomic_store_n(&vhost->said.connection, ++vhost->nb_begun, __ATOMIC_RELEASE);
	return 0;
}

void
spp_vhost_hook_end(struct spp_vhost *vhost)
{
	spp_vhost_thread_calm_down(); /* librte_vhost may have refused a short message */
	spp_vhost_margins_forget(&vhost->margins);
	if (spp_vhost_bus_forget(vhost->index))
		spp_vhost_log_line(&vhost->log, LOG_WARNING,
				   "connection ended: the file of its memory was cut short");
	__atomic_store_n(&vhost->said.connection, 0, __ATOMIC_RELAXED);
	vhost->changes = false;
	vhost->connection = -1;
	vhost->nb_ends++;
}
