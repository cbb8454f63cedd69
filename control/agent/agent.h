/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of spp_agent share: who is connected, and what each waits for.
 *
 * One thread, one poll loop (agent_loop.c). Two kinds of connection: a *peer* is a process of the
 * data plane (TCP, agent_peer.c), a *client* is an sppctl (UNIX socket, agent_client.c). Closing
 * one only marks it dead; the loop frees it at the end of its turn, so a pointer stays good while
 * one event is being handled.
 */
#ifndef SPP_AGENT_H
#define SPP_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>
#include <time.h>

#include "agent_io.h"
#include "frame.h"
#include "spp/error.h"
#include "spp/limits.h"

/** Addresses to listen on (--listen may be repeated). */
#define AGENT_LISTEN_MAX 8
/** TCP connections (more than there are process ids); when full, the oldest one that has not said
 * who it is makes room. */
#define AGENT_PEER_MAX 320
/** Bytes of the answer to the question who it is. */
#define AGENT_STRANGER_SIZE_MAX 4096
/** Bytes of a reply, and how deep it may nest. */
#define AGENT_REPLY_SIZE_MAX  (8u * 1024 * 1024)
#define AGENT_REPLY_DEPTH_MAX 64
/** Bytes taken from one connection before it is the next one's turn. */
#define AGENT_READ_SIZE (256u * 1024)
/** sppctl connections; when full, the oldest one without a whole request makes room, if any. */
#define AGENT_CLIENT_MAX 64
/** Requests that may wait for one process behind the one it is answering. */
#define AGENT_WAITING_MAX 32
/** Milliseconds a process may take for a reply (--timeout). */
#define AGENT_REPLY_MS 10000
/** Milliseconds it may take to answer the question whether it is still there. */
#define AGENT_PROBE_MS 2000
/** Milliseconds an sppctl may take to send its request, and to take its reply. */
#define AGENT_CLIENT_MS 10000
/** Characters in "vf255", "primary". */
#define AGENT_NAME_SIZE 16

struct agent_peer;
struct agent_client;
struct agent_change;
TAILQ_HEAD(agent_peer_list, agent_peer);
TAILQ_HEAD(agent_client_list, agent_client);

struct agent_listener {
	int fd;
	char address[AGENT_ADDRESS_SIZE];
};

/** What is known of one process id, whether it is connected or not. */
struct agent_entry {
	bool known;
	struct agent_peer *peer; /**< NULL: not connected now */
	char address[AGENT_ADDRESS_SIZE];
	char listener[AGENT_ADDRESS_SIZE];
	time_t since; /**< connected, or lost, since */
	uint64_t nb_requests;
	char last_error[SPP_ERROR_SIZE];
};

struct agent {
	struct agent_listener listeners[AGENT_LISTEN_MAX];
	unsigned int nb_listeners;
	struct agent_listener local; /**< the UNIX socket; address is its path */
	dev_t local_dev;
	ino_t local_ino;
	int signal_fd;
	bool stopping;
	uint64_t reply_ms;
	uint64_t accept_after_ms; /**< out of descriptors: no accept before this time */

	struct agent_peer_list peers;
	struct agent_client_list clients;
	unsigned int nb_peers, nb_clients;
	struct agent_entry entries[SPP_PROCESS_ID_MAX + 1]; /**< by process id; 0: primary */
};

/** Characters that tell in the log who asked, and why. */
#define AGENT_WHO_SIZE 256

enum agent_peer_state {
	AGENT_PEER_ASKED,     /**< `process` was sent, no answer yet */
	AGENT_PEER_NAMED,     /**< holds its entry, takes requests */
	AGENT_PEER_DUPLICATE, /**< its id is taken by another live connection; takes over when
				   that one ends */
};

struct agent_peer {
	TAILQ_ENTRY(agent_peer) link;
	struct agent *agent;
	int fd;
	bool dead;
	enum agent_peer_state state;
	unsigned int process_id;
	time_t since;
	char address[AGENT_ADDRESS_SIZE];
	char listener[AGENT_ADDRESS_SIZE];
	struct spp_frame frame;

	/* The one request under way. */
	bool busy;
	struct agent_client *current; /**< NULL: our own `process`, or its client went away */
	bool own;                     /**< the request under way is our own `process` */
	bool quiet;                   /**< success is not logged */
	char who[AGENT_WHO_SIZE];     /**< asked for it, and why; "" for our own */
	struct agent_out request;
	size_t request_size;
	uint64_t started_ms, deadline_ms;

	struct agent_client_list waiting;
	unsigned int nb_waiting;
};

enum agent_client_state {
	AGENT_CLIENT_HEADER,  /**< first message: what is wanted, from whom */
	AGENT_CLIENT_BODY,    /**< second message of `send`: what goes to the process */
	AGENT_CLIENT_WAITING, /**< in the queue of a peer */
	AGENT_CLIENT_CURRENT, /**< the peer is answering it */
	AGENT_CLIENT_REPLY,   /**< being written; closed after it */
};

