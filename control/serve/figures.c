/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Asks a process's local socket for `status` and walks through the answer. Implements
 * include/spp/figures.h.
 */
#include "spp/figures.h"

#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire/clock.h"
#include "json/load.h"

#define FIGURES_WAIT_S   1
#define FIGURES_SIZE_MAX (8u << 20)

static const char figures_request[] = "{\"commands\":[{\"command\":\"status\"}]}";

static int
figures_connect(const char *path, struct spp_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval wait = {.tv_sec = FIGURES_WAIT_S};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return spp_error(err, errno, "%s: %s", path, strerror(errno));
	if (strlen(path) >= sizeof(address.sun_path)) {
		close(fd);
		return spp_error(err, ENAMETOOLONG, "%.200s: longer than a socket's path may be",
				 path);
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) == 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, figures_request, sizeof(figures_request) - 1, MSG_NOSIGNAL) ==
		    (ssize_t)sizeof(figures_request) - 1)
		return fd;
	spp_error(err, errno, "%s: %s", path, strerror(errno));
	close(fd);
	return -ENOENT;
}

struct figures_stream {
	int fd;
	size_t total;
	uint64_t until_ms; /**< of the whole answer, however slowly it comes */
};

/** For spp_json_load_stream(): it stops reading where the object ends. */
static size_t
figures_receive(void *buffer, size_t size, void *arg)
{
	struct figures_stream *stream = arg;
	ssize_t got;

	if (stream->total > FIGURES_SIZE_MAX || spp_clock_ms() >= stream->until_ms)
		return (size_t)-1;
	got = recv(stream->fd, buffer, size, 0);
	if (got < 0)
		return (size_t)-1;
	stream->total += (size_t)got;
	return (size_t)got;
}

static json_t *
figures_ask(const char *path, struct spp_error *err)
{
	struct figures_stream stream = {.fd = figures_connect(path, err)};
	json_t *reply, *info;

	if (stream.fd < 0)
		return NULL;
	stream.until_ms = spp_clock_ms() + FIGURES_WAIT_S * UINT64_C(1000);
	reply = spp_json_load_stream(figures_receive, &stream, JSON_DISABLE_EOF_CHECK, NULL);
	close(stream.fd);
	info = json_incref(json_object_get(reply, "info"));
	json_decref(reply);
	if (!json_is_object(info)) {
		spp_error(err, EPROTO, "%s: no status within %d s", path, FIGURES_WAIT_S);
		json_decref(info);
		return NULL;
	}
	return info;
}

/** Numbers, texts and objects of an object; lists are left out, but for `lcore`. */
static void
figures_walk(const json_t *object, const struct spp_figures_sink *sink, void *ctx)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value) {
		if (json_is_string(value)) {
			sink->text(ctx, key, json_string_value(value));
		} else if (json_is_number(value)) {
			sink->number(ctx, key, (int64_t)json_number_value(value));
		} else if (json_is_boolean(value)) {
			sink->number(ctx, key, json_is_true(value));
		} else if (json_is_object(value)) {
			sink->begin(ctx, key);
			figures_walk(value, sink, ctx);
			sink->end(ctx, key);
		}
	}
}

static void
figures_lcores(const json_t *lcores, const struct spp_figures_sink *sink, void *ctx)
{
	char key[32];
	json_t *lcore;
	size_t i;

	json_array_foreach ((json_t *)lcores, i, lcore) {
		snprintf(key, sizeof(key), "lcore%d",
			 (int)json_integer_value(json_object_get(lcore, "lcore")));
		sink->begin(ctx, key);
		figures_walk(lcore, sink, ctx);
		sink->end(ctx, key);
	}
}

/** The item of a list that has `value` as `key`; or tell all of them. */
static int
figures_list(const json_t *list, const char *key, const char *item,
	     const struct spp_figures_sink *sink, void *ctx, struct spp_error *err)
{
	char name[SPP_NAME_MAX + 1];
	const json_t *id;
	json_t *one;
	size_t i;

	json_array_foreach ((json_t *)list, i, one) {
		id = json_object_get(one, key);
		if (json_is_integer(id))
			snprintf(name, sizeof(name), "%d", (int)json_integer_value(id));
		else
			snprintf(name, sizeof(name), "%s", json_string_value(id));
		if (item == NULL) {
			sink->name(ctx, name);
		} else if (strcmp(item, name) == 0) {
			figures_walk(one, sink, ctx);
			return 0;
		}
	}
	return item == NULL ? 0 : spp_error(err, ENOENT, "there is no %s %s", key, item);
}

int
spp_figures_read(const char *socket, enum spp_figures_part part, const char *item,
		 const struct spp_figures_sink *sink, void *ctx, struct spp_error *err)
{
	json_t *info = figures_ask(socket, err);
	int ret = 0;

	if (info == NULL)
		return -ENOENT;
	if (part == SPP_FIGURES_PORTS) {
		ret = figures_list(json_object_get(info, "port"), "port", item, sink, ctx, err);
	} else if (part == SPP_FIGURES_COMPONENTS) {
		ret = figures_list(json_object_get(info, "component"), "queue", item, sink, ctx,
				   err);
	} else {
		figures_walk(info, sink, ctx);
		figures_lcores(json_object_get(info, "lcore"), sink, ctx);
	}
	json_decref(info);
	return ret;
}
