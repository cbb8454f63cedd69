/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds the packet path and takes it down. See bench.h.
 */
#include "bench.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_eventdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_service.h>

#include "device_state.h"
#include "wiring/names.h"

#define SKIPPED 77

static struct bench bench;

uint64_t
bench_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int
bench_pick_cpus(struct bench *b)
{
	cpu_set_t set;
	int cpu;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	b->first_cpu = b->second_cpu = -1;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &set))
			continue;
		if (b->first_cpu < 0)
			b->first_cpu = cpu;
		else if (b->second_cpu < 0)
			b->second_cpu = cpu;
	}
	if (!b->two_cpus)
		b->second_cpu = b->first_cpu;
	if (b->second_cpu >= 0)
		return 0;
	printf("two CPUs are needed\n");
	return SKIPPED;
}

static int
bench_eal(struct bench *b)
{
	char text[320], *argv[32], *rest = NULL, *word;
	int argc = 0;

	snprintf(text, sizeof(text),
		 "test --no-huge -m 512 --no-pci --no-shconf --no-telemetry --log-level warning "
		 "--vdev event_sw0 --file-prefix spp_test_%d --lcores 0@%d,1@%d,2@%d,3@%d,4@%d",
		 getpid(), b->first_cpu, b->first_cpu, b->second_cpu, b->first_cpu, b->second_cpu);
	for (word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	return rte_eal_init(argc, argv);
}

static void *
bench_schedule(void *arg)
{
	struct bench *b = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(b->first_cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	/* a service runs only on a thread DPDK knows */
	if (rte_thread_register() < 0)
		return NULL;
	spp_sched_main(&b->sched);
	return NULL;
}

static int
bench_scheduler(struct bench *b)
{
	pthread_t thread;
	unsigned int i;

	b->share = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*b->share));
	if (b->share == NULL)
		return -1;
	memset(b->share, 0, sizeof(*b->share));
	b->share->scheduler[0].cpu = -1;
	for (i = 0; i < SPP_WORKER_MAX; i++)
		b->share->slot[0].worker[i].cpu = -1;
	b->sched.share = b->share;
	b->sched.sleeper = &b->share->scheduler[0];
	b->device.slot = &b->share->slot[0];
	b->sched.device[0] = &b->device;
	b->sched.nb_devices = 1;
	if (spp_evdev_find(0) < 0)
		return -1;
	b->dev_id = (uint8_t)spp_evdev_find(0);
	if (spp_evdev_service(b->dev_id, &b->device.service_id) != 0)
		return -1;
	/* start of the device looks for a service lcore; in the product another process has it */
	rte_service_set_runstate_mapped_check(b->device.service_id, 0);
	if (pthread_create(&thread, NULL, bench_schedule, b) != 0)
		return -1;
	return spp_sched_wait(&b->sched, 1);
}

int
bench_init(int argc, char **argv)
{
	struct bench *b = &bench;
	int ret;

	if (argc != 3 || (strcmp(argv[1], "event") != 0 && strcmp(argv[1], "auto") != 0) ||
	    (strcmp(argv[2], "one") != 0 && strcmp(argv[2], "two") != 0)) {
		fprintf(stderr, "usage: %s event|auto one|two\n", argv[0]);
		return 2;
	}
	b->direct = strcmp(argv[1], "auto") == 0;
	b->two_cpus = strcmp(argv[2], "two") == 0;
	ret = bench_pick_cpus(b);
	if (ret != 0)
		return ret;
	if (bench_eal(b) < 0 || fake_ports_create() < 0 || bench_scheduler(b) < 0)
		return 1;
	b->vectors = spp_evdev_vector_pool("vectors", BENCH_VECTORS, 64, SOCKET_ID_ANY);
	return b->vectors != NULL ? 0 : 1;
}

static int
bench_start_device(struct bench *b)
{
	unsigned int i;

	if (spp_evdev_configure(b->dev_id, BENCH_WORKERS, &b->err) < 0)
		return -1;
	b->device.nb_ports = BENCH_WORKERS + 1;
	for (i = 0; i < b->device.nb_ports; i++)
		if (spp_evdev_port(b->dev_id, i, &b->device.port[i]) < 0)
			return -1;
	b->device.progress = 0;
	if (spp_evdev_start(b->dev_id) < 0)
		return -1;
	spp_sched_start(&b->sched, &b->device);
	return 0;
}

int
bench_start(void **state)
{
	struct bench *b = &bench;
	struct spp_dataplane_config config = {
		.share = b->share,
		.dev_id = b->dev_id,
		.nb_queues = spp_evdev_nb_queues(BENCH_WORKERS),
		.process_id = 1,
		.direct = b->direct,
		.idle_us = 200,
		.vectors = b->vectors,
	};
	struct spp_ports_config ports = {.share = b->share};

	*state = b;
	fake_ports_reset();
	bench_clear(b);
	b->dp = aligned_alloc(RTE_CACHE_LINE_SIZE,
			      RTE_ALIGN_CEIL(sizeof(*b->dp), RTE_CACHE_LINE_SIZE));
	if (b->dp == NULL || bench_start_device(b) < 0 ||
	    spp_dataplane_init(b->dp, &config, &b->err) < 0 ||
	    spp_dataplane_start(b->dp, &ports, &b->err) < 0) {
		print_error("%s\n", b->err.text);
		return -1;
	}
	flusher_init(&spp_dataplane_ops, b->dp);
	return 0;
}

