/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * spp_primary: owns what is static and outlives every VF. Every lcore is a scheduler (with more
 * than one, the main lcore only waits); control is a thread of its own, so that a lone lcore can
 * do both. Order at start: options, EAL, NICs checked, shared memory, slots, schedulers, control.
 */
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>

#include "spp/dp/dpdk_versions.h"
#include "spp/lines.h"
#include "spp/program.h"

#include "common/deadline.h"
#include "common/eal_dir.h"
#include "common/eal_start.h"
#include "common/log.h"
#include "common/notify.h"
#include "common/options.h"
#include "common/ring_areas.h"
#include "common/share.h"
#include "common/start_lock.h"
#include "common/start_watch.h"
#include "primary/dead_lock.h"
#include "primary/drivers.h"
#include "primary/eal_args.h"
#include "primary/host_status.h"
#include "primary/hugepages.h"
#include "primary/links.h"
#include "primary/mbuf_fields.h"
#include "primary/need.h"
#include "primary/nics_wait.h"
#include "primary/options.h"
#include "primary/others.h"
#include "primary/scheduler.h"
#include "primary/slot_messages.h"
#include "primary/slots.h"
#include "primary/survivors.h"
#include "primary/telemetry.h"
#include "primary/vf_socket.h"

/* Longer than any clean-up of a VF takes, also one that waits for a dead one's lock. */
#define CLEANUP_S 6

struct primary {
	struct spp_primary_options options;
	struct spp_share *share;
	struct spp_slots slots;
	struct spp_sched sched[SPP_VF_MAX];
	unsigned int nb_scheds;
	struct spp_host host;
	struct spp_links links;
	int requests_fd; /**< readable: a VF asks */
	struct spp_control *control;
	int control_result;
	bool is_primary; /**< the EAL has made its memory: it is ours to take away */
	bool wrong_use;  /**< an option is at fault */
	int argc;
	char **argv;
	const char *prefix;         /**< of --file-prefix */
	int start_fd;               /**< of the start lock */
	volatile sig_atomic_t stop; /**< a signal came; primary_on_signal(): w */
};

static struct primary primary;

static void
primary_on_signal(int sig)
{
	RTE_SET_USED(sig);
	primary.stop = 1;
	if (primary.control != NULL)
		spp_control_stop(primary.control);
}

/* nicN is the N-th of those that were named. */
static int
primary_check_named(const struct spp_nics *nics, struct spp_error *err)
{
	char name[RTE_ETH_NAME_MAX_LEN];
	unsigned int i;

	for (i = 0; i < nics->nb; i++) {
		if (rte_eth_dev_get_name_by_port((uint16_t)i, name) < 0)
			return spp_error(err, ENODEV,
					 "nic%u: DPDK does not take %s (see the EAL's lines above)",
					 i, nics->address[i]);
		if (strcmp(name, nics->address[i]) != 0)
			return spp_error(
				err, ENODEV,
				"nic%u: is %s and not %s: DPDK did not take that one, or -a "
				"names others besides --nics",
				i, name, nics->address[i]);
	}
	return 0;
}

static int
primary_check_nics(struct spp_error *err)
{
	char list[256] = "", missing[256] = "";
	bool lacks;
	size_t used = 0;
	uint16_t i;

	RTE_ETH_FOREACH_DEV (i) {
		if (used < sizeof(list) - 8)
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%u",
						 used > 0 ? ", " : "", i);
	}
	for (i = 0; i < SPP_NIC_MAX; i++) {
		if (!(primary.options.nic_mask & (1u << i)) || rte_eth_dev_is_valid_port(i))
			continue;
		lacks = spp_drivers_missing(primary.argc, primary.argv, missing, sizeof(missing));
		return spp_error(err, ENODEV,
				 "-p 0x%x: there is no DPDK port %u (present: %s; -p is "
				 "hexadecimal, bit N is port N)%s%s",
				 primary.options.nic_mask, i, used > 0 ? list : "none",
				 lacks ? "; " : "", missing);
	}
	return 0;
}

/* Of a primary only: another one's are its. Also what abort() calls. */
static void
primary_unlink_hugepages(void)
{
	if (rte_eal_process_type() == RTE_PROC_PRIMARY)
		spp_hugepages_unlink(primary.prefix);
}

