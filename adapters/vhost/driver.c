/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost/driver.h.
 */
#include "vhost/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_vhost.h>

#include "vhost/features.h"
#include "vhost/guest.h"

/*
 * The protocol's word for several queues stays on: without it qemu's queues=2 hangs up, tries again
 * without end, and never says why. With it qemu names all its queues, which we see and tell; its
 * guest's driver gets one pair, since the feature itself (MQ, above) is off.
 */
#define PROTOCOL_FEATURES_OFF                                                                      \
	((1ULL << VHOST_USER_PROTOCOL_F_LOG_SHMFD) | (1ULL << VHOST_USER_PROTOCOL_F_INFLIGHT_SHMFD))

/* In DPDK's directory, which is root's alone. The number is this process's alone, on this host. */
int
spp_vhost_driver_name(struct spp_vhost *vhost, struct spp_error *err)
{
	if (asprintf(&vhost->inner, "%s/vhost%u", rte_eal_get_runtime_dir(), vhost->index) < 0) {
		vhost->inner = NULL;
		return spp_error(err, ENOMEM, "vhost%u: out of memory", vhost->index);
	}
	return spp_vhost_socket_check(vhost->inner, err);
}

static int
configure(struct spp_vhost *vhost, struct spp_error *err)
{
	uint64_t protocol = 0, off = spp_vhost_features_off(vhost);

	/* What is offered is asked for now: librte_vhost's threads, which need to know it, must not
	 * wait for the lock that unregistering another port holds while it waits for them. */
	if (rte_vhost_driver_disable_features(vhost->inner, off) == 0 &&
	    rte_vhost_driver_get_features(vhost->inner, &vhost->offered) == 0 &&
	    rte_vhost_driver_get_protocol_features(vhost->inner, &protocol) == 0 &&
	    rte_vhost_driver_set_protocol_features(vhost->inner,
						   protocol & ~PROTOCOL_FEATURES_OFF) == 0 &&
	    rte_vhost_driver_callback_register(vhost->inner, &spp_vhost_guest_ops) == 0)
		return 0;
	return spp_error(err, EIO, "vhost socket %s: librte_vhost refused its features",
			 vhost->path);
}

int
spp_vhost_driver_start(struct spp_vhost *vhost, struct spp_error *err)
{
	uint64_t flags = spp_vhost_features_register(vhost);
	int ret;

	unlink(vhost->inner); /* one killed before it could take it away */
	errno = 0;
	if (rte_vhost_driver_register(vhost->inner, flags) < 0)
		return spp_error(err, errno ? errno : ENOMEM,
				 "vhost socket %s: librte_vhost did not register it: %s",
				 vhost->path, errno ? strerror(errno) : "see its log");
	vhost->registered = true;
	ret = configure(vhost, err);
	if (ret < 0)
		return ret;
	errno = 0;
	if (rte_vhost_driver_start(vhost->inner) < 0)
		return spp_error(err, errno ? errno : EIO,
				 "vhost socket %s: librte_vhost did not start it: %s", vhost->path,
				 errno ? strerror(errno) : "see its log");
	vhost->door.bell = open(vhost->inner, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (vhost->door.bell < 0)
		return spp_error(err, errno, "vhost socket %s: %s: %s", vhost->path, vhost->inner,
				 strerror(errno));
	unlink(vhost->inner);
	return 0;
}
