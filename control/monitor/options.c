/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Reads the command line. See options.h.
 */
#include "monitor/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "monitor/metrics.h"
#include "monitor/text.h"

static const char help[] =
	"usage: spp_monitor [--listen IP:PORT|PATH]... [--host NAME]... [--interval SECONDS]\n"
	"                   [--history SECONDS]\n"
	"\n"
	"Shows what spp_primary and spp_vf do: /metrics for Prometheus, / for people. It only looks,\n"
	"by the processes' own sockets in $SPP_RUN_DIR (else /run/spp), beside any controller.\n"
	"\n"
	"  -l, --listen IP:PORT|PATH  where to answer HTTP; may be repeated; port 0: any free one; a\n"
	"                         PATH (with a / in it) is a UNIX socket, for root, our user and\n"
	"                         the group in SPP_RUN_GROUP (default " MONITOR_DEFAULT_LISTEN ")\n"
	"  --host NAME            a name that browsers reach it by, besides addresses and localhost;\n"
	"                         may be repeated. A request for another name gets 421\n"
	"  -i, --interval SECONDS  how often the processes are asked, 0.2 to 60 (default 1)\n"
	"  --history SECONDS      how far back the page shows, 10 to 3600 (default 600)\n"
	"  --list-metrics         print all metrics: name, type, labels, meaning\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n"
	"\n"
	"There is no password and no TLS: who is to see it from elsewhere is let in by a reverse\n"
	"proxy (docs/monitoring.md). SIGINT, SIGTERM and SIGQUIT end it, and SIGHUP where it was\n"
	"started in the foreground of a terminal; packets are not affected.\n";

enum { OPTION_HOST = 256, OPTION_HISTORY, OPTION_LIST };

static const struct option options[] = {
	{"listen", required_argument, NULL, 'l'},
	{"host", required_argument, NULL, OPTION_HOST},
	{"interval", required_argument, NULL, 'i'},
	{"history", required_argument, NULL, OPTION_HISTORY},
	{"list-metrics", no_argument, NULL, OPTION_LIST},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int
read_seconds(const char *option, const char *text, double min, double max, double *out,
	     struct spp_error *err)
{
	char *end;
	double value = strtod(text, &end);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || !(value >= min && value <= max))
		return spp_error(err, EINVAL, "%s %.40s: not a number of seconds (%g to %g)",
				 option, text, min, max);
	*out = value;
	return 0;
}

static int
add(const char **list, unsigned int *nb, unsigned int max, const char *option, const char *text,
    struct spp_error *err)
{
	if (*nb == max)
		return spp_error(err, EINVAL, "%s %.100s: at most %u of them", option, text, max);
	list[(*nb)++] = text;
	return 0;
}

static int
read_host(struct monitor_options *out, const char *name, struct spp_error *err)
{
	if (name[0] == '\0' || strlen(name) > 253 || strpbrk(name, ":/ \t") != NULL)
		return spp_error(err, EINVAL,
				 "--host %.100s: not a name (as monitor.example.org, without port)",
				 name);
	return add(out->hosts, &out->nb_hosts, MONITOR_HOST_MAX, "--host", name, err);
}

static void
list_metrics(void)
{
	struct monitor_text text = {0};

	monitor_metrics_list(&text);
	fwrite(text.bytes, 1, text.length, stdout);
	monitor_text_free(&text);
}

static int
read_one(int c, struct monitor_options *out, char **argv, struct spp_error *err)
{
	switch (c) {
	case 'l':
		return add(out->listen, &out->nb_listen, MONITOR_LISTEN_MAX, "--listen", optarg,
			   err);
	case OPTION_HOST:
		return read_host(out, optarg, err);
	case 'i':
		return read_seconds("--interval", optarg, MONITOR_INTERVAL_MIN,
				    MONITOR_INTERVAL_MAX, &out->interval_s, err);
	case OPTION_HISTORY:
		return read_seconds("--history", optarg, MONITOR_HISTORY_MIN, MONITOR_HISTORY_MAX,
				    &out->history_s, err);
	case OPTION_LIST:
		list_metrics();
		return 1;
	case 'h':
		fputs(help, stdout);
		return 1;
	case 'V':
		puts("spp_monitor " SPP_VERSION);
		return 1;
	default:
		return spp_error(err, EINVAL,
				 "%.100s: not an option, or without its value; see spp_monitor "
				 "--help",
				 argv[optind - 1]);
	}
}

int
monitor_options_read(int argc, char **argv, struct monitor_options *out, struct spp_error *err)
{
	int c, ret;

	*out = (struct monitor_options){.interval_s = 1, .history_s = 600};
	opterr = 0;
	while ((c = getopt_long(argc, argv, "l:i:hV", options, NULL)) != -1) {
		ret = read_one(c, out, argv, err);
		if (ret != 0)
			return ret;
	}
	if (optind < argc)
		return spp_error(err, EINVAL, "%.100s: not an option; see spp_monitor --help",
				 argv[optind]);
	if (out->nb_listen == 0)
		out->listen[out->nb_listen++] = MONITOR_DEFAULT_LISTEN;
	return 0;
}