static int
primary_init_eal(int argc, char **argv, struct spp_error *err)
{
	int eal_argc, ret = spp_primary_eal_check(argc, argv, err);
	char **eal_argv, missing[256];
	struct spp_need need;
	pid_t holder;

	primary.wrong_use = ret == -EINVAL;
	primary.options.max_vf = spp_need_slots(argc, argv, &primary.options);
	need = spp_need_of(&primary.options);
	if (ret == 0)
		ret = spp_need_check(argc, argv, &need, err);
	if (ret < 0)
		return ret;
	eal_argv = spp_primary_eal_args(argc, argv, need.nb_slots, spp_need_mb(&need), &eal_argc);
	if (eal_argv == NULL)
		return spp_error(err, ENOMEM, "no memory for the EAL's command line");
	ret = spp_eal_start(eal_argc, eal_argv, primary_unlink_hugepages, err);
	if (ret < 0 && spp_drivers_missing(argc, argv, missing, sizeof(missing)))
		ret = spp_error(err, ENODEV, "%s", missing);
	primary.wrong_use = ret == -EINVAL;
	if (ret < 0)
		return ret;
	if (rte_eal_process_type() != RTE_PROC_PRIMARY)
		return spp_error(err, EINVAL,
				 "another spp_primary runs with this --file-prefix, or "
				 "--proc-type is not primary");
	primary.is_primary = true;
	primary.start_fd = spp_start_lock_open(rte_eal_get_runtime_dir());
	if (primary.start_fd < 0)
		return spp_error(err, -primary.start_fd, "%s: no lock for starts: %s",
				 rte_eal_get_runtime_dir(), strerror(-primary.start_fd));
	/* until we are ready; a VF that was quicker waits for that itself */
	(void)spp_start_lock_try(primary.start_fd, &holder);
	if (spp_mbuf_fields_register(err) < 0)
		return -EIO;
	return primary_check_named(&primary.options.nics, err) < 0 ? -ENODEV
								   : primary_check_nics(err);
}

static int
primary_init_share(struct spp_error *err)
{
	const struct spp_need need = spp_need_of(&primary.options);
	struct spp_share *share = spp_share_create();
	int nb_areas = spp_ring_areas_create(need.nb_shared_rings);

	if (share == NULL || nb_areas < 0)
		return spp_need_fail(&need, 0, err);
	share->nb_shared_rings = (uint32_t)nb_areas;
	share->nb_slots = primary.options.max_vf;
	share->nb_rings = primary.options.nb_rings;
	share->mtu = primary.options.mtu;
	share->nic_mask = primary.options.nic_mask;
	share->primary_pid = getpid();
	primary.share = share;
	return 0;
}

static void
primary_init_scheds(void)
{
	unsigned int i;

	primary.nb_scheds = RTE_MAX(rte_lcore_count() - 1, 1u);
	primary.nb_scheds = RTE_MIN(primary.nb_scheds, primary.share->nb_slots);
	for (i = 0; i < primary.nb_scheds; i++) {
		primary.sched[i].share = primary.share;
		primary.sched[i].sleeper = &primary.share->scheduler[i];
	}
}

/* It may wait for one of DPDK's locks, of which dead_lock.c says who has it, or for a NIC. Only
 * this can be said, and only by what a signal handler may do. */
static void
primary_on_hung_cleanup(void)
{
	static const char line[] =
		"spp_primary: error: the slot of a VF that has ended is not in order after " RTE_STR(
			CLEANUP_S) " s; nothing else is answered until it is (lines about a "
				   "lock of DPDK's say what it waits for)\n";

	spp_lines_urgent(line, sizeof(line) - 1);
}

static void
primary_on_deaths(void *arg, int fd)
{
	RTE_SET_USED(fd);
	spp_deadline_start(CLEANUP_S, primary_on_hung_cleanup);
	spp_slots_reap(arg);
	spp_deadline_stop();
}

/* systemd's (WatchdogSec=, off in our units): every scheduler and the control loop move. */
static void
primary_feed_watchdog(void)
{
	bool all = true;

	for (unsigned int i = 0; i < primary.nb_scheds; i++)
		all &= spp_sched_moves(&primary.sched[i]);
	if (all && spp_notify_is_watched())
		spp_notify("WATCHDOG=1");
}

static void
primary_on_request(void *arg, int fd)
{
	RTE_SET_USED(arg);
	RTE_SET_USED(fd);
	spp_vf_socket_work();
}

static void
primary_on_tick(void *arg, int fd)
{
	uint64_t ticks;

	if (read(fd, &ticks, sizeof(ticks)) == sizeof(ticks)) {
		spp_links_tick(arg);
		spp_slots_retry(&primary.slots);
		primary_feed_watchdog();
		spp_others_look(&primary.slots);
		spp_log_tick();
	}
}

