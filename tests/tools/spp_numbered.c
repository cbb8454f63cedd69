/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Sends and checks numbered packets: the functional tests' proof of order and of no loss.
 *
 * A DPDK process of its own at the far side of the programs under test (net_virtio_user on a vhost
 * socket, net_memif on a NIC). One lcore does it all; it waits when a transmit ring is full, so
 * every packet it counts as sent was accepted. Knows nothing of spp-event.
 *
 * It starts all its ports, waits for their links, prints "ready", and then takes runs as lines on
 * standard input:
 *
 *     [--size N] [--rate PPS] [--count N] [--seconds S] [--settle MS] [--vlan VID] [--latency]
 *     tx:PORT:SOURCE:MAC[,MAC] rx:PORT ...
 *
 * A run ends when all packets were sent, or the seconds are over, or with any other line, and then
 * when nothing came in for --settle; it prints one JSON object: "rx" is what each port received,
 * "all" what all of them did together, "gap_us" the longest time in which no port was looked at,
 * "silence_us" the longest time at each port from one packet to the next, "stall_us" the same less
 * what of it this program itself was away (turns above TURN_US, by its own CPU).
 * With --latency (and one source at a low rate) also how long each packet took. End of input ends
 * the program. (One process for many runs, because a DPDK secondary does not survive that its memif
 * partner changes.)
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "latency.h"
#include "numbered.h"

#define BURST         32
#define RX_MAX        2048 /* descriptors; fewer when the port's ring is smaller */
#define TX_MAX        1024
#define NB_MBUFS      16384
#define DATA_ROOM     (9728 + RTE_PKTMBUF_HEADROOM)
#define PORT_MAX      8
#define GENERATOR_MAX 16
#define WORD_MAX      64
#define IDLE_LOOPS    64
#define IDLE_US       50
#define TURN_US       200
#define RENEW_MS      50

struct generator {
	uint16_t eth_port;
	struct numbered_kind kind;
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
	bool latency;
};

static struct options opt;
static struct generator generators[GENERATOR_MAX];
static unsigned int nb_generators;
static struct numbered_checker *checkers[PORT_MAX];
static struct numbered_checker everywhere;
static bool checked[PORT_MAX];
static bool is_memif[PORT_MAX];
static unsigned int nb_ports;
static struct rte_mempool *pool;
static uint32_t run_number;
static struct latency latency;
static uint64_t longest_gap; /* TSC cycles */
static uint64_t away;        /* sum of the turns above TURN_US */
static struct {
	uint64_t last, away; /* at the last packet; TSC; 0: nothing came yet */
	uint64_t longest, stall;
} silence[PORT_MAX];

static void
port_start(uint16_t eth_port)
{
	struct rte_eth_conf conf = {.rxmode = {.mtu = DATA_ROOM - RTE_PKTMBUF_HEADROOM - 22}};
	struct rte_eth_dev_info info;
	int ret;

	ret = rte_eth_dev_info_get(eth_port, &info);
	if (ret == 0) {
		conf.rxmode.mtu = RTE_MIN(conf.rxmode.mtu, (uint32_t)info.max_mtu);
		conf.rxmode.mtu = RTE_MIN(conf.rxmode.mtu, info.max_rx_pktlen - 18);
		ret = rte_eth_dev_configure(eth_port, 1, 1, &conf);
	}
	if (ret == 0)
		ret = rte_eth_rx_queue_setup(eth_port, 0, RX_MAX, SOCKET_ID_ANY, NULL, pool);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(eth_port, 0, TX_MAX, SOCKET_ID_ANY, NULL);
	if (ret == 0)
		ret = rte_eth_dev_start(eth_port);
	if (ret != 0)
		rte_exit(2, "port %u: cannot start: %s\n", eth_port, rte_strerror(-ret));
	rte_eth_promiscuous_enable(eth_port);
	is_memif[eth_port] = strcmp(info.driver_name, "net_memif") == 0;
	checkers[eth_port] = rte_zmalloc("checker", sizeof(*checkers[0]), 0);
	if (checkers[eth_port] == NULL)
		rte_exit(2, "no memory for a checker\n");
}

