/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of a VF to its primary, over their socket. See attach.h.
 */
#include "vf/attach.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>

#include "common/messages.h"
#include "common/share.h"

/* A NIC that is being set up may take some seconds. */
#define ATTACH_DEADLINE_MS 10000u
#define ATTACH_RETRY_US    2000

static int
attach_connect(struct spp_attachment_info *info, struct spp_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval deadline = {.tv_sec = ATTACH_DEADLINE_MS / 1000};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", rte_eal_get_runtime_dir(),
		 SPP_MSG_SOCKET);
	info->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (info->fd < 0)
		return spp_error(err, errno, "no socket: %s", strerror(errno));
	setsockopt(info->fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof(deadline));
	if (connect(info->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return spp_error(err, errno, "spp_primary cannot be called: %s: %s",
				 address.sun_path, strerror(errno));
	return 0;
}

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* What comes next, until then. As recv(2), with ETIMEDOUT. */
static ssize_t
attach_next(int fd, struct spp_msg_reply *answer, uint64_t until_ms)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	uint64_t now = now_ms();
	int ready = poll(&pfd, 1, now < until_ms ? (int)(until_ms - now) : 0);

	if (ready > 0)
		return recv(fd, answer, sizeof(*answer), MSG_DONTWAIT);
	if (ready == 0)
		errno = ETIMEDOUT;
	return -1;
}

/* The answer to that request; one that came too late may be in front of it. */
static int
attach_receive(const struct spp_attachment_info *info, uint32_t number,
	       struct spp_msg_reply *answer, uint64_t until_ms, struct spp_error *err)
{
	ssize_t length;

	do {
		length = attach_next(info->fd, answer, until_ms);
	} while ((length < 0 && (errno == EINTR || errno == EAGAIN)) ||
		 (length == sizeof(*answer) && answer->number != number));
	if (length < 0 && errno == ETIMEDOUT)
		return spp_error(err, ETIMEDOUT, "spp_primary does not answer");
	if (length < 0)
		return spp_error(err, errno, "spp_primary is gone: %s", strerror(errno));
	if (length == 0)
		return spp_error(err, ECONNRESET,
				 "spp_primary hung up: it has ended, or has no descriptor left for "
				 "us (its LimitNOFILE=)");
	if (length != sizeof(*answer))
		return spp_error(err, EPROTO,
				 "spp_primary answers as one of another build: restart it, or "
				 "start the spp_vf of its build");
	return answer->result < 0 ? spp_error(err, -answer->result, "%s", answer->text) : 0;
}

static int
attach_ask_once(struct spp_attachment_info *info, struct spp_msg_request *request,
		struct spp_msg_reply *answer, uint64_t until_ms, struct spp_error *err)
{
	request->layout = SPP_SHARE_LAYOUT;
	request->number = ++info->nb_requests;
	if (send(info->fd, request, sizeof(*request), MSG_NOSIGNAL) < 0)
		return spp_error(err, errno, "spp_primary is gone: %s", strerror(errno));
	return attach_receive(info, request->number, answer, until_ms, err);
}

/* "Busy": the primary puts another VF's share in order. Ask again. */
static int
attach_ask_within(struct spp_attachment_info *info, struct spp_msg_request *request,
		  struct spp_msg_reply *answer, unsigned int ms, struct spp_error *err)
{
	uint64_t until_ms = now_ms() + ms;
	int ret;

	do {
		ret = attach_ask_once(info, request, answer, until_ms, err);
		if (ret != -EBUSY)
			break;
		usleep(ATTACH_RETRY_US);
	} while (now_ms() < until_ms);
	return ret;
}

static int
attach_ask(struct spp_attachment_info *info, struct spp_msg_request *request,
	   struct spp_msg_reply *answer, struct spp_error *err)
{
	return attach_ask_within(info, request, answer, ATTACH_DEADLINE_MS, err);
}

int
spp_attach(const struct spp_attach_config *config, struct spp_attachment_info *out,
	   struct spp_error *err)
{
	struct spp_msg_request request = {
		.op = SPP_MSG_ATTACH,
		.eal_pid = getpid(),
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
	int ret = attach_connect(out, err);

	if (ret == 0)
		ret = attach_ask(out, &request, &answer, err);
	if (ret < 0)
		return ret;
	out->slot = answer.slot;
	out->session = answer.session;
	out->dev_id = (uint8_t)answer.dev_id;
	out->nb_queues = answer.nb_queues;
	return 0;
}

bool
spp_attach_is_over(const struct spp_attachment_info *info)
{
	struct spp_msg_reply late;
	ssize_t length = recv(info->fd, &late, sizeof(late), MSG_DONTWAIT);

	return length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR);
}

int
spp_attach_run(struct spp_attachment_info *info, bool device, struct spp_error *err)
{
	struct spp_msg_request request = {.op = SPP_MSG_RUN, .arg = !device};
	struct spp_msg_reply answer;

	return attach_ask(info, &request, &answer, err);
}

int
spp_attach_bind(struct spp_attachment_info *info, unsigned int nic, uint8_t *adapter_id,
		struct spp_error *err)
{
	struct spp_msg_request request = {.op = SPP_MSG_BIND, .arg = nic};
	struct spp_msg_reply answer;
	int ret = attach_ask(info, &request, &answer, err);

	if (ret == 0)
		*adapter_id = (uint8_t)answer.adapter_id;
	return ret;
}

int
spp_attach_unbind(struct spp_attachment_info *info, unsigned int nic, unsigned int before,
		  struct spp_error *err)
{
	struct spp_msg_request request = {.op = SPP_MSG_UNBIND, .arg = nic, .before = before};
	struct spp_msg_reply answer;

	return attach_ask(info, &request, &answer, err);
}

int
spp_attach_leave(struct spp_attachment_info *info, unsigned int ms, struct spp_error *err)
{
	struct spp_msg_request request = {.op = SPP_MSG_LEAVE};
	struct spp_msg_reply answer;
	int ret = attach_ask_within(info, &request, &answer, ms, err);

	return ret == -EBUSY ? -ETIMEDOUT : ret;
}
