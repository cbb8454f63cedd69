/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The place of a vhost socket in the file system, watched: whether its file is still there, and
 * whether it is one guest alone that uses it. The door's thread (vhost/door.h).
 */
#ifndef SPP_VHOST_PLACE_H
#define SPP_VHOST_PLACE_H

#include "vhost/port.h"

/** A second guest came and was refused: say so, once a minute at most. */
void spp_vhost_place_second(struct spp_vhost *vhost, uint64_t now_ms);

/**
 * Look at the file once a second: our own is made again when it was removed, of a guest's it is
 * said.
 *
 * @param taken a guest is connected
 * @return problems, as bits
 */
unsigned int spp_vhost_place_look(struct spp_vhost *vhost, bool taken, uint64_t now_ms);

#endif
