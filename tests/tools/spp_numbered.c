/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Sends and checks numbered packets: the functional tests' proof of order and of no loss.
 *
 * A DPDK process of its own at the far side of the programs under test (net_virtio_user on a vhost
 * socket, net_memif on a NIC). One lcore does it all; it waits when a transmit ring is full, so
 * every packet it counts as sent was accepted. Knows nothing of spp-event.
 *
 *     spp_numbered EAL... -- [--size N] [--rate PPS] [--count N] [--seconds S] [--settle MS]
 *                            [--vlan VID] tx:PORT:SOURCE:MAC[,MAC] rx:PORT ...
 *
 * Prints "ready" when all links are up, and one JSON object at the end (SIGINT and SIGTERM end the
 * sending; then it receives until nothing came for --settle).
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "numbered.h"

#define BURST       32
#define DESCRIPTORS 1024
#define NB_MBUFS    16384
#define DATA_ROOM   (9728 + RTE_PKTMBUF_HEADROOM)
#define PORT_MAX    8
#define IDLE_LOOPS  64
#define IDLE_US     50

struct generator {
	uint16_t eth_port;
	uint16_t source;
	unsigned int nb_macs;
	struct rte_ether_addr macs[NUMBERED_FLOW_MAX];
	uint64_t sent[NUMBERED_FLOW_MAX];
	unsigned int next; /* MAC of the next packet */
	uint16_t nb_waiting;
	struct rte_mbuf *waiting[BURST]; /* made, not yet accepted */
	uint64_t made;
};

struct options {
	uint32_t size;
	uint64_t rate;  /* packets a second and generator, 0: as fast as possible */
	uint64_t count; /* packets a generator, 0: no limit */
	double seconds; /* 0: no limit */
	unsigned int settle_ms;
	int vlan; /* -1: untagged */
};

static struct options opt = {.size = 64, .settle_ms = 500, .vlan = -1};
static struct generator *generators;
static unsigned int nb_generators;
static struct numbered_checker *checkers[PORT_MAX];
static bool started[PORT_MAX];
static struct rte_mempool *pool;
static volatile sig_atomic_t stop;

static void
on_signal(int number)
{
	stop = 1;
}

static void
port_start(uint16_t eth_port)
{
	/* Ethernet header off; a VLAN tag is not part of an MTU. */
	struct rte_eth_conf conf = {
		.rxmode = {.mtu = RTE_MAX(1500u, opt.size - RTE_ETHER_HDR_LEN)}};
	int ret;

	if (eth_port >= PORT_MAX || !rte_eth_dev_is_valid_port(eth_port))
		rte_exit(2, "port %u: does not exist\n", eth_port);
	if (started[eth_port])
		return;
	started[eth_port] = true;
	ret = rte_eth_dev_configure(eth_port, 1, 1, &conf);
	if (ret == 0)
		ret = rte_eth_rx_queue_setup(eth_port, 0, DESCRIPTORS, SOCKET_ID_ANY, NULL, pool);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(eth_port, 0, DESCRIPTORS, SOCKET_ID_ANY, NULL);
	if (ret == 0)
		ret = rte_eth_dev_start(eth_port);
	if (ret != 0)
		rte_exit(2, "port %u: cannot start: %s\n", eth_port, rte_strerror(-ret));
	rte_eth_promiscuous_enable(eth_port);
}

