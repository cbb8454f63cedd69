/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The lock that a process of ours has while it starts, one at a time: a file in the EAL's runtime
 * directory, which the kernel unlocks when its holder ends, however it ends.
 *
 * Secondaries that start beside each other get each other's devices (vdev_action() of DPDK's
 * drivers/bus/vdev sends them to all), and then now and then fail with "already allocated". And as
 * long as nobody has it, no spp_vf that starts can be the one that holds a lock of the EAL's
 * (primary/dead_lock.h).
 *
 * Any thread of one that has opened it; a process opens it once, for closing any descriptor of the
 * file would give the lock up (fcntl(2)).
 */
#ifndef SPP_START_LOCK_H
#define SPP_START_LOCK_H

#include <sys/types.h>

/** @param dir the EAL's runtime directory @return a descriptor, or -errno */
int spp_start_lock_open(const char *dir);

/** @param holder who has it: 0 when it is in a PID namespace that cannot be seen from here
 * @return 0: it is ours; -EBUSY; or another -errno */
int spp_start_lock_try(int fd, pid_t *holder);
void spp_start_lock_release(int fd);

/** Who else has it. @return 0: nobody; -EBUSY; or another -errno */
int spp_start_lock_holder(int fd, pid_t *holder);

#endif
