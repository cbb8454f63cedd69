/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One datagram to the service manager. See notify.h.
 */
#include "common/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

void
spp_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = path != NULL ? strlen(path) : 0;
	int fd;

	if (length < 2 || length >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, length);
	/* "@name" is in the abstract namespace, which begins with a NUL */
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Not heard: systemd gives up after its own deadline and says so. */
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
		      (struct sockaddr *)&address,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
}

/* sd_watchdog_enabled(3). Not getpid(), which says what DPDK is to take for it (vf/eal_pid.h). */
bool
spp_notify_is_watched(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	return usec != NULL && strtoull(usec, NULL, 10) > 0 &&
	       (pid == NULL || strtol(pid, NULL, 10) == syscall(SYS_getpid));
}
