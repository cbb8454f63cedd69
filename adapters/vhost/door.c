/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The thread that lets guests in. See vhost/door.h.
 */
#include "vhost/door.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "spp/dp/dpdk_versions.h"

#include "vhost/clock.h"
#include "vhost/place.h"
#include "vhost/watch.h"

#define LOOK_MS    1000
#define HOLD_MS    1000
#define CONNECT_MS 1000
#define PAUSE_MS   1000
/* librte_vhost takes a guest within a second (22.11 looks for new sockets so often), but not
 * without memory for it, and then nobody is told. */
#define TAKE_MS 10000

/* So many guests of a port may come at once, and then one each STEP_MS. One that comes and goes
 * costs some 0.3 ms. */
#define BURST   20
#define STEP_MS 100

#define NEVER UINT64_MAX

static struct spp_vhost *ports[SPP_VHOST_MAX]; /* ports_lock, which the thread holds for a round */
static pthread_mutex_t ports_lock = PTHREAD_MUTEX_INITIALIZER;

static pthread_mutex_t door_lock =
	PTHREAD_MUTEX_INITIALIZER; /* struct spp_vhost_door says of what */

static int wake_fd = -1;

static void
wake(void)
{
	(void)eventfd_write(wake_fd, 1);
}

int
spp_vhost_door_take(struct spp_vhost *vhost)
{
	int fd;

	pthread_mutex_lock(&door_lock);
	fd = vhost->door.waiting;
	vhost->door.waiting = -1;
	pthread_mutex_unlock(&door_lock);
	return fd;
}

void
spp_vhost_door_free(struct spp_vhost *vhost)
{
	pthread_mutex_lock(&door_lock);
	vhost->door.taken = false;
	pthread_mutex_unlock(&door_lock);
	wake();
}

static bool
is_taken(const struct spp_vhost *vhost)
{
	bool taken;

	pthread_mutex_lock(&door_lock);
	taken = vhost->door.taken;
	pthread_mutex_unlock(&door_lock);
	return taken;
}

/* From when on the next guest may come: each one that does pays for STEP_MS, BURST on credit. */
static uint64_t
may_enter_ms(const struct spp_vhost_door *door)
{
	const uint64_t credit = (uint64_t)(BURST - 1) * STEP_MS;

	return door->paid_until_ms > credit ? door->paid_until_ms - credit : 0;
}

/* The guest for which was rung, if it still waits, goes away. */
static void
take_back(struct spp_vhost *vhost, const char *why)
{
	int fd = spp_vhost_door_take(vhost);

	if (fd < 0)
		return;
	spp_vhost_log_line(&vhost->log, LOG_ERR, "a guest cannot be let in: %s", why);
	close(fd);
	spp_vhost_door_free(vhost);
}

static void
hand_over(struct spp_vhost *vhost, int fd, uint64_t now_ms)
{
	struct spp_vhost_door *door = &vhost->door;
	int ret;

	door->paid_until_ms =
		(door->paid_until_ms > now_ms ? door->paid_until_ms : now_ms) + STEP_MS;
	door->take_until_ms = now_ms + TAKE_MS;
	pthread_mutex_lock(&door_lock);
	door->waiting = fd;
	door->taken = true;
	pthread_mutex_unlock(&door_lock);
	ret = spp_vhost_socket_ring(door->bell);
	if (ret < 0)
		take_back(vhost, strerror(-ret));
}

/* A look later at most. */
static void
check_taken(struct spp_vhost *vhost, uint64_t now_ms)
{
	if (now_ms >= vhost->door.take_until_ms)
		take_back(vhost, "librte_vhost has not taken it (no memory, or it is held up by "
				 "another guest)");
}

/* ---- we are the server ---- */

