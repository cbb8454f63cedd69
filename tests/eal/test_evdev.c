/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * src/common/evdev.c on a real event_sw device: a VF's life of configure, start, link and close,
 * again and again. This program schedules the device itself.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_service.h>

#include "common/evdev.h"
#include "device_state.h"

#define LIVES      50
#define RELINKS    50
#define FLOW       7
#define PASSES_MAX 100

static uint8_t dev_id;
static uint32_t service_id;

static void
pass(unsigned int nb)
{
	while (nb-- > 0)
		rte_service_run_iter_on_app_lcore(service_id, 0);
}

static void
send_event(uint8_t port, uint8_t queue, uint32_t flow)
{
	struct rte_event ev = {
		.op = RTE_EVENT_OP_NEW,
		.queue_id = queue,
		.flow_id = flow,
		.sched_type = RTE_SCHED_TYPE_ATOMIC,
		.event_type = RTE_EVENT_TYPE_CPU,
		.u64 = 0x1234,
	};

	assert_int_equal(spp_evdev_enqueue_new(dev_id, port, &ev, 1), 1);
}

static void
release_event(uint8_t port, struct rte_event *ev)
{
	ev->op = RTE_EVENT_OP_RELEASE;
	assert_int_equal(spp_evdev_enqueue_done(dev_id, port, ev, 1), 1);
	pass(2);
}

/* The next event is for this port, and for no other one. */
static struct rte_event
expect_event_at(uint8_t port, unsigned int nb_ports)
{
	struct rte_event ev, other;
	unsigned int i, nb = 0;

	for (i = 0; i < PASSES_MAX && nb == 0; i++) {
		pass(1);
		nb = spp_evdev_dequeue(dev_id, port, &ev, 1);
	}
	assert_int_equal(nb, 1);
	for (i = 0; i < nb_ports; i++)
		assert_int_equal(spp_evdev_dequeue(dev_id, (uint8_t)i, &other, 1), 0);
	return ev;
}