/* tx:PORT:SOURCE:MAC[,MAC] or rx:PORT */
static void
spec_parse(char *text)
{
	struct generator *gen;
	unsigned int eth_port, source;
	char *mac, *save = NULL;
	int length = 0;

	if (sscanf(text, "rx:%u%n", &eth_port, &length) == 1 && text[length] == '\0') {
		port_start(eth_port);
		checkers[eth_port] = rte_zmalloc("checker", sizeof(*checkers[0]), 0);
		if (checkers[eth_port] == NULL)
			rte_exit(2, "no memory for a checker\n");
		return;
	}
	if (sscanf(text, "tx:%u:%u:%n", &eth_port, &source, &length) != 2 || length == 0 ||
	    source >= NUMBERED_SOURCE_MAX)
		rte_exit(2, "%s: neither tx:PORT:SOURCE:MAC[,MAC] nor rx:PORT (SOURCE below %d)\n",
			 text, NUMBERED_SOURCE_MAX);
	port_start(eth_port);
	gen = &generators[nb_generators++];
	gen->eth_port = eth_port;
	gen->source = source;
	for (mac = strtok_r(text + length, ",", &save); mac != NULL;
	     mac = strtok_r(NULL, ",", &save)) {
		if (gen->nb_macs == NUMBERED_FLOW_MAX ||
		    rte_ether_unformat_addr(mac, &gen->macs[gen->nb_macs++]) != 0)
			rte_exit(2, "%s: not a MAC address, or more than %d\n", mac,
				 NUMBERED_FLOW_MAX);
	}
	if (gen->nb_macs == 0)
		rte_exit(2, "source %u: no MAC address to send to\n", source);
}

static void
options_parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{"size", required_argument, NULL, 's'},
		{"rate", required_argument, NULL, 'r'},
		{"count", required_argument, NULL, 'c'},
		{"seconds", required_argument, NULL, 't'},
		{"settle", required_argument, NULL, 'e'},
		{"vlan", required_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 's':
			opt.size = strtoul(optarg, NULL, 0);
			break;
		case 'r':
			opt.rate = strtoull(optarg, NULL, 0);
			break;
		case 'c':
			opt.count = strtoull(optarg, NULL, 0);
			break;
		case 't':
			opt.seconds = strtod(optarg, NULL);
			break;
		case 'e':
			opt.settle_ms = strtoul(optarg, NULL, 0);
			break;
		case 'v':
			opt.vlan = atoi(optarg);
			break;
		default:
			rte_exit(2, "see the head of spp_numbered.c for the options\n");
		}
	}
	if (opt.size < NUMBERED_SIZE_MIN || opt.size > DATA_ROOM - RTE_PKTMBUF_HEADROOM)
		rte_exit(2, "--size %u: must be %d to %d\n", opt.size, NUMBERED_SIZE_MIN,
			 DATA_ROOM - RTE_PKTMBUF_HEADROOM);
	generators = calloc(argc - optind + 1, sizeof(*generators));
	if (generators == NULL)
		rte_exit(2, "no memory\n");
	for (; optind < argc; optind++)
		spec_parse(argv[optind]);
}

static bool
links_up(void)
{
	struct rte_eth_link link;
	unsigned int p;

	for (p = 0; p < PORT_MAX; p++) {
		if (!started[p])
			continue;
		if (rte_eth_link_get_nowait(p, &link) != 0 || link.link_status != RTE_ETH_LINK_UP)
			return false;
	}
	return true;
}

/* Make what is due at this time and hand over what the port takes. True when it took some. */
static bool
generator_run(struct generator *gen, uint64_t elapsed, uint64_t hz, bool more)
{
	uint64_t due = opt.count != 0 ? opt.count : UINT64_MAX;
	uint16_t taken;

	if (opt.rate != 0)
		due = RTE_MIN(due, (uint64_t)((double)elapsed / hz * opt.rate) + 1);
	while (more && gen->nb_waiting < BURST && gen->made < due) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

		if (m == NULL)
			break; /* all are in the port's ring */
		numbered_fill(m, opt.size, opt.vlan, &gen->macs[gen->next], gen->source, gen->next,
			      gen->made / gen->nb_macs);
		gen->made++;
		gen->next = (gen->next + 1) % gen->nb_macs;
		gen->waiting[gen->nb_waiting++] = m;
	}
	if (gen->nb_waiting == 0)
		return false;
	/* The flow of each waiting packet must be known after the port owns it. */
	uint64_t first = gen->made - gen->nb_waiting;
	taken = rte_eth_tx_burst(gen->eth_port, 0, gen->waiting, gen->nb_waiting);
	for (uint64_t i = first; i < first + taken; i++)
		gen->sent[i % gen->nb_macs]++;
	gen->nb_waiting -= taken;
	memmove(gen->waiting, gen->waiting + taken, gen->nb_waiting * sizeof(gen->waiting[0]));
	return taken > 0;
}

