/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * spp_pcap: records what comes by one port, a DPDK secondary that takes a VF slot. The main lcore
 * is the control thread, the first worker lcore receives, every other one writes. Of its slot it
 * uses the mbufs; the event device stays as it is.
 *
 * Order at start: options, our turn, EAL, attach, port, threads, control.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <rte_lcore.h>

#include "spp/control.h"
#include "spp/lines.h"
#include "spp/program.h"

#include "common/deadline.h"
#include "common/eal_start.h"
#include "common/log.h"
#include "common/notify.h"
#include "common/start_watch.h"
#include "pcap/options.h"
#include "pcap/port.h"
#include "pcap/recorder.h"
#include "vf/attach.h"
#include "vf/begin.h"

/* How long spp_primary may take to hear that we leave. */
#define LEAVE_MS 5000
/* How long the end may take without spp_primary. */
#define ALONE_S 10

struct pcap {
	struct spp_pcap_options options;
	struct spp_attachment_info slot;
	struct spp_share *share;
	struct rte_mempool *mbufs, *vectors;
	struct spp_pcap_port port;
	struct spp_pcap_recorder recorder;
	struct spp_control *control;
	bool attached;
	bool wrong_use;             /**< an option is at fault */
	bool alone;                 /**< spp_primary is gone */
	volatile sig_atomic_t stop; /**< a signal came; pcap_on_signal(): w */
};

static struct pcap pcap;

static void
pcap_on_signal(int sig)
{
	RTE_SET_USED(sig);
	/* as in spp_vf: a start goes on to its end */
	pcap.stop = 1;
	if (pcap.control != NULL)
		spp_control_stop(pcap.control);
}

static bool
primary_is_ending(void)
{
	return __atomic_load_n(&pcap.share->ending, __ATOMIC_ACQUIRE) != 0;
}

/* Nobody would clean up after us, and the ports go with it. */
static void
pcap_on_primary_gone(void *arg, int fd)
{
	RTE_SET_USED(arg);
	if (!spp_attach_is_over(&pcap.slot))
		return;
	spp_control_unwatch(pcap.control, fd);
	pcap.alone = true;
	if (primary_is_ending())
		spp_log(LOG_NOTICE, "spp_primary (pid %d) has ended: ending",
			pcap.share->primary_pid);
	else
		spp_log(LOG_ERR, "spp_primary (pid %d) is gone: ending", pcap.share->primary_pid);
	spp_control_stop(pcap.control);
}