static void
start(unsigned int nb_workers)
{
	struct spp_error err = {""};

	if (spp_evdev_configure(dev_id, nb_workers, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(spp_evdev_start(dev_id), 0);
}

static void
close_device(unsigned int nb_workers)
{
	pass(4);
	assert_int_equal(device_check_empty(dev_id, nb_workers + 1), 0);
	assert_int_equal(spp_evdev_close(dev_id, nb_workers + 1, true), 0);
}

static void
devices_are_found_by_number(void **state)
{
	assert_int_equal(spp_evdev_find(0), dev_id);
	assert_int_equal(spp_evdev_find(1), -ENODEV);
}

static void
queues_follow_the_workers_up_to_the_limit(void **state)
{
	assert_int_equal(spp_evdev_nb_queues(1), 6);
	assert_int_equal(spp_evdev_nb_queues(4), 12);
	assert_int_equal(spp_evdev_nb_queues(SPP_WORKER_MAX), SPP_COMPONENT_MAX);
}

static void
a_device_lives_50_times(void **state)
{
	struct rte_event ev;
	unsigned int life, i, nb_workers, to, from;
	uint8_t queue;

	for (life = 0; life < LIVES; life++) {
		nb_workers = 1 + life % 8;
		start(nb_workers);
		queue = (uint8_t)(life % spp_evdev_nb_queues(nb_workers));
		from = nb_workers; /* parked */
		for (i = 0; i < RELINKS; i++) {
			to = i % (nb_workers + 1);
			assert_int_equal(
				spp_evdev_relink(dev_id, queue, (uint8_t)from, (uint8_t)to), 0);
			from = to;
			send_event((uint8_t)((to + 1) % (nb_workers + 1)), queue, FLOW);
			ev = expect_event_at((uint8_t)to, nb_workers + 1);
			assert_int_equal(ev.queue_id, queue);
			assert_int_equal(ev.flow_id, FLOW);
			assert_int_equal(ev.u64, 0x1234);
			release_event((uint8_t)to, &ev);
		}
		close_device(nb_workers);
	}
}

static void
all_queues_may_go_to_one_port_and_back(void **state)
{
	const unsigned int nb_workers = 4, nb_queues = spp_evdev_nb_queues(4);
	struct rte_event ev;
	unsigned int q;

	start(nb_workers);
	for (q = 0; q < nb_queues; q++)
		assert_int_equal(spp_evdev_relink(dev_id, (uint8_t)q, 4, 2), 0);
	for (q = 0; q < nb_queues; q++) {
		send_event(0, (uint8_t)q, FLOW);
		ev = expect_event_at(2, nb_workers + 1);
		assert_int_equal(ev.queue_id, q);
		release_event(2, &ev);
	}
	for (q = 0; q < nb_queues; q++)
		assert_int_equal(spp_evdev_relink(dev_id, (uint8_t)q, 2, 4), 0);
	send_event(0, 0, FLOW);
	ev = expect_event_at(4, nb_workers + 1);
	release_event(4, &ev);
	close_device(nb_workers);
}

static void
relinking_from_a_port_that_was_not_linked_changes_nothing(void **state)
{
	struct rte_event ev;

	start(4);
	assert_int_equal(spp_evdev_relink(dev_id, 3, 4, 1), 0);
	assert_int_equal(spp_evdev_relink(dev_id, 3, 1, 1), 0);
	assert_true(spp_evdev_relink(dev_id, 3, 0, 2) < 0);
	send_event(0, 3, FLOW);
	ev = expect_event_at(1, 5);
	release_event(1, &ev);
	close_device(4);
}

static void
a_flow_in_flight_stays_with_its_old_port(void **state)
{
	struct rte_event first, second;

	start(4);
	assert_int_equal(spp_evdev_relink(dev_id, 0, 4, 1), 0);
	send_event(0, 0, FLOW);
	first = expect_event_at(1, 5);
	assert_int_equal(spp_evdev_relink(dev_id, 0, 1, 2), 0);
	send_event(0, 0, FLOW);
	second = expect_event_at(1, 5);
	send_event(0, 0, FLOW + 1);
	second = expect_event_at(2, 5);
	release_event(2, &second);
	release_event(1, &first);
	release_event(1, &first);
	send_event(0, 0, FLOW);
	first = expect_event_at(2, 5);
	release_event(2, &first);
	close_device(4);
}

static void
a_device_left_full_by_a_dead_vf_closes_and_starts_anew(void **state)
{
	struct spp_evport port;
	struct rte_event ev, events[SPP_EVENT_BURST];
	unsigned int i;

	start(4);
	assert_int_equal(spp_evdev_relink(dev_id, 0, 4, 1), 0);
	for (i = 0; i < 500; i++)
		send_event(0, 0, i % 16);
	pass(10);
	/* killed inside a dequeue: some taken, none released, head and tail apart */
	assert_true(spp_evdev_dequeue(dev_id, 1, events, 5) > 0);
	assert_int_equal(spp_evdev_port(dev_id, 1, &port), 0);
	port.cq->r.cons.head += 2;
	assert_int_equal(spp_evdev_close(dev_id, 5, true), 0);
	start(2);
	assert_int_equal(spp_evdev_relink(dev_id, 0, 2, 1), 0);
	for (i = 0; i < 3000; i++) {
		send_event(0, 0, FLOW);
		ev = expect_event_at(1, 3);
		release_event(1, &ev);
	}
	close_device(2);
}

static void
a_device_killed_before_its_start_closes(void **state)
{
	struct spp_error err = {""};

	assert_int_equal(spp_evdev_configure(dev_id, 4, &err), 0);
	assert_int_equal(spp_evdev_close(dev_id, 5, false), 0);
	/* started, and nobody had been told */
	start(4);
	assert_int_equal(spp_evdev_close(dev_id, 5, false), 0);
	start(4);
	close_device(4);
}

static void
rings_of_ports_that_do_not_exist_are_not_found(void **state)
{
	struct spp_evport port;

	start(2);
	assert_int_equal(spp_evdev_port(dev_id, 2, &port), 0);
	close_device(2);
	assert_int_equal(spp_evdev_port(dev_id, 2, &port), -ENODEV);
}

static void
new_events_stop_at_the_threshold_and_releases_do_not(void **state)
{
	struct rte_event ev = {.op = RTE_EVENT_OP_NEW, .sched_type = RTE_SCHED_TYPE_ATOMIC};
	unsigned int nb = 0, released = 0;

	start(4);
	assert_int_equal(spp_evdev_relink(dev_id, 0, 4, 1), 0);
	while (nb < 5000 && spp_evdev_enqueue_new(dev_id, 0, &ev, 1) == 1) {
		if (++nb % 32 == 0)
			pass(1);
	}
	assert_in_range(nb, SPP_NEW_EVENT_THRESHOLD, SPP_NEW_EVENT_THRESHOLD + 128);
	while (released < nb) {
		ev = expect_event_at(1, 1);
		release_event(1, &ev);
		released++;
	}
	close_device(4);
}

static int
set_up_eal(void)
{
	char text[256], *argv[32], *rest = NULL, *word;
	int argc = 0;

	snprintf(text, sizeof(text),
		 "test --no-huge -m 256 --no-pci --no-shconf --no-telemetry --log-level error "
		 "--vdev event_sw0 --file-prefix spp_test_%d -l 0",
		 getpid());
	for (word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	if (rte_eal_init(argc, argv) < 0 || spp_evdev_find(0) < 0)
		return -1;
	dev_id = (uint8_t)spp_evdev_find(0);
	if (spp_evdev_service(dev_id, &service_id) != 0)
		return -1;
	return rte_service_set_runstate_mapped_check(service_id, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_are_found_by_number),
		cmocka_unit_test(queues_follow_the_workers_up_to_the_limit),
		cmocka_unit_test(a_device_lives_50_times),
		cmocka_unit_test(all_queues_may_go_to_one_port_and_back),
		cmocka_unit_test(relinking_from_a_port_that_was_not_linked_changes_nothing),
		cmocka_unit_test(a_flow_in_flight_stays_with_its_old_port),
		cmocka_unit_test(a_device_left_full_by_a_dead_vf_closes_and_starts_anew),
		cmocka_unit_test(a_device_killed_before_its_start_closes),
		cmocka_unit_test(rings_of_ports_that_do_not_exist_are_not_found),
		cmocka_unit_test(new_events_stop_at_the_threshold_and_releases_do_not),
	};

	if (set_up_eal() < 0)
		return 1;
	return cmocka_run_group_tests_name("evdev", tests, NULL, NULL);
}
