/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See capture.h. A session's thread asks for its taps by a state under the lock and a wake-up of
 * the control loop; the control thread answers by the next state.
 */
#include "vf/capture.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "spp/access.h"

#include "common/log.h"
#include "vf/capture_session.h"
#include "vf/taps.h"
#include "vf/wait.h"

/* How long a session waits for the control thread to begin: a flush may be under way. */
#define BEGIN_S 5
/* How often a session looks whether the workers are past its taps. */
#define GRACE_US 200
/* How long the end of the process waits for its captures. */
#define END_MS 2000

enum place_state {
	PLACE_FREE,
	PLACE_STARTS,    /* its thread reads the request */
	PLACE_WANTS_ON,  /* session to control */
	PLACE_ON,        /* control to session: taps are there */
	PLACE_WANTS_OFF, /* session to control */
	PLACE_OFF,       /* control to session: workers copy no more once they are past the token */
	PLACE_DONE,      /* its thread is about to end */
};

struct place {
	enum place_state state; /* under the lock */
	uint64_t token;         /* of PLACE_OFF */
	uint64_t since;
	struct spp_captures *all;
	struct spp_capture_session session;
};

struct spp_captures {
	struct spp_control *control;
	struct spp_dataplane *dp;
	int listener, wake_fd;
	int spare_fd; /* given up for a moment, to refuse who comes when none is left */
	gid_t group;
	char path[SPP_SOCKET_PATH_SIZE];
	struct stat made; /* of the socket: another's is not removed */
	bool stop;        /* atomic */
	bool tracing;     /* a session traces. Atomic */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct place place[SPP_CAPTURE_MAX];
};

/* -- on a session's thread -------------------------------------------------------------------- */

static void
tell_control(struct place *place, enum place_state state)
{
	place->state = state;
	/* only a full counter is refused, and then it is readable */
	(void)!eventfd_write(place->all->wake_fd, 1);
}

static int
turn_on(struct place *place, struct spp_error *err)
{
	struct spp_captures *all = place->all;
	struct timespec deadline;
	int ret = 0;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += BEGIN_S;
	pthread_mutex_lock(&all->lock);
	tell_control(place, PLACE_WANTS_ON);
	while (place->state == PLACE_WANTS_ON && ret == 0)
		ret = pthread_cond_timedwait(&all->changed, &all->lock, &deadline);
	if (place->state == PLACE_WANTS_ON)
		place->state = PLACE_STARTS; /* not any more: nothing was done for it */
	else
		ret = 0;
	pthread_mutex_unlock(&all->lock);
	return ret == 0 ? 0
			: spp_error(err, ETIMEDOUT, "spp_vf is busy: it did not begin within %d s",
				    BEGIN_S);
}

/*
 * Without a deadline: workers write into what is freed next. A worker that hangs makes the VF
 * degraded, and this place stays taken until it goes on.
 */
static void
turn_off(struct place *place)
{
	struct spp_captures *all = place->all;

	pthread_mutex_lock(&all->lock);
	tell_control(place, PLACE_WANTS_OFF);
	while (place->state == PLACE_WANTS_OFF)
		pthread_cond_wait(&all->changed, &all->lock);
	pthread_mutex_unlock(&all->lock);
	while (!spp_dataplane_is_quiescent(all->dp, place->token))
		usleep(GRACE_US);
}

static int
turn(struct spp_capture_session *session, bool on, struct spp_error *err)
{
	struct place *place = session->arg;

	if (on)
		return turn_on(place, err);
	turn_off(place);
	return 0;
}

static void *
session_main(void *arg)
{
	struct place *place = arg;

	spp_capture_session_run(&place->session);
	pthread_mutex_lock(&place->all->lock);
	tell_control(place, PLACE_DONE);
	pthread_mutex_unlock(&place->all->lock);
	return NULL;
}

/* -- on the control thread -------------------------------------------------------------------- */

static void
serve_place(struct spp_captures *all, struct place *place)
{
	switch (place->state) {
	case PLACE_WANTS_ON:
		place->since = (uint64_t)time(NULL);
		spp_taps_add(all->dp, place->session.slot, place->session.sink);
		place->state = PLACE_ON;
		break;
	case PLACE_WANTS_OFF:
		place->token = spp_taps_remove(all->dp, place->session.slot);
		place->state = PLACE_OFF;
		break;
	case PLACE_DONE:
		pthread_join(place->session.thread, NULL);
		place->state = PLACE_FREE;
		break;
	default:
		return;
	}
	pthread_cond_broadcast(&all->changed);
}

/* @return places that are taken */
static unsigned int
serve(struct spp_captures *all)
{
	unsigned int i, nb = 0;

	for (i = 0; i < SPP_CAPTURE_MAX; i++) {
		/* a thread that is done has let go of the lock before it can be joined */
		pthread_mutex_lock(&all->lock);
		serve_place(all, &all->place[i]);
		nb += all->place[i].state != PLACE_FREE;
		pthread_mutex_unlock(&all->lock);
	}
	return nb;
}

static void
on_wake(void *arg, int fd)
{
	eventfd_t nb;

	if (eventfd_read(fd, &nb) == 0)
		serve(arg);
}