/* tx:PORT:SOURCE:MAC[,MAC] or rx:PORT */
static void
spec_parse(char *text)
{
	struct generator *gen = &generators[nb_generators];
	unsigned int eth_port, source;
	char *mac, *save = NULL;
	int length = 0;

	if (sscanf(text, "rx:%u%n", &eth_port, &length) == 1 && text[length] == '\0' &&
	    eth_port < nb_ports) {
		checked[eth_port] = true;
		return;
	}
	if (sscanf(text, "tx:%u:%u:%n", &eth_port, &source, &length) != 2 || length == 0 ||
	    source >= NUMBERED_SOURCE_MAX || eth_port >= nb_ports || nb_generators == GENERATOR_MAX)
		rte_exit(2, "%s: neither tx:PORT:SOURCE:MAC[,MAC] nor rx:PORT (ports 0 to %u)\n",
			 text, nb_ports - 1);
	memset(gen, 0, sizeof(*gen));
	gen->eth_port = (uint16_t)eth_port;
	gen->kind = (struct numbered_kind){run_number, opt.size, opt.vlan, (uint16_t)source};
	for (mac = strtok_r(text + length, ",", &save); mac != NULL;
	     mac = strtok_r(NULL, ",", &save)) {
		if (gen->nb_macs == NUMBERED_FLOW_MAX ||
		    rte_ether_unformat_addr(mac, &gen->macs[gen->nb_macs++]) != 0)
			rte_exit(2, "%s: not a MAC address, or more than %d\n", mac,
				 NUMBERED_FLOW_MAX);
	}
	if (gen->nb_macs == 0)
		rte_exit(2, "source %u: no MAC address to send to\n", source);
	nb_generators++;
}

/* Set up the run that a line asks for. */
static void
run_parse(char *line)
{
	static const struct option longs[] = {
		{"size", required_argument, NULL, 's'},   {"rate", required_argument, NULL, 'r'},
		{"count", required_argument, NULL, 'c'},  {"seconds", required_argument, NULL, 't'},
		{"settle", required_argument, NULL, 'e'}, {"vlan", required_argument, NULL, 'v'},
		{"latency", no_argument, NULL, 'l'},      {NULL, 0, NULL, 0},
	};
	char name[] = "run", *argv[WORD_MAX + 1] = {name}, *save = NULL, *word;
	int argc = 1, c;

	for (word = strtok_r(line, " \n", &save); word != NULL && argc < WORD_MAX;
	     word = strtok_r(NULL, " \n", &save))
		argv[argc++] = word;
	opt = (struct options){.size = 64, .settle_ms = 500, .vlan = -1};
	run_number++;
	nb_generators = 0;
	for (unsigned int p = 0; p < nb_ports; p++) {
		memset(checkers[p], 0, sizeof(*checkers[p]));
		checkers[p]->run = run_number;
		checked[p] = false;
	}
	memset(&everywhere, 0, sizeof(everywhere));
	everywhere.run = run_number;
	latency_reset(&latency);
	longest_gap = 0;
	memset(silence, 0, sizeof(silence));
	optind = 0;
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
		case 'l':
			opt.latency = true;
			break;
		default:
			rte_exit(2, "see the head of spp_numbered.c for the options\n");
		}
	}
	if (opt.size < NUMBERED_SIZE_MIN || opt.size > DATA_ROOM - RTE_PKTMBUF_HEADROOM - 4)
		rte_exit(2, "--size %u: must be %d to %d\n", opt.size, NUMBERED_SIZE_MIN,
			 DATA_ROOM - RTE_PKTMBUF_HEADROOM - 4);
	while (optind < argc)
		spec_parse(argv[optind++]);
}