static int
primary_watch(int fd, void (*ready)(void *arg, int fd), void *arg, struct spp_error *err)
{
	int ret = spp_control_watch(primary.control, fd, ready, arg);

	return ret < 0 ? spp_error(err, -ret, "control loop: %s", strerror(-ret)) : 0;
}

/* Only the primary may ask a NIC for its link (VFs read what it found); and a clean-up that failed
 * is tried again. */
static int
primary_start_tick(struct spp_error *err)
{
	struct itimerspec tick = {.it_interval.tv_sec = 1, .it_value.tv_nsec = 1};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), ret;

	if (fd < 0 || timerfd_settime(fd, 0, &tick, NULL) < 0)
		return spp_error(err, errno, "timer: %s", strerror(errno));
	ret = spp_links_begin(&primary.links, &primary.slots.nics, err);
	ret = ret < 0 ? ret : primary_watch(ret, spp_links_look, &primary.links, err);
	return ret < 0 ? ret : primary_watch(fd, primary_on_tick, &primary.links, err);
}

static int
primary_start_control(struct spp_error *err)
{
	const struct spp_options_sockets *sockets = &primary.options.sockets;
	struct spp_control_config config = {
		.controller = sockets->controller,
		.controller_checked = sockets->controller_name != NULL,
		.controller_user = sockets->controller_user,
		.local_socket = sockets->local.path,
		.local_group = sockets->local.group,
		.look_socket = sockets->local.look[0] != '\0' ? sockets->local.look : NULL,
		.look_group = sockets->local.look_group,
		.host = &spp_host_status_ops,
		.host_ctx = &primary.host,
		.build = spp_share_build(),
		.log = spp_log_line,
	};
	int ret;

	ret = spp_control_create(&config, &primary.control, err);
	if (ret < 0)
		return ret;
	ret = primary_watch(primary.slots.deaths_fd, primary_on_deaths, &primary.slots, err);
	if (ret == 0)
		ret = primary_watch(primary.requests_fd, primary_on_request, NULL, err);
	if (ret == 0)
		ret = primary_start_tick(err);
	return ret;
}

static void
primary_control_main(void)
{
	unsigned int i;

	spp_lines_settle();
	if (primary.stop)
		spp_control_stop(primary.control);
	primary.control_result = spp_control_run(primary.control);
	/* before anything stops on which a VF counts */
	if (primary.control_result == 0)
		__atomic_store_n(&primary.share->ending, 1, __ATOMIC_RELEASE);
	for (i = 0; i < primary.nb_scheds; i++) {
		__atomic_store_n(&primary.sched[i].stop, true, __ATOMIC_RELEASE);
		__atomic_thread_fence(__ATOMIC_SEQ_CST); /* sleeper.h: else it may sleep on */
		spp_sleeper_wake(primary.sched[i].sleeper);
	}
}

/* Before there is a control thread: take its socket away. */
static int
primary_give_up(int ret)
{
	struct spp_control *control = primary.control;

	primary.control = NULL;
	spp_control_destroy(control);
	return ret;
}

