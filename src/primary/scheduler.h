/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Scheduler lcores of spp_primary: each runs the service of the event devices of its VF slots, and
 * sleeps when none has anything to do.
 *
 * Threads: spp_sched_main() on the scheduler lcore; everything else from control or the
 * multi-process thread, under the slots' lock.
 */
#ifndef SPP_SCHEDULER_H
#define SPP_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/evdev.h"
#include "common/share.h"

/** One event device as its scheduler sees it. */
struct spp_sched_device {
	uint32_t run; /**< control: rw (release), scheduler: ro (acquire) */
	uint32_t service_id;
	unsigned int nb_ports; /**< the last one is the parking port */
	struct spp_evport port[SPP_WORKER_MAX + 1];
	struct spp_share_slot *slot;
	uint64_t progress; /**< scheduler: rw. Sum of spp_evport_progress() of its ports */
};

struct spp_sched {
	struct spp_share *share;
	struct spp_sleeper *sleeper; /**< in shared memory: workers wake us */
	bool stop;                   /**< control: rw */
	uint64_t rounds;             /**< scheduler: rw, control: ro. All devices seen once */
	uint64_t rounds_seen;        /**< control: rw. spp_sched_moves() */
	unsigned int nb_devices;
	struct spp_sched_device *device[SPP_VF_MAX];
	uint64_t last_sleep, turn_cycles; /**< scheduler: rw. TSC */
	/* scheduler: rw, control: ro */
	uint64_t busy_cycles, idle_cycles, asleep_cycles;
};

/** lcore function; arg is a struct spp_sched. */
int spp_sched_main(void *arg);

/** Begin to schedule a device (its rings are set). */
void spp_sched_start(struct spp_sched *sched, struct spp_sched_device *device);
/** Stop scheduling it; 0 when the scheduler has let go of it, -ETIMEDOUT after a second. */
int spp_sched_stop(struct spp_sched *sched, struct spp_sched_device *device);
/** Wait until the scheduler has been round `rounds` times more. -ETIMEDOUT after a second. */
int spp_sched_wait(struct spp_sched *sched, unsigned int rounds);
/** Whether it has been round since the last call, or sleeps for want of work. Control thread. */
bool spp_sched_moves(struct spp_sched *sched);

#endif
