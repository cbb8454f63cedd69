/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Reads the kernel's tables of TCP sockets. See tcp_table.h.
 */
#include "wire/tcp_table.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define STATE_LISTEN 0x0a

/** One end: an IPv4 address is ::ffff:a.b.c.d, so that both tables can be searched for it. */
struct end {
	uint32_t address[4]; /**< in network order */
	uint16_t port;
};

struct row {
	struct end local, remote;
	unsigned int state;
	struct spp_tcp_owner owner;
};

static struct end
end_of(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	struct end end = {.address = {0, 0, htonl(0xffff), v4->sin_addr.s_addr},
			  .port = ntohs(v4->sin_port)};

	if (address->ss_family == AF_INET6) {
		memcpy(end.address, &v6->sin6_addr, sizeof(end.address));
		end.port = ntohs(v6->sin6_port);
	}
	return end;
}

static bool
is_v4(const struct end *end)
{
	return end->address[0] == 0 && end->address[1] == 0 && end->address[2] == htonl(0xffff);
}

static bool
is_any(const struct end *end)
{
	return end->address[0] == 0 && end->address[1] == 0 && end->address[3] == 0 &&
	       (end->address[2] == 0 || is_v4(end));
}

static bool
same_end(const struct end *a, const struct end *b)
{
	return a->port == b->port && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

/** Does one that listens at `at` get what goes to `to`, or can the two not both listen? [::] may
 *  take IPv4, too: whether it does the table does not say. */
static bool
meets(const struct end *at, const struct end *to)
{
	if (at->port != to->port)
		return false;
	if (same_end(at, to))
		return true;
	if (is_any(at))
		return !is_v4(at) || is_v4(to);
	return is_any(to) && (!is_v4(to) || is_v4(at));
}

/** "0100007F:15B3", or 32 digits of an IPv6 address: words as the machine has them in memory. */
static bool
parse_end(const char *text, struct end *out)
{
	const char *colon = strchr(text, ':');
	unsigned int port;

	if (colon == NULL || sscanf(colon + 1, "%4x", &port) != 1)
		return false;
	*out = (struct end){.address = {0, 0, htonl(0xffff), 0}, .port = (uint16_t)port};
	if (colon - text == 8)
		return sscanf(text, "%8" SCNx32, &out->address[3]) == 1;
	return colon - text == 32 &&
	       sscanf(text, "%8" SCNx32 "%8" SCNx32 "%8" SCNx32 "%8" SCNx32, &out->address[0],
		      &out->address[1], &out->address[2], &out->address[3]) == 4;
}

static bool
parse_row(const char *line, struct row *out)
{
	char local[48], remote[48];

	return sscanf(line, "%*u: %47s %47s %x %*s %*s %*s %u %*u %" SCNu64, local, remote,
		      &out->state, &out->owner.uid, &out->owner.inode) == 5 &&
	       parse_end(local, &out->local) && parse_end(remote, &out->remote);
}

/** The first row that fits. */
static bool
search(const char *table, bool (*fits)(const struct row *row, const void *arg), const void *arg,
       struct spp_tcp_owner *out)
{
	FILE *file = fopen(table, "re");
	bool found = false;
	char line[512];
	struct row row;

	while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL) {
		found = parse_row(line, &row) && fits(&row, arg);
		if (found)
			*out = row.owner;
	}
	if (file != NULL)
		fclose(file);
	return found;
}

static bool
search_both(bool (*fits)(const struct row *row, const void *arg), const void *arg,
	    struct spp_tcp_owner *out)
{
	return search("/proc/self/net/tcp", fits, arg, out) ||
	       search("/proc/self/net/tcp6", fits, arg, out);
}

static bool
listens(const struct row *row, const void *arg)
{
	return row->state == STATE_LISTEN && meets(&row->local, arg);
}

/** arg: the peer's end and ours. */
static bool
is_peer(const struct row *row, const void *arg)
{
	const struct end *ends = arg;

	return same_end(&row->local, &ends[0]) && same_end(&row->remote, &ends[1]);
}

bool
spp_tcp_is_loopback(const struct sockaddr_storage *address)
{
	static const uint32_t v6[4] = {0, 0, 0, 0};
	struct end end = end_of(address);

	if (is_v4(&end))
		return ntohl(end.address[3]) >> 24 == 127;
	return memcmp(end.address, v6, 3 * sizeof(v6[0])) == 0 && end.address[3] == htonl(1);
}

bool
spp_tcp_listener(const struct sockaddr_storage *address, struct spp_tcp_owner *out)
{
	struct end end = end_of(address);

	return search_both(listens, &end, out);
}

bool
spp_tcp_peer(int fd, uid_t *out)
{
	struct sockaddr_storage us = {0}, peer = {0};
	socklen_t us_size = sizeof(us), peer_size = sizeof(peer);
	struct spp_tcp_owner taken = {0}, listener = {0};
	struct end ends[2];

	if (getsockname(fd, (struct sockaddr *)&us, &us_size) < 0 ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_size) < 0)
		return false;
	ends[0] = end_of(&peer);
	ends[1] = end_of(&us);
	if (!search_both(is_peer, ends, &taken))
		return false;
	*out = taken.uid;
	if (taken.inode != 0)
		return true;
	/* It waits at one that listens. If it still does afterwards, it was that one: when who
	 * listens goes, so do the connections that wait there. */
	if (!spp_tcp_listener(&peer, &listener) || !search_both(is_peer, ends, &taken))
		return false;
	*out = taken.inode != 0 ? taken.uid : listener.uid;
	return true;
}