struct agent_client {
	TAILQ_ENTRY(agent_client) link;
	TAILQ_ENTRY(agent_client) queue; /**< in agent_peer.waiting */
	struct agent *agent;
	int fd;
	bool dead;
	bool quiet; /**< a `status`: its success is not logged */
	enum agent_client_state state;
	unsigned int process_id;
	struct agent_change *change; /**< of a `change`, else NULL */
	char who[AGENT_WHO_SIZE];    /**< "uid 0, pid 4242, reason: web1 starts", for the log */
	struct agent_peer *peer;     /**< while WAITING or CURRENT */
	struct spp_frame frame;
	struct agent_out body;
	struct agent_out reply;
	uint64_t deadline_ms;
};

/* agent_listen.c */
int agent_listen_tcp(struct agent *agent, const char *address, struct spp_error *err);
int agent_listen_local(struct agent *agent, const char *path, struct spp_error *err);
void agent_listen_close(struct agent *agent);

/* agent_holder.c: fills text with " by pid N (name)", or "" when it cannot be told. */
void agent_holder_of_port(uint16_t port, char *text, size_t size);

/* agent_loop.c */
int agent_loop_run(struct agent *agent);

/* agent_accept.c */
void agent_accept_peer(struct agent *agent, const struct agent_listener *listener);
void agent_accept_client(struct agent *agent);

/* agent_peer.c */
/** Ask a new connection who it is. */
void agent_peer_ask(struct agent_peer *peer);
void agent_peer_serve(struct agent_peer *peer, short revents);
void agent_peer_expire(struct agent_peer *peer, uint64_t now_ms);
/** Queue a client's body for a process. The client is answered later, or refused at once. */
void agent_peer_submit(struct agent_client *client);
/** The client went away: its place in the queue is given up, its reply is thrown away. */
void agent_peer_forget(struct agent_client *client);
/** If it is idle, ask it again who it is, to see whether it is still there. */
void agent_peer_probe(struct agent_peer *peer);
__attribute__((format(printf, 2, 3))) void agent_peer_close(struct agent_peer *peer,
							    const char *fmt, ...);
void agent_peer_free(struct agent_peer *peer);

/* agent_registry.c: which connection is which process. */
void agent_registry_name(unsigned int process_id, char *name, size_t size);
/** Read the answer to `process`. 0, or -EINVAL with text. */
int agent_registry_identify(const char *reply, size_t size, unsigned int *process_id,
			    struct spp_error *err);
void agent_registry_enter(struct agent_peer *peer);
void agent_registry_leave(struct agent_peer *peer, const char *reason);

/* agent_client.c */
void agent_client_serve(struct agent_client *client, short revents);
void agent_client_expire(struct agent_client *client, uint64_t now_ms);
/** Hand a process' reply (one JSON value) to the client. */
void agent_client_answer(struct agent_client *client, const char *reply, size_t size);
/** Answer with an error; code is "invalid" (the request is wrong), "refused" (not as things are)
 * or "unreachable". */
__attribute__((format(printf, 3, 4))) void
agent_client_refuse(struct agent_client *client, const char *code, const char *fmt, ...);
/**
 * A change got the reply to its status, or to its message; error: what the reply complains of.
 * @return true: its body is the next message for the process; false: it has been answered
 */
bool agent_client_changed(struct agent_client *client, const char *reply, size_t size,
			  const char *error);
void agent_client_close(struct agent_client *client);
void agent_client_free(struct agent_client *client);

/* agent_request.c: the only JSON of the client side. */
struct agent_request {
	enum {
		AGENT_REQUEST_LS,
		AGENT_REQUEST_STATUS,
		AGENT_REQUEST_SEND,
		AGENT_REQUEST_CHANGE,
	} what;
	unsigned int process_id;
	char reason[AGENT_WHO_SIZE]; /**< why, for the log; "": not said */
};
int agent_request_parse(const char *text, size_t size, struct agent_request *out,
			struct spp_error *err);
/** Result of a process' reply: 0 success, 1 error (err: its message), -EINVAL not a reply. */
int agent_request_result(const char *reply, size_t size, struct spp_error *err);
/** Both return malloc'ed text ending in a newline, NULL when out of memory. */
char *agent_request_list(struct agent *agent);
char *agent_request_error(const char *code, const char *message);

/* agent_change.c: a change in sppctl's words, from its request to the message and its result. */
int agent_change_create(const char *text, size_t size, struct agent_change **out,
			struct spp_error *err);
void agent_change_destroy(struct agent_change *change);
const char *agent_change_title(const struct agent_change *change);
bool agent_change_planned(const struct agent_change *change);
/** From the process' status. *message: for the process, malloc'ed; NULL: there is nothing to do. */
int agent_change_plan(struct agent_change *change, const char *reply, size_t size, char **message,
		      struct spp_error *err);
/** The answer for sppctl; reply NULL: nothing was sent. malloc'ed, NULL: out of memory. */
char *agent_change_result(const struct agent_change *change, const char *reply, size_t size);
/** One line: what was asked, by whom (and why), with which result. */
void agent_change_log(const struct agent_change *change, const char *name, const char *who,
		      const char *result);

#endif
