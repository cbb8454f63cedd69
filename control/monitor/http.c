/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Answers HTTP. See http.h.
 */
#include "monitor/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "monitor/bodies.h"
#include "monitor/headers.h"
#include "monitor/places.h"
#include "monitor/state.h"
#include "monitor/stream.h"

/** Bytes of a request's line and headers, and of what libmicrohttpd needs beside them. */
#define HTTP_CONNECTION_MEMORY 16384
#define HTTP_STACK             (256u << 10)

struct monitor_http {
	const struct monitor_options *options;
	struct monitor_watch *watch;
	struct monitor_bodies *bodies;
	unsigned int nb;
	struct MHD_Daemon *daemons[MONITOR_LISTEN_MAX];
};

static const char *
header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* A line of text, and the connection stays as it is. */
static enum MHD_Result
refuse(struct MHD_Connection *connection, unsigned int code, const char *why)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(why), (void *)(uintptr_t)why, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result ret;

	if (response == NULL)
		return MHD_NO;
	monitor_body_headers(response, "text/plain; charset=utf-8", false);
	if (code == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, "Allow", "GET, HEAD");
	ret = MHD_queue_response(connection, code, response);
	MHD_destroy_response(response);
	return ret;
}

static enum MHD_Result
answer_events(struct MHD_Connection *connection, struct monitor_place *place, bool head)
{
	struct MHD_Response *response;
	enum MHD_Result ret;

	response = head ? MHD_create_response_from_buffer(0, (void *)(uintptr_t)"",
							  MHD_RESPMEM_PERSISTENT)
			: monitor_stream_response(connection, place);
	if (response == NULL)
		return refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "as many viewers as there may be are watching already\n");
	monitor_body_headers(response, "text/event-stream", false);
	/* A reverse proxy is not to keep events until it has many. */
	MHD_add_response_header(response, "X-Accel-Buffering", "no");
	ret = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return ret;
}

static enum MHD_Result
answer_path(struct monitor_http *http, struct MHD_Connection *connection, const char *path)
{
	bool gzip = monitor_header_gzip(header(connection, "Accept-Encoding"));
	const char *etag = header(connection, "If-None-Match");
	enum monitor_body kind;
	unsigned int code = MHD_HTTP_OK;
	struct MHD_Response *response;
	enum MHD_Result ret;

	if (strcmp(path, "/metrics") == 0)
		kind = monitor_header_openmetrics(header(connection, "Accept"))
			       ? MONITOR_BODY_OPENMETRICS
			       : MONITOR_BODY_TEXT;
	else if (strcmp(path, "/api/state") == 0)
		kind = MONITOR_BODY_STATE;
	else if (strcmp(path, "/api/history") == 0)
		kind = MONITOR_BODY_HISTORY;
	else
		kind = MONITOR_BODY_NB;
	response = kind != MONITOR_BODY_NB ? monitor_body_get(http->bodies, kind, gzip)
					   : monitor_body_asset(path, etag, gzip, &code);
	if (response == NULL)
		return refuse(connection,
			      kind != MONITOR_BODY_NB ? MHD_HTTP_INTERNAL_SERVER_ERROR
						      : MHD_HTTP_NOT_FOUND,
			      kind != MONITOR_BODY_NB ? "out of memory\n"
						      : "there is /, /metrics, /api/state, "
							"/api/history and /api/events\n");
	ret = MHD_queue_response(connection, code, response);
	MHD_destroy_response(response);
	return ret;
}

/* Called once a request's headers are there; with a body again, which nobody reads. */
static enum MHD_Result
answer(void *arg, struct MHD_Connection *connection, const char *path, const char *method,
       const char *version, const char *upload, size_t *upload_size, void **request)
{
	struct monitor_http *http = arg;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct monitor_place *place = info != NULL ? info->socket_context : NULL;
	bool head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;

	if (place == NULL)
		return MHD_NO;
	if (!head && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
	if (!monitor_header_host(http->options, header(connection, "Host")))
		return refuse(connection, MHD_HTTP_MISDIRECTED_REQUEST,
			      "the host of this request is neither an address nor a name of "
			      "--host\n");
	if (strcmp(path, "/api/events") == 0)
		return answer_events(connection, place, head);
	return answer_path(http, connection, path);
}

static void
answered(void *arg, struct MHD_Connection *connection, void **request,
	 enum MHD_RequestTerminationCode code)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	if (info != NULL && info->socket_context != NULL &&
	    code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
		monitor_place_answered(info->socket_context);
}

static void
connection_changed(void *arg, struct MHD_Connection *connection, void **context,
		   enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (*context != NULL)
			monitor_place_leave(*context);
		*context = NULL;
		return;
	}
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info == NULL)
		return;
	*context = monitor_place_take(info->connect_fd);
	if (*context == NULL)
		shutdown(info->connect_fd, SHUT_RDWR);
}

static struct MHD_Daemon *
start_daemon(struct monitor_http *http, int fd)
{
	return MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, answer,
		http, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)MONITOR_PLACES, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)HTTP_CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned int)(MONITOR_NEXT_MS / 1000), MHD_OPTION_THREAD_STACK_SIZE,
		(size_t)HTTP_STACK, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
		answered, NULL, MHD_OPTION_NOTIFY_CONNECTION, connection_changed, NULL,
		MHD_OPTION_END);
}

int
monitor_http_start(const struct monitor_options *options, struct monitor_watch *watch,
		   const struct monitor_listener *listeners, unsigned int nb,
		   struct monitor_http **out, struct spp_error *err)
{
	struct monitor_http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		return spp_error(err, ENOMEM, "out of memory");
	http->options = options;
	http->watch = watch;
	http->bodies = monitor_bodies_create(watch);
	for (; http->nb < nb && http->bodies != NULL; http->nb++) {
		http->daemons[http->nb] = start_daemon(http, listeners[http->nb].fd);
		if (http->daemons[http->nb] == NULL)
			break;
	}
	if (http->nb == nb) {
		*out = http;
		return 0;
	}
	for (unsigned int i = http->nb; i < nb; i++)
		close(listeners[i].fd);
	spp_error(err, ENOMEM, "cannot answer HTTP on %s: libmicrohttpd does not start",
		  listeners[http->nb].address);
	monitor_http_stop(http);
	return -ENOMEM;
}

void
monitor_http_tick(struct monitor_http *http)
{
	struct monitor_text text = {0};
	const struct monitor_model *model;

	monitor_place_expire((uint64_t)(http->options->interval_s * 1000));
	if (!monitor_stream_wanted())
		return;
	monitor_text_add(&text, "data: ");
	model = monitor_watch_lock(http->watch);
	monitor_state_write(&text, model);
	monitor_watch_unlock(http->watch);
	monitor_text_add(&text, "\n\n");
	monitor_stream_publish(&text);
}

void
monitor_http_stop(struct monitor_http *http)
{
	if (http == NULL)
		return;
	monitor_stream_end();
	for (unsigned int i = 0; i < http->nb; i++)
		MHD_stop_daemon(http->daemons[i]);
	monitor_bodies_destroy(http->bodies);
	free(http);
}
