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
#include <rte_mbuf_dyn.h>
#include <rte_memory.h>

#include "dead_lock.h"
#include "host_status.h"
#include "log.h"
#include "notify.h"
#include "options.h"
#include "scheduler.h"
#include "share.h"
#include "slots.h"
#include "telemetry.h"

/* Longer than any clean-up of a VF takes, also one that waits for a dead one's lock. */
#define CLEANUP_S (SPP_DEAD_LOCK_S + 3)

struct primary {
	struct spp_primary_options options;
	struct spp_share *share;
	struct spp_slots slots;
	struct spp_sched sched[SPP_VF_MAX];
	unsigned int nb_scheds;
	struct spp_host host;
	struct spp_control *control;
	int control_result;
	bool is_primary;            /**< the EAL has made its memory: it is ours to take away */
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

static int
primary_check_nics(struct spp_error *err)
{
	char list[256] = "";
	size_t used = 0;
	uint16_t i;

	RTE_ETH_FOREACH_DEV (i) {
		if (used < sizeof(list) - 8)
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%u",
						 used > 0 ? ", " : "", i);
	}
	for (i = 0; i < SPP_NIC_MAX; i++) {
		if ((primary.options.nic_mask & (1u << i)) && !rte_eth_dev_is_valid_port(i))
			return spp_error(err, ENODEV,
					 "-p 0x%x: there is no DPDK port %u (present: %s; -p is "
					 "hexadecimal, bit N is port N)",
					 primary.options.nic_mask, i, used > 0 ? list : "none");
	}
	return 0;
}

static int
primary_init_eal(int argc, char **argv, struct spp_error *err)
{
	int eal_argc;
	char **eal_argv = spp_primary_eal_args(argc, argv, primary.options.max_vf, &eal_argc);

	if (eal_argv == NULL)
		return spp_error(err, ENOMEM, "no memory for the EAL's command line");
	if (rte_eal_init(eal_argc, eal_argv) < 0)
		return spp_error(err, rte_errno > 0 ? rte_errno : EINVAL,
				 "the EAL does not start (see its lines above, and "
				 "docs/operations.md for the usual ones)");
	if (rte_eal_process_type() != RTE_PROC_PRIMARY)
		return spp_error(err, EINVAL,
				 "another spp_primary runs with this --file-prefix, or "
				 "--proc-type is not primary");
	primary.is_primary = true;
	/* event Rx adapters need this field, and only a primary can register it */
	if (rte_mbuf_dyn_rx_timestamp_register(NULL, NULL) < 0)
		return spp_error(err, rte_errno, "mbuf timestamp: %s", rte_strerror(rte_errno));
	return primary_check_nics(err);
}

static int
primary_init_share(struct spp_error *err)
{
	struct spp_share *share = spp_share_create();
	unsigned int i;

	if (share == NULL)
		return spp_error(err, ENOMEM, "no memory to share with VFs: more --socket-mem");
	share->nb_slots = primary.options.max_vf;
	share->nb_rings = primary.options.nb_rings;
	share->mtu = primary.options.mtu;
	share->nic_mask = primary.options.nic_mask;
	share->primary_pid = getpid();
	for (i = 0; i < SPP_VF_MAX; i++)
		share->scheduler[i].cpu = -1;
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
		primary.sched[i].rest = &primary.share->scheduler[i];
	}
}

/* A VF killed inside one of DPDK's shared locks: nobody will ever release it. Only this can be
 * said, and only by what a signal handler may do. */
static void
primary_on_hung_cleanup(int sig)
{
	static const char line[] =
		"spp_primary: error: a VF died holding a lock of DPDK's; its slot cannot be put in "
		"order: restart spp_primary\n";

	RTE_SET_USED(sig);
	if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
		return;
}

static void
primary_on_deaths(void *arg, int fd)
{
	RTE_SET_USED(fd);
	signal(SIGALRM, primary_on_hung_cleanup);
	alarm(CLEANUP_S);
	spp_slots_reap(arg);
	alarm(0);
}

static void
primary_on_tick(void *arg, int fd)
{
	uint64_t ticks;

	if (read(fd, &ticks, sizeof(ticks)) == sizeof(ticks)) {
		spp_host_refresh_links(arg);
		spp_slots_retry(&primary.slots);
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
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, 0, &tick, NULL) < 0)
		return spp_error(err, errno, "timer: %s", strerror(errno));
	return primary_watch(fd, primary_on_tick, &primary.host, err);
}

