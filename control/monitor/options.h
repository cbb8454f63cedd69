/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The command line of spp_monitor. Used by main.
 */
#ifndef SPP_MONITOR_OPTIONS_H
#define SPP_MONITOR_OPTIONS_H

#include "spp/error.h"

#define MONITOR_LISTEN_MAX     8
#define MONITOR_HOST_MAX       16
#define MONITOR_DEFAULT_LISTEN "127.0.0.1:10555"
/** Seconds. */
#define MONITOR_INTERVAL_MIN 0.2
#define MONITOR_INTERVAL_MAX 60
#define MONITOR_HISTORY_MIN  10
#define MONITOR_HISTORY_MAX  3600

struct monitor_options {
	const char *listen[MONITOR_LISTEN_MAX];
	unsigned int nb_listen;
	const char *hosts[MONITOR_HOST_MAX]; /**< names that a Host header may say */
	unsigned int nb_hosts;
	double interval_s, history_s;
};

/** 0: go on, 1: something was printed, end; -EINVAL with text. */
int monitor_options_read(int argc, char **argv, struct monitor_options *out, struct spp_error *err);

#endif
