/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * spp_vf, one per physical NIC, or spp_mirror (kind.h): a DPDK secondary. Main lcore: control; the
 * others: workers. Start: options, our turn, EAL, attach, event device, workers, control.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mempool.h>
#include <rte_service_component.h>

#include "spp/lines.h"
#include "spp/program.h"

#include "common/driver.h"
#include "common/eal_start.h"
#include "common/evdev.h"
#include "common/log.h"
#include "common/notify.h"
#include "common/options.h"
#include "common/start_watch.h"
#include "vf/attach.h"
#include "vf/begin.h"
#include "vf/capture.h"
#include "vf/counters.h"
#include "vf/end.h"
#include "vf/kind.h"
#include "vf/options.h"
#include "vf/start.h"
#include "vf/steps.h"
#include "vf/uplinks.h"
#include "vf/wait.h"
#include "vf/watchdog.h"

/* How long one that is refused tries to say that it leaves. */
#define REFUSED_MS 5000

struct vf {
	struct spp_vf_options options;
	struct spp_attachment_info slot;
	struct spp_share *share;
	struct rte_mempool *mbufs, *vectors;
	struct spp_dataplane dataplane;
	struct spp_uplinks uplinks;
	int gone_fd; /**< eventfd: a guest has gone */
	struct spp_control *control;
	bool attached;
	bool wrong_use;             /**< an option or the configuration is at fault */
	volatile sig_atomic_t stop; /**< a signal came; vf_on_signal(): w */
};

static struct vf vf;

static void
vf_on_signal(int sig)
{
	RTE_SET_USED(sig);
	/* Before there is a control loop to stop, the start goes on to its end: a secondary that
	 * ends inside its EAL start leaves locks of the primary taken. */
	vf.stop = 1;
	if (vf.control != NULL)
		spp_control_stop(vf.control);
}

static int
vf_start_event_device(struct spp_error *err)
{
	char missing[256];
	int ret;

	ret = spp_begin_pools(&vf.slot, &vf.mbufs, &vf.vectors, err);
	if (ret < 0)
		return ret;
	/* the first call here that has to do with services: see evdev.h */
	ret = spp_evdev_start(vf.slot.dev_id);
	if (ret < 0 && spp_driver_is_missing(SPP_EVENT_DRIVER, missing, sizeof(missing)))
		return spp_error(err, ENODEV, "%s", missing);
	if (ret < 0)
		return spp_error(err, -ret, "event device %u does not start: %s", vf.slot.dev_id,
				 rte_strerror(-ret));
	return spp_attach_run(&vf.slot, true, err);
}

/* See common/share.h. What is done to ports says for itself when it is not (vf/ports.c). */
static void
vf_set_calm(bool calm)
{
	__atomic_store_n(&vf.share->slot[vf.slot.slot].calm, calm, __ATOMIC_RELEASE);
}

/* A guest has packets: the worker that sleeps on its port goes on. */
static void
vf_wake(void *sleeper)
{
	spp_sleeper_wake(sleeper);
}

/* On librte_vhost's thread. */
static void
vf_guest_gone(void *arg)
{
	RTE_SET_USED(arg);
	/* Only a full counter is refused, and then it is readable. */
	(void)!eventfd_write(vf.gone_fd, 1);
}

static int
vf_start_dataplane(struct spp_error *err)
{
	const struct spp_vf_file *file = &vf.options.file;
	struct spp_dataplane_config config = {
		.share = vf.share,
		.slot = vf.slot.slot,
		.dev_id = vf.slot.dev_id,
		.nb_queues = vf.slot.nb_queues,
		.process_id = vf.options.process_id,
		.mirror = spp_vf_kind.mirror,
		.direct = vf.options.direct,
		.idle_us = vf.options.idle_us,
		.guest_filter = vf.options.guest_filter,
		.trusted = vf.options.trusted,
		.vhost_path = vf.options.file.vhost_path,
		.vectors = vf.vectors,
		.uplink = vf.options.uplink,
	};
	struct spp_ports_config ports = {
		.share = vf.share,
		.attachment = &vf.slot,
		.slot = vf.slot.slot,
		.dev_id = vf.slot.dev_id,
		.parking = (uint8_t)(rte_lcore_count() - 1),
		.mbufs = vf.mbufs,
		.from_file = vf.options.has_file,
		.first_vhost = file->first_vhost,
		.nb_vhosts = file->num_vhost,
		.nb_rings = file->num_ring,
		.nic = file->nic,
		.vhost_path = file->vhost_path,
		.vhost_owner = file->vhost_owner,
		.vhost_group = file->vhost_group,
		.vhost_client = vf.options.vhost_client,
		.adapter = !vf.options.direct,
		.synchronize = spp_dataplane_synchronize,
		.synchronize_arg = &vf.dataplane,
		.wake = vf_wake,
		.guest_gone = vf_guest_gone,
		.log = spp_log_from,
	};
	int ret;

	vf.gone_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (vf.gone_fd < 0)
		return spp_error(err, errno, "eventfd: %s", strerror(errno));
	ret = spp_dataplane_init(&vf.dataplane, &config, err);
	return ret < 0 ? ret : spp_dataplane_start(&vf.dataplane, &ports, err);
}

