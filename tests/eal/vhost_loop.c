/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two vhost ports patched together: what one guest sends, the other gets. For tests of
 * adapters/vhost/vhost.c with real guests and without the rest of the product; run by tests/func.
 *
 *   vhost_loop EAL-OPTIONS -- [--client] [--owner U] [--group G] [--frame-max N] SOCKET0 SOCKET1
 *   vhost_loop EAL-OPTIONS -- --hold      a primary that only keeps the mbufs of a secondary
 *
 * Prints "ready" when it forwards, a line per guest that comes or goes, and counters as JSON on
 * SIGUSR1 and at its end (SIGTERM or SIGINT).
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_rcu_qsbr.h>

#include "spp/dp/vhost.h"

#define POOL_NAME     "vhost_loop_mbufs"
#define POOL_SIZE     16383
#define PORT_NB       2
#define IDLE_LOOPS    64
#define IDLE_SLEEP_US 20
/* A worker that does not answer within this is reported; see include/spp/dp/vhost.h. */
#define WORKER_MS 1000

struct loop {
	struct spp_vhost *vhosts[PORT_NB];
	struct spp_port_counters counters[PORT_NB];
	struct rte_rcu_qsbr *qsbr;
	bool stop; /* main: w, worker: r */
};

struct options {
	bool hold, client;
	const char *owner, *group;
	uint32_t frame_max;
	const char *paths[PORT_NB];
};

static void
print_line(const char *source, int priority, const char *line)
{
	(void)source;
	(void)priority;
	printf("%s\n", line);
	fflush(stdout);
}

static void
synchronize(void *arg)
{
	struct loop *loop = arg;
	uint64_t token = rte_rcu_qsbr_start(loop->qsbr);
	uint64_t deadline = rte_get_timer_cycles() + rte_get_timer_hz() / 1000 * WORKER_MS;

	while (rte_rcu_qsbr_check(loop->qsbr, token, false) == 0) {
		if (rte_get_timer_cycles() > deadline) {
			print_line("vhost_loop", 0, "degraded: the worker does not answer");
			deadline = UINT64_MAX;
		}
		rte_delay_us_sleep(50);
	}
}

static int
forward(void *arg)
{
	struct loop *loop = arg;
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	struct spp_dp_port *from, *to;
	unsigned int i, idle = 0;
	uint16_t nb, sent;

	rte_rcu_qsbr_thread_register(loop->qsbr, 0);
	rte_rcu_qsbr_thread_online(loop->qsbr, 0);
	while (!__atomic_load_n(&loop->stop, __ATOMIC_ACQUIRE)) {
		idle++;
		for (i = 0; i < PORT_NB; i++) {
			from = spp_vhost_dp(loop->vhosts[i]);
			to = spp_vhost_dp(loop->vhosts[!i]);
			nb = from->rx(from, pkts, SPP_VECTOR_SIZE, &loop->counters[i]);
			if (nb == 0)
				continue;
			sent = to->tx(to, pkts, nb, &loop->counters[!i]);
			spp_drop(pkts + sent, nb - sent, loop->counters[!i].tx_drops, to->full);
			idle = 0;
		}
		rte_rcu_qsbr_quiescent(loop->qsbr, 0);
		if (idle < IDLE_LOOPS)
			continue;
		rte_rcu_qsbr_thread_offline(loop->qsbr, 0);
		rte_delay_us_sleep(IDLE_SLEEP_US);
		rte_rcu_qsbr_thread_online(loop->qsbr, 0);
	}
	rte_rcu_qsbr_thread_offline(loop->qsbr, 0);
	rte_rcu_qsbr_thread_unregister(loop->qsbr, 0);
	return 0;
}

#define SPP_DROP_NAME(symbol, name, text) name,
static const char *const drop_names[] = {SPP_DROP_REASONS(SPP_DROP_NAME)};
#undef SPP_DROP_NAME

static void
print_drops(const char *name, const uint64_t drops[SPP_DROP_NB])
{
	const char *comma = "";
	unsigned int i;

	printf(",\"%s\":{", name);
	for (i = 0; i < SPP_DROP_NB; i++) {
		if (drops[i] == 0)
			continue;
		printf("%s\"%s\":%lu", comma, drop_names[i], drops[i]);
		comma = ",";
	}
	printf("}");
}

static void
print_counters(const struct loop *loop, struct rte_mempool *pool)
{
	const struct spp_port_counters *counters;
	unsigned int i;

	printf("{\"mbufs_free\":%u,\"ports\":[", rte_mempool_avail_count(pool));
	for (i = 0; i < PORT_NB; i++) {
		counters = &loop->counters[i];
		printf("%s{\"connected\":%s", i ? "," : "",
		       spp_vhost_connected(loop->vhosts[i]) ? "true" : "false");
		printf(",\"rx_packets\":%lu,\"rx_bytes\":%lu,\"tx_packets\":%lu,\"tx_bytes\":%lu",
		       counters->rx_packets, counters->rx_bytes, counters->tx_packets,
		       counters->tx_bytes);
		print_drops("rx_drops", counters->rx_drops);
		print_drops("tx_drops", counters->tx_drops);
		printf("}");
	}
	printf("]}\n");
	fflush(stdout);
}

