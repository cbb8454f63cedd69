/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One connection that asks: bytes in, strictly one reply per message out.
 *
 * Used by controller and local. While a reply waits to be sent nothing is read, so a peer that asks
 * without reading its replies costs the memory of one reply, and nobody's time. One that asks
 * without end is served some milliseconds at a time, and one that sends garbage is left alone for a
 * while.
 */
#ifndef SPP_CONTROL_CONN_H
#define SPP_CONTROL_CONN_H

#include "answer/answer.h"
#include "wire/frame.h"
#include "wire/loop.h"

/** Milliseconds a peer may take to accept a further piece of its reply. */
#define SPP_CONN_SEND_MS 10000

struct spp_conn {
	struct spp_loop *loop;
	const struct spp_service *service;
	struct spp_session session;
	int fd;
	struct spp_frame frame;
	char *reply; /**< being sent, or NULL */
	size_t reply_length, reply_sent;
	bool more;                /**< its time was up before all messages were answered */
	uint64_t toll_us;         /**< how long it is to be left alone for what was refused */
	bool paused;              /**< it is left alone now: nothing is read */
	struct spp_timer silence; /**< runs while half a message is there */
	struct spp_timer stalled; /**< runs while a reply waits */
	struct spp_timer pause;   /**< runs while paused */
	void (*closed)(void *arg, const char *why);
	void *closed_arg;
};

/**
 * Serve a connected, non-blocking socket; takes fd over when it succeeds.
 * @param closed called once, after the connection was closed from the other side or given up;
 *               may free conn
 */
int spp_conn_open(struct spp_conn *conn, struct spp_loop *loop, int fd,
		  const struct spp_service *service, enum spp_origin origin,
		  void (*closed)(void *arg, const char *why), void *closed_arg);

/** Close without calling back. */
void spp_conn_close(struct spp_conn *conn);

#endif
