/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Server-sent events. See stream.h.
 */
#include "monitor/stream.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** Bytes that libmicrohttpd asks for at once. */
#define STREAM_BLOCK 16384

struct event {
	unsigned int users; /* those that are sent it, and one while it is the newest */
	uint64_t number;
	struct monitor_text text;
};

struct viewer {
	struct MHD_Connection *connection;
	struct monitor_place *place;
	struct event *event; /* being sent; NULL: waits for the next */
	size_t sent;
	uint64_t number; /* of the last that was sent */
	bool suspended;
	struct viewer *next;
};

static struct {
	pthread_mutex_t lock;
	bool ending;
	struct event *newest;
	struct viewer *viewers;
	uint64_t number;
} stream = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Locked. */
static void
let_go(struct event *event)
{
	if (event == NULL || --event->users > 0)
		return;
	monitor_text_free(&event->text);
	free(event);
}

/* Locked. The bytes of the event that is being sent, as many as fit. */
static ssize_t
copy(struct viewer *viewer, char *buf, size_t max)
{
	size_t left = viewer->event->text.length - viewer->sent;
	size_t length = left < max ? left : max;

	memcpy(buf, viewer->event->text.bytes + viewer->sent, length);
	viewer->sent += length;
	if (viewer->sent == viewer->event->text.length) {
		viewer->number = viewer->event->number;
		let_go(viewer->event);
		viewer->event = NULL;
	}
	return (ssize_t)length;
}

/* Called whenever the socket takes more. */
static ssize_t
read_more(void *arg, uint64_t position, char *buf, size_t max)
{
	struct viewer *viewer = arg;
	ssize_t length = 0;

	monitor_place_viewed(viewer->place);
	pthread_mutex_lock(&stream.lock);
	if (viewer->event == NULL && stream.newest != NULL &&
	    stream.newest->number > viewer->number) {
		viewer->event = stream.newest;
		viewer->event->users++;
		viewer->sent = 0;
	}
	if (stream.ending) {
		length = MHD_CONTENT_READER_END_OF_STREAM;
	} else if (viewer->event != NULL) {
		length = copy(viewer, buf, max);
	} else {
		viewer->suspended = true;
		MHD_suspend_connection(viewer->connection);
	}
	pthread_mutex_unlock(&stream.lock);
	return length;
}

static void
go(void *arg)
{
	struct viewer *viewer = arg, **link;

	pthread_mutex_lock(&stream.lock);
	for (link = &stream.viewers; *link != NULL; link = &(*link)->next) {
		if (*link == viewer) {
			*link = viewer->next;
			break;
		}
	}
	let_go(viewer->event);
	pthread_mutex_unlock(&stream.lock);
	free(viewer);
}

struct MHD_Response *
monitor_stream_response(struct MHD_Connection *connection, struct monitor_place *place)
{
	struct viewer *viewer;
	struct MHD_Response *response;

	if (!monitor_place_view(place))
		return NULL;
	viewer = calloc(1, sizeof(*viewer));
	if (viewer == NULL)
		return NULL;
	viewer->connection = connection;
	viewer->place = place;
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_more,
						     viewer, go);
	if (response == NULL) {
		free(viewer);
		return NULL;
	}
	pthread_mutex_lock(&stream.lock);
	viewer->next = stream.viewers;
	stream.viewers = viewer;
	pthread_mutex_unlock(&stream.lock);
	return response;
}

bool
monitor_stream_wanted(void)
{
	bool wanted;

	pthread_mutex_lock(&stream.lock);
	wanted = stream.viewers != NULL;
	if (!wanted) {
		let_go(stream.newest);
		stream.newest = NULL;
	}
	pthread_mutex_unlock(&stream.lock);
	return wanted;
}

/* Locked. */
static void
wake(void)
{
	for (struct viewer *viewer = stream.viewers; viewer != NULL; viewer = viewer->next) {
		if (viewer->suspended)
			MHD_resume_connection(viewer->connection);
		viewer->suspended = false;
	}
}

void
monitor_stream_publish(struct monitor_text *text)
{
	struct event *event = calloc(1, sizeof(*event));

	if (event == NULL || text->failed) {
		monitor_text_free(text);
		free(event);
		return;
	}
	event->users = 1;
	event->text = *text;
	*text = (struct monitor_text){0};
	pthread_mutex_lock(&stream.lock);
	event->number = ++stream.number;
	let_go(stream.newest);
	stream.newest = event;
	wake();
	pthread_mutex_unlock(&stream.lock);
}

void
monitor_stream_end(void)
{
	pthread_mutex_lock(&stream.lock);
	stream.ending = true;
	wake();
	let_go(stream.newest);
	stream.newest = NULL;
	pthread_mutex_unlock(&stream.lock);
}