/* Every started port is emptied, also one that is only sent on; checked where asked. */
static bool
receive(void)
{
	struct rte_mbuf *pkts[BURST];
	bool any = false;

	for (unsigned int p = 0; p < PORT_MAX; p++) {
		uint16_t nb;

		if (!started[p])
			continue;
		nb = rte_eth_rx_burst(p, 0, pkts, BURST);
		for (uint16_t i = 0; i < nb && checkers[p] != NULL; i++)
			numbered_check(checkers[p], pkts[i]);
		rte_pktmbuf_free_bulk(pkts, nb);
		any |= nb > 0 && checkers[p] != NULL;
	}
	return any;
}

static double
run(void)
{
	uint64_t hz = rte_get_tsc_hz(), start = rte_rdtsc(), end = 0, last_rx = start;
	unsigned int idle = 0;

	for (;;) {
		uint64_t now = rte_rdtsc();
		bool busy = false, sending = false;

		if (end == 0 && (stop || (opt.seconds > 0 && now - start > opt.seconds * hz)))
			end = last_rx = now;
		for (unsigned int i = 0; i < nb_generators; i++) {
			busy |= generator_run(&generators[i], now - start, hz, end == 0);
			sending |= generators[i].nb_waiting > 0 ||
				   (opt.count == 0 || generators[i].made < opt.count);
		}
		if (end == 0 && nb_generators > 0 && !sending)
			end = last_rx = now;
		if (receive()) {
			last_rx = now;
			busy = true;
		}
		if (end != 0 && now - last_rx > (uint64_t)opt.settle_ms * hz / 1000)
			return (double)(end - start) / hz;
		/* The CPU is shared with guests: rest when there is nothing to do. */
		idle = busy ? 0 : idle + 1;
		if (idle > IDLE_LOOPS)
			rte_delay_us_sleep(IDLE_US);
	}
}

static void
report(double seconds)
{
	const char *comma = "";

	printf("{\"seconds\": %.3f, \"tx\": [", seconds);
	for (unsigned int i = 0; i < nb_generators; i++) {
		const struct generator *gen = &generators[i];

		for (unsigned int f = 0; f < gen->nb_macs; f++) {
			char mac[RTE_ETHER_ADDR_FMT_SIZE];

			rte_ether_format_addr(mac, sizeof(mac), &gen->macs[f]);
			printf("%s{\"port\": %u, \"source\": %u, \"flow\": %u, \"mac\": \"%s\", "
			       "\"sent\": %" PRIu64 "}",
			       comma, gen->eth_port, gen->source, f, mac, gen->sent[f]);
			comma = ", ";
		}
	}
	printf("], \"rx\": [");
	comma = "";
	for (unsigned int p = 0; p < PORT_MAX; p++)
		if (checkers[p] != NULL)
			numbered_report(checkers[p], p, &comma);
	printf("]}\n");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	int ret = rte_eal_init(argc, argv);

	if (ret < 0)
		rte_exit(2, "EAL does not start\n");
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	prctl(PR_SET_TIMERSLACK, 1UL);
	pool = rte_pktmbuf_pool_create("numbered", NB_MBUFS - 1, 256, 0, DATA_ROOM, SOCKET_ID_ANY);
	if (pool == NULL)
		rte_exit(2, "no memory for %d packets (-m too small?)\n", NB_MBUFS);
	options_parse(argc - ret, argv + ret);
	/* Until then what comes in is thrown away: it belongs to nobody's count. */
	while (!stop && !links_up())
		rte_delay_us_sleep(1000);
	puts("ready");
	fflush(stdout);
	report(run());
	return 0;
}
