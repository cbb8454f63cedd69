/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * spp_vf: one per physical NIC, a DPDK secondary. The main lcore is the control thread, every
 * other lcore a worker. Order at start: options, EAL, attach, event device, workers, control.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mempool.h>
#include <rte_service_component.h>

#include "ask.h"
#include "attach.h"
#include "dataplane.h"
#include "evdev.h"
#include "log.h"
#include "notify.h"
#include "options.h"

/* How long our own end may take without the primary; then SIGALRM ends it. */
#define STOP_S 5

/* How long a start may take; half a second is usual, and DPDK's own waits are 5 s. */
#define START_S    20
#define START_TEXT RTE_STR(START_S)

struct vf {
	struct spp_vf_options options;
	struct spp_attachment_info slot;
	struct spp_share *share;
	struct rte_mempool *mbufs, *vectors;
	struct spp_dataplane dataplane;
	struct spp_control *control;
	bool attached;
	bool primary_gone;
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

/* A secondary that died inside one of DPDK's shared locks has left it taken, and the EAL waits for
 * it without limit. Only what a signal handler may do. */
static void
vf_on_hung_start(int sig)
{
	static const char line[] =
		"spp_vf: error: the start has not ended within " START_TEXT " s: a process of this "
		"primary has died holding a lock of DPDK's; restart spp_primary\n";

	RTE_SET_USED(sig);
	/* Nothing is left to do when nobody reads it. */
	(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
	_exit(EXIT_FAILURE);
}

static struct rte_mempool *
vf_pool(const char *kind)
{
	char name[RTE_MEMPOOL_NAMESIZE];

	spp_share_pool_name(name, sizeof(name), kind, vf.slot.slot, vf.slot.session);
	return rte_mempool_lookup(name);
}

static int
vf_init_eal(int argc, char **argv, struct spp_error *err)
{
	int end = spp_options_split(argc, argv);

	if (end > 1 && strcmp(argv[end - 1], "--") == 0)
		end--;
	if (rte_eal_init(end, argv) < 0)
		return spp_error(
			err, rte_errno > 0 ? rte_errno : EINVAL,
			"the EAL does not start (see its lines above; spp_primary must run "
			"with the same --file-prefix)");
	if (rte_eal_process_type() != RTE_PROC_SECONDARY)
		return spp_error(err, EINVAL,
				 "spp_vf is a secondary: give it --proc-type=secondary");
	if (rte_lcore_count() < 2)
		return spp_error(err, EINVAL,
				 "no worker lcore: spp_vf needs the main lcore and at least one "
				 "more (-c, -l or --lcores)");
	if (rte_lcore_count() - 1 > SPP_WORKER_MAX)
		return spp_error(err, EINVAL, "%u worker lcores: the event device has room for %u",
				 rte_lcore_count() - 1, SPP_WORKER_MAX);
	return 0;
}

/* Once the EAL has started it is too late: a refused VF that comes again and again would take what
 * is left for those that run. A primary that does not answer may still do so to the EAL. */
static int
vf_check_heap(struct spp_error *err)
{
	char path[108];

	snprintf(path, sizeof(path), "%s/primary.sock", spp_run_dir());
	return spp_ask_restarts_left(path) == 0 ? spp_error(err, ENOMEM, SPP_TEXT_HEAP_USED_UP) : 0;
}

static int
vf_attach(struct spp_error *err)
{
	const struct spp_vf_file *file = &vf.options.file;
	struct spp_attach_config config = {
		.process_id = vf.options.process_id,
		.nb_workers = rte_lcore_count() - 1,
		.from_file = vf.options.has_file,
		.first_vhost = file->first_vhost,
		.nb_vhosts = file->num_vhost,
		.nb_rings = file->num_ring,
		.nic = file->nic,
	};
	int ret;

	vf.share = spp_share_find(err);
	if (vf.share == NULL)
		return -ENOENT;
	ret = spp_attach(&config, &vf.slot, err);
	if (ret < 0)
		return ret;
	vf.attached = true;
	vf.mbufs = vf_pool("mbuf");
	vf.vectors = vf_pool("vector");
	if (vf.mbufs == NULL || vf.vectors == NULL)
		return spp_error(err, ENOENT, "the pools of VF slot %u are not there",
				 vf.slot.slot);
	/* the first call here that has to do with services: see evdev.h */
	ret = spp_evdev_start(vf.slot.dev_id);
	if (ret < 0)
		return spp_error(err, -ret, "event device %u does not start: %s", vf.slot.dev_id,
				 rte_strerror(-ret));
	return spp_attach_run(vf.slot.slot, err);
}

/* A guest has packets: the worker that sleeps on its port goes on. */
static void
vf_wake(void *sleeper)
{
	spp_rest_wake(sleeper);
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
		.direct = vf.options.direct,
		.idle_us = vf.options.idle_us,
		.vectors = vf.vectors,
	};
	struct spp_ports_config ports = {
		.share = vf.share,
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
		.log = spp_log_line,
	};
	int ret = spp_dataplane_init(&vf.dataplane, &config, err);

	return ret < 0 ? ret : spp_dataplane_start(&vf.dataplane, &ports, err);
}

/* Without the primary nothing is scheduled any more, and nobody would clean up after us. */
static void
vf_on_primary_gone(void *arg, int fd)
{
	RTE_SET_USED(arg);
	vf.primary_gone = true;
	spp_control_unwatch(vf.control, fd);
	spp_log(LOG_ERR, "spp_primary (pid %d) is gone: ending", vf.share->primary_pid);
	spp_control_stop(vf.control);
}

/* For spp_primary, whose status shows them: our counters are in our own memory. */
static void
vf_on_tick(void *arg, int fd)
{
	uint64_t ticks;

	if (read(fd, &ticks, sizeof(ticks)) == sizeof(ticks))
		spp_counters_publish(arg);
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
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, 0, &tick, NULL) < 0)
		return spp_error(err, errno, "timer: %s", strerror(errno));
	return vf_watch(fd, vf_on_tick, &vf.dataplane, err);
}