static void
pcap_on_tick(void *arg, int fd)
{
	uint64_t ticks;

	RTE_SET_USED(arg);
	if (read(fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	spp_pcap_recorder_tick(&pcap.recorder);
	spp_log_tick();
}

static int
pcap_watch(int fd, void (*ready)(void *arg, int fd), struct spp_error *err)
{
	int ret = spp_control_watch(pcap.control, fd, ready, NULL);

	return ret < 0 ? spp_error(err, -ret, "control loop: %s", strerror(-ret)) : 0;
}

static int
pcap_start_control(struct spp_error *err)
{
	const struct spp_options_sockets *sockets = &pcap.options.sockets;
	const struct spp_control_config config = {
		.process_id = pcap.options.process_id,
		.process_type = "pcap",
		.controller = sockets->controller,
		.controller_checked = sockets->controller_name != NULL,
		.controller_user = sockets->controller_user,
		.local_socket = sockets->local.path,
		.local_group = sockets->local.group,
		.look_socket = sockets->local.look[0] != '\0' ? sockets->local.look : NULL,
		.look_group = sockets->local.look_group,
		.recorder = &spp_pcap_recorder_ops,
		.recorder_ctx = &pcap.recorder,
		.build = spp_share_build(),
		.log = spp_log_line,
	};
	const struct itimerspec tick = {.it_interval.tv_sec = 1, .it_value.tv_sec = 1};
	int fd, ret = spp_control_create(&config, &pcap.control, err);

	if (ret < 0)
		return ret;
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd < 0 || timerfd_settime(fd, 0, &tick, NULL) < 0)
		return spp_error(err, errno, "timer: %s", strerror(errno));
	ret = pcap_watch(fd, pcap_on_tick, err);
	return ret < 0 ? ret : pcap_watch(pcap.slot.fd, pcap_on_primary_gone, err);
}

/* The slot is ours: its pool, the port, the threads. */
static int
pcap_start_parts(struct spp_error *err)
{
	const struct spp_pcap_port_config port = {
		.port = pcap.options.port,
		.share = pcap.share,
		.attachment = &pcap.slot,
		.mbufs = pcap.mbufs,
	};
	struct spp_pcap_recorder_config recorder = {
		.share = pcap.share,
		.slot = pcap.slot.slot,
		.mbufs = pcap.mbufs,
		.port = pcap.options.port,
		.dir = pcap.options.dir,
		.size = pcap.options.size,
	};
	int ret = spp_attach_run(&pcap.slot, false, err);

	if (ret < 0)
		return ret;
	ret = spp_pcap_port_check(&port, err);
	pcap.wrong_use = ret < 0; /* -c names none; whatever else goes wrong may go well later */
	if (ret == 0)
		ret = spp_pcap_port_open(&pcap.port, &port, err);
	if (ret < 0)
		return ret;
	recorder.dp = pcap.port.dp;
	return spp_pcap_recorder_init(&pcap.recorder, &recorder, err);
}

static int
pcap_start(int argc, char **argv, struct spp_error *err)
{
	struct spp_begin begin = {
		.program = "spp_pcap",
		.nb_workers_min = 2,
		.attach = {.process_id = pcap.options.process_id, .nic = -1},
		.stop = &pcap.stop,
		.share = &pcap.share,
		.slot = &pcap.slot,
	};
	int ret = spp_begin(&begin, argc, argv, err);

	pcap.attached = ret == 0;
	pcap.wrong_use = begin.wrong_use;
	if (ret == 0)
		ret = spp_begin_pools(&pcap.slot, &pcap.mbufs, &pcap.vectors, err);
	if (ret == 0)
		ret = pcap_start_parts(err);
	if (ret == 0)
		ret = pcap_start_control(err);
	spp_start_watch_end();
	spp_eal_started();
	return ret;
}

/* See common/share.h. */
static void
pcap_set_calm(bool calm)
{
	__atomic_store_n(&pcap.share->slot[pcap.slot.slot].calm, calm, __ATOMIC_RELEASE);
}

/* Only what a signal handler may do. */
static void
pcap_on_late(void)
{
	_exit(EXIT_FAILURE);
}

static int
pcap_leave(bool asked, struct spp_error *err)
{
	if (pcap.alone || spp_attach_is_over(&pcap.slot) || primary_is_ending())
		return asked || primary_is_ending()
			       ? 0
			       : spp_error(err, EPIPE, "ended without spp_primary");
	return spp_attach_leave(&pcap.slot, LEAVE_MS, err);
}

/* Files first, whoever else is gone; then what is spp_primary's, whether the files are whole or
 * not. */
static int
pcap_end(bool asked, struct spp_error *err)
{
	int ret, kept;

	spp_notify("STOPPING=1");
	spp_program_on_end(SIG_IGN);
	if (pcap.alone)
		spp_deadline_start(ALONE_S, pcap_on_late);
	spp_control_destroy(pcap.control);
	pcap.control = NULL;
	kept = spp_pcap_recorder_end(&pcap.recorder, err);
	if (!pcap.recorder.ended)
		return kept;
	spp_pcap_port_close(&pcap.port);
	ret = pcap_leave(asked, kept < 0 ? NULL : err);
	return kept < 0 ? kept : ret;
}

static int
pcap_run(int argc, char **argv, struct spp_error *err)
{
	int ret = pcap_start(argc, argv, err);
	bool asked;

	if (ret < 0) {
		/* refused: no death, what it had is given back */
		if (pcap.attached && spp_pcap_recorder_end(&pcap.recorder, NULL) == 0) {
			spp_pcap_port_close(&pcap.port);
			(void)spp_attach_leave(&pcap.slot, LEAVE_MS, NULL);
		}
		return ret;
	}
	spp_log(LOG_NOTICE, "ready: slot %u, records %s:%u, %u writers, files in %s",
		pcap.slot.slot, pcap.options.port.kind == SPP_PORT_NIC ? "phy" : "ring",
		pcap.options.port.index, pcap.recorder.nb_writers, pcap.options.dir);
	spp_notify("READY=1");
	pcap_set_calm(true);
	if (pcap.stop)
		spp_control_stop(pcap.control);
	ret = spp_control_run(pcap.control);
	pcap_set_calm(false);
	if (ret < 0)
		return spp_error(err, -ret, "control loop: %s", strerror(-ret));
	asked = pcap.stop != 0 || spp_control_exit_asked(pcap.control);
	return pcap_end(asked, err);
}

static int
pcap_exit_code(int ret)
{
	if (ret >= 0 || ret == -EINTR) /* a signal, before there was anything to end */
		return EXIT_SUCCESS;
	return pcap.wrong_use ? SPP_EXIT_USAGE : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	int split = spp_options_split(argc, argv), ret;
	static char name[16];
	struct spp_error err = {""};

	spp_program_begin();
	spp_log_name("spp_pcap");
	/* getopt wants the program name in front of our own options */
	ret = spp_pcap_options_parse(argc - split + 1, argv + split - 1, &pcap.options, &err);
	pcap.wrong_use = spp_options_wrong(ret);
	if (ret == 0) {
		snprintf(name, sizeof(name), "spp_pcap%u", pcap.options.process_id);
		spp_log_name(name);
		spp_program_on_end(pcap_on_signal);
		argv = spp_nics_argv(&pcap.options.nics, &argc, argv);
		ret = argv != NULL ? pcap_run(argc, argv, &err)
				   : spp_error(&err, ENOMEM, "no memory for the command line");
	}
	if (ret < 0)
		spp_log(ret == -EINTR ? LOG_NOTICE : LOG_ERR, "%s", err.text);
	/* No rte_eal_cleanup(): in a secondary it takes the shared buses down (architecture.md). */
	fflush(NULL);
	spp_lines_end();
	_exit(pcap_exit_code(ret));
}
