/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See capture_link.h.
 */
#include "ctl/capture_link.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "spp/drop.h"

#include "change/plain.h"

#define BUFFER_SIZE ((size_t)1 << 20)
/* The longest record, and more. */
#define RECORD_MAX (sizeof(struct spp_capture_record) + SPP_CAPTURE_SNAPLEN_MAX + 1)
/* Seconds for the reply: it waits for a flush that is under way, and for memory. */
#define REPLY_S 10

static int
connect_to(struct ctl_capture_link *link, const char *path, struct spp_error *err)
{
	const struct timeval limit = {.tv_sec = REPLY_S};
	struct sockaddr_un sa = {.sun_family = AF_UNIX};

	if (path[0] == '\0' || strlen(path) >= sizeof(sa.sun_path))
		return spp_error(err, ENAMETOOLONG, "%s: its socket's path is too long",
				 link->name);
	memcpy(sa.sun_path, path, strlen(path));
	link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (link->fd < 0)
		return spp_error(err, errno, "socket: %s", strerror(errno));
	setsockopt(link->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(link->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(link->fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return 0;
	if (errno == EACCES)
		return spp_error(
			err, EACCES,
			"%s: %s: only root and the group in SPP_ADMIN_GROUP may see packets",
			link->name, path);
	return spp_error(err, EHOSTUNREACH, "%s: %s: %s", link->name, path, strerror(errno));
}

static int
send_all(struct ctl_capture_link *link, const void *data, size_t size, struct spp_error *err)
{
	/* who refuses does not wait for the request: then the reply says why */
	if (size == 0 || send(link->fd, data, size, MSG_NOSIGNAL) == (ssize_t)size ||
	    errno == EPIPE)
		return 0;
	return spp_error(err, EHOSTUNREACH, "%s: does not take the request: %s", link->name,
			 strerror(errno));
}

static int
read_reply(struct ctl_capture_link *link, struct spp_error *err)
{
	struct spp_capture_reply reply;
	ssize_t nb = recv(link->fd, &reply, sizeof(reply), MSG_WAITALL);

	if (nb == 0 || (nb < 0 && errno == ECONNRESET))
		return spp_error(err, EACCES,
				 "%s: closes the connection: only root and the group in "
				 "SPP_ADMIN_GROUP may see packets",
				 link->name);
	if (nb < 0)
		return spp_error(err, EHOSTUNREACH, "%s: does not answer: %s", link->name,
				 errno == EAGAIN ? "not within 10 s" : strerror(errno));
	if (nb != sizeof(reply) || reply.magic != SPP_CAPTURE_MAGIC)
		return spp_error(err, EPROTO, "%s: is of another build than this sppctl",
				 link->name);
	reply.text[sizeof(reply.text) - 1] = '\0';
	spp_plain(reply.text, '?');
	if (reply.error == 0)
		return 0;
	return spp_error(err, reply.error > 0 ? reply.error : EPROTO, "%s: %.400s", link->name,
			 reply.text);
}

int
ctl_capture_link_open(struct ctl_capture_link *link, const char *path,
		      const struct spp_capture_request *request,
		      const struct spp_capture_insn *filter, struct spp_error *err)
{
	int ret;

	link->fd = -1;
	link->data = malloc(BUFFER_SIZE);
	if (link->data == NULL)
		return spp_error(err, ENOMEM, "out of memory");
	ret = connect_to(link, path, err);
	if (ret == 0)
		ret = send_all(link, request, sizeof(*request), err);
	if (ret == 0)
		ret = send_all(link, filter, request->nb_filter * sizeof(*filter), err);
	return ret < 0 ? ret : read_reply(link, err);
}

void
ctl_capture_link_finish(struct ctl_capture_link *link)
{
	if (link->fd >= 0)
		shutdown(link->fd, SHUT_WR);
}

void
ctl_capture_link_close(struct ctl_capture_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	free(link->data);
	link->data = NULL;
}

bool
ctl_capture_link_has_room(const struct ctl_capture_link *link)
{
	return !link->over && BUFFER_SIZE - (link->used - link->first) > RECORD_MAX;
}

void
ctl_capture_link_read(struct ctl_capture_link *link)
{
	ssize_t nb;

	if (link->first > 0) {
		memmove(link->data, link->data + link->first, link->used - link->first);
		link->used -= link->first;
		link->first = 0;
	}
	nb = recv(link->fd, link->data + link->used, BUFFER_SIZE - link->used, MSG_DONTWAIT);
	if (nb > 0)
		link->used += (size_t)nb;
	else if (nb == 0 || (errno != EAGAIN && errno != EINTR))
		link->over = true;
}

static bool
is_sound_table(const struct spp_capture_record *record)
{
	return (record->port_id < SPP_PORT_ID_MAX || record->port_id == SPP_TRACE_NO_PORT) &&
	       record->component < SPP_COMPONENT_MAX && record->reason < SPP_TRACE_ENTRY_NB;
}

/* What is behind the socket may have been taken over: a spp_vf faces guests. */
static bool
is_sound(const struct ctl_capture_link *link, const struct spp_capture_record *record)
{
	bool packet = record->kind != SPP_CAPTURE_COUNTS && record->kind != SPP_CAPTURE_END;

	if (record->captured > SPP_CAPTURE_SNAPLEN_MAX ||
	    (link->traces > 0 && packet && record->number >= link->traces))
		return false;
	switch (record->kind) {
	case SPP_CAPTURE_STAGE:
		return link->traces > 0 && record->port_id < SPP_PORT_ID_MAX &&
		       record->component < SPP_COMPONENT_MAX;
	case SPP_CAPTURE_TABLE:
		return link->traces > 0 && is_sound_table(record);
	case SPP_CAPTURE_THROUGH:
		return link->traces == 0 && record->port_id < SPP_PORT_ID_MAX;
	case SPP_CAPTURE_RX:
	case SPP_CAPTURE_TX:
		return record->port_id < SPP_PORT_ID_MAX;
	case SPP_CAPTURE_DROP_RX:
	case SPP_CAPTURE_DROP_TX:
		return record->port_id < SPP_PORT_ID_MAX && record->reason < SPP_DROP_NB;
	case SPP_CAPTURE_DROP_INNER:
		return record->port_id < SPP_COMPONENT_MAX && record->reason < SPP_DROP_NB;
	case SPP_CAPTURE_COUNTS:
		return record->port_id <
			       (record->length != 0 ? SPP_COMPONENT_MAX : SPP_PORT_ID_MAX) &&
		       record->captured == sizeof(struct spp_capture_counts);
	default:
		return record->kind == SPP_CAPTURE_END;
	}
}

static void
give_up(struct ctl_capture_link *link)
{
	close(link->fd);
	link->fd = -1;
	link->wrong = true;
	link->over = true;
	link->first = link->used;
}

bool
ctl_capture_link_first(struct ctl_capture_link *link, struct spp_capture_record *record,
		       const uint8_t **bytes)
{
	size_t there = link->used - link->first;

	if (there < sizeof(*record))
		return false;
	memcpy(record, link->data + link->first, sizeof(*record));
	if (!is_sound(link, record)) {
		give_up(link);
		return false;
	}
	if (there - sizeof(*record) < record->captured)
		return false;
	*bytes = link->data + link->first + sizeof(*record);
	return true;
}

void
ctl_capture_link_take(struct ctl_capture_link *link, const struct spp_capture_record *record)
{
	const uint8_t *bytes = link->data + link->first + sizeof(*record);

	if (record->kind == SPP_CAPTURE_END) {
		link->in_order = link->over = true; /* whatever may come behind it */
		snprintf(link->why, sizeof(link->why), "%.*s", (int)record->captured,
			 (const char *)bytes);
		spp_plain(link->why, '?');
	}
	link->first += sizeof(*record) + record->captured;
}
