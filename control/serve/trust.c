/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who is at the other end of a connection to the controller. See trust.h.
 */
#include "serve/trust.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "spp/access.h"
#include "wire/tcp_table.h"

static void
say(struct spp_trust *trust, uid_t uid, uid_t user, bool by_tcp)
{
	/* Numbers: to look names up may take time. */
	if (user != SPP_NO_USER)
		snprintf(trust->why, sizeof(trust->why), "it is uid %u, not root or uid %u", uid,
			 user);
	else if (by_tcp)
		snprintf(trust->why, sizeof(trust->why),
			 "it is uid %u, not root (--controller-user says who it is to be)", uid);
	else
		snprintf(trust->why, sizeof(trust->why),
			 "it is uid %u, not root or the user of this process", uid);
}

static void
look_at_local(struct spp_trust *trust, int fd, uid_t user)
{
	struct ucred cred = {.uid = (uid_t)-1};
	socklen_t size = sizeof(cred);

	trust->local = true;
	trust->good = spp_access_may(fd, user, SPP_NO_GROUP);
	if (trust->good)
		return;
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size);
	say(trust, cred.uid, user, false);
}

struct spp_trust
spp_trust_look(int fd, uid_t user)
{
	struct spp_trust trust = {.good = false};
	struct sockaddr_storage peer = {0};
	socklen_t size = sizeof(peer);
	uid_t uid;

	if (getpeername(fd, (struct sockaddr *)&peer, &size) < 0 || peer.ss_family == AF_UNIX) {
		look_at_local(&trust, fd, user);
		return trust;
	}
	if (!spp_tcp_is_loopback(&peer))
		return trust;
	if (!spp_tcp_peer(fd, &uid)) {
		snprintf(trust.why, sizeof(trust.why),
			 "who listens there cannot be seen in /proc/net/tcp");
		return trust;
	}
	trust.good = uid == 0 || (user != SPP_NO_USER && uid == user);
	if (!trust.good)
		say(&trust, uid, user, true);
	return trust;
}