static int
parse_options(int argc, char **argv, struct options *out)
{
	static const struct option longs[] = {
		{"hold", no_argument, NULL, 'H'},
		{"client", no_argument, NULL, 'c'},
		{"owner", required_argument, NULL, 'o'},
		{"group", required_argument, NULL, 'g'},
		{"frame-max", required_argument, NULL, 'f'},
		{0},
	};
	int c;

	*out = (struct options){.frame_max = 1518};
	optind = 1;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'H':
			out->hold = true;
			break;
		case 'c':
			out->client = true;
			break;
		case 'o':
			out->owner = optarg;
			break;
		case 'g':
			out->group = optarg;
			break;
		case 'f':
			out->frame_max = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		default:
			return -EINVAL;
		}
	}
	if (out->hold)
		return optind == argc ? 0 : -EINVAL;
	if (argc - optind != PORT_NB)
		return -EINVAL;
	out->paths[0] = argv[optind];
	out->paths[1] = argv[optind + 1];
	return 0;
}

static int
make_ports(struct loop *loop, const struct options *options, struct rte_mempool *pool)
{
	struct spp_vhost_config config = {
		.client = options->client,
		.owner = options->owner,
		.group = options->group,
		.frame_max = options->frame_max,
		.mbufs = pool,
		.synchronize = synchronize,
		.synchronize_arg = loop,
		.log = print_line,
	};
	struct spp_error err;
	unsigned int i;

	for (i = 0; i < PORT_NB; i++) {
		config.path = options->paths[i];
		if (spp_vhost_create(&config, i, &loop->vhosts[i], &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			return -1;
		}
	}
	return 0;
}

/* The lcore that forwards, or RTE_MAX_LCORE without one. */
static unsigned int
start_worker(struct loop *loop)
{
	unsigned int lcore_id = rte_get_next_lcore(-1, 1, 0);

	loop->qsbr = aligned_alloc(RTE_CACHE_LINE_SIZE, rte_rcu_qsbr_get_memsize(1));
	if (loop->qsbr == NULL || lcore_id == RTE_MAX_LCORE ||
	    rte_rcu_qsbr_init(loop->qsbr, 1) != 0)
		return RTE_MAX_LCORE;
	return lcore_id;
}

static int
run(const struct options *options, struct rte_mempool *pool, const sigset_t *signals)
{
	struct loop *loop = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*loop));
	unsigned int lcore_id, i;
	int sig = 0, ret;

	if (loop == NULL)
		return -1;
	memset(loop, 0, sizeof(*loop));
	lcore_id = start_worker(loop);
	if (lcore_id == RTE_MAX_LCORE) {
		fprintf(stderr, "vhost_loop: no worker lcore (give two, as in --lcores 0@0,1@1)\n");
		return -1;
	}
	ret = make_ports(loop, options, pool);
	if (ret == 0) {
		rte_eal_remote_launch(forward, loop, lcore_id);
		print_line("vhost_loop", 0, "ready");
		while (sigwait(signals, &sig) == 0 && sig == SIGUSR1)
			print_counters(loop, pool);
		/* The worker unregisters: letting the guests go waits for nobody. */
		__atomic_store_n(&loop->stop, true, __ATOMIC_RELEASE);
		rte_eal_wait_lcore(lcore_id);
		print_counters(loop, pool);
	}
	for (i = 0; i < PORT_NB; i++)
		spp_vhost_destroy(loop->vhosts[i]);
	free(loop->qsbr);
	free(loop);
	return ret;
}

int
main(int argc, char **argv)
{
	struct rte_mempool *pool;
	struct options options;
	sigset_t signals;
	int used, sig, ret = 0;

	/* Blocked in every thread EAL starts, so that only sigwait() sees them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);

	used = rte_eal_init(argc, argv);
	if (used < 0)
		return EXIT_FAILURE;
	if (parse_options(argc - used, argv + used, &options) < 0) {
		fprintf(stderr, "usage: vhost_loop EAL-OPTIONS -- --hold | [--client] [--owner U] "
				"[--group G] [--frame-max N] SOCKET0 SOCKET1\n");
		return EXIT_FAILURE;
	}
	if (rte_eal_process_type() == RTE_PROC_PRIMARY)
		pool = rte_pktmbuf_pool_create(POOL_NAME, POOL_SIZE, 256, 0,
					       RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	else
		pool = rte_mempool_lookup(POOL_NAME);
	if (pool == NULL) {
		fprintf(stderr, "vhost_loop: no mbuf pool (a secondary needs a primary --hold)\n");
		return EXIT_FAILURE;
	}
	if (options.hold) {
		print_line("vhost_loop", 0, "ready");
		sigwait(&signals, &sig);
	} else {
		ret = run(&options, pool, &signals);
	}
	/* A secondary must not clean up buses it shares with its primary. */
	if (rte_eal_process_type() == RTE_PROC_PRIMARY)
		rte_eal_cleanup();
	return ret == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