static int
vf_start_control(struct spp_error *err)
{
	static char socket_path[108];
	struct spp_control_config config = {
		.process_id = vf.options.process_id,
		.controller = vf.options.controller,
		.local_socket = socket_path,
		.state_dir = vf.options.state_dir,
		.dataplane = &spp_dataplane_ops,
		.dataplane_ctx = &vf.dataplane,
		.log = spp_log_line,
	};
	int pidfd, ret;

	snprintf(socket_path, sizeof(socket_path), "%s/vf-%u.sock", spp_run_dir(),
		 vf.options.process_id);
	ret = spp_control_create(&config, &vf.control, err);
	if (ret == 0)
		ret = vf_start_tick(err);
	if (ret < 0)
		return ret;
	pidfd = (int)syscall(SYS_pidfd_open, vf.share->primary_pid, 0);
	if (pidfd < 0)
		return spp_error(err, errno, "spp_primary (pid %d) is gone", vf.share->primary_pid);
	return vf_watch(pidfd, vf_on_primary_gone, NULL, err);
}

/* Orderly end: take the wiring away, let every packet in flight arrive, give all back. */
static int
vf_stop(struct spp_error *err)
{
	int ret;

	spp_notify("STOPPING=1");
	/* A primary that died may have left locks taken that our clean-up waits for. */
	if (vf.primary_gone)
		alarm(STOP_S);
	if (!vf.primary_gone) {
		ret = spp_control_clear(vf.control, err);
		if (ret < 0)
			return ret;
	}
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	spp_control_destroy(vf.control);
	ret = spp_dataplane_stop(&vf.dataplane, err);
	if (ret < 0 || vf.primary_gone)
		return ret;
	return spp_attach_leave(vf.slot.slot, err);
}

static int
vf_run(int argc, char **argv, struct spp_error *err)
{
	int ret = vf_check_heap(err);

	signal(SIGALRM, vf_on_hung_start);
	alarm(START_S);
	if (ret == 0)
		ret = vf_init_eal(argc, argv, err);
	if (ret == 0)
		ret = vf_attach(err);
	if (ret == 0)
		ret = vf_start_dataplane(err);
	if (ret == 0)
		ret = vf_start_control(err);
	alarm(0);
	signal(SIGALRM, SIG_DFL);
	if (ret < 0) {
		/* refused: no death, what it had is given back */
		if (vf.attached && spp_dataplane_stop(&vf.dataplane, NULL) == 0)
			(void)spp_attach_leave(vf.slot.slot, NULL);
		return ret;
	}
	spp_log(LOG_NOTICE, "ready: slot %u, %u workers, %u event queues", vf.slot.slot,
		vf.dataplane.inventory.nb_workers, vf.slot.nb_queues);
	spp_notify("READY=1");
	if (vf.stop)
		spp_control_stop(vf.control);
	ret = spp_control_run(vf.control);
	if (ret < 0)
		return spp_error(err, -ret, "control loop: %s", strerror(-ret));
	ret = vf_stop(err);
	return ret == 0 && vf.primary_gone ? spp_error(err, EPIPE, "ended without spp_primary")
					   : ret;
}

int
main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = vf_on_signal};
	int split = spp_options_split(argc, argv), ret;
	static char name[16];
	struct spp_error err = {""};

	spp_log_name("spp_vf");
	/* getopt wants the program name in front of our own options */
	ret = spp_vf_options_parse(argc - split + 1, argv + split - 1, &vf.options, &err);
	if (ret == 0) {
		snprintf(name, sizeof(name), "spp_vf%u", vf.options.process_id);
		spp_log_name(name);
		signal(SIGPIPE, SIG_IGN);
		sigaction(SIGINT, &action, NULL);
		sigaction(SIGTERM, &action, NULL);
		ret = vf_run(argc, argv, &err);
	}
	if (ret < 0)
		spp_log(LOG_ERR, "%s", err.text);
	/* No rte_eal_cleanup(): in a secondary it takes the shared buses down (architecture.md). */
	/* Whatever went wrong: workers end first, DPDK waits for them without limit. */
	if (vf.share != NULL && spp_dataplane_stop(&vf.dataplane, NULL) == 0)
		rte_service_finalize();
	fflush(NULL);
	_exit(ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}
