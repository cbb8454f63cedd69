/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The door of a vhost port: how guests come in. One thread for all ports has the sockets that
 * guests know, listens on them or (client mode) connects to the guests', and hands one guest after
 * the other to librte_vhost:
 *
 * - a guest that comes while another one is there waits for a second, and gets the port if it
 *   becomes free meanwhile, else it is refused. Then the next: whoever tries again and again, does
 *   so once a second;
 * - of guests that come and go some are let in at once, and then one each 100 ms;
 * - a socket that somebody removes is made again, and the guest that is connected keeps what it
 * has.
 *
 * librte_vhost can do none of this: it takes whoever comes, and its socket is its own. So it gets a
 * socket nobody knows (its file is gone as soon as it listens), on which the door connects to say
 * that a guest waits (it rings). librte_vhost takes that connection, tells us by new_connection
 * before it watches it, and there the guest's is put in its place: spp_vhost_fd_replace().
 */
#ifndef SPP_VHOST_DOOR_H
#define SPP_VHOST_DOOR_H

#include "vhost/port.h"

/** Once for the process; again: nothing. Control thread. */
int spp_vhost_door_start(struct spp_error *err);

/**
 * Let guests in from now on; as server, make the port's socket. door.access and door.bell are set.
 * Control thread.
 */
int spp_vhost_door_open(struct spp_vhost *vhost, struct spp_error *err);
/** Let no guest in any more, unless one has the port (false: all stays as it was). One that waits
 * for its turn goes with the door. Control thread; may wait for a look at all ports. */
bool spp_vhost_door_shut(struct spp_vhost *vhost);
/** No more guests; as server, take the socket away. Also of a port that was never opened. Control
 * thread; may wait for a look at all ports. */
void spp_vhost_door_close(struct spp_vhost *vhost);

/** The guest's connection for which was rung, which is the caller's now; -1: nobody waits.
 * librte_vhost's thread. */
int spp_vhost_door_take(struct spp_vhost *vhost);
/** The guest has gone, or was refused: the next one may come. librte_vhost's thread. */
void spp_vhost_door_free(struct spp_vhost *vhost);

#endif
