/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The loop of a worker lcore: poll, take, enqueue, sleep when nothing moved.
 */
#ifndef SPP_LOOP_H
#define SPP_LOOP_H

/** lcore function (rte_eal_remote_launch); arg is a struct spp_worker. Ends when wiring.stop is
 * set. */
int spp_worker_main(void *arg);

#endif
