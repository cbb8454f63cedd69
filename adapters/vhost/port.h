/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A vhost port as the files of this folder share it.
 */
#ifndef SPP_VHOST_PORT_H
#define SPP_VHOST_PORT_H

#include <stdbool.h>

#include "spp/dp/vhost.h"

#include "vhost/guard.h"
#include "vhost/log.h"
#include "vhost/margin.h"
#include "vhost/owner.h"
#include "vhost/socket.h"

/* Rings by their names in the virtio specification, which takes the guest's view. */
#define RING_GUEST_RX 0
#define RING_GUEST_TX 1
#define RING_NB       2

/* The way in for guests: vhost/door.h. The door's thread alone, but where said otherwise. */
struct spp_vhost_door {
	struct spp_vhost_access access; /* constant: who may connect to our socket */
	int bell;                       /* constant: names librte_vhost's own socket (O_PATH) */
	int listener;                   /* ours, while we are the server; else -1 */
	struct spp_vhost_file file;     /* what listener is, or what we last connected to */
	int held;                       /* a connection that waits for its turn; -1: none */
	uint64_t held_until_ms, accept_ms, connect_ms; /* nothing of the kind before */
	uint64_t paid_until_ms;                        /* see may_enter() */
	uint64_t take_until_ms;                        /* the guest for which was rung waits */
	uint64_t second_ms, second_told_ms; /* a second guest came, and we said so; 0: never */
	unsigned int second_nb;             /* such guests since we said so */
	uint64_t removed_ms;                /* our socket was removed; 0: never */
	unsigned int strange_looks; /* looks in a row at which something else was in its place */
	bool lost;                  /* it cannot be made again, which we said */
	/* door_lock */
	bool taken;  /* a guest has the port, or is about to */
	int waiting; /* the connection for librte_vhost to take; -1: none */
};

/* What a look at the guest once a second has found: vhost/watch.h. The door's thread. */
struct spp_vhost_watch {
	unsigned int connection; /* of which the rest is told */
	bool kicked[RING_NB];    /* since the rings can be used */
	unsigned int blank;      /* looks in a row: kicked, and nothing in any ring */
	unsigned int still;      /* looks in a row: the guest's next packet was not taken */
	uint16_t taken;          /* position in the guest's tx ring at the last look */
	bool silent_told, blank_told, still_told, pairs_told;
};

struct spp_vhost {
	struct spp_dp_port dp; /* first: the worker's view is the whole port's address */

	/* librte_vhost thread: w, workers: r. Device id while the ring may be used, else -1. */
	int ring_vid[RING_NB];
	/* packets a call; what a guest leaves to us (SPP_TAKES_...): set before the rings may be
	 * used */
	uint16_t tx_burst, rx_burst;
	unsigned int gives;
	struct spp_vhost_owner receiver, sender; /* workers: rw */
	/* Constant after create. */
	uint32_t frame_max;
	bool one_mbuf; /* a frame is at most one mbuf long, see vhost/features.c */
	bool trusted;  /* its guest may leave work to us */
	struct rte_mempool *mbufs;

	/* librte_vhost's thread only. */
	int vid;                    /* the connection that has the port, -1: none; ports_lock */
	uint64_t offered;           /* virtio features; constant after create */
	bool running;               /* between new_device and destroy_device */
	bool ring_enabled[RING_NB]; /* as last reported */
	bool changes;               /* it sends one message after the other: rings rest */
	bool acknowledge;           /* the message in work, when it is done */
	int connection;             /* its socket, which is librte_vhost's; -1: none */
	int last_connection;        /* the same of the one before */
	unsigned int nb_begun;      /* connections so far */
	unsigned int nb_ends;       /* of them, those that have ended */
	struct spp_guard guard;
	struct spp_vhost_margins margins;

	bool wired; /* control: w, librte_vhost's thread: r. Workers may use it */
	/* librte_vhost thread: w, others: r; atomic. */
	struct {
		unsigned int connection; /* number of the present one, counted up; 0: none */
		uint64_t since_ms;       /* it began, or its rings came to rest */
		unsigned int steps;      /* SPP_GUARD_SAID_... */
		unsigned int nb_pairs;   /* queue pairs it has named */
		uint64_t features;
		bool mtu_differs; /* from ours, so that frames are lost */
	} said;
	unsigned int problems; /* SPP_PORT_PROBLEM_... as bits. The door's thread: w; atomic */

	struct spp_vhost_door door;
	struct spp_vhost_watch watch;

	/* Constant after create. */
	struct spp_vhost_log log;
	unsigned int index;
	char *path;  /* of the socket that the guest knows */
	char *inner; /* of the one that librte_vhost has, which is how it calls the port */
	bool client; /* we connect to the guest's socket */
	bool registered;
	void (*synchronize)(void *arg);
	void *synchronize_arg;
	void (*gone)(void *arg);
	void *gone_arg;
};

#endif