static void
accept_one(struct spp_vhost *vhost, uint64_t now_ms)
{
	struct spp_vhost_door *door = &vhost->door;

	door->held = accept4(door->listener, NULL, NULL, SOCK_CLOEXEC);
	door->held_until_ms = now_ms + HOLD_MS;
	if (door->held >= 0 || errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	door->accept_ms = now_ms + PAUSE_MS;
	spp_vhost_log_line(&vhost->log, LOG_ERR, "a guest cannot be let in: %s", strerror(errno));
}

static void
server_step(struct spp_vhost *vhost, uint64_t now_ms)
{
	struct spp_vhost_door *door = &vhost->door;
	bool taken = is_taken(vhost);

	if (door->held < 0 && now_ms >= door->accept_ms)
		accept_one(vhost, now_ms);
	if (door->held < 0)
		return;
	if (!taken && now_ms >= may_enter_ms(door)) {
		hand_over(vhost, door->held, now_ms);
		door->held = -1;
	} else if (taken && now_ms >= door->held_until_ms) {
		close(door->held);
		door->held = -1;
		spp_vhost_place_second(vhost, now_ms);
	}
}

static uint64_t
server_next_ms(const struct spp_vhost *vhost, uint64_t now_ms)
{
	const struct spp_vhost_door *door = &vhost->door;

	if (door->held >= 0)
		return is_taken(vhost) ? door->held_until_ms : may_enter_ms(door);
	return door->accept_ms > now_ms ? door->accept_ms : NEVER;
}

/* ---- the guest is ---- */

static void
client_step(struct spp_vhost *vhost, uint64_t now_ms)
{
	struct spp_vhost_door *door = &vhost->door;
	int fd;

	if (is_taken(vhost) || now_ms < door->connect_ms || now_ms < may_enter_ms(door))
		return;
	fd = spp_vhost_socket_connect(vhost->path, &door->file);
	door->connect_ms = fd >= 0 ? now_ms : now_ms + CONNECT_MS;
	if (fd >= 0)
		hand_over(vhost, fd, now_ms);
}

static uint64_t
client_next_ms(const struct spp_vhost *vhost)
{
	uint64_t enter = may_enter_ms(&vhost->door), connect = vhost->door.connect_ms;

	if (is_taken(vhost))
		return NEVER;
	return enter > connect ? enter : connect;
}

/* ---- the thread ---- */

static void
step(struct spp_vhost *vhost, uint64_t now_ms, bool look)
{
	unsigned int problems;

	check_taken(vhost, now_ms);
	if (vhost->client)
		client_step(vhost, now_ms);
	else
		server_step(vhost, now_ms);
	if (!look)
		return;
	problems = spp_vhost_watch_look(vhost, now_ms);
	problems |= spp_vhost_place_look(vhost, is_taken(vhost), now_ms);
	__atomic_store_n(&vhost->problems, problems, __ATOMIC_RELAXED);
}

/* What to wait for, and until when. */
static unsigned int
prepare_wait(struct pollfd *fds, uint64_t now_ms, uint64_t *until_ms)
{
	const struct spp_vhost *vhost;
	unsigned int i, nb = 1;
	uint64_t next;

	fds[0] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
	for (i = 0; i < SPP_VHOST_MAX; i++) {
		vhost = ports[i];
		if (vhost == NULL)
			continue;
		next = vhost->client ? client_next_ms(vhost) : server_next_ms(vhost, now_ms);
		if (next < *until_ms)
			*until_ms = next;
		if (!vhost->client && vhost->door.held < 0 && now_ms >= vhost->door.accept_ms)
			fds[nb++] = (struct pollfd){.fd = vhost->door.listener, .events = POLLIN};
	}
	return nb;
}

static void
door_main(void)
{
	struct pollfd fds[1 + SPP_VHOST_MAX];
	uint64_t now_ms, until_ms, look_ms = spp_vhost_clock_ms() + LOOK_MS;
	unsigned int i, nb;
	eventfd_t count;
	bool look;

	for (;;) {
		now_ms = spp_vhost_clock_ms();
		look = now_ms >= look_ms;
		if (look)
			look_ms = now_ms + LOOK_MS;
		until_ms = look_ms;
		pthread_mutex_lock(&ports_lock);
		for (i = 0; i < SPP_VHOST_MAX; i++)
			if (ports[i] != NULL)
				step(ports[i], now_ms, look);
		nb = prepare_wait(fds, now_ms, &until_ms);
		pthread_mutex_unlock(&ports_lock);
		poll(fds, nb, until_ms > now_ms ? (int)(until_ms - now_ms) : 0);
		(void)eventfd_read(wake_fd, &count);
	}
}

int
spp_vhost_door_start(struct spp_error *err)
{
	pthread_t thread;
	int ret;

	if (wake_fd >= 0)
		return 0;
	wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (wake_fd < 0)
		return spp_error(err, errno, "vhost: eventfd: %s", strerror(errno));
	ret = spp_dpdk_thread_create(&thread, "spp-vhost-door", door_main);
	if (ret == 0)
		return 0;
	close(wake_fd);
	wake_fd = -1;
	return spp_error(err, -ret, "vhost: the door's thread cannot be started");
}

int
spp_vhost_door_open(struct spp_vhost *vhost, struct spp_error *err)
{
	struct spp_vhost_door *door = &vhost->door;
	int fd;

	if (!vhost->client) {
		fd = spp_vhost_socket_listen(vhost->path, &door->access, &door->file, err);
		if (fd < 0)
			return fd;
		door->listener = fd;
	}
	pthread_mutex_lock(&ports_lock);
	ports[vhost->index] = vhost;
	pthread_mutex_unlock(&ports_lock);
	wake();
	return 0;
}

bool
spp_vhost_door_shut(struct spp_vhost *vhost)
{
	bool shut;

	pthread_mutex_lock(&ports_lock);
	shut = !is_taken(vhost);
	if (shut && ports[vhost->index] == vhost)
		ports[vhost->index] = NULL;
	pthread_mutex_unlock(&ports_lock);
	return shut;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
spp_vhost_door_close(struct spp_vhost *vhost)
{
	struct spp_vhost_door *door = &vhost->door;
	int waiting;

	pthread_mutex_lock(&ports_lock);
	if (ports[vhost->index] == vhost)
		ports[vhost->index] = NULL;
	pthread_mutex_unlock(&ports_lock);
	if (door->listener >= 0 &&
	    spp_vhost_socket_look(vhost->path, &door->file) == SPP_VHOST_PLACE_OURS)
		unlink(vhost->path);
	close_fd(&door->listener);
	close_fd(&door->held);
	close_fd(&door->bell);
	waiting = spp_vhost_door_take(vhost);
	close_fd(&waiting);
	wake(); /* it may still poll a listener that is closed now */
}
