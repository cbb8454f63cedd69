/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What is sent. See bodies.h.
 */
#include "monitor/bodies.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/history.h"
#include "monitor/metrics.h"
#include "monitor/page.h"
#include "monitor/state.h"
#include "monitor/text.h"

/** Bytes that several answers share; freed by the last. */
struct blob {
	struct monitor_bodies *bodies;
	unsigned int users; /* answers, and one while it is the newest of its kind */
	uint32_t tick;      /* of the look it shows */
	struct monitor_text text;
};

struct monitor_bodies {
	pthread_mutex_t lock;
	struct monitor_watch *watch;
	struct blob *newest[MONITOR_BODY_NB][2]; /* as it is, and compressed; NULL: nobody asked */
};

static const char *const types[] = {
	[MONITOR_BODY_OPENMETRICS] = "application/openmetrics-text; version=1.0.0; charset=utf-8",
	[MONITOR_BODY_TEXT] = "text/plain; version=0.0.4; charset=utf-8",
	[MONITOR_BODY_STATE] = "application/json",
	[MONITOR_BODY_HISTORY] = "application/json",
};

struct monitor_bodies *
monitor_bodies_create(struct monitor_watch *watch)
{
	struct monitor_bodies *bodies = calloc(1, sizeof(*bodies));

	if (bodies == NULL)
		return NULL;
	pthread_mutex_init(&bodies->lock, NULL);
	bodies->watch = watch;
	return bodies;
}

/* Locked. */
static void
let_go(struct blob *blob)
{
	if (blob == NULL || --blob->users > 0)
		return;
	monitor_text_free(&blob->text);
	free(blob);
}

void
monitor_bodies_destroy(struct monitor_bodies *bodies)
{
	if (bodies == NULL)
		return;
	for (unsigned int i = 0; i < MONITOR_BODY_NB; i++) {
		let_go(bodies->newest[i][0]);
		let_go(bodies->newest[i][1]);
	}
	pthread_mutex_destroy(&bodies->lock);
	free(bodies);
}

void
monitor_body_headers(struct MHD_Response *response, const char *type, bool gzip)
{
	MHD_add_response_header(response, "Content-Type", type);
	if (gzip)
		MHD_add_response_header(response, "Content-Encoding", "gzip");
	MHD_add_response_header(response, "Vary", "Accept, Accept-Encoding");
	/* A copy is asked about each time (the page's files have an ETag), never taken unasked. */
	MHD_add_response_header(response, "Cache-Control", "no-cache");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
	MHD_add_response_header(response, "Content-Security-Policy",
				"default-src 'none'; script-src 'self'; style-src 'self'; "
				"img-src 'self'; connect-src 'self'; base-uri 'none'; "
				"form-action 'none'; frame-ancestors 'none'");
}

/* -- what changes with each look --------------------------------------------------------------- */

/* @return the look that is shown */
static uint32_t
write_body(struct monitor_bodies *bodies, enum monitor_body kind, struct monitor_text *text)
{
	const struct monitor_model *model = monitor_watch_lock(bodies->watch);
	uint32_t tick = model->tick;

	if (kind == MONITOR_BODY_STATE)
		monitor_state_write(text, model);
	else if (kind == MONITOR_BODY_HISTORY)
		monitor_history_write(text, model);
	else
		monitor_metrics_write(text, model, kind == MONITOR_BODY_OPENMETRICS);
	monitor_watch_unlock(bodies->watch);
	return tick;
}

static uint32_t
tick_now(struct monitor_bodies *bodies)
{
	uint32_t tick = monitor_watch_lock(bodies->watch)->tick;

	monitor_watch_unlock(bodies->watch);
	return tick;
}

/* What grew by doubling is up to twice as large as it need be. */
static void
shrink(struct monitor_text *text)
{
	char *bytes = realloc(text->bytes, text->length);

	if (bytes == NULL)
		return;
	text->bytes = bytes;
	text->size = text->length;
}

static struct blob *
make(struct monitor_bodies *bodies, enum monitor_body kind, bool gzip)
{
	struct blob *blob = calloc(1, sizeof(*blob));
	struct monitor_text plain = {0};

	if (blob == NULL)
		return NULL;
	blob->bodies = bodies;
	blob->users = 1;
	blob->tick = write_body(bodies, kind, &plain);
	if (!gzip) {
		blob->text = plain;
	} else {
		blob->text.failed = plain.failed || !monitor_text_gzip(&plain, &blob->text);
		monitor_text_free(&plain);
	}
	if (blob->text.failed || blob->text.length == 0) {
		let_go(blob);
		return NULL;
	}
	shrink(&blob->text);
	return blob;
}

static void
sent(void *arg)
{
	struct blob *blob = arg;
	struct monitor_bodies *bodies = blob->bodies;

	pthread_mutex_lock(&bodies->lock);
	let_go(blob);
	pthread_mutex_unlock(&bodies->lock);
}

struct MHD_Response *
monitor_body_get(struct monitor_bodies *bodies, enum monitor_body kind, bool gzip)
{
	struct blob **newest = &bodies->newest[kind][gzip], *blob;
	struct MHD_Response *response = NULL;

	pthread_mutex_lock(&bodies->lock);
	if (*newest == NULL || (*newest)->tick != tick_now(bodies)) {
		let_go(*newest);
		*newest = make(bodies, kind, gzip);
	}
	blob = *newest;
	if (blob != NULL)
		response = MHD_create_response_from_buffer_with_free_callback_cls(
			blob->text.length, blob->text.bytes, sent, blob);
	if (response != NULL)
		blob->users++;
	pthread_mutex_unlock(&bodies->lock);
	if (response != NULL)
		monitor_body_headers(response, types[kind], gzip);
	return response;
}

/* -- the page ---------------------------------------------------------------------------------- */

struct MHD_Response *
monitor_body_asset(const char *path, const char *etag, bool gzip, unsigned int *code)
{
	const struct monitor_asset *asset = monitor_assets;
	struct MHD_Response *response;
	bool has_it;

	while (asset->path != NULL && strcmp(asset->path, path) != 0)
		asset++;
	if (asset->path == NULL)
		return NULL;
	has_it = etag != NULL && strstr(etag, asset->etag) != NULL;
	if (has_it)
		response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	else
		response = MHD_create_response_from_buffer(
			gzip ? asset->gzip_size : asset->size,
			(void *)(uintptr_t)(gzip ? asset->gzip : asset->bytes),
			MHD_RESPMEM_PERSISTENT);
	if (response == NULL)
		return NULL;
	*code = has_it ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
	monitor_body_headers(response, asset->type, gzip && !has_it);
	MHD_add_response_header(response, "ETag", asset->etag);
	return response;
}