static void
refuse(int fd, int error, const char *text)
{
	struct spp_capture_reply reply = {.magic = SPP_CAPTURE_MAGIC, .error = error};

	snprintf(reply.text, sizeof(reply.text), "%s", text);
	(void)!send(fd, &reply, sizeof(reply), MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static struct place *
free_place(struct spp_captures *all)
{
	unsigned int i;

	serve(all); /* one may be done already */
	for (i = 0; i < SPP_CAPTURE_MAX; i++) {
		if (all->place[i].state == PLACE_FREE) /* only we take one */
			return &all->place[i];
	}
	return NULL;
}

static void
start_session(struct spp_captures *all, struct place *place, int fd)
{
	struct ucred who = {.uid = (uid_t)-1};
	socklen_t size = sizeof(who);
	int ret;

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size);
	memset(&place->session, 0, sizeof(place->session));
	place->session.slot = (unsigned int)(place - all->place);
	place->session.fd = fd;
	place->session.uid = who.uid;
	place->session.pid = who.pid;
	place->session.inventory = &all->dp->inventory;
	place->session.tsc_hz = rte_get_tsc_hz();
	place->session.turn = turn;
	place->session.stop = &all->stop;
	place->session.tracing = &all->tracing;
	place->session.arg = place;
	place->state = PLACE_STARTS;
	ret = pthread_create(&place->session.thread, NULL, session_main, place);
	if (ret == 0)
		return;
	place->state = PLACE_FREE;
	refuse(fd, ret, "no thread for a capture");
}

/* It would come again and again. */
static void
refuse_without_descriptor(struct spp_captures *all)
{
	int fd;

	close(all->spare_fd);
	fd = accept4(all->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0)
		refuse(fd, EMFILE, "spp_vf has no descriptor left (ulimit -n, LimitNOFILE=)");
	all->spare_fd = eventfd(0, EFD_CLOEXEC);
}

static void
on_connect(void *arg, int listener)
{
	struct spp_captures *all = arg;
	struct place *place;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
		refuse_without_descriptor(all);
		return;
	}
	if (fd < 0)
		return;
	if (!spp_access_may(fd, SPP_NO_USER, all->group)) {
		close(fd);
		return;
	}
	place = free_place(all);
	if (place == NULL)
		refuse(fd, EBUSY, "8 captures run already (sppctl status --json shows whose)");
	else
		start_session(all, place, fd);
}

int
spp_captures_create(struct spp_control *control, struct spp_dataplane *dp, const char *path,
		    gid_t group, struct spp_captures **out, struct spp_error *err)
{
	struct spp_captures *all = calloc(1, sizeof(*all));
	unsigned int i;
	int ret;

	if (all == NULL)
		return spp_error(err, ENOMEM, "no memory for captures");
	*out = all;
	all->control = control;
	all->dp = dp;
	all->group = group;
	all->listener = -1;
	pthread_mutex_init(&all->lock, NULL);
	pthread_cond_init(&all->changed, NULL);
	for (i = 0; i < SPP_CAPTURE_MAX; i++)
		all->place[i].all = all;
	all->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	all->spare_fd = eventfd(0, EFD_CLOEXEC);
	if (all->wake_fd < 0 || all->spare_fd < 0)
		return spp_error(err, errno, "eventfd: %s", strerror(errno));
	all->listener = spp_access_listen(path, group, err);
	if (all->listener < 0)
		return all->listener;
	snprintf(all->path, sizeof(all->path), "%s", path);
	if (stat(path, &all->made) < 0)
		return spp_error(err, errno, "%s: %s", path, strerror(errno));
	ret = spp_control_watch(control, all->wake_fd, on_wake, all);
	if (ret == 0)
		ret = spp_control_watch(control, all->listener, on_connect, all);
	return ret < 0 ? spp_error(err, -ret, "control loop: %s", strerror(-ret)) : 0;
}

void
spp_captures_destroy(struct spp_captures *all)
{
	struct stat found;
	unsigned int ms;

	if (all == NULL)
		return;
	__atomic_store_n(&all->stop, true, __ATOMIC_RELAXED);
	if (all->listener >= 0) {
		spp_control_unwatch(all->control, all->listener);
		close(all->listener);
	}
	spp_control_unwatch(all->control, all->wake_fd);
	if (all->path[0] != '\0' && stat(all->path, &found) == 0 &&
	    found.st_dev == all->made.st_dev && found.st_ino == all->made.st_ino)
		unlink(all->path);
	for (ms = 0; serve(all) > 0 && ms < END_MS; ms++)
		usleep(1000);
	/* The process ends: what a thread may still use stays. */
}

unsigned int
spp_captures_show(const struct spp_captures *all, struct spp_capture_info out[SPP_CAPTURE_MAX])
{
	const struct spp_capture_session *session;
	struct spp_capture_counts counts;
	unsigned int i, nb = 0;

	for (i = 0; all != NULL && i < SPP_CAPTURE_MAX; i++) {
		session = &all->place[i].session;
		/* only this thread ends the state, and the sink stays as long */
		if (__atomic_load_n(&all->place[i].state, __ATOMIC_ACQUIRE) != PLACE_ON)
			continue;
		counts = spp_capture_session_counts(session);
		out[nb++] = (struct spp_capture_info){
			.uid = session->uid,
			.pid = session->pid,
			.since = all->place[i].since,
			.what = session->what,
			.seen = counts.seen,
			.lost = counts.lost,
		};
	}
	return nb;
}