bool
bench_is_quiet(void)
{
	const struct fake_port *port;
	unsigned int i;

	for (i = 0; i < FAKE_NB; i++) {
		port = fake_nth(i);
		if (fake_sent(port) < port->limit || !fake_is_home(port))
			return false;
	}
	return true;
}

/* Whatever state a failed case left: let everybody go on. */
static void
bench_calm(struct bench *b)
{
	uint64_t deadline = bench_now_ms() + 1000;
	unsigned int i;

	spp_sched_start(&b->sched, &b->device);
	for (i = 0; i < FAKE_NB; i++) {
		fake_run(fake_nth(i), false);
		fake_unblock(fake_nth(i));
		fake_make_room(fake_nth(i), UINT64_MAX);
	}
	while (!bench_is_quiet() && bench_now_ms() < deadline)
		usleep(50);
	bench_clear(b);
	if (bench_flush(b) < 0)
		print_error("wiring cannot be taken away: %s\n", b->err.text);
}

static int
bench_check_ports(void)
{
	struct fake_stream sum;
	struct fake_port *port;
	unsigned int i;
	int bad = 0;

	for (i = 0; i < FAKE_NB; i++) {
		port = fake_nth(i);
		sum = fake_sum(port);
		if (!fake_is_home(port)) {
			print_error("port %u: %u mbufs missing\n", i,
				    FAKE_POOL - rte_mempool_avail_count(port->pool));
			bad++;
		}
		if (sum.backwards > 0 || port->foreign > 0 || port->collisions > 0) {
			print_error("port %u: %lu out of order or twice, %lu not ours, %u times in "
				    "use by two threads\n",
				    i, sum.backwards, port->foreign, port->collisions);
			bad++;
		}
	}
	return bad;
}

int
bench_stop(void **state)
{
	struct bench *b = *state;
	unsigned int missing;
	int bad = 0;

	bench_calm(b);
	if (spp_dataplane_stop(b->dp, &b->err) < 0) {
		print_error("%s\n", b->err.text);
		return -1;
	}
	rte_eal_mp_wait_lcore();
	if (spp_sched_wait(&b->sched, 4) < 0 || spp_sched_stop(&b->sched, &b->device) < 0) {
		print_error("the scheduler does not answer\n");
		return -1;
	}
	bad += bench_check_ports();
	bad += device_check_empty(b->dev_id, b->device.nb_ports);
	missing = BENCH_VECTORS - rte_mempool_avail_count(b->vectors);
	if (missing > 0) {
		print_error("%u vectors missing\n", missing);
		bad++;
	}
	if (spp_evdev_close(b->dev_id, b->device.nb_ports, true) != 0) {
		print_error("the event device does not close\n");
		bad++;
	}
	free(b->dp);
	return bad > 0 ? -1 : 0;
}

void
bench_clear(struct bench *b)
{
	memset(&b->staged, 0, sizeof(b->staged));
}

static struct spp_port
bench_port_named(const char *name)
{
	struct spp_port port;

	if (spp_port_parse(name, &port, NULL) < 0)
		abort();
	return port;
}

void
bench_entry(struct bench *b, unsigned int stream, const char *port)
{
	struct spp_table_entry *entry = &b->staged.entries[b->staged.nb_entries++];

	fake_mac(stream, entry->mac);
	entry->vid = SPP_VID_NONE;
	entry->port = bench_port_named(port);
}

void
bench_default(struct bench *b, const char *port)
{
	bench_entry(b, 0, port);
	memset(b->staged.entries[b->staged.nb_entries - 1].mac, 0, 6);
	b->staged.entries[b->staged.nb_entries - 1].is_default = true;
}

int
bench_flush(struct bench *b)
{
	b->err.text[0] = '\0';
	return flusher_flush(&b->staged, &b->flushed, &b->err);
}

void
bench_wire(struct bench *b)
{
	if (bench_flush(b) < 0)
		fail_msg("flush: %s", b->err.text);
	if (b->flushed.late)
		fail_msg("flush: %s", b->flushed.late_why);
}

uint64_t
bench_drops(struct bench *b, enum spp_drop reason)
{
	struct spp_port_stats port;
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < SPP_PORT_ID_MAX; i++) {
		spp_dataplane_ops.port_stats(b->dp, spp_port_from_id(i), &port);
		sum += port.rx_drops[reason] + port.tx_drops[reason];
	}
	for (i = 0; i < spp_evdev_nb_queues(BENCH_WORKERS); i++)
		sum += bench_queue(b, i).drops[reason];
	return sum;
}

uint64_t
bench_all_drops(struct bench *b)
{
	uint64_t sum = 0;
	int reason;

	for (reason = 0; reason < SPP_DROP_NB; reason++)
		sum += bench_drops(b, reason);
	return sum;
}

struct spp_port_stats
bench_port(struct bench *b, const char *name)
{
	struct spp_port_stats stats;

	spp_dataplane_ops.port_stats(b->dp, bench_port_named(name), &stats);
	return stats;
}

struct spp_component_stats
bench_queue(struct bench *b, unsigned int queue)
{
	struct spp_component_stats stats;

	spp_dataplane_ops.queue_stats(b->dp, queue, &stats);
	return stats;
}

unsigned int
bench_queue_of(struct bench *b, const char *name)
{
	uint32_t i;

	for (i = 0; i < b->staged.nb_components; i++) {
		if (strcmp(b->staged.components[i].name, name) == 0)
			return b->staged.components[i].queue;
	}
	abort();
}
