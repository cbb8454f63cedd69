/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of a VF to its primary over DPDK's multi-process channel.
 */
#include "attach.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>

#define ATTACH_DEADLINE_S 5
#define ATTACH_RETRY_US   2000

static int
attach_ask_once(struct spp_msg_request *request, struct spp_msg_reply *answer,
		struct spp_error *err)
{
	struct timespec deadline = {.tv_sec = ATTACH_DEADLINE_S};
	struct rte_mp_reply reply;
	struct rte_mp_msg msg;
	int ret = 0;

	request->layout = SPP_SHARE_LAYOUT;
	request->pid = getpid();
	memset(&msg, 0, sizeof(msg));
	snprintf(msg.name, sizeof(msg.name), "%s", SPP_MSG_NAME);
	memcpy(msg.param, request, sizeof(*request));
	msg.len_param = sizeof(*request);
	if (rte_mp_request_sync(&msg, &reply, &deadline) < 0)
		return spp_error(err, rte_errno, "spp_primary does not answer: %s",
				 rte_strerror(rte_errno));
	if (reply.nb_received != 1 || reply.msgs[0].len_param != sizeof(*answer))
		ret = spp_error(err, EPROTO, "spp_primary answers %s",
				reply.nb_received == 1 ? "with another layout: install both "
							 "programs from the same build"
						       : "nothing");
	else
		memcpy(answer, reply.msgs[0].param, sizeof(*answer));
	free(reply.msgs);
	if (ret == 0 && answer->result < 0)
		ret = spp_error(err, -answer->result, "%s", answer->text);
	return ret;
}

/* The primary answers "busy" while it puts another VF's share in order: ask again. */
static int
attach_ask(struct spp_msg_request *request, struct spp_msg_reply *answer, struct spp_error *err)
{
	uint64_t deadline = rte_rdtsc() + ATTACH_DEADLINE_S * rte_get_tsc_hz();
	int ret;

	do {
		ret = attach_ask_once(request, answer, err);
		if (ret != -EBUSY)
			break;
		usleep(ATTACH_RETRY_US);
	} while (rte_rdtsc() < deadline);
	return ret;
}

int
spp_attach(const struct spp_attach_config *config, struct spp_attachment_info *out,
	   struct spp_error *err)
{
	struct spp_msg_request request = {
		.op = SPP_MSG_ATTACH,
		.process_id = config->process_id,
		.nb_workers = config->nb_workers,
		.from_file = config->from_file,
		.first_vhost = config->first_vhost,
		.nb_vhosts = config->nb_vhosts,
		.first_ring = 2 * config->first_vhost,
		.nb_rings = config->nb_rings,
		.nic = config->nic,
	};
	struct spp_msg_reply answer;
	int ret = attach_ask(&request, &answer, err);

	if (ret < 0)
		return ret;
	out->slot = answer.slot;
	out->session = answer.session;
	out->dev_id = (uint8_t)answer.dev_id;
	out->nb_queues = answer.nb_queues;
	return 0;
}

int
spp_attach_run(unsigned int slot, struct spp_error *err)
{
	struct spp_msg_request request = {.op = SPP_MSG_RUN, .slot = slot};
	struct spp_msg_reply answer;

	return attach_ask(&request, &answer, err);
}

int
spp_attach_bind(unsigned int slot, unsigned int nic, uint8_t *adapter_id, struct spp_error *err)
{
	struct spp_msg_request request = {.op = SPP_MSG_BIND, .slot = slot, .arg = nic};
	struct spp_msg_reply answer;
	int ret = attach_ask(&request, &answer, err);

	if (ret == 0)
		*adapter_id = (uint8_t)answer.adapter_id;
	return ret;
}

int
spp_attach_leave(unsigned int slot, struct spp_error *err)
{
	struct spp_msg_request request = {.op = SPP_MSG_LEAVE, .slot = slot};
	struct spp_msg_reply answer;

	return attach_ask(&request, &answer, err);
}
