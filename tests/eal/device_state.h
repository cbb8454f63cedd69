/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Is an event_sw device empty? Read from the PMD's own dump: the one place where all of its credits
 * can be seen.
 */
#ifndef SPP_TESTS_DEVICE_STATE_H
#define SPP_TESTS_DEVICE_STATE_H

#include <stdint.h>

/**
 * Nobody uses or schedules the device. Complains of events in its rings and queues, of events not
 * released, and of credits that are neither in the device nor hoarded by a port.
 *
 * @return the number of complaints
 */
int device_check_empty(uint8_t dev_id, unsigned int nb_ports);

#endif
