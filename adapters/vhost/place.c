/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost/place.h.
 */
#include "vhost/place.h"

#include <syslog.h>
#include <unistd.h>

#include "spp/problem.h"

/* A second guest is told again after this, and shown for as long. */
#define SECOND_MS 60000
/* A removed socket that was made again is shown for so long: monitoring may look seldom. */
#define REMOVED_MS 600000
/* A guest that is restarted may be gone a little later than its successor has made its socket. */
#define STRANGE_LOOKS 3

void
spp_vhost_place_second(struct spp_vhost *vhost, uint64_t now_ms)
{
	struct spp_vhost_door *door = &vhost->door;

	door->second_ms = now_ms;
	door->second_nb++;
	if (door->second_told_ms != 0 && now_ms - door->second_told_ms < SECOND_MS)
		return;
	door->second_told_ms = now_ms;
	if (vhost->client)
		spp_vhost_log_line(
			&vhost->log, LOG_WARNING,
			"a second guest on vhost%u's socket: is the path used twice? (it "
			"made the socket anew; the first one stays connected)",
			vhost->index);
	else
		spp_vhost_log_line(
			&vhost->log, LOG_WARNING,
			"a second guest on vhost%u's socket: is the path used twice? (one "
			"guest a socket: refused %u times since the last such line)",
			vhost->index, door->second_nb);
	door->second_nb = 0;
}

static void
make_again(struct spp_vhost *vhost, enum spp_vhost_place place, uint64_t now_ms)
{
	struct spp_vhost_door *door = &vhost->door;
	struct spp_error err;
	int fd, ret = spp_vhost_socket_vacate(vhost->path, &err);

	fd = ret < 0 ? ret : spp_vhost_socket_listen(vhost->path, &door->access, &door->file, &err);
	if (fd >= 0) {
		close(door->listener);
		door->listener = fd;
		door->lost = false;
		spp_vhost_log_line(
			&vhost->log, LOG_WARNING,
			"its socket was removed from outside, and is made again (keep what "
			"cleans that directory away from it: docs/vhost.md)");
	} else if (!door->lost) {
		door->lost = true;
		spp_vhost_log_line(&vhost->log, LOG_ERR,
				   "its socket was %s from outside, and cannot be made again: %s; "
				   "tried on",
				   place == SPP_VHOST_PLACE_EMPTY ? "removed" : "replaced",
				   err.text);
	}
	door->removed_ms = now_ms;
}

static void
look_at_ours(struct spp_vhost *vhost, uint64_t now_ms)
{
	enum spp_vhost_place place = spp_vhost_socket_look(vhost->path, &vhost->door.file);

	if (place != SPP_VHOST_PLACE_OURS)
		make_again(vhost, place, now_ms);
}

static void
look_at_guests(struct spp_vhost *vhost, uint64_t now_ms)
{
	struct spp_vhost_door *door = &vhost->door;
	enum spp_vhost_place place = spp_vhost_socket_look(vhost->path, &door->file);

	door->strange_looks = place == SPP_VHOST_PLACE_OURS ? 0 : door->strange_looks + 1;
	if (door->strange_looks < STRANGE_LOOKS)
		return;
	if (place == SPP_VHOST_PLACE_TAKEN) {
		spp_vhost_place_second(vhost, now_ms);
		return;
	}
	door->removed_ms = now_ms;
	if (door->strange_looks == STRANGE_LOOKS)
		spp_vhost_log_line(
			&vhost->log, LOG_WARNING,
			"the guest's socket was removed from outside: when this connection "
			"ends, the guest has to be started anew");
}

unsigned int
spp_vhost_place_look(struct spp_vhost *vhost, bool taken, uint64_t now_ms)
{
	struct spp_vhost_door *door = &vhost->door;
	unsigned int problems = 0;

	if (!vhost->client)
		look_at_ours(vhost, now_ms);
	else if (taken)
		look_at_guests(vhost, now_ms);
	else
		door->strange_looks = 0;
	if (door->second_ms != 0 && now_ms - door->second_ms < SECOND_MS)
		problems |= 1u << SPP_PORT_PROBLEM_SECOND_GUEST;
	if (door->removed_ms != 0 && now_ms - door->removed_ms < REMOVED_MS)
		problems |= 1u << SPP_PORT_PROBLEM_SOCKET_REMOVED;
	return problems;
}