/* Without the primary nothing is scheduled any more, and nobody would clean up after us. */
static void
vf_on_primary_gone(void *arg, int fd)
{
	RTE_SET_USED(arg);
	if (!spp_attach_is_over(&vf.slot))
		return;
	spp_control_unwatch(vf.control, fd);
	if (__atomic_load_n(&vf.share->ending, __ATOMIC_ACQUIRE) != 0)
		spp_log(LOG_NOTICE, "spp_primary (pid %d) has ended: ending",
			vf.share->primary_pid);
	else
		spp_log(LOG_ERR, "spp_primary (pid %d) is gone: ending", vf.share->primary_pid);
	spp_control_stop(vf.control);
}

/* For spp_primary, whose status shows them: our counters are in our own memory. */
static void
vf_on_tick(void *arg, int fd)
{
	uint64_t ticks;

	if (read(fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	spp_counters_publish(arg);
	spp_dataplane_settle(arg);
	spp_watchdog_tick(arg);
	spp_log_tick();
}

static void
vf_on_guest_gone(void *arg, int fd)
{
	eventfd_t guests;

	if (eventfd_read(fd, &guests) == 0)
		spp_dataplane_settle(arg);
}

static int
vf_watch(int fd, void (*ready)(void *arg, int fd), void *arg, struct spp_error *err)
{
	int ret = spp_control_watch(vf.control, fd, ready, arg);

	return ret < 0 ? spp_error(err, -ret, "control loop: %s", strerror(-ret)) : 0;
}

static int
vf_start_tick(struct spp_error *err)
{
	struct itimerspec tick = {.it_interval.tv_sec = 1, .it_value.tv_sec = 1};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), ret;

	if (fd < 0 || timerfd_settime(fd, 0, &tick, NULL) < 0)
		return spp_error(err, errno, "timer: %s", strerror(errno));
	ret = vf_watch(fd, vf_on_tick, &vf.dataplane, err);
	if (ret < 0 || !spp_uplinks_any(&vf.dataplane))
		return ret;
	fd = spp_uplinks_begin(&vf.uplinks, &vf.dataplane, err);
	return fd < 0 ? fd : vf_watch(fd, spp_uplinks_look, &vf.uplinks, err);
}

static int
vf_start_control(struct spp_error *err)
{
	const struct spp_options_sockets *sockets = &vf.options.sockets;
	struct spp_control_config config = {
		.process_id = vf.options.process_id,
		.controller = sockets->controller,
		.controller_checked = sockets->controller_name != NULL,
		.controller_user = sockets->controller_user,
		.local_socket = sockets->local.path,
		.local_group = sockets->local.group,
		.look_socket = sockets->local.look[0] != '\0' ? sockets->local.look : NULL,
		.look_group = sockets->local.look_group,
		.state_dir = vf.options.state_dir,
		.dataplane = &spp_dataplane_ops,
		.dataplane_ctx = &vf.dataplane,
		.build = spp_share_build(),
		.log = spp_log_line,
	};
	int ret;

	ret = spp_control_create(&config, &vf.control, err);
	if (ret == 0)
		ret = spp_captures_create(vf.control, &vf.dataplane, sockets->local.tap,
					  sockets->local.group, &vf.dataplane.captures, err);
	if (ret == 0)
		ret = vf_start_tick(err);
	if (ret == 0)
		ret = vf_watch(vf.gone_fd, vf_on_guest_gone, &vf.dataplane, err);
	return ret < 0 ? ret : vf_watch(vf.slot.fd, vf_on_primary_gone, NULL, err);
}

static int
vf_end(struct spp_error *err)
{
	struct spp_vf_end end = {
		.control = vf.control,
		.dataplane = &vf.dataplane,
		.share = vf.share,
		.attachment = &vf.slot,
		.asked = vf.stop != 0 || spp_control_exit_asked(vf.control),
	};

	return spp_vf_end(&end, err);
}

static void
vf_say_mtu(unsigned int host_mtu)
{
	if (host_mtu > 0)
		spp_log(LOG_NOTICE,
			"mtu %u: guests need host_mtu=%u (qemu; libvirt's <mtu size='%u'/>: "
			"docs/vhost.md) to have room for their longest frames",
			host_mtu, host_mtu, host_mtu);
}

static int
vf_start(int argc, char **argv, struct spp_error *err)
{
	const struct spp_vf_file *file = &vf.options.file;
	struct spp_begin begin = {
		.program = spp_vf_kind.program,
		.nb_workers_min = 1,
		.attach = {.process_id = vf.options.process_id,
			   .from_file = vf.options.has_file,
			   .first_vhost = file->first_vhost,
			   .nb_vhosts = file->num_vhost,
			   .nb_rings = file->num_ring,
			   .nic = file->nic},
		.stop = &vf.stop,
		.share = &vf.share,
		.slot = &vf.slot,
	};
	int ret = spp_begin(&begin, argc, argv, err);

	vf.attached = ret == 0;
	vf.wrong_use = begin.wrong_use;
	if (ret == 0)
		ret = vf_start_event_device(err);
	if (ret == 0) {
		ret = vf_start_dataplane(err);
		vf.wrong_use = ret == -EINVAL; /* of the configuration file's vhosts */
	}
	if (ret == 0)
		ret = vf_start_control(err);
	spp_start_watch_end();
	spp_eal_started();
	return ret;
}

static int
vf_run(int argc, char **argv, struct spp_error *err)
{
	int ret = vf_start(argc, argv, err);

	if (ret < 0) {
		/* refused: no death, what it had is given back */
		if (vf.attached && spp_dataplane_stop(&vf.dataplane, NULL) == 0)
			(void)spp_attach_leave(&vf.slot, REFUSED_MS, NULL);
		return ret;
	}
	vf_say_mtu(vf.dataplane.inventory.host_mtu);
	spp_log(LOG_NOTICE, "ready: slot %u, %u workers, %u event queues", vf.slot.slot,
		vf.dataplane.inventory.nb_workers, vf.slot.nb_queues);
	spp_notify("READY=1");
	vf_set_calm(true);
	if (vf.stop)
		spp_control_stop(vf.control);
	ret = spp_control_run(vf.control);
	vf_set_calm(false);
	if (ret < 0)
		return spp_error(err, -ret, "control loop: %s", strerror(-ret));
	return vf_end(err);
}

static int
vf_exit_code(int ret)
{
	if (ret >= 0 || ret == -EINTR) /* a signal, before there was anything to end */
		return EXIT_SUCCESS;
	return vf.wrong_use ? SPP_EXIT_USAGE : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	int split = spp_options_split(argc, argv), ret;
	static char name[24];
	struct spp_error err = {""};

	spp_program_begin();
	spp_log_name(spp_vf_kind.program);
	/* getopt wants the program name in front of our own options */
	ret = spp_vf_options_parse(argc - split + 1, argv + split - 1, &vf.options, &err);
	vf.wrong_use = spp_options_wrong(ret);
	if (ret == 0) {
		snprintf(name, sizeof(name), "%s%u", spp_vf_kind.program, vf.options.process_id);
		spp_log_name(name);
		spp_program_on_end(vf_on_signal);
		argv = spp_nics_argv(&vf.options.nics, &argc, argv);
		ret = argv != NULL ? vf_run(argc, argv, &err)
				   : spp_error(&err, ENOMEM, "no memory for the command line");
	}
	if (ret < 0)
		spp_log(ret == -EINTR ? LOG_NOTICE : LOG_ERR, "%s", err.text);
	/* No rte_eal_cleanup(): in a secondary it takes the shared buses down (architecture.md). */
	/* Whatever went wrong: workers end first, DPDK waits for them without limit. */
	if (vf.share != NULL && spp_dataplane_stop(&vf.dataplane, NULL) == 0)
		rte_service_finalize();
	fflush(NULL);
	spp_lines_end();
	_exit(vf_exit_code(ret));
}