static bool
link_up(uint16_t eth_port)
{
	struct rte_eth_link link;

	return rte_eth_link_get_nowait(eth_port, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

static bool
links_up(void)
{
	for (unsigned int p = 0; p < nb_ports; p++) {
		if (!link_up(p))
			return false;
	}
	return true;
}

/* A memif client whose partner went connects again when it is started again, and only then. */
static void
links_renew(void)
{
	for (unsigned int p = 0; p < nb_ports; p++) {
		if (is_memif[p] && !link_up(p)) {
			rte_eth_dev_stop(p);
			rte_eth_dev_start(p);
		}
	}
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
		numbered_fill(m, &gen->kind, &gen->macs[gen->next], gen->next,
			      gen->made / gen->nb_macs);
		gen->made++;
		gen->next = (gen->next + 1) % gen->nb_macs;
		gen->waiting[gen->nb_waiting++] = m;
	}
	if (gen->nb_waiting == 0)
		return false;
	/* The flow of each waiting packet must be known after the port owns it. */
	uint64_t first = gen->made - gen->nb_waiting, before = rte_rdtsc();
	taken = rte_eth_tx_burst(gen->eth_port, 0, gen->waiting, gen->nb_waiting);
	for (uint64_t i = first; i < first + taken; i++)
		gen->sent[i % gen->nb_macs]++;
	if (opt.latency && taken > 0)
		latency_sent(&latency, before);
	gen->nb_waiting -= taken;
	memmove(gen->waiting, gen->waiting + taken, gen->nb_waiting * sizeof(gen->waiting[0]));
	return taken > 0;
}

static void
silence_ends(unsigned int port, uint64_t now)
{
	uint64_t quiet = now - silence[port].last, ours = away - silence[port].away;

	if (silence[port].last != 0) {
		silence[port].longest = RTE_MAX(silence[port].longest, quiet);
		silence[port].stall = RTE_MAX(silence[port].stall, quiet - RTE_MIN(ours, quiet));
	}
	silence[port].last = now;
	silence[port].away = away;
}

/* Every port is emptied, also one that is only sent on or when nothing runs; checked where asked.
 */
static bool
receive(uint64_t now)
{
	struct rte_mbuf *pkts[BURST];
	bool any = false;

	for (unsigned int p = 0; p < nb_ports; p++) {
		uint16_t nb = rte_eth_rx_burst(p, 0, pkts, BURST);

		for (uint16_t i = 0; i < nb && checked[p]; i++) {
			numbered_check(checkers[p], pkts[i]);
			numbered_check(&everywhere, pkts[i]);
		}
		if (nb > 0 && checked[p]) {
			latency_received(&latency, rte_rdtsc());
			silence_ends(p, now);
		}
		rte_pktmbuf_free_bulk(pkts, nb);
		any |= nb > 0 && checked[p];
	}
	return any;
}

/* A line if one has come, or NULL. End of input ends the program. */
static char *
line_read(char *line, size_t size)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	size_t length = 0;

	if (poll(&in, 1, 0) <= 0)
		return NULL;
	/* A line comes in one piece or soon: the other side writes it at once. */
	while (length + 1 < size) {
		ssize_t n = read(STDIN_FILENO, line + length, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			exit(0);
		if (line[length++] == '\n')
			break;
	}
	line[length] = '\0';
	return line;
}

static double
run(void)
{
	uint64_t hz = rte_get_tsc_hz(), start = rte_rdtsc(), end = 0, last_rx = start,
		 next_look = 0;
	uint64_t next_renew = start, last = start;
	unsigned int idle = 0;
	char line[16];

	for (;;) {
		uint64_t now = rte_rdtsc();
		bool busy = false, sending = nb_generators == 0, stop = false;

		for (unsigned int i = 0; i < nb_generators; i++) {
			busy |= generator_run(&generators[i], now - start, hz, end == 0);
			sending |= generators[i].nb_waiting > 0 || opt.count == 0 ||
				   generators[i].made < opt.count;
		}
		longest_gap = RTE_MAX(longest_gap, now - last);
		if (now - last > hz * TURN_US / 1000000)
			away += now - last;
		last = now;
		if (now > next_look) {
			next_look = now + hz / 1000;
			stop = line_read(line, sizeof(line)) != NULL;
		}
		if (now > next_renew) {
			next_renew = now + hz * RENEW_MS / 1000;
			links_renew();
		}
		stop |= !sending || (opt.seconds > 0 && now - start > opt.seconds * hz);
		if (end == 0 && stop)
			end = last_rx = now;
		if (receive(now)) {
			last_rx = now;
			busy = true;
		}
		if (end != 0 && now - last_rx > (uint64_t)opt.settle_ms * hz / 1000)
			return (double)(end - start) / hz;
		/* The CPU is shared with guests: rest when there is nothing to do. */
		idle = busy || latency_waits(&latency) ? 0 : idle + 1;
		if (idle > IDLE_LOOPS)
			rte_delay_us_sleep(IDLE_US);
	}
}

static double
microseconds(uint64_t cycles)
{
	return (double)cycles * 1e6 / rte_get_tsc_hz();
}

static void
report_silence(const char *name, bool stall)
{
	const char *comma = "";

	printf(", \"%s\": {", name);
	for (unsigned int p = 0; p < nb_ports; p++) {
		if (!checked[p])
			continue;
		printf("%s\"%u\": %.0f", comma, p,
		       microseconds(stall ? silence[p].stall : silence[p].longest));
		comma = ", ";
	}
	printf("}");
}

static void
report(double seconds)
{
	const char *comma = "";

	printf("{\"seconds\": %.3f, \"gap_us\": %.0f, \"tx\": [", seconds,
	       microseconds(longest_gap));
	for (unsigned int i = 0; i < nb_generators; i++) {
		struct generator *gen = &generators[i];

		rte_pktmbuf_free_bulk(gen->waiting, gen->nb_waiting); /* never accepted */
		for (unsigned int f = 0; f < gen->nb_macs; f++) {
			char mac[RTE_ETHER_ADDR_FMT_SIZE];

			rte_ether_format_addr(mac, sizeof(mac), &gen->macs[f]);
			printf("%s{\"port\": %u, \"source\": %u, \"flow\": %u, \"mac\": \"%s\", "
			       "\"sent\": %" PRIu64 "}",
			       comma, gen->eth_port, gen->kind.source, f, mac, gen->sent[f]);
			comma = ", ";
		}
	}
	printf("], \"rx\": [");
	comma = "";
	for (unsigned int p = 0; p < nb_ports; p++)
		if (checked[p])
			numbered_report(checkers[p], p, &comma);
	printf("]");
	report_silence("silence_us", false);
	report_silence("stall_us", true);
	printf(", \"all\": ");
	comma = "";
	numbered_report(&everywhere, nb_ports, &comma);
	if (opt.latency) {
		printf(", \"latency\": ");
		latency_report(&latency, rte_get_tsc_hz());
	}
	printf("}\n");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	char line[4096];

	if (rte_eal_init(argc, argv) < 0)
		rte_exit(2, "EAL does not start\n");
	prctl(PR_SET_TIMERSLACK, 1UL);
	pool = rte_pktmbuf_pool_create("numbered", NB_MBUFS - 1, 256, 0, DATA_ROOM, SOCKET_ID_ANY);
	if (pool == NULL)
		rte_exit(2, "no memory for %d packets (-m too small?)\n", NB_MBUFS);
	nb_ports = rte_eth_dev_count_avail();
	if (nb_ports == 0 || nb_ports > PORT_MAX)
		rte_exit(2, "%u ports: 1 to %d are served\n", nb_ports, PORT_MAX);
	for (unsigned int p = 0; p < nb_ports; p++)
		port_start(p);
	while (!links_up())
		rte_delay_us_sleep(1000);
	puts("ready");
	fflush(stdout);
	for (;;) {
		/* A stop may come when the run has just ended by itself. */
		if (line_read(line, sizeof(line)) != NULL && strcmp(line, "stop\n") != 0) {
			run_parse(line);
			report(run());
		}
		if (!receive(rte_rdtsc()))
			rte_delay_us_sleep(IDLE_US);
	}
}