static int
primary_run(int argc, char **argv, struct spp_error *err)
{
	unsigned int lcore_id, next = 0;
	pthread_t control;
	int ret;

	spp_start_watch_begin(0, NULL);
	ret = primary_init_eal(argc, argv, err);
	if (ret == 0)
		ret = primary_init_share(err);
	if (ret < 0)
		return ret;
	primary_init_scheds();
	primary.host = (struct spp_host){.share = primary.share,
					 .slots = &primary.slots,
					 .scheds = primary.sched,
					 .nb_scheds = primary.nb_scheds};
	ret = spp_slots_init(&primary.slots, primary.share, primary.sched, primary.nb_scheds,
			     primary.options.nb_descriptors, err);
	if (ret == 0)
		ret = primary.requests_fd = spp_vf_socket_open(
			rte_eal_get_runtime_dir(), spp_slot_messages_serve, &primary.slots, err);
	if (ret >= 0)
		ret = primary_start_control(err);
	if (ret < 0)
		return primary_give_up(ret);
	if (spp_telemetry_init(&primary.slots) < 0)
		spp_log(LOG_WARNING, "DPDK telemetry does not take /spp/...");
	if (spp_dead_lock_watch(&primary.slots, primary.start_fd, err) < 0)
		spp_log(LOG_WARNING, "locks of VFs that die are not released: %s", err->text);
	RTE_LCORE_FOREACH_WORKER (lcore_id) {
		if (next == primary.nb_scheds)
			break;
		ret = rte_eal_remote_launch(spp_sched_main, &primary.sched[next++], lcore_id);
		if (ret < 0) {
			spp_error(err, -ret, "scheduler lcore %u does not start: %s", lcore_id,
				  rte_strerror(-ret));
			return primary_give_up(ret);
		}
	}
	ret = spp_dpdk_thread_create(&control, "spp-control", primary_control_main);
	if (ret < 0) {
		ret = spp_error(err, -ret, "control thread: %s", strerror(-ret));
		return primary_give_up(ret);
	}
	spp_start_watch_end();
	spp_eal_started();
	/* from here on VFs may come */
	__atomic_store_n(&primary.share->layout, SPP_SHARE_LAYOUT, __ATOMIC_RELEASE);
	spp_start_lock_release(primary.start_fd);
	spp_log(LOG_NOTICE,
		"ready: %u VF slots of %u mbufs and %u vectors, %u rings (%u shared), %u scheduler "
		"lcores",
		primary.share->nb_slots, primary.slots.nics.nb_mbufs - 1, SPP_NB_VECTORS - 1,
		primary.share->nb_rings, primary.share->nb_shared_rings, primary.nb_scheds);
	spp_notify("READY=1");
	if (next == 0)
		spp_sched_main(&primary.sched[0]);
	pthread_join(control, NULL);
	spp_notify("STOPPING=1");
	spp_program_on_end(SIG_IGN);
	rte_eal_mp_wait_lcore();
	spp_control_destroy(primary.control);
	return primary.control_result < 0
		       ? spp_error(err, -primary.control_result, "control loop: %s",
				   strerror(-primary.control_result))
		       : 0;
}

/*
 * In place of rte_eal_cleanup(), which waits for ever when a secondary was killed inside its own
 * EAL start, and closes devices under its interrupt thread: stop the NICs, leave no hugepage file;
 * the kernel does the rest.
 */
static void
primary_leave_nothing(void)
{
	uint16_t i;

	for (i = 0; i < SPP_NIC_MAX; i++) {
		if ((primary.options.nic_mask & (1u << i)) && rte_eth_dev_is_valid_port(i))
			rte_eth_dev_stop(i);
	}
	primary_unlink_hugepages();
}

/* What must be there, and what must have gone, before anything is made. */
static int
primary_wait(int argc, char **argv, struct spp_error *err)
{
	char dir[PATH_MAX];
	int ret = spp_nics_wait(&primary.options.nics, "/sys", primary.options.nics_wait_s,
				&primary.stop, err);

	if (ret == 0 && spp_eal_dir(argc, argv, dir, sizeof(dir)) == 0)
		ret = spp_survivors_wait(dir, SPP_SURVIVORS_S, &primary.stop, err);
	return ret;
}

int
main(int argc, char **argv)
{
	int split = spp_options_split(argc, argv), ret;
	struct spp_error err = {""};

	spp_program_begin();
	spp_log_name("spp_primary");
	primary.argc = argc;
	primary.argv = argv;
	/* getopt wants the program name in front of our own options */
	ret = spp_primary_options_parse(argc - split + 1, argv + split - 1, &primary.options, &err);
	primary.wrong_use = spp_options_wrong(ret);
	primary.prefix = spp_options_eal(argc, argv, "--file-prefix", "--fi");
	if (primary.prefix == NULL)
		primary.prefix = "rte";
	if (ret == 0) {
		spp_program_on_end(primary_on_signal);
		ret = primary_wait(argc, argv, &err);
	}
	if (ret == 0) {
		argv = spp_nics_argv(&primary.options.nics, &argc, argv);
		ret = argv != NULL ? primary_run(argc, argv, &err)
				   : spp_error(&err, ENOMEM, "no memory for the command line");
	}
	if (ret == -EINTR && primary.stop)
		ret = 0; /* asked to end before it had made anything */
	if (ret < 0)
		spp_log(LOG_ERR, "%s", err.text);
	fflush(NULL);
	if (primary.is_primary)
		primary_leave_nothing();
	else
		primary_unlink_hugepages(); /* the EAL may have come as far as that */
	spp_lines_end();
	if (ret < 0)
		_exit(primary.wrong_use ? SPP_EXIT_USAGE : EXIT_FAILURE);
	_exit(EXIT_SUCCESS);
}