static int
primary_start_control(struct spp_error *err)
{
	static char socket_path[108];
	struct spp_control_config config = {
		.controller = primary.options.controller,
		.local_socket = socket_path,
		.host = &spp_host_status_ops,
		.host_ctx = &primary.host,
		.log = spp_log_line,
	};
	int ret;

	snprintf(socket_path, sizeof(socket_path), "%s/primary.sock", spp_run_dir());
	ret = spp_control_create(&config, &primary.control, err);
	if (ret < 0)
		return ret;
	ret = primary_watch(primary.slots.deaths_fd, primary_on_deaths, &primary.slots, err);
	if (ret == 0)
		ret = primary_start_tick(err);
	return ret;
}

static void *
primary_control_main(void *arg)
{
	unsigned int i;

	RTE_SET_USED(arg);
	if (primary.stop)
		spp_control_stop(primary.control);
	primary.control_result = spp_control_run(primary.control);
	for (i = 0; i < primary.nb_scheds; i++) {
		__atomic_store_n(&primary.sched[i].stop, true, __ATOMIC_SEQ_CST);
		spp_rest_wake(primary.sched[i].rest);
	}
	return NULL;
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
	int ret = primary_init_eal(argc, argv, err);

	if (ret == 0)
		ret = primary_init_share(err);
	if (ret < 0)
		return ret;
	primary_init_scheds();
	primary.host = (struct spp_host){.share = primary.share,
					 .slots = &primary.slots,
					 .scheds = primary.sched,
					 .nb_scheds = primary.nb_scheds};
	ret = spp_slots_init(&primary.slots, primary.share, primary.sched, primary.nb_scheds, err);
	if (ret == 0)
		ret = primary_start_control(err);
	if (ret < 0)
		return primary_give_up(ret);
	if (spp_telemetry_init(&primary.slots) < 0)
		spp_log(LOG_WARNING, "DPDK telemetry does not take /spp/...");
	if (spp_dead_lock_watch(err) < 0)
		spp_log(LOG_WARNING, "locks of VFs that die are not released: %s", err->text);
	/* from here on VFs may come */
	__atomic_store_n(&primary.share->layout, SPP_SHARE_LAYOUT, __ATOMIC_RELEASE);
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
	ret = rte_ctrl_thread_create(&control, "spp-control", NULL, primary_control_main, NULL);
	if (ret != 0) {
		ret = spp_error(err, abs(ret), "control thread: %s", strerror(abs(ret)));
		return primary_give_up(ret);
	}
	spp_log(LOG_NOTICE,
		"ready: %u VF slots of %u mbufs and %u vectors, %u rings, %u scheduler lcores",
		primary.share->nb_slots, SPP_NB_MBUFS - 1, SPP_NB_VECTORS - 1,
		primary.share->nb_rings, primary.nb_scheds);
	spp_notify("READY=1");
	if (next == 0)
		spp_sched_main(&primary.sched[0]);
	pthread_join(control, NULL);
	spp_notify("STOPPING=1");
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	rte_eal_mp_wait_lcore();
	spp_control_destroy(primary.control);
	return primary.control_result < 0
		       ? spp_error(err, -primary.control_result, "control loop: %s",
				   strerror(-primary.control_result))
		       : 0;
}

static int
primary_unlink_segment(const struct rte_memseg_list *list, const struct rte_memseg *segment,
		       void *arg)
{
	char link[64], path[PATH_MAX];
	int fd = rte_memseg_get_fd_thread_unsafe(segment);
	ssize_t length;

	RTE_SET_USED(arg);
	if (list->external || fd < 0)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length > 0) {
		path[length] = '\0';
		unlink(path);
	}
	return 0;
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
	rte_memseg_walk_thread_unsafe(primary_unlink_segment, NULL);
}

int
main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = primary_on_signal};
	int split = spp_options_split(argc, argv), ret;
	struct spp_error err = {""};

	spp_log_name("spp_primary");
	/* getopt wants the program name in front of our own options */
	ret = spp_primary_options_parse(argc - split + 1, argv + split - 1, &primary.options, &err);
	if (ret == 0) {
		signal(SIGPIPE, SIG_IGN);
		sigaction(SIGINT, &action, NULL);
		sigaction(SIGTERM, &action, NULL);
		ret = primary_run(argc, argv, &err);
	}
	if (ret < 0)
		spp_log(LOG_ERR, "%s", err.text);
	fflush(NULL);
	if (primary.is_primary)
		primary_leave_nothing();
	_exit(ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}
