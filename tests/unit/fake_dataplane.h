/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A data plane that does nothing but write down what it was asked, and fails when told to.
 *
 * The transcript, one word a call: +nic0 -nic0 (acquire, release), prepare, discard, pause:2,3
 * resume drain:2,3 q0>4 (link queue 0 to lcore 4, p: parked), publish, retire.
 */
#ifndef SPP_TESTS_FAKE_DATAPLANE_H
#define SPP_TESTS_FAKE_DATAPLANE_H

#include "spp/dataplane.h"

struct fake {
	struct spp_inventory inventory;
	char log[8192];
	unsigned int step;    /**< calls so far that may fail */
	unsigned int fail_at; /**< this one fails with -EIO (1 is the first), 0: none */
	bool fail_on;         /**< and all that follow it */
	bool retire_late;     /**< retire says -ETIMEDOUT */
	uint64_t now_us;
	struct spp_levels levels; /**< as the last prepare was given them */
	struct spp_component_stats queues[SPP_COMPONENT_MAX];
	struct spp_port_stats port; /**< of every port */
};

extern const struct spp_dataplane_ops fake_ops;

/** The founding document's spp_vf: main core 0, workers 2 to 13, nic0, vhost0-1, ring0-3. */
void fake_init(struct fake *fake);

#endif
