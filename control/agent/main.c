/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * spp_agent: the controller that spp_primary and spp_vf connect to; sppctl is its user.
 *
 * This file reads the options, opens the sockets and starts the loop.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <syslog.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/listen.h"
#include "agent/log.h"
#include "agent/loop.h"
#include "agent/registry.h"
#include "spp/access.h"
#include "spp/lines.h"
#include "spp/program.h"

#define AGENT_DEFAULT_LISTEN "127.0.0.1:5555"
/** Milliseconds. */
#define AGENT_DEFAULT_REPLY_MS 10000
#define AGENT_EXIT_USAGE       2

static const char help[] =
	"usage: spp_agent [--listen IP:PORT|PATH]... [--socket PATH] [--timeout SECONDS]\n"
	"\n"
	"The controller of spp_primary and spp_vf: they connect to it (their option -s), it asks\n"
	"each who it is, and passes on what sppctl sends.\n"
	"\n"
	"  -l, --listen IP:PORT|PATH  where they connect to; may be repeated, e.g. one port for the\n"
	"                         primary and one for the spp_vf processes; port 0: any free one; a\n"
	"                         PATH (with a / in it) is a UNIX socket, for root and the user of\n"
	"                         spp_agent only (default " AGENT_DEFAULT_LISTEN ")\n"
	"  -s, --socket PATH      UNIX socket for sppctl (default $SPP_RUN_DIR/agent.sock, and\n"
	"                         /run/spp/agent.sock without SPP_RUN_DIR); for root, and the group\n"
	"                         in SPP_ADMIN_GROUP; where SPP_RUN_GROUP is set, one beside it that\n"
	"                         ends in .look is for that group: ls and history\n"
	"  -t, --timeout SECONDS  how long a process may take for a reply; after that its\n"
	"                         connection counts as lost (default 10, 1 to 600)\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n"
	"\n"
	"One line per connection and request goes to standard error. SIGINT, SIGTERM and SIGQUIT end\n"
	"it, and SIGHUP where it was started in the foreground of a terminal;\n"
	"packets are not affected, the processes go on and connect again to the next agent.\n";

static const struct option options[] = {
	{"listen", required_argument, NULL, 'l'},  {"socket", required_argument, NULL, 's'},
	{"timeout", required_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},       {NULL, 0, NULL, 0},
};

struct settings {
	const char *listen[AGENT_LISTEN_MAX];
	unsigned int nb_listen;
	const char *socket;
	uint64_t reply_ms;
};

static int
read_timeout(const char *text, uint64_t *ms, struct spp_error *err)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < 1 || value > 600)
		return spp_error(err, EINVAL, "--timeout %s: not a number of seconds (1 to 600)",
				 text);
	*ms = value * 1000;
	return 0;
}

/* 0: go on, 1: help was printed, -errno with text. */
static int
read_options(int argc, char **argv, struct settings *set, struct spp_error *err)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "l:s:t:hV", options, NULL)) != -1) {
		switch (c) {
		case 'l':
			if (set->nb_listen == AGENT_LISTEN_MAX)
				return spp_error(err, E2BIG, "--listen %s: at most %d addresses",
						 optarg, AGENT_LISTEN_MAX);
			set->listen[set->nb_listen++] = optarg;
			break;
		case 's':
			set->socket = optarg;
			break;
		case 't':
			if (read_timeout(optarg, &set->reply_ms, err) < 0)
				return -EINVAL;
			break;
		case 'h':
			fputs(help, stdout);
			return 1;
		case 'V':
			puts("spp_agent " SPP_VERSION);
			return 1;
		default:
			return spp_error(err, EINVAL,
					 "%s: not an option, or without its value; see spp_agent "
					 "--help",
					 argv[optind - 1]);
		}
	}
	if (optind < argc)
		return spp_error(err, EINVAL, "%s: not an option; see spp_agent --help",
				 argv[optind]);
	return 0;
}

static int
open_signals(void)
{
	sigset_t set;

	spp_program_ends(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int
open_all(struct agent *agent, const struct settings *set, struct spp_error *err)
{
	char path[SPP_SOCKET_PATH_SIZE];
	int ret;

	agent->signal_fd = open_signals();
	if (agent->signal_fd < 0)
		return spp_error(err, errno, "no signalfd: %s", strerror(errno));
	ret = agent_listen_peers(&agent->listeners, set->listen, set->nb_listen, err);
	if (ret < 0)
		return ret;
	snprintf(path, sizeof(path), "%s/agent.sock", spp_run_dir());
	return agent_listen_local(&agent->listeners, set->socket != NULL ? set->socket : path, err);
}

/* The command line is wrong: said without time and priority, to whoever has typed it. */
static int
complain(const char *why)
{
	char line[SPP_ERROR_SIZE + 16];

	snprintf(line, sizeof(line), "spp_agent: %s\n", why);
	spp_lines_put(line, strlen(line));
	spp_lines_end();
	return AGENT_EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	static struct agent agent = {
		.signal_fd = -1, .listeners.local.fd = -1, .listeners.look.fd = -1};
	struct settings set = {.reply_ms = AGENT_DEFAULT_REPLY_MS};
	struct spp_error err = {""};
	int ret;

	spp_program_begin();
	agent_log_begin();
	ret = read_options(argc, argv, &set, &err);
	if (ret > 0)
		return EXIT_SUCCESS;
	if (ret < 0)
		return complain(err.text);
	if (spp_run_dir_check(&err) < 0 ||
	    spp_access_group("SPP_ADMIN_GROUP", &agent.listeners.group, &err) < 0 ||
	    spp_access_group("SPP_RUN_GROUP", &agent.listeners.look_group, &err) < 0)
		return complain(err.text);
	if (set.nb_listen == 0)
		set.listen[set.nb_listen++] = AGENT_DEFAULT_LISTEN;
	agent_registry_init(&agent.registry, set.reply_ms);
	TAILQ_INIT(&agent.clients);
	TAILQ_INIT(&agent.manys);

	ret = open_all(&agent, &set, &err);
	if (ret == 0) {
		agent_log(LOG_NOTICE, "ready for sppctl on %s", agent.listeners.local.address);
		ret = agent_loop_run(&agent);
		agent_log(LOG_NOTICE, "ended");
	} else {
		agent_log(LOG_ERR, "%s", err.text);
	}
	agent_listen_close(&agent.listeners);
	if (agent.signal_fd >= 0)
		close(agent.signal_fd);
	spp_lines_end();
	if (ret == 0)
		return EXIT_SUCCESS;
	/* what can never be right is the command line's fault */
	return ret == -EINVAL || ret == -ENAMETOOLONG ? AGENT_EXIT_USAGE : EXIT_FAILURE;
}
